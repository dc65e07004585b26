//! Branches, loops, `try`, and the ways out of them.

use super::Compiler;
use super::effects::Writes;
use super::emitter::Label;
use super::scope::{Context, Exit, Variable};
use crate::bytecode::{Constant, HandlerKind, op};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::walk::{Visitor, as_place};
use rustc_hash::FxHashSet;

/// What a `for` loop goes over.
#[derive(Clone, Copy)]
struct Source<'a> {
    /// The first register of the iteration's state.
    state: u8,
    iterable: &'a Expression,
    /// The numbers of a direct call of `range`.
    range: bool,
    /// `for await`
    asynchronous: bool,
    /// The state borrows the iterated value.
    borrowed: bool,
}

impl<'a> Compiler<'a> {
    pub(super) fn if_statement(&mut self, arms: &'a [(Expression, Block)], otherwise: Option<&'a Block>) {
        let end = self.emitter().label();
        // A variable exists afterwards if every way through creates it.
        let mut after: Option<FxHashSet<u8>> = None;
        for (position, (condition, body)) in arms.iter().enumerate() {
            let next = self.emitter().label();
            self.branch(condition, next, false);
            let before = self.function().assigned.clone();
            self.block(body);
            let assigned = std::mem::replace(&mut self.function().assigned, before);
            merge(&mut after, assigned);
            if position + 1 < arms.len() || otherwise.is_some() {
                self.emitter().jump(op::JUMP, 0, 0, end);
            }
            self.emitter().bind(next);
        }
        match otherwise {
            Some(body) => {
                let before = self.function().assigned.clone();
                self.block(body);
                let assigned = std::mem::replace(&mut self.function().assigned, before);
                merge(&mut after, assigned);
            }
            None => merge(&mut after, self.function().assigned.clone()),
        }
        if let Some(after) = after {
            self.function().assigned = after;
        }
        self.emitter().bind(end);
    }

    /// `while`, `loop while`, and `loop` without a condition: the test is at the bottom.
    pub(super) fn while_loop(&mut self, condition: Option<&'a Expression>, body: &'a Block) {
        let break_label = self.emitter().label();
        let continue_label = self.emitter().label();
        if let Some(condition) = condition {
            self.branch(condition, break_label, false);
        }
        let start = self.emitter().bound_label();
        let before = self.function().assigned.clone();
        self.function().contexts.push(Context::Loop { break_label, continue_label, borrowed_iterator: None });
        self.block(body);
        self.function().contexts.pop();
        self.function().assigned = before;
        self.emitter().bind(continue_label);
        match condition {
            Some(condition) => self.branch(condition, start, true),
            None => self.emitter().jump(op::JUMP, 0, 0, start),
        }
        self.emitter().bind(break_label);
    }

    pub(super) fn for_loop(
        &mut self,
        index: Option<&Identifier>,
        item: &Identifier,
        iterable: &'a Expression,
        body: &'a Block,
        asynchronous: bool,
    ) {
        let span = self.emitter().span();
        self.begin_scope();
        let state = self.emitter().allocate_row(3);
        let range = match index {
            None if !asynchronous => self.range_arguments(iterable),
            _ => None,
        };
        let mut borrowed = false;
        match range {
            Some(arguments) => {
                for (offset, argument) in arguments.iter().enumerate() {
                    self.into(argument, state + offset as u8);
                }
                self.emitter().at(iterable.span);
                self.emitter().emit(op::RANGE_PREPARE, state, arguments.len() as u8, 0);
            }
            None => {
                let mark = self.emitter().mark();
                let (source, alias) = self.any(iterable);
                borrowed = alias && self.iteration_borrows(iterable, body);
                self.emitter().at(iterable.span);
                self.emitter().emit(op::FOR_PREPARE, state, source, u8::from(borrowed) | u8::from(asynchronous) << 1);
                self.emitter().release_to(mark);
            }
        }
        let source = Source { state, iterable, range: range.is_some(), asynchronous, borrowed };
        if asynchronous {
            // On every way out the source is left.
            self.protected(
                |compiler, _| compiler.rounds(source, index, item, body, span),
                |compiler, _| {
                    compiler.emitter().at(iterable.span);
                    compiler.emitter().emit(op::FOR_LEAVE, state, u8::from(borrowed), 0);
                },
            );
        } else {
            self.rounds(source, index, item, body, span);
            if borrowed {
                self.emitter().emit(op::FOR_END, state, 0, 0);
            }
        }
        self.end_scope();
    }

