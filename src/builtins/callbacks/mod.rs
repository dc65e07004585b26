//! Builtins that call functions. They never call one themselves: each is a [`Routine`], plain data that says what to
//! call next and goes on with the result, so that a callback may throw, wait or be cancelled like any other code.

mod merging;

use super::Context;
use super::arguments::{natural, wrong};
use super::ordering::{SORT_BYTES, sorted_positions};
use super::table::{Arity, Builtin, Run};
use super::{arrays, results};
use crate::heap::{Generator, Heap, List, Tracer, VariantTag};
use crate::runtime::Raise;
use crate::value::{Handle, Value};
use merging::Merging;

/// The builtins that are routines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Map,
    Filter,
    Reduce,
    Find,
    Any,
    All,
    SortBy,
    SortWith,
    MapOk,
    MapErr,
    AndThen,
    Collect,
    Take,
}

impl Kind {
    /// Whether the method form updates the receiver.
    pub fn updates(self) -> bool {
        matches!(self, Kind::SortBy | Kind::SortWith)
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::Map => "map",
            Kind::Filter => "filter",
            Kind::Reduce => "reduce",
            Kind::Find => "find",
            Kind::Any => "any",
            Kind::All => "all",
            Kind::SortBy => "sort_by",
            Kind::SortWith => "sort_with",
            Kind::MapOk => "map_ok",
            Kind::MapErr => "map_err",
            Kind::AndThen => "and_then",
            Kind::Collect => "collect",
            Kind::Take => "take",
        }
    }
}

const TWO: Arity = Arity::text(2, 2, "{name} requires two arguments: array and function");

const fn row(kind: Kind, name: &'static str) -> Builtin {
    Builtin::new(name, TWO, Run::Callback(kind))
}

pub(super) const LISTS: &[Builtin] = &[
    row(Kind::Map, "map")
        .doc("map(xs: array, f: function) -> array", "The results of f(x) for each element")
        .example("map([1, 2], func(x) { return x * 10 })", "[10, 20]"),
    row(Kind::Filter, "filter")
        .doc("filter(xs: array, f: function) -> array", "The elements for which f(x) is truthy")
        .example("filter([1, 2, 3], func(x) { return x > 1 })", "[2, 3]"),
    Builtin::new(
        "reduce",
        Arity::text(3, 3, "reduce requires three arguments: array, initial value, and function"),
        Run::Callback(Kind::Reduce),
    )
    .owned(2)
    .doc("reduce(xs: array, initial, f: function) -> value", "Goes on from initial with f(so_far, x) for each element")
    .example("reduce([1, 2, 3], 0, func(sum, x) { return sum + x })", "6"),
    row(Kind::Find, "find")
        .doc("find(xs: array, f: function) -> value", "The first element for which f(x) is truthy, else 0")
        .example("find([1, 2, 3], func(x) { return x > 1 })", "2"),
    row(Kind::Any, "any")
        .doc("any(xs: array, f: function) -> bool", "Whether f(x) is truthy for some element")
        .example("any([1, 2], func(x) { return x > 1 })", "true"),
    row(Kind::All, "all")
        .doc("all(xs: array, f: function) -> bool", "Whether f(x) is truthy for every element")
        .example("all([1, 2], func(x) { return x > 1 })", "false"),
    row(Kind::SortBy, "sort_by")
        .doc("sort_by(xs: array, f: function) -> array", "The elements in the order of their keys f(x)")
        .example("sort_by([\"bb\", \"a\"], func(s) { return len(s) })", "[a, bb]"),
    row(Kind::SortWith, "sort_with")
        .doc(
            "sort_with(xs: array, f: function) -> array",
            "Sorted by f(a, b): negative if a comes first, positive if b does",
        )
        .example("sort_with([1, 3, 2], func(a, b) { return b - a })", "[3, 2, 1]"),
    Builtin::new("collect", Arity::counted(1, 1), Run::Callback(Kind::Collect))
        .doc(
            "collect(v: num or string or array or dict or set or queue or stack or bytes or generator) -> array",
            "What a for loop over the value would yield",
        )
        .example("collect(\"abc\")", "[a, b, c]"),
    Builtin::new("take", Arity::text(2, 2, "take() requires 2 arguments: array and count"), Run::Callback(Kind::Take))
        .doc(
            "take(xs: array or generator, n: num) -> array",
            "The first n elements, or the next n values of a generator",
        )
        .example("take([1, 2, 3], 2)", "[1, 2]"),
];

