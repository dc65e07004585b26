//! The builtins that need the scheduler.

use super::channels::Passing;
use super::combinators::Inputs;
use super::{Outcome, Receiving, Scheduler, Stream};
use crate::builtins::{Context, Operation, TABLE, text_form};
use crate::heap::{Channel, Combinator, CombinatorKind, Promise, PromiseState, StreamKind, Text, VariantTag};
use crate::runtime::{ErrorKind, Raise};
use crate::value::{Handle, Value};
use crate::vm::Failure;

/// What an operation comes to.
pub(super) enum Reply {
    Value(Value),
    /// The task waits; it is parked already.
    Parked,
    /// The value that the promise has or gets.
    Await(Handle<Promise>),
    /// To the back of the ready queue, with this value.
    Yield,
    /// A new task that calls the function.
    Spawn(Value),
    /// The promise of a combinator, once its functions have been started.
    Combinator(Handle<Combinator>),
    /// The promise of a combinator, once the host has been asked.
    Requests(Handle<Combinator>),
    /// The run is over.
    End(Outcome),
}

impl Scheduler {
    pub(super) fn operation(
        &mut self,
        slot: u32,
        operation: Operation,
        builtin: u16,
        arguments: &[Value],
    ) -> Result<Reply, Raise> {
        let name = TABLE[builtin as usize].shown;
        let first = arguments.first().copied().unwrap_or(Value::Null);
        let second = arguments.get(1).copied();
        Ok(Reply::Value(match operation {
            Operation::Print => self.print(Stream::Stdout, arguments)?,
            Operation::Eprint => self.print(Stream::Stderr, arguments)?,
            Operation::Debug => {
                let (clock, readings) = (self.vm.clock, &self.vm.readings);
                let now = || readings.read(clock);
                let mut context = Context { heap: &mut self.vm.heap, fuel: 0, now: &now, kept: &mut self.vm.kept };
                let mut line = text_form::debug_line(&mut context, arguments)?;
                line.push('\n');
                self.output(Stream::Stdout, line)?;
                Value::Null
            }
            Operation::Exit => {
                let status = match arguments.first() {
                    None => 0,
                    Some(Value::Int(status)) => *status as i32,
                    Some(Value::Float(status)) => *status as i32,
                    Some(_) => return Err(Raise::argument("exit() requires a numeric exit code when provided")),
                };
                return Ok(Reply::End(Outcome::Failed(Failure::Exit(status))));
            }
            Operation::Args => {
                let run = self.task(slot).map_or(0, |task| task.run);
                let values = self.runs[run as usize].arguments.clone();
                for &value in &values {
                    self.vm.heap.share(value);
                }
                self.vm.heap.list(values)
            }
            Operation::Sleep => {
                let milliseconds = milliseconds(first, "sleep() requires a number argument", |_| {
                    "sleep() requires non-negative milliseconds".to_string()
                })?;
                return Ok(Reply::Await(self.sleep_promise(milliseconds)));
            }
            Operation::AsyncSleep => {
                let milliseconds = milliseconds(first, "async_sleep() requires a number of milliseconds", |shown| {
                    format!("async_sleep() requires non-negative milliseconds, got {shown}")
                })?;
                Value::Promise(self.sleep_promise(milliseconds))
            }
            Operation::AsyncTimeout => {
                let second = second.unwrap_or(Value::Null);
                let milliseconds =
                    milliseconds(second, "async_timeout() requires a number of milliseconds", |shown| {
                        format!("async_timeout() requires non-negative milliseconds, got {shown}")
                    })?;
                let Value::Promise(_) = first else {
                    return Err(Raise::new(ErrorKind::Promise, "async_timeout() requires a promise"));
                };
                let inputs = Inputs { milliseconds, ..Inputs::of(CombinatorKind::Timeout, vec![first], 0) };
                let (_, promise) = self.combine(slot, inputs);
                Value::Promise(promise)
            }
            Operation::PromiseAll => {
                let limit = match second {
                    None => u32::MAX,
                    Some(value) => concurrency_limit(name, value)?,
                };
                let items = self.promise_items(name, first)?;
                return Ok(Reply::Combinator(self.combine(slot, Inputs::of(CombinatorKind::All, items, limit)).0));
            }
            Operation::PromiseRace | Operation::PromiseAny | Operation::PromiseAllSettled => {
                let kind = match operation {
                    Operation::PromiseRace => CombinatorKind::Race,
                    Operation::PromiseAny => CombinatorKind::Any,
                    _ => CombinatorKind::Settle,
                };
                let items = self.promise_items(name, first)?;
                return Ok(Reply::Combinator(self.combine(slot, Inputs::of(kind, items, u32::MAX)).0));
            }
            Operation::ParallelMap | Operation::ParEach => {
                let (Value::List(list), Some(function)) = (first, second.filter(|function| function.is_callable()))
                else {
                    return Err(Raise::argument(format!("{name} expects an array and a function")));
                };
                let limit = match arguments.get(2) {
                    None => self.pool_size,
                    Some(&limit) => concurrency_limit(&format!("{name}()"), limit)?,
                };
                let items = self.vm.heap.items(list).to_vec();
                let kind = if operation == Operation::ParEach { CombinatorKind::Each } else { CombinatorKind::All };
                let inputs = Inputs { function: Some(function), owns: true, ..Inputs::of(kind, items, limit) };
                return Ok(Reply::Combinator(self.combine(slot, inputs).0));
            }
            Operation::GetTaskPoolSize => Value::Int(self.pool_size as i64),
            Operation::SetTaskPoolSize => {
                let size = match first {
                    Value::Int(size) if size > 0 => size.min(u32::MAX as i64) as u32,
                    _ => return Err(Raise::argument(format!("{name}() requires an int above 0"))),
                };
                Value::Int(std::mem::replace(&mut self.pool_size, size) as i64)
            }
            Operation::SpawnTask => {
                if !first.is_callable() {
                    return Err(Raise::argument("spawn_task() requires a function"));
                }
                return Ok(Reply::Spawn(first));
            }
            Operation::AwaitTask => return Ok(Reply::Await(self.promise_argument("await_task", first)?)),
            Operation::CancelTask => {
                let promise = self.promise_argument("cancel_task", first)?;
                Value::Bool(self.cancel_promise(promise))
            }
            Operation::Cancel => {
                let promise = self.promise_argument("cancel", first)?;
                self.cancel_promise(promise);
                Value::Null
            }
            Operation::TaskStatus => {
                let promise = self.promise_argument("task_status", first)?;
                let status = match self.vm.heap.promises.get(promise).state {
                    PromiseState::Pending => "pending",
                    PromiseState::Resolved(_) => "resolved",
                    PromiseState::Rejected(_) => "rejected",
                    PromiseState::Cancelled => "cancelled",
                };
                self.vm.heap.text(status)
            }
            Operation::YieldNow => return Ok(Reply::Yield),
            Operation::Channel => {
                let capacity = match arguments.first() {
                    None => None,
                    Some(Value::Int(capacity)) if *capacity >= 0 => Some(*capacity as usize),
                    Some(_) => return Err(Raise::argument("channel() requires a non-negative int capacity")),
                };
                Value::Channel(self.vm.heap.channel(capacity, false))
            }
            Operation::ChannelNamed => {
                let Some(name) = self.vm.heap.as_str(first).map(str::to_string) else {
                    return Err(Raise::argument("channel_named() requires a string name"));
                };
                if !self.named_channels.contains_key(name.as_str()) {
                    self.reserve_entry(&name)?;
                }
                Value::Channel(self.named_channel(&name, None))
            }
            Operation::Send => {
                let (channel, value) = (self.channel_argument("send", first)?, second.unwrap_or(Value::Null));
                match self.offer(channel, value)? {
                    Passing::Done(value) => value,
                    Passing::Full => {
                        self.park_sender(slot, channel, value);
                        return Ok(Reply::Parked);
                    }
                }
            }
            Operation::TrySend => {
                let (channel, value) = (self.channel_argument("try_send", first)?, second.unwrap_or(Value::Null));
                if self.vm.heap.channels.get(channel).closed {
                    Value::Bool(false)
                } else {
                    Value::Bool(matches!(self.offer(channel, value)?, Passing::Done(_)))
                }
            }
            Operation::Receive => {
                let channel = self.channel_argument("receive", first)?;
                match self.take(channel) {
                    Some(value) => value,
                    None if self.vm.heap.channels.get(channel).closed => Value::Null,
                    None => {
                        self.park_receiver(slot, channel, Receiving::Plain);
                        return Ok(Reply::Parked);
                    }
                }
            }
            Operation::TryReceive => {
                let channel = self.channel_argument("try_receive", first)?;
                match self.take(channel) {
                    Some(value) => self.vm.heap.variant(VariantTag::SOME, value),
                    None => Value::None,
                }
            }
            Operation::ReceiveTimeout => {
                let channel = self.channel_argument("receive_timeout", first)?;
                let second = second.unwrap_or(Value::Null);
                let milliseconds =
                    milliseconds(second, "receive_timeout() requires a number of milliseconds", |shown| {
                        format!("receive_timeout() requires non-negative milliseconds, got {shown}")
                    })?;
                match self.take(channel) {
                    Some(value) => self.vm.heap.variant(VariantTag::SOME, value),
                    None if self.vm.heap.channels.get(channel).closed => Value::None,
                    None => {
                        self.park_timed_receiver(slot, channel, milliseconds);
                        return Ok(Reply::Parked);
                    }
                }
            }
            Operation::Close if let Value::Stream(stream) = first => {
                self.close_stream(stream);
                Value::Null
            }
            Operation::Close => {
                let channel = self.channel_argument("close", first)?;
                self.close_channel(channel);
                Value::Null
            }
            Operation::IsClosed => {
                let channel = self.channel_argument("is_closed", first)?;
                Value::Bool(self.vm.heap.channels.get(channel).closed)
            }
            Operation::Select => {
                let Value::List(list) = first else {
                    return Err(Raise::argument("select() requires an array of channels"));
                };
                if !self.vm.heap.items(list).iter().all(|item| matches!(item, Value::Channel(_))) {
                    return Err(Raise::argument("select() requires an array of channels"));
                }
                let milliseconds = match second {
                    None | Some(Value::Null) => None,
                    Some(value) => Some(milliseconds(value, "select() requires a number of milliseconds", |shown| {
                        format!("select() requires non-negative milliseconds, got {shown}")
                    })?),
                };
                match self.select_ready(list) {
                    Some(value) => value,
                    None => {
                        self.park_select(slot, list, milliseconds);
                        return Ok(Reply::Parked);
                    }
                }
            }
            Operation::PollEvent => self.poll_event(),
            Operation::AnyEvent | Operation::NextEvent | Operation::NextBar | Operation::NextTick => {
                let wanted = self.wanted(operation, first)?;
                self.promise_of(slot, wanted)?
            }
            Operation::Events => self.open_stream(slot, StreamKind::Events, first)?,
            Operation::Bars => self.open_stream(slot, StreamKind::Bars, first)?,
            Operation::StartTicker => {
                let id = self.ticker_argument("start_ticker", first)?;
                let period = second.and_then(Value::as_number).filter(|period| period.is_finite() && *period > 0.0);
                let Some(period) = period else {
                    return Err(Raise::argument("start_ticker() requires a positive number of milliseconds"));
                };
                self.reserve(super::entry_bytes(self.vm.heap.str(id)))?;
                let run = self.run_number(slot);
                self.start_ticker(run, id, period);
                Value::Null
            }
            Operation::StopTicker => {
                let id = self.ticker_argument("stop_ticker", first)?;
                let id = self.vm.heap.str(id).to_string();
                self.stop_ticker(&id);
                Value::Null
            }
            Operation::EmitEvent => {
                self.emit_event(slot, first, second.unwrap_or(Value::Null))?;
                Value::Null
            }
            Operation::EmitAlert => {
                self.emit_alert(slot, first)?;
                Value::Null
            }
            Operation::HttpGet | Operation::HttpPost | Operation::HttpRequest => {
                return self.ask_http(slot, operation, name, arguments);
            }
            Operation::ReadFile | Operation::ReadBytes | Operation::WriteFile | Operation::ListFiles => {
                return self.ask_file(slot, operation, name, first, second);
            }
            Operation::ReadFiles | Operation::WriteFiles => {
                return self.ask_files(slot, operation, name, first, second);
            }
            Operation::SharedSet => {
                let key = self.shared_key("shared_set", first)?;
                self.store_shared(key, second.unwrap_or(Value::Null))?;
                Value::Null
            }
            Operation::SharedGet => {
                let key = self.shared_key("shared_get", first)?;
                match self.shared.get(&key).copied() {
                    Some(value) => {
                        self.vm.heap.share(value);
                        value
                    }
                    None => {
                        let shown = text_form::literal(&self.vm.heap, first);
                        return Err(Raise::new(ErrorKind::Key, format!("Missing shared key: {shown}")));
                    }
                }
            }
            Operation::SharedHas => {
                let key = self.shared_key("shared_has", first)?;
                Value::Bool(self.shared.contains_key(&key))
            }
            Operation::SharedDelete => {
                let key = self.shared_key("shared_delete", first)?;
                let removed = self.shared.remove(&key).is_some();
                if removed {
                    self.vm.heap.recount(super::entry_bytes(&key), 0);
                }
                Value::Bool(removed)
            }
            Operation::SharedAddInt => {
                let key = self.shared_key("shared_add_int", first)?;
                let Some(Value::Int(amount)) = second else {
                    return Err(Raise::argument("shared_add_int() requires an int"));
                };
                let current = match self.shared.get(&key) {
                    None => 0,
                    Some(Value::Int(current)) => *current,
                    Some(_) => return Err(Raise::argument("shared_add_int() requires a stored int")),
                };
                let Some(sum) = current.checked_add(amount) else {
                    let message = format!("Integer overflow: {current} + {amount}");
                    return Err(Raise::new(ErrorKind::Arithmetic, message));
                };
                self.store_shared(key, Value::Int(sum))?;
                Value::Int(sum)
            }
        }))
    }

