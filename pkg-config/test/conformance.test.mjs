// The conformance cases in Node, on the package as it was built.
import { test } from "node:test";
import * as ruff from "../../target/npm/package/node.js";
import { cases } from "./conformance/index.mjs";

await ruff.default();
for (const [name, run] of Object.entries(cases)) test(name, () => run(ruff));
