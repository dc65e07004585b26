//! `ruff explain CODE`: the page about a diagnostic code.

use ruff_lang::diagnostic::{Code, explain};
use std::io::Write;

/// Prints the page, or the list of codes if there is none of that name. Says whether there was one.
pub fn run(code: &str) -> bool {
    let Some(page) = explain(code) else {
        eprintln!("ruff: there is no diagnostic code {code:?}; the codes are");
        for code in Code::ALL {
            eprintln!("  {:<12} {}", code.text(), code.title());
        }
        return false;
    };
    // A closed pipe ends the output, not the program.
    let _ = std::io::stdout().write_all(page.as_bytes());
    true
}
