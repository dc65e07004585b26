//! The table of tokens, and what the editor needs to colour them.

use super::lexer::{Lexed, lex};
use crate::source::Span;

macro_rules! tokens {
    (keywords { $($keyword:ident $word:literal)* } punctuation { $($mark:ident $sign:literal)* }) => {
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
        Let "let" Mut "mut" Const "const" Func "func" Return "return" Enum "enum" Match "match" Case "case"
        Default "default" If "if" Else "else" Loop "loop" While "while" For "for" In "in" Break "break"
        Continue "continue" Try "try" Except "except" IntWord "int" FloatWord "float" StringWord "string"
        BoolWord "bool" Import "import" Export "export" From "from" Struct "struct" Impl "impl" SelfWord "self"
        Null "null" Spawn "spawn" Test "test" TestSetup "test_setup" TestTeardown "test_teardown"
        TestGroup "test_group" Yield "yield" Async "async" Await "await" True "true" False "false"
    }
    punctuation {
        ColonAssign ":=" Assign "=" Equal "==" NotEqual "!=" Less "<" Greater ">" LessEqual "<=" GreaterEqual ">="
        Plus "+" Minus "-" Star "*" Slash "/" Percent "%"
        PlusAssign "+=" MinusAssign "-=" StarAssign "*=" SlashAssign "/=" PercentAssign "%="
        Arrow "->" Bang "!" AndAnd "&&" OrOr "||" Coalesce "??" QuestionDot "?." Question "?" Pipe "|>" Bar "|"
        Dot "." Range ".." RangeInclusive "..=" Ellipsis "..." DoubleColon "::" Colon ":"
        LeftParen "(" RightParen ")" LeftBrace "{" RightBrace "}" LeftBracket "[" RightBracket "]"
        Comma "," Semicolon ";"
    }
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
