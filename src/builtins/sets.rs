//! Sets (language.md 13.5). Where a set is expected, anything else counts as the empty set.

use super::arguments::wrong;
use super::arrays::elements;
use super::compare::{Found, find_member};
use super::table::{Arity, Builtin};
use super::{Context, Native, Updated, Updater};
use crate::heap::{List, Set};
use crate::runtime::Raise;
use crate::value::{Handle, Value};

const fn row(name: &'static str, count: u8, run: Native) -> Builtin {
    Builtin::native(name, Arity::plural(count, count), run)
}

const fn updater(name: &'static str, run: Updater) -> Builtin {
    Builtin::updater(name, Arity::plural(2, 2), run)
}

pub(super) const ROWS: &[Builtin] = &[
    Builtin::native("Set", Arity::text(0, 1, "{name} constructor takes at most 1 argument"), new_set)
        .doc("Set([xs: array]) -> set", "The elements of an array without duplicates, in their order")
        .example("Set([3, 1, 3])", "Set{3, 1}"),
    updater("set_add", add)
        .doc("set_add(set, v) -> set", "Adds a member, unless there is an equal one")
        .example("set_add(Set([1]), 2)", "Set{1, 2}"),
    updater("set_remove", remove)
        .doc("set_remove(set, v) -> set", "Takes out the member that equals v")
        .example("set_remove(Set([1, 2]), 1)", "Set{2}"),
    row("set_has", 2, has)
        .doc("set_has(set, v) -> bool", "Whether a member equals v")
        .example("set_has(Set([1, 2]), 2.0)", "true"),
    row("set_union", 2, union)
        .doc("set_union(a, b) -> set", "The members of a and then those of b")
        .example("set_union(Set([2, 1]), Set([3, 2]))", "Set{2, 1, 3}"),
    row("set_intersect", 2, |context, arguments| chosen(context, arguments, true))
        .doc("set_intersect(a, b) -> set", "The members of a that b has too")
        .example("set_intersect(Set([1, 2, 3]), Set([3, 1]))", "Set{1, 3}"),
    row("set_difference", 2, |context, arguments| chosen(context, arguments, false))
        .doc("set_difference(a, b) -> set", "The members of a that b does not have")
        .example("set_difference(Set([1, 2, 3]), Set([3, 1]))", "Set{2}"),
    row("set_to_array", 1, to_array)
        .doc("set_to_array(set) -> array", "The members in the order in which they were added")
        .example("set_to_array(Set([3, 1, 3]))", "[3, 1]"),
];

/// What a lookup is charged at least.
const LOOKUP: usize = 4;

/// The elements of an array, the first of equal ones. The caller gives them their second owner.
pub(super) fn without_duplicates(context: &mut Context<'_>, list: Handle<List>) -> Result<Set, Raise> {
    context.reserve(Set::bytes_for(context.heap.items(list).len()))?;
    let mut set = Set::default();
    add_missing(context, &mut set, Value::List(list));
    Ok(set)
}

/// Adds the elements of a container that the set does not have yet.
fn add_missing(context: &mut Context<'_>, set: &mut Set, container: Value) {
    let mut units = 0;
    let mut cursor = 0;
    while let Some((element, next)) = context.heap.next_element(container, cursor) {
        cursor = next;
        let found = find_member(context.heap, set, element);
        units += LOOKUP + found.units;
        if found.position.is_none() {
            set.push_new(found.hash, element);
        }
    }
    context.work(units);
}

/// A set value of members that also belong to another container.
fn set_of_parts(context: &mut Context<'_>, set: Set) -> Value {
    for member in set.iter() {
        context.heap.share(member);
    }
    context.heap.set(set)
}

fn new_set(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match arguments.first() {
        None => Ok(context.heap.set(Set::default())),
        Some(&Value::List(list)) => {
            let set = without_duplicates(context, list)?;
            Ok(set_of_parts(context, set))
        }
        Some(_) => Err(wrong("Set", " constructor requires an array argument")),
    }
}

/// The receiver, after it has been replaced by the empty set if it is no set.
fn receiver_set(context: &mut Context<'_>, receiver: &mut Value) -> Handle<Set> {
    loop {
        match *receiver {
            Value::Set(set) => return set,
            _ => *receiver = context.heap.set(Set::default()),
        }
    }
}

fn find(context: &mut Context<'_>, set: Handle<Set>, value: Value) -> Found {
    let found = find_member(context.heap, context.heap.sets.get(set), value);
    context.work(found.units);
    found
}

fn add(context: &mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise> {
    let growth = match *receiver {
        Value::Set(set) => context.heap.sets.get(set).growth(),
        _ => Set::bytes_for(1),
    };
    if growth > 0 {
        context.reserve(growth)?;
    }
    let set = receiver_set(context, receiver);
    let found = find(context, set, rest[0]);
    if found.position.is_none() {
        context.heap.set_push(set, found.hash, rest[0]);
    }
    Ok(Updated::Receiver)
}

fn remove(context: &mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise> {
    let set = receiver_set(context, receiver);
    let found = find(context, set, rest[0]);
    if let (Some(hash), Some(position)) = (found.hash, found.position) {
        context.heap.sets.get_mut(set).remove(hash, position);
    }
    Ok(Updated::Receiver)
}

fn has(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    Ok(Value::Bool(match arguments[0] {
        Value::Set(set) => find(context, set, arguments[1]).position.is_some(),
        _ => false,
    }))
}

fn union(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let count = |value| if let Value::Set(set) = value { context.heap.sets.get(set).len() } else { 0 };
    let (first, second) = (count(arguments[0]), count(arguments[1]));
    context.reserve(Set::bytes_for(first.saturating_add(second)))?;
    context.work(first);
    let mut set = match arguments[0] {
        Value::Set(set) => context.heap.sets.get(set).clone(),
        _ => Set::default(),
    };
    set.share = Default::default();
    if let Value::Set(_) = arguments[1] {
        add_missing(context, &mut set, arguments[1]);
    }
    Ok(set_of_parts(context, set))
}

/// The members of the first set that the second has, or those that it does not have.
fn chosen(context: &mut Context<'_>, arguments: &[Value], common: bool) -> Result<Value, Raise> {
    let Value::Set(first) = arguments[0] else { return Ok(context.heap.set(Set::default())) };
    context.reserve(Set::bytes_for(context.heap.sets.get(first).len()))?;
    let heap = &*context.heap;
    let empty = Set::default();
    let second = if let Value::Set(second) = arguments[1] { heap.sets.get(second) } else { &empty };
    let mut units = 0;
    let mut chosen = Set::default();
    for member in heap.sets.get(first).iter() {
        let found = find_member(heap, second, member);
        units += LOOKUP + found.units;
        if found.position.is_some() == common {
            chosen.push_new(found.hash, member);
        }
    }
    context.work(units);
    Ok(set_of_parts(context, chosen))
}

fn to_array(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let set = if matches!(arguments[0], Value::Set(_)) { arguments[0] } else { Value::Null };
    elements(context, set)
}
