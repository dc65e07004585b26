//! What scripts ask of the world outside: HTTP and files (async.md 8.1). A request leaves as data and is a pending
//! operation until the host delivers what it came to.

use super::combinators::Inputs;
use super::operations::{Reply, concurrency_limit, milliseconds};
use super::{Due, Message, Scheduler};
use crate::builtins::{LARGEST_ALLOCATION, Operation};
use crate::heap::{Combinator, CombinatorKind, Dict, Key, List, Promise, PromiseState, Requests};
use crate::runtime::{Capability, ErrorKind, Raise};
use crate::value::{Handle, Value};

/// Something that the host does and then delivers a value for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// For a dict `{"status": int, "headers": dict of strings, "body": string}`; any status is an answer.
    Http(HttpRequest),
    /// For the bytes of the file.
    ReadFile { path: String },
    /// For anything.
    WriteFile { path: String, content: Vec<u8> },
    /// For an array of the paths of all files, at any depth, whose paths begin with that.
    ListFiles { prefix: String },
}

#[derive(Clone, Debug, PartialEq)]
pub struct HttpRequest {
    /// In capitals.
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Body>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Text(String),
    Bytes(Vec<u8>),
}

impl Request {
    /// What it takes until it is answered, about.
    fn bytes(&self) -> usize {
        let content = match self {
            Request::Http(http) => {
                let headers = http.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
                let body = match &http.body {
                    None => 0,
                    Some(Body::Text(text)) => text.len(),
                    Some(Body::Bytes(bytes)) => bytes.len(),
                };
                http.url.len() + headers + body
            }
            Request::ReadFile { path } => path.len(),
            Request::WriteFile { path, content } => path.len() + content.len(),
            Request::ListFiles { prefix } => prefix.len(),
        };
        size_of::<super::PendingOperation>() + size_of::<Request>() + content
    }
}

/// What a request is to be answered with, and what has to be undone when it is over.
#[derive(Clone, Debug)]
pub struct Asked {
    pub expected: Expected,
    /// Bytes that the heap counts for it.
    pub bytes: usize,
    /// There is a timer for it.
    pub timed: bool,
}

#[derive(Clone, Debug)]
pub enum Expected {
    Response,
    Text { path: Box<str> },
    Bytes { path: Box<str> },
    Written,
    Paths,
}

/// Options of the functions that take all else as parameters of their own.
const OPTIONS: &[&str] = &["headers", "timeout"];
const REQUEST: &[&str] = &["method", "url", "headers", "body", "timeout"];

impl Scheduler {
    // HTTP.

