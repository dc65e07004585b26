//! The formatter: a program in the layout of the house.
//!
//! The tree says how a text is put together, the text itself supplies every word: the printer walks over the tree
//! and takes the tokens one after the other, so that numbers, strings and comments stay as they are written and
//! none is lost. What it leaves out or adds are only separators that the grammar does not need (or needs: see
//! [`statements`]), commas at the end of lists, and `:=` for `=`.
//!
//! Line breaks mean something in this language (language.md 2.3). The printer never breaks a line in front of the
//! bracket of a call, an index or a struct literal, after `throw` or after `join`; and where a line break of the
//! source keeps two tokens apart, it stays.

mod expressions;
mod items;
mod layout;
mod lists;
mod page;
mod patterns;
mod statements;
mod writer;

use super::{MAXIMUM_SOURCE, recover};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use writer::Printer;

/// The text of a program in its standard layout: it means the same, and formatting it again changes nothing.
///
/// Takes time linear in the length of the text.
///
/// # Errors
/// The diagnostics of a text that has lexical or parse diagnostics, and one if the result would be longer than a
/// source may be.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let read = recover(text);
    if !read.diagnostics.is_empty() {
        return Err(read.diagnostics);
    }
    let formatted = if text.contains('\r') {
        // Line breaks mean the same however they are written, and strings contain none.
        let unified = text.replace("\r\n", "\n").replace('\r', "\n");
        let read = recover(&unified);
        Printer::new(&unified, read.lexed).program(&read.tree)
    } else {
        Printer::new(text, read.lexed).program(&read.tree)
    };
    formatted.ok_or_else(|| {
        let message = format!("Formatted source exceeds maximum allowed {MAXIMUM_SOURCE} bytes");
        let note = "the indentation makes the text longer; split the program into modules";
        vec![Diagnostic::error(Code::Parse, Span::at(0), message).note(note)]
    })
}
