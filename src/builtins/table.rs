//! The table of builtins, put together from the rows of the areas.

use super::{Native, Updater, arrays, assertions, callbacks, conversion, csv, dicts, encoding, generators, json, math};
use super::{operations, patterns, queues, random, results, sets, strings, time, toml, yaml};
use crate::runtime::{ErrorKind, Raise};

pub use super::operations::Operation;

/// One builtin: its name, what the machine must know of it, and its documentation.
#[derive(Clone, Copy)]
pub struct Builtin {
    pub name: &'static str,
    /// The section of the reference that it stands in.
    pub area: &'static str,
    /// The name in messages: for an alias the name that it stands for.
    pub shown: &'static str,
    /// `slice(xs: array or bytes, start: num, end: num) -> array or bytes`: the words are those of `type`, `num` for int
    /// or float, and `array of int` and the like. A parameter without them takes any value, as far as it goes with the
    /// others. `[x]` may be left out, `x...` may be there any number of times. An alias has the signature of the builtin
    /// that it stands for.
    pub signature: &'static str,
    /// One line.
    pub summary: &'static str,
    /// A script that calls the builtin in function form. `result` is what it prints; if it prints nothing, the text form
    /// of its last expression.
    pub example: &'static str,
    pub result: &'static str,
    pub arity: Arity,
    /// One bit a parameter (the last bit also means all further ones): the callee keeps the value, so the machine
    /// gives it away: it moves it or marks it as shared. Of [`Run::Updater`] all but the receiver are owned anyway.
    pub owned: u8,
    pub run: Run,
}

/// How a builtin is carried out.
#[derive(Clone, Copy)]
pub enum Run {
    Native(Native),
    /// Changes its receiver in method form (language.md 7.5).
    Updater(Updater),
    /// Calls a function; see [`callbacks::Routine`].
    Callback(callbacks::Kind),
    /// Lets a generator run.
    Next,
    /// Is carried out by the machine or the scheduler.
    Operation(Operation),
}

impl Builtin {
    pub(super) const fn native(name: &'static str, arity: Arity, run: Native) -> Builtin {
        Builtin::new(name, arity, Run::Native(run))
    }

    pub(super) const fn updater(name: &'static str, arity: Arity, run: Updater) -> Builtin {
        Builtin::new(name, arity, Run::Updater(run))
    }

    pub(super) const fn new(name: &'static str, arity: Arity, run: Run) -> Builtin {
        Builtin {
            name,
            area: "",
            shown: name,
            signature: "",
            summary: "",
            example: "",
            result: "",
            arity,
            owned: 0,
            run,
        }
    }

    /// A second name, shown as the first in messages.
    pub(super) const fn alias(self, name: &'static str) -> Builtin {
        Builtin { name, ..self }
    }

    /// A second name, shown as itself in messages.
    pub(super) const fn twin(self, name: &'static str) -> Builtin {
        Builtin { name, shown: name, ..self }
    }

    pub(super) const fn shown(self, shown: &'static str) -> Builtin {
        Builtin { shown, ..self }
    }

    pub(super) const fn owned(self, owned: u8) -> Builtin {
        Builtin { owned, ..self }
    }

    pub(super) const fn doc(self, signature: &'static str, summary: &'static str) -> Builtin {
        Builtin { signature, summary, ..self }
    }

    pub(super) const fn example(self, example: &'static str, result: &'static str) -> Builtin {
        Builtin { example, result, ..self }
    }

    /// The builtin that this one is only another name of.
    pub fn stands_for(&self) -> Option<&'static str> {
        self.signature.split_once('(').map(|(name, _)| name).filter(|&name| name != self.name)
    }

    /// The example with its result as a comment.
    pub fn commented_example(&self) -> String {
        let mut text = self.example.to_owned();
        match self.result.lines().count() {
            0 | 1 => text.push_str(&format!("  # {}", self.result.trim_end())),
            _ => self.result.lines().for_each(|line| text.push_str(&format!("\n# {line}"))),
        }
        text
    }

    /// What is said to a wrong number of arguments, if that is not the rule for all builtins.
    pub fn arity_message(&self) -> Option<String> {
        let count = if self.arity.min > 0 { self.arity.min - 1 } else { self.arity.max.saturating_add(1) };
        let by_rule = [PLURAL, COUNTED].contains(&self.arity.text);
        (!by_rule).then(|| self.arity.message(self.shown, count.into()))
    }

    /// Whether the method form updates the receiver (the **U** of the reference).
    pub fn updates(&self) -> bool {
        match self.run {
            Run::Updater(_) => true,
            Run::Callback(kind) => kind.updates(),
            Run::Native(_) | Run::Next | Run::Operation(_) => false,
        }
    }

    /// Whether the argument at `position` is given away.
    pub fn owns(&self, position: usize) -> bool {
        match self.run {
            Run::Updater(_) => position > 0,
            _ => self.owned >> position.min(7) & 1 == 1,
        }
    }

    /// Whether the builtin can be called as a method: it has a parameter.
    pub fn has_method_form(&self) -> bool {
        self.arity.max > 0
    }
}

/// No upper bound of [`Arity`].
pub const ANY: u8 = u8::MAX;

const PLURAL: &str = "{name} expects {expected} arguments, got {count}";
const COUNTED: &str = "{name} expects {expected} {arguments}, got {count}";

/// How many arguments a builtin takes, and what it says to another number.
#[derive(Clone, Copy)]
pub struct Arity {
    pub min: u8,
    pub max: u8,
    /// `{name}`, `{expected}`, `{arguments}` and `{count}` are replaced.
    text: &'static str,
}

