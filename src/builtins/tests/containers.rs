//! Sets, queues and stacks.

use super::comparing::{Chance, set_of};
use super::{Bench, check};
use crate::builtins::compare::equal_exactly;
use crate::builtins::text_form::{self, literal};
use crate::value::Value;
use std::collections::VecDeque;

#[test]
fn sets() {
    check(&[
        ("Set()", "Set{}"),
        ("Set([])", "Set{}"),
        ("Set([3, 1, 3, \"a\"])", "Set{3, 1, \"a\"}"),
        ("Set([1, 1.0, 2, 0, -0.0])", "Set{1, 2, 0}"),
        ("Set([0.1, 0.30000000000000004, 0.3])", "Set{0.1, 0.30000000000000004, 0.3}"),
        ("Set([nan, nan])", "Set{NaN, NaN}"),
        ("Set([[1], [1.0], {\"a\": 1}, {\"a\": 1}, null, None])", "Set{[1], {\"a\": 1}, null, None}"),
        ("Set([Set([1, 2]), Set([2, 1]), Queue([1]), Stack([1]), [1]])", "Set{Set{1, 2}, Queue[1], Stack[1], [1]}"),
        ("Set(5)", "argument: Set constructor requires an array argument"),
        ("Set(Set())", "argument: Set constructor requires an array argument"),
        ("Set([], [])", "arity: Set constructor takes at most 1 argument"),
        ("set_add(Set([1]), 2)", "Set{1, 2}"),
        ("set_add(Set([1]), 1.0)", "Set{1}"),
        ("set_add(Set([nan]), nan)", "Set{NaN, NaN}"),
        ("set_add(5, [1])", "Set{[1]}"),
        ("set_add([1], 1)", "Set{1}"),
        ("set_add(Set())", "arity: set_add expects 2 arguments, got 1"),
        ("set_remove(Set([1, 2, 3]), 2)", "Set{1, 3}"),
        ("set_remove(Set([1]), 2)", "Set{1}"),
        ("set_remove(Set([nan]), nan)", "Set{NaN}"),
        ("set_remove(\"x\", 1)", "Set{}"),
        ("set_has(Set([1, [2]]), [2.0])", "true"),
        ("set_has(Set([1]), \"1\")", "false"),
        ("set_has(Set([nan]), nan)", "false"),
        ("set_has([1], 1)", "false"),
        ("set_union(Set([2, 1]), Set([3, 2]))", "Set{2, 1, 3}"),
        ("set_union(Set([1]), [2])", "Set{1}"),
        ("set_union(null, Set([2]))", "Set{2}"),
        ("set_intersect(Set([3, 2, 1]), Set([1, 3.0]))", "Set{3, 1}"),
        ("set_intersect(Set([1]), 5)", "Set{}"),
        ("set_intersect([1], Set([1]))", "Set{}"),
        ("set_difference(Set([3, 2, 1]), Set([1, 3.0]))", "Set{2}"),
        ("set_difference(Set([1, nan]), Set([nan]))", "Set{1, NaN}"),
        ("set_difference(Set([1]), [1])", "Set{1}"),
        ("set_difference(5, 5)", "Set{}"),
        ("set_union(Set())", "arity: set_union expects 2 arguments, got 1"),
        ("set_to_array(set_remove(Set([1, 2, 3]), 1))", "[2, 3]"),
        ("set_to_array([1])", "[]"),
        ("set_to_array(null)", "[]"),
    ]);
}

#[test]
fn queues() {
    check(&[
        ("Queue()", "Queue[]"),
        ("Queue([1, \"a\"])", "Queue[1, \"a\"]"),
        ("Queue(\"x\")", "argument: Queue constructor requires an array argument"),
        ("Queue(1, 2)", "arity: Queue constructor takes at most 1 argument"),
        ("queue_enqueue(Queue([1]), [2])", "Queue[1, [2]]"),
        ("queue_enqueue(5, 1)", "Queue[1]"),
        ("queue_enqueue()", "arity: queue_enqueue expects 2 arguments, got 0"),
        ("queue_dequeue(Queue([1, 2]))", "[Queue[2], 1]"),
        ("queue_dequeue(Queue())", "[Queue[], null]"),
        ("queue_dequeue([1])", "[Queue[], null]"),
        ("queue_peek(Queue([1, 2]))", "1"),
        ("queue_peek(Queue())", "null"),
        ("queue_peek([1])", "null"),
        ("queue_is_empty(Queue([1]))", "false"),
        ("queue_is_empty(Queue())", "true"),
        ("queue_is_empty([1])", "true"),
        ("queue_to_array(Queue([1, 2]))", "[1, 2]"),
        ("queue_to_array(Stack([1]))", "[]"),
        ("queue_size(Queue([1, 2]))", "2"),
        ("queue_size(Stack([1]))", "argument: queue_size requires a Queue argument"),
        ("queue_size()", "arity: queue_size expects 1 arguments, got 0"),
    ]);
}

