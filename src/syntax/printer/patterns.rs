//! Assignment targets and the patterns of cases.

use super::layout::{Command, Style};
use super::lists::{ListStyle, TrailingComma};
use super::writer::Printer;
use crate::syntax::ast::*;
use crate::syntax::tokens::TokenKind;

impl<'a> Printer<'a> {
    /// The target of a declaration or a destructuring assignment.
    pub fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Name(_) => self.expect(TokenKind::Identifier),
            Pattern::Array { items, rest, .. } => {
                self.list(items.len() + usize::from(rest.is_some()), ListStyle::PLAIN, |printer, index| {
                    match items.get(index) {
                        Some(item) => printer.pattern(item),
                        None => printer.rest(),
                    }
                });
            }
            Pattern::Dict { names, rest, .. } => {
                self.list(names.len() + usize::from(rest.is_some()), ListStyle::PLAIN, |printer, index| {
                    if index < names.len() { printer.token() } else { printer.rest() }
                });
            }
        }
    }

    /// `...name`
    fn rest(&mut self) {
        self.expect(TokenKind::Ellipsis);
        self.token();
    }

    #[inline(never)]
    pub fn place(&mut self, place: &Place) {
        self.token();
        for step in &place.steps {
            match &step.kind {
                PlaceStepKind::Field(_) => {
                    self.expect(TokenKind::Dot);
                    self.token();
                }
                PlaceStepKind::Index(index) => self.index(index),
            }
        }
    }

    #[inline(never)]
    pub fn match_pattern(&mut self, pattern: &MatchPattern) {
        match &pattern.kind {
            MatchPatternKind::Alternatives(alternatives) => {
                self.lead(false);
                self.layout.open();
                self.push(Command::Indent);
                for (index, alternative) in alternatives.iter().enumerate() {
                    if index > 0 {
                        self.push(Command::Line);
                        self.expect(TokenKind::Bar);
                        self.space();
                    }
                    self.match_pattern(alternative);
                }
                self.push(Command::Dedent);
                let commented = self.comments_between(pattern.span.start, pattern.span.end);
                self.layout.close(if commented { Style::Broken } else { Style::Filled });
            }
            MatchPatternKind::Wildcard
            | MatchPatternKind::Name(_)
            | MatchPatternKind::Text(_)
            | MatchPatternKind::Bool(_)
            | MatchPatternKind::Null
            | MatchPatternKind::NoneValue => self.token(),
            MatchPatternKind::Int(_) | MatchPatternKind::Float(_) => self.number(),
            MatchPatternKind::Range { .. } => {
                self.number();
                self.token();
                self.number();
            }
            MatchPatternKind::Wrap(_, inner) => {
                self.token();
                if let Some(inner) = inner {
                    self.parenthesized(inner);
                }
            }
            MatchPatternKind::Variant { payload, .. } => {
                self.token();
                self.expect(TokenKind::DoubleColon);
                self.token();
                if let Some(payload) = payload {
                    self.match_list(payload, false);
                }
            }
            MatchPatternKind::Dict { entries, rest } => self.entries(entries, rest.is_some(), Command::SoftLine),
            MatchPatternKind::Struct { fields, .. } => {
                self.token();
                self.space();
                self.entries(fields, false, Command::Line);
            }
            MatchPatternKind::Array { items, rest } => self.match_list(items, rest.is_some()),
            MatchPatternKind::Parenthesized(inner) => self.parenthesized(inner),
        }
    }

    fn parenthesized(&mut self, inner: &MatchPattern) {
        let style = ListStyle { trailing: TrailingComma::Never, hugs_last: true, ..ListStyle::PLAIN };
        self.list(1, style, |printer, _| printer.match_pattern(inner));
    }

    fn match_list(&mut self, items: &[MatchPattern], rest: bool) {
        self.list(items.len() + usize::from(rest), ListStyle::PLAIN, |printer, index| match items.get(index) {
            Some(item) => printer.match_pattern(item),
            None => printer.rest(),
        });
    }

    fn entries(&mut self, entries: &[(Identifier, Option<MatchPattern>)], rest: bool, edge: Command<'static>) {
        let style = ListStyle { edge, ..ListStyle::PLAIN };
        self.list(entries.len() + usize::from(rest), style, |printer, index| match entries.get(index) {
            Some((_, inner)) => {
                printer.token();
                if let Some(inner) = inner {
                    printer.expect(TokenKind::Colon);
                    printer.space();
                    printer.match_pattern(inner);
                }
            }
            None => printer.rest(),
        });
    }

    /// A number of a pattern, with its sign.
    fn number(&mut self) {
        if self.next_is(TokenKind::Minus) {
            self.token();
        }
        self.token();
    }
}
