//! Functions, closures, structs, and the script's own top level.

use super::effects::{self, Writes, created_names};
use super::emitter::MAX_REGISTERS;
use super::scope::{Binding, Exit, FunctionState, Immutable, Scope, resolve_local};
use super::{Compiler, FieldDefault};
use crate::bytecode::{self, Constant, StructInfo, op, wide};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::walk::{Visitor, pattern_names, walk_statement};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map;
use std::sync::Arc;

impl<'a> Compiler<'a> {
    pub(super) fn begin_function(&mut self, span: Span, own_name: Option<Symbol>) {
        let mut function = FunctionState { own_name, span, ..FunctionState::default() };
        function.scopes.push(Scope::default());
        function.emitter.at(span);
        self.functions.push(function);
    }

    /// Ends the innermost function and stores it as number `index`.
    pub(super) fn finish_function(&mut self, index: u32, name: Arc<str>, parameters: Vec<Arc<str>>) {
        let Some(mut function) = self.functions.pop() else { return };
        function.unset.sort_unstable();
        function.unset.dedup();
        let prologue: Vec<u32> = function.unset.iter().map(|&register| wide(op::LOAD_UNSET, register, 0)).collect();
        let (handlers, entry_fuel) = function.emitter.finish(&prologue);
        if function.emitter.too_large {
            let finding =
                format!("Function is too large: more than {MAX_REGISTERS} variables and intermediate values at once");
            self.error(function.span, &finding);
        }
        let changes_self = function.method && function.written.contains(&self.self_symbol);
        let registers = function.emitter.register_count().max(1);
        let target = &mut self.finished[index as usize];
        target.name = name;
        target.code = function.emitter.code;
        target.constants = function.emitter.constants;
        target.captures = function.captures;
        target.capture_names =
            function.capture_symbols.iter().map(|&symbol| self.symbols.text(symbol).into()).collect();
        target.handlers = handlers;
        target.positions = function.emitter.positions;
        target.parameters = parameters;
        target.registers = registers;
        target.method = function.method;
        target.changes_self = changes_self;
        target.entry_fuel = entry_fuel;
        target.span = function.span;
    }

    pub(super) fn reserve_function(&mut self) -> u32 {
        self.finished.push(bytecode::Function::default());
        self.finished.len() as u32 - 1
    }

    // The script.

    /// The script variables of this text; reports duplicates.
    pub(super) fn script_variables(&mut self) {
        let tree = self.tree;
        let functions: Vec<Symbol> = top_functions(&tree.statements).map(|(name, _)| name.symbol).collect();
        let created: FxHashSet<Symbol> =
            effects::created_at_top(tree.statements.iter().chain(self.test), &functions, self.words())
                .into_iter()
                .collect();
        let mut declared: FxHashSet<Symbol> = FxHashSet::default();
        let mut functions: FxHashSet<Symbol> = FxHashSet::default();
        for statement in &tree.statements {
            match exported(statement) {
                StatementKind::Declare { kind, pattern, .. } => {
                    for name in pattern_names(pattern) {
                        if self.is_discard(name.symbol) {
                            continue;
                        }
                        // What is created and declared is created first: after its declaration it is only assigned.
                        if !declared.insert(name.symbol) || created.contains(&name.symbol) {
                            self.duplicate(name);
                        }
                        self.script_names.insert(name.symbol, Immutable::of(*kind));
                    }
                }
                StatementKind::AsyncLet { name, .. } if !self.is_discard(name.symbol) => {
                    if !declared.insert(name.symbol) || created.contains(&name.symbol) {
                        self.duplicate(*name);
                    }
                    self.script_names.insert(name.symbol, Some(Immutable::Let));
                }
                StatementKind::Function(function) => {
                    if let Some(name) = function.name {
                        let again = !declared.insert(name.symbol);
                        if functions.insert(name.symbol) && again {
                            self.duplicate(name);
                        }
                        self.script_names.insert(name.symbol, None);
                    }
                }
                _ => {}
            }
        }
        for symbol in created {
            self.script_names.entry(symbol).or_insert(None);
        }
    }

