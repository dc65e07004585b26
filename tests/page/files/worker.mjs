import init, { Vm } from "/package/index.js";

await init();
let printed = "";
const vm = new Vm({ functions: { later: (n) => new Promise((resolve) => setTimeout(resolve, 5, n)) }, onOutput: ({ text }) => (printed += text) });
const value = await vm.run(`print("from a worker") return await later(42)`);
postMessage({ value, printed });
