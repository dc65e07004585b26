//! The public machine: compile, start, deliver, run, look inside.

mod advice;
mod channels;
mod contexts;
mod data;
mod deliveries;
mod inspect;
mod interactive;
mod journal;
mod modules;
mod report;
mod tests;

use crate::bytecode::{Program, is_module_variable};
use crate::diagnostic::{Diagnostic, Style, render};
use crate::heap::Heap;
use crate::runtime::{Capabilities, Limits, Raise, Raised};
use crate::schedule::{self, HostCall, HostError, HostReply, Outcome, Scheduler, Stop, Stream, TaskId};
use crate::source::Source;
use crate::value::{Handle, Value};
use crate::vm::{Clock, Entropy, Failure};
use crate::{compile as compiler, syntax};
use std::sync::Arc;

pub use crate::schedule::{Alert, Body, HttpRequest, Request, Severity};
pub use contexts::{
    AsyncExecutionResult, JoinKind, SavedState, SuspensionInfo, VmContextId, VmError, VmExecutionResult,
    VmSchedulerRoundResult, WaitType,
};
pub use data::{DEEPEST, Data, NotData};
pub use deliveries::{Delivery, RecordingError, SinkId, recording};
pub use inspect::{TaskInfo, TaskState, Usage};
pub use interactive::Session;
pub use journal::{
    Answer, Divergence, Entry, Journal, JournalError, JournalValue, LARGEST_JOURNAL, ModuleAnswer, Replay, ReplayError,
    Step,
};
pub use modules::{ModuleFailure, ModuleText};
pub use report::{ErrorReport, ParkedTask};
pub use tests::{TestCase, TestFailure, check, compile_tests, verdict};

/// What a program may refer to besides its own names: the script variables of a machine.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    globals: Vec<Arc<str>>,
    /// Host functions that have the name of a builtin, which they replace.
    replaced: Vec<Arc<str>>,
}

impl Catalog {
    /// What a script is compiled for.
    fn surroundings(&self) -> compiler::Surroundings<'_> {
        compiler::Surroundings {
            known_globals: &self.globals,
            replaced: &self.replaced,
            ..compiler::Surroundings::default()
        }
    }

    /// Whether some name in a program means something else now than when it was compiled.
    fn makes_stale(&self, program: &Program) -> bool {
        let mut known: Vec<&Arc<str>> = self.globals.iter().collect();
        known.sort_unstable();
        program.free_names.iter().any(|name| {
            known.binary_search(&name).is_ok() || self.replaced.contains(name) != program.replaced.contains(name)
        })
    }
}

/// Why a text cannot run: everything that was found in it.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    pub source: Arc<Source>,
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// All reports, one after the other.
    pub fn render(&self, style: Style) -> String {
        let reports: Vec<String> = self.list.iter().map(|diagnostic| render(diagnostic, &self.source, style)).collect();
        reports.join("\n")
    }
}

/// Compiles a text that reports call `name`.
///
/// # Errors
/// All lexical diagnostics; else all parse diagnostics; else all findings of the compiler.
pub fn compile(text: &str, name: &str, catalog: &Catalog) -> Result<Arc<Program>, Diagnostics> {
    compile_source(Arc::new(Source::new(name, text)), catalog)
}

fn compile_source(source: Arc<Source>, catalog: &Catalog) -> Result<Arc<Program>, Diagnostics> {
    let parsed = syntax::parse(source.text());
    if !parsed.diagnostics.is_empty() {
        return Err(Diagnostics { source, list: parsed.diagnostics });
    }
    match compiler::compile(source.clone(), &parsed.tree, catalog.surroundings()) {
        Ok(program) => Ok(Arc::new(program)),
        Err(list) => Err(Diagnostics { source, list }),
    }
}

/// Options of a machine.
#[derive(Clone, Debug)]
pub struct VmOptions {
    pub limits: Limits,
    pub capabilities: Capabilities,
    pub clock: Clock,
    /// [`Entropy::Seed`] makes the machine deterministic, as far as its clock and host are.
    pub entropy: Entropy,
}

impl Default for VmOptions {
    /// The default limits and capabilities, a virtual clock that stands at 0, and random numbers that are the same each
    /// time.
    fn default() -> VmOptions {
        VmOptions {
            limits: Limits::default(),
            capabilities: Capabilities::default(),
            clock: Clock::Virtual(0.0),
            entropy: Entropy::Seed(0),
        }
    }
}

/// Options of one run.
#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// What `args()` gives.
    pub arguments: Vec<Value>,
    /// In place of the machine's: fuel, output bytes and wall time count per run.
    pub limits: Option<Limits>,
}

