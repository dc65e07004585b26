//! Editor services: what an editor asks about a text.

use crate::editor::{self, Analysis};
use crate::syntax::{Class, highlight};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// Three numbers per piece: start, end (UTF-16 offsets), class.
#[wasm_bindgen]
pub fn tokenize(text: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    let (mut bytes, mut units) = (0, 0);
    let mut units_at = |offset: u32| {
        units += text[bytes..offset as usize].encode_utf16().count() as u32;
        bytes = offset as usize;
        units
    };
    for (span, class) in highlight(text) {
        let class = Class::ALL.iter().position(|&other| other == class).unwrap_or_default();
        numbers.extend([units_at(span.start), units_at(span.end), class as u32]);
    }
    numbers
}

/// The names of the classes, separated by spaces.
#[wasm_bindgen(js_name = tokenClasses)]
pub fn token_classes() -> String {
    let names: Vec<&str> = Class::ALL.iter().map(|class| class.name()).collect();
    names.join(" ")
}

/// The names that the host gives to scripts.
fn shared(names: Vec<String>) -> Vec<Arc<str>> {
    names.into_iter().map(Arc::from).collect()
}

// The rest is JSON text, which JavaScript reads faster than it would get objects field by field.

#[wasm_bindgen(js_name = describeLanguage)]
pub fn describe_language() -> String {
    editor::describe().to_string()
}

/// `names`: what the host gives to scripts.
#[wasm_bindgen(js_name = completeText)]
pub fn complete(text: &str, offset: u32, names: Vec<String>) -> String {
    Analysis::new(text).complete_json(offset, &shared(names)).to_string()
}

#[wasm_bindgen(js_name = hoverText)]
pub fn hover(text: &str, offset: u32) -> String {
    Analysis::new(text).hover_json(offset).to_string()
}

#[wasm_bindgen(js_name = definitionText)]
pub fn definition(text: &str, offset: u32) -> String {
    Analysis::new(text).definition_json(offset).to_string()
}

#[wasm_bindgen(js_name = referencesText)]
pub fn references(text: &str, offset: u32) -> String {
    Analysis::new(text).references_json(offset).to_string()
}

#[wasm_bindgen(js_name = renameText)]
pub fn rename(text: &str, offset: u32, name: &str) -> String {
    Analysis::new(text).rename_json(offset, name).to_string()
}

#[wasm_bindgen(js_name = symbolsText)]
pub fn symbols(text: &str) -> String {
    Analysis::new(text).symbols_json().to_string()
}

#[wasm_bindgen(js_name = formatText)]
pub fn format(text: &str, file: &str) -> String {
    Analysis::new(text).format_json(file).to_string()
}

/// `names`: what the host gives to scripts.
#[wasm_bindgen(js_name = diagnoseText)]
pub fn diagnose(text: &str, file: &str, names: Vec<String>) -> String {
    Analysis::new(text).diagnostics_json(file, &shared(names)).to_string()
}
