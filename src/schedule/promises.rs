//! Promises: settling, waking who waits, deliveries of the host.

use super::{Due, Message, PendingOperation, Resume, Scheduler, Wait, Wanted};
use crate::heap::{ErrorField, Promise, PromiseState, Source, Waiter};
use crate::runtime::{ErrorKind, LimitBreach, LimitKind, Raise};
use crate::value::{Handle, Value};
use std::sync::Arc;

/// A failure that the host reports.
#[derive(Clone, PartialEq, Debug)]
pub struct HostError {
    pub kind: ErrorKind,
    pub message: String,
    /// The number under which the host keeps the object that it failed with.
    pub cause: Option<u32>,
}

impl HostError {
    /// Kind `host`.
    pub fn of_host(message: String) -> HostError {
        HostError { kind: ErrorKind::Host, message, cause: None }
    }
}

/// A rejected promise that nobody has awaited yet.
pub(super) struct Unobserved {
    pub promise: Handle<Promise>,
    /// The task whose promise it is, or 0.
    pub task: u64,
    /// Where that task was started, and the task that started it, and so on.
    pub spawned: Vec<(u32, u32)>,
    /// The run of that task.
    pub run: Option<u32>,
    /// Nothing can reach the promise any more, so nobody will ever await it.
    pub lost: bool,
}

/// Something the host delivered in the middle of a turn: it is taken in when the turn is over.
pub(super) enum Delivery {
    Settle { id: u64, state: PromiseState },
    Cancel { task: u64 },
    Event { name: Arc<str>, event: Value },
    Bar { source: Arc<str>, bar: Value },
    EndOfBars { source: Arc<str>, error: Option<Value> },
    Tick { id: Arc<str> },
}

impl Delivery {
    pub(super) fn value(&self) -> Value {
        match self {
            Delivery::Settle { state: PromiseState::Resolved(value) | PromiseState::Rejected(value), .. } => *value,
            Delivery::Event { event: value, .. } | Delivery::Bar { bar: value, .. } => *value,
            Delivery::EndOfBars { error: Some(error), .. } => *error,
            _ => Value::Null,
        }
    }
}

/// How a promise ended, for those that wait.
pub(super) enum Settlement {
    Value(Value),
    Error(Value),
}

impl Scheduler {
    // Host operations.

    /// A promise that the host settles. It belongs to `task`, with which it is aborted.
    pub(super) fn create_operation(&mut self, task: Option<u32>) -> Result<(u64, Handle<Promise>), Raise> {
        if let Some(allowed) = self.vm.limits.pending_operations
            && self.pending_operations() >= allowed
        {
            return Err(Raise::limit(LimitBreach {
                limit: LimitKind::PendingOperations,
                used: self.pending_operations() as f64 + 1.0,
                allowed: allowed as f64,
            }));
        }
        Ok(self.add_operation(task, None))
    }

    /// Whether the host is to answer the operation of that number.
    pub fn is_host_operation(&self, id: u64) -> bool {
        self.operations.get(&id).is_some_and(|pending| pending.arrival.is_none())
    }

    /// The promise of something from outside. It belongs to the task, with which it is withdrawn.
    pub(super) fn create_arrival(&mut self, task: u32, wanted: Wanted) -> (u64, Handle<Promise>) {
        self.events.arrivals += 1;
        self.vm.heap.charge(size_of::<PendingOperation>());
        self.add_operation(Some(task), Some(wanted))
    }

    fn add_operation(&mut self, task: Option<u32>, arrival: Option<Wanted>) -> (u64, Handle<Promise>) {
        self.last_operation += 1;
        let id = self.last_operation;
        let promise = self.vm.heap.promise(Source::Operation { id });
        let run = task.map_or(0, |task| self.run_number(task));
        let older = task.and_then(|task| self.task(task)).and_then(|task| task.newest_operation);
        let pending =
            PendingOperation { promise, arrival, asked: None, run, task, older, newer: None, answered: false };
        self.operations.insert(id, pending);
        if let Some(older) = older.and_then(|older| self.operations.get_mut(&older)) {
            older.newer = Some(id);
        }
        if let Some(task) = task.and_then(|task| self.task_mut(task)) {
            task.newest_operation = Some(id);
        }
        (id, promise)
    }

    pub(super) fn remove_operation(&mut self, id: u64) -> Option<PendingOperation> {
        let operation = self.operations.remove(&id)?;
        if operation.arrival.is_some() {
            self.events.arrivals -= 1;
            self.vm.heap.recount(size_of::<PendingOperation>(), 0);
        }
        if let Some(asked) = &operation.asked {
            self.forget_request(operation.run, asked);
        }
        if let Some(older) = operation.older.and_then(|older| self.operations.get_mut(&older)) {
            older.newer = operation.newer;
        }
        match operation.newer {
            Some(newer) => {
                if let Some(newer) = self.operations.get_mut(&newer) {
                    newer.older = operation.older;
                }
            }
            None => {
                if let Some(task) = operation.task.and_then(|task| self.task_mut(task)) {
                    task.newest_operation = operation.older;
                }
            }
        }
        Some(operation)
    }

