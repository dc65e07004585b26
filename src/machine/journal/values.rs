//! Values that cross the border, as a journal keeps them.

use super::JournalValue;
use super::fields::{Field, digest};
use crate::heap::{Dict, ErrorField, Key, PromiseState, Source, VariantTag};
use crate::machine::{DEEPEST, VirtualMachine};
use crate::runtime::ErrorKind;
use crate::schedule::HostError;
use crate::value::{Handle, Value};

impl VirtualMachine {
    /// What a journal keeps of a value.
    pub(in crate::machine) fn written(&self, value: Value) -> JournalValue {
        self.written_at(value, 0)
    }

    fn written_at(&self, value: Value, depth: usize) -> JournalValue {
        let heap = self.heap();
        if depth > DEEPEST {
            return JournalValue::Lost(format!("value nested deeper than {DEEPEST}"));
        }
        let inner = |value| self.written_at(value, depth + 1);
        match value {
            Value::Null | Value::Unset => JournalValue::Null,
            Value::Bool(value) => JournalValue::Bool(value),
            Value::Int(int) => JournalValue::Int(int),
            Value::Float(float) => JournalValue::Float(float),
            Value::Text(text) => JournalValue::Text(heap.str(text).to_string()),
            Value::Bytes(bytes) => JournalValue::Bytes(heap.bytes.get(bytes).data.clone()),
            Value::List(list) => JournalValue::List(heap.items(list).iter().map(|&item| inner(item)).collect()),
            Value::Dict(dict) => {
                let entries = heap.dicts.get(dict).iter().filter_map(|entry| {
                    let key = match entry.key {
                        Key::Int(int) => int.to_string(),
                        Key::Text(text) => heap.str(text).to_string(),
                        Key::Removed => return None,
                    };
                    Some((key, inner(entry.value)))
                });
                JournalValue::Dict(entries.collect())
            }
            Value::None => JournalValue::None,
            Value::Variant(variant) => {
                let payload = heap.payloads(variant).first().copied().unwrap_or(Value::Null);
                match heap.variants.get(variant).tag {
                    VariantTag::SOME => JournalValue::Some(Box::new(inner(payload))),
                    VariantTag::OK => JournalValue::Ok(Box::new(inner(payload))),
                    VariantTag::ERR => JournalValue::Err(Box::new(inner(payload))),
                    _ => self.lost(value),
                }
            }
            Value::Record(record) if heap.is_error(value) => {
                let text = |field| heap.as_str(heap.error_field(record, field)).unwrap_or_default();
                let word = text(ErrorField::Kind);
                let kind = ErrorKind::ALL.iter().copied().find(|kind| kind.word() == word);
                let cause = match heap.error_field(record, ErrorField::HostCause) {
                    Value::Int(cause) => u32::try_from(cause).ok(),
                    _ => None,
                };
                match kind {
                    Some(kind) => {
                        JournalValue::Error(HostError { kind, message: text(ErrorField::Message).to_string(), cause })
                    }
                    None => self.lost(value),
                }
            }
            Value::Promise(promise) => {
                let object = heap.promises.get(promise);
                let same = self.scheduler.pending_promise(object.source) == Some(promise);
                match object.source {
                    Source::Operation { id } if same && object.state == PromiseState::Pending => {
                        JournalValue::Operation(id)
                    }
                    Source::Task { id, .. } if same => JournalValue::Task(id),
                    _ => self.lost(value),
                }
            }
            Value::HostFunction(number) => JournalValue::HostFunction(number),
            // What scripts made comes back under the name that it has there.
            other => match self.name_of(other) {
                Some(name) => JournalValue::Global(name),
                None => self.lost(other),
            },
        }
    }

    fn name_of(&self, value: Value) -> Option<String> {
        let vm = &self.scheduler.vm;
        let slot = vm.globals.iter().position(|&global| global == value)?;
        Some(vm.heap.names.text(*vm.global_names.get(slot)?).to_string())
    }

    fn lost(&self, value: Value) -> JournalValue {
        JournalValue::Lost(self.heap().type_word(value).to_string())
    }

    /// Tells the values of a call from others.
    pub(super) fn digest_of(&self, values: &[Value]) -> u64 {
        let mut bytes = Vec::new();
        for &value in values {
            self.written(value).write(&mut bytes);
        }
        digest(&[&bytes])
    }

    /// Makes the value.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn read_back(&mut self, value: &JournalValue) -> Result<Value, String> {
        let heap = self.heap_mut();
        Ok(match value {
            JournalValue::Null => Value::Null,
            JournalValue::Bool(value) => Value::Bool(*value),
            JournalValue::Int(int) => Value::Int(*int),
            JournalValue::Float(float) => Value::Float(*float),
            JournalValue::Text(text) => heap.text(text),
            JournalValue::Bytes(bytes) => heap.new_bytes(bytes.clone()),
            JournalValue::List(items) => {
                let items = items.iter().map(|item| self.read_back(item)).collect::<Result<Vec<Value>, String>>()?;
                self.heap_mut().list(items)
            }
            JournalValue::Dict(entries) => {
                let dict = heap.dict(Dict::default());
                for (key, value) in entries {
                    let value = self.read_back(value)?;
                    let heap = self.heap_mut();
                    let key = heap.text(key);
                    if let (Value::Dict(dict), Some(key)) = (dict, heap.key(key)) {
                        heap.dict_set(dict, key, value);
                    }
                }
                dict
            }
            JournalValue::None => Value::None,
            JournalValue::Some(payload) => self.wrapped(VariantTag::SOME, payload)?,
            JournalValue::Ok(payload) => self.wrapped(VariantTag::OK, payload)?,
            JournalValue::Err(payload) => self.wrapped(VariantTag::ERR, payload)?,
            JournalValue::Error(error) => self.scheduler.host_error(error),
            JournalValue::Operation(_) | JournalValue::Task(_) => Value::Promise(self.promise_back(value)?),
            JournalValue::Global(name) => {
                self.global(name).ok_or_else(|| format!("there is no script variable {name}"))?
            }
            JournalValue::HostFunction(number) if *number < self.function_count => Value::HostFunction(*number),
            JournalValue::HostFunction(number) => return Err(format!("there is no host function {number}")),
            JournalValue::Lost(word) => return Err(format!("the host gave a {word}, which a journal cannot hold")),
        })
    }

    fn wrapped(&mut self, tag: VariantTag, payload: &JournalValue) -> Result<Value, String> {
        let payload = self.read_back(payload)?;
        Ok(self.heap_mut().variant(tag, payload))
    }

    pub(super) fn promise_back(&self, value: &JournalValue) -> Result<Handle<crate::heap::Promise>, String> {
        let (source, missing) = match value {
            JournalValue::Operation(id) => (Source::Operation { id: *id }, format!("operation {id} is not pending")),
            JournalValue::Task(id) => (Source::Task { slot: 0, id: *id }, format!("there is no task {id}")),
            JournalValue::Lost(word) => return Err(format!("the host watched a {word} that a journal cannot name")),
            _ => return Err("the host watched what is no promise".into()),
        };
        self.scheduler.pending_promise(source).ok_or(missing)
    }
}
