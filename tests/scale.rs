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

#[test]
fn what_does_not_fit_a_function_is_a_diagnostic() {
    for script in [
        written("func f() {\n", 45_000, |text, n| writeln!(text, "let v{n} := {n}"), "}"),
        written("func f() {\n", 30_000, |text, n| writeln!(text, "func g{n}() {{ }}"), "}"),
        format!("x := {{}}\nx{} := 1", "[\"f\"]".repeat(100_000)),
        format!("func f(x) {{ x{} := 1 }}", "[x]".repeat(100_000)),
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
