//! Numbers and bits (language.md 13.6).

use super::arguments::wrong;
use super::compare::order_int_float;
use super::table::{Arity, Builtin};
use super::text_form::literal;
use super::{Context, Native};
use crate::heap::Heap;
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;
use std::cmp::Ordering;

const fn one(name: &'static str, run: Native) -> Builtin {
    Builtin::native(name, Arity::brief(1), run)
}

const fn two(name: &'static str, run: Native) -> Builtin {
    Builtin::native(name, Arity::brief(2), run)
}

pub(super) const ROWS: &[Builtin] = &[
    one("abs", abs).doc("abs(x: num) -> num", "The absolute value, of the same kind").example("abs(-3)", "3"),
    one("floor", |context, arguments| round_with(context.heap, "floor", arguments[0], floor))
        .doc("floor(x: num) -> num", "The greatest whole number that is not above")
        .example("floor(-2.5)", "-3"),
    one("ceil", |context, arguments| round_with(context.heap, "ceil", arguments[0], ceil))
        .doc("ceil(x: num) -> num", "The least whole number that is not below")
        .example("ceil(2.1)", "3"),
    one("round", |context, arguments| round_with(context.heap, "round", arguments[0], round))
        .doc("round(x: num) -> num", "The nearest whole number; a half goes away from zero")
        .example("round(-2.5)", "-3"),
    one("sqrt", sqrt).doc("sqrt(x: num) -> float", "The square root").example("sqrt(16)", "4"),
    one("sin", |context, arguments| float_with(context.heap, "sin", arguments[0], f64::sin))
        .doc("sin(x: num) -> float", "The sine of an angle in radians")
        .example("sin(0)", "0"),
    one("cos", |context, arguments| float_with(context.heap, "cos", arguments[0], f64::cos))
        .doc("cos(x: num) -> float", "The cosine of an angle in radians")
        .example("cos(0)", "1"),
    one("tan", |context, arguments| float_with(context.heap, "tan", arguments[0], f64::tan))
        .doc("tan(x: num) -> float", "The tangent of an angle in radians")
        .example("tan(0)", "0"),
    one("log", log).doc("log(x: num) -> float", "The natural logarithm").example("log(1)", "0"),
    one("exp", |context, arguments| float_with(context.heap, "exp", arguments[0], f64::exp))
        .doc("exp(x: num) -> float", "E to the power of x")
        .example("exp(0)", "1"),
    two("pow", pow)
        .doc(
            "pow(base: num, exponent: num) -> num",
            "The power; an int of ints if the exponent is not negative and it fits",
        )
        .example("pow(2, 10)", "1024"),
    two("min", |_, arguments| extreme("min", arguments, Ordering::Greater))
        .doc("min(a: num, b: num) -> num", "The lesser of two numbers")
        .example("min(2, 1.5)", "1.5"),
    two("max", |_, arguments| extreme("max", arguments, Ordering::Less))
        .doc("max(a: num, b: num) -> num", "The greater of two numbers")
        .example("max(2, 1.5)", "2"),
    two("bit_and", |context, arguments| bits(context.heap, "bit_and", arguments, |left, right| left & right))
        .doc("bit_and(a: int, b: int) -> int", "The bits that both have")
        .example("bit_and(12, 10)", "8"),
    two("bit_or", |context, arguments| bits(context.heap, "bit_or", arguments, |left, right| left | right))
        .doc("bit_or(a: int, b: int) -> int", "The bits that one of them has")
        .example("bit_or(12, 10)", "14"),
    two("bit_xor", |context, arguments| bits(context.heap, "bit_xor", arguments, |left, right| left ^ right))
        .doc("bit_xor(a: int, b: int) -> int", "The bits that exactly one of them has")
        .example("bit_xor(12, 10)", "6"),
    one("bit_not", |context, arguments| Ok(Value::Int(!bit_argument(context.heap, "bit_not", "value", arguments[0])?)))
        .doc("bit_not(a: int) -> int", "All bits inverted")
        .example("bit_not(0)", "-1"),
    two("bit_shl", |context, arguments| shift(context.heap, "bit_shl", arguments, |value, count| value << count))
        .doc("bit_shl(a: int, n: int) -> int", "Shifted left by 0 to 63 bits; high bits are dropped")
        .example("bit_shl(1, 4)", "16"),
    two("bit_shr", |context, arguments| shift(context.heap, "bit_shr", arguments, |value, count| value >> count))
        .doc("bit_shr(a: int, n: int) -> int", "Shifted right by 0 to 63 bits; the sign is kept")
        .example("bit_shr(-16, 2)", "-4"),
];

#[cold]
fn not_numeric(heap: &Heap, name: &str, value: Value) -> Raise {
    wrong(name, &format!("() expects numeric argument 'value' , got {}", literal(heap, value)))
}

fn number(heap: &Heap, name: &str, value: Value) -> Result<f64, Raise> {
    value.as_number().ok_or_else(|| not_numeric(heap, name, value))
}

