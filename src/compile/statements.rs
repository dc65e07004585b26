//! Statements, blocks and declarations.

use super::Compiler;
use super::scope::{Binding, Exit, Immutable, Scope, Variable};
use crate::bytecode::op;
use crate::syntax::ast::*;

impl<'a> Compiler<'a> {
    pub(super) fn current_scope(&mut self) -> &mut Scope {
        let function = self.function();
        if function.scopes.is_empty() {
            function.scopes.push(Scope::default());
        }
        let last = function.scopes.len() - 1;
        &mut function.scopes[last]
    }

    pub(super) fn begin_scope(&mut self) {
        let mark = self.emitter().mark();
        self.function().scopes.push(Scope { mark, ..Scope::default() });
    }

    pub(super) fn end_scope(&mut self) {
        if let Some(scope) = self.function().scopes.pop() {
            self.emitter().release_to(scope.mark);
        }
    }

    pub(super) fn block(&mut self, block: &'a Block) {
        self.begin_scope();
        self.block_statements(&block.statements);
        self.end_scope();
    }

    pub(super) fn block_statements(&mut self, statements: &'a [Statement]) {
        self.hoist(statements);
        for statement in statements {
            // What a function that cannot be compiled still contains is not looked at.
            if !self.emitter().too_large {
                self.statement(statement);
            }
        }
    }

    /// A local of the current block, in a new register.
    pub(super) fn declare_local(&mut self, name: Identifier, immutable: Option<Immutable>) -> u8 {
        let register = self.emitter().allocate();
        self.bind_local(name, register, immutable, false);
        register
    }

    pub(super) fn bind_local(&mut self, name: Identifier, register: u8, immutable: Option<Immutable>, borrowed: bool) {
        self.bind(name, Binding { register, immutable, borrowed, created: false, partial: false });
    }

    /// A local that is not set if its pattern does not fit.
    pub(super) fn bind_partial(&mut self, name: Identifier, register: u8, immutable: Option<Immutable>, partial: bool) {
        self.function().assigned.remove(&register);
        self.bind(name, Binding { register, immutable, borrowed: false, created: false, partial });
    }

    fn bind(&mut self, name: Identifier, binding: Binding) {
        let outermost = self.function().scopes.len() == 1;
        let function = self.function();
        // What is created and declared is created first: after its declaration it is only assigned.
        let created = function.created.contains_key(&name.symbol);
        let clash = self.current_scope().declared.contains(&name.symbol) || outermost && created;
        if clash && !self.is_discard(name.symbol) {
            self.duplicate(name);
        }
        let scope = self.current_scope();
        scope.names.push((name.symbol, binding));
        scope.declared.push(name.symbol);
    }

    pub(super) fn statement(&mut self, statement: &'a Statement) {
        let mark = self.emitter().mark();
        self.emitter().at(statement.span);
        let keep = self.with_intermediates(|compiler| compiler.statement_inner(statement));
        if !keep {
            self.emitter().release_to(mark);
        }
    }

