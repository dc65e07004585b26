//! What an editor is told about a text; `‸` is the cursor.

mod support;

use ruff_lang::editor::{Analysis, Completion, CompletionKind, Edit, Item, describe};
use ruff_lang::syntax::lexer;
use std::collections::BTreeSet;
use support::goldens::{ASYNCHRONOUS, LANGUAGE, MISTAKES, mistakes, scripts};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The text without its cursor, and where that was.
fn cursor(marked: &str) -> (String, u32) {
    let at = marked.find('‸').unwrap_or_else(|| panic!("no cursor in {marked:?}"));
    (marked.replacen('‸', "", 1), at as u32)
}

fn completions(marked: &str) -> Vec<Completion> {
    let (text, offset) = cursor(marked);
    Analysis::new(&text).complete(offset, &[]).items
}

fn labels(marked: &str) -> Vec<String> {
    completions(marked).into_iter().map(|item| item.label.into_owned()).collect()
}

#[test]
fn completion_begins_with_what_is_nearest() {
    let cases: &[(&str, &[&str])] = &[
        ("total := 1\nprint(‸", &["total"]),
        ("total := 1\nprint(to‸)", &["total"]),
        ("func f(width, height) {\n    return ‸\n}", &["width", "height", "f"]),
        ("func f(width) {\n    area := width\n    ‸\n}\n", &["width", "area", "f"]),
        ("for i, x in xs {\n    ‸\n}", &["i", "x"]),
        ("try { } except e {\n    print(‸", &["e"]),
        ("match v { case [first, ...rest] { ‸ } }", &["first", "rest"]),
        ("xs.map(func(item) { return ‸ })", &["item"]),
        ("xs.map(func(item) { return ‸", &["item"]),
        ("print(later‸)\nlater := 1\n", &["later"]),
        ("struct P { x, y = 0  func norm(self) { return 1 } }\np := P { x: 1 }\np.‸", &["x", "y", "norm"]),
        ("struct P { x, y\n func norm(self) { return self.‸ } }\n", &["x", "y", "norm"]),
        ("struct P { x, y }\np := P { ‸ }", &["x", "y"]),
        ("struct P { x, y }\np := P { x: 1, ‸ }", &["x", "y"]),
        ("d := {name: 1, \"age\": 2}\nd.‸", &["name", "age"]),
        ("\"abc\".‸\nx := {}", &[]),
        ("enum Shape { Circle(r), Unit }\ns := Shape::‸", &["Circle", "Unit"]),
        ("enum Shape { Circle(r), Unit }\nmatch s { case Shape::Ci‸", &["Circle", "Unit"]),
        ("r := Result::‸", &["Ok", "Err"]),
        ("r := Option::‸", &["Some", "None"]),
        ("x := await join ‸", &["all", "race", "any", "settle"]),
        ("x := await join ra‸", &["all", "race", "any", "settle"]),
        ("async ‸", &["scope"]),
        ("struct P { x }\nfunc f(a: ‸", &["P", "int", "float", "string", "bool"]),
        ("func f(a) -> ‸ {\n}", &["int", "float", "string", "bool"]),
        ("let x: ‸", &["int", "float", "string", "bool"]),
    ];
    for (text, expected) in cases {
        let labels = labels(text);
        assert!(labels.len() >= expected.len(), "{text}: {labels:?}");
        assert_eq!(&labels[..expected.len()], *expected, "{text}");
    }
}

