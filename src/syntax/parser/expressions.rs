//! Expressions. Operators are grouped with a stack of pending chains, so that one level of nesting costs the
//! native stack three frames whatever the precedences in it are.

use super::super::ast::*;
use super::super::literals;
use super::super::tokens::TokenKind;
use super::{CHAIN_LIMIT, EXPRESSION_LIMIT, Failed, Parse, Parser, missing_expression};
use crate::source::Span;
use std::sync::Arc;

/// How tightly a binary operator binds; the loosest is 1.
type Level = u8;
const PIPE: Level = 1;

/// A chain whose right operand is still being read.
struct Pending {
    level: Level,
    first: Expression,
    rest: Vec<ChainLink>,
    operator: BinaryOperator,
    operator_span: Span,
}

impl Pending {
    /// The chain with its last operand.
    fn close(mut self, operand: Expression) -> Expression {
        let span = self.first.span.to(operand.span);
        let first = Box::new(self.first);
        let kind = if self.level == PIPE {
            let mut stages: Vec<Expression> = self.rest.into_iter().map(|link| link.operand).collect();
            stages.push(operand);
            ExpressionKind::Pipe { first, stages }
        } else {
            self.rest.push(ChainLink { operator: self.operator, operator_span: self.operator_span, operand });
            ExpressionKind::Chain { first, rest: self.rest }
        };
        Expression { kind, span }
    }
}

/// The binary operator that a token is. Pipes have no operator of their own; what is given for them is not used.
fn binary(kind: TokenKind) -> Option<(Level, BinaryOperator)> {
    Some(match kind {
        TokenKind::Pipe => (PIPE, BinaryOperator::Coalesce),
        TokenKind::Coalesce => (2, BinaryOperator::Coalesce),
        TokenKind::OrOr => (3, BinaryOperator::Or),
        TokenKind::AndAnd => (4, BinaryOperator::And),
        TokenKind::Equal => (5, BinaryOperator::Equal),
        TokenKind::NotEqual => (5, BinaryOperator::NotEqual),
        TokenKind::Less => (6, BinaryOperator::Less),
        TokenKind::Greater => (6, BinaryOperator::Greater),
        TokenKind::LessEqual => (6, BinaryOperator::LessEqual),
        TokenKind::GreaterEqual => (6, BinaryOperator::GreaterEqual),
        TokenKind::Plus => (7, BinaryOperator::Add),
        TokenKind::Minus => (7, BinaryOperator::Subtract),
        TokenKind::Star => (8, BinaryOperator::Multiply),
        TokenKind::Slash => (8, BinaryOperator::Divide),
        TokenKind::Percent => (8, BinaryOperator::Remainder),
        _ => return None,
    })
}

