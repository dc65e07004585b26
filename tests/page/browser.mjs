// The system's Chromium, without a window.
import { chromium } from "playwright-core";

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A page of the server; a test that uses it fails if the page reports an error that nobody handles. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error));
  await page.goto(url);
  return {
    page,
    errors,
    async close() {
      await context.close();
      if (errors.length > 0) throw errors[0];
    },
  };
}

/** Loads the package, with its stores, as `ruff`. */
export const loadPackage = (page) =>
  page.evaluate(async () => {
    globalThis.ruff = { ...(await import("/package/index.js")), ...(await import("/package/files.js")) };
    await globalThis.ruff.default();
  });

/** A blank page with the package loaded. */
export async function openPackage(browser, server) {
  const opened = await openPage(browser, `${server.url}blank`);
  await loadPackage(opened.page);
  return opened;
}

/**
 * Bounds on time hold for the machine as it should be, not for one that is busy with something else: the best of a few
 * attempts counts.
 */
export async function bestOf(attempts, measure, isGood) {
  let last;
  for (let attempt = 0; attempt < attempts; attempt++) {
    last = await measure();
    if (isGood(last)) break;
  }
  return last;
}
