// What callers may give as options. A misspelt option that were ignored would be a mistake nobody notices.
import type { CompleteOptions, DiagnoseOptions } from "../editor.js";
import type { CallOptions, CompileOptions, RunOptions, VmEvents, VmOptions } from "../types.js";

/** The names of the properties of `T`; the type sees to it that none is missing. */
type Names<T> = { readonly [K in keyof T]-?: true };

export const VM_OPTIONS: Names<VmOptions> = {
  functions: true,
  globals: true,
  modules: true,
  limits: true,
  sliceMs: true,
  pump: true,
  onOutput: true,
  signal: true,
};
export const COMPILE_OPTIONS: Names<CompileOptions> = { name: true };
export const COMPLETE_OPTIONS: Names<CompleteOptions> = { names: true };
export const DIAGNOSE_OPTIONS: Names<DiagnoseOptions> = { ...COMPILE_OPTIONS, ...COMPLETE_OPTIONS };
export const CALL_OPTIONS: Names<CallOptions> = { signal: true, limits: true };
export const RUN_OPTIONS: Names<RunOptions> = { ...COMPILE_OPTIONS, ...CALL_OPTIONS, args: true };
export const ON_OPTIONS = { signal: true } as const;
export const MESSAGES_OPTIONS = { types: true, signal: true } as const;
export const SINK_OPTIONS = { tags: true } as const;
export const EVENTS: Names<VmEvents> = { output: true, event: true, alert: true, task: true, unhandled: true, limit: true };

export function checkObject(value: unknown, name: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Map) {
    throw new TypeError(`${name} must be an object`);
  }
}

export function checkOptions(options: unknown, name: string, known: Readonly<Record<string, true>>): void {
  checkObject(options, name);
  for (const key of Object.keys(options as object)) {
    if (!Object.hasOwn(known, key)) throw new TypeError(`${name} has no option ${JSON.stringify(key)}`);
  }
}

export function checkSignal(signal: unknown, name: string): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError(`${name} must be an AbortSignal`);
}
