import type { Vm } from "ruff-lang";

/** Closing prices in the order in which they were recorded. */
const recorded: readonly (readonly [source: string, close: number])[] = [
  ["BTC", 100], ["ETH", 10], ["BTC", 101], ["ETH", 12], ["BTC", 102], ["ETH", 11], ["BTC", 104], ["ETH", 10],
  ["BTC", 103], ["BTC", 99], ["ETH", 12.5], ["BTC", 98], ["ETH", 11], ["BTC", 105], ["ETH", 11], ["BTC", 105.5],
];

/** Delivers the recorded bars to the scripts of a `Vm`, one each `ms` milliseconds; ends early when the signal fires. */
export async function playMarket(vm: Vm, ms: number, signal: AbortSignal): Promise<void> {
  let time = 0;
  for (const [source, close] of recorded) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (signal.aborted) return;
    vm.pushBar(source, { time: ++time, open: close, high: close, low: close, close, volume: 1 });
  }
  for (const source of new Set(recorded.map(([source]) => source))) vm.endBars(source);
}
