//! What works on generators (language.md 10).

use super::Context;
use super::arguments::wrong;
use super::table::{Arity, Builtin, Run};
use crate::heap::{GeneratorState, PromiseState};
use crate::runtime::Raise;
use crate::value::Value;

pub(super) const ROWS: &[Builtin] = &[
    Builtin::new("next", Arity::plural(1, 1), Run::Next)
        .doc(
            "next(g: generator or stream) -> value",
            "The next value of a generator, null at its end; of an async generator or a stream a promise of it",
        )
        .example("func* count() { yield 1 yield 2 }\ng := count()\nnext(g)", "1"),
    Builtin::native("is_done", Arity::plural(1, 1), is_done)
        .doc("is_done(v: generator or promise) -> bool", "Whether the generator has ended, or the promise has settled")
        .example("is_done(async_sleep(10))", "false"),
];

fn is_done(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    Ok(Value::Bool(match arguments[0] {
        Value::Generator(generator) => context.heap.generators.get(generator).state == GeneratorState::Done,
        Value::Promise(promise) => context.heap.promises.get(promise).state != PromiseState::Pending,
        _ => return Err(wrong("is_done", "() requires a generator or a promise")),
    }))
}
