//! YAML (language.md 13.9).

mod reading;
mod scalars;
mod writing;

use super::table::{Arity, Builtin};

pub(super) const ROWS: &[Builtin] = &[
    Builtin::native("parse_yaml", Arity::plural(1, 1), reading::parse_yaml)
        .doc(
            "parse_yaml(s: string) -> value",
            "The value that a YAML text means, by the core schema; null for an empty text",
        )
        .example("parse_yaml(\"name: Ada\\ntags: [a, 1.5, null]\\n\")", "{\"name\": Ada, \"tags\": [a, 1.5, null]}"),
    Builtin::native("to_yaml", Arity::plural(1, 1), writing::to_yaml)
        .doc(
            "to_yaml(v: null or bool or num or string or array or dict) -> string",
            "The value as YAML in blocks of two spaces, with sorted keys",
        )
        .example("to_yaml({\"b\": [1, \"yes\"], \"a\": null})", "a: null\nb:\n  - 1\n  - \"yes\"\n"),
];
