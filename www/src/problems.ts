import { forEachDiagnostic, linter, lintGutter, type Action, type Diagnostic as Mark } from "@codemirror/lint";
import type { Extension, Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { Diagnostic, Fix, Span } from "ruff-lang";

/** How long the text must rest before it is checked, in milliseconds. */
const REST = 300;

/** Marks what `find` finds, with the fixes. */
export function problems(find: (text: string) => readonly Diagnostic[], further: () => readonly Mark[]): Extension {
  const check = ({ state: { doc } }: EditorView): Mark[] => [...marks(find(doc.toString()), doc), ...further()];
  return [linter(check, { delay: REST }), lintGutter()];
}

/** The marks of diagnostics that were found in `doc`. */
export function marks(found: readonly Diagnostic[], doc: Text): Mark[] {
  return found.map(({ span, severity, message, notes, code, fixes }) => ({
    ...mark(span, severity, [message, ...notes].join("\n"), doc),
    source: code,
    actions: fixes.map((fix) => action(fix, doc)),
  }));
}

export function mark({ start, end }: Span, severity: "error" | "warning", message: string, doc: Text): Mark {
  // CodeMirror counts a line break as one, whatever it was; the text came from it, so offsets agree.
  const from = Math.min(start, doc.length);
  const to = Math.min(Math.max(end, from), doc.length);
  return { from, to, severity, message };
}

function action({ title, span, replacement }: Fix, doc: Text): Action {
  return {
    name: title,
    apply(view) {
      // A text that has changed since will be checked again in a moment; its fixes are others.
      if (!view.state.doc.eq(doc)) return;
      const changes = { from: span.start, to: span.end, insert: replacement };
      view.dispatch({ changes, userEvent: "input.fix", scrollIntoView: true });
      view.focus();
    },
  };
}

/** Applies the first fix of the problem at the cursor, else of the first problem on its line. */
export function applyFix(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  const line = view.state.doc.lineAt(head);
  const found: { mark: Mark; from: number; to: number }[] = [];
  forEachDiagnostic(view.state, (mark, from, to) => {
    if (mark.actions?.length && to >= line.from && from <= line.to) found.push({ mark, from, to });
  });
  const best = found.find(({ from, to }) => from <= head && head <= to) ?? found[0];
  best?.mark.actions?.[0]?.apply(view, best.from, best.to);
  return best !== undefined;
}
