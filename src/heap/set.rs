//! Sets: hash tables that keep the order of insertion, like dicts. What is equal, and how it is hashed, the caller says.

use super::share::Share;
use super::slab::Object;
use crate::value::Value;
use hashbrown::HashTable;

/// Where a member is; its hash is kept, so that the index never needs to look at members.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    at: u32,
}

#[derive(Default, Clone)]
pub struct Set {
    /// [`Value::Unset`] stands where a member was removed, until the next compaction.
    members: Vec<Value>,
    index: HashTable<Slot>,
    live: u32,
    pub share: Share,
}

/// Fewer removed members than this are not worth a compaction.
const FEW: usize = 8;

/// Bytes that a member takes in an index that is full.
const SLOT_BYTES: usize = (size_of::<Slot>() + 1) * 8 / 7;

/// Bytes of the index of the first member.
const SMALLEST_INDEX: usize = 128;

fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

fn spread(hash: u32) -> u64 {
    (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Set {
    pub fn with_capacity(count: usize) -> Set {
        Set { members: Vec::with_capacity(count), index: HashTable::with_capacity(count), ..Set::default() }
    }

    pub fn len(&self) -> usize {
        self.live as usize
    }

    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The members that were added with this hash.
    pub fn candidates(&self, hash: u64) -> impl Iterator<Item = Value> + '_ {
        let hash = fold(hash);
        let slots = self.index.iter_hash(spread(hash)).filter(move |slot| slot.hash == hash);
        slots.map(|slot| self.members[slot.at as usize])
    }

    /// The position of the member that was added with this hash and is the `same`. It stays valid until the set changes.
    pub fn find(&self, hash: u64, mut same: impl FnMut(Value) -> bool) -> Option<usize> {
        let hash = fold(hash);
        let is_it = |slot: &Slot| slot.hash == hash && same(self.members[slot.at as usize]);
        self.index.find(spread(hash), is_it).map(|slot| slot.at as usize)
    }

    /// Adds a member that is known to be absent; without a hash, one that is never found (NaN).
    pub fn push_new(&mut self, hash: Option<u64>, value: Value) {
        let at = self.members.len() as u32;
        self.members.push(value);
        self.live += 1;
        if let Some(hash) = hash {
            let hash = fold(hash);
            self.index.insert_unique(spread(hash), Slot { hash, at }, |slot| spread(slot.hash));
        }
    }

    /// Removes the member at `position`, which was added with this hash; the others keep their order. Amortised
    /// constant time.
    pub fn remove(&mut self, hash: u64, position: usize) {
        if let Ok(slot) = self.index.find_entry(spread(fold(hash)), |slot| slot.at as usize == position) {
            slot.remove();
        }
        self.members[position] = Value::Unset;
        self.live -= 1;
        while let Some(Value::Unset) = self.members.last() {
            self.members.pop();
        }
        if self.members.len() > FEW.max(2 * self.live as usize) {
            self.compact();
        }
    }

    fn compact(&mut self) {
        let mut live = 0;
        let positions: Vec<u32> = self
            .members
            .iter()
            .map(|&member| {
                let position = live;
                live += (member != Value::Unset) as u32;
                position
            })
            .collect();
        for slot in self.index.iter_mut() {
            slot.at = positions[slot.at as usize];
        }
        self.members.retain(|&member| member != Value::Unset);
    }

    /// The members in insertion order.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        self.members.iter().copied().filter(|&member| member != Value::Unset)
    }

    /// The first member at or after `cursor`, and the cursor of the next one. For loops that run over many steps.
    pub fn next_member(&self, mut cursor: usize) -> Option<(Value, usize)> {
        while let Some(&member) = self.members.get(cursor) {
            cursor += 1;
            if member != Value::Unset {
                return Some((member, cursor));
            }
        }
        None
    }

    /// The members as they come, without those removed.
    pub fn into_members(mut self) -> Vec<Value> {
        self.members.retain(|&member| member != Value::Unset);
        self.members
    }

    /// At most the bytes that one more member takes.
    pub fn growth(&self) -> usize {
        let is_full = self.members.len() == self.members.capacity();
        let members = if is_full { self.members.len().max(4) * 2 * size_of::<Value>() } else { 0 };
        let is_full = self.index.len() == self.index.capacity();
        let index = if is_full { self.index.allocation_size() * 2 + SMALLEST_INDEX } else { 0 };
        members + index
    }

    /// At most the bytes that a set takes that has grown to `count` members.
    pub fn bytes_for(count: usize) -> usize {
        count.max(4).saturating_mul(2 * (size_of::<Value>() + SLOT_BYTES)).saturating_add(SMALLEST_INDEX)
    }
}

impl Object for Set {
    fn backing_bytes(&self) -> usize {
        self.members.capacity() * size_of::<Value>() + self.index.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(set: &Set, int: i64) -> Option<usize> {
        set.find(hash(int), |member| member == Value::Int(int))
    }

    /// Bad on purpose.
    fn hash(int: i64) -> u64 {
        int as u64 % 7
    }

    #[test]
    fn members_keep_their_order_whatever_is_removed() {
        let mut set = Set::default();
        let mut model: Vec<i64> = Vec::new();
        let mut state = 1u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let int = (state >> 33) as i64 % 40;
            match (find(&set, int), model.iter().position(|&other| other == int)) {
                (Some(position), Some(at)) => {
                    set.remove(hash(int), position);
                    model.remove(at);
                }
                (None, None) => {
                    let (before, growth) = (set.backing_bytes(), set.growth());
                    set.push_new(Some(hash(int)), Value::Int(int));
                    assert!(set.backing_bytes() - before <= growth);
                    model.push(int);
                }
                other => panic!("{int}: {other:?}"),
            }
            assert_eq!(set.len(), model.len());
            assert!(set.members.len() <= FEW.max(2 * model.len() + 1));
            let expected: Vec<Value> = model.iter().copied().map(Value::Int).collect();
            assert_eq!(set.iter().collect::<Vec<_>>(), expected);
        }
        let expected: Vec<Value> = model.iter().copied().map(Value::Int).collect();
        let mut cursor = 0;
        let mut walked = Vec::new();
        while let Some((member, next)) = set.next_member(cursor) {
            walked.push(member);
            cursor = next;
        }
        assert_eq!(walked, expected);
        assert_eq!(set.into_members(), expected);
    }

    #[test]
    fn what_has_no_hash_is_never_found_and_stays() {
        let mut set = Set::default();
        for int in 0..20 {
            set.push_new(None, Value::Null);
            set.push_new(Some(hash(int)), Value::Int(int));
        }
        for int in 0..20 {
            let position = find(&set, int).unwrap();
            set.remove(hash(int), position);
        }
        assert_eq!(set.len(), 20);
        assert!(set.iter().all(|member| member == Value::Null));
        assert_eq!(set.candidates(hash(1)).count(), 0);
    }
}
