//! Has a recorded run again.

use super::{Answer, Entry, Journal, JournalError, JournalValue, ModuleAnswer, Step};
use crate::bytecode::Program;
use crate::machine::{
    ModuleFailure, ModuleText, SavedState, StartError, StartOptions, VirtualMachine, VmOptions, compile_source,
    interactive, tests,
};
use crate::schedule::{HostError, HostReply, Stop, TaskId};
use crate::source::Source;
use crate::value::Value;
use crate::vm::{Clock, GivenReadings, Readings};
use std::sync::Arc;

/// Where a run differs from its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The number of the entry, from 1.
    pub entry: usize,
    /// Where the script stands, if it runs.
    pub place: Option<String>,
    pub message: String,
}

impl std::fmt::Display for Divergence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "The run differs from its journal at entry {}", self.entry)?;
        if let Some(place) = &self.place {
            write!(f, ", in {place}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Why a replay does not go on.
#[derive(Clone, Debug)]
pub enum ReplayError {
    Journal(JournalError),
    Differs(Box<Divergence>),
    /// The journal was full before the run was over.
    Full,
}

impl std::fmt::Display for ReplayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReplayError::Journal(error) => write!(f, "{error}"),
            ReplayError::Differs(divergence) => write!(f, "{divergence}"),
            ReplayError::Full => write!(f, "The journal was full here: what came later was not recorded"),
        }
    }
}

impl std::error::Error for ReplayError {}

impl From<JournalError> for ReplayError {
    fn from(error: JournalError) -> ReplayError {
        ReplayError::Journal(error)
    }
}

/// A machine with which a host does what a journal tells. Its clock says what that of the recorded machine had said, and
/// nothing that it asks for is asked for again.
pub struct Replay {
    vm: VirtualMachine,
    steps: Box<dyn Iterator<Item = Result<Step, JournalError>> + Send>,
    /// Entries so far.
    at: usize,
    sources: Vec<Arc<Source>>,
    /// What the text of the first program must be.
    expected: Option<String>,
    slice: Option<u64>,
}

impl Replay {
    pub fn new(journal: &Journal) -> Replay {
        let head = &journal.head;
        let options = VmOptions {
            limits: head.limits.clone(),
            capabilities: head.capabilities,
            clock: Clock::Virtual(head.clock.unwrap_or(0.0)),
            entropy: head.entropy,
        };
        let mut vm = VirtualMachine::with_options(options);
        if head.clock.is_none() {
            vm.scheduler.vm.readings = Readings::Given(GivenReadings::default().into());
        }
        let journal = journal.clone();
        let mut steps = journal.steps().collect::<Vec<_>>().into_iter();
        Replay {
            vm,
            steps: Box::new(std::iter::from_fn(move || steps.next())),
            at: 0,
            sources: Vec::new(),
            expected: None,
            slice: None,
        }
    }

    /// The replay ends at once if the first program has another text.
    pub fn expect_text(&mut self, text: &str) {
        self.expected = Some(text.to_string());
    }

    /// Cuts the run into slices of so much fuel in place of the recorded ones, where nothing was delivered in between.
    pub fn cut_into(&mut self, slice: u64) {
        self.slice = Some(slice.max(1));
    }

    /// The machine, for its messages and to look inside. Everything else is the replay's.
    pub fn machine(&mut self) -> &mut VirtualMachine {
        &mut self.vm
    }

    /// Does what the next entry tells. False if there is none.
    ///
    /// # Errors
    /// See [`ReplayError`]. The replay cannot go on.
    pub fn step(&mut self) -> Result<bool, ReplayError> {
        let Some(step) = self.steps.next() else { return Ok(false) };
        let Step { entry, readings } = step?;
        self.at += 1;
        if entry == Entry::Full {
            return Err(ReplayError::Full);
        }
        if let Readings::Given(given) = &self.vm.scheduler.vm.readings {
            given.borrow_mut().next = readings.into();
        }
        self.carry_out(entry).map_err(|message| self.differs(message))?;
        if let Readings::Given(given) = &self.vm.scheduler.vm.readings {
            let (left, missed) = (given.borrow().next.len(), given.borrow().missed);
            if missed {
                return Err(self.differs("the clock is read once more than when it was recorded".into()));
            }
            if left > 0 {
                return Err(self.differs(format!("the clock had been read {left} times more when it was recorded")));
            }
        }
        Ok(true)
    }

    /// Does all that is left.
    ///
    /// # Errors
    /// As for [`Replay::step`].
    pub fn finish(&mut self) -> Result<(), ReplayError> {
        while self.step()? {}
        Ok(())
    }

    fn differs(&self, message: String) -> ReplayError {
        let scheduler = &self.vm.scheduler;
        let task = match scheduler.host_call() {
            Some(call) => scheduler.find_task(call.task),
            None => scheduler.current_task(),
        };
        let place = task.and_then(|task| scheduler.position(task));
        let place = place.map(|(function, ip)| scheduler.vm.trace_line(function, ip));
        ReplayError::Differs(Box::new(Divergence { entry: self.at, place, message }))
    }

