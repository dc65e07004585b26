//! What the compiler makes and the machine runs.

mod disassembler;
mod instruction;
mod program;
mod verifier;

pub use disassembler::disassemble;
pub use instruction::{INSTRUCTIONS, Instruction, Operand, instruction_of, op, wide, word};
pub use program::{
    Capture, Constant, Function, Handler, HandlerKind, LayoutInfo, Program, Receiver, Site, StructInfo, TagName,
};
pub use verifier::{Fault, verify};
