//! The Gregorian calendar in UTC.

use std::fmt::Write;

/// A second of the calendar. Years before 1 or after 9999 are not in it when they are read or shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CalendarTime {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

/// Days of 400 years, after which the calendar repeats.
const ERA_DAYS: i64 = 146_097;

/// The first and the last second of the years 1 to 9999.
const FIRST_SECOND: i64 = -62_135_596_800;
const LAST_SECOND: i64 = 253_402_300_799;

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn year_days(year: i64) -> i64 {
    365 + is_leap(year) as i64
}

fn month_days(year: i64) -> [i64; 12] {
    [31, 28 + is_leap(year) as i64, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

impl CalendarTime {
    /// The time so many seconds after 1970.
    pub fn new(seconds: i64) -> CalendarTime {
        let days = seconds.div_euclid(86_400);
        let second = seconds.rem_euclid(86_400);
        let mut year = 1970 + days.div_euclid(ERA_DAYS) * 400;
        let mut day = days.rem_euclid(ERA_DAYS);
        while day >= year_days(year) {
            day -= year_days(year);
            year += 1;
        }
        let mut month = 1;
        for length in month_days(year) {
            if day < length {
                break;
            }
            day -= length;
            month += 1;
        }
        CalendarTime { year, month, day: day + 1, hour: second / 3600, minute: second / 60 % 60, second: second % 60 }
    }

    /// [`CalendarTime::new`], if the year is one of 1 to 9999. Fractions of seconds are dropped.
    pub fn of_seconds(seconds: f64) -> Option<CalendarTime> {
        let whole = seconds.floor();
        (FIRST_SECOND as f64..=LAST_SECOND as f64).contains(&whole).then(|| CalendarTime::new(whole as i64))
    }
}

/// The format with `YYYY`, `MM`, `DD`, `HH`, `mm` and `ss` replaced.
pub(super) fn replace_fields(format: &str, time: &CalendarTime) -> String {
    let fields = [
        ("YYYY", time.year),
        ("MM", time.month),
        ("DD", time.day),
        ("HH", time.hour),
        ("mm", time.minute),
        ("ss", time.second),
    ];
    let mut out = String::with_capacity(format.len());
    let mut rest = format;
    'text: while let Some(next) = rest.chars().next() {
        for (name, value) in fields {
            if let Some(after) = rest.strip_prefix(name) {
                // Writing to a string cannot fail.
                let _ = write!(out, "{value:0width$}", width = name.len());
                rest = after;
                continue 'text;
            }
        }
        out.push(next);
        rest = &rest[next.len_utf8()..];
    }
    out
}

/// The day that `YYYY-MM-DD` names, counted from 1970-01-01.
///
/// # Errors
/// Why the text names none.
pub(super) fn day_of(date: &str) -> Result<i64, &'static str> {
    let mut parts = date.split('-');
    let mut part = |length: usize, other: &'static str| {
        let digits = parts.next().filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse::<i64>().ok()).ok_or(other)
    };
    let year = part(4, "the year must have four digits")?;
    let month = part(2, "the month must have two digits")?;
    let day = part(2, "the day must have two digits")?;
    if parts.next().is_some() {
        return Err("more text follows the day");
    }
    if year == 0 {
        return Err("there is no year 0");
    }
    let lengths = month_days(year);
    let Some(length) = usize::try_from(month - 1).ok().and_then(|index| lengths.get(index)) else {
        return Err("the month must be 01 to 12");
    };
    if !(1..=*length).contains(&day) {
        return Err("the month has no such day");
    }
    let before = lengths.iter().take(month as usize - 1).sum::<i64>();
    let years = year - 1;
    let days = years * 365 + years / 4 - years / 100 + years / 400;
    Ok(days + before + day - 1 - FIRST_SECOND.abs() / 86_400)
}
