//! The heap of one machine: a slab per kind of object, names, record layouts, the count of bytes, the collector.

mod collect;
mod dict;
mod objects;
mod record;
mod set;
mod share;
mod slab;
mod tags;
mod text;
mod waiting;

pub use collect::Tracer;
pub use dict::{Dict, Entry, Key, Probe, decimal_int};
pub use objects::{Bytes, Closure, Generator, GeneratorState, List, Queue, Record, Variant, VariantTag};
pub use record::{Cells, Layouts, Name, StructType};
pub use set::Set;
pub use share::Share;
pub use slab::{Object, Slab};
pub use tags::{TagInfo, Tags};
pub use text::{Text, hash_text};
pub use waiting::{
    Channel, Combinator, CombinatorKind, Promise, PromiseState, Requests, Source, Stream, StreamKind, Ticket, Waiter,
    Waiters,
};

use crate::value::{Handle, Value};
use compact_str::CompactString;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;

/// The names of the machine: field names, method names, dict keys written as words.
#[derive(Default)]
pub struct Names {
    texts: Vec<Handle<Text>>,
    lookup: FxHashMap<Arc<str>, Name>,
    strings: Vec<Arc<str>>,
}

impl Names {
    pub fn text(&self, name: Name) -> &Arc<str> {
        &self.strings[name.0 as usize]
    }

    pub fn find(&self, name: &str) -> Option<Name> {
        self.lookup.get(name).copied()
    }
}

/// The fields of the predeclared struct `Error`, in the order of its layout; the last three cannot be named in a
/// script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum ErrorField {
    Message,
    Kind,
    Value,
    Stack,
    Line,
    Column,
    Cause,
    Suppressed,
    /// Where it was raised: the loaded function in the upper, the instruction in the lower 32 bits.
    Origin,
    /// A list of texts: where it was raised again by an `await`.
    Awaited,
    /// The number under which the host keeps the object that it failed with.
    HostCause,
}

const ERROR_FIELDS: [&str; 11] =
    ["message", "kind", "value", "stack", "line", "column", "cause", "suppressed", "\0origin", "\0awaited", "\0host"];

/// Everything that values refer to.
pub struct Heap {
    pub texts: Slab<Text>,
    pub lists: Slab<List>,
    pub dicts: Slab<Dict>,
    pub sets: Slab<Set>,
    pub queues: Slab<Queue>,
    pub records: Slab<Record>,
    pub closures: Slab<Closure>,
    pub generators: Slab<Generator>,
    pub bytes: Slab<Bytes>,
    pub variants: Slab<Variant>,
    pub promises: Slab<Promise>,
    pub combinators: Slab<Combinator>,
    pub channels: Slab<Channel>,
    pub streams: Slab<Stream>,
    pub cells: Cells,
    pub names: Names,
    pub layouts: Layouts,
    pub tags: Tags,
    pub types: Vec<StructType>,
    /// What the text form of a function shows, by loaded function.
    pub function_names: Vec<Arc<str>>,
    /// The names of the host's functions, by registration number.
    pub host_function_names: Vec<Arc<str>>,
    /// The layout of the predeclared struct `Error`, with all its fields.
    pub error_layout: u32,
    /// The type of the predeclared struct `Error`.
    pub error_type: u32,
    empty_text: Handle<Text>,
    ascii_texts: Vec<Handle<Text>>,
    /// Bytes in use, as far as counted since the last collection.
    used: usize,
    peak: usize,
    /// Bytes in use after the last collection.
    survived: usize,
    /// Collect once `used` is above this.
    threshold: usize,
    /// `usize::MAX` without a limit; see [`Heap::set_limit`].
    pub limit: usize,
    /// Collect at every safepoint, for tests.
    pub stress: bool,
}

/// The first collection comes after this many bytes.
const FIRST_THRESHOLD: usize = 4 << 20;

impl Default for Heap {
    fn default() -> Self {
        Heap::new()
    }
}

