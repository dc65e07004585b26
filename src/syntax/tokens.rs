//! The table of tokens, and what the editor needs to colour them.

use super::lexer::{Lexed, lex};
use crate::source::Span;

macro_rules! tokens {
    (
        keywords { $($keyword:ident $word:literal $use:ident $summary:literal)* }
        contextual { $($context_word:literal $context_use:ident $context_summary:literal)* }
        punctuation { $($mark:ident $sign:literal $meaning:literal)* }
    ) => {
        /// What a token is. Keywords and punctuation come from the one table in this file.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum TokenKind {
            Identifier,
            Int,
            Float,
            /// A whole string without embedded expressions.
            Text,
            /// The start of an interpolated string, from `"` to the first `${`.
            TextHead,
            /// From the `}` of one embedded expression to the next `${`.
            TextMiddle,
            /// From the last `}` to the closing `"`.
            TextTail,
            /// Something that is no token; there is a diagnostic about it.
            Invalid,
            /// The end of the source; always the last token.
            End,
            $(#[doc = $word] $keyword,)*
            $(#[doc = $sign] $mark,)*
        }

        /// All keywords with their kinds.
        pub const KEYWORDS: &[(&str, TokenKind)] = &[$(($word, TokenKind::$keyword)),*];

        /// All words with a meaning of their own, those that are keywords only where they stand included.
        pub const WORDS: &[Word] = &[
            $(Word { text: $word, used: WordUse::$use, summary: $summary },)*
            $(Word { text: $context_word, used: WordUse::$context_use, summary: $context_summary },)*
        ];

        /// All operators and punctuation marks, and what they mean.
        pub const MARKS: &[(&str, &str)] = &[$(($sign, $meaning)),*];

        impl TokenKind {
            /// The keyword that `word` is, if it is one.
            pub fn keyword(word: &str) -> Option<TokenKind> {
                match word { $($word => Some(TokenKind::$keyword),)* _ => None }
            }

            /// The operator or punctuation mark that `sign` is, if it is exactly one.
            pub fn punctuation(sign: &str) -> Option<TokenKind> {
                match sign { $($sign => Some(TokenKind::$mark),)* _ => None }
            }

            /// The text of a keyword or a mark; `None` for tokens whose text varies.
            pub const fn text(self) -> Option<&'static str> {
                match self {
                    $(TokenKind::$keyword => Some($word),)*
                    $(TokenKind::$mark => Some($sign),)*
                    _ => None,
                }
            }

            pub const fn is_keyword(self) -> bool {
                matches!(self, $(TokenKind::$keyword)|*)
            }
        }
    };
}

