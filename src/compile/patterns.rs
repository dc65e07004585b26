//! Patterns: `match`, and taking values apart in declarations and assignments (language.md 6.2, 9.3).

use super::Compiler;
use super::emitter::Label;
use super::scope::{Binding, Immutable};
use crate::bytecode::{Constant, op};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::walk::pattern_names;
use rustc_hash::FxHashSet;

/// What happens with the names of a destructuring.
#[derive(Clone, Copy)]
enum Naming {
    /// They are new: `let`, `mut`.
    Declare,
    /// Plain assignment.
    Assign,
}

impl<'a> Compiler<'a> {
    // Match.

    /// `match` as a statement, whose value nobody wants (`target` is none), or as an expression.
    pub(super) fn matching(&mut self, matching: &'a Match, target: Option<u8>) {
        let guards: Vec<&'a Expression> = matching.cases.iter().filter_map(|case| case.guard.as_ref()).collect();
        // The target may be a variable that a case reads, so the value goes there last.
        let result = target.map(|_| self.emitter().allocate());
        let value = self.left_operand(&matching.value, guards);
        let end = self.emitter().label();
        let before = self.function().assigned.clone();
        let mut after = None;
        for case in &matching.cases {
            let next = self.emitter().label();
            self.function().assigned = before.clone();
            self.begin_scope();
            self.bind_names(&case.pattern);
            self.emitter().at(case.pattern.span);
            self.test(&case.pattern, value, next, true);
            if let Some(guard) = &case.guard {
                self.with_intermediates(|compiler| compiler.branch(guard, next, false));
            }
            self.valued_block(&case.body, result);
            self.end_scope();
            super::control::merge(&mut after, self.function().assigned.clone());
            self.emitter().jump(op::JUMP, 0, 0, end);
            self.emitter().bind(next);
        }
        self.function().assigned = before;
        match (&matching.default, result) {
            (Some((_, body)), _) => self.valued_block(body, result),
            (None, Some(result)) => self.emitter().emit(op::LOAD_NULL, result, 0, 0),
            (None, None) => {}
        }
        super::control::merge(&mut after, self.function().assigned.clone());
        self.function().assigned = after.unwrap_or_default();
        self.emitter().bind(end);
        if let (Some(target), Some(result)) = (target, result) {
            self.emitter().emit(op::MOVE, target, result, 0);
        }
    }

    /// A block whose value is that of its last statement, if that is an expression, else null.
    pub(super) fn valued_block(&mut self, block: &'a Block, result: Option<u8>) {
        let Some(result) = result else { return self.block(block) };
        self.begin_scope();
        match block.statements.split_last() {
            Some((Statement { kind: StatementKind::Expression(value), .. }, statements)) => {
                self.hoist(&block.statements);
                for statement in statements {
                    self.statement(statement);
                }
                self.with_intermediates(|compiler| compiler.own_into(value, result));
            }
            _ => {
                self.block_statements(&block.statements);
                self.emitter().emit(op::LOAD_NULL, result, 0, 0);
            }
        }
        self.end_scope();
    }

    /// Registers for the names that a pattern binds.
    fn bind_names(&mut self, pattern: &MatchPattern) {
        let mut names = Vec::new();
        self.bound_names(pattern, true, &mut names);
        for name in names {
            self.declare_local(name, None);
        }
    }

