//! Where the source of a command comes from.

use crate::status;
use std::path::Path;

/// Reads a file and hands its text and name to `work`; gives the exit status.
pub fn with_source(file: &Path, work: impl FnOnce(&str, &str) -> u8) -> u8 {
    let name = file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy());
    match std::fs::read(file).map(String::from_utf8) {
        Ok(Ok(text)) => work(&text, &name),
        Ok(Err(_)) => {
            eprintln!("ruff: {} is not UTF-8 text", file.display());
            status::UNREADABLE
        }
        Err(error) => {
            eprintln!("ruff: cannot read {}: {error}", file.display());
            status::UNREADABLE
        }
    }
}
