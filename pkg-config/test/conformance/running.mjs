// Running, stopping, looking inside; the editor.
import { equal, failure, later, ok, run } from "./check.mjs";

export const cases = {
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

  async "editor services answer in UTF-16 offsets"(ruff) {
    const text = 's := "\u{1f642}" totl := 1\nprint(totl, s)';
    equal(ruff.references(text, 0).map(({ start, end }) => [start, end].join("-")).join(" "), "0-1 32-33");
    equal(ruff.definition(text, 32)[0].column, 1);
    equal(ruff.hover(text, 21).span.start, 20);
    equal(ruff.complete(text, 22).items.some(({ label }) => label === "print"), true);
    equal(ruff.rename(text, 0, "t").length, 2);
    equal(ruff.symbols(text).map(({ name }) => name).join(" "), "s totl");
    equal(ruff.diagnose("pritn(1)")[0].fixes[0].replacement, "print");
    equal(ruff.describe().builtins.find(({ name }) => name === "floor").signature, "floor(x: num) -> num");
    equal(ruff.format("x:=1 // one"), "x := 1 // one\n");
    const unreadable = await failure(() => ruff.format("x := )", { name: "bad.ruff" }));
    equal([unreadable.name, unreadable.diagnostics[0].span.start], ["CompileError", 5]);
    ok(unreadable.report.includes("bad.ruff:1:6"), unreadable.report);
    let refused;
    try {
      ruff.rename(text, 0, "while");
    } catch (error) {
      refused = error;
    }
    equal([refused.name, refused.message].join(": "), "RenameError: `while` is a keyword");
  },

  async "what is found in a script comes with the changes that solve it"(ruff) {
    const vm = new ruff.Vm();
    // Repairs a text with the first fix until nothing is found. Offsets count UTF-16 units: the sign takes two.
    const repair = (text) => {
      for (let round = 0; round < 5; round++) {
        const { ok: compiles, diagnostics } = vm.compile(text, { name: "a.ruff" });
        if (compiles) return text;
        const [{ title, span, replacement }] = diagnostics[0].fixes;
        ok(title.includes(replacement), title);
        equal([span.file, span.end - span.start], ["a.ruff", text.slice(span.start, span.end).length]);
        text = text.slice(0, span.start) + replacement + text.slice(span.end);
      }
      throw new Error(`still wrong: ${text}`);
    };
    const sign = "\u{1f642}";
    equal(repair(`s := "${sign}"  xs := [1 2 3]`), `s := "${sign}"  xs := [1, 2, 3]`);
    equal(repair(`enum Shape { Oval }\ns := ["${sign}", Shape::Ovl]`), `enum Shape { Oval }\ns := ["${sign}", Shape::Oval]`);
    equal(vm.compile("let a := 1\na := 2").diagnostics.map(({ fixes }) => fixes), [[]]);
    // The same on every way out.
    const wrong = `f(1 2)`;
    const { diagnostics } = vm.compile(wrong);
    equal(diagnostics[0].fixes.map(({ title, replacement }) => [title, replacement]), [["insert `,`", ","]]);
    equal((await failure(vm.run(wrong))).diagnostics, diagnostics);
    equal((await failure(() => ruff.format(wrong))).diagnostics, diagnostics);
    equal(ruff.diagnose(wrong), diagnostics);
    vm.dispose();
  },

  async "editor services know what the host gives"(ruff) {
    const names = ["fetch_text"];
    equal(ruff.diagnose("fetch_txt(1)").length, 0);
    equal(ruff.diagnose("fetch_txt(1)", { names })[0].fixes[0].replacement, "fetch_text");
    const offers = (options) => ruff.complete("x := fet", 8, options).items.some(({ label }) => label === "fetch_text");
    equal([offers({ names }), offers({}), offers()], [true, false, false]);
    const attempts = {
      'options has no option "name"': () => ruff.complete("x", 1, { name: "a" }),
      'options has no option "functions"': () => ruff.diagnose("x", { functions: {} }),
      'options has no option "names"': () => ruff.format("x", { names }),
      "options.names must be an array of strings": () => ruff.complete("x", 1, { names: "fetch_text" }),
      "options.name must be a string": () => ruff.diagnose("x", { name: 5 }),
    };
    for (const [message, attempt] of Object.entries(attempts)) {
      const error = await failure(attempt);
      equal([error.name, error.message], ["TypeError", message]);
    }
  },

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
