//! Events, bars, ticks and alerts at the border of the machine (async.md 8): who gets what comes, and what becomes of it
//! if nobody does.

mod support;

use ruff_lang::machine::{Data, RunOutcome, Severity, SuspensionInfo, WaitType};
use ruff_lang::runtime::Limits;
use ruff_lang::schedule::HostError;
use ruff_lang::value::Value;
use support::{Host, Options};

fn host() -> Host {
    Host::new(&Options::default())
}

fn limited(event_queue: usize) -> Host {
    let limits = Limits { event_queue: Some(event_queue), ..Limits::default() };
    Host::new(&Options { limits, ..Options::default() })
}

fn bar(host: &mut Host, source: &str, close: i64) {
    let bar = host.vm.import(&Data::Dict(vec![("time".into(), Data::Int(close)), ("close".into(), Data::Int(close))]));
    host.vm.deliver_bar(source, bar).expect("a bar");
}

fn bars(host: &mut Host, source: &str, closes: &[i64]) {
    for &close in closes {
        bar(host, source, close);
    }
}

fn event(host: &mut Host, name: &str, data: i64) {
    host.vm.deliver_event(name, Value::Int(data));
}

/// Runs a script to its end, which must come, and leave nothing.
fn printed(host: &mut Host, text: &str) -> String {
    let outcome = host.run(text);
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    assert_eq!(host.left(), "");
    std::mem::take(&mut host.stdout)
}

/// Lets a script run that goes on until deliveries end it.
fn started(host: &mut Host, text: &str) {
    host.start(text);
    host.settle();
}

fn assert_ended(host: &mut Host, expected: &str) {
    host.settle();
    assert_eq!(host.stdout, expected);
    assert_eq!(host.left(), "");
}

fn waits(host: &Host) -> Vec<WaitType> {
    let ids = host.vm.list_execution_context_ids();
    let wait = |id| host.vm.suspension_info(id).map(|SuspensionInfo { wait_type, .. }| wait_type);
    ids.into_iter().map(|id| wait(id).expect("a context")).collect()
}

mod bars {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn all_who_wait_get_the_same_bar() {
        let mut host = host();
        started(
            &mut host,
            "async func wait(name) { print(name, (await next_bar(\"A\"))[\"close\"]) }\n\
             wait(\"first\")\np := next_bar(\"A\")\nwait(\"second\")\nprint((await p)[\"close\"])\n\
             print((await next_bar(\"A\"))[\"close\"])",
        );
        bar(&mut host, "B", 9);
        host.settle();
        assert_eq!(host.stdout, "");
        bar(&mut host, "A", 1);
        host.settle();
        assert_eq!(host.stdout, "first 1\n1\nsecond 1\n");
        bar(&mut host, "A", 2);
        assert_ended(&mut host, "first 1\n1\nsecond 1\n2\n");
    }

    #[test]
    fn next_bar_takes_from_the_buffer_oldest_first() {
        let mut host = host();
        bars(&mut host, "A", &[1, 2, 3]);
        let text = "a := next_bar(\"A\")\nb := next_bar(\"A\")\nprint(task_status(a))\n\
                    print((await b)[\"close\"], (await a)[\"close\"], (await next_bar(\"A\"))[\"close\"])";
        assert_eq!(printed(&mut host, text), "resolved\n2 1 3\n");
    }

    #[test]
    fn a_full_buffer_drops_its_oldest_and_counts_it() {
        let mut host = limited(3);
        bars(&mut host, "A", &[1, 2, 3, 4, 5]);
        assert_eq!(host.vm.usage().dropped_events, 2);
        let text = "for i in 3 { print((await next_bar(\"A\"))[\"close\"]) }";
        assert_eq!(printed(&mut host, text), "3\n4\n5\n");
    }

