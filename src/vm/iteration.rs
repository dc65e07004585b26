//! What loops go over, and what a spread takes over.

use super::Vm;
use crate::heap::Share;
use crate::runtime::Raise;
use crate::value::Value;

impl Vm {
    /// What a loop iterates over: an int for numbers, the value itself for the rest.
    pub(super) fn iterate(&mut self, source: Value, borrowed: bool) -> Result<Value, Raise> {
        match source {
            Value::Int(_) | Value::Generator(_) => Ok(source),
            Value::Float(float) => Ok(Value::Int(float as i64)),
            Value::List(_)
            | Value::Dict(_)
            | Value::Text(_)
            | Value::Bytes(_)
            | Value::Set(_)
            | Value::Queue(_)
            | Value::Stack(_) => {
                if let (Some(share), true) = (self.heap.share_of(source), borrowed) {
                    Share::borrow(share);
                }
                Ok(source)
            }
            other => Err(Raise::type_error(format!("Cannot iterate over {}", self.heap.type_word(other)))),
        }
    }

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
