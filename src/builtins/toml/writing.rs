//! `to_toml`.

use crate::builtins::Context;
use crate::builtins::documents::{DEEPEST, Output, Refusal, append_character, append_escaped, append_finite, written};
use crate::builtins::ordering::sorted_entries;
use crate::builtins::text_form::{append_int, key_str};
use crate::heap::{Dict, Heap, Key};
use crate::runtime::Raise;
use crate::value::{Handle, Value};
use compact_str::CompactString;

pub(super) fn to_toml(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Dict(dict) = arguments[0] else {
        return Err(Raise::argument("to_toml requires a dict argument"));
    };
    written(context, |heap, output| Writer { heap, output, path: String::new() }.table(dict, 1))
}

/// Recursion is bounded by [`DEEPEST`].
struct Writer<'a> {
    heap: &'a Heap,
    output: &'a mut Output,
    /// The keys around what is being written, with dots between them.
    path: String,
}

impl Writer<'_> {
    fn refusal(&self, reason: &str) -> Refusal {
        Refusal::Message(format!("TOML serialization error: {reason} at key {}", self.path))
    }

    /// `depth` counts the containers around the value, and the value itself if it is one.
    fn check_depth(&self, depth: usize) -> Result<(), Refusal> {
        if depth <= DEEPEST {
            return Ok(());
        }
        Err(Refusal::Message(format!("TOML serialization error: nesting deeper than {DEEPEST}")))
    }

    /// Makes `key` the innermost one; gives back what [`Writer::leave`] needs.
    fn enter(&mut self, key: Key) -> Result<usize, Refusal> {
        let length = self.path.len();
        let mut digits = CompactString::default();
        let key = key_str(self.heap, key, &mut digits);
        // Escapes make at most six bytes of one; the path goes into the headers.
        self.output.reserve(length + 6 * key.len())?;
        if length > 0 {
            self.path.push('.');
        }
        append_key(key, &mut self.path);
        Ok(length)
    }

    fn leave(&mut self, length: usize) {
        self.path.truncate(length);
    }

    /// The pairs of a table: what can stand on a line first, as all that follows a header belongs to its table.
    fn table(&mut self, dict: Handle<Dict>, depth: usize) -> Result<(), Refusal> {
        self.check_depth(depth)?;
        let entries = sorted_entries(self.heap, dict);
        let (sections, pairs): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| self.is_section(entry.value));
        for entry in pairs {
            let length = self.enter(entry.key)?;
            self.key(entry.key);
            match entry.value {
                Value::Text(text) if self.heap.str(text).contains('\n') => self.lines(self.heap.str(text))?,
                value => self.value(value, depth + 1)?,
            }
            self.output.text.push('\n');
            self.leave(length);
        }
        for entry in sections {
            let length = self.enter(entry.key)?;
            match entry.value {
                Value::Dict(inner) => {
                    // A table of nothing but tables exists because of their headers.
                    let entries = self.heap.dicts.get(inner);
                    if entries.is_empty() || entries.iter().any(|entry| !self.is_section(entry.value)) {
                        self.header("[", "]\n")?;
                    }
                    self.table(inner, depth + 1)?;
                }
                Value::List(list) => {
                    for &item in self.heap.items(list) {
                        self.header("[[", "]]\n")?;
                        if let Value::Dict(element) = item {
                            self.table(element, depth + 2)?;
                        }
                    }
                }
                _ => {}
            }
            self.leave(length);
        }
        self.output.reserve(0)
    }

    /// Whether a value is written below a header: dicts, and arrays of nothing but dicts.
    fn is_section(&self, value: Value) -> bool {
        match value {
            Value::Dict(_) => true,
            Value::List(list) => {
                let items = self.heap.items(list);
                !items.is_empty() && items.iter().all(|item| matches!(item, Value::Dict(_)))
            }
            _ => false,
        }
    }

    fn header(&mut self, open: &str, close: &str) -> Result<(), Refusal> {
        self.output.reserve(self.path.len())?;
        let break_before = if self.output.text.is_empty() { "" } else { "\n" };
        self.output.text.extend([break_before, open, &self.path, close]);
        Ok(())
    }

    /// `key = `
    fn key(&mut self, key: Key) {
        let mut digits = CompactString::default();
        append_key(key_str(self.heap, key, &mut digits), &mut self.output.text);
        self.output.text.push_str(" = ");
    }

    /// A value on one line.
    fn value(&mut self, value: Value, depth: usize) -> Result<(), Refusal> {
        match value {
            Value::Null | Value::Unset => return Err(self.refusal("null cannot be written")),
            Value::Bool(value) => self.output.text.push_str(if value { "true" } else { "false" }),
            Value::Int(int) => append_int(int, &mut self.output.text),
            Value::Float(float) if float.is_finite() => append_finite(float, &mut self.output.text),
            Value::Float(float) => self.output.text.push_str(match float {
                f64::INFINITY => "inf",
                f64::NEG_INFINITY => "-inf",
                _ => "nan",
            }),
            Value::Text(text) => {
                let content = self.heap.str(text);
                self.output.reserve(content.len())?;
                append_escaped(content, &mut self.output.text);
            }
            Value::List(list) => {
                self.check_depth(depth)?;
                self.output.text.push('[');
                for (position, &item) in self.heap.items(list).iter().enumerate() {
                    self.output.text.push_str(if position > 0 { ", " } else { "" });
                    self.value(item, depth + 1)?;
                }
                self.output.text.push(']');
            }
            Value::Dict(dict) => {
                self.check_depth(depth)?;
                self.output.text.push('{');
                for (position, entry) in sorted_entries(self.heap, dict).into_iter().enumerate() {
                    self.output.text.push_str(if position > 0 { ", " } else { " " });
                    let length = self.enter(entry.key)?;
                    self.key(entry.key);
                    self.value(entry.value, depth + 1)?;
                    self.leave(length);
                }
                self.output.text.push_str(if self.heap.dicts.get(dict).is_empty() { "}" } else { " }" });
            }
            other => return Err(self.refusal(&format!("{} cannot be written", self.heap.type_word(other)))),
        }
        self.output.reserve(0)
    }

    /// A text on several lines. The first line break is not part of it.
    fn lines(&mut self, content: &str) -> Result<(), Refusal> {
        self.output.reserve(content.len())?;
        let out = &mut self.output.text;
        out.push_str("\"\"\"\n");
        let mut characters = content.chars().peekable();
        let mut quoted = false;
        while let Some(character) = characters.next() {
            // Quotes are escaped where three of them would follow each other.
            let plain = match character {
                '"' => !quoted && characters.peek().is_some(),
                other => matches!(other, '\n' | '\t'),
            };
            quoted = character == '"' && plain;
            if plain {
                out.push(character);
            } else {
                append_character(character, out);
            }
        }
        out.push_str("\"\"\"");
        Ok(())
    }
}

/// Appends a key: as it is if it consists of letters, digits, `_` and `-`.
fn append_key(key: &str, out: &mut String) {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.bytes().all(is_bare) {
        out.push_str(key);
    } else {
        append_escaped(key, out);
    }
}
