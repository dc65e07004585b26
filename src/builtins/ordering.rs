//! Values in order: the entries of a dict by key, the fields of a struct by name, the elements of `sort`.

use super::compare::sort_order;
use super::text_form::key_str;
use crate::heap::{Dict, Entry, Heap, Key, Name, Record};
use crate::value::{Handle, Value};
use compact_str::CompactString;
use std::cmp::Ordering;

/// The entries of a dict, in the order of the bytes of their keys.
pub fn sorted_entries(heap: &Heap, dict: Handle<Dict>) -> Vec<Entry> {
    let mut digits = CompactString::default();
    let entries = heap.dicts.get(dict).iter();
    let mut keyed: Vec<(u64, Entry)> =
        entries.map(|entry| (first_bytes(key_str(heap, entry.key, &mut digits)), entry)).collect();
    keyed.sort_unstable_by(|(left_bytes, left), (right_bytes, right)| {
        left_bytes.cmp(right_bytes).then_with(|| key_order(heap, left.key, right.key))
    });
    keyed.into_iter().map(|(_, entry)| entry).collect()
}

fn key_order(heap: &Heap, left: Key, right: Key) -> Ordering {
    let (mut left_digits, mut right_digits) = (CompactString::default(), CompactString::default());
    key_str(heap, left, &mut left_digits).cmp(key_str(heap, right, &mut right_digits))
}

/// The first bytes of a text as a number, which mostly decides its order.
fn first_bytes(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

/// The fields of a struct that scripts can name, by name.
pub fn sorted_fields(heap: &Heap, record: Handle<Record>) -> Vec<(Name, Value)> {
    let names = heap.layouts.fields(heap.records.get(record).layout);
    let fields = names.iter().copied().zip(heap.fields(record).iter().copied());
    let mut fields: Vec<(Name, Value)> = fields.filter(|(name, _)| is_visible(heap, *name)).collect();
    fields.sort_unstable_by(|(left, _), (right, _)| heap.names.text(*left).cmp(heap.names.text(*right)));
    fields
}

/// Whether scripts can name the field; the machine keeps some of its own in error values.
pub fn is_visible(heap: &Heap, name: Name) -> bool {
    !heap.names.text(name).starts_with('\0')
}

/// Which kind of elements all of a list are, if that makes their order total.
enum Elements {
    Ints,
    Floats,
    Numbers,
    Texts,
    Mixed,
}

fn classify(items: &[Value]) -> Elements {
    let all = |test: fn(&Value) -> bool| items.iter().all(test);
    match items.first() {
        Some(Value::Int(_)) if all(|item| matches!(item, Value::Int(_))) => Elements::Ints,
        Some(Value::Float(_)) if all(|item| matches!(item, Value::Float(float) if !float.is_nan())) => Elements::Floats,
        Some(Value::Int(_) | Value::Float(_))
            if all(|item| item.as_number().is_some_and(|number| !number.is_nan())) =>
        {
            Elements::Numbers
        }
        Some(Value::Text(_)) if all(|item| matches!(item, Value::Text(_))) => Elements::Texts,
        _ => Elements::Mixed,
    }
}

fn int(value: Value) -> i64 {
    if let Value::Int(int) = value { int } else { 0 }
}

fn float(value: Value) -> f64 {
    if let Value::Float(float) = value { float } else { 0.0 }
}

/// The order of floats of which none is NaN.
fn float_order(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
}

/// How many bytes more [`sort_values`] and [`sorted_positions`] need for each element.
pub const SORT_BYTES: usize = 2 * size_of::<(u64, Value)>();

/// Sorts `items` as `sort` does: stable; pairs without an order count as equal.
pub fn sort_values(heap: &Heap, items: &mut [Value]) {
    match classify(items) {
        // Equal ints, and equal strings, cannot be told apart.
        Elements::Ints => items.sort_unstable_by_key(|&item| int(item)),
        Elements::Texts => {
            let mut keyed: Vec<(u64, Value)> =
                items.iter().map(|&item| (first_bytes(heap.as_str(item).unwrap_or("")), item)).collect();
            keyed.sort_unstable_by(|&(left_bytes, left), &(right_bytes, right)| {
                left_bytes.cmp(&right_bytes).then_with(|| sort_order(heap, left, right))
            });
            for (item, (_, sorted)) in items.iter_mut().zip(keyed) {
                *item = sorted;
            }
        }
        Elements::Floats => items.sort_by(|&left, &right| float_order(float(left), float(right))),
        Elements::Numbers => items.sort_by(|&left, &right| sort_order(heap, left, right)),
        Elements::Mixed => merge_sort(items, &mut |&left, &right| sort_order(heap, left, right)),
    }
}

/// The positions of `keys` in the order in which `sort` would put them.
pub fn sorted_positions(heap: &Heap, keys: &[Value]) -> Vec<u32> {
    let mut positions: Vec<u32> = (0..keys.len() as u32).collect();
    let key = |position: u32| keys[position as usize];
    match classify(keys) {
        Elements::Ints => positions.sort_by_cached_key(|&position| int(key(position))),
        Elements::Floats => {
            positions.sort_by(|&left, &right| float_order(float(key(left)), float(key(right))));
        }
        Elements::Numbers | Elements::Texts => {
            positions.sort_by(|&left, &right| sort_order(heap, key(left), key(right)));
        }
        Elements::Mixed => {
            merge_sort(&mut positions, &mut |&left, &right| sort_order(heap, key(left), key(right)));
        }
    }
    positions
}

/// A stable sort that accepts an order that is not transitive, as the one of mixed lists, which the standard library
/// refuses with a panic.
fn merge_sort<T: Copy>(items: &mut [T], order: &mut impl FnMut(&T, &T) -> Ordering) {
    const INSERTION: usize = 20;
    let count = items.len();
    for run in items.chunks_mut(INSERTION) {
        for end in 1..run.len() {
            let mut at = end;
            while at > 0 && order(&run[at], &run[at - 1]) == Ordering::Less {
                run.swap(at, at - 1);
                at -= 1;
            }
        }
    }
    let mut merged: Vec<T> = Vec::with_capacity(if count > INSERTION { count } else { 0 });
    let mut width = INSERTION;
    while width < count {
        merged.clear();
        for pair in items.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge(left, right, &mut merged, order);
        }
        items.copy_from_slice(&merged);
        width *= 2;
    }
}

fn merge<T: Copy>(mut left: &[T], mut right: &[T], merged: &mut Vec<T>, order: &mut impl FnMut(&T, &T) -> Ordering) {
    while let ([first_left, rest_left @ ..], [first_right, rest_right @ ..]) = (left, right) {
        if order(first_right, first_left) == Ordering::Less {
            merged.push(*first_right);
            right = rest_right;
        } else {
            merged.push(*first_left);
            left = rest_left;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
}
