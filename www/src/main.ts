import init, { CompileError, ScriptError, Vm, type Diagnostic } from "ruff-lang";
import { Editor } from "./editor.js";
import { examples, isExample, loadExample } from "./examples.js";
import { inspect } from "./inspect.js";
import { Output } from "./output.js";
import { Runner, reportOf } from "./runner.js";

const SAVED = "ruff-playground-script";
const THEME = "ruff-playground-theme";

function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}`);
  return found as T;
}

const runButton = element<HTMLButtonElement>("run");
const stopButton = element<HTMLButtonElement>("stop");
const exampleList = element<HTMLSelectElement>("examples");
const state = element("state");
const facts = element("facts");
const output = new Output(element("output"));
const runner = new Runner();

function setUpTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    const chosen = localStorage.getItem(THEME);
    document.documentElement.dataset["theme"] = chosen ?? (dark.matches ? "dark" : "light");
  };
  dark.addEventListener("change", apply);
  element("theme").addEventListener("click", () => {
    localStorage.setItem(THEME, document.documentElement.dataset["theme"] === "dark" ? "light" : "dark");
    apply();
  });
  apply();
}

function setUpDivider(): void {
  const divider = element("divider");
  const main = divider.parentElement;
  if (main === null) return;
  const set = (percent: number): void => main.style.setProperty("--split", `${Math.min(85, Math.max(15, percent))}%`);
  divider.addEventListener("pointerdown", (down) => {
    divider.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => set((event.clientX / main.clientWidth) * 100);
    divider.addEventListener("pointermove", move);
    divider.addEventListener("pointerup", () => divider.removeEventListener("pointermove", move), { once: true });
  });
  divider.addEventListener("keydown", ({ key }) => {
    const now = (divider.offsetLeft / main.clientWidth) * 100;
    if (key === "ArrowLeft") set(now - 3);
    if (key === "ArrowRight") set(now + 3);
  });
}

/** A dot that moves with every frame, and the longest time between two frames while a script runs. */
class Pulse {
  readonly #dot = document.querySelector<HTMLElement>(".pulse i");
  #last = performance.now();
  longest = 0;

  start(): void {
    this.#last = performance.now();
    this.longest = 0;
    requestAnimationFrame(this.#frame);
  }

  readonly #frame = (): void => {
    const now = performance.now();
    if (!document.hidden) this.longest = Math.max(this.longest, now - this.#last);
    this.#last = now;
    if (this.#dot !== null) this.#dot.style.transform = `translateX(${20 + 20 * Math.sin(now / 300)}px)`;
    facts.textContent = [...runner.facts, `longest frame ${this.longest.toFixed(0)} ms`].join(" · ");
    if (runner.running) requestAnimationFrame(this.#frame);
  };
}

async function play(): Promise<void> {
  setUpTheme();
  setUpDivider();
  for (const [id, title] of examples) exampleList.add(new Option(title, id));
  await init();

  const checker = new Vm({ functions: { fetch_text() {}, delay() {} } });
  const check = (text: string): readonly Diagnostic[] => checker.compile(text, { name: "script.ruff" }).diagnostics;
  const wanted = location.hash.slice(1);
  const saved = localStorage.getItem(SAVED);
  const first = isExample(wanted) || saved === null ? await loadExample(isExample(wanted) ? wanted : "hello") : saved;
  exampleList.value = isExample(wanted) ? wanted : saved === null ? "hello" : "";

  const pulse = new Pulse();
  let runs = 0;
  const run = async (): Promise<void> => {
    const number = ++runs;
    output.clear();
    editor.clearMarks();
    state.textContent = "Running …";
    document.body.classList.add("running");
    stopButton.disabled = false;
    const ending = runner.run(editor.text, (text, isError) => output.print(text, isError));
    pulse.start();
    const outcome = await ending;
    // A run that was stopped by the start of the next one has nothing more to say.
    if (number !== runs) return;
    document.body.classList.remove("running");
    stopButton.disabled = true;
    const time = outcome.ms < 10 ? `${outcome.ms.toFixed(1)} ms` : `${outcome.ms.toFixed(0)} ms`;
    switch (outcome.kind) {
      case "completed":
        if (outcome.value !== null) {
          const value = document.createElement("b");
          value.textContent = inspect(outcome.value);
          output.close("value", "→ ", value);
        }
        state.textContent = `Done in ${time}`;
        break;
      case "stopped":
        output.close("note", "Stopped.");
        state.textContent = `Stopped after ${time}`;
        break;
      case "failed":
        output.close("failure", reportOf(outcome.error));
        if (outcome.error instanceof CompileError) editor.showDiagnostics(outcome.error.diagnostics);
        if (outcome.error instanceof ScriptError && outcome.error.span !== undefined) {
          editor.showError(outcome.error.span, [outcome.error.message, ...outcome.error.notes].join("\n"));
        }
        state.textContent = outcome.error instanceof CompileError ? "Not run" : `Failed after ${time}`;
    }
    output.flush();
  };
  const stop = (): void => void runner.stop();

  const editor = new Editor(element("editor"), first, {
    run: () => void run(),
    stop,
    check,
    changed: (text) => localStorage.setItem(SAVED, text),
  });

  runButton.addEventListener("click", () => void run());
  stopButton.addEventListener("click", stop);
  element("clear").addEventListener("click", () => output.clear());
  const show = async (id: string): Promise<void> => {
    if (!isExample(id)) return;
    await runner.stop();
    editor.text = await loadExample(id);
    output.clear();
    exampleList.value = id;
    history.replaceState(null, "", `#${id}`);
    editor.focus();
  };
  exampleList.addEventListener("change", () => void show(exampleList.value));
  addEventListener("hashchange", () => void show(location.hash.slice(1)));
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    if (event.key === "Enter") void run();
    else if (event.key === ".") stop();
    else return;
    event.preventDefault();
  });
  runButton.disabled = false;
  state.textContent = "Ready";
  editor.focus();
}

play().catch((error: unknown) => {
  state.textContent = "The playground could not be started";
  output.close("failure", reportOf(error));
});
