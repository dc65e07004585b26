//! What well-formed source means.

use super::{problem, tree};

#[track_caller]
fn same(text: &str, expected: &str) {
    assert_eq!(tree(text), expected, "{text}");
}

#[test]
fn operators_group_by_precedence_and_to_the_left() {
    same("a + b * c - d", "(a + (b * c) - d)");
    same("a * b + c * d", "((a * b) + (c * d))");
    same("a || b && c == d < e + f * g", "(a || (b && (c == (d < (e + (f * g))))))");
    same("a * b + c < d == e && f || g ?? h", "(((((((a * b) + c) < d) == e) && f) || g) ?? h)");
    same("a - b - c", "(a - b - c)");
    same("a < b < c", "(a < b < c)");
    same("a ?? b ?? c |> f |> g", "((a ?? b ?? c) |> f |> g)");
    same("a |> f(1) |> o.m(2)", "(a |> f(1) |> o.m(2))");
    same("(a + b) * c", "(<(a + b)> * c)");
    same("a == b != c", "(a == b != c)");
    same("1 % 2 / 3", "(1 % 2 / 3)");
}

#[test]
fn prefixes_bind_tighter_than_operators_and_looser_than_suffixes() {
    same("-a.b + !c(d)", "((-a.b) + (!c(d)))");
    same("- -a", "(--a)");
    same("!-!a[0]", "(!-!a[0])");
    same("x - -1", "(x - (-1))");
    same("await f() + 1", "((await f()) + 1)");
    same("await a.b(c)[0]", "(await a.b(c)[0])");
    same("await e?", "(await e)?");
    same("await a.b()?.c[0]", "(await a.b()?.c[0])");
    same("await a.b()? .c[0] + 1", "((await a.b())?.c[0] + 1)");
    same("await f()?", "(await f())?");
    same("await await x?", "(await (await x)?)");
    same("await -x", "(await (-x))");
    same("-await x", "(-(await x))");
    same("!await ok()", "(!(await ok()))");
}

#[test]
fn suffixes_are_flat() {
    same("f(1)(2)[3].g.h(4)?.i?.j()?", "f(1)(2)[3].g.h(4)?.i?.j()?");
    same("x.if.match(1)", "x.if.match(1)");
    same("5.round()", "5.round()");
    same("\"a\".len()", "\"a\".len()");
    same("[1, 2][0]", "[1 2][0]");
    same("f(a, b,)", "f(a b)");
    same("(x.f)(1)", "<x.f>(1)");
}

#[test]
fn literals() {
    same("[1, 2.5, \"a\", true, false, null, self, None]", "[1 2.5 \"a\" true false null self None]");
    same("0xff 0b1010 0o17 1_000 1e3 2.5e-4 1E+6", "255; 10; 15; 1000; 1000.0; 0.00025; 1000000.0");
    same("[...a, b, ...c]", "[...a b ...c]");
    same(
        "x := {a: 1, \"b c\": 2, [k]: 3, 7: 4, if: 5, ...d, f(x): 6}",
        "(= x {|a: 1, b c: 2, [k]: 3, [7]: 4, if: 5, ...d, [f(x)]: 6|})",
    );
    same(
        "x := {[a, b]: 1, [c,]: 2, [d][0]: 3, [...e]: 4, []: 5}",
        "(= x {|[[a b]]: 1, [[c]]: 2, [[d][0]]: 3, [[...e]]: 4, [[]]: 5|})",
    );
    same("x := {\"a${b}\": 1, \"c\" + d: 2, -1: 3}", "(= x {|[(text \"a\" b)]: 1, [(\"c\" + d)]: 2, [(-1)]: 3|})");
    same("x := {throw: 1, default: 2}", "(= x {|throw: 1, default: 2|})");
    same("Ok(1) Err(e) Some(None)", "(Ok 1); (Err e); (Some None)");
    same(
        "Shape::Circle(3) Shape::Unit Result::Ok(1) Option::None",
        "Shape::Circle(3); Shape::Unit; Result::Ok(1); Option::None",
    );
    same("P { x: 1, if: 2, } Q {}", "(new P x: 1 if: 2); (new Q)");
    same("x := P { x: 1 }.x", "(= x (new P x: 1).x)");
}

