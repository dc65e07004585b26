// The golden scripts in a page, through the package.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { goldens } from "../../pkg-config/test/support/goldens.mjs";
import { launch, openPackage } from "./browser.mjs";
import { serve } from "./server.mjs";

let server, browser, opened;
before(async () => {
  server = await serve();
  browser = await launch();
  opened = await openPackage(browser, server);
  await opened.page.evaluate(async () => (globalThis.runGolden = (await import("/test/support/run-golden.mjs")).runGolden));
});
after(async () => {
  await opened?.close();
  await browser?.close();
  await server?.close();
});

for (const section of new Set(goldens().map((golden) => golden.section))) {
  test(section, async () => {
    for (const golden of goldens().filter((golden) => golden.section === section)) {
      const { actual, expected } = await opened.page.evaluate((golden) => runGolden(ruff, golden), golden);
      assert.equal(actual, expected, golden.name);
    }
  });
}
