//! Running by hand: the cooperative interface of async.md 11 with host functions that JavaScript answers.

use super::{RawProgram, RawVm, reports};
use crate::machine::VmError;
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// Fuel between two looks at whether the machine was stopped.
const SLICE: u64 = 1_000_000;

#[wasm_bindgen]
impl RawVm {
    /// Runs a program until its main task has ended, or is suspended and nothing else is ready.
    ///
    /// # Errors
    /// The error that the run ended with, or why it cannot start.
    #[wasm_bindgen(js_name = executeUntilSuspend)]
    pub fn execute_until_suspend(&self, program: &RawProgram) -> Result<JsValue, JsValue> {
        self.refuse_reentry()?;
        let started = self.machine.borrow_mut().start(&program.program, Default::default());
        let id = started.map_err(|error| self.start_error(error))?;
        self.ended_by_hand.borrow_mut().insert(id, None);
        // An error here means that the task has ended already, which it has not.
        let _ = self.machine.borrow_mut().switch_execution_context(id);
        self.run_ready();
        self.context_result(id)
    }

    /// Goes on with a context, if what it waits for is there.
    ///
    /// # Errors
    /// A `RangeError` for an unknown context; the error that the context ended with.
    #[wasm_bindgen(js_name = resumeExecutionContext)]
    pub fn resume_execution_context(&self, id: f64) -> Result<JsValue, JsValue> {
        self.refuse_reentry()?;
        let id = id as u64;
        if !self.ended_by_hand.borrow().contains_key(&id) {
            self.machine.borrow_mut().switch_execution_context(id).map_err(usage_error)?;
            self.ended_by_hand.borrow_mut().insert(id, None);
        }
        self.run_ready();
        self.context_result(id)
    }

    /// Gives every context that is ready one turn.
    ///
    /// # Errors
    /// An error if called from a host function or a listener.
    #[wasm_bindgen(js_name = runSchedulerRound)]
    pub fn run_scheduler_round(&self) -> Result<JsValue, JsValue> {
        self.refuse_reentry()?;
        self.running.set(true);
        let before = self.machine.borrow().scheduler().ended_tasks();
        let ready = self.machine.borrow().scheduler().ready_count().max(1);
        for _ in 0..ready {
            while self.machine.borrow_mut().scheduler_mut().run_turn() == crate::schedule::Stop::HostCall {
                self.flush();
                self.answer_host_call();
            }
        }
        self.running.set(false);
        self.flush();
        let mut machine = self.machine.borrow_mut();
        let completed = machine.scheduler().ended_tasks() - before;
        Ok(reports::round(completed, machine.pending_execution_context_count(), machine.next_wake_ms()))
    }

    /// All contexts, ascending.
    #[wasm_bindgen(js_name = listExecutionContextIds)]
    pub fn list_execution_context_ids(&self) -> Array {
        self.machine.borrow().list_execution_context_ids().into_iter().map(|id| JsValue::from_f64(id as f64)).collect()
    }
}

impl RawVm {
    /// A listener or host function that runs the machine by hand would run it inside of itself.
    fn refuse_reentry(&self) -> Result<(), JsValue> {
        if self.running.get() {
            return Err(js_sys::Error::new("The VM is running: this cannot be called from a host function").into());
        }
        Ok(())
    }

    fn run_ready(&self) {
        while self.run_slice(SLICE) {}
        self.flush();
        self.sweep_causes();
    }

    fn context_result(&self, id: u64) -> Result<JsValue, JsValue> {
        let ended = self.ended_by_hand.borrow_mut().get_mut(&id).and_then(Option::take);
        if let Some((failed, value)) = ended {
            self.ended_by_hand.borrow_mut().remove(&id);
            return if failed { Err(value) } else { Ok(reports::completed(&value)) };
        }
        if let Ok(info) = self.machine.borrow().suspension_info(id) {
            return Ok(reports::suspended(id, &info));
        }
        // Its main task has ended; other tasks of its run go on.
        let value = self.machine.borrow().scheduler().main_value(id);
        match value {
            Some(value) => Ok(reports::completed(&self.to_js(value))),
            None => Err(usage_error(VmError::Usage(format!("Execution context {id} not found")))),
        }
    }
}

fn usage_error(error: VmError) -> JsValue {
    js_sys::RangeError::new(&error.to_string()).into()
}
