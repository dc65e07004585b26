//! `ruff check FILE`: diagnostics without a run.

use crate::{input, report, status};
use ruff_lang::machine::{Catalog, compile};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    file: PathBuf,
    /// Diagnostics as JSON, one a line
    #[arg(long)]
    json: bool,
}

pub fn run(options: &Options) -> u8 {
    input::with_source(&options.file, |text, name| match compile(text, name, &Catalog::default()) {
        Ok(_) => status::SUCCESS,
        Err(diagnostics) => report::diagnostics(&diagnostics, options.json),
    })
}
