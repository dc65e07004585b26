import type { ChangeSpec } from "@codemirror/state";

const SPACE = /\s/;

/** Where the run of white space at `at` ends. */
function spaceEnd(text: string, at: number): number {
  while (at < text.length && SPACE.test(text.charAt(at))) at++;
  return at;
}

/**
 * The changes that make `after` out of `before`, which differ in white space and a few commas and the like. Being
 * small, they leave the cursor, the selection and the scroll position where they are.
 */
export function layoutChanges(before: string, after: string): ChangeSpec[] {
  const changes: ChangeSpec[] = [];
  let [from, to] = [0, 0];
  while (from < before.length || to < after.length) {
    const [fromEnd, toEnd] = [spaceEnd(before, from), spaceEnd(after, to)];
    const insert = after.slice(to, toEnd);
    if (before.slice(from, fromEnd) !== insert) changes.push({ from, to: fromEnd, insert });
    [from, to] = [fromEnd, toEnd];
    const [old, now] = [before.charAt(from), after.charAt(to)];
    if (old === now) {
      from++;
      to++;
    } else if (now !== "" && after.charAt(spaceEnd(after, to + 1)) === old) {
      changes.push({ from, insert: now });
      to++;
    } else if (old !== "" && before.charAt(spaceEnd(before, from + 1)) === now) {
      changes.push({ from, to: from + 1 });
      from++;
    } else {
      changes.push({ from, to: before.length, insert: after.slice(to) });
      break;
    }
  }
  return changes;
}
