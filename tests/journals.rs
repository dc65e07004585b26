//! Runs that are recorded and had again.

mod support;

use ruff_lang::diagnostic::Style;
use ruff_lang::machine::{
    Answer as Replied, Catalog, Data, Delivery, Entry, Journal, JournalError, Replay, ReplayError, StartOptions,
    VirtualMachine, VmOptions, compile,
};
use ruff_lang::schedule::{HostReply, Stop};
use ruff_lang::vm::{Clock, Entropy};
use std::sync::atomic::{AtomicU64, Ordering};
use support::goldens::{Golden, directory, scripts};
use support::{Answer, Host, Options};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn recording(slice: u64) -> Options {
    Options { slice, records: true, ..Options::default() }
}

/// What a replay says and its own journal.
fn replayed(journal: &Journal, slice: Option<u64>) -> Result<(Vec<String>, Journal), ReplayError> {
    let mut replay = Replay::new(journal);
    if let Some(slice) = slice {
        replay.cut_into(slice);
    }
    assert!(replay.machine().record(None));
    let mut said = Vec::new();
    while replay.step()? {
        let messages = replay.machine().take_messages();
        said.extend(messages.iter().map(|message| format!("{message:?}")));
    }
    let again = replay.machine().journal().expect("it records");
    Ok((said, again))
}

/// The journal of what a host has done, after it was had again: the same is said, and the same is done.
fn checked(host: &Host) -> Result<Journal, String> {
    let bytes = host.vm.journal().expect("it records").to_bytes();
    let journal = Journal::from_bytes(&bytes).map_err(|error| error.to_string())?;
    let (said, again) = replayed(&journal, None).map_err(|error| error.to_string())?;
    if said != host.said {
        let same = said.iter().zip(&host.said).take_while(|(a, b)| a == b).count();
        return Err(format!("message {same}: {:?}, then {:?}", host.said.get(same), said.get(same)));
    }
    if again.to_bytes() != bytes {
        return Err("the replay has another journal".into());
    }
    Ok(journal)
}

fn differs(journal: &Journal) -> String {
    match replayed(journal, None) {
        Err(ReplayError::Differs(divergence)) => divergence.to_string(),
        other => panic!("the run is the same: {other:?}"),
    }
}

fn run_golden(golden: &Golden, slice: u64) -> Result<Journal, String> {
    let mut host = Host::new(&recording(slice));
    host.modules.clone_from(&golden.modules);
    host.play(golden.feed);
    let program =
        compile(golden.script, golden.name, &host.vm.catalog()).map_err(|found| found.render(Style::Plain))?;
    host.vm.start(&program, StartOptions::default()).map_err(|error| error.to_string())?;
    host.finish();
    let journal = checked(&host)?;
    // The journal is the same however the run was cut, but for the slices.
    let (said, _) = replayed(&journal, Some(3)).map_err(|error| format!("in slices of 3: {error}"))?;
    if said == host.said { Ok(journal) } else { Err("in slices of 3 it says something else".into()) }
}

fn check_goldens(path: &str, slice: u64) {
    let goldens = scripts(directory(path));
    let faults: Vec<String> = goldens
        .iter()
        .filter_map(|golden| run_golden(golden, slice).err().map(|fault| format!("{}: {fault}", golden.name)))
        .collect();
    assert!(faults.is_empty(), "{} of {} scripts:\n{}", faults.len(), goldens.len(), faults.join("\n"));
}

#[test]
fn asynchronous_programs_are_replayed() {
    check_goldens("asynchronous", u64::MAX);
}

#[test]
fn asynchronous_programs_in_slices_are_replayed() {
    check_goldens("asynchronous", 7);
}

#[test]
fn programs_with_modules_are_replayed() {
    check_goldens("language/12_modules", 100);
}

