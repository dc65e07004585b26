//! Source text and positions in it.
//!
//! Everything inside the crate points into source text with byte offsets ([`Span`]). [`LineIndex`] turns
//! them into what people and hosts count in: lines, columns and UTF-16 units.

use std::sync::Arc;

/// A half-open range of byte offsets into one source text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub const fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// The empty span at `offset`.
    pub const fn at(offset: u32) -> Span {
        Span { start: offset, end: offset }
    }

    /// From the start of `self` to the end of `last`.
    pub const fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }

    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The text that the span covers; empty if `text` has no such range.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A place in a text as people count it: both numbers start at 1, columns count Unicode scalar values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// The starts of all lines of a text. Lines end at `\n`, `\r` or `\r\n`.
///
/// Every function takes the text that the index was built from. Offsets beyond the text mean its end,
/// offsets inside a character mean its start.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Byte offset of the first character of every line; the first entry is the length of the byte order mark.
    starts: Vec<u32>,
    /// UTF-16 offset of every line start; empty for ASCII text, where both offsets are equal.
    wide: Vec<u32>,
}

/// The mark that may stand at the very start of a text and belongs to no line.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

impl LineIndex {
    pub fn new(text: &str) -> LineIndex {
        let first = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        let mut starts = vec![first as u32];
        let bytes = text.as_bytes();
        for (offset, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || (byte == b'\r' && bytes.get(offset + 1) != Some(&b'\n')) {
                starts.push(offset as u32 + 1);
            }
        }
        let mut wide = Vec::new();
        if !text.is_ascii() {
            let mut counted = 0;
            let mut units = 0;
            wide.reserve(starts.len());
            for &start in &starts {
                units += utf16_length(&text[counted..start as usize]);
                counted = start as usize;
                wide.push(units);
            }
        }
        LineIndex { starts, wide }
    }

    /// The number of lines; a text that ends with a line break has an empty last line.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line (from 0) that `offset` is in. Binary search over the line starts.
    fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Line and column of a byte offset.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = floor(text, offset as usize);
        let line = self.line_of(offset as u32);
        let start = (self.starts[line] as usize).min(offset);
        Position { line: line as u32 + 1, column: text[start..offset].chars().count() as u32 + 1 }
    }

    /// The byte offset of a position; a column beyond the line means the end of the line.
    pub fn offset(&self, text: &str, position: Position) -> u32 {
        let line = self.line_span(text, position.line);
        let skipped = position.column.saturating_sub(1) as usize;
        let within = line.of(text).char_indices().nth(skipped).map(|(at, _)| at as u32);
        within.map_or(line.end, |at| line.start + at)
    }

    /// The characters of line `line` (from 1), without the line break. A line that does not exist is the last one.
    pub fn line_span(&self, text: &str, line: u32) -> Span {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        let start = self.starts[index];
        let mut end = self.starts.get(index + 1).map_or(text.len() as u32, |&next| next);
        while end > start && matches!(text.as_bytes()[end as usize - 1], b'\n' | b'\r') {
            end -= 1;
        }
        Span { start, end }
    }

    /// The number of UTF-16 units before a byte offset.
    pub fn utf16(&self, text: &str, offset: u32) -> u32 {
        let offset = floor(text, offset as usize);
        if self.wide.is_empty() {
            return offset as u32;
        }
        let line = self.line_of(offset as u32);
        let start = self.starts[line] as usize;
        if offset < start {
            return 0;
        }
        self.wide[line] + utf16_length(&text[start..offset])
    }

    /// The byte offset of a number of UTF-16 units; inside a surrogate pair, the start of that character.
    pub fn byte(&self, text: &str, utf16: u32) -> u32 {
        if self.wide.is_empty() {
            return utf16.min(text.len() as u32);
        }
        let after = self.wide.partition_point(|&units| units <= utf16);
        if after == 0 {
            return 0;
        }
        let mut units = self.wide[after - 1];
        let start = self.starts[after - 1];
        for (at, character) in text[start as usize..].char_indices() {
            units += character.len_utf16() as u32;
            if units > utf16 {
                return start + at as u32;
            }
        }
        text.len() as u32
    }
}

