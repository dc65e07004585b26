//! What must hold whatever the interleaving (async.md 12): random asynchronous programs under random orders of delivery.
#![cfg(not(target_arch = "wasm32"))]

mod support;
#[path = "support/tasks/mod.rs"]
mod tasks;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use ruff_lang::bytecode::Program;
use ruff_lang::diagnostic::Style;
use ruff_lang::machine::{Catalog, Journal, Replay, compile};
use std::sync::{Arc, LazyLock};
use support::numbers::Numbers;
use tasks::writer::{Choice, KINDS};
use tasks::{Deliveries, Session, Way, writer};

/// Programs of a normal run; `RUFF_TEST_INTERLEAVINGS` sets another number.
const PROGRAMS: u32 = 10_000;
/// They are divided among tests that run at the same time.
const PARTS: u32 = 4;

fn choice() -> impl Strategy<Value = Choice> {
    let flat = (0..KINDS, any::<[u8; 3]>()).prop_map(|(kind, numbers)| Choice { kind, numbers, body: Vec::new() });
    flat.prop_recursive(3, 16, 4, |inner| {
        (0..KINDS, any::<[u8; 3]>(), vec(inner, 0..5)).prop_map(|(kind, numbers, body)| Choice { kind, numbers, body })
    })
}

fn compiled(text: &str) -> Result<Arc<Program>, String> {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| tasks::machine().catalog());
    compile(text, "random.ruff", &CATALOG).map_err(|found| found.render(Style::Plain))
}

fn uncut() -> Way {
    Way { slice: u64::MAX, stress: false, inspects: true }
}

/// Runs a program; `seed` decides what the host delivers when, and how the run is repeated.
fn check(text: &str, seed: u16) -> Result<(), String> {
    let program = compiled(text)?;
    let mut first = Session::new(&program, uncut(), Deliveries::Random(Numbers(seed.into())));
    first.run().map_err(|fault| format!("{fault}\n{}\n{}", first.trace, shrunk(&program, &first.journal())))?;
    let journal = Journal::from_bytes(&first.journal().to_bytes()).map_err(|error| error.to_string())?;
    let mut replay = Replay::new(&journal);
    if seed % 4 == 1 {
        replay.cut_into(3);
    }
    replay.finish().map_err(|error| format!("{error}\n{}", first.trace))?;
    let log = tasks::log(&journal);
    let slices = [1, 2, 3, 7, 1000];
    let slice = slices[seed as usize % slices.len()];
    let mut ways = vec![Way { slice, stress: false, inspects: seed.is_multiple_of(4) }];
    if seed.is_multiple_of(16) {
        ways = slices.map(|slice| Way { slice, stress: false, inspects: true }).into();
        ways.push(Way { stress: true, ..uncut() });
        ways.push(uncut());
    }
    for way in ways {
        let stress = way.stress;
        let what = format!("in slices of {}, with collections: {}", way.slice, way.stress);
        let mut again = Session::new(&program, way, Deliveries::Recorded(log.clone().into()));
        let result = again.run();
        if again.trace != first.trace {
            let same = first.trace.lines().zip(again.trace.lines()).take_while(|(a, b)| a == b).count();
            let (a, b) = (first.trace.lines().nth(same), again.trace.lines().nth(same));
            return Err(format!("{what}: line {same}: {a:?}, then {b:?}; {result:?}\n{}", first.trace));
        }
        result.map_err(|fault| format!("{what}: {fault}\n{}", again.trace))?;
        let reported = |session: &Session| {
            let mut reported = session.unhandled.clone();
            if stress {
                // When a failure is out of reach, the collector knows; it is told once in any case.
                reported.iter_mut().for_each(|(at, _)| *at = 0);
                reported.sort();
            }
            reported
        };
        if reported(&again) != reported(&first) {
            return Err(format!(
                "{what}: unhandled {:?}, then {:?}\n{}",
                first.unhandled, again.unhandled, first.trace
            ));
        }
    }
    Ok(())
}

/// The acts of the host that a failure needs.
fn shrunk(program: &Arc<Program>, journal: &Journal) -> String {
    let fails = |log: &[tasks::Entry]| {
        let deliveries = Deliveries::Shrunk(log.to_vec().into());
        Session::new(program, uncut(), deliveries).run().is_err()
    };
    format!("--- deliveries\n{:?}", tasks::shrink(&tasks::log(journal), fails))
}

