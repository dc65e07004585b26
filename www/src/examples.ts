/** The examples, in the order of the list; each is `examples/<id>.ruff`. */
export const examples = [
  ["hello", "Hello"],
  ["closures", "Closures"],
  ["structs", "Structs"],
  ["errors", "Errors"],
  ["json", "JSON"],
  ["sleeps", "Concurrent sleeps"],
  ["host-promises", "Promises of the page"],
  ["channels", "Channels"],
  ["cpu-bound", "Five seconds of computing"],
  ["cancellation", "Cancellation"],
] as const;

export type ExampleId = (typeof examples)[number][0];

export function isExample(id: string): id is ExampleId {
  return examples.some(([known]) => known === id);
}

export async function loadExample(id: ExampleId): Promise<string> {
  const reply = await fetch(`examples/${id}.ruff`);
  if (!reply.ok) throw new Error(`The example ${id} cannot be loaded (${reply.status})`);
  return reply.text();
}
