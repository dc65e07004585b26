//! Calls of host functions. The common ones, of up to three arguments, need no array; numbers need no object.

use super::RawVm;
use super::host::Outcome;
use super::values::{int_to_js, number_in, number_out};
use crate::schedule::HostReply;
use crate::value::Value;
use js_sys::Array;
use wasm_bindgen::JsValue;

/// What a host call costs of a slice besides its instruction: it takes longer than one.
pub const FUEL: u64 = 20;

/// The number that JavaScript sees for a value, if it sees one.
fn as_number(value: Value) -> Option<f64> {
    match value {
        Value::Int(int) => number_out(int),
        Value::Float(float) => Some(float),
        _ => None,
    }
}

impl RawVm {
    /// Carries out the host call that the machine has stopped at, and gives it the reply.
    pub(super) fn answer_host_call(&self) {
        let Some(call) = self.machine.borrow().host_call().cloned() else { return };
        let (function, task) = (call.function, call.task as f64);
        let answer = match call.arguments.as_slice() {
            [] => self.host.call0(function, task),
            &[a] => match (a, as_number(a)) {
                (_, Some(a)) => self.host.call1_number(function, task, a),
                (Value::Text(_), _) => {
                    // A copy, as the machine must not be borrowed while the function runs.
                    let text = self.machine.borrow().heap().as_str(a).unwrap_or_default().to_owned();
                    self.host.call1_text(function, task, &text)
                }
                _ => self.host.call1(function, task, &self.argument(a)),
            },
            &[a, b] => match (as_number(a), as_number(b)) {
                (Some(a), Some(b)) => self.host.call2_numbers(function, task, a, b),
                _ => self.host.call2(function, task, &self.argument(a), &self.argument(b)),
            },
            &[a, b, c] => self.host.call3(function, task, &self.argument(a), &self.argument(b), &self.argument(c)),
            many => {
                let arguments: Array = many.iter().map(|&argument| self.argument(argument)).collect();
                self.host.call_many(function, task, &arguments)
            }
        };
        if answer.is_nan() {
            self.answer_with_outcome();
        } else {
            self.machine.borrow_mut().reply(HostReply::Value(number_in(answer)));
        }
    }

    fn argument(&self, value: Value) -> JsValue {
        match value {
            Value::Int(int) => int_to_js(int),
            Value::Float(float) => JsValue::from_f64(float),
            _ => self.value_out(value),
        }
    }

    /// The reply for everything that is not a plain number.
    fn answer_with_outcome(&self) {
        let reply = match self.host.last_outcome() {
            Outcome::NotANumber => HostReply::Value(Value::Float(f64::NAN)),
            Outcome::Promise => HostReply::Pending,
            Outcome::Thrown => HostReply::Error(self.host_error(&self.host.result())),
            Outcome::Value => match self.value_in(&self.host.result(), "result") {
                Ok(value) => HostReply::Value(value),
                Err(error) => HostReply::Error(self.host_error(&error)),
            },
        };
        let operation = self.machine.borrow_mut().reply(reply);
        if let Some(operation) = operation {
            self.host.pending(operation as f64);
        }
    }
}
