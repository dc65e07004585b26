//! The machine on tokio: timers, asynchronous host functions, cancellation.
#![cfg(feature = "tokio")]

use ruff_lang::desktop::{HostResult, Vm};
use ruff_lang::machine::{Catalog, Data, Delivery, RunOutcome, StartOptions, compile};
use ruff_lang::runtime::Limits;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

struct Host {
    vm: Vm,
    printed: Arc<Mutex<String>>,
}

fn host() -> Host {
    let printed = Arc::new(Mutex::new(String::new()));
    let sink = printed.clone();
    let vm = Vm::new(
        Limits::default(),
        Box::new(move |_, text| {
            if let Ok(mut printed) = sink.lock() {
                printed.push_str(text);
            }
        }),
    );
    Host { vm, printed }
}

fn run(host: &mut Host, script: &str) -> RunOutcome {
    let program = compile(script, "test.ruff", &Catalog::default()).unwrap_or_else(|found| {
        panic!("{}", found.render(ruff_lang::diagnostic::Style::Plain));
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(host.vm.run(&program, StartOptions::default())).expect("the run begins")
}

fn printed(host: &Host) -> String {
    host.printed.lock().expect("the output").clone()
}

fn number(arguments: &[Data]) -> u64 {
    match arguments.first() {
        Some(Data::Int(int)) => *int as u64,
        _ => 0,
    }
}

#[test]
fn joined_sleeps_overlap() {
    let mut host = host();
    let begun = Instant::now();
    let outcome = run(
        &mut host,
        "await promise_all([async_sleep(100), async_sleep(100), async_sleep(100)])\n\
         sleeps := []\nfor i in 100 { sleeps.push(async_sleep(100)) }\nawait promise_all(sleeps)",
    );
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    let took = begun.elapsed();
    assert!(took >= Duration::from_millis(200), "{took:?}");
    // One after the other they would take more than ten seconds.
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn host_futures_run_concurrently_and_give_results_in_order() {
    let mut host = host();
    let flying = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (now, peak) = (flying.clone(), most.clone());
    host.vm.add_async_function("fetch", move |arguments| {
        let (now, peak) = (now.clone(), peak.clone());
        async move {
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(50)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            let n = number(&arguments) as i64;
            if n == 7 { Err("status 500".to_string()) } else { HostResult::Ok(Data::Int(n * 2)) }
        }
    });
    let outcome = run(
        &mut host,
        "async func get(n) { try { return await fetch(n) } except e { return e.kind + \": \" + e.message } }\n\
         print(await promise_all(map(range(10), get)))",
    );
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    assert_eq!(printed(&host), "[0, 2, 4, 6, 8, 10, 12, host: status 500, 16, 18]\n");
    assert_eq!(most.load(Ordering::SeqCst), 10);
}

#[test]
fn a_cancelled_call_drops_its_future() {
    struct Flag(Arc<AtomicUsize>);
    impl Drop for Flag {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let mut host = host();
    let dropped = Arc::new(AtomicUsize::new(0));
    let flag = dropped.clone();
    host.vm.add_async_function("forever", move |_| {
        let flag = Flag(flag.clone());
        async move {
            let _flag = flag;
            std::future::pending::<HostResult>().await
        }
    });
    let outcome = run(
        &mut host,
        "try { await async_timeout(forever(), 20) } except e { print(e.kind, e.message) }\n\
         t := spawn { await forever() }\nawait async_sleep(5)\ncancel(t)\n\
         try { await t } except e { print(e.message) }",
    );
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    assert_eq!(printed(&host), "timeout Timeout after 20ms\nTask 2 was cancelled\n");
    // Aborted tokio tasks are dropped when their runtime looks at them, at the latest when it ends.
    assert_eq!(dropped.load(Ordering::SeqCst), 2);
}

#[test]
fn immediate_host_functions_take_and_give_plain_data() {
    let mut host = host();
    host.vm.add_function("describe", |arguments| Ok(Data::Text(format!("{arguments:?}"))));
    host.vm.add_function("fail", |_| Err("no".to_string()));
    run(
        &mut host,
        "print(describe(1, 2.5, \"x\", [true, null], {k: 1}))\n\
         try { fail() } except e { print(e.kind, e.message, e.line, e.column) }\n\
         try { describe(func() { return 1 }) } except e { print(e.message) }",
    );
    assert_eq!(
        printed(&host),
        "[Int(1), Float(2.5), Text(\"x\"), List([Bool(true), Null]), Dict([(\"k\", Int(1))])]\n\
         host no 2 7\nA host function cannot take a function\n"
    );
}

#[test]
fn a_machine_moves_between_threads() {
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    let machine = sendable(ruff_lang::machine::VirtualMachine::new(Limits::default()));
    let handle = std::thread::spawn(move || machine.usage().tasks);
    assert_eq!(handle.join().expect("the thread"), 0);
}

#[test]
fn tasks_go_on_after_the_top_level_has_ended() {
    let mut host = host();
    let outcome = run(&mut host, "spawn { await async_sleep(20)  print(\"later\") }\nprint(\"first\")");
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    assert_eq!(printed(&host), "first\nlater\n");
    assert_eq!(host.vm.machine.usage().tasks, 0);
}

#[test]
fn events_bars_and_ticks_come_through_a_channel() {
    let mut host = host();
    let (sender, receiver) = tokio::sync::mpsc::channel(8);
    host.vm.feed_from(receiver);
    let bar = |close| Delivery::Bar {
        source: "A".into(),
        bar: Data::Dict(vec![("time".into(), Data::Int(1)), ("close".into(), Data::Int(close))]),
    };
    let deliveries = vec![
        bar(3),
        Delivery::Event { name: "e".into(), data: "x".into() },
        bar(4),
        Delivery::Tick { id: "t".into() },
        Delivery::EndOfBars { source: "A".into(), error: None },
    ];
    let feeding = std::thread::spawn(move || {
        for delivery in deliveries {
            std::thread::sleep(Duration::from_millis(5));
            sender.blocking_send(delivery).expect("the machine listens");
        }
    });
    let outcome = run(
        &mut host,
        "async func follow() { for await bar in bars(\"A\") { print(bar[\"close\"] / 2) } print(\"ends\") }\n\
         f := follow()\nprint((await next_event(\"e\"))[\"data\"])\nawait next_tick(\"t\")\nprint(\"tick\")\nawait f\n\
         try { await next_event(\"never\") } except e { print(e.kind) }",
    );
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    assert_eq!(printed(&host), "1.5\nx\n2\ntick\nends\ndeadlock\n");
    feeding.join().expect("all was fed");
}

#[test]
fn events_and_alerts_reach_listeners_and_sinks() {
    let mut host = host();
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = |told: &Arc<Mutex<Vec<String>>>, line: String| told.lock().expect("the list").push(line);
    let events = told.clone();
    host.vm.on_event(Box::new(move |name, payload| note(&events, format!("event {name} {payload:?}"))));
    let alerts = told.clone();
    host.vm.on_alert(Box::new(move |alert| note(&alerts, format!("alert {}", alert.title))));
    let ops = told.clone();
    host.vm.add_alert_sink(
        &["ops"],
        Box::new(move |alert| {
            note(&ops, format!("ops {:?}", alert.data));
            if alert.title == "bad" { Err("no line".to_string()) } else { Ok(()) }
        }),
    );
    let rest = told.clone();
    let rest = host.vm.add_alert_sink(
        &[],
        Box::new(move |alert| {
            note(&rest, format!("rest {}", alert.message));
            Ok(())
        }),
    );
    let script = "emit_event(\"a\", [1])\nemit_alert({\"title\": \"good\", \"tags\": \"ops\", \"data\": 1})\n\
                  emit_alert({\"title\": \"bad\", \"tags\": \"ops\"})\nemit_alert(\"other\")";
    run(&mut host, script);
    let expected =
        ["event a List([Int(1)])", "alert good", "ops Int(1)", "alert bad", "ops Null", "alert other", "rest other"];
    assert_eq!(*told.lock().expect("the list"), expected);
    let dead: Vec<_> =
        host.vm.dead_letters().map(|letter| (letter.alert.title.clone(), letter.error.clone())).collect();
    assert_eq!(dead, [("bad".to_string(), "no line".to_string())]);
    host.vm.remove_alert_sink(rest);
    told.lock().expect("the list").clear();
    run(&mut host, "emit_alert(\"other\")");
    assert_eq!(*told.lock().expect("the list"), ["alert other"]);
}

/// Runs 1,000 calls that only go on when `together` of them are in flight. Gives how many there were at most.
fn calls_that_wait_for_each_other(script: &str, together: usize) -> usize {
    let mut host = host();
    let meeting = Arc::new(tokio::sync::Barrier::new(together));
    let flying = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let peak = most.clone();
    host.vm.add_async_function("fetch", move |arguments| {
        let (meeting, flying, peak) = (meeting.clone(), flying.clone(), peak.clone());
        // In flight from the call on, not only from when tokio gets to it.
        peak.fetch_max(flying.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        async move {
            meeting.wait().await;
            flying.fetch_sub(1, Ordering::SeqCst);
            HostResult::Ok(Data::Int(number(&arguments) as i64))
        }
    });
    let program = compile(script, "test.ruff", &host.vm.machine.catalog()).unwrap_or_else(|found| {
        panic!("{}", found.render(ruff_lang::diagnostic::Style::Plain));
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    // Too few calls would wait for ever: that is given up at some time, so that the test fails.
    let patience = async { tokio::time::sleep(Duration::from_secs(240)).await };
    let outcome = runtime.block_on(host.vm.run_until(&program, StartOptions::default(), patience));
    let outcome = outcome.expect("the run begins");
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    assert_eq!(printed(&host), "499500\n");
    most.load(Ordering::SeqCst)
}

#[test]
fn a_thousand_calls_are_in_flight_at_once() {
    let script = "print(sum(await promise_all(map(range(1000), fetch))))";
    assert_eq!(calls_that_wait_for_each_other(script, 1000), 1000);
}

#[test]
fn a_limit_of_ten_keeps_ten_calls_in_flight() {
    let script = "async func get(n) { return await fetch(n) }\nprint(sum(await parallel_map(range(1000), get, 10)))";
    assert_eq!(calls_that_wait_for_each_other(script, 10), 10);
}
