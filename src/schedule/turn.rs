//! Slices and turns: which task runs, for how long, and what its exits lead to.

use super::combinators::Inputs;
use super::operations::Reply;
use super::promises::Settlement;
use super::{HostCall, HostError, Origin, Outcome, Resume, Scheduler, Stop, TURN, Wait, Wanted};
use crate::builtins::Operation;
use crate::heap::{Combinator, CombinatorKind, ErrorField, Promise, PromiseState};
use crate::runtime::{ErrorKind, LimitBreach, LimitKind, Raise};
use crate::value::{Handle, Value};
use crate::vm::{Exit, Failure};

/// What the host says to a call of one of its functions.
#[derive(Clone, Debug)]
pub enum HostReply {
    Value(Value),
    Error(HostError),
    /// The script gets a promise, which a later [`Scheduler::deliver`] settles.
    Pending,
}

/// What happens after an exit was handled.
pub(super) enum Next {
    /// The same task goes on.
    Same,
    /// Handle this first.
    Exit(Exit),
    /// The task is parked, ready elsewhere or gone: the next one.
    Other,
    Stop(Stop),
}

impl Scheduler {
    /// Runs ready tasks for about `fuel`, which must be above 0. See [`Stop`] for why it returns.
    ///
    /// The interleaving of tasks does not depend on how the fuel is cut into slices.
    pub fn run(&mut self, fuel: u64) -> Stop {
        let mut slice = fuel.clamp(1, i64::MAX as u64 / 2) as i64;
        if self.host_call.is_some() {
            self.slice_left = slice as u64;
            return Stop::HostCall;
        }
        let mut begun = false;
        loop {
            if self.current.is_none() && self.single_turn && begun {
                return Stop::Yielded;
            }
            begun = true;
            if self.current.is_none() && !self.begin_turn() {
                if self.idle() {
                    continue;
                }
                return Stop::Idle;
            }
            let Some(slot) = self.current else { continue };
            let mut next = self.go_on(slot);
            while let Next::Exit(exit) = next {
                next = self.handle(slot, exit, slice);
            }
            match next {
                Next::Stop(stop) => {
                    self.slice_left = slice.max(0) as u64;
                    return stop;
                }
                Next::Other | Next::Exit(_) => continue,
                Next::Same => {}
            }
            if self.current != Some(slot) || self.active.frames.is_empty() {
                continue;
            }
            if self.vm.heap.wants_collection() {
                // What has been made outside of the loop counts too.
                match self.handle(slot, Exit::Collect, slice) {
                    Next::Same => {}
                    Next::Stop(stop) => {
                        self.slice_left = slice.max(0) as u64;
                        return stop;
                    }
                    Next::Exit(exit) => {
                        self.handle(slot, exit, slice);
                        continue;
                    }
                    Next::Other => continue,
                }
            }
            let budget = self.budget(slot, slice);
            let mut left = budget;
            let exit = self.vm.run(&mut self.active, &mut left);
            let used = budget - left;
            slice -= used;
            self.charge(slot, used);
            let mut next = self.handle(slot, exit, slice);
            while let Next::Exit(exit) = next {
                next = self.handle(slot, exit, slice);
            }
            if let Next::Stop(stop) = next {
                self.slice_left = slice.max(0) as u64;
                return stop;
            }
        }
    }

    /// What the last slice left of its fuel.
    pub fn slice_left(&self) -> u64 {
        self.slice_left
    }

    /// What the running task may use before somebody has to look. Below zero if a straight run went past an end and the
    /// loop was left before it looked: the next look must still see it, wherever the loop was left.
    fn budget(&self, slot: u32, slice: i64) -> i64 {
        let mut budget = slice.min(self.turn_left);
        if let Some(task) = self.task(slot) {
            let run = &self.runs[task.run as usize];
            if let Some(limit) = run.fuel_limit {
                budget = budget.min(limit.min(i64::MAX as u64) as i64 - run.fuel.min(i64::MAX as u64) as i64);
            }
            if task.unwinding {
                budget = budget.min(task.cleanup_fuel);
            }
        }
        budget
    }

    pub(super) fn charge(&mut self, slot: u32, used: i64) {
        self.turn_left -= used;
        self.spent += used.max(0) as u64;
        let Some(task) = self.task_mut(slot) else { return };
        task.fuel += used.max(0) as u64;
        if task.unwinding && task.cleanup_fuel != i64::MAX {
            task.cleanup_fuel -= used;
        }
        let run = task.run as usize;
        self.runs[run].fuel += used.max(0) as u64;
    }

