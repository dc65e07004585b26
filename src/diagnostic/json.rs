//! Diagnostics as data, for other programs.

use super::Diagnostic;
use crate::source::{Source, Span};
use serde_json::{Value, json};

/// A diagnostic as one line of JSON: severity, code, message, file, line, column (1-based, in Unicode scalar values),
/// the end of the span, UTF-16 offsets of both, labels, notes, fixes and help.
pub fn to_json(diagnostic: &Diagnostic, source: &Source) -> String {
    let mut data = data(diagnostic, |span| span_json(span, source));
    data["title"] = diagnostic.code.title().into();
    data["file"] = source.name().into();
    data["help"] = diagnostic.help().into();
    data.to_string()
}

/// A diagnostic as JavaScript has it: severity, code, message, span, labels, notes and fixes, every span with its file.
pub fn diagnostic_json(diagnostic: &Diagnostic, source: &Source) -> Value {
    data(diagnostic, |span| {
        let mut place = span_json(span, source);
        place["file"] = source.name().into();
        place
    })
}

fn data(diagnostic: &Diagnostic, place: impl Fn(Span) -> Value) -> Value {
    let labels = diagnostic.labels.iter();
    let labels: Vec<Value> =
        labels.map(|label| json!({ "message": label.message, "span": place(label.span) })).collect();
    let fixes = diagnostic.fixes.iter();
    let fixes: Vec<Value> = fixes
        .map(|fix| json!({ "title": fix.title, "span": place(fix.span), "replacement": fix.replacement }))
        .collect();
    json!({
        "severity": diagnostic.severity.word(),
        "code": diagnostic.code.text(),
        "message": diagnostic.message,
        "span": place(diagnostic.span),
        "labels": labels,
        "notes": diagnostic.notes,
        "fixes": fixes,
    })
}

/// Lines and columns from 1, columns in Unicode scalar values; `start` and `end` in UTF-16 units.
pub fn span_json(span: Span, source: &Source) -> Value {
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "start": source.utf16(span.start),
        "end": source.utf16(span.end),
    })
}
