//! What the formats that read and write whole values have in common (language.md 13.9).

use super::arguments::wrong;
use super::{Context, LARGEST_ALLOCATION, LONGEST_DOCUMENT};
use crate::heap::{Heap, Key};
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;
use compact_str::CompactString;
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// Containers in containers, in both directions.
pub(super) const DEEPEST: usize = 64;

/// An error of kind `format`.
#[cold]
pub(super) fn failed(message: String) -> Raise {
    Raise::new(ErrorKind::Format, message)
}

/// The text that `parse_json` and the like are given: a copy, as the heap grows while it is read. `format` is the word
/// before `parse error`.
///
/// # Errors
/// The argument is no string, or too long; the breach of the heap limit.
pub(super) fn source(
    context: &mut Context<'_>,
    argument: Value,
    name: &str,
    format: &str,
) -> Result<CompactString, Raise> {
    let Value::Text(text) = argument else {
        return Err(wrong(name, " requires a string argument"));
    };
    let length = context.heap.str(text).len();
    if length > LONGEST_DOCUMENT {
        return Err(failed(format!(
            "{format} parse error: input longer than {LONGEST_DOCUMENT} bytes at line 1 column {LONGEST_DOCUMENT}"
        )));
    }
    context.reserve(length)?;
    Ok(CompactString::new(context.heap.str(text)))
}

/// The keys of a document so far: its dicts often repeat them.
#[derive(Default)]
pub(super) struct Keys(FxHashMap<CompactString, Key>);

impl Keys {
    pub fn key(&mut self, heap: &mut Heap, content: &str) -> Key {
        if let Some(&key) = self.0.get(content) {
            return key;
        }
        let text = heap.text(content);
        let key = heap.key(text).unwrap_or(Key::Removed);
        self.0.insert(CompactString::new(content), key);
        key
    }
}

/// Why a value is not written.
pub(super) enum Refusal {
    TooLong,
    Message(String),
}

/// A document that is being written: a text with a greatest length.
pub(super) struct Output {
    pub text: String,
    room: usize,
}

impl Output {
    /// # Errors
    /// `length` bytes more are not allowed.
    pub fn reserve(&self, length: usize) -> Result<(), Refusal> {
        if self.text.len().saturating_add(length) > self.room { Err(Refusal::TooLong) } else { Ok(()) }
    }
}

/// The text that `write` makes, as a string value.
///
/// # Errors
/// What `write` refuses; the breach of the heap limit.
pub(super) fn written(
    context: &mut Context<'_>,
    write: impl FnOnce(&Heap, &mut Output) -> Result<(), Refusal>,
) -> Result<Value, Raise> {
    let room = context.heap.limit.saturating_sub(context.heap.used_bytes()).min(LARGEST_ALLOCATION);
    let mut output = Output { text: String::new(), room };
    match write(context.heap, &mut output) {
        Ok(()) => {
            context.work(output.text.len());
            Ok(context.heap.string(output.text))
        }
        Err(Refusal::TooLong) => Err(context.breach(output.text.len())),
        Err(Refusal::Message(message)) => Err(failed(message)),
    }
}

/// Appends the shortest decimal that reads back equal, always with a fraction or an exponent. `float` is finite.
pub(super) fn append_finite(float: f64, out: &mut String) {
    let mut buffer = zmij::Buffer::new();
    let digits = buffer.format_finite(float);
    match digits.split_once("e+") {
        Some((digits, exponent)) => out.extend([digits, "e", exponent]),
        None => out.push_str(digits),
    }
}

/// Appends `content` in double quotes, as both TOML and YAML read it: everything is escaped that they forbid, take for
/// a line break, or do not show.
pub(super) fn append_escaped(content: &str, out: &mut String) {
    out.push('"');
    for character in content.chars() {
        append_character(character, out);
    }
    out.push('"');
}

/// Appends one character of a text in double quotes.
pub(super) fn append_character(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if is_invisible(character) => {
            // All of them have at most four digits, and writing to a string cannot fail.
            let _ = write!(out, "\\u{:04x}", character as u32);
        }
        _ => out.push(character),
    }
}

/// Control characters, further line breaks, byte order marks, and code points that are no characters.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::is_invisible;

    #[test]
    fn invisible_characters_have_four_digits() {
        assert!(('\u{10000}'..=char::MAX).all(|character| !is_invisible(character)));
    }
}
