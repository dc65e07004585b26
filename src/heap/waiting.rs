//! What tasks wait for: promises, combinators over promises, channels, subscriptions.
//! All of it plain data.

use super::slab::Object;
use super::{Heap, Text};
use crate::value::{Handle, Value};
use std::collections::VecDeque;

/// One wait of one task: the task's slot, and the number of its wait, which the task no longer has once it went on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ticket {
    pub task: u32,
    pub wait: u32,
}

#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum PromiseState {
    #[default]
    Pending,
    Resolved(Value),
    /// With the error record.
    Rejected(Value),
    Cancelled,
}

/// What settles a promise; its number is what messages and wait reasons show.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Source {
    /// The end of a task: its slot while the task lives, its id.
    Task {
        slot: u32,
        id: u64,
    },
    /// The host, for the operation of this id.
    Operation {
        id: u64,
    },
    /// The deadline queue.
    Timer {
        id: u64,
    },
    Combinator {
        id: u64,
        of: Handle<Combinator>,
    },
    #[default]
    Settled,
}

/// Who is told when a promise settles.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Waiter {
    Task(Ticket),
    Combinator {
        of: Handle<Combinator>,
        index: u32,
    },
    /// A combinator that called this item as a function, in a task.
    Called {
        of: Handle<Combinator>,
        index: u32,
    },
    /// A promise that was resolved with this one.
    Follower(Handle<Promise>),
    /// The host, by the number of its watch.
    Watch(u32),
}

/// Mostly one waiter or none.
#[derive(Default, Debug)]
pub enum Waiters {
    #[default]
    None,
    One(Waiter),
    Many(Vec<Waiter>),
}

impl Waiters {
    pub fn push(&mut self, waiter: Waiter) {
        *self = match std::mem::take(self) {
            Waiters::None => Waiters::One(waiter),
            Waiters::One(first) => Waiters::Many(vec![first, waiter]),
            Waiters::Many(mut all) => {
                all.push(waiter);
                Waiters::Many(all)
            }
        };
    }

    /// Withdraws a waiter; the newest is found first, as cancellation goes newest first.
    pub fn remove(&mut self, waiter: Waiter) {
        match self {
            Waiters::One(only) if *only == waiter => *self = Waiters::None,
            Waiters::Many(all) => {
                if let Some(at) = all.iter().rposition(|&other| other == waiter) {
                    all.remove(at);
                }
            }
            _ => {}
        }
    }

    pub fn as_slice(&self) -> &[Waiter] {
        match self {
            Waiters::None => &[],
            Waiters::One(only) => std::slice::from_ref(only),
            Waiters::Many(all) => all,
        }
    }
}

#[derive(Default)]
pub struct Promise {
    pub state: PromiseState,
    pub source: Source,
    pub waiters: Waiters,
    /// Somebody awaits it or has awaited it: its rejection is not reported as unhandled.
    pub observed: bool,
}

impl Object for Promise {
    fn backing_bytes(&self) -> usize {
        match &self.waiters {
            Waiters::Many(all) => all.capacity() * size_of::<Waiter>(),
            _ => 0,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CombinatorKind {
    #[default]
    All,
    Race,
    Any,
    Settle,
    /// Like [`CombinatorKind::All`], giving null.
    Each,
    /// Of `async_timeout`: one input and a deadline.
    Timeout,
}

/// What a combinator asks the host for, with each of its items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Requests {
    /// The text of the file at a path.
    ReadFile,
    /// To write a file: `[path, content]`.
    WriteFile,
}

/// A promise over other promises.
#[derive(Default)]
pub struct Combinator {
    pub kind: CombinatorKind,
    /// The promise that this settles.
    pub promise: Option<Handle<Promise>>,
    /// What was given: promises, functions (called as tasks), plain values. Each is replaced by its result.
    pub items: Vec<Value>,
    /// What is called with each item, in a task for each.
    pub function: Option<Value>,
    /// What is asked of the host with each item.
    pub requests: Option<Requests>,
    /// Inputs that do not count any more are cancelled.
    pub owns: bool,
    /// An `await join`: only the task that waits for it knows it.
    pub join: bool,
    /// The keys of the result, if it is a dict.
    pub labels: Option<Handle<super::List>>,
    /// The outcome, which waits for the cleanup of cancelled inputs.
    pub decided: Option<PromiseState>,
    /// The first item that is not started yet.
    pub next: u32,
    /// How many items have no result yet.
    pub remaining: u32,
    /// How many functions may run, or requests may be in flight, at a time.
    pub limit: u32,
    pub running: u32,
    /// The task that made it is still starting functions, so nobody else has to.
    pub starting: bool,
    /// The run and the task that the tasks of its functions belong to.
    pub run: u32,
    pub parent: u64,
    /// The scope that owns them, or 0.
    pub scope: u64,
    /// Where it was made: function and instruction.
    pub spawned: Option<(u32, u32)>,
    /// For a timeout: its milliseconds.
    pub milliseconds: f64,
}

impl Object for Combinator {
    fn backing_bytes(&self) -> usize {
        self.items.capacity() * size_of::<Value>()
    }
}

#[derive(Default)]
pub struct Channel {
    /// `None`: unbounded. `Some(0)`: rendezvous.
    pub capacity: Option<usize>,
    pub items: VecDeque<Value>,
    pub senders: VecDeque<(Ticket, Value)>,
    pub receivers: VecDeque<Ticket>,
    pub closed: bool,
    /// Known to the host: waiting on it is no deadlock.
    pub named: bool,
}

impl Object for Channel {
    fn backing_bytes(&self) -> usize {
        self.items.capacity() * size_of::<Value>()
            + self.senders.capacity() * size_of::<(Ticket, Value)>()
            + self.receivers.capacity() * size_of::<Ticket>()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StreamKind {
    #[default]
    Events,
    Bars,
}

/// A subscription: what `events(name)` and `bars(source)` give.
#[derive(Default)]
pub struct Stream {
    pub kind: StreamKind,
    /// Of the events or of the source.
    pub name: Option<Handle<Text>>,
    /// Events that have come and that nobody has taken yet.
    pub items: VecDeque<Value>,
    /// Of bars: the number of the next one, which will be in the buffer of its source. Of events: the number of the last
    /// that somebody got who waited for it.
    pub number: u64,
    /// The run that it ends with.
    pub run: u32,
    pub open: bool,
}

impl Object for Stream {
    fn backing_bytes(&self) -> usize {
        self.items.capacity() * size_of::<Value>()
    }
}

impl Heap {
    pub fn stream(&mut self, stream: Stream) -> Handle<Stream> {
        self.charge(size_of::<Stream>());
        self.streams.insert(stream)
    }
}