    /// The first ready task begins a turn.
    fn begin_turn(&mut self) -> bool {
        self.take_inbox();
        self.drop_overdue();
        self.fire_timers();
        self.start_limited();
        self.finish_written();
        if self.paused {
            return false;
        }
        let mut skipped = 0;
        while let Some(slot) = self.ready.pop_front() {
            match self.task(slot) {
                None => continue,
                Some(task) if task.paused && !task.cancelled => {
                    self.ready.push_back(slot);
                    skipped += 1;
                    if skipped > self.ready.len() {
                        return false;
                    }
                }
                Some(_) => {
                    self.turn_left = TURN;
                    self.turn_begins = true;
                    self.enter_task(slot);
                    return true;
                }
            }
        }
        false
    }

    fn enter_task(&mut self, slot: u32) {
        if let Some(task) = self.task_mut(slot) {
            task.wait = Wait::None;
            let fiber = std::mem::take(&mut task.fiber);
            self.active.resume(fiber);
        }
        self.current = Some(slot);
    }

    /// Puts the running task's state back into the task.
    pub(super) fn leave_task(&mut self) -> Option<u32> {
        let slot = self.current.take()?;
        let fiber = self.vm.park(&mut self.active);
        if let Some(task) = self.task_mut(slot) {
            task.fiber = fiber;
        }
        self.count_bytes(slot);
        Some(slot)
    }

    /// After a task was parked or has ended: the task that started it goes on with the turn.
    fn next_starter(&mut self) {
        while let Some(starter) = self.starters.pop() {
            if self.task(starter).is_some() {
                self.enter_task(starter);
                return;
            }
        }
    }

    /// The turn is over: the running task and those that started it go to the back of the queue.
    fn end_turn(&mut self) {
        if let Some(slot) = self.leave_task() {
            self.ready.push_back(slot);
        }
        while let Some(starter) = self.starters.pop() {
            if let Some(task) = self.task_mut(starter) {
                task.wait = Wait::None;
                self.ready.push_back(starter);
            }
        }
    }

    /// Nothing is ready. True if something is now.
    fn idle(&mut self) -> bool {
        if self.paused {
            return false;
        }
        self.report_lost();
        self.break_deadlock()
    }

    /// Lets the running task take over what it waited for.
    fn go_on(&mut self, slot: u32) -> Next {
        let Some(task) = self.task_mut(slot) else {
            self.current = None;
            return Next::Other;
        };
        let resume = std::mem::replace(&mut task.resume, Resume::Plain);
        let observes = task.cancelled && !task.unwinding;
        if observes && std::mem::take(&mut self.turn_begins) {
            return self.observe_cancellation(slot);
        }
        self.turn_begins = false;
        if self.breaks_limits(slot) {
            return Next::Other;
        }
        match resume {
            Resume::Plain if self.active.frames.is_empty() && self.active.frameless > 0 => {
                match self.vm.begin_frameless(&mut self.active) {
                    Ok(Some(exit)) => Next::Exit(exit),
                    Ok(None) => Next::Same,
                    Err(raise) => self.raise(raise),
                }
            }
            Resume::Plain => Next::Same,
            Resume::Value(value) => match self.vm.deliver(&mut self.active, value) {
                Ok(Some(exit)) => Next::Exit(exit),
                Ok(None) => Next::Same,
                Err(raise) => self.raise(raise),
            },
            Resume::Error(error) => self.raise_awaited(error),
            Resume::Functions(of) => self.start_functions(slot, of),
        }
    }

    /// Raises in the running task.
    pub(super) fn raise(&mut self, raise: Raise) -> Next {
        match self.vm.unwind(&mut self.active, raise) {
            Ok(()) => Next::Same,
            Err(exit) => Next::Exit(exit),
        }
    }

