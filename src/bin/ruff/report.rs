//! How problems are shown.

use crate::status;
use ruff_lang::diagnostic::{Code, Style, to_json};
use ruff_lang::machine::Diagnostics;
use std::io::IsTerminal;

pub fn style() -> Style {
    // https://no-color.org: set to anything but the empty text, it turns colours off.
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if !refused && std::io::stderr().is_terminal() { Style::Colour } else { Style::Plain }
}

/// Prints diagnostics; gives the exit status that they mean.
pub fn diagnostics(diagnostics: &Diagnostics, json: bool) -> u8 {
    if json {
        for diagnostic in &diagnostics.list {
            eprintln!("{}", to_json(diagnostic, &diagnostics.source));
        }
    } else {
        eprint!("{}", diagnostics.render(style()));
    }
    let parsed = diagnostics.list.iter().all(|diagnostic| diagnostic.code == Code::Vm);
    if parsed { status::FAILED } else { status::NOT_PARSED }
}
