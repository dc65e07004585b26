//! What the machine's parts tell each other: errors on their way, limits, capabilities.

mod capabilities;
mod limits;
mod raise;

pub use capabilities::{Capabilities, Capability};
pub use limits::{LimitBreach, LimitKind, Limits};
pub use raise::{ErrorKind, Raise, Raised};
