//! Large, deep and broken texts: nothing panics, nothing takes more than linear time, nothing recurses without
//! bound.

use crate::diagnostic::{Style, render};
use crate::source::Source;
use crate::syntax::ast::{ExpressionKind, StatementKind};
use crate::syntax::{Parsed, parse};
use std::time::{Duration, Instant};

/// Parses a text with a small native stack. What takes a linear parser a part of a second on an idle machine would keep
/// a quadratic one busy for minutes; the bound lies between, far from what a loaded machine makes of the former.
#[track_caller]
fn quickly(text: String) -> Parsed {
    let start = text[..text.floor_char_boundary(40)].to_owned();
    let begin = Instant::now();
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(move || parse(&text));
    let parsed = thread.expect("a thread").join().expect("no panic");
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(60), "{start}… took {took:?}");
    parsed
}

#[track_caller]
fn well_formed(text: String) -> Parsed {
    let parsed = quickly(text);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics.first());
    parsed
}

const MANY: usize = 100_000;

#[test]
fn flat_chains_are_flat() {
    let sum = well_formed(format!("x := 1{}", " + 1".repeat(MANY)));
    let StatementKind::Assign { value, .. } = &sum.tree.statements[0].kind else { panic!() };
    let ExpressionKind::Chain { rest, .. } = &value.kind else { panic!() };
    assert_eq!(rest.len(), MANY);

    let arms = well_formed(format!("if a {{}}{}", " else if b {}".repeat(70_000)));
    let StatementKind::If { arms, .. } = &arms.tree.statements[0].kind else { panic!() };
    assert_eq!(arms.len(), 70_001);

    let suffixes = well_formed(format!("x{}", ".f(1)[0]? ".repeat(MANY)));
    let StatementKind::Expression(expression) = &suffixes.tree.statements[0].kind else { panic!() };
    let ExpressionKind::Postfix { suffixes, .. } = &expression.kind else { panic!() };
    assert_eq!(suffixes.len(), 3 * MANY);

    well_formed(format!("x := a{}", " |> f".repeat(MANY)));
    well_formed(format!("x := a{}", " * b - c".repeat(MANY)));
    well_formed(format!("x := a{}", " && b || c == d".repeat(60_000)));
    well_formed(format!("x{} := 1", ".f[0]".repeat(MANY)));
    well_formed(format!("match v {{ case 1{} {{ }} }}", " | 2".repeat(MANY)));
    well_formed(format!("let x: int{} := 1", "[]?".repeat(MANY)));
    well_formed("export ".repeat(MANY) + "x := 1");
    well_formed("f()".repeat(MANY));
    well_formed(";".repeat(1_000_000));
}

#[test]
fn literals_may_be_long() {
    well_formed(format!("x := [{}]", "1, ".repeat(300_000)));
    well_formed(format!("x := {{{}}}", "a: 1, ".repeat(150_000)));
    well_formed(format!("x := \"{}\"", "\\n${1}".repeat(150_000)));
    well_formed(format!("x := \"{}\"", "a".repeat(1_000_000)));
    well_formed(format!("f({})", "a, ".repeat(300_000)));
    well_formed(format!("match v {{ {} }}", "case 1 { } ".repeat(90_000)));
    well_formed(format!("struct A {{ {} }}", "x ".repeat(400_000)));
}

#[test]
fn the_deepest_nesting_fits_a_small_stack() {
    let nested = |open: &str, count: usize, close: &str| format!("{}1{}", open.repeat(count), close.repeat(count));
    well_formed(nested("(1 + 2 * ", 256, ")"));
    well_formed(nested("f(1, 2, func() { return ", 128, "})"));
    well_formed(nested("match x { case 1 { ", 128, "}}"));
    well_formed(nested("x(match x { case 1 { y := 2 + ", 120, "}})"));
    well_formed(nested("try { x() } except e { ", 128, "}"));
    well_formed(nested("{a: [", 128, "]}"));
    well_formed(nested("throw -", 128, ""));
}

#[test]
fn far_too_deep_nesting_is_refused_and_skipped() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a:", "}"),
        ("f(", ")"),
        ("{;", "}"),
        ("if a {", "}"),
        ("\"${", "}\""),
        ("func() {", "}"),
        ("match a { case b {", "}}"),
        ("-", ""),
        ("!", ""),
        ("await ", ""),
        ("throw ", ""),
        ("yield ", ""),
        ("async scope {", "}"),
        ("await join all {", "}"),
        ("let x: A<", ">"),
        ("struct A { func f() {", "}}"),
        ("P { a: ", "}"),
        ("Ok(", ")"),
        ("1 ?? 1 || 1 && 1 == 1 < 1 + 1 * (", ")"),
        ("x |> (", ")"),
        ("test \"a\" {", "}"),
    ] {
        let count = 250_000 / (open.len() + close.len());
        let parsed = quickly(open.repeat(count) + "1" + &close.repeat(count));
        assert!(!parsed.diagnostics.is_empty(), "{open}");
        let unclosed = quickly(open.repeat(count));
        assert!(!unclosed.diagnostics.is_empty(), "{open}");
    }
}

