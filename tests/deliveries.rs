//! What must hold whatever the interleaving: the last rules of async.md 11, and async.md 12.

mod support;

use ruff_lang::machine::{Data, RunOutcome};
use ruff_lang::value::Value;
use support::contexts::*;
use support::{Answer, Host, Options, host_error};

mod order {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_second_delivery_is_ignored() {
        let mut host = host();
        let (context, future) = suspended(execute(&mut host, "return await fetch(\"a\")"));
        assert!(host.vm.deliver(future, Ok(Value::Int(1))));
        assert!(!host.vm.deliver(future, Ok(Value::Int(2))));
        assert!(!host.vm.deliver(future, Err(host_error("late"))));
        let result = resume(&mut host, context);
        assert_eq!(completed(&mut host, result), Data::Int(1));
        assert!(!host.vm.deliver(future, Ok(Value::Int(3))));
    }

    #[test]
    fn deliveries_for_unknown_operations_are_ignored() {
        let mut host = host();
        assert!(!host.vm.deliver(0, Ok(Value::Null)));
        assert!(!host.vm.deliver(12, Ok(Value::Null)));
        let main = host.start("p := fetch(\"a\")\ncancel(p)\ntry { await p } except e { return e.message }");
        host.settle();
        let RunOutcome::Completed(value) = host.outcome(main) else { panic!("it completes") };
        assert_eq!(host.vm.export(value), Ok("Operation 1 was cancelled".into()));
        assert_eq!(host.aborted, [1]);
        assert!(!host.vm.deliver(1, Ok(Value::Null)));
        assert_nothing_left(&mut host);
    }

