//! Equality, hashes and order, against plain recursive models.

use super::{Bench, check};
use crate::builtins::compare::{comparable, equal, equal_exactly, find_member, hash_exactly, order};
use crate::builtins::find;
use crate::builtins::ordering::{sort_values, sorted_positions};
use crate::heap::{Heap, Key, Set, VariantTag};
use crate::value::Value;
use std::cmp::Ordering;

/// A small generator of numbers (xorshift), so that failures repeat.
pub(super) struct Chance(pub u64);

impl Chance {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

pub(super) fn random_value(heap: &mut Heap, chance: &mut Chance, depth: u32) -> Value {
    let kinds = if depth == 0 { 8 } else { 15 };
    match chance.below(kinds) {
        0 => Value::Null,
        1 => Value::Bool(chance.below(2) == 0),
        2 => Value::Int(chance.below(3) as i64),
        3 => Value::Float([0.0, -0.0, 1.0, 2.0, f64::NAN, 0.1 + 0.2, 0.3][chance.below(7) as usize]),
        4 => heap.text(["", "a", "b", "ab"][chance.below(4) as usize]),
        5 => Value::None,
        6 => Value::Builtin(find("type").unwrap() + chance.below(2) as u16),
        7 => heap.new_bytes(vec![chance.below(2) as u8]),
        8 => {
            let items = (0..chance.below(4)).map(|_| random_value(heap, chance, depth - 1)).collect();
            heap.list(items)
        }
        9 => {
            let dict = heap.dict(Default::default());
            for _ in 0..chance.below(4) {
                let value = random_value(heap, chance, depth - 1);
                let Value::Dict(handle) = dict else { unreachable!() };
                heap.dict_set(handle, Key::Int(chance.below(4) as i64), value);
            }
            dict
        }
        10 => {
            let members: Vec<Value> = (0..chance.below(4)).map(|_| random_value(heap, chance, depth - 1)).collect();
            set_of(heap, &members)
        }
        11 => {
            let items = (0..chance.below(3)).map(|_| random_value(heap, chance, depth - 1)).collect();
            heap.queue(items)
        }
        12 => {
            let items = (0..chance.below(3)).map(|_| random_value(heap, chance, depth - 1)).collect();
            heap.stack(items)
        }
        13 => {
            let payload = random_value(heap, chance, depth - 1);
            heap.variant([VariantTag::OK, VariantTag::ERR][chance.below(2) as usize], payload)
        }
        _ => {
            let name = heap.name("P");
            let of = heap.add_type(name);
            let layout = heap.layouts.root(of);
            let record = heap.record(layout, 0);
            for _ in 0..chance.below(3) {
                let value = random_value(heap, chance, depth - 1);
                let field = heap.name(["x", "y"][chance.below(2) as usize]);
                heap.set_field(record, field, value);
            }
            Value::Record(record)
        }
    }
}

/// A set of the values, which need not differ.
pub(super) fn set_of(heap: &mut Heap, members: &[Value]) -> Value {
    let mut set = Set::default();
    for &member in members {
        let found = find_member(heap, &set, member);
        if found.position.is_none() {
            set.push_new(found.hash, member);
        }
    }
    heap.set(set)
}

/// Equality as the reference says it, without any care for depth.
fn model(heap: &Heap, left: Value, right: Value, tolerant: bool) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) | (Value::Stack(left), Value::Stack(right)) => {
            let (left, right) = (heap.items(left), heap.items(right));
            left.len() == right.len()
                && left.iter().zip(right).all(|(&left, &right)| model(heap, left, right, tolerant))
        }
        (Value::Dict(left), Value::Dict(right)) => {
            heap.dicts.get(left).len() == heap.dicts.get(right).len()
                && heap.dicts.get(left).iter().all(|entry| {
                    heap.dict_get(right, entry.key).is_some_and(|other| model(heap, entry.value, other, tolerant))
                })
        }
        (Value::Queue(left), Value::Queue(right)) => {
            let (left, right) = (&heap.queues.get(left).items, &heap.queues.get(right).items);
            left.len() == right.len()
                && left.iter().zip(right).all(|(&left, &right)| model(heap, left, right, tolerant))
        }
        (Value::Set(left), Value::Set(right)) => {
            let (left, right) = (heap.sets.get(left), heap.sets.get(right));
            left.len() == right.len()
                && left.iter().all(|member| right.iter().any(|other| model(heap, member, other, false)))
        }
        (Value::Record(left), Value::Record(right)) => {
            let fields = |record| heap.layouts.fields(heap.records.get(record).layout).to_vec();
            fields(left).len() == fields(right).len()
                && fields(left).iter().all(|&name| match (heap.field(left, name), heap.field(right, name)) {
                    (Some(left), Some(right)) => model(heap, left, right, tolerant),
                    _ => false,
                })
        }
        (Value::Variant(left), Value::Variant(right)) => {
            let (left, right) = (heap.variants.get(left), heap.variants.get(right));
            left.tag == right.tag && model(heap, left.payload, right.payload, tolerant)
        }
        (Value::Text(left), Value::Text(right)) => heap.str(left) == heap.str(right),
        (Value::Bytes(left), Value::Bytes(right)) => heap.bytes.get(left).data == heap.bytes.get(right).data,
        (Value::Int(left), Value::Int(right)) => left == right,
        _ => match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => left == right || tolerant && (left - right).abs() < f64::EPSILON,
            _ => left == right,
        },
    }
}