fn abs(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match arguments[0] {
        Value::Int(int) => match int.checked_abs() {
            Some(int) => Ok(Value::Int(int)),
            None => Err(Raise::new(ErrorKind::Arithmetic, format!("Integer overflow: abs({int})"))),
        },
        Value::Float(float) => Ok(Value::Float(float.abs())),
        other => Err(not_numeric(context.heap, "abs", other)),
    }
}

/// `adjust` turns the float and its whole part, which is exact, into the rounded int.
fn round_with(heap: &Heap, name: &str, value: Value, adjust: fn(f64, i64) -> i64) -> Result<Value, Raise> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    match value {
        Value::Int(int) => Ok(Value::Int(int)),
        // Floats beyond 2^52 are whole, so that the adjustment cannot overflow.
        Value::Float(float) if (-LIMIT..LIMIT).contains(&float) => Ok(Value::Int(adjust(float, float as i64))),
        Value::Float(float) => Ok(Value::Float(float)),
        other => Err(not_numeric(heap, name, other)),
    }
}

fn floor(float: f64, whole: i64) -> i64 {
    whole - ((whole as f64) > float) as i64
}

fn ceil(float: f64, whole: i64) -> i64 {
    whole + ((whole as f64) < float) as i64
}

/// A half goes away from zero.
fn round(float: f64, whole: i64) -> i64 {
    let rest = float - whole as f64;
    whole + (rest >= 0.5) as i64 - (rest <= -0.5) as i64
}

fn float_with(heap: &Heap, name: &str, value: Value, function: fn(f64) -> f64) -> Result<Value, Raise> {
    number(heap, name, value).map(|number| Value::Float(function(number)))
}

fn sqrt(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let number = number(context.heap, "sqrt", arguments[0])?;
    if number < 0.0 {
        return Err(Raise::new(ErrorKind::Arithmetic, "sqrt() domain error: value must be >= 0"));
    }
    Ok(Value::Float(number.sqrt()))
}

fn log(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let number = number(context.heap, "log", arguments[0])?;
    if number <= 0.0 {
        return Err(Raise::new(ErrorKind::Arithmetic, "log() domain error: value must be > 0"));
    }
    Ok(Value::Float(number.ln()))
}

fn pow(_: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    if let (Value::Int(base), Value::Int(exponent @ 0..)) = (arguments[0], arguments[1])
        && let Some(power) = int_power(base, exponent)
    {
        return Ok(Value::Int(power));
    }
    match (arguments[0].as_number(), arguments[1].as_number()) {
        (Some(base), Some(exponent)) => Ok(Value::Float(base.powf(exponent))),
        _ => Err(wrong("pow", "() expects numeric arguments")),
    }
}

/// The power, if it fits.
fn int_power(base: i64, exponent: i64) -> Option<i64> {
    match u32::try_from(exponent) {
        Ok(exponent) => base.checked_pow(exponent),
        Err(_) => match base {
            0 | 1 => Some(base),
            -1 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
            _ => None,
        },
    }
}

/// The first argument, unless its order to the second is `worse`; the one that is NaN, if any.
fn extreme(name: &str, arguments: &[Value], worse: Ordering) -> Result<Value, Raise> {
    let (first, second) = (arguments[0], arguments[1]);
    let order = match (first, second) {
        (Value::Int(first), Value::Int(second)) => Some(first.cmp(&second)),
        (Value::Float(first), Value::Float(second)) => first.partial_cmp(&second),
        (Value::Int(first), Value::Float(second)) => order_int_float(first, second),
        (Value::Float(first), Value::Int(second)) => order_int_float(second, first).map(Ordering::reverse),
        _ => return Err(wrong(name, "() expects numeric arguments")),
    };
    Ok(match order {
        Some(order) if order == worse => second,
        Some(_) => first,
        None => Value::Float(f64::NAN),
    })
}

fn bit_argument(heap: &Heap, name: &str, parameter: &str, value: Value) -> Result<i64, Raise> {
    match value {
        Value::Int(int) => Ok(int),
        other => Err(wrong(name, &format!("() expects integer argument '{parameter}' , got {}", literal(heap, other)))),
    }
}

fn bits(heap: &Heap, name: &str, arguments: &[Value], operator: fn(i64, i64) -> i64) -> Result<Value, Raise> {
    let left = bit_argument(heap, name, "left", arguments[0])?;
    let right = bit_argument(heap, name, "right", arguments[1])?;
    Ok(Value::Int(operator(left, right)))
}

fn shift(heap: &Heap, name: &str, arguments: &[Value], operator: fn(i64, u32) -> i64) -> Result<Value, Raise> {
    let value = bit_argument(heap, name, "value", arguments[0])?;
    match arguments[1] {
        Value::Int(count @ 0..=63) => Ok(Value::Int(operator(value, count as u32))),
        _ => Err(wrong(name, "() expects a shift amount between 0 and 63")),
    }
}
