//! `ruff run FILE`: runs a script until all its tasks have ended.

use crate::limits::LimitOptions;
use crate::report::{self, Reports};
use crate::{events, input, journal, status};
use ruff_lang::desktop::Vm;
use ruff_lang::machine::{Catalog, RunOutcome, StartError, StartOptions, compile};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// The script; - is standard input
    file: PathBuf,
    /// Events, bars and ticks for the script, recorded as one JSON object a line: {"at": 5, "event": "order", "data": 1},
    /// {"bar": "BTC", "time": 1, "close": 2}, {"end": "BTC"} or {"tick": "clock"}; "at" is in milliseconds. Events and
    /// alerts that the script emits are written to standard error in the same way
    #[arg(long, value_name = "FILE")]
    feed: Option<PathBuf>,
    /// Writes a journal of everything that comes to the script from outside, for `ruff replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitOptions,
    #[command(flatten)]
    reports: Reports,
    /// Values that args() gives
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub fn run(options: &Options) -> u8 {
    let reports = options.reports;
    let recording = match options.feed.as_deref().map(|feed| events::read(feed, reports)).transpose() {
        Ok(recording) => recording,
        Err(status) => return status,
    };
    input::with_source(&options.file, reports, |text, name| {
        let program = match compile(text, name, &Catalog::default()) {
            Ok(program) => program,
            Err(diagnostics) => return reports.diagnostics(&diagnostics),
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                reports.message("internal", &format!("ruff: cannot start: {error}"));
                return status::INTERNAL;
            }
        };
        let mut vm = Vm::new(options.limits.limits(), Box::new(report::write));
        if let Some(file) = &options.record
            && let Err(status) = journal::begin(file, &mut vm.machine, reports)
        {
            return status;
        }
        options.limits.grant(&mut vm);
        vm.on_unhandled(Box::new(move |error| reports.uncaught(error)));
        events::show_told(&mut vm);
        vm.set_modules(input::modules_beside(&options.file));
        let arguments = options.arguments.iter().map(|argument| vm.machine.heap_mut().text(argument)).collect();
        let start = StartOptions { arguments, limits: None };
        let run = async {
            if let Some(recording) = recording {
                events::play(&mut vm, recording);
            }
            tokio::time::timeout(options.limits.deadline(), vm.run(&program, start)).await
        };
        let ended = runtime.block_on(run);
        if let Some(file) = &options.record
            && let Err(status) = journal::write(file, &vm.machine, reports)
        {
            return status;
        }
        match ended {
            Err(_) => {
                reports.message("timeout", &options.limits.timed_out(vm.machine.tasks().len()));
                status::FAILED
            }
            Ok(Err(StartError::Diagnostics(diagnostics))) => reports.diagnostics(&diagnostics),
            Ok(Err(error)) => {
                reports.message("start", &error.to_string());
                status::FAILED
            }
            Ok(Ok(outcome)) => {
                // An error says more about what is wrong than a doubt does.
                if matches!(outcome, RunOutcome::Completed(_)) {
                    reports.warnings(text, name, |analysis| analysis.doubts());
                }
                finish(outcome, reports)
            }
        }
    })
}

pub fn finish(outcome: RunOutcome, reports: Reports) -> u8 {
    match outcome {
        RunOutcome::Completed(_) => return status::SUCCESS,
        RunOutcome::Exit(number) => return number as u8,
        RunOutcome::Failed(error) => reports.uncaught(&error),
        RunOutcome::Limit(breach) => reports.message("limit", &breach.to_string()),
        RunOutcome::Cancelled => reports.message("cancelled", "The run was cancelled"),
    }
    status::FAILED
}
