/// <reference lib="esnext.disposable" preserve="true" />
import { Machine } from "./internal/machine.js";
import type { Channel } from "./channel.js";
import type { Compilation, Program } from "./program.js";
import type { ExecutionState } from "./state.js";
import type { Task } from "./task.js";
import type {
  Alert,
  Bar,
  CallOptions,
  CompileOptions,
  DeadLetter,
  ExecutionResult,
  Message,
  Messages,
  RunOptions,
  SchedulerRound,
  TaskInfo,
  TestOptions,
  TestReport,
  Usage,
  Value,
  VmEvents,
  VmOptions,
} from "./types.js";

const forgotten = new FinalizationRegistry<Machine>((machine) => machine.dispose());

// The method itself is defined below, where the runtime has the symbol.
export interface Vm extends Disposable {}

/**
 * An isolated world for scripts: their data, variables, tasks and limits. Cheap; a page may have many.
 *
 * ```js
 * import init, { Vm } from "ruff-lang";
 * await init();
 * const vm = new Vm({
 *   functions: { async price(symbol) { return (await fetch(`/price/${symbol}`, { signal: this.signal })).json(); } },
 *   onOutput: ({ text }) => log.append(text),
 * });
 * const total = await vm.run(`
 *   prices := await promise_all([price("A"), price("B")])
 *   return prices[0] + prices[1]
 * `);
 * ```
 */
export class Vm {
  readonly #machine: Machine;

  static {
    // Not every runtime has `using` yet.
    const dispose: symbol | undefined = Symbol.dispose;
    if (dispose !== undefined) {
      Object.defineProperty(this.prototype, dispose, { value: this.prototype.dispose, writable: true, configurable: true });
    }
  }

