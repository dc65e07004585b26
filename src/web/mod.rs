//! The driver for JavaScript: one [`RawVm`] per `Vm` of the npm package, whose TypeScript (pkg-config/src) adds the
//! pump, the options and the public classes.
//!
//! No borrow of the machine is held while JavaScript runs, so host functions and listeners may call back; what they
//! call only enqueues.

mod calls;
mod channels;
mod contexts;
mod editor;
mod events;
mod host;
mod idle;
mod options;
mod reports;
mod requests;
mod tests;
mod values;

use crate::bytecode::Program;
use crate::diagnostic::Style;
use crate::machine::{
    Diagnostics, Message, ModuleFailure, ModuleText, RunOutcome, SavedState, StartError, StartOptions, VirtualMachine,
    VmOptions, compile,
};
use crate::runtime::{ErrorKind, Limits};
use crate::schedule::{HostError, Stop, Stream};
use crate::value::Value;
use crate::vm::{Clock, Entropy};
use host::Host;
use idle::Idle;
use js_sys::{Array, Promise, Uint8Array};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

thread_local! {
    /// The message of the last panic, for the `RuffError` that the caller gets.
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| {
        LAST_PANIC.with(|last| *last.borrow_mut() = Some(info.to_string()));
        console_error_panic_hook::hook(info);
    }));
}

/// What the last panic said; given once.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    LAST_PANIC.with(|last| last.borrow_mut().take())
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = timeOrigin, thread_local_v2)]
    static TIME_ORIGIN: f64;
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(into: &Uint8Array) -> Result<JsValue, JsValue>;
}

/// Milliseconds since 1970; the clock of pump.ts.
fn clock() -> f64 {
    TIME_ORIGIN.with(|origin| *origin) + now()
}

/// Random bytes of the page or of Node.
fn entropy() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let filled = Uint8Array::new_with_length(32);
    get_random_values(&filled).ok()?;
    filled.copy_to(&mut bytes);
    Some(bytes)
}

/// A compiled script.
#[wasm_bindgen]
pub struct RawProgram {
    program: Arc<Program>,
}

/// What compiling a script gave.
#[wasm_bindgen]
pub struct RawCompilation {
    result: Result<Arc<Program>, Diagnostics>,
}

#[wasm_bindgen]
impl RawCompilation {
    /// The program, if there is one.
    pub fn program(&self) -> Option<RawProgram> {
        self.result.as_ref().ok().map(|program| RawProgram { program: program.clone() })
    }

    pub fn diagnostics(&self) -> JsValue {
        self.result.as_ref().err().map_or_else(|| Array::new().into(), reports::diagnostics)
    }

    /// The diagnostics as text; empty if there are none.
    pub fn report(&self) -> String {
        self.result.as_ref().err().map_or_else(String::new, |found| found.render(Style::Plain))
    }
}

/// One virtual machine and its host.
#[wasm_bindgen]
pub struct RawVm {
    machine: RefCell<VirtualMachine>,
    host: Host,
    limits: Limits,
    /// Runs no more.
    stopped: Cell<bool>,
    /// A slice is being run; its host calls may call back.
    running: Cell<bool>,
    report_tasks: Cell<bool>,
    /// The clock moves only when it is told to.
    deterministic: bool,
    /// The test whose run is going on.
    testing: RefCell<Option<tests::Testing>>,
    idle: Rc<Idle>,
    /// How runs ended that were begun by hand: whether they failed, and the value or error.
    ended_by_hand: RefCell<FxHashMap<u64, Option<(bool, JsValue)>>>,
    /// States that were saved by hand, by the numbers that JavaScript has for them.
    states: RefCell<FxHashMap<u32, SavedState>>,
    last_state: Cell<u32>,
    /// Reasons that the host keeps, and the number of them at which those are looked for that can be dropped.
    causes: Cell<u32>,
    next_sweep: Cell<u32>,
}

/// Reasons of failed calls that are kept before the first search for those that no error value refers to.
const CAUSES_BEFORE_SWEEP: u32 = 1_000;

