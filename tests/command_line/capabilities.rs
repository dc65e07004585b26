//! What a script may use of the world outside is what its user allows.

use super::{ruff, script, status, stderr, stdout};
use std::path::PathBuf;

#[test]
fn files_and_http_are_refused_unless_they_are_allowed() {
    let path = script("refused.ruff", "await async_read_file(\"a\")");
    let path = path.to_str().expect("a path");
    let output = ruff(&["run", path]);
    assert_eq!(status(&output), 4);
    assert!(stderr(&output).contains("Runtime Error: Capability 'files' is not granted\n"), "{}", stderr(&output));
    let output = ruff(&["run", "--allow", "http", path]);
    assert!(stderr(&output).contains("Runtime Error: Capability 'files' is not granted\n"), "{}", stderr(&output));
    let output = ruff(&["run", "--allow", "everything", path]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("[possible values: http, files]"), "{}", stderr(&output));
}

#[test]
fn allowed_files_are_those_of_the_system() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("allowed");
    // Left by an earlier run, if it is there.
    let _ = std::fs::remove_dir_all(&folder);
    let at = folder.display();
    let text = format!(
        "await async_write_file(\"{at}/deep/a.txt\", \"one\")\n\
         print(await async_read_file(\"{at}/deep/a.txt\"), len(await async_list_files(\"{at}/\")))\n\
         await async_read_file(\"{at}/none\")"
    );
    let path = script("allowed.ruff", &text);
    let output = ruff(&["run", "--allow", "http,files", path.to_str().expect("a path")]);
    assert_eq!((status(&output), stdout(&output)), (4, "one 1\n".into()));
    let report = stderr(&output);
    assert!(report.contains(&format!("Runtime Error: cannot read {at}/none: ")), "{report}");
    assert_eq!(std::fs::read_to_string(folder.join("deep/a.txt")).expect("the file"), "one");
}

#[test]
fn tests_may_use_what_is_allowed() {
    let path =
        script("allowed_tests.ruff", "test \"lists\" { assert_equal(await async_list_files(\"no/such/\"), []) }");
    let path = path.to_str().expect("a path");
    assert_eq!(status(&ruff(&["test", path])), 1);
    assert_eq!(status(&ruff(&["test", "--allow", "files", path])), 0);
}
