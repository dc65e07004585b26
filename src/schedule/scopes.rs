//! Structured concurrency: scopes own the tasks that are started in them (async.md 5).

use super::turn::Next;
use super::{Resume, Scheduler, TaskId, Wait};
use crate::heap::Ticket;
use crate::value::Value;
use crate::vm::OpenScope;
use rustc_hash::FxHashSet;

/// An open scope.
pub(super) struct Scope {
    /// The tasks that were started in it, oldest first; some of them have ended.
    members: Vec<TaskId>,
    /// How many have not.
    alive: usize,
    /// The implicit scope of a body: it owns only its `async let`s.
    implicit: bool,
    /// Its task waits in its exit.
    waiting: Option<Ticket>,
    /// What the cleanup of its children failed with.
    errors: Vec<Value>,
}

impl Scope {
    /// The tasks that were started in it, some of which have ended.
    pub fn members(&self) -> &[TaskId] {
        &self.members
    }

    pub fn alive(&self) -> usize {
        self.alive
    }

    /// Whether its task waits in its exit, with that ticket.
    pub fn waits(&self, ticket: Ticket) -> bool {
        self.waiting == Some(ticket)
    }
}

impl Scheduler {
    /// The scope that owns a task which the task in `slot` starts now; 0 for the run. `lexical`: it is an `async let`,
    /// which belongs to the innermost scope of its body.
    pub(super) fn owner_of_new(&self, slot: u32, lexical: bool) -> u64 {
        let Some(task) = self.task(slot) else { return 0 };
        let open = self.active.scopes.iter().rev().map(|scope| scope.id);
        let owns = |id: &u64| lexical || self.scopes.get(id).is_some_and(|scope| !scope.implicit);
        open.into_iter().find(owns).unwrap_or(task.owner)
    }

    /// Opens a scope of the running task.
    pub(super) fn enter_scope(&mut self, implicit: bool) -> u64 {
        self.last_scope += 1;
        let id = self.last_scope;
        let scope = Scope { members: Vec::new(), alive: 0, implicit, waiting: None, errors: Vec::new() };
        self.scopes.insert(id, scope);
        self.active.scopes.push(OpenScope { id, depth: self.active.frames.len() as u32 });
        id
    }

    pub(super) fn join_scope(&mut self, owner: u64, task: TaskId) {
        let Some(scope) = self.scopes.get_mut(&owner) else { return };
        // Those that have ended are forgotten before they are too many.
        if scope.members.len() > 2 * scope.alive + 64 {
            let index = &self.task_index;
            scope.members.retain(|member| index.contains_key(member));
        }
        scope.members.push(task);
        scope.alive += 1;
    }

    /// A member of a scope has ended, with what its cleanup failed with.
    pub(super) fn leave_scope(&mut self, owner: u64, errors: Vec<Value>) {
        let Some(scope) = self.scopes.get_mut(&owner) else { return };
        scope.alive -= 1;
        scope.errors.extend(errors);
        if let (0, Some(ticket)) = (scope.alive, scope.waiting) {
            let result = self.close_scope(ticket.task, owner);
            self.wake(ticket, Resume::Value(result));
        }
    }

    /// The running task leaves a scope: children that are still pending are cancelled, newest first, and the task goes
    /// on when all have ended. The result is an array of what their cleanup failed with, or null.
    pub(super) fn exit_scope(&mut self, slot: u32, id: u64) -> Next {
        let Some(scope) = self.scopes.get(&id) else { return self.answer(Value::Null) };
        if scope.alive == 0 {
            let result = self.close_scope(slot, id);
            return self.answer(result);
        }
        let mut members = self.scope_members(id);
        members.reverse();
        let ticket = self.begin_wait(slot, Wait::Scope(id));
        if let Some(scope) = self.scopes.get_mut(&id) {
            scope.waiting = Some(ticket);
        }
        let slots: Vec<u32> = members.iter().filter_map(|member| self.task_index.get(member).copied()).collect();
        self.cancel_tasks(slots);
        // Nothing can interrupt this wait, not even a cancellation: its children do not outlive a scope.
        self.parked()
    }

    /// The tasks of a scope that have not ended, oldest first.
    pub fn scope_members(&self, id: u64) -> Vec<TaskId> {
        let members = self.scopes.get(&id).map(|scope| scope.members.as_slice()).unwrap_or_default();
        members.iter().copied().filter(|member| self.task_index.contains_key(member)).collect()
    }

    fn close_scope(&mut self, slot: u32, id: u64) -> Value {
        let running = self.current == Some(slot);
        let fiber = if running { Some(&mut self.active) } else { self.task_mut(slot).map(|task| &mut task.fiber) };
        if let Some(fiber) = fiber {
            fiber.scopes.retain(|open| open.id != id);
        }
        match self.scopes.remove(&id) {
            Some(scope) if !scope.errors.is_empty() => self.vm.heap.list(scope.errors),
            _ => Value::Null,
        }
    }

    /// Forgets the scopes of generators that were dropped: their tasks go on as those of the run.
    pub(super) fn forget_scopes(&mut self) {
        let fibers = self.tasks.iter().flatten().map(|task| &task.fiber).chain([&self.active]);
        let mut open: FxHashSet<u64> = fibers.flat_map(|fiber| &fiber.scopes).map(|scope| scope.id).collect();
        if open.len() == self.scopes.len() {
            return;
        }
        let generators = &self.vm.heap.generators;
        open.extend(generators.handles().flat_map(|generator| generators.get(generator).scopes.iter()));
        self.scopes.retain(|id, _| open.contains(id));
    }

    /// Values that scopes keep.
    pub(super) fn scope_values(scopes: &rustc_hash::FxHashMap<u64, Scope>) -> impl Iterator<Item = Value> + '_ {
        scopes.values().flat_map(|scope| scope.errors.iter().copied())
    }
}
