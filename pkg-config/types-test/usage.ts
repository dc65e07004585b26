// What TypeScript must accept and refuse; checked by `tsc --strict`, never run.
import init, {
  CompileError,
  LimitError,
  RuffError,
  ScriptError,
  Vm,
  complete,
  describe,
  diagnose,
  hover,
  rename,
  tokenClasses,
  tokenize,
  type Alert,
  type BuiltinName,
  type Builtins,
  type Channel,
  type Compilation,
  type DeadLetter,
  type Diagnostic,
  type ExecutionResult,
  type Fix,
  type Item,
  type Message,
  type Messages,
  type Task,
  type TaskInfo,
  type TestReport,
  type Value,
} from "ruff-lang";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<T>(_value: T): void {}
function expectTrue<_T extends true>(): void {}

const { memory } = await init();
expectType<WebAssembly.Memory>(memory);
await init({ wasm: new URL("https://example.org/ruff.wasm") });
await init({ wasm: new Uint8Array() });
// @ts-expect-error: not something that can be loaded
await init({ wasm: null });

using vm = new Vm({
  functions: {
    // Parameters without a type are what scripts pass.
    plain(a, b) {
      expectTrue<Equal<typeof a, Item>>();
      return [a, b];
    },
    // Narrower ones are accepted.
    async quote(symbol: string, count: number) {
      expectType<AbortSignal>(this.signal);
      expectType<number>(this.task);
      expectType<string>(this.name);
      return { symbol, count };
    },
    arrow: (x: number) => x * 2,
  },
  globals: { answer: 42, list: [1, "a", null], map: new Map() },
  limits: { fuel: 1e9, memoryBytes: 1 << 20 },
  sliceMs: 8,
  onOutput: ({ text, stream }) => {
    expectType<string>(text);
    expectTrue<Equal<typeof stream, "stdout" | "stderr">>();
  },
  signal: new AbortController().signal,
});
// @ts-expect-error: a misspelt limit
new Vm({ limits: { feul: 1 } });
// @ts-expect-error: not a function
new Vm({ functions: { f: 5 } });
// @ts-expect-error: no such pump
new Vm({ pump: "fast" });

const value = await vm.run("return 1", { name: "a.ruff", args: [1], signal: AbortSignal.timeout(5), limits: { fuel: 5 } });
expectTrue<Equal<typeof value, Value>>();
const total = await vm.run<number>("return 1");
expectTrue<Equal<typeof total, number>>();
// @ts-expect-error: a script is text or a program
void vm.run(5);
// @ts-expect-error: a limit of the whole Vm
void vm.run("1", { limits: { memoryBytes: 5 } });

const compiled: Compilation = vm.compile("x := 1", { name: "x.ruff" });
expectType<readonly Diagnostic[]>(compiled.diagnostics);
expectType<readonly Fix[] | undefined>(compiled.diagnostics[0]?.fixes);
for (const { title, span, replacement } of compiled.diagnostics.flatMap(({ fixes }) => fixes)) {
  expectType<string>(title + replacement + span.file);
  expectTrue<Equal<typeof span.start, number>>();
}
if (compiled.program !== undefined) {
  void vm.run(compiled.program);
  const step: ExecutionResult = vm.executeUntilSuspend(compiled.program);
  if (step.state === "completed") expectType<Value>(step.value);
  else if (step.wait.type === "future") vm.deliver(step.wait.id, { value: await step.promise });
  else vm.resumeExecutionContext(step.contextId);
}

const task: Task<string> = vm.start<string>("return 'x'");
expectType<string>(await task.result);
expectType<TaskInfo | undefined>(task.info());
await task.cancel("why");
// @ts-expect-error: a task is not a promise
task.then;

expectTrue<Equal<Awaited<ReturnType<typeof vm.call<boolean>>>, boolean>>();
expectType<Value | undefined>(vm.get("x"));
vm.set("x", { a: [new Date(), 1n] });

