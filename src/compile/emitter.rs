//! Builds the code of one function: words, constants, labels, registers, positions, and at the end the fuel of every
//! straight run.

use crate::bytecode::{Constant, Handler, HandlerKind, Operand, instruction_of, op, wide, word};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// A place in the code that jumps can name before it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(usize);

/// More registers than this in one function are a diagnostic.
pub const MAX_REGISTERS: usize = 250;

/// A straight run is charged in one byte, so a long one is cut by `Fuel` instructions.
const LONGEST_RUN: usize = 200;

#[derive(Default)]
pub struct Emitter {
    pub code: Vec<u32>,
    pub constants: Vec<Constant>,
    constant_index: FxHashMap<ConstantKey, u32>,
    labels: Vec<Option<u32>>,
    jumps: Vec<(u32, Label)>,
    pub positions: Vec<(u32, Span)>,
    span: Span,
    pub handlers: Vec<(HandlerKind, u32, u32, Label)>,
    next: usize,
    max: usize,
    since_control: usize,
    /// More constants, registers or words than can be addressed.
    pub too_large: bool,
}

#[derive(PartialEq, Eq, Hash)]
enum ConstantKey {
    Null,
    Bool(bool),
    Int(i64),
    Float(u64),
    Text(std::sync::Arc<str>),
    Builtin(u16),
    Function(u32),
}

impl Emitter {
    // Registers.

    pub fn allocate(&mut self) -> u8 {
        self.allocate_row(1)
    }

    /// The first of `count` neighbouring registers.
    pub fn allocate_row(&mut self, count: usize) -> u8 {
        let first = self.next;
        if first + count > MAX_REGISTERS {
            self.too_large = true;
            return 0;
        }
        self.next += count;
        self.max = self.max.max(self.next);
        first as u8
    }

    /// The first free register; registers from here on are free again after [`Emitter::release_to`].
    pub fn mark(&self) -> usize {
        self.next
    }

    pub fn release_to(&mut self, mark: usize) {
        self.next = mark;
    }

    /// A register for a moment: there is always one more than can be allocated.
    pub fn spare(&mut self) -> u8 {
        self.max = self.max.max(self.next + 1);
        self.next as u8
    }

    /// Whether `count` more registers can be had.
    pub fn has_room(&self, count: usize) -> bool {
        self.next + count <= MAX_REGISTERS
    }

    pub fn is_top(&self, register: u8) -> bool {
        register as usize + 1 == self.next
    }

    pub fn register_count(&self) -> u8 {
        self.max as u8
    }

    // Code.

    /// What follows belongs to `span`.
    pub fn at(&mut self, span: Span) {
        self.span = span;
    }

    pub fn span(&self) -> Span {
        self.span
    }

    pub fn here(&self) -> u32 {
        self.code.len() as u32
    }

    fn begin(&mut self, opcode: u8) {
        if self.since_control >= LONGEST_RUN && opcode != op::FUEL {
            self.since_control = 0;
            self.push_word(word(op::FUEL, 0, 0, 0));
            self.code.push(0);
        }
        self.since_control = if is_control(opcode) { 0 } else { self.since_control + 1 };
    }

    fn push_word(&mut self, word: u32) {
        if self.positions.last().is_none_or(|&(_, span)| span != self.span) {
            self.positions.push((self.here(), self.span));
        }
        self.code.push(word);
        if self.code.len() > 8_000_000 {
            self.too_large = true;
        }
    }

    pub fn emit(&mut self, opcode: u8, a: u8, b: u8, c: u8) {
        self.begin(opcode);
        self.push_word(word(opcode, a, b, c));
    }

    pub fn emit_wide(&mut self, opcode: u8, a: u8, d: u16) {
        self.begin(opcode);
        self.push_word(wide(opcode, a, d));
    }

