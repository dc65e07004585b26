//! Kinds and conversions (language.md 13.2).

use super::Context;
use super::arguments::wrong;
use super::table::{ANY, Arity, Builtin};
use super::text_form::{self, literal};
use crate::heap::{Dict, ErrorField};
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;

const TYPE: Builtin = Builtin::native("type", Arity::plural(1, 1), type_word)
    .doc("type(v) -> string", "The kind of a value in one word")
    .example("type(1.5)", "float");

const TO_STRING: Builtin =
    Builtin::native("to_string", Arity::text(1, 1, "to_string() requires one argument"), to_string)
        .doc("to_string(v) -> string", "The text that print shows")
        .example("to_string([1, \"a\"])", "[1, a]");

const ERROR: Builtin = Builtin::native("Error", Arity::plural(1, 2), new_error)
    .owned(0b11)
    .doc("Error(message, [cause]) -> error", "Makes an error without raising it")
    .example("Error(\"gone\")", "Error: gone");

const fn test(name: &'static str, run: super::Native) -> Builtin {
    Builtin::native(name, Arity::brief(1), run)
}

pub(super) const ROWS: &[Builtin] = &[
    TYPE,
    TYPE.alias("type_of"),
    TO_STRING,
    TO_STRING.alias("str"),
    Builtin::native("to_int", Arity::text(1, 1, "to_int() requires one argument"), to_int)
        .doc(
            "to_int(v: num or bool or string) -> int",
            "A number without its fraction, a bool as 0 or 1, a string read as an int",
        )
        .example("to_int(\" 42 \")", "42"),
    Builtin::native("to_float", Arity::text(1, 1, "to_float() requires one argument"), to_float)
        .doc("to_float(v: num or bool or string) -> float", "A number, bool or string as a float")
        .example("to_float(\"2.5\")", "2.5"),
    Builtin::native("to_bool", Arity::text(1, 1, "to_bool() requires one argument"), to_bool)
        .doc("to_bool(v) -> bool", "False for 0, null, empty containers and the strings \"\", \"0\", \"false\"")
        .example("to_bool(\"FALSE\")", "false"),
    Builtin::native("parse_int", Arity::plural(1, 1), parse_int)
        .doc("parse_int(s: string) -> int", "The int that a string means")
        .example("parse_int(\"-7\")", "-7"),
    Builtin::native("parse_float", Arity::plural(1, 1), parse_float)
        .doc("parse_float(s: string) -> float", "The float that a string means")
        .example("parse_float(\"1e3\")", "1000"),
    Builtin::native("is_truthy", Arity::plural(1, 1), |context, arguments| {
        Ok(Value::Bool(context.heap.truthy(arguments[0])))
    })
    .doc("is_truthy(v) -> bool", "Whether if would take the value as true")
    .example("is_truthy([])", "false"),
    test("is_int", |_, arguments| Ok(Value::Bool(matches!(arguments[0], Value::Int(_)))))
        .doc("is_int(v) -> bool", "Whether the value is an int")
        .example("is_int(1)", "true"),
    test("is_float", |_, arguments| Ok(Value::Bool(matches!(arguments[0], Value::Float(_)))))
        .doc("is_float(v) -> bool", "Whether the value is a float")
        .example("is_float(1)", "false"),
    test("is_string", |_, arguments| Ok(Value::Bool(matches!(arguments[0], Value::Text(_)))))
        .doc("is_string(v) -> bool", "Whether the value is a string")
        .example("is_string(\"a\")", "true"),
    test("is_bool", |_, arguments| Ok(Value::Bool(matches!(arguments[0], Value::Bool(_)))))
        .doc("is_bool(v) -> bool", "Whether the value is true or false")
        .example("is_bool(0)", "false"),
    test("is_array", |_, arguments| Ok(Value::Bool(matches!(arguments[0], Value::List(_)))))
        .doc("is_array(v) -> bool", "Whether the value is an array")
        .example("is_array([])", "true"),
    test("is_dict", |_, arguments| Ok(Value::Bool(matches!(arguments[0], Value::Dict(_)))))
        .doc("is_dict(v) -> bool", "Whether the value is a dict")
        .example("is_dict([])", "false"),
    test("is_null", |_, arguments| Ok(Value::Bool(matches!(arguments[0], Value::Null | Value::Unset))))
        .doc("is_null(v) -> bool", "Whether the value is null")
        .example("is_null(null)", "true"),
    test("is_function", |_, arguments| Ok(Value::Bool(arguments[0].is_callable())))
        .doc("is_function(v) -> bool", "Whether the value can be called")
        .example("is_function(len)", "true"),
    Builtin::native("bytes", Arity::plural(1, 1), bytes)
        .doc("bytes(xs: array) -> bytes", "Bytes of ints from 0 to 255")
        .example("bytes([1, 2, 255])", "<bytes 3>"),
    Builtin::native("array", Arity::plural(0, ANY), array)
        .owned(0xff)
        .doc("array(values...) -> array", "An array of its arguments")
        .example("array(1, 2)", "[1, 2]"),
    Builtin::native("dict", Arity::text(0, 0, "dict() expects 0 arguments"), |context, _| {
        Ok(context.heap.dict(Dict::default()))
    })
    .doc("dict() -> dict", "An empty dict")
    .example("dict()", "{}"),
    Builtin::native("error", Arity::plural(1, 1), |_, arguments| Err(Raise::thrown(arguments[0])))
        .owned(1)
        .doc("error(v) -> never", "Raises the value, as throw does")
        .example("try { error(\"gone\") } except e { print(e.message) }", "gone"),
    ERROR,
    ERROR.alias("error_new"),
];

