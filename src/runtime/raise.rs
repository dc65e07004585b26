//! An error on its way from where it was found to its handler.

use super::limits::{LimitBreach, LimitKind};
use crate::value::Value;

macro_rules! error_kinds {
    ($($variant:ident $word:literal,)*) => {
        /// The words of language.md 8.3.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum ErrorKind { $($variant,)* }

        impl ErrorKind {
            pub const ALL: &[ErrorKind] = &[$(ErrorKind::$variant,)*];

            /// The `kind` field of the error value.
            pub fn word(self) -> &'static str {
                match self { $(ErrorKind::$variant => $word,)* }
            }
        }
    };
}

error_kinds! {
    Thrown "thrown",
    Type "type",
    Arity "arity",
    Index "index",
    Key "key",
    Arithmetic "arithmetic",
    Undefined "undefined",
    Immutable "immutable",
    Field "field",
    Depth "depth",
    Promise "promise",
    Host "host",
    Timeout "timeout",
    Cancelled "cancelled",
    Aggregate "aggregate",
    Deadlock "deadlock",
    Channel "channel",
    Import "import",
    Argument "argument",
    Assertion "assertion",
    Format "format",
    Io "io",
    Permission "permission",
}

/// What was raised.
#[derive(Debug)]
pub enum Raised {
    /// An error that the machine found; it becomes an error value where it is caught or reported.
    Error { kind: ErrorKind, message: String },
    /// `throw v`, or an error value that is raised again.
    Thrown(Value),
    /// Not catchable.
    Limit(LimitBreach),
    /// `exit(n)`; not catchable.
    Exit(i32),
}

/// The error side of everything that can fail; boxed, as the way without errors must stay cheap.
#[derive(Debug)]
pub struct Raise(pub Box<Raised>);

impl Raise {
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Raise {
        Raise(Box::new(Raised::Error { kind, message: message.into() }))
    }

    #[cold]
    pub fn thrown(value: Value) -> Raise {
        Raise(Box::new(Raised::Thrown(value)))
    }

    #[cold]
    pub fn limit(breach: LimitBreach) -> Raise {
        Raise(Box::new(Raised::Limit(breach)))
    }

    #[cold]
    pub fn exit(status: i32) -> Raise {
        Raise(Box::new(Raised::Exit(status)))
    }

    pub fn is_memory_breach(&self) -> bool {
        matches!(&*self.0, Raised::Limit(LimitBreach { limit: LimitKind::MemoryBytes, .. }))
    }

    /// Kind `argument`.
    #[cold]
    pub fn argument(message: impl Into<String>) -> Raise {
        Raise::new(ErrorKind::Argument, message)
    }

    /// Kind `type`.
    #[cold]
    pub fn type_error(message: impl Into<String>) -> Raise {
        Raise::new(ErrorKind::Type, message)
    }
}
