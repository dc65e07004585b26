//! The options that say what a run may use.

use clap::builder::PossibleValuesParser;
use ruff_lang::desktop::Vm;
use ruff_lang::runtime::{Capabilities, Capability, Limits};
use std::time::Duration;

#[derive(Clone, clap::Args)]
pub struct LimitOptions {
    /// Milliseconds after which a run is given up
    #[arg(long, value_name = "N", env = "RUFF_SCHEDULER_TIMEOUT_MS", default_value_t = 120_000,
          value_parser = clap::value_parser!(u64).range(1..))]
    pub scheduler_timeout_ms: u64,
    /// Instructions a run may execute
    #[arg(long, value_name = "N")]
    fuel: Option<u64>,
    /// Bytes of memory a run may use; K, M and G at the end stand for 1024, 1024² and 1024³
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    memory: Option<usize>,
    /// What scripts may use of the world outside, beyond the clock and random numbers
    #[arg(long, value_name = "CAPABILITIES", value_delimiter = ',', value_parser = grantable())]
    allow: Vec<String>,
}

/// The capabilities that no script has by itself.
fn grantable() -> PossibleValuesParser {
    let granted = Capabilities::default();
    let grantable = Capability::ALL.iter().filter(|&&capability| !granted.has(capability));
    PossibleValuesParser::new(grantable.map(|capability| capability.word()))
}

impl LimitOptions {
    /// Grants a machine what is allowed.
    pub fn grant(&self, vm: &mut Vm) {
        let mut capabilities = Capabilities::default();
        for &capability in Capability::ALL {
            if self.allow.iter().any(|word| word == capability.word()) {
                capabilities.set(capability, true);
            }
        }
        vm.grant(capabilities);
    }

    pub fn limits(&self) -> Limits {
        Limits { fuel: self.fuel, memory_bytes: self.memory, ..Limits::default() }
    }

    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.scheduler_timeout_ms)
    }

    /// What is said after the deadline.
    pub fn timed_out(&self, pending: usize) -> String {
        format!("Scheduler timed out after {}ms ({pending} pending)", self.scheduler_timeout_ms)
    }
}

fn bytes(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let number: usize = digits.parse().map_err(|_| "a number of bytes like 500000, 512K, 64M or 2G".to_string())?;
    number.checked_mul(unit).ok_or_else(|| "too large".to_string())
}
