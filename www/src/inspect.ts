import type { Item, Value } from "ruff-lang";

/** A value as one line of text, for people. Long ones are cut. */
export function inspect(value: Value): string {
  const text = write(value, 0);
  return text.length > 2_000 ? `${text.slice(0, 2_000)} …` : text;
}

function write(value: Item, depth: number): string {
  if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
  if (value === null || typeof value !== "object") return typeof value === "function" ? `function ${value.name}` : String(value);
  if (depth > 6) return "…";
  if (Array.isArray(value)) return `[${some(value, (item) => write(item, depth + 1))}]`;
  if (value instanceof Uint8Array) return `bytes(${value.length})`;
  if (value instanceof Error) return `Error: ${value.message}`;
  if (value instanceof Promise) return "a promise";
  if (value instanceof Set) return `Set{${some([...value], (item) => write(item, depth + 1))}}`;
  const name = (value as { readonly __struct__?: unknown }).__struct__;
  const fields = some(Object.entries(value), ([key, field]) => `${key}: ${write(field, depth + 1)}`);
  return typeof name === "string" ? `${name} { ${fields} }` : `{${fields}}`;
}

function some<T>(items: readonly T[], writeItem: (item: T) => string): string {
  const shown = items.slice(0, 100).map(writeItem);
  if (items.length > shown.length) shown.push(`… ${items.length - shown.length} more`);
  return shown.join(", ");
}
