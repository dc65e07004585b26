//! `ruff dis FILE`: the bytecode beside the source.

use crate::{input, report, status};
use ruff_lang::bytecode::disassemble;
use ruff_lang::machine::{Catalog, compile};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    file: PathBuf,
}

pub fn run(options: &Options) -> u8 {
    input::with_source(&options.file, |text, name| match compile(text, name, &Catalog::default()) {
        Ok(program) => {
            print!("{}", disassemble(&program));
            status::SUCCESS
        }
        Err(diagnostics) => report::diagnostics(&diagnostics, false),
    })
}
