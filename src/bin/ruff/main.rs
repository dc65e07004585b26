//! The command line: its arguments, and which command they mean. Every command has a file of its own.

mod check;
mod dis;
mod explain;
mod input;
mod report;
mod run;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Exit statuses (language.md 8.5).
mod status {
    pub const SUCCESS: u8 = 0;
    pub const USAGE: u8 = 2;
    pub const NOT_PARSED: u8 = 3;
    pub const FAILED: u8 = 4;
    pub const UNREADABLE: u8 = 5;
    pub const INTERNAL: u8 = 6;
}

#[derive(Parser)]
#[command(name = "ruff", version, about = "Runs Ruff scripts")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a script
    Run(run::Options),
    /// Reports what is wrong with a script without running it
    Check(check::Options),
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
        Command::Run(options) => run::run(options),
        Command::Check(options) => check::run(&options),
        Command::Dis(options) => dis::run(&options),
        Command::Explain(options) => explain::run(&options),
    })
}
