//! The examples of the playground: what `www/examples/list.json` lists.
#![cfg(not(target_arch = "wasm32"))]

use ruff_lang::diagnostic::{Style, render};
use ruff_lang::editor::Analysis;
use ruff_lang::source::Source;
use ruff_lang::syntax::format;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/examples")
}

/// Name and text of every script in the folder.
fn scripts() -> Vec<(String, String)> {
    let entries = fs::read_dir(folder()).expect("a readable folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let scripts = paths.filter(|path| path.extension().is_some_and(|extension| extension == "ruff"));
    let name = |path: &Path| path.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8").to_string();
    scripts.map(|path| (name(&path), fs::read_to_string(&path).expect("UTF-8"))).collect()
}

#[test]
fn the_list_has_every_example_once_with_a_title_and_a_sentence() {
    let text = fs::read_to_string(folder().join("list.json")).expect("the list");
    let groups: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let mut listed = BTreeSet::new();
    for group in groups.as_array().expect("a list of groups") {
        assert!(group["group"].as_str().is_some_and(|name| !name.is_empty()), "{group}");
        for example in group["examples"].as_array().expect("a list of examples") {
            let word = |key: &str| example[key].as_str().unwrap_or_else(|| panic!("{key} of {example}"));
            assert!(!word("title").is_empty() && word("about").ends_with('.'), "{example}");
            assert!(listed.insert(word("id").to_string()), "{example} is listed twice");
        }
    }
    let files: BTreeSet<String> = scripts().into_iter().map(|(name, _)| name).collect();
    assert_eq!(listed, files);
}

#[test]
fn every_example_is_in_the_standard_layout() {
    let changed: Vec<String> =
        scripts().into_iter().filter(|(_, text)| format(text).as_ref() != Ok(text)).map(|(name, _)| name).collect();
    assert!(changed.is_empty(), "`ruff fmt` would change {changed:?}");
}

/// As the page checks them: `host` is what it gives to scripts.
#[test]
fn nothing_is_found_in_any_example() {
    let host = ["fetch_text".into(), "delay".into()];
    for (name, text) in scripts() {
        let source = Source::new(&name, &text);
        let found = Analysis::new(&text).diagnostics(&host);
        let reports: Vec<String> = found.iter().map(|found| render(found, &source, Style::Plain)).collect();
        assert!(reports.is_empty(), "{}", reports.join("\n"));
    }
}
