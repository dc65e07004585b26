//! How values are written: the text form, the literal form (language.md 3.3) and the form of `debug`.
//!
//! Nothing here recurses, as values may nest to any depth, and everything has a bound, as a small value may have a
//! text of any size (`a := [a, a]`, repeated).

use super::ordering::{sorted_entries, sorted_fields};
use super::{Context, LARGEST_ALLOCATION};
use crate::heap::{Entry, ErrorField, Heap, Key, Name, PromiseState, Record, VariantTag};
use crate::runtime::Raise;
use crate::value::{Handle, Value};
use compact_str::{CompactString, ToCompactString};
use std::fmt::Write;

/// The three ways to write a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// What `print` shows.
    Text,
    /// What messages show: strings are quoted and escaped.
    Literal,
    /// What `debug` shows: with kinds.
    Debug,
}

/// The text would be longer than allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLong;

/// The most bytes of one value that a message shows.
const LONGEST_SHOWN: usize = 1 << 20;

/// Appends the text form of `value` to `out`, which counts towards the limit as a whole.
///
/// # Errors
/// The breach of the heap limit.
#[inline]
pub fn append(context: &mut Context<'_>, value: Value, out: &mut String) -> Result<(), Raise> {
    match value {
        Value::Text(text) => {
            let length = context.heap.str(text).len();
            context.work(length);
            context.reserve(out.len().saturating_add(length))?;
            out.push_str(context.heap.str(text));
            Ok(())
        }
        Value::Int(int) => {
            append_int(int, out);
            Ok(())
        }
        _ => append_any(context, value, Form::Text, out),
    }
}

/// Appends `value` in any form to `out`.
///
/// # Errors
/// The breach of the heap limit.
pub fn append_any(context: &mut Context<'_>, value: Value, form: Form, out: &mut String) -> Result<(), Raise> {
    let before = out.len();
    let limit = context.heap.limit.saturating_sub(context.heap.used_bytes()).min(LARGEST_ALLOCATION);
    match write(context.heap, value, form, out, limit.saturating_sub(before)) {
        Ok(()) => {
            context.work(out.len() - before);
            Ok(())
        }
        Err(TooLong) => Err(context.breach(out.len())),
    }
}

/// The text form of `value` as a string value: `to_string(value)`.
///
/// # Errors
/// The breach of the heap limit.
pub fn text(context: &mut Context<'_>, value: Value) -> Result<Value, Raise> {
    match value {
        Value::Text(_) => {
            context.heap.share(value);
            Ok(value)
        }
        Value::Int(int @ 0..=9) => Ok(context.heap.text_of_char((b'0' + int as u8) as char)),
        Value::Int(int) => Ok(Value::Text(context.heap.own_string(int.to_compact_string()))),
        Value::Bool(true) => Ok(context.heap.text("true")),
        Value::Bool(false) => Ok(context.heap.text("false")),
        _ => {
            let mut out = String::new();
            append_any(context, value, Form::Text, &mut out)?;
            Ok(context.heap.string(out))
        }
    }
}

/// The literal form, for messages; cut off, with `…`, after a megabyte.
pub fn literal(heap: &Heap, value: Value) -> String {
    let mut out = String::new();
    if write(heap, value, Form::Literal, &mut out, LONGEST_SHOWN).is_err() {
        let mut end = LONGEST_SHOWN.min(out.len());
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
        out.push('…');
    }
    out
}

/// The line that `debug(values…)` prints, without the line break.
///
/// # Errors
/// The breach of the heap limit.
pub fn debug_line(context: &mut Context<'_>, values: &[Value]) -> Result<String, Raise> {
    let mut out = String::from("[DEBUG]");
    for &value in values {
        out.push(' ');
        append_any(context, value, Form::Debug, &mut out)?;
    }
    Ok(out)
}

/// Decimal.
#[inline]
pub fn append_int(int: i64, out: &mut String) {
    out.push_str(&int.to_compact_string());
}

/// The shortest decimal that reads back equal, never with an exponent, without a trailing `.0`.
pub fn append_float(float: f64, out: &mut String) {
    // Writing to a string cannot fail, and the standard form is exactly this one.
    let _ = write!(out, "{float}");
}

/// Appends `content` in double quotes, escaped as in JSON.
pub fn append_quoted(content: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, &byte) in content.as_bytes().iter().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0C => "\\f",
            0x00..=0x1F => "",
            _ => continue,
        };
        out.push_str(&content[plain..at]);
        plain = at + 1;
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&content[plain..]);
    out.push('"');
}

