// The playground in a page of its own, and what a person does with it.
import { after, before, test } from "node:test";
import { launch, openPage } from "./browser.mjs";
import { serve } from "./server.mjs";

let server, browser;
before(async () => {
  server = await serve();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** A test of the page at `path`. */
export const withPlayground = (name, use, path = "") =>
  test(name, async () => {
    const opened = await openPage(browser, server.url + path);
    try {
      await opened.page.locator("#run:enabled").waitFor();
      await use(opened.page);
    } finally {
      await opened.close();
    }
  });

/** Replaces the script. */
export async function write(page, script) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(script);
}

export const output = (page) => page.locator("#output").textContent();
export const state = (page) => page.locator("#state").innerText();
export const finished = (page) => page.locator("#stop:disabled").waitFor();

export async function run(page) {
  await page.locator("#run").click();
  await page.waitForFunction(() => document.getElementById("state").textContent !== "Running …");
  return output(page);
}
