//! Arrays (language.md 13.4); those that call functions are in [`super::callbacks`].

use super::arguments::{natural, whole, wrong};
use super::compare::position_exactly;
use super::dicts::probe;
use super::ordering::{SORT_BYTES, sort_values};
use super::sets;
use super::table::{Arity, Builtin};
use super::{Context, Native, Updated, Updater};
use crate::heap::{Heap, Key, List, Text};
use crate::runtime::{ErrorKind, Raise};
use crate::value::{Handle, Value};
use compact_str::CompactString;

const fn row(name: &'static str, count: u8, run: Native) -> Builtin {
    Builtin::native(name, Arity::counted(count, count), run)
}

const fn updater(name: &'static str, count: u8, run: Updater) -> Builtin {
    Builtin::updater(name, Arity::counted(count, count), run)
}

pub(super) const ROWS: &[Builtin] = &[
    updater("push", 2, |context, receiver, rest| push(context, "push", *receiver, rest))
        .doc("push(xs: array, v) -> array", "Adds an element at the end")
        .example("push([1], 2)", "[1, 2]"),
    updater("append", 2, |context, receiver, rest| push(context, "append", *receiver, rest))
        .doc("append(xs: array, v) -> array", "Adds an element at the end")
        .example("append([1], 2)", "[1, 2]"),
    updater("pop", 1, pop)
        .doc("pop(xs: array) -> [array, value]", "Takes out the last element")
        .example("pop([1, 2])", "[[1], 2]"),
    Builtin::updater("insert", Arity::text(3, 3, "insert() requires 3 arguments: array, index, and item"), insert)
        .doc("insert(xs: array, i: num, v) -> array", "Puts an element before position i")
        .example("insert([1, 3], 1, 2)", "[1, 2, 3]"),
    updater("remove", 2, remove)
        .doc(
            "remove(xs: array or dict, v) -> array or [dict, value]",
            "Takes out the first equal element; of a dict, the entry of a key",
        )
        .example("remove([1, 2, 1], 1)", "[2, 1]"),
    Builtin::updater("remove_at", Arity::text(2, 2, "remove_at() requires 2 arguments: array and index"), remove_at)
        .doc("remove_at(xs: array, i: num) -> [array, value]", "Takes out the element at a position")
        .example("remove_at([1, 2, 3], 1)", "[[1, 3], 2]"),
    updater("clear", 1, clear)
        .doc("clear(xs: array or dict) -> array or dict", "Takes out everything")
        .example("clear([1, 2])", "[]"),
    row("slice", 3, slice)
        .doc(
            "slice(xs: array or bytes, start: num, end: num) -> array or bytes",
            "The elements from start up to, but without, end",
        )
        .example("slice([1, 2, 3, 4], 1, -1)", "[2, 3]"),
    Builtin::native("concat", Arity::text(2, 2, "concat() requires two array arguments"), concat)
        .doc("concat(a: array, b: array) -> array", "The elements of one array and then those of another")
        .example("concat([1], [2, 3])", "[1, 2, 3]"),
    updater("sort", 1, sort)
        .doc("sort(xs: array) -> array", "Numbers by value and strings by bytes, equal ones in their order")
        .example("sort([3, 1, 2])", "[1, 2, 3]"),
    updater("reverse", 1, reverse)
        .doc("reverse(xs: array) -> array", "The elements from last to first")
        .example("reverse([1, 2])", "[2, 1]"),
    row("unique", 1, unique)
        .doc("unique(xs: array) -> array", "The first of each group of equal elements")
        .example("unique([1, 2, 1])", "[1, 2]"),
    row("sum", 1, sum)
        .doc("sum(xs: array) -> num", "All numbers added up; other elements are ignored")
        .example("sum([1, 2.5])", "3.5"),
    row("flatten", 1, flatten)
        .doc("flatten(xs: array) -> array", "Arrays in the array replaced by their elements, one level deep")
        .example("flatten([1, [2, [3]]])", "[1, 2, [3]]"),
    row("enumerate", 1, enumerate)
        .doc("enumerate(xs: array) -> array", "[position, element] for each element")
        .example("enumerate([\"a\", \"b\"])", "[[0, a], [1, b]]"),
    Builtin::native("chunk", Arity::text(2, 2, "chunk() requires 2 arguments: array and size"), chunk)
        .doc("chunk(xs: array, n: num) -> array", "Cut into arrays of n elements, the last with the rest")
        .example("chunk([1, 2, 3], 2)", "[[1, 2], [3]]"),
    Builtin::native("windows", Arity::text(2, 2, "windows() requires 2 arguments: array and size"), windows)
        .doc("windows(xs: array, n: num) -> array", "Every n neighbouring elements")
        .example("windows([1, 2, 3], 2)", "[[1, 2], [2, 3]]"),
    Builtin::native("skip", Arity::text(2, 2, "skip() requires 2 arguments: array and count"), skip)
        .doc("skip(xs: array, n: num) -> array", "All but the first n elements")
        .example("skip([1, 2, 3], 2)", "[3]"),
    Builtin::native("zip", Arity::text(2, 2, "zip() requires 2 array arguments"), zip)
        .doc("zip(a: array, b: array) -> array", "Pairs of elements, as long as both arrays have some")
        .example("zip([1, 2], [\"a\", \"b\"])", "[[1, a], [2, b]]"),
    Builtin::native("range", Arity::text(1, 3, "range() requires 1, 2, or 3 arguments"), range)
        .doc("range([start: num], stop: num, [step: num]) -> array", "The ints from start (0) up to, but without, stop")
        .example("range(0, 10, 3)", "[0, 3, 6, 9]"),
];

