//! `ruff explain CODE`: the page about a diagnostic code.

use crate::{report, status};
use ruff_lang::diagnostic::{Code, explain};

#[derive(clap::Args)]
pub struct Options {
    code: String,
}

/// Prints the page, or the list of codes if there is none of that name.
pub fn run(options: &Options) -> u8 {
    let code = &options.code;
    let Some(page) = explain(code) else {
        report::error(&format!("ruff: there is no diagnostic code {code:?}; the codes are\n"));
        for code in Code::ALL {
            report::error(&format!("  {:<12} {}\n", code.text(), code.title()));
        }
        return status::USAGE;
    };
    report::print(&page);
    status::SUCCESS
}