const off = vm.on("unhandled", ({ error }) => expectType<ScriptError>(error), { signal: AbortSignal.timeout(1) });
off();
vm.on("event", ({ name, payload }) => [expectType<string>(name), expectType<Value>(payload)]);
vm.on("alert", (alert) => {
  expectTrue<Equal<typeof alert, Alert>>();
  expectTrue<Equal<typeof alert.severity, "debug" | "info" | "warning" | "error" | "critical">>();
});
for await (const message of vm.events({ types: ["event", "limit"], signal: AbortSignal.timeout(1) })) {
  expectTrue<Equal<typeof message.type, "event" | "limit">>();
  if (message.type === "event") expectType<Value>(message.payload);
  else expectType<number>(message.used);
}
const messages = vm.events();
expectType<number>(messages.dropped);
expectTrue<Equal<typeof messages, Messages<Message>>>();
// @ts-expect-error: no such message
vm.events({ types: ["nothing"] });
vm.emit("order", { id: 1 });
vm.pushBar("BTC", { time: 1, open: 1, high: 2, low: 1, close: 2, volume: 5, trades: 7 });
// @ts-expect-error: no close
vm.pushBar("BTC", { time: 1, open: 1, high: 2, low: 1, volume: 5 });
vm.endBars("BTC");
vm.endBars("BTC", new Error("lost"));
vm.tick("clock");
const removeSink = vm.alertSink(async (alert) => expectType<readonly string[]>(alert.tags), { tags: ["ops"] });
removeSink();
// @ts-expect-error: tags are strings
vm.alertSink(() => {}, { tags: [1] });
expectType<readonly DeadLetter[]>(vm.deadLetters());

vm.on("limit", ({ limit, used }) => [limit.length, used.toFixed()]);
// @ts-expect-error: no such message
vm.on("nothing", () => {});
// @ts-expect-error: not what the message holds
vm.on("output", ({ error }) => error);

try {
  await vm.run("1");
} catch (error) {
  if (error instanceof CompileError) expectType<number>(error.diagnostics[0]?.span.start ?? 0);
  else if (error instanceof LimitError) expectType<number>(error.allowed);
  else if (error instanceof ScriptError) expectType<unknown>(error.value);
  else if (error instanceof RuffError) expectType<string>(error.code);
}

expectType<Uint32Array>(tokenize("x"));
expectType<readonly string[]>(tokenClasses());
expectType<string | undefined>(complete("x", 1).items[0]?.label);
expectType<string | undefined>(hover("x", 1)?.markdown);
expectType<string | undefined>(diagnose("x", { names: ["f"] })[0]?.fixes[0]?.replacement);
expectType<BuiltinName | undefined>(describe().builtins[0]?.name);
expectTrue<Equal<Builtins["sqrt"], "sqrt(x: num) -> float">>();
// @ts-expect-error: no such function
expectType<BuiltinName>("sqroot");
expectType<number>(rename("x := 1", 0, "y").length);
expectTrue<Equal<ReturnType<typeof diagnose>, readonly Diagnostic[]>>();
complete("x", 1, { names: ["f"] as const });
// @ts-expect-error: names is a list
complete("x", 1, { names: "f" });
// @ts-expect-error: a misspelt option
diagnose("x", { nmaes: [] });
// @ts-expect-error: an offset is a number
complete("x", "1");

const report: TestReport = await vm.runTests('test "x" { }', { filter: "x", limits: { fuel: 1e6 } });
expectType<string | null | undefined>(report.tests[0]?.message);
// @ts-expect-error: a misspelt option
void vm.runTests("", { fliter: "x" });
const jobs: Channel<number> = vm.channel<number>("jobs", { capacity: 1 });
expectType<boolean>(jobs.trySend(1));
expectTrue<Equal<ReturnType<typeof jobs.tryReceive>, number | undefined>>();
// @ts-expect-error: not a message of this channel
await jobs.send("x");
for await (const job of jobs) expectTrue<Equal<typeof job, number>>();
new Vm({ deterministic: { seed: 1 } }).advance(5);
// @ts-expect-error: no seed
new Vm({ deterministic: { startMs: 1 } });
vm.dispose();