    #[test]
    fn without_room_bars_go_to_those_who_wait_only() {
        let mut host = limited(0);
        bar(&mut host, "A", 1);
        started(&mut host, "for i in 2 { print((await next_bar(\"A\"))[\"close\"]) }");
        bar(&mut host, "A", 2);
        bar(&mut host, "A", 3);
        host.settle();
        bar(&mut host, "A", 4);
        assert_ended(&mut host, "2\n4\n");
        assert_eq!(host.vm.usage().dropped_events, 2);
    }

    #[test]
    fn a_source_that_has_ended_gives_null_behind_its_last_bar() {
        let mut host = host();
        bar(&mut host, "A", 1);
        host.vm.end_bars("A", None);
        let text = "print((await next_bar(\"A\"))[\"close\"], await next_bar(\"A\"), await next_bar(\"A\"))";
        assert_eq!(printed(&mut host, text), "1 null null\n");
        started(&mut host, "async func wait() { print(await next_bar(\"B\")) }\nwait()\nwait()");
        host.vm.end_bars("B", None);
        assert_ended(&mut host, "null\nnull\n");
    }

    #[test]
    fn a_source_that_has_failed_raises() {
        let mut host = host();
        let text =
            "for i in 2 { try { print((await next_bar(\"A\"))[\"close\"]) } except e { print(e.kind, e.message) } }";
        started(&mut host, text);
        bar(&mut host, "A", 1);
        host.vm.end_bars("A", Some(HostError::of_host("connection lost".into())));
        assert_ended(&mut host, "1\nhost connection lost\n");
        host.stdout.clear();
        assert_eq!(printed(&mut host, text), "host connection lost\nhost connection lost\n");
    }

    #[test]
    fn a_bar_begins_an_ended_source_anew() {
        let mut host = host();
        host.vm.end_bars("A", None);
        bar(&mut host, "A", 5);
        assert_eq!(printed(&mut host, "print((await next_bar(\"A\"))[\"close\"])"), "5\n");
        assert_eq!(host.vm.usage().dropped_events, 0);
    }

    #[test]
    fn cancelling_a_wait_loses_no_bar() {
        let mut host = host();
        let text = "p := next_bar(\"A\")\ncancel(p)\nprint(task_status(p))\n\
                    async func wait() { await next_bar(\"A\") print(\"never\") }\nt := wait()\ncancel(t)\n\
                    async func hold() { q := next_bar(\"A\") sleep(1000) await q }\nh := hold()\ncancel(h)\n\
                    try { await async_timeout(next_bar(\"A\"), 5) } except e { print(e.kind) }\n\
                    print(await join race { next_bar(\"A\"), async_sleep(5) })\n\
                    print((await next_bar(\"A\"))[\"close\"])";
        started(&mut host, text);
        host.advance(20.0);
        bar(&mut host, "A", 1);
        assert_ended(&mut host, "cancelled\ntimeout\nnull\n1\n");
    }

    #[test]
    fn what_is_no_bar_is_refused() {
        let mut host = host();
        assert_eq!(host.vm.deliver_bar("A", Value::Int(5)), Err("a bar must be a dict".into()));
        let bad = host.vm.import(&Data::Dict(vec![("close".into(), "high".into())]));
        assert_eq!(host.vm.deliver_bar("A", bad), Err("bar.close must be a number".into()));
        let bad = host.vm.import(&Data::Dict(vec![("time".into(), Data::Null)]));
        assert_eq!(host.vm.deliver_bar("A", bad), Err("bar.time must be a number".into()));
    }

    #[test]
    fn prices_can_be_divided() {
        let mut host = host();
        bar(&mut host, "A", 3);
        let text = "bar := await next_bar(\"A\")\nprint(bar[\"close\"] / 2, bar[\"time\"] / 2)";
        assert_eq!(printed(&mut host, text), "1.5 1\n");
    }

