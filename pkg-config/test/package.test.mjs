// The npm package as a user gets it: the tarball, installed somewhere else.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "target/npm/package/package.json"), "utf8"));
const tarball = join(root, `target/npm/ruff-lang-${version}.tgz`);
const tool = (name) => join(root, "node_modules/.bin", name);

let folder, installed;
const run = (program, ...parameters) => execFileSync(program, parameters, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const write = (name, text) => writeFileSync(join(folder, name), text);

before(() => {
  folder = mkdtempSync(join(tmpdir(), "ruff-package-"));
  write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
  run("npm", "install", "--offline", "--no-audit", "--no-fund", tarball);
  installed = join(folder, "node_modules/ruff-lang");
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("the package holds what it needs and nothing else", () => {
  assert.deepEqual(readdirSync(installed).sort(), [
    "README.md", "builtins.d.ts", "capabilities.d.ts", "channel.d.ts", "editor.d.ts", "errors.d.ts", "files.d.ts", "files.js", "index.d.ts", "index.js", "init.d.ts", "node.js",
    "package.json", "program.d.ts", "reference.d.ts",
    "ruff_lang.js", "ruff_lang_bg.wasm", "state.d.ts", "task.d.ts", "types.d.ts", "vm.d.ts",
  ]);
});

test("the manifest is that of a published package of the crate's version", () => {
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.match(readFileSync(join(root, "Cargo.toml"), "utf8"), new RegExp(`^version = "${manifest.version}"$`, "m"));
  for (const key of ["private", "scripts", "dependencies"]) assert.equal(manifest[key], undefined, key);
  const files = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry).flatMap(files));
  for (const file of files(manifest.exports)) assert.ok(readFileSync(join(installed, file)).length > 0, file);
});

test("no file tells where it was built", () => {
  for (const name of readdirSync(installed)) {
    const text = readFileSync(join(installed, name), "latin1");
    for (const place of [root, process.env.HOME, ".cargo/registry"]) {
      assert.ok(!place || place === "/" || !text.includes(place), `${name} contains ${place}`);
    }
  }
});

test("lock files do not name the registry that they were made with", () => {
  assert.doesNotMatch(readFileSync(join(root, "package-lock.json"), "utf8"), /https?:\/\/[^"]*\.tgz/);
});

const script = `
  const vm = new Vm({ functions: { later: (n) => new Promise((resolve) => setTimeout(resolve, 1, n)) } });
  vm.run("return await later(41) + 1").then((value) => console.log(value));
`;

test("Node imports it", () => {
  write("esm.mjs", `import init, { Vm } from "ruff-lang"; await init(); ${script}`);
  assert.equal(run("node", "esm.mjs"), "42\n");
});

test("Node requires it", () => {
  write("cjs.cjs", `const { Vm } = require("ruff-lang"); ${script}`);
  assert.equal(run("node", "--no-warnings", "cjs.cjs"), "42\n");
});

const filesScript = `
  const files = new MemoryFiles({ "a.txt": "text" });
  const vm = new Vm({ capabilities: { files: true }, files });
  vm.run('await async_write_file("b.txt", upper(await async_read_file("a.txt")))').then(() => console.log(new TextDecoder().decode(files.read("b.txt"))));
`;

test("Node imports and requires the stores", () => {
  write("files.mjs", `import { Vm } from "ruff-lang"; import { MemoryFiles } from "ruff-lang/files"; ${filesScript}`);
  assert.equal(run("node", "files.mjs"), "TEXT\n");
  write("files.cjs", `const { Vm } = require("ruff-lang"); const { MemoryFiles } = require("ruff-lang/files"); ${filesScript}`);
  assert.equal(run("node", "--no-warnings", "files.cjs"), "TEXT\n");
});

test("Node's own files and fetch can be given", () => {
  write("own.mjs", `
    import { mkdirSync } from "node:fs";
    import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
    import { dirname, join } from "node:path";
    import { createServer } from "node:http";
    import { Vm } from "ruff-lang";
    mkdirSync("own");
    process.chdir("own");
    const files = {
      read: (path, { signal }) => readFile(path, { signal }),
      async write(path, content, { signal }) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content, { signal });
      },
      async list(prefix) {
        const found = await readdir(".", { recursive: true, withFileTypes: true });
        const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
        return paths.filter((path) => path.startsWith(prefix));
      },
    };
    const server = createServer((request, response) => response.end("served " + request.url)).listen(0, "127.0.0.1", async () => {
      const vm = new Vm({ capabilities: { http: true, files: true }, files, globals: { base: "http://127.0.0.1:" + server.address().port } });
      console.log(await vm.run('r := await async_http_get(base + "/x") await async_write_file("a/b/r", r["body"]) return [await async_list_files("a/b"), await async_read_file("a/b/r")]'));
      try { await vm.run('await async_read_file("none")') } catch (error) { console.log(error.kind, error.cause.code) }
      server.close();
    });
  `);
  assert.equal(run("node", "own.mjs"), "[ [ 'a/b/r' ], 'served /x' ]\nio ENOENT\n");
});

test("the stores do not bring the VM along", () => {
  assert.doesNotMatch(readFileSync(join(installed, "files.js"), "utf8"), /ruff_lang|import/);
});

test("the browser entry loads the module that it is given", () => {
  write("bytes.mjs", `
    import { readFileSync } from "node:fs";
    import init, { Vm } from "./node_modules/ruff-lang/index.js";
    let early;
    try { new Vm() } catch (error) { early = error }
    console.log(early.name, early.message);
    const first = await init({ wasm: readFileSync("node_modules/ruff-lang/ruff_lang_bg.wasm") });
    console.log(first === await init(), first.memory.buffer.byteLength > 0);
    ${script}
  `);
  assert.equal(run("node", "bytes.mjs"), "RuffError init() must have finished before the first new Vm()\ntrue true\n42\n");
});

test("a bundler takes it for a browser", () => {
  write("entry.js", `import init, { Vm } from "ruff-lang"; await init(); ${script}`);
  run(tool("esbuild"), "entry.js", "--bundle", "--format=esm", "--platform=browser", "--outfile=bundle.mjs", "--log-level=error");
  assert.match(readFileSync(join(folder, "bundle.mjs"), "utf8"), /new URL\("ruff_lang_bg\.wasm", import\.meta\.url\)/);
});

for (const [resolution, module] of [["nodenext", "nodenext"], ["bundler", "preserve"]]) {
  test(`TypeScript takes it with module resolution ${resolution}, without options of its own`, () => {
    write("entry.ts", `import init, { Vm, type Value } from "ruff-lang"; await init(); import { MemoryFiles } from "ruff-lang/files"; export const value: Value = await new Vm({ files: new MemoryFiles() }).run("return 1");`);
    const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--module", module, "--moduleResolution", resolution];
    run(tool("tsc"), "--ignoreConfig", ...options, "entry.ts");
  });
}
