//! Channels that scripts share with JavaScript, which has them by their pins.

use super::RawVm;
use crate::heap::Channel;
use crate::value::{Handle, Value};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl RawVm {
    /// The pin of the channel of that name, which is made if there is none.
    ///
    /// # Errors
    /// A `TypeError` if there is one with another capacity than the one that is asked for.
    pub fn channel(&self, name: &str, capacity: Option<u32>) -> Result<u32, JsValue> {
        let machine = &mut *self.machine.borrow_mut();
        let wanted = capacity.map(|capacity| capacity as usize);
        let channel = machine.channel(name, wanted);
        let has = machine.heap().channels.get(channel).capacity;
        if wanted.is_some() && has != wanted {
            let has = has.map_or("no bound".to_string(), |has| format!("capacity {has}"));
            return Err(js_sys::TypeError::new(&format!("The channel {name:?} exists, with {has}")).into());
        }
        Ok(machine.pin(Value::Channel(channel)))
    }

    /// # Errors
    /// As [`super::values::from_js`].
    #[wasm_bindgen(js_name = trySend)]
    pub fn try_send(&self, pin: u32, message: &JsValue) -> Result<bool, JsValue> {
        let value = self.value_in(message, "message")?;
        let channel = self.channel_of(pin);
        Ok(channel.is_some_and(|channel| self.machine.borrow_mut().try_send(channel, value)))
    }

    /// The oldest message; undefined if there is none.
    #[wasm_bindgen(js_name = tryReceive)]
    pub fn try_receive(&self, pin: u32) -> JsValue {
        let Some(channel) = self.channel_of(pin) else { return JsValue::UNDEFINED };
        let message = self.machine.borrow_mut().try_receive(channel);
        message.map_or(JsValue::UNDEFINED, |value| self.value_out(value))
    }

    #[wasm_bindgen(js_name = closeChannel)]
    pub fn close_channel(&self, pin: u32) {
        if let Some(channel) = self.channel_of(pin) {
            self.machine.borrow_mut().close_channel(channel);
        }
    }

    #[wasm_bindgen(js_name = isChannelClosed)]
    pub fn is_channel_closed(&self, pin: u32) -> bool {
        let channel = self.channel_of(pin);
        channel.is_none_or(|channel| self.machine.borrow().heap().channels.get(channel).closed)
    }
}

impl RawVm {
    fn channel_of(&self, pin: u32) -> Option<Handle<Channel>> {
        match self.machine.borrow().pinned(pin) {
            Some(Value::Channel(channel)) => Some(channel),
            _ => None,
        }
    }
}
