import { macrotask } from "./macrotask.js";

/** The clock of timers and deadlines: milliseconds since 1970, fractional, never going back. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

/** One slice of the VM. Gives the time of the next wake-up (`Infinity`: none), or -1 if more could run at once. */
export type Slice = (fuel: number) => number;

const FEWEST_FUEL = 1_000;
const MOST_FUEL = 100_000_000;
/** Parts of a slice between which the clock is read. */
const PARTS = 8;
/** Reading the clock costs as much as a short slice in some browsers, so not every microtask does. */
const MICROTASKS_PER_LOOK = 8;
/** Longer delays overflow in `setTimeout`. */
const LONGEST_DELAY = 2 ** 31 - 1;

const settled = Promise.resolve();

/**
 * Decides when a VM runs. At most one run is scheduled and at most one timer is armed.
 *
 * A *turn* is what happens between two returns to the event loop, `sliceMs` long. Within it, a VM that was idle and
 * became ready goes on in a microtask; after it, only in a new macrotask. So waiting for a promise that is already
 * resolved costs a microtask, and yet nothing, neither a computation nor a long chain of such promises, keeps the
 * page from its own work for longer than a turn and the part of a slice in which it ends.
 */
export class Pump {
  readonly #slice: Slice;
  readonly #sliceMs: number;
  /** Moves the VM's clock, where that does not go by itself. */
  readonly #jump: ((due: number) => void) | undefined;
  /** Fuel of one part of a slice; follows the speed of the machine. */
  #fuel = 20_000;
  #turnEnds = 0;
  #looks = 0;
  #requested = false;
  #running = false;
  #paused = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerDue = Infinity;

  constructor(slice: Slice, sliceMs: number, jump?: (due: number) => void) {
    this.#jump = jump;
    this.#slice = slice;
    this.#sliceMs = sliceMs;
  }

  /** Something may have become ready. Never runs anything before it returns. */
  request(): void {
    if (this.#requested || this.#stopped) return;
    this.#requested = true;
    if (!this.#running && !this.#paused) this.#schedule();
  }

  pause(): void {
    this.#paused = true;
    this.#arm(Infinity);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#requested = false;
    this.request();
  }

  stop(): void {
    this.#stopped = true;
    this.#arm(Infinity);
  }

  #schedule(): void {
    if (++this.#looks < MICROTASKS_PER_LOOK || this.#lookAtClock() < this.#turnEnds) void settled.then(this.#inTurn);
    else macrotask(this.#newTurn);
  }

  #lookAtClock(): number {
    this.#looks = 0;
    return performance.now();
  }

  readonly #newTurn = (): void => {
    const now = this.#lookAtClock();
    this.#turnEnds = now + this.#sliceMs;
    this.#run(now);
  };

  readonly #inTurn = (): void => this.#run(undefined);

  /** Runs until nothing is ready or the turn is over. `begun` is the time if it is known. */
  #run(begun: number | undefined): void {
    if (this.#paused || this.#stopped) return;
    this.#requested = false;
    this.#running = true;
    let wake: number;
    try {
      for (;;) {
        wake = this.#slice(this.#fuel);
        if (wake >= 0) break;
        const now = this.#lookAtClock();
        if (begun !== undefined) this.#adapt(now - begun);
        begun = now;
        if (now >= this.#turnEnds) break;
      }
    } finally {
      this.#running = false;
    }
    if (this.#stopped || this.#paused) return;
    if (wake < 0) {
      this.#requested = true;
      macrotask(this.#newTurn);
    } else {
      this.#arm(wake);
      // Asked for while it ran.
      if (this.#requested) this.#schedule();
    }
  }

  #adapt(elapsed: number): void {
    // A clock that stood still (browsers round it) says "fast"; one slow part (a host function, the collector) must
    // not throw the measure off for long.
    const factor = this.#sliceMs / PARTS / Math.max(elapsed, 0.01);
    this.#fuel = Math.min(MOST_FUEL, Math.max(FEWEST_FUEL, Math.round(this.#fuel * Math.min(2, Math.max(0.25, factor)))));
  }

  /** Sees to it that the VM runs at `due`, a time of the wall clock. */
  #arm(due: number): void {
    if (due === this.#timerDue) return;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDue = due;
    if (due === Infinity) return;
    if (this.#jump !== undefined) return macrotask(() => this.#jumpTo(due));
    this.#timer = setTimeout(this.#wake, Math.min(LONGEST_DELAY, Math.max(0, Math.ceil(due - wallClock()))));
  }

  /** Nothing is ready: virtual time goes on, once the page has had the chance to react to what the VM said. */
  #jumpTo(due: number): void {
    if (this.#timerDue !== due) return;
    this.#timerDue = Infinity;
    // Something has been delivered first; the run that is due then will say when to wake it.
    if (this.#requested || this.#paused || this.#stopped) return;
    this.#jump?.(due);
    this.#requested = true;
    this.#newTurn();
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    this.#timerDue = Infinity;
    if (this.#requested || this.#stopped) return;
    this.#requested = true;
    // Not in this task: a timer set from a timer's task counts as nested, and browsers stretch those to 4 ms.
    if (!this.#paused) macrotask(this.#newTurn);
  };
}
