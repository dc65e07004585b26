import {
  CancelledError,
  CompileError,
  DeadlockError,
  ExitError,
  LimitError,
  RuffError,
  ScriptError,
  type DeadlockedTask,
  type Diagnostic,
  type Frame,
  type ScriptErrorDetails,
} from "../errors.js";
import { Channel, type ChannelOwner } from "../channel.js";
import { ScriptReference } from "../reference.js";
import { RequestFailure, type Requests } from "./requests.js";
import type { HostCall, HostFunctions, ScriptFunction } from "../types.js";

type HostFunction = HostFunctions[string];

/** What a host function gave back, besides a number that is not NaN; the numbers are those of src/web/host.rs. */
const enum Outcome {
  NotANumber = 0,
  Value = 1,
  Promise = 2,
  Thrown = 3,
}

/** Kinds of JavaScript values; the numbers are those of src/web/values.rs. */
const enum Kind {
  Null = 0,
  Boolean = 1,
  Number = 2,
  BigInt = 3,
  String = 4,
  Array = 5,
  Object = 6,
  Map = 7,
  Bytes = 8,
  Set = 9,
  Date = 10,
  Error = 11,
  Promise = 12,
  /** A function, channel or generator of a script, which JavaScript holds by its pin. */
  Pinned = 13,
  Numbers = 14,
  BigInts = 15,
  Other = 255,
}

/** `this` of host functions. The signal is made when it is asked for: most functions never do. */
class Call implements HostCall {
  readonly name: string;
  readonly task: number;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(name: string, task: number) {
    this.name = name;
    this.task = task;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}

interface Operation {
  readonly promise: PromiseLike<unknown>;
  /** Undefined for a promise that came in as a value: nobody can be told that it is no longer wanted. */
  readonly call: Call | AbortController | undefined;
}

export interface Resolvers {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Resolves with a value of a script. */
export function resolveWith(value: unknown, resolvers: Resolvers | undefined): void {
  if (isThenable(value) && !(value instanceof Promise)) {
    resolvers?.reject(new TypeError('A value with a function named "then" cannot be the result of a JavaScript promise'));
  } else {
    resolvers?.resolve(value);
  }
}

/** What the host does on behalf of the VM, and what it must do for its own VM. */
export interface HostEvents {
  readonly channels: ChannelOwner;
  output(isError: boolean, text: string): void;
  event(name: string, payload: unknown): void;
  alert(alert: unknown, sinks: Uint32Array): void;
  runEnded(task: number, failed: boolean, value: unknown): void;
  taskEnded(task: number): void;
  unhandled(error: ScriptError, task: number, spawned: readonly Frame[]): void;
  /** A host promise has settled. */
  fulfilled(id: number, value: unknown): void;
  rejected(id: number, reason: unknown): void;
  loadModule(id: number, name: string): void;
  callScriptFunction(pin: number, parameters: readonly unknown[]): Promise<unknown>;
  scriptFunctionForgotten(pin: number): void;
}

/**
 * The JavaScript side of the border: the methods that src/web calls, and the state behind them. Rust holds it for as
 * long as the VM exists, so it must not lead to the `Vm`: a forgotten one could never be collected.
 *
 * None of these methods may throw: an exception that passes through wasm frames leaves the VM in an undefined state.
 */
export class Host {
  readonly #functions: { readonly name: string; readonly run: HostFunction }[] = [];
  readonly #events: HostEvents;
  readonly #requests: Requests;
  /** Nothing is delivered by itself. */
  readonly #manual: boolean;
  readonly #operations = new Map<number, Operation>();
  readonly #watches = new Map<number, Resolvers>();
  readonly #causes = new Map<number, unknown>();
  #lastCause = 0;
  readonly #pins = new WeakMap<object, number>();
  readonly #forgotten: FinalizationRegistry<number>;
  /** The result that `outcome` describes, and the call that gave it. */
  #result: unknown;
  #outcome = Outcome.Value;
  #call: Call | undefined;

  constructor(events: HostEvents, requests: Requests, manual: boolean) {
    this.#events = events;
    this.#requests = requests;
    this.#manual = manual;
    this.#forgotten = new FinalizationRegistry((pin) => this.#events.scriptFunctionForgotten(pin));
  }

