import groups from "../examples/list.json" with { type: "json" };

/** `examples/<id>.ruff`, its name in the list, and a sentence that says what it shows. */
export interface Example {
  readonly id: string;
  readonly title: string;
  readonly about: string;
}

export { groups };

export function findExample(id: string): Example | undefined {
  return groups.flatMap(({ examples }) => examples).find((example) => example.id === id);
}

export async function loadExample({ id }: Example): Promise<string> {
  const reply = await fetch(`examples/${id}.ruff`);
  if (!reply.ok) throw new Error(`The example ${id} cannot be loaded (${reply.status})`);
  return reply.text();
}
