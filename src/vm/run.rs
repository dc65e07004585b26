//! The loop.
//!
//! Registers are seen through a window of exactly 256 values, so that an operand byte indexes it without a check. Fast
//! paths stand in the loop itself; everything rarer is a function that may change the frames, after which the loop
//! loads its state again.

use super::calls::{Call, with_context};
use super::fiber::{Fiber, Frame, GENERATOR, OnReturn, SELF_CHANGED};
use super::iteration::{is_pulled, range_numbers};
use super::load::ERROR_LAYOUT;
use super::operators::{Condition, Operator};
use super::{Exit, Flow, Vm};
use crate::builtins::compare::equal;
use crate::builtins::{Context, Operation, Run, TABLE, lookup, text_form};
use crate::bytecode::{Capture, op, raised};
use crate::heap::{CombinatorKind, VariantTag};
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;
use std::sync::Arc;

const WINDOW: usize = 256;

/// In the state of a `finally` block: it was entered by an error, which goes on at its end.
const FAILING: i64 = -1;
/// It was entered because the task is cancelled or the generator shall end, which nothing in the block can change.
const LEAVING: i64 = -2;

#[inline(always)]
fn window(stack: &mut [Value], base: usize) -> &mut [Value; WINDOW] {
    match stack[base..].first_chunk_mut() {
        Some(window) => window,
        None => no_window(),
    }
}

#[cold]
fn no_window() -> ! {
    panic!("the register stack is shorter than a window")
}

impl Vm {
    /// Runs a fiber until it needs something. `fuel` is what it may use; what is left is written back, below zero if a
    /// straight run went past the end.
    pub fn run(&mut self, fiber: &mut Fiber, fuel: &mut i64) -> Exit {
        let functions = Arc::clone(&self.functions);
        // Work that was done between two runs counts before the first check, wherever the runs were cut.
        let mut left = *fuel - std::mem::take(&mut self.work) as i64;
        let exit = self.run_loop(&functions, fiber, &mut left);
        *fuel = left - std::mem::take(&mut self.work) as i64;
        exit
    }

