//! The collector: precise mark and sweep with an explicit work list, run at safepoints only.

use super::slab::Object;
use super::waiting::{PromiseState, Source, Waiter};
use super::{FIRST_THRESHOLD, GeneratorState, Heap, Key};
use crate::value::{Handle, Value};

/// Close to the limit, collections are at least so many bytes apart.
const LEAST_ROOM: usize = 64 << 10;

/// Marks what is reachable from the roots that it is given.
pub struct Tracer<'heap> {
    heap: &'heap mut Heap,
    /// Objects that are marked and whose parts are not looked at yet.
    work: Vec<Value>,
    combinators: Vec<Handle<super::Combinator>>,
}

impl Tracer<'_> {
    pub fn values(&mut self, values: &[Value]) {
        for &value in values {
            self.value(value);
        }
    }

    #[inline]
    pub fn value(&mut self, value: Value) {
        let fresh = match value {
            Value::Text(text) => {
                self.heap.texts.mark(text);
                false
            }
            Value::Bytes(bytes) => {
                self.heap.bytes.mark(bytes);
                false
            }
            Value::List(list) | Value::Stack(list) => self.heap.lists.mark(list),
            Value::Set(set) => self.heap.sets.mark(set),
            Value::Queue(queue) => self.heap.queues.mark(queue),
            Value::Dict(dict) => self.heap.dicts.mark(dict),
            Value::Record(record) => self.heap.records.mark(record),
            Value::Closure(closure) => self.heap.closures.mark(closure),
            Value::Variant(variant) => self.heap.variants.mark(variant),
            Value::Generator(generator) => self.heap.generators.mark(generator),
            Value::Promise(promise) => self.heap.promises.mark(promise),
            Value::Channel(channel) => self.heap.channels.mark(channel),
            Value::Stream(stream) => self.heap.streams.mark(stream),
            _ => false,
        };
        if fresh {
            self.work.push(value);
        }
    }

    /// Whether the promise has been reached so far.
    pub fn is_marked(&self, promise: Handle<super::Promise>) -> bool {
        self.heap.promises.is_marked(promise)
    }

    /// Marks a promise if somebody waits for it.
    pub fn awaited(&mut self, promise: Handle<super::Promise>) {
        if !self.heap.promises.get(promise).waiters.as_slice().is_empty() {
            self.value(Value::Promise(promise));
        }
    }

    pub fn combinator(&mut self, combinator: Handle<super::Combinator>) {
        if self.heap.combinators.mark(combinator) {
            self.combinators.push(combinator);
        }
    }

    /// Marks all that can be reached from what was handed over so far.
    pub fn drain(&mut self) {
        loop {
            if let Some(value) = self.work.pop() {
                self.parts(value);
            } else if let Some(combinator) = self.combinators.pop() {
                let items = std::mem::take(&mut self.heap.combinators.get_mut(combinator).items);
                self.values(&items);
                let object = self.heap.combinators.get_mut(combinator);
                let (function, labels, decided) = (object.function, object.labels, object.decided);
                object.items = items;
                if let Some(promise) = object.promise {
                    self.value(Value::Promise(promise));
                }
                if let Some(function) = function {
                    self.value(function);
                }
                if let Some(labels) = labels {
                    self.value(Value::List(labels));
                }
                if let Some(PromiseState::Resolved(value) | PromiseState::Rejected(value)) = decided {
                    self.value(value);
                }
            } else {
                return;
            }
        }
    }

    fn parts(&mut self, value: Value) {
        match value {
            Value::List(list) | Value::Stack(list) => {
                let items = std::mem::take(&mut self.heap.lists.get_mut(list).items);
                self.values(&items);
                self.heap.lists.get_mut(list).items = items;
            }
            Value::Dict(dict) => {
                let object = std::mem::take(self.heap.dicts.get_mut(dict));
                for entry in object.iter() {
                    if let Key::Text(text) = entry.key {
                        self.heap.texts.mark(text);
                    }
                    self.value(entry.value);
                }
                *self.heap.dicts.get_mut(dict) = object;
            }
            Value::Set(set) => {
                let object = std::mem::take(self.heap.sets.get_mut(set));
                for member in object.iter() {
                    self.value(member);
                }
                *self.heap.sets.get_mut(set) = object;
            }
            Value::Queue(queue) => {
                let items = std::mem::take(&mut self.heap.queues.get_mut(queue).items);
                for &item in &items {
                    self.value(item);
                }
                self.heap.queues.get_mut(queue).items = items;
            }
            Value::Record(record) => {
                let object = self.heap.records.get(record);
                let (start, count) = (object.start, self.heap.layouts.count(object.layout) as u32);
                for cell in start..start + count {
                    let value = self.heap.cells.get(cell);
                    self.value(value);
                }
            }
            Value::Closure(closure) => {
                let cells = std::mem::take(&mut self.heap.closures.get_mut(closure).cells);
                self.values(&cells);
                self.heap.closures.get_mut(closure).cells = cells;
            }
            Value::Generator(generator) => {
                let object = self.heap.generators.get_mut(generator);
                let (state, closure) = (object.state, object.closure);
                if let Some(closure) = closure {
                    self.value(Value::Closure(closure));
                }
                // While it runs, its registers are on a stack, and those here are old.
                if state == GeneratorState::Suspended {
                    let registers = std::mem::take(&mut self.heap.generators.get_mut(generator).registers);
                    self.values(&registers);
                    self.heap.generators.get_mut(generator).registers = registers;
                }
            }
            Value::Variant(variant) => {
                let payload = self.heap.variants.get(variant).payload;
                self.value(payload);
            }
            Value::Promise(promise) => {
                let waiters = std::mem::take(&mut self.heap.promises.get_mut(promise).waiters);
                for &waiter in waiters.as_slice() {
                    match waiter {
                        Waiter::Combinator { of, .. } | Waiter::Called { of, .. } => self.combinator(of),
                        Waiter::Follower(follower) => self.value(Value::Promise(follower)),
                        Waiter::Task(_) | Waiter::Watch(_) => {}
                    }
                }
                let object = self.heap.promises.get_mut(promise);
                object.waiters = waiters;
                let (state, source) = (object.state, object.source);
                if let PromiseState::Resolved(value) | PromiseState::Rejected(value) = state {
                    self.value(value);
                }
                if let Source::Combinator { of, .. } = source {
                    self.combinator(of);
                }
            }
            Value::Channel(channel) => {
                let object = std::mem::take(self.heap.channels.get_mut(channel));
                for &item in &object.items {
                    self.value(item);
                }
                for &(_, item) in &object.senders {
                    self.value(item);
                }
                *self.heap.channels.get_mut(channel) = object;
            }
            Value::Stream(stream) => {
                let object = std::mem::take(self.heap.streams.get_mut(stream));
                if let Some(name) = object.name {
                    self.value(Value::Text(name));
                }
                for &item in &object.items {
                    self.value(item);
                }
                *self.heap.streams.get_mut(stream) = object;
            }
            _ => {}
        }
    }
}

