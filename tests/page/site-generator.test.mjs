// The site generator of the examples in a page: ten thousand files in memory, some hundred in the Origin Private File
// System. (What it writes in detail is the business of tests/site.rs.)
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, test } from "node:test";
import { loadPackage, openPackage } from "./browser.mjs";
import { browser, server } from "./site.mjs";

const PAGES = 10_000;

const generator = await readFile(new URL("../../www/examples/site/site.ruff", import.meta.url), "utf8");

let opened, page;
beforeEach(async () => {
  opened = await openPackage(browser, server);
  page = opened.page;
  await page.evaluate(() => {
    const text = "A paragraph of *some* length with `code` & [a link](other.html).\n\n- one\n- two\n\n";
    globalThis.sources = (count) => ({
      "pages/layout.html": "<title>{{title}}</title>{{content}}",
      ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`pages/${i % 10}/${i}.md`, `# Page ${i}\n\n${text.repeat(3)}`])),
    });
  });
});
afterEach(() => opened.close());

test(`${PAGES} pages are generated from files in memory, with progress, and the page stays alive`, { timeout: 60_000 }, async (context) => {
  const found = await page.evaluate(async ({ generator, count }) => {
    const files = new ruff.MemoryFiles(sources(count));
    const progress = [];
    let printed = "";
    const vm = new ruff.Vm({ capabilities: { files: true }, files, onOutput: ({ text }) => (printed += text) });
    let turns = 0;
    // Its own ticks, between which scripts run: when each came, and how far the generator was.
    const ticks = [];
    vm.on("event", ({ name, payload }) => progress.push({ name, ...payload }));
    const timer = setInterval(() => (turns++, ticks.push(performance.now())), 5);
    const begun = performance.now();
    await vm.run(generator);
    const ms = performance.now() - begun;
    clearInterval(timer);
    const longest = Math.max(...ticks.map((at, i) => at - (ticks[i - 1] ?? begun)));
    const read = (path) => new TextDecoder().decode(files.read(path));
    const result = {
      ms, turns, longest, printed, progress,
      written: files.list("site/").length,
      last: read(`site/${(count - 1) % 10}/${count - 1}.html`),
      entries: read("site/index.html").split("<li>").length - 1,
      left: vm.tasks().length + vm.usage().pendingOps,
    };
    vm.dispose();
    return result;
  }, { generator, count: PAGES });
  context.diagnostic(`${Math.round(found.ms)} ms, ${found.turns} turns of the page, longest pause ${Math.round(found.longest)} ms`);
  assert.equal(found.printed, `${PAGES} pages\n`);
  assert.deepEqual(found.progress, Array.from({ length: PAGES / 100 }, (_, i) => ({ name: "progress", rendered: (i + 1) * 100, of: PAGES })));
  assert.deepEqual([found.written, found.entries, found.left], [PAGES + 1, PAGES, 0]);
  const paragraph = '<p>A paragraph of <em>some</em> length with <code>code</code> &amp; <a href="other.html">a link</a>.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>';
  assert.equal(found.last, `<title>Page 9999</title><h1>Page 9999</h1>\n${[paragraph, paragraph, paragraph].join("\n")}`);
  assert.ok(found.ms < 10_000, `took ${found.ms} ms`);
  // On an idle machine every few milliseconds; a page that were blocked would have had none.
  assert.ok(found.turns > found.ms / 100, `the page had ${found.turns} turns in ${found.ms} ms`);
});

test("it can be cancelled on the way, after which nothing is written any more", { timeout: 60_000 }, async () => {
  const found = await page.evaluate(async ({ generator, count }) => {
    const files = new ruff.MemoryFiles(sources(count));
    const vm = new ruff.Vm({ capabilities: { files: true }, files });
    const task = vm.start(generator);
    await new Promise((resolve) => vm.on("event", ({ payload }) => payload.rendered === 500 && resolve()));
    await task.cancel();
    const error = await task.result.catch((error) => error.name);
    const before = files.list("site/").length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const result = [error, before > 0 && before < count, files.list("site/").length === before, vm.tasks().length + vm.usage().pendingOps];
    vm.dispose();
    return result;
  }, { generator, count: 5000 });
  assert.deepEqual(found, ["AbortError", true, true, 0]);
});

test("a site in the Origin Private File System is there when the page comes back", { timeout: 60_000 }, async () => {
  await page.evaluate(async ({ generator, count }) => {
    const files = new ruff.OriginPrivateFiles("blog");
    for (const [path, text] of Object.entries(sources(count))) await files.write(path, text);
    const vm = new ruff.Vm({ capabilities: { files: true }, files });
    await vm.run(generator);
    vm.dispose();
  }, { generator, count: 200 });
  await page.reload();
  await loadPackage(page);
  const found = await page.evaluate(async () => {
    const files = new ruff.OriginPrivateFiles("blog");
    const read = async (path) => new TextDecoder().decode(await files.read(path));
    return [(await files.list("site/")).length, (await read("site/index.html")).split("<li>").length - 1, (await read("site/7/7.html")).slice(0, 43)];
  });
  assert.deepEqual(found, [201, 200, "<title>Page 7</title><h1>Page 7</h1>\n<p>A p"]);
});