    /// Raises an error that the task waited for: it keeps its position, and notes where it was awaited.
    pub(super) fn raise_awaited(&mut self, error: Value) -> Next {
        self.active.awaiting = None;
        self.vm.heap.share(error);
        let mut error = error;
        if let Value::Record(record) = error {
            let raised_before = self.vm.heap.error_field(record, ErrorField::Origin) != Value::Null;
            let place = self.active.frames.last().map(|frame| (frame.function, frame.ip));
            if let (true, Some((function, ip))) = (raised_before, place) {
                let Value::Record(own) = self.vm.heap.clone_object(error) else { return Next::Same };
                let line = self.vm.trace_line(function, ip);
                let line = self.vm.heap.string(line);
                let mut lines = match self.vm.heap.error_field(own, ErrorField::Awaited) {
                    Value::List(list) => self.vm.heap.items(list).to_vec(),
                    _ => Vec::new(),
                };
                lines.push(line);
                let lines = self.vm.heap.list(lines);
                self.vm.heap.set_error_field(own, ErrorField::Awaited, lines);
                error = Value::Record(own);
            }
        }
        self.raise(Raise::thrown(error))
    }

    fn observe_cancellation(&mut self, slot: u32) -> Next {
        self.active.awaiting = None;
        self.begin_cleanup(slot);
        match self.vm.unwind_cancelled(&mut self.active) {
            Ok(()) => Next::Same,
            Err(exit) => Next::Exit(exit),
        }
    }

    /// Drops runs that have used up their time while all their tasks wait.
    fn drop_overdue(&mut self) {
        if self.runs.iter().all(|run| run.wall_limit.is_none()) {
            return;
        }
        let now = self.now();
        for number in 0..self.runs.len() {
            let run = &self.runs[number];
            let Some(allowed) = run.wall_limit else { continue };
            if run.active && run.overdue().is_some_and(|overdue| now >= overdue) {
                let breach = LimitBreach { limit: LimitKind::WallMs, used: now - run.started, allowed };
                self.drop_run(number as u32, Outcome::Failed(Failure::Limit(breach)));
            }
        }
    }

    /// Limits that are watched between runs of the loop. True if the run was dropped.
    fn breaks_limits(&mut self, slot: u32) -> bool {
        let Some(task) = self.task(slot) else { return false };
        let run = &self.runs[task.run as usize];
        let Some(allowed) = run.wall_limit else { return false };
        let used = self.now() - run.started;
        if used <= allowed {
            return false;
        }
        let (run, breach) = (task.run, LimitBreach { limit: LimitKind::WallMs, used, allowed });
        self.drop_run(run, Outcome::Failed(Failure::Limit(breach)));
        true
    }

    pub(super) fn run_number(&self, slot: u32) -> u32 {
        self.task(slot).map_or(0, |task| task.run)
    }

    fn handle(&mut self, slot: u32, exit: Exit, slice: i64) -> Next {
        match exit {
            Exit::Done(value) => {
                self.finish_current(slot, PromiseState::Resolved(value));
                Next::Other
            }
            Exit::Failed(Failure::Error(error)) => {
                let state = match self.task(slot) {
                    Some(task) if task.unwinding => PromiseState::Cancelled,
                    _ => PromiseState::Rejected(Value::Record(error)),
                };
                self.finish_current(slot, state);
                Next::Other
            }
            Exit::Failed(failure) => {
                let run = self.run_number(slot);
                self.drop_run(run, Outcome::Failed(failure));
                Next::Other
            }
            Exit::Cancelled => {
                self.finish_current(slot, PromiseState::Cancelled);
                Next::Other
            }
            Exit::Fuel => self.out_of_fuel(slot, slice),
            Exit::Collect => {
                self.collect();
                if self.vm.heap.exceeds_limit(0) {
                    let breach = LimitBreach {
                        limit: LimitKind::MemoryBytes,
                        used: self.vm.heap.used_bytes() as f64,
                        allowed: self.vm.heap.limit as f64,
                    };
                    return Next::Exit(Exit::Failed(Failure::Limit(breach)));
                }
                if slice <= 0 { Next::Stop(Stop::Yielded) } else { Next::Same }
            }
            Exit::Await(Value::Promise(promise)) => self.await_promise(slot, promise),
            Exit::Await(value) => self.answer(value),
            Exit::Yield => self.suspend_to_back(slot, Resume::Plain),
            Exit::NextItem(source) => self.next_item(slot, source),
            Exit::LeaveSource(source) => self.left_source(source),
            Exit::Cancel(value) => match self.promise_argument("cancel", value) {
                Ok(promise) => {
                    self.cancel_promise(promise);
                    Next::Same
                }
                Err(raise) => self.raise(raise),
            },
            Exit::Arrival { operation, name } => self.await_arrival_of(slot, operation, name),
            Exit::NextOfStream(stream) => {
                match self.with_room(|scheduler| scheduler.promise_of(slot, Wanted::Item(stream))) {
                    Ok(promise) => self.answer(promise),
                    Err(raise) => self.refuse(raise),
                }
            }
            Exit::Poll => {
                let event = self.poll_event();
                self.answer(event)
            }
            Exit::EmitEvent { name, payload } => match self.emit_event(slot, name, payload) {
                Ok(()) => Next::Same,
                Err(raise) => self.raise(raise),
            },
            Exit::EmitAlert(alert) => match self.emit_alert(slot, alert) {
                Ok(()) => Next::Same,
                Err(raise) => self.raise(raise),
            },
            Exit::Import { module } => self.import(slot, module),
            Exit::Spawn { function, first, arguments, lexical } => {
                let arguments = self.arguments(first, arguments);
                self.spawn(slot, function, &arguments, lexical)
            }
            Exit::Join { kind, items, labels } => self.begin_join(slot, kind, items, labels),
            Exit::EnterScope { implicit } => {
                let id = self.enter_scope(implicit);
                self.answer(Value::Int(id as i64))
            }
            Exit::ExitScope(Value::Int(id)) => self.exit_scope(slot, id as u64),
            Exit::ExitScope(_) => self.answer(Value::Null),
            Exit::Operation { operation, builtin, first, arguments } => {
                let arguments = self.arguments(first, arguments);
                self.carry_out(slot, operation, builtin, &arguments)
            }
            Exit::Host { function, first, arguments } => {
                let arguments = self.arguments(first, arguments);
                let task = self.task(slot).map_or(0, |task| task.id);
                self.host_call = Some(HostCall { function, task, arguments });
                Next::Stop(Stop::HostCall)
            }
        }
    }

