import init, { CompileError, ScriptError } from "ruff-lang";
import { keyCap, type Command } from "./commands.js";
import { Editor } from "./editor.js";
import { findExample, groups, loadExample } from "./examples.js";
import { inspect } from "./inspect.js";
import { Output } from "./output.js";
import { Runner, hostNames, reportOf } from "./runner.js";

const SAVED = "ruff-playground-script";
const THEME = "ruff-playground-theme";

function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}`);
  return found as T;
}

const runButton = element<HTMLButtonElement>("run");
const stopButton = element<HTMLButtonElement>("stop");
const formatButton = element<HTMLButtonElement>("format");
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

function fillExamples(): void {
  for (const { group, examples } of groups) {
    const list = document.createElement("optgroup");
    list.label = group;
    for (const { id, title, about } of examples) {
      const option = new Option(title, id);
      option.title = about;
      list.append(option);
    }
    exampleList.add(list);
  }
}

/** Shows an example in the list and says what it is about; nothing is chosen if there is none of that name. */
function markExample(id: string): void {
  exampleList.value = id;
  element("about").textContent = findExample(id)?.about ?? "";
}

function setUpKeys(commands: readonly Command[]): void {
  const dialog = element<HTMLDialogElement>("keys");
  const rows = commands.map(({ key, title }) => [keyCap(key), title]);
  for (const [key = "", title = ""] of [...rows, ["Esc, Tab", "Leave the editor"]]) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    term.append(cap);
    meaning.append(title);
    element("key-list").append(term, meaning);
  }
  element("show-keys").addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
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
  fillExamples();
  await init();

  const saved = localStorage.getItem(SAVED);
  const example = findExample(location.hash.slice(1)) ?? (saved === null ? findExample("hello") : undefined);
  const first = example === undefined ? (saved ?? "") : await loadExample(example);
  markExample(example?.id ?? "");

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

  const editor = new Editor(element("editor"), first, hostNames, {
    run: () => void run(),
    stop,
    changed: (text) => localStorage.setItem(SAVED, text),
    told: (message) => {
      if (!runner.running) state.textContent = message;
    },
  });
  setUpKeys(editor.commands);

  runButton.addEventListener("click", () => void run());
  stopButton.addEventListener("click", stop);
  formatButton.addEventListener("click", () => editor.format());
  element("clear").addEventListener("click", () => output.clear());
  const show = async (id: string): Promise<void> => {
    const example = findExample(id);
    if (example === undefined) return;
    await runner.stop();
    editor.text = await loadExample(example);
    output.clear();
    markExample(id);
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
  formatButton.disabled = false;
  state.textContent = "Ready";
  editor.focus();
}

play().catch((error: unknown) => {
  state.textContent = "The playground could not be started";
  output.close("failure", reportOf(error));
});
