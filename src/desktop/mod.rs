//! The native driver: the machine on tokio's timers and asynchronous host functions.

pub mod files;
mod http;
mod outbox;
mod storage;

use crate::bytecode::Program;
use crate::machine::{
    Data, Delivery, ErrorReport, Message, ModuleFailure, ModuleText, Request, RunOutcome, StartError, StartOptions,
    VirtualMachine, VmOptions,
};
use crate::runtime::{Capabilities, ErrorKind, Limits};
use crate::schedule::{HostError, HostReply, Stop, Stream, TaskId};
use crate::vm::{Clock, Entropy};
use rustc_hash::FxHashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::task::{AbortHandle, JoinSet};

pub use outbox::{AlertListener, AlertSink, DeadLetter, EventListener};

/// What a host function comes to: plain data, or the message of its failure.
pub type HostResult = Result<Data, String>;

type Answer = Pin<Box<dyn Future<Output = HostResult> + Send>>;

enum HostFunction {
    Immediate(Box<dyn Fn(Vec<Data>) -> HostResult + Send>),
    Asynchronous(Box<dyn Fn(Vec<Data>) -> Answer + Send>),
}

/// Where printed text goes.
pub type Output = Box<dyn FnMut(Stream, &str) + Send>;

/// Gives the text of a module by its name (`a.b`).
pub type Modules = Box<dyn Fn(&str) -> Result<ModuleText, ModuleFailure> + Send>;

/// Who is told of failures that nobody ever awaited.
pub type UnhandledListener = Box<dyn FnMut(&ErrorReport) + Send>;

/// Fuel of one slice; after it, other tasks of the tokio runtime get their chance.
const SLICE: u64 = 1_000_000;

/// Deliveries that are taken in between two slices.
const DELIVERIES: usize = 1_000;

/// A machine on tokio.
pub struct Vm {
    pub machine: VirtualMachine,
    functions: Vec<HostFunction>,
    http: http::Client,
    answers: JoinSet<(u64, HostResult)>,
    running: FxHashMap<u64, AbortHandle>,
    output: Output,
    modules: Modules,
    unhandled: Option<UnhandledListener>,
    /// Events, bars and ticks.
    feed: Option<Receiver<Delivery>>,
    outbox: outbox::Outbox,
    ended: FxHashMap<TaskId, RunOutcome>,
}

/// Milliseconds since 1970 UTC.
pub fn system_clock() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64() * 1000.0
}

/// Random bytes of the operating system.
pub fn system_entropy() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

impl Vm {
    /// A machine whose printed text goes to `output`. Its scripts have the default capabilities, so neither HTTP nor
    /// files; see [`Vm::grant`].
    pub fn new(limits: Limits, output: Output) -> Vm {
        let options = VmOptions {
            limits,
            capabilities: Capabilities::default(),
            clock: Clock::Host(system_clock),
            entropy: Entropy::Host(system_entropy),
        };
        let mut machine = VirtualMachine::with_options(options);
        // Until there is a feed.
        machine.expect_deliveries(false);
        Vm {
            machine,
            functions: Vec::new(),
            http: http::Client::default(),
            answers: JoinSet::new(),
            running: FxHashMap::default(),
            output,
            modules: Box::new(|_| Err(ModuleFailure::NotFound { hint: None })),
            unhandled: None,
            feed: None,
            outbox: outbox::Outbox::default(),
            ended: FxHashMap::default(),
        }
    }

    /// Lets scripts use this from now on. Files are those of the process: a path that is not absolute is relative to its
    /// current directory.
    pub fn grant(&mut self, capabilities: Capabilities) {
        self.machine.set_capabilities(capabilities);
    }

    /// Where `import` gets texts from; before this is called, no module is found. See [`files::modules_in`].
    pub fn set_modules(&mut self, modules: Modules) {
        self.modules = modules;
    }

