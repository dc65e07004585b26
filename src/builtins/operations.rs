//! The rows of builtins that the machine and the scheduler carry out.

use super::table::{Arity, Builtin, Run};

/// A builtin that needs more than values and a heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Text forms joined by a space and a line break, to standard output.
    Print,
    /// The same to standard error.
    Eprint,
    /// The text is [`super::text_form::debug_line`].
    Debug,
    Exit,
    Args,
    Sleep,
    AsyncSleep,
    AsyncTimeout,
    PromiseAll,
    PromiseRace,
    PromiseAny,
    PromiseAllSettled,
    ParallelMap,
    ParEach,
    GetTaskPoolSize,
    SetTaskPoolSize,
    SpawnTask,
    AwaitTask,
    CancelTask,
    Cancel,
    TaskStatus,
    Channel,
    ChannelNamed,
    Send,
    Receive,
    TrySend,
    TryReceive,
    ReceiveTimeout,
    Close,
    IsClosed,
    Select,
    YieldNow,
    SharedSet,
    SharedGet,
    SharedHas,
    SharedDelete,
    SharedAddInt,
    PollEvent,
    AnyEvent,
    NextEvent,
    Events,
    NextBar,
    Bars,
    NextTick,
    StartTicker,
    StopTicker,
    EmitEvent,
    EmitAlert,
    HttpGet,
    HttpPost,
    HttpRequest,
    ReadFile,
    ReadBytes,
    WriteFile,
    ListFiles,
    ReadFiles,
    WriteFiles,
}

const fn row(name: &'static str, arity: Arity, operation: Operation) -> Builtin {
    Builtin::new(name, arity, Run::Operation(operation))
}

const PROMISE_ALL: Builtin = row("promise_all", Arity::plural(1, 2), Operation::PromiseAll)
    .shown("Promise.all()")
    .owned(1)
    .doc("promise_all(xs: array, [limit: int]) -> promise", "All results in order; at most limit functions run at once")
    .example("async func double(n) { return n * 2 }\nawait promise_all([double(1), double(2)])", "[2, 4]");

const PARALLEL_MAP: Builtin = row("parallel_map", Arity::plural(2, 3), Operation::ParallelMap)
    .owned(7)
    .doc(
        "parallel_map(xs: array, f: function, [limit: int]) -> promise",
        "All results of f(x) in order, each in a task of its own",
    )
    .example("await parallel_map([1, 2, 3], func(x) { return x * x })", "[1, 4, 9]");

const PRINT: Builtin = row("print", Arity::any(), Operation::Print)
    .doc("print(values...) -> null", "Writes the values with spaces between them and a line break")
    .example("print(\"a\", [1, \"b\"])", "a [1, b]");

pub(super) const OUTPUT: &[Builtin] = &[
    PRINT,
    PRINT.alias("println"),
    row("eprint", Arity::any(), Operation::Eprint)
        .doc("eprint(values...) -> null", "Like print, to standard error")
        .example("eprint(\"careful\")", "careful"),
    row("debug", Arity::any(), Operation::Debug)
        .doc("debug(values...) -> null", "Writes the values with their kinds")
        .example("debug(1, \"a\")", "[DEBUG] Int(1) String(\"a\")"),
    row("exit", Arity::plural(0, 1), Operation::Exit)
        .doc("exit([status: num]) -> never", "Ends the program at once with that status, or 0")
        .example("print(\"last\"); exit(2); print(\"never\")", "last"),
    row("args", Arity::plural(0, 0), Operation::Args)
        .doc("args() -> array", "The arguments that the host gave")
        .example("args()", "[]"),
];

pub(super) const SLEEP: &[Builtin] = &[row("sleep", Arity::plural(1, 1), Operation::Sleep)
    .doc("sleep(ms: num) -> null", "The calling task waits; other tasks go on")
    .example("start := current_timestamp()\nsleep(20)\ncurrent_timestamp() - start >= 20", "true")];

