//! What builtins say to wrong arguments.

use crate::example::Example;
use crate::support::goldens::{ASYNCHRONOUS, LANGUAGE};
use crate::support::world::World;
use crate::support::{Host, Options};
use include_dir::Dir;
use ruff_lang::builtins::{ANY, Builtin};
use ruff_lang::machine::{Data, RunOutcome};

/// A value of each kind, by its type word; some kinds have several.
pub const SAMPLES: &[(&str, &str)] = &[
    ("null", "null"),
    ("bool", "true"),
    ("int", "1"),
    ("float", "1.5"),
    ("string", "\"a\""),
    ("array", "[1]"),
    ("dict", "{\"a\": 1}"),
    ("struct", "Sample { a: 1 }"),
    ("struct", "Error(\"a\")"),
    ("set", "Set([1])"),
    ("queue", "Queue([1])"),
    ("stack", "Stack([1])"),
    ("bytes", "bytes([1])"),
    ("enum", "SampleEnum::First"),
    ("result", "Ok(1)"),
    ("option", "Some(1)"),
    ("option", "None"),
    ("function", "func(x) { return x }"),
    ("function", "len"),
    ("generator", "(func*() { yield 1 })()"),
    ("promise", "async_sleep(1)"),
    ("channel", "sample_channel()"),
    ("stream", "events(\"a\")"),
];

const DECLARATIONS: &str = "enum SampleEnum { First }\n\
    func sample_channel() { made := channel(2) made.send(1) return made }\n";

/// How a script ended: with an error (its kind and its message), or without.
pub type Ending = Option<(String, String)>;

/// Runs a script in a `try`.
pub fn ending(script: &str) -> Ending {
    let mut host = Host::new(&Options::default());
    host.live_in(World::documented());
    let script = format!("{DECLARATIONS}try {{\n{script}\n}} except e {{ return [e.kind, e.message] }}");
    match host.run(&script) {
        RunOutcome::Completed(value) => match host.vm.export(value) {
            Ok(Data::List(error)) => match error.as_slice() {
                [Data::Text(kind), Data::Text(message)] => Some((kind.clone(), message.clone())),
                other => panic!("{other:?}:\n{script}"),
            },
            _ => None,
        },
        RunOutcome::Exit(_) => None,
        other => panic!("{other:?}:\n{script}"),
    }
}

/// A parameter as the signature has it.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    /// Type words; empty if it takes anything.
    pub kinds: Vec<&'static str>,
}

impl Parameter {
    pub fn takes(&self, word: &str) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&word)
    }
}

/// Whether an error is about the kind of an argument (language.md 8.3).
pub fn is_refusal(kind: &str, message: &str) -> bool {
    match kind {
        "argument" | "promise" => true,
        "type" => message.starts_with("Cannot iterate over ") || message.starts_with("Cannot call non-function"),
        // Data that has no form in a format.
        "format" => message.starts_with("Cannot convert "),
        _ => false,
    }
}

/// The parameters in a signature, with those that may be left out.
pub fn parameters(builtin: &'static Builtin) -> Vec<Parameter> {
    let signature = builtin.signature;
    let inner = signature.split_once('(').and_then(|(_, rest)| rest.split_once(") -> "));
    let (inner, _) = inner.unwrap_or_else(|| panic!("no signature: {signature}"));
    let (mut parameters, mut optional, mut repeated) = (Vec::new(), 0, false);
    for part in inner.split(", ").filter(|part| !part.is_empty()) {
        let part = match part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) {
            Some(inner) => {
                optional += 1;
                inner
            }
            None => part,
        };
        repeated |= part.ends_with("...");
        let (name, kinds) = part.split_once(": ").unwrap_or((part, ""));
        let mut words = Vec::new();
        for word in kinds.split(" or ").filter(|word| !word.is_empty()) {
            words.extend_from_slice(if word == "num" { &["int", "float"] } else { std::slice::from_ref(&word) });
        }
        for word in &words {
            // An array of something is another kind than the array among the samples.
            let word = word.strip_prefix("array of ").unwrap_or(word);
            assert!(SAMPLES.iter().any(|&(known, _)| known == word), "{signature}: {word:?} is no type word");
        }
        parameters.push(Parameter { name, kinds: words });
    }
    let most = if repeated { ANY } else { parameters.len() as u8 };
    let least = parameters.len() as u8 - optional - repeated as u8;
    assert_eq!((least, most), (builtin.arity.min, builtin.arity.max), "{signature} takes another number of arguments");
    parameters
}

/// The texts of what section 13 and async.md document: goldens, which nobody wrote from what the program says.
pub struct Documented(String);

impl Documented {
    pub fn new() -> Documented {
        fn collect(dir: &Dir<'_>, texts: &mut String) {
            for file in dir.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "out")) {
                texts.push_str(file.contents_utf8().expect("UTF-8"));
                texts.push('\n');
            }
            dir.dirs().for_each(|dir| collect(dir, texts));
        }
        let mut texts = String::new();
        collect(&LANGUAGE, &mut texts);
        collect(&ASYNCHRONOUS, &mut texts);
        Documented(texts)
    }

    /// Whether a golden has the message, whatever the value is that it shows.
    pub fn has(&self, message: &str) -> bool {
        self.0.contains(without_value(message))
    }
}

/// A message up to the value that it shows.
pub fn without_value(message: &str) -> &str {
    message.find(", got ").map_or(message, |at| &message[..at + ", got ".len()])
}

/// The message of the reference for `count` arguments, where its row has no other.
pub fn arity_rule(builtin: &Builtin, count: usize) -> String {
    let (min, max) = (builtin.arity.min, builtin.arity.max);
    let expected = match (min, max) {
        _ if min == max => min.to_string(),
        _ if min + 1 == max => format!("{min} or {max}"),
        _ => format!("{min} to {max}"),
    };
    let arguments = if builtin.area == "Arrays" && max == 1 { "argument" } else { "arguments" };
    format!("{} expects {expected} {arguments}, got {count}", builtin.shown)
}

/// The message of the reference for a wrong kind, where the row has no other.
pub fn kind_rule(builtin: &Builtin) -> Option<String> {
    let wanted = match builtin.area {
        "Strings" => "string",
        "Arrays" => "array",
        _ => return None,
    };
    Some(format!("{}() requires a{} {wanted} argument", builtin.shown, if wanted == "array" { "n" } else { "" }))
}

/// A call in function form or in method form.
pub fn call(name: &str, arguments: &[&str], method: bool) -> String {
    match arguments {
        [receiver, rest @ ..] if method => format!("({receiver}).{name}({})", rest.join(", ")),
        _ => format!("{name}({})", arguments.join(", ")),
    }
}

/// The example with other arguments in its calls of the builtin.
pub fn with_arguments(example: &Example, arguments: &[&str], method: bool) -> String {
    example.with_calls(&|_| call(example.builtin.name, arguments, method))
}