    /// The names that a pattern binds; all alternatives bind the same ones.
    fn bound_names(&mut self, pattern: &MatchPattern, top: bool, names: &mut Vec<Identifier>) {
        if let MatchPatternKind::Alternatives(alternatives) = &pattern.kind {
            let mut first: Option<Vec<Identifier>> = None;
            for alternative in alternatives {
                let mut own = Vec::new();
                self.bound_names(alternative, top, &mut own);
                let symbols = |names: &[Identifier]| names.iter().map(|name| name.symbol).collect::<FxHashSet<_>>();
                match &first {
                    None => first = Some(own),
                    Some(first) if symbols(first) != symbols(&own) => {
                        self.error(alternative.span, "Alternatives of a pattern must bind the same names");
                    }
                    Some(_) => {}
                }
            }
            names.extend(first.unwrap_or_default());
            return;
        }
        let mut bind = |compiler: &Self, name: Identifier| {
            if !compiler.is_discard(name.symbol) {
                names.push(name);
            }
        };
        match &pattern.kind {
            MatchPatternKind::Name(name) if !top => bind(self, *name),
            MatchPatternKind::Wrap(_, Some(inner)) => self.bound_names(inner, false, names),
            MatchPatternKind::Parenthesized(inner) => self.bound_names(inner, false, names),
            MatchPatternKind::Variant { payload: Some(patterns), .. } => {
                for inner in patterns {
                    self.bound_names(inner, false, names);
                }
            }
            MatchPatternKind::Array { items, rest } => {
                for inner in items {
                    self.bound_names(inner, false, names);
                }
                names.extend(rest.filter(|rest| !self.is_discard(rest.symbol)));
            }
            MatchPatternKind::Dict { entries, rest } => {
                self.bound_entries(entries, names);
                names.extend(rest.filter(|rest| !self.is_discard(rest.symbol)));
            }
            MatchPatternKind::Struct { fields, .. } => self.bound_entries(fields, names),
            _ => {}
        }
    }

    fn bound_entries(&mut self, entries: &[(Identifier, Option<MatchPattern>)], names: &mut Vec<Identifier>) {
        for (name, inner) in entries {
            match inner {
                Some(inner) => self.bound_names(inner, false, names),
                None if self.is_discard(name.symbol) => {}
                None => names.push(*name),
            }
        }
    }

    /// The register of a name that the pattern at hand binds; `None` for `_`.
    fn bound(&mut self, name: Identifier) -> Option<u8> {
        if self.is_discard(name.symbol) {
            return None;
        }
        self.function().local(name.symbol).map(|binding: Binding| binding.register)
    }

    /// Goes on if `value` matches, with the names bound; else jumps.
    fn test(&mut self, pattern: &MatchPattern, value: u8, fail: Label, top: bool) {
        let mark = self.emitter().mark();
        self.test_inner(pattern, value, fail, top);
        self.emitter().release_to(mark);
    }

