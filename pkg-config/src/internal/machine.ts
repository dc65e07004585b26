import {
  CancelledError,
  CompileError,
  DisposedError,
  LimitError,
  RuffError,
  type DeadlockError,
  type Diagnostic,
  type Frame,
  type ScriptError,
  type Span,
} from "../errors.js";
import { Channels } from "./channels.js";
import { Host, resolveWith, type HostEvents } from "./host.js";
import { MessageQueue } from "./messages.js";
import {
  CALL_OPTIONS,
  CHANNEL_OPTIONS,
  COMPILE_OPTIONS,
  DETERMINISTIC_OPTIONS,
  EVENTS,
  MESSAGES_OPTIONS,
  ON_OPTIONS,
  RUN_OPTIONS,
  SINK_OPTIONS,
  TEST_OPTIONS,
  VM_OPTIONS,
  checkObject,
  checkOptions,
  checkSignal,
  checkWorld,
} from "./options.js";
import { RawVm, lastPanic, type RawTests } from "../binding.js";
import { isLoaded } from "../init.js";
import type { Channel } from "../channel.js";
import { Program, rawProgram, type Compilation } from "../program.js";
import { Requests } from "./requests.js";
import { Pump } from "./pump.js";
import type { Capabilities } from "../capabilities.js";
import { ExecutionState } from "../state.js";
import { Task, type TaskOwner } from "../task.js";
import type {
  Alert,
  CallOptions,
  CompileOptions,
  DeadLetter,
  ExecutionResult,
  HostFunctions,
  Message,
  Messages,
  RunOptions,
  SchedulerRound,
  TaskInfo,
  TestOptions,
  TestReport,
  TestResult,
  Usage,
  Value,
  VmEvents,
  VmOptions,
} from "../types.js";

interface Run {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Why it was cancelled, if it was. */
  reason: unknown;
  /** Stops listening to the run's signal. */
  release: (() => void) | undefined;
}

type Listener = (message: never) => void;

/** Gets alerts; what it throws or rejects with makes a dead letter. */
type Sink = (alert: Alert) => unknown;

/** Dead letters that are kept; the oldest make room. */
const MOST_DEAD_LETTERS = 1000;

/** How many messages wait in `vm.events()` if `limits.eventQueue` does not say. */
const MESSAGES_WAITING = 10_000;

/** The code of the error that ends a machine which has failed. */
const DEAD = "RUFVMDEAD";

/**
 * What a `Vm` is made of: the wasm object, its host and its pump. It knows its `Vm` only while scripts run, so that a
 * `Vm` that nobody uses any more can be collected, which then disposes this.
 */
