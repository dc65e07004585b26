import { init } from "./init.js";

export { init, type InitOptions, type WasmExports } from "./init.js";
/** @internal */
export { useLoaded } from "./init.js";
export { Vm } from "./vm.js";
export { Channel } from "./channel.js";
export { Program, type Compilation } from "./program.js";
export { ExecutionState } from "./state.js";
export { ScriptReference } from "./reference.js";
export { Task } from "./task.js";
export * from "./editor.js";
export * from "./errors.js";
export type * from "./builtins.js";
export type * from "./capabilities.js";
export type { Content, FileRequest, FileStore, ReadRequest } from "./files.js";
export type * from "./types.js";
export default init;
