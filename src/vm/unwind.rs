//! Errors and cancellation on their way out of calls: error values with positions, handlers, cleanup.

use super::fiber::{ENDING, Fiber, Frame, OnReturn, STORES_BACK};
use super::{Exit, Vm};
use crate::bytecode::HandlerKind;
use crate::heap::ErrorField;
use crate::runtime::{ErrorKind, LimitBreach, Raise, Raised};
use crate::source::Span;
use crate::value::{Handle, Value};

/// An error that left its task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failure {
    /// With the error record.
    Error(Handle<crate::heap::Record>),
    Limit(LimitBreach),
    Exit(i32),
}

impl Vm {
    /// Where a frame stands: the span of the instruction that it executes.
    pub fn span_of(&self, function: u32, ip: u32) -> Span {
        let positions = &self.functions[function as usize].function().positions;
        let at = ip.saturating_sub(1);
        let index = positions.partition_point(|&(offset, _)| offset <= at);
        match index.checked_sub(1) {
            Some(index) => positions[index].1,
            None => Span::new(0, 0),
        }
    }

    /// `name (line:col)`
    pub fn trace_line(&self, function: u32, ip: u32) -> String {
        let loaded = &self.functions[function as usize];
        let position = loaded.program.source.position(self.span_of(function, ip).start);
        format!("{} ({}:{})", self.shown_name(function), position.line, position.column)
    }

    /// The error value of what was raised, with kind, position and stack filled in.
    pub fn error_value(&mut self, fiber: &Fiber, raised: Raised) -> Result<Value, Failure> {
        let record = match raised {
            Raised::Limit(breach) => return Err(Failure::Limit(breach)),
            Raised::Exit(status) => return Err(Failure::Exit(status)),
            Raised::Error { kind, message } => self.heap.error(&message, kind.word()),
            Raised::Thrown(value) => match self.thrown(value) {
                Ok(record) => record,
                Err(again) => return Ok(again),
            },
        };
        self.locate(fiber, record);
        Ok(Value::Record(record))
    }

    /// The error record of `throw v` (language.md 8.2); `Err`: `v` is an error that was raised before.
    fn thrown(&mut self, value: Value) -> Result<Handle<crate::heap::Record>, Value> {
        let thrown = ErrorKind::Thrown.word();
        let (message, cause) = match value {
            Value::Text(text) => (self.heap.str(text).to_string(), Value::Null),
            Value::Record(record) if self.heap.is_error(value) => {
                if self.heap.error_field(record, ErrorField::Origin) != Value::Null {
                    return Err(value);
                }
                let Value::Record(own) = self.heap.unique(value) else { return Err(value) };
                return Ok(own);
            }
            Value::Record(record) => {
                let message = self.heap.name("message");
                let cause = self.heap.name("cause");
                let message = match self.heap.field(record, message).and_then(|value| self.heap.as_str(value)) {
                    Some(message) => message.to_string(),
                    None => {
                        let name = self.heap.record_type(record).name;
                        format!("{} error", self.heap.names.text(name))
                    }
                };
                (message, self.heap.field(record, cause).unwrap_or(Value::Null))
            }
            other => (crate::builtins::text_form::literal(&self.heap, other), Value::Null),
        };
        let record = self.heap.error(&message, thrown);
        self.heap.share(value);
        self.heap.share(cause);
        self.heap.set_error_field(record, ErrorField::Value, value);
        self.heap.set_error_field(record, ErrorField::Cause, cause);
        Ok(record)
    }

    /// Fills in where the error was raised.
    fn locate(&mut self, fiber: &Fiber, record: Handle<crate::heap::Record>) {
        let Some(top) = fiber.frames.last() else { return };
        let mut stack = Vec::with_capacity(fiber.frames.len());
        for frame in fiber.frames.iter().rev() {
            let line = self.trace_line(frame.function, frame.ip);
            stack.push(self.heap.string(line));
        }
        let stack = self.heap.list(stack);
        let loaded = &self.functions[top.function as usize];
        let position = loaded.program.source.position(self.span_of(top.function, top.ip).start);
        let origin = (top.function as i64) << 32 | top.ip as i64;
        for (field, value) in [
            (ErrorField::Stack, stack),
            (ErrorField::Line, Value::Int(position.line as i64)),
            (ErrorField::Column, Value::Int(position.column as i64)),
            (ErrorField::Origin, Value::Int(origin)),
        ] {
            self.heap.set_error_field(record, field, value);
        }
    }

    /// Finds who handles what was raised, and makes the fiber go on there.
    ///
    /// # Errors
    /// The exit of the fiber, if nobody does.
    pub fn unwind(&mut self, fiber: &mut Fiber, raise: Raise) -> Result<(), Exit> {
        match self.error_value(fiber, *raise.0) {
            Ok(error) => self.unwind_error(fiber, error),
            Err(failure) => Err(Exit::Failed(failure)),
        }
    }

