//! A compiled program: immutable, free of any machine, shareable between machines and threads.

use crate::source::{Source, Span};
use std::sync::Arc;

/// A constant of a function.
#[derive(Clone, PartialEq, Debug)]
pub enum Constant {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    Builtin(u16),
    /// A function of the program without captures.
    Function(u32),
}

/// Where a new closure gets the content of a cell from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Capture {
    Register(u8),
    Cell(u16),
    /// The running function itself.
    Running,
}

/// What a caught error or a passing exit jumps to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandlerKind {
    /// Catches errors; begins with `Catch`.
    Except,
    /// Runs for errors and for cancellation; begins with `BeginFinally`.
    Finally,
}

/// A protected range of instructions. Inner ranges come before outer ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    pub kind: HandlerKind,
    pub start: u32,
    pub end: u32,
    pub target: u32,
}

/// How the receiver of a method call was obtained, which decides whether a method may change it in place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Receiver {
    /// A value that nobody else has.
    #[default]
    Temporary,
    /// Read through other values or variables: a method that changes it needs a mark first.
    Part,
    /// A variable of the caller, or a path walked with the `Unique…` instructions.
    Place,
    /// A place below a `let` or `const`.
    Immutable,
}

/// A field access or a method call: its name, and for calls how the receiver was obtained.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Site {
    /// Index into the program's names.
    pub name: u32,
    pub receiver: Receiver,
    /// The receiver's root is not a variable of the caller alone: it is borrowed during the call.
    pub borrowed: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Bare name, `Struct.method`, or empty for literals.
    pub name: Arc<str>,
    pub code: Vec<u32>,
    pub constants: Vec<Constant>,
    /// Cells that a closure of it has; empty: it needs no closure.
    pub captures: Vec<Capture>,
    /// Names of the captured variables, for messages.
    pub capture_names: Vec<Arc<str>>,
    pub handlers: Vec<Handler>,
    /// Instruction offset → source, ascending; an entry holds until the next.
    pub positions: Vec<(u32, Span)>,
    /// Names of parameters without the receiver.
    pub parameters: Vec<Arc<str>>,
    /// Registers in use, at most 250; parameters come first.
    pub registers: u8,
    /// The receiver is the first register.
    pub method: bool,
    pub asynchronous: bool,
    pub generator: bool,
    /// Assigns to `self` or to a place below it.
    pub changes_self: bool,
    /// Calls methods on places below `self`, which may change it.
    pub may_change_self: bool,
    /// Fuel of the first straight run.
    pub entry_fuel: u32,
    pub span: Span,
}

/// A struct declaration.
#[derive(Clone, Debug)]
pub struct StructInfo {
    /// Index into the program's names.
    pub name: u32,
    /// The module that declares it: an index into the names.
    pub module: Option<u32>,
    /// Declared here: has methods and an identity of its own. Otherwise `Name { }` of an undeclared name.
    pub declared: bool,
    pub fields: Vec<u32>,
    /// Name → function of the program.
    pub methods: Vec<(u32, u32)>,
}

/// The fields that a struct literal sets, in its order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LayoutInfo {
    pub of: u32,
    pub fields: Vec<u32>,
}

/// One `import`.
#[derive(Clone, Debug, Default)]
pub struct ImportInfo {
    /// Index into the program's names.
    pub module: u32,
    /// Variables of the module and the script variables that get their values: indices into the globals.
    pub bindings: Vec<(u16, u16)>,
    pub namespace: Option<NamespaceInfo>,
    /// Names that the module does not export.
    pub missing: Vec<u32>,
}

/// The struct value with everything that a module exports.
#[derive(Clone, Debug)]
pub struct NamespaceInfo {
    /// Of the struct: an index into the program's names.
    pub name: u32,
    /// The script variable that gets it.
    pub to: u16,
    /// The name and the variable of each field.
    pub fields: Vec<(u32, u16)>,
}

/// A variant of an enum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TagName {
    /// Indices into the program's names.
    pub enumeration: u32,
    pub variant: u32,
    /// How many values it carries.
    pub payloads: u8,
}

/// Everything that a machine loads.
#[derive(Debug)]
pub struct Program {
    pub source: Arc<Source>,
    /// The name of the module whose text this is.
    pub module: Option<Arc<str>>,
    /// The modules that it imports. A program with some has to be compiled again with their interfaces before it runs.
    pub modules: Vec<Arc<str>>,
    /// Function 0 is the top level of the script.
    pub functions: Vec<Function>,
    /// Field, method, variable and type names.
    pub names: Vec<Arc<str>>,
    /// Script variables: indices into the names.
    pub globals: Vec<u32>,
    /// Functions that are script variables before the first statement: global, function.
    pub hoisted: Vec<(u32, u32)>,
    /// Names looked up in the outermost scope when the program is loaded.
    pub outer: Vec<u32>,
    pub structs: Vec<StructInfo>,
    pub layouts: Vec<LayoutInfo>,
    pub tags: Vec<TagName>,
    pub imports: Vec<ImportInfo>,
    pub sites: Vec<Site>,
    /// Names that mean something else if the machine has a script variable of that name: then the program is compiled
    /// again for that machine.
    pub free_names: Vec<Arc<str>>,
    /// Builtins in whose place the host had a function when this was compiled.
    pub replaced: Vec<Arc<str>>,
    /// The number of the test block that runs after the top level.
    pub test: Option<u32>,
    /// An input of an interactive session: it gives the value of its last statement.
    pub interactive: bool,
}

/// What separates the parts of a name that no script can write.
pub const SEPARATOR: char = '\0';

/// The machine's name of a script variable: those of modules have the module's name in front.
pub fn variable_name(module: Option<&str>, name: &str) -> String {
    match module {
        Some(module) => format!("{module}{SEPARATOR}{name}"),
        None => name.to_string(),
    }
}

/// The name of a script variable as scripts write it.
pub fn shown_variable(name: &str) -> &str {
    name.rsplit(SEPARATOR).next().unwrap_or(name)
}

/// Whether the machine's name of a variable is that of a module's.
pub fn is_module_variable(name: &str) -> bool {
    name.contains(SEPARATOR)
}