fn list_argument(name: &str, value: Value) -> Result<Handle<List>, Raise> {
    match value {
        Value::List(list) => Ok(list),
        _ => Err(wrong(name, "() requires an array argument")),
    }
}

/// The array argument of `sort`, `reverse`, `unique` and `sum`.
fn bare_list_argument(name: &str, value: Value) -> Result<Handle<List>, Raise> {
    match value {
        Value::List(list) => Ok(list),
        _ => Err(wrong(name, " requires an array argument")),
    }
}

/// A list of elements of another list: they get a second owner.
fn list_of_parts(context: &mut Context<'_>, items: Vec<Value>) -> Value {
    for &item in &items {
        context.heap.share(item);
    }
    context.heap.list(items)
}

/// Bytes that one more list of `count` elements takes.
fn list_bytes(count: usize) -> usize {
    count.saturating_mul(size_of::<Value>()).saturating_add(size_of::<List>())
}

fn push(context: &mut Context<'_>, name: &str, receiver: Value, rest: &[Value]) -> Result<Updated, Raise> {
    let Value::List(list) = receiver else {
        return Err(wrong(name, "() requires an array as the first argument"));
    };
    make_room(context, list)?;
    context.heap.list_push(list, rest[0]);
    Ok(Updated::Receiver)
}

/// Checks the limit if one more element makes the list grow.
#[inline]
pub(super) fn make_room(context: &mut Context<'_>, list: Handle<List>) -> Result<(), Raise> {
    let items = &context.heap.lists.get(list).items;
    if items.len() == items.capacity() {
        let grown = items.len().max(4).saturating_mul(2 * size_of::<Value>());
        return context.reserve(grown);
    }
    Ok(())
}

fn pop(context: &mut Context<'_>, receiver: &mut Value, _: &[Value]) -> Result<Updated, Raise> {
    let list = list_argument("pop", *receiver)?;
    Ok(match context.heap.lists.get_mut(list).items.pop() {
        Some(element) => Updated::Element(element),
        None => Updated::NoElement { stand_in: Value::Int(0) },
    })
}

#[cold]
fn out_of_bounds(name: &str, index: i64, length: usize) -> Raise {
    Raise::new(ErrorKind::Index, format!("{name}() index {index} out of bounds for array of length {length}"))
}

