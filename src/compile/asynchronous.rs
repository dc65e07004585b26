//! Tasks and what owns them: `spawn`, branches of `await join`, `async let`, scopes (async.md 1, 4, 5).

use super::Compiler;
use super::effects::{Writes, may_run, may_write};
use super::scope::Immutable;
use crate::bytecode::{Constant, op};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::walk::{Visitor, walk_expression, walk_statement};

/// More branches than the instruction can count.
const MOST_BRANCHES: usize = (1 << 14) - 1;

impl<'a> Compiler<'a> {
    /// A block that runs as a task of its own: `spawn { … }`.
    pub(super) fn spawn_block(&mut self, body: &'a Block, span: Span, target: u8) {
        let index = self.reserve_function();
        self.begin_function(span, None);
        let mut writes = Writes::new(self.symbols, self.self_symbol, &self.changing);
        writes.block(body);
        self.function().written = writes.written;
        self.function_body(body, &[]);
        self.finish_function(index, "spawn".into(), Vec::new());
        self.emitter().at(span);
        let closure = self.emitter().allocate();
        self.make_closure(index, true, closure);
        self.emitter().emit_extended(op::SPAWN_TASK, closure, 0, target, 0);
    }

    /// Starts a task that evaluates an expression. A plain call *is* that task's function, without one around it.
    /// `lexical`: see [`op::SPAWN_TASK`].
    fn expression_task(&mut self, value: &'a Expression, name: &str, lexical: bool, target: u8) {
        let mark = self.emitter().mark();
        match self.plain_call(value) {
            Some((callee, arguments)) => {
                let window = self.emitter().allocate_row(1 + arguments.len());
                self.into(callee, window);
                for (offset, argument) in arguments.iter().enumerate() {
                    self.own_into(argument, window.wrapping_add(1 + offset as u8));
                }
                self.emitter().at(value.span);
                self.emitter().emit_extended(op::SPAWN_TASK, window, arguments.len() as u8, target, u32::from(lexical));
            }
            None => {
                let index = self.reserve_function();
                self.begin_function(value.span, None);
                let result = self.emitter().allocate();
                self.with_intermediates(|compiler| compiler.own_into(value, result));
                self.emitter().emit(op::RETURN, result, 0, 0);
                self.finish_function(index, name.into(), Vec::new());
                self.emitter().at(value.span);
                let closure = self.emitter().allocate();
                self.make_closure(index, true, closure);
                self.emitter().emit_extended(op::SPAWN_TASK, closure, 0, target, u32::from(lexical));
            }
        }
        self.emitter().release_to(mark);
    }

    /// `f(a, b)` with arguments that run no code: those are evaluated by the task that starts the call.
    fn plain_call(&mut self, value: &'a Expression) -> Option<(&'a Expression, &'a [Expression])> {
        let ExpressionKind::Postfix { base, suffixes } = &value.kind else { return None };
        let (ExpressionKind::Name(symbol), [Suffix { kind: SuffixKind::Call(arguments), .. }]) =
            (&base.kind, suffixes.as_slice())
        else {
            return None;
        };
        // Builtins are no functions that run for long; some of them are no values at all.
        if self.resolve_builtin(*symbol).is_some() || arguments.len() > 200 {
            return None;
        }
        let calm =
            arguments.iter().all(|argument| !may_run(argument, self.has_operator_methods) && !may_write(argument));
        if calm { Some((base, arguments)) } else { None }
    }

    /// `await join kind { … }`, `await join kind array`
    pub(super) fn join(&mut self, join: &'a Join, span: Span, target: u8) {
        let result = self.emitter().allocate();
        let branches = match &join.source {
            JoinSource::Array(value) => {
                let list = self.emitter().allocate_row(2);
                self.into(value, list);
                self.emitter().load_constant(list.wrapping_add(1), Constant::Null);
                self.await_join(join.kind, list, 0, span, result);
                self.emitter().emit(op::MOVE, target, result, 0);
                return;
            }
            JoinSource::Branches(branches) => branches,
        };
        self.check_branches(branches, span);
        // What has been started is cancelled if a later branch cannot be.
        self.scoped_tasks(false, span, |compiler| {
            let list = compiler.emitter().allocate_row(2);
            compiler.emitter().emit(op::NEW_LIST, list, 0, 0);
            for branch in branches {
                let promise = compiler.emitter().allocate();
                compiler.expression_task(&branch.value, "join branch", false, promise);
                compiler.emitter().emit(op::LIST_PUSH, list, promise, 1);
                compiler.emitter().release_to(promise as usize);
            }
            compiler.labels(branches, list.wrapping_add(1));
            compiler.await_join(join.kind, list, branches.len() as u32, span, result);
        });
        self.emitter().emit(op::MOVE, target, result, 0);
    }

