// The one place that imports what wasm-bindgen made, which stays a file of its own in the package.
export { RawProgram, RawTests, RawVm, default as load, lastPanic, tokenClasses, tokenize } from "./ruff_lang.js";
export {
  completeText,
  definitionText,
  describeLanguage,
  diagnoseText,
  formatText,
  hoverText,
  referencesText,
  renameText,
  symbolsText,
} from "./ruff_lang.js";