#[test]
fn stacks() {
    check(&[
        ("Stack()", "Stack[]"),
        ("Stack([1, \"a\"])", "Stack[1, \"a\"]"),
        ("Stack({})", "argument: Stack constructor requires an array argument"),
        ("Stack([], [], [])", "arity: Stack constructor takes at most 1 argument"),
        ("stack_push(Stack([1]), [2])", "Stack[1, [2]]"),
        ("stack_push([5], 1)", "Stack[1]"),
        ("stack_pop(Stack([1, 2]))", "[Stack[1], 2]"),
        ("stack_pop(Stack())", "[Stack[], null]"),
        ("stack_pop([1])", "[Stack[], null]"),
        ("stack_peek(Stack([1, 2]))", "2"),
        ("stack_peek(Queue([1]))", "null"),
        ("stack_is_empty(Stack([1]))", "false"),
        ("stack_is_empty(null)", "true"),
        ("stack_to_array(Stack([1, 2]))", "[1, 2]"),
        ("stack_to_array([1])", "[]"),
        ("stack_size(Stack([1, 2]))", "2"),
        ("stack_size([1])", "argument: stack_size requires a Stack argument"),
        ("stack_size(Stack(), 1)", "arity: stack_size expects 1 arguments, got 2"),
    ]);
}

#[test]
fn what_works_on_all_of_them() {
    check(&[
        ("[type(Set()), type(Queue()), type(Stack())]", "[\"set\", \"queue\", \"stack\"]"),
        ("[len(Set([1, 1])), len(Queue([1, 1])), len(Stack([1]))]", "[1, 2, 1]"),
        ("[is_truthy(Set()), is_truthy(Queue()), is_truthy(Stack())]", "[true, true, true]"),
        ("[to_bool(Set()), to_bool(Queue()), to_bool(Stack())]", "[false, false, false]"),
        ("[to_bool(Set([0])), to_bool(Queue([0])), to_bool(Stack([0]))]", "[true, true, true]"),
        ("collect(set_remove(Set([1, 2, 3]), 2))", "[1, 3]"),
        ("collect(Queue([1, 2]))", "[1, 2]"),
        ("collect(Stack([1, 2]))", "[1, 2]"),
        ("is_array(Stack([1]))", "false"),
        ("assert_equal(Set([1, 2]), Set([2.0, 1]))", "true"),
        ("assert_equal(Queue([1, [0.1]]), Queue([1, [0.1]]))", "true"),
        ("contains([Set([[1], [2]])], Set([[2], [1]]))", "true"),
        ("contains([Set([[1], [2]])], Set([[2], [3]]))", "false"),
        ("contains([Set([nan])], Set([nan]))", "false"),
        ("contains([Queue([1, 2])], Queue([2, 1]))", "false"),
        ("contains([Stack([1])], Queue([1]))", "false"),
        ("contains([Stack([1])], [1])", "false"),
        ("contains(Set([1]), 1)", "argument: contains() first argument must be a string, array, or dictionary"),
        ("push(Stack(), 1)", "argument: push() requires an array as the first argument"),
        ("clear(Set())", "argument: clear() requires an array or dict argument"),
        ("map(Stack([1]), len)", "argument: map expects an array and a function"),
        ("to_int(Set())", "argument: Cannot convert set to int"),
    ]);
    for (source, kind) in [("Set([1])", "set"), ("Queue()", "queue"), ("Stack()", "stack")] {
        let mut bench = Bench::new();
        let shown = bench.show(&format!("to_json([{source}])"));
        assert!(shown.ends_with(&format!("Cannot convert {kind} to JSON")), "{shown}");
    }
}

#[test]
fn debug_shows_them_in_text_form() {
    let mut bench = Bench::new();
    let values =
        ["[1, Set([\"a\", [2.5]]), \"b\"]", "Queue([\"a\"])", "\"c\""].map(|source| bench.evaluate(source).unwrap());
    let line = bench.context(|context| text_form::debug_line(context, &values)).unwrap();
    assert_eq!(line, "[DEBUG] Array[Int(1), Set{a, [2.5]}, String(\"b\")] Queue[a] String(\"c\")");
}

