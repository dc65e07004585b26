//! `cargo xtask test`: every check, one after the other, and a closing line that counts them.

use crate::build;
use crate::machine::{Failure, Outcome, cargo, command, node_program, note, run};
use crate::setup::{self, Browser};

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
    report.step("packaging", || run(command("node").args(["--test", "pkg-config/test/"])));
    report.step("wasm tests in Node", || {
        let wasm_pack = ["test", "--mode", "no-install", "--node", "."];
        run(command("wasm-pack").args(wasm_pack).env("WASM_BINDGEN_TEST_TIMEOUT", WASM_TEST_SECONDS))
    });
    if let Some(Browser { chromium, driver }) = browser {
        report.step("wasm tests in headless Chromium", || {
            let wasm_pack = ["test", "--mode", "no-install", "--headless", "--chrome", "--chromedriver"];
            let mut command = command("wasm-pack");
            run(command.args(wasm_pack).arg(&driver).arg(".").env("WASM_BINDGEN_TEST_TIMEOUT", WASM_TEST_SECONDS))
        });
        report.step("the page, end to end", || {
            run(command("node").args(["--test", "tests/page/"]).env("CHROMIUM", &chromium))
        });
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
