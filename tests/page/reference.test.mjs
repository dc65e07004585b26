// The reference page, used as a person would.
import assert from "node:assert/strict";
import { withPage } from "./site.mjs";

const withReference = (name, use, fragment = "") => withPage(name, use, `reference.html${fragment}`);

withPage("the playground links to the reference", async (page) => {
  const [reference] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "Reference" }).click()]);
  await reference.locator("#slice").waitFor();
  assert.equal(await reference.title(), "Ruff reference");
});

withReference("a link to a function shows it", async (page) => {
  const box = await page.locator("#slice").boundingBox();
  assert.ok(box.y >= 0 && box.y < 300, `it stands at ${box.y}`);
}, "#slice");

withReference("the filter leaves what contains all words", async (page) => {
  await page.locator("#page-filter").fill("sort array");
  assert.ok(await page.locator("#sort_by").isVisible());
  assert.ok(!(await page.locator("#len").isVisible()));
  assert.ok(!(await page.locator("#part-strings").isVisible()), "a section without matches is gone");
  await page.locator("#page-filter").fill("");
  assert.ok(await page.locator("#len").isVisible());
});
