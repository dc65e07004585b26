//! Declarations: functions, structs, enums, imports, tests, and type annotations.

use super::super::ast::*;
use super::super::literals;
use super::super::tokens::TokenKind;
use super::{Failed, Parse, Parser};

impl Parser<'_> {
    /// A named function, from `async` or `func`.
    #[inline(never)]
    pub(super) fn function_statement(&mut self) -> Parse<StatementKind> {
        let start = self.start();
        let asynchronous = self.take(TokenKind::Async);
        if !self.is(TokenKind::Func) {
            return Err(self.fail("Expected 'func' after 'async'"));
        }
        self.advance();
        let generator = self.take(TokenKind::Star);
        if !self.is_variable_name() {
            let note = match self.kind() {
                TokenKind::LeftParen => Some("a function without a name is called at once as (func() { … })()".into()),
                _ => self.hint_name("a function"),
            };
            let mut problem = self.problem("Expected function name after 'func'");
            problem.notes.extend(note);
            self.refuse_name(problem, TokenKind::LeftParen)?;
        }
        let name = self.take_name();
        let function = self.function_after_name(Some(name), asynchronous, generator, start)?;
        Ok(StatementKind::Function(Box::new(function)))
    }

    /// A function literal, from `async` or `func`.
    #[inline(never)]
    pub(super) fn function_literal(&mut self) -> Parse<ExpressionKind> {
        let start = self.start();
        let asynchronous = self.take(TokenKind::Async);
        self.advance();
        let generator = self.take(TokenKind::Star);
        let function = self.function_after_name(None, asynchronous, generator, start)?;
        Ok(ExpressionKind::Function(Box::new(function)))
    }

    /// Parameters, result type and body.
    fn function_after_name(
        &mut self,
        name: Option<Identifier>,
        asynchronous: bool,
        generator: bool,
        start: u32,
    ) -> Parse<Function> {
        let mut parameters = Vec::new();
        let mut result = None;
        let state = self.state;
        let head = self.signature(&mut parameters, &mut result, name.is_none());
        self.state = state;
        let body = self.block_after(head, "function body")?;
        Ok(Function { name, asynchronous, generator, parameters, result, body, span: self.since(start) })
    }

    fn signature(&mut self, parameters: &mut Vec<Parameter>, result: &mut Option<Type>, literal: bool) -> Parse<()> {
        let open = self.at;
        if literal && self.is(TokenKind::Identifier) {
            let message = format!("Expected '(' after function name but found {}", self.found());
            return Err(self.fail_with(&message, "a function literal has no name: f := func(…) { … }"));
        }
        self.expect(TokenKind::LeftParen, "after function name")?;
        while self.is_variable_name() || self.is(TokenKind::SelfWord) {
            let name = self.take_name();
            let annotation = self.annotation()?;
            parameters.push(Parameter { name, annotation });
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightParen, open, "function parameter list")?;
        if self.take(TokenKind::Arrow) {
            *result = Some(self.type_annotation()?);
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn struct_statement(&mut self) -> Parse<StatementKind> {
        let start = self.start();
        self.advance();
        let name = self.type_name("Expected struct name after 'struct'")?;
        let open = self.at;
        self.expect(TokenKind::LeftBrace, "to start struct body")?;
        let mut declaration =
            StructDeclaration { name, fields: Vec::new(), methods: Vec::new(), span: self.since(start) };
        let outer = self.state;
        self.state.block = Some(open);
        loop {
            let (state, begin) = (self.state, self.at);
            match self.member(&mut declaration) {
                Ok(true) => {}
                Ok(false) => break,
                Err(Failed) => {
                    self.state = state;
                    self.find_member(open, begin);
                }
            }
        }
        self.state = outer;
        self.close(TokenKind::RightBrace, open, "struct body")?;
        declaration.span = self.since(start);
        Ok(StatementKind::Struct(Box::new(declaration)))
    }

    /// One field, method or separator; `false` if there is none.
    #[inline(never)]
    fn member(&mut self, declaration: &mut StructDeclaration) -> Parse<bool> {
        match self.kind() {
            TokenKind::Comma | TokenKind::Semicolon => {
                self.advance();
            }
            TokenKind::Func | TokenKind::Async => declaration.methods.push(self.method()?),
            kind if kind.is_word() => {
                let name = self.take_name();
                let annotation = self.annotation()?;
                let has_default = self.take(TokenKind::ColonAssign) || self.take(TokenKind::Assign);
                let default = if has_default { Some(self.expression()?) } else { None };
                declaration.fields.push(FieldDeclaration { name, annotation, default });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    #[inline(never)]
    fn method(&mut self) -> Parse<Function> {
        let start = self.start();
        let asynchronous = self.take(TokenKind::Async);
        if !self.take(TokenKind::Func) {
            return Err(self.fail("Expected 'func' after 'async'"));
        }
        let generator = self.take(TokenKind::Star);
        if !self.kind().is_word() {
            return Err(self.fail("Expected function name after 'func'"));
        }
        let name = self.take_name();
        self.function_after_name(Some(name), asynchronous, generator, start)
    }

    /// After a failure in a struct body: goes to the next line, separator or the end of the body.
    fn find_member(&mut self, open: usize, begin: usize) {
        self.leave_brackets(Some(open));
        if self.at == begin && !self.is(TokenKind::RightBrace) {
            self.skip();
        }
        loop {
            let token = self.token();
            let separator = matches!(token.kind, TokenKind::Comma | TokenKind::Semicolon);
            if token.first_on_line || separator || matches!(token.kind, TokenKind::RightBrace | TokenKind::End) {
                break;
            }
            self.skip();
        }
    }

    #[inline(never)]
    pub(super) fn enum_statement(&mut self) -> Parse<StatementKind> {
        let start = self.start();
        self.advance();
        let name = self.type_name("Expected enum name after 'enum'")?;
        let open = self.at;
        self.expect(TokenKind::LeftBrace, "to start enum body")?;
        let mut variants = Vec::new();
        while self.is(TokenKind::Identifier) {
            let name = self.take_name();
            let payload = if self.is(TokenKind::LeftParen) { Some(self.payload()?) } else { None };
            variants.push(EnumVariant { name, payload });
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightBrace, open, "enum body")?;
        let span = self.since(start);
        Ok(StatementKind::Enum(Box::new(EnumDeclaration { name, variants, span })))
    }

    #[inline(never)]
    fn payload(&mut self) -> Parse<Vec<(Identifier, Option<Type>)>> {
        let open = self.at;
        self.advance();
        let mut fields = Vec::new();
        while self.kind().is_word() {
            let name = self.take_name();
            let annotation = self.annotation()?;
            fields.push((name, annotation));
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightParen, open, "enum variant")?;
        Ok(fields)
    }

    fn type_name(&mut self, message: &str) -> Parse<Identifier> {
        if self.is(TokenKind::Identifier) {
            return Ok(self.take_name());
        }
        let mut problem = self.problem(message);
        problem.notes.extend(self.hint_name("a type"));
        self.refuse_name(problem, TokenKind::LeftBrace)?;
        Ok(self.take_name())
    }

    #[inline(never)]
    pub(super) fn import_statement(&mut self) -> Parse<StatementKind> {
        self.advance();
        let path = self.module_path("Expected module name after 'import'")?;
        Ok(StatementKind::Import(Import { path, names: None }))
    }

    #[inline(never)]
    pub(super) fn import_names_statement(&mut self) -> Parse<StatementKind> {
        self.advance();
        let path = self.module_path("Expected module name after 'from'")?;
        if !self.take(TokenKind::Import) {
            let message = format!("Expected 'import' after module name but found {}", self.found());
            return Err(self.fail_with(&message, "write from module import name"));
        }
        let mut names = Vec::new();
        loop {
            if !self.is_variable_name() {
                let note = match self.kind() {
                    TokenKind::Star => Some("import m binds everything that m exports".into()),
                    TokenKind::LeftParen | TokenKind::LeftBrace => {
                        Some("names have no brackets: from m import a, b".into())
                    }
                    _ => self.hint_name("an imported symbol"),
                };
                let mut problem = self.problem("Expected imported symbol name");
                problem.notes.extend(note);
                return Err(self.refuse(problem));
            }
            names.push(self.take_name());
            if !self.take(TokenKind::Comma) {
                break;
            }
        }
        Ok(StatementKind::Import(Import { path, names: Some(names) }))
    }

    fn module_path(&mut self, message: &str) -> Parse<Vec<Identifier>> {
        let mut path = Vec::new();
        loop {
            if !self.is(TokenKind::Identifier) {
                let note = match self.kind() {
                    TokenKind::Text | TokenKind::TextHead => Some(
                        "a module is named by a word, not by a string: import geometry or import shapes.flat".into(),
                    ),
                    TokenKind::LeftBrace | TokenKind::LeftParen | TokenKind::Star => {
                        Some("write import m, or from m import a, b".into())
                    }
                    _ => self.hint_name("a module"),
                };
                let mut problem = self.problem(message);
                problem.notes.extend(note);
                return Err(self.refuse(problem));
            }
            path.push(self.take_name());
            if !self.take(TokenKind::Dot) {
                return Ok(path);
            }
        }
    }

    #[inline(never)]
    pub(super) fn test_statement(&mut self) -> Parse<StatementKind> {
        let word = self.advance().kind;
        let test = match word {
            TokenKind::TestSetup => Test::Setup(self.block("test block")?),
            TokenKind::TestTeardown => Test::Teardown(self.block("test block")?),
            TokenKind::TestGroup => {
                let name = self.test_name("Expected group name string after 'test_group'")?;
                Test::Group { name, body: self.block("test block")? }
            }
            _ => {
                let name = self.test_name("Expected test name string after 'test'")?;
                Test::Case { name, body: self.block("test block")? }
            }
        };
        Ok(StatementKind::Test(Box::new(test)))
    }

    fn test_name(&mut self, message: &str) -> Parse<String> {
        match self.kind() {
            TokenKind::Text => {
                let token = self.advance();
                Ok(self.string_text(token).into_owned())
            }
            TokenKind::TextHead => Err(self.fail_with(message, "the name is a plain string without ${…}")),
            TokenKind::ColonAssign | TokenKind::Assign | TokenKind::Dot | TokenKind::LeftParen => {
                let note =
                    "a test is written test \"name\" { … }; 'test' is a keyword and cannot name a variable or function";
                Err(self.fail_with(message, note))
            }
            _ => Err(self.fail_with(message, "write test \"what is tested\" { … }")),
        }
    }

    /// The contents of a string token or of a part of one.
    pub(super) fn string_text(&self, token: super::Token) -> std::borrow::Cow<'_, str> {
        let text = token.span.of(self.text);
        let end = match token.kind {
            TokenKind::TextHead | TokenKind::TextMiddle => text.len().saturating_sub(2),
            _ => text.len().saturating_sub(1),
        };
        literals::unescape(text.get(1..end).unwrap_or(""))
    }

    /// `: type` if it is there.
    pub(super) fn annotation(&mut self) -> Parse<Option<Type>> {
        if !self.take(TokenKind::Colon) {
            return Ok(None);
        }
        self.type_annotation().map(Some)
    }

    pub(super) fn type_annotation(&mut self) -> Parse<Type> {
        let start = self.start();
        self.enter("expression")?;
        let kind = self.type_atom()?;
        self.leave();
        let mut suffixes = Vec::new();
        loop {
            let brackets = self.is(TokenKind::LeftBracket) && self.peek(1).kind == TokenKind::RightBracket;
            if self.take_in_type(TokenKind::Question) {
                suffixes.push(TypeSuffix::Optional);
            } else if brackets && !self.token().first_on_line {
                self.advance();
                self.advance();
                suffixes.push(TypeSuffix::Array);
            } else {
                return Ok(Type { kind, suffixes, span: self.since(start) });
            }
        }
    }

    #[inline(never)]
    fn type_atom(&mut self) -> Parse<TypeKind> {
        use TokenKind::*;
        match self.kind() {
            Identifier | IntWord | FloatWord | StringWord | BoolWord | Null => self.named_type(),
            Func => {
                self.advance();
                let open = self.at;
                self.expect(LeftParen, "after function name")?;
                let mut parameters = Vec::new();
                while !self.is(RightParen) {
                    parameters.push(self.type_annotation()?);
                    if !self.take(Comma) {
                        break;
                    }
                }
                self.close(RightParen, open, "function parameter list")?;
                let result = if self.take(Arrow) { Some(Box::new(self.type_annotation()?)) } else { None };
                Ok(TypeKind::Function { parameters, result })
            }
            LeftParen => {
                let open = self.at;
                self.advance();
                let inner = self.type_annotation()?;
                self.close(RightParen, open, "parenthesized expression")?;
                Ok(TypeKind::Parenthesized(Box::new(inner)))
            }
            LeftBracket => Err(self.fail_with("Expected type", "an array type is written with [] after it: int[]")),
            Assign => Err(self.fail_with("Expected type", "without a type write := as one mark")),
            Int | Float | Text | TextHead | True | False => {
                Err(self
                    .fail_with("Expected type", "after ':' comes a type like int or string; a value comes after ':='"))
            }
            _ => Err(self.fail("Expected type")),
        }
    }

    #[inline(never)]
    fn named_type(&mut self) -> Parse<TypeKind> {
        let plain = !self.is(TokenKind::Identifier);
        let mut path = vec![self.take_name()];
        while !plain && self.is(TokenKind::Dot) {
            self.advance();
            if !self.is(TokenKind::Identifier) {
                return Err(self.fail("Expected type"));
            }
            path.push(self.take_name());
        }
        let mut arguments = Vec::new();
        if self.is(TokenKind::Less) {
            let open = self.at;
            self.advance();
            loop {
                arguments.push(self.type_annotation()?);
                if !self.take(TokenKind::Comma) {
                    break;
                }
            }
            if !self.take_in_type(TokenKind::Greater) {
                self.close(TokenKind::Greater, open, "type arguments")?;
            }
        }
        Ok(TypeKind::Named { path, arguments })
    }

    /// Takes `mark`, also off the front of `>=` (then `=` is left) or `??` (then `?` is left).
    fn take_in_type(&mut self, mark: TokenKind) -> bool {
        let rest = match (mark, self.kind()) {
            (TokenKind::Greater, TokenKind::GreaterEqual) => TokenKind::Assign,
            (TokenKind::Question, TokenKind::Coalesce) => TokenKind::Question,
            _ => return self.take(mark),
        };
        let token = &mut self.tokens[self.at];
        token.kind = rest;
        token.first_on_line = false;
        token.span.start += 1;
        self.last_end = token.span.start;
        true
    }
}
