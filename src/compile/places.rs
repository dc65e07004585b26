//! Places: reading, writing and updating `root.name[index]…` (language.md 6.1).

use super::Compiler;
use super::calls::MethodCall;
use super::effects::may_write;
use super::functions::constant_of;
use super::scope::{Immutable, Variable};
use crate::bytecode::{Constant, op};
use crate::source::Span;
use crate::syntax::ast::*;

/// Where the root of a place lives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Root {
    Register(u8),
    Cell(u16),
    Global(u16),
}

/// One step with its index evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Field(Symbol, Span),
    Index(u8, Span),
}

/// A place whose index expressions are in registers.
pub(super) struct PlaceValue {
    pub symbol: Symbol,
    pub root: Root,
    pub immutable: Option<Immutable>,
    /// The root's value may belong to somebody else as well.
    pub borrowed: bool,
    pub steps: Vec<Step>,
    pub span: Span,
}

impl<'a> Compiler<'a> {
    /// `place := value`, `place op= value`.
    pub(super) fn assignment(
        &mut self,
        place: &'a Place,
        operator: Option<BinaryOperator>,
        value: &'a Expression,
        span: Span,
    ) {
        let (symbol, root_span) = match place.root {
            PlaceRoot::Variable(name) => (name.symbol, name.span),
            PlaceRoot::SelfValue(span) => (self.self_symbol, span),
        };
        if place.steps.is_empty() {
            let name = Identifier { symbol, span: root_span };
            return match operator {
                None => self.assign_variable(name, value),
                Some(operator) => self.update_variable(name, operator, value, span),
            };
        }
        let Some(target) = self.place_value(symbol, root_span, &place_steps(place), &[value]) else { return };
        let target = PlaceValue { span: place.span, ..target };
        if let Some(immutable) = target.immutable {
            let finding = format!("Cannot mutate {} binding: {}", immutable.word(), self.text(symbol));
            self.error(place.span, &finding);
            return;
        }
        match operator {
            None => {
                let register = self.emitter().allocate();
                self.own_into(value, register);
                self.emitter().at(span);
                self.store(&target, register);
            }
            Some(operator) => self.update_place(&target, operator, value, span),
        }
    }

    // Variables as places.

    fn assign_variable(&mut self, name: Identifier, value: &'a Expression) {
        let symbol = name.symbol;
        let variable = self.resolve(symbol);
        if let Some(immutable) = immutable_kind(&variable) {
            self.cannot_reassign(name, immutable);
            return;
        }
        if self.updates_itself(symbol, value) {
            return;
        }
        match variable {
            Variable::Register(binding) => {
                if let ExpressionKind::Function(function) = &value.kind {
                    let scratch = self.emitter().allocate();
                    let span = value.span;
                    self.emitter().at(span);
                    self.function_value(function, Some(symbol), scratch);
                    self.emitter().emit(op::MOVE, binding.register, scratch, 0);
                } else {
                    self.own_into(value, binding.register);
                }
                if binding.created {
                    self.function().assigned.insert(binding.register);
                }
            }
            Variable::Cell(captured) => {
                let register = self.emitter().allocate();
                self.named_value(value, register, name, false);
                self.emitter().emit_wide(op::SET_CELL, register, captured.cell);
            }
            Variable::Global { index, .. } => {
                let register = self.emitter().allocate();
                self.named_value(value, register, name, false);
                self.emitter().emit_wide(op::SET_GLOBAL, register, index);
            }
            Variable::Running => self.cannot_reassign(name, Immutable::Const),
            Variable::Outer => {
                // At script level: creations in functions were found before.
                let register = self.emitter().allocate();
                self.named_value(value, register, name, false);
                let global = self.global(symbol);
                self.emitter().emit_wide(op::SET_GLOBAL, register, global);
            }
        }
    }

    /// Assigns an owned value that is in a register to a variable.
    pub(super) fn store_variable(&mut self, name: Identifier, register: u8) {
        let variable = self.resolve(name.symbol);
        if let Some(immutable) = immutable_kind(&variable) {
            self.cannot_reassign(name, immutable);
            return;
        }
        match variable {
            Variable::Register(binding) => self.emitter().emit(op::MOVE, binding.register, register, 0),
            Variable::Cell(captured) => self.emitter().emit_wide(op::SET_CELL, register, captured.cell),
            Variable::Global { index, .. } => self.emitter().emit_wide(op::SET_GLOBAL, register, index),
            // At script level: creations in functions were found before.
            Variable::Running | Variable::Outer => {
                let global = self.global(name.symbol);
                self.emitter().emit_wide(op::SET_GLOBAL, register, global);
            }
        }
    }

