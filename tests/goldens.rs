//! Every golden script, cut into slices of every size, and with a collection at every safepoint.
//!
//! In WebAssembly these run under Node; `goldens_browser.rs` runs the same in a browser.

mod support;

include!("support/golden_tests.rs");