    pub fn emit_extended(&mut self, opcode: u8, a: u8, b: u8, c: u8, extension: u32) {
        self.begin(opcode);
        self.push_word(word(opcode, a, b, c));
        self.code.push(extension);
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    pub fn bind(&mut self, label: Label) {
        self.labels[label.0] = Some(self.here());
    }

    pub fn bound_label(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    /// A jump or branch to `label`.
    pub fn jump(&mut self, opcode: u8, a: u8, b: u8, label: Label) {
        self.begin(opcode);
        self.push_word(word(opcode, a, b, 0));
        self.jumps.push((self.here(), label));
        self.code.push(0);
    }

    /// A branch with an operand in front of its jump word.
    pub fn jump_extended(&mut self, opcode: u8, a: u8, b: u8, extension: u32, label: Label) {
        self.begin(opcode);
        self.push_word(word(opcode, a, b, 0));
        self.code.push(extension);
        self.jumps.push((self.here(), label));
        self.code.push(0);
    }

    /// A method call; the length of its store-back code is set by [`Emitter::end_store_back`].
    pub fn call_method(&mut self, window: u8, count: u8, result: u8, site: u32) -> u32 {
        self.begin(op::CALL_METHOD);
        self.push_word(word(op::CALL_METHOD, window, count, result));
        self.code.push(site);
        self.code.push(0);
        self.here()
    }

    pub fn end_store_back(&mut self, after_call: u32) {
        self.code[after_call as usize - 1] = self.here() - after_call;
    }

    /// The fuel of a straight run that is entered by unwinding is charged by an instruction.
    pub fn fuel_here(&mut self) {
        self.emit_extended(op::FUEL, 0, 0, 0, 0);
    }

    pub fn protect(&mut self, kind: HandlerKind, start: u32, end: u32, target: Label) {
        if start != end {
            self.handlers.push((kind, start, end, target));
        }
    }

    // Constants.

    pub fn constant(&mut self, constant: Constant) -> u32 {
        let key = match &constant {
            Constant::Null => ConstantKey::Null,
            Constant::Bool(value) => ConstantKey::Bool(*value),
            Constant::Int(int) => ConstantKey::Int(*int),
            Constant::Float(float) => ConstantKey::Float(float.to_bits()),
            Constant::Text(text) => ConstantKey::Text(text.clone()),
            Constant::Builtin(builtin) => ConstantKey::Builtin(*builtin),
            Constant::Function(function) => ConstantKey::Function(*function),
        };
        if let Some(&index) = self.constant_index.get(&key) {
            return index;
        }
        let index = self.constants.len() as u32;
        self.constants.push(constant);
        self.constant_index.insert(key, index);
        index
    }

    pub fn text_constant(&mut self, text: &str) -> u32 {
        self.constant(Constant::Text(text.into()))
    }

    /// An instruction with a text that its 16 bits must be able to name.
    pub fn emit_text(&mut self, opcode: u8, a: u8, text: &str) {
        match u16::try_from(self.text_constant(text)) {
            Ok(constant) => self.emit_wide(opcode, a, constant),
            Err(_) => self.too_large = true,
        }
    }

    pub fn load_constant(&mut self, target: u8, constant: Constant) {
        match constant {
            Constant::Null => self.emit(op::LOAD_NULL, target, 0, 0),
            Constant::Bool(value) => self.emit(op::LOAD_BOOL, target, u8::from(value), 0),
            Constant::Int(int) if i16::try_from(int).is_ok() => self.emit_wide(op::LOAD_INT, target, int as i16 as u16),
            other => {
                let index = self.constant(other);
                match u16::try_from(index) {
                    Ok(index) => self.emit_wide(op::LOAD_CONSTANT, target, index),
                    Err(_) => self.emit_extended(op::LOAD_FAR_CONSTANT, target, 0, 0, index),
                }
            }
        }
    }

    // The end.

    /// Resolves labels and fills in the fuel of all runs. `prologue` goes in front of everything. Gives the handlers
    /// and the fuel of the first run.
    pub fn finish(&mut self, prologue: &[u32]) -> (Vec<Handler>, u32) {
        let shift = prologue.len() as u32;
        for (at, label) in std::mem::take(&mut self.jumps) {
            let target = self.labels[label.0].unwrap_or(0) as i64;
            let distance = target - (at as i64 + 1);
            self.code[at as usize] = (distance as i32 as u32) << 8;
        }
        self.code.splice(0..0, prologue.iter().copied());
        for (offset, _) in &mut self.positions {
            *offset += shift;
        }
        if shift > 0 {
            let first = self.positions.first().map_or(self.span, |&(_, span)| span);
            self.positions.insert(0, (0, first));
        }
        let handlers = std::mem::take(&mut self.handlers)
            .into_iter()
            .map(|(kind, start, end, target)| Handler {
                kind,
                start: start + shift,
                end: end + shift,
                target: self.labels[target.0].unwrap_or(0) + shift,
            })
            .collect();
        let entry = fill_fuel(&mut self.code);
        (handlers, entry)
    }
}

/// Whether the straight run ends with this instruction.
fn is_control(opcode: u8) -> bool {
    let Some(instruction) = instruction_of(opcode as u32) else { return true };
    instruction.extensions.contains(&Operand::Jump)
        || matches!(opcode, op::FUEL | op::RETURN | op::RETURN_NULL | op::THROW | op::RAISE)
}

/// Computes, for every instruction, the number of instructions from it to the end of its straight run, and writes
/// these into the branches and `Fuel` instructions that enter the runs. Gives the fuel of the first.
pub fn fill_fuel(code: &mut [u32]) -> u32 {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < code.len() {
        starts.push(at);
        at += instruction_of(code[at]).map_or(1, |instruction| instruction.length());
    }
    let mut fuel = vec![0u32; code.len() + 1];
    for &at in starts.iter().rev() {
        let opcode = code[at] as u8;
        let length = instruction_of(code[at]).map_or(1, |instruction| instruction.length());
        fuel[at] = 1 + if is_control(opcode) { 0 } else { fuel[(at + length).min(code.len())] };
    }
    for &at in &starts {
        let Some(instruction) = instruction_of(code[at]) else { continue };
        let end = at + instruction.length();
        if instruction.opcode == op::FUEL {
            code[at + 1] = fuel[end.min(code.len())];
        }
        if instruction.operands[2] == Operand::Fall {
            code[at] = code[at] & 0x00ff_ffff | fuel[end.min(code.len())].min(255) << 24;
        }
        if instruction.extensions.last() == Some(&Operand::Jump) {
            let word = &mut code[end - 1];
            let target = end as i64 + (*word as i32 >> 8) as i64;
            let target = fuel.get(target as usize).copied().unwrap_or(0);
            *word = *word & 0xffff_ff00 | target.min(255);
        }
    }
    fuel[0]
}
