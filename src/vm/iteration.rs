//! What loops go over, and what a spread takes over.
//!
//! A *pulled* source ([`is_pulled`]) gives its items one at a time: a generator runs for each, a struct has its `next`
//! called, and everything else is asked through the scheduler ([`Exit::NextItem`]), which also is told when a loop leaves
//! it ([`Exit::LeaveSource`]). A further kind of such a source is one more kind in [`is_pulled`] and
//! [`Vm::may_await`], and one more arm in each of the two functions of `schedule/sources.rs`.

use super::calls::Call;
use super::fiber::{Fiber, Frame, OnReturn};
use super::{Exit, Flow, Vm};
use crate::builtins::not_iterable;
use crate::bytecode::op;
use crate::heap::{Record, Share, VariantTag};
use crate::runtime::Raise;
use crate::value::{Handle, Value};

/// Whether the items come one at a time, from code or from other tasks.
pub(super) fn is_pulled(source: Value) -> bool {
    matches!(source, Value::Generator(_) | Value::Channel(_) | Value::Record(_) | Value::Stream(_))
}

impl Vm {
    /// What a loop iterates over: an int for numbers, the value itself for the rest. `awaits`: the loop is a `for await`.
    pub(super) fn iterate(&mut self, source: Value, borrowed: bool, awaits: bool) -> Result<Value, Raise> {
        let accepted = if awaits { self.may_await(source) } else { self.may_loop(source) };
        if !accepted {
            return Err(not_iterable(&self.heap, source));
        }
        match source {
            Value::Float(float) => return Ok(Value::Int(float as i64)),
            // The loop has a copy of its own, as its `next` may change it.
            Value::Record(_) => self.heap.share(source),
            _ => {
                if let (Some(share), true) = (self.heap.share_of(source), borrowed) {
                    Share::borrow(share);
                }
            }
        }
        Ok(source)
    }

