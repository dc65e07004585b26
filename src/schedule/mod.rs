//! Tasks, turns, promises, timers, channels, cancellation: everything of async.md that is not a single fiber.
//!
//! Nothing here waits, sleeps or calls out. What the host must do leaves as a [`Stop`] or a [`Message`]; what it has to
//! say enters through `deliver` and its relatives, which only mark tasks as ready.

mod cancel;
mod channels;
mod combinators;
mod contexts;
mod deadlock;
mod events;
mod integrity;
mod modules;
mod operations;
mod promises;
mod requests;
mod scopes;
mod sources;
mod task;
mod timers;
mod turn;

use crate::heap::{Channel, Heap, Promise, Source, Ticket};
use crate::runtime::{Capabilities, LimitBreach, LimitKind, Limits, Raise};
use crate::value::{Handle, Value};
use crate::vm::{Clock, Entropy, Failure, Fiber, Vm};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;

pub use deadlock::Parked;
pub use events::Wanted;
pub use events::outbound::{Alert, Severity};
pub use promises::HostError;
pub use requests::{Body, HttpRequest, Request};
pub use task::{Origin, PendingOperation, Receiving, Resume, Task, TaskId, Wait};
pub use timers::{Due, Timers};
pub use turn::HostReply;

/// Fuel of one turn of one task (async.md 9).
pub const TURN: i64 = 10_000;

/// Why [`Scheduler::run`] returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The fuel of the slice is used up; call again.
    Yielded,
    /// A script called a host function: see [`Scheduler::host_call`], answer with [`Scheduler::reply`].
    HostCall,
    /// Nothing is ready. Deliver something, or wait until the next deadline.
    Idle,
}