    /// A promise for something that the host begins by itself.
    ///
    /// # Errors
    /// The limit of pending operations.
    pub fn new_operation(&mut self) -> Result<(u64, Value), Raise> {
        let (id, promise) = self.create_operation(self.current)?;
        Ok((id, Value::Promise(promise)))
    }

    /// The host's answer to an operation. Marks tasks as ready and runs nothing. False if the operation is unknown or
    /// has an answer already.
    pub fn deliver(&mut self, id: u64, result: Result<Value, HostError>) -> bool {
        let expected = match self.operations.get_mut(&id) {
            Some(pending) if !pending.answered && pending.arrival.is_none() => {
                pending.answered = true;
                pending.asked.as_ref().map(|asked| asked.expected.clone())
            }
            _ => return false,
        };
        let state = match (result, expected) {
            (Ok(value), None) => PromiseState::Resolved(value),
            (Ok(value), Some(expected)) => self.answered(expected, value),
            (Err(error), None) => PromiseState::Rejected(self.host_error(&error)),
            (Err(error), Some(_)) => {
                PromiseState::Rejected(self.host_error(&HostError { kind: ErrorKind::Io, ..error }))
            }
        };
        if self.current.is_some() {
            self.inbox.push_back(Delivery::Settle { id, state });
            true
        } else {
            self.settle_operation(id, state)
        }
    }

    pub(super) fn settle_operation(&mut self, id: u64, state: PromiseState) -> bool {
        let Some(operation) = self.remove_operation(id) else { return false };
        match state {
            PromiseState::Resolved(value) => self.resolve(operation.promise, value),
            state => self.settle(operation.promise, state),
        }
        true
    }

    /// What arrived during the turn.
    pub(super) fn take_inbox(&mut self) {
        while let Some(delivery) = self.inbox.pop_front() {
            self.take_in(delivery);
        }
    }

