//! The answers as JSON, for hosts that are not written in Rust. Offsets in and out count UTF-16 units; lines and
//! columns start at 1 and columns count Unicode scalar values.

use super::{Analysis, Item};
use crate::diagnostic::{Style, diagnostic_json, render, span_json};
use crate::source::{Source, Span};
use serde_json::{Value, json};
use std::sync::Arc;

impl Analysis {
    fn byte(&self, utf16: u32) -> u32 {
        self.source.lines().byte(self.source.text(), utf16)
    }

    fn range(&self, span: Span) -> Value {
        span_json(span, &self.source)
    }

    fn ranges(&self, spans: &[Span]) -> Value {
        spans.iter().map(|&span| self.range(span)).collect()
    }

    /// `{ span, items: [{ label, kind, detail, documentation, insert }] }`
    pub fn complete_json(&self, utf16: u32, host: &[Arc<str>]) -> Value {
        let completions = self.complete(self.byte(utf16), host);
        let items: Vec<Value> = completions
            .items
            .iter()
            .map(|item| {
                json!({
                    "label": item.label,
                    "kind": item.kind.word(),
                    "detail": item.detail,
                    "documentation": item.documentation,
                    "insert": item.insert,
                })
            })
            .collect();
        json!({ "span": self.range(completions.span), "items": items })
    }

    /// `{ span, markdown }`, or null.
    pub fn hover_json(&self, utf16: u32) -> Value {
        match self.hover(self.byte(utf16)) {
            Some(hover) => json!({ "span": self.range(hover.span), "markdown": hover.markdown }),
            None => Value::Null,
        }
    }

    pub fn definition_json(&self, utf16: u32) -> Value {
        self.ranges(&self.definition(self.byte(utf16)))
    }

    pub fn references_json(&self, utf16: u32) -> Value {
        self.ranges(&self.references(self.byte(utf16)))
    }

    /// `{ edits: [{ span, replacement }] }`, or `{ error }`.
    pub fn rename_json(&self, utf16: u32, name: &str) -> Value {
        match self.rename(self.byte(utf16), name) {
            Ok(edits) => {
                let edit =
                    |edit: &super::Edit| json!({ "span": self.range(edit.span), "replacement": edit.replacement });
                json!({ "edits": edits.iter().map(edit).collect::<Vec<_>>() })
            }
            Err(error) => json!({ "error": error.to_string() }),
        }
    }

    pub fn symbols_json(&self) -> Value {
        self.symbols().iter().map(|item| self.item_json(item)).collect()
    }

    fn item_json(&self, item: &Item) -> Value {
        let children: Vec<Value> = item.children.iter().map(|child| self.item_json(child)).collect();
        json!({
            "name": item.name,
            "kind": item.kind.word(),
            "span": self.range(item.span),
            "selection": self.range(item.selection),
            "children": children,
        })
    }

    /// `{ formatted }`, or what keeps the text from being formatted: `{ diagnostics, report }`.
    pub fn format_json(&self, file: &str) -> Value {
        match crate::syntax::format(self.source().text()) {
            Ok(formatted) => json!({ "formatted": formatted }),
            Err(found) => {
                let source = Source::new(file, self.source().text());
                let reports: Vec<String> =
                    found.iter().map(|diagnostic| render(diagnostic, &source, Style::Plain)).collect();
                let diagnostics: Vec<Value> =
                    found.iter().map(|diagnostic| diagnostic_json(diagnostic, &source)).collect();
                json!({ "diagnostics": diagnostics, "report": reports.join("\n") })
            }
        }
    }

    /// Diagnostics of the shape that compiling gives; see [`Analysis::diagnostics`].
    pub fn diagnostics_json(&self, file: &str, host: &[Arc<str>]) -> Value {
        let source = Source::new(file, self.source().text());
        self.diagnostics(host).iter().map(|diagnostic| diagnostic_json(diagnostic, &source)).collect()
    }
}