    fn await_join(&mut self, kind: JoinKind, list: u8, count: u32, span: Span, result: u8) {
        let kind = match kind {
            JoinKind::All => 0,
            JoinKind::Race => 1,
            JoinKind::Any => 2,
            JoinKind::Settle => 3,
        };
        self.emitter().at(span);
        self.emitter().emit_extended(op::JOIN_INIT, result, list, kind, count);
        self.emitter().emit(op::JOIN_AWAIT, result, result, 0);
    }

    fn check_branches(&mut self, branches: &[JoinBranch], span: Span) {
        if branches.len() > MOST_BRANCHES {
            self.error(span, &format!("Join has {} branches, more than {MOST_BRANCHES}", branches.len()));
        }
        let labelled = branches.iter().filter(|branch| branch.label.is_some()).count();
        if labelled > 0 && labelled < branches.len() {
            self.error(span, "Join branches must be all labelled or all unlabelled");
        }
        let mut seen = rustc_hash::FxHashSet::default();
        for label in branches.iter().filter_map(|branch| branch.label) {
            if !seen.insert(label.symbol) {
                let finding = format!("Duplicate join label: {}", self.text(label.symbol));
                self.error(label.span, &finding);
            }
        }
    }

    /// An array of the labels, or null.
    fn labels(&mut self, branches: &[JoinBranch], target: u8) {
        if branches.iter().all(|branch| branch.label.is_none()) {
            self.emitter().load_constant(target, Constant::Null);
            return;
        }
        self.emitter().emit(op::NEW_LIST, target, 0, 0);
        let text = self.emitter().allocate();
        for label in branches.iter().filter_map(|branch| branch.label) {
            let label = self.text(label.symbol);
            self.emitter().load_constant(text, Constant::Text(label.into()));
            self.emitter().emit(op::LIST_PUSH, target, text, 1);
        }
    }

    /// `async scope { … }`
    pub(super) fn async_scope(&mut self, body: &'a Block, span: Span, target: Option<u8>) {
        let result = target.map(|_| self.emitter().allocate());
        self.scoped_tasks(false, span, |compiler| compiler.valued_block(body, result));
        if let (Some(target), Some(result)) = (target, result) {
            self.emitter().emit(op::MOVE, target, result, 0);
        }
    }

    /// Code whose tasks do not outlive it: on every way out those that are pending are cancelled.
    pub(super) fn scoped_tasks(&mut self, implicit: bool, span: Span, body: impl FnOnce(&mut Self)) {
        let scope = self.emitter().allocate();
        self.emitter().at(span);
        self.emitter().emit(op::ASYNC_SCOPE_ENTER, scope, u8::from(implicit), 0);
        self.protected(
            |compiler, _| body(compiler),
            |compiler, state| {
                compiler.emitter().at(span);
                compiler.emitter().emit(op::ASYNC_SCOPE_EXIT, scope, 0, 0);
                compiler.emitter().emit(op::SUPPRESS, scope, state, 0);
            },
        );
    }

    /// `async let name := value`
    pub(super) fn async_let(&mut self, name: Identifier, value: &'a Expression) {
        let register = self.emitter().allocate();
        self.expression_task(value, "async let", true, register);
        if self.is_discard(name.symbol) {
            return;
        }
        if self.at_script_level() {
            let global = self.global(name.symbol);
            self.emitter().emit_wide(op::SET_GLOBAL, register, global);
        } else {
            self.bind_local(name, register, Some(Immutable::Let), false);
        }
    }

    /// Compiles the statements of a body, as a scope if it has an `async let` of its own.
    pub(super) fn body_statements(&mut self, statements: &[Statement], span: Span, compile: impl FnOnce(&mut Self)) {
        if has_async_let(statements) {
            self.scoped_tasks(true, span, compile);
        } else {
            compile(self);
        }
    }
}

/// Whether an `async let` belongs to the body itself, and not to a scope or another body in it.
fn has_async_let(statements: &[Statement]) -> bool {
    struct Finder(bool);
    impl<'t> Visitor<'t> for Finder {
        fn statement(&mut self, statement: &'t Statement) {
            match &statement.kind {
                StatementKind::AsyncLet { .. } => self.0 = true,
                StatementKind::Struct(_) | StatementKind::Test(_) => {}
                _ => walk_statement(self, statement),
            }
        }
        fn expression(&mut self, expression: &'t Expression) {
            if !matches!(expression.kind, ExpressionKind::AsyncScope(_)) {
                walk_expression(self, expression);
            }
        }
        fn function(&mut self, _: &'t Function) {}
        fn task(&mut self, _: &'t Block) {}
        fn task_expression(&mut self, _: &'t Expression) {}
    }
    let mut finder = Finder(false);
    for statement in statements {
        finder.statement(statement);
    }
    finder.0
}
