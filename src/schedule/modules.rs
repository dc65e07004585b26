//! Runs that begin before their modules are there, and tasks that run modules.

use super::turn::Next;
use super::{Origin, Resume, Run, Scheduler, TaskId, Wait};
use crate::heap::PromiseState;
use crate::runtime::{ErrorKind, Limits, Raise};
use crate::value::Value;
use crate::vm::Fiber;

impl Scheduler {
    /// Begins a run whose main task waits until its program is linked. Gives the task, and the operation that it
    /// waits for, which the host does not know.
    ///
    /// # Errors
    /// The limits of tasks and operations.
    pub fn begin_linking(&mut self, arguments: Vec<Value>, limits: &Limits) -> Result<(TaskId, u64), Raise> {
        self.check_task_limit()?;
        let run = self.new_run(arguments, limits);
        let slot = self.add_task(Origin::of_host(run), Fiber::default());
        let id = self.task(slot).map_or(0, |task| task.id);
        self.runs[run as usize].main = id;
        let (operation, promise) = match self.create_operation(Some(slot)) {
            Ok(created) => created,
            Err(raise) => {
                self.end_task(slot, PromiseState::Cancelled);
                return Err(raise);
            }
        };
        self.make_internal(operation);
        self.wait_for(slot, promise);
        Ok((id, operation))
    }

    /// An operation of a task that waits for its program: one text to load.
    ///
    /// # Errors
    /// The limit of operations.
    pub fn linking_operation(&mut self, task: TaskId) -> Result<Option<u64>, Raise> {
        let Some(&slot) = self.task_index.get(&task) else { return Ok(None) };
        let (id, _) = self.create_operation(Some(slot))?;
        self.make_internal(id);
        Ok(Some(id))
    }

    /// The host cannot answer it.
    fn make_internal(&mut self, operation: u64) {
        if let Some(operation) = self.operations.get_mut(&operation) {
            operation.answered = true;
        }
    }

    /// Forgets an operation of that kind, as its text is there.
    pub fn end_linking_operation(&mut self, operation: u64) {
        self.remove_operation(operation);
    }

    /// The program is linked: the main task is ready to run its top level. Nothing happens if it was cancelled.
    pub fn begin_linked(&mut self, task: TaskId, operation: u64, main: u32) {
        self.remove_operation(operation);
        let Some(&slot) = self.task_index.get(&task) else { return };
        if !matches!(self.task(slot).map(|task| task.wait), Some(Wait::Future(_))) {
            return;
        }
        let Ok(fiber) = self.vm.new_fiber(Value::Function(main), &[]) else { return };
        self.unwait(slot);
        if let Some(task) = self.task_mut(slot) {
            task.fiber = fiber;
            task.resume = Resume::Plain;
        }
        self.count_bytes(slot);
        self.ready.push_back(slot);
    }

    /// The program cannot be linked: its run fails.
    pub fn fail_linking(&mut self, task: TaskId, operation: u64, raise: Raise) {
        self.remove_operation(operation);
        let Some(&slot) = self.task_index.get(&task) else { return };
        self.unwait(slot);
        match self.vm.error_value(&Fiber::default(), *raise.0) {
            Ok(error) => self.end_task(slot, PromiseState::Rejected(error)),
            Err(failure) => {
                let run = self.run_number(slot);
                self.drop_run(run, super::Outcome::Failed(failure));
            }
        }
    }

    /// `import`: the running task goes on when the module has run, which happens once in a run.
    pub(super) fn import(&mut self, slot: u32, module: u32) -> Next {
        let run = self.run_number(slot);
        let promise = match self.runs[run as usize].modules.get(&module) {
            Some(&(_, promise)) => promise,
            None => {
                let main = match self.vm.modules.get(module as usize).map(|module| &module.main) {
                    Some(Ok(main)) => *main,
                    Some(Err(message)) => {
                        let raise = Raise::new(ErrorKind::Import, message.clone());
                        self.active.awaiting = None;
                        return self.raise(raise);
                    }
                    None => return self.raise(Raise::new(ErrorKind::Import, "Module not found")),
                };
                let spawned = self.active.frames.last().map(|frame| (frame.function, frame.ip));
                // It belongs to the run alone: other tasks may import it, too.
                let task =
                    match self.create_task(Origin { spawned, ..Origin::of_host(run) }, Value::Function(main), &[]) {
                        Ok(task) => task,
                        Err(raise) => return self.raise(raise),
                    };
                self.ready.push_back(task);
                let Some(task) = self.task(task) else { return Next::Other };
                let (id, promise) = (task.id, task.promise);
                self.runs[run as usize].modules.insert(module, (id, promise));
                promise
            }
        };
        if let Some(chain) = self.circle(slot, promise) {
            let run = &self.runs[run as usize];
            let message = circular(self, run, &chain);
            self.active.awaiting = None;
            return self.raise(Raise::new(ErrorKind::Import, message));
        }
        self.await_promise(slot, promise)
    }
}

/// The message for tasks that wait for each other because they import each other. The chain begins and ends with the
/// task that imports.
fn circular(scheduler: &Scheduler, run: &Run, chain: &[TaskId]) -> String {
    let name = |task: &TaskId| {
        let module = run.modules.iter().find(|(_, (other, _))| other == task).map(|(module, _)| *module)?;
        let module = scheduler.vm.modules.get(module as usize)?;
        Some(scheduler.vm.heap.names.text(module.name).to_string())
    };
    let mut path: Vec<String> = chain[1..].iter().filter_map(name).collect();
    path.extend(path.first().cloned());
    format!("Circular import detected: {}", path.join(" -> "))
}
