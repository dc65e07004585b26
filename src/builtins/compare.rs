//! Equality (language.md 3.5) and order (3.6). Nothing here recurses, and comparing two values takes no longer than
//! the objects that they refer to, even if their parts occur in many places.

use super::ordering::is_visible;
use crate::heap::{Entry, Heap, Key, Name, Record, Set};
use crate::value::{Handle, Value};
use rustc_hash::{FxHashSet, FxHasher};
use std::cmp::Ordering;
use std::hash::Hasher;

/// How numbers are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// Numbers that differ by less than 2.220446049250313e-16 are equal: `==`, patterns, `assert_equal`.
    Tolerant,
    /// Sets, `unique`, `contains`, `index_of`, `remove`.
    Exact,
}

/// `left == right` without operator methods.
#[inline]
pub fn equal(heap: &Heap, left: Value, right: Value) -> bool {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => left == right,
        _ => Comparison::new(heap, Numbers::Tolerant).run(left, right),
    }
}

/// [`equal`], and how many parts were looked at, for [`super::Context::work`].
pub fn equal_counted(heap: &Heap, left: Value, right: Value) -> (bool, usize) {
    let mut comparison = Comparison::new(heap, Numbers::Tolerant);
    (comparison.run(left, right), comparison.units)
}

/// Equality that agrees with [`hash_exactly`]: numbers must have exactly the same value.
pub fn equal_exactly(heap: &Heap, left: Value, right: Value) -> bool {
    Comparison::new(heap, Numbers::Exact).run(left, right)
}

/// Where the first element is that is [`equal_exactly`] to `item`, and how many parts were looked at.
pub fn position_exactly(heap: &Heap, items: &[Value], item: Value) -> (Option<usize>, usize) {
    let mut comparison = Comparison::new(heap, Numbers::Exact);
    let position = items.iter().position(|&element| comparison.run(element, item));
    (position, items.len() + comparison.units)
}

/// What a lookup in a set finds.
pub(super) struct Found {
    /// The hash under which the value is added; `None` for NaN, which equals nothing and so is never found.
    pub hash: Option<u64>,
    pub position: Option<usize>,
    /// How many parts were looked at.
    pub units: usize,
}

/// Looks for the member that is [`equal_exactly`] to `value`.
pub(super) fn find_member(heap: &Heap, set: &Set, value: Value) -> Found {
    if let Value::Float(float) = value
        && float.is_nan()
    {
        return Found { hash: None, position: None, units: 0 };
    }
    let mut hashing = Hashing { heap, units: 0 };
    let hash = hashing.hash(value);
    let mut comparison = Comparison::new(heap, Numbers::Exact);
    let position = set.find(hash, |member| {
        comparison.units += 1;
        comparison.run(member, value)
    });
    Found { hash: Some(hash), position, units: hashing.units + comparison.units }
}

/// After this many pairs of containers they are remembered, so that parts that occur in many places are compared once.
const REMEMBER_AFTER: usize = 256;

/// The identity of a pair of containers, and how they are compared.
type Pair = (u8, u32, u32);

/// Something that has to hold for two values to be equal.
enum Condition {
    Equal(Value, Value, Numbers),
    /// The set has a member that is exactly equal to this container.
    Member(Value, Handle<Set>),
}

/// One try to find a member of a set in another: it succeeds when all its conditions hold.
struct Attempt {
    conditions: Vec<Condition>,
    /// What has been among the conditions.
    seen: FxHashSet<Pair>,
    member: Value,
    candidate: Value,
    /// What may equal the member instead.
    others: Vec<Value>,
}

impl Attempt {
    fn new(member: Value, candidate: Value, others: Vec<Value>) -> Attempt {
        Attempt { conditions: Vec::new(), seen: FxHashSet::default(), member, candidate, others }
    }
}

