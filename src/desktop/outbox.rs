//! Who is told the events and alerts of scripts.

use crate::machine::{Alert, Data, SinkId, VirtualMachine};
use std::collections::VecDeque;

/// Who is told the events of scripts.
pub type EventListener = Box<dyn FnMut(&str, &Data) + Send>;

/// Who is told all alerts of scripts.
pub type AlertListener = Box<dyn FnMut(&Alert<Data>) + Send>;

/// Who gets alerts by their tags; it may fail, with a message.
pub type AlertSink = Box<dyn FnMut(&Alert<Data>) -> Result<(), String> + Send>;

/// An alert that a sink failed with.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    pub alert: Alert<Data>,
    pub sink: SinkId,
    pub error: String,
}

/// Dead letters that are kept; the oldest make room.
const MOST_DEAD_LETTERS: usize = 1000;

#[derive(Default)]
pub(super) struct Outbox {
    pub event: Option<EventListener>,
    pub alert: Option<AlertListener>,
    sinks: Vec<(SinkId, AlertSink)>,
    dead: VecDeque<DeadLetter>,
}

impl Outbox {
    pub fn tell_event(&mut self, name: &str, payload: &Data) {
        if let Some(listener) = &mut self.event {
            listener(name, payload);
        }
    }

    pub fn tell_alert(&mut self, alert: &Alert<Data>, sinks: &[SinkId]) {
        if let Some(listener) = &mut self.alert {
            listener(alert);
        }
        for (id, sink) in self.sinks.iter_mut().filter(|(id, _)| sinks.contains(id)) {
            if let Err(error) = sink(alert) {
                if self.dead.len() == MOST_DEAD_LETTERS {
                    self.dead.pop_front();
                }
                self.dead.push_back(DeadLetter { alert: alert.clone(), sink: *id, error });
            }
        }
    }
}

impl super::Vm {
    /// Hands the events that scripts emit to `listener`, in order with what they print. A program with channels sends
    /// them on from there.
    pub fn on_event(&mut self, listener: EventListener) {
        self.outbox.event = Some(listener);
    }

    /// The same for all alerts, whatever their tags.
    pub fn on_alert(&mut self, listener: AlertListener) {
        self.outbox.alert = Some(listener);
    }

    /// A sink for alerts that have one of these tags; without tags, for those that no sink with tags is for. What it
    /// fails with becomes a dead letter.
    pub fn add_alert_sink(&mut self, tags: &[&str], sink: AlertSink) -> SinkId {
        let id = self.machine.add_alert_sink(tags.iter().map(|tag| tag.to_string()).collect());
        self.outbox.sinks.push((id, sink));
        id
    }

    pub fn remove_alert_sink(&mut self, sink: SinkId) {
        self.machine.remove_alert_sink(sink);
        self.outbox.sinks.retain(|&(id, _)| id != sink);
    }

    /// The last alerts that sinks failed with, oldest first.
    pub fn dead_letters(&self) -> impl Iterator<Item = &DeadLetter> {
        self.outbox.dead.iter()
    }
}

/// The data that a script sent, which the machine has found to be data.
pub(super) fn sent(machine: &mut VirtualMachine, value: crate::value::Value) -> Data {
    machine.export(value).unwrap_or(Data::Null)
}
