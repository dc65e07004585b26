import * as raw from "./binding.js";
import type { BuiltinName, Builtins } from "./builtins.js";
import { CompileError, type Diagnostic, type Span } from "./errors.js";
import { checkOptions, COMPILE_OPTIONS, COMPLETE_OPTIONS, DIAGNOSE_OPTIONS } from "./internal/options.js";
import type { CompileOptions } from "./types.js";

// Every service works on any text, also in the middle of typing, and takes time linear in its length. Offsets count
// UTF-16 units, as JavaScript strings do; lines and columns start at 1.

/**
 * Takes source text apart for highlighting. Works for any text, also in the middle of typing.
 *
 * @returns three numbers per token: start, end (UTF-16 offsets), class (an index into `tokenClasses()`)
 */
export function tokenize(text: string): Uint32Array {
  if (typeof text !== "string") throw new TypeError("tokenize() needs a string");
  return raw.tokenize(text);
}

let classes: readonly string[] | undefined;

/** The names of the token classes: `keyword`, `string`, `comment`, … */
export function tokenClasses(): readonly string[] {
  return (classes ??= raw.tokenClasses().split(" "));
}

/** A part of a text. */
export type Range = Omit<Span, "file">;

export type CompletionKind =
  | "keyword"
  | "variable"
  | "constant"
  | "function"
  | "method"
  | "field"
  | "struct"
  | "enum"
  | "variant"
  | "type";

export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** A signature or a declaration; may be empty. */
  readonly detail: string;
  /** Markdown; may be empty. */
  readonly documentation: string;
  /** What to write in place of the word at the cursor. */
  readonly insert: string;
}

export interface Completions {
  /** The word that a completion replaces. */
  readonly span: Range;
  /** Everything that fits, the nearest first; not narrowed to the word that is there. */
  readonly items: readonly Completion[];
}

export interface Hover {
  readonly span: Range;
  readonly markdown: string;
}

/** A change of the text. */
export interface Edit {
  readonly span: Range;
  readonly replacement: string;
}

/** A name cannot be changed, or not to that one; `message` says why. */
export class RenameError extends Error {
  override name = "RenameError";
}

export interface SymbolItem {
  readonly name: string;
  readonly kind:
    | "function"
    | "struct"
    | "enum"
    | "field"
    | "method"
    | "variant"
    | "variable"
    | "constant"
    | "test"
    | "group";
  /** The whole declaration. */
  readonly span: Range;
  /** Its name. */
  readonly selection: Range;
  readonly children: readonly SymbolItem[];
}

/** Options of `complete()`. */
export interface CompleteOptions {
  /** The functions and globals that the host gives to scripts. */
  readonly names?: readonly string[];
}

/** Options of `diagnose()`. */
export interface DiagnoseOptions extends CompileOptions, CompleteOptions {}

/** The tables of the language. */
export interface Description {
  readonly keywords: readonly { readonly word: string; readonly summary: string }[];
  readonly operators: readonly { readonly sign: string; readonly summary: string }[];
  readonly builtins: readonly {
    readonly name: BuiltinName;
    readonly area: string;
    readonly signature: Builtins[BuiltinName];
    readonly summary: string;
    /** A script, and what it prints; if it prints nothing, the text of its last expression. */
    readonly example: string;
    readonly result: string;
    /** Whether it can be called as `x.f(…)`. */
    readonly method: boolean;
    /** Whether that form updates `x`. */
    readonly updates: boolean;
  }[];
  readonly constants: readonly { readonly name: string; readonly summary: string }[];
  readonly codes: readonly {
    readonly code: string;
    readonly phase: "lexer" | "parser" | "vm";
    readonly title: string;
    readonly explanation: string;
    /** A script that has the diagnostic, and the same one without it. */
    readonly wrong: string;
    readonly right: string;
  }[];
  readonly tokenClasses: readonly string[];
}

function checkText(text: string, caller: string): void {
  if (typeof text !== "string") throw new TypeError(`${caller}() needs a string`);
}

function checkOffset(offset: number, caller: string): void {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new TypeError(`${caller}() needs an offset of 0 or more`);
}

/** The names that the host gives to scripts. */
function namesIn(names: readonly string[] = []): string[] {
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) {
    throw new TypeError("options.names must be an array of strings");
  }
  return [...names];
}

