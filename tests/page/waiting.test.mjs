// Scripts that wait, in a page: what the page sees of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bestOf, launch, openPackage } from "./browser.mjs";
import { serve } from "./server.mjs";

let server, browser, opened, page;
before(async () => {
  server = await serve();
  browser = await launch();
  opened = await openPackage(browser, server);
  page = opened.page;
});
after(async () => {
  await opened?.close();
  await browser?.close();
  await server?.close();
});

const timed = (script) =>
  page.evaluate(async (script) => {
    const vm = new ruff.Vm();
    const begun = performance.now();
    const value = await vm.run(script);
    const ms = performance.now() - begun;
    vm.dispose();
    return { value, ms };
  }, script);

test("three sleeps of 100 ms that are joined take about 100 ms", async () => {
  const script = "await promise_all([async_sleep(100), async_sleep(100), async_sleep(100)]) return 1";
  const { ms } = await bestOf(3, () => timed(script), ({ ms }) => ms < 200);
  assert.ok(ms >= 99 && ms < 200, `took ${ms} ms`);
});

test("so do a hundred", async () => {
  const script = "await promise_all(range(100).map(func(i) { return async_sleep(100) })) return 1";
  const { ms } = await bestOf(3, () => timed(script), ({ ms }) => ms < 200);
  assert.ok(ms >= 99 && ms < 200, `took ${ms} ms`);
});

test("200 fetches of 200 ms run at once, in order, and one failure is caught where it is awaited", async () => {
  const fetchAll = () =>
    page.evaluate(async ({ port }) => {
      const vm = new ruff.Vm({
        functions: {
          async ask_server(number) {
            const kind = number === 77 ? "fail" : "slow";
            const reply = await fetch(`http://h${number % 40}.localhost:${port}/${kind}/${number}`, { signal: this.signal });
            if (!reply.ok) throw new Error(`status ${reply.status}`);
            return (await reply.json()).number;
          },
        },
      });
      const begun = performance.now();
      const value = await vm.run(`
        async func one(i) {
            try { return await ask_server(i) } except e { return "\${e.kind}: \${e.message}" }
        }
        return await promise_all(range(200).map(one))
      `);
      const ms = performance.now() - begun;
      const left = vm.tasks().length + vm.usage().pendingOps;
      vm.dispose();
      return { value, ms, left };
    }, { port: server.port });
  const { value, ms, left } = await bestOf(3, fetchAll, ({ ms }) => ms < 1000);
  const expected = Array.from({ length: 200 }, (_, i) => (i === 77 ? "host: status 500" : i));
  assert.deepEqual(value, expected);
  assert.ok(ms < 1000, `took ${ms} ms`);
  assert.ok(server.counts.most > 100, `at most ${server.counts.most} requests were under way`);
  assert.equal(left, 0);
});

test("ten thousand tasks that each wait for a host promise of their own", async () => {
  const found = await page.evaluate(async () => {
    const resolvers = [];
    const vm = new ruff.Vm({ functions: { ask: (n) => new Promise((resolve) => resolvers.push(() => resolve(n * 2))) } });
    const result = vm.run(`
      async func one(i) { return await ask(i) }
      tasks := range(10000).map(one)
      total := 0
      for t in tasks { total += await t }
      return total
    `);
    while (resolvers.length < 10000) await new Promise((resolve) => setTimeout(resolve, 5));
    const waiting = vm.tasks();
    const during = { tasks: waiting.length, waits: waiting.filter((task) => task.wait?.type === "future").length, pending: vm.usage().pendingOps };
    for (const resolve of resolvers) resolve();
    const value = await result;
    const { tasks, pendingOps } = vm.usage();
    const after = { tasks, pendingOps, listed: vm.tasks().length };
    vm.dispose();
    return { value, during, after };
  });
  assert.equal(found.value, 9999 * 10000);
  assert.deepEqual(found.during, { tasks: 10001, waits: 10001, pending: 10000 });
  assert.deepEqual(found.after, { tasks: 0, pendingOps: 0, listed: 0 });
});

test("a script runs in a worker as well", async () => {
  const value = await page.evaluate(() => new Promise((resolve, reject) => {
    const worker = new Worker("/files/worker.mjs", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
  }));
  assert.deepEqual(value, { value: 42, printed: "from a worker\n" });
});
