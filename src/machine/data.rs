//! Plain data: what crosses the border of a machine by value in Rust.

use super::VirtualMachine;
use crate::heap::{Dict, Heap, Key, VariantTag};
use crate::value::Value;

/// A value without a machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Data>),
    /// In insertion order.
    Dict(Vec<(String, Data)>),
}

/// A value that plain data cannot express: a function, a promise, or nesting beyond [`DEEPEST`].
#[derive(Clone, Debug, PartialEq)]
pub struct NotData(pub String);

/// The deepest nesting of plain data.
pub const DEEPEST: usize = 500;

impl From<&str> for Data {
    fn from(text: &str) -> Data {
        Data::Text(text.to_string())
    }
}

impl From<i64> for Data {
    fn from(int: i64) -> Data {
        Data::Int(int)
    }
}

impl VirtualMachine {
    /// Makes a value of plain data.
    pub fn import(&mut self, data: &Data) -> Value {
        import(self.heap_mut(), data)
    }

    /// Copies a value out of the machine. Structs become dicts of their fields.
    ///
    /// # Errors
    /// The type word of a value that is no data, or a text about nesting.
    pub fn export(&mut self, value: Value) -> Result<Data, NotData> {
        export(self.heap_mut(), value, 0)
    }
}

fn import(heap: &mut Heap, data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Bool(*value),
        Data::Int(int) => Value::Int(*int),
        Data::Float(float) => Value::Float(*float),
        Data::Text(text) => heap.text(text),
        Data::Bytes(bytes) => heap.new_bytes(bytes.clone()),
        Data::List(items) => {
            let items = items.iter().map(|item| import(heap, item)).collect();
            heap.list(items)
        }
        Data::Dict(entries) => {
            let dict = heap.dict(Dict::default());
            for (key, value) in entries {
                let value = import(heap, value);
                let key = heap.text(key);
                if let (Value::Dict(dict), Some(key)) = (dict, heap.key(key)) {
                    heap.dict_set(dict, key, value);
                }
            }
            dict
        }
    }
}

fn export(heap: &mut Heap, value: Value, depth: usize) -> Result<Data, NotData> {
    if depth > DEEPEST {
        return Err(NotData(format!("data nested deeper than {DEEPEST}")));
    }
    Ok(match value {
        Value::Null | Value::Unset | Value::None => Data::Null,
        Value::Bool(value) => Data::Bool(value),
        Value::Int(int) => Data::Int(int),
        Value::Float(float) => Data::Float(float),
        Value::Text(text) => Data::Text(heap.str(text).to_string()),
        Value::Bytes(bytes) => Data::Bytes(heap.bytes.get(bytes).data.clone()),
        Value::List(_) | Value::Set(_) | Value::Queue(_) | Value::Stack(_) => {
            let mut items = Vec::with_capacity(heap.length(value).unwrap_or(0));
            let mut cursor = 0;
            while let Some((item, next)) = heap.next_element(value, cursor) {
                cursor = next;
                items.push(item);
            }
            Data::List(items.into_iter().map(|item| export(heap, item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Value::Dict(dict) => {
            let entries: Vec<(Key, Value)> =
                heap.dicts.get(dict).iter().map(|entry| (entry.key, entry.value)).collect();
            let mut out = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let key = match key {
                    Key::Int(int) => int.to_string(),
                    Key::Text(text) => heap.str(text).to_string(),
                    Key::Removed => continue,
                };
                out.push((key, export(heap, value, depth + 1)?));
            }
            Data::Dict(out)
        }
        Value::Record(record) => {
            let layout = heap.records.get(record).layout;
            let names = heap.layouts.fields(layout).to_vec();
            let fields = heap.fields(record).to_vec();
            let mut out = Vec::with_capacity(fields.len());
            for (name, value) in names.into_iter().zip(fields) {
                let name = heap.names.text(name).to_string();
                if !name.starts_with('\0') {
                    out.push((name, export(heap, value, depth + 1)?));
                }
            }
            Data::Dict(out)
        }
        Value::Unit(tag) => enumeration(heap, tag, Vec::new()),
        Value::Variant(variant) => {
            let tag = heap.variants.get(variant).tag;
            let payloads = heap.payloads(variant).to_vec();
            let mut values =
                payloads.into_iter().map(|payload| export(heap, payload, depth + 1)).collect::<Result<Vec<_>, _>>()?;
            let key = match tag {
                VariantTag::OK => "ok",
                VariantTag::ERR => "err",
                VariantTag::SOME => "some",
                _ => return Ok(enumeration(heap, tag, values)),
            };
            Data::Dict(vec![(key.to_string(), values.pop().unwrap_or(Data::Null))])
        }
        other => return Err(NotData(heap.type_word(other).to_string())),
    })
}

/// `{ tag, values }` (embedding.md 1.3).
fn enumeration(heap: &Heap, tag: VariantTag, values: Vec<Data>) -> Data {
    let variant = heap.names.text(heap.tags.get(tag).variant).to_string();
    Data::Dict(vec![("tag".to_string(), Data::Text(variant)), ("values".to_string(), Data::List(values))])
}
