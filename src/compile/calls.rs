//! Calls, method calls, pipes, and chains of suffixes.

use super::Compiler;
use super::effects::{is_updater, may_run, root_symbol};
use super::places::{PlaceValue, Root, StepSource};
use super::scope::Variable;
use crate::builtins::{self, Operation, Run};
use crate::bytecode::{Constant, Receiver, op, raised};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::walk::{as_place, is_step};

/// How the arguments of a call are passed.
#[derive(Clone, Copy)]
struct Passing {
    keeper: Keeper,
    /// How many values the callee gets before these arguments.
    before: usize,
    /// The root of the receiver, whose value the callee may change.
    receiver: Option<Symbol>,
    /// The builtin that a method of this name may be, which keeps some arguments.
    kept: Option<u16>,
}

impl Passing {
    fn to(keeper: Keeper, before: usize) -> Passing {
        Passing { keeper, before, receiver: None, kept: None }
    }
}

/// A method call without its receiver.
#[derive(Clone, Copy)]
pub(super) struct MethodCall<'a> {
    pub name: Symbol,
    /// `?.`: null if the receiver is null.
    pub guarded: bool,
    /// The register of a value that a pipe puts in front of the arguments.
    pub piped: Option<u8>,
    pub arguments: &'a [Expression],
    pub span: Span,
}

/// Who keeps the arguments of a call.
#[derive(Clone, Copy, PartialEq)]
enum Keeper {
    /// Script code, perhaps: arguments are borrowed while it runs.
    Callee,
    /// A builtin: it keeps the arguments that its row says.
    Builtin(u16),
}

impl<'a> Compiler<'a> {
    // Chains of suffixes.

    pub(super) fn postfix(&mut self, base: &'a Expression, suffixes: &'a [Suffix], target: u8) -> bool {
        let mut done = 0;
        let mut alias;
        let current;
        if let Some((register, is_alias, count)) = self.head(base, suffixes, target) {
            (current, alias, done) = (register, is_alias, count);
            if done == suffixes.len() {
                if current != target {
                    self.emitter().emit(op::MOVE, target, current, 0);
                }
                return alias;
            }
        } else {
            (current, alias) = self.any(base);
        }
        let mut current = current;
        let scratch = self.emitter().allocate();
        for (position, suffix) in suffixes.iter().enumerate().skip(done) {
            let into = if position + 1 == suffixes.len() { target } else { scratch };
            alias = self.suffix(current, base.span.start, suffix, into, alias);
            current = into;
        }
        alias
    }