export class Machine implements HostEvents, TaskOwner {
  readonly #raw: RawVm;
  readonly channels: Channels;
  /** For the machines of tests. */
  readonly #options: VmOptions;
  readonly #deterministic: boolean;
  readonly #host: Host;
  readonly #pump: Pump;
  readonly #manual: boolean;
  readonly #owner: WeakRef<object>;
  /** The owner, while a run is going on. */
  #held: object | undefined;
  readonly #modules: (name: string) => unknown;
  /** A module has been delivered since this was last set to false. */
  #moduleArrived = false;
  /** The machines of tests that are running. */
  readonly #tests = new Set<Machine>();
  /** Modules that are being loaded. */
  readonly #loads = new Map<number, Promise<void>>();
  readonly #runs = new Map<number, Run>();
  readonly #listeners = new Map<keyof VmEvents, Set<Listener>>();
  /** The open `vm.events()`. */
  readonly #streams = new Set<{ end(): void }>();
  readonly #messagesWaiting: number;
  readonly #sinks = new Map<number, Sink>();
  readonly #deadLetters: DeadLetter[] = [];
  /** States saved by hand, by their numbers in the raw machine. */
  readonly #states = new WeakMap<ExecutionState, number>();
  readonly #forgottenStates = new FinalizationRegistry<number>((number) => {
    if (this.#end === undefined) this.#raw.dropExecutionState(number);
  });
  /** Set once the machine cannot be used any more. */
  #end: RuffError | undefined;
  /** Calls of the raw machine that are on the stack. */
  #depth = 0;
  #release: (() => void) | undefined;

  constructor(owner: object, options: VmOptions) {
    checkOptions(options, "options", VM_OPTIONS);
    const { functions = {}, globals = {}, modules = {}, limits = {}, sliceMs = 8, pump = "auto", deterministic, onOutput, signal } = options;
    const { capabilities = {}, fetch, files } = options;
    checkObject(functions, "options.functions");
    checkObject(globals, "options.globals");
    if (typeof sliceMs !== "number" || !(sliceMs > 0)) throw new TypeError("options.sliceMs must be a positive number");
    if (pump !== "auto" && pump !== "manual") throw new TypeError('options.pump must be "auto" or "manual"');
    if (onOutput !== undefined && typeof onOutput !== "function") throw new TypeError("options.onOutput must be a function");
    checkSignal(signal, "options.signal");
    const { seed, startMs } = checkDeterministic(deterministic);
    checkWorld(capabilities, fetch, files);
    if (!isLoaded()) throw new RuffError("RUFNOINIT", "init() must have finished before the first new Vm()");
    this.#owner = new WeakRef(owner);
    this.#manual = pump === "manual";
    this.#modules = moduleLoader(modules);
    this.#host = new Host(this, new Requests(fetch, files), this.#manual);
    this.#raw = new RawVm(this.#host, limits, seed, startMs);
    this.#options = options;
    this.#deterministic = seed !== undefined;
    this.channels = new Channels({
      trySend: (channel, message) => {
        const sent = this.#enter(() => this.#raw.trySend(this.#host.pinOf(channel), message));
        if (sent) this.#request();
        return sent;
      },
      tryReceive: (channel) => {
        const message: unknown = this.#enter(() => this.#raw.tryReceive(this.#host.pinOf(channel)));
        if (message !== undefined) this.#request();
        return message;
      },
      closeChannel: (channel) => {
        this.#enter(() => this.#raw.closeChannel(this.#host.pinOf(channel)));
        this.#request();
      },
      isChannelClosed: (channel) => this.#enter(() => this.#raw.isChannelClosed(this.#host.pinOf(channel))),
    });
    this.#messagesWaiting = limits.eventQueue ?? MESSAGES_WAITING;
    const jump = this.#deterministic ? (due: number) => this.#enter(() => this.#raw.advanceTo(due)) : undefined;
    this.#pump = new Pump((fuel) => this.#slice(fuel), sliceMs, jump);
    this.#grant(capabilities);
    this.#addFunctions(functions);
    for (const [name, value] of Object.entries(globals)) this.#enter(() => this.#raw.setGlobal(name, value, `globals.${name}`));
    if (onOutput !== undefined) this.on("output", onOutput);
    this.#release = whenAborted(signal, () => this.dispose(signal?.reason));
  }

  #grant(capabilities: Capabilities): void {
    for (const [name, granted] of Object.entries(capabilities)) {
      if (granted === undefined || this.#enter(() => this.#raw.grant(name, granted))) continue;
      throw new TypeError(`options.capabilities has no capability ${JSON.stringify(name)}`);
    }
  }

  #addFunctions(functions: HostFunctions): void {
    for (const [name, run] of Object.entries(functions)) {
      if (typeof run !== "function") throw new TypeError(`options.functions.${name} must be a function`);
      this.#enter(() => this.#raw.addFunction(name));
      this.#host.addFunction(name, run);
    }
  }

  // Crossing into the VM.

  /** Calls the raw machine; what it throws is either an error for the caller or the end of this VM. */
  #enter<T>(call: () => T): T {
    if (this.#end !== undefined) throw this.#end;
    this.#depth++;
    try {
      return call();
    } catch (error) {
      throw error instanceof WebAssembly.RuntimeError ? this.#die(error) : error;
    } finally {
      this.#depth--;
      if (this.#end !== undefined) this.#freeIfUnused();
    }
  }

  #slice(fuel: number): number {
    this.#depth++;
    try {
      const wake = this.#raw.run(fuel);
      if (this.#end === undefined) this.channels.look();
      return this.#end === undefined ? wake : Infinity;
    } catch (error) {
      this.#die(error);
      return Infinity;
    } finally {
      this.#depth--;
      if (this.#end !== undefined) this.#freeIfUnused();
    }
  }

  /** A panic of the VM: this machine is dead, others go on. */
  #die(cause: unknown): RuffError {
    const message = lastPanic() ?? (cause instanceof Error ? cause.message : String(cause));
    return this.#finish(new RuffError(DEAD, `The VM has failed and cannot be used any more: ${message}`, { cause }));
  }

  dispose(reason?: unknown): void {
    if (this.#end !== undefined) return;
    const end = new DisposedError();
    this.#finish(end, new CancelledError(reason ?? end));
    this.#freeIfUnused();
  }

  #finish(end: RuffError, outcome: RuffError = end): RuffError {
    if (this.#end !== undefined) return this.#end;
    this.#end = end;
    this.#pump.stop();
    this.#release?.();
    this.#host.close(end);
    this.channels.finish(end);
    for (const run of this.#runs.values()) {
      run.release?.();
      run.reject(outcome);
    }
    this.#runs.clear();
    this.#held = undefined;
    this.#listeners.clear();
    this.#sinks.clear();
    for (const stream of this.#streams) stream.end();
    for (const test of this.#tests) test.dispose(outcome);
    return end;
  }

  #freeIfUnused(): void {
    // A host function that disposes its own VM returns into it.
    this.#raw.stop();
    // What failed in the middle of something is still borrowed by it, for ever.
    if (this.#depth === 0 && this.#end?.code !== DEAD) this.#raw.free();
  }

  // Scripts.

  compile(source: string, options: CompileOptions = {}): Compilation {
    if (typeof source !== "string") throw new TypeError("vm.compile() needs the source as a string");
    checkOptions(options, "options", COMPILE_OPTIONS);
    const { name = "script.ruff" } = options;
    if (typeof name !== "string") throw new TypeError("options.name must be a string");
    const raw = this.#enter(() => this.#raw.compile(source, name));
    const diagnostics = raw.diagnostics() as readonly Diagnostic[];
    const program = raw.program();
    const report = raw.report();
    raw.free();
    const found = { ok: program !== undefined, diagnostics, render: () => report };
    return program === undefined ? found : { ...found, program: new Program(program, name) };
  }

  #programOf(script: string | Program, name: string | undefined): Program {
    if (script instanceof Program) return script;
    if (typeof script !== "string") throw new TypeError("A script is its source (a string) or a Program of vm.compile()");
    const { program, diagnostics, render } = this.compile(script, name === undefined ? {} : { name });
    if (program === undefined) throw new CompileError(diagnostics, render());
    return program;
  }

  start(script: string | Program, options: RunOptions = {}): Task<unknown> {
    return this.#launch(options, RUN_OPTIONS, () => {
      const { name, args = [], limits = {} } = options;
      if (!Array.isArray(args)) throw new TypeError("options.args must be an array");
      const raw = rawProgram(this.#programOf(script, name));
      return this.#enter(() => this.#raw.start(raw, args as unknown[], limits));
    });
  }

  callFunction(name: string, parameters: readonly unknown[], options: CallOptions): Task<unknown> {
    return this.#launch(options, CALL_OPTIONS, () => {
      if (typeof name !== "string") throw new TypeError("vm.call() needs the name of a script function");
      if (!Array.isArray(parameters)) throw new TypeError("vm.call() needs the arguments as an array");
      return this.#enter(() => this.#raw.call(name, parameters as unknown[], options.limits ?? {}));
    });
  }

  callScriptFunction(pin: number, parameters: readonly unknown[]): Promise<unknown> {
    return this.#launch({}, CALL_OPTIONS, () => this.#enter(() => this.#raw.callPinned(pin, parameters as unknown[]))).result;
  }

  /** Starts a task whose outcome is a promise; problems with the start are that promise's rejection. */
  #launch(options: CallOptions, known: Readonly<Record<string, true>>, start: () => number): Task<unknown> {
    let id = 0;
    const result = new Promise<unknown>((resolve, reject) => {
      checkOptions(options, "options", known);
      const { signal } = options;
      checkSignal(signal, "options.signal");
      if (this.#end !== undefined) throw this.#end;
      if (signal?.aborted) throw new CancelledError(signal.reason);
      id = start();
      const run: Run = { resolve, reject, reason: undefined, release: undefined };
      run.release = whenAborted(signal, () => this.cancelTask(id, signal?.reason));
      this.#runs.set(id, run);
      this.#held ??= this.#owner.deref();
      this.#request();
    });
    return new Task(id, result, this);
  }

  cancelTask(id: number, reason: unknown): void {
    const run = this.#runs.get(id);
    if (run === undefined || this.#end !== undefined) return;
    run.reason ??= reason;
    this.#enter(() => this.#raw.cancel(id));
    this.#request();
  }

  taskInfo(id: number): TaskInfo | undefined {
    return this.#end === undefined ? (this.#enter(() => this.#raw.task(id)) as TaskInfo | undefined) : undefined;
  }

  pauseTask(id: number): void {
    if (this.#end === undefined) this.#enter(() => this.#raw.setTaskPaused(id, true));
  }

  resumeTask(id: number): void {
    if (this.#end !== undefined) return;
    this.#enter(() => this.#raw.setTaskPaused(id, false));
    this.#request();
  }

  get(name: string): unknown {
    if (typeof name !== "string") throw new TypeError("vm.get() needs the name of a variable");
    return this.#enter(() => this.#raw.getGlobal(name));
  }

  set(name: string, value: unknown): void {
    if (typeof name !== "string") throw new TypeError("vm.set() needs the name of a variable");
    this.#enter(() => this.#raw.setGlobal(name, value, name));
  }

  tasks(): TaskInfo[] {
    return this.#enter(() => this.#raw.tasks()) as TaskInfo[];
  }

  usage(): Usage {
    return this.#enter(() => this.#raw.usage()) as Usage;
  }

  // Tests.

  /** Runs each test in a machine of its own, which has what this one was given. */
  async runTests(source: string, options: TestOptions = {}): Promise<TestReport> {
    if (typeof source !== "string") throw new TypeError("vm.runTests() needs the source as a string");
    checkOptions(options, "options", TEST_OPTIONS);
    const { name = "script.ruff", filter = "", limits = {}, signal } = options;
    if (typeof name !== "string") throw new TypeError("options.name must be a string");
    if (typeof filter !== "string") throw new TypeError("options.filter must be a string");
    checkSignal(signal, "options.signal");
    if (this.#end !== undefined) throw this.#end;
    const cases = this.#enter(() => this.#raw.compileTests(source, name));
    const tests: TestResult[] = [];
    const names = cases.names();
    try {
      for (const [number, test] of names.entries()) {
        if (test.includes(filter)) tests.push(await this.#runTest(cases, number, test, limits, signal));
      }
    } finally {
      cases.free();
    }
    const passed = tests.filter((test) => test.passed).length;
    return { passed, failed: tests.length - passed, filtered: names.length - tests.length, tests };
  }

  async #runTest(
    cases: RawTests,
    number: number,
    name: string,
    limits: NonNullable<TestOptions["limits"]>,
    signal: AbortSignal | undefined,
  ): Promise<TestResult> {
    if (this.#end !== undefined) throw this.#end;
    let output = "";
    const { signal: _, ...given } = this.#options;
    const onOutput = ({ text }: { readonly text: string }) => void (output += text);
    const machine = new Machine({}, { ...given, pump: "auto", onOutput });
    this.#tests.add(machine);
    const begun = performance.now();
    try {
      const run = signal === undefined ? {} : { signal };
      const task = machine.#launch(run, CALL_OPTIONS, () => machine.#enter(() => machine.#raw.startTest(cases, number, limits)));
      const [message, report, span, error] = (await task.result) as [
        string | null,
        string | null,
        Span,
        ScriptError | DeadlockError | null,
      ];
      const durationMs = performance.now() - begun;
      return { name, passed: message === null, durationMs, message, report, span, error, output };
    } finally {
      this.#tests.delete(machine);
      machine.dispose();
    }
  }

  // Channels.

  channel(name: string, options: { readonly capacity?: number } = {}): Channel<unknown> {
    if (typeof name !== "string") throw new TypeError("vm.channel() needs the name of the channel");
    checkOptions(options, "options", CHANNEL_OPTIONS);
    const { capacity } = options;
    if (capacity !== undefined && !(Number.isInteger(capacity) && capacity >= 0 && capacity < 2 ** 32)) {
      throw new TypeError("options.capacity must be a non-negative integer");
    }
    return this.#host.reference(this.#enter(() => this.#raw.channel(name, capacity)), "channel") as Channel<unknown>;
  }

  // Running.

  now(): number {
    return this.#enter(() => this.#raw.now());
  }

  advance(ms: number): void {
    if (typeof ms !== "number" || !(ms >= 0 && ms < Infinity)) throw new TypeError("vm.advance() needs a number of milliseconds");
    if (this.#end !== undefined) throw this.#end;
    if (!this.#deterministic) throw new RuffError("RUFCLOCK", "Only the clock of a deterministic Vm can be moved");
    this.#enter(() => this.#raw.advanceTo(this.#raw.now() + ms));
    this.#request();
  }

  #request(): void {
    if (!this.#manual) this.#pump.request();
  }

  pause(): void {
    if (this.#end !== undefined) throw this.#end;
    this.#pump.pause();
  }

  resume(): void {
    if (this.#end !== undefined) throw this.#end;
    if (!this.#manual) this.#pump.resume();
  }

  async idle(): Promise<void> {
    const idle = this.#enter(() => this.#raw.idle());
    this.#request();
    await idle;
  }

  // By hand.

  executeUntilSuspend(program: Program): ExecutionResult {
    const raw = rawProgram(program);
    this.#moduleArrived = false;
    let result = this.#enter(() => this.#raw.executeUntilSuspend(raw)) as ExecutionResult;
    // Modules that are at hand are no reason to suspend.
    while (result.state === "suspended" && this.#moduleArrived) {
      this.#moduleArrived = false;
      const id = result.contextId;
      result = this.#enter(() => this.#raw.resumeExecutionContext(id)) as ExecutionResult;
    }
    return this.#execution(result);
  }

  resumeExecutionContext(id: number): ExecutionResult {
    return this.#execution(this.#enter(() => this.#raw.resumeExecutionContext(id)));
  }

  #execution(raw: unknown): ExecutionResult {
    const result = raw as ExecutionResult;
    if (result.state === "completed" || result.wait.type !== "future" || result.promise !== undefined) return result;
    const promise = this.#anyLoad();
    return promise === undefined ? result : { ...result, promise: promise as Promise<unknown> };
  }

  deliver(id: number, outcome: { readonly value: unknown } | { readonly error: unknown }): boolean {
    if (typeof outcome !== "object" || outcome === null || !("value" in outcome || "error" in outcome)) {
      throw new TypeError("vm.deliver() needs { value } or { error }");
    }
    const known = this.#enter(() =>
      "value" in outcome ? this.#raw.deliver(id, outcome.value) : this.#raw.fail(id, outcome.error),
    );
    if (known) this.#host.finished(id);
    this.#request();
    return known;
  }

  runSchedulerRound(): SchedulerRound {
    const round = this.#enter(() => this.#raw.runSchedulerRound()) as SchedulerRound;
    this.channels.look();
    return round;
  }

  runSchedulerUntilComplete(maxRounds: number): SchedulerRound {
    return this.#enter(() => this.#raw.runSchedulerUntilComplete(maxRounds)) as SchedulerRound;
  }

  listExecutionContextIds(): number[] {
    return this.#enter(() => this.#raw.listExecutionContextIds()) as number[];
  }

  saveExecutionState(): ExecutionState {
    const number = this.#enter(() => this.#raw.saveExecutionState());
    const state = new ExecutionState();
    this.#states.set(state, number);
    this.#forgottenStates.register(state, number);
    return state;
  }

  #stateNumber(state: ExecutionState): number {
    const number = this.#states.get(state);
    if (number === undefined) throw new TypeError("This state was not saved by this Vm");
    return number;
  }

  restoreExecutionState(state: ExecutionState): void {
    this.#enter(() => this.#raw.restoreExecutionState(this.#stateNumber(state)));
  }

  createExecutionContext(state: ExecutionState): number {
    return this.#enter(() => this.#raw.createExecutionContext(this.#stateNumber(state)));
  }

  createExecutionContextFromCurrent(): number {
    return this.#enter(() => this.#raw.createExecutionContextFromCurrent());
  }

  switchExecutionContext(id: number): void {
    this.#enter(() => this.#raw.switchExecutionContext(id));
  }

  removeExecutionContext(id: number): void {
    this.#enter(() => this.#raw.removeExecutionContext(id));
  }

  hasExecutionContext(id: number): boolean {
    return this.#enter(() => this.#raw.hasExecutionContext(id));
  }

  activeExecutionContextId(): number | undefined {
    return this.#enter(() => this.#raw.activeExecutionContextId());
  }

  pendingExecutionContextCount(): number {
    return this.#enter(() => this.#raw.pendingExecutionContextCount());
  }

  setCooperativeSuspendEnabled(enabled: boolean): void {
    this.#enter(() => this.#raw.setCooperativeSuspendEnabled(enabled));
  }

  // Modules.

  loadModule(id: number, name: string): void {
    let found: unknown;
    try {
      found = this.#modules(name);
    } catch (reason) {
      return this.#moduleFailed(id, name, reason);
    }
    if (!(typeof found === "object" && found !== null && "then" in found)) return this.#moduleFound(id, name, found);
    const load = Promise.resolve(found as PromiseLike<unknown>).then(
      (text) => this.#moduleFound(id, name, text),
      (reason) => this.#moduleFailed(id, name, reason),
    );
    this.#loads.set(id, load);
  }

  #moduleFound(id: number, name: string, text: unknown): void {
    if (text !== undefined && text !== null && typeof text !== "string") {
      return this.#moduleFailed(id, name, new TypeError(`its text is not a string but ${typeof text}`));
    }
    this.#deliverModule(id, () => {
      if (typeof text === "string") this.#raw.deliverModule(id, `${name.replaceAll(".", "/")}.ruff`, text);
      else this.#raw.failModule(id, undefined);
    });
  }

  #moduleFailed(id: number, name: string, reason: unknown): void {
    const message = `Module '${name}' could not be loaded: ${this.#host.messageOf(reason)}`;
    this.#deliverModule(id, () => this.#raw.failModule(id, message));
  }

  #deliverModule(id: number, deliver: () => void): void {
    this.#loads.delete(id);
    if (this.#end !== undefined) return;
    this.#enter(deliver);
    this.#moduleArrived = true;
    this.#request();
  }

  /** Settles when a module that a suspended context may wait for has been loaded. */
  #anyLoad(): Promise<void> | undefined {
    return this.#loads.size === 0 ? undefined : Promise.race(this.#loads.values());
  }

  // What the host reports.

  fulfilled(id: number, value: unknown): void {
    if (this.#end !== undefined) return;
    try {
      if (typeof value === "number") this.#raw.deliverNumber(id, value);
      else this.#raw.deliver(id, value);
      this.#pump.request();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) this.#die(error);
      // A value that cannot cross fails the call, with the error that says why.
      else this.rejected(id, error);
    }
  }

  rejected(id: number, reason: unknown): void {
    if (this.#end !== undefined) return;
    this.#enter(() => this.#raw.fail(id, reason));
    this.#pump.request();
  }

  runEnded(task: number, failed: boolean, value: unknown): void {
    const run = this.#runs.get(task);
    if (run === undefined) return;
    this.#runs.delete(task);
    if (this.#runs.size === 0) this.#held = undefined;
    run.release?.();
    if (!failed) return resolveWith(value, run);
    if (value instanceof LimitError) this.#tell("limit", { task, limit: value.limit, used: value.used, allowed: value.allowed });
    run.reject(value instanceof CancelledError ? new CancelledError(run.reason) : value);
  }

  taskEnded(id: number): void {
    this.#tell("task", { id });
  }

  unhandled(error: ScriptError, task: number, spawned: readonly Frame[]): void {
    this.#tell("unhandled", { error, task: task === 0 ? null : task, spawned });
  }

  output(isError: boolean, text: string): void {
    this.#tell("output", { stream: isError ? "stderr" : "stdout", text });
  }

  scriptFunctionForgotten(pin: number): void {
    if (this.#end === undefined) this.#enter(() => this.#raw.unpin(pin));
  }

  event(name: string, payload: unknown): void {
    this.#tell("event", { name, payload: payload as Value });
  }

  alert(alert: unknown, sinks: Uint32Array): void {
    const told = alert as Alert;
    this.#tell("alert", told);
    for (const id of sinks) {
      const sink = this.#sinks.get(id);
      if (sink === undefined) continue;
      const failed = (error: unknown) => this.#keepDeadLetter({ alert: told, error });
      try {
        Promise.resolve(sink(told)).catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }

  #keepDeadLetter(letter: DeadLetter): void {
    if (this.#deadLetters.length === MOST_DEAD_LETTERS) this.#deadLetters.shift();
    this.#deadLetters.push(letter);
  }

  // Events, bars and ticks.

  emit(name: string, payload: unknown): void {
    if (typeof name !== "string") throw new TypeError("vm.emit() needs the name of the event");
    this.#enter(() => this.#raw.emit(name, payload));
    this.#request();
  }

  pushBar(source: string, bar: unknown): void {
    if (typeof source !== "string") throw new TypeError("vm.pushBar() needs the name of the source");
    checkObject(bar, "bar");
    this.#enter(() => this.#raw.pushBar(source, bar));
    this.#request();
  }

  endBars(source: string, error: unknown): void {
    if (typeof source !== "string") throw new TypeError("vm.endBars() needs the name of the source");
    this.#enter(() => (error === undefined ? this.#raw.endBars(source) : this.#raw.failBars(source, error)));
    this.#request();
  }

  tick(id: string): void {
    if (typeof id !== "string") throw new TypeError("vm.tick() needs the id of the timer");
    this.#enter(() => this.#raw.tick(id));
    this.#request();
  }

  alertSink(sink: Sink, options: { readonly tags?: readonly string[] } = {}): () => void {
    if (typeof sink !== "function") throw new TypeError("vm.alertSink() needs a function");
    checkOptions(options, "options", SINK_OPTIONS);
    const { tags = [] } = options;
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) {
      throw new TypeError("options.tags must be an array of strings");
    }
    const id = this.#enter(() => this.#raw.addAlertSink([...(tags as string[])]));
    this.#sinks.set(id, sink);
    return () => {
      if (this.#sinks.delete(id)) this.#enter(() => this.#raw.removeAlertSink(id));
    };
  }

  deadLetters(): DeadLetter[] {
    return [...this.#deadLetters];
  }

  events<K extends keyof VmEvents>(options: { readonly types?: readonly K[]; readonly signal?: AbortSignal }): Messages<Message<K>> {
    checkOptions(options, "options", MESSAGES_OPTIONS);
    const { types = Object.keys(EVENTS) as K[], signal } = options;
    if (!Array.isArray(types)) throw new TypeError("options.types must be an array of messages' names");
    for (const type of types) checkMessage(type, "vm.events()");
    checkSignal(signal, "options.signal");
    if (this.#end !== undefined) throw this.#end;
    const release: (() => void)[] = [];
    const queue = new MessageQueue<Message<K>>(this.#messagesWaiting, () => {
      this.#streams.delete(queue);
      for (const stop of release) stop();
    });
    this.#streams.add(queue);
    for (const type of new Set(types)) {
      release.push(this.on(type, (message) => queue.push({ type, ...message } as Message<K>)));
    }
    const aborted = whenAborted(signal, () => queue.end());
    if (aborted !== undefined) release.push(aborted);
    return queue;
  }

  // Listeners.

  on<K extends keyof VmEvents>(
    type: K,
    listener: (message: VmEvents[K]) => void,
    options: { readonly signal?: AbortSignal } = {},
  ): () => void {
    checkMessage(type, "vm.on()");
    checkOptions(options, "options", ON_OPTIONS);
    const { signal } = options;
    if (typeof listener !== "function") throw new TypeError("vm.on() needs a function");
    if (this.#end !== undefined) throw this.#end;
    checkSignal(signal, "options.signal");
    if (signal?.aborted) return () => undefined;
    let listeners = this.#listeners.get(type);
    if (listeners === undefined) this.#listeners.set(type, (listeners = new Set()));
    // A function of its own for each call, so that one listener can be added twice.
    const entry: Listener = (message) => listener(message);
    listeners.add(entry);
    if (type === "task") this.#raw.reportTasks(true);
    const release = whenAborted(signal, () => listeners.delete(entry));
    return () => {
      release?.();
      listeners.delete(entry);
      if (type === "task" && listeners.size === 0 && this.#end === undefined) this.#raw.reportTasks(false);
    };
  }

  #tell<K extends keyof VmEvents>(type: K, message: VmEvents[K]): void {
    const listeners = this.#listeners.get(type);
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        listener(message as never);
      } catch (error) {
        // A listener's mistake is reported as any uncaught error, and is none of the VM's business.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

/** No seed: not deterministic. */
function checkDeterministic(options: VmOptions["deterministic"]): { readonly seed: number | undefined; readonly startMs: number } {
  if (options === undefined) return { seed: undefined, startMs: 0 };
  checkOptions(options, "options.deterministic", DETERMINISTIC_OPTIONS);
  const { seed, startMs = 0 } = options;
  if (!Number.isSafeInteger(seed)) throw new TypeError("options.deterministic.seed must be a safe integer");
  if (!Number.isFinite(startMs)) throw new TypeError("options.deterministic.startMs must be a number of milliseconds");
  return { seed, startMs };
}

function checkMessage(type: unknown, place: string): void {
  if (typeof type === "string" && Object.hasOwn(EVENTS, type)) return;
  throw new TypeError(`${place} knows no messages called ${JSON.stringify(type)}`);
}

/** The three ways to give modules, as one. */
function moduleLoader(modules: unknown): (name: string) => unknown {
  if (typeof modules === "function") return (name) => (modules as (name: string) => unknown)(name);
  if (modules instanceof Map) return (name) => modules.get(name) as unknown;
  if (typeof modules !== "object" || modules === null) {
    throw new TypeError("options.modules must be an object, a Map or a function");
  }
  return (name) => (Object.hasOwn(modules, name) ? (modules as Record<string, unknown>)[name] : undefined);
}

/** Calls `listener` when the signal fires, at once if it has; gives a function that stops listening. */
function whenAborted(signal: AbortSignal | undefined, listener: () => void): (() => void) | undefined {
  if (signal === undefined) return undefined;
  if (signal.aborted) {
    listener();
    return undefined;
  }
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
