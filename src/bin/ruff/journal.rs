//! `ruff run --record FILE` and `ruff replay FILE`: the journal of a run, and the run that it tells.

use crate::report::{self, Reports};
use crate::{events, status};
use ruff_lang::machine::{Journal, Message, Replay, RunOutcome, VirtualMachine};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Options {
    /// A journal that `ruff run --record` has written
    journal: PathBuf,
    /// The script as it is now; if it is not what was recorded, that is said. Without it, the recorded text runs
    script: Option<PathBuf>,
    #[command(flatten)]
    reports: Reports,
}

/// Makes sure that the journal can be written when the run is over.
///
/// # Errors
/// The exit status; the problem has been reported.
pub fn begin(file: &Path, machine: &mut VirtualMachine, reports: Reports) -> Result<(), u8> {
    machine.record(None);
    save(file, &[], reports)
}

/// Writes the journal of a machine.
///
/// # Errors
/// The exit status; the problem has been reported.
pub fn write(file: &Path, machine: &VirtualMachine, reports: Reports) -> Result<(), u8> {
    let Some(journal) = machine.journal() else { return Ok(()) };
    save(file, &journal.to_bytes(), reports)
}

fn save(file: &Path, bytes: &[u8], reports: Reports) -> Result<(), u8> {
    std::fs::write(file, bytes).map_err(|error| {
        reports.message("io", &format!("ruff: cannot write {}: {error}", file.display()));
        status::UNREADABLE
    })
}

fn read(file: &Path, reports: Reports) -> Result<Vec<u8>, u8> {
    std::fs::read(file).map_err(|error| {
        reports.message("io", &format!("ruff: cannot read {}: {error}", file.display()));
        status::UNREADABLE
    })
}

pub fn run(options: &Options) -> u8 {
    replay(options).unwrap_or_else(|status| status)
}

/// # Errors
/// The exit status; the problem has been reported.
fn replay(options: &Options) -> Result<u8, u8> {
    let reports = options.reports;
    let bytes = read(&options.journal, reports)?;
    let journal = Journal::from_bytes(&bytes).map_err(|error| {
        reports.message("journal", &format!("ruff: {}: {error}", options.journal.display()));
        status::USAGE
    })?;
    let mut replay = Replay::new(&journal);
    if let Some(script) = &options.script {
        replay.expect_text(&String::from_utf8_lossy(&read(script, reports)?));
    }
    let mut outcome = None;
    loop {
        match replay.step() {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                reports.message("journal", &format!("ruff: {}: {error}", options.journal.display()));
                return Ok(status::FAILED);
            }
        }
        for message in replay.machine().take_messages() {
            outcome = tell(message, replay.machine(), reports).or(outcome);
        }
    }
    match outcome {
        Some(outcome) => Ok(crate::run::finish(outcome, reports)),
        None => {
            reports.message("journal", "ruff: the recording ended before the run did");
            Ok(status::FAILED)
        }
    }
}

/// Shows what the machine says as `ruff run` does. Gives the end of the run.
fn tell(message: Message, machine: &mut VirtualMachine, reports: Reports) -> Option<RunOutcome> {
    match message {
        Message::Output { stream, text } => report::write(stream, &text),
        Message::Unhandled { report, .. } => reports.uncaught(&report),
        Message::RunEnded { outcome, .. } => return Some(outcome),
        Message::Event { name, payload } => {
            // What scripts send is data.
            let payload = machine.export(payload).unwrap_or(ruff_lang::machine::Data::Null);
            events::show_event(&name, &payload);
        }
        Message::Alert { alert, .. } => {
            let data = machine.export(alert.data).unwrap_or(ruff_lang::machine::Data::Null);
            events::show_alert(&alert.with_data(data));
        }
        // The journal has the answers.
        _ => {}
    }
    None
}
