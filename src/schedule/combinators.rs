//! Promises over several others: joins, `Promise.all` and its relatives, `parallel_map`, `async_timeout` (async.md 4).
//!
//! A combinator is *decided* when its outcome is known. One that owns its inputs then cancels those that are still
//! pending, newest first, and settles when their cleanup has run.

use super::promises::Settlement;
use super::{Due, Scheduler};
use crate::heap::{
    Combinator, CombinatorKind, Dict, ErrorField, List, Promise, PromiseState, Requests, Source, VariantTag, Waiter,
};
use crate::runtime::{ErrorKind, Raised};
use crate::value::{Handle, Value};
use crate::vm::Fiber;

/// What a new combinator is made of.
pub(super) struct Inputs {
    pub kind: CombinatorKind,
    /// Promises, functions (called as tasks) and plain values; with `function`, its arguments.
    pub items: Vec<Value>,
    /// What is called with each item, in a task for each.
    pub function: Option<Value>,
    /// What is asked of the host with each item.
    pub requests: Option<Requests>,
    /// How many functions may run, or requests may be in flight, at a time.
    pub limit: u32,
    /// Inputs that do not count any more are cancelled.
    pub owns: bool,
    pub join: bool,
    /// The keys of the result, if it is a dict.
    pub labels: Option<Handle<List>>,
    /// For a timeout.
    pub milliseconds: f64,
}

impl Inputs {
    /// Of promises and functions that the script has already: they are not owned.
    pub fn of(kind: CombinatorKind, items: Vec<Value>, limit: u32) -> Inputs {
        Inputs {
            kind,
            items,
            function: None,
            requests: None,
            limit,
            owns: false,
            join: false,
            labels: None,
            milliseconds: 0.0,
        }
    }
}

impl Scheduler {
    pub(super) fn combinator_pending(&self, combinator: Handle<Combinator>) -> bool {
        let promise = self.vm.heap.combinators.get(combinator).promise;
        promise.is_some_and(|promise| self.vm.heap.promises.get(promise).state == PromiseState::Pending)
    }

    /// Whether its outcome is open.
    fn combinator_open(&self, combinator: Handle<Combinator>) -> bool {
        self.vm.heap.combinators.get(combinator).decided.is_none() && self.combinator_pending(combinator)
    }

    /// A promise over several inputs.
    pub(super) fn combine(&mut self, slot: u32, inputs: Inputs) -> (Handle<Combinator>, Handle<Promise>) {
        let Inputs { kind, items, function, requests, limit, owns, join, labels, milliseconds } = inputs;
        let id = self.next_operation_id();
        let remaining = items.len() as u32;
        let of = self.vm.heap.combinator(Combinator {
            kind,
            promise: None,
            items,
            function,
            requests,
            owns,
            join,
            labels,
            decided: None,
            next: 0,
            remaining,
            limit,
            running: 0,
            starting: true,
            run: self.run_number(slot),
            parent: self.task(slot).map_or(0, |task| task.id),
            scope: self.owner_of_new(slot, false),
            spawned: self.active.frames.last().map(|frame| (frame.function, frame.ip)),
            milliseconds,
        });
        let promise = self.vm.heap.promise(Source::Combinator { id, of });
        self.vm.heap.combinators.get_mut(of).promise = Some(promise);
        if remaining == 0 {
            let state = match kind {
                CombinatorKind::Race => self.empty("Race join with empty task list"),
                CombinatorKind::Any => self.empty("Any join with empty task list"),
                _ => PromiseState::Resolved(self.result(of)),
            };
            self.settle(promise, state);
            return (of, promise);
        }
        if kind == CombinatorKind::Timeout {
            let deadline = self.now() + milliseconds;
            self.timers.add(deadline, Due::Timeout(of));
        }
        if function.is_none() && requests.is_none() {
            self.subscribe(of);
        }
        (of, promise)
    }

    fn empty(&mut self, message: &str) -> PromiseState {
        PromiseState::Rejected(Value::Record(self.vm.heap.error(message, ErrorKind::Promise.word())))
    }

    /// Looks at the items that are no functions.
    fn subscribe(&mut self, of: Handle<Combinator>) {
        let items = self.vm.heap.combinators.get(of).items.clone();
        // Whoever decides needs to know of those that are still pending, so they come first.
        for (index, &item) in items.iter().enumerate() {
            if let Value::Promise(input) = item {
                let object = self.vm.heap.promises.get_mut(input);
                // Also those that come too late to count: somebody has looked at them.
                object.observed = true;
                if object.state == PromiseState::Pending {
                    object.waiters.push(Waiter::Combinator { of, index: index as u32 });
                }
            }
        }
        for (index, &item) in items.iter().enumerate() {
            let settled = match item {
                _ if !self.combinator_open(of) => return,
                Value::Promise(input) if self.vm.heap.promises.get(input).state == PromiseState::Pending => None,
                Value::Promise(input) => self.input_settled(of, index as u32, input),
                item if item.is_callable() => None,
                item => self.input_value(of, index as u32, item),
            };
            if let Some((promise, state)) = settled {
                self.settle(promise, state);
            }
        }
    }

