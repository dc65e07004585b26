//! `ruff test`: test blocks.

use super::{ruff, script, status, stderr, stdout};

fn test(name: &str, text: &str, options: &[&str]) -> (i32, String) {
    let path = script(name, text);
    let mut arguments = vec!["test", path.to_str().expect("a path")];
    arguments.extend(options);
    let output = ruff(&arguments);
    (status(&output), stdout(&output))
}

#[test]
fn each_test_has_fresh_variables_and_the_blocks_of_its_groups() {
    let text = "log := []\nfunc note(x) { log.push(x) }\n\
        test_setup { store := [] note(\"outer\") }\n\
        test \"starts empty\" { assert_equal(len(store), 0) store.push(1) assert_equal(log, [\"outer\"]) }\n\
        test_group \"pushing\" {\n    test_setup { note(\"inner\") store.push(0) }\n\
        \x20   test \"one\" { store.push(1) assert_equal(store, [0, 1]) assert_equal(log, [\"outer\", \"inner\"]) }\n\
        \x20   test_teardown { print(\"inner\", store) }\n}\n\
        test_teardown { print(\"outer\", store) store := null }\n";
    let (status, out) = test("fresh.ruff", text, &["--verbose"]);
    assert_eq!(status, 0, "{out}");
    let lines: Vec<&str> = out.lines().map(|line| line.split(" (").next().unwrap_or(line)).collect();
    let expected = [
        "ok   starts empty",
        "    Output:",
        "    outer [1]",
        "ok   pushing / one",
        "    Output:",
        "    inner [0, 1]",
        "    outer [0, 1]",
        "2 passed, 0 failed",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_failure_shows_message_position_excerpt_and_output_and_the_others_go_on() {
    let text = "test \"bad\" {\n    print(\"seen\")\n    assert_equal(1, 2)\n}\ntest \"good\" { print(\"unseen\") }\n";
    let (status, out) = test("failing.ruff", text, &[]);
    assert_eq!(status, 1);
    assert!(out.contains("FAIL bad (") && out.contains("Assertion failed: expected 2, got 1"), "{out}");
    assert!(out.contains("--> failing.ruff:3:5") && out.contains("assert_equal(1, 2)"), "{out}");
    assert!(out.contains("    Output:\n    seen\n") && !out.contains("unseen"), "{out}");
    assert!(out.contains("ok   good (") && out.ends_with("1 passed, 1 failed\n"), "{out}");
}

#[test]
fn teardown_runs_after_failures_and_does_not_hide_them() {
    let text = "test_setup { throw \"setup\" }\ntest_teardown { print(\"first\") throw \"cleanup\" }\n\
        test_teardown { print(\"second\") return }\ntest \"never\" { print(\"body\") }\n";
    let (status, out) = test("teardown.ruff", text, &[]);
    assert_eq!(status, 1);
    assert!(out.contains("Runtime Error: setup") && !out.contains("Runtime Error: cleanup"), "{out}");
    assert!(out.contains("    first\n    second\n") && !out.contains("body"), "{out}");
    let text = "test_teardown { throw \"cleanup\" }\ntest \"fine\" { }\n";
    let (status, out) = test("cleanup.ruff", text, &[]);
    assert!(status == 1 && out.contains("Runtime Error: cleanup"), "{out}");
}

#[test]
fn return_leaves_only_its_part() {
    let text = "x := 1\nif x == 1 { return 5 }\ntest_setup { y := 2 return }\n\
        test \"still runs\" { assert_equal([x, y], [1, 3]) }\n\
        test \"early\" { try { return } finally { y := 7 } throw \"late\" }\ntest_teardown { print(\"y\", y) }\n";
    let (status, out) = test("returning.ruff", text, &["--verbose"]);
    assert_eq!(status, 1);
    assert!(out.contains("FAIL still runs") && out.contains("expected [1, 3], got [1, 2]"), "{out}");
    assert!(out.contains("ok   early") && out.contains("y 7"), "{out}");
}

#[test]
fn every_way_to_go_wrong_is_a_failed_test() {
    let text = "test \"waits\" { sleep(1) assert_equal(await spawn { return 3 }, 3) }\n\
        test \"exits\" { exit(0) }\ntest \"burns\" { loop { } }\ntest \"deadlocks\" { channel().receive() }\n\
        test \"lost\" { spawn { throw \"in a task\" } sleep(1) }\ntest \"last\" { }\n";
    let (status, out) = test("ways.ruff", text, &["--fuel", "100000"]);
    assert_eq!(status, 1);
    assert!(out.contains("ok   waits") && out.contains("ok   last"), "{out}");
    assert!(out.contains("The test called exit(0)") && out.contains("Limit exceeded: fuel"), "{out}");
    assert!(out.contains("FAIL deadlocks") && out.contains("FAIL lost") && out.contains("in a task"), "{out}");
    assert!(out.ends_with("2 passed, 4 failed\n"), "{out}");
    let (status, out) = test("slow.ruff", "test \"slow\" { sleep(60000) }\n", &["--scheduler-timeout-ms", "30"]);
    assert!(status == 1 && out.contains("Scheduler timed out after 30ms"), "{out}");
}

#[test]
fn filter_and_json() {
    let text = "test_group \"a\" { test \"x\" { } test \"y\" { throw \"no\" } }\ntest \"x\" { }\n";
    let (status, out) = test("filter.ruff", text, &["--filter", "a / x"]);
    assert_eq!(status, 0);
    assert!(out.ends_with("2 left out by --filter\n1 passed, 0 failed\n"), "{out}");
    let (status, out) = test("filter.ruff", text, &["--json"]);
    assert_eq!(status, 1);
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!((lines[1]["name"].as_str(), lines[1]["passed"].as_bool()), (Some("a / y"), Some(false)));
    assert_eq!((lines[1]["message"].as_str(), lines[1]["span"]["line"].as_u64()), (Some("no"), Some(1)));
    assert_eq!((lines[3]["passed"].as_u64(), lines[3]["failed"].as_u64()), (Some(2), Some(1)));
}

#[test]
fn a_file_without_tests_says_so_and_mistakes_in_tests_are_found() {
    let (status_of, out) = test("none.ruff", "print(1)\n", &[]);
    assert_eq!((status_of, out.as_str()), (0, "none.ruff has no tests\n0 passed, 0 failed\n"));
    let text = "test \"bad\" { break }\ntest_group \"empty\" { test_setup { continue } }\n";
    let path = script("mistakes.ruff", text);
    let path = path.to_str().expect("a path");
    assert_eq!(status(&ruff(&["test", path])), 1);
    let check = ruff(&["check", path]);
    assert_eq!(status(&check), 4);
    assert!(stderr(&check).contains("break can only be used inside a loop"), "{}", stderr(&check));
    assert!(stderr(&check).contains("continue can only be used inside a loop"), "{}", stderr(&check));
    assert_eq!(status(&ruff(&["run", path])), 0, "a normal run ignores test blocks");
}
