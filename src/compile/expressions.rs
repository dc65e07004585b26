//! Expressions that are not calls.
//!
//! Every function that evaluates into a given register writes that register last, so that the register may be that of
//! a variable which the expression reads. The functions say whether the value is an *alias*: still owned by the place
//! it was read from, so that keeping it needs a mark.

use super::effects::{may_run, may_write, root_symbol};
use super::functions::constant_of;
use super::intermediates::registers_of;
use super::scope::{Binding, Variable};
use super::{Compiler, FieldDefault};
use crate::bytecode::{Constant, LayoutInfo, Receiver, Site, StructInfo, op};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::walk::as_place;
use rustc_hash::FxHashMap;

/// How many neighbouring registers a literal fills at once.
pub(super) const AT_ONCE: usize = 32;

impl<'a> Compiler<'a> {
    // Variables.

    pub(super) fn check_created(&mut self, symbol: Symbol, binding: Binding) {
        if (binding.created || binding.partial) && !self.function().assigned.contains(&binding.register) {
            if binding.created {
                self.function().unset.push(binding.register);
            }
            let name = self.text(symbol);
            self.emitter().emit_text(op::CHECK_SET, binding.register, name);
        }
    }

    /// Reads a variable into a register.
    pub(super) fn read_variable(&mut self, symbol: Symbol, target: u8) -> bool {
        match self.resolve(symbol) {
            Variable::Register(binding) => {
                self.check_created(symbol, binding);
                if binding.register != target {
                    self.emitter().emit(op::MOVE, target, binding.register, 0);
                }
                true
            }
            Variable::Cell(captured) => {
                self.emitter().emit_wide(op::GET_CELL, target, captured.cell);
                true
            }
            Variable::Running => {
                self.emitter().emit(op::LOAD_SELF, target, 0, 0);
                false
            }
            Variable::Global { index, .. } => {
                self.emitter().emit_wide(op::GET_GLOBAL, target, index);
                true
            }
            Variable::Outer => {
                let text = self.text(symbol);
                if let Some(builtin) = self.builtin(symbol) {
                    self.emitter().load_constant(target, Constant::Builtin(builtin));
                } else if let Some(number) = constant_number(text) {
                    self.emitter().load_constant(target, Constant::Float(number));
                } else {
                    let outer = self.outer(symbol);
                    self.emitter().emit_wide(op::GET_OUTER, target, outer);
                }
                false
            }
        }
    }

    // The ways to evaluate.

    /// Evaluates into some register: that of the variable, if the expression is one.
    pub(super) fn any(&mut self, expression: &'a Expression) -> (u8, bool) {
        let symbol = match &expression.kind {
            ExpressionKind::Parenthesized(inner) => return self.any(inner),
            ExpressionKind::Name(symbol) => Some(*symbol),
            ExpressionKind::SelfValue => Some(self.self_symbol),
            _ => None,
        };
        if let Some(symbol) = symbol
            && let Variable::Register(binding) = self.resolve(symbol)
        {
            self.emitter().at(expression.span);
            self.check_created(symbol, binding);
            return (binding.register, true);
        }
        let register = self.emitter().allocate();
        let alias = self.into(expression, register);
        (register, alias)
    }