tokens! {
    keywords {
        Let "let" Statement "Declares an immutable variable of this block: `let x := 5`"
        Mut "mut" Statement "Declares a mutable variable of this block: `mut x := 5`"
        Const "const" Statement "Declares a constant of this block: `const SIZE := 10`"
        Func "func" Expression "A function: `func add(a, b) { return a + b }`, or without a name as a value"
        Return "return" Statement "Ends the function with a value, or with `null`"
        Enum "enum" Statement "Declares a type with variants: `enum Shape { Circle(r), Unit }`"
        Match "match" Expression "Takes a value apart: `match v { case 1 { … } default { … } }`; its value is that of the block that runs"
        Case "case" Case "A pattern and what to do if it matches: `case Some(x) if x > 0 { … }`"
        Default "default" Case "Runs if no case of the `match` did"
        If "if" Statement "Runs a block if the condition is truthy: `if x > 0 { … } else { … }`"
        Else "else" Continuation "What to do if the condition of the `if` is falsy"
        Loop "loop" Statement "Repeats until `break` or `return`, or with `loop while c { … }` as long as the condition is truthy"
        While "while" Statement "Repeats as long as the condition is truthy: `while x > 0 { … }`"
        For "for" Statement "Runs a block for every element: `for x in xs { … }`, `for key, value in dict { … }`"
        In "in" Loop "Between the variables of a `for` and what it goes through"
        Break "break" Statement "Ends the innermost loop"
        Continue "continue" Statement "Goes on with the next round of the innermost loop"
        Try "try" Statement "Catches errors: `try { … } except e { … } finally { … }`"
        Except "except" Continuation "What to do about an error of the `try` block; `e.message` and `e.kind` tell about it"
        IntWord "int" Type "A 64-bit signed integer"
        FloatWord "float" Type "A double-precision number"
        StringWord "string" Type "A text: a sequence of Unicode scalar values"
        BoolWord "bool" Type "`true` or `false`"
        Import "import" Statement "Runs a module and binds what it exports: `import geometry`"
        Export "export" Statement "Makes a declaration available to scripts that import this one"
        From "from" Statement "Binds some exports of a module: `from geometry import area`"
        Struct "struct" Statement "Declares a type with fields and methods: `struct Point { x, y  func norm(self) { … } }`"
        Impl "impl" Reserved "Reserved; methods are written inside the `struct`"
        SelfWord "self" Expression "The receiver of a method"
        Null "null" Expression "The absence of a value"
        Spawn "spawn" Expression "Starts a block as a background task; its value is the promise of the task"
        Test "test" Statement "A test, run by the test runner only: `test \"adds\" { assert_equal(1 + 1, 2) }`"
        TestSetup "test_setup" Statement "Runs before every test"
        TestTeardown "test_teardown" Statement "Runs after every test"
        TestGroup "test_group" Statement "Tests that belong together: `test_group \"parsing\" { … }`"
        Yield "yield" Expression "Hands out a value of a generator function (`func*`)"
        Async "async" Expression "`async func` runs as a task when it is called; `async let` and `async scope` start and hold child tasks"
        Await "await" Expression "Waits for a promise and gives its value, while other tasks run"
        True "true" Expression "The truth value of what holds"
        False "false" Expression "The truth value of what does not hold"
    }
    contextual {
        "throw" Expression "Raises an error: `throw \"what went wrong\"`"
        "Ok" Expression "The result of a success: `Ok(value)`"
        "Err" Expression "The result of a failure: `Err(reason)`"
        "Some" Expression "An option that holds a value: `Some(value)`"
        "None" Expression "The empty option"
        "finally" Continuation "Runs on every way out of the `try`"
        "scope" Async "`async scope { … }`: no task that is started inside outlives it"
        "join" Await "`await join all { a(), b() }`: runs the branches as tasks and waits for them"
        "all" Join "The values of all branches; the first failure cancels the others"
        "race" Join "The first branch to settle; the others are cancelled"
        "any" Join "The first branch to succeed; the others are cancelled"
        "settle" Join "The outcomes of all branches; never fails"
    }
    punctuation {
        ColonAssign ":=" "Assigns, or creates a variable"
        Assign "=" "The same as `:=`"
        Equal "==" "Whether two values are equal"
        NotEqual "!=" "Whether two values differ"
        Less "<" "Whether the left number or string comes first"
        Greater ">" "Whether the right number or string comes first"
        LessEqual "<=" "Whether the left one comes first or both are equal"
        GreaterEqual ">=" "Whether the right one comes first or both are equal"
        Plus "+" "Adds numbers, joins strings"
        Minus "-" "Subtracts, or negates"
        Star "*" "Multiplies; `func*` is a generator function"
        Slash "/" "Divides; ints truncate toward zero"
        Percent "%" "The remainder, with the sign of the dividend"
        PlusAssign "+=" "Adds to a place"
        MinusAssign "-=" "Subtracts from a place"
        StarAssign "*=" "Multiplies a place"
        SlashAssign "/=" "Divides a place"
        PercentAssign "%=" "Takes the remainder of a place"
        Arrow "->" "In front of the type of a result"
        Bang "!" "The opposite of a bool"
        AndAnd "&&" "Whether both are truthy; the right side is evaluated only if needed"
        OrOr "||" "Whether one is truthy; the right side is evaluated only if needed"
        Coalesce "??" "The left value unless it is null, then the right one"
        QuestionDot "?." "The field or method call, or null if the receiver is null"
        Question "?" "The value inside `Ok` or `Some`; returns `Err` and `None` from the function"
        Pipe "|>" "Passes the left value as the first argument: `x |> f(a)` is `f(x, a)`"
        Bar "|" "Between alternatives of a pattern"
        Dot "." "A field, or a method call"
        Range ".." "In patterns, a range without its end"
        RangeInclusive "..=" "In patterns, a range with its end"
        Ellipsis "..." "Spreads an array or dict into a literal; in patterns, takes the rest"
        DoubleColon "::" "A variant of an enum"
        Colon ":" "In front of a type, and between a key and its value"
        LeftParen "(" "Opens arguments, parameters or a group"
        RightParen ")" "Closes arguments, parameters or a group"
        LeftBrace "{" "Opens a block or a dict"
        RightBrace "}" "Closes a block or a dict"
        LeftBracket "[" "Opens an array or an index"
        RightBracket "]" "Closes an array or an index"
        Comma "," "Separates the items of a list"
        Semicolon ";" "Separates statements"
    }
}

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WordUse {
    /// Begins a statement.
    Statement,
    /// Begins an expression, so also a statement.
    Expression,
    /// Goes on with a statement.
    Continuation,
    /// After the variables of a `for`.
    Loop,
    /// In the body of a `match`.
    Case,
    /// The name of a type.
    Type,
    /// After `async`.
    Async,
    /// After `await`.
    Await,
    /// After `await join`.
    Join,
    /// Nowhere yet.
    Reserved,
}

