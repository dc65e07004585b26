import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { showTooltip, type EditorView, type Tooltip, type TooltipView } from "@codemirror/view";
import { RenameError, rename, type Edit } from "ruff-lang";

const open = StateEffect.define<Tooltip | null>();

const dialog = StateField.define<Tooltip | null>({
  create: () => null,
  update(now, transaction) {
    const chosen = transaction.effects.find((effect) => effect.is(open));
    if (chosen !== undefined) return chosen.value as Tooltip | null;
    return transaction.docChanged || transaction.selection !== undefined ? null : now;
  },
  provide: (field) => showTooltip.from(field),
});

export const renaming: Extension = dialog;

/** The edits, or why there are none. */
function attempt(view: EditorView, position: number, name: string): readonly Edit[] | string {
  try {
    return rename(view.state.doc.toString(), position, name);
  } catch (error) {
    if (error instanceof RenameError) return error.message;
    throw error;
  }
}

/** Asks for another name of what is at the cursor, and gives it everywhere. */
export function renameHere(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  const word = view.state.wordAt(head);
  const from = word?.from ?? head;
  const old = view.state.sliceDoc(from, word?.to ?? head);
  const refusal = attempt(view, head, old);
  const create = typeof refusal === "string" ? () => message(refusal) : () => form(view, head, old);
  view.dispatch({ effects: open.of({ pos: from, above: true, create }) });
  return true;
}

function message(text: string): TooltipView {
  const dom = document.createElement("div");
  dom.className = "rename";
  dom.setAttribute("role", "alert");
  dom.textContent = text;
  return { dom };
}

function form(view: EditorView, position: number, old: string): TooltipView {
  const dom = document.createElement("form");
  dom.className = "rename";
  const input = document.createElement("input");
  input.value = old;
  input.size = Math.max(12, old.length + 4);
  input.spellcheck = false;
  input.autocapitalize = "off";
  input.setAttribute("aria-label", `New name of ${old}`);
  const refusal = document.createElement("output");
  dom.append(input, refusal);
  const close = (): void => {
    view.dispatch({ effects: open.of(null) });
    view.focus();
  };
  dom.addEventListener("keydown", (event) => {
    // The keys of the editor are not meant.
    event.stopPropagation();
    if (event.key === "Escape") close();
  });
  dom.addEventListener("submit", (event) => {
    event.preventDefault();
    const edits = attempt(view, position, input.value.trim());
    if (typeof edits === "string") {
      refusal.value = edits;
      input.select();
      return;
    }
    const changes = edits.map(({ span, replacement }) => ({ from: span.start, to: span.end, insert: replacement }));
    view.dispatch({ changes, effects: open.of(null), userEvent: "rename" });
    view.focus();
  });
  return { dom, mount: () => input.select() };
}