#[test]
fn completion_offers_what_fits() {
    let cases = [
        ("‸", "if print let match func for test struct import", "in case scope race int"),
        ("x := 1\n‸", "x while try", ""),
        ("x := ‸", "print func await null true match spawn throw Some", "let if while struct in else"),
        ("x := 1 + ‸", "print null", "let"),
        ("if ‸", "print true", "let else"),
        ("if a { } ‸", "else print", "case"),
        ("try { } ‸", "except finally", "case"),
        ("match x { ‸ }", "case default", ""),
        ("for x ‸", "in", "print let"),
        ("for await x ‸", "in", "print let"),
        ("for await i, x ‸", "in", "print let"),
        ("\"abc\".‸", "to_upper len split", "print_ let PI time"),
        ("xs?.‸", "push map", "let"),
        ("\"total: ${‸}\"", "print len", "let"),
        ("// write ‸", "", "print let"),
        ("/* write ‸ */", "", "print let"),
        ("x := \"pri‸nt\"", "", "print let"),
        ("x := \"pri‸", "", "print let"),
        ("x := 12‸", "", "print let"),
        ("let ‸", "", "print let"),
        ("func ‸", "", "print let"),
        ("func f(a, ‸) { }", "", "print let"),
        ("struct ‸", "", "print let"),
        ("func f() { let inner := 1 }\n‸", "f", "inner"),
        ("{ let inner := 1 }\n‸", "print", "inner"),
        ("func f() { return ‸ }\nscript_variable := 1", "script_variable f", ""),
        ("‸ := 1", "print", ""),
        ("totl‸ := 1", "print", "totl"),
    ];
    for (text, offered, refused) in cases {
        let labels = labels(text);
        for word in offered.split_whitespace() {
            assert!(labels.iter().any(|label| label == word), "{text}: {word} is missing in {labels:?}");
        }
        for word in refused.split_whitespace() {
            assert!(labels.iter().all(|label| label != word), "{text}: {word} is offered");
        }
        let distinct: BTreeSet<&String> = labels.iter().collect();
        assert_eq!(distinct.len(), labels.len(), "{text}");
    }
}

#[test]
fn a_completion_tells_what_it_is() {
    let item = |marked: &str, label: &str| {
        let found = completions(marked).into_iter().find(|item| item.label == label);
        found.unwrap_or_else(|| panic!("{label} in {marked}"))
    };
    let function = item("# Adds up.\n# Slowly.\nfunc add(a, b: int) -> int { return a + b }\nx := ad‸", "add");
    assert_eq!(function.kind, CompletionKind::Function);
    assert_eq!(function.detail, "func add(a, b: int) -> int");
    assert_eq!(function.documentation, "Adds up.\nSlowly.");
    let builtin = item("x := ‸", "floor");
    assert_eq!((builtin.kind, &*builtin.detail), (CompletionKind::Function, "floor(x: num) -> num"));
    let page = "```ruff\nfloor(x: num) -> num\n```\nThe greatest whole number that is not above\n\n\
                ```ruff\nfloor(-2.5)  # -3\n```";
    assert_eq!(builtin.documentation, page);
    let method = item("xs.‸", "push");
    assert_eq!(method.kind, CompletionKind::Method);
    let variable = item("let limit := 10\n‸", "limit");
    assert_eq!((variable.kind, &*variable.detail), (CompletionKind::Variable, "let limit := 10"));
    let field = item("struct P { x: float = 0.5 }\np := P { ‸ }", "x");
    assert_eq!((&*field.detail, &*field.insert), ("x: float = 0.5", "x: "));
    assert_eq!(item("‸", "let").kind, CompletionKind::Keyword);
    assert!(item("‸", "let").documentation.starts_with("Declares an immutable variable"));
}

#[test]
fn what_the_host_gives_is_offered_where_a_value_fits() {
    let offered = |marked: &str| {
        let (text, offset) = cursor(marked);
        let found = Analysis::new(&text).complete(offset, &["fetch_text".into(), "len".into()]);
        let labels: Vec<_> = found.items.into_iter().map(|item| item.label.into_owned()).collect();
        ["fetch_text", "len"].map(|name| labels.iter().filter(|&label| label == name).count())
    };
    assert_eq!(offered("x := fe‸"), [1, 1]);
    assert_eq!(offered("f‸"), [1, 1]);
    assert_eq!(offered("xs.‸"), [0, 1]);
    assert_eq!(offered("func fe‸"), [0, 0]);
    // A declaration of the script is nearer.
    let (text, offset) = cursor(
        "func fetch_text(a) { }
fe‸",
    );
    let found = Analysis::new(&text).complete(offset, &["fetch_text".into()]);
    assert_eq!(found.items[0].kind, CompletionKind::Function);
}

#[test]
fn a_completion_replaces_the_word_at_the_cursor() {
    for (marked, word) in [
        ("x := pri‸nt(1)", "print"),
        ("x := ‸print(1)", ""),
        ("x := print‸", "print"),
        ("xs.pu‸", "pu"),
        ("x := ‸", ""),
    ] {
        let (text, offset) = cursor(marked);
        assert_eq!(Analysis::new(&text).complete(offset, &[]).span.of(&text), word, "{marked}");
    }
}

