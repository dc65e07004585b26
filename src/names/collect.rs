//! The walk over the tree that finds scopes, declarations and uses.

use super::*;
use crate::syntax::ast::{self, *};
use crate::syntax::tokens::Token;
use crate::syntax::walk::{Visitor, each_name, walk_expression, walk_statement};

/// The collector: declarations are entered at once, uses are resolved when all declarations are known.
pub(super) struct Collector<'a> {
    pub text: &'a str,
    pub index: Index,
    pub scope: ScopeId,
    function: usize,
    /// Plain assignments, by the function that they stand in: what they create depends on the functions around.
    assignments: Vec<Vec<Assignment>>,
}

/// A plain assignment: its occurrence, and where its statement ends.
struct Assignment {
    occurrence: usize,
    end: u32,
}

pub(super) fn collect(tree: &Tree, text: &str, loose: Option<&Vec<Token>>) -> Index {
    let script =
        Scope { span: Span::new(0, u32::MAX), parent: None, around: None, function: 0, names: FxHashMap::default() };
    let index = Index {
        symbols: tree.symbols.clone(),
        variables: Vec::new(),
        scopes: vec![script],
        occurrences: Vec::new(),
        types: Vec::new(),
        members: Vec::new(),
        open: false,
        functions: vec![0],
        starts: vec![0],
        order: Vec::new(),
    };
    let mut collector = Collector { text, index, scope: 0, function: 0, assignments: vec![Vec::new()] };
    collector.statements(&tree.statements);
    if let Some(tokens) = loose {
        collector.order();
        collector.loose(tokens);
    }
    collector.finish()
}

/// Where a declared name begins to be visible.
const FROM_THE_START: u32 = 0;

