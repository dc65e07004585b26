//! The sources of `for await` that other tasks or the host fill (async.md 7): one arm for each kind in each function.

use super::turn::Next;
use super::{Receiving, Scheduler};
use crate::value::Value;

impl Scheduler {
    /// The running task gets the next item of a source, or [`Value::Unset`] at its end; until there is one, it waits.
    pub(super) fn next_item(&mut self, slot: u32, source: Value) -> Next {
        match source {
            Value::Channel(channel) => match self.take(channel) {
                Some(item) => self.answer(item),
                None if self.vm.heap.channels.get(channel).closed => self.answer(Receiving::Loop.end()),
                None => {
                    self.park_receiver(slot, channel, Receiving::Loop);
                    self.suspended(slot)
                }
            },
            _ => self.answer(Value::Unset),
        }
    }

    /// The running task has left a loop over a source, at its end or before. A channel stays as it is.
    pub(super) fn left_source(&mut self, _source: Value) -> Next {
        self.answer(Value::Null)
    }
}
