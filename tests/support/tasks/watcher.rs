//! Watches one run: what the machine says about its tasks, and what the program notes.

use super::writer::noted;
use ruff_lang::machine::{TaskState, VirtualMachine};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Default)]
pub struct Watcher {
    last_started: u64,
    alive: BTreeSet<u64>,
    /// The number that `note` gave last.
    last_number: i64,
    /// The tasks that each scope or join has owned.
    owned: BTreeMap<i64, Vec<u64>>,
    /// The scopes and joins that have not been left.
    open: BTreeSet<i64>,
    /// Which promise a task waits for in `take`.
    waiting: BTreeMap<u64, i64>,
    /// How promises have ended, in words.
    results: BTreeMap<i64, String>,
    /// Tasks that were cancelled together while they waited, in the order in which they must observe it.
    cancelled: Vec<VecDeque<u64>>,
}

impl Watcher {
    pub fn started(&mut self, id: u64) -> Result<(), String> {
        if id <= self.last_started {
            return Err(format!("task {id} starts after task {}", self.last_started));
        }
        self.last_started = id;
        self.alive.insert(id);
        Ok(())
    }

    pub fn ended(&mut self, id: u64) -> Result<(), String> {
        if !self.alive.remove(&id) {
            return Err(format!("task {id} ends, but is not alive"));
        }
        self.observes(id)
    }

    /// The first that is heard of a task after it was cancelled.
    fn observes(&mut self, id: u64) -> Result<(), String> {
        for order in &mut self.cancelled {
            if !order.contains(&id) {
                continue;
            }
            if order.front() != Some(&id) {
                return Err(format!("task {id} observes its cancellation too early: {order:?}"));
            }
            order.pop_front();
        }
        self.cancelled.retain(|order| !order.is_empty());
        Ok(())
    }

    /// A note of a task; gives what `note` gives.
    pub fn noted(
        &mut self,
        vm: &VirtualMachine,
        task: u64,
        what: i64,
        number: i64,
        texts: &[String],
    ) -> Result<i64, String> {
        self.observes(task)?;
        if !self.alive.contains(&task) {
            return Err(format!("task {task} has ended and runs"));
        }
        if let Some(waited) = self.waiting.remove(&task) {
            let woken = matches!(what, noted::GOT | noted::FAILED) && number == waited;
            let cancelled = vm.task(task).is_some_and(|task| task.state == TaskState::Cancelling);
            if !woken && !is_cancelled(vm, task) && !cancelled {
                return Err(format!("task {task} waits for promise {waited} and goes on elsewhere"));
            }
        } else if matches!(what, noted::GOT | noted::FAILED) {
            return Err(format!("task {task} is woken for promise {number}, for which it does not wait"));
        }
        match what {
            noted::NEW => {
                self.last_number += 1;
                self.open.insert(self.last_number);
                return Ok(self.last_number);
            }
            noted::STARTED if number != 0 => {
                if !self.open.contains(&number) {
                    return Err(format!("task {task} starts in {number}, which has been left"));
                }
                self.owned.entry(number).or_default().push(task);
            }
            noted::WAITS => {
                self.waiting.insert(task, number);
            }
            noted::GOT => self.settled(number, format!("resolved {}", texts[1]))?,
            noted::FAILED if texts[1].contains("deadlock") => {}
            noted::FAILED => self.settled(number, format!("failed {} {}", texts[1], texts[2]))?,
            noted::STATUS => {
                let known = self.results.contains_key(&number);
                if known && texts[1].contains("pending") {
                    return Err(format!("promise {number} has settled and is pending"));
                }
            }
            noted::LEAVING => {
                let owned = self.owned.get(&number).map(Vec::as_slice).unwrap_or_default();
                let mut waiting: Vec<u64> = owned.iter().copied().filter(|&id| waits(vm, id)).collect();
                waiting.sort_unstable_by_key(|&id| std::cmp::Reverse(id));
                if waiting.len() > 1 {
                    self.cancelled.push(waiting.into());
                }
            }
            noted::LEFT => {
                self.open.remove(&number);
                let alive = self.owned.remove(&number).unwrap_or_default();
                if let Some(id) = alive.into_iter().find(|id| vm.task(*id).is_some()) {
                    return Err(format!("task {id} outlives {number}, which owns it"));
                }
            }
            _ => {}
        }
        Ok(0)
    }

    /// What a promise gave; it must give the same to everybody.
    fn settled(&mut self, promise: i64, result: String) -> Result<(), String> {
        if promise == 0 {
            return Ok(());
        }
        match self.results.get(&promise) {
            Some(before) if *before != result => Err(format!("promise {promise} was {before}, and then {result}")),
            Some(_) => Ok(()),
            None => {
                self.results.insert(promise, result);
                Ok(())
            }
        }
    }

    /// What holds when the program is over; `dropped`: its tasks had no time to clean up.
    pub fn end(&self, dropped: bool) -> Result<(), String> {
        if !self.alive.is_empty() {
            return Err(format!("tasks {:?} have not ended", self.alive));
        }
        if !dropped && !self.cancelled.is_empty() {
            return Err(format!("tasks {:?} did not observe their cancellation", self.cancelled));
        }
        Ok(())
    }
}

fn is_cancelled(vm: &VirtualMachine, task: u64) -> bool {
    vm.scheduler().find_task(task).is_some_and(|task| task.cancelled)
}

/// It waits, and for something that a cancellation interrupts.
fn waits(vm: &VirtualMachine, task: u64) -> bool {
    vm.task(task).is_some_and(|task| task.state == TaskState::Waiting && task.waits_for != "the tasks of its scope")
}
