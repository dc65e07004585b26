//! Modules: what a text gives to those that import it, and `import` itself (language.md 12.1).
//!
//! A program is compiled once without its modules, for the findings, and once more when it starts and their texts are
//! there. Every module has script variables of its own: they are variables of the machine with a name that no script
//! can write, the module's name in front of the own one.

use super::effects::changing_methods;
use super::functions::{TypeDeclarations, constant_of};
use super::{Compiler, FieldDefault};
use crate::bytecode::{Constant, ImportInfo, NamespaceInfo, SEPARATOR, StructInfo, op, variable_name};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::walk::{Visitor, pattern_names, walk_statement};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The interfaces of all modules that a program and its modules import, by name. Those that could not be loaded are
/// missing.
pub type Interfaces = FxHashMap<Arc<str>, Interface>;

/// Something with a name.
type Named<T> = (Arc<str>, T);

/// What a module gives to those that import it.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    /// Exported variables, in the order of the text.
    variables: Vec<Arc<str>>,
    structs: Vec<Named<Vec<Named<FieldOrigin>>>>,
    /// With the number of values that each variant carries.
    enums: Vec<Named<Vec<Named<u8>>>>,
    /// The names of methods that may change their receiver, exported or not: instances get around.
    changing: FxHashSet<String>,
}

/// How an exported struct fills a field that a literal does not give.
#[derive(Clone, Debug)]
enum FieldOrigin {
    Nothing,
    Constant(Constant),
    /// By a function of the module, which is one of its variables.
    Computed,
}

impl Interface {
    fn has(&self, name: &str) -> bool {
        self.variables.iter().any(|other| &**other == name)
            || self.structs.iter().any(|(other, _)| &**other == name)
            || self.enums.iter().any(|(other, _)| &**other == name)
    }
}

/// The names of all modules that a text imports, each once.
pub fn imported_modules(tree: &Tree) -> Vec<Arc<str>> {
    struct Finder<'t> {
        symbols: &'t Symbols,
        found: Vec<Arc<str>>,
    }
    impl<'t> Visitor<'t> for Finder<'t> {
        fn statement(&mut self, statement: &'t Statement) {
            if let StatementKind::Import(import) = &statement.kind {
                let name: Arc<str> = module_name(import, self.symbols).into();
                if !self.found.contains(&name) {
                    self.found.push(name);
                }
            }
            walk_statement(self, statement);
        }
        fn function(&mut self, _: &'t Function) {}
        fn task(&mut self, _: &'t Block) {}
    }
    let mut finder = Finder { symbols: &tree.symbols, found: Vec::new() };
    for statement in &tree.statements {
        finder.statement(statement);
    }
    finder.found
}

fn module_name(import: &Import, symbols: &Symbols) -> String {
    let segments: Vec<&str> = import.path.iter().map(|segment| symbols.text(segment.symbol)).collect();
    segments.join(".")
}

/// What a text exports.
pub fn interface(tree: &Tree) -> Interface {
    let mut interface = Interface::default();
    let text = |name: &Identifier| -> Arc<str> { tree.symbols.text(name.symbol).into() };
    for statement in &tree.statements {
        let StatementKind::Export(exported) = &statement.kind else { continue };
        let names = match &exported.kind {
            StatementKind::Declare { pattern, .. } | StatementKind::Destructure { pattern, .. } => {
                pattern_names(pattern)
            }
            StatementKind::Assign { place, operator: None, .. } if place.steps.is_empty() => match place.root {
                PlaceRoot::Variable(name) => vec![name],
                PlaceRoot::SelfValue(_) => Vec::new(),
            },
            StatementKind::Function(function) => function.name.into_iter().collect(),
            StatementKind::Struct(declaration) => {
                let origin = |field: &FieldDeclaration| match &field.default {
                    None => FieldOrigin::Nothing,
                    Some(value) => constant_of(value).map_or(FieldOrigin::Computed, FieldOrigin::Constant),
                };
                let fields = declaration.fields.iter().map(|field| (text(&field.name), origin(field))).collect();
                interface.structs.push((text(&declaration.name), fields));
                continue;
            }
            StatementKind::Enum(declaration) => {
                let count = |variant: &EnumVariant| variant.payload.as_ref().map_or(0, Vec::len).min(200) as u8;
                let variants = declaration.variants.iter().map(|variant| (text(&variant.name), count(variant)));
                interface.enums.push((text(&declaration.name), variants.collect()));
                continue;
            }
            _ => continue,
        };
        for name in names {
            let name = text(&name);
            if &*name != "_" && !interface.variables.contains(&name) {
                interface.variables.push(name);
            }
        }
    }
    let mut types = TypeDeclarations::default();
    for statement in &tree.statements {
        types.statement(statement);
    }
    let mut symbols = tree.symbols.clone();
    let self_symbol = symbols.intern("self");
    interface.changing = changing_methods(&types.structs, &symbols, self_symbol);
    interface
}