    fn arguments(&self, first: u32, count: u8) -> Vec<Value> {
        self.active.stack[first as usize..first as usize + count as usize].to_vec()
    }

    fn out_of_fuel(&mut self, slot: u32, slice: i64) -> Next {
        let Some(task) = self.task(slot) else { return Next::Other };
        let run = &self.runs[task.run as usize];
        if let Some(allowed) = run.fuel_limit
            && run.fuel > allowed
        {
            let breach = LimitBreach { limit: LimitKind::Fuel, used: run.fuel as f64, allowed: allowed as f64 };
            return Next::Exit(Exit::Failed(Failure::Limit(breach)));
        }
        if task.unwinding && (task.cleanup_fuel < 0 || self.now() > task.cleanup_deadline) {
            // The grace is used up: what is left of the cleanup is dropped, and what it has started is cancelled.
            self.cancel_children(slot);
            self.cancel_operations(slot);
            return Next::Exit(Exit::Cancelled);
        }
        if self.turn_left < 0 {
            self.end_turn();
        }
        if slice < 0 { Next::Stop(Stop::Yielded) } else { Next::Other }
    }

    /// Gives the running task a value at once.
    pub(super) fn answer(&mut self, value: Value) -> Next {
        match self.vm.deliver(&mut self.active, value) {
            Ok(Some(exit)) => Next::Exit(exit),
            Ok(None) => Next::Same,
            Err(raise) => self.raise(raise),
        }
    }

    pub(super) fn await_promise(&mut self, slot: u32, promise: Handle<Promise>) -> Next {
        self.vm.heap.promises.get_mut(promise).observed = true;
        match self.outcome_of(promise) {
            Some(Settlement::Value(value)) => {
                self.vm.heap.share(value);
                self.answer(value)
            }
            Some(Settlement::Error(error)) => self.raise_awaited(error),
            None => {
                if let Some(message) = self.self_deadlock(slot, promise) {
                    self.active.awaiting = None;
                    return self.raise(Raise::new(ErrorKind::Deadlock, message));
                }
                self.wait_for(slot, promise);
                self.suspended(slot)
            }
        }
    }

    /// The running task has begun a wait.
    pub(super) fn suspended(&mut self, slot: u32) -> Next {
        if self.task(slot).is_some_and(|task| task.cancelled && !task.unwinding) {
            // It was cancelled while it ran, and observes it here.
            return self.observe_at_wait(slot);
        }
        self.parked()
    }