#[test]
fn hover_says_what_a_thing_is() {
    let cases: &[(&str, Option<&str>)] = &[
        (
            "x := flo‸or(1.5)",
            Some(
                "```ruff\nfloor(x: num) -> num\n```\nThe greatest whole number that is not above\n\n\
                 ```ruff\nfloor(-2.5)  # -3\n```",
            ),
        ),
        (
            "/* The area\n   of it. */\nfunc area(w, h) { return w * h }\nprint(ar‸ea(1, 2))",
            Some("```ruff\nfunc area(w, h)\n```\nfunction, line 3\n\nThe area\nof it."),
        ),
        (
            "async func load(url: string) -> string { return ur‸l }",
            Some("```ruff\nurl: string\n```\nparameter, line 1"),
        ),
        ("for await x in ch {\n print(x‸) }", Some("```ruff\nfor await x in ch\n```\nloop variable, line 1")),
        ("async func* tic‸ks(n) { yield n }", Some("```ruff\nasync func* ticks(n)\n```\nfunction, line 1")),
        (
            "let limit := 10\nprint(lim‸it)",
            Some("```ruff\nlet limit := 10\n```\nscript variable: immutable variable, line 1"),
        ),
        ("func f() {\n    mut n := 1\n    n‸ := 2\n}", Some("```ruff\nmut n := 1\n```\nmutable variable, line 2")),
        ("for x in xs {\n print(x‸) }", Some("```ruff\nfor x in xs\n```\nloop variable, line 1")),
        (
            "struct P { x: float, y = 0  func norm(self) { return 1 } }\np := P‸ { x: 1 }",
            Some("```ruff\nstruct P {\n    x: float\n    y = 0\n    func norm(self)\n}\n```"),
        ),
        ("struct P { x: float }\nprint(p.x‸)", Some("```ruff\nx: float\n```\nfield of `P`, line 1")),
        (
            "struct P {\n    // Its length.\n    func norm(self) { return 1 }\n}\nprint(p.nor‸m())",
            Some("```ruff\nfunc norm(self)\n```\nmethod of `P`, line 3\n\nIts length."),
        ),
        ("enum S { C(r), U }\ns := S::C‸(1)", Some("```ruff\nS::C(r)\n```\nvariant of `S`, line 1")),
        ("enum S { C(r), U }\ns := S‸::C(1)", Some("```ruff\nenum S {\n    C(r)\n    U\n}\n```")),
        ("brea‸k", Some("**break**: Ends the innermost loop")),
        ("try { } final‸ly { }", Some("**finally**: Runs on every way out of the `try`")),
        ("finally := 1\nprint(final‸ly)", Some("```ruff\nfinally := 1\n```\nscript variable: variable, line 1")),
        ("x := a ?‸? b", Some("`??`: The left value unless it is null, then the right one")),
        ("print(P‸I)", Some("```ruff\nPI -> float\n```\nThe ratio of a circle's circumference to its diameter")),
        ("x := unknow‸n", None),
        ("x := \"te‸xt\"", None),
        ("x := 1 # com‸ment", None),
        ("   ‸   ", None),
    ];
    for (marked, expected) in cases {
        let (text, offset) = cursor(marked);
        let hover = Analysis::new(&text).hover(offset);
        assert_eq!(hover.as_ref().map(|hover| hover.markdown.as_str()), *expected, "{marked}");
    }
    let method = Analysis::new("xs.push(1)").hover(5).expect("about push").markdown;
    assert!(method.starts_with("```ruff\npush(") && method.contains("updates its receiver"), "{method}");
}

