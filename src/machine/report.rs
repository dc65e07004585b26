//! Uncaught errors as data and as text (language.md 8.5).

use crate::diagnostic::{Phase, Style, excerpt, header, suggest, word_hint};
use crate::heap::{ErrorField, Record};
use crate::schedule::Scheduler;
use crate::source::{Position, Source, Span};
use crate::syntax::tokens::KEYWORDS;
use crate::value::{Handle, Value};
use std::sync::Arc;

/// An error that nobody caught.
#[derive(Clone, Debug)]
pub struct ErrorReport {
    pub message: String,
    /// The word of language.md 8.3.
    pub kind: String,
    /// The error value itself; valid until the machine runs again.
    pub error: Value,
    pub source: Option<Arc<Source>>,
    pub span: Span,
    pub position: Position,
    /// `name (line:col)`, innermost first.
    pub frames: Vec<String>,
    /// Where it was raised again by an `await`.
    pub awaited: Vec<String>,
    /// Where its task was started, and the task that started it, and so on.
    pub spawned: Vec<String>,
    /// For a deadlock: the tasks that wait for each other.
    pub parked: Vec<ParkedTask>,
    /// What to do about it.
    pub notes: Vec<String>,
    /// The number under which the host keeps the object that it failed with.
    pub host_cause: Option<u32>,
}

/// A task of a deadlock.
#[derive(Clone, Debug, PartialEq)]
pub struct ParkedTask {
    pub task: u64,
    pub name: String,
    pub waits_for: String,
    pub line: u32,
    pub column: u32,
}

impl ErrorReport {
    /// The report as the command line prints it, ending with a line break.
    pub fn render(&self, style: Style) -> String {
        let mut text = header("RUFVM001", Phase::Vm, "Runtime Error", &self.message, style);
        if let Some(source) = &self.source {
            text.push_str(&excerpt(source, self.span, style));
        }
        for note in &self.notes {
            text.push_str(&format!("  = note: {note}\n"));
        }
        for (title, lines) in
            [("Call stack:", &self.frames), ("Awaited at:", &self.awaited), ("Spawned at:", &self.spawned)]
        {
            if lines.is_empty() {
                continue;
            }
            text.push_str(&format!("\n{title}\n"));
            for (number, line) in lines.iter().enumerate() {
                text.push_str(&format!("  {number} at {line}\n"));
            }
        }
        text
    }
}

/// Makes the report of an error record. `spawned`: where its task was started.
pub(super) fn report(scheduler: &Scheduler, record: Handle<Record>, spawned: Vec<String>) -> ErrorReport {
    let heap = scheduler.heap();
    let text = |field| heap.as_str(heap.error_field(record, field)).unwrap_or_default().to_string();
    let lines = |field| match heap.error_field(record, field) {
        Value::List(list) => heap.items(list).iter().filter_map(|&line| heap.as_str(line)).map(String::from).collect(),
        _ => Vec::new(),
    };
    let origin = match heap.error_field(record, ErrorField::Origin) {
        Value::Int(origin) => Some(((origin >> 32) as u32, origin as u32)),
        _ => None,
    };
    let (source, span) = match origin {
        Some((function, ip)) if (function as usize) < scheduler.vm.functions.len() => {
            let loaded = &scheduler.vm.functions[function as usize];
            (Some(loaded.program.source.clone()), scheduler.vm.span_of(function, ip))
        }
        _ => (None, Span::new(0, 0)),
    };
    let position = match &source {
        Some(source) => source.position(span.start),
        None => Position { line: 0, column: 0 },
    };
    let message = text(ErrorField::Message);
    let kind = text(ErrorField::Kind);
    let parked = if kind == "deadlock" { parked(scheduler) } else { Vec::new() };
    ErrorReport {
        parked,
        notes: notes(scheduler, &kind, &message, origin.map(|(function, _)| function)),
        message,
        kind,
        error: Value::Record(record),
        source,
        span,
        position,
        frames: lines(ErrorField::Stack),
        awaited: lines(ErrorField::Awaited),
        spawned,
        host_cause: match heap.error_field(record, ErrorField::HostCause) {
            Value::Int(cause) => u32::try_from(cause).ok(),
            _ => None,
        },
    }
}

fn parked(scheduler: &Scheduler) -> Vec<ParkedTask> {
    let place = |one: &crate::schedule::Parked| {
        let loaded = scheduler.vm.functions.get(one.function as usize)?;
        Some(loaded.program.source.position(scheduler.vm.span_of(one.function, one.ip).start))
    };
    scheduler
        .last_deadlock
        .iter()
        .map(|one| {
            let position = place(one).unwrap_or(Position { line: 0, column: 0 });
            let (name, waits_for) = (one.name.clone(), one.waits_for.clone());
            ParkedTask { task: one.task, name, waits_for, line: position.line, column: position.column }
        })
        .collect()
}