const HOST_SCRIPT: &str = "
func work(n) {
    try { return await fetch(n) } except e { return e.message }
}
async func forever() {
    try { await fetch(99) } finally { print(\"cleaned up\", square(3)) }
}
print(square(4), config[\"name\"], config[\"sizes\"])
task := forever()
print(await work(1), await work(2))
first := await next_event(\"order\")
cancel(task)
print(first[\"data\"])
sleep(20)
print(square(\"no number\"))
";

fn busy_host(records: bool) -> Host {
    let mut host = Host::new(&Options { records, ..Options::default() });
    host.add_function("fetch", |_| Answer::Pending);
    host.add_function("square", |arguments| match arguments[0] {
        Data::Int(int) => Answer::Value(Data::Int(int * int)),
        _ => Answer::Error("square() needs an int"),
    });
    let sizes = Data::List(vec![Data::Int(1), Data::Float(2.5), Data::Null, Data::Bytes(vec![1, 2])]);
    let config = Data::Dict(vec![("name".into(), "test".into()), ("sizes".into(), sizes)]);
    let config = host.vm.import(&config);
    host.vm.set_global("config", config);
    host.start(HOST_SCRIPT);
    host.settle();
    host.deliver(2, Ok("one".into()));
    host.settle();
    host.deliver(3, Err("no two"));
    host.settle();
    host.vm.take(&Delivery::Event { name: "order".into(), data: Data::Int(5) });
    host.finish();
    host
}

#[test]
fn host_functions_are_not_called_again() {
    let host = busy_host(true);
    assert_eq!(host.stdout, "16 test [1, 2.5, null, <bytes 2>]\none no two\n5\ncleaned up 9\n");
    let journal = checked(&host).expect("it is replayed");
    let answers = journal.steps().flatten().filter(|step| matches!(step.entry, Entry::Reply { .. })).count();
    assert_eq!(answers, 6);
    // The error has its position.
    assert!(host.said.iter().any(|said| said.contains("square() needs an int") && said.contains("line: 15")));
}

#[test]
fn a_run_that_does_not_record_has_no_journal() {
    assert!(busy_host(false).vm.journal().is_none());
    let mut late = busy_host(false);
    assert!(!late.vm.record(None), "it is too late");
}

#[test]
fn a_cancelled_run_is_replayed() {
    let mut host = Host::new(&recording(10));
    let main = host.start("try { sleep(1000) } finally { sleep(1) print(\"bye\") }");
    host.settle();
    host.advance(5.0);
    assert!(host.vm.cancel(main));
    host.finish();
    assert_eq!(host.stdout, "bye\n");
    checked(&host).expect("it is replayed");
}

#[test]
fn what_is_missing_is_told_with_its_place() {
    let journal = checked(&busy_host(true)).expect("it is replayed");
    let without = |unwanted: fn(&Entry) -> bool| differs(&journal.without(|_, entry| unwanted(entry)));
    assert_eq!(
        without(|entry| matches!(entry, Entry::Deliver { operation: 2, .. })),
        "The run differs from its journal at entry 13: nothing is ready, but when it was recorded it called a function \
         of the host"
    );
    let unanswered = without(|entry| matches!(entry, Entry::Reply { answer: Replied::Settled(Ok(_)), .. }));
    let begins = "The run differs from its journal at entry 7, in <script> (8:7): the script waits for an answer of \
                  square(), which was there when it was recorded";
    assert_eq!(unanswered, begins);
    let unknown = without(|entry| matches!(entry, Entry::Function { .. }));
    assert!(unknown.starts_with("The run differs from its journal at entry "), "{unknown}");
    let early = without(|entry| matches!(entry, Entry::Event { .. }));
    assert!(early.ends_with("nothing is ready, but when it was recorded it called a function of the host"), "{early}");
}

#[test]
fn a_changed_program_is_told() {
    let journal = checked(&busy_host(true)).expect("it is replayed");
    let mut replay = Replay::new(&journal);
    replay.expect_text(&HOST_SCRIPT.replace("sleep(20)", "sleep(21)"));
    let error = replay.finish().expect_err("it has changed").to_string();
    assert!(error.ends_with("the program has been changed: line 14 is not what was recorded"), "{error}");
    let mut replay = Replay::new(&journal);
    replay.expect_text(HOST_SCRIPT);
    replay.finish().expect("it is the same");
}

#[test]
fn damaged_journals_are_refused() {
    let bytes = busy_host(true).vm.journal().expect("it records").to_bytes();
    for length in 0..bytes.len() {
        match Journal::from_bytes(&bytes[..length]) {
            Err(JournalError::NoJournal) if length == 0 => {}
            Err(JournalError::Truncated { bytes: left, of }) if left == length && of > left => {}
            other => panic!("{length} bytes: {other:?}"),
        }
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        assert!(Journal::from_bytes(&damaged).is_err(), "byte {at}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(Journal::from_bytes(&longer), Err(JournalError::Damaged { .. })));
    let mut newer = bytes;
    newer[7] = 2;
    let error = Journal::from_bytes(&newer).expect_err("another format").to_string();
    assert_eq!(error, "The journal has format 2, and this version of Ruff reads format 1");
}

#[test]
fn every_entry_may_be_missing_without_a_panic() {
    let journal = checked(&busy_host(true)).expect("it is replayed");
    for missing in 0..journal.steps().count() {
        // Most of them are missed, but nothing breaks.
        let _ = replayed(&journal.without(|number, _| number == missing), None);
        let _ = replayed(&journal.without(|number, _| number == missing), Some(5));
    }
}

#[test]
fn a_full_journal_ends_early_and_says_so() {
    let mut host = Host::new(&Options::default());
    assert!(host.vm.record(Some(400)));
    host.add_function("f", |_| Answer::Value(Data::Int(1)));
    host.run("for i in range(1000) { f(i) }");
    let journal = host.vm.journal().expect("it records");
    let bytes = journal.to_bytes().len();
    assert!(bytes < 600, "{bytes} bytes");
    assert!(matches!(replayed(&journal, None), Err(ReplayError::Full)));
}

fn uneven_clock() -> f64 {
    static READ: AtomicU64 = AtomicU64::new(0);
    let read = READ.fetch_add(1, Ordering::Relaxed);
    1_700_000_000_000.0 + (read * read % 997) as f64 / 8.0 + read as f64
}

fn uneven_bytes() -> Option<[u8; 32]> {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    Some([DRAWN.fetch_add(1, Ordering::Relaxed) as u8; 32])
}

#[test]
fn the_hosts_clock_and_random_bytes_are_in_the_journal() {
    let text = "
        for i in range(50) { print(now(), performance_now(), random(), uuid_v4()) }
        sleep(10)
        print(current_timestamp())
    ";
    let options =
        VmOptions { clock: Clock::Host(uneven_clock), entropy: Entropy::Host(uneven_bytes), ..VmOptions::default() };
    let mut vm = VirtualMachine::with_options(options);
    assert!(vm.record(None));
    let program = compile(text, "clock.ruff", &Catalog::default()).expect("it compiles");
    vm.start(&program, StartOptions::default()).expect("it starts");
    let mut said = Vec::new();
    loop {
        let stop = vm.run(100);
        // The host may look at the clock as often as it wants.
        vm.now();
        said.extend(vm.take_messages().iter().map(|message| format!("{message:?}")));
        if stop == Stop::Idle && vm.next_wake_ms().is_none() {
            break;
        }
    }
    assert!(said.len() > 50, "{said:?}");
    let journal = vm.journal().expect("it records");
    for _ in 0..2 {
        let (again, _) = replayed(&journal, None).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again, said);
    }
}

#[test]
fn the_cooperative_interface_is_replayed() {
    let mut host = Host::new(&recording(u64::MAX));
    host.add_function("fetch", |_| Answer::Pending);
    let program = host.compile("n := 0\nn += await fetch(1)\nprint(n)\nn += await fetch(2)\nprint(n)");
    host.vm.execute_until_suspend(&program).expect("it suspends");
    let state = host.vm.save_execution_state().expect("it is saved");
    let other = host.vm.create_execution_context(state).expect("there is another");
    let one = host.vm.import(&Data::Int(1));
    assert!(host.vm.deliver(1, Ok(one)));
    host.vm.run_scheduler_round();
    host.vm.resume_execution_context(other).expect("it goes on");
    for operation in [2, 3] {
        host.vm.deliver(operation, Ok(one));
    }
    host.vm.run_scheduler_round();
    host.vm.drop_execution_state(state);
    host.take_messages();
    let journal = host.vm.journal().expect("it records");
    let (said, _) = replayed(&journal, None).unwrap_or_else(|error| panic!("{error}"));
    let printed = |said: &[String]| said.iter().filter(|said| said.starts_with("Output")).cloned().collect::<Vec<_>>();
    assert_eq!(printed(&said), printed(&host.said));
    assert_eq!(printed(&said).len(), 4, "{said:?}");
}

#[test]
fn a_value_that_is_no_data_ends_the_replay_where_it_was_given() {
    let mut vm = VirtualMachine::with_options(VmOptions::default());
    assert!(vm.record(None));
    vm.add_function("same");
    let program =
        compile("f := same(func(x) { return x + 1 })\nprint(f(1))", "same.ruff", &vm.catalog()).expect("it compiles");
    vm.start(&program, StartOptions::default()).expect("it starts");
    assert_eq!(vm.run(u64::MAX), Stop::HostCall);
    let function = vm.host_call().expect("a call").arguments[0];
    vm.reply(HostReply::Value(function));
    vm.run(u64::MAX);
    let error = differs(&vm.journal().expect("it records"));
    assert!(error.contains("the host gave a function, which a journal cannot hold"), "{error}");
}
