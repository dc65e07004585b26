// The conformance cases of the package, in a page.
import { after, before, test } from "node:test";
import { cases } from "../../pkg-config/test/conformance/index.mjs";
import { launch, openPackage } from "./browser.mjs";
import { serve } from "./server.mjs";

let server, browser, opened;
before(async () => {
  server = await serve();
  browser = await launch();
  opened = await openPackage(browser, server);
  await opened.page.evaluate(async () => (globalThis.conformance = await import("/test/conformance/index.mjs")));
});
after(async () => {
  await opened?.close();
  await browser?.close();
  await server?.close();
});

for (const name of Object.keys(cases)) {
  test(name, () => opened.page.evaluate((name) => conformance.cases[name](ruff), name));
}
