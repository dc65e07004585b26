// Everything that goes wrong, and the end of a Vm.
import { equal, failure, later, ok, run, show } from "./check.mjs";

export const cases = {
  async "a script that does not compile rejects with all diagnostics"(ruff) {
    const error = await failure(run(ruff, `x := = 1`, {}, { name: "x.ruff" }));
    ok(error instanceof ruff.CompileError && error instanceof ruff.RuffError && error instanceof Error, String(error));
    equal([error.name, error.code, error.diagnostics.length], ["CompileError", "RUFPARSE001", 1]);
    ok(error.report.includes("--> x.ruff:1:6"), error.report);
  },

  async "an uncaught error says where, with its frames and value"(ruff) {
    const script = `func f(n) {\n    throw {code: n}\n}\nf(7)`;
    const error = await failure(run(ruff, script, {}, { name: "f.ruff" }));
    ok(error instanceof ruff.ScriptError, String(error));
    equal([error.name, error.kind, error.value, error.span.line, error.span.file], ["ScriptError", "thrown", { code: 7 }, 2, "f.ruff"]);
    equal(error.frames.map(({ name, line }) => [name, line]), [["f", 2], ["<script>", 4]]);
    ok(error.report.startsWith("[RUFVM001] [vm] Runtime Error:"), error.report);
  },

  async "every limit ends a run, and the Vm goes on"(ruff) {
    const vm = new ruff.Vm({ functions: { never: () => new Promise(() => {}) }, limits: { memoryBytes: 2_000_000, tasks: 5, pendingOps: 2, wallMs: 100, outputBytes: 50, fuel: 10_000_000 } });
    const scripts = {
      memoryBytes: `func fill() { mut xs := [] loop { xs.push("x".repeat(1000)) } } fill()`,
      tasks: `for i in 10 { spawn { sleep(10) } }`,
      pendingOps: `for i in 3 { never() }`,
      wallMs: `sleep(60000)`,
      outputBytes: `for i in 100 { print("hello") }`,
      fuel: `loop {}`,
    };
    for (const [limit, script] of Object.entries(scripts)) {
      const error = await failure(vm.run(script, limit === "fuel" ? { limits: { fuel: 1000, wallMs: Infinity } } : {}));
      ok(error instanceof ruff.LimitError, `${limit}: ${error}`);
      equal(error.limit, limit);
      ok(error.used > error.allowed, `${limit}: used ${error.used} of ${error.allowed}`);
      equal(vm.usage().tasks, 0);
    }
    equal(await vm.run(`return 1`), 1);
    vm.dispose();
  },

  async "unknown and impossible limits are refused"(ruff) {
    for (const limits of [{ feul: 1 }, { fuel: -1 }, { fuel: NaN }, { fuel: "many" }, 5]) {
      ok((await failure(() => new ruff.Vm({ limits }))) instanceof TypeError, show(limits));
    }
  },

  async "exit ends the script with its status"(ruff) {
    equal(await run(ruff, `exit(0)`), null);
    const error = await failure(run(ruff, `exit(3)`));
    ok(error instanceof ruff.ExitError, String(error));
    equal(error.status, 3);
  },

  async "a deadlock names the tasks and what they wait for"(ruff) {
    const error = await failure(run(ruff, `ch := channel()\nspawn { ch.receive() }\nch.receive()`));
    ok(error instanceof ruff.DeadlockError, String(error));
    equal(error.tasks.map(({ id, line }) => [id, line]), [[1, 3], [2, 2]]);
    equal(error.tasks[0].waitsFor, "a message in a channel");
    ok(error.report.includes("Deadlock"), error.report);
  },

  async "a signal that has fired already keeps the script from starting"(ruff) {
    let out = "";
    const vm = new ruff.Vm({ onOutput: ({ text }) => (out += text) });
    const error = await failure(vm.run(`print("ran")`, { signal: AbortSignal.abort("before") }));
    equal([error.name, error.reason, out], ["AbortError", "before", ""]);
    vm.dispose();
  },

  async "a signal cancels a run that waits, and aborts what it waits for"(ruff) {
    let aborted = false;
    const functions = { wait() { this.signal.addEventListener("abort", () => (aborted = true)); return new Promise(() => {}); } };
    const vm = new ruff.Vm({ functions });
    // Node does not wait for the timer of a signal.
    const [error] = await Promise.all([failure(vm.run(`await wait()`, { signal: AbortSignal.timeout(10) })), later(30)]);
    equal([error.name, error.reason.name, aborted, vm.usage().pendingOps], ["AbortError", "TimeoutError", true, 0]);
    vm.dispose();
  },

  async "wrong input is a TypeError"(ruff) {
    const vm = new ruff.Vm();
    const attempts = [
      () => vm.run(5), () => vm.run(), () => vm.run("1", { signal: "x" }), () => vm.run("1", { args: 5 }),
      () => vm.run("1", { args: [Symbol("s")] }), () => vm.compile(), () => vm.compile("1", { name: 5 }), () => vm.get(5), () => vm.set(5, 1),
      () => vm.call(5), () => vm.call("f", 5), () => vm.on("output", 5), () => vm.deliver(1, {}), () => vm.executeUntilSuspend("1"),
      () => new ruff.Vm({ functions: { f: 5 } }), () => new ruff.Vm({ sliceMs: 0 }), () => new ruff.Vm({ pump: "x" }),
      () => new ruff.Vm({ onOutput: 5 }), () => new ruff.Vm({ globals: { f() {} } }), () => new ruff.Vm({ signal: 5 }), () => ruff.tokenize(5),
    ];
    for (const attempt of attempts) {
      const error = await failure(attempt);
      ok(error instanceof TypeError, `${attempt}: ${error}`);
    }
    equal(await vm.run(`return 1`), 1);
    vm.dispose();
  },

  async "dispose cancels, aborts and frees; afterwards everything is a DisposedError"(ruff) {
    let aborted = 0;
    const functions = { wait() { this.signal.addEventListener("abort", () => aborted++); return new Promise(() => {}); } };
    const vm = new ruff.Vm({ functions });
    const waiting = failure(vm.run(`await wait()`));
    const computing = failure(vm.run(`loop {}`));
    await later(10);
    vm.dispose();
    vm.dispose();
    for (const error of [await waiting, await computing]) {
      ok(error instanceof ruff.CancelledError && error.reason instanceof ruff.DisposedError, String(error));
    }
    equal(aborted, 1);
    for (const use of [() => vm.run("1"), () => vm.compile("1"), () => vm.get("x"), () => vm.set("x", 1), () => vm.tasks(), () => vm.usage(), () => vm.call("f"), () => vm.on("output", () => {}), () => vm.idle(), () => vm.deliver(1, { value: 1 })]) {
      const error = await failure(use);
      ok(error instanceof ruff.DisposedError && error.code === "RUFDISPOSED", `${use}: ${error}`);
    }
  },

  async "using disposes"(ruff) {
    const vm = new ruff.Vm();
    vm[Symbol.dispose]();
    ok((await failure(() => vm.tasks())) instanceof ruff.DisposedError, "disposed");
  },

  async "the signal of a Vm disposes it"(ruff) {
    const controller = new AbortController();
    const vm = new ruff.Vm({ signal: controller.signal });
    const result = failure(vm.run(`sleep(60000)`));
    controller.abort("over");
    equal((await result).reason, "over");
    ok((await failure(() => vm.tasks())) instanceof ruff.DisposedError, "disposed");
  },

  async "a host function may dispose its own Vm"(ruff) {
    const vm = new ruff.Vm({ functions: { end: () => vm.dispose() } });
    const error = await failure(vm.run(`end() loop { end() }`));
    ok(error instanceof ruff.CancelledError, String(error));
  },

  async "a listener may dispose its own Vm"(ruff) {
    const vm = new ruff.Vm({ onOutput: () => vm.dispose() });
    ok((await failure(vm.run(`loop { print(1) }`))) instanceof ruff.CancelledError, "cancelled");
  },
};