#[test]
fn definitions_are_found() {
    let cases = [
        ("x := 1\nprint(x‸)", "1:1"),
        ("func f() { return g‸() }\nfunc g() { }", "2:6"),
        ("struct P { x }\np := P‸ { x: 1 }", "1:8"),
        ("struct P { x }\np := P { x: 1 }\nprint(p.‸x)", "1:12"),
        ("struct P { m }\nstruct Q { func m(self) { return self.‸m } }", "2:17"),
        ("struct P { m }\nstruct Q { m }\nprint(v.‸m)", "1:12 2:12"),
        ("enum S { A, B }\nx := S::B‸", "1:13"),
        ("func f(a) {\n    return a.b(‸a", "1:8"),
        ("pri‸nt(1)", ""),
        ("x := {k: 1}\nx.k‸", ""),
    ];
    for (marked, expected) in cases {
        let (text, offset) = cursor(marked);
        let analysis = Analysis::new(&text);
        let found = analysis.definition(offset);
        let places: Vec<String> = found
            .iter()
            .map(|span| analysis.source().position(span.start))
            .map(|position| format!("{}:{}", position.line, position.column))
            .collect();
        assert_eq!(places.join(" "), expected, "{marked}");
    }
}

#[test]
fn references_are_found_from_every_one_of_them() {
    for marked in [
        "‸x := 1 func f() { ‸x := 2 } print(‸x, y.x)",
        "struct P { ‸x func m(self) { return self.‸x } } p := P { ‸x: 1 } p.‸x := 2",
        "d := {‸k: 1, \"‸k\": 2} print(d.‸k)",
        "enum S { ‸A } x := S::‸A match x { case S::‸A { } }",
        "‸print(1) ‸print(2)",
        "func f(‸a) {\n    print(‸a.",
    ] {
        let mut text = String::new();
        let mut places = Vec::new();
        for character in marked.chars() {
            if character == '‸' { places.push(text.len() as u32) } else { text.push(character) }
        }
        let analysis = Analysis::new(&text);
        for &place in &places {
            let found: Vec<u32> = analysis.references(place).iter().map(|span| span.start).collect();
            assert_eq!(found, places, "{marked} from {place}");
        }
    }
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut changed = text.to_string();
    for edit in edits.iter().rev() {
        changed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
    }
    changed
}

#[test]
fn renaming_changes_every_place() {
    let cases = [
        ("x‸ := 1\nprint(x, \"${x}\", {x: x}, y.x)", "n", "n := 1\nprint(n, \"${n}\", {x: n}, y.x)"),
        ("func f(a) { return a‸ }\na := 1", "b", "func f(b) { return b }\na := 1"),
        ("func f‸(n) { return f(n - 1) }\nf(3)", "g", "func g(n) { return g(n - 1) }\ng(3)"),
        (
            "x := 1\nif true { let x‸ := 2 print(x) }\nprint(x)",
            "y",
            "x := 1\nif true { let y := 2 print(y) }\nprint(x)",
        ),
        ("match d { case {k, ...r} { print(k‸) } }", "v", "match d { case {k: v, ...r} { print(v) } }"),
        ("struct P { x } p := P { x: 1 } print(p.‸x)", "left", "struct P { left } p := P { left: 1 } print(p.left)"),
        (
            "struct P { x func m() { return x } } match p { case P { x } { print(‸x) } }",
            "y",
            "struct P { x func m() { return x } } match p { case P { x: y } { print(y) } }",
        ),
        (
            "struct P { ‸x func m() { return x } } match p { case P { x } { print(x) } }",
            "y",
            "struct P { y func m() { return y } } match p { case P { y: x } { print(x) } }",
        ),
        (
            "struct P { x } func f(p: P) -> P? { return P‸ { x: 1 } }",
            "Q",
            "struct Q { x } func f(p: Q) -> Q? { return Q { x: 1 } }",
        ),
        ("enum S { A, B(v) } x := S::B‸(1)", "C", "enum S { A, C(v) } x := S::C(1)"),
        ("let len‸ := 5 print(len, \"a\".len())", "size", "let size := 5 print(size, \"a\".len())"),
        ("s := \"🙂\" x‸ := \"é\" print(\"🙂\", x)", "yé", "s := \"🙂\" yé := \"é\" print(\"🙂\", yé)"),
        ("x‸ := 1\nprint(x.", "y", "y := 1\nprint(y."),
    ];
    for (marked, name, expected) in cases {
        let (text, offset) = cursor(marked);
        match Analysis::new(&text).rename(offset, name) {
            Ok(edits) => assert_eq!(apply(&text, &edits), expected, "{marked}"),
            Err(error) => panic!("{marked}: {error}"),
        }
    }
}

