//! The plain kinds of heap objects: list (also of stacks), queue, record, closure, bytes, variant.

use super::share::Share;
use super::slab::Object;
use crate::value::{Handle, Value};
use std::collections::VecDeque;

#[derive(Default, Clone)]
pub struct List {
    pub items: Vec<Value>,
    pub share: Share,
}

impl Object for List {
    fn backing_bytes(&self) -> usize {
        self.items.capacity() * size_of::<Value>()
    }
}

#[derive(Default, Clone)]
pub struct Queue {
    pub items: VecDeque<Value>,
    pub share: Share,
}

impl Object for Queue {
    fn backing_bytes(&self) -> usize {
        self.items.capacity() * size_of::<Value>()
    }
}

/// A struct instance. Its fields are cells of the heap's [`super::Cells`], in the order of its layout.
#[derive(Default, Clone)]
pub struct Record {
    /// Index into [`super::Layouts`].
    pub layout: u32,
    /// First cell of the fields.
    pub start: u32,
    /// Number of cells that are reserved, at least the number of fields of the layout.
    pub room: u32,
    pub share: Share,
}

impl Object for Record {
    fn backing_bytes(&self) -> usize {
        self.room as usize * size_of::<Value>()
    }
}

/// A function value with cells of its own (language.md 4.4).
#[derive(Default)]
pub struct Closure {
    /// The index of the loaded function.
    pub function: u32,
    pub cells: Box<[Value]>,
}

impl Object for Closure {
    fn backing_bytes(&self) -> usize {
        self.cells.len() * size_of::<Value>()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum GeneratorState {
    /// Before the body, or at a `yield`.
    Suspended,
    /// Its frame is on the stack of a task.
    Running,
    #[default]
    Done,
}

/// A generator. While it runs, its registers are on the stack of the task that pulled it.
#[derive(Default)]
pub struct Generator {
    /// The index of the loaded function.
    pub function: u32,
    pub closure: Option<Handle<Closure>>,
    /// The next instruction; while its last cleanup runs, the first one of the `finally` block that runs.
    pub ip: u32,
    pub state: GeneratorState,
    /// Of an `async func*`.
    pub asynchronous: bool,
    pub registers: Box<[Value]>,
    /// The scopes that its body has open, outermost first, while it is suspended.
    pub scopes: Box<[u64]>,
}

impl Object for Generator {
    fn backing_bytes(&self) -> usize {
        self.registers.len() * size_of::<Value>()
    }
}

#[derive(Default, Clone)]
pub struct Bytes {
    pub data: Vec<u8>,
    pub share: Share,
}

impl Object for Bytes {
    fn backing_bytes(&self) -> usize {
        self.data.capacity()
    }
}

/// Which variant of which enum: an index into the heap's [`super::Tags`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct VariantTag(pub u32);

impl VariantTag {
    pub const OK: VariantTag = VariantTag(0);
    pub const ERR: VariantTag = VariantTag(1);
    pub const SOME: VariantTag = VariantTag(2);

    /// The type word of language.md 3.1.
    pub fn type_word(self) -> &'static str {
        match self {
            VariantTag::OK | VariantTag::ERR => "result",
            VariantTag::SOME => "option",
            _ => "enum",
        }
    }
}

/// An enum value with a payload, a Result, or `Some(v)`. Never changed after it is made.
#[derive(Clone)]
pub struct Variant {
    pub tag: VariantTag,
    /// The only payload, or a list of several, which belongs to this object alone ([`super::Tags::has_list`]).
    pub payload: Value,
}

impl Default for Variant {
    fn default() -> Self {
        Variant { tag: VariantTag::OK, payload: Value::Null }
    }
}

impl Object for Variant {
    fn backing_bytes(&self) -> usize {
        0
    }
}