fn insert(context: &mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise> {
    let list = list_argument("insert", *receiver)?;
    let Some(index) = whole(rest[0]) else {
        return Err(wrong("insert", "() requires 3 arguments: array, index, and item"));
    };
    let length = context.heap.items(list).len();
    let Some(at) = usize::try_from(index).ok().filter(|&at| at <= length) else {
        return Err(out_of_bounds("insert", index, length));
    };
    make_room(context, list)?;
    context.work(length - at);
    context.heap.list_push(list, Value::Null);
    let items = &mut context.heap.lists.get_mut(list).items;
    items[at..].rotate_right(1);
    items[at] = rest[1];
    Ok(Updated::Receiver)
}

fn remove(context: &mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise> {
    match (*receiver, rest[0]) {
        (Value::List(list), item) => {
            let (position, units) = position_exactly(context.heap, context.heap.items(list), item);
            context.work(units);
            if let Some(position) = position {
                context.heap.lists.get_mut(list).items.remove(position);
            }
            Ok(Updated::Receiver)
        }
        (Value::Dict(dict), key @ (Value::Text(_) | Value::Int(_))) => {
            let Heap { dicts, texts, .. } = context.heap;
            let removed = probe(texts, key).and_then(|probe| dicts.get_mut(dict).remove(probe, texts));
            Ok(removed.map_or(Updated::NoElement { stand_in: Value::Int(0) }, Updated::Element))
        }
        _ => Err(wrong("remove", "() requires an array or dictionary-like value with a valid key/item")),
    }
}

fn remove_at(context: &mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise> {
    let list = list_argument("remove_at", *receiver)?;
    let Some(index) = whole(rest[0]) else {
        return Err(wrong("remove_at", "() requires 2 arguments: array and index"));
    };
    let length = context.heap.items(list).len();
    let Some(at) = usize::try_from(index).ok().filter(|&at| at < length) else {
        return Err(out_of_bounds("remove_at", index, length));
    };
    context.work(length - at);
    Ok(Updated::Element(context.heap.lists.get_mut(list).items.remove(at)))
}

fn clear(context: &mut Context<'_>, receiver: &mut Value, _: &[Value]) -> Result<Updated, Raise> {
    match *receiver {
        Value::List(list) => context.heap.lists.get_mut(list).items.clear(),
        Value::Dict(dict) => context.heap.dicts.get_mut(dict).clear(),
        _ => return Err(wrong("clear", "() requires an array or dict argument")),
    }
    Ok(Updated::Receiver)
}

fn slice(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (container @ (Value::List(_) | Value::Bytes(_)), Some(start), Some(end)) =
        (arguments[0], whole(arguments[1]), whole(arguments[2]))
    else {
        return Err(wrong("slice", "() requires array or bytes and numeric start/end arguments"));
    };
    match container {
        Value::Bytes(bytes) => {
            let data = &context.heap.bytes.get(bytes).data;
            let (start, end) = clamp(start, end, data.len());
            context.reserve_text(end - start)?;
            let data = context.heap.bytes.get(bytes).data[start..end].to_vec();
            Ok(context.heap.new_bytes(data))
        }
        Value::List(list) => {
            let (start, end) = clamp(start, end, context.heap.items(list).len());
            copy_part(context, list, start, end)
        }
        _ => Ok(Value::Null),
    }
}

/// The positions that `start..end` mean: negative ones count from the end.
fn clamp(start: i64, end: i64, length: usize) -> (usize, usize) {
    let position = |index: i64| match usize::try_from(index) {
        Ok(index) => index.min(length),
        Err(_) => length.saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let (start, end) = (position(start), position(end));
    (start.min(end), end)
}

/// A list of the elements `start..end`.
fn copy_part(context: &mut Context<'_>, list: Handle<List>, start: usize, end: usize) -> Result<Value, Raise> {
    context.reserve_list(end - start)?;
    let items = context.heap.items(list)[start..end].to_vec();
    Ok(list_of_parts(context, items))
}

fn concat(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (Value::List(first), Value::List(second)) = (arguments[0], arguments[1]) else {
        return Err(wrong("concat", "() requires two array arguments"));
    };
    context.reserve_list(context.heap.items(first).len() + context.heap.items(second).len())?;
    let items = [context.heap.items(first), context.heap.items(second)].concat();
    Ok(list_of_parts(context, items))
}

fn sort(context: &mut Context<'_>, receiver: &mut Value, _: &[Value]) -> Result<Updated, Raise> {
    let list = bare_list_argument("sort", *receiver)?;
    let length = context.heap.items(list).len();
    context.work(length.saturating_mul(length.max(2).ilog2() as usize));
    context.reserve(length.saturating_mul(SORT_BYTES))?;
    let mut items = std::mem::take(&mut context.heap.lists.get_mut(list).items);
    sort_values(context.heap, &mut items);
    context.heap.lists.get_mut(list).items = items;
    Ok(Updated::Receiver)
}

fn reverse(context: &mut Context<'_>, receiver: &mut Value, _: &[Value]) -> Result<Updated, Raise> {
    let list = bare_list_argument("reverse", *receiver)?;
    context.work(context.heap.items(list).len());
    context.heap.lists.get_mut(list).items.reverse();
    Ok(Updated::Receiver)
}

fn unique(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let list = bare_list_argument("unique", arguments[0])?;
    let kept = sets::without_duplicates(context, list)?.into_members();
    Ok(list_of_parts(context, kept))
}

fn sum(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let list = bare_list_argument("sum", arguments[0])?;
    context.work(context.heap.items(list).len());
    let mut ints = 0i64;
    let mut items = context.heap.items(list).iter();
    while let Some(item) = items.next() {
        match *item {
            Value::Int(int) => {
                ints = ints
                    .checked_add(int)
                    .ok_or_else(|| Raise::new(ErrorKind::Arithmetic, format!("Integer overflow: {ints} + {int}")))?;
            }
            Value::Float(float) => {
                let rest = items.filter_map(|item| item.as_number());
                return Ok(Value::Float(rest.fold(ints as f64 + float, |sum, number| sum + number)));
            }
            _ => {}
        }
    }
    Ok(Value::Int(ints))
}

fn flatten(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let list = list_argument("flatten", arguments[0])?;
    let heap = &*context.heap;
    let elements = |item: &Value| match item {
        Value::List(inner) => heap.items(*inner).len(),
        _ => 1,
    };
    let count = heap.items(list).iter().map(elements).fold(heap.items(list).len(), usize::saturating_add);
    context.reserve_list(count)?;
    let mut items = Vec::with_capacity(count - context.heap.items(list).len());
    for &item in context.heap.items(list) {
        match item {
            Value::List(inner) => items.extend_from_slice(context.heap.items(inner)),
            other => items.push(other),
        }
    }
    Ok(list_of_parts(context, items))
}

/// A list of pairs; the seconds, and the firsts too, get a second owner.
fn pairs(context: &mut Context<'_>, count: usize, pair: impl Fn(&Heap, usize) -> [Value; 2]) -> Result<Value, Raise> {
    context.reserve(list_bytes(count).saturating_add(list_bytes(2).saturating_mul(count)))?;
    context.work(count * 3);
    let mut items = Vec::with_capacity(count);
    for at in 0..count {
        let pair = pair(context.heap, at);
        items.push(list_of_parts(context, pair.to_vec()));
    }
    Ok(context.heap.list(items))
}

fn enumerate(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let list = list_argument("enumerate", arguments[0])?;
    let count = context.heap.items(list).len();
    pairs(context, count, |heap, at| [Value::Int(at as i64), heap.items(list)[at]])
}

fn zip(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (Value::List(first), Value::List(second)) = (arguments[0], arguments[1]) else {
        return Err(wrong("zip", "() requires 2 array arguments"));
    };
    let count = context.heap.items(first).len().min(context.heap.items(second).len());
    pairs(context, count, |heap, at| [heap.items(first)[at], heap.items(second)[at]])
}

fn chunk(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let list = list_argument("chunk", arguments[0])?;
    let Some(size) = natural(arguments[1]) else {
        return Err(wrong("chunk", "() requires 2 arguments: array and size"));
    };
    if size == 0 {
        return Ok(list_of_parts(context, vec![arguments[0]]));
    }
    let length = context.heap.items(list).len();
    let count = length.div_ceil(size);
    context.work(length + count);
    context.reserve(list_bytes(length + count).saturating_add(count * size_of::<List>()))?;
    let mut chunks = Vec::with_capacity(count);
    for at in 0..count {
        let (start, end) = (at * size, length.min((at + 1).saturating_mul(size)));
        let items = context.heap.items(list)[start..end].to_vec();
        chunks.push(list_of_parts(context, items));
    }
    Ok(context.heap.list(chunks))
}

fn windows(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let list = list_argument("windows", arguments[0])?;
    let Some(size) = natural(arguments[1]) else {
        return Err(wrong("windows", "() requires 2 arguments: array and size"));
    };
    let length = context.heap.items(list).len();
    if size == 0 || size > length {
        return Ok(context.heap.list(Vec::new()));
    }
    let count = length - size + 1;
    context.reserve(list_bytes(count).saturating_add(list_bytes(size).saturating_mul(count)))?;
    context.work(count * size);
    let mut windows = Vec::with_capacity(count);
    for at in 0..count {
        let items = context.heap.items(list)[at..at + size].to_vec();
        windows.push(list_of_parts(context, items));
    }
    Ok(context.heap.list(windows))
}

pub(super) fn take(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let list = list_argument("take", arguments[0])?;
    let Some(count) = natural(arguments[1]) else {
        return Err(take_needs_count());
    };
    let end = count.min(context.heap.items(list).len());
    copy_part(context, list, 0, end)
}

#[cold]
pub(super) fn take_needs_count() -> Raise {
    wrong("take", "() requires 2 arguments: array and count")
}

fn skip(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let list = list_argument("skip", arguments[0])?;
    let Some(count) = natural(arguments[1]) else {
        return Err(wrong("skip", "() requires 2 arguments: array and count"));
    };
    let length = context.heap.items(list).len();
    copy_part(context, list, count.min(length), length)
}

fn range(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let argument = |at: usize| whole(arguments[at]).ok_or_else(|| wrong("range", "() requires numeric arguments"));
    let (start, stop, step) = match arguments.len() {
        1 => (0, argument(0)?, 1),
        2 => (argument(0)?, argument(1)?, 1),
        _ => (argument(0)?, argument(1)?, argument(2)?),
    };
    if step == 0 {
        return Err(wrong("range", "() step cannot be zero"));
    }
    let distance = if step > 0 { stop as i128 - start as i128 } else { start as i128 - stop as i128 };
    let count = if distance <= 0 { 0 } else { (distance as u128).div_ceil(step.unsigned_abs() as u128) };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    ints(context, count, start, step)
}

/// `count` ints from `start` on.
fn ints(context: &mut Context<'_>, count: usize, start: i64, step: i64) -> Result<Value, Raise> {
    context.reserve_list(count)?;
    let mut items = Vec::with_capacity(count);
    let mut next = start;
    for _ in 0..count {
        items.push(Value::Int(next));
        // The number after the last may be out of range; it is not used.
        next = next.wrapping_add(step);
    }
    Ok(context.heap.list(items))
}

/// A list of the elements of an array, set, queue or stack; of nothing for other kinds.
pub(super) fn elements(context: &mut Context<'_>, container: Value) -> Result<Value, Raise> {
    let count = context.heap.length(container).unwrap_or(0);
    context.reserve_list(count)?;
    let mut items = Vec::with_capacity(count);
    let mut cursor = 0;
    while let Some((element, next)) = context.heap.next_element(container, cursor) {
        cursor = next;
        items.push(element);
    }
    Ok(list_of_parts(context, items))
}

/// What `for` goes over: language.md 6.3.
pub(super) fn collect(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match arguments[0] {
        number @ (Value::Int(_) | Value::Float(_)) => ints(context, natural(number).unwrap_or(0), 0, 1),
        Value::List(_) | Value::Set(_) | Value::Queue(_) | Value::Stack(_) => elements(context, arguments[0]),
        Value::Text(text) => {
            let source = CompactString::new(context.heap.str(text));
            context.reserve_list(context.heap.texts.get(text).length())?;
            let items = source.chars().map(|character| context.heap.text_of_char(character)).collect();
            Ok(context.heap.list(items))
        }
        Value::Bytes(bytes) => {
            context.reserve_list(context.heap.bytes.get(bytes).data.len())?;
            let items = context.heap.bytes.get(bytes).data.iter().map(|&byte| Value::Int(byte as i64)).collect();
            Ok(context.heap.list(items))
        }
        Value::Dict(dict) => {
            context.reserve(context.heap.dicts.get(dict).len().saturating_mul(KEY_BYTES))?;
            context.work(context.heap.dicts.get(dict).len());
            let keys: Vec<Key> = context.heap.dicts.get(dict).iter().map(|entry| entry.key).collect();
            let items = keys.into_iter().map(|key| context.heap.key_text(key)).collect();
            Ok(context.heap.list(items))
        }
        other => Err(not_iterable(context.heap, other)),
    }
}

/// What a key takes in a list, with its text if it was an int.
const KEY_BYTES: usize = 2 * size_of::<Value>() + size_of::<Text>();

/// The error of a loop over something that it does not go over.
pub fn not_iterable(heap: &Heap, source: Value) -> Raise {
    let word = heap.type_word(source);
    Raise::type_error(match source {
        // Plain generators can be iterated over, so the word alone would not tell what is wrong.
        Value::Generator(_) => format!("Cannot iterate over async {word}"),
        _ => format!("Cannot iterate over {word}"),
    })
}
