//! Scripts that nobody would write: the golden scripts with words taken out, doubled, exchanged and put elsewhere.
//! Whatever they do, the machine survives, and does the same in pieces and with collections.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use include_dir::Dir;
use ruff_lang::runtime::Limits;
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::goldens::{ASYNCHRONOUS, LANGUAGE, MISTAKES};
use support::numbers::Numbers;
use support::{Options, run_script};

/// Mutations of each script in a normal run; `RUFF_TEST_MUTATIONS` sets another number.
const MUTATIONS: u64 = 8;

/// Words, numbers, white space, and single other characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, character) in text.char_indices() {
        let kind = if character.is_alphanumeric() || character == '_' {
            1
        } else if character.is_whitespace() {
            2
        } else {
            0
        };
        if last.is_some_and(|last| last != kind || kind == 0) {
            pieces.push(&text[start..at]);
            start = at;
        }
        last = Some(kind);
    }
    pieces.push(&text[start..]);
    pieces
}

fn is_word(piece: &str) -> bool {
    piece.starts_with(|character: char| character.is_alphabetic() || character == '_')
}

/// Puts something else in place of words and numbers, so that the script mostly still parses.
fn mutate_words(text: &str, others: &[&str], numbers: &mut Numbers) -> String {
    let mut parts = pieces(text);
    let places: Vec<usize> = (0..parts.len()).filter(|&at| parts[at].starts_with(char::is_alphanumeric)).collect();
    for _ in 0..=numbers.next(3) {
        let Some(&at) = places.get(numbers.next(places.len())) else { break };
        parts[at] = if is_word(parts[at]) {
            let from = if numbers.next(4) == 0 { pieces(others[numbers.next(others.len())]) } else { parts.clone() };
            let words: Vec<&str> = from.into_iter().filter(|piece| is_word(piece)).collect();
            match words.get(numbers.next(words.len())) {
                Some(word) => word,
                None => continue,
            }
        } else {
            let values = ["0", "1", "2", "(-1)", "100", "1000000", "9223372036854775807", "0.5", "null", "[]", "\"x\""];
            values[numbers.next(values.len())]
        };
    }
    parts.concat()
}

/// Lines taken out, doubled, moved, and brought in from another script.
fn mutate_lines(text: &str, others: &[&str], numbers: &mut Numbers) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for _ in 0..=numbers.next(3) {
        if lines.is_empty() {
            break;
        }
        let (at, to) = (numbers.next(lines.len()), numbers.next(lines.len()));
        match numbers.next(4) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(to, lines[at]),
            2 => lines.swap(at, to),
            _ => {
                let foreign: Vec<&str> = others[numbers.next(others.len())].lines().collect();
                lines.insert(to, foreign[numbers.next(foreign.len())]);
            }
        }
    }
    lines.join("\n")
}

fn mutate(text: &str, others: &[&str], numbers: &mut Numbers) -> String {
    match numbers.next(5) {
        0 | 1 => mutate_words(text, others, numbers),
        2 | 3 => mutate_lines(text, others, numbers),
        _ => mutate_pieces(text, others, numbers),
    }
}

fn mutate_pieces(text: &str, others: &[&str], numbers: &mut Numbers) -> String {
    let mut parts = pieces(text);
    for _ in 0..=numbers.next(3) {
        let at = numbers.next(parts.len());
        let to = numbers.next(parts.len());
        match numbers.next(6) {
            0 => {
                parts.remove(at);
            }
            1 => parts.insert(to, parts[at]),
            2 => parts.swap(at, to),
            3 => {
                let end = (at + 1 + numbers.next(12)).min(parts.len());
                parts.drain(at..end);
            }
            4 => {
                let end = (at + 1 + numbers.next(30)).min(parts.len());
                let moved: Vec<&str> = parts[at..end].to_vec();
                parts.splice(to..to, moved);
            }
            _ => {
                let foreign = pieces(others[numbers.next(others.len())]);
                let from = numbers.next(foreign.len());
                let end = (from + 1 + numbers.next(12)).min(foreign.len());
                parts.splice(to..to, foreign[from..end].iter().copied());
            }
        }
        if parts.is_empty() {
            parts.push("x");
        }
    }
    parts.concat()
}

