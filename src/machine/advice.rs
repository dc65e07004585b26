//! What to do about an uncaught error, where that can be said.

use crate::builtins::TABLE;
use crate::bytecode::{Constant, Program};
use crate::diagnostic::{member_hint, suggest, undefined_hint};
use crate::names::{Index, MemberKind, TypeKind};
use crate::schedule::Scheduler;
use crate::syntax;
use crate::syntax::tokens::KEYWORDS;
use crate::vm::Loaded;

/// What to do about an error, where that can be said.
pub(super) fn notes(scheduler: &Scheduler, kind: &str, message: &str, function: Option<u32>) -> Vec<String> {
    let mut notes = Vec::new();
    let loaded = function.and_then(|function| scheduler.vm.functions.get(function as usize));
    let program = loaded.map(|loaded| &loaded.program);
    let heap = scheduler.heap();
    match kind {
        "undefined" => {
            let name = message.rsplit(' ').next().unwrap_or_default();
            if let Some(hint) = loaded
                .and_then(|loaded| type_or_field(loaded, name))
                .or_else(|| undefined_hint(name).map(str::to_owned))
            {
                notes.push(hint);
                return notes;
            }
            let globals = scheduler.vm.global_names.iter().map(|&name| &**heap.names.text(name));
            let locals = program.iter().flat_map(|program| {
                program.functions.iter().flat_map(|f| f.parameters.iter().chain(&f.capture_names)).map(|name| &**name)
            });
            let free = program.iter().flat_map(|program| program.free_names.iter()).map(|name| &**name);
            let builtins = crate::builtins::TABLE.iter().map(|builtin| builtin.name);
            let keywords = KEYWORDS.iter().map(|keyword| keyword.0);
            let names = globals.chain(locals).chain(free).chain(builtins).chain(keywords);
            match suggest(name, names.filter(|other| *other != name)) {
                Some(near) => notes.push(format!("did you mean `{near}`?")),
                None => notes.push(format!(
                    "`{name}` has no value here: assign it first with `{name} := …`, outside of the block if it is \
                     declared in one"
                )),
            }
        }
        "field" => {
            let name = message.trim_start_matches("Field not found: ");
            let fields = heap.types.iter().flat_map(|of| of.methods.keys()).map(|&name| &**heap.names.text(name));
            let all = program.iter().flat_map(|program| program.names.iter()).map(|name| &**name);
            let builtins = crate::builtins::TABLE.iter().map(|builtin| builtin.name);
            let name = name.split('\'').nth(1).unwrap_or(name);
            let names = fields.chain(all).chain(builtins);
            if let Some(hint) = member_hint(name) {
                notes.push(hint.to_string());
            } else if let Some(near) = suggest(name, names.filter(|other| *other != name)) {
                notes.push(format!("did you mean `{near}`?"));
            }
            if message.starts_with("Cannot access") {
                notes.push(
                    "only structs and dicts have fields: `await` a promise first, use `?.` if the value may be null, \
                     and take a Result or Option apart with `(x?).name` or `match`, an enum value with `match`"
                        .to_string(),
                );
            }
        }
        "type" => notes.extend(type_note(message)),
        "arity" => notes.push(declaration(program.map(|program| &**program), message)),
        "index" => notes.push("indices go from 0 to the length minus 1, len(x) - 1, or from -1 backwards".to_string()),
        "key" => {
            let key = message.split('"').nth(1).unwrap_or_default();
            let words = program.iter().flat_map(|program| program.functions.iter().flat_map(|f| &f.constants));
            let texts = words.filter_map(|constant| match constant {
                Constant::Text(text) => Some(&**text),
                _ => None,
            });
            if let Some(near) = suggest(key, texts.filter(|other| *other != key)) {
                notes.push(format!("did you mean \"{near}\"?"));
            }
            notes.push("use `get(dict, key, default)` or `has_key(dict, key)` if the key may be missing".to_string());
        }
        "arithmetic" if message.contains("by zero") => {
            notes.push("check the divisor before dividing".to_string());
        }
        "argument" => {
            if message.contains("non-negative milliseconds") {
                notes.push("give 0 or more milliseconds".to_string());
            }
            let name = message.split([' ', '(']).next().unwrap_or_default();
            if let Some(builtin) = crate::builtins::find(name) {
                notes.push(format!("it is called as {}", TABLE[builtin as usize].signature));
            }
        }
        "immutable" => notes.push("declare it with `mut`, or change a copy".to_string()),
        "depth" => {
            notes.push("endless recursion: the function calls itself, so check the condition that stops it".to_string())
        }
        "format" if message.ends_with("to int") => {
            notes.push(
                "`to_float` reads numbers with a fraction; check other texts first, or catch the error".to_string(),
            );
        }
        "format" if message.starts_with("JSON") => {
            notes.push("in JSON, keys and texts stand in double quotes, and nothing follows the last item".to_string());
        }
        "format" => notes.push("check the text first, or catch the error with `try { … } except e { … }`".to_string()),
        "deadlock" => {
            notes.push("something must send, close or settle what these tasks wait for".to_string());
        }
        "channel" => notes.push("send before the channel is closed; `is_closed(ch)` tells".to_string()),
        "timeout" | "host" | "thrown" | "promise" | "cancelled" if !matches!(kind, "thrown") => {
            notes.push("catch it with `try { … } except e { … }` around the `await`".to_string());
        }
        _ => {}
    }
    notes
}

