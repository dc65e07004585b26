import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";
import { tokenClasses } from "ruff-lang";
import { firstTokenAfter, tokenAt, tokenCount, tokens, tokenStyle } from "./tokens.js";

/** Colours the visible part of the text. */
export function highlight(): Extension {
  const styles = tokenClasses().map((kind) => [kind, tokenStyle(kind)] as const);
  const marks = new Map(styles.filter(([, style]) => style !== "").map(([kind, style]) => [kind, Decoration.mark({ class: style })]));

  function colour({ state, visibleRanges }: EditorView): DecorationSet {
    const builder = new RangeSetBuilder<Decoration>();
    const count = tokenCount(state);
    for (const { from, to } of visibleRanges) {
      for (let index = firstTokenAfter(state, from); index < count; index++) {
        const token = tokenAt(state, index);
        if (token.from >= to) break;
        const mark = marks.get(token.kind);
        if (mark !== undefined) builder.add(token.from, token.to, mark);
      }
    }
    return builder.finish();
  }

  const colours = ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = colour(view);
      }

      update(update: ViewUpdate): void {
        if (update.docChanged || update.viewportChanged) this.decorations = colour(update.view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
  return [tokens, colours];
}
