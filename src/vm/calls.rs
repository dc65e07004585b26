//! Calls: frames for script functions, builtins, methods, and what happens with their values.

use super::access::no_fields;
use super::fiber::{BORROWS_SELF, Fiber, Frame, OnReturn, Running, SELF_CHANGED, STORES_BACK};
use super::{Exit, Flow, Vm};
use crate::builtins::callbacks::{Routine, Step};
use crate::builtins::{Context, Run, TABLE, lookup};
use crate::bytecode::{Receiver, op};
use crate::heap::Closure;
use crate::runtime::{ErrorKind, Raise};
use crate::value::{Handle, Value};

const NOT_CALLABLE: &str = "Cannot call non-function; the value being called is not callable. Pass a function, \
                            closure, or imported callable value instead.";

/// Runs a builtin's code in a context, and counts the fuel of its work.
macro_rules! with_context {
    ($vm:expr, $context:ident => $body:expr) => {{
        let (clock, readings) = ($vm.clock, &$vm.readings);
        let now = || readings.read(clock);
        let mut $context = Context { heap: &mut $vm.heap, fuel: 0, now: &now, kept: &mut $vm.kept };
        let outcome = $body;
        let fuel = $context.fuel;
        $vm.work += fuel;
        outcome
    }};
}
pub(super) use with_context;

/// A call of any value: where its arguments are (absolute), how many, and where its value goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub first: u32,
    pub arguments: u8,
    pub result: u8,
    pub on_return: OnReturn,
}

impl Vm {
    /// Pushes a frame; the arguments are in its first registers already.
    ///
    /// # Errors
    /// A wrong number of arguments, and the limit of call depth.
    pub(super) fn enter(
        &mut self,
        fiber: &mut Fiber,
        function: u32,
        closure: Option<Handle<Closure>>,
        call: Call,
        flags: u8,
    ) -> Result<(), Raise> {
        let Call { first: base, arguments, result, on_return } = call;
        let arguments = arguments as usize;
        let loaded = &self.functions[function as usize];
        if arguments != loaded.arguments as usize {
            return Err(self.wrong_count(function, arguments));
        }
        if fiber.frames.len() >= self.limits.call_depth.unwrap_or(usize::MAX) {
            return Err(self.too_deep(function));
        }
        self.work += loaded.entry_fuel as u64;
        fiber.reserve(base as usize);
        fiber.frames.push(Frame { function, ip: 0, base, closure, result, on_return, flags });
        Ok(())
    }

    /// The name of a function in messages.
    pub fn shown_name(&self, function: u32) -> String {
        match &*self.heap.function_names[function as usize] {
            "" => "<lambda>".to_string(),
            name => name.to_string(),
        }
    }

    #[cold]
    pub(super) fn wrong_count(&self, function: u32, arguments: usize) -> Raise {
        let loaded = &self.functions[function as usize];
        let receiver = usize::from(loaded.method);
        let message = format!(
            "{} expects {} arguments, got {}",
            self.shown_name(function),
            loaded.arguments as usize - receiver,
            arguments.saturating_sub(receiver)
        );
        Raise::new(ErrorKind::Arity, message)
    }

    #[cold]
    pub(super) fn too_deep(&self, function: u32) -> Raise {
        let depth = self.limits.call_depth.unwrap_or(usize::MAX);
        let name = self.shown_name(function);
        Raise::new(ErrorKind::Depth, format!("Maximum VM call stack depth of {depth} exceeded while calling {name}"))
    }

