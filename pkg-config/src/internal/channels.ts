import { ScriptError, type RuffError } from "../errors.js";
import type { ChannelOwner } from "../channel.js";

/** The channels of the machine, as they can be used between two turns of its tasks. */
export interface RawChannels {
  trySend(channel: object, message: unknown): boolean;
  tryReceive(channel: object): unknown;
  closeChannel(channel: object): void;
  isChannelClosed(channel: object): boolean;
}

type Received = IteratorResult<unknown, undefined>;

interface Sender {
  readonly message: unknown;
  resolve(): void;
  reject(error: unknown): void;
}

interface Receiver {
  resolve(received: Received): void;
  reject(error: unknown): void;
}

/** Who waits for a channel on this side, in the order in which they began to. */
interface Waiting {
  readonly senders: Sender[];
  readonly receivers: Receiver[];
}

/** JavaScript's side of all channels of a machine: it looks after those that wait whenever scripts have run. */
export class Channels implements ChannelOwner {
  readonly #raw: RawChannels;
  readonly #waiting = new Map<object, Waiting>();
  #end: RuffError | undefined;

  constructor(raw: RawChannels) {
    this.#raw = raw;
  }

  trySend(channel: object, message: unknown): boolean {
    // Those that wait already come first.
    if ((this.#waiting.get(channel)?.senders.length ?? 0) > 0) return false;
    const sent = this.#raw.trySend(channel, message);
    if (sent) this.look();
    return sent;
  }

  tryReceive(channel: object): unknown {
    if ((this.#waiting.get(channel)?.receivers.length ?? 0) > 0) return undefined;
    const message = this.#raw.tryReceive(channel);
    if (message !== undefined) this.look();
    return message;
  }

  closeChannel(channel: object): void {
    this.#raw.closeChannel(channel);
    this.look();
  }

  isChannelClosed(channel: object): boolean {
    return this.#raw.isChannelClosed(channel);
  }

  async send(channel: object, message: unknown): Promise<void> {
    if (this.#end !== undefined) throw this.#end;
    if (this.#raw.isChannelClosed(channel)) throw closed();
    if (this.trySend(channel, message)) return;
    await new Promise<void>((resolve, reject) => this.#of(channel).senders.push({ message, resolve, reject }));
  }

  async receive(channel: object): Promise<Received> {
    if (this.#end !== undefined) throw this.#end;
    const message = this.tryReceive(channel);
    if (message !== undefined) return { done: false, value: message };
    const waiting = this.#of(channel);
    return new Promise((resolve, reject) => {
      waiting.receivers.push({ resolve, reject });
      this.look();
    });
  }

  #of(channel: object): Waiting {
    let waiting = this.#waiting.get(channel);
    if (waiting === undefined) this.#waiting.set(channel, (waiting = { senders: [], receivers: [] }));
    return waiting;
  }

  /** Serves those that wait, as far as that can be done now. */
  look(): void {
    for (const [channel, { senders, receivers }] of this.#waiting) {
      while (receivers.length > 0) {
        const message = this.#raw.tryReceive(channel);
        if (message !== undefined) receivers.shift()?.resolve({ done: false, value: message });
        else if (this.#raw.isChannelClosed(channel)) receivers.shift()?.resolve({ done: true, value: undefined });
        else break;
      }
      while (senders.length > 0) {
        const [first] = senders as [Sender];
        try {
          if (this.#raw.isChannelClosed(channel)) first.reject(closed());
          else if (this.#raw.trySend(channel, first.message)) first.resolve();
          else break;
        } catch (error) {
          // What cannot cross (it was changed meanwhile) is nobody else's failure.
          first.reject(error);
        }
        senders.shift();
      }
      if (senders.length + receivers.length === 0) this.#waiting.delete(channel);
    }
  }

  /** The machine is gone. */
  finish(end: RuffError): void {
    this.#end = end;
    for (const { senders, receivers } of this.#waiting.values()) {
      for (const { reject } of [...senders, ...receivers]) reject(end);
    }
    this.#waiting.clear();
  }
}

function closed(): ScriptError {
  return new ScriptError({ message: "Channel closed", kind: "channel" });
}
