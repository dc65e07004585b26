// Runs one golden script as the command line would; the same in Node and in a page.

/** Hints count only where they are expected. */
const withoutHints = (report) => report.split(/(?<=\n)/).filter((line) => !line.startsWith("  = note: ")).join("");

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Delivers a recording (its lines are those of `ruff run --feed`), from when the script first waits on. */
async function play(vm, feed) {
  const lines = feed.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (lines.length > 0) await vm.idle();
  const begun = performance.now();
  let last = 0;
  for (const { at = last, event, data, bar, end, error, tick, ...prices } of lines.map((line) => JSON.parse(line))) {
    last = at;
    const wait = begun + at - performance.now();
    if (wait > 0) await sleep(wait);
    if (event !== undefined) vm.emit(event, data);
    else if (bar !== undefined) vm.pushBar(bar, prices);
    else if (end !== undefined) vm.endBars(end, error);
    else vm.tick(tick);
  }
}

/** What a script prints and what it is expected to print, as two texts. */
export async function runGolden(ruff, { name, modules, script, feed, stdout, stderr, deterministic }) {
  const printed = { stdout: "", stderr: "" };
  const vm = new ruff.Vm({ modules, ...(deterministic && { deterministic }), onOutput: ({ stream, text }) => void (printed[stream] += text) });
  vm.on("unhandled", ({ error }) => void (printed.stderr += error.report));
  vm.on("event", ({ name, payload }) => void (printed.stdout += `event ${name} ${JSON.stringify(payload)}\n`));
  vm.on("alert", ({ id, severity, title, message, data, tags }) => {
    printed.stdout += `alert ${id} ${[severity, title, message, JSON.stringify(data), tags.join(",")].join(" | ")}\n`;
  });
  try {
    const result = vm.run(script, { name });
    const fed = play(vm, feed);
    await Promise.all([result, fed]);
  } catch (error) {
    if (!(error instanceof ruff.ExitError)) printed.stderr += error.report ?? `${error.message}\n`;
  }
  const { pendingOps, subscriptions } = vm.usage();
  const left = vm.tasks().length + pendingOps + subscriptions;
  vm.dispose();
  if (left > 0) printed.stderr += `${left} tasks or operations are left\n`;
  if (!stderr.includes("\n  = note: ")) printed.stderr = withoutHints(printed.stderr);
  return { actual: `${printed.stdout}--\n${printed.stderr}`, expected: `${stdout}--\n${stderr}` };
}
