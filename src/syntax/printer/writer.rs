//! Tokens and comments on their way from the source to the layout, in their order.

use super::layout::{Command, Layout};
use super::page::columns;
use crate::source::Span;
use crate::syntax::lexer::Lexed;
use crate::syntax::tokens::{Token, TokenKind};

pub struct Printer<'a> {
    text: &'a str,
    /// Without semicolons, which separate and nothing else.
    tokens: Vec<Token>,
    at: usize,
    /// The first token of the current statement, which is on a line of its own anyway.
    statement: usize,
    comments: Vec<Span>,
    comment: usize,
    /// Where the last token or comment taken ends.
    behind: u32,
    /// Where lines end.
    line_ends: Vec<u32>,
    /// A comment that ends its line was put behind the last token: the next one starts a line, as in the source.
    ends_line: bool,
    /// In an embedded expression, which stays on one line.
    pub embedded: bool,
    pub layout: Layout<'a>,
}

impl<'a> Printer<'a> {
    /// A printer for a text whose lines all end with `\n`.
    pub fn new(text: &'a str, lexed: Lexed) -> Printer<'a> {
        let mut tokens = lexed.tokens;
        tokens.retain(|token| token.kind != TokenKind::Semicolon);
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Printer {
            text,
            tokens,
            at: 0,
            statement: 0,
            comments: lexed.comments,
            comment: 0,
            behind: 0,
            line_ends: line_ends.map(|(at, _)| at as u32).collect(),
            ends_line: false,
            embedded: false,
            layout: Layout::default(),
        }
    }

    /// The next token; at the end the end token.
    pub fn peek(&self) -> Token {
        self.peek_after(0)
    }

    pub fn peek_after(&self, ahead: usize) -> Token {
        let end = Token { kind: TokenKind::End, first_on_line: true, span: Span::at(self.text.len() as u32) };
        self.tokens.get(self.at + ahead).copied().unwrap_or(end)
    }

    /// Notes that the next token begins a statement.
    pub fn begin_statement(&mut self) {
        self.statement = self.at;
    }

    pub fn next_is(&self, kind: TokenKind) -> bool {
        self.peek().kind == kind
    }

    /// The last token taken and the one before it.
    pub fn taken(&self) -> [Option<Token>; 2] {
        let back = |steps| self.at.checked_sub(steps).and_then(|at| self.tokens.get(at)).copied();
        [back(1), back(2)]
    }

    pub fn text_of(&self, token: Token) -> &'a str {
        token.span.of(self.text)
    }

    pub fn breaks_between(&self, start: u32, end: u32) -> bool {
        let next = self.line_ends.partition_point(|&line_end| line_end < start);
        self.line_ends.get(next).is_some_and(|&line_end| line_end < end)
    }

    /// Whether the last token was followed by a comment that ends its line.
    pub fn ends_line(&self) -> bool {
        self.ends_line
    }

    /// Whether there are comments between two places.
    pub fn comments_between(&self, start: u32, end: u32) -> bool {
        let next = self.comments.partition_point(|comment| comment.start < start);
        self.comments.get(next).is_some_and(|comment| comment.start < end)
    }

    /// Whether there is an empty line between two places.
    fn blank_between(&self, start: u32, end: u32) -> bool {
        let gap = Span::new(start, end).of(self.text).as_bytes();
        let mut line_is_empty = false;
        for byte in gap {
            match byte {
                b'\n' if line_is_empty => return true,
                b'\n' => line_is_empty = true,
                b' ' | b'\t' => {}
                _ => line_is_empty = false,
            }
        }
        false
    }

    /// The next comment, if it stands before the next token.
    pub fn next_comment(&self) -> Option<Span> {
        let token = self.peek().span.start;
        self.comments.get(self.comment).copied().filter(|comment| comment.start < token)
    }

    pub fn push(&mut self, command: Command<'a>) {
        self.layout.push(command);
    }

    pub fn space(&mut self) {
        self.push(Command::Space);
    }

    /// Takes the next token as it is written.
    pub fn token(&mut self) {
        let text = self.text_of(self.peek());
        self.token_as(text);
    }

