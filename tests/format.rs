//! What the formatter makes of programs: every script under tests/format with the text expected beside it.
#![cfg(not(target_arch = "wasm32"))]

use ruff_lang::syntax::format;
use std::fs;
use std::path::Path;

#[test]
fn scripts_are_formatted_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format");
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "ruff") {
            continue;
        }
        count += 1;
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|_| panic!("{}", path.display()));
        let expected = read(&path.with_extension("out"));
        let formatted = format(&read(&path)).unwrap_or_else(|found| panic!("{}: {found:?}", path.display()));
        if formatted != expected {
            failures.push(format!("{}\n--- expected\n{expected}--- formatted\n{formatted}", path.display()));
        } else if format(&expected).as_ref() != Ok(&expected) {
            failures.push(format!("{} is not settled", path.display()));
        }
    }
    assert!(count > 12, "only {count} scripts");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn texts_with_diagnostics_are_refused() {
    for text in ["x := 12ab", "if {", "\"open", "a +"] {
        assert!(format(text).is_err_and(|diagnostics| !diagnostics.is_empty()), "{text}");
    }
    assert!(format(&"x".repeat(2_000_000)).is_err());
}

/// Formatting must not make a program that runs into one that is too long to run.
#[test]
fn a_result_that_would_be_too_long_is_refused() {
    let deep = format!("{}{}{}", "if a {\n".repeat(100), "b()\n".repeat(200_000), "}\n".repeat(100));
    let diagnostics = format(&deep).expect_err("400 spaces before each of 200,000 lines");
    assert_eq!(diagnostics[0].message, "Formatted source exceeds maximum allowed 1048576 bytes");
}

#[test]
fn line_ends_and_byte_order_marks_are_unified() {
    let formatted = format("\u{feff}a := 1\r\n/* b\r\nc */\r\n\r\n\r\nd()\re()").expect("a program");
    assert_eq!(formatted, "a := 1\n/* b\nc */\n\nd()\ne()\n");
    assert_eq!(format("").as_deref(), Ok(""));
    assert_eq!(format("\n\n").as_deref(), Ok(""));
    assert_eq!(format("\n\n# c").as_deref(), Ok("# c\n"));
}

#[test]
fn comments_around_a_comma_that_is_left_out_are_settled() {
    let formatted = format("func f(\n// own\np // first\n, // second\n) { }\n").expect("a program");
    assert_eq!(formatted, "func f(\n    // own\n    p, // first\n    // second\n) {}\n");
    assert_eq!(format(&formatted).as_ref(), Ok(&formatted));
}

/// A comment that gets to the end of a line because its list is broken has no say in what else is broken.
#[test]
fn comments_before_a_closing_bracket_are_settled() {
    let kind = "func(integer_or_nothing? /* in */, other_integer_or_nothing?) -> Map<string, int?>?";
    let formatted = format(&format!("func f(p: {kind}, /* a comment */) {{ }}\n")).expect("a program");
    assert_eq!(formatted, format!("func f(\n    p: {kind}, /* a comment */\n) {{}}\n"));
    assert_eq!(format(&formatted).as_ref(), Ok(&formatted));
}
