import type { Capabilities, Fetch } from "./capabilities.js";
import type { FileStore } from "./files.js";
import type { DeadlockError, Frame, ScriptError, Span } from "./errors.js";
import type { ScriptReference } from "./reference.js";

/** A script's function in JavaScript. Calling it starts a task in the script's `Vm`. */
export type ScriptFunction = (...args: readonly unknown[]) => Promise<Value>;

/** What a script's value becomes in JavaScript. All of it is copied, except functions, promises, channels and generators. */
export type Value =
  | null
  | boolean
  /** A float, or an int that a number holds exactly. */
  | number
  /** An int beyond `Number.MAX_SAFE_INTEGER`. */
  | bigint
  | string
  | Item[]
  /** A dict; a struct (which then has a non-enumerable `__struct__` name); a Result or an Option. */
  | { [key: string]: Item }
  | Uint8Array
  | Set<Item>
  | Error
  | ScriptFunction
  | ScriptReference;

/** A value inside another one, or an argument: it may also be a promise of the script. */
export type Item = Value | Promise<Value>;

/** `this` inside a host function. */
export interface HostCall {
  /** Fires when the script no longer wants the result: its task was cancelled, or the `Vm` was disposed. */
  readonly signal: AbortSignal;
  /** The task that made the call. */
  readonly task: number;
  /** The name of the function. */
  readonly name: string;
}

/** The JavaScript functions that scripts of a `Vm` can call, by name. */
export interface HostFunctions {
  // Method syntax, so that functions with narrower parameters (`(url: string) => …`) are accepted.
  [name: string]: { call(this: HostCall, ...args: Item[]): unknown }["call"];
}

/** Upper bounds; a script that exceeds one ends with a `LimitError`. All are optional. */
export interface Limits {
  /** Instructions of one run, roughly. */
  readonly fuel?: number;
  /** Bytes of the script's data. */
  readonly memoryBytes?: number;
  /** Nested calls; beyond it the script gets an error of kind `depth`, which it can catch. */
  readonly callDepth?: number;
  /** Tasks alive at a time. */
  readonly tasks?: number;
  /** Host calls without an answer at a time. */
  readonly pendingOps?: number;
  /** Messages in one channel. */
  readonly channelItems?: number;
  /** Events or bars in one buffer; a full one drops its oldest. 10,000 if not given. */
  readonly eventQueue?: number;
  /** Bytes printed by one run. */
  readonly outputBytes?: number;
  /** Milliseconds of one run, from its start to its end. */
  readonly wallMs?: number;
  /** Fuel for the `finally` blocks of a cancelled task. */
  readonly cleanupFuel?: number;
  /** Milliseconds for the `finally` blocks of a cancelled task. */
  readonly cleanupMs?: number;
}

/** Something printed by a script. */
export interface OutputMessage {
  readonly stream: "stdout" | "stderr";
  /** The text, with its line break. */
  readonly text: string;
}

