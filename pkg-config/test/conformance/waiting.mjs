// Waiting; the names are those of the tests on other hosts.
import { equal, failure, later, ok, run } from "./check.mjs";

export const cases = {
  async "await suspends cooperatively on a pending promise, and resume completes when it is ready"(ruff) {
    let answer;
    const vm = new ruff.Vm({ pump: "manual", functions: { ask: () => new Promise((resolve) => (answer = resolve)) } });
    const step = vm.executeUntilSuspend(vm.compile(`return await ask() + 1`).program);
    equal([step.state, step.wait.type], ["suspended", "future"]);
    equal(vm.resumeExecutionContext(step.contextId).state, "suspended");
    answer(1);
    vm.deliver(step.wait.id, { value: await step.promise });
    equal(vm.resumeExecutionContext(step.contextId), { state: "completed", value: 2 });
    vm.dispose();
  },

  async "cooperative is the default, and blocking is refused"(ruff) {
    const vm = new ruff.Vm();
    vm.setCooperativeSuspendEnabled(true);
    const error = await failure(() => vm.setCooperativeSuspendEnabled(false));
    ok(/cooperative suspension cannot be disabled/.test(error.message), error.message);
    vm.dispose();
  },

  async "a scheduler drives several suspended awaits"(ruff) {
    const functions = { after: (ms) => later(ms, ms) };
    const script = `
      order := []
      async func one(ms) { order.push(await after(ms)) }
      await promise_all([one(30), one(10), one(20)])
      return order
    `;
    equal(await run(ruff, script, { functions }), [10, 20, 30]);
  },

  async "awaiting twice gives the cached result"(ruff) {
    let calls = 0;
    const functions = { count: async () => ++calls };
    equal(await run(ruff, `p := count() return [await p, await p]`, { functions }), [1, 1]);
  },

  async "an await inside a map callback lets other tasks run"(ruff) {
    const functions = { echo: (value) => later(5, value) };
    const script = `
      seen := []
      spawn { for i in 3 { seen.push("tick") sleep(2) } }
      doubled := [1, 2].map(func(x) { return await echo(x) * 2 })
      return [doubled, len(seen) > 1]
    `;
    equal(await run(ruff, script, { functions }), [[2, 4], true]);
  },

  async "an error thrown in a task arrives at its await with its position"(ruff) {
    const script = `async func bad() {\n    sleep(1)\n    throw "late"\n}\np := bad()\ntry { await p } except e { return [e.message, e.line, e.column] }`;
    equal(await run(ruff, script), ["late", 3, 5]);
  },
};
