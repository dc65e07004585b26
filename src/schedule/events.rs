//! What comes from outside (async.md 8): events, bars, ticks, and who waits for them. A delivery fills buffers and
//! marks tasks as ready; it runs nothing.
//!
//! Subscriptions and waits end with the task that began them if it is cancelled, and in any case with their run. Until
//! then they hold, reachable or not: what becomes of an event must not depend on when the collector ran.

pub mod outbound;
mod series;
mod tickers;

use super::promises::Delivery;
use super::turn::Next;
use super::{Resume, Scheduler, Wait};
use crate::builtins::Operation;
use crate::heap::{Heap, PromiseState, Source, Stream, StreamKind, Text, Ticket, Tracer};
use crate::runtime::Raise;
use crate::value::{Handle, Value};
use rustc_hash::FxHashMap;
use series::Series;
use std::collections::VecDeque;
use std::sync::Arc;
use tickers::Ticker;

/// What somebody waits for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Wanted {
    /// Any event that nobody else waited for.
    AnyEvent,
    /// The next event of that name.
    Event(Handle<Text>),
    /// The next bar of that source.
    Bar(Handle<Text>),
    /// The next tick of that timer.
    Tick(Handle<Text>),
    /// The next item of a subscription.
    Item(Handle<Stream>),
}

impl Wanted {
    pub(super) fn value(self) -> Value {
        match self {
            Wanted::AnyEvent => Value::Null,
            Wanted::Event(name) | Wanted::Bar(name) | Wanted::Tick(name) => Value::Text(name),
            Wanted::Item(stream) => Value::Stream(stream),
        }
    }
}

/// In place of a run's number.
const NO_RUN: u32 = u32::MAX;

/// Who gets it: a task that is parked for it, or the promise of an operation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Taker {
    Task(Ticket),
    Operation(u64),
}

#[derive(Clone, Copy, Debug)]
struct Waiter {
    taker: Taker,
    /// It waits for the next item of this subscription.
    stream: Option<Handle<Stream>>,
}

impl Waiter {
    /// What it gets at the end of a source or subscription. A loop is told so; others get null.
    fn end(self) -> Value {
        match self {
            Waiter { taker: Taker::Task(_), stream: Some(_) } => Value::Unset,
            _ => Value::Null,
        }
    }
}

/// Who is interested in the events of one name.
#[derive(Default)]
struct Topic {
    /// In the order in which they began to wait.
    waiters: Vec<Waiter>,
    streams: Vec<Handle<Stream>>,
}

/// An event that nobody waited for.
struct Queued {
    name: Arc<str>,
    event: Value,
}

/// Everything that has come from outside and has not been taken, and who waits.
pub(super) struct Events {
    queue: VecDeque<Queued>,
    /// Who waits for the queue to have something.
    any: Vec<Waiter>,
    topics: FxHashMap<Arc<str>, Topic>,
    series: FxHashMap<Arc<str>, Series>,
    tickers: FxHashMap<Arc<str>, Ticker>,
    /// All open subscriptions.
    streams: Vec<Handle<Stream>>,
    /// Operations whose promises stand for waits.
    pub arrivals: usize,
    /// Events that somebody was interested in, so far.
    arrived: u64,
    /// A program has read bars since there was none.
    bars_read: bool,
    /// Events and bars that buffers had no room for.
    dropped: u64,
    /// The host may still deliver something.
    open: bool,
    alerts: u64,
}

impl Default for Events {
    fn default() -> Events {
        Events {
            queue: VecDeque::new(),
            any: Vec::new(),
            topics: FxHashMap::default(),
            series: FxHashMap::default(),
            tickers: FxHashMap::default(),
            streams: Vec::new(),
            arrivals: 0,
            arrived: 0,
            bars_read: false,
            dropped: 0,
            open: true,
            alerts: 0,
        }
    }
}

impl Events {
    /// Hands everything to the collector.
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        for queued in &self.queue {
            tracer.value(queued.event);
        }
        for series in self.series.values() {
            series.trace(tracer);
        }
        for &stream in &self.streams {
            tracer.value(Value::Stream(stream));
        }
    }

    /// Whether a delivery could wake a task.
    pub fn outstanding(&self) -> bool {
        self.open && (!self.streams.is_empty() || self.takers().next().is_some())
    }

    /// Everybody who waits.
    pub fn takers(&self) -> impl Iterator<Item = Taker> + '_ {
        let topics = self.topics.values().map(|topic| topic.waiters.as_slice());
        let series = self.series.values().map(|series| series.waiters.as_slice());
        let tickers = self.tickers.values().map(Ticker::waiters);
        let waiters = [self.any.as_slice()].into_iter().chain(topics).chain(series).chain(tickers);
        waiters.flatten().map(|waiter| waiter.taker)
    }
}

