//! Regular expressions (language.md 13.10), in the syntax of the crate regex.

use super::Context;
use super::arguments::wrong;
use super::table::{Arity, Builtin};
use crate::runtime::Raise;
use crate::value::Value;
use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
use regex_automata::util::syntax;
use std::fmt;

const fn row(name: &'static str, run: super::Native) -> Builtin {
    Builtin::native(name, Arity::plural(2, 2), run)
}

pub(super) const ROWS: &[Builtin] = &[
    row("regex_match", regex_match)
        .doc("regex_match(text: string, pattern: string) -> bool", "Whether the pattern occurs in the text")
        .example("regex_match(\"room 101\", \"[0-9]+\")", "true"),
    row("regex_find_all", regex_find_all)
        .doc(
            "regex_find_all(text: string, pattern: string) -> array",
            "Every occurrence of the pattern, from left to right",
        )
        .example("regex_find_all(\"a1 b22\", \"[0-9]+\")", "[1, 22]"),
    Builtin::native("regex_replace", Arity::plural(3, 3), regex_replace)
        .doc(
            "regex_replace(text: string, pattern: string, replacement: string) -> string",
            "Every occurrence replaced; $1, ${name} are groups",
        )
        .example("regex_replace(\"a1 b22\", \"([a-z])([0-9]+)\", \"$2$1\")", "1a 22b"),
    row("regex_split", regex_split)
        .doc(
            "regex_split(text: string, pattern: string) -> array",
            "The pieces of the text between the occurrences of the pattern",
        )
        .example("regex_split(\"a, b,c\", \", *\")", "[a, b, c]"),
];

/// Bytes of a text that is searched.
const LONGEST_TEXT: usize = 1_048_576;

/// Bytes of a pattern, groups in groups, and bytes of what a pattern becomes.
const LONGEST_PATTERN: usize = 65_536;
const DEEPEST: u32 = 64;
const LARGEST: usize = 1 << 20;

/// A pattern that was built, and what its searches use.
struct Pattern {
    machine: PikeVM,
    cache: Cache,
}

/// What a text means as a pattern.
enum Built {
    Pattern(Box<Pattern>),
    Invalid,
    TooLarge,
}

impl Built {
    fn new(source: &str) -> Built {
        let built = PikeVM::builder()
            .syntax(syntax::Config::new().nest_limit(DEEPEST))
            .thompson(thompson::Config::new().nfa_size_limit(Some(LARGEST)))
            .build(source);
        match built {
            Ok(machine) => Built::Pattern(Box::new(Pattern { cache: machine.create_cache(), machine })),
            Err(error) if error.size_limit().is_some() => Built::TooLarge,
            Err(_) => Built::Invalid,
        }
    }
}

/// How many patterns are kept.
const KEPT: usize = 16;

/// The patterns that were used last, the latest at the end: a loop uses the same again and again.
#[derive(Default)]
pub(super) struct Patterns(Vec<(String, Built)>);

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(source, _)| source)).finish()
    }
}

