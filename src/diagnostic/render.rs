//! The report of language.md 8.5 as text.

use super::{Diagnostic, Phase};
use crate::source::{Source, Span};
use std::fmt::Write;

/// Whether reports carry ANSI colours.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Style {
    #[default]
    Plain,
    Colour,
}

const RED: &str = "\x1b[1;31m";
const BLUE: &str = "\x1b[1;34m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

impl Style {
    fn paint(self, colour: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_owned(),
            Style::Colour => format!("{colour}{text}{RESET}"),
        }
    }
}

/// The whole report of one diagnostic. Every line ends with a line break.
pub fn render(diagnostic: &Diagnostic, source: &Source, style: Style) -> String {
    let phase = diagnostic.code.phase();
    let mut report =
        header(diagnostic.code.text(), phase, diagnostic.severity.word(), &visible(&diagnostic.message), style);
    report.push_str(&excerpt(source, diagnostic.span, style));
    let mark = style.paint(BLUE, "=");
    for label in &diagnostic.labels {
        let position = source.position(label.span.start);
        let (name, message) = (source.name(), visible(&label.message));
        let _ = writeln!(report, "  {mark} note: {message} ({name}:{}:{})", position.line, position.column);
    }
    for note in &diagnostic.notes {
        let _ = writeln!(report, "  {mark} note: {}", visible(note));
    }
    if let Some(help) = diagnostic.help() {
        let _ = writeln!(report, "  {mark} help: {help}");
    }
    report
}

/// The first line of a report: `[CODE] [phase] <heading>: <message>`.
pub fn header(code: &str, phase: Phase, heading: &str, message: &str, style: Style) -> String {
    let origin = style.paint(RED, &format!("[{code}] [{}] {heading}", phase.word()));
    let message = style.paint(BOLD, message);
    format!("{origin}: {message}\n")
}

/// Longest part of a source line that is shown; longer lines are cut around the marked place.
const WIDEST: usize = 400;
/// What is kept in front of the marked place of a line that is cut.
const LEAD: usize = 80;

/// The lines that point into the source: the arrow with file, line and column, the source line, and the carets.
/// A span over several lines is marked to the end of its first one; an empty span gets one caret.
pub fn excerpt(source: &Source, span: Span, style: Style) -> String {
    let start = source.position(span.start);
    let line = source.line(start.line);
    let before = start.column as usize - 1;
    let line_span = source.lines().line_span(source.text(), start.line);
    let marked_end = span.end.min(line_span.end);
    let marked = Span { start: span.start.min(marked_end), end: marked_end }.of(source.text()).chars().count().max(1);

    let cut = line.chars().count() > WIDEST;
    let skipped = if cut { before.saturating_sub(LEAD) } else { 0 };
    let shown: Vec<char> = line.chars().skip(skipped).take(WIDEST).map(picture).collect();
    let ellipsis = if skipped > 0 { "… " } else { "" };
    let tail = if cut && skipped + shown.len() < line.chars().count() { " …" } else { "" };

    // A tab stays a tab below, so that the carets stand right whatever the terminal's tab width is.
    let indent: String = " "
        .repeat(ellipsis.chars().count())
        .chars()
        .chain(shown.iter().take(before - skipped).map(|&character| if character == '\t' { '\t' } else { ' ' }))
        .collect();
    let carets = "^".repeat(marked.min(WIDEST));
    let number = start.line.to_string();
    let gutter = " ".repeat(number.len());
    let text: String = shown.into_iter().collect();

    let bar = style.paint(BLUE, "|");
    let mut lines = String::new();
    let arrow = style.paint(BLUE, "-->");
    let _ = writeln!(lines, "  {arrow} {}:{}:{}", source.name(), start.line, start.column);
    let _ = writeln!(lines, " {gutter} {bar}");
    let _ = writeln!(lines, " {} {bar} {ellipsis}{text}{tail}", style.paint(BLUE, &number));
    let _ = writeln!(lines, " {gutter} {bar} {indent}{}", style.paint(RED, &carets));
    lines
}

