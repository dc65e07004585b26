//! Statements, one a line.
//!
//! Semicolons separate statements and are left out, except where two statements on lines of their own would be read
//! as one:
//!
//! * after `return` or `yield` without an operand, which would take the next statement as operand;
//! * before a statement that begins with `-`, which would go on with the expression before it;
//! * between a `try` without `finally` block and a statement that begins with the name `finally`;
//! * in an empty block that is a statement, which would be a dict: `{;}`.

use super::layout::{Command, Style};
use super::writer::Printer;
use crate::syntax::MAXIMUM_SOURCE;
use crate::syntax::ast::*;
use crate::syntax::tokens::TokenKind;

impl<'a> Printer<'a> {
    /// The whole program; `None` if it gets too long.
    pub fn program(mut self, tree: &Tree) -> Option<String> {
        self.statements(&tree.statements);
        debug_assert!(self.next_is(TokenKind::End) && self.next_comment().is_none());
        self.layout.render(MAXIMUM_SOURCE)
    }

    /// Statements up to the end of their block or of the program, with the comments before that end.
    pub fn statements(&mut self, statements: &[Statement]) {
        for (index, statement) in statements.iter().enumerate() {
            if index > 0 {
                self.push(Command::HardLine);
            }
            self.lead(index > 0);
            self.begin_statement();
            self.statement(statement);
            if statements.get(index + 1).is_some() && self.needs_semicolon(statement) {
                self.push(Command::Text(";"));
            }
        }
        self.dangle(!statements.is_empty());
    }

    /// Whether the next tokens would be read as a part of the statement before them.
    fn needs_semicolon(&self, before: &Statement) -> bool {
        let next = self.peek();
        self.lacks_operand()
            || next.kind == TokenKind::Minus && is_open(&before.kind)
            || next.kind == TokenKind::Identifier && self.text_of(next) == "finally" && lacks_finally(&before.kind)
    }