impl Heap {
    pub fn new() -> Heap {
        let mut texts: Slab<Text> = Slab::default();
        let empty_text = texts.insert(constant_text(""));
        let ascii_texts =
            (0..128u8).map(|byte| texts.insert(constant_text((byte as char).encode_utf8(&mut [0; 4])))).collect();
        let mut heap = Heap {
            texts,
            lists: Slab::default(),
            dicts: Slab::default(),
            sets: Slab::default(),
            queues: Slab::default(),
            records: Slab::default(),
            closures: Slab::default(),
            generators: Slab::default(),
            bytes: Slab::default(),
            variants: Slab::default(),
            promises: Slab::default(),
            combinators: Slab::default(),
            channels: Slab::default(),
            streams: Slab::default(),
            cells: Cells::default(),
            names: Names::default(),
            layouts: Layouts::default(),
            tags: Tags::default(),
            types: Vec::new(),
            function_names: Vec::new(),
            host_function_names: Vec::new(),
            error_layout: 0,
            error_type: 0,
            empty_text,
            ascii_texts,
            used: 0,
            peak: 0,
            survived: 0,
            threshold: FIRST_THRESHOLD,
            limit: usize::MAX,
            stress: false,
        };
        // In the order of their numbers.
        for (enumeration, variant) in [("Result", "Ok"), ("Result", "Err"), ("Option", "Some")] {
            let (enumeration, variant) = (heap.name(enumeration), heap.name(variant));
            heap.tags.intern(TagInfo { enumeration, variant, payloads: 1 });
        }
        let name = heap.name("Error");
        heap.error_type = heap.add_type(name);
        let mut layout = heap.layouts.root(heap.error_type);
        for field in ERROR_FIELDS {
            let field = heap.name(field);
            layout = heap.grown_layout(layout, field);
        }
        heap.error_layout = layout;
        heap
    }

    // Names and types.

    /// The interned name, made on first use and kept for the life of the machine.
    pub fn name(&mut self, name: &str) -> Name {
        if let Some(found) = self.names.find(name) {
            return found;
        }
        let string: Arc<str> = name.into();
        let text = self.texts.insert(constant_text(name));
        let id = Name(self.names.texts.len() as u32);
        self.names.texts.push(text);
        self.names.strings.push(string.clone());
        self.names.lookup.insert(string, id);
        id
    }

    /// The text object of a name, which is a shared constant.
    #[inline]
    pub fn name_text(&self, name: Name) -> Handle<Text> {
        self.names.texts[name.0 as usize]
    }

    pub fn add_type(&mut self, name: Name) -> u32 {
        self.types.push(StructType { name, methods: FxHashMap::default() });
        self.types.len() as u32 - 1
    }

    /// The struct type of a record.
    pub fn record_type(&self, record: Handle<Record>) -> &StructType {
        &self.types[self.layouts.type_of(self.records.get(record).layout) as usize]
    }

    pub fn is_error(&self, value: Value) -> bool {
        match value {
            Value::Record(record) => self.layouts.type_of(self.records.get(record).layout) == self.error_type,
            _ => false,
        }
    }

    // Making objects. None of these collects: objects that are not yet reachable from a root are safe until the
    // machine reaches its next safepoint.

    pub fn text(&mut self, content: &str) -> Value {
        Value::Text(self.new_text(content))
    }

    pub fn new_text(&mut self, content: &str) -> Handle<Text> {
        match content.as_bytes() {
            [] => self.empty_text,
            [byte] if byte.is_ascii() => self.ascii_texts[*byte as usize],
            _ => self.own_string(CompactString::new(content)),
        }
    }

    pub fn text_of_char(&mut self, character: char) -> Value {
        if character.is_ascii() {
            return Value::Text(self.ascii_texts[character as usize]);
        }
        self.text(character.encode_utf8(&mut [0; 4]))
    }