/// A word with a meaning of its own, for completion and documentation.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    pub text: &'static str,
    pub used: WordUse,
    /// One line.
    pub summary: &'static str,
}

/// The longest operator or punctuation mark.
pub const LONGEST_MARK: usize = 3;

impl TokenKind {
    /// `:=`, `=` and the compound assignments.
    pub const fn is_assignment(self) -> bool {
        use TokenKind::*;
        matches!(self, ColonAssign | Assign | PlusAssign | MinusAssign | StarAssign | SlashAssign | PercentAssign)
    }

    /// An identifier or a keyword: what may be a field or method name.
    pub const fn is_word(self) -> bool {
        matches!(self, TokenKind::Identifier) || self.is_keyword()
    }

    /// Whether an expression can begin with this token.
    pub const fn begins_expression(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Identifier
                | Int
                | Float
                | Text
                | TextHead
                | True
                | False
                | Null
                | SelfWord
                | LeftParen
                | LeftBracket
                | LeftBrace
                | Minus
                | Bang
                | Await
                | Async
                | Func
                | Match
                | Spawn
                | Yield
        )
    }
}

/// One token. Its text is the source under `span`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    pub kind: TokenKind,
    /// No other token ends on the line that it starts on.
    pub first_on_line: bool,
    pub span: Span,
}