pub(super) const TASKS: &[Builtin] = &[
    row("async_sleep", Arity::plural(1, 1), Operation::AsyncSleep)
        .doc("async_sleep(ms: num) -> promise", "A promise of null after that many milliseconds").example("await async_sleep(10)", "null"),
    row("async_timeout", Arity::plural(2, 2), Operation::AsyncTimeout)
        .owned(1)
        .doc("async_timeout(p: promise, ms: num) -> promise", "The promise's outcome, or an error of kind timeout").example("async func answer() { return 42 }\nawait async_timeout(answer(), 50)", "42"),
    PROMISE_ALL,
    PROMISE_ALL.alias("await_all"),
    row("promise_race", Arity::plural(1, 1), Operation::PromiseRace)
        .shown("Promise.race()")
        .owned(1)
        .doc("promise_race(xs: array) -> promise", "The outcome of the first promise that settles").example("async func quick() { return \"quick\" }\nawait promise_race([async_sleep(50), quick()])", "quick"),
    row("promise_any", Arity::plural(1, 1), Operation::PromiseAny)
        .shown("Promise.any()")
        .owned(1)
        .doc("promise_any(xs: array) -> promise", "The value of the first promise that succeeds").example("async func fails() { throw \"no\" }\nasync func works() { return \"yes\" }\nawait promise_any([fails(), works()])", "yes"),
    row("promise_all_settled", Arity::plural(1, 1), Operation::PromiseAllSettled)
        .shown("Promise.all_settled()")
        .owned(1)
        .doc("promise_all_settled(xs: array) -> promise", "How each promise ended, in order; never fails").example("async func one() { return 1 }\nawait promise_all_settled([one()])", "[{\"status\": ok, \"value\": 1}]"),
    PARALLEL_MAP,
    PARALLEL_MAP.alias("par_map"),
    row("par_each", Arity::plural(2, 3), Operation::ParEach)
        .owned(7)
        .doc("par_each(xs: array, f: function, [limit: int]) -> promise", "Like parallel_map, giving null").example("await par_each([1, 2, 3], func(x) { shared_add_int(\"total\", x) })\nshared_get(\"total\")", "6"),
    row("get_task_pool_size", Arity::plural(0, 0), Operation::GetTaskPoolSize)
        .doc("get_task_pool_size() -> int", "How many tasks parallel_map runs at a time").example("get_task_pool_size()", "256"),
    row("set_task_pool_size", Arity::plural(1, 1), Operation::SetTaskPoolSize)
        .doc("set_task_pool_size(n: int) -> int", "Sets how many tasks parallel_map runs at a time; gives the old number").example("set_task_pool_size(8)", "256"),
    row("spawn_task", Arity::plural(1, 1), Operation::SpawnTask)
        .owned(1)
        .doc("spawn_task(f: function) -> promise", "Starts a task that calls f()").example("await spawn_task(func() { return 6 * 7 })", "42"),
    row("await_task", Arity::plural(1, 1), Operation::AwaitTask)
        .doc("await_task(p: promise) -> value", "Waits for the task and gives its result").example("await_task(spawn_task(func() { return 6 * 7 }))", "42"),
    row("cancel_task", Arity::plural(1, 1), Operation::CancelTask)
        .doc("cancel_task(p: promise) -> bool", "Cancels the task; true if it was still running").example("cancel_task(spawn_task(func() { sleep(50) }))", "true"),
    row("cancel", Arity::plural(1, 1), Operation::Cancel)
        .doc("cancel(p: promise) -> null", "Cancels the task or host operation behind a promise").example("p := async_sleep(50)\ncancel(p)\ntask_status(p)", "cancelled"),
    row("task_status", Arity::plural(1, 1), Operation::TaskStatus)
        .doc("task_status(p: promise) -> string", "pending, resolved, rejected or cancelled").example("task_status(async_sleep(10))", "pending"),
    row("yield_now", Arity::plural(0, 0), Operation::YieldNow)
        .doc("yield_now() -> null", "Lets the other tasks that are ready go first").example("spawn { yield_now() print(\"task\") }\nyield_now()", "task"),
];

