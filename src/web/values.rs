//! Values across the border, by the rules of embedding.md 1.3.
//!
//! Both directions walk with a stack of their own, so that depth is bounded by memory and not by the native stack.

use super::host::Host;
use crate::builtins::compare::{equal_exactly, hash_exactly};
use crate::heap::{Dict, ErrorField, Heap, Key, Record, Set, Variant, VariantTag};
use crate::machine::VirtualMachine;
use crate::value::{Handle, Value};
use js_sys::{Array, Float64Array, Object, Reflect, Uint8Array};
use rustc_hash::FxHashMap;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `Object.keys`, which throws for some proxies.
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    fn object_keys(object: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = defineProperty)]
    fn define_property(object: &Object, key: &JsValue, descriptor: &Object);
    /// `object[key] = value`, for objects that are known to be plain.
    type Fields;
    #[wasm_bindgen(method, indexing_setter)]
    fn set(this: &Fields, key: &JsValue, value: &JsValue);
}

/// The greatest int that a JavaScript number holds exactly.
const MAX_SAFE: i64 = (1 << 53) - 1;
/// Lists of numbers from this length on cross in one piece.
const NUMBERS_IN_ONE_PIECE: usize = 16;
/// Values nested deeper than this are searched for cycles.
const SUSPICIOUS_DEPTH: usize = 512;

/// What JavaScript calls a value; the numbers are those of host.ts.
mod kind {
    pub const NULL: u32 = 0;
    pub const BOOLEAN: u32 = 1;
    pub const NUMBER: u32 = 2;
    pub const BIG_INT: u32 = 3;
    pub const STRING: u32 = 4;
    pub const ARRAY: u32 = 5;
    pub const OBJECT: u32 = 6;
    pub const MAP: u32 = 7;
    pub const BYTES: u32 = 8;
    pub const SET: u32 = 9;
    pub const DATE: u32 = 10;
    pub const ERROR: u32 = 11;
    pub const PROMISE: u32 = 12;
    pub const SCRIPT_FUNCTION: u32 = 13;
    pub const NUMBERS: u32 = 14;
    pub const BIG_INTS: u32 = 15;
}

/// A number from JavaScript: an int when it is integral and safe.
pub fn number_in(number: f64) -> Value {
    if number.trunc() == number && number.abs() <= MAX_SAFE as f64 {
        Value::Int(number as i64)
    } else {
        Value::Float(number)
    }
}

/// An int as the number that holds it exactly, if there is one.
pub fn number_out(int: i64) -> Option<f64> {
    (-MAX_SAFE..=MAX_SAFE).contains(&int).then_some(int as f64)
}

/// A script value as JavaScript sees it.
///
/// Functions are pinned in the machine until their JavaScript functions are collected; promises are watched.
pub fn to_js(machine: &mut VirtualMachine, host: &Host, value: Value) -> JsValue {
    let mut outward = Outward { machine, host, keys: FxHashMap::default(), open: Vec::new() };
    let result = outward.convert(value);
    while let Some(mut frame) = outward.open.pop() {
        if let Some((key, child)) = outward.next_child(&mut frame) {
            let target = frame.target.clone();
            outward.open.push(frame);
            // This may push the child's own frame: it is filled first, after it has been attached.
            let child = outward.convert(child);
            match key {
                ChildKey::Next => {
                    target.unchecked_ref::<Array>().push(&child);
                }
                ChildKey::Member => {
                    target.unchecked_ref::<js_sys::Set>().add(&child);
                }
                ChildKey::Named(key) => target.unchecked_ref::<Fields>().set(&key, &child),
                ChildKey::Prototype => define_plain(target.unchecked_ref(), "__proto__", &child),
            }
        }
    }
    result
}

struct Outward<'a> {
    machine: &'a mut VirtualMachine,
    host: &'a Host,
    /// JavaScript strings of dict keys and field names seen so far, by text object.
    keys: FxHashMap<u32, JsValue>,
    open: Vec<OpenTarget>,
}

/// A JavaScript object that still lacks some of its content.
struct OpenTarget {
    target: JsValue,
    source: Source,
    next: usize,
}

enum Source {
    /// An array, set, queue or stack.
    Elements(Value),
    Dict(Handle<Dict>),
    Record(Handle<Record>),
    Variant(Handle<Variant>),
    /// The value and the cause of an error record.
    Error(Handle<Record>),
}