/// A character that does not disturb the terminal: control characters as pictures, direction marks as a
/// replacement character. One character stays one, so columns hold.
fn picture(character: char) -> char {
    match character {
        '\t' => '\t',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

/// The text with pictures in place of control characters other than line breaks, which would disturb what shows it.
pub fn visible(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { '\n' } else { picture(character) }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Code, Diagnostic};
    use super::*;

    #[test]
    fn a_compile_report_has_no_help_line() {
        let source = Source::new("demo.ruff", "func ratio(a, b) {\n    return a / b\n}\n");
        let diagnostic = Diagnostic::compilation(Span::new(30, 35), "text");
        let expected = [
            "[RUFVM001] [vm] error: Compilation error: text",
            "  --> demo.ruff:2:12",
            "   |",
            " 2 |     return a / b",
            "   |            ^^^^^",
        ];
        let report = render(&diagnostic, &source, Style::Plain);
        assert_eq!(report.lines().collect::<Vec<_>>(), expected);
        assert!(report.ends_with("^\n"));
    }

    #[test]
    fn notes_stand_before_the_help_line() {
        let source = Source::new("a.ruff", "\n\n\n\n\n\n\n\n\n\tx := = 5");
        let diagnostic = Diagnostic::error(Code::Parse, Span::new(15, 16), "Expected expression")
            .label(Span::new(10, 11), "this name")
            .note("write one assignment operator");
        let expected = [
            "[RUFPARSE001] [parser] error: Expected expression",
            "  --> a.ruff:10:7",
            "    |",
            " 10 | \tx := = 5",
            "    | \t     ^",
            "  = note: this name (a.ruff:10:2)",
            "  = note: write one assignment operator",
            "  = help: Fix the parse error and rerun Ruff.",
        ];
        assert_eq!(render(&diagnostic, &source, Style::Plain).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn spans_over_several_lines_and_empty_spans() {
        let source = Source::new("s", "ab \"cd\nef");
        assert!(excerpt(&source, Span::new(3, 9), Style::Plain).ends_with("   |    ^^^\n"));
        assert!(excerpt(&source, Span::at(9), Style::Plain).ends_with(" 2 | ef\n   |   ^\n"));
        assert!(excerpt(&source, Span::at(99), Style::Plain).ends_with(" 2 | ef\n   |   ^\n"));
        assert!(excerpt(&source, Span::new(6, 9), Style::Plain).ends_with(" 1 | ab \"cd\n   |       ^\n"));
    }

    #[test]
    fn very_long_lines_are_cut_around_the_place() {
        let text = format!("{}MARK{}", "a".repeat(5000), "b".repeat(5000));
        let lines = excerpt(&Source::new("s", &text), Span::new(5000, 5004), Style::Plain);
        let shown: Vec<&str> = lines.lines().collect();
        assert!(shown[2].len() < 500 && shown[2].contains("MARK"));
        assert_eq!(shown[3].find('^'), shown[2].find("MARK").map(|at| at - "…".len() + 1));
    }

    #[test]
    fn control_characters_are_shown_as_pictures() {
        let lines = excerpt(&Source::new("s", "a\u{1b}[31mb"), Span::new(1, 2), Style::Plain);
        assert!(lines.contains("a\u{241b}[31mb") && !lines.contains('\u{1b}'));
    }

    #[test]
    fn colours_do_not_change_the_text() {
        let source = Source::new("a.ruff", "x := = 5");
        let diagnostic = Diagnostic::error(Code::Parse, Span::new(5, 6), "Expected expression").note("n");
        let mut coloured = render(&diagnostic, &source, Style::Colour);
        for code in [RED, BLUE, BOLD, RESET] {
            coloured = coloured.replace(code, "");
        }
        assert_eq!(coloured, render(&diagnostic, &source, Style::Plain));
    }
}
