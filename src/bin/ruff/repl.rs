//! `ruff repl`: runs what is typed, one input after the other, in one machine.

use crate::limits::LimitOptions;
use crate::report::{self, Reports};
use crate::{events, input, status};
use ruff_lang::builtins::text_form::literal;
use ruff_lang::desktop::Vm;
use ruff_lang::machine::{RunOutcome, Session, StartError, StartOptions};
use ruff_lang::value::Value;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Completer, Config, Editor, Helper, Highlighter, Hinter};
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    limits: LimitOptions,
    #[command(flatten)]
    reports: Reports,
}

const PROMPT: &str = "> ";

const WELCOME: &str = "Ruff. An input goes on in the next line while something is open; Ctrl-C cancels, Ctrl-D ends.\n";

/// Lines are read together while the text that they make is open.
#[derive(Completer, Helper, Highlighter, Hinter)]
struct Lines;

impl Validator for Lines {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        // An empty line ends what cannot be finished.
        let given_up = context.input().ends_with("\n\n");
        let open = !given_up && Session::is_incomplete(context.input());
        Ok(if open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

pub fn run(options: &Options) -> u8 {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            options.reports.message("internal", &format!("ruff: cannot start: {error}"));
            return status::INTERNAL;
        }
    };
    let mut limits = options.limits.limits();
    // The cleanup of what was cancelled must not hold up the session.
    limits.cleanup_ms = Some(1_000.0);
    let mut vm = Vm::new(limits, Box::new(report::write));
    options.limits.grant(&mut vm);
    let reports = options.reports;
    vm.on_unhandled(Box::new(move |error| reports.uncaught(error)));
    events::show_told(&mut vm);
    vm.set_modules(input::modules_beside(Path::new("")));
    let mut loop_ = Loop { runtime, vm, session: Session::default(), options };
    if std::io::stdin().is_terminal() { loop_.terminal() } else { loop_.plain() }
}

struct Loop<'a> {
    runtime: Runtime,
    vm: Vm,
    session: Session,
    options: &'a Options,
}

impl Loop<'_> {
    /// Lines with editing and history.
    fn terminal(&mut self) -> u8 {
        let config = Config::builder().auto_add_history(true).build();
        let mut editor: Editor<Lines, FileHistory> = match Editor::with_config(config) {
            Ok(editor) => editor,
            Err(_) => return self.plain(),
        };
        editor.set_helper(Some(Lines));
        let history = history_file();
        if let Some(history) = &history {
            // There is none at first.
            let _ = editor.load_history(history);
        }
        report::print(WELCOME);
        let status = loop {
            match editor.readline(PROMPT) {
                Ok(text) => {
                    if let Some(status) = self.input(&text) {
                        break status;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => break status::SUCCESS,
                Err(error) => {
                    self.options.reports.message("io", &format!("ruff: cannot read: {error}"));
                    break status::UNREADABLE;
                }
            }
        };
        if let Some(history) = &history
            && let Some(directory) = history.parent()
            && std::fs::create_dir_all(directory).is_ok()
        {
            // A session without history is still a session.
            let _ = editor.save_history(history);
        }
        status
    }

    /// Lines from a pipe or a file.
    fn plain(&mut self) -> u8 {
        let mut text = String::new();
        for line in std::io::stdin().lock().lines() {
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    self.options.reports.message("io", &format!("ruff: cannot read standard input: {error}"));
                    return status::UNREADABLE;
                }
            };
            let given_up = line.is_empty() && text.ends_with("\n\n");
            text.push_str(&line);
            text.push('\n');
            if !given_up && Session::is_incomplete(&text) {
                continue;
            }
            if let Some(status) = self.input(&std::mem::take(&mut text)) {
                return status;
            }
        }
        self.input(&text).unwrap_or(status::SUCCESS)
    }

    /// Runs one input. The exit status, if it ends the session.
    fn input(&mut self, text: &str) -> Option<u8> {
        if text.trim().is_empty() {
            return None;
        }
        let reports = self.options.reports;
        let program = match self.session.compile(text, &self.vm.machine.catalog()) {
            Ok(program) => program,
            Err(found) => {
                reports.diagnostics(&found);
                return None;
            }
        };
        let vm = &mut self.vm;
        let stop = async {
            // Without a signal handler Ctrl-C ends the process, as everywhere.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let outcome = self.runtime.block_on(vm.run_until(&program, StartOptions::default(), stop));
        match outcome {
            Ok(RunOutcome::Completed(Value::Null)) => {}
            Ok(RunOutcome::Completed(value)) => report::print(&format!("{}\n", literal(self.vm.machine.heap(), value))),
            Ok(RunOutcome::Failed(error)) => reports.uncaught(&error),
            Ok(RunOutcome::Limit(breach)) => reports.message("limit", &breach.to_string()),
            Ok(RunOutcome::Cancelled) => reports.message("cancelled", "Cancelled"),
            Ok(RunOutcome::Exit(number)) => return Some(number as u8),
            Err(StartError::Diagnostics(found)) => {
                reports.diagnostics(&found);
            }
            Err(error) => reports.message("start", &error.to_string()),
        }
        None
    }
}

/// Where the lines of earlier sessions are kept.
fn history_file() -> Option<PathBuf> {
    let data = match std::env::var_os("XDG_DATA_HOME").filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".local/share"),
    };
    Some(data.join("ruff").join("history"))
}
