//! Expressions.

use super::layout::{Command, Style};
use super::lists::{ListStyle, TrailingComma};
use super::writer::Printer;
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::tokens::TokenKind;

/// From so many method calls on a chain is broken before their dots.
const CHAIN: usize = 2;

impl<'a> Printer<'a> {
    pub fn expression(&mut self, expression: &Expression) {
        self.lead(false);
        match &expression.kind {
            ExpressionKind::Int(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::Bool(_)
            | ExpressionKind::Null
            | ExpressionKind::SelfValue
            | ExpressionKind::Name(_)
            | ExpressionKind::NoneValue => self.token(),
            ExpressionKind::Interpolated(parts) => self.interpolated(parts, expression.span),
            ExpressionKind::Chain { first, rest } => {
                self.operands(first, rest.iter().map(|link| &link.operand), false);
            }
            ExpressionKind::Pipe { first, stages } => self.operands(first, stages.iter(), true),
            ExpressionKind::Unary { operators, operand } => {
                for _ in operators {
                    self.token();
                }
                self.expression(operand);
            }
            ExpressionKind::Postfix { base, suffixes } => self.postfix(base, suffixes),
            ExpressionKind::Await(operand) => {
                self.expect(TokenKind::Await);
                self.space();
                self.expression(operand);
            }
            ExpressionKind::Join(join) => self.join(join),
            ExpressionKind::Struct { fields, .. } => {
                self.token();
                self.space();
                self.fields(fields);
            }
            ExpressionKind::Variant { arguments, .. } => {
                self.token();
                self.expect(TokenKind::DoubleColon);
                self.token();
                if let Some(arguments) = arguments {
                    self.arguments(arguments);
                }
            }
            ExpressionKind::Wrap(_, value) => {
                self.token();
                self.single_argument(value, TrailingComma::Never);
            }
            ExpressionKind::Array(elements) => self.array(elements, TrailingComma::IfBroken),
            ExpressionKind::Dict(entries) => self.dict(entries),
            ExpressionKind::Function(function) => self.function(function),
            ExpressionKind::Match(parts) => self.match_expression(parts),
            ExpressionKind::Spawn(block) => {
                self.expect(TokenKind::Spawn);
                self.space();
                self.block(block);
            }
            ExpressionKind::AsyncScope(block) => {
                self.expect(TokenKind::Async);
                self.space();
                self.token();
                self.space();
                self.block(block);
            }
            ExpressionKind::Throw(thrown) => self.throw(thrown),
            ExpressionKind::Yield(value) => {
                self.expect(TokenKind::Yield);
                if let Some(value) = value {
                    self.space();
                    self.expression(value);
                }
            }
            ExpressionKind::Parenthesized(inner) => {
                self.expect(TokenKind::LeftParen);
                self.expression(inner);
                self.expect(TokenKind::RightParen);
            }
        }
    }

    /// Operands with an operator before each but the first. `keeps_break` if a line break of the source before the
    /// first operator stays.
    #[inline(never)]
    fn operands<'t>(&mut self, first: &Expression, rest: impl Iterator<Item = &'t Expression>, keeps_break: bool) {
        self.layout.open();
        let (mut last, mut hugs_last) = (self.layout.next(), false);
        self.expression(first);
        self.push(Command::Indent);
        if keeps_break && self.peek().first_on_line {
            self.push(Command::Break);
        }
        for operand in rest {
            self.push(Command::Line);
            self.token();
            self.space();
            last = self.layout.next();
            hugs_last = hugs(operand);
            self.expression(operand);
        }
        self.push(Command::Dedent);
        self.layout.close(if hugs_last { Style::Hugging { last } } else { Style::Broken });
    }

    #[inline(never)]
    fn postfix(&mut self, base: &Expression, suffixes: &[Suffix]) {
        let calls = suffixes.iter().filter(|suffix| matches!(suffix.kind, SuffixKind::Method { .. })).count();
        let breakable = calls >= CHAIN;
        if breakable {
            self.layout.open();
        }
        self.expression(base);
        if breakable {
            self.push(Command::Indent);
        }
        let mut last = self.layout.next();
        let mut broken = false;
        let mut after_try = false;
        for suffix in suffixes {
            let is_method = matches!(suffix.kind, SuffixKind::Method { .. });
            if breakable && is_method {
                if !broken && self.peek().first_on_line {
                    self.push(Command::Break);
                }
                broken = true;
                // Together `?` and `.` would be another operator.
                self.push(if after_try { Command::Line } else { Command::SoftLine });
            } else if after_try && !matches!(suffix.kind, SuffixKind::Call(_) | SuffixKind::Index(_)) {
                self.space();
            }
            last = self.layout.next();
            self.suffix(&suffix.kind);
            after_try = matches!(suffix.kind, SuffixKind::Try);
        }
        if breakable {
            self.push(Command::Dedent);
            let hugs_last = suffixes.last().is_some_and(|suffix| hugs_inside(&suffix.kind));
            self.layout.close(if hugs_last { Style::Hugging { last } } else { Style::Broken });
        }
    }

