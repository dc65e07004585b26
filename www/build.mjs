// Builds the playground into target/www/: `node www/build.mjs`, after the npm package has been built.
import { build } from "esbuild";
import { cpSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = here("../target/www/");
const npmPackage = here("../target/npm/package/");

mkdirSync(target, { recursive: true });
await build({
  entryPoints: [here("src/main.ts")],
  outfile: `${target}playground.js`,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: true,
  alias: { "ruff-lang": `${npmPackage}index.js` },
  logLevel: "warning",
});
const pages = ["index.html", "style.css", "icon.svg", "examples", "reference.html", "reference.css", "reference.js"];
for (const file of pages) cpSync(here(file), target + file, { recursive: true });
// The bundle looks for the module beside itself.
cpSync(`${npmPackage}ruff_lang_bg.wasm`, `${target}ruff_lang_bg.wasm`);
