//! Cancellation (async.md 6).

use super::events::Taker;
use super::promises::Settlement;
use super::{Message, Outcome, Resume, Scheduler, Wait};
use crate::heap::{Promise, PromiseState, Source, Ticket, Waiter};
use crate::value::{Handle, Value};

impl Scheduler {
    /// Cancels what is behind a promise: its task or host operation; for others only the promise. False if it had
    /// settled.
    pub(super) fn cancel_promise(&mut self, promise: Handle<Promise>) -> bool {
        let object = self.vm.heap.promises.get(promise);
        if object.state != PromiseState::Pending {
            return false;
        }
        match object.source {
            Source::Task { slot, id } => match self.task(slot) {
                Some(task) if task.id == id => {
                    self.cancel_task(slot);
                }
                _ => self.settle(promise, PromiseState::Cancelled),
            },
            Source::Operation { id } => {
                // This promise may only follow that of the operation.
                let operation = self.operations.get(&id).map(|pending| pending.promise);
                self.abort_operation(id);
                self.settle(operation.unwrap_or(promise), PromiseState::Cancelled);
            }
            Source::Timer { .. } => {
                self.settle(promise, PromiseState::Cancelled);
                self.abandon_timer();
            }
            Source::Combinator { of, .. } => {
                self.give_up(of);
                self.settle(promise, PromiseState::Cancelled);
            }
            Source::Settled => self.settle(promise, PromiseState::Cancelled),
        }
        true
    }

    pub(super) fn abort_operation(&mut self, id: u64) {
        let Some(operation) = self.remove_operation(id) else { return };
        match operation.arrival {
            Some(wanted) => self.withdraw_arrival(wanted, Taker::Operation(id)),
            // The host has nothing to abort any more if its answer lies in the inbox.
            None if operation.answered => {}
            None => self.messages.push(Message::AbortOperation { id }),
        }
    }

    /// Marks a task and every pending task that came from it as cancelled, newest first, and unparks those that wait.
    pub(super) fn cancel_task(&mut self, slot: u32) {
        self.cancel_tasks(vec![slot]);
    }

    /// The same for all tasks that a task has started, without itself.
    pub(super) fn cancel_children(&mut self, slot: u32) {
        let children = self.children(slot);
        self.cancel_tasks(children);
    }

    /// The pending tasks that a task has started, newest first.
    pub(super) fn children(&self, slot: u32) -> Vec<u32> {
        let newest = self.task(slot).and_then(|task| task.newest_child);
        std::iter::successors(newest, |&child| self.task(child).and_then(|task| task.older)).collect()
    }

    pub(super) fn cancel_tasks(&mut self, mut work: Vec<u32>) {
        let mut order = Vec::new();
        while let Some(slot) = work.pop() {
            let Some(task) = self.task_mut(slot).filter(|task| !task.cancelled) else { continue };
            task.cancelled = true;
            order.push((task.id, slot));
            work.extend(self.children(slot));
        }
        order.sort_unstable_by_key(|&(id, _)| std::cmp::Reverse(id));
        for (_, slot) in order {
            self.unpark(slot);
        }
    }

    /// Ends the wait of a cancelled task.
    fn unpark(&mut self, slot: u32) {
        let Some(task) = self.task(slot) else { return };
        let ticket = Ticket { task: slot, wait: task.wait_number };
        match task.wait {
            // It observes the cancellation at its next suspension, or when it gets its turn.
            Wait::None | Wait::Start => return,
            // Its children end first; then it observes the cancellation.
            Wait::Scope(_) => return,
            Wait::Future(promise) => self.stop_waiting(promise, ticket),
            Wait::Send(_) | Wait::Receive { .. } | Wait::Select(_) | Wait::Arrival(_) => self.withdraw(slot, ticket),
        }
        self.wake(ticket, Resume::Plain);
    }

