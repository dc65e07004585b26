//! What a host lets its scripts use of the world outside.

use super::{ErrorKind, Raise};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $field:ident $variant:ident $word:literal = $default:expr,)*) => {
        /// One of the things that a host grants or does not.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Capability { $($variant,)* }

        impl Capability {
            pub const ALL: &[Capability] = &[$(Capability::$variant,)*];

            /// The name in options and in messages.
            pub fn word(self) -> &'static str {
                match self { $(Capability::$variant => $word,)* }
            }
        }

        /// What the scripts of one machine may use.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct Capabilities { $($(#[$doc])* pub $field: bool,)* }

        impl Default for Capabilities {
            fn default() -> Capabilities {
                Capabilities { $($field: $default,)* }
            }
        }

        impl Capabilities {
            pub const NONE: Capabilities = Capabilities { $($field: false,)* };
            pub const ALL: Capabilities = Capabilities { $($field: true,)* };

            pub fn has(&self, capability: Capability) -> bool {
                match capability { $(Capability::$variant => self.$field,)* }
            }

            pub fn set(&mut self, capability: Capability, granted: bool) {
                match capability { $(Capability::$variant => self.$field = granted,)* }
            }
        }
    };
}

capabilities! {
    /// The time of day: `now` and its relatives. Timers need no capability.
    clock Clock "clock" = true,
    /// Random numbers that no script has seeded.
    random Random "random" = true,
    /// HTTP requests.
    http Http "http" = false,
    /// Reading, writing and listing files.
    files Files "files" = false,
}

impl Capabilities {
    /// # Errors
    /// Kind `permission`, if the host does not grant it.
    pub fn require(&self, capability: Capability) -> Result<(), Raise> {
        if self.has(capability) { Ok(()) } else { Err(not_granted(capability)) }
    }
}

#[cold]
fn not_granted(capability: Capability) -> Raise {
    Raise::new(ErrorKind::Permission, format!("Capability '{}' is not granted", capability.word()))
}
