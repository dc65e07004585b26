//! `ruff dis FILE`: the bytecode beside the source.

use crate::report::{self, Reports};
use crate::{input, status};
use ruff_lang::bytecode::disassemble;
use ruff_lang::machine::{Catalog, compile};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// The script; - is standard input
    file: PathBuf,
    #[command(flatten)]
    reports: Reports,
}

pub fn run(options: &Options) -> u8 {
    input::with_source(&options.file, options.reports, |text, name| match compile(text, name, &Catalog::default()) {
        Ok(program) => {
            report::print(&disassemble(&program));
            status::SUCCESS
        }
        Err(diagnostics) => options.reports.diagnostics(&diagnostics),
    })
}
