//! The command line as its user sees it: output, reports, exit statuses.
#![cfg(feature = "tokio")]

#[path = "command_line/capabilities.rs"]
mod capabilities;
#[path = "command_line/feeding.rs"]
mod feeding;
#[path = "command_line/formatting.rs"]
mod formatting;
#[path = "command_line/replaying.rs"]
mod replaying;
#[path = "command_line/sessions.rs"]
mod sessions;
#[path = "command_line/site.rs"]
mod site;
#[path = "command_line/testing.rs"]
mod testing;

use std::path::PathBuf;
use std::process::{Command, Output};

fn script(name: &str, text: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the script is written");
    path
}

fn ruff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ruff"))
        .args(arguments)
        .env_remove("RUFF_SCHEDULER_TIMEOUT_MS")
        .output()
        .expect("ruff runs")
}

fn run(name: &str, text: &str) -> Output {
    ruff(&["run", script(name, text).to_str().expect("a path")])
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("an exit status")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn success_is_status_0() {
    let output = run("success.ruff", "print(\"hello\")\neprint(\"aside\")\nreturn 5");
    assert_eq!((status(&output), stdout(&output), stderr(&output)), (0, "hello\n".into(), "aside\n".into()));
}

#[test]
fn exit_gives_its_status() {
    let output = run("exit.ruff", "print(1)\ntry { exit(7) } finally { print(2) }");
    assert_eq!((status(&output), stdout(&output)), (7, "1\n".into()));
}

#[test]
fn an_uncaught_error_is_reported_with_status_4() {
    let output = run("ratio.ruff", "func ratio(a, b) {\n    return a / b\n}\nprint(ratio(1, 0))\n");
    assert_eq!(status(&output), 4);
    let report = stderr(&output);
    assert!(report.starts_with("[RUFVM001] [vm] Runtime Error: Division by zero\n  --> ratio.ruff:2:12\n"), "{report}");
    assert!(report.ends_with("Call stack:\n  0 at ratio (2:12)\n  1 at <script> (4:7)\n"), "{report}");
}

#[test]
fn diagnostics_run_nothing() {
    let lexical = run("lexical.ruff", "print(1)\nx := 12ab\n");
    assert_eq!((status(&lexical), stdout(&lexical)), (3, String::new()));
    assert!(stderr(&lexical).starts_with("[RUFLEX007] [lexer] error: "), "{}", stderr(&lexical));
    let parse = run("parse.ruff", "print(1)\nif true print(2)\n");
    assert_eq!((status(&parse), stdout(&parse)), (3, String::new()));
    let compile = run("compile.ruff", "print(1)\nbreak\n");
    assert_eq!((status(&compile), stdout(&compile)), (4, String::new()));
    assert!(stderr(&compile).contains("Compilation error: break can only be used inside a loop"));
}

#[test]
fn an_unreadable_file_is_status_5() {
    assert_eq!(status(&ruff(&["run", "no-such-file.ruff"])), 5);
    let path = script("binary.ruff", "");
    std::fs::write(&path, [0xff, 0xfe, 0x00]).expect("bytes are written");
    let output = ruff(&["run", path.to_str().expect("a path")]);
    assert_eq!(status(&output), 5);
    assert!(stderr(&output).contains("not UTF-8"), "{}", stderr(&output));
}

#[test]
fn wrong_usage_is_status_2() {
    assert_eq!(status(&ruff(&["frobnicate"])), 2);
    assert_eq!(status(&ruff(&["run"])), 2);
    let path = script("usage.ruff", "print(1)");
    let path = path.to_str().expect("a path");
    assert_eq!(status(&ruff(&["run", "--scheduler-timeout-ms", "0", path])), 2);
    assert_eq!(status(&ruff(&["--help"])), 0);
}

#[test]
fn arguments_follow_two_dashes() {
    let path = script("arguments.ruff", "print(args())");
    let output = ruff(&["run", path.to_str().expect("a path"), "--", "a", "-b", "3"]);
    assert_eq!(stdout(&output), "[a, -b, 3]\n");
}

#[test]
fn limits_end_a_run_with_status_4() {
    let path = script("endless.ruff", "print(\"begun\")\nloop { }");
    let path = path.to_str().expect("a path");
    let fuel = ruff(&["run", "--fuel", "100000", path]);
    assert_eq!((status(&fuel), stdout(&fuel)), (4, "begun\n".into()));
    assert!(stderr(&fuel).starts_with("Limit exceeded: fuel (used "), "{}", stderr(&fuel));
    let memory = script("memory.ruff", "a := []\nloop { a.push([1, 2, 3]) }");
    let memory = ruff(&["run", "--memory", "8000000", memory.to_str().expect("a path")]);
    assert_eq!(status(&memory), 4);
    assert!(stderr(&memory).starts_with("Limit exceeded: memoryBytes"), "{}", stderr(&memory));
    let time = ruff(&["run", "--scheduler-timeout-ms", "50", path]);
    assert_eq!((status(&time), stdout(&time)), (4, "begun\n".into()));
    assert_eq!(stderr(&time), "Scheduler timed out after 50ms (1 pending)\n");
}

#[test]
fn check_reports_without_running() {
    let path = script("check.ruff", "print(1)\nlet a := 1\nlet a := 2\n");
    let path = path.to_str().expect("a path");
    let output = ruff(&["check", path]);
    assert_eq!((status(&output), stdout(&output)), (4, String::new()));
    assert!(stderr(&output).contains("Duplicate declaration in the same scope: a"), "{}", stderr(&output));
    let json = ruff(&["check", "--json", path]);
    let line = stderr(&json);
    let value: serde_json::Value = serde_json::from_str(line.lines().next().expect("a line")).expect("JSON");
    assert_eq!(value["code"], "RUFVM001");
    assert_eq!(value["file"], "check.ruff");
    assert_eq!((value["span"]["line"].as_u64(), value["span"]["column"].as_u64()), (Some(3), Some(5)));
    let good = script("good.ruff", "print(1)");
    assert_eq!(status(&ruff(&["check", good.to_str().expect("a path")])), 0);
}

#[test]
fn warnings_change_neither_output_nor_status() {
    let text = "print \"forgotten\"\nprint(1)\n";
    let header = "[RUFVM001] [vm] warning: This is a statement of its own and does nothing\n  --> warned.ruff:1:1\n";
    let output = run("warned.ruff", text);
    assert_eq!((status(&output), stdout(&output).as_str()), (0, "1\n"));
    assert!(stderr(&output).starts_with(header), "{}", stderr(&output));
    let path = script("warned.ruff", text);
    let output = ruff(&["check", path.to_str().expect("a path")]);
    assert_eq!((status(&output), stdout(&output).as_str()), (0, ""));
    assert!(stderr(&output).starts_with(header), "{}", stderr(&output));
    let misspelt = script("misspelt.ruff", "func unused() { pritn(1) }\n");
    let output = ruff(&["check", misspelt.to_str().expect("a path")]);
    assert_eq!(status(&output), 0);
    assert!(stderr(&output).contains("did you mean `print`?"), "{}", stderr(&output));
}

#[test]
fn dis_lists_bytecode_beside_the_source() {
    let path = script("listing.ruff", "func add(a, b) {\n    return a + b\n}\nprint(add(1, 2))\n");
    let output = ruff(&["dis", path.to_str().expect("a path")]);
    assert_eq!(status(&output), 0);
    let listing = stdout(&output);
    assert!(listing.contains("    2 |     return a + b\n"), "{listing}");
    assert!(listing.lines().any(|line| line.contains("Add ") && line.ends_with("r2, r0, r1")), "{listing}");
    assert!(listing.lines().any(|line| line.contains("CallGlobal") && line.ends_with("add")), "{listing}");
}

#[test]
fn unhandled_rejections_are_printed_and_change_nothing() {
    let output = run("unhandled.ruff", "async func bad() { throw \"lost\" }\nbad()\nprint(\"goes on\")");
    assert_eq!((status(&output), stdout(&output)), (0, "goes on\n".into()));
    assert!(stderr(&output).starts_with("[RUFVM001] [vm] Runtime Error: lost\n"), "{}", stderr(&output));
}

#[test]
fn explain_prints_the_page_of_a_code() {
    let output = ruff(&["explain", "rufparse001"]);
    assert_eq!((status(&output), stderr(&output)), (0, String::new()));
    let page = stdout(&output);
    assert!(page.starts_with("RUFPARSE001: Source that does not follow the grammar\n\n"), "{page}");
    assert!(
        page.contains("\nWrong:\n    func area(w, h {\n") && page.contains("\nRight:\n    func area(w, h) {\n"),
        "{page}"
    );
}

#[test]
fn explain_lists_the_codes_if_there_is_none_of_that_name() {
    let output = ruff(&["explain", "E0001"]);
    assert_eq!((status(&output), stdout(&output)), (2, String::new()));
    let list = stderr(&output);
    assert!(list.starts_with("ruff: there is no diagnostic code \"E0001\""), "{list}");
    for code in ruff_lang::diagnostic::Code::ALL {
        assert!(list.contains(code.text()) && list.contains(code.title()), "{list}");
    }
    assert_eq!(status(&ruff(&["explain"])), 2);
}

#[test]
fn the_timeout_of_the_environment_is_checked_like_the_option() {
    let path = script("environment.ruff", "sleep(60000)");
    let with = |value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ruff"));
        command.arg("run").arg(&path).env("RUFF_SCHEDULER_TIMEOUT_MS", value).output().expect("ruff runs")
    };
    assert_eq!(status(&with("0")), 2);
    assert_eq!(status(&with("soon")), 2);
    assert_eq!((status(&with("40")), stderr(&with("40")).lines().count()), (4, 1));
}

