//! What a host delivers as plain data (async.md 8), recordings of it, and which sinks an alert is for.

use super::{Data, Entry, VirtualMachine};
use crate::heap::Key;
use crate::schedule::HostError;
use crate::value::Value;

/// Something from outside, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    Event {
        name: String,
        data: Data,
    },
    /// A dict; see [`VirtualMachine::deliver_bar`].
    Bar {
        source: String,
        bar: Data,
    },
    /// There are no more bars; or the source has failed, with that message.
    EndOfBars {
        source: String,
        error: Option<String>,
    },
    Tick {
        id: String,
    },
}

/// The fields of a bar that are floats; its time is a number, too.
const PRICES: [&str; 5] = ["open", "high", "low", "close", "volume"];

impl VirtualMachine {
    /// An event: it goes to the tasks and subscriptions that wait for its name, else into the inbound queue.
    pub fn deliver_event(&mut self, name: &str, data: Value) {
        let given = self.recorded(|machine| machine.written(data));
        self.scheduler.deliver_event(name, data);
        if let Some(data) = given {
            self.note(Entry::Event { name: name.to_string(), data });
        }
    }

    /// A bar of a source: a dict of `time`, `open`, `high`, `low`, `close`, `volume` and what else the host has to
    /// say. Prices and volume become floats, so that scripts can divide them. A source that had ended begins anew.
    ///
    /// # Errors
    /// What is wrong with the bar, if it is no dict, or its time, a price or the volume is no number.
    pub fn deliver_bar(&mut self, source: &str, bar: Value) -> Result<(), String> {
        let given = self.recorded(|machine| machine.written(bar));
        let taken = self.take_bar(source, bar);
        if let Some(bar) = given {
            self.note(Entry::Bar { source: source.to_string(), bar });
        }
        taken
    }

    fn take_bar(&mut self, source: &str, bar: Value) -> Result<(), String> {
        let Value::Dict(dict) = bar else { return Err("a bar must be a dict".to_string()) };
        let heap = &mut self.scheduler.vm.heap;
        let wrong = |field: &str| Err(format!("bar.{field} must be a number"));
        if heap.dict_get_str(dict, "time").is_some_and(|time| time.as_number().is_none()) {
            return wrong("time");
        }
        for field in PRICES {
            match heap.dict_get_str(dict, field) {
                None | Some(Value::Float(_)) => {}
                Some(Value::Int(int)) => {
                    let name = heap.name(field);
                    let key = Key::Text(heap.name_text(name));
                    heap.dict_set(dict, key, Value::Float(int as f64));
                }
                Some(_) => return wrong(field),
            }
        }
        self.scheduler.deliver_bar(source, bar);
        Ok(())
    }

    /// There are no more bars of a source: scripts get null, or the error, once they have had all of them.
    pub fn end_bars(&mut self, source: &str, error: Option<HostError>) {
        let given = self.recorded(|_| error.clone());
        self.scheduler.end_bars(source, error);
        if let Some(error) = given {
            self.note(Entry::EndOfBars { source: source.to_string(), error });
        }
    }

    /// A tick of a timer: whoever waits for it goes on, else the next who asks; ticks that nobody waited for are one.
    pub fn tick(&mut self, id: &str) {
        self.scheduler.deliver_tick(id);
        self.note_with(|| Entry::Tick { id: id.to_string() });
    }

    /// Any of these. It only fills buffers and makes tasks ready. A bar that is none makes its source fail.
    pub fn take(&mut self, delivery: &Delivery) {
        match delivery {
            Delivery::Event { name, data } => {
                let data = self.import(data);
                self.deliver_event(name, data);
            }
            Delivery::Bar { source, bar } => {
                let bar = self.import(bar);
                if let Err(message) = self.deliver_bar(source, bar) {
                    self.end_bars(source, Some(HostError::of_host(message)));
                }
            }
            Delivery::EndOfBars { source, error } => {
                let error = error.clone().map(HostError::of_host);
                self.end_bars(source, error);
            }
            Delivery::Tick { id } => self.tick(id),
        }
    }

