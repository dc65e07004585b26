//! The journal of a machine: everything that came to it from outside, so that the same run can be had again.
//!
//! A machine that records ([`VirtualMachine::record`]) writes down what its host does with it and what the host's clock
//! and random bytes were, together with what the scripts asked for at that moment. A [`Replay`] does the same with a
//! machine of its own: scripts print the same, tasks run in the same order, errors have the same positions, and the same
//! fuel is used. Where a run differs from its journal, the replay ends and says so.
//!
//! # Format, version 1
//!
//! ```text
//! "RUFFJNL" version:number length:number body checksum:8 bytes
//! body     = recorder:text limits capabilities clock:(0 | 1 float) entropy entry*
//! entry    = [0 readings] kind:byte fields
//! readings = (difference:number count:number)*     of the host's clock, since the entry before
//! ```
//!
//! `length` is that of the body, which the checksum (FNV-1a of 64 bits) is of. The kinds of entries with their fields are
//! in the table below; how fields are written is told in `fields.rs`.

mod fields;
mod recorder;
mod replay;
mod values;

use crate::runtime::{Capabilities, Limits};
use crate::schedule::{HostError, Stop};
use crate::vm::Entropy;
use fields::{Field, Reader, digest, read_readings, write_readings};

pub(super) use recorder::Recorder;
pub use replay::{Divergence, Replay, ReplayError};

/// A value that came from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum JournalValue {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<JournalValue>),
    Dict(Vec<(String, JournalValue)>),
    None,
    Some(Box<JournalValue>),
    Ok(Box<JournalValue>),
    Err(Box<JournalValue>),
    Error(HostError),
    /// The promise of a host operation.
    Operation(u64),
    /// The promise of a task.
    Task(u64),
    /// The value of the script variable of that name.
    Global(String),
    HostFunction(u32),
    /// It was no data; its type word.
    Lost(String),
}

/// What the host said to a call of one of its functions.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Settled(Result<JournalValue, HostError>),
    /// The number of the operation.
    Pending(Option<u64>),
}

/// What the host said when it was asked for a module.
#[derive(Clone, Debug, PartialEq)]
pub enum ModuleAnswer {
    /// The number of the [`Entry::Source`].
    Source(u32),
    NotFound {
        hint: Option<String>,
    },
    Failed {
        message: String,
    },
}

macro_rules! entries {
    ($($(#[$doc:meta])* $tag:literal $variant:ident $({ $($field:ident: $kind:ty,)* })?,)*) => {
        /// Something that a host did with its machine.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Entry { $($(#[$doc])* $variant $({ $($field: $kind,)* })?,)* }

        impl Entry {
            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $(Entry::$variant $({ $($field,)* })? => {
                        out.push($tag);
                        $($($field.write(out);)*)?
                    })*
                }
            }

            fn read(kind: u8, from: &mut Reader<'_>) -> Result<Entry, JournalError> {
                Ok(match kind {
                    $($tag => Entry::$variant $({ $($field: Field::read(from)?,)* })?,)*
                    _ => return Err(JournalError::Damaged { at: from.at }),
                })
            }
        }
    };
}

/// In place of the kind of an entry: readings of the clock.
const READINGS: u8 = 0;

entries! {
    1 Function { name: String, },
    2 Variable { name: String, value: JournalValue, },
    /// A text that later entries name by its number, from 0.
    3 Source { file: String, text: String, },
    /// Of a run; `task` is its main task if it could begin.
    4 Start {
        source: u32, test: Option<u32>, interactive: bool, arguments: Vec<JournalValue>, limits: Option<Limits>,
        task: Option<u64>,
    },
    5 Call { function: JournalValue, arguments: Vec<JournalValue>, limits: Option<Limits>, task: Option<u64>, },
    /// So many slices of so much fuel, all of which but the last yielded; `spent` is what was used.
    6 Run { fuel: u64, slices: u64, stop: Stop, spent: u64, },
    /// One turn of one task.
    7 Turn { stop: Stop, spent: u64, },
    /// The answer to a host call, of which the task, the function and a digest of the arguments are told.
    8 Reply { task: u64, function: u32, arguments: u64, answer: Answer, },
    /// An operation that the host began.
    9 Operation { id: Option<u64>, },
    10 Deliver { operation: u64, result: Result<JournalValue, HostError>, accepted: bool, },
    11 Module { id: u64, answer: ModuleAnswer, accepted: bool, },
    12 Cancel { task: u64, accepted: bool, },
    13 Event { name: String, data: JournalValue, },
    14 Bar { source: String, bar: JournalValue, },
    15 EndOfBars { source: String, error: Option<HostError>, },
    16 Tick { id: String, },
    /// Whether events, bars and ticks may still come.
    17 Expect { deliveries: bool, },
    /// Of a virtual clock.
    18 Advance { to: f64, },
    19 Pause { paused: bool, },
    20 PauseTask { task: u64, paused: bool, },
    21 Watch { promise: JournalValue, },
    22 Sink { tags: Vec<String>, },
    23 RemoveSink { sink: u32, },
    24 Stress { on: bool, },
    25 Collect,
    /// The state of a context was saved; put in the place of its state; registered as a new context; forgotten.
    26 Save { context: u64, },
    27 Restore { context: u64, state: u32, },
    28 Create { state: u32, context: Option<u64>, },
    29 Forget { state: u32, },
    30 Remove { context: u64, },
    /// The journal was full: what came later is not in it.
    31 Full,
    32 Grant { capabilities: Capabilities, },
}

/// Why bytes are no journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalError {
    NoJournal,
    Version(u64),
    Truncated { bytes: usize, of: usize },
    Damaged { at: usize },
}