    fn test_inner(&mut self, pattern: &MatchPattern, value: u8, fail: Label, top: bool) {
        match &pattern.kind {
            MatchPatternKind::Wildcard => {}
            MatchPatternKind::Name(name) if top => {
                let text = self.text(name.symbol);
                self.unlike(value, Constant::Text(text.into()), fail);
            }
            MatchPatternKind::Name(name) => {
                if let Some(register) = self.bound(*name) {
                    self.emitter().emit(op::MOVE_SHARE, register, value, 0);
                }
            }
            MatchPatternKind::Int(int) => self.unlike(value, Constant::Int(*int), fail),
            MatchPatternKind::Float(float) => self.unlike(value, Constant::Float(*float), fail),
            MatchPatternKind::Text(text) => self.unlike(value, Constant::Text(text.clone()), fail),
            MatchPatternKind::Bool(truth) => self.unlike(value, Constant::Bool(*truth), fail),
            MatchPatternKind::Null => self.emitter().jump(op::JUMP_NOT_NULL, value, 0, fail),
            MatchPatternKind::Range { low, high, inclusive } => {
                self.emitter().jump(op::JUMP_NOT_NUMBER, value, 0, fail);
                self.bound_of_range(value, *low, op::JUMP_NOT_GREATER_EQUAL, fail);
                let upper = if *inclusive { op::JUMP_NOT_LESS_EQUAL } else { op::JUMP_NOT_LESS };
                self.bound_of_range(value, *high, upper, fail);
            }
            MatchPatternKind::NoneValue => self.is_none(value, fail),
            MatchPatternKind::Wrap(wrapper, inner) => {
                let tag = self.wrapper_tag(*wrapper);
                self.emitter().jump_extended(op::JUMP_NOT_TAG, value, 0, tag, fail);
                if let Some(inner) = inner {
                    self.payload(inner, value, 0, fail);
                }
            }
            MatchPatternKind::Variant { enumeration, variant, payload } => {
                self.variant_pattern(*enumeration, *variant, payload.as_deref(), pattern.span, value, fail);
            }
            MatchPatternKind::Dict { entries, rest } => {
                self.emitter().jump(op::JUMP_NOT_DICT, value, 0, fail);
                for (key, inner) in entries {
                    let text = self.text(key.symbol);
                    let constant = self.emitter().text_constant(text);
                    self.part(inner.as_ref(), *key, fail, |compiler, register| {
                        compiler.emitter().jump_extended(op::JUMP_NO_ENTRY, register, value, constant, fail);
                    });
                }
                if let Some(register) = rest.and_then(|rest| self.bound(rest)) {
                    let keys: Vec<Symbol> = entries.iter().map(|(key, _)| key.symbol).collect();
                    self.rest_of_dict(value, &keys, register);
                }
            }
            MatchPatternKind::Struct { name, fields } => {
                let site = self.site(name.symbol);
                self.emitter().jump_extended(op::JUMP_NOT_STRUCT, value, 0, site, fail);
                for (field, inner) in fields {
                    let site = self.site(field.symbol);
                    self.part(inner.as_ref(), *field, fail, |compiler, register| {
                        compiler.emitter().jump_extended(op::JUMP_NO_FIELD, register, value, site, fail);
                    });
                }
            }
            MatchPatternKind::Array { items, rest } => {
                let at_least = u8::from(rest.is_some());
                self.emitter().jump_extended(op::JUMP_NOT_LIST, value, at_least, items.len() as u32, fail);
                for (position, inner) in items.iter().enumerate() {
                    if matches!(inner.kind, MatchPatternKind::Wildcard) {
                        continue;
                    }
                    let register = self.emitter().allocate();
                    self.emitter().emit_extended(op::GET_ITEM, register, value, 0, position as u32);
                    self.test(inner, register, fail, false);
                    self.emitter().release_to(register as usize);
                }
                if let Some(register) = rest.and_then(|rest| self.bound(rest)) {
                    self.emitter().emit_extended(op::LIST_REST, register, value, 0, items.len() as u32);
                }
            }
            MatchPatternKind::Parenthesized(inner) => self.test(inner, value, fail, false),
            MatchPatternKind::Alternatives(alternatives) => {
                let matched = self.emitter().label();
                let Some((last, others)) = alternatives.split_last() else { return };
                for alternative in others {
                    let next = self.emitter().label();
                    self.test(alternative, value, next, top);
                    self.emitter().jump(op::JUMP, 0, 0, matched);
                    self.emitter().bind(next);
                }
                self.test(last, value, fail, top);
                self.emitter().bind(matched);
            }
        }
    }

    /// An entry or a field: `read` writes it to a register or jumps.
    fn part(&mut self, inner: Option<&MatchPattern>, name: Identifier, fail: Label, read: impl FnOnce(&mut Self, u8)) {
        let bound = match inner {
            None => self.bound(name),
            Some(_) => None,
        };
        let register = match bound {
            Some(register) => register,
            None => self.emitter().allocate(),
        };
        read(self, register);
        match inner {
            None => self.emitter().emit(op::SHARE, register, 0, 0),
            Some(inner) => {
                self.test(inner, register, fail, false);
                self.emitter().release_to(register as usize);
            }
        }
    }

    fn payload(&mut self, inner: &MatchPattern, value: u8, position: u8, fail: Label) {
        if matches!(inner.kind, MatchPatternKind::Wildcard) {
            return;
        }
        let register = self.emitter().allocate();
        self.emitter().emit(op::GET_PAYLOAD, register, value, position);
        self.test(inner, register, fail, false);
        self.emitter().release_to(register as usize);
    }

    fn unlike(&mut self, value: u8, constant: Constant, fail: Label) {
        let index = self.emitter().constant(constant.clone());
        match u8::try_from(index) {
            Ok(index) => self.emitter().jump(op::JUMP_UNLIKE_K, value, index, fail),
            Err(_) => {
                let register = self.emitter().allocate();
                self.emitter().load_constant(register, constant);
                self.emitter().jump(op::JUMP_UNLIKE, value, register, fail);
            }
        }
    }

    fn is_none(&mut self, value: u8, fail: Label) {
        let register = self.emitter().allocate();
        self.emitter().emit(op::LOAD_NONE, register, 0, 0);
        self.emitter().jump(op::JUMP_UNLIKE, value, register, fail);
    }

