//! Tests of the front end, by what they read: tokens, trees, messages, and large or broken texts.

#[cfg(not(target_arch = "wasm32"))]
mod formatting;
mod grammar;
mod highlighting;
mod lexing;
mod messages;
#[cfg(not(target_arch = "wasm32"))]
mod programs;
mod scale;
mod shape;

use super::parse;
use crate::source::LineIndex;

/// The diagnostics of `text` as `line:column-column message`, one per line; the end column is one behind the span,
/// both for spans on one line only.
pub fn problems(text: &str) -> Vec<String> {
    let index = LineIndex::new(text);
    let parsed = parse(text);
    let describe = |diagnostic: crate::diagnostic::Diagnostic| {
        let start = index.position(text, diagnostic.span.start);
        let end = index.position(text, diagnostic.span.end);
        assert!(diagnostic.span.start <= diagnostic.span.end && diagnostic.span.end as usize <= text.len());
        format!("{}:{}-{} {}", start.line, start.column, end.column, diagnostic.message)
    };
    parsed.diagnostics.into_iter().map(describe).collect()
}

/// The only diagnostic of `text`.
pub fn problem(text: &str) -> String {
    let mut found = problems(text);
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    found.remove(0)
}

/// The tree of a text without diagnostics, in the notation of [`shape`].
pub fn tree(text: &str) -> String {
    let parsed = parse(text);
    assert!(parsed.diagnostics.is_empty(), "{text}: {:#?}", parsed.diagnostics);
    shape::show(&parsed.tree)
}