    #[test]
    fn tasks_wake_in_the_order_of_the_deliveries() {
        let mut host = host();
        let text = "async func wait(i) { print(i, await fetch(i)) }\nfor i in 4 { wait(i) }";
        host.start(text);
        host.settle();
        for operation in [3, 1, 4, 2] {
            assert!(host.deliver(operation, Ok(Data::Int(operation as i64))));
        }
        host.settle();
        assert_eq!(host.stdout, "2 3\n0 1\n3 4\n1 2\n");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn tasks_that_wait_for_the_same_wake_in_the_order_in_which_they_began_to() {
        let mut host = host();
        let text = "p := fetch(\"a\")\nasync func wait(name, ms) { sleep(ms) print(name, await p) }\n\
                    wait(\"late\", 20)\nwait(\"early\", 10)\nwait(\"first\", 0)";
        host.start(text);
        host.advance(50.0);
        assert!(host.deliver(1, Ok(Data::Int(7))));
        host.settle();
        assert_eq!(host.stdout, "first 7\nearly 7\nlate 7\n");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn a_delivery_in_the_middle_of_a_turn_is_taken_in_after_it() {
        let mut host = host();
        host.slice = 5;
        let text = "async func wait() { print(\"got\", await fetch(1)) }\nwait()\n\
                    for i in 100 { if i == 99 { print(\"the turn goes on\") } }\nyield_now()\nprint(\"next turn\")";
        host.start(text);
        while host.pending.is_empty() {
            host.vm.run(1);
            if host.vm.host_call().is_some() {
                break;
            }
        }
        let operation = host.vm.reply(ruff_lang::schedule::HostReply::Pending).expect("the limit is not reached");
        host.vm.run(20);
        assert!(host.vm.deliver(operation, Ok(Value::Int(1))));
        assert!(!host.vm.deliver(operation, Ok(Value::Int(2))), "the first is on its way");
        host.settle();
        assert_eq!(host.stdout, "the turn goes on\nnext turn\ngot 1\n");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn the_same_deliveries_always_give_the_same_run() {
        let text = "async func wait(i) {\n    x := await fetch(i)\n    sleep(x)\n    print(i, x)\n    return x }\n\
                    print(await promise_race([wait(1), wait(2), wait(3)]))\n\
                    print(await promise_all([wait(4), wait(5), wait(6)]))";
        let run = |slice: u64, stress: bool| {
            let mut host = Host::new(&Options { slice, stress, ..Options::default() });
            host.add_function("fetch", |arguments| match arguments {
                [Data::Int(i)] => Answer::After(((i * 7) % 5) as f64, Ok(Data::Int((i * 11) % 7))),
                _ => Answer::Error("not an int"),
            });
            host.run(text);
            assert_eq!(host.left(), "");
            (host.stdout, host.ended_tasks)
        };
        let uncut = run(u64::MAX, false);
        assert_eq!(uncut, run(u64::MAX, false));
        for slice in [1, 2, 3, 7, 1000] {
            assert_eq!(uncut, run(slice, false), "slices of {slice}");
        }
        assert_eq!(uncut, run(u64::MAX, true), "with collections");
    }
}

mod invariants {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use ruff_lang::machine::Message;
    use ruff_lang::schedule::Stop;

    /// Everything the machine says about tasks: started, then ended.
    fn lives(host: &mut Host, text: &str) -> (Vec<u64>, Vec<u64>) {
        host.start(text);
        let (mut started, mut ended) = (Vec::new(), Vec::new());
        loop {
            let stop = host.vm.run(u64::MAX);
            for message in host.vm.take_messages() {
                match message {
                    Message::TaskStarted { id } => started.push(id),
                    Message::TaskEnded { id } => ended.push(id),
                    _ => {}
                }
            }
            if stop == Stop::Idle {
                match host.vm.next_wake_ms() {
                    Some(wake) => host.vm.advance_to(wake),
                    None => break,
                }
            }
        }
        (started, ended)
    }

    const BUSY: &str = "async func leaf(n) { try { sleep(n) return n } finally { yield_now() } }\n\
                        async func branch(n) { return await promise_all([leaf(n), leaf(n + 1), leaf(n + 2)]) }\n\
                        a := branch(1)\nb := branch(10)\nspawn { await leaf(3) throw \"lost\" }\n\
                        try { await async_timeout(b, 5) } except e { }\nprint(await a)\ncancel(leaf(100))\n\
                        try { await promise_race([branch(20), leaf(1)]) } except e { }";

    #[test]
    fn numbers_increase_and_every_task_ends_once() {
        let mut host = Host::new(&Options::default());
        let (mut all_started, mut all_ended) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let (started, ended) = lives(&mut host, BUSY);
            all_started.extend(started);
            all_ended.extend(ended);
        }
        assert!(all_started.is_sorted_by(|a, b| a < b), "{all_started:?}");
        assert_eq!(all_started, (1..=all_started.len() as u64).collect::<Vec<_>>());
        all_ended.sort_unstable();
        assert_eq!(all_started, all_ended);
        assert_nothing_left(&mut host);
    }

    #[test]
    fn nothing_is_left_of_a_run_however_it_ends() {
        let endings = [
            "return 1",
            "throw \"out\"",
            "exit(3)",
            "loop { }",
            "await channel().receive()",
            "me := spawn { sleep(1) }\ncancel(me)\nawait me",
        ];
        for ending in endings {
            let mut options = Options::default();
            options.limits.fuel = Some(100_000);
            let mut host = Host::new(&options);
            host.add_function("fetch", |_| Answer::Pending);
            let text = format!(
                "async func wait() {{ try {{ await fetch(1) }} finally {{ sleep(1) }} }}\nch := channel(0)\n\
                 func run() {{ w := wait()\nspawn {{ ch.send(1) }}\nspawn {{ sleep(30) }}\n\
                 p := promise_race([fetch(2), async_sleep(1000)])\nt := async_timeout(fetch(3), 5000)\nyield_now()\n\
                 try {{ {ending} }} finally {{ cancel(w) cancel(p) cancel(t) ch.close() }} }}\nrun()"
            );
            let main = host.start(&text);
            host.finish();
            // Whoever still waits for the host gets an answer.
            for operation in host.pending.clone() {
                host.deliver(operation, Ok(Data::Null));
            }
            host.finish();
            host.outcome(main);
            assert_eq!(host.left(), "", "after {ending}");
        }
    }

    #[test]
    fn a_cancelled_run_aborts_its_operations_and_runs_its_cleanup() {
        let mut host = host();
        let text = "async func wait(i) { try { await fetch(i) } finally { print(\"cleanup\", i) } }\n\
                    for i in 3 { wait(i) }\ntry { await fetch(9) } finally { print(\"cleanup of main\") }";
        let main = host.start(text);
        host.settle();
        assert_eq!(host.pending.len(), 4);
        assert!(host.vm.cancel(main));
        host.settle();
        assert!(matches!(host.outcome(main), RunOutcome::Cancelled));
        assert_eq!(host.stdout, "cleanup 2\ncleanup 1\ncleanup 0\ncleanup of main\n");
        host.aborted.sort_unstable();
        assert_eq!(host.aborted, [1, 2, 3, 4]);
        assert!(!host.vm.cancel(main), "it has ended");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn each_waiter_is_woken_exactly_once() {
        let mut host = host();
        let text = "p := fetch(1)\nwoken := 0\nfor i in 50 { spawn { await p\nwoken += 1 } }\n\
                    spawn { try { await async_timeout(p, 10) } except e { } woken += 1 }\n\
                    await promise_race([p, async_sleep(1)])\nawait p\nwoken += 1\nsleep(100)\nreturn woken";
        let main = host.start(text);
        host.advance(5.0);
        assert!(host.deliver(1, Ok(Data::Null)));
        host.finish();
        assert!(matches!(host.outcome(main), RunOutcome::Completed(Value::Int(52))));
        assert_nothing_left(&mut host);
    }

    #[test]
    fn functions_that_a_combinator_starts_later_belong_to_its_run() {
        let mut host = host();
        // The first run ends its main task long before the functions have run; the second has nothing to do with it.
        let text = "func job(i) { return func() { sleep(10) print(\"job\", i) } }\n\
                    promise_all([job(1), job(2), job(3)], 1)\nprint(\"main ends\")";
        let other = host.start("sleep(15)\nprint(\"other ends\")");
        let main = host.start(text);
        host.advance(16.0);
        assert_eq!(host.stdout, "main ends\njob 1\nother ends\n");
        assert!(matches!(host.outcome(other), RunOutcome::Completed(_)));
        assert!(host.ended.is_empty(), "the first run goes on");
        host.finish();
        assert_eq!(host.stdout, "main ends\njob 1\nother ends\njob 2\njob 3\n");
        assert!(matches!(host.outcome(main), RunOutcome::Completed(_)));
        assert_nothing_left(&mut host);
    }

    #[test]
    fn timers_that_nobody_waits_for_are_freed() {
        let mut host = host();
        let main = host.start(
            "async func patient() { sleep(1000000000) }\n\
             for i in 20000 { p := patient() yield_now() cancel(p) async_sleep(1000000000) }\nsleep(1)\nfetch(1)\nsleep(1)",
        );
        host.advance(1.0);
        host.vm.collect();
        let bytes = host.vm.usage().heap_bytes;
        assert!(bytes < 1_000_000, "{bytes} bytes for cancelled timers");
        host.finish();
        host.outcome(main);
        for operation in host.pending.clone() {
            host.deliver(operation, Ok(Data::Null));
        }
        assert_nothing_left(&mut host);
    }

    #[test]
    fn a_failure_is_reported_once_unless_somebody_looks_at_it() {
        let unhandled = |text: &str| {
            let mut host = host();
            host.start(&format!("async func fails(x) {{ throw x }}\n{text}"));
            host.finish();
            host.unhandled.iter().map(|report| report.message.clone()).collect::<Vec<_>>()
        };
        assert_eq!(unhandled("fails(1)\nfails(2)"), ["1", "2"]);
        assert_eq!(unhandled("p := fails(1)\nsleep(5)\ntry { await p } except e { }"), [""; 0]);
        assert_eq!(
            unhandled(
                "p := fails(1)\nawait async_sleep(5)\ntry { await all([p]) } except e { }\nfunc all(ps) { return promise_all(ps) }"
            ),
            [""; 0]
        );
        assert_eq!(unhandled("p := fails(1)\ntry { await p } except e { }"), [""; 0]);
        assert_eq!(unhandled("try { await promise_all([fails(1), fails(2)]) } except e { }"), [""; 0]);
        assert_eq!(unhandled("await promise_race([1, fails(2)])"), [""; 0]);
        assert_eq!(unhandled("promise_all([fails(1), fails(2)])"), ["1"]);
        assert_eq!(unhandled("async func follows() { return fails(1) }\nfollows()"), ["1"]);
        assert_eq!(unhandled("try { await async_timeout(fails(1), 5) } except e { }"), [""; 0]);
    }

    #[test]
    fn a_failure_is_reported_as_soon_as_nobody_can_await_it() {
        let mut host = host();
        let text = "async func fails(x) { sleep(1) throw x }\n\
                    kept := fails(\"kept\")\nfunc start() { mut p := fails(\"dropped\") p := null }\nstart()\n\
                    await fetch(1)\ntry { await kept } except e { print(e.message) }";
        let main = host.start(text);
        host.advance(5.0);
        let reported = |host: &Host| host.unhandled.iter().map(|report| report.message.clone()).collect::<Vec<_>>();
        assert_eq!(reported(&host), ["dropped"]);
        assert!(host.deliver(host.pending[0], Ok(Data::Null)));
        host.finish();
        assert_eq!(host.stdout, "kept\n");
        assert!(matches!(host.outcome(main), RunOutcome::Completed(_)));
        assert_eq!(reported(&host), ["dropped"]);
        assert_nothing_left(&mut host);
    }

    #[test]
    fn the_end_of_a_run_reports_the_failures_of_that_run_only() {
        let mut host = host();
        let text = "async func fails(x) { throw x }\np := fails(1)\nsleep(10)\ntry { await p } except e { }";
        host.start(text);
        host.start("async func fails(x) { throw x }\nq := fails(2)\nsleep(5)");
        host.finish();
        let reported: Vec<_> = host.unhandled.iter().map(|report| report.message.clone()).collect();
        assert_eq!(reported, ["2"]);
    }

    #[test]
    fn a_run_can_be_cancelled_after_its_main_task_has_ended() {
        let mut host = host();
        let main = host.start("spawn { try { loop { sleep(1000) } } finally { print(\"cleanup\") } }\nreturn 1");
        host.advance(10.0);
        assert!(host.vm.cancel(main));
        host.settle();
        assert!(matches!(host.outcome(main), RunOutcome::Cancelled));
        assert_eq!(host.stdout, "cleanup\n");
        assert!(!host.vm.cancel(main), "it is over");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn what_a_saved_state_was_about_to_get_stays_alive() {
        let mut host = host();
        let program = host.compile("x := [await fetch(1)]\nreturn len(x[0])");
        let (_, future) = suspended(host.vm.execute_until_suspend(&program));
        let text = host.vm.import(&Data::Text("x".repeat(1000)));
        assert!(host.vm.deliver(future, Ok(text)));
        let state = host.vm.save_execution_state().expect("an active context");
        let first = host.vm.active_execution_context_id().expect("an active context");
        let result = resume(&mut host, first);
        assert_eq!(completed(&mut host, result), Data::Int(1000));
        host.vm.collect();
        for _ in 0..100 {
            host.vm.import(&Data::Text("y".repeat(10)));
        }
        let copy = host.vm.create_execution_context(state).expect("a saved state");
        let result = resume(&mut host, copy);
        assert_eq!(completed(&mut host, result), Data::Int(1000));
    }

    #[test]
    fn a_task_says_where_it_was_started_and_its_starter_too() {
        let mut host = host();
        host.start(
            "async func leaf() {\n    throw \"lost\"\n}\nasync func branch() {\n    leaf()\n    sleep(1)\n}\nbranch()",
        );
        host.finish();
        assert_eq!(host.unhandled[0].frames, ["leaf (2:5)"]);
        assert_eq!(host.unhandled[0].spawned, ["branch (5:5)", "<script> (8:1)"]);
    }

    #[test]
    fn a_machine_can_move_to_another_thread_while_its_tasks_wait() {
        fn is_send<T: Send>() {}
        is_send::<ruff_lang::machine::VirtualMachine>();
    }
}
