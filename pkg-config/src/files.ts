/** What a store is told besides the path. */
export interface FileRequest {
  /** Fires when the script no longer wants the result: its task was cancelled, or the `Vm` was disposed. */
  readonly signal: AbortSignal;
}

/** What a store is told about a file that is to be read. */
export interface ReadRequest extends FileRequest {
  /** The script can hold no more bytes than these; a store may fail early if there are more. */
  readonly maxBytes: number;
}

/**
 * Where scripts have their files: the `files` option of a `Vm`. The message of what a method throws or rejects with is
 * part of the message that the script sees; the error is of kind `io`. Any object with these methods will do. This one is
 * for Node, and lets scripts have every file of the process:
 *
 * ```js
 * import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
 * import { dirname, join } from "node:path";
 * const files = {
 *   read: (path, { signal }) => readFile(path, { signal }),
 *   async write(path, content, { signal }) {
 *     await mkdir(dirname(path), { recursive: true });
 *     await writeFile(path, content, { signal });
 *   },
 *   async list(prefix) {
 *     const found = await readdir(".", { recursive: true, withFileTypes: true });
 *     const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
 *     return paths.filter((path) => path.startsWith(prefix));
 *   },
 * };
 * const vm = new Vm({ capabilities: { files: true }, files });
 * ```
 */
export interface FileStore {
  /** The content of a file, a string or bytes; undefined or null if there is none of that path. */
  read(path: string, request: ReadRequest): Content | undefined | null | PromiseLike<Content | undefined | null>;
  /** Writes a file, whether or not it exists, with the directories that it lies in. */
  write(path: string, content: Uint8Array<ArrayBuffer>, request: FileRequest): unknown;
  /** The paths of all files, at any depth and in any order, whose paths begin with `prefix`. */
  list(prefix: string, request: FileRequest): Iterable<string> | PromiseLike<Iterable<string>>;
}

/** What is in a file; of a string its UTF-8 bytes. */
export type Content = string | Uint8Array;

/** Options of `new MemoryFiles()`. */
export interface MemoryFilesOptions {
  /** How many bytes all files together may have; no bound if not given. */
  readonly maxBytes?: number;
}

type Directory = Map<string, Directory | Uint8Array<ArrayBuffer>>;

/**
 * Files in memory, gone with the page. Paths are names separated by `/`, relative to the store: `notes/today.txt`;
 * absolute ones and the names `.` and `..` are refused.
 *
 * ```js
 * import { MemoryFiles } from "ruff-lang/files";
 * const files = new MemoryFiles({ "pages/a.md": "# A" }, { maxBytes: 10e6 });
 * const vm = new Vm({ capabilities: { files: true }, files });
 * await vm.run(`await async_write_file("site/a.html", upper(await async_read_file("pages/a.md")))`);
 * new TextDecoder().decode(files.read("site/a.html")); // "# A"
 * ```
 */
export class MemoryFiles implements FileStore {
  readonly #root: Directory = new Map();
  readonly #maxBytes: number;
  #bytes = 0;

  /** @throws Error for a path that cannot be one, or content beyond `maxBytes` */
  constructor(content: { readonly [path: string]: Content } = {}, options: MemoryFilesOptions = {}) {
    const { maxBytes = Infinity } = options;
    if (typeof maxBytes !== "number" || !(maxBytes >= 0)) throw new TypeError("options.maxBytes must be a non-negative number");
    this.#maxBytes = maxBytes;
    for (const [path, text] of Object.entries(content)) this.write(path, text);
  }

  /** A copy of the content of a file; undefined if there is none of that path. */
  read(path: string): Uint8Array<ArrayBuffer> | undefined {
    return this.#find(path)?.slice();
  }

  #find(path: string): Uint8Array<ArrayBuffer> | undefined {
    const { directories, name } = split(path);
    let directory = this.#root;
    for (const inner of directories) {
      const found = directory.get(inner);
      if (!(found instanceof Map)) return undefined;
      directory = found;
    }
    const found = directory.get(name);
    if (found instanceof Map) throw isDirectory(path);
    return found;
  }

  /** @throws Error if the path is that of a directory or leads through a file, or there would be more than `maxBytes` */
  write(path: string, content: Content): void {
    const { directories, name } = split(path);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
    const old = this.#find(path)?.length ?? 0;
    if (this.#bytes - old + bytes.length > this.#maxBytes) {
      throw new Error(`the store can have at most ${this.#maxBytes} bytes`);
    }
    let directory = this.#root;
    for (const [depth, inner] of directories.entries()) {
      let next = directory.get(inner);
      if (next === undefined) directory.set(inner, (next = new Map()));
      if (!(next instanceof Map)) throw isFile(directories.slice(0, depth + 1));
      directory = next;
    }
    directory.set(name, bytes);
    this.#bytes += bytes.length - old;
  }

  /** The paths of all files that begin with `prefix`. */
  list(prefix = ""): string[] {
    const paths: string[] = [];
    const walk = (directory: Directory, path: string): void => {
      for (const [name, found] of directory) {
        const inner = path + name;
        if (!(found instanceof Map)) {
          if (inner.startsWith(prefix)) paths.push(inner);
        } else if (mayHold(inner, prefix)) {
          walk(found, `${inner}/`);
        }
      }
    };
    walk(this.#root, "");
    return paths;
  }
}

