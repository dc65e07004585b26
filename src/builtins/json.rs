//! JSON (language.md 13.9).

use super::Context;
use super::documents::{DEEPEST, Keys, Output, Refusal, append_finite, failed, source, written};
use super::ordering::sorted_entries;
use super::table::{Arity, Builtin};
use super::text_form::{append_int, append_quoted, key_str};
use crate::heap::{Dict, Heap, Key};
use crate::runtime::Raise;
use crate::value::Value;
use compact_str::CompactString;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

pub(super) const ROWS: &[Builtin] = &[
    Builtin::native("parse_json", Arity::plural(1, 1), parse_json)
        .doc("parse_json(s: string) -> value", "The value that a JSON text means")
        .example("parse_json(\"[1, 2.5, null]\")", "[1, 2.5, null]"),
    Builtin::native("to_json", Arity::text(1, 1, "to_json requires a value argument"), |context, arguments| {
        to_json(context, arguments[0], false)
    })
    .doc(
        "to_json(v: null or bool or num or string or array or dict) -> string",
        "The value as compact JSON with sorted keys",
    )
    .example("to_json([1, 2.0, null])", "[1,2.0,null]"),
    Builtin::native(
        "to_json_pretty",
        Arity::text(1, 1, "to_json_pretty requires a value argument"),
        |context, arguments| to_json(context, arguments[0], true),
    )
    .doc(
        "to_json_pretty(v: null or bool or num or string or array or dict) -> string",
        "The value as JSON on many lines, with sorted keys",
    )
    .example("to_json_pretty([])", "[]"),
];

fn parse_json(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let source = source(context, arguments[0], "parse_json", "JSON")?;
    context.work(source.len().saturating_mul(2));
    let mut keys = Keys::default();
    let mut breached = false;
    let mut reader = serde_json::Deserializer::from_str(&source);
    let seed = Reader { heap: context.heap, keys: &mut keys, breached: &mut breached, depth: 0 };
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match value {
        Ok(value) => Ok(value),
        Err(_) if breached => Err(context.breach(0)),
        Err(error) => Err(failed(format!("JSON parse error: {error}"))),
    }
}

/// Builds values in the heap as the text is read.
struct Reader<'a> {
    heap: &'a mut Heap,
    keys: &'a mut Keys,
    /// Reading ended because of the heap limit.
    breached: &'a mut bool,
    depth: usize,
}

impl Reader<'_> {
    fn inner(&mut self) -> Reader<'_> {
        Reader { heap: self.heap, keys: self.keys, breached: self.breached, depth: self.depth + 1 }
    }

    /// Checks what a new container or element needs.
    fn check<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        if self.depth >= DEEPEST {
            return Err(E::custom(format_args!("nesting deeper than {DEEPEST}")));
        }
        if self.heap.exceeds_limit(bytes) {
            *self.breached = true;
            return Err(E::custom("too large"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(self.heap.text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        self.check(0)?;
        while let Some(item) = elements.next_element_seed(self.inner())? {
            items.push(item);
            if items.len() == items.capacity() {
                self.check(2 * items.len() * size_of::<Value>())?;
            }
        }
        Ok(self.heap.list(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        self.check(0)?;
        let value = self.heap.dict(Dict::default());
        let Value::Dict(dict) = value else { return Ok(value) };
        while let Some(key) = entries.next_key_seed(KeyReader { heap: self.heap, keys: self.keys })? {
            let value = entries.next_value_seed(self.inner())?;
            self.heap.dict_set(dict, key, value);
            self.check(0)?;
        }
        Ok(value)
    }
}

struct KeyReader<'a> {
    heap: &'a mut Heap,
    keys: &'a mut Keys,
}

impl<'de> DeserializeSeed<'de> for KeyReader<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyReader<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, content: &str) -> Result<Key, E> {
        Ok(self.keys.key(self.heap, content))
    }
}

fn to_json(context: &mut Context<'_>, value: Value, pretty: bool) -> Result<Value, Raise> {
    written(context, |heap, output| Writer { heap, output, pretty }.value(value, 0))
}

/// Recursion is bounded by [`DEEPEST`].
struct Writer<'a> {
    heap: &'a Heap,
    output: &'a mut Output,
    pretty: bool,
}

impl Writer<'_> {
    fn value(&mut self, value: Value, depth: usize) -> Result<(), Refusal> {
        match value {
            Value::Null | Value::Unset => self.output.text.push_str("null"),
            Value::Bool(value) => self.output.text.push_str(if value { "true" } else { "false" }),
            Value::Int(int) => append_int(int, &mut self.output.text),
            Value::Float(float) if float.is_finite() => append_finite(float, &mut self.output.text),
            Value::Float(float) => {
                return Err(Refusal::Message(format!("Cannot convert non-finite float {float} to JSON")));
            }
            Value::Text(text) => {
                let content = self.heap.str(text);
                self.output.reserve(content.len())?;
                append_quoted(content, &mut self.output.text);
            }
            Value::List(list) => {
                self.open('[', depth)?;
                let items = self.heap.items(list);
                for (at, &item) in items.iter().enumerate() {
                    self.separate(at, depth + 1);
                    self.value(item, depth + 1)?;
                }
                self.close(']', items.len(), depth);
            }
            Value::Dict(dict) => {
                self.open('{', depth)?;
                let entries = sorted_entries(self.heap, dict);
                let mut digits = CompactString::default();
                for (at, entry) in entries.iter().enumerate() {
                    self.separate(at, depth + 1);
                    append_quoted(key_str(self.heap, entry.key, &mut digits), &mut self.output.text);
                    self.output.text.push_str(if self.pretty { ": " } else { ":" });
                    self.value(entry.value, depth + 1)?;
                }
                self.close('}', entries.len(), depth);
            }
            other => {
                return Err(Refusal::Message(format!("Cannot convert {} to JSON", self.heap.type_word(other))));
            }
        }
        self.output.reserve(0)
    }

    fn open(&mut self, bracket: char, depth: usize) -> Result<(), Refusal> {
        if depth >= DEEPEST {
            return Err(Refusal::Message(format!("JSON value exceeds maximum nesting depth of {DEEPEST}")));
        }
        self.output.text.push(bracket);
        Ok(())
    }

    fn separate(&mut self, position: usize, depth: usize) {
        if position > 0 {
            self.output.text.push(',');
        }
        self.new_line(depth);
    }

    fn close(&mut self, bracket: char, count: usize, depth: usize) {
        if count > 0 {
            self.new_line(depth);
        }
        self.output.text.push(bracket);
    }

    fn new_line(&mut self, depth: usize) {
        if self.pretty {
            self.output.text.push('\n');
            self.output.text.extend(std::iter::repeat_n("  ", depth));
        }
    }
}
