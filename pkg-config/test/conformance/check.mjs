// What the conformance cases share: comparing, failing, running.

/** Compares two values, at any depth, with what matters here: kinds, content, order of keys not. */
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

export const show = (value) =>
  JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner === undefined ? "undefined" : inner));

export function equal(actual, expected) {
  if (!same(actual, expected)) throw new Error(`expected ${show(expected)}, got ${show(actual)}`);
}

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

/** The error that a function throws or that a promise is rejected with. */
export async function failure(attempt) {
  try {
    await (typeof attempt === "function" ? attempt() : attempt);
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

export const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));

/** Runs one script in a `Vm` of its own. */
export async function run(ruff, script, options = {}, runOptions = {}) {
  const vm = new ruff.Vm(options);
  try {
    return await vm.run(script, runOptions);
  } finally {
    vm.dispose();
  }
}
