//! `ruff repl` with its input from a pipe.

use std::io::Write;
use std::process::{Command, Stdio};

/// What a session prints to standard output and standard error, and its exit status.
fn session(input: &str) -> (String, String, i32) {
    let mut ruff = Command::new(env!("CARGO_BIN_EXE_ruff"))
        .arg("repl")
        .env_remove("RUFF_SCHEDULER_TIMEOUT_MS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ruff runs");
    ruff.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads its input");
    let output = ruff.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code().expect("an exit status"))
}

#[test]
fn values_are_shown_in_literal_form_and_null_is_not() {
    let (out, err, status) = session("1 + 1\n\"a\"\nprint(\"b\")\nnull\n[1, {k: \"v\"}]\nx := 5\nx * 2\n");
    assert_eq!((out.as_str(), err.as_str(), status), ("2\n\"a\"\nb\n[1, {\"k\": \"v\"}]\n10\n", "", 0));
}

#[test]
fn inputs_go_on_while_something_is_open() {
    let (out, err, _) =
        session("func f(n) {\n    return n *\n        2\n}\nf(4)\n[1,\n2\n]\n/* a\ncomment */ 7\n3 +\n4\n");
    assert_eq!((out.as_str(), err.as_str()), ("8\n[1, 2]\n7\n7\n", ""));
}

#[test]
fn an_open_input_is_given_up_by_empty_lines() {
    let (out, err, status) = session("f(\n\n\n1\n");
    assert_eq!((out.as_str(), status), ("1\n", 0));
    assert!(err.contains("RUFPARSE001"), "{err}");
}

#[test]
fn variables_functions_and_types_live_on() {
    let input = "struct P { a, b = 2  func sum(self) { return self.a + self.b } }\nenum E { A(v) }\np := P { a: 1 }\n\
                 p.sum()\nmatch E::A(3) { case E::A(v) { v } }\nlet y := 1\nlet y := y + 1\ny\n\
                 func set() { p := null }\nset()\np == null\nstruct P { c }\nP { c: 1 }\n";
    let (out, err, _) = session(input);
    assert_eq!((out.as_str(), err.as_str()), ("3\n3\n2\ntrue\nP { c: 1 }\n", ""));
}

#[test]
fn inputs_may_await() {
    let (out, err, _) = session("async func f(x) { sleep(1)  return x }\nawait f(3)\nawait join all { f(1), f(2) }\n");
    assert_eq!((out.as_str(), err.as_str()), ("3\n[1, 2]\n", ""));
}

#[test]
fn errors_do_not_end_it() {
    let (out, err, status) = session("1 / 0\n)\nlet a := 1 let a := 2\nunknown\nthrow \"mine\"\n8\n");
    assert_eq!((out.as_str(), status), ("8\n", 0));
    for part in ["Division by zero", "--> <input>:1:1", "RUFPARSE001", "Duplicate declaration", "unknown", "mine"] {
        assert!(err.contains(part), "no {part:?} in {err}");
    }
}

#[test]
fn exit_ends_it_with_its_status() {
    let (out, _, status) = session("1\nexit(7)\n2\n");
    assert_eq!((out.as_str(), status), ("1\n", 7));
}