#[test]
fn strings_and_interpolation() {
    same(r#""\n\t\r\\\"\$\0\u{1F600}\u{41}""#, "\"\\n\\t\\r\\\\\\\"$\\0😀A\"");
    same(r#""${a}""#, "(text a)");
    same(r#""x ${a + 1} y ${b} z""#, r#"(text "x " (a + 1) " y " b " z")"#);
    same(r#""$5 {y} \${x} $""#, r#""$5 {y} ${x} $""#);
    same(r#""${"in ${deep["k"]} ner"}!""#, r#"(text (text "in " deep["k"] " ner") "!")"#);
    same(r#""${{"k": 1}["k"]}""#, r#"(text {|k: 1|}["k"])"#);
    same("\"${ a // } \" comment\n /* } */ + # }\n b }\"", "(text (a + b))");
    same(r#""${func() { return "}" }()}""#, r#"(text (func () {(return "}")})())"#);
    same(r#""${P { x: 1 }}""#, "(text (new P x: 1))");
    same("print(\"# // /* no comments */\")", "print(\"# // /* no comments */\")");
}

#[test]
fn declarations_and_assignments() {
    same("let x := 1 mut y = 2 const Z: int := 3", "(let x 1); (mut y 2); (const Z: int 3)");
    same("let [a, _, [b, c], ...rest] := e", "(let [a _ [b c] ...rest] e)");
    same("mut {k1, k2, ...rest,} := e", "(mut {k1 k2 ...rest} e)");
    same("[a, b] := [b, a]", "(destructure [a b] [b a])");
    same("{a, b} = d", "(destructure {a b} d)");
    same("[] := x", "(destructure [] x)");
    same("{} := x", "(destructure {} x)");
    same("x := 1 x += 2 x -= 3 x *= 4 x /= 5 x %= 6", "(= x 1); (+= x 2); (-= x 3); (*= x 4); (/= x 5); (%= x 6)");
    same("a.b[c + 1].if := 2", "(= a.b[(c + 1)].if 2)");
    same("self := 1 self.x := 2", "(= self 1); (= self.x 2)");
    same("throw := 1 scope := 2 join := 3 finally := 4", "(= throw 1); (= scope 2); (= join 3); (= finally 4)");
    same("async let x: int := f()", "(async-let x: int f())");
    same("export x := 1 export export let y := 2", "(export (= x 1)); (export (let y 2))");
}

#[test]
fn functions() {
    same("func f() {}", "(func f () {})");
    same("func f(a, b: int,) -> string { return a }", "(func f (a b: int) -> string {(return a)})");
    same(
        "async func f(self) {} func* g() {} async func* h() {}",
        "(async-func f (self) {}); (func* g () {}); (async-func* h () {})",
    );
    same("f := func(x) { return x * 2 }", "(= f (func (x) {(return (x * 2))}))");
    same("f := async func*(x) {}", "(= f (async-func* (x) {}))");
    same("(func() { 1 })()", "<(func () {1})>()");
    same("func f() { return } func g() { return; 1 }", "(func f () {return}); (func g () {return; 1})");
    same("return\n5", "(return 5)");
    same("f(func() { return })", "f((func () {return}))");
    same("func* g() { yield x x := yield 5 y := yield }", "(func* g () {(yield x); (= x (yield 5)); (= y yield)})");
}

#[test]
fn types() {
    same("let x: a.b.C<int, string?>[]? := 1", "(let x: a.b.C<int string?>[]? 1)");
    same("let x: func(int, bool) -> (float)? := 1", "(let x: func(int bool) -> (float)? 1)");
    same("let x: Array<Array<int>>= 1", "(let x: Array<Array<int>> 1)");
    same("let x: int??:= 1", "(let x: int?? 1)");
    same("func f(a: int?, b: null) -> int[] {}", "(func f (a: int? b: null) -> int[] {})");
}

#[test]
fn structs_and_enums() {
    same(
        "struct A {\n x: int\n y = 2, z: string := \"\"; if\n func m(self, n) { }\n async func default(self) {} }",
        "(struct A x: int y = 2 z: string = \"\" if (func m (self n) {}) (async-func default (self) {}))",
    );
    same("struct E {}", "(struct E)");
    same(
        "enum Shape { Circle(r), Rect(w: int, h), Unit, Empty() }",
        "(enum Shape Circle(r) Rect(w: int h) Unit Empty())",
    );
    same("enum Outcome { Ok(v), None, }", "(enum Outcome Ok(v) None)");
}

#[test]
fn control_flow() {
    same("if a {} else if b { c } else {}", "(if a {} b {c} else {})");
    same(
        "while x < 3 { break } loop { continue } loop while y {}",
        "(while (x < 3) {break}); (loop {continue}); (loop y {})",
    );
    same("for x in xs {} for i, x in 3 {} for await m in ch {}", "(for x xs {}); (for i x 3 {}); (for-await m ch {})");
    same(
        "try {} except {} try {} except e {} finally {} try {} finally {}",
        "(try {} except {}); (try {} except e {} finally {}); (try {} finally {})",
    );
    same("try { throw \"x\" } except e { throw e }", "(try {(throw \"x\")} except e {(throw e)})");
    same("import a.b.c from m.n import x, y", "(import a.b.c); (import m.n [x y])");
    same(
        "test \"one\" {} test_group \"g\" { test_setup {} test_teardown {} }",
        "(test \"one\" {}); (group \"g\" {(setup {}); (teardown {})})",
    );
    same("{ x := 1 }", "{(= x 1)}");
    same(";;a;;b;", "a; b");
}

#[test]
fn throw_is_a_word_only_in_front_of_an_operand() {
    same("throw a + b |> c", "(throw ((a + b) |> c))");
    same("x ?? throw \"none\"", "(x ?? (throw \"none\"))");
    same("throw(e)", "(throw <e>)");
    same("throw(e).x + 1", "(throw (<e>.x + 1))");
    same("throw(e,)", "(throw e)");
    same("throw()", "throw()");
    same("throw(a, b)", "throw(a b)");
    same("throw(f(a, b))", "(throw <f(a b)>)");
    same("throw {a: 1}", "(throw {|a: 1|})");
    same("throw\nx", "throw; x");
    same("if throw {}", "(if throw {})");
    same("throw.x throw - 1", "throw.x; (throw (-1))");
}

#[test]
fn line_breaks_are_white_space_with_three_exceptions() {
    same("a\n(b)", "a; <b>");
    same("a\n[b]", "a; [b]");
    same("a(\nb\n)[\nc\n]", "a(b)[c]");
    same("x.y\n(z)", "x.y; <z>");
    same("A::B\n(z)", "A::B; <z>");
    same("a /* \n */ (b)", "a; <b>");
    same("\"${\n1}\"(b)", "(text 1)(b)");
    same("a\n.b\n?.c\n?", "a.b?.c?");
    same("a\n+ b\n|> c", "((a + b) |> c)");
    same("x := 5\n-3", "(= x (5 - 3))");
    same("x := 5;\n-3", "(= x 5); (-3)");
    same("f\n{ x: y }", "f; {|x: y|}");
    same("a := 1 b := 2", "(= a 1); (= b 2)");
    same("yield\nx", "(yield x)");
}

#[test]
fn braces_in_headers_open_the_block() {
    same("if x { }", "(if x {})");
    same("if x == y { x := 1 }", "(if (x == y) {(= x 1)})");
    same("if (P { x: 1 }).x { }", "(if <(new P x: 1)>.x {})");
    same("if f(P { x: 1 }) { }", "(if f((new P x: 1)) {})");
    same("for k in {a: 1} { }", "(for k {|a: 1|} {})");
    same("for k in {a: P { x: 1 }} { }", "(for k {|a: (new P x: 1)|} {})");
    same("while await join all { a(), x: b() } { }", "(while (join-all { a() x: b() }) {})");
    same("if async scope { 1 } { }", "(if (scope {1}) {})");
    same("if x |> func(y) { return P { x: y } } { }", "(if (x |> (func (y) {(return (new P x: y))})) {})");
    same("if \"${P { x: 1 }}\" { }", "(if (text (new P x: 1)) {})");
    same("match x { case 1 if y { z } }", "(match x 1 if y {z})");
    same("match match x { case 1 { 2 } } { default { } }", "(match (match x 1 {2}) default@0 {})");
}

#[test]
fn a_brace_at_the_start_of_a_statement() {
    same("{}", "{||}");
    same("{a: 1}", "{|a: 1|}");
    same("{\"a\": 1}.a", "{|a: 1|}.a");
    same("{1: 2} {...x} {[f(1)]: 2}", "{|[1]: 2|}; {|...x|}; {|[f(1)]: 2|}");
    same("{ a }", "{a}");
    same("{ [a] }", "{[a]}");
    same("{;}", "{}");
    same("{a, b} := c", "(destructure {a b} c)");
    same("x {a: 1}", "(new x a: 1)");
    same("x {a}", "x; {a}");
}

#[test]
fn brackets_at_the_start_of_a_statement() {
    same("[a][0]", "[a][0]");
    same("[a, [b]] = c", "(destructure [a [b]] c)");
}

#[test]
fn statements_that_end_at_their_brace() {
    same("match x { } -1", "(match x); (-1)");
    same("spawn { f() } [1]", "(spawn {f()}); [1]");
    same("async scope { f() } (a)", "(scope {f()}); <a>");
    same("x := match y { default { 1 } } + 2", "(= x ((match y default@0 {1}) + 2))");
    same("x := spawn { f() }\ny := async scope { 1 }", "(= x (spawn {f()})); (= y (scope {1}))");
    assert_eq!(problem("match x { } .y"), "1:13-14 Invalid statement");
    assert_eq!(problem("spawn { } + 1"), "1:11-12 Invalid statement");
}

#[test]
fn async_forms() {
    same("await join all tasks", "(join-all tasks)");
    same("await join all {}", "(join-all { })");
    same("await join race { a: f(), b: g(), }", "(join-race { a: f() b: g() })");
    same("(await join settle xs.map(f)?)[0]", "<(join-settle xs.map(f))?>[0]");
    same("await join any { f() }?", "(join-any { f() })?");
    same("await join(all)", "(await join(all))");
    same("await join\nall", "(await join); all");
    same("await join.x", "(await join.x)");
    same("p := async func() { await x }", "(= p (async-func () {(await x)}))");
}

#[test]
fn match_patterns() {
    let cases = [
        ("5", "5"),
        ("-2.5", "-2.5"),
        ("1..9", "1..9"),
        ("-1.5..=2", "-1.5..=2"),
        ("\"s\"", "\"s\""),
        ("true | null", "(true | null)"),
        ("_", "_"),
        ("red", "red"),
        ("Ok", "Ok"),
        ("Ok(Err(x))", "Ok(Err(x))"),
        ("Some(_) | None", "(Some(_) | None)"),
        ("Result::Ok(p)", "Result::Ok(p)"),
        ("A::B", "A::B"),
        ("A::B(x, 1,)", "A::B(x 1)"),
        ("[p, q]", "[p q]"),
        ("[p, ...rest]", "[p ...rest]"),
        ("[..._]", "[ ..._]"),
        ("{k, k2: [p], \"k 3\": 1..2, if: x, ...rest}", "{k, k2: [p], k 3: 1..2, if: x ...rest}"),
        ("{}", "{}"),
        ("P { f, f2: 1 }", "P {f, f2: 1}"),
        ("P {}", "P {}"),
        ("(P { f } | Q)", "<(P | {f} | Q)>"),
        ("[P { f }]", "[P {f}]"),
    ];
    for (pattern, expected) in cases {
        same(&format!("match v {{ case {pattern} {{ }} }}"), &format!("(match v {expected} {{}})"));
        same(&format!("match v {{ case {pattern}: {{ }} }}"), &format!("(match v {expected} {{}})"));
    }
}

#[test]
fn a_brace_after_the_name_of_a_case() {
    same("match v { case red { } }", "(match v red {})");
    same("match v { case P { x } { } }", "(match v P {x} {})");
    same("match v { case P { x } if x { } }", "(match v P {x} if x {})");
    same("match v { case P { x } | Q { y }: { } }", "(match v (P | {x} | Q | {y}) {})");
    same("match v { case a | red { x } case b { } }", "(match v (a | red) {x} b {})");
    same("match v { default { 1 } case 2: { } }", "(match v 2 {} default@0 {1})");
}
