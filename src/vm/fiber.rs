//! The state of one task between two instructions: registers, frames, running builtins. Plain data.

use crate::builtins::callbacks::Routine;
use crate::heap::{Closure, Heap, Tracer};
use crate::value::{Handle, Value};

/// What happens with the value that a call gives, in the frame that called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum OnReturn {
    /// Into the result register.
    Store = 0,
    /// The opposite of its truth into the result register: `!=` by `op_eq`.
    StoreNot,
    /// The branch instruction that the frame stands behind decides by its truth.
    Branch,
    /// The same by the opposite of its truth.
    BranchNot,
    /// To the builtin that called back.
    Routine,
    /// To the builtin that pulled a generator; at its end it gets [`Value::Unset`].
    Pull,
    /// To the loop instruction that the frame stands behind; [`Value::Unset`] ends the loop.
    Iterate,
    /// The same for the `next` of a struct: an Option, or a promise of one.
    Offer,
    /// It is the result of the task.
    Task,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The loaded function.
    pub function: u32,
    /// The next instruction.
    pub ip: u32,
    /// First register.
    pub base: u32,
    pub closure: Option<Handle<Closure>>,
    /// The caller's register for the result.
    pub result: u8,
    pub on_return: OnReturn,
    pub flags: u8,
}

/// A method that was called on a place: what it makes of `self` is stored back by the caller's code after the call.
pub const STORES_BACK: u8 = 1;
/// The receiver is borrowed during the call.
pub const BORROWS_SELF: u8 = 2;
/// A method of a part of `self` has changed it.
pub const SELF_CHANGED: u8 = 4;
/// The body of a generator, whose handle is in the register below the first.
pub const GENERATOR: u8 = 8;
/// The body of a generator that shall end: only its pending `finally` blocks run.
pub const ENDING: u8 = 16;

/// A scope of the task that has not ended.
#[derive(Clone, Copy, Debug)]
pub struct OpenScope {
    pub id: u64,
    /// How many frames there were with the one that opened it.
    pub depth: u32,
}

/// A builtin that waits for its callback.
pub struct Running {
    pub routine: Routine,
    /// Number of frames when it was called.
    pub depth: u32,
    pub result: u8,
    pub on_return: OnReturn,
    /// It replaces its receiver, which is in this register of the calling frame; its value is null.
    pub receiver: Option<u8>,
}

/// Registers beyond those of the running function that always exist, so that a window of 256 can be seen as an array.
pub const SLACK: usize = 512;

/// A fiber with fewer registers in use is copied when it parks; a larger one is moved.
const SMALL: usize = 256;

#[derive(Default)]
pub struct Fiber {
    pub stack: Vec<Value>,
    pub frames: Vec<Frame>,
    pub routines: Vec<Running>,
    /// What `Catch` and `BeginFinally` take over: the error, or nothing for a cancellation.
    pub caught: Option<Value>,
    /// The error with which a method ended whose receiver is being stored back.
    pub pending: Option<Value>,
    /// While a cancellation unwinds: how many frames there are and where the `finally` block begins that runs.
    pub cleanup: Option<(u32, u32)>,
    /// What cleanup failed with while a cancellation unwound.
    pub cleanup_errors: Option<Handle<crate::heap::List>>,
    /// Outermost first.
    pub scopes: Vec<OpenScope>,
    /// Where the value of the operation that the fiber waits for goes.
    pub awaiting: Option<(OnReturn, u8)>,
    /// Registers in use while there is no frame: a builtin or host function and its arguments.
    pub frameless: u32,
}

impl Fiber {
    /// Registers in use.
    pub fn used(&self, registers: impl Fn(u32) -> usize) -> usize {
        self.frames.last().map_or(self.frameless as usize, |frame| frame.base as usize + registers(frame.function))
    }