/// A call of a host function that waits for its reply.
#[derive(Clone, Debug)]
pub struct HostCall {
    /// Registration number of the function.
    pub function: u32,
    pub task: TaskId,
    pub arguments: Vec<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Outcome {
    Completed(Value),
    Failed(Failure),
    Cancelled,
}

/// What the machine tells its host, in order.
#[derive(Clone, Debug)]
pub enum Message {
    Output {
        stream: Stream,
        text: String,
    },
    /// All tasks of a run have ended.
    RunEnded {
        main: TaskId,
        outcome: Outcome,
    },
    TaskStarted {
        id: TaskId,
    },
    TaskEnded {
        id: TaskId,
    },
    /// The host shall abort an operation; a late result is ignored.
    AbortOperation {
        id: u64,
    },
    /// A failure that nobody ever awaited: the error record, the task or 0, and where that was started, where its
    /// starter was started, and so on.
    Unhandled {
        error: Value,
        task: TaskId,
        spawned: Vec<(u32, u32)>,
    },
    /// A watched promise has settled.
    Settled {
        watch: u32,
        promise: Handle<Promise>,
    },
    /// `emit_event`
    Event {
        name: String,
        payload: Value,
    },
    /// `emit_alert`
    Alert(Alert<Value>),
    /// The host shall do this and [`Scheduler::deliver`] what it came to.
    Request {
        id: u64,
        request: Request,
    },
}

/// One run of a program: its main task and all tasks that came from it.
pub struct Run {
    pub main: TaskId,
    /// Tasks alive.
    pub alive: usize,
    /// Files that are being written: the run is not over before they are.
    writes: usize,
    pub outcome: Option<Outcome>,
    pub fuel: u64,
    pub fuel_limit: Option<u64>,
    pub wall_limit: Option<f64>,
    pub output_bytes: usize,
    pub output_limit: Option<usize>,
    pub started: f64,
    pub arguments: Vec<Value>,
    /// Values that `args()` gives belong to the run; the slot is in use.
    pub active: bool,
    /// The modules that have been imported, with the tasks that run them and their promises.
    modules: FxHashMap<u32, (TaskId, Handle<Promise>)>,
}

impl Run {
    /// The first whole millisecond at which it has broken its limit of wall time.
    fn overdue(&self) -> Option<f64> {
        self.wall_limit.map(|limit| self.started + limit + 1.0)
    }
}

pub struct Scheduler {
    pub vm: Vm,
    /// The fiber of the task that runs.
    active: Fiber,
    current: Option<u32>,
    /// Fuel left of the running turn.
    turn_left: i64,
    /// Tasks that started the one that runs, outermost first.
    starters: Vec<u32>,
    /// The turn has not run anything yet: a cancelled task observes its cancellation.
    turn_begins: bool,
    ready: VecDeque<u32>,
    tasks: Vec<Option<Task>>,
    free_tasks: Vec<u32>,
    task_index: FxHashMap<TaskId, u32>,
    last_task: TaskId,
    waits: u32,
    runs: Vec<Run>,
    operations: FxHashMap<u64, PendingOperation>,
    last_operation: u64,
    timers: Timers,
    inbox: VecDeque<promises::Delivery>,
    events: events::Events,
    messages: Vec<Message>,
    host_call: Option<HostCall>,
    /// Rejected promises that nobody has awaited yet, with the task whose they are and where that was started.
    rejected: Vec<promises::Unobserved>,
    /// Some of them are new since the last look at who can still reach them.
    rejected_anew: bool,
    scopes: FxHashMap<u64, scopes::Scope>,
    last_scope: u64,
    /// How many tasks `parallel_map` runs at a time.
    pool_size: u32,
    named_channels: FxHashMap<Arc<str>, Handle<Channel>>,
    shared: FxHashMap<String, Value>,
    pins: FxHashMap<u32, Value>,
    last_pin: u32,
    watches: u32,
    /// Watches that have not been answered.
    watching: usize,
    paused: bool,
    /// Collections so far.
    collections: u64,
    /// Combinators that may start another of their functions or requests.
    limited: Vec<Handle<crate::heap::Combinator>>,
    /// Runs that may be over, as they have written their last file.
    written: Vec<u32>,
    slice_left: u64,
    spent: u64,
    saved: FxHashMap<u32, contexts::Saved>,
    /// The tasks of the last deadlock, for its report.
    pub(crate) last_deadlock: Vec<deadlock::Parked>,
    /// Tasks that have ended so far.
    ended: u64,
    /// Return when the turn is over.
    single_turn: bool,
}

impl Scheduler {
    pub fn new(limits: Limits, capabilities: Capabilities, clock: Clock, entropy: Entropy) -> Scheduler {
        Scheduler {
            vm: Vm::new(limits, capabilities, clock, entropy),
            active: Fiber::default(),
            current: None,
            turn_left: 0,
            starters: Vec::new(),
            turn_begins: false,
            ready: VecDeque::new(),
            tasks: Vec::new(),
            free_tasks: Vec::new(),
            task_index: FxHashMap::default(),
            last_task: 0,
            waits: 0,
            runs: Vec::new(),
            operations: FxHashMap::default(),
            last_operation: 0,
            timers: Timers::default(),
            inbox: VecDeque::new(),
            events: events::Events::default(),
            messages: Vec::new(),
            host_call: None,
            rejected: Vec::new(),
            rejected_anew: false,
            scopes: FxHashMap::default(),
            last_scope: 0,
            pool_size: 256,
            named_channels: FxHashMap::default(),
            shared: FxHashMap::default(),
            pins: FxHashMap::default(),
            last_pin: 0,
            watches: 0,
            watching: 0,
            paused: false,
            collections: 0,
            limited: Vec::new(),
            written: Vec::new(),
            slice_left: 0,
            spent: 0,
            saved: FxHashMap::default(),
            last_deadlock: Vec::new(),
            ended: 0,
            single_turn: false,
        }
    }

    pub fn heap(&self) -> &Heap {
        &self.vm.heap
    }

    /// The time, for the run.
    pub fn now(&self) -> f64 {
        self.vm.now()
    }

    /// The time for the host, which may look at it as often as it wants.
    pub fn time(&self) -> f64 {
        self.vm.readings.look(self.vm.clock)
    }

    /// Fuel that all runs have used so far.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// Nothing has happened yet.
    pub fn is_new(&self) -> bool {
        self.last_task == 0 && self.last_operation == 0 && self.vm.globals.is_empty() && self.inbox.is_empty()
    }

