// What scripts ask of the world outside: HTTP through a `fetch`, files through a store.
import type { Fetch } from "../capabilities.js";
import type { Content, FileStore } from "../files.js";

/** Why a request failed: a message for the script, and what was thrown as `cause`. */
export class RequestFailure extends Error {}

/** How far messages look for the reason of a failure. */
const DEEPEST_CAUSE = 5;

/** The message of a failure and of what lies behind it: "fetch failed" alone says little. */
function reason(error: unknown): string {
  const texts: string[] = [];
  for (let at = error, depth = 0; at !== undefined && at !== null && depth < DEEPEST_CAUSE; depth++) {
    const { message, cause }: { message?: unknown; cause?: unknown } = Object(at) as object;
    const text = String(message ?? at);
    if (text !== "" && text !== texts.at(-1)) texts.push(text);
    at = cause;
  }
  return texts.join(": ");
}

/** Does `work`; what it fails with says what was being done. */
async function doing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RequestFailure(`${what}: ${reason(error)}`, { cause: error });
  }
}

export class Requests {
  readonly #fetch: Fetch | undefined;
  readonly #files: FileStore | undefined;

  constructor(fetch: Fetch | undefined, files: FileStore | undefined) {
    this.#fetch = fetch;
    this.#files = files;
  }

  send(
    method: string,
    url: string,
    headers: [string, string][],
    body: string | Uint8Array<ArrayBuffer> | undefined,
    most: number,
    signal: AbortSignal,
  ): Promise<object> {
    return doing(`${method} ${url}`, async () => {
      const init = { method, headers, signal, ...(body === undefined ? undefined : { body }) };
      // The page's is looked up now, as it may have been replaced; and neither is called as a method, which the page's
      // refuses.
      const begin = this.#fetch ?? fetch;
      const response = await begin(url, init);
      const names = [...response.headers.keys()];
      return {
        status: response.status,
        headers: Object.fromEntries(names.map((name) => [name, response.headers.get(name)])),
        body: await textOf(response, most),
      };
    });
  }

  read(path: string, most: number, signal: AbortSignal): Promise<Content> {
    return doing(`cannot read ${path}`, async () => {
      const content = await this.#store().read(path, { signal, maxBytes: most });
      if (content === undefined || content === null) throw new Error("there is no such file");
      if (content.length > most) throw new Error(`it has more than ${most} bytes`);
      return content;
    });
  }

  write(path: string, content: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<null> {
    return doing(`cannot write ${path}`, async () => {
      await this.#store().write(path, content, { signal });
      return null;
    });
  }

  list(prefix: string, signal: AbortSignal): Promise<string[]> {
    return doing(`cannot list ${prefix === "" ? "." : prefix}`, async () => [...(await this.#store().list(prefix, { signal }))]);
  }

  #store(): FileStore {
    if (this.#files === undefined) throw new Error("the Vm has no files");
    return this.#files;
  }
}

/** The body as text, broken UTF-8 replaced. One that is too long fails before it is all there. */
async function textOf(response: Response, most: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const reader = response.body.getReader();
  const texts: string[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      void reader.cancel().catch(() => undefined);
      throw new Error(`the response has more than ${most} bytes`);
    }
    texts.push(decoder.decode(value, { stream: true }));
  }
  texts.push(decoder.decode());
  return texts.join("");
}