    pub(super) fn unwind_error(&mut self, fiber: &mut Fiber, error: Value) -> Result<(), Exit> {
        loop {
            self.drop_routines(fiber);
            let Some(&frame) = fiber.frames.last() else { break };
            // An error that leaves the cleanup of a cancelled task changes nothing: the task goes on unwinding.
            let within = match fiber.cleanup {
                Some((depth, start)) if depth as usize == fiber.frames.len() => Some(start),
                _ => None,
            };
            let handler = if frame.flags & ENDING != 0 && within.is_none() {
                self.ending_handler(fiber, &frame)
            } else {
                self.handler(&frame, within, false)
            };
            if let Some(target) = handler {
                self.go_to_handler(fiber, target);
                fiber.caught = Some(error);
                return Ok(());
            }
            if within.is_some() {
                match fiber.cleanup_errors {
                    Some(errors) => self.heap.list_push(errors, error),
                    None => fiber.cleanup_errors = Some(self.heap.new_list(vec![error])),
                }
                return self.unwind_cancelled(fiber);
            }
            fiber.frames.pop();
            let stored_back = frame.flags & STORES_BACK != 0 && !fiber.frames.is_empty();
            self.drop_frame(fiber, &frame);
            if stored_back {
                // The changes until then are stored back first, by the caller's code behind the call.
                fiber.pending = Some(error);
                return Ok(());
            }
            if frame.on_return == OnReturn::Task {
                break;
            }
        }
        fiber.frames.clear();
        match error {
            Value::Record(record) => Err(Exit::Failed(Failure::Error(record))),
            _ => Err(Exit::Cancelled),
        }
    }

    /// Runs the next cleanup of a cancelled fiber, from where it stands.
    ///
    /// # Errors
    /// [`Exit::Cancelled`] when there is none left.
    pub fn unwind_cancelled(&mut self, fiber: &mut Fiber) -> Result<(), Exit> {
        fiber.pending = None;
        loop {
            self.drop_routines(fiber);
            let Some(&frame) = fiber.frames.last() else { break };
            if let Some(target) = self.handler(&frame, None, true) {
                self.go_to_handler(fiber, target);
                fiber.caught = None;
                fiber.cleanup = Some((fiber.frames.len() as u32, target));
                return Ok(());
            }
            fiber.frames.pop();
            self.drop_frame(fiber, &frame);
        }
        fiber.cleanup = None;
        Err(Exit::Cancelled)
    }

    /// A `finally` block has ended that was entered by a cancellation or in the last cleanup of a generator. `error`: what
    /// that cleanup has failed with, or null.
    pub(super) fn unwind_further(&mut self, fiber: &mut Fiber, error: Value) -> Result<(), Exit> {
        let cancelled = fiber.cleanup.is_some_and(|(depth, _)| depth as usize == fiber.frames.len());
        let ending = fiber.frames.last().is_some_and(|frame| frame.flags & ENDING != 0);
        match error {
            _ if cancelled || !ending => self.unwind_cancelled(fiber),
            Value::Null => self.unwind_ending(fiber),
            error => self.unwind_error(fiber, error),
        }
    }

    /// The error with others added that came up on its way.
    pub(super) fn suppress(&mut self, error: Value, others: Handle<crate::heap::List>) -> Value {
        let Value::Record(record) = self.heap.unique(error) else { return error };
        let mut suppressed = match self.heap.error_field(record, ErrorField::Suppressed) {
            Value::List(list) => self.heap.items(list).to_vec(),
            _ => Vec::new(),
        };
        suppressed.extend_from_slice(self.heap.items(others));
        for &other in &suppressed {
            self.heap.share(other);
        }
        let suppressed = self.heap.list(suppressed);
        self.heap.set_error_field(record, ErrorField::Suppressed, suppressed);
        Value::Record(record)
    }

    /// What a frame leaves behind that is popped by unwinding.
    fn drop_frame(&mut self, fiber: &Fiber, frame: &Frame) {
        self.end_generator(fiber, frame);
        if frame.flags & super::fiber::BORROWS_SELF != 0
            && let Some(share) = self.heap.share_of(fiber.stack[frame.base as usize])
        {
            share.release();
        }
    }

    /// Builtins that were called by frames which are gone.
    pub(super) fn drop_routines(&mut self, fiber: &mut Fiber) {
        while let Some(running) = fiber.routines.last() {
            // A routine's callbacks have frames above its depth; one whose callback has ended by an error is done.
            if (running.depth as usize) < fiber.frames.len() {
                break;
            }
            if let Some(mut running) = fiber.routines.pop() {
                running.routine.release(&mut self.heap);
            }
        }
    }

    /// Where the innermost handler of a frame begins. `within`: only handlers inside the `finally` block that begins there;
    /// `cleanup`: only `finally` blocks.
    pub(super) fn handler(&self, frame: &Frame, within: Option<u32>, cleanup: bool) -> Option<u32> {
        let at = frame.ip.saturating_sub(1);
        let handlers = &self.functions[frame.function as usize].function().handlers;
        handlers
            .iter()
            .filter(|handler| handler.start <= at && at < handler.end)
            .filter(|handler| within.is_none_or(|start| handler.start >= start))
            .find(|handler| !cleanup || handler.kind == HandlerKind::Finally)
            .map(|handler| handler.target)
    }

    pub(super) fn go_to_handler(&self, fiber: &mut Fiber, target: u32) {
        if let Some(frame) = fiber.frames.last_mut() {
            frame.ip = target;
        }
    }
}