#[test]
fn equality_agrees_with_the_model() {
    let mut chance = Chance(0x9E37_79B9);
    let mut equal_pairs = 0;
    let mut heap = Heap::new();
    for _ in 0..30_000 {
        let left = random_value(&mut heap, &mut chance, 2);
        let right = if chance.below(4) == 0 { left } else { random_value(&mut heap, &mut chance, 2) };
        assert_eq!(equal(&heap, left, right), model(&heap, left, right, true));
        let exactly = equal_exactly(&heap, left, right);
        assert_eq!(exactly, model(&heap, left, right, false));
        if exactly {
            equal_pairs += 1;
            assert_eq!(hash_exactly(&heap, left), hash_exactly(&heap, right));
        }
    }
    assert!(equal_pairs > 1000, "{equal_pairs}");
}

#[test]
fn numbers_are_compared_by_value() {
    let heap = Heap::new();
    let big = 1i64 << 53;
    for (left, right, tolerant, exact) in [
        (Value::Float(0.1 + 0.2), Value::Float(0.3), true, false),
        (Value::Int(1), Value::Float(1.0), true, true),
        (Value::Int(1), Value::Float(1.0 - f64::EPSILON / 2.0), true, false),
        (Value::Int(1), Value::Float(1.0 + f64::EPSILON), false, false),
        (Value::Int(0), Value::Float(1e-17), true, false),
        (Value::Int(0), Value::Float(-0.0), true, true),
        (Value::Int(big + 1), Value::Float(big as f64), false, false),
        (Value::Int(big), Value::Float(big as f64), true, true),
        (Value::Int(i64::MAX), Value::Float(9_223_372_036_854_775_808.0), false, false),
        (Value::Int(i64::MIN), Value::Float(-9_223_372_036_854_775_808.0), true, true),
        (Value::Float(f64::INFINITY), Value::Float(f64::INFINITY), true, true),
        (Value::Float(f64::INFINITY), Value::Float(f64::NEG_INFINITY), false, false),
        (Value::Float(f64::NAN), Value::Float(f64::NAN), false, false),
        (Value::Float(f64::NAN), Value::Int(0), false, false),
        (Value::Bool(true), Value::Int(1), false, false),
        (Value::Null, Value::None, false, false),
        (Value::Null, Value::Bool(false), false, false),
    ] {
        assert_eq!(equal(&heap, left, right), tolerant, "{left:?} == {right:?}");
        assert_eq!(equal(&heap, right, left), tolerant, "{right:?} == {left:?}");
        assert_eq!(equal_exactly(&heap, left, right), exact, "{left:?} {right:?}");
        if exact {
            assert_eq!(hash_exactly(&heap, left), hash_exactly(&heap, right), "{left:?} {right:?}");
        }
    }
}