    /// Withdraws a wait for a promise. A join that nobody waits for any more gives up its branches.
    pub(super) fn stop_waiting(&mut self, promise: Handle<Promise>, ticket: Ticket) {
        let object = self.vm.heap.promises.get_mut(promise);
        object.waiters.remove(Waiter::Task(ticket));
        if let Source::Combinator { of, .. } = object.source
            && self.vm.heap.combinators.get(of).join
        {
            self.give_up(of);
        }
    }

    /// A cancelled task gets its turn, or reaches a suspension: its operations are aborted and its cleanup begins.
    pub(super) fn begin_cleanup(&mut self, slot: u32) {
        let now = self.now();
        let (fuel, milliseconds) = (self.vm.limits.cleanup_fuel, self.vm.limits.cleanup_ms);
        self.cancel_operations(slot);
        if let Some(task) = self.task_mut(slot) {
            task.unwinding = true;
            task.cleanup_fuel = fuel.map_or(i64::MAX, |fuel| fuel.min(i64::MAX as u64) as i64);
            task.cleanup_deadline = milliseconds.map_or(f64::INFINITY, |milliseconds| now + milliseconds);
        }
    }

    /// Aborts the operations that a task called, and cancels their promises.
    pub(super) fn cancel_operations(&mut self, slot: u32) {
        // The end of one may be that of others, too.
        while let Some(id) = self.task(slot).and_then(|task| task.newest_operation) {
            let Some(promise) = self.operations.get(&id).map(|pending| pending.promise) else { break };
            self.abort_operation(id);
            self.settle(promise, PromiseState::Cancelled);
        }
    }

    /// Where a task was started, where its starter was started, and so on, as far as those are alive.
    fn spawn_chain(&self, slot: u32) -> Vec<(u32, u32)> {
        let mut chain = Vec::new();
        let mut task = self.task(slot);
        while let Some((this, spawned)) = task.and_then(|task| Some((task, task.spawned?))) {
            chain.push(spawned);
            task = self.find_task(this.parent);
        }
        chain
    }

    /// Ends a task for good: its promise settles, and its run ends if it was the last.
    pub(super) fn end_task(&mut self, slot: u32, state: PromiseState) {
        let spawned = match state {
            PromiseState::Rejected(_) => self.spawn_chain(slot),
            _ => Vec::new(),
        };
        let Some(mut task) = self.remove_task(slot) else { return };
        task.fiber.release(&mut self.vm.heap);
        let errors = match task.fiber.cleanup_errors {
            Some(errors) => self.vm.heap.items(errors).to_vec(),
            None => Vec::new(),
        };
        self.leave_scope(task.owner, errors);
        let run = task.run as usize;
        let is_main = self.runs[run].main == task.id;
        self.runs[run].alive -= 1;
        if is_main {
            let outcome = match state {
                PromiseState::Resolved(value) => Outcome::Completed(value),
                PromiseState::Rejected(Value::Record(error)) => Outcome::Failed(crate::vm::Failure::Error(error)),
                _ => Outcome::Cancelled,
            };
            // The host gets the outcome of the main task, so it is observed.
            self.vm.heap.promises.get_mut(task.promise).observed = true;
            let failed = !matches!(outcome, Outcome::Completed(_));
            if self.runs[run].outcome.is_none() {
                self.runs[run].outcome = Some(outcome);
            }
            if failed {
                self.cancel_run(run as u32);
            }
        }
        match state {
            PromiseState::Resolved(value) => self.resolve(task.promise, value),
            state => self.settle(task.promise, state),
        }
        if let Some(unhandled) = self.rejected.iter_mut().rev().find(|rejected| rejected.promise == task.promise) {
            unhandled.spawned = spawned;
            unhandled.run = Some(run as u32);
        }
        // Before the run counts as over: it may go on with functions that a combinator has not started yet.
        self.start_limited();
        self.finish_run(run);
    }