    fn run_loop(&mut self, functions: &[super::Loaded], fiber: &mut Fiber, fuel_left: &mut i64) -> Exit {
        let Some(&Frame { function, ip, base, .. }) = fiber.frames.last() else {
            return Exit::Done(Value::Null);
        };
        let mut fuel = *fuel_left;
        let mut base = base as usize;
        let mut ip = ip as usize;
        let mut loaded = &functions[function as usize];
        let mut code: &[u32] = &loaded.code;
        let mut regs = window(&mut fiber.stack, base);

        // Writes the position back, before anything that looks at frames.
        macro_rules! save {
            () => {
                if let Some(frame) = fiber.frames.last_mut() {
                    frame.ip = ip as u32;
                }
            };
        }
        // Takes over from the frame on top.
        macro_rules! reload {
            () => {{
                let Some(&Frame { function, ip: next, base: first, .. }) = fiber.frames.last() else {
                    *fuel_left = fuel;
                    return Exit::Done(Value::Null);
                };
                base = first as usize;
                ip = next as usize;
                loaded = &functions[function as usize];
                code = &loaded.code;
                regs = window(&mut fiber.stack, base);
            }};
        }
        macro_rules! leave {
            ($exit:expr) => {{
                *fuel_left = fuel;
                return $exit;
            }};
        }
        // After something that may have entered a function, worked for long, or made much. The position is written back.
        macro_rules! settle {
            () => {
                fuel -= std::mem::take(&mut self.work) as i64;
                if fuel < 0 {
                    leave!(Exit::Fuel);
                }
                if self.heap.wants_collection() {
                    leave!(Exit::Collect);
                }
            };
        }
        macro_rules! raise {
            ($raise:expr) => {{
                let raise = $raise;
                save!();
                match self.unwind(fiber, raise) {
                    Ok(()) => reload!(),
                    Err(exit) => leave!(exit),
                }
                continue;
            }};
        }
        // Goes on with what a call came to.
        macro_rules! follow {
            ($result:expr, $target:expr) => {{
                save!();
                match $result {
                    Ok(Flow::Value(value)) => {
                        regs = window(&mut fiber.stack, base);
                        regs[$target as usize] = value;
                    }
                    Ok(Flow::Entered) => reload!(),
                    Ok(Flow::Exit(exit)) => leave!(exit),
                    Err(raise) => match self.unwind(fiber, raise) {
                        Ok(()) => reload!(),
                        Err(exit) => leave!(exit),
                    },
                }
            }};
        }
        macro_rules! flow {
            ($result:expr, $target:expr) => {{
                follow!($result, $target);
                settle!();
                continue;
            }};
        }
        macro_rules! value {
            ($result:expr, $target:expr) => {
                match $result {
                    Ok(value) => regs[$target as usize] = value,
                    Err(raise) => raise!(raise),
                }
            };
        }
        macro_rules! safepoint {
            () => {
                if self.heap.wants_collection() {
                    save!();
                    leave!(Exit::Collect);
                }
            };
        }
        // After work that grows with its input: it counts at once, so that a turn ends in time, and at the same place
        // wherever slices are cut.
        macro_rules! worked {
            () => {
                if self.work != 0 {
                    fuel -= std::mem::take(&mut self.work) as i64;
                    if fuel < 0 {
                        save!();
                        leave!(Exit::Fuel);
                    }
                }
                safepoint!();
            };
        }
        // After work between the parts of an update: it counts at once, but no other task may come between them.
        macro_rules! worked_inside {
            () => {
                fuel -= std::mem::take(&mut self.work) as i64;
            };
        }
        // Goes to the target of the branch whose extension word is at ip - 1.
        macro_rules! jump {
            ($word:expr) => {{
                let word = $word;
                fuel -= (word & 0xff) as i64;
                let distance = word as i32 >> 8;
                ip = (ip as i64 + distance as i64) as usize;
                if distance < 0 && fuel < 0 {
                    save!();
                    leave!(Exit::Fuel);
                }
            }};
        }
        macro_rules! branch {
            ($word:expr, $taken:expr) => {{
                let extension = code[ip];
                ip += 1;
                if $taken {
                    jump!(extension);
                } else {
                    fuel -= ($word >> 24) as i64;
                }
            }};
        }
        macro_rules! arithmetic {
            ($word:expr, $right:expr, $int:ident, $float:tt, $operator:expr) => {{
                // Matched by reference: copying a value that was just written in parts stalls the processor.
                match (&regs[b!($word)], &$right) {
                    (&Value::Int(x), &Value::Int(y)) => {
                        if let Some(z) = x.$int(y) {
                            regs[a!($word)] = Value::Int(z);
                            continue;
                        }
                    }
                    (&Value::Float(x), &Value::Float(y)) => {
                        regs[a!($word)] = Value::Float(x $float y);
                        continue;
                    }
                    (&Value::Float(x), &Value::Int(y)) => {
                        regs[a!($word)] = Value::Float(x $float y as f64);
                        continue;
                    }
                    (&Value::Int(x), &Value::Float(y)) => {
                        regs[a!($word)] = Value::Float(x as f64 $float y);
                        continue;
                    }
                    _ => {}
                }
                let (left, right) = (regs[b!($word)], $right);
                let target = a!($word) as u8;
                flow!(self.binary(fiber, $operator, left, right, target), target);
            }};
        }
        macro_rules! division {
            ($word:expr, $right:expr, $int:ident, $float:tt, $operator:expr) => {{
                match (&regs[b!($word)], &$right) {
                    (&Value::Int(x), &Value::Int(y)) => {
                        // Most numbers are small, and dividing 32 bits is several times faster than 64.
                        if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) {
                            if y != 0 {
                                regs[a!($word)] = Value::Int((x $float y) as i64);
                                continue;
                            }
                        }
                        if let Some(z) = x.$int(y) {
                            regs[a!($word)] = Value::Int(z);
                            continue;
                        }
                    }
                    (&Value::Float(x), &Value::Float(y)) if y != 0.0 => {
                        regs[a!($word)] = Value::Float(x $float y);
                        continue;
                    }
                    _ => {}
                }
                let (left, right) = (regs[b!($word)], $right);
                let target = a!($word) as u8;
                flow!(self.binary(fiber, $operator, left, right, target), target);
            }};
        }
        macro_rules! compare {
            ($word:expr, $compare:tt, $operator:expr) => {{
                match (&regs[b!($word)], &regs[c!($word)]) {
                    (&Value::Int(x), &Value::Int(y)) => regs[a!($word)] = Value::Bool(x $compare y),
                    _ => {
                        let (left, right) = (regs[b!($word)], regs[c!($word)]);
                        let target = a!($word) as u8;
                        flow!(self.binary(fiber, $operator, left, right, target), target);
                    }
                }
            }};
        }
        macro_rules! compare_branch {
            ($word:expr, $right:expr, $compare:tt, $operator:expr, $when:literal) => {{
                let truth = match (&regs[a!($word)], &$right) {
                    (&Value::Int(x), &Value::Int(y)) => x $compare y,
                    (&Value::Float(x), &Value::Float(y))
                        if !matches!($operator, Operator::Equal | Operator::NotEqual) => x $compare y,
                    _ => {
                        let (left, right) = (regs[a!($word)], $right);
                        ip += 1;
                        save!();
                        let decided = self.condition(fiber, $operator, left, right);
                        match decided {
                            Ok(Condition::Known(truth)) => {
                                ip -= 1;
                                regs = window(&mut fiber.stack, base);
                                truth
                            }
                            Ok(Condition::Called(Flow::Exit(exit))) => leave!(exit),
                            Ok(Condition::Called(_)) => {
                                reload!();
                                settle!();
                                continue;
                            }
                            Err(raise) => raise!(raise),
                        }
                    }
                };
                branch!($word, truth == $when);
            }};
        }
        macro_rules! a {
            ($word:expr) => {
                ($word >> 8 & 0xff) as usize
            };
        }
        macro_rules! b {
            ($word:expr) => {
                ($word >> 16 & 0xff) as usize
            };
        }
        macro_rules! c {
            ($word:expr) => {
                ($word >> 24) as usize
            };
        }
        macro_rules! d {
            ($word:expr) => {
                ($word >> 16) as usize
            };
        }
        macro_rules! call {
            ($first:expr, $count:expr, $result:expr) => {
                Call {
                    first: $first as u32,
                    arguments: $count as u8,
                    result: $result as u8,
                    on_return: OnReturn::Store,
                }
            };
        }
        // Calls a value: script functions without a detour, everything else by `call_value`.
        macro_rules! enter {
            ($callee:expr, $first:expr, $count:expr, $result:expr) => {{
                let (callee, first, count, result) = ($callee, $first, $count, $result);
                let (function, closure) = match callee {
                    Value::Function(function) => (function, None),
                    Value::Closure(closure) => (self.heap.closures.get(closure).function, Some(closure)),
                    _ => {
                        save!();
                        flow!(self.call_value(fiber, callee, call!(first, count, result)), result);
                    }
                };
                let target = &functions[function as usize];
                save!();
                if target.arguments as usize != count
                    || target.asynchronous
                    || target.generator
                    || target.may_change_self
                    || fiber.frames.len() >= self.limits.call_depth.unwrap_or(usize::MAX)
                {
                    flow!(self.call_value(fiber, callee, call!(first, count, result)), result);
                }
                fiber.reserve(first);
                fiber.frames.push(Frame {
                    function,
                    ip: 0,
                    base: first as u32,
                    closure,
                    result: result as u8,
                    on_return: OnReturn::Store,
                    flags: 0,
                });
                loaded = target;
                code = &target.code;
                ip = 0;
                base = first;
                regs = window(&mut fiber.stack, base);
                fuel -= target.entry_fuel as i64;
                if fuel < 0 {
                    leave!(Exit::Fuel);
                }
            }};
        }
        macro_rules! constant {
            ($index:expr) => {
                loaded.constants[$index]
            };
        }

