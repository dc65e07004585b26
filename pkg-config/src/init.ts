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
let loaded = false;

/**
 * Loads the wasm module, once: further calls give the same. Must have finished before the first `new Vm()`.
 *
 * ```js
 * await init();
 * await init({ wasm: await readFile("ruff_lang_bg.wasm") }); // where the file is not beside the module
 * ```
 */
export async function init(options: InitOptions = {}): Promise<WasmExports> {
  const { wasm } = options;
  loading ??= load(wasm === undefined ? undefined : { module_or_path: wasm });
  try {
    const exports = await loading;
    loaded = true;
    return exports;
  } catch (error) {
    // A load that failed can be tried again.
    loading = undefined;
    throw error;
  }
}

/** @internal The entry of Node has loaded the module. */
export function useLoaded(exports: WasmExports): void {
  loading = Promise.resolve(exports);
  loaded = true;
}

/** @internal */
export function isLoaded(): boolean {
  return loaded;
}
