//! What a piece of a program may do, read off its text before it is compiled: which variables it creates, which
//! variables it writes below, which methods change their receiver.

use super::functions::top_functions;
use crate::builtins;
use crate::syntax::ast::*;
use crate::syntax::walk::{Visitor, is_step, pattern_names, walk_expression, walk_place, walk_statement};
use rustc_hash::{FxHashMap, FxHashSet};

/// Names that plain assignment creates in a body (language.md 4.3), in the order of their first assignment.
///
/// `visible` says whether a name means a variable outside of the body. Nested functions and tasks have bodies of their
/// own. `declared` are the names that the outermost block has from the start.
pub fn created_names(body: &Block, declared: &[Symbol], words: Words, visible: &dyn Fn(Symbol) -> bool) -> Vec<Symbol> {
    let mut finder = Creations::new(declared, words, visible);
    finder.hoist(&body.statements);
    for statement in &body.statements {
        finder.statement(statement);
    }
    finder.found
}

/// Like [`created_names`] for the top level of a script, whose functions are `declared`.
pub fn created_at_top<'t>(
    statements: impl Iterator<Item = &'t Statement>,
    declared: &[Symbol],
    words: Words,
) -> Vec<Symbol> {
    let mut finder = Creations::new(declared, words, &|_| false);
    for statement in statements {
        finder.statement(statement);
    }
    finder.found
}

/// Names that mean something special, where they do.
#[derive(Clone, Copy)]
pub struct Words {
    /// `self`
    pub self_value: Symbol,
    /// `_` in a pattern
    pub discard: Symbol,
}

struct Creations<'a> {
    /// What the blocks around the current statement declare.
    scopes: Vec<Vec<Symbol>>,
    /// In how many of them a name is declared.
    declared: FxHashMap<Symbol, usize>,
    words: Words,
    visible: &'a dyn Fn(Symbol) -> bool,
    found: Vec<Symbol>,
    seen: FxHashSet<Symbol>,
}

impl<'a> Creations<'a> {
    fn new(declared: &[Symbol], words: Words, visible: &'a dyn Fn(Symbol) -> bool) -> Creations<'a> {
        let mut finder = Creations {
            scopes: Vec::new(),
            declared: FxHashMap::default(),
            words,
            visible,
            found: Vec::new(),
            seen: FxHashSet::default(),
        };
        finder.begin(declared);
        finder
    }

    fn begin(&mut self, names: &[Symbol]) {
        self.scopes.push(Vec::new());
        for &name in names {
            self.declare(name);
        }
    }

    fn end(&mut self) {
        for name in self.scopes.pop().unwrap_or_default() {
            if let Some(count) = self.declared.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    fn declare(&mut self, symbol: Symbol) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(symbol);
            *self.declared.entry(symbol).or_default() += 1;
        }
    }

    fn hoist(&mut self, statements: &[Statement]) {
        for statement in statements {
            if let StatementKind::Function(function) = &statement.kind
                && let Some(name) = function.name
            {
                self.declare(name.symbol);
            }
        }
    }

    fn declare_pattern(&mut self, pattern: &Pattern) {
        for name in pattern_names(pattern) {
            self.declare(name.symbol);
        }
    }

    fn assign(&mut self, symbol: Symbol) {
        let declared = self.declared.get(&symbol).is_some_and(|&count| count > 0);
        if !declared && !(self.visible)(symbol) && self.seen.insert(symbol) {
            self.found.push(symbol);
        }
    }

    fn scoped(&mut self, names: &[Symbol], body: &Block) {
        self.begin(names);
        self.hoist(&body.statements);
        for statement in &body.statements {
            self.statement(statement);
        }
        self.end();
    }
}

impl<'t> Visitor<'t> for Creations<'_> {
    fn statement(&mut self, statement: &'t Statement) {
        match &statement.kind {
            StatementKind::Declare { pattern, value, .. } => {
                self.expression(value);
                self.declare_pattern(pattern);
            }
            StatementKind::AsyncLet { name, .. } => {
                self.declare(name.symbol);
            }
            StatementKind::Destructure { pattern, value } => {
                self.expression(value);
                let discard = self.words.discard;
                for name in pattern_names(pattern).iter().filter(|name| name.symbol != discard) {
                    self.assign(name.symbol);
                }
            }
            StatementKind::Assign { place, operator, value } => {
                self.place(place);
                self.expression(value);
                if place.steps.is_empty() && operator.is_none() {
                    self.assign(match place.root {
                        PlaceRoot::Variable(name) => name.symbol,
                        PlaceRoot::SelfValue(_) => self.words.self_value,
                    });
                }
            }
            StatementKind::For { iterable, index, item, body, .. } => {
                self.expression(iterable);
                let names: Vec<Symbol> = index.iter().chain([item]).map(|name| name.symbol).collect();
                self.scoped(&names, body);
            }
            StatementKind::Try(attempt) => {
                self.block(&attempt.body);
                if let Some(except) = &attempt.except {
                    let names: Vec<Symbol> = except.variable.iter().map(|name| name.symbol).collect();
                    self.scoped(&names, &except.body);
                }
                if let Some(finally) = &attempt.finally {
                    self.block(finally);
                }
            }
            StatementKind::Function(_) | StatementKind::Struct(_) | StatementKind::Test(_) => {}
            _ => walk_statement(self, statement),
        }
    }

