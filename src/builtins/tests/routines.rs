//! Builtins that call functions.

use super::comparing::{Chance, random_value};
use super::{Bench, check};
use crate::builtins::callbacks::{Kind, Routine, Step};
use crate::builtins::text_form::literal;
use crate::builtins::{Run, TABLE, find};
use crate::value::Value;

#[test]
fn mapping_and_filtering() {
    check(&[
        ("map([1, 2], func(x) { return x * 2 })", "[2, 4]"),
        ("map([-1, -2], abs)", "[1, 2]"),
        ("map([], abs)", "[]"),
        ("map([[1]], func(x) { return x })", "[[1]]"),
        ("map([1], func(x) { return error(x) })", "thrown 1"),
        ("filter([1, 2, 3], func(x) { return x > 1 })", "[2, 3]"),
        ("filter([[1], [], \"\", \"a\"], len)", "[[1], \"a\"]"),
        ("filter([0, 1, null, None], func(x) { return x })", "[1, None]"),
        ("reduce([1, 2, 3], 10, func(sum, x) { return sum + x })", "16"),
        ("reduce([], [5], push)", "[5]"),
        ("reduce([1, 2], [], push)", "[1, 2]"),
        ("find([1, 2, 3], func(x) { return x > 1 })", "2"),
        ("find([[], [1]], len)", "[1]"),
        ("find([1], func(x) { return null })", "0"),
        ("find([], abs)", "0"),
        ("any([0, 2, error], func(x) { return x })", "true"),
        ("any([0, \"\"], func(x) { return x })", "false"),
        ("any([], abs)", "false"),
        ("all([1, \"a\"], func(x) { return x })", "true"),
        ("all([1, 0], func(x) { return x })", "false"),
        ("all([], abs)", "true"),
    ]);
}

#[test]
fn sorting_by_keys_and_comparisons() {
    check(&[
        ("sort_by([\"bb\", \"a\", \"cc\", \"\"], len)", "[\"\", \"a\", \"bb\", \"cc\"]"),
        ("sort_by([3, 1, 2], func(x) { return 0 - x })", "[3, 2, 1]"),
        ("sort_by([3, 1, 2], func(x) { return null })", "[3, 1, 2]"),
        ("sort_by([], len)", "[]"),
        ("sort_with([3, 1, 2], func(a, b) { return a - b })", "[1, 2, 3]"),
        ("sort_with([3, 1, 2], func(a, b) { return 0 })", "[3, 1, 2]"),
        ("sort_with([1, 2, 3], func(a, b) { return 0.5 })", "[3, 2, 1]"),
        ("sort_with([], abs)", "[]"),
        ("sort_with([1], error)", "[1]"),
        ("sort_with([1, 2], func(a, b) { return nan })", "[1, 2]"),
        ("sort_with([1, 2], func(a, b) { return true })", "argument: sort_with requires the function to give a number"),
        (
            "sort_with([1, 2], func(a, b) { return \"1\" })",
            "argument: sort_with requires the function to give a number",
        ),
    ]);
}

#[test]
fn texts_for_wrong_arguments() {
    for name in ["map", "filter", "find", "any", "all", "sort_by", "sort_with"] {
        let mut bench = Bench::new();
        let kinds = format!("argument: {name} expects an array and a function");
        let number = format!("arity: {name} requires two arguments: array and function");
        assert_eq!(bench.show(&format!("{name}(5, len)")), kinds);
        assert_eq!(bench.show(&format!("{name}({{}}, len)")), kinds);
        assert_eq!(bench.show(&format!("{name}([], 5)")), kinds);
        assert_eq!(bench.show(&format!("{name}([])")), number);
        assert_eq!(bench.show(&format!("{name}([], len, 1)")), number);
    }
    check(&[
        ("reduce(5, 0, max)", "argument: reduce expects an array, an initial value, and a function"),
        ("reduce([], 0, 0)", "argument: reduce expects an array, an initial value, and a function"),
        ("reduce([], 0)", "arity: reduce requires three arguments: array, initial value, and function"),
    ]);
}

