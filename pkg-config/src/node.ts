// The entry of Node: the module is loaded from the file beside this one, so that nothing has to be awaited.
import { readFileSync } from "node:fs";
import { useLoaded } from "./index.js";
import { initSync } from "./ruff_lang.js";

useLoaded(initSync({ module: readFileSync(new URL("./ruff_lang_bg.wasm", import.meta.url)) }));

export * from "./index.js";
export { default } from "./index.js";
