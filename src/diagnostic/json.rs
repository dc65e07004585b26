//! Diagnostics for other programs: one JSON object a line.

use super::Diagnostic;
use crate::source::{Source, Span};

/// A diagnostic as one line of JSON: severity, code, message, file, line, column (1-based, in Unicode scalar values),
/// the end of the span, UTF-16 offsets of both, labels, notes, fixes and help.
pub fn to_json(diagnostic: &Diagnostic, source: &Source) -> String {
    let labels = diagnostic
        .labels
        .iter()
        .map(|label| serde_json::json!({ "message": label.message, "span": span_json(label.span, source) }))
        .collect::<Vec<_>>();
    let fixes = diagnostic
        .fixes
        .iter()
        .map(|fix| {
            let span = span_json(fix.span, source);
            serde_json::json!({ "title": fix.title, "span": span, "replacement": fix.replacement })
        })
        .collect::<Vec<_>>();
    serde_json::json!({
        "severity": diagnostic.severity.word(),
        "code": diagnostic.code.text(),
        "title": diagnostic.code.title(),
        "message": diagnostic.message,
        "file": source.name(),
        "span": span_json(diagnostic.span, source),
        "labels": labels,
        "notes": diagnostic.notes,
        "fixes": fixes,
        "help": diagnostic.help(),
    })
    .to_string()
}

/// Lines and columns from 1, columns in Unicode scalar values; `start` and `end` in UTF-16 units.
pub fn span_json(span: Span, source: &Source) -> serde_json::Value {
    let (start, end) = (source.position(span.start), source.position(span.end));
    serde_json::json!({
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "start": source.utf16(span.start),
        "end": source.utf16(span.end),
    })
}
