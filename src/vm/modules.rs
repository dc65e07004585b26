//! Modules in a machine: which function runs one, and what an `import` binds.

use super::Vm;
use crate::bytecode::{ImportInfo, Program};
use crate::heap::Name;
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;

/// A module as it was loaded for some programs.
#[derive(Debug)]
pub struct Module {
    pub name: Name,
    /// The function of its top level, or why it cannot run.
    pub main: Result<u32, String>,
}

/// An `import` with the machine's numbers.
pub(super) struct Import {
    /// Index into [`Vm::modules`].
    pub module: u32,
    bindings: Vec<(u16, u16)>,
    namespace: Option<Namespace>,
    missing: Vec<Name>,
}

struct Namespace {
    /// The struct type.
    of: u32,
    to: u16,
    fields: Vec<(Name, u16)>,
}

impl Vm {
    /// The number of a module that cannot run, until [`Vm::modules`] gets its function.
    pub fn add_module(&mut self, name: &str) -> u32 {
        let main = Err(format!("Module not found: {name}"));
        let name = self.heap.name(name);
        self.modules.push(Module { name, main });
        self.modules.len() as u32 - 1
    }

    /// Gives an `import` the machine's numbers. `module` finds the number of a module.
    pub(super) fn add_import(
        &mut self,
        program: &Program,
        import: &ImportInfo,
        names: &[Name],
        globals: &[u16],
        module: &dyn Fn(&str) -> u32,
    ) {
        let namespace = import.namespace.as_ref().map(|namespace| {
            let fields = namespace.fields.iter();
            Namespace {
                of: self.heap.add_type(names[namespace.name as usize]),
                to: globals[namespace.to as usize],
                fields: fields.map(|&(name, from)| (names[name as usize], globals[from as usize])).collect(),
            }
        });
        let binding = |&(from, to): &(u16, u16)| (globals[from as usize], globals[to as usize]);
        self.imports.push(Import {
            module: module(&program.names[import.module as usize]),
            bindings: import.bindings.iter().map(binding).collect(),
            namespace,
            missing: import.missing.iter().map(|&name| names[name as usize]).collect(),
        });
    }

    /// Binds what an `import` brings, after the module has run.
    ///
    /// # Errors
    /// A name that the module does not export.
    pub(super) fn bind_import(&mut self, import: usize) -> Result<(), Raise> {
        let Import { module, bindings, namespace, missing } = &self.imports[import];
        for &(from, to) in bindings {
            let value = self.globals[from as usize];
            if value != Value::Unset {
                self.heap.share(value);
                self.globals[to as usize] = value;
            }
        }
        if let Some(&name) = missing.first() {
            let names = &self.heap.names;
            let module = names.text(self.modules[*module as usize].name);
            let message = format!("Symbol '{}' not found in module '{module}'", names.text(name));
            return Err(Raise::new(ErrorKind::Import, message));
        }
        if let Some(Namespace { of, to, fields }) = namespace {
            let layout = self.heap.layouts.root(*of);
            let record = self.heap.record(layout, 0);
            for &(name, from) in fields {
                let value = self.globals[from as usize];
                if value != Value::Unset {
                    self.heap.share(value);
                    self.heap.set_field(record, name, value);
                }
            }
            self.globals[*to as usize] = Value::Record(record);
        }
        Ok(())
    }
}
