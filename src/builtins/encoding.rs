//! Base64 and hashes (language.md 13.10).

use super::Context;
use super::arguments::wrong;
use super::table::{Arity, Builtin};
use crate::heap::Heap;
use crate::runtime::{ErrorKind, Raise};
use crate::value::Value;
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, DecodeSliceError, Engine};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::fmt::Write;

pub(super) const ROWS: &[Builtin] = &[
    Builtin::native("encode_base64", Arity::plural(1, 1), encode_base64)
        .doc("encode_base64(data: string or bytes) -> string", "A string or bytes in Base64, padded")
        .example("encode_base64(\"hello\")", "aGVsbG8="),
    Builtin::native("decode_base64", Arity::plural(1, 1), decode_base64)
        .doc("decode_base64(s: string) -> bytes", "The bytes that a Base64 text means")
        .example("decode_base64(\"aGVsbG8=\")", "<bytes 5>"),
    Builtin::native("sha256", Arity::plural(1, 1), |context, arguments| {
        hash::<Sha256>(context, "sha256", arguments[0])
    })
    .doc("sha256(data: string or bytes) -> string", "The SHA-256 hash of a string or bytes, in hexadecimal")
    .example("sha256(\"abc\")", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    Builtin::native("md5", Arity::plural(1, 1), |context, arguments| hash::<Md5>(context, "md5", arguments[0]))
        .doc(
            "md5(data: string or bytes) -> string",
            "The MD5 hash of a string or bytes, in hexadecimal; broken, not for secrets",
        )
        .example("md5(\"abc\")", "900150983cd24fb0d6963f7d28e17f72"),
];

/// The content of bytes, or of a string in UTF-8.
fn content(heap: &Heap, value: Value) -> Option<&[u8]> {
    match value {
        Value::Text(text) => Some(heap.str(text).as_bytes()),
        Value::Bytes(bytes) => Some(&heap.bytes.get(bytes).data),
        _ => None,
    }
}

fn encode_base64(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Some(length) = content(context.heap, arguments[0]).map(<[u8]>::len) else {
        return Err(wrong("encode_base64", " requires a bytes or string argument"));
    };
    context.reserve_text(length.div_ceil(3).saturating_mul(4))?;
    let encoded = STANDARD.encode(content(context.heap, arguments[0]).unwrap_or_default());
    Ok(context.heap.string(encoded))
}

fn decode_base64(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Text(text) = arguments[0] else {
        return Err(wrong("decode_base64", " requires a string argument"));
    };
    let length = base64::decoded_len_estimate(context.heap.str(text).len());
    context.reserve_text(length)?;
    let mut data = vec![0; length];
    match STANDARD.decode_slice(context.heap.str(text), &mut data) {
        Ok(count) => {
            data.truncate(count);
            Ok(context.heap.new_bytes(data))
        }
        Err(error) => Err(Raise::new(ErrorKind::Format, format!("Base64 decode error: {}", reason(error)))),
    }
}

/// In words that are part of the language, whatever the crate says.
fn reason(error: DecodeSliceError) -> String {
    match error {
        DecodeSliceError::DecodeError(DecodeError::InvalidByte(offset, byte)) => {
            format!("Invalid byte {byte}, offset {offset}.")
        }
        DecodeSliceError::DecodeError(DecodeError::InvalidLastSymbol { .. }) => {
            "The last character has bits that no byte takes.".to_string()
        }
        DecodeSliceError::DecodeError(DecodeError::InvalidPadding) => "The padding is missing or wrong.".to_string(),
        _ => "The length is none that encoded bytes have.".to_string(),
    }
}

fn hash<D: Digest>(context: &mut Context<'_>, name: &str, value: Value) -> Result<Value, Raise> {
    let Some(length) = content(context.heap, value).map(<[u8]>::len) else {
        return Err(wrong(name, " requires a string or bytes argument"));
    };
    context.work(length.saturating_mul(8));
    let digest = D::digest(content(context.heap, value).unwrap_or_default());
    let mut hexadecimal = String::with_capacity(2 * digest.len());
    for byte in digest {
        // Writing to a string cannot fail.
        let _ = write!(hexadecimal, "{byte:02x}");
    }
    Ok(context.heap.string(hexadecimal))
}