    /// The rounds of a `for` loop whose iteration is prepared.
    fn rounds(
        &mut self,
        source: Source<'a>,
        index: Option<&Identifier>,
        item: &Identifier,
        body: &'a Block,
        span: Span,
    ) {
        let Source { state, iterable, range, asynchronous, borrowed } = source;
        self.begin_scope();
        // The variables are fresh in every round, in registers that the instruction fills.
        let first = self.emitter().allocate_row(1 + usize::from(index.is_some()));
        let item_register = first + u8::from(index.is_some());
        if let Some(index) = index {
            self.bind_local(*index, first, None, false);
        }
        self.bind_local(*item, item_register, None, !range && !asynchronous);
        let break_label = self.emitter().label();
        let continue_label = self.emitter().label();
        self.emitter().at(span);
        self.emitter().jump(op::JUMP, 0, 0, continue_label);
        let start = self.emitter().bound_label();
        let before = self.function().assigned.clone();
        if asynchronous {
            self.emitter().at(iterable.span);
            self.emitter().emit(op::AWAIT, item_register, item_register, 0);
        } else if !range && self.writes_below(item.symbol, body) {
            self.emitter().emit(op::SHARE, item_register, 0, 0);
        }
        let borrowed_iterator = if borrowed && !asynchronous { Some(state) } else { None };
        self.function().contexts.push(Context::Loop { break_label, continue_label, borrowed_iterator });
        self.block(body);
        self.function().contexts.pop();
        self.function().assigned = before;
        self.emitter().bind(continue_label);
        self.emitter().at(iterable.span);
        let next = match (range, index) {
            (true, _) => op::RANGE_NEXT,
            (false, None) => op::FOR_NEXT,
            (false, Some(_)) => op::FOR_NEXT_PAIR,
        };
        self.emitter().jump(next, state, first, start);
        self.emitter().bind(break_label);
        self.end_scope();
    }

