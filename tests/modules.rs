//! Modules whose texts arrive while other runs go on: what a host sees (language.md 12.1).
#![cfg(not(target_arch = "wasm32"))]

mod support;

use ruff_lang::diagnostic::Style;
use ruff_lang::machine::{ModuleFailure, ModuleText, RunOutcome};
use support::{Host, Options};

/// A host whose modules the test delivers.
fn host(slice: u64) -> Host {
    let mut host = Host::new(&Options { slice, ..Options::default() });
    host.holds_modules = true;
    host
}

fn deliver(host: &mut Host, id: u64, name: &str, text: &str) -> bool {
    host.vm.deliver_module(id, Ok(ModuleText { file: format!("{name}.ruff"), text: text.to_string() }))
}

/// Answers everything that was asked for, the last first, until nothing more is asked for.
fn deliver_all(host: &mut Host, texts: &[(&str, &str)]) {
    while let Some((id, name)) = host.asked_modules.pop() {
        let (_, text) = texts.iter().find(|(module, _)| *module == name).expect("a module of the test");
        assert!(deliver(host, id, &name, text), "somebody waits for {name}");
        host.settle();
    }
}

fn names(host: &Host) -> Vec<&str> {
    host.asked_modules.iter().map(|(_, name)| name.as_str()).collect()
}

fn completed(host: &mut Host, main: u64) {
    match host.outcome(main) {
        RunOutcome::Completed(_) => {}
        other => panic!("{other:?}"),
    }
}

const SLICES: [u64; 3] = [1, 7, u64::MAX];

#[test]
fn many_runs_import_one_module_at_once() {
    for slice in SLICES {
        let mut host = host(slice);
        let mains: Vec<u64> =
            (0..50).map(|run| host.start(&format!("from m import twice\nprint(\"run\", twice({run}))"))).collect();
        host.settle();
        assert_eq!(names(&host), vec!["m"; 50]);
        assert_eq!(host.stdout, "");
        deliver_all(&mut host, &[("m", "print(\"loads\")\nsleep(5)\nexport func twice(n) { return n * 2 }")]);
        assert_eq!(host.stdout, "loads\n".repeat(50), "each run runs it once");
        host.finish();
        let mut printed: Vec<&str> = host.stdout.lines().skip(50).collect();
        printed.sort_by_key(|line| (line.len(), *line));
        let expected: Vec<String> = (0..50).map(|run| format!("run {}", run * 2)).collect();
        assert_eq!(printed, expected);
        for main in mains {
            completed(&mut host, main);
        }
        assert_eq!(host.left(), "");
    }
}

#[test]
fn a_module_that_several_modules_import_is_loaded_and_run_once() {
    for slice in SLICES {
        let mut host = host(slice);
        let main = host.start("import p\nimport q\nimport c\nprint(p.sum, q.sum, c.one)");
        host.settle();
        assert_eq!(names(&host), ["p", "q", "c"]);
        let [p, q, c] = [0, 1, 2].map(|at| host.asked_modules[at].0);
        host.asked_modules.clear();
        assert!(deliver(&mut host, q, "q", "import c\nexport sum := c.one + 2"));
        assert!(deliver(&mut host, p, "p", "import c\nimport q\nexport sum := c.one + q.sum"));
        host.settle();
        assert_eq!(names(&host), Vec::<&str>::new());
        assert_eq!(host.stdout, "");
        assert!(deliver(&mut host, c, "c", "print(\"c runs\")\nawait async_sleep(1)\nexport one := 1"));
        assert!(!deliver(&mut host, c, "c", "print(\"twice\")"), "it has been delivered");
        host.finish();
        assert_eq!((host.stdout.as_str(), host.stderr.as_str()), ("c runs\n4 3 1\n", ""));
        completed(&mut host, main);
        assert_eq!(host.left(), "");
    }
}

#[test]
fn cancelling_a_run_that_waits_for_a_text_does_not_harm_another() {
    for slice in SLICES {
        let mut host = host(slice);
        let first = host.start("import m\nprint(\"first\", x)");
        let second = host.start("import m\nprint(\"second\", x)");
        host.settle();
        let asked = std::mem::take(&mut host.asked_modules);
        assert!(host.vm.cancel(first));
        host.settle();
        assert!(matches!(host.outcome(first), RunOutcome::Cancelled));
        assert!(!deliver(&mut host, asked[0].0, "m", "export x := 1"), "nobody waits any more");
        assert!(deliver(&mut host, asked[1].0, "m", "export x := 2"));
        host.finish();
        completed(&mut host, second);
        assert_eq!((host.stdout.as_str(), host.stderr.as_str()), ("second 2\n", ""));
        assert_eq!(host.left(), "");
    }
}

