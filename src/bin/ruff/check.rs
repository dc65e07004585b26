//! `ruff check FILE…`: diagnostics and warnings without a run.

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

/// Checks all files; gives the greatest of their statuses. Warnings alone are a success.
pub fn run(options: &Options) -> u8 {
    let reports = options.reports;
    let statuses = options.files.iter().map(|file| {
        input::with_source(file, reports, |text, name| match check(text, name, &Catalog::default()) {
            Ok(()) => {
                reports.warnings(text, name, |analysis| analysis.diagnostics(&[]));
                status::SUCCESS
            }
            Err(diagnostics) => reports.diagnostics(&diagnostics),
        })
    });
    statuses.max().unwrap_or(status::SUCCESS)
}
