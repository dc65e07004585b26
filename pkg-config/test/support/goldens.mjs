// The golden scripts of tests/language, for running them through the package: its own pump, the real clock; and the
// programs of tests/asynchronous that print times, on a virtual one.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../tests/language/", import.meta.url));
const timed = fileURLToPath(new URL("../../../tests/asynchronous/", import.meta.url));

const PROGRAMS = [
  "async_workers", "cancellation_with_cleanup", "concurrent_map_reduce", "producer_consumer", "rate_limiter", "retry_with_backoff",
];

/** The programs that measure time. */
function programs() {
  const read = (file) => readFileSync(join(timed, file), "utf8");
  return PROGRAMS.map((name) => ({
    name: `${name}.ruff`, section: "asynchronous", modules: {}, script: read(`${name}.ruff`), feed: "", stdout: read(`${name}.out`), stderr: "",
    deterministic: { seed: 0, startMs: 1_700_000_000_000 },
  }));
}

/** The modules that the folder with a script's name holds, by the names that it imports them by. */
function texts(directory, parents) {
  const found = {};
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) Object.assign(found, texts(path, `${parents}${entry.name}.`));
    else found[`${parents}${entry.name.slice(0, -".ruff".length)}`] = readFileSync(path, "utf8");
  }
  return found;
}

/** All scripts with what they must print. What the language does not have yet lies in `next`. */
export function goldens() {
  const sections = readdirSync(folder).filter((section) => section !== "next");
  const scripts = sections.flatMap((section) => {
    const files = new Set(readdirSync(join(folder, section)));
    const read = (file) => (files.has(file) ? readFileSync(join(folder, section, file), "utf8") : "");
    return [...files]
      .filter((file) => file.endsWith(".ruff"))
      .map((name) => {
        const stem = name.slice(0, -".ruff".length);
        const modules = files.has(stem) ? texts(join(folder, section, stem), "") : {};
        return { name, section, modules, script: read(name), feed: read(`${stem}.feed`), stdout: read(`${stem}.out`), stderr: read(`${stem}.err`) };
      });
  });
  return [...scripts, ...programs()];
}
