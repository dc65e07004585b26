//! Long, large and cut-off texts through the whole pipeline: a result or a diagnostic, never a panic.

mod support;

use ruff_lang::machine::compile;
use std::fmt::Write;
use support::goldens::{ASYNCHRONOUS, LANGUAGE, MISTAKES};
use support::{Host, Options, run_script};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn prints(script: &str) -> String {
    let ran = run_script(script, "long.ruff", &Options::default());
    assert_eq!(ran.stderr, "");
    ran.stdout
}

fn refused(script: &str) -> String {
    let ran = run_script(script, "long.ruff", &Options::default());
    assert_ne!(ran.stderr, "");
    ran.stderr
}

/// `before`, then what `part` writes for each number, then `after`.
fn written(before: &str, count: usize, part: impl Fn(&mut String, usize) -> std::fmt::Result, after: &str) -> String {
    let mut text = before.to_string();
    for number in 0..count {
        part(&mut text, number).expect("a String takes all");
    }
    text + after
}

#[test]
fn a_script_of_a_hundred_thousand_lines_runs() {
    let counting = written("n := 0\n", 99_998, |text, _| writeln!(text, "n += 1"), "print(n)");
    assert_eq!(prints(&counting), "99998\n");
    let broken = written("", 99_999, |text, _| writeln!(text, "x := 1"), "x := 1 / 0");
    assert!(refused(&broken).contains("--> long.ruff:100000:6\n"));
    let unclosed = written("", 99_999, |text, _| writeln!(text, "x := 1"), "x := (");
    assert!(refused(&unclosed).contains("--> long.ruff:100000:7\n"));
}

#[test]
fn literals_and_scripts_have_any_number_of_constants() {
    let list = written("xs := [", 90_000, |text, n| write!(text, "{}, ", 100_000 + n), "]\nprint(len(xs), xs[-1])");
    assert_eq!(prints(&list), "90000 189999\n");
    let dict = written("d := {", 60_000, |text, n| write!(text, "k{n}:{},", 40_000 + n), "}\nprint(len(d), d.k59999)");
    assert_eq!(prints(&dict), "60000 99999\n");
    let statements = written("x := 0\n", 70_000, |text, n| writeln!(text, "x := {}", 40_000 + n), "print(x)");
    assert_eq!(prints(&statements), "109999\n");
    let text = format!("print(len(\"{}\"))", "é".repeat(500_000));
    assert_eq!(prints(&text), "500000\n");
}

#[test]
fn long_chains_of_parts_are_evaluated_in_order() {
    let interpolated = written("n := 7\ns := \"", 100_000, |text, n| write!(text, "{}${{n}}", n % 10), "\"");
    let shown = format!("{interpolated}\nprint(len(s), s.substring(0, 8), s.substring(199998, 200000))");
    assert_eq!(prints(&shown), "200000 07172737 97\n");
    let changing = "xs := []\nfunc f() { xs.push(0) return len(xs) }\n";
    let counted = written(&format!("{changing}s := \""), 100, |text, _| text.write_str("${f()},"), "\"\nprint(s)");
    let expected: String = (1..=100).map(|number| format!("{number},")).collect();
    assert_eq!(prints(&counted), expected + "\n");
    let sum = format!("x := 1\nprint(x{})", " + x".repeat(100_000));
    assert_eq!(prints(&sum), "100001\n");
    let arms = written("x := 9\nif x == 10 { }", 20_000, |text, n| write!(text, " else if x == {} {{ }}", n + 10), "");
    assert_eq!(prints(&format!("{arms} else {{ print(\"none\") }}")), "none\n");
}

#[test]
fn declarations_by_the_thousand() {
    let variants = written("enum E {", 30_000, |text, n| write!(text, "V{n},"), "}\nprint(E::V29999)");
    assert_eq!(prints(&variants), "E::V29999\n");
    let methods = written("struct S {", 20_000, |text, n| writeln!(text, "func m{n}() {{ return {n} }}"), "}\n");
    assert_eq!(prints(&format!("{methods}print(S {{}}.m19999())")), "19999\n");
    let functions = written("", 30_000, |text, n| writeln!(text, "func f{n}() {{ return {n} }}"), "print(f29999())");
    assert_eq!(prints(&functions), "29999\n");
    let variables = written("", 50_000, |text, n| writeln!(text, "let v{n} := {n}"), "print(v49999)");
    assert_eq!(prints(&variables), "49999\n");
}

/// `open` as often as `levels`, then `middle`, then `close` as often.
fn nested(open: &str, middle: &str, close: &str, levels: usize) -> String {
    open.repeat(levels) + middle + &close.repeat(levels)
}

