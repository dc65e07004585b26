//! Tokens and lexical diagnostics.

use super::{problem, problems};
use crate::syntax::lexer::lex;
use crate::syntax::parse;
use crate::syntax::tokens::{KEYWORDS, TokenKind};

fn kinds(text: &str) -> Vec<TokenKind> {
    lex(text).tokens.iter().map(|token| token.kind).collect()
}

#[test]
fn the_longest_mark_wins() {
    use TokenKind::*;
    assert_eq!(kinds(":= : :: :=="), [ColonAssign, Colon, DoubleColon, ColonAssign, Assign, End]);
    assert_eq!(kinds("...=..=..."), [Ellipsis, Assign, RangeInclusive, Ellipsis, End]);
    assert_eq!(kinds("a??b?.c?"), [Identifier, Coalesce, Identifier, QuestionDot, Identifier, Question, End]);
    assert_eq!(kinds("|>||| ->>=!=!"), [Pipe, OrOr, Bar, Arrow, GreaterEqual, NotEqual, Bang, End]);
    assert_eq!(kinds("1..9 1.5 1.x"), [Int, Range, Int, Float, Int, Dot, Identifier, End]);
}

#[test]
fn every_keyword_is_one_token() {
    for &(word, kind) in KEYWORDS {
        assert_eq!(kinds(word), [kind, TokenKind::End]);
        assert_eq!(kinds(&format!("{word}_")), [TokenKind::Identifier, TokenKind::End]);
    }
    assert_eq!(KEYWORDS.len(), 40);
}

#[test]
fn identifiers_may_go_on_with_any_letter() {
    assert_eq!(kinds("naïve_変数2 _"), [TokenKind::Identifier, TokenKind::Identifier, TokenKind::End]);
    assert_eq!(problems("été"), ["1:1-2 Invalid character: 'é'"]);
}

#[test]
fn comments_and_byte_order_mark() {
    assert_eq!(
        kinds("\u{feff}a # b\n//c\n///d\n/* e * / \n */ f /**/"),
        [TokenKind::Identifier, TokenKind::Identifier, TokenKind::End]
    );
    assert_eq!(problem("\u{feff}a\n\u{feff}b"), "2:1-2 Invalid character: '\u{feff}'");
    assert_eq!(problem("a /* b\n c"), "1:3-3 Unterminated block comment");
    assert_eq!(problem("/*/"), "1:1-4 Unterminated block comment");
}

#[test]
fn invalid_characters() {
    assert_eq!(problem("a & b"), "1:3-4 Invalid character: '&'");
    assert_eq!(problem("x := a @ b"), "1:8-9 Invalid character: '@'");
    assert_eq!(problem("a\u{a0}b"), "1:2-3 Invalid character: '\u{a0}'");
    assert_eq!(problem("a\u{c}b"), "1:2-3 Invalid character: '\u{c}'");
    assert_eq!(problems("'x'"), ["1:1-2 Invalid character: '''", "1:3-4 Invalid character: '''"]);
    assert_eq!(problems("a ^ $b"), ["1:3-4 Invalid character: '^'", "1:5-6 Invalid character: '$'"]);
}

#[test]
fn null_bytes_are_refused_everywhere() {
    let message = "Null byte is not allowed in source";
    assert_eq!(problem("a\0b"), format!("1:2-3 {message}"));
    assert_eq!(problem("\"a\0b\""), format!("1:3-4 {message}"));
    assert_eq!(problem("\"a\\\0b\""), format!("1:4-5 {message}"));
    assert_eq!(problem("# \0"), format!("1:3-4 {message}"));
    assert_eq!(problem("/* \0 */"), format!("1:4-5 {message}"));
}

