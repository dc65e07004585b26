//! What a host allows its scripts, and what happens when they want more (async.md 9).

mod support;

use ruff_lang::machine::{Data, RunOutcome, StartError};
use ruff_lang::runtime::{LimitBreach, LimitKind, Limits};
use ruff_lang::value::Value;
use support::world::World;
use support::{Answer, Host, Options};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn host(limits: Limits) -> Host {
    let mut host = Host::new(&Options { limits, ..Options::default() });
    host.add_function("fetch", |_| Answer::Pending);
    host.add_function("answer", |_| Answer::After(10.0, Ok(Data::Int(1))));
    host
}

fn breach(host: &mut Host, text: &str) -> LimitBreach {
    match host.run(text) {
        RunOutcome::Limit(breach) => breach,
        other => panic!("{text}\nended with {other:?}"),
    }
}

fn value(host: &mut Host, text: &str) -> Data {
    match host.run(text) {
        RunOutcome::Completed(value) => host.vm.export(value).expect("plain data"),
        other => panic!("{text}\nended with {other:?}"),
    }
}

/// The machine goes on as if nothing had been.
fn assert_usable(host: &mut Host) {
    assert_eq!(host.left(), "");
    let text = "async func work(x) { await async_sleep(1) return x }\nreturn await work(6) + await answer()";
    assert_eq!(value(host, text), Data::Int(7));
    assert_eq!(host.left(), "");
}

/// Runs into a limit, whatever the script does about it.
fn assert_breaks(limits: &Limits, limit: LimitKind, text: &str) -> LimitBreach {
    let mut host = host(limits.clone());
    let breach = breach(&mut host, text);
    assert_eq!(breach.limit, limit, "{text}");
    assert!(breach.used > breach.allowed, "{breach}");
    // Script variables stay, with what they hold.
    for name in ["xs", "s", "t", "d", "x", "fs", "ps", "ch", "parts"] {
        host.vm.set_global(name, Value::Null);
    }
    assert_usable(&mut host);

    // It can neither be caught nor cleaned up after, and takes all tasks of its run along.
    let mut host = self::host(limits.clone());
    let guarded = format!(
        "func guarded() {{\n{text}\n}}\n\
         spawn {{ try {{ sleep(1000000) }} finally {{ print(\"cleanup of a task\") }} }}\n\
         try {{ guarded() }} except e {{ print(\"caught\", e.message) }} finally {{ print(\"cleanup\") }}\nprint(\"goes on\")"
    );
    match host.run(&guarded) {
        RunOutcome::Limit(second) => assert_eq!(second.limit, limit, "{text}"),
        other => panic!("{guarded}\nended with {other:?}"),
    }
    assert_eq!(host.stdout.replace(['x', '\n'], ""), "", "{text}");
    assert_usable(&mut host);
    breach
}

#[test]
fn fuel() {
    let limits = Limits { fuel: Some(50_000), ..Limits::default() };
    let endless = [
        "loop { }",
        "n := 0\nwhile true { n += 1 }",
        "func f(n) { return f2(n) }\nfunc f2(n) { return n }\nfor i in 1000000000 { f(i) }",
        "for x in range(100000) { }",
        "map(range(100000), func(x) { return x })",
        "xs := range(20000)\nloop { sort(xs) }",
        "s := \"x\".repeat(1000)\nloop { s.to_upper() }",
        // Few instructions, each over many elements.
        "xs := range(20000)\nfor i in 1000 { ys := [...xs] }",
        "d := {}\nfor i in 2000 { d[i] := i }\nfor i in 1000 { e := {...d} }",
        "xs := range(20000)\nfor i in 1000 { [a, ...ys] := xs }",
        // The copy that a write to something shared makes.
        "xs := range(20000)\nfor i in 1000 { ys := xs  ys[0] := 1 }",
        "xs := range(20000)\nfor i in 1000 { ys := xs  ys.push(1) }",
        "xs := range(20000)\nfor i in 1000 { ys := push(xs, 1) }",
        "d := {xs: range(20000)}\nfor i in 1000 { e := d  e.xs[0] += 1 }",
        "xs := [range(20000)]\nfor i in 1000 { ys := xs  ys[0].push(1) }",
        "struct S { xs func add(self) { self.xs.push(1) } }\nx := S { xs: range(20000) }\nfor i in 1000 { y := x  y.add() }",
        "loop { yield_now() }",
        "async func nothing() { }\nloop { nothing() }",
        "ch := channel()\nspawn { loop { ch.send(1) ch.receive() } }\nloop { yield_now() }",
    ];
    for text in endless {
        let breach = assert_breaks(&limits, LimitKind::Fuel, text);
        assert_eq!(breach.allowed, 50_000.0);
        assert!(breach.used < 200_000.0, "{text}: {breach}");
    }
}

