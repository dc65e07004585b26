//! Which declaration every name of a text means (language.md 4), worked out from the text alone.
//!
//! The compiler resolves names while it makes instructions and stops at the first impossible text; this index keeps
//! everything, also of text that does not parse, for labels of diagnostics and for editors. A test holds both against
//! each other.

mod collect;
mod loose;

pub use collect::exported;

use crate::source::Span;
use crate::syntax::Recovered;
use crate::syntax::ast::{Symbol, Symbols, Tree};
use rustc_hash::FxHashMap;

/// An index into [`Index::variables`].
pub type VariableId = usize;
/// An index into [`Index::scopes`].
pub type ScopeId = usize;

/// How a variable came to be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VariableKind {
    Let,
    Mut,
    Const,
    /// By plain assignment.
    Created,
    Function,
    Parameter,
    /// Of a `for`.
    Loop,
    /// Of a pattern of a `match`.
    Match,
    /// Of an `except`.
    Except,
    AsyncLet,
    Import,
    /// A declared field of the receiver, in a method without `self`.
    Field,
}

#[derive(Clone, Debug)]
pub struct Variable {
    pub name: Symbol,
    pub kind: VariableKind,
    /// The name where it is declared, or assigned for the first time.
    pub declared: Span,
    /// What to show of the declaration: a function's signature, else the name with what is around it.
    pub shown: Span,
    pub scope: ScopeId,
}

/// A part of the text whose names end with it.
#[derive(Clone, Debug)]
pub struct Scope {
    pub span: Span,
    /// Where names are looked for that this scope does not have.
    pub parent: Option<ScopeId>,
    /// The scope around it in the text.
    pub around: Option<ScopeId>,
    /// The function that it belongs to; 0 is the script.
    pub function: usize,
    /// The variables of every name, and the offset from which they are visible, in order.
    names: FxHashMap<Symbol, Vec<(u32, VariableId)>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    Variable(VariableId),
    /// A builtin, something of the host, or nothing.
    Outer,
    /// The name of a struct or enum.
    Type,
    /// A variant of the enum of that name.
    Variant(Symbol),
    /// A field or method: it may belong to any struct, so the name alone says which.
    Member,
    /// A bare or quoted key of a dict.
    Key,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Declare,
    /// The target of an assignment, itself and not something below it.
    Write,
    Read,
}

/// One place where a name stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Occurrence {
    pub span: Span,
    pub name: Symbol,
    pub target: Target,
    pub role: Role,
    /// The place also is a key of a dict, or a field, of the same name: `{name}` in patterns.
    pub shorthand: bool,
    pub scope: ScopeId,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeKind {
    Struct,
    Enum,
}

#[derive(Clone, Debug)]
pub struct TypeDeclaration {
    pub name: Symbol,
    pub kind: TypeKind,
    pub declared: Span,
    /// The whole declaration.
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemberKind {
    Field,
    Method,
    Variant,
}

/// A field or method of a declared struct, or a variant of a declared enum.
#[derive(Clone, Debug)]
pub struct MemberDeclaration {
    pub name: Symbol,
    pub kind: MemberKind,
    /// The name of the struct or enum.
    pub of: Symbol,
    pub declared: Span,
    /// A method's signature, a field with its type and default, a variant with its payload.
    pub shown: Span,
}

/// All names of one text.
#[derive(Clone, Debug)]
pub struct Index {
    /// The tree's symbols, and those of names that are not in the tree.
    pub symbols: Symbols,
    pub variables: Vec<Variable>,
    pub scopes: Vec<Scope>,
    /// In source order, without overlaps.
    pub occurrences: Vec<Occurrence>,
    pub types: Vec<TypeDeclaration>,
    pub members: Vec<MemberDeclaration>,
    /// Some names may come from a module that is imported as a whole.
    pub open: bool,
    /// The function around every function; the script is its own.
    pub functions: Vec<usize>,
    /// Where every function starts in the text.
    pub starts: Vec<u32>,
    /// The scopes by their starts.
    order: Vec<ScopeId>,
}

impl Index {
    /// The index of a tree without diagnostics.
    pub fn of_tree(tree: &Tree, text: &str) -> Index {
        collect::collect(tree, text, None)
    }

    /// The index of any text: names that the tree lacks are understood from the tokens around them.
    pub fn of_text(recovered: &Recovered, text: &str) -> Index {
        let broken = !recovered.diagnostics.is_empty();
        collect::collect(&recovered.tree, text, broken.then_some(&recovered.lexed.tokens))
    }

    pub fn text(&self, symbol: Symbol) -> &str {
        self.symbols.text(symbol)
    }

    /// The innermost scope around an offset.
    pub fn scope_at(&self, offset: u32) -> ScopeId {
        let after = self.order.partition_point(|&scope| self.scopes[scope].span.start < offset);
        let mut scope = after.checked_sub(1).map_or(0, |last| self.order[last]);
        while self.scopes[scope].span.end <= offset
            && let Some(around) = self.scopes[scope].around
        {
            scope = around;
        }
        scope
    }

    /// The variable that `name` means at `offset` in `scope`, if it means one.
    pub fn resolve(&self, scope: ScopeId, name: Symbol, offset: u32) -> Option<VariableId> {
        let mut next = Some(scope);
        while let Some(scope) = next {
            let scope = &self.scopes[scope];
            if let Some(declared) = scope.names.get(&name) {
                let visible = declared.partition_point(|&(from, _)| from <= offset);
                if let Some(last) = visible.checked_sub(1) {
                    return Some(declared[last].1);
                }
            }
            next = scope.parent;
        }
        None
    }

    /// The variables that can be named at `offset`, innermost first and each name once.
    pub fn visible(&self, offset: u32) -> Vec<VariableId> {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut found = Vec::new();
        let mut next = Some(self.scope_at(offset));
        while let Some(scope) = next {
            let scope = &self.scopes[scope];
            let mut names: Vec<VariableId> = Vec::new();
            for (&name, declared) in &scope.names {
                let visible = declared.partition_point(|&(from, _)| from <= offset);
                if let Some(last) = visible.checked_sub(1)
                    && seen.insert(name)
                {
                    names.push(declared[last].1);
                }
            }
            names.sort_unstable();
            found.extend(names);
            next = scope.parent;
        }
        found
    }

    /// The occurrence that `offset` is in or at the end of.
    pub fn at(&self, offset: u32) -> Option<&Occurrence> {
        let after = self.occurrences.partition_point(|occurrence| occurrence.span.start <= offset);
        let occurrence = &self.occurrences[after.checked_sub(1)?];
        (offset <= occurrence.span.end).then_some(occurrence)
    }

    /// The occurrence that ends at `offset`.
    pub fn ending_at(&self, offset: u32) -> Option<&Occurrence> {
        let at = self.occurrences.partition_point(|occurrence| occurrence.span.end < offset);
        self.occurrences.get(at).filter(|occurrence| occurrence.span.end == offset)
    }

    /// Whether two occurrences mean the same thing.
    pub fn same(&self, one: &Occurrence, other: &Occurrence) -> bool {
        let member = |target| matches!(target, Target::Member | Target::Key);
        match (one.target, other.target) {
            (Target::Variable(one), Target::Variable(other)) => one == other,
            (one_target, other_target) if member(one_target) && member(other_target) => one.name == other.name,
            (one_target, other_target) => one_target == other_target && one.name == other.name,
        }
    }

    /// Whether the variable belongs to the script itself.
    pub fn is_script_variable(&self, variable: VariableId) -> bool {
        self.variables[variable].scope == 0
    }
}
