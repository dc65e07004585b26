//! Clocks and durations (language.md 13.8).

use super::arguments::wrong;
use super::calendar::{CalendarTime, replace_fields};
use super::table::{Arity, Builtin};
use super::text_form::append;
use super::{Context, Native, calendar};
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;

/// When the clocks that count from their first reading were first read, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct ClockOrigins {
    performance_now: Option<f64>,
    time_us: Option<f64>,
    time_ns: Option<f64>,
}

const fn clock(name: &'static str, run: Native) -> Builtin {
    Builtin::native(name, Arity::text(0, 0, "{name}() expects 0 arguments, got {count}"), run)
}

const NOW_UNIX: Builtin = clock("now_unix", |context, _| Ok(Value::Int((context.time()? / 1000.0).floor() as i64)))
    .doc("now_unix() -> int", "Seconds since 1970 UTC")
    .example("type(now_unix())", "int");

const CURRENT_TIMESTAMP: Builtin =
    clock("current_timestamp", |context, _| Ok(Value::Int(context.time()?.floor() as i64)))
        .doc("current_timestamp() -> int", "Milliseconds since 1970 UTC")
        .example("type(current_timestamp())", "int");

pub(super) const ROWS: &[Builtin] = &[
    clock("now", |context, _| Ok(Value::Float(context.time()? / 1000.0)))
        .doc("now() -> float", "Seconds since 1970 UTC, with fraction")
        .example("type(now())", "float"),
    NOW_UNIX,
    NOW_UNIX.alias("now_utc_seconds"),
    CURRENT_TIMESTAMP,
    CURRENT_TIMESTAMP.alias("time"),
    clock("now_utc", now_utc)
        .doc("now_utc() -> string", "The time as YYYY-MM-DDTHH:MM:SSZ")
        .example("len(now_utc())", "20"),
    clock("performance_now", |context, _| {
        Ok(Value::Float(since_first(context, |origins| &mut origins.performance_now)?))
    })
    .doc("performance_now() -> float", "Milliseconds since its first call")
    .example("type(performance_now())", "float"),
    clock("time_us", |context, _| Ok(Value::Float(since_first(context, |origins| &mut origins.time_us)? * 1e3)))
        .doc("time_us() -> float", "Microseconds since its first call")
        .example("type(time_us())", "float"),
    clock("time_ns", |context, _| Ok(Value::Float(since_first(context, |origins| &mut origins.time_ns)? * 1e6)))
        .doc("time_ns() -> float", "Nanoseconds since its first call")
        .example("type(time_ns())", "float"),
    Builtin::native("elapsed", Arity::plural(2, 2), elapsed)
        .doc("elapsed(a: num, b: num) -> float", "b - a")
        .example("elapsed(1, 3.5)", "2.5"),
    Builtin::native("format_duration", Arity::plural(1, 1), format_duration)
        .doc("format_duration(ms: num) -> string", "Milliseconds in a fitting unit")
        .example("format_duration(1500)", "1.50s"),
    Builtin::native("format_date", Arity::plural(2, 2), format_date)
        .doc(
            "format_date(seconds: num, format: string) -> string",
            "The time in UTC, for YYYY, MM, DD, HH, mm, ss in the format",
        )
        .example("format_date(86400, \"YYYY-MM-DD HH:mm\")", "1970-01-02 00:00"),
    Builtin::native("parse_date", Arity::plural(2, 2), parse_date)
        .doc(
            "parse_date(s: string, format: string) -> float",
            "Seconds since 1970 of a day in UTC; the format is YYYY-MM-DD",
        )
        .example("parse_date(\"1970-01-02\", \"YYYY-MM-DD\")", "86400"),
];

fn since_first(context: &mut Context<'_>, origin: fn(&mut ClockOrigins) -> &mut Option<f64>) -> Result<f64, Raise> {
    let now = context.time()?;
    Ok(now - *origin(&mut context.kept.origins).get_or_insert(now))
}

fn now_utc(context: &mut Context<'_>, _: &[Value]) -> Result<Value, Raise> {
    let seconds = (context.time()? / 1000.0).floor() as i64;
    let text = replace_fields("YYYY-MM-DDTHH:mm:ssZ", &CalendarTime::new(seconds));
    Ok(context.heap.string(text))
}

fn elapsed(_: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match (arguments[0].as_number(), arguments[1].as_number()) {
        (Some(start), Some(end)) => Ok(Value::Float(end - start)),
        _ => Err(wrong("elapsed", " requires number arguments")),
    }
}

fn format_date(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Some(seconds) = arguments[0].as_number() else {
        return Err(wrong("format_date", " requires a number timestamp"));
    };
    let Value::Text(format) = arguments[1] else {
        return Err(wrong("format_date", " requires a format string"));
    };
    // A field is as long as its name, but for years.
    context.reserve_text(context.heap.str(format).len().saturating_mul(2))?;
    let text = match CalendarTime::of_seconds(seconds) {
        Some(time) => replace_fields(context.heap.str(format), &time),
        None => {
            let mut text = "Invalid timestamp: ".to_string();
            append(context, arguments[0], &mut text)?;
            text
        }
    };
    Ok(context.heap.string(text))
}

const DATE: &str = "YYYY-MM-DD";

fn parse_date(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (Value::Text(date), Value::Text(format)) = (arguments[0], arguments[1]) else {
        return Err(wrong("parse_date", " requires date string and format string"));
    };
    let (date, format) = (context.heap.str(date), context.heap.str(format));
    let failed = |rest: String| Raise::new(ErrorKind::Format, format!("parse_date failed: {rest}"));
    if format != DATE {
        return Err(failed(format!("unsupported format '{format}' (expected '{DATE}')")));
    }
    match calendar::day_of(date) {
        Ok(day) => Ok(Value::Float(day as f64 * 86_400.0)),
        Err(reason) => Err(failed(format!("'{date}' does not match format '{DATE}' ({reason})"))),
    }
}

fn format_duration(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Some(milliseconds) = arguments[0].as_number() else {
        return Err(wrong("format_duration", " requires a number argument"));
    };
    let text = if milliseconds >= 1000.0 {
        format!("{:.2}s", milliseconds / 1000.0)
    } else if milliseconds >= 1.0 {
        format!("{milliseconds:.2}ms")
    } else if milliseconds >= 0.001 {
        format!("{:.2}μs", milliseconds * 1000.0)
    } else {
        format!("{:.0}ns", milliseconds * 1_000_000.0)
    };
    Ok(context.heap.string(text))
}