    /// Whether evaluating `later` may change what an alias of `expression` refers to. A local variable changes only by
    /// what its function does; everything else by any code that runs.
    pub(super) fn endangered<'e>(
        &mut self,
        expression: &Expression,
        later: impl IntoIterator<Item = &'e Expression>,
    ) -> bool {
        let operators = self.has_operator_methods;
        if self.is_local_place(expression) {
            later.into_iter().any(may_write)
        } else {
            later.into_iter().any(|later| may_run(later, operators))
        }
    }

    fn is_local_place(&mut self, expression: &Expression) -> bool {
        let root = as_place(expression).and_then(|(root, _)| root_symbol(root, self.self_symbol));
        root.is_some_and(|symbol| matches!(self.resolve(symbol), Variable::Register(_)))
    }

    /// Evaluates the indices of a place, each of which is used after the ones behind it and `later`.
    pub(super) fn indices(&mut self, indices: &[&'a Expression], later: &[&'a Expression]) -> Vec<u8> {
        let operators = self.has_operator_methods;
        let mut writes = later.iter().any(|later| may_write(later));
        let mut runs = later.iter().any(|later| may_run(later, operators));
        let mut dangers = Vec::with_capacity(indices.len());
        for index in indices.iter().rev() {
            dangers.push((writes, runs));
            writes |= may_write(index);
            runs |= may_run(index, operators);
        }
        let evaluate = |(index, (writes, runs)): (&&'a Expression, (bool, bool))| {
            let endangered = if self.is_local_place(index) { writes } else { runs };
            self.kept_operand(index, endangered)
        };
        indices.iter().zip(dangers.into_iter().rev()).map(evaluate).collect()
    }

    /// Evaluates an operand that is used after `later` has been evaluated.
    pub(super) fn left_operand<'e>(
        &mut self,
        expression: &'a Expression,
        later: impl IntoIterator<Item = &'e Expression>,
    ) -> u8 {
        let endangered = self.endangered(expression, later);
        self.kept_operand(expression, endangered)
    }

    fn kept_operand(&mut self, expression: &'a Expression, endangered: bool) -> u8 {
        let (register, alias) = self.any(expression);
        if !endangered || !alias {
            return register;
        }
        let copy = self.emitter().allocate();
        self.emitter().emit(op::MOVE_SHARE, copy, register, 0);
        copy
    }

    /// Evaluates into a register that keeps the value.
    pub(super) fn own_into(&mut self, expression: &'a Expression, target: u8) {
        let symbol = match &expression.kind {
            ExpressionKind::Parenthesized(inner) => return self.own_into(inner, target),
            ExpressionKind::Name(symbol) => Some(*symbol),
            ExpressionKind::SelfValue => Some(self.self_symbol),
            _ => None,
        };
        if let Some(symbol) = symbol
            && let Variable::Register(binding) = self.resolve(symbol)
        {
            self.emitter().at(expression.span);
            self.check_created(symbol, binding);
            self.emitter().emit(op::MOVE_SHARE, target, binding.register, 0);
            return;
        }
        if self.into(expression, target) {
            self.emitter().emit(op::SHARE, target, 0, 0);
        }
    }

    /// Evaluates into a register; says whether the value is an alias.
    pub(super) fn into(&mut self, expression: &'a Expression, target: u8) -> bool {
        let mark = self.emitter().mark();
        let intermediate = self.function().intermediate;
        let alias = match intermediate {
            Some(first) if first + 1 < mark && !self.emitter().has_room(registers_of(expression)) => {
                self.evaluate_aside(expression, target, first)
            }
            _ => self.evaluate_into(expression, target),
        };
        self.emitter().release_to(mark);
        alias
    }

    pub(super) fn evaluate_into(&mut self, expression: &'a Expression, target: u8) -> bool {
        let span = expression.span;
        self.emitter().at(span);
        match &expression.kind {
            ExpressionKind::Int(int) => self.emitter().load_constant(target, Constant::Int(*int)),
            ExpressionKind::Float(float) => self.emitter().load_constant(target, Constant::Float(*float)),
            ExpressionKind::Text(text) => self.emitter().load_constant(target, Constant::Text(text.clone())),
            ExpressionKind::Bool(value) => self.emitter().emit(op::LOAD_BOOL, target, u8::from(*value), 0),
            ExpressionKind::Null => self.emitter().emit(op::LOAD_NULL, target, 0, 0),
            ExpressionKind::NoneValue => self.emitter().emit(op::LOAD_NONE, target, 0, 0),
            ExpressionKind::Name(symbol) => return self.read_variable(*symbol, target),
            ExpressionKind::SelfValue => {
                let symbol = self.self_symbol;
                return self.read_variable(symbol, target);
            }
            ExpressionKind::Parenthesized(inner) => return self.into(inner, target),
            ExpressionKind::Interpolated(parts) => self.interpolated(parts, span, target),
            ExpressionKind::Chain { first, rest } => return self.chain(first, rest, target),
            ExpressionKind::Pipe { first, stages } => return self.pipe(first, stages, target),
            ExpressionKind::Unary { operators, operand } => self.unary(operators, operand, target),
            ExpressionKind::Postfix { base, suffixes } => return self.postfix(base, suffixes, target),
            ExpressionKind::Await(value) => {
                if !self.await_special(value, span, target) {
                    let (register, _) = self.any(value);
                    self.emitter().at(span);
                    self.emitter().emit(op::AWAIT, target, register, 0);
                }
            }
            ExpressionKind::Struct { name, fields } => self.struct_literal(*name, fields, span, target),
            ExpressionKind::Wrap(wrapper, value) => self.wrap(*wrapper, value, span, target),
            ExpressionKind::Array(elements) => self.array(elements, span, target),
            ExpressionKind::Dict(entries) => self.dict(entries, target),
            ExpressionKind::Function(function) => self.function_value(function, None, target),
            ExpressionKind::Spawn(block) => self.spawn_block(block, span, target),
            ExpressionKind::Throw(value) => {
                let (register, alias) = self.any(value);
                self.emitter().at(span);
                if alias {
                    self.emitter().emit(op::SHARE, register, 0, 0);
                }
                self.emitter().emit(op::THROW, register, 0, 0);
            }
            ExpressionKind::Variant { enumeration, variant, arguments } => {
                self.variant_value(*enumeration, *variant, arguments.as_deref(), span, target);
            }
            ExpressionKind::Match(matching) => self.matching(matching, Some(target)),
            ExpressionKind::Join(join) => self.join(join, span, target),
            ExpressionKind::AsyncScope(body) => self.async_scope(body, span, Some(target)),
            ExpressionKind::Yield(value) => {
                if !self.function().generator {
                    self.error(span, "Yield can only be used inside generator functions");
                }
                let register = self.emitter().allocate();
                match value {
                    Some(value) => self.own_into(value, register),
                    None => self.emitter().load_constant(register, Constant::Null),
                }
                self.emitter().at(span);
                self.emitter().emit(op::HAND_OUT, register, 0, 0);
                self.emitter().load_constant(target, Constant::Null);
            }
        }
        false
    }

    /// A register for a value that is written before the expression is done: `target` only if it is a fresh one.
    fn working_register(&mut self, target: u8) -> u8 {
        if self.emitter().is_top(target) { target } else { self.emitter().allocate() }
    }

    pub(super) fn move_to(&mut self, target: u8, register: u8) {
        if target != register {
            self.emitter().emit(op::MOVE, target, register, 0);
        }
    }

    fn interpolated(&mut self, parts: &'a [InterpolationPart], span: Span, target: u8) {
        if parts.len() <= AT_ONCE {
            return self.interpolated_parts(parts, span, target);
        }
        let whole = self.emitter().allocate();
        for (position, parts) in parts.chunks(AT_ONCE).enumerate() {
            if position == 0 {
                self.interpolated_parts(parts, span, whole);
            } else {
                let more = self.emitter().allocate();
                self.interpolated_parts(parts, span, more);
                self.emitter().emit(op::ADD_OWN, whole, more, 0);
                self.emitter().release_to(more as usize);
            }
        }
        self.move_to(target, whole);
    }

    fn interpolated_parts(&mut self, parts: &'a [InterpolationPart], span: Span, target: u8) {
        let first = self.emitter().allocate_row(parts.len());
        for (position, part) in parts.iter().enumerate() {
            let register = first.wrapping_add(position as u8);
            match part {
                InterpolationPart::Text(text) => {
                    self.emitter().load_constant(register, Constant::Text(text.clone()));
                }
                InterpolationPart::Value(value) => {
                    let alias = self.into(value, register);
                    let later = parts[position + 1..].iter().filter_map(|part| match part {
                        InterpolationPart::Value(value) => Some(value),
                        InterpolationPart::Text(_) => None,
                    });
                    if alias && self.endangered(value, later) {
                        self.emitter().emit(op::SHARE, register, 0, 0);
                    }
                }
            }
        }
        self.emitter().at(span);
        self.emitter().emit(op::INTERPOLATE, target, first, parts.len() as u8);
        self.emitter().release_to(first as usize);
    }

    // Operators.

    fn chain(&mut self, first: &'a Expression, rest: &'a [ChainLink], target: u8) -> bool {
        match rest[0].operator {
            BinaryOperator::And | BinaryOperator::Or => {
                self.logical(first, rest, target);
                false
            }
            BinaryOperator::Coalesce => self.coalesce(first, rest, target),
            _ => {
                self.arithmetic(first, rest, target);
                false
            }
        }
    }

    fn logical(&mut self, first: &'a Expression, rest: &'a [ChainLink], target: u8) {
        let is_or = rest[0].operator == BinaryOperator::Or;
        let done = self.emitter().label();
        let short = self.emitter().label();
        let operands = std::iter::once(first).chain(rest.iter().map(|link| &link.operand));
        for operand in operands {
            self.branch(operand, short, is_or);
        }
        self.emitter().emit(op::LOAD_BOOL, target, u8::from(!is_or), 0);
        self.emitter().jump(op::JUMP, 0, 0, done);
        self.emitter().bind(short);
        self.emitter().emit(op::LOAD_BOOL, target, u8::from(is_or), 0);
        self.emitter().bind(done);
    }

    fn coalesce(&mut self, first: &'a Expression, rest: &'a [ChainLink], target: u8) -> bool {
        let result = self.working_register(target);
        let done = self.emitter().label();
        let mut alias = self.into(first, result);
        for link in rest {
            self.emitter().jump(op::JUMP_NOT_NULL, result, 0, done);
            alias |= self.into(&link.operand, result);
        }
        self.emitter().bind(done);
        self.move_to(target, result);
        alias
    }

    fn arithmetic(&mut self, first: &'a Expression, rest: &'a [ChainLink], target: u8) {
        let mut left = self.left_operand(first, rest.iter().map(|link| &link.operand));
        let mut accumulator = None;
        for (position, link) in rest.iter().enumerate() {
            let last = position + 1 == rest.len();
            let span = first.span.to(link.operand.span);
            let mark = self.emitter().mark();
            let into = match (last, accumulator) {
                (true, _) => target,
                (false, Some(register)) => register,
                (false, None) => {
                    let register = self.emitter().allocate();
                    accumulator = Some(register);
                    register
                }
            };
            self.binary(link.operator, left, &link.operand, span, into);
            if accumulator.is_some_and(|register| register as usize >= mark) {
                self.emitter().release_to(into as usize + 1);
            } else {
                self.emitter().release_to(mark);
            }
            left = into;
        }
    }

    /// `target := left operator operand`.
    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        left: u8,
        operand: &'a Expression,
        span: Span,
        target: u8,
    ) {
        if let Some(constant) = constant_of(operand) {
            self.emitter().at(span);
            let small = match (operator, &constant) {
                (BinaryOperator::Add, Constant::Int(int)) => i8::try_from(*int).ok(),
                _ => None,
            };
            if let Some(small) = small {
                self.emitter().emit(op::ADD_SMALL, target, left, small as u8);
                return;
            }
            let opcode = match operator {
                BinaryOperator::Add => Some(op::ADD_K),
                BinaryOperator::Subtract => Some(op::SUBTRACT_K),
                BinaryOperator::Multiply => Some(op::MULTIPLY_K),
                BinaryOperator::Divide => Some(op::DIVIDE_K),
                BinaryOperator::Remainder => Some(op::REMAINDER_K),
                _ => None,
            };
            if let Some(opcode) = opcode {
                let index = self.emitter().constant(constant);
                if let Ok(index) = u8::try_from(index) {
                    self.emitter().emit(opcode, target, left, index);
                    return;
                }
            }
        }
        let (right, _) = self.any(operand);
        self.emitter().at(span);
        self.emitter().emit(binary_opcode(operator), target, left, right);
    }

    fn unary(&mut self, operators: &'a [(UnaryOperator, Span)], operand: &'a Expression, target: u8) {
        let (mut register, _) = self.any(operand);
        for (position, (operator, span)) in operators.iter().enumerate().rev() {
            let into = if position == 0 { target } else { self.emitter().allocate() };
            let opcode = match operator {
                UnaryOperator::Negate => op::NEGATE,
                UnaryOperator::Not => op::NOT,
            };
            self.emitter().at(span.to(operand.span));
            self.emitter().emit(opcode, into, register, 0);
            register = into;
        }
    }

    // Literals.

    fn array(&mut self, elements: &'a [Element], span: Span, target: u8) {
        let is_spread = |element: &Element| matches!(element, Element::Spread(_));
        let at_once = elements.len() <= AT_ONCE && !elements.iter().any(is_spread);
        // Only the last instruction writes the target.
        let list = if at_once { target } else { self.emitter().allocate() };
        if elements.is_empty() || elements.first().is_some_and(is_spread) {
            self.emitter().emit(op::NEW_LIST, list, 0, 0);
        }
        let mut rest = elements;
        while let Some(next) = rest.first() {
            let mark = self.emitter().mark();
            if let Element::Spread(value) = next {
                let (source, _) = self.any(value);
                self.emitter().at(value.span);
                self.emitter().emit(op::LIST_SPREAD, list, source, 0);
                rest = &rest[1..];
            } else {
                let count = rest.iter().take(AT_ONCE).take_while(|element| !is_spread(element)).count();
                let first = self.emitter().allocate_row(count);
                for (offset, element) in rest[..count].iter().enumerate() {
                    if let Element::Value(value) = element {
                        self.own_into(value, first.wrapping_add(offset as u8));
                    }
                }
                self.emitter().at(span);
                let opcode = if rest.len() == elements.len() { op::NEW_LIST } else { op::LIST_PUSH };
                self.emitter().emit(opcode, list, first, count as u8);
                rest = &rest[count..];
            }
            self.emitter().release_to(mark);
        }
        self.move_to(target, list);
    }

    fn dict(&mut self, entries: &'a [Entry], target: u8) {
        let dict = self.emitter().allocate();
        self.emitter().emit(op::NEW_DICT, dict, 0, 0);
        for entry in entries {
            let mark = self.emitter().mark();
            let key_register = self.emitter().allocate();
            let value_register = self.emitter().allocate();
            let value = match entry {
                Entry::Fixed { key, value } => {
                    let text = self.text(key.symbol);
                    self.emitter().load_constant(key_register, Constant::Text(text.into()));
                    self.own_into(value, value_register);
                    value
                }
                Entry::Computed { key, value } => {
                    self.own_into(key, key_register);
                    self.own_into(value, value_register);
                    self.emitter().at(key.span);
                    key
                }
                Entry::Spread(value) => {
                    let (source, _) = self.any(value);
                    self.emitter().at(value.span);
                    self.emitter().emit(op::DICT_SPREAD, dict, source, 0);
                    self.emitter().release_to(mark);
                    continue;
                }
            };
            self.emitter().at(value.span);
            self.emitter().emit(op::DICT_INSERT, dict, key_register, value_register);
            self.emitter().release_to(mark);
        }
        self.move_to(target, dict);
    }

    fn struct_literal(&mut self, name: Identifier, fields: &'a [(Identifier, Expression)], span: Span, target: u8) {
        let of = self.struct_of(name.symbol);
        let mut row = FieldRow { of, first: self.emitter().mark() as u8, names: Vec::new(), made: false, span };
        let mut given: FxHashMap<u32, u8> = FxHashMap::default();
        for (field, value) in fields {
            let field_name = self.name(field.symbol);
            let register = match given.get(&field_name) {
                // A field that is given twice keeps its place and takes the last value.
                Some(&register) if !row.made => register,
                _ => self.next_field(&mut row, field_name),
            };
            given.insert(field_name, register);
            self.own_into(value, register);
            self.field_done(&row, field_name, register);
        }
        self.emitter().at(span);
        let declared: Vec<(u32, FieldDefault)> = match self.defaults.get(&of) {
            Some(defaults) => self.structs[of as usize].fields.iter().copied().zip(defaults.iter().cloned()).collect(),
            None => self.error_defaults(name.symbol),
        };
        for (field, default) in declared {
            if given.contains_key(&field) {
                continue;
            }
            if matches!(default, FieldDefault::None) {
                continue;
            }
            let register = self.next_field(&mut row, field);
            match default {
                FieldDefault::None => {}
                FieldDefault::Constant(constant) => self.emitter().load_constant(register, constant),
                FieldDefault::Computed(function) => {
                    self.emitter().load_constant(register, Constant::Function(function));
                    self.emitter().emit(op::CALL, register, 0, register);
                }
                FieldDefault::Variable(global) => {
                    self.emitter().emit_extended(op::CALL_GLOBAL, register, 0, register, global as u32);
                }
            }
            self.field_done(&row, field, register);
        }
        if row.made {
            self.move_to(target, row.first);
        } else {
            self.new_record(row, target);
        }
    }

    /// The register for the value of one more field. When the row is full, the record is made from it, and further
    /// fields are set one by one.
    fn next_field(&mut self, row: &mut FieldRow, field: u32) -> u8 {
        if !row.made && row.names.len() == AT_ONCE {
            let full = FieldRow { names: std::mem::take(&mut row.names), ..*row };
            self.emitter().at(row.span);
            self.new_record(full, row.first);
            row.made = true;
        }
        if row.made {
            self.emitter().release_to(row.first as usize + 1);
        } else {
            row.names.push(field);
        }
        self.emitter().allocate()
    }

    /// The value of a field is in its register.
    fn field_done(&mut self, row: &FieldRow, field: u32, register: u8) {
        if row.made {
            let site = self.add_site(Site { name: field, receiver: Receiver::Temporary, borrowed: false });
            self.emitter().at(row.span);
            self.emitter().emit_extended(op::SET_FIELD, row.first, register, 0, site);
        }
    }

    fn new_record(&mut self, row: FieldRow, target: u8) {
        let count = row.names.len() as u8;
        let layout = self.layout(LayoutInfo { of: row.of, fields: row.names });
        self.emitter().emit_extended(op::NEW_RECORD, target, row.first, count, layout);
    }

    /// `Error { … }` of the predeclared type: the machine adds the fields that are not given.
    fn error_defaults(&mut self, _: Symbol) -> Vec<(u32, FieldDefault)> {
        Vec::new()
    }

    fn struct_of(&mut self, symbol: Symbol) -> u32 {
        if let Some(&index) = self.struct_index.get(&symbol) {
            return index;
        }
        let name = self.name(symbol);
        let index = self.structs.len() as u32;
        self.structs.push(StructInfo { name, module: None, declared: false, fields: Vec::new(), methods: Vec::new() });
        self.struct_index.insert(symbol, index);
        index
    }
}

/// The fields of a struct literal whose values are in neighbouring registers.
struct FieldRow {
    of: u32,
    first: u8,
    names: Vec<u32>,
    /// The record is in the first register.
    made: bool,
    span: Span,
}

pub(super) fn binary_opcode(operator: BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Add => op::ADD,
        BinaryOperator::Subtract => op::SUBTRACT,
        BinaryOperator::Multiply => op::MULTIPLY,
        BinaryOperator::Divide => op::DIVIDE,
        BinaryOperator::Remainder => op::REMAINDER,
        BinaryOperator::Equal => op::EQUAL,
        BinaryOperator::NotEqual => op::NOT_EQUAL,
        BinaryOperator::Less => op::LESS,
        BinaryOperator::LessEqual => op::LESS_EQUAL,
        BinaryOperator::Greater => op::GREATER,
        // And, Or and Coalesce have branches of their own.
        _ => op::GREATER_EQUAL,
    }
}

/// The constants of the outermost scope: `PI`, `E`.
fn constant_number(name: &str) -> Option<f64> {
    crate::builtins::CONSTANTS.iter().find(|constant| constant.0 == name).map(|constant| constant.1)
}