/// Why a run cannot begin.
#[derive(Clone, Debug)]
pub enum StartError {
    /// The program means something else in this machine, and does not compile there.
    Diagnostics(Diagnostics),
    /// A wrong number of arguments, or a value that cannot be called.
    Error {
        kind: &'static str,
        message: String,
    },
    Limit(crate::runtime::LimitBreach),
    /// More than 65536 script variables.
    TooManyNames,
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StartError::Diagnostics(diagnostics) => write!(f, "{}", diagnostics.render(Style::Plain)),
            StartError::Error { message, .. } => write!(f, "{message}"),
            StartError::Limit(breach) => write!(f, "{breach}"),
            StartError::TooManyNames => write!(f, "More than 65536 script variables"),
        }
    }
}

/// What the machine tells its driver, in order.
#[derive(Clone, Debug)]
pub enum Message {
    Output {
        stream: Stream,
        text: String,
    },
    /// All tasks of a run have ended.
    RunEnded {
        task: TaskId,
        outcome: RunOutcome,
    },
    TaskStarted {
        id: TaskId,
    },
    TaskEnded {
        id: TaskId,
    },
    /// Abort this operation; a late answer is ignored.
    AbortOperation {
        id: u64,
    },
    /// A failure that nobody ever awaited.
    Unhandled {
        report: ErrorReport,
        task: TaskId,
    },
    /// A watched promise has settled.
    Settled {
        watch: u32,
        result: Result<Value, ErrorReport>,
    },
    /// A script told an event.
    Event {
        name: String,
        payload: Value,
    },
    /// A script told an alert; it is for these sinks.
    Alert {
        alert: Alert<Value>,
        sinks: Vec<SinkId>,
    },
    /// A script asks something of the world outside: answer with [`VirtualMachine::deliver`], as [`Request`] says.
    Request {
        id: u64,
        request: Request,
    },
    /// The text of a module is needed: answer with [`VirtualMachine::deliver_module`]. It can be aborted like an
    /// operation.
    LoadModule {
        id: u64,
        name: Arc<str>,
    },
}

/// How a run ended.
#[derive(Clone, Debug)]
pub enum RunOutcome {
    Completed(Value),
    Failed(ErrorReport),
    Cancelled,
    Limit(crate::runtime::LimitBreach),
    Exit(i32),
}

/// An isolated world: heap, script variables, tasks, limits. Owns everything, waits for nothing, and is `Send`.
pub struct VirtualMachine {
    pub(crate) scheduler: Scheduler,
    limits: Limits,
    contexts: contexts::Contexts,
    modules: modules::Modules,
    sinks: deliveries::Sinks,
    function_count: u32,
    recorder: Option<Box<journal::Recorder>>,
}

impl VirtualMachine {
    /// A deterministic machine: see [`VmOptions::default`].
    pub fn new(limits: Limits) -> VirtualMachine {
        VirtualMachine::with_options(VmOptions { limits, ..VmOptions::default() })
    }

    pub fn with_options(options: VmOptions) -> VirtualMachine {
        let mut scheduler =
            Scheduler::new(options.limits.clone(), options.capabilities, options.clock, options.entropy);
        let promise = promise_struct(&mut scheduler);
        let name = scheduler.vm.heap.name("Promise");
        if let Some(slot) = scheduler.vm.outer_slot(name) {
            scheduler.vm.outer[slot as usize] = promise;
        }
        VirtualMachine {
            scheduler,
            limits: options.limits,
            contexts: contexts::Contexts::default(),
            modules: modules::Modules::default(),
            sinks: deliveries::Sinks::default(),
            function_count: 0,
            recorder: None,
        }
    }

    // What scripts can name.

    /// Makes a host function known to scripts. Gives its registration number.
    pub fn add_function(&mut self, name: &str) -> u32 {
        let number = self.function_count;
        self.function_count += 1;
        self.scheduler.vm.heap.host_function_names.push(name.into());
        let shown = name;
        let name = self.scheduler.vm.heap.name(name);
        if let Some(slot) = self.scheduler.vm.outer_slot(name) {
            self.scheduler.vm.outer[slot as usize] = Value::HostFunction(number);
        }
        self.note_with(|| Entry::Function { name: shown.to_string() });
        number
    }

    /// The value of a script variable, else what the name means in the outermost scope.
    pub fn global(&self, name: &str) -> Option<Value> {
        let vm = &self.scheduler.vm;
        let slot = vm.heap.names.find(name).and_then(|name| vm.global_index.get(&name).copied());
        match slot.map(|slot| vm.globals[slot as usize]) {
            Some(value) if value != Value::Unset => Some(value),
            _ => None,
        }
    }