#[test]
fn renaming_is_refused_where_the_program_would_mean_something_else() {
    let cases = [
        ("x‸ := 1", "while", "`while` is a keyword"),
        ("x‸ := 1", "1x", "`1x` is not a name: a name consists of letters, digits and _ and starts with A-Z, a-z or _"),
        (
            "x‸ := 1",
            "a b",
            "`a b` is not a name: a name consists of letters, digits and _ and starts with A-Z, a-z or _",
        ),
        (
            "x‸ := 1",
            "None",
            "`None` is not a name: a name consists of letters, digits and _ and starts with A-Z, a-z or _",
        ),
        ("prin‸t(1)", "say", "`print` is a builtin"),
        ("print(P‸I)", "pi", "`PI` is a builtin"),
        ("print(unknow‸n)", "known", "`unknown` is not declared in this text"),
        ("whil‸e true { }", "loop", "`while` is a keyword"),
        ("x := 1 ‸ ", "y", "There is no name here"),
        // Captured by a name further in.
        ("x‸ := 1\nfunc f(y) { return x + y }", "y", "`x` at 2:20 would mean something else"),
        // Captures what means something further out.
        ("y := 1\nfunc f(x‸) { return x + y }", "y", "`y` at 2:24 would mean something else"),
        ("x‸ := 1\ny := 2", "y", "Two variables would become one"),
        // A builtin that is in use.
        ("x‸ := 1\nprint(x)", "print", "`print` at 2:1 would mean something else"),
        ("let {a‸} := d", "b", "`a` is also the key of the dict that is taken apart here"),
        ("import geometry\nprint(geomet‸ry)", "g", "`geometry` is named by the module that it is imported from"),
        ("struct P { x, y }\nprint(p.x‸)", "y", "`y` is already used at 1:15"),
        (
            "struct P { x }\nd := {x: 1}\nprint(p.x‸)",
            "y",
            "`x` is also a key of a dict, which cannot be told apart from the field",
        ),
        (
            "struct P { func push(self) { } }\np.push‸()",
            "add",
            "`push` is also a builtin, and not every `.push` needs to mean the one here",
        ),
        ("struct P { x }\nprint(p.x‸)", "len", "`len` is a builtin that is called like a method"),
        ("struct P { x }\nstruct Q { y }\nq := Q‸ { y: 1 }", "P", "`P` is already used at 1:8"),
        ("print(p.x‸)", "y", "`x` is not a field or method of a struct in this text"),
    ];
    for (marked, name, expected) in cases {
        let (text, offset) = cursor(marked);
        match Analysis::new(&text).rename(offset, name) {
            Ok(edits) => panic!("{marked} becomes {}", apply(&text, &edits)),
            Err(error) => assert_eq!(error.to_string(), expected, "{marked}"),
        }
    }
}

#[test]
fn problems_are_found_and_fixed() {
    let cases = [
        ("x := 'a'", "error 1:6 Invalid character: '''", "x := \"a'"),
        ("x := [1 2]", "error 1:9 Expected ']' to close array literal but found '2'", "x := [1, 2]"),
        ("let a := 1\na := 2", "error 2:1 Compilation error: Cannot reassign immutable let binding: a", ""),
        ("total := 1\nprint(totl)", "warning 2:7 Undefined variable: totl", "total := 1\nprint(total)"),
        ("pritn(1)", "warning 1:1 Undefined variable: pritn", "print(1)"),
        ("x := nil", "warning 1:6 Undefined variable: nil", "x := null"),
        (
            "enum Shape { Oval }\nx := Shpe::Oval",
            "error 2:6 Compilation error: Undefined enum: Shpe",
            "enum Shape { Oval }\nx := Shape::Oval",
        ),
        (
            "enum Shape { Oval }\nx := Shape::Ovl",
            "error 2:6 Compilation error: Undefined enum variant: Shape::Ovl",
            "enum Shape { Oval }\nx := Shape::Oval",
        ),
        ("anything_else(1)", "", ""),
        ("fetch_al(1)", "warning 1:1 Undefined variable: fetch_al", "fetch_all(1)"),
    ];
    for (text, expected, fixed) in cases {
        let analysis = Analysis::new(text);
        let found = analysis.diagnostics(&["fetch_all".into()]);
        let first = found.first().map_or(String::new(), |found| {
            let position = analysis.source().position(found.span.start);
            format!("{} {}:{} {}", found.severity.word(), position.line, position.column, found.message)
        });
        assert_eq!(first, expected, "{text}");
        if !fixed.is_empty() {
            let fix = found[0].fixes.first().unwrap_or_else(|| panic!("a fix of {text}"));
            let edit = Edit { span: fix.span, replacement: fix.replacement.clone() };
            assert_eq!(apply(text, &[edit]), fixed);
        }
    }
}

