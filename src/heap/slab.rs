//! A slab: objects of one kind in one vector, addressed by handles, with a mark bitmap for the collector.

use crate::value::Handle;

/// What the heap needs to know of a kind of object.
///
/// The default value is what a free slot holds: it must own no memory.
pub trait Object: Default {
    /// Bytes of backing store beyond the slot itself.
    fn backing_bytes(&self) -> usize;
}

pub struct Slab<T> {
    slots: Vec<T>,
    free: Vec<u32>,
    /// One bit a slot: set while the slot holds an object.
    live: Vec<u64>,
    /// One bit a slot: reached in the current collection.
    marked: Vec<u64>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { slots: Vec::new(), free: Vec::new(), live: Vec::new(), marked: Vec::new() }
    }
}

impl<T: Object> Slab<T> {
    #[inline]
    pub fn insert(&mut self, object: T) -> Handle<T> {
        let index = match self.free.pop() {
            Some(index) => {
                self.slots[index as usize] = object;
                index
            }
            None => self.grow(object),
        };
        self.live[index as usize / 64] |= 1 << (index % 64);
        Handle::new(index)
    }

    fn grow(&mut self, object: T) -> u32 {
        let index = self.slots.len();
        assert!(index < u32::MAX as usize, "more than 4294967294 objects of one kind");
        self.slots.push(object);
        if index / 64 >= self.live.len() {
            self.live.push(0);
            self.marked.push(0);
        }
        index as u32
    }

    #[inline]
    pub fn get(&self, handle: Handle<T>) -> &T {
        &self.slots[handle.index() as usize]
    }

    #[inline]
    pub fn get_mut(&mut self, handle: Handle<T>) -> &mut T {
        &mut self.slots[handle.index() as usize]
    }

    /// Whether the object that a handle was made for may still be there.
    pub fn is_live(&self, handle: Handle<T>) -> bool {
        let index = handle.index();
        self.live[index as usize / 64] >> (index % 64) & 1 == 1
    }

    /// Marks the object; true if it was not marked before.
    #[inline]
    pub fn mark(&mut self, handle: Handle<T>) -> bool {
        let word = &mut self.marked[handle.index() as usize / 64];
        let bit = 1 << (handle.index() % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }

    pub fn is_marked(&self, handle: Handle<T>) -> bool {
        let index = handle.index();
        self.marked[index as usize / 64] >> (index % 64) & 1 == 1
    }

    /// Frees every object that is not marked and clears the marks. `dropped` sees each object before it goes.
    /// Gives the number of objects that stay.
    pub fn sweep(&mut self, mut dropped: impl FnMut(&T)) -> usize {
        let mut kept = 0;
        for word in 0..self.live.len() {
            let mut dead = self.live[word] & !self.marked[word];
            self.live[word] &= self.marked[word];
            kept += self.live[word].count_ones() as usize;
            self.marked[word] = 0;
            while dead != 0 {
                let index = word * 64 + dead.trailing_zeros() as usize;
                dead &= dead - 1;
                dropped(&self.slots[index]);
                self.slots[index] = T::default();
                self.free.push(index as u32);
            }
        }
        kept
    }

    /// Bytes of backing store of all live objects, and of the slots.
    pub fn bytes(&self) -> usize {
        let mut total = self.slots.capacity() * size_of::<T>();
        for (word, &bits) in self.live.iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                total += self.slots[word * 64 + bits.trailing_zeros() as usize].backing_bytes();
                bits &= bits - 1;
            }
        }
        total
    }

    /// The handles of all live objects.
    pub fn handles(&self) -> impl Iterator<Item = Handle<T>> + '_ {
        self.live.iter().enumerate().flat_map(|(word, &bits)| {
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| Handle::new(word as u32 * 64 + bit))
        })
    }
}
