/**
 * What scripts may use of the world outside. A function that needs something else raises an error of kind `permission`:
 * `Capability 'http' is not granted`.
 *
 * ```js
 * new Vm({ capabilities: { http: true } });
 * new Vm({ capabilities: { files: true }, files: new MemoryFiles() });
 * new Vm({ capabilities: { clock: false, random: false } }); // nothing at all
 * ```
 */
export interface Capabilities {
  /** The time of day: `now()` and its relatives. Timers need no capability. Granted if not given. */
  readonly clock?: boolean;
  /** Random numbers that no script has seeded. Granted if not given. */
  readonly random?: boolean;
  /** `async_http_get` and its relatives, through the `fetch` option. Denied if not given. */
  readonly http?: boolean;
  /** `async_read_file` and its relatives, through the `files` option. Denied if not given. */
  readonly files?: boolean;
}

/**
 * What HTTP requests of scripts go through, called like the `fetch` of the page: the signal in `init` fires when the
 * script no longer wants the response.
 *
 * ```js
 * // Only some addresses, and without the page's cookies.
 * const api = async (url, init) => {
 *   if (!url.startsWith("https://api.example.org/")) throw new Error("this address is not allowed");
 *   return fetch(url, { ...init, credentials: "omit" });
 * };
 * new Vm({ capabilities: { http: true }, fetch: api });
 * ```
 */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** What a `Fetch` is told besides the address. */
export interface FetchInit {
  /** In capitals. */
  readonly method: string;
  readonly headers: [name: string, value: string][];
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
}
