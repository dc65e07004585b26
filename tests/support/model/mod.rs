//! A naive interpreter for random programs: every assignment, argument, return, capture and store copies deeply.
//!
//! A program is a tree of raw choices. The interpreter turns each choice into a statement that makes sense in the state
//! it has reached, carries it out on plain data, and writes it down as Ruff text. In the end there are a script and the
//! output that it must have. Functions, methods and tasks are called once, so their bodies are written down while they
//! run.

mod calls;
mod expressions;
mod forms;
mod program;
mod state;
mod statements;
mod values;

pub use program::write;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use values::{Step, Val};

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
}
const AWAIT_ALL: u8 = 254;
const PRINT_ALL: u8 = 255;
/// `Raw::kind` is below this.
pub const KINDS: u8 = 37;