    /// Ends a run whose tasks have ended and whose files are written.
    pub(super) fn finish_run(&mut self, run: usize) {
        let this = &mut self.runs[run];
        if this.alive > 0 || this.writes > 0 || !this.active {
            return;
        }
        this.active = false;
        this.arguments = Vec::new();
        this.modules.clear();
        let main = this.main;
        let outcome = this.outcome.take().unwrap_or(Outcome::Cancelled);
        let outcome = self.followed(outcome);
        let given = if let Outcome::Completed(value) = outcome { value } else { Value::Null };
        self.end_subscriptions(run as u32, given);
        let others = self.runs.iter().any(|run| run.active);
        self.report_unhandled(|unobserved| match unobserved.run {
            Some(of) => of as usize == run,
            None => !others,
        });
        self.messages.push(Message::RunEnded { main, outcome });
    }

    /// A run that gives a promise ends as the promise did; one that is still pending goes to the host.
    fn followed(&mut self, outcome: Outcome) -> Outcome {
        let Outcome::Completed(Value::Promise(promise)) = outcome else { return outcome };
        self.vm.heap.promises.get_mut(promise).observed = true;
        match self.outcome_of(promise) {
            Some(Settlement::Value(value)) => Outcome::Completed(value),
            Some(Settlement::Error(Value::Record(error))) => Outcome::Failed(crate::vm::Failure::Error(error)),
            _ => outcome,
        }
    }

    /// Cancels all tasks of a run, newest first.
    pub(super) fn cancel_run(&mut self, run: u32) {
        let mut slots: Vec<(u64, u32)> = self
            .tasks
            .iter()
            .enumerate()
            .filter_map(|(slot, task)| task.as_ref().map(|task| (task, slot as u32)))
            .filter(|(task, _)| task.run == run && !task.cancelled)
            .map(|(task, slot)| (task.id, slot))
            .collect();
        slots.sort_unstable_by_key(|&(id, _)| std::cmp::Reverse(id));
        for (_, slot) in slots {
            self.cancel_task(slot);
        }
        self.abort_writes(run);
    }

    /// Drops all tasks of a run at once, without cleanup: a limit was exceeded, or `exit` was called.
    pub(super) fn drop_run(&mut self, run: u32, outcome: Outcome) {
        self.runs[run as usize].outcome = Some(outcome);
        let mut slots: Vec<(u64, u32)> = self
            .tasks
            .iter()
            .enumerate()
            .filter_map(|(slot, task)| task.as_ref().map(|task| (task, slot as u32)))
            .filter(|(task, _)| task.run == run)
            .map(|(task, slot)| (task.id, slot))
            .collect();
        slots.sort_unstable_by_key(|&(id, _)| std::cmp::Reverse(id));
        let current = self.current;
        for &(_, slot) in &slots {
            self.abort_all(slot);
            self.unwait(slot);
            if current == Some(slot) {
                // With its open scopes, which end with it.
                self.leave_task();
            }
        }
        let dropped = |slot: &u32| !slots.iter().any(|(_, other)| other == slot);
        if slots.len() < 64 {
            self.ready.retain(dropped);
        } else {
            let set: rustc_hash::FxHashSet<u32> = slots.iter().map(|&(_, slot)| slot).collect();
            self.ready.retain(|slot| !set.contains(slot));
        }
        self.starters.clear();
        for &(_, slot) in &slots {
            if let Some(mut task) = self.remove_task(slot) {
                task.fiber.release(&mut self.vm.heap);
                self.vm.heap.promises.get_mut(task.promise).observed = true;
                self.leave_scope(task.owner, Vec::new());
                self.runs[run as usize].alive -= 1;
                self.settle(task.promise, PromiseState::Cancelled);
            }
        }
        self.abort_writes(run);
        self.finish_run(run as usize);
    }

    fn abort_all(&mut self, slot: u32) {
        let mut operation = self.task(slot).and_then(|task| task.newest_operation);
        while let Some(id) = operation {
            operation = self.operations.get(&id).and_then(|pending| pending.older);
            self.abort_operation(id);
        }
    }
}
