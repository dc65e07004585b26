/** A place in a script. Offsets count UTF-16 units, as JavaScript strings do; lines and columns start at 1. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A change of the text that would solve a problem, or what is likely meant. */
export interface Fix {
  /** What it does, in a few words. */
  readonly title: string;
  /** What is replaced; an empty span is a place to insert at. */
  readonly span: Span;
  readonly replacement: string;
}

/** Something that was found in a script before it ran. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** `RUFLEX001`, `RUFPARSE001`, `RUFVM001`, … */
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  /** Further places that explain the message. */
  readonly labels: readonly { readonly span: Span; readonly message: string }[];
  readonly notes: readonly string[];
  /** Changes that an editor can offer, the best one first. */
  readonly fixes: readonly Fix[];
}

/** One active call of a script, innermost first. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The base of all errors of this package. */
export class RuffError extends Error {
  override name = "RuffError";
  /** A stable word for programs: `RUFVMDEAD`, `RUFSCRIPT`, … */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The script was not started: it has lexical, parse or compile errors. */
export class CompileError extends RuffError {
  override name = "CompileError";
  readonly diagnostics: readonly Diagnostic[];
  /** All diagnostics as text, with excerpts of the source. */
  readonly report: string;

  constructor(diagnostics: readonly Diagnostic[], report: string) {
    super(diagnostics[0]?.code ?? "RUFCOMPILE", diagnostics[0]?.message ?? "The script does not compile");
    this.diagnostics = diagnostics;
    this.report = report;
  }
}

/** What the VM says about an error of a script. */
export interface ScriptErrorDetails {
  readonly message: string;
  readonly kind: string;
  readonly value?: unknown;
  readonly span?: Span | null;
  readonly frames?: readonly Frame[];
  readonly notes?: readonly string[];
  readonly report?: string;
  readonly cause?: unknown;
}

/** The script ended with an error that it did not catch. Also what a script's error value becomes in JavaScript. */
export class ScriptError extends RuffError {
  override name = "ScriptError";
  /** What went wrong: `thrown`, `type`, `index`, `host`, … */
  readonly kind: string;
  /** What was thrown, if the script threw a value. */
  readonly value: unknown;
  readonly span: Span | undefined;
  readonly frames: readonly Frame[];
  /** What to do about it. */
  readonly notes: readonly string[];
  /** The error as text, with an excerpt of the source and the call stack. */
  readonly report: string;

  constructor(details: ScriptErrorDetails) {
    super("RUFSCRIPT", details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = details.kind;
    this.value = details.value ?? null;
    this.span = details.span ?? undefined;
    this.frames = details.frames ?? [];
    this.notes = details.notes ?? [];
    this.report = details.report ?? `Error: ${details.message}`;
  }
}

/** A limit of the VM or of the run was exceeded. The VM is usable afterwards. */
export class LimitError extends RuffError {
  override name = "LimitError";
  readonly limit: string;
  readonly used: number;
  readonly allowed: number;

  constructor(limit: string, used: number, allowed: number) {
    super("RUFLIMIT", `Limit exceeded: ${limit} (used ${used}, allowed ${allowed})`);
    this.limit = limit;
    this.used = used;
    this.allowed = allowed;
  }
}

/** The run was cancelled: by its signal, by `task.cancel()`, or because its VM was disposed. */
export class CancelledError extends RuffError {
  override name = "AbortError";
  readonly reason: unknown;

  constructor(reason?: unknown) {
    super("RUFCANCELLED", "The script was cancelled");
    this.reason = reason;
  }
}

/** A task that takes part in a deadlock. */
export interface DeadlockedTask {
  readonly id: number;
  readonly name: string;
  readonly waitsFor: string;
  readonly line: number;
  readonly column: number;
}

/** Every task waits for something that only another waiting task could do. */
export class DeadlockError extends RuffError {
  override name = "DeadlockError";
  readonly tasks: readonly DeadlockedTask[];
  readonly report: string;

  constructor(message: string, tasks: readonly DeadlockedTask[], report: string) {
    super("RUFDEADLOCK", message);
    this.tasks = tasks;
    this.report = report;
  }
}

/** The script called `exit(status)` with a status other than 0. */
export class ExitError extends RuffError {
  override name = "ExitError";
  readonly status: number;

  constructor(status: number) {
    super("RUFEXIT", `The script ended with exit(${status})`);
    this.status = status;
  }
}

/** The `Vm` was used after `dispose()`. */
export class DisposedError extends RuffError {
  override name = "DisposedError";

  constructor(what = "This Vm") {
    super("RUFDISPOSED", `${what} has been disposed`);
  }
}