enum ChildKey {
    Next,
    Member,
    Named(JsValue),
    /// The key `__proto__`, which plain assignment would take for something else.
    Prototype,
}

impl Outward<'_> {
    fn heap(&self) -> &Heap {
        self.machine.heap()
    }

    /// The JavaScript value; for containers an empty one, whose content is still to come.
    fn convert(&mut self, value: Value) -> JsValue {
        match value {
            Value::Unset | Value::Null | Value::None => JsValue::NULL,
            Value::Bool(value) => JsValue::from_bool(value),
            Value::Int(value) => int_to_js(value),
            Value::Float(value) => JsValue::from_f64(value),
            Value::Text(text) => JsValue::from_str(self.heap().str(text)),
            Value::Bytes(bytes) => Uint8Array::from(self.heap().bytes.get(bytes).data.as_slice()).into(),
            Value::Set(_) => self.open(js_sys::Set::default().into(), Source::Elements(value)),
            Value::Queue(_) | Value::Stack(_) => self.open(Array::new().into(), Source::Elements(value)),
            Value::List(list) => match numbers_of(self.heap().items(list)) {
                Some(numbers) => Array::from(&Float64Array::from(numbers.as_slice())).into(),
                None => self.open(Array::new().into(), Source::Elements(value)),
            },
            Value::Dict(dict) => self.open(Object::new().into(), Source::Dict(dict)),
            Value::Record(record) if self.heap().is_error(value) => self.error(record),
            Value::Record(record) => {
                let fields = Object::new();
                let heap = self.heap();
                let name = heap.names.text(heap.record_type(record).name).clone();
                self.host.name_struct(&name, &fields);
                self.open(fields.into(), Source::Record(record))
            }
            Value::Variant(variant) => self.open(Object::new().into(), Source::Variant(variant)),
            Value::Function(_) | Value::Closure(_) | Value::Builtin(_) | Value::HostFunction(_) => {
                let name = self.function_name(value);
                let pin = self.machine.pin(value);
                self.host.script_function(pin, &name)
            }
            Value::Promise(promise) => {
                let watch = self.machine.watch(promise);
                self.host.watched(watch)
            }
            Value::Channel(_) => JsValue::NULL,
        }
    }

    /// The bare name; empty for literals.
    fn function_name(&self, value: Value) -> String {
        let heap = self.heap();
        let name = |number: u32| heap.function_names.get(number as usize).map_or("", |name| &**name).to_owned();
        match value {
            Value::Function(number) => name(number),
            Value::Closure(closure) => name(heap.closures.get(closure).function),
            Value::Builtin(number) => crate::builtins::TABLE[number as usize].name.to_owned(),
            Value::HostFunction(number) => {
                heap.host_function_names.get(number as usize).map_or("", |name| &**name).to_owned()
            }
            _ => String::new(),
        }
    }

    fn open(&mut self, target: JsValue, source: Source) -> JsValue {
        self.open.push(OpenTarget { target: target.clone(), source, next: 0 });
        target
    }

    /// The very object that a host call failed with, if that is where the error comes from; else a `ScriptError`.
    fn error(&mut self, record: Handle<Record>) -> JsValue {
        if let Value::Int(id) = self.heap().error_field(record, ErrorField::HostCause) {
            let cause = self.host.cause(id as u32);
            if cause.is_instance_of::<js_sys::Error>() {
                return cause;
            }
        }
        let heap = self.heap();
        let details = Object::new();
        for (key, field) in [("message", ErrorField::Message), ("kind", ErrorField::Kind)] {
            let text = heap.as_str(heap.error_field(record, field)).unwrap_or_default();
            define_plain(&details, key, &JsValue::from_str(text));
        }
        let caused = heap.error_field(record, ErrorField::Cause) != Value::Null;
        let cause = if caused { JsValue::NULL } else { JsValue::UNDEFINED };
        let error = self.host.script_error(&details, &JsValue::NULL, &cause);
        self.open(error, Source::Error(record))
    }

    fn next_child(&mut self, frame: &mut OpenTarget) -> Option<(ChildKey, Value)> {
        let at = frame.next;
        match frame.source {
            Source::Elements(container) => {
                let (item, next) = self.heap().next_element(container, at)?;
                frame.next = next;
                let key = if matches!(container, Value::Set(_)) { ChildKey::Member } else { ChildKey::Next };
                Some((key, item))
            }
            Source::Dict(dict) => {
                let (entry, next) = self.heap().dicts.get(dict).next_entry(at)?;
                frame.next = next;
                Some((self.key(entry.key), entry.value))
            }
            Source::Record(record) => {
                frame.next += 1;
                let heap = self.heap();
                let value = *heap.fields(record).get(at)?;
                let name = heap.layouts.get(heap.records.get(record).layout).fields[at];
                let text = heap.name_text(name);
                Some((self.key(Key::Text(text)), value))
            }
            Source::Variant(variant) => {
                frame.next += 1;
                let variant = self.heap().variants.get(variant);
                let key = match variant.tag {
                    VariantTag::Ok => "ok",
                    VariantTag::Err => "err",
                    VariantTag::Some => "some",
                };
                (at == 0).then(|| (ChildKey::Named(JsValue::from_str(key)), variant.payload))
            }
            Source::Error(record) => {
                frame.next += 1;
                let (key, field) = *[("value", ErrorField::Value), ("cause", ErrorField::Cause)].get(at)?;
                match self.heap().error_field(record, field) {
                    Value::Null => self.next_child(frame),
                    value => Some((ChildKey::Named(JsValue::from_str(key)), value)),
                }
            }
        }
    }

    fn key(&mut self, key: Key) -> ChildKey {
        match key {
            Key::Int(int) => ChildKey::Named(JsValue::from_str(&int.to_string())),
            Key::Text(text) if self.heap().str(text) == "__proto__" => ChildKey::Prototype,
            Key::Text(text) => {
                let heap = self.machine.heap();
                let key = self.keys.entry(text.index()).or_insert_with(|| JsValue::from_str(heap.str(text)));
                ChildKey::Named(key.clone())
            }
            Key::Removed => ChildKey::Named(JsValue::NULL),
        }
    }
}

