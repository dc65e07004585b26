//! A host for tests: the machine with a virtual clock, scripted host functions, and everything that it says on record.
//!
//! Each test file uses its own part of this.
#![allow(dead_code)]

pub mod contexts;
pub mod goldens;
pub mod numbers;
pub mod world;

use ruff_lang::bytecode::Program;
use ruff_lang::diagnostic::Style;
use ruff_lang::machine::{
    Alert, Data, Delivery, ErrorReport, Message, ModuleFailure, ModuleText, RunOutcome, SinkId, StartOptions,
    VirtualMachine, VmOptions, compile, recording,
};
use ruff_lang::runtime::{ErrorKind, Limits};
use ruff_lang::schedule::{HostError, HostReply, Stop, Stream, TaskId};
use ruff_lang::vm::Clock;
use std::collections::VecDeque;
use std::sync::Arc;
use world::{Outcome, World};

/// How a script is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Fuel of one slice.
    pub slice: u64,
    /// A collection at every safepoint.
    pub stress: bool,
    pub limits: Limits,
    /// A journal is written.
    pub records: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { slice: u64::MAX, stress: false, limits: Limits::default(), records: false }
    }
}

/// What came of a script.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    /// Reports of unhandled rejections and of the error that ended the run included.
    pub stderr: String,
    /// None if it did not compile.
    pub outcome: Option<RunOutcome>,
    /// What the machine still held after the run, in words. A machine that has run leaves nothing.
    pub left: String,
}