    /// What a plain `for` goes over.
    fn may_loop(&self, source: Value) -> bool {
        match source {
            Value::Generator(generator) => !self.heap.generators.get(generator).asynchronous,
            Value::Int(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Dict(_)
            | Value::Text(_)
            | Value::Bytes(_)
            | Value::Set(_)
            | Value::Queue(_)
            | Value::Stack(_) => true,
            _ => false,
        }
    }

    /// What `for await` goes over.
    fn may_await(&mut self, source: Value) -> bool {
        match source {
            Value::List(_) | Value::Generator(_) | Value::Channel(_) | Value::Stream(_) => true,
            Value::Record(record) => self.next_function(record).is_some(),
            _ => false,
        }
    }

    /// Gets the next item of a pulled source for the loop instruction that the frame on top stands behind.
    pub(super) fn pull_source(&mut self, fiber: &mut Fiber, source: Value) -> Result<Flow, Raise> {
        match source {
            Value::Generator(generator) => {
                let call = Call { first: 0, arguments: 0, result: 0, on_return: OnReturn::Iterate };
                self.pull(fiber, generator, call)
            }
            Value::Record(record) => self.call_next(fiber, record),
            _ => {
                fiber.awaiting = Some((OnReturn::Iterate, 0));
                Ok(Flow::Exit(Exit::NextItem(source)))
            }
        }
    }

    /// The loop instruction that the frame on top stands behind goes on with an item, or ends.
    pub(super) fn next_round(&mut self, fiber: &mut Fiber, item: Option<Value>) {
        let Some(frame) = fiber.frames.last_mut() else { return };
        let code = &self.functions[frame.function as usize].code;
        let at = frame.ip as usize - 2;
        let (word, extension) = (code[at], code[at + 1]);
        let registers = &mut fiber.stack[frame.base as usize..];
        let (state, target) = ((word >> 8 & 0xff) as usize, (word >> 16 & 0xff) as usize);
        let Some(item) = item else {
            self.work += (word >> 24) as u64;
            return;
        };
        if word as u8 == op::FOR_NEXT_PAIR {
            let count = if let Value::Int(count) = registers[state + 2] { count } else { 0 };
            registers[state + 2] = Value::Int(count + 1);
            registers[target] = Value::Int(count);
            registers[target + 1] = item;
        } else {
            registers[target] = item;
        }
        self.work += (extension & 0xff) as u64;
        frame.ip = (frame.ip as i64 + (extension as i32 >> 8) as i64) as u32;
    }

    /// A `for await` has ended or was left. The end of the source, if it has to be waited for, goes to `result`.
    pub(super) fn leave_source(&mut self, fiber: &mut Fiber, source: Value, result: u8) -> Result<Flow, Raise> {
        match source {
            Value::Generator(generator) => self.end_for_loop(fiber, generator, result),
            Value::Record(_) => Ok(Flow::Value(Value::Null)),
            _ if is_pulled(source) => {
                fiber.awaiting = Some((OnReturn::Store, result));
                Ok(Flow::Exit(Exit::LeaveSource(source)))
            }
            _ => Ok(Flow::Value(Value::Null)),
        }
    }

    // Structs with a `next`.

    /// What `record.next()` calls, and whether it is a method (language.md 7.4).
    fn next_function(&mut self, record: Handle<Record>) -> Option<(Value, bool)> {
        let name = self.heap.name("next");
        if let Some(&method) = self.heap.record_type(record).methods.get(&name) {
            return Some((Value::Function(method), true));
        }
        self.heap.field(record, name).filter(|field| field.is_callable()).map(|field| (field, false))
    }

    fn call_next(&mut self, fiber: &mut Fiber, record: Handle<Record>) -> Result<Flow, Raise> {
        let Some((function, is_method)) = self.next_function(record) else {
            return Err(not_iterable(&self.heap, Value::Record(record)));
        };
        let first = self.above(fiber);
        fiber.reserve(first as usize);
        fiber.stack[first as usize] = Value::Record(record);
        let call = Call { first, arguments: u8::from(is_method), result: 0, on_return: OnReturn::Offer };
        match function {
            // The receiver is the loop's own, and what the method makes of it is kept.
            Value::Function(method) if is_method && !self.functions[method as usize].asynchronous => {
                self.enter(fiber, method, None, call, 0)?;
                Ok(Flow::Entered)
            }
            function => self.call_value(fiber, function, call),
        }
    }

    /// The `next` in `frame`, which is popped already, has ended: what it has made of its receiver is the loop's.
    pub(super) fn keep_receiver(&mut self, fiber: &mut Fiber, frame: &Frame) {
        let Some(caller) = fiber.frames.last().filter(|_| self.functions[frame.function as usize].method) else {
            return;
        };
        let word = self.functions[caller.function as usize].code[caller.ip as usize - 2];
        let state = caller.base as usize + (word >> 8 & 0xff) as usize;
        fiber.stack[state] = fiber.stack[frame.base as usize];
    }

    /// What a struct's `next` gave to a loop: an Option, or a promise of one.
    pub(super) fn offered(&mut self, fiber: &mut Fiber, value: Value) -> Result<Flow, Raise> {
        let item = match value {
            Value::Promise(_) => {
                fiber.awaiting = Some((OnReturn::Offer, 0));
                return Ok(Flow::Exit(Exit::Await(value)));
            }
            Value::Variant(variant) if self.heap.variants.get(variant).tag == VariantTag::SOME => {
                Some(self.heap.variants.get(variant).payload)
            }
            Value::None => None,
            other => {
                let word = self.heap.type_word(other);
                return Err(Raise::type_error(format!("next() must give Some(value) or None, got {word}")));
            }
        };
        self.next_round(fiber, item);
        Ok(Flow::Entered)
    }

    // Everything else.

    /// Key (or null), item, and the cursor behind it.
    pub(super) fn next_item(&mut self, source: Value, cursor: usize) -> Option<(Value, Value, usize)> {
        match source {
            Value::Int(end) => {
                if (cursor as i64) < end {
                    Some((Value::Null, Value::Int(cursor as i64), cursor + 1))
                } else {
                    None
                }
            }
            Value::List(list) => Some((Value::Null, *self.heap.items(list).get(cursor)?, cursor + 1)),
            Value::Dict(dict) => {
                let (entry, after) = self.heap.dicts.get(dict).next_entry(cursor)?;
                let key = self.heap.key_text(entry.key);
                Some((key, entry.value, after))
            }
            Value::Text(text) => {
                // The cursor counts bytes, so that a round is cheap in any text.
                let character = self.heap.str(text).get(cursor..)?.chars().next()?;
                let value = self.heap.text_of_char(character);
                Some((Value::Null, value, cursor + character.len_utf8()))
            }
            Value::Bytes(bytes) => {
                let byte = *self.heap.bytes.get(bytes).data.get(cursor)?;
                Some((Value::Null, Value::Int(byte as i64), cursor + 1))
            }
            Value::Set(_) | Value::Queue(_) | Value::Stack(_) => {
                let (item, after) = self.heap.next_element(source, cursor)?;
                Some((Value::Null, item, after))
            }
            _ => None,
        }
    }

    pub(super) fn spread_list(&mut self, list: Value, source: Value) -> Result<(), Raise> {
        let (Value::List(list), Value::List(source)) = (list, source) else {
            return Err(Raise::type_error("Can only spread arrays"));
        };
        self.work += self.heap.items(source).len() as u64 / 8;
        for position in 0..self.heap.items(source).len() {
            let item = self.heap.items(source)[position];
            self.heap.share(item);
            self.heap.list_push(list, item);
        }
        Ok(())
    }

    pub(super) fn spread_dict(&mut self, dict: Value, source: Value) -> Result<(), Raise> {
        let (Value::Dict(dict), Value::Dict(source)) = (dict, source) else {
            return Err(Raise::type_error("Can only spread dicts"));
        };
        self.work += self.heap.dicts.get(source).len() as u64 / 4;
        let mut cursor = 0;
        while let Some((entry, after)) = self.heap.dicts.get(source).next_entry(cursor) {
            self.heap.share(entry.value);
            self.heap.dict_set(dict, entry.key, entry.value);
            cursor = after;
        }
        Ok(())
    }
}

/// The bounds of `range(…)` as a loop (language.md 13.4).
pub(super) fn range_numbers(arguments: &[Value]) -> Result<(i64, i64, i64), Raise> {
    let number = |value: Value| match value {
        Value::Int(int) => Ok(int),
        Value::Float(float) => Ok(float as i64),
        _ => Err(Raise::argument("range() requires numeric arguments")),
    };
    let (start, end, step) = match *arguments {
        [end] => (0, number(end)?, 1),
        [start, end] => (number(start)?, number(end)?, 1),
        [start, end, step, ..] => (number(start)?, number(end)?, number(step)?),
        [] => (0, 0, 1),
    };
    if step == 0 {
        return Err(Raise::argument("range() step cannot be zero"));
    }
    Ok((start, end, step))
}
