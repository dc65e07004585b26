//! Lists in brackets, and blocks.

use super::layout::{Command, Style};
use super::writer::Printer;
use crate::syntax::ast::Block;
use crate::syntax::tokens::TokenKind;

/// What follows the last item of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrailingComma {
    IfBroken,
    Never,
    /// As in the source, where it has a meaning.
    AsWritten,
}

/// How a list is laid out.
#[derive(Clone, Copy)]
pub struct ListStyle {
    /// What stands inside the brackets of a list on one line.
    pub edge: Command<'static>,
    pub trailing: TrailingComma,
    /// A line break of the source after the opening bracket stays.
    pub keeps_break: bool,
    /// The last item may go over several lines while the list itself is not broken.
    pub hugs_last: bool,
    /// Several items share a line.
    pub filled: bool,
}

impl ListStyle {
    pub const PLAIN: ListStyle = ListStyle {
        edge: Command::SoftLine,
        trailing: TrailingComma::IfBroken,
        keeps_break: false,
        hugs_last: false,
        filled: false,
    };
}

impl<'a> Printer<'a> {
    /// A list from its opening to its closing bracket. `item` prints the item of a number.
    pub fn list(&mut self, count: usize, style: ListStyle, mut item: impl FnMut(&mut Self, usize)) {
        self.token();
        if count == 0 {
            self.empty_list(style.edge);
            return;
        }
        self.layout.open();
        if style.keeps_break && self.peek().first_on_line {
            self.push(Command::Break);
        }
        self.push(Command::Indent);
        self.push(style.edge);
        let (start, mut last_start, mut last_end) = (self.peek().span.start, 0, 0);
        let commented_start = self.next_comment().is_some();
        let mut last = self.layout.next();
        for index in 0..count {
            if index > 0 {
                self.push(Command::Line);
            }
            last_start = self.peek().span.start;
            last = self.layout.next();
            self.lead(index > 0);
            item(self, index);
            last_end = self.taken()[0].map_or(last_end, |token| token.span.end);
            self.separate(index + 1 == count, style.trailing);
        }
        self.dangle(true);
        let end = self.peek().span.start;
        self.push(Command::Dedent);
        self.push(style.edge);
        let commented =
            commented_start || self.comments_between(start, last_start) || self.comments_between(last_end, end);
        self.layout.close(if style.filled && !self.comments_between(start, end) {
            Style::Filled
        } else if style.hugs_last && !commented {
            Style::Hugging { last }
        } else {
            Style::Broken
        });
        self.token();
    }

    /// The comma after an item.
    fn separate(&mut self, is_last: bool, trailing: TrailingComma) {
        match trailing {
            _ if !is_last => self.comma(),
            TrailingComma::AsWritten if self.next_is(TokenKind::Comma) => {
                self.push(Command::Text(","));
                self.drop_comma();
            }
            TrailingComma::AsWritten | TrailingComma::Never => {}
            TrailingComma::IfBroken => {
                self.push(Command::IfBroken(","));
                if self.next_is(TokenKind::Comma) {
                    self.drop_comma();
                }
            }
        }
    }

    /// The rest of a list without items.
    fn empty_list(&mut self, edge: Command<'static>) {
        self.layout.open();
        if self.ends_line() || self.next_comment().is_some() {
            self.push(Command::Indent);
            self.push(edge);
            self.dangle(false);
            self.push(Command::Dedent);
            self.push(edge);
        }
        self.layout.close(Style::Broken);
        self.token();
    }

    /// A block in a group of its own.
    pub fn block(&mut self, block: &Block) {
        self.open_block();
        self.block_rest(block);
    }

    /// The same, behind its `{`.
    pub fn block_rest(&mut self, block: &Block) {
        self.layout.open();
        self.block_inside(block);
        self.layout.close(Style::Broken);
        self.expect(TokenKind::RightBrace);
    }

    /// A block that is broken if the group around is broken.
    pub fn shared_block(&mut self, block: &Block) {
        self.open_block();
        self.block_inside(block);
        self.expect(TokenKind::RightBrace);
    }

    /// What is between the braces. It stays on one line if it is there in the source and is one statement at most.
    fn block_inside(&mut self, block: &Block) {
        let commented = self.ends_line() || self.next_comment().is_some();
        if block.statements.is_empty() && !commented {
            return;
        }
        let several = block.statements.len() != 1;
        if several || commented || self.breaks_between(block.span.start, block.span.end) {
            self.push(Command::Break);
        }
        self.push(Command::Indent);
        self.push(Command::Line);
        self.statements(&block.statements);
        self.push(Command::Dedent);
        self.push(Command::Line);
    }
}
