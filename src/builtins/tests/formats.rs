//! TOML and YAML.

use super::{Bench, check};
use crate::builtins::text_form::{Form, append_any};
use crate::value::Value;

/// Calls a builtin with one string: the result with its kinds, or `kind: message`.
pub(super) fn read(name: &str, source: &str) -> String {
    let mut bench = Bench::new();
    let text = bench.heap.text(source);
    match bench.call(name, &[text]) {
        Ok(value) => shown(&mut bench, value),
        Err(raise) => bench.describe(raise),
    }
}

/// The form of `debug`, which tells ints from floats and both from strings.
pub(super) fn shown(bench: &mut Bench, value: Value) -> String {
    let mut out = String::new();
    bench.context(|context| append_any(context, value, Form::Debug, &mut out)).unwrap();
    out
}

fn toml(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(read("parse_toml", source), *expected, "{source}");
    }
}

fn yaml(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(read("parse_yaml", source), *expected, "{source}");
    }
}

fn refused(name: &str, format: &str, cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(read(name, source), format!("format: {format} parse error: {expected}"), "{source}");
    }
}

#[test]
fn reading_toml() {
    toml(&[
        ("", "Dict{}"),
        ("# nothing\r\n", "Dict{}"),
        ("\u{FEFF}a = 1", "Dict{a: Int(1)}"),
        ("a = 1_000\nb = -0xA", "format: TOML parse error: integers with a radix cannot be signed at line 2 column 5"),
        ("a = [+1, 0xFF, 0o17, 0b11]", "Dict{a: Array[Int(1), Int(255), Int(15), Int(3)]}"),
        (
            "a = [1.0, 5e2, inf, -inf, nan, -0.0]",
            "Dict{a: Array[Float(1), Float(500), Float(inf), Float(-inf), Float(NaN), Float(-0)]}",
        ),
        ("a = true\nb = 'c:\\x'", "Dict{a: Bool(true), b: String(\"c:\\\\x\")}"),
        ("a = \"\"\"\nx \\\n   y\"\"\"", "Dict{a: String(\"x y\")}"),
        ("d = 1979-05-27 07:32:00.5Z\nt = 07:32", "Dict{d: String(\"1979-05-27 07:32:00.5Z\"), t: String(\"07:32\")}"),
        ("a.b.c = 1\na.b.d = 2", "Dict{a: Dict{b: Dict{c: Int(1), d: Int(2)}}}"),
        ("[a.b]\nc = 1\n[a]\nd = 2", "Dict{a: Dict{b: Dict{c: Int(1)}, d: Int(2)}}"),
        ("[[a]]\nb = 1\n[[a]]\n[a.c]\nd = 2", "Dict{a: Array[Dict{b: Int(1)}, Dict{c: Dict{d: Int(2)}}]}"),
        ("a = {b.c = 1, b.d = [{}]}", "Dict{a: Dict{b: Dict{c: Int(1), d: Array[Dict{}]}}}"),
        ("[a]\nb.c = 1\n[a.b.d]\ne = 2", "Dict{a: Dict{b: Dict{c: Int(1), d: Dict{e: Int(2)}}}}"),
        ("'' = 1\n\"\\u00e9\" = 2\n7 = 3", "Dict{: Int(1), 7: Int(3), é: Int(2)}"),
    ]);
    check(&[
        ("get(parse_toml(\"7 = 3\"), 7)", "3"),
        ("parse_toml(5)", "argument: parse_toml requires a string argument"),
        ("parse_toml()", "arity: parse_toml expects 1 arguments, got 0"),
    ]);
}

