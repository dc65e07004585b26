// What happens when the VM itself fails, and when a Vm is forgotten.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CancelledError, RuffError, Vm } from "../../target/npm/package/node.js";
import { RawVm } from "../../target/npm/package/ruff_lang.js";

test("a trap marks its Vm as dead, settles what it owes, and leaves other Vms alone", async (t) => {
  let aborted = false;
  const wait = function () {
    this.signal.addEventListener("abort", () => (aborted = true));
    return new Promise(() => {});
  };
  const vm = new Vm({ functions: { wait } });
  const other = new Vm();
  const result = assert.rejects(vm.run("await wait()"), (error) => error instanceof RuffError && error.code === "RUFVMDEAD");
  await vm.idle();
  t.mock.method(RawVm.prototype, "usage", () => {
    throw new WebAssembly.RuntimeError("unreachable");
  }, { times: 1 });
  assert.throws(() => vm.usage(), { name: "RuffError", code: "RUFVMDEAD", message: /unreachable/ });
  await result;
  assert.equal(aborted, true);
  assert.throws(() => vm.tasks(), { code: "RUFVMDEAD" });
  await assert.rejects(vm.run("return 1"), { code: "RUFVMDEAD" });
  vm.dispose();
  assert.equal(await other.run("return 1"), 1);
  other.dispose();
});

const inNode = (script) => {
  const entry = fileURLToPath(new URL("../../target/npm/package/node.js", import.meta.url));
  const source = `import init, { Vm } from ${JSON.stringify(entry)}; const { memory } = await init(); ${script}`;
  return execFileSync("node", ["--expose-gc", "--input-type=module", "-e", source], { encoding: "utf8" });
};

test("a forgotten Vm is collected, and its memory used again", () => {
  const megabytes = inNode(`
    for (let i = 0; i < 300; i++) {
      await new Vm({ functions: { f: (x) => x } }).run('xs := "x".repeat(1000000) return f(len(xs))');
      if (i % 20 === 0) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
    }
    console.log(memory.buffer.byteLength / 1e6);
  `);
  assert.ok(Number(megabytes) < 100, `300 Vms with a megabyte each take ${megabytes} MB`);
});

test("a Vm that nobody holds finishes what it runs", () => {
  const printed = inNode(`
    new Vm({ onOutput: ({ text }) => process.stdout.write(text) }).run('sleep(50) print("done")');
    gc();
    setTimeout(() => gc(), 20);
  `);
  assert.equal(printed, "done\n");
});

test("a process ends when its scripts have ended, although Vms exist", () => {
  const begun = Date.now();
  inNode(`globalThis.vm = new Vm(); await vm.run("sleep(1)");`);
  assert.ok(Date.now() - begun < 20_000);
});

test("reasons of failed calls are forgotten with their errors", () => {
  const kept = inNode(`
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    const vm = new Vm({ functions: { fail() { const error = new Error("e"); registry.register(error); throw error; } } });
    await vm.run("for i in 20000 { try { fail() } except e { x := e } }");
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(20000 - collected);
  `);
  assert.ok(Number(kept) < 3000, `${kept} of 20000 are kept`);
});

test("a listener's mistake is an uncaught error of the page, not of the script", () => {
  const printed = inNode(`
    process.on("uncaughtException", (error) => console.log("uncaught", error.message));
    const vm = new Vm({ onOutput() { throw new Error("mine"); } });
    console.log(await vm.run('print(1) return 2'));
  `);
  assert.deepEqual(printed.trim().split("\n").sort(), ["2", "uncaught mine"]);
  assert.ok(CancelledError.prototype instanceof RuffError);
});
