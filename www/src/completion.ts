import {
  acceptCompletion,
  autocompletion,
  insertCompletionText,
  pickedCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { Prec, type Extension } from "@codemirror/state";
import { keymap, type EditorView } from "@codemirror/view";
import { complete, type Completion as Offer } from "ruff-lang";
import { markdown } from "./markdown.js";

/** Completion by the language; `names` are the functions that the page gives to scripts. */
export function completion(names: readonly string[]): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    if (!context.explicit && context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*|\.|::/u) === null) return null;
    const { span, items } = complete(context.state.doc.toString(), context.pos, { names });
    if (items.length === 0) return null;
    return { from: span.start, options: items.map(option), validFor: /^[\p{L}\p{N}_]*$/u };
  };
  return [
    autocompletion({
      override: [source],
      icons: false,
      optionClass: ({ type }) => `completion-${type}`,
      tooltipClass: () => "completions",
    }),
    Prec.high(keymap.of([{ key: "Tab", run: acceptCompletion }])),
  ];
}

/** What the language offers comes in order, the nearest first; that order decides between equally good matches. */
function option({ label, kind, detail, documentation, insert }: Offer, index: number): Completion {
  return {
    label,
    type: kind,
    sortText: String(index).padStart(5, "0"),
    // A signature repeats the name.
    detail: detail.startsWith(`${label}(`) ? detail.slice(label.length) : detail,
    ...(documentation === "" ? {} : { info: () => markdown(documentation) }),
    apply: (view, completion, from, to) => put(view, completion, insert, from, to),
  };
}

/** Writes it over the word at the cursor, also over the part behind. */
function put(view: EditorView, completion: Completion, text: string, from: number, to: number): void {
  const behind = /^[\p{L}\p{N}_]*/u.exec(view.state.sliceDoc(to, view.state.doc.lineAt(to).to))?.[0] ?? "";
  view.dispatch({
    ...insertCompletionText(view.state, text, from, to + behind.length),
    annotations: pickedCompletion.of(completion),
  });
}
