//! One program that acts as `wasm-bindgen` or as `wasm-bindgen-test-runner`, depending on the name that it is called
//! by. `cargo xtask` copies it to `target/tools/bin/` under both names.

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let program = env::args_os().next().unwrap_or_default();
    let name = Path::new(&program).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let outcome = match name.as_str() {
        "wasm-bindgen" => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(env::args_os()),
        "wasm-bindgen-test-runner" => wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(env::args_os()),
        _ => {
            eprintln!("error: called as {name:?}; the names are wasm-bindgen and wasm-bindgen-test-runner");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}
