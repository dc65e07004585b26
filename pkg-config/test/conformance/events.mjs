// Events, bars, ticks and alerts: in by methods, out as messages.
import { equal, failure, later, ok } from "./check.mjs";

const bar = (close, more = {}) => ({ time: close, open: close, high: close, low: close, close, volume: 1, ...more });

export const cases = {
  async "events go to who waits for them, else to who polls"(ruff) {
    const vm = new ruff.Vm();
    vm.emit("early", { x: 1 });
    const result = vm.run(`
      first := poll_event()
      second := await next_event("go")
      await any_event()
      third := poll_event()
      return [first, second, third["name"], third["data"]]
    `);
    await vm.idle();
    vm.emit("go", [1, 2.5, "a"]);
    await vm.idle();
    vm.emit("other");
    const [first, second, name, data] = await result;
    ok(Math.abs(first.time - Date.now()) < 60_000, `${first.time} is no time`);
    equal({ ...first, time: 0 }, { type: "event", name: "early", data: { x: 1 }, time: 0 });
    equal([second.name, second.data, name, data], ["go", [1, 2.5, "a"], "other", null]);
    vm.dispose();
  },

  async "bars go to all readers of their source, until it ends"(ruff) {
    const vm = new ruff.Vm();
    vm.pushBar("BTC", bar(3));
    const result = vm.run(`
      async func closes(source) {
        found := []
        for await bar in bars(source) { found.push(bar["close"] / 2) }
        return found
      }
      a := closes("BTC")
      b := closes("BTC")
      return [await a, await b, await next_bar("BTC")]
    `);
    await vm.idle();
    vm.pushBar("BTC", bar(4, { trades: [1, 2] }));
    vm.pushBar("ETH", bar(5));
    vm.endBars("BTC");
    equal(await result, [[1.5, 2], [1.5, 2], null]);
    equal(await vm.run(`return (await next_bar("ETH"))["close"]`), 5);
    vm.dispose();
  },

  async "a source that fails raises its error in the script"(ruff) {
    const vm = new ruff.Vm();
    const reason = new Error("socket closed");
    const result = vm.run(`for await bar in bars("BTC") { }`);
    await vm.idle();
    vm.endBars("BTC", reason);
    const error = await failure(result);
    ok(error instanceof ruff.ScriptError && error.cause === reason, String(error));
    equal([error.kind, error.message], ["host", "socket closed"]);
    vm.dispose();
  },

  async "ticks of the host, and tickers of the script"(ruff) {
    const vm = new ruff.Vm();
    vm.tick("t");
    vm.tick("t");
    const result = vm.run(`
      await next_tick("t")
      await next_tick("t")
      start_ticker("own", 5)
      for i in 3 { await next_tick("own") }
      return "done"
    `);
    await vm.idle();
    equal(vm.tasks().map((task) => [task.state, task.wait, task.waitsFor]), [
      ["waiting", { type: "timer", id: "t" }, `a tick of "t"`],
    ]);
    vm.tick("t");
    equal(await result, "done");
    vm.dispose();
  },

  async "what tasks wait for"(ruff) {
    const vm = new ruff.Vm();
    const run = vm.start(`
      async func a() { await next_bar("BTC") }
      async func b() { await any_event() }
      async func c() { for await e in events("order") { } }
      a()
      b()
      c()
      await next_event("end")
    `);
    await vm.idle();
    equal(vm.tasks().map((task) => task.wait), [
      { type: "nextEvent", name: "end" },
      { type: "nextBar", source: "BTC" },
      { type: "anyEvent" },
      { type: "nextEvent", name: "order" },
    ]);
    equal(vm.usage().subscriptions, 1);
    await run.cancel();
    await failure(run.result);
    equal(vm.usage().subscriptions, 0);
    vm.dispose();
  },

  async "events leave in order with printed text"(ruff) {
    const vm = new ruff.Vm();
    const seen = [];
    vm.on("output", ({ text }) => seen.push(text));
    const off = vm.on("event", ({ name, payload }) => seen.push([name, payload]));
    await vm.run(`print("a") emit_event("x", {"list": [1, 2], "none": null}) print("b") emit_event("y", null)`);
    equal(seen, ["a\n", ["x", { list: [1, 2], none: null }], "b\n", ["y", null]]);
    off();
    await vm.run(`emit_event("z", 1)`);
    equal(seen.length, 4);
    vm.dispose();
  },

  async "alerts are complete, and go to sinks by their tags"(ruff) {
    const vm = new ruff.Vm();
    const got = [];
    const all = [];
    vm.on("alert", (alert) => all.push(alert));
    const note = (name) => (alert) => void got.push(`${name} ${alert.title}`);
    vm.alertSink(note("rest"));
    const remove = vm.alertSink(note("ops"), { tags: ["ops", "net"] });
    vm.alertSink(note("money"), { tags: ["money"] });
    const script = `
      emit_alert({"title": "1", "severity": "WARN", "tags": ["net", "money"], "data": {"x": 1}})
      emit_alert({"title": "2", "tags": "ops"})
      emit_alert("3")
    `;
    await vm.run(script);
    equal(got, ["ops 1", "money 1", "ops 2", "rest 3"]);
    const [first] = all;
    ok(Math.abs(first.time - Date.now()) < 60_000, `${first.time} is no time`);
    equal({ ...first, time: 0 }, {
      id: "1", severity: "warning", title: "1", message: "1", tags: ["net", "money"], time: 0, data: { x: 1 },
    });
    equal(all.map((alert) => alert.severity), ["warning", "info", "info"]);
    remove();
    got.length = 0;
    await vm.run(script);
    equal(got, ["money 1", "rest 2", "rest 3"]);
    vm.dispose();
    remove();
  },

  async "an alert that a sink fails with becomes a dead letter"(ruff) {
    const vm = new ruff.Vm();
    const [thrown, rejected] = [new Error("thrown"), new Error("rejected")];
    vm.alertSink(() => { throw thrown; });
    vm.alertSink(async () => { throw rejected; });
    let good = 0;
    vm.alertSink(() => good++);
    equal(vm.deadLetters(), []);
    await vm.run(`for i in 3 { emit_alert(to_string(i)) }`);
    await later(0);
    const letters = vm.deadLetters();
    const of = (reason) => letters.filter(({ error }) => error === reason).map(({ alert }) => alert.title);
    equal([of(thrown), of(rejected), letters.length, good], [["0", "1", "2"], ["0", "1", "2"], 6, 3]);
    await vm.run(`for i in 2000 { emit_alert(to_string(i)) }`);
    await later(0);
    equal(vm.deadLetters().length, 1000);
    vm.dispose();
  },

  async "vm.events() gives messages one after the other"(ruff) {
    const vm = new ruff.Vm();
    const messages = vm.events({ types: ["event", "output"] });
    const every = vm.events();
    await vm.run(`emit_event("a", 1) print("b") emit_alert("c") spawn { sleep(1) }`);
    vm.dispose();
    const seen = [];
    for await (const message of messages) seen.push(message);
    equal(seen, [
      { type: "event", name: "a", payload: 1 },
      { type: "output", stream: "stdout", text: "b\n" },
    ]);
    const types = [];
    for await (const { type } of every) types.push(type);
    equal(types, ["event", "output", "alert", "task", "task"]);
  },

  async "vm.events() ends by its signal and by leaving its loop"(ruff) {
    const vm = new ruff.Vm();
    const stop = new AbortController();
    const stopped = vm.events({ signal: stop.signal });
    const waiting = stopped.next();
    stop.abort();
    equal([await waiting, await stopped.next()], [{ done: true, value: undefined }, { done: true, value: undefined }]);
    equal(await vm.events({ signal: stop.signal }).next(), { done: true, value: undefined });
    const left = vm.events({ types: ["event"] });
    await vm.run(`emit_event("a", 1) emit_event("b", 2)`);
    for await (const { name } of left) {
      equal(name, "a");
      break;
    }
    await vm.run(`emit_event("c", 3)`);
    equal(await left.next(), { done: true, value: undefined });
    vm.dispose();
    ok((await failure(() => vm.events())) instanceof ruff.DisposedError, "disposed");
  },

  async "full buffers drop the oldest and count it"(ruff) {
    const vm = new ruff.Vm({ limits: { eventQueue: 2 } });
    for (let i = 0; i < 5; i++) vm.emit("a", i);
    for (let i = 0; i < 3; i++) vm.pushBar("s", bar(i));
    const { queuedEvents, droppedEvents } = vm.usage();
    equal([queuedEvents, droppedEvents], [2, 4]);
    equal(await vm.run(`return [poll_event()["data"], poll_event()["data"], poll_event(), (await next_bar("s"))["close"]]`), [3, 4, null, 1]);
    const messages = vm.events({ types: ["event"] });
    await vm.run(`for i in 5 { emit_event("e", i) }`);
    equal([messages.dropped, (await messages.next()).value.payload, (await messages.next()).value.payload], [3, 3, 4]);
    vm.dispose();
  },

  async "an event of another event's listener comes after it"(ruff) {
    const vm = new ruff.Vm();
    vm.on("event", ({ name, payload }) => {
      if (name === "ask") vm.emit("answer", payload * 2);
    });
    const script = `
      async func ask(x) {
        emit_event("ask", x)
        return (await next_event("answer"))["data"]
      }
      return [await ask(1), await ask(2)]
    `;
    equal(await vm.run(script), [2, 4]);
    vm.dispose();
  },

  async "events by hand"(ruff) {
    const vm = new ruff.Vm({ pump: "manual" });
    let step = vm.executeUntilSuspend(vm.compile(`
      e := await next_event("e")
      await any_event()
      b := await next_bar("s")
      await next_tick("t")
      p := next_event("last")
      return [e["data"], b["close"], (await p)["data"]]
    `).program);
    const waits = [];
    const deliver = [
      () => vm.emit("e", 1), () => vm.emit("any"), () => vm.pushBar("s", bar(2)), () => vm.tick("t"), () => vm.emit("last", 3),
    ];
    for (const next of deliver) {
      waits.push(step.wait);
      ok(step.promise === undefined, "no promise of the host");
      next();
      step = vm.resumeExecutionContext(step.contextId);
    }
    equal(waits, [
      { type: "nextEvent", name: "e" },
      { type: "anyEvent" },
      { type: "nextBar", source: "s" },
      { type: "timer", id: "t" },
      { type: "future", id: 1 },
    ]);
    equal(step, { state: "completed", value: [1, 2, 3] });
    vm.dispose();
  },

  async "misuse of events is refused"(ruff) {
    const vm = new ruff.Vm();
    const refused = async (attempt, text) => {
      const error = await failure(attempt);
      ok(error instanceof TypeError && error.message === text, `${error}, not ${text}`);
    };
    await refused(() => vm.emit(1), "vm.emit() needs the name of the event");
    await refused(() => vm.emit("a", { b: { c: Symbol("s") } }), "payload.b.c is a symbol, which a script cannot hold");
    await refused(() => vm.pushBar(1, bar(1)), "vm.pushBar() needs the name of the source");
    await refused(() => vm.pushBar("a", 1), "bar must be an object");
    await refused(() => vm.pushBar("a", { close: "1" }), "bar.close must be a number");
    await refused(() => vm.endBars(), "vm.endBars() needs the name of the source");
    await refused(() => vm.tick(), "vm.tick() needs the id of the timer");
    await refused(() => vm.on("alerts", () => {}), 'vm.on() knows no messages called "alerts"');
    await refused(() => vm.events({ types: ["events"] }), 'vm.events() knows no messages called "events"');
    await refused(() => vm.events({ types: "event" }), "options.types must be an array of messages' names");
    await refused(() => vm.events({ type: ["event"] }), 'options has no option "type"');
    await refused(() => vm.alertSink(), "vm.alertSink() needs a function");
    await refused(() => vm.alertSink(() => {}, { tags: "a" }), "options.tags must be an array of strings");
    vm.dispose();
    ok((await failure(() => vm.emit("a"))) instanceof ruff.DisposedError, "disposed");
  },
};
