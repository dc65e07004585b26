//! The golden scripts, part of the test binary so that they also run where there is no file system.

use super::{Options, run_with_host};
use include_dir::{Dir, File, include_dir};

pub static LANGUAGE: Dir = include_dir!("$CARGO_MANIFEST_DIR/tests/language");
pub static ASYNCHRONOUS: Dir = include_dir!("$CARGO_MANIFEST_DIR/tests/asynchronous");
pub static MISTAKES: Dir = include_dir!("$CARGO_MANIFEST_DIR/tests/mistakes");

/// A script and what it is expected to print.
pub struct Golden {
    pub name: &'static str,
    /// The texts in the folder that has the script's name, by module name.
    pub modules: Vec<(String, String)>,
    pub script: &'static str,
    /// A recording of what is delivered while it runs: see `ruff_lang::machine::recording`.
    pub feed: &'static str,
    pub stdout: &'static str,
    pub stderr: &'static str,
}

fn text(file: &'static File<'static>) -> &'static str {
    file.contents_utf8().unwrap_or_else(|| panic!("{} is not UTF-8", file.path().display()))
}

/// The scripts that lie directly in a directory, by name.
pub fn scripts(dir: &'static Dir<'static>) -> Vec<Golden> {
    let mut goldens = Vec::new();
    for file in dir.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "ruff")) {
        let beside = |extension| match dir.get_file(file.path().with_extension(extension)) {
            Some(file) => text(file),
            None => "",
        };
        let name = file.path().file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let modules = match dir.get_dir(file.path().with_extension("")) {
            Some(folder) => modules(folder, ""),
            None => Vec::new(),
        };
        goldens.push(Golden {
            name,
            modules,
            script: text(file),
            feed: beside("feed"),
            stdout: beside("out"),
            stderr: beside("err"),
        });
    }
    goldens.sort_by_key(|golden| golden.name);
    goldens
}

/// The texts below a directory, with the names that scripts import them by.
fn modules(dir: &'static Dir<'static>, parents: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in dir.files() {
        let stem = file.path().file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8");
        found.push((format!("{parents}{stem}"), text(file).to_string()));
    }
    for inner in dir.dirs() {
        let name = inner.path().file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        found.extend(modules(inner, &format!("{parents}{name}.")));
    }
    found
}

/// A script and the first problem that it is expected to have.
pub struct Mistake {
    pub name: String,
    pub script: &'static str,
    /// Lines `field: text`.
    pub expected: &'static str,
}

impl Mistake {
    pub fn field(&self, field: &str) -> Option<&'static str> {
        self.expected.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(": "))
    }
}

/// The scripts below a directory that have an `.expect` file.
pub fn mistakes(dir: &'static Dir<'static>) -> Vec<Mistake> {
    let mut mistakes: Vec<Mistake> = dir.dirs().flat_map(mistakes).collect();
    for file in dir.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "expect")) {
        let script = dir.get_file(file.path().with_extension("ruff")).expect("the script beside the expectation");
        let name = file.path().with_extension("ruff").display().to_string();
        mistakes.push(Mistake { name, script: text(script), expected: text(file) });
    }
    mistakes.sort_by(|a, b| a.name.cmp(&b.name));
    mistakes
}

/// Hints are help beyond the layout that the language reference fixes: they count only where they are expected.
fn without_hints(report: &str) -> String {
    report.split_inclusive('\n').filter(|line| !line.starts_with("  = note: ")).collect()
}

/// How the run of one golden script differs from its expectation.
pub fn difference(golden: &Golden, options: &Options) -> Option<String> {
    let ran = run_with_host(golden.script, golden.name, options, |host| {
        host.modules.clone_from(&golden.modules);
        host.play(golden.feed);
    });
    let expects_hints = golden.stderr.lines().any(|line| line.starts_with("  = note: "));
    let stderr = if expects_hints { ran.stderr } else { without_hints(&ran.stderr) };
    let mut text = String::new();
    for (stream, expected, printed) in [("stdout", golden.stdout, &ran.stdout), ("stderr", golden.stderr, &stderr)] {
        if expected != printed {
            text.push_str(&first_difference(stream, expected, printed));
        }
    }
    if !ran.left.is_empty() {
        text.push_str(&format!("  left after the run: {}\n", ran.left));
    }
    (!text.is_empty()).then(|| format!("{}\n{text}", golden.name))
}

fn first_difference(stream: &str, expected: &str, printed: &str) -> String {
    let mut expected_lines = expected.split('\n');
    let mut printed_lines = printed.split('\n');
    for number in 1.. {
        let (expected, printed) = (expected_lines.next(), printed_lines.next());
        if expected != printed {
            let show = |line: Option<&str>| line.map_or("end".to_string(), |line| format!("{line:?}"));
            return format!(
                "  {stream} line {number}\n    expected {}\n    printed  {}\n",
                show(expected),
                show(printed)
            );
        }
        if expected.is_none() {
            break;
        }
    }
    String::new()
}

/// Runs every script of a directory and fails with all differences.
pub fn check(dir: &'static Dir<'static>, options: &Options) {
    let goldens = scripts(dir);
    assert!(!goldens.is_empty(), "no scripts in {}", dir.path().display());
    let differences: Vec<String> = goldens.iter().filter_map(|golden| difference(golden, options)).collect();
    assert!(
        differences.is_empty(),
        "{} of {} scripts of {}:\n{}",
        differences.len(),
        goldens.len(),
        dir.path().display(),
        differences.join("\n")
    );
}

/// A directory by its path below `tests`.
pub fn directory(path: &str) -> &'static Dir<'static> {
    let found = match path.strip_prefix("language/") {
        Some(section) => LANGUAGE.get_dir(section),
        None if path == "asynchronous" => Some(&ASYNCHRONOUS),
        None => None,
    };
    found.unwrap_or_else(|| panic!("no directory {path}"))
}
