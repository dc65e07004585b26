//! Random asynchronous programs, and a host that delivers in a random order, which it writes down, and watches what must
//! hold whatever the interleaving (async.md 12).

pub mod watcher;
pub mod writer;

use super::support::numbers::Numbers;
use ruff_lang::bytecode::Program;
use ruff_lang::machine::{
    Data, Delivery, Entry as Recorded, Journal, JournalValue, Message, RunOutcome, StartOptions, VirtualMachine,
    VmOptions,
};
use ruff_lang::runtime::Limits;
use ruff_lang::schedule::{HostReply, Stop};
use ruff_lang::value::Value;
use ruff_lang::vm::Clock;
use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::Arc;
use watcher::Watcher;

/// What the host did, and before which of its opportunities.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub at: u32,
    pub act: Act,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// The answer to an operation; its value is its number.
    Answer(u64),
    /// Time passes, to the next deadline.
    Advance,
    Event(i64),
    Bar(i64),
    EndOfBars,
    Tick,
    /// Nothing will be delivered any more.
    NoMore,
    /// The run is cancelled.
    Cancel,
}

/// Who decides what the host does.
pub enum Deliveries {
    Random(Numbers),
    Recorded(VecDeque<Entry>),
    /// Some acts of a recording: those that are not possible are left out, and what a run needs to end is made up.
    Shrunk(VecDeque<Entry>),
}

/// What the host did, read off a journal.
pub fn log(journal: &Journal) -> Vec<Entry> {
    let mut log = Vec::new();
    let mut at = 0;
    for step in journal.steps() {
        let int = |value: &JournalValue| match value {
            JournalValue::Int(int) => *int,
            JournalValue::Dict(entries) => match entries[0].1 {
                JournalValue::Int(int) => int,
                _ => 0,
            },
            _ => 0,
        };
        let act = match step.expect("a whole journal").entry {
            Recorded::Run { stop: Stop::HostCall | Stop::Idle, .. } => {
                at += 1;
                continue;
            }
            Recorded::Deliver { operation, accepted: true, .. } => Act::Answer(operation),
            Recorded::Advance { .. } => Act::Advance,
            Recorded::Event { data, .. } => Act::Event(int(&data)),
            Recorded::Bar { bar, .. } => Act::Bar(int(&bar)),
            Recorded::EndOfBars { .. } => Act::EndOfBars,
            Recorded::Tick { .. } => Act::Tick,
            Recorded::Expect { deliveries: false } => Act::NoMore,
            Recorded::Cancel { accepted: true, .. } => Act::Cancel,
            _ => continue,
        };
        log.push(Entry { at, act });
    }
    log
}

