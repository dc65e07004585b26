//! Strings (language.md 13.3), with the functions of that section that take other containers too.

mod cases;
mod format;

use super::arguments::{natural, whole, wrong};
use super::compare::position_exactly;
use super::table::{ANY, Arity, Builtin};
use super::text_form::{self, literal};
use super::{Context, Native, dicts};
use crate::heap::{Heap, Text};
use crate::runtime::Raise;
use crate::value::{Handle, Value};
use compact_str::CompactString;

const fn row(name: &'static str, count: u8, run: Native) -> Builtin {
    Builtin::native(name, Arity::plural(count, count), run)
}

const TO_UPPER: Builtin = row("to_upper", 1, |context, arguments| mapped(context, "to_upper", arguments[0], upper))
    .doc("to_upper(s: string) -> string", "All letters in upper case")
    .example("to_upper(\"abc\")", "ABC");

const TO_LOWER: Builtin = row("to_lower", 1, |context, arguments| mapped(context, "to_lower", arguments[0], lower))
    .doc("to_lower(s: string) -> string", "All letters in lower case")
    .example("to_lower(\"ABC\")", "abc");

const SUBSTRING: Builtin = row("substring", 3, substring)
    .doc("substring(s: string, start: num, end: num) -> string", "The characters from start up to, but without, end")
    .example("substring(\"hello\", 1, 3)", "el");

const REPLACE: Builtin = row("replace", 3, |context, arguments| replace(context, "replace", arguments))
    .doc("replace(s: string, from: string, to: string) -> string", "Every occurrence of one string replaced by another")
    .example("replace(\"a-b-c\", \"-\", \"+\")", "a+b+c");

const PAD_LEFT: Builtin = Builtin::native(
    "pad_left",
    Arity::text(3, 3, "pad_left() requires 3 arguments: string, width, char"),
    |context, arguments| pad(context, "pad_left", arguments, true),
)
.doc("pad_left(s: string, width: num, char: string) -> string", "Filled up on the left to the given width")
.example("pad_left(\"7\", 3, \"0\")", "007");

const PAD_RIGHT: Builtin = Builtin::native(
    "pad_right",
    Arity::text(3, 3, "pad_right() requires 3 arguments: string, width, char"),
    |context, arguments| pad(context, "pad_right", arguments, false),
)
.doc("pad_right(s: string, width: num, char: string) -> string", "Filled up on the right to the given width")
.example("pad_right(\"ab\", 4, \".\")", "ab..");

const SEARCH: &str = "() requires two arguments: string/array and substring/item";

