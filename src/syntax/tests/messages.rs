//! Parse diagnostics: exact texts and places, several in one source, and the notes for beginners.

use super::{problem, problems};
use crate::syntax::parse;

#[track_caller]
fn refused(text: &str, expected: &str) {
    assert_eq!(problem(text), expected, "{text}");
}

#[test]
fn opening_braces() {
    let found = |what: &str| format!("Expected '{{' to start {what} but found ");
    for (text, what) in [
        ("func f() x", "function body"),
        ("struct A x", "struct body"),
        ("enum A x", "enum body"),
        ("if a x", "if block"),
        ("if a { } else x", "else block"),
        ("while a x", "while body"),
        ("loop x", "loop body"),
        ("loop while a x", "loop body"),
        ("for i in a x", "for loop body"),
        ("match a x", "match body"),
        ("match a { case 1 x { } }", "match case block"),
        ("match a { default x { } }", "match default block"),
        ("try x", "try block"),
        ("try { } except e x", "except block"),
        ("try { } finally x", "finally block"),
        ("spawn x", "spawn block"),
        ("async scope x", "async scope block"),
        ("test \"t\" x", "test block"),
        ("test_setup x", "test block"),
    ] {
        let message = problem(text);
        assert!(message.ends_with(&(found(what) + "'x'")), "{text}: {message}");
    }
}

#[test]
fn closing_brackets() {
    for (text, bracket, what) in [
        ("func f() {", '}', "function body"),
        ("struct A {", '}', "struct body"),
        ("enum A {", '}', "enum body"),
        ("if a {", '}', "if block"),
        ("if a { } else {", '}', "else block"),
        ("while a {", '}', "while body"),
        ("loop {", '}', "loop body"),
        ("for i in a {", '}', "for loop body"),
        ("match a {", '}', "match body"),
        ("match a { case 1 {", '}', "match case block"),
        ("match a { default {", '}', "match default block"),
        ("try {", '}', "try block"),
        ("try { } except e {", '}', "except block"),
        ("try { } finally {", '}', "finally block"),
        ("spawn {", '}', "spawn block"),
        ("async scope {", '}', "async scope block"),
        ("test \"t\" {", '}', "test block"),
        ("await join all { a", '}', "join branches"),
        ("func f(a", ')', "function parameter list"),
        ("f(a", ')', "function call arguments"),
        ("a.f(a", ')', "method call arguments"),
        ("a[1", ']', "index expression"),
        ("[1", ']', "array literal"),
        ("x := {a: 1", '}', "dictionary literal"),
        ("P { a: 1", '}', "struct literal"),
        ("(a", ')', "parenthesized expression"),
        ("let [a", ']', "pattern"),
        ("let {a", '}', "pattern"),
        ("Ok(a", ')', "Ok(...)"),
        ("Err(a", ')', "Err(...)"),
        ("Some(a", ')', "Some(...)"),
    ] {
        let message = problem(text);
        assert!(
            message.ends_with(&format!("Expected '{bracket}' to close {what} but found end of file")),
            "{text}: {message}"
        );
    }
}

#[test]
fn tokens_are_named_as_they_are_written() {
    refused("f(a b)", "1:5-6 Expected ')' to close function call arguments but found 'b'");
    refused("f(a 12)", "1:5-7 Expected ')' to close function call arguments but found '12'");
    refused("f(a \"x\")", "1:5-8 Expected ')' to close function call arguments but found string");
    refused("f(a \"x${1}y\")", "1:5-13 Expected ')' to close function call arguments but found string");
    refused("f(a]", "1:4-5 Expected ')' to close function call arguments but found ']'");
    refused("\"${f(a}\"", "1:7-8 Expected ')' to close function call arguments but found '}'");
    refused("func f {}", "1:8-9 Expected '(' after function name but found '{'");
    refused("x := func {}", "1:11-12 Expected '(' after function name but found '{'");
}

