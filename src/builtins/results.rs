//! Helpers of Result and Option (language.md 13.12); those that call functions are in [`super::callbacks`].

use super::arguments::wrong;
use super::table::{Arity, Builtin};
use super::text_form::literal;
use super::{Context, Native};
use crate::heap::{Heap, VariantTag};
use crate::runtime::Raise;
use crate::value::Value;

const fn one(name: &'static str, run: Native) -> Builtin {
    Builtin::native(name, Arity::plural(1, 1), run)
}

pub(super) const ROWS: &[Builtin] = &[
    one("is_ok", |context, arguments| Ok(is(context.heap, arguments[0], VariantTag::OK)))
        .doc("is_ok(v) -> bool", "Whether the value is Ok(…)")
        .example("is_ok(Ok(1))", "true"),
    one("is_err", |context, arguments| Ok(is(context.heap, arguments[0], VariantTag::ERR)))
        .doc("is_err(v) -> bool", "Whether the value is Err(…)")
        .example("is_err(Ok(1))", "false"),
    one("is_some", |context, arguments| Ok(is(context.heap, arguments[0], VariantTag::SOME)))
        .doc("is_some(v) -> bool", "Whether the value is Some(…)")
        .example("is_some(Some(1))", "true"),
    one("is_none", |_, arguments| Ok(Value::Bool(arguments[0] == Value::None)))
        .doc("is_none(v) -> bool", "Whether the value is None")
        .example("is_none(null)", "false"),
    one("unwrap", unwrap)
        .doc("unwrap(r: result or option) -> value", "The payload of Ok or Some; raises for Err and None")
        .example("unwrap(Some(1))", "1"),
    Builtin::native("unwrap_or", Arity::plural(2, 2), unwrap_or)
        .owned(0b10)
        .doc("unwrap_or(r: result or option, default) -> value", "The payload of Ok or Some, else the default")
        .example("unwrap_or(None, 0)", "0"),
    one("unwrap_err", unwrap_err)
        .doc("unwrap_err(r: result or option) -> value", "The payload of Err; raises for everything else")
        .example("unwrap_err(Err(\"x\"))", "x"),
    Builtin::native("ok_or", Arity::plural(2, 2), ok_or)
        .owned(0b10)
        .doc("ok_or(r: result or option, e) -> result", "Ok(v) for Some(v), Err(e) for None; a Result is unchanged")
        .example("ok_or(None, \"none\")", "Err(none)"),
];

/// The tag and payload of a Result or Option (`Some(None)` for `None`), or `None` for another kind.
pub(super) fn tag(heap: &Heap, value: Value) -> Option<Option<(VariantTag, Value)>> {
    match value {
        Value::None => Some(None),
        Value::Variant(variant) => {
            let variant = heap.variants.get(variant);
            Some(Some((variant.tag, variant.payload)))
        }
        _ => None,
    }
}

#[cold]
pub(super) fn wrong_kind(name: &str) -> Raise {
    wrong(name, "() requires a Result or Option")
}

fn is(heap: &Heap, value: Value, expected: VariantTag) -> Value {
    Value::Bool(matches!(tag(heap, value), Some(Some((tag, _))) if tag == expected))
}

fn unwrap(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match tag(context.heap, arguments[0]) {
        Some(Some((VariantTag::OK | VariantTag::SOME, payload))) => Ok(shared(context, payload)),
        Some(_) => Err(Raise::argument(format!("Called unwrap on {}", literal(context.heap, arguments[0])))),
        None => Err(wrong_kind("unwrap")),
    }
}

fn unwrap_or(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match tag(context.heap, arguments[0]) {
        Some(Some((VariantTag::OK | VariantTag::SOME, payload))) => Ok(shared(context, payload)),
        Some(_) => Ok(arguments[1]),
        None => Err(wrong_kind("unwrap_or")),
    }
}

fn unwrap_err(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match tag(context.heap, arguments[0]) {
        Some(Some((VariantTag::ERR, payload))) => Ok(shared(context, payload)),
        Some(_) => Err(Raise::argument(format!("Called unwrap_err on {}", literal(context.heap, arguments[0])))),
        None => Err(wrong_kind("unwrap_err")),
    }
}

fn ok_or(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match tag(context.heap, arguments[0]) {
        Some(Some((VariantTag::SOME, payload))) => {
            let payload = shared(context, payload);
            Ok(context.heap.variant(VariantTag::OK, payload))
        }
        Some(Some(_)) => Ok(arguments[0]),
        Some(None) => Ok(context.heap.variant(VariantTag::ERR, arguments[1])),
        None => Err(wrong_kind("ok_or")),
    }
}

/// The payload of a variant, which goes on having it.
fn shared(context: &mut Context<'_>, payload: Value) -> Value {
    context.heap.share(payload);
    payload
}
