//! Problems found before a program runs, and how they are shown.
//!
//! A [`Diagnostic`] is plain data: hosts read its fields, people read the output of [`render`].
//! Reports of runtime errors reuse [`excerpt`] and [`suggest`].

mod codes;
mod json;
mod render;
mod suggest;

pub use codes::{Code, Phase, explain};
pub use json::{diagnostic_json, span_json, to_json};
pub use render::{Style, excerpt, header, render, visible};
pub use suggest::{distance, member_hint, suggest, undefined_hint, word_hint, word_replacement};

use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A second place that explains the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    pub span: Span,
    pub message: String,
}

/// A change of the text that would solve the problem, or what is likely meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// What is replaced; an empty span is a place to insert at.
    pub span: Span,
    pub replacement: String,
}

impl Fix {
    pub fn new(span: Span, replacement: impl Into<String>) -> Fix {
        let replacement = replacement.into();
        let verb = if span.is_empty() { "insert" } else { "replace with" };
        Fix { title: format!("{verb} `{replacement}`"), span, replacement }
    }
}

/// One problem of one source text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: Code,
    /// The exact text of language.md; hints are never part of it.
    pub message: String,
    pub span: Span,
    pub labels: Vec<Label>,
    /// What to do about it, one sentence each.
    pub notes: Vec<String>,
    /// Changes that editors offer, the best one first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            message: message.into(),
            span,
            labels: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// A finding of the compiler (language.md 2.7): `Compilation error: <finding>`.
    pub fn compilation(span: Span, finding: &str) -> Diagnostic {
        Diagnostic::error(Code::Vm, span, format!("Compilation error: {finding}"))
    }

    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    pub fn label(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// Offers to write `replacement` over `span`, or at it if it is empty.
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Diagnostic {
        self.fixes.push(Fix::new(span, replacement));
        self
    }

    /// The closing advice of lexer and parser reports.
    pub const fn help(&self) -> Option<&'static str> {
        self.code.phase().help()
    }
}
