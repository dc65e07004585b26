// Runs one golden script as the command line would; the same in Node and in a page.

/** Hints count only where they are expected. */
const withoutHints = (report) => report.split(/(?<=\n)/).filter((line) => !line.startsWith("  = note: ")).join("");

/** What a script prints and what it is expected to print, as two texts. */
export async function runGolden(ruff, { name, modules, script, stdout, stderr }) {
  const printed = { stdout: "", stderr: "" };
  const vm = new ruff.Vm({ modules, onOutput: ({ stream, text }) => void (printed[stream] += text) });
  vm.on("unhandled", ({ error }) => void (printed.stderr += error.report));
  try {
    await vm.run(script, { name });
  } catch (error) {
    if (!(error instanceof ruff.ExitError)) printed.stderr += error.report ?? `${error.message}\n`;
  }
  const left = vm.tasks().length + vm.usage().pendingOps;
  vm.dispose();
  if (left > 0) printed.stderr += `${left} tasks or operations are left\n`;
  if (!stderr.includes("\n  = note: ")) printed.stderr = withoutHints(printed.stderr);
  return { actual: `${printed.stdout}--\n${printed.stderr}`, expected: `${stdout}--\n${stderr}` };
}
