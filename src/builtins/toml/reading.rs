//! `parse_toml`: the events of a TOML text become dicts and arrays at once, without a tree in between.

use super::dates::is_date_or_time;
use crate::builtins::Context;
use crate::builtins::documents::{DEEPEST, Keys, failed, source};
use crate::builtins::text_form::{append_quoted, key_str};
use crate::heap::{Dict, Key, List};
use crate::runtime::Raise;
use crate::value::{Handle, Value};
use compact_str::CompactString;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::cell::Cell;
use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::lexer::Token;
use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Raw, Source, Span};

pub(super) fn parse_toml(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let text = source(context, arguments[0], "parse_toml", "TOML")?;
    context.work(text.len().saturating_mul(8));
    let source = Source::new(&text);
    let count = source.lex().count();
    context.reserve(count.saturating_mul(size_of::<Token>()))?;
    let mut tokens = Vec::with_capacity(count);
    tokens.extend(source.lex());
    let stopped = Cell::new(false);
    let mut problem = Problem { first: None, stopped: &stopped };
    let mut document = Document::new(context, source, &stopped);
    parse_document(&tokens, &mut document, &mut problem);
    let (root, breached) = (document.root, document.breached);
    match problem.first {
        _ if breached => Err(context.breach(0)),
        Some(error) => Err(failed(format!("TOML parse error: {}", reason(&error, &text)))),
        None => Ok(Value::Dict(root)),
    }
}

/// The first error; the parser goes on after it, the document does not.
struct Problem<'a> {
    first: Option<ParseError>,
    stopped: &'a Cell<bool>,
}

impl ErrorSink for Problem<'_> {
    fn report_error(&mut self, error: ParseError) {
        self.stopped.set(true);
        self.first.get_or_insert(error);
    }
}

/// `missing value, expected a or b at line 1 column 2`
fn reason(error: &ParseError, text: &str) -> String {
    let mut reason = error.description().to_string();
    let expected = error.expected().unwrap_or_default();
    for (position, item) in expected.iter().enumerate() {
        reason.push_str(match position {
            0 => ", expected ",
            _ if position + 1 == expected.len() => " or ",
            _ => ", ",
        });
        match item {
            Expected::Literal("\n") => reason.push_str("a line break"),
            Expected::Literal(literal) => reason.extend(["`", *literal, "`"]),
            Expected::Description(description) => reason.push_str(description),
            _ => reason.push_str("something else"),
        }
    }
    let at = error.unexpected().or(error.context()).map_or(0, |span| span.start());
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&character| character != '\n').count() + 1;
    format!("{reason} at line {line} column {column}")
}

/// How a table that is no value of a pair came to be, which decides what may be added to it. Tables in braces are
/// complete at their end and are not kept here.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    /// It stands before the last key of a header; its own header may still follow.
    Passed,
    /// It has its own header.
    Header,
    /// It stands before the last key of a pair: more pairs may name it.
    Dotted,
}

/// What a value is put into.
enum Place {
    /// `target` is where the pair that is being read belongs.
    Table {
        table: Handle<Dict>,
        depth: usize,
        target: Option<(At, Key)>,
    },
    Array {
        list: Handle<List>,
        depth: usize,
    },
}

/// A table on a path of keys, and how many containers it is in, counting itself.
#[derive(Clone, Copy)]
struct At {
    table: Handle<Dict>,
    depth: usize,
}

/// The document as far as it is read.
struct Document<'a, 'c> {
    context: &'a mut Context<'c>,
    source: Source<'a>,
    keys: Keys,
    root: Handle<Dict>,
    /// The table of the last header, and the containers of a value that are open in it.
    places: Vec<Place>,
    /// The keys of a header or pair, as far as they are read.
    path: Vec<(Key, Span)>,
    origins: FxHashMap<Handle<Dict>, Origin>,
    /// The arrays that headers in double brackets make.
    arrays: FxHashSet<Handle<List>>,
    stopped: &'a Cell<bool>,
    /// Reading ended because of the heap limit.
    breached: bool,
}

impl<'a, 'c> Document<'a, 'c> {
    fn new(context: &'a mut Context<'c>, source: Source<'a>, stopped: &'a Cell<bool>) -> Document<'a, 'c> {
        let root = context.heap.new_dict(Dict::default());
        Document {
            context,
            source,
            keys: Keys::default(),
            root,
            places: vec![Place::Table { table: root, depth: 1, target: None }],
            path: Vec::new(),
            origins: FxHashMap::default(),
            arrays: FxHashSet::default(),
            stopped,
            breached: false,
        }
    }

    /// Checks that `bytes` more are allowed; reading ends if they are not.
    fn has_room(&mut self, bytes: usize) -> bool {
        if !self.breached && self.context.heap.exceeds_limit(bytes) {
            self.breached = true;
            self.stopped.set(true);
        }
        !self.breached
    }

