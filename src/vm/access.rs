//! Fields, elements and entries: reading, writing in place, and making paths unique for writing.

use super::Vm;
use crate::builtins::{lookup, text_form};
use crate::heap::{ErrorField, Name, Record};
use crate::runtime::{ErrorKind, Raise};
use crate::value::{Handle, Value};

/// The text of language.md 5.4 for a field of something that has none.
pub(super) fn no_fields(name: &str) -> Raise {
    Raise::new(ErrorKind::Field, format!("Cannot access field or method '{name}' on non-struct value"))
}

fn field_not_found(name: &str) -> Raise {
    Raise::new(ErrorKind::Field, format!("Field not found: {name}"))
}

impl Vm {
    pub(super) fn missing_key(&self, key: Value) -> Raise {
        Raise::new(ErrorKind::Key, format!("Missing map key: {}", text_form::literal(&self.heap, key)))
    }

    fn missing_entry(&self, name: Name) -> Raise {
        self.missing_key(Value::Text(self.heap.name_text(name)))
    }

    /// `Error { … }` of the predeclared type: the fields that are not given have defaults.
    pub(super) fn error_literal(&mut self, layout: u32, values: &[Value]) -> Handle<Record> {
        let record = self.heap.error("", ErrorKind::Thrown.word());
        let names = self.heap.layouts.fields(layout).to_vec();
        for (name, &value) in names.into_iter().zip(values) {
            self.heap.set_field(record, name, value);
        }
        self.heap.set_error_field(record, ErrorField::Origin, Value::Null);
        record
    }

    /// `value.name`, where the inline cache did not know.
    #[inline(never)]
    pub(super) fn get_field(&mut self, value: Value, site: u32) -> Result<Value, Raise> {
        let name = self.caches[site as usize].name;
        match value {
            Value::Record(record) => {
                let object = self.heap.records.get(record);
                let layout = object.layout;
                if let Some(slot) = self.heap.layouts.slot(layout, name) {
                    let value = self.heap.cells.get(object.start + slot);
                    let cache = &mut self.caches[site as usize];
                    cache.layout = layout;
                    cache.slot = slot;
                    return Ok(value);
                }
                match self.heap.record_type(record).methods.get(&name) {
                    Some(&method) => Ok(Value::Function(method)),
                    None => Err(field_not_found(self.heap.names.text(name))),
                }
            }
            Value::Dict(dict) => {
                let text = Value::Text(self.heap.name_text(name));
                Ok(lookup(&self.heap, dict, text).unwrap_or(Value::Null))
            }
            _ => Err(no_fields(self.heap.names.text(name))),
        }
    }

    /// The value, or a copy of its own if others have it too. The copy counts as work.
    pub(super) fn unique(&mut self, value: Value) -> Value {
        let own = self.heap.unique(value);
        if own != value {
            self.work += self.heap.length(own).unwrap_or(0) as u64 / 8;
        }
        own
    }

    /// `container.name := value`. Gives the container, cloned if it was shared.
    #[inline(never)]
    pub(super) fn set_field(&mut self, container: Value, site: u32, value: Value) -> Result<Value, Raise> {
        let name = self.caches[site as usize].name;
        match container {
            Value::Record(_) | Value::Dict(_) => {}
            _ => return Err(no_fields(self.heap.names.text(name))),
        }
        let container = self.unique(container);
        match container {
            Value::Record(record) => {
                self.heap.set_field(record, name, value);
                let object = self.heap.records.get(record);
                let layout = object.layout;
                if let Some(slot) = self.heap.layouts.slot(layout, name) {
                    let cache = &mut self.caches[site as usize];
                    cache.layout = layout;
                    cache.slot = slot;
                }
            }
            Value::Dict(dict) => {
                let text = Value::Text(self.heap.name_text(name));
                if let Some(key) = self.heap.key(text) {
                    self.heap.dict_set(dict, key, value);
                }
            }
            _ => {}
        }
        Ok(container)
    }

