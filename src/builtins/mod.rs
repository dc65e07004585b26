//! The functions of the language: one table, and one file per area.
//!
//! A new builtin is one row in the `ROWS` of its area and one function beside it.

mod arguments;
mod arrays;
mod assertions;
mod calendar;
pub mod callbacks;
pub mod compare;
mod conversion;
mod csv;
mod dicts;
mod documents;
mod encoding;
mod generators;
mod json;
mod math;
mod operations;
mod ordering;
mod patterns;
mod queues;
mod random;
mod results;
mod sets;
mod strings;
mod table;
#[cfg(test)]
mod tests;
pub mod text_form;
mod time;
mod toml;
mod yaml;

use crate::heap::Heap;
use crate::runtime::{Capabilities, Capability, LimitBreach, LimitKind, Raise};
use crate::value::Value;

pub use arrays::not_iterable;
pub use dicts::lookup;
pub use random::Entropy;
pub use table::{ANY, Arity, Builtin, CONSTANTS, Operation, Run, TABLE, find};
use time::ClockOrigins;

/// What a builtin may use besides its arguments.
pub struct Context<'a> {
    pub heap: &'a mut Heap,
    /// Fuel that the call costs beyond its instruction: see [`Context::work`].
    pub fuel: u64,
    /// The host's clock: milliseconds since 1970 UTC. See [`Context::time`].
    pub now: &'a dyn Fn() -> f64,
    pub kept: &'a mut Kept,
}

/// What the builtins of one machine keep from call to call.
#[derive(Debug)]
pub struct Kept {
    /// Where the clocks that count from their first reading began.
    origins: ClockOrigins,
    random: random::Random,
    patterns: patterns::Patterns,
    pub capabilities: Capabilities,
}

impl Kept {
    pub fn new(entropy: Entropy, capabilities: Capabilities) -> Kept {
        Kept {
            origins: ClockOrigins::default(),
            random: random::Random::new(entropy),
            patterns: Default::default(),
            capabilities,
        }
    }

    /// Asks the host for its random bytes now, and tells what they are.
    pub fn draw_entropy(&mut self) -> Entropy {
        let drawn = self.random.drawn();
        self.random = random::Random::new(drawn);
        drawn
    }
}

/// Bytes of a text in a format that is read: JSON, CSV, TOML, YAML.
const LONGEST_DOCUMENT: usize = 1_048_576;

/// The most bytes that one text or list may take, whatever the host allows.
pub const LARGEST_ALLOCATION: usize = 1 << 30;

impl Context<'_> {
    /// The time of the host's clock.
    ///
    /// # Errors
    /// Kind `permission`.
    fn time(&self) -> Result<f64, Raise> {
        self.kept.capabilities.require(Capability::Clock)?;
        Ok((self.now)())
    }

    /// Charges for work that grows with the input (`units` elements or bytes), before it is done.
    #[inline]
    pub fn work(&mut self, units: usize) {
        self.fuel += units as u64 / 8;
    }

    /// Makes sure that `bytes` more may be allocated. What calls this has not changed anything yet, so the machine may
    /// answer a breach with a collection and a second try.
    ///
    /// # Errors
    /// The breach of the heap limit, which scripts cannot catch.
    #[inline]
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Raise> {
        if bytes > LARGEST_ALLOCATION || self.heap.exceeds_limit(bytes) {
            return Err(self.breach(bytes));
        }
        Ok(())
    }

    /// [`Context::reserve`] for a list of `count` values; also charges the work.
    pub fn reserve_list(&mut self, count: usize) -> Result<(), Raise> {
        self.reserve(count.saturating_mul(size_of::<Value>()))?;
        self.work(count);
        Ok(())
    }

    /// [`Context::reserve`] for a text of `bytes` bytes; also charges the work.
    pub fn reserve_text(&mut self, bytes: usize) -> Result<(), Raise> {
        self.reserve(bytes)?;
        self.work(bytes);
        Ok(())
    }

    /// The error for an allocation of `bytes` that is not allowed.
    #[cold]
    pub fn breach(&self, bytes: usize) -> Raise {
        let allowed = self.heap.limit.min(LARGEST_ALLOCATION) as f64;
        // What is given up half-way knows only how far it came.
        let used = (self.heap.used_bytes() as f64 + bytes as f64).max(allowed + 1.0);
        Raise::limit(LimitBreach { limit: LimitKind::MemoryBytes, used, allowed })
    }
}

/// A function of its arguments. It never changes them; what it stores of them in its result it marks as shared
/// ([`Heap::share`]), except for parameters in [`Builtin::owned`], which the machine gives away (moved, or marked).
/// Its result is fresh, or marked as shared if it is (a part of) an argument.
pub type Native = fn(&mut Context<'_>, &[Value]) -> Result<Value, Raise>;

/// A builtin that updates its first argument in method form (language.md 7.5). The machine has made the receiver
/// unique ([`Heap::unique`]), so it is changed in place (or replaced); the values in `rest` belong to the callee and
/// are stored without a mark. On an error nothing has changed.
pub type Updater = fn(&mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise>;

/// What an [`Updater`] has to say besides the updated receiver.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Updated {
    /// Nothing: the method form gives null, the function form the receiver.
    Receiver,
    /// The element that was taken out, which no longer belongs to the receiver: the method form gives it, the function
    /// form gives `[receiver, element]`.
    Element(Value),
    /// There was no element to take out: the method form gives null, the function form `[receiver, stand_in]`.
    NoElement { stand_in: Value },
}

impl Updated {
    /// The value of `receiver.f(…)`.
    #[inline]
    pub fn method_result(self) -> Value {
        match self {
            Updated::Element(element) => element,
            Updated::Receiver | Updated::NoElement { .. } => Value::Null,
        }
    }

    /// The value of `f(receiver, …)`; the updated receiver is given away.
    #[inline]
    pub fn function_result(self, heap: &mut Heap, receiver: Value) -> Value {
        match self {
            Updated::Receiver => receiver,
            Updated::Element(element) | Updated::NoElement { stand_in: element } => heap.list(vec![receiver, element]),
        }
    }
}