#[test]
fn updating_methods() {
    let cases = [
        ("Set([1])", "set_add", &["2"][..], "null", "Set{1, 2}"),
        ("Set([1, 2])", "set_remove", &["1"], "null", "Set{2}"),
        ("Queue([1])", "queue_enqueue", &["[2]"], "null", "Queue[1, [2]]"),
        ("Queue([1, 2])", "queue_dequeue", &[], "1", "Queue[2]"),
        ("Queue()", "queue_dequeue", &[], "null", "Queue[]"),
        ("Stack([1])", "stack_push", &["2"], "null", "Stack[1, 2]"),
        ("Stack([1, [2]])", "stack_pop", &[], "[2]", "Stack[1]"),
        ("Stack()", "stack_pop", &[], "null", "Stack[]"),
    ];
    for (receiver, name, rest, result, updated) in cases {
        for shared in [false, true] {
            let mut bench = Bench::new();
            let original = bench.evaluate(receiver).unwrap();
            let before = literal(&bench.heap, original);
            if shared {
                bench.heap.share(original);
            }
            let mut place = original;
            let rest: Vec<Value> = rest.iter().map(|source| bench.evaluate(source).unwrap()).collect();
            let value = bench.method(&mut place, name, &rest).unwrap();
            assert_eq!(literal(&bench.heap, value), result, "{receiver}.{name}");
            assert_eq!(literal(&bench.heap, place), updated, "{receiver}.{name}");
            if shared {
                assert_eq!(literal(&bench.heap, original), before, "{receiver}.{name} changed a shared value");
                bench.check_owners(name, place, &[original]);
            } else {
                assert_eq!(place, original, "{receiver}.{name} did not work in place");
            }
        }
    }
}

#[test]
fn a_set_does_what_a_list_of_its_members_does() {
    let mut chance = Chance(11);
    for _ in 0..200 {
        let mut bench = Bench::new();
        let mut model: Vec<Value> = Vec::new();
        let mut set = bench.evaluate("Set()").unwrap();
        for _ in 0..chance.below(120) {
            let value = super::comparing::random_value(&mut bench.heap, &mut chance, 1);
            bench.heap.share(value);
            let position = model.iter().position(|&member| equal_exactly(&bench.heap, member, value));
            let has = bench.call("set_has", &[set, value]).unwrap();
            assert_eq!(has, Value::Bool(position.is_some()));
            if chance.below(3) == 0 {
                bench.method(&mut set, "set_remove", &[value]).unwrap();
                if let Some(position) = position {
                    model.remove(position);
                }
            } else {
                bench.method(&mut set, "set_add", &[value]).unwrap();
                if position.is_none() {
                    model.push(value);
                }
            }
        }
        let Value::Set(members) = set else { panic!() };
        assert_eq!(format!("{:?}", bench.heap.sets.get(members).iter().collect::<Vec<_>>()), format!("{model:?}"));
        let copy = bench.heap.clone_object(set);
        assert_eq!(literal(&bench.heap, copy), literal(&bench.heap, set));
        let again = set_of(&mut bench.heap, &model);
        assert_eq!(literal(&bench.heap, again), literal(&bench.heap, set));
    }
}

#[test]
fn a_queue_does_what_a_deque_does() {
    let mut chance = Chance(5);
    let mut bench = Bench::new();
    let mut model = VecDeque::new();
    let mut queue = bench.evaluate("Queue()").unwrap();
    for round in 0..5_000 {
        if chance.below(5) < 2 {
            let taken = bench.method(&mut queue, "queue_dequeue", &[]).unwrap();
            assert_eq!(taken, model.pop_front().map_or(Value::Null, Value::Int));
        } else {
            bench.method(&mut queue, "queue_enqueue", &[Value::Int(round)]).unwrap();
            model.push_back(round);
        }
        assert_eq!(bench.heap.length(queue), Some(model.len()));
    }
    let mut cursor = 0;
    for int in model {
        let (item, next) = bench.heap.next_element(queue, cursor).unwrap();
        assert_eq!(item, Value::Int(int));
        cursor = next;
    }
    assert_eq!(bench.heap.next_element(queue, cursor), None);
}

#[test]
fn the_collector_keeps_their_elements_and_frees_the_rest() {
    let mut bench = Bench::new();
    let source = "[Set([\"one long enough to matter\", [1]]), Queue([[2], {\"a\": [3]}]), Stack([[4], Set([[5]])])]";
    let kept = bench.evaluate(source).unwrap();
    let shown = literal(&bench.heap, kept);
    for _ in 0..3 {
        bench.heap.collect(|tracer| tracer.value(kept));
        bench.evaluate(source).unwrap();
    }
    assert_eq!(literal(&bench.heap, kept), shown);
    bench.heap.collect(|_| {});
    assert_eq!(bench.heap.sets.handles().count() + bench.heap.queues.handles().count(), 0);
    let used = bench.heap.used_bytes();
    for _ in 0..100 {
        bench.evaluate("set_remove(Set(range(100)), 5)").unwrap();
        bench.evaluate("queue_dequeue(queue_enqueue(Queue(range(100)), 5))").unwrap();
        bench.heap.collect(|_| {});
    }
    assert_eq!(bench.heap.used_bytes(), used, "bytes are counted up and down alike");
}
