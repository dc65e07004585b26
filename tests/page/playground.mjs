// The playground in a page of its own, and what a person does with it.
import { withPage } from "./site.mjs";

/** A test of the page at `path`. */
export const withPlayground = (name, use, path = "") =>
  withPage(
    name,
    async (page) => {
      await page.locator("#run:enabled").waitFor();
      await use(page);
    },
    path,
  );

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