pub(super) const CHANNELS: &[Builtin] = &[
    row("channel", Arity::plural(0, 1), Operation::Channel)
        .doc("channel([capacity: int]) -> channel", "A channel: unbounded, or of that capacity")
        .example("ch := channel(1)\nch.send(\"hi\")\nch.receive()", "hi"),
    row("channel_named", Arity::plural(1, 1), Operation::ChannelNamed)
        .doc("channel_named(name: string) -> channel", "The channel that the host knows under that name")
        .example("channel_named(\"log\").send(\"hi\")\nchannel_named(\"log\").receive()", "hi"),
    row("send", Arity::plural(2, 2), Operation::Send)
        .owned(2)
        .doc("send(ch: channel, v) -> true", "Puts a value into the channel; waits while it is full")
        .example("ch := channel()\nsend(ch, 5)", "true"),
    row("receive", Arity::plural(1, 1), Operation::Receive)
        .doc("receive(ch: channel) -> value", "Takes the oldest value; waits for one; null once closed and drained")
        .example("ch := channel()\nch.send(5)\nreceive(ch)", "5"),
    row("try_send", Arity::plural(2, 2), Operation::TrySend)
        .owned(2)
        .doc("try_send(ch: channel, v) -> bool", "Puts a value into the channel if there is room")
        .example("try_send(channel(1), 5)", "true"),
    row("try_receive", Arity::plural(1, 1), Operation::TryReceive)
        .doc("try_receive(ch: channel) -> option", "Some(value) if there is one, else None")
        .example("ch := channel()\nch.send(5)\ntry_receive(ch)", "Some(5)"),
    row("receive_timeout", Arity::plural(2, 2), Operation::ReceiveTimeout)
        .doc("receive_timeout(ch: channel, ms: num) -> option", "Some(value), or None after that many milliseconds")
        .example("receive_timeout(channel(), 10)", "None"),
    row("close", Arity::plural(1, 1), Operation::Close)
        .doc(
            "close(ch: channel or stream) -> null",
            "Closes the channel; what is in it can still be received. Ends a subscription",
        )
        .example("ch := channel()\nclose(ch)\nch.is_closed()", "true"),
    row("is_closed", Arity::plural(1, 1), Operation::IsClosed)
        .doc("is_closed(ch: channel) -> bool", "Whether the channel is closed")
        .example("is_closed(channel())", "false"),
    row("select", Arity::plural(1, 2), Operation::Select)
        .owned(1)
        .doc(
            "select(channels: array of channel, [timeout_ms: num or null]) -> array or null",
            "[index, value] of the first channel with a value, or null",
        )
        .example("a := channel()\nb := channel()\nb.send(\"hi\")\nselect([a, b])", "[1, hi]"),
];

pub(super) const SHARED: &[Builtin] = &[
    row("shared_set", Arity::plural(2, 2), Operation::SharedSet)
        .owned(3)
        .doc("shared_set(key: string, v) -> null", "Stores a value that all tasks and scripts of the machine see")
        .example("shared_set(\"seen\", 3)\nshared_get(\"seen\")", "3"),
    row("shared_get", Arity::plural(1, 1), Operation::SharedGet)
        .doc("shared_get(key: string) -> value", "The stored value; an error if there is none")
        .example("shared_set(\"seen\", [1, 2])\nshared_get(\"seen\")", "[1, 2]"),
    row("shared_has", Arity::plural(1, 1), Operation::SharedHas)
        .doc("shared_has(key: string) -> bool", "Whether a value is stored under the key")
        .example("shared_has(\"nothing\")", "false"),
    row("shared_delete", Arity::plural(1, 1), Operation::SharedDelete)
        .doc("shared_delete(key: string) -> bool", "Removes a stored value; whether there was one")
        .example("shared_set(\"seen\", 3)\nshared_delete(\"seen\")", "true"),
    row("shared_add_int", Arity::plural(2, 2), Operation::SharedAddInt)
        .owned(1)
        .doc(
            "shared_add_int(key: string, n: int) -> int",
            "Adds to a stored int, which starts at 0, and gives the new value",
        )
        .example("shared_add_int(\"hits\", 2)\nshared_add_int(\"hits\", 3)", "5"),
];

pub(super) const EVENTS: &[Builtin] = &[
    row("poll_event", Arity::plural(0, 0), Operation::PollEvent)
        .doc("poll_event() -> dict or null", "Takes the oldest event that nobody waited for; never waits")
        .example("poll_event()", "null"),
    row("any_event", Arity::plural(0, 0), Operation::AnyEvent)
        .doc("any_event() -> promise", "A promise of null once there is an event for poll_event to take")
        .example("any_event()", "<promise pending>"),
    row("next_event", Arity::plural(1, 1), Operation::NextEvent)
        .doc("next_event(name: string) -> promise", "A promise of the next event of that name: type, name, data, time")
        .example("next_event(\"order\")", "<promise pending>"),
    row("events", Arity::plural(1, 1), Operation::Events)
        .doc("events(name: string) -> stream", "All events of that name from now on, for `for await`")
        .example("events(\"order\")", "<stream>"),
    row("next_bar", Arity::plural(1, 1), Operation::NextBar)
        .doc("next_bar(source: string) -> promise", "A promise of the next bar of a source; of null if it has ended")
        .example("next_bar(\"BTC\")", "<promise pending>"),
    row("bars", Arity::plural(1, 1), Operation::Bars)
        .doc(
            "bars(source: string) -> stream",
            "The bars of a source, from the oldest in its buffer on, for `for await`",
        )
        .example("bars(\"BTC\")", "<stream>"),
    row("next_tick", Arity::plural(1, 1), Operation::NextTick)
        .doc("next_tick(id: string) -> promise", "A promise of null at the next tick; missed ticks count as one")
        .example("start_ticker(\"clock\", 10)\nnext_tick(\"clock\")", "<promise pending>"),
    row("start_ticker", Arity::plural(2, 2), Operation::StartTicker)
        .doc("start_ticker(id: string, period_ms: num) -> null", "Begins to tick, the first time after one period")
        .example("start_ticker(\"clock\", 1000)", "null"),
    row("stop_ticker", Arity::plural(1, 1), Operation::StopTicker)
        .doc("stop_ticker(id: string) -> null", "Ends a ticker; who waits for it gets an error of kind cancelled")
        .example("stop_ticker(\"clock\")", "null"),
    row("emit_event", Arity::plural(2, 2), Operation::EmitEvent)
        .doc(
            "emit_event(name: string, payload: null or bool or num or string or array or dict or struct or set or queue \
             or stack or bytes or enum or result or option) -> null",
            "Tells the host an event, in order with printed output",
        )
        .example("emit_event(\"saved\", {\"id\": 7})", "null"),
    row("emit_alert", Arity::plural(1, 1), Operation::EmitAlert)
        .doc(
            "emit_alert(alert: dict or string) -> null",
            "Tells the host an alert: severity, title, message, tags, data, id, time, all optional",
        )
        .example("emit_alert({\"severity\": \"warn\", \"title\": \"Disk full\", \"tags\": [\"ops\"]})", "null"),
];

