//! Values across the border, by the rules of embedding.md 1.3.
//!
//! Both directions walk with a stack of their own, so that depth is bounded by memory and not by the native stack.

use super::host::Host;
use crate::builtins::compare::{equal_exactly, hash_exactly};
use crate::heap::{Dict, ErrorField, Heap, Key, Record, Set, Variant, VariantTag};
use crate::machine::VirtualMachine;
use crate::runtime::ErrorKind;
use crate::value::{Handle, Value};
use js_sys::{Array, Float64Array, Object, Uint8Array};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
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
    pub const PINNED: u32 = 13;
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
                ChildKey::Defined(key) => define_plain(target.unchecked_ref(), &key, &child),
            }
        }
    }
    result
}

struct Outward<'a> {
    machine: &'a mut VirtualMachine,
    host: &'a Host,
    /// Dict keys and field names seen so far, by text object.
    keys: FxHashMap<u32, ChildKey>,
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
    /// A Result or an Option.
    Variant(Handle<Variant>),
    /// What an enum value carries.
    Payloads(Handle<Variant>),
    /// The value and the cause of an error record.
    Error(Handle<Record>),
}

#[derive(Clone)]
enum ChildKey {
    Next,
    Member,
    Named(JsValue),
    /// A key that means something in plain objects already, so that assigning to it is something else or may throw.
    Defined(JsValue),
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
            Value::Unit(tag) => self.enumeration(tag, &Array::new()),
            Value::Variant(variant) => match self.heap().variants.get(variant).tag {
                VariantTag::OK | VariantTag::ERR | VariantTag::SOME => {
                    self.open(Object::new().into(), Source::Variant(variant))
                }
                tag => {
                    let values = self.open(Array::new().into(), Source::Payloads(variant));
                    self.enumeration(tag, values.unchecked_ref())
                }
            },
            Value::Function(_) | Value::Closure(_) | Value::Builtin(_) | Value::HostFunction(_) => {
                let name = self.function_name(value);
                let pin = self.machine.pin(value);
                self.host.script_function(pin, &name)
            }
            Value::Promise(promise) => {
                let watch = self.machine.watch(promise);
                self.host.watched(watch)
            }
            Value::Channel(_) => self.reference(value, "channel"),
            Value::Stream(_) => self.reference(value, "stream"),
            Value::Generator(_) => self.reference(value, "generator"),
        }
    }

    /// An object that JavaScript can only hold and give back.
    fn reference(&mut self, value: Value, kind: &str) -> JsValue {
        let pin = self.machine.pin(value);
        self.host.reference(pin, kind)
    }

    /// `{ tag, values }`
    fn enumeration(&self, tag: VariantTag, values: &Array) -> JsValue {
        let heap = self.heap();
        let object = Object::new();
        let fields: &Fields = object.unchecked_ref();
        let name = JsValue::from_str(heap.names.text(heap.tags.get(tag).variant));
        fields.set(&JsValue::from_str("tag"), &name);
        fields.set(&JsValue::from_str("values"), values);
        object.into()
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
            define_plain(&details, &JsValue::from_str(key), &JsValue::from_str(text));
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
                let name = heap.layouts.fields(heap.records.get(record).layout)[at];
                let text = heap.name_text(name);
                Some((self.key(Key::Text(text)), value))
            }
            Source::Variant(variant) => {
                frame.next += 1;
                let variant = self.heap().variants.get(variant);
                let key = match variant.tag {
                    VariantTag::OK => "ok",
                    VariantTag::ERR => "err",
                    _ => "some",
                };
                (at == 0).then(|| (ChildKey::Named(JsValue::from_str(key)), variant.payload))
            }
            Source::Payloads(variant) => {
                frame.next += 1;
                Some((ChildKey::Next, *self.heap().payloads(variant).get(at)?))
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
            Key::Text(text) => {
                if let Some(key) = self.keys.get(&text.index()) {
                    return key.clone();
                }
                let name = self.heap().str(text);
                let name_of_struct = name == "__struct__";
                let key = JsValue::from_str(name);
                let key = match name_of_struct || self.host.is_inherited(&key) {
                    true => ChildKey::Defined(key),
                    false => ChildKey::Named(key),
                };
                self.keys.insert(text.index(), key.clone());
                key
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
fn define_plain(object: &Object, key: &JsValue, value: &JsValue) {
    let descriptor: Fields = Object::new().unchecked_into();
    descriptor.set(&"value".into(), value);
    for flag in ["writable", "enumerable", "configurable"] {
        descriptor.set(&flag.into(), &JsValue::TRUE);
    }
    define_property(object, key, descriptor.unchecked_ref());
}

/// A JavaScript value as scripts see it. `name` is what error messages call the whole.
///
/// Getters and proxies run while it is read, and may call back: the machine is borrowed only in between. It must not
/// run meanwhile, as nothing holds on to the parts that have been made.
///
/// # Errors
/// A `TypeError` that names the path to what cannot cross, a `RangeError` for a bigint beyond 64 bits, or what a
/// getter threw.
pub fn from_js(machine: &RefCell<VirtualMachine>, host: &Host, value: &JsValue, name: &str) -> Result<Value, JsValue> {
    let mut inward = Inward { machine, host, name, open: Vec::new() };
    let mut finished = inward.convert(value)?;
    while let Some(frame) = inward.open.last_mut() {
        if let Some(value) = finished.take() {
            frame.content.push(value);
        }
        finished = match frame.advance() {
            Some(child) => inward.convert(&child)?,
            None => inward.close()?,
        };
    }
    // Every opened container has been closed, and closing gives a value.
    Ok(finished.unwrap_or(Value::Null))
}

struct Inward<'a> {
    machine: &'a RefCell<VirtualMachine>,
    host: &'a Host,
    name: &'a str,
    open: Vec<OpenSource>,
}

/// A JavaScript container whose parts are being converted.
struct OpenSource {
    object: JsValue,
    shape: Shape,
    /// What [`Host::unpack`] gave: the parts, of which entries have two each, the key first.
    parts: Array,
    next: u32,
    length: u32,
    content: Vec<Value>,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    List,
    Set,
    Entries,
    /// The message, and the cause if that is an `Error`.
    Error,
}

impl OpenSource {
    /// The next part that is to be converted.
    fn advance(&mut self) -> Option<JsValue> {
        if self.next >= self.length {
            return None;
        }
        if self.shape == Shape::Entries {
            self.next += 1;
        }
        self.next += 1;
        Some(self.parts.get(self.next - 1))
    }

    /// The step of the path that leads to the part that was taken last.
    fn step(&self) -> String {
        match self.shape {
            Shape::List | Shape::Set => format!("[{}]", self.next.saturating_sub(1)),
            Shape::Entries => {
                let key = self.parts.get(self.next.saturating_sub(2));
                match key.as_string().or_else(|| key.as_f64().map(|number| number.to_string())) {
                    Some(key) => format!(".{key}"),
                    None => String::new(),
                }
            }
            Shape::Error => ".cause".to_owned(),
        }
    }
}

impl Inward<'_> {
    /// The value, or `None` for a container, which is opened.
    fn convert(&mut self, value: &JsValue) -> Result<Option<Value>, JsValue> {
        let kind = self.host.kind(value)?;
        Ok(Some(match kind {
            kind::NULL => Value::Null,
            kind::BOOLEAN => Value::Bool(value.is_truthy()),
            kind::NUMBER => number_in(value.as_f64().unwrap_or(f64::NAN)),
            kind::STRING => self.machine.borrow_mut().heap_mut().string(value.as_string().unwrap_or_default()),
            kind::BIG_INT => match i64::try_from(value.clone()) {
                Ok(int) => Value::Int(int),
                Err(_) => {
                    let message = format!("{} is a bigint beyond 64 bits", self.path());
                    return Err(js_sys::RangeError::new(&message).into());
                }
            },
            kind::BYTES => {
                let bytes: Uint8Array = self.host.unpack(value, kind)?.unchecked_into();
                self.machine.borrow_mut().heap_mut().new_bytes(bytes.to_vec())
            }
            kind::NUMBERS => {
                let numbers: Float64Array = self.host.unpack(value, kind)?.unchecked_into();
                let numbers = numbers.to_vec().into_iter().map(number_in).collect();
                self.machine.borrow_mut().heap_mut().list(numbers)
            }
            kind::DATE => Value::Float(self.host.unpack(value, kind)?.as_f64().unwrap_or(f64::NAN) / 1000.0),
            kind::PROMISE => {
                let operation = self.machine.borrow_mut().new_operation();
                let (operation, promise) =
                    operation.map_err(|error| JsValue::from(js_sys::RangeError::new(&error.to_string())))?;
                self.host.adopt(operation as f64, value);
                promise
            }
            kind::PINNED => self.machine.borrow().pinned(self.host.pin_of(value)).unwrap_or(Value::Null),
            kind::ARRAY | kind::BIG_INTS => return self.open(value, kind, Shape::List),
            kind::SET => return self.open(value, kind, Shape::Set),
            kind::OBJECT | kind::MAP => return self.open(value, kind, Shape::Entries),
            kind::ERROR => return self.open(value, kind, Shape::Error),
            _ => return Err(self.refuse(&format!("is {}, which a script cannot hold", self.host.describe(value)))),
        }))
    }

    fn open(&mut self, object: &JsValue, kind: u32, shape: Shape) -> Result<Option<Value>, JsValue> {
        if self.open.len() >= SUSPICIOUS_DEPTH && self.open.len().is_multiple_of(SUSPICIOUS_DEPTH) {
            self.refuse_cycles(object)?;
        }
        let parts: Array = self.host.unpack(object, kind)?.unchecked_into();
        let length = parts.length();
        let (next, parts_each) = match shape {
            Shape::List | Shape::Set => (0, 1),
            Shape::Entries => (0, 2),
            Shape::Error => (1, 1),
        };
        let content = Vec::with_capacity((length / parts_each) as usize);
        self.open.push(OpenSource { object: object.clone(), shape, parts, next, length, content });
        Ok(None)
    }

    /// A cycle shows in a path that is long enough: an object then stands in it twice.
    fn refuse_cycles(&self, object: &JsValue) -> Result<(), JsValue> {
        let seen = js_sys::Set::new(&JsValue::UNDEFINED);
        for (depth, frame) in self.open.iter().enumerate() {
            if seen.has(&frame.object) {
                return Err(self.refuse_at(depth, "contains itself"));
            }
            seen.add(&frame.object);
        }
        if seen.has(object) { Err(self.refuse("contains itself")) } else { Ok(()) }
    }

    /// The innermost open container as a script value.
    fn close(&mut self) -> Result<Option<Value>, JsValue> {
        let Some(OpenSource { object, shape, parts, content, .. }) = self.open.pop() else { return Ok(None) };
        let machine = &mut *self.machine.borrow_mut();
        let heap = machine.heap_mut();
        Ok(Some(match shape {
            Shape::List => heap.list(content),
            Shape::Set => set_of(heap, content),
            Shape::Entries => {
                let Value::Dict(dict) = heap.dict(Dict::default()) else { return Ok(None) };
                for (at, value) in content.into_iter().enumerate() {
                    let key = parts.get(2 * at as u32);
                    let key = match (key.as_string(), key.as_f64().map(number_in)) {
                        (Some(text), _) => heap.string(text),
                        (None, Some(int @ Value::Int(_))) => int,
                        _ => return Err(self.refuse("is a Map with a key that is neither a string nor an integer")),
                    };
                    if let Some(key) = heap.key(key) {
                        heap.dict_set(dict, key, value);
                    }
                }
                Value::Dict(dict)
            }
            Shape::Error => {
                let error = heap.error(&parts.get(0).as_string().unwrap_or_default(), ErrorKind::Host.word());
                heap.set_error_field(error, ErrorField::Cause, content.first().copied().unwrap_or(Value::Null));
                let id = self.host.keep_cause(&object);
                heap.set_error_field(error, ErrorField::HostCause, Value::Int(id as i64));
                Value::Record(error)
            }
        }))
    }

    /// A `TypeError` about the value that is being converted.
    fn refuse(&self, why: &str) -> JsValue {
        self.refuse_at(self.open.len(), why)
    }

    fn refuse_at(&self, depth: usize, why: &str) -> JsValue {
        js_sys::TypeError::new(&format!("{} {why}", self.path_to(depth))).into()
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

/// The numbers of all host objects that error values refer to.
pub fn causes(heap: &Heap) -> Vec<u32> {
    let cause =
        |record| match heap.is_error(Value::Record(record)).then(|| heap.error_field(record, ErrorField::HostCause)) {
            Some(Value::Int(id)) => u32::try_from(id).ok(),
            _ => None,
        };
    heap.records.handles().filter_map(cause).collect()
}