pub fn int_to_js(int: i64) -> JsValue {
    match number_out(int) {
        Some(number) => JsValue::from_f64(number),
        None => JsValue::from(int),
    }
}

/// The items of a long list if all of them are numbers in JavaScript.
fn numbers_of(items: &[Value]) -> Option<Vec<f64>> {
    if items.len() < NUMBERS_IN_ONE_PIECE {
        return None;
    }
    let number = |item: &Value| match *item {
        Value::Int(int) => number_out(int),
        Value::Float(float) => Some(float),
        _ => None,
    };
    items.iter().map(number).collect()
}

/// Defines an ordinary property, whatever its name.
fn define_plain(object: &Object, key: &str, value: &JsValue) {
    let descriptor: Fields = Object::new().unchecked_into();
    descriptor.set(&"value".into(), value);
    for flag in ["writable", "enumerable", "configurable"] {
        descriptor.set(&flag.into(), &JsValue::TRUE);
    }
    define_property(object, &JsValue::from_str(key), descriptor.unchecked_ref());
}

/// A JavaScript value as scripts see it. `name` is what error messages call the whole.
///
/// # Errors
/// A `TypeError` that names the path to what cannot cross, a `RangeError` for a bigint beyond 64 bits, or what a
/// getter threw.
pub fn from_js(machine: &mut VirtualMachine, host: &Host, value: &JsValue, name: &str) -> Result<Value, JsValue> {
    let mut inward = Inward { machine, host, name, open: Vec::new() };
    let mut finished = inward.convert(value)?;
    while let Some(frame) = inward.open.last_mut() {
        if let Some(value) = finished.take() {
            frame.content.push(value);
        }
        finished = match frame.advance()? {
            Some(child) => inward.convert(&child)?,
            None => inward.close(),
        };
    }
    // Every opened container has been closed, and closing gives a value.
    Ok(finished.unwrap_or(Value::Null))
}

struct Inward<'a> {
    machine: &'a mut VirtualMachine,
    host: &'a Host,
    name: &'a str,
    open: Vec<OpenSource>,
}

/// A JavaScript container that is being read.
struct OpenSource {
    object: JsValue,
    shape: Shape,
    next: u32,
    length: u32,
    content: Vec<Value>,
}

