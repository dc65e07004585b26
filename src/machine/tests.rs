//! Test blocks (language.md 12.2): a program for each test, and what its outcome means. Drivers run every program in a
//! machine of its own, so that each test has fresh script variables.

use super::{Catalog, Diagnostics, ErrorReport, RunOutcome};
use crate::bytecode::Program;
use crate::compile as compiler;
use crate::diagnostic::{Style, excerpt};
use crate::source::{Source, Span};
use crate::syntax::{self, Tree};
use std::sync::Arc;

/// One `test` of a script.
#[derive(Clone, Debug)]
pub struct TestCase {
    /// `group / name`.
    pub name: String,
    /// The `test` statement.
    pub span: Span,
    /// The top level of the script, the setup blocks, the test and the teardown blocks.
    pub program: Arc<Program>,
}

/// Why a test failed.
#[derive(Clone, Debug)]
pub struct TestFailure {
    pub message: String,
    /// The uncaught error, if it was one.
    pub report: Option<ErrorReport>,
}

impl TestFailure {
    /// The uncaught error with its excerpt and calls; else the message, with the test.
    pub fn render(&self, case: &TestCase, style: Style) -> String {
        match &self.report {
            Some(report) => report.render(style),
            None => format!("{}\n{}", self.message, excerpt(&case.program.source, case.span, style)),
        }
    }
}

/// The tests of a text in their order.
///
/// # Errors
/// As for [`super::compile`], with everything that was found in test blocks.
pub fn compile_tests(text: &str, name: &str, catalog: &Catalog) -> Result<Vec<TestCase>, Diagnostics> {
    let source = Arc::new(Source::new(name, text));
    let (tree, blocks) = blocks(&source)?;
    let mut cases = Vec::new();
    let mut found = Diagnostics { source: source.clone(), list: Vec::new() };
    for (number, block) in blocks.iter().enumerate() {
        let test = Some((number as u32, block));
        match compiler::compile(source.clone(), &tree, compiler::Surroundings { test, ..catalog.surroundings() }) {
            Ok(program) => {
                if let Some(name) = &block.name {
                    cases.push(TestCase { name: name.clone(), span: block.span, program: Arc::new(program) });
                }
            }
            Err(list) => add(&mut found, list),
        }
    }
    if blocks.is_empty()
        && let Err(list) = compiler::compile(source, &tree, catalog.surroundings())
    {
        add(&mut found, list);
    }
    if found.list.is_empty() { Ok(cases) } else { Err(found) }
}

/// Checks a text with its test blocks.
///
/// # Errors
/// As for [`compile_tests`].
pub fn check(text: &str, name: &str, catalog: &Catalog) -> Result<(), Diagnostics> {
    // As a script, some names mean something else than with the variables that a test creates.
    let script = super::compile(text, name, catalog);
    match (script, compile_tests(text, name, catalog)) {
        (Ok(_), Ok(_)) => Ok(()),
        (Err(found), Ok(_)) | (Ok(_), Err(found)) => Err(found),
        (Err(mut found), Err(more)) => {
            add(&mut found, more.list);
            Err(found)
        }
    }
}

/// The program of one test, for a machine with other script variables than when it was compiled first.
pub(super) fn compile_test(source: Arc<Source>, number: u32, catalog: &Catalog) -> Result<Arc<Program>, Diagnostics> {
    let (tree, blocks) = blocks(&source)?;
    let test = blocks.get(number as usize).map(|block| (number, block));
    match compiler::compile(source.clone(), &tree, compiler::Surroundings { test, ..catalog.surroundings() }) {
        Ok(program) => Ok(Arc::new(program)),
        Err(list) => Err(Diagnostics { source, list }),
    }
}

pub(super) fn blocks(source: &Arc<Source>) -> Result<(Tree, Vec<compiler::TestBlock>), Diagnostics> {
    let mut parsed = syntax::parse(source.text());
    if !parsed.diagnostics.is_empty() {
        return Err(Diagnostics { source: source.clone(), list: parsed.diagnostics });
    }
    let blocks = compiler::test_blocks(&mut parsed.tree);
    Ok((parsed.tree, blocks))
}

/// Adds what was not found before: what is wrong with the top level is found once for each test.
fn add(found: &mut Diagnostics, list: Vec<crate::diagnostic::Diagnostic>) {
    for diagnostic in list {
        if !found.list.contains(&diagnostic) {
            found.list.push(diagnostic);
        }
    }
    found.list.sort_by_key(|diagnostic| diagnostic.span.start);
}

/// What the outcome of a test's program means; `None`: the test has passed. `unhandled` is the first failure that
/// nobody ever awaited, `left` the number of tasks that were still there after the run.
pub fn verdict(outcome: RunOutcome, unhandled: Option<ErrorReport>, left: usize) -> Option<TestFailure> {
    let failed = |report: ErrorReport| TestFailure { message: report.message.clone(), report: Some(report) };
    let plain = |message: String| TestFailure { message, report: None };
    match outcome {
        RunOutcome::Failed(report) => Some(failed(report)),
        RunOutcome::Limit(breach) => Some(plain(breach.to_string())),
        RunOutcome::Exit(status) => Some(plain(format!("The test called exit({status})"))),
        RunOutcome::Cancelled => Some(plain("The test was cancelled".to_string())),
        // What nobody awaited would otherwise hide a failed assertion in a task.
        RunOutcome::Completed(_) => match unhandled {
            Some(report) => Some(failed(report)),
            None if left == 1 => Some(plain("The test left a task running".to_string())),
            None if left > 0 => Some(plain(format!("The test left {left} tasks running"))),
            None => None,
        },
    }
}
