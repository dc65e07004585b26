//! What the formatter keeps: the meaning of a program, its words, and its comments; and that it keeps its own layout.

use super::programs::Choices;
use super::scale::PROGRAMS;
use super::shape;
use crate::syntax::lexer::lex;
use crate::syntax::tokens::TokenKind;
use crate::syntax::{format, parse};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// All tokens without the separators that a formatter may add or leave out.
fn words(text: &str) -> String {
    let mut words = String::new();
    for token in lex(text).tokens {
        match token.kind {
            TokenKind::Semicolon | TokenKind::Comma | TokenKind::Colon | TokenKind::Export => {}
            TokenKind::ColonAssign => words.push('='),
            _ => words.push_str(token.span.of(text)),
        }
    }
    words
}

fn comments(text: &str) -> Vec<String> {
    lex(text).comments.iter().map(|span| span.of(text).trim_end().replace("\r\n", "\n").replace('\r', "\n")).collect()
}

/// Formats a text without diagnostics and compares the result with it.
fn keeps(text: &str) -> Result<(), String> {
    let Ok(result) = std::panic::catch_unwind(|| format(text)) else { return Err(format!("panicked\n{text}")) };
    let Ok(formatted) = result else { return Err(format!("refused\n{text}")) };
    let after = parse(&formatted);
    let show = || format!("\n--- source\n{text}\n--- formatted\n{formatted}\n---\n");
    if let Some(diagnostic) = after.diagnostics.first() {
        return Err(format!("{diagnostic:?}{}", show()));
    }
    let (before, after) = (shape::show(&parse(text).tree), shape::show(&after.tree));
    if before != after {
        return Err(format!("another tree\n{before}\n{after}{}", show()));
    }
    if comments(text) != comments(&formatted) {
        return Err(format!("other comments{}", show()));
    }
    if words(text) != words(&formatted) {
        return Err(format!("other words{}", show()));
    }
    let again = format(&formatted);
    if again.as_ref() != Ok(&formatted) {
        return Err(format!("not settled{}{again:?}", show()));
    }
    if formatted.lines().any(|line| line.ends_with([' ', '\t']))
        && !formatted.contains("/*")
        && !formatted.contains("${")
    {
        return Err(format!("white space at the end of a line{}", show()));
    }
    Ok(())
}

fn is_program(text: &str) -> bool {
    parse(text).diagnostics.is_empty()
}

/// Random programs in a normal run; `RUFF_TEST_PROGRAMS` sets another number.
fn cases() -> u32 {
    std::env::var("RUFF_TEST_PROGRAMS").ok().and_then(|count| count.parse().ok()).unwrap_or(4000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_programs_keep_their_meaning_words_and_comments(bytes in prop::collection::vec(any::<u8>(), 1..160)) {
        let text = Choices::program(&bytes);
        if is_program(&text) {
            keeps(&text).map_err(TestCaseError::fail)?;
        } else {
            prop_assert!(format(&text).is_err());
        }
    }
}

#[test]
fn enough_of_the_random_programs_are_programs() {
    let mut seed = 7u64;
    let mut programs = 0;
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..40)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 40) as u8
            })
            .collect();
        programs += u32::from(is_program(&Choices::program(&bytes)));
    }
    assert!(programs > 150, "{programs} of 500");
}

fn collect_scripts(folder: &Path, scripts: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect_scripts(&path, scripts);
        } else if path.extension().is_some_and(|extension| extension == "ruff")
            && let Ok(text) = fs::read_to_string(&path)
        {
            scripts.push((path.display().to_string(), text));
        }
    }
}

fn scripts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut scripts = Vec::new();
    for folder in ["tests", "www/examples"] {
        collect_scripts(&root.join(folder), &mut scripts);
    }
    scripts
}

#[test]
fn the_scripts_of_all_tests_keep_their_meaning_words_and_comments() {
    let mut kept = 0;
    for (name, text) in scripts() {
        if is_program(&text) {
            kept += 1;
            if let Err(difference) = keeps(&text) {
                panic!("{name}: {difference}");
            }
        } else {
            assert!(format(&text).is_err(), "{name}");
        }
    }
    assert!(kept > 150, "only {kept} scripts");
}