pub(super) const HTTP: &[Builtin] = &[
    row("async_http_get", Arity::plural(1, 2), Operation::HttpGet)
        .doc(
            "async_http_get(url: string, [options: dict]) -> promise",
            "A promise of the response: status, headers, body; options are headers and timeout in milliseconds",
        )
        .example("response := await async_http_get(\"https://example.com/\")\nresponse[\"status\"]", "200"),
    row("async_http_post", Arity::plural(2, 3), Operation::HttpPost)
        .doc(
            "async_http_post(url: string, body: string or bytes, [options: dict]) -> promise",
            "Sends a body and gives a promise of the response, like async_http_get",
        )
        .example(
            "options := {\"headers\": {\"Content-Type\": \"application/json\"}}\n\
             response := await async_http_post(\"https://example.com/\", to_json([1]), options)\nresponse[\"body\"]",
            "POST [1]",
        ),
    row("async_http_request", Arity::plural(1, 1), Operation::HttpRequest)
        .doc(
            "async_http_request(request: dict) -> promise",
            "A promise of the response to a request: url, method, headers, body, timeout in milliseconds",
        )
        .example(
            "response := await async_http_request({\"url\": \"https://example.com/\", \"method\": \"PUT\"})\n\
             response[\"headers\"]",
            "{\"content-type\": text/plain}",
        ),
];

pub(super) const FILES: &[Builtin] = &[
    row("async_read_file", Arity::plural(1, 1), Operation::ReadFile)
        .doc("async_read_file(path: string) -> promise", "A promise of the text of a file")
        .example("await async_read_file(\"pages/a.md\")", "# A"),
    row("async_read_bytes", Arity::plural(1, 1), Operation::ReadBytes)
        .doc("async_read_bytes(path: string) -> promise", "A promise of the bytes of a file")
        .example("len(await async_read_bytes(\"pages/a.md\"))", "3"),
    row("async_write_file", Arity::plural(2, 2), Operation::WriteFile)
        .doc(
            "async_write_file(path: string, content: string or bytes) -> promise",
            "Writes a file, with the directories it lies in; a promise of null",
        )
        .example("await async_write_file(\"site/a.html\", \"<h1>A</h1>\")", "null"),
    row("async_list_files", Arity::plural(1, 1), Operation::ListFiles)
        .doc(
            "async_list_files(prefix: string) -> promise",
            "A promise of the paths, in order, of all files whose paths begin with that",
        )
        .example("await async_list_files(\"pages/\")", "[pages/a.md, pages/b.md]"),
    row("async_read_files", Arity::plural(1, 2), Operation::ReadFiles)
        .doc(
            "async_read_files(paths: array of string, [limit: int]) -> promise",
            "A promise of the texts of files, in order; at most limit are being read at once",
        )
        .example("await async_read_files([\"pages/a.md\", \"pages/b.md\"], 10)", "[# A, # B]"),
    row("async_write_files", Arity::plural(1, 2), Operation::WriteFiles)
        .doc(
            "async_write_files(pairs: array of array, [limit: int]) -> promise",
            "Writes files, given as [path, content]; at most limit are being written at once",
        )
        .example("await async_write_files([[\"site/a.html\", \"A\"], [\"site/b.html\", \"B\"]], 10)", "[null, null]"),
];