/// What a scripted host function says.
pub enum Answer {
    Value(Data),
    Error(&'static str),
    /// A promise that settles after so many milliseconds.
    After(f64, Result<Data, &'static str>),
    /// A promise that the test itself settles.
    Pending,
}

type HostFunction = fn(&[Data]) -> Answer;

struct Due {
    at: f64,
    operation: u64,
    result: Result<Data, String>,
}

/// A machine and its host.
pub struct Host {
    pub vm: VirtualMachine,
    pub slice: u64,
    pub stdout: String,
    pub stderr: String,
    pub ended: Vec<(TaskId, RunOutcome)>,
    /// Failures that nobody awaited.
    pub unhandled: Vec<ErrorReport>,
    /// Operations that the script called and that the host has not answered, in order.
    pub pending: Vec<u64>,
    /// Operations that the machine told the host to abort.
    pub aborted: Vec<u64>,
    /// Tasks in the order in which they ended.
    pub ended_tasks: Vec<TaskId>,
    functions: Vec<HostFunction>,
    pub world: World,
    /// The most requests that were not answered at one time.
    pub most_asked: usize,
    /// Requests of scripts that are not answered yet, with what they ask.
    asked: Vec<(u64, String)>,
    /// The texts of modules, by name.
    pub modules: Vec<(String, String)>,
    /// Modules are only asked for: the test itself delivers them.
    pub holds_modules: bool,
    /// Modules that the machine asked for meanwhile, with the numbers of the operations.
    pub asked_modules: Vec<(u64, String)>,
    due: Vec<Due>,
    /// What will be delivered, by the time of the clock, earliest first.
    feed: VecDeque<(f64, Delivery)>,
    /// Nothing is delivered behind the end of the feed.
    feed_ends: bool,
    /// Events and alerts are shown among what is printed.
    pub shows_told: bool,
    /// Alerts that scripts told, and the sinks that they are for.
    pub alerts: Vec<(Alert<Data>, Vec<SinkId>)>,
    /// Everything that the machine has said, if a journal is written.
    pub said: Vec<String>,
    records: bool,
}

/// More slices than any test needs: one that goes on longer does not end.
const MOST_SLICES: u64 = 200_000_000;

impl Host {
    pub fn new(options: &Options) -> Host {
        let mut vm = VirtualMachine::with_options(VmOptions {
            limits: options.limits.clone(),
            clock: Clock::Virtual(1_700_000_000_000.0),
            ..VmOptions::default()
        });
        if options.records {
            assert!(vm.record(None), "a new machine records");
        }
        if options.stress {
            vm.set_stress(true);
        }
        Host {
            vm,
            slice: options.slice,
            stdout: String::new(),
            stderr: String::new(),
            ended: Vec::new(),
            unhandled: Vec::new(),
            pending: Vec::new(),
            aborted: Vec::new(),
            ended_tasks: Vec::new(),
            functions: Vec::new(),
            world: World::default(),
            most_asked: 0,
            asked: Vec::new(),
            modules: Vec::new(),
            holds_modules: false,
            asked_modules: Vec::new(),
            due: Vec::new(),
            feed: VecDeque::new(),
            feed_ends: false,
            shows_told: true,
            alerts: Vec::new(),
            said: Vec::new(),
            records: options.records,
        }
    }

    /// Delivers a recording as time passes, and nothing after it.
    pub fn play(&mut self, recorded: &str) {
        let deliveries = recording(recorded).unwrap_or_else(|error| panic!("{error}"));
        let now = self.vm.now();
        self.feed = deliveries.into_iter().map(|(at, delivery)| (now + at, delivery)).collect();
        self.feed_ends = true;
        self.vm.expect_deliveries(!self.feed.is_empty());
    }

    /// What scripts find outside from now on.
    pub fn live_in(&mut self, world: World) {
        self.vm.set_capabilities(world.capabilities);
        self.world = world;
    }

    pub fn add_function(&mut self, name: &str, function: HostFunction) {
        let number = self.vm.add_function(name);
        assert_eq!(number as usize, self.functions.len());
        self.functions.push(function);
    }

    pub fn compile(&self, text: &str) -> Arc<Program> {
        match compile(text, "test.ruff", &self.vm.catalog()) {
            Ok(program) => program,
            Err(diagnostics) => panic!("does not compile:\n{}\n{text}", diagnostics.render(Style::Plain)),
        }
    }

    /// Begins a run; it gets no turn yet.
    pub fn start(&mut self, text: &str) -> TaskId {
        let program = self.compile(text);
        match self.vm.start(&program, StartOptions::default()) {
            Ok(task) => task,
            Err(error) => panic!("does not start: {error}"),
        }
    }

    /// Runs a script and everything it started to the end.
    pub fn run(&mut self, text: &str) -> RunOutcome {
        let main = self.start(text);
        self.finish();
        self.outcome(main)
    }

    /// How a run ended.
    pub fn outcome(&mut self, main: TaskId) -> RunOutcome {
        let index = self.ended.iter().position(|(task, _)| *task == main).expect("the run has ended");
        self.ended.remove(index).1
    }

    /// Runs until nothing is ready, without letting time pass.
    pub fn settle(&mut self) {
        for _ in 0..MOST_SLICES {
            match self.vm.run(self.slice) {
                Stop::Yielded => {}
                Stop::HostCall => self.call(),
                Stop::Idle => {
                    if !self.take_messages() {
                        return;
                    }
                }
            }
            if self.vm.has_messages() {
                self.take_messages();
            }
        }
        panic!("the script does not end");
    }

    /// Runs until nothing is ready and nothing will be, letting the clock jump.
    pub fn finish(&mut self) {
        loop {
            self.settle();
            let timer = self.vm.next_wake_ms();
            let Some(next) = self.next_delivery().into_iter().chain(timer).min_by(f64::total_cmp) else { return };
            self.vm.advance_to(next);
            self.deliver_due();
        }
    }

    /// Lets time pass, with everything that falls due meanwhile.
    pub fn advance(&mut self, milliseconds: f64) {
        let until = self.vm.now() + milliseconds;
        loop {
            self.settle();
            let timer = self.vm.next_wake_ms();
            let next = timer.unwrap_or(f64::INFINITY).min(self.next_delivery().unwrap_or(f64::INFINITY));
            if next > until {
                break;
            }
            self.vm.advance_to(next);
            self.deliver_due();
        }
        self.vm.advance_to(until);
    }

    /// Settles an operation that the host function left pending.
    pub fn deliver(&mut self, operation: u64, result: Result<Data, &str>) -> bool {
        self.pending.retain(|&pending| pending != operation);
        let result = match result {
            Ok(data) => Ok(self.vm.import(&data)),
            Err(message) => Err(host_error(message)),
        };
        self.vm.deliver(operation, result)
    }

    fn deliver_due(&mut self) {
        let now = self.vm.now();
        let (mut due, later): (Vec<Due>, Vec<Due>) =
            std::mem::take(&mut self.due).into_iter().partition(|due| due.at <= now);
        self.due = later;
        due.sort_by(|a, b| a.at.total_cmp(&b.at));
        for due in due {
            self.asked.retain(|(id, _)| *id != due.operation);
            match due.result {
                Ok(data) => self.deliver(due.operation, Ok(data)),
                Err(message) => self.deliver(due.operation, Err(&message)),
            };
        }
        while let Some((_, delivery)) = self.feed.pop_front_if(|(at, _)| *at <= now) {
            self.vm.take(&delivery);
        }
        if self.feed_ends && self.feed.is_empty() {
            self.vm.expect_deliveries(false);
        }
    }

    /// When the next answer or delivery is due.
    fn next_delivery(&self) -> Option<f64> {
        let answers = self.due.iter().map(|due| due.at);
        answers.chain(self.feed.front().map(|&(at, _)| at)).min_by(f64::total_cmp)
    }

    fn call(&mut self) {
        let call = self.vm.host_call().expect("the machine stopped for a host call").clone();
        let arguments: Vec<Data> = call
            .arguments
            .iter()
            .map(|&argument| self.vm.export(argument).unwrap_or_else(|not| Data::Text(format!("<{}>", not.0))))
            .collect();
        match self.functions[call.function as usize](&arguments) {
            Answer::Value(data) => {
                let value = self.vm.import(&data);
                self.vm.reply(HostReply::Value(value));
            }
            Answer::Error(message) => {
                self.vm.reply(HostReply::Error(host_error(message)));
            }
            Answer::After(milliseconds, result) => {
                let at = self.vm.now() + milliseconds;
                if let Some(operation) = self.vm.reply(HostReply::Pending) {
                    let result = result.map_err(str::to_string);
                    self.due.push(Due { at, operation, result });
                }
            }
            Answer::Pending => {
                if let Some(operation) = self.vm.reply(HostReply::Pending) {
                    self.pending.push(operation);
                }
            }
        }
    }

    /// Puts on record what the machine has to say. True if it asked for a module, which it has got.
    pub fn take_messages(&mut self) -> bool {
        let mut answered = false;
        for message in self.vm.take_messages() {
            if self.records {
                self.said.push(format!("{message:?}"));
            }
            match message {
                Message::Output { stream: Stream::Stdout, text } => self.stdout.push_str(&text),
                Message::Output { stream: Stream::Stderr, text } => self.stderr.push_str(&text),
                Message::RunEnded { task, outcome } => self.ended.push((task, outcome)),
                Message::AbortOperation { id } => {
                    self.aborted.push(id);
                    self.pending.retain(|&pending| pending != id);
                    self.due.retain(|due| due.operation != id);
                    if let Some(at) = self.asked.iter().position(|(asked, _)| *asked == id) {
                        let (_, line) = self.asked.remove(at);
                        self.show_asked("abort", &line);
                    }
                }
                Message::Request { id, request } => {
                    let line = world::line(&request);
                    self.show_asked("host", &line);
                    self.asked.push((id, line));
                    self.most_asked = self.most_asked.max(self.asked.len());
                    let Outcome { after, result } = self.world.ask(&request);
                    self.due.push(Due { at: self.vm.now() + after, operation: id, result });
                }
                Message::Unhandled { report, .. } => {
                    self.stderr.push_str(&report.render(Style::Plain));
                    self.unhandled.push(report);
                }
                Message::TaskEnded { id } => self.ended_tasks.push(id),
                Message::LoadModule { id, name } if self.holds_modules => {
                    self.asked_modules.push((id, name.to_string()));
                }
                Message::LoadModule { id, name } => {
                    let text = self.modules.iter().find(|(module, _)| **module == *name);
                    let result = match text {
                        Some((_, text)) => Ok(ModuleText { file: format!("{name}.ruff"), text: text.clone() }),
                        None => Err(ModuleFailure::NotFound { hint: None }),
                    };
                    answered |= self.vm.deliver_module(id, result);
                }
                Message::Event { name, payload } => {
                    let payload = self.vm.export(payload).expect("plain data");
                    self.show_told(&format!("event {name} {}\n", shown(&payload)));
                }
                Message::Alert { alert, sinks } => {
                    let data = self.vm.export(alert.data).expect("plain data");
                    let Alert { id, severity, title, message, tags, .. } = &alert;
                    let line = [severity.word(), title, message, &shown(&data), &tags.join(",")].join(" | ");
                    self.show_told(&format!("alert {id} {line}\n"));
                    self.alerts.push((alert.with_data(data), sinks));
                }
                Message::TaskStarted { .. } | Message::Settled { .. } => {}
            }
        }
        answered
    }

    fn show_asked(&mut self, what: &str, line: &str) {
        if self.world.tells {
            self.stdout.push_str(&format!("{what}: {line}\n"));
        }
    }

    fn show_told(&mut self, line: &str) {
        if self.shows_told {
            self.stdout.push_str(line);
        }
    }

    /// What the machine still holds, in words; empty when it holds nothing.
    pub fn left(&mut self) -> String {
        let mut left = Vec::new();
        let tasks = self.vm.tasks();
        if !tasks.is_empty() {
            left.push(format!("tasks {tasks:?}"));
        }
        let usage = self.vm.usage();
        if usage.pending_operations != 0 {
            left.push(format!("{} operations", usage.pending_operations));
        }
        if usage.subscriptions != 0 {
            left.push(format!("{} subscriptions", usage.subscriptions));
        }
        if let Some(wake) = self.vm.next_wake_ms() {
            left.push(format!("a timer at {wake}"));
        }
        if usage.fuel != 0 || self.vm.scheduler().runs().iter().any(|run| run.active) {
            left.push("a run".to_string());
        }
        left.join(", ")
    }
}

pub fn host_error(message: &str) -> HostError {
    HostError { kind: ErrorKind::Host, message: message.to_string(), cause: None }
}

/// Data as JSON, with floats as JavaScript writes them.
fn shown(data: &Data) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match data {
        Data::Float(float) if float.is_finite() => float.to_string(),
        Data::List(items) => format!("[{}]", joined(items.iter().map(shown).collect())),
        Data::Dict(entries) => {
            let entry = |(key, value): &(String, Data)| format!("{}:{}", shown(&key.as_str().into()), shown(value));
            format!("{{{}}}", joined(entries.iter().map(entry).collect()))
        }
        other => other.to_json().to_string(),
    }
}

/// Compiles and runs a script that reports call `name`.
pub fn run_script(text: &str, name: &str, options: &Options) -> Ran {
    run_with_host(text, name, options, |_| {})
}

/// The same with a host that `prepare` has made ready.
pub fn run_with_host(text: &str, name: &str, options: &Options, prepare: impl FnOnce(&mut Host)) -> Ran {
    let mut host = Host::new(options);
    host.play("");
    host.live_in(World::of(text));
    prepare(&mut host);
    let program = match compile(text, name, &host.vm.catalog()) {
        Ok(program) => program,
        Err(diagnostics) => {
            return Ran {
                stdout: String::new(),
                stderr: diagnostics.render(Style::Plain),
                outcome: None,
                left: String::new(),
            };
        }
    };
    let main = match host.vm.start(&program, StartOptions::default()) {
        Ok(main) => main,
        Err(error) => panic!("does not start: {error}"),
    };
    host.finish();
    let outcome = host.outcome(main);
    match &outcome {
        RunOutcome::Failed(report) => host.stderr.push_str(&report.render(Style::Plain)),
        RunOutcome::Limit(breach) => host.stderr.push_str(&format!("{breach}\n")),
        RunOutcome::Cancelled => host.stderr.push_str("The run was cancelled\n"),
        RunOutcome::Completed(_) | RunOutcome::Exit(_) => {}
    }
    let left = host.left();
    Ran { stdout: host.stdout, stderr: host.stderr, outcome: Some(outcome), left }
}
