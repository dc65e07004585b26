//! The table of diagnostic codes.

/// The part of the pipeline that speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    Lexer,
    Parser,
    Vm,
}

impl Phase {
    /// The word in brackets in the header of a report.
    pub const fn word(self) -> &'static str {
        match self {
            Phase::Lexer => "lexer",
            Phase::Parser => "parser",
            Phase::Vm => "vm",
        }
    }

    pub const fn help(self) -> Option<&'static str> {
        match self {
            Phase::Lexer => Some("Fix the lexical error in source and run again."),
            Phase::Parser => Some("Fix the parse error and rerun Ruff."),
            Phase::Vm => None,
        }
    }
}

macro_rules! codes {
    ($($name:ident $text:literal $phase:ident $title:literal $explanation:literal
        wrong $wrong:literal right $right:literal;)*) => {
        /// A diagnostic code. The table in this file is its only declaration.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The code as it is written in reports.
            pub const fn text(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            pub const fn phase(self) -> Phase {
                match self { $(Code::$name => Phase::$phase,)* }
            }

            /// A few words.
            pub const fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }

            /// What it means and what to do, for `explain` pages and the editor.
            pub const fn explanation(self) -> &'static str {
                match self { $(Code::$name => $explanation,)* }
            }

            /// A script that has this diagnostic.
            pub const fn wrong(self) -> &'static str {
                match self { $(Code::$name => $wrong,)* }
            }

            /// The same script without it.
            pub const fn right(self) -> &'static str {
                match self { $(Code::$name => $right,)* }
            }
        }
    };
}

codes! {
    InvalidCharacter "RUFLEX001" Lexer "Invalid character"
        "The character is not part of the language outside strings and comments. Strings are written in double \
         quotes, names consist of letters, digits and _, and the logical operators are && and ||."
        wrong "name := 'Ann'\nprint(name)\n"
        right "name := \"Ann\"\nprint(name)\n";
    NullByte "RUFLEX002" Lexer "Null byte"
        "The source contains the character U+0000, which is allowed nowhere; inside a string write it as \\0. Often \
         it means that the file is not a text in UTF-8."
        wrong "end := \"\0\"\n"
        right "end := \"\\0\"\n";
    UnterminatedString "RUFLEX003" Lexer "Unterminated string"
        "A string must be closed by a double quote on the line where its text ends (a line break inside the text is \
         written \\n), and every ${ in it needs its closing brace."
        wrong "print(\"total: ${1 + 2}\n)\n"
        right "print(\"total: ${1 + 2}\")\n";
    UnterminatedComment "RUFLEX004" Lexer "Unterminated block comment"
        "A comment that starts with /* must end with */. Block comments do not nest: the first */ closes."
        wrong "/* adds up\nprint(1 + 2)\n"
        right "/* adds up */\nprint(1 + 2)\n";
    InvalidEscape "RUFLEX005" Lexer "Invalid escape sequence"
        "After a backslash a string may have n, t, r, 0, \\, \", $ or u{h} with 1 to 6 hexadecimal digits that name a \
         Unicode scalar value. A backslash that is meant as itself is written twice."
        wrong "folder := \"C:\\data\"\n"
        right "folder := \"C:\\\\data\"\n";
    NumberOverflow "RUFLEX006" Lexer "Number too large"
        "An int goes up to 9223372036854775807 and a float must be finite. A greater number can be written as a float, \
         with a fraction or an exponent."
        wrong "distance := 10000000000000000000\n"
        right "distance := 1e19\n";
    MalformedNumber "RUFLEX007" Lexer "Malformed number"
        "A number must not run into letters, and _ may stand only between two digits: 42, 1_000, 0xff, 0b101, 0o17, \
         1.5, 2.5e-4. A unit belongs into a comment or a name."
        wrong "pause := 500ms\n"
        right "pause_ms := 500\n";
    LongIdentifier "RUFLEX008" Lexer "Name too long"
        "A name has at most 256 characters. Keep long texts in strings, and data that a program made up as names in \
         dicts."
        wrong "total_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_and_of_all_xy := 1\n"
        right "total := 1\n";
    LongNumber "RUFLEX010" Lexer "Number too long"
        "A number has at most 512 characters. An int has no more than 19 digits, and a float keeps only about 17 of \
         the digits that are written."
        wrong "third := 0.3333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333\n"
        right "third := 0.3333333333333333\n";
    Parse "RUFPARSE001" Parser "Source that does not follow the grammar"
        "At the marked token the text stops making sense. What was expected is in the message; often the cause is a \
         missing bracket, comma or operator just before it, or a word that other languages have. The rest of the text \
         is read as far as possible, so one report may have several of these: begin with the first."
        wrong "func area(w, h {\n    return w * h\n}\n"
        right "func area(w, h) {\n    return w * h\n}\n";
    Vm "RUFVM001" Vm "Compilation or runtime error"
        "Either the program was found to be wrong as a whole before it ran (Compilation error), for example because it \
         changes a let, declares a name twice or leaves a loop where there is none, or an error was raised while it ran \
         and nothing caught it (Runtime Error). The first kind is corrected in the text; the second kind can also be \
         caught with try { … } except e { … }."
        wrong "let total := 0\nfor n in [1, 2] { total += n }\n"
        right "mut total := 0\nfor n in [1, 2] { total += n }\n";
}

/// The page about a code, whatever the case in which it is written: title, explanation, a wrong and a right script.
/// `None` if there is no such code.
pub fn explain(code: &str) -> Option<String> {
    let code = Code::ALL.iter().find(|known| known.text().eq_ignore_ascii_case(code))?;
    let mut page = format!("{}: {}\n\n", code.text(), code.title());
    wrap(code.explanation(), &mut page);
    for (heading, script) in [("Wrong", code.wrong()), ("Right", code.right())] {
        page.push_str(&format!("\n{heading}:\n"));
        for line in script.lines() {
            page.push_str(&format!("    {}\n", super::render::visible(line)));
        }
    }
    Some(page)
}

/// The width of a page.
const WIDTH: usize = 80;

/// Adds a paragraph, broken at spaces.
fn wrap(text: &str, page: &mut String) {
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            page.push('\n');
            column = 0;
        }
        if column > 0 {
            page.push(' ');
            column += 1;
        }
        page.push_str(word);
        column += length;
    }
    page.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct() {
        for (index, code) in Code::ALL.iter().enumerate() {
            assert!(Code::ALL[..index].iter().all(|other| other.text() != code.text()));
        }
    }

    #[test]
    fn a_page_has_title_text_and_both_scripts() {
        let expected = "RUFLEX004: Unterminated block comment\n\n\
            A comment that starts with /* must end with */. Block comments do not nest: the\n\
            first */ closes.\n\n\
            Wrong:\n    /* adds up\n    print(1 + 2)\n\n\
            Right:\n    /* adds up */\n    print(1 + 2)\n";
        assert_eq!(explain("RUFLEX004").as_deref(), Some(expected));
        assert_eq!(explain("ruflex004").as_deref(), Some(expected));
        assert_eq!(explain("RUFLEX009"), None);
        assert_eq!(explain(""), None);
    }

    #[test]
    fn pages_do_not_disturb_the_terminal() {
        for code in Code::ALL {
            let page = explain(code.text()).expect("a page");
            assert!(page.chars().all(|character| character == '\n' || !character.is_control()), "{page}");
        }
    }
}
