//! Queues and stacks (language.md 13.5). Where one is expected, anything else counts as an empty one.

use super::arguments::wrong;
use super::arrays::{elements, make_room};
use super::table::{Arity, Builtin};
use super::{Context, Native, Updated, Updater};
use crate::heap::{List, Queue};
use crate::runtime::Raise;
use crate::value::{Handle, Value};
use std::collections::VecDeque;

const fn row(name: &'static str, run: Native) -> Builtin {
    Builtin::native(name, Arity::plural(1, 1), run)
}

const fn updater(name: &'static str, count: u8, run: Updater) -> Builtin {
    Builtin::updater(name, Arity::plural(count, count), run)
}

const fn constructor(name: &'static str, run: Native) -> Builtin {
    Builtin::native(name, Arity::text(0, 1, "{name} constructor takes at most 1 argument"), run)
}

pub(super) const ROWS: &[Builtin] = &[
    constructor("Queue", new_queue)
        .doc("Queue([xs: array]) -> queue", "A queue of the elements of an array, front first")
        .example("Queue([1, 2])", "Queue[1, 2]"),
    updater("queue_enqueue", 2, enqueue)
        .doc("queue_enqueue(queue, v) -> queue", "Adds an item at the back")
        .example("queue_enqueue(Queue([1]), 2)", "Queue[1, 2]"),
    updater("queue_dequeue", 1, dequeue)
        .doc("queue_dequeue(queue) -> [queue, value]", "Takes out the item at the front, null if there is none")
        .example("queue_dequeue(Queue([1, 2]))", "[Queue[2], 1]"),
    row("queue_peek", |context, arguments| {
        let front = queue(arguments[0]).and_then(|queue| context.heap.queues.get(queue).items.front().copied());
        Ok(peeked(context, front))
    })
    .doc("queue_peek(queue) -> value", "The item at the front, null if there is none")
    .example("queue_peek(Queue([1, 2]))", "1"),
    row("queue_is_empty", |context, arguments| Ok(Value::Bool(count(context, arguments[0], is_queue) == 0)))
        .doc("queue_is_empty(queue) -> bool", "Whether the queue has no items")
        .example("queue_is_empty(Queue())", "true"),
    row("queue_to_array", |context, arguments| to_array(context, arguments[0], is_queue))
        .doc("queue_to_array(queue) -> array", "The items, front first")
        .example("queue_to_array(Queue([1, 2]))", "[1, 2]"),
    row("queue_size", |context, arguments| match is_queue(arguments[0]) {
        true => Ok(Value::Int(count(context, arguments[0], is_queue) as i64)),
        false => Err(wrong("queue_size", " requires a Queue argument")),
    })
    .doc("queue_size(q: queue) -> int", "The number of items")
    .example("queue_size(Queue([1, 2]))", "2"),
    constructor("Stack", new_stack)
        .doc("Stack([xs: array]) -> stack", "A stack of the elements of an array, bottom first")
        .example("Stack([1, 2])", "Stack[1, 2]"),
    updater("stack_push", 2, push)
        .doc("stack_push(stack, v) -> stack", "Adds an item on top")
        .example("stack_push(Stack([1]), 2)", "Stack[1, 2]"),
    updater("stack_pop", 1, pop)
        .doc("stack_pop(stack) -> [stack, value]", "Takes out the item on top, null if there is none")
        .example("stack_pop(Stack([1, 2]))", "[Stack[1], 2]"),
    row("stack_peek", |context, arguments| {
        let top = stack(arguments[0]).and_then(|stack| context.heap.items(stack).last().copied());
        Ok(peeked(context, top))
    })
    .doc("stack_peek(stack) -> value", "The item on top, null if there is none")
    .example("stack_peek(Stack([1, 2]))", "2"),
    row("stack_is_empty", |context, arguments| Ok(Value::Bool(count(context, arguments[0], is_stack) == 0)))
        .doc("stack_is_empty(stack) -> bool", "Whether the stack has no items")
        .example("stack_is_empty(Stack([1]))", "false"),
    row("stack_to_array", |context, arguments| to_array(context, arguments[0], is_stack))
        .doc("stack_to_array(stack) -> array", "The items, bottom first")
        .example("stack_to_array(Stack([1, 2]))", "[1, 2]"),
    row("stack_size", |context, arguments| match is_stack(arguments[0]) {
        true => Ok(Value::Int(count(context, arguments[0], is_stack) as i64)),
        false => Err(wrong("stack_size", " requires a Stack argument")),
    })
    .doc("stack_size(s: stack) -> int", "The number of items")
    .example("stack_size(Stack([1, 2]))", "2"),
];