    /// A new text object, always fresh and unique.
    pub fn own_string(&mut self, content: CompactString) -> Handle<Text> {
        let text = Text::new(content);
        self.used += size_of::<Text>() + text.backing_bytes();
        self.texts.insert(text)
    }

    pub fn string(&mut self, content: String) -> Value {
        if content.len() < 2 {
            return self.text(&content);
        }
        Value::Text(self.own_string(CompactString::from(content)))
    }

    pub fn list(&mut self, items: Vec<Value>) -> Value {
        Value::List(self.new_list(items))
    }

    pub fn new_list(&mut self, items: Vec<Value>) -> Handle<List> {
        self.used += size_of::<List>() + items.capacity() * size_of::<Value>();
        self.lists.insert(List { items, share: Share::default() })
    }

    pub fn dict(&mut self, dict: Dict) -> Value {
        Value::Dict(self.new_dict(dict))
    }

    pub fn new_dict(&mut self, dict: Dict) -> Handle<Dict> {
        self.used += size_of::<Dict>() + dict.backing_bytes();
        self.dicts.insert(dict)
    }

    pub fn set(&mut self, set: Set) -> Value {
        self.used += size_of::<Set>() + set.backing_bytes();
        Value::Set(self.sets.insert(set))
    }

    pub fn queue(&mut self, items: VecDeque<Value>) -> Value {
        self.used += size_of::<Queue>() + items.capacity() * size_of::<Value>();
        Value::Queue(self.queues.insert(Queue { items, share: Share::default() }))
    }

    pub fn stack(&mut self, items: Vec<Value>) -> Value {
        Value::Stack(self.new_list(items))
    }

    pub fn new_bytes(&mut self, data: Vec<u8>) -> Value {
        self.used += size_of::<Bytes>() + data.capacity();
        Value::Bytes(self.bytes.insert(Bytes { data, share: Share::default() }))
    }

    /// A variant with one payload.
    pub fn variant(&mut self, tag: VariantTag, payload: Value) -> Value {
        self.used += size_of::<Variant>();
        Value::Variant(self.variants.insert(Variant { tag, payload }))
    }

    /// An enum value of all its payloads, which it owns from now on.
    pub fn enum_value(&mut self, tag: VariantTag, payloads: &[Value]) -> Value {
        match *payloads {
            [] => Value::Unit(tag),
            [payload] => self.variant(tag, payload),
            _ => {
                let list = self.list(payloads.to_vec());
                self.variant(tag, list)
            }
        }
    }

    /// What a variant carries.
    pub fn payloads(&self, variant: Handle<Variant>) -> &[Value] {
        let object = self.variants.get(variant);
        match object.payload {
            Value::List(list) if self.tags.has_list(object.tag) => self.items(list),
            _ => std::slice::from_ref(&object.payload),
        }
    }

    pub fn closure(&mut self, function: u32, cells: Box<[Value]>) -> Handle<Closure> {
        self.used += size_of::<Closure>() + cells.len() * size_of::<Value>();
        self.closures.insert(Closure { function, cells })
    }

    pub fn generator(&mut self, generator: Generator) -> Value {
        self.used += size_of::<Generator>() + generator.backing_bytes();
        Value::Generator(self.generators.insert(generator))
    }

    /// A generator that has ended keeps nothing.
    pub fn end_generator(&mut self, generator: Handle<Generator>) {
        let object = self.generators.get_mut(generator);
        self.used = self.used.saturating_sub(object.backing_bytes());
        object.state = GeneratorState::Done;
        object.registers = Box::default();
        object.scopes = Box::default();
        object.closure = None;
    }

    pub fn promise(&mut self, source: Source) -> Handle<Promise> {
        self.used += size_of::<Promise>();
        self.promises.insert(Promise { source, ..Promise::default() })
    }

    pub fn combinator(&mut self, combinator: Combinator) -> Handle<Combinator> {
        self.used += size_of::<Combinator>() + combinator.backing_bytes();
        self.combinators.insert(combinator)
    }

