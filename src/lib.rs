#![deny(unsafe_code)]
pub mod builtins;
pub mod bytecode;
pub mod compile;
#[cfg(all(feature = "tokio", not(target_arch = "wasm32")))]
pub mod desktop;
pub mod diagnostic;
pub mod editor;
pub mod heap;
pub mod machine;
pub mod names;
pub mod runtime;
pub mod schedule;
pub mod source;
pub mod syntax;
pub mod value;
pub mod vm;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod web;
