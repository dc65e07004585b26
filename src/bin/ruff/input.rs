//! Where the source of a command comes from.

use crate::report::Reports;
use crate::status;
use ruff_lang::desktop::Modules;
use ruff_lang::desktop::files::modules_in;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Reads a file, or standard input for `-`, and hands its text and name to `work`; gives the exit status.
pub fn with_source(file: &Path, reports: Reports, work: impl FnOnce(&str, &str) -> u8) -> u8 {
    let standard = file.as_os_str() == "-";
    let shown = if standard { "standard input".to_string() } else { file.display().to_string() };
    let bytes = if standard {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    match bytes.map(String::from_utf8) {
        Ok(Ok(text)) => {
            let name = file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy());
            work(&text, if standard { "<stdin>" } else { &name })
        }
        Ok(Err(error)) => {
            let at = error.utf8_error().valid_up_to();
            reports.message("io", &format!("ruff: {shown} is not UTF-8 text (first wrong byte at offset {at})"));
            status::UNREADABLE
        }
        Err(error) => {
            reports.message("io", &format!("ruff: cannot read {shown}: {error}"));
            status::UNREADABLE
        }
    }
}

/// The modules that a script can import: the files beside it.
pub fn modules_beside(file: &Path) -> Modules {
    modules_in(file.parent().map_or_else(PathBuf::new, PathBuf::from))
}