#[test]
fn expressions_and_statements() {
    refused("x := ", "1:6-6 Expected expression");
    refused("x := )", "1:6-7 Expected expression");
    refused("1 +", "1:4-4 Expected expression");
    refused("f(,)", "1:3-4 Expected expression");
    refused("let x: 5 := 1", "1:8-9 Expected type");
    refused(")", "1:1-2 Invalid statement");
    refused("}", "1:1-2 Invalid statement");
    refused("in x", "1:1-3 Invalid statement");
    refused(":= 5", "1:1-3 Invalid statement");
    refused("f() := 5", "1:5-7 Invalid assignment target");
    refused("a + b += 5", "1:7-9 Invalid assignment target");
    refused("a?.b := 5", "1:6-8 Invalid assignment target");
    refused("(a) := 5", "1:5-7 Invalid assignment target");
    refused("a := b := c", "1:8-10 Chained assignment is not supported; split the assignment into separate statements");
    refused(
        "let a = b = c",
        "1:11-12 Chained assignment is not supported; split the assignment into separate statements",
    );
    refused(
        "[a] := b += c",
        "1:10-12 Chained assignment is not supported; split the assignment into separate statements",
    );
    refused("let 5 := 1", "1:5-6 Invalid pattern");
    refused("let Ok := 1", "1:5-7 Invalid pattern");
    refused("[a, 1] := b", "1:5-6 Invalid pattern");
    refused("match a { case < { } }", "1:16-17 Invalid pattern");
    refused("match a { case P { ...rest } { } }", "1:20-23 Invalid pattern");
    refused("\"${}\"", "1:4-5 Expected expression");
    refused("\"a${b c}\"", "1:7-8 Invalid interpolated string expression");
    refused("x := {a}", "1:8-9 Expected ':' in dictionary literal");
    refused("x := {a: 1, \"b\"}", "1:16-17 Expected ':' in dictionary literal");
    refused("Ok", "1:3-3 Expected '(' after 'Ok'");
    refused("x := Some + 1", "1:11-12 Expected '(' after 'Some'");
    refused("Err\n(x)", "2:1-2 Expected '(' after 'Err'");
    refused("match a { case 1..b { } }", "1:19-20 Expected number in range pattern");
}

#[test]
fn heads_of_statements() {
    refused("let x", "1:6-6 Expected assignment operator (':=' or '=') in let declaration but found end of file");
    refused("mut x 5", "1:7-8 Expected assignment operator (':=' or '=') in mut declaration but found '5'");
    refused("const x == 5", "1:9-11 Expected assignment operator (':=' or '=') in const declaration but found '=='");
    refused("func (x) { }", "1:6-7 Expected function name after 'func'");
    refused("async func () { }", "1:12-13 Expected function name after 'func'");
    refused("const 5 := 1", "1:7-8 Expected constant name after 'const'");
    refused("struct { }", "1:8-9 Expected struct name after 'struct'");
    refused("enum 5 { }", "1:6-7 Expected enum name after 'enum'");
    refused("async f()", "1:7-8 Expected 'func' after 'async'");
    refused("x := async 5", "1:12-13 Expected 'func' after 'async'");
    refused("test { }", "1:6-7 Expected test name string after 'test'");
    refused("test_group \"a${b}\" { }", "1:12-19 Expected group name string after 'test_group'");
    refused("import 5", "1:8-9 Expected module name after 'import'");
    refused("import a.", "1:10-10 Expected module name after 'import'");
    refused("from a import 5", "1:15-16 Expected imported symbol name");
    refused("from a import x,", "1:17-17 Expected imported symbol name");
    refused("for 5 in x { }", "1:5-6 Expected loop variable name after 'for'");
    refused("for i, in x { }", "1:8-10 Expected loop variable name after 'for'");
    refused("for i of x { }", "1:7-9 Expected 'in' in for loop but found 'of'");
    refused("try { } x", "1:9-10 Expected 'except' after try block but found 'x'");
    refused("try { } except 5 { }", "1:16-17 Expected exception variable after 'except'");
}

#[test]
fn limits() {
    let nested = |open: &str, count: usize, close: &str| format!("x := {}1{}", open.repeat(count), close.repeat(count));
    for (open, close, context) in [
        ("(", ")", "expression"),
        ("f(", ")", "expression"),
        ("a[", "]", "expression"),
        ("-", "", "unary expression"),
        ("await ", "", "unary expression"),
        ("[", "]", "array literal"),
        ("{a: ", "}", "dictionary literal"),
        ("\"${", "}\"", "expression"),
        ("throw ", "", "expression"),
    ] {
        assert_eq!(problems(&nested(open, 256, close)), [""; 0], "{open}");
        let message = problem(&nested(open, 257, close));
        let expected = format!("Maximum expression nesting depth of 256 exceeded while parsing {context}");
        assert!(message.ends_with(&expected), "{message}");
    }
    let blocks = |count: usize| format!("{}{}", "if x { ".repeat(count), "}".repeat(count));
    assert_eq!(problems(&blocks(128)), [""; 0]);
    refused(&blocks(129), "1:902-903 Maximum block nesting depth of 128 exceeded while parsing if block");
    let lambdas = |count: usize| format!("x := {}1{}", "func() { return ".repeat(count), "}".repeat(count));
    assert_eq!(problems(&lambdas(128)), [""; 0]);
    assert!(problem(&lambdas(129)).ends_with("depth of 128 exceeded while parsing function body"));
    assert_eq!(problems(&nested("1 + 2 * (", 250, ")")), [""; 0]);
}

