//! Dicts: hash tables that keep the order of insertion (the layout of CPython's and indexmap's: a dense vector of
//! entries and an index into it). An int key and its decimal text are one key, kept as an int.

use super::Heap;
use super::share::Share;
use super::slab::{Object, Slab};
use super::text::{Text, hash_text};
use crate::value::{Handle, Value};
use hashbrown::HashTable;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    Int(i64),
    /// A text that is not the decimal form of an int; marked as shared.
    Text(Handle<Text>),
    /// The entry was removed and waits for the next compaction.
    Removed,
}

#[derive(Clone, Copy)]
pub struct Entry {
    pub key: Key,
    pub value: Value,
}

/// Up to this many entries are searched one by one, without an index.
const LINEAR: usize = 8;

#[derive(Default, Clone)]
pub struct Dict {
    entries: Vec<Entry>,
    index: HashTable<u32>,
    live: u32,
    pub share: Share,
}

/// What a lookup needs of a key, whether or not a text object of it exists.
#[derive(Clone, Copy)]
pub enum Probe<'a> {
    Int(i64),
    Text { content: &'a str, hash: u32, handle: Option<Handle<Text>> },
}

impl<'a> Probe<'a> {
    pub fn of_text(text: &'a Text, handle: Handle<Text>) -> Probe<'a> {
        match decimal_int(text.as_str()) {
            Some(int) => Probe::Int(int),
            None => Probe::Text { content: text.as_str(), hash: text.hash(), handle: Some(handle) },
        }
    }

    pub fn of_str(content: &'a str) -> Probe<'a> {
        match decimal_int(content) {
            Some(int) => Probe::Int(int),
            None => Probe::Text { content, hash: hash_text(content), handle: None },
        }
    }

    fn hash(&self) -> u64 {
        match *self {
            Probe::Int(int) => hash_int(int),
            Probe::Text { hash, .. } => spread(hash as u64),
        }
    }

    fn is(&self, key: Key, texts: &Slab<Text>) -> bool {
        match (*self, key) {
            (Probe::Int(a), Key::Int(b)) => a == b,
            (Probe::Text { content, hash, handle }, Key::Text(other)) => {
                handle == Some(other) || {
                    let other = texts.get(other);
                    other.hash() == hash && other.as_str() == content
                }
            }
            _ => false,
        }
    }
}

/// The int whose decimal form is exactly `text`.
#[inline]
pub fn decimal_int(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = match bytes {
        [b'-', digits @ ..] => digits,
        digits => digits,
    };
    let canonical = match digits {
        [b'0'] => bytes.len() == 1,
        [b'1'..=b'9', ..] => digits.len() <= 19,
        _ => false,
    };
    if canonical { text.parse().ok() } else { None }
}

fn spread(hash: u64) -> u64 {
    hash.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn hash_int(int: i64) -> u64 {
    let hash = spread(int as u64);
    hash ^ (hash >> 32)
}

fn hash_key(key: Key, texts: &Slab<Text>) -> u64 {
    match key {
        Key::Int(int) => hash_int(int),
        Key::Text(text) => spread(texts.get(text).hash() as u64),
        Key::Removed => 0,
    }
}

impl Dict {
    pub fn len(&self) -> usize {
        self.live as usize
    }

    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The position of the entry, which stays valid until the dict changes.
    #[inline]
    pub fn find(&self, probe: Probe<'_>, texts: &Slab<Text>) -> Option<usize> {
        if self.index.is_empty() {
            return self.entries.iter().position(|entry| probe.is(entry.key, texts));
        }
        let found = self.index.find(probe.hash(), |&at| probe.is(self.entries[at as usize].key, texts));
        found.map(|&at| at as usize)
    }

    pub fn value_at(&self, position: usize) -> Value {
        self.entries[position].value
    }

    pub fn set_value_at(&mut self, position: usize, value: Value) {
        self.entries[position].value = value;
    }

    pub fn get(&self, probe: Probe<'_>, texts: &Slab<Text>) -> Option<Value> {
        self.find(probe, texts).map(|at| self.entries[at].value)
    }

    /// Appends an entry whose key is known to be absent.
    pub fn push_new(&mut self, key: Key, value: Value, texts: &Slab<Text>) {
        let at = self.entries.len() as u32;
        self.entries.push(Entry { key, value });
        self.live += 1;
        if !self.index.is_empty() {
            let entries = &self.entries;
            self.index.insert_unique(hash_key(key, texts), at, |&at| hash_key(entries[at as usize].key, texts));
        } else if self.entries.len() > LINEAR {
            self.rebuild(texts);
        }
    }

    /// Removes the entry; the others keep their order. Amortised constant time.
    pub fn remove(&mut self, probe: Probe<'_>, texts: &Slab<Text>) -> Option<Value> {
        let at = self.find(probe, texts)?;
        if !self.index.is_empty()
            && let Ok(slot) = self.index.find_entry(probe.hash(), |&other| other as usize == at)
        {
            slot.remove();
        }
        let value = self.entries[at].value;
        self.entries[at] = Entry { key: Key::Removed, value: Value::Null };
        self.live -= 1;
        if at + 1 == self.entries.len() {
            while matches!(self.entries.last(), Some(Entry { key: Key::Removed, .. })) {
                self.entries.pop();
            }
        }
        if self.entries.len() > LINEAR && self.entries.len() > 2 * self.live as usize {
            self.entries.retain(|entry| entry.key != Key::Removed);
            self.rebuild(texts);
        } else if self.index.is_empty() && self.entries.len() <= LINEAR {
            self.entries.retain(|entry| entry.key != Key::Removed);
        }
        Some(value)
    }

    fn rebuild(&mut self, texts: &Slab<Text>) {
        self.index.clear();
        if self.entries.len() <= LINEAR {
            return;
        }
        let entries = &self.entries;
        self.index.reserve(entries.len(), |_| 0);
        for (at, entry) in entries.iter().enumerate() {
            self.index
                .insert_unique(hash_key(entry.key, texts), at as u32, |&at| hash_key(entries[at as usize].key, texts));
        }
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.index.clear();
        self.live = 0;
    }

    pub fn reserve(&mut self, additional: usize) {
        self.entries.reserve(additional);
    }

    /// The entries in insertion order.
    pub fn iter(&self) -> impl Iterator<Item = Entry> + '_ {
        self.entries.iter().copied().filter(|entry| entry.key != Key::Removed)
    }

    /// The first entry at or after `cursor`, and the cursor of the next one. For loops that run over many steps.
    pub fn next_entry(&self, mut cursor: usize) -> Option<(Entry, usize)> {
        while let Some(&entry) = self.entries.get(cursor) {
            cursor += 1;
            if entry.key != Key::Removed {
                return Some((entry, cursor));
            }
        }
        None
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> + '_ {
        self.entries.iter_mut().map(|entry| &mut entry.value)
    }
}

impl Object for Dict {
    fn backing_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>() + self.index.allocation_size()
    }
}

impl Heap {
    /// A new dict with these entries; the values are given away.
    pub fn dict_of(&mut self, entries: &[(&str, Value)]) -> Value {
        let dict = self.dict(Dict::default());
        for &(key, value) in entries {
            let key = self.name(key);
            let key = Value::Text(self.name_text(key));
            if let (Value::Dict(dict), Some(key)) = (dict, self.key(key)) {
                self.dict_set(dict, key, value);
            }
        }
        dict
    }
}
