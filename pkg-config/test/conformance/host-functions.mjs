// Functions of the host.
import { equal, failure, later, ok, run } from "./check.mjs";

export const cases = {
  async "host functions get their arguments, in any number"(ruff) {
    const functions = { give: (...given) => given };
    const script = `return [give(), give(1), give("a"), give([1]), give(1, 2), give(1, "b"), give(1, 2, 3), give(1, 2, 3, {x: 4}, null)]`;
    equal(await run(ruff, script, { functions }), [[], [1], ["a"], [[1]], [1, 2], [1, "b"], [1, 2, 3], [1, 2, 3, { x: 4 }, null]]);
  },

  async "host functions may give back anything that can cross"(ruff) {
    const results = [1, 0.5, NaN, "s", true, undefined, null, 5n, [1], { a: 1 }];
    const functions = { give: (i) => results[i] };
    const value = await run(ruff, `return range(${results.length}).map(func(i) { return give(i) })`, { functions });
    equal(value, [1, 0.5, NaN, "s", true, null, null, 5, [1], { a: 1 }]);
  },

  async "a host function knows its name, its task, and has a signal"(ruff) {
    const functions = { who() { return [this.name, this.task, this.signal instanceof AbortSignal, this.signal.aborted]; } };
    equal(await run(ruff, `return who()`, { functions }), ["who", 1, true, false]);
  },

  async "what a host function throws is an error of kind host, and its cause is the same object"(ruff) {
    const thrown = new TypeError("broken");
    const functions = { sync() { throw thrown; }, async reject() { throw thrown; }, async odd() { throw 42; } };
    const caught = await run(ruff, `try { sync() } except e { return [e.kind, e.message] }`, { functions });
    equal(caught, ["host", "broken"]);
    for (const script of ["sync()", "await reject()"]) {
      const error = await failure(run(ruff, script, { functions }));
      ok(error instanceof ruff.ScriptError, String(error));
      equal([error.kind, error.message, error.span.line], ["host", "broken", 1]);
      ok(error.cause === thrown, "the very same object");
    }
    const odd = await failure(run(ruff, "await odd()", { functions }));
    equal([odd.message, odd.cause], ["42", 42]);
  },

  async "a result that cannot cross fails the call"(ruff) {
    const functions = { sync: () => Symbol("x"), wait: async () => ({ f() {} }) };
    const script = `
      messages := []
      try { sync() } except e { messages.push(e.message) }
      try { await wait() } except e { messages.push(e.message) }
      return messages
    `;
    equal(await run(ruff, script, { functions }), [
      "result is a symbol, which a script cannot hold",
      "result.f is a JavaScript function, which a script cannot hold",
    ]);
  },

  async "a host function that calls back into its Vm only enqueues"(ruff) {
    const seen = [];
    const functions = {
      back() {
        vm.set("x", 5);
        other = vm.run(`note("inner") return x`);
        seen.push("queued");
        return vm.get("x");
      },
      note: (text) => void seen.push(text),
    };
    let other;
    const vm = new ruff.Vm({ functions });
    equal(await vm.run(`value := back() note("outer") return value`), 5);
    equal(await other, 5);
    equal(seen, ["queued", "outer", "inner"]);
    vm.dispose();
  },

  async "output and host calls keep their order"(ruff) {
    const seen = [];
    const options = { functions: { mark: (n) => void seen.push(n) }, onOutput: ({ text }) => seen.push(text) };
    await run(ruff, `print("a") mark(1) print("b") mark(2) eprint("c")`, options);
    equal(seen, ["a\n", 1, "b\n", 2, "c\n"]);
  },

  async "output says which stream it is for"(ruff) {
    const seen = [];
    await run(ruff, `print(1, "x") eprint(2)`, { onOutput: ({ stream, text }) => seen.push([stream, text]) });
    equal(seen, [["stdout", "1 x\n"], ["stderr", "2\n"]]);
  },

  async "a cancelled call has its signal fired, and its late result is discarded"(ruff) {
    const aborted = [];
    const functions = {
      slow() {
        this.signal.addEventListener("abort", () => aborted.push(this.name));
        return later(30, "late");
      },
    };
    const script = `
      p := slow()
      cancel(p)
      try { await p } except e { return [e.kind, e.message] }
    `;
    equal(await run(ruff, script, { functions }), ["cancelled", "Operation 1 was cancelled"]);
    await later(40);
    equal(aborted, ["slow"]);
  },
};
