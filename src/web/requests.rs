//! HTTP and files (async.md 8.1): what scripts ask for goes to the page's `fetch` and to the store that the page gave,
//! and is answered like a host call.

use super::RawVm;
use super::host::Host;
use crate::machine::{Body, HttpRequest, Request};
use crate::runtime::Capability;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl RawVm {
    /// Grants a capability, or takes it away. False if there is none of that name.
    pub fn grant(&self, name: &str, granted: bool) -> bool {
        let Some(&capability) = Capability::ALL.iter().find(|capability| capability.word() == name) else {
            return false;
        };
        let mut machine = self.machine.borrow_mut();
        let mut capabilities = machine.capabilities();
        capabilities.set(capability, granted);
        machine.set_capabilities(capabilities);
        true
    }
}

impl RawVm {
    /// Has the host do what a script asks for; it delivers or fails the operation.
    pub(super) fn tell_request(&self, id: u64, request: Request) {
        let most = self.machine.borrow().largest_text() as f64;
        let (host, id) = (&self.host, id as f64);
        match request {
            Request::Http(request) => send(host, id, request, most),
            Request::ReadFile { path } => host.read_file(id, &path, most),
            Request::WriteFile { path, content } => host.write_file(id, &path, &Uint8Array::from(content.as_slice())),
            Request::ListFiles { prefix } => host.list_files(id, &prefix),
        }
    }
}

fn send(host: &Host, id: f64, request: HttpRequest, most: f64) {
    let headers = Array::new();
    for (name, value) in &request.headers {
        headers.push(&Array::of2(&name.into(), &value.into()));
    }
    let body = match request.body {
        None => JsValue::UNDEFINED,
        Some(Body::Text(text)) => text.into(),
        Some(Body::Bytes(bytes)) => Uint8Array::from(bytes.as_slice()).into(),
    };
    host.send(id, &request.method, &request.url, &headers, &body, most);
}
