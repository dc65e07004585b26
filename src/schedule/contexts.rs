//! What the cooperative interface of the machine needs: single turns, saved states, ended runs.

use super::{Message, Origin, Outcome, Resume, Run, Scheduler, Stop, Task, TaskId, Wait, Wanted};
use crate::heap::{Promise, PromiseState, Waiter};
use crate::runtime::Limits;
use crate::value::{Handle, Value};
use crate::vm::Fiber;
use rustc_hash::FxHashMap;

/// A copied state of a task.
pub(super) struct Saved {
    pub fiber: Fiber,
    pub resume: Resume,
    /// A promise or something from outside, else none.
    pub wait: Wait,
}

impl Scheduler {
    /// Gives the first ready task one turn, with the tasks that it starts.
    pub fn run_turn(&mut self) -> Stop {
        self.single_turn = true;
        let stop = self.run(i64::MAX as u64 / 4);
        self.single_turn = false;
        stop
    }

    pub fn ready_count(&self) -> usize {
        self.ready.len() + usize::from(self.current.is_some())
    }

    /// Tasks that have ended so far.
    pub fn ended_tasks(&self) -> u64 {
        self.ended
    }

    /// Takes the messages of ended runs out of the others.
    pub fn ended_runs(&mut self) -> Vec<(TaskId, Outcome)> {
        let mut ended = Vec::new();
        self.messages.retain(|message| match message {
            Message::RunEnded { main, outcome } => {
                ended.push((*main, *outcome));
                false
            }
            _ => true,
        });
        ended
    }

    /// The value of a main task that has ended while other tasks of its run go on.
    pub fn main_value(&self, main: TaskId) -> Option<Value> {
        let run = self.runs.iter().find(|run| run.active && run.main == main)?;
        match run.outcome {
            Some(Outcome::Completed(value)) => Some(value),
            _ => None,
        }
    }

    /// What a settled promise holds; the error, if it was rejected or cancelled.
    ///
    /// # Errors
    /// The error value; null while the promise is pending.
    pub fn promise_result(&mut self, promise: Handle<Promise>) -> Result<Value, Value> {
        match self.outcome_of(promise) {
            Some(super::promises::Settlement::Value(value)) => Ok(value),
            Some(super::promises::Settlement::Error(error)) => Err(error),
            None => Err(Value::Null),
        }
    }

    /// The name of the function that a task began with.
    pub fn task_name(&self, task: &Task) -> String {
        let fiber = if self.is_running(task) { &self.active } else { &task.fiber };
        match fiber.frames.first() {
            Some(frame) if self.vm.functions[frame.function as usize].number == 0 => "<script>".to_string(),
            Some(frame) => self.vm.shown_name(frame.function),
            None => "<native>".to_string(),
        }
    }

    fn copy_fiber(&mut self, task: TaskId) -> Option<Fiber> {
        let &slot = self.task_index.get(&task)?;
        let running = self.current == Some(slot);
        let fiber = if running { &self.active } else { &self.tasks[slot as usize].as_ref()?.fiber };
        if !fiber.routines.is_empty() {
            return None;
        }
        let used = fiber.used(|function| self.vm.registers(function));
        let copy = fiber.copy(used);
        for &value in &copy.stack {
            self.vm.heap.share(value);
        }
        Some(copy)
    }

    /// Copies the state of a task. Everything that it reaches gets a second owner, so that neither side sees the
    /// other's changes.
    ///
    /// False if the task is inside of the callback of a builtin, whose own state cannot be copied.
    pub fn save_task(&mut self, task: TaskId, number: u32) -> bool {
        let Some(fiber) = self.copy_fiber(task) else { return false };
        let Some(task) = self.find_task(task) else { return false };
        let wait = match task.wait {
            wait @ (Wait::Future(_) | Wait::Arrival(_)) => wait,
            _ => Wait::None,
        };
        let resume = task.resume;
        self.saved.insert(number, Saved { fiber, resume, wait });
        true
    }

    /// Replaces the state of a task by a saved one.
    pub fn restore_task(&mut self, task: TaskId, number: u32) -> bool {
        let Some(&slot) = self.task_index.get(&task) else { return false };
        let Some(saved) = self.saved.get(&number) else { return false };
        let (mut copy, resume, wait) = (saved.fiber.copy(saved.fiber.stack.len()), saved.resume, saved.wait);
        self.unwait(slot);
        self.ready.retain(|&ready| ready != slot);
        if self.current == Some(slot) {
            self.leave_task();
        }
        if let Some(task) = self.task_mut(slot) {
            // Its scopes still own what was started in them.
            copy.scopes = std::mem::take(&mut task.fiber.scopes);
            task.fiber = copy;
        }
        self.put_in_state(slot, resume, wait);
        true
    }

