//! Events, bars and ticks from a recording; events and alerts of scripts on standard error.

use crate::report::{self, Reports};
use crate::status;
use ruff_lang::desktop::Vm;
use ruff_lang::machine::{Alert, Data, Delivery, recording};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Deliveries that wait for the machine to take them.
const WAITING: usize = 1024;

/// Shows what scripts tell on standard error: one JSON object a line.
pub fn show_told(vm: &mut Vm) {
    vm.on_event(Box::new(show_event));
    vm.on_alert(Box::new(show_alert));
}

pub fn show_event(name: &str, payload: &Data) {
    report::error(&format!("{}\n", json!({ "event": name, "data": payload.to_json() })));
}

pub fn show_alert(alert: &Alert<Data>) {
    report::error(&format!("{}\n", json!({ "alert": shown(alert) })));
}

fn shown(alert: &Alert<Data>) -> serde_json::Value {
    json!({
        "id": alert.id,
        "severity": alert.severity.word(),
        "title": alert.title,
        "message": alert.message,
        "data": alert.data.to_json(),
        "tags": alert.tags,
        "time": alert.time as i64,
    })
}

/// What is delivered to a script, and when: milliseconds since it was started.
pub type Recording = Vec<(f64, Delivery)>;

/// Reads a recording.
///
/// # Errors
/// The exit status; the problem has been reported.
pub fn read(file: &Path, reports: Reports) -> Result<Recording, u8> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        reports.message("io", &format!("ruff: cannot read {}: {error}", file.display()));
        status::UNREADABLE
    })?;
    recording(&text).map_err(|error| {
        reports.message("feed", &format!("ruff: {}, {error}", file.display()));
        status::USAGE
    })
}

/// Delivers a recording while a script runs. To be called within a tokio runtime.
pub fn play(vm: &mut Vm, recording: Recording) {
    let (sender, receiver) = mpsc::channel(WAITING);
    vm.feed_from(receiver);
    tokio::spawn(async move {
        let begun = Instant::now();
        for (at, delivery) in recording {
            sleep_until(begun + Duration::from_secs_f64(at / 1000.0)).await;
            if sender.send(delivery).await.is_err() {
                return;
            }
        }
    });
}
