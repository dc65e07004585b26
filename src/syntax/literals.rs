//! How numbers and strings are written: shared by the lexer, which checks them, and the parser, which needs
//! their values.

pub use super::ast::Number;
use std::borrow::Cow;

/// The number at the start of `text`, which starts with a digit: its length in bytes, and whether it is well
/// formed as far as it goes. What follows it must not be a letter, a digit or `_`.
pub fn scan_number(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    if let Some(base) = based(bytes) {
        let (length, well_formed) = digits(&bytes[2..], base);
        return (2 + length, well_formed && length > 0);
    }
    let (mut length, mut well_formed) = digits(bytes, 10);
    if well_formed && bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(u8::is_ascii_digit) {
        let (fraction, fine) = digits(&bytes[length + 1..], 10);
        length += 1 + fraction;
        well_formed = fine;
    }
    if well_formed && matches!(bytes.get(length), Some(b'e' | b'E')) {
        length += 1;
        if matches!(bytes.get(length), Some(b'+' | b'-')) {
            length += 1;
        }
        let (exponent, fine) = digits(&bytes[length..], 10);
        length += exponent;
        well_formed = fine && exponent > 0;
    }
    (length, well_formed)
}

/// The base that the prefix of a number names.
fn based(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [b'0', b'x', ..] => Some(16),
        [b'0', b'b', ..] => Some(2),
        [b'0', b'o', ..] => Some(8),
        _ => None,
    }
}

/// The length of a run of digits and `_`, and whether every `_` is between two digits.
fn digits(bytes: &[u8], base: u32) -> (usize, bool) {
    let mut length = 0;
    let mut after_digit = false;
    let mut well_formed = true;
    while let Some(&byte) = bytes.get(length) {
        if byte == b'_' {
            well_formed &= after_digit;
            after_digit = false;
        } else if (byte as char).is_digit(base) {
            after_digit = true;
        } else {
            break;
        }
        length += 1;
    }
    (length, well_formed && (length == 0 || after_digit))
}

/// The value of a well-formed number; `None` if it is too large.
pub fn number(literal: &str) -> Option<Number> {
    let plain: Cow<str> = if literal.contains('_') { literal.replace('_', "").into() } else { literal.into() };
    if let Some(base) = based(plain.as_bytes()) {
        return i64::from_str_radix(&plain[2..], base).ok().map(Number::Int);
    }
    if plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return plain.parse().ok().map(Number::Int);
    }
    plain.parse().ok().filter(|value: &f64| value.is_finite()).map(Number::Float)
}

/// What to say about a malformed number.
pub fn number_advice(literal: &str) -> &'static str {
    let lower = literal.to_ascii_lowercase();
    if lower.starts_with("0x") {
        "a hexadecimal int is written 0x and then digits 0-9, a-f, like 0xff"
    } else if lower.starts_with("0b") {
        "a binary int is written 0b and then digits 0 and 1, like 0b101"
    } else if lower.starts_with("0o") {
        "an octal int is written 0o and then digits 0-7, like 0o17"
    } else if lower.ends_with('_') || lower.contains("__") {
        "a _ may stand only between two digits, like 1_000"
    } else if lower.ends_with(['e', '+', '-']) {
        "an exponent needs digits, like 1e3 or 2.5e-4"
    } else {
        "a name starts with a letter or `_`, not with a digit; put a space or an operator after a number"
    }
}

/// An escape sequence.
pub struct Escape {
    /// In bytes, with the backslash.
    pub length: usize,
    /// The character after the backslash, if there is one.
    pub character: Option<char>,
    /// What it stands for, if it is valid.
    pub value: Option<char>,
}

/// The escape sequence at the start of `text`, which starts with a backslash.
pub fn escape(text: &str) -> Escape {
    let Some(character) = text[1..].chars().next() else {
        return Escape { length: 1, character: None, value: None };
    };
    let value = match character {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        '0' => Some('\0'),
        '\\' | '"' | '$' => Some(character),
        'u' => return code_point(text),
        _ => None,
    };
    Escape { length: 1 + character.len_utf8(), character: Some(character), value }
}

/// `\u{h}`; if it is wrong it extends over what looks like a part of it.
fn code_point(text: &str) -> Escape {
    let bytes = text.as_bytes();
    let mut length = 2;
    let mut value = None;
    if bytes.get(length) == Some(&b'{') {
        length += 1;
        let start = length;
        while bytes.get(length).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            length += 1;
        }
        if bytes.get(length) == Some(&b'}') {
            let digits = &text[start..length];
            if (1..=6).contains(&digits.len()) {
                value = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
            }
            length += 1;
        }
    }
    Escape { length, character: Some('u'), value }
}

/// The characters that string text stands for.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = escape(&rest[at..]);
        plain.extend(escape.value);
        rest = &rest[at + escape.length..];
    }
    plain.push_str(rest);
    plain.into()
}

/// What to say about an invalid escape.
pub fn escape_advice(character: char) -> &'static str {
    match character {
        'u' => "a character is written \\u{1F600}: 1 to 6 hexadecimal digits of a Unicode scalar value in braces",
        '\'' => "a single quote needs no backslash",
        '{' | '}' => "braces need no backslash; to write ${ as text use \\${",
        'x' => "a character is written by its number as \\u{41}",
        _ => "the escapes are \\n \\t \\r \\\\ \\\" \\$ \\0 and \\u{…}; a backslash itself is written \\\\",
    }
}

/// What to say about a character that is not part of the language.
pub fn character_advice(character: char) -> Option<String> {
    Some(match character {
        '\'' => "strings are written in double quotes: \"…\"".into(),
        '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»' => {
            "this is a typographic quotation mark; strings are written in plain double quotes: \"…\"".into()
        }
        '`' => "strings are written in double quotes, also with embedded expressions: \"a ${x} b\"".into(),
        '&' => "the logical operator is &&; the bitwise function is bit_and(a, b)".into(),
        '^' => "powers are written pow(a, b); the bitwise function is bit_xor(a, b)".into(),
        '~' => "the bitwise function is bit_not(a)".into(),
        '@' => "there are no decorators; names consist of letters, digits and _".into(),
        '$' => "names have no $ in front; inside a string an expression is embedded as ${x}".into(),
        '\\' => "a backslash has a meaning only inside strings; lines need no continuation mark".into(),
        '×' => "multiplication is written *".into(),
        '÷' => "division is written /".into(),
        '–' | '—' | '−' => "this is not the minus sign of the keyboard; write -".into(),
        '≤' => "write <=".into(),
        '≥' => "write >=".into(),
        '≠' => "write !=".into(),
        '→' => "write ->".into(),
        '…' => "write three dots: ...".into(),
        other if other.is_alphabetic() => "a name starts with a letter A-Z, a-z or _ (other letters may follow)".into(),
        other if other.is_whitespace() || other.is_control() || is_invisible(other) => {
            format!("this is the invisible character U+{:04X}; replace it by a space or delete it", other as u32)
        }
        _ => return None,
    })
}

/// What can simply stand in the place of such a character.
pub fn character_replacement(character: char) -> Option<&'static str> {
    Some(match character {
        '\'' | '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»' | '`' => "\"",
        '&' => "&&",
        '×' => "*",
        '÷' => "/",
        '–' | '—' | '−' => "-",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '→' => "->",
        '…' => "...",
        other if other.is_whitespace() || other.is_control() || is_invisible(other) => " ",
        _ => return None,
    })
}

fn is_invisible(character: char) -> bool {
    let directions = '\u{202a}'..='\u{202e}';
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || directions.contains(&character)
}