    fn source(&self, number: u32) -> Result<Arc<Source>, String> {
        self.sources.get(number as usize).cloned().ok_or_else(|| format!("the journal has no text {number}"))
    }

    fn values(&mut self, values: &[JournalValue]) -> Result<Vec<Value>, String> {
        values.iter().map(|value| self.vm.read_back(value)).collect()
    }

    fn result(&mut self, result: Result<JournalValue, HostError>) -> Result<Result<Value, HostError>, String> {
        match result {
            Ok(value) => Ok(Ok(self.vm.read_back(&value)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// # Errors
    /// In what the run differs.
    fn carry_out(&mut self, entry: Entry) -> Result<(), String> {
        match entry {
            Entry::Function { name } => {
                self.vm.add_function(&name);
            }
            Entry::Variable { name, value } => {
                let value = self.vm.read_back(&value)?;
                self.vm.set_global(&name, value);
            }
            Entry::Source { file, text } => self.sources.push(Arc::new(Source::new(&file, &text))),
            Entry::Start { source, test, interactive, arguments, limits, task } => {
                let source = self.source(source)?;
                if let Some(expected) = self.expected.take() {
                    same_text(source.text(), &expected)?;
                }
                let arguments = self.values(&arguments)?;
                let program = self.compile(source, test, interactive)?;
                let begun = self.vm.start(&program, StartOptions { arguments, limits });
                same_start(begun, task)?;
            }
            Entry::Call { function, arguments, limits, task } => {
                let function = self.vm.read_back(&function)?;
                let arguments = self.values(&arguments)?;
                let begun = self.vm.call_function(function, &arguments, limits);
                same_start(begun, task)?;
            }
            Entry::Run { fuel, slices, stop, spent } => self.run(fuel, slices, stop, spent)?,
            Entry::Turn { stop, spent } => {
                let before = self.vm.scheduler.spent();
                let came = self.vm.run_turn();
                self.compare(came, stop, self.vm.scheduler.spent() - before, spent)?;
            }
            Entry::Reply { task, function, arguments, answer } => self.reply(task, function, arguments, answer)?,
            Entry::Operation { id } => {
                let begun = self.vm.new_operation().ok().map(|(id, _)| id);
                same("the operation that the host begins", begun, id)?;
            }
            Entry::Deliver { operation, result, accepted } => {
                let result = self.result(result)?;
                let taken = self.vm.deliver(operation, result);
                waited_for(&format!("operation {operation}"), taken, accepted)?;
            }
            Entry::Module { id, answer, accepted } => {
                let found = match answer {
                    ModuleAnswer::Source(number) => {
                        let source = self.source(number)?;
                        Ok(ModuleText { file: source.name().to_string(), text: source.text().to_string() })
                    }
                    ModuleAnswer::NotFound { hint } => Err(ModuleFailure::NotFound { hint }),
                    ModuleAnswer::Failed { message } => Err(ModuleFailure::Failed { message }),
                };
                let taken = self.vm.deliver_module(id, found);
                waited_for(&format!("the module of operation {id}"), taken, accepted)?;
            }
            Entry::Cancel { task, accepted } => {
                let found = self.vm.cancel(task);
                if found != accepted {
                    let word = if accepted { "no" } else { "a" };
                    return Err(format!("there is {word} task {task} to cancel"));
                }
            }
            Entry::Event { name, data } => {
                let data = self.vm.read_back(&data)?;
                self.vm.deliver_event(&name, data);
            }
            Entry::Bar { source, bar } => {
                let bar = self.vm.read_back(&bar)?;
                // The recorded machine has refused it, too.
                let _ = self.vm.deliver_bar(&source, bar);
            }
            Entry::EndOfBars { source, error } => self.vm.end_bars(&source, error),
            Entry::Tick { id } => self.vm.tick(&id),
            Entry::Expect { deliveries } => self.vm.expect_deliveries(deliveries),
            Entry::Advance { to } => self.vm.advance_to(to),
            Entry::Pause { paused } => self.vm.set_paused(paused),
            Entry::PauseTask { task, paused } => {
                self.vm.set_task_paused(task, paused);
            }
            Entry::Watch { promise } => {
                let promise = self.vm.promise_back(&promise)?;
                self.vm.watch(promise);
            }
            Entry::Sink { tags } => {
                self.vm.add_alert_sink(tags);
            }
            Entry::RemoveSink { sink } => self.vm.remove_alert_sink(sink),
            Entry::Stress { on } => self.vm.set_stress(on),
            Entry::Collect => self.vm.collect(),
            Entry::Save { context } => {
                self.vm.contexts.active = context;
                self.vm.save_execution_state().map_err(|error| error.to_string())?;
            }
            Entry::Restore { context, state } => {
                self.vm.contexts.active = context;
                self.vm.restore_execution_state(SavedState(state)).map_err(|error| error.to_string())?;
            }
            Entry::Create { state, context } => {
                let made = self.vm.create_execution_context(SavedState(state)).ok();
                same("the new context", made, context)?;
            }
            Entry::Forget { state } => self.vm.drop_execution_state(SavedState(state)),
            Entry::Remove { context } => {
                self.vm.contexts.active = 0;
                // If it had ended, there is nothing to remove.
                let _ = self.vm.remove_execution_context(context);
            }
            Entry::Full => {}
            Entry::Grant { capabilities } => self.vm.set_capabilities(capabilities),
        }
        Ok(())
    }

    fn compile(&self, source: Arc<Source>, test: Option<u32>, interactive: bool) -> Result<Arc<Program>, String> {
        let catalog = self.vm.catalog();
        let compiled = match test {
            Some(test) => tests::compile_test(source, test, &catalog),
            None if interactive => interactive::compile_input(source, &catalog),
            None => compile_source(source, &catalog),
        };
        compiled
            .map_err(|found| format!("the program does not compile\n{}", found.render(crate::diagnostic::Style::Plain)))
    }

    fn run(&mut self, fuel: u64, slices: u64, stop: Stop, spent: u64) -> Result<(), String> {
        if let Some(call) = self.vm.host_call()
            && spent > 0
        {
            let name = self.function_name(call.function);
            return Err(format!("the script waits for an answer of {name}(), which was there when it was recorded"));
        }
        let before = self.vm.scheduler.spent();
        let (fuel, slices) = match self.slice {
            Some(slice) if stop != Stop::Yielded => (slice, u64::MAX),
            _ => (fuel, slices),
        };
        let mut came = Stop::Yielded;
        for _ in 0..slices {
            came = self.vm.run(fuel);
            if came != Stop::Yielded || self.vm.scheduler.spent() - before > spent {
                break;
            }
        }
        self.compare(came, stop, self.vm.scheduler.spent() - before, spent)
    }

    fn compare(&self, came: Stop, stop: Stop, spent: u64, recorded: u64) -> Result<(), String> {
        if came != stop {
            let function = |call: &crate::schedule::HostCall| self.function_name(call.function);
            let came = match (came, self.vm.scheduler.host_call().map(function)) {
                (Stop::HostCall, Some(name)) => format!("the script calls {name}()"),
                (Stop::Idle, _) => "nothing is ready".to_string(),
                _ => "the script goes on".to_string(),
            };
            let stop = match stop {
                Stop::HostCall => "it called a function of the host",
                Stop::Idle => "nothing was ready",
                Stop::Yielded => "it went on",
            };
            return Err(format!("{came}, but when it was recorded {stop}"));
        }
        if spent != recorded {
            return Err(format!("the script has used {spent} fuel, but {recorded} when it was recorded"));
        }
        Ok(())
    }

    fn function_name(&self, function: u32) -> Arc<str> {
        let names = &self.vm.heap().host_function_names;
        names.get(function as usize).cloned().unwrap_or_else(|| "?".into())
    }

    fn reply(&mut self, task: TaskId, function: u32, arguments: u64, answer: Answer) -> Result<(), String> {
        let recorded = self.function_name(function);
        let Some(call) = self.vm.host_call() else {
            return Err(format!("the script calls nothing, but {recorded}() when it was recorded"));
        };
        let name = self.function_name(call.function);
        if call.function != function || call.task != task {
            let who = call.task;
            return Err(format!("task {who} calls {name}(), but task {task} {recorded}() when it was recorded"));
        }
        if self.vm.digest_of(&call.arguments) != arguments {
            return Err(format!("the script calls {name}() with other arguments than when it was recorded"));
        }
        match answer {
            Answer::Settled(result) => {
                let reply = match self.result(result)? {
                    Ok(value) => HostReply::Value(value),
                    Err(error) => HostReply::Error(error),
                };
                self.vm.reply(reply);
            }
            Answer::Pending(id) => {
                let operation = self.vm.reply(HostReply::Pending);
                same(&format!("the operation of {name}()"), operation, id)?;
            }
        }
        Ok(())
    }
}

fn same(what: &str, came: Option<u64>, recorded: Option<u64>) -> Result<(), String> {
    let shown = |id: Option<u64>| id.map_or("refused".to_string(), |id| format!("number {id}"));
    if came == recorded { Ok(()) } else { Err(format!("{what} is {}, but was {}", shown(came), shown(recorded))) }
}

fn same_start(begun: Result<TaskId, StartError>, recorded: Option<TaskId>) -> Result<(), String> {
    match (begun, recorded) {
        (Err(error), Some(_)) => Err(format!("the run cannot begin: {error}")),
        (begun, recorded) => same("the main task", begun.ok(), recorded),
    }
}

fn waited_for(what: &str, taken: bool, accepted: bool) -> Result<(), String> {
    match (taken, accepted) {
        (false, true) => Err(format!("nobody waits for {what}")),
        (true, false) => Err(format!("{what} is waited for, which it was not when it was recorded")),
        _ => Ok(()),
    }
}

fn same_text(recorded: &str, now: &str) -> Result<(), String> {
    if recorded == now {
        return Ok(());
    }
    let same = recorded.lines().zip(now.lines()).take_while(|(before, after)| before == after).count();
    Err(format!("the program has been changed: line {} is not what was recorded", same + 1))
}
