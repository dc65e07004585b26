//! `cargo xtask test`: every check, one after the other, and a closing line that counts them.

use crate::build;
use crate::machine::{Failure, Outcome, cargo, command, files_below, node_program, note, root, run};
use crate::setup::{self, Browser};
use std::process::Command;

/// How long one wasm test binary may take, in seconds.
const WASM_TEST_SECONDS: &str = "300";

struct Report {
    passed: u32,
    failed: Vec<(&'static str, String)>,
}

impl Report {
    /// Does one step; the others go on whatever it gives.
    fn step(&mut self, name: &'static str, step: impl FnOnce() -> Outcome) {
        println!("\n\x1b[1m== {name}\x1b[0m");
        match step() {
            Ok(()) => self.passed += 1,
            Err(Failure(message)) => {
                println!("\x1b[31mfailed\x1b[0m: {message}");
                self.failed.push((name, message));
            }
        }
    }
}

/// The tests of a folder, in Node's own runner.
fn node_tests(folder: &str) -> Command {
    let mut node = command("node");
    // File by file: versions of Node differ in what they take a folder for.
    let tests =
        files_below(&root().join(folder)).into_iter().filter(|file| file.to_string_lossy().ends_with(".test.mjs"));
    node.args(["--test", "--test-reporter=spec"]).args(tests);
    node
}

/// `wasm-pack test` with the tools of this repository.
fn wasm_pack() -> Command {
    let mut wasm_pack = command("wasm-pack");
    wasm_pack.args(["test", "--mode", "no-install"]).env("WASM_BINDGEN_TEST_TIMEOUT", WASM_TEST_SECONDS);
    // Debug information would make the tools take five times as long; panics have their places without it.
    wasm_pack.env("CARGO_PROFILE_DEV_DEBUG", "0");
    wasm_pack
}

/// Whether every step passed.
pub fn run_all(quick: bool) -> Outcome<bool> {
    setup::rust_components()?;
    setup::wasm_target()?;
    setup::node_packages()?;
    setup::wasm_bindgen()?;
    setup::wasm_pack()?;
    let browser = if quick { None } else { Some(setup::browser()?) };

    let mut report = Report { passed: 0, failed: Vec::new() };
    report.step("formatting", || run(cargo().args(["fmt", "--all", "--check"])));
    report.step("lints, native", || {
        let arguments = ["clippy", "--quiet", "--package", "ruff-lang", "--package", "xtask"];
        run(cargo().args(arguments).args(["--all-targets", "--features", "tokio", "--", "-D", "warnings"]))
    });
    report.step("lints, wasm", || {
        let arguments = ["clippy", "--quiet", "--package", "ruff-lang", "--target", "wasm32-unknown-unknown"];
        run(cargo().args(arguments).args(["--all-targets", "--", "-D", "warnings"]))
    });
    report.step("tests, native", || run(cargo().args(["test", "--features", "tokio"])));
    report.step("tests of the workspace tool", || run(cargo().args(["test", "--quiet", "--package", "xtask"])));
    report.step("npm package", || build::package().and_then(|()| build::tarball().map(drop)));
    report.step("playground", build::page);
    report.step("types", || {
        run(node_program("tsc").args(["--project", "pkg-config/types-test/tsconfig.json"]))?;
        run(node_program("tsc").args(["--project", "www/tsconfig.json"]))
    });
    report.step("packaging", || run(&mut node_tests("pkg-config/test")));
    report.step("wasm tests in Node", || run(wasm_pack().args(["--node", "."])));
    if let Some(Browser { chromium, driver }) = browser {
        report.step("wasm tests in headless Chromium", || {
            run(wasm_pack().args(["--headless", "--chrome", "--chromedriver"]).arg(&driver).arg("."))
        });
        report.step("the page, end to end", || run(node_tests("tests/page").env("CHROMIUM", &chromium)));
    } else {
        note("the browser tests are left out (--quick)");
    }

    println!();
    for (name, message) in &report.failed {
        println!("failed: {name}: {message}");
    }
    println!("{} passed, {} failed", report.passed, report.failed.len());
    Ok(report.failed.is_empty())
}