/// The decimal text or the content of a dict key.
pub fn key_str<'a>(heap: &'a Heap, key: Key, digits: &'a mut CompactString) -> &'a str {
    match key {
        Key::Text(text) => heap.str(text),
        Key::Int(int) => {
            *digits = int.to_compact_string();
            digits
        }
        Key::Removed => "",
    }
}

/// A container that is being written.
enum Frame {
    /// An array, set, queue or stack.
    Elements {
        container: Value,
        cursor: usize,
        end: char,
    },
    Entries {
        entries: std::vec::IntoIter<Entry>,
        first: bool,
    },
    Fields {
        fields: std::vec::IntoIter<(Name, Value)>,
        first: bool,
    },
    /// One value, until it is written, and what follows it.
    Payload {
        payload: Option<Value>,
        end: &'static str,
        is_enum: bool,
    },
}

/// Appends `value` to `out`, at most about `room` bytes.
///
/// # Errors
/// The text is longer; `out` then holds a part of it.
pub fn write(heap: &Heap, value: Value, mut form: Form, out: &mut String, room: usize) -> Result<(), TooLong> {
    let limit = out.len().saturating_add(room);
    let mut frames = Vec::new();
    // The frame of a container that `debug` shows in text form, with all that is in it.
    let mut text_from = usize::MAX;
    let mut current = Some(value);
    let mut digits = CompactString::default();
    loop {
        if let Some(value) = current.take()
            && let Some(frame) = begin(heap, value, form, out, limit)?
        {
            if form == Form::Debug && is_shown_as_text(&frame) {
                text_from = frames.len();
                form = Form::Text;
            }
            frames.push(frame);
        }
        if out.len() > limit {
            return Err(TooLong);
        }
        let Some(frame) = frames.last_mut() else { return Ok(()) };
        match frame {
            Frame::Elements { container, cursor, end } => match heap.next_element(*container, *cursor) {
                Some((element, next)) => {
                    if *cursor > 0 {
                        out.push_str(", ");
                    }
                    *cursor = next;
                    current = Some(element);
                }
                None => out.push(*end),
            },
            Frame::Entries { entries, first } => match entries.next() {
                Some(entry) => {
                    separate(first, out);
                    let key = key_str(heap, entry.key, &mut digits);
                    if out.len() + key.len() > limit {
                        return Err(TooLong);
                    }
                    match form {
                        Form::Text => {
                            out.push('"');
                            out.push_str(key);
                            out.push('"');
                        }
                        Form::Literal => append_quoted(key, out),
                        Form::Debug => out.push_str(key),
                    }
                    out.push_str(": ");
                    current = Some(entry.value);
                }
                None => out.push('}'),
            },
            Frame::Fields { fields, first } => match fields.next() {
                Some((name, value)) => {
                    separate(first, out);
                    out.push_str(heap.names.text(name));
                    out.push_str(": ");
                    current = Some(value);
                }
                None => out.push_str(" }"),
            },
            Frame::Payload { payload, end, .. } => {
                current = payload.take();
                if current.is_none() {
                    out.push_str(end);
                }
            }
        }
        if current.is_none() {
            frames.pop();
            if frames.len() == text_from {
                text_from = usize::MAX;
                form = Form::Debug;
            }
        }
    }
}

/// Whether the form of `debug` knows no other form of this container.
fn is_shown_as_text(frame: &Frame) -> bool {
    matches!(
        frame,
        Frame::Elements { container: Value::Set(_) | Value::Queue(_) | Value::Stack(_), .. }
            | Frame::Elements { end: ')', .. }
            | Frame::Payload { is_enum: true, .. }
    )
}

fn separate(first: &mut bool, out: &mut String) {
    if !*first {
        out.push_str(", ");
    }
    *first = false;
}

