//! What the functions of all areas need to look at their arguments.

use crate::runtime::Raise;
use crate::value::Value;

/// An error of kind `argument`: `name` and what follows it.
#[cold]
pub(super) fn wrong(name: &str, rest: &str) -> Raise {
    Raise::argument(format!("{name}{rest}"))
}

/// A position or count: floats are truncated (saturating).
pub(super) fn whole(value: Value) -> Option<i64> {
    match value {
        Value::Int(int) => Some(int),
        Value::Float(float) => Some(float as i64),
        _ => None,
    }
}

/// A position or count of which negative ones mean 0.
pub(super) fn natural(value: Value) -> Option<usize> {
    whole(value).map(|whole| usize::try_from(whole.max(0)).unwrap_or(usize::MAX))
}