    /// Creates or replaces a script variable. False if there are too many.
    pub fn set_global(&mut self, name: &str, value: Value) -> bool {
        if let Some(value) = self.recorded(|machine| machine.written(value)) {
            self.note(Entry::Variable { name: name.to_string(), value });
        }
        let vm = &mut self.scheduler.vm;
        vm.heap.share(value);
        let name = vm.heap.name(name);
        match vm.global_slot(name) {
            Some(slot) => {
                vm.globals[slot as usize] = value;
                true
            }
            None => false,
        }
    }

    /// What programs compiled for this machine may refer to.
    pub fn catalog(&self) -> Catalog {
        let vm = &self.scheduler.vm;
        let set = vm
            .global_names
            .iter()
            .zip(&vm.globals)
            .filter(|&(&name, &value)| value != Value::Unset && !is_module_variable(vm.heap.names.text(name)));
        let hosts = vm.heap.host_function_names.iter().filter(|name| crate::builtins::find(name).is_some());
        Catalog {
            globals: set.map(|(&name, _)| vm.heap.names.text(name).clone()).collect(),
            replaced: hosts.cloned().collect(),
        }
    }

    // Running.

    /// Begins a run of a program: its main task is ready.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(&mut self, program: &Arc<Program>, options: StartOptions) -> Result<TaskId, StartError> {
        let given = self.recorded(|machine| {
            let source = machine.source_number(&program.source);
            (source, machine.written_all(&options.arguments), options.limits.clone())
        });
        let begun = self.begin(program, options);
        if let Some((source, arguments, limits)) = given {
            let (test, interactive, task) = (program.test, program.interactive, begun.as_ref().ok().copied());
            self.note(Entry::Start { source, test, interactive, arguments, limits, task });
        }
        begun
    }

    fn begin(&mut self, program: &Arc<Program>, options: StartOptions) -> Result<TaskId, StartError> {
        let limits = options.limits.clone().unwrap_or_else(|| self.limits.clone());
        if !program.modules.is_empty() {
            return self.start_linking(program, options, &limits);
        }
        let main = self.load(program)?;
        self.scheduler.begin_run(Value::Function(main), &[], options.arguments, &limits).map_err(start_error)
    }

    fn load(&mut self, program: &Arc<Program>) -> Result<u32, StartError> {
        let catalog = self.catalog();
        let program = if catalog.makes_stale(program) {
            match program.test {
                None if program.interactive => interactive::compile_input(program.source.clone(), &catalog),
                None => compile_source(program.source.clone(), &catalog),
                Some(test) => tests::compile_test(program.source.clone(), test, &catalog),
            }
            .map_err(StartError::Diagnostics)?
        } else {
            program.clone()
        };
        self.scheduler.vm.load(&program).map_err(|_| StartError::TooManyNames)
    }

    /// Begins a run that calls a script function. `limits` as in [`StartOptions`].
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn call_function(
        &mut self,
        function: Value,
        arguments: &[Value],
        limits: Option<Limits>,
    ) -> Result<TaskId, StartError> {
        let given =
            self.recorded(|machine| (machine.written(function), machine.written_all(arguments), limits.clone()));
        let limits = limits.unwrap_or_else(|| self.limits.clone());
        let begun = self.scheduler.begin_run(function, arguments, Vec::new(), &limits).map_err(start_error);
        if let Some((function, arguments, limits)) = given {
            self.note(Entry::Call { function, arguments, limits, task: begun.as_ref().ok().copied() });
        }
        begun
    }

    /// Runs ready tasks for about `fuel`, which must be above 0.
    pub fn run(&mut self, fuel: u64) -> Stop {
        let stop = self.scheduler.run(fuel);
        if self.recorder.is_some() {
            self.note_run(fuel, stop);
        }
        stop
    }

    /// Gives the first ready task one turn, with the tasks that it starts.
    pub fn run_turn(&mut self) -> Stop {
        let stop = self.scheduler.run_turn();
        self.note_turn(stop);
        stop
    }

    /// Fuel that the last slice left, when it stopped for a host call.
    pub fn slice_left(&self) -> u64 {
        self.scheduler.slice_left()
    }

    /// The call of a host function that the machine waits for.
    pub fn host_call(&self) -> Option<&HostCall> {
        self.scheduler.host_call()
    }

    /// Answers the host call. For a pending answer, gives the number of the operation.
    pub fn reply(&mut self, reply: HostReply) -> Option<u64> {
        let given = self.recorded(|machine| machine.written_reply(&reply)).flatten();
        let operation = self.scheduler.reply(reply);
        if let Some(mut entry) = given {
            if let Entry::Reply { answer: Answer::Pending(id), .. } = &mut entry {
                *id = operation;
            }
            self.note(entry);
        }
        operation
    }

    /// A promise that the host settles by [`VirtualMachine::deliver`].
    ///
    /// # Errors
    /// The limit of pending operations.
    pub fn new_operation(&mut self) -> Result<(u64, Value), StartError> {
        let begun = self.scheduler.new_operation().map_err(start_error);
        self.note(Entry::Operation { id: begun.as_ref().ok().map(|&(id, _)| id) });
        begun
    }

    /// The host's answer to an operation: only marks tasks as ready. False if the operation is unknown or answered.
    pub fn deliver(&mut self, operation: u64, result: Result<Value, HostError>) -> bool {
        let given = self.recorded(|machine| machine.written_result(&result));
        let accepted = self.scheduler.deliver(operation, result);
        if let Some(result) = given {
            self.note(Entry::Deliver { operation, result, accepted });
        }
        accepted
    }

    /// Cancels a task. False if there is none of that number.
    pub fn cancel(&mut self, task: TaskId) -> bool {
        let accepted = self.scheduler.cancel(task);
        self.note(Entry::Cancel { task, accepted });
        accepted
    }

    /// Tells by a [`Message::Settled`] when a promise settles.
    pub fn watch(&mut self, promise: Handle<crate::heap::Promise>) -> u32 {
        let given = self.recorded(|machine| machine.written(Value::Promise(promise)));
        let watch = self.scheduler.watch(promise);
        if let Some(promise) = given {
            self.note(Entry::Watch { promise });
        }
        watch
    }

    /// Keeps a value alive for the host, until [`VirtualMachine::unpin`].
    pub fn pin(&mut self, value: Value) -> u32 {
        self.scheduler.pin(value)
    }

    pub fn pinned(&self, pin: u32) -> Option<Value> {
        self.scheduler.pinned(pin)
    }

    pub fn unpin(&mut self, pin: u32) {
        self.scheduler.unpin(pin);
    }

    /// Keeps a task from getting turns, or lets it go on. False if there is none of that number.
    pub fn set_task_paused(&mut self, task: TaskId, paused: bool) -> bool {
        let found = self.scheduler.set_task_paused(task, paused);
        self.note(Entry::PauseTask { task, paused });
        found
    }

    /// No task gets a turn while the machine is paused.
    pub fn set_paused(&mut self, paused: bool) {
        self.scheduler.set_paused(paused);
        self.note(Entry::Pause { paused });
    }

    /// Moves a virtual clock forward; a host clock cannot be moved.
    pub fn advance_to(&mut self, now: f64) {
        if let Clock::Virtual(current) = &mut self.scheduler.vm.clock {
            *current = current.max(now);
            self.note(Entry::Advance { to: now });
        }
    }

    pub fn now(&self) -> f64 {
        self.scheduler.time()
    }

    /// When the earliest timer is due, in milliseconds of the machine's clock.
    pub fn next_wake_ms(&mut self) -> Option<f64> {
        self.scheduler.next_wake()
    }

    pub fn has_messages(&self) -> bool {
        self.scheduler.has_messages() || self.has_link_messages()
    }

    /// Everything the machine has to tell since the last call. Values in it are valid until the machine runs again.
    pub fn take_messages(&mut self) -> Vec<Message> {
        let messages = self.scheduler.take_messages();
        let mut messages: Vec<Message> = messages.into_iter().map(|message| self.message(message)).collect();
        messages.extend(self.take_link_messages());
        messages
    }

    fn message(&mut self, message: schedule::Message) -> Message {
        match message {
            schedule::Message::Output { stream, text } => Message::Output { stream, text },
            schedule::Message::TaskStarted { id } => Message::TaskStarted { id },
            schedule::Message::TaskEnded { id } => Message::TaskEnded { id },
            schedule::Message::AbortOperation { id } => Message::AbortOperation { id },
            schedule::Message::RunEnded { main, outcome } => {
                Message::RunEnded { task: main, outcome: self.outcome(outcome) }
            }
            schedule::Message::Unhandled { error, task, spawned } => {
                let spawned = self.spawn_lines(spawned);
                let report = self.error_report_spawned(error, spawned);
                Message::Unhandled { report, task }
            }
            schedule::Message::Settled { watch, promise } => {
                let result = match self.scheduler.promise_result(promise) {
                    Ok(value) => Ok(value),
                    Err(error) => Err(self.error_report(error)),
                };
                Message::Settled { watch, result }
            }
            schedule::Message::Request { id, request } => Message::Request { id, request },
            schedule::Message::Event { name, payload } => Message::Event { name, payload },
            schedule::Message::Alert(alert) => {
                let sinks = self.sinks.receivers(&alert.tags);
                Message::Alert { alert, sinks }
            }
        }
    }

    fn outcome(&self, outcome: Outcome) -> RunOutcome {
        match outcome {
            Outcome::Completed(value) => RunOutcome::Completed(value),
            Outcome::Cancelled => RunOutcome::Cancelled,
            Outcome::Failed(Failure::Error(record)) => RunOutcome::Failed(self.error_report(Value::Record(record))),
            Outcome::Failed(Failure::Limit(breach)) => RunOutcome::Limit(breach),
            Outcome::Failed(Failure::Exit(status)) => RunOutcome::Exit(status),
        }
    }

    /// The report of an error value.
    pub fn error_report(&self, error: Value) -> ErrorReport {
        self.error_report_spawned(error, Vec::new())
    }

    fn error_report_spawned(&self, error: Value, spawned: Vec<String>) -> ErrorReport {
        match error {
            Value::Record(record) if self.scheduler.heap().is_error(error) => {
                report::report(&self.scheduler, record, spawned)
            }
            other => ErrorReport {
                message: crate::builtins::text_form::literal(self.scheduler.heap(), other),
                kind: "thrown".into(),
                error,
                source: None,
                span: crate::source::Span::new(0, 0),
                position: crate::source::Position { line: 0, column: 0 },
                frames: Vec::new(),
                awaited: Vec::new(),
                spawned,
                parked: Vec::new(),
                notes: Vec::new(),
                host_cause: None,
            },
        }
    }

    fn spawn_lines(&self, spawned: Vec<(u32, u32)>) -> Vec<String> {
        spawned.iter().map(|&(function, ip)| self.scheduler.vm.trace_line(function, ip)).collect()
    }

    pub fn heap(&self) -> &Heap {
        &self.scheduler.vm.heap
    }

    /// For making values that are handed to the machine before it runs again.
    pub fn heap_mut(&mut self) -> &mut Heap {
        &mut self.scheduler.vm.heap
    }

    /// Collects at every safepoint, for tests.
    pub fn set_stress(&mut self, stress: bool) {
        self.scheduler.vm.heap.stress = stress;
        self.note(Entry::Stress { on: stress });
    }

    pub fn collect(&mut self) {
        self.scheduler.collect();
        self.note(Entry::Collect);
    }

    /// What scripts may use.
    pub fn capabilities(&self) -> Capabilities {
        self.scheduler.vm.kept.capabilities
    }

    /// What scripts may use from now on.
    pub fn set_capabilities(&mut self, capabilities: Capabilities) {
        self.scheduler.vm.kept.capabilities = capabilities;
        self.note(Entry::Grant { capabilities });
    }

    /// The most bytes that one text of a script can have.
    pub fn largest_text(&self) -> usize {
        self.heap().limit.min(crate::builtins::LARGEST_ALLOCATION)
    }

    /// The machine behind, for tools.
    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    /// See [`Scheduler`].
    pub fn scheduler_mut(&mut self) -> &mut Scheduler {
        &mut self.scheduler
    }
}

fn start_error(raise: Raise) -> StartError {
    match *raise.0 {
        Raised::Error { kind, message } => StartError::Error { kind: kind.word(), message },
        Raised::Limit(breach) => StartError::Limit(breach),
        Raised::Thrown(_) | Raised::Exit(_) => {
            StartError::Error { kind: "thrown", message: "The run cannot begin".to_string() }
        }
    }
}

/// `Promise` of the outermost scope: a struct whose fields hold the functions over promises.
fn promise_struct(scheduler: &mut Scheduler) -> Value {
    let heap = &mut scheduler.vm.heap;
    let name = heap.name("Promise");
    let of = heap.add_type(name);
    let mut layout = heap.layouts.root(of);
    let mut values = Vec::new();
    for field in ["all", "race", "any", "all_settled"] {
        if let Some(builtin) = crate::builtins::find(&format!("promise_{field}")) {
            let name = heap.name(field);
            layout = heap.grown_layout(layout, name);
            values.push(Value::Builtin(builtin));
        }
    }
    let record = heap.record(layout, values.len());
    heap.fields_mut(record).copy_from_slice(&values);
    heap.share(Value::Record(record));
    Value::Record(record)
}
