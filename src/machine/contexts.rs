//! The cooperative execution interface (async.md 11): contexts are tasks.

use super::{Entry, ErrorReport, RunOutcome, StartError, StartOptions, VirtualMachine};
use crate::bytecode::Program;
use crate::heap::{CombinatorKind, Promise, PromiseState, Source, StreamKind};
use crate::schedule::{HostReply, Stop, TaskId, Wait, Wanted};
use crate::value::{Handle, Value};
use crate::vm::Clock;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::Duration;

/// A context is a task; its number is the task's.
pub type VmContextId = u64;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinKind {
    All = 0,
    Race = 1,
    Any = 2,
    AllSettled = 3,
}

/// What a suspended context waits for.
#[derive(Clone, PartialEq, Debug)]
pub enum WaitType {
    NextBar {
        source: String,
    },
    Timer {
        id: String,
    },
    AnyEvent,
    /// A promise: the number of its task, operation or timer.
    Future {
        id: u64,
    },
    TaskGroup {
        kind: JoinKind,
        task_ids: Vec<TaskId>,
    },
    NextEvent {
        name: String,
    },
    /// `op`: send, receive or select.
    Channel {
        ids: Vec<u32>,
        op: &'static str,
    },
    ScopeExit {
        task_ids: Vec<TaskId>,
    },
    /// It is ready to run.
    Ready,
}

#[derive(Clone, PartialEq, Debug)]
pub struct SuspensionInfo {
    pub wait_type: WaitType,
    /// The instruction at which the context goes on, within its innermost function.
    pub resume_ip: usize,
}

/// How a single context left the interpreter.
#[derive(Clone, PartialEq, Debug)]
pub enum AsyncExecutionResult {
    Continue,
    Yielded,
    Suspended(SuspensionInfo),
}

#[derive(Clone, PartialEq, Debug)]
pub enum VmExecutionResult {
    Completed(Value),
    Suspended { context_id: VmContextId, info: SuspensionInfo },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VmSchedulerRoundResult {
    pub completed_contexts: usize,
    pub pending_contexts: usize,
}

/// What the cooperative interface can answer instead of a result.
#[derive(Clone, Debug)]
pub enum VmError {
    /// Wrong use of the interface; the exact text.
    Usage(String),
    Start(StartError),
    /// The context ended otherwise than with a value.
    Ended(Box<RunOutcome>),
}

impl std::fmt::Display for VmError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            VmError::Usage(text) => write!(f, "{text}"),
            VmError::Start(error) => write!(f, "{error}"),
            VmError::Ended(outcome) => match &**outcome {
                RunOutcome::Failed(ErrorReport { message, .. }) => write!(f, "{message}"),
                RunOutcome::Limit(breach) => write!(f, "{breach}"),
                RunOutcome::Exit(status) => write!(f, "exit({status})"),
                RunOutcome::Cancelled => write!(f, "The run was cancelled"),
                RunOutcome::Completed(_) => write!(f, "The run has ended"),
            },
        }
    }
}

impl std::error::Error for VmError {}

/// A copy of a context's state that later changes do not touch; the machine keeps it until it is dropped with
/// [`VirtualMachine::drop_execution_state`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SavedState(pub(super) u32);

#[derive(Default)]
pub(super) struct Contexts {
    pub(super) active: VmContextId,
    /// How main tasks ended that nobody has asked for yet, and the pin that keeps the value.
    ended: FxHashMap<TaskId, (RunOutcome, Option<u32>)>,
    saved: u32,
    blocking: bool,
}

/// Fuel of one slice where the caller sets none.
const SLICE: u64 = 1_000_000;

impl VirtualMachine {
    /// Runs a program until its main task completes, or suspends with nothing else ready.
    ///
    /// Host functions are answered as pending operations; [`VirtualMachine::deliver`] settles them.
    ///
    /// # Errors
    /// The error that the run ended with, or why it cannot start.
    pub fn execute_until_suspend(&mut self, program: &Arc<Program>) -> Result<VmExecutionResult, VmError> {
        let main = self.start(program, StartOptions::default()).map_err(VmError::Start)?;
        self.contexts.active = main;
        self.run_ready();
        self.context_result(main)
    }