    #[inline(never)]
    fn suffix(&mut self, kind: &SuffixKind) {
        match kind {
            SuffixKind::Call(arguments) => self.arguments(arguments),
            SuffixKind::Index(index) => self.index(index),
            SuffixKind::Try => self.expect(TokenKind::Question),
            SuffixKind::Field { .. } => {
                self.token();
                self.token();
            }
            SuffixKind::Method { arguments, .. } => {
                self.token();
                self.token();
                self.arguments(arguments);
            }
        }
    }

    pub fn index(&mut self, index: &Expression) {
        self.expect(TokenKind::LeftBracket);
        self.expression(index);
        self.expect(TokenKind::RightBracket);
    }

    fn arguments(&mut self, arguments: &[Expression]) {
        let hugs_last = arguments.last().is_some_and(hugs);
        let style = ListStyle { hugs_last, ..ListStyle::PLAIN };
        self.list(arguments.len(), style, |printer, index| {
            if let Some(argument) = arguments.get(index) {
                printer.expression(argument);
            }
        });
    }

    fn single_argument(&mut self, argument: &Expression, trailing: TrailingComma) {
        let style = ListStyle { trailing, hugs_last: hugs(argument), ..ListStyle::PLAIN };
        self.list(1, style, |printer, _| printer.expression(argument));
    }

    #[inline(never)]
    fn array(&mut self, elements: &[Element], trailing: TrailingComma) {
        let filled = elements.iter().all(|element| matches!(element, Element::Value(value) if is_number(value)));
        let hugs_last = matches!(elements, [Element::Value(value)] if hugs(value));
        let style = ListStyle { trailing, filled, hugs_last, keeps_break: true, ..ListStyle::PLAIN };
        self.list(elements.len(), style, |printer, index| match elements.get(index) {
            Some(Element::Spread(value)) => {
                printer.expect(TokenKind::Ellipsis);
                printer.expression(value);
            }
            Some(Element::Value(value)) => printer.expression(value),
            None => {}
        });
    }

    #[inline(never)]
    fn dict(&mut self, entries: &[Entry]) {
        let style = ListStyle { keeps_break: true, ..ListStyle::PLAIN };
        self.list(entries.len(), style, |printer, index| match entries.get(index) {
            Some(Entry::Fixed { value, .. }) => {
                printer.token();
                printer.entry_value(value);
            }
            Some(Entry::Computed { key, value }) => {
                printer.computed_key(key);
                printer.entry_value(value);
            }
            Some(Entry::Spread(value)) => {
                printer.expect(TokenKind::Ellipsis);
                printer.expression(value);
            }
            None => {}
        });
    }

    fn entry_value(&mut self, value: &Expression) {
        self.expect(TokenKind::Colon);
        self.space();
        self.expression(value);
    }

    fn computed_key(&mut self, key: &Expression) {
        let token = self.peek();
        match &key.kind {
            // `[e]`, whose brackets are not part of the key.
            _ if token.kind == TokenKind::LeftBracket && key.span.start > token.span.start => {
                self.index(key);
            }
            // `[e,]` is an array, only the comma says so.
            ExpressionKind::Array(elements) if elements.len() == 1 => self.array(elements, TrailingComma::AsWritten),
            _ => self.expression(key),
        }
    }

    #[inline(never)]
    fn fields(&mut self, fields: &[(Identifier, Expression)]) {
        let style = ListStyle { edge: Command::Line, keeps_break: true, ..ListStyle::PLAIN };
        self.list(fields.len(), style, |printer, index| {
            printer.token();
            if let Some((_, value)) = fields.get(index) {
                printer.entry_value(value);
            }
        });
    }

    #[inline(never)]
    fn join(&mut self, join: &Join) {
        self.expect(TokenKind::Await);
        self.space();
        self.token();
        self.space();
        self.token();
        self.space();
        match &join.source {
            JoinSource::Array(array) => self.expression(array),
            JoinSource::Branches(branches) => {
                let style = ListStyle { edge: Command::Line, keeps_break: true, ..ListStyle::PLAIN };
                self.list(branches.len(), style, |printer, index| {
                    let Some(branch) = branches.get(index) else { return };
                    if branch.label.is_some() {
                        printer.token();
                        printer.entry_value(&branch.value);
                    } else {
                        printer.expression(&branch.value);
                    }
                });
            }
        }
    }