    /// The promise of a host operation that is not settled, or of a task that has not ended.
    pub fn pending_promise(&self, source: Source) -> Option<Handle<Promise>> {
        match source {
            Source::Operation { id } => self.operations.get(&id).map(|operation| operation.promise),
            Source::Task { id, .. } => self.find_task(id).map(|task| task.promise),
            _ => None,
        }
    }

    pub fn task(&self, slot: u32) -> Option<&Task> {
        self.tasks.get(slot as usize)?.as_ref()
    }

    pub(crate) fn task_mut(&mut self, slot: u32) -> Option<&mut Task> {
        self.tasks.get_mut(slot as usize)?.as_mut()
    }

    pub fn find_task(&self, id: TaskId) -> Option<&Task> {
        self.task(*self.task_index.get(&id)?)
    }

    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().flatten()
    }

    pub fn task_count(&self) -> usize {
        self.task_index.len()
    }

    /// Host operations without an answer.
    pub fn pending_operations(&self) -> usize {
        self.operations.len() - self.events.arrivals
    }

    /// Entries of the deadline queue, useful or not.
    pub fn timer_count(&self) -> usize {
        self.timers.iter().count()
    }

    pub fn current_task(&self) -> Option<&Task> {
        self.task(self.current?)
    }

    pub fn is_running(&self, task: &Task) -> bool {
        self.current.and_then(|slot| self.task(slot)).is_some_and(|current| current.id == task.id)
    }

    /// Whether no task is in the middle of a turn, or only in a host call: what the host changes now, no task notices
    /// between two of its waits.
    pub fn is_between_turns(&self) -> bool {
        self.current.is_none() || self.host_call.is_some()
    }

    pub fn collections(&self) -> u64 {
        self.collections
    }

