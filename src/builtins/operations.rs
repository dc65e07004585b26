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
}

const fn row(name: &'static str, arity: Arity, operation: Operation) -> Builtin {
    Builtin::new(name, arity, Run::Operation(operation))
}

const PROMISE_ALL: Builtin = row("promise_all", Arity::plural(1, 2), Operation::PromiseAll)
    .shown("Promise.all()")
    .owned(1)
    .doc("promise_all(array, [limit]) -> promise", "All results in order; at most limit functions run at once");

const PARALLEL_MAP: Builtin = row("parallel_map", Arity::plural(2, 3), Operation::ParallelMap)
    .shown("parallel_map()")
    .owned(7)
    .doc("parallel_map(array, f, [limit]) -> promise", "All results of f(x) in order, each in a task of its own");

const PRINT: Builtin = row("print", Arity::any(), Operation::Print)
    .doc("print(values...) -> null", "Writes the values with spaces between them and a line break");

pub(super) const OUTPUT: &[Builtin] = &[
    PRINT,
    PRINT.alias("println"),
    row("eprint", Arity::any(), Operation::Eprint).doc("eprint(values...) -> null", "Like print, to standard error"),
    row("debug", Arity::any(), Operation::Debug).doc("debug(values...) -> null", "Writes the values with their kinds"),
    row("exit", Arity::plural(0, 1), Operation::Exit)
        .doc("exit([status]) -> never", "Ends the program at once with that status, or 0"),
    row("args", Arity::plural(0, 0), Operation::Args).doc("args() -> array", "The arguments that the host gave"),
];

pub(super) const SLEEP: &[Builtin] = &[row("sleep", Arity::plural(1, 1), Operation::Sleep)
    .doc("sleep(ms) -> null", "The calling task waits; other tasks go on")];

pub(super) const TASKS: &[Builtin] = &[
    row("async_sleep", Arity::plural(1, 1), Operation::AsyncSleep)
        .doc("async_sleep(ms) -> promise", "A promise of null after that many milliseconds"),
    row("async_timeout", Arity::plural(2, 2), Operation::AsyncTimeout)
        .owned(1)
        .doc("async_timeout(promise, ms) -> promise", "The promise's outcome, or an error of kind timeout"),
    PROMISE_ALL,
    PROMISE_ALL.alias("await_all"),
    row("promise_race", Arity::plural(1, 1), Operation::PromiseRace)
        .shown("Promise.race()")
        .owned(1)
        .doc("promise_race(array) -> promise", "The outcome of the first promise that settles"),
    row("promise_any", Arity::plural(1, 1), Operation::PromiseAny)
        .shown("Promise.any()")
        .owned(1)
        .doc("promise_any(array) -> promise", "The value of the first promise that succeeds"),
    row("promise_all_settled", Arity::plural(1, 1), Operation::PromiseAllSettled)
        .shown("Promise.all_settled()")
        .owned(1)
        .doc("promise_all_settled(array) -> promise", "How each promise ended, in order; never fails"),
    PARALLEL_MAP,
    PARALLEL_MAP.alias("par_map"),
    row("par_each", Arity::plural(2, 3), Operation::ParEach)
        .shown("par_each()")
        .owned(7)
        .doc("par_each(array, f, [limit]) -> promise", "Like parallel_map, giving null"),
    row("get_task_pool_size", Arity::plural(0, 0), Operation::GetTaskPoolSize)
        .doc("get_task_pool_size() -> int", "How many tasks parallel_map runs at a time"),
    row("set_task_pool_size", Arity::plural(1, 1), Operation::SetTaskPoolSize)
        .shown("set_task_pool_size()")
        .doc("set_task_pool_size(n) -> int", "Sets how many tasks parallel_map runs at a time; gives the old number"),
    row("spawn_task", Arity::plural(1, 1), Operation::SpawnTask)
        .owned(1)
        .doc("spawn_task(f) -> promise", "Starts a task that calls f()"),
    row("await_task", Arity::plural(1, 1), Operation::AwaitTask)
        .doc("await_task(task) -> value", "Waits for the task and gives its result"),
    row("cancel_task", Arity::plural(1, 1), Operation::CancelTask)
        .doc("cancel_task(task) -> bool", "Cancels the task; true if it was still running"),
    row("cancel", Arity::plural(1, 1), Operation::Cancel)
        .doc("cancel(promise) -> null", "Cancels the task or host operation behind a promise"),
    row("task_status", Arity::plural(1, 1), Operation::TaskStatus)
        .doc("task_status(promise) -> string", "pending, resolved, rejected or cancelled"),
    row("yield_now", Arity::plural(0, 0), Operation::YieldNow)
        .doc("yield_now() -> null", "Lets the other tasks that are ready go first"),
];

pub(super) const CHANNELS: &[Builtin] = &[
    row("channel", Arity::plural(0, 1), Operation::Channel)
        .doc("channel([capacity]) -> channel", "A channel: unbounded, or of that capacity"),
    row("channel_named", Arity::plural(1, 1), Operation::ChannelNamed)
        .doc("channel_named(name) -> channel", "The channel that the host knows under that name"),
    row("send", Arity::plural(2, 2), Operation::Send)
        .owned(2)
        .doc("send(channel, value) -> true", "Puts a value into the channel; waits while it is full"),
    row("receive", Arity::plural(1, 1), Operation::Receive)
        .doc("receive(channel) -> value", "Takes the oldest value; waits for one; null once closed and drained"),
    row("try_send", Arity::plural(2, 2), Operation::TrySend)
        .owned(2)
        .doc("try_send(channel, value) -> bool", "Puts a value into the channel if there is room"),
    row("try_receive", Arity::plural(1, 1), Operation::TryReceive)
        .doc("try_receive(channel) -> option", "Some(value) if there is one, else None"),
    row("receive_timeout", Arity::plural(2, 2), Operation::ReceiveTimeout)
        .doc("receive_timeout(channel, ms) -> option", "Some(value), or None after that many milliseconds"),
    row("close", Arity::plural(1, 1), Operation::Close)
        .doc("close(channel) -> null", "Closes the channel; what is in it can still be received"),
    row("is_closed", Arity::plural(1, 1), Operation::IsClosed)
        .doc("is_closed(channel) -> bool", "Whether the channel is closed"),
    row("select", Arity::plural(1, 2), Operation::Select)
        .owned(1)
        .doc("select(channels, [timeout_ms]) -> array", "[index, value] of the first channel with a value, or null"),
];

pub(super) const SHARED: &[Builtin] = &[
    row("shared_set", Arity::plural(2, 2), Operation::SharedSet)
        .owned(3)
        .doc("shared_set(key, value) -> null", "Stores a value that all tasks and scripts of the machine see"),
    row("shared_get", Arity::plural(1, 1), Operation::SharedGet)
        .doc("shared_get(key) -> value", "The stored value; an error if there is none"),
    row("shared_has", Arity::plural(1, 1), Operation::SharedHas)
        .doc("shared_has(key) -> bool", "Whether a value is stored under the key"),
    row("shared_delete", Arity::plural(1, 1), Operation::SharedDelete)
        .doc("shared_delete(key) -> bool", "Removes a stored value; whether there was one"),
    row("shared_add_int", Arity::plural(2, 2), Operation::SharedAddInt)
        .owned(1)
        .doc("shared_add_int(key, n) -> int", "Adds to a stored int, which starts at 0, and gives the new value"),
];