/// Appends to a bounded buffer. True if something was dropped for that: the oldest, or with no room at all the new one.
fn push_bounded<T>(heap: &mut Heap, items: &mut VecDeque<T>, item: T, most: Option<usize>) -> bool {
    let most = most.unwrap_or(usize::MAX);
    if most == 0 {
        return true;
    }
    let full = items.len() >= most;
    if full {
        items.pop_front();
    }
    let before = items.capacity();
    items.push_back(item);
    heap.recount(before * size_of::<T>(), items.capacity() * size_of::<T>());
    full
}

impl Scheduler {
    // Deliveries.

    /// An event from outside: it goes to all that wait for its name, else into the inbound queue.
    pub fn deliver_event(&mut self, name: &str, data: Value) {
        let time = Value::Int(self.now() as i64);
        let heap = &mut self.vm.heap;
        let (kind, text) = (heap.text("event"), heap.text(name));
        let event = heap.dict_of(&[("type", kind), ("name", text), ("data", data), ("time", time)]);
        self.take_in_between_turns(Delivery::Event { name: name.into(), event });
    }

    /// A bar of a source, a dict. A source that had ended begins anew.
    pub fn deliver_bar(&mut self, source: &str, bar: Value) {
        self.take_in_between_turns(Delivery::Bar { source: source.into(), bar });
    }

    /// There are no more bars of a source; or it has failed, with that error.
    pub fn end_bars(&mut self, source: &str, error: Option<super::HostError>) {
        let error = error.map(|error| self.host_error(&error));
        self.take_in_between_turns(Delivery::EndOfBars { source: source.into(), error });
    }

    /// A tick of a timer.
    pub fn deliver_tick(&mut self, id: &str) {
        self.take_in_between_turns(Delivery::Tick { id: id.into() });
    }

    /// Whether the host may still deliver events, bars and ticks, as it may at first. If not, a task that waits for
    /// one waits for ever.
    pub fn deliveries_expected(&self) -> bool {
        self.events.open
    }

    pub fn set_deliveries_expected(&mut self, expected: bool) {
        self.events.open = expected;
    }

    /// Events and bars that were dropped because buffers were full.
    pub fn dropped_events(&self) -> u64 {
        self.events.dropped
    }

    /// Events that nobody has waited for.
    pub fn queued_events(&self) -> usize {
        self.events.queue.len()
    }

    /// Subscriptions, and promises of events, bars and ticks that have not come.
    pub fn subscriptions(&self) -> usize {
        self.events.streams.len() + self.events.arrivals
    }

    /// Deliveries are taken in between turns only, so that slices make no difference.
    fn take_in_between_turns(&mut self, delivery: Delivery) {
        if self.current.is_some() {
            self.inbox.push_back(delivery);
        } else {
            self.take_in(delivery);
        }
    }

    pub(super) fn event_arrived(&mut self, name: Arc<str>, event: Value) {
        self.vm.heap.share(event);
        let Some(topic) = self.events.topics.get_mut(&name) else { return self.queue_event(name, event) };
        self.events.arrived += 1;
        let number = self.events.arrived;
        let streams = topic.streams.clone();
        let waiters = std::mem::take(&mut topic.waiters);
        let mut waiting = Vec::new();
        for waiter in waiters {
            if let Some(stream) = waiter.stream {
                // Of those that wait for the same subscription, the first gets the event.
                let last = std::mem::replace(&mut self.vm.heap.streams.get_mut(stream).number, number);
                if last == number {
                    waiting.push(waiter);
                    continue;
                }
            }
            self.give(waiter.taker, Ok(event));
        }
        if let Some(topic) = self.events.topics.get_mut(&name) {
            topic.waiters.splice(0..0, waiting);
        }
        let most = self.vm.limits.event_queue;
        for stream in streams {
            let object = self.vm.heap.streams.get_mut(stream);
            if object.number == number {
                continue;
            }
            let mut items = std::mem::take(&mut object.items);
            let dropped = push_bounded(&mut self.vm.heap, &mut items, event, most);
            self.events.dropped += u64::from(dropped);
            self.vm.heap.streams.get_mut(stream).items = items;
        }
        self.forget_topic(&name);
    }