    pub fn channel(&mut self, capacity: Option<usize>, named: bool) -> Handle<Channel> {
        self.used += size_of::<Channel>();
        self.channels.insert(Channel { capacity, named, ..Channel::default() })
    }

    /// A record of the given layout with all fields null; the caller fills them with [`Heap::fields_mut`].
    #[inline]
    pub fn record(&mut self, layout: u32, field_count: usize) -> Handle<Record> {
        let room = Cells::room_for(field_count);
        let start = self.cells.take(room);
        self.used += size_of::<Record>() + room as usize * size_of::<Value>();
        self.records.insert(Record { layout, start, room, share: Share::default() })
    }

    /// An error record; fields that are not set here have the defaults of language.md 8.2.
    pub fn error(&mut self, message: &str, kind: &str) -> Handle<Record> {
        let record = self.record(self.error_layout, ERROR_FIELDS.len());
        let message = self.text(message);
        let kind = self.name(kind);
        let kind = Value::Text(self.name_text(kind));
        let stack = self.list(Vec::new());
        let suppressed = self.list(Vec::new());
        let null = Value::Null;
        let zero = Value::Int(0);
        self.fields_mut(record)
            .copy_from_slice(&[message, kind, null, stack, zero, zero, null, suppressed, null, null, null]);
        record
    }

    pub fn error_field(&self, record: Handle<Record>, field: ErrorField) -> Value {
        self.fields(record).get(field as usize).copied().unwrap_or(Value::Null)
    }

    pub fn set_error_field(&mut self, record: Handle<Record>, field: ErrorField, value: Value) {
        if let Some(cell) = self.fields_mut(record).get_mut(field as usize) {
            *cell = value;
        }
    }

    // Reading.

    #[inline]
    pub fn str(&self, text: Handle<Text>) -> &str {
        self.texts.get(text).as_str()
    }

    #[inline]
    pub fn items(&self, list: Handle<List>) -> &[Value] {
        &self.lists.get(list).items
    }

    /// The first element of an array, set, queue or stack at or after `cursor` (0 for the first), and the cursor behind
    /// it. `None` at the end, and for other kinds.
    #[inline]
    pub fn next_element(&self, container: Value, cursor: usize) -> Option<(Value, usize)> {
        let element = match container {
            Value::List(list) | Value::Stack(list) => self.items(list).get(cursor),
            Value::Queue(queue) => self.queues.get(queue).items.get(cursor),
            Value::Set(set) => return self.sets.get(set).next_member(cursor),
            _ => None,
        };
        element.map(|&element| (element, cursor + 1))
    }

    /// How many elements, entries or bytes a value has that is a container or bytes.
    pub fn length(&self, value: Value) -> Option<usize> {
        match value {
            Value::List(list) | Value::Stack(list) => Some(self.items(list).len()),
            Value::Dict(dict) => Some(self.dicts.get(dict).len()),
            Value::Set(set) => Some(self.sets.get(set).len()),
            Value::Queue(queue) => Some(self.queues.get(queue).items.len()),
            Value::Bytes(bytes) => Some(self.bytes.get(bytes).data.len()),
            _ => None,
        }
    }

    /// The text of a value that is a string.
    pub fn as_str(&self, value: Value) -> Option<&str> {
        match value {
            Value::Text(text) => Some(self.str(text)),
            _ => None,
        }
    }

    pub fn fields(&self, record: Handle<Record>) -> &[Value] {
        let record = self.records.get(record);
        self.cells.block(record.start, self.layouts.count(record.layout))
    }

    pub fn fields_mut(&mut self, record: Handle<Record>) -> &mut [Value] {
        let record = self.records.get(record);
        let count = self.layouts.count(record.layout);
        self.cells.block_mut(record.start, count)
    }

