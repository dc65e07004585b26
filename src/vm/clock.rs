//! Where the time comes from, and what a host's clock said.

use std::cell::RefCell;
use std::collections::VecDeque;

/// Where the time comes from.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// Moved by deliveries: milliseconds since 1970 UTC.
    Virtual(f64),
    /// Read at each call: milliseconds since 1970 UTC.
    Host(fn() -> f64),
}

impl Clock {
    pub fn now(&self) -> f64 {
        match self {
            Clock::Virtual(now) => *now,
            Clock::Host(read) => read(),
        }
    }
}

/// What a journal has to do with the clock of a machine.
#[derive(Debug, Default)]
pub enum Readings {
    /// Nothing.
    #[default]
    Unwatched,
    /// It keeps what a host's clock says.
    Kept(RefCell<KeptReadings>),
    /// It says what the clock of the host had said.
    Given(RefCell<GivenReadings>),
}

/// Readings since somebody took them.
#[derive(Debug, Default)]
pub struct KeptReadings {
    pub readings: Vec<f64>,
    /// How many may be kept.
    pub most: usize,
    /// There were more.
    pub overflown: bool,
}

/// Readings that the machine is to have.
#[derive(Debug, Default)]
pub struct GivenReadings {
    pub next: VecDeque<f64>,
    pub last: f64,
    /// The machine has read its clock when there were none.
    pub missed: bool,
}

impl Readings {
    #[inline]
    pub fn read(&self, clock: Clock) -> f64 {
        match self {
            Readings::Unwatched => clock.now(),
            watched => watched.read_watched(clock),
        }
    }

    #[cold]
    fn read_watched(&self, clock: Clock) -> f64 {
        match (self, clock) {
            (Readings::Kept(kept), Clock::Host(read)) => {
                let (now, mut kept) = (read(), kept.borrow_mut());
                if kept.readings.len() < kept.most {
                    kept.readings.push(now);
                } else {
                    kept.overflown = true;
                }
                now
            }
            (Readings::Given(given), _) => {
                let mut given = given.borrow_mut();
                match given.next.pop_front() {
                    Some(now) => given.last = now,
                    None => given.missed = true,
                }
                given.last
            }
            (_, clock) => clock.now(),
        }
    }

    /// The time for somebody who is no part of the run: it leaves no trace.
    pub fn look(&self, clock: Clock) -> f64 {
        match self {
            Readings::Given(given) => given.borrow().last,
            _ => clock.now(),
        }
    }
}