pub(super) const ROWS: &[Builtin] = &[
    row("len", 1, len)
        .doc(
            "len(v: string or array or dict or bytes or set or queue or stack or channel) -> int",
            "The number of characters, elements or entries",
        )
        .example("len(\"abc\")", "3"),
    TO_UPPER,
    Builtin { run: super::Run::Native(|context, arguments| mapped(context, "upper", arguments[0], upper)), ..TO_UPPER }
        .twin("upper"),
    TO_LOWER,
    Builtin { run: super::Run::Native(|context, arguments| mapped(context, "lower", arguments[0], lower)), ..TO_LOWER }
        .twin("lower"),
    row("capitalize", 1, |context, arguments| mapped(context, "capitalize", arguments[0], cases::capitalized))
        .doc("capitalize(s: string) -> string", "The first character in upper case, the rest in lower case")
        .example("capitalize(\"hELLO\")", "Hello"),
    row("trim", 1, |context, arguments| sliced(context, "trim", arguments[0], str::trim))
        .doc("trim(s: string) -> string", "Without white space at both ends")
        .example("trim(\"  a b \")", "a b"),
    row("trim_start", 1, |context, arguments| sliced(context, "trim_start", arguments[0], str::trim_start))
        .doc("trim_start(s: string) -> string", "Without white space at the beginning")
        .example("len(trim_start(\"  a \"))", "2"),
    row("trim_end", 1, |context, arguments| sliced(context, "trim_end", arguments[0], str::trim_end))
        .doc("trim_end(s: string) -> string", "Without white space at the end")
        .example("len(trim_end(\"  a \"))", "3"),
    Builtin::native(
        "contains",
        Arity::text(2, 2, "{name}() requires two arguments: string/array and substring/item"),
        contains,
    )
    .doc(
        "contains(v: string or array or dict, part) -> int or bool",
        "Whether a string has a part (1 or 0), an array an item, a dict a key",
    )
    .example("contains([1, 2], 2)", "true"),
    Builtin::native(
        "index_of",
        Arity::text(2, 2, "{name}() requires two arguments: string/array and substring/item"),
        index_of,
    )
    .doc("index_of(v: string or array, part) -> int", "Where a part first occurs in a string or array; -1 if nowhere")
    .example("index_of([5, 7], 7)", "1"),
    row("starts_with", 2, starts_with)
        .doc("starts_with(s: string, prefix: string) -> bool", "Whether the string begins with another")
        .example("starts_with(\"abc\", \"ab\")", "true"),
    row("ends_with", 2, ends_with)
        .doc("ends_with(s: string, suffix: string) -> bool", "Whether the string ends with another")
        .example("ends_with(\"abc\", \"ab\")", "false"),
    SUBSTRING,
    SUBSTRING.alias("substr"),
    row("char_at", 2, char_at)
        .doc("char_at(s: string, i: num) -> string", "The character at a position; \"\" beyond the end")
        .example("char_at(\"abc\", 1)", "b"),
    row("ord", 1, ord)
        .doc("ord(s: string) -> int", "The code point of the first character")
        .example("ord(\"A\")", "65"),
    row("chr", 1, chr).doc("chr(code: int) -> string", "The character of a code point").example("chr(65)", "A"),
    REPLACE,
    Builtin { run: super::Run::Native(|context, arguments| replace(context, "replace_str", arguments)), ..REPLACE }
        .twin("replace_str"),
    row("split", 2, split)
        .doc("split(s: string, separator: string) -> array", "The parts between the separators")
        .example("split(\"a,b,c\", \",\")", "[a, b, c]"),
    row("join", 2, join)
        .doc(
            "join(xs: array, separator: string) -> string",
            "The text forms of the elements, with the separator between them",
        )
        .example("join([1, 2, 3], \"-\")", "1-2-3"),
    row("repeat", 2, repeat)
        .doc("repeat(s: string, n: num) -> string", "The string n times")
        .example("repeat(\"ab\", 3)", "ababab"),
    PAD_LEFT,
    PAD_LEFT.alias("pad_start"),
    PAD_RIGHT,
    PAD_RIGHT.alias("pad_end"),
    row("lines", 1, |context, arguments| {
        let source = text_argument("lines", arguments[0])?;
        parts(context, source, Cut::Lines)
    })
    .doc("lines(s: string) -> array", "The lines, without their line breaks")
    .example("lines(\"a\\nb\\n\")", "[a, b]"),
    row("words", 1, |context, arguments| {
        let source = text_argument("words", arguments[0])?;
        parts(context, source, Cut::Words)
    })
    .doc("words(s: string) -> array", "The parts between white space")
    .example("words(\" the  cat \")", "[the, cat]"),
    row("str_reverse", 1, |context, arguments| {
        mapped(context, "str_reverse", arguments[0], |source| source.chars().rev().collect())
    })
    .doc("str_reverse(s: string) -> string", "The characters in reverse order")
    .example("str_reverse(\"abc\")", "cba"),
    row("count_chars", 1, |context, arguments| {
        let text = text_argument("count_chars", arguments[0])?;
        Ok(Value::Int(context.heap.texts.get(text).length() as i64))
    })
    .doc("count_chars(s: string) -> int", "The number of characters")
    .example("count_chars(\"abc\")", "3"),
    row("is_empty", 1, |context, arguments| {
        let text = text_argument("is_empty", arguments[0])?;
        Ok(Value::Bool(context.heap.str(text).is_empty()))
    })
    .doc("is_empty(s: string) -> bool", "Whether the string has no characters")
    .example("is_empty(\"\")", "true"),
    row("slugify", 1, |context, arguments| mapped(context, "slugify", arguments[0], cases::slug))
        .doc("slugify(s: string) -> string", "Lower-case letters and digits, with - for spaces")
        .example("slugify(\"Hello, World!\")", "hello-world"),
    Builtin::native("truncate", Arity::text(3, 3, "truncate() requires 3 arguments: string, length, suffix"), truncate)
        .doc(
            "truncate(s: string, max: num, suffix: string) -> string",
            "Cut to at most max characters, which end in the suffix",
        )
        .example("truncate(\"hello world\", 8, \"...\")", "hello..."),
    row("to_camel_case", 1, |context, arguments| mapped(context, "to_camel_case", arguments[0], cases::camel))
        .doc("to_camel_case(s: string) -> string", "Words joined, all but the first with a capital")
        .example("to_camel_case(\"hello_world foo\")", "helloWorldFoo"),
    row("to_snake_case", 1, |context, arguments| mapped(context, "to_snake_case", arguments[0], cases::snake))
        .doc("to_snake_case(s: string) -> string", "Lower-case words joined by _")
        .example("to_snake_case(\"helloWorld\")", "hello_world"),
    row("to_kebab_case", 1, |context, arguments| mapped(context, "to_kebab_case", arguments[0], cases::kebab))
        .doc("to_kebab_case(s: string) -> string", "Lower-case words joined by -")
        .example("to_kebab_case(\"helloWorld\")", "hello-world"),
    Builtin::native("format", Arity::text(1, ANY, "format() first argument must be a string"), format::format)
        .doc("format(template: string, values...) -> string", "The template with %s, %d and %f replaced by the values")
        .example("format(\"%s is %d\", \"a\", 1.9)", "a is 1"),
];

