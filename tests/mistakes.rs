//! What a wrong script is told: code, place, message, and what to do about it.

mod support;

use ruff_lang::diagnostic::{Diagnostic, Style};
use ruff_lang::editor::Analysis;
use ruff_lang::machine::{ErrorReport, RunOutcome, StartOptions, compile};
use ruff_lang::source::Source;
use support::goldens::{ASYNCHRONOUS, LANGUAGE, MISTAKES, Mistake, mistakes, scripts};
use support::{Host, Options};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The first problem of a script.
struct Problem {
    code: &'static str,
    line: u32,
    column: u32,
    message: String,
    /// Everything else that the report says.
    help: String,
    report: String,
}

fn diagnosed(name: &str, script: &str, first: &Diagnostic, report: String) -> Option<Problem> {
    let position = Source::new(name, script).position(first.span.start);
    let labels = first.labels.iter().map(|label| label.message.clone());
    let help: Vec<String> = labels.chain(first.notes.iter().cloned()).chain(first.help().map(String::from)).collect();
    Some(Problem {
        code: first.code.text(),
        line: position.line,
        column: position.column,
        message: first.message.clone(),
        help: help.join("\n").to_lowercase(),
        report,
    })
}

fn first_problem(mistake: &Mistake) -> Option<Problem> {
    let name = mistake.name.rsplit('/').next().unwrap_or_default();
    if mistake.field("severity") == Some("warning") {
        // It runs, so what is said about it is a warning, and nothing is said against it.
        compile(mistake.script, name, &Host::new(&Options::default()).vm.catalog()).ok()?;
        let list = Analysis::new(mistake.script).doubts();
        return diagnosed(name, mistake.script, list.first()?, String::new());
    }
    let mut host = Host::new(&Options::default());
    let program = match compile(mistake.script, name, &host.vm.catalog()) {
        Ok(program) => program,
        Err(diagnostics) => {
            return diagnosed(name, mistake.script, diagnostics.list.first()?, diagnostics.render(Style::Plain));
        }
    };
    let main = host.vm.start(&program, StartOptions::default()).expect("it starts");
    host.finish();
    let report: ErrorReport = match host.outcome(main) {
        RunOutcome::Failed(report) => report,
        _ => host.unhandled.into_iter().next()?,
    };
    Some(Problem {
        code: "RUFVM001",
        line: report.position.line,
        column: report.position.column,
        message: report.message.clone(),
        help: report.notes.join("\n").to_lowercase(),
        report: report.render(Style::Plain),
    })
}

fn difference(mistake: &Mistake) -> Option<String> {
    let Some(problem) = first_problem(mistake) else { return Some(format!("{}\n  reports nothing\n", mistake.name)) };
    let mut text = String::new();
    let (line, column) = (problem.line.to_string(), problem.column.to_string());
    let fields = [("code", problem.code), ("line", &line), ("column", &column), ("message", problem.message.as_str())];
    for (field, reported) in fields {
        match mistake.field(field) {
            Some(expected) if expected != reported => {
                text.push_str(&format!("  {field}\n    expected {expected}\n    reported {reported}\n"));
            }
            _ => {}
        }
    }
    if let Some(hint) = mistake.field("hint")
        && !problem.help.contains(&hint.to_lowercase())
    {
        text.push_str(&format!("  no word of {hint:?} in\n{}\n", problem.report));
    }
    (!text.is_empty()).then(|| format!("{}\n{text}", mistake.name))
}

fn check(list: &[Mistake], least: usize) {
    assert!(list.len() >= least, "only {} scripts", list.len());
    let differences: Vec<String> = list.iter().filter_map(difference).collect();
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), list.len(), differences.join("\n"));
}

#[test]
fn every_beginners_mistake_is_explained_where_it_is() {
    check(&mistakes(&MISTAKES), 40);
}

#[test]
fn every_diagnostic_has_its_code_its_text_and_its_place() {
    check(&mistakes(&LANGUAGE), 100);
}

#[test]
fn nothing_is_doubted_in_sound_programs() {
    let language =
        LANGUAGE.dirs().filter(|dir| dir.path().ends_with("14_programs") || dir.path().ends_with("15_programs"));
    let goldens: Vec<_> = language.chain([&ASYNCHRONOUS as &_]).flat_map(scripts).collect();
    assert!(goldens.len() > 100, "only {} scripts", goldens.len());
    for golden in goldens {
        assert_eq!(Analysis::new(golden.script).doubts(), [], "{}", golden.name);
    }
}