    /// Whether the last token is a `return` or `yield` that would take what follows as its operand.
    pub fn lacks_operand(&self) -> bool {
        let [last, before] = self.taken();
        last.is_some_and(|last| matches!(last.kind, TokenKind::Return | TokenKind::Yield))
            && !before.is_some_and(|before| matches!(before.kind, TokenKind::Dot | TokenKind::QuestionDot))
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Declare { pattern, annotation, value, .. } => {
                self.token();
                self.space();
                self.pattern(pattern);
                self.annotation(annotation.as_ref());
                self.assigned(value);
            }
            StatementKind::Destructure { pattern, value } => {
                self.pattern(pattern);
                self.assigned(value);
            }
            StatementKind::Assign { place, operator, value } => {
                self.place(place);
                if operator.is_some() {
                    self.space();
                    self.token();
                    self.space();
                    self.expression(value);
                } else {
                    self.assigned(value);
                }
            }
            StatementKind::Function(function) => self.function(function),
            StatementKind::Struct(declaration) => self.struct_declaration(declaration),
            StatementKind::Enum(declaration) => self.enum_declaration(declaration),
            StatementKind::If { arms, otherwise } => self.if_statement(arms, otherwise.as_ref()),
            StatementKind::While { condition, body } => {
                self.expect(TokenKind::While);
                self.header(condition);
                self.block(body);
            }
            StatementKind::Loop { condition, body } => {
                self.expect(TokenKind::Loop);
                self.space();
                if let Some(condition) = condition {
                    self.expect(TokenKind::While);
                    self.header(condition);
                }
                self.block(body);
            }
            StatementKind::For { asynchronous, index, iterable, body, .. } => {
                self.for_head(*asynchronous, index.is_some());
                self.header(iterable);
                self.block(body);
            }
            StatementKind::Try(parts) => self.try_statement(parts),
            StatementKind::Return(value) => {
                self.expect(TokenKind::Return);
                if let Some(value) = value {
                    self.space();
                    self.expression(value);
                }
            }
            StatementKind::Break | StatementKind::Continue => self.token(),
            StatementKind::AsyncLet { annotation, value, .. } => {
                self.expect(TokenKind::Async);
                self.space();
                self.expect(TokenKind::Let);
                self.space();
                self.expect(TokenKind::Identifier);
                self.annotation(annotation.as_ref());
                self.assigned(value);
            }
            StatementKind::Import(import) => self.import(import),
            StatementKind::Export(inner) => {
                self.expect(TokenKind::Export);
                // Repeated, it means nothing more.
                while self.next_is(TokenKind::Export) {
                    self.drop_token();
                }
                self.space();
                self.statement(inner);
            }
            StatementKind::Test(test) => self.test(test),
            StatementKind::Block(block) | StatementKind::Section(block) => self.block_statement(block),
            StatementKind::Expression(expression) => self.expression(expression),
        }
    }

    /// `:=`, also where `=` is written, and the value.
    fn assigned(&mut self, value: &Expression) {
        self.space();
        self.token_as(":=");
        self.space();
        self.expression(value);
    }

    /// The expression before a block, and the space after it.
    pub fn header(&mut self, expression: &Expression) {
        self.space();
        self.expression(expression);
        self.space();
    }

    #[inline(never)]
    fn block_statement(&mut self, block: &Block) {
        self.open_block();
        if block.statements.is_empty() {
            self.push(Command::Text(";"));
        }
        self.block_rest(block);
    }

    #[inline(never)]
    fn if_statement(&mut self, arms: &[(Expression, Block)], otherwise: Option<&Block>) {
        let first = arms.first().map(|(_, block)| block.span);
        let last = otherwise.map(|block| block.span).or(arms.last().map(|(_, block)| block.span));
        self.layout.open();
        if let (Some(first), Some(last)) = (first, last)
            && self.breaks_between(first.start, last.end)
        {
            self.push(Command::Break);
        }
        for (index, (condition, block)) in arms.iter().enumerate() {
            if index > 0 {
                self.next_word(TokenKind::Else);
                self.space();
            }
            self.expect(TokenKind::If);
            self.header(condition);
            self.shared_block(block);
        }
        if let Some(block) = otherwise {
            self.next_word(TokenKind::Else);
            self.space();
            self.shared_block(block);
        }
        self.layout.close(Style::Broken);
    }

    /// The word that goes on with the statement after a block.
    fn next_word(&mut self, word: TokenKind) {
        self.lead_word();
        self.space();
        self.expect(word);
    }

    #[inline(never)]
    fn for_head(&mut self, asynchronous: bool, indexed: bool) {
        self.expect(TokenKind::For);
        self.space();
        if asynchronous {
            self.expect(TokenKind::Await);
            self.space();
        }
        self.expect(TokenKind::Identifier);
        if indexed {
            self.comma();
            self.space();
            self.expect(TokenKind::Identifier);
        }
        self.space();
        self.expect(TokenKind::In);
    }

    #[inline(never)]
    fn try_statement(&mut self, parts: &Try) {
        self.layout.open();
        self.expect(TokenKind::Try);
        self.space();
        let blocks = [parts.except.as_ref().map(|except| &except.body), parts.finally.as_ref()];
        let end = blocks.into_iter().flatten().last().unwrap_or(&parts.body).span.end;
        if self.breaks_between(parts.body.span.start, end) {
            self.push(Command::Break);
        }
        self.shared_block(&parts.body);
        if let Some(except) = &parts.except {
            self.next_word(TokenKind::Except);
            self.space();
            if except.variable.is_some() {
                self.expect(TokenKind::Identifier);
                self.space();
            }
            self.shared_block(&except.body);
        }
        if let Some(finally) = &parts.finally {
            self.next_word(TokenKind::Identifier);
            self.space();
            self.shared_block(finally);
        }
        self.layout.close(Style::Broken);
    }
}

/// Whether an operator after this statement would go on with it.
fn is_open(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::Declare { .. }
        | StatementKind::Destructure { .. }
        | StatementKind::Assign { .. }
        | StatementKind::AsyncLet { .. }
        | StatementKind::Return(_) => true,
        StatementKind::Export(inner) => is_open(&inner.kind),
        StatementKind::Expression(expression) => !matches!(
            expression.kind,
            ExpressionKind::Match(_) | ExpressionKind::Spawn(_) | ExpressionKind::AsyncScope(_)
        ),
        _ => false,
    }
}

fn lacks_finally(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::Try(parts) => parts.finally.is_none(),
        StatementKind::Export(inner) => lacks_finally(&inner.kind),
        _ => false,
    }
}