    pub fn run_of(&self, task: &Task) -> &Run {
        &self.runs[task.run as usize]
    }

    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    pub fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }

    pub fn host_call(&self) -> Option<&HostCall> {
        self.host_call.as_ref()
    }

    /// Where a task stands: function and instruction of its innermost call.
    pub fn position(&self, task: &Task) -> Option<(u32, u32)> {
        let fiber = if self.is_running(task) { &self.active } else { &task.fiber };
        fiber.frames.last().map(|frame| (frame.function, frame.ip))
    }

    // Runs.

    /// Begins a run: its main task is ready.
    ///
    /// # Errors
    /// A wrong number of arguments, a value that cannot be called, the limit of tasks.
    pub fn begin_run(
        &mut self,
        function: Value,
        arguments: &[Value],
        script_arguments: Vec<Value>,
        limits: &Limits,
    ) -> Result<TaskId, Raise> {
        let slot = self.new_run(script_arguments, limits) as usize;
        let task = match self.create_task(Origin::of_host(slot as u32), function, arguments) {
            Ok(task) => task,
            Err(raise) => {
                self.runs[slot].active = false;
                return Err(raise);
            }
        };
        let id = self.task(task).map_or(0, |task| task.id);
        self.runs[slot].main = id;
        self.ready.push_back(task);
        Ok(id)
    }

    /// Makes a task that will call `function`. It is not in any queue yet.
    fn create_task(&mut self, origin: Origin, function: Value, arguments: &[Value]) -> Result<u32, Raise> {
        self.check_task_limit()?;
        let fiber = self.vm.new_fiber(function, arguments)?;
        Ok(self.add_task(origin, fiber))
    }

    /// # Errors
    /// The limit of tasks, if there can be no more.
    fn check_task_limit(&self) -> Result<(), Raise> {
        if let Some(allowed) = self.vm.limits.tasks
            && self.task_count() >= allowed
        {
            return Err(Raise::limit(LimitBreach {
                limit: LimitKind::Tasks,
                used: self.task_count() as f64 + 1.0,
                allowed: allowed as f64,
            }));
        }
        Ok(())
    }

    /// A task in that state.
    fn add_task(&mut self, origin: Origin, fiber: Fiber) -> u32 {
        let Origin { run, parent, owner, spawned } = origin;
        let id = self.last_task + 1;
        self.last_task = id;
        let slot = match self.free_tasks.pop() {
            Some(slot) => slot,
            None => {
                self.tasks.push(None);
                self.tasks.len() as u32 - 1
            }
        };
        let promise = self.vm.heap.promise(Source::Task { slot, id });
        let parent_slot = self.task_index.get(&parent).copied();
        let older = parent_slot.and_then(|parent| self.task(parent)).and_then(|parent| parent.newest_child);
        self.tasks[slot as usize] = Some(Task {
            id,
            parent,
            run,
            promise,
            fiber,
            wait: Wait::None,
            wait_number: 0,
            resume: Resume::Plain,
            cancelled: false,
            unwinding: false,
            cleanup_fuel: 0,
            cleanup_deadline: f64::INFINITY,
            paused: false,
            fuel: 0,
            bytes: 0,
            started: self.vm.now(),
            spawned,
            newest_child: None,
            older,
            newer: None,
            newest_operation: None,
            owner,
        });
        if let Some(older) = older.and_then(|older| self.task_mut(older)) {
            older.newer = Some(slot);
        }
        if let Some(parent) = parent_slot.and_then(|parent| self.task_mut(parent)) {
            parent.newest_child = Some(slot);
        }
        self.task_index.insert(id, slot);
        self.join_scope(owner, id);
        self.runs[run as usize].alive += 1;
        self.count_bytes(slot);
        self.messages.push(Message::TaskStarted { id });
        slot
    }

    /// Lets the heap count what a parked task holds.
    fn count_bytes(&mut self, slot: u32) {
        let Some(Some(task)) = self.tasks.get_mut(slot as usize) else { return };
        let bytes = size_of::<Task>() + task.fiber.bytes();
        let before = std::mem::replace(&mut task.bytes, bytes);
        self.vm.heap.recount(before, bytes);
    }

    /// Takes a task out of the tables.
    fn remove_task(&mut self, slot: u32) -> Option<Task> {
        let task = self.tasks.get_mut(slot as usize)?.take()?;
        self.vm.heap.recount(task.bytes, 0);
        self.ended += 1;
        self.task_index.remove(&task.id);
        for scope in &task.fiber.scopes {
            self.scopes.remove(&scope.id);
        }
        self.free_tasks.push(slot);
        // Its neighbours among the children of its parent.
        if let Some(older) = task.older.and_then(|older| self.task_mut(older)) {
            older.newer = task.newer;
        }
        match task.newer {
            Some(newer) => {
                if let Some(newer) = self.task_mut(newer) {
                    newer.older = task.older;
                }
            }
            None => {
                let parent = self.task_index.get(&task.parent).copied();
                if let Some(parent) = parent.and_then(|parent| self.task_mut(parent)) {
                    parent.newest_child = task.older;
                }
            }
        }
        // Its children go on without it.
        let mut child = task.newest_child;
        while let Some(orphan) = child.and_then(|child| self.task_mut(child)) {
            orphan.parent = 0;
            orphan.newer = None;
            child = orphan.older.take();
        }
        // So do operations that it called.
        let mut operation = task.newest_operation;
        while let Some(pending) = operation.and_then(|id| self.operations.get_mut(&id)) {
            pending.task = None;
            pending.newer = None;
            operation = pending.older.take();
        }
        self.messages.push(Message::TaskEnded { id: task.id });
        Some(task)
    }

    /// A new wait of a task: whoever ends it shows this ticket.
    fn begin_wait(&mut self, slot: u32, wait: Wait) -> Ticket {
        self.waits = self.waits.wrapping_add(1);
        let number = self.waits;
        if let Some(task) = self.task_mut(slot) {
            task.wait = wait;
            task.wait_number = number;
        }
        let ticket = Ticket { task: slot, wait: number };
        if let Some(deadline) = self.task(slot).filter(|task| task.unwinding).map(|task| task.cleanup_deadline)
            && deadline.is_finite()
        {
            self.timers.add(deadline, Due::Cleanup(ticket));
        }
        ticket
    }

    fn is_waiting(&self, ticket: Ticket) -> bool {
        self.task(ticket.task)
            .is_some_and(|task| task.wait_number == ticket.wait && !matches!(task.wait, Wait::None | Wait::Start))
    }

    /// Ends a wait: the task is ready and goes on with `resume`. Stale tickets do nothing.
    fn wake(&mut self, ticket: Ticket, resume: Resume) -> bool {
        if !self.is_waiting(ticket) {
            return false;
        }
        if let Some(task) = self.task_mut(ticket.task) {
            task.wait = Wait::None;
            task.resume = resume;
        }
        self.ready.push_back(ticket.task);
        true
    }

    // Things that the host holds.

    /// Keeps a value alive for the host.
    pub fn pin(&mut self, value: Value) -> u32 {
        self.last_pin = self.last_pin.wrapping_add(1);
        self.vm.heap.share(value);
        self.pins.insert(self.last_pin, value);
        self.last_pin
    }

    pub fn pinned(&self, pin: u32) -> Option<Value> {
        self.pins.get(&pin).copied()
    }

    pub fn unpin(&mut self, pin: u32) {
        self.pins.remove(&pin);
    }

    /// The channel that scripts know under a name.
    pub fn named_channel(&mut self, name: &str, capacity: Option<usize>) -> Handle<Channel> {
        if let Some(&channel) = self.named_channels.get(name) {
            return channel;
        }
        let channel = self.vm.heap.channel(capacity, true);
        self.named_channels.insert(name.into(), channel);
        channel
    }

    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Frees what nothing reaches.
    pub fn collect(&mut self) {
        self.collections += 1;
        // What useless timers hold is garbage, however long they have been useless.
        let mut timers = std::mem::take(&mut self.timers);
        timers.retain(|due| self.is_useful(due));
        self.timers = timers;
        let Scheduler {
            vm,
            active,
            tasks,
            operations,
            timers,
            inbox,
            events,
            rejected,
            scopes,
            named_channels,
            shared,
            pins,
            limited,
            saved,
            ..
        } = self;
        let (runs, messages, host_call) = (&self.runs, &self.messages, &self.host_call);
        vm.collect(|tracer, functions| {
            let registers = |function: u32| functions.get(function as usize).map_or(0, |f| f.registers as usize);
            let used = active.used(registers);
            active.trace(tracer, used);
            for task in tasks.iter_mut().flatten() {
                let used = task.fiber.used(registers);
                task.fiber.trace(tracer, used);
                tracer.value(Value::Promise(task.promise));
                trace_resume(tracer, task.resume);
                match task.wait {
                    Wait::Future(promise) => tracer.value(Value::Promise(promise)),
                    Wait::Send(channel) | Wait::Receive { channel, .. } => tracer.value(Value::Channel(channel)),
                    Wait::Select(list) => tracer.value(Value::List(list)),
                    Wait::Arrival(wanted) => tracer.value(wanted.value()),
                    Wait::None | Wait::Start | Wait::Scope(_) => {}
                }
            }
            for saved in saved.values_mut() {
                let used = saved.fiber.stack.len();
                saved.fiber.trace(tracer, used);
                trace_resume(tracer, saved.resume);
                match saved.wait {
                    Wait::Future(promise) => tracer.value(Value::Promise(promise)),
                    Wait::Arrival(wanted) => tracer.value(wanted.value()),
                    _ => {}
                }
            }
            events.trace(tracer);
            for operation in operations.values() {
                tracer.value(Value::Promise(operation.promise));
                if let Some(wanted) = operation.arrival {
                    tracer.value(wanted.value());
                }
            }
            for timer in timers.iter() {
                match timer.due {
                    // If nobody waits for it and nothing else holds it, nobody will notice.
                    Due::Promise(promise) => tracer.awaited(promise),
                    Due::Timeout(combinator) => tracer.combinator(combinator),
                    Due::Tick { id, .. } => tracer.value(Value::Text(id)),
                    Due::Wait(_) | Due::Cleanup(_) | Due::Request { .. } => {}
                }
            }
            for delivery in inbox.iter() {
                tracer.value(delivery.value());
            }
            for &combinator in limited.iter() {
                tracer.combinator(combinator);
            }
            for &channel in named_channels.values() {
                tracer.value(Value::Channel(channel));
            }
            for value in Scheduler::scope_values(scopes) {
                tracer.value(value);
            }
            for &value in shared.values().chain(pins.values()) {
                tracer.value(value);
            }
            for run in runs {
                tracer.values(&run.arguments);
                for &(_, promise) in run.modules.values() {
                    tracer.value(Value::Promise(promise));
                }
                if let Some(outcome) = run.outcome {
                    trace_outcome(tracer, outcome);
                }
            }
            for message in messages {
                match message {
                    Message::RunEnded { outcome, .. } => trace_outcome(tracer, *outcome),
                    Message::Unhandled { error, .. } => tracer.value(*error),
                    Message::Settled { promise, .. } => tracer.value(Value::Promise(*promise)),
                    Message::Event { payload, .. } => tracer.value(*payload),
                    Message::Alert(alert) => tracer.value(alert.data),
                    _ => {}
                }
            }
            if let Some(call) = host_call {
                tracer.values(&call.arguments);
            }
            tracer.drain();
            for unobserved in rejected.iter_mut() {
                unobserved.lost = !tracer.is_marked(unobserved.promise);
            }
            for unobserved in rejected.iter() {
                tracer.value(Value::Promise(unobserved.promise));
            }
        });
        let mut timers = std::mem::take(&mut self.timers);
        timers.retain(|due| match due {
            Due::Promise(promise) => self.vm.heap.promises.is_live(promise),
            _ => true,
        });
        self.timers = timers;
        self.forget_scopes();
    }

    /// Checks a growth of memory against the limit, before it happens.
    fn reserve(&self, bytes: usize) -> Result<(), Raise> {
        if !self.vm.heap.exceeds_limit(bytes) {
            return Ok(());
        }
        Err(Raise::limit(LimitBreach {
            limit: LimitKind::MemoryBytes,
            used: self.vm.heap.used_bytes().saturating_add(bytes) as f64,
            allowed: self.vm.heap.limit as f64,
        }))
    }

    /// The same for an entry of a table outside of the heap, which then counts until it is removed.
    fn reserve_entry(&mut self, key: &str) -> Result<(), Raise> {
        self.reserve(entry_bytes(key))?;
        self.vm.heap.charge(entry_bytes(key));
        Ok(())
    }

    /// Hands printed text to the host, within the limit of the run.
    fn output(&mut self, stream: Stream, text: String) -> Result<(), Raise> {
        self.count_output(text.len())?;
        self.messages.push(Message::Output { stream, text });
        Ok(())
    }

    /// Counts bytes that the running task hands to the host.
    fn count_output(&mut self, bytes: usize) -> Result<(), Raise> {
        let run = self.current.and_then(|slot| self.task(slot)).map(|task| task.run);
        if let Some(run) = run.map(|run| &mut self.runs[run as usize]) {
            run.output_bytes = run.output_bytes.saturating_add(bytes);
            if let Some(allowed) = run.output_limit
                && run.output_bytes > allowed
            {
                return Err(Raise::limit(LimitBreach {
                    limit: LimitKind::OutputBytes,
                    used: run.output_bytes as f64,
                    allowed: allowed as f64,
                }));
            }
        }
        Ok(())
    }
}

/// What an entry of a table under `key` takes, about.
fn entry_bytes(key: &str) -> usize {
    2 * size_of::<(String, Value)>() + key.len()
}

fn trace_resume(tracer: &mut crate::heap::Tracer<'_>, resume: Resume) {
    match resume {
        Resume::Value(value) | Resume::Error(value) => tracer.value(value),
        Resume::Functions(of) => tracer.combinator(of),
        Resume::Plain => {}
    }
}

fn trace_outcome(tracer: &mut crate::heap::Tracer<'_>, outcome: Outcome) {
    match outcome {
        Outcome::Completed(value) => tracer.value(value),
        Outcome::Failed(Failure::Error(record)) => tracer.value(Value::Record(record)),
        _ => {}
    }
}