    /// Whether events, bars and ticks may still be delivered; at first they may. If not, tasks that wait for one are
    /// deadlocked.
    pub fn expect_deliveries(&mut self, expected: bool) {
        self.scheduler.set_deliveries_expected(expected);
        self.note(Entry::Expect { deliveries: expected });
    }

    /// A sink for alerts that have one of these tags; without tags, for those that no sink with tags is for.
    pub fn add_alert_sink(&mut self, tags: Vec<String>) -> SinkId {
        self.note_with(|| Entry::Sink { tags: tags.clone() });
        self.sinks.last += 1;
        self.sinks.all.push((self.sinks.last, tags));
        self.sinks.last
    }

    pub fn remove_alert_sink(&mut self, sink: SinkId) {
        self.sinks.all.retain(|&(id, _)| id != sink);
        self.note(Entry::RemoveSink { sink });
    }
}

/// A sink is known by its number.
pub type SinkId = u32;

#[derive(Default)]
pub(super) struct Sinks {
    all: Vec<(SinkId, Vec<String>)>,
    last: SinkId,
}

impl Sinks {
    /// Who gets an alert with these tags, in the order in which the sinks were added.
    pub fn receivers(&self, tags: &[String]) -> Vec<SinkId> {
        let matching = |wanted: &Vec<String>| wanted.iter().any(|tag| tags.contains(tag));
        let chosen = |choose: &dyn Fn(&Vec<String>) -> bool| -> Vec<SinkId> {
            self.all.iter().filter(|(_, wanted)| choose(wanted)).map(|&(id, _)| id).collect()
        };
        let tagged = chosen(&matching);
        if tagged.is_empty() { chosen(&Vec::is_empty) } else { tagged }
    }
}

/// A line of a recording that cannot be understood.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingError {
    /// From 1.
    pub line: usize,
    pub message: String,
}

impl std::fmt::Display for RecordingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// The latest time in a recording: some thirty years.
const LATEST: f64 = 1e12;

/// Reads recorded deliveries: one JSON object a line, one of
///
/// ```text
/// {"at": 0, "event": "order", "data": {"id": 1}}
/// {"at": 10, "bar": "BTC", "time": 1, "open": 1, "high": 2, "low": 1, "close": 2, "volume": 5}
/// {"at": 20, "end": "BTC"}
/// {"at": 20, "end": "ETH", "error": "connection lost"}
/// {"at": 30, "tick": "clock"}
/// ```
///
/// `at` is in milliseconds since the beginning; without it, a line comes together with the one before. Empty lines and
/// lines that begin with `#` mean nothing.
///
/// # Errors
/// The first line that is none of these.
pub fn recording(text: &str) -> Result<Vec<(f64, Delivery)>, RecordingError> {
    let mut deliveries = Vec::new();
    let mut last = 0.0;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (at, delivery) =
            recorded(line).map_err(|message| RecordingError { line: number + 1, message: message.to_string() })?;
        let at = at.unwrap_or(last);
        if at < last {
            return Err(RecordingError { line: number + 1, message: "it is earlier than the line before".into() });
        }
        last = at;
        deliveries.push((at, delivery));
    }
    Ok(deliveries)
}