    /// Takes the next token, which the caller knows to be of this kind.
    pub fn expect(&mut self, kind: TokenKind) {
        debug_assert_eq!(self.peek().kind, kind, "at {}", self.peek().span.start);
        self.token();
    }

    /// Takes the next token in another spelling.
    pub fn token_as(&mut self, text: &'a str) {
        self.lead(false);
        if self.follows_thrown_name() {
            self.push(Command::FreshLine { indent: 1 });
        }
        self.push(Command::Text(text));
        self.pass();
    }

    /// Whether the next token would become the operand of a `throw` before it, which is a name only because the
    /// line ends behind it.
    fn follows_thrown_name(&self) -> bool {
        let token = self.peek();
        if self.at == self.statement || !token.first_on_line || !token.kind.begins_expression() {
            return false;
        }
        let [last, before] = self.taken();
        // Comments in between have kept the line break.
        let named = last.is_some_and(|last| {
            last.kind == TokenKind::Identifier
                && self.text_of(last) == "throw"
                && !self.comments_between(last.span.end, token.span.start)
        });
        let member = before.is_some_and(|before| matches!(before.kind, TokenKind::Dot | TokenKind::QuestionDot));
        named && !member
    }

    /// Takes the `{` of a block, whose first line is broken anyway: a comment before it goes behind it.
    pub fn open_block(&mut self) {
        if self.next_comment().is_some() {
            self.lead(false);
        }
        self.push(Command::Text("{"));
        self.pass();
    }

    /// Takes the comma that separates two items; a comment before it goes behind it.
    pub fn comma(&mut self) {
        if self.next_comment().is_some() {
            self.lead(false);
        }
        self.push(Command::Text(","));
        self.pass();
    }

    /// Takes the next token without printing it. Comments behind it come behind what is before it.
    pub fn drop_token(&mut self) {
        if self.next_comment().is_some() {
            self.lead(false);
        }
        self.step(false);
    }

    /// Takes a comma between lines that need none; comments before it stay on lines of their own.
    pub fn drop_comma(&mut self) {
        if self.ends_line {
            self.push(Command::HardLine);
            self.ends_line = false;
        }
        self.dangle_comments(false);
        self.pass();
    }

    /// Takes `mark`, also off the front of `>=` or `??` (language.md 2.2).
    pub fn type_mark(&mut self, mark: TokenKind) {
        let rest = match (mark, self.peek().kind) {
            (TokenKind::Greater, TokenKind::GreaterEqual) => TokenKind::Assign,
            (TokenKind::Question, TokenKind::Coalesce) => TokenKind::Question,
            _ => return self.expect(mark),
        };
        self.lead(false);
        self.push(Command::Text(mark.text().unwrap_or("")));
        let at = self.at;
        if let Some(token) = self.tokens.get_mut(at) {
            token.kind = rest;
            token.span.start += 1;
            token.first_on_line = false;
            self.behind = token.span.start;
        }
    }

    /// Takes everything up to `end` as it is written.
    pub fn verbatim(&mut self, end: u32) {
        self.lead(false);
        let start = self.peek().span.start;
        self.push(Command::Text(Span::new(start, end).of(self.text)));
        while self.peek().span.start < end && !self.next_is(TokenKind::End) {
            self.at += 1;
        }
        while self.comments.get(self.comment).is_some_and(|comment| comment.start < end) {
            self.comment += 1;
        }
        self.behind = end;
        self.trail(true);
    }

    /// Steps behind the next token, and takes the comments that end its line.
    fn pass(&mut self) {
        self.step(true);
    }

    /// The same; with `aligned` the comments keep standing below those of other lines.
    fn step(&mut self, aligned: bool) {
        let token = self.peek();
        if token.kind != TokenKind::End {
            self.at += 1;
            self.behind = token.span.end;
            self.trail(aligned);
        }
    }