    #[inline(never)]
    fn throw(&mut self, thrown: &Expression) {
        let word = self.peek();
        self.token();
        let next = self.peek();
        if next.kind == TokenKind::LeftParen && thrown.span.start > next.span.start {
            // `throw(e,)` is read as a call and throws only `e`, also if more follows.
            return self.single_argument(thrown, TrailingComma::AsWritten);
        }
        if next.kind != TokenKind::LeftParen || next.span.start > word.span.end {
            self.space();
        }
        self.expression(thrown);
    }

    /// A string with embedded expressions. They stay on the line; those that cannot are left as they are written.
    #[inline(never)]
    fn interpolated(&mut self, parts: &[InterpolationPart], span: Span) {
        let outer = self.embedded;
        if !outer && self.is_complex(span) {
            return self.verbatim(span.end);
        }
        self.embedded = true;
        self.layout.open();
        self.expect(TokenKind::TextHead);
        for part in parts {
            if let InterpolationPart::Value(value) = part {
                self.expression(value);
                self.token();
            }
        }
        self.layout.close(Style::Flat);
        self.embedded = outer;
    }

    /// Whether a string contains blocks, comments or line breaks.
    fn is_complex(&self, span: Span) -> bool {
        use TokenKind::*;
        let inside = (1..).map(|ahead| self.peek_after(ahead)).take_while(|token| token.span.start < span.end);
        let blocks = |kind| matches!(kind, Func | Match | Spawn | Async);
        self.comments_between(span.start, span.end)
            || inside.take_while(|token| token.kind != End).any(|token| token.first_on_line || blocks(token.kind))
    }

    #[inline(never)]
    fn match_expression(&mut self, parts: &Match) {
        self.expect(TokenKind::Match);
        self.header(&parts.value);
        self.open_block();
        let default = parts.default.as_ref();
        let count = parts.cases.len() + usize::from(default.is_some());
        self.layout.open();
        if count > 0 || self.next_comment().is_some() || self.ends_line() {
            self.push(Command::Break);
            self.push(Command::Indent);
            let mut cases = parts.cases.iter();
            for index in 0..count {
                self.push(Command::HardLine);
                self.lead(index > 0);
                match default {
                    Some((position, block)) if *position == index => self.default(block),
                    _ => {
                        if let Some(case) = cases.next() {
                            self.case(case);
                        }
                    }
                }
            }
            if count == 0 {
                self.push(Command::HardLine);
            }
            self.dangle(count > 0);
            self.push(Command::Dedent);
            self.push(Command::HardLine);
        }
        self.layout.close(Style::Broken);
        self.expect(TokenKind::RightBrace);
    }

    #[inline(never)]
    fn case(&mut self, case: &Case) {
        self.expect(TokenKind::Case);
        self.space();
        self.match_pattern(&case.pattern);
        if let Some(guard) = &case.guard {
            self.space();
            self.expect(TokenKind::If);
            self.space();
            self.expression(guard);
        }
        self.case_block(&case.body);
    }

    #[inline(never)]
    fn default(&mut self, block: &Block) {
        self.expect(TokenKind::Default);
        self.case_block(block);
    }

    fn case_block(&mut self, block: &Block) {
        if self.next_is(TokenKind::Colon) {
            self.drop_token();
        }
        self.space();
        self.block(block);
    }
}

fn is_number(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Int(_) | ExpressionKind::Float(_) => true,
        ExpressionKind::Unary { operand, .. } => {
            matches!(operand.kind, ExpressionKind::Int(_) | ExpressionKind::Float(_))
        }
        _ => false,
    }
}

/// Whether an expression looks well if it begins on the line of the call that it is an argument of, and breaks
/// inside.
fn hugs(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Array(_)
        | ExpressionKind::Dict(_)
        | ExpressionKind::Struct { .. }
        | ExpressionKind::Function(_)
        | ExpressionKind::Match(_)
        | ExpressionKind::Spawn(_)
        | ExpressionKind::AsyncScope(_)
        | ExpressionKind::Interpolated(_) => true,
        ExpressionKind::Wrap(_, value) => hugs(value),
        ExpressionKind::Await(operand) => hugs(operand),
        ExpressionKind::Variant { arguments: Some(arguments), .. } => arguments.last().is_some_and(hugs),
        ExpressionKind::Postfix { suffixes, .. } => suffixes.last().is_some_and(|suffix| hugs_inside(&suffix.kind)),
        _ => false,
    }
}

/// The same for a call at the end of an expression.
fn hugs_inside(suffix: &SuffixKind) -> bool {
    match suffix {
        SuffixKind::Call(arguments) | SuffixKind::Method { arguments, .. } => arguments.last().is_some_and(hugs),
        _ => false,
    }
}