    fn expression(&mut self, expression: &'t Expression) {
        let ExpressionKind::Match(matching) = &expression.kind else { return walk_expression(self, expression) };
        self.expression(&matching.value);
        for case in &matching.cases {
            let mut names = Vec::new();
            match_names(&case.pattern, &mut names);
            if let Some(guard) = &case.guard {
                self.begin(&names);
                self.expression(guard);
                self.end();
            }
            self.scoped(&names, &case.body);
        }
        if let Some((_, body)) = &matching.default {
            self.block(body);
        }
    }

    fn block(&mut self, block: &'t Block) {
        self.scoped(&[], block);
    }

    fn function(&mut self, _: &'t Function) {}

    fn task(&mut self, _: &'t Block) {}

    fn task_expression(&mut self, _: &'t Expression) {}
}

/// The functions of the top level whose names no statement assigns, whatever variable it means by them.
pub fn fixed_functions(statements: &[Statement]) -> FxHashSet<Symbol> {
    struct Assigned(FxHashSet<Symbol>);
    impl<'t> Visitor<'t> for Assigned {
        fn statement(&mut self, statement: &'t Statement) {
            match &statement.kind {
                StatementKind::Assign { place: Place { root: PlaceRoot::Variable(name), .. }, .. } => {
                    self.0.insert(name.symbol);
                }
                StatementKind::Destructure { pattern, .. } => {
                    self.0.extend(pattern_names(pattern).iter().map(|name| name.symbol));
                }
                _ => {}
            }
            walk_statement(self, statement);
        }
    }
    let mut assigned = Assigned(FxHashSet::default());
    for statement in statements {
        assigned.statement(statement);
    }
    top_functions(statements).map(|(name, _)| name.symbol).filter(|name| !assigned.0.contains(name)).collect()
}

/// All names that a pattern of `match` may bind.
fn match_names(pattern: &MatchPattern, names: &mut Vec<Symbol>) {
    let entries = |entries: &[(Identifier, Option<MatchPattern>)], names: &mut Vec<Symbol>| {
        for (name, inner) in entries {
            match inner {
                Some(inner) => match_names(inner, names),
                None => names.push(name.symbol),
            }
        }
    };
    match &pattern.kind {
        MatchPatternKind::Name(name) => names.push(name.symbol),
        MatchPatternKind::Alternatives(patterns) | MatchPatternKind::Variant { payload: Some(patterns), .. } => {
            patterns.iter().for_each(|inner| match_names(inner, names));
        }
        MatchPatternKind::Wrap(_, Some(inner)) | MatchPatternKind::Parenthesized(inner) => match_names(inner, names),
        MatchPatternKind::Dict { entries: list, rest } => {
            entries(list, names);
            names.extend(rest.map(|rest| rest.symbol));
        }
        MatchPatternKind::Struct { fields, .. } => entries(fields, names),
        MatchPatternKind::Array { items, rest } => {
            items.iter().for_each(|inner| match_names(inner, names));
            names.extend(rest.map(|rest| rest.symbol));
        }
        _ => {}
    }
}

/// The root name of a place-like expression.
pub fn root_symbol(base: &Expression, self_symbol: Symbol) -> Option<Symbol> {
    match base.kind {
        ExpressionKind::Name(symbol) => Some(symbol),
        ExpressionKind::SelfValue => Some(self_symbol),
        _ => None,
    }
}

/// Whether `name` in method form updates its receiver.
pub fn is_updater(name: &str) -> bool {
    builtins::find(name).is_some_and(|index| builtins::TABLE[index as usize].updates())
}

/// Whether the function form of an updating builtin gives the updated receiver, whatever the receiver is. The others
/// give `[receiver, removed element]` (language.md 13.4).
pub fn gives_receiver(name: &str) -> bool {
    is_updater(name) && !matches!(name, "pop" | "remove" | "remove_at" | "queue_dequeue" | "stack_pop")
}

/// The variables below which a body writes, directly or by a method in `changing`: those need a mark of their own
/// before the body runs if their value is borrowed.
pub struct Writes<'a> {
    pub symbols: &'a Symbols,
    pub self_symbol: Symbol,
    pub changing: &'a FxHashSet<String>,
    pub written: FxHashSet<Symbol>,
    /// Calls a method on a place below `self` that may change it.
    pub self_called: bool,
}

impl<'a> Writes<'a> {
    pub fn new(symbols: &'a Symbols, self_symbol: Symbol, changing: &'a FxHashSet<String>) -> Writes<'a> {
        Writes { symbols, self_symbol, changing, written: FxHashSet::default(), self_called: false }
    }
}

impl<'t> Visitor<'t> for Writes<'_> {
    fn statement(&mut self, statement: &'t Statement) {
        if let StatementKind::Assign { place, operator, value } = &statement.kind {
            let symbol = match place.root {
                PlaceRoot::Variable(name) => name.symbol,
                PlaceRoot::SelfValue(_) => self.self_symbol,
            };
            let appends = match &value.kind {
                ExpressionKind::Chain { first, .. } => matches!(first.kind, ExpressionKind::Name(s) if s == symbol),
                ExpressionKind::Postfix { base, suffixes } => matches!(
                    (&base.kind, &suffixes[0].kind),
                    (ExpressionKind::Name(_), SuffixKind::Call(arguments))
                        if matches!(arguments.first().map(|a| &a.kind), Some(ExpressionKind::Name(s)) if *s == symbol)
                ),
                _ => false,
            };
            if !place.steps.is_empty() || operator.is_some() || appends || symbol == self.self_symbol {
                self.written.insert(symbol);
            }
        }
        walk_statement(self, statement);
    }

