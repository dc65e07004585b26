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
    ($($name:ident $text:literal $phase:ident $title:literal $explanation:literal;)*) => {
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
        }
    };
}

codes! {
    InvalidCharacter "RUFLEX001" Lexer "Invalid character"
        "The character is not part of the language outside strings and comments. Strings are written in double \
         quotes, names consist of letters, digits and _, and the logical operators are && and ||.";
    NullByte "RUFLEX002" Lexer "Null byte"
        "The source contains the character U+0000, which is allowed nowhere; inside a string write it as \\0.";
    UnterminatedString "RUFLEX003" Lexer "Unterminated string"
        "A string must be closed by a double quote on the line where its text ends (a line break inside the text is \
         written \\n), and every ${ in it needs its closing brace.";
    UnterminatedComment "RUFLEX004" Lexer "Unterminated block comment"
        "A comment that starts with /* must end with */. Block comments do not nest.";
    InvalidEscape "RUFLEX005" Lexer "Invalid escape sequence"
        "After a backslash a string may have n, t, r, 0, \\, \", $ or u{h} with 1 to 6 hexadecimal digits that name a \
         Unicode scalar value.";
    NumberOverflow "RUFLEX006" Lexer "Number too large"
        "An int goes up to 9223372036854775807 and a float must be finite.";
    MalformedNumber "RUFLEX007" Lexer "Malformed number"
        "A number must not run into letters, and _ may stand only between two digits: 42, 1_000, 0xff, 0b101, 0o17, \
         1.5, 2.5e-4.";
    LongIdentifier "RUFLEX008" Lexer "Name too long"
        "A name has at most 256 characters.";
    LongNumber "RUFLEX010" Lexer "Number too long"
        "A number has at most 512 characters.";
    Parse "RUFPARSE001" Parser "Source that does not follow the grammar"
        "At the marked token the text stops making sense. What was expected is in the message; often the cause is a \
         missing bracket or operator just before it.";
    Vm "RUFVM001" Vm "Compilation or runtime error"
        "Either the program was found to be wrong as a whole before it ran (Compilation error), or an error was \
         raised while it ran and nothing caught it (Runtime Error).";
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
}
