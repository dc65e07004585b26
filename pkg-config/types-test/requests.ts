// The types of capabilities, fetches and stores; checked like usage.ts.
import { Vm, type Capabilities, type FileStore } from "ruff-lang";
import { MemoryFiles, OriginPrivateFiles, type FileStore as SameStore } from "ruff-lang/files";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<T>(_value: T): void {}
function expectTrue<_T extends true>(): void {}

expectTrue<Equal<FileStore, SameStore>>();
const all: Capabilities = { clock: true, random: true, http: true, files: true };
new Vm({ capabilities: all, fetch, files: new OriginPrivateFiles() });
new Vm({ capabilities: {}, files: new MemoryFiles({ a: "text", b: new Uint8Array() }, { maxBytes: 5 }) });
new Vm({
  fetch: async (url, init) => {
    expectTrue<Equal<typeof url, string>>();
    expectType<AbortSignal>(init.signal);
    return fetch(url, { ...init, credentials: "omit" });
  },
  files: {
    async read(path, { signal, maxBytes }) {
      expectTrue<Equal<typeof path, string>>();
      expectTrue<Equal<typeof signal, AbortSignal>>();
      expectTrue<Equal<typeof maxBytes, number>>();
      return path === "" ? undefined : new Uint8Array();
    },
    write(_path, content) {
      expectType<Uint8Array<ArrayBuffer>>(content);
    },
    list: (prefix) => new Set([prefix]),
  },
});
// @ts-expect-error: a misspelt capability
new Vm({ capabilities: { htpt: true } });
// @ts-expect-error: granted or not
new Vm({ capabilities: { http: "yes" } });
// @ts-expect-error: no list
new Vm({ files: { read: () => "", write() {} } });
// @ts-expect-error: not the content of a file
new Vm({ files: { read: () => 5, write() {}, list: () => [] } });
// @ts-expect-error: a fetch gives a response
new Vm({ fetch: () => "text" });
// @ts-expect-error: not the content of a file
new MemoryFiles({ a: 5 });

const store = new MemoryFiles();
expectTrue<Equal<ReturnType<typeof store.read>, Uint8Array<ArrayBuffer> | undefined>>();
expectType<string[]>(store.list());
store.write("a", "text");
const origin = new OriginPrivateFiles("notes");
expectType<Uint8Array | undefined>(await origin.read("a"));
expectType<string[]>(await origin.list());
await origin.write("a", new Uint8Array(), { signal: AbortSignal.timeout(5) });
