import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, keymap, showPanel, type Panel } from "@codemirror/view";
import { definition, references, type Range } from "ruff-lang";
import { showDocumentation } from "./documentation.js";

const setPlaces = StateEffect.define<readonly Range[]>();

/** The places that are listed below the editor; none after a change of the text. */
const places = StateField.define<readonly Range[]>({
  create: () => [],
  update(now, transaction) {
    const chosen = transaction.effects.find((effect) => effect.is(setPlaces));
    if (chosen !== undefined) return chosen.value as readonly Range[];
    return transaction.docChanged ? [] : now;
  },
  provide: (field) => [
    showPanel.from(field, (now) => (now.length === 0 ? null : (view) => list(view, now))),
    EditorView.decorations.from(field, (now) => Decoration.set(now.map(({ start, end }) => place.range(start, end)))),
  ],
});

const place = Decoration.mark({ class: "cm-place" });

function close(view: EditorView): boolean {
  if (view.state.field(places).length === 0) return false;
  view.dispatch({ effects: setPlaces.of([]) });
  view.focus();
  return true;
}

function select(view: EditorView, { start, end }: Range): void {
  view.dispatch({
    selection: { anchor: start, head: end },
    effects: EditorView.scrollIntoView(start, { y: "center" }),
    userEvent: "select.place",
  });
}

/** A list to choose from with the arrow keys. */
function list(view: EditorView, found: readonly Range[]): Panel {
  const rows = found.map((range) => {
    const line = view.state.doc.lineAt(range.start);
    const row = document.createElement("button");
    const number = document.createElement("span");
    number.textContent = String(line.number);
    row.append(number, line.text.trim());
    row.addEventListener("click", () => {
      select(view, range);
      close(view);
    });
    return row;
  });
  const dom = document.createElement("div");
  dom.className = "places";
  dom.setAttribute("role", "toolbar");
  dom.setAttribute("aria-label", `${found.length} places`);
  dom.append(...rows);
  const step = (by: number): void => {
    const to = rows.findIndex((row) => row === document.activeElement) + by;
    const range = found[to];
    if (range === undefined) return;
    rows[to]?.focus();
    select(view, range);
  };
  dom.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(view);
    else if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else return;
    event.preventDefault();
  });
  const { head } = view.state.selection.main;
  const first = found.findIndex(({ start, end }) => start <= head && head <= end);
  return { dom, mount: () => rows[Math.max(first, 0)]?.focus() };
}

/** Goes to the declaration of the name at a place; from the declaration itself to the places where it is used. */
function goTo(view: EditorView, position: number): boolean {
  const found = definition(view.state.doc.toString(), position);
  const [only] = found;
  if (only === undefined) return false;
  if (found.length > 1) view.dispatch({ effects: setPlaces.of(found) });
  else if (only.start <= position && position <= only.end) return listReferences(view, position);
  else select(view, only);
  return true;
}

function listReferences(view: EditorView, position: number): boolean {
  const found = references(view.state.doc.toString(), position);
  if (found.length > 0) view.dispatch({ effects: setPlaces.of(found) });
  return found.length > 0;
}

/** A builtin has no declaration but documentation. */
export function goToDeclaration(view: EditorView): boolean {
  return goTo(view, view.state.selection.main.head) || showDocumentation(view);
}

export function findReferences(view: EditorView): boolean {
  return listReferences(view, view.state.selection.main.head);
}

/** Control and a click go to the declaration. */
export const navigation: Extension = [
  places,
  keymap.of([{ key: "Escape", run: close }]),
  EditorView.clickAddsSelectionRange.of((event) => event.altKey),
  EditorView.domEventHandlers({
    mousedown(event, view) {
      if (event.button !== 0 || !(event.ctrlKey || event.metaKey) || event.altKey) return false;
      const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (position === null || !goTo(view, position)) return false;
      event.preventDefault();
      return true;
    },
  }),
];