fn queue(value: Value) -> Option<Handle<Queue>> {
    if let Value::Queue(queue) = value { Some(queue) } else { None }
}

fn stack(value: Value) -> Option<Handle<List>> {
    if let Value::Stack(stack) = value { Some(stack) } else { None }
}

fn is_queue(value: Value) -> bool {
    queue(value).is_some()
}

fn is_stack(value: Value) -> bool {
    stack(value).is_some()
}

/// The number of items, 0 for other kinds.
fn count(context: &Context<'_>, value: Value, is_kind: fn(Value) -> bool) -> usize {
    if is_kind(value) { context.heap.length(value).unwrap_or(0) } else { 0 }
}

fn to_array(context: &mut Context<'_>, value: Value, is_kind: fn(Value) -> bool) -> Result<Value, Raise> {
    elements(context, if is_kind(value) { value } else { Value::Null })
}

/// An item that stays where it is.
fn peeked(context: &mut Context<'_>, item: Option<Value>) -> Value {
    let item = item.unwrap_or(Value::Null);
    context.heap.share(item);
    item
}

/// The elements of the array that a constructor of `kind` is given; they get a second owner.
fn initial(context: &mut Context<'_>, kind: &str, arguments: &[Value]) -> Result<Vec<Value>, Raise> {
    let Some(&argument) = arguments.first() else { return Ok(Vec::new()) };
    let Value::List(list) = argument else {
        return Err(wrong(kind, " constructor requires an array argument"));
    };
    context.reserve_list(context.heap.items(list).len())?;
    let items = context.heap.items(list).to_vec();
    for &item in &items {
        context.heap.share(item);
    }
    Ok(items)
}

fn new_queue(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let items = initial(context, "Queue", arguments)?;
    Ok(context.heap.queue(items.into()))
}

fn new_stack(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let items = initial(context, "Stack", arguments)?;
    Ok(context.heap.stack(items))
}

/// The receiver, after it has been replaced by an empty queue if it is no queue.
fn receiver_queue(context: &mut Context<'_>, receiver: &mut Value) -> Handle<Queue> {
    loop {
        match *receiver {
            Value::Queue(queue) => return queue,
            _ => *receiver = context.heap.queue(VecDeque::new()),
        }
    }
}

/// The receiver, after it has been replaced by an empty stack if it is no stack.
fn receiver_stack(context: &mut Context<'_>, receiver: &mut Value) -> Handle<List> {
    loop {
        match *receiver {
            Value::Stack(stack) => return stack,
            _ => *receiver = context.heap.stack(Vec::new()),
        }
    }
}

fn enqueue(context: &mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise> {
    if let Some(queue) = queue(*receiver) {
        let items = &context.heap.queues.get(queue).items;
        if items.len() == items.capacity() {
            let grown = items.len().max(4).saturating_mul(2 * size_of::<Value>());
            context.reserve(grown)?;
        }
    }
    let queue = receiver_queue(context, receiver);
    context.heap.queue_push(queue, rest[0]);
    Ok(Updated::Receiver)
}

fn dequeue(context: &mut Context<'_>, receiver: &mut Value, _: &[Value]) -> Result<Updated, Raise> {
    let queue = receiver_queue(context, receiver);
    Ok(taken(context.heap.queues.get_mut(queue).items.pop_front()))
}

fn push(context: &mut Context<'_>, receiver: &mut Value, rest: &[Value]) -> Result<Updated, Raise> {
    if let Some(stack) = stack(*receiver) {
        make_room(context, stack)?;
    }
    let stack = receiver_stack(context, receiver);
    context.heap.list_push(stack, rest[0]);
    Ok(Updated::Receiver)
}

fn pop(context: &mut Context<'_>, receiver: &mut Value, _: &[Value]) -> Result<Updated, Raise> {
    let stack = receiver_stack(context, receiver);
    Ok(taken(context.heap.lists.get_mut(stack).items.pop()))
}

fn taken(item: Option<Value>) -> Updated {
    item.map_or(Updated::NoElement { stand_in: Value::Null }, Updated::Element)
}