fn type_word(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let word = context.heap.type_word(arguments[0]);
    // There are few words, so each is made once.
    let name = context.heap.name(word);
    Ok(Value::Text(context.heap.name_text(name)))
}

fn to_string(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    text_form::text(context, arguments[0])
}

fn to_int(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match arguments[0] {
        Value::Int(int) => Ok(Value::Int(int)),
        Value::Float(float) => Ok(Value::Int(float as i64)),
        Value::Bool(value) => Ok(Value::Int(value as i64)),
        Value::Text(text) => {
            let content = context.heap.str(text);
            read_int(content).ok_or_else(|| format_error(format!("Cannot convert '{content}' to int")))
        }
        other => Err(Raise::argument(format!("Cannot convert {} to int", context.heap.type_word(other)))),
    }
}

fn to_float(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match arguments[0] {
        Value::Int(int) => Ok(Value::Float(int as f64)),
        Value::Float(float) => Ok(Value::Float(float)),
        Value::Bool(value) => Ok(Value::Float(value as u8 as f64)),
        Value::Text(text) => {
            let content = context.heap.str(text);
            read_float(content).ok_or_else(|| format_error(format!("Cannot convert '{content}' to float")))
        }
        other => Err(Raise::argument(format!("Cannot convert {} to float", context.heap.type_word(other)))),
    }
}

fn to_bool(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let heap = &context.heap;
    let truth = match arguments[0] {
        Value::Text(text) => {
            let content = heap.str(text);
            !(content.is_empty() || content == "0" || content.eq_ignore_ascii_case("false"))
        }
        other => match heap.length(other) {
            Some(length) => length > 0,
            None => heap.truthy(other),
        },
    };
    Ok(Value::Bool(truth))
}

fn parse_int(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Some(content) = context.heap.as_str(arguments[0]) else {
        return Err(wrong("parse_int", " requires a string argument"));
    };
    read_int(content).ok_or_else(|| format_error(format!("Cannot parse '{content}' as integer")))
}

fn parse_float(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Some(content) = context.heap.as_str(arguments[0]) else {
        return Err(wrong("parse_float", " requires a string argument"));
    };
    read_float(content).ok_or_else(|| format_error(format!("Cannot parse '{content}' as float")))
}

fn read_int(content: &str) -> Option<Value> {
    content.trim().parse().ok().map(Value::Int)
}

fn read_float(content: &str) -> Option<Value> {
    content.trim().parse().ok().map(Value::Float)
}

#[cold]
fn format_error(message: String) -> Raise {
    Raise::new(ErrorKind::Format, message)
}

fn bytes(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::List(list) = arguments[0] else {
        return Err(wrong("bytes", "() requires an array argument"));
    };
    let count = context.heap.items(list).len();
    context.reserve_text(count)?;
    let mut data = Vec::with_capacity(count);
    for &item in context.heap.items(list) {
        let Value::Int(int) = item else {
            return Err(wrong("bytes", "() requires an array of integers"));
        };
        let byte = u8::try_from(int).map_err(|_| {
            wrong("bytes", &format!("() requires integers in range 0-255, got {}", literal(context.heap, item)))
        })?;
        data.push(byte);
    }
    Ok(context.heap.new_bytes(data))
}

fn array(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    context.reserve_list(arguments.len())?;
    Ok(context.heap.list(arguments.to_vec()))
}

fn new_error(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let message = match arguments[0] {
        text @ Value::Text(_) => text,
        other => text_form::text(context, other)?,
    };
    let record = context.heap.error("", ErrorKind::Thrown.word());
    context.heap.set_error_field(record, ErrorField::Message, message);
    if let Some(&cause) = arguments.get(1) {
        context.heap.set_error_field(record, ErrorField::Cause, cause);
    }
    Ok(Value::Record(record))
}