    /// Calls any value.
    pub(super) fn call_value(&mut self, fiber: &mut Fiber, callee: Value, call: Call) -> Result<Flow, Raise> {
        let Call { first, arguments, result, on_return } = call;
        let (function, closure) = match callee {
            Value::Function(function) => (function, None),
            Value::Closure(closure) => (self.heap.closures.get(closure).function, Some(closure)),
            Value::Builtin(builtin) => {
                return self.call_builtin(fiber, builtin, call, true);
            }
            Value::HostFunction(function) => {
                fiber.awaiting = Some((on_return, result));
                return Ok(Flow::Exit(Exit::Host { function, first, arguments }));
            }
            _ => return Err(Raise::type_error(NOT_CALLABLE)),
        };
        let loaded = &self.functions[function as usize];
        if loaded.generator {
            let range = first as usize..first as usize + arguments as usize;
            let generator = self.new_generator(function, closure, &fiber.stack[range])?;
            return self.finish(fiber, generator, result, on_return);
        }
        if loaded.asynchronous {
            if arguments != loaded.arguments {
                return Err(self.wrong_count(function, arguments as usize));
            }
            fiber.awaiting = Some((on_return, result));
            return Ok(Flow::Exit(Exit::Spawn { function: callee, first, arguments, lexical: false }));
        }
        if loaded.may_change_self && arguments > 0 {
            // A method called as a plain function: the receiver is an argument like any other.
            self.heap.share(fiber.stack[first as usize]);
        }
        self.enter(fiber, function, closure, call, 0)?;
        Ok(Flow::Entered)
    }

    /// Calls a builtin in function form. `copied`: an updated receiver must be copied first, as it is somebody's.
    pub(super) fn call_builtin(
        &mut self,
        fiber: &mut Fiber,
        builtin: u16,
        call: Call,
        copied: bool,
    ) -> Result<Flow, Raise> {
        let Call { first, arguments, result, on_return } = call;
        let entry = &TABLE[builtin as usize];
        entry.arity.check(entry.shown, arguments as usize)?;
        let range = first as usize..first as usize + arguments as usize;
        if copied {
            for position in 0..arguments as usize {
                if entry.owns(position) {
                    self.heap.share(fiber.stack[first as usize + position]);
                }
            }
        }
        let value = match entry.run {
            Run::Native(native) => with_context!(self, context => native(&mut context, &fiber.stack[range]))?,
            Run::Updater(updater) => {
                let mut receiver = fiber.stack[first as usize];
                if copied {
                    receiver = self.heap.clone_object(receiver);
                } else {
                    receiver = self.unique(receiver);
                }
                let rest = &fiber.stack[first as usize + 1..range.end];
                let outcome = with_context!(self, context => updater(&mut context, &mut receiver, rest));
                match self.or_collect(fiber, on_return, outcome)? {
                    Some(updated) => updated.function_result(&mut self.heap, receiver),
                    None => return Ok(Flow::Exit(Exit::Collect)),
                }
            }
            Run::Callback(kind) => {
                let arguments = &fiber.stack[range];
                let routine = with_context!(self, context => Routine::start(kind, &mut context, arguments, false))?;
                let depth = fiber.frames.len() as u32;
                fiber.routines.push(Running { routine, depth, result, on_return, receiver: None });
                return self.step_routine(fiber, None);
            }
            Run::Next => return self.next_of(fiber, call),
            Run::Operation(operation) => {
                fiber.awaiting = Some((on_return, result));
                return Ok(Flow::Exit(Exit::Operation { operation, builtin, first, arguments }));
            }
        };
        self.finish(fiber, value, result, on_return)
    }

    /// Lets the innermost running builtin go on with the value of its callback.
    pub(super) fn step_routine(&mut self, fiber: &mut Fiber, value: Option<Value>) -> Result<Flow, Raise> {
        let mut value = value;
        loop {
            let Some(running) = fiber.routines.last_mut() else { return Ok(Flow::Value(Value::Null)) };
            let step = with_context!(self, context => running.routine.step(&mut context, value.take()));
            match step {
                Err(raise) => {
                    if let Some(mut running) = fiber.routines.pop() {
                        running.routine.release(&mut self.heap);
                    }
                    return Err(raise);
                }
                Ok(Step::Done(done)) => {
                    let Some(running) = fiber.routines.pop() else { return Ok(Flow::Value(done)) };
                    let (result, on_return) = (running.result, running.on_return);
                    let done = match running.receiver {
                        // The method form: the receiver's place gets the value, by the caller's store-back code.
                        Some(receiver) => {
                            if let Some(frame) = fiber.frames.last() {
                                let at = frame.base as usize + receiver as usize;
                                fiber.stack[at] = done;
                            }
                            Value::Null
                        }
                        None => done,
                    };
                    if on_return != OnReturn::Routine {
                        return self.finish(fiber, done, result, on_return);
                    }
                    value = Some(done);
                }
                Ok(Step::Call { count, .. }) => {
                    let function = running.routine.function();
                    let arguments = *running.routine.arguments();
                    let first = self.above(fiber);
                    fiber.reserve(first as usize);
                    fiber.stack[first as usize] = arguments[0];
                    fiber.stack[first as usize + 1] = arguments[1];
                    match self.call_value(
                        fiber,
                        function,
                        Call { first, arguments: count, result: 0, on_return: OnReturn::Routine },
                    )? {
                        Flow::Value(result) => value = Some(result),
                        flow => return Ok(flow),
                    }
                }
                Ok(Step::Pull(generator)) => {
                    let call = Call { first: 0, arguments: 0, result: 0, on_return: OnReturn::Pull };
                    match self.begin_pull(fiber, generator, call)? {
                        Flow::Value(result) => value = Some(result),
                        flow => return Ok(flow),
                    }
                }
            }
        }
    }