    /// What the parser gives a token as.
    fn raw(&self, span: Span, encoding: Option<Encoding>) -> Option<Raw<'a>> {
        self.source.get(span).map(|raw| Raw::new_unchecked(raw.as_str(), encoding, span))
    }

    /// Reports `message` followed by the key in quotes.
    fn refuse(&self, message: &str, (key, span): (Key, Span), error: &mut dyn ErrorSink) {
        let mut text = format!("{message} ");
        append_quoted(key_str(self.context.heap, key, &mut CompactString::default()), &mut text);
        error.report_error(ParseError::new(text).with_unexpected(span));
    }

    fn deeper(&self, depth: usize, levels: usize, span: Span, error: &mut dyn ErrorSink) -> Option<usize> {
        if depth + levels > DEEPEST {
            error.report_error(ParseError::new(format!("nesting deeper than {DEEPEST}")).with_unexpected(span));
            return None;
        }
        Some(depth + levels)
    }

    /// A new table under `key`.
    fn add_table(&mut self, to: At, (key, span): (Key, Span), origin: Origin, error: &mut dyn ErrorSink) -> Option<At> {
        let depth = self.deeper(to.depth, 1, span, error)?;
        // The note of its origin, too.
        if !self.has_room(size_of::<Dict>() + 2 * size_of::<(Handle<Dict>, Origin)>()) {
            return None;
        }
        let table = self.context.heap.new_dict(Dict::default());
        self.origins.insert(table, origin);
        self.context.heap.dict_set(to.table, key, Value::Dict(table));
        Some(At { table, depth })
    }

    /// The table that a key before the last one of a path stands for. `origin` says what kind of path it is.
    fn descend(&mut self, from: At, step: (Key, Span), origin: Origin, error: &mut dyn ErrorSink) -> Option<At> {
        let (key, span) = step;
        match self.context.heap.dict_get(from.table, key) {
            None => self.add_table(from, step, origin, error),
            Some(Value::Dict(table)) => {
                let found = self.origins.get(&table);
                if found.is_some_and(|&found| origin != Origin::Dotted || found == Origin::Dotted) {
                    return Some(At { table, depth: self.deeper(from.depth, 1, span, error)? });
                }
                self.refuse("nothing can be added here to the table", step, error);
                None
            }
            Some(Value::List(list)) if origin != Origin::Dotted && self.arrays.contains(&list) => {
                let depth = self.deeper(from.depth, 2, span, error)?;
                match self.context.heap.items(list).last() {
                    Some(&Value::Dict(table)) => Some(At { table, depth }),
                    _ => None,
                }
            }
            Some(_) => {
                self.refuse("there is another value under the key", step, error);
                None
            }
        }
    }

    /// Goes along the keys before the last one.
    fn follow(&mut self, mut at: At, origin: Origin, error: &mut dyn ErrorSink) -> Option<(At, (Key, Span))> {
        let path = std::mem::take(&mut self.path);
        let (&last, before) = path.split_last()?;
        for &step in before {
            at = self.descend(at, step, origin, error)?;
        }
        Some((at, last))
    }

    /// Begins the table of `[a.b]`.
    fn open_table(&mut self, error: &mut dyn ErrorSink) -> Option<At> {
        let (at, last) = self.follow(At { table: self.root, depth: 1 }, Origin::Passed, error)?;
        match self.context.heap.dict_get(at.table, last.0) {
            None => self.add_table(at, last, Origin::Header, error),
            Some(Value::Dict(table)) if self.origins.get(&table) == Some(&Origin::Passed) => {
                self.origins.insert(table, Origin::Header);
                Some(At { table, depth: at.depth + 1 })
            }
            Some(_) => {
                self.refuse("duplicate key", last, error);
                None
            }
        }
    }

    /// Begins the next table of `[[a.b]]`.
    fn open_element(&mut self, error: &mut dyn ErrorSink) -> Option<At> {
        let (at, last) = self.follow(At { table: self.root, depth: 1 }, Origin::Passed, error)?;
        let depth = self.deeper(at.depth, 2, last.1, error)?;
        let list = match self.context.heap.dict_get(at.table, last.0) {
            None => {
                let list = self.context.heap.new_list(Vec::new());
                self.arrays.insert(list);
                self.context.heap.dict_set(at.table, last.0, Value::List(list));
                list
            }
            Some(Value::List(list)) if self.arrays.contains(&list) => list,
            Some(_) => {
                self.refuse("duplicate key", last, error);
                return None;
            }
        };
        if !self.has_room(size_of::<Dict>() + self.growth(list)) {
            return None;
        }
        let table = self.context.heap.new_dict(Dict::default());
        self.origins.insert(table, Origin::Header);
        self.context.heap.list_push(list, Value::Dict(table));
        Some(At { table, depth })
    }

    fn begin_section(&mut self, at: Option<At>) {
        if let Some(At { table, depth }) = at {
            self.places.clear();
            self.places.push(Place::Table { table, depth, target: None });
        }
    }

    /// The bytes that one more element may take.
    fn growth(&self, list: Handle<List>) -> usize {
        2 * (self.context.heap.items(list).len() + 1) * size_of::<Value>()
    }

    /// Puts a value where it belongs.
    fn store(&mut self, value: Value) {
        match self.places.last_mut() {
            Some(Place::Table { target, .. }) => {
                if let Some((at, key)) = target.take() {
                    self.context.heap.dict_set(at.table, key, value);
                    self.has_room(0);
                }
            }
            Some(&mut Place::Array { list, .. }) => {
                if !self.has_room(self.growth(list)) {
                    return;
                }
                self.context.heap.list_push(list, value);
            }
            None => {}
        }
    }

    /// How many containers a container is in that begins here, counting itself.
    fn enter(&mut self, span: Span, error: &mut dyn ErrorSink) -> Option<usize> {
        if self.stopped.get() || !self.has_room(size_of::<Dict>()) {
            return None;
        }
        let depth = match self.places.last()? {
            Place::Table { target, depth, .. } => target.map_or(*depth, |(at, _)| at.depth),
            Place::Array { depth, .. } => *depth,
        };
        self.deeper(depth, 1, span, error)
    }

    /// Ends the innermost container of a value.
    fn leave(&mut self) {
        if !self.stopped.get() && self.places.len() > 1 {
            self.places.pop();
        }
    }

    fn decode(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) -> Option<Value> {
        let raw = self.raw(span, encoding)?;
        if raw.is_empty() {
            error.report_error(ParseError::new("missing value").with_unexpected(span));
            return None;
        }
        let mut text = Cow::Borrowed("");
        let kind = raw.decode_scalar(&mut text, error);
        if self.stopped.get() || !self.has_room(text.len()) {
            return None;
        }
        let refused = match kind {
            ScalarKind::String => return Some(self.context.heap.text(&text)),
            ScalarKind::Boolean(value) => return Some(Value::Bool(value)),
            ScalarKind::DateTime if is_date_or_time(&text) => return Some(self.context.heap.text(&text)),
            ScalarKind::DateTime => "no such date or time",
            ScalarKind::Integer(radix) => match i64::from_str_radix(&text, radix.value()) {
                Ok(int) => return Some(Value::Int(int)),
                Err(_) => "the integer does not fit in 64 bits",
            },
            ScalarKind::Float => match text.parse::<f64>() {
                // Digits that become infinite would not mean what is written.
                Ok(float) if !float.is_infinite() || text.ends_with("inf") => return Some(Value::Float(float)),
                _ => "the number is too large",
            },
        };
        error.report_error(ParseError::new(refused).with_unexpected(span));
        None
    }
}

