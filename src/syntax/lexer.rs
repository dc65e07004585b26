//! From text to tokens (language.md 1). Total: whatever is wrong becomes a diagnostic, and lexing goes on.

use super::literals::{self, Number};
use super::tokens::{LONGEST_MARK, Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::{BYTE_ORDER_MARK, Span};

/// Most characters of a name.
pub const MAXIMUM_NAME: usize = 256;
/// Most characters of a number.
pub const MAXIMUM_NUMBER: usize = 512;

/// How many diagnostics get advice.
const ADVICE_LIMIT: usize = 100;

/// Everything that the lexer found, all of it in source order.
#[derive(Clone, Debug)]
pub struct Lexed {
    /// The last one is always [`TokenKind::End`].
    pub tokens: Vec<Token>,
    pub comments: Vec<Span>,
    /// The escape sequences in strings, valid or not.
    pub escapes: Vec<Span>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Splits `text` into tokens, in time linear in its length.
pub fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line_broken: true,
        open: Vec::new(),
        lexed: Lexed { tokens: Vec::new(), comments: Vec::new(), escapes: Vec::new(), diagnostics: Vec::new() },
    };
    lexer.run();
    lexer.lexed
}

/// An embedded expression that is being read.
struct Interpolation {
    /// Where its string starts.
    string: u32,
    /// Braces opened inside it and not closed yet.
    braces: u32,
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// There was a line break since the last token.
    line_broken: bool,
    open: Vec<Interpolation>,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn run(&mut self) {
        if self.text.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len_utf8();
        }
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' => {
                    self.at += 1;
                    self.line_broken = true;
                }
                b'#' => self.line_comment(),
                b'/' if self.byte(1) == b'/' => self.line_comment(),
                b'/' if self.byte(1) == b'*' => self.block_comment(),
                b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.word(),
                b'0'..=b'9' => self.number(),
                b'"' => self.string(start, start, true),
                b'{' => {
                    if let Some(interpolation) = self.open.last_mut() {
                        interpolation.braces += 1;
                    }
                    self.mark();
                }
                b'}' => match self.open.last_mut() {
                    Some(Interpolation { string, braces: 0 }) => {
                        let string = *string as usize;
                        self.open.pop();
                        self.string(string, start, false);
                    }
                    Some(interpolation) => {
                        interpolation.braces -= 1;
                        self.mark();
                    }
                    None => self.mark(),
                },
                _ => self.mark(),
            }
        }
        let end = self.at;
        for interpolation in std::mem::take(&mut self.open) {
            let span = Span::new(interpolation.string, end as u32);
            let advice = || Some("the ${ of this string needs its closing }".into());
            self.report(Code::UnterminatedString, span, "Unterminated interpolated string expression", advice);
        }
        self.push(TokenKind::End, end);
        // An unclosed string is reported when its end was not found, but belongs where it starts.
        self.lexed.diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    }

    /// The byte `ahead` of the current one, 0 beyond the end.
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Ends a token that started at `start`.
    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span(start);
        self.lexed.tokens.push(Token { kind, first_on_line: self.line_broken, span });
        self.line_broken = false;
    }

    /// From `start` to here.
    fn span(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    /// Adds a diagnostic, with `advice` if there are not hundreds already: whoever has that many reads the first.
    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, advice: impl FnOnce() -> Option<String>) {
        let mut diagnostic = Diagnostic::error(code, span, message);
        if self.lexed.diagnostics.len() < ADVICE_LIMIT {
            diagnostic.notes.extend(advice());
        }
        self.lexed.diagnostics.push(diagnostic);
    }

    /// Reports the null byte at the current place and steps over it.
    fn null_byte(&mut self) {
        let start = self.at;
        self.at += 1;
        let span = self.span(start);
        self.report(Code::NullByte, span, "Null byte is not allowed in source", || None);
    }

    fn line_comment(&mut self) {
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'\r' => break,
                0 => self.null_byte(),
                _ => self.at += 1,
            }
        }
        let span = self.span(start);
        self.lexed.comments.push(span);
    }

    fn block_comment(&mut self) {
        let start = self.at;
        self.at += 2;
        let mut closed = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'*' if self.byte(1) == b'/' => {
                    self.at += 2;
                    closed = true;
                    break;
                }
                b'\n' | b'\r' => {
                    self.at += 1;
                    self.line_broken = true;
                }
                0 => self.null_byte(),
                _ => self.at += 1,
            }
        }
        let span = self.span(start);
        self.lexed.comments.push(span);
        if !closed {
            let advice = || Some("close the comment with */".into());
            self.report(Code::UnterminatedComment, span, "Unterminated block comment", advice);
        }
    }

    /// Moves over letters, digits and `_`.
    fn skip_word(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' => self.at += 1,
                0..0x80 => break,
                _ => match self.text[self.at..].chars().next() {
                    Some(character) if character.is_alphanumeric() => self.at += character.len_utf8(),
                    _ => break,
                },
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        self.skip_word();
        let word = &self.text[start..self.at];
        let long = word.len() > MAXIMUM_NAME && word.chars().count() > MAXIMUM_NAME;
        self.push(TokenKind::keyword(word).unwrap_or(TokenKind::Identifier), start);
        if long {
            let span = self.span(start);
            self.report(Code::LongIdentifier, span, "Identifier exceeds max length of 256 characters", || None);
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let (length, well_formed) = literals::scan_number(&self.text[start..]);
        self.at += length;
        self.skip_word();
        let malformed = !well_formed || self.at > start + length;
        let text = self.text;
        let literal = &text[start..self.at];
        let number = if malformed { None } else { literals::number(literal) };
        let kind = if matches!(number, Some(Number::Float(_))) { TokenKind::Float } else { TokenKind::Int };
        self.push(kind, start);
        let span = self.span(start);
        if literal.len() > MAXIMUM_NUMBER && literal.chars().count() > MAXIMUM_NUMBER {
            self.report(Code::LongNumber, span, "Numeric literal exceeds max length of 512 characters", || None);
        } else if malformed {
            let message = format!("Malformed numeric literal: {literal}");
            let advice = || Some(literals::number_advice(literal).into());
            self.report(Code::MalformedNumber, span, message, advice);
        } else if number.is_none() {
            let message = format!("Numeric literal overflow: {literal}");
            let advice =
                || Some("the greatest int is 9223372036854775807; a number like 1e19 or 5.0 is a float".into());
            self.report(Code::NumberOverflow, span, message, advice);
        }
    }

    /// Reads string text from the `"` (or, with `whole` false, the `}` of an embedded expression) at `from` to
    /// the closing `"`, the next `${` or the end of the line. The string itself starts at `string`.
    fn string(&mut self, string: usize, from: usize, whole: bool) {
        self.at = from + 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return self.push(if whole { TokenKind::Text } else { TokenKind::TextTail }, from);
                }
                b'$' if self.byte(1) == b'{' => {
                    self.at += 2;
                    self.open.push(Interpolation { string: string as u32, braces: 0 });
                    return self.push(if whole { TokenKind::TextHead } else { TokenKind::TextMiddle }, from);
                }
                b'\n' | b'\r' => break,
                b'\\' => self.escape(),
                0 => self.null_byte(),
                _ => self.at += 1,
            }
        }
        self.push(if whole { TokenKind::Text } else { TokenKind::TextTail }, from);
        let span = self.span(string);
        let advice = || Some("close the string with \" on the same line; a line break inside it is written \\n".into());
        self.report(Code::UnterminatedString, span, "Unterminated string literal", advice);
    }

    fn escape(&mut self) {
        let start = self.at;
        let escape = literals::escape(&self.text[start..]);
        // A backslash before a line break or the end is left to the report about the unterminated string.
        match escape.character {
            None | Some('\n' | '\r') => {
                self.at += 1;
                return;
            }
            // A null byte is reported by itself.
            Some('\0') => {
                self.at += 1;
                return;
            }
            Some(_) => self.at += escape.length,
        }
        let span = self.span(start);
        self.lexed.escapes.push(span);
        if let (None, Some(character)) = (escape.value, escape.character) {
            let message = format!("Invalid escape sequence: \\\\{character}");
            let advice = || Some(literals::escape_advice(character).into());
            self.report(Code::InvalidEscape, span, message, advice);
        }
    }

    /// An operator or punctuation mark, or a character that is nothing.
    fn mark(&mut self) {
        let start = self.at;
        for length in (1..=LONGEST_MARK).rev() {
            let sign = self.text.get(start..start + length);
            if let Some(kind) = sign.and_then(TokenKind::punctuation) {
                self.at += length;
                return self.push(kind, start);
            }
        }
        let Some(character) = self.text[start..].chars().next() else {
            return;
        };
        if character == '\0' {
            self.null_byte();
            return self.push(TokenKind::Invalid, start);
        }
        self.at += character.len_utf8();
        self.push(TokenKind::Invalid, start);
        let span = self.span(start);
        let message = format!("Invalid character: '{character}'");
        self.report(Code::InvalidCharacter, span, message, || literals::character_advice(character));
        if let Some(replacement) = literals::character_replacement(character)
            && let Some(diagnostic) = self.lexed.diagnostics.last_mut()
        {
            diagnostic.fixes.push(Fix::new(span, replacement));
        }
    }
}
