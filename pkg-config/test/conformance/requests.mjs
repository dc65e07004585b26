// HTTP and files of scripts (async.md 8.1) through a `fetch` and a store of the host's own.
import { equal, failure, later, ok, run } from "./check.mjs";

const http = { http: true };
const files = { files: true };
const attempt = (call) => `try { await ${call} } except e { seen.push([e.kind, e.message]) }`;

/** A fetch that answers with what it was asked, and keeps that. */
function echo(asked = []) {
  return async (url, init) => {
    asked.push({ url, ...init });
    const body = typeof init.body === "object" ? [...init.body].join() : init.body;
    return new Response(`${init.method} ${url} ${body ?? ""}`, { status: 201, headers: { "X-Kind": "echo", "Content-Type": "text/plain" } });
  };
}

const never = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

export const cases = {
  async "HTTP and files are denied by default, whatever fetch and store there are"(ruff) {
    const options = { fetch: echo(), files: new ruff.MemoryFiles({ a: "x" }) };
    const calls = [
      `async_http_get("/")`, `async_http_post("/", "")`, `async_http_request({"url": "/"})`, `async_read_file("a")`, `async_read_bytes("a")`,
      `async_write_file("a", "")`, `async_list_files("")`, `async_read_files(["a"])`, `async_write_files([["a", ""]])`,
    ];
    const seen = await run(ruff, `seen := []\n${calls.map(attempt).join("\n")}\nreturn seen`, options);
    const refused = (name) => ["permission", `Capability '${name}' is not granted`];
    equal(seen, calls.map((call) => refused(call.includes("http") ? "http" : "files")));
    equal(new TextDecoder().decode(options.files.read("a")), "x");
  },

  async "clock and random are granted by default and can be denied"(ruff) {
    equal(await run(ruff, `return [now() > 0, random() < 1]`), [true, true]);
    const script = `seen := []\n${attempt("now()")}\n${attempt("random()")}\nreturn seen`;
    const seen = await run(ruff, script, { capabilities: { clock: false, random: false } });
    equal(seen, ["clock", "random"].map((name) => ["permission", `Capability '${name}' is not granted`]));
  },

  async "bad capabilities, fetches and stores are refused when the Vm is made"(ruff) {
    const messages = [];
    for (const options of [
      { capabilities: ["http"] }, { capabilities: { htpt: true } }, { capabilities: { http: 1 } }, { capabilities: { files: true } },
      { fetch: "x" }, { files: {} }, { files: { read() {}, list() {} } }, { files: null },
    ]) {
      const error = await failure(() => new ruff.Vm(options));
      messages.push(`${error.name}: ${error.message}`);
    }
    equal(messages, [
      "TypeError: options.capabilities must be an object",
      'TypeError: options.capabilities has no capability "htpt"',
      "TypeError: options.capabilities.http must be true or false",
      "TypeError: options.capabilities.files needs options.files",
      "TypeError: options.fetch must be a function",
      "TypeError: options.files must have a method read",
      "TypeError: options.files must have a method write",
      "TypeError: options.files must have a method read",
    ]);
  },

  async "a request has method, url, headers and body; a response status, headers and body"(ruff) {
    const asked = [];
    const script = `
      first := await async_http_get("/a", {"headers": {"X-A": "1", "X-B": "2"}})
      second := await async_http_post("/b", "text")
      third := await async_http_request({"method": "patch", "url": "/c", "body": bytes([1, 2])})
      return [first, second["body"], third["body"]]
    `;
    const value = await run(ruff, script, { capabilities: http, fetch: echo(asked) });
    equal(value, [{ status: 201, headers: { "content-type": "text/plain", "x-kind": "echo" }, body: "GET /a " }, "POST /b text", "PATCH /c 1,2"]);
    equal(asked[0].headers, [["X-A", "1"], ["X-B", "2"]]);
    equal(asked.map(({ signal }) => signal instanceof AbortSignal && !signal.aborted), [true, true, true]);
  },

  async "any status is a response, broken UTF-8 is replaced, a missing body is empty"(ruff) {
    const replies = [new Response("gone", { status: 404 }), new Response(new Uint8Array([0xef, 0xbb, 0xbf, 65, 255])), new Response(null, { status: 204 })];
    const script = `return [await async_http_get("/"), await async_http_get("/"), await async_http_get("/")].map(func(r) { return [r["status"], r["body"]] })`;
    const value = await run(ruff, script, { capabilities: http, fetch: async () => replies.shift() });
    equal(value, [[404, "gone"], [200, "\ufeffA\ufffd"], [204, ""]]);
  },

  async "a request that fails is an error of kind io that says what and why; the cause is the same object"(ruff) {
    const thrown = new TypeError("fetch failed", { cause: new Error("connection refused") });
    for (const fetch of [async () => { throw thrown; }, () => { throw thrown; }]) {
      const error = await failure(run(ruff, `await async_http_get("http://x/")`, { capabilities: http, fetch }));
      equal([error.name, error.kind, error.message], ["ScriptError", "io", "GET http://x/: fetch failed: connection refused"]);
      ok(error.cause === thrown, "the very same object");
    }
  },

  async "a response that is too long fails before it is all there"(ruff) {
    let sent = 0;
    const body = () => new ReadableStream({ pull: (controller) => (sent++, controller.enqueue(new Uint8Array(1 << 20))) });
    const options = { capabilities: http, fetch: async () => new Response(body()), limits: { memoryBytes: 4 << 20 } };
    const error = await failure(run(ruff, `await async_http_get("/")`, options));
    equal([error.kind, error.message], ["io", `GET /: the response has more than ${4 << 20} bytes`]);
    ok(sent < 10, `${sent} MiB were sent`);
  },

  async "a timeout and a cancellation abort the request"(ruff) {
    const signals = [];
    const fetch = (url, init) => (signals.push(init.signal), never(url, init));
    const script = `
      seen := []
      ${attempt(`async_http_get("/", {"timeout": 5})`)}
      t := spawn { await async_http_get("/") }
      p := async_http_get("/")
      cancel(t)
      cancel(p)
      ${attempt("t")}
      seen.push([task_status(p)])
      return seen
    `;
    const vm = new ruff.Vm({ capabilities: http, fetch });
    const seen = await vm.run(script);
    equal(seen.map(([kind]) => kind), ["timeout", "cancelled", "cancelled"]);
    equal(seen[0][1], "Timeout after 5ms");
    equal(signals.map(({ aborted }) => aborted), [true, true, true]);
    const task = vm.start(`await async_http_get("/")`);
    await later(5);
    vm.dispose();
    await failure(task.result);
    equal(signals.map(({ aborted }) => aborted), [true, true, true, true]);
  },

  async "files are written, read and listed, with errors that name them"(ruff) {
    const store = new ruff.MemoryFiles({ "pages/a.md": "# A", "pages/b/c.md": new Uint8Array([35]), "pagesx": "", bad: new Uint8Array([255]) });
    const script = `
      seen := []
      await async_write_file("site/deep/a.html", upper(await async_read_file("pages/a.md")) + "ü")
      await async_write_file("raw", bytes([0, 255]))
      for prefix in ["pages/", "page", "none/", "site/deep/a.h"] { seen.push(await async_list_files(prefix)) }
      seen.push(await async_read_file("site/deep/a.html"))
      seen.push(len(await async_read_bytes("raw")))
      ${attempt(`async_read_file("none")`)}
      ${attempt(`async_read_file("bad")`)}
      ${attempt(`async_read_file("pages")`)}
      ${attempt(`async_write_file("pages", "")`)}
      ${attempt(`async_write_file("raw/x", "")`)}
      ${attempt(`async_write_file("../x", "")`)}
      ${attempt(`async_read_file("/x")`)}
      return seen
    `;
    const rule = "a path is names separated by /, relative to the store, without . and ..";
    equal(await run(ruff, script, { capabilities: files, files: store }), [
      ["pages/a.md", "pages/b/c.md"], ["pages/a.md", "pages/b/c.md", "pagesx"], [], ["site/deep/a.html"],
      "# Aü", 2,
      ["io", "cannot read none: there is no such file"],
      ["io", "bad is not UTF-8 text"],
      ["io", "cannot read pages: pages is a directory"],
      ["io", "cannot write pages: pages is a directory"],
      ["io", "cannot write raw/x: raw is a file"],
      ["io", `cannot write ../x: ${rule}`],
      ["io", `cannot read /x: ${rule}`],
    ]);
    equal([...store.read("raw")], [0, 255]);
    equal(store.list().sort(), ["bad", "pages/a.md", "pages/b/c.md", "pagesx", "raw", "site/deep/a.html"]);
  },

  async "a store in memory can be bounded, and its content is nobody else's"(ruff) {
    const given = new Uint8Array([1, 2, 3]);
    const store = new ruff.MemoryFiles({ a: given }, { maxBytes: 5 });
    given[0] = 9;
    store.read("a")[1] = 9;
    equal([...store.read("a")], [1, 2, 3]);
    const script = `
      seen := []
      ${attempt(`async_write_file("b", "123")`)}
      await async_write_file("a", "12345")
      await async_write_file("a", "1")
      await async_write_file("b", "1234")
      return seen
    `;
    equal(await run(ruff, script, { capabilities: files, files: store }), [["io", "cannot write b: the store can have at most 5 bytes"]]);
    equal((await failure(() => new ruff.MemoryFiles({ a: "12" }, { maxBytes: 1 }))).message, "the store can have at most 1 bytes");
    equal((await failure(() => new ruff.MemoryFiles({}, { maxBytes: -1 }))).name, "TypeError");
  },

  async "many files at most so many at a time; one failure aborts those that are under way"(ruff) {
    let underWay = 0, most = 0, begun = 0;
    const aborted = [];
    const store = {
      async read(path, request) {
        begun++;
        most = Math.max(most, ++underWay);
        request.signal.addEventListener("abort", () => aborted.push(path));
        if (Number(path.slice(1)) > 7) await never(path, request);
        await later(1);
        // Not before as many others are under way as may be.
        while (path === "f7" && begun < 11) await later(1);
        underWay--;
        if (path === "f7") throw new Error("disk error");
        return `text of ${path}`;
      },
      async write() {},
      list: async () => [],
    };
    const options = { capabilities: files, files: store };
    const good = `paths := range(6).map(func(i) { return "f" + to_string(i) })\nreturn await async_read_files(paths, 3)`;
    equal(await run(ruff, good, options), [0, 1, 2, 3, 4, 5].map((i) => `text of f${i}`));
    equal(most, 3);
    begun = most = 0;
    const bad = `
      paths := range(100).map(func(i) { return "f" + to_string(i) })
      try { await async_read_files(paths, 4) } except e { return [e.kind, e.message] }
    `;
    equal(await run(ruff, bad, options), ["io", "cannot read f7: disk error"]);
    equal([most, begun, aborted], [4, 11, ["f10", "f9", "f8"]]);
  },

  async "a run ends when its last file is written, also one that nobody awaited"(ruff) {
    const written = [];
    const store = { read: () => null, list: () => [], write: async (path, content) => { await later(5); written.push([path, content.length]); } };
    await run(ruff, `async_write_file("late", "four")`, { capabilities: files, files: store });
    equal(written, [["late", 4]]);
  },

  async "a store may answer at once, with text or any iterable; other answers are errors"(ruff) {
    const store = { read: (path) => ({ text: "plain", number: 5 })[path], list: () => new Set(["b", "a"]), write() { throw new Error("read only"); } };
    const script = `
      seen := [await async_read_file("text"), len(await async_read_bytes("text")), await async_list_files("")]
      ${attempt(`async_read_file("number")`)}
      ${attempt(`async_read_file("none")`)}
      ${attempt(`async_write_file("x", "")`)}
      return seen
    `;
    equal(await run(ruff, script, { capabilities: files, files: store }), [
      "plain", 5, ["a", "b"],
      ["io", "number: the host gave a value of kind int as its content"],
      ["io", "cannot read none: there is no such file"],
      ["io", "cannot write x: read only"],
    ]);
  },

  async "a file that is too large for the script is refused"(ruff) {
    const store = { read: () => new Uint8Array((1 << 20) + 1), write() {}, list: () => [] };
    const options = { capabilities: files, files: store, limits: { memoryBytes: 1 << 20 } };
    const error = await failure(run(ruff, `await async_read_bytes("big")`, options));
    equal([error.kind, error.message], ["io", `cannot read big: it has more than ${1 << 20} bytes`]);
  },

  async "requests by hand are begun, and their promises are there to be delivered"(ruff) {
    const vm = new ruff.Vm({ pump: "manual", capabilities: http, fetch: echo() });
    const { program } = vm.compile(`r := await async_http_get("/a")\nreturn r["body"]`);
    let step = vm.executeUntilSuspend(program);
    equal(step.state, "suspended");
    vm.deliver(step.wait.id, { value: await step.promise });
    step = vm.resumeExecutionContext(step.contextId);
    equal(step, { state: "completed", value: "GET /a " });
    vm.dispose();
  },
};
