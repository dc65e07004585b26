//! Waiting, as a host sees it: the cooperative interface of async.md 11.

mod support;

use ruff_lang::bytecode::Program;
use ruff_lang::machine::{Data, RunOutcome, SavedState, StartOptions, VmContextId, VmExecutionResult, WaitType};
use ruff_lang::value::Value;
use std::sync::Arc;
use std::time::Duration;
use support::contexts::*;
use support::{Host, host_error};

mod behaviour {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn await_suspends_cooperatively_on_a_pending_promise() {
        let mut host = host();
        let result = execute(&mut host, "print(\"before\")\nx := await fetch(\"a\")\nprint(\"after\", x)\nreturn x");
        let (context, future) = suspended(result.clone());
        assert_eq!(host.stdout, "before\n");
        assert!(host.vm.has_execution_context(context));
        let info = host.vm.suspension_info(context).expect("it is suspended");
        assert_eq!(info.wait_type, WaitType::Future { id: future });
        assert_eq!(host.vm.usage().pending_operations, 1);
        // Asking again changes nothing.
        assert_eq!(resume(&mut host, context).expect("still suspended"), result.expect("suspended"));
        assert_eq!(host.stdout, "before\n");
    }

    #[test]
    fn resume_completes_when_it_is_ready() {
        let mut host = host();
        let (context, future) = suspended(execute(&mut host, "x := await fetch(\"a\")\nprint(x)\nreturn x + 1"));
        assert!(host.vm.deliver(future, Ok(Value::Int(41))));
        assert!(!host.vm.has_messages(), "a delivery runs nothing");
        assert_eq!(host.stdout, "");
        let result = resume(&mut host, context);
        assert_eq!(completed(&mut host, result), Data::Int(42));
        assert_eq!(host.stdout, "41\n");
        assert!(!host.vm.has_execution_context(context));
        assert_eq!(ended(resume(&mut host, context)), format!("Execution context {context} not found"));
        assert_nothing_left(&mut host);
    }

