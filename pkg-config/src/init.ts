import { load } from "./binding.js";

/** What `init()` can be given. */
export interface InitOptions {
  /** The wasm module or where it is; by default the file beside this one. */
  readonly wasm?: URL | string | Request | Response | BufferSource | WebAssembly.Module | Promise<Response | WebAssembly.Module>;
}

/** What `init()` gives. */
export interface WasmExports {
  readonly memory: WebAssembly.Memory;
}

let loading: Promise<WasmExports> | undefined;

/**
 * Loads the wasm module, once: further calls give the same promise. Must have finished before the first `new Vm()`.
 *
 * ```js
 * await init();
 * await init({ wasm: await readFile("ruff_lang_bg.wasm") }); // where the file is not beside the module
 * ```
 */
export function init(options: InitOptions = {}): Promise<WasmExports> {
  const { wasm } = options;
  loading ??= load(wasm === undefined ? undefined : { module_or_path: wasm });
  // A failed load can be tried again.
  loading.catch(() => (loading = undefined));
  return loading;
}
