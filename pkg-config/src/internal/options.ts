// What callers may give as options. A misspelt option that were ignored would be a mistake nobody notices.
import type { Capabilities } from "../capabilities.js";
import type { CompleteOptions, DiagnoseOptions } from "../editor.js";
import type { CallOptions, CompileOptions, RunOptions, TestOptions, VmEvents, VmOptions } from "../types.js";

/** The names of the properties of `T`; the type sees to it that none is missing. */
type Names<T> = { readonly [K in keyof T]-?: true };

export const VM_OPTIONS: Names<VmOptions> = {
  functions: true,
  globals: true,
  modules: true,
  limits: true,
  capabilities: true,
  fetch: true,
  files: true,
  sliceMs: true,
  pump: true,
  deterministic: true,
  onOutput: true,
  signal: true,
};
export const COMPILE_OPTIONS: Names<CompileOptions> = { name: true };
export const COMPLETE_OPTIONS: Names<CompleteOptions> = { names: true };
export const DIAGNOSE_OPTIONS: Names<DiagnoseOptions> = { ...COMPILE_OPTIONS, ...COMPLETE_OPTIONS };
export const CALL_OPTIONS: Names<CallOptions> = { signal: true, limits: true };
export const RUN_OPTIONS: Names<RunOptions> = { ...COMPILE_OPTIONS, ...CALL_OPTIONS, args: true };
export const TEST_OPTIONS: Names<TestOptions> = { ...COMPILE_OPTIONS, ...CALL_OPTIONS, filter: true };
export const DETERMINISTIC_OPTIONS: Names<NonNullable<VmOptions["deterministic"]>> = { seed: true, startMs: true };
export const CHANNEL_OPTIONS = { capacity: true } as const;
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

/** What scripts may use of the world outside, and through what. */
export function checkWorld(capabilities: unknown, fetch: unknown, files: unknown): void {
  checkObject(capabilities, "options.capabilities");
  for (const [name, granted] of Object.entries(capabilities as object)) {
    if (granted !== undefined && typeof granted !== "boolean") {
      throw new TypeError(`options.capabilities.${name} must be true or false`);
    }
  }
  if (fetch !== undefined && typeof fetch !== "function") throw new TypeError("options.fetch must be a function");
  if (files === undefined) {
    // Seen at once, not when a script first reads a file.
    if ((capabilities as Capabilities).files) throw new TypeError("options.capabilities.files needs options.files");
    return;
  }
  const store = Object(files) as Partial<Record<string, unknown>>;
  for (const method of ["read", "write", "list"]) {
    if (typeof store[method] !== "function") throw new TypeError(`options.files must have a method ${method}`);
  }
}

export function checkSignal(signal: unknown, name: string): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError(`${name} must be an AbortSignal`);
}