    /// The first suffixes, if they form something special: a builtin's call, a call of a script function, a method
    /// call on a place. Gives the register of the result, whether it is an alias, and how many suffixes it took.
    fn head(&mut self, base: &'a Expression, suffixes: &'a [Suffix], target: u8) -> Option<(u8, bool, usize)> {
        let symbol = root_symbol(base, self.self_symbol)?;
        let result = |compiler: &mut Compiler<'a>, taken: usize| {
            if taken == suffixes.len() { target } else { compiler.emitter().allocate() }
        };
        match &suffixes[0].kind {
            SuffixKind::Call(arguments) => {
                if self.text(symbol) == "throw" && matches!(self.resolve(symbol), Variable::Outer) {
                    self.error(suffixes[0].span, "throw() requires exactly one argument");
                    return Some((target, false, suffixes.len()));
                }
                if let Some(builtin) = self.resolve_builtin(symbol) {
                    let into = result(self, 1);
                    if self.instruction_call(builtin, arguments, suffixes[0].span, into) {
                        return Some((into, false, 1));
                    }
                    self.builtin_call(builtin, arguments.iter().collect(), None, suffixes[0].span, into);
                    return Some((into, false, 1));
                }
                if let Variable::Global { index, .. } = self.resolve(symbol)
                    && !self.replaced_by(symbol, arguments)
                {
                    let into = result(self, 1);
                    self.global_call(index, arguments.iter().collect(), suffixes[0].span, into);
                    return Some((into, false, 1));
                }
                None
            }
            SuffixKind::Method { name, guarded: false, arguments } if self.text(symbol) == "Promise" => {
                if !matches!(self.resolve(symbol), Variable::Outer) {
                    return self.place_method(base, symbol, suffixes, target);
                }
                let builtin = builtins::find(&format!("promise_{}", self.text(name.symbol)))?;
                let into = result(self, 1);
                self.builtin_call(builtin, arguments.iter().collect(), None, suffixes[0].span, into);
                Some((into, false, 1))
            }
            _ => self.place_method(base, symbol, suffixes, target),
        }
    }

    /// `root.steps.method(…)` at the beginning of a chain.
    fn place_method(
        &mut self,
        base: &'a Expression,
        symbol: Symbol,
        suffixes: &'a [Suffix],
        target: u8,
    ) -> Option<(u8, bool, usize)> {
        let steps = suffixes.iter().take_while(|suffix| is_step(suffix)).count();
        let SuffixKind::Method { name, guarded, arguments } = &suffixes.get(steps)?.kind else { return None };
        let place = self.receiver_place(base, symbol, &suffixes[..steps], arguments)?;
        let into = if steps + 1 == suffixes.len() { target } else { self.emitter().allocate() };
        let span = suffixes[steps].span;
        let call = MethodCall { name: name.symbol, guarded: *guarded, piped: None, arguments, span };
        self.method_on_place(&place, call, into);
        Some((into, false, steps + 1))
    }

    /// The place that a root with steps is; `later` are the arguments of the method that is called on it.
    fn receiver_place(
        &mut self,
        base: &Expression,
        symbol: Symbol,
        steps: &'a [Suffix],
        later: &'a [Expression],
    ) -> Option<PlaceValue> {
        let sources: Vec<StepSource<'a>> = steps
            .iter()
            .filter_map(|step| match &step.kind {
                SuffixKind::Field { name, .. } => Some(StepSource::Field(name.symbol, step.span)),
                SuffixKind::Index(index) => Some(StepSource::Index(index, step.span)),
                _ => None,
            })
            .collect();
        let later: Vec<&'a Expression> = later.iter().collect();
        self.place_value(symbol, base.span, &sources, &later)
    }

    fn suffix(&mut self, current: u8, start: u32, suffix: &'a Suffix, target: u8, alias: bool) -> bool {
        let mark = self.emitter().mark();
        let span = Span::new(start.min(suffix.span.start), suffix.span.end);
        let result = self.suffix_inner(current, suffix, span, target, alias);
        self.emitter().release_to(mark);
        result
    }

    fn suffix_inner(&mut self, current: u8, suffix: &'a Suffix, span: Span, target: u8, alias: bool) -> bool {
        match &suffix.kind {
            SuffixKind::Call(arguments) => {
                self.value_call(current, arguments.iter().collect(), None, span, target);
                false
            }
            SuffixKind::Index(index) => {
                let container = if alias && may_run(index, self.has_operator_methods) {
                    let copy = self.emitter().allocate();
                    self.emitter().emit(op::MOVE_SHARE, copy, current, 0);
                    copy
                } else {
                    current
                };
                let (index, _) = self.any(index);
                self.emitter().at(span);
                self.emitter().emit(op::GET_INDEX, target, container, index);
                true
            }
            SuffixKind::Try => {
                let go_on = self.emitter().label();
                self.emitter().at(span);
                let payload = self.emitter().allocate();
                self.emitter().jump(op::UNWRAP, payload, current, go_on);
                let early = self.emitter().allocate();
                self.emitter().emit(op::MOVE_SHARE, early, current, 0);
                self.exit(super::scope::Exit::Return, Some(early), false);
                self.emitter().bind(go_on);
                self.emitter().emit(op::MOVE, target, payload, 0);
                true
            }
            SuffixKind::Field { name, guarded } => {
                let done = self.emitter().label();
                if *guarded {
                    // Writes the target last: it may be the register that is tested.
                    let result = self.emitter().allocate();
                    self.emitter().at(span);
                    self.emitter().emit(op::MOVE, result, current, 0);
                    self.emitter().jump(op::JUMP_NULL, result, 0, done);
                    let site = self.site(name.symbol);
                    self.emitter().emit_extended(op::GET_FIELD, result, result, 0, site);
                    self.emitter().bind(done);
                    self.emitter().emit(op::MOVE, target, result, 0);
                } else {
                    let site = self.site(name.symbol);
                    self.emitter().at(span);
                    self.emitter().emit_extended(op::GET_FIELD, target, current, 0, site);
                }
                true
            }
            SuffixKind::Method { name, guarded, arguments } => {
                let receiver = if alias { Receiver::Part } else { Receiver::Temporary };
                let call = MethodCall { name: name.symbol, guarded: *guarded, piped: None, arguments, span };
                self.method_on_value(current, receiver, call, target);
                false
            }
        }
    }

    // Arguments.

    /// Whether the argument reads a variable that other code may change during a call.
    fn needs_borrow(&mut self, argument: &Expression) -> bool {
        let Some((root, _)) = as_place(argument) else { return false };
        let Some(symbol) = root_symbol(root, self.self_symbol) else { return false };
        matches!(self.resolve(symbol), Variable::Cell(_) | Variable::Global { .. })
    }

    /// Registers for the arguments that are borrowed during the call; allocated below the call window.
    fn borrow_row(&mut self, arguments: &[&'a Expression], keeper: Keeper) -> Vec<Option<u8>> {
        let mut row = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let borrow = keeper == Keeper::Callee && self.needs_borrow(argument);
            row.push(if borrow { Some(self.emitter().allocate()) } else { None });
        }
        row
    }

    /// Evaluates arguments into the window from `first` on.
    fn arguments(&mut self, arguments: &[&'a Expression], first: u8, borrows: &mut [Option<u8>], passing: Passing) {
        let Passing { keeper, before: position, receiver, kept } = passing;
        for (offset, argument) in arguments.iter().enumerate() {
            let register = first.wrapping_add(offset as u8);
            let keeps = match (keeper, kept) {
                (Keeper::Builtin(builtin), _) | (Keeper::Callee, Some(builtin)) => {
                    builtins::TABLE[builtin as usize].owns(position + offset)
                }
                (Keeper::Callee, None) => false,
            };
            let root = as_place(argument).and_then(|(root, _)| root_symbol(root, self.self_symbol));
            let own = keeps || root.is_some() && root == receiver;
            if own {
                // Nothing is borrowed then, and nothing may be released.
                borrows[offset] = None;
                self.own_into(argument, register);
            } else if let Some(borrow) = borrows[offset] {
                self.into(argument, borrow);
                self.emitter().emit(op::BORROW, borrow, 0, 0);
                self.emitter().emit(op::MOVE, register, borrow, 0);
            } else if root.is_some() && self.endangered(argument, arguments[offset + 1..].iter().copied()) {
                self.own_into(argument, register);
            } else {
                let alias = self.into(argument, register);
                if alias && root.is_none() && keeper == Keeper::Callee {
                    // Part of a value that is gone: nobody else keeps track of its owners.
                    self.emitter().emit(op::SHARE, register, 0, 0);
                }
            }
        }
    }

    fn release(&mut self, borrows: &[Option<u8>]) {
        for &borrow in borrows.iter().flatten() {
            self.emitter().emit(op::RELEASE, borrow, 0, 0);
        }
    }

    // Calls. `piped` is the register of a value that goes in front of the arguments.

    fn window(&mut self, extra: usize, count: usize, span: Span) -> u8 {
        if count > 200 {
            self.error(span, "More than 200 arguments in one call");
        }
        self.emitter().allocate_row(extra + count)
    }

    fn builtin_call(
        &mut self,
        builtin: u16,
        arguments: Vec<&'a Expression>,
        piped: Option<u8>,
        span: Span,
        target: u8,
    ) {
        let entry = &builtins::TABLE[builtin as usize];
        let count = arguments.len() + usize::from(piped.is_some());
        let first = self.window(0, count, span);
        let rest = first.wrapping_add(u8::from(piped.is_some()));
        if let Some(piped) = piped {
            self.emitter().emit(op::MOVE, first, piped, 0);
        }
        let keeper = Keeper::Builtin(builtin);
        let mut none = vec![None; arguments.len()];
        self.arguments(&arguments, rest, &mut none, Passing::to(keeper, usize::from(piped.is_some())));
        self.emitter().at(span);
        let receiver_is_temporary = arguments.first().is_some_and(|first| as_place(first).is_none());
        if entry.updates() && (piped.is_some() || !receiver_is_temporary) && count > 0 {
            self.emitter().emit(op::CLONE, first, 0, 0);
        }
        self.emitter().emit_extended(op::CALL_BUILTIN, first, count as u8, target, builtin as u32);
    }

    /// Whether evaluating the arguments may give a script variable another value than the call began with.
    fn replaced_by(&self, function: Symbol, arguments: &[Expression]) -> bool {
        !self.fixed_functions.contains(&function)
            && arguments.iter().any(|argument| may_run(argument, self.has_operator_methods))
    }

    /// A call of a script variable that stays as it is while the arguments are evaluated.
    fn global_call(&mut self, global: u16, arguments: Vec<&'a Expression>, span: Span, target: u8) {
        let mut borrows = self.borrow_row(&arguments, Keeper::Callee);
        let count = arguments.len();
        let first = self.window(0, count, span);
        self.arguments(&arguments, first, &mut borrows, Passing::to(Keeper::Callee, 0));
        self.emitter().at(span);
        self.emitter().emit_extended(op::CALL_GLOBAL, first, count as u8, target, global as u32);
        self.release(&borrows);
    }

    fn value_call(&mut self, callee: u8, arguments: Vec<&'a Expression>, piped: Option<u8>, span: Span, target: u8) {
        let mut borrows = self.borrow_row(&arguments, Keeper::Callee);
        let count = arguments.len() + usize::from(piped.is_some());
        let window = self.window(1, count, span);
        self.emitter().emit(op::MOVE, window, callee, 0);
        let mut rest = window.wrapping_add(1);
        if let Some(piped) = piped {
            self.emitter().emit(op::MOVE, rest, piped, 0);
            rest = rest.wrapping_add(1);
        }
        self.arguments(&arguments, rest, &mut borrows, Passing::to(Keeper::Callee, 0));
        self.emitter().at(span);
        self.emitter().emit(op::CALL, window, count as u8, target);
        self.release(&borrows);
    }

    /// A method call on a value that is no place.
    fn method_on_value(&mut self, value: u8, receiver: Receiver, call: MethodCall<'a>, target: u8) {
        if !call.guarded {
            return self.unguarded_method_on_value(value, receiver, call, target);
        }
        let done = self.emitter().label();
        // Writes the target last: it may be the register that is tested.
        let result = self.emitter().allocate();
        self.emitter().at(call.span);
        self.emitter().emit(op::LOAD_NULL, result, 0, 0);
        self.emitter().jump(op::JUMP_NULL, value, 0, done);
        self.unguarded_method_on_value(value, receiver, call, result);
        self.emitter().bind(done);
        self.emitter().emit(op::MOVE, target, result, 0);
    }

    fn unguarded_method_on_value(&mut self, value: u8, receiver: Receiver, call: MethodCall<'a>, target: u8) {
        let MethodCall { name, piped, span, .. } = call;
        let arguments: Vec<&'a Expression> = call.arguments.iter().collect();
        let mut borrows = self.borrow_row(&arguments, Keeper::Callee);
        let count = arguments.len() + usize::from(piped.is_some());
        let window = self.window(1, count, span);
        self.emitter().emit(op::MOVE, window, value, 0);
        let mut rest = window.wrapping_add(1);
        if let Some(piped) = piped {
            self.emitter().emit(op::MOVE, rest, piped, 0);
            rest = rest.wrapping_add(1);
        }
        let kept = builtins::find(self.text(name));
        let passing = Passing { kept, ..Passing::to(Keeper::Callee, 1 + usize::from(piped.is_some())) };
        self.arguments(&arguments, rest, &mut borrows, passing);
        self.emitter().at(span);
        let site = self.method_site(name, receiver, false);
        let after = self.emitter().call_method(window, count as u8, target, site);
        self.emitter().end_store_back(after);
        self.release(&borrows);
    }

    /// A method call on a place: what the method makes of `self` is stored back.
    pub(super) fn method_on_place(&mut self, place: &PlaceValue, call: MethodCall<'a>, target: u8) {
        if !call.guarded {
            return self.unguarded_method_on_place(place, call, target);
        }
        let mark = self.emitter().mark();
        let done = self.emitter().label();
        let result = self.emitter().allocate();
        let receiver = self.emitter().allocate();
        self.emitter().at(place.span);
        self.load(place, receiver);
        self.emitter().emit(op::LOAD_NULL, result, 0, 0);
        self.emitter().jump(op::JUMP_NULL, receiver, 0, done);
        self.emitter().release_to(receiver as usize);
        self.unguarded_method_on_place(place, call, result);
        self.emitter().bind(done);
        self.emitter().emit(op::MOVE, target, result, 0);
        self.emitter().release_to(mark);
    }

    fn unguarded_method_on_place(&mut self, place: &PlaceValue, call: MethodCall<'a>, target: u8) {
        let mark = self.emitter().mark();
        let MethodCall { name, piped, span, .. } = call;
        let arguments: Vec<&'a Expression> = call.arguments.iter().collect();
        let count = arguments.len() + usize::from(piped.is_some());
        let text = self.text(name);
        let changes = is_updater(text) || self.changing.contains(text);
        let mut borrows = self.borrow_row(&arguments, Keeper::Callee);
        // The result goes to the target last, as the target may be the place.
        let result = self.emitter().allocate();
        // Registers for the walk lie below the window.
        let walked = if changes && place.immutable.is_none() && !place.steps.is_empty() {
            Some(self.emitter().allocate())
        } else {
            None
        };
        let window = self.window(1, count, span);
        let mut rest = window.wrapping_add(1);
        if let Some(piped) = piped {
            self.emitter().emit(op::MOVE, rest, piped, 0);
            rest = rest.wrapping_add(1);
        }
        let kept = builtins::find(text);
        let root = if changes { Some(place.symbol) } else { None };
        let before = 1 + usize::from(piped.is_some());
        let passing = Passing { keeper: Keeper::Callee, before, receiver: root, kept };
        self.arguments(&arguments, rest, &mut borrows, passing);
        let scratch = self.emitter().mark();
        let own_register = matches!(place.root, Root::Register(_)) && !place.borrowed;
        let receiver = match (walked, place.immutable) {
            (_, Some(_)) => {
                self.emitter().at(place.span);
                self.load(place, window);
                Receiver::Immutable
            }
            (Some(walked), None) => {
                let (container, root) = self.walk(place, 0);
                self.emitter().emit(op::MOVE, walked, container, 0);
                self.store_root(place, root);
                self.emitter().emit(op::MOVE, window, walked, 0);
                Receiver::Place
            }
            (None, None) => {
                self.emitter().at(place.span);
                self.load(place, window);
                let self_symbol = self.self_symbol;
                let function = self.function();
                let prepared =
                    function.written.contains(&place.symbol) || function.self_called && place.symbol == self_symbol;
                if place.steps.is_empty() && (own_register || prepared || !matches!(place.root, Root::Register(_))) {
                    Receiver::Place
                } else {
                    Receiver::Part
                }
            }
        };
        self.emitter().release_to(scratch);
        self.emitter().at(span);
        let borrowed = !matches!(place.root, Root::Register(_));
        let site = self.method_site(name, receiver, borrowed);
        let after = self.emitter().call_method(window, count as u8, result, site);
        match place.immutable {
            Some(immutable) => {
                let message = format!("Cannot mutate {} binding: {}", immutable.word(), self.text(place.symbol));
                self.emitter().emit_text(op::RAISE, raised::IMMUTABLE, &message);
            }
            None => {
                self.store(place, window);
                if place.symbol == self.self_symbol && self.function().method {
                    self.emitter().emit(op::SELF_CHANGED, 0, 0, 0);
                }
                self.emitter().emit(op::END_STORE_BACK, 0, 0, 0);
            }
        }
        self.emitter().end_store_back(after);
        self.release(&borrows);
        self.emitter().emit(op::MOVE, target, result, 0);
        self.emitter().release_to(mark);
    }

    // Pipes.

    pub(super) fn pipe(&mut self, first: &'a Expression, stages: &'a [Expression], target: u8) -> bool {
        let piped = self.emitter().allocate();
        self.own_into(first, piped);
        for (position, stage) in stages.iter().enumerate() {
            let mark = self.emitter().mark();
            let into = if position + 1 == stages.len() { target } else { piped };
            self.pipe_stage(piped, stage, first.span.to(stage.span), into);
            self.emitter().release_to(mark);
        }
        false
    }

    fn pipe_stage(&mut self, piped: u8, stage: &'a Expression, span: Span, target: u8) {
        if let ExpressionKind::Postfix { base, suffixes } = &stage.kind {
            let last = suffixes.len() - 1;
            match &suffixes[last].kind {
                SuffixKind::Call(arguments) => {
                    let arguments: Vec<&'a Expression> = arguments.iter().collect();
                    if let (ExpressionKind::Name(symbol), 0) = (&base.kind, last)
                        && let Some(builtin) = self.resolve_builtin(*symbol)
                    {
                        return self.builtin_call(builtin, arguments, Some(piped), span, target);
                    }
                    let callee = self.prefix(base, &suffixes[..last]);
                    return self.value_call(callee.0, arguments, Some(piped), span, target);
                }
                SuffixKind::Method { name, guarded, arguments } => {
                    let call = MethodCall { name: name.symbol, guarded: *guarded, piped: Some(piped), arguments, span };
                    if let Some(symbol) = root_symbol(base, self.self_symbol)
                        && suffixes[..last].iter().all(is_step)
                        && let Some(place) = self.receiver_place(base, symbol, &suffixes[..last], arguments)
                    {
                        return self.method_on_place(&place, call, target);
                    }
                    let (value, alias) = self.prefix(base, &suffixes[..last]);
                    let receiver = if alias { Receiver::Part } else { Receiver::Temporary };
                    return self.method_on_value(value, receiver, call, target);
                }
                _ => {}
            }
        }
        if let ExpressionKind::Name(symbol) = stage.kind
            && let Some(builtin) = self.resolve_builtin(symbol)
        {
            return self.builtin_call(builtin, Vec::new(), Some(piped), span, target);
        }
        let (callee, _) = self.any(stage);
        self.value_call(callee, Vec::new(), Some(piped), span, target);
    }

    /// The value of an expression without its last suffix.
    fn prefix(&mut self, base: &'a Expression, suffixes: &'a [Suffix]) -> (u8, bool) {
        if suffixes.is_empty() {
            return self.any(base);
        }
        let register = self.emitter().allocate();
        let mark = self.emitter().mark();
        let alias = self.postfix(base, suffixes, register);
        self.emitter().release_to(mark);
        (register, alias)
    }

    // Await.

    /// `await` directly on a builtin that has an instruction of its own (async.md 10).
    pub(super) fn await_special(&mut self, value: &'a Expression, span: Span, target: u8) -> bool {
        let ExpressionKind::Postfix { base, suffixes } = &value.kind else { return false };
        let (ExpressionKind::Name(symbol), [Suffix { kind: SuffixKind::Call(arguments), .. }]) =
            (&base.kind, suffixes.as_slice())
        else {
            return false;
        };
        let Some(builtin) = self.resolve_builtin(*symbol) else { return false };
        let Run::Operation(operation) = builtins::TABLE[builtin as usize].run else { return false };
        match (operation, arguments.as_slice()) {
            (Operation::YieldNow, []) => {
                self.emitter().emit(op::YIELD, 0, 0, 0);
                self.emitter().load_constant(target, Constant::Null);
                return true;
            }
            (Operation::AnyEvent, []) => {
                self.emitter().at(span);
                self.emitter().emit(op::SUSPEND, target, 0, 0);
            }
            (Operation::NextEvent | Operation::NextBar | Operation::NextTick, [name]) => {
                let (name, _) = self.any(name);
                let instruction = match operation {
                    Operation::NextEvent => op::AWAIT_EVENT,
                    Operation::NextBar => op::AWAIT_BAR,
                    _ => op::AWAIT_TICK,
                };
                self.emitter().at(span);
                self.emitter().emit(instruction, target, name, 0);
            }
            _ => return false,
        }
        self.emitter().emit(op::RESUME, 0, 0, 0);
        true
    }

    /// A call of a builtin that is an instruction (async.md 10).
    fn instruction_call(&mut self, builtin: u16, arguments: &'a [Expression], span: Span, target: u8) -> bool {
        let Run::Operation(operation) = builtins::TABLE[builtin as usize].run else { return false };
        match (operation, arguments) {
            (Operation::PollEvent, []) => {
                self.emitter().at(span);
                self.emitter().emit(op::POLL, target, 0, 0);
                return true;
            }
            (Operation::Cancel, [promise]) => {
                let (promise, _) = self.any(promise);
                self.emitter().at(span);
                self.emitter().emit(op::CANCEL_TASK, promise, 0, 0);
            }
            (Operation::EmitEvent, [name, payload]) => {
                let window = self.emitter().allocate_row(2);
                self.own_into(name, window);
                self.own_into(payload, window.wrapping_add(1));
                self.emitter().at(span);
                self.emitter().emit(op::EMIT_EVENT, window, window.wrapping_add(1), 0);
            }
            (Operation::EmitAlert, [alert]) => {
                let (alert, _) = self.any(alert);
                self.emitter().at(span);
                self.emitter().emit(op::EMIT_ALERT, alert, 0, 0);
            }
            _ => return false,
        }
        self.emitter().load_constant(target, Constant::Null);
        true
    }
}
