// Runs a script that reads a file, in a worker.
import init, { Vm } from "/package/index.js";
import { OriginPrivateFiles } from "/package/files.js";

await init();
const vm = new Vm({ capabilities: { files: true }, files: new OriginPrivateFiles() });
postMessage(await vm.run(`return upper(await async_read_file("shared"))`));