#[test]
fn findings_about_names_point_to_the_declaration() {
    let cases = [
        ("let a := 1\na := 2", "1:5 `a` is declared here"),
        ("const c := [1]\nc[0] := 2", "1:7 `c` is declared here"),
        ("x := 1\nlet x := 2", "1:1 `x` is declared here"),
        ("func f(a, a) { }", "1:8 `a` is declared here"),
        ("struct P { }\nstruct P { }", "1:8 `P` is declared here"),
        ("if true {\n    [1,\n    2\n", "2:5 this '[' is not closed: add ']'"),
    ];
    for (text, expected) in cases {
        let analysis = Analysis::new(text);
        let found = analysis.diagnostics(&[]);
        assert!(!found.is_empty(), "{text}");
        let labels: Vec<String> = found[0]
            .labels
            .iter()
            .map(|label| (analysis.source().position(label.span.start), &label.message))
            .map(|(position, message)| format!("{}:{} {message}", position.line, position.column))
            .collect();
        assert_eq!(labels.join("; "), expected, "{text}: {found:?}");
    }
}

fn outline(items: &[Item], depth: usize, text: &mut String) {
    for item in items {
        text.push_str(&format!("{}{} {}\n", "  ".repeat(depth), item.kind.word(), item.name));
        outline(&item.children, depth + 1, text);
    }
}

#[test]
fn the_outline_is_a_tree_of_declarations() {
    let script = "const SIZE := 10\nfunc outer() {\n    func inner() { }\n    local := 1\n}\n\
                  struct P { x  func norm(self) { }  y }\nenum S { A, B(v) }\ntotal := 0\n\
                  if true { made := 1  let hidden := 2 }\n\
                  test_group \"group\" { test \"one\" { } }\nexport func last() {";
    let mut text = String::new();
    outline(&Analysis::new(script).symbols(), 0, &mut text);
    let expected = "constant SIZE\nfunction outer\n  function inner\nstruct P\n  field x\n  method norm\n  field y\n\
                    enum S\n  variant A\n  variant B\nvariable total\nvariable made\ngroup group\n  test one\nfunction last\n";
    assert_eq!(text, expected);
}

/// Asks everything about a text at one place; what matters is that there is an answer.
fn ask(analysis: &Analysis, offset: u32) {
    let completions = analysis.complete(offset, &[]);
    assert!(completions.span.start <= offset && offset <= completions.span.end, "{offset}");
    analysis.hover(offset);
    analysis.definition(offset);
    let references = analysis.references(offset);
    assert!(references.windows(2).all(|pair| pair[0].end <= pair[1].start), "references overlap at {offset}");
}

#[test]
fn every_script_can_be_asked_about_at_every_token() {
    let goldens = LANGUAGE.dirs().chain([&ASYNCHRONOUS]).flat_map(scripts).map(|golden| golden.script);
    let wrong: Vec<&str> = mistakes(&MISTAKES).into_iter().map(|mistake| mistake.script).collect();
    let mut asked = 0;
    for script in goldens.chain(wrong) {
        let analysis = Analysis::new(script);
        let tokens = lexer::lex(script).tokens;
        let places: BTreeSet<u32> = tokens.iter().flat_map(|token| [token.span.start, token.span.end]).collect();
        for &place in &places {
            ask(&analysis, place);
        }
        asked += places.len();
        analysis.symbols();
        analysis.diagnostics(&[]);
    }
    assert!(asked > 10_000, "only {asked} places");
}

