//! CSV (language.md 13.9).

use super::arguments::wrong;
use super::table::{Arity, Builtin};
use super::text_form::{append, key_str};
use super::{Context, LONGEST_DOCUMENT};
use crate::heap::{Dict, Key};
use crate::runtime::{ErrorKind, Raise};
use crate::value::{Handle, Value};
use compact_str::CompactString;
use csv_core::{ReadRecordResult, Reader};

pub(super) const ROWS: &[Builtin] = &[
    Builtin::native("parse_csv", Arity::plural(1, 1), parse_csv)
        .doc("parse_csv(s: string) -> array", "A dict for each row after the first, which names the columns")
        .example("parse_csv(\"name,age\\nAda,36\\n\")", "[{\"age\": 36, \"name\": Ada}]"),
    Builtin::native("to_csv", Arity::plural(1, 1), to_csv)
        .doc("to_csv(rows: array of dict) -> string", "A row for each dict, under the keys of the first")
        .example("to_csv([{\"a\": 1, \"b\": \"x,y\"}])", "a,b\n1,\"x,y\"\n"),
];

#[cold]
fn failed(reason: String) -> Raise {
    Raise::new(ErrorKind::Format, format!("CSV parse error: {reason}"))
}

/// One row of a text, without its quotes.
struct Rows<'a> {
    reader: Reader,
    input: &'a [u8],
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str) -> Rows<'a> {
        // No row is longer than the text, and after each field but the last comes a separator.
        Rows { reader: Reader::new(), input: text.as_bytes(), fields: vec![0; text.len()], ends: vec![0; 16] }
    }

    /// The fields of the next row.
    fn next(&mut self) -> Option<impl Iterator<Item = &str>> {
        let (mut written, mut count) = (0, 0);
        loop {
            let (result, read, bytes, ends) =
                self.reader.read_record(self.input, self.fields.get_mut(written..)?, self.ends.get_mut(count..)?);
            self.input = self.input.get(read..)?;
            written += bytes;
            count += ends;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
                // An empty input says that nothing follows.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2 + 16, 0),
            }
        }
        let mut start = 0;
        let fields = &self.fields;
        Some(self.ends.iter().take(count).map(move |&end| {
            let field = fields.get(start..end).unwrap_or_default();
            start = end;
            // The text was UTF-8, and fields end at characters.
            str::from_utf8(field).unwrap_or_default()
        }))
    }
}

fn parse_csv(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Text(text) = arguments[0] else {
        return Err(wrong("parse_csv", " requires a string argument"));
    };
    let length = context.heap.str(text).len();
    if length > LONGEST_DOCUMENT {
        return Err(failed(format!("input longer than {LONGEST_DOCUMENT} bytes")));
    }
    context.work(length.saturating_mul(4));
    // A copy, as the heap grows while the text is read, and the fields of one row.
    context.reserve(length.saturating_mul(2))?;
    let source = context.heap.str(text).to_string();
    let mut rows = Rows::new(&source);
    let mut columns = Vec::new();
    if let Some(names) = rows.next() {
        for name in names {
            let name = context.heap.text(name);
            columns.extend(context.heap.key(name));
        }
    }
    let mut items = Vec::new();
    while let Some(fields) = rows.next() {
        let row = context.heap.dict(Dict::default());
        let Value::Dict(dict) = row else { continue };
        let mut count = 0;
        for field in fields {
            if let Some(&column) = columns.get(count) {
                let value = scalar(field).unwrap_or_else(|| context.heap.text(field));
                context.heap.dict_set(dict, column, value);
            }
            count += 1;
        }
        if count != columns.len() {
            let (number, expected) = (items.len() + 2, columns.len());
            return Err(failed(format!("row {number} has {count} fields, the first row has {expected}")));
        }
        items.push(row);
        context.reserve(2 * items.len() * size_of::<Value>())?;
    }
    Ok(context.heap.list(items))
}

fn scalar(field: &str) -> Option<Value> {
    field.parse().map(Value::Int).or_else(|_| field.parse().map(Value::Float)).ok()
}

fn to_csv(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let none = || Raise::argument("CSV requires array of dictionaries");
    let Value::List(list) = arguments[0] else { return Err(none()) };
    let dict = |value: &Value| if let Value::Dict(dict) = value { Ok(*dict) } else { Err(none()) };
    let rows: Vec<Handle<Dict>> = context.heap.items(list).iter().map(dict).collect::<Result<_, _>>()?;
    let Some(&first) = rows.first() else {
        return Err(Raise::argument("CSV requires non-empty array"));
    };
    let columns: Vec<Key> = context.heap.dicts.get(first).iter().map(|entry| entry.key).collect();
    context.work(rows.len().saturating_mul(columns.len() + 1).saturating_mul(8));
    let mut out = String::new();
    let mut digits = CompactString::default();
    for (position, &column) in columns.iter().enumerate() {
        append_field(position, columns.len(), key_str(context.heap, column, &mut digits), &mut out);
    }
    out.push('\n');
    let mut field = String::new();
    for row in rows {
        for (position, &column) in columns.iter().enumerate() {
            field.clear();
            if let Some(value) = context.heap.dict_get(row, column) {
                append(context, value, &mut field)?;
            }
            append_field(position, columns.len(), &field, &mut out);
        }
        out.push('\n');
        context.reserve(2 * out.len())?;
    }
    context.work(out.len());
    Ok(context.heap.string(out))
}

/// A row of one empty field is quoted, as an empty line is no row.
fn append_field(position: usize, columns: usize, field: &str, out: &mut String) {
    if position > 0 {
        out.push(',');
    }
    if field.contains([',', '"', '\n', '\r']) || columns == 1 && field.is_empty() {
        out.push('"');
        for (part, text) in field.split('"').enumerate() {
            out.push_str(if part > 0 { "\"\"" } else { "" });
            out.push_str(text);
        }
        out.push('"');
    } else {
        out.push_str(field);
    }
}
