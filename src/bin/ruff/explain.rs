//! `ruff explain CODE`: the page about a diagnostic code.

use crate::status;
use ruff_lang::diagnostic::{Code, explain};
use std::io::Write;

#[derive(clap::Args)]
pub struct Options {
    code: String,
}

/// Prints the page, or the list of codes if there is none of that name.
pub fn run(options: &Options) -> u8 {
    let code = &options.code;
    let Some(page) = explain(code) else {
        eprintln!("ruff: there is no diagnostic code {code:?}; the codes are");
        for code in Code::ALL {
            eprintln!("  {:<12} {}", code.text(), code.title());
        }
        return status::USAGE;
    };
    // A closed pipe ends the output, not the program.
    let _ = std::io::stdout().write_all(page.as_bytes());
    status::SUCCESS
}
