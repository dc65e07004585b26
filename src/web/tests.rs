//! Test blocks: each runs in a machine of its own, which the package makes.

use super::{RawVm, options, reports};
use crate::diagnostic::Style;
use crate::machine::{ErrorReport, RunOutcome, TestCase, compile_tests, verdict};
use crate::schedule::TaskId;
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// The tests of a text.
#[wasm_bindgen]
pub struct RawTests {
    cases: Vec<TestCase>,
}

#[wasm_bindgen]
impl RawTests {
    /// Their names, in their order.
    pub fn names(&self) -> Vec<String> {
        self.cases.iter().map(|case| case.name.clone()).collect()
    }
}

/// A test in progress.
pub struct Testing {
    task: TaskId,
    case: TestCase,
    /// The first failure that nobody awaited.
    unhandled: Option<ErrorReport>,
    outcome: Option<RunOutcome>,
}

#[wasm_bindgen]
impl RawVm {
    /// # Errors
    /// A `CompileError` with everything that was found.
    #[wasm_bindgen(js_name = compileTests)]
    pub fn compile_tests(&self, source: &str, name: &str) -> Result<RawTests, JsValue> {
        let catalog = self.machine.borrow().catalog();
        let cases = compile_tests(source, name, &catalog)
            .map_err(|found| self.host.compile_error(&reports::diagnostics(&found), &found.render(Style::Plain)))?;
        Ok(RawTests { cases })
    }

    /// Begins a test; its run ends with what came of it, as data.
    ///
    /// # Errors
    /// As for [`RawVm::start_run`].
    #[wasm_bindgen(js_name = startTest)]
    pub fn start_test(&self, tests: &RawTests, number: usize, limits: JsValue) -> Result<f64, JsValue> {
        let limits = options::run_limits(limits, &self.limits)?;
        let Some(case) = tests.cases.get(number).cloned() else {
            return Err(js_sys::RangeError::new("There is no such test").into());
        };
        // Nobody but the script itself knows of this machine.
        self.machine.borrow_mut().expect_deliveries(false);
        let options = crate::machine::StartOptions { limits: Some(limits), ..Default::default() };
        let started = self.machine.borrow_mut().start(&case.program, options);
        let task = started.map_err(|error| self.start_error(error))?;
        *self.testing.borrow_mut() = Some(Testing { task, case, unhandled: None, outcome: None });
        Ok(task as f64)
    }
}

impl RawVm {
    /// Keeps the outcome of a test for its verdict; gives back those of other runs.
    pub(super) fn test_ended(&self, task: TaskId, outcome: RunOutcome) -> Option<RunOutcome> {
        match &mut *self.testing.borrow_mut() {
            Some(testing) if testing.task == task && !matches!(outcome, RunOutcome::Cancelled) => {
                testing.outcome = Some(outcome);
                None
            }
            _ => Some(outcome),
        }
    }

    pub(super) fn test_lost(&self, report: &ErrorReport) {
        if let Some(testing) = &mut *self.testing.borrow_mut() {
            testing.unhandled.get_or_insert_with(|| report.clone());
        }
    }

    /// Tells what came of a test, if one has ended and everything that it led to has been told.
    pub(super) fn tell_verdict(&self) {
        let ended = self.testing.borrow_mut().take_if(|testing| testing.outcome.is_some());
        let Some(Testing { task, case, unhandled, outcome: Some(outcome) }) = ended else { return };
        let left = self.machine.borrow().scheduler().task_count();
        let failure = verdict(outcome, unhandled, left);
        let source = &case.program.source;
        let report = failure.as_ref().map(|failure| failure.render(&case, Style::Plain));
        let error = failure.as_ref().and_then(|failure| failure.report.as_ref());
        let result = Array::of3(
            &failure.as_ref().map_or(JsValue::NULL, |failure| JsValue::from_str(&failure.message)),
            &report.map_or(JsValue::NULL, |report| JsValue::from_str(&report)),
            &reports::span(error.filter(|error| error.source.is_some()).map_or(case.span, |error| error.span), source),
        );
        let thrown = error.map_or(JsValue::NULL, |error| self.script_error(error));
        result.push(&thrown);
        self.host.run_ended(task as f64, false, &result);
    }
}