    /// The first register above those of the running function (absolute).
    pub fn above(&self, fiber: &Fiber) -> u32 {
        fiber.frames.last().map_or(0, |frame| frame.base + self.functions[frame.function as usize].registers)
    }

    /// Gives the value of a call to whoever waits for it in the frame on top.
    pub(super) fn finish(
        &mut self,
        fiber: &mut Fiber,
        value: Value,
        result: u8,
        on_return: OnReturn,
    ) -> Result<Flow, Raise> {
        match on_return {
            OnReturn::Store => {
                if let Some(frame) = fiber.frames.last() {
                    fiber.stack[frame.base as usize + result as usize] = value;
                }
            }
            OnReturn::StoreNot => {
                let value = Value::Bool(!self.heap.truthy(value));
                return self.finish(fiber, value, result, OnReturn::Store);
            }
            OnReturn::Branch | OnReturn::BranchNot => {
                let truth = self.heap.truthy(value) == (on_return == OnReturn::Branch);
                self.decide_branch(fiber, truth);
            }
            // The loop over callbacks is in `step_routine`: callers of builtins get the value itself.
            OnReturn::Routine | OnReturn::Pull => return Ok(Flow::Value(value)),
            OnReturn::Iterate => {
                let item = if value == Value::Unset { None } else { Some(value) };
                self.next_round(fiber, item);
            }
            OnReturn::Offer => return self.offered(fiber, value),
            OnReturn::Task => return Ok(Flow::Exit(Exit::Done(value))),
        }
        Ok(Flow::Entered)
    }

    /// Decides the branch instruction that the frame stands behind, now that the truth of its comparison is known.
    fn decide_branch(&mut self, fiber: &mut Fiber, truth: bool) {
        let Some(frame) = fiber.frames.last_mut() else { return };
        let code = &self.functions[frame.function as usize].code;
        let at = frame.ip as usize - 2;
        let negated = matches!(
            code[at] as u8,
            op::JUMP_NOT_EQUAL
                | op::JUMP_NOT_DIFFER
                | op::JUMP_NOT_LESS..=op::JUMP_NOT_GREATER_EQUAL
                | op::JUMP_NOT_EQUAL_K
                | op::JUMP_NOT_DIFFER_K
                | op::JUMP_NOT_LESS_K..=op::JUMP_NOT_GREATER_EQUAL_K
        );
        let mut next = at as i64 + 2;
        if truth != negated {
            next += (code[at + 1] as i32 >> 8) as i64;
        }
        frame.ip = next as u32;
    }

    /// Calls an operator method on copies of the operands, above the registers of the running function.
    pub(super) fn call_operator(
        &mut self,
        fiber: &mut Fiber,
        method: u32,
        left: Value,
        right: Option<Value>,
        result: u8,
        on_return: OnReturn,
    ) -> Result<Flow, Raise> {
        let first = self.above(fiber);
        fiber.reserve(first as usize);
        self.heap.share(left);
        fiber.stack[first as usize] = left;
        let mut count = 1;
        if let Some(right) = right {
            self.heap.share(right);
            fiber.stack[first as usize + 1] = right;
            count = 2;
        }
        self.call_value(fiber, Value::Function(method), Call { first, arguments: count, result, on_return })
    }

