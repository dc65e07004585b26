//! `ruff test FILE…`: runs the test blocks of scripts, each in a machine of its own.

use crate::limits::LimitOptions;
use crate::report::{self, Reports};
use crate::{input, status};
use ruff_lang::desktop::Vm;
use ruff_lang::diagnostic::{Style, span_json};
use ruff_lang::machine::{
    Catalog, ErrorReport, StartError, StartOptions, TestCase, TestFailure, compile_tests, verdict,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Options {
    /// Scripts with test blocks; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Runs only tests with this text in their name (group / name)
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Shows what tests print also if they pass
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    limits: LimitOptions,
    #[command(flatten)]
    reports: Reports,
}

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    /// Files that could not be read or have diagnostics.
    broken: usize,
    filtered: usize,
}

/// Runs all tests. Gives 0 if all of them passed, else 1.
pub fn run(options: &Options) -> u8 {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            options.reports.message("internal", &format!("ruff: cannot start: {error}"));
            return status::INTERNAL;
        }
    };
    let mut counts = Counts::default();
    for file in &options.files {
        let result = input::with_source(file, options.reports, |text, name| {
            let cases = match compile_tests(text, name, &Catalog::default()) {
                Ok(cases) => cases,
                Err(diagnostics) => return options.reports.diagnostics(&diagnostics),
            };
            if cases.is_empty() && !options.reports.json {
                report::print(&format!("{name} has no tests\n"));
            }
            for case in cases {
                if options.filter.as_ref().is_some_and(|text| !case.name.contains(text)) {
                    counts.filtered += 1;
                    continue;
                }
                let result = runtime.block_on(run_test(&case, file, &options.limits));
                if result.failure.is_none() {
                    counts.passed += 1
                } else {
                    counts.failed += 1
                }
                let show = if options.reports.json { describe(&case, &result) } else { tell(&case, &result, options) };
                report::print(&show);
            }
            status::SUCCESS
        });
        counts.broken += usize::from(result != status::SUCCESS);
    }
    let Counts { passed, failed, broken, filtered } = counts;
    if options.reports.json {
        report::print(&format!(
            "{}\n",
            serde_json::json!({ "passed": passed, "failed": failed, "filtered": filtered })
        ));
    } else {
        if filtered > 0 {
            report::print(&format!("{filtered} left out by --filter\n"));
        }
        report::print(&format!("{passed} passed, {failed} failed\n"));
    }
    if failed + broken == 0 { status::SUCCESS } else { status::TESTS_FAILED }
}

struct TestResult {
    failure: Option<TestFailure>,
    /// All that it printed.
    output: String,
    duration: Duration,
}

async fn run_test(case: &TestCase, file: &Path, limits: &LimitOptions) -> TestResult {
    let started = Instant::now();
    let output = Arc::new(Mutex::new(String::new()));
    let printed = output.clone();
    let keep = move |_, text: &str| printed.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
    let mut vm = Vm::new(limits.limits(), Box::new(keep));
    limits.grant(&mut vm);
    vm.set_modules(input::modules_beside(file));
    let unhandled = Arc::new(Mutex::new(None::<ErrorReport>));
    let first = unhandled.clone();
    vm.on_unhandled(Box::new(move |error| {
        first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
    }));
    let plain = |message: String| Some(TestFailure { message, report: None });
    let run = tokio::time::timeout(limits.deadline(), vm.run(&case.program, StartOptions::default())).await;
    let left = vm.machine.tasks().len();
    let failure = match run {
        Err(_) => plain(limits.timed_out(left)),
        Ok(Err(StartError::Diagnostics(found))) => plain(found.render(Style::Plain)),
        Ok(Err(error)) => plain(error.to_string()),
        Ok(Ok(outcome)) => verdict(outcome, unhandled.lock().unwrap_or_else(PoisonError::into_inner).take(), left),
    };
    let output = std::mem::take(&mut *output.lock().unwrap_or_else(PoisonError::into_inner));
    TestResult { failure, output, duration: started.elapsed() }
}

/// The result for people.
fn tell(case: &TestCase, result: &TestResult, options: &Options) -> String {
    let milliseconds = result.duration.as_millis();
    let word = if result.failure.is_some() { "FAIL" } else { "ok  " };
    let mut text = format!("{word} {} ({milliseconds} ms)\n", case.name);
    if let Some(failure) = &result.failure {
        text.push_str(&indented(&failure.render(case, Style::Plain)));
    }
    if !result.output.is_empty() && (result.failure.is_some() || options.verbose) {
        text.push_str("    Output:\n");
        text.push_str(&indented(&result.output));
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_string() } else { format!("    {line}\n") }).collect()
}

/// The result for other programs: one line of JSON.
fn describe(case: &TestCase, result: &TestResult) -> String {
    let (message, error) = match &result.failure {
        Some(failure) => (Some(&failure.message), failure.report.as_ref()),
        None => (None, None),
    };
    let source = error.and_then(|report| report.source.as_ref()).unwrap_or(&case.program.source);
    let span = error.filter(|report| report.source.is_some()).map_or(case.span, |report| report.span);
    let value = serde_json::json!({
        "name": case.name,
        "passed": result.failure.is_none(),
        "durationMs": result.duration.as_secs_f64() * 1000.0,
        "message": message,
        "kind": error.map(|report| &report.kind),
        "file": source.name(),
        "span": span_json(span, source),
        "frames": error.map(|report| &report.frames),
        "output": result.output,
    });
    format!("{value}\n")
}