    pub fn field(&self, record: Handle<Record>, name: Name) -> Option<Value> {
        let object = self.records.get(record);
        let slot = self.layouts.slot(object.layout, name)?;
        Some(self.cells.get(object.start + slot))
    }

    /// Sets a field of a record that the caller owns, adding it if the record lacks it.
    pub fn set_field(&mut self, record: Handle<Record>, name: Name, value: Value) {
        let object = self.records.get(record);
        if let Some(slot) = self.layouts.slot(object.layout, name) {
            self.cells.set(object.start + slot, value);
            return;
        }
        let (layout, start, room) = (object.layout, object.start, object.room);
        let count = self.layouts.count(layout);
        let next = self.grown_layout(layout, name);
        let mut target = start;
        if count as u32 == room {
            let larger = Cells::room_for(count + 1);
            target = self.cells.take(larger);
            for slot in 0..count as u32 {
                let cell = self.cells.get(start + slot);
                self.cells.set(target + slot, cell);
            }
            self.cells.give_back(start, room);
            self.used += (larger - room) as usize * size_of::<Value>();
            let object = self.records.get_mut(record);
            object.start = target;
            object.room = larger;
        }
        self.cells.set(target + count as u32, value);
        self.records.get_mut(record).layout = next;
    }

    /// The layout that has the fields of `layout` and then `field`, which `layout` lacks.
    pub fn grown_layout(&mut self, layout: u32, field: Name) -> u32 {
        let (layout, bytes) = self.layouts.with_field(layout, field);
        self.used += bytes;
        layout
    }

    /// The dict key that a value means (language.md 5.6): strings and ints. Marks a text as shared, as it gets a
    /// second owner.
    pub fn key(&mut self, value: Value) -> Option<Key> {
        match value {
            Value::Int(int) => Some(Key::Int(int)),
            Value::Text(text) => {
                if let Some(int) = decimal_int(self.str(text)) {
                    return Some(Key::Int(int));
                }
                self.texts.get_mut(text).share.mark();
                Some(Key::Text(text))
            }
            _ => None,
        }
    }