#[test]
fn fuel_counts_per_run() {
    let mut host = host(Limits { fuel: Some(20_000), ..Limits::default() });
    for _ in 0..10 {
        assert_eq!(value(&mut host, "n := 0\nfor i in 1000 { n += i }\nreturn n"), Data::Int(499_500));
    }
    // Another run of the machine goes on.
    let patient = host.start("sleep(50)\nreturn \"done\"");
    assert_eq!(breach(&mut host, "loop { }").limit, LimitKind::Fuel);
    host.finish();
    let RunOutcome::Completed(value) = host.outcome(patient) else { panic!("the other run completes") };
    assert_eq!(host.vm.export(value), Ok("done".into()));
}

#[test]
fn the_fuel_of_a_program_does_not_depend_on_slices() {
    let text = "func fib(n) { if n < 2 { return n } return fib(n - 1) + fib(n - 2) }\n\
                async func work(n) { for i in n { yield_now() } return fib(n) }\n\
                print(await promise_all([work(9), work(5)]), sort_by([3, 1, 2], func(x) { return -x }), \"ab\".repeat(9))\n\
                xs := []\nfor i in 300 { xs.push(i) if i % 50 == 0 { sleep(1) } }\nfetch(1)\n\
                d := {xs: range(30000)}\nfunc copies() { for i in 3 { e := d  e.xs[0] := i  e.xs.push(1)  d.xs := push(e.xs, 2) } }\n\
                await promise_all([spawn_task(copies), spawn_task(copies)])";
    let mut used = Vec::new();
    for slice in [u64::MAX, 1, 2, 3, 7, 1000] {
        let mut host = Host::new(&Options { slice, ..Options::default() });
        host.add_function("fetch", |_| Answer::Pending);
        host.start(&format!("{text}\nawait channel_named(\"end\").receive()"));
        host.finish();
        used.push(host.vm.usage().fuel);
    }
    assert!(used.iter().all(|&fuel| fuel == used[0] && fuel > 1000), "{used:?}");
}

#[test]
fn memory() {
    let limits = Limits { memory_bytes: Some(2_000_000), ..Limits::default() };
    let greedy = [
        "xs := []\nloop { xs.push(\"text \" + str(len(xs))) }",
        "xs := [1]\nloop { xs := concat(xs, xs) }",
        "s := \"x\"\nloop { s := s + s }",
        "s := \"\"\nloop { s += \"more and more\" }",
        "d := {}\nn := 0\nloop { d[n] := [n] n += 1 }",
        "x := null\nloop { x := [x, x] }",
        "func deep(n) { mut own := [n] return deep(n + 1) + own[0] }\nfs := []\nloop { mut xs := range(100) fs.push(func() { return xs }) }",
        "struct Node { next }\nx := null\nloop { x := Node { next: x } }",
        "ch := channel()\nloop { ch.send(\"a message \" + str(ch.len())) }",
        "async func wait() { sleep(1000) }\nloop { wait() }",
        "ps := []\nloop { ps.push(async_sleep(1000)) }",
        // One big step: it is refused before it is made.
        "s := \"x\".repeat(100000000)",
        "xs := range(100000000)",
        "xs := range(1000)\nloop { xs := flatten([xs, xs]) }",
        "s := \"x\".repeat(100000)\nt := s.replace(\"x\", s)",
        "s := \"x\".repeat(1000000)\nt := split(s, \"\")",
        "s := join(range(100000), \", \".repeat(1000))",
        "s := pad_left(\"x\", 1000000000, \"y\")",
        "xs := collect(50000000)",
        "s := \"x\".repeat(100000)\nparts := []\nloop { parts.push(s + \"y\") }",
        "s := \"x\".repeat(500000)\nxs := [s, s, s, s, s, s, s, s, s, s, s, s]\nt := to_json(xs)",
        "s := \"x\".repeat(500000)\nxs := [s, s, s, s, s, s, s, s, s, s, s, s]\nt := \"${xs}\"",
    ];
    for text in greedy {
        let breach = assert_breaks(&limits, LimitKind::MemoryBytes, text);
        assert_eq!(breach.allowed, 2_000_000.0);
        let mut host = host(limits.clone());
        host.run(text);
        assert!(host.vm.usage().peak_heap_bytes < 4_000_000, "{text}: peak {}", host.vm.usage().peak_heap_bytes);
    }
}