macro_rules! classes {
    ($($(#[$doc:meta])* $class:ident $name:literal,)*) => {
        /// How an editor colours a piece of source.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Class { $($(#[$doc])* $class,)* }

        impl Class {
            /// All classes, in the order of their numbers.
            pub const ALL: &[Class] = &[$(Class::$class),*];

            /// The name used in style sheets.
            pub const fn name(self) -> &'static str {
                match self { $(Class::$class => $name,)* }
            }
        }
    };
}

classes! {
    Keyword "keyword",
    /// `true`, `false`, `null`, `None`.
    Constant "constant",
    /// `self`
    Receiver "self",
    Identifier "identifier",
    /// A name that is called or declared as a function.
    Function "function",
    /// The name of a struct or enum, and the words of annotations.
    Type "type",
    /// A name after `.` or `?.`, and a key in front of `:`.
    Property "property",
    Number "number",
    String "string",
    Escape "escape",
    /// `${` and its `}`.
    Interpolation "interpolation",
    Comment "comment",
    Operator "operator",
    Punctuation "punctuation",
    Invalid "invalid",
}

/// The coloured pieces of a text, in order and without overlaps; white space belongs to none. Total: broken
/// source gives pieces too.
pub fn highlight(text: &str) -> Vec<(Span, Class)> {
    let Lexed { tokens, comments, escapes, .. } = lex(text);
    let mut pieces = Vec::with_capacity(tokens.len() + comments.len());
    let mut comments = comments.into_iter().peekable();
    let mut escapes = escapes.into_iter().peekable();
    for (index, token) in tokens.iter().enumerate() {
        while let Some(comment) = comments.next_if(|comment| comment.start < token.span.start) {
            pieces.push((comment, Class::Comment));
        }
        match token.kind {
            TokenKind::Text | TokenKind::TextHead | TokenKind::TextMiddle | TokenKind::TextTail => {
                highlight_string(text, *token, &mut escapes, &mut pieces);
            }
            TokenKind::End => {}
            _ => pieces.push((token.span, class(text, &tokens, index))),
        }
    }
    pieces
}

/// Splits a piece of a string into text, escapes and the brackets of interpolations.
fn highlight_string(
    text: &str,
    token: Token,
    escapes: &mut std::iter::Peekable<impl Iterator<Item = Span>>,
    pieces: &mut Vec<(Span, Class)>,
) {
    let Span { mut start, end } = token.span;
    if matches!(token.kind, TokenKind::TextMiddle | TokenKind::TextTail) {
        pieces.push((Span::new(start, start + 1), Class::Interpolation));
        start += 1;
    }
    let opens = matches!(token.kind, TokenKind::TextHead | TokenKind::TextMiddle);
    let text_end = if opens && token.span.of(text).ends_with("${") { end - 2 } else { end };
    while let Some(escape) = escapes.next_if(|escape| escape.start < text_end) {
        if start < escape.start {
            pieces.push((Span::new(start, escape.start), Class::String));
        }
        pieces.push((escape, Class::Escape));
        start = escape.end;
    }
    if start < text_end {
        pieces.push((Span::new(start, text_end), Class::String));
    }
    if text_end < end {
        pieces.push((Span::new(text_end, end), Class::Interpolation));
    }
}

/// Whether the identifier at `index` is one of the words that are keywords only where they stand (language.md 1.3).
pub fn is_contextual(text: &str, tokens: &[Token], index: usize) -> bool {
    tokens.get(index).is_some_and(|token| token.kind == TokenKind::Identifier)
        && class(text, tokens, index) == Class::Keyword
}

/// The class of a token that is not part of a string, from its neighbours.
fn class(text: &str, tokens: &[Token], index: usize) -> Class {
    use TokenKind::*;
    let token = tokens[index];
    let kind_at = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or(End, |token| token.kind);
    let (before, after) = (kind_at(index.checked_sub(1)), kind_at(Some(index + 1)));
    let word = token.span.of(text);
    if token.kind.is_word() && matches!(before, Dot | QuestionDot) {
        return if after == LeftParen { Class::Function } else { Class::Property };
    }
    if token.kind.is_word() && after == Colon && matches!(before, LeftBrace | Comma | LeftParen) {
        return Class::Property;
    }
    match token.kind {
        Int | Float => Class::Number,
        Invalid => Class::Invalid,
        True | False | Null => Class::Constant,
        SelfWord => Class::Receiver,
        IntWord | FloatWord | StringWord | BoolWord => Class::Type,
        Identifier => match word {
            "None" => Class::Constant,
            "throw"
                if tokens.get(index + 1).is_some_and(|next| next.kind.begins_expression() && !next.first_on_line) =>
            {
                Class::Keyword
            }
            "finally" if before == RightBrace && after == LeftBrace => Class::Keyword,
            "scope" if before == Async => Class::Keyword,
            "join" if before == Await && after == Identifier => Class::Keyword,
            "all" | "race" | "any" | "settle"
                if before == Identifier && tokens[index - 1].span.of(text) == "join" && after != LeftParen =>
            {
                Class::Keyword
            }
            _ if matches!(before, Struct | Enum) || after == DoubleColon => Class::Type,
            _ if before == Func || after == LeftParen => Class::Function,
            _ if word.starts_with(|first: char| first.is_ascii_uppercase()) && after == LeftBrace => Class::Type,
            _ => Class::Identifier,
        },
        LeftParen | RightParen | LeftBrace | RightBrace | LeftBracket | RightBracket | Comma | Semicolon | Colon
        | Dot | DoubleColon => Class::Punctuation,
        kind if kind.is_keyword() => Class::Keyword,
        _ => Class::Operator,
    }
}
