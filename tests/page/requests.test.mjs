// HTTP and files of scripts in a page: its own fetch, stores in memory and in the Origin Private File System.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { bestOf, loadPackage, openPackage } from "./browser.mjs";
import { browser, server } from "./site.mjs";

let opened, page;
// A context of its own for each test: the files of one are nobody else's.
beforeEach(async () => {
  opened = await openPackage(browser, server);
  page = opened.page;
});
afterEach(() => opened.close());

/** Waits until the server has seen what it is to see. */
async function until(condition) {
  for (let attempt = 0; attempt < 300 && !condition(); attempt++) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("200 requests of 200 ms run at once, in order; a failing address is an error where it is awaited", async () => {
  const get = () =>
    page.evaluate(async ({ port }) => {
      const vm = new ruff.Vm({ capabilities: { http: true }, globals: { port } });
      const begun = performance.now();
      const value = await vm.run(`
        async func one(i) {
            kind := "slow"
            if i == 77 { kind = "fail" }
            address := "http://h\${i % 40}.localhost:\${port}/\${kind}/\${i}"
            if i == 78 { address = "http://h0.localhost:1/" }
            try {
                r := await async_http_get(address)
                return [r["status"], parse_json(r["body"])["number"]]
            } except e { return [e.kind, starts_with(e.message, "GET \${address}: ")] }
        }
        return await promise_all(range(200).map(one))
      `);
      const ms = performance.now() - begun;
      const left = vm.tasks().length + vm.usage().pendingOps;
      vm.dispose();
      return { value, ms, left };
    }, { port: server.port });
  const { value, ms, left } = await bestOf(3, get, ({ ms }) => ms < 1000);
  const expected = Array.from({ length: 200 }, (_, i) => (i === 77 ? [500, 77] : i === 78 ? ["io", true] : [200, i]));
  assert.deepEqual(value, expected);
  assert.ok(ms < 1000, `took ${ms} ms`);
  assert.ok(server.counts.most > 100, `at most ${server.counts.most} requests were under way`);
  assert.equal(left, 0);
});

test("the server sees that requests are aborted: by cancel, by a timeout, by the end of the Vm", async () => {
  const { counts } = server;
  const start = (script) => page.evaluate(({ script, port }) => {
    globalThis.vm = new ruff.Vm({ capabilities: { http: true }, globals: { base: `http://127.0.0.1:${port}/slow/` } });
    globalThis.task = vm.start(script);
    task.result.catch(() => undefined);
  }, { script, port: server.port });

  let before = counts.abandoned;
  await start(`await promise_all(range(5).map(func(i) { return async_http_get(base + to_string(i)) }))`);
  await until(() => counts.underWay === 5);
  await page.evaluate(() => task.cancel());
  await until(() => counts.abandoned === before + 5);
  assert.equal(counts.abandoned, before + 5);

  before = counts.abandoned;
  await start(`try { await async_http_get(base + "1", {"timeout": 100}) } except e { return e.message }`);
  assert.equal(await page.evaluate(() => task.result), "Timeout after 100ms");
  await until(() => counts.abandoned === before + 1);
  assert.equal(counts.abandoned, before + 1);

  before = counts.abandoned;
  await start(`await async_http_post(base + "1", "body")`);
  await until(() => counts.underWay === 1);
  await page.evaluate(() => vm.dispose());
  await until(() => counts.abandoned === before + 1);
  assert.equal(counts.abandoned, before + 1);
});

test("nothing leaves the page without the capability", async () => {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const message = await page.evaluate(async () => {
    try {
      await new ruff.Vm().run(`await async_http_get("/slow/1")`);
    } catch (error) {
      return [error.kind, error.message];
    }
  });
  assert.deepEqual(message, ["permission", "Capability 'http' is not granted"]);
  assert.deepEqual(asked, []);
});

test("the page's own fetch can be given, and one that allows less", async () => {
  const found = await page.evaluate(async () => {
    const found = [];
    const own = async (url, init) => {
      if (!url.startsWith("/slow/")) throw new Error("this address is not allowed");
      return fetch(url, { ...init, credentials: "omit" });
    };
    for (const option of [fetch, own]) {
      const vm = new ruff.Vm({ capabilities: { http: true }, fetch: option });
      for (const url of ["/slow/5", "/blank"]) {
        found.push(await vm.run(`return (await async_http_get(args()[0]))["status"]`, { args: [url] }).catch((error) => error.message));
      }
      vm.dispose();
    }
    return found;
  });
  assert.deepEqual(found, [200, 200, 200, "GET /blank: this address is not allowed"]);
});

test("files in the Origin Private File System outlive the page", async () => {
  const run = (script) => page.evaluate(async (script) => {
    const vm = new ruff.Vm({ capabilities: { files: true }, files: new ruff.OriginPrivateFiles("of/this test") });
    try {
      return await vm.run(script);
    } finally {
      vm.dispose();
    }
  }, script);
  await run(`
    await async_write_files(range(20).map(func(i) { return ["notes/n\${100 + i}.txt", "note \${i} é"] }), 4)
    await async_write_file("raw", bytes([0, 255]))
  `);
  await page.reload();
  await loadPackage(page);
  const value = await run(`
    paths := await async_list_files("notes/n10")
    return [len(paths), await async_read_files([paths[9], paths[0]]), len(await async_read_bytes("raw")), len(await async_list_files(""))]
  `);
  assert.deepEqual(value, [10, ["note 9 é", "note 0 é"], 2, 21]);
  const elsewhere = await page.evaluate(async () => [(await new ruff.OriginPrivateFiles().list()).length, await new ruff.OriginPrivateFiles("other").list()]);
  assert.deepEqual(elsewhere, [21, []]);
});

test("both stores give the same, and the same errors, for the same script", async () => {
  const results = await page.evaluate(async () => {
    const script = `
      seen := []
      async func attempt(f) { try { seen.push(await f()) } except e { seen.push([e.kind, e.message]) } }
      await async_write_file("a/b/c", "1")
      await async_write_file("a/bc", "22")
      await async_write_file("a/b/c", "333")
      for prefix in ["", "a/b", "a/b/", "a/b/c", "b", "a/x/"] { await attempt(func() { return async_list_files(prefix) }) }
      for path in ["a/b/c", "a/bc/c", "a/b", "x", "x/y", "/a", "a//b", "a/../a/bc", "."] { await attempt(func() { return async_read_file(path) }) }
      for path in ["../up", "a/bc/c", "a/b", "a/bc/d/e"] { await attempt(func() { return async_write_file(path, "") }) }
      return seen
    `;
    const both = [];
    for (const files of [new ruff.MemoryFiles(), new ruff.OriginPrivateFiles("same")]) {
      const vm = new ruff.Vm({ capabilities: { files: true }, files });
      both.push(await vm.run(script));
      vm.dispose();
    }
    return both;
  });
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[0].slice(0, 7), [["a/b/c", "a/bc"], ["a/b/c", "a/bc"], ["a/b/c"], ["a/b/c"], [], [], "333"]);
  assert.deepEqual(results[0].slice(8, 10), [["io", "cannot read a/b: a/b is a directory"], ["io", "cannot read x: there is no such file"]]);
  assert.deepEqual(results[0].slice(-3), [
    ["io", "cannot write a/bc/c: a/bc is a file"],
    ["io", "cannot write a/b: a/b is a directory"],
    ["io", "cannot write a/bc/d/e: a/bc is a file"],
  ]);
});

