//! One task of the scheduler.

use crate::heap::{Combinator, Promise};
use crate::value::{Handle, Value};
use crate::vm::Fiber;

/// Tasks are numbered from 1; numbers are never used again.
pub type TaskId = u64;

/// What a task waits for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Wait {
    /// It runs, or is ready to run.
    None,
    /// It started another task, which runs its first part.
    Start,
    /// A promise.
    Future(Handle<Promise>),
    Send(Handle<crate::heap::Channel>),
    Receive {
        channel: Handle<crate::heap::Channel>,
        receiving: Receiving,
    },
    /// A list of channels.
    Select(Handle<crate::heap::List>),
    /// The exit of a scope, for its children.
    Scope(u64),
    /// Something from outside: an event, a bar, a tick.
    Arrival(super::Wanted),
}

/// What a task that waits for a message gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receiving {
    /// The message, or null if the channel is closed.
    Plain,
    /// `Some` message, or `None` if the channel is closed or at a deadline, which the timer queue knows.
    Timed,
    /// The message, or [`Value::Unset`] if the channel is closed: for a loop.
    Loop,
}

impl Receiving {
    /// What it gets if the channel is closed.
    pub fn end(self) -> Value {
        match self {
            Receiving::Plain => Value::Null,
            Receiving::Timed => Value::None,
            Receiving::Loop => Value::Unset,
        }
    }
}

/// How a task goes on when it gets its turn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Resume {
    /// Where it was interrupted.
    Plain,
    /// With the value that it waited for.
    Value(Value),
    /// With an error value that it waited for; it was raised somewhere else before.
    Error(Value),
    /// Starting the next function of a combinator that it has made.
    Functions(Handle<Combinator>),
}

pub struct Task {
    pub id: TaskId,
    /// The task that started it, 0 for the main task.
    pub parent: TaskId,
    /// Slot of its run.
    pub run: u32,
    pub promise: Handle<Promise>,
    pub fiber: Fiber,
    pub wait: Wait,
    /// The number of the current wait, see [`crate::heap::Ticket`].
    pub wait_number: u32,
    pub resume: Resume,
    pub cancelled: bool,
    /// The cancellation has been observed: what runs is cleanup.
    pub unwinding: bool,
    /// Fuel and deadline of the cleanup.
    pub cleanup_fuel: i64,
    pub cleanup_deadline: f64,
    pub paused: bool,
    pub fuel: u64,
    /// Bytes that the heap counts for this task.
    pub bytes: usize,
    pub started: f64,
    /// Function and instruction that started it.
    pub spawned: Option<(u32, u32)>,
    /// Newest task that it started and that is alive, and its neighbours in the list of its parent.
    pub newest_child: Option<u32>,
    pub older: Option<u32>,
    pub newer: Option<u32>,
    /// Newest host operation that it waits for.
    pub newest_operation: Option<u64>,
    /// The scope that it belongs to, or 0.
    pub owner: u64,
}

/// Where a new task comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Slot of its run.
    pub run: u32,
    /// The task that starts it, or 0.
    pub parent: TaskId,
    /// The scope that owns it, or 0.
    pub owner: u64,
    /// Function and instruction that start it.
    pub spawned: Option<(u32, u32)>,
}

impl Origin {
    /// The host starts it.
    pub fn of_host(run: u32) -> Origin {
        Origin { run, parent: 0, owner: 0, spawned: None }
    }
}

/// A host operation without an answer, or a promise of something from outside that has not come.
pub struct PendingOperation {
    pub promise: Handle<Promise>,
    /// What it is a promise of; `None` for a host operation.
    pub arrival: Option<super::Wanted>,
    /// What the script asked of the host with it, if it is no call of a function.
    pub asked: Option<super::requests::Asked>,
    /// The run of the task that made it.
    pub run: u32,
    /// Slot of the task that it belongs to.
    pub task: Option<u32>,
    pub older: Option<u64>,
    pub newer: Option<u64>,
    /// The answer is in the inbox.
    pub answered: bool,
}