  constructor(options: VmOptions = {}) {
    this.#machine = new Machine(this, options);
    forgotten.register(this, this.#machine);
  }

  /**
   * Checks a script without running it. Never throws for mistakes in the script.
   *
   * ```js
   * const { ok, program, diagnostics, render } = vm.compile(source, { name: "prices.ruff" });
   * if (!ok) console.error(render());
   * ```
   */
  compile(source: string, options?: CompileOptions): Compilation {
    return this.#machine.compile(source, options);
  }

  /**
   * Runs a script. Resolves with the value of its `return` (or null) when its top level and every task that it
   * started have ended.
   *
   * ```js
   * await vm.run(`return await fetch_text(args()[0])`, { args: ["/news"], signal: AbortSignal.timeout(5000) });
   * ```
   *
   * Rejects with a `CompileError`, `ScriptError`, `LimitError`, `CancelledError`, `DeadlockError`, `ExitError` or
   * `DisposedError`.
   */
  run<T = Value>(script: string | Program, options?: RunOptions): Promise<T> {
    return this.#machine.start(script, options).result as Promise<T>;
  }

  /** Like `run()`, but gives a handle at once, to cancel or pause the run or to look at it. */
  start<T = Value>(script: string | Program, options?: RunOptions): Task<T> {
    return this.#machine.start(script, options) as Task<T>;
  }

  /**
   * Calls a function of the script, in a new task; it may wait.
   *
   * ```js
   * await vm.run(`func double(x) { return x * 2 }`);
   * await vm.call("double", [21]); // 42
   * ```
   */
  call<T = Value>(name: string, parameters: readonly unknown[] = [], options: CallOptions = {}): Promise<T> {
    return this.#machine.callFunction(name, parameters, options).result as Promise<T>;
  }

  /**
   * Runs the `test` blocks of a script, one after the other, each in a world of its own that is made with the options of
   * this `Vm`. Resolves also if tests fail; rejects with a `CompileError` for a script that does not compile.
   *
   * ```js
   * const { failed, tests } = await vm.runTests(`test "adds" { assert_equal(1 + 1, 2) }`);
   * for (const test of tests) if (!test.passed) console.error(test.name, test.report);
   * ```
   */
  runTests(source: string, options?: TestOptions): Promise<TestReport> {
    return this.#machine.runTests(source, options);
  }

  /**
   * The channel that scripts get by `channel_named(name)`, for at most `capacity` messages (0: a sender waits for its
   * receiver; none: without a bound).
   *
   * ```js
   * const jobs = vm.channel<number>("jobs", { capacity: 10 });
   * vm.run(`for await job in channel_named("jobs") { print(job * 2) }`);
   * await jobs.send(21);
   * jobs.close();
   * ```
   *
   * @throws TypeError if it exists with another capacity
   */
  channel<T = Value>(name: string, options: { readonly capacity?: number } = {}): Channel<T> {
    return this.#machine.channel(name, options) as unknown as Channel<T>;
  }

  /**
   * The time that scripts see, in milliseconds since 1970.
   *
   * ```js
   * new Vm({ deterministic: { seed: 1, startMs: 5 } }).now(); // 5
   * ```
   */
  now(): number {
    return this.#machine.now();
  }

  /**
   * Lets virtual time pass, at once; for a `Vm` that is deterministic.
   *
   * ```js
   * const vm = new Vm({ deterministic: { seed: 1 }, functions: { never: () => new Promise(() => {}) } });
   * const result = vm.run(`return await async_timeout(never(), 1000)`);
   * vm.advance(1000); // the timeout fires
   * ```
   */
  advance(ms: number): void {
    this.#machine.advance(ms);
  }

  /** The value of a script variable; undefined if there is none of that name. */
  get<T = Value>(name: string): T | undefined {
    return this.#machine.get(name) as T | undefined;
  }

  /**
   * Creates or replaces a script variable.
   *
   * @throws TypeError naming the path to something that cannot cross, such as a DOM node or a cycle
   */
  set(name: string, value: unknown): void {
    this.#machine.set(name, value);
  }

  /**
   * Listens to messages; gives a function that stops listening.
   *
   * ```js
   * const off = vm.on("unhandled", ({ error }) => console.warn(error.report), { signal });
   * ```
   */
  on<K extends keyof VmEvents>(
    type: K,
    listener: (message: VmEvents[K]) => void,
    options: { readonly signal?: AbortSignal } = {},
  ): () => void {
    return this.#machine.on(type, listener, options);
  }

  /**
   * The same messages, one after the other; all types if none are given. Ends with the `Vm` or when the signal fires.
   *
   * ```js
   * for await (const message of vm.events({ types: ["event", "alert"] })) {
   *   if (message.type === "alert") console.warn(message.title);
   * }
   * ```
   */
  events<K extends keyof VmEvents = keyof VmEvents>(
    options: { readonly types?: readonly K[]; readonly signal?: AbortSignal } = {},
  ): Messages<Message<K>> {
    return this.#machine.events(options);
  }

  // Events, bars and ticks for the scripts.

  /**
   * An event: it goes to everything in the scripts that waits for its name (`next_event(name)`, `events(name)`), else to
   * the next `poll_event()` or `next_event(name)`.
   *
   * @throws TypeError naming the path to something that cannot cross
   */
  emit(name: string, payload?: unknown): void {
    this.#machine.emit(name, payload);
  }

  /**
   * A bar for `next_bar(source)` and `bars(source)`. Scripts see prices and volume as floats.
   *
   * ```js
   * socket.onmessage = ({ data }) => vm.pushBar("BTC", JSON.parse(data));
   * ```
   */
  pushBar<B extends Bar>(source: string, bar: B): void {
    this.#machine.pushBar(source, bar);
  }

  /** There are no more bars of a source: scripts get null once they have had all of them, or this error. */
  endBars(source: string, error?: unknown): void {
    this.#machine.endBars(source, error);
  }

  /** A tick of a timer for `next_tick(id)`. */
  tick(id: string): void {
    this.#machine.tick(id);
  }

  /**
   * Gets alerts that have one of these tags; without tags, those that no sink with tags gets. An alert that a sink
   * throws or rejects with becomes a dead letter. Gives a function that removes the sink.
   *
   * ```js
   * vm.alertSink((alert) => page(alert.title), { tags: ["ops"] });
   * ```
   */
  alertSink(sink: (alert: Alert) => unknown, options: { readonly tags?: readonly string[] } = {}): () => void {
    return this.#machine.alertSink(sink, options);
  }

  /** The last alerts that sinks failed with, oldest first; at most a thousand are kept. */
  deadLetters(): DeadLetter[] {
    return this.#machine.deadLetters();
  }

  /** All tasks that have not ended, oldest first. */
  tasks(): TaskInfo[] {
    return this.#machine.tasks();
  }

  /** What the scripts use. */
  usage(): Usage {
    return this.#machine.usage();
  }

  /** Stops running scripts until `resume()`. Replies of host functions are kept meanwhile. */
  pause(): void {
    this.#machine.pause();
  }

  /** Undoes `pause()`. */
  resume(): void {
    this.#machine.resume();
  }

  /** Resolves when no task can run and no timer is set: all have ended or wait for the host. */
  idle(): Promise<void> {
    return this.#machine.idle();
  }

  /** Cancels everything, aborts the host calls that are pending, and frees the memory. Can be called again. */
  dispose(): void {
    this.#machine.dispose();
  }

  // By hand, for programs with a loop of their own: `new Vm({ pump: "manual" })`.

  /**
   * Runs until the script's main task has ended, or is suspended and nothing else is ready.
   *
   * ```js
   * let step = vm.executeUntilSuspend(program);
   * while (step.state === "suspended" && step.promise !== undefined) {
   *   vm.deliver(step.wait.id, { value: await step.promise });
   *   step = vm.resumeExecutionContext(step.contextId);
   * }
   * ```
   */
  executeUntilSuspend(program: Program): ExecutionResult {
    return this.#machine.executeUntilSuspend(program);
  }

  /** Goes on with a suspended context. If what it waits for is still missing, the result is as before. */
  resumeExecutionContext(id: number): ExecutionResult {
    return this.#machine.resumeExecutionContext(id);
  }

  /**
   * Answers a pending host call, by the id that `wait` names. Runs nothing: it only makes tasks ready.
   *
   * @returns false if nothing waits for that answer (any more)
   */
  deliver(futureId: number, outcome: { readonly value: unknown } | { readonly error: unknown }): boolean {
    return this.#machine.deliver(futureId, outcome);
  }

  /** Gives every context that is ready one turn. */
  runSchedulerRound(): SchedulerRound {
    return this.#machine.runSchedulerRound();
  }

  /**
   * Runs rounds until no context is left.
   *
   * @throws RangeError if there are contexts left after `maxRounds` rounds
   */
  runSchedulerUntilComplete(maxRounds: number): SchedulerRound {
    return this.#machine.runSchedulerUntilComplete(maxRounds);
  }

  /** The ids of all execution contexts, ascending. */
  listExecutionContextIds(): number[] {
    return this.#machine.listExecutionContextIds();
  }

  /** The context that was executed or resumed last, if it has not ended. */
  activeExecutionContextId(): number | undefined {
    return this.#machine.activeExecutionContextId();
  }

  /** How many contexts have not ended. */
  pendingExecutionContextCount(): number {
    return this.#machine.pendingExecutionContextCount();
  }

  /** Whether the context exists: it has not ended, or its result has not been asked for. */
  hasExecutionContext(id: number): boolean {
    return this.#machine.hasExecutionContext(id);
  }

  /** Makes a context the active one. */
  switchExecutionContext(id: number): void {
    this.#machine.switchExecutionContext(id);
  }

  /** Drops a context, without its cleanup. The active one cannot be dropped. */
  removeExecutionContext(id: number): void {
    this.#machine.removeExecutionContext(id);
  }

  /** Copies the state of the active context. Script variables, promises and channels are shared, not copied. */
  saveExecutionState(): ExecutionState {
    return this.#machine.saveExecutionState();
  }

  /** Replaces the state of the active context. */
  restoreExecutionState(state: ExecutionState): void {
    this.#machine.restoreExecutionState(state);
  }

  /** A new context in a saved state; gives its id. */
  createExecutionContext(state: ExecutionState): number {
    return this.#machine.createExecutionContext(state);
  }

  /** A new context in the state of the active one; gives its id. */
  createExecutionContextFromCurrent(): number {
    return this.#machine.createExecutionContextFromCurrent();
  }

  /** Blocking cannot be had in JavaScript: `false` is refused with an error that says so. */
  setCooperativeSuspendEnabled(enabled: boolean): void {
    this.#machine.setCooperativeSuspendEnabled(enabled);
  }
}