enum Shape {
    Array,
    /// The members of a `Set`.
    Set(Array),
    /// The keys of the object.
    Object(Array),
    /// The entries `[key, value]` of a `Map`, and the keys so far.
    Map(Array, Vec<String>),
    /// An `Error`, of which the cause is read if that is an `Error` too.
    Error,
}

impl OpenSource {
    /// The next thing in it.
    fn advance(&mut self) -> Result<Option<JsValue>, JsValue> {
        if self.next == self.length {
            return Ok(None);
        }
        let at = self.next;
        self.next += 1;
        match &self.shape {
            Shape::Array => Reflect::get_u32(&self.object, at).map(Some),
            Shape::Set(members) => Ok(Some(members.get(at))),
            Shape::Object(keys) => Reflect::get(&self.object, &keys.get(at)).map(Some),
            Shape::Map(entries, _) => Ok(Some(entries.get(at).unchecked_into::<Array>().get(1))),
            Shape::Error => Reflect::get(&self.object, &"cause".into()).map(Some),
        }
    }

    /// The step of the path that leads to what was read last.
    fn step(&self) -> String {
        let at = self.next.saturating_sub(1);
        match &self.shape {
            Shape::Array | Shape::Set(_) => format!("[{at}]"),
            Shape::Object(keys) => format!(".{}", keys.get(at).as_string().unwrap_or_default()),
            Shape::Map(_, keys) => format!(".{}", keys.get(at as usize).map_or("", String::as_str)),
            Shape::Error => ".cause".to_owned(),
        }
    }
}