/// The fewest acts, as far as leaving some out leads to them, with which a run still fails.
pub fn shrink(log: &[Entry], mut fails: impl FnMut(&[Entry]) -> bool) -> Vec<Entry> {
    let mut least = log.to_vec();
    let mut size = least.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < least.len() {
            let mut fewer = least.clone();
            fewer.drain(at..(at + size).min(least.len()));
            if fails(&fewer) {
                least = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    least
}

/// How a program is run.
pub struct Way {
    pub slice: u64,
    /// A collection at every safepoint.
    pub stress: bool,
    /// The tables of the scheduler are checked whenever the machine stops.
    pub inspects: bool,
}

/// An operation without an answer.
struct Operation {
    id: u64,
    /// What the script asked for; see [`Session::fetch`].
    wanted: i64,
}

/// A program that runs.
pub struct Session {
    vm: VirtualMachine,
    way: Way,
    deliveries: Deliveries,
    /// Opportunities to deliver so far.
    at: u32,
    /// Everything that happened, a line each.
    pub trace: String,
    /// Failures that were reported as unhandled, and after how much of the trace.
    pub unhandled: Vec<(usize, String)>,
    operations: Vec<Operation>,
    watcher: Watcher,
    main: u64,
    outcome: Option<RunOutcome>,
    events: i64,
    expects: bool,
}

const NOTE: u32 = 0;
/// More than any program needs.
const MOST_STOPS: u32 = 2_000_000;
/// Events and bars that are delivered at most.
const MOST_EVENTS: i64 = 6;
const RUN_FUEL: u64 = 3_000_000;

/// A machine that knows the host functions of the programs.
pub fn machine() -> VirtualMachine {
    let limits = Limits { fuel: Some(RUN_FUEL), ..Limits::default() };
    let mut vm = VirtualMachine::with_options(VmOptions { limits, clock: Clock::Virtual(0.0), ..VmOptions::default() });
    assert!(vm.record(None), "a new machine records");
    vm.add_function("note");
    vm.add_function("fetch");
    vm
}

impl Session {
    pub fn new(program: &Arc<Program>, way: Way, deliveries: Deliveries) -> Session {
        let mut vm = machine();
        vm.set_stress(way.stress);
        let main = match vm.start(program, StartOptions::default()) {
            Ok(main) => main,
            Err(error) => panic!("does not start: {error}"),
        };
        Session {
            vm,
            way,
            deliveries,
            at: 0,
            trace: String::new(),
            unhandled: Vec::new(),
            operations: Vec::new(),
            watcher: Watcher::default(),
            main,
            outcome: None,
            events: 0,
            expects: true,
        }
    }

    /// What came to the machine so far.
    pub fn journal(&self) -> Journal {
        self.vm.journal().expect("it records")
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    /// What did not hold.
    pub fn run(&mut self) -> Result<(), String> {
        for _ in 0..MOST_STOPS {
            let stop = self.vm.run(self.way.slice);
            self.take_messages()?;
            if self.way.inspects
                && let Some(fault) = self.vm.scheduler().fault()
            {
                return Err(fault);
            }
            match stop {
                Stop::Yielded => {}
                Stop::HostCall => {
                    self.opportunity(false)?;
                    self.call()?;
                }
                Stop::Idle if self.outcome.is_some() => return self.end(),
                Stop::Idle => self.opportunity(true)?,
            }
        }
        Err("it does not end".into())
    }

    /// What holds when the program is over.
    fn end(&mut self) -> Result<(), String> {
        for Operation { id, .. } in std::mem::take(&mut self.operations) {
            if !self.vm.deliver(id, Ok(Value::Null)) {
                return Err(format!("the answer to operation {id}, which is pending, is refused"));
            }
        }
        // The open scopes of a generator that nobody has a hold of any more are garbage like the generator.
        self.vm.collect();
        let left = self.vm.scheduler().leftovers();
        if !left.is_empty() {
            return Err(format!("left: {left}"));
        }
        if let Some(wake) = self.vm.next_wake_ms() {
            return Err(format!("left: a timer at {wake}"));
        }
        let usage = self.vm.usage();
        if usage.pending_operations + usage.subscriptions + usage.tasks != 0 {
            return Err(format!("left: {usage:?}"));
        }
        let dropped = matches!(self.outcome, Some(RunOutcome::Exit(_) | RunOutcome::Limit(_)));
        self.watcher.end(dropped)
    }

    fn take_messages(&mut self) -> Result<(), String> {
        if !self.vm.has_messages() {
            return Ok(());
        }
        for message in self.vm.take_messages() {
            let trace = &mut self.trace;
            let _ = match message {
                Message::Output { text, .. } => write!(trace, "{text}"),
                Message::TaskStarted { id } => {
                    self.watcher.started(id)?;
                    writeln!(trace, "started {id}")
                }
                Message::TaskEnded { id } => {
                    self.watcher.ended(id)?;
                    writeln!(trace, "ended {id}")
                }
                Message::AbortOperation { id } => {
                    let pending = self.operations.len();
                    self.operations.retain(|operation| operation.id != id);
                    if self.operations.len() == pending {
                        return Err(format!("operation {id} is aborted, but not pending"));
                    }
                    if self.vm.deliver(id, Ok(Value::Null)) {
                        return Err(format!("a late answer to operation {id} is accepted"));
                    }
                    writeln!(trace, "aborted {id}")
                }
                Message::RunEnded { task, outcome } => {
                    if task != self.main || self.outcome.is_some() {
                        return Err(format!("run {task} ends"));
                    }
                    let words = match &outcome {
                        RunOutcome::Completed(_) => "completed".to_string(),
                        RunOutcome::Failed(report) => format!("failed: {}", report.message),
                        other => format!("{other:?}"),
                    };
                    self.outcome = Some(outcome);
                    writeln!(trace, "the run {words}")
                }
                Message::Unhandled { report, task } => {
                    self.unhandled.push((trace.len(), format!("{task}: {}", report.message)));
                    Ok(())
                }
                Message::Event { name, .. } => writeln!(trace, "told {name}"),
                other => return Err(format!("the machine says {other:?}")),
            };
        }
        Ok(())
    }

    // What the host does.

    /// The host may deliver something; if nothing is ready, it must, or the program never ends.
    fn opportunity(&mut self, idle: bool) -> Result<(), String> {
        self.at += 1;
        let at = self.at;
        let mut acted = false;
        loop {
            let act = match &mut self.deliveries {
                Deliveries::Shrunk(entries) => match entries.front() {
                    Some(entry) if entry.at <= at || (idle && !acted) => entries.pop_front().map(|entry| entry.act),
                    _ if idle && !acted => Some(if self.expects { Act::NoMore } else { Act::Cancel }),
                    _ => None,
                },
                Deliveries::Recorded(entries) => match entries.front() {
                    Some(entry) if entry.at == at => entries.pop_front().map(|entry| entry.act),
                    _ => None,
                },
                Deliveries::Random(_) => self.choose(idle),
            };
            let Some(act) = act else { break };
            if matches!(self.deliveries, Deliveries::Shrunk(_)) && !self.is_possible(act) {
                continue;
            }
            acted = true;
            let _ = writeln!(self.trace, "{act:?}");
            self.carry_out(act)?;
            if matches!(self.deliveries, Deliveries::Random(_)) {
                break;
            }
        }
        if idle && !acted { Err("nothing is ready, and the log has nothing for it".into()) } else { Ok(()) }
    }

    fn is_possible(&mut self, act: Act) -> bool {
        match act {
            Act::Answer(id) => self.operations.iter().any(|operation| operation.id == id),
            Act::Advance => self.vm.next_wake_ms().is_some(),
            _ => true,
        }
    }

    fn choose(&mut self, idle: bool) -> Option<Act> {
        let Deliveries::Random(numbers) = &mut self.deliveries else { return None };
        if !idle && numbers.next(24) != 0 {
            return None;
        }
        let answers = self.operations.iter().filter(|operation| operation.wanted % 8 != 2);
        let mut acts: Vec<Act> = answers.map(|operation| Act::Answer(operation.id)).collect();
        // Time does not pass while the machine is busy.
        if idle && self.vm.next_wake_ms().is_some() {
            acts.push(Act::Advance);
        }
        let quiet = acts.is_empty() || numbers.next(8) == 0;
        if self.expects && self.events < MOST_EVENTS && quiet {
            let next = self.events;
            acts.extend([Act::Event(next), Act::Bar(next), Act::Tick]);
            if next > 3 {
                acts.push(Act::EndOfBars);
            }
        }
        if acts.is_empty() && idle {
            acts.push(if self.expects { Act::NoMore } else { Act::Cancel });
        }
        if acts.is_empty() { None } else { Some(acts[numbers.next(acts.len())]) }
    }

    fn carry_out(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Answer(id) => {
                let Some(at) = self.operations.iter().position(|operation| operation.id == id) else {
                    return Err(format!("operation {id} is not pending"));
                };
                let Operation { wanted, .. } = self.operations.remove(at);
                let result = || match wanted % 8 {
                    3 => Err(super::support::host_error("no answer")),
                    _ => Ok(Value::Int(id as i64)),
                };
                if !self.vm.deliver(id, result()) {
                    return Err(format!("the answer to operation {id} is refused"));
                }
                if self.vm.deliver(id, result()) {
                    return Err(format!("a second answer to operation {id} is accepted"));
                }
            }
            Act::Advance => match self.vm.next_wake_ms() {
                Some(wake) => self.vm.advance_to(wake),
                None => return Err("there is no timer".into()),
            },
            Act::Event(number) => self.event(Delivery::Event { name: "e".into(), data: Data::Int(number) }),
            Act::Bar(number) => {
                let bar = Data::Dict(vec![("time".into(), Data::Int(number)), ("close".into(), Data::Int(number))]);
                self.event(Delivery::Bar { source: "b".into(), bar });
            }
            Act::EndOfBars => self.event(Delivery::EndOfBars { source: "b".into(), error: None }),
            Act::Tick => self.event(Delivery::Tick { id: "t".into() }),
            Act::NoMore => {
                self.expects = false;
                self.vm.expect_deliveries(false);
            }
            Act::Cancel => {
                if !self.vm.cancel(self.main) {
                    return Err("the run, which is not over, cannot be cancelled".into());
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, delivery: Delivery) {
        self.events += 1;
        self.vm.take(&delivery);
    }

    // Host functions.

    fn call(&mut self) -> Result<(), String> {
        let Some(call) = self.vm.host_call().cloned() else { return Err("there is no call".into()) };
        let argument = |at: usize| match call.arguments.get(at) {
            Some(Value::Int(int)) => *int,
            _ => 0,
        };
        if call.function != NOTE {
            self.fetch(argument(0));
            return Ok(());
        }
        let mut shown = |value: Value| match value {
            Value::Int(int) => int.to_string(),
            value => self.vm.export(value).map_or_else(|not| not.0.to_string(), |data| format!("{data:?}")),
        };
        let texts: Vec<String> = call.arguments[1..].iter().map(|&argument| shown(argument)).collect();
        let fuel = self.vm.scheduler().find_task(call.task).map_or(0, |task| task.fuel);
        let _ = writeln!(self.trace, "task {} notes {} {texts:?} after {fuel}", call.task, argument(0));
        let number = self.watcher.noted(&self.vm, call.task, argument(0), argument(1), &texts)?;
        self.vm.reply(HostReply::Value(Value::Int(number)));
        Ok(())
    }

    /// Gives an answer at once, an error at once, never, later with an error, or later.
    fn fetch(&mut self, wanted: i64) {
        match wanted % 8 {
            0 => {
                self.vm.reply(HostReply::Value(Value::Int(wanted)));
            }
            1 => {
                self.vm.reply(HostReply::Error(super::support::host_error("refused")));
            }
            _ => {
                if let Some(id) = self.vm.reply(HostReply::Pending) {
                    let _ = writeln!(self.trace, "operation {id}");
                    self.operations.push(Operation { id, wanted });
                }
            }
        }
    }
}
