//! The files that are written from the language's tables are those that the tables give. With `RUFF_WRITE_REFERENCE`
//! set, which `cargo xtask docs` does, they are written first.
#![cfg(not(target_arch = "wasm32"))]

#[path = "reference/declarations.rs"]
mod declarations;
#[path = "reference/page.rs"]
mod page;

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_written_files_are_those_of_the_tables() {
    for (file, content) in
        [("www/reference.html", page::page()), ("pkg-config/src/builtins.ts", declarations::module())]
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if std::env::var_os("RUFF_WRITE_REFERENCE").is_some() {
            std::fs::write(&path, &content).unwrap_or_else(|error| panic!("{file}: {error}"));
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        let differs = found.lines().zip(content.lines()).position(|(found, wanted)| found != wanted);
        let line = differs.unwrap_or(found.lines().count().min(content.lines().count())) + 1;
        assert!(found == content, "{file} is stale from line {line} on: run `cargo xtask docs`");
    }
}

#[test]
fn links_of_the_page_lead_to_its_parts() {
    let page = page::page();
    let values = |attribute: &str| {
        let parts = page.split(attribute).skip(1).filter_map(|rest| rest.split_once('"'));
        parts.map(|(value, _)| value.to_owned()).collect::<Vec<String>>()
    };
    let identifiers = values(" id=\"");
    let distinct: BTreeSet<&String> = identifiers.iter().collect();
    assert_eq!(distinct.len(), identifiers.len(), "an id is there twice");
    for link in values(" href=\"#") {
        assert!(distinct.contains(&link), "nothing is at #{link}");
    }
    for builtin in &ruff_lang::builtins::TABLE {
        assert!(distinct.contains(&builtin.name.to_owned()), "{} has no place", builtin.name);
    }
}