    #[test]
    fn what_a_script_does_to_a_bar_is_its_own_affair() {
        let mut host = host();
        started(
            &mut host,
            "async func wait(x) { bar := await next_bar(\"A\") bar[\"close\"] := x yield_now() print(bar[\"close\"]) }\n\
             wait(10)\nwait(20)\nprint((await next_bar(\"A\"))[\"close\"])",
        );
        bar(&mut host, "A", 1);
        assert_ended(&mut host, "1\n10\n20\n");
    }
}

mod named {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn an_event_goes_to_all_who_wait_for_its_name() {
        let mut host = host();
        started(
            &mut host,
            "async func wait(name) { print(name, (await next_event(\"a\"))[\"data\"]) }\nwait(1)\nwait(2)\n\
             await next_event(\"end\")\nprint(poll_event())",
        );
        event(&mut host, "a", 7);
        event(&mut host, "end", 0);
        assert_ended(&mut host, "1 7\n2 7\nnull\n");
    }

    #[test]
    fn an_event_is_a_dict() {
        let mut host = host();
        event(&mut host, "a", 7);
        let text = "e := poll_event()\nprint(keys(e), e[\"type\"], e[\"name\"], e[\"data\"], e[\"time\"] == current_timestamp())";
        assert_eq!(printed(&mut host, text), "[data, name, time, type] event a 7 true\n");
    }

    #[test]
    fn what_nobody_waits_for_is_polled_in_order() {
        let mut host = host();
        for (name, data) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            event(&mut host, name, data);
        }
        assert_eq!(host.vm.usage().queued_events, 4);
        let text = "func show(e) { if e == null { return \"none\" } return e[\"name\"] + to_string(e[\"data\"]) }\n\
                    print(await any_event(), show(poll_event()), show(await next_event(\"c\")))\n\
                    p := next_event(\"a\")\nprint(show(poll_event()), show(await p), show(poll_event()))";
        assert_eq!(printed(&mut host, text), "null a1 c4\nb2 a3 none\n");
    }

    #[test]
    fn a_full_queue_drops_its_oldest_and_counts_it() {
        let mut host = limited(2);
        for data in 0..5 {
            event(&mut host, "a", data);
        }
        assert_eq!(host.vm.usage().dropped_events, 3);
        let text = "e := poll_event()\nwhile e != null { print(e[\"data\"]) e := poll_event() }";
        assert_eq!(printed(&mut host, text), "3\n4\n");
    }

    #[test]
    fn any_event_wakes_everybody_and_leaves_the_event() {
        let mut host = host();
        started(
            &mut host,
            "async func wait(name) { await any_event() e := poll_event() print(name, e == null) }\n\
             wait(\"first\")\np := any_event()\nwait(\"second\")\nprint(await p, task_status(p))",
        );
        event(&mut host, "a", 1);
        assert_ended(&mut host, "first false\nnull resolved\nsecond true\n");
    }

    #[test]
    fn an_event_that_somebody_waits_for_is_no_event_for_others() {
        let mut host = host();
        started(
            &mut host,
            "spawn { await any_event() print(\"any\", poll_event()[\"data\"]) }\nprint((await next_event(\"a\"))[\"data\"])",
        );
        event(&mut host, "a", 1);
        host.settle();
        assert_eq!(host.stdout, "1\n");
        event(&mut host, "a", 2);
        assert_ended(&mut host, "1\nany 2\n");
    }

    #[test]
    fn cancelling_a_wait_loses_no_event() {
        let mut host = host();
        let text = "p := next_event(\"a\")\nq := next_event(\"a\")\ncancel(p)\nprint((await q)[\"data\"])\n\
                    r := next_event(\"a\")\ncancel(r)\nawait any_event()\nprint(poll_event()[\"data\"])\n\
                    try { await p } except e { print(e.kind, e.message) }";
        started(&mut host, text);
        event(&mut host, "a", 1);
        host.settle();
        event(&mut host, "a", 2);
        assert_ended(&mut host, "1\n2\ncancelled Operation 1 was cancelled\n");
    }

    #[test]
    fn waits_of_a_race_that_are_over_go_on_unless_they_are_cancelled() {
        let mut host = host();
        let text = "a := next_event(\"a\")\nb := next_event(\"b\")\nprint((await promise_race([a, b]))[\"name\"])\n\
                    print((await a)[\"data\"])";
        started(&mut host, text);
        event(&mut host, "b", 1);
        host.settle();
        event(&mut host, "a", 2);
        assert_ended(&mut host, "b\n2\n");
    }

    #[test]
    fn the_builtins_are_values_like_others() {
        let mut host = host();
        event(&mut host, "a", 1);
        event(&mut host, "b", 2);
        let text = "wait := next_event\nprint((await wait(\"b\"))[\"data\"], (await \"a\".next_event())[\"data\"])\n\
                    tell := emit_event\ntell(\"x\", 1)\n[\"y\", \"z\"].map(func(name) { return emit_event(name, null) })\n\
                    poll := poll_event\nprint(poll())\nfunc next_bar(x) { return x * 2 }\nprint(await next_bar(4))";
        assert_eq!(printed(&mut host, text), "2 1\nevent x 1\nevent y null\nevent z null\nnull\n8\n");
    }
}

