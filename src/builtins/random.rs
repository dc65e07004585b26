//! Random values (language.md 13.7).

use super::arguments::{whole, wrong};
use super::table::{Arity, Builtin};
use super::{Context, Kept, Native};
use crate::runtime::{Capabilities, Capability, ErrorKind, Raise};
use crate::value::Value;
use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use std::fmt;
use std::fmt::Write;

/// Where unpredictable bytes come from.
#[derive(Clone, Copy, Debug)]
pub enum Entropy {
    /// Nowhere: whatever looks random follows from this number, `uuid_v4` included.
    Seed(u64),
    /// From the host, which may have none.
    Host(fn() -> Option<[u8; 32]>),
    /// What a host has given.
    Given(Option<[u8; 32]>),
}

/// The random numbers of one machine.
pub struct Random {
    entropy: Entropy,
    /// What [`Random::entropy`] began, when it was first needed.
    own: Option<ChaCha12Rng>,
    /// What the script seeded, in place of `own` for all but `uuid_v4`.
    seeded: Option<ChaCha12Rng>,
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Random").field("entropy", &self.entropy).finish_non_exhaustive()
    }
}

impl Random {
    pub fn new(entropy: Entropy) -> Random {
        Random { entropy, own: None, seeded: None }
    }

    /// Where they come from, so that another machine can have the same.
    pub fn drawn(&self) -> Entropy {
        match self.entropy {
            Entropy::Host(bytes) => Entropy::Given(bytes()),
            entropy => entropy,
        }
    }

    /// The generator that no script seeds.
    fn own(&mut self, capabilities: Capabilities) -> Result<&mut ChaCha12Rng, Raise> {
        capabilities.require(Capability::Random)?;
        let own = match (self.own.take(), self.entropy) {
            (Some(own), _) => own,
            (None, Entropy::Seed(seed)) => ChaCha12Rng::seed_from_u64(seed),
            (None, Entropy::Host(_) | Entropy::Given(_)) => {
                let Entropy::Given(Some(bytes)) = self.drawn() else {
                    return Err(Raise::new(ErrorKind::Host, "The host has no random bytes"));
                };
                ChaCha12Rng::from_seed(bytes)
            }
        };
        Ok(self.own.insert(own))
    }
}

impl Kept {
    fn generator(&mut self) -> Result<&mut ChaCha12Rng, Raise> {
        match self.random.seeded {
            Some(ref mut seeded) => Ok(seeded),
            None => self.random.own(self.capabilities),
        }
    }
}

/// A number below `bound`, each as likely as the others; of all 2^64 if `bound` is 0. Numbers are drawn until one lies
/// in the greatest range that `bound` parts evenly, as rand 0.8 does it: the values after a seed are documented.
fn below(generator: &mut ChaCha12Rng, bound: u64) -> u64 {
    if bound == 0 {
        return generator.next_u64();
    }
    let zone = (bound << bound.leading_zeros()).wrapping_sub(1);
    loop {
        let wide = u128::from(generator.next_u64()) * u128::from(bound);
        if wide as u64 <= zone {
            return (wide >> 64) as u64;
        }
    }
}

const fn row(name: &'static str, arity: Arity, run: Native) -> Builtin {
    Builtin::native(name, arity, run)
}

const NONE: Arity = Arity::text(0, 0, "{name}() expects 0 arguments, got {count}");

pub(super) const ROWS: &[Builtin] = &[
    row("random", NONE, random)
        .doc("random() -> float", "A number from 0 up to, but not including, 1")
        .example("floor(random())", "0"),
    row("random_int", Arity::text(2, 2, "random_int() expects 2 arguments (min, max), got {count}"), random_int)
        .doc("random_int(min: num, max: num) -> int", "A whole number from min to max, both included")
        .example("random_int(3, 3)", "3"),
    row("random_choice", Arity::text(1, 1, "random_choice() expects 1 argument (array), got {count}"), random_choice)
        .doc("random_choice(xs: array) -> value", "An element of the array, or 0 if it is empty")
        .example("random_choice([\"a\", \"a\"])", "a"),
    row("random_id", Arity::text(1, 1, "random_id() expects 1 argument (length), got {count}"), random_id)
        .doc("random_id(length: int) -> string", "So many lower-case letters and digits")
        .example("len(random_id(8))", "8"),
    row("uuid_v4", NONE, uuid_v4)
        .doc("uuid_v4() -> string", "A random identifier (RFC 9562, version 4), whatever the seed")
        .example("char_at(uuid_v4(), 14)", "4"),
    row("set_random_seed", Arity::text(1, 1, "set_random_seed() expects 1 argument (seed), got {count}"), set_seed)
        .doc("set_random_seed(seed: num) -> null", "From here on the random values follow from the seed")
        .example("set_random_seed(42)", "null"),
    row("clear_random_seed", NONE, |context, _| {
        context.kept.random.seeded = None;
        Ok(Value::Null)
    })
    .doc("clear_random_seed() -> null", "From here on the random values are unpredictable again")
    .example("clear_random_seed()", "null"),
];

fn random(context: &mut Context<'_>, _: &[Value]) -> Result<Value, Raise> {
    // As many bits as a float can tell apart between 0 and 1.
    let bits = context.kept.generator()?.next_u64() >> 11;
    Ok(Value::Float(bits as f64 / (1u64 << 53) as f64))
}

fn random_int(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let (Some(least), Some(greatest)) = (whole(arguments[0]), whole(arguments[1])) else {
        return Err(wrong("random_int", " requires number arguments"));
    };
    if least > greatest {
        return Err(wrong("random_int", &format!(" requires min <= max, got {least} and {greatest}")));
    }
    let count = (greatest.wrapping_sub(least) as u64).wrapping_add(1);
    let offset = below(context.kept.generator()?, count);
    Ok(Value::Int(least.wrapping_add(offset as i64)))
}

fn random_choice(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::List(list) = arguments[0] else {
        return Err(wrong("random_choice", " requires an array argument"));
    };
    let count = context.heap.items(list).len() as u64;
    if count == 0 {
        return Ok(Value::Int(0));
    }
    let position = below(context.kept.generator()?, count) as usize;
    let chosen = context.heap.items(list).get(position).copied().unwrap_or(Value::Int(0));
    context.heap.share(chosen);
    Ok(chosen)
}

const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

fn random_id(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Int(length) = arguments[0] else {
        return Err(wrong("random_id", " requires an integer length argument"));
    };
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    context.reserve_text(length)?;
    let generator = context.kept.generator()?;
    let mut id = String::with_capacity(length);
    for _ in 0..length {
        id.push(LETTERS[below(generator, LETTERS.len() as u64) as usize % LETTERS.len()] as char);
    }
    Ok(context.heap.string(id))
}

fn uuid_v4(context: &mut Context<'_>, _: &[Value]) -> Result<Value, Raise> {
    let mut bytes = [0; 16];
    context.kept.random.own(context.kept.capabilities)?.fill_bytes(&mut bytes);
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let mut uuid = String::with_capacity(36);
    for (position, byte) in bytes.into_iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            uuid.push('-');
        }
        // Writing to a string cannot fail.
        let _ = write!(uuid, "{byte:02x}");
    }
    Ok(context.heap.string(uuid))
}

fn set_seed(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Some(seed) = whole(arguments[0]) else {
        return Err(wrong("set_random_seed", " requires a number argument"));
    };
    context.kept.random.seeded = Some(ChaCha12Rng::seed_from_u64(seed as u64));
    Ok(Value::Null)
}