    fn queue_event(&mut self, name: Arc<str>, event: Value) {
        let most = self.vm.limits.event_queue;
        let dropped = push_bounded(&mut self.vm.heap, &mut self.events.queue, Queued { name, event }, most);
        self.events.dropped += u64::from(dropped);
        if self.events.queue.is_empty() {
            return;
        }
        for waiter in std::mem::take(&mut self.events.any) {
            self.give(waiter.taker, Ok(Value::Null));
        }
    }

    /// Ends one wait.
    fn give(&mut self, taker: Taker, result: Result<Value, Value>) {
        if let Ok(value) = result {
            self.vm.heap.share(value);
        }
        match taker {
            Taker::Task(ticket) => {
                let resume = match result {
                    Ok(value) => Resume::Value(value),
                    Err(error) => Resume::Error(error),
                };
                self.wake(ticket, resume);
            }
            Taker::Operation(id) => {
                let state = match result {
                    Ok(value) => PromiseState::Resolved(value),
                    Err(error) => PromiseState::Rejected(error),
                };
                self.settle_operation(id, state);
            }
        }
    }

    // Waiting.

    /// What a call of `next_bar` or one of its like asks for.
    ///
    /// # Errors
    /// Kind `argument`, if the name is no text.
    pub(super) fn wanted(&self, operation: Operation, name: Value) -> Result<Wanted, Raise> {
        let text = |message: &str| match name {
            Value::Text(text) => Ok(text),
            _ => Err(Raise::argument(message)),
        };
        Ok(match operation {
            Operation::NextEvent => Wanted::Event(text("next_event() requires a string name")?),
            Operation::NextBar => Wanted::Bar(text("next_bar() requires a string source")?),
            Operation::NextTick => Wanted::Tick(text("next_tick() requires a string id")?),
            _ => Wanted::AnyEvent,
        })
    }

    /// What is there already, which is taken; an error of a source that has failed. `None`: it has to be waited for.
    pub(super) fn take_arrival(&mut self, slot: u32, wanted: Wanted) -> Option<Result<Value, Value>> {
        let found = match wanted {
            Wanted::AnyEvent => (!self.events.queue.is_empty()).then_some(Ok(Value::Null)),
            Wanted::Event(name) => self.take_queued(slot, name).map(Ok),
            Wanted::Bar(source) => self.take_bar(source),
            Wanted::Tick(id) => self.take_tick(id).then_some(Ok(Value::Null)),
            Wanted::Item(stream) => self.take_item(stream),
        };
        if let Some(Ok(value)) = found {
            self.vm.heap.share(value);
        }
        found
    }

    /// `poll_event()`
    pub(super) fn poll_event(&mut self) -> Value {
        self.events.queue.pop_front().map_or(Value::Null, |queued| queued.event)
    }

    /// The first event of that name in the queue.
    fn take_queued(&mut self, slot: u32, name: Handle<Text>) -> Option<Value> {
        let name = self.vm.heap.str(name);
        let at = self.events.queue.iter().position(|queued| *queued.name == *name);
        let seen = at.unwrap_or(self.events.queue.len());
        self.charge(slot, seen as i64 / 8);
        self.events.queue.remove(at?).map(|queued| queued.event)
    }

    fn take_item(&mut self, stream: Handle<Stream>) -> Option<Result<Value, Value>> {
        let object = self.vm.heap.streams.get_mut(stream);
        if !object.open {
            return Some(Ok(Value::Null));
        }
        match object.kind {
            StreamKind::Events => object.items.pop_front().map(Ok),
            StreamKind::Bars => self.take_bar_of(stream),
        }
    }

    /// Parks the running task until what it wants is there.
    ///
    /// # Errors
    /// The limit of memory.
    pub(super) fn park_for(&mut self, slot: u32, wanted: Wanted) -> Result<(), Raise> {
        self.reserve_wait(wanted)?;
        self.park_as_before(slot, wanted);
        Ok(())
    }

    /// The same for a task that was put back into an earlier state.
    pub(super) fn park_as_before(&mut self, slot: u32, wanted: Wanted) {
        let ticket = self.begin_wait(slot, Wait::Arrival(wanted));
        self.await_arrival(wanted, Taker::Task(ticket));
    }

    /// The promise of what is wanted, which registers at once.
    ///
    /// # Errors
    /// The limit of memory.
    pub(super) fn promise_of(&mut self, slot: u32, wanted: Wanted) -> Result<Value, Raise> {
        if let Some(found) = self.take_arrival(slot, wanted) {
            let promise = self.vm.heap.promise(Source::Settled);
            let state = match found {
                Ok(value) => PromiseState::Resolved(value),
                Err(error) => PromiseState::Rejected(error),
            };
            self.settle(promise, state);
            return Ok(Value::Promise(promise));
        }
        self.reserve_wait(wanted)?;
        let (id, promise) = self.create_arrival(slot, wanted);
        self.await_arrival(wanted, Taker::Operation(id));
        Ok(Value::Promise(promise))
    }