    pub(super) fn duplicate(&mut self, name: Identifier) {
        self.duplicates.insert(name.symbol);
        let finding = format!("Duplicate declaration in the same scope: {}", self.text(name.symbol));
        self.error(name.span, &finding);
    }

    fn words(&self) -> effects::Words {
        effects::Words { self_value: self.self_symbol, discard: self.discard }
    }

    pub(super) fn is_discard(&self, symbol: Symbol) -> bool {
        symbol == self.discard
    }

    pub(super) fn script_body(&mut self, statements: &'a [Statement]) {
        // Functions first: they are script variables before the first statement runs. The last of a name wins.
        let mut hoisted: FxHashMap<u16, usize> = FxHashMap::default();
        for (name, function) in top_functions(statements) {
            let index = self.reserve_function();
            self.compile_function(index, function, None, None);
            let global = self.global(name.symbol);
            match hoisted.entry(global) {
                hash_map::Entry::Occupied(entry) => self.hoisted[*entry.get()].1 = index,
                hash_map::Entry::Vacant(entry) => {
                    entry.insert(self.hoisted.len());
                    self.hoisted.push((global as u32, index));
                }
            }
        }
        self.body_statements(statements, Span::new(0, 0), |compiler| compiler.script_statements(statements));
    }

    fn script_statements(&mut self, statements: &'a [Statement]) {
        // Types take effect before everything else, wherever they stand.
        let is_type =
            |statement: &&Statement| matches!(statement.kind, StatementKind::Struct(_) | StatementKind::Enum(_));
        let last = statements.iter().rev().find(|statement| !is_type(statement)).filter(|_| self.interactive);
        for statement in statements {
            match &statement.kind {
                StatementKind::Expression(value) if last.is_some_and(|last| std::ptr::eq(last, statement)) => {
                    let register = self.emitter().allocate();
                    self.with_intermediates(|compiler| compiler.own_into(value, register));
                    self.exit(Exit::Return, Some(register), false);
                }
                StatementKind::Function(_) => {}
                StatementKind::Export(inner) if matches!(inner.kind, StatementKind::Function(_)) => {}
                StatementKind::Export(inner) => self.statement(inner),
                _ => self.statement(statement),
            }
        }
    }

    // Structs.

    /// All type declarations of the script, wherever they stand; reports duplicates.
    pub(super) fn collect_types(&mut self) -> (Vec<&'a StructDeclaration>, Vec<&'a EnumDeclaration>) {
        let mut types = TypeDeclarations::default();
        for statement in &self.tree.statements {
            types.statement(statement);
        }
        for name in types.names {
            if !self.type_names.insert(name.symbol) {
                self.duplicate(name);
            }
        }
        (types.structs, types.enums)
    }

