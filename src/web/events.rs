//! Events, bars, ticks and alerts across the border (async.md 8).

use super::{RawVm, reports};
use crate::machine::{Alert, SinkId};
use crate::value::Value;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl RawVm {
    /// # Errors
    /// As [`super::values::from_js`].
    pub fn emit(&self, name: &str, payload: &JsValue) -> Result<(), JsValue> {
        let payload = self.value_in(payload, "payload")?;
        self.machine.borrow_mut().deliver_event(name, payload);
        Ok(())
    }

    /// # Errors
    /// As [`super::values::from_js`]; a `TypeError` for what is no bar.
    #[wasm_bindgen(js_name = pushBar)]
    pub fn push_bar(&self, source: &str, bar: &JsValue) -> Result<(), JsValue> {
        let bar = self.value_in(bar, "bar")?;
        let refused = self.machine.borrow_mut().deliver_bar(source, bar);
        refused.map_err(|message| js_sys::TypeError::new(&message).into())
    }

    #[wasm_bindgen(js_name = endBars)]
    pub fn end_bars(&self, source: &str) {
        self.machine.borrow_mut().end_bars(source, None);
    }

    /// A source has failed, for this reason.
    #[wasm_bindgen(js_name = failBars)]
    pub fn fail_bars(&self, source: &str, reason: &JsValue) {
        let error = self.host_error(reason);
        self.machine.borrow_mut().end_bars(source, Some(error));
    }

    pub fn tick(&self, id: &str) {
        self.machine.borrow_mut().tick(id);
    }

    #[wasm_bindgen(js_name = addAlertSink)]
    pub fn add_alert_sink(&self, tags: Vec<String>) -> SinkId {
        self.machine.borrow_mut().add_alert_sink(tags)
    }

    #[wasm_bindgen(js_name = removeAlertSink)]
    pub fn remove_alert_sink(&self, sink: SinkId) {
        self.machine.borrow_mut().remove_alert_sink(sink);
    }
}

impl RawVm {
    pub(super) fn tell_event(&self, name: &str, payload: Value) {
        let payload = self.value_out(payload);
        self.host.event(name, &payload);
    }

    pub(super) fn tell_alert(&self, alert: &Alert<Value>, sinks: &[SinkId]) {
        let data = self.value_out(alert.data);
        self.host.alert(&reports::alert(alert, &data), sinks);
    }
}
