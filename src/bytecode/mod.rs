//! What the compiler makes and the machine runs.

mod disassembler;
mod instruction;
mod program;
mod verifier;

pub use disassembler::disassemble;
pub use instruction::{INSTRUCTIONS, Instruction, Operand, instruction_of, op, raised, wide, word};
pub use program::{
    Capture, Constant, Function, Handler, HandlerKind, ImportInfo, LayoutInfo, NamespaceInfo, Program, Receiver,
    SEPARATOR, Site, StructInfo, TagName, is_module_variable, shown_variable, variable_name,
};
pub use verifier::{Fault, verify};
