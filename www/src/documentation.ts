import { activateHover, hoverTooltip, type EditorView, type Tooltip } from "@codemirror/view";
import { hover } from "ruff-lang";
import { markdown } from "./markdown.js";

function tooltip({ state }: EditorView, position: number): Tooltip | null {
  const found = hover(state.doc.toString(), position);
  if (found === null) return null;
  const { span, markdown: text } = found;
  return { pos: span.start, end: span.end, above: true, create: () => ({ dom: markdown(text) }) };
}

/** What the thing below the pointer is. */
export const documentation = hoverTooltip(tooltip, { hideOnChange: true });

/** The same for the thing at the cursor; false if there is nothing to say. */
export function showDocumentation(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  if (tooltip(view, head) === null) return false;
  activateHover(view, head, 1, { tooltip: documentation, until: (transaction) => transaction.docChanged || transaction.selection !== undefined });
  return true;
}