#[test]
fn parsing_goes_on_with_the_next_statement() {
    assert_eq!(
        problems("x := )\ny := 1\nz := (2\nprint(z\n"),
        [
            "1:6-7 Expected expression",
            "4:1-6 Expected ')' to close parenthesized expression but found 'print'",
            "5:1-1 Expected ')' to close function call arguments but found end of file"
        ]
    );
    assert_eq!(problems("x := ; y := ; z := 1"), ["1:6-7 Expected expression", "1:13-14 Expected expression"]);
    assert_eq!(
        problems(
            "func f(x) {\n    y := +\n    if y = 3 {\n        z := *\n    } else {\n        let\n    }\n}\nw := /\n"
        ),
        [
            "2:10-11 Expected expression",
            "3:10-11 Expected '{' to start if block but found '='",
            "4:14-15 Expected expression",
            "7:5-6 Invalid pattern",
            "9:6-7 Expected expression"
        ]
    );
}

#[test]
fn one_slip_gives_one_diagnostic() {
    for text in [
        "print(1,\n    2 +,\n    3)\nx := 1",
        "x := [1, 2,, 3]\ny := 2",
        "x := {a: 1,\n  b = 2,\n  c: 3\n}\ny := 1",
        "if x = 5 {\n  a()\n} else if y {\n b() } else {\n c()\n}\nd()",
        "if (x == 5 {\n  a()\n}\nb()",
        "while x) {\n  a()\n}\nb()",
        "for (let i = 0; i < 10; i++) {\n  a()\n}\nb()",
        "for i = 0; i < 10; i += 1 {\n  a()\n}\nb()",
        "func f(a, b {\n  return a\n}\nf(1, 2)",
        "func f(a b) {\n  return a\n}\nf(1, 2)",
        "func f(a = 2) -> int { return a } f(1)",
        "match x {\n  case 1 => 2\n  case 2 { }\n  default { }\n}\ny()",
        "match x {\n  1 { }\n  2 { }\n}\ny()",
        "match x {\n  case ? { a() }\n  case 2 { b() }\n}\ny()",
        "struct A {\n  x: int\n  5\n  func m(self) { }\n}\ny()",
        "struct A {\n  x = \n  func m(self) { }\n  y\n}\ny()",
        "enum A { B C, D(1) }\ny()",
        "try {\n a()\n} catch (e) {\n b()\n}\nc()",
        "try {\n a()\n} except (e) {\n b()\n} finally {\n}\nc()",
        "x := f(func(a) { return a * 2 )\ny()",
        "x := \"a ${b +} c\" + d\ny()",
        "if x == P { x: 1 } {\n  a()\n}\nb()",
        "x = a ? b : c\ny()",
        "xs.map(x => x + 1)\ny()",
        "func f() {\n  a()\n}}\nb()",
        "f(1))\nb()",
        "func f() {\n  if x {\n    a()\n}\nb()",
        "return x = 5\ny()",
        "let let := 5\ny()",
        "import \"a\"\ny()",
        "import x from \"m\"\ny()",
        "test one { a() }\ny()",
        "print(((((1)\nx := 1\ny := 2",
        "x := func(a) {\n  y := )\n  return 1\n}\nz()",
    ] {
        problem(text);
    }
}

/// The labels and notes of the only diagnostic of `text`, joined.
#[track_caller]
fn notes(text: &str) -> String {
    let parsed = parse(text);
    assert_eq!(parsed.diagnostics.len(), 1, "{text}: {:#?}", parsed.diagnostics);
    let diagnostic = &parsed.diagnostics[0];
    let labels = diagnostic.labels.iter().map(|label| format!("{} at {}", label.message, label.span.of(text)));
    labels.chain(diagnostic.notes.iter().cloned()).collect::<Vec<_>>().join("; ")
}