#[test]
fn strings_end_on_their_line() {
    assert_eq!(problem("x := \"abc\ny"), "1:6-10 Unterminated string literal");
    assert_eq!(problem("x := \"abc\\\ny"), "1:6-11 Unterminated string literal");
    assert_eq!(problem("\"a\r\n"), "1:1-3 Unterminated string literal");
    assert_eq!(problem("\""), "1:1-2 Unterminated string literal");
    assert_eq!(problem("\"\\"), "1:1-3 Unterminated string literal");
    assert_eq!(problem("\"a ${1} b\nc"), "1:1-10 Unterminated string literal");
    assert_eq!(problem("x \"a ${1"), "1:3-9 Unterminated interpolated string expression");
    assert_eq!(
        problems("p(\"a ${b\")\nc"),
        ["1:3-2 Unterminated interpolated string expression", "1:9-11 Unterminated string literal"]
    );
    assert_eq!(problems("\"${ \"${").len(), 2);
    assert!(problems("\"tab\there, U+1 \u{1} and \u{2028} are text\"").is_empty());
}

#[test]
fn escapes() {
    assert_eq!(problem(r#""a\qb""#), r"1:3-5 Invalid escape sequence: \\q");
    assert_eq!(problem(r#""\u41""#), r"1:2-4 Invalid escape sequence: \\u");
    assert_eq!(problem(r#""\u{}""#), r"1:2-6 Invalid escape sequence: \\u");
    assert_eq!(problem(r#""\u{110000}x""#), r"1:2-12 Invalid escape sequence: \\u");
    assert_eq!(problem(r#""\u{D800}""#), r"1:2-10 Invalid escape sequence: \\u");
    assert_eq!(problem(r#""\u{1234567}""#), r"1:2-13 Invalid escape sequence: \\u");
    assert_eq!(problem(r#""\u{12""#), r"1:2-7 Invalid escape sequence: \\u");
    assert_eq!(problem(r#""\é${1}""#), r"1:2-4 Invalid escape sequence: \\é");
    assert_eq!(problems(r#""\a\b""#).len(), 2);
}

#[test]
fn malformed_numbers() {
    for text in [
        "12ab", "1_", "1__0", "0x", "0b12", "1e", "1e+", "0o8", "0xfg", "0X1", "1.5_", "1.5x", "0x_1", "1e5_", "12é",
        "1ex", "1e+x_2",
    ] {
        let width = text.chars().count() + 1;
        assert_eq!(problem(&format!("{text} + 1")), format!("1:1-{width} Malformed numeric literal: {text}"));
    }
}

#[test]
fn numbers_that_are_too_large() {
    assert!(problems("9223372036854775807 0x7fff_ffff_ffff_ffff 1.7e308").is_empty());
    assert_eq!(problem("9223372036854775808"), "1:1-20 Numeric literal overflow: 9223372036854775808");
    assert_eq!(problem("0x8000_0000_0000_0000"), "1:1-22 Numeric literal overflow: 0x8000_0000_0000_0000");
    assert_eq!(problem("1e400"), "1:1-6 Numeric literal overflow: 1e400");
}

#[test]
fn lengths_are_limited() {
    let name = "a".repeat(256);
    assert!(problems(&name).is_empty());
    assert_eq!(problem(&format!("{name}b")), "1:1-258 Identifier exceeds max length of 256 characters");
    assert!(problems(&format!("a{}", "é".repeat(255))).is_empty());
    let number = format!("0.{}", "1".repeat(510));
    assert!(problems(&number).is_empty());
    assert_eq!(problem(&format!("{number}1")), "1:1-514 Numeric literal exceeds max length of 512 characters");
    let text = format!("\"{}\"", "x".repeat(100_000));
    assert!(problems(&text).is_empty());
}

#[test]
fn the_source_is_limited() {
    let text = " ".repeat(1_048_576);
    assert!(problems(&text).is_empty());
    assert_eq!(problem(&(text + " ")), "1:1-1 Source size 1048577 bytes exceeds maximum allowed 1048576 bytes");
}

#[test]
fn with_lexical_diagnostics_nothing_is_parsed() {
    assert_eq!(problems(")))) $"), ["1:6-7 Invalid character: '$'"]);
    let parsed = parse("x := \"a");
    assert!(parsed.tree.statements.is_empty());
    assert_eq!(parsed.diagnostics[0].code.text(), "RUFLEX003");
}

#[test]
fn diagnostics_are_in_source_order() {
    let found = problems("\"${ @ \"a\n 1_ /*");
    assert_eq!(found.len(), 5);
    assert!(found.is_sorted());
}