    fn print(&mut self, stream: Stream, values: &[Value]) -> Result<Value, Raise> {
        let (clock, readings) = (self.vm.clock, &self.vm.readings);
        let now = || readings.read(clock);
        let mut context = Context { heap: &mut self.vm.heap, fuel: 0, now: &now, kept: &mut self.vm.kept };
        let mut line = String::new();
        for (position, &value) in values.iter().enumerate() {
            if position > 0 {
                line.push(' ');
            }
            text_form::append(&mut context, value, &mut line)?;
        }
        line.push('\n');
        self.output(stream, line)?;
        Ok(Value::Null)
    }

    pub(super) fn promise_argument(&self, name: &str, value: Value) -> Result<Handle<Promise>, Raise> {
        match value {
            Value::Promise(promise) => Ok(promise),
            _ => Err(Raise::argument(format!("{name}() requires a promise"))),
        }
    }

    fn channel_argument(&self, name: &str, value: Value) -> Result<Handle<Channel>, Raise> {
        match value {
            Value::Channel(channel) => Ok(channel),
            _ => Err(Raise::argument(format!("{name}() requires a channel"))),
        }
    }

    fn ticker_argument(&self, name: &str, value: Value) -> Result<Handle<Text>, Raise> {
        match value {
            Value::Text(id) => Ok(id),
            _ => Err(Raise::argument(format!("{name}() requires a string id"))),
        }
    }

