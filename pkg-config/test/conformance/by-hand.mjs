// Running by hand.
import { equal, failure, later, ok, run } from "./check.mjs";

export const cases = {
  async "by hand: nothing runs by itself"(ruff) {
    const vm = new ruff.Vm({ pump: "manual" });
    const result = vm.run(`return 1`);
    equal(await Promise.race([result, later(10, "nothing")]), "nothing");
    vm.runSchedulerRound();
    equal(await result, 1);
    vm.dispose();
  },

  async "by hand: a program suspends with the very promise that it waits for, and goes on after deliver"(ruff) {
    const promise = later(5, 20);
    const vm = new ruff.Vm({ pump: "manual", functions: { ask: () => promise } });
    const { program } = vm.compile(`x := await ask() y := await ask() return x + y`);
    let step = vm.executeUntilSuspend(program);
    let steps = 0;
    while (step.state === "suspended") {
      steps++;
      equal([step.contextId, step.wait.type], [1, "future"]);
      ok(step.promise === promise, "the same promise");
      const waiting = vm.resumeExecutionContext(step.contextId);
      equal([waiting.state, waiting.contextId], ["suspended", 1]);
      const value = await step.promise;
      equal(vm.deliver(step.wait.id, { value }), true);
      equal(vm.deliver(step.wait.id, { value }), false);
      step = vm.resumeExecutionContext(step.contextId);
    }
    equal([step, steps], [{ state: "completed", value: 40 }, 2]);
    ok((await failure(() => vm.resumeExecutionContext(1))).message === "Execution context 1 not found", "removed");
    vm.dispose();
  },

  async "by hand: errors are delivered and thrown"(ruff) {
    const vm = new ruff.Vm({ pump: "manual", functions: { ask: () => new Promise(() => {}) } });
    const reason = new Error("gone");
    const step = vm.executeUntilSuspend(vm.compile(`await ask()`).program);
    equal(vm.deliver(step.wait.id, { error: reason }), true);
    const error = await failure(() => vm.resumeExecutionContext(step.contextId));
    ok(error instanceof ruff.ScriptError && error.cause === reason, String(error));
    ok((await failure(() => vm.executeUntilSuspend(vm.compile(`throw 1`).program))) instanceof ruff.ScriptError, "at once");
    vm.dispose();
  },

  async "by hand: rounds give every ready context one turn"(ruff) {
    const vm = new ruff.Vm({ pump: "manual" });
    const first = vm.executeUntilSuspend(vm.compile(`sleep(1) return 1`).program);
    const second = vm.executeUntilSuspend(vm.compile(`sleep(60000)`).program);
    equal(vm.listExecutionContextIds(), [first.contextId, second.contextId]);
    const { completedContexts, pendingContexts, nextWakeMs } = vm.runSchedulerRound();
    equal([completedContexts, pendingContexts, typeof nextWakeMs], [0, 2, "number"]);
    await later(5);
    equal(vm.runSchedulerRound().completedContexts, 1);
    equal(vm.resumeExecutionContext(first.contextId), { state: "completed", value: 1 });
    equal(vm.listExecutionContextIds(), [second.contextId]);
    vm.dispose();
  },

  async "by hand: contexts can be listed, switched, copied, removed"(ruff) {
    const vm = new ruff.Vm({ pump: "manual", functions: { ask: () => new Promise(() => {}) } });
    const { program } = vm.compile(`x := await ask() return x * 2`);
    equal([vm.activeExecutionContextId(), vm.pendingExecutionContextCount()], [undefined, 0]);
    const { contextId, wait } = vm.executeUntilSuspend(program);
    equal([vm.activeExecutionContextId(), vm.hasExecutionContext(contextId), vm.hasExecutionContext(99)], [contextId, true, false]);
    const state = vm.saveExecutionState();
    ok(state instanceof ruff.ExecutionState, "a state");
    const copy = vm.createExecutionContext(state);
    const other = vm.createExecutionContextFromCurrent();
    equal(vm.listExecutionContextIds(), [contextId, copy, other]);
    vm.removeExecutionContext(other);
    equal(vm.pendingExecutionContextCount(), 2);
    equal((await failure(() => vm.removeExecutionContext(contextId))).message, `Cannot remove active execution context ${contextId}`);
    equal((await failure(() => vm.switchExecutionContext(99))).message, "Execution context 99 not found");
    equal(vm.deliver(wait.id, { value: 21 }), true);
    for (const id of [contextId, copy]) equal(vm.resumeExecutionContext(id), { state: "completed", value: 42 });
    ok((await failure(() => vm.restoreExecutionState({}))) instanceof TypeError, "not a state");
    vm.dispose();
  },

  async "by hand: rounds until all is complete"(ruff) {
    const vm = new ruff.Vm({ pump: "manual" });
    const results = [1, 2].map((n) => vm.run(`for i in 3 { yield_now() } return ${n}`));
    equal((await failure(() => vm.runSchedulerUntilComplete(0))).message, "Scheduler max_rounds must be greater than 0");
    equal((await failure(() => vm.runSchedulerUntilComplete(2))).message, "Scheduler did not complete all contexts within 2 rounds (2 pending)");
    equal(vm.runSchedulerUntilComplete(10).pendingContexts, 0);
    equal(await Promise.all(results), [1, 2]);
    vm.dispose();
  },

  async "by hand: it cannot be called from inside of the VM"(ruff) {
    let error;
    const vm = new ruff.Vm({ pump: "manual", functions: { again() { try { vm.runSchedulerRound(); } catch (caught) { error = caught; } } } });
    vm.executeUntilSuspend(vm.compile(`again()`).program);
    equal(error.message, "The VM is running: this cannot be called from a host function");
    vm.dispose();
  },
};
