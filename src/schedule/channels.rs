//! Channels (async.md 7): bounded, unbounded and rendezvous, first come, first served.

use super::events::Taker;
use super::{Due, Receiving, Resume, Scheduler, Wait};
use crate::heap::{Channel, List, Ticket, VariantTag};
use crate::runtime::{ErrorKind, LimitBreach, LimitKind, Raise};
use crate::value::{Handle, Value};

/// What a channel operation does.
pub(super) enum Passing {
    Done(Value),
    /// The task has to wait.
    Full,
}

fn closed() -> Raise {
    Raise::new(ErrorKind::Channel, "Channel closed")
}

impl Scheduler {
    /// Sends a value if there is room, or a receiver that waits. False if not, or if the channel is closed.
    pub fn try_send(&mut self, channel: Handle<Channel>, value: Value) -> bool {
        matches!(self.offer(channel, value), Ok(Passing::Done(_)))
    }

    /// Takes the oldest message, if there is one.
    pub fn try_receive(&mut self, channel: Handle<Channel>) -> Option<Value> {
        self.take(channel)
    }

    /// Hands a value to a waiting receiver or puts it into the buffer. `Full`: there is no room.
    pub(super) fn offer(&mut self, channel: Handle<Channel>, value: Value) -> Result<Passing, Raise> {
        if self.vm.heap.channels.get(channel).closed {
            return Err(closed());
        }
        while let Some(ticket) = self.vm.heap.channels.get_mut(channel).receivers.pop_front() {
            if self.hand_over(ticket, channel, value) {
                return Ok(Passing::Done(Value::Bool(true)));
            }
        }
        let object = self.vm.heap.channels.get_mut(channel);
        if object.capacity.is_some_and(|capacity| object.items.len() >= capacity) {
            return Ok(Passing::Full);
        }
        if let Some(allowed) = self.vm.limits.channel_items
            && object.items.len() >= allowed
        {
            return Err(Raise::limit(LimitBreach {
                limit: LimitKind::ChannelItems,
                used: object.items.len() as f64 + 1.0,
                allowed: allowed as f64,
            }));
        }
        let before = object.items.capacity();
        if object.items.len() == before {
            self.reserve(before.max(4) * size_of::<Value>())?;
        }
        let object = self.vm.heap.channels.get_mut(channel);
        object.items.push_back(value);
        let grown = object.items.capacity() - before;
        if grown > 0 {
            self.vm.heap.charge(grown * size_of::<Value>());
        }
        Ok(Passing::Done(Value::Bool(true)))
    }

    /// Gives a value to a task that waits in `receive`, `receive_timeout` or `select`.
    fn hand_over(&mut self, ticket: Ticket, channel: Handle<Channel>, value: Value) -> bool {
        if !self.is_waiting(ticket) {
            return false;
        }
        let Some(wait) = self.task(ticket.task).map(|task| task.wait) else { return false };
        let result = match wait {
            Wait::Receive { receiving: Receiving::Plain | Receiving::Loop, .. } => value,
            Wait::Receive { receiving: Receiving::Timed, .. } => {
                self.abandon_timer();
                self.vm.heap.variant(VariantTag::SOME, value)
            }
            Wait::Select(list) => {
                self.abandon_timer();
                self.withdraw_select(list, ticket);
                let index = self.vm.heap.items(list).iter().position(|&item| item == Value::Channel(channel));
                self.vm.heap.list(vec![Value::Int(index.unwrap_or(0) as i64), value])
            }
            _ => return false,
        };
        self.wake(ticket, Resume::Value(result))
    }

    /// Takes the oldest value. `None`: there is none (the channel may be closed).
    pub(super) fn take(&mut self, channel: Handle<Channel>) -> Option<Value> {
        let object = self.vm.heap.channels.get_mut(channel);
        if let Some(value) = object.items.pop_front() {
            self.admit_sender(channel);
            return Some(value);
        }
        // A rendezvous: the value comes from a waiting sender.
        while let Some((ticket, value)) = self.vm.heap.channels.get_mut(channel).senders.pop_front() {
            if self.wake(ticket, Resume::Value(Value::Bool(true))) {
                return Some(value);
            }
        }
        None
    }

    /// There is room for the value of a waiting sender.
    fn admit_sender(&mut self, channel: Handle<Channel>) {
        while let Some((ticket, value)) = self.vm.heap.channels.get_mut(channel).senders.pop_front() {
            if self.wake(ticket, Resume::Value(Value::Bool(true))) {
                self.vm.heap.channels.get_mut(channel).items.push_back(value);
                return;
            }
        }
    }

    /// The running task waits in `send`.
    pub(super) fn park_sender(&mut self, slot: u32, channel: Handle<Channel>, value: Value) {
        let ticket = self.begin_wait(slot, Wait::Send(channel));
        self.vm.heap.channels.get_mut(channel).senders.push_back((ticket, value));
    }