#[test]
fn memory_takes_a_unit() {
    let path = script("units.ruff", "a := []\nloop { a.push([1, 2, 3]) }");
    let path = path.to_str().expect("a path");
    for (size, bytes) in [("8M", "8388608"), ("512k", "524288")] {
        let output = ruff(&["run", "--memory", size, path]);
        assert!(status(&output) == 4 && stderr(&output).contains(bytes), "{}", stderr(&output));
    }
    for wrong in ["", "M", "-1", "1T", "99999999999999G"] {
        assert_eq!(status(&ruff(&["run", &format!("--memory={wrong}"), path])), 2, "{wrong}");
    }
}

#[test]
fn reports_can_be_json_and_coloured() {
    let path = script("reports.ruff", "async func lost() { throw \"lost\" }\nlost()\nprint(1 / 0)\n");
    let path = path.to_str().expect("a path");
    let output = ruff(&["run", "--json", path]);
    assert_eq!(status(&output), 4);
    let lines: Vec<serde_json::Value> =
        stderr(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let division = lines.iter().find(|line| line["kind"] == "arithmetic").expect("the uncaught error");
    assert_eq!((division["file"].as_str(), division["span"]["line"].as_u64()), (Some("reports.ruff"), Some(3)));
    assert_eq!(division["frames"][0], "<script> (3:7)");
    assert!(stderr(&ruff(&["run", "--color", "always", path])).contains("\x1b["));
    assert!(!stderr(&ruff(&["run", "--color", "never", path])).contains("\x1b["));
    assert_eq!(status(&ruff(&["run", "--color", "sometimes", path])), 2);
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    let path = script("forever.ruff", "loop { print(\"line\") }");
    let mut child = Command::new(env!("CARGO_BIN_EXE_ruff"))
        .arg("run")
        .arg(path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ruff runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    assert_eq!(line, "line\n");
    let mut errors = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut errors).expect("text");
    assert_eq!((child.wait().expect("it ends").code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn a_dash_is_standard_input() {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_ruff"))
        .args(["run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ruff runs");
    child.stdin.take().expect("its input").write_all(b"print(2)\nthrow \"x\"\n").expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((status(&output), stdout(&output)), (4, "2\n".into()));
    assert!(stderr(&output).contains("--> <stdin>:2:1"), "{}", stderr(&output));
}

#[test]
fn check_takes_several_files() {
    let (good, bad) = (script("several_good.ruff", "print(1)"), script("several_bad.ruff", "x := )"));
    let output = ruff(&["check", bad.to_str().expect("a path"), "no-such.ruff", good.to_str().expect("a path")]);
    assert_eq!(status(&output), 5);
    assert!(stderr(&output).contains("several_bad.ruff:1:6") && stderr(&output).contains("no-such.ruff"));
}
