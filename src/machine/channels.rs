//! Channels that scripts share with their host.

use super::VirtualMachine;
use crate::heap::Channel;
use crate::value::{Handle, Value};

impl VirtualMachine {
    /// The channel that scripts get by `channel_named(name)`. It is made if there is none: for so many messages, or
    /// without a bound.
    pub fn channel(&mut self, name: &str, capacity: Option<usize>) -> Handle<Channel> {
        self.scheduler.named_channel(name, capacity)
    }

    /// Sends a message if the channel has room for it, or a receiver waits. False if not, or if it is closed.
    ///
    /// Not for the middle of a turn: see [`crate::schedule::Scheduler::is_between_turns`].
    pub fn try_send(&mut self, channel: Handle<Channel>, value: Value) -> bool {
        self.scheduler.try_send(channel, value)
    }

    /// Takes the oldest message, if there is one. As for [`VirtualMachine::try_send`].
    pub fn try_receive(&mut self, channel: Handle<Channel>) -> Option<Value> {
        self.scheduler.try_receive(channel)
    }

    /// No more can be sent; what was sent can still be received.
    pub fn close_channel(&mut self, channel: Handle<Channel>) {
        self.scheduler.close_channel(channel);
    }
}
