//! How the parts of a journal are written as bytes: numbers in groups of seven bits, lowest first, with a mark on all
//! groups but the last; floats as their eight bytes, lowest first; texts and lists behind their lengths.

use super::{Answer, JournalError, JournalValue, ModuleAnswer};
use crate::machine::DEEPEST;
use crate::runtime::{Capabilities, Capability, ErrorKind, Limits};
use crate::schedule::{HostError, Stop};
use crate::vm::Entropy;

/// What is left of a journal.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pub at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Reader<'a> {
        Reader { bytes, at, depth: 0 }
    }

    pub fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn damaged(&self) -> JournalError {
        JournalError::Damaged { at: self.at }
    }

    pub fn byte(&mut self) -> Result<u8, JournalError> {
        let byte = self.bytes.get(self.at).copied().ok_or_else(|| self.damaged())?;
        self.at += 1;
        Ok(byte)
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], JournalError> {
        let end = self.at.checked_add(count).ok_or_else(|| self.damaged())?;
        let taken = self.bytes.get(self.at..end).ok_or_else(|| self.damaged())?;
        self.at = end;
        Ok(taken)
    }

    /// One of the first `count` numbers.
    pub fn choice(&mut self, count: u8) -> Result<u8, JournalError> {
        let byte = self.byte()?;
        if byte < count { Ok(byte) } else { Err(self.damaged()) }
    }
}

/// A part of an entry.
pub(super) trait Field: Sized {
    fn write(&self, out: &mut Vec<u8>);

    /// # Errors
    /// The bytes mean no such thing.
    fn read(from: &mut Reader<'_>) -> Result<Self, JournalError>;
}

impl Field for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }

    fn read(from: &mut Reader<'_>) -> Result<u64, JournalError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = from.byte()?;
            let group = u64::from(byte & 0x7F);
            if group << shift >> shift != group {
                return Err(from.damaged());
            }
            number |= group << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(from.damaged())
    }
}

impl Field for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        u64::from(*self).write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<u32, JournalError> {
        u32::try_from(u64::read(from)?).map_err(|_| from.damaged())
    }
}

/// Small numbers of either sign are short.
impl Field for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        (((*self << 1) ^ (*self >> 63)) as u64).write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<i64, JournalError> {
        let number = u64::read(from)?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

impl Field for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<f64, JournalError> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(from.take(8)?);
        Ok(f64::from_le_bytes(bytes))
    }
}

impl Field for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(from: &mut Reader<'_>) -> Result<bool, JournalError> {
        Ok(from.choice(2)? == 1)
    }
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    (bytes.len() as u64).write(out);
    out.extend_from_slice(bytes);
}

fn read_bytes<'a>(from: &mut Reader<'a>) -> Result<&'a [u8], JournalError> {
    let count = usize::try_from(u64::read(from)?).map_err(|_| from.damaged())?;
    from.take(count)
}

impl Field for String {
    fn write(&self, out: &mut Vec<u8>) {
        write_bytes(self.as_bytes(), out);
    }

    fn read(from: &mut Reader<'_>) -> Result<String, JournalError> {
        let bytes = read_bytes(from)?.to_vec();
        String::from_utf8(bytes).map_err(|_| from.damaged())
    }
}

impl<T: Field> Field for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Option<T>, JournalError> {
        if bool::read(from)? { T::read(from).map(Some) } else { Ok(None) }
    }
}

impl<T: Field> Field for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u64).write(out);
        self.iter().for_each(|item| item.write(out));
    }

    fn read(from: &mut Reader<'_>) -> Result<Vec<T>, JournalError> {
        // Nothing is set aside for a length that may be wrong.
        let count = u64::read(from)?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(T::read(from)?);
        }
        Ok(items)
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<(A, B), JournalError> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

impl<A: Field, B: Field> Field for Result<A, B> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_ok().write(out);
        match self {
            Ok(value) => value.write(out),
            Err(error) => error.write(out),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Result<A, B>, JournalError> {
        Ok(if bool::read(from)? { Ok(A::read(from)?) } else { Err(B::read(from)?) })
    }
}

