//! What diagnostics carry besides their text: pages about codes, second places, fixes.

use ruff_lang::diagnostic::{Code, Diagnostic, Style, to_json};
use ruff_lang::machine::{Catalog, Diagnostics, compile};
use ruff_lang::source::Source;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn found(text: &str) -> Vec<Diagnostic> {
    match compile(text, "script.ruff", &Catalog::default()) {
        Ok(_) => Vec::new(),
        Err(Diagnostics { list, .. }) => list,
    }
}

/// A text with its first fix carried out.
fn fixed(text: &str) -> String {
    let diagnostics = found(text);
    let Some(fix) = diagnostics.first().and_then(|diagnostic| diagnostic.fixes.first()) else {
        panic!("no fix for {text:?}: {diagnostics:?}")
    };
    let (start, end) = (fix.span.start as usize, fix.span.end as usize);
    format!("{}{}{}", &text[..start], fix.replacement, &text[end..])
}

#[test]
fn the_wrong_script_of_every_page_has_its_code_and_the_right_one_none() {
    for code in Code::ALL {
        let wrong = found(code.wrong());
        assert!(!wrong.is_empty() && wrong.iter().all(|found| found.code == *code), "{}: {wrong:?}", code.text());
        assert_eq!(found(code.right()), [], "{}", code.text());
    }
}

#[test]
fn fixes_write_what_was_meant() {
    let cases = [
        ("if 1 & 2 { }", "if 1 && 2 { }"),
        ("x := 3 × 4", "x := 3 * 4"),
        ("print(1 and 2)", "print(1 && 2)"),
        ("x := [1 2]", "x := [1, 2]"),
        ("x := {a: 1 b: 2}", "x := {a: 1, b: 2}"),
        ("print(1\nprint(2)", "print(1)\nprint(2)"),
        ("x := [1, 2\ny := 3", "x := [1, 2]\ny := 3"),
        ("if (1 { }", "if (1) { }"),
        ("try { } exept e { }", "try { } except e { }"),
        ("try { } catch e { }", "try { } except e { }"),
    ];
    for (text, expected) in cases {
        assert_eq!(fixed(text), expected, "{text}");
    }
}

#[test]
fn many_slips_are_reported_at_once() {
    let text = "func f( {\n    x := := 1\n}\nif true {\n    y = \n}\nprint(1 2)\n";
    let lines: Vec<u32> =
        found(text).iter().map(|diagnostic| Source::new("s", text).position(diagnostic.span.start).line).collect();
    assert_eq!(lines, [1, 2, 6, 7]);
    let findings = found("break\nlet a := 1\na := 2\nfunc f() { continue }\n");
    let messages: Vec<&str> = findings.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "Compilation error: break can only be used inside a loop",
            "Compilation error: Cannot reassign immutable let binding: a",
            "Compilation error: continue can only be used inside a loop",
        ]
    );
}

#[test]
fn json_carries_everything() {
    let text = "s := \"🙂\" x := [1 2\n]";
    let Err(diagnostics) = compile(text, "s.ruff", &Catalog::default()) else { panic!("it does not compile") };
    let value: serde_json::Value =
        serde_json::from_str(&to_json(&diagnostics.list[0], &diagnostics.source)).expect("JSON");
    let expected = serde_json::json!({
        "severity": "error",
        "code": "RUFPARSE001",
        "title": "Source that does not follow the grammar",
        "message": "Expected ']' to close array literal but found '2'",
        "file": "s.ruff",
        "span": { "line": 1, "column": 18, "endLine": 1, "endColumn": 19, "start": 18, "end": 19 },
        "labels": [],
        "notes": ["put a comma `,` between two items"],
        "fixes": [{
            "title": "insert `,`",
            "span": { "line": 1, "column": 17, "endLine": 1, "endColumn": 17, "start": 17, "end": 17 },
            "replacement": ",",
        }],
        "help": "Fix the parse error and rerun Ruff.",
    });
    assert_eq!(value, expected);
}

#[test]
fn reports_keep_their_layout() {
    let Err(diagnostics) = compile("x := 5 &", "s.ruff", &Catalog::default()) else { panic!("it does not compile") };
    let expected = [
        "[RUFLEX001] [lexer] error: Invalid character: '&'",
        "  --> s.ruff:1:8",
        "   |",
        " 1 | x := 5 &",
        "   |        ^",
        "  = note: the logical operator is &&; the bitwise function is bit_and(a, b)",
        "  = help: Fix the lexical error in source and run again.",
        "",
    ];
    assert_eq!(diagnostics.render(Style::Plain), expected.join("\n"));
}