/// Runs `search` on the text and the pattern of a call; gives `None` if the pattern is invalid.
fn with_pattern<T>(
    context: &mut Context<'_>,
    name: &str,
    (text, pattern): (Value, Value),
    search: impl FnOnce(&mut Context<'_>, &mut Pattern, &str) -> Result<T, Raise>,
) -> Result<Option<T>, Raise> {
    let (Value::Text(text), Value::Text(source)) = (text, pattern) else {
        return Err(wrong(name, " requires two string arguments (text, pattern)"));
    };
    let (length, size) = (context.heap.str(text).len(), context.heap.str(source).len());
    if length > LONGEST_TEXT {
        return Err(wrong(name, &format!(" searches texts of at most {LONGEST_TEXT} bytes, got {length}")));
    }
    if size > LONGEST_PATTERN {
        return Err(wrong(name, &format!(" takes patterns of at most {LONGEST_PATTERN} bytes, got {size}")));
    }
    context.reserve(length)?;
    // Copies, as the heap grows while results are made.
    let (text, source) = (context.heap.str(text).to_string(), context.heap.str(source).to_string());
    let patterns = &mut context.kept.patterns.0;
    let mut built = match patterns.iter().position(|(known, _)| *known == source) {
        Some(position) => patterns.remove(position).1,
        None => {
            if patterns.len() >= KEPT {
                patterns.remove(0);
            }
            context.work(size.saturating_mul(256));
            Built::new(&source)
        }
    };
    let found = match &mut built {
        Built::Pattern(pattern) => {
            // At each byte the machine may be in many of its states.
            let states = pattern.machine.get_nfa().states().len();
            context.work(length.saturating_mul(8 + states / 4));
            search(context, pattern, &text).map(Some)
        }
        Built::Invalid => Ok(None),
        Built::TooLarge => Err(wrong(name, " pattern is too large")),
    };
    context.kept.patterns.0.push((source, built));
    found
}

fn regex_match(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let found = with_pattern(context, "regex_match", (arguments[0], arguments[1]), |_, pattern, text| {
        Ok(pattern.machine.is_match(&mut pattern.cache, text))
    })?;
    Ok(Value::Bool(found.unwrap_or(false)))
}

/// Adds a text to a list that is being made.
fn push(context: &mut Context<'_>, items: &mut Vec<Value>, content: &str) -> Result<(), Raise> {
    context.reserve(content.len() + 4 * size_of::<Value>() + items.len() * size_of::<Value>())?;
    items.push(context.heap.text(content));
    Ok(())
}

fn regex_find_all(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let found = with_pattern(context, "regex_find_all", (arguments[0], arguments[1]), |context, pattern, text| {
        let mut items = Vec::new();
        for found in pattern.machine.find_iter(&mut pattern.cache, text) {
            push(context, &mut items, text.get(found.range()).unwrap_or_default())?;
        }
        Ok(items)
    })?;
    Ok(context.heap.list(found.unwrap_or_default()))
}

fn regex_split(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let pieces = with_pattern(context, "regex_split", (arguments[0], arguments[1]), |context, pattern, text| {
        let mut items = Vec::new();
        let mut from = 0;
        for found in pattern.machine.find_iter(&mut pattern.cache, text) {
            push(context, &mut items, text.get(from..found.start()).unwrap_or_default())?;
            from = found.end();
        }
        push(context, &mut items, text.get(from..).unwrap_or_default())?;
        Ok(items)
    })?;
    match pieces {
        Some(pieces) => Ok(context.heap.list(pieces)),
        None => {
            context.heap.share(arguments[0]);
            Ok(context.heap.list(vec![arguments[0]]))
        }
    }
}

fn regex_replace(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let strings = arguments.iter().all(|argument| matches!(argument, Value::Text(_)));
    let Some(replacement) = context.heap.as_str(arguments[2]).filter(|_| strings).map(str::to_string) else {
        return Err(wrong("regex_replace", " requires three string arguments (text, pattern, replacement)"));
    };
    let groups = replacement.matches('$').count();
    let replaced = with_pattern(context, "regex_replace", (arguments[0], arguments[1]), |context, pattern, text| {
        let mut out = String::new();
        let mut from = 0;
        for captures in pattern.machine.captures_iter(&mut pattern.cache, text) {
            let Some(found) = captures.get_match() else { continue };
            let added = found.start() - from + replacement.len() + groups.saturating_mul(found.len());
            context.work(added);
            context.reserve(added.saturating_add(2 * out.len()))?;
            out.push_str(text.get(from..found.start()).unwrap_or_default());
            captures.interpolate_string_into(text, &replacement, &mut out);
            from = found.end();
        }
        out.push_str(text.get(from..).unwrap_or_default());
        Ok(out)
    })?;
    match replaced {
        Some(replaced) => Ok(context.heap.string(replaced)),
        None => {
            context.heap.share(arguments[0]);
            Ok(arguments[0])
        }
    }
}
