//! `parse_yaml`: the events of a YAML text become values, without recursion.

use super::scalars::{Core, core_tag, scalar};
use crate::builtins::documents::{DEEPEST, Keys, failed, source};
use crate::builtins::text_form::{append_quoted, key_str};
use crate::builtins::{Context, LONGEST_DOCUMENT};
use crate::heap::{Dict, Key};
use crate::runtime::Raise;
use crate::value::{Handle, Value};
use compact_str::CompactString;
use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use std::borrow::Cow;

/// How large a document may be once its aliases are written out: characters of scalars, and one for each value.
const LARGEST_EXPANSION: usize = 10 * LONGEST_DOCUMENT;

pub(super) fn parse_yaml(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let text = source(context, arguments[0], "parse_yaml", "YAML")?;
    context.work(text.len().saturating_mul(32));
    context.reserve(waiting_bytes(&text))?;
    let mut document = Document {
        context,
        keys: Keys::default(),
        frames: Vec::new(),
        anchors: FxHashMap::default(),
        expanded: 0,
        root: None,
    };
    match document.read(&text) {
        Ok(value) => Ok(value),
        Err(Stop::Breach) => Err(document.context.breach(0)),
        Err(Stop::Problem(reason, at)) => {
            let (line, column) = (at.line(), at.col() + 1);
            Err(failed(format!("YAML parse error: {reason} at line {line} column {column}")))
        }
    }
}

