//! The value of the machine: sixteen bytes, `Copy`, with typed handles into the heap.

use crate::heap::{
    Bytes, Channel, Closure, Dict, Generator, List, Promise, Queue, Record, Set, Stream, Text, Variant, VariantTag,
};
use std::marker::PhantomData;

/// A typed 32-bit reference to an object in the slab of `T`.
pub struct Handle<T> {
    index: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T> Handle<T> {
    pub(crate) fn new(index: u32) -> Handle<T> {
        Handle { index, kind: PhantomData }
    }

    /// The slot in the slab.
    pub fn index(self) -> u32 {
        self.index
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<T> Eq for Handle<T> {}

impl<T> std::hash::Hash for Handle<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

impl<T> std::fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.index)
    }
}

/// Any value of the language.
///
/// Handles of the kinds that language.md 3.1 calls values (text, list, dict, record …) obey the sharing rules of
/// [`crate::heap::Share`]: whoever stores one in a second place marks the object first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A variable that has not been created yet; never visible to scripts.
    Unset,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Handle<Text>),
    List(Handle<List>),
    Dict(Handle<Dict>),
    Record(Handle<Record>),
    /// A function without captures; the index of the loaded function.
    Function(u32),
    Closure(Handle<Closure>),
    /// Index into the builtin table.
    Builtin(u16),
    /// A function of the host; its registration number.
    HostFunction(u32),
    Bytes(Handle<Bytes>),
    Set(Handle<Set>),
    /// Front first.
    Queue(Handle<Queue>),
    /// A list of another kind; the top is its end.
    Stack(Handle<List>),
    /// The option without a payload.
    None,
    /// An enum value without a payload.
    Unit(VariantTag),
    /// An enum value with a payload, `Ok(v)`, `Err(v)`, `Some(v)`.
    Variant(Handle<Variant>),
    Generator(Handle<Generator>),
    Promise(Handle<Promise>),
    Channel(Handle<Channel>),
    /// A subscription to events or bars.
    Stream(Handle<Stream>),
}

const _: () = assert!(size_of::<Value>() == 16);

impl Value {
    /// Language.md 3.4, except for texts, lists and dicts, which need the heap: `None` for those.
    pub fn truthy_immediate(self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(value),
            Value::Null | Value::Unset => Some(false),
            Value::Int(value) => Some(value != 0),
            Value::Float(value) => Some(value != 0.0),
            Value::Text(_) | Value::List(_) | Value::Dict(_) => None,
            _ => Some(true),
        }
    }

    pub fn is_callable(self) -> bool {
        matches!(self, Value::Function(_) | Value::Closure(_) | Value::Builtin(_) | Value::HostFunction(_))
    }

    /// The number as a float, if the value is an int or a float.
    pub fn as_number(self) -> Option<f64> {
        match self {
            Value::Int(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Float(value)
    }
}
