//! The language's tables as data, for documentation and tools.

use super::PREDECLARED_STRUCTS;
use crate::builtins::{CONSTANTS, TABLE};
use crate::diagnostic::Code;
use crate::syntax::Class;
use crate::syntax::tokens::{MARKS, WORDS};
use serde_json::{Value, json};

/// Keywords, operators, builtins, predeclared values, diagnostic codes and classes of tokens.
pub fn describe() -> Value {
    let keywords: Vec<Value> = WORDS.iter().map(|word| json!({ "word": word.text, "summary": word.summary })).collect();
    let operators: Vec<Value> =
        MARKS.iter().map(|(sign, summary)| json!({ "sign": sign, "summary": summary })).collect();
    let builtins: Vec<Value> = TABLE
        .iter()
        .map(|builtin| {
            json!({
                "name": builtin.name,
                "area": builtin.area,
                "signature": builtin.signature,
                "summary": builtin.summary,
                "example": builtin.example,
                "result": builtin.result,
                "method": builtin.has_method_form(),
                "updates": builtin.updates(),
            })
        })
        .collect();
    let numbers = CONSTANTS.iter().map(|(name, _, summary)| json!({ "name": name, "summary": summary }));
    let structs = PREDECLARED_STRUCTS.iter().map(|(name, summary)| json!({ "name": name, "summary": summary }));
    let constants: Vec<Value> = numbers.chain(structs).collect();
    let codes: Vec<Value> = Code::ALL
        .iter()
        .map(|code| {
            json!({
                "code": code.text(),
                "phase": code.phase().word(),
                "title": code.title(),
                "explanation": code.explanation(),
                "wrong": code.wrong(),
                "right": code.right(),
            })
        })
        .collect();
    let classes: Vec<&str> = Class::ALL.iter().map(|class| class.name()).collect();
    json!({
        "keywords": keywords,
        "operators": operators,
        "builtins": builtins,
        "constants": constants,
        "codes": codes,
        "tokenClasses": classes,
    })
}