impl Collector<'_> {
    fn order(&mut self) {
        let mut order: Vec<ScopeId> = (0..self.index.scopes.len()).collect();
        order.sort_by_key(|&scope| self.index.scopes[scope].span.start);
        self.index.order = order;
    }

    fn finish(mut self) -> Index {
        // Functions are numbered from the outside in, so what the outer ones create is known first.
        for assignments in std::mem::take(&mut self.assignments) {
            for assignment in assignments {
                let occurrence = self.index.occurrences[assignment.occurrence];
                if self.index.resolve(occurrence.scope, occurrence.name, occurrence.span.start).is_none() {
                    self.create(occurrence, assignment.end);
                }
            }
        }
        let mut occurrences = std::mem::take(&mut self.index.occurrences);
        for occurrence in &mut occurrences {
            if occurrence.target != Target::Outer {
                continue;
            }
            if let Some(variable) = self.index.resolve(occurrence.scope, occurrence.name, occurrence.span.start) {
                occurrence.target = match self.index.variables[variable].kind {
                    VariableKind::Field => Target::Member,
                    _ => Target::Variable(variable),
                };
            }
        }
        occurrences.sort_by_key(|occurrence| occurrence.span.start);
        self.index.occurrences = occurrences;
        self.order();
        self.index
    }

    /// The variable that a plain assignment creates, in the whole function around it.
    fn create(&mut self, occurrence: Occurrence, end: u32) {
        let function = self.index.scopes[occurrence.scope].function;
        let mut root = occurrence.scope;
        while let Some(around) = self.index.scopes[root].around
            && self.index.scopes[around].function == function
        {
            root = around;
        }
        let variable = Variable {
            name: occurrence.name,
            kind: VariableKind::Created,
            declared: occurrence.span,
            shown: line(self.text, Span::new(occurrence.span.start, end)),
            scope: root,
        };
        self.enter(variable, FROM_THE_START);
    }

    fn enter(&mut self, variable: Variable, from: u32) -> VariableId {
        let id = self.index.variables.len();
        let names = self.index.scopes[variable.scope].names.entry(variable.name).or_default();
        let at = names.partition_point(|&(other, _)| other <= from);
        names.insert(at, (from, id));
        self.index.variables.push(variable);
        id
    }

    /// A declaration in the current scope. A second one of the same name is an occurrence of the first.
    pub(super) fn declare(&mut self, name: Identifier, kind: VariableKind, shown: Span, from: u32) {
        let in_pattern =
            matches!(kind, VariableKind::Let | VariableKind::Mut | VariableKind::Const | VariableKind::Match);
        if in_pattern && self.index.text(name.symbol) == "_" {
            return;
        }
        let from = if self.scope == 0 { FROM_THE_START } else { from };
        let known = self.index.scopes[self.scope].names.get(&name.symbol).and_then(|declared| declared.first());
        let variable = match known {
            Some(&(_, variable)) => variable,
            None => {
                let scope = self.scope;
                self.enter(Variable { name: name.symbol, kind, declared: name.span, shown, scope }, from)
            }
        };
        self.push(name, Target::Variable(variable), Role::Declare);
    }

    fn push(&mut self, name: Identifier, target: Target, role: Role) {
        self.push_at(self.scope, name, target, role);
    }

    pub(super) fn push_at(&mut self, scope: ScopeId, name: Identifier, target: Target, role: Role) {
        let occurrence = Occurrence { span: name.span, name: name.symbol, target, role, shorthand: false, scope };
        self.index.occurrences.push(occurrence);
    }

    /// The name that was just entered, if it was, is a key or field as well.
    fn shorthand(&mut self, name: Identifier) {
        if let Some(last) = self.index.occurrences.last_mut().filter(|last| last.span == name.span) {
            last.shorthand = true;
        }
    }

    fn read(&mut self, name: Identifier) {
        self.push(name, Target::Outer, Role::Read);
    }

    /// `name := …`
    pub(super) fn assign(&mut self, name: Identifier, end: u32) {
        let function = self.index.scopes[self.scope].function;
        let occurrence = self.index.occurrences.len();
        self.assignments[function].push(Assignment { occurrence, end });
        self.push(name, Target::Outer, Role::Write);
    }

    /// In a pattern `_` discards the value.
    fn assign_in_pattern(&mut self, name: Identifier, end: u32) {
        if self.index.text(name.symbol) != "_" {
            self.assign(name, end);
        }
    }

    fn open_scope(&mut self, span: Span, parent: ScopeId) -> ScopeId {
        let around = self.scope;
        self.scope = self.index.scopes.len();
        let function = self.function;
        // A block that is not closed reaches as far as the text around it.
        let closed = span.of(self.text).ends_with('}');
        let span = if closed { span } else { Span::new(span.start, self.index.scopes[around].span.end) };
        let scope = Scope { span, parent: Some(parent), around: Some(around), function, names: FxHashMap::default() };
        self.index.scopes.push(scope);
        around
    }

    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            let inner = exported(statement);
            if let StatementKind::Function(function) = &inner.kind
                && let Some(name) = function.name
            {
                let from = self.index.scopes[self.scope].span.start;
                self.declare(name, VariableKind::Function, signature(function), from);
            }
        }
        for statement in statements {
            self.statement(statement);
        }
    }

    /// Imported names are script variables wherever the statement stands.
    fn import(&mut self, import: &Import, span: Span) {
        let scope = std::mem::take(&mut self.scope);
        match (&import.names, import.path.last()) {
            (Some(names), _) => {
                for name in names {
                    self.declare(*name, VariableKind::Import, line(self.text, span), FROM_THE_START);
                }
            }
            (None, Some(name)) => {
                self.index.open = true;
                self.declare(*name, VariableKind::Import, line(self.text, span), FROM_THE_START);
            }
            (None, None) => {}
        }
        self.scope = scope;
    }

    fn pattern(&mut self, pattern: &Pattern, mut enter: impl FnMut(&mut Self, Identifier)) {
        each_name(pattern, &mut |name, is_key| {
            enter(self, name);
            if is_key {
                self.shorthand(name);
            }
        });
    }

    fn function_in(&mut self, function: &Function, parent: ScopeId, of: Option<&StructDeclaration>) {
        let outer = std::mem::replace(&mut self.function, self.index.functions.len());
        self.index.functions.push(outer);
        self.index.starts.push(function.span.start);
        self.assignments.push(Vec::new());
        let start = function.name.map_or(function.span.start, |name| name.span.end);
        let around = self.open_scope(Span::new(start, function.body.span.end), parent);
        let mut takes_self = false;
        for parameter in &function.parameters {
            self.annotation(parameter.annotation.as_ref());
            if self.index.text(parameter.name.symbol) == "self" {
                takes_self = true;
                continue;
            }
            let span = parameter.annotation.as_ref().map_or(parameter.name.span, |of| parameter.name.span.to(of.span));
            self.declare(parameter.name, VariableKind::Parameter, span, FROM_THE_START);
        }
        self.annotation(function.result.as_ref());
        if let (Some(declaration), false) = (of, takes_self) {
            for field in &declaration.fields {
                let (name, scope) = (field.name.symbol, self.scope);
                if self.index.scopes[scope].names.contains_key(&name) {
                    continue;
                }
                let (kind, declared) = (VariableKind::Field, field.name.span);
                self.enter(Variable { name, kind, declared, shown: declared, scope }, FROM_THE_START);
            }
        }
        self.statements(&function.body.statements);
        self.scope = around;
        self.function = outer;
    }

    /// A part that runs as a task of its own: what it assigns is its own.
    fn spawned(&mut self, block: &Block, start: u32) {
        let outer = std::mem::replace(&mut self.function, self.index.functions.len());
        self.index.functions.push(outer);
        self.index.starts.push(start);
        self.assignments.push(Vec::new());
        self.block(block);
        self.function = outer;
    }

    fn structure(&mut self, declaration: &StructDeclaration) {
        let of = declaration.name;
        self.push(of, Target::Type, Role::Declare);
        self.index.types.push(TypeDeclaration {
            name: of.symbol,
            kind: super::TypeKind::Struct,
            declared: of.span,
            span: declaration.span,
        });
        for field in &declaration.fields {
            self.push(field.name, Target::Member, Role::Declare);
            let typed = field.annotation.as_ref().map_or(field.name.span, |of| field.name.span.to(of.span));
            let shown = field.default.as_ref().map_or(typed, |value| typed.to(value.span));
            self.member(field.name, MemberKind::Field, of.symbol, line(self.text, shown));
            self.annotation(field.annotation.as_ref());
            if let Some(value) = &field.default {
                // In script scope.
                let (scope, function) = (self.scope, self.function);
                (self.scope, self.function) = (0, 0);
                self.expression(value);
                (self.scope, self.function) = (scope, function);
            }
        }
        for method in &declaration.methods {
            if let Some(name) = method.name {
                self.push(name, Target::Member, Role::Declare);
                self.member(name, MemberKind::Method, of.symbol, signature(method));
            }
            // A method sees script variables and what is its own.
            self.function_in(method, 0, Some(declaration));
        }
    }

    fn enumeration(&mut self, declaration: &EnumDeclaration) {
        let of = declaration.name;
        self.push(of, Target::Type, Role::Declare);
        self.index.types.push(TypeDeclaration {
            name: of.symbol,
            kind: super::TypeKind::Enum,
            declared: of.span,
            span: declaration.span,
        });
        for variant in &declaration.variants {
            self.push(variant.name, Target::Variant(of.symbol), Role::Declare);
            let mut shown = variant.name.span;
            for (name, annotation) in variant.payload.iter().flatten() {
                shown.end = annotation.as_ref().map_or(name.span.end, |of| of.span.end);
                self.annotation(annotation.as_ref());
            }
            if variant.payload.is_some() {
                // The closing parenthesis.
                let rest = self.text.get(shown.end as usize..).unwrap_or_default();
                shown.end += rest.find(')').map_or(0, |at| at as u32 + 1);
            }
            self.member(variant.name, MemberKind::Variant, of.symbol, shown);
        }
    }

    fn member(&mut self, name: Identifier, kind: MemberKind, of: Symbol, shown: Span) {
        self.index.members.push(MemberDeclaration { name: name.symbol, kind, of, declared: name.span, shown });
    }

    fn annotation(&mut self, annotation: Option<&Type>) {
        let Some(annotation) = annotation else { return };
        match &annotation.kind {
            ast::TypeKind::Named { path, arguments } => {
                if let [name] = path[..]
                    && crate::syntax::tokens::TokenKind::keyword(self.index.text(name.symbol)).is_none()
                {
                    self.push(name, Target::Type, Role::Read);
                }
                for argument in arguments {
                    self.annotation(Some(argument));
                }
            }
            ast::TypeKind::Function { parameters, result } => {
                for parameter in parameters {
                    self.annotation(Some(parameter));
                }
                self.annotation(result.as_deref());
            }
            ast::TypeKind::Parenthesized(inner) => self.annotation(Some(inner)),
        }
    }

    fn variant(&mut self, enumeration: Identifier, variant: Identifier) {
        self.push(enumeration, Target::Type, Role::Read);
        self.push(variant, Target::Variant(enumeration.symbol), Role::Read);
    }

    fn matching(&mut self, matching: &Match) {
        self.expression(&matching.value);
        let default = |position: usize| matching.default.as_ref().filter(|(at, _)| *at == position);
        for (position, case) in matching.cases.iter().enumerate() {
            if let Some((_, body)) = default(position) {
                self.block(body);
            }
            let around = self.open_scope(Span::new(case.pattern.span.start, case.body.span.end), self.scope);
            self.match_pattern(&case.pattern, true);
            if let Some(guard) = &case.guard {
                self.expression(guard);
            }
            self.statements(&case.body.statements);
            self.scope = around;
        }
        if let Some((_, body)) = default(matching.cases.len()) {
            self.block(body);
        }
    }

    /// `top`: a bare name is the string of that name.
    fn match_pattern(&mut self, pattern: &MatchPattern, top: bool) {
        match &pattern.kind {
            MatchPatternKind::Alternatives(alternatives) => {
                for alternative in alternatives {
                    self.match_pattern(alternative, top);
                }
            }
            MatchPatternKind::Name(name) if !top => self.bind(*name),
            MatchPatternKind::Wrap(_, Some(inner)) | MatchPatternKind::Parenthesized(inner) => {
                self.match_pattern(inner, false);
            }
            MatchPatternKind::Variant { enumeration, variant, payload } => {
                self.variant(*enumeration, *variant);
                for pattern in payload.iter().flatten() {
                    self.match_pattern(pattern, false);
                }
            }
            MatchPatternKind::Dict { entries, rest } => {
                for (key, inner) in entries {
                    match inner {
                        Some(inner) => {
                            self.push(*key, Target::Key, Role::Read);
                            self.match_pattern(inner, false);
                        }
                        None => self.bind_shorthand(*key),
                    }
                }
                if let Some(rest) = rest {
                    self.bind(*rest);
                }
            }
            MatchPatternKind::Struct { name, fields } => {
                self.push(*name, Target::Type, Role::Read);
                for (field, inner) in fields {
                    match inner {
                        Some(inner) => {
                            self.push(*field, Target::Member, Role::Read);
                            self.match_pattern(inner, false);
                        }
                        None => self.bind_shorthand(*field),
                    }
                }
            }
            MatchPatternKind::Array { items, rest } => {
                for item in items {
                    self.match_pattern(item, false);
                }
                if let Some(rest) = rest {
                    self.bind(*rest);
                }
            }
            MatchPatternKind::Wildcard
            | MatchPatternKind::Name(_)
            | MatchPatternKind::Int(_)
            | MatchPatternKind::Float(_)
            | MatchPatternKind::Text(_)
            | MatchPatternKind::Bool(_)
            | MatchPatternKind::Null
            | MatchPatternKind::Range { .. }
            | MatchPatternKind::NoneValue
            | MatchPatternKind::Wrap(_, None) => {}
        }
    }

    fn bind(&mut self, name: Identifier) {
        self.declare(name, VariableKind::Match, line(self.text, name.span), FROM_THE_START);
    }

    fn bind_shorthand(&mut self, name: Identifier) {
        self.bind(name);
        self.shorthand(name);
    }
}

