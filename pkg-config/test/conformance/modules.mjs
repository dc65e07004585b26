// Modules: from an object, a Map or a function, at once or later.
import { equal, failure, later, run } from "./check.mjs";

const geometry = `export func area(w, h) { return w * h }\nexport unit := 2`;

export const cases = {
  async "modules come from an object, a Map or a function"(ruff) {
    const script = `import geometry\nreturn [area(2, 3), geometry.unit]`;
    equal(await run(ruff, script, { modules: { geometry } }), [6, 2]);
    equal(await run(ruff, script, { modules: new Map([["geometry", geometry]]) }), [6, 2]);
    equal(await run(ruff, script, { modules: (name) => (name === "geometry" ? geometry : undefined) }), [6, 2]);
  },

  async "a module may be loaded while other tasks run, and is loaded once for a run"(ruff) {
    const asked = [];
    const modules = async (name) => {
      asked.push(name);
      return later(5, name === "a.b" ? `import c\nexport x := y + 1` : `export y := 1`);
    };
    const vm = new ruff.Vm({ modules });
    const script = `from a.b import x\nimport c\nreturn [x, c.y]`;
    equal(await vm.run(script), [2, 1]);
    equal(asked, ["a.b", "c"]);
    vm.dispose();
  },

  async "a module that is missing, fails to load or does not compile is an error of the import"(ruff) {
    const modules = (name) => {
      if (name === "missing") return undefined;
      if (name === "number") return 5;
      if (name === "broken") return `x := )`;
      throw new Error("no network");
    };
    const messages = [];
    for (const name of ["missing", "number", "broken", "other", "toString"]) {
      const error = await failure(run(ruff, `import ${name}`, { modules }));
      messages.push([error.name, error.kind, error.message.split("\n")[0]]);
    }
    equal(messages, [
      ["ScriptError", "import", "Module not found: missing"],
      ["ScriptError", "import", "Module 'number' could not be loaded: its text is not a string but number"],
      ["ScriptError", "import", "Module 'broken' does not compile:"],
      ["ScriptError", "import", "Module 'other' could not be loaded: no network"],
      ["ScriptError", "import", "Module 'toString' could not be loaded: no network"],
    ]);
    const error = await failure(run(ruff, `import toString`, { modules: {} }));
    equal(error.message, "Module not found: toString");
  },

  async "a run that waits for its modules can be cancelled"(ruff) {
    const vm = new ruff.Vm({ modules: () => new Promise(() => undefined) });
    const task = vm.start(`import never`);
    await later(1);
    equal([vm.tasks().length, vm.usage().pendingOps > 0], [1, true]);
    await task.cancel();
    equal((await failure(task.result)).name, "AbortError");
    equal([vm.tasks().length, vm.usage().pendingOps], [0, 0]);
    vm.dispose();
  },

  async "by hand, modules at hand do not suspend, others do"(ruff) {
    const vm = new ruff.Vm({ pump: "manual", modules: { geometry } });
    const step = vm.executeUntilSuspend(vm.compile(`import geometry\nreturn area(3, 4)`).program);
    equal([step.state, step.value], ["completed", 12]);
    vm.dispose();
    const slow = new ruff.Vm({ pump: "manual", modules: async () => later(1, geometry) });
    const program = slow.compile(`import geometry\nreturn area(5, 4)`).program;
    let next = slow.executeUntilSuspend(program);
    equal([next.state, next.wait.type, slow.deliver(next.wait.id, { value: 1 })], ["suspended", "future", false]);
    await next.promise;
    next = slow.resumeExecutionContext(next.contextId);
    equal([next.state, next.value], ["completed", 20]);
    slow.dispose();
  },

  async "modules that are no object, Map or function are refused"(ruff) {
    const error = await failure((async () => new ruff.Vm({ modules: "geometry" }))());
    equal([error.name, error.message], ["TypeError", "options.modules must be an object, a Map or a function"]);
  },
};
