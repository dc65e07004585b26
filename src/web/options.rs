//! What JavaScript gives as options.

use crate::runtime::Limits;
use serde::Deserialize;
use wasm_bindgen::JsValue;

/// `options.limits`. Numbers as JavaScript has them; `Infinity` means no limit.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LimitOptions {
    fuel: Option<f64>,
    memory_bytes: Option<f64>,
    call_depth: Option<f64>,
    tasks: Option<f64>,
    pending_ops: Option<f64>,
    channel_items: Option<f64>,
    event_queue: Option<f64>,
    output_bytes: Option<f64>,
    wall_ms: Option<f64>,
    cleanup_fuel: Option<f64>,
    cleanup_ms: Option<f64>,
}

impl LimitOptions {
    /// # Errors
    /// A `TypeError` for anything that is not an object of known limits.
    pub fn read(options: JsValue) -> Result<LimitOptions, JsValue> {
        if options.is_undefined() {
            return Ok(LimitOptions::default());
        }
        serde_wasm_bindgen::from_value(options)
            .map_err(|error| js_sys::TypeError::new(&format!("options.limits: {error}")).into())
    }

    /// `base` with the limits that are given.
    ///
    /// # Errors
    /// A `TypeError` for a limit that is not a non-negative number.
    pub fn over(self, base: Limits) -> Result<Limits, JsValue> {
        Ok(Limits {
            fuel: whole(self.fuel, "fuel", base.fuel)?,
            memory_bytes: whole(self.memory_bytes, "memoryBytes", base.memory_bytes.map(|n| n as u64))?.map(size),
            call_depth: whole(self.call_depth, "callDepth", base.call_depth.map(|n| n as u64))?.map(size),
            tasks: whole(self.tasks, "tasks", base.tasks.map(|n| n as u64))?.map(size),
            pending_operations: whole(self.pending_ops, "pendingOps", base.pending_operations.map(|n| n as u64))?.map(size),
            channel_items: whole(self.channel_items, "channelItems", base.channel_items.map(|n| n as u64))?.map(size),
            event_queue: whole(self.event_queue, "eventQueue", base.event_queue.map(|n| n as u64))?.map(size),
            output_bytes: whole(self.output_bytes, "outputBytes", base.output_bytes.map(|n| n as u64))?.map(size),
            wall_ms: number(self.wall_ms, "wallMs", base.wall_ms)?,
            cleanup_fuel: whole(self.cleanup_fuel, "cleanupFuel", base.cleanup_fuel)?,
            cleanup_ms: number(self.cleanup_ms, "cleanupMs", base.cleanup_ms)?,
        })
    }
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn number(given: Option<f64>, name: &str, base: Option<f64>) -> Result<Option<f64>, JsValue> {
    match given {
        None => Ok(base),
        Some(f64::INFINITY) => Ok(None),
        Some(number) if number >= 0.0 => Ok(Some(number)),
        Some(number) => {
            let message = format!("options.limits.{name} must be a non-negative number, got {number}");
            Err(js_sys::TypeError::new(&message).into())
        }
    }
}

fn whole(given: Option<f64>, name: &str, base: Option<u64>) -> Result<Option<u64>, JsValue> {
    match given {
        None => Ok(base),
        given => Ok(number(given, name, None)?.map(|number| number as u64)),
    }
}
