//! Assertions (language.md 13.11): they give true or raise.

use super::arguments::wrong;
use super::compare::{equal_counted, position_exactly};
use super::table::{Arity, Builtin};
use super::text_form::literal;
use super::{Context, dicts};
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;

pub(super) const ROWS: &[Builtin] = &[
    Builtin::native("assert", Arity::text(1, 2, "assert requires at least 1 argument: condition"), assert)
        .doc("assert(v, [message]) -> true", "Raises, with that message, if the value is not truthy")
        .example("assert(1 < 2)", "true"),
    Builtin::native(
        "assert_equal",
        Arity::text(2, 2, "assert_equal requires 2 arguments: actual, expected"),
        assert_equal,
    )
    .doc("assert_equal(actual, expected) -> true", "Raises if the values are not equal")
    .example("assert_equal([1], [1.0])", "true"),
    Builtin::native("assert_true", Arity::plural(1, 1), |_, arguments| assert_bool("assert_true", arguments[0], true))
        .doc("assert_true(v: bool) -> true", "Raises if the value is not true")
        .example("assert_true(true)", "true"),
    Builtin::native("assert_false", Arity::plural(1, 1), |_, arguments| {
        assert_bool("assert_false", arguments[0], false)
    })
    .doc("assert_false(v: bool) -> true", "Raises if the value is not false")
    .example("assert_false(false)", "true"),
    Builtin::native(
        "assert_contains",
        Arity::text(2, 2, "assert_contains requires 2 arguments: collection, item"),
        assert_contains,
    )
    .doc(
        "assert_contains(v: array or string or dict, item) -> true",
        "Raises if the array, string or dict lacks the item",
    )
    .example("assert_contains([1, 2], 2)", "true"),
];

#[cold]
fn failed(message: impl Into<String>) -> Raise {
    Raise::new(ErrorKind::Assertion, message)
}

fn assert(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    if context.heap.truthy(arguments[0]) {
        return Ok(Value::Bool(true));
    }
    let message = arguments.get(1).and_then(|&message| context.heap.as_str(message));
    Err(failed(message.unwrap_or("Assertion failed")))
}

fn assert_equal(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (actual, expected) = (arguments[0], arguments[1]);
    let (equal, units) = equal_counted(context.heap, actual, expected);
    context.work(units);
    if equal {
        return Ok(Value::Bool(true));
    }
    let (actual, expected) = (literal(context.heap, actual), literal(context.heap, expected));
    Err(failed(format!("Assertion failed: expected {expected}, got {actual}")))
}

fn assert_bool(name: &str, value: Value, expected: bool) -> Result<Value, Raise> {
    match value {
        Value::Bool(actual) if actual == expected => Ok(Value::Bool(true)),
        Value::Bool(actual) => Err(failed(format!("Assertion failed: expected {expected}, got {actual}"))),
        _ => Err(wrong(name, " requires a boolean argument")),
    }
}

fn assert_contains(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (collection, item) = (arguments[0], arguments[1]);
    let heap = &*context.heap;
    let (found, units) = match collection {
        Value::List(list) => {
            let (position, units) = position_exactly(heap, heap.items(list), item);
            (position.is_some(), units)
        }
        Value::Text(text) => {
            let content = heap.str(text);
            (heap.as_str(item).is_some_and(|part| content.contains(part)), content.len())
        }
        Value::Dict(dict) => (dicts::lookup(heap, dict, item).is_some(), 0),
        _ => return Err(wrong("assert_contains", " requires an array, string, or dict as first argument")),
    };
    if found {
        context.work(units);
        return Ok(Value::Bool(true));
    }
    let (collection, item) = (literal(heap, collection), literal(heap, item));
    Err(failed(format!("Assertion failed: {collection} does not contain {item}")))
}