    #[test]
    fn a_failed_delivery_is_raised_at_the_await() {
        let mut host = host();
        let text = "try { await fetch(\"a\") } except e { return e.kind + \"/\" + e.message }";
        let (context, future) = suspended(execute(&mut host, text));
        assert!(host.vm.deliver(future, Err(host_error("unreachable"))));
        let result = resume(&mut host, context);
        assert_eq!(completed(&mut host, result), "host/unreachable".into());

        let (context, future) = suspended(execute(&mut host, "await fetch(\"a\")"));
        assert!(host.vm.deliver(future, Err(host_error("unreachable"))));
        assert_eq!(ended(resume(&mut host, context)), "unreachable");
        assert_nothing_left(&mut host);
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn the_blocking_path_still_works() {
        use ruff_lang::machine::{VirtualMachine, VmOptions};
        use ruff_lang::vm::Clock;
        use std::time::{Instant, SystemTime, UNIX_EPOCH};

        fn clock() -> f64 {
            SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
        }
        let mut host = host();
        host.vm = VirtualMachine::with_options(VmOptions { clock: Clock::Host(clock), ..VmOptions::default() });
        assert!(host.vm.set_cooperative_suspend_enabled(false).is_ok());
        assert!(!host.vm.cooperative_suspend_enabled());
        let text = "async func work(n) { await async_sleep(20) return n }\na := work(3)\nb := work(4)\n\
                    sleep(10)\nreturn await a + await b";
        let begun = Instant::now();
        let result = execute(&mut host, text);
        let took = begun.elapsed();
        assert_eq!(completed(&mut host, result), Data::Int(7));
        assert!(took >= Duration::from_millis(19) && took < Duration::from_millis(2000), "{took:?}");
        assert_nothing_left(&mut host);

        // Back to the default: the same program suspends.
        assert!(host.vm.set_cooperative_suspend_enabled(true).is_ok());
        suspended(execute(&mut host, text));
    }

    #[cfg(target_arch = "wasm32")]
    #[test]
    fn blocking_is_refused_in_a_page() {
        let mut host = host();
        assert_eq!(
            ended(host.vm.set_cooperative_suspend_enabled(false)),
            "Blocking await is not available in WebAssembly: cooperative suspension cannot be disabled"
        );
        assert!(host.vm.cooperative_suspend_enabled());
    }

    #[test]
    fn a_scheduler_drives_several_suspended_awaits() {
        let mut host = host();
        let text = "x := await fetch(\"a\")\ny := await fetch(\"b\")\nprint(x, y)";
        // Script variables are the machine's, so each context keeps its own in a function.
        let text = format!("func work() {{ mut x := 0 mut y := 0\n{text} }}\nwork()");
        let contexts: Vec<(VmContextId, u64)> = (0..3).map(|_| suspended(execute(&mut host, &text))).collect();
        assert_eq!(host.vm.list_execution_context_ids(), contexts.iter().map(|context| context.0).collect::<Vec<_>>());
        let round = host.vm.run_scheduler_round();
        assert_eq!((round.completed_contexts, round.pending_contexts), (0, 3));
        for &(_, future) in contexts.iter().rev() {
            assert!(host.vm.deliver(future, Ok(Value::Int(future as i64))));
        }
        let round = host.vm.run_scheduler_round();
        assert_eq!((round.completed_contexts, round.pending_contexts), (0, 3));
        for (context, first) in contexts {
            let info = host.vm.suspension_info(context).expect("it waits again");
            let WaitType::Future { id: second } = info.wait_type else { panic!("{info:?}") };
            assert!(second > first);
            assert!(host.vm.deliver(second, Ok(Value::Int(-(context as i64)))));
        }
        let done = host.vm.run_scheduler_until_complete(10).expect("all complete");
        assert_eq!((done.completed_contexts, done.pending_contexts), (3, 0));
        host.take_messages();
        assert_eq!(host.stdout, "1 -1\n2 -2\n3 -3\n");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn cooperative_is_the_default() {
        let mut host = host();
        assert!(host.vm.cooperative_suspend_enabled());
        let began = host.vm.now();
        let (context, _) = suspended(execute(&mut host, "sleep(50)\nreturn \"woke\""));
        assert_eq!(host.vm.now(), began);
        assert_eq!(host.vm.next_wake_ms(), Some(began + 50.0));
        host.vm.advance_to(began + 49.0);
        suspended(resume(&mut host, context));
        host.vm.advance_to(began + 50.0);
        let result = resume(&mut host, context);
        assert_eq!(completed(&mut host, result), "woke".into());
        assert_nothing_left(&mut host);
    }

    #[test]
    fn awaiting_twice_gives_the_cached_result() {
        let mut host = host();
        let text = "func got(p) { try { return await p } except e { return e.message } }\n\
                    async func work() { print(\"works\") return await fetch(\"a\") }\n\
                    p := work()\nq := fetch(\"b\")\nreturn [await p, await p, got(p), got(q), got(q)]";
        let (context, first) = suspended(execute(&mut host, text));
        assert_eq!(first, context + 1, "it waits for the task of work()");
        let [a, b] = [1, 2];
        assert!(host.vm.deliver(a, Ok(Value::Int(5))));
        suspended(resume(&mut host, context));
        assert!(host.vm.deliver(b, Err(host_error("gone"))));
        let result = resume(&mut host, context);
        let expected = Data::List(vec![5.into(), 5.into(), 5.into(), "gone".into(), "gone".into()]);
        assert_eq!(completed(&mut host, result), expected);
        assert_eq!(host.stdout, "works\n");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn an_await_inside_a_map_callback_lets_other_tasks_run() {
        let mut host = host();
        let text = "spawn { for i in 3 { print(\"other\", i) yield_now() } }\n\
                    return map([\"x\", \"y\"], func(v) { print(\"asks for\", v) return await fetch(v) })";
        let (context, first) = suspended(execute(&mut host, text));
        assert_eq!(host.stdout, "other 0\nasks for x\nother 1\nother 2\n");
        assert!(host.vm.deliver(first, Ok(Value::Int(10))));
        let (_, second) = suspended(resume(&mut host, context));
        assert!(host.vm.deliver(second, Ok(Value::Int(20))));
        let result = resume(&mut host, context);
        assert_eq!(completed(&mut host, result), Data::List(vec![10.into(), 20.into()]));
        assert_nothing_left(&mut host);
    }

    #[test]
    fn an_error_thrown_in_a_task_arrives_at_its_await_with_its_position() {
        let text = "async func load() {\n    await async_sleep(1)\n    throw \"no such page\"\n}\n\
                    func show() {\n    return await load()\n}\n";
        let mut host = host();
        let caught = format!("{text}try {{ show() }} except e {{ return [e.message, e.line, e.column, e.stack] }}");
        let main = host.start(&caught);
        host.finish();
        let RunOutcome::Completed(value) = host.outcome(main) else { panic!("it is caught") };
        let expected = Data::List(vec!["no such page".into(), Data::Int(3), Data::Int(5), list(&["load (3:5)"])]);
        assert_eq!(host.vm.export(value).expect("plain data"), expected);

        let main = host.start(&format!("{text}show()"));
        host.finish();
        let RunOutcome::Failed(report) = host.outcome(main) else { panic!("it is not caught") };
        assert_eq!(report.message, "no such page");
        assert_eq!((report.position.line, report.position.column), (3, 5));
        assert_eq!(report.frames, ["load (3:5)"]);
        assert_eq!(report.awaited, ["show (6:12)"]);
        assert!(host.unhandled.is_empty(), "it was awaited");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn sleeps_that_are_joined_take_as_long_as_one() {
        for count in [3, 100] {
            let mut host = host();
            let began = host.vm.now();
            host.run(&format!("await promise_all(map(range({count}), func(i) {{ return async_sleep(100) }}))"));
            assert_eq!(host.vm.now() - began, 100.0);
        }
    }

    #[test]
    fn ten_thousand_tasks_each_await_their_own_operation() {
        const TASKS: usize = 10_000;
        let mut host = host();
        let main = host.start(&format!(
            "async func one(i) {{ return await fetch(i) }}\n\
             sum(await promise_all(map(range({TASKS}), one)))\n\
             return sum(await promise_all(map(range({TASKS}), one)))"
        ));
        for _ in 0..2 {
            host.settle();
            let tasks = host.vm.tasks();
            assert_eq!(tasks.len(), TASKS + 1);
            assert!(
                tasks[1..].iter().all(|task| task.name == "one" && task.state.word() == "waiting"),
                "{:?}",
                tasks[1]
            );
            assert_eq!(host.vm.usage().pending_operations, TASKS);
            for operation in host.pending.clone() {
                assert!(host.deliver(operation, Ok(Data::Int(2))));
            }
        }
        host.settle();
        assert!(matches!(host.outcome(main), RunOutcome::Completed(Value::Int(20_000))));
        assert_nothing_left(&mut host);
    }
}

mod contexts {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const WORK: &str = "func work() {\n    mut seen := [0]\n    seen.push(await fetch(\"a\"))\n    \
                        seen.push(await fetch(\"b\"))\n    return seen\n}\nreturn work()";

    #[test]
    fn a_program_that_does_not_wait_completes_at_once() {
        let mut host = host();
        let result = execute(&mut host, "return 1 + 1");
        assert_eq!(completed(&mut host, result), Data::Int(2));
        assert_eq!(ended(execute(&mut host, "return 1 / 0")), "Division by zero");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn unknown_contexts_are_named() {
        let mut host = host();
        let not_found = "Execution context 77 not found";
        assert_eq!(ended(host.vm.resume_execution_context(77)), not_found);
        assert_eq!(ended(host.vm.switch_execution_context(77)), not_found);
        assert_eq!(ended(host.vm.remove_execution_context(77)), not_found);
        assert_eq!(ended(host.vm.suspension_info(77)), not_found);
        assert!(!host.vm.has_execution_context(77));
    }

    #[test]
    fn contexts_are_listed_in_ascending_order() {
        let mut host = host();
        let contexts: Vec<VmContextId> =
            (0..4).map(|_| suspended(execute(&mut host, "await fetch(\"a\")")).0).collect();
        assert_eq!(contexts, [1, 2, 3, 4]);
        assert_eq!(host.vm.list_execution_context_ids(), contexts);
        assert_eq!(host.vm.pending_execution_context_count(), 4);
        assert_eq!(host.vm.active_execution_context_id(), Some(4));
        assert!(host.vm.switch_execution_context(2).is_ok());
        assert_eq!(host.vm.active_execution_context_id(), Some(2));
        assert_eq!(ended(host.vm.remove_execution_context(2)), "Cannot remove active execution context 2");
        assert!(host.vm.remove_execution_context(3).is_ok());
        assert!(!host.vm.has_execution_context(3));
        assert_eq!(host.vm.list_execution_context_ids(), [1, 2, 4]);
        assert_eq!(ended(host.vm.remove_execution_context(3)), "Execution context 3 not found");
        // Numbers are not used again.
        assert_eq!(suspended(execute(&mut host, "await fetch(\"a\")")).0, 5);
    }

    #[test]
    fn a_removed_context_runs_no_cleanup_and_its_operation_is_aborted() {
        let mut host = host();
        let text = "try { await fetch(\"a\") } finally { print(\"cleanup\") }";
        let (removed, future) = suspended(execute(&mut host, text));
        let (kept, _) = suspended(execute(&mut host, "await fetch(\"a\")"));
        assert!(host.vm.remove_execution_context(removed).is_ok());
        host.take_messages();
        assert_eq!(host.stdout, "");
        assert_eq!(host.aborted, [future]);
        assert!(!host.vm.deliver(future, Ok(Value::Null)), "a late answer is ignored");
        assert_eq!(host.vm.list_execution_context_ids(), [kept]);
    }

    #[test]
    fn a_saved_state_is_a_copy_that_later_changes_do_not_touch() {
        let mut host = host();
        let (context, first) = suspended(execute(&mut host, WORK));
        let saved = host.vm.save_execution_state().expect("there is an active context");
        assert!(host.vm.deliver(first, Ok(Value::Int(1))));
        let (_, second) = suspended(resume(&mut host, context));
        // Back to the first await: its promise is shared, and has its result by now.
        assert!(host.vm.restore_execution_state(saved).is_ok());
        let (same, third) = suspended(resume(&mut host, context));
        assert_eq!(same, context);
        assert!(third > second);
        assert!(host.vm.deliver(third, Ok(Value::Int(3))));
        let result = resume(&mut host, context);
        assert_eq!(completed(&mut host, result), Data::List(vec![0.into(), 1.into(), 3.into()]));
        host.vm.drop_execution_state(saved);
        assert!(host.vm.deliver(second, Ok(Value::Int(2))), "nobody waits for it, but the host may answer it");
        assert_nothing_left(&mut host);
    }

    #[test]
    fn a_new_context_goes_on_from_a_saved_state() {
        let mut host = host();
        let (original, first) = suspended(execute(&mut host, WORK));
        let saved = host.vm.save_execution_state().expect("there is an active context");
        let copy = host.vm.create_execution_context(saved).expect("the state is there");
        let other = host.vm.create_execution_context_from_current().expect("there is an active context");
        host.vm.drop_execution_state(saved);
        assert_eq!(ended(host.vm.create_execution_context(saved)), "Saved state not found");
        assert_eq!(ended(host.vm.restore_execution_state(saved)), "Saved state not found");
        assert_eq!(host.vm.list_execution_context_ids(), [original, copy, other]);
        // All of them wait for the same promise.
        assert!(host.vm.deliver(first, Ok(Value::Int(1))));
        for (context, value) in [(original, 10), (copy, 20), (other, 30)] {
            let (_, second) = suspended(resume(&mut host, context));
            assert!(host.vm.deliver(second, Ok(Value::Int(value))));
            let result = resume(&mut host, context);
            assert_eq!(completed(&mut host, result), Data::List(vec![0.into(), 1.into(), value.into()]));
        }
        assert_nothing_left(&mut host);
    }

    #[test]
    fn script_variables_promises_and_channels_are_shared_with_a_saved_state() {
        let mut host = host();
        let text = "count := 0\nch := channel()\nfunc work() {\n    mut own := 0\n    await fetch(\"a\")\n    \
                    own += 1\n    count += 1\n    ch.send(count)\n    return [own, count, ch.len()]\n}\nreturn work()";
        let (original, future) = suspended(execute(&mut host, text));
        let copy = host.vm.create_execution_context_from_current().expect("there is an active context");
        assert!(host.vm.deliver(future, Ok(Value::Null)));
        let mut results = Vec::new();
        for context in [original, copy] {
            let result = resume(&mut host, context);
            results.push(completed(&mut host, result));
        }
        let triple = |own: i64, count: i64, sent: i64| Data::List(vec![own.into(), count.into(), sent.into()]);
        assert_eq!(results, [triple(1, 1, 1), triple(1, 2, 2)]);
    }

    #[test]
    fn saving_needs_an_active_context() {
        let mut host = host();
        let missing = "No active execution context";
        assert_eq!(ended(host.vm.save_execution_state()), missing);
        assert_eq!(ended(host.vm.create_execution_context_from_current()), missing);
        let (_, future) = suspended(execute(&mut host, WORK));
        let saved: SavedState = host.vm.save_execution_state().expect("there is an active context");
        let active = host.vm.active_execution_context_id().expect("there is one");
        assert!(host.vm.deliver(future, Err(host_error("gone"))));
        assert_eq!(ended(resume(&mut host, active)), "gone");
        assert_eq!(ended(host.vm.restore_execution_state(saved)), missing);
    }

    #[test]
    fn what_contexts_wait_for_is_data() {
        let mut host = host();
        let wait = |host: &mut Host, text: &str| match execute(host, text) {
            Ok(VmExecutionResult::Suspended { info, .. }) => info.wait_type,
            other => panic!("{text}: {other:?}"),
        };
        assert!(matches!(wait(&mut host, "await fetch(\"a\")"), WaitType::Future { id: 1 }));
        assert!(matches!(wait(&mut host, "sleep(5)"), WaitType::Future { .. }));
        assert!(matches!(wait(&mut host, "await promise_all([fetch(1), fetch(2)])"), WaitType::Future { .. }));
        // The named channels keep these from being deadlocks.
        let channel = |host: &mut Host, text: &str| match wait(host, text) {
            WaitType::Channel { ids, op } => (ids.len(), op),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(channel(&mut host, "channel_named(\"a\").receive()"), (1, "receive"));
        assert_eq!(channel(&mut host, "select([channel_named(\"a\"), channel_named(\"b\")])"), (2, "select"));
        assert_eq!(
            channel(&mut host, "ch := channel(1) ch.send(1) spawn { sleep(10) print(ch) } ch.send(2)"),
            (1, "send")
        );
        for id in host.vm.list_execution_context_ids() {
            let info = host.vm.suspension_info(id).expect("it waits");
            assert!(info.resume_ip > 0, "{info:?}");
        }
    }

    #[test]
    fn resuming_one_context_lets_the_others_go_on_too() {
        let mut host = host();
        let (first, a) = suspended(execute(&mut host, "print(await fetch(\"a\"))"));
        let (second, b) = suspended(execute(&mut host, "print(await fetch(\"b\"))\nreturn \"second\""));
        assert!(host.vm.deliver(b, Ok(Value::Int(2))));
        suspended(resume(&mut host, first));
        assert_eq!(host.stdout, "2\n");
        let result = resume(&mut host, second);
        assert_eq!(completed(&mut host, result), "second".into());
        assert!(host.vm.deliver(a, Ok(Value::Int(1))));
        let result = resume(&mut host, first);
        assert_eq!(completed(&mut host, result), Data::Null);
        assert_eq!(host.stdout, "2\n1\n");
        assert_nothing_left(&mut host);
    }
}

mod rounds {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Begins runs that have had no turn yet.
    fn ready(host: &mut Host, text: &str, count: usize) -> Vec<VmContextId> {
        let program: Arc<Program> = host.compile(text);
        (0..count).map(|_| host.vm.start(&program, StartOptions::default()).expect("it starts")).collect()
    }

    #[test]
    fn a_round_gives_every_ready_context_one_turn() {
        let mut host = host();
        ready(&mut host, "func work() { for i in 3 { print(i) yield_now() } }\nwork()", 2);
        for (printed, completed, pending) in [("0\n0\n", 0, 2), ("1\n1\n", 0, 2), ("2\n2\n", 0, 2), ("", 2, 0)] {
            let round = host.vm.run_scheduler_round();
            host.take_messages();
            assert_eq!(std::mem::take(&mut host.stdout), printed);
            assert_eq!((round.completed_contexts, round.pending_contexts), (completed, pending));
        }
        let round = host.vm.run_scheduler_round();
        assert_eq!((round.completed_contexts, round.pending_contexts), (0, 0));
    }

    #[test]
    fn a_round_ends_with_the_turn_of_a_context_that_computes() {
        let mut host = host();
        ready(&mut host, "loop { }", 2);
        let round = host.vm.run_scheduler_round();
        assert_eq!((round.completed_contexts, round.pending_contexts), (0, 2));
        let fuel: Vec<u64> = host.vm.tasks().iter().map(|task| task.fuel).collect();
        assert!(fuel.iter().all(|&fuel| (10_000..11_000).contains(&fuel)), "one turn each, not {fuel:?}");
    }

    #[test]
    fn a_round_costs_what_is_ready_and_not_what_waits() {
        let mut host = host();
        ready(&mut host, "async func wait() { await fetch(1) }\nfor i in 50000 { wait() }\nawait fetch(2)", 1);
        host.settle();
        assert_eq!(host.vm.pending_execution_context_count(), 50_001);
        let mut measure = |rounds: u32| {
            let begun = clock();
            for _ in 0..rounds {
                host.vm.run_scheduler_round();
            }
            (clock() - begun) / f64::from(rounds)
        };
        let empty = measure(100);
        let first = host.pending[0];
        for operation in host.pending.clone() {
            host.vm.deliver(operation, Ok(Value::Null));
        }
        let begun = clock();
        host.vm.run_scheduler_round();
        let full = clock() - begun;
        assert!(empty * 50.0 < full, "a round without work took {empty} ms, one with 50000 tasks {full} ms ({first})");
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn clock() -> f64 {
        use std::time::{SystemTime, UNIX_EPOCH};
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
    }

    #[cfg(target_arch = "wasm32")]
    fn clock() -> f64 {
        js_sys::Date::now()
    }

    #[test]
    fn rounds_are_limited() {
        let mut host = host();
        assert_eq!(ended(host.vm.run_scheduler_until_complete(0)), "Scheduler max_rounds must be greater than 0");
        ready(&mut host, "await fetch(\"a\")", 3);
        assert_eq!(
            ended(host.vm.run_scheduler_until_complete(5)),
            "Scheduler did not complete all contexts within 5 rounds (3 pending)"
        );
        for operation in 1..=3 {
            assert!(host.vm.deliver(operation, Ok(Value::Null)));
        }
        let done = host.vm.run_scheduler_until_complete(5).expect("all complete");
        assert_eq!((done.completed_contexts, done.pending_contexts), (3, 0));
        assert_nothing_left(&mut host);
    }

    #[test]
    fn rounds_let_a_virtual_clock_jump() {
        let mut host = host();
        let began = host.vm.now();
        ready(&mut host, "sleep(1000)\nsleep(500)", 2);
        let done = host.vm.run_scheduler_until_complete(20).expect("all complete");
        assert_eq!((done.completed_contexts, done.pending_contexts), (2, 0));
        assert_eq!(host.vm.now() - began, 1500.0);
    }

    #[test]
    fn rounds_are_limited_in_time() {
        let mut host = host();
        let timeout = |milliseconds| Duration::from_millis(milliseconds);
        assert_eq!(
            ended(host.vm.run_scheduler_until_complete_with_timeout(Duration::ZERO)),
            "Scheduler timeout must be greater than 0ms"
        );
        ready(&mut host, "sleep(100)", 1);
        ready(&mut host, "sleep(5000)", 1);
        let began = host.vm.now();
        let message = ended(host.vm.run_scheduler_until_complete_with_timeout(timeout(250)));
        assert_eq!(host.vm.now() - began, 250.0);
        let rounds = message
            .strip_prefix("Scheduler timed out after 250ms (")
            .and_then(|rest| rest.strip_suffix(" rounds, 1 pending)"))
            .and_then(|rounds| rounds.parse::<u32>().ok());
        assert!(rounds.is_some_and(|rounds| rounds > 0), "{message}");
        let done = host.vm.run_scheduler_until_complete_with_timeout(timeout(10_000)).expect("all complete");
        assert_eq!((done.completed_contexts, done.pending_contexts), (1, 0));
        assert_nothing_left(&mut host);
    }
}
