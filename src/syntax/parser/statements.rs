//! Statements and assignment targets.
//!
//! The functions for single kinds of statements are kept out of line: inlined into their dispatcher, the deepest
//! of nested statements would pay for the locals of all of them.

use super::super::ast::*;
use super::super::tokens::TokenKind;
use super::super::walk::is_step;
use super::{Parse, Parser, missing_expression};

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Parse<Statement> {
        let start = self.start();
        let kind = self.statement_kind()?;
        Ok(Statement { kind, span: self.since(start) })
    }

    fn statement_kind(&mut self) -> Parse<StatementKind> {
        match self.kind() {
            TokenKind::Let => self.declaration(DeclareKind::Let, "let"),
            TokenKind::Mut => self.declaration(DeclareKind::Mut, "mut"),
            TokenKind::Const => self.declaration(DeclareKind::Const, "const"),
            TokenKind::If => self.if_statement(),
            TokenKind::While => self.while_statement(),
            TokenKind::Loop => self.loop_statement(),
            TokenKind::For => self.for_statement(),
            TokenKind::Try => self.try_statement(),
            TokenKind::Return => self.return_statement(),
            TokenKind::Break => {
                self.advance();
                Ok(StatementKind::Break)
            }
            TokenKind::Continue => {
                self.advance();
                Ok(StatementKind::Continue)
            }
            TokenKind::Func => self.function_statement(),
            TokenKind::Async => self.async_statement(),
            TokenKind::Struct => self.struct_statement(),
            TokenKind::Enum => self.enum_statement(),
            TokenKind::Import => self.import_statement(),
            TokenKind::From => self.import_names_statement(),
            TokenKind::Export => self.export_statement(),
            TokenKind::Test | TokenKind::TestGroup | TokenKind::TestSetup | TokenKind::TestTeardown => {
                self.test_statement()
            }
            TokenKind::Match => self.whole_expression(Self::match_expression),
            TokenKind::Spawn => self.whole_expression(Self::spawn_expression),
            TokenKind::LeftBracket if self.is_destructuring() => self.destructuring(),
            TokenKind::LeftBrace if self.is_destructuring() => self.destructuring(),
            TokenKind::LeftBrace if !self.is_dict_start() => Ok(StatementKind::Block(self.block("block")?)),
            kind if kind.begins_expression() => self.expression_statement(),
            _ => Err(self.invalid_statement()),
        }
    }

    /// An expression that ends at its `}` when it starts a statement.
    #[inline(never)]
    fn whole_expression(&mut self, read: impl FnOnce(&mut Self) -> Parse<ExpressionKind>) -> Parse<StatementKind> {
        let start = self.start();
        let kind = read(self)?;
        Ok(StatementKind::Expression(Expression { kind, span: self.since(start) }))
    }

    #[inline(never)]
    fn declaration(&mut self, kind: DeclareKind, word: &str) -> Parse<StatementKind> {
        self.advance();
        let pattern = if kind != DeclareKind::Const {
            self.pattern()?
        } else if self.is_variable_name() {
            Pattern::Name(self.take_name())
        } else {
            let mut problem = self.problem("Expected constant name after 'const'");
            problem.notes.extend(self.hint_name("a constant"));
            return Err(self.refuse(problem));
        };
        let annotation = self.annotation()?;
        if !self.take_equals() {
            return Err(self.missing_equals(word));
        }
        let value = self.assigned_value()?;
        Ok(StatementKind::Declare { kind, pattern, annotation, value })
    }

    /// Takes `:=` or `=`.
    fn take_equals(&mut self) -> bool {
        self.take(TokenKind::ColonAssign) || self.take(TokenKind::Assign)
    }

    /// The right side of an assignment or declaration.
    fn assigned_value(&mut self) -> Parse<Expression> {
        let value = self.expression()?;
        if self.kind().is_assignment() {
            return Err(self.chained_assignment());
        }
        Ok(value)
    }

    /// Whether the group that starts here is the target of a destructuring assignment (2.4).
    fn is_destructuring(&self) -> bool {
        matches!(self.kind_after_group(self.at), Some(TokenKind::ColonAssign | TokenKind::Assign))
    }

    #[inline(never)]
    fn destructuring(&mut self) -> Parse<StatementKind> {
        let pattern = self.pattern()?;
        if !self.take_equals() {
            return Err(self.fail("Invalid pattern"));
        }
        let value = self.assigned_value()?;
        Ok(StatementKind::Destructure { pattern, value })
    }

    /// An expression, or an assignment to the place that it turns out to be.
    #[inline(never)]
    fn expression_statement(&mut self) -> Parse<StatementKind> {
        let expression = self.expression()?;
        let operator = match self.kind() {
            TokenKind::ColonAssign | TokenKind::Assign => None,
            TokenKind::PlusAssign => Some(BinaryOperator::Add),
            TokenKind::MinusAssign => Some(BinaryOperator::Subtract),
            TokenKind::StarAssign => Some(BinaryOperator::Multiply),
            TokenKind::SlashAssign => Some(BinaryOperator::Divide),
            TokenKind::PercentAssign => Some(BinaryOperator::Remainder),
            _ => return Ok(StatementKind::Expression(expression)),
        };
        let span = expression.span;
        let place = match place(expression) {
            Ok(place) => place,
            Err(refused) => return Err(self.invalid_target(&refused, span)),
        };
        self.advance();
        let value = self.assigned_value()?;
        Ok(StatementKind::Assign { place, operator, value })
    }

    /// The condition or value of a statement, in front of its block.
    pub(super) fn header(&mut self) -> Parse<Expression> {
        let outer = self.state.header;
        self.state.header = true;
        let header = self.expression()?;
        self.state.header = outer;
        Ok(header)
    }

    /// A header with the block after it. If the header fails the block is read nevertheless.
    pub(super) fn header_and_block(&mut self, what: &str) -> Parse<(Expression, Block)> {
        let state = self.state;
        let span = self.token().span;
        let header = self.header();
        self.state = state;
        let (header, head) = match header {
            Ok(header) => (header, Ok(())),
            Err(failed) => (missing_expression(span), Err(failed)),
        };
        let block = self.block_after(head, what)?;
        Ok((header, block))
    }

    #[inline(never)]
    fn if_statement(&mut self) -> Parse<StatementKind> {
        let mut arms = Vec::new();
        let mut otherwise = None;
        loop {
            self.advance();
            arms.push(self.header_and_block("if block")?);
            if !self.take(TokenKind::Else) {
                break;
            }
            if !self.is(TokenKind::If) {
                otherwise = Some(self.block("else block")?);
                break;
            }
        }
        Ok(StatementKind::If { arms, otherwise })
    }

    #[inline(never)]
    fn while_statement(&mut self) -> Parse<StatementKind> {
        self.advance();
        let (condition, body) = self.header_and_block("while body")?;
        Ok(StatementKind::While { condition, body })
    }

    #[inline(never)]
    fn loop_statement(&mut self) -> Parse<StatementKind> {
        self.advance();
        if self.take(TokenKind::While) {
            let (condition, body) = self.header_and_block("loop body")?;
            return Ok(StatementKind::Loop { condition: Some(condition), body });
        }
        Ok(StatementKind::Loop { condition: None, body: self.block_after(Ok(()), "loop body")? })
    }

    #[inline(never)]
    fn for_statement(&mut self) -> Parse<StatementKind> {
        self.advance();
        let asynchronous = self.take(TokenKind::Await);
        let state = self.state;
        let (variables, head) = match self.for_head() {
            Ok((index, item, iterable)) => (Some((index, item, iterable)), Ok(())),
            Err(failed) => (None, Err(failed)),
        };
        self.state = state;
        if head.is_err() {
            self.skip_c_style_head();
        }
        let body = self.block_after(head, "for loop body")?;
        Ok(match variables {
            Some((index, item, iterable)) => StatementKind::For { asynchronous, index, item, iterable, body },
            None => StatementKind::Block(body),
        })
    }

    fn for_head(&mut self) -> Parse<(Option<Identifier>, Identifier, Expression)> {
        let mut item = self.loop_variable()?;
        let mut index = None;
        if self.take(TokenKind::Comma) {
            index = Some(item);
            item = self.loop_variable()?;
        }
        if !self.take(TokenKind::In) {
            return Err(self.missing_in());
        }
        Ok((index, item, self.header()?))
    }

    fn loop_variable(&mut self) -> Parse<Identifier> {
        if self.is_variable_name() {
            return Ok(self.take_name());
        }
        let note = match self.kind() {
            TokenKind::LeftParen => Some("the head of a loop has no parentheses: for x in xs { … }".into()),
            TokenKind::LeftBracket | TokenKind::LeftBrace if self.kind_after_group(self.at) == Some(TokenKind::In) => {
                Some("a loop has one name, or two; take the value apart in the body: for pair in pairs { [a, b] := pair }".into())
            }
            TokenKind::LeftBrace => Some("an endless loop is written loop { … }".into()),
            TokenKind::Let | TokenKind::Mut => Some("the loop variable needs no let: for x in xs { … }".into()),
            _ => self.hint_name("a loop variable"),
        };
        let mut problem = self.problem("Expected loop variable name after 'for'");
        problem.notes.extend(note);
        let failed = self.refuse(problem);
        // A pattern in braces is not the body.
        if self.kind_after_group(self.at) == Some(TokenKind::In) {
            self.skip();
        }
        Err(failed)
    }

    #[inline(never)]
    fn try_statement(&mut self) -> Parse<StatementKind> {
        self.advance();
        let body = self.block("try block")?;
        let mut except = None;
        let mut finally = None;
        if self.take(TokenKind::Except) {
            let mut variable = None;
            let mut head = Ok(());
            if self.is_variable_name() {
                variable = Some(self.take_name());
            } else if !self.is(TokenKind::LeftBrace) {
                head = Err(self.invalid_except_variable());
            }
            except = Some(Except { variable, body: self.block_after(head, "except block")? });
        } else if !self.is_finally() {
            return Err(self.missing_except());
        }
        if self.is_finally() {
            self.advance();
            finally = Some(self.block("finally block")?);
        }
        Ok(StatementKind::Try(Box::new(Try { body, except, finally })))
    }

    fn is_finally(&self) -> bool {
        self.is(TokenKind::Identifier) && self.word() == "finally"
    }

    #[inline(never)]
    fn return_statement(&mut self) -> Parse<StatementKind> {
        self.advance();
        if self.ends_operand() {
            return Ok(StatementKind::Return(None));
        }
        if !self.kind().begins_expression() {
            return Err(self.missing_operand("return"));
        }
        Ok(StatementKind::Return(Some(self.expression()?)))
    }

    /// Whether `return` and `yield` have no operand in front of this token.
    pub(super) fn ends_operand(&self) -> bool {
        use TokenKind::*;
        matches!(self.kind(), Semicolon | RightBrace | RightParen | RightBracket | Comma | End | TextMiddle | TextTail)
    }

    #[inline(never)]
    fn async_statement(&mut self) -> Parse<StatementKind> {
        match self.peek(1).kind {
            TokenKind::Let => {
                self.advance();
                self.advance();
                self.async_let()
            }
            TokenKind::Identifier if self.is_async_scope() => self.whole_expression(Self::async_scope),
            TokenKind::Func => self.function_statement(),
            _ => {
                self.advance();
                Err(self.fail_with(
                    "Expected 'func' after 'async'",
                    "after async comes func, let or scope: async func f() { … }",
                ))
            }
        }
    }

    #[inline(never)]
    fn async_let(&mut self) -> Parse<StatementKind> {
        if !self.is_variable_name() {
            let mut problem = self.problem("Invalid pattern");
            problem.notes.extend(self.hint_name("a variable"));
            return Err(self.refuse(problem));
        }
        let name = self.take_name();
        let annotation = self.annotation()?;
        if !self.take_equals() {
            return Err(self.missing_equals("let"));
        }
        let value = self.assigned_value()?;
        Ok(StatementKind::AsyncLet { name, annotation, value })
    }

    /// `export` has no effect of its own, so several of them are one.
    #[inline(never)]
    fn export_statement(&mut self) -> Parse<StatementKind> {
        while self.take(TokenKind::Export) {}
        Ok(StatementKind::Export(Box::new(self.statement()?)))
    }
}

/// The place that an expression is, or the expression back.
fn place(expression: Expression) -> Result<Place, ExpressionKind> {
    let span = expression.span;
    let (base, suffixes) = match expression.kind {
        ExpressionKind::Postfix { base, suffixes } if suffixes.iter().all(is_step) => (*base, suffixes),
        ExpressionKind::Name(_) | ExpressionKind::SelfValue => (expression, Vec::new()),
        kind => return Err(kind),
    };
    let root = match base.kind {
        ExpressionKind::Name(symbol) => PlaceRoot::Variable(Identifier { symbol, span: base.span }),
        ExpressionKind::SelfValue => PlaceRoot::SelfValue(base.span),
        kind => return Err(kind),
    };
    let steps = suffixes.into_iter().filter_map(step).collect();
    Ok(Place { root, steps, span })
}

fn step(suffix: Suffix) -> Option<PlaceStep> {
    let kind = match suffix.kind {
        SuffixKind::Index(index) => PlaceStepKind::Index(index),
        SuffixKind::Field { name, guarded: false } => PlaceStepKind::Field(name),
        _ => return None,
    };
    Some(PlaceStep { kind, span: suffix.span })
}