/// What to do about an error, where that can be said.
fn notes(scheduler: &Scheduler, kind: &str, message: &str, function: Option<u32>) -> Vec<String> {
    let mut notes = Vec::new();
    let program = function.map(|function| &scheduler.vm.functions[function as usize].program);
    let heap = scheduler.heap();
    match kind {
        "undefined" => {
            let name = message.rsplit(' ').next().unwrap_or_default();
            if let Some(hint) = word_hint(name) {
                notes.push(hint.to_string());
                return notes;
            }
            let globals = scheduler.vm.global_names.iter().map(|&name| &**heap.names.text(name));
            let locals = program.iter().flat_map(|program| {
                program.functions.iter().flat_map(|f| f.parameters.iter().chain(&f.capture_names)).map(|name| &**name)
            });
            let free = program.iter().flat_map(|program| program.free_names.iter()).map(|name| &**name);
            let builtins = crate::builtins::TABLE.iter().map(|builtin| builtin.name);
            let keywords = KEYWORDS.iter().map(|keyword| keyword.0);
            let names = globals.chain(locals).chain(free).chain(builtins).chain(keywords);
            match suggest(name, names.filter(|other| *other != name)) {
                Some(near) => notes.push(format!("did you mean `{near}`?")),
                None => notes.push(format!("`{name}` has no value here: assign it first with `{name} := …`")),
            }
        }
        "field" => {
            let name = message.trim_start_matches("Field not found: ");
            let fields = heap.types.iter().flat_map(|of| of.methods.keys()).map(|&name| &**heap.names.text(name));
            let all = program.iter().flat_map(|program| program.names.iter()).map(|name| &**name);
            let builtins = crate::builtins::TABLE.iter().map(|builtin| builtin.name);
            let name = name.split('\'').nth(1).unwrap_or(name);
            let names = fields.chain(all).chain(builtins);
            if let Some(near) = suggest(name, names.filter(|other| *other != name)) {
                notes.push(format!("did you mean `{near}`?"));
            }
            if message.starts_with("Cannot access") {
                notes.push("only structs and dicts have fields; use `?.` if the value may be null".to_string());
            }
        }
        "type" => notes.extend(type_note(message)),
        "arity" => notes.push("check the number of arguments against the declaration".to_string()),
        "index" => notes.push("indices go from 0 to len(x) - 1, or from -1 backwards".to_string()),
        "key" => {
            notes.push("use `get(dict, key, default)` or `has_key(dict, key)` if the key may be missing".to_string())
        }
        "arithmetic" if message.contains("by zero") => {
            notes.push("check the divisor before dividing".to_string());
        }
        "immutable" => notes.push("declare it with `mut`, or change a copy".to_string()),
        "depth" => notes.push("a function calls itself without an end: check the condition that stops it".to_string()),
        "format" => notes.push("check the text first, or catch the error with `try { … } except e { … }`".to_string()),
        "deadlock" => {
            notes.push("something must send, close or settle what these tasks wait for".to_string());
        }
        "channel" => notes.push("send before the channel is closed; `is_closed(ch)` tells".to_string()),
        "timeout" | "host" | "thrown" | "promise" | "cancelled" if !matches!(kind, "thrown") => {
            notes.push("catch it with `try { … } except e { … }` around the `await`".to_string());
        }
        _ => {}
    }
    notes
}

fn type_note(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("Invalid binary operation: ") {
        let words: Vec<&str> = rest.split(' ').collect();
        let (left, operator, right) = (*words.first()?, *words.get(1)?, *words.get(2)?);
        if left == "promise" || right == "promise" {
            return Some("a promise is not its value yet: write `await` in front of the call".into());
        }
        if operator == "+" && (left == "string" || right == "string") {
            return Some("convert with `str(x)`, or write \"${x}\" inside a string".into());
        }
        if left == "null" || right == "null" {
            return Some("one of the values is null: use `??` to give a default".into());
        }
        return Some(format!("`{operator}` is not defined for {left} and {right}: convert one of them"));
    }
    if message.starts_with("Invalid unary operation: !") {
        return Some("`!` needs a bool: compare, or use `is_truthy(x)`".into());
    }
    if message.starts_with("Cannot call non-function") {
        return Some("only functions can be called with (…): check what the name holds".into());
    }
    if message.starts_with("Cannot iterate over") {
        return Some("`for` needs an array, dict, string, number or generator".into());
    }
    if message.starts_with("Invalid index") {
        return Some("arrays and strings take an int, dicts a string or an int".into());
    }
    None
}
