//! What a name means that no variable of the program holds: a builtin, a constant, or a value that the host gave.

use super::{Loaded, Vm};
use crate::bytecode::shown_variable;
use crate::runtime::Raise;
use crate::value::Value;

impl Vm {
    /// A script variable that is not created yet means the builtin of its name.
    #[cold]
    pub(super) fn unset_global(&self, slot: usize) -> Result<Value, Raise> {
        let name = self.heap.names.text(self.global_names[slot]);
        self.outermost(shown_variable(name))
    }

    #[cold]
    pub(super) fn unset_cell(&self, loaded: &Loaded, cell: usize) -> Result<Value, Raise> {
        self.outermost(&loaded.function().capture_names[cell])
    }

    /// The value of a name in the outermost scope.
    pub fn outermost(&self, name: &str) -> Result<Value, Raise> {
        if let Some(builtin) = crate::builtins::find(name) {
            return Ok(Value::Builtin(builtin));
        }
        if let Some(&(_, number, _)) = crate::builtins::CONSTANTS.iter().find(|constant| constant.0 == name) {
            return Ok(Value::Float(number));
        }
        let outer = self.heap.names.find(name).and_then(|name| self.outer_index.get(&name));
        match outer.map(|&slot| self.outer[slot as usize]) {
            Some(value) if value != Value::Unset => Ok(value),
            _ => Err(Vm::undefined(name)),
        }
    }
}