#[test]
fn structs_are_equal_by_name_and_fields() {
    check(&[
        ("assert_equal(P { a: 1, b: 2 }, P { b: 2.0, a: 1 })", "true"),
        ("contains([P { a: 1 }], P { a: 1, b: null })", "false"),
        ("contains([P { a: 1 }], Q { a: 1 })", "false"),
        ("contains([P { a: 1 }], P { b: 1 })", "false"),
        ("contains([Error(\"m\")], Error(\"m\"))", "true"),
        ("contains([Error(\"m\")], Error(\"n\"))", "false"),
        ("contains([{\"a\": 1, \"b\": [2]}], {\"b\": [2], \"a\": 1})", "true"),
        ("contains([{\"a\": 1}], {\"b\": 1})", "false"),
        ("contains([Some(1)], Ok(1))", "false"),
        ("contains([len], len)", "true"),
        ("contains([len], str)", "false"),
    ]);
}

#[test]
fn what_scripts_cannot_name_does_not_count() {
    let mut bench = Bench::new();
    let (left, right) = (bench.heap.error("m", "thrown"), bench.heap.error("m", "thrown"));
    bench.heap.set_error_field(left, crate::heap::ErrorField::Origin, Value::Int(5));
    assert!(equal(&bench.heap, Value::Record(left), Value::Record(right)));
}

#[test]
fn shared_parts_are_compared_once() {
    let mut bench = Bench::new();
    let mut pair = [Value::Null; 2];
    for side in &mut pair {
        *side = bench.heap.list(vec![Value::Int(1)]);
        for _ in 0..60 {
            *side = bench.heap.list(vec![*side, *side]);
        }
    }
    assert!(equal(&bench.heap, pair[0], pair[1]));
    assert_eq!(hash_exactly(&bench.heap, pair[0]), hash_exactly(&bench.heap, pair[1]));
}

#[test]
fn values_of_any_depth_are_compared() {
    let mut bench = Bench::new();
    let (mut left, mut right) = (Value::Int(1), Value::Int(1));
    for _ in 0..300_000 {
        left = bench.heap.list(vec![left]);
        right = bench.heap.list(vec![right]);
    }
    assert!(equal(&bench.heap, left, right));
    let other = bench.heap.list(vec![left]);
    assert!(!equal(&bench.heap, other, right));
}

#[test]
fn sets_of_any_depth_are_compared() {
    let mut heap = Heap::new();
    let (mut left, mut right, mut other) = (Value::Int(1), Value::Int(1), Value::Int(2));
    for round in 0..100_000 {
        left = set_of(&mut heap, &[Value::Null, left]);
        right = set_of(&mut heap, &[right, Value::Null]);
        other = set_of(&mut heap, &[other, Value::Null]);
        if round % 3 == 0 {
            (left, right, other) = (heap.list(vec![left]), heap.list(vec![right]), heap.list(vec![other]));
        }
    }
    assert!(equal(&heap, left, right));
    assert!(!equal(&heap, left, other));
}

#[test]
fn sets_whose_members_look_alike_are_compared_quickly() {
    let mut heap = Heap::new();
    // At each level two members with the same hash, one of which is compared to its end before it proves different.
    let mut sides = [Value::Int(1), Value::Int(1), Value::Int(2)];
    for side in &mut sides {
        for _ in 0..40 {
            let members = [1, 2].map(|int| {
                let mut mark = heap.list(vec![Value::Int(int)]);
                for _ in 0..4 {
                    mark = heap.list(vec![mark]);
                }
                heap.list(vec![mark, *side])
            });
            *side = set_of(&mut heap, &members);
        }
    }
    assert!(equal(&heap, sides[0], sides[1]));
    assert!(!equal(&heap, sides[0], sides[2]));
    assert_eq!(hash_exactly(&heap, sides[0]), hash_exactly(&heap, sides[1]));
}

