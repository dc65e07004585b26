//! The deadline queue: all timers of a machine, earliest first, equal deadlines in the order of their creation.

use crate::heap::{Combinator, Promise, Text, Ticket};
use crate::value::Handle;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What a timer does when it is due.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Due {
    /// Resolves a promise with null.
    Promise(Handle<Promise>),
    /// Ends the wait of a task that waits for something else as well.
    Wait(Ticket),
    /// The deadline of `async_timeout`.
    Timeout(Handle<Combinator>),
    /// The time that a request may take.
    Request { id: u64, milliseconds: f64 },
    /// The next tick of a ticker that somebody waits for; `alarm` tells whether it is still that tick.
    Tick { id: Handle<Text>, alarm: u32 },
    /// Ends a cancelled task whose cleanup waits for too long.
    Cleanup(Ticket),
}

#[derive(Clone, Copy, Debug)]
pub struct Timer {
    /// Milliseconds of the machine's clock.
    pub deadline: f64,
    number: u64,
    pub due: Due,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    // Reversed: the greatest of a binary heap is the first to fire.
    fn cmp(&self, other: &Self) -> Ordering {
        other.deadline.total_cmp(&self.deadline).then(other.number.cmp(&self.number))
    }
}

#[derive(Default)]
pub struct Timers {
    queue: BinaryHeap<Timer>,
    created: u64,
    /// Timers in the queue that nobody waits for any more.
    stale: usize,
}

impl Timers {
    pub fn add(&mut self, deadline: f64, due: Due) {
        self.created += 1;
        self.queue.push(Timer { deadline, number: self.created, due });
    }

    pub fn first(&self) -> Option<&Timer> {
        self.queue.peek()
    }

    pub fn pop(&mut self) -> Option<Timer> {
        self.queue.pop()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Timer> {
        self.queue.iter()
    }

    /// Keeps only timers that are useful.
    pub fn retain(&mut self, useful: impl Fn(Due) -> bool) {
        self.queue.retain(|timer| useful(timer.due));
        self.stale = 0;
    }

    /// Says that one timer has become useless; when most are, `useful` sorts them out.
    pub fn abandon(&mut self, useful: impl Fn(Due) -> bool) {
        self.stale += 1;
        if self.stale > 64 && self.stale * 2 > self.queue.len() {
            self.retain(useful);
        }
    }
}
