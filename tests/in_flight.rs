//! Many calls of host functions at once, on a virtual clock: how long they take together, and how many are in flight.

mod support;

use ruff_lang::machine::{Data, RunOutcome};
use support::{Answer, Host, Options};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A host whose `fetch` answers after 50 ms, and whose `ask` the test answers.
fn host() -> Host {
    let mut host = Host::new(&Options::default());
    host.play("");
    host.add_function("fetch", |arguments| Answer::After(50.0, Ok(arguments[0].clone())));
    host.add_function("ask", |_| Answer::Pending);
    host
}

/// Milliseconds that a script takes; its result must be the sum of 0 to 999.
fn takes(script: &str) -> f64 {
    let mut host = host();
    let begun = host.vm.now();
    let outcome = host.run(&format!("async func get(n) {{ return await fetch(n) }}\n{script}"));
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    assert_eq!(host.stdout, "499500\n");
    assert_eq!(host.left(), "");
    host.vm.now() - begun
}

#[test]
fn a_thousand_calls_take_as_long_as_one() {
    let one_by_one = takes("total := 0\nfor n in 1000 { total += await fetch(n) }\nprint(total)");
    assert_eq!(one_by_one, 50_000.0);
    assert_eq!(takes("print(sum(await promise_all(map(range(1000), fetch))))"), 50.0);
    assert_eq!(takes("print(sum(await promise_all(map(range(1000), get))))"), 50.0);
    assert_eq!(takes("print(sum(await join all map(range(1000), get)))"), 50.0);
    assert_eq!(takes("print(sum(await parallel_map(range(1000), get, 1000)))"), 50.0);
}

#[test]
fn a_limit_of_ten_takes_a_hundred_rounds() {
    assert_eq!(takes("print(sum(await parallel_map(range(1000), get, 10)))"), 5000.0);
    let functions = "map(range(1000), func(n) { return func() { return get(n) } })";
    assert_eq!(takes(&format!("print(sum(await promise_all({functions}, 10)))")), 5000.0);
}

/// Answers one call after the other, now the oldest and now the newest; ten are in flight until the last ten are left.
fn keeps_ten_in_flight(script: &str) {
    let mut host = host();
    let main = host.start(&format!("async func get(n) {{ return await ask(n) }}\n{script}"));
    for answered in 0..1000 {
        host.settle();
        assert_eq!(host.pending.len(), 10.min(1000 - answered), "after {answered} answers");
        let at = if answered % 2 == 0 { 0 } else { host.pending.len() - 1 };
        assert!(host.deliver(host.pending[at], Ok(Data::Int(1))));
    }
    host.settle();
    let outcome = host.outcome(main);
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    assert_eq!(host.stdout, "1000\n");
    assert_eq!(host.left(), "");
}

#[test]
fn a_limit_of_ten_keeps_exactly_ten_in_flight() {
    keeps_ten_in_flight("print(sum(await parallel_map(range(1000), get, 10)))");
    let functions = "map(range(1000), func(n) { return func() { return get(n) } })";
    keeps_ten_in_flight(&format!("print(sum(await promise_all({functions}, 10)))"));
}
