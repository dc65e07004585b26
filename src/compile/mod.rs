//! From the syntax tree to bytecode: names to registers, cells and slots, expressions to instructions.

mod advice;
mod asynchronous;
mod calls;
mod control;
mod effects;
mod emitter;
mod enums;
mod expressions;
mod functions;
mod intermediates;
mod labels;
mod modules;
mod patterns;
mod places;
mod scope;
mod statements;
mod tests;

use crate::bytecode::{Constant, ImportInfo, LayoutInfo, Program, Receiver, Site, StructInfo, TagName};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use crate::syntax::ast::*;
use crate::{builtins, bytecode};
use rustc_hash::{FxHashMap, FxHashSet};
use scope::{FunctionState, Immutable, Variable};
use std::sync::Arc;

pub use emitter::fill_fuel;
pub use modules::{Interface, Interfaces, imported_modules, interface};
pub use tests::{TestBlock, test_blocks};

/// What a text is compiled for.
#[derive(Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The script variables that the machine has already: a plain assignment in a function means them.
    pub known_globals: &'a [Arc<str>],
    /// The builtins in whose place the host has a function of the same name.
    pub replaced: &'a [Arc<str>],
    /// The name of the module whose text it is.
    pub module: Option<&'a str>,
    /// What the imported modules export; `None` while their texts are not known.
    pub modules: Option<&'a Interfaces>,
    /// One of [`test_blocks`] of the tree, with its number: it runs after the top level.
    pub test: Option<(u32, &'a TestBlock)>,
    /// The program gives the value of its last statement, if that is an expression.
    pub interactive: bool,
}

/// Checks a tree and compiles it.
///
/// # Errors
/// All findings of language.md 2.7.
pub fn compile(source: Arc<Source>, tree: &Tree, around: Surroundings<'_>) -> Result<Program, Vec<Diagnostic>> {
    let Surroundings { known_globals, replaced, module, modules, test, interactive } = around;
    let mut symbols = tree.symbols.clone();
    let self_symbol = symbols.intern("self");
    let discard = symbols.intern("_");
    let wrappers = [("Result", "Ok"), ("Result", "Err"), ("Option", "Some")]
        .map(|(enumeration, variant)| (symbols.intern(enumeration), symbols.intern(variant)));
    let mut known = FxHashSet::default();
    for name in known_globals {
        known.insert(symbols.intern(name));
    }
    let mut compiler = Compiler {
        tree,
        test: test.map(|(_, block)| &block.statement),
        interactive,
        symbols: &symbols,
        self_symbol,
        discard,
        wrappers,
        functions: Vec::new(),
        finished: Vec::new(),
        names: Vec::new(),
        name_index: FxHashMap::default(),
        globals: Vec::new(),
        global_index: FxHashMap::default(),
        script_names: FxHashMap::default(),
        known,
        fixed_functions: FxHashSet::default(),
        replaced,
        module,
        modules,
        imported: FxHashSet::default(),
        has_imports: false,
        imports: Vec::new(),
        hoisted: Vec::new(),
        outer: Vec::new(),
        outer_index: FxHashMap::default(),
        structs: Vec::new(),
        struct_index: FxHashMap::default(),
        enums: FxHashMap::default(),
        type_names: FxHashSet::default(),
        tags: Vec::new(),
        defaults: FxHashMap::default(),
        layouts: Vec::new(),
        layout_index: FxHashMap::default(),
        sites: Vec::new(),
        free_names: FxHashSet::default(),
        changing: FxHashSet::default(),
        has_operator_methods: false,
        duplicates: FxHashSet::default(),
        diagnostics: Vec::new(),
    };
    compiler.program();
    if !compiler.diagnostics.is_empty() {
        let mut diagnostics = compiler.diagnostics;
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        labels::explain(&mut diagnostics, tree, source.text());
        return Err(diagnostics);
    }
    let free_names = compiler.free_names.iter().map(|&symbol| symbols.text(symbol).into()).collect();
    let program = Program {
        source,
        module: module.map(Arc::from),
        modules: imported_modules(tree),
        functions: compiler.finished,
        names: compiler.names,
        globals: compiler.globals,
        hoisted: compiler.hoisted,
        outer: compiler.outer,
        structs: compiler.structs,
        layouts: compiler.layouts,
        tags: compiler.tags,
        imports: compiler.imports,
        sites: compiler.sites,
        free_names,
        replaced: replaced.to_vec(),
        test: test.map(|(number, _)| number),
        interactive,
    };
    match bytecode::verify(&program) {
        Ok(()) => Ok(program),
        Err(fault) => {
            let finding = format!("The compiler made a faulty program, which is a bug of Ruff ({fault})");
            Err(vec![Diagnostic::compilation(Span::new(0, 0), &finding)])
        }
    }
}

