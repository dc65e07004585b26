//! What the machine's parts tell each other: errors on their way, limits.

mod limits;
mod raise;

pub use limits::{LimitBreach, LimitKind, Limits};
pub use raise::{ErrorKind, Raise, Raised};