    /// Goes on with a context, if what it waits for is there.
    ///
    /// # Errors
    /// `Execution context N not found`; the error that the context ended with.
    pub fn resume_execution_context(&mut self, id: VmContextId) -> Result<VmExecutionResult, VmError> {
        if !self.has_execution_context(id) {
            return Err(not_found(id));
        }
        self.contexts.active = id;
        self.run_ready();
        self.context_result(id)
    }

    fn run_ready(&mut self) {
        loop {
            match self.run(SLICE) {
                Stop::Yielded => {}
                Stop::HostCall => {
                    self.reply(HostReply::Pending);
                }
                Stop::Idle => {
                    if !self.contexts.blocking || !self.wait_for_timer() {
                        break;
                    }
                }
            }
        }
        self.note_ended();
    }

    /// The blocking `await` of native hosts: waits for the next timer.
    fn wait_for_timer(&mut self) -> bool {
        let Some(wake) = self.scheduler.next_wake() else { return false };
        match self.scheduler.vm.clock {
            Clock::Virtual(_) => self.advance_to(wake),
            Clock::Host(now) => {
                let left = wake - now();
                if left > 0.0 {
                    block_for(left);
                }
            }
        }
        true
    }

    /// Remembers how main tasks ended, and passes the other messages on.
    fn note_ended(&mut self) {
        let ended: Vec<(TaskId, crate::schedule::Outcome)> = self.scheduler.ended_runs();
        for (main, outcome) in ended {
            let outcome = self.outcome(outcome);
            let kept = match &outcome {
                RunOutcome::Completed(value) => Some(*value),
                RunOutcome::Failed(report) => Some(report.error),
                _ => None,
            };
            let pin = kept.map(|value| self.scheduler.pin(value));
            self.contexts.ended.insert(main, (outcome, pin));
        }
    }

    /// How a main task ended. The value in it is valid until the machine runs again.
    fn take_ended(&mut self, id: VmContextId) -> Option<RunOutcome> {
        let (outcome, pin) = self.contexts.ended.remove(&id)?;
        if let Some(pin) = pin {
            self.scheduler.unpin(pin);
        }
        Some(outcome)
    }

    fn context_result(&mut self, id: VmContextId) -> Result<VmExecutionResult, VmError> {
        if let Some(task) = self.scheduler.find_task(id) {
            let info = self.suspension(task);
            return Ok(VmExecutionResult::Suspended { context_id: id, info });
        }
        match self.take_ended(id) {
            Some(RunOutcome::Completed(value)) => Ok(VmExecutionResult::Completed(value)),
            Some(outcome) => Err(VmError::Ended(Box::new(outcome))),
            // Its main task has ended; other tasks of its run go on.
            None => match self.scheduler.main_value(id) {
                Some(value) => Ok(VmExecutionResult::Completed(value)),
                None => Err(not_found(id)),
            },
        }
    }

    /// The branches of a join that are still pending.
    fn task_group(&self, promise: Handle<Promise>) -> Option<WaitType> {
        let heap = self.heap();
        let Source::Combinator { of, .. } = heap.promises.get(promise).source else { return None };
        let join = heap.combinators.get(of);
        if !join.join {
            return None;
        }
        let task_ids = join.items.iter().filter_map(|&item| match item {
            Value::Promise(branch) => {
                let branch = heap.promises.get(branch);
                match branch.source {
                    Source::Task { id, .. } if branch.state == PromiseState::Pending => Some(id),
                    _ => None,
                }
            }
            _ => None,
        });
        let kind = match join.kind {
            CombinatorKind::Race => JoinKind::Race,
            CombinatorKind::Any => JoinKind::Any,
            CombinatorKind::Settle => JoinKind::AllSettled,
            _ => JoinKind::All,
        };
        Some(WaitType::TaskGroup { kind, task_ids: task_ids.collect() })
    }