    /// Makes a task wait as it did, or ready if it waited for nothing or what it waited for is there.
    fn put_in_state(&mut self, slot: u32, resume: Resume, wait: Wait) {
        let resume = match wait {
            Wait::Future(promise) if self.vm.heap.promises.get(promise).state == PromiseState::Pending => {
                return self.wait_for(slot, promise);
            }
            Wait::Future(promise) => match self.promise_result(promise) {
                Ok(value) => Resume::Value(value),
                Err(error) => Resume::Error(error),
            },
            Wait::Arrival(wanted) => match self.take_arrival(slot, wanted) {
                // A loop is told of the end of its subscription in another way.
                Some(Ok(Value::Null)) if matches!(wanted, Wanted::Item(_)) => Resume::Value(Value::Unset),
                Some(Ok(value)) => Resume::Value(value),
                Some(Err(error)) => Resume::Error(error),
                None => return self.park_as_before(slot, wanted),
            },
            _ => resume,
        };
        if let Some(task) = self.task_mut(slot) {
            task.resume = resume;
        }
        self.ready.push_back(slot);
    }

    pub fn drop_saved(&mut self, number: u32) {
        self.saved.remove(&number);
    }

    /// A new task of a run of its own, in a saved state.
    pub fn create_from_saved(&mut self, number: u32, limits: &Limits) -> Option<TaskId> {
        let saved = self.saved.get(&number)?;
        let (copy, resume, wait) = (saved.fiber.copy(saved.fiber.stack.len()), saved.resume, saved.wait);
        let function = copy.frames.first().map(|frame| (frame.function, frame.closure))?;
        let run = self.new_run(Vec::new(), limits);
        let value = match function {
            (_, Some(closure)) => Value::Closure(closure),
            (function, None) => Value::Function(function),
        };
        let arguments = self.vm.functions[function.0 as usize].arguments as usize;
        let arguments = copy.stack[..arguments].to_vec();
        let slot = self.create_task(Origin::of_host(run), value, &arguments).ok()?;
        let id = self.task(slot)?.id;
        self.runs[run as usize].main = id;
        if let Some(task) = self.task_mut(slot) {
            task.fiber = copy;
        }
        self.put_in_state(slot, resume, wait);
        Some(id)
    }

    /// Keeps a task from getting turns, or lets it go on. False if there is none of that number.
    pub fn set_task_paused(&mut self, task: TaskId, paused: bool) -> bool {
        let Some(&slot) = self.task_index.get(&task) else { return false };
        match self.task_mut(slot) {
            Some(task) => {
                task.paused = paused;
                true
            }
            None => false,
        }
    }

    /// Drops a task without cleanup; its promise is cancelled.
    pub fn drop_task(&mut self, task: TaskId) -> bool {
        let Some(&slot) = self.task_index.get(&task) else { return false };
        self.unwait(slot);
        self.cancel_operations(slot);
        self.ready.retain(|&ready| ready != slot);
        if self.current == Some(slot) {
            self.leave_task();
        }
        self.end_task(slot, PromiseState::Cancelled);
        true
    }

    /// Takes a task out of whatever it waits for.
    pub(super) fn unwait(&mut self, slot: u32) {
        let Some(task) = self.task(slot) else { return };
        let ticket = crate::heap::Ticket { task: slot, wait: task.wait_number };
        match task.wait {
            Wait::Future(promise) => {
                self.vm.heap.promises.get_mut(promise).waiters.remove(Waiter::Task(ticket));
            }
            Wait::None | Wait::Start => {}
            _ => self.withdraw(slot, ticket),
        }
        if let Some(task) = self.task_mut(slot) {
            task.wait = Wait::None;
        }
    }

    /// Begins the account of a run whose main task is not known yet.
    pub(super) fn new_run(&mut self, arguments: Vec<Value>, limits: &Limits) -> u32 {
        let run = Run {
            main: 0,
            alive: 0,
            writes: 0,
            outcome: None,
            fuel: 0,
            fuel_limit: limits.fuel,
            wall_limit: limits.wall_ms,
            output_bytes: 0,
            output_limit: limits.output_bytes,
            started: self.now(),
            arguments,
            active: true,
            modules: FxHashMap::default(),
        };
        match self.runs.iter().position(|run| !run.active) {
            Some(slot) => {
                self.runs[slot] = run;
                slot as u32
            }
            None => {
                self.runs.push(run);
                self.runs.len() as u32 - 1
            }
        }
    }
}
