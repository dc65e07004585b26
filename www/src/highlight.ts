import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";
import { tokenClasses, tokenize } from "ruff-lang";

/**
 * Colours the visible part of the text with the language's own lexer. The whole text is tokenized at each change: the
 * lexer takes about a millisecond for a thousand lines, and needs no state that could go wrong.
 */
export function highlight(): Extension {
  const marks = tokenClasses().map((name) => (name === "identifier" ? null : Decoration.mark({ class: `tok-${name}` })));

  function colour(tokens: Uint32Array, view: EditorView): DecorationSet {
    const builder = new RangeSetBuilder<Decoration>();
    for (const { from, to } of view.visibleRanges) {
      for (let at = firstAfter(tokens, from); at < tokens.length && tokens[at]! < to; at += 3) {
        const mark = marks[tokens[at + 2]!];
        if (mark) builder.add(tokens[at]!, tokens[at + 1]!, mark);
      }
    }
    return builder.finish();
  }

  return ViewPlugin.fromClass(
    class {
      tokens: Uint32Array;
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.tokens = tokenize(view.state.doc.toString());
        this.decorations = colour(this.tokens, view);
      }

      update(update: ViewUpdate): void {
        if (update.docChanged) this.tokens = tokenize(update.state.doc.toString());
        if (update.docChanged || update.viewportChanged) this.decorations = colour(this.tokens, update.view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

/** The position of the first token that ends after `offset`. Tokens are in order and do not overlap. */
function firstAfter(tokens: Uint32Array, offset: number): number {
  let low = 0;
  let high = tokens.length / 3;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[3 * middle + 1]! > offset) high = middle;
    else low = middle + 1;
  }
  return 3 * low;
}
