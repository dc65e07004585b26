//! Uncaught errors as data and as text (language.md 8.5).

use super::advice::notes;
use crate::diagnostic::{Phase, Style, excerpt, header, span_json};
use crate::heap::{ErrorField, Record};
use crate::schedule::Scheduler;
use crate::source::{Position, Source, Span};
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

/// A report shows this many calls; of longer stacks the first and the last ones.
const LONGEST_STACK: usize = 40;

impl ErrorReport {
    /// The report for other programs, as one line of JSON with the members of a diagnostic and its own.
    pub fn to_json(&self) -> String {
        let parked = self.parked.iter().map(|one| {
            serde_json::json!({
                "task": one.task, "name": one.name, "waitsFor": one.waits_for, "line": one.line, "column": one.column,
            })
        });
        serde_json::json!({
            "severity": "error",
            "code": "RUFVM001",
            "message": self.message,
            "kind": self.kind,
            "file": self.source.as_ref().map(|source| source.name()),
            "span": self.source.as_ref().map(|source| span_json(self.span, source)),
            "frames": self.frames,
            "awaited": self.awaited,
            "spawned": self.spawned,
            "parked": parked.collect::<Vec<_>>(),
            "notes": self.notes,
        })
        .to_string()
    }

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
                // Of an endless recursion, the two ends are what matters.
                if lines.len() > LONGEST_STACK && number == LONGEST_STACK / 2 {
                    text.push_str(&format!("  … {} more\n", lines.len() - LONGEST_STACK));
                }
                if lines.len() <= LONGEST_STACK
                    || number < LONGEST_STACK / 2
                    || number >= lines.len() - LONGEST_STACK / 2
                {
                    text.push_str(&format!("  {number} at {line}\n"));
                }
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
    let awaited: Vec<String> = lines(ErrorField::Awaited);
    let mut notes = notes(scheduler, &kind, &message, origin.map(|(function, _)| function));
    if notes.is_empty() && !awaited.is_empty() {
        notes.push("catch it with `try { … } except e { … }` around the `await`".to_string());
    }
    ErrorReport {
        parked,
        notes,
        message,
        kind,
        error: Value::Record(record),
        source,
        span,
        position,
        frames: lines(ErrorField::Stack),
        awaited,
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