    /// The running task waits for a message.
    pub(super) fn park_receiver(&mut self, slot: u32, channel: Handle<Channel>, receiving: Receiving) -> Ticket {
        let ticket = self.begin_wait(slot, Wait::Receive { channel, receiving });
        self.vm.heap.channels.get_mut(channel).receivers.push_back(ticket);
        ticket
    }

    /// The same with a deadline.
    pub(super) fn park_timed_receiver(&mut self, slot: u32, channel: Handle<Channel>, milliseconds: f64) {
        let ticket = self.park_receiver(slot, channel, Receiving::Timed);
        let deadline = self.now() + milliseconds;
        self.timers.add(deadline, Due::Wait(ticket));
    }

    /// `select`: the lowest index that is ready; a closed, drained channel is ready with null.
    pub(super) fn select_ready(&mut self, list: Handle<List>) -> Option<Value> {
        for index in 0..self.vm.heap.items(list).len() {
            let Value::Channel(channel) = self.vm.heap.items(list)[index] else { continue };
            let value = match self.take(channel) {
                Some(value) => value,
                None if self.vm.heap.channels.get(channel).closed => Value::Null,
                None => continue,
            };
            return Some(self.vm.heap.list(vec![Value::Int(index as i64), value]));
        }
        None
    }

    pub(super) fn park_select(&mut self, slot: u32, list: Handle<List>, milliseconds: Option<f64>) {
        let ticket = self.begin_wait(slot, Wait::Select(list));
        for index in 0..self.vm.heap.items(list).len() {
            if let Value::Channel(channel) = self.vm.heap.items(list)[index] {
                self.vm.heap.channels.get_mut(channel).receivers.push_back(ticket);
            }
        }
        if let Some(milliseconds) = milliseconds {
            let deadline = self.now() + milliseconds;
            self.timers.add(deadline, Due::Wait(ticket));
        }
    }

    fn withdraw_select(&mut self, list: Handle<List>, ticket: Ticket) {
        for index in 0..self.vm.heap.items(list).len() {
            if let Value::Channel(channel) = self.vm.heap.items(list)[index] {
                self.withdraw_receiver(channel, ticket);
            }
        }
    }

    fn withdraw_receiver(&mut self, channel: Handle<Channel>, ticket: Ticket) {
        let receivers = &mut self.vm.heap.channels.get_mut(channel).receivers;
        // The newest first, as cancellation goes newest first.
        if let Some(at) = receivers.iter().rposition(|&other| other == ticket) {
            receivers.remove(at);
        }
    }

    /// Takes a task out of the wait lists of channels and of what comes from outside: it is cancelled, or its deadline has come.
    pub(super) fn withdraw(&mut self, slot: u32, ticket: Ticket) {
        match self.task(slot).map(|task| task.wait) {
            Some(Wait::Send(channel)) => {
                let senders = &mut self.vm.heap.channels.get_mut(channel).senders;
                if let Some(at) = senders.iter().rposition(|&(other, _)| other == ticket) {
                    senders.remove(at);
                }
            }
            Some(Wait::Receive { channel, receiving }) => {
                self.withdraw_receiver(channel, ticket);
                if receiving == Receiving::Timed {
                    self.abandon_timer();
                }
            }
            Some(Wait::Select(list)) => {
                self.withdraw_select(list, ticket);
                self.abandon_timer();
            }
            Some(Wait::Arrival(wanted)) => self.withdraw_arrival(wanted, Taker::Task(ticket)),
            _ => {}
        }
    }

    /// The deadline of `receive_timeout` or `select`.
    pub(super) fn wait_timed_out(&mut self, ticket: Ticket) {
        if !self.is_waiting(ticket) {
            return;
        }
        let result = match self.task(ticket.task).map(|task| task.wait) {
            Some(Wait::Receive { .. }) => Value::None,
            _ => Value::Null,
        };
        self.withdraw(ticket.task, ticket);
        self.wake(ticket, Resume::Value(result));
    }

    /// Closes a channel: receivers that wait get null (or `None`), senders that wait an error.
    pub fn close_channel(&mut self, channel: Handle<Channel>) {
        let object = self.vm.heap.channels.get_mut(channel);
        if object.closed {
            return;
        }
        object.closed = true;
        let receivers = std::mem::take(&mut object.receivers);
        let senders = std::mem::take(&mut object.senders);
        for ticket in receivers {
            if !self.is_waiting(ticket) {
                continue;
            }
            match self.task(ticket.task).map(|task| task.wait) {
                Some(Wait::Receive { receiving, .. }) => {
                    if receiving == Receiving::Timed {
                        self.abandon_timer();
                    }
                    self.wake(ticket, Resume::Value(receiving.end()));
                }
                _ => {
                    self.hand_over(ticket, channel, Value::Null);
                }
            }
        }
        for (ticket, _) in senders {
            let error = self.vm.heap.error("Channel closed", ErrorKind::Channel.word());
            self.wake(ticket, Resume::Error(Value::Record(error)));
        }
    }
}