impl Arity {
    /// `name expects 1 arguments, got 0`
    pub(super) const fn plural(min: u8, max: u8) -> Arity {
        Arity { min, max, text: PLURAL }
    }

    /// `name expects 1 argument, got 0`: the rule of the array functions.
    pub(super) const fn counted(min: u8, max: u8) -> Arity {
        Arity { min, max, text: COUNTED }
    }

    /// `name() expects 1 argument`: the rule of the math functions.
    pub(super) const fn brief(count: u8) -> Arity {
        Arity { min: count, max: count, text: "{name}() expects {expected} {arguments}" }
    }

    /// Any text; `{name}` is replaced.
    pub(super) const fn text(min: u8, max: u8, text: &'static str) -> Arity {
        Arity { min, max, text }
    }

    pub(super) const fn any() -> Arity {
        Arity::plural(0, ANY)
    }

    #[inline]
    pub fn accepts(&self, count: usize) -> bool {
        count >= self.min as usize && (count <= self.max as usize || self.max == ANY)
    }

    /// # Errors
    /// Kind `arity`, if a call with `count` arguments is wrong. `shown` is [`Builtin::shown`].
    #[inline]
    pub fn check(&self, shown: &str, count: usize) -> Result<(), Raise> {
        if self.accepts(count) { Ok(()) } else { Err(Raise::new(ErrorKind::Arity, self.message(shown, count))) }
    }

    #[cold]
    fn message(&self, shown: &str, count: usize) -> String {
        let expected = match (self.min, self.max) {
            (min, ANY) => format!("at least {min}"),
            (min, max) if min == max => min.to_string(),
            (min, max) if min + 1 == max => format!("{min} or {max}"),
            (min, max) => format!("{min} to {max}"),
        };
        let arguments = if self.max == 1 { "argument" } else { "arguments" };
        self.text
            .replace("{name}", shown)
            .replace("{expected}", &expected)
            .replace("{arguments}", arguments)
            .replace("{count}", &count.to_string())
    }
}

/// The predeclared numbers, and what they are.
pub const CONSTANTS: &[(&str, f64, &str)] = &[
    ("PI", std::f64::consts::PI, "The ratio of a circle's circumference to its diameter"),
    ("E", std::f64::consts::E, "The base of the natural logarithm"),
];

/// The rows by area, in the order of the reference. An area may have rows in several places.
const AREAS: [(&str, &[Builtin]); 28] = [
    (OUTPUT, operations::OUTPUT),
    (OUTPUT, conversion::ROWS),
    ("Strings", strings::ROWS),
    (ARRAYS, arrays::ROWS),
    (ARRAYS, callbacks::LISTS),
    (CONTAINERS, dicts::ROWS),
    (CONTAINERS, sets::ROWS),
    (CONTAINERS, queues::ROWS),
    ("Math and bits", math::ROWS),
    ("Random", random::ROWS),
    (TIME, time::ROWS),
    (TIME, operations::SLEEP),
    (FORMATS, json::ROWS),
    (FORMATS, csv::ROWS),
    (FORMATS, toml::ROWS),
    (FORMATS, yaml::ROWS),
    (CODES, encoding::ROWS),
    (CODES, patterns::ROWS),
    ("Assertions", assertions::ROWS),
    (RESULTS, results::ROWS),
    (RESULTS, callbacks::RESULTS),
    ("Generators", generators::ROWS),
    ("Promises and tasks", operations::TASKS),
    ("Channels", operations::CHANNELS),
    ("Shared storage", operations::SHARED),
    ("Events", operations::EVENTS),
    ("HTTP", operations::HTTP),
    ("Files", operations::FILES),
];

const OUTPUT: &str = "Output, types, conversion";
const ARRAYS: &str = "Arrays";
const CONTAINERS: &str = "Dicts, sets, queues, stacks";
const TIME: &str = "Time";
const FORMATS: &str = "JSON, CSV, TOML, YAML";
const CODES: &str = "Encoding, hashing, regular expressions";
const RESULTS: &str = "Result and Option helpers";

const COUNT: usize = {
    let mut count = 0;
    let mut area = 0;
    while area < AREAS.len() {
        count += AREAS[area].1.len();
        area += 1;
    }
    count
};

/// All builtins. A builtin value is an index into this.
pub static TABLE: [Builtin; COUNT] = {
    let mut table = [AREAS[0].1[0]; COUNT];
    let mut count = 0;
    let mut area = 0;
    while area < AREAS.len() {
        let mut row = 0;
        while row < AREAS[area].1.len() {
            table[count] = AREAS[area].1[row];
            table[count].area = AREAS[area].0;
            count += 1;
            row += 1;
        }
        area += 1;
    }
    table
};

/// The indices of [`TABLE`], sorted by name.
static BY_NAME: [u16; COUNT] = {
    let mut sorted = [0u16; COUNT];
    let mut count = 0;
    while count < COUNT {
        let mut at = count;
        while at > 0 && precedes(TABLE[count].name, TABLE[sorted[at - 1] as usize].name) {
            sorted[at] = sorted[at - 1];
            at -= 1;
        }
        sorted[at] = count as u16;
        count += 1;
    }
    sorted
};

const fn precedes(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() {
        if left[at] != right[at] {
            return left[at] < right[at];
        }
        at += 1;
    }
    left.len() < right.len()
}

/// The index of the builtin `name` in [`TABLE`].
pub fn find(name: &str) -> Option<u16> {
    let at = BY_NAME.binary_search_by(|&index| TABLE[index as usize].name.cmp(name)).ok()?;
    Some(BY_NAME[at])
}