impl Parser<'_> {
    /// A whole expression. Does not count as a level of nesting by itself; what is inside brackets does.
    pub(super) fn expression(&mut self) -> Parse<Expression> {
        let mut pending: Vec<Pending> = Vec::new();
        loop {
            let mut operand = self.operand()?;
            let next = binary(self.kind());
            let level = next.map_or(0, |(level, _)| level);
            while let Some(chain) = pending.pop_if(|chain| chain.level > level) {
                operand = chain.close(operand);
                self.state.chains -= 1;
            }
            let Some((level, operator)) = next else { return Ok(operand) };
            let operator_span = self.advance().span;
            match pending.last_mut() {
                Some(chain) if chain.level == level => {
                    chain.rest.push(ChainLink {
                        operator: chain.operator,
                        operator_span: chain.operator_span,
                        operand,
                    });
                    chain.operator = operator;
                    chain.operator_span = operator_span;
                }
                _ => {
                    if self.state.chains >= CHAIN_LIMIT {
                        return Err(self.too_deep("expression", EXPRESSION_LIMIT, "expression"));
                    }
                    self.state.chains += 1;
                    pending.push(Pending { level, first: operand, rest: Vec::new(), operator, operator_span });
                }
            }
        }
    }

    /// An expression one level deeper, in brackets of its own.
    fn inner_expression(&mut self) -> Parse<Expression> {
        self.enter("expression")?;
        let outer = self.state.header;
        self.state.header = false;
        let expression = self.expression()?;
        self.state.header = outer;
        self.leave();
        Ok(expression)
    }

    /// An operand of a binary operator, with its prefix operators and suffixes.
    fn operand(&mut self) -> Parse<Expression> {
        match self.kind() {
            TokenKind::Minus | TokenKind::Bang => self.unary(),
            TokenKind::Await => self.await_expression(),
            _ => self.postfix(false),
        }
    }

    #[inline(never)]
    fn unary(&mut self) -> Parse<Expression> {
        let start = self.start();
        let mut operators = Vec::new();
        loop {
            let operator = match self.kind() {
                TokenKind::Minus => UnaryOperator::Negate,
                TokenKind::Bang => UnaryOperator::Not,
                _ => break,
            };
            self.enter("unary expression")?;
            operators.push((operator, self.advance().span));
        }
        let operand = if self.is(TokenKind::Await) { self.await_expression()? } else { self.postfix(false)? };
        self.state.expressions -= operators.len() as u16;
        let kind = ExpressionKind::Unary { operators, operand: Box::new(operand) };
        Ok(Expression { kind, span: self.since(start) })
    }

    #[inline(never)]
    fn await_expression(&mut self) -> Parse<Expression> {
        let start = self.start();
        self.enter("unary expression")?;
        self.advance();
        let kind = if self.is_join() { self.join()? } else { ExpressionKind::Await(Box::new(self.awaited()?)) };
        self.leave();
        let awaited = Expression { kind, span: self.since(start) };
        if self.is(TokenKind::Question) { self.suffixes(awaited, false) } else { Ok(awaited) }
    }

    fn awaited(&mut self) -> Parse<Expression> {
        match self.kind() {
            TokenKind::Minus | TokenKind::Bang => self.unary(),
            TokenKind::Await => self.await_expression(),
            _ => self.postfix(true),
        }
    }

    fn join_kind(&self) -> Option<JoinKind> {
        let token = self.peek(1);
        if token.kind != TokenKind::Identifier || token.first_on_line {
            return None;
        }
        match token.span.of(self.text) {
            "all" => Some(JoinKind::All),
            "race" => Some(JoinKind::Race),
            "any" => Some(JoinKind::Any),
            "settle" => Some(JoinKind::Settle),
            _ => None,
        }
    }

    fn is_join(&self) -> bool {
        self.is(TokenKind::Identifier) && self.word() == "join" && self.join_kind().is_some()
    }

    #[inline(never)]
    fn join(&mut self) -> Parse<ExpressionKind> {
        let kind = self.join_kind().unwrap_or(JoinKind::All);
        self.advance();
        self.advance();
        let source = if self.is(TokenKind::LeftBrace) {
            JoinSource::Branches(self.join_branches()?)
        } else {
            JoinSource::Array(self.awaited()?)
        };
        Ok(ExpressionKind::Join(Box::new(Join { kind, source })))
    }

    #[inline(never)]
    fn join_branches(&mut self) -> Parse<Vec<JoinBranch>> {
        let open = self.at;
        self.advance();
        let mut branches = Vec::new();
        while !self.is(TokenKind::RightBrace) {
            let labelled = self.kind().is_word() && self.peek(1).kind == TokenKind::Colon;
            let label = if labelled { Some(self.take_name()) } else { None };
            if labelled {
                self.advance();
            }
            branches.push(JoinBranch { label, value: self.inner_expression()? });
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBrace, open, "join branches")?;
        Ok(branches)
    }

    /// A primary with its suffixes; of an awaited operand only those up to the first `?`.
    fn postfix(&mut self, awaited: bool) -> Parse<Expression> {
        let base = self.primary()?;
        if begins_suffix(self.kind()) { self.suffixes(base, awaited) } else { Ok(base) }
    }

    #[inline(never)]
    fn suffixes(&mut self, base: Expression, awaited: bool) -> Parse<Expression> {
        let start = base.span.start;
        let mut suffixes = Vec::new();
        loop {
            let continues = !self.token().first_on_line;
            let kind = match self.kind() {
                TokenKind::Question if !awaited => {
                    self.advance();
                    SuffixKind::Try
                }
                TokenKind::LeftParen if continues => SuffixKind::Call(self.arguments("function call arguments")?),
                TokenKind::LeftBracket if continues => {
                    let open = self.at;
                    self.advance();
                    let index = self.inner_expression()?;
                    self.close(TokenKind::RightBracket, open, "index expression")?;
                    SuffixKind::Index(index)
                }
                TokenKind::Dot | TokenKind::QuestionDot => self.member_access()?,
                _ => break,
            };
            suffixes.push(Suffix { kind, span: self.since(start) });
        }
        if suffixes.is_empty() {
            return Ok(base);
        }
        let kind = ExpressionKind::Postfix { base: Box::new(base), suffixes };
        Ok(Expression { kind, span: self.since(start) })
    }

    #[inline(never)]
    fn member_access(&mut self) -> Parse<SuffixKind> {
        let guarded = self.advance().kind == TokenKind::QuestionDot;
        if !self.kind().is_word() {
            return Err(self.fail_with("Expected expression", "a field or method name must follow the dot"));
        }
        let name = self.take_name();
        if self.is(TokenKind::LeftParen) && !self.token().first_on_line {
            let arguments = self.arguments("method call arguments")?;
            return Ok(SuffixKind::Method { name, guarded, arguments });
        }
        Ok(SuffixKind::Field { name, guarded })
    }

    /// A list of expressions in parentheses.
    #[inline(never)]
    fn arguments(&mut self, what: &str) -> Parse<Vec<Expression>> {
        let open = self.at;
        self.advance();
        self.enter("expression")?;
        let outer = self.state.header;
        self.state.header = false;
        let mut arguments = Vec::new();
        while !self.is(TokenKind::RightParen) {
            if self.is(TokenKind::Ellipsis) {
                return Err(self.fail_with("Expected expression", "a call cannot spread an array into arguments"));
            }
            arguments.push(self.expression()?);
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightParen, open, what)?;
        self.state.header = outer;
        self.leave();
        Ok(arguments)
    }

    fn primary(&mut self) -> Parse<Expression> {
        let start = self.start();
        let kind = match self.kind() {
            TokenKind::Identifier => self.name()?,
            TokenKind::Int | TokenKind::Float => self.number(),
            TokenKind::Text => {
                let token = self.advance();
                ExpressionKind::Text(Arc::from(&*self.string_text(token)))
            }
            TokenKind::True => self.constant(ExpressionKind::Bool(true)),
            TokenKind::False => self.constant(ExpressionKind::Bool(false)),
            TokenKind::Null => self.constant(ExpressionKind::Null),
            TokenKind::SelfWord => self.constant(ExpressionKind::SelfValue),
            TokenKind::LeftParen => {
                let open = self.at;
                self.advance();
                let inner = Box::new(self.inner_expression()?);
                self.close(TokenKind::RightParen, open, "parenthesized expression")?;
                ExpressionKind::Parenthesized(inner)
            }
            TokenKind::LeftBracket => self.array()?,
            TokenKind::LeftBrace => self.dict()?,
            TokenKind::TextHead => self.interpolated()?,
            TokenKind::Func => self.function_literal()?,
            TokenKind::Async => self.async_expression()?,
            TokenKind::Match => {
                self.enter("expression")?;
                let kind = self.match_expression()?;
                self.leave();
                kind
            }
            TokenKind::Spawn => self.spawn_expression()?,
            TokenKind::Yield => self.yield_expression()?,
            _ => return Err(self.missing_operand_expression()),
        };
        Ok(Expression { kind, span: self.since(start) })
    }

    fn constant(&mut self, kind: ExpressionKind) -> ExpressionKind {
        self.advance();
        kind
    }

    #[inline(never)]
    fn number(&mut self) -> ExpressionKind {
        let token = self.advance();
        match literals::number(token.span.of(self.text)) {
            Some(Number::Int(value)) => ExpressionKind::Int(value),
            Some(Number::Float(value)) => ExpressionKind::Float(value),
            // The lexer has reported numbers without a value.
            None => ExpressionKind::Int(0),
        }
    }

    /// What an identifier begins.
    #[inline(never)]
    fn name(&mut self) -> Parse<ExpressionKind> {
        let after = self.peek(1);
        match self.word() {
            "Ok" => return self.wrapper(Wrapper::Ok, "Ok"),
            "Err" => return self.wrapper(Wrapper::Err, "Err"),
            "Some" => return self.wrapper(Wrapper::Some, "Some"),
            "None" => return Ok(self.constant(ExpressionKind::NoneValue)),
            "throw" if after.kind.begins_expression() && !after.first_on_line => {
                let opens_block = self.state.header && after.kind == TokenKind::LeftBrace;
                if !opens_block {
                    return self.throw();
                }
            }
            _ => {}
        }
        let name = self.take_name();
        match after.kind {
            TokenKind::DoubleColon => self.variant(name),
            TokenKind::LeftBrace if !self.state.header && !after.first_on_line && self.is_struct_literal() => {
                self.struct_literal(name)
            }
            _ => Ok(ExpressionKind::Name(name.symbol)),
        }
    }

    /// Whether the `{` here, after a name, starts a struct literal by what follows it.
    fn is_struct_literal(&self) -> bool {
        let next = self.peek(1).kind;
        next == TokenKind::RightBrace || next.is_word() && self.peek(2).kind == TokenKind::Colon
    }

    #[inline(never)]
    fn struct_literal(&mut self, name: Identifier) -> Parse<ExpressionKind> {
        let open = self.at;
        self.advance();
        self.enter("expression")?;
        let mut fields = Vec::new();
        while self.kind().is_word() && self.peek(1).kind == TokenKind::Colon {
            let field = self.take_name();
            self.advance();
            fields.push((field, self.expression()?));
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBrace, open, "struct literal")?;
        self.leave();
        Ok(ExpressionKind::Struct { name, fields })
    }

    #[inline(never)]
    fn variant(&mut self, enumeration: Identifier) -> Parse<ExpressionKind> {
        self.advance();
        if !self.is(TokenKind::Identifier) {
            return Err(self.fail_with("Expected expression", "the name of a variant must follow '::'"));
        }
        let variant = self.take_name();
        let has_payload = self.is(TokenKind::LeftParen) && !self.token().first_on_line;
        let arguments = if has_payload { Some(self.arguments("function call arguments")?) } else { None };
        Ok(ExpressionKind::Variant { enumeration, variant, arguments })
    }

    /// `Ok(e)` and its like.
    #[inline(never)]
    fn wrapper(&mut self, wrapper: Wrapper, word: &str) -> Parse<ExpressionKind> {
        self.advance();
        if !self.is(TokenKind::LeftParen) || self.token().first_on_line {
            let note = format!("{word} always holds a value: {word}(value)");
            return Err(self.fail_with(&format!("Expected '(' after '{word}'"), note));
        }
        let open = self.at;
        self.advance();
        let value = Box::new(self.inner_expression()?);
        self.close(TokenKind::RightParen, open, &format!("{word}(...)"))?;
        Ok(ExpressionKind::Wrap(wrapper, value))
    }

    /// A throw expression. `throw()` and `throw(a, b)` become a call of the name `throw`, which the compiler refuses.
    #[inline(never)]
    fn throw(&mut self) -> Parse<ExpressionKind> {
        let name = self.take_name();
        if self.is(TokenKind::LeftParen) && !self.is_single_group() {
            let callee = Expression { kind: ExpressionKind::Name(name.symbol), span: name.span };
            let mut arguments = self.arguments("function call arguments")?;
            if arguments.len() == 1
                && let Some(thrown) = arguments.pop()
            {
                return Ok(ExpressionKind::Throw(Box::new(thrown)));
            }
            let call = Suffix { kind: SuffixKind::Call(arguments), span: self.since(name.span.start) };
            return Ok(ExpressionKind::Postfix { base: Box::new(callee), suffixes: vec![call] });
        }
        self.enter("expression")?;
        let thrown = Box::new(self.expression()?);
        self.leave();
        Ok(ExpressionKind::Throw(thrown))
    }

    /// Whether the parentheses that open here hold something without a comma on its outermost level.
    fn is_single_group(&self) -> bool {
        let Some(end) = self.closing(self.at) else { return true };
        let mut at = self.at + 1;
        if at == end {
            return false;
        }
        while at < end {
            if self.tokens[at].kind == TokenKind::Comma {
                return false;
            }
            at = self.end_of_group(at).unwrap_or(at) + 1;
        }
        true
    }

    #[inline(never)]
    fn yield_expression(&mut self) -> Parse<ExpressionKind> {
        self.advance();
        if self.ends_operand() {
            return Ok(ExpressionKind::Yield(None));
        }
        if !self.kind().begins_expression() {
            return Err(self.missing_operand("yield"));
        }
        self.enter("expression")?;
        let value = Box::new(self.expression()?);
        self.leave();
        Ok(ExpressionKind::Yield(Some(value)))
    }

    #[inline(never)]
    pub(super) fn spawn_expression(&mut self) -> Parse<ExpressionKind> {
        self.advance();
        Ok(ExpressionKind::Spawn(self.block_after(Ok(()), "spawn block")?))
    }

    pub(super) fn is_async_scope(&self) -> bool {
        let next = self.peek(1);
        next.kind == TokenKind::Identifier && next.span.of(self.text) == "scope"
    }

    #[inline(never)]
    pub(super) fn async_scope(&mut self) -> Parse<ExpressionKind> {
        self.advance();
        self.advance();
        Ok(ExpressionKind::AsyncScope(self.block_after(Ok(()), "async scope block")?))
    }

    #[inline(never)]
    fn async_expression(&mut self) -> Parse<ExpressionKind> {
        if self.is_async_scope() {
            return self.async_scope();
        }
        if self.peek(1).kind == TokenKind::Func {
            return self.function_literal();
        }
        self.advance();
        Err(self.fail("Expected 'func' after 'async'"))
    }

    #[inline(never)]
    fn array(&mut self) -> Parse<ExpressionKind> {
        let open = self.at;
        self.enter("array literal")?;
        self.advance();
        let outer = self.state.header;
        self.state.header = false;
        let mut elements = Vec::new();
        while !self.is(TokenKind::RightBracket) {
            let spread = self.take(TokenKind::Ellipsis);
            let value = self.expression()?;
            elements.push(if spread { Element::Spread(value) } else { Element::Value(value) });
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBracket, open, "array literal")?;
        self.state.header = outer;
        self.leave();
        Ok(ExpressionKind::Array(elements))
    }

    #[inline(never)]
    fn dict(&mut self) -> Parse<ExpressionKind> {
        let open = self.at;
        self.enter("dictionary literal")?;
        self.advance();
        let outer = self.state.header;
        self.state.header = false;
        let mut entries = Vec::new();
        while !self.is(TokenKind::RightBrace) {
            entries.push(self.entry(open)?);
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBrace, open, "dictionary literal")?;
        self.state.header = outer;
        self.leave();
        Ok(ExpressionKind::Dict(entries))
    }

    #[inline(never)]
    fn entry(&mut self, open: usize) -> Parse<Entry> {
        if self.take(TokenKind::Ellipsis) {
            return Ok(Entry::Spread(self.expression()?));
        }
        let next = self.peek(1).kind;
        if self.kind().is_word() && matches!(next, TokenKind::Colon | TokenKind::Comma | TokenKind::RightBrace) {
            let key = self.take_name();
            return Ok(Entry::Fixed { key, value: self.entry_value(open)? });
        }
        if self.is(TokenKind::Text) && next == TokenKind::Colon {
            let token = self.advance();
            let text = self.string_text(token).into_owned();
            let key = Identifier { symbol: self.symbols.intern(&text), span: token.span };
            return Ok(Entry::Fixed { key, value: self.entry_value(open)? });
        }
        let bracketed = self.is(TokenKind::LeftBracket) && self.kind_after_group(self.at) == Some(TokenKind::Colon);
        let key = self.expression()?;
        let trailing_comma = self.at >= 2 && self.tokens[self.at - 2].kind == TokenKind::Comma;
        let key = if bracketed && !trailing_comma { computed_key(key) } else { key };
        Ok(Entry::Computed { key, value: self.entry_value(open)? })
    }

    fn entry_value(&mut self, open: usize) -> Parse<Expression> {
        if !self.take(TokenKind::Colon) {
            return Err(self.missing_colon(open));
        }
        self.expression()
    }

    /// A string with embedded expressions. If one of them fails, reading goes on behind it.
    #[inline(never)]
    fn interpolated(&mut self) -> Parse<ExpressionKind> {
        let mut parts = Vec::new();
        loop {
            let opener = self.at;
            let token = self.advance();
            self.text_part(token, &mut parts);
            if token.kind == TokenKind::TextTail {
                return Ok(ExpressionKind::Interpolated(parts));
            }
            let state = self.state;
            let value = match self.embedded() {
                Ok(value) => value,
                Err(failed) => match self.closing(opener) {
                    Some(closing) => {
                        self.state = state;
                        self.at = closing;
                        missing_expression(token.span)
                    }
                    None => return Err(failed),
                },
            };
            parts.push(InterpolationPart::Value(value));
        }
    }

    fn embedded(&mut self) -> Parse<Expression> {
        let value = self.inner_expression()?;
        if !matches!(self.kind(), TokenKind::TextMiddle | TokenKind::TextTail) {
            return Err(self.fail_with(
                "Invalid interpolated string expression",
                "between ${ and } stands exactly one expression; braces as text are written \\${",
            ));
        }
        Ok(value)
    }

    fn text_part(&self, token: super::Token, parts: &mut Vec<InterpolationPart>) {
        let text = self.string_text(token);
        if !text.is_empty() {
            parts.push(InterpolationPart::Text(Arc::from(&*text)));
        }
    }

    #[inline(never)]
    pub(super) fn match_expression(&mut self) -> Parse<ExpressionKind> {
        self.advance();
        let (state, span) = (self.state, self.token().span);
        let (value, head) = match self.header() {
            Ok(value) => (value, Ok(())),
            Err(failed) => (missing_expression(span), Err(failed)),
        };
        self.state = state;
        match head {
            Ok(()) if self.is(TokenKind::LeftBrace) => {}
            Ok(()) => {
                let failed = self.missing_block("match body");
                self.find_block(failed)?;
            }
            Err(failed) => self.find_block(failed)?,
        }
        let open = self.at;
        self.advance();
        let mut read = Match { value, cases: Vec::new(), default: None };
        self.state.block = Some(open);
        loop {
            let state = self.state;
            match self.case(&mut read) {
                Ok(true) => {}
                Ok(false) => break,
                Err(Failed) => {
                    self.state = state;
                    self.find_case(open);
                }
            }
        }
        self.state = state;
        self.close(TokenKind::RightBrace, open, "match body")?;
        Ok(ExpressionKind::Match(Box::new(read)))
    }

    /// One case or the default; `false` if there is none.
    #[inline(never)]
    fn case(&mut self, read: &mut Match) -> Parse<bool> {
        let start = self.start();
        if self.is(TokenKind::Default) && read.default.is_none() {
            self.advance();
            self.take(TokenKind::Colon);
            read.default = Some((read.cases.len(), self.block_after(Ok(()), "match default block")?));
            return Ok(true);
        }
        if !self.is(TokenKind::Case) {
            if matches!(self.kind(), TokenKind::RightBrace | TokenKind::End) {
                return Ok(false);
            }
            return Err(self.missing_case());
        }
        self.advance();
        let pattern = self.match_pattern()?;
        let mut guard = None;
        let mut head = Ok(());
        if self.take(TokenKind::If) {
            let state = self.state;
            match self.header() {
                Ok(expression) => guard = Some(expression),
                Err(failed) => head = Err(failed),
            }
            self.state = state;
        }
        if head.is_ok() {
            self.take(TokenKind::Colon);
        }
        let body = self.block_after(head, "match case block")?;
        read.cases.push(Case { pattern, guard, body, span: self.since(start) });
        Ok(true)
    }

    /// After a failure in a match body: goes to the next case or the end of the body.
    fn find_case(&mut self, open: usize) {
        self.leave_brackets(Some(open));
        let begin = self.at;
        loop {
            match self.kind() {
                TokenKind::Case | TokenKind::RightBrace | TokenKind::End => break,
                // A default that was refused is passed over.
                TokenKind::Default if self.at > begin || self.refused != Some(self.at) => break,
                _ => self.skip(),
            }
        }
    }
}

fn begins_suffix(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::Dot | TokenKind::QuestionDot | TokenKind::Question
    )
}

/// The key that `[e]` stands for: `e` itself, unless it is not exactly one element.
fn computed_key(key: Expression) -> Expression {
    match key.kind {
        ExpressionKind::Array(mut elements) if matches!(elements[..], [Element::Value(_)]) => match elements.pop() {
            Some(Element::Value(inner)) => inner,
            _ => Expression { kind: ExpressionKind::Array(elements), span: key.span },
        },
        kind => Expression { kind, span: key.span },
    }
}
