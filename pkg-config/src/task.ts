import type { TaskInfo, Value } from "./types.js";

/** What a task needs of its `Vm`. */
export interface TaskOwner {
  cancelTask(id: number, reason: unknown): void;
  taskInfo(id: number): TaskInfo | undefined;
  pauseTask(id: number): void;
  resumeTask(id: number): void;
}

/**
 * A run in progress.
 *
 * ```js
 * const task = vm.start(`sleep(60000)`);
 * stopButton.onclick = () => task.cancel("stopped by the user");
 * await task.result;
 * ```
 */
export class Task<T = Value> {
  /** The number of the task, as in `vm.tasks()`; 0 if the script could not be started. */
  readonly id: number;
  /** Settles with the outcome of the run, as `vm.run()` does. A `Task` itself is not thenable. */
  readonly result: Promise<T>;
  readonly #owner: TaskOwner;

  /** @internal */
  constructor(id: number, result: Promise<T>, owner: TaskOwner) {
    this.id = id;
    this.result = result;
    this.#owner = owner;
  }

  /** Cancels the run and resolves when its cleanup is done. */
  async cancel(reason?: unknown): Promise<void> {
    this.#owner.cancelTask(this.id, reason);
    await this.result.then(undefined, () => undefined);
  }

  /** What the task is doing; undefined once it has ended. */
  info(): TaskInfo | undefined {
    return this.#owner.taskInfo(this.id);
  }

  /** Keeps the task from running until `resume()`. What it waits for goes on. */
  pause(): void {
    this.#owner.pauseTask(this.id);
  }

  /** Undoes `pause()`. */
  resume(): void {
    this.#owner.resumeTask(this.id);
  }
}