    /// `receiver.name(…)`, where the inline cache did not know. `window` is the receiver's register in the frame.
    pub(super) fn call_method(
        &mut self,
        fiber: &mut Fiber,
        window: u8,
        arguments: u8,
        result: u8,
        site: u32,
    ) -> Result<Flow, Raise> {
        let Some(&Frame { base, .. }) = fiber.frames.last() else { return Ok(Flow::Entered) };
        let cache = self.caches[site as usize];
        let first = base + window as u32;
        let receiver = fiber.stack[first as usize];
        let mut held = None;
        match receiver {
            Value::Record(record) => {
                let layout = self.heap.records.get(record).layout;
                let method = self.heap.record_type(record).methods.get(&cache.name).copied();
                if let Some(method) = method {
                    let cache = &mut self.caches[site as usize];
                    cache.layout = layout;
                    cache.slot = method;
                    return self.enter_method(fiber, method, window, arguments, result, site);
                }
                held = self.heap.field(record, cache.name);
            }
            Value::Dict(dict) => {
                let text = Value::Text(self.heap.name_text(cache.name));
                held = lookup(&self.heap, dict, text);
            }
            _ => {}
        }
        if let Some(function) = held {
            if function.is_callable() {
                self.skip_store_back(fiber);
                let call = Call { first: first + 1, arguments, result, on_return: OnReturn::Store };
                return self.call_value(fiber, function, call);
            }
            if cache.builtin.is_none() {
                return Err(Raise::type_error(NOT_CALLABLE));
            }
        }
        if let Some(builtin) = cache.builtin {
            let call = Call { first, arguments, result, on_return: OnReturn::Store };
            return self.builtin_method(fiber, builtin, call, window, cache.receiver);
        }
        let name = self.heap.names.text(cache.name);
        Err(match receiver {
            Value::Record(_) | Value::Dict(_) => Raise::new(ErrorKind::Field, format!("Field not found: {name}")),
            _ => no_fields(name),
        })
    }

    /// A builtin in method form: the receiver comes before the arguments, in register `window` of the frame.
    fn builtin_method(
        &mut self,
        fiber: &mut Fiber,
        builtin: u16,
        call: Call,
        window: u8,
        place: Receiver,
    ) -> Result<Flow, Raise> {
        let Call { first, arguments, result, .. } = call;
        let entry = &TABLE[builtin as usize];
        let count = arguments as usize + 1;
        if !entry.updates() {
            if let Run::Native(_) = entry.run {
                // Skipped afterwards: the instruction may have to be executed again.
                let call = Call { arguments: arguments + 1, ..call };
                let flow = self.call_builtin(fiber, builtin, call, false)?;
                if let Flow::Entered = flow {
                    self.skip_store_back(fiber);
                }
                return Ok(flow);
            }
            self.skip_store_back(fiber);
            let call = Call { arguments: arguments + 1, ..call };
            return self.call_builtin(fiber, builtin, call, false);
        }
        entry.arity.check(entry.shown, count)?;
        let receiver = fiber.stack[first as usize];
        if place == Receiver::Immutable {
            // The store-back code raises the error; nothing changes. Arguments of a wrong kind are the worse mistake.
            fiber.stack[first as usize] = self.heap.clone_object(receiver);
        }
        match entry.run {
            Run::Updater(updater) => {
                let mut changed = match place {
                    Receiver::Place | Receiver::Temporary => self.unique(receiver),
                    Receiver::Part | Receiver::Immutable => self.heap.clone_object(receiver),
                };
                let rest = &fiber.stack[first as usize + 1..first as usize + count];
                let outcome = with_context!(self, context => updater(&mut context, &mut changed, rest));
                let Some(updated) = self.or_collect(fiber, OnReturn::Store, outcome)? else {
                    return Ok(Flow::Exit(Exit::Collect));
                };
                let same = changed == receiver && place != Receiver::Immutable;
                fiber.stack[first as usize] = changed;
                if same {
                    self.skip_store_back(fiber);
                }
                let frame_base = first - window as u32;
                fiber.stack[frame_base as usize + result as usize] = updated.method_result();
                Ok(Flow::Entered)
            }
            Run::Callback(kind) => {
                let range = first as usize..first as usize + count;
                let in_place = place == Receiver::Place;
                let arguments = &fiber.stack[range];
                let routine = with_context!(self, context => Routine::start(kind, &mut context, arguments, in_place))?;
                let depth = fiber.frames.len() as u32;
                let on_return = OnReturn::Store;
                fiber.routines.push(Running { routine, depth, result, on_return, receiver: Some(window) });
                self.step_routine(fiber, None)
            }
            Run::Native(_) | Run::Next | Run::Operation(_) => Ok(Flow::Entered),
        }
    }