    /// The next function of a combinator that may be called as a task now: its index, itself, and its argument if it
    /// has one.
    pub(super) fn next_function(&mut self, of: Handle<Combinator>) -> Option<(u32, Value, Option<Value>)> {
        if !self.combinator_open(of) {
            return None;
        }
        let object = self.vm.heap.combinators.get_mut(of);
        if object.running >= object.limit {
            return None;
        }
        while let Some(&item) = object.items.get(object.next as usize) {
            let index = object.next;
            object.next += 1;
            if let Some(function) = object.function {
                object.running += 1;
                return Some((index, function, Some(item)));
            }
            if item.is_callable() {
                object.running += 1;
                return Some((index, item, None));
            }
        }
        None
    }

    /// The next item of a combinator that the host may be asked with now; it stays the next one.
    pub(super) fn next_request(&self, of: Handle<Combinator>) -> Option<(Requests, Value)> {
        if !self.combinator_open(of) {
            return None;
        }
        let object = self.vm.heap.combinators.get(of);
        let item = object.items.get(object.next as usize).filter(|_| object.running < object.limit)?;
        Some((object.requests?, *item))
    }

    /// Makes an item's task or operation settle the item.
    pub(super) fn attach(&mut self, of: Handle<Combinator>, index: u32, input: Handle<Promise>) {
        self.vm.heap.combinators.get_mut(of).items[index as usize] = Value::Promise(input);
        let object = self.vm.heap.promises.get_mut(input);
        object.observed = true;
        object.waiters.push(Waiter::Called { of, index });
    }

    /// One of the functions or requests of a combinator has ended: another one may begin.
    pub(super) fn call_ended(&mut self, of: Handle<Combinator>) {
        let object = self.vm.heap.combinators.get_mut(of);
        object.running = object.running.saturating_sub(1);
        if !object.starting {
            self.limited.push(of);
        }
    }

    /// One of the promises of a combinator has settled. Gives what that settles.
    pub(super) fn input_settled(
        &mut self,
        of: Handle<Combinator>,
        index: u32,
        input: Handle<Promise>,
    ) -> Option<(Handle<Promise>, PromiseState)> {
        if !self.combinator_pending(of) {
            return None;
        }
        let object = self.vm.heap.combinators.get_mut(of);
        if let Some(decided) = object.decided {
            // It was cancelled, and its cleanup has run.
            object.remaining = object.remaining.saturating_sub(1);
            return if object.remaining == 0 { Some((object.promise?, decided)) } else { None };
        }
        let cancelled = self.vm.heap.promises.get(input).state == PromiseState::Cancelled;
        match self.outcome_of(input)? {
            Settlement::Value(value) => self.input_value(of, index, value),
            Settlement::Error(error) => self.input_error(of, index, error, cancelled),
        }
    }

    fn input_value(
        &mut self,
        of: Handle<Combinator>,
        index: u32,
        value: Value,
    ) -> Option<(Handle<Promise>, PromiseState)> {
        self.vm.heap.share(value);
        let kind = self.vm.heap.combinators.get(of).kind;
        match kind {
            CombinatorKind::Any | CombinatorKind::Settle => match self.returned_error(value) {
                Some(error) => self.input_error(of, index, error, false),
                None if kind == CombinatorKind::Any => self.decide(of, PromiseState::Resolved(value)),
                None => {
                    let record = self.record("ok", Some(("value", value)));
                    self.item_done(of, index, record)
                }
            },
            CombinatorKind::All | CombinatorKind::Each => self.item_done(of, index, value),
            CombinatorKind::Race | CombinatorKind::Timeout => self.decide(of, PromiseState::Resolved(value)),
        }
    }

    fn input_error(
        &mut self,
        of: Handle<Combinator>,
        index: u32,
        error: Value,
        cancelled: bool,
    ) -> Option<(Handle<Promise>, PromiseState)> {
        self.vm.heap.share(error);
        match self.vm.heap.combinators.get(of).kind {
            CombinatorKind::Settle => {
                let record = match cancelled {
                    true => self.record("cancelled", None),
                    false => self.record("error", Some(("error", error))),
                };
                self.item_done(of, index, record)
            }
            CombinatorKind::Any => {
                let object = self.vm.heap.combinators.get_mut(of);
                object.items[index as usize] = error;
                object.remaining = object.remaining.saturating_sub(1);
                if object.remaining > 0 {
                    return None;
                }
                let (promise, errors) = (object.promise?, std::mem::take(&mut object.items));
                let message = match error {
                    Value::Record(record) => self.vm.heap.error_field(record, ErrorField::Message),
                    other => other,
                };
                let aggregate = self.vm.heap.error("", ErrorKind::Aggregate.word());
                let errors = self.vm.heap.list(errors);
                self.vm.heap.share(message);
                self.vm.heap.set_error_field(aggregate, ErrorField::Message, message);
                self.vm.heap.set_error_field(aggregate, ErrorField::Value, errors);
                Some((promise, PromiseState::Rejected(Value::Record(aggregate))))
            }
            // Who began the requests was cancelled: that is no failure for anybody to hear of.
            _ if cancelled && self.vm.heap.combinators.get(of).requests.is_some() => {
                self.decide(of, PromiseState::Cancelled)
            }
            kind => {
                if kind == CombinatorKind::Timeout {
                    self.abandon_timer();
                }
                self.decide(of, PromiseState::Rejected(error))
            }
        }
    }