impl Inward<'_> {
    /// The value, or `None` for a container, which is opened.
    fn convert(&mut self, value: &JsValue) -> Result<Option<Value>, JsValue> {
        let kind = self.host.kind(value)?;
        let heap = self.machine.heap_mut();
        Ok(Some(match kind {
            kind::NULL => Value::Null,
            kind::BOOLEAN => Value::Bool(value.is_truthy()),
            kind::NUMBER => number_in(value.as_f64().unwrap_or(f64::NAN)),
            kind::STRING => heap.string(value.as_string().unwrap_or_default()),
            kind::BIG_INT => match i64::try_from(value.clone()) {
                Ok(int) => Value::Int(int),
                Err(_) => {
                    let message = format!("{} is a bigint beyond 64 bits", self.path());
                    return Err(js_sys::RangeError::new(&message).into());
                }
            },
            kind::BYTES => heap.new_bytes(Uint8Array::new(value).to_vec()),
            kind::NUMBERS => {
                let numbers = Float64Array::new(value).to_vec();
                heap.list(numbers.into_iter().map(number_in).collect())
            }
            kind::DATE => Value::Float(value.unchecked_ref::<js_sys::Date>().value_of() / 1000.0),
            kind::PROMISE => {
                let (operation, promise) = self
                    .machine
                    .new_operation()
                    .map_err(|error| JsValue::from(js_sys::RangeError::new(&error.to_string())))?;
                self.host.adopt(operation as f64, value);
                promise
            }
            kind::SCRIPT_FUNCTION => self.machine.pinned(self.host.pin_of(value)).unwrap_or(Value::Null),
            kind::ARRAY | kind::BIG_INTS => {
                // A typed array has a length and elements like any other.
                let length = value.unchecked_ref::<Array>().length();
                return self.open(value, Shape::Array, length);
            }
            kind::SET => {
                let members = Array::from(value);
                let length = members.length();
                return self.open(value, Shape::Set(members), length);
            }
            kind::OBJECT => {
                let keys = object_keys(value)?;
                let length = keys.length();
                return self.open(value, Shape::Object(keys), length);
            }
            kind::MAP => {
                let entries = Array::from(value);
                let length = entries.length();
                let mut keys = Vec::with_capacity(length as usize);
                for entry in entries.iter() {
                    keys.push(self.map_key(&entry.unchecked_into::<Array>().get(0))?);
                }
                return self.open(value, Shape::Map(entries, keys), length);
            }
            kind::ERROR => {
                let caused = Reflect::get(value, &"cause".into())?.is_instance_of::<js_sys::Error>();
                return self.open(value, Shape::Error, caused as u32);
            }
            _ => {
                let message = format!("{} is {}, which a script cannot hold", self.path(), self.host.describe(value));
                return Err(js_sys::TypeError::new(&message).into());
            }
        }))
    }

    fn open(&mut self, object: &JsValue, shape: Shape, length: u32) -> Result<Option<Value>, JsValue> {
        if self.open.len() >= SUSPICIOUS_DEPTH && self.open.len().is_multiple_of(SUSPICIOUS_DEPTH) {
            self.refuse_cycles(object)?;
        }
        let content = Vec::with_capacity(length as usize);
        self.open.push(OpenSource { object: object.clone(), shape, next: 0, length, content });
        Ok(None)
    }

    /// A cycle shows in a path that is long enough: an object then stands in it twice.
    fn refuse_cycles(&self, object: &JsValue) -> Result<(), JsValue> {
        let seen = js_sys::Set::new(&JsValue::UNDEFINED);
        for (depth, frame) in self.open.iter().enumerate() {
            if seen.has(&frame.object) {
                let message = format!("{} contains itself", self.path_to(depth));
                return Err(js_sys::TypeError::new(&message).into());
            }
            seen.add(&frame.object);
        }
        if seen.has(object) {
            return Err(js_sys::TypeError::new(&format!("{} contains itself", self.path())).into());
        }
        Ok(())
    }

    fn map_key(&self, key: &JsValue) -> Result<String, JsValue> {
        if let Some(text) = key.as_string() {
            return Ok(text);
        }
        match key.as_f64().map(number_in) {
            Some(Value::Int(int)) => Ok(int.to_string()),
            _ => {
                let message = format!("{} is a Map with a key that is neither a string nor an integer", self.path());
                Err(js_sys::TypeError::new(&message).into())
            }
        }
    }

    /// The innermost open container as a script value.
    fn close(&mut self) -> Option<Value> {
        let OpenSource { object, shape, content, .. } = self.open.pop()?;
        let heap = self.machine.heap_mut();
        Some(match shape {
            Shape::Array => heap.list(content),
            Shape::Set(_) => set_of(heap, content),
            Shape::Object(keys) => {
                let keys = keys.iter().map(|key| key.as_string().unwrap_or_default());
                dict_of(heap, keys, content)
            }
            Shape::Map(_, keys) => dict_of(heap, keys.into_iter(), content),
            Shape::Error => {
                let error = heap.error(&self.host.message_of(&object), "host");
                heap.set_error_field(error, ErrorField::Cause, content.first().copied().unwrap_or(Value::Null));
                let id = self.host.keep_cause(&object);
                heap.set_error_field(error, ErrorField::HostCause, Value::Int(id as i64));
                Value::Record(error)
            }
        })
    }

    fn path(&self) -> String {
        self.path_to(self.open.len())
    }

    fn path_to(&self, depth: usize) -> String {
        let steps: Vec<String> = self.open[..depth].iter().map(OpenSource::step).collect();
        // A cycle's path is as long as it was followed; its beginning tells enough.
        let shown = steps.len().min(12);
        let more = if shown < steps.len() { "…" } else { "" };
        format!("{}{}{more}", self.name, steps[..shown].concat())
    }
}

/// Members that are different in JavaScript may be equal in scripts.
fn set_of(heap: &mut Heap, content: Vec<Value>) -> Value {
    let mut set = Set::with_capacity(content.len());
    for value in content {
        let hash = hash_exactly(heap, value);
        if set.find(hash, |other| equal_exactly(heap, other, value)).is_none() {
            set.push_new(Some(hash), value);
        }
    }
    heap.set(set)
}

fn dict_of(heap: &mut Heap, keys: impl Iterator<Item = String>, content: Vec<Value>) -> Value {
    let Value::Dict(dict) = heap.dict(Dict::default()) else { return Value::Null };
    for (key, value) in keys.zip(content) {
        let key = heap.string(key);
        if let Some(key) = heap.key(key) {
            heap.dict_set(dict, key, value);
        }
    }
    Value::Dict(dict)
}

/// The numbers of all host objects that error values refer to.
pub fn causes(heap: &Heap) -> Vec<u32> {
    let cause =
        |record| match heap.is_error(Value::Record(record)).then(|| heap.error_field(record, ErrorField::HostCause)) {
            Some(Value::Int(id)) => u32::try_from(id).ok(),
            _ => None,
        };
    heap.records.handles().filter_map(cause).collect()
}