#[test]
fn memory_of_tables_that_belong_to_the_machine() {
    let limits = Limits { memory_bytes: Some(1_000_000), ..Limits::default() };
    let key = "\"x\".repeat(1000)";
    for text in [
        format!("k := {key}\nn := 0\nloop {{ shared_set(k + str(n), n) n += 1 }}"),
        format!("k := {key}\nn := 0\nloop {{ shared_add_int(k + str(n), 1) n += 1 }}"),
        format!("k := {key}\nn := 0\nloop {{ channel_named(k + str(n)) n += 1 }}"),
    ] {
        assert_eq!(breach(&mut host(limits.clone()), &text).limit, LimitKind::MemoryBytes, "{text}");
    }
    let text = format!(
        "k := {key}\nfor n in 5000 {{ shared_set(k + str(n), n) shared_set(k + str(n), 0) shared_delete(k + str(n)) }}\n\
         return shared_has(k + \"0\")"
    );
    assert_eq!(value(&mut host(limits), &text), Data::Bool(false));
}

#[test]
fn memory_that_is_free_again_does_not_count() {
    let mut host = host(Limits { memory_bytes: Some(1_000_000), ..Limits::default() });
    let text = "func work(i) { mut xs := range(1000) xs.push(i) return len(xs) + len(\"x\".repeat(10000)) }\n\
                n := 0\nfor i in 2000 { n += work(i) }\nreturn n";
    assert_eq!(value(&mut host, text), Data::Int(2000 * 11_001));
    assert!(host.vm.usage().collections > 0);
}

#[test]
fn call_depth_can_be_caught() {
    let mut host = host(Limits { call_depth: Some(100), ..Limits::default() });
    let text = "func count(n) { return count(n + 1) }\nfunc twice(n) { return map([n], twice) }\n\
                struct S { func m(self) { return self.m() } }\nresults := []\n\
                for f in [count, twice, func(n) { return S {}.m() }] {\n\
                    try { f(1) } except e { results.push([e.kind, e.message]) }\n}\nreturn results";
    let message = |name: &str| {
        let message = format!("Maximum VM call stack depth of 100 exceeded while calling {name}");
        Data::List(vec!["depth".into(), message.as_str().into()])
    };
    assert_eq!(value(&mut host, text), Data::List(vec![message("count"), message("twice"), message("S.m")]));
    let text = "func down(n) { if n == 0 { return 0 } return 1 + down(n - 1) }\nreturn [down(50), down(90)]";
    assert_eq!(value(&mut host, text), Data::List(vec![50.into(), 90.into()]));
    assert_usable(&mut host);
}

#[test]
fn the_default_call_depth_is_ten_thousand() {
    let mut host = host(Limits::default());
    let text = "func down(n) { if n == 0 { return 0 } return 1 + down(n - 1) }\n\
                try { down(10000) } except e { return [down(9998), e.message] }";
    let message = "Maximum VM call stack depth of 10000 exceeded while calling down";
    assert_eq!(value(&mut host, text), Data::List(vec![9998.into(), message.into()]));
}

#[test]
fn tasks() {
    let limits = Limits { tasks: Some(100), ..Limits::default() };
    let many = [
        "async func wait() { sleep(1000) }\nloop { wait() }",
        "for i in 1000 { spawn { sleep(1000) } }",
        "async func again(n) { again(n + 1) sleep(1000) }\nagain(0)",
        "for i in 1000 { spawn_task(func() { sleep(1000) }) }",
        "async func* slow() { sleep(1000) yield 1 }\nloop { slow().next() }",
        "await promise_all(map(range(1000), func(i) { return func() { sleep(1000) } }))",
    ];
    for text in many {
        let breach = assert_breaks(&limits, LimitKind::Tasks, text);
        assert_eq!((breach.used, breach.allowed), (101.0, 100.0), "{text}");
    }
    // It is tasks alive that count.
    let mut host = host(limits);
    let text = "async func quick(i) { sleep(1) return i }\nn := 0\n\
                for i in 20 { n += sum(await promise_all(map(range(50), quick))) }\nreturn n";
    assert_eq!(value(&mut host, text), Data::Int(20 * 1225));
    // A run that cannot begin is refused, and the others go on.
    let waiting: Vec<u64> = (0..100).map(|_| host.start("sleep(10)")).collect();
    let program = host.compile("return 1");
    match host.vm.start(&program, Default::default()) {
        Err(StartError::Limit(breach)) => assert_eq!((breach.limit, breach.used), (LimitKind::Tasks, 101.0)),
        other => panic!("{other:?}"),
    }
    host.finish();
    assert!(waiting.into_iter().all(|main| matches!(host.outcome(main), RunOutcome::Completed(_))));
    assert_usable(&mut host);
}

