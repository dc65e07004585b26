//! Tests of the builtins: every row of the reference, every message, and who owns what afterwards.

mod areas;
mod comparing;
mod containers;
#[cfg(not(target_arch = "wasm32"))]
mod documents;
mod formats;
mod library;
mod limits;
mod routines;
mod script;
mod writing;

use super::callbacks::{Routine, Step};
use super::{Context, Entropy, Kept, Run, TABLE, find, text_form};
use crate::heap::{Heap, Key};
use crate::runtime::{Capabilities, Raise, Raised};
use crate::value::Value;
use rustc_hash::FxHashSet;
use script::{Expression, parse};

/// A machine that is just good enough to call builtins: it evaluates expressions.
struct Bench {
    heap: Heap,
    kept: Kept,
    now: f64,
    fuel: u64,
    /// What `Value::Function(n)` stands for.
    functions: Vec<(Vec<String>, Expression)>,
}

impl Bench {
    fn new() -> Bench {
        Bench {
            heap: Heap::new(),
            kept: Kept::new(Entropy::Seed(1), Capabilities::default()),
            now: 1_700_000_000_123.5,
            fuel: 0,
            functions: Vec::new(),
        }
    }

    fn context<T>(&mut self, run: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let now = self.now;
        let clock = move || now;
        let mut context = Context { heap: &mut self.heap, fuel: 0, now: &clock, kept: &mut self.kept };
        let result = run(&mut context);
        self.fuel += context.fuel;
        result
    }

    /// The literal form of what an expression gives, or `kind: message`.
    fn show(&mut self, source: &str) -> String {
        match self.evaluate(source) {
            Ok(value) => text_form::literal(&self.heap, value),
            Err(raise) => self.describe(raise),
        }
    }

    fn describe(&self, raise: Raise) -> String {
        match *raise.0 {
            Raised::Error { kind, message } => format!("{}: {message}", kind.word()),
            Raised::Thrown(value) => format!("thrown {}", text_form::literal(&self.heap, value)),
            Raised::Limit(breach) => format!("limit {}", breach.limit.word()),
            Raised::Exit(status) => format!("exit {status}"),
        }
    }

    fn evaluate(&mut self, source: &str) -> Result<Value, Raise> {
        let expression = parse(source);
        self.value_of(&expression, &[])
    }

    fn value_of(&mut self, expression: &Expression, variables: &[(String, Value)]) -> Result<Value, Raise> {
        Ok(match expression {
            Expression::Plain(value) => *value,
            Expression::Text(content) => self.heap.text(content),
            Expression::List(elements) => {
                let items =
                    elements.iter().map(|element| self.value_of(element, variables)).collect::<Result<_, _>>()?;
                self.heap.list(items)
            }
            Expression::Dict(entries) => {
                let dict = self.heap.dict(Default::default());
                for (key, value) in entries {
                    let value = self.value_of(value, variables)?;
                    let key = self.heap.text(key);
                    let key = self.heap.key(key).unwrap();
                    let Value::Dict(handle) = dict else { unreachable!() };
                    self.heap.dict_set(handle, key, value);
                }
                dict
            }
            Expression::Record(name, entries) => {
                let name = self.heap.name(name);
                let of = self.heap.add_type(name);
                let layout = self.heap.layouts.root(of);
                let record = self.heap.record(layout, 0);
                for (field, value) in entries {
                    let value = self.value_of(value, variables)?;
                    let field = self.heap.name(field);
                    self.heap.set_field(record, field, value);
                }
                Value::Record(record)
            }
            Expression::Variant(tag, payload) => {
                let payload = self.value_of(payload, variables)?;
                self.heap.variant(*tag, payload)
            }
            Expression::Name(name) => match variables.iter().find(|(variable, _)| variable == name) {
                Some((_, value)) => {
                    self.heap.share(*value);
                    *value
                }
                None => Value::Builtin(find(name).unwrap_or_else(|| panic!("no builtin {name}"))),
            },
            Expression::Function(parameters, body) => {
                self.functions.push((parameters.clone(), (**body).clone()));
                Value::Function(self.functions.len() as u32 - 1)
            }
            Expression::Operation(operator, left, right) => {
                let (left, right) = (self.value_of(left, variables)?, self.value_of(right, variables)?);
                operate(&mut self.heap, *operator, left, right)
            }
            Expression::Call(name, arguments) => {
                let arguments: Vec<Value> =
                    arguments.iter().map(|argument| self.value_of(argument, variables)).collect::<Result<_, _>>()?;
                self.call(name, &arguments)?
            }
        })
    }

    /// Calls a builtin in function form, and checks that it leaves its arguments alone.
    fn call(&mut self, name: &str, arguments: &[Value]) -> Result<Value, Raise> {
        let index = find(name).unwrap_or_else(|| panic!("no builtin {name}"));
        let builtin = &TABLE[index as usize];
        builtin.arity.check(builtin.shown, arguments.len())?;
        let mut before = Vec::new();
        for (position, &argument) in arguments.iter().enumerate() {
            if builtin.owns(position) {
                self.heap.share(argument);
            }
            before.push(text_form::literal(&self.heap, argument));
        }
        let result = match builtin.run {
            Run::Native(run) => self.context(|context| run(context, arguments)),
            Run::Updater(run) => {
                // The caller keeps the receiver, so the machine gives the updater a clone.
                self.heap.share(arguments[0]);
                let mut receiver = self.heap.unique(arguments[0]);
                let updated = self.context(|context| run(context, &mut receiver, &arguments[1..]));
                updated.map(|updated| updated.function_result(&mut self.heap, receiver))
            }
            Run::Callback(kind) => {
                let routine = self.context(|context| Routine::start(kind, context, arguments, false));
                routine.and_then(|routine| self.finish(routine))
            }
            Run::Next | Run::Operation(_) => panic!("{name} needs a machine"),
        };
        for (&argument, before) in arguments.iter().zip(before) {
            assert_eq!(text_form::literal(&self.heap, argument), before, "{name} changed its argument");
        }
        if let Ok(result) = result {
            self.check_owners(name, result, arguments);
        }
        result
    }

