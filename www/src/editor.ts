import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { indentOnInput, indentService, indentUnit } from "@codemirror/language";
import { lintKeymap, setDiagnostics, type Diagnostic as Mark } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  tooltips,
} from "@codemirror/view";
import { CompileError, diagnose, format, type Diagnostic, type Span } from "ruff-lang";
import { brackets } from "./brackets.js";
import { commands, type Command } from "./commands.js";
import { completion } from "./completion.js";
import { documentation } from "./documentation.js";
import { highlight } from "./highlight.js";
import { layoutChanges } from "./layout.js";
import { navigation } from "./navigation.js";
import { mark, marks, problems } from "./problems.js";
import { renaming } from "./renaming.js";
import { theme } from "./theme.js";

export interface EditorEvents {
  run(): void;
  stop(): void;
  changed(text: string): void;
  /** Something for people to read. */
  told(message: string): void;
}

const INDENT = 4;

/** A new line is indented like the one before, and once more after an opening bracket. */
const indentation = indentService.of((context, position) => {
  const line = context.lineAt(position);
  if (line.from === 0) return 0;
  const before = context.lineAt(line.from - 1, -1);
  const opens = /[{([]\s*(#.*)?$/.test(before.text) ? INDENT : 0;
  const closes = /^\s*[})\]]/.test(line.text) ? INDENT : 0;
  return Math.max(0, context.lineIndent(before.from) + opens - closes);
});

const language: Extension = EditorState.languageData.of(() => [
  { commentTokens: { line: "#", block: { open: "/*", close: "*/" } }, indentOnInput: /^\s*[})\]]$/ },
]);

/** The editor of the playground. */
export class Editor {
  readonly commands: readonly Command[];
  readonly #view: EditorView;
  readonly #events: EditorEvents;
  /** Where the last run failed, until the text changes. */
  #error: Mark | undefined;

  /** `names` are the functions that the page gives to scripts. */
  constructor(parent: HTMLElement, text: string, names: readonly string[], events: EditorEvents) {
    this.#events = events;
    this.commands = commands({ run: events.run, stop: events.stop, format: () => this.format() });
    const bindings = this.commands.map(({ key, run }) => ({ key, run, preventDefault: true }));
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          highlightActiveLineGutter(),
          highlightSpecialChars(),
          history(),
          drawSelection(),
          EditorState.allowMultipleSelections.of(true),
          indentUnit.of(" ".repeat(INDENT)),
          EditorState.tabSize.of(INDENT),
          indentation,
          indentOnInput(),
          language,
          highlight(),
          brackets,
          highlightActiveLine(),
          highlightSelectionMatches(),
          search({ top: true }),
          completion(names),
          documentation,
          navigation,
          renaming,
          problems(
            (script) => diagnose(script, { names }),
            () => (this.#error === undefined ? [] : [this.#error]),
          ),
          Prec.high(keymap.of(bindings)),
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, indentWithTab]),
          EditorView.contentAttributes.of({ "aria-label": "Script" }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            this.#error = undefined;
            events.changed(update.state.doc.toString());
          }),
          // In the panes, tooltips would be cut off.
          tooltips({ position: "fixed" }),
          theme,
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  set text(text: string) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
  }

  focus(): void {
    this.#view.focus();
  }

  /** Brings the text into the standard layout. */
  format(): void {
    const { text } = this;
    try {
      const changes = layoutChanges(text, format(text));
      if (changes.length > 0) this.#view.dispatch({ changes, userEvent: "format" });
      this.#events.told(changes.length > 0 ? "Formatted" : "The layout is fine");
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      this.showDiagnostics(error.diagnostics);
      this.#events.told("Not formatted: the script has mistakes");
    }
    this.focus();
  }

  /** Marks what was found before running. */
  showDiagnostics(found: readonly Diagnostic[]): void {
    this.#show(marks(found, this.#view.state.doc));
    if (found[0] !== undefined) this.#reveal(found[0].span);
  }

  /** Marks the place of a runtime error, until the next change of the text. */
  showError(span: Span, message: string): void {
    this.#error = mark(span, "error", message, this.#view.state.doc);
    this.#show([]);
    this.#reveal(span);
  }

  clearMarks(): void {
    this.#error = undefined;
    this.#show([]);
  }

  #show(found: readonly Mark[]): void {
    const all = this.#error === undefined ? found : [...found, this.#error];
    this.#view.dispatch(setDiagnostics(this.#view.state, all));
  }

  #reveal({ start }: Span): void {
    const position = Math.min(start, this.#view.state.doc.length);
    this.#view.dispatch({ effects: EditorView.scrollIntoView(position, { y: "nearest", yMargin: 60 }) });
  }
}