    /// One bound of a range, for a value that is a number.
    fn bound_of_range(&mut self, value: u8, bound: Number, opcode: u8, fail: Label) {
        let constant = match bound {
            Number::Int(int) => Constant::Int(int),
            Number::Float(float) => Constant::Float(float),
        };
        self.compare_constant(opcode, value, constant, fail);
    }

    fn variant_pattern(
        &mut self,
        enumeration: Identifier,
        variant: Identifier,
        payload: Option<&[MatchPattern]>,
        span: Span,
        value: u8,
        fail: Label,
    ) {
        let Some(tag) = self.variant_tag(enumeration, variant, payload.map(<[_]>::len), true, span) else { return };
        match tag {
            super::enums::VariantMeaning::None => self.is_none(value, fail),
            super::enums::VariantMeaning::Tag(tag) => {
                self.emitter().jump_extended(op::JUMP_NOT_TAG, value, 0, tag, fail);
                for (position, inner) in payload.unwrap_or_default().iter().enumerate() {
                    self.payload(inner, value, position as u8, fail);
                }
            }
        }
    }

    /// `register := ` the entries of `dict` without `keys`.
    fn rest_of_dict(&mut self, dict: u8, keys: &[Symbol], register: u8) {
        let mark = self.emitter().mark();
        let window = self.emitter().allocate_row(keys.len() + 1);
        self.emitter().emit(op::MOVE, window, dict, 0);
        for (position, key) in keys.iter().enumerate() {
            let text = self.text(*key);
            let constant = Constant::Text(text.into());
            self.emitter().load_constant(window.wrapping_add(position as u8 + 1), constant);
        }
        self.emitter().emit(op::DICT_REST, register, window, (keys.len() + 1) as u8);
        self.emitter().release_to(mark);
    }

    // Declarations and assignments.

    /// `let [a, b] := value`
    pub(super) fn declare_pattern(&mut self, kind: DeclareKind, pattern: &'a Pattern, value: &'a Expression) {
        let names: Vec<Identifier> =
            pattern_names(pattern).into_iter().filter(|name| !self.is_discard(name.symbol)).collect();
        let at_top = self.at_script_level();
        // The registers of the names come first, as they stay.
        let first = self.emitter().allocate_row(if at_top { 0 } else { names.len() });
        let mark = self.emitter().mark();
        let parts = self.parts_of_literal(pattern, value);
        let source = match &parts {
            Some(_) => None,
            None => Some(self.source_of(value)),
        };
        for (position, name) in names.iter().enumerate() {
            if at_top {
                if source.is_some() {
                    let unset = self.emitter().allocate();
                    self.emitter().emit(op::LOAD_UNSET, unset, 0, 0);
                    let global = self.global(name.symbol);
                    self.emitter().emit_wide(op::SET_GLOBAL, unset, global);
                }
                continue;
            }
            let register = first.wrapping_add(position as u8);
            if source.is_some() {
                self.emitter().emit(op::LOAD_UNSET, register, 0, 0);
            }
            self.bind_partial(*name, register, Immutable::of(kind), source.is_some());
        }
        let naming = Naming::Declare;
        match (source, parts) {
            (Some((source, dying)), _) => self.unpack(pattern, source, dying, naming),
            (None, parts) => self.assign_parts(&parts.unwrap_or_default(), naming),
        }
        self.emitter().release_to(mark);
    }

    /// `[a, b] := value`
    pub(super) fn assign_pattern(&mut self, pattern: &'a Pattern, value: &'a Expression) {
        match self.parts_of_literal(pattern, value) {
            Some(parts) => self.assign_parts(&parts, Naming::Assign),
            None => {
                let (source, dying) = self.source_of(value);
                self.unpack(pattern, source, dying, Naming::Assign);
            }
        }
    }

    /// The register of the value that is taken apart, and whether it is a temporary one.
    fn source_of(&mut self, value: &'a Expression) -> (u8, bool) {
        let (register, alias) = self.any(value);
        self.emitter().at(value.span);
        if !alias {
            return (register, true);
        }
        // The names may be the variables that the value is read from.
        let copy = self.emitter().allocate();
        self.emitter().emit(op::MOVE_SHARE, copy, register, 0);
        (copy, false)
    }