    /// Calls an updater in method form.
    fn method(&mut self, receiver: &mut Value, name: &str, rest: &[Value]) -> Result<Value, Raise> {
        let builtin = &TABLE[find(name).unwrap() as usize];
        builtin.arity.check(builtin.shown, rest.len() + 1)?;
        match builtin.run {
            Run::Updater(run) => {
                let mut unique = self.heap.unique(*receiver);
                let updated = self.context(|context| run(context, &mut unique, rest))?;
                *receiver = unique;
                Ok(updated.method_result())
            }
            Run::Callback(kind) => {
                let arguments: Vec<Value> = std::iter::once(*receiver).chain(rest.iter().copied()).collect();
                let routine = self.context(|context| Routine::start(kind, context, &arguments, true))?;
                *receiver = self.finish(routine)?;
                Ok(Value::Null)
            }
            _ => panic!("{name} does not update"),
        }
    }

    fn finish(&mut self, mut routine: Routine) -> Result<Value, Raise> {
        let mut result = None;
        loop {
            match self.context(|context| routine.step(context, result))? {
                Step::Done(value) => return Ok(value),
                Step::Pull(_) => panic!("generators need a machine"),
                Step::Call { count, .. } => {
                    let arguments = *routine.arguments();
                    let called = self.call_value(routine.function(), &arguments[..count as usize]);
                    match called {
                        Ok(value) => result = Some(value),
                        Err(raise) => {
                            routine.release(&mut self.heap);
                            return Err(raise);
                        }
                    }
                }
            }
        }
    }

    fn call_value(&mut self, function: Value, arguments: &[Value]) -> Result<Value, Raise> {
        match function {
            Value::Builtin(index) => self.call(TABLE[index as usize].name, arguments),
            Value::Function(index) => {
                let (parameters, body) = self.functions[index as usize].clone();
                let variables: Vec<(String, Value)> = parameters.into_iter().zip(arguments.iter().copied()).collect();
                self.value_of(&body, &variables)
            }
            _ => Err(Raise::type_error("Cannot call non-function")),
        }
    }

    /// No object may be changeable through the result and visible through an argument.
    fn check_owners(&mut self, name: &str, result: Value, arguments: &[Value]) {
        let mut kept = FxHashSet::default();
        for &argument in arguments {
            self.reach(argument, &mut |_, key| kept.insert(key));
        }
        let mut clashes = 0;
        self.reach(result, &mut |unique, key| {
            clashes += (unique && kept.contains(&key)) as usize;
            unique
        });
        assert_eq!(clashes, 0, "{name} gives away what belongs to an argument");
    }

    /// Visits a value and, where `visit` says so, its parts.
    fn reach(&mut self, value: Value, visit: &mut dyn FnMut(bool, (u8, u32)) -> bool) {
        let mut work = vec![value];
        while let Some(value) = work.pop() {
            let key = match value {
                Value::Text(text) => (0, text.index()),
                Value::List(list) | Value::Stack(list) => (1, list.index()),
                Value::Dict(dict) => (2, dict.index()),
                Value::Record(record) => (3, record.index()),
                Value::Bytes(bytes) => (4, bytes.index()),
                Value::Set(set) => (5, set.index()),
                Value::Queue(queue) => (6, queue.index()),
                Value::Variant(variant) => {
                    // Never changed, and what is taken out of it is marked then.
                    let _ = variant;
                    continue;
                }
                _ => continue,
            };
            let unique = self.heap.share_of(value).is_some_and(|share| share.is_unique());
            if !visit(unique, key) {
                continue;
            }
            match value {
                Value::List(list) | Value::Stack(list) => work.extend_from_slice(self.heap.items(list)),
                Value::Queue(queue) => work.extend(&self.heap.queues.get(queue).items),
                Value::Set(set) => work.extend(self.heap.sets.get(set).iter()),
                Value::Dict(dict) => {
                    for entry in self.heap.dicts.get(dict).iter() {
                        work.push(entry.value);
                        if let Key::Text(text) = entry.key {
                            work.push(Value::Text(text));
                        }
                    }
                }
                Value::Record(record) => work.extend_from_slice(self.heap.fields(record)),
                _ => {}
            }
        }
    }
}

fn operate(heap: &mut Heap, operator: char, left: Value, right: Value) -> Value {
    match (operator, left, right) {
        ('+', Value::Int(left), Value::Int(right)) => Value::Int(left + right),
        ('-', Value::Int(left), Value::Int(right)) => Value::Int(left - right),
        ('*', Value::Int(left), Value::Int(right)) => Value::Int(left * right),
        ('>', Value::Int(left), Value::Int(right)) => Value::Bool(left > right),
        ('<', Value::Int(left), Value::Int(right)) => Value::Bool(left < right),
        ('+', Value::Text(left), Value::Text(right)) => {
            let joined = [heap.str(left), heap.str(right)].concat();
            heap.string(joined)
        }
        _ => panic!("cannot evaluate {left:?} {operator} {right:?}"),
    }
}

/// Checks a list of expressions and what they show.
fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let mut bench = Bench::new();
        assert_eq!(bench.show(source), *expected, "{source}");
    }
}
