//! `ruff run FILE`: runs a script until all its tasks have ended.

use crate::{input, report, status};
use ruff_lang::desktop::Vm;
use ruff_lang::desktop::files::modules_in;
use ruff_lang::machine::{Catalog, RunOutcome, StartError, StartOptions, compile};
use ruff_lang::runtime::Limits;
use ruff_lang::schedule::Stream;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args)]
pub struct Options {
    file: PathBuf,
    /// Milliseconds until the run is given up
    #[arg(long, env = "RUFF_SCHEDULER_TIMEOUT_MS", default_value_t = 120_000,
          value_parser = clap::value_parser!(u64).range(1..))]
    scheduler_timeout_ms: u64,
    /// Instructions the script may execute
    #[arg(long)]
    fuel: Option<u64>,
    /// Bytes of memory the script may use
    #[arg(long)]
    memory: Option<usize>,
    /// Diagnostics as JSON, one a line
    #[arg(long)]
    json: bool,
    /// Values that args() gives
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub fn run(options: Options) -> u8 {
    input::with_source(&options.file, |text, name| {
        let program = match compile(text, name, &Catalog::default()) {
            Ok(program) => program,
            Err(diagnostics) => return report::diagnostics(&diagnostics, options.json),
        };
        let limits = Limits { fuel: options.fuel, memory_bytes: options.memory, ..Limits::default() };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                eprintln!("ruff: cannot start: {error}");
                return status::INTERNAL;
            }
        };
        let mut vm = Vm::new(limits, Box::new(write));
        let beside = options.file.parent().map_or_else(PathBuf::new, PathBuf::from);
        vm.set_modules(modules_in(beside));
        let arguments = options.arguments.iter().map(|argument| vm.machine.heap_mut().text(argument)).collect();
        let start = StartOptions { arguments, limits: None };
        let deadline = Duration::from_millis(options.scheduler_timeout_ms);
        let outcome = runtime.block_on(async { tokio::time::timeout(deadline, vm.run(&program, start)).await });
        let ended = match outcome {
            Err(_) => {
                let (pending, timeout) = (vm.machine.tasks().len(), options.scheduler_timeout_ms);
                eprintln!("Scheduler timed out after {timeout}ms ({pending} pending)");
                status::FAILED
            }
            Ok(Err(StartError::Diagnostics(diagnostics))) => report::diagnostics(&diagnostics, options.json),
            Ok(Err(error)) => {
                eprintln!("{error}");
                status::FAILED
            }
            Ok(Ok(outcome)) => finish(outcome),
        };
        let _ = std::io::stdout().flush();
        ended
    })
}

fn finish(outcome: RunOutcome) -> u8 {
    match outcome {
        RunOutcome::Completed(_) => status::SUCCESS,
        RunOutcome::Exit(number) => number as u8,
        RunOutcome::Failed(error) => {
            eprint!("{}", error.render(report::style()));
            status::FAILED
        }
        RunOutcome::Limit(breach) => {
            eprintln!("{breach}");
            status::FAILED
        }
        RunOutcome::Cancelled => {
            eprintln!("The run was cancelled");
            status::FAILED
        }
    }
}

fn write(stream: Stream, text: &str) {
    // A closed pipe ends the output, not the program.
    let _ = match stream {
        Stream::Stdout => std::io::stdout().write_all(text.as_bytes()),
        Stream::Stderr => std::io::stderr().write_all(text.as_bytes()),
    };
}
