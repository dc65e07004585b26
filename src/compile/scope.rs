//! Which variable a name means (language.md 4.3), and the state of the functions that are being compiled.

use super::emitter::{Emitter, Label};
use crate::bytecode::Capture;
use crate::source::Span;
use crate::syntax::ast::{DeclareKind, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};

/// Why a binding cannot be assigned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Immutable {
    Let,
    Const,
}

impl Immutable {
    pub fn of(kind: DeclareKind) -> Option<Immutable> {
        match kind {
            DeclareKind::Let => Some(Immutable::Let),
            DeclareKind::Const => Some(Immutable::Const),
            DeclareKind::Mut => None,
        }
    }

    /// The word in messages.
    pub fn word(self) -> &'static str {
        match self {
            Immutable::Let => "immutable let",
            Immutable::Const => "const",
        }
    }
}

/// A local variable.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub register: u8,
    pub immutable: Option<Immutable>,
    /// The value may belong to somebody else as well (a parameter, a loop variable): keeping it needs a mark.
    pub borrowed: bool,
    /// A variable that plain assignment creates: it may be read before that.
    pub created: bool,
    /// A name of a pattern that may not have fitted.
    pub partial: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct CapturedBinding {
    pub cell: u16,
    pub immutable: Option<Immutable>,
}

/// What a name means where it stands.
#[derive(Clone, Copy, Debug)]
pub enum Variable {
    Register(Binding),
    Cell(CapturedBinding),
    /// The running function itself.
    Running,
    Global {
        index: u16,
        immutable: Option<Immutable>,
    },
    /// Found in the outermost scope, or nowhere.
    Outer,
}

#[derive(Default)]
pub struct Scope {
    pub names: Vec<(Symbol, Binding)>,
    /// Names that were declared here by `let`, `mut`, `const`, `func` or as parameters.
    pub declared: Vec<Symbol>,
    pub mark: usize,
}

/// What `break`, `continue` and `return` pass on their way out.
pub enum Context {
    Loop {
        break_label: Label,
        continue_label: Label,
        borrowed_iterator: Option<u8>,
    },
    /// A part of a test program: `return` goes to its end.
    Section {
        end: Label,
    },
    /// The body of a `try` with `finally`, or its `except` block.
    Finally {
        state: u8,
        entry: Label,
        exits: Vec<Exit>,
    },
    /// The `finally` block itself.
    InFinally {
        state: u8,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Return,
    /// Index of the loop among the contexts.
    Break(usize),
    Continue(usize),
}

/// One function while it is compiled.
#[derive(Default)]
pub struct FunctionState {
    pub emitter: Emitter,
    pub scopes: Vec<Scope>,
    /// Variables that plain assignment creates anywhere in the body.
    pub created: FxHashMap<Symbol, Binding>,
    /// The registers of variables that may be missing, of those that certainly exist at this point of the text.
    pub assigned: FxHashSet<u8>,
    /// Registers that must start as "not created".
    pub unset: Vec<u8>,
    pub captures: Vec<Capture>,
    pub capture_symbols: Vec<Symbol>,
    pub captured: FxHashMap<Symbol, CapturedBinding>,
    pub contexts: Vec<Context>,
    /// The first register of those that hold only intermediate values of the expression at hand: code that it contains
    /// reaches only what lies below.
    pub intermediate: Option<usize>,
    /// The name by which the body may mean the function itself.
    pub own_name: Option<Symbol>,
    /// Variables whose value the body changes in place.
    pub written: FxHashSet<Symbol>,
    pub method: bool,
    /// A method that calls methods on places below `self` which may change it.
    pub self_called: bool,
    pub generator: bool,
    /// The top level of the script.
    pub script: bool,
    /// Declared functions of the blocks, by the position of their name: register, number.
    pub hoisted: FxHashMap<u32, (u8, u32)>,
    pub span: Span,
}

impl FunctionState {
    pub fn local(&self, symbol: Symbol) -> Option<Binding> {
        for scope in self.scopes.iter().rev() {
            if let Some((_, binding)) = scope.names.iter().rev().find(|(name, _)| *name == symbol) {
                return Some(*binding);
            }
        }
        self.created.get(&symbol).copied()
    }

    fn capture(&mut self, symbol: Symbol, capture: Capture, immutable: Option<Immutable>) -> CapturedBinding {
        let captured = CapturedBinding { cell: self.captures.len() as u16, immutable };
        self.captures.push(capture);
        self.capture_symbols.push(symbol);
        self.captured.insert(symbol, captured);
        captured
    }
}

/// Looks a name up in the innermost of `functions` and outward, capturing on the way. `None`: it is no local of any
/// function.
pub fn resolve_local(functions: &mut [FunctionState], symbol: Symbol) -> Option<Variable> {
    let (current, outer) = functions.split_last_mut()?;
    if let Some(binding) = current.local(symbol) {
        return Some(Variable::Register(binding));
    }
    if let Some(&captured) = current.captured.get(&symbol) {
        return Some(Variable::Cell(captured));
    }
    if current.own_name == Some(symbol) {
        return Some(Variable::Running);
    }
    match resolve_local(outer, symbol)? {
        Variable::Register(binding) => {
            if binding.created
                && !outer.last().is_some_and(|function| function.assigned.contains(&binding.register))
                && let Some(function) = outer.last_mut()
            {
                function.unset.push(binding.register);
            }
            Some(Variable::Cell(current.capture(symbol, Capture::Register(binding.register), binding.immutable)))
        }
        Variable::Cell(captured) => {
            Some(Variable::Cell(current.capture(symbol, Capture::Cell(captured.cell), captured.immutable)))
        }
        Variable::Running => Some(Variable::Cell(current.capture(symbol, Capture::Running, Some(Immutable::Const)))),
        other => Some(other),
    }
}