fn text_argument(name: &str, value: Value) -> Result<Handle<Text>, Raise> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(wrong(name, "() requires a string argument")),
    }
}

/// A string value of a part of another string, which was copied out of it.
fn part(heap: &mut Heap, content: CompactString) -> Value {
    if content.len() < 2 { heap.text(&content) } else { Value::Text(heap.own_string(content)) }
}

/// The string that `function` makes of the first argument; at most a few times as long.
fn mapped(context: &mut Context<'_>, name: &str, value: Value, function: fn(&str) -> String) -> Result<Value, Raise> {
    let text = text_argument(name, value)?;
    context.reserve_text(context.heap.str(text).len())?;
    let content = function(context.heap.str(text));
    Ok(context.heap.string(content))
}

/// The part of the first argument that `function` gives.
fn sliced(context: &mut Context<'_>, name: &str, value: Value, function: fn(&str) -> &str) -> Result<Value, Raise> {
    let text = text_argument(name, value)?;
    let content = context.heap.str(text);
    let (searched, slice) = (content.len(), function(content));
    if slice.len() == searched {
        context.work(searched);
        context.heap.share(value);
        return Ok(value);
    }
    let slice = CompactString::new(slice);
    context.work(searched);
    context.reserve(slice.len())?;
    Ok(part(context.heap, slice))
}

/// How a string is cut into parts.
enum Cut {
    Lines,
    Words,
    At(CompactString),
}

/// The list of the parts of a string.
fn parts(context: &mut Context<'_>, source: Handle<Text>, cut: Cut) -> Result<Value, Raise> {
    // A copy, as the heap grows while the parts are taken out.
    let source = CompactString::new(context.heap.str(source));
    context.reserve_text(source.len())?;
    match cut {
        Cut::Lines => gather(context, source.lines()),
        Cut::Words => gather(context, source.split_whitespace()),
        Cut::At(separator) => {
            let mut characters = separator.chars();
            match (characters.next(), characters.next()) {
                (Some(only), None) => gather(context, source.split(only)),
                _ => gather(context, source.split(separator.as_str())),
            }
        }
    }
}

fn gather<'source>(context: &mut Context<'_>, parts: impl Iterator<Item = &'source str>) -> Result<Value, Raise> {
    /// The limit is looked at each time when so many parts have been made.
    const BATCH: usize = 256;
    let mut items = Vec::new();
    for part in parts {
        if items.len() % BATCH == 0 {
            context.reserve((items.len() + BATCH) * size_of::<Value>())?;
        }
        items.push(context.heap.text(part));
    }
    Ok(context.heap.list(items))
}

fn upper(source: &str) -> String {
    source.to_uppercase()
}

fn lower(source: &str) -> String {
    source.to_lowercase()
}

fn len(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let heap = &context.heap;
    let length = match arguments[0] {
        Value::Text(text) => heap.texts.get(text).length(),
        Value::List(list) => heap.items(list).len(),
        Value::Channel(channel) => heap.channels.get(channel).items.len(),
        other => match heap.length(other) {
            Some(length) => length,
            None => return Err(wrong("len", "() requires an array, dict, bytes, set, queue, stack, or string")),
        },
    };
    Ok(Value::Int(length as i64))
}