impl Field for Stop {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(match self {
            Stop::Yielded => 0,
            Stop::HostCall => 1,
            Stop::Idle => 2,
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Stop, JournalError> {
        Ok(match from.choice(3)? {
            0 => Stop::Yielded,
            1 => Stop::HostCall,
            _ => Stop::Idle,
        })
    }
}

impl Field for Limits {
    fn write(&self, out: &mut Vec<u8>) {
        self.to_bits().write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Limits, JournalError> {
        Limits::from_bits(&Vec::read(from)?).ok_or_else(|| from.damaged())
    }
}

/// The words of those that are granted.
impl Field for Capabilities {
    fn write(&self, out: &mut Vec<u8>) {
        let granted = Capability::ALL.iter().filter(|&&capability| self.has(capability));
        granted.map(|capability| capability.word().to_string()).collect::<Vec<String>>().write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Capabilities, JournalError> {
        let mut capabilities = Capabilities::NONE;
        for word in Vec::<String>::read(from)? {
            let named = Capability::ALL.iter().find(|capability| capability.word() == word);
            capabilities.set(*named.ok_or_else(|| from.damaged())?, true);
        }
        Ok(capabilities)
    }
}

impl Field for Entropy {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Entropy::Seed(seed) => {
                out.push(0);
                seed.write(out);
            }
            // A host is asked before a journal begins.
            Entropy::Host(_) | Entropy::Given(None) => out.push(1),
            Entropy::Given(Some(bytes)) => {
                out.push(2);
                out.extend_from_slice(bytes);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Entropy, JournalError> {
        Ok(match from.choice(3)? {
            0 => Entropy::Seed(u64::read(from)?),
            1 => Entropy::Given(None),
            _ => {
                let mut bytes = [0; 32];
                bytes.copy_from_slice(from.take(32)?);
                Entropy::Given(Some(bytes))
            }
        })
    }
}

impl Field for HostError {
    fn write(&self, out: &mut Vec<u8>) {
        self.kind.word().to_string().write(out);
        self.message.write(out);
        self.cause.write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<HostError, JournalError> {
        let word = String::read(from)?;
        let kind = ErrorKind::ALL.iter().copied().find(|kind| kind.word() == word).ok_or_else(|| from.damaged())?;
        Ok(HostError { kind, message: String::read(from)?, cause: Option::read(from)? })
    }
}

impl Field for Answer {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Answer::Settled(result) => {
                out.push(0);
                result.write(out);
            }
            Answer::Pending(operation) => {
                out.push(1);
                operation.write(out);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Answer, JournalError> {
        Ok(match from.choice(2)? {
            0 => Answer::Settled(Field::read(from)?),
            _ => Answer::Pending(Field::read(from)?),
        })
    }
}

impl Field for ModuleAnswer {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            ModuleAnswer::Source(source) => {
                out.push(0);
                source.write(out);
            }
            ModuleAnswer::NotFound { hint } => {
                out.push(1);
                hint.write(out);
            }
            ModuleAnswer::Failed { message } => {
                out.push(2);
                message.write(out);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<ModuleAnswer, JournalError> {
        Ok(match from.choice(3)? {
            0 => ModuleAnswer::Source(Field::read(from)?),
            1 => ModuleAnswer::NotFound { hint: Field::read(from)? },
            _ => ModuleAnswer::Failed { message: Field::read(from)? },
        })
    }
}

macro_rules! values {
    ($($tag:literal $variant:ident $(($field:ident))?,)*) => {
        impl Field for JournalValue {
            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $(JournalValue::$variant $(($field))? => {
                        out.push($tag);
                        $($field.write(out);)?
                    })*
                    JournalValue::Bytes(bytes) => {
                        out.push(BYTES);
                        write_bytes(bytes, out);
                    }
                }
            }

            fn read(from: &mut Reader<'_>) -> Result<JournalValue, JournalError> {
                // Lists below a value, and what is wrapped in one.
                if from.depth > DEEPEST + 2 {
                    return Err(from.damaged());
                }
                from.depth += 1;
                let value = match from.byte()? {
                    $($tag => JournalValue::$variant $(({
                        let $field = Field::read(from)?;
                        $field
                    }))?,)*
                    BYTES => JournalValue::Bytes(read_bytes(from)?.to_vec()),
                    _ => return Err(from.damaged()),
                };
                from.depth -= 1;
                Ok(value)
            }
        }
    };
}

const BYTES: u8 = 5;

values! {
    0 Null,
    1 Bool(value),
    2 Int(value),
    3 Float(value),
    4 Text(value),
    6 List(items),
    7 Dict(entries),
    8 None,
    9 Some(value),
    10 Ok(value),
    11 Err(value),
    12 Error(error),
    13 Operation(id),
    14 Task(id),
    15 Global(name),
    16 HostFunction(number),
    17 Lost(word),
}

impl<T: Field> Field for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        T::write(self, out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Box<T>, JournalError> {
        T::read(from).map(Box::new)
    }
}

/// Readings of a clock: the difference of the bits of each to the one before, and how often it came in a row.
pub(super) fn write_readings(readings: &[f64], last: &mut u64, out: &mut Vec<u8>) {
    let mut runs: Vec<(i64, u64)> = Vec::new();
    for reading in readings {
        let bits = reading.to_bits();
        match runs.last_mut() {
            Some((_, count)) if bits == *last => *count += 1,
            _ => runs.push((bits.wrapping_sub(*last) as i64, 1)),
        }
        *last = bits;
    }
    runs.write(out);
}

pub(super) fn read_readings(from: &mut Reader<'_>, last: &mut u64) -> Result<Vec<f64>, JournalError> {
    let mut readings = Vec::new();
    for (difference, count) in Vec::<(i64, u64)>::read(from)? {
        *last = last.wrapping_add(difference as u64);
        if count > super::MOST_READINGS as u64 - readings.len() as u64 {
            return Err(from.damaged());
        }
        readings.extend(std::iter::repeat_n(f64::from_bits(*last), count as usize));
    }
    Ok(readings)
}

/// Tells texts and damage apart (FNV-1a of 64 bits).
pub(super) fn digest(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}
