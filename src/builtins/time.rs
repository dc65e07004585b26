//! Clocks and durations (language.md 13.8).

use super::arguments::wrong;
use super::table::{Arity, Builtin};
use super::{Context, Native};
use crate::runtime::Raise;
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

const NOW_UNIX: Builtin = clock("now_unix", |context, _| Ok(Value::Int(((context.now)() / 1000.0).floor() as i64)))
    .doc("now_unix() -> int", "Seconds since 1970 UTC");

const CURRENT_TIMESTAMP: Builtin =
    clock("current_timestamp", |context, _| Ok(Value::Int((context.now)().floor() as i64)))
        .doc("current_timestamp() -> int", "Milliseconds since 1970 UTC");

pub(super) const ROWS: &[Builtin] = &[
    clock("now", |context, _| Ok(Value::Float((context.now)() / 1000.0)))
        .doc("now() -> float", "Seconds since 1970 UTC, with fraction"),
    NOW_UNIX,
    NOW_UNIX.alias("now_utc_seconds"),
    CURRENT_TIMESTAMP,
    CURRENT_TIMESTAMP.alias("time"),
    clock("now_utc", now_utc).doc("now_utc() -> string", "The time as YYYY-MM-DDTHH:MM:SSZ"),
    clock("performance_now", |context, _| {
        Ok(Value::Float(since_first(context, |origins| &mut origins.performance_now)))
    })
    .doc("performance_now() -> float", "Milliseconds since its first call"),
    clock("time_us", |context, _| Ok(Value::Float(since_first(context, |origins| &mut origins.time_us) * 1e3)))
        .doc("time_us() -> float", "Microseconds since its first call"),
    clock("time_ns", |context, _| Ok(Value::Float(since_first(context, |origins| &mut origins.time_ns) * 1e6)))
        .doc("time_ns() -> float", "Nanoseconds since its first call"),
    Builtin::native("elapsed", Arity::plural(2, 2), elapsed)
        .doc("elapsed(a, b) -> float", "b - a")
        .example("elapsed(1, 3.5)", "2.5"),
    Builtin::native("format_duration", Arity::plural(1, 1), format_duration)
        .doc("format_duration(ms) -> string", "Milliseconds in a fitting unit")
        .example("format_duration(1500)", "1.50s"),
];

fn since_first(context: &mut Context<'_>, origin: fn(&mut ClockOrigins) -> &mut Option<f64>) -> f64 {
    let now = (context.now)();
    now - *origin(context.origins).get_or_insert(now)
}

fn now_utc(context: &mut Context<'_>, _: &[Value]) -> Result<Value, Raise> {
    let seconds = ((context.now)() / 1000.0).floor() as i64;
    let (year, month, day) = civil_date(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    Ok(context.heap.string(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")))
}

/// Year, month and day of a day counted from 1970-01-01. The calendar repeats every 400 years of 146,097 days.
fn civil_date(days: i64) -> (i64, i64, i64) {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970 + days.div_euclid(146_097) * 400;
    let mut day = days.rem_euclid(146_097);
    while day >= 365 + is_leap(year) as i64 {
        day -= 365 + is_leap(year) as i64;
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + is_leap(year) as i64, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

fn elapsed(_: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match (arguments[0].as_number(), arguments[1].as_number()) {
        (Some(start), Some(end)) => Ok(Value::Float(end - start)),
        _ => Err(wrong("elapsed", " requires number arguments")),
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