    /// Where events, bars and ticks come from while a script runs. One that waits for them when all senders are gone is
    /// deadlocked.
    pub fn feed_from(&mut self, deliveries: Receiver<Delivery>) {
        self.machine.expect_deliveries(true);
        self.feed = Some(deliveries);
    }

    /// Hands failures that nobody ever awaited to `listener`; without one they are printed to standard error.
    pub fn on_unhandled(&mut self, listener: UnhandledListener) {
        self.unhandled = Some(listener);
    }

    /// A host function that answers at once.
    pub fn add_function(&mut self, name: &str, function: impl Fn(Vec<Data>) -> HostResult + Send + 'static) {
        self.machine.add_function(name);
        self.functions.push(HostFunction::Immediate(Box::new(function)));
    }

    /// A host function whose future the script awaits. It is dropped when the script cancels the call.
    pub fn add_async_function<F>(&mut self, name: &str, function: impl Fn(Vec<Data>) -> F + Send + 'static)
    where
        F: Future<Output = HostResult> + Send + 'static,
    {
        self.machine.add_function(name);
        self.functions.push(HostFunction::Asynchronous(Box::new(move |arguments| Box::pin(function(arguments)))));
    }

    /// Runs a program until all its tasks have ended.
    ///
    /// # Errors
    /// Why the run cannot begin.
    ///
    /// # Panics
    /// Outside of a tokio runtime with its timer enabled, if the script waits.
    pub async fn run(&mut self, program: &Arc<Program>, options: StartOptions) -> Result<RunOutcome, StartError> {
        self.run_until(program, options, std::future::pending()).await
    }

    /// The same, cancelling the run when `stop` is ready.
    ///
    /// # Errors
    /// Why the run cannot begin.
    ///
    /// # Panics
    /// As for [`Vm::run`].
    pub async fn run_until(
        &mut self,
        program: &Arc<Program>,
        options: StartOptions,
        stop: impl Future<Output = ()>,
    ) -> Result<RunOutcome, StartError> {
        let main = self.machine.start(program, options)?;
        let mut cancel = std::pin::pin!(stop);
        let mut cancelled = false;
        loop {
            let stop = self.machine.run(SLICE);
            if stop == Stop::HostCall {
                self.call_host();
                continue;
            }
            let answered = self.take_messages();
            if let Some(outcome) = self.ended.remove(&main) {
                return Ok(outcome);
            }
            match stop {
                // The answer may have made a task ready.
                _ if answered => {}
                _ => {
                    let turn = async {
                        match stop {
                            Stop::Yielded => tokio::task::yield_now().await,
                            _ => self.wait().await,
                        }
                    };
                    let fired = tokio::select! {
                        biased;
                        () = &mut cancel, if !cancelled => true,
                        () = turn => false,
                    };
                    if fired {
                        cancelled = true;
                        self.machine.cancel(main);
                    }
                }
            }
            while let Some(Ok((operation, result))) = self.answers.try_join_next() {
                self.deliver(operation, result);
            }
            self.take_deliveries();
        }
    }

    /// What has been fed since the last look, within bounds.
    fn take_deliveries(&mut self) {
        for _ in 0..DELIVERIES {
            match self.feed.as_mut().map(Receiver::try_recv) {
                Some(Ok(delivery)) => self.machine.take(&delivery),
                Some(Err(TryRecvError::Disconnected)) => return self.end_feed(),
                Some(Err(TryRecvError::Empty)) | None => return,
            }
        }
    }

    fn end_feed(&mut self) {
        self.feed = None;
        self.machine.expect_deliveries(false);
    }

    /// Waits for an answer of a host function, a delivery, or the earliest timer.
    async fn wait(&mut self) {
        let wake = self.machine.next_wake_ms().map(|wake| (wake - self.machine.now()).max(0.0));
        let sleep = async {
            match wake {
                // Rounded up, so that the timer is due when the sleep ends.
                Some(milliseconds) => tokio::time::sleep(Duration::from_secs_f64(milliseconds / 1000.0)).await,
                None => std::future::pending().await,
            }
        };
        let delivery = async {
            match &mut self.feed {
                Some(feed) => feed.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(answer) = self.answers.join_next() => {
                if let Ok((operation, result)) = answer {
                    self.deliver(operation, result);
                }
            }
            delivery = delivery => match delivery {
                Some(delivery) => self.machine.take(&delivery),
                None => self.end_feed(),
            },
            () = sleep => {}
        }
    }

    fn deliver(&mut self, operation: u64, result: HostResult) {
        self.running.remove(&operation);
        let result = match result {
            Ok(data) => Ok(self.machine.import(&data)),
            Err(message) => Err(host_error(message)),
        };
        self.machine.deliver(operation, result);
    }

    fn call_host(&mut self) {
        let Some(call) = self.machine.host_call().cloned() else { return };
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in call.arguments {
            match self.machine.export(argument) {
                Ok(data) => arguments.push(data),
                Err(word) => {
                    let error = host_error(format!("A host function cannot take a {}", word.0));
                    self.machine.reply(HostReply::Error(error));
                    return;
                }
            }
        }
        match &self.functions[call.function as usize] {
            HostFunction::Immediate(function) => {
                let reply = match function(arguments) {
                    Ok(data) => HostReply::Value(self.machine.import(&data)),
                    Err(message) => HostReply::Error(host_error(message)),
                };
                self.machine.reply(reply);
            }
            HostFunction::Asynchronous(function) => {
                let future = function(arguments);
                if let Some(operation) = self.machine.reply(HostReply::Pending) {
                    self.begin(operation, future);
                }
            }
        }
    }

    fn begin(&mut self, operation: u64, answer: impl Future<Output = HostResult> + Send + 'static) {
        let handle = self.answers.spawn(async move { (operation, answer.await) });
        self.running.insert(operation, handle);
    }

    /// Does what a script asks for.
    fn ask(&mut self, id: u64, request: Request) {
        let most = self.machine.largest_text();
        match request {
            Request::Http(request) => match self.http.get() {
                Ok(client) => self.begin(id, http::send(client, request, most)),
                Err(message) => self.begin(id, std::future::ready(Err(message))),
            },
            Request::ReadFile { path } => self.begin(id, storage::read(path, most)),
            Request::WriteFile { path, content } => self.begin(id, storage::write(path, content)),
            Request::ListFiles { prefix } => self.begin(id, storage::list(prefix)),
        }
    }

    /// Carries out what the machine says. True if it got an answer.
    fn take_messages(&mut self) -> bool {
        let mut answered = false;
        for message in self.machine.take_messages() {
            match message {
                Message::Output { stream, text } => (self.output)(stream, &text),
                Message::RunEnded { task, outcome } => {
                    self.ended.insert(task, outcome);
                }
                Message::AbortOperation { id } => {
                    if let Some(handle) = self.running.remove(&id) {
                        handle.abort();
                    }
                }
                Message::Unhandled { report, .. } => {
                    if let Some(listener) = &mut self.unhandled {
                        listener(&report);
                        continue;
                    }
                    let text = report.render(crate::diagnostic::Style::Plain);
                    (self.output)(Stream::Stderr, &text);
                }
                Message::Request { id, request } => self.ask(id, request),
                Message::LoadModule { id, name } => {
                    let found = (self.modules)(&name);
                    answered |= self.machine.deliver_module(id, found);
                }
                Message::Event { name, payload } => {
                    let payload = outbox::sent(&mut self.machine, payload);
                    self.outbox.tell_event(&name, &payload);
                }
                Message::Alert { alert, sinks } => {
                    let data = outbox::sent(&mut self.machine, alert.data);
                    self.outbox.tell_alert(&alert.with_data(data), &sinks);
                }
                Message::TaskStarted { .. } | Message::TaskEnded { .. } | Message::Settled { .. } => {}
            }
        }
        answered
    }
}

fn host_error(message: String) -> HostError {
    HostError { kind: ErrorKind::Host, message, cause: None }
}