#[test]
fn an_interleaving_shrinks_to_what_a_failure_needs() {
    let text = "spawn { for await e in events(\"e\") { emit_event(\"saw \" + to_string(e[\"data\"]), null) } }\n\
                spawn { sleep(5) emit_event(\"slept\", null) }\n\
                spawn { emit_event(\"fetched\", await fetch(7)) }\nspawn { await fetch(7) }\nsleep(20)";
    let program = compiled(text).expect("it compiles");
    let first = (0..200).find_map(|seed| {
        let mut session = Session::new(&program, uncut(), Deliveries::Random(Numbers(seed)));
        session.run().expect("it keeps the invariants");
        session.trace.contains("told saw 3").then_some(session)
    });
    let log = tasks::log(&first.expect("an event of number 3 comes up").journal());
    assert!(log.len() > 6, "{log:?}");
    let least = tasks::shrink(&log, |log| {
        let mut session = Session::new(&program, uncut(), Deliveries::Shrunk(log.to_vec().into()));
        session.run().expect("it keeps the invariants");
        session.trace.contains("told saw 3")
    });
    assert_eq!(least.iter().map(|entry| entry.act).collect::<Vec<_>>(), [tasks::Act::Event(3)]);
}

fn number(name: &str) -> Option<u32> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

fn check_part(part: u32) {
    let config = ProptestConfig {
        cases: number("RUFF_TEST_INTERLEAVINGS").unwrap_or(PROGRAMS) / PARTS,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    };
    // The same programs every time; another seed gives others.
    let mut seed = [part as u8; 32];
    seed[..4].copy_from_slice(&number("RUFF_TEST_SEED").unwrap_or(0).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let result = runner.run(&(any::<u16>(), vec(choice(), 1..8)), |(seed, program)| {
        check(&writer::write(&program), seed).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(_, (seed, program))) => {
            let text = writer::write(&program);
            let fault = check(&text, seed).expect_err("it fails again");
            panic!("{fault}\n--- script\n{text}");
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

#[test]
fn random_programs_keep_the_invariants() {
    check_part(0);
}

#[test]
fn more_random_programs_keep_the_invariants() {
    check_part(1);
}

#[test]
fn still_more_random_programs_keep_the_invariants() {
    check_part(2);
}

#[test]
fn the_last_random_programs_keep_the_invariants() {
    check_part(3);
}

#[test]
fn the_programs_are_worth_running() {
    // What the generator is for must come up often.
    let mut runner = TestRunner::deterministic();
    let strategy = vec(choice(), 1..8);
    let (mut scripts, mut traces) = (String::new(), String::new());
    for seed in 0..400 {
        let program = strategy.new_tree(&mut runner).expect("a program").current();
        let text = writer::write(&program);
        let program = compiled(&text).expect("it compiles");
        let mut session = Session::new(&program, uncut(), Deliveries::Random(Numbers(seed)));
        session.run().expect("it keeps the invariants");
        scripts.push_str(&text);
        traces.push_str(&session.trace);
    }
    for (text, wanted) in [(&scripts, SCRIPTS_HAVE), (&traces, TRACES_HAVE)] {
        for &(least, pattern) in wanted {
            let count = text.matches(pattern).count();
            assert!(count >= least, "{pattern:?} came up {count} times");
        }
    }
}

/// What the texts of 400 programs contain, at least so often.
const SCRIPTS_HAVE: &[(usize, &str)] = &[
    (150, "async func()"),
    (70, "spawn {"),
    (30, "spawn_task"),
    (70, "async func f"),
    (30, "async let"),
    (60, "async scope"),
    (15, "join all"),
    (15, "join race"),
    (15, "join any"),
    (15, "join settle"),
    (30, "promise_all("),
    (10, "promise_race("),
    (10, "promise_any("),
    (10, "promise_all_settled("),
    (15, "parallel_map"),
    (50, ".send("),
    (20, ".receive()"),
    (15, "receive_timeout("),
    (25, "select("),
    (60, "async_sleep("),
    (150, "fetch("),
    (80, "cancel("),
    (60, "async func*"),
    (100, "for await"),
    (10, ".next() mut"),
    (10, "events("),
    (10, "bars("),
    (5, "next_event("),
    (5, "next_tick("),
    (30, "async_timeout("),
];

/// What happens in 400 runs, at least so often.
const TRACES_HAVE: &[(usize, &str)] = &[
    (600, "started "),
    (100, " notes 2 "),
    (8, " notes 3 "),
    (5, "was cancelled"),
    (4, " notes 4 "),
    (80, " notes 8 "),
    (140, " notes 9 "),
    (20, "aborted "),
    (100, "the run completed"),
    (40, "the run failed"),
    (1, "the run Cancelled"),
    (20, "Deadlock: every"),
    (70, "Answer("),
    (90, "Advance"),
    (60, "Event("),
    (60, "Bar("),
    (10, "NoMore"),
];