impl EventReceiver for Document<'_, '_> {
    fn std_table_open(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.path.clear();
    }

    fn std_table_close(&mut self, _span: Span, error: &mut dyn ErrorSink) {
        if !self.stopped.get() {
            let table = self.open_table(error);
            self.begin_section(table);
        }
    }

    fn array_table_open(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.path.clear();
    }

    fn array_table_close(&mut self, _span: Span, error: &mut dyn ErrorSink) {
        if !self.stopped.get() {
            let table = self.open_element(error);
            self.begin_section(table);
        }
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if self.stopped.get() {
            return;
        }
        let Some(raw) = self.raw(span, encoding) else { return };
        if raw.is_empty() {
            error.report_error(ParseError::new("missing key").with_unexpected(span));
            return;
        }
        let mut text = Cow::Borrowed("");
        raw.decode_key(&mut text, error);
        // The text, the note of it, and its place on the path.
        if self.has_room(2 * (text.len() + size_of::<(CompactString, Key)>()) + size_of::<(Key, Span)>()) {
            let key = self.keys.key(self.context.heap, &text);
            self.path.push((key, span));
        }
    }

    fn key_val_sep(&mut self, _span: Span, error: &mut dyn ErrorSink) {
        if self.stopped.get() {
            return;
        }
        let Some(&Place::Table { table, depth, .. }) = self.places.last() else { return };
        let Some((at, last)) = self.follow(At { table, depth }, Origin::Dotted, error) else { return };
        if self.context.heap.dict_get(at.table, last.0).is_some() {
            self.refuse("duplicate key", last, error);
        } else if let Some(Place::Table { target, .. }) = self.places.last_mut() {
            *target = Some((at, last.0));
        }
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if !self.stopped.get()
            && let Some(value) = self.decode(span, encoding, error)
        {
            self.store(value);
        }
    }

    fn array_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        let Some(depth) = self.enter(span, error) else { return false };
        let list = self.context.heap.new_list(Vec::new());
        self.store(Value::List(list));
        self.places.push(Place::Array { list, depth });
        true
    }

    fn array_close(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.leave();
    }

    fn inline_table_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        let Some(depth) = self.enter(span, error) else { return false };
        let table = self.context.heap.new_dict(Dict::default());
        self.store(Value::Dict(table));
        self.places.push(Place::Table { table, depth, target: None });
        true
    }

    fn inline_table_close(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.leave();
    }

    fn comment(&mut self, span: Span, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.raw(span, None) {
            raw.decode_comment(error);
        }
    }

    fn newline(&mut self, span: Span, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.raw(span, None) {
            raw.decode_newline(error);
        }
    }
}
