//! Generators: a suspended one is its registers, its position and its open scopes; a running one is a frame like any
//! other, above the code that pulled it. Its handle is in the register below its own.
//!
//! An async generator is the same thing: its frame may wait like every other. Who pulls it makes the difference.
//!
//! - `for await` pulls it in the task of the loop, as `for` does: handing over a value takes no task and no promise, an
//!   error of the body goes on in the loop, and a cancellation of the task unwinds body and loop from the inside out.
//! - `next()` starts a task whose first frame is the generator's. The task ends at the next `yield`, its promise is what
//!   `next()` gives, and who cancels it ends the generator.
//!
//! Between two pulls no task holds anything of it: one that is dropped is garbage like any other value.
//!
//! A `for await` that is left early *ends* its async generator: the frame comes back once more, marked [`ENDING`], and
//! unwinds through its pending `finally` blocks as for a cancellation: nothing that they do, a `yield` included, brings
//! the body back. They may wait. An error in one of them goes on in the loop, after the outer ones have run.

use super::calls::Call;
use super::fiber::{ENDING, Fiber, Frame, GENERATOR, OnReturn, OpenScope};
use super::{Exit, Flow, Vm};
use crate::heap::{Closure, Generator, GeneratorState, PromiseState, Source};
use crate::runtime::{ErrorKind, Raise};
use crate::value::{Handle, Value};

impl Vm {
    /// A call of a generator function: binds the arguments and runs nothing.
    pub(super) fn new_generator(
        &mut self,
        function: u32,
        closure: Option<Handle<Closure>>,
        arguments: &[Value],
    ) -> Result<Value, Raise> {
        let loaded = &self.functions[function as usize];
        if arguments.len() != loaded.arguments as usize {
            return Err(self.wrong_count(function, arguments.len()));
        }
        let mut registers = vec![Value::Null; loaded.registers as usize].into_boxed_slice();
        for (register, &argument) in registers.iter_mut().zip(arguments) {
            self.heap.share(argument);
            *register = argument;
        }
        let asynchronous = loaded.asynchronous;
        let state = GeneratorState::Suspended;
        let scopes = Box::default();
        Ok(self.heap.generator(Generator { function, closure, ip: 0, state, asynchronous, registers, scopes }))
    }

    /// Lets a generator run to its next `yield` or its end; then [`OnReturn`] says who gets the value.
    pub(super) fn pull(&mut self, fiber: &mut Fiber, generator: Handle<Generator>, call: Call) -> Result<Flow, Raise> {
        if self.heap.generators.get(generator).state == GeneratorState::Done {
            return self.pulled(fiber, None, call.result, call.on_return);
        }
        self.begin_pull(fiber, generator, call)
    }

    /// The same for a builtin that pulls, which gets the end of a generator as a value at once.
    pub(super) fn begin_pull(
        &mut self,
        fiber: &mut Fiber,
        generator: Handle<Generator>,
        call: Call,
    ) -> Result<Flow, Raise> {
        let Call { result, on_return, .. } = call;
        match self.heap.generators.get(generator).state {
            GeneratorState::Done => return Ok(Flow::Value(Value::Unset)),
            GeneratorState::Running => return Err(already_running()),
            GeneratorState::Suspended => {}
        }
        self.check_depth(fiber, generator)?;
        let first = self.above(fiber);
        fiber.reserve(first as usize + 1);
        self.push_frame(fiber, generator, first, result, on_return, 0);
        Ok(Flow::Entered)
    }

    fn check_depth(&self, fiber: &Fiber, generator: Handle<Generator>) -> Result<(), Raise> {
        if fiber.frames.len() >= self.limits.call_depth.unwrap_or(usize::MAX) {
            return Err(self.too_deep(self.heap.generators.get(generator).function));
        }
        Ok(())
    }

    /// Makes a suspended generator the frame on top: its handle goes to register `first` (absolute), its registers follow.
    fn push_frame(
        &mut self,
        fiber: &mut Fiber,
        generator: Handle<Generator>,
        first: u32,
        result: u8,
        on_return: OnReturn,
        flags: u8,
    ) {
        let object = self.heap.generators.get_mut(generator);
        let (function, ip, closure) = (object.function, object.ip, object.closure);
        object.state = GeneratorState::Running;
        let base = first as usize + 1;
        fiber.stack[base - 1] = Value::Generator(generator);
        fiber.stack[base..base + object.registers.len()].copy_from_slice(&object.registers);
        let flags = flags | GENERATOR;
        fiber.frames.push(Frame { function, ip, base: base as u32, closure, result, on_return, flags });
        if !object.scopes.is_empty() {
            let depth = fiber.frames.len() as u32;
            fiber.scopes.extend(std::mem::take(&mut object.scopes).iter().map(|&id| OpenScope { id, depth }));
        }
        if ip == 0 {
            self.work += self.functions[function as usize].entry_fuel as u64;
        }
    }