fn recorded(line: &str) -> Result<(Option<f64>, Delivery), String> {
    let parsed: serde_json::Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let serde_json::Value::Object(mut fields) = parsed else { return Err("it is no JSON object".into()) };
    let at = match fields.remove("at") {
        None => None,
        Some(at) => match at.as_f64() {
            Some(at) if (0.0..=LATEST).contains(&at) => Some(at),
            _ => return Err("\"at\" must be a number of milliseconds from 0 to 1e12".into()),
        },
    };
    let mut text = |key: &str| match fields.remove(key) {
        None => Ok(None),
        Some(serde_json::Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{key:?} must be a string")),
    };
    let (event, bar, end, tick) = (text("event")?, text("bar")?, text("end")?, text("tick")?);
    let delivery = match (event, bar, end, tick) {
        (Some(name), None, None, None) => {
            let data = fields.remove("data").map_or(Data::Null, Data::from_json);
            Delivery::Event { name, data }
        }
        (None, Some(source), None, None) => {
            let bar = Data::from_json(serde_json::Value::Object(std::mem::take(&mut fields)));
            Delivery::Bar { source, bar }
        }
        (None, None, Some(source), None) => {
            let error = match fields.remove("error") {
                None => None,
                Some(serde_json::Value::String(message)) => Some(message),
                Some(_) => return Err("\"error\" must be a string".into()),
            };
            Delivery::EndOfBars { source, error }
        }
        (None, None, None, Some(id)) => Delivery::Tick { id },
        _ => return Err("it must have one of \"event\", \"bar\", \"end\", \"tick\"".into()),
    };
    match fields.keys().next() {
        Some(key) => Err(format!("{key:?} means nothing here")),
        None => Ok((at, delivery)),
    }
}

impl Data {
    /// The data that a JSON value means: a number without a fraction or exponent is an int, if one can hold it.
    pub fn from_json(json: serde_json::Value) -> Data {
        use serde_json::Value as Json;
        match json {
            Json::Null => Data::Null,
            Json::Bool(value) => Data::Bool(value),
            Json::Number(number) => match number.as_i64() {
                Some(int) => Data::Int(int),
                None => Data::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Data::Text(text),
            Json::Array(items) => Data::List(items.into_iter().map(Data::from_json).collect()),
            Json::Object(fields) => {
                Data::Dict(fields.into_iter().map(|(key, value)| (key, Data::from_json(value))).collect())
            }
        }
    }

    /// As JSON: bytes are arrays of numbers, floats that JSON has no number for are null.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Data::Null => Json::Null,
            Data::Bool(value) => Json::Bool(*value),
            Data::Int(int) => Json::from(*int),
            Data::Float(float) => Json::from(*float),
            Data::Text(text) => Json::from(text.as_str()),
            Data::Bytes(bytes) => Json::from(bytes.as_slice()),
            Data::List(items) => Json::Array(items.iter().map(Data::to_json).collect()),
            Data::Dict(entries) => {
                Json::Object(entries.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_read_line_by_line() {
        let text = "# a day\n{\"at\": 5, \"event\": \"go\", \"data\": [1, 2.5]}\n\n\
                    {\"bar\": \"A\", \"time\": 1, \"close\": 2}\n{\"at\": 9.5, \"end\": \"A\", \"error\": \"lost\"}\n\
                    {\"end\": \"B\"}\n{\"tick\": \"t\"}\n";
        let bar = Data::Dict(vec![("close".into(), Data::Int(2)), ("time".into(), Data::Int(1))]);
        let expected = vec![
            (5.0, Delivery::Event { name: "go".into(), data: Data::List(vec![Data::Int(1), Data::Float(2.5)]) }),
            (5.0, Delivery::Bar { source: "A".into(), bar }),
            (9.5, Delivery::EndOfBars { source: "A".into(), error: Some("lost".into()) }),
            (9.5, Delivery::EndOfBars { source: "B".into(), error: None }),
            (9.5, Delivery::Tick { id: "t".into() }),
        ];
        assert_eq!(recording(text), Ok(expected));
    }

    #[test]
    fn lines_that_mean_nothing_are_refused_with_their_numbers() {
        let refused = [
            ("[]", "it is no JSON object"),
            ("{}", "it must have one of \"event\", \"bar\", \"end\", \"tick\""),
            ("{\"event\": \"a\", \"tick\": \"b\"}", "it must have one of \"event\", \"bar\", \"end\", \"tick\""),
            ("{\"event\": 1}", "\"event\" must be a string"),
            ("{\"tick\": \"t\", \"at\": -1}", "\"at\" must be a number of milliseconds from 0 to 1e12"),
            ("{\"tick\": \"t\", \"at\": 1e300}", "\"at\" must be a number of milliseconds from 0 to 1e12"),
            ("{\"tick\": \"t\", \"data\": 1}", "\"data\" means nothing here"),
            ("{\"end\": \"s\", \"error\": 1}", "\"error\" must be a string"),
            ("{\"tick\": \"t\", \"at\": 1}", "it is earlier than the line before"),
        ];
        for (line, message) in refused {
            let text = format!("{{\"at\": 2, \"tick\": \"t\"}}\n{line}");
            assert_eq!(recording(&text), Err(RecordingError { line: 2, message: message.into() }), "{line}");
        }
    }
}
