//! Running by hand: the cooperative interface of async.md 11 with host functions that JavaScript answers.

use super::{RawProgram, RawVm, reports};
use crate::machine::{SavedState, VirtualMachine, VmError};
use crate::schedule::Stop;
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
        let before = self.machine.borrow().scheduler().ended_tasks();
        self.round();
        Ok(self.round_result(before))
    }

    /// Runs rounds until no context is left.
    ///
    /// # Errors
    /// A `RangeError` as async.md 11 has it, if there are contexts after `max_rounds` rounds.
    #[wasm_bindgen(js_name = runSchedulerUntilComplete)]
    pub fn run_scheduler_until_complete(&self, max_rounds: f64) -> Result<JsValue, JsValue> {
        self.refuse_reentry()?;
        if max_rounds.is_nan() || max_rounds < 1.0 {
            return Err(range_error("Scheduler max_rounds must be greater than 0"));
        }
        let before = self.machine.borrow().scheduler().ended_tasks();
        let mut rounds = 0.0;
        while rounds < max_rounds.trunc() {
            self.round();
            rounds += 1.0;
            if self.machine.borrow().pending_execution_context_count() == 0 {
                return Ok(self.round_result(before));
            }
        }
        let pending = self.machine.borrow().pending_execution_context_count();
        Err(range_error(&format!("Scheduler did not complete all contexts within {rounds} rounds ({pending} pending)")))
    }

    /// Copies the state of the active context, and gives the copy's number.
    ///
    /// # Errors
    /// A `RangeError` if no context is active.
    #[wasm_bindgen(js_name = saveExecutionState)]
    pub fn save_execution_state(&self) -> Result<u32, JsValue> {
        let state = self.machine.borrow_mut().save_execution_state().map_err(usage_error)?;
        let number = self.last_state.get() + 1;
        self.last_state.set(number);
        self.states.borrow_mut().insert(number, state);
        Ok(number)
    }

    /// Replaces the state of the active context.
    ///
    /// # Errors
    /// A `RangeError` if no context is active, or for an unknown state.
    #[wasm_bindgen(js_name = restoreExecutionState)]
    pub fn restore_execution_state(&self, state: u32) -> Result<(), JsValue> {
        let state = self.state(state)?;
        self.machine.borrow_mut().restore_execution_state(state).map_err(usage_error)
    }

    /// Forgets a saved state.
    #[wasm_bindgen(js_name = dropExecutionState)]
    pub fn drop_execution_state(&self, state: u32) {
        if let Some(state) = self.states.borrow_mut().remove(&state) {
            self.machine.borrow_mut().drop_execution_state(state);
        }
    }

    /// A new context in a saved state; gives its id.
    ///
    /// # Errors
    /// A `RangeError` for an unknown state.
    #[wasm_bindgen(js_name = createExecutionContext)]
    pub fn create_execution_context(&self, state: u32) -> Result<f64, JsValue> {
        let state = self.state(state)?;
        self.new_context(|machine| machine.create_execution_context(state))
    }

    /// A new context in the state of the active one; gives its id.
    ///
    /// # Errors
    /// A `RangeError` if no context is active.
    #[wasm_bindgen(js_name = createExecutionContextFromCurrent)]
    pub fn create_execution_context_from_current(&self) -> Result<f64, JsValue> {
        self.new_context(VirtualMachine::create_execution_context_from_current)
    }

    /// Makes a context the active one.
    ///
    /// # Errors
    /// A `RangeError` for an unknown context.
    #[wasm_bindgen(js_name = switchExecutionContext)]
    pub fn switch_execution_context(&self, id: f64) -> Result<(), JsValue> {
        self.machine.borrow_mut().switch_execution_context(id as u64).map_err(usage_error)
    }

    /// Drops a context without its cleanup.
    ///
    /// # Errors
    /// A `RangeError` for an unknown context and for the active one.
    #[wasm_bindgen(js_name = removeExecutionContext)]
    pub fn remove_execution_context(&self, id: f64) -> Result<(), JsValue> {
        self.refuse_reentry()?;
        self.flush();
        let ended = self.ended_by_hand.borrow().get(&(id as u64)).is_some_and(Option::is_some);
        if !ended {
            self.machine.borrow_mut().remove_execution_context(id as u64).map_err(usage_error)?;
        }
        let by_hand = self.ended_by_hand.borrow_mut().remove(&(id as u64));
        self.flush();
        if by_hand.is_none() {
            self.host.run_ended(id, true, &self.host.cancelled_error());
        }
        Ok(())
    }

    #[wasm_bindgen(js_name = hasExecutionContext)]
    pub fn has_execution_context(&self, id: f64) -> bool {
        let ended = self.ended_by_hand.borrow().get(&(id as u64)).is_some_and(Option::is_some);
        ended || self.machine.borrow().has_execution_context(id as u64)
    }

    /// Undefined if there is none.
    #[wasm_bindgen(js_name = activeExecutionContextId)]
    pub fn active_execution_context_id(&self) -> Option<f64> {
        self.machine.borrow().active_execution_context_id().map(|id| id as f64)
    }

    #[wasm_bindgen(js_name = pendingExecutionContextCount)]
    pub fn pending_execution_context_count(&self) -> usize {
        self.machine.borrow().pending_execution_context_count()
    }

    /// # Errors
    /// Always for false: nothing may block here.
    #[wasm_bindgen(js_name = setCooperativeSuspendEnabled)]
    pub fn set_cooperative_suspend_enabled(&self, enabled: bool) -> Result<(), JsValue> {
        let set = self.machine.borrow_mut().set_cooperative_suspend_enabled(enabled);
        set.map_err(|error| js_sys::Error::new(&error.to_string()).into())
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

    fn round(&self) {
        self.running.set(true);
        let ready = self.machine.borrow().scheduler().ready_count().max(1);
        for _ in 0..ready {
            // Statement by statement: the machine must not be borrowed while the host function runs.
            loop {
                let stop = self.machine.borrow_mut().run_turn();
                if stop != Stop::HostCall || self.stopped.get() {
                    break;
                }
                self.flush();
                self.answer_host_call();
            }
        }
        self.running.set(false);
        self.flush();
        self.notice_idle();
    }

    /// What rounds have done since `before` contexts had ended.
    fn round_result(&self, before: u64) -> JsValue {
        let mut machine = self.machine.borrow_mut();
        let completed = machine.scheduler().ended_tasks() - before;
        reports::round(completed, machine.pending_execution_context_count(), machine.next_wake_ms())
    }

    fn state(&self, number: u32) -> Result<SavedState, JsValue> {
        self.states.borrow().get(&number).copied().ok_or_else(|| range_error("Saved state not found"))
    }

    fn new_context(&self, create: impl FnOnce(&mut VirtualMachine) -> Result<u64, VmError>) -> Result<f64, JsValue> {
        let id = create(&mut self.machine.borrow_mut()).map_err(usage_error)?;
        self.ended_by_hand.borrow_mut().insert(id, None);
        Ok(id as f64)
    }

    fn run_ready(&self) {
        while self.run_slice(SLICE) {}
        self.flush();
        self.sweep_causes();
        self.notice_idle();
    }

    fn context_result(&self, id: u64) -> Result<JsValue, JsValue> {
        let ended = self.ended_by_hand.borrow_mut().get_mut(&id).and_then(Option::take);
        if let Some((failed, value)) = ended {
            self.ended_by_hand.borrow_mut().remove(&id);
            return if failed { Err(value) } else { Ok(reports::completed(&value)) };
        }
        if let Ok(info) = self.machine.borrow().suspension_info(id) {
            let operation = self.machine.borrow().awaited_operation(id);
            let promise = operation.map_or(JsValue::UNDEFINED, |operation| self.host.promise_of(operation as f64));
            return Ok(reports::suspended(id, &info, &promise));
        }
        // Its main task has ended; other tasks of its run go on.
        let value = self.machine.borrow().scheduler().main_value(id);
        match value {
            Some(value) => Ok(reports::completed(&self.value_out(value))),
            None => Err(usage_error(VmError::Usage(format!("Execution context {id} not found")))),
        }
    }
}

fn usage_error(error: VmError) -> JsValue {
    range_error(&error.to_string())
}

fn range_error(message: &str) -> JsValue {
    js_sys::RangeError::new(message).into()
}