    fn reserve_wait(&self, wanted: Wanted) -> Result<(), Raise> {
        let name = self.vm.heap.as_str(wanted.value()).unwrap_or_default();
        self.reserve(super::entry_bytes(name) + size_of::<super::PendingOperation>())
    }

    fn await_arrival(&mut self, wanted: Wanted, taker: Taker) {
        let waiter = Waiter { taker, stream: None };
        match wanted {
            Wanted::AnyEvent => self.events.any.push(waiter),
            Wanted::Event(name) => self.topic(name).waiters.push(waiter),
            Wanted::Bar(source) => self.series(source).waiters.push(waiter),
            Wanted::Tick(id) => self.await_tick(id, waiter),
            Wanted::Item(stream) => {
                let waiter = Waiter { taker, stream: Some(stream) };
                let object = self.vm.heap.streams.get(stream);
                let (kind, Some(name)) = (object.kind, object.name) else { return };
                match kind {
                    StreamKind::Events => self.topic(name).waiters.push(waiter),
                    StreamKind::Bars => self.series(name).waiters.push(waiter),
                }
            }
        }
    }

    /// Takes somebody out of the list that they wait in: what comes is for others.
    pub(super) fn withdraw_arrival(&mut self, wanted: Wanted, taker: Taker) {
        match wanted {
            Wanted::AnyEvent => withdraw(&mut self.events.any, taker),
            Wanted::Event(name) => self.leave_topic(name, taker),
            Wanted::Bar(source) => self.leave_series(source, taker),
            Wanted::Tick(id) => self.leave_ticker(id, taker),
            Wanted::Item(stream) => {
                let object = self.vm.heap.streams.get(stream);
                match (object.kind, object.name) {
                    (StreamKind::Events, Some(name)) => self.leave_topic(name, taker),
                    (StreamKind::Bars, Some(name)) => self.leave_series(name, taker),
                    (_, None) => {}
                }
            }
        }
    }

    /// What somebody waits for, in words.
    pub(super) fn wanted_words(&self, wanted: Wanted) -> String {
        let quoted = |value| crate::builtins::text_form::literal(&self.vm.heap, value);
        match wanted {
            Wanted::AnyEvent => "an event".into(),
            Wanted::Event(_) => format!("an event {}", quoted(wanted.value())),
            Wanted::Bar(_) => format!("a bar of {}", quoted(wanted.value())),
            Wanted::Tick(_) => format!("a tick of {}", quoted(wanted.value())),
            Wanted::Item(stream) => {
                let object = self.vm.heap.streams.get(stream);
                match (object.kind, object.name) {
                    (StreamKind::Events, Some(name)) => format!("an event {}", quoted(Value::Text(name))),
                    (StreamKind::Bars, Some(name)) => format!("a bar of {}", quoted(Value::Text(name))),
                    (_, None) => "the next item".into(),
                }
            }
        }
    }

    /// The topic of a name, made if it is not there.
    fn topic(&mut self, name: Handle<Text>) -> &mut Topic {
        let heap = &mut self.vm.heap;
        let name: Arc<str> = heap.str(name).into();
        self.events.topics.entry(name).or_insert_with_key(|name| {
            heap.charge(super::entry_bytes(name));
            Topic::default()
        })
    }

    fn leave_topic(&mut self, name: Handle<Text>, taker: Taker) {
        let name: Arc<str> = self.vm.heap.str(name).into();
        if let Some(topic) = self.events.topics.get_mut(&name) {
            withdraw(&mut topic.waiters, taker);
        }
        self.forget_topic(&name);
    }

    /// Removes a topic that nobody is interested in.
    fn forget_topic(&mut self, name: &str) {
        if self.events.topics.get(name).is_some_and(|topic| topic.waiters.is_empty() && topic.streams.is_empty()) {
            self.events.topics.remove(name);
            self.vm.heap.recount(super::entry_bytes(name), 0);
        }
    }

    /// `await` written directly on a call of `next_bar` or one of its like.
    pub(super) fn await_arrival_of(&mut self, slot: u32, operation: Operation, name: Value) -> Next {
        let wanted = match self.wanted(operation, name) {
            Ok(wanted) => wanted,
            Err(raise) => return self.refuse(raise),
        };
        match self.take_arrival(slot, wanted) {
            Some(Ok(value)) => self.answer(value),
            Some(Err(error)) => self.raise_awaited(error),
            None => match self.with_room(|scheduler| scheduler.park_for(slot, wanted)) {
                Ok(()) => self.suspended(slot),
                Err(raise) => self.refuse(raise),
            },
        }
    }

