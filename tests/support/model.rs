//! A naive interpreter for random programs: every assignment, argument, return, capture and store copies deeply.
//!
//! A program is a tree of raw choices. The interpreter turns each choice into a statement that makes sense in the state
//! it has reached, carries it out on plain data, and writes it down as Ruff text. In the end there are a script and the
//! output that it must have. Functions, methods and tasks are called once, so their bodies are written down while they
//! run.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::rc::Rc;

/// A choice; what it means depends on the state of the program.
#[derive(Clone, Debug)]
pub struct Raw {
    pub kind: u8,
    pub numbers: [u16; 5],
    /// For what has a body.
    pub body: Vec<Raw>,
}

/// Where the variables `a`, `b` and `c` of a program live. `g` and `h` are always script variables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Home {
    Script,
    Function,
    /// In the cells of a closure.
    Closure,
    Task,
    /// Entries of a dict that is a local variable.
    LocalFields,
    /// Fields of a struct that is a script variable.
    ScriptFields,
    /// Fields of `self`.
    SelfFields,
}

pub const HOMES: [Home; 7] =
    [Home::Script, Home::Function, Home::Closure, Home::Task, Home::LocalFields, Home::ScriptFields, Home::SelfFields];

/// A script and what it must print.
pub struct Written {
    pub script: String,
    pub output: String,
}

#[derive(Clone, PartialEq, Debug)]
enum Val {
    Null,
    Int(i64),
    Text(String),
    List(Vec<Val>),
    Dict(BTreeMap<String, Val>),
    /// Of the struct `S`.
    Record(BTreeMap<String, Val>),
}

/// Where an index as written leads to.
fn position(index: i64, length: usize) -> Option<usize> {
    let position = if index < 0 { index + length as i64 } else { index };
    usize::try_from(position).ok().filter(|position| *position < length)
}

impl Val {
    fn size(&self) -> usize {
        match self {
            Val::Null | Val::Int(_) | Val::Text(_) => 1,
            Val::List(items) => 1 + items.iter().map(Val::size).sum::<usize>(),
            Val::Dict(entries) | Val::Record(entries) => 1 + entries.values().map(Val::size).sum::<usize>(),
        }
    }

