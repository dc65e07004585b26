//! Equality (language.md 3.5) and order (3.6). Nothing here recurses, and comparing two values takes no longer than
//! the objects that they refer to, even if their parts occur in many places.

use super::ordering::is_visible;
use crate::heap::{Heap, Key, Name, Record};
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

/// After this many pairs of containers they are remembered, so that parts that occur in many places are compared once.
const REMEMBER_AFTER: usize = 256;

struct Comparison<'heap> {
    heap: &'heap Heap,
    numbers: Numbers,
    /// Pairs of containers that have to be equal too.
    work: Vec<(Value, Value)>,
    /// Elements, entries and fields that were looked at.
    units: usize,
}

impl<'heap> Comparison<'heap> {
    fn new(heap: &'heap Heap, numbers: Numbers) -> Self {
        Comparison { heap, numbers, work: Vec::new(), units: 0 }
    }

    fn run(&mut self, left: Value, right: Value) -> bool {
        self.work.clear();
        if !self.outside(left, right) {
            return false;
        }
        let mut compared = 0;
        let mut seen: FxHashSet<(u8, u32, u32)> = FxHashSet::default();
        while let Some((left, right)) = self.work.pop() {
            compared += 1;
            if compared > REMEMBER_AFTER
                && let Some(pair) = containers(left, right)
                && !seen.insert(pair)
            {
                continue;
            }
            if !self.outside(left, right) {
                return false;
            }
        }
        true
    }

    /// Compares plain values; of containers whatever is no container itself, leaving the rest in `work`.
    fn outside(&mut self, left: Value, right: Value) -> bool {
        let heap = self.heap;
        match (left, right) {
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::Float(left), Value::Float(right)) => equal_floats(left, right, self.numbers),
            (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
                equal_int_float(int, float, self.numbers)
            }
            (Value::Text(left), Value::Text(right)) => left == right || heap.str(left) == heap.str(right),
            (Value::Null | Value::Unset, Value::Null | Value::Unset) | (Value::None, Value::None) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Bytes(left), Value::Bytes(right)) => heap.bytes.get(left).data == heap.bytes.get(right).data,
            (Value::Function(left), Value::Function(right)) => left == right,
            (Value::Closure(left), Value::Closure(right)) => left == right,
            (Value::Builtin(left), Value::Builtin(right)) => left == right,
            (Value::HostFunction(left), Value::HostFunction(right)) => left == right,
            (Value::Promise(left), Value::Promise(right)) => left == right,
            (Value::Channel(left), Value::Channel(right)) => left == right,
            (Value::List(left), Value::List(right)) => {
                let (left, right) = (heap.items(left), heap.items(right));
                left.len() == right.len() && left.iter().zip(right).all(|(&left, &right)| self.part(left, right))
            }
            (Value::Dict(left), Value::Dict(right)) => {
                let (left, right) = (heap.dicts.get(left), heap.dicts.get(right));
                left.len() == right.len()
                    && left.iter().all(|entry| {
                        let other = right.get(heap.probe(entry.key), &heap.texts);
                        other.is_some_and(|other| self.part(entry.value, other))
                    })
            }
            (Value::Record(left), Value::Record(right)) => self.records(left, right),
            (Value::Variant(left), Value::Variant(right)) => {
                let (left, right) = (heap.variants.get(left), heap.variants.get(right));
                left.tag == right.tag && self.part(left.payload, right.payload)
            }
            _ => false,
        }
    }

    /// Compares two parts of containers, or leaves them for later.
    fn part(&mut self, left: Value, right: Value) -> bool {
        self.units += 1;
        if containers(left, right).is_some() {
            self.work.push((left, right));
            return true;
        }
        self.outside(left, right)
    }

    fn records(&mut self, left: Handle<Record>, right: Handle<Record>) -> bool {
        let heap = self.heap;
        if heap.record_type(left).name != heap.record_type(right).name {
            return false;
        }
        let (left_layout, right_layout) = (heap.records.get(left).layout, heap.records.get(right).layout);
        let names = &heap.layouts.get(left_layout).fields;
        if left_layout != right_layout {
            let visible = |names: &[Name]| names.iter().filter(|&&name| is_visible(heap, name)).count();
            if visible(names) != visible(&heap.layouts.get(right_layout).fields) {
                return false;
            }
        }
        let mut fields = names.iter().zip(heap.fields(left)).filter(|(name, _)| is_visible(heap, **name));
        fields.all(|(&name, &value)| heap.field(right, name).is_some_and(|other| self.part(value, other)))
    }
}