    /// What a builtin came to. `None`: it was refused memory, but a collection may free enough, after which the
    /// instruction is executed again; builtins ask for memory before they change anything.
    pub(super) fn or_collect<T>(
        &mut self,
        fiber: &mut Fiber,
        on_return: OnReturn,
        outcome: Result<T, Raise>,
    ) -> Result<Option<T>, Raise> {
        let raise = match outcome {
            Ok(value) => return Ok(Some(value)),
            Err(raise) => raise,
        };
        // A callback's builtin cannot be called again by the instruction that stands in the frame.
        if !raise.is_memory_breach() || !self.heap.has_garbage() || on_return != OnReturn::Store {
            return Err(raise);
        }
        let Some(frame) = fiber.frames.last_mut() else { return Err(raise) };
        let code = &self.functions[frame.function as usize].code;
        let mut start = 0;
        let mut at = 0;
        while at < frame.ip as usize {
            start = at;
            at += crate::bytecode::instruction_of(code[at]).map_or(1, crate::bytecode::Instruction::length);
        }
        frame.ip = start as u32;
        Ok(None)
    }

    /// How an instruction goes on that a builtin's code has failed in: by an error, or after a collection.
    pub(super) fn refused(&mut self, fiber: &mut Fiber, raise: Raise) -> Result<Flow, Raise> {
        match self.or_collect::<Value>(fiber, OnReturn::Store, Err(raise))? {
            Some(value) => Ok(Flow::Value(value)),
            None => Ok(Flow::Exit(Exit::Collect)),
        }
    }

    /// Goes on behind the store-back code of the method call that was just decoded.
    pub(super) fn skip_store_back(&self, fiber: &mut Fiber) {
        if let Some(frame) = fiber.frames.last_mut() {
            let code = &self.functions[frame.function as usize].code;
            frame.ip += code[frame.ip as usize - 1];
        }
    }

    /// Enters a struct's method. The receiver is in the window.
    pub(super) fn enter_method(
        &mut self,
        fiber: &mut Fiber,
        method: u32,
        window: u8,
        arguments: u8,
        result: u8,
        site: u32,
    ) -> Result<Flow, Raise> {
        let Some(&Frame { base, .. }) = fiber.frames.last() else { return Ok(Flow::Entered) };
        let first = base + window as u32;
        let receiver = fiber.stack[first as usize];
        let call = Call { first, arguments: arguments + 1, result, on_return: OnReturn::Store };
        let cache = self.caches[site as usize];
        let loaded = &self.functions[method as usize];
        let changes = loaded.may_change_self;
        if loaded.asynchronous || !changes {
            if loaded.asynchronous {
                self.skip_store_back(fiber);
                return self.call_value(fiber, Value::Function(method), call);
            }
            let mut flags = 0;
            if (cache.borrowed || cache.receiver == Receiver::Part)
                && let Some(share) = self.heap.share_of(receiver)
            {
                share.borrow();
                flags = BORROWS_SELF;
            }
            // The frame is pushed after the skip, so that errors of the call itself stand at the call.
            self.enter(fiber, method, None, call, flags)?;
            let caller = fiber.frames.len() - 2;
            let code = &self.functions[fiber.frames[caller].function as usize].code;
            fiber.frames[caller].ip += code[fiber.frames[caller].ip as usize - 1];
            return Ok(Flow::Entered);
        }
        match cache.receiver {
            Receiver::Part | Receiver::Immutable => self.heap.share(receiver),
            Receiver::Place | Receiver::Temporary => {}
        }
        self.enter(fiber, method, None, call, STORES_BACK)?;
        Ok(Flow::Entered)
    }