struct Comparison<'heap> {
    heap: &'heap Heap,
    numbers: Numbers,
    /// The innermost attempt; the outermost is the comparison as a whole.
    current: Attempt,
    /// The attempts that wait for the one after them.
    suspended: Vec<Attempt>,
    /// What attempts have found out. As no value contains itself, it holds whatever comes of the attempts around them.
    equal: FxHashSet<Pair>,
    different: FxHashSet<Pair>,
    /// Elements, entries and fields that were looked at.
    units: usize,
}

impl<'heap> Comparison<'heap> {
    fn new(heap: &'heap Heap, numbers: Numbers) -> Self {
        Comparison {
            heap,
            numbers,
            current: Attempt::new(Value::Null, Value::Null, Vec::new()),
            suspended: Vec::new(),
            equal: FxHashSet::default(),
            different: FxHashSet::default(),
            units: 0,
        }
    }

    fn run(&mut self, left: Value, right: Value) -> bool {
        self.current.conditions.clear();
        if !self.outside(left, right, self.numbers) {
            return false;
        }
        if self.current.conditions.is_empty() {
            return true;
        }
        self.current.seen.clear();
        self.suspended.clear();
        let mut compared = 0;
        loop {
            let holds = match self.current.conditions.pop() {
                Some(Condition::Equal(left, right, numbers)) => {
                    compared += 1;
                    let is_new = compared <= REMEMBER_AFTER
                        || containers(left, right, numbers)
                            .is_none_or(|pair| !self.equal.contains(&pair) && self.current.seen.insert(pair));
                    !is_new || self.outside(left, right, numbers)
                }
                Some(Condition::Member(member, set)) => {
                    let hash = hash_exactly(self.heap, member);
                    let candidates = self.heap.sets.get(set).candidates(hash).collect();
                    self.attempt(member, candidates)
                }
                None => match self.suspended.pop() {
                    Some(outer) => {
                        let done = std::mem::replace(&mut self.current, outer);
                        self.equal.extend(done.seen);
                        self.equal.extend(containers(done.member, done.candidate, Numbers::Exact));
                        true
                    }
                    None => return true,
                },
            };
            if !holds && !self.try_others() {
                return false;
            }
        }
    }

    /// Begins to compare a member of a set with the first candidate that may equal it. If this gives false, the
    /// current attempt has failed, which is the new one if there is one.
    fn attempt(&mut self, member: Value, mut candidates: Vec<Value>) -> bool {
        while let Some(candidate) = candidates.pop() {
            self.units += 1;
            let Some(pair) = containers(member, candidate, Numbers::Exact) else { continue };
            if self.equal.contains(&pair) {
                return true;
            }
            if !self.different.contains(&pair) {
                let outer = std::mem::replace(&mut self.current, Attempt::new(member, candidate, candidates));
                self.suspended.push(outer);
                return self.outside(member, candidate, Numbers::Exact);
            }
        }
        false
    }

    /// Goes on after the current attempt has failed; false if there is nothing left to try.
    fn try_others(&mut self) -> bool {
        while let Some(outer) = self.suspended.pop() {
            let failed = std::mem::replace(&mut self.current, outer);
            self.different.extend(containers(failed.member, failed.candidate, Numbers::Exact));
            if self.attempt(failed.member, failed.others) {
                return true;
            }
        }
        false
    }