fn scripts(dir: &'static Dir<'static>, scripts: &mut Vec<&'static str>) {
    for file in dir.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "ruff")) {
        scripts.extend(file.contents_utf8());
    }
    for inner in dir.dirs() {
        self::scripts(inner, scripts);
    }
}

/// What a script says of the world it runs in, which stays as it is, and what it does.
fn parted(text: &str) -> (String, String) {
    let (world, script): (Vec<&str>, Vec<&str>) =
        text.split_inclusive('\n').partition(|line| line.starts_with("# host: "));
    (world.concat(), script.concat())
}

/// Everything that can be seen of a run.
fn seen(text: &str, slice: u64, stress: bool) -> Result<String, String> {
    let limits = Limits {
        fuel: Some(60_000),
        memory_bytes: Some(20_000_000),
        output_bytes: Some(200_000),
        tasks: Some(200),
        ..Limits::default()
    };
    let run = || {
        let ran = run_script(text, "mutation.ruff", &Options { slice, stress, limits, ..Options::default() });
        format!("{}\0{}\0{}", ran.stdout, ran.stderr, ran.left)
    };
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let message = panic.downcast_ref::<String>().cloned();
        message.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default()
    })
}

#[test]
fn no_script_breaks_the_machine() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("RUFF_TEST_SEED").unwrap_or(0);
    let mutations = number("RUFF_TEST_MUTATIONS").unwrap_or(MUTATIONS);
    let mut texts = Vec::new();
    for dir in [&LANGUAGE, &ASYNCHRONOUS, &MISTAKES] {
        scripts(dir, &mut texts);
    }
    texts.retain(|text| !text.is_empty() && text.len() < 4000);
    let parted: Vec<(String, String)> = texts.into_iter().map(parted).collect();
    let scripts: Vec<&str> = parted.iter().map(|(_, script)| script.as_str()).collect();
    let mut failures = Vec::new();
    for (index, (world, text)) in parted.iter().enumerate() {
        for mutation in 0..mutations {
            let mut numbers = Numbers(seed << 40 | (index as u64) << 16 | mutation);
            let script = world.clone() + &mutate(text, &scripts, &mut numbers);
            let uncut = match seen(&script, u64::MAX, false) {
                Ok(uncut) => uncut,
                Err(panic) => {
                    failures.push(format!("panic: {panic}\n{script}"));
                    continue;
                }
            };
            if !uncut.ends_with('\0') {
                failures.push(format!("left: {}\n{script}", uncut.rsplit('\0').next().unwrap_or_default()));
            }
            let slice = [1, 2, 3, 7, 1000][numbers.next(5)];
            // What breaks the limit of memory depends on when it is collected; random numbers are not the same twice.
            let compared = !uncut.contains("memoryBytes") && !uncut.contains("random");
            // Deep recursion takes long with collections.
            let stress = mutation % 2 == 0 && !uncut.contains("Maximum VM call stack depth");
            match seen(&script, slice, stress) {
                Ok(again) if again == uncut || !compared => {}
                Ok(again) => {
                    let at = uncut.bytes().zip(again.bytes()).take_while(|(a, b)| a == b).count();
                    let near = |text: &str| {
                        let bytes = &text.as_bytes()[at.saturating_sub(60).min(text.len())..(at + 60).min(text.len())];
                        String::from_utf8_lossy(bytes).into_owned()
                    };
                    failures.push(format!(
                        "slices of {slice}, stress {stress}:\n{:?}\n{:?}\n{script}",
                        near(&uncut),
                        near(&again)
                    ));
                }
                Err(panic) => {
                    failures.push(format!("panic with slices of {slice}, stress {stress}: {panic}\n{script}"))
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures, the first:\n{}",
        failures.len(),
        failures[..failures.len().min(3)].join("\n=====\n")
    );
}