#[test]
fn pending_operations() {
    let limits = Limits { pending_operations: Some(50), ..Limits::default() };
    for text in ["loop { fetch(1) }", "async func one() { await fetch(1) }\nfor i in 100 { one() }"] {
        let breach = assert_breaks(&limits, LimitKind::PendingOperations, text);
        assert_eq!((breach.used, breach.allowed), (51.0, 50.0), "{text}");
    }
    let mut host = host(limits);
    breach(&mut host, "loop { fetch(1) }");
    assert_eq!(host.aborted.len(), 50, "what was pending is aborted");
    let text =
        "n := 0\nfor i in 10 { n += sum(await promise_all(map(range(50), func(i) { return answer() }))) }\nreturn n";
    assert_eq!(value(&mut host, text), Data::Int(500));
    // The same limit holds for promises that the host makes by itself.
    for _ in 0..50 {
        assert!(host.vm.new_operation().is_ok());
    }
    assert!(matches!(host.vm.new_operation(), Err(StartError::Limit(breach)) if breach.used == 51.0));
}

#[test]
fn channel_items() {
    let limits = Limits { channel_items: Some(10), ..Limits::default() };
    let many = [
        "ch := channel()\nloop { ch.send(1) }",
        "ch := channel(100)\nfor i in 100 { ch.send(i) }",
        "ch := channel()\nfor i in 100 { ch.try_send(i) }",
    ];
    for text in many {
        let breach = assert_breaks(&limits, LimitKind::ChannelItems, text);
        assert_eq!((breach.used, breach.allowed), (11.0, 10.0), "{text}");
    }
    let mut host = host(limits);
    let text = "ch := channel()\nn := 0\nfor i in 100 { for k in 10 { ch.send(k) } for k in 10 { n += ch.receive() } }\nreturn n";
    assert_eq!(value(&mut host, text), Data::Int(4500));
}

#[test]
fn requests_are_pending_operations() {
    let limits = Limits { pending_operations: Some(50), ..Limits::default() };
    let mut host = host(limits);
    let mut world = World::documented();
    for number in 0..500 {
        world.put(&format!("all/{number}"), "text");
    }
    host.live_in(world);
    let over = breach(&mut host, "paths := await async_list_files(\"all/\")\nawait async_read_files(paths, 51)");
    assert_eq!((over.limit, over.used, over.allowed), (LimitKind::PendingOperations, 51.0, 50.0));
    assert_eq!((host.aborted.len(), host.left()), (50, String::new()), "what was pending is aborted");
    let text = "paths := await async_list_files(\"all/\")\nreturn len(await async_read_files(paths, 50))";
    assert_eq!(value(&mut host, text), Data::Int(500));
    assert_eq!(host.most_asked, 50);
}

#[test]
fn output_bytes() {
    let limits = Limits { output_bytes: Some(1000), ..Limits::default() };
    for text in [
        "loop { print(\"xxxxxxxxx\") }",
        "eprint(\"x\".repeat(2000))",
        "spawn { loop { print(\"x\") yield_now() } }\nsleep(10)",
    ] {
        let breach = assert_breaks(&limits, LimitKind::OutputBytes, text);
        assert_eq!(breach.allowed, 1000.0);
    }
    let mut host = host(limits);
    let breach = breach(&mut host, "loop { print(\"xxxxxxxxx\") }");
    assert_eq!(breach.used, 1010.0);
    assert_eq!(host.stdout.len(), 1000, "what was within the limit has been printed");
    // It counts per run.
    for _ in 0..3 {
        value(&mut host, "print(\"x\".repeat(999))");
    }
    assert_usable(&mut host);
}

