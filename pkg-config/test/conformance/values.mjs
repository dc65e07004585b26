// Values across the border.
import { equal, failure, later, ok, run } from "./check.mjs";

export const cases = {
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
};
