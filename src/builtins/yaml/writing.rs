//! `to_yaml`.

use crate::builtins::Context;
use crate::builtins::documents::{DEEPEST, Output, Refusal, append_escaped, append_finite, is_invisible, written};
use crate::builtins::ordering::sorted_entries;
use crate::builtins::text_form::{append_int, key_str};
use crate::heap::Heap;
use crate::runtime::Raise;
use crate::value::Value;
use compact_str::CompactString;

pub(super) fn to_yaml(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    written(context, |heap, output| Writer { heap, output }.value(arguments[0], Place { start: "", depth: 0 }))
}

/// Readers look for the `:` of a key on its line at most this far.
const LONGEST_KEY: usize = 1024;

/// Recursion is bounded by [`DEEPEST`].
struct Writer<'a> {
    heap: &'a Heap,
    output: &'a mut Output,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place {
    /// What lies between the value and what is before it, if it is a scalar: nothing at the beginning of the text and
    /// after the dash of an element, where a container begins on the same line, or a space after a key.
    start: &'static str,
    /// The containers around it, whose indentation it has.
    depth: usize,
}

impl Writer<'_> {
    /// Writes a value and the break of its last line.
    fn value(&mut self, value: Value, place: Place) -> Result<(), Refusal> {
        let Place { start, depth } = place;
        if matches!(value, Value::List(_) | Value::Dict(_)) && depth >= DEEPEST {
            return Err(Refusal::Message(format!("YAML value exceeds maximum nesting depth of {DEEPEST}")));
        }
        match value {
            Value::List(list) if !self.heap.items(list).is_empty() => {
                let mut begun = self.begin(place);
                for &item in self.heap.items(list) {
                    self.line(&mut begun, depth)?;
                    self.output.text.push_str("- ");
                    self.value(item, Place { start: "", depth: depth + 1 })?;
                }
            }
            Value::Dict(dict) if !self.heap.dicts.get(dict).is_empty() => {
                let mut begun = self.begin(place);
                let mut digits = CompactString::default();
                for entry in sorted_entries(self.heap, dict) {
                    self.line(&mut begun, depth)?;
                    self.key(key_str(self.heap, entry.key, &mut digits), depth)?;
                    self.value(entry.value, Place { start: " ", depth: depth + 1 })?;
                }
            }
            _ => {
                self.output.text.push_str(start);
                self.scalar(value, depth)?;
            }
        }
        self.output.reserve(0)
    }

    /// Goes to where the first line of a container begins; says whether it begins on the line of what is before it.
    fn begin(&mut self, place: Place) -> bool {
        if !place.start.is_empty() {
            self.output.text.push('\n');
        }
        place.start.is_empty()
    }

    /// Begins a line, unless one is `begun`.
    fn line(&mut self, begun: &mut bool, depth: usize) -> Result<(), Refusal> {
        self.output.reserve(2 * depth)?;
        if !std::mem::take(begun) {
            self.output.text.extend(std::iter::repeat_n("  ", depth));
        }
        Ok(())
    }

    /// `key:`
    fn key(&mut self, key: &str, depth: usize) -> Result<(), Refusal> {
        self.output.reserve(key.len())?;
        let before = self.output.text.len();
        self.text(key);
        if self.output.text.len() - before > LONGEST_KEY {
            self.output.text.insert_str(before, "? ");
            self.output.text.push('\n');
            self.line(&mut false, depth)?;
        }
        self.output.text.push(':');
        Ok(())
    }

    fn scalar(&mut self, value: Value, depth: usize) -> Result<(), Refusal> {
        match value {
            Value::Null | Value::Unset => self.output.text.push_str("null"),
            Value::Bool(value) => self.output.text.push_str(if value { "true" } else { "false" }),
            Value::Int(int) => append_int(int, &mut self.output.text),
            Value::Float(float) if float.is_finite() => append_finite(float, &mut self.output.text),
            Value::Float(float) => self.output.text.push_str(match float {
                f64::INFINITY => ".inf",
                f64::NEG_INFINITY => "-.inf",
                _ => ".nan",
            }),
            Value::Text(text) => {
                let content = self.heap.str(text);
                self.output.reserve(content.len())?;
                if has_plain_lines(content) {
                    return self.lines(content, depth);
                }
                self.text(content);
            }
            Value::List(_) => self.output.text.push_str("[]"),
            Value::Dict(_) => self.output.text.push_str("{}"),
            other => {
                return Err(Refusal::Message(format!("Cannot convert {} to YAML", self.heap.type_word(other))));
            }
        }
        self.output.text.push('\n');
        Ok(())
    }

    /// A text on one line.
    fn text(&mut self, content: &str) {
        if is_plain(content) {
            self.output.text.push_str(content);
        } else {
            append_escaped(content, &mut self.output.text);
        }
    }

    /// A text on lines of its own.
    fn lines(&mut self, content: &str, depth: usize) -> Result<(), Refusal> {
        let (body, mark) = match content.strip_suffix('\n') {
            Some(body) => (body, "|\n"),
            None => (content, "|-\n"),
        };
        self.output.text.push_str(mark);
        for line in body.split('\n') {
            if !line.is_empty() {
                // At the top there is no container to be in.
                self.line(&mut false, depth.max(1))?;
                self.output.text.push_str(line);
            }
            self.output.text.push('\n');
        }
        Ok(())
    }
}

/// Whether a text is that text without quotes, for readers of YAML 1.1 too: it begins with a letter or `_`, nothing in
/// it is a mark or does not show, and it is no word for another value.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 7] = ["null", "true", "false", "yes", "no", "on", "off"];
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(|character| is_invisible(character) || character.is_whitespace() && character != ' ')
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a text can be written line by line: the first line shows where the lines begin, there are no blanks at the
/// end of a line to be lost, and at most one line break at the end.
fn has_plain_lines(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with("\n\n")
        && !text.chars().any(|character| is_invisible(character) && !matches!(character, '\n' | '\t'))
        && !text.split('\n').any(|line| line.ends_with(char::is_whitespace))
}
