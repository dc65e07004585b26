/**
 * A channel or generator of a script. JavaScript can hold it and give it back to its `Vm`, where it is the same again.
 *
 * ```js
 * const results = await vm.run(`results := channel() return results`);
 * await vm.run(`args()[0].send(1)`, { args: [results] });
 * ```
 */
export class ScriptReference {
  readonly type: "channel" | "generator";

  /** @internal */
  constructor(type: "channel" | "generator") {
    this.type = type;
  }
}