        loop {
            let word = code[ip];
            ip += 1;
            match word as u8 {
                // Values and variables.
                op::MOVE => regs[a!(word)] = regs[b!(word)],
                op::MOVE_SHARE => {
                    let value = regs[b!(word)];
                    self.heap.share(value);
                    regs[a!(word)] = value;
                }
                op::SHARE => self.heap.share(regs[a!(word)]),
                op::BORROW => {
                    if let Some(share) = self.heap.share_of(regs[a!(word)]) {
                        share.borrow();
                    }
                }
                op::RELEASE => {
                    if let Some(share) = self.heap.share_of(regs[a!(word)]) {
                        share.release();
                    }
                }
                op::CLONE => {
                    let value = regs[a!(word)];
                    regs[a!(word)] = self.heap.clone_object(value);
                    fuel -= self.heap.length(value).unwrap_or(0) as i64 / 8;
                }
                op::LOAD_NULL => regs[a!(word)] = Value::Null,
                op::LOAD_BOOL => regs[a!(word)] = Value::Bool(b!(word) != 0),
                op::LOAD_INT => regs[a!(word)] = Value::Int((word as i32 >> 16) as i64),
                op::LOAD_CONSTANT => regs[a!(word)] = constant!(d!(word)),
                op::LOAD_FAR_CONSTANT => {
                    let index = code[ip];
                    ip += 1;
                    regs[a!(word)] = constant!(index as usize);
                }
                op::LOAD_NONE => regs[a!(word)] = Value::None,
                op::LOAD_UNSET => regs[a!(word)] = Value::Unset,
                op::LOAD_SELF => {
                    if let Some(frame) = fiber.frames.last() {
                        regs[a!(word)] = match frame.closure {
                            Some(closure) => Value::Closure(closure),
                            None => Value::Function(frame.function),
                        };
                    }
                }
                op::CHECK_SET => {
                    if regs[a!(word)] == Value::Unset {
                        let name = self.heap.as_str(constant!(d!(word))).unwrap_or_default().to_string();
                        match crate::builtins::find(&name) {
                            Some(builtin) => regs[a!(word)] = Value::Builtin(builtin),
                            None => raise!(Vm::undefined(&name)),
                        }
                    }
                }
                op::GET_GLOBAL => match self.globals[d!(word)] {
                    Value::Unset => value!(self.unset_global(d!(word)), a!(word)),
                    value => regs[a!(word)] = value,
                },
                op::SET_GLOBAL => self.globals[d!(word)] = regs[a!(word)],
                op::GET_OUTER => match self.outer[d!(word)] {
                    Value::Unset => {
                        let name = self.heap.names.text(self.outer_names[d!(word)]);
                        raise!(Vm::undefined(name))
                    }
                    value => regs[a!(word)] = value,
                },
                op::GET_CELL => {
                    if let Some(closure) = fiber.frames.last().and_then(|frame| frame.closure) {
                        match self.heap.closures.get(closure).cells[d!(word)] {
                            Value::Unset => value!(self.unset_cell(loaded, d!(word)), a!(word)),
                            value => regs[a!(word)] = value,
                        }
                    }
                }
                op::SET_CELL => {
                    if let Some(closure) = fiber.frames.last().and_then(|frame| frame.closure) {
                        self.heap.closures.get_mut(closure).cells[d!(word)] = regs[a!(word)];
                    }
                }

                // Operators.
                op::ADD => arithmetic!(word, regs[c!(word)], checked_add, +, Operator::Add),
                op::SUBTRACT => arithmetic!(word, regs[c!(word)], checked_sub, -, Operator::Subtract),
                op::MULTIPLY => arithmetic!(word, regs[c!(word)], checked_mul, *, Operator::Multiply),
                op::DIVIDE => division!(word, regs[c!(word)], checked_div, /, Operator::Divide),
                op::REMAINDER => division!(word, regs[c!(word)], checked_rem, %, Operator::Remainder),
                op::ADD_SMALL => {
                    let small = (word as i32 >> 24) as i64;
                    match regs[b!(word)] {
                        Value::Int(x) if x.checked_add(small).is_some() => {
                            regs[a!(word)] = Value::Int(x.wrapping_add(small));
                        }
                        Value::Float(x) => regs[a!(word)] = Value::Float(x + small as f64),
                        left => {
                            let target = a!(word) as u8;
                            flow!(self.binary(fiber, Operator::Add, left, Value::Int(small), target), target);
                        }
                    }
                }
                op::ADD_K => arithmetic!(word, constant!(c!(word)), checked_add, +, Operator::Add),
                op::SUBTRACT_K => arithmetic!(word, constant!(c!(word)), checked_sub, -, Operator::Subtract),
                op::MULTIPLY_K => arithmetic!(word, constant!(c!(word)), checked_mul, *, Operator::Multiply),
                op::DIVIDE_K => division!(word, constant!(c!(word)), checked_div, /, Operator::Divide),
                op::REMAINDER_K => division!(word, constant!(c!(word)), checked_rem, %, Operator::Remainder),
                op::ADD_OWN => match (&regs[a!(word)], &regs[b!(word)]) {
                    (&Value::Int(x), &Value::Int(y)) if x.checked_add(y).is_some() => {
                        regs[a!(word)] = Value::Int(x.wrapping_add(y));
                    }
                    (&Value::Float(x), &Value::Float(y)) => regs[a!(word)] = Value::Float(x + y),
                    _ => {
                        let (left, right) = (regs[a!(word)], regs[b!(word)]);
                        let target = a!(word) as u8;
                        flow!(self.add_own(fiber, left, right, target), target);
                    }
                },
                op::NEGATE => {
                    let (value, target) = (regs[b!(word)], a!(word) as u8);
                    save!();
                    flow!(self.negate(fiber, value, target), target);
                }
                op::NOT => match regs[b!(word)] {
                    Value::Bool(value) => regs[a!(word)] = Value::Bool(!value),
                    value => {
                        let target = a!(word) as u8;
                        save!();
                        flow!(self.not(fiber, value, target), target);
                    }
                },
                op::EQUAL => compare!(word, ==, Operator::Equal),
                op::NOT_EQUAL => compare!(word, !=, Operator::NotEqual),
                op::LESS => compare!(word, <, Operator::Less),
                op::LESS_EQUAL => compare!(word, <=, Operator::LessEqual),
                op::GREATER => compare!(word, >, Operator::Greater),
                op::GREATER_EQUAL => compare!(word, >=, Operator::GreaterEqual),
                op::INTERPOLATE => {
                    let (first, count) = (b!(word), c!(word));
                    let mut text = String::new();
                    let mut outcome = Ok(());
                    for &value in &regs[first..first + count] {
                        outcome = with_context!(self, context => text_form::append(&mut context, value, &mut text));
                        if outcome.is_err() {
                            break;
                        }
                    }
                    if let Err(raise) = outcome {
                        save!();
                        flow!(self.refused(fiber, raise), a!(word));
                    }
                    regs[a!(word)] = self.heap.string(text);
                    worked!();
                }

                // Control.
                op::JUMP => {
                    ip += 1;
                    jump!(code[ip - 1]);
                }
                op::FUEL => {
                    fuel -= code[ip] as i64;
                    ip += 1;
                }
                op::JUMP_IF => {
                    let truth = match regs[a!(word)] {
                        Value::Bool(value) => value,
                        value => self.heap.truthy(value),
                    };
                    branch!(word, truth);
                }
                op::JUMP_UNLESS => {
                    let truth = match regs[a!(word)] {
                        Value::Bool(value) => value,
                        value => self.heap.truthy(value),
                    };
                    branch!(word, !truth);
                }
                op::JUMP_NULL => branch!(word, regs[a!(word)] == Value::Null),
                op::JUMP_NOT_NULL => branch!(word, regs[a!(word)] != Value::Null),
                op::JUMP_LESS => compare_branch!(word, regs[b!(word)], <, Operator::Less, true),
                op::JUMP_LESS_EQUAL => compare_branch!(word, regs[b!(word)], <=, Operator::LessEqual, true),
                op::JUMP_GREATER => compare_branch!(word, regs[b!(word)], >, Operator::Greater, true),
                op::JUMP_GREATER_EQUAL => compare_branch!(word, regs[b!(word)], >=, Operator::GreaterEqual, true),
                op::JUMP_EQUAL => compare_branch!(word, regs[b!(word)], ==, Operator::Equal, true),
                op::JUMP_NOT_EQUAL => compare_branch!(word, regs[b!(word)], ==, Operator::Equal, false),
                op::JUMP_DIFFER => compare_branch!(word, regs[b!(word)], !=, Operator::NotEqual, true),
                op::JUMP_NOT_DIFFER => compare_branch!(word, regs[b!(word)], !=, Operator::NotEqual, false),
                op::JUMP_NOT_LESS => compare_branch!(word, regs[b!(word)], <, Operator::Less, false),
                op::JUMP_NOT_LESS_EQUAL => compare_branch!(word, regs[b!(word)], <=, Operator::LessEqual, false),
                op::JUMP_NOT_GREATER => compare_branch!(word, regs[b!(word)], >, Operator::Greater, false),
                op::JUMP_NOT_GREATER_EQUAL => {
                    compare_branch!(word, regs[b!(word)], >=, Operator::GreaterEqual, false)
                }
                op::JUMP_LESS_K => compare_branch!(word, constant!(b!(word)), <, Operator::Less, true),
                op::JUMP_LESS_EQUAL_K => compare_branch!(word, constant!(b!(word)), <=, Operator::LessEqual, true),
                op::JUMP_GREATER_K => compare_branch!(word, constant!(b!(word)), >, Operator::Greater, true),
                op::JUMP_GREATER_EQUAL_K => {
                    compare_branch!(word, constant!(b!(word)), >=, Operator::GreaterEqual, true)
                }
                op::JUMP_EQUAL_K => compare_branch!(word, constant!(b!(word)), ==, Operator::Equal, true),
                op::JUMP_NOT_EQUAL_K => compare_branch!(word, constant!(b!(word)), ==, Operator::Equal, false),
                op::JUMP_DIFFER_K => compare_branch!(word, constant!(b!(word)), !=, Operator::NotEqual, true),
                op::JUMP_NOT_DIFFER_K => compare_branch!(word, constant!(b!(word)), !=, Operator::NotEqual, false),
                op::JUMP_NOT_LESS_K => compare_branch!(word, constant!(b!(word)), <, Operator::Less, false),
                op::JUMP_NOT_LESS_EQUAL_K => {
                    compare_branch!(word, constant!(b!(word)), <=, Operator::LessEqual, false)
                }
                op::JUMP_NOT_GREATER_K => compare_branch!(word, constant!(b!(word)), >, Operator::Greater, false),
                op::JUMP_NOT_GREATER_EQUAL_K => {
                    compare_branch!(word, constant!(b!(word)), >=, Operator::GreaterEqual, false)
                }
                op::FOR_PREPARE => {
                    let state = a!(word);
                    let source = regs[b!(word)];
                    match self.iterate(source, c!(word) & 1 != 0, c!(word) & 2 != 0) {
                        Ok(source) => {
                            regs[state] = source;
                            regs[state + 1] = Value::Int(0);
                            regs[state + 2] = Value::Int(0);
                        }
                        Err(raise) => raise!(raise),
                    }
                }
                op::FOR_NEXT => {
                    let state = a!(word);
                    let extension = code[ip];
                    ip += 1;
                    let Value::Int(cursor) = regs[state + 1] else { continue };
                    let item = match regs[state] {
                        Value::Int(end) => {
                            if cursor < end {
                                Some(Value::Int(cursor))
                            } else {
                                None
                            }
                        }
                        Value::List(list) => self.heap.items(list).get(cursor as usize).copied(),
                        source if is_pulled(source) => {
                            save!();
                            flow!(self.pull_source(fiber, source), 0);
                        }
                        source => {
                            let next = self.next_item(source, cursor as usize);
                            if let Some((_, _, after)) = next {
                                regs[state + 1] = Value::Int(after as i64 - 1);
                            }
                            next.map(|(key, item, _)| if matches!(source, Value::Dict(_)) { key } else { item })
                        }
                    };
                    match item {
                        Some(item) => {
                            if let Value::Int(cursor) = &mut regs[state + 1] {
                                *cursor += 1;
                            }
                            regs[b!(word)] = item;
                            jump!(extension);
                        }
                        None => fuel -= (word >> 24) as i64,
                    }
                }
                op::FOR_NEXT_PAIR => {
                    let state = a!(word);
                    let extension = code[ip];
                    ip += 1;
                    let (Value::Int(cursor), Value::Int(count)) = (regs[state + 1], regs[state + 2]) else { continue };
                    let source = regs[state];
                    if is_pulled(source) {
                        save!();
                        flow!(self.pull_source(fiber, source), 0);
                    }
                    match self.next_item(source, cursor as usize) {
                        Some((key, item, after)) => {
                            regs[b!(word)] = if matches!(source, Value::Dict(_)) { key } else { Value::Int(count) };
                            regs[b!(word) + 1] = item;
                            regs[state + 1] = Value::Int(after as i64);
                            regs[state + 2] = Value::Int(count + 1);
                            jump!(extension);
                        }
                        None => fuel -= (word >> 24) as i64,
                    }
                }
                op::FOR_END => {
                    if let Some(share) = self.heap.share_of(regs[a!(word)]) {
                        share.release();
                    }
                }
                op::FOR_LEAVE => {
                    let (state, source) = (a!(word), regs[a!(word)]);
                    if let (1, Some(share)) = (b!(word), self.heap.share_of(source)) {
                        share.release();
                    }
                    save!();
                    flow!(self.leave_source(fiber, source, state as u8), state);
                }
                op::RANGE_PREPARE => {
                    let (state, count) = (a!(word), b!(word));
                    let arguments = [regs[state], regs[state + 1], regs[state + 2]];
                    match range_numbers(&arguments[..count]) {
                        Ok((start, end, step)) => {
                            regs[state] = Value::Int(start);
                            regs[state + 1] = Value::Int(end);
                            regs[state + 2] = Value::Int(step);
                        }
                        Err(raise) => raise!(raise),
                    }
                }
                op::RANGE_NEXT => {
                    let state = a!(word);
                    let extension = code[ip];
                    ip += 1;
                    let (&Value::Int(current), &Value::Int(end), &Value::Int(step)) =
                        (&regs[state], &regs[state + 1], &regs[state + 2])
                    else {
                        continue;
                    };
                    if (step > 0 && current < end) || (step < 0 && current > end) {
                        regs[b!(word)] = Value::Int(current);
                        // Past the last number of all, the next one is the end itself.
                        regs[state] = Value::Int(current.checked_add(step).unwrap_or(end));
                        jump!(extension);
                    } else {
                        fuel -= (word >> 24) as i64;
                    }
                }

                // Access.
                op::GET_FIELD => {
                    let site = code[ip];
                    ip += 1;
                    if let &Value::Record(record) = &regs[b!(word)] {
                        let record = self.heap.records.get(record);
                        let cache = &self.caches[site as usize];
                        if cache.layout == record.layout {
                            regs[a!(word)] = self.heap.cells.get(record.start + cache.slot);
                            continue;
                        }
                    }
                    let object = regs[b!(word)];
                    value!(self.get_field(object, site), a!(word));
                }
                op::SET_FIELD => {
                    let site = code[ip];
                    ip += 1;
                    let (object, value) = (regs[a!(word)], regs[b!(word)]);
                    if let Value::Record(record) = object {
                        let record = self.heap.records.get(record);
                        let cache = &self.caches[site as usize];
                        if cache.layout == record.layout && record.share.is_unique() {
                            let cell = record.start + cache.slot;
                            self.heap.cells.set(cell, value);
                            continue;
                        }
                    }
                    let changed = self.set_field(object, site, value);
                    worked_inside!();
                    value!(changed, a!(word));
                }
                op::UNIQUE_FIELD => {
                    let site = code[ip];
                    ip += 1;
                    let object = regs[b!(word)];
                    if let Value::Record(record) = object {
                        let record = self.heap.records.get(record);
                        let cache = &self.caches[site as usize];
                        if cache.layout == record.layout && record.share.is_unique() {
                            let part = self.heap.cells.get(record.start + cache.slot);
                            if self.heap.share_of(part).is_none_or(|share| share.is_unique()) {
                                regs[a!(word)] = part;
                                continue;
                            }
                        }
                    }
                    let unique = self.unique_field(object, site, c!(word) == 1);
                    worked_inside!();
                    match unique {
                        Ok((object, part)) => {
                            regs[b!(word)] = object;
                            regs[a!(word)] = part;
                        }
                        Err(raise) => raise!(raise),
                    }
                }
                op::GET_INDEX => {
                    if let (&Value::List(list), &Value::Int(index)) = (&regs[b!(word)], &regs[c!(word)])
                        && let Some(&item) = self.heap.items(list).get(index as usize)
                    {
                        regs[a!(word)] = item;
                        continue;
                    }
                    let (object, index) = (regs[b!(word)], regs[c!(word)]);
                    value!(self.get_index(object, index), a!(word));
                }
                op::SET_INDEX => {
                    if let (&Value::List(list), &Value::Int(index)) = (&regs[a!(word)], &regs[b!(word)]) {
                        let list = self.heap.lists.get_mut(list);
                        if list.share.is_unique()
                            && let Some(item) = list.items.get_mut(index as usize)
                        {
                            *item = regs[c!(word)];
                            continue;
                        }
                    }
                    let (object, index, value) = (regs[a!(word)], regs[b!(word)], regs[c!(word)]);
                    let changed = self.set_index(object, index, value);
                    worked_inside!();
                    value!(changed, a!(word));
                }
                op::UNIQUE_INDEX => {
                    let (object, index) = (regs[b!(word)], regs[c!(word)]);
                    if let (Value::List(list), Value::Int(index)) = (object, index) {
                        let list = self.heap.lists.get(list);
                        if list.share.is_unique()
                            && let Some(&part) = list.items.get(index as usize)
                            && self.heap.share_of(part).is_none_or(|share| share.is_unique())
                        {
                            regs[a!(word)] = part;
                            continue;
                        }
                    }
                    let unique = self.unique_index(object, index);
                    worked_inside!();
                    match unique {
                        Ok((object, part)) => {
                            regs[b!(word)] = object;
                            regs[a!(word)] = part;
                        }
                        Err(raise) => raise!(raise),
                    }
                }

                // Construction.
                op::NEW_LIST => {
                    let (first, count) = (b!(word), c!(word));
                    let items = regs[first..first + count].to_vec();
                    regs[a!(word)] = self.heap.list(items);
                    safepoint!();
                }
                op::LIST_UNPACK => {
                    let (first, count) = (a!(word), c!(word));
                    if let Value::List(list) = regs[b!(word)] {
                        let registers = regs[first..first + count].iter_mut();
                        registers.zip(&self.heap.lists.get(list).items).for_each(|(register, &item)| *register = item);
                    }
                }
                op::LIST_PUSH => {
                    let (first, count) = (b!(word), c!(word));
                    if let Value::List(list) = regs[a!(word)] {
                        for &item in &regs[first..first + count] {
                            self.heap.list_push(list, item);
                        }
                    }
                    safepoint!();
                }
                op::LIST_SPREAD => {
                    let (list, source) = (regs[a!(word)], regs[b!(word)]);
                    if let Err(raise) = self.spread_list(list, source) {
                        raise!(raise);
                    }
                    worked!();
                }
                op::NEW_DICT => {
                    regs[a!(word)] = self.heap.dict(crate::heap::Dict::default());
                    safepoint!();
                }
                op::DICT_INSERT => {
                    let (dict, key, value) = (regs[a!(word)], regs[b!(word)], regs[c!(word)]);
                    match (dict, self.heap.key(key)) {
                        (Value::Dict(dict), Some(key)) => self.heap.dict_set(dict, key, value),
                        _ => raise!(Raise::type_error("Dict keys must be strings")),
                    }
                    safepoint!();
                }
                op::DICT_SPREAD => {
                    let (dict, source) = (regs[a!(word)], regs[b!(word)]);
                    if let Err(raise) = self.spread_dict(dict, source) {
                        raise!(raise);
                    }
                    worked!();
                }
                op::NEW_RECORD => {
                    let layout = code[ip];
                    ip += 1;
                    let (first, count) = (b!(word), c!(word));
                    let record = if layout & ERROR_LAYOUT == 0 {
                        let record = self.heap.record(layout, count);
                        let start = self.heap.records.get(record).start;
                        self.heap.cells.block_mut(start, count).copy_from_slice(&regs[first..first + count]);
                        record
                    } else {
                        self.error_literal(layout & !ERROR_LAYOUT, &regs[first..first + count])
                    };
                    regs[a!(word)] = Value::Record(record);
                    safepoint!();
                }
                op::FIELD_LOCAL => {
                    let site = code[ip];
                    ip += 1;
                    let name = self.caches[site as usize].name;
                    let value = match regs[b!(word)] {
                        Value::Record(record) => self.heap.field(record, name).unwrap_or(Value::Unset),
                        _ => Value::Unset,
                    };
                    self.heap.share(value);
                    regs[a!(word)] = value;
                }
                op::NEW_CLOSURE => {
                    let function = code[ip];
                    ip += 1;
                    let captures = &functions[function as usize].function().captures;
                    let frame = fiber.frames.last().copied();
                    let cells = captures.iter().map(|capture| self.captured(*capture, regs, frame)).collect();
                    regs[a!(word)] = Value::Closure(self.heap.closure(function, cells));
                    safepoint!();
                }
                op::RECAPTURE => {
                    let function = code[ip];
                    ip += 1;
                    if let Value::Closure(closure) = regs[a!(word)] {
                        let captures = &functions[function as usize].function().captures;
                        let frame = fiber.frames.last().copied();
                        let cells = captures.iter().map(|capture| self.captured(*capture, regs, frame)).collect();
                        self.heap.closures.get_mut(closure).cells = cells;
                    }
                }
                op::NEW_VARIANT => {
                    let tag = VariantTag(code[ip]);
                    ip += 1;
                    let (first, count) = (b!(word), c!(word));
                    regs[a!(word)] = self.heap.enum_value(tag, &regs[first..first + count]);
                    safepoint!();
                }
                op::UNWRAP => match regs[b!(word)] {
                    Value::Variant(variant) if self.heap.variants.get(variant).tag != VariantTag::ERR => {
                        regs[a!(word)] = self.heap.variants.get(variant).payload;
                        branch!(word, true);
                    }
                    Value::Variant(_) | Value::None => branch!(word, false),
                    _ => raise!(Raise::type_error("Try operator requires Result or Option")),
                },

                // Patterns.
                op::JUMP_UNLIKE => {
                    let (left, right) = (regs[a!(word)], regs[b!(word)]);
                    branch!(word, !equal(&self.heap, left, right));
                }
                op::JUMP_UNLIKE_K => {
                    let (left, right) = (regs[a!(word)], constant!(b!(word)));
                    branch!(word, !equal(&self.heap, left, right));
                }
                op::JUMP_NOT_NUMBER => branch!(word, !matches!(regs[a!(word)], Value::Int(_) | Value::Float(_))),
                op::JUMP_NOT_TAG => {
                    let tag = VariantTag(code[ip]);
                    ip += 1;
                    let is_it = match regs[a!(word)] {
                        Value::Unit(other) => other == tag,
                        Value::Variant(variant) => self.heap.variants.get(variant).tag == tag,
                        _ => false,
                    };
                    branch!(word, !is_it);
                }
                op::GET_PAYLOAD => {
                    regs[a!(word)] = match regs[b!(word)] {
                        Value::Variant(variant) => {
                            self.heap.payloads(variant).get(c!(word)).copied().unwrap_or(Value::Null)
                        }
                        _ => Value::Null,
                    };
                }
                op::JUMP_NOT_LIST => {
                    let length = code[ip] as usize;
                    ip += 1;
                    let fits = match regs[a!(word)] {
                        Value::List(list) => {
                            let count = self.heap.items(list).len();
                            if b!(word) == 0 { count == length } else { count >= length }
                        }
                        _ => false,
                    };
                    branch!(word, !fits);
                }
                op::GET_ITEM => {
                    let at = code[ip] as usize;
                    ip += 1;
                    regs[a!(word)] = self.pattern_item(regs[b!(word)], at, c!(word) == 1);
                }
                op::LIST_REST => {
                    let from = code[ip] as usize;
                    ip += 1;
                    regs[a!(word)] = self.list_rest(regs[b!(word)], from);
                    worked!();
                }
                op::JUMP_NOT_DICT => branch!(word, !matches!(regs[a!(word)], Value::Dict(_))),
                op::JUMP_NO_ENTRY => {
                    let key = constant!(code[ip] as usize);
                    ip += 1;
                    let entry = match regs[b!(word)] {
                        Value::Dict(dict) => lookup(&self.heap, dict, key),
                        _ => None,
                    };
                    if let Some(value) = entry {
                        regs[a!(word)] = value;
                    }
                    branch!(word, entry.is_none());
                }
                op::DICT_REST => {
                    let (first, count) = (b!(word), c!(word));
                    regs[a!(word)] = self.dict_rest(&regs[first..first + count]);
                    worked!();
                }
                op::JUMP_NOT_STRUCT => {
                    let site = code[ip];
                    ip += 1;
                    let is_one = match regs[a!(word)] {
                        Value::Record(record) => self.heap.record_type(record).name == self.caches[site as usize].name,
                        _ => false,
                    };
                    branch!(word, !is_one);
                }
                op::JUMP_NO_FIELD => {
                    let site = code[ip];
                    ip += 1;
                    let field = match regs[b!(word)] {
                        Value::Record(record) => self.heap.field(record, self.caches[site as usize].name),
                        _ => None,
                    };
                    if let Some(value) = field {
                        regs[a!(word)] = value;
                    }
                    branch!(word, field.is_none());
                }

                // Calls.
                op::CALL => {
                    let callee = regs[a!(word)];
                    enter!(callee, base + a!(word) + 1, b!(word), c!(word));
                }
                op::CALL_GLOBAL => {
                    let global = code[ip] as usize;
                    ip += 1;
                    let callee = match self.globals[global] {
                        Value::Unset => match self.unset_global(global) {
                            Ok(value) => value,
                            Err(raise) => raise!(raise),
                        },
                        callee => callee,
                    };
                    enter!(callee, base + a!(word), b!(word), c!(word));
                }
                op::CALL_BUILTIN => {
                    let builtin = code[ip];
                    ip += 1;
                    let (first, count, result) = (a!(word), b!(word), c!(word));
                    let entry = &TABLE[builtin as usize];
                    if let Run::Native(native) = entry.run
                        && entry.arity.accepts(count)
                    {
                        let arguments = &regs[first..first + count];
                        match with_context!(self, context => native(&mut context, arguments)) {
                            Ok(value) => regs[result] = value,
                            Err(raise) => {
                                save!();
                                flow!(self.refused(fiber, raise), result);
                            }
                        }
                        worked!();
                        continue;
                    }
                    let first = base + first;
                    save!();
                    flow!(self.call_builtin(fiber, builtin as u16, call!(first, count, result), false), result);
                }
                op::CALL_METHOD => {
                    let site = code[ip];
                    ip += 2;
                    let (window_at, count, result) = (a!(word) as u8, b!(word) as u8, c!(word) as u8);
                    let receiver = regs[window_at as usize];
                    save!();
                    if let Value::Record(record) = receiver {
                        let cache = &self.caches[site as usize];
                        if cache.layout == self.heap.records.get(record).layout {
                            let method = cache.slot;
                            flow!(self.enter_method(fiber, method, window_at, count, result, site), result);
                        }
                    }
                    let store_back = ip;
                    follow!(self.call_method(fiber, window_at, count, result, site), result);
                    if ip == store_back && code[ip - 1] != 0 {
                        // The call is over and its effect not yet stored back: another task must not see that.
                        worked_inside!();
                        safepoint!();
                        continue;
                    }
                    settle!();
                }
                op::SELF_CHANGED => {
                    if let Some(frame) = fiber.frames.last_mut() {
                        frame.flags |= SELF_CHANGED;
                    }
                }
                op::END_STORE_BACK => {
                    if let Some(error) = fiber.pending.take() {
                        save!();
                        match self.unwind_error(fiber, error) {
                            Ok(()) => reload!(),
                            Err(exit) => leave!(exit),
                        }
                    } else if fuel < 0 {
                        save!();
                        leave!(Exit::Fuel);
                    }
                }
                op::RAISE => {
                    let message = self.heap.as_str(constant!(d!(word))).unwrap_or_default().to_string();
                    if let Some(error) = fiber.pending.take() {
                        save!();
                        match self.unwind_error(fiber, error) {
                            Ok(()) => reload!(),
                            Err(exit) => leave!(exit),
                        }
                        continue;
                    }
                    let kind = match a!(word) as u8 {
                        raised::UNDEFINED => ErrorKind::Undefined,
                        raised::ARITY => ErrorKind::Arity,
                        _ => ErrorKind::Immutable,
                    };
                    raise!(Raise::new(kind, message));
                }
                op::RETURN | op::RETURN_NULL => {
                    let value = if word as u8 == op::RETURN { regs[a!(word)] } else { Value::Null };
                    let Some(frame) = fiber.frames.pop() else { leave!(Exit::Done(value)) };
                    if frame.flags == 0 && frame.on_return == OnReturn::Store {
                        let Some(&Frame { function, ip: next, base: first, .. }) = fiber.frames.last() else {
                            leave!(Exit::Done(value))
                        };
                        base = first as usize;
                        ip = next as usize;
                        loaded = &functions[function as usize];
                        code = &loaded.code;
                        regs = window(&mut fiber.stack, base);
                        regs[frame.result as usize] = value;
                        continue;
                    }
                    self.leave(fiber, &frame);
                    let flow = match frame.on_return {
                        _ if frame.flags & GENERATOR != 0 => self.generator_returned(fiber, &frame),
                        OnReturn::Routine => self.step_routine(fiber, Some(value)),
                        on_return => self.finish(fiber, value, frame.result, on_return),
                    };
                    match flow {
                        Ok(Flow::Exit(exit)) => leave!(exit),
                        Ok(_) => reload!(),
                        Err(raise) => match self.unwind(fiber, raise) {
                            Ok(()) => reload!(),
                            Err(exit) => leave!(exit),
                        },
                    }
                    settle!();
                }

                op::IMPORT => {
                    let import = code[ip];
                    ip += 1;
                    fiber.awaiting = Some((OnReturn::Store, a!(word) as u8));
                    save!();
                    leave!(Exit::Import { module: self.imports[import as usize].module });
                }
                op::BIND_IMPORT => {
                    let import = code[ip];
                    ip += 1;
                    if let Err(raise) = self.bind_import(import as usize) {
                        raise!(raise);
                    }
                    safepoint!();
                }
                op::HAND_OUT => {
                    let value = regs[a!(word)];
                    flow!(self.hand_out(fiber, value), a!(word));
                }

                // Errors.
                op::THROW => raise!(Raise::thrown(regs[a!(word)])),
                op::CATCH => regs[a!(word)] = fiber.caught.take().unwrap_or(Value::Null),
                op::BEGIN_FINALLY => {
                    let state = a!(word);
                    let error = fiber.caught.take();
                    let leaves = error.is_none() || self.is_last_cleanup(fiber, ip as u32 - 1);
                    regs = window(&mut fiber.stack, base);
                    regs[state] = Value::Int(if leaves { LEAVING } else { FAILING });
                    regs[state + 1] = error.unwrap_or(Value::Null);
                }
                op::END_FINALLY => match regs[a!(word)] {
                    Value::Int(FAILING) => {
                        let error = regs[a!(word) + 1];
                        save!();
                        match self.unwind_error(fiber, error) {
                            Ok(()) => reload!(),
                            Err(exit) => leave!(exit),
                        }
                    }
                    Value::Int(LEAVING) => {
                        let error = regs[a!(word) + 1];
                        save!();
                        match self.unwind_further(fiber, error) {
                            Ok(()) => reload!(),
                            Err(exit) => leave!(exit),
                        }
                    }
                    _ => {}
                },
                op::LEAVE_FINALLY => {
                    if regs[a!(word)] == Value::Int(LEAVING) {
                        save!();
                        match self.unwind_further(fiber, Value::Null) {
                            Ok(()) => reload!(),
                            Err(exit) => leave!(exit),
                        }
                    }
                }

                // Tasks.
                op::YIELD => {
                    save!();
                    leave!(Exit::Yield);
                }
                op::AWAIT | op::JOIN_AWAIT => {
                    let value = regs[b!(word)];
                    if let Value::Promise(_) = value {
                        fiber.awaiting = Some((OnReturn::Store, a!(word) as u8));
                        save!();
                        leave!(Exit::Await(value));
                    }
                    regs[a!(word)] = value;
                    self.heap.share(value);
                }
                op::SPAWN_TASK => {
                    let lexical = code[ip] == 1;
                    ip += 1;
                    let function = regs[a!(word)];
                    let (first, arguments) = ((base + a!(word) + 1) as u32, b!(word) as u8);
                    fiber.awaiting = Some((OnReturn::Store, c!(word) as u8));
                    save!();
                    leave!(Exit::Spawn { function, first, arguments, lexical });
                }
                op::JOIN_INIT => {
                    ip += 1;
                    let kind = match c!(word) {
                        0 => CombinatorKind::All,
                        1 => CombinatorKind::Race,
                        2 => CombinatorKind::Any,
                        _ => CombinatorKind::Settle,
                    };
                    let (items, labels) = (regs[b!(word)], regs[b!(word) + 1]);
                    fiber.awaiting = Some((OnReturn::Store, a!(word) as u8));
                    save!();
                    leave!(Exit::Join { kind, items, labels });
                }
                op::ASYNC_SCOPE_ENTER => {
                    fiber.awaiting = Some((OnReturn::Store, a!(word) as u8));
                    save!();
                    leave!(Exit::EnterScope { implicit: b!(word) == 1 });
                }
                op::ASYNC_SCOPE_EXIT => {
                    let scope = regs[a!(word)];
                    fiber.awaiting = Some((OnReturn::Store, a!(word) as u8));
                    save!();
                    leave!(Exit::ExitScope(scope));
                }
                op::SUPPRESS => {
                    if let (Value::List(errors), Value::Int(FAILING)) = (regs[a!(word)], regs[b!(word)]) {
                        regs[b!(word) + 1] = self.suppress(regs[b!(word) + 1], errors);
                    }
                }
                op::CANCEL_TASK => {
                    let value = regs[a!(word)];
                    save!();
                    leave!(Exit::Cancel(value));
                }

                // Events.
                op::SUSPEND | op::AWAIT_EVENT | op::AWAIT_BAR | op::AWAIT_TICK => {
                    let (operation, name) = match (word & 0xff) as u8 {
                        op::SUSPEND => (Operation::AnyEvent, Value::Null),
                        op::AWAIT_EVENT => (Operation::NextEvent, regs[b!(word)]),
                        op::AWAIT_BAR => (Operation::NextBar, regs[b!(word)]),
                        _ => (Operation::NextTick, regs[b!(word)]),
                    };
                    fiber.awaiting = Some((OnReturn::Store, a!(word) as u8));
                    save!();
                    leave!(Exit::Arrival { operation, name });
                }
                op::RESUME => {}
                op::POLL => {
                    fiber.awaiting = Some((OnReturn::Store, a!(word) as u8));
                    save!();
                    leave!(Exit::Poll);
                }
                op::EMIT_EVENT => {
                    let (name, payload) = (regs[a!(word)], regs[b!(word)]);
                    save!();
                    leave!(Exit::EmitEvent { name, payload });
                }
                op::EMIT_ALERT => {
                    let alert = regs[a!(word)];
                    save!();
                    leave!(Exit::EmitAlert(alert));
                }
                _ => {
                    // The verifier lets no other opcode through.
                    raise!(Raise::type_error("Invalid instruction"));
                }
            }
        }
    }

    fn captured(&mut self, capture: Capture, regs: &[Value; WINDOW], frame: Option<Frame>) -> Value {
        let value = match (capture, frame) {
            (Capture::Register(register), _) => regs[register as usize],
            (Capture::Cell(cell), Some(Frame { closure: Some(closure), .. })) => {
                self.heap.closures.get(closure).cells[cell as usize]
            }
            (Capture::Running, Some(frame)) => match frame.closure {
                Some(closure) => Value::Closure(closure),
                None => Value::Function(frame.function),
            },
            _ => Value::Unset,
        };
        self.heap.share(value);
        value
    }
}
