//! The command line: its arguments, and which command they mean. Every command has a file of its own.

mod check;
mod dis;
mod events;
mod explain;
mod fmt;
mod input;
mod journal;
mod limits;
mod repl;
mod report;
mod run;
mod test;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Exit statuses (language.md 8.5).
mod status {
    pub const SUCCESS: u8 = 0;
    /// Of the test runner only.
    pub const TESTS_FAILED: u8 = 1;
    /// `ruff fmt --check` found a file in another layout.
    pub const WOULD_CHANGE: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const NOT_PARSED: u8 = 3;
    pub const FAILED: u8 = 4;
    pub const UNREADABLE: u8 = 5;
    pub const INTERNAL: u8 = 6;
}

/// What `ruff --help` says about exit statuses.
const STATUSES: &str = "Exit statuses: 0 success; N after exit(N); 1 a test failed; 2 wrong usage; 3 the source does not \
parse; 4 the program is wrong, failed or exceeded a limit; 5 a file cannot be read; 6 an internal failure.";

#[derive(Parser)]
#[command(name = "ruff", version, about = "Runs Ruff scripts", after_help = STATUSES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a script
    Run(run::Options),
    /// Has a run again that `ruff run --record` has recorded: the same output, the same errors, nothing from outside
    Replay(journal::Options),
    /// Runs the test blocks of scripts
    Test(test::Options),
    /// Runs what you type, line by line
    Repl(repl::Options),
    /// Reports what is wrong with a script without running it
    Check(check::Options),
    /// Rewrites scripts in their standard layout
    Fmt(fmt::Options),
    /// Lists the bytecode beside the source
    Dis(dis::Options),
    /// Tells what a diagnostic code means, with a wrong and a right script
    Explain(explain::Options),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let status = if error.use_stderr() { status::USAGE } else { status::SUCCESS };
            // Nothing can be done about a closed terminal.
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    ExitCode::from(match cli.command {
        Command::Run(options) => run::run(&options),
        Command::Replay(options) => journal::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Repl(options) => repl::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Fmt(options) => fmt::run(&options),
        Command::Dis(options) => dis::run(&options),
        Command::Explain(options) => explain::run(&options),
    })
}