    /// Compares plain values; of containers whatever is no container itself, leaving the rest as conditions.
    fn outside(&mut self, left: Value, right: Value, numbers: Numbers) -> bool {
        let heap = self.heap;
        match (left, right) {
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::Float(left), Value::Float(right)) => equal_floats(left, right, numbers),
            (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
                equal_int_float(int, float, numbers)
            }
            (Value::Text(left), Value::Text(right)) => left == right || heap.str(left) == heap.str(right),
            (Value::Null | Value::Unset, Value::Null | Value::Unset) | (Value::None, Value::None) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Unit(left), Value::Unit(right)) => left == right,
            (Value::Bytes(left), Value::Bytes(right)) => heap.bytes.get(left).data == heap.bytes.get(right).data,
            (Value::Function(left), Value::Function(right)) => left == right,
            (Value::Closure(left), Value::Closure(right)) => left == right,
            (Value::Builtin(left), Value::Builtin(right)) => left == right,
            (Value::HostFunction(left), Value::HostFunction(right)) => left == right,
            (Value::Generator(left), Value::Generator(right)) => left == right,
            (Value::Promise(left), Value::Promise(right)) => left == right,
            (Value::Channel(left), Value::Channel(right)) => left == right,
            (Value::Stream(left), Value::Stream(right)) => left == right,
            (Value::List(left), Value::List(right)) | (Value::Stack(left), Value::Stack(right)) => {
                let (left, right) = (heap.items(left), heap.items(right));
                left.len() == right.len()
                    && left.iter().zip(right).all(|(&left, &right)| self.part(left, right, numbers))
            }
            (Value::Queue(left), Value::Queue(right)) => {
                let (left, right) = (&heap.queues.get(left).items, &heap.queues.get(right).items);
                left.len() == right.len()
                    && left.iter().zip(right).all(|(&left, &right)| self.part(left, right, numbers))
            }
            (Value::Set(left), Value::Set(right)) => self.sets(left, right),
            (Value::Dict(left), Value::Dict(right)) => {
                let (left, right) = (heap.dicts.get(left), heap.dicts.get(right));
                left.len() == right.len()
                    && left.iter().all(|entry| {
                        let other = right.get(heap.probe(entry.key), &heap.texts);
                        other.is_some_and(|other| self.part(entry.value, other, numbers))
                    })
            }
            (Value::Record(left), Value::Record(right)) => self.records(left, right, numbers),
            (Value::Variant(left), Value::Variant(right)) => {
                let (left, right) = (heap.variants.get(left), heap.variants.get(right));
                left.tag == right.tag && self.part(left.payload, right.payload, numbers)
            }
            _ => false,
        }
    }

    /// Compares two parts of containers, or leaves them for later.
    fn part(&mut self, left: Value, right: Value, numbers: Numbers) -> bool {
        self.units += 1;
        if containers(left, right, numbers).is_some() {
            self.current.conditions.push(Condition::Equal(left, right, numbers));
            return true;
        }
        self.outside(left, right, numbers)
    }

    /// Members are distinct, so sets of one size are equal if one has all members of the other.
    fn sets(&mut self, left: Handle<Set>, right: Handle<Set>) -> bool {
        let heap = self.heap;
        let (members, other) = (heap.sets.get(left), heap.sets.get(right));
        members.len() == other.len()
            && members.iter().all(|member| {
                self.units += 1;
                if containers(member, member, Numbers::Exact).is_some() {
                    self.current.conditions.push(Condition::Member(member, right));
                    return true;
                }
                let hash = hash_exactly(heap, member);
                other.find(hash, |candidate| self.outside(member, candidate, Numbers::Exact)).is_some()
            })
    }

    fn records(&mut self, left: Handle<Record>, right: Handle<Record>, numbers: Numbers) -> bool {
        let heap = self.heap;
        if heap.record_type(left).name != heap.record_type(right).name {
            return false;
        }
        let (left_layout, right_layout) = (heap.records.get(left).layout, heap.records.get(right).layout);
        let names = heap.layouts.fields(left_layout);
        if left_layout != right_layout {
            let visible = |names: &[Name]| names.iter().filter(|&&name| is_visible(heap, name)).count();
            if visible(names) != visible(heap.layouts.fields(right_layout)) {
                return false;
            }
        }
        let mut fields = names.iter().zip(heap.fields(left)).filter(|(name, _)| is_visible(heap, **name));
        fields.all(|(&name, &value)| heap.field(right, name).is_some_and(|other| self.part(value, other, numbers)))
    }
}

fn containers(left: Value, right: Value, numbers: Numbers) -> Option<Pair> {
    let (kind, left, right) = match (left, right) {
        (Value::List(left), Value::List(right)) => (0, left.index(), right.index()),
        (Value::Dict(left), Value::Dict(right)) => (1, left.index(), right.index()),
        (Value::Record(left), Value::Record(right)) => (2, left.index(), right.index()),
        (Value::Variant(left), Value::Variant(right)) => (3, left.index(), right.index()),
        (Value::Set(left), Value::Set(right)) => (4, left.index(), right.index()),
        (Value::Queue(left), Value::Queue(right)) => (5, left.index(), right.index()),
        (Value::Stack(left), Value::Stack(right)) => (6, left.index(), right.index()),
        _ => return None,
    };
    Some((kind << 1 | numbers as u8, left, right))
}

