//! The shape of the source: layers import only downwards, files stay readable.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each layer may use itself and those before it.
const LAYERS: &[&[&str]] = &[
    &["source"],
    &["diagnostic"],
    &["syntax"],
    &["names"],
    &["heap", "value"],
    &["runtime"],
    &["builtins"],
    &["bytecode"],
    &["compile"],
    &["editor"],
    &["vm"],
    &["schedule"],
    &["machine"],
    &["desktop", "web"],
];

/// The front half does not know the back half.
const NARROWED: &[(&str, &[&str])] = &[
    ("compile", &["compile", "source", "diagnostic", "syntax", "names", "builtins", "bytecode"]),
    ("editor", &["editor", "compile", "source", "diagnostic", "syntax", "names", "builtins"]),
];

const MOST_LINES: usize = 800;

/// The interpreter loop is one `match` over all instructions; cut in pieces it would be slower.
const LONG_FILES: &[&str] = &["vm/run.rs"];

/// The Rust files below a directory of the crate, with their paths below it.
fn files(of: &str) -> Vec<(String, String)> {
    fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("a readable directory") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                collect(&path, files);
            } else {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(of);
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let below = |path: &Path| {
        let parts = path.strip_prefix(&root).expect("below the root").components();
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
    };
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| (below(path), fs::read_to_string(path).expect("UTF-8")))
        .collect()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The top modules that a text names after `crate::`, in imports and in paths, also in `crate::{a, b::c}`.
fn used(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut modules = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || before == '_' || before == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (index, character) in group.char_indices() {
                    match character {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        character if start && character.is_alphabetic() => {
                            modules.insert(word(&group[index..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => {
                modules.insert(word(rest));
            }
        }
    }
    modules
}

fn word(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

#[test]
fn layers_import_only_downwards() {
    let mut upward = Vec::new();
    for (path, text) in files("src") {
        // The root names the modules, and programs stand above all of them.
        let Some((module, _)) = path.split_once('/').filter(|(module, _)| *module != "bin") else { continue };
        let own = layer(module).unwrap_or_else(|| panic!("{module} is in no layer"));
        let narrowed = NARROWED.iter().find(|(narrowed, _)| *narrowed == module).map(|(_, allowed)| *allowed);
        for other in used(&text) {
            // What is no module is a macro or an item of the root.
            let Some(of) = layer(&other) else { continue };
            // Tests inside of a module may drive it from above.
            let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
            let allowed = of <= own && narrowed.is_none_or(|allowed| allowed.contains(&other.as_str()));
            if !allowed && !is_test {
                upward.push(format!("{path} uses {other}"));
            }
        }
    }
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn imports_are_found_however_they_are_written() {
    let text = "use crate::heap::{List, crate_like};\nuse crate::{vm as machine, schedule::{Task, Wait}, value};\n\
                // crate::comment\nfn f() -> crate::source::Span { other_crate::x() }\n";
    let expected = ["heap", "schedule", "source", "value", "vm"];
    assert_eq!(used(text).into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn no_file_is_too_long() {
    let mut long = Vec::new();
    for (path, text) in files("src").into_iter().chain(files("tests")) {
        let lines = text.lines().count();
        if lines > MOST_LINES && !LONG_FILES.contains(&path.as_str()) {
            long.push(format!("{path} has {lines} lines"));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_embedded_scripts_are_those_on_disk() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    fn count(dir: &Path) -> usize {
        let entries = fs::read_dir(dir).expect("a readable directory").map(|entry| entry.expect("an entry").path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    fn embedded(dir: &include_dir::Dir<'_>) -> usize {
        dir.files().count() + dir.dirs().map(embedded).sum::<usize>()
    }
    use support::goldens::{ASYNCHRONOUS, LANGUAGE, MISTAKES};
    for (name, dir) in [("language", &LANGUAGE), ("asynchronous", &ASYNCHRONOUS), ("mistakes", &MISTAKES)] {
        let message = "a file was added: touch tests/support/goldens.rs, so that it is built in";
        assert_eq!(embedded(dir), count(&root.join(name)), "{name}: {message}");
    }
}

mod support;
