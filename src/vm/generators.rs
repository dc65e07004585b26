//! Generators: a suspended one is its registers and its position; a running one is a frame like any other, above the
//! code that pulled it. Its handle is in the register below its own.

use super::calls::Call;
use super::fiber::{Fiber, Frame, GENERATOR, OnReturn};
use super::{Exit, Flow, Vm};
use crate::bytecode::op;
use crate::heap::{Closure, Generator, GeneratorState};
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
        let state = GeneratorState::Suspended;
        Ok(self.heap.generator(Generator { function, closure, ip: 0, state, registers }))
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
        let object = self.heap.generators.get(generator);
        match object.state {
            GeneratorState::Done => return Ok(Flow::Value(Value::Unset)),
            GeneratorState::Running => return Err(Raise::type_error("Generator is already running")),
            GeneratorState::Suspended => {}
        }
        let (function, ip, closure) = (object.function, object.ip, object.closure);
        if fiber.frames.len() >= self.limits.call_depth.unwrap_or(usize::MAX) {
            return Err(self.too_deep(function));
        }
        let first = self.above(fiber) as usize;
        fiber.reserve(first + 1);
        fiber.stack[first] = Value::Generator(generator);
        let base = first + 1;
        let object = self.heap.generators.get_mut(generator);
        object.state = GeneratorState::Running;
        fiber.stack[base..base + object.registers.len()].copy_from_slice(&object.registers);
        if ip == 0 {
            self.work += self.functions[function as usize].entry_fuel as u64;
        }
        fiber.frames.push(Frame { function, ip, base: base as u32, closure, result, on_return, flags: GENERATOR });
        Ok(Flow::Entered)
    }

    /// `yield`: the frame on top is put back into its generator, and whoever pulled it goes on. In the cleanup of a
    /// cancelled task it ends the cleanup of this frame, as nobody takes the value.
    pub(super) fn hand_out(&mut self, fiber: &mut Fiber, value: Value) -> Result<Flow, Raise> {
        if fiber.cleanup.is_some_and(|(depth, _)| depth as usize == fiber.frames.len()) {
            return Ok(match self.unwind_cancelled(fiber) {
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

    /// The loop instruction that the frame on top stands behind goes on with a value, or ends.
    fn next_round(&mut self, fiber: &mut Fiber, item: Option<Value>) {
        let Some(frame) = fiber.frames.last_mut() else { return };
        let code = &self.functions[frame.function as usize].code;
        let at = frame.ip as usize - 2;
        let (word, extension) = (code[at], code[at + 1]);
        let registers = &mut fiber.stack[frame.base as usize..];
        let (state, target) = ((word >> 8 & 0xff) as usize, (word >> 16 & 0xff) as usize);
        let Some(item) = item else {
            self.work += (word >> 24) as u64;
            return;
        };
        if word as u8 == op::FOR_NEXT_PAIR {
            let count = if let Value::Int(count) = registers[state + 2] { count } else { 0 };
            registers[state + 2] = Value::Int(count + 1);
            registers[target] = Value::Int(count);
            registers[target + 1] = item;
        } else {
            registers[target] = item;
        }
        self.work += (extension & 0xff) as u64;
        frame.ip = (frame.ip as i64 + (extension as i32 >> 8) as i64) as u32;
    }

    /// `next(g)`
    pub(super) fn next_of(&mut self, fiber: &mut Fiber, call: Call) -> Result<Flow, Raise> {
        match fiber.stack[call.first as usize] {
            Value::Generator(generator) => self.pull(fiber, generator, call),
            _ => Err(Raise::new(ErrorKind::Argument, "next() requires a generator")),
        }
    }
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
