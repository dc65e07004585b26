import { CancelledError, CompileError, DeadlockError, ScriptError, Vm, type HostFunctions, type Task, type Value } from "ruff-lang";
import { playMarket } from "./market.js";

/** What this page gives to the scripts of a `Vm`. */
const functionsFor = (vm: () => Vm): HostFunctions => ({
  /** The text that is behind a URL. */
  async fetch_text(url: string) {
    const reply = await fetch(url, { signal: this.signal });
    if (!reply.ok) throw new Error(`${url}: ${reply.status} ${reply.statusText}`.trimEnd());
    return reply.text();
  },
  /** `value`, after `ms` milliseconds. */
  delay(ms: number, value: Value) {
    const { signal } = this;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(value ?? null), ms);
      signal.addEventListener("abort", () => clearTimeout(timer));
    });
  },
  /** Plays recorded bars of BTC and ETH, one each `ms` milliseconds. */
  play_market(ms: number) {
    return playMarket(vm(), ms, this.signal);
  },
});

/** The names of those functions. */
export const hostNames: readonly string[] = Object.keys(functionsFor(() => new Vm()));

export type Outcome =
  | { readonly kind: "completed"; readonly value: Value; readonly ms: number }
  | { readonly kind: "stopped"; readonly ms: number }
  | { readonly kind: "failed"; readonly error: unknown; readonly ms: number };

/** Runs one script at a time, each in a `Vm` of its own. */
export class Runner {
  #vm: Vm | undefined;
  #task: Task | undefined;

  get running(): boolean {
    return this.#task !== undefined;
  }

  /** The tasks that are alive, and what the script uses; nothing unless one runs. */
  get facts(): string[] {
    if (this.#vm === undefined || this.#task === undefined) return [];
    const { tasks, heapBytes } = this.#vm.usage();
    return [`${tasks} ${tasks === 1 ? "task" : "tasks"}`, `${(heapBytes / 1e6).toFixed(1)} MB`];
  }

  async run(source: string, print: (text: string, isError: boolean) => void): Promise<Outcome> {
    await this.stop();
    this.#vm?.dispose();
    const vm: Vm = new Vm({
      functions: functionsFor(() => vm),
      onOutput: ({ text, stream }) => print(text, stream === "stderr"),
    });
    vm.on("event", ({ name, payload }) => print(`event ${name} ${JSON.stringify(payload)}\n`, false));
    vm.on("alert", ({ severity, title, message }) => {
      print(`${severity}: ${title}${message === title ? "" : `\n  ${message}`}\n`, severity === "error" || severity === "critical");
    });
    vm.on("unhandled", ({ error }) => print(`Unhandled rejection: ${error.report}\n`, true));
    this.#vm = vm;
    const begun = performance.now();
    const task = vm.start(source, { name: "script.ruff" });
    this.#task = task;
    try {
      return { kind: "completed", value: await task.result, ms: performance.now() - begun };
    } catch (error) {
      const ms = performance.now() - begun;
      return error instanceof CancelledError ? { kind: "stopped", ms } : { kind: "failed", error, ms };
    } finally {
      if (this.#task === task) this.#task = undefined;
    }
  }

  async stop(): Promise<void> {
    await this.#task?.cancel("stopped");
  }
}

/** The whole of a failure as text. */
export function reportOf(error: unknown): string {
  if (error instanceof CompileError || error instanceof ScriptError || error instanceof DeadlockError) return error.report.trimEnd();
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
