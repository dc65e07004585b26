import { StateField, type EditorState, type Extension } from "@codemirror/state";
import { tokenClasses, tokenize } from "ruff-lang";

/** A piece of the text, as the language's own lexer sees it. */
export interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

/**
 * The whole text is tokenized at each change: the lexer takes about a millisecond for a thousand lines, and needs no
 * state that could go wrong.
 */
const field = StateField.define<Uint32Array>({
  create: (state) => tokenize(state.doc.toString()),
  update: (numbers, transaction) => (transaction.docChanged ? tokenize(transaction.newDoc.toString()) : numbers),
});

export const tokens: Extension = field;

/** How many tokens the text has. */
export function tokenCount(state: EditorState): number {
  return state.field(field).length / 3;
}

export function tokenAt(state: EditorState, index: number): Token {
  return at(state.field(field), index);
}

function at(numbers: Uint32Array, index: number): Token {
  const [from = 0, to = 0, kind = 0] = numbers.subarray(3 * index, 3 * index + 3);
  return { from, to, kind: tokenClasses()[kind] ?? "" };
}

/** The index of the first token that ends after `offset`. Tokens are in order and do not overlap. */
export function firstTokenAfter(state: EditorState, offset: number): number {
  const numbers = state.field(field);
  let low = 0;
  let high = numbers.length / 3;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[3 * middle + 1] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The CSS class of a kind of token; empty for what has no colour of its own. */
export function tokenStyle(kind: string): string {
  return kind === "identifier" ? "" : `tok-${kind}`;
}

/** `code` with its colours, for use outside of the editor. */
export function coloured(code: string): DocumentFragment {
  const numbers = tokenize(code);
  const fragment = document.createDocumentFragment();
  let end = 0;
  for (let index = 0; index < numbers.length / 3; index++) {
    const { from, to, kind } = at(numbers, index);
    const piece = document.createElement("span");
    piece.className = tokenStyle(kind);
    piece.textContent = code.slice(from, to);
    fragment.append(code.slice(end, from), piece);
    end = to;
  }
  fragment.append(code.slice(end));
  return fragment;
}
