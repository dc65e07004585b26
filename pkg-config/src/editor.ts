import * as raw from "./binding.js";

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