    fn expression(&mut self, expression: &'t Expression) {
        if let ExpressionKind::Postfix { base, suffixes } = &expression.kind
            && let Some(symbol) = root_symbol(base, self.self_symbol)
        {
            let steps = suffixes.iter().take_while(|suffix| is_step(suffix)).count();
            if let Some(SuffixKind::Method { name, .. }) = suffixes.get(steps).map(|suffix| &suffix.kind) {
                let name = self.symbols.text(name.symbol);
                if is_updater(name) {
                    self.written.insert(symbol);
                } else if self.changing.contains(name) {
                    if symbol == self.self_symbol {
                        self.self_called = true;
                    } else {
                        self.written.insert(symbol);
                    }
                }
            }
        }
        walk_expression(self, expression);
    }

    // What a nested function or task writes is its own copy.
    fn function(&mut self, _: &'t Function) {}

    fn task(&mut self, _: &'t Block) {}

    fn task_expression(&mut self, _: &'t Expression) {}

    fn place(&mut self, place: &'t Place) {
        walk_place(self, place);
    }
}

/// The names of all methods that change `self`, directly or through methods of parts of it: a least fixed point.
pub fn changing_methods(structs: &[&StructDeclaration], symbols: &Symbols, self_symbol: Symbol) -> FxHashSet<String> {
    let mut changing = FxHashSet::default();
    loop {
        let before = changing.len();
        for declaration in structs {
            for method in &declaration.methods {
                let name = method.name.map_or("", |name| symbols.text(name.symbol));
                if changing.contains(name) {
                    continue;
                }
                let mut writes = Writes::new(symbols, self_symbol, &changing);
                writes.block(&method.body);
                if writes.written.contains(&self_symbol) || writes.self_called {
                    changing.insert(name.to_string());
                }
            }
        }
        if changing.len() == before {
            return changing;
        }
    }
}

/// Whether evaluating an expression may change a variable of the function that it stands in: by a method that stores
/// back, or by statements inside of it.
pub fn may_write(expression: &Expression) -> bool {
    struct Finder(bool);
    impl<'t> Visitor<'t> for Finder {
        fn expression(&mut self, expression: &'t Expression) {
            match &expression.kind {
                ExpressionKind::Match(_) | ExpressionKind::AsyncScope(_) => self.0 = true,
                ExpressionKind::Postfix { suffixes, .. }
                    if suffixes.iter().any(|suffix| matches!(suffix.kind, SuffixKind::Method { .. })) =>
                {
                    self.0 = true;
                }
                _ => walk_expression(self, expression),
            }
        }
        fn function(&mut self, _: &'t Function) {}
        fn task(&mut self, _: &'t Block) {}

        fn task_expression(&mut self, _: &'t Expression) {}
    }
    let mut finder = Finder(false);
    finder.expression(expression);
    finder.0
}

/// Whether evaluating an expression may run other code: a call, a task switch, or (with `operators`) the method of an
/// operator. That code may change script variables and captured cells.
pub fn may_run(expression: &Expression, operators: bool) -> bool {
    struct Finder {
        found: bool,
        operators: bool,
    }
    impl<'t> Visitor<'t> for Finder {
        fn expression(&mut self, expression: &'t Expression) {
            match &expression.kind {
                ExpressionKind::Match(_)
                | ExpressionKind::AsyncScope(_)
                | ExpressionKind::Await(_)
                | ExpressionKind::Join(_)
                | ExpressionKind::Pipe { .. }
                | ExpressionKind::Spawn(_)
                | ExpressionKind::Yield(_) => self.found = true,
                ExpressionKind::Chain { .. } | ExpressionKind::Unary { .. } if self.operators => self.found = true,
                ExpressionKind::Postfix { suffixes, .. }
                    if suffixes
                        .iter()
                        .any(|suffix| matches!(suffix.kind, SuffixKind::Method { .. } | SuffixKind::Call(_))) =>
                {
                    self.found = true;
                }
                _ => walk_expression(self, expression),
            }
        }
        fn function(&mut self, _: &'t Function) {}
        fn task(&mut self, _: &'t Block) {}

        fn task_expression(&mut self, _: &'t Expression) {}
    }
    let mut finder = Finder { found: false, operators };
    finder.expression(expression);
    finder.found
}