/// Writes a plain value, or the beginning of a container.
fn begin(heap: &Heap, value: Value, form: Form, out: &mut String, limit: usize) -> Result<Option<Frame>, TooLong> {
    let debug = form == Form::Debug;
    match value {
        Value::Unset | Value::Null => out.push_str(if debug { "Null" } else { "null" }),
        Value::Bool(value) => {
            let word = if value { "true" } else { "false" };
            wrap(debug, "Bool", out, |out| out.push_str(word));
        }
        Value::Int(int) => wrap(debug, "Int", out, |out| append_int(int, out)),
        Value::Float(float) => wrap(debug, "Float", out, |out| append_float(float, out)),
        Value::Text(text) => {
            let content = heap.str(text);
            if out.len() + content.len() > limit {
                return Err(TooLong);
            }
            match form {
                Form::Text => out.push_str(content),
                Form::Literal | Form::Debug => wrap(debug, "String", out, |out| append_quoted(content, out)),
            }
        }
        Value::List(_) => {
            out.push_str(if debug { "Array[" } else { "[" });
            return Ok(Some(Frame::Elements { container: value, cursor: 0, end: ']' }));
        }
        Value::Set(_) => {
            out.push_str("Set{");
            return Ok(Some(Frame::Elements { container: value, cursor: 0, end: '}' }));
        }
        Value::Queue(_) | Value::Stack(_) => {
            out.push_str(if matches!(value, Value::Queue(_)) { "Queue[" } else { "Stack[" });
            return Ok(Some(Frame::Elements { container: value, cursor: 0, end: ']' }));
        }
        Value::Dict(dict) => {
            out.push_str(if debug { "Dict{" } else { "{" });
            let entries = sorted_entries(heap, dict).into_iter();
            return Ok(Some(Frame::Entries { entries, first: true }));
        }
        Value::Record(record) => {
            let name = heap.names.text(heap.record_type(record).name);
            if debug {
                let _ = write!(out, "Struct({name})");
            } else if heap.is_error(value) {
                return Ok(begin_error(heap, record, out));
            } else {
                let _ = write!(out, "{name} {{ ");
                let fields = sorted_fields(heap, record).into_iter();
                return Ok(Some(Frame::Fields { fields, first: true }));
            }
        }
        Value::Function(function) => append_function(heap, function, debug, out),
        Value::Closure(closure) => append_function(heap, heap.closures.get(closure).function, debug, out),
        Value::Builtin(index) => append_native(super::TABLE[index as usize].name, debug, out),
        Value::HostFunction(number) => {
            append_native(heap.host_function_names.get(number as usize).map_or("", |name| name), debug, out);
        }
        Value::Bytes(bytes) => {
            let _ = write!(out, "<bytes {}>", heap.bytes.get(bytes).data.len());
        }
        Value::None => out.push_str("None"),
        Value::Unit(tag) => append_tag(heap, tag, out),
        Value::Variant(variant) => {
            let variant = heap.variants.get(variant);
            append_tag(heap, variant.tag, out);
            out.push('(');
            let is_enum = variant.tag.type_word() == "enum";
            return Ok(Some(match variant.payload {
                list @ Value::List(_) if heap.tags.has_list(variant.tag) => {
                    Frame::Elements { container: list, cursor: 0, end: ')' }
                }
                payload => Frame::Payload { payload: Some(payload), end: ")", is_enum },
            }));
        }
        Value::Generator(generator) => {
            let function = heap.generators.get(generator).function;
            let name = heap.function_names.get(function as usize).map_or("", |name| name);
            let separator = if name.is_empty() { "" } else { " " };
            let _ = write!(out, "<generator{separator}{name}>");
        }
        Value::Promise(promise) => out.push_str(match heap.promises.get(promise).state {
            PromiseState::Pending => "<promise pending>",
            PromiseState::Resolved(_) => "<promise resolved>",
            PromiseState::Rejected(_) => "<promise rejected>",
            PromiseState::Cancelled => "<promise cancelled>",
        }),
        Value::Channel(_) => out.push_str("<channel>"),
        Value::Stream(_) => out.push_str("<stream>"),
    }
    Ok(None)
}

fn wrap(debug: bool, kind: &str, out: &mut String, write: impl FnOnce(&mut String)) {
    if debug {
        out.push_str(kind);
        out.push('(');
        write(out);
        out.push(')');
    } else {
        write(out);
    }
}

/// `Error: <message>`, where a message that is no string is written as its text form.
fn begin_error(heap: &Heap, record: Handle<Record>, out: &mut String) -> Option<Frame> {
    out.push_str("Error: ");
    match heap.error_field(record, ErrorField::Message) {
        Value::Text(text) => {
            out.push_str(heap.str(text));
            None
        }
        other => Some(Frame::Payload { payload: Some(other), end: "", is_enum: false }),
    }
}

/// `Ok`, `Shape::Circle`
fn append_tag(heap: &Heap, tag: VariantTag, out: &mut String) {
    let info = heap.tags.get(tag);
    if tag.type_word() == "enum" {
        out.push_str(heap.names.text(info.enumeration));
        out.push_str("::");
    }
    out.push_str(heap.names.text(info.variant));
}

fn append_function(heap: &Heap, function: u32, debug: bool, out: &mut String) {
    let name = heap.function_names.get(function as usize).map_or("", |name| name);
    let _ = match (debug, name.is_empty()) {
        (true, true) => write!(out, "Function(<lambda>)"),
        (true, false) => write!(out, "Function({name})"),
        (false, true) => write!(out, "<function>"),
        (false, false) => write!(out, "<function {name}>"),
    };
}

fn append_native(name: &str, debug: bool, out: &mut String) {
    let _ = if debug { write!(out, "NativeFunction({name})") } else { write!(out, "<native function: {name}>") };
}
