//! What works on generators (language.md 10).

use super::Context;
use super::arguments::wrong;
use super::callbacks::Kind;
use super::table::{Arity, Builtin, Run};
use crate::heap::{GeneratorState, PromiseState};
use crate::runtime::Raise;
use crate::value::Value;

pub(super) const ROWS: &[Builtin] = &[
    Builtin::new("next", Arity::plural(1, 1), Run::Next)
        .doc("next(generator) -> value", "Runs the generator to its next yield; null when it has ended"),
    Builtin::native("is_done", Arity::plural(1, 1), is_done)
        .doc("is_done(generator or promise) -> bool", "Whether the generator has ended, or the promise has settled"),
    Builtin::new("collect", Arity::counted(1, 1), Run::Callback(Kind::Collect))
        .doc("collect(v) -> array", "What a for loop over the value would yield")
        .example("collect(\"abc\")", "[a, b, c]"),
    Builtin::new("take", Arity::text(2, 2, "take() requires 2 arguments: array and count"), Run::Callback(Kind::Take))
        .doc("take(array or generator, n) -> array", "The first n elements, or the next n values of a generator")
        .example("take([1, 2, 3], 2)", "[1, 2]"),
];

fn is_done(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    Ok(Value::Bool(match arguments[0] {
        Value::Generator(generator) => context.heap.generators.get(generator).state == GeneratorState::Done,
        Value::Promise(promise) => context.heap.promises.get(promise).state != PromiseState::Pending,
        _ => return Err(wrong("is_done", "() requires a generator or a promise")),
    }))
}