    /// What a returning frame has to do besides handing over its value; the frame is popped already.
    pub(super) fn leave(&mut self, fiber: &mut Fiber, frame: &Frame) {
        if frame.flags & BORROWS_SELF != 0
            && let Some(share) = self.heap.share_of(fiber.stack[frame.base as usize])
        {
            share.release();
        }
        if frame.on_return == OnReturn::Offer {
            self.keep_receiver(fiber, frame);
        }
        if frame.flags & STORES_BACK != 0 {
            let changed = self.functions[frame.function as usize].changes_self || frame.flags & SELF_CHANGED != 0;
            if !changed {
                self.skip_store_back(fiber);
            }
        }
    }

    /// Goes on with a fiber whose operation has a value.
    pub fn deliver(&mut self, fiber: &mut Fiber, value: Value) -> Result<Option<Exit>, Raise> {
        let Some((on_return, result)) = fiber.awaiting.take() else { return Ok(None) };
        let flow = match on_return {
            OnReturn::Routine | OnReturn::Pull => self.step_routine(fiber, Some(value))?,
            other => self.finish(fiber, value, result, other)?,
        };
        Ok(match flow {
            Flow::Exit(exit) => Some(exit),
            Flow::Value(_) | Flow::Entered => None,
        })
    }
}

impl Vm {
    /// A fiber that will call `function`, and what it begins with. The arguments get a second owner. A suspended
    /// generator goes on to its next `yield`.
    ///
    /// # Errors
    /// A wrong number of arguments, or a value that cannot be called.
    pub fn new_fiber(&mut self, function: Value, arguments: &[Value]) -> Result<Fiber, Raise> {
        for &argument in arguments {
            self.heap.share(argument);
        }
        let mut fiber = Fiber::default();
        let (number, closure) = match function {
            Value::Function(number) => (number, None),
            Value::Closure(closure) => (self.heap.closures.get(closure).function, Some(closure)),
            Value::Generator(generator) => {
                self.fiber_of_generator(&mut fiber, generator);
                return Ok(fiber);
            }
            // Called when the task begins: it has no script frame.
            Value::Builtin(_) | Value::HostFunction(_) => {
                return Ok(frameless(fiber, function, arguments));
            }
            _ => return Err(Raise::type_error(NOT_CALLABLE)),
        };
        let loaded = &self.functions[number as usize];
        if loaded.generator {
            return Ok(frameless(fiber, function, arguments));
        }
        if arguments.len() != loaded.arguments as usize {
            return Err(self.wrong_count(number, arguments.len()));
        }
        let registers = loaded.registers as usize;
        fiber.stack.reserve_exact(registers);
        fiber.stack.extend_from_slice(arguments);
        fiber.stack.resize(registers, Value::Null);
        fiber.frames = Vec::with_capacity(1);
        fiber.frames.push(Frame {
            function: number,
            ip: 0,
            base: 0,
            closure,
            result: 0,
            on_return: OnReturn::Task,
            flags: 0,
        });
        self.work += loaded.entry_fuel as u64;
        Ok(fiber)
    }

    /// Begins a fiber that calls a builtin or a host function, which is its first register.
    pub fn begin_frameless(&mut self, fiber: &mut Fiber) -> Result<Option<Exit>, Raise> {
        let arguments = (std::mem::take(&mut fiber.frameless).max(1) - 1) as u8;
        let function = fiber.stack.first().copied().unwrap_or(Value::Null);
        match self.call_value(fiber, function, Call { first: 1, arguments, result: 0, on_return: OnReturn::Task })? {
            Flow::Exit(exit) => Ok(Some(exit)),
            Flow::Value(value) => Ok(Some(Exit::Done(value))),
            Flow::Entered => Ok(None),
        }
    }
}

/// A fiber that begins with a call of something that has no script frame.
fn frameless(mut fiber: Fiber, function: Value, arguments: &[Value]) -> Fiber {
    fiber.stack.push(function);
    fiber.stack.extend_from_slice(arguments);
    fiber.frameless = fiber.stack.len() as u32;
    fiber
}