    /// Takes the state out of the fiber that runs, leaving it empty but with its memory.
    pub fn park(&mut self, used: usize) -> Fiber {
        let large = used > SMALL || self.frames.len() > 64;
        let (stack, frames) = if large {
            (std::mem::take(&mut self.stack), std::mem::take(&mut self.frames))
        } else {
            let parked = (self.stack[..used].to_vec(), self.frames.as_slice().to_vec());
            self.frames.clear();
            parked
        };
        Fiber {
            stack,
            frames,
            routines: std::mem::take(&mut self.routines),
            caught: self.caught.take(),
            pending: self.pending.take(),
            cleanup: self.cleanup.take(),
            cleanup_errors: self.cleanup_errors.take(),
            scopes: std::mem::take(&mut self.scopes),
            awaiting: self.awaiting.take(),
            frameless: std::mem::take(&mut self.frameless),
        }
    }

    /// Goes on with a parked state.
    pub fn resume(&mut self, parked: Fiber) {
        if parked.stack.len() > SMALL || parked.frames.len() > 64 {
            self.stack = parked.stack;
            self.frames = parked.frames;
        } else {
            let used = parked.stack.len();
            self.reserve(used);
            self.stack[..used].copy_from_slice(&parked.stack);
            self.frames.clear();
            self.frames.extend_from_slice(&parked.frames);
        }
        let base = self.frames.last().map_or(0, |frame| frame.base as usize);
        self.reserve(base);
        self.routines = parked.routines;
        self.caught = parked.caught;
        self.pending = parked.pending;
        self.cleanup = parked.cleanup;
        self.cleanup_errors = parked.cleanup_errors;
        self.scopes = parked.scopes;
        self.awaiting = parked.awaiting;
        self.frameless = parked.frameless;
    }

    /// Makes sure that a window can begin at `base`.
    #[inline]
    pub fn reserve(&mut self, base: usize) {
        if self.stack.len() < base + SLACK {
            self.grow(base);
        }
    }

    #[cold]
    fn grow(&mut self, base: usize) {
        let wanted = (base + SLACK).max(self.stack.len() * 2);
        self.stack.resize(wanted, Value::Null);
    }

    /// Hands all values to the collector, and forgets what lies beyond the registers in use: values there may be dead.
    pub fn trace(&mut self, tracer: &mut Tracer<'_>, used: usize) {
        let used = used.min(self.stack.len());
        tracer.values(&self.stack[..used]);
        self.stack[used..].fill(Value::Null);
        for frame in &self.frames {
            if let Some(closure) = frame.closure {
                tracer.value(Value::Closure(closure));
            }
        }
        for running in &self.routines {
            running.routine.trace(tracer);
        }
        for value in self.caught.iter().chain(&self.pending) {
            tracer.value(*value);
        }
        if let Some(errors) = self.cleanup_errors {
            tracer.value(Value::List(errors));
        }
    }

    /// Ends the borrows of running builtins and methods. A fiber that is dropped without this costs clones later.
    pub fn release(&mut self, heap: &mut Heap) {
        for mut running in self.routines.drain(..) {
            running.routine.release(heap);
        }
        for frame in &self.frames {
            if frame.flags & GENERATOR != 0
                && let Some(&Value::Generator(generator)) = self.stack.get((frame.base as usize).wrapping_sub(1))
            {
                heap.end_generator(generator);
            }
            if frame.flags & BORROWS_SELF != 0
                && let Some(&receiver) = self.stack.get(frame.base as usize)
                && let Some(share) = heap.share_of(receiver)
            {
                share.release();
            }
        }
    }

    /// A copy of the state, with `used` registers, without the builtins that wait for callbacks. It owns no scope.
    pub fn copy(&self, used: usize) -> Fiber {
        Fiber {
            stack: self.stack[..used.min(self.stack.len())].to_vec(),
            frames: self.frames.clone(),
            routines: Vec::new(),
            caught: self.caught,
            pending: self.pending,
            cleanup: self.cleanup,
            cleanup_errors: self.cleanup_errors,
            scopes: Vec::new(),
            awaiting: self.awaiting,
            frameless: self.frameless,
        }
    }

    /// Bytes that the parked state takes.
    pub fn bytes(&self) -> usize {
        self.stack.capacity() * size_of::<Value>() + self.frames.capacity() * size_of::<Frame>()
    }
}
