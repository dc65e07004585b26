//! The listing of a program: instructions beside the source they come from.

use super::program::{Constant, Function, Program};
use super::{Operand, instruction_of};

/// Lists all functions of a program.
pub fn disassemble(program: &Program) -> String {
    let mut out = String::new();
    for (number, function) in program.functions.iter().enumerate() {
        let name = if function.name.is_empty() { "<lambda>" } else { &*function.name };
        out.push_str(&format!(
            "function {number} {name}({}) registers {} fuel {}\n",
            function.parameters.join(", "),
            function.registers,
            function.entry_fuel
        ));
        list_function(program, function, &mut out);
        out.push('\n');
    }
    out
}

fn list_function(program: &Program, function: &Function, out: &mut String) {
    let mut last_line = 0;
    let mut positions = function.positions.iter().peekable();
    let mut span = None;
    let mut at = 0;
    while at < function.code.len() {
        while let Some(&&(offset, next)) = positions.peek() {
            if offset as usize > at {
                break;
            }
            span = Some(next);
            positions.next();
        }
        if let Some(span) = span {
            let line = program.source.position(span.start).line;
            if line != last_line {
                out.push_str(&format!("{line:5} | {}\n", program.source.line(line).trim_end()));
                last_line = line;
            }
        }
        let Some(instruction) = instruction_of(function.code[at]) else {
            out.push_str(&format!("      {at:5}  ??? {:#010x}\n", function.code[at]));
            at += 1;
            continue;
        };
        let operands = operands(program, function, at);
        let line = format!("      {at:5}  {:<20} {}", instruction.name, operands.join(", "));
        out.push_str(line.trim_end());
        out.push('\n');
        at += instruction.length();
    }
    for handler in &function.handlers {
        out.push_str(&format!("      {:?} {}..{} -> {}\n", handler.kind, handler.start, handler.end, handler.target));
    }
}

fn operands(program: &Program, function: &Function, at: usize) -> Vec<String> {
    let word = function.code[at];
    let Some(instruction) = instruction_of(word) else { return Vec::new() };
    let name = |index: Option<&u32>| index.and_then(|&index| program.names.get(index as usize)).map(|name| &**name);
    let constant = |index: usize| match function.constants.get(index) {
        Some(Constant::Text(text)) => format!("{text:?}"),
        Some(Constant::Int(int)) => int.to_string(),
        Some(Constant::Float(float)) => format!("{float:?}"),
        Some(Constant::Null) => "null".to_string(),
        Some(Constant::Bool(value)) => value.to_string(),
        Some(Constant::Builtin(builtin)) => crate::builtins::TABLE[*builtin as usize].name.to_string(),
        Some(Constant::Function(number)) => format!("function {number}"),
        None => "?".to_string(),
    };
    let mut shown = Vec::new();
    let bytes = [word >> 8 & 0xff, word >> 16 & 0xff, word >> 24];
    for (position, operand) in instruction.operands.iter().enumerate() {
        let byte = bytes[position] as usize;
        let wide = (word >> 16) as usize;
        match operand {
            Operand::Unused | Operand::Fall => {}
            Operand::Read | Operand::Write | Operand::Update | Operand::Window | Operand::Loop => {
                shown.push(format!("r{byte}"));
            }
            Operand::Count => shown.push(byte.to_string()),
            Operand::Small => shown.push((byte as u8 as i8).to_string()),
            Operand::Constant8 => shown.push(constant(byte)),
            Operand::Constant => shown.push(constant(wide)),
            Operand::Int => shown.push((wide as u16 as i16).to_string()),
            Operand::Global => shown.push(name(program.globals.get(wide)).unwrap_or("?").to_string()),
            Operand::Outer => shown.push(name(program.outer.get(wide)).unwrap_or("?").to_string()),
            Operand::Cell => {
                let cell = function.capture_names.get(wide).map_or("?", |name| name);
                shown.push(format!("cell {cell}"));
            }
            _ => {}
        }
    }
    for (offset, extension) in instruction.extensions.iter().enumerate() {
        let word = function.code.get(at + 1 + offset).copied().unwrap_or(0);
        match extension {
            Operand::Jump => {
                let target = (at + instruction.length()) as i64 + (word as i32 >> 8) as i64;
                shown.push(format!("-> {target}"));
            }
            Operand::Site => {
                let site = program.sites.get(word as usize).map(|site| site.name);
                shown.push(format!(".{}", name(site.as_ref()).unwrap_or("?")));
            }
            Operand::Function => shown.push(format!("function {word}")),
            Operand::Builtin => {
                shown.push(crate::builtins::TABLE.get(word as usize).map_or("?", |entry| entry.name).to_string());
            }
            Operand::GlobalWord => shown.push(name(program.globals.get(word as usize)).unwrap_or("?").to_string()),
            Operand::Layout => {
                let layout = program.layouts.get(word as usize);
                let of = layout.and_then(|layout| program.structs.get(layout.of as usize)).map(|info| info.name);
                shown.push(name(of.as_ref()).unwrap_or("?").to_string());
            }
            Operand::Tag => {
                let tag = program.tags.get(word as usize);
                let part = |index: Option<u32>| name(index.as_ref()).unwrap_or("?").to_string();
                shown.push(format!("{}::{}", part(tag.map(|tag| tag.enumeration)), part(tag.map(|tag| tag.variant))));
            }
            Operand::Import => {
                let import = program.imports.get(word as usize).map(|import| import.module);
                shown.push(name(import.as_ref()).unwrap_or("?").to_string());
            }
            Operand::ConstantWord => shown.push(constant(word as usize)),
            Operand::Amount => shown.push(word.to_string()),
            _ => {}
        }
    }
    shown
}