#[test]
fn mistakes_in_toml_are_told_with_their_place() {
    refused(
        "parse_toml",
        "TOML",
        &[
            ("a = 1\na = 2", "duplicate key \"a\" at line 2 column 1"),
            ("[a]\n[b]\n[a]", "duplicate key \"a\" at line 3 column 2"),
            ("[[a]]\n[a]", "duplicate key \"a\" at line 2 column 2"),
            ("a = []\n[[a]]", "duplicate key \"a\" at line 2 column 3"),
            ("a = 1\n[a.b]", "there is another value under the key \"a\" at line 2 column 2"),
            ("a = 1\na.b = 2", "there is another value under the key \"a\" at line 2 column 1"),
            ("a = {}\na.b = 2", "nothing can be added here to the table \"a\" at line 2 column 1"),
            ("a = {}\n[a.b]", "nothing can be added here to the table \"a\" at line 2 column 2"),
            ("[a.b]\n[a]\nb.c = 1", "nothing can be added here to the table \"b\" at line 3 column 1"),
            ("a.b = 1\n[a]", "duplicate key \"a\" at line 2 column 2"),
            ("ä = 1", "invalid unquoted key, expected letters, numbers, `-` or `_` at line 1 column 1"),
            ("a =", "missing value at line 1 column 4"),
            ("a = {b = }", "missing value at line 1 column 10"),
            ("é = 1 2", "invalid unquoted key, expected letters, numbers, `-` or `_` at line 1 column 1"),
            ("'é' = 'x' 2", "unexpected key or value, expected a line break or `#` at line 1 column 11"),
            ("a = 9223372036854775808", "the integer does not fit in 64 bits at line 1 column 5"),
            ("a = 1e400", "the number is too large at line 1 column 5"),
            ("a = 2024-02-30", "no such date or time at line 1 column 5"),
            ("a = 1 # \u{1}", "invalid comment character, expected printable characters at line 1 column 9"),
        ],
    );
}

