//! Strings: UTF-8, short ones without an allocation, length and hash remembered.

use super::share::Share;
use super::slab::Object;
use compact_str::CompactString;
use std::cell::Cell;
use std::hash::Hasher;

#[derive(Default, Clone)]
pub struct Text {
    data: CompactString,
    /// Number of Unicode scalar values; equal to the number of bytes exactly for ASCII.
    length: u32,
    /// 0 while unknown.
    hash: Cell<u32>,
    pub share: Share,
}

impl Text {
    pub fn new(data: CompactString) -> Text {
        let length = if data.is_ascii() { data.len() } else { data.chars().count() } as u32;
        Text { data, length, hash: Cell::new(0), share: Share::default() }
    }

    #[inline]
    pub fn as_str(&self) -> &str {
        &self.data
    }

    /// Number of Unicode scalar values.
    #[inline]
    pub fn length(&self) -> usize {
        self.length as usize
    }

    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.length as usize == self.data.len()
    }

    /// A hash of the content, never 0.
    #[inline]
    pub fn hash(&self) -> u32 {
        match self.hash.get() {
            0 => {
                let hash = hash_text(&self.data);
                self.hash.set(hash);
                hash
            }
            hash => hash,
        }
    }

    /// Appends in place; the caller has made sure that nobody else sees this object.
    pub fn push_str(&mut self, other: &str, other_length: usize) {
        self.data.push_str(other);
        self.length += other_length as u32;
        self.hash.set(0);
    }

    pub fn capacity(&self) -> usize {
        self.data.capacity()
    }

    /// The byte position of scalar `index`, which may be the length.
    pub fn byte_offset(&self, index: usize) -> usize {
        if self.is_ascii() {
            return index.min(self.data.len());
        }
        self.data.char_indices().nth(index).map_or(self.data.len(), |(offset, _)| offset)
    }

    /// The scalar at `index`.
    pub fn char_at(&self, index: usize) -> Option<char> {
        if self.is_ascii() {
            return self.data.as_bytes().get(index).map(|&byte| byte as char);
        }
        self.data.chars().nth(index)
    }
}

impl Object for Text {
    fn backing_bytes(&self) -> usize {
        if self.data.is_heap_allocated() { self.data.capacity() } else { 0 }
    }
}

/// The hash under which a text of this content is found in dicts; never 0.
pub fn hash_text(text: &str) -> u32 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    let hash = hasher.finish();
    ((hash ^ (hash >> 32)) as u32).max(1)
}
