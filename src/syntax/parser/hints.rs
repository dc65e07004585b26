//! The diagnostics of common slips: the exact message of the specification, and a note that says what to do.

use super::super::ast::{ExpressionKind, SuffixKind};
use super::super::tokens::TokenKind;
use super::super::walk::is_step;
use super::{Failed, Parser};
use crate::diagnostic::{Fix, Label, suggest, word_hint, word_replacement};
use crate::source::Span;

const NO_ARROWS: &str = "there are no arrow functions; write func(x) { return … }";

const MISPLACED: &str = "a statement cannot stand inside an expression; something is missing before it";

const ONLY_NAMES: &str = "a pattern names new values; assign elements and fields one by one: a := p[0]  x.f := a";
const NO_NAMED_ARGUMENTS: &str = "arguments have no names; pass them in order, or pass a dict: {name: value}";
const NO_DEFAULTS: &str = "parameters have no default values";
const NO_TUPLES: &str = "parentheses hold one expression; several values are an array: [a, b]";

const COMMA_BETWEEN_ITEMS: &str = "put a comma `,` between two items";
const COMMA_BETWEEN_ENTRIES: &str = "put a comma `,` between two entries";

/// How many tokens are looked through for a guess at what was meant.
const NEAR: usize = 64;

/// Whether the items of a bracketed construct are separated by commas.
fn is_list(what: &str) -> bool {
    matches!(
        what,
        "function call arguments"
            | "method call arguments"
            | "function parameter list"
            | "array literal"
            | "dictionary literal"
            | "struct literal"
            | "join branches"
            | "enum body"
            | "enum variant"
            | "pattern"
    )
}

