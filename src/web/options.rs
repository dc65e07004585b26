//! What JavaScript gives as options.

use crate::runtime::Limits;
use rustc_hash::FxHashMap;
use wasm_bindgen::JsValue;

/// `base` with the limits that JavaScript gives: `Infinity` means no limit, `undefined` the one of `base`.
///
/// # Errors
/// A `TypeError` for anything that is not an object of known limits with non-negative numbers.
pub fn limits(options: JsValue, base: Limits) -> Result<Limits, JsValue> {
    let mut limits = base;
    if options.is_undefined() {
        return Ok(limits);
    }
    if !options.is_object() {
        return Err(refuse("options.limits must be an object of numbers"));
    }
    let given: FxHashMap<String, Option<f64>> = serde_wasm_bindgen::from_value(options)
        .map_err(|error| refuse(&format!("options.limits must be an object of numbers ({error})")))?;
    for (name, number) in given {
        let Some(number) = number else { continue };
        if number.is_nan() || number < 0.0 {
            return Err(refuse(&format!("options.limits.{name} must be a non-negative number, got {number}")));
        }
        // A float that is too large becomes the largest integer.
        let (float, units, count) = match number.is_finite() {
            true => (Some(number), Some(number as u64), Some(number as usize)),
            false => (None, None, None),
        };
        match name.as_str() {
            "fuel" => limits.fuel = units,
            "memoryBytes" => limits.memory_bytes = count,
            "callDepth" => limits.call_depth = count,
            "tasks" => limits.tasks = count,
            "pendingOps" => limits.pending_operations = count,
            "channelItems" => limits.channel_items = count,
            "eventQueue" => limits.event_queue = count,
            "outputBytes" => limits.output_bytes = count,
            "wallMs" => limits.wall_ms = float,
            "cleanupFuel" => limits.cleanup_fuel = units,
            "cleanupMs" => limits.cleanup_ms = float,
            _ => return Err(refuse(&format!("options.limits has no limit {name:?}"))),
        }
    }
    Ok(limits)
}

/// The limits of one run: `base` with those that count per run replaced.
///
/// # Errors
/// As [`limits`]; a `TypeError` for limits that count for the whole machine.
pub fn run_limits(options: JsValue, base: &Limits) -> Result<Limits, JsValue> {
    let given = limits(options, base.clone())?;
    let Limits { fuel, output_bytes, wall_ms, .. } = given;
    let own = Limits { fuel, output_bytes, wall_ms, ..base.clone() };
    match own == given {
        true => Ok(own),
        false => Err(refuse(
            "options.limits of a run may have fuel, outputBytes and wallMs; the others are given to new Vm()",
        )),
    }
}

fn refuse(message: &str) -> JsValue {
    js_sys::TypeError::new(message).into()
}
