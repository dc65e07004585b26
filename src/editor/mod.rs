//! What an editor asks about a text that may be incomplete or wrong: tokens, completion, documentation, declarations,
//! references, renaming, problems, outline. Everything comes from the tables and the parser of the language itself.
//!
//! One [`Analysis`] per text; it takes time linear in the length of the text. Offsets are bytes in here; the drivers
//! count as their hosts do ([`Analysis::source`]).

mod complete;
mod describe;
mod doubts;
mod hover;
mod json;
mod navigate;
mod outline;
mod problems;

pub use complete::{Completion, CompletionKind, Completions};
pub use describe::describe;
pub use hover::Hover;
pub use navigate::{Edit, RenameError};
pub use outline::{Item, ItemKind};

use crate::builtins::{self, Builtin, CONSTANTS};
use crate::names::{Index, Occurrence, VariableId, VariableKind};
use crate::source::{Source, Span};
use crate::syntax::tokens::{Token, TokenKind};
use crate::syntax::{Recovered, recover};

/// Everything that is known about one text.
pub struct Analysis {
    source: Source,
    recovered: Recovered,
    index: Index,
}

impl Analysis {
    pub fn new(text: &str) -> Analysis {
        let recovered = recover(text);
        let index = Index::of_text(&recovered, text);
        Analysis { source: Source::new("", text), recovered, index }
    }

    /// The text with its lines, for hosts that count in other units.
    pub fn source(&self) -> &Source {
        &self.source
    }

    fn text(&self) -> &str {
        self.source.text()
    }

    fn tokens(&self) -> &[Token] {
        &self.recovered.lexed.tokens
    }

    /// The word or mark that `offset` is in. Between two of them a word counts, whichever side it is on.
    fn token_at(&self, offset: u32) -> Option<usize> {
        let tokens = self.tokens();
        let after = tokens.partition_point(|token| token.span.start <= offset);
        let found = after.checked_sub(1).filter(|&at| offset < tokens[at].span.end);
        let before = tokens[..after].iter().rposition(|token| token.span.end <= offset && token.kind != TokenKind::End);
        let touches = before.filter(|&at| tokens[at].span.end == offset && tokens[at].kind.is_word());
        match found {
            Some(at) if tokens[at].kind.is_word() => Some(at),
            found => touches.or(found),
        }
    }

    /// The occurrence of a name that `offset` is in or at the end of.
    fn occurrence(&self, offset: u32) -> Option<&Occurrence> {
        let token = self.tokens().get(self.token_at(offset)?)?;
        self.index.at(token.span.start).filter(|occurrence| occurrence.span.start == token.span.start)
    }

    /// The text of a span on one line, runs of white space as one space, cut if it is long.
    fn squeezed(&self, span: Span) -> String {
        let mut squeezed = String::new();
        for word in span.of(self.text()).split_whitespace() {
            if !squeezed.is_empty() {
                squeezed.push(' ');
            }
            let room = LONGEST_DECLARATION.saturating_sub(squeezed.len());
            if word.len() > room {
                let fits = word.char_indices().map(|(at, _)| at).take_while(|&at| at <= room).last();
                squeezed.push_str(&word[..fits.unwrap_or(0)]);
                squeezed.push('…');
                break;
            }
            squeezed.push_str(word);
        }
        squeezed
    }

    /// How a variable is shown: its signature or its declaration, in the language itself.
    fn declaration_text(&self, variable: VariableId) -> String {
        let text = self.squeezed(self.index.variables[variable].shown);
        // The head of a loop goes up to its block.
        text.strip_suffix('{').map_or(text.as_str(), str::trim_end).to_string()
    }

    /// The comment that stands directly above the line of `offset`, or the words of one at its end, without marks.
    fn comment_above(&self, offset: u32) -> Option<String> {
        let (text, comments) = (self.text(), &self.recovered.lexed.comments);
        let lines = self.source.lines();
        let mut line = self.source.position(offset).line;
        let mut found: Vec<&str> = Vec::new();
        let mut at = comments.partition_point(|comment| comment.start < offset);
        while let Some(comment) = at.checked_sub(1).map(|before| comments[before]) {
            let last = self.source.position(comment.end).line;
            let first = self.source.position(comment.start).line;
            let starts_line = Span::new(lines.line_span(text, first).start, comment.start).of(text).trim().is_empty();
            if last + 1 != line || !starts_line {
                break;
            }
            found.push(comment.of(text));
            line = first;
            at -= 1;
        }
        found.reverse();
        let words: Vec<&str> = found.into_iter().flat_map(str::lines).map(without_marks).collect();
        let words = words.join("\n").trim().to_string();
        (!words.is_empty()).then_some(words)
    }
}

/// A declaration of more bytes is cut.
const LONGEST_DECLARATION: usize = 160;

/// A line of a comment without what makes it a comment.
fn without_marks(line: &str) -> &str {
    let line = line.trim();
    let line = line.strip_suffix("*/").unwrap_or(line);
    line.trim_start_matches(['#', '/', '*']).trim()
}

/// The word for a kind of variable.
fn kind_word(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Let => "immutable variable",
        VariableKind::Mut => "mutable variable",
        VariableKind::Const => "constant",
        VariableKind::Created => "variable",
        VariableKind::Function => "function",
        VariableKind::Parameter => "parameter",
        VariableKind::Loop => "loop variable",
        VariableKind::Match => "variable of a pattern",
        VariableKind::Except => "caught error",
        VariableKind::AsyncLet => "promise of a child task",
        VariableKind::Import => "imported name",
        VariableKind::Field => "field of the receiver",
    }
}

/// The builtin of that name.
fn builtin(name: &str) -> Option<&'static Builtin> {
    builtins::find(name).and_then(|index| builtins::TABLE.get(usize::from(index)))
}

/// The predeclared values that are neither functions nor numbers.
const PREDECLARED_STRUCTS: &[(&str, &str)] =
    &[("Promise", "Has the fields all, race, any and all_settled: the functions promise_all and its like")];

/// All predeclared values that are no functions: name, signature, summary.
fn constants() -> impl Iterator<Item = (&'static str, String, &'static str)> {
    let numbers = CONSTANTS.iter().map(|&(name, _, summary)| (name, format!("{name} -> float"), summary));
    let structs = PREDECLARED_STRUCTS.iter().map(|&(name, summary)| (name, format!("{name} -> struct"), summary));
    numbers.chain(structs)
}

/// Signature and summary of the predeclared value of that name.
fn predeclared(name: &str) -> Option<(String, &'static str)> {
    constants().find(|constant| constant.0 == name).map(|(_, signature, summary)| (signature, summary))
}

/// The documentation of a builtin in Markdown.
fn builtin_markdown(builtin: &Builtin) -> String {
    let mut page = format!("```ruff\n{}\n```\n{}", builtin.signature, builtin.summary);
    if builtin.updates() {
        page.push_str(". In method form it updates its receiver");
    }
    if let Some(original) = builtin.stands_for() {
        page.push_str(&format!(". {} is another name of {original}", builtin.name));
    }
    page.push_str(&format!("\n\n```ruff\n{}\n```", builtin.commented_example()));
    page
}

/// Whether a text is a name that a variable may have.
fn is_name(text: &str) -> bool {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts
        && text.chars().all(|character| character == '_' || character.is_alphanumeric())
        && text.chars().count() <= crate::syntax::lexer::MAXIMUM_NAME
        && TokenKind::keyword(text).is_none()
        && !matches!(text, "_" | "Ok" | "Err" | "Some" | "None")
}