fn equal_floats(left: f64, right: f64, numbers: Numbers) -> bool {
    // Equal infinities have no difference that is a number.
    left == right || numbers == Numbers::Tolerant && (left - right).abs() < f64::EPSILON
}

fn equal_int_float(int: i64, float: f64, numbers: Numbers) -> bool {
    if order_int_float(int, float) == Some(Ordering::Equal) {
        return true;
    }
    // Beyond 2^53 floats are whole, so that a difference is at least 1.
    numbers == Numbers::Tolerant && int.unsigned_abs() <= 1 << 53 && (int as f64 - float).abs() < f64::EPSILON
}

/// The order by exact value; `None` for NaN.
pub fn order_int_float(int: i64, float: f64) -> Option<Ordering> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        None
    } else if float >= LIMIT {
        Some(Ordering::Less)
    } else if float < -LIMIT {
        Some(Ordering::Greater)
    } else {
        let whole = float.trunc();
        // Exact, as the number is whole and in range.
        let by_whole = int.cmp(&(whole as i64));
        Some(by_whole.then(0.0.partial_cmp(&(float - whole)).unwrap_or(Ordering::Equal)))
    }
}

/// The order of two numbers or two strings; `None` if one is NaN, or for other kinds ([`comparable`]).
#[inline]
pub fn order(heap: &Heap, left: Value, right: Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(&right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(&right),
        (Value::Int(left), Value::Float(right)) => order_int_float(left, right),
        (Value::Float(left), Value::Int(right)) => order_int_float(right, left).map(Ordering::reverse),
        (Value::Text(left), Value::Text(right)) => Some(heap.str(left).cmp(heap.str(right))),
        _ => None,
    }
}

/// Whether `<` is defined for the kinds of the two values.
pub fn comparable(left: Value, right: Value) -> bool {
    match (left, right) {
        (Value::Text(_), Value::Text(_)) => true,
        _ => left.as_number().is_some() && right.as_number().is_some(),
    }
}

/// The order of `sort`: what has no order counts as equal.
#[inline]
pub fn sort_order(heap: &Heap, left: Value, right: Value) -> Ordering {
    order(heap, left, right).unwrap_or(Ordering::Equal)
}

/// A hash on which values that are [`equal_exactly`] agree. It looks at all elements of a container, but at few of the
/// parts of those.
pub fn hash_exactly(heap: &Heap, value: Value) -> u64 {
    Hashing { heap, units: 0 }.hash(value)
}

/// How many levels of containers are hashed.
const HASHED_LEVELS: u32 = 3;

/// How many elements of a container in a container are hashed.
const HASHED_ELEMENTS: usize = 16;

struct Hashing<'heap> {
    heap: &'heap Heap,
    /// Elements, entries and fields that were looked at.
    units: usize,
}