pub(super) const RESULTS: &[Builtin] = &[
    Builtin::new("map_ok", Arity::plural(2, 2), Run::Callback(Kind::MapOk))
        .doc(
            "map_ok(r: result or option, f: function) -> result or option",
            "Ok(f(v)) for Ok(v), Some(f(v)) for Some(v), else unchanged",
        )
        .example("map_ok(Ok(2), func(v) { return v + 1 })", "Ok(3)"),
    Builtin::new("map_err", Arity::plural(2, 2), Run::Callback(Kind::MapErr))
        .doc("map_err(r: result or option, f: function) -> result or option", "Err(f(e)) for Err(e), else unchanged")
        .example("map_err(Err(\"x\"), func(e) { return e + \"!\" })", "Err(x!)"),
    Builtin::new("and_then", Arity::plural(2, 2), Run::Callback(Kind::AndThen))
        .doc("and_then(r: result or option, f: function) -> value", "f(v) for Ok(v) and Some(v), else unchanged")
        .example("and_then(Some(2), func(v) { return None })", "None"),
];

/// What a routine wants.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Step {
    /// Call [`Routine::function`] with the first `count` of [`Routine::arguments`], then come back with its result. The
    /// arguments are borrowed from the routine until then, except those of `given` (one bit each), which it gives away.
    Call { count: u8, given: u8 },
    /// Let the generator run, then come back with its value, or [`Value::Unset`] at its end.
    Pull(Handle<Generator>),
    /// The result, which belongs to the caller.
    Done(Value),
}

/// A builtin at work.
#[derive(Debug)]
pub struct Routine {
    kind: Kind,
    function: Value,
    /// The list that is gone through. It is borrowed ([`crate::heap::Share`]), so that nobody changes it meanwhile.
    input: Option<Handle<List>>,
    /// The next element.
    next: u32,
    /// Of the call at hand. They are here, and not in [`Step`], as passing them by value measurably costs more than
    /// everything else in a step.
    arguments: [Value; 2],
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nothing is kept but the position.
    Position,
    /// The elements of the result.
    Output(Handle<List>),
    /// What `reduce` has so far; null while a call has it.
    Accumulator(Value),
    Keys {
        keys: Handle<List>,
        in_place: bool,
    },
    Merging {
        merging: Box<Merging>,
        in_place: bool,
    },
    /// The argument of the only call, and what its result is wrapped in.
    Payload(Value, Option<VariantTag>),
    /// There is nothing to call.
    Unchanged(Value),
    /// The result, made already.
    Made(Value),
    /// The values of a generator, of which at most `left` more are wanted.
    Pulling {
        generator: Handle<Generator>,
        output: Handle<List>,
        left: usize,
    },
}

impl Routine {
    /// Checks the arguments, whose number is right, and borrows the list.
    ///
    /// `in_place` is for [`Kind::updates`] only: the first argument belongs to the routine, or its owner is going to be
    /// replaced by the result (the method form), so that the result may be made out of the list itself.
    ///
    /// # Errors
    /// Wrong kinds of arguments; the breach of the heap limit.
    pub fn start(kind: Kind, context: &mut Context<'_>, arguments: &[Value], in_place: bool) -> Result<Routine, Raise> {
        match kind {
            Kind::MapOk | Kind::MapErr | Kind::AndThen => Routine::start_on_result(kind, context, arguments),
            Kind::Collect | Kind::Take => Routine::start_on_values(kind, context, arguments),
            _ => Routine::start_on_list(kind, context, arguments, in_place),
        }
    }

    fn start_on_list(
        kind: Kind,
        context: &mut Context<'_>,
        arguments: &[Value],
        in_place: bool,
    ) -> Result<Routine, Raise> {
        let (input, function) = match (kind, arguments) {
            (Kind::Reduce, &[Value::List(input), _, function]) if function.is_callable() => (input, function),
            (Kind::Reduce, _) => {
                return Err(Raise::argument("reduce expects an array, an initial value, and a function"));
            }
            (_, &[Value::List(input), function]) if function.is_callable() => (input, function),
            _ => return Err(wrong(kind.name(), " expects an array and a function")),
        };
        let count = context.heap.items(input).len();
        let state = match kind {
            Kind::Map => {
                context.reserve_list(count)?;
                State::Output(context.heap.new_list(Vec::with_capacity(count)))
            }
            Kind::Filter => State::Output(context.heap.new_list(Vec::new())),
            Kind::Reduce => State::Accumulator(arguments[1]),
            Kind::SortBy => {
                context.reserve_list(count)?;
                context.reserve(count.saturating_mul(2 * size_of::<Value>() + SORT_BYTES))?;
                State::Keys { keys: context.heap.new_list(Vec::with_capacity(count)), in_place }
            }
            Kind::SortWith => {
                context.reserve_list(count.saturating_mul(2))?;
                State::Merging { merging: Box::new(Merging::new(context.heap, input)), in_place }
            }
            _ => State::Position,
        };
        context.heap.lists.get_mut(input).share.borrow();
        Ok(Routine { kind, function, input: Some(input), next: 0, arguments: [Value::Null; 2], state })
    }