    fn store_shared(&mut self, key: String, value: Value) -> Result<(), Raise> {
        if !self.shared.contains_key(&key) {
            self.reserve_entry(&key)?;
        }
        self.shared.insert(key, value);
        Ok(())
    }

    fn shared_key(&self, name: &str, value: Value) -> Result<String, Raise> {
        match self.vm.heap.as_str(value) {
            Some(key) => Ok(key.to_string()),
            None => Err(Raise::argument(format!("{name}() requires a string key"))),
        }
    }

    fn promise_items(&mut self, name: &str, value: Value) -> Result<Vec<Value>, Raise> {
        let Value::List(list) = value else {
            return Err(Raise::new(ErrorKind::Promise, format!("{name} requires an array of promises")));
        };
        let items = self.vm.heap.items(list).to_vec();
        for &item in &items {
            self.vm.heap.share(item);
        }
        Ok(items)
    }
}

pub(super) fn concurrency_limit(name: &str, value: Value) -> Result<u32, Raise> {
    match value {
        Value::Int(limit) if limit > 0 => Ok(limit.min(u32::MAX as i64) as u32),
        Value::Int(limit) => {
            Err(Raise::new(ErrorKind::Promise, format!("{name} concurrency_limit must be > 0, got {limit}")))
        }
        _ => Err(Raise::new(ErrorKind::Promise, format!("{name} concurrency_limit must be an int"))),
    }
}

pub(super) fn milliseconds(value: Value, wrong: &str, negative: impl Fn(&str) -> String) -> Result<f64, Raise> {
    match value.as_number() {
        Some(number) if !number.is_finite() => Err(Raise::argument(wrong)),
        Some(number) if number < 0.0 => {
            let mut shown = String::new();
            match value {
                Value::Int(int) => text_form::append_int(int, &mut shown),
                _ => text_form::append_float(number, &mut shown),
            }
            Err(Raise::argument(negative(&shown)))
        }
        Some(number) => Ok(number),
        None => Err(Raise::argument(wrong)),
    }
}
