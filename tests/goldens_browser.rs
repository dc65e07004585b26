//! The golden scripts in a browser.
#![cfg(target_arch = "wasm32")]

mod support;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

include!("support/golden_tests.rs");
