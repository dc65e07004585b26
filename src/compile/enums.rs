//! Enums: declarations, their values, and the meaning of `A::B` (language.md 9.1, 9.2).

use super::Compiler;
use crate::bytecode::{TagName, op, raised};
use crate::source::Span;
use crate::syntax::ast::*;
use rustc_hash::FxHashSet;

/// What `A::B` means.
#[derive(Clone, Copy)]
pub(super) enum VariantMeaning {
    /// `Option::None`
    None,
    /// An index into the program's tags.
    Tag(u32),
}

/// The variants of a declared enum and how many values each carries.
pub(super) type EnumVariants = Vec<(Symbol, u8)>;

impl<'a> Compiler<'a> {
    pub(super) fn declare_enums(&mut self, enums: &[&EnumDeclaration]) {
        for declaration in enums {
            let mut variants: EnumVariants = Vec::with_capacity(declaration.variants.len());
            let mut names = FxHashSet::default();
            for variant in &declaration.variants {
                let name = variant.name;
                if !names.insert(name.symbol) {
                    self.duplicate(name);
                    continue;
                }
                let payload = variant.payload.as_deref().unwrap_or_default();
                for (position, (field, _)) in payload.iter().enumerate() {
                    let clashes = payload[..position].iter().any(|(other, _)| other.symbol == field.symbol);
                    if clashes && !self.is_discard(field.symbol) {
                        self.duplicate(*field);
                    }
                }
                if payload.len() > 200 {
                    self.error(name.span, "More than 200 values in one enum variant");
                }
                variants.push((name.symbol, payload.len() as u8));
            }
            self.enums.insert(declaration.name.symbol, variants);
        }
    }

    /// The index of a variant in the program's tags.
    fn tag(&mut self, enumeration: Symbol, variant: Symbol, payloads: u8) -> u32 {
        let tag = TagName { enumeration: self.name(enumeration), variant: self.name(variant), payloads };
        match self.tags.iter().position(|other| *other == tag) {
            Some(index) => index as u32,
            None => {
                self.tags.push(tag);
                self.tags.len() as u32 - 1
            }
        }
    }

    pub(super) fn wrapper_tag(&mut self, wrapper: Wrapper) -> u32 {
        let (enumeration, variant) = self.wrappers[wrapper as usize];
        self.tag(enumeration, variant, 1)
    }

    /// What `enumeration::variant` means with `count` values in parentheses; reports it if it means nothing. Patterns
    /// may leave the parentheses out whatever the variant carries.
    pub(super) fn variant_tag(
        &mut self,
        enumeration: Identifier,
        variant: Identifier,
        count: Option<usize>,
        in_pattern: bool,
        span: Span,
    ) -> Option<VariantMeaning> {
        let (of, name) = (self.text(enumeration.symbol), self.text(variant.symbol));
        if let "Result" | "Option" = of {
            return self.wrapped_meaning(of, name, count, in_pattern, span);
        }
        let Some(variants) = self.enums.get(&enumeration.symbol) else {
            return self.type_finding(enumeration, span, raised::UNDEFINED, &format!("Undefined enum: {of}"));
        };
        let Some(&(_, payloads)) = variants.iter().find(|(other, _)| *other == variant.symbol) else {
            let finding = format!("Undefined enum variant: {of}::{name}");
            return self.type_finding(enumeration, span, raised::UNDEFINED, &finding);
        };
        let given = count.unwrap_or(0);
        if given != payloads as usize && !(in_pattern && count.is_none()) {
            let finding = format!("{of}::{name} expects {payloads} arguments, got {given}");
            return self.type_finding(enumeration, span, raised::ARITY, &finding);
        }
        Some(VariantMeaning::Tag(self.tag(enumeration.symbol, variant.symbol, payloads)))
    }

    /// A finding about an enum. What an import may bring, or has brought, is an error of the running program.
    fn type_finding(&mut self, of: Identifier, span: Span, kind: u8, finding: &str) -> Option<VariantMeaning> {
        if self.has_imports && !self.type_names.contains(&of.symbol) {
            self.emitter().at(span);
            self.emitter().emit_text(op::RAISE, kind, finding);
        } else {
            self.error(span, finding);
        }
        None
    }

    /// `Result::Ok(…)`, `Option::None` and so on, whatever enums of these names are declared.
    fn wrapped_meaning(
        &mut self,
        of: &str,
        name: &str,
        count: Option<usize>,
        in_pattern: bool,
        span: Span,
    ) -> Option<VariantMeaning> {
        let wrapper = match (of, name) {
            ("Result", "Ok") => Wrapper::Ok,
            ("Result", "Err") => Wrapper::Err,
            ("Option", "Some") => Wrapper::Some,
            ("Option", "None") => {
                if count.unwrap_or(0) > 0 {
                    self.error(span, "Option::None takes no arguments");
                    return None;
                }
                return Some(VariantMeaning::None);
            }
            _ => {
                self.error(span, &format!("Undefined enum variant: {of}::{name}"));
                return None;
            }
        };
        if count != Some(1) && !(in_pattern && count.is_none()) {
            self.error(span, &format!("{of}::{name}(...) requires exactly one argument"));
            return None;
        }
        Some(VariantMeaning::Tag(self.wrapper_tag(wrapper)))
    }

    /// `Shape::Circle(3)`
    pub(super) fn variant_value(
        &mut self,
        enumeration: Identifier,
        variant: Identifier,
        arguments: Option<&'a [Expression]>,
        span: Span,
        target: u8,
    ) {
        let count = arguments.map(<[_]>::len);
        let meaning = self.variant_tag(enumeration, variant, count, false, span);
        let arguments = arguments.unwrap_or_default();
        if arguments.len() > 200 {
            return self.error(span, "More than 200 values in one enum variant");
        }
        let first = self.emitter().allocate_row(arguments.len());
        for (position, argument) in arguments.iter().enumerate() {
            self.own_into(argument, first.wrapping_add(position as u8));
        }
        self.emitter().at(span);
        match meaning {
            Some(VariantMeaning::None) => self.emitter().emit(op::LOAD_NONE, target, 0, 0),
            Some(VariantMeaning::Tag(tag)) => {
                self.emitter().emit_extended(op::NEW_VARIANT, target, first, arguments.len() as u8, tag);
            }
            None => {}
        }
    }

    /// `Ok(e)`, `Err(e)`, `Some(e)`
    pub(super) fn wrap(&mut self, wrapper: Wrapper, value: &'a Expression, span: Span, target: u8) {
        let register = self.emitter().allocate();
        self.own_into(value, register);
        self.emitter().at(span);
        let tag = self.wrapper_tag(wrapper);
        self.emitter().emit_extended(op::NEW_VARIANT, target, register, 1, tag);
    }
}