    /// Says whether the registers are those of variables that stay.
    fn statement_inner(&mut self, statement: &'a Statement) -> bool {
        let mut keep = false;
        match &statement.kind {
            StatementKind::Declare { kind, pattern, value, .. } => {
                self.declare(*kind, pattern, value);
                keep = true;
            }
            StatementKind::Destructure { pattern, value } => self.assign_pattern(pattern, value),
            StatementKind::Assign { place, operator, value } => {
                self.assignment(place, *operator, value, statement.span)
            }
            StatementKind::Function(function) => self.local_function(function),
            StatementKind::Struct(_) | StatementKind::Enum(_) => {}
            StatementKind::If { arms, otherwise } => self.if_statement(arms, otherwise.as_ref()),
            StatementKind::While { condition, body } => self.while_loop(Some(condition), body),
            StatementKind::Loop { condition, body } => self.while_loop(condition.as_ref(), body),
            StatementKind::For { asynchronous, index, item, iterable, body } => {
                self.for_loop(index.as_ref(), item, iterable, body, *asynchronous);
            }
            StatementKind::Try(attempt) => self.try_statement(attempt),
            StatementKind::Return(value) => {
                match value {
                    Some(value) => {
                        let (register, kept) = self.returned(value);
                        self.emitter().at(statement.span);
                        self.exit(Exit::Return, Some(register), kept);
                    }
                    None => self.exit(Exit::Return, None, false),
                };
            }
            StatementKind::Break | StatementKind::Continue => {
                let stays = matches!(statement.kind, StatementKind::Continue);
                match self.innermost_loop() {
                    Some(at) => self.exit(if stays { Exit::Continue(at) } else { Exit::Break(at) }, None, false),
                    None => {
                        let word = if stays { "continue" } else { "break" };
                        self.error(statement.span, &format!("{word} can only be used inside a loop"));
                    }
                }
            }
            StatementKind::AsyncLet { name, value, .. } => {
                self.async_let(*name, value);
                keep = true;
            }
            StatementKind::Import(import) => self.import(import, statement.span),
            StatementKind::Export(inner) => self.statement(inner),
            StatementKind::Test(_) => {}
            StatementKind::Block(block) => self.block(block),
            StatementKind::Section(block) => self.section(|compiler| compiler.block(block)),
            StatementKind::Expression(expression) => self.discard(expression),
        }
        keep
    }

    /// Whether declarations make script variables here.
    pub(super) fn at_script_level(&mut self) -> bool {
        self.function().script && self.function().scopes.len() == 1
    }

    fn declare(&mut self, kind: DeclareKind, pattern: &'a Pattern, value: &'a Expression) {
        let Pattern::Name(name) = pattern else { return self.declare_pattern(kind, pattern, value) };
        if self.is_discard(name.symbol) {
            self.discard(value);
            return;
        }
        if self.at_script_level() {
            let mark = self.emitter().mark();
            let register = self.emitter().allocate();
            self.named_value(value, register, *name, false);
            let global = self.global(name.symbol);
            self.emitter().emit_wide(op::SET_GLOBAL, register, global);
            self.emitter().release_to(mark);
            return;
        }
        // The initialiser does not see the name, so the variable is bound after it.
        let register = self.emitter().allocate();
        self.named_value(value, register, *name, true);
        self.bind_local(*name, register, Immutable::of(kind), false);
    }

    /// A value that is bound to `name`: a function literal may mean itself by that name.
    pub(super) fn named_value(&mut self, value: &'a Expression, register: u8, name: Identifier, is_local: bool) {
        if let ExpressionKind::Function(function) = &value.kind {
            let own_name = self.own_name_of(name.symbol, is_local);
            self.emitter().at(value.span);
            self.function_value(function, own_name, register);
        } else {
            self.own_into(value, register);
        }
    }

    /// Evaluates for effect only.
    pub(super) fn discard(&mut self, expression: &'a Expression) {
        let mark = self.emitter().mark();
        if let ExpressionKind::Match(matching) = &expression.kind {
            self.matching(matching, None);
        } else if let ExpressionKind::AsyncScope(body) = &expression.kind {
            self.async_scope(body, expression.span, None);
        } else if let ExpressionKind::Name(symbol) = expression.kind {
            // Reading it may fail.
            let register = self.emitter().allocate();
            self.emitter().at(expression.span);
            self.read_variable(symbol, register);
        } else {
            let register = self.emitter().allocate();
            self.into(expression, register);
        }
        self.emitter().release_to(mark);
    }

    /// The value of a `return`, ready to be given away, and whether it is a variable of this function.
    fn returned(&mut self, value: &'a Expression) -> (u8, bool) {
        if let ExpressionKind::Name(symbol) = value.kind
            && let Variable::Register(binding) = self.resolve(symbol)
        {
            self.emitter().at(value.span);
            self.check_created(symbol, binding);
            if binding.borrowed {
                self.emitter().emit(op::SHARE, binding.register, 0, 0);
            }
            return (binding.register, true);
        }
        let register = self.emitter().allocate();
        self.own_into(value, register);
        (register, false)
    }
}