#[test]
fn every_beginning_of_a_script_can_be_asked_about() {
    let programs = LANGUAGE.get_dir("14_programs").expect("programs");
    for golden in scripts(programs) {
        for (end, _) in golden.script.char_indices() {
            let text = &golden.script[..end];
            let analysis = Analysis::new(text);
            ask(&analysis, end as u32);
            analysis.symbols();
            analysis.diagnostics(&[]);
        }
    }
}

#[test]
fn odd_texts_have_answers_too() {
    let large = "x := 1\n".repeat(200_000);
    for text in
        ["", "\u{feff}", "\0", "}", "))", "\"${\"${", "func", "struct", "é🙂", "x.", "x::", "match", "case", &large]
    {
        let analysis = Analysis::new(text);
        for offset in [0, 1, text.len() as u32, u32::MAX] {
            let offset = if text.is_char_boundary(offset.min(text.len() as u32) as usize) { offset } else { 0 };
            analysis.complete(offset, &[]);
            analysis.hover(offset);
            assert!(analysis.rename(offset, "y").is_err() || text == "x.");
        }
        analysis.symbols();
        analysis.diagnostics(&[]);
    }
}

#[test]
fn the_tables_are_complete() {
    let tables = describe();
    let count = |key: &str| tables[key].as_array().map_or(0, Vec::len);
    assert_eq!(count("builtins"), ruff_lang::builtins::TABLE.len());
    assert_eq!(count("codes"), ruff_lang::diagnostic::Code::ALL.len());
    assert_eq!(count("operators"), 41);
    let texts = |table: &str, key: &str| {
        let rows = tables[table].as_array().cloned().unwrap_or_default();
        rows.into_iter().map(|row| row[key].as_str().unwrap_or_default().to_string()).collect::<Vec<_>>()
    };
    for (table, key) in [
        ("keywords", "summary"),
        ("operators", "summary"),
        ("builtins", "signature"),
        ("builtins", "summary"),
        ("constants", "summary"),
        ("codes", "explanation"),
        ("codes", "right"),
    ] {
        assert!(texts(table, key).iter().all(|text| !text.is_empty()), "{table} without {key}");
    }
    for word in ["let", "test_teardown", "throw", "finally", "scope", "settle", "None"] {
        assert!(texts("keywords", "word").iter().any(|other| other == word), "{word}");
    }
}

#[test]
fn hosts_count_in_utf_16_units() {
    // The emoji is one scalar value, two units, four bytes.
    let text = "s := \"🙂\"\nprint(s.len(), totl)\ntotal := 1";
    let analysis = Analysis::new(text);
    let range = |line: u32, column: u32, start: u32, length: u32| {
        serde_json::json!({
            "line": line, "column": column, "endLine": line, "endColumn": column + length,
            "start": start, "end": start + length,
        })
    };
    assert_eq!(analysis.references_json(16), serde_json::json!([range(1, 1, 0, 1), range(2, 7, 16, 1)]));
    assert_eq!(analysis.definition_json(16), serde_json::json!([range(1, 1, 0, 1)]));
    assert_eq!(analysis.hover_json(10)["span"], range(2, 1, 10, 5));
    assert_eq!(analysis.hover_json(9), serde_json::Value::Null);
    assert_eq!(analysis.complete_json(12, &[])["span"], range(2, 1, 10, 5));
    let edits = serde_json::json!({ "edits": [
        { "span": range(1, 1, 0, 1), "replacement": "text" }, { "span": range(2, 7, 16, 1), "replacement": "text" },
    ] });
    assert_eq!(analysis.rename_json(0, "text"), edits);
    assert_eq!(analysis.rename_json(0, "if"), serde_json::json!({ "error": "`if` is a keyword" }));
    let found = analysis.diagnostics_json("a.ruff", &[]);
    let mut place = range(2, 16, 25, 4);
    place["file"] = serde_json::json!("a.ruff");
    let expected = serde_json::json!([{
        "severity": "warning",
        "code": "RUFVM001",
        "message": "Undefined variable: totl",
        "span": place,
        "labels": [],
        "notes": ["did you mean `total`?"],
        "fixes": [{ "title": "replace with `total`", "span": place, "replacement": "total" }],
    }]);
    assert_eq!(found, expected);
    assert_eq!(analysis.symbols_json()[1]["name"], "total");
}
