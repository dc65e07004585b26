// Tests of scripts, channels shared with scripts, and deterministic worlds.
import { equal, failure, later, ok } from "./check.mjs";

export const cases = {
  async "runTests runs each test in a world of its own, and tells why one failed"(ruff) {
    const vm = new ruff.Vm({ functions: { double: (x) => x * 2 }, globals: { base: 20 } });
    const source = `n := 0
test "fresh" { n += 1 assert_equal(n, 1) }
test_group "group" { test "host" { n += 1 print("seen") assert_equal(double(base) + n, 41) } }
test "bad" { assert_equal(1, 2) }
test "exits" { exit(0) }
test "waits for what cannot come" { next_event("never") await next_event("never") }
`;
    const report = await vm.runTests(source, { name: "t.ruff" });
    equal([report.passed, report.failed, report.filtered], [2, 3, 0]);
    const [fresh, host, bad, exits, waits] = report.tests;
    equal([fresh.passed, fresh.message, fresh.report, fresh.error], [true, null, null, null]);
    equal([host.name, host.output], ["group / host", "seen\n"]);
    equal([bad.message, bad.span.line, bad.error.name], ["Assertion failed: expected 2, got 1", 4, "ScriptError"]);
    ok(bad.report.includes("--> t.ruff:4:"), bad.report);
    equal([exits.message, exits.error], ["The test called exit(0)", null]);
    equal(waits.error.name, "DeadlockError");
    equal(vm.get("n"), undefined);
    const filtered = await vm.runTests(source, { filter: "group" });
    equal([filtered.passed, filtered.filtered], [1, 4]);
    ok((await failure(vm.runTests("test \"x\" { break }"))) instanceof ruff.CompileError, "a mistake in a test");
    vm.dispose();
  },

  async "tests are bounded by limits and a signal, and end with their Vm"(ruff) {
    const vm = new ruff.Vm();
    const burns = await vm.runTests(`test "burns" { loop {} }`, { limits: { fuel: 1000 } });
    ok(/Limit exceeded: fuel/.test(burns.tests[0].message), burns.tests[0].message);
    const long = `test "long" { sleep(60000) }`;
    const controller = new AbortController();
    const stopped = failure(vm.runTests(long, { signal: controller.signal }));
    await later(5);
    controller.abort("enough");
    equal((await stopped).reason, "enough");
    const disposed = failure(vm.runTests(long));
    await later(5);
    vm.dispose();
    ok((await disposed) instanceof ruff.RuffError, "ends");
  },

  async "a channel carries messages both ways, with bounds"(ruff) {
    const vm = new ruff.Vm();
    const jobs = vm.channel("jobs", { capacity: 2 });
    const results = vm.channel("results", { capacity: 0 });
    const done = vm.run(`for await n in channel_named("jobs") { channel_named("results").send(n * 2) }
      channel_named("results").close()`);
    const sent = (async () => {
      for (let n = 0; n < 20; n++) await jobs.send(n);
      jobs.close();
    })();
    const got = [];
    for await (const result of results) got.push(result);
    await Promise.all([sent, done]);
    equal(got, Array.from({ length: 20 }, (_, n) => n * 2));
    equal([jobs.closed, jobs.trySend(1)], [true, false]);
    const error = await failure(jobs.send(1));
    equal([error.name, error.kind, error.message], ["ScriptError", "channel", "Channel closed"]);
    vm.dispose();
  },

  async "trySend and tryReceive answer at once; null is a message"(ruff) {
    const vm = new ruff.Vm();
    const ch = vm.channel("c", { capacity: 2 });
    equal([ch.trySend(null), ch.trySend([1]), ch.trySend(3)], [true, true, false]);
    equal([ch.tryReceive(), ch.tryReceive(), ch.tryReceive()], [null, [1], undefined]);
    const wrong = await failure(() => vm.channel("c", { capacity: 5 }));
    equal([wrong.name, wrong.message], ["TypeError", 'The channel "c" exists, with capacity 2']);
    const own = await vm.run(`ch := channel(1) ch.send("x") return ch`);
    ok(own instanceof ruff.Channel, "a channel of a script");
    equal(own.tryReceive(), "x");
    ok((await failure(ch.send(Symbol("s")))) instanceof TypeError, "cannot cross");
    const waiting = failure(ch[Symbol.asyncIterator]().next());
    vm.dispose();
    ok((await waiting) instanceof ruff.DisposedError, "ends with its Vm");
  },

  async "what the host takes never comes between two steps of a task"(ruff) {
    const vm = new ruff.Vm({ sliceMs: 1 });
    const ch = vm.channel("c");
    const script = `ch := channel_named("c")
      for round in 300 {
        ch.try_send(round)
        before := len(ch)
        for i in 300 { }
        if len(ch) != before { return "torn" }
        yield_now()
      }
      return "whole"`;
    const result = vm.run(script);
    const timer = setInterval(() => ch.tryReceive(), 0);
    equal(await result, "whole");
    clearInterval(timer);
    vm.dispose();
  },

  async "a deterministic Vm runs the same each time, and its time jumps"(ruff) {
    const world = async () => {
      const vm = new ruff.Vm({ deterministic: { seed: 7, startMs: 1000 }, functions: { ask: async (x) => x } });
      const result = await vm.run(`sleep(3600000) a := await ask(5) return [now(), random_int(1, 1000000), uuid_v4(), a]`);
      vm.dispose();
      return result;
    };
    const first = await world();
    equal(first[0], 3601);
    equal(await world(), first);
  },

  async "virtual time stands still while the host owes an answer, but for advance"(ruff) {
    let answer;
    const ask = () => new Promise((resolve) => (answer = resolve));
    const vm = new ruff.Vm({ deterministic: { seed: 1 }, functions: { ask } });
    const first = vm.run(`return await async_timeout(ask(), 1000)`);
    await vm.idle();
    equal(vm.now(), 0);
    answer("in time");
    equal(await first, "in time");
    const second = failure(vm.run(`return await async_timeout(ask(), 1000)`));
    await vm.idle();
    vm.advance(1000);
    equal((await second).kind, "timeout");
    vm.dispose();
    const plain = new ruff.Vm();
    equal((await failure(() => plain.advance(1))).code, "RUFCLOCK");
    for (const deterministic of [{}, { seed: 1.5 }, { seed: 1, startMs: NaN }, { sed: 1 }]) {
      ok((await failure(() => new ruff.Vm({ deterministic }))) instanceof TypeError, "refused");
    }
    plain.dispose();
  },
};