/// How a field of a declared struct gets its value when a literal does not give it.
#[derive(Clone)]
pub(crate) enum FieldDefault {
    None,
    Constant(Constant),
    /// A function of the program, called in script scope.
    Computed(u32),
    /// A script variable that holds such a function of a module.
    Variable(u16),
}

pub(crate) struct Compiler<'a> {
    tree: &'a Tree,
    /// What runs after the top level.
    test: Option<&'a Statement>,
    interactive: bool,
    symbols: &'a Symbols,
    self_symbol: Symbol,
    /// `_`, which names nothing in a pattern.
    discard: Symbol,
    /// The names of Result and Option and their variants with a payload, by [`Wrapper`].
    wrappers: [(Symbol, Symbol); 3],
    /// The functions that are being compiled, from the script's top level inward.
    functions: Vec<FunctionState>,
    finished: Vec<bytecode::Function>,
    names: Vec<Arc<str>>,
    name_index: FxHashMap<Arc<str>, u32>,
    globals: Vec<u32>,
    /// By the machine's name of the variable.
    global_index: FxHashMap<Arc<str>, u16>,
    /// Script variables of this text: immutable kind if declared so.
    script_names: FxHashMap<Symbol, Option<Immutable>>,
    known: FxHashSet<Symbol>,
    /// Script functions whose name nothing assigns: a call may read it after its arguments.
    fixed_functions: FxHashSet<Symbol>,
    replaced: &'a [Arc<str>],
    module: Option<&'a str>,
    modules: Option<&'a Interfaces>,
    /// Names that `import m` binds: they can be read.
    imported: FxHashSet<Symbol>,
    has_imports: bool,
    imports: Vec<ImportInfo>,
    hoisted: Vec<(u32, u32)>,
    outer: Vec<u32>,
    outer_index: FxHashMap<Symbol, u16>,
    structs: Vec<StructInfo>,
    struct_index: FxHashMap<Symbol, u32>,
    enums: FxHashMap<Symbol, enums::EnumVariants>,
    /// Names of structs and enums, which share a namespace.
    type_names: FxHashSet<Symbol>,
    tags: Vec<TagName>,
    defaults: FxHashMap<u32, Vec<FieldDefault>>,
    layouts: Vec<LayoutInfo>,
    layout_index: FxHashMap<LayoutInfo, u32>,
    sites: Vec<Site>,
    free_names: FxHashSet<Symbol>,
    /// Methods that may change their receiver, by name.
    changing: FxHashSet<String>,
    /// Some struct has operator methods: operators may run script code.
    has_operator_methods: bool,
    /// Names with a duplicate declaration: further findings about them would only confuse.
    duplicates: FxHashSet<Symbol>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    fn program(&mut self) {
        let statements = &self.tree.statements;
        self.script_variables();
        self.fixed_functions = effects::fixed_functions(statements);
        self.fixed_functions.retain(|name| !self.known.contains(name));
        let (structs, enums) = self.collect_types();
        self.changing = effects::changing_methods(&structs, self.symbols, self.self_symbol);
        self.has_operator_methods = structs
            .iter()
            .flat_map(|declaration| &declaration.methods)
            .any(|method| method.name.is_some_and(|name| self.text(name.symbol).starts_with("op_")));
        self.finished.push(bytecode::Function::default());
        let span = Span::new(0, 0);
        self.begin_function(span, None);
        self.function().script = true;
        self.collect_imports();
        self.declare_enums(&enums);
        self.declare_structs(&structs);
        match self.test {
            Some(test) => {
                self.section(|compiler| compiler.script_body(statements));
                self.statement(test);
            }
            None => self.script_body(statements),
        }
        self.emitter().emit(bytecode::op::RETURN_NULL, 0, 0, 0);
        self.finish_function(0, "<script>".into(), Vec::new());
    }

    pub(crate) fn error(&mut self, span: Span, finding: &str) {
        let diagnostic = Diagnostic::compilation(span, finding);
        self.diagnostics.push(match advice::advice(finding) {
            Some(note) => diagnostic.note(note),
            None => diagnostic,
        });
    }

    pub(crate) fn emitter(&mut self) -> &mut emitter::Emitter {
        &mut self.function().emitter
    }

    pub(crate) fn function(&mut self) -> &mut FunctionState {
        let last = self.functions.len() - 1;
        &mut self.functions[last]
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &'a str {
        self.symbols.text(symbol)
    }

    /// The program's index of a name.
    pub(crate) fn name(&mut self, symbol: Symbol) -> u32 {
        self.name_of(self.text(symbol))
    }

    pub(crate) fn name_of(&mut self, text: &str) -> u32 {
        if let Some(&index) = self.name_index.get(text) {
            return index;
        }
        let index = self.names.len() as u32;
        let text: Arc<str> = text.into();
        self.names.push(text.clone());
        self.name_index.insert(text, index);
        index
    }

    pub(crate) fn site(&mut self, symbol: Symbol) -> u32 {
        self.method_site(symbol, Receiver::Temporary, false)
    }

    pub(crate) fn method_site(&mut self, symbol: Symbol, receiver: Receiver, borrowed: bool) -> u32 {
        let name = self.name(symbol);
        self.add_site(Site { name, receiver, borrowed })
    }

    pub(crate) fn add_site(&mut self, site: Site) -> u32 {
        self.sites.push(site);
        self.sites.len() as u32 - 1
    }

    /// The script variable of that name.
    pub(crate) fn global(&mut self, symbol: Symbol) -> u16 {
        match self.module {
            None => self.global_of(self.text(symbol)),
            module => self.global_of(&bytecode::variable_name(module, self.text(symbol))),
        }
    }

    /// A variable by its name in the machine.
    pub(crate) fn global_of(&mut self, name: &str) -> u16 {
        if let Some(&index) = self.global_index.get(name) {
            return index;
        }
        let name_index = self.name_of(name);
        if self.globals.len() > u16::MAX as usize {
            self.emitter().too_large = true;
            return 0;
        }
        let index = self.globals.len() as u16;
        self.globals.push(name_index);
        self.global_index.insert(name.into(), index);
        index
    }

    pub(crate) fn outer(&mut self, symbol: Symbol) -> u16 {
        if let Some(&index) = self.outer_index.get(&symbol) {
            return index;
        }
        let name = self.name(symbol);
        if self.outer.len() > u16::MAX as usize {
            self.emitter().too_large = true;
            return 0;
        }
        let index = self.outer.len() as u16;
        self.outer.push(name);
        self.outer_index.insert(symbol, index);
        index
    }

    pub(crate) fn layout(&mut self, layout: LayoutInfo) -> u32 {
        if let Some(&index) = self.layout_index.get(&layout) {
            return index;
        }
        let index = self.layouts.len() as u32;
        self.layouts.push(layout.clone());
        self.layout_index.insert(layout, index);
        index
    }

    /// What a name means here.
    pub(crate) fn resolve(&mut self, symbol: Symbol) -> Variable {
        if let Some(variable) = scope::resolve_local(&mut self.functions, symbol) {
            return variable;
        }
        if let Some(&immutable) = self.script_names.get(&symbol) {
            return Variable::Global { index: self.global(symbol), immutable };
        }
        if self.known.contains(&symbol) || self.imported.contains(&symbol) {
            return Variable::Global { index: self.global(symbol), immutable: None };
        }
        self.free_names.insert(symbol);
        Variable::Outer
    }

    /// The builtin of that name in the outermost scope.
    pub(crate) fn builtin(&self, symbol: Symbol) -> Option<u16> {
        let name = self.text(symbol);
        if self.replaced.iter().any(|replaced| &**replaced == name) {
            return None;
        }
        builtins::find(name)
    }

    /// The builtin that a name means here, if no variable has the name.
    pub(crate) fn resolve_builtin(&mut self, symbol: Symbol) -> Option<u16> {
        let index = self.builtin(symbol)?;
        match self.resolve(symbol) {
            Variable::Outer => Some(index),
            _ => None,
        }
    }
}
