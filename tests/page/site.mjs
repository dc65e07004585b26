// One server and one browser for the tests of a file.
import { after, before, test } from "node:test";
import { launch, openPage } from "./browser.mjs";
import { serve } from "./server.mjs";

/** Both exist while tests run. */
export let server, browser;
before(async () => {
  server = await serve();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** A test with the page at `path` of the site, in a context of its own. */
export const withPage = (name, use, path = "") =>
  test(name, async () => {
    const opened = await openPage(browser, server.url + path);
    try {
      await use(opened.page);
    } finally {
      await opened.close();
    }
  });