    pub(super) fn take_in(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Settle { id, state } => {
                self.settle_operation(id, state);
            }
            Delivery::Cancel { task } => self.cancel_number(task),
            Delivery::Event { name, event } => self.event_arrived(name, event),
            Delivery::Bar { source, bar } => self.bar_arrived(source, bar),
            Delivery::EndOfBars { source, error } => self.bars_ended(source, error),
            Delivery::Tick { id } => self.ticked(&id),
        }
    }

    /// Cancels a task for the host; by the number of a main task that has ended, what is left of its run. False if there
    /// is neither.
    pub fn cancel(&mut self, task: u64) -> bool {
        if !self.task_index.contains_key(&task) && self.run_of_main(task).is_none() {
            return false;
        }
        if self.current.is_some() {
            self.inbox.push_back(Delivery::Cancel { task });
        } else {
            self.cancel_number(task);
        }
        true
    }

    fn cancel_number(&mut self, task: u64) {
        if let Some(&slot) = self.task_index.get(&task) {
            self.cancel_task(slot);
        } else if let Some(run) = self.run_of_main(task) {
            self.runs[run as usize].outcome = Some(super::Outcome::Cancelled);
            self.cancel_run(run);
        }
    }

    fn run_of_main(&self, main: u64) -> Option<u32> {
        self.runs.iter().position(|run| run.active && run.main == main).map(|run| run as u32)
    }

    /// The error value of a failure of the host.
    pub fn host_error(&mut self, error: &HostError) -> Value {
        let record = self.vm.heap.error(&error.message, error.kind.word());
        if let Some(cause) = error.cause {
            self.vm.heap.set_error_field(record, ErrorField::HostCause, Value::Int(cause as i64));
        }
        Value::Record(record)
    }

    // Settling.

    /// Resolves a promise; with another promise, it follows that one.
    pub(super) fn resolve(&mut self, promise: Handle<Promise>, value: Value) {
        if let Value::Promise(other) = value {
            if other == promise {
                let error =
                    self.vm.heap.error("Deadlock: a promise was resolved with itself", ErrorKind::Deadlock.word());
                self.settle(promise, PromiseState::Rejected(Value::Record(error)));
                return;
            }
            let followed = self.vm.heap.promises.get_mut(other);
            followed.observed = true;
            match followed.state {
                PromiseState::Pending => {
                    followed.waiters.push(Waiter::Follower(promise));
                    let source = followed.source;
                    self.set_source(promise, source);
                }
                PromiseState::Resolved(value) => self.resolve(promise, value),
                state => self.settle(promise, state),
            }
            return;
        }
        self.settle(promise, PromiseState::Resolved(value));
    }

    /// What is behind a promise that follows another one, and behind those that follow it.
    fn set_source(&mut self, promise: Handle<Promise>, source: Source) {
        let mut work = vec![promise];
        while let Some(promise) = work.pop() {
            let object = self.vm.heap.promises.get_mut(promise);
            object.source = source;
            let followers = object.waiters.as_slice().iter().filter_map(|waiter| match waiter {
                Waiter::Follower(follower) => Some(*follower),
                _ => None,
            });
            work.extend(followers);
        }
    }

    /// Settles a promise and wakes everybody who waits, in the order in which they began to.
    pub(super) fn settle(&mut self, promise: Handle<Promise>, state: PromiseState) {
        let mut work = vec![(promise, state)];
        let mut at = 0;
        while let Some(&(promise, state)) = work.get(at) {
            at += 1;
            let object = self.vm.heap.promises.get_mut(promise);
            if object.state != PromiseState::Pending {
                continue;
            }
            object.state = state;
            let source = object.source;
            let waiters = std::mem::take(&mut object.waiters);
            let observed = object.observed;
            if let (PromiseState::Rejected(_), false) = (state, observed) {
                let task = match source {
                    Source::Task { id, .. } => id,
                    _ => 0,
                };
                self.rejected.push(Unobserved { promise, task, spawned: Vec::new(), run: None, lost: false });
                self.rejected_anew = true;
            }
            if let PromiseState::Resolved(value) = state {
                // The promise keeps its result, and everybody who awaits it gets it.
                self.vm.heap.share(value);
            }
            for &waiter in waiters.as_slice() {
                match waiter {
                    Waiter::Task(ticket) => {
                        let resume = match self.outcome_of(promise) {
                            Some(Settlement::Value(value)) => Resume::Value(value),
                            Some(Settlement::Error(error)) => Resume::Error(error),
                            None => continue,
                        };
                        self.wake(ticket, resume);
                    }
                    Waiter::Follower(follower) => work.push((follower, state)),
                    Waiter::Watch(watch) => {
                        self.watching -= 1;
                        self.messages.push(Message::Settled { watch, promise });
                    }
                    Waiter::Called { of, index } => {
                        self.call_ended(of);
                        if let Some(settled) = self.input_settled(of, index, promise) {
                            work.push(settled);
                        }
                    }
                    Waiter::Combinator { of, index } => {
                        if let Some(settled) = self.input_settled(of, index, promise) {
                            work.push(settled);
                        }
                    }
                }
            }
        }
    }

    /// What awaiting a promise gives; `None` while it is pending. A cancelled promise gives an error.
    pub(super) fn outcome_of(&mut self, promise: Handle<Promise>) -> Option<Settlement> {
        let object = self.vm.heap.promises.get(promise);
        match object.state {
            PromiseState::Pending => None,
            PromiseState::Resolved(value) => Some(Settlement::Value(value)),
            PromiseState::Rejected(error) => Some(Settlement::Error(error)),
            PromiseState::Cancelled => {
                let message = match object.source {
                    Source::Task { id, .. } => format!("Task {id} was cancelled"),
                    Source::Operation { id } | Source::Timer { id } | Source::Combinator { id, .. } => {
                        format!("Operation {id} was cancelled")
                    }
                    Source::Settled => "Operation was cancelled".to_string(),
                };
                let error = self.vm.heap.error(&message, ErrorKind::Cancelled.word());
                Some(Settlement::Error(Value::Record(error)))
            }
        }
    }

    /// Tells the host when a promise settles, by a message with the number that this gives.
    pub fn watch(&mut self, promise: Handle<Promise>) -> u32 {
        self.watches = self.watches.wrapping_add(1);
        let watch = self.watches;
        let object = self.vm.heap.promises.get_mut(promise);
        object.observed = true;
        match object.state {
            PromiseState::Pending => {
                object.waiters.push(Waiter::Watch(watch));
                self.watching += 1;
            }
            _ => self.messages.push(Message::Settled { watch, promise }),
        }
        watch
    }

    // Timers.

    pub(super) fn next_operation_id(&mut self) -> u64 {
        self.last_operation += 1;
        self.last_operation
    }

    /// A promise of null after `milliseconds`.
    pub(super) fn sleep_promise(&mut self, milliseconds: f64) -> Handle<Promise> {
        let id = self.next_operation_id();
        let promise = self.vm.heap.promise(Source::Timer { id });
        let deadline = self.now() + milliseconds;
        self.timers.add(deadline, Due::Promise(promise));
        promise
    }

    /// Fires the timers that are due.
    pub(super) fn fire_timers(&mut self) {
        if self.timers.first().is_none() {
            return;
        }
        let now = self.now();
        while let Some(timer) = self.timers.first() {
            if timer.deadline > now {
                break;
            }
            let Some(timer) = self.timers.pop() else { break };
            match timer.due {
                Due::Promise(promise) => self.settle(promise, PromiseState::Resolved(Value::Null)),
                Due::Wait(ticket) => self.wait_timed_out(ticket),
                Due::Timeout(combinator) => self.timeout(combinator),
                Due::Request { id, milliseconds } => self.request_timed_out(id, milliseconds),
                Due::Tick { id, alarm } => self.alarm(id, alarm),
                Due::Cleanup(ticket) => {
                    if let Some(id) = self.task(ticket.task).filter(|_| self.is_waiting(ticket)).map(|task| task.id) {
                        self.cancel_children(ticket.task);
                        self.drop_task(id);
                    }
                }
            }
        }
    }

    pub(super) fn is_useful(&self, due: Due) -> bool {
        match due {
            Due::Promise(promise) => self.vm.heap.promises.get(promise).state == PromiseState::Pending,
            Due::Wait(ticket) | Due::Cleanup(ticket) => self.is_waiting(ticket),
            Due::Timeout(combinator) => self.combinator_pending(combinator),
            Due::Request { id, .. } => self.operations.contains_key(&id),
            Due::Tick { id, alarm } => self.is_alarm_useful(id, alarm),
        }
    }

    /// When the machine next has something to do by itself, in milliseconds of its clock: a timer is due, or a run has
    /// used up its time.
    ///
    /// When no run is going on and the host watches nothing, nobody would notice a timer.
    pub fn next_wake(&mut self) -> Option<f64> {
        if self.runs.iter().all(|run| !run.active) && self.watching == 0 {
            return None;
        }
        let timer = self.next_timer();
        let overdue = self.runs.iter().filter(|run| run.active).filter_map(super::Run::overdue);
        overdue.chain(timer).min_by(f64::total_cmp)
    }

    /// When the next timer is due that can wake somebody. A promise of the future that nobody waits for does not count:
    /// how long it stays in the queue depends on the collector.
    pub(super) fn next_timer(&mut self) -> Option<f64> {
        while let Some(timer) = self.timers.first() {
            if self.is_awaited(timer.due) {
                return Some(timer.deadline);
            }
            if self.is_useful(timer.due) {
                // Somebody may still await it: it stays.
                let awaited = self.timers.iter().filter(|timer| self.is_awaited(timer.due));
                return awaited.map(|timer| timer.deadline).min_by(f64::total_cmp);
            }
            self.timers.pop();
        }
        None
    }

    fn is_awaited(&self, due: Due) -> bool {
        let waiters = |promise| &self.vm.heap.promises.get(promise).waiters;
        self.is_useful(due) && !matches!(due, Due::Promise(promise) if waiters(promise).as_slice().is_empty())
    }

    pub(super) fn abandon_timer(&mut self) {
        let mut timers = std::mem::take(&mut self.timers);
        timers.abandon(|due| self.is_useful(due));
        self.timers = timers;
    }

    // Waiting.

    /// Parks the running task until a promise settles.
    pub(super) fn wait_for(&mut self, slot: u32, promise: Handle<Promise>) {
        let ticket = self.begin_wait(slot, Wait::Future(promise));
        let object = self.vm.heap.promises.get_mut(promise);
        object.observed = true;
        object.waiters.push(Waiter::Task(ticket));
    }

    /// Reports failures that nobody has awaited, those of which `over` says that nobody will.
    pub(super) fn report_unhandled(&mut self, over: impl Fn(&Unobserved) -> bool) {
        for unobserved in std::mem::take(&mut self.rejected) {
            let object = self.vm.heap.promises.get_mut(unobserved.promise);
            if object.observed {
                continue;
            }
            if !over(&unobserved) {
                self.rejected.push(unobserved);
                continue;
            }
            object.observed = true;
            if let PromiseState::Rejected(error) = object.state {
                let Unobserved { task, spawned, .. } = unobserved;
                self.messages.push(Message::Unhandled { error, task, spawned });
            }
        }
    }

    /// Reports failures whose promises nothing can reach any more. Whoever still holds one may await it later.
    pub(super) fn report_lost(&mut self) {
        if !std::mem::take(&mut self.rejected_anew) {
            return;
        }
        self.report_unhandled(|_| false);
        if !self.rejected.is_empty() {
            self.collect();
            self.report_unhandled(|unobserved| unobserved.lost);
        }
    }
}