/**
 * Files in the Origin Private File System of the browser: they outlive the page, and only pages of the same origin see
 * them. Paths are as in `MemoryFiles`. A file is replaced as a whole: one whose writing is aborted keeps what it had,
 * or is empty if it is new.
 *
 * ```js
 * import { OriginPrivateFiles } from "ruff-lang/files";
 * const vm = new Vm({ capabilities: { files: true }, files: new OriginPrivateFiles("notes") });
 * await vm.run(`await async_write_file("today.txt", "rain")`);
 * ```
 */
export class OriginPrivateFiles implements FileStore {
  readonly #directory: string;

  /** Below a directory of that path, so that others can have theirs; by default everything of the origin. */
  constructor(directory = "") {
    if (directory !== "") split(directory);
    this.#directory = directory;
  }

  /**
   * The content of a file; undefined if there is none of that path.
   *
   * @throws Error (rejects) if there are more than `maxBytes`, or for what the browser refuses
   */
  async read(path: string, { signal, maxBytes = Infinity }: Partial<ReadRequest> = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const handle = await this.#file(path, false);
    const file = await handle?.getFile();
    signal?.throwIfAborted();
    if (file === undefined) return undefined;
    if (file.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
    return new Uint8Array(await file.arrayBuffer());
  }

  /** @throws Error (rejects) if the path is that of a directory or leads through a file, or for what the browser refuses */
  async write(path: string, content: Content, { signal }: Partial<FileRequest> = {}): Promise<void> {
    const handle = await this.#file(path, true);
    signal?.throwIfAborted();
    const stream = await handle.createWritable();
    try {
      // The browser cannot take what another thread could change meanwhile.
      await stream.write(typeof content === "string" ? content : new Uint8Array(content));
      signal?.throwIfAborted();
    } catch (error) {
      await stream.abort(error);
      throw error;
    }
    await stream.close();
  }

  /** The paths of all files that begin with `prefix`. */
  async list(prefix = "", { signal }: Partial<FileRequest> = {}): Promise<string[]> {
    const paths: string[] = [];
    const walk = async (directory: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const handle of directory.values()) {
        signal?.throwIfAborted();
        const inner = path + handle.name;
        if (handle instanceof FileSystemDirectoryHandle) {
          if (mayHold(inner, prefix)) await walk(handle, `${inner}/`);
        } else if (inner.startsWith(prefix)) {
          paths.push(inner);
        }
      }
    };
    await walk(await this.#open(), "");
    return paths;
  }

  async #open(): Promise<FileSystemDirectoryHandle> {
    // Not there in Node, in old browsers, and in pages that are not a secure context.
    const storage = (globalThis as { navigator?: { storage?: Partial<StorageManager> } }).navigator?.storage;
    if (storage?.getDirectory === undefined) throw new Error("there is no Origin Private File System here");
    let directory = await storage.getDirectory();
    if (this.#directory !== "") {
      for (const name of this.#directory.split("/")) directory = await directory.getDirectoryHandle(name, { create: true });
    }
    return directory;
  }

  async #file(path: string, create: true): Promise<FileSystemFileHandle>;
  async #file(path: string, create: boolean): Promise<FileSystemFileHandle | undefined>;
  async #file(path: string, create: boolean): Promise<FileSystemFileHandle | undefined> {
    const { directories, name } = split(path);
    let directory = await this.#open();
    let depth = 0;
    try {
      for (; depth < directories.length; depth++) directory = await directory.getDirectoryHandle(directories[depth]!, { create });
      return await directory.getFileHandle(name, { create });
    } catch (error) {
      const problem = error instanceof DOMException ? error.name : undefined;
      if (problem === "TypeMismatchError" && depth === directories.length) throw isDirectory(path);
      if (problem === "TypeMismatchError" && create) throw isFile(directories.slice(0, depth + 1));
      if (!create && (problem === "TypeMismatchError" || problem === "NotFoundError")) return undefined;
      throw error;
    }
  }
}

function split(path: string): { directories: string[]; name: string } {
  const names = path.split("/");
  if (names.some((name) => name === "" || name === "." || name === "..")) {
    throw new Error("a path is names separated by /, relative to the store, without . and ..");
  }
  return { directories: names.slice(0, -1), name: names.at(-1) ?? "" };
}

/** Whether paths of files in a directory can begin with `prefix`. */
function mayHold(directory: string, prefix: string): boolean {
  return directory.startsWith(prefix) || prefix.startsWith(`${directory}/`);
}

function isDirectory(path: string): Error {
  return new Error(`${path} is a directory`);
}

function isFile(names: readonly string[]): Error {
  return new Error(`${names.join("/")} is a file`);
}