/** The prices of a time span, and what else the host has to say about it. */
export interface Bar {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Something that a script told with `emit_event`. */
export interface EventMessage {
  readonly name: string;
  readonly payload: Value;
}

export type Severity = "debug" | "info" | "warning" | "error" | "critical";

/** Something that a script told with `emit_alert`, with everything that it left out filled in. */
export interface Alert {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly data: Value;
  readonly tags: readonly string[];
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** An alert that a sink failed with. */
export interface DeadLetter {
  readonly alert: Alert;
  readonly error: unknown;
}

/** Where `import` gets the texts of modules from. */
export type Modules =
  | { readonly [name: string]: string }
  | ReadonlyMap<string, string>
  | ((name: string) => ModuleSource | Promise<ModuleSource>);

/** The text of a module, if there is one. */
export type ModuleSource = string | undefined | null;

/** Options of `new Vm()`. */
export interface VmOptions {
  readonly functions?: HostFunctions;
  /** Script variables that exist from the start. */
  readonly globals?: { readonly [name: string]: unknown };
  /**
   * The texts that `import` finds, by module name (`"geometry"`, `"shapes.types"`), or a function that gives or loads
   * one; undefined or null means that there is none of that name.
   *
   * ```js
   * new Vm({ modules: { geometry: `export func area(w, h) { return w * h }` } });
   * new Vm({ modules: async (name) => (await fetch(`/scripts/${name}.ruff`)).text() });
   * ```
   */
  readonly modules?: Modules;
  readonly limits?: Limits;
  /** What scripts may use of the world outside; by default the clock and randomness, neither HTTP nor files. */
  readonly capabilities?: Capabilities;
  /**
   * What HTTP requests of scripts go through: by default the page's `fetch`, with what that brings along, such as the
   * cookies of the page for its own origin.
   */
  readonly fetch?: Fetch;
  /**
   * Where scripts have their files, such as a `MemoryFiles` or `OriginPrivateFiles` of `ruff-lang/files`.
   *
   * ```js
   * import { MemoryFiles } from "ruff-lang/files";
   * new Vm({ capabilities: { files: true }, files: new MemoryFiles({ "a.txt": "text" }) });
   * ```
   */
  readonly files?: FileStore;
  /**
   * How long scripts may compute, in milliseconds, before the page gets its turn (default 8).
   * No main-thread block of a script that only computes is longer than two of these.
   */
  readonly sliceMs?: number;
  /** `"manual"`: nothing runs by itself; see `executeUntilSuspend`. */
  readonly pump?: "auto" | "manual";
  /**
   * Virtual time that begins at `startMs` (milliseconds since 1970, default 0), and random values that follow from
   * `seed`: the same programs with the same deliveries run the same. Time passes when nothing is ready: it jumps to the
   * next deadline. It stands still while a host function owes an answer, as how far it got would depend on when that
   * comes; `vm.advance()` moves it also then.
   *
   * ```js
   * const vm = new Vm({ deterministic: { seed: 1, startMs: 0 } });
   * await vm.run(`sleep(3600000) return now()`); // 3600, at once
   * ```
   */
  readonly deterministic?: { readonly seed: number; readonly startMs?: number };
  /** Called for everything that is printed. */
  readonly onOutput?: (message: OutputMessage) => void;
  /** Disposes the `Vm` when it fires. */
  readonly signal?: AbortSignal;
}

/** Options of `vm.compile()`. */
export interface CompileOptions {
  /** The file name that diagnostics and errors show. */
  readonly name?: string;
}

/** Options of `vm.call()`. */
export interface CallOptions {
  /** Cancels the run when it fires. */
  readonly signal?: AbortSignal;
  /** Limits of this run only: `fuel`, `outputBytes`, `wallMs`. */
  readonly limits?: Pick<Limits, "fuel" | "outputBytes" | "wallMs">;
}

/** Options of `vm.run()` and `vm.start()`. */
export interface RunOptions extends CallOptions, CompileOptions {
  /** What `args()` gives in the script. */
  readonly args?: readonly unknown[];
}

/** Options of `vm.runTests()`; the limits are those of each test. */
export interface TestOptions extends CallOptions, CompileOptions {
  /** Runs only tests with this text in their name (`group / name`). */
  readonly filter?: string;
}

/** What came of one `test` block. */
export interface TestResult {
  /** `group / name`. */
  readonly name: string;
  readonly passed: boolean;
  readonly durationMs: number;
  /** Why it failed; null if it passed. */
  readonly message: string | null;
  /** The failure as text, with an excerpt of the source; null if it passed. */
  readonly report: string | null;
  /** The error that failed it; null if it passed, or failed otherwise: by a limit, `exit()`, tasks left running. */
  readonly error: ScriptError | DeadlockError | null;
  /** Where it failed; the whole `test` block if no error says. */
  readonly span: Span;
  /** Everything that it printed. */
  readonly output: string;
}

/** What `vm.runTests()` gives. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  /** How many the filter left out. */
  readonly filtered: number;
  /** In the order of the source. */
  readonly tests: readonly TestResult[];
}

export type TaskState = "running" | "ready" | "waiting" | "paused" | "cancelling";

/** What a suspended task waits for. */
export type Wait =
  | { readonly type: "future"; readonly id: number }
  | { readonly type: "timer"; readonly id: string }
  | { readonly type: "channel"; readonly ids: readonly number[]; readonly op: "send" | "receive" | "select" }
  | { readonly type: "taskGroup"; readonly kind: "all" | "race" | "any" | "settle"; readonly taskIds: readonly number[] }
  | { readonly type: "scopeExit"; readonly taskIds: readonly number[] }
  | { readonly type: "nextBar"; readonly source: string }
  | { readonly type: "nextEvent"; readonly name: string }
  | { readonly type: "anyEvent" }
  /** For nothing: it can run. */
  | { readonly type: "ready" };

/** One task of a `Vm`, as `vm.tasks()` and `task.info()` give it. */
export interface TaskInfo {
  readonly id: number;
  readonly name: string;
  /** The task that started it; null for the top level of a run. */
  readonly parent: number | null;
  readonly state: TaskState;
  /** In words, if it waits. */
  readonly waitsFor: string | null;
  readonly wait: Wait | null;
  /** Where it is. */
  readonly position: Frame;
  /** Where it was started, if by a script. */
  readonly spawned: Frame | null;
  readonly fuelUsed: number;
  /** Milliseconds since it was started. */
  readonly age: number;
}

/** What `vm.usage()` gives. */
export interface Usage {
  readonly fuel: number;
  readonly heapBytes: number;
  readonly peakBytes: number;
  readonly tasks: number;
  readonly pendingOps: number;
  /** Open subscriptions, and promises of events, bars and ticks that have not come. */
  readonly subscriptions: number;
  /** Events that no script has waited for. */
  readonly queuedEvents: number;
  /** Events and bars that full buffers had no room for, so far. */
  readonly droppedEvents: number;
  readonly outputBytes: number;
}

/** The messages that `vm.on()` can listen to. */
export interface VmEvents {
  output: OutputMessage;
  event: EventMessage;
  /** Every alert, whatever its tags; see also `vm.alertSink()`. */
  alert: Alert;
  /** A task has ended. */
  task: { readonly id: number };
  /** A failure that no part of the script ever awaited, and where its task was started. */
  unhandled: { readonly error: ScriptError; readonly task: number | null; readonly spawned: readonly Frame[] };
  /** A run exceeded a limit. */
  limit: { readonly task: number; readonly limit: string; readonly used: number; readonly allowed: number };
}

/** A message with its type, as `vm.events()` gives it. */
export type Message<K extends keyof VmEvents = keyof VmEvents> = { [T in K]: { readonly type: T } & Readonly<VmEvents[T]> }[K];

/** The messages of a `Vm`, one after the other. */
export interface Messages<T> extends AsyncIterableIterator<T, undefined, undefined> {
  /** How many were dropped because nobody took them in time: at most `limits.eventQueue` wait. */
  readonly dropped: number;
  /** Takes no more messages. */
  return(): Promise<IteratorResult<T, undefined>>;
}

/** The result of a step by hand. */
export type ExecutionResult =
  | { readonly state: "completed"; readonly value: Value }
  | {
      readonly state: "suspended";
      readonly contextId: number;
      readonly wait: Wait;
      readonly resumeIp: number;
      /** The very promise of a host function that the context waits for, if it waits for one. */
      readonly promise?: Promise<unknown>;
    };

/** The result of one round of the scheduler by hand. */
export interface SchedulerRound {
  /** How many contexts ended in this round. */
  readonly completedContexts: number;
  /** How many contexts are left. */
  readonly pendingContexts: number;
  /** When the earliest timer is due, in milliseconds since 1970, or null. */
  readonly nextWakeMs: number | null;
}