    /// The state of a task that lets a suspended generator run to its next `yield`.
    pub(super) fn fiber_of_generator(&mut self, fiber: &mut Fiber, generator: Handle<Generator>) {
        let registers = self.heap.generators.get(generator).registers.len();
        fiber.stack = vec![Value::Null; registers + 1];
        fiber.frames = Vec::with_capacity(1);
        self.push_frame(fiber, generator, 0, 0, OnReturn::Task, 0);
    }

    /// `yield`: the frame on top is put back into its generator, and whoever pulled it goes on. In the cleanup of a
    /// cancelled task, or of a generator that shall end, it ends the cleanup of this frame, as nobody takes the value.
    pub(super) fn hand_out(&mut self, fiber: &mut Fiber, value: Value) -> Result<Flow, Raise> {
        let cancelled = fiber.cleanup.is_some_and(|(depth, _)| depth as usize == fiber.frames.len());
        let ending = fiber.frames.last().is_some_and(|frame| frame.flags & ENDING != 0);
        if cancelled || ending {
            return Ok(match self.unwind_further(fiber, Value::Null) {
                Ok(()) => Flow::Entered,
                Err(exit) => Flow::Exit(exit),
            });
        }
        let Some(frame) = fiber.frames.pop() else { return Ok(Flow::Exit(Exit::Done(value))) };
        if let Some(generator) = running_generator(fiber, &frame) {
            let object = self.heap.generators.get_mut(generator);
            let base = frame.base as usize;
            object.registers.copy_from_slice(&fiber.stack[base..base + object.registers.len()]);
            object.ip = frame.ip;
            object.state = GeneratorState::Suspended;
            let depth = fiber.frames.len() as u32;
            if fiber.scopes.last().is_some_and(|scope| scope.depth > depth) {
                let own = fiber.scopes.partition_point(|scope| scope.depth <= depth);
                object.scopes = fiber.scopes.drain(own..).map(|scope| scope.id).collect();
            }
        }
        self.deliver_item(fiber, Some(value), &frame)
    }

    /// The body of the generator in `frame`, which is popped already, has ended.
    pub(super) fn generator_returned(&mut self, fiber: &mut Fiber, frame: &Frame) -> Result<Flow, Raise> {
        self.end_generator(fiber, frame);
        self.deliver_item(fiber, None, frame)
    }

    /// What the frame of a generator gives, to who pulled it.
    fn deliver_item(&mut self, fiber: &mut Fiber, item: Option<Value>, frame: &Frame) -> Result<Flow, Raise> {
        match frame.on_return {
            OnReturn::Pull => self.step_routine(fiber, Some(item.unwrap_or(Value::Unset))),
            OnReturn::Routine => self.step_routine(fiber, Some(item.unwrap_or(Value::Null))),
            on_return => self.pulled(fiber, item, frame.result, on_return),
        }
    }

    /// Marks the generator of a frame as ended, if it is one's.
    pub(super) fn end_generator(&mut self, fiber: &Fiber, frame: &Frame) {
        if let Some(generator) = running_generator(fiber, frame) {
            self.heap.end_generator(generator);
        }
    }

    /// The next value of a generator, or `None` at its end, for the code in the frame on top or a running builtin's
    /// loop over its callbacks.
    fn pulled(
        &mut self,
        fiber: &mut Fiber,
        item: Option<Value>,
        result: u8,
        on_return: OnReturn,
    ) -> Result<Flow, Raise> {
        match on_return {
            OnReturn::Iterate => {
                self.next_round(fiber, item);
                Ok(Flow::Entered)
            }
            _ => self.finish(fiber, item.unwrap_or(Value::Null), result, on_return),
        }
    }