    fn cannot_reassign(&mut self, name: Identifier, immutable: Immutable) {
        if !self.duplicates.contains(&name.symbol) {
            let finding = format!("Cannot reassign {} binding: {}", immutable.word(), self.text(name.symbol));
            self.error(name.span, &finding);
        }
    }

    /// `a := push(a, x)` and `s := s + x`, which update in place. Says whether the assignment was one of these.
    fn updates_itself(&mut self, symbol: Symbol, value: &'a Expression) -> bool {
        match &value.kind {
            ExpressionKind::Chain { first, rest } if rest.len() == 1 && rest[0].operator == BinaryOperator::Add => {
                if !matches!(first.kind, ExpressionKind::Name(name) if name == symbol) || may_write(&rest[0].operand) {
                    return false;
                }
                self.update_variable(
                    Identifier { symbol, span: first.span },
                    BinaryOperator::Add,
                    &rest[0].operand,
                    value.span,
                );
                true
            }
            ExpressionKind::Postfix { base, suffixes } => {
                let (ExpressionKind::Name(function), [Suffix { kind: SuffixKind::Call(arguments), span }]) =
                    (&base.kind, suffixes.as_slice())
                else {
                    return false;
                };
                let updates = super::effects::is_updater(self.text(*function))
                    && super::effects::gives_receiver(self.text(*function))
                    && self.resolve_builtin(*function).is_some();
                let on_itself = matches!(arguments.first().map(|first| &first.kind),
                    Some(ExpressionKind::Name(name)) if *name == symbol);
                let plain = arguments.iter().skip(1).all(|argument| !may_write(argument));
                if !(updates && on_itself && plain) {
                    return false;
                }
                let Some(target) = self.place_value(symbol, base.span, &[], &[]) else { return false };
                let result = self.emitter().allocate();
                let arguments = &arguments[1..];
                let call = MethodCall { name: *function, guarded: false, piped: None, arguments, span: *span };
                self.method_on_place(&target, call, result);
                true
            }
            _ => false,
        }
    }

    fn update_variable(&mut self, name: Identifier, operator: BinaryOperator, value: &'a Expression, span: Span) {
        let symbol = name.symbol;
        let variable = self.resolve(symbol);
        if let Some(immutable) = immutable_kind(&variable) {
            self.cannot_reassign(name, immutable);
            return;
        }
        match variable {
            Variable::Register(binding) => {
                self.emitter().at(name.span);
                self.check_created(symbol, binding);
                self.apply(operator, binding.register, value, span, may_write(value));
            }
            _ => {
                let register = self.emitter().allocate();
                self.emitter().at(name.span);
                self.read_variable(symbol, register);
                self.apply(operator, register, value, span, true);
                self.emitter().at(span);
                match variable {
                    Variable::Cell(captured) => self.emitter().emit_wide(op::SET_CELL, register, captured.cell),
                    Variable::Global { index, .. } => self.emitter().emit_wide(op::SET_GLOBAL, register, index),
                    _ => {
                        // A builtin or an unknown name: the result becomes a new variable of the script.
                        let global = self.global(symbol);
                        self.emitter().emit_wide(op::SET_GLOBAL, register, global);
                    }
                }
            }
        }
    }

    /// `register := register operator value`. With `guarded`, evaluating the value may change what the register was read
    /// from: the old value is borrowed meanwhile, so that it stays as it is.
    fn apply(&mut self, operator: BinaryOperator, register: u8, value: &'a Expression, span: Span, guarded: bool) {
        let extends = operator == BinaryOperator::Add
            && constant_of(value).is_none_or(|constant| matches!(constant, Constant::Text(_)));
        if !guarded || is_simple(value) {
            if extends {
                let (right, _) = self.any(value);
                self.emitter().at(span);
                self.emitter().emit(op::ADD_OWN, register, right, 0);
            } else {
                self.binary(operator, register, value, span, register);
            }
            return;
        }
        let left = self.emitter().allocate();
        self.emitter().emit(op::MOVE, left, register, 0);
        self.emitter().emit(op::BORROW, left, 0, 0);
        let right = self.emitter().allocate();
        self.into(value, right);
        self.emitter().emit(op::RELEASE, left, 0, 0);
        self.emitter().at(span);
        if extends {
            self.emitter().emit(op::ADD_OWN, left, right, 0);
            self.emitter().emit(op::MOVE, register, left, 0);
        } else {
            self.emitter().emit(super::expressions::binary_opcode(operator), register, left, right);
        }
    }

