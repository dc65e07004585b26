//! What must hold between any two instructions (async.md 12), checked from the tables themselves. Tests ask for it.

use super::events::Taker;
use super::{Scheduler, Task, Wait};
use crate::heap::{PromiseState, Ticket, Waiter};
use crate::value::{Handle, Value};
use rustc_hash::FxHashMap;

impl Scheduler {
    /// The first thing that is wrong with the state of the scheduler, in words. The cost grows with all tasks alive.
    ///
    /// - A task is in exactly one place: it runs, it started the one that runs, it is in the ready queue, or it waits.
    /// - A task that waits is known exactly once to what it waits for, so it is woken once.
    /// - Scopes, runs and starters know exactly the tasks that are theirs.
    pub fn fault(&self) -> Option<String> {
        self.tasks
            .iter()
            .enumerate()
            .filter_map(|(slot, task)| Some((slot as u32, task.as_ref()?)))
            .find_map(|(slot, task)| self.fault_of_task(slot, task).map(|fault| format!("task {} {fault}", task.id)))
            .or_else(|| self.fault_of_tables())
    }

    fn fault_of_task(&self, slot: u32, task: &Task) -> Option<String> {
        let fault = |condition: bool, words: &str| condition.then(|| words.to_string());
        let queued = self.ready.iter().filter(|&&other| other == slot).count();
        let starts = self.starters.iter().filter(|&&other| other == slot).count();
        let runs = usize::from(self.current == Some(slot));
        let is_parked = !matches!(task.wait, Wait::None | Wait::Start);
        let places = queued + starts + runs + usize::from(is_parked);
        if places != 1 {
            return Some(format!(
                "runs {runs}, starts {starts}, is ready {queued} times and waits for {:?}",
                task.wait
            ));
        }
        if is_parked {
            let ticket = Ticket { task: slot, wait: task.wait_number };
            let known = self.times_known(ticket, task.wait);
            if known.is_some_and(|known| known != 1) {
                return Some(format!("is known {known:?} times to what it waits for: {:?}", task.wait));
            }
        }
        fault(self.task_index.get(&task.id) != Some(&slot), "is not in the index")
            .or_else(|| fault(!self.runs[task.run as usize].active, "belongs to a run that is over"))
            .or_else(|| {
                let known = task.owner == 0
                    || self.scopes.get(&task.owner).is_none_or(|scope| scope.members().contains(&task.id));
                fault(!known, "is not a member of its scope")
            })
            .or_else(|| {
                let children = self.children(slot);
                let ids = children.iter().filter_map(|&child| self.task(child)).map(|child| child.id);
                let own = self.tasks().filter(|other| other.parent == task.id).count();
                fault(own != children.len() || !ids.is_sorted_by(|a, b| a > b), "does not know its children")
            })
            .or_else(|| {
                let pending = self.vm.heap.promises.get(task.promise).state == PromiseState::Pending;
                fault(!pending, "goes on after its promise has settled")
            })
    }

    /// How often what a task waits for knows its ticket. `None`: it is known elsewhere.
    fn times_known(&self, ticket: Ticket, wait: Wait) -> Option<usize> {
        let receivers = |channel: Handle<crate::heap::Channel>| {
            self.vm.heap.channels.get(channel).receivers.iter().filter(|&&other| other == ticket).count()
        };
        Some(match wait {
            Wait::Future(promise) => {
                let promise = self.vm.heap.promises.get(promise);
                let known = promise.waiters.as_slice().iter().filter(|&&waiter| waiter == Waiter::Task(ticket)).count();
                if promise.state == PromiseState::Pending { known } else { 0 }
            }
            Wait::Send(channel) => {
                self.vm.heap.channels.get(channel).senders.iter().filter(|(other, _)| *other == ticket).count()
            }
            Wait::Receive { channel, .. } => receivers(channel),
            Wait::Select(list) => {
                let mut channels: Vec<_> = self.vm.heap.items(list).to_vec();
                channels.dedup();
                let known = channels.into_iter().map(|item| match item {
                    Value::Channel(channel) => receivers(channel).min(1),
                    _ => 0,
                });
                // Each of them knows it, or none.
                let (least, most) = known.fold((1, 0), |(least, most), known| (known.min(least), known.max(most)));
                if least == most { most } else { 0 }
            }
            Wait::Scope(id) => {
                let alive = self.scopes.get(&id).is_some_and(|scope| scope.waits(ticket));
                usize::from(alive && !self.scope_members(id).is_empty())
            }
            Wait::Arrival(_) => self.events.takers().filter(|&taker| taker == Taker::Task(ticket)).count(),
            Wait::None | Wait::Start => return None,
        })
    }

    fn fault_of_tables(&self) -> Option<String> {
        for (id, scope) in &self.scopes {
            let members = self.scope_members(*id).len();
            if members != scope.alive() {
                return Some(format!("scope {id} counts {} tasks and has {members}", scope.alive()));
            }
        }
        let mut alive: FxHashMap<u32, usize> = FxHashMap::default();
        for task in self.tasks() {
            *alive.entry(task.run).or_default() += 1;
        }
        for (number, run) in self.runs.iter().enumerate() {
            let tasks = alive.get(&(number as u32)).copied().unwrap_or(0);
            if run.alive != tasks {
                return Some(format!("run {number} counts {} tasks and has {tasks}", run.alive));
            }
        }
        if self.tasks().count() != self.task_index.len() {
            return Some(format!("{} tasks, {} in the index", self.tasks().count(), self.task_index.len()));
        }
        for (id, operation) in &self.operations {
            if self.vm.heap.promises.get(operation.promise).state != PromiseState::Pending {
                return Some(format!("operation {id} is pending, its promise is not"));
            }
            if operation.task.is_some_and(|slot| self.task(slot).is_none()) {
                return Some(format!("operation {id} belongs to no task"));
            }
        }
        None
    }

    /// What is left although no task is alive, in words; empty if nothing is.
    pub fn leftovers(&self) -> String {
        let waiters = |kind: &str, count: usize| (count > 0).then(|| format!("{count} {kind}"));
        let heap = &self.vm.heap;
        let is_task = |waiter: &&Waiter| matches!(waiter, Waiter::Task(_));
        let promises = heap.promises.handles().map(|promise| heap.promises.get(promise));
        let channels = heap.channels.handles().map(|channel| heap.channels.get(channel));
        let parts = [
            waiters("tasks", self.task_count()),
            waiters("scopes", self.scopes.len()),
            waiters("tasks in the queue", self.ready.len() + self.starters.len()),
            waiters("operations", self.operations.len()),
            waiters("deliveries", self.inbox.len()),
            waiters("tasks that wait for promises", {
                promises.map(|promise| promise.waiters.as_slice().iter().filter(is_task).count()).sum()
            }),
            waiters("tasks that wait for channels", {
                channels.map(|channel| channel.senders.len() + channel.receivers.len()).sum()
            }),
            waiters("waits for what comes from outside", self.events.takers().count()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
