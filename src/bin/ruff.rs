//! The command line.

#[path = "ruff/explain.rs"]
mod explain;

use clap::{Args, Parser, Subcommand};
use ruff_lang::bytecode::disassemble;
use ruff_lang::desktop::Vm;
use ruff_lang::diagnostic::Style;
use ruff_lang::machine::{Catalog, Diagnostics, RunOutcome, StartError, StartOptions, compile};
use ruff_lang::runtime::Limits;
use ruff_lang::schedule::Stream;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Exit statuses (language.md 8.5).
const USAGE: u8 = 2;
const NOT_PARSED: u8 = 3;
const FAILED: u8 = 4;
const UNREADABLE: u8 = 5;

#[derive(Parser)]
#[command(name = "ruff", version, about = "Runs Ruff scripts")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a script
    Run(RunOptions),
    /// Reports what is wrong with a script without running it
    Check {
        file: PathBuf,
        /// Diagnostics as JSON, one a line
        #[arg(long)]
        json: bool,
    },
    /// Tells what a diagnostic code means, with a wrong and a right script
    Explain { code: String },
    /// Lists the bytecode beside the source
    Dis { file: PathBuf },
}

#[derive(Args)]
struct RunOptions {
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

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let status = if error.use_stderr() { USAGE } else { 0 };
            // Nothing can be done about a closed terminal.
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let status = match cli.command {
        Command::Run(options) => run(options),
        Command::Check { file, json } => {
            with_source(&file, |text, name| match compile(text, name, &Catalog::default()) {
                Ok(_) => 0,
                Err(diagnostics) => report(&diagnostics, json),
            })
        }
        Command::Explain { code } => {
            if explain::run(&code) {
                0
            } else {
                USAGE
            }
        }
        Command::Dis { file } => with_source(&file, |text, name| match compile(text, name, &Catalog::default()) {
            Ok(program) => {
                print!("{}", disassemble(&program));
                0
            }
            Err(diagnostics) => report(&diagnostics, false),
        }),
    };
    ExitCode::from(status)
}

fn with_source(file: &Path, work: impl FnOnce(&str, &str) -> u8) -> u8 {
    let name = file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy());
    match std::fs::read(file).map(String::from_utf8) {
        Ok(Ok(text)) => work(&text, &name),
        Ok(Err(_)) => {
            eprintln!("ruff: {} is not UTF-8 text", file.display());
            UNREADABLE
        }
        Err(error) => {
            eprintln!("ruff: cannot read {}: {error}", file.display());
            UNREADABLE
        }
    }
}

fn style() -> Style {
    // https://no-color.org: set to anything but the empty text, it turns colours off.
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if !refused && std::io::stderr().is_terminal() { Style::Colour } else { Style::Plain }
}

/// Prints diagnostics; gives the exit status that they mean.
fn report(diagnostics: &Diagnostics, json: bool) -> u8 {
    if json {
        for diagnostic in &diagnostics.list {
            eprintln!("{}", ruff_lang::diagnostic::to_json(diagnostic, &diagnostics.source));
        }
    } else {
        eprint!("{}", diagnostics.render(style()));
    }
    let compiled = diagnostics.list.iter().all(|diagnostic| diagnostic.code == ruff_lang::diagnostic::Code::Vm);
    if compiled { FAILED } else { NOT_PARSED }
}

fn run(options: RunOptions) -> u8 {
    with_source(&options.file, |text, name| {
        let program = match compile(text, name, &Catalog::default()) {
            Ok(program) => program,
            Err(diagnostics) => return report(&diagnostics, options.json),
        };
        let limits = Limits { fuel: options.fuel, memory_bytes: options.memory, ..Limits::default() };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                eprintln!("ruff: cannot start: {error}");
                return 6;
            }
        };
        let mut vm = Vm::new(limits, Box::new(write));
        let arguments = options.arguments.iter().map(|argument| vm.machine.heap_mut().text(argument)).collect();
        let start = StartOptions { arguments, limits: None };
        let deadline = Duration::from_millis(options.scheduler_timeout_ms);
        let outcome = runtime.block_on(async { tokio::time::timeout(deadline, vm.run(&program, start)).await });
        let status = match outcome {
            Err(_) => {
                let (pending, timeout) = (vm.machine.tasks().len(), options.scheduler_timeout_ms);
                eprintln!("Scheduler timed out after {timeout}ms ({pending} pending)");
                FAILED
            }
            Ok(Err(StartError::Diagnostics(diagnostics))) => report(&diagnostics, options.json),
            Ok(Err(error)) => {
                eprintln!("{error}");
                FAILED
            }
            Ok(Ok(outcome)) => finish(outcome),
        };
        let _ = std::io::stdout().flush();
        status
    })
}

fn finish(outcome: RunOutcome) -> u8 {
    match outcome {
        RunOutcome::Completed(_) => 0,
        RunOutcome::Exit(status) => status as u8,
        RunOutcome::Failed(report) => {
            eprint!("{}", report.render(style()));
            FAILED
        }
        RunOutcome::Limit(breach) => {
            eprintln!("{breach}");
            FAILED
        }
        RunOutcome::Cancelled => {
            eprintln!("The run was cancelled");
            FAILED
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