/// The same programs with other line breaks: every space becomes one, or every line break but the needed ones goes.
#[test]
fn the_scripts_of_all_tests_keep_their_meaning_in_other_layouts() {
    let mut kept = 0;
    for (name, text) in scripts() {
        for variant in [
            text.replace(' ', "\n"),
            text.replace('\n', "\r\n"),
            text.replace('\n', " "),
            text.replace(", ", ",\n// c\n"),
        ] {
            if is_program(&variant) {
                kept += 1;
                if let Err(difference) = keeps(&variant) {
                    panic!("{name}: {difference}");
                }
            }
        }
    }
    assert!(kept > 300, "only {kept} scripts");
}

#[test]
fn every_truncation_and_every_comment_in_between_is_survived() {
    for program in PROGRAMS {
        keeps(program).expect("a program");
        for end in (0..program.len()).filter(|&end| program.is_char_boundary(end)) {
            for text in [
                program[..end].to_string(),
                program[end..].to_string(),
                format!("{}/* c */{}", &program[..end], &program[end..]),
                format!("{}// c\n{}", &program[..end], &program[end..]),
                format!("{}\n\n// c\n\n{}", &program[..end], &program[end..]),
                format!("{}\n{}", &program[..end], &program[end..]),
                format!("{}/* c\n */{}", &program[..end], &program[end..]),
            ] {
                if is_program(&text) {
                    keeps(&text).unwrap_or_else(|difference| panic!("{difference}"));
                } else {
                    assert!(format(&text).is_err(), "{text}");
                }
            }
        }
    }
}

/// Formats with a small native stack, in a time that only a linear formatter needs (in an unoptimised build).
#[track_caller]
fn quickly(text: String) {
    let start = text[..text.floor_char_boundary(40)].to_owned();
    let begin = Instant::now();
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let formatted = format(&text).map_err(|diagnostics| diagnostics[0].message.clone());
        if let Err(message) = formatted {
            assert!(message.starts_with("Formatted source exceeds"), "{message}");
        }
    });
    thread.expect("a thread").join().expect("no panic");
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(8), "{start}… took {took:?}");
}

#[test]
fn long_programs_take_linear_time() {
    quickly("x := 1\n".repeat(100_000));
    quickly("f(a) // c\n".repeat(100_000));
    quickly(format!("x := 1{}", " + 1".repeat(100_000)));
    quickly(format!("x := [{}]", "1, ".repeat(300_000)));
    quickly(format!("x := [{}]", "a, /* c */ ".repeat(90_000)));
    quickly(format!("x := {{{}}}", "a: 1, ".repeat(150_000)));
    quickly(format!("x{}", ".f(1)[0]? ".repeat(90_000)));
    quickly(format!("x := a{}", " |> f".repeat(100_000)));
    quickly(format!("x := \"{}\"", "${a}".repeat(200_000)));
    quickly(format!("x := \"{}\"", "${f(func() { })}".repeat(50_000)));
    quickly(format!("if a {{}}{}", " else if b {}".repeat(70_000)));
    quickly(format!("match v {{ {} }}", "case 1 { } ".repeat(90_000)));
    quickly(format!("struct A {{ {} }}", "x ".repeat(400_000)));
    quickly("// c\n".repeat(200_000));
    quickly(";".repeat(1_000_000));
    quickly("export ".repeat(100_000) + "x := 1");
}

#[test]
fn deep_programs_fit_a_small_stack() {
    let nested = |open: &str, count: usize, close: &str| format!("{}1{}", open.repeat(count), close.repeat(count));
    quickly(nested("(1 + 2 * ", 256, ")"));
    quickly(nested("f(1, 2, func() { return ", 128, "})"));
    quickly(nested("match x { case 1 { ", 128, "}}"));
    quickly(nested("x(match x { case 1 { y := 2 + ", 120, "}})"));
    quickly(nested("try { x() } except e { ", 128, "}"));
    quickly(nested("{a: [", 128, "]}"));
    quickly(nested("f(", 255, ")"));
    quickly(nested("\"${", 200, "}\""));
    quickly(nested("throw -", 128, ""));
}
