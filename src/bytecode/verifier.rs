//! The verifier: what the interpreter may rely on. A program that passes cannot make it leave its code, its registers
//! or its tables.

use super::program::{Capture, Function, Program};
use super::{Instruction, Operand, instruction_of, op};

/// Why a program is refused: the function, the word in its code, and what is wrong there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    pub function: usize,
    pub at: usize,
    pub reason: &'static str,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "function {}, word {}: {}", self.function, self.at, self.reason)
    }
}

/// Checks every instruction of every function.
///
/// # Errors
/// The first fault.
pub fn verify(program: &Program) -> Result<(), Fault> {
    for (number, function) in program.functions.iter().enumerate() {
        let checked = Checker { program, function, starts: Vec::new() }.check();
        checked.map_err(|(at, reason)| Fault { function: number, at, reason })?;
    }
    let tables = tables(program);
    tables.map_err(|reason| Fault { function: 0, at: 0, reason })
}

/// References between the tables of the program.
fn tables(program: &Program) -> Result<(), &'static str> {
    let (names, functions) = (program.names.len() as u32, program.functions.len() as u32);
    let named = |&name: &u32| name < names;
    let globals = program.globals.iter().chain(&program.outer).all(named);
    let hoisted = program
        .hoisted
        .iter()
        .all(|&(global, function)| (global as usize) < program.globals.len() && function < functions);
    let structs = program.structs.iter().all(|info| {
        named(&info.name)
            && info.module.iter().all(named)
            && info.fields.iter().all(named)
            && info.methods.iter().all(|&(name, function)| named(&name) && function < functions)
    });
    let layouts = program
        .layouts
        .iter()
        .all(|layout| (layout.of as usize) < program.structs.len() && layout.fields.iter().all(named));
    let sites = program.sites.iter().all(|site| named(&site.name));
    let global = |&global: &u16| (global as usize) < program.globals.len();
    let imports = program.imports.iter().all(|import| {
        named(&import.module)
            && import.missing.iter().all(named)
            && import.bindings.iter().all(|(from, to)| global(from) && global(to))
            && import.namespace.iter().all(|namespace| {
                named(&namespace.name)
                    && global(&namespace.to)
                    && namespace.fields.iter().all(|(name, from)| named(name) && global(from))
            })
    });
    let tags = program.tags.iter().all(|tag| named(&tag.enumeration) && named(&tag.variant));
    let checks = [
        (!program.functions.is_empty(), "there is no top-level function"),
        (globals, "a variable has no name"),
        (hoisted, "a hoisted function does not exist"),
        (structs, "a struct refers to something that does not exist"),
        (layouts, "a layout refers to something that does not exist"),
        (sites, "an access has no name"),
        (tags, "a variant has no name"),
        (imports, "an import refers to something that does not exist"),
    ];
    match checks.iter().find(|(holds, _)| !holds) {
        Some((_, reason)) => Err(reason),
        None => Ok(()),
    }
}

struct Checker<'a> {
    program: &'a Program,
    function: &'a Function,
    /// For every word, whether an instruction begins there.
    starts: Vec<bool>,
}

