//! Loading: a program becomes part of a machine. Names, script variables, constants and access sites get the machine's
//! numbers, which are written into a copy of the code.

use super::Vm;
use crate::bytecode::{Constant, Function, Operand, Program, Receiver, instruction_of};
use crate::heap::{Name, TagInfo};
use crate::value::Value;
use std::sync::Arc;

/// A function in a machine.
pub struct Loaded {
    pub code: Box<[u32]>,
    pub constants: Box<[Value]>,
    pub registers: u32,
    /// Registers that arguments fill, with the receiver.
    pub arguments: u8,
    pub method: bool,
    pub asynchronous: bool,
    pub generator: bool,
    pub changes_self: bool,
    /// Or calls methods of parts of it that may.
    pub may_change_self: bool,
    pub entry_fuel: u32,
    pub program: Arc<Program>,
    /// Its number in the program.
    pub number: u32,
}

impl Loaded {
    pub fn function(&self) -> &Function {
        &self.program.functions[self.number as usize]
    }
}

/// An access site: what was found there last.
#[derive(Clone, Copy)]
pub struct Cache {
    pub name: Name,
    /// The layout that was seen last, `u32::MAX` at first.
    pub layout: u32,
    /// Slot of the field, or the method's function.
    pub slot: u32,
    /// The builtin of that name, for method calls.
    pub builtin: Option<u16>,
    pub receiver: Receiver,
    pub borrowed: bool,
}

/// In the layout operand of `NewRecord`: an `Error { … }`, whose other fields have defaults.
pub const ERROR_LAYOUT: u32 = 1 << 31;

/// Why a program cannot be loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyNames;

impl Vm {
    /// Loads a program. Gives the number of its top-level function.
    ///
    /// # Errors
    /// If the machine has more than 65536 script variables or outer names afterwards.
    pub fn load(&mut self, program: &Arc<Program>) -> Result<u32, TooManyNames> {
        self.load_linked(program, &|_| 0)
    }

    /// Loads a program that imports modules, whose numbers `module` finds.
    ///
    /// # Errors
    /// As for [`Vm::load`].
    pub fn load_linked(&mut self, program: &Arc<Program>, module: &dyn Fn(&str) -> u32) -> Result<u32, TooManyNames> {
        if let Some(&(_, main)) = self.programs.iter().find(|(loaded, _)| Arc::ptr_eq(loaded, program)) {
            self.define_functions(program, main);
            return Ok(main);
        }
        let names: Vec<Name> = program.names.iter().map(|name| self.heap.name(name)).collect();
        let main = self.functions.len() as u32;
        let mut globals = Vec::with_capacity(program.globals.len());
        for &name in &program.globals {
            globals.push(self.global_slot(names[name as usize]).ok_or(TooManyNames)?);
        }
        let mut outer = Vec::with_capacity(program.outer.len());
        for &name in &program.outer {
            outer.push(self.outer_slot(names[name as usize]).ok_or(TooManyNames)?);
        }
        let sites = self.caches.len() as u32;
        for site in &program.sites {
            let name = names[site.name as usize];
            self.caches.push(Cache {
                name,
                layout: u32::MAX,
                slot: 0,
                builtin: crate::builtins::find(self.heap.names.text(name))
                    .filter(|&index| crate::builtins::TABLE[index as usize].has_method_form()),
                receiver: site.receiver,
                borrowed: site.borrowed,
            });
        }
        let mut types = Vec::with_capacity(program.structs.len());
        for declaration in &program.structs {
            let name = names[declaration.name as usize];
            let is_error = !declaration.declared && &**self.heap.names.text(name) == "Error";
            let of = match declaration.module {
                Some(module) => self.module_type(names[module as usize], name),
                None if is_error => self.heap.error_type,
                None => self.heap.add_type(name),
            };
            if declaration.declared && declaration.module.is_some() {
                self.heap.types[of as usize].methods.clear();
            }
            for &(method, function) in &declaration.methods {
                self.heap.types[of as usize].methods.insert(names[method as usize], main + function);
            }
            types.push(of);
        }
        let mut layouts = Vec::with_capacity(program.layouts.len());
        for layout in &program.layouts {
            let of = types[layout.of as usize];
            let mut id = self.heap.layouts.root(of);
            for &field in &layout.fields {
                id = self.heap.grown_layout(id, names[field as usize]);
            }
            layouts.push(if of == self.heap.error_type { id | ERROR_LAYOUT } else { id });
        }
        let mut tags = Vec::with_capacity(program.tags.len());
        for tag in &program.tags {
            let (enumeration, variant) = (names[tag.enumeration as usize], names[tag.variant as usize]);
            tags.push(self.heap.tags.intern(TagInfo { enumeration, variant, payloads: tag.payloads }).0);
        }
        let imports = self.imports.len() as u32;
        for import in &program.imports {
            self.add_import(program, import, &names, &globals, module);
        }
        let places = Places { globals, outer, sites, functions: main, layouts, tags, imports };
        let mut loaded = Vec::with_capacity(program.functions.len());
        for (number, function) in program.functions.iter().enumerate() {
            let constants = function.constants.iter().map(|constant| self.constant(constant, main)).collect();
            let mut code = function.code.clone().into_boxed_slice();
            relocate(&mut code, &places);
            loaded.push(Loaded {
                code,
                constants,
                registers: function.registers as u32,
                arguments: function.parameters.len() as u8 + u8::from(function.method),
                method: function.method,
                asynchronous: function.asynchronous,
                generator: function.generator,
                changes_self: function.changes_self,
                may_change_self: function.changes_self || function.may_change_self,
                entry_fuel: function.entry_fuel,
                program: program.clone(),
                number: number as u32,
            });
            self.heap.function_names.push(function.name.clone());
        }
        match Arc::get_mut(&mut self.functions) {
            Some(functions) => functions.extend(loaded),
            // Loading while the machine runs does not happen: a run holds the table only until it returns.
            None => return Err(TooManyNames),
        }
        self.programs.push((program.clone(), main));
        self.define_functions(program, main);
        Ok(main)
    }

