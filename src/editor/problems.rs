//! Everything that can be said against a text before it runs.

use super::doubts::doubts;
use super::{Analysis, predeclared};
use crate::builtins::TABLE;
use crate::compile;
use crate::diagnostic::{Diagnostic, Fix, Severity, suggest, undefined_hint, word_replacement};
use crate::names::{Occurrence, Target};
use crate::syntax::tokens::KEYWORDS;
use std::sync::Arc;

/// How many names are looked up for what was meant.
const GUESSES: usize = 50;

impl Analysis {
    /// Lexical and syntactic diagnostics; if there are none, the findings of the compiler, and warnings about names
    /// that look misspelt and about what hardly anybody means. `host` are the names that the host gives to scripts.
    pub fn diagnostics(&self, host: &[Arc<str>]) -> Vec<Diagnostic> {
        if !self.recovered.diagnostics.is_empty() {
            return self.recovered.diagnostics.clone();
        }
        let source = Arc::new(self.source.clone());
        let mut found =
            compile::compile(source, &self.recovered.tree, compile::Surroundings::default()).err().unwrap_or_default();
        found.extend(self.misspelt(host));
        found.extend(self.doubts());
        found.sort_by_key(|diagnostic| diagnostic.span.start);
        found
    }

    /// Warnings about what the grammar allows and hardly anybody means; none for a text with diagnostics.
    pub fn doubts(&self) -> Vec<Diagnostic> {
        if !self.recovered.diagnostics.is_empty() {
            return Vec::new();
        }
        doubts(&self.recovered.tree, self.text(), &self.index)
    }

    /// Names that nothing declares and that are near to one that something does. Others are left alone: a script may
    /// get names that its text does not tell.
    fn misspelt(&self, host: &[Arc<str>]) -> Vec<Diagnostic> {
        if self.index.open {
            return Vec::new();
        }
        let known = |name: &str| {
            super::builtin(name).is_some() || predeclared(name).is_some() || host.iter().any(|other| &**other == name)
        };
        let outer = self.index.occurrences.iter().filter(|occurrence| occurrence.target == Target::Outer);
        let unknown = outer.filter(|occurrence| !known(self.index.text(occurrence.name)));
        unknown.take(GUESSES).filter_map(|occurrence| self.misspelling(occurrence, host)).collect()
    }

    fn misspelling(&self, occurrence: &Occurrence, host: &[Arc<str>]) -> Option<Diagnostic> {
        let name = self.index.text(occurrence.name);
        let (note, replacement) = match undefined_hint(name) {
            Some(hint) => (hint.to_string(), word_replacement(name)),
            None => {
                let visible = self.index.visible(occurrence.span.start);
                let variables = visible.iter().map(|&variable| self.index.text(self.index.variables[variable].name));
                let builtins = TABLE.iter().map(|builtin| builtin.name);
                let keywords = KEYWORDS.iter().map(|keyword| keyword.0);
                let host = host.iter().map(|name| &**name);
                let meant = suggest(name, variables.chain(builtins).chain(host).chain(keywords))?;
                (format!("did you mean `{meant}`?"), Some(meant))
            }
        };
        let mut warning =
            Diagnostic::error(crate::diagnostic::Code::Vm, occurrence.span, format!("Undefined variable: {name}"));
        warning.severity = Severity::Warning;
        warning.notes.push(note);
        warning.fixes.extend(replacement.map(|replacement| Fix::new(occurrence.span, replacement)));
        Some(warning)
    }
}