    pub(super) fn declare_structs(&mut self, structs: &[&'a StructDeclaration]) {
        for declaration in structs {
            let name = self.name(declaration.name.symbol);
            let fields = declaration.fields.iter().map(|field| self.name(field.name.symbol)).collect();
            let index = self.structs.len() as u32;
            let module = self.module.map(|module| self.name_of(module));
            self.structs.push(StructInfo { name, module, declared: true, fields, methods: Vec::new() });
            self.struct_index.insert(declaration.name.symbol, index);
        }
        for declaration in structs {
            let index = self.struct_index[&declaration.name.symbol];
            let mut defaults = Vec::new();
            for field in &declaration.fields {
                defaults.push(match &field.default {
                    None => FieldDefault::None,
                    Some(value) => match constant_of(value) {
                        Some(constant) => FieldDefault::Constant(constant),
                        None => {
                            let function = self.default_function(declaration, value);
                            let name = self.text(declaration.name.symbol);
                            self.export_default(name, self.text(field.name.symbol), function);
                            FieldDefault::Computed(function)
                        }
                    },
                });
            }
            self.defaults.insert(index, defaults);
            let mut methods: FxHashMap<u32, usize> = FxHashMap::default();
            for method in &declaration.methods {
                let Some(name) = method.name else { continue };
                if method.generator {
                    let finding = format!(
                        "Generator methods are not supported for structs: {}.{}",
                        self.text(declaration.name.symbol),
                        self.text(name.symbol)
                    );
                    self.error(name.span, &finding);
                    continue;
                }
                let function = self.reserve_function();
                let name_index = self.name(name.symbol);
                // The last of a name wins.
                let known = &mut self.structs[index as usize].methods;
                match methods.entry(name_index) {
                    hash_map::Entry::Occupied(entry) => known[*entry.get()].1 = function,
                    hash_map::Entry::Vacant(entry) => {
                        entry.insert(known.len());
                        known.push((name_index, function));
                    }
                }
                self.compile_function(function, method, Some(declaration), None);
            }
        }
    }

    /// A field default that is not a constant: a function without parameters, in script scope.
    fn default_function(&mut self, declaration: &StructDeclaration, value: &'a Expression) -> u32 {
        let index = self.reserve_function();
        // In script scope: the locals of functions around the declaration are not visible.
        let around = std::mem::take(&mut self.functions);
        self.begin_function(value.span, None);
        let result = self.emitter().allocate();
        self.with_intermediates(|compiler| compiler.own_into(value, result));
        self.emitter().emit(op::RETURN, result, 0, 0);
        let name = self.text(declaration.name.symbol).into();
        self.finish_function(index, name, Vec::new());
        self.functions = around;
        index
    }

    // Functions.

    /// Compiles a function as number `index`. `of` is the struct whose method it is.
    pub(super) fn compile_function(
        &mut self,
        index: u32,
        function: &'a Function,
        of: Option<&StructDeclaration>,
        own_name: Option<Symbol>,
    ) {
        let around = if of.is_some() { std::mem::take(&mut self.functions) } else { Vec::new() };
        self.begin_function(function.span, own_name);
        self.function().generator = function.generator;
        let mut writes = Writes::new(self.symbols, self.self_symbol, &self.changing);
        writes.block(&function.body);
        let (written, self_called) = (writes.written, writes.self_called);
        self.function().written = written;
        self.function().self_called = of.is_some() && self_called;
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut declared: Vec<Symbol> = Vec::new();
        let takes_self = function.parameters.first().is_some_and(|parameter| parameter.name.symbol == self.self_symbol);
        if of.is_some() {
            self.function().method = true;
            let register = self.emitter().allocate();
            if takes_self {
                self.bind_parameter(self.self_symbol, register);
            }
        }
        let skip = usize::from(of.is_some() && takes_self);
        for parameter in &function.parameters[skip..] {
            let symbol = parameter.name.symbol;
            if declared.contains(&symbol) && !self.is_discard(symbol) {
                self.duplicate(parameter.name);
            }
            declared.push(symbol);
            names.push(self.text(symbol).into());
            let register = self.emitter().allocate();
            self.bind_parameter(symbol, register);
        }
        if let (Some(declaration), false) = (of, takes_self) {
            self.bind_fields(declaration, &declared);
        }
        if of.is_some() && takes_self {
            declared.push(self.self_symbol);
        }
        for &symbol in &declared {
            let is_receiver = of.is_some() && symbol == self.self_symbol;
            if self.function().written.contains(&symbol)
                && !is_receiver
                && let Some(binding) = self.function().local(symbol)
            {
                self.emitter().emit(op::SHARE, binding.register, 0, 0);
            }
        }
        self.function_body(&function.body, &declared);
        let name = match (function.name, of) {
            (Some(name), Some(of)) => format!("{}.{}", self.text(of.name.symbol), self.text(name.symbol)).into(),
            (Some(name), None) => self.text(name.symbol).into(),
            (None, _) => "".into(),
        };
        self.finish_function(index, name, names);
        let finished = &mut self.finished[index as usize];
        finished.asynchronous = function.asynchronous;
        finished.generator = function.generator;
        finished.may_change_self = of.is_some() && self_called;
        if of.is_some() {
            self.functions = around;
        }
    }

    fn bind_parameter(&mut self, symbol: Symbol, register: u8) {
        let binding = Binding { register, immutable: None, borrowed: true, created: false, partial: false };
        let scope = self.current_scope();
        scope.names.push((symbol, binding));
        scope.declared.push(symbol);
    }

    /// The receiver's declared fields as variables, for a method without `self`.
    fn bind_fields(&mut self, declaration: &StructDeclaration, parameters: &[Symbol]) {
        for field in &declaration.fields {
            let symbol = field.name.symbol;
            if parameters.contains(&symbol) {
                continue;
            }
            let register = self.emitter().allocate();
            let site = self.site(symbol);
            self.emitter().emit_extended(op::FIELD_LOCAL, register, 0, 0, site);
            let binding = Binding { register, immutable: None, borrowed: false, created: true, partial: false };
            self.current_scope().names.push((symbol, binding));
        }
    }

    /// The body of a function, and the implicit return of null.
    pub(super) fn function_body(&mut self, body: &'a Block, declared: &[Symbol]) {
        let words = self.words();
        let created = {
            let Some((_, around)) = self.functions.split_last() else { return };
            let visible = |symbol: Symbol| {
                around
                    .iter()
                    .rev()
                    .any(|function| function.local(symbol).is_some() || function.own_name == Some(symbol))
                    || self.script_names.contains_key(&symbol)
                    || self.known.contains(&symbol)
            };
            created_names(body, declared, words, &visible)
        };
        for symbol in created {
            let register = self.emitter().allocate();
            let binding = Binding { register, immutable: None, borrowed: false, created: true, partial: false };
            self.function().created.insert(symbol, binding);
            self.free_names.insert(symbol);
        }
        self.body_statements(&body.statements, body.span, |compiler| compiler.block_statements(&body.statements));
        self.emitter().at(Span::new(body.span.end.saturating_sub(1), body.span.end));
        self.emitter().emit(op::RETURN_NULL, 0, 0, 0);
    }

    /// Emits the creation of a function value into `target`.
    pub(super) fn function_value(&mut self, function: &'a Function, own_name: Option<Symbol>, target: u8) {
        let index = self.reserve_function();
        let span = self.emitter().span();
        self.compile_function(index, function, None, own_name);
        self.emitter().at(span);
        // Each evaluation gives a function of its own, equal only to its copies.
        let once = self.function().script && self.innermost_loop().is_none();
        self.make_closure(index, once, target);
    }

    /// Emits the creation of a closure of a compiled function; `same`: one value may stand for all evaluations.
    pub(super) fn make_closure(&mut self, index: u32, same: bool, target: u8) {
        if same && self.finished[index as usize].captures.is_empty() {
            self.emitter().load_constant(target, Constant::Function(index));
        } else {
            self.emitter().emit_extended(op::NEW_CLOSURE, target, 0, 0, index);
        }
    }

    // Named functions inside of functions and blocks.

    /// Creates the functions that a block declares, when the block is entered.
    pub(super) fn hoist(&mut self, statements: &'a [Statement]) {
        let mut made: Vec<(u8, u32)> = Vec::new();
        for statement in statements {
            let StatementKind::Function(function) = &statement.kind else { continue };
            let Some(name) = function.name else { continue };
            if self.emitter().too_large {
                break;
            }
            let index = self.reserve_function();
            let register = match self.hoisted_register(name.symbol) {
                Some((register, _)) => register,
                None => self.emitter().allocate(),
            };
            let binding = Binding {
                register,
                immutable: Some(Immutable::Const),
                borrowed: false,
                created: false,
                partial: false,
            };
            let scope = self.current_scope();
            scope.names.retain(|(symbol, _)| *symbol != name.symbol);
            scope.names.push((name.symbol, binding));
            if !scope.declared.contains(&name.symbol) {
                scope.declared.push(name.symbol);
            } else if !made.iter().any(|&(other, _)| other == register) {
                self.duplicate(name);
            }
            made.retain(|&(other, _)| other != register);
            made.push((register, index));
            self.function().hoisted.insert(name.span.start, (register, index));
        }
        for &(register, index) in &made {
            self.emitter().emit_extended(op::NEW_CLOSURE, register, 0, 0, index);
        }
        if made.len() > 1 {
            // Now that all of them exist, they can mean each other.
            for &(register, index) in &made {
                self.emitter().emit_extended(op::RECAPTURE, register, 0, 0, index);
            }
        }
    }

    fn hoisted_register(&mut self, symbol: Symbol) -> Option<(u8, u32)> {
        let function = self.function();
        let scope = function.scopes.last()?;
        let (_, binding) = scope.names.iter().find(|(name, _)| *name == symbol)?;
        let register = binding.register;
        function.hoisted.values().find(|&&(other, _)| other == register).copied()
    }

    /// The declaration of a named function inside of a function or block: captures again.
    pub(super) fn local_function(&mut self, function: &'a Function) {
        let Some(name) = function.name else { return };
        let Some(&(register, index)) = self.function().hoisted.get(&name.span.start) else { return };
        self.compile_function(index, function, None, Some(name.symbol));
        // Variables that are captured when the block is entered may not exist then.
        let captures = self.finished[index as usize].captures.clone();
        for capture in captures {
            if let bytecode::Capture::Register(captured) = capture {
                let created = self.function().created.values().any(|binding| binding.register == captured);
                if created || captured > register {
                    self.function().unset.push(captured);
                }
            }
        }
        self.emitter().at(function.span);
        if !self.finished[index as usize].captures.is_empty() {
            self.emitter().emit_extended(op::RECAPTURE, register, 0, 0, index);
        }
    }

    /// The name of the literal in `f := func …`: inside of it, `f` means the function itself.
    pub(super) fn own_name_of(&mut self, symbol: Symbol, is_local: bool) -> Option<Symbol> {
        if is_local {
            return Some(symbol);
        }
        resolve_local(&mut self.functions, symbol).map(|_| symbol)
    }
}

/// What a statement is without `export`.
pub(super) fn exported(statement: &Statement) -> &StatementKind {
    let mut statement = statement;
    while let StatementKind::Export(inner) = &statement.kind {
        statement = inner;
    }
    &statement.kind
}

/// The functions that the top level declares.
pub(super) fn top_functions(statements: &[Statement]) -> impl Iterator<Item = (Identifier, &Function)> {
    statements.iter().filter_map(|statement| match exported(statement) {
        StatementKind::Function(function) => function.name.map(|name| (name, &**function)),
        _ => None,
    })
}

/// Finds declarations of structs and enums.
#[derive(Default)]
pub(super) struct TypeDeclarations<'a> {
    pub structs: Vec<&'a StructDeclaration>,
    pub enums: Vec<&'a EnumDeclaration>,
    names: Vec<Identifier>,
}