/// The identity of a pair of containers.
fn containers(left: Value, right: Value) -> Option<(u8, u32, u32)> {
    match (left, right) {
        (Value::List(left), Value::List(right)) => Some((0, left.index(), right.index())),
        (Value::Dict(left), Value::Dict(right)) => Some((1, left.index(), right.index())),
        (Value::Record(left), Value::Record(right)) => Some((2, left.index(), right.index())),
        (Value::Variant(left), Value::Variant(right)) => Some((3, left.index(), right.index())),
        _ => None,
    }
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

/// A hash on which values that are [`equal_exactly`] agree. It looks at few parts, so it is quick for any value.
pub fn hash_exactly(heap: &Heap, value: Value) -> u64 {
    let mut hasher = FxHasher::default();
    hash_into(heap, value, 3, &mut hasher);
    hasher.finish()
}

/// How many elements of a list are hashed.
const HASHED_ELEMENTS: usize = 16;

fn hash_into(heap: &Heap, value: Value, depth: u32, hasher: &mut FxHasher) {
    match value {
        Value::Unset | Value::Null => hasher.write_u8(1),
        Value::Bool(value) => hasher.write_u8(2 + value as u8),
        Value::Int(int) => hasher.write_i64(int),
        Value::Float(float) => hash_float(float, hasher),
        Value::Text(text) => hasher.write_u32(heap.texts.get(text).hash()),
        Value::Bytes(bytes) => hasher.write(&heap.bytes.get(bytes).data),
        Value::None => hasher.write_u8(4),
        Value::Function(index) => hasher.write_u32(index),
        Value::Builtin(index) => hasher.write_u16(index),
        Value::HostFunction(number) => hasher.write_u32(number),
        Value::Closure(closure) => hasher.write_u32(closure.index()),
        Value::Promise(promise) => hasher.write_u32(promise.index()),
        Value::Channel(channel) => hasher.write_u32(channel.index()),
        Value::List(list) => {
            let items = heap.items(list);
            hasher.write_usize(items.len());
            if depth > 0 {
                for &item in items.iter().take(HASHED_ELEMENTS) {
                    hash_into(heap, item, depth - 1, hasher);
                }
            }
        }
        Value::Dict(dict) => {
            let dict = heap.dicts.get(dict);
            hasher.write_usize(dict.len());
            // The order of entries does not count, so all of them are needed; small ones are hashed well enough.
            if depth > 0 && dict.len() <= HASHED_ELEMENTS {
                hasher.write_u64(unordered(dict.iter().map(|entry| {
                    let mut hasher = FxHasher::default();
                    hash_key(heap, entry.key, &mut hasher);
                    hash_into(heap, entry.value, depth - 1, &mut hasher);
                    hasher.finish()
                })));
            }
        }
        Value::Record(record) => {
            hasher.write_u32(heap.record_type(record).name.0);
            let names = &heap.layouts.get(heap.records.get(record).layout).fields;
            if depth > 0 && names.len() <= HASHED_ELEMENTS {
                let fields = names.iter().zip(heap.fields(record)).filter(|(name, _)| is_visible(heap, **name));
                hasher.write_u64(unordered(fields.map(|(name, &value)| {
                    let mut hasher = FxHasher::default();
                    hasher.write_u32(name.0);
                    hash_into(heap, value, depth - 1, &mut hasher);
                    hasher.finish()
                })));
            }
        }
        Value::Variant(variant) => {
            let variant = heap.variants.get(variant);
            hasher.write_u8(5 + variant.tag as u8);
            if depth > 0 {
                hash_into(heap, variant.payload, depth - 1, hasher);
            }
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

fn unordered(hashes: impl Iterator<Item = u64>) -> u64 {
    hashes.fold(0, u64::wrapping_add)
}