/// Runs a routine with callbacks in Rust.
fn run(
    bench: &mut Bench,
    kind: Kind,
    arguments: &[Value],
    in_place: bool,
    mut call: impl FnMut(&mut Bench, &[Value]) -> Value,
) -> Value {
    let mut routine = bench.context(|context| Routine::start(kind, context, arguments, in_place)).unwrap();
    assert_eq!(routine.kind(), kind);
    let mut result = None;
    loop {
        match bench.context(|context| routine.step(context, result)).unwrap() {
            Step::Pull(_) => panic!("generators need a machine"),
            Step::Done(value) => return value,
            Step::Call { count, .. } => result = Some(call(bench, &routine.arguments()[..count as usize])),
        }
    }
}

#[test]
fn the_list_is_borrowed_while_a_routine_lives() {
    for kind in [Kind::Map, Kind::Filter, Kind::Find, Kind::Any, Kind::All, Kind::SortBy, Kind::SortWith] {
        let mut bench = Bench::new();
        let list = bench.evaluate("[1, 2]").unwrap();
        let arguments = [list, Value::Builtin(0)];
        let mut routine = bench.context(|context| Routine::start(kind, context, &arguments, true)).unwrap();
        assert!(!bench.heap.share_of(list).unwrap().is_unique(), "{kind:?}");
        routine.release(&mut bench.heap);
        routine.release(&mut bench.heap);
        assert!(bench.heap.share_of(list).unwrap().is_unique(), "{kind:?}");
        run(&mut bench, kind, &arguments, false, |_, _| Value::Int(0));
        assert!(bench.heap.share_of(list).unwrap().is_unique(), "{kind:?} leaves a borrow");
    }
}

#[test]
fn a_callback_that_changes_the_list_does_not_disturb_it() {
    let mut bench = Bench::new();
    let list = bench.evaluate("[[1], [2], [3]]").unwrap();
    let mut place = list;
    let mapped = run(&mut bench, Kind::Map, &[list, Value::Builtin(0)], false, |bench, arguments| {
        let (element, rest) = (arguments[0], [Value::Int(9)]);
        bench.method(&mut place, "push", &rest).unwrap();
        bench.heap.share(element);
        element
    });
    assert_eq!(literal(&bench.heap, mapped), "[[1], [2], [3]]");
    assert_eq!(literal(&bench.heap, list), "[[1], [2], [3]]");
    assert_eq!(literal(&bench.heap, place), "[[1], [2], [3], 9, 9, 9]");
}

#[test]
fn the_accumulator_is_given_away() {
    let mut bench = Bench::new();
    let list = bench.evaluate("[1, 2, 3]").unwrap();
    let initial = bench.evaluate("[]").unwrap();
    let mut routine = bench
        .context(|context| Routine::start(Kind::Reduce, context, &[list, initial, Value::Builtin(0)], false))
        .unwrap();
    let mut result = None;
    let reduced = loop {
        match bench.context(|context| routine.step(context, result)).unwrap() {
            Step::Pull(_) => panic!("generators need a machine"),
            Step::Done(value) => break value,
            Step::Call { count, given } => {
                assert_eq!((count, given), (2, 1));
                let arguments = *routine.arguments();
                let mut so_far = arguments[0];
                bench.method(&mut so_far, "push", &arguments[1..]).unwrap();
                assert_eq!(so_far, initial, "the list was copied");
                result = Some(so_far);
            }
        }
    };
    assert_eq!(literal(&bench.heap, reduced), "[1, 2, 3]");
}

#[test]
fn sorting_in_place_marks_nothing() {
    for kind in [Kind::SortBy, Kind::SortWith] {
        for in_place in [false, true] {
            let mut bench = Bench::new();
            let list = bench.evaluate("[[3], [1], [2]]").unwrap();
            let sorted = run(&mut bench, kind, &[list, Value::Builtin(0)], in_place, |bench, arguments| {
                let number = |value| match value {
                    Value::List(list) => bench.heap.items(list)[0].as_number().unwrap(),
                    _ => panic!(),
                };
                let other = if arguments.len() == 2 { number(arguments[1]) } else { 0.0 };
                Value::Float(number(arguments[0]) - other)
            });
            assert_eq!(literal(&bench.heap, sorted), "[[1], [2], [3]]");
            assert_eq!(sorted == list, in_place, "{kind:?}");
            let Value::List(handle) = sorted else { panic!() };
            let first = bench.heap.items(handle)[0];
            assert_eq!(bench.heap.share_of(first).unwrap().is_unique(), in_place, "{kind:?}");
            if !in_place {
                assert_eq!(literal(&bench.heap, list), "[[3], [1], [2]]");
            }
        }
    }
}

