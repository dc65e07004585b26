// What a web developer may get wrong, and values that are odd.
import { equal, failure, later, ok, run, show } from "./check.mjs";

export const cases = {
  async "options that do not exist or are no objects are refused by name"(ruff) {
    const vm = new ruff.Vm();
    const attempts = {
      'options has no option "onOuput"': () => new ruff.Vm({ onOuput() {} }),
      "options must be an object": () => new ruff.Vm(null),
      "options.functions must be an object": () => new ruff.Vm({ functions: null }),
      "options.globals must be an object": () => new ruff.Vm({ globals: new Map() }),
      "options.limits must be an object of numbers": () => new ruff.Vm({ limits: null }),
      'options has no option "sginal"': () => vm.run("1", { sginal: 1 }),
      'options has no option "args"': () => vm.call("f", [], { args: [] }),
      'options has no option "file"': () => vm.compile("1", { file: "x" }),
      'options has no option "once"': () => vm.on("output", () => {}, { once: true }),
      'vm.on() knows no messages called "outptu"': () => vm.on("outptu", () => {}),
      "options.limits of a run may have fuel, outputBytes and wallMs; the others are given to new Vm()": () => vm.run("1", { limits: { tasks: 5 } }),
    };
    for (const [message, attempt] of Object.entries(attempts)) {
      const error = await failure(attempt);
      ok(error instanceof TypeError, `${message}: ${error}`);
      equal(error.message, message);
    }
    // What gives a promise never throws.
    for (const options of [null, 5, { sginal: 1 }]) {
      const result = vm.run("1", options);
      ok(result instanceof Promise, "a promise");
      await failure(result);
    }
    vm.dispose();
    for (const use of [() => vm.pause(), () => vm.resume()]) ok((await failure(use)) instanceof ruff.DisposedError, String(use));
  },

  async "a call has limits and a signal of its own"(ruff) {
    const vm = new ruff.Vm();
    await vm.run(`func spin() { loop {} }`);
    const error = await failure(vm.call("spin", [], { limits: { fuel: 1000 } }));
    equal([error.name, error.limit, error.allowed], ["LimitError", "fuel", 1000]);
    const controller = new AbortController();
    const spinning = failure(vm.call("spin", [], { signal: controller.signal }));
    await later(5);
    controller.abort("enough");
    equal((await spinning).reason, "enough");
    vm.dispose();
  },

  async "a task can be cancelled after its top level has ended"(ruff) {
    const vm = new ruff.Vm();
    let out = "";
    vm.on("output", ({ text }) => (out += text));
    const task = vm.start(`spawn { try { loop { sleep(5) } } finally { print("cleanup") } }`);
    const outcome = failure(task.result);
    await later(15);
    await task.cancel("why");
    const error = await outcome;
    equal([error.name, error.reason, out, vm.tasks()], ["AbortError", "why", "cleanup\n", []]);
    vm.dispose();
  },

  async "a script that gives a rejected promise is rejected, once"(ruff) {
    const vm = new ruff.Vm();
    const unhandled = [];
    vm.on("unhandled", ({ error }) => unhandled.push(error.message));
    const error = await failure(vm.run(`async func bad() { sleep(1) throw "bad" } return bad()`));
    equal([error.name, error.message, unhandled], ["ScriptError", "bad", []]);
    vm.dispose();
  },

  async "a failure that is awaited late is not unhandled"(ruff) {
    const functions = { after: (ms) => later(ms) };
    const vm = new ruff.Vm({ functions });
    const unhandled = [];
    vm.on("unhandled", ({ error }) => unhandled.push(error.message));
    const script = `
      async func bad() { await after(2) throw "early" }
      p := bad()
      await after(20)
      try { await p } except e { return e.message }
    `;
    equal([await vm.run(script), unhandled], ["early", []]);
    vm.dispose();
  },

  async "channels and generators are held and given back"(ruff) {
    const vm = new ruff.Vm({ functions: { same: (value) => value } });
    const channel = await vm.run(`return channel()`);
    ok(channel instanceof ruff.ScriptReference && channel.type === "channel", show(channel));
    equal(await vm.run(`ch := args()[0] ch.send(7) return [type(ch), len(ch), same(ch) == ch]`, { args: [channel] }), ["channel", 1, true]);
    equal(await vm.run(`return args()[0]["in"][0].receive()`, { args: [{ in: [channel] }] }), 7);
    const other = new ruff.Vm();
    const error = await failure(() => other.set("c", { ch: channel }));
    equal([error.name, error.message], ["TypeError", "c.ch is an object of class Channel, which a script cannot hold"]);
    vm.dispose();
    other.dispose();
  },

  async "names that every object has are ordinary fields and keys"(ruff) {
    const value = await run(ruff, `
      struct P { __struct__, __proto__, constructor, y }
      return [P { __struct__: 1, __proto__: 2, constructor: 3, y: 4 }, {"toString": 5, "__proto__": 6, "__struct__": 7, "hasOwnProperty": 8}]
    `);
    const own = (object) => Object.getOwnPropertyNames(object).sort().map((key) => [key, Object.getOwnPropertyDescriptor(object, key).value]);
    equal(value.map(own), [
      [["__proto__", 2], ["__struct__", 1], ["constructor", 3], ["y", 4]],
      [["__proto__", 6], ["__struct__", 7], ["hasOwnProperty", 8], ["toString", 5]],
    ]);
    for (const object of value) equal(Object.getPrototypeOf(object), Object.prototype);
  },

  async "a result that a promise would call is refused, and does not hang"(ruff) {
    const vm = new ruff.Vm();
    const error = await failure(vm.run(`return {then: func(resolve, reject) { }}`));
    ok(error instanceof TypeError && error.message.includes(`"then"`), String(error));
    equal(await vm.run(`return {then: 1}`), { then: 1 });
    const { inner } = await vm.run(`return {inner: {then: func() { }}}`);
    equal(typeof inner.then, "function");
    vm.dispose();
  },

  async "whatever is thrown or rejected with becomes a host error, and the cause"(ruff) {
    const nothing = Object.create(null);
    const reasons = [undefined, null, "text", 5, { code: 1, message: "told" }, { code: 1 }, nothing, Symbol("s"), [1, 2]];
    const messages = ["undefined", "null", "text", "5", "told", "[object Object]", "the host function failed", "Symbol(s)", "1,2"];
    const functions = {
      fail(i) { throw reasons[i]; },
      reject: (i) => Promise.reject(reasons[i]),
    };
    const vm = new ruff.Vm({ functions });
    for (const [i, message] of messages.entries()) {
      for (const call of [`fail(${i})`, `await reject(${i})`]) {
        equal(await vm.run(`try { ${call} } except e { return [e.kind, e.message] }`), ["host", message]);
        const error = await failure(vm.run(call));
        equal([error.name, error.kind, error.cause === reasons[i]], ["ScriptError", "host", true]);
      }
    }
    vm.dispose();
  },

  async "the cause is the same object on every way out"(ruff) {
    const reason = { odd: true };
    const vm = new ruff.Vm({ functions: { f: () => Promise.reject(reason) } });
    const ways = [
      `await f()`, `return f()`, `try { await f() } except e { throw e }`, `async func g() { await f() } await g()`,
      `async func g() { return f() } await g()`, `await promise_all([f()])`, `await async_timeout(f(), 50)`, `[1].map(func(x) { return await f() })`,
    ];
    for (const way of ways) ok((await failure(vm.run(way))).cause === reason, way);
    vm.dispose();
  },

  async "an error's cause crosses if it can"(ruff) {
    const causes = ["text", 5, new Error("inner"), new (class Odd {})(), undefined];
    const errors = causes.map((cause) => new Error("outer", { cause }));
    const script = `return errors.map(func(e) { return match_cause(e.cause) }) func match_cause(c) { if type(c) == "struct" { return c.message } return c }`;
    equal(await run(ruff, script, { globals: { errors } }), ["text", 5, "inner", null, null]);
  },

  async "by hand: a task is not mistaken for the host call of the same number"(ruff) {
    const vm = new ruff.Vm({ pump: "manual", functions: { ask: () => new Promise(() => {}) } });
    // Task 2 waits for operation 2; the main task waits for task 2.
    const step = vm.executeUntilSuspend(vm.compile(`ask() p := spawn { sleep(60000) ask() } ask() await p`).program);
    equal([step.wait, "promise" in step], [{ type: "future", id: 2 }, false]);
    vm.dispose();
  },

  async "by hand: an answer that cannot cross leaves the call pending, with its promise"(ruff) {
    const promise = new Promise(() => {});
    const vm = new ruff.Vm({ pump: "manual", functions: { ask: () => promise } });
    const step = vm.executeUntilSuspend(vm.compile(`async func via() { return ask() } return await via()`).program);
    ok(step.promise === promise, "the promise behind a task that has ended");
    ok((await failure(() => vm.deliver(step.wait.id, { value: () => 1 }))) instanceof TypeError, "refused");
    ok(vm.resumeExecutionContext(step.contextId).promise === promise, "still there");
    equal(vm.deliver(step.wait.id, { value: 3 }), true);
    equal(vm.resumeExecutionContext(step.contextId), { state: "completed", value: 3 });
    vm.dispose();
  },

  async "by hand: idle resolves when nothing can run"(ruff) {
    const vm = new ruff.Vm({ pump: "manual" });
    await vm.idle();
    vm.executeUntilSuspend(vm.compile(`sleep(1)`).program);
    const idle = vm.idle().then(() => "idle");
    equal(await Promise.race([idle, later(5, "waiting")]), "waiting");
    vm.runSchedulerRound();
    equal(await idle, "idle");
    vm.dispose();
  },
};
