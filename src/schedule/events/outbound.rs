//! What scripts tell the host: events and alerts, in order with printed output.

use super::Scheduler;
use crate::builtins::text_form;
use crate::heap::{Heap, Key};
use crate::runtime::Raise;
use crate::schedule::Message;
use crate::value::Value;
use compact_str::CompactString;

/// How urgent an alert is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

/// The words of each severity, the proper one first.
const SEVERITIES: [(Severity, &[&str]); 5] = [
    (Severity::Debug, &["debug"]),
    (Severity::Info, &["info"]),
    (Severity::Warning, &["warning", "warn"]),
    (Severity::Error, &["error", "err"]),
    (Severity::Critical, &["critical", "crit"]),
];

impl Severity {
    pub fn word(self) -> &'static str {
        SEVERITIES[self as usize].1[0]
    }

    fn of_word(word: &str) -> Option<Severity> {
        let known = |words: &&[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        SEVERITIES.iter().find(|(_, words)| known(words)).map(|&(severity, _)| severity)
    }
}

/// An alert with everything that it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert<D> {
    pub id: String,
    pub severity: Severity,
    pub title: String,
    pub message: String,
    pub data: D,
    pub tags: Vec<String>,
    /// Milliseconds since 1970.
    pub time: f64,
}

impl<D> Alert<D> {
    /// The same with the data in another form.
    pub fn with_data<E>(self, data: E) -> Alert<E> {
        let Alert { id, severity, title, message, tags, time, .. } = self;
        Alert { id, severity, title, message, data, tags, time }
    }
}

const ALERT_FIELDS: &str = "id, severity, title, message, data, tags, time";

/// The greatest size of what is sent at once, and its deepest nesting.
const MOST_BYTES: usize = 32 << 20;
const DEEPEST: usize = 500;

impl Scheduler {
    /// `emit_event(name, payload)`
    ///
    /// # Errors
    /// Kind `argument`, for a name that is no text and a payload that is no data; the limit of output.
    pub(in crate::schedule) fn emit_event(&mut self, slot: u32, name: Value, payload: Value) -> Result<(), Raise> {
        let Some(text) = self.vm.heap.as_str(name) else {
            return Err(Raise::argument("emit_event() requires a string name"));
        };
        let name = text.to_string();
        self.count_sent(slot, "emit_event", name.len(), payload)?;
        self.vm.heap.share(payload);
        self.messages.push(Message::Event { name, payload });
        Ok(())
    }

    /// `emit_alert(alert)`
    ///
    /// # Errors
    /// Kind `argument`, for what is no alert; the limit of output.
    pub(in crate::schedule) fn emit_alert(&mut self, slot: u32, alert: Value) -> Result<(), Raise> {
        let alert = self.normalised(alert)?;
        let texts = alert.title.len() + alert.message.len() + alert.tags.iter().map(String::len).sum::<usize>();
        self.count_sent(slot, "emit_alert", texts, alert.data)?;
        self.vm.heap.share(alert.data);
        self.events.alerts += 1;
        self.messages.push(Message::Alert(alert));
        Ok(())
    }

    /// Counts what is sent as work and as output.
    fn count_sent(&mut self, slot: u32, name: &str, texts: usize, payload: Value) -> Result<(), Raise> {
        let weight = weigh(&self.vm.heap, payload, |problem| format!("{name}() cannot send {problem}"))?;
        let bytes = texts.saturating_add(weight);
        self.charge(slot, bytes as i64 / 8);
        self.count_output(bytes)
    }