    /// The arguments of a direct call of the builtin `range`.
    fn range_arguments(&mut self, iterable: &'a Expression) -> Option<&'a [Expression]> {
        let ExpressionKind::Postfix { base, suffixes } = &iterable.kind else { return None };
        let (ExpressionKind::Name(symbol), [Suffix { kind: SuffixKind::Call(arguments), .. }]) =
            (&base.kind, suffixes.as_slice())
        else {
            return None;
        };
        let is_range = self.text(*symbol) == "range" && self.resolve_builtin(*symbol).is_some();
        if is_range && (1..=3).contains(&arguments.len()) { Some(arguments) } else { None }
    }

    /// Whether the iterated value may be changed while the loop runs. A local variable can only be changed by the body.
    fn iteration_borrows(&mut self, iterable: &Expression, body: &Block) -> bool {
        let Some((root, _)) = as_place(iterable) else { return true };
        let ExpressionKind::Name(symbol) = root.kind else { return true };
        match self.resolve(symbol) {
            Variable::Register(_) => self.writes_below(symbol, body),
            _ => true,
        }
    }

    pub(super) fn writes_below(&self, symbol: Symbol, body: &Block) -> bool {
        let mut writes = Writes::new(self.symbols, self.self_symbol, &self.changing);
        writes.block(body);
        writes.written.contains(&symbol)
    }

    /// Statements that a `return` only leaves to their end.
    pub(super) fn section(&mut self, statements: impl FnOnce(&mut Self)) {
        let end = self.emitter().label();
        self.function().contexts.push(Context::Section { end });
        statements(self);
        self.function().contexts.pop();
        self.emitter().bind(end);
    }

    pub(super) fn innermost_loop(&mut self) -> Option<usize> {
        self.function().contexts.iter().rposition(|context| matches!(context, Context::Loop { .. }))
    }

    /// Leaves towards `exit`, through all `finally` blocks on the way. `value` is what a return gives; `kept` if its
    /// register is a variable that a `finally` block could still change.
    pub(super) fn exit(&mut self, exit: Exit, value: Option<u8>, kept: bool) {
        let depth = self.function().contexts.len();
        self.exit_from(exit, value, kept, depth);
    }

    fn exit_from(&mut self, exit: Exit, value: Option<u8>, kept: bool, depth: usize) {
        for at in (0..depth).rev() {
            match &mut self.function().contexts[at] {
                Context::Loop { break_label, continue_label, borrowed_iterator } => {
                    let (break_label, continue_label, iterator) = (*break_label, *continue_label, *borrowed_iterator);
                    match exit {
                        Exit::Break(target) if target == at => {
                            self.emitter().jump(op::JUMP, 0, 0, break_label);
                            return;
                        }
                        Exit::Continue(target) if target == at => {
                            self.emitter().jump(op::JUMP, 0, 0, continue_label);
                            return;
                        }
                        _ => {
                            if let Some(iterator) = iterator {
                                self.emitter().emit(op::FOR_END, iterator, 0, 0);
                            }
                        }
                    }
                }
                Context::Section { end } => {
                    // Loops do not reach around a section, so this is a return.
                    let end = *end;
                    self.emitter().jump(op::JUMP, 0, 0, end);
                    return;
                }
                Context::Finally { state, entry, exits } => {
                    let (state, entry) = (*state, *entry);
                    let number = match exits.iter().position(|other| *other == exit) {
                        Some(number) => number,
                        None => {
                            exits.push(exit);
                            exits.len() - 1
                        }
                    };
                    if exit == Exit::Return {
                        match value {
                            Some(register) if kept => self.emitter().emit(op::MOVE_SHARE, state + 1, register, 0),
                            Some(register) => self.emitter().emit(op::MOVE, state + 1, register, 0),
                            None => self.emitter().emit(op::LOAD_NULL, state + 1, 0, 0),
                        }
                    }
                    self.emitter().load_constant(state, Constant::Int(number as i64 + 1));
                    self.emitter().jump(op::JUMP, 0, 0, entry);
                    return;
                }
                Context::InFinally { state } => {
                    let state = *state;
                    self.emitter().emit(op::LEAVE_FINALLY, state, 0, 0);
                }
            }
        }
        match value {
            Some(register) => self.emitter().emit(op::RETURN, register, 0, 0),
            None => self.emitter().emit(op::RETURN_NULL, 0, 0, 0),
        }
    }

    pub(super) fn try_statement(&mut self, attempt: &'a Try) {
        match &attempt.finally {
            None => {
                let end = self.emitter().label();
                self.try_except(attempt, end);
                self.emitter().bind(end);
            }
            Some(finally) => self.try_finally(attempt, finally),
        }
    }

    fn try_except(&mut self, attempt: &'a Try, end: Label) {
        let before = self.function().assigned.clone();
        let Some(except) = &attempt.except else {
            self.block(&attempt.body);
            return;
        };
        let handler = self.emitter().label();
        let start = self.emitter().here();
        self.block(&attempt.body);
        let stop = self.emitter().here();
        self.emitter().jump(op::JUMP, 0, 0, end);
        self.emitter().protect(HandlerKind::Except, start, stop, handler);
        self.emitter().bind(handler);
        self.function().assigned = before.clone();
        self.begin_scope();
        let register = match except.variable {
            Some(name) => self.declare_local(name, None),
            None => self.emitter().allocate(),
        };
        self.emitter().emit(op::CATCH, register, 0, 0);
        self.emitter().fuel_here();
        self.block(&except.body);
        self.end_scope();
        self.function().assigned = before;
    }

    fn try_finally(&mut self, attempt: &'a Try, finally: &'a Block) {
        self.protected(|compiler, normal| compiler.try_except(attempt, normal), |compiler, _| compiler.block(finally));
    }

    /// Code, and the cleanup that runs on every way out of it. `body` gets the label of its normal end, `cleanup` the
    /// register that tells why it runs: 0 after a normal end, negative while unwinding, else the number of an exit; the
    /// register after it has the value of the exit or the error.
    pub(super) fn protected(&mut self, body: impl FnOnce(&mut Self, Label), cleanup: impl FnOnce(&mut Self, u8)) {
        let state = self.emitter().allocate_row(2);
        let entry = self.emitter().label();
        let normal = self.emitter().label();
        let unwinding = self.emitter().label();
        let before = self.function().assigned.clone();
        let start = self.emitter().here();
        self.function().contexts.push(Context::Finally { state, entry, exits: Vec::new() });
        body(self, normal);
        let context = self.function().contexts.pop();
        self.emitter().bind(normal);
        self.emitter().load_constant(state, Constant::Int(0));
        let stop = self.emitter().here();
        self.emitter().jump(op::JUMP, 0, 0, entry);
        self.emitter().protect(HandlerKind::Finally, start, stop, unwinding);
        self.emitter().bind(unwinding);
        self.emitter().emit(op::BEGIN_FINALLY, state, 0, 0);
        self.emitter().fuel_here();
        self.emitter().bind(entry);
        self.function().assigned = before;
        self.function().contexts.push(Context::InFinally { state });
        cleanup(self, state);
        self.function().contexts.pop();
        self.emitter().emit(op::END_FINALLY, state, 0, 0);
        let Some(Context::Finally { exits, .. }) = context else { return };
        for (number, exit) in exits.into_iter().enumerate() {
            let next = self.emitter().label();
            self.compare_constant(op::JUMP_NOT_EQUAL, state, Constant::Int(number as i64 + 1), next);
            let value = if exit == Exit::Return { Some(state + 1) } else { None };
            self.exit(exit, value, false);
            self.emitter().bind(next);
        }
    }

    /// Jumps to `target` if the condition is truthy (`when`) or falsy (`!when`), else goes on.
    pub(super) fn branch(&mut self, condition: &'a Expression, target: Label, when: bool) {
        let mark = self.emitter().mark();
        self.branch_inner(condition, target, when);
        self.emitter().release_to(mark);
    }

    fn branch_inner(&mut self, condition: &'a Expression, target: Label, when: bool) {
        match &condition.kind {
            ExpressionKind::Parenthesized(inner) => return self.branch_inner(inner, target, when),
            ExpressionKind::Bool(value) => {
                if *value == when {
                    self.emitter().jump(op::JUMP, 0, 0, target);
                }
                return;
            }
            ExpressionKind::Chain { first, rest } => match rest[0].operator {
                BinaryOperator::And | BinaryOperator::Or => {
                    return self.branch_logical(first, rest, target, when);
                }
                operator if rest.len() == 1 => {
                    if let Some(opcode) = compare_jump(operator, when) {
                        return self.branch_compare(condition, first, &rest[0], opcode, target);
                    }
                }
                _ => {}
            },
            _ => {}
        }
        let (register, _) = self.any(condition);
        self.emitter().at(condition.span);
        self.emitter().jump(if when { op::JUMP_IF } else { op::JUMP_UNLESS }, register, 0, target);
    }

    fn branch_logical(&mut self, first: &'a Expression, rest: &'a [ChainLink], target: Label, when: bool) {
        // All operators of one level are the same one.
        let is_or = rest[0].operator == BinaryOperator::Or;
        let skip = self.emitter().label();
        let operands: Vec<&'a Expression> =
            std::iter::once(first).chain(rest.iter().map(|link| &link.operand)).collect();
        for (position, operand) in operands.iter().enumerate() {
            let last = position + 1 == operands.len();
            if last || is_or == when {
                self.branch(operand, target, when);
            } else {
                self.branch(operand, skip, !when);
            }
        }
        self.emitter().bind(skip);
    }

    fn branch_compare(
        &mut self,
        condition: &'a Expression,
        first: &'a Expression,
        link: &'a ChainLink,
        opcode: u8,
        target: Label,
    ) {
        let left = self.left_operand(first, [&link.operand]);
        if let Some(constant) = super::functions::constant_of(&link.operand) {
            self.emitter().at(condition.span);
            self.compare_constant(opcode, left, constant, target);
            return;
        }
        let (right, _) = self.any(&link.operand);
        self.emitter().at(condition.span);
        self.emitter().jump(opcode, left, right, target);
    }
}

impl Compiler<'_> {
    /// A fused comparison with a constant; `opcode` is that of the comparison with a register.
    pub(super) fn compare_constant(&mut self, opcode: u8, left: u8, constant: Constant, target: Label) {
        let index = self.emitter().constant(constant.clone());
        match u8::try_from(index) {
            Ok(index) => self.emitter().jump(opcode + (op::JUMP_LESS_K - op::JUMP_LESS), left, index, target),
            Err(_) => {
                let register = self.emitter().allocate();
                self.emitter().load_constant(register, constant);
                self.emitter().jump(opcode, left, register, target);
            }
        }
    }
}