    // Subscriptions.

    /// `events(name)` or `bars(source)`
    ///
    /// # Errors
    /// Kind `argument`; the limit of memory.
    pub(super) fn open_stream(&mut self, slot: u32, kind: StreamKind, name: Value) -> Result<Value, Raise> {
        let Value::Text(name) = name else {
            return Err(Raise::argument(match kind {
                StreamKind::Events => "events() requires a string name",
                StreamKind::Bars => "bars() requires a string source",
            }));
        };
        self.reserve(size_of::<Stream>() + super::entry_bytes(self.vm.heap.str(name)))?;
        let run = self.task(slot).map_or(0, |task| task.run);
        self.vm.heap.share(Value::Text(name));
        let number = match kind {
            StreamKind::Events => 0,
            StreamKind::Bars => self.series(name).first,
        };
        let stream = Stream { kind, name: Some(name), number, run, open: true, ..Stream::default() };
        let stream = self.vm.heap.stream(stream);
        match kind {
            StreamKind::Events => self.topic(name).streams.push(stream),
            StreamKind::Bars => self.series(name).streams.push(stream),
        }
        self.events.streams.push(stream);
        Ok(Value::Stream(stream))
    }

    /// Ends a subscription: who waits for its next item gets null, which is its end.
    pub(super) fn close_stream(&mut self, stream: Handle<Stream>) {
        let object = self.vm.heap.streams.get_mut(stream);
        if !std::mem::take(&mut object.open) {
            return;
        }
        let (kind, name) = (object.kind, object.name);
        let capacity = std::mem::take(&mut object.items).capacity();
        self.vm.heap.recount(capacity * size_of::<Value>(), 0);
        remove_newest(&mut self.events.streams, |&open| open == stream);
        let Some(name) = name else { return };
        let name: Arc<str> = self.vm.heap.str(name).into();
        let waiters = match kind {
            StreamKind::Bars => self.leave_as_stream(&name, stream),
            StreamKind::Events => match self.events.topics.get_mut(&name) {
                None => Vec::new(),
                Some(topic) => {
                    remove_newest(&mut topic.streams, |&open| open == stream);
                    topic.waiters.extract_if(.., |waiter| waiter.stream == Some(stream)).collect()
                }
            },
        };
        self.forget_topic(&name);
        for waiter in waiters {
            self.give(waiter.taker, Ok(waiter.end()));
        }
    }

    /// A run has ended: so do its subscriptions, its tickers, and what its promises wait for, newest first. `kept` is
    /// the promise that the run gives to the host, which goes on.
    pub(super) fn end_subscriptions(&mut self, run: u32, kept: Value) {
        let streams = self.events.streams.iter().copied();
        let ended: Vec<_> = streams.filter(|&stream| self.vm.heap.streams.get(stream).run == run).collect();
        for stream in ended.into_iter().rev() {
            self.close_stream(stream);
        }
        if self.events.arrivals > 0 {
            if let Value::Promise(promise) = kept
                && let Source::Operation { id } = self.vm.heap.promises.get(promise).source
                && let Some(pending) = self.operations.get_mut(&id)
            {
                // It is the host's from now on; another run will have the number of this one.
                pending.run = NO_RUN;
            }
            let arrivals =
                self.operations.iter().filter(|(_, pending)| pending.arrival.is_some() && pending.run == run);
            let mut ids: Vec<u64> = arrivals.map(|(&id, _)| id).collect();
            ids.sort_unstable_by_key(|&id| std::cmp::Reverse(id));
            for id in ids {
                let Some(promise) = self.operations.get(&id).map(|pending| pending.promise) else { continue };
                self.abort_operation(id);
                self.settle(promise, PromiseState::Cancelled);
            }
        }
        self.end_tickers(run);
        if self.runs.iter().all(|run| !run.active) {
            self.release_bars();
        }
    }
}

/// Removes one item; the newest is found first, as cancellation goes newest first.
fn remove_newest<T>(items: &mut Vec<T>, is_wanted: impl Fn(&T) -> bool) {
    if let Some(at) = items.iter().rposition(is_wanted) {
        items.remove(at);
    }
}

fn withdraw(waiters: &mut Vec<Waiter>, taker: Taker) {
    remove_newest(waiters, |waiter| waiter.taker == taker);
}
