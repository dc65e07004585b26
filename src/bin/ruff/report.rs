//! How output and problems are shown.

use crate::status;
use clap::ValueEnum;
use ruff_lang::diagnostic::{Code, Diagnostic, Style, to_json};
use ruff_lang::editor::Analysis;
use ruff_lang::machine::{Diagnostics, ErrorReport};
use ruff_lang::schedule::Stream;
use ruff_lang::source::Source;
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::Arc;

/// When reports are coloured.
#[derive(Clone, Copy, ValueEnum)]
enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

/// Options of every command that may find problems.
#[derive(Clone, Copy, clap::Args)]
pub struct Reports {
    /// Diagnostics and error reports as JSON, one object a line, on standard error
    #[arg(long)]
    pub json: bool,
    /// Colours in reports
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    color: When,
}

impl Reports {
    /// The style of text on standard error.
    pub fn style(self) -> Style {
        // https://no-color.org: set to anything but the empty text, it turns colours off.
        let refused = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self.color {
            When::Always => Style::Colour,
            When::Auto if std::io::stderr().is_terminal() && !refused() => Style::Colour,
            When::Auto | When::Never => Style::Plain,
        }
    }

    /// Reports diagnostics; gives the exit status that they mean.
    pub fn diagnostics(self, diagnostics: &Diagnostics) -> u8 {
        if self.json {
            for diagnostic in &diagnostics.list {
                error(&format!("{}\n", to_json(diagnostic, &diagnostics.source)));
            }
        } else {
            error(&diagnostics.render(self.style()));
        }
        let parsed = diagnostics.list.iter().all(|diagnostic| diagnostic.code == Code::Vm);
        if parsed { status::FAILED } else { status::NOT_PARSED }
    }

    /// Reports what `find` has to say about a text that may run nevertheless.
    pub fn warnings(self, text: &str, name: &str, find: impl FnOnce(&Analysis) -> Vec<Diagnostic>) {
        let list = find(&Analysis::new(text));
        if !list.is_empty() {
            self.diagnostics(&Diagnostics { source: Arc::new(Source::new(name, text)), list });
        }
    }

    /// Reports an uncaught error.
    pub fn uncaught(self, report: &ErrorReport) {
        if self.json { error(&format!("{}\n", report.to_json())) } else { error(&report.render(self.style())) }
    }

    /// Reports what has no position in a source. `kind` is for other programs.
    pub fn message(self, kind: &str, message: &str) {
        if self.json {
            error(&format!("{}\n", serde_json::json!({ "severity": "error", "kind": kind, "message": message })));
        } else {
            error(&format!("{message}\n"));
        }
    }
}

/// Prints to standard output. If nobody reads it any more, the program ends quietly.
pub fn print(text: &str) {
    let mut stdout = std::io::stdout();
    if let Err(failure) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        if failure.kind() == ErrorKind::BrokenPipe {
            std::process::exit(status::SUCCESS.into());
        }
        error(&format!("ruff: cannot write to standard output: {failure}\n"));
        std::process::exit(status::INTERNAL.into());
    }
}

/// Prints to standard error. Nobody can be told if that does not work.
pub fn error(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Prints what a script prints.
pub fn write(stream: Stream, text: &str) {
    match stream {
        Stream::Stdout => print(text),
        Stream::Stderr => error(text),
    }
}