  addFunction(name: string, run: HostFunction): void {
    this.#functions.push({ name, run });
  }

  // Calls of host functions. A result that is a number and not NaN is returned; for all others NaN is returned, and
  // `outcome` and `result` are asked for. Numbers as arguments have entries of their own: they need no object.

  call0(index: number, task: number): number {
    const { name, run } = this.#functions[index]!;
    const call = new Call(name, task);
    try {
      return this.#answer(run.call(call), call);
    } catch (error) {
      return this.#threw(error);
    }
  }

  call1(index: number, task: number, a: unknown): number {
    const { name, run } = this.#functions[index]!;
    const call = new Call(name, task);
    try {
      return this.#answer(run.call(call, a as never), call);
    } catch (error) {
      return this.#threw(error);
    }
  }

  call2(index: number, task: number, a: unknown, b: unknown): number {
    const { name, run } = this.#functions[index]!;
    const call = new Call(name, task);
    try {
      return this.#answer(run.call(call, a as never, b as never), call);
    } catch (error) {
      return this.#threw(error);
    }
  }

  call3(index: number, task: number, a: unknown, b: unknown, c: unknown): number {
    const { name, run } = this.#functions[index]!;
    const call = new Call(name, task);
    try {
      return this.#answer(run.call(call, a as never, b as never, c as never), call);
    } catch (error) {
      return this.#threw(error);
    }
  }

  callMany(index: number, task: number, parameters: unknown[]): number {
    const { name, run } = this.#functions[index]!;
    const call = new Call(name, task);
    try {
      return this.#answer(run.apply(call, parameters as never[]), call);
    } catch (error) {
      return this.#threw(error);
    }
  }

  #answer(result: unknown, call: Call): number {
    if (typeof result === "number") {
      if (result === result) return result;
      this.#outcome = Outcome.NotANumber;
      return NaN;
    }
    this.#result = result;
    if (isThenable(result)) {
      this.#outcome = Outcome.Promise;
      this.#call = call;
    } else {
      this.#outcome = Outcome.Value;
    }
    return NaN;
  }

  #threw(error: unknown): number {
    this.#result = error;
    this.#outcome = Outcome.Thrown;
    return NaN;
  }

  outcome(): number {
    return this.#outcome;
  }

  /** The result that was last announced by NaN; it is given once. */
  result(): unknown {
    const result = this.#result;
    this.#result = undefined;
    return result;
  }

  /** The promise of the last call is the pending operation `id`. */
  pending(id: number): void {
    const promise = this.#result as PromiseLike<unknown>;
    const call = this.#call;
    this.#result = this.#call = undefined;
    this.#wait(id, promise, call);
  }

  /** A promise that came in as a value is the pending operation `id`. */
  adopt(id: number, promise: PromiseLike<unknown>): void {
    this.#wait(id, promise, undefined);
  }

  #wait(id: number, promise: PromiseLike<unknown>, call: Operation["call"]): void {
    this.#operations.set(id, { promise, call });
    if (!this.#manual) void this.#deliver(id, promise);
  }