impl<'a> Compiler<'a> {
    /// Makes the names of imports known that take part in finding out what a name means.
    pub(super) fn collect_imports(&mut self) {
        struct Finder<'t>(Vec<&'t Import>);
        impl<'t> Visitor<'t> for Finder<'t> {
            fn statement(&mut self, statement: &'t Statement) {
                if let StatementKind::Import(import) = &statement.kind {
                    self.0.push(import);
                }
                walk_statement(self, statement);
            }
            fn function(&mut self, _: &'t Function) {}
            fn task(&mut self, _: &'t Block) {}
        }
        let mut finder = Finder(Vec::new());
        let tree = self.tree;
        for statement in &tree.statements {
            finder.statement(statement);
        }
        let imports = finder.0;
        self.has_imports = !imports.is_empty();
        let interfaces = self.modules;
        for import in imports {
            let interface = interfaces.and_then(|interfaces| interfaces.get(&*module_name(import, self.symbols)));
            match &import.names {
                Some(names) => {
                    for name in names {
                        let is_type = interface.is_some_and(|interface| {
                            interface.has(self.text(name.symbol))
                                && !interface.variables.iter().any(|other| **other == *self.text(name.symbol))
                        });
                        if !is_type {
                            self.script_names.entry(name.symbol).or_insert(None);
                        }
                        if let Some(interface) = interface {
                            self.import_type(import, interface, self.text(name.symbol));
                        }
                    }
                }
                None => {
                    let Some(interface) = interface else { continue };
                    let own = import.path.last().map(|segment| self.text(segment.symbol)).unwrap_or_default();
                    let names = interface.variables.iter().map(|name| &**name).chain([own]);
                    let known: Vec<Symbol> = names.filter_map(|name| self.symbols.find(name)).collect();
                    self.imported.extend(known);
                    let types = interface.structs.iter().map(|(name, _)| name);
                    for name in types.chain(interface.enums.iter().map(|(name, _)| name)) {
                        self.import_type(import, interface, name);
                    }
                }
            }
        }
        // Instances of all structs may come here, and what their methods do is read off their names.
        for interface in interfaces.into_iter().flat_map(FxHashMap::values) {
            self.changing.extend(interface.changing.iter().cloned());
        }
        self.has_operator_methods |= self.has_imports || self.module.is_some();
    }

    /// An exported struct or enum becomes a type of this text, unless the text declares one of that name.
    fn import_type(&mut self, import: &Import, interface: &Interface, name: &str) {
        let Some(symbol) = self.symbols.find(name).filter(|symbol| !self.type_names.contains(symbol)) else { return };
        if let Some((_, variants)) = interface.enums.iter().find(|(other, _)| &**other == name) {
            let known = variants.iter().filter_map(|(name, count)| Some((self.symbols.find(name)?, *count)));
            let known = known.collect();
            self.enums.insert(symbol, known);
        }
        if let Some((_, fields)) = interface.structs.iter().find(|(other, _)| &**other == name) {
            let module = module_name(import, self.symbols);
            let (module_index, name_index) = (self.name_of(&module), self.name_of(name));
            let index = self.structs.len() as u32;
            let mut names = Vec::with_capacity(fields.len());
            let mut defaults = Vec::with_capacity(fields.len());
            for (field, origin) in fields {
                names.push(self.name_of(field));
                defaults.push(match origin {
                    FieldOrigin::Nothing => FieldDefault::None,
                    FieldOrigin::Constant(constant) => FieldDefault::Constant(constant.clone()),
                    FieldOrigin::Computed => {
                        let function = variable_name(Some(&module), &default_name(name, field));
                        FieldDefault::Variable(self.global_of(&function))
                    }
                });
            }
            self.structs.push(StructInfo {
                name: name_index,
                module: Some(module_index),
                declared: false,
                fields: names,
                methods: Vec::new(),
            });
            self.struct_index.insert(symbol, index);
            self.defaults.insert(index, defaults);
        }
    }

    /// `import m`, `from m import x`
    pub(super) fn import(&mut self, import: &'a Import, span: Span) {
        if !self.function().script {
            return self.error(span, "import can only be used at script level");
        }
        let module = module_name(import, self.symbols);
        let interfaces = self.modules;
        let interface = interfaces.and_then(|interfaces| interfaces.get(&*module));
        let mut info = ImportInfo { module: self.name_of(&module), ..ImportInfo::default() };
        match (&import.names, interface) {
            (Some(names), Some(interface)) => {
                for name in names {
                    let text = self.text(name.symbol);
                    if interface.variables.iter().any(|other| &**other == text) {
                        let from = self.global_of(&variable_name(Some(&module), text));
                        let to = self.global(name.symbol);
                        info.bindings.push((from, to));
                    } else if !interface.has(text) {
                        info.missing.push(self.name_of(text));
                    }
                }
            }
            (None, Some(interface)) => {
                let mut fields = Vec::with_capacity(interface.variables.len());
                for name in &interface.variables {
                    let from = self.global_of(&variable_name(Some(&module), name));
                    let to = self.global_of(&variable_name(self.module, name));
                    info.bindings.push((from, to));
                    fields.push((self.name_of(name), from));
                }
                let own = import.path.last().map(|segment| self.text(segment.symbol)).unwrap_or_default();
                if !interface.variables.iter().any(|name| &**name == own) {
                    let to = self.global_of(&variable_name(self.module, own));
                    info.namespace = Some(NamespaceInfo { name: self.name_of(own), to, fields });
                }
            }
            (_, None) => {}
        }
        let index = self.imports.len() as u32;
        self.imports.push(info);
        let scratch = self.emitter().allocate();
        self.emitter().at(span);
        self.emitter().emit_extended(op::IMPORT, scratch, 0, 0, index);
        self.emitter().emit_extended(op::BIND_IMPORT, 0, 0, 0, index);
    }

    /// The functions that compute fields of a module's structs are variables of the module: other texts call them.
    pub(super) fn export_default(&mut self, name: &str, field: &str, function: u32) {
        if self.module.is_some() {
            let variable = variable_name(self.module, &default_name(name, field));
            let global = self.global_of(&variable) as u32;
            self.hoisted.push((global, function));
        }
    }
}

fn default_name(of: &str, field: &str) -> String {
    format!("{of}{SEPARATOR}{field}")
}
