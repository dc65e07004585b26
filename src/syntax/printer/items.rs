//! Declarations: functions, structs, enums, imports, tests, and type annotations.

use super::layout::{Command, Style};
use super::lists::ListStyle;
use super::writer::Printer;
use crate::syntax::ast::*;
use crate::syntax::tokens::TokenKind;

/// A field or a method of a struct.
enum Member<'t> {
    Field(&'t FieldDeclaration),
    Method(&'t Function),
}

impl<'a> Printer<'a> {
    /// A named function, a method or a literal.
    #[inline(never)]
    pub fn function(&mut self, function: &Function) {
        if function.asynchronous {
            self.expect(TokenKind::Async);
            self.space();
        }
        self.expect(TokenKind::Func);
        if function.generator {
            self.expect(TokenKind::Star);
        }
        if function.name.is_some() {
            self.space();
            self.token();
        }
        let parameters = &function.parameters;
        self.list(parameters.len(), ListStyle::PLAIN, |printer, index| {
            printer.token();
            printer.annotation(parameters.get(index).and_then(|parameter| parameter.annotation.as_ref()));
        });
        self.result_type(function.result.as_ref());
        self.space();
        self.block(&function.body);
    }

    fn result_type(&mut self, result: Option<&Type>) {
        if let Some(result) = result {
            self.space();
            self.expect(TokenKind::Arrow);
            self.space();
            self.kind(result);
        }
    }

    /// `: type`
    pub fn annotation(&mut self, annotation: Option<&Type>) {
        if let Some(annotation) = annotation {
            self.expect(TokenKind::Colon);
            self.space();
            self.kind(annotation);
        }
    }

    #[inline(never)]
    fn kind(&mut self, kind: &Type) {
        match &kind.kind {
            TypeKind::Named { path, arguments } => {
                self.path(path.len());
                if !arguments.is_empty() {
                    self.expect(TokenKind::Less);
                    for (index, argument) in arguments.iter().enumerate() {
                        if index > 0 {
                            self.comma();
                            self.space();
                        }
                        self.kind(argument);
                    }
                    self.type_mark(TokenKind::Greater);
                }
            }
            TypeKind::Function { parameters, result } => {
                self.expect(TokenKind::Func);
                self.list(parameters.len(), ListStyle::PLAIN, |printer, index| {
                    if let Some(parameter) = parameters.get(index) {
                        printer.kind(parameter);
                    }
                });
                self.result_type(result.as_deref());
            }
            TypeKind::Parenthesized(inner) => {
                self.expect(TokenKind::LeftParen);
                self.kind(inner);
                self.expect(TokenKind::RightParen);
            }
        }
        for suffix in &kind.suffixes {
            match suffix {
                TypeSuffix::Optional => self.type_mark(TokenKind::Question),
                TypeSuffix::Array => {
                    self.expect(TokenKind::LeftBracket);
                    self.expect(TokenKind::RightBracket);
                }
            }
        }
    }

    /// Words with dots between them.
    fn path(&mut self, segments: usize) {
        for index in 0..segments {
            if index > 0 {
                self.expect(TokenKind::Dot);
            }
            self.token();
        }
    }

    #[inline(never)]
    pub fn import(&mut self, import: &Import) {
        self.token();
        self.space();
        self.path(import.path.len());
        let Some(names) = &import.names else { return };
        self.space();
        self.expect(TokenKind::Import);
        self.space();
        self.lead(false);
        self.layout.open();
        self.push(Command::Indent);
        for index in 0..names.len() {
            if index > 0 {
                self.comma();
                self.push(Command::Line);
            }
            self.expect(TokenKind::Identifier);
        }
        self.push(Command::Dedent);
        let span = |name: Option<&Identifier>| name.map(|name| name.span).unwrap_or_default();
        let commented = self.comments_between(span(names.first()).start, span(names.last()).end);
        self.layout.close(if commented { Style::Broken } else { Style::Filled });
    }

    #[inline(never)]
    pub fn test(&mut self, test: &Test) {
        self.token();
        self.space();
        match test {
            Test::Case { body, .. } | Test::Group { body, .. } => {
                self.expect(TokenKind::Text);
                self.space();
                self.block(body);
            }
            Test::Setup(body) | Test::Teardown(body) => self.block(body),
        }
    }

    #[inline(never)]
    pub fn enum_declaration(&mut self, declaration: &EnumDeclaration) {
        self.expect(TokenKind::Enum);
        self.space();
        self.expect(TokenKind::Identifier);
        self.space();
        let style = ListStyle { edge: Command::Line, keeps_break: true, ..ListStyle::PLAIN };
        let variants = &declaration.variants;
        self.list(variants.len(), style, |printer, index| {
            printer.expect(TokenKind::Identifier);
            if let Some(payload) = variants.get(index).and_then(|variant| variant.payload.as_ref()) {
                printer.list(payload.len(), ListStyle::PLAIN, |printer, index| {
                    printer.token();
                    printer.annotation(payload.get(index).and_then(|(_, annotation)| annotation.as_ref()));
                });
            }
        });
    }

    /// Fields on one line stay there, separated by commas; otherwise every member has lines of its own.
    #[inline(never)]
    pub fn struct_declaration(&mut self, declaration: &StructDeclaration) {
        let fields = declaration.fields.iter().map(|field| (field.name.span.start, Member::Field(field)));
        let methods = declaration.methods.iter().map(|method| (method.span.start, Member::Method(method)));
        let mut members: Vec<(u32, Member)> = fields.chain(methods).collect();
        members.sort_by_key(|(start, _)| *start);

        self.expect(TokenKind::Struct);
        self.space();
        self.expect(TokenKind::Identifier);
        self.space();
        let start = self.peek().span.start;
        self.open_block();
        self.drop_separators();
        if members.is_empty() && self.next_comment().is_none() && !self.ends_line() {
            self.expect(TokenKind::RightBrace);
            return;
        }
        self.layout.open();
        if members.is_empty()
            || !declaration.methods.is_empty()
            || self.breaks_between(start, declaration.span.end)
            || self.ends_line()
        {
            self.push(Command::Break);
        }
        self.push(Command::Indent);
        self.push(Command::Line);
        for (index, (_, member)) in members.iter().enumerate() {
            if index > 0 {
                self.push(Command::Line);
            }
            self.lead(index > 0);
            match member {
                Member::Field(field) => self.field(field),
                Member::Method(method) => self.function(method),
            }
            if index + 1 < members.len() {
                // On one line the comma is needed, and behind a `yield` that would take the next line as operand.
                self.push(if self.lacks_operand() { Command::Text(",") } else { Command::IfFlat(",") });
            }
            self.drop_separators();
        }
        self.dangle(!members.is_empty());
        self.push(Command::Dedent);
        self.push(Command::Line);
        self.layout.close(Style::Broken);
        self.expect(TokenKind::RightBrace);
    }

    fn drop_separators(&mut self) {
        while self.next_is(TokenKind::Comma) {
            self.drop_comma();
        }
    }

    #[inline(never)]
    fn field(&mut self, field: &FieldDeclaration) {
        self.token();
        self.annotation(field.annotation.as_ref());
        if let Some(default) = &field.default {
            self.space();
            self.token_as("=");
            self.space();
            self.expression(default);
        }
    }
}
