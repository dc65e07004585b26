//! Tasks that wait for each other (async.md 2 and 9).

use super::{Resume, Scheduler, TaskId, Wait};
use crate::heap::{ErrorField, Promise, PromiseState, Source, Ticket};
use crate::runtime::ErrorKind;
use crate::value::{Handle, Value};

/// A parked task, for reports: what it waits for, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Parked {
    pub task: TaskId,
    /// Of the function that it began with.
    pub name: String,
    /// `a promise of task 3`, `a message in a channel`, …
    pub waits_for: String,
    pub function: u32,
    pub ip: u32,
}

impl Scheduler {
    /// The message, if awaiting `promise` would make `slot` wait for itself.
    pub(super) fn self_deadlock(&mut self, slot: u32, promise: Handle<Promise>) -> Option<String> {
        let chain = self.circle(slot, promise)?;
        let shown: Vec<String> = chain.iter().map(u64::to_string).collect();
        let mut parked = Vec::new();
        for &id in &chain[1..] {
            let Some(task) = self.find_task(id) else { continue };
            let (function, ip) = self.position(task).unwrap_or((0, 0));
            let name = self.task_name(task);
            let wait = if id == chain[0] { Wait::Future(promise) } else { task.wait };
            parked.push(Parked { task: id, name, waits_for: self.waits_for(wait), function, ip });
        }
        self.last_deadlock = parked;
        Some(format!("Deadlock: task {} waits for itself ({})", chain[0], shown.join(" -> ")))
    }

    /// The tasks that wait for each other, beginning and ending with the one in `slot`.
    pub(super) fn circle(&self, slot: u32, promise: Handle<Promise>) -> Option<Vec<TaskId>> {
        let task = self.task(slot)?;
        let own = self.vm.heap.promises.get(task.promise);
        if promise != task.promise && own.waiters.as_slice().is_empty() {
            return None;
        }
        let mut chain = vec![task.id];
        let mut next = promise;
        loop {
            let object = self.vm.heap.promises.get(next);
            let Source::Task { slot: other, id } = object.source else { return None };
            if object.state != PromiseState::Pending || chain.len() > self.tasks.len() + 1 {
                return None;
            }
            chain.push(id);
            if id == task.id {
                return Some(chain);
            }
            match self.task(other).filter(|task| task.id == id).map(|task| task.wait) {
                Some(Wait::Future(promise)) => next = promise,
                _ => return None,
            }
        }
    }

    /// Tasks that can never go on, if that is all there are: nothing from outside can wake one.
    pub fn deadlocked(&mut self) -> Vec<Parked> {
        let outside = self.current.is_some()
            || !self.ready.is_empty()
            || self.pending_operations() > 0
            || self.events.outstanding()
            || self.next_timer().is_some()
            || self.tasks().any(|task| task.paused);
        if outside {
            return Vec::new();
        }
        let mut parked = Vec::new();
        for task in self.tasks() {
            if self.waits_for_host(task.wait) {
                return Vec::new();
            }
            let (function, ip) = self.position(task).unwrap_or((0, 0));
            let (name, waits_for) = (self.task_name(task), self.waits_for(task.wait));
            parked.push(Parked { task: task.id, name, waits_for, function, ip });
        }
        parked.sort_by_key(|parked| parked.task);
        parked
    }

    fn waits_for_host(&self, wait: Wait) -> bool {
        let named = |value: Value| match value {
            Value::Channel(channel) => self.vm.heap.channels.get(channel).named,
            _ => false,
        };
        match wait {
            Wait::Send(channel) | Wait::Receive { channel, .. } => named(Value::Channel(channel)),
            Wait::Select(list) => self.vm.heap.items(list).iter().any(|&item| named(item)),
            _ => false,
        }
    }

    /// What a task waits for, in words.
    pub fn waits_for(&self, wait: Wait) -> String {
        match wait {
            Wait::None => "its turn".into(),
            Wait::Start => "the task that it started".into(),
            Wait::Future(promise) => match self.vm.heap.promises.get(promise).source {
                Source::Task { id, .. } => format!("task {id}"),
                Source::Operation { id } => match self.operations.get(&id).and_then(|pending| pending.arrival) {
                    Some(wanted) => self.wanted_words(wanted),
                    None => format!("host operation {id}"),
                },
                Source::Timer { .. } => "a timer".into(),
                Source::Combinator { of, .. } if self.vm.heap.combinators.get(of).join => {
                    "the branches of a join".into()
                }
                Source::Combinator { .. } => "several promises".into(),
                Source::Settled => "a promise".into(),
            },
            Wait::Send(_) => "room in a channel".into(),
            Wait::Receive { .. } => "a message in a channel".into(),
            Wait::Select(_) => "a message in one of several channels".into(),
            Wait::Scope(_) => "the tasks of its scope".into(),
            Wait::Arrival(wanted) => self.wanted_words(wanted),
        }
    }

    /// Makes a deadlock an error of the main task of each run, or of its oldest task if the main task has ended.
    pub(super) fn break_deadlock(&mut self) -> bool {
        let parked = self.deadlocked();
        if parked.is_empty() {
            return false;
        }
        self.last_deadlock.clone_from(&parked);
        let mut message = String::from("Deadlock: every task waits");
        for (position, one) in parked.iter().take(20).enumerate() {
            let place = self.vm.trace_line(one.function, one.ip);
            message.push_str(if position == 0 { ": " } else { "; " });
            message.push_str(&format!("task {} for {} in {place}", one.task, one.waits_for));
        }
        if parked.len() > 20 {
            message.push_str(&format!("; and {} more", parked.len() - 20));
        }
        let mut runs: Vec<u32> = Vec::new();
        for one in &parked {
            let Some(task) = self.find_task(one.task) else { continue };
            if !runs.contains(&task.run) {
                runs.push(task.run);
            }
        }
        for run in runs {
            let main = self.runs[run as usize].main;
            let victim = match self.task_index.get(&main) {
                Some(&slot) => Some(slot),
                None => parked
                    .iter()
                    .filter_map(|one| self.task_index.get(&one.task).copied())
                    .find(|&slot| self.task(slot).is_some_and(|task| task.run == run)),
            };
            let Some(slot) = victim else { continue };
            let main_ended = !self.task_index.contains_key(&main);
            let error = self.vm.heap.error(&message, ErrorKind::Deadlock.word());
            if main_ended {
                self.runs[run as usize].outcome = Some(super::Outcome::Failed(crate::vm::Failure::Error(error)));
                let origin = self.task(slot).and_then(|task| self.position(task));
                if let Some((function, ip)) = origin {
                    let origin = (function as i64) << 32 | ip as i64;
                    self.vm.heap.set_error_field(error, ErrorField::Origin, Value::Int(origin));
                }
                self.cancel_run(run);
                continue;
            }
            let Some(task) = self.task(slot) else { continue };
            let ticket = Ticket { task: slot, wait: task.wait_number };
            if let Wait::Future(promise) = task.wait {
                self.stop_waiting(promise, ticket);
            } else {
                self.withdraw(slot, ticket);
            }
            self.wake(ticket, Resume::Error(Value::Record(error)));
        }
        true
    }
}