    /// The comments on the line of the last token, unless more of the program follows on that line.
    fn trail(&mut self, aligned: bool) {
        let next = self.peek();
        let mut last = self.comment;
        let mut behind = self.behind;
        loop {
            match self.comments.get(last) {
                Some(comment) if comment.start < next.span.start => {
                    if self.breaks_between(behind, comment.start) {
                        break;
                    }
                    behind = comment.end;
                    last += 1;
                }
                _ if next.kind == TokenKind::End || self.breaks_between(behind, next.span.start) => break,
                _ => return,
            }
        }
        // Behind another comment it would be part of that one's run when it is read again.
        let aligned = aligned && !matches!(self.layout.last(), Some(Command::Closing(_)));
        let column = (aligned && self.comment < last).then(|| self.column_of_comment());
        while self.comment < last {
            let text = self.take_comment();
            self.push(Command::Suffix(text, column));
            self.ends_line = true;
        }
    }

    /// The column of the next comment.
    fn column_of_comment(&self) -> usize {
        let at = self.comments.get(self.comment).map_or(0, |comment| comment.start);
        let line = self.line_ends.partition_point(|&line_end| line_end < at);
        let start = line.checked_sub(1).and_then(|line| self.line_ends.get(line)).map_or(0, |line_end| line_end + 1);
        columns(Span::new(start, at).of(self.text))
    }

    fn take_comment(&mut self) -> &'a str {
        let Some(&span) = self.comments.get(self.comment) else { return "" };
        self.comment += 1;
        self.behind = span.end;
        span.of(self.text).trim_end()
    }

    /// Prints the comments before the next token. With `spaced` an empty line before it is kept.
    pub fn lead(&mut self, spaced: bool) {
        self.lead_with(spaced, 1);
    }

    /// The same, for the word that goes on with a statement after a block: it is not indented.
    pub fn lead_word(&mut self) {
        self.lead_with(false, 0);
    }

    fn lead_with(&mut self, spaced: bool, indent: usize) {
        let mut spaced = spaced;
        while let Some(comment) = self.next_comment() {
            let behind = self.behind;
            let on_own_line = self.comment == 0 && self.at == 0 || self.breaks_between(behind, comment.start);
            if on_own_line || self.ends_line {
                self.push(Command::FreshLine { indent });
                self.ends_line = false;
                if spaced && self.blank_between(behind, comment.start) {
                    self.push(Command::Blank);
                }
            } else if self.needs_space() {
                self.space();
            }
            let text = self.take_comment();
            self.push(Command::Text(text));
            let next = self.next_comment().unwrap_or(self.peek().span).start;
            if self.breaks_between(comment.end, next) || self.next_is(TokenKind::End) {
                self.push(Command::SameIndent);
                spaced = true;
            } else if !is_tight(self.peek().kind) || self.next_comment().is_some() {
                self.space();
            }
        }
        if self.ends_line {
            self.push(Command::FreshLine { indent });
            self.ends_line = false;
        }
        let next = self.peek();
        let ends = is_tight(next.kind) || next.kind == TokenKind::End;
        if spaced && !ends && self.blank_between(self.behind, next.span.start) {
            self.push(Command::Blank);
        }
    }

    /// Whether a comment in the middle of a line has something before it that it must keep away from.
    fn needs_space(&self) -> bool {
        match self.layout.last() {
            Some(Command::Text(text)) => !matches!(text, "(" | "[" | "{"),
            last => matches!(last, Some(Command::IfBroken(_) | Command::IfFlat(_) | Command::Closing(_))),
        }
    }

    /// Prints the comments before the closing token of a list or block.
    pub fn dangle(&mut self, spaced: bool) {
        self.dangle_comments(spaced);
        if self.ends_line {
            self.push(Command::Break);
        }
    }

    fn dangle_comments(&mut self, spaced: bool) {
        while let Some(comment) = self.next_comment()
            && !self.ends_line
            && self.needs_space()
            && !self.breaks_between(self.behind, comment.start)
        {
            let text = self.take_comment();
            self.push(Command::Closing(text));
        }
        if let Some(comment) = self.next_comment() {
            if self.breaks_between(self.behind, comment.start) {
                self.push(Command::HardLine);
            }
            self.lead(spaced);
        }
    }
}

/// Whether no space stands before this token.
fn is_tight(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(kind, Comma | RightParen | RightBracket | RightBrace | TextMiddle | TextTail)
}
