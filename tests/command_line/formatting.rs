//! `ruff fmt`.

use super::{ruff, script, status, stderr, stdout};
use std::process::Command;

#[test]
fn fmt_rewrites_files_in_place() {
    let path = script("fmt.ruff", "x:=1 // one\nprint( x )");
    let path = path.to_str().expect("a path");
    let output = ruff(&["fmt", path]);
    assert_eq!((status(&output), stdout(&output), stderr(&output)), (0, String::new(), String::new()));
    assert_eq!(std::fs::read_to_string(path).expect("a script"), "x := 1 // one\nprint(x)\n");
    assert_eq!(status(&ruff(&["fmt", "--check", path])), 0);
}

#[test]
fn fmt_check_names_the_files_that_would_change() {
    let good = script("fmt-good.ruff", "x := 1\n");
    let bad = script("fmt-bad.ruff", "x:=1\n");
    let (good, bad) = (good.to_str().expect("a path"), bad.to_str().expect("a path"));
    let output = ruff(&["fmt", "--check", good, bad]);
    assert_eq!((status(&output), stdout(&output), stderr(&output)), (1, format!("{bad}\n"), String::new()));
    assert_eq!(std::fs::read_to_string(bad).expect("a script"), "x:=1\n");
}

#[test]
fn fmt_leaves_alone_what_it_cannot_read_and_goes_on() {
    let broken = script("fmt-broken.ruff", "x:=(1\n");
    let next = script("fmt-next.ruff", "y:=2\n");
    let (broken, next) = (broken.to_str().expect("a path"), next.to_str().expect("a path"));
    let output = ruff(&["fmt", broken, next]);
    assert_eq!((status(&output), stdout(&output)), (3, String::new()));
    assert!(stderr(&output).starts_with("[RUFPARSE001] "), "{}", stderr(&output));
    assert!(stderr(&output).contains("fmt-broken.ruff:1:"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(broken).expect("a script"), "x:=(1\n");
    assert_eq!(std::fs::read_to_string(next).expect("a script"), "y := 2\n");
    assert_eq!(status(&ruff(&["fmt", "no-such-file.ruff", next])), 5);
    assert_eq!(status(&ruff(&["fmt"])), 2);
}

#[test]
fn fmt_of_a_dash_goes_from_the_standard_input_to_the_standard_output() {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_ruff"))
        .args(["fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ruff runs");
    let mut input = child.stdin.take().expect("an input");
    input.write_all(b"f( 1 )").expect("the script is read");
    drop(input);
    let output = child.wait_with_output().expect("ruff ends");
    assert_eq!((status(&output), stdout(&output)), (0, "f(1)\n".into()));
}

#[cfg(unix)]
#[test]
fn fmt_follows_links_and_keeps_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let path = script("fmt-linked.ruff", "x:=1\n");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&path, executable).expect("the permissions are set");
    let link = path.with_file_name("fmt-link.ruff");
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    assert_eq!(status(&ruff(&["fmt", link.to_str().expect("a path")])), 0);
    assert_eq!(std::fs::read_to_string(&path).expect("a script"), "x := 1\n");
    assert!(std::fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o755);
}