impl Parser<'_> {
    /// What can be said about the current token wherever it is refused.
    pub(super) fn hint(&self) -> Option<String> {
        let note = match self.kind() {
            TokenKind::Identifier => return word_hint(self.word()).map(str::to_owned),
            TokenKind::Else => "an else belongs directly behind the } of its if block",
            TokenKind::Except => "an except belongs directly behind the } of its try block",
            TokenKind::Case | TokenKind::Default => "cases stand directly inside match value { … }",
            TokenKind::IntWord => {
                "int is the name of a type; write `let x := …` to declare a variable; values are converted with to_int(…)"
            }
            TokenKind::FloatWord => {
                "float is the name of a type; write `let x := …` to declare a variable; values are converted with to_float(…)"
            }
            TokenKind::StringWord => {
                "string is the name of a type; write `let x := …` to declare a variable; values are converted with to_string(…)"
            }
            TokenKind::BoolWord => {
                "bool is the name of a type; write `let x := …` to declare a variable; values are converted with to_bool(…)"
            }
            TokenKind::Impl => "methods are written inside struct Name { … }; impl is reserved and has no use",
            TokenKind::If => "if is a statement and has no value; assign in both branches, or use match",
            TokenKind::In => "whether something is in a collection is asked with contains(xs, x) or has_key(d, key)",
            TokenKind::Range | TokenKind::RangeInclusive => "ranges exist only in patterns; use range(low, high)",
            _ => return None,
        };
        Some(note.to_owned())
    }

    /// What can replace the current token, if it is a word of other languages.
    pub(super) fn replacement(&self) -> Option<Fix> {
        let word = if self.is(TokenKind::Identifier) { word_replacement(self.word()) } else { None };
        word.map(|word| Fix::new(self.token().span, word))
    }

    /// What closes a group, or goes on with its list, in front of the current token.
    pub(super) fn fix_unclosed(&self, bracket: TokenKind, notes: &[String]) -> Option<Fix> {
        let before = Span::at(self.tokens[self.at.checked_sub(1)?].span.end);
        if notes.iter().any(|note| note == COMMA_BETWEEN_ITEMS || note == COMMA_BETWEEN_ENTRIES) {
            return Some(Fix::new(before, ","));
        }
        let replacement = self.replacement();
        if replacement.is_some() {
            return replacement;
        }
        // In the middle of a line nobody knows where the bracket is missing.
        let at_end = self.token().first_on_line || matches!(self.kind(), TokenKind::End | TokenKind::LeftBrace);
        if at_end && bracket != TokenKind::RightBrace { Some(Fix::new(before, bracket.text()?)) } else { None }
    }

    /// What can be said about the current token where a name must stand.
    pub(super) fn hint_name(&self, what: &str) -> Option<String> {
        if self.kind().is_keyword() {
            return Some(format!("'{}' is a keyword and cannot name {what}", self.word()));
        }
        match self.word() {
            word @ ("Ok" | "Err" | "Some" | "None") => {
                Some(format!("'{word}' always means the value form and cannot name {what}"))
            }
            _ => None,
        }
    }

    /// What can be said if an opening mark is missing.
    pub(super) fn hint_missing(&self, context: &str) -> Option<String> {
        let note = match (context, self.kind()) {
            ("after function name", TokenKind::LeftBrace) => {
                "parameters stand in parentheses, also if there are none: func f() { … }"
            }
            ("to start struct body", TokenKind::Identifier) => {
                "there is no inheritance: a struct has fields and methods of its own, struct Name { … }"
            }
            ("to start struct body", _) => "fields stand in braces: struct Point { x, y = 0 }",
            ("to start enum body", _) => "variants stand in braces: enum Color { Red, Mix(a, b) }",
            _ => return self.hint(),
        };
        Some(note.to_owned())
    }

    /// Why a closing bracket may be missing in front of the current token.
    pub(super) fn hint_unclosed(&self, bracket: TokenKind, what: &str) -> Option<String> {
        use TokenKind::*;
        let before = self.tokens[self.at.saturating_sub(1)].kind;
        let parameters = what == "function parameter list";
        let note = match (self.kind(), bracket) {
            (Assign, _) if self.is_fat_arrow() => NO_ARROWS,
            (Assign | ColonAssign, RightParen) if parameters => NO_DEFAULTS,
            (Assign | ColonAssign, RightParen) if what.ends_with("arguments") => {
                "an assignment is not an expression, and arguments have no names: pass them in order; use == to compare"
            }
            (Assign | ColonAssign, RightParen) => "an assignment is not an expression; use == to compare",
            (Colon, RightParen) if before.is_word() => NO_NAMED_ARGUMENTS,
            (Comma, RightParen) if what == "parenthesized expression" => match self.brackets.around(self.at) {
                Some(opener) if self.is_arrow_after(opener) => NO_ARROWS,
                _ => NO_TUPLES,
            },
            (Comma, RightParen) if what.ends_with("(...)") => "it holds one value; several are an array: [a, b]",
            (Comma, RightParen) if before == Comma || parameters => "there is one comma too many",
            (For, RightBracket) => "there are no comprehensions; use map and filter",
            (Assign, RightBrace) if what == "pattern" => "entries of a pattern are written key: pattern",
            (LeftBracket | Dot | LeftParen, RightBracket | RightBrace) if what == "pattern" => ONLY_NAMES,
            (Assign | Colon | Semicolon, RightBrace) if what == "enum body" => {
                "variants are only names, separated by commas: enum Color { Red, Mix(a, b) }"
            }
            (Text | TextHead, _) if before == Identifier && self.touches_before() => {
                "a string has no letters in front; every string may embed expressions: \"a ${x} b\""
            }
            (Colon, RightBracket) => "there is no slice syntax; use the function slice",
            (Colon, RightBrace) if what == "pattern" => {
                "a declaration takes the entries under their own names; rename with a second assignment"
            }
            (Ellipsis, RightParen) if parameters => "functions have a fixed number of parameters; take an array",
            (_, RightBrace | RightBracket) if what == "pattern" && before == Comma => {
                "a rest may be only the last item of its list"
            }
            (kind, _) if what == "struct literal" && kind.is_word() && before == Comma => {
                "every field needs a value: name: value"
            }
            (_, RightBrace) if what == "struct body" => {
                "a struct body holds fields and methods: x, y = 0, func m(self) { … }"
            }
            (LeftBrace, RightParen) => "a ')' is missing before the '{'",
            _ if parameters && self.kind().is_keyword() => return self.hint_name("a parameter"),
            (kind, _)
                if is_list(what) && before != Comma && kind.begins_expression() && !self.token().first_on_line =>
            {
                return self.hint().or_else(|| Some(COMMA_BETWEEN_ITEMS.into()));
            }
            (kind, RightBrace)
                if what == "dictionary literal"
                    && before != Comma
                    && (kind.is_word() || kind == Text)
                    && self.tokens.get(self.at + 1).is_some_and(|next| next.kind == Colon) =>
            {
                COMMA_BETWEEN_ENTRIES
            }
            // What begins the next line has nothing to do with it.
            _ if self.token().first_on_line => return None,
            _ => return self.hint(),
        };
        Some(note.to_owned())
    }

    /// Whether `=>` follows the group that the token at `opener` opens.
    fn is_arrow_after(&self, opener: usize) -> bool {
        let after = self.closing(opener).map(|closing| closing + 1);
        let kind = |at: usize| self.tokens.get(at).map(|token| token.kind);
        after.is_some_and(|at| kind(at) == Some(TokenKind::Assign) && kind(at + 1) == Some(TokenKind::Greater))
    }

    /// Whether nothing stands between the current token and the one before it.
    fn touches_before(&self) -> bool {
        let before = self.at.checked_sub(1).map(|before| self.tokens[before].span.end);
        before == Some(self.token().span.start)
    }

    /// What can be said about a word of other languages that was read as a name before, on the same line.
    fn hint_on_line(&self) -> Option<String> {
        let mut near = self.tokens[..self.at].iter().rev().take(NEAR);
        let start = near.position(|token| token.first_on_line).map_or(NEAR, |back| back + 1);
        let from = self.at - start.min(self.at);
        // A name that another word follows directly is no variable.
        let pairs = self.tokens[from..=self.at].windows(2);
        let mut words = pairs.filter(|pair| {
            let next = pair[1].kind;
            pair[0].kind == TokenKind::Identifier
                && (next.is_word() || matches!(next, TokenKind::Int | TokenKind::Text))
        });
        words.find_map(|pair| word_hint(pair[0].span.of(self.text))).map(str::to_owned)
    }

    /// Whether an assignment follows the current token on its line.
    fn is_assigned_on_line(&self) -> bool {
        let mut ahead = self.tokens[self.at..].iter().skip(1).take(NEAR).take_while(|token| !token.first_on_line);
        ahead.any(|token| matches!(token.kind, TokenKind::ColonAssign | TokenKind::Assign))
    }

    /// Whether the `=` here is the first half of `=>`.
    fn is_fat_arrow(&self) -> bool {
        self.is(TokenKind::Assign) && self.peek(1).kind == TokenKind::Greater
    }

    /// A second place to look at if a block is not closed at the end of the source: the first `}` inside it that
    /// stands further left than the line of its `{`, which probably closes the wrong block.
    pub(super) fn label_unclosed(&self, opener: usize, bracket: TokenKind) -> Option<Label> {
        if bracket != TokenKind::RightBrace || !self.is(TokenKind::End) {
            return None;
        }
        let mut line_start = self.tokens[..=opener].iter().rposition(|token| token.first_on_line).unwrap_or(0);
        for index in opener + 1..self.tokens.len() {
            let token = self.tokens[index];
            if token.first_on_line {
                line_start = index;
            }
            let Some(end) = self.closing(index).filter(|_| token.kind == TokenKind::LeftBrace) else { continue };
            let closer = self.tokens[end];
            if closer.first_on_line && self.indentation(end) < self.indentation(line_start) {
                let message = "this '}' stands further left than its '{'; probably a '}' is missing before it";
                return Some(Label { span: closer.span, message: message.into() });
            }
        }
        None
    }

    /// How far the token that starts a line is from its beginning.
    fn indentation(&self, index: usize) -> usize {
        let before = Span::new(0, self.tokens[index].span.start).of(self.text);
        before.len() - before.trim_end_matches([' ', '\t']).len()
    }

    #[cold]
    pub(super) fn invalid_statement(&mut self) -> Failed {
        use TokenKind::*;
        let note = match self.kind() {
            RightBrace => "this '}' closes nothing; there is one too many, or a '{' is missing".into(),
            RightParen | RightBracket => format!("this '{}' closes nothing", self.word()),
            Plus | Minus if self.at > 0 && self.tokens[self.at - 1].kind == self.kind() => {
                "there is no ++ or --; write x += 1 or x -= 1".into()
            }
            kind if kind.is_assignment() => "there is nothing to assign to on the left".into(),
            Colon | In | Case | IntWord | FloatWord | StringWord | BoolWord | Comma
                if let Some(hint) = self.hint_on_line() =>
            {
                hint
            }
            Colon if self.has_question_on_line() => "there is no ?: operator; use if and else, or match".into(),
            Colon if self.at > 0 && self.tokens[self.at - 1].first_on_line && self.is_assigned_on_line() => {
                "a type belongs to let, mut, const and parameters: mut x: int := 5".into()
            }
            Colon => {
                "a ':' belongs into dict and struct literals, and between a name and its type; a struct literal in \
                      the head of a statement needs parentheses around it"
                    .into()
            }
            Comma if self.is_assigned_on_line() => {
                "several variables are assigned with [a, b] := [1, 2], or in one statement each".into()
            }
            Comma => self.hint_comma().into(),
            _ => return self.fail("Invalid statement"),
        };
        self.fail_with("Invalid statement", note)
    }

    /// About a comma behind a whole statement.
    fn hint_comma(&self) -> &'static str {
        use TokenKind::*;
        let back = |count: usize| self.at.checked_sub(count).map_or(End, |at| self.tokens[at].kind);
        match (back(2), back(1)) {
            (Return | Yield, _) => "several values are an array: [a, b]",
            (Identifier, Text | TextTail) => "the arguments of a call stand in parentheses: print(a, b)",
            (_, Int) if self.peek(1).kind == Int => "a number has no commas: write 1_000 or 1.5",
            _ => "statements are separated by line breaks or ';'",
        }
    }

    /// Whether a `?` stands before the current token on its line.
    fn has_question_on_line(&self) -> bool {
        let near = self.tokens[..self.at].iter().rev().take(NEAR);
        let start = near.clone().position(|token| token.first_on_line).map_or(NEAR, |back| back + 1);
        near.take(start).any(|token| token.kind == TokenKind::Question)
    }

    /// Where an expression must begin but does not.
    #[cold]
    pub(super) fn missing_operand_expression(&mut self) -> Failed {
        use TokenKind::*;
        let before = self.at.checked_sub(1).map_or(End, |last| self.tokens[last].kind);
        let note = match self.kind() {
            Plus if before == Plus => "there is no ++; write x += 1",
            Star if before == Star => "powers are written pow(a, b)",
            StarAssign if before == Star => "powers are written x := pow(x, b)",
            Greater if before == Less => "unequal is written !=",
            Less if before == Less => "bits are shifted with bit_shl(x, n)",
            Greater if before == Greater => "bits are shifted with bit_shr(x, n)",
            Assign if matches!(before, OrOr | AndAnd | Coalesce) => {
                "only +=, -=, *=, /= and %= combine with an assignment; write x := x ?? y"
            }
            Plus if before == Assign => "write += as one mark",
            Bar | OrOr => "functions are written func(x) { return … }; alternatives with | exist only in patterns",
            Comma => "there is one comma too many, or something is missing in front of it",
            RightParen
                if before == LeftParen && self.at.checked_sub(1).is_some_and(|open| self.is_arrow_after(open)) =>
            {
                NO_ARROWS
            }
            RightParen if before == LeftParen => "a value is missing between the parentheses; the empty value is null",
            TextMiddle | TextTail => "an expression is missing between ${ and }; a $ as text is written \\$",
            Equal | Assign if matches!(before, Equal | NotEqual) => "equality is written == and !=",
            Assign if matches!(before, Less | Greater) => "write <= or >= as one mark",
            Greater if before == Assign => NO_ARROWS,
            Dot if matches!(self.tokens.get(self.at + 1).map(|next| next.kind), Some(Int)) => {
                "a number starts with a digit: write 0.5 instead of .5"
            }
            Let | Mut | Const | Return | Break | Continue | While | Loop | For | Struct | Enum | Import => MISPLACED,
            If if self.token().first_on_line => MISPLACED,
            _ => {
                let doubled = matches!(before, Plus | Minus)
                    && self.at > 1
                    && self.tokens[self.at - 2].kind == before
                    && self.tokens[self.at - 2].span.end == self.tokens[self.at - 1].span.start;
                if !doubled {
                    return self.fail("Expected expression");
                }
                "there is no ++ or --; write x += 1 or x -= 1"
            }
        };
        self.fail_with("Expected expression", note)
    }

    #[cold]
    pub(super) fn missing_operand(&mut self, word: &str) -> Failed {
        if self.hint().is_some() {
            return self.fail("Expected expression");
        }
        self.fail_with("Expected expression", format!("without a value write {word}; or {word} null"))
    }

    #[cold]
    pub(super) fn invalid_target(&mut self, target: &ExpressionKind, span: Span) -> Failed {
        let note = match target {
            ExpressionKind::Postfix { suffixes, .. } if suffixes.iter().any(|suffix| !is_step(suffix)) => {
                let guarded = |kind: &SuffixKind| matches!(kind, SuffixKind::Field { guarded: true, .. });
                if suffixes.iter().all(|suffix| is_step(suffix) || guarded(&suffix.kind)) {
                    "`?.` is only for reading; test for null with an if, then assign with `.`"
                } else {
                    "the result of a call cannot be assigned to; assign to a variable, a field or an element"
                }
            }
            ExpressionKind::Chain { .. } => {
                "use == to compare; only a variable, a field or an element can be assigned to"
            }
            _ => "only a variable, a field or an element can be assigned to",
        };
        let problem = self.problem("Invalid assignment target").label(span, "this cannot be assigned to").note(note);
        self.refuse(problem)
    }

    #[cold]
    pub(super) fn chained_assignment(&mut self) -> Failed {
        let note = if self.is_fat_arrow() { NO_ARROWS } else { "write separate statements: b := c and then a := b" };
        self.fail_with("Chained assignment is not supported; split the assignment into separate statements", note)
    }

    #[cold]
    pub(super) fn missing_equals(&mut self, word: &str) -> Failed {
        let message =
            format!("Expected assignment operator (':=' or '=') in {word} declaration but found {}", self.found());
        let note = match self.kind() {
            TokenKind::Equal => "a value is given with :=".into(),
            TokenKind::Comma => format!("several names are declared as {word} [a, b] := [1, 2]"),
            _ => format!("a declaration needs a value: {word} x := null"),
        };
        self.fail_with(&message, note)
    }

    /// The block after a header does not begin where the header ends.
    #[cold]
    pub(super) fn missing_block(&mut self, what: &str) -> Failed {
        use TokenKind::*;
        let message = format!("Expected '{{' to start {what} but found {}", self.found());
        let condition = matches!(what, "if block" | "while body" | "loop body" | "match case block");
        let note = match self.kind() {
            Assign if self.is_fat_arrow() => "a block follows directly, without =>",
            Assign | ColonAssign if condition => "use == to compare",
            Assign | ColonAssign => "an assignment cannot stand here",
            Colon if what == "function body" => "the type of the result is written -> int",
            IntWord | FloatWord | StringWord | BoolWord if what == "function body" => {
                "the type of the result is written -> int"
            }
            Colon => "a block is written in braces, without ':'",
            If if what == "else block" => "write else if",
            _ if what == "spawn block" && !self.token().first_on_line => "spawn runs a block as a task: spawn { f() }",
            Identifier if what == "except block" => {
                "an except catches every error and has one name: except e { … }; e.kind tells what happened"
            }
            Comma if what == "match case block" => "alternatives are separated by '|': case 1 | 2 { … }",
            Less | Greater | LessEqual | GreaterEqual | Equal | NotEqual if what == "match case block" => {
                "comparisons are written as guards: case _ if v > 5 { … }"
            }
            Else if what == "if block" => "if is a statement and has no value: if c { x := 1 } else { x := 2 }",
            _ => {
                let hint = if self.token().first_on_line { None } else { self.hint() };
                let hint = hint.unwrap_or_else(|| "a block is always written in braces: { … }".into());
                let mut problem = self.problem(message).note(hint);
                problem.fixes.extend(self.replacement());
                return self.refuse(problem);
            }
        };
        self.fail_with(&message, note)
    }

    #[cold]
    pub(super) fn missing_in(&mut self) -> Failed {
        let message = format!("Expected 'in' in for loop but found {}", self.found());
        let note = match self.kind() {
            TokenKind::Assign | TokenKind::ColonAssign => {
                "loops over numbers are written for i in range(low, high) { … }"
            }
            _ => "a loop is written for x in xs { … } or for i, x in xs { … }",
        };
        self.fail_with(&message, note)
    }

    /// Over the `;` of `for i := 0; i < n; i += 1 {`, so that the block can be found.
    pub(super) fn skip_c_style_head(&mut self) {
        let following = self.tokens[self.at..].iter().skip(1).take(NEAR);
        let mut line = following.take_while(|token| !token.first_on_line && token.kind != TokenKind::RightBrace);
        if let Some(ahead) = line.position(|token| token.kind == TokenKind::LeftBrace) {
            self.at += 1 + ahead;
        }
    }

    #[cold]
    pub(super) fn missing_except(&mut self) -> Failed {
        let message = format!("Expected 'except' after try block but found {}", self.found());
        let problem = self.problem(message);
        let problem = match suggest(self.word(), ["except", "finally"]) {
            Some(word) => problem.note(format!("did you mean '{word}'?")).fix(self.token().span, word),
            None => {
                let mut problem = problem.note("errors are caught with try { … } except e { … }");
                problem.fixes.extend(self.replacement());
                problem
            }
        };
        self.refuse(problem)
    }

    #[cold]
    pub(super) fn invalid_except_variable(&mut self) -> Failed {
        let note = match self.kind() {
            TokenKind::LeftParen => Some("the variable has no parentheses: except e { … }".into()),
            _ => self.hint_name("a variable"),
        };
        let mut problem = self.problem("Expected exception variable after 'except'");
        problem.notes.extend(note);
        self.refuse(problem)
    }

    #[cold]
    pub(super) fn invalid_pattern(&mut self, what: &str) -> Failed {
        let note = match self.kind() {
            TokenKind::TextHead => Some("a key in a pattern is a plain string without ${…}".into()),
            TokenKind::Ellipsis => Some("a rest may be only the last item of its list".into()),
            TokenKind::Mut => Some("mut stands instead of let: mut x := 5".into()),
            TokenKind::LeftParen => Some("several names stand in brackets: let [a, b] := [1, 2]".into()),
            _ => self.hint_name(what),
        };
        let mut problem = self.problem("Invalid pattern");
        problem.notes.extend(note);
        self.refuse(problem)
    }

    #[cold]
    pub(super) fn invalid_match_pattern(&mut self) -> Failed {
        let note = match self.kind() {
            TokenKind::TextHead => "a string in a pattern has no ${…}; compare in a guard: case _ if v == \"…\" { … }",
            TokenKind::Ellipsis => "a rest may be only the last item of its list, and struct patterns have none",
            TokenKind::Less | TokenKind::Greater | TokenKind::LessEqual | TokenKind::GreaterEqual => {
                "comparisons are written as guards: case _ if v > 5 { … }, or as ranges: case 1..9 { … }"
            }
            _ => return self.invalid_pattern("a binding"),
        };
        self.fail_with("Invalid pattern", note)
    }

    #[cold]
    pub(super) fn missing_case(&mut self) -> Failed {
        let message = format!("Expected '}}' to close match body but found {}", self.found());
        let note = match self.kind() {
            TokenKind::Default => "a match has at most one default",
            TokenKind::Else => "the case for everything else is default { … }",
            TokenKind::Comma | TokenKind::Semicolon => "cases are not separated by marks",
            _ => "inside match stand only case pattern { … } and default { … }",
        };
        self.fail_with(&message, note)
    }

    #[cold]
    pub(super) fn missing_colon(&mut self, open: usize) -> Failed {
        use TokenKind::*;
        let before = open.checked_sub(1).map_or(End, |before| self.tokens[before].kind);
        let note = match self.kind() {
            _ if matches!(before, If | While | Match | In) => "the condition or value in front of the '{' is missing",
            Assign | ColonAssign => "entries are written key: value",
            RightBrace | Comma if matches!(self.tokens[self.at - 1].kind, Int | Float | Text) => {
                "every entry needs a key and a value; a set is written Set([1, 2])"
            }
            RightBrace | Comma => "every entry needs a value: {name: name}",
            _ => "entries are written key: value; if a block was meant, something is missing in front of the '{'",
        };
        self.fail_with("Expected ':' in dictionary literal", note)
    }
}