    /// `next(g)`
    pub(super) fn next_of(&mut self, fiber: &mut Fiber, call: Call) -> Result<Flow, Raise> {
        let Call { first, result, on_return, .. } = call;
        let function = fiber.stack[first as usize];
        let generator = match function {
            Value::Generator(generator) => generator,
            Value::Stream(stream) => {
                fiber.awaiting = Some((on_return, result));
                return Ok(Flow::Exit(Exit::NextOfStream(stream)));
            }
            _ => return Err(Raise::new(ErrorKind::Argument, "next() requires a generator")),
        };
        let object = self.heap.generators.get(generator);
        match object.state {
            _ if !object.asynchronous => self.pull(fiber, generator, call),
            GeneratorState::Running => Err(already_running()),
            GeneratorState::Suspended => {
                fiber.awaiting = Some((on_return, result));
                Ok(Flow::Exit(Exit::Spawn { function, first, arguments: 0, lexical: false }))
            }
            GeneratorState::Done => {
                let promise = self.heap.promise(Source::Settled);
                self.heap.promises.get_mut(promise).state = PromiseState::Resolved(Value::Null);
                self.finish(fiber, Value::Promise(promise), result, on_return)
            }
        }
    }

    // The end of an async generator that is left early.

    /// A `for await` has left a generator. A plain one can be continued; one that somebody else's pull runs is theirs.
    pub(super) fn end_for_loop(
        &mut self,
        fiber: &mut Fiber,
        generator: Handle<Generator>,
        result: u8,
    ) -> Result<Flow, Raise> {
        let object = self.heap.generators.get(generator);
        if !object.asynchronous || object.state != GeneratorState::Suspended {
            return Ok(Flow::Value(Value::Null));
        }
        if object.ip == 0 {
            self.heap.end_generator(generator);
            return Ok(Flow::Value(Value::Null));
        }
        self.check_depth(fiber, generator)?;
        let first = self.above(fiber);
        fiber.reserve(first as usize + 1);
        self.push_frame(fiber, generator, first, result, OnReturn::Store, ENDING);
        Ok(match self.unwind_ending(fiber) {
            Ok(()) => Flow::Entered,
            Err(exit) => Flow::Exit(exit),
        })
    }

    /// Runs the next cleanup of the generator on top, from where it stands; after the last one, the loop goes on.
    pub(super) fn unwind_ending(&mut self, fiber: &mut Fiber) -> Result<(), Exit> {
        self.drop_routines(fiber);
        let Some(&frame) = fiber.frames.last() else { return Err(Exit::Done(Value::Null)) };
        if let Some(target) = self.last_cleanup(fiber, &frame) {
            self.go_to_handler(fiber, target);
            fiber.caught = None;
            return Ok(());
        }
        fiber.frames.pop();
        match self.generator_returned(fiber, &frame) {
            Ok(Flow::Exit(exit)) => Err(exit),
            Ok(_) => Ok(()),
            Err(raise) => self.unwind(fiber, raise),
        }
    }

    /// Who handles an error in the last cleanup: a `try` in the `finally` block that runs, else the next block outside.
    pub(super) fn ending_handler(&mut self, fiber: &Fiber, frame: &Frame) -> Option<u32> {
        let block = self.heap.generators.get(running_generator(fiber, frame)?).ip;
        self.handler(frame, Some(block), false).or_else(|| self.last_cleanup(fiber, frame))
    }

    /// The next `finally` block of a generator that shall end, which notes that it runs.
    fn last_cleanup(&mut self, fiber: &Fiber, frame: &Frame) -> Option<u32> {
        let target = self.handler(frame, None, true)?;
        self.heap.generators.get_mut(running_generator(fiber, frame)?).ip = target;
        Some(target)
    }

    /// Whether the `finally` block that begins at `ip` in the frame on top is such a one, and not a block inside of it.
    pub(super) fn is_last_cleanup(&self, fiber: &Fiber, ip: u32) -> bool {
        fiber.frames.last().filter(|frame| frame.flags & ENDING != 0).is_some_and(|frame| {
            running_generator(fiber, frame).is_some_and(|generator| self.heap.generators.get(generator).ip == ip)
        })
    }
}

fn already_running() -> Raise {
    Raise::type_error("Generator is already running")
}

/// The generator whose body a frame runs.
fn running_generator(fiber: &Fiber, frame: &Frame) -> Option<Handle<Generator>> {
    if frame.flags & GENERATOR == 0 {
        return None;
    }
    match fiber.stack.get((frame.base as usize).checked_sub(1)?) {
        Some(Value::Generator(generator)) => Some(*generator),
        _ => None,
    }
}