    /// The running task waits for something that a cancellation does not interrupt.
    pub(super) fn parked(&mut self) -> Next {
        self.leave_task();
        self.next_starter();
        Next::Other
    }

    fn observe_at_wait(&mut self, slot: u32) -> Next {
        self.unwait(slot);
        self.observe_cancellation(slot)
    }

    /// The running task goes to the back of the ready queue; whoever started it goes on.
    fn suspend_to_back(&mut self, slot: u32, resume: Resume) -> Next {
        if self.task(slot).is_some_and(|task| task.cancelled && !task.unwinding) {
            return self.observe_cancellation(slot);
        }
        if let Some(task) = self.task_mut(slot) {
            task.resume = resume;
        }
        self.leave_task();
        self.ready.push_back(slot);
        self.next_starter();
        Next::Other
    }

    fn finish_current(&mut self, slot: u32, state: PromiseState) {
        self.leave_task();
        self.end_task(slot, state);
        self.next_starter();
    }

    /// Starts a task that runs at once, until its first suspension; the running task goes on after that.
    fn spawn(&mut self, slot: u32, function: Value, arguments: &[Value], lexical: bool) -> Next {
        let origin = Origin {
            run: self.run_number(slot),
            parent: self.task(slot).map_or(0, |task| task.id),
            owner: self.owner_of_new(slot, lexical),
            spawned: self.active.frames.last().map(|frame| (frame.function, frame.ip)),
        };
        let new = match self.create_task(origin, function, arguments) {
            Ok(new) => new,
            Err(raise) => return self.raise(raise),
        };
        let promise = self.task(new).map(|task| task.promise);
        if let (Some(task), Some(promise)) = (self.task_mut(slot), promise) {
            task.resume = Resume::Value(Value::Promise(promise));
            task.wait = Wait::Start;
        }
        self.leave_task();
        self.starters.push(slot);
        self.enter_task(new);
        Next::Other
    }

    fn carry_out(&mut self, slot: u32, operation: Operation, builtin: u16, arguments: &[Value]) -> Next {
        match self.with_room(|scheduler| scheduler.operation(slot, operation, builtin, arguments)) {
            Ok(Reply::Value(value)) => self.answer(value),
            Ok(Reply::Combinator(of)) => self.start_functions(slot, of),
            Ok(Reply::Requests(of)) => self.start_requests(of),
            Ok(Reply::Parked) => self.suspended(slot),
            Ok(Reply::Await(promise)) => self.await_promise(slot, promise),
            Ok(Reply::Yield) => self.suspend_to_back(slot, Resume::Value(Value::Null)),
            Ok(Reply::Spawn(function)) => self.spawn(slot, function, &[], false),
            Ok(Reply::End(outcome)) => {
                let run = self.run_number(slot);
                self.drop_run(run, outcome);
                Next::Other
            }
            Err(raise) => self.refuse(raise),
        }
    }

    /// Does something that may need memory, once more after a collection if there was none. What it works on is in
    /// registers, so it survives.
    pub(super) fn with_room<T>(
        &mut self,
        mut work: impl FnMut(&mut Scheduler) -> Result<T, Raise>,
    ) -> Result<T, Raise> {
        match work(self) {
            Err(raise) if raise.is_memory_breach() && self.vm.heap.has_garbage() => {
                self.collect();
                work(self)
            }
            done => done,
        }
    }

    /// Raises in the running task instead of giving it what it asked for.
    pub(super) fn refuse(&mut self, raise: Raise) -> Next {
        self.active.awaiting = None;
        self.raise(raise)
    }

    /// A join over the branches in `items`.
    fn begin_join(&mut self, slot: u32, kind: CombinatorKind, items: Value, labels: Value) -> Next {
        let Value::List(list) = items else {
            self.active.awaiting = None;
            return self.raise(Raise::new(ErrorKind::Promise, "await join requires an array of promises"));
        };
        let items = self.vm.heap.items(list).to_vec();
        for &item in &items {
            self.vm.heap.share(item);
        }
        let labels = match labels {
            Value::List(labels) => Some(labels),
            _ => None,
        };
        let inputs = Inputs { owns: true, join: true, labels, ..Inputs::of(kind, items, u32::MAX) };
        let (of, _) = self.combine(slot, inputs);
        self.start_functions(slot, of)
    }