fn contains(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let heap = &*context.heap;
    match (arguments[0], arguments[1]) {
        (Value::Text(text), Value::Text(part)) => {
            let (content, part) = (heap.str(text), heap.str(part));
            let found = content.contains(part);
            context.work(content.len());
            Ok(Value::Int(found as i64))
        }
        (Value::Text(_), _) => Err(wrong("contains", SEARCH)),
        (Value::List(list), item) => {
            let (position, units) = position_exactly(heap, heap.items(list), item);
            context.work(units);
            Ok(Value::Bool(position.is_some()))
        }
        (Value::Dict(dict), key) => Ok(Value::Bool(dicts::lookup(heap, dict, key).is_some())),
        _ => Err(wrong("contains", "() first argument must be a string, array, or dictionary")),
    }
}

fn index_of(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let heap = &*context.heap;
    let position = match (arguments[0], arguments[1]) {
        (Value::Text(text), Value::Text(part)) => {
            let text = heap.texts.get(text);
            let position = text.as_str().find(heap.str(part)).map(|offset| match text.is_ascii() {
                true => offset,
                false => text.as_str()[..offset].chars().count(),
            });
            context.work(text.length());
            position
        }
        (Value::Text(_), _) => return Err(wrong("index_of", SEARCH)),
        (Value::List(list), item) => {
            let (position, units) = position_exactly(heap, heap.items(list), item);
            context.work(units);
            position
        }
        _ => return Err(wrong("index_of", "() first argument must be a string or array")),
    };
    Ok(Value::Int(position.map_or(-1, |position| position as i64)))
}

fn starts_with(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (Some(text), Some(prefix)) = (context.heap.as_str(arguments[0]), context.heap.as_str(arguments[1])) else {
        return Err(wrong("starts_with", "() requires string and prefix string arguments"));
    };
    let (found, searched) = (text.starts_with(prefix), prefix.len());
    context.work(searched);
    Ok(Value::Bool(found))
}

fn ends_with(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (Some(text), Some(suffix)) = (context.heap.as_str(arguments[0]), context.heap.as_str(arguments[1])) else {
        return Err(wrong("ends_with", "() requires string and suffix string arguments"));
    };
    let (found, searched) = (text.ends_with(suffix), suffix.len());
    context.work(searched);
    Ok(Value::Bool(found))
}

fn substring(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Text(text) = arguments[0] else {
        return Err(wrong("substring", "() requires a string argument for value"));
    };
    let (Some(start), Some(end)) = (natural(arguments[1]), natural(arguments[2])) else {
        return Err(wrong("substring", "() start and end must be a number"));
    };
    let object = context.heap.texts.get(text);
    let end = end.min(object.length());
    if start >= end {
        return Ok(context.heap.text(""));
    }
    let content = if object.is_ascii() {
        &object.as_str()[start..end]
    } else {
        let tail = &object.as_str()[object.byte_offset(start)..];
        let length = tail.char_indices().nth(end - start).map_or(tail.len(), |(offset, _)| offset);
        &tail[..length]
    };
    let (content, passed) = (CompactString::new(content), if object.is_ascii() { 0 } else { end });
    context.work(passed);
    context.reserve_text(content.len())?;
    Ok(part(context.heap, content))
}

fn char_at(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Text(text) = arguments[0] else {
        return Err(wrong("char_at", "() requires a string argument for value"));
    };
    let Some(index) = natural(arguments[1]) else {
        return Err(wrong("char_at", "() index must be a number"));
    };
    let object = context.heap.texts.get(text);
    if !object.is_ascii() {
        context.fuel += index.min(object.length()) as u64 / 8;
    }
    match object.char_at(index) {
        Some(character) => Ok(context.heap.text_of_char(character)),
        None => Ok(context.heap.text("")),
    }
}

fn ord(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    match context.heap.as_str(arguments[0]).and_then(|content| content.chars().next()) {
        Some(character) => Ok(Value::Int(character as i64)),
        None => Err(wrong("ord", "() requires a non-empty string argument")),
    }
}

fn chr(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let code = match arguments[0] {
        Value::Int(code) => u32::try_from(code).ok().and_then(char::from_u32),
        _ => None,
    };
    match code {
        Some(character) => Ok(context.heap.text_of_char(character)),
        None => {
            let shown = literal(context.heap, arguments[0]);
            Err(wrong("chr", &format!("() requires a Unicode scalar value, got {shown}")))
        }
    }
}