    fn print(&self, out: &mut String) {
        let separate = |out: &mut String, first: &mut bool| {
            if !std::mem::take(first) {
                out.push_str(", ");
            }
        };
        let mut first = true;
        match self {
            Val::Null => out.push_str("null"),
            Val::Int(int) => out.push_str(&int.to_string()),
            Val::Text(text) => out.push_str(text),
            Val::List(items) => {
                out.push('[');
                for item in items {
                    separate(out, &mut first);
                    item.print(out);
                }
                out.push(']');
            }
            Val::Dict(entries) => {
                out.push('{');
                for (key, value) in entries {
                    separate(out, &mut first);
                    out.push_str(&format!("\"{key}\": "));
                    value.print(out);
                }
                out.push('}');
            }
            Val::Record(fields) => {
                out.push_str("S { ");
                for (name, value) in fields {
                    separate(out, &mut first);
                    out.push_str(&format!("{name}: "));
                    value.print(out);
                }
                out.push_str(" }");
            }
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Step {
    /// As written: from the end, if it is negative.
    Index(i64),
    Name(String),
}

/// A variable and a path below it, with its text.
#[derive(Clone, Debug)]
struct Place {
    variable: String,
    global: bool,
    steps: Vec<Step>,
    text: String,
}

type Variables = BTreeMap<String, Val>;

type Eval = Rc<dyn Fn(&Model) -> Option<Val>>;
type Effect = Rc<dyn Fn(&mut Model) -> Option<()>>;

/// An expression without effects, and what gives its value.
#[derive(Clone)]
struct Expression {
    text: String,
    eval: Eval,
}

/// What happens to a value.
#[derive(Clone)]
enum Sink {
    Print,
    Push(Place),
    Assign(Place),
    Discard,
}

impl Sink {
    fn statement(&self, text: &str) -> String {
        match self {
            Sink::Print => format!("print({text})"),
            Sink::Push(place) => format!("{}.push({text})", place.text),
            Sink::Assign(place) => format!("{} := {text}", place.text),
            Sink::Discard => format!("{text};"),
        }
    }
}

fn named(names: [&str; 2], v: Val, w: Val) -> BTreeMap<String, Val> {
    BTreeMap::from([(names[0].to_string(), v), (names[1].to_string(), w)])
}

/// What a call does with its value, or where it goes on.
enum Then {
    /// A task has ended.
    EndTask,
    /// One argument of the call that the frame below prepares.
    Argument,
    /// The statement of the frame below is written at this piece.
    Finish { piece: usize, call: String, method: Option<Method> },
}

/// A method that runs.
struct Method {
    receiver: Place,
    changes_self: bool,
    throws: bool,
}

/// A call whose arguments are being evaluated.
struct Prepared {
    raw: Raw,
    callee: Callee,
    values: Vec<Val>,
    texts: Vec<String>,
    wanted: usize,
    piece: usize,
}

enum Callee {
    Function(usize),
    /// With what it has captured.
    Lambda(Variables),
    Method {
        number: usize,
        receiver: Place,
        changes_self: bool,
        throws: bool,
    },
    Task {
        number: usize,
        captured: Option<Variables>,
    },
}

struct Frame {
    block: usize,
    work: VecDeque<Raw>,
    locals: Variables,
    then: Then,
    prepared: Option<Prepared>,
    /// Choices for the value that it returns.
    returns: [u16; 5],
    /// A method that must leave `self` alone.
    keeps_self: bool,
    /// The value is discarded: nothing is returned.
    throws: bool,
}

struct Task {
    frames: Vec<Frame>,
    value: Option<Val>,
    waiters: Vec<usize>,
    /// The piece of the statement that awaits, and its text, while it waits.
    awaiting: Option<(usize, usize)>,
}

/// A function value that is called again and again.
#[derive(Clone)]
struct Closure {
    form: u16,
    variable: String,
    /// Its own copy, unless the variable is the script's.
    cell: Option<usize>,
}

enum Piece {
    Text(String),
    Block(usize),
}

const LARGEST_VALUE: usize = 40;
const LARGEST_VARIABLE: usize = 90;
const MOST_STATEMENTS: usize = 150;
const MOST_TASKS: usize = 6;
const DEEPEST_CALLS: usize = 4;

struct Model {
    globals: Variables,
    /// Script variables that a method may be changing: their value is not defined meanwhile.
    locked: Vec<String>,
    tasks: Vec<Task>,
    ready: VecDeque<usize>,
    starters: Vec<usize>,
    current: usize,
    blocks: Vec<Vec<Piece>>,
    /// Script functions and tasks: their heads and blocks.
    functions: Vec<(String, usize)>,
    methods: Vec<(String, usize)>,
    closures: Vec<Closure>,
    cells: Vec<Val>,
    /// Closures that the frames of a task may name: by variable.
    closure_names: Vec<(String, usize, (usize, usize))>,
    channel: VecDeque<Val>,
    output: String,
    statements: usize,
    numbers: usize,
    frames: usize,
}

/// Executes the choices on the model and writes them down.
pub fn write(home: Home, start: u16, program: &[Raw]) -> Written {
    let prefix = match home {
        Home::LocalFields | Home::ScriptFields => "box.",
        Home::SelfFields => "self.",
        _ => "",
    };
    let global = matches!(home, Home::Script | Home::ScriptFields);
    let names = ["a", "b", "c"];
    let starts = |at: usize| -> (&'static str, Val) {
        let int = Val::Int;
        let list = |items: Vec<Val>| Val::List(items);
        let pair = |v: Val, w: Val| BTreeMap::from([("v".to_string(), v), ("w".to_string(), w)]);
        match (start as usize + at) % 5 {
            0 => ("[1, 2]", list(vec![int(1), int(2)])),
            1 => {
                ("{k: [3], l: 4}", Val::Dict(BTreeMap::from([("k".into(), list(vec![int(3)])), ("l".into(), int(4))])))
            }
            2 => ("[[5], [6, 7]]", list(vec![list(vec![int(5)]), list(vec![int(6), int(7)])])),
            3 => ("S { v: [8], w: 9 }", Val::Record(pair(list(vec![int(8)]), int(9)))),
            _ => ("[S { v: \"x\", w: [] }]", list(vec![Val::Record(pair(Val::Text("x".into()), list(vec![])))])),
        }
    };
    let mut globals = Variables::new();
    let mut locals = Variables::new();
    for (at, name) in names.iter().enumerate() {
        let variables = if global { &mut globals } else { &mut locals };
        variables.insert(format!("{prefix}{name}"), starts(at).1);
    }
    globals.insert("g".into(), starts(3).1);
    globals.insert("h".into(), starts(4).1);

    let mut work: VecDeque<Raw> = program.iter().cloned().collect();
    work.push_back(Raw { kind: AWAIT_ALL, numbers: [0; 5], body: Vec::new() });
    work.push_back(Raw { kind: PRINT_ALL, numbers: [0; 5], body: Vec::new() });
    let main = Task {
        frames: vec![Frame {
            block: 0,
            work,
            locals,
            then: Then::EndTask,
            prepared: None,
            returns: [0; 5],
            keeps_self: false,
            throws: true,
        }],
        value: None,
        waiters: Vec::new(),
        awaiting: None,
    };
    let mut model = Model {
        globals,
        locked: Vec::new(),
        tasks: vec![main],
        ready: VecDeque::new(),
        starters: Vec::new(),
        current: 0,
        blocks: vec![Vec::new()],
        functions: Vec::new(),
        methods: Vec::new(),
        closures: Vec::new(),
        cells: Vec::new(),
        closure_names: Vec::new(),
        channel: VecDeque::new(),
        output: String::new(),
        statements: 0,
        numbers: 0,
        frames: 0,
    };
    model.run();

    let mut script = String::from("struct S { v w\n");
    for (head, block) in &model.methods {
        let _ = write!(script, "func {head} {{\n{}}}\n", model.text(*block));
    }
    script.push_str("}\n");
    for (head, block) in &model.functions {
        let _ = write!(script, "{head} {{\n{}}}\n", model.text(*block));
    }
    for number in 0..model.tasks.len() {
        let _ = writeln!(script, "t{number} := null");
    }
    let _ = writeln!(script, "ch := channel()\ng := {}\nh := {}", starts(3).0, starts(4).0);
    let declared = |keyword: &str| {
        names.iter().enumerate().map(|(at, name)| format!("{keyword}{name} := {}\n", starts(at).0)).collect::<String>()
    };
    let fields =
        names.iter().enumerate().map(|(at, name)| format!("{name}: {}", starts(at).0)).collect::<Vec<_>>().join(", ");
    let body = model.text(0);
    let untouched = |out: &mut String| {
        let values: Vec<String> = (0..3)
            .map(|at| {
                let mut text = String::new();
                starts(at).1.print(&mut text);
                text
            })
            .collect();
        let _ = writeln!(out, "{}", values.join(" "));
    };
    let mut output = std::mem::take(&mut model.output);
    let _ = match home {
        Home::Script => write!(script, "{}{body}", declared("")),
        Home::Function => write!(script, "func main() {{\n{}{body}}}\nmain()\n", declared("mut ")),
        Home::Closure => {
            untouched(&mut output);
            write!(
                script,
                "func main() {{\n{}run := func() {{\n{body}}}\nrun()\nprint(a, b, c)\n}}\nmain()\n",
                declared("mut ")
            )
        }
        Home::Task => write!(script, "async func main() {{\n{}{body}}}\nawait main()\n", declared("mut ")),
        Home::LocalFields => write!(script, "func main() {{\nmut box := {{{fields}}}\n{body}}}\nmain()\n"),
        Home::ScriptFields => write!(script, "box := B {{ {fields} }}\n{body}"),
        Home::SelfFields => {
            write!(script, "struct M {{ a b c\nfunc run(self) {{\n{body}}}\n}}\nm := M {{ {fields} }}\nm.run()\n")
        }
    };
    Written { script, output }
}

const AWAIT_ALL: u8 = 254;
const PRINT_ALL: u8 = 255;
/// `Raw::kind` is below this.
pub const KINDS: u8 = 30;

impl Model {
    // Text.

    fn text(&self, block: usize) -> String {
        let mut text = String::new();
        self.append(block, &mut text);
        text
    }

    fn append(&self, block: usize, text: &mut String) {
        for piece in &self.blocks[block] {
            match piece {
                Piece::Text(line) => text.push_str(line),
                Piece::Block(inner) => self.append(*inner, text),
            }
        }
    }

    fn new_block(&mut self) -> usize {
        self.blocks.push(Vec::new());
        self.blocks.len() - 1
    }

    fn line(&mut self, line: impl Into<String>) {
        let block = self.frame().block;
        self.blocks[block].push(Piece::Text(format!("{}\n", line.into())));
    }

    /// Room for text that is known later.
    fn later(&mut self) -> usize {
        let block = self.frame().block;
        let inner = self.new_block();
        self.blocks[block].push(Piece::Block(inner));
        inner
    }

    fn number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers
    }

    // State.

    fn frame(&self) -> &Frame {
        self.tasks[self.current].frames.last().expect("a task that runs has a frame")
    }

    fn frame_mut(&mut self) -> &mut Frame {
        self.tasks[self.current].frames.last_mut().expect("a task that runs has a frame")
    }

    fn get(&self, place: &Place) -> Option<&Val> {
        let variables = if place.global { &self.globals } else { &self.frame().locals };
        let mut value = variables.get(&place.variable)?;
        for step in &place.steps {
            value = match (value, step) {
                (Val::List(items), Step::Index(index)) => items.get(position(*index, items.len())?)?,
                (Val::Dict(entries) | Val::Record(entries), Step::Name(name)) => entries.get(name)?,
                _ => return None,
            };
        }
        Some(value)
    }

    fn get_mut(&mut self, place: &Place) -> Option<&mut Val> {
        let variables = if place.global { &mut self.globals } else { &mut self.frame_mut().locals };
        let mut value = variables.get_mut(&place.variable)?;
        for step in &place.steps {
            value = match (value, step) {
                (Val::List(items), Step::Index(index)) => {
                    let at = position(*index, items.len())?;
                    items.get_mut(at)?
                }
                (Val::Dict(entries) | Val::Record(entries), Step::Name(name)) => entries.get_mut(name)?,
                _ => return None,
            };
        }
        Some(value)
    }

    fn root_size(&self, place: &Place) -> usize {
        let root = Place { steps: Vec::new(), ..place.clone() };
        self.get(&root).map_or(0, Val::size)
    }

    /// All places that the running frame may name, with variables first.
    fn places(&self, writable: bool) -> Vec<Place> {
        let frame = self.frame();
        let mut places = Vec::new();
        let locals = frame.locals.keys().map(|name| (name, false));
        let globals = self.globals.keys().filter(|name| !self.locked.contains(name)).map(|name| (name, true));
        for (name, global) in locals.chain(globals) {
            if writable && frame.keeps_self && name == "self" {
                continue;
            }
            places.push(Place { variable: name.clone(), global, steps: Vec::new(), text: name.clone() });
        }
        let mut at = 0;
        while at < places.len() {
            let place = places[at].clone();
            at += 1;
            if place.steps.len() == 3 {
                continue;
            }
            let child = |step: Step, text: String| {
                let mut steps = place.steps.clone();
                steps.push(step);
                Place {
                    variable: place.variable.clone(),
                    global: place.global,
                    steps,
                    text: place.text.clone() + &text,
                }
            };
            match self.get(&place) {
                Some(Val::List(items)) => {
                    for index in 0..items.len().min(4) {
                        // Both ways to write it come up.
                        let from_end = (index + at) % 3 == 0;
                        let shown = if from_end { index as i64 - items.len() as i64 } else { index as i64 };
                        places.push(child(Step::Index(shown), format!("[{shown}]")));
                    }
                }
                Some(Val::Dict(entries)) => {
                    for (position, name) in entries.keys().enumerate() {
                        let text = match (name.as_str(), (position + at) % 2) {
                            ("7", 0) => "[7]".to_string(),
                            ("7", _) => "[\"7\"]".to_string(),
                            (name, 0) => format!("[\"{name}\"]"),
                            (name, _) => format!(".{name}"),
                        };
                        places.push(child(Step::Name(name.clone()), text));
                    }
                }
                Some(Val::Record(fields)) => {
                    for name in fields.keys() {
                        places.push(child(Step::Name(name.clone()), format!(".{name}")));
                    }
                }
                _ => {}
            }
        }
        places
    }

    fn choose(&self, number: u16, writable: bool, fits: impl Fn(&Place, &Val) -> bool) -> Option<Place> {
        let mut fitting = self.places(writable);
        fitting.retain(|place| self.get(place).is_some_and(|value| fits(place, value)));
        if fitting.is_empty() {
            return None;
        }
        let index = number as usize % fitting.len();
        Some(fitting.swap_remove(index))
    }

    fn list(&self, number: u16, writable: bool) -> Option<Place> {
        self.choose(number, writable, |_, value| matches!(value, Val::List(_)))
    }

    /// An expression without effects.
    fn expression(&self, choice: u16, numbers: [u16; 2]) -> Expression {
        let small =
            |expression: &Expression| (expression.eval)(self).is_some_and(|value| value.size() <= LARGEST_VALUE);
        let int = i64::from(choice);
        let literal = || Expression { text: int.to_string(), eval: Rc::new(move |_| Some(Val::Int(int))) };
        self.any_expression(choice, numbers).filter(small).unwrap_or_else(literal)
    }

    fn any_expression(&self, choice: u16, numbers: [u16; 2]) -> Option<Expression> {
        let read = |number: u16| self.choose(number, false, |_, _| true);
        let list = |number: u16| self.list(number, false);
        let [first, second] = numbers;
        let pair = |number: u16, text: fn(&str, &str) -> String, make: fn(Val, Val) -> Val| {
            let (x, y) = (read(first)?, read(number)?);
            Some(Expression {
                text: text(&x.text, &y.text),
                eval: Rc::new(move |model| Some(make(model.get(&x)?.clone(), model.get(&y)?.clone()))),
            })
        };
        let of_list = |text: fn(&str) -> String, make: fn(Vec<Val>) -> Val| {
            let x = list(first)?;
            Some(Expression {
                text: text(&x.text),
                eval: Rc::new(move |model| match model.get(&x)? {
                    Val::List(items) => Some(make(items.clone())),
                    _ => None,
                }),
            })
        };
        match choice % 18 {
            0..=6 => {
                let x = read(first)?;
                Some(Expression { text: x.text.clone(), eval: Rc::new(move |model| model.get(&x).cloned()) })
            }
            7 => None,
            8 => {
                let text = format!("s{}", first % 10);
                Some(Expression { text: format!("\"{text}\""), eval: Rc::new(move |_| Some(Val::Text(text.clone()))) })
            }
            9 => pair(second, |x, y| format!("[{x}, {y}]"), |v, w| Val::List(vec![v, w])),
            10 => pair(second, |x, y| format!("{{k: {x}, l: {y}}}"), |v, w| Val::Dict(named(["k", "l"], v, w))),
            11 => pair(second, |x, y| format!("(S {{ v: {x}, w: {y} }})"), |v, w| Val::Record(named(["v", "w"], v, w))),
            12 => {
                let (x, y) = (list(first)?, read(second)?);
                Some(Expression {
                    text: format!("push({}, {})", x.text, y.text),
                    eval: Rc::new(move |model| {
                        let Val::List(mut items) = model.get(&x)?.clone() else { return None };
                        items.push(model.get(&y)?.clone());
                        Some(Val::List(items))
                    }),
                })
            }
            13 => {
                let (x, y) = (list(first)?, list(second)?);
                Some(Expression {
                    text: format!("concat({}, {})", x.text, y.text),
                    eval: Rc::new(move |model| match (model.get(&x)?, model.get(&y)?) {
                        (Val::List(x), Val::List(y)) => Some(Val::List(x.iter().chain(y).cloned().collect())),
                        _ => None,
                    }),
                })
            }
            14 => of_list(
                |x| format!("reverse({x})"),
                |mut items| {
                    items.reverse();
                    Val::List(items)
                },
            ),
            15 => of_list(|x| format!("map({x}, func(e) {{ return e }})"), Val::List),
            16 => of_list(
                |x| format!("pop({x})"),
                |mut items| {
                    let last = items.pop().unwrap_or(Val::Int(0));
                    Val::List(vec![Val::List(items), last])
                },
            ),
            _ => of_list(
                |x| format!("slice({x}, 0, 2)"),
                |mut items| {
                    items.truncate(2);
                    Val::List(items)
                },
            ),
        }
    }

    fn write_output(&mut self, value: &Val) {
        value.print(&mut self.output);
        self.output.push('\n');
    }

    /// Chooses what happens to a value of some size.
    fn sink(&self, numbers: [u16; 2], size: usize) -> Sink {
        let room = |place: &Place| self.root_size(place) + size < LARGEST_VARIABLE;
        match numbers[0] % 4 {
            0 => Sink::Print,
            1 => self.list(numbers[1], true).filter(room).map_or(Sink::Discard, Sink::Push),
            _ => self.choose(numbers[1], true, |_, _| true).filter(room).map_or(Sink::Discard, Sink::Assign),
        }
    }

    fn put(&mut self, sink: &Sink, value: Val) -> Option<()> {
        match sink {
            Sink::Print => self.write_output(&value),
            Sink::Push(place) => {
                let Val::List(items) = self.get_mut(place)? else { return None };
                items.push(value);
            }
            Sink::Assign(place) => *self.get_mut(place)? = value,
            Sink::Discard => {}
        }
        Some(())
    }

    /// Stores a value that the expression `text` gives; gives the statement.
    fn store(&mut self, numbers: [u16; 2], text: &str, value: Val) -> String {
        let sink = self.sink(numbers, value.size());
        self.put(&sink, value);
        sink.statement(text)
    }

    // Running.

    fn run(&mut self) {
        loop {
            if self.statement() {
                continue;
            }
            // The task is parked, in the queue, or has ended: whoever started it goes on, else the next.
            match self.starters.pop().or_else(|| self.ready.pop_front()) {
                Some(task) => self.current = task,
                None => return,
            }
            let task = self.current;
            if let Some((piece, other)) = self.tasks[task].awaiting.take() {
                self.awaited(piece, other);
            }
        }
    }

    /// One statement, or one step of a call. False: the task does not go on now.
    fn statement(&mut self) -> bool {
        if self.frame().prepared.is_some() {
            return self.argument();
        }
        let Some(raw) = self.frame_mut().work.pop_front() else { return self.return_value() };
        match raw.kind {
            AWAIT_ALL => {
                let pending = (1..self.tasks.len()).find(|&task| self.tasks[task].value.is_none());
                if let Some(task) = pending {
                    self.frame_mut().work.push_front(raw);
                    let piece = self.later();
                    return self.wait(piece, task);
                }
            }
            PRINT_ALL => {
                let locals = self.frame().locals.clone();
                let all: Vec<(String, Val)> = locals.into_iter().chain(self.globals.clone()).collect();
                let texts: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
                self.line(format!("print({})", texts.join(", \"|\", ")));
                for (position, (_, value)) in all.iter().enumerate() {
                    if position > 0 {
                        self.output.push_str(" | ");
                    }
                    value.print(&mut self.output);
                }
                self.output.push('\n');
            }
            _ => {
                self.statements += 1;
                if self.statements < MOST_STATEMENTS {
                    return self.choice(raw).unwrap_or(true);
                }
            }
        }
        true
    }

    /// `None`: the choice makes no sense here.
    fn choice(&mut self, raw: Raw) -> Option<bool> {
        match raw.kind {
            17 | 18 => return self.prepare(raw, 0),
            19 => return self.prepare(raw, 1),
            20..=22 => return self.prepare(raw, 2),
            23 => return self.prepare(raw, 3),
            24 => {
                // Only tasks that were started later, so that no two wait for each other.
                let later: Vec<usize> = (self.current + 1..self.tasks.len()).collect();
                let task = *later.get(raw.numbers[0] as usize % later.len().max(1))?;
                let piece = self.later();
                self.frame_mut().returns = raw.numbers;
                return Some(self.wait(piece, task));
            }
            25 | 26 => {
                self.line("yield_now()");
                self.ready.push_back(self.current);
                return Some(false);
            }
            27..=29 => self.repeat(&raw),
            14 => self.make_closure(raw.numbers)?,
            _ => {
                let (text, _) = self.simple(&raw)?;
                self.line(text);
            }
        }
        Some(true)
    }

    /// A loop over simple statements. They are chosen in the first round; if they make sense once more, there is a
    /// second one, and a third.
    fn repeat(&mut self, raw: &Raw) {
        let mut lines = Vec::new();
        let mut effects = Vec::new();
        for inner in raw.body.iter().chain(raw.body.iter().flat_map(|raw| &raw.body)) {
            let kind = if inner.kind > 16 || inner.kind == 14 { inner.kind % 14 } else { inner.kind };
            if let Some((text, effect)) = self.simple(&Raw { kind, numbers: inner.numbers, body: Vec::new() }) {
                lines.push(text);
                effects.push(effect);
            }
        }
        let mut rounds = 1;
        while rounds < 3 {
            let before = (
                self.globals.clone(),
                self.frame().locals.clone(),
                self.cells.clone(),
                self.channel.clone(),
                self.output.clone(),
            );
            let again = effects.iter().all(|effect| effect(self).is_some());
            let sizes = self.globals.values().chain(self.frame().locals.values()).chain(&self.cells);
            if again && sizes.map(Val::size).all(|size| size < 2 * LARGEST_VARIABLE) {
                rounds += 1;
                continue;
            }
            let locals;
            (self.globals, locals, self.cells, self.channel, self.output) = before;
            self.frame_mut().locals = locals;
            break;
        }
        let body = lines.join("\n");
        let counter = format!("n{}", self.number());
        self.line(match raw.kind {
            27 => format!("for {counter} in {rounds} {{\n{body}\n}}"),
            28 => format!("mut {counter} := 0\nwhile {counter} < {rounds} {{\n{body}\n{counter} += 1\n}}"),
            _ => {
                format!("mut {counter} := 0\nloop {{\n{body}\n{counter} += 1\nif {counter} == {rounds} {{ break }}\n}}")
            }
        });
    }

    fn has_room(&self, place: &Place, value: &Val) -> bool {
        self.root_size(place) + value.size() <= LARGEST_VARIABLE
    }

    /// Carries out a statement without calls and waits. Gives its text, and what carries it out once more.
    fn simple(&mut self, raw: &Raw) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, n4] = raw.numbers;
        let (text, effect): (String, Effect) = match raw.kind {
            0 | 1 => {
                let place = self.choose(n0, true, |place, _| (raw.kind == 0) == place.steps.is_empty())?;
                let from = self.expression(n1, [n2, n3]);
                if !self.has_room(&place, &(from.eval)(self)?) {
                    return None;
                }
                let text = format!("{} := {}", place.text, from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    *model.get_mut(&place)? = value;
                    Some(())
                });
                (text, effect)
            }
            2 | 3 => {
                let place = self.list(n0, true)?;
                let from = self.expression(n1, [n2, n3]);
                if !self.has_room(&place, &(from.eval)(self)?) {
                    return None;
                }
                let first = n4 % 3 == 0;
                let text = if first {
                    format!("{}.insert(0, {})", place.text, from.text)
                } else {
                    format!("{}.push({})", place.text, from.text)
                };
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    let Val::List(items) = model.get_mut(&place)? else { return None };
                    let at = if first { 0 } else { items.len() };
                    items.insert(at, value);
                    Some(())
                });
                (text, effect)
            }
            4 => {
                let (place, value) = self.pop(n0)?;
                let sink = self.sink([n1, n2], value.size());
                self.put(&sink, value)?;
                let text = sink.statement(&format!("{}.pop()", place.text));
                let effect: Effect = Rc::new(move |model| {
                    let Val::List(items) = model.get_mut(&place)? else { return None };
                    let value = items.pop()?;
                    model.put(&sink, value)
                });
                return Some((text, effect));
            }
            5 => {
                let entry = self.choose(n0, true, |_, value| matches!(value, Val::Dict(_) | Val::Record(_)))?;
                let from = self.expression(n1, [n2, n3]);
                if !self.has_room(&entry, &(from.eval)(self)?) {
                    return None;
                }
                let is_dict = matches!(self.get(&entry)?, Val::Dict(_));
                let (key, step) = match (is_dict, n4 % 4) {
                    (true, 0) => ("7", "[7]"),
                    (true, 1) => ("k", "[\"k\"]"),
                    (_, 2) => ("m", ".m"),
                    _ => ("v", ".v"),
                };
                let text = format!("{}{step} := {}", entry.text, from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    let entries = match (model.get_mut(&entry)?, is_dict) {
                        (Val::Dict(entries), true) | (Val::Record(entries), false) => entries,
                        _ => return None,
                    };
                    entries.insert(key.to_string(), value);
                    Some(())
                });
                (text, effect)
            }
            6 => {
                let place = self.choose(n0, true, |_, value| matches!(value, Val::Int(_) | Val::Text(_)))?;
                let is_int = matches!(self.get(&place)?, Val::Int(_));
                let more = i64::from(n1 % 10);
                let operand = if is_int { more.to_string() } else { "\"y\"".to_string() };
                let name = &place.text;
                let text =
                    if n2 % 2 == 0 { format!("{name} += {operand}") } else { format!("{name} := {name} + {operand}") };
                let effect: Effect = Rc::new(move |model| {
                    match (model.get_mut(&place)?, is_int) {
                        (Val::Int(int), true) => *int += more,
                        (Val::Text(text), false) if text.len() < 40 => text.push('y'),
                        _ => return None,
                    }
                    Some(())
                });
                (text, effect)
            }
            7 => {
                let place = self.list(n0, true)?;
                let is_empty = matches!(self.get(&place)?, Val::List(items) if items.is_empty());
                let which = match n1 % 3 {
                    1 if is_empty => 2,
                    which => which,
                };
                let call = ["reverse()", "remove_at(0)", "clear()"][which as usize];
                let text = format!("{}.{call}", place.text);
                let effect: Effect = Rc::new(move |model| {
                    let Val::List(items) = model.get_mut(&place)? else { return None };
                    match which {
                        0 => items.reverse(),
                        1 if items.is_empty() => return None,
                        1 => drop(items.remove(0)),
                        _ => items.clear(),
                    }
                    Some(())
                });
                (text, effect)
            }
            8 => {
                let from = self.expression(n0, [n1, n2]);
                let text = format!("print({})", from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    model.write_output(&value);
                    Some(())
                });
                (text, effect)
            }
            9 => self.loop_over(raw.numbers)?,
            10 => return self.callback(raw.numbers),
            11 => {
                let from = self.expression(n0, [n1, n2]);
                let value = (from.eval)(self)?;
                if matches!(value, Val::Record(_)) {
                    return None;
                }
                let sink = self.sink([n3, n4], value.size());
                let text = format!("try {{ throw {} }} except e {{ {} }}", from.text, sink.statement("e.value"));
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model).filter(|value| !matches!(value, Val::Record(_)))?;
                    model.put(&sink, value)
                });
                (text, effect)
            }
            12 => {
                let place = self.list(n0, true).filter(|place| place.steps.is_empty())?;
                let from = self.expression(n1, [n2, n3]);
                if !self.has_room(&place, &(from.eval)(self)?) {
                    return None;
                }
                let text = format!("{0} := push({0}, {1})", place.text, from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    let Val::List(items) = model.get_mut(&place)? else { return None };
                    items.push(value);
                    Some(())
                });
                (text, effect)
            }
            13 if n0 % 2 == 0 || self.channel.is_empty() => {
                let from = self.expression(n1, [n2, n3]);
                let text = format!("ch.send({})", from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    model.channel.push_back(value);
                    Some(())
                });
                (text, effect)
            }
            13 => {
                let size = self.channel.front()?.size();
                let sink = self.sink([n1, n2], size);
                let text = sink.statement("ch.receive()");
                let effect: Effect = Rc::new(move |model| {
                    let value = model.channel.pop_front()?;
                    model.put(&sink, value)
                });
                (text, effect)
            }
            _ => return self.call_closure(raw.numbers),
        };
        effect(self)?;
        Some((text, effect))
    }

    /// `place.pop()`, carried out.
    fn pop(&mut self, number: u16) -> Option<(Place, Val)> {
        let place = self.choose(number, true, |_, value| matches!(value, Val::List(items) if !items.is_empty()))?;
        let Val::List(items) = self.get_mut(&place)? else { return None };
        let value = items.pop()?;
        Some((place, value))
    }

    fn items(&self, place: &Place, most: usize) -> Option<Vec<Val>> {
        match self.get(place)? {
            Val::List(items) if items.len() <= most => Some(items.clone()),
            _ => None,
        }
    }

    /// A loop over a list, whose body writes; not carried out yet.
    fn loop_over(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, ..] = numbers;
        let place = self.choose(n0, false, |_, value| matches!(value, Val::List(items) if items.len() < 6))?;
        let items = self.items(&place, 5)?;
        let source = place.text.clone();
        let variable = |model: &Model, number: u16| model.choose(number, true, |place, _| place.steps.is_empty());
        Some(match n1 % 8 {
            0 => {
                let target = self.list(n2, true)?;
                let grown: usize = items.iter().map(Val::size).sum();
                if self.root_size(&target) + grown > LARGEST_VARIABLE {
                    return None;
                }
                let text = format!("for e in {source} {{ {}.push(e) }}", target.text);
                let effect: Effect = Rc::new(move |model| {
                    for item in model.items(&place, 12)? {
                        let Val::List(target) = model.get_mut(&target)? else { return None };
                        target.push(item);
                    }
                    Some(())
                });
                (text, effect)
            }
            1 => {
                let target = variable(self, n2)?;
                let text = format!("for i, e in {source} {{ print(i, e) {} := e }}", target.text);
                let effect: Effect = Rc::new(move |model| {
                    for (index, item) in model.items(&place, 12)?.into_iter().enumerate() {
                        model.output.push_str(&format!("{index} "));
                        model.write_output(&item);
                        *model.get_mut(&target)? = item;
                    }
                    Some(())
                });
                (text, effect)
            }
            2 | 3 => {
                // A way out of the loop before its end.
                let target = variable(self, n2)?;
                let to = &target.text;
                let text = if n1 % 8 == 2 {
                    format!("for e in {source} {{ {to} := e break }}")
                } else {
                    format!("try {{ for e in {source} {{ {to} := e throw 1 }} }} except e {{ }}")
                };
                let effect: Effect = Rc::new(move |model| {
                    if let Some(first) = model.items(&place, 12)?.into_iter().next() {
                        *model.get_mut(&target)? = first;
                    }
                    Some(())
                });
                (text, effect)
            }
            4 => {
                // The same list twice, and another value in its place meanwhile.
                let target = variable(self, n2)?;
                let to = &target.text;
                let text =
                    format!("for x in {source} {{ for y in {source} {{ print(x, y) continue }} {to} := [x] break }}");
                let effect: Effect = Rc::new(move |model| {
                    let items = model.items(&place, 12)?;
                    let Some(first) = items.first().cloned() else { return Some(()) };
                    for item in items {
                        first.print(&mut model.output);
                        model.output.push(' ');
                        model.write_output(&item);
                    }
                    *model.get_mut(&target)? = Val::List(vec![first]);
                    Some(())
                });
                (text, effect)
            }
            5 => {
                // Out of a function in the middle of a loop.
                let target = self.choose(n2, true, |place, _| place.steps.is_empty() && place.global)?;
                let sink = self.choose(n3, true, |place, _| place.steps.is_empty())?;
                let to = &target.text;
                let text = format!(
                    "{} := (func() {{ for e in {source} {{ {to} := [e, {to}] return e }} return 0 }})()",
                    sink.text
                );
                if self.root_size(&target) + items.first().map_or(0, Val::size) > LARGEST_VALUE {
                    return None;
                }
                let effect: Effect = Rc::new(move |model| {
                    let first = model.items(&place, 12)?.into_iter().next();
                    if let Some(first) = &first {
                        let slot = model.get_mut(&target)?;
                        *slot = Val::List(vec![first.clone(), slot.clone()]);
                    }
                    *model.get_mut(&sink)? = first.unwrap_or(Val::Int(0));
                    Some(())
                });
                (text, effect)
            }
            6 => {
                let target = variable(self, n2)?;
                let text = format!(
                    "try {{ for e in {source} {{ try {{ {0} := e continue }} finally {{ print(e, {0}) }} }} }} finally {{ print({0}) }}",
                    target.text
                );
                let effect: Effect = Rc::new(move |model| {
                    for item in model.items(&place, 12)? {
                        item.print(&mut model.output);
                        model.output.push(' ');
                        model.write_output(&item);
                        *model.get_mut(&target)? = item;
                    }
                    let value = model.get(&target)?.clone();
                    model.write_output(&value);
                    Some(())
                });
                (text, effect)
            }
            _ => {
                if !items.iter().all(|item| matches!(item, Val::List(_))) {
                    return None;
                }
                let text = format!("for e in {source} {{ e.push(9) print(e) }}");
                let effect: Effect = Rc::new(move |model| {
                    for item in model.items(&place, 12)? {
                        let Val::List(mut items) = item else { return None };
                        items.push(Val::Int(9));
                        model.write_output(&Val::List(items));
                    }
                    Some(())
                });
                (text, effect)
            }
        })
    }

    /// A builtin with a callback that writes a variable, or its own copy of one.
    fn callback(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, n4] = numbers;
        let place = self.choose(n0, false, |_, value| matches!(value, Val::List(items) if items.len() < 5))?;
        let items = self.items(&place, 4)?;
        let source = place.text.clone();
        type Call = Rc<dyn Fn(&mut Model) -> Option<Vec<Val>>>;
        let (text, call): (String, Call) = match n1 % 4 {
            0 | 1 => {
                let target = self.choose(n2, true, |place, value| {
                    place.steps.is_empty() && matches!(value, Val::List(items) if items.len() < 5)
                })?;
                let grown = self.get(&target)?.size() + items.iter().map(Val::size).sum::<usize>();
                if grown * (items.len() + 1) > LARGEST_VARIABLE {
                    return None;
                }
                let to = &target.text;
                let text = format!("map({source}, func(e) {{ {to}.push(e) return {to} }})");
                let call: Call = Rc::new(move |model| {
                    let mut own = model.get(&target)?.clone();
                    let mut results = Vec::new();
                    for item in model.items(&place, 6)? {
                        let written = if target.global { model.get_mut(&target)? } else { &mut own };
                        let Val::List(written) = written else { return None };
                        written.push(item);
                        results.push(Val::List(written.clone()));
                    }
                    Some(results)
                });
                (text, call)
            }
            2 => {
                let text = format!("reduce({source}, [0], func(acc, e) {{ acc.push(e) return acc }})");
                let call: Call = Rc::new(move |model| {
                    let mut results = vec![Val::Int(0)];
                    results.extend(model.items(&place, 12)?);
                    Some(results)
                });
                (text, call)
            }
            _ => {
                let target = self.choose(n2, true, |place, _| place.steps.is_empty() && place.global)?;
                let to = &target.text;
                let text = format!("map({source}, func(e) {{ mut old := {to} {to} := e return [old, e] }})");
                let call: Call = Rc::new(move |model| {
                    let mut results = Vec::new();
                    for item in model.items(&place, 12)? {
                        let before = std::mem::replace(model.get_mut(&target)?, item.clone());
                        results.push(Val::List(vec![before, item]));
                    }
                    Some(results)
                });
                (text, call)
            }
        };
        let value = Val::List(call(self)?);
        let sink = self.sink([n3, n4], value.size());
        self.put(&sink, value)?;
        let statement = sink.statement(&text);
        Some((
            statement,
            Rc::new(move |model| {
                let value = Val::List(call(model)?);
                model.put(&sink, value)
            }),
        ))
    }

    // Closures that are called again and again.

    fn scope(&self) -> (usize, usize) {
        (self.current, self.tasks[self.current].frames.len())
    }

    fn make_closure(&mut self, numbers: [u16; 5]) -> Option<()> {
        let [n0, n1, n2, ..] = numbers;
        let scope = self.scope();
        let mine: Vec<usize> = self.closures_here();
        let name = format!("k{}", self.number());
        if n2 % 4 == 0 && !mine.is_empty() {
            // A copy of a function shares its cells.
            let (other, closure, _) = self.closure_names[mine[n0 as usize % mine.len()]].clone();
            self.line(format!("mut {name} := {other}"));
            self.closure_names.push((name, closure, scope));
            return Some(());
        }
        let place = self.choose(n0, true, |place, value| place.steps.is_empty() && matches!(value, Val::List(_)))?;
        let text = &place.text;
        let form = n1 % 3;
        let body = match form {
            0 => format!("func(p) {{ {text}.push(p) return {text} }}"),
            1 => format!("func(p) {{ mut old := {text} {text} := [p] return old }}"),
            _ => format!("func(p) {{ {text} := push({text}, p) return [{text}, p] }}"),
        };
        self.line(format!("mut {name} := {body}"));
        let cell = if place.global {
            None
        } else {
            let value = self.get(&place)?.clone();
            self.cells.push(value);
            Some(self.cells.len() - 1)
        };
        self.closures.push(Closure { form, variable: place.variable, cell });
        self.closure_names.push((name, self.closures.len() - 1, scope));
        Some(())
    }

    /// Closures that the running frame has a name for.
    fn closures_here(&self) -> Vec<usize> {
        let scope = self.scope();
        (0..self.closure_names.len()).filter(|&index| self.closure_names[index].2 == scope).collect()
    }

    fn call_closure(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, n4] = numbers;
        let mine = self.closures_here();
        let &index = mine.get(n0 as usize % mine.len().max(1))?;
        let (name, number, _) = self.closure_names[index].clone();
        let closure = self.closures[number].clone();
        if closure.cell.is_none() && self.locked.contains(&closure.variable) {
            return None;
        }
        let argument = self.expression(n1, [n2, n3]);
        let text = format!("{name}({})", argument.text);
        let call = move |model: &mut Model| {
            let value = (argument.eval)(model)?;
            let slot = match closure.cell {
                Some(cell) => &mut model.cells[cell],
                None => model.globals.get_mut(&closure.variable)?,
            };
            if slot.size() + value.size() > LARGEST_VALUE {
                return None;
            }
            match (closure.form, slot) {
                (1, slot) => Some(std::mem::replace(slot, Val::List(vec![value]))),
                (form, Val::List(items)) => {
                    items.push(value.clone());
                    let items = Val::List(items.clone());
                    Some(if form == 0 { items } else { Val::List(vec![items, value]) })
                }
                _ => None,
            }
        };
        let result = call(self)?;
        let sink = self.sink([n4, n3], result.size());
        self.put(&sink, result)?;
        let statement = sink.statement(&text);
        Some((
            statement,
            Rc::new(move |model| {
                let result = call(model)?;
                model.put(&sink, result)
            }),
        ))
    }

    // Calls.

    /// Begins a call: 0 a function, 1 a function literal, 2 a method, 3 a task.
    fn prepare(&mut self, raw: Raw, kind: u8) -> Option<bool> {
        if self.tasks[self.current].frames.len() > DEEPEST_CALLS {
            return None;
        }
        let [n0, n1, n2, ..] = raw.numbers;
        let callee = match kind {
            0 => Callee::Function(self.number()),
            1 => Callee::Lambda(self.frame().locals.clone()),
            2 => {
                let changes_self = n1 % 3 > 0;
                let receiver = self.choose(n0, changes_self, |_, value| matches!(value, Val::Record(_)))?;
                Callee::Method { number: self.number(), receiver, changes_self, throws: n1 % 5 == 0 }
            }
            _ => {
                if self.tasks.len() >= MOST_TASKS {
                    return None;
                }
                // A function literal or a `spawn` block also captures.
                let captured = (n1 % 3 > 0).then(|| self.frame().locals.clone());
                Callee::Task { number: self.number(), captured }
            }
        };
        let wanted = match &callee {
            Callee::Task { captured: Some(_), .. } if n1 % 3 == 2 => 0,
            _ => 1 + n2 as usize % 2,
        };
        let piece = self.later();
        self.frame_mut().prepared =
            Some(Prepared { raw, callee, values: Vec::new(), texts: Vec::new(), wanted, piece });
        Some(true)
    }

    /// Evaluates the next argument, or enters the call if there is none.
    fn argument(&mut self) -> bool {
        let Some(mut prepared) = self.frame_mut().prepared.take() else { return true };
        let position = prepared.values.len();
        if position == prepared.wanted {
            return self.enter(prepared);
        }
        let [_, _, n2, n3, n4] = prepared.raw.numbers;
        let mix = |number: u16| number.rotate_left(3 * position as u32 + 1);
        // A receiver without a place of its own must still be there when the arguments are evaluated.
        let may_write = !matches!(prepared.callee, Callee::Method { .. });
        match mix(n4) % 5 {
            0 if may_write => {
                if let Some((place, value)) = self.pop(mix(n3)) {
                    prepared.texts.push(format!("{}.pop()", place.text));
                    prepared.values.push(value);
                    self.frame_mut().prepared = Some(prepared);
                    return true;
                }
            }
            1 if may_write && self.tasks[self.current].frames.len() < DEEPEST_CALLS => {
                // A function without parameters that may write script variables.
                let number = self.number();
                let block = self.new_block();
                self.functions.push((format!("func w{number}()"), block));
                prepared.texts.push(format!("w{number}()"));
                let work = prepared.raw.body.first().map(|raw| raw.body.clone()).unwrap_or_default();
                let returns = [mix(n2), mix(n3), mix(n4), 0, 0];
                self.frame_mut().prepared = Some(prepared);
                self.push_frame(block, work.into(), Variables::new(), Then::Argument, returns);
                return true;
            }
            _ => {}
        }
        let argument = self.expression(mix(n2), [mix(n3), mix(n4)]);
        let value = (argument.eval)(self).unwrap_or(Val::Null);
        prepared.texts.push(argument.text);
        prepared.values.push(value);
        self.frame_mut().prepared = Some(prepared);
        true
    }

    fn push_frame(&mut self, block: usize, work: VecDeque<Raw>, locals: Variables, then: Then, returns: [u16; 5]) {
        self.frames += 1;
        let frame = Frame { block, work, locals, then, prepared: None, returns, keeps_self: false, throws: false };
        self.tasks[self.current].frames.push(frame);
    }

    fn enter(&mut self, prepared: Prepared) -> bool {
        let Prepared { raw, callee, values, texts, piece, .. } = prepared;
        let parameters: Vec<String> = (0..values.len()).map(|position| format!("p{position}")).collect();
        let (shown, arguments) = (parameters.join(", "), texts.join(", "));
        let bound = parameters.into_iter().zip(values);
        let block = self.new_block();
        let work: VecDeque<Raw> = raw.body.clone().into();
        let finish = |call: String, method| Then::Finish { piece, call, method };
        match callee {
            Callee::Function(number) => {
                self.functions.push((format!("func f{number}({shown})"), block));
                let then = finish(format!("f{number}({arguments})"), None);
                self.push_frame(block, work, bound.collect(), then, raw.numbers);
                true
            }
            Callee::Lambda(mut captured) => {
                // The call is written around the body when it returns.
                captured.extend(bound);
                let then = finish(format!("(func({shown}) {{\n\0{block}\0}})({arguments})"), None);
                self.push_frame(block, work, captured, then, raw.numbers);
                true
            }
            Callee::Method { number, receiver, changes_self, throws } => {
                let Some(value) = self.get(&receiver).cloned() else { return true };
                let separator = if shown.is_empty() { "" } else { ", " };
                self.methods.push((format!("m{number}(self{separator}{shown})"), block));
                let call = format!("{}.m{number}({arguments})", receiver.text);
                let mut locals: Variables = bound.collect();
                locals.insert("self".into(), value);
                if changes_self && receiver.global {
                    self.locked.push(receiver.variable.clone());
                }
                let method = Method { receiver, changes_self, throws };
                self.push_frame(block, work, locals, finish(call, Some(method)), raw.numbers);
                let frame = self.frame_mut();
                frame.keeps_self = !changes_self;
                frame.throws = throws;
                true
            }
            Callee::Task { number, captured } => {
                let task = self.tasks.len();
                let mut locals = captured.clone().unwrap_or_default();
                locals.extend(bound);
                let head = match (&captured, raw.numbers[1] % 3) {
                    (None, _) => {
                        self.functions.push((format!("async func task{number}({shown})"), block));
                        format!("t{task} := task{number}({arguments})\n")
                    }
                    (Some(_), 1) => format!("t{task} := (async func({shown}) {{\n\0{block}\0}})({arguments})\n"),
                    (Some(_), _) => format!("t{task} := spawn {{\n\0{block}\0}}\n"),
                };
                self.fill(piece, &head);
                let frame = Frame {
                    block,
                    work,
                    locals,
                    then: Then::EndTask,
                    prepared: None,
                    returns: raw.numbers,
                    keeps_self: false,
                    throws: false,
                };
                self.tasks.push(Task { frames: vec![frame], value: None, waiters: Vec::new(), awaiting: None });
                self.starters.push(self.current);
                self.current = task;
                true
            }
        }
    }

    /// Writes text in which `\0n\0` stands for block n.
    fn fill(&mut self, piece: usize, text: &str) {
        for (position, part) in text.split('\0').enumerate() {
            let part = if position % 2 == 0 {
                Piece::Text(part.to_string())
            } else {
                Piece::Block(part.parse().expect("the number of a block"))
            };
            self.blocks[piece].push(part);
        }
    }

    /// The body of the running frame has ended.
    fn return_value(&mut self) -> bool {
        let [n0, n1, n2, n3, n4] = self.frame().returns;
        let throws = self.frame().throws;
        let mut value = Val::Null;
        if !throws {
            let returned = self.expression(n3.rotate_left(5), [n4.rotate_left(7), n2.rotate_left(3)]);
            value = (returned.eval)(self).unwrap_or(Val::Null);
            self.line(format!("return {}", returned.text));
        } else if !matches!(self.frame().then, Then::EndTask) {
            self.line("throw \"out\"");
        }
        let scope = self.scope();
        self.closure_names.retain(|(_, _, of)| *of != scope);
        let Some(frame) = self.tasks[self.current].frames.pop() else { return false };
        match frame.then {
            Then::EndTask => {
                let waiters = std::mem::take(&mut self.tasks[self.current].waiters);
                self.tasks[self.current].value = Some(value);
                self.ready.extend(waiters);
                false
            }
            Then::Argument => {
                if let Some(prepared) = &mut self.frame_mut().prepared {
                    prepared.values.push(value);
                }
                true
            }
            Then::Finish { piece, call, method } => {
                let mut throws = false;
                if let Some(method) = method {
                    throws = method.throws;
                    if method.changes_self {
                        if let (Some(own), Some(slot)) = (frame.locals.get("self"), self.get_mut(&method.receiver)) {
                            *slot = own.clone();
                        }
                        if method.receiver.global {
                            let locked = self.locked.iter().rposition(|name| *name == method.receiver.variable);
                            self.locked.remove(locked.expect("it was locked"));
                        }
                    }
                }
                let text = if throws {
                    format!("try {{ {call} }} except e {{ print(e.message) }}")
                } else {
                    self.store([n0.rotate_left(9), n1.rotate_left(4)], &call, value)
                };
                if throws {
                    self.output.push_str("out\n");
                }
                self.fill(piece, &format!("{text}\n"));
                true
            }
        }
    }

    /// Awaits a task in the running frame.
    fn wait(&mut self, piece: usize, task: usize) -> bool {
        if self.tasks[task].value.is_some() {
            self.awaited(piece, task);
            return true;
        }
        let current = self.current;
        self.tasks[task].waiters.push(current);
        self.tasks[current].awaiting = Some((piece, task));
        false
    }

    fn awaited(&mut self, piece: usize, task: usize) {
        let value = self.tasks[task].value.clone().expect("the task has ended");
        let [n0, n1, ..] = self.frame().returns;
        let text = self.store([n0.rotate_left(6), n1.rotate_left(2)], &format!("await t{task}"), value);
        self.fill(piece, &format!("{text}\n"));
    }
}