impl std::fmt::Display for JournalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            JournalError::NoJournal => write!(f, "This is no journal of a run"),
            JournalError::Version(version) => {
                write!(f, "The journal has format {version}, and this version of Ruff reads format {VERSION}")
            }
            JournalError::Truncated { bytes, of } => {
                write!(f, "The journal is cut off: {bytes} of {of} bytes are left")
            }
            JournalError::Damaged { at } => write!(f, "The journal is damaged at byte {at}"),
        }
    }
}

impl std::error::Error for JournalError {}

const MAGIC: &[u8] = b"RUFFJNL";
const VERSION: u64 = 1;
const CHECKSUM: usize = 8;

/// Readings of the clock that one entry can have.
const MOST_READINGS: usize = 1 << 24;

/// How many bytes a journal may have if its host has no wish.
pub const LARGEST_JOURNAL: usize = 64 << 20;

/// How a machine was made.
#[derive(Clone, Debug)]
struct Head {
    /// The version of the machine.
    recorder: String,
    limits: Limits,
    capabilities: Capabilities,
    /// When a virtual clock began.
    clock: Option<f64>,
    entropy: Entropy,
}

impl Field for Head {
    fn write(&self, out: &mut Vec<u8>) {
        self.recorder.write(out);
        self.limits.write(out);
        self.capabilities.write(out);
        self.clock.write(out);
        self.entropy.write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Head, JournalError> {
        Ok(Head {
            recorder: Field::read(from)?,
            limits: Field::read(from)?,
            capabilities: Field::read(from)?,
            clock: Field::read(from)?,
            entropy: Field::read(from)?,
        })
    }
}

/// A recorded run, as plain data.
#[derive(Clone, Debug)]
pub struct Journal {
    head: Head,
    entries: Vec<u8>,
}

/// An entry, and what the machine read from the clock of its host meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub entry: Entry,
    pub readings: Vec<f64>,
}

/// Writes steps one after the other.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// The bits of the last reading.
    last: u64,
}

impl Writer {
    fn write(&mut self, entry: &Entry, readings: &[f64]) {
        if !readings.is_empty() {
            self.bytes.push(READINGS);
            write_readings(readings, &mut self.last, &mut self.bytes);
        }
        entry.write(&mut self.bytes);
    }
}

impl Journal {
    /// The entries in their order.
    pub fn steps(&self) -> impl Iterator<Item = Result<Step, JournalError>> + '_ {
        let (mut reader, mut last) = (Reader::new(&self.entries, 0), 0);
        std::iter::from_fn(move || {
            if reader.is_over() {
                return None;
            }
            let step = read_step(&mut reader, &mut last);
            if step.is_err() {
                reader = Reader::new(&[], 0);
            }
            Some(step)
        })
    }

    /// The same journal without some of its entries: what else could have happened. A replay of it says where the run
    /// needs one of them.
    pub fn without(&self, mut unwanted: impl FnMut(usize, &Entry) -> bool) -> Journal {
        let mut writer = Writer::default();
        for (number, step) in self.steps().flatten().enumerate() {
            if !unwanted(number, &step.entry) {
                writer.write(&step.entry, &step.readings);
            }
        }
        Journal { head: self.head.clone(), entries: writer.bytes }
    }

    /// The version of Ruff that has recorded it.
    pub fn recorder(&self) -> &str {
        &self.head.recorder
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.entries.len() + 256);
        self.head.write(&mut body);
        body.extend_from_slice(&self.entries);
        let mut bytes = MAGIC.to_vec();
        VERSION.write(&mut bytes);
        (body.len() as u64).write(&mut bytes);
        let checksum = digest(&[&body]);
        bytes.append(&mut body);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// # Errors
    /// The bytes are not those of a whole journal of this format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Journal, JournalError> {
        // The shortest journal there could be.
        let cut_off = JournalError::Truncated { bytes: bytes.len(), of: MAGIC.len() + 2 + CHECKSUM };
        if !bytes.starts_with(MAGIC) {
            let begins = MAGIC.starts_with(bytes) && !bytes.is_empty();
            return Err(if begins { cut_off } else { JournalError::NoJournal });
        }
        if bytes.len() < MAGIC.len() + 2 + CHECKSUM {
            return Err(cut_off);
        }
        let mut reader = Reader::new(bytes, MAGIC.len());
        let version = u64::read(&mut reader)?;
        if version != VERSION {
            return Err(JournalError::Version(version));
        }
        let length = usize::try_from(u64::read(&mut reader)?).unwrap_or(usize::MAX);
        let of = reader.at.saturating_add(length).saturating_add(CHECKSUM);
        if bytes.len() < of {
            return Err(JournalError::Truncated { bytes: bytes.len(), of });
        }
        let body = reader.take(length)?;
        let checksum = reader.take(CHECKSUM)?;
        if !reader.is_over() || checksum != digest(&[body]).to_le_bytes() {
            return Err(JournalError::Damaged { at: reader.at });
        }
        let mut reader = Reader::new(body, 0);
        let head = Head::read(&mut reader)?;
        let journal = Journal { head, entries: body[reader.at..].to_vec() };
        let fault = journal.steps().find_map(Result::err);
        fault.map_or(Ok(journal), Err)
    }
}

fn read_step(reader: &mut Reader<'_>, last: &mut u64) -> Result<Step, JournalError> {
    let mut kind = reader.byte()?;
    let mut readings = Vec::new();
    if kind == READINGS {
        readings = read_readings(reader, last)?;
        kind = reader.byte()?;
    }
    Ok(Step { entry: Entry::read(kind, reader)?, readings })
}
