//! The JavaScript side of the border: the class `Host` of pkg-config/src/host.ts, and calls of host functions.

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Holds the host functions, the pending promises and everything else that is JavaScript's own. None of its
    /// methods throws, except those that are marked.
    pub type Host;

    #[wasm_bindgen(method)]
    pub fn call0(this: &Host, function: u32, task: f64) -> f64;
    #[wasm_bindgen(method, js_name = call1)]
    pub fn call1_number(this: &Host, function: u32, task: f64, a: f64) -> f64;
    #[wasm_bindgen(method, js_name = call1)]
    pub fn call1_text(this: &Host, function: u32, task: f64, a: &str) -> f64;
    #[wasm_bindgen(method)]
    pub fn call1(this: &Host, function: u32, task: f64, a: &JsValue) -> f64;
    #[wasm_bindgen(method, js_name = call2)]
    pub fn call2_numbers(this: &Host, function: u32, task: f64, a: f64, b: f64) -> f64;
    #[wasm_bindgen(method)]
    pub fn call2(this: &Host, function: u32, task: f64, a: &JsValue, b: &JsValue) -> f64;
    #[wasm_bindgen(method)]
    pub fn call3(this: &Host, function: u32, task: f64, a: &JsValue, b: &JsValue, c: &JsValue) -> f64;
    #[wasm_bindgen(method, js_name = callMany)]
    pub fn call_many(this: &Host, function: u32, task: f64, arguments: &Array) -> f64;
    #[wasm_bindgen(method)]
    pub fn outcome(this: &Host) -> u32;
    #[wasm_bindgen(method)]
    pub fn result(this: &Host) -> JsValue;

    #[wasm_bindgen(method)]
    pub fn pending(this: &Host, operation: f64);
    #[wasm_bindgen(method)]
    pub fn adopt(this: &Host, operation: f64, promise: &JsValue);
    #[wasm_bindgen(method)]
    pub fn abort(this: &Host, operation: f64);
    #[wasm_bindgen(method, js_name = loadModule)]
    pub fn load_module(this: &Host, id: f64, name: &str);

    #[wasm_bindgen(method)]
    pub fn send(this: &Host, id: f64, method: &str, url: &str, headers: &Array, body: &JsValue, most: f64);
    #[wasm_bindgen(method, js_name = readFile)]
    pub fn read_file(this: &Host, id: f64, path: &str, most: f64);
    #[wasm_bindgen(method, js_name = writeFile)]
    pub fn write_file(this: &Host, id: f64, path: &str, content: &Uint8Array);
    #[wasm_bindgen(method, js_name = listFiles)]
    pub fn list_files(this: &Host, id: f64, prefix: &str);

    #[wasm_bindgen(method, js_name = keepCause)]
    pub fn keep_cause(this: &Host, cause: &JsValue) -> u32;
    #[wasm_bindgen(method)]
    pub fn cause(this: &Host, id: u32) -> JsValue;
    #[wasm_bindgen(method, js_name = messageOf)]
    pub fn message_of(this: &Host, reason: &JsValue) -> String;
    #[wasm_bindgen(method, js_name = keepOnlyCauses)]
    pub fn keep_only_causes(this: &Host, ids: &[u32]);

    #[wasm_bindgen(method)]
    pub fn output(this: &Host, is_error: bool, text: &str);
    #[wasm_bindgen(method)]
    pub fn event(this: &Host, name: &str, payload: &JsValue);
    #[wasm_bindgen(method)]
    pub fn alert(this: &Host, alert: &JsValue, sinks: &[u32]);
    #[wasm_bindgen(method, js_name = runEnded)]
    pub fn run_ended(this: &Host, task: f64, failed: bool, value: &JsValue);
    #[wasm_bindgen(method, js_name = taskEnded)]
    pub fn task_ended(this: &Host, task: f64);
    #[wasm_bindgen(method)]
    pub fn unhandled(this: &Host, error: &JsValue, task: f64, spawned: &JsValue);
    #[wasm_bindgen(method)]
    pub fn settled(this: &Host, watch: u32, failed: bool, value: &JsValue);

    /// Throws what a getter or a proxy throws.
    #[wasm_bindgen(method, catch)]
    pub fn kind(this: &Host, value: &JsValue) -> Result<u32, JsValue>;
    /// The content of a value of a kind that has some, as a plain array, typed array or number. Throws as `kind` does.
    #[wasm_bindgen(method, catch)]
    pub fn unpack(this: &Host, value: &JsValue, kind: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub fn describe(this: &Host, value: &JsValue) -> String;
    #[wasm_bindgen(method, js_name = pinOf)]
    pub fn pin_of(this: &Host, value: &JsValue) -> u32;
    #[wasm_bindgen(method, js_name = scriptFunction)]
    pub fn script_function(this: &Host, pin: u32, name: &str) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn reference(this: &Host, pin: u32, kind: &str) -> JsValue;
    /// Whether every plain object has a property of that name.
    #[wasm_bindgen(method, js_name = isInherited)]
    pub fn is_inherited(this: &Host, key: &JsValue) -> bool;
    #[wasm_bindgen(method, js_name = promiseOf)]
    pub fn promise_of(this: &Host, operation: f64) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn watched(this: &Host, watch: u32) -> JsValue;
    #[wasm_bindgen(method, js_name = struct)]
    pub fn name_struct(this: &Host, name: &str, fields: &Object);

    #[wasm_bindgen(method, js_name = scriptError)]
    pub fn script_error(this: &Host, details: &JsValue, value: &JsValue, cause: &JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = compileError)]
    pub fn compile_error(this: &Host, diagnostics: &JsValue, report: &str) -> JsValue;
    #[wasm_bindgen(method, js_name = limitError)]
    pub fn limit_error(this: &Host, limit: &str, used: f64, allowed: f64) -> JsValue;
    #[wasm_bindgen(method, js_name = deadlockError)]
    pub fn deadlock_error(this: &Host, message: &str, tasks: &JsValue, report: &str) -> JsValue;
    #[wasm_bindgen(method, js_name = cancelledError)]
    pub fn cancelled_error(this: &Host) -> JsValue;
    #[wasm_bindgen(method, js_name = exitError)]
    pub fn exit_error(this: &Host, status: i32) -> JsValue;
}

/// What a host function gave back when it was not a plain number; the numbers are those of host.ts.
pub enum Outcome {
    NotANumber,
    Value,
    Promise,
    Thrown,
}

impl Host {
    /// The outcome that NaN stood for.
    pub fn last_outcome(&self) -> Outcome {
        match self.outcome() {
            0 => Outcome::NotANumber,
            1 => Outcome::Value,
            2 => Outcome::Promise,
            _ => Outcome::Thrown,
        }
    }
}