    fn start_on_result(kind: Kind, context: &mut Context<'_>, arguments: &[Value]) -> Result<Routine, Raise> {
        let &[subject, function] = arguments else { return Err(results::wrong_kind(kind.name())) };
        let state = match (kind, results::tag(context.heap, subject)) {
            (_, None) => return Err(results::wrong_kind(kind.name())),
            (Kind::MapOk, Some(Some((tag @ (VariantTag::OK | VariantTag::SOME), payload)))) => {
                State::Payload(payload, Some(tag))
            }
            (Kind::MapErr, Some(Some((VariantTag::ERR, payload)))) => State::Payload(payload, Some(VariantTag::ERR)),
            (Kind::AndThen, Some(Some((VariantTag::OK | VariantTag::SOME, payload)))) => State::Payload(payload, None),
            _ => State::Unchanged(subject),
        };
        if let State::Payload(payload, _) = state {
            // Variants are never changed, so their payloads always have a second owner.
            context.heap.share(payload);
        }
        Ok(Routine { kind, function, input: None, next: 0, arguments: [Value::Null; 2], state })
    }

    fn start_on_values(kind: Kind, context: &mut Context<'_>, arguments: &[Value]) -> Result<Routine, Raise> {
        let state = match (arguments[0], kind) {
            (Value::Generator(generator), _) if context.heap.generators.get(generator).asynchronous => {
                return Err(arrays::not_iterable(context.heap, arguments[0]));
            }
            (Value::Generator(generator), Kind::Take) => {
                let Some(left) = natural(arguments[1]) else { return Err(arrays::take_needs_count()) };
                State::Pulling { generator, output: context.heap.new_list(Vec::new()), left }
            }
            (Value::Generator(generator), _) => {
                State::Pulling { generator, output: context.heap.new_list(Vec::new()), left: usize::MAX }
            }
            (_, Kind::Take) => State::Made(arrays::take(context, arguments)?),
            _ => State::Made(arrays::collect(context, arguments)?),
        };
        Ok(Routine { kind, function: Value::Null, input: None, next: 0, arguments: [Value::Null; 2], state })
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What is called.
    pub fn function(&self) -> Value {
        self.function
    }

    /// What it is called with.
    #[inline]
    pub fn arguments(&self) -> &[Value; 2] {
        &self.arguments
    }

    /// Takes the result of the last call (`None` at first), which the routine then owns, and says how to go on.
    ///
    /// # Errors
    /// A result of the wrong kind; the breach of the heap limit. The routine is over then.
    #[inline]
    pub fn step(&mut self, context: &mut Context<'_>, result: Option<Value>) -> Result<Step, Raise> {
        if let State::Merging { merging, in_place } = &mut self.state {
            let in_place = *in_place;
            return match merging.step(context.heap, result) {
                Ok(true) => {
                    let [left, right] = merging.question(context.heap);
                    self.arguments = [*left, *right];
                    Ok(Step::Call { count: 2, given: 0 })
                }
                Ok(false) => {
                    let sorted = merging.sorted();
                    Ok(Step::Done(self.finish_sort(context.heap, sorted, in_place)))
                }
                Err(raise) => {
                    self.release(context.heap);
                    Err(raise)
                }
            };
        }
        self.step_through(context, result)
    }

    fn step_through(&mut self, context: &mut Context<'_>, result: Option<Value>) -> Result<Step, Raise> {
        let heap = &mut *context.heap;
        if let State::Pulling { generator, output, left } = &mut self.state {
            match result {
                Some(Value::Unset) => *left = 0,
                Some(item) => {
                    heap.list_push(*output, item);
                    *left -= 1;
                }
                None => {}
            }
            return Ok(if *left == 0 { Step::Done(Value::List(*output)) } else { Step::Pull(*generator) });
        }
        if let Some(result) = result {
            match (self.kind, &mut self.state) {
                (Kind::Map, State::Output(output)) => heap.list_push(*output, result),
                (Kind::Filter, State::Output(output)) if heap.truthy(result) => {
                    let [element, _] = self.arguments;
                    heap.share(element);
                    heap.list_push(*output, element);
                }
                (_, State::Accumulator(accumulator)) => *accumulator = result,
                (_, State::Keys { keys, .. }) => heap.list_push(*keys, result),
                (Kind::Find, _) if heap.truthy(result) => {
                    let [element, _] = self.arguments;
                    heap.share(element);
                    return Ok(self.done(heap, element));
                }
                (Kind::Any, _) if heap.truthy(result) => return Ok(self.done(heap, Value::Bool(true))),
                (Kind::All, _) if !heap.truthy(result) => return Ok(self.done(heap, Value::Bool(false))),
                (_, State::Payload(_, tag)) => {
                    let result = match *tag {
                        Some(tag) => heap.variant(tag, result),
                        None => result,
                    };
                    return Ok(Step::Done(result));
                }
                _ => {}
            }
        }
        match self.input.and_then(|input| heap.items(input).get(self.next as usize).copied()) {
            Some(element) => {
                self.next += 1;
                Ok(match &mut self.state {
                    State::Accumulator(accumulator) => {
                        self.arguments = [std::mem::replace(accumulator, Value::Null), element];
                        Step::Call { count: 2, given: 1 }
                    }
                    _ => {
                        self.arguments[0] = element;
                        Step::Call { count: 1, given: 0 }
                    }
                })
            }
            None => self.end(context),
        }
    }

    /// There are no more elements.
    fn end(&mut self, context: &mut Context<'_>) -> Result<Step, Raise> {
        let heap = &mut *context.heap;
        let result = match (self.kind, &self.state) {
            (Kind::Any, _) => Value::Bool(false),
            (Kind::All, _) => Value::Bool(true),
            (Kind::Find, _) => Value::Int(0),
            (_, State::Output(output)) => Value::List(*output),
            (_, State::Accumulator(accumulator)) => *accumulator,
            (_, &State::Keys { keys, in_place }) => {
                let count = heap.items(keys).len();
                context.work(count);
                let sorted = self.sort_by_keys(context.heap, keys);
                return Ok(Step::Done(self.finish_sort(context.heap, sorted, in_place)));
            }
            (_, State::Payload(payload, _)) => {
                self.arguments[0] = *payload;
                return Ok(Step::Call { count: 1, given: 1 });
            }
            (_, State::Unchanged(subject)) => {
                let subject = *subject;
                heap.share(subject);
                subject
            }
            (_, State::Made(value)) => *value,
            (_, State::Position | State::Merging { .. } | State::Pulling { .. }) => Value::Null,
        };
        Ok(self.done(context.heap, result))
    }

    fn done(&mut self, heap: &mut Heap, result: Value) -> Step {
        self.release(heap);
        Step::Done(result)
    }

    /// A list of the elements of the input in the order of their keys.
    fn sort_by_keys(&self, heap: &mut Heap, keys: Handle<List>) -> Handle<List> {
        let positions = sorted_positions(heap, heap.items(keys));
        let sorted = match self.input {
            Some(input) => {
                let items = heap.items(input);
                positions.iter().filter_map(|&position| items.get(position as usize).copied()).collect()
            }
            None => Vec::new(),
        };
        heap.new_list(sorted)
    }

    /// Makes `sorted`, whose elements still belong to the input, the result.
    fn finish_sort(&mut self, heap: &mut Heap, sorted: Handle<List>, in_place: bool) -> Value {
        let input = self.input;
        self.release(heap);
        if in_place
            && let Some(input) = input
            && heap.lists.get(input).share.is_unique()
        {
            let items = std::mem::take(&mut heap.lists.get_mut(sorted).items);
            let unsorted = std::mem::replace(&mut heap.lists.get_mut(input).items, items);
            heap.lists.get_mut(sorted).items = unsorted;
            return Value::List(input);
        }
        for at in 0..heap.items(sorted).len() {
            let element = heap.items(sorted)[at];
            heap.share(element);
        }
        Value::List(sorted)
    }

    /// Ends the borrow of the list. For a routine that is dropped before it is done; calling it again does nothing.
    pub fn release(&mut self, heap: &mut Heap) {
        if let Some(input) = self.input.take() {
            heap.lists.get_mut(input).share.release();
        }
    }

    /// Marks everything that the routine refers to.
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.value(self.function);
        if let Some(input) = self.input {
            tracer.value(Value::List(input));
        }
        match &self.state {
            State::Position => {}
            State::Output(list) | State::Keys { keys: list, .. } => tracer.value(Value::List(*list)),
            State::Accumulator(value) | State::Payload(value, _) | State::Unchanged(value) | State::Made(value) => {
                tracer.value(*value);
            }
            State::Pulling { generator, output, .. } => {
                tracer.value(Value::Generator(*generator));
                tracer.value(Value::List(*output));
            }
            State::Merging { merging, .. } => merging.trace(tracer),
        }
    }
}
