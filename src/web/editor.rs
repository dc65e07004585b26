//! Editor services: highlighting by the language's own lexer.

use crate::syntax::{Class, highlight};
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