impl Heap {
    /// Frees everything that cannot be reached from the roots, which `roots` hands to the tracer.
    ///
    /// Sharing marks are sticky, so an object that has lost its other owners is cloned once more at its next write.
    pub fn collect(&mut self, roots: impl FnOnce(&mut Tracer<'_>)) {
        self.peak = self.peak.max(self.used);
        let mut tracer = Tracer { heap: self, work: Vec::new(), combinators: Vec::new() };
        for index in 0..tracer.heap.ascii_texts.len() {
            let text = tracer.heap.ascii_texts[index];
            tracer.heap.texts.mark(text);
        }
        let empty = tracer.heap.empty_text;
        tracer.heap.texts.mark(empty);
        for index in 0..tracer.heap.names.texts.len() {
            let text = tracer.heap.names.texts[index];
            tracer.heap.texts.mark(text);
        }
        roots(&mut tracer);
        tracer.drain();
        self.sweep();
        self.survived = self.used;
        self.set_threshold();
    }

    /// Twice what is alive, but at most half of the room below the limit, so that what is garbage does not count when
    /// an allocation is checked against the rest.
    pub(super) fn set_threshold(&mut self) {
        let room = self.limit.saturating_sub(self.used);
        let half = self.used + (room / 2).max(LEAST_ROOM).min(room);
        self.threshold = (self.used * 2).max(FIRST_THRESHOLD).min(half);
    }

    fn sweep(&mut self) {
        fn freed<T: Object>(bytes: &mut usize) -> impl FnMut(&T) {
            move |object| *bytes += size_of::<T>() + object.backing_bytes()
        }
        let mut bytes = 0;
        self.texts.sweep(freed(&mut bytes));
        self.lists.sweep(freed(&mut bytes));
        self.dicts.sweep(freed(&mut bytes));
        self.sets.sweep(freed(&mut bytes));
        self.queues.sweep(freed(&mut bytes));
        self.closures.sweep(freed(&mut bytes));
        self.bytes.sweep(freed(&mut bytes));
        self.variants.sweep(freed(&mut bytes));
        self.generators.sweep(freed(&mut bytes));
        self.promises.sweep(freed(&mut bytes));
        self.combinators.sweep(freed(&mut bytes));
        self.channels.sweep(freed(&mut bytes));
        self.streams.sweep(freed(&mut bytes));
        let cells = &mut self.cells;
        self.records.sweep(|record| {
            bytes += size_of_val(record) + record.backing_bytes();
            cells.give_back(record.start, record.room);
        });
        self.used = self.used.saturating_sub(bytes);
    }
}