    /// `[a, b] := [b, a]` needs no array: the names and the registers of their values.
    fn parts_of_literal(&mut self, pattern: &Pattern, value: &'a Expression) -> Option<Vec<(Identifier, u8)>> {
        let (Pattern::Array { items, rest: None, .. }, ExpressionKind::Array(elements)) = (pattern, &value.kind) else {
            return None;
        };
        let simple = items.iter().all(|item| matches!(item, Pattern::Name(_)))
            && elements.iter().all(|element| matches!(element, Element::Value(_)));
        if !simple || items.len() != elements.len() || items.len() > 16 {
            return None;
        }
        let mut parts = Vec::with_capacity(items.len());
        for (item, element) in items.iter().zip(elements) {
            if let (Pattern::Name(name), Element::Value(value)) = (item, element) {
                let register = self.emitter().allocate();
                self.own_into(value, register);
                parts.push((*name, register));
            }
        }
        Some(parts)
    }

    fn assign_parts(&mut self, parts: &[(Identifier, u8)], naming: Naming) {
        for &(name, register) in parts {
            self.set_name(name, register, naming);
            if let (Naming::Assign, Some(binding)) = (naming, self.function().local(name.symbol)) {
                self.function().assigned.insert(binding.register);
            }
        }
    }

    /// Takes `source` apart. Names whose part is missing are not set.
    fn unpack(&mut self, pattern: &Pattern, source: u8, dying: bool, naming: Naming) {
        let fail = self.emitter().label();
        let mark = self.emitter().mark();
        match pattern {
            Pattern::Name(name) => self.set_name(*name, source, naming),
            Pattern::Array { items, rest, .. } => {
                let at_least = u8::from(rest.is_some());
                self.emitter().jump_extended(op::JUMP_NOT_LIST, source, at_least, items.len() as u32, fail);
                for (position, item) in items.iter().enumerate() {
                    if matches!(item, Pattern::Name(name) if self.is_discard(name.symbol)) {
                        continue;
                    }
                    let register = self.emitter().allocate();
                    self.emitter().emit_extended(op::GET_ITEM, register, source, u8::from(dying), position as u32);
                    self.unpack(item, register, dying, naming);
                    self.emitter().release_to(register as usize);
                }
                if let Some(rest) = rest.filter(|rest| !self.is_discard(rest.symbol)) {
                    let register = self.emitter().allocate();
                    self.emitter().emit_extended(op::LIST_REST, register, source, 0, items.len() as u32);
                    self.set_name(rest, register, naming);
                }
            }
            Pattern::Dict { names, rest, .. } => {
                self.emitter().jump(op::JUMP_NOT_DICT, source, 0, fail);
                for name in names {
                    let register = self.emitter().allocate();
                    let text = self.text(name.symbol);
                    let constant = self.emitter().text_constant(text);
                    self.emitter().jump_extended(op::JUMP_NO_ENTRY, register, source, constant, fail);
                    self.emitter().emit(op::SHARE, register, 0, 0);
                    self.set_name(*name, register, naming);
                    self.emitter().release_to(register as usize);
                }
                if let Some(rest) = rest.filter(|rest| !self.is_discard(rest.symbol)) {
                    let register = self.emitter().allocate();
                    let keys: Vec<Symbol> = names.iter().map(|name| name.symbol).collect();
                    self.rest_of_dict(source, &keys, register);
                    self.set_name(rest, register, naming);
                }
            }
        }
        self.emitter().bind(fail);
        self.emitter().release_to(mark);
    }

    fn set_name(&mut self, name: Identifier, register: u8, naming: Naming) {
        if self.is_discard(name.symbol) {
            return;
        }
        match naming {
            Naming::Assign => self.store_variable(name, register),
            Naming::Declare => match self.function().local(name.symbol) {
                Some(binding) if !self.at_script_level() => {
                    self.emitter().emit(op::MOVE, binding.register, register, 0);
                }
                _ => {
                    let global = self.global(name.symbol);
                    self.emitter().emit_wide(op::SET_GLOBAL, register, global);
                }
            },
        }
    }
}