#[test]
fn thousands_of_broken_constructs_take_linear_time() {
    for piece in [
        "\"\n",
        "\"${",
        "/*",
        "'",
        "1_ ",
        "\"\\q\"",
        "\\",
        "\0",
        "(",
        ")",
        "]",
        "}",
        "{",
        "[\n",
        "(\n",
        "{\n",
        ")\n",
        "} {",
        "( ] ",
        "[ ) ",
        "if ",
        "if x {\n",
        "if x =\n",
        "x = (\n",
        "f(1\n",
        "let \n",
        "func f(\n",
        "match x {\n",
        "case 1 {\n",
        "struct A {\n",
        "struct A\n",
        "else {\n",
        "try {\n",
        "try { } x\n",
        "\"${\" ",
        "throw(",
        "throw(a, ",
        "\"a${b c}\" ",
        "for i = 0;",
        "for ( ",
        "{a ",
        "{[ ",
        "[a] := ",
        "{a} = ",
        "x := ",
        "... ",
        ":: ",
        "a ? b : c\n",
        "match x { 1 ",
        "await join all { ",
        "async ",
        "export ",
        "P { x: 1, ",
        "a b ",
        "x.\n",
        "5..",
        "let x: A<",
        "? :",
    ] {
        let parsed = quickly(piece.repeat(250_000 / piece.len()));
        let last = parsed.diagnostics.last();
        assert!(parsed.diagnostics.is_sorted_by_key(|diagnostic| diagnostic.span.start), "{piece:?} {last:?}");
    }
}

/// Programs that use all of the grammar.
pub const PROGRAMS: [&str; 4] = [
    "import a.b from c import d, e\nexport const X: int? = 5\nlet [a, _, [b], ...c] := [1, [2, ...xs], \"t\"]\n\
     {k, ...r} := {k: 1, \"l\": 2, [m]: 3, ...n}\nstruct P { x: int = 1, y\n func* m(self, a) { yield self.x } }\n\
     enum Shape { Circle(r: float), Unit }\n",
    "async func f(a: Array<int?>[], b) -> func(int) -> bool {\n if a == 1 && !b || -a < 2 { return } else if c { } \
     else { throw P { x: 1, if: 2 } }\n for i, x in xs { continue }\n while x { break }\n loop while y { z += 1 }\n \
     try { g()? } except e { h.i(1)[2]?.j } finally { }\n return await join all { l: f(), m: 2 } }\n",
    "x := match v { case 1..=9 | -1.5 if ok: { 1 } case Shape::Circle(r) { } case P { x, y: [_, ...t] } { } \
     case {k, \"l\": None} { } case Some(Ok(e)) { } default { 2 } } |> f(\"a ${b + \"${c}\" /* d */}\\u{41}\") ?? g\n",
    "test_group \"g\" { test_setup { } test \"t\" { assert(true) } test_teardown { } }\n\
     spawn { for await m in ch { } }\n\
     async let q = async scope { (async func() { await x })() }\n{ y.z[1].w := 0xff % 2 }\n",
];

/// Parses, and renders what was found.
fn survives(text: &str) {
    let parsed = parse(text);
    let source = Source::new("t", text);
    for diagnostic in &parsed.diagnostics {
        assert!(diagnostic.span.end as usize <= text.len() && diagnostic.span.start <= diagnostic.span.end);
        render(diagnostic, &source, Style::Plain);
    }
}

#[test]
fn every_truncation_is_survived() {
    for program in PROGRAMS {
        assert!(parse(program).diagnostics.is_empty(), "{:#?}", parse(program).diagnostics);
        for end in 0..program.len() {
            survives(&program[..end]);
            survives(&program[end..]);
        }
    }
}

#[test]
fn every_missing_doubled_or_exchanged_token_is_survived() {
    for program in PROGRAMS {
        let tokens = crate::syntax::lexer::lex(program).tokens;
        for (index, token) in tokens.iter().enumerate() {
            let (start, end) = (token.span.start as usize, token.span.end as usize);
            survives(&format!("{}{}", &program[..start], &program[end..]));
            survives(&format!("{} {} {}", &program[..end], &program[start..end], &program[end..]));
            for replacement in [" ( ", " } ", " := ", " if ", " \" ", " , ", "\n"] {
                survives(&format!("{}{replacement}{}", &program[..start], &program[end..]));
            }
            if let Some(next) = tokens.get(index + 1) {
                let (after, last) = (next.span.start as usize, next.span.end as usize);
                let exchanged = [&program[..start], &program[after..last], " ", &program[start..end], &program[last..]];
                survives(&exchanged.concat());
            }
        }
    }
}
