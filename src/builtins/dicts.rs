//! Dicts (language.md 13.5).

use super::arguments::wrong;
use super::ordering::sorted_entries;
use super::table::{Arity, Builtin};
use super::text_form;
use super::{Context, Native, Updated};
use crate::heap::{Dict, Entry, Heap, Probe, Slab, Text};
use crate::runtime::Raise;
use crate::value::{Handle, Value};

const fn row(name: &'static str, count: u8, run: Native) -> Builtin {
    Builtin::native(name, Arity::plural(count, count), run)
}

pub(super) const ROWS: &[Builtin] = &[
    row("keys", 1, keys)
        .doc("keys(dict) -> array", "The keys in order, as strings")
        .example("keys({\"b\": 1, \"a\": 2})", "[a, b]"),
    row("values", 1, values)
        .doc("values(dict) -> array", "The values in the order of their keys")
        .example("values({\"b\": 1, \"a\": 2})", "[2, 1]"),
    row("items", 1, items)
        .doc("items(dict) -> array", "[key, value] in the order of the keys")
        .example("items({\"b\": 1, \"a\": 2})", "[[a, 2], [b, 1]]"),
    row("has_key", 2, has_key)
        .doc("has_key(dict, key) -> int", "1 if the dict has the key, else 0")
        .example("has_key({\"a\": 1}, \"a\")", "1"),
    Builtin::native("get", Arity::plural(2, 3), get)
        .owned(0b100)
        .doc("get(dict, key, [default]) -> value", "The value of a key, else the default or null")
        .example("get({\"a\": 1}, \"b\", 0)", "0"),
    Builtin::native(
        "get_default",
        Arity::text(3, 3, "get_default() requires 3 arguments: dict, key, default_value"),
        get,
    )
    .owned(0b100)
    .doc("get_default(dict, key, default) -> value", "The value of a key, else the default")
    .example("get_default({\"a\": 1}, \"a\", 0)", "1"),
    row("merge", 2, merge)
        .doc("merge(a, b) -> dict", "The entries of two dicts; those of b win")
        .example("merge({\"a\": 1}, {\"a\": 2, \"b\": 3})", "{\"a\": 2, \"b\": 3}"),
    Builtin::updater("update", Arity::plural(2, 2), update)
        .doc("update(a, b) -> dict", "Puts the entries of b into a")
        .example("update({\"a\": 1}, {\"b\": 2})", "{\"a\": 1, \"b\": 2}"),
    row("invert", 1, invert)
        .doc("invert(d: dict) -> dict", "The values as keys, and the keys as values")
        .example("invert({\"a\": \"x\"})", "{\"x\": a}"),
];

/// The entry of a dict under a string or an int (which means its decimal text); `None` too for other keys.
#[inline]
pub fn lookup(heap: &Heap, dict: Handle<Dict>, key: Value) -> Option<Value> {
    heap.dicts.get(dict).get(probe(&heap.texts, key)?, &heap.texts)
}

/// How a dict is searched for a string or an int.
#[inline]
pub(super) fn probe(texts: &Slab<Text>, key: Value) -> Option<Probe<'_>> {
    match key {
        Value::Text(text) => Some(Probe::of_text(texts.get(text), text)),
        Value::Int(int) => Some(Probe::Int(int)),
        _ => None,
    }
}

/// What an entry costs beside the elements of a list: the text of an int key, or a pair.
const ENTRY_BYTES: usize = 64;

/// The list of what `part` makes of each entry, in the order of the keys; the empty list for anything but a dict.
fn collected(
    context: &mut Context<'_>,
    value: Value,
    part: impl Fn(&mut Heap, Entry) -> Value,
) -> Result<Value, Raise> {
    let Value::Dict(dict) = value else { return Ok(context.heap.list(Vec::new())) };
    let count = context.heap.dicts.get(dict).len();
    context.work(count.saturating_mul(4));
    context.reserve(count.saturating_mul(ENTRY_BYTES + size_of::<Entry>() + size_of::<Value>()))?;
    let entries = sorted_entries(context.heap, dict);
    let heap = &mut *context.heap;
    let items = entries.into_iter().map(|entry| part(heap, entry)).collect();
    Ok(heap.list(items))
}

fn keys(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    collected(context, arguments[0], |heap, entry| heap.key_text(entry.key))
}

fn values(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    collected(context, arguments[0], |heap, entry| {
        heap.share(entry.value);
        entry.value
    })
}

fn items(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    collected(context, arguments[0], |heap, entry| {
        heap.share(entry.value);
        let key = heap.key_text(entry.key);
        heap.list(vec![key, entry.value])
    })
}

fn has_key(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let found = match arguments[0] {
        Value::Dict(dict) => lookup(context.heap, dict, arguments[1]).is_some(),
        _ => false,
    };
    Ok(Value::Int(found as i64))
}

fn get(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let found = match arguments[0] {
        Value::Dict(dict) => lookup(context.heap, dict, arguments[1]),
        _ => None,
    };
    Ok(match found {
        Some(value) => {
            context.heap.share(value);
            value
        }
        None => arguments.get(2).copied().unwrap_or(Value::Null),
    })
}

fn merge(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    if let Value::Dict(dict) = arguments[0] {
        let count = context.heap.dicts.get(dict).len();
        context.work(count);
        context.reserve(count.saturating_mul(2 * size_of::<Entry>()))?;
    }
    let mut merged = context.heap.clone_object(arguments[0]);
    update(context, &mut merged, &arguments[1..])?;
    Ok(merged)
}

fn update(context: &mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise> {
    let (Value::Dict(target), Value::Dict(source)) = (*receiver, rest[0]) else {
        *receiver = context.heap.dict(Dict::default());
        return Ok(Updated::Receiver);
    };
    let added = context.heap.dicts.get(source).len();
    context.work(added);
    let grown = context.heap.dicts.get(target).len().max(added).saturating_mul(2);
    context.reserve(added.min(1) * grown.saturating_mul(2 * size_of::<Entry>()))?;
    let mut cursor = 0;
    while let Some((entry, next)) = context.heap.dicts.get(source).next_entry(cursor) {
        cursor = next;
        context.heap.share(entry.value);
        context.heap.dict_set(target, entry.key, entry.value);
    }
    Ok(Updated::Receiver)
}

fn invert(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Dict(dict) = arguments[0] else {
        return Err(wrong("invert", "() requires a dict argument"));
    };
    let count = context.heap.dicts.get(dict).len();
    context.work(count.saturating_mul(4));
    context.reserve(count.saturating_mul(2 * (ENTRY_BYTES + size_of::<Entry>())))?;
    let entries = sorted_entries(context.heap, dict);
    let inverted = context.heap.dict(Dict::default());
    let Value::Dict(target) = inverted else { return Ok(inverted) };
    for entry in entries {
        if !matches!(entry.value, Value::Text(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_)) {
            continue;
        }
        let key = text_form::text(context, entry.value)?;
        let value = context.heap.key_text(entry.key);
        if let Some(key) = context.heap.key(key) {
            context.heap.dict_set(target, key, value);
        }
    }
    Ok(inverted)
}
