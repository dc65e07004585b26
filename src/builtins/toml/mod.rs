//! TOML (language.md 13.9).

mod dates;
mod reading;
mod writing;

use super::table::{Arity, Builtin};

pub(super) const ROWS: &[Builtin] = &[
    Builtin::native("parse_toml", Arity::plural(1, 1), reading::parse_toml)
        .doc(
            "parse_toml(s: string) -> dict",
            "The tables of a TOML text; dates and times become strings as they are written",
        )
        .example("parse_toml(\"title = 'x'\\n[owner]\\nage = 36\\n\")", "{\"owner\": {\"age\": 36}, \"title\": x}"),
    Builtin::native("to_toml", Arity::plural(1, 1), writing::to_toml)
        .doc("to_toml(d: dict) -> string", "The dict as TOML: sorted keys, plain values before tables")
        .example("to_toml({\"b\": {\"c\": [1, 2.0]}, \"a\": \"x\"})", "a = \"x\"\n\n[b]\nc = [1, 2.0]\n"),
];