/// About a name without a value that names a type of the text, or a field of the struct whose method uses it. The index
/// of names is made only here, for an error that ends the script.
fn type_or_field(loaded: &Loaded, name: &str) -> Option<String> {
    let text = loaded.program.source.text();
    let index = Index::of_text(&syntax::recover(text), text);
    if let Some(declared) = index.types.iter().find(|declared| index.text(declared.name) == name) {
        return Some(if declared.kind == TypeKind::Struct {
            let fields: Vec<String> =
                members(&index, name, MemberKind::Field).iter().map(|field| format!("{field}: …")).collect();
            format!(
                "`{name}` is a struct: an instance is written `{name} {{ {} }}` with the brace on the same line, and \
                 only instances have methods",
                fields.join(", ")
            )
        } else {
            let variants = members(&index, name, MemberKind::Variant);
            format!("`{name}` is an enum: its values are written `{name}::{}`", variants.first().unwrap_or(&"Variant"))
        });
    }
    let (of, _) = loaded.function().name.split_once('.')?;
    let field = members(&index, of, MemberKind::Field).contains(&name);
    field.then(|| format!("a field is read through the receiver: `self.{name}`"))
}

/// The names of the fields, methods or variants of a type.
fn members<'a>(index: &'a Index, of: &str, kind: MemberKind) -> Vec<&'a str> {
    let all = index.members.iter().filter(|member| member.kind == kind && index.text(member.of) == of);
    all.map(|member| index.text(member.name)).collect()
}

fn type_note(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("Invalid binary operation: ") {
        let words: Vec<&str> = rest.split(' ').collect();
        let (left, operator, right) = (*words.first()?, *words.get(1)?, *words.get(2)?);
        if left == "promise" || right == "promise" {
            return Some("a promise is not its value yet: write `await` in front of the call".into());
        }
        if operator == "+" && (left == "string" || right == "string") {
            return Some("convert with `to_string(x)`, or write \"${x}\" inside a string".into());
        }
        match (left, operator, right) {
            ("bool", "<" | "<=" | ">" | ">=", _) => {
                return Some("comparisons are not chained: write `a < b && b < c`".into());
            }
            ("array", "+", "array") => return Some("join arrays with `concat(a, b)`".into()),
            ("string", "*", "int") => return Some("repeat a text with `repeat(s, n)`".into()),
            ("array" | "dict", "<" | "<=" | ">" | ">=", "int") => {
                return Some("compare the number of elements: `len(x)`".into());
            }
            _ => {}
        }
        if left == "null" || right == "null" {
            return Some("one of the values is null: use `??` to give a default".into());
        }
        return Some(format!("`{operator}` is not defined for {left} and {right}: convert one of them"));
    }
    if message.starts_with("Invalid unary operation: - string") {
        return Some("convert the text first: `to_int(s)` or `to_float(s)`".into());
    }
    if message.starts_with("Invalid unary operation: !") {
        return Some("`!` needs a bool: compare, or use `is_truthy(x)`".into());
    }
    if message.starts_with("Cannot call non-function") {
        return Some(
            "only functions can be called with (…); the name holds something else, perhaps an int or a string".into(),
        );
    }
    if message == "Cannot iterate over promise" {
        return Some("a promise is not its value yet: write `await` in front of the call".into());
    }
    if message == "Cannot iterate over async generator" || message == "Cannot iterate over channel" {
        return Some("write `for await x in …`: its values have to be waited for".into());
    }
    if message.starts_with("Cannot iterate over") {
        return Some(
            "`for` goes over arrays, dicts, strings, numbers and generators, `for await` over arrays, channels, \
             generators and structs with a `next`"
                .into(),
        );
    }
    if message == "Invalid index assignment" {
        return Some(
            "elements of arrays are set with an int, entries of dicts with a string or an int; a string never changes: \
             make a new one"
                .into(),
        );
    }
    if message.starts_with("Try operator") {
        return Some("`?` takes the value out of Ok(v) and Some(v); there is no operator `? :`".into());
    }
    if message.starts_with("Invalid index") {
        return Some("arrays and strings take an int, dicts a string or an int".into());
    }
    None
}

/// How the function of an arity error is declared.
fn declaration(program: Option<&Program>, message: &str) -> String {
    let name = message.split([' ', '(']).next().unwrap_or_default();
    if let Some(function) = program.and_then(|program| program.functions.iter().find(|f| &*f.name == name)) {
        return format!("it is declared as {name}({})", function.parameters.join(", "));
    }
    match crate::builtins::find(name) {
        Some(builtin) => format!("it is called as {}", TABLE[builtin as usize].signature),
        None => "check the number of arguments against the declaration".to_string(),
    }
}