#[test]
fn long_members_that_begin_alike_are_told_apart_by_their_hash() {
    let mut heap = Heap::new();
    let members: Vec<Value> = (0..20_000)
        .map(|int| {
            let mut items = vec![Value::Int(0); 40];
            items[39] = Value::Int(int);
            heap.list(items)
        })
        .collect();
    let set = set_of(&mut heap, &members);
    assert_eq!(heap.length(set), Some(20_000));
    let nan = vec![Value::Float(f64::NAN); 100_000];
    let set = set_of(&mut heap, &nan);
    assert_eq!(heap.length(set), Some(100_000));
}

#[test]
fn order_is_for_numbers_and_strings() {
    let mut heap = Heap::new();
    let (a, b) = (heap.text("a"), heap.text("é"));
    for (left, right, expected) in [
        (Value::Int(1), Value::Int(2), Some(Ordering::Less)),
        (Value::Int(1), Value::Float(0.5), Some(Ordering::Greater)),
        (Value::Float(1.5), Value::Int(1), Some(Ordering::Greater)),
        (Value::Int(-1), Value::Float(-1.5), Some(Ordering::Greater)),
        (Value::Int(i64::MAX), Value::Float(9_223_372_036_854_775_808.0), Some(Ordering::Less)),
        (Value::Int(i64::MIN), Value::Float(f64::NEG_INFINITY), Some(Ordering::Greater)),
        (Value::Float(f64::NAN), Value::Int(1), None),
        (a, b, Some(Ordering::Less)),
        (Value::Null, Value::Null, None),
        (a, Value::Int(1), None),
    ] {
        assert_eq!(order(&heap, left, right), expected, "{left:?} {right:?}");
        assert_eq!(order(&heap, right, left), expected.map(Ordering::reverse), "{right:?} {left:?}");
    }
    assert!(comparable(Value::Int(1), Value::Float(f64::NAN)));
    assert!(comparable(a, b));
    assert!(!comparable(a, Value::Int(1)));
    assert!(!comparable(Value::Null, Value::Null));
}

#[test]
fn sorting_is_stable_and_total() {
    let mut chance = Chance(7);
    for round in 0..400 {
        let mut heap = Heap::new();
        let count = chance.below(if round % 10 == 0 { 2000 } else { 60 });
        let kinds = chance.below(4);
        let items: Vec<Value> = (0..count)
            .map(|_| match kinds {
                0 => Value::Int(chance.below(20) as i64 - 10),
                1 if chance.below(2) == 0 => Value::Int(chance.below(9) as i64),
                1 => Value::Float(chance.below(18) as f64 / 2.0),
                2 => heap.string(format!("{}", chance.below(300))),
                _ => random_value(&mut heap, &mut chance, 1),
            })
            .collect();
        let mut sorted = items.clone();
        sort_values(&heap, &mut sorted);
        let positions = sorted_positions(&heap, &items);
        if kinds < 3 {
            // The standard library sorts by the same order.
            let mut expected: Vec<u32> = (0..items.len() as u32).collect();
            expected.sort_by(|&left, &right| order(&heap, items[left as usize], items[right as usize]).unwrap());
            assert_eq!(positions, expected);
            for (value, &position) in sorted.iter().zip(&expected) {
                assert_eq!(order(&heap, *value, items[position as usize]), Some(Ordering::Equal));
                assert_eq!(matches!(value, Value::Int(_)), matches!(items[position as usize], Value::Int(_)));
            }
        } else {
            // Nothing gets lost, whatever the order.
            let mut seen = positions.clone();
            seen.sort_unstable();
            assert!(seen.iter().enumerate().all(|(at, &position)| at as u32 == position));
            assert_eq!(seen.len(), items.len());
        }
    }
}
