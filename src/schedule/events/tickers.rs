//! Tickers: timers that fire again and again, by themselves or driven by the host. A ticker that nobody waits for needs
//! no time: whether a tick is due is a matter of the clock when somebody asks.

use super::{Scheduler, Taker, Waiter, withdraw};
use crate::heap::Text;
use crate::runtime::ErrorKind;
use crate::schedule::Due;
use crate::value::{Handle, Value};
use std::sync::Arc;

/// The regular ticks of a ticker that a program started.
struct Beat {
    started: f64,
    period: f64,
    /// How many periods after the start the next tick is due.
    periods: f64,
    /// The run that it ends with.
    run: u32,
}

impl Beat {
    fn next(&self) -> f64 {
        self.started + self.periods * self.period
    }

    /// If the next tick is due, goes on to the one after now: those that were missed are one.
    fn take(&mut self, now: f64) -> bool {
        if now < self.next() {
            return false;
        }
        self.periods = (self.periods + 1.0).max(((now - self.started) / self.period).floor() + 1.0);
        true
    }
}

#[derive(Default)]
pub(super) struct Ticker {
    beat: Option<Beat>,
    /// The host has ticked, and nobody waited.
    ticked: bool,
    waiters: Vec<Waiter>,
    /// The number of its entry in the deadline queue; entries of other numbers are old.
    alarm: u32,
}

impl Ticker {
    pub fn is_awaited(&self) -> bool {
        !self.waiters.is_empty()
    }

    pub fn waiters(&self) -> &[Waiter] {
        &self.waiters
    }
}

impl Scheduler {
    /// The ticker of a name, made if it is not there.
    fn ticker(&mut self, id: &str) -> &mut Ticker {
        if !self.events.tickers.contains_key(id) {
            self.vm.heap.charge(crate::schedule::entry_bytes(id));
        }
        self.events.tickers.entry(id.into()).or_default()
    }

    /// Removes a ticker that means nothing any more.
    fn forget_ticker(&mut self, id: &str) {
        let unused = |ticker: &Ticker| ticker.beat.is_none() && !ticker.ticked && ticker.waiters.is_empty();
        if self.events.tickers.get(id).is_some_and(unused) {
            self.events.tickers.remove(id);
            self.vm.heap.recount(crate::schedule::entry_bytes(id), 0);
        }
    }

    /// `start_ticker(id, period_ms)`: a running one begins anew.
    pub(in crate::schedule) fn start_ticker(&mut self, run: u32, id: Handle<Text>, period: f64) {
        let name: Arc<str> = self.vm.heap.str(id).into();
        let started = self.now();
        let ticker = self.ticker(&name);
        ticker.beat = Some(Beat { started, period, periods: 1.0, run });
        if ticker.is_awaited() {
            self.set_alarm(id);
        }
    }

    /// `stop_ticker(id)`: who waits for its next tick is told that there is none.
    pub(in crate::schedule) fn stop_ticker(&mut self, id: &str) {
        let Some(ticker) = self.events.tickers.get_mut(id) else { return };
        if ticker.beat.take().is_none() {
            return;
        }
        ticker.ticked = false;
        let waiters = std::mem::take(&mut ticker.waiters);
        self.forget_ticker(id);
        if waiters.is_empty() {
            return;
        }
        self.abandon_timer();
        let id = self.vm.heap.text(id);
        let shown = crate::builtins::text_form::literal(&self.vm.heap, id);
        for waiter in waiters {
            let error = self.vm.heap.error(&format!("Ticker {shown} was stopped"), ErrorKind::Cancelled.word());
            self.give(waiter.taker, Err(Value::Record(error)));
        }
    }

    /// A tick of the host.
    pub(in crate::schedule) fn ticked(&mut self, id: &str) {
        let ticker = self.ticker(id);
        ticker.ticked = ticker.waiters.is_empty();
        self.serve_tick(id);
    }

    /// The deadline of an alarm has come.
    pub(in crate::schedule) fn alarm(&mut self, id: Handle<Text>, number: u32) {
        let id: Arc<str> = self.vm.heap.str(id).into();
        let now = self.now();
        let Some(ticker) = self.events.tickers.get_mut(&id).filter(|ticker| ticker.alarm == number) else { return };
        if ticker.is_awaited() && ticker.beat.as_mut().is_some_and(|beat| beat.take(now)) {
            self.serve_tick(&id);
        }
    }

    /// Everybody who waits gets the tick.
    fn serve_tick(&mut self, id: &str) {
        let Some(ticker) = self.events.tickers.get_mut(id) else { return };
        for waiter in std::mem::take(&mut ticker.waiters) {
            self.give(waiter.taker, Ok(Value::Null));
        }
        self.forget_ticker(id);
    }

    /// Whether an alarm still wakes somebody.
    pub(in crate::schedule) fn is_alarm_useful(&self, id: Handle<Text>, number: u32) -> bool {
        let ticker = self.events.tickers.get(self.vm.heap.str(id));
        ticker.is_some_and(|ticker| ticker.alarm == number && ticker.beat.is_some() && ticker.is_awaited())
    }

    fn set_alarm(&mut self, id: Handle<Text>) {
        let name = self.vm.heap.str(id);
        let Some(ticker) = self.events.tickers.get_mut(name) else { return };
        let Some(beat) = &ticker.beat else { return };
        ticker.alarm = ticker.alarm.wrapping_add(1);
        self.timers.add(beat.next(), Due::Tick { id, alarm: ticker.alarm });
    }

    /// A tick that has come already.
    pub(super) fn take_tick(&mut self, id: Handle<Text>) -> bool {
        let now = self.now();
        let id: Arc<str> = self.vm.heap.str(id).into();
        let Some(ticker) = self.events.tickers.get_mut(&id) else { return false };
        let beaten = ticker.beat.as_mut().is_some_and(|beat| beat.take(now));
        let found = std::mem::take(&mut ticker.ticked) || beaten;
        self.forget_ticker(&id);
        found
    }

    pub(super) fn await_tick(&mut self, id: Handle<Text>, waiter: Waiter) {
        let name: Arc<str> = self.vm.heap.str(id).into();
        let ticker = self.ticker(&name);
        ticker.waiters.push(waiter);
        if ticker.waiters.len() == 1 {
            self.set_alarm(id);
        }
    }

    pub(super) fn leave_ticker(&mut self, id: Handle<Text>, taker: Taker) {
        let id: Arc<str> = self.vm.heap.str(id).into();
        let Some(ticker) = self.events.tickers.get_mut(&id) else { return };
        withdraw(&mut ticker.waiters, taker);
        if !ticker.is_awaited() {
            self.abandon_timer();
        }
        self.forget_ticker(&id);
    }

    /// The tickers of a run that has ended.
    pub(super) fn end_tickers(&mut self, run: u32) {
        let of_run = |ticker: &Ticker| ticker.beat.as_ref().is_some_and(|beat| beat.run == run);
        let ended: Vec<Arc<str>> =
            self.events.tickers.iter().filter(|(_, ticker)| of_run(ticker)).map(|(id, _)| id.clone()).collect();
        for id in ended {
            self.stop_ticker(&id);
        }
    }
}
