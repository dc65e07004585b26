import type { RawProgram } from "./binding.js";
import type { Diagnostic } from "./errors.js";

const raws = new WeakMap<Program, RawProgram>();

/** A compiled script. It belongs to no `Vm` in particular: any `Vm` with the same functions can run it. */
export class Program {
  /** The file name that errors show. */
  readonly name: string;

  /** @internal */
  constructor(raw: RawProgram, name: string) {
    this.name = name;
    raws.set(this, raw);
  }
}

/** @internal */
export function rawProgram(program: Program): RawProgram {
  const raw = raws.get(program);
  if (raw === undefined) throw new TypeError("This Program was not made by vm.compile()");
  return raw;
}

/** What `vm.compile()` found. */
export interface Compilation {
  /** Whether there is a program. */
  readonly ok: boolean;
  readonly program?: Program;
  /** Everything that was found, in the order of the source. */
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics as text, with excerpts of the source; empty if there are none. */
  render(): string;
}