#[test]
fn common_slips_get_a_note_that_says_what_to_do() {
    for (text, expected) in [
        ("if x = 5 { }", "use == to compare"),
        ("while x := 5 { }", "use == to compare"),
        ("if (x = 5) { }", "use == to compare"),
        ("if a and b { }", "&&"),
        ("if a or b { }", "||"),
        ("if a then b", "braces"),
        ("if a: b", "braces"),
        ("if a { } else b { }", "braces"),
        ("if a\n  b()", "something is missing after this at a"),
        ("else { }", "directly behind the }"),
        ("case 1 { }", "inside match"),
        ("for (x in xs) { }", "for x in xs"),
        ("for let i in xs { }", "no let"),
        ("for { }", "loop {"),
        ("for i = 0; i < 3; i += 1 { }", "range(low, high)"),
        ("for i in 0..10 { }", "range(low, high)"),
        ("try { } catch e { }", "except e"),
        ("try { } except (e) { }", "no parentheses"),
        ("x++", "x += 1"),
        ("x++;y", "x += 1"),
        ("(x--)", "x -= 1"),
        ("let x", "let x := null"),
        ("let x == 5", ":="),
        ("let x: = 5", "one mark"),
        ("let x: [int] := 5", "int[]"),
        ("let if := 5", "keyword"),
        ("func match() { }", "keyword"),
        ("func f(int) { }", "keyword"),
        ("func f(a = 1) { }", "no default"),
        ("func f(...a) { }", "fixed number"),
        ("func () { }", "(func() { … })()"),
        ("x := func f() { }", "no name"),
        ("f(...xs)", "cannot spread"),
        ("f(a: 1)", "no names"),
        ("f(a b)", "comma"),
        ("f(x => x)", "no arrow functions"),
        ("f := x => x", "no arrow functions"),
        ("x := a ? b : c", "no ?: operator"),
        ("x := if a { 1 }", "no value"),
        ("x := int(\"5\")", "to_int"),
        ("x := 2 ** 3", "pow"),
        ("x := a === b", "=="),
        ("x := a[1:2]", "slice"),
        ("f() = 5", "result of a call"),
        ("a + b = c", "use == to compare"),
        ("a = b = c", "b := c"),
        ("d := {a, b}", "{name: name}"),
        ("d := {a = 1}", "key: value"),
        ("d := {a: 1 b: 2}", "comma"),
        ("if { a() }", "in front of the '{' is missing"),
        ("if p == P { x: 1 } { }", "parentheses"),
        ("p := P { x: 1, y }", "name: value"),
        ("let {a: b} := d", "own names"),
        ("[a, ...b, c] := d", "last item"),
        ("match x { 1 { } }", "case pattern"),
        ("match x { case 1 => 2 }", "without =>"),
        ("match x { case > 5 { } }", "guards"),
        ("match x { default { } default { } }", "at most one"),
        ("match x { case 1 { } else { } }", "default { … }"),
        ("struct A { x: 1 }", "comes after ':='"),
        ("struct A { 5 }", "fields and methods"),
        ("impl A { }", "inside struct"),
        ("import \"m\"", "not by a string"),
        ("test name { }", "test \"what is tested\""),
        ("test := 5", "keyword"),
        ("async f()", "async func f()"),
        ("Ok", "Ok(value)"),
        ("x.", "name must follow the dot"),
        ("\"${a b}\"", "exactly one expression"),
        ("}", "closes nothing"),
        ("f(1))", "closes nothing"),
        ("return\nlet x := 1", "return;"),
        ("if x {\n  a()\n", "this '{' is not closed: add '}' at {"),
        ("func f() {\n  if x {\n    a()\n}\nb()\n", "probably a '}' is missing before it at }"),
        ("f(1,\n  2\nx := 3", "this '(' is not closed: add ')' at ("),
        ("x := (1 +\n", "something is missing after this at +"),
        ("try { } excpet e { }", "did you mean 'except'?"),
        ("x := \nif y { }", "something is missing before it"),
        ("if x\nif y { }", "braces"),
    ] {
        let found = notes(text);
        assert!(found.contains(expected), "{text}: {found:?}");
    }
}

#[test]
fn lexical_slips_get_notes_too() {
    for (text, expected) in [
        ("'", "double quotes"),
        ("“", "double quotes"),
        ("`", "double quotes"),
        ("a & b", "&&"),
        ("x \u{200b}", "U+200B"),
        ("é", "a name starts with"),
        ("$x", "no $ in front"),
        ("\"a", "same line"),
        ("\"\\d\"", "written \\\\"),
        ("12ab", "not with a digit"),
        ("1__0", "between two digits"),
        ("99999999999999999999", "9223372036854775807"),
        ("/* a", "*/"),
        ("\"${a", "closing }"),
    ] {
        let found = notes(text);
        assert!(found.contains(expected), "{text}: {found:?}");
    }
}
