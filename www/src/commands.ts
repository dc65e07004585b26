import { startCompletion } from "@codemirror/autocomplete";
import { toggleComment, undo } from "@codemirror/commands";
import { nextDiagnostic } from "@codemirror/lint";
import { openSearchPanel } from "@codemirror/search";
import type { EditorView } from "@codemirror/view";
import { showDocumentation } from "./documentation.js";
import { findReferences, goToDeclaration } from "./navigation.js";
import { applyFix } from "./problems.js";
import { renameHere } from "./renaming.js";

/** Something that a key does. */
export interface Command {
  /** As CodeMirror writes keys. */
  readonly key: string;
  readonly title: string;
  readonly run: (view: EditorView) => boolean;
}

export interface Actions {
  run(): void;
  stop(): void;
  format(): void;
}

/** All commands that the page tells about. */
export function commands({ run, stop, format }: Actions): Command[] {
  const does = (action: () => void) => () => (action(), true);
  return [
    { key: "Mod-Enter", title: "Run the script", run: does(run) },
    { key: "Mod-.", title: "Stop it", run: does(stop) },
    { key: "Ctrl-Space", title: "Complete the word", run: startCompletion },
    { key: "Mod-i", title: "Tell what is at the cursor", run: showDocumentation },
    { key: "F8", title: "Go to the next problem", run: nextDiagnostic },
    { key: "Alt-Enter", title: "Apply the first fix at the cursor", run: applyFix },
    { key: "F12", title: "Go to the declaration (also Ctrl and click)", run: goToDeclaration },
    { key: "Shift-F12", title: "List all places of the name", run: findReferences },
    { key: "F2", title: "Rename it everywhere", run: renameHere },
    { key: "Shift-Alt-f", title: "Format the script", run: does(format) },
    { key: "Mod-/", title: "Comment the lines, or uncomment them", run: toggleComment },
    { key: "Mod-f", title: "Find and replace", run: openSearchPanel },
    { key: "Mod-z", title: "Undo", run: undo },
  ];
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** A key as it is written on the keyboard. */
export function keyCap(key: string): string {
  const names: Record<string, string> = { Mod: isMac ? "⌘" : "Ctrl", Alt: isMac ? "⌥" : "Alt", Shift: "Shift", Ctrl: "Ctrl" };
  return key
    .split("-")
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join("+");
}