impl Hashing<'_> {
    fn hash(&mut self, value: Value) -> u64 {
        let mut hasher = FxHasher::default();
        self.add(value, HASHED_LEVELS, &mut hasher);
        hasher.finish()
    }

    fn add(&mut self, value: Value, levels: u32, hasher: &mut FxHasher) {
        let heap = self.heap;
        match value {
            Value::Unset | Value::Null => hasher.write_u8(1),
            Value::Bool(value) => hasher.write_u8(2 + value as u8),
            Value::Int(int) => hasher.write_i64(int),
            Value::Float(float) => hash_float(float, hasher),
            Value::Text(text) => hasher.write_u32(heap.texts.get(text).hash()),
            Value::Bytes(bytes) => {
                let data = &heap.bytes.get(bytes).data;
                self.units += data.len() / 8;
                hasher.write(data);
            }
            Value::None => hasher.write_u8(4),
            Value::Unit(tag) => hasher.write_u64(1 << 32 | tag.0 as u64),
            Value::Function(index) => hasher.write_u32(index),
            Value::Builtin(index) => hasher.write_u16(index),
            Value::HostFunction(number) => hasher.write_u32(number),
            Value::Closure(closure) => hasher.write_u32(closure.index()),
            Value::Generator(generator) => hasher.write_u32(generator.index()),
            Value::Promise(promise) => hasher.write_u32(promise.index()),
            Value::Channel(channel) => hasher.write_u32(channel.index()),
            Value::Stream(stream) => hasher.write_u32(stream.index()),
            Value::List(list) | Value::Stack(list) => {
                let items = heap.items(list);
                self.elements(items.len(), items.iter().copied(), levels, hasher);
            }
            Value::Queue(queue) => {
                let items = &heap.queues.get(queue).items;
                self.elements(items.len(), items.iter().copied(), levels, hasher);
            }
            Value::Set(set) => {
                let set = heap.sets.get(set);
                self.unordered(set.len(), set.iter(), levels, hasher, |_, _| {}, |member| member);
            }
            Value::Dict(dict) => {
                let dict = heap.dicts.get(dict);
                let key = |entry: Entry, hasher: &mut FxHasher| hash_key(heap, entry.key, hasher);
                self.unordered(dict.len(), dict.iter(), levels, hasher, key, |entry| entry.value);
            }
            Value::Record(record) => {
                hasher.write_u32(heap.record_type(record).name.0);
                let names = heap.layouts.fields(heap.records.get(record).layout).iter().copied();
                let fields = names.zip(heap.fields(record).iter().copied());
                let fields = fields.filter(|&(name, _)| is_visible(heap, name));
                let name = |(name, _): (Name, Value), hasher: &mut FxHasher| hasher.write_u32(name.0);
                self.unordered(fields.clone().count(), fields, levels, hasher, name, |(_, value)| value);
            }
            Value::Variant(variant) => {
                let variant = heap.variants.get(variant);
                hasher.write_u64(1 << 32 | variant.tag.0 as u64);
                if levels > 0 {
                    self.add(variant.payload, levels - 1, hasher);
                }
            }
        }
    }

    fn elements(&mut self, count: usize, elements: impl Iterator<Item = Value>, levels: u32, hasher: &mut FxHasher) {
        hasher.write_usize(count);
        let hashed = match levels {
            HASHED_LEVELS => count,
            0 => 0,
            _ => HASHED_ELEMENTS.min(count),
        };
        self.units += hashed;
        for element in elements.take(hashed) {
            self.add(element, levels - 1, hasher);
        }
    }

    /// Parts whose order does not count: either all of them are hashed or none.
    fn unordered<T: Copy>(
        &mut self,
        count: usize,
        parts: impl Iterator<Item = T>,
        levels: u32,
        hasher: &mut FxHasher,
        name: impl Fn(T, &mut FxHasher),
        value: impl Fn(T) -> Value,
    ) {
        hasher.write_usize(count);
        if levels == HASHED_LEVELS || levels > 0 && count <= HASHED_ELEMENTS {
            self.units += count;
            let hashes = parts.map(|part| {
                let mut hasher = FxHasher::default();
                name(part, &mut hasher);
                self.add(value(part), levels - 1, &mut hasher);
                hasher.finish()
            });
            hasher.write_u64(hashes.fold(0, u64::wrapping_add));
        }
    }
}

fn hash_float(float: f64, hasher: &mut FxHasher) {
    // A whole number hashes like the int that it equals, which also makes 0 and -0 one.
    if float == float.trunc() && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float) {
        hasher.write_i64(float as i64);
    } else {
        hasher.write_u64(float.to_bits());
    }
}

fn hash_key(heap: &Heap, key: Key, hasher: &mut FxHasher) {
    match key {
        Key::Int(int) => hasher.write_i64(int),
        Key::Text(text) => hasher.write_u32(heap.texts.get(text).hash()),
        Key::Removed => {}
    }
}