    /// `container.name` for writing below it: the container and the part are made unique. Gives both. With `optional` a
    /// missing dict entry is null.
    pub(super) fn unique_field(
        &mut self,
        container: Value,
        site: u32,
        optional: bool,
    ) -> Result<(Value, Value), Raise> {
        let name = self.caches[site as usize].name;
        let container = match container {
            Value::Record(_) | Value::Dict(_) => self.unique(container),
            _ => return Err(no_fields(self.heap.names.text(name))),
        };
        match container {
            Value::Record(record) => {
                let object = self.heap.records.get(record);
                let layout = object.layout;
                let Some(slot) = self.heap.layouts.slot(layout, name) else {
                    return Err(field_not_found(self.heap.names.text(name)));
                };
                let cell = object.start + slot;
                let cache = &mut self.caches[site as usize];
                cache.layout = layout;
                cache.slot = slot;
                let part = self.heap.cells.get(cell);
                let unique = self.unique(part);
                // Cloning may have moved nothing, but the record's cells stay where they are in any case.
                self.heap.cells.set(cell, unique);
                Ok((container, unique))
            }
            Value::Dict(dict) => {
                let text = Value::Text(self.heap.name_text(name));
                let Some(part) = lookup(&self.heap, dict, text) else {
                    return if optional { Ok((container, Value::Null)) } else { Err(self.missing_entry(name)) };
                };
                let unique = self.unique(part);
                if unique != part
                    && let Some(key) = self.heap.key(text)
                {
                    self.heap.dict_set(dict, key, unique);
                }
                Ok((container, unique))
            }
            _ => Err(no_fields(self.heap.names.text(name))),
        }
    }

    /// `container[index]`.
    #[inline(never)]
    pub(super) fn get_index(&mut self, container: Value, index: Value) -> Result<Value, Raise> {
        match (container, index) {
            (Value::List(list), Value::Int(index)) => {
                let items = self.heap.items(list);
                match position(index, items.len()) {
                    Some(at) => Ok(items[at]),
                    None => Err(out_of_bounds(index)),
                }
            }
            (Value::Dict(dict), Value::Int(_) | Value::Text(_)) => {
                lookup(&self.heap, dict, index).ok_or_else(|| self.missing_key(index))
            }
            (Value::Text(text), Value::Int(index)) => {
                let object = self.heap.texts.get(text);
                let character = position(index, object.length()).and_then(|at| object.char_at(at));
                match character {
                    Some(character) => Ok(self.heap.text_of_char(character)),
                    None => Err(out_of_bounds(index)),
                }
            }
            _ => Err(Raise::type_error("Invalid index operation")),
        }
    }

    /// `container[index] := value`. Gives the container, cloned if it was shared.
    #[inline(never)]
    pub(super) fn set_index(&mut self, container: Value, index: Value, value: Value) -> Result<Value, Raise> {
        match (container, index) {
            (Value::List(list), Value::Int(index)) => {
                let Some(at) = position(index, self.heap.items(list).len()) else { return Err(out_of_bounds(index)) };
                let container = self.unique(container);
                if let Value::List(list) = container {
                    self.heap.lists.get_mut(list).items[at] = value;
                }
                Ok(container)
            }
            (Value::Dict(_), Value::Int(_) | Value::Text(_)) => {
                let container = self.unique(container);
                if let (Value::Dict(dict), Some(key)) = (container, self.heap.key(index)) {
                    self.heap.dict_set(dict, key, value);
                }
                Ok(container)
            }
            _ => Err(Raise::type_error("Invalid index assignment")),
        }
    }

    /// `container[index]` for writing below it.
    pub(super) fn unique_index(&mut self, container: Value, index: Value) -> Result<(Value, Value), Raise> {
        let part = self.get_index(container, index)?;
        if let Value::Text(_) = container {
            // A character is a text of its own: whatever is refused about it, is refused by the next step.
            return Ok((container, part));
        }
        let container = self.unique(container);
        // The part may just have been shared by cloning its container.
        let unique = self.unique(part);
        if unique != part {
            self.set_index(container, index, unique)?;
        }
        Ok((container, unique))
    }
}

/// The element that an index means; negative ones count from the end.
#[inline]
pub(super) fn position(index: i64, length: usize) -> Option<usize> {
    let at = if index < 0 { index + length as i64 } else { index };
    if at >= 0 && (at as u64) < length as u64 { Some(at as usize) } else { None }
}

#[cold]
pub(super) fn out_of_bounds(index: i64) -> Raise {
    Raise::new(ErrorKind::Index, format!("Index out of bounds: {index}"))
}