#[test]
fn writing_toml() {
    check(&[
        ("to_toml({})", r#""""#),
        (
            "to_toml({\"b\": [1, 2.0, \"x\", true], \"a\": {\"c\": 1}, \"z\": 0})",
            r#""b = [1, 2.0, \"x\", true]\nz = 0\n\n[a]\nc = 1\n""#,
        ),
        ("to_toml({\"a\": {\"b\": {\"c\": {}}}})", r#""[a.b.c]\n""#),
        ("to_toml({\"a\": {\"b\": {\"c\": 1}, \"d\": 2}})", r#""[a]\nd = 2\n\n[a.b]\nc = 1\n""#),
        (
            "to_toml({\"a\": [{\"x\": 1, \"y\": {\"z\": 2}}, {}], \"b\": []})",
            r#""b = []\n\n[[a]]\nx = 1\n\n[a.y]\nz = 2\n\n[[a]]\n""#,
        ),
        ("to_toml({\"a\": [[{\"x\": {}}], 1]})", r#""a = [[{ x = {} }], 1]\n""#),
        (
            "to_toml({\"\": 1, \"a b\": 2, \"é\": 3, \"10\": 4, \"-_\": 5})",
            r#""\"\" = 1\n-_ = 5\n10 = 4\n\"a b\" = 2\n\"é\" = 3\n""#,
        ),
        ("to_toml({\"a\": [inf, nan, 1e20, -0.0]})", r#""a = [inf, nan, 1e20, -0.0]\n""#),
        ("to_toml({\"a\": \"x\\n\\\"\\\"\\\"\\n\"})", r#""a = \"\"\"\nx\n\"\\\"\"\n\"\"\"\n""#),
        ("to_toml({\"a\": null})", "format: TOML serialization error: null cannot be written at key a"),
        (
            "to_toml({\"a\": {\"b c\": [1, null]}})",
            "format: TOML serialization error: null cannot be written at key a.\"b c\"",
        ),
        (
            "to_toml({\"a\": [{\"b\": {\"c\": P {}}}]})",
            "format: TOML serialization error: struct cannot be written at key a.b.c",
        ),
        (
            "to_toml({\"a\": [1, {\"b\": len}]})",
            "format: TOML serialization error: function cannot be written at key a.b",
        ),
        ("to_toml([])", "argument: to_toml requires a dict argument"),
        ("to_toml(\"a\")", "argument: to_toml requires a dict argument"),
        ("to_toml()", "arity: to_toml expects 1 arguments, got 0"),
    ]);
}

#[test]
fn reading_yaml() {
    yaml(&[
        ("", "Null"),
        ("# nothing\n", "Null"),
        ("---\n...\n", "Null"),
        ("%YAML 1.2\n---\n5", "Int(5)"),
        ("\u{FEFF}a", "String(\"a\")"),
        (
            "[~, null, Null, NULL, , ]",
            "format: YAML parse error: while parsing a node, did not find expected node content at line 1 column 23",
        ),
        ("[~, null, Null, NULL]", "Array[Null, Null, Null, Null]"),
        (
            "[true, True, TRUE, false, False, FALSE]",
            "Array[Bool(true), Bool(true), Bool(true), Bool(false), Bool(false), Bool(false)]",
        ),
        (
            "[yes, no, on, off, y, nULL, tRUE]",
            "Array[String(\"yes\"), String(\"no\"), String(\"on\"), String(\"off\"), String(\"y\"), String(\"nULL\"), String(\"tRUE\")]",
        ),
        ("[0, -12, +7, 007, 0x1F, 0o17]", "Array[Int(0), Int(-12), Int(7), Int(7), Int(31), Int(15)]"),
        (
            "[1_000, 0b1, 0x, 0o8, -0x1, '1', +]",
            "Array[String(\"1_000\"), String(\"0b1\"), String(\"0x\"), String(\"0o8\"), String(\"-0x1\"), String(\"1\"), String(\"+\")]",
        ),
        (
            "[1.5, 1., .5, -1e3, 1E-2, 9223372036854775808]",
            "Array[Float(1.5), Float(1), Float(0.5), Float(-1000), Float(0.01), Float(9223372036854776000)]",
        ),
        (
            "[.inf, -.Inf, +.INF, .nan, .NaN, -.nan, ., 1.2.3, inf, e1]",
            "Array[Float(inf), Float(-inf), Float(inf), Float(NaN), Float(NaN), String(\"-.nan\"), String(\".\"), String(\"1.2.3\"), String(\"inf\"), String(\"e1\")]",
        ),
        ("2001-12-14", "String(\"2001-12-14\")"),
        (
            "a: 1\nb:\n- x\n-\n  - y\nc: {d: e}",
            "Dict{a: Int(1), b: Array[String(\"x\"), Array[String(\"y\")]], c: Dict{d: String(\"e\")}}",
        ),
        (
            "1: a\ntrue: b\n~: c\n0x1: d\n1.0: e\n: f\n",
            "Dict{: String(\"f\"), 0x1: String(\"d\"), 1: String(\"a\"), 1.0: String(\"e\"), true: String(\"b\"), ~: String(\"c\")}",
        ),
        ("? a b\n: c\n? d\n", "Dict{a b: String(\"c\"), d: Null}"),
        ("|\n  a\n   b\n\n  c\n\n", "String(\"a\\n b\\n\\nc\\n\")"),
        (">-\n  a\n  b\n\n  c\n", "String(\"a b\\nc\")"),
        ("\"\\x41\\u00e9\\U0001F600\\n\\0\\e\"", "String(\"Aé😀\\n\\u0000\\u001b\")"),
        ("'it''s'", "String(\"it's\")"),
        (
            "[!!str 1, !!int '2', !!float 3, !!null '', !!bool 'true', ! 4, !<tag:yaml.org,2002:str> 5]",
            "Array[String(\"1\"), Int(2), Float(3), Null, Bool(true), String(\"4\"), String(\"5\")]",
        ),
        ("!!map {a: !!seq [], b: ! {}}", "Dict{a: Array[], b: Dict{}}"),
        (
            "- &a [1, 2]\n- *a\n- &k key\n- {*k : v}",
            "Array[Array[Int(1), Int(2)], Array[Int(1), Int(2)], String(\"key\"), Dict{key: String(\"v\")}]",
        ),
        (
            "a: &a {x: 1, y: 2}\nb:\n  x: 3\n  <<: *a\n",
            "Dict{a: Dict{x: Int(1), y: Int(2)}, b: Dict{x: Int(3), y: Int(2)}}",
        ),
        ("a: {<<: [{x: 1}, {x: 2, y: 3}], z: 4}", "Dict{a: Dict{x: Int(1), y: Int(3), z: Int(4)}}"),
        ("{'<<': 1}", "Dict{<<: Int(1)}"),
        ("[a: 1, b]", "Array[Dict{a: Int(1)}, String(\"b\")]"),
    ]);
    check(&[
        ("get(parse_yaml(\"7: 3\"), 7)", "3"),
        ("parse_yaml(5)", "argument: parse_yaml requires a string argument"),
        ("parse_yaml()", "arity: parse_yaml expects 1 arguments, got 0"),
    ]);
}

#[test]
fn mistakes_in_yaml_are_told_with_their_place() {
    refused(
        "parse_yaml",
        "YAML",
        &[
            ("a: 1\nb: 2\na: 3", "duplicate key \"a\" at line 3 column 1"),
            ("{1: a, '1': b}", "duplicate key \"1\" at line 1 column 8"),
            ("a\n---\nb", "more than one document at line 2 column 1"),
            ("{[a]: 1}", "a key must be a scalar at line 1 column 2"),
            ("- &a [1]\n- {*a : 1}", "a key must be a scalar at line 2 column 4"),
            ("&a [*a]", "a value cannot contain itself at line 1 column 5"),
            ("é: !x 1", "unknown tag !x at line 1 column 4"),
            ("!!binary aGk=", "unknown tag !!binary at line 1 column 1"),
            ("!!int 1.5", "the scalar does not fit its tag at line 1 column 1"),
            ("!!int 9223372036854775808", "the scalar does not fit its tag at line 1 column 1"),
            ("!!seq {}", "the value does not fit its tag at line 1 column 1"),
            ("!!map x", "the scalar does not fit its tag at line 1 column 1"),
            ("- 0xFFFFFFFFFFFFFFFF", "the integer does not fit in 64 bits at line 1 column 3"),
            ("- 1e400", "the number is too large; text needs quotes at line 1 column 3"),
            ("{<<: 1}", "<< needs a mapping, or a sequence of mappings at line 1 column 6"),
            ("[1", "while parsing a flow sequence, expected ',' or ']' at line 2 column 1"),
        ],
    );
}

#[test]
fn aliases_share_and_stay_apart() {
    let mut bench = Bench::new();
    let text = bench.heap.text("- &a [[1]]\n- *a\n- <<: {k: &b [2]}\n- *b");
    let value = bench.call("parse_yaml", &[text]).unwrap();
    let Value::List(list) = value else { panic!() };
    let items = bench.heap.items(list).to_vec();
    assert_eq!(items[0], items[1]);
    for item in [items[0], items[1], items[3]] {
        assert!(!bench.heap.share_of(item).unwrap().is_unique());
    }
}

#[test]
fn documents_that_grow_in_their_aliases_are_refused() {
    // Ten times as much in each line.
    let mut laughs = "a0: &a0 [lol]\n".to_string();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let message = read("parse_yaml", &laughs);
    assert_eq!(
        message,
        "format: YAML parse error: aliases make the document larger than 10485760 characters at line 8 column 10"
    );
    // Chains of merge keys too.
    let mut merges = format!("a: &a {{{}}}\nb: [", (0..100_000).map(|key| format!("k{key}, ")).collect::<String>());
    merges.push_str(&"{<<: *a}, ".repeat(1000));
    merges.push(']');
    let message = read("parse_yaml", &merges);
    assert!(message.contains("aliases make the document larger than 10485760 characters at line 2"), "{message}");
    let mut chain = "- &a0 1\n".to_string();
    for level in 1..70 {
        chain.push_str(&format!("- &a{level} [*a{}]\n", level - 1));
    }
    assert_eq!(read("parse_yaml", &chain), "format: YAML parse error: nesting deeper than 64 at line 65 column 9");
}

#[test]
fn writing_yaml() {
    check(&[
        ("to_yaml(null)", r#""null\n""#),
        ("to_yaml([])", r#""[]\n""#),
        ("to_yaml({})", r#""{}\n""#),
        ("to_yaml([1, -2, 2.0, 1e20, true, inf, nan])", r#""- 1\n- -2\n- 2.0\n- 1e20\n- true\n- .inf\n- .nan\n""#),
        ("to_yaml([[1, [2]], [], [{}]])", r#""- - 1\n  - - 2\n- []\n- - {}\n""#),
        ("to_yaml([{\"b\": 1, \"a\": [2]}])", r#""- a:\n    - 2\n  b: 1\n""#),
        ("to_yaml({\"a\": {\"b\": {\"c\": null}}, \"10\": 1})", r#""\"10\": 1\na:\n  b:\n    c: null\n""#),
        (
            "to_yaml([\"\", \"a b\", \"é\", \"yes\", \"No\", \"null\", \"1\", \"~\", \"- a\", \"a: b\", \"a #b\", \"a:b#c\", \" a\", \"a \"])",
            r#""- \"\"\n- a b\n- é\n- \"yes\"\n- \"No\"\n- \"null\"\n- \"1\"\n- \"~\"\n- \"- a\"\n- \"a: b\"\n- \"a #b\"\n- a:b#c\n- \" a\"\n- \"a \"\n""#,
        ),
        ("to_yaml(\"a\\n\\n b\\n\")", r#""|\n  a\n\n   b\n""#),
        ("to_yaml({\"k\": \"a\\nb\"})", r#""k: |-\n  a\n  b\n""#),
        (
            "to_yaml([\"\\na\", \"a\\n\\n\", \"a \\nb\", \"a\\tb\"])",
            r#""- \"\\na\"\n- \"a\\n\\n\"\n- \"a \\nb\"\n- \"a\\tb\"\n""#,
        ),
        ("to_yaml(P {})", "format: Cannot convert struct to YAML"),
        ("to_yaml([len])", "format: Cannot convert function to YAML"),
        ("to_yaml({\"a\": Ok(1)})", "format: Cannot convert result to YAML"),
        ("to_yaml(bytes([]))", "format: Cannot convert bytes to YAML"),
        ("to_yaml()", "arity: to_yaml expects 1 arguments, got 0"),
    ]);
}

#[test]
fn toml_and_yaml_nest_64_levels() {
    let deep = |levels: usize| ["[".repeat(levels), "]".repeat(levels)].concat();
    let headers = |levels: usize| format!("[{}]", vec!["a"; levels].join("."));
    let pairs = |levels: usize| format!("a = {{{} = []}}", vec!["b"; levels].join("."));
    for (name, source, fits) in [
        ("parse_toml", format!("a = {}", deep(63)), true),
        ("parse_toml", format!("a = {}", deep(64)), false),
        ("parse_toml", format!("a = {}", deep(100_000)), false),
        ("parse_toml", format!("a = {}", "{a = ".repeat(100_000)), false),
        ("parse_toml", headers(63), true),
        ("parse_toml", headers(64), false),
        ("parse_toml", format!("[[a]]\n{}", headers(62)), true),
        ("parse_toml", format!("[[a]]\n{}", headers(63)), false),
        ("parse_toml", headers(100_000), false),
        ("parse_toml", pairs(62), true),
        ("parse_toml", pairs(63), false),
        ("parse_yaml", deep(64), true),
        ("parse_yaml", deep(65), false),
        ("parse_yaml", "- ".repeat(64) + "1", true),
        ("parse_yaml", "- ".repeat(65) + "1", false),
        ("parse_yaml", "- ".repeat(500_000), false),
    ] {
        let result = read(name, &source);
        let start = &source[..source.len().min(20)];
        assert_eq!(!result.contains("parse error: nesting deeper than 64 at line"), fits, "{start}: {result:.200}");
    }
    for (levels, fits) in [(64, true), (65, false), (100_000, false)] {
        let mut bench = Bench::new();
        let mut nested = Value::Null;
        for _ in 0..levels {
            nested = bench.heap.list(vec![nested]);
        }
        let dict = bench.heap.dict(Default::default());
        let Value::Dict(handle) = dict else { unreachable!() };
        let key = bench.heap.text("k");
        let key = bench.heap.key(key).unwrap();
        let Value::List(outer) = nested else { unreachable!() };
        bench.heap.dict_set(handle, key, bench.heap.items(outer)[0]);
        for (name, value, expected) in [
            ("to_yaml", nested, "format: YAML value exceeds maximum nesting depth of 64"),
            ("to_toml", dict, "format: TOML serialization error: nesting deeper than 64"),
        ] {
            let index = crate::builtins::find(name).unwrap();
            let crate::builtins::Run::Native(run) = crate::builtins::TABLE[index as usize].run else { panic!() };
            match bench.context(|context| run(context, &[value])) {
                Ok(_) => assert!(fits, "{name} {levels}"),
                // The innermost null is no value of TOML.
                Err(raise) if fits => assert!(bench.describe(raise).contains("null cannot be written"), "{name}"),
                Err(raise) => assert_eq!(bench.describe(raise), expected),
            }
        }
    }
}

#[test]
fn toml_and_yaml_have_a_greatest_length() {
    for (name, before) in [("parse_toml", "a = '"), ("parse_yaml", "'")] {
        let filler = 1_048_576 - before.len() - 1;
        let source = |length: usize| format!("{before}{}'", "a".repeat(length));
        assert!(!read(name, &source(filler)).contains("error"));
        let message = read(name, &source(filler + 1));
        assert!(message.contains("parse error: input longer than 1048576 bytes at line 1"), "{message}");
    }
}