mod ticks {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn missed_ticks_are_one() {
        let mut host = host();
        let text = "began := current_timestamp()\nfunc at() { return current_timestamp() - began }\n\
                    start_ticker(\"t\", 10)\nawait next_tick(\"t\")\nprint(at())\nsleep(35)\nprint(at())\n\
                    await next_tick(\"t\")\nprint(at())\nawait next_tick(\"t\")\nprint(at())\nawait next_tick(\"t\")\nprint(at())";
        assert_eq!(printed(&mut host, text), "10\n45\n45\n50\n60\n");
    }

    #[test]
    fn the_host_may_tick() {
        let mut host = host();
        host.vm.tick("t");
        host.vm.tick("t");
        started(
            &mut host,
            "async func wait(name) { for i in 2 { await next_tick(\"t\") print(name, i) } }\nwait(\"a\")\nwait(\"b\")",
        );
        assert_eq!(host.stdout, "a 0\n");
        host.vm.tick("other");
        host.settle();
        assert_eq!(host.stdout, "a 0\n");
        host.vm.tick("t");
        host.settle();
        assert_eq!(host.stdout, "a 0\na 1\nb 0\n");
        host.vm.tick("t");
        assert_ended(&mut host, "a 0\na 1\nb 0\nb 1\n");
    }

    #[test]
    fn a_tick_gives_null_and_a_stopped_ticker_says_so() {
        let mut host = host();
        let text = "start_ticker(\"t\", 10)\nprint(await next_tick(\"t\"), stop_ticker(\"t\"), stop_ticker(\"none\"))\n\
                    start_ticker(\"t\", 5)\n\
                    async func wait() { try { await next_tick(\"t\") } except e { print(e.kind, e.message) } }\n\
                    w := wait()\nstop_ticker(\"t\")\nawait w";
        assert_eq!(printed(&mut host, text), "null null null\ncancelled Ticker \"t\" was stopped\n");
    }

    #[test]
    fn a_ticker_that_is_started_again_begins_anew() {
        let mut host = host();
        let text = "began := current_timestamp()\nstart_ticker(\"t\", 100)\n\
                    async func wait() { await next_tick(\"t\") print(current_timestamp() - began) }\n\
                    w := wait()\nsleep(10)\nstart_ticker(\"t\", 7)\nawait w\nwait()";
        assert_eq!(printed(&mut host, text), "17\n24\n");
    }

