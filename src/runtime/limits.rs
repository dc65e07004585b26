//! What a host allows its scripts.

/// A number that a limit is given as.
trait Bits {
    fn to_bits(self) -> u64;
    fn from_bits(bits: u64) -> Self;
}

impl Bits for u64 {
    fn to_bits(self) -> u64 {
        self
    }

    fn from_bits(bits: u64) -> u64 {
        bits
    }
}

impl Bits for usize {
    fn to_bits(self) -> u64 {
        self as u64
    }

    fn from_bits(bits: u64) -> usize {
        usize::try_from(bits).unwrap_or(usize::MAX)
    }
}

impl Bits for f64 {
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }

    fn from_bits(bits: u64) -> f64 {
        f64::from_bits(bits)
    }
}

macro_rules! limits {
    ($($(#[$doc:meta])* $field:ident $variant:ident $word:literal: $kind:ty = $default:expr,)*) => {
        /// All limits of one machine (async.md 9). `None` means none.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Limits { $($(#[$doc])* pub $field: $kind,)* }

        impl Default for Limits {
            fn default() -> Limits {
                Limits { $($field: $default,)* }
            }
        }

        impl Limits {
            /// All of them in the order of the table, as bits.
            pub fn to_bits(&self) -> Vec<Option<u64>> {
                vec![$(self.$field.map(Bits::to_bits),)*]
            }

            /// The other way round. `None` if there are not as many as limits.
            pub fn from_bits(bits: &[Option<u64>]) -> Option<Limits> {
                let mut bits = bits.iter();
                let limits = Limits { $($field: bits.next()?.map(Bits::from_bits),)* };
                bits.next().is_none().then_some(limits)
            }
        }

        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum LimitKind { $($variant,)* }

        impl LimitKind {
            /// The name in JavaScript options and in messages.
            pub fn word(self) -> &'static str {
                match self { $(LimitKind::$variant => $word,)* }
            }
        }
    };
}

limits! {
    /// Fuel of one run.
    fuel Fuel "fuel": Option<u64> = None,
    /// Heap bytes of the machine.
    memory_bytes MemoryBytes "memoryBytes": Option<usize> = None,
    /// Active calls of one task; going beyond raises a catchable error of kind `depth`.
    call_depth CallDepth "callDepth": Option<usize> = Some(10_000),
    /// Tasks alive in the machine.
    tasks Tasks "tasks": Option<usize> = None,
    /// Host operations without an answer.
    pending_operations PendingOperations "pendingOps": Option<usize> = None,
    /// Messages in one channel.
    channel_items ChannelItems "channelItems": Option<usize> = None,
    /// Inbound events; a full queue drops its oldest.
    event_queue EventQueue "eventQueue": Option<usize> = Some(10_000),
    /// Bytes printed by one run.
    output_bytes OutputBytes "outputBytes": Option<usize> = None,
    /// Milliseconds of one run, from its start to its end.
    wall_ms WallMs "wallMs": Option<f64> = None,
    /// Fuel of the cleanup of one cancelled task.
    cleanup_fuel CleanupFuel "cleanupFuel": Option<u64> = Some(1_000_000),
    /// Milliseconds of the cleanup of one cancelled task.
    cleanup_ms CleanupMs "cleanupMs": Option<f64> = Some(5_000.0),
}

/// A limit that was exceeded. All tasks of the run are dropped; the machine stays usable.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LimitBreach {
    pub limit: LimitKind,
    pub used: f64,
    pub allowed: f64,
}

impl std::fmt::Display for LimitBreach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Limit exceeded: {} (used {}, allowed {})", self.limit.word(), self.used, self.allowed)
    }
}