fn replace(context: &mut Context<'_>, name: &str, arguments: &[Value]) -> Result<Value, Raise> {
    let heap = &context.heap;
    let (Value::Text(source), Value::Text(from), Value::Text(to)) = (arguments[0], arguments[1], arguments[2]) else {
        return Err(wrong(name, "() requires string, from-string, and to-string arguments"));
    };
    let occurrences = heap.str(source).matches(heap.str(from)).count();
    let (removed, added) = (heap.str(from).len() * occurrences, heap.str(to).len().saturating_mul(occurrences));
    let searched = heap.str(source).len();
    context.work(searched);
    if occurrences == 0 {
        context.heap.share(arguments[0]);
        return Ok(arguments[0]);
    }
    context.reserve_text((searched - removed).saturating_add(added))?;
    let heap = &mut *context.heap;
    let content = heap.str(source).replace(heap.str(from), heap.str(to));
    Ok(heap.string(content))
}

fn split(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (Value::Text(source), Value::Text(separator)) = (arguments[0], arguments[1]) else {
        return Err(wrong("split", "() requires string and delimiter string arguments"));
    };
    let separator = CompactString::new(context.heap.str(separator));
    parts(context, source, Cut::At(separator))
}

fn join(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (Value::List(list), Value::Text(separator)) = (arguments[0], arguments[1]) else {
        return Err(wrong("join", "() requires array and separator string arguments"));
    };
    let separator = CompactString::new(context.heap.str(separator));
    let count = context.heap.items(list).len();
    context.work(count);
    let mut out = String::new();
    for at in 0..count {
        if at > 0 {
            context.reserve(out.len() + separator.len())?;
            out.push_str(&separator);
        }
        let item = context.heap.items(list)[at];
        text_form::append(context, item, &mut out)?;
    }
    Ok(context.heap.string(out))
}

fn repeat(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Text(text) = arguments[0] else {
        return Err(wrong("repeat", "() requires a string argument for value"));
    };
    let Some(count) = natural(arguments[1]) else {
        return Err(wrong("repeat", "() count must be a number"));
    };
    let length = context.heap.str(text).len().saturating_mul(count);
    context.reserve_text(length)?;
    let content = if length == 0 { String::new() } else { context.heap.str(text).repeat(count) };
    Ok(context.heap.string(content))
}

fn pad(context: &mut Context<'_>, name: &str, arguments: &[Value], left: bool) -> Result<Value, Raise> {
    let text = text_argument(name, arguments[0])?;
    let Some(width) = natural(arguments[1]) else {
        return Err(wrong(name, "() width must be a number"));
    };
    let Some(filling) = context.heap.as_str(arguments[2]) else {
        return Err(wrong(name, "() requires 3 arguments: string, width, char"));
    };
    let filling = filling.chars().next().unwrap_or(' ');
    let missing = width.saturating_sub(context.heap.texts.get(text).length());
    if missing == 0 {
        context.heap.share(arguments[0]);
        return Ok(arguments[0]);
    }
    let length = missing.saturating_mul(filling.len_utf8()).saturating_add(context.heap.str(text).len());
    context.reserve_text(length)?;
    let mut content = String::with_capacity(length);
    if !left {
        content.push_str(context.heap.str(text));
    }
    content.extend(std::iter::repeat_n(filling, missing));
    if left {
        content.push_str(context.heap.str(text));
    }
    Ok(context.heap.string(content))
}

fn truncate(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let text = text_argument("truncate", arguments[0])?;
    let (Some(most), Value::Text(suffix)) = (whole(arguments[1]), arguments[2]) else {
        return Err(wrong("truncate", "() requires 3 arguments: string, length, suffix"));
    };
    let (text, suffix) = (context.heap.texts.get(text), context.heap.texts.get(suffix));
    if text.length() as i64 <= most {
        context.heap.share(arguments[0]);
        return Ok(arguments[0]);
    }
    let kept = usize::try_from(most.saturating_sub(suffix.length() as i64)).unwrap_or(0);
    let content = format!("{}{}", &text.as_str()[..text.byte_offset(kept)], suffix.as_str());
    context.reserve_text(content.len())?;
    Ok(context.heap.string(content))
}
