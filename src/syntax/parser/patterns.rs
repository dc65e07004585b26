//! Patterns of declarations and of match cases.

use super::super::ast::*;
use super::super::literals;
use super::super::tokens::TokenKind;
use super::{Parse, Parser};
use std::sync::Arc;

impl Parser<'_> {
    /// A pattern of a declaration or a destructuring assignment.
    pub(super) fn pattern(&mut self) -> Parse<Pattern> {
        match self.kind() {
            TokenKind::LeftBracket => self.array_pattern(),
            TokenKind::LeftBrace => self.dict_pattern(),
            _ if self.is_variable_name() => Ok(Pattern::Name(self.take_name())),
            _ => Err(self.invalid_pattern("a variable")),
        }
    }

    fn array_pattern(&mut self) -> Parse<Pattern> {
        let (open, start) = (self.at, self.start());
        self.enter("expression")?;
        self.advance();
        let (mut items, mut rest) = (Vec::new(), None);
        while !self.is(TokenKind::RightBracket) {
            if self.is(TokenKind::Ellipsis) {
                rest = Some(self.rest()?);
                break;
            }
            items.push(self.pattern()?);
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBracket, open, "pattern")?;
        self.leave();
        Ok(Pattern::Array { items, rest, span: self.since(start) })
    }

    fn dict_pattern(&mut self) -> Parse<Pattern> {
        let (open, start) = (self.at, self.start());
        self.advance();
        let (mut names, mut rest) = (Vec::new(), None);
        while !self.is(TokenKind::RightBrace) {
            if self.is(TokenKind::Ellipsis) {
                rest = Some(self.rest()?);
                break;
            }
            if !self.is_variable_name() {
                return Err(self.invalid_pattern("a variable"));
            }
            names.push(self.take_name());
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBrace, open, "pattern")?;
        Ok(Pattern::Dict { names, rest, span: self.since(start) })
    }

    /// `...name` and the comma that may follow it; nothing else may.
    fn rest(&mut self) -> Parse<Identifier> {
        self.advance();
        if !self.is_variable_name() {
            return Err(self.invalid_pattern("a variable"));
        }
        let name = self.take_name();
        self.take(TokenKind::Comma);
        Ok(name)
    }

    /// The pattern of a case: alternatives separated by `|`.
    pub(super) fn match_pattern(&mut self) -> Parse<MatchPattern> {
        self.alternatives(true)
    }

    /// A pattern inside another one.
    fn inner_pattern(&mut self) -> Parse<MatchPattern> {
        self.enter("expression")?;
        let pattern = self.alternatives(false)?;
        self.leave();
        Ok(pattern)
    }

    fn alternatives(&mut self, top: bool) -> Parse<MatchPattern> {
        let first = self.alternative(top)?;
        if !self.is(TokenKind::Bar) {
            return Ok(first);
        }
        let start = first.span.start;
        let mut alternatives = vec![first];
        while self.take(TokenKind::Bar) {
            alternatives.push(self.alternative(top)?);
        }
        Ok(MatchPattern { kind: MatchPatternKind::Alternatives(alternatives), span: self.since(start) })
    }

    /// One alternative; `top` if a case block may follow it directly.
    fn alternative(&mut self, top: bool) -> Parse<MatchPattern> {
        let start = self.start();
        let kind = match self.kind() {
            TokenKind::Identifier => self.named_pattern(top)?,
            TokenKind::Int | TokenKind::Float | TokenKind::Minus => self.number_pattern()?,
            TokenKind::Text => {
                let token = self.advance();
                MatchPatternKind::Text(Arc::from(&*self.string_text(token)))
            }
            TokenKind::True => self.constant_pattern(MatchPatternKind::Bool(true)),
            TokenKind::False => self.constant_pattern(MatchPatternKind::Bool(false)),
            TokenKind::Null => self.constant_pattern(MatchPatternKind::Null),
            TokenKind::LeftBrace => {
                let (entries, rest) = self.entry_patterns(true)?;
                MatchPatternKind::Dict { entries, rest }
            }
            TokenKind::LeftBracket => self.array_match()?,
            TokenKind::LeftParen => {
                let open = self.at;
                self.advance();
                let inner = Box::new(self.inner_pattern()?);
                self.close(TokenKind::RightParen, open, "pattern")?;
                MatchPatternKind::Parenthesized(inner)
            }
            _ => return Err(self.invalid_match_pattern()),
        };
        Ok(MatchPattern { kind, span: self.since(start) })
    }

    fn constant_pattern(&mut self, kind: MatchPatternKind) -> MatchPatternKind {
        self.advance();
        kind
    }

    /// What an identifier begins in a pattern.
    fn named_pattern(&mut self, top: bool) -> Parse<MatchPatternKind> {
        let wrapper = match self.word() {
            "_" => return Ok(self.constant_pattern(MatchPatternKind::Wildcard)),
            "None" => return Ok(self.constant_pattern(MatchPatternKind::NoneValue)),
            "Ok" => Some(Wrapper::Ok),
            "Err" => Some(Wrapper::Err),
            "Some" => Some(Wrapper::Some),
            _ => None,
        };
        let name = self.take_name();
        if let Some(wrapper) = wrapper {
            let open = self.at;
            if !self.take(TokenKind::LeftParen) {
                return Ok(MatchPatternKind::Wrap(wrapper, None));
            }
            let inner = Box::new(self.inner_pattern()?);
            self.close(TokenKind::RightParen, open, "pattern")?;
            return Ok(MatchPatternKind::Wrap(wrapper, Some(inner)));
        }
        match self.kind() {
            TokenKind::DoubleColon => self.variant_pattern(name),
            TokenKind::LeftBrace if !top || self.is_struct_pattern() => {
                let (fields, _) = self.entry_patterns(false)?;
                Ok(MatchPatternKind::Struct { name, fields })
            }
            _ => Ok(MatchPatternKind::Name(name)),
        }
    }

    /// Whether the `{` here, after `case Name`, belongs to the pattern (2.4).
    fn is_struct_pattern(&self) -> bool {
        use TokenKind::*;
        matches!(self.kind_after_group(self.at), Some(LeftBrace | Colon | If | Bar))
    }

    fn variant_pattern(&mut self, enumeration: Identifier) -> Parse<MatchPatternKind> {
        self.advance();
        if !self.is(TokenKind::Identifier) {
            return Err(self.fail_with("Invalid pattern", "the name of a variant must follow '::'"));
        }
        let variant = self.take_name();
        let open = self.at;
        if !self.take(TokenKind::LeftParen) {
            return Ok(MatchPatternKind::Variant { enumeration, variant, payload: None });
        }
        let mut payload = Vec::new();
        while !self.is(TokenKind::RightParen) {
            payload.push(self.inner_pattern()?);
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightParen, open, "pattern")?;
        Ok(MatchPatternKind::Variant { enumeration, variant, payload: Some(payload) })
    }

    fn array_match(&mut self) -> Parse<MatchPatternKind> {
        let open = self.at;
        self.advance();
        let (mut items, mut rest) = (Vec::new(), None);
        while !self.is(TokenKind::RightBracket) {
            if self.is(TokenKind::Ellipsis) {
                rest = Some(self.rest()?);
                break;
            }
            items.push(self.inner_pattern()?);
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBracket, open, "pattern")?;
        Ok(MatchPatternKind::Array { items, rest })
    }

    /// The entries of a dict pattern or, without `rest`, a struct pattern, in their braces.
    #[expect(clippy::type_complexity, reason = "used in two places, right here")]
    fn entry_patterns(
        &mut self,
        rest_allowed: bool,
    ) -> Parse<(Vec<(Identifier, Option<MatchPattern>)>, Option<Identifier>)> {
        let open = self.at;
        self.advance();
        let (mut entries, mut rest) = (Vec::new(), None);
        while !self.is(TokenKind::RightBrace) {
            if self.is(TokenKind::Ellipsis) && rest_allowed {
                rest = Some(self.rest()?);
                break;
            }
            let keyed = self.peek(1).kind == TokenKind::Colon;
            if keyed && (self.kind().is_word() || self.is(TokenKind::Text)) {
                let key = self.pattern_key();
                self.advance();
                entries.push((key, Some(self.inner_pattern()?)));
            } else if self.is_variable_name() {
                entries.push((self.take_name(), None));
            } else {
                return Err(self.invalid_pattern("an entry"));
            }
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBrace, open, "pattern")?;
        Ok((entries, rest))
    }

    fn pattern_key(&mut self) -> Identifier {
        if !self.is(TokenKind::Text) {
            return self.take_name();
        }
        let token = self.advance();
        let text = self.string_text(token).into_owned();
        Identifier { symbol: self.symbols.intern(&text), span: token.span }
    }

    /// A number, or a range that starts with it.
    fn number_pattern(&mut self) -> Parse<MatchPatternKind> {
        let low = self.pattern_number("Invalid pattern")?;
        let inclusive = match self.kind() {
            TokenKind::Range => false,
            TokenKind::RangeInclusive => true,
            _ => {
                return Ok(match low {
                    Number::Int(value) => MatchPatternKind::Int(value),
                    Number::Float(value) => MatchPatternKind::Float(value),
                });
            }
        };
        self.advance();
        let high = self.pattern_number("Expected number in range pattern")?;
        Ok(MatchPatternKind::Range { low, high, inclusive })
    }

    fn pattern_number(&mut self, message: &str) -> Parse<Number> {
        let negative = self.take(TokenKind::Minus);
        if !matches!(self.kind(), TokenKind::Int | TokenKind::Float) {
            return Err(self.fail(message));
        }
        let token = self.advance();
        Ok(match literals::number(token.span.of(self.text)) {
            Some(Number::Int(value)) => Number::Int(if negative { -value } else { value }),
            Some(Number::Float(value)) => Number::Float(if negative { -value } else { value }),
            None => Number::Int(0),
        })
    }
}