type Checked = Result<(), (usize, &'static str)>;

impl Checker<'_> {
    fn check(mut self) -> Checked {
        let function = self.function;
        if function.parameters.len() + usize::from(function.method) > function.registers as usize {
            return Err((0, "more parameters than registers"));
        }
        let code = &function.code;
        self.starts = vec![false; code.len() + 1];
        let mut at = 0;
        let mut last = None;
        while at < code.len() {
            let Some(instruction) = instruction_of(code[at]) else { return Err((at, "unknown instruction")) };
            if at + instruction.length() > code.len() {
                return Err((at, "the instruction is cut off"));
            }
            self.starts[at] = true;
            last = Some(instruction.opcode);
            at += instruction.length();
        }
        if !matches!(last, Some(op::RETURN | op::RETURN_NULL | op::JUMP | op::THROW)) {
            return Err((code.len(), "the code does not end with a return"));
        }
        let mut at = 0;
        while at < code.len() {
            let Some(instruction) = instruction_of(code[at]) else { return Err((at, "unknown instruction")) };
            self.instruction(at, instruction)?;
            at += instruction.length();
        }
        for handler in &function.handlers {
            let inside = self.begins(handler.start as i64) && self.begins(handler.target as i64);
            if !inside || handler.end as usize > code.len() || handler.start > handler.end {
                return Err((handler.start as usize, "a handler is outside of the code"));
            }
        }
        Ok(())
    }

    fn begins(&self, at: i64) -> bool {
        usize::try_from(at).is_ok_and(|at| self.starts.get(at).copied().unwrap_or(false))
    }

    fn instruction(&self, at: usize, instruction: &Instruction) -> Checked {
        let function = self.function;
        let word = function.code[at];
        let bytes = [word >> 8 & 0xff, word >> 16 & 0xff, word >> 24].map(|byte| byte as usize);
        let wide = (word >> 16) as usize;
        let registers = function.registers as usize;
        let fail = |reason| Err((at, reason));
        for (position, operand) in instruction.operands.iter().enumerate() {
            let byte = bytes[position];
            let good = match operand {
                Operand::Read | Operand::Write | Operand::Update => {
                    byte + usize::from(self.has_pair(instruction.opcode, position)) < registers
                }
                Operand::Window => byte + self.window(instruction, bytes) <= registers,
                Operand::Loop => byte + 2 < registers,
                Operand::Constant8 => byte < function.constants.len(),
                Operand::Constant => wide < function.constants.len(),
                Operand::Global => wide < self.program.globals.len(),
                Operand::Outer => wide < self.program.outer.len(),
                Operand::Cell => wide < function.captures.len(),
                _ => true,
            };
            if !good {
                return fail("an operand is out of range");
            }
        }
        if instruction.opcode == op::HAND_OUT && !function.generator {
            return fail("only generators hand values out");
        }
        let end = at + instruction.length();
        for (offset, extension) in instruction.extensions.iter().enumerate() {
            let word = function.code[at + 1 + offset];
            let index = word as usize;
            let good = match extension {
                Operand::Jump => self.begins(end as i64 + (word as i32 >> 8) as i64),
                Operand::Site => index < self.program.sites.len(),
                Operand::Function => self.captures(index),
                Operand::Builtin => index < crate::builtins::TABLE.len(),
                Operand::GlobalWord => index < self.program.globals.len(),
                Operand::Layout => {
                    self.program.layouts.get(index).is_some_and(|layout| layout.fields.len() == bytes[2])
                }
                Operand::Tag => self
                    .program
                    .tags
                    .get(index)
                    .is_some_and(|tag| instruction.opcode != op::NEW_VARIANT || tag.payloads as usize == bytes[2]),
                Operand::Import => index < self.program.imports.len(),
                Operand::ConstantWord => index < function.constants.len(),
                Operand::Amount if instruction.opcode == op::CALL_METHOD => {
                    index == 0 || self.begins(end as i64 + index as i64)
                }
                _ => true,
            };
            if !good {
                return fail("an extension word is out of range");
            }
        }
        Ok(())
    }

    /// Instructions that use the register behind an operand as well.
    fn has_pair(&self, opcode: u8, position: usize) -> bool {
        match opcode {
            op::FOR_NEXT_PAIR => position == 1,
            op::BEGIN_FINALLY | op::END_FINALLY => position == 0,
            op::JOIN_INIT | op::SUPPRESS => position == 1,
            _ => false,
        }
    }

    /// How many registers a window has.
    fn window(&self, instruction: &Instruction, bytes: [usize; 3]) -> usize {
        match instruction.opcode {
            op::CALL | op::CALL_METHOD | op::SPAWN_TASK => bytes[1] + 1,
            op::CALL_GLOBAL | op::CALL_BUILTIN => bytes[1],
            _ => bytes[2],
        }
    }

    /// A closure of function `index` can be made here.
    fn captures(&self, index: usize) -> bool {
        self.program.functions.get(index).is_some_and(|target| {
            target.captures.iter().all(|capture| match *capture {
                Capture::Register(register) => register < self.function.registers,
                Capture::Cell(cell) => (cell as usize) < self.function.captures.len(),
                Capture::Running => true,
            })
        })
    }
}
