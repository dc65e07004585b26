//! How many places a value-semantics object belongs to, as far as the machine needs to know it.

/// The ownership mark of an object that language.md 3.1 calls a value.
///
/// A *unique* object has one owner and may be changed in place. Giving it a second owner marks it *shared* for good:
/// a writer then changes a clone. A *borrow* is a second reference that is known to end (an argument or receiver
/// during a call, an iterated list during its loop): while it lasts, writers clone; afterwards the object is as before.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Share(u8);

const SHARED: u8 = u8::MAX;

impl Share {
    /// The mark of constants and of everything else that must never be written in place.
    pub const FOREVER: Share = Share(SHARED);

    #[inline]
    pub fn is_unique(self) -> bool {
        self.0 == 0
    }

    /// A second owner, for good.
    #[inline]
    pub fn mark(&mut self) {
        self.0 = SHARED;
    }

    /// Begins a borrow. More than 254 at a time mark the object for good.
    #[inline]
    pub fn borrow(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    /// Ends a borrow. A borrow that is never ended costs a clone at the next write and nothing else.
    #[inline]
    pub fn release(&mut self) {
        if self.0 != SHARED && self.0 != 0 {
            self.0 -= 1;
        }
    }
}
