//! What scalars and tags mean: the core schema of YAML 1.2.

use crate::heap::Heap;
use crate::value::Value;
use saphyr_parser::Tag;

/// The tags that are understood.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Core {
    Null,
    Bool,
    Int,
    Float,
    Str,
    Seq,
    Map,
    /// `!`: a string, or whatever the container is.
    Plain,
}

const PREFIX: &str = "tag:yaml.org,2002:";

/// # Errors
/// Why the tag is refused.
pub(super) fn core_tag(tag: &Tag) -> Result<Core, String> {
    let name = [&*tag.handle, &*tag.suffix].concat();
    Ok(match name.strip_prefix(PREFIX) {
        Some("null") => Core::Null,
        Some("bool") => Core::Bool,
        Some("int") => Core::Int,
        Some("float") => Core::Float,
        Some("str") => Core::Str,
        Some("seq") => Core::Seq,
        Some("map") => Core::Map,
        None if name == "!" => Core::Plain,
        Some(suffix) => return Err(format!("unknown tag !!{suffix}")),
        None => return Err(format!("unknown tag {name}")),
    })
}

/// The value of a scalar. `core` is its tag; without one, a plain scalar is what it looks like and a quoted one is a
/// string.
///
/// # Errors
/// Why the scalar is refused.
pub(super) fn scalar(heap: &mut Heap, text: &str, core: Option<Core>, is_plain: bool) -> Result<Value, String> {
    let found = match core {
        Some(Core::Null) => is_null(text).then_some(Value::Null),
        Some(Core::Bool) => bool_of(text).map(Value::Bool),
        Some(Core::Int) => int_of(text)?.filter(|value| matches!(value, Value::Int(_))),
        Some(Core::Float) => float_of(text)?.map(Value::Float),
        Some(Core::Seq | Core::Map) => None,
        Some(Core::Str | Core::Plain) => Some(heap.text(text)),
        None if !is_plain => Some(heap.text(text)),
        None if is_null(text) => Some(Value::Null),
        None => Some(match bool_of(text).map(Value::Bool) {
            Some(value) => value,
            None => match int_of(text)? {
                Some(value) => value,
                None => match float_of(text)? {
                    Some(float) => Value::Float(float),
                    None => heap.text(text),
                },
            },
        }),
    };
    found.ok_or_else(|| "the scalar does not fit its tag".to_string())
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn bool_of(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// An int; a decimal one that does not fit in 64 bits is a float, as in JSON.
fn int_of(text: &str) -> Result<Option<Value>, String> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        let Some(digits) = text.strip_prefix(prefix) else { continue };
        if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
            return Ok(None);
        }
        let int = i64::from_str_radix(digits, radix);
        return int.map(|int| Some(Value::Int(int))).map_err(|_| "the integer does not fit in 64 bits".to_string());
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    match text.parse() {
        Ok(int) => Ok(Some(Value::Int(int))),
        Err(_) => Ok(float_of(text)?.map(Value::Float)),
    }
}

fn float_of(text: &str) -> Result<Option<f64>, String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Ok(Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY })),
        ".nan" | ".NaN" | ".NAN" if digits.len() == text.len() => return Ok(Some(f64::NAN)),
        _ => {}
    }
    // What remains of the schema is what the standard library reads, without its words.
    if !digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
        return Ok(None);
    }
    match text.parse::<f64>() {
        // Digits that become infinite would not mean what is written.
        Ok(float) if float.is_infinite() => Err("the number is too large; text needs quotes".to_string()),
        Ok(float) => Ok(Some(float)),
        Err(_) => Ok(None),
    }
}