#[test]
fn nested_expressions_may_need_more_registers_than_a_function_has() {
    let scripts = [
        (format!("func f(n) {{ return {} }}\nx := f(7)\n", nested("[n, ", "n", "]", 250)), "250 7\n"),
        (format!("func f(n) {{ return {} }}\nx := f(7)\n", nested("{a: n, b: ", "n", "}", 250)), "250 7\n"),
        (format!("func f(n) {{ return {} }}\nx := f(7)\n", nested("S { a: n, b: ", "n", "}", 250)), "250 7\n"),
        (
            format!(
                "func f(n) {{ return {} }}\nx := f(7)\n",
                nested("[n, [n].map(func(x) { return x })[0], ", "n", "]", 200)
            ),
            "200 7\n",
        ),
        (
            format!(
                "func f(n) {{ return {} }}\nx := f(7)\n",
                nested("[n, match n { case 7 { ", "n", " } default { 0 } }]", 60)
            ),
            "60 7\n",
        ),
        (
            format!(
                "async func f(n) {{ return {} }}\nx := await f(7)\n",
                nested("[await async_sleep(0), ", "n", "]", 200)
            ),
            "200 7\n",
        ),
        (format!("func* f(n) {{ yield {} }}\nx := f(7).next()\n", nested("[n, ", "n", "]", 200)), "200 7\n"),
        (format!("async let p := {}\nx := await p\n", nested("[1, ", "7", "]", 250)), "250 7\n"),
        (format!("struct T {{ x = {} }}\nx := (T {{}}).x\n", nested("[[], ", "7", "]", 250)), "250 7\n"),
    ];
    let depth = "n := 0\nloop {\n  if type(x) == \"array\" { x := x[-1] } else if type(x) == \"dict\" || type(x) == \"struct\" { x := x.b } \
                 else { break }\n  n += 1\n}\nprint(n, x)";
    for (script, expected) in scripts {
        let script = script + depth;
        for options in [
            Options::default(),
            Options { slice: 1, ..Options::default() },
            Options { slice: 7, ..Options::default() },
            Options { stress: true, ..Options::default() },
        ] {
            let ran = run_script(&script, "nested.ruff", &options);
            assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected, ""), "{}", &script[..80]);
        }
    }
    let sums =
        format!("func add(a, b) {{ return a + b }}\nfunc f(n) {{ return {} }}\n", nested("add(n, ", "n", ")", 250));
    assert_eq!(prints(&format!("{sums}print(f(3))")), "753\n");
    let operators = format!("func f(n) {{ return {} }}\nprint(f(3))", nested("(n + 1 * ", "n", ")", 250));
    assert_eq!(prints(&operators), "753\n");
    let texts = format!("func f(n) {{ return {} }}\nprint(len(f(4)))", nested("\"a${n} ${", "n", "}\"", 120));
    assert_eq!(prints(&texts), "361\n");
    let caught = format!(
        "func f(n) {{ return {} }}\ntry {{ f(0) }} except e {{ print(e.message) }}",
        nested("[n, ", "1 / n", "]", 250)
    );
    assert_eq!(prints(&caught), "Division by zero\n");
    let place = format!(
        "x := {}\nx{} += 2\ny := x\ny{}.push(1)\nprint(x{}, y{})",
        nested("{a: ", "{a: [1], b: 5}", "}", 200),
        ".a".repeat(200) + ".b",
        ".a".repeat(201),
        ".a".repeat(200),
        ".a".repeat(201)
    );
    assert_eq!(prints(&place), "{\"a\": [1], \"b\": 7} [1, 1]\n");
}

#[test]
fn struct_literals_have_any_number_of_fields() {
    let fields = |count| written("", count, |text, n| write!(text, "f{n}: {n}, "), "");
    let script =
        format!("x := S {{ {} f3: 30, f900: 9 }}\nprint(x.f0, x.f3, x.f31, x.f32, x.f900, x.f19999)\n", fields(20_000));
    assert_eq!(prints(&script), "0 30 31 32 9 19999\n");
    let declared = written(
        "struct S { g\n",
        300,
        |text, n| writeln!(text, "f{n} = {n}"),
        "func two(self) { self.f299 += 1 return self.f299 } }\n",
    );
    let script = format!(
        "{declared}x := S {{ f7: 70 }}\ny := S {{ {} f7: 70 }}\nprint(x.f7, x.f299, x.two(), x == y)\ny.two()\nprint(x == y)",
        fields(300)
    );
    assert_eq!(prints(&script), "70 299 300 false\ntrue\n");
    let error =
        format!("try {{ throw Error {{ message: \"m\", {} }} }} except e {{ print(e.message, e.f299) }}", fields(300));
    assert_eq!(prints(&error), "m 299\n");
}

#[test]
fn what_does_not_fit_a_function_is_a_diagnostic() {
    for script in [
        written("func f() {\n", 45_000, |text, n| writeln!(text, "let v{n} := {n}"), "}"),
        written("func f() {\n", 30_000, |text, n| writeln!(text, "func g{n}() {{ }}"), "}"),
        format!("x := {{}}\nx{} := 1", "[\"f\"]".repeat(100_000)),
        format!("func f(x) {{ x{} := 1 }}", "[x + 1]".repeat(100_000)),
    ] {
        assert!(refused(&script).contains("Function is too large"), "{}", &script[..40]);
    }
}

/// What a text compiles to, or its diagnostics, rendered.
fn survives(host: &Host, text: &str) {
    if let Err(found) = compile(text, "cut.ruff", &host.vm.catalog()) {
        assert!(!found.list.is_empty());
        found.render(ruff_lang::diagnostic::Style::Plain);
    }
}

#[test]
fn every_golden_script_is_survived_wherever_it_is_cut_off() {
    let mut folders = vec![&LANGUAGE, &ASYNCHRONOUS, &MISTAKES];
    let host = Host::new(&Options::default());
    let mut scripts = 0;
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "ruff")) {
            let script = file.contents_utf8().expect("text in UTF-8");
            scripts += 1;
            // Long ones are cut at fewer places: each cut costs as much as the script is long.
            let step = 1 + script.len() / 200;
            for (end, _) in script.char_indices().step_by(step) {
                survives(&host, &script[..end]);
            }
        }
    }
    assert!(scripts > 300, "only {scripts} scripts");
}