    /// Script functions are variables before the first statement runs.
    pub fn define_functions(&mut self, program: &Program, main: u32) {
        for &(global, function) in &program.hoisted {
            let name = self.heap.name(&program.names[program.globals[global as usize] as usize]);
            if let Some(slot) = self.global_slot(name) {
                self.globals[slot as usize] = Value::Function(main + function);
            }
        }
    }

    fn constant(&mut self, constant: &Constant, main: u32) -> Value {
        match constant {
            Constant::Null => Value::Null,
            Constant::Bool(value) => Value::Bool(*value),
            Constant::Int(int) => Value::Int(*int),
            Constant::Float(float) => Value::Float(*float),
            Constant::Text(text) => {
                let name = self.heap.name(text);
                Value::Text(self.heap.name_text(name))
            }
            Constant::Builtin(builtin) => Value::Builtin(*builtin),
            Constant::Function(function) => Value::Function(main + function),
        }
    }

    /// The type of a struct that a module declares, made when the module or one that imports it is loaded.
    fn module_type(&mut self, module: Name, name: Name) -> u32 {
        if let Some(&of) = self.module_types.get(&(module, name)) {
            return of;
        }
        let of = self.heap.add_type(name);
        self.module_types.insert((module, name), of);
        of
    }

    /// The slot of a script variable, made on first use.
    pub fn global_slot(&mut self, name: Name) -> Option<u16> {
        if let Some(&slot) = self.global_index.get(&name) {
            return Some(slot);
        }
        let slot = u16::try_from(self.globals.len()).ok()?;
        self.globals.push(Value::Unset);
        self.global_names.push(name);
        self.global_index.insert(name, slot);
        Some(slot)
    }

    /// The slot of a name of the outermost scope that is no builtin.
    pub fn outer_slot(&mut self, name: Name) -> Option<u16> {
        if let Some(&slot) = self.outer_index.get(&name) {
            return Some(slot);
        }
        let slot = u16::try_from(self.outer.len()).ok()?;
        self.outer.push(Value::Unset);
        self.outer_names.push(name);
        self.outer_index.insert(name, slot);
        Some(slot)
    }
}

/// The machine's numbers for what a program numbers from 0.
struct Places {
    globals: Vec<u16>,
    outer: Vec<u16>,
    sites: u32,
    functions: u32,
    layouts: Vec<u32>,
    tags: Vec<u32>,
    imports: u32,
}

fn relocate(code: &mut [u32], places: &Places) {
    let mut at = 0;
    while at < code.len() {
        let Some(instruction) = instruction_of(code[at]) else { return };
        let low = code[at] & 0xffff;
        let index = (code[at] >> 16) as usize;
        match instruction.operands[1] {
            Operand::Global => code[at] = low | (places.globals[index] as u32) << 16,
            Operand::Outer => code[at] = low | (places.outer[index] as u32) << 16,
            _ => {}
        }
        for (offset, extension) in instruction.extensions.iter().enumerate() {
            let word = &mut code[at + 1 + offset];
            match extension {
                Operand::Site => *word += places.sites,
                Operand::Function => *word += places.functions,
                Operand::GlobalWord => *word = places.globals[*word as usize] as u32,
                Operand::Layout => *word = places.layouts[*word as usize],
                Operand::Import => *word += places.imports,
                Operand::Tag => *word = places.tags[*word as usize],
                _ => {}
            }
        }
        at += instruction.length();
    }
}
