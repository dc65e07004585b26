//! The same tests in a browser; by themselves the files run natively, and in Node where the target is wasm.
#![cfg(target_arch = "wasm32")]
// Every file is a test binary of its own elsewhere, so each brings the support code that it needs.
#![allow(clippy::duplicate_mod)]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "cooperative.rs"]
mod cooperative;
#[path = "deliveries.rs"]
mod deliveries;
#[path = "diagnostics.rs"]
mod diagnostics;
#[path = "editor.rs"]
mod editor;
#[path = "goldens.rs"]
mod goldens;
#[path = "in_flight.rs"]
mod in_flight;
#[path = "limits.rs"]
mod limits;
#[path = "mistakes.rs"]
mod mistakes;
#[path = "names.rs"]
mod names;