    /// The same for something from outside.
    fn arrival(&self, wanted: Wanted) -> WaitType {
        let heap = self.heap();
        let text = |text| heap.str(text).to_string();
        match wanted {
            Wanted::AnyEvent => WaitType::AnyEvent,
            Wanted::Event(name) => WaitType::NextEvent { name: text(name) },
            Wanted::Bar(source) => WaitType::NextBar { source: text(source) },
            Wanted::Tick(id) => WaitType::Timer { id: text(id) },
            Wanted::Item(stream) => {
                let stream = heap.streams.get(stream);
                let name = stream.name.map(text).unwrap_or_default();
                match stream.kind {
                    StreamKind::Events => WaitType::NextEvent { name },
                    StreamKind::Bars => WaitType::NextBar { source: name },
                }
            }
        }
    }

    /// What a task waits for, as data.
    pub(super) fn suspension(&self, task: &crate::schedule::Task) -> SuspensionInfo {
        let wait_type = match task.wait {
            Wait::None | Wait::Start => WaitType::Ready,
            Wait::Scope(id) => WaitType::ScopeExit { task_ids: self.scheduler.scope_members(id) },
            Wait::Arrival(wanted) => self.arrival(wanted),
            Wait::Future(promise) if let Some(group) = self.task_group(promise) => group,
            Wait::Future(promise) => WaitType::Future {
                id: match self.heap().promises.get(promise).source {
                    Source::Task { id, .. }
                    | Source::Operation { id }
                    | Source::Timer { id }
                    | Source::Combinator { id, .. } => id,
                    Source::Settled => 0,
                },
            },
            Wait::Send(channel) => WaitType::Channel { ids: vec![channel.index()], op: "send" },
            Wait::Receive { channel, .. } => WaitType::Channel { ids: vec![channel.index()], op: "receive" },
            Wait::Select(list) => WaitType::Channel {
                ids: self
                    .heap()
                    .items(list)
                    .iter()
                    .filter_map(|item| match item {
                        Value::Channel(channel) => Some(channel.index()),
                        _ => None,
                    })
                    .collect(),
                op: "select",
            },
        };
        let resume_ip = self.scheduler.position(task).map_or(0, |(_, ip)| ip as usize);
        SuspensionInfo { wait_type, resume_ip }
    }

    /// What a context waits for.
    ///
    /// # Errors
    /// `Execution context N not found`.
    pub fn suspension_info(&self, id: VmContextId) -> Result<SuspensionInfo, VmError> {
        match self.scheduler.find_task(id) {
            Some(task) => Ok(self.suspension(task)),
            None => Err(not_found(id)),
        }
    }

    /// The host operation that a context waits for, if it waits for one.
    pub fn awaited_operation(&self, id: VmContextId) -> Option<u64> {
        match self.scheduler.find_task(id)?.wait {
            Wait::Future(promise) => match self.heap().promises.get(promise).source {
                Source::Operation { id } if self.scheduler.is_host_operation(id) => Some(id),
                _ => None,
            },
            _ => None,
        }
    }

    // Bookkeeping.

    pub fn has_execution_context(&self, id: VmContextId) -> bool {
        self.scheduler.find_task(id).is_some()
            || self.contexts.ended.contains_key(&id)
            || self.scheduler.main_value(id).is_some()
    }

    /// All contexts, ascending.
    pub fn list_execution_context_ids(&self) -> Vec<VmContextId> {
        let mut ids: Vec<VmContextId> = self.scheduler.tasks().map(|task| task.id).collect();
        ids.sort_unstable();
        ids
    }

    pub fn active_execution_context_id(&self) -> Option<VmContextId> {
        Some(self.contexts.active).filter(|&id| id != 0 && self.scheduler.find_task(id).is_some())
    }