#[wasm_bindgen]
impl RawVm {
    /// With a seed, the machine is deterministic: its clock stands at `start` until it is moved.
    ///
    /// # Errors
    /// A `TypeError` for bad limits.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, limits: JsValue, seed: Option<f64>, start: f64) -> Result<RawVm, JsValue> {
        let limits = options::limits(limits, Limits::default())?;
        let (clock, entropy) = match seed {
            None => (Clock::Host(clock), Entropy::Host(entropy)),
            Some(seed) => (Clock::Virtual(start), Entropy::Seed(seed as i64 as u64)),
        };
        let options = VmOptions { limits: limits.clone(), clock, entropy, ..VmOptions::default() };
        Ok(RawVm {
            machine: RefCell::new(VirtualMachine::with_options(options)),
            host,
            limits,
            stopped: Cell::new(false),
            running: Cell::new(false),
            report_tasks: Cell::new(false),
            deterministic: seed.is_some(),
            testing: RefCell::default(),
            idle: Rc::default(),
            ended_by_hand: RefCell::default(),
            states: RefCell::default(),
            last_state: Cell::new(0),
            causes: Cell::new(0),
            next_sweep: Cell::new(CAUSES_BEFORE_SWEEP),
        })
    }

    /// Adds a host function; they are numbered from 0 in the order in which they are added.
    #[wasm_bindgen(js_name = addFunction)]
    pub fn add_function(&self, name: &str) {
        self.machine.borrow_mut().add_function(name);
    }

    /// # Errors
    /// As [`values::from_js`], `path` being what messages call the value; a `RangeError` if there are too many names.
    #[wasm_bindgen(js_name = setGlobal)]
    pub fn set_global(&self, name: &str, value: &JsValue, path: &str) -> Result<(), JsValue> {
        let value = self.value_in(value, path)?;
        if self.machine.borrow_mut().set_global(name, value) {
            Ok(())
        } else {
            Err(js_sys::RangeError::new("More than 65536 script variables").into())
        }
    }

    /// The value of a script variable; undefined if there is none.
    #[wasm_bindgen(js_name = getGlobal)]
    pub fn get_global(&self, name: &str) -> JsValue {
        let value = self.machine.borrow().global(name);
        value.map_or(JsValue::UNDEFINED, |value| self.value_out(value))
    }

    pub fn compile(&self, source: &str, name: &str) -> RawCompilation {
        let catalog = self.machine.borrow().catalog();
        RawCompilation { result: compile(source, name, &catalog) }
    }

    /// Begins a run and gives the id of its main task.
    ///
    /// # Errors
    /// A `TypeError` for arguments that cannot cross or bad limits; see [`StartError`].
    #[wasm_bindgen(js_name = start)]
    pub fn start_run(&self, program: &RawProgram, arguments: Array, limits: JsValue) -> Result<f64, JsValue> {
        let limits = options::run_limits(limits, &self.limits)?;
        let arguments = self.arguments_in(&arguments, "args")?;
        let options = StartOptions { arguments, limits: Some(limits) };
        let started = self.machine.borrow_mut().start(&program.program, options);
        started.map(|task| task as f64).map_err(|error| self.start_error(error))
    }

    /// Begins a run that calls a function of the script.
    ///
    /// # Errors
    /// As for [`RawVm::start_run`]; an error of the kinds that the same call in a script would raise.
    pub fn call(&self, name: &str, arguments: Array, limits: JsValue) -> Result<f64, JsValue> {
        let limits = options::run_limits(limits, &self.limits)?;
        let Some(function) = self.machine.borrow().global(name) else {
            let message = format!("Undefined variable: {name}");
            return Err(reports::plain_error(&self.host, &message, ErrorKind::Undefined.word()));
        };
        self.begin_call(function, &arguments, limits)
    }

    /// The same for a function that JavaScript holds.
    ///
    /// # Errors
    /// As for [`RawVm::call`].
    #[wasm_bindgen(js_name = callPinned)]
    pub fn call_pinned(&self, pin: u32, arguments: Array) -> Result<f64, JsValue> {
        let function = self.machine.borrow().pinned(pin).unwrap_or(Value::Null);
        self.begin_call(function, &arguments, self.limits.clone())
    }

    /// Runs what is ready. Gives the time of the next wake-up (`Infinity` if there is none), or -1 if the fuel was
    /// used up first.
    pub fn run(&self, fuel: f64) -> f64 {
        let mut yielded = self.run_slice(fuel as u64);
        if yielded {
            yielded = self.finish_turn();
        }
        self.flush();
        self.tell_verdict();
        self.sweep_causes();
        if yielded {
            return -1.0;
        }
        self.notice_idle().unwrap_or(f64::INFINITY)
    }

    /// Moves the clock of a deterministic machine forward.
    #[wasm_bindgen(js_name = advanceTo)]
    pub fn advance_to(&self, time: f64) {
        self.machine.borrow_mut().advance_to(time);
    }

    /// The machine's time, in milliseconds since 1970.
    pub fn now(&self) -> f64 {
        self.machine.borrow().now()
    }

    /// Resolves when nothing can run and no timer is set.
    pub fn idle(&self) -> Promise {
        let waiting = self.idle.wait();
        if !self.running.get() {
            self.notice_idle();
        }
        wasm_bindgen_futures::future_to_promise(async move {
            waiting.await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Runs no more; for a host function that disposes of its own machine, and before it is freed.
    pub fn stop(&self) {
        self.stopped.set(true);
        self.idle.reached();
    }

    /// The reply to a pending host call. False if nothing waits for it.
    ///
    /// # Errors
    /// As [`values::from_js`]; the call is still pending then.
    pub fn deliver(&self, operation: f64, value: &JsValue) -> Result<bool, JsValue> {
        let value = self.value_in(value, "result")?;
        Ok(self.machine.borrow_mut().deliver(operation as u64, Ok(value)))
    }

    /// The same for a number.
    #[wasm_bindgen(js_name = deliverNumber)]
    pub fn deliver_number(&self, operation: f64, value: f64) -> bool {
        self.machine.borrow_mut().deliver(operation as u64, Ok(values::number_in(value)))
    }

    /// The failure of a pending host call. False if nothing waits for it.
    pub fn fail(&self, operation: f64, reason: &JsValue) -> bool {
        let error = self.host_error(reason);
        self.machine.borrow_mut().deliver(operation as u64, Err(error))
    }

    /// The text of a module that the host was asked for.
    #[wasm_bindgen(js_name = deliverModule)]
    pub fn deliver_module(&self, id: f64, file: &str, text: &str) {
        let text = ModuleText { file: file.to_owned(), text: text.to_owned() };
        self.machine.borrow_mut().deliver_module(id as u64, Ok(text));
    }

    /// There is no module of that name (no message), or it could not be loaded.
    #[wasm_bindgen(js_name = failModule)]
    pub fn fail_module(&self, id: f64, message: Option<String>) {
        let failure = match message {
            None => ModuleFailure::NotFound { hint: None },
            Some(message) => ModuleFailure::Failed { message },
        };
        self.machine.borrow_mut().deliver_module(id as u64, Err(failure));
    }

    pub fn cancel(&self, task: f64) -> bool {
        self.machine.borrow_mut().cancel(task as u64)
    }

    /// Keeps a task from running, or lets it go on.
    #[wasm_bindgen(js_name = setTaskPaused)]
    pub fn set_task_paused(&self, task: f64, paused: bool) {
        self.machine.borrow_mut().set_task_paused(task as u64, paused);
    }

    /// A JavaScript function of a script function is gone.
    pub fn unpin(&self, pin: u32) {
        self.machine.borrow_mut().unpin(pin);
    }

    /// Whether the ends of tasks are told to the host.
    #[wasm_bindgen(js_name = reportTasks)]
    pub fn report_tasks(&self, on: bool) {
        self.report_tasks.set(on);
    }

    pub fn tasks(&self) -> JsValue {
        reports::tasks(&self.machine.borrow())
    }

    /// One task; undefined if it has ended.
    pub fn task(&self, id: f64) -> JsValue {
        reports::task(&self.machine.borrow(), id as u64)
    }

    pub fn usage(&self) -> JsValue {
        reports::usage(&self.machine.borrow())
    }
}

impl RawVm {
    /// Runs until the fuel is used up (true) or nothing is ready, and answers the host calls on the way.
    fn run_slice(&self, mut fuel: u64) -> bool {
        self.running.set(true);
        let yielded = loop {
            if self.stopped.get() {
                break false;
            }
            let stop = self.machine.borrow_mut().run(fuel);
            match stop {
                Stop::HostCall => {
                    // What was printed before the call is shown before it.
                    self.flush();
                    self.answer_host_call();
                    fuel = self.machine.borrow().slice_left().saturating_sub(calls::FUEL);
                    if fuel == 0 {
                        break true;
                    }
                }
                Stop::Yielded => break true,
                Stop::Idle => break false,
            }
        };
        self.running.set(false);
        yielded
    }

    /// Ends a slice where what JavaScript does between slices cannot come between two steps of a task: at the end of a
    /// turn, or in a host call, which the next slice answers. False if nothing is ready then.
    fn finish_turn(&self) -> bool {
        let mut machine = self.machine.borrow_mut();
        let mut stop = Stop::Yielded;
        while !self.stopped.get() && !machine.scheduler().is_between_turns() {
            stop = machine.run_turn();
        }
        stop != Stop::Idle
    }

    /// The time of the next wake-up. If there is none and nothing is ready, the machine is idle. Virtual time does not
    /// pass while the host owes an answer: how far it got would depend on when that comes.
    fn notice_idle(&self) -> Option<f64> {
        let mut machine = self.machine.borrow_mut();
        let owed = self.deterministic && machine.scheduler().pending_operations() > 0;
        let wake = if owed { None } else { machine.next_wake_ms() };
        if wake.is_none() && machine.scheduler().ready_count() == 0 {
            self.idle.reached();
        }
        wake
    }

    fn begin_call(&self, function: Value, arguments: &Array, limits: Limits) -> Result<f64, JsValue> {
        let arguments = self.arguments_in(arguments, "arguments")?;
        let started = self.machine.borrow_mut().call_function(function, &arguments, Some(limits));
        started.map(|task| task as f64).map_err(|error| self.start_error(error))
    }

    fn arguments_in(&self, arguments: &Array, name: &str) -> Result<Vec<Value>, JsValue> {
        let convert = |(at, argument)| self.value_in(&argument, &format!("{name}[{at}]"));
        arguments.iter().enumerate().map(convert).collect()
    }

    fn start_error(&self, error: StartError) -> JsValue {
        match error {
            StartError::Diagnostics(found) => {
                self.host.compile_error(&reports::diagnostics(&found), &found.render(Style::Plain))
            }
            StartError::Error { kind, message } => reports::plain_error(&self.host, &message, kind),
            StartError::Limit(breach) => self.host.limit_error(breach.limit.word(), breach.used, breach.allowed),
            StartError::TooManyNames => js_sys::RangeError::new("More than 65536 script variables").into(),
        }
    }

    /// Hands everything that has happened to the host.
    fn flush(&self) {
        while self.machine.borrow().has_messages() {
            let messages = self.machine.borrow_mut().take_messages();
            for message in messages {
                self.tell(message);
            }
        }
    }

    fn tell(&self, message: Message) {
        match message {
            Message::Output { stream, text } => self.host.output(stream == Stream::Stderr, &text),
            Message::RunEnded { task, outcome } => {
                let Some(outcome) = self.test_ended(task, outcome) else { return };
                let (failed, value) = self.outcome(outcome);
                match self.ended_by_hand.borrow_mut().get_mut(&task) {
                    Some(ended) => *ended = Some((failed, value)),
                    None => self.host.run_ended(task as f64, failed, &value),
                }
            }
            Message::TaskStarted { .. } => {}
            Message::TaskEnded { id } => {
                if self.report_tasks.get() {
                    self.host.task_ended(id as f64);
                }
            }
            Message::AbortOperation { id } => self.host.abort(id as f64),
            Message::Request { id, request } => self.tell_request(id, request),
            Message::LoadModule { id, name } => self.host.load_module(id as f64, &name),
            Message::Event { name, payload } => self.tell_event(&name, payload),
            Message::Alert { alert, sinks } => self.tell_alert(&alert, &sinks),
            Message::Unhandled { report, task } => {
                self.test_lost(&report);
                let spawned = reports::frames(&report.spawned, &report);
                let error = self.script_error(&report);
                self.host.unhandled(&error, task as f64, &spawned);
            }
            Message::Settled { watch, result } => {
                let (failed, value) = match result {
                    Ok(value) => (false, self.value_out(value)),
                    Err(report) => (true, self.script_error(&report)),
                };
                self.host.settled(watch, failed, &value);
            }
        }
    }

    /// Whether a run failed, and its value or error.
    fn outcome(&self, outcome: RunOutcome) -> (bool, JsValue) {
        match outcome {
            RunOutcome::Completed(value) => (false, self.value_out(value)),
            RunOutcome::Failed(report) => (true, self.script_error(&report)),
            RunOutcome::Cancelled => (true, self.host.cancelled_error()),
            RunOutcome::Limit(breach) => {
                (true, self.host.limit_error(breach.limit.word(), breach.used, breach.allowed))
            }
            RunOutcome::Exit(0) => (false, JsValue::NULL),
            RunOutcome::Exit(status) => (true, self.host.exit_error(status)),
        }
    }

    fn script_error(&self, report: &crate::machine::ErrorReport) -> JsValue {
        reports::script_error(&mut self.machine.borrow_mut(), &self.host, report)
    }

    fn value_out(&self, value: Value) -> JsValue {
        values::to_js(&mut self.machine.borrow_mut(), &self.host, value)
    }

    fn value_in(&self, value: &JsValue, name: &str) -> Result<Value, JsValue> {
        // A getter that ran the machine would let it collect what has been made so far.
        let running = self.running.replace(true);
        let result = values::from_js(&self.machine, &self.host, value, name);
        self.running.set(running);
        result
    }

    /// The failure of a host call; the host keeps its reason.
    fn host_error(&self, reason: &JsValue) -> HostError {
        self.causes.set(self.causes.get() + 1);
        let cause = self.host.keep_cause(reason);
        HostError { kind: ErrorKind::Host, message: self.host.message_of(reason), cause: Some(cause) }
    }

    /// Lets the host forget the reasons that no error value refers to, now and then.
    fn sweep_causes(&self) {
        if self.causes.get() < self.next_sweep.get() {
            return;
        }
        let machine = &mut *self.machine.borrow_mut();
        machine.collect();
        let live = values::causes(machine.heap());
        self.host.keep_only_causes(&live);
        self.causes.set(live.len() as u32);
        self.next_sweep.set(CAUSES_BEFORE_SWEEP.max(2 * live.len() as u32));
    }
}