/** The file name that diagnostics show. */
function nameIn(name = "script.ruff"): string {
  if (typeof name !== "string") throw new TypeError("options.name must be a string");
  return name;
}

function parse<T>(json: string): T {
  return JSON.parse(json) as T;
}

/**
 * The tables of the language: keywords, operators, builtins, diagnostic codes.
 *
 * @example
 * describe().builtins.find(({ name }) => name === "floor")?.signature; // "floor(x: num) -> num"
 */
export function describe(): Description {
  return parse(raw.describeLanguage());
}

/**
 * What can be written at a place.
 *
 * @example
 * complete("total := 1\nprint(to", 19).items[0]?.label; // "total"
 */
export function complete(text: string, offset: number, options: CompleteOptions = {}): Completions {
  checkText(text, "complete");
  checkOffset(offset, "complete");
  checkOptions(options, "options", COMPLETE_OPTIONS);
  return parse(raw.completeText(text, Math.min(offset, text.length), namesIn(options.names)));
}

/**
 * What the thing at a place is, or null.
 *
 * @example
 * hover("print(floor(1.5))", 8)?.markdown; // signature, description and an example of floor
 */
export function hover(text: string, offset: number): Hover | null {
  checkText(text, "hover");
  checkOffset(offset, "hover");
  return parse(raw.hoverText(text, Math.min(offset, text.length)));
}

/**
 * Where the name at a place is declared; a field or method may have several declarations, a builtin has none.
 *
 * @example
 * definition("x := 1\nprint(x)", 13)[0]?.start; // 0
 */
export function definition(text: string, offset: number): readonly Range[] {
  checkText(text, "definition");
  checkOffset(offset, "definition");
  return parse(raw.definitionText(text, Math.min(offset, text.length)));
}

/**
 * All places of the name at a place, its declaration included.
 *
 * @example
 * references("x := 1\nprint(x)", 0).map(({ start }) => start); // [0, 13]
 */
export function references(text: string, offset: number): readonly Range[] {
  checkText(text, "references");
  checkOffset(offset, "references");
  return parse(raw.referencesText(text, Math.min(offset, text.length)));
}

/**
 * The changes that give the name at a place another one, in order.
 *
 * @throws RenameError if the program would mean something else, or the name cannot be changed.
 * @example
 * rename("x := 1\nprint(x)", 0, "total").length; // 2
 */
export function rename(text: string, offset: number, name: string): readonly Edit[] {
  checkText(text, "rename");
  checkOffset(offset, "rename");
  checkText(name, "rename");
  const answer = parse<{ edits: readonly Edit[] } | { error: string }>(
    raw.renameText(text, Math.min(offset, text.length), name),
  );
  if ("error" in answer) throw new RenameError(answer.error);
  return answer.edits;
}

/**
 * The declarations of a text as a tree.
 *
 * @example
 * symbols("func f() { }")[0]?.name; // "f"
 */
export function symbols(text: string): readonly SymbolItem[] {
  checkText(text, "symbols");
  return parse(raw.symbolsText(text));
}

/**
 * A text in the standard layout: four spaces, one statement a line. Comments stay, the meaning stays.
 *
 * @throws CompileError if the text cannot be read; nothing is formatted then
 * @example
 * format("x:=1 // one"); // "x := 1 // one\n"
 */
export function format(text: string, options: CompileOptions = {}): string {
  checkText(text, "format");
  checkOptions(options, "options", COMPILE_OPTIONS);
  const answer = parse<{ formatted?: string; diagnostics: Diagnostic[]; report: string }>(
    raw.formatText(text, nameIn(options.name)),
  );
  if (answer.formatted === undefined) throw new CompileError(answer.diagnostics, answer.report);
  return answer.formatted;
}

/**
 * Everything that is wrong with a text: what `vm.compile()` finds, and warnings about names that look misspelt.
 *
 * @example
 * diagnose("pritn(1)")[0]?.fixes[0]?.replacement; // "print"
 */
export function diagnose(text: string, options: DiagnoseOptions = {}): readonly Diagnostic[] {
  checkText(text, "diagnose");
  checkOptions(options, "options", DIAGNOSE_OPTIONS);
  return parse(raw.diagnoseText(text, nameIn(options.name), namesIn(options.names)));
}