impl<'a> Visitor<'a> for TypeDeclarations<'a> {
    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Struct(declaration) => {
                self.structs.push(declaration);
                self.names.push(declaration.name);
            }
            StatementKind::Enum(declaration) => {
                self.enums.push(declaration);
                self.names.push(declaration.name);
            }
            _ => {}
        }
        walk_statement(self, statement);
    }
}

/// The constant that an expression is, if it is one.
pub(super) fn constant_of(expression: &Expression) -> Option<Constant> {
    match &expression.kind {
        ExpressionKind::Int(int) => Some(Constant::Int(*int)),
        ExpressionKind::Float(float) => Some(Constant::Float(*float)),
        ExpressionKind::Text(text) => Some(Constant::Text(text.clone())),
        ExpressionKind::Bool(value) => Some(Constant::Bool(*value)),
        ExpressionKind::Null => Some(Constant::Null),
        ExpressionKind::Parenthesized(inner) => constant_of(inner),
        ExpressionKind::Unary { operators, operand } => match (operators.as_slice(), constant_of(operand)?) {
            ([(UnaryOperator::Negate, _)], Constant::Int(int)) => int.checked_neg().map(Constant::Int),
            ([(UnaryOperator::Negate, _)], Constant::Float(float)) => Some(Constant::Float(-float)),
            _ => None,
        },
        _ => None,
    }
}
