/** A copy of an execution context's state, made by `vm.saveExecutionState()`. Later changes do not touch it. */
export class ExecutionState {
  // Makes the type distinct: anything else is no state.
  declare private readonly brand: never;

  /** @internal */
  constructor() {}
}
