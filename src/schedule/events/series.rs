//! Bars of one source: a buffer that each reader goes through at its own pace.
//!
//! A bar stays until everybody who reads the source has had it: each open subscription, and `next_bar` once the
//! program has used it. If nobody reads it yet, bars are kept for who comes first. Bars that all have had are dropped
//! with the next delivery, so that subscriptions which begin in the same turn all begin with the same bar.

use super::{Scheduler, Taker, Waiter, push_bounded, remove_newest, withdraw};
use crate::heap::{Stream, Text, Tracer};
use crate::value::{Handle, Value};
use std::collections::VecDeque;
use std::sync::Arc;

/// How a source goes on behind its last bar.
#[derive(Clone, Copy, Default)]
enum End {
    #[default]
    Open,
    Ended,
    /// With the error value.
    Failed(Value),
}

#[derive(Default)]
pub(super) struct Series {
    bars: VecDeque<Value>,
    /// The number of the oldest bar in the buffer, or else of the next that will come.
    pub first: u64,
    /// The number of the bar that `next_bar` gives next, if the program uses it.
    taken: Option<u64>,
    pub streams: Vec<Handle<Stream>>,
    /// In the order in which they began to wait.
    pub waiters: Vec<Waiter>,
    end: End,
}

impl Series {
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        for &bar in &self.bars {
            tracer.value(bar);
        }
        if let End::Failed(error) = self.end {
            tracer.value(error);
        }
    }

    /// The bar of a number, or of the oldest that is left, and its number. At the end null or an error.
    fn read(&self, number: u64) -> (u64, Option<Result<Value, Value>>) {
        let number = number.max(self.first);
        let bar = usize::try_from(number - self.first).ok().and_then(|at| self.bars.get(at));
        let found = match (bar, self.end) {
            (Some(&bar), _) => Some(Ok(bar)),
            (None, End::Open) => None,
            (None, End::Ended) => Some(Ok(Value::Null)),
            (None, End::Failed(error)) => Some(Err(error)),
        };
        (number + u64::from(bar.is_some()), found)
    }

    /// Drops the bars before `number`.
    fn drop_before(&mut self, number: u64) {
        while self.first < number && self.bars.pop_front().is_some() {
            self.first += 1;
        }
    }
}

impl Scheduler {
    /// The series of a source, made if it is not there.
    pub(super) fn series(&mut self, source: Handle<Text>) -> &mut Series {
        let source: Arc<str> = self.vm.heap.str(source).into();
        self.events.bars_read = true;
        self.series_named(source)
    }

    fn series_named(&mut self, source: Arc<str>) -> &mut Series {
        let heap = &mut self.vm.heap;
        self.events.series.entry(source).or_insert_with_key(|source| {
            heap.charge(crate::schedule::entry_bytes(source));
            Series::default()
        })
    }

    pub(in crate::schedule) fn bar_arrived(&mut self, source: Arc<str>, bar: Value) {
        self.vm.heap.share(bar);
        self.drop_read(&source);
        let series = self.series_named(source.clone());
        series.end = End::Open;
        let number = series.first + series.bars.len() as u64;
        let waiters = std::mem::take(&mut series.waiters);
        let mut waiting = Vec::new();
        for waiter in waiters {
            match waiter.stream {
                None => {
                    if let Some(series) = self.events.series.get_mut(&source) {
                        series.taken = Some(number + 1);
                    }
                }
                Some(stream) => {
                    let object = self.vm.heap.streams.get_mut(stream);
                    if object.number > number {
                        // Somebody else who waits for the same subscription has had this bar.
                        waiting.push(waiter);
                        continue;
                    }
                    object.number = number + 1;
                }
            }
            self.give(waiter.taker, Ok(bar));
        }
        let (most, least) = (self.vm.limits.event_queue, self.least_read(&source));
        let Some(series) = self.events.series.get_mut(&source) else { return };
        series.waiters.splice(0..0, waiting);
        if least.is_some_and(|least| least > number) {
            // Everybody has had it; the buffer is empty, or it would have been dropped before.
            series.first = number + 1;
            return;
        }
        if push_bounded(&mut self.vm.heap, &mut series.bars, bar, most) {
            series.first += 1;
            self.events.dropped += 1;
        }
    }

    pub(in crate::schedule) fn bars_ended(&mut self, source: Arc<str>, error: Option<Value>) {
        let series = self.series_named(source);
        series.end = error.map_or(End::Ended, End::Failed);
        // Who waits has had all bars.
        for waiter in std::mem::take(&mut series.waiters) {
            self.give(waiter.taker, error.map_or(Ok(waiter.end()), Err));
        }
    }

    /// What `next_bar(source)` gives at once.
    pub(super) fn take_bar(&mut self, source: Handle<Text>) -> Option<Result<Value, Value>> {
        let name: Arc<str> = self.vm.heap.str(source).into();
        let series = self.series(source);
        let (next, found) = series.read(series.taken.unwrap_or(series.first));
        series.taken = Some(next);
        self.drop_read(&name);
        found
    }

    /// The same for a subscription.
    pub(super) fn take_bar_of(&mut self, stream: Handle<Stream>) -> Option<Result<Value, Value>> {
        let object = self.vm.heap.streams.get(stream);
        let (name, next) = (self.vm.heap.str(object.name?), object.number);
        let (next, found) = self.events.series.get(name)?.read(next);
        self.vm.heap.streams.get_mut(stream).number = next;
        found
    }

    /// The number before which everybody has had all bars, if somebody reads the source.
    fn least_read(&self, source: &str) -> Option<u64> {
        let series = self.events.series.get(source)?;
        let streams = series.streams.iter().map(|&stream| self.vm.heap.streams.get(stream).number);
        streams.chain(series.taken).min()
    }

    /// Drops bars that everybody has had.
    fn drop_read(&mut self, source: &str) {
        let least = self.least_read(source);
        if let (Some(least), Some(series)) = (least, self.events.series.get_mut(source)) {
            series.drop_before(least);
        }
    }

    pub(super) fn leave_series(&mut self, source: Handle<Text>, taker: Taker) {
        let source = self.vm.heap.str(source);
        if let Some(series) = self.events.series.get_mut(source) {
            withdraw(&mut series.waiters, taker);
        }
    }

    /// A subscription has ended; the bars that it has had are dropped unless others read them. Gives who waited for it.
    pub(super) fn leave_as_stream(&mut self, source: &str, stream: Handle<Stream>) -> Vec<Waiter> {
        let next = self.vm.heap.streams.get(stream).number;
        let Some(series) = self.events.series.get_mut(source) else { return Vec::new() };
        remove_newest(&mut series.streams, |&open| open == stream);
        let waiters = series.waiters.extract_if(.., |waiter| waiter.stream == Some(stream)).collect();
        if series.bars.is_empty() {
            return waiters;
        }
        let least = self.least_read(source).unwrap_or(next);
        if let Some(series) = self.events.series.get_mut(source) {
            series.drop_before(least);
        }
        waiters
    }

    /// No program is running: bars that come are kept for the next one, and sources without any are forgotten.
    pub(super) fn release_bars(&mut self) {
        if !std::mem::take(&mut self.events.bars_read) {
            return;
        }
        let heap = &mut self.vm.heap;
        self.events.series.retain(|name, series| {
            series.taken = None;
            let kept = !series.bars.is_empty() || !series.waiters.is_empty() || !matches!(series.end, End::Open);
            if !kept {
                let buffer = series.bars.capacity() * size_of::<Value>();
                heap.recount(crate::schedule::entry_bytes(name) + buffer, 0);
            }
            kept
        });
    }
}
