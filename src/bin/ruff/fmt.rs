//! `ruff fmt FILE…`: scripts in their standard layout.

use crate::{input, report, status};
use ruff_lang::machine::Diagnostics;
use ruff_lang::source::Source;
use ruff_lang::syntax;
use std::io::{Error, ErrorKind, Read, Write};
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
}

/// Formats all files, also after one that cannot be; gives the highest exit status.
pub fn run(options: &Options) -> u8 {
    let statuses = options.files.iter().map(|file| {
        if file == Path::new("-") {
            return format_input(options.check);
        }
        input::with_source(file, |text, name| {
            format_text(text, name, options.check, &file.to_string_lossy(), |formatted| {
                if formatted == text { Ok(()) } else { replace(file, formatted) }
            })
        })
    });
    statuses.max().unwrap_or(status::SUCCESS)
}

fn format_input(check: bool) -> u8 {
    let mut text = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut text) {
        eprintln!("ruff: cannot read the standard input: {error}");
        return status::UNREADABLE;
    }
    format_text(&text, "<stdin>", check, "<stdin>", |formatted| {
        print(formatted);
        Ok(())
    })
}

/// Formats one text, whose reports call it `name`, and hands the result to `write`; with `check` only prints `path`
/// if it is another text.
fn format_text(
    text: &str,
    name: &str,
    check: bool,
    path: &str,
    write: impl FnOnce(&str) -> Result<(), Error>,
) -> u8 {
    let formatted = match syntax::format(text) {
        Ok(formatted) => formatted,
        Err(list) => {
            let source = Arc::new(Source::new(name, text));
            return report::diagnostics(&Diagnostics { source, list }, false);
        }
    };
    if check {
        if formatted == text {
            return status::SUCCESS;
        }
        print(&format!("{path}\n"));
        return status::WOULD_CHANGE;
    }
    match write(&formatted) {
        Ok(()) => status::SUCCESS,
        Err(error) => {
            eprintln!("ruff: cannot write {path}: {error}");
            status::UNREADABLE
        }
    }
}

fn print(text: &str) {
    // A closed pipe ends the output, not the program.
    let _ = std::io::stdout().write_all(text.as_bytes());
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