    /// `async_http_get` and its relatives.
    ///
    /// # Errors
    /// Kind `permission` or `argument`; the limits of memory and operations.
    pub(super) fn ask_http(
        &mut self,
        slot: u32,
        operation: Operation,
        name: &str,
        arguments: &[Value],
    ) -> Result<Reply, Raise> {
        self.vm.kept.capabilities.require(Capability::Http)?;
        let argument = |at: usize| arguments.get(at).copied();
        let options = |at: usize| match argument(at) {
            None => Ok(None),
            Some(Value::Dict(options)) => Ok(Some(options)),
            Some(_) => Err(wrong(name, "options must be a dict")),
        };
        let (method, url, body, rest) = match operation {
            Operation::HttpRequest => {
                let Some(Value::Dict(request)) = argument(0) else { return Err(wrong(name, "requires a dict")) };
                self.check_options(name, request, REQUEST)?;
                let get = |key| self.vm.heap.dict_get_str(request, key).filter(|value| *value != Value::Null);
                (self.method(name, get("method"))?, get("url"), get("body"), Some(request))
            }
            Operation::HttpPost => ("POST".to_string(), argument(0), argument(1), options(2)?),
            _ => ("GET".to_string(), argument(0), None, options(1)?),
        };
        let Some(url) = url.and_then(|url| self.vm.heap.as_str(url)).map(str::to_string) else {
            return Err(wrong(name, "requires a string url"));
        };
        if let (Operation::HttpGet | Operation::HttpPost, Some(options)) = (operation, rest) {
            self.check_options(name, options, OPTIONS)?;
        }
        let body = match body {
            None if operation == Operation::HttpPost => return Err(wrong(name, "requires a string or bytes body")),
            None => None,
            Some(Value::Text(text)) => Some(Body::Text(self.vm.heap.str(text).to_string())),
            Some(Value::Bytes(bytes)) => Some(Body::Bytes(self.vm.heap.bytes.get(bytes).data.clone())),
            Some(_) => return Err(wrong(name, "requires a string or bytes body")),
        };
        if body.is_some() && (method == "GET" || method == "HEAD") {
            return Err(wrong(name, &format!("with method {method} takes no body")));
        }
        let headers = match rest.and_then(|options| self.vm.heap.dict_get_str(options, "headers")) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Dict(headers)) => self.headers(name, headers)?,
            Some(_) => return Err(wrong(name, "headers must be a dict of strings")),
        };
        let timeout = match rest.and_then(|options| self.vm.heap.dict_get_str(options, "timeout")) {
            None | Some(Value::Null) => None,
            Some(timeout) => {
                let not_a_number = format!("{name}() timeout must be a number of milliseconds");
                Some(milliseconds(timeout, &not_a_number, |shown| {
                    format!("{name}() timeout must be non-negative milliseconds, got {shown}")
                })?)
            }
        };
        let request = Request::Http(HttpRequest { method, url, headers, body });
        self.charge(slot, request.bytes() as i64 / 8);
        let run = self.run_number(slot);
        let (id, promise) = self.ask(Some(slot), run, request, Expected::Response)?;
        if let (Some(milliseconds), Some(asked)) = (timeout, self.asked_mut(id)) {
            asked.timed = true;
            self.timers.add(self.vm.clock.now() + milliseconds, Due::Request { id, milliseconds });
        }
        Ok(Reply::Value(Value::Promise(promise)))
    }

    fn check_options(&self, name: &str, options: Handle<Dict>, known: &[&str]) -> Result<(), Raise> {
        for entry in self.vm.heap.dicts.get(options).iter() {
            let key = match entry.key {
                Key::Text(text) => self.vm.heap.str(text).to_string(),
                Key::Int(int) => int.to_string(),
                Key::Removed => continue,
            };
            if !known.contains(&key.as_str()) {
                return Err(wrong(name, &format!("has no option '{key}'")));
            }
        }
        Ok(())
    }

    /// A method in capitals: a host may know `get` and not `patch`.
    fn method(&self, name: &str, method: Option<Value>) -> Result<String, Raise> {
        let Some(method) = method else { return Ok("GET".to_string()) };
        match self.vm.heap.as_str(method) {
            Some(word) if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                Ok(word.to_ascii_uppercase())
            }
            _ => Err(wrong(name, "method must be a word")),
        }
    }

    fn headers(&self, name: &str, headers: Handle<Dict>) -> Result<Vec<(String, String)>, Raise> {
        let heap = &self.vm.heap;
        let mut out = Vec::new();
        for entry in heap.dicts.get(headers).iter() {
            let key = match entry.key {
                Key::Text(text) => heap.str(text).to_string(),
                Key::Int(int) => int.to_string(),
                Key::Removed => continue,
            };
            match heap.as_str(entry.value) {
                Some(value) => out.push((key, value.to_string())),
                None => return Err(wrong(name, "headers must be a dict of strings")),
            }
        }
        Ok(out)
    }

    /// The time of a request is over.
    pub(super) fn request_timed_out(&mut self, id: u64, milliseconds: f64) {
        let Some(promise) = self.operations.get(&id).map(|pending| pending.promise) else { return };
        self.abort_operation(id);
        let error = self.timeout_error(milliseconds);
        self.settle(promise, PromiseState::Rejected(error));
    }

    // Files.

    /// `async_read_file` and its relatives that ask for one thing.
    ///
    /// # Errors
    /// Kind `permission` or `argument`; the limits of memory and operations.
    pub(super) fn ask_file(
        &mut self,
        slot: u32,
        operation: Operation,
        name: &str,
        first: Value,
        second: Option<Value>,
    ) -> Result<Reply, Raise> {
        self.vm.kept.capabilities.require(Capability::Files)?;
        let path = self.vm.heap.as_str(first).map(str::to_string);
        let (request, expected) = match (operation, path) {
            (Operation::WriteFile, path) => {
                let written = path.zip(second.and_then(|content| self.content(content)));
                let Some((path, content)) = written else {
                    return Err(wrong(name, "requires a string path and string or bytes content"));
                };
                (Request::WriteFile { path, content }, Expected::Written)
            }
            (Operation::ListFiles, Some(prefix)) => (Request::ListFiles { prefix }, Expected::Paths),
            (Operation::ListFiles, None) => return Err(wrong(name, "requires a string prefix")),
            (_, None) => return Err(wrong(name, "requires a string path")),
            (Operation::ReadBytes, Some(path)) => {
                let expected = Expected::Bytes { path: path.as_str().into() };
                (Request::ReadFile { path }, expected)
            }
            (_, Some(path)) => read_text(path),
        };
        self.charge(slot, request.bytes() as i64 / 8);
        let run = self.run_number(slot);
        let (_, promise) = self.ask(Some(slot), run, request, expected)?;
        Ok(Reply::Value(Value::Promise(promise)))
    }

    fn content(&self, value: Value) -> Option<Vec<u8>> {
        match value {
            Value::Text(text) => Some(self.vm.heap.str(text).as_bytes().to_vec()),
            Value::Bytes(bytes) => Some(self.vm.heap.bytes.get(bytes).data.clone()),
            _ => None,
        }
    }

    fn content_length(&self, value: Value) -> Option<usize> {
        match value {
            Value::Text(text) => Some(self.vm.heap.str(text).len()),
            Value::Bytes(bytes) => Some(self.vm.heap.bytes.get(bytes).data.len()),
            _ => None,
        }
    }

    /// The length of the content of `[path, content]`, if it is that.
    fn pair_length(&self, pair: Value) -> Option<usize> {
        match pair {
            Value::List(pair) => match self.vm.heap.items(pair) {
                &[path @ Value::Text(_), content] => Some(self.content_length(path)? + self.content_length(content)?),
                _ => None,
            },
            _ => None,
        }
    }

    /// `async_read_files` and `async_write_files`: a combinator whose items are asked for, some at a time.
    ///
    /// # Errors
    /// Kind `permission`, `argument` or `promise`; the limit of memory.
    pub(super) fn ask_files(
        &mut self,
        slot: u32,
        operation: Operation,
        name: &str,
        first: Value,
        limit: Option<Value>,
    ) -> Result<Reply, Raise> {
        self.vm.kept.capabilities.require(Capability::Files)?;
        let (requests, what) = match operation {
            Operation::WriteFiles => (Requests::WriteFile, "requires an array of [path, content] pairs"),
            _ => (Requests::ReadFile, "requires an array of string paths"),
        };
        let Value::List(list) = first else { return Err(wrong(name, what)) };
        let items = self.vm.heap.items(list).to_vec();
        let length = |&item: &Value| match (requests, item) {
            (Requests::WriteFile, pair) => self.pair_length(pair),
            (Requests::ReadFile, Value::Text(path)) => Some(self.vm.heap.str(path).len()),
            (Requests::ReadFile, _) => None,
        };
        let Some(lengths) = items.iter().map(length).collect::<Option<Vec<usize>>>() else {
            return Err(wrong(name, what));
        };
        let limit = match limit {
            None => self.pool_size,
            Some(limit) => concurrency_limit(&format!("{name}()"), limit)?,
        };
        self.reserve(lengths.iter().take(limit as usize).sum())?;
        self.charge(slot, (lengths.iter().sum::<usize>() + items.len()) as i64 / 8);
        for &item in &items {
            self.vm.heap.share(item);
        }
        let inputs = Inputs { requests: Some(requests), owns: true, ..Inputs::of(CombinatorKind::All, items, limit) };
        Ok(Reply::Requests(self.combine(slot, inputs).0))
    }

    /// Begins those requests of a combinator that may be in flight. When this fails and is tried again, it goes on with
    /// the one that failed.
    ///
    /// # Errors
    /// The limits of memory and operations.
    pub(super) fn ask_next(&mut self, of: Handle<Combinator>) -> Result<(), Raise> {
        while let Some((requests, item)) = self.next_request(of) {
            let (request, expected) = match self.request_for(requests, item) {
                Some(request) => request,
                None => return Ok(()),
            };
            let object = self.vm.heap.combinators.get(of);
            let (index, run, task) = (object.next, object.run, self.task_index.get(&object.parent).copied());
            let (_, promise) = self.ask(task, run, request, expected)?;
            let object = self.vm.heap.combinators.get_mut(of);
            object.next += 1;
            object.running += 1;
            self.attach(of, index, promise);
        }
        self.vm.heap.combinators.get_mut(of).starting = false;
        Ok(())
    }

    fn request_for(&self, requests: Requests, item: Value) -> Option<(Request, Expected)> {
        match (requests, item) {
            (Requests::ReadFile, path) => Some(read_text(self.vm.heap.as_str(path)?.to_string())),
            (Requests::WriteFile, Value::List(pair)) => self.write(pair),
            (Requests::WriteFile, _) => None,
        }
    }

    fn write(&self, pair: Handle<List>) -> Option<(Request, Expected)> {
        let &[path, content] = self.vm.heap.items(pair) else { return None };
        let (path, content) = (self.vm.heap.as_str(path)?.to_string(), self.content(content)?);
        Some((Request::WriteFile { path, content }, Expected::Written))
    }

    // Requests in general.

    /// Hands a request to the host. It belongs to the task, if that is given, and to the run.
    fn ask(
        &mut self,
        task: Option<u32>,
        run: u32,
        request: Request,
        expected: Expected,
    ) -> Result<(u64, Handle<Promise>), Raise> {
        let bytes = request.bytes();
        self.reserve(bytes)?;
        let (id, promise) = self.create_operation(task)?;
        self.vm.heap.charge(bytes);
        if let (Expected::Written, Some(run)) = (&expected, self.runs.get_mut(run as usize)) {
            run.writes += 1;
        }
        if let Some(pending) = self.operations.get_mut(&id) {
            pending.run = run;
            pending.asked = Some(Asked { expected, bytes, timed: false });
        }
        self.messages.push(Message::Request { id, request });
        Ok((id, promise))
    }

    fn asked_mut(&mut self, id: u64) -> Option<&mut Asked> {
        self.operations.get_mut(&id)?.asked.as_mut()
    }

    /// A request is answered, aborted or dropped.
    pub(super) fn forget_request(&mut self, run: u32, asked: &Asked) {
        self.vm.heap.recount(asked.bytes, 0);
        if asked.timed {
            self.abandon_timer();
        }
        if let (Expected::Written, Some(of)) = (&asked.expected, self.runs.get_mut(run as usize)) {
            of.writes = of.writes.saturating_sub(1);
            if of.writes == 0 && of.alive == 0 {
                self.written.push(run);
            }
        }
    }

    /// Ends runs whose tasks had ended before their last files were written.
    pub(super) fn finish_written(&mut self) {
        while let Some(run) = self.written.pop() {
            self.finish_run(run as usize);
        }
    }

    /// Aborts what tasks of a run that have ended still write.
    pub(super) fn abort_writes(&mut self, run: u32) {
        if self.runs.get(run as usize).is_none_or(|run| run.writes == 0) {
            return;
        }
        let left = self.operations.iter().filter(|(_, pending)| {
            let writes = pending.asked.as_ref().is_some_and(|asked| matches!(asked.expected, Expected::Written));
            writes && pending.task.is_none() && pending.run == run
        });
        let mut left: Vec<(u64, Handle<Promise>)> = left.map(|(&id, pending)| (id, pending.promise)).collect();
        left.sort_unstable_by_key(|&(id, _)| std::cmp::Reverse(id));
        for (id, promise) in left {
            self.abort_operation(id);
            self.settle(promise, PromiseState::Cancelled);
        }
    }

    /// The state of a request's promise for what the host delivered.
    pub(super) fn answered(&mut self, expected: Expected, value: Value) -> PromiseState {
        match self.answer_to(expected, value) {
            Ok(value) => PromiseState::Resolved(value),
            Err(message) => PromiseState::Rejected(Value::Record(self.vm.heap.error(&message, ErrorKind::Io.word()))),
        }
    }

    fn answer_to(&mut self, expected: Expected, value: Value) -> Result<Value, String> {
        let heap = &mut self.vm.heap;
        let too_large = |path: &str| format!("{path} is larger than 1 GiB");
        match (expected, value) {
            (Expected::Written, _) => Ok(Value::Null),
            (Expected::Bytes { .. }, Value::Bytes(bytes)) => Ok(Value::Bytes(bytes)),
            (Expected::Bytes { .. }, Value::Text(text)) => {
                let data = heap.str(text).as_bytes().to_vec();
                Ok(heap.new_bytes(data))
            }
            (Expected::Text { .. }, Value::Text(text)) => Ok(Value::Text(text)),
            (Expected::Text { path }, Value::Bytes(bytes)) => {
                let data = &heap.bytes.get(bytes).data;
                if data.len() > LARGEST_ALLOCATION {
                    return Err(too_large(&path));
                }
                match std::str::from_utf8(data) {
                    Ok(text) => {
                        let text = text.to_string();
                        Ok(heap.string(text))
                    }
                    Err(_) => Err(format!("{path} is not UTF-8 text")),
                }
            }
            (Expected::Bytes { path } | Expected::Text { path }, other) => {
                Err(format!("{path}: the host gave a value of kind {} as its content", heap.type_word(other)))
            }
            (Expected::Paths, Value::List(list)) => {
                let mut paths = heap.items(list).to_vec();
                if paths.iter().any(|&path| heap.as_str(path).is_none()) {
                    return Err("the host gave paths that are no strings".to_string());
                }
                paths.sort_by(|&a, &b| heap.as_str(a).cmp(&heap.as_str(b)));
                Ok(heap.list(paths))
            }
            (Expected::Response, Value::Dict(response)) => {
                let field = |name| heap.dict_get_str(response, name);
                match (field("status"), field("headers"), field("body")) {
                    (Some(Value::Int(_)), Some(Value::Dict(_)), Some(Value::Text(_))) => Ok(value),
                    _ => Err("the host gave a response without status, headers or body".to_string()),
                }
            }
            (Expected::Paths, _) => Err("the host gave no array of paths".to_string()),
            (Expected::Response, _) => Err("the host gave no response".to_string()),
        }
    }
}

fn read_text(path: String) -> (Request, Expected) {
    let expected = Expected::Text { path: path.as_str().into() };
    (Request::ReadFile { path }, expected)
}

#[cold]
fn wrong(name: &str, rest: &str) -> Raise {
    Raise::argument(format!("{name}() {rest}"))
}