    /// The running task starts the functions of its new combinator, each to its first suspension, and goes on with the
    /// combinator's promise.
    fn start_functions(&mut self, slot: u32, of: Handle<Combinator>) -> Next {
        match self.call_next(of) {
            Some(new) => {
                if let Some(task) = self.task_mut(slot) {
                    task.resume = Resume::Functions(of);
                    task.wait = Wait::Start;
                }
                self.leave_task();
                self.starters.push(slot);
                self.enter_task(new);
                Next::Other
            }
            // The limit of tasks has ended the run.
            None if self.current != Some(slot) => Next::Other,
            None => {
                let object = self.vm.heap.combinators.get_mut(of);
                object.starting = false;
                let promise = object.promise.map_or(Value::Null, Value::Promise);
                self.answer(promise)
            }
        }
    }

    /// Makes a task of the next function of a combinator that may run. It is in no queue yet.
    fn call_next(&mut self, of: Handle<Combinator>) -> Option<u32> {
        let object = self.vm.heap.combinators.get(of);
        let (run, parent, owner, spawned) = (object.run, object.parent, object.scope, object.spawned);
        let parent = if self.find_task(parent).is_some() { parent } else { 0 };
        let owner = if self.scopes.contains_key(&owner) { owner } else { 0 };
        let (index, function, argument) = self.next_function(of)?;
        let arguments = argument.as_slice();
        match self.create_task(Origin { run, parent, owner, spawned }, function, arguments) {
            Ok(task) => {
                if let Some(promise) = self.task(task).map(|task| task.promise) {
                    self.attach(of, index, promise);
                }
                Some(task)
            }
            Err(raise) => {
                match self.vm.error_value(&self.active, *raise.0) {
                    Ok(error) => {
                        if let Some(promise) = self.vm.heap.combinators.get(of).promise {
                            self.settle(promise, PromiseState::Rejected(error));
                        }
                    }
                    Err(failure) => self.drop_run(run, Outcome::Failed(failure)),
                }
                None
            }
        }
    }

    /// Combinators one of whose functions or requests has ended start the next.
    pub(super) fn start_limited(&mut self) {
        while let Some(of) = self.limited.pop() {
            if self.vm.heap.combinators.get(of).requests.is_some() {
                self.go_on_asking(of);
                continue;
            }
            while let Some(task) = self.call_next(of) {
                self.ready.push_back(task);
            }
        }
    }

    /// The running task asks for the first items of its new combinator, and goes on with the combinator's promise.
    fn start_requests(&mut self, of: Handle<Combinator>) -> Next {
        let promise = self.vm.heap.combinators.get(of).promise.map_or(Value::Null, Value::Promise);
        match self.with_room(|scheduler| scheduler.ask_next(of)) {
            Ok(()) => self.answer(promise),
            Err(raise) => self.refuse(raise),
        }
    }

    /// Some items of a combinator have been answered: the next are asked for.
    fn go_on_asking(&mut self, of: Handle<Combinator>) {
        if let Err(raise) = self.with_room(|scheduler| scheduler.ask_next(of))
            && let Err(failure) = self.vm.error_value(&self.active, *raise.0)
        {
            let run = self.vm.heap.combinators.get(of).run;
            self.drop_run(run, Outcome::Failed(failure));
        }
    }

    // The host's side of a call.

    /// Answers the host call that stopped the machine. Gives the number of the operation if the answer is pending.
    ///
    /// # Errors
    /// The limit of pending operations, as the failure that its run ends with.
    pub fn reply(&mut self, reply: HostReply) -> Option<u64> {
        self.host_call.take()?;
        let slot = self.current?;
        let (resume, operation) = match reply {
            HostReply::Value(value) => (Resume::Value(value), None),
            HostReply::Error(error) => (Resume::Error(self.host_error(&error)), None),
            HostReply::Pending => match self.create_operation(Some(slot)) {
                Ok((id, promise)) => (Resume::Value(Value::Promise(promise)), Some(id)),
                Err(raise) => {
                    if let Err(failure) = self.vm.error_value(&self.active, *raise.0) {
                        let run = self.run_number(slot);
                        self.drop_run(run, Outcome::Failed(failure));
                    }
                    return None;
                }
            },
        };
        if let Some(task) = self.task_mut(slot) {
            task.resume = resume;
        }
        operation
    }

    /// Whether a message waits for the host.
    pub fn has_messages(&self) -> bool {
        !self.messages.is_empty()
    }
}
