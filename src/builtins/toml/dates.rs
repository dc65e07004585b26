//! Which texts are dates and times.

use crate::builtins::calendar::day_of;

/// Whether `text` is an offset date-time, a local date-time, a local date or a local time of TOML.
pub(super) fn is_date_or_time(text: &str) -> bool {
    if text.as_bytes().get(2) == Some(&b':') {
        return is_time(text);
    }
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    if day_of(date).is_err() {
        return false;
    }
    let Some(rest) = rest.strip_prefix(['T', 't', ' ']) else { return rest.is_empty() };
    let (time, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));
    is_time(time) && (matches!(offset, "" | "Z" | "z") || offset.get(1..).is_some_and(is_clock))
}

/// `07:32`, `07:32:00`, `07:32:00.999`
fn is_time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(5) else { return false };
    let Some(rest) = rest.strip_prefix(':') else { return rest.is_empty() && is_clock(clock) };
    let (second, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    // A minute may end with a leap second.
    is_clock(clock)
        && two_digits(second).is_some_and(|second| second <= 60)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

/// `07:32`
fn is_clock(text: &str) -> bool {
    text.split_once(':').is_some_and(|(hour, minute)| {
        two_digits(hour).is_some_and(|hour| hour < 24) && two_digits(minute).is_some_and(|minute| minute < 60)
    })
}

fn two_digits(text: &str) -> Option<u8> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::is_date_or_time;

    #[test]
    fn dates_and_times() {
        for text in [
            "1979-05-27T07:32:00Z",
            "1979-05-27t07:32:00z",
            "1979-05-27 00:32:00.999999-07:00",
            "1979-05-27T07:32+23:59",
            "1979-05-27T07:32:60",
            "2000-02-29",
            "07:32:00.5",
            "23:59",
        ] {
            assert!(is_date_or_time(text), "{text}");
        }
        for text in [
            "",
            "07",
            "1979-05",
            "1979-5-27",
            "1979-13-01",
            "1979-02-29",
            "1979-00-10",
            "1979-05-27T",
            "1979-05-27X07:32",
            "1979-05-27T24:00",
            "1979-05-27T07:60",
            "1979-05-27T07:32:61",
            "1979-05-27T07:32:00.",
            "1979-05-27T07:32:00.5x",
            "1979-05-27T7:32:00",
            "1979-05-27T07:32:00+7:00",
            "1979-05-27T07:32:00+24:00",
            "1979-05-27T07:32:00+",
            "1979-05-27T07:32:00ZZ",
            "07:32:00Z",
            "07:3é",
            "1979-05-2é7",
        ] {
            assert!(!is_date_or_time(text), "{text}");
        }
    }
}