    /// The alert that a dict or a text means.
    fn normalised(&self, given: Value) -> Result<Alert<Value>, Raise> {
        let heap = &self.vm.heap;
        let mut alert = Alert {
            id: (self.events.alerts + 1).to_string(),
            severity: Severity::Info,
            title: String::new(),
            message: String::new(),
            data: Value::Null,
            tags: Vec::new(),
            time: self.now().trunc(),
        };
        let dict = match given {
            Value::Text(text) => {
                alert.message = heap.str(text).to_string();
                alert.title.clone_from(&alert.message);
                return Ok(alert);
            }
            Value::Dict(dict) => dict,
            _ => return Err(Raise::argument("emit_alert() requires a dict or a string")),
        };
        for entry in heap.dicts.get(dict).iter() {
            let key = match entry.key {
                Key::Text(text) => heap.str(text),
                _ => "",
            };
            let value = entry.value;
            match key {
                "id" => match value {
                    Value::Text(text) => alert.id = heap.str(text).to_string(),
                    Value::Int(id) => alert.id = id.to_string(),
                    Value::Null => {}
                    _ => return Err(Raise::argument("emit_alert() requires the id to be a string or an int")),
                },
                "severity" if value != Value::Null => {
                    alert.severity = heap.as_str(value).and_then(Severity::of_word).ok_or_else(|| {
                        let shown = text_form::literal(heap, value);
                        Raise::argument(format!("emit_alert() knows no severity {shown}"))
                    })?;
                }
                "title" => alert.title = text_of(heap, key, value)?,
                "message" => alert.message = text_of(heap, key, value)?,
                "data" => alert.data = value,
                "tags" => alert.tags = tags_of(heap, value)?,
                "time" if value != Value::Null => {
                    let time = value.as_number().filter(|time| time.is_finite());
                    alert.time =
                        time.ok_or_else(|| Raise::argument("emit_alert() requires the time to be a number"))?;
                }
                "severity" | "time" => {}
                _ => {
                    let (mut digits, mut shown) = (CompactString::default(), String::new());
                    text_form::append_quoted(text_form::key_str(heap, entry.key, &mut digits), &mut shown);
                    let message = format!("emit_alert() knows no field {shown}; an alert has {ALERT_FIELDS}");
                    return Err(Raise::argument(message));
                }
            }
        }
        // Each stands in for the other.
        if alert.title.is_empty() {
            alert.title.clone_from(&alert.message);
        } else if alert.message.is_empty() {
            alert.message.clone_from(&alert.title);
        }
        Ok(alert)
    }
}

fn text_of(heap: &Heap, field: &str, value: Value) -> Result<String, Raise> {
    match value {
        Value::Text(text) => Ok(heap.str(text).to_string()),
        Value::Null => Ok(String::new()),
        _ => Err(Raise::argument(format!("emit_alert() requires the {field} to be a string"))),
    }
}

/// Tags, or a single one.
fn tags_of(heap: &Heap, value: Value) -> Result<Vec<String>, Raise> {
    let wrong = || Raise::argument("emit_alert() requires the tags to be strings");
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) => Ok(vec![heap.str(text).to_string()]),
        Value::List(list) => {
            let tag = |&item: &Value| heap.as_str(item).map(str::to_string).ok_or_else(wrong);
            heap.items(list).iter().map(tag).collect()
        }
        _ => Err(wrong()),
    }
}

/// About how many bytes plain data takes outside.
///
/// # Errors
/// Kind `argument` with a message about what cannot be sent: functions and what waits, and data that is too much.
fn weigh(heap: &Heap, value: Value, message: impl Fn(String) -> String) -> Result<usize, Raise> {
    let fail = |problem: String| Err(Raise::argument(message(problem)));
    let mut digits = CompactString::default();
    let mut weight: usize = 0;
    // Values that are still to be looked at, with how deep they lie. Nothing recurses.
    let mut work = vec![(value, 0)];
    while let Some((value, depth)) = work.pop() {
        weight = weight.saturating_add(size_of::<Value>());
        match value {
            Value::Text(text) => weight = weight.saturating_add(heap.str(text).len()),
            Value::Bytes(bytes) => weight = weight.saturating_add(heap.bytes.get(bytes).data.len()),
            Value::Function(_) | Value::Closure(_) | Value::Builtin(_) | Value::HostFunction(_) => {
                return fail("a function".into());
            }
            Value::Generator(_) | Value::Promise(_) | Value::Channel(_) | Value::Stream(_) => {
                return fail(format!("a {}", heap.type_word(value)));
            }
            _ => {}
        }
        let before = work.len();
        match value {
            Value::Dict(dict) => {
                for entry in heap.dicts.get(dict).iter() {
                    weight = weight.saturating_add(text_form::key_str(heap, entry.key, &mut digits).len());
                    work.push((entry.value, depth + 1));
                }
            }
            Value::Record(record) => work.extend(heap.fields(record).iter().map(|&field| (field, depth + 1))),
            Value::Variant(variant) => work.extend(heap.payloads(variant).iter().map(|&part| (part, depth + 1))),
            _ => {
                let mut cursor = 0;
                while let Some((item, next)) = heap.next_element(value, cursor) {
                    cursor = next;
                    work.push((item, depth + 1));
                }
            }
        }
        if work.len() > before && depth >= DEEPEST {
            return fail(format!("data nested deeper than {DEEPEST}"));
        }
        if weight > MOST_BYTES {
            return fail(format!("more than {MOST_BYTES} bytes at once"));
        }
    }
    Ok(weight)
}