    /// How a lookup sees a key.
    pub fn probe(&self, key: Key) -> Probe<'_> {
        match key {
            Key::Int(int) => Probe::Int(int),
            Key::Text(text) => {
                let object = self.texts.get(text);
                Probe::Text { content: object.as_str(), hash: object.hash(), handle: Some(text) }
            }
            Key::Removed => Probe::Int(0),
        }
    }

    /// The string that a key shows as.
    pub fn key_text(&mut self, key: Key) -> Value {
        match key {
            Key::Text(text) => Value::Text(text),
            Key::Int(int) => self.string(int.to_string()),
            Key::Removed => Value::Null,
        }
    }

    pub fn dict_get(&self, dict: Handle<Dict>, key: Key) -> Option<Value> {
        self.dicts.get(dict).get(self.probe(key), &self.texts)
    }

    pub fn dict_get_str(&self, dict: Handle<Dict>, key: &str) -> Option<Value> {
        self.dicts.get(dict).get(Probe::of_str(key), &self.texts)
    }

    /// Inserts or replaces an entry of a dict that the caller owns.
    pub fn dict_set(&mut self, dict: Handle<Dict>, key: Key, value: Value) {
        let probe = match key {
            Key::Text(text) => {
                let object = self.texts.get(text);
                Probe::Text { content: object.as_str(), hash: object.hash(), handle: Some(text) }
            }
            Key::Int(int) => Probe::Int(int),
            Key::Removed => return,
        };
        let object = self.dicts.get_mut(dict);
        match object.find(probe, &self.texts) {
            Some(at) => object.set_value_at(at, value),
            None => {
                let before = object.backing_bytes();
                object.push_new(key, value, &self.texts);
                self.used += object.backing_bytes() - before;
            }
        }
    }

    pub fn dict_remove(&mut self, dict: Handle<Dict>, key: Key) -> Option<Value> {
        let probe = match key {
            Key::Text(text) => {
                let object = self.texts.get(text);
                Probe::Text { content: object.as_str(), hash: object.hash(), handle: Some(text) }
            }
            Key::Int(int) => Probe::Int(int),
            Key::Removed => return None,
        };
        self.dicts.get_mut(dict).remove(probe, &self.texts)
    }

    /// Appends to a list that the caller owns.
    #[inline]
    pub fn list_push(&mut self, list: Handle<List>, value: Value) {
        let items = &mut self.lists.get_mut(list).items;
        if items.len() == items.capacity() {
            let before = items.capacity();
            items.reserve(1);
            self.used += (items.capacity() - before) * size_of::<Value>();
        }
        items.push(value);
    }

    /// Adds a member to a set that the caller owns: see [`Set::push_new`].
    pub fn set_push(&mut self, set: Handle<Set>, hash: Option<u64>, value: Value) {
        let object = self.sets.get_mut(set);
        let before = object.backing_bytes();
        object.push_new(hash, value);
        self.used += object.backing_bytes() - before;
    }

    /// Appends to a queue that the caller owns.
    pub fn queue_push(&mut self, queue: Handle<Queue>, value: Value) {
        let object = self.queues.get_mut(queue);
        let before = object.backing_bytes();
        object.items.push_back(value);
        self.used += object.backing_bytes() - before;
    }

    /// Appends to a text that the caller owns.
    pub fn text_push(&mut self, text: Handle<Text>, content: &str, length: usize) {
        let object = self.texts.get_mut(text);
        let before = object.backing_bytes();
        object.push_str(content, length);
        self.used += object.backing_bytes() - before;
    }

    // Sharing.

    /// Gives a value a second owner.
    #[inline]
    pub fn share(&mut self, value: Value) {
        match value {
            Value::Text(text) => self.texts.get_mut(text).share.mark(),
            Value::List(list) | Value::Stack(list) => self.lists.get_mut(list).share.mark(),
            Value::Dict(dict) => self.dicts.get_mut(dict).share.mark(),
            Value::Record(record) => self.records.get_mut(record).share.mark(),
            Value::Bytes(bytes) => self.bytes.get_mut(bytes).share.mark(),
            Value::Set(set) => self.sets.get_mut(set).share.mark(),
            Value::Queue(queue) => self.queues.get_mut(queue).share.mark(),
            _ => {}
        }
    }

    /// The ownership mark of a value that has one and can be changed in place.
    #[inline]
    pub fn share_of(&mut self, value: Value) -> Option<&mut Share> {
        match value {
            Value::Text(text) => Some(&mut self.texts.get_mut(text).share),
            Value::List(list) | Value::Stack(list) => Some(&mut self.lists.get_mut(list).share),
            Value::Dict(dict) => Some(&mut self.dicts.get_mut(dict).share),
            Value::Record(record) => Some(&mut self.records.get_mut(record).share),
            Value::Bytes(bytes) => Some(&mut self.bytes.get_mut(bytes).share),
            Value::Set(set) => Some(&mut self.sets.get_mut(set).share),
            Value::Queue(queue) => Some(&mut self.queues.get_mut(queue).share),
            _ => None,
        }
    }

    /// The value itself if it is unique, else a clone that is: its parts get a second owner.
    #[inline]
    pub fn unique(&mut self, value: Value) -> Value {
        match self.share_of(value) {
            Some(share) if !share.is_unique() => self.clone_object(value),
            _ => value,
        }
    }

    /// A unique copy, one level deep; immutable and reference kinds are given as they are.
    pub fn clone_object(&mut self, value: Value) -> Value {
        match value {
            Value::Text(text) => {
                let copy = self.texts.get(text).as_str().into();
                Value::Text(self.own_string(copy))
            }
            Value::List(list) => Value::List(self.clone_list(list)),
            Value::Stack(list) => Value::Stack(self.clone_list(list)),
            Value::Set(set) => {
                let mut copy = self.sets.get(set).clone();
                copy.share = Share::default();
                for member in copy.iter() {
                    self.share(member);
                }
                self.set(copy)
            }
            Value::Queue(queue) => {
                let items = self.queues.get(queue).items.clone();
                for &item in &items {
                    self.share(item);
                }
                self.queue(items)
            }
            Value::Dict(dict) => {
                let mut copy = self.dicts.get(dict).clone();
                copy.share = Share::default();
                for entry in copy.iter() {
                    self.share(entry.value);
                }
                self.dict(copy)
            }
            Value::Record(record) => {
                let fields = self.fields(record).to_vec();
                for &field in &fields {
                    self.share(field);
                }
                let layout = self.records.get(record).layout;
                let copy = self.record(layout, fields.len());
                self.fields_mut(copy).copy_from_slice(&fields);
                Value::Record(copy)
            }
            Value::Bytes(bytes) => {
                let data = self.bytes.get(bytes).data.clone();
                self.new_bytes(data)
            }
            other => other,
        }
    }

    fn clone_list(&mut self, list: Handle<List>) -> Handle<List> {
        let items = self.lists.get(list).items.clone();
        for &item in &items {
            self.share(item);
        }
        self.new_list(items)
    }

    // Kinds.

    /// The word that `type(v)` gives (language.md 3.1).
    pub fn type_word(&self, value: Value) -> &'static str {
        match value {
            Value::Unset | Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Text(_) => "string",
            Value::List(_) => "array",
            Value::Dict(_) => "dict",
            Value::Record(_) => "struct",
            Value::Function(_) | Value::Closure(_) | Value::Builtin(_) | Value::HostFunction(_) => "function",
            Value::Bytes(_) => "bytes",
            Value::Set(_) => "set",
            Value::Queue(_) => "queue",
            Value::Stack(_) => "stack",
            Value::None => "option",
            Value::Unit(_) => "enum",
            Value::Variant(variant) => self.variants.get(variant).tag.type_word(),
            Value::Generator(_) => "generator",
            Value::Promise(_) => "promise",
            Value::Channel(_) => "channel",
            Value::Stream(_) => "stream",
        }
    }

    /// Language.md 3.4.
    #[inline]
    pub fn truthy(&self, value: Value) -> bool {
        match value.truthy_immediate() {
            Some(truth) => truth,
            None => match value {
                Value::Text(text) => !self.str(text).is_empty(),
                Value::List(list) => !self.items(list).is_empty(),
                Value::Dict(dict) => !self.dicts.get(dict).is_empty(),
                _ => true,
            },
        }
    }

    // Accounting.

    /// Bytes in use: exact after a collection, plus what was made since.
    pub fn used_bytes(&self) -> usize {
        self.used
    }

    pub fn peak_bytes(&self) -> usize {
        self.peak.max(self.used)
    }

    /// Bytes that may be in use.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.set_threshold();
    }

    /// Counts bytes that an object took outside of the functions above.
    pub fn charge(&mut self, bytes: usize) {
        self.used += bytes;
    }

    /// Counts memory that the machine holds for scripts outside of the heap: `before` bytes have become `after`.
    pub fn recount(&mut self, before: usize, after: usize) {
        self.used = self.used.saturating_sub(before).saturating_add(after);
    }

    /// Whether `bytes` more would be above the limit, even after a collection of everything made since the last.
    pub fn exceeds_limit(&self, bytes: usize) -> bool {
        self.limit != usize::MAX && self.used.saturating_add(bytes) > self.limit
    }

    /// Whether anything was made since the last collection, so that another one may free something.
    pub fn has_garbage(&self) -> bool {
        self.used != self.survived
    }

    #[inline]
    pub fn wants_collection(&self) -> bool {
        self.used > self.threshold || self.stress
    }
}

fn constant_text(content: &str) -> Text {
    let mut text = Text::new(CompactString::new(content));
    text.share = Share::FOREVER;
    text
}
