//! `ruff check FILE…`: diagnostics without a run.

use crate::report::Reports;
use crate::{input, status};
use ruff_lang::machine::{Catalog, check};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// Scripts; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reports: Reports,
}

/// Checks all files; gives the greatest of their statuses.
pub fn run(options: &Options) -> u8 {
    let statuses = options.files.iter().map(|file| {
        input::with_source(file, options.reports, |text, name| match check(text, name, &Catalog::default()) {
            Ok(()) => status::SUCCESS,
            Err(diagnostics) => options.reports.diagnostics(&diagnostics),
        })
    });
    statuses.max().unwrap_or(status::SUCCESS)
}