  /**
   * Delivers what `promise` becomes. All promises share this function and the two callbacks behind it; what is kept of
   * each while it is pending is its id, in the suspended activation.
   */
  async #deliver(id: number, promise: PromiseLike<unknown>): Promise<void> {
    let value: unknown;
    try {
      value = await promise;
    } catch (reason) {
      if (this.#operations.delete(id)) this.#events.rejected(id, reason);
      return;
    }
    if (this.#operations.delete(id)) this.#events.fulfilled(id, value);
  }

  /** The promise that the operation waits for. */
  promiseOf(id: number): PromiseLike<unknown> | undefined {
    return this.#operations.get(id)?.promise;
  }

  /** The operation has been answered by hand. */
  finished(id: number): void {
    this.#operations.delete(id);
  }

  /** The script no longer wants the operation. */
  abort(id: number): void {
    const operation = this.#operations.get(id);
    this.#operations.delete(id);
    operation?.call?.abort();
  }

  // Requests: what scripts ask of the world outside, each a pending operation.

  send(
    id: number,
    method: string,
    url: string,
    headers: [string, string][],
    body: string | Uint8Array<ArrayBuffer> | undefined,
    most: number,
  ): void {
    this.#ask(id, (signal) => this.#requests.send(method, url, headers, body, most, signal));
  }

  readFile(id: number, path: string, most: number): void {
    this.#ask(id, (signal) => this.#requests.read(path, most, signal));
  }

  writeFile(id: number, path: string, content: Uint8Array<ArrayBuffer>): void {
    this.#ask(id, (signal) => this.#requests.write(path, content, signal));
  }

  listFiles(id: number, prefix: string): void {
    this.#ask(id, (signal) => this.#requests.list(prefix, signal));
  }

  #ask(id: number, begin: (signal: AbortSignal) => Promise<unknown>): void {
    const controller = new AbortController();
    const answer = begin(controller.signal);
    // By hand, nobody may ever ask for it.
    if (this.#manual) answer.catch(() => undefined);
    this.#wait(id, answer, controller);
  }

  /** A script imports a module whose text is not known. */
  loadModule(id: number, name: string): void {
    this.#events.loadModule(id, name);
  }

  /** The VM is gone: aborts every operation and rejects every promise that it gave out. */
  close(error: RuffError): void {
    for (const { call } of this.#operations.values()) call?.abort();
    this.#operations.clear();
    for (const { reject } of this.#watches.values()) reject(error);
    this.#watches.clear();
    this.#causes.clear();
  }

  // Causes: what host calls failed with, so that `ScriptError.cause` is the very same object.

  keepCause(cause: unknown): number {
    this.#causes.set(++this.#lastCause, cause instanceof RequestFailure ? cause.cause : cause);
    return this.#lastCause;
  }

  cause(id: number): unknown {
    return this.#causes.get(id);
  }

  /** What a failed host call's error says; never throws, whatever was thrown. */
  messageOf(reason: unknown): string {
    try {
      const message: unknown = typeof reason === "object" && reason !== null ? (reason as { message?: unknown }).message : undefined;
      return String(typeof message === "string" || reason instanceof Error ? message : reason);
    } catch {
      return "the host function failed";
    }
  }

  /** Forgets all other causes: no error of a script refers to them any more. */
  keepOnlyCauses(ids: Uint32Array): void {
    const kept = new Set(ids);
    for (const id of this.#causes.keys()) if (!kept.has(id)) this.#causes.delete(id);
  }

  // Messages.

  output(isError: boolean, text: string): void {
    this.#events.output(isError, text);
  }

  event(name: string, payload: unknown): void {
    this.#events.event(name, payload);
  }

  alert(alert: unknown, sinks: Uint32Array): void {
    this.#events.alert(alert, sinks);
  }

  runEnded(task: number, failed: boolean, value: unknown): void {
    this.#events.runEnded(task, failed, value);
  }

  taskEnded(task: number): void {
    this.#events.taskEnded(task);
  }

  unhandled(error: ScriptError, task: number, spawned: readonly Frame[]): void {
    this.#events.unhandled(error, task, spawned);
  }

  // Values.

  /** What `value` is; one crossing instead of many. */
  kind(value: unknown): number {
    switch (typeof value) {
      case "undefined":
        return Kind.Null;
      case "boolean":
        return Kind.Boolean;
      case "number":
        return Kind.Number;
      case "bigint":
        return Kind.BigInt;
      case "string":
        return Kind.String;
      case "function":
        return this.#pins.has(value) ? Kind.Pinned : Kind.Other;
      case "symbol":
        return Kind.Other;
    }
    if (value === null) return Kind.Null;
    if (Array.isArray(value)) return isAllNumbers(value) ? Kind.Numbers : Kind.Array;
    const prototype: unknown = Object.getPrototypeOf(value);
    // The second is Object.prototype of another realm (a frame).
    if (prototype === Object.prototype || prototype === null) return isThenable(value) ? Kind.Promise : Kind.Object;
    if (value instanceof Uint8Array || value instanceof Uint8ClampedArray) return Kind.Bytes;
    if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Kind.BigInts;
    if (ArrayBuffer.isView(value)) return value instanceof DataView ? Kind.Other : Kind.Numbers;
    if (value instanceof ArrayBuffer) return Kind.Bytes;
    if (value instanceof Map) return Kind.Map;
    if (value instanceof Set) return Kind.Set;
    if (value instanceof Date) return Kind.Date;
    if (value instanceof Error) return Kind.Error;
    if (this.#pins.has(value as object)) return Kind.Pinned;
    if (isThenable(value)) return Kind.Promise;
    if (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty")) return Kind.Object;
    return Kind.Other;
  }

  /**
   * What is in a value: the parts of a container as a plain array (of entries, the key and the value in turn), bytes
   * and numbers as typed arrays, a time as a number. All code of the value itself (getters, proxies) runs here.
   */
  unpack(value: unknown, kind: Kind): unknown {
    switch (kind) {
      case Kind.Array:
      case Kind.BigInts:
        return Array.from(value as ArrayLike<unknown>);
      case Kind.Set:
        return [...Set.prototype.values.call(value)];
      case Kind.Object:
        return Object.entries(value as object).flat(1);
      case Kind.Map:
        return [...Map.prototype.entries.call(value)].flat(1);
      case Kind.Error: {
        const { message, cause } = value as Error;
        // Anything else may be unfit to cross; the error itself still is the same when it comes back.
        return cause instanceof Error || isScalar(cause) ? [String(message), cause] : [String(message)];
      }
      case Kind.Bytes:
        return new Uint8Array(value as ArrayBuffer);
      case Kind.Numbers:
        return new Float64Array(value as ArrayLike<number>);
      case Kind.Date:
        return Date.prototype.getTime.call(value);
      default:
        return undefined;
    }
  }

  /** A word for a value that cannot cross; never throws. */
  describe(value: unknown): string {
    if (typeof value === "function") return "a JavaScript function";
    if (typeof value !== "object" || value === null) return `a ${typeof value}`;
    try {
      const name: unknown = value.constructor.name;
      return typeof name === "string" && name !== "" ? `an object of class ${name}` : "a host object";
    } catch {
      return "a host object";
    }
  }

  /** What is behind an object that `scriptFunction` or `reference` made; 0 for others. */
  pinOf(value: object): number {
    return this.#pins.get(value) ?? 0;
  }

  scriptFunction(pin: number, name: string): ScriptFunction {
    const events = this.#events;
    const call = (...parameters: readonly unknown[]) => events.callScriptFunction(pin, parameters);
    Object.defineProperty(call, "name", { value: name });
    this.#pins.set(call, pin);
    this.#forgotten.register(call, pin);
    return call as ScriptFunction;
  }

  reference(pin: number, type: ScriptReference["type"]): ScriptReference {
    const reference = type === "channel" ? new Channel(this.#events.channels) : new ScriptReference(type);
    this.#pins.set(reference, pin);
    this.#forgotten.register(reference, pin);
    return reference;
  }

  isInherited(key: string): boolean {
    return key in Object.prototype;
  }

  /** A promise that settles with the watched promise of the VM. */
  watched(watch: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#watches.set(watch, { resolve, reject }));
  }

  settled(watch: number, failed: boolean, value: unknown): void {
    const resolvers = this.#watches.get(watch);
    this.#watches.delete(watch);
    if (failed) resolvers?.reject(value);
    else resolveWith(value, resolvers);
  }

  struct(name: string, fields: object): object {
    // A field of that name takes its place.
    return Object.defineProperty(fields, "__struct__", { value: name, configurable: true });
  }

  // Errors.

  scriptError(details: ScriptErrorDetails, value: unknown, cause: unknown): ScriptError {
    return new ScriptError({ ...details, value, cause });
  }

  compileError(diagnostics: Diagnostic[], report: string): CompileError {
    return new CompileError(diagnostics, report);
  }

  limitError(limit: string, used: number, allowed: number): LimitError {
    return new LimitError(limit, used, allowed);
  }

  deadlockError(message: string, tasks: DeadlockedTask[], report: string): DeadlockError {
    return new DeadlockError(message, tasks, report);
  }

  cancelledError(): CancelledError {
    return new CancelledError();
  }

  exitError(status: number): ExitError {
    return new ExitError(status);
  }
}

/** Arrays shorter than this are not worth a look at what is in them. */
const LONG = 16;

function isAllNumbers(array: readonly unknown[]): boolean {
  if (array.length < LONG) return false;
  // Not every(), which passes over holes.
  for (let at = 0; at < array.length; at++) if (typeof array[at] !== "number") return false;
  return true;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Whether a JavaScript promise that is resolved with `value` would call it instead of holding it. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value instanceof Promise) return true;
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