#[test]
fn a_list_that_got_another_owner_is_not_sorted_in_place() {
    for kind in [Kind::SortBy, Kind::SortWith] {
        let mut bench = Bench::new();
        let list = bench.evaluate("[3, 1, 2]").unwrap();
        let sorted = run(&mut bench, kind, &[list, Value::Builtin(0)], true, |bench, arguments| {
            bench.heap.share(list);
            let number = |at: usize| arguments.get(at).and_then(|value| value.as_number()).unwrap_or(0.0);
            Value::Float(number(0) - number(1))
        });
        assert_eq!(literal(&bench.heap, sorted), "[1, 2, 3]");
        assert_eq!(literal(&bench.heap, list), "[3, 1, 2]");
    }
}

#[test]
fn sort_with_agrees_with_the_standard_library_and_asks_little() {
    let mut chance = Chance(99);
    for count in (0..40).chain([63, 64, 65, 100, 511, 512, 513, 1000, 5000]) {
        for keys in [2, 10, 1_000_000] {
            let mut bench = Bench::new();
            // The fraction tells elements with equal keys apart.
            let items: Vec<Value> =
                (0..count).map(|at| Value::Float(chance.below(keys) as f64 + at as f64 / 10_000.0)).collect();
            let list = bench.heap.list(items.clone());
            let key = |value: Value| value.as_number().unwrap().floor();
            let mut asked = 0;
            let sorted = run(&mut bench, Kind::SortWith, &[list, Value::Builtin(0)], false, |_, arguments| {
                asked += 1;
                Value::Float(key(arguments[0]) - key(arguments[1]))
            });
            let mut expected = items;
            expected.sort_by(|&left, &right| key(left).total_cmp(&key(right)));
            let Value::List(sorted) = sorted else { panic!() };
            assert_eq!(bench.heap.items(sorted), expected, "{count} elements");
            let count = count as f64;
            let most = if count < 2.0 { 0.0 } else { count * count.log2().ceil() };
            assert!(asked as f64 <= most, "{asked} comparisons of {count} elements");
        }
    }
}

#[test]
fn sort_with_asks_little_of_a_sorted_list() {
    let mut bench = Bench::new();
    let items: Vec<Value> = (0..4096).map(Value::Int).collect();
    let list = bench.heap.list(items.clone());
    let mut asked = 0;
    let sorted = run(&mut bench, Kind::SortWith, &[list, Value::Builtin(0)], false, |_, arguments| {
        asked += 1;
        Value::Float(arguments[0].as_number().unwrap() - arguments[1].as_number().unwrap())
    });
    assert!(matches!(sorted, Value::List(sorted) if bench.heap.items(sorted) == items));
    assert!(asked < 3 * 4096, "{asked}");
}

#[test]
fn sort_with_survives_a_senseless_function() {
    let mut chance = Chance(5);
    for count in 0..200 {
        let mut bench = Bench::new();
        let list = bench.heap.list((0..count).map(Value::Int).collect());
        let sorted = run(&mut bench, Kind::SortWith, &[list, Value::Builtin(0)], true, |_, _| {
            Value::Int(chance.below(3) as i64 - 1)
        });
        let Value::List(sorted) = sorted else { panic!() };
        let mut items: Vec<f64> = bench.heap.items(sorted).iter().map(|item| item.as_number().unwrap()).collect();
        items.sort_by(f64::total_cmp);
        assert_eq!(items, (0..count).map(|item| item as f64).collect::<Vec<_>>());
    }
}