#[test]
fn cancelling_a_run_whose_module_runs_does_not_harm_another() {
    for slice in SLICES {
        let mut host = host(slice);
        let first = host.start("import m\nprint(\"first\", x)");
        let second = host.start("import m\nprint(\"second\", x)");
        host.settle();
        let text = "try { await async_sleep(10) print(\"ran\") } finally { print(\"cleaned\") }\nexport x := 1";
        deliver_all(&mut host, &[("m", text)]);
        host.advance(5.0);
        assert!(host.vm.cancel(first));
        host.settle();
        assert_eq!(host.stdout, "cleaned\n");
        assert!(matches!(host.outcome(first), RunOutcome::Cancelled));
        host.finish();
        completed(&mut host, second);
        assert_eq!((host.stdout.as_str(), host.stderr.as_str()), ("cleaned\nran\ncleaned\nsecond 1\n", ""));
        assert_eq!(host.left(), "");
    }
}

#[test]
fn a_module_that_fails_fails_every_import_of_the_run_and_the_next_run_tries_again() {
    for slice in SLICES {
        let mut host = host(slice);
        let import = |who: &str| format!("try {{ import m }} except e {{ print(\"{who}\", e.message) }}\n");
        let one = import("one") + "export a := 1";
        let two = import("two") + "export b := 2";
        let text = import("main") + "import one\nimport two\nprint(a, b)";
        let main = host.start(&text);
        host.settle();
        let broken = "print(\"runs\")\nawait async_sleep(5)\nthrow \"broken\"";
        deliver_all(&mut host, &[("m", broken), ("one", &one), ("two", &two)]);
        host.finish();
        completed(&mut host, main);
        assert_eq!(host.stdout, "runs\nmain broken\none broken\ntwo broken\n1 2\n");
        host.stdout.clear();

        // Not caught, in several runs at once: each fails.
        let mains: Vec<u64> = (0..3).map(|_| host.start("import m")).collect();
        host.settle();
        deliver_all(&mut host, &[("m", broken)]);
        host.finish();
        assert_eq!(host.stdout, "runs\n".repeat(3));
        for main in mains {
            let RunOutcome::Failed(report) = host.outcome(main) else { panic!("it fails") };
            let report = report.render(Style::Plain);
            assert!(report.contains("Runtime Error: broken\n  --> m.ruff:3:1"), "{report}");
        }
        host.stdout.clear();

        let main = host.start("import m\nprint(x)");
        host.settle();
        deliver_all(&mut host, &[("m", "export x := \"repaired\"")]);
        host.finish();
        completed(&mut host, main);
        assert_eq!((host.stdout.as_str(), host.stderr.as_str()), ("repaired\n", ""));
        assert_eq!(host.left(), "");
    }
}

#[test]
fn a_text_that_cannot_be_loaded_is_an_error_of_the_import_alone() {
    let mut host = host(u64::MAX);
    let text = "try { import m } except e { print(e.kind, e.message) }";
    let mains = [host.start(text), host.start(text), host.start("import m\nprint(x)")];
    host.settle();
    let asked = std::mem::take(&mut host.asked_modules);
    assert!(host.vm.deliver_module(asked[0].0, Err(ModuleFailure::Failed { message: "no network".into() })));
    let hint = Some("is the name right?".to_string());
    assert!(host.vm.deliver_module(asked[1].0, Err(ModuleFailure::NotFound { hint })));
    assert!(deliver(&mut host, asked[2].0, "m", "export x := 5"));
    host.finish();
    assert_eq!(host.stdout, "import no network\nimport Module not found: m; is the name right?\n5\n");
    for main in mains {
        completed(&mut host, main);
    }
    assert_eq!(host.left(), "");
}

#[test]
fn circles_are_found_in_whatever_order_the_texts_arrive() {
    let texts = [
        ("a", "await async_sleep(5)\nimport b\nexport x := 1"),
        ("b", "await async_sleep(5)\nimport c\nexport y := 1"),
        ("c", "await async_sleep(5)\nimport a\nexport z := 1"),
    ];
    let import = |name: &str| format!("try {{ import {name} }} except e {{ print(e.kind, e.message) }}\n");
    let text = import("a") + &import("c") + &import("b") + "print(\"goes on\")";
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut host = host(u64::MAX);
        let main = host.start(&text);
        host.settle();
        assert_eq!(names(&host), ["a", "c", "b"]);
        let asked = std::mem::take(&mut host.asked_modules);
        for at in order {
            let (name, text) = texts[at];
            let (id, _) = asked.iter().find(|(_, other)| other == name).expect("it was asked for");
            assert!(deliver(&mut host, *id, name, text));
            host.settle();
        }
        assert!(host.asked_modules.is_empty(), "each is loaded once");
        host.finish();
        completed(&mut host, main);
        let error = "import Circular import detected: a -> b -> c -> a\n";
        assert_eq!((host.stdout, host.stderr), (error.repeat(3) + "goes on\n", String::new()), "{order:?}");
    }
}