    pub fn pending_execution_context_count(&self) -> usize {
        self.scheduler.task_count()
    }

    /// Makes a context the active one.
    ///
    /// # Errors
    /// `Execution context N not found`.
    pub fn switch_execution_context(&mut self, id: VmContextId) -> Result<(), VmError> {
        if self.scheduler.find_task(id).is_none() {
            return Err(not_found(id));
        }
        self.contexts.active = id;
        Ok(())
    }

    /// Drops a context without running its cleanup. Its promise is cancelled.
    ///
    /// # Errors
    /// `Cannot remove active execution context N`; `Execution context N not found`.
    pub fn remove_execution_context(&mut self, id: VmContextId) -> Result<(), VmError> {
        if self.active_execution_context_id() == Some(id) {
            return Err(VmError::Usage(format!("Cannot remove active execution context {id}")));
        }
        self.note(Entry::Remove { context: id });
        if self.take_ended(id).is_some() {
            return Ok(());
        }
        if self.scheduler.drop_task(id) {
            self.note_ended();
            self.take_ended(id);
            return Ok(());
        }
        Err(not_found(id))
    }

    /// Copies the state of the active context.
    ///
    /// # Errors
    /// `No active execution context`; a context inside of the callback of a builtin cannot be saved.
    pub fn save_execution_state(&mut self) -> Result<SavedState, VmError> {
        let Some(id) = self.active_execution_context_id() else {
            return Err(VmError::Usage("No active execution context".into()));
        };
        self.contexts.saved += 1;
        let number = self.contexts.saved;
        if self.scheduler.save_task(id, number) {
            self.note(Entry::Save { context: id });
            Ok(SavedState(number))
        } else {
            Err(VmError::Usage(format!("Execution context {id} is inside of a callback and cannot be saved")))
        }
    }

    /// Replaces the state of the active context.
    ///
    /// # Errors
    /// `No active execution context`; `Saved state not found`.
    pub fn restore_execution_state(&mut self, state: SavedState) -> Result<(), VmError> {
        let Some(id) = self.active_execution_context_id() else {
            return Err(VmError::Usage("No active execution context".into()));
        };
        if self.scheduler.restore_task(id, state.0) {
            self.note(Entry::Restore { context: id, state: state.0 });
            Ok(())
        } else {
            Err(VmError::Usage("Saved state not found".into()))
        }
    }

    pub fn drop_execution_state(&mut self, state: SavedState) {
        self.scheduler.drop_saved(state.0);
        self.note(Entry::Forget { state: state.0 });
    }

    /// Registers a new context in a saved state.
    ///
    /// # Errors
    /// `Saved state not found`.
    pub fn create_execution_context(&mut self, state: SavedState) -> Result<VmContextId, VmError> {
        let context = self.scheduler.create_from_saved(state.0, &self.limits);
        self.note(Entry::Create { state: state.0, context });
        context.ok_or_else(|| VmError::Usage("Saved state not found".into()))
    }

    /// Registers a new context in the state of the active one.
    ///
    /// # Errors
    /// `No active execution context`.
    pub fn create_execution_context_from_current(&mut self) -> Result<VmContextId, VmError> {
        let state = self.save_execution_state()?;
        let id = self.create_execution_context(state);
        self.drop_execution_state(state);
        id
    }

    // Rounds.

    /// Gives every context that is ready now one turn.
    pub fn run_scheduler_round(&mut self) -> VmSchedulerRoundResult {
        let before = self.scheduler.ended_tasks();
        for _ in 0..self.scheduler.ready_count().max(1) {
            while self.run_turn() == Stop::HostCall {
                self.reply(HostReply::Pending);
            }
        }
        self.note_ended();
        VmSchedulerRoundResult {
            completed_contexts: (self.scheduler.ended_tasks() - before) as usize,
            pending_contexts: self.scheduler.task_count(),
        }
    }

