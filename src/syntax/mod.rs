//! Text to tree: tokens, lexer, parser, and the tree itself; and back to text, formatted.
//!
//! [`parse`] is total. It gives a tree for every text, and the tree is complete if and only if there are no
//! diagnostics.

pub mod ast;
mod brackets;
pub mod lexer;
pub mod literals;
mod parser;
mod printer;
pub mod tokens;
pub mod walk;

#[cfg(test)]
mod tests;

pub use ast::Tree;
pub use lexer::Lexed;
pub use printer::format;
pub use tokens::{Class, highlight};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Longest source in bytes.
pub const MAXIMUM_SOURCE: usize = 1_048_576;

/// What became of a source text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Not to be compiled if there are diagnostics: what could not be read is missing or made up.
    pub tree: Tree,
    /// In source order. Lexical ones only, if there are any.
    pub diagnostics: Vec<Diagnostic>,
}

/// Everything that can be made of a text that may be incomplete.
#[derive(Clone, Debug)]
pub struct Recovered {
    pub lexed: Lexed,
    /// Also of a text with lexical diagnostics.
    pub tree: Tree,
    /// Those that [`parse`] gives.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a text for an editor: like [`parse`], but goes on after lexical diagnostics and keeps the tokens.
pub fn recover(text: &str) -> Recovered {
    if text.len() > MAXIMUM_SOURCE {
        let Parsed { tree, diagnostics } = parse(text);
        return Recovered { lexed: lexer::lex(""), tree, diagnostics };
    }
    let lexed = lexer::lex(text);
    let Parsed { tree, diagnostics } = parser::parse(text, lexed.tokens.clone());
    let diagnostics = if lexed.diagnostics.is_empty() { diagnostics } else { lexed.diagnostics.clone() };
    Recovered { lexed, tree, diagnostics }
}

/// Reads a source text, in time linear in its length and with bounded native stack.
pub fn parse(text: &str) -> Parsed {
    let size = text.len();
    if size > MAXIMUM_SOURCE {
        let message = format!("Source size {size} bytes exceeds maximum allowed {MAXIMUM_SOURCE} bytes");
        let note = "split the program into modules, or load large data while it runs";
        let diagnostic = Diagnostic::error(Code::Parse, Span::at(0), message).note(note);
        return Parsed { tree: Tree::default(), diagnostics: vec![diagnostic] };
    }
    let lexed = lexer::lex(text);
    if !lexed.diagnostics.is_empty() {
        return Parsed { tree: Tree::default(), diagnostics: lexed.diagnostics };
    }
    parser::parse(text, lexed.tokens)
}
