//! The interpreter: one loop over the instructions of one fiber. It knows nothing of tasks: whatever needs the
//! scheduler or the host leaves the loop as an [`Exit`].

mod access;
mod calls;
mod clock;
mod fiber;
mod generators;
mod iteration;
mod load;
mod modules;
mod operators;
mod outermost;
mod patterns;
mod run;
mod unwind;

use crate::builtins::{Kept, Operation};
use crate::bytecode::Program;
use crate::heap::{CombinatorKind, Heap, Name, Stream, Tracer};
use crate::runtime::{Capabilities, ErrorKind, Limits, Raise};
use crate::value::{Handle, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

pub use crate::builtins::Entropy;
pub use clock::{Clock, GivenReadings, KeptReadings, Readings};
pub use fiber::{Fiber, Frame, OnReturn, OpenScope, Running};
pub use load::{Loaded, TooManyNames};
pub use modules::Module;
pub use unwind::Failure;

/// Why the loop stopped. The fiber can go on as soon as what is named has been done.
#[derive(Debug)]
pub enum Exit {
    /// The fiber's first function returned.
    Done(Value),
    /// Nobody caught it.
    Failed(Failure),
    /// A cancellation has run all cleanup.
    Cancelled,
    /// The fuel is used up.
    Fuel,
    /// A safepoint at which the heap wants to be collected.
    Collect,
    /// `await` of a promise; the result goes to where [`Fiber::awaiting`] says, as for all that follow.
    Await(Value),
    /// The task goes to the back of the queue.
    Yield,
    /// A call of an asynchronous function, or the `next` of an asynchronous generator, in a task of its own: `arguments`
    /// registers from `first` on are its arguments.
    /// `lexical`: the task belongs to the innermost scope of the function's own.
    Spawn { function: Value, first: u32, arguments: u8, lexical: bool },
    /// `await join` over an array of branches, with an array of labels or null.
    Join { kind: CombinatorKind, items: Value, labels: Value },
    /// A scope begins; the result is its number.
    EnterScope { implicit: bool },
    /// A scope ends, by its number: the result is an array of what the cleanup of its tasks failed with, or null.
    ExitScope(Value),
    /// A builtin that the scheduler carries out.
    Operation { operation: Operation, builtin: u16, first: u32, arguments: u8 },
    /// A call of a host function.
    Host { function: u32, first: u32, arguments: u8 },
    /// A `for await` wants the next item of a source that the scheduler knows; [`Value::Unset`] is its end.
    NextItem(Value),
    /// A `for await` has left such a source.
    LeaveSource(Value),
    /// `cancel(p)` as an instruction.
    Cancel(Value),
    /// `await` written directly on a call of `next_bar` or one of its like: the result is what it waits for.
    Arrival { operation: Operation, name: Value },
    /// `next(stream)`: the result is a promise of the next item.
    NextOfStream(Handle<Stream>),
    /// `poll_event()` as an instruction; the result is the event.
    Poll,
    /// `emit_event(name, payload)` as an instruction.
    EmitEvent { name: Value, payload: Value },
    /// `emit_alert(alert)` as an instruction.
    EmitAlert(Value),
    /// An `import`: the fiber goes on when the module, by its number in [`Vm::modules`], has run.
    Import { module: u32 },
}

/// How an instruction that took the slow way goes on.
pub(crate) enum Flow {
    Value(Value),
    /// Frames have changed.
    Entered,
    Exit(Exit),
}

/// Everything that all fibers of one machine share.
pub struct Vm {
    pub heap: Heap,
    pub functions: Arc<Vec<Loaded>>,
    programs: Vec<(Arc<Program>, u32)>,
    pub globals: Vec<Value>,
    pub global_names: Vec<Name>,
    pub global_index: FxHashMap<Name, u16>,
    pub outer: Vec<Value>,
    pub outer_names: Vec<Name>,
    outer_index: FxHashMap<Name, u16>,
    caches: Vec<load::Cache>,
    imports: Vec<modules::Import>,
    pub modules: Vec<Module>,
    /// The types of the structs that modules declare: by module and name.
    module_types: FxHashMap<(Name, Name), u32>,
    operators: operators::OperatorNames,
    pub limits: Limits,
    pub kept: Kept,
    pub clock: Clock,
    /// Reads the clock: see [`Vm::now`].
    pub readings: Readings,
    /// Fuel of builtins' work that the loop has not charged yet.
    work: u64,
}

impl Vm {
    pub fn new(limits: Limits, capabilities: Capabilities, clock: Clock, entropy: Entropy) -> Vm {
        let mut heap = Heap::new();
        heap.set_limit(limits.memory_bytes.unwrap_or(usize::MAX));
        let operators = operators::OperatorNames::new(&mut heap);
        Vm {
            heap,
            functions: Arc::new(Vec::new()),
            programs: Vec::new(),
            globals: Vec::new(),
            global_names: Vec::new(),
            global_index: FxHashMap::default(),
            outer: Vec::new(),
            outer_names: Vec::new(),
            outer_index: FxHashMap::default(),
            caches: Vec::new(),
            imports: Vec::new(),
            modules: Vec::new(),
            module_types: FxHashMap::default(),
            operators,
            limits,
            kept: Kept::new(entropy, capabilities),
            clock,
            readings: Readings::default(),
            work: 0,
        }
    }

    /// The time, for the run.
    pub fn now(&self) -> f64 {
        self.readings.read(self.clock)
    }

    /// Registers that a loaded function uses.
    pub fn registers(&self, function: u32) -> usize {
        self.functions.get(function as usize).map_or(0, |function| function.registers as usize)
    }

    /// Takes the running state out of `fiber`.
    pub fn park(&self, fiber: &mut Fiber) -> Fiber {
        let used = fiber.used(|function| self.registers(function));
        fiber.park(used)
    }

    /// Hands everything that fibers share to the collector.
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.values(&self.globals);
        tracer.values(&self.outer);
        for function in self.functions.iter() {
            tracer.values(&function.constants);
        }
    }

    /// Frees what neither the shared state nor `roots` reach.
    pub fn collect(&mut self, roots: impl FnOnce(&mut Tracer<'_>, &Vec<Loaded>)) {
        let (globals, outer, functions) = (&self.globals, &self.outer, &self.functions);
        self.heap.collect(|tracer| {
            tracer.values(globals);
            tracer.values(outer);
            for function in functions.iter() {
                tracer.values(&function.constants);
            }
            roots(tracer, functions);
        });
    }

    pub(crate) fn undefined(name: &str) -> Raise {
        Raise::new(ErrorKind::Undefined, format!("Undefined variable: {name}"))
    }
}