    /// Runs rounds until no context is left. With a virtual clock, waiting takes no time.
    ///
    /// # Errors
    /// `Scheduler max_rounds must be greater than 0`;
    /// `Scheduler did not complete all contexts within R rounds (P pending)`.
    pub fn run_scheduler_until_complete(&mut self, max_rounds: usize) -> Result<VmSchedulerRoundResult, VmError> {
        if max_rounds == 0 {
            return Err(VmError::Usage("Scheduler max_rounds must be greater than 0".into()));
        }
        let mut completed = 0;
        for _ in 0..max_rounds {
            let round = self.run_scheduler_round();
            completed += round.completed_contexts;
            if round.pending_contexts == 0 {
                return Ok(VmSchedulerRoundResult { completed_contexts: completed, pending_contexts: 0 });
            }
            if self.scheduler.ready_count() == 0 {
                self.wait_for_timer();
            }
        }
        let pending = self.scheduler.task_count();
        Err(VmError::Usage(format!(
            "Scheduler did not complete all contexts within {max_rounds} rounds ({pending} pending)"
        )))
    }

    /// Runs rounds until no context is left or the time is over (by the machine's clock).
    ///
    /// # Errors
    /// `Scheduler timeout must be greater than 0ms`; `Scheduler timed out after Nms (R rounds, P pending)`.
    pub fn run_scheduler_until_complete_with_timeout(
        &mut self,
        timeout: Duration,
    ) -> Result<VmSchedulerRoundResult, VmError> {
        let allowed = timeout.as_secs_f64() * 1000.0;
        if timeout.is_zero() {
            return Err(VmError::Usage("Scheduler timeout must be greater than 0ms".into()));
        }
        let deadline = self.now() + allowed;
        let (mut rounds, mut completed) = (0, 0);
        loop {
            let round = self.run_scheduler_round();
            rounds += 1;
            completed += round.completed_contexts;
            if round.pending_contexts == 0 {
                return Ok(VmSchedulerRoundResult { completed_contexts: completed, pending_contexts: 0 });
            }
            let idle = self.scheduler.ready_count() == 0;
            let wake = self.scheduler.next_wake();
            let hopeless = idle && wake.is_none_or(|wake| wake > deadline);
            if hopeless || self.now() >= deadline {
                if let Clock::Virtual(_) = self.scheduler.vm.clock {
                    self.advance_to(deadline);
                }
                return Err(VmError::Usage(format!(
                    "Scheduler timed out after {}ms ({rounds} rounds, {} pending)",
                    timeout.as_millis(),
                    round.pending_contexts
                )));
            }
            if idle {
                self.wait_for_timer();
            }
        }
    }

    /// Whether `execute_until_suspend` and `resume_execution_context` return when nothing is ready (the default), or
    /// wait for timers as a blocking host would.
    ///
    /// # Errors
    /// On wasm, where nothing may block, it cannot be turned off.
    pub fn set_cooperative_suspend_enabled(&mut self, enabled: bool) -> Result<(), VmError> {
        if !enabled && cfg!(target_arch = "wasm32") {
            return Err(VmError::Usage(
                "Blocking await is not available in WebAssembly: cooperative suspension cannot be disabled".into(),
            ));
        }
        self.contexts.blocking = !enabled;
        Ok(())
    }

    pub fn cooperative_suspend_enabled(&self) -> bool {
        !self.contexts.blocking
    }

    /// The state of the promise that a task settles, for tests.
    pub fn task_promise_state(&self, id: TaskId) -> Option<PromiseState> {
        self.scheduler.find_task(id).map(|task| self.heap().promises.get(task.promise).state)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn block_for(milliseconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(milliseconds / 1000.0));
}

#[cfg(target_arch = "wasm32")]
fn block_for(_: f64) {}

fn not_found(id: VmContextId) -> VmError {
    VmError::Usage(format!("Execution context {id} not found"))
}
