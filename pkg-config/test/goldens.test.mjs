// The golden scripts in Node, through the package.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as ruff from "../../target/npm/package/node.js";
import { goldens } from "./support/goldens.mjs";
import { runGolden } from "./support/run-golden.mjs";

for (const golden of goldens()) {
  test(`${golden.section}/${golden.name}`, async () => {
    const { actual, expected } = await runGolden(ruff, golden);
    assert.equal(actual, expected);
  });
}
