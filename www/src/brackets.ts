import type { EditorState, Extension } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import { firstTokenAfter, tokenAt, tokenCount, type Token } from "./tokens.js";

const PAIRS = new Map([["(", ")"], ["[", "]"], ["{", "}"], ["${", "}"]]);
const CLOSING = new Set(PAIRS.values());

const match = Decoration.mark({ class: "cm-matchingBracket" });
const mismatch = Decoration.mark({ class: "cm-nonmatchingBracket" });

interface Bracket extends Token {
  readonly text: string;
}

/** The token as a bracket. Those in texts and comments are none. */
function bracketOf(state: EditorState, index: number): Bracket | undefined {
  if (index < 0 || index >= tokenCount(state)) return undefined;
  const token = tokenAt(state, index);
  if (token.kind === "string" || token.kind === "comment" || token.to - token.from > 2) return undefined;
  const text = state.sliceDoc(token.from, token.to);
  return PAIRS.has(text) || CLOSING.has(text) ? { ...token, text } : undefined;
}

/** The bracket that belongs to the one at `index`; any other where one is wrong, or nothing at the ends of the text. */
function partner(state: EditorState, index: number): Bracket | undefined {
  const step = PAIRS.has(bracketOf(state, index)?.text ?? "") ? 1 : -1;
  let depth = 0;
  for (let at = index; at >= 0 && at < tokenCount(state); at += step) {
    const bracket = bracketOf(state, at);
    if (bracket === undefined) continue;
    depth += PAIRS.has(bracket.text) ? step : -step;
    if (depth === 0) return bracket;
  }
  return undefined;
}

/** Marks the bracket beside the cursor and the one that belongs to it, by the language's own lexer. */
export const brackets: Extension = EditorView.decorations.compute(["doc", "selection"], (state) => {
  const { main } = state.selection;
  if (!main.empty) return Decoration.none;
  const after = firstTokenAfter(state, main.head);
  const beside = [after - 1, after].find((index) => {
    const bracket = bracketOf(state, index);
    return bracket !== undefined && bracket.from <= main.head && main.head <= bracket.to;
  });
  const here = beside === undefined ? undefined : bracketOf(state, beside);
  if (beside === undefined || here === undefined) return Decoration.none;
  const other = partner(state, beside);
  const fits = other !== undefined && (PAIRS.get(here.text) === other.text || PAIRS.get(other.text) === here.text);
  const marked = other === undefined ? [here] : [here, other];
  return Decoration.set(marked.map(({ from, to }) => (fits ? match : mismatch).range(from, to)), true);
});
