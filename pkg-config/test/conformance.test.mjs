// The conformance cases in Node, on the package as it was built.
import { test } from "node:test";
import * as files from "../../target/npm/package/files.js";
import * as main from "../../target/npm/package/node.js";
import { cases } from "./conformance/index.mjs";

await main.default();
const ruff = { ...main, ...files };
for (const [name, run] of Object.entries(cases)) test(name, () => run(ruff));
