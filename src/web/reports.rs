//! Diagnostics, errors, tasks as JavaScript data; the shapes are those of errors.ts and types.ts.

use super::host::Host;
use super::values::to_js;
use crate::diagnostic::{Style, diagnostic_json};
use crate::heap::ErrorField;
use crate::machine::{
    Alert, Diagnostics, ErrorReport, JoinKind, SuspensionInfo, TaskInfo, TaskState, VirtualMachine, WaitType,
};
use crate::runtime::ErrorKind;
use crate::source::{Source, Span};
use crate::value::Value;
use js_sys::{Object, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsSpan<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

/// A place in a script: an active call, or where a task was started.
#[derive(Serialize)]
struct JsFrame<'a> {
    name: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct JsScriptError<'a> {
    message: &'a str,
    kind: &'a str,
    span: Option<JsSpan<'a>>,
    frames: Vec<JsFrame<'a>>,
    notes: &'a [String],
    report: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsDeadlocked<'a> {
    id: u64,
    name: &'a str,
    waits_for: &'a str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum JsWait<'a> {
    Future { id: u64 },
    Timer { id: &'a str },
    Channel { ids: &'a [u32], op: &'a str },
    TaskGroup { kind: &'static str, task_ids: &'a [u64] },
    ScopeExit { task_ids: &'a [u64] },
    NextBar { source: &'a str },
    NextEvent { name: &'a str },
    AnyEvent,
    Ready,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsSuspended<'a> {
    state: &'static str,
    context_id: u64,
    wait: JsWait<'a>,
    resume_ip: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsRound {
    completed_contexts: u64,
    pending_contexts: usize,
    next_wake_ms: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsTask<'a> {
    id: u64,
    name: &'a str,
    parent: Option<u64>,
    state: &'static str,
    waits_for: Option<&'a str>,
    wait: Option<JsWait<'a>>,
    position: JsFrame<'a>,
    spawned: Option<JsFrame<'a>>,
    fuel_used: u64,
    age: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsUsage {
    fuel: u64,
    heap_bytes: usize,
    peak_bytes: usize,
    tasks: usize,
    pending_ops: usize,
    subscriptions: usize,
    queued_events: usize,
    dropped_events: u64,
    output_bytes: usize,
}

#[derive(Serialize)]
struct JsAlert<'a> {
    id: &'a str,
    severity: &'static str,
    title: &'a str,
    message: &'a str,
    tags: &'a [String],
    time: f64,
}

/// Data as plain objects and arrays; this cannot fail for the shapes of this file.
fn plain(data: &impl Serialize) -> JsValue {
    data.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

fn span_of(span: Span, source: &Source) -> JsSpan<'_> {
    let (start, end) = (source.position(span.start), source.position(span.end));
    JsSpan {
        file: source.name(),
        start: source.utf16(span.start),
        end: source.utf16(span.end),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

pub fn span(span: Span, source: &Source) -> JsValue {
    plain(&span_of(span, source))
}

pub fn diagnostics(found: &Diagnostics) -> JsValue {
    let data: serde_json::Value = found.list.iter().map(|one| diagnostic_json(one, &found.source)).collect();
    // What has just been written as JSON can be read.
    js_sys::JSON::parse(&data.to_string()).unwrap_or(JsValue::UNDEFINED)
}

/// `name (line:column)` taken apart.
fn frame_of<'a>(line: &'a str, file: &'a str) -> JsFrame<'a> {
    let (name, place) = line.rsplit_once(" (").unwrap_or((line, ""));
    let (line, column) = place.trim_end_matches(')').split_once(':').unwrap_or_default();
    JsFrame { name, file, line: line.parse().unwrap_or_default(), column: column.parse().unwrap_or_default() }
}

fn frames_of<'a>(lines: &'a [String], report: &'a ErrorReport) -> Vec<JsFrame<'a>> {
    let file = report.source.as_ref().map_or("", |source| source.name());
    lines.iter().map(|line| frame_of(line, file)).collect()
}

/// Places of a report, for JavaScript.
pub fn frames(lines: &[String], report: &ErrorReport) -> JsValue {
    plain(&frames_of(lines, report))
}

/// The `ScriptError` or `DeadlockError` of a failure that nobody caught.
pub fn script_error(machine: &mut VirtualMachine, host: &Host, report: &ErrorReport) -> JsValue {
    let text = report.render(Style::Plain);
    if report.kind == ErrorKind::Deadlock.word() {
        return host.deadlock_error(&report.message, &plain(&deadlocked(report)), &text);
    }
    let details = plain(&JsScriptError {
        message: &report.message,
        kind: &report.kind,
        span: report.source.as_ref().map(|source| span_of(report.span, source)),
        frames: frames_of(&report.frames, report),
        notes: &report.notes,
        report: text,
    });
    let (mut value, mut cause) = (Value::Null, Value::Null);
    if let Value::Record(record) = report.error {
        value = machine.heap().error_field(record, ErrorField::Value);
        cause = machine.heap().error_field(record, ErrorField::Cause);
    }
    let value = to_js(machine, host, value);
    let cause = match (report.host_cause, cause) {
        (Some(id), _) => host.cause(id),
        (None, Value::Null) => JsValue::UNDEFINED,
        (None, cause) => to_js(machine, host, cause),
    };
    host.script_error(&details, &value, &cause)
}

fn deadlocked(report: &ErrorReport) -> Vec<JsDeadlocked<'_>> {
    let parked = report.parked.iter();
    parked
        .map(|one| JsDeadlocked {
            id: one.task,
            name: &one.name,
            waits_for: &one.waits_for,
            line: one.line,
            column: one.column,
        })
        .collect()
}

/// A `ScriptError` that no script raised.
pub fn plain_error(host: &Host, message: &str, kind: &str) -> JsValue {
    let report = format!("Error: {message}");
    let details = JsScriptError { message, kind, span: None, frames: Vec::new(), notes: &[], report };
    host.script_error(&plain(&details), &JsValue::NULL, &JsValue::UNDEFINED)
}

fn wait_of(wait: &WaitType) -> JsWait<'_> {
    match wait {
        WaitType::Future { id } => JsWait::Future { id: *id },
        WaitType::Timer { id } => JsWait::Timer { id },
        WaitType::Channel { ids, op } => JsWait::Channel { ids, op },
        WaitType::TaskGroup { kind, task_ids } => {
            let kind = match kind {
                JoinKind::All => "all",
                JoinKind::Race => "race",
                JoinKind::Any => "any",
                JoinKind::AllSettled => "settle",
            };
            JsWait::TaskGroup { kind, task_ids }
        }
        WaitType::ScopeExit { task_ids } => JsWait::ScopeExit { task_ids },
        WaitType::NextBar { source } => JsWait::NextBar { source },
        WaitType::NextEvent { name } => JsWait::NextEvent { name },
        WaitType::AnyEvent => JsWait::AnyEvent,
        WaitType::Ready => JsWait::Ready,
    }
}

/// `promise` is undefined if there is none.
pub fn suspended(context: u64, info: &SuspensionInfo, promise: &JsValue) -> JsValue {
    let SuspensionInfo { wait_type, resume_ip } = info;
    let data = JsSuspended { state: "suspended", context_id: context, wait: wait_of(wait_type), resume_ip: *resume_ip };
    let result = plain(&data);
    if !promise.is_undefined() {
        // Setting a property of a fresh plain object does not fail.
        let _ = Reflect::set(&result, &"promise".into(), promise);
    }
    result
}

pub fn completed(value: &JsValue) -> JsValue {
    let result = Object::new();
    // Setting a property of a fresh plain object does not fail.
    let _ = Reflect::set(&result, &"state".into(), &"completed".into());
    let _ = Reflect::set(&result, &"value".into(), value);
    result.into()
}

pub fn round(completed: u64, pending: usize, wake: Option<f64>) -> JsValue {
    plain(&JsRound { completed_contexts: completed, pending_contexts: pending, next_wake_ms: wake })
}

fn task_data(machine: &VirtualMachine, task: &TaskInfo) -> JsValue {
    let suspension = match task.state {
        TaskState::Waiting => machine.suspension_info(task.id).ok(),
        _ => None,
    };
    let file = task.file.as_str();
    plain(&JsTask {
        id: task.id,
        name: &task.name,
        parent: (task.parent != 0).then_some(task.parent),
        state: task.state.word(),
        waits_for: (!task.waits_for.is_empty()).then_some(&task.waits_for),
        wait: suspension.as_ref().map(|info| wait_of(&info.wait_type)),
        position: JsFrame { name: &task.name, file, line: task.line, column: task.column },
        spawned: task.spawned.map(|(line, column)| JsFrame { name: &task.name, file, line, column }),
        fuel_used: task.fuel,
        age: task.age_ms,
    })
}

pub fn tasks(machine: &VirtualMachine) -> JsValue {
    machine.tasks().iter().map(|task| task_data(machine, task)).collect::<js_sys::Array>().into()
}

pub fn task(machine: &VirtualMachine, id: u64) -> JsValue {
    machine.task(id).map_or(JsValue::UNDEFINED, |task| task_data(machine, &task))
}

pub fn alert(alert: &Alert<Value>, data: &JsValue) -> JsValue {
    let Alert { id, severity, title, message, tags, time, .. } = alert;
    let result = plain(&JsAlert { id, severity: severity.word(), title, message, tags, time: *time });
    // Setting a property of a fresh plain object does not fail.
    let _ = Reflect::set(&result, &"data".into(), data);
    result
}

pub fn usage(machine: &VirtualMachine) -> JsValue {
    let usage = machine.usage();
    plain(&JsUsage {
        fuel: usage.fuel,
        heap_bytes: usage.heap_bytes,
        peak_bytes: usage.peak_heap_bytes,
        tasks: usage.tasks,
        pending_ops: usage.pending_operations,
        subscriptions: usage.subscriptions,
        queued_events: usage.queued_events,
        dropped_events: usage.dropped_events,
        output_bytes: usage.output_bytes,
    })
}
