import { ScriptReference } from "./reference.js";
import type { Value } from "./types.js";

/** What a channel needs of its `Vm`. */
export interface ChannelOwner {
  trySend(channel: object, message: unknown): boolean;
  tryReceive(channel: object): unknown;
  closeChannel(channel: object): void;
  isChannelClosed(channel: object): boolean;
  send(channel: object, message: unknown): Promise<void>;
  receive(channel: object): Promise<IteratorResult<unknown, undefined>>;
}

/**
 * A channel between JavaScript and scripts: `vm.channel(name)` here, `channel_named(name)` there. A channel that a script
 * hands out is one, too.
 *
 * ```js
 * const jobs = vm.channel("jobs", { capacity: 10 });
 * vm.run(`for await job in channel_named("jobs") { print(job) }`);
 * await jobs.send({ id: 1 }); // waits while ten messages wait
 * jobs.close();
 * ```
 */
export class Channel<T = Value> extends ScriptReference implements AsyncIterable<T, undefined, undefined> {
  readonly #owner: ChannelOwner;

  /** @internal */
  constructor(owner: ChannelOwner) {
    super("channel");
    this.#owner = owner;
  }

  /**
   * Resolves when the channel has taken the message: there is room, or a script receives it. Messages are taken in the
   * order in which they were sent. Rejects with a `ScriptError` of kind `channel` if the channel is closed.
   *
   * ```js
   * await vm.channel("jobs").send({ id: 1 });
   * ```
   */
  send(message: T): Promise<void> {
    return this.#owner.send(this, message);
  }

  /**
   * Sends a message if the channel has room for it, or a script waits for one. False if not, or if it is closed.
   *
   * ```js
   * if (!vm.channel("ticks", { capacity: 1 }).trySend(now)) dropped++;
   * ```
   */
  trySend(message: T): boolean {
    return this.#owner.trySend(this, message);
  }

  /**
   * Takes the oldest message; undefined if there is none.
   *
   * ```js
   * const result = vm.channel("results").tryReceive();
   * ```
   */
  tryReceive(): T | undefined {
    return this.#owner.tryReceive(this) as T | undefined;
  }

  /**
   * Ends the channel: nothing can be sent any more; what was sent can still be received.
   *
   * ```js
   * vm.channel("jobs").close();
   * ```
   */
  close(): void {
    this.#owner.closeChannel(this);
  }

  /**
   * Whether the channel has been closed, here or by a script.
   *
   * ```js
   * if (!jobs.closed) await jobs.send(job);
   * ```
   */
  get closed(): boolean {
    return this.#owner.isChannelClosed(this);
  }

  /**
   * The messages of scripts, until the channel is closed and drained. Leaving the loop does not close it.
   *
   * ```js
   * for await (const line of vm.channel("log")) console.log(line);
   * ```
   */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined, undefined> {
    return { next: () => this.#owner.receive(this) as Promise<IteratorResult<T, undefined>> };
  }
}