    #[test]
    fn a_ticker_that_nobody_waits_for_asks_for_no_time_and_prevents_no_deadlock() {
        let mut host = host();
        started(&mut host, "start_ticker(\"t\", 1)\nawait next_event(\"end\")");
        assert_eq!(host.vm.next_wake_ms(), None);
        event(&mut host, "end", 0);
        assert_ended(&mut host, "");
        match host.run("start_ticker(\"t\", 1)\nchannel().receive()") {
            RunOutcome::Failed(report) => assert_eq!(report.kind, "deadlock"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn waits_that_time_out_leave_no_timers() {
        let mut host = host();
        let text = "start_ticker(\"t\", 1000000)\n\
                    for i in 500 { try { await async_timeout(next_tick(\"t\"), 1) } except e { } }";
        started(&mut host, text);
        host.advance(499.5);
        assert!(host.vm.scheduler().timer_count() < 200, "{} timers", host.vm.scheduler().timer_count());
        host.finish();
        assert_ended(&mut host, "");
    }
}

mod outside {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn waits_show_what_they_are_for() {
        let mut host = host();
        let text = "async func a() { await next_bar(\"BTC\") }\nasync func b() { await next_tick(\"clock\") }\n\
                    async func c() { await any_event() }\nasync func d() { await next_event(\"order\") }\n\
                    p := next_event(\"later\")\na()\nb()\nc()\nd()\nawait p";
        started(&mut host, text);
        let expected = [
            WaitType::Future { id: 1 },
            WaitType::NextBar { source: "BTC".into() },
            WaitType::Timer { id: "clock".into() },
            WaitType::AnyEvent,
            WaitType::NextEvent { name: "order".into() },
        ];
        assert_eq!(waits(&host), expected);
        let words: Vec<String> = host.vm.tasks().into_iter().map(|task| task.waits_for).collect();
        let expected =
            ["an event \"later\"", "a bar of \"BTC\"", "a tick of \"clock\"", "an event", "an event \"order\""];
        assert_eq!(words, expected);
    }

    #[test]
    fn tasks_wake_in_the_order_of_the_deliveries_whatever_their_kind() {
        let mut host = host();
        let text = "async func tick() { await next_tick(\"t\") print(\"tick\") }\n\
                    async func bar() { await next_bar(\"A\") print(\"bar\") }\n\
                    async func named() { await next_event(\"e\") print(\"event\") }\n\
                    async func other() { await any_event() print(\"any\") }\ntick()\nbar()\nnamed()\nother()";
        started(&mut host, text);
        event(&mut host, "x", 0);
        bar(&mut host, "A", 1);
        event(&mut host, "e", 0);
        host.vm.tick("t");
        assert_ended(&mut host, "any\nbar\nevent\ntick\n");
    }

    #[test]
    fn deliveries_in_the_middle_of_a_turn_are_taken_in_after_it() {
        let mut host = host();
        host.start(
            "for i in 1000 { if i == 999 { print(poll_event()) } }\nyield_now()\nprint(poll_event()[\"data\"], (await next_bar(\"A\"))[\"close\"])",
        );
        host.vm.run(50);
        event(&mut host, "a", 1);
        bar(&mut host, "A", 2);
        host.vm.collect();
        assert_ended(&mut host, "null\n1 2\n");
    }

    #[test]
    fn waiting_for_the_host_is_no_deadlock_while_it_may_deliver() {
        let mut host = host();
        let texts = [
            "await next_event(\"a\")",
            "await next_bar(\"a\")",
            "await next_tick(\"a\")",
            "await any_event()",
            "p := next_event(\"a\")\nawait p",
            "s := events(\"a\")\nchannel().receive()",
        ];
        for text in texts {
            let main = host.start(text);
            host.settle();
            assert!(host.ended.is_empty(), "{text}");
            host.vm.expect_deliveries(false);
            host.settle();
            match host.outcome(main) {
                RunOutcome::Failed(report) => assert_eq!(report.kind, "deadlock", "{text}"),
                other => panic!("{text}: {other:?}"),
            }
            assert_eq!(host.left(), "");
            host.vm.expect_deliveries(true);
        }
    }

    #[test]
    fn nothing_is_left_of_a_run_that_has_ended() {
        let mut host = host();
        let endings = ["", "throw \"x\"", "exit(3)", "loop { }"];
        for ending in endings {
            let limits = Limits { fuel: Some(100_000), ..Limits::default() };
            let options = ruff_lang::machine::StartOptions { limits: Some(limits), ..Default::default() };
            let text = format!(
                "kept := [next_event(\"a\"), next_bar(\"b\"), next_tick(\"c\"), any_event(), events(\"d\"), bars(\"e\")]\n\
                 start_ticker(\"f\", 10)\nspawn {{ await next_event(\"g\") }}\nawait yield_now()\ncancel(kept[0])\n{ending}"
            );
            let program = host.compile(&text);
            let main = host.vm.start(&program, options).expect("it begins");
            host.settle();
            if ending.is_empty() {
                // The task that was spawned goes on.
                event(&mut host, "g", 1);
                host.settle();
            }
            host.outcome(main);
            assert_eq!(host.left(), "", "{ending}");
            assert!(host.unhandled.is_empty(), "{ending}");
        }
        event(&mut host, "a", 1);
        assert_eq!(host.vm.usage().queued_events, 1);
    }

    #[test]
    fn the_promise_that_a_run_gives_goes_on() {
        let mut host = host();
        let main = host.start("return next_event(\"a\")");
        host.settle();
        let RunOutcome::Completed(Value::Promise(promise)) = host.outcome(main) else { panic!("a promise") };
        host.vm.watch(promise);
        // The next run has the place of the first.
        assert!(matches!(host.run("next_event(\"b\")\nreturn 1"), RunOutcome::Completed(Value::Int(1))));
        event(&mut host, "a", 1);
        assert_eq!(host.left(), "");
        assert_eq!(host.vm.usage().queued_events, 0);
    }

    #[test]
    fn promises_of_events_are_no_host_operations() {
        let limits = Limits { pending_operations: Some(0), ..Limits::default() };
        let mut host = Host::new(&Options { limits, ..Options::default() });
        started(&mut host, "p := next_event(\"a\")\nprint((await p)[\"data\"])");
        assert_eq!(host.vm.usage().pending_operations, 0);
        assert!(!host.vm.deliver(1, Ok(Value::Int(5))), "only an event settles it");
        event(&mut host, "a", 1);
        assert_ended(&mut host, "1\n");
        assert!(host.aborted.is_empty());
    }

    #[test]
    fn a_saved_state_waits_again() {
        let mut host = host();
        let program = host.compile("print((await next_bar(\"A\"))[\"close\"])");
        host.vm.execute_until_suspend(&program).expect("it waits");
        let state = host.vm.save_execution_state().expect("an active context");
        host.vm.create_execution_context(state).expect("a new context");
        bar(&mut host, "A", 4);
        assert_ended(&mut host, "4\n4\n");
    }

    #[test]
    fn memory_that_waits_and_buffers_take_is_limited() {
        let limits = Limits { memory_bytes: Some(1 << 20), ..Limits::default() };
        let mut host = Host::new(&Options { limits, ..Options::default() });
        for text in [
            "i := 0\nloop { next_event(\"a\" + to_string(i)) i := i + 1 }",
            "loop { next_bar(\"a\") }",
            "loop { events(\"a\") }",
            "loop { bars(\"a\") }",
            "i := 0\nloop { start_ticker(\"a\" + to_string(i), 5) i := i + 1 }",
        ] {
            match host.run(text) {
                RunOutcome::Limit(breach) => assert_eq!(breach.limit.word(), "memoryBytes", "{text}"),
                other => panic!("{text}: {other:?}"),
            }
            assert_eq!(host.left(), "");
            host.vm.collect();
            assert!(host.vm.usage().heap_bytes < 200_000, "{text}: {} bytes", host.vm.usage().heap_bytes);
        }
    }
}

mod told {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn events_leave_in_order_with_printed_text() {
        let mut host = host();
        let text =
            "xs := [1]\nprint(\"a\")\nemit_event(\"list\", xs)\nxs.push(2)\nprint(\"b\")\nemit_event(\"list\", xs)";
        assert_eq!(printed(&mut host, text), "a\nevent list [1]\nb\nevent list [1,2]\n");
    }

    #[test]
    fn alerts_are_normalised() {
        let mut host = host();
        let text = "emit_alert(\"careful\")\nemit_alert({\"message\": \"m\", \"severity\": \"WARN\", \"tags\": \"a\"})\n\
                    emit_alert({\"id\": 7, \"title\": \"t\", \"severity\": \"Crit\", \"tags\": [\"a\", \"b\"], \"data\": {\"x\": 1}, \"time\": 5})\n\
                    emit_alert({\"title\": \"t\", \"message\": \"m\", \"severity\": \"err\"})\nemit_alert({})";
        host.run(text);
        let shown: Vec<_> = host
            .alerts
            .iter()
            .map(|(alert, _)| {
                (alert.id.as_str(), alert.severity, alert.title.as_str(), alert.message.as_str(), alert.time)
            })
            .collect();
        let now = 1_700_000_000_000.0;
        let expected = [
            ("1", Severity::Info, "careful", "careful", now),
            ("2", Severity::Warning, "m", "m", now),
            ("7", Severity::Critical, "t", "t", 5.0),
            ("4", Severity::Error, "t", "m", now),
            ("5", Severity::Info, "", "", now),
        ];
        assert_eq!(shown, expected);
        assert_eq!(host.alerts[1].0.tags, ["a"]);
        assert_eq!(host.alerts[2].0.tags, ["a", "b"]);
        assert_eq!(host.alerts[2].0.data, Data::Dict(vec![("x".into(), Data::Int(1))]));
    }

    #[test]
    fn alerts_go_to_the_sinks_of_their_tags_else_to_those_without_tags() {
        let mut host = host();
        let sink =
            |host: &mut Host, tags: &[&str]| host.vm.add_alert_sink(tags.iter().map(|tag| tag.to_string()).collect());
        let (all, money, both) =
            (sink(&mut host, &[]), sink(&mut host, &["money"]), sink(&mut host, &["money", "risk"]));
        let text = "emit_alert({\"title\": \"1\", \"tags\": [\"money\"]})\nemit_alert({\"title\": \"2\", \"tags\": [\"risk\", \"x\"]})\n\
                    emit_alert({\"title\": \"3\", \"tags\": [\"x\"]})\nemit_alert(\"4\")";
        host.run(text);
        let sinks: Vec<Vec<u32>> = host.alerts.drain(..).map(|(_, sinks)| sinks).collect();
        assert_eq!(sinks, [vec![money, both], vec![both], vec![all], vec![all]]);
        host.vm.remove_alert_sink(both);
        host.run("emit_alert({\"tags\": \"risk\"})");
        assert_eq!(host.alerts[0].1, [all]);
    }

    #[test]
    fn what_is_told_counts_as_output() {
        for text in ["loop { emit_event(\"a\", [1, 2, 3]) }", "loop { emit_alert({\"data\": [1, 2, 3]}) }"] {
            let limits = Limits { output_bytes: Some(1000), ..Limits::default() };
            let mut host = Host::new(&Options { limits, ..Options::default() });
            match host.run(text) {
                RunOutcome::Limit(breach) => assert_eq!(breach.limit.word(), "outputBytes"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn large_data_takes_fuel_and_has_a_bound() {
        let mut host = host();
        let text = "a := [1, 2]\nfor i in 60 { a := [a, a] }\ntry { emit_event(\"a\", a) } except e { print(e.kind, e.message) }";
        assert_eq!(printed(&mut host, text), "argument emit_event() cannot send more than 33554432 bytes at once\n");
        let text =
            "a := []\nfor i in 600 { a := [a] }\ntry { emit_alert({\"data\": a}) } except e { print(e.message) }";
        assert_eq!(printed(&mut host, text), "emit_alert() cannot send data nested deeper than 500\n");
    }
}
