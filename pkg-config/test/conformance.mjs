// What the package promises to JavaScript, as cases that run unchanged in Node and in a page.
// Each is a function of the package's exports; it throws if something is not as it should be.

/** Compares two values, at any depth, with what matters here: kinds, content, order of keys not. */
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

const show = (value) =>
  JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner === undefined ? "undefined" : inner));

export function equal(actual, expected) {
  if (!same(actual, expected)) throw new Error(`expected ${show(expected)}, got ${show(actual)}`);
}

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

/** The error that a function throws or that a promise is rejected with. */
async function failure(attempt) {
  try {
    await (typeof attempt === "function" ? attempt() : attempt);
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));

/** Runs one script in a `Vm` of its own. */
async function run(ruff, script, options = {}, runOptions = {}) {
  const vm = new ruff.Vm(options);
  try {
    return await vm.run(script, runOptions);
  } finally {
    vm.dispose();
  }
}

export const cases = {
  // Values.

  async "scalars come out as themselves"(ruff) {
    equal(await run(ruff, `return [null, true, 1, -2.5, "é🙂", ""]`), [null, true, 1, -2.5, "é🙂", ""]);
  },

  async "an int is a number while that is exact, and a bigint beyond"(ruff) {
    const value = await run(ruff, `return [9007199254740991, 9007199254740992, -9223372036854775807 - 1]`);
    equal(value, [9007199254740991, 9007199254740992n, -9223372036854775808n]);
  },

  async "numbers that are integral and safe come in as ints, others as floats, bigints as ints"(ruff) {
    const globals = { values: [1, 1.5, 2 ** 53, 10n, -0.0, NaN] };
    const types = await run(ruff, `return values.map(type)`, { globals });
    equal(types, ["int", "float", "float", "int", "int", "float"]);
  },

  async "a bigint beyond 64 bits is a RangeError"(ruff) {
    const vm = new ruff.Vm();
    const error = await failure(() => vm.set("x", { big: [2n ** 63n] }));
    ok(error instanceof RangeError, error.name);
    equal(error.message, "x.big[0] is a bigint beyond 64 bits");
    vm.set("x", -(2n ** 63n));
    equal(vm.get("x"), -(2n ** 63n));
    vm.dispose();
  },

  async "containers are copied, in both directions"(ruff) {
    const list = [1, [2]];
    const vm = new ruff.Vm({ globals: { list } });
    list[1].push(3);
    const seen = vm.get("list");
    equal(seen, [1, [2]]);
    seen.push(4);
    equal(vm.get("list"), [1, [2]]);
    vm.dispose();
  },

  async "dicts are plain objects, with keys in the order of the script"(ruff) {
    const value = await run(ruff, `return {zeta: 1, alpha: {x: []}, "1": 2}`);
    equal(value, { zeta: 1, alpha: { x: [] }, 1: 2 });
    equal(Object.keys(value).filter((key) => key !== "1"), ["zeta", "alpha"]);
  },

  async "a key called __proto__ is only a key"(ruff) {
    const value = await run(ruff, `return {"__proto__": 5, "constructor": 6}`);
    equal(Object.getPrototypeOf(value), Object.prototype);
    equal(Object.getOwnPropertyDescriptor(value, "__proto__").value, 5);
    const back = await run(ruff, `return keys(d)`, { globals: { d: JSON.parse('{"__proto__": 1}') } });
    equal(back, ["__proto__"]);
  },

  async "Map, Date, typed arrays, Uint8Array, undefined come in"(ruff) {
    const globals = {
      map: new Map([["a", 1], [2, "b"]]),
      date: new Date(1500),
      floats: new Float32Array([1.5, 2]),
      bigs: new BigInt64Array([5n]),
      bytes: new Uint8Array([1, 255]),
      nothing: undefined,
    };
    const script = `return [map, date, floats, bigs, type(bytes), len(bytes), bytes, nothing]`;
    equal(await run(ruff, script, { globals }), [{ a: 1, 2: "b" }, 1.5, [1.5, 2], [5], "bytes", 2, new Uint8Array([1, 255]), null]);
  },

  async "long lists of numbers keep ints and floats"(ruff) {
    const numbers = Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? i / 2 : i));
    const value = await run(ruff, `return [numbers, sum(numbers), type(numbers[1]), type(numbers[3])]`, { globals: { numbers } });
    equal(value, [numbers, numbers.reduce((a, b) => a + b), "int", "float"]);
  },

  async "a struct has its fields and a hidden name"(ruff) {
    const value = await run(ruff, `struct P { x, y = 2 } return P { x: [1] }`);
    equal(value, { x: [1], y: 2 });
    equal(value.__struct__, "P");
    equal(Object.keys(value), ["x", "y"]);
  },

  async "results and options"(ruff) {
    equal(await run(ruff, `return [Ok(1), Err("e"), Some([2]), None]`), [{ ok: 1 }, { err: "e" }, { some: [2] }, null]);
  },

  async "sets are sets, queues and stacks are arrays"(ruff) {
    const [set, queue, stack] = await run(ruff, `return [Set([1, [2], 1]), Queue([1, 2]), Stack([1, 2])]`);
    ok(set instanceof Set, "a Set");
    equal([[...set], queue, stack], [[1, [2]], [1, 2], [1, 2]]);
    const script = `return [type(s), len(s), s.set_has("a"), s.set_has([1])]`;
    equal(await run(ruff, script, { globals: { s: new Set(["a", [1], [1], 1, 1n]) } }), ["set", 3, true, true]);
  },

  async "errors are errors on both sides"(ruff) {
    const original = new RangeError("too far", { cause: new Error("inner") });
    const vm = new ruff.Vm({ globals: { original } });
    equal(await vm.run(`return [original.message, original.kind, original.cause.message, type(original)]`), ["too far", "host", "inner", "struct"]);
    ok(vm.get("original") === original, "the same object comes back");
    const made = await vm.run(`return Error("made", Error("below"))`);
    ok(made instanceof Error && made.message === "made" && made.cause.message === "below", String(made));
    vm.dispose();
  },

  async "nesting is bounded by memory only"(ruff) {
    let deep = [];
    for (let i = 0; i < 50_000; i++) deep = i % 2 ? [deep] : { deep };
    const vm = new ruff.Vm({ globals: { deep } });
    let depth = 0;
    for (let value = vm.get("deep"); ; depth++) {
      const inner = Array.isArray(value) ? value[0] : value.deep;
      if (inner === undefined) break;
      value = inner;
    }
    equal(depth, 50_000);
    vm.dispose();
  },

  async "what cannot cross is a TypeError that names the path"(ruff) {
    const vm = new ruff.Vm();
    class Element {}
    const cycle = { list: [] };
    cycle.list.push(cycle);
    const messages = [];
    for (const value of [{ user: { element: new Element() } }, [() => 1], new Map([[{}, 1]]), Symbol("s"), cycle]) {
      const error = await failure(() => vm.set("options", value));
      ok(error instanceof TypeError, String(error));
      messages.push(error.message);
    }
    equal(messages, [
      "options.user.element is an object of class Element, which a script cannot hold",
      "options[0] is a JavaScript function, which a script cannot hold",
      "options is a Map with a key that is neither a string nor an integer",
      "options is a symbol, which a script cannot hold",
      "options.list[0] contains itself",
    ]);
    vm.dispose();
  },

  async "an object that stands in two places is no cycle"(ruff) {
    const shared = { x: 1 };
    equal(await run(ruff, `return s`, { globals: { s: [shared, shared] } }), [{ x: 1 }, { x: 1 }]);
  },

  async "what a getter throws is thrown"(ruff) {
    const vm = new ruff.Vm();
    const trap = new Error("trap");
    const error = await failure(() => vm.set("x", { get y() { throw trap; } }));
    ok(error === trap, String(error));
    vm.dispose();
  },

  async "code that runs while a value is read may call back, and may throw"(ruff) {
    const vm = new ruff.Vm({ pump: "manual" });
    const { program } = vm.compile(`return 1`);
    const seen = [];
    const tricky = {
      get a() { vm.set("inner", [1]); return vm.get("inner"); },
      get b() { try { vm.executeUntilSuspend(program); } catch (error) { seen.push(error.message); } return 2; },
    };
    vm.set("tricky", tricky);
    equal(vm.get("tricky"), { a: [1], b: 2 });
    equal(seen, ["The VM is running: this cannot be called from a host function"]);
    const traps = [
      new Proxy([1], { get() { throw new Error("trap"); } }),
      new Proxy({}, { ownKeys() { throw new Error("trap"); } }),
      new Proxy({}, { getPrototypeOf() { throw new Error("trap"); } }),
      { get then() { throw new Error("trap"); } },
      Object.create({ get constructor() { throw new Error("trap"); } }),
    ];
    for (const trap of traps) ok((await failure(() => vm.set("x", trap))) instanceof Error, "it throws");
    class OddMap extends Map { [Symbol.iterator]() { throw new Error("odd"); } entries() { throw new Error("odd"); } }
    class OddDate extends Date { valueOf() { throw new Error("odd"); } getTime() { throw new Error("odd"); } }
    vm.set("odd", [new OddMap([["k", 1]]), new OddDate(2000)]);
    equal(vm.get("odd"), [{ k: 1 }, 2]);
    const functions = { odd: () => ({ get then() { throw new Error("trap"); } }) };
    equal(await run(ruff, `try { odd() } except e { return e.message }`, { functions }), "trap");
    vm.dispose();
  },

  async "script functions are JavaScript functions that return promises"(ruff) {
    const vm = new ruff.Vm();
    const add = await vm.run(`total := 0 func add(n) { total += n sleep(1) return total } return add`);
    equal(add.name, "add");
    equal([await add(2), await add(3)], [2, 5]);
    vm.set("again", add);
    equal(await vm.run(`return again(10)`), 15);
    const error = await failure(add());
    ok(error instanceof ruff.ScriptError && error.kind === "arity", String(error));
    vm.dispose();
    ok((await failure(add(1))) instanceof ruff.DisposedError, "after dispose");
  },

  async "promises cross both ways"(ruff) {
    const vm = new ruff.Vm({ globals: { early: later(5, "in"), bad: Promise.reject(new Error("no")) } });
    equal(await vm.run(`return [type(early), await early]`), ["promise", "in"]);
    const caught = await vm.run(`try { await bad } except e { return [e.kind, e.message] }`);
    equal(caught, ["host", "no"]);
    const { good, wrong } = await vm.run(`
      async func good() { sleep(2) return 7 }
      async func wrong() { sleep(2) throw "w" }
      return {good: good(), wrong: wrong()}
    `);
    ok(good instanceof Promise, "a promise");
    const error = await failure(wrong);
    equal([await good, error.message, error.kind], [7, "w", "thrown"]);
    vm.dispose();
  },

  // Host functions.

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

  // Running.

  async "run resolves when every task has ended"(ruff) {
    let out = "";
    const script = `spawn { sleep(20) print("task") } print("top") return 1`;
    equal(await run(ruff, script, { onOutput: ({ text }) => (out += text) }), 1);
    equal(out, "top\ntask\n");
  },

  async "variables live in the Vm, over runs"(ruff) {
    const vm = new ruff.Vm({ globals: { start: 10 } });
    await vm.run(`count := start`);
    await vm.run(`count += 1`);
    vm.set("count", vm.get("count") * 2);
    equal([await vm.run(`return count`), vm.get("count"), vm.get("nothing")], [22, 22, undefined]);
    vm.dispose();
  },

  async "two runs of one Vm go on side by side"(ruff) {
    const vm = new ruff.Vm();
    const order = [];
    vm.on("output", ({ text }) => order.push(text.trim()));
    await Promise.all([vm.run(`print("a1") sleep(10) print("a2")`), vm.run(`print("b1") sleep(5) print("b2")`)]);
    equal(order, ["a1", "b1", "b2", "a2"]);
    vm.dispose();
  },

  async "a program is compiled once and run often"(ruff) {
    const vm = new ruff.Vm();
    const { ok: fine, program, diagnostics, render } = vm.compile(`return args()[0] + 1`, { name: "inc.ruff" });
    equal([fine, diagnostics, render(), program.name], [true, [], "", "inc.ruff"]);
    equal([await vm.run(program, { args: [1] }), await vm.run(program, { args: [2] })], [2, 3]);
    const other = new ruff.Vm();
    equal(await other.run(program, { args: [41] }), 42);
    vm.dispose();
    other.dispose();
  },

  async "compile never throws for mistakes, and tells all of them with UTF-16 positions"(ruff) {
    const vm = new ruff.Vm();
    const source = `s := "🙂" + ]\ny := )\n`;
    const { ok: fine, program, diagnostics, render } = vm.compile(source, { name: "bad.ruff" });
    equal([fine, program, diagnostics.length], [false, undefined, 2]);
    const [{ severity, code, message, span }] = diagnostics;
    equal([severity, code, message], ["error", "RUFPARSE001", "Expected expression"]);
    equal(span, { file: "bad.ruff", start: 12, end: 13, line: 1, column: 12, endLine: 1, endColumn: 13 });
    equal(source.slice(span.start, span.end), "]");
    ok(render().includes("--> bad.ruff:1:12"), render());
    vm.dispose();
  },

  async "call runs a function of the script, which may wait"(ruff) {
    const vm = new ruff.Vm();
    await vm.run(`func slow(a, b) { sleep(5) return a + b }`);
    equal(await vm.call("slow", [1, 2]), 3);
    const unknown = await failure(vm.call("fast"));
    equal([unknown.name, unknown.kind, unknown.message], ["ScriptError", "undefined", "Undefined variable: fast"]);
    const arity = await failure(vm.call("slow", [1]));
    equal([arity.kind, arity.message], ["arity", "slow expects 2 arguments, got 1"]);
    vm.dispose();
  },

  async "start gives a handle that is not thenable"(ruff) {
    const vm = new ruff.Vm();
    const task = vm.start(`sleep(20) return 5`);
    equal([typeof task.then, task.id], ["undefined", 1]);
    await later(5);
    const { state, line, wait } = { ...task.info(), ...task.info().position };
    equal([state, line, wait.type], ["waiting", 1, "future"]);
    equal([await task.result, task.info()], [5, undefined]);
    vm.dispose();
  },

  async "a task can be cancelled, with a reason, and its cleanup runs"(ruff) {
    let out = "";
    const vm = new ruff.Vm({ onOutput: ({ text }) => (out += text) });
    const task = vm.start(`try { sleep(60000) } finally { sleep(5) print("cleaned") }`);
    const result = failure(task.result);
    await later(5);
    await task.cancel("enough");
    equal(out, "cleaned\n");
    const error = await result;
    ok(error instanceof ruff.CancelledError && error instanceof ruff.RuffError, String(error));
    equal([error.name, error.reason], ["AbortError", "enough"]);
    await task.cancel();
    vm.dispose();
  },

  async "a task can be paused and goes on"(ruff) {
    const vm = new ruff.Vm();
    const task = vm.start(`n := 0 loop { n += 1 sleep(1) }`);
    failure(task.result);
    await later(20);
    task.pause();
    await later(5);
    const before = vm.get("n");
    await later(30);
    equal([vm.get("n"), task.info().state], [before, "paused"]);
    task.resume();
    await later(30);
    ok(vm.get("n") > before, "it goes on");
    await task.cancel();
    vm.dispose();
  },

  async "a Vm can be paused and goes on"(ruff) {
    const vm = new ruff.Vm();
    vm.pause();
    const result = vm.run(`sleep(1) return 1`);
    equal(await Promise.race([result, later(20, "paused")]), "paused");
    vm.resume();
    equal(await result, 1);
    vm.dispose();
  },

  async "idle resolves when nothing can run"(ruff) {
    let answer;
    const vm = new ruff.Vm({ functions: { ask: () => new Promise((resolve) => (answer = resolve)) } });
    const result = vm.run(`sleep(10) return await ask()`);
    await vm.idle();
    ok(answer !== undefined, "it waits for the host");
    equal(vm.usage().pendingOps, 1);
    answer(3);
    equal(await result, 3);
    await vm.idle();
    vm.dispose();
  },

  async "tasks lists what is alive, with parents, places and waits"(ruff) {
    const vm = new ruff.Vm();
    const task = vm.start(`async func child(n) {\n    sleep(n)\n}\np := child(60000)\nawait p`, { name: "t.ruff" });
    failure(task.result);
    await later(10);
    const [main, child] = vm.tasks();
    equal([main.id, main.parent, main.name, main.state, main.waitsFor], [1, null, "<script>", "waiting", "task 2"]);
    equal([child.id, child.parent, child.name, child.position.line, child.spawned.line], [2, 1, "child", 2, 4]);
    equal([child.wait.type, child.position.file], ["future", "t.ruff"]);
    ok(child.age >= 5 && child.fuelUsed > 0, "age and fuel");
    await task.cancel();
    equal([vm.tasks(), vm.usage().tasks], [[], 0]);
    vm.dispose();
  },

  async "many Vms live side by side"(ruff) {
    const vms = Array.from({ length: 50 }, (_, i) => new ruff.Vm({ globals: { i } }));
    const values = await Promise.all(vms.map((vm) => vm.run(`sleep(5) return i * i`)));
    equal(values, vms.map((_, i) => i * i));
    for (const vm of vms) vm.dispose();
  },

  async "a listener hears until it stops listening"(ruff) {
    const vm = new ruff.Vm();
    const seen = [];
    const controller = new AbortController();
    const off = vm.on("output", ({ text }) => seen.push(`a${text}`));
    vm.on("output", ({ text }) => seen.push(`b${text}`), { signal: controller.signal });
    await vm.run(`print(1)`);
    off();
    await vm.run(`print(2)`);
    controller.abort();
    await vm.run(`print(3)`);
    equal(seen, ["a1\n", "b1\n", "b2\n"]);
    vm.dispose();
  },

  async "ends of tasks, unhandled failures and limits are told"(ruff) {
    const vm = new ruff.Vm();
    const seen = { task: [], unhandled: [], limit: [] };
    for (const type of Object.keys(seen)) vm.on(type, (message) => seen[type].push(message));
    await vm.run(`spawn { throw "lost" }`);
    equal(seen.task.map(({ id }) => id).sort(), [1, 2]);
    equal(seen.unhandled.map(({ error, task }) => [error.message, task]), [["lost", 2]]);
    await failure(vm.run(`loop {}`, { limits: { fuel: 1000 } }));
    equal([seen.limit[0].limit, seen.limit[0].allowed], ["fuel", 1000]);
    vm.dispose();
  },

  // Errors.

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

  // The end of a Vm.

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

  // By hand.

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

  // Waiting; the names are those of the tests on other hosts.

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

  // The editor.

  async "tokenize gives pieces of any text, in UTF-16 offsets"(ruff) {
    const text = `s := "🙂\${x}" # é\nfunc`;
    const numbers = ruff.tokenize(text);
    const classes = ruff.tokenClasses();
    const pieces = [];
    for (let i = 0; i < numbers.length; i += 3) pieces.push([classes[numbers[i + 2]], text.slice(numbers[i], numbers[i + 1])]);
    equal(pieces, [
      ["identifier", "s"], ["operator", ":="], ["string", `"🙂`], ["interpolation", "${"], ["identifier", "x"], ["interpolation", "}"],
      ["string", `"`], ["comment", "# é"], ["keyword", "func"],
    ]);
    equal(ruff.tokenize("").length, 0);
  },
};