/// How much the parser may keep at a time: it goes to the end of an outermost flow collection before it says what the
/// collection begins with, and each punctuation mark in it makes at most four tokens, which are about as large as
/// events.
fn waiting_bytes(text: &str) -> usize {
    if !text.contains(['[', '{']) {
        return 0;
    }
    let marks = text.bytes().filter(|byte| matches!(byte, b'[' | b']' | b'{' | b'}' | b',' | b':' | b'?')).count();
    marks.saturating_mul(4 * size_of::<(Event<'_>, Span)>())
}

/// Why reading ended.
enum Stop {
    /// The heap limit.
    Breach,
    Problem(String, Marker),
}

/// A complete value.
#[derive(Clone, Copy)]
struct Node {
    value: Value,
    /// The containers in it, counting itself.
    height: usize,
    /// See [`LARGEST_EXPANSION`].
    size: usize,
    /// What a scalar is called as a key: its text as written.
    key: Option<Key>,
}

/// A container that is being read.
struct Frame {
    kind: Kind,
    anchor: usize,
    height: usize,
    size: usize,
}

enum Kind {
    List(Vec<Value>),
    Map {
        dict: Handle<Dict>,
        slot: Slot,
        /// The dicts under keys `<<`.
        merged: Vec<Handle<Dict>>,
    },
}

/// What comes next in a mapping.
#[derive(Clone, Copy)]
enum Slot {
    Key,
    Value(Key),
    Merge,
}

struct Document<'a, 'c> {
    context: &'a mut Context<'c>,
    keys: Keys,
    frames: Vec<Frame>,
    /// The values with anchors, by the parser's numbers.
    anchors: FxHashMap<usize, Node>,
    /// The sizes of what all aliases so far stand for.
    expanded: usize,
    root: Option<Value>,
}

impl Document<'_, '_> {
    fn read(&mut self, text: &str) -> Result<Value, Stop> {
        let mut documents = 0;
        for event in Parser::new_from_str(text) {
            let (event, Span { start, .. }) =
                event.map_err(|error| Stop::Problem(error.info().to_string(), *error.marker()))?;
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return problem("more than one document", start);
                    }
                }
                Event::Alias(anchor) => self.alias(anchor, start)?,
                Event::Scalar(text, style, anchor, tag) => {
                    self.scalar(&text, style == ScalarStyle::Plain, anchor, tag, start)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    check_tag(tag, Core::Seq, start)?;
                    self.begin(Kind::List(Vec::new()), anchor, start)?;
                }
                Event::MappingStart(anchor, tag) => {
                    check_tag(tag, Core::Map, start)?;
                    let dict = self.context.heap.new_dict(Dict::default());
                    self.begin(Kind::Map { dict, slot: Slot::Key, merged: Vec::new() }, anchor, start)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(start)?,
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Nothing => {}
            }
        }
        Ok(self.root.unwrap_or(Value::Null))
    }

    fn check_room(&mut self, bytes: usize) -> Result<(), Stop> {
        if self.context.heap.exceeds_limit(bytes) { Err(Stop::Breach) } else { Ok(()) }
    }

    fn scalar(
        &mut self,
        text: &str,
        is_plain: bool,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        at: Marker,
    ) -> Result<(), Stop> {
        // The text, and the note of it if it is a key.
        self.check_room(2 * (text.len() + size_of::<(CompactString, Key)>()))?;
        let core = tag.map(|tag| core_tag(&tag)).transpose().map_err(|reason| Stop::Problem(reason, at))?;
        let is_key = matches!(self.frames.last(), Some(Frame { kind: Kind::Map { slot: Slot::Key, .. }, .. }));
        if is_key && is_plain && core.is_none() && anchor == 0 && text == "<<" {
            self.set_slot(Slot::Merge);
            return Ok(());
        }
        let key = (is_key || anchor > 0).then(|| self.keys.key(self.context.heap, text));
        let value = if is_key && anchor == 0 && core.is_none() {
            Value::Null
        } else {
            scalar(self.context.heap, text, core, is_plain).map_err(|reason| Stop::Problem(reason, at))?
        };
        self.complete(Node { value, height: 0, size: 1 + text.len(), key }, anchor, at)
    }

    fn alias(&mut self, anchor: usize, at: Marker) -> Result<(), Stop> {
        let Some(&node) = self.anchors.get(&anchor) else {
            return problem("a value cannot contain itself", at);
        };
        // Values are shared, so this costs nothing here; but whoever goes through the value meets all of it.
        self.expanded = self.expanded.saturating_add(node.size);
        if self.expanded > LARGEST_EXPANSION {
            return problem(&format!("aliases make the document larger than {LARGEST_EXPANSION} characters"), at);
        }
        if self.frames.len() + node.height > DEEPEST {
            return problem(&format!("nesting deeper than {DEEPEST}"), at);
        }
        self.context.heap.share(node.value);
        self.complete(node, 0, at)
    }

    fn begin(&mut self, kind: Kind, anchor: usize, at: Marker) -> Result<(), Stop> {
        self.check_room(0)?;
        if let Some(Frame { kind: Kind::Map { slot: Slot::Key, .. }, .. }) = self.frames.last() {
            return problem("a key must be a scalar", at);
        }
        if self.frames.len() >= DEEPEST {
            return problem(&format!("nesting deeper than {DEEPEST}"), at);
        }
        self.frames.push(Frame { kind, anchor, height: 1, size: 1 });
        Ok(())
    }

    fn end(&mut self, at: Marker) -> Result<(), Stop> {
        let Some(Frame { kind, anchor, height, size }) = self.frames.pop() else { return Ok(()) };
        let value = match kind {
            Kind::List(items) => self.context.heap.list(items),
            Kind::Map { dict, merged, .. } => {
                for from in merged {
                    self.merge(dict, from)?;
                }
                Value::Dict(dict)
            }
        };
        self.complete(Node { value, height, size, key: None }, anchor, at)
    }

    /// Adds the entries of `from` whose keys `dict` does not have.
    fn merge(&mut self, dict: Handle<Dict>, from: Handle<Dict>) -> Result<(), Stop> {
        let count = self.context.heap.dicts.get(from).len();
        self.context.work(8 * count);
        let mut cursor = 0;
        while let Some((entry, next)) = self.context.heap.dicts.get(from).next_entry(cursor) {
            cursor = next;
            if self.context.heap.dict_get(dict, entry.key).is_none() {
                self.check_room(0)?;
                self.context.heap.share(entry.value);
                self.context.heap.dict_set(dict, entry.key, entry.value);
            }
        }
        Ok(())
    }

    /// Puts a value where it belongs.
    fn complete(&mut self, node: Node, anchor: usize, at: Marker) -> Result<(), Stop> {
        if anchor > 0 {
            self.check_room(2 * size_of::<(usize, Node)>())?;
            // The anchor is a second owner.
            self.context.heap.share(node.value);
            self.anchors.insert(anchor, node);
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node.value);
            return Ok(());
        };
        frame.height = frame.height.max(node.height + 1);
        frame.size = frame.size.saturating_add(node.size);
        match &mut frame.kind {
            Kind::List(items) => {
                items.push(node.value);
                if items.len() == items.capacity() {
                    let bytes = 2 * items.len() * size_of::<Value>();
                    self.check_room(bytes)?;
                }
            }
            Kind::Map { dict, slot, merged } => match *slot {
                Slot::Key => {
                    let Some(key) = node.key else { return problem("a key must be a scalar", at) };
                    let dict = *dict;
                    *slot = Slot::Value(key);
                    if self.context.heap.dict_get(dict, key).is_some() {
                        let mut reason = "duplicate key ".to_string();
                        append_quoted(key_str(self.context.heap, key, &mut CompactString::default()), &mut reason);
                        return Err(Stop::Problem(reason, at));
                    }
                }
                Slot::Value(key) => {
                    *slot = Slot::Key;
                    self.context.heap.dict_set(*dict, key, node.value);
                    self.check_room(0)?;
                }
                Slot::Merge => {
                    *slot = Slot::Key;
                    let dicts = match &node.value {
                        Value::List(list) => self.context.heap.items(*list),
                        value => std::slice::from_ref(value),
                    };
                    for value in dicts {
                        let Value::Dict(from) = value else {
                            return problem("<< needs a mapping, or a sequence of mappings", at);
                        };
                        merged.push(*from);
                    }
                    let bytes = 2 * merged.len() * size_of::<Handle<Dict>>();
                    self.check_room(bytes)?;
                }
            },
        }
        Ok(())
    }

    /// Says what the innermost container, a mapping, expects.
    fn set_slot(&mut self, next: Slot) {
        if let Some(Frame { kind: Kind::Map { slot, .. }, .. }) = self.frames.last_mut() {
            *slot = next;
        }
    }
}

fn problem<T>(reason: &str, at: Marker) -> Result<T, Stop> {
    Err(Stop::Problem(reason.to_string(), at))
}

/// Checks the tag of a container.
fn check_tag(tag: Option<Cow<'_, Tag>>, expected: Core, at: Marker) -> Result<(), Stop> {
    let Some(tag) = tag else { return Ok(()) };
    match core_tag(&tag) {
        Ok(core) if core == expected || core == Core::Plain => Ok(()),
        Ok(_) => problem("the value does not fit its tag", at),
        Err(reason) => Err(Stop::Problem(reason, at)),
    }
}
