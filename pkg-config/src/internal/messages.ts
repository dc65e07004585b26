import type { Messages } from "../types.js";

type Result<T> = IteratorResult<T, undefined>;

/** Messages on their way to a consumer that takes them when it likes: at most `most` wait, the oldest make room. */
export class MessageQueue<T> implements Messages<T> {
  readonly #most: number;
  readonly #ended: () => void;
  readonly #waiting: T[] = [];
  readonly #takers: ((result: Result<T>) => void)[] = [];
  #open = true;
  #dropped = 0;

  /** `ended` is called once, when there will be no more messages. */
  constructor(most: number, ended: () => void) {
    this.#most = most;
    this.#ended = ended;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(message: T): void {
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker({ done: false, value: message });
    this.#waiting.push(message);
    if (this.#waiting.length > this.#most) {
      this.#waiting.shift();
      this.#dropped++;
    }
  }

  /** There will be no more messages; those that wait can still be taken. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const taker of this.#takers.splice(0)) taker({ done: true, value: undefined });
    this.#ended();
  }

  next(): Promise<Result<T>> {
    if (this.#waiting.length > 0) return Promise.resolve({ done: false, value: this.#waiting.shift() as T });
    if (!this.#open) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  return(): Promise<Result<T>> {
    this.#waiting.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
