//! JSON (language.md 13.9).

use super::arguments::wrong;
use super::ordering::sorted_entries;
use super::table::{Arity, Builtin};
use super::text_form::{append_int, append_quoted, key_str};
use super::{Context, LARGEST_ALLOCATION, LONGEST_DOCUMENT};
use crate::heap::{Dict, Heap, Key};
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;
use compact_str::CompactString;
use rustc_hash::FxHashMap;
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

/// Containers in containers, in both directions.
const DEEPEST: usize = 64;

#[cold]
fn failed(message: String) -> Raise {
    Raise::new(ErrorKind::Format, message)
}

fn parse_json(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Text(text) = arguments[0] else {
        return Err(wrong("parse_json", " requires a string argument"));
    };
    let length = context.heap.str(text).len();
    if length > LONGEST_DOCUMENT {
        return Err(failed(format!(
            "JSON parse error: input longer than {LONGEST_DOCUMENT} bytes at line 1 column {LONGEST_DOCUMENT}"
        )));
    }
    context.work(length.saturating_mul(2));
    // A copy, as the heap grows while the text is read.
    context.reserve(length)?;
    let source = CompactString::new(context.heap.str(text));
    let mut keys = FxHashMap::default();
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
    /// The keys so far: tables often repeat them.
    keys: &'a mut FxHashMap<CompactString, Key>,
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
    keys: &'a mut FxHashMap<CompactString, Key>,
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
        if let Some(&key) = self.keys.get(content) {
            return Ok(key);
        }
        let text = self.heap.text(content);
        let key = self.heap.key(text).unwrap_or(Key::Removed);
        self.keys.insert(CompactString::new(content), key);
        Ok(key)
    }
}

fn to_json(context: &mut Context<'_>, value: Value, pretty: bool) -> Result<Value, Raise> {
    let room = context.heap.limit.saturating_sub(context.heap.used_bytes()).min(LARGEST_ALLOCATION);
    let mut writer = Writer { heap: context.heap, out: String::new(), room, pretty };
    match writer.value(value, 0) {
        Ok(()) => {
            let out = writer.out;
            context.work(out.len());
            Ok(context.heap.string(out))
        }
        Err(Refusal::TooLong) => {
            let length = writer.out.len();
            Err(context.breach(length))
        }
        Err(Refusal::Message(message)) => Err(failed(message)),
    }
}

/// Why a value is not written.
enum Refusal {
    TooLong,
    Message(String),
}

/// Recursion is bounded by [`DEEPEST`].
struct Writer<'a> {
    heap: &'a Heap,
    out: String,
    room: usize,
    pretty: bool,
}

impl Writer<'_> {
    fn value(&mut self, value: Value, depth: usize) -> Result<(), Refusal> {
        match value {
            Value::Null | Value::Unset => self.out.push_str("null"),
            Value::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            Value::Int(int) => append_int(int, &mut self.out),
            Value::Float(float) if float.is_finite() => {
                let mut buffer = zmij::Buffer::new();
                let digits = buffer.format_finite(float);
                match digits.split_once("e+") {
                    Some((digits, exponent)) => self.out.extend([digits, "e", exponent]),
                    None => self.out.push_str(digits),
                }
            }
            Value::Float(float) => {
                return Err(Refusal::Message(format!("Cannot convert non-finite float {float} to JSON")));
            }
            Value::Text(text) => {
                let content = self.heap.str(text);
                if self.out.len() + content.len() > self.room {
                    return Err(Refusal::TooLong);
                }
                append_quoted(content, &mut self.out);
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
                    append_quoted(key_str(self.heap, entry.key, &mut digits), &mut self.out);
                    self.out.push_str(if self.pretty { ": " } else { ":" });
                    self.value(entry.value, depth + 1)?;
                }
                self.close('}', entries.len(), depth);
            }
            other => {
                return Err(Refusal::Message(format!("Cannot convert {} to JSON", self.heap.type_word(other))));
            }
        }
        if self.out.len() > self.room { Err(Refusal::TooLong) } else { Ok(()) }
    }

    fn open(&mut self, bracket: char, depth: usize) -> Result<(), Refusal> {
        if depth >= DEEPEST {
            return Err(Refusal::Message(format!("JSON value exceeds maximum nesting depth of {DEEPEST}")));
        }
        self.out.push(bracket);
        Ok(())
    }

    fn separate(&mut self, position: usize, depth: usize) {
        if position > 0 {
            self.out.push(',');
        }
        self.new_line(depth);
    }

    fn close(&mut self, bracket: char, count: usize, depth: usize) {
        if count > 0 {
            self.new_line(depth);
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self, depth: usize) {
        if self.pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", depth));
        }
    }
}