    /// An `Err(x)` that a branch returned, as the error that `throw x` makes.
    fn returned_error(&mut self, value: Value) -> Option<Value> {
        let Value::Variant(variant) = value else { return None };
        let object = self.vm.heap.variants.get(variant);
        if object.tag != VariantTag::ERR {
            return None;
        }
        let payload = object.payload;
        self.vm.error_value(&Fiber::default(), Raised::Thrown(payload)).ok()
    }

    /// `{"status": …}` of `settle`.
    fn record(&mut self, status: &str, detail: Option<(&str, Value)>) -> Value {
        let heap = &mut self.vm.heap;
        let status = ("status", heap.text(status));
        match detail {
            Some(detail) => heap.dict_of(&[status, detail]),
            None => heap.dict_of(&[status]),
        }
    }

    /// An item has its result; with the last one, the combinator has.
    fn item_done(
        &mut self,
        of: Handle<Combinator>,
        index: u32,
        value: Value,
    ) -> Option<(Handle<Promise>, PromiseState)> {
        let object = self.vm.heap.combinators.get_mut(of);
        object.items[index as usize] = value;
        object.remaining = object.remaining.saturating_sub(1);
        if object.remaining > 0 {
            return None;
        }
        let promise = object.promise?;
        Some((promise, PromiseState::Resolved(self.result(of))))
    }

    /// All results, in the order of the inputs: an array, or a dict if they have labels.
    fn result(&mut self, of: Handle<Combinator>) -> Value {
        let object = self.vm.heap.combinators.get_mut(of);
        let items = std::mem::take(&mut object.items);
        let labels = object.labels;
        if object.kind == CombinatorKind::Each {
            return Value::Null;
        }
        let Some(labels) = labels else { return self.vm.heap.list(items) };
        let result = self.vm.heap.dict(Dict::default());
        for (at, item) in items.into_iter().enumerate() {
            let label = self.vm.heap.items(labels).get(at).copied().unwrap_or(Value::Null);
            if let (Value::Dict(dict), Some(key)) = (result, self.vm.heap.key(label)) {
                self.vm.heap.dict_set(dict, key, item);
            }
        }
        result
    }

    /// The outcome is known. Gives what that settles at once; with inputs to cancel, their ends do.
    fn decide(&mut self, of: Handle<Combinator>, state: PromiseState) -> Option<(Handle<Promise>, PromiseState)> {
        let object = self.vm.heap.combinators.get(of);
        let promise = object.promise?;
        if !object.owns {
            return Some((promise, state));
        }
        let inputs: Vec<Handle<Promise>> = object
            .items
            .iter()
            .filter_map(|&item| match item {
                Value::Promise(input) => Some(input),
                _ => None,
            })
            .filter(|&input| self.vm.heap.promises.get(input).state == PromiseState::Pending)
            .collect();
        if inputs.is_empty() {
            return Some((promise, state));
        }
        let object = self.vm.heap.combinators.get_mut(of);
        object.decided = Some(state);
        object.remaining = inputs.len() as u32;
        for &input in inputs.iter().rev() {
            self.cancel_promise(input);
        }
        None
    }

    /// Nobody wants the result of a combinator that owns its inputs: they are cancelled.
    pub(super) fn give_up(&mut self, of: Handle<Combinator>) {
        if self.combinator_open(of)
            && let Some((promise, state)) = self.decide(of, PromiseState::Cancelled)
        {
            self.settle(promise, state);
        }
    }

    pub(super) fn timeout_error(&mut self, milliseconds: f64) -> Value {
        let mut message = String::from("Timeout after ");
        crate::builtins::text_form::append_float(milliseconds, &mut message);
        message.push_str("ms");
        Value::Record(self.vm.heap.error(&message, ErrorKind::Timeout.word()))
    }

    /// The deadline of `async_timeout`: what is behind the promise is cancelled.
    pub(super) fn timeout(&mut self, of: Handle<Combinator>) {
        if !self.combinator_pending(of) {
            return;
        }
        let object = self.vm.heap.combinators.get(of);
        let (milliseconds, Some(promise), input) = (object.milliseconds, object.promise, object.items.first().copied())
        else {
            return;
        };
        let error = self.timeout_error(milliseconds);
        self.settle(promise, PromiseState::Rejected(error));
        if let Some(Value::Promise(input)) = input {
            self.cancel_promise(input);
        }
    }
}