/// A variable exists after a branch if every way through creates it.
pub(super) fn merge(after: &mut Option<FxHashSet<u8>>, assigned: FxHashSet<u8>) {
    match after {
        None => *after = Some(assigned),
        Some(set) => set.retain(|register| assigned.contains(register)),
    }
}

fn compare_jump(operator: BinaryOperator, when: bool) -> Option<u8> {
    Some(match (operator, when) {
        (BinaryOperator::Less, true) => op::JUMP_LESS,
        (BinaryOperator::LessEqual, true) => op::JUMP_LESS_EQUAL,
        (BinaryOperator::Greater, true) => op::JUMP_GREATER,
        (BinaryOperator::GreaterEqual, true) => op::JUMP_GREATER_EQUAL,
        (BinaryOperator::Equal, true) => op::JUMP_EQUAL,
        (BinaryOperator::Equal, false) => op::JUMP_NOT_EQUAL,
        (BinaryOperator::NotEqual, true) => op::JUMP_DIFFER,
        (BinaryOperator::NotEqual, false) => op::JUMP_NOT_DIFFER,
        (BinaryOperator::Less, false) => op::JUMP_NOT_LESS,
        (BinaryOperator::LessEqual, false) => op::JUMP_NOT_LESS_EQUAL,
        (BinaryOperator::Greater, false) => op::JUMP_NOT_GREATER,
        (BinaryOperator::GreaterEqual, false) => op::JUMP_NOT_GREATER_EQUAL,
        _ => return None,
    })
}
