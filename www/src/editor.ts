import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentService, indentUnit } from "@codemirror/language";
import { lintGutter, linter, lintKeymap, setDiagnostics, type Diagnostic as Mark } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import type { Diagnostic, Span } from "ruff-lang";
import { highlight } from "./highlight.js";

export interface EditorEvents {
  run(): void;
  stop(): void;
  changed(text: string): void;
  /** What is wrong with the text, before it runs. */
  check(text: string): readonly Diagnostic[];
}

const INDENT = 4;

const theme = EditorView.theme({
  "&": { backgroundColor: "var(--ground)", color: "var(--text)", fontSize: "14px" },
  ".cm-scroller": {
    fontFamily: 'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, monospace',
    lineHeight: "1.55",
  },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--ground)", color: "var(--faint)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--active-line)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--active-line)", color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  "&.cm-focused": { outline: "none" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", border: "1px solid var(--line)", color: "var(--text)" },
  ".cm-panels": { backgroundColor: "var(--panel)", color: "var(--text)" },
  ".cm-diagnostic": { fontSize: "13px", whiteSpace: "pre-wrap", maxWidth: "60ch" },
});

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
  readonly #view: EditorView;
  /** Where the last run failed, until the text changes. */
  #error: Mark | undefined;

  constructor(parent: HTMLElement, text: string, events: EditorEvents) {
    const keys = [
      { key: "Mod-Enter", run: () => (events.run(), true) },
      { key: "Mod-.", run: () => (events.stop(), true) },
    ];
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          lintGutter(),
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
          bracketMatching(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          highlight(),
          linter((view) => this.#marks(events.check(view.state.doc.toString()), view.state), { delay: 300 }),
          Prec.highest(keymap.of(keys)),
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, indentWithTab]),
          EditorView.contentAttributes.of({ "aria-label": "Script" }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            this.#error = undefined;
            events.changed(update.state.doc.toString());
          }),
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

  /** Marks what was found before running. */
  showDiagnostics(found: readonly Diagnostic[]): void {
    this.#view.dispatch(setDiagnostics(this.#view.state, this.#marks(found, this.#view.state)));
    if (found[0] !== undefined) this.#reveal(found[0].span);
  }

  /** Marks the place of a runtime error, until the next change of the text. */
  showError(span: Span, message: string): void {
    this.#error = mark(span, "error", message, this.#view.state);
    this.showDiagnostics([]);
    this.#reveal(span);
  }

  clearMarks(): void {
    this.#error = undefined;
    this.showDiagnostics([]);
  }

  #marks(found: readonly Diagnostic[], state: EditorState): Mark[] {
    const marks = found.map(({ span, severity, message, notes, code }) =>
      mark(span, severity, [message, ...notes].join("\n"), state, code),
    );
    return this.#error === undefined ? marks : [...marks, this.#error];
  }

  #reveal({ start }: Span): void {
    const position = Math.min(start, this.#view.state.doc.length);
    this.#view.dispatch({ effects: EditorView.scrollIntoView(position, { y: "nearest", yMargin: 60 }) });
  }
}

function mark({ start, end }: Span, severity: "error" | "warning", message: string, state: EditorState, source?: string): Mark {
  // CodeMirror counts a line break as one, whatever it was; the text came from it, so offsets agree.
  const length = state.doc.length;
  const from = Math.min(start, length);
  const to = Math.min(Math.max(end, from), length);
  return { from, to, severity, message, ...(source === undefined ? {} : { source }) };
}