/// The greatest character boundary that is not above `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn utf16_length(text: &str) -> u32 {
    text.chars().map(|character| character.len_utf16() as u32).sum()
}

/// A named text with its line index; cheap to clone.
#[derive(Clone, Debug)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    lines: Arc<LineIndex>,
}

impl Source {
    pub fn new(name: &str, text: &str) -> Source {
        Source { name: name.into(), text: text.into(), lines: Arc::new(LineIndex::new(text)) }
    }

    /// The name shown in reports: a path, or what the host calls the script.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(&self.text, offset)
    }

    pub fn utf16(&self, offset: u32) -> u32 {
        self.lines.utf16(&self.text, offset)
    }

    /// The text of line `line` (from 1), without the line break.
    pub fn line(&self, line: u32) -> &str {
        self.lines.line_span(&self.text, line).of(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32) {
        let position = LineIndex::new(text).position(text, offset);
        (position.line, position.column)
    }

    #[test]
    fn lines_end_at_every_kind_of_line_break() {
        let text = "a\nb\rc\r\nd";
        assert_eq!(at(text, 0), (1, 1));
        assert_eq!(at(text, 1), (1, 2));
        assert_eq!(at(text, 2), (2, 1));
        assert_eq!(at(text, 4), (3, 1));
        assert_eq!(at(text, 5), (3, 2));
        assert_eq!(at(text, 6), (3, 3));
        assert_eq!(at(text, 7), (4, 1));
        assert_eq!(at(text, 8), (4, 2));
        assert_eq!(at(text, 99), (4, 2));
        assert_eq!(LineIndex::new(text).line_count(), 4);
    }

    #[test]
    fn columns_count_scalar_values_and_a_tab_is_one() {
        assert_eq!(at("é\t🙂x", 8), (1, 4 + 1));
        assert_eq!(at("é\t🙂x", 7), (1, 4));
        assert_eq!(at("é\t🙂x", 5), (1, 3), "inside a character means its start");
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        assert_eq!(at("\u{feff}ab", 3), (1, 1));
        assert_eq!(at("\u{feff}ab", 4), (1, 2));
        assert_eq!(at("\u{feff}ab", 0), (1, 1));
    }

    #[test]
    fn positions_and_offsets_are_inverse() {
        let text = "\u{feff}let é := \"🙂\"\r\n  x\n\nlast";
        let index = LineIndex::new(text);
        for (offset, character) in text.char_indices().skip(1) {
            if matches!(character, '\n' | '\r') {
                continue;
            }
            let offset = offset as u32;
            assert_eq!(index.offset(text, index.position(text, offset)), offset);
            assert_eq!(index.byte(text, index.utf16(text, offset)), offset);
            assert_eq!(index.utf16(text, offset), text[..offset as usize].encode_utf16().count() as u32);
        }
        assert_eq!(index.offset(text, Position { line: 2, column: 50 }), index.line_span(text, 2).end);
        assert_eq!(index.utf16(text, 0), 0);
        assert_eq!(index.byte(text, 0), 0);
        assert_eq!(index.byte(text, 999), text.len() as u32);
    }

    #[test]
    fn utf16_offsets_inside_a_surrogate_pair_mean_its_character() {
        let index = LineIndex::new("🙂x");
        assert_eq!(index.byte("🙂x", 1), 0);
        assert_eq!(index.byte("🙂x", 2), 4);
    }

    #[test]
    fn lines_are_without_their_break() {
        let source = Source::new("a.ruff", "one\r\ntwo\n");
        assert_eq!((source.line(1), source.line(2), source.line(3)), ("one", "two", ""));
        assert_eq!(Source::new("", "").line(1), "");
    }
}
