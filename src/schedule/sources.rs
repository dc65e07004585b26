//! The sources of `for await` that other tasks or the host fill (async.md 7): one arm for each kind in each function.

use super::turn::Next;
use super::{Receiving, Scheduler, Wanted};
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
            Value::Stream(stream) => match self.take_arrival(slot, Wanted::Item(stream)) {
                Some(Ok(Value::Null)) => self.answer(Value::Unset),
                Some(Ok(item)) => self.answer(item),
                Some(Err(error)) => self.raise_awaited(error),
                None => match self.with_room(|scheduler| scheduler.park_for(slot, Wanted::Item(stream))) {
                    Ok(()) => self.suspended(slot),
                    Err(raise) => self.refuse(raise),
                },
            },
            _ => self.answer(Value::Unset),
        }
    }

    /// The running task has left a loop over a source, at its end or before. A channel stays as it is; a
    /// subscription ends.
    pub(super) fn left_source(&mut self, source: Value) -> Next {
        if let Value::Stream(stream) = source {
            self.close_stream(stream);
        }
        self.answer(Value::Null)
    }
}