#[test]
fn wall_time_of_a_script_that_waits() {
    let limits = Limits { wall_ms: Some(100.0), ..Limits::default() };
    for text in ["sleep(5000)", "await fetch(1)", "loop { sleep(7) }", "await channel_named(\"a\").receive()"] {
        let mut host = host(limits.clone());
        let began = host.vm.now();
        let main = host.start(text);
        host.finish();
        let RunOutcome::Limit(breach) = host.outcome(main) else { panic!("{text}") };
        assert_eq!((breach.limit, breach.allowed), (LimitKind::WallMs, 100.0));
        assert!(breach.used > 100.0 && breach.used <= 110.0, "{text}: {breach}");
        assert!(host.vm.now() - began <= 110.0, "{text}: {}", host.vm.now() - began);
        assert_usable(&mut host);
    }
    let mut host = host(limits);
    assert_eq!(value(&mut host, "sleep(99)\nreturn \"in time\""), "in time".into());
    // A deadlock is one at once, limit or not.
    let began = host.vm.now();
    assert!(matches!(host.run("await channel().receive()"), RunOutcome::Failed(report) if report.kind == "deadlock"));
    assert_eq!(host.vm.now(), began);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn wall_time_of_a_script_that_computes() {
    use ruff_lang::machine::VirtualMachine;
    use ruff_lang::vm::Clock;
    use std::time::{Instant, SystemTime, UNIX_EPOCH};

    fn clock() -> f64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
    }
    let limits = Limits { wall_ms: Some(50.0), ..Limits::default() };
    let mut host = host(limits.clone());
    host.vm = VirtualMachine::with_options(ruff_lang::machine::VmOptions {
        limits,
        clock: Clock::Host(clock),
        ..Default::default()
    });
    let begun = Instant::now();
    let breach = breach(&mut host, "loop { }");
    assert_eq!(breach.limit, LimitKind::WallMs);
    assert!(breach.used > 50.0 && begun.elapsed().as_millis() < 2000, "{breach}");
}

#[test]
fn the_cleanup_of_a_cancelled_task_is_limited() {
    let limits = Limits { cleanup_fuel: Some(10_000), cleanup_ms: Some(100.0), ..Limits::default() };
    let endless = ["loop { }", "loop { yield_now() }", "sleep(1000000)", "await fetch(1)"];
    let tasks = [
        "async func stubborn() { try { sleep(1000) } finally { ENDLESS } }",
        "async func* items() { try { yield 1 } finally { ENDLESS } }\n\
         async func stubborn() { for await x in items() { sleep(1000) } }",
        "async func* items() { try { sleep(1000) } finally { ENDLESS } }\nfunc stubborn() { return items().next() }",
    ];
    for (task, endless) in tasks.iter().flat_map(|task| endless.map(|endless| (task, endless))) {
        let mut host = host(limits.clone());
        let task = task.replace("ENDLESS", endless);
        let text = format!("{task}\np := stubborn()\ncancel(p)\ntry {{ await p }} except e {{ return e.kind }}");
        let began = host.vm.now();
        let main = host.start(&text);
        host.finish();
        match host.outcome(main) {
            RunOutcome::Completed(value) => assert_eq!(host.vm.export(value), Ok("cancelled".into()), "{endless}"),
            other => panic!("{endless}: {other:?}"),
        }
        assert!(host.vm.now() - began <= 110.0, "{endless}: took {}", host.vm.now() - began);
        assert_eq!(host.left(), "", "{endless}");
    }
}

#[test]
fn a_dropped_cleanup_ends_the_generators_that_ran() {
    let mut host = host(Limits { cleanup_fuel: Some(10_000), cleanup_ms: Some(100.0), ..Limits::default() });
    let text = "async func* items() { try { async scope { yield 1  sleep(1000) } } finally { loop { } } }\n\
                g := items()\nawait g.next()\np := g.next()\ncancel(p)\n\
                try { await p } except e { return [e.kind, g.is_done(), await g.next()] }";
    let expected = Data::List(vec!["cancelled".into(), Data::Bool(true), Data::Null]);
    assert_eq!(value(&mut host, text), expected);
}

#[test]
fn a_breach_says_what_was_used_and_allowed() {
    let mut host = host(Limits { tasks: Some(3), ..Limits::default() });
    let breach = breach(&mut host, "for i in 5 { spawn { sleep(1) } }");
    assert_eq!(breach.to_string(), "Limit exceeded: tasks (used 4, allowed 3)");
    let words = [
        (LimitKind::Fuel, "fuel"),
        (LimitKind::MemoryBytes, "memoryBytes"),
        (LimitKind::CallDepth, "callDepth"),
        (LimitKind::Tasks, "tasks"),
        (LimitKind::PendingOperations, "pendingOps"),
        (LimitKind::ChannelItems, "channelItems"),
        (LimitKind::EventQueue, "eventQueue"),
        (LimitKind::OutputBytes, "outputBytes"),
        (LimitKind::WallMs, "wallMs"),
        (LimitKind::CleanupFuel, "cleanupFuel"),
        (LimitKind::CleanupMs, "cleanupMs"),
    ];
    for (limit, word) in words {
        assert_eq!(limit.word(), word);
    }
}