test("one failure among many files is the error, and nothing goes on behind it", async () => {
  const found = await page.evaluate(async () => {
    const files = new ruff.OriginPrivateFiles("many");
    for (let i = 0; i < 40; i++) if (i !== 25) await files.write(`f${i}`, `text ${i}`);
    const vm = new ruff.Vm({ capabilities: { files: true }, files });
    const value = await vm.run(`
      good := await async_read_files(range(25).map(func(i) { return "f\${i}" }), 3)
      try { await async_read_files(range(40).map(func(i) { return "f\${i}" }), 3) } except e { return [good[24], e.kind, e.message] }
    `);
    const left = vm.usage().pendingOps;
    vm.dispose();
    return { value, left };
  });
  assert.deepEqual(found, { value: ["text 24", "io", "cannot read f25: there is no such file"], left: 0 });
});

test("an aborted write leaves the file as it was; a file may be too large for the script", async () => {
  const found = await page.evaluate(async () => {
    const files = new ruff.OriginPrivateFiles();
    await files.write("kept", "old");
    const controller = new AbortController();
    const writing = files.write("kept", new Uint8Array(1 << 24), { signal: controller.signal });
    controller.abort();
    const failed = await writing.catch((error) => error.name);
    await files.write("big", new Uint8Array((1 << 20) + 1));
    const vm = new ruff.Vm({ capabilities: { files: true }, files, limits: { memoryBytes: 1 << 20 } });
    const message = await vm.run(`await async_read_file("big")`).catch((error) => error.message);
    vm.dispose();
    return [failed, new TextDecoder().decode(await files.read("kept")), message];
  });
  assert.deepEqual(found, ["AbortError", "old", `cannot read big: it has more than ${1 << 20} bytes`]);
});

test("a worker has the same files", async () => {
  const value = await page.evaluate(async () => {
    await new ruff.OriginPrivateFiles().write("shared", "from the page");
    return new Promise((resolve, reject) => {
      const worker = new Worker("/files/files-worker.mjs", { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
    });
  });
  assert.equal(value, "FROM THE PAGE");
});