#[test]
fn routines_survive_collections() {
    for kind in [Kind::Map, Kind::Filter, Kind::Reduce, Kind::SortBy, Kind::SortWith, Kind::MapOk, Kind::Find] {
        let mut bench = Bench::new();
        let arguments = match kind {
            Kind::Reduce => vec!["[\"xx\", \"yy\", \"zz\"]", "\"start\"", "func(a, b) { return a }"],
            Kind::MapOk => vec!["Ok(\"payload\")", "func(a) { return a }"],
            _ => vec!["[\"xx\", \"yy\", \"zz\"]", "func(a) { return a }"],
        };
        let arguments: Vec<Value> = arguments.iter().map(|source| bench.evaluate(source).unwrap()).collect();
        let mut routine = bench.context(|context| Routine::start(kind, context, &arguments, true)).unwrap();
        let mut result = None;
        let done = loop {
            bench.heap.collect(|tracer| {
                routine.trace(tracer);
                tracer.values(result.as_slice());
            });
            // What was freed is used again, so a lost value would show.
            for _ in 0..50 {
                bench.heap.text("rubbish");
                bench.heap.list(vec![Value::Null; 3]);
            }
            match bench.context(|context| routine.step(context, result)).unwrap() {
                Step::Pull(_) => panic!("generators need a machine"),
                Step::Done(value) => break value,
                Step::Call { count, .. } => {
                    let texts =
                        routine.arguments()[..count as usize].iter().filter_map(|&value| bench.heap.as_str(value));
                    let joined: String = texts.collect();
                    result = Some(match kind {
                        Kind::SortWith => Value::Int(1),
                        Kind::Find => Value::Null,
                        _ => bench.heap.text(&format!("{joined}!")),
                    });
                }
            }
        };
        let expected = match kind {
            Kind::Map => "[\"xx!\", \"yy!\", \"zz!\"]",
            Kind::Filter | Kind::SortBy => "[\"xx\", \"yy\", \"zz\"]",
            Kind::SortWith => "[\"zz\", \"yy\", \"xx\"]",
            Kind::Reduce => "\"startxx!yy!zz!\"",
            Kind::MapOk => "Ok(\"payload!\")",
            _ => "0",
        };
        assert_eq!(literal(&bench.heap, done), expected, "{kind:?}");
    }
}

#[test]
fn no_builtin_fails_on_any_arguments() {
    let mut chance = Chance(2024);
    let extremes = [
        Value::Int(i64::MIN),
        Value::Int(i64::MAX),
        Value::Int(-1),
        Value::Int(0),
        Value::Int(1),
        Value::Float(f64::NAN),
        Value::Float(f64::NEG_INFINITY),
        Value::Float(1e300),
    ];
    for builtin in &TABLE {
        if matches!(builtin.run, Run::Next | Run::Operation(_)) {
            continue;
        }
        let mut succeeded = 0;
        let mut bench = Bench::new();
        for _ in 0..600 {
            let most = builtin.arity.max.min(builtin.arity.min + 3);
            let count = builtin.arity.min as u64 + chance.below((most - builtin.arity.min) as u64 + 1);
            let arguments: Vec<Value> = (0..count)
                .map(|_| match chance.below(9) {
                    0 | 1 => extremes[chance.below(8) as usize],
                    2 | 3 => bench.heap.text(
                        ["añ€", "a_B c-D", "[1, {}]", " 12 ", "%d%s", "1970-01-01", "YYYY-MM-DD"]
                            [chance.below(7) as usize],
                    ),
                    4 => Value::Builtin(find(["abs", "max", "len", "push"][chance.below(4) as usize]).unwrap()),
                    5 => {
                        let items = (0..chance.below(4)).map(|_| random_value(&mut bench.heap, &mut chance, 2));
                        let items = items.collect();
                        bench.heap.list(items)
                    }
                    _ => random_value(&mut bench.heap, &mut chance, 2),
                })
                .collect();
            bench.heap.limit = bench.heap.used_bytes() + 1_000_000;
            succeeded += bench.call(builtin.name, &arguments).is_ok() as usize;
        }
        // `error` always raises, and `is_done` takes what only a machine makes.
        assert!(
            succeeded > 0 || matches!(builtin.name, "error" | "is_done"),
            "{} was never called with success",
            builtin.name
        );
    }
}