    // Places with steps.

    /// Evaluates the index expressions. `later` is what is evaluated afterwards.
    pub(super) fn place_value(
        &mut self,
        symbol: Symbol,
        span: Span,
        steps: &[StepSource<'a>],
        later: &[&'a Expression],
    ) -> Option<PlaceValue> {
        let variable = self.resolve(symbol);
        let (root, immutable, borrowed) = match variable {
            Variable::Register(binding) => {
                self.emitter().at(span);
                self.check_created(symbol, binding);
                (Root::Register(binding.register), binding.immutable, binding.borrowed)
            }
            Variable::Cell(captured) => (Root::Cell(captured.cell), captured.immutable, true),
            Variable::Global { index, immutable } => (Root::Global(index), immutable, true),
            Variable::Running => {
                let register = self.emitter().allocate();
                self.emitter().emit(op::LOAD_SELF, register, 0, 0);
                (Root::Register(register), Some(Immutable::Const), true)
            }
            Variable::Outer => {
                let register = self.emitter().allocate();
                self.emitter().at(span);
                self.read_variable(symbol, register);
                (Root::Register(register), None, true)
            }
        };
        let indices: Vec<&'a Expression> = steps
            .iter()
            .filter_map(|step| match step {
                StepSource::Index(index, _) => Some(*index),
                StepSource::Field(..) => None,
            })
            .collect();
        let mut registers = self.indices(&indices, later).into_iter();
        let steps = steps
            .iter()
            .map(|step| match step {
                StepSource::Field(name, span) => Step::Field(*name, *span),
                StepSource::Index(_, span) => Step::Index(registers.next().unwrap_or_default(), *span),
            })
            .collect();
        Some(PlaceValue { symbol, root, immutable, borrowed, steps, span })
    }

    /// The root's value in a register: that of the variable, or a copy of the reference.
    pub(super) fn load_root(&mut self, place: &PlaceValue) -> u8 {
        match place.root {
            Root::Register(register) => register,
            Root::Cell(cell) => {
                let register = self.emitter().allocate();
                self.emitter().emit_wide(op::GET_CELL, register, cell);
                register
            }
            Root::Global(global) => {
                let register = self.emitter().allocate();
                self.emitter().emit_wide(op::GET_GLOBAL, register, global);
                register
            }
        }
    }

    pub(super) fn store_root(&mut self, place: &PlaceValue, register: u8) {
        match place.root {
            Root::Register(root) if root == register => {}
            Root::Register(root) => self.emitter().emit(op::MOVE, root, register, 0),
            Root::Cell(cell) => self.emitter().emit_wide(op::SET_CELL, register, cell),
            Root::Global(global) => self.emitter().emit_wide(op::SET_GLOBAL, register, global),
        }
    }

    /// Reads the place into `target` as an alias.
    pub(super) fn load(&mut self, place: &PlaceValue, target: u8) {
        let root = self.load_root(place);
        if place.steps.is_empty() {
            if root != target {
                self.emitter().emit(op::MOVE, target, root, 0);
            }
            return;
        }
        let mut current = root;
        for step in &place.steps {
            self.read_step(current, *step, target);
            current = target;
        }
    }

    fn read_step(&mut self, from: u8, step: Step, target: u8) {
        match step {
            Step::Field(name, span) => {
                let site = self.site(name);
                self.emitter().at(span);
                self.emitter().emit_extended(op::GET_FIELD, target, from, 0, site);
            }
            Step::Index(index, span) => {
                self.emitter().at(span);
                self.emitter().emit(op::GET_INDEX, target, from, index);
            }
        }
    }

    /// Walks all steps but the last `left` ones, making everything on the way unique. Gives the register that holds
    /// the container which is left, and the root's register.
    pub(super) fn walk(&mut self, place: &PlaceValue, left: usize) -> (u8, u8) {
        let root = self.load_root(place);
        let mut current = root;
        for (position, step) in place.steps[..place.steps.len() - left].iter().enumerate() {
            // Only the root has to be stored back: a part is in its container, and its register can be used again.
            let next = if position == 0 { self.emitter().allocate() } else { current };
            // As the receiver of a method, not on the way to another step, a missing entry is null.
            let receiver = position + 1 == place.steps.len();
            self.unique_step(current, *step, next, receiver);
            current = next;
        }
        (current, root)
    }

    /// Reads a step to write below it. With `optional` a missing dict entry read by name is null, not an error.
    fn unique_step(&mut self, from: u8, step: Step, target: u8, optional: bool) {
        match step {
            Step::Field(name, span) => {
                let site = self.site(name);
                self.emitter().at(span);
                self.emitter().emit_extended(op::UNIQUE_FIELD, target, from, u8::from(optional), site);
            }
            Step::Index(index, span) => {
                self.emitter().at(span);
                self.emitter().emit(op::UNIQUE_INDEX, target, from, index);
            }
        }
    }

    fn write_step(&mut self, container: u8, step: Step, value: u8, span: Span) {
        self.emitter().at(span);
        match step {
            Step::Field(name, _) => {
                let site = self.site(name);
                self.emitter().emit_extended(op::SET_FIELD, container, value, 0, site);
            }
            Step::Index(index, _) => self.emitter().emit(op::SET_INDEX, container, index, value),
        }
    }

    /// Stores an owned value into the place.
    pub(super) fn store(&mut self, place: &PlaceValue, value: u8) {
        let Some(&last) = place.steps.last() else {
            self.store_root(place, value);
            return;
        };
        let span = place.span;
        let (container, root) = self.walk(place, 1);
        self.write_step(container, last, value, span);
        self.store_root(place, root);
    }

    fn update_place(&mut self, place: &PlaceValue, operator: BinaryOperator, value: &'a Expression, span: Span) {
        let Some(&last) = place.steps.last() else { return };
        // Reading with the instructions for writing: a missing entry is an error here.
        let (container, root) = self.walk(place, 1);
        let register = self.emitter().allocate();
        self.unique_step(container, last, register, false);
        if is_simple(value) && !self.has_operator_methods {
            // Nothing can come between reading and writing: one walk serves both.
            self.apply(operator, register, value, span, false);
            self.write_step(container, last, register, span);
            self.store_root(place, root);
            return;
        }
        self.apply(operator, register, value, span, true);
        self.emitter().at(span);
        self.store(place, register);
    }
}

/// A step of a place before its index is evaluated.
pub(super) enum StepSource<'a> {
    Field(Symbol, Span),
    Index(&'a Expression, Span),
}

fn place_steps(place: &Place) -> Vec<StepSource<'_>> {
    place
        .steps
        .iter()
        .map(|step| match &step.kind {
            PlaceStepKind::Field(name) => StepSource::Field(name.symbol, step.span),
            PlaceStepKind::Index(index) => StepSource::Index(index, step.span),
        })
        .collect()
}

fn immutable_kind(variable: &Variable) -> Option<Immutable> {
    match variable {
        Variable::Register(binding) => binding.immutable,
        Variable::Cell(captured) => captured.immutable,
        Variable::Global { immutable, .. } => *immutable,
        Variable::Running => Some(Immutable::Const),
        Variable::Outer => None,
    }
}

/// Whether evaluating the expression runs no other code, changes nothing, and keeps nothing of what it reads.
pub(super) fn is_simple(expression: &Expression) -> bool {
    match &expression.kind {
        kind if kind.is_leaf() => true,
        ExpressionKind::Parenthesized(inner) => is_simple(inner),
        ExpressionKind::Unary { operand, .. } => is_simple(operand),
        ExpressionKind::Chain { first, rest } => is_simple(first) && rest.iter().all(|link| is_simple(&link.operand)),
        ExpressionKind::Postfix { base, suffixes } => {
            is_simple(base)
                && suffixes.iter().all(|suffix| match &suffix.kind {
                    SuffixKind::Field { .. } => true,
                    SuffixKind::Index(index) => is_simple(index),
                    _ => false,
                })
        }
        _ => false,
    }
}