impl Visitor<'_> for Collector<'_> {
    fn statement(&mut self, statement: &Statement) {
        let end = statement.span.end;
        match &statement.kind {
            StatementKind::Declare { kind, pattern, annotation, value } => {
                self.annotation(annotation.as_ref());
                let kind = match kind {
                    DeclareKind::Let => VariableKind::Let,
                    DeclareKind::Mut => VariableKind::Mut,
                    DeclareKind::Const => VariableKind::Const,
                };
                // A function literal may mean itself.
                let own = matches!(value.kind, ExpressionKind::Function(_)) && matches!(pattern, Pattern::Name(_));
                let from = if own { value.span.start } else { end };
                let shown = line(self.text, statement.span);
                self.pattern(pattern, |this, name| this.declare(name, kind, shown, from));
                self.expression(value);
            }
            StatementKind::Destructure { pattern, value } => {
                self.expression(value);
                self.pattern(pattern, |this, name| this.assign_in_pattern(name, end));
            }
            StatementKind::Assign { place, operator, value } => {
                match place.root {
                    PlaceRoot::Variable(name) if place.steps.is_empty() => match operator {
                        None => self.assign(name, end),
                        Some(_) => self.push(name, Target::Outer, Role::Write),
                    },
                    PlaceRoot::Variable(name) => self.read(name),
                    PlaceRoot::SelfValue(_) => {}
                }
                for step in &place.steps {
                    match &step.kind {
                        PlaceStepKind::Field(name) => self.push(*name, Target::Member, Role::Write),
                        PlaceStepKind::Index(index) => self.expression(index),
                    }
                }
                self.expression(value);
            }
            StatementKind::Struct(declaration) => self.structure(declaration),
            StatementKind::Enum(declaration) => self.enumeration(declaration),
            StatementKind::For { index, item, iterable, body, .. } => {
                self.expression(iterable);
                let around = self.open_scope(body.span, self.scope);
                let shown = line(self.text, Span::new(statement.span.start, body.span.start));
                for name in index.iter().chain([item]) {
                    self.declare(*name, VariableKind::Loop, shown, FROM_THE_START);
                }
                self.block(body);
                self.scope = around;
            }
            StatementKind::Try(attempt) => {
                self.block(&attempt.body);
                if let Some(except) = &attempt.except {
                    let around = self.open_scope(except.body.span, self.scope);
                    if let Some(name) = except.variable {
                        self.declare(name, VariableKind::Except, line(self.text, name.span), FROM_THE_START);
                    }
                    self.statements(&except.body.statements);
                    self.scope = around;
                }
                if let Some(finally) = &attempt.finally {
                    self.block(finally);
                }
            }
            StatementKind::AsyncLet { name, annotation, value } => {
                self.annotation(annotation.as_ref());
                self.declare(*name, VariableKind::AsyncLet, line(self.text, statement.span), end);
                self.expression(value);
            }
            StatementKind::Import(import) => self.import(import, statement.span),
            _ => walk_statement(self, statement),
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Name(symbol) => self.read(Identifier { symbol: *symbol, span: expression.span }),
            ExpressionKind::Postfix { suffixes, .. } => {
                for suffix in suffixes {
                    if let SuffixKind::Field { name, .. } | SuffixKind::Method { name, .. } = &suffix.kind {
                        self.push(*name, Target::Member, Role::Read);
                    }
                }
                walk_expression(self, expression);
            }
            ExpressionKind::Join(join) => {
                if let JoinSource::Branches(branches) = &join.source {
                    for label in branches.iter().filter_map(|branch| branch.label) {
                        self.push(label, Target::Key, Role::Declare);
                    }
                }
                walk_expression(self, expression);
            }
            ExpressionKind::Struct { name, fields } => {
                self.push(*name, Target::Type, Role::Read);
                for (field, _) in fields {
                    self.push(*field, Target::Member, Role::Write);
                }
                walk_expression(self, expression);
            }
            ExpressionKind::Variant { enumeration, variant, .. } => {
                self.variant(*enumeration, *variant);
                walk_expression(self, expression);
            }
            ExpressionKind::Dict(entries) => {
                for entry in entries {
                    if let Entry::Fixed { key, .. } = entry {
                        self.push(*key, Target::Key, Role::Declare);
                    }
                }
                walk_expression(self, expression);
            }
            ExpressionKind::Match(matching) => self.matching(matching),
            ExpressionKind::Spawn(block) => self.spawned(block, expression.span.start),
            _ => walk_expression(self, expression),
        }
    }

    fn block(&mut self, block: &Block) {
        let around = self.open_scope(block.span, self.scope);
        self.statements(&block.statements);
        self.scope = around;
    }

    fn function(&mut self, function: &Function) {
        self.function_in(function, self.scope, None);
    }
}

/// The statement behind an `export`.
pub fn exported(statement: &Statement) -> &Statement {
    match &statement.kind {
        StatementKind::Export(inner) => inner,
        _ => statement,
    }
}

/// From the start of a function to its body.
fn signature(function: &Function) -> Span {
    Span::new(function.span.start, function.body.span.start)
}

/// What of a span stands on its first line; of a name, the line around it.
fn line(text: &str, span: Span) -> Span {
    let shown = span.of(text);
    let end = shown.find(['\n', '\r']).map_or(span.end, |at| span.start + at as u32);
    Span::new(span.start, end)
}
