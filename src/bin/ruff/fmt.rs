//! `ruff fmt FILE…`: scripts in their standard layout.

use crate::report::{self, Reports};
use crate::{input, status};
use ruff_lang::machine::Diagnostics;
use ruff_lang::source::Source;
use ruff_lang::syntax;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(clap::Args)]
pub struct Options {
    /// Scripts to format in place; - stands for the standard input, whose result goes to the standard output
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Changes nothing, names the files that would change, and exits with 1 if there are any
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    reports: Reports,
}

/// Formats all files, also after one that cannot be; gives the highest exit status.
pub fn run(options: &Options) -> u8 {
    let reports = options.reports;
    let statuses = options.files.iter().map(|file| {
        input::with_source(file, reports, |text, name| {
            let formatted = match syntax::format(text) {
                Ok(formatted) => formatted,
                Err(list) => {
                    let source = Arc::new(Source::new(name, text));
                    return reports.diagnostics(&Diagnostics { source, list });
                }
            };
            let standard = file == Path::new("-");
            let path = if standard { name.into() } else { file.to_string_lossy() };
            if options.check {
                if formatted == text {
                    return status::SUCCESS;
                }
                report::print(&format!("{path}\n"));
                return status::WOULD_CHANGE;
            }
            if standard {
                report::print(&formatted);
                return status::SUCCESS;
            }
            match if formatted == text { Ok(()) } else { replace(file, &formatted) } {
                Ok(()) => status::SUCCESS,
                Err(error) => {
                    reports.message("io", &format!("ruff: cannot write {path}: {error}"));
                    status::UNREADABLE
                }
            }
        })
    });
    statuses.max().unwrap_or(status::SUCCESS)
}

/// Puts a new file in the place of `file`, so that it is whole at every moment. Links are followed, permissions kept.
fn replace(file: &Path, text: &str) -> Result<(), Error> {
    let path = std::fs::canonicalize(file)?;
    let permissions = std::fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    let written = std::fs::write(&new, text)
        .and_then(|()| std::fs::set_permissions(&new, permissions))
        .and_then(|()| std::fs::rename(&new, &path));
    if written.is_err() {
        // The file is as it was; what could not take its place is of no use.
        let _ = std::fs::remove_file(&new);
    }
    written
}
