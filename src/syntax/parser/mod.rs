//! From tokens to the tree (language.md 2).
//!
//! One function per construct. A function that meets something impossible reports it and returns [`Failed`];
//! the statement list around it goes on with the next statement. What comes after a failure is skipped by
//! bracket pairs, so that one slip gives one diagnostic.

mod expressions;
mod hints;
mod items;
mod patterns;
mod statements;

use super::Parsed;
use super::ast::{Block, Expression, ExpressionKind, Identifier, Statement, Symbols, Tree};
use super::brackets::Brackets;
use super::tokens::{Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Deepest nesting of expressions, types and patterns.
const EXPRESSION_LIMIT: u16 = 256;
/// Most binary operators of different precedence that wait for their right operand around one expression. Two on
/// every level of nesting are fine; without a limit the tree could be eight times as deep as the nesting.
const CHAIN_LIMIT: u16 = 512;
/// Deepest nesting of blocks.
const BLOCK_LIMIT: u16 = 128;
/// After so many diagnostics the rest of the source is not read.
const DIAGNOSTIC_LIMIT: usize = 1000;

/// The construct could not be read, and that has been reported.
#[derive(Debug)]
struct Failed;

type Parse<T> = Result<T, Failed>;

/// What the parser is in the middle of; put back when it recovers from a failure.
#[derive(Clone, Copy)]
struct State {
    /// The `{` of the innermost block, match body or struct body; `None` in the program itself.
    block: Option<usize>,
    blocks: u16,
    expressions: u16,
    /// Binary operators around the current operand.
    chains: u16,
    /// In a header, where `{` after a name opens the block (2.4).
    header: bool,
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    brackets: Brackets,
    at: usize,
    /// Where the last token taken ends.
    last_end: u32,
    state: State,
    symbols: Symbols,
    diagnostics: Vec<Diagnostic>,
    /// The token of the last diagnostic: about one token nothing is said twice.
    refused: Option<usize>,
}

/// Reads the tokens of a text without lexical diagnostics.
pub(super) fn parse(text: &str, tokens: Vec<Token>) -> Parsed {
    let brackets = Brackets::new(&tokens);
    let mut parser = Parser {
        text,
        tokens,
        brackets,
        at: 0,
        last_end: 0,
        state: State { block: None, blocks: 0, expressions: 0, chains: 0, header: false },
        symbols: Symbols::default(),
        diagnostics: Vec::new(),
        refused: None,
    };
    let statements = parser.statements();
    parser.diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    Parsed { tree: Tree { statements, symbols: parser.symbols }, diagnostics: parser.diagnostics }
}

/// Looking at tokens and taking them.
impl Parser<'_> {
    fn token(&self) -> Token {
        self.tokens[self.at]
    }

    fn kind(&self) -> TokenKind {
        self.tokens[self.at].kind
    }

    /// The token `ahead` of the current one; the end token beyond the end.
    fn peek(&self, ahead: usize) -> Token {
        self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    fn is(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// The text of the current token.
    fn word(&self) -> &str {
        self.token().span.of(self.text)
    }

    /// Takes the current token. The end token stays.
    fn advance(&mut self) -> Token {
        let token = self.token();
        if token.kind != TokenKind::End {
            self.at += 1;
            self.last_end = token.span.end;
        }
        token
    }

    /// Takes the current token if it is of this kind.
    fn take(&mut self, kind: TokenKind) -> bool {
        let found = self.is(kind);
        if found {
            self.advance();
        }
        found
    }

    /// From the byte `start` to the end of the last token taken.
    fn since(&self, start: u32) -> Span {
        Span::new(start, self.last_end.max(start))
    }

    fn start(&self) -> u32 {
        self.token().span.start
    }

    /// The closing token of the group that the token at `index` opens.
    fn closing(&self, index: usize) -> Option<usize> {
        self.brackets.partner(index).filter(|&partner| partner > index)
    }

    /// The kind of the token after the group that the token at `index` opens.
    fn kind_after_group(&self, index: usize) -> Option<TokenKind> {
        self.closing(index).and_then(|closing| self.tokens.get(closing + 1)).map(|token| token.kind)
    }

    fn intern(&mut self, span: Span) -> Identifier {
        Identifier { symbol: self.symbols.intern(span.of(self.text)), span }
    }

    /// Takes the current token, whatever word it is, as a name.
    fn take_name(&mut self) -> Identifier {
        let token = self.advance();
        self.intern(token.span)
    }

    /// Whether the current token can name a variable.
    fn is_variable_name(&self) -> bool {
        self.is(TokenKind::Identifier) && !is_reserved(self.word())
    }
}

/// Words that always mean the Result and Option forms.
fn is_reserved(word: &str) -> bool {
    matches!(word, "Ok" | "Err" | "Some" | "None")
}

/// Refusing tokens.
impl Parser<'_> {
    /// The current token as messages name it.
    fn found(&self) -> String {
        match self.kind() {
            TokenKind::End => "end of file".into(),
            TokenKind::Text | TokenKind::TextHead => "string".into(),
            TokenKind::TextMiddle | TokenKind::TextTail => "'}'".into(),
            _ => format!("'{}'", self.word()),
        }
    }

    /// What to mark if the current token cannot be used.
    fn refused_span(&self) -> Span {
        let Span { start, end } = self.token().span;
        match self.kind() {
            TokenKind::TextMiddle | TokenKind::TextTail => Span::new(start, start + 1),
            TokenKind::TextHead => {
                let last = self.end_of_group(self.at).map_or(end, |last| self.tokens[last].span.end);
                Span::new(start, last)
            }
            _ => Span::new(start, end),
        }
    }

    /// The last token of the group that starts at `index`; for a string with embedded expressions its tail.
    fn end_of_group(&self, index: usize) -> Option<usize> {
        let mut end = self.closing(index)?;
        while self.tokens[end].kind == TokenKind::TextMiddle {
            end = self.closing(end)?;
        }
        Some(end)
    }

    /// A diagnostic about the current token.
    fn problem(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::Parse, self.refused_span(), message)
    }

    /// Reports a problem with the current token, unless something was said about it already.
    fn refuse(&mut self, mut problem: Diagnostic) -> Failed {
        if self.refused != Some(self.at) {
            self.refused = Some(self.at);
            let on_next_line = self.at > 0 && (self.token().first_on_line || self.is(TokenKind::End));
            if on_next_line && problem.labels.is_empty() && problem.message.starts_with("Expected") {
                problem = problem.label(self.tokens[self.at - 1].span, "something is missing after this");
            }
            self.diagnostics.push(problem);
            if self.diagnostics.len() >= DIAGNOSTIC_LIMIT {
                self.at = self.tokens.len() - 1;
                self.refused = Some(self.at);
            }
        }
        Failed
    }

    /// Refuses the current token as a name. If it is a keyword in front of what follows the name, it was meant as one,
    /// and reading goes on with it.
    fn refuse_name(&mut self, problem: Diagnostic, follows: TokenKind) -> Parse<()> {
        let meant = self.kind().is_word() && !self.token().first_on_line && self.peek(1).kind == follows;
        let failed = self.refuse(problem);
        if meant { Ok(()) } else { Err(failed) }
    }

    /// Refuses the current token with a plain message and what is known about the token.
    fn fail(&mut self, message: &str) -> Failed {
        let mut problem = self.problem(message);
        problem.notes.extend(self.hint());
        problem.fixes.extend(self.replacement());
        self.refuse(problem)
    }

    /// Refuses the current token with a message and a note of its own.
    fn fail_with(&mut self, message: &str, note: impl Into<String>) -> Failed {
        let problem = self.problem(message).note(note);
        self.refuse(problem)
    }

    /// Takes a mark that must be there: `Expected '<c>' <context> but found <found>`.
    fn expect(&mut self, kind: TokenKind, context: &str) -> Parse<Token> {
        if self.is(kind) {
            return Ok(self.advance());
        }
        Err(self.missing(kind, context))
    }

    #[cold]
    fn missing(&mut self, kind: TokenKind, context: &str) -> Failed {
        let sign = kind.text().unwrap_or_default();
        let message = format!("Expected '{sign}' {context} but found {}", self.found());
        let mut problem = self.problem(message);
        problem.notes.extend(self.hint_missing(context));
        problem.fixes.extend(self.replacement());
        self.refuse(problem)
    }

    /// Takes the closing bracket of the group that the token at `opener` opens.
    fn close(&mut self, kind: TokenKind, opener: usize, what: &str) -> Parse<()> {
        if self.take(kind) {
            return Ok(());
        }
        let failed = self.unclosed(kind, opener, what);
        // What the end of the source leaves open is kept as if it were closed: it is being typed.
        if self.is(TokenKind::End) { Ok(()) } else { Err(failed) }
    }

    #[cold]
    fn unclosed(&mut self, kind: TokenKind, opener: usize, what: &str) -> Failed {
        if self.refused == Some(self.at) {
            return Failed;
        }
        let sign = kind.text().unwrap_or_default();
        let mut problem = self.problem(format!("Expected '{sign}' to close {what} but found {}", self.found()));
        problem.notes.extend(self.hint_unclosed(kind, what));
        problem.fixes.extend(self.fix_unclosed(kind, &problem.notes));
        let opening = self.tokens[opener].span;
        let between = Span::new(opening.end, problem.span.start).of(self.text);
        if between.contains(['\n', '\r']) {
            problem.labels.extend(self.label_unclosed(opener, kind));
            let opened = format!("this '{}' is not closed: add '{sign}'", opening.of(self.text));
            problem = problem.label(opening, opened);
        }
        self.refuse(problem)
    }

    /// Enters one level of expression nesting; `leave` ends it.
    fn enter(&mut self, context: &str) -> Parse<()> {
        if self.state.expressions >= EXPRESSION_LIMIT {
            return Err(self.too_deep("expression", EXPRESSION_LIMIT, context));
        }
        self.state.expressions += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.state.expressions -= 1;
    }

    #[cold]
    fn too_deep(&mut self, what: &str, limit: u16, context: &str) -> Failed {
        let message = format!("Maximum {what} nesting depth of {limit} exceeded while parsing {context}");
        self.fail_with(&message, "move inner parts into functions or variables of their own")
    }
}

/// Blocks, and going on after failures.
impl Parser<'_> {
    /// A block in braces; `what` is its name in messages.
    fn block(&mut self, what: &str) -> Parse<Block> {
        if !self.is(TokenKind::LeftBrace) {
            return Err(self.missing_block(what));
        }
        let open = self.at;
        let start = self.start();
        if self.state.blocks >= BLOCK_LIMIT {
            return Err(self.too_deep("block", BLOCK_LIMIT, what));
        }
        let outer = self.state;
        self.advance();
        self.state = State { block: Some(open), blocks: outer.blocks + 1, header: false, ..outer };
        let statements = self.statements();
        self.state = outer;
        self.close(TokenKind::RightBrace, open, what)?;
        Ok(Block { statements, span: self.since(start) })
    }

    /// The block of a construct whose head may have failed: if so, the brace is looked for.
    fn block_after(&mut self, head: Parse<()>, what: &str) -> Parse<Block> {
        match head {
            Ok(()) if self.is(TokenKind::LeftBrace) => {}
            Ok(()) => {
                let failed = self.missing_block(what);
                self.find_block(failed)?;
            }
            Err(failed) => self.find_block(failed)?,
        }
        self.block(what)
    }

    /// Statements up to the end of the current block or of the source.
    fn statements(&mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        loop {
            while self.take(TokenKind::Semicolon) {}
            if self.is(TokenKind::End) || self.ends_block() {
                break;
            }
            let (state, begin) = (self.state, self.at);
            match self.statement() {
                Ok(statement) => statements.push(statement),
                Err(Failed) => {
                    self.state = state;
                    self.find_statement(begin);
                }
            }
        }
        statements
    }

    /// Whether the current token ends the current block: its `}`, or the bracket of something around a block that
    /// is not closed.
    fn ends_block(&self) -> bool {
        let Some(open) = self.state.block else { return false };
        match self.kind() {
            TokenKind::RightBrace => true,
            TokenKind::RightParen | TokenKind::RightBracket => {
                self.brackets.partner(self.at).is_some_and(|opener| opener < open)
            }
            TokenKind::TextMiddle | TokenKind::TextTail => true,
            _ => false,
        }
    }

    /// Moves behind the brackets that were opened after the token at `outer` and enclose the current token.
    fn leave_brackets(&mut self, outer: Option<usize>) {
        let mut outermost = None;
        let mut around = self.brackets.around(self.at);
        while let Some(opener) = around
            && outer.is_none_or(|outer| opener > outer)
        {
            outermost = Some(opener);
            around = self.brackets.around(opener);
        }
        if let Some(end) = outermost.and_then(|opener| self.end_of_group(opener)) {
            self.at = (end + 1).min(self.tokens.len() - 1);
        }
    }

    /// Takes the current token, and if it opens a group the whole group.
    fn skip(&mut self) {
        match self.end_of_group(self.at) {
            Some(end) => self.at = (end + 1).min(self.tokens.len() - 1),
            None => {
                self.advance();
            }
        }
    }

    /// Whether the current token closes something that was opened before the current block, or the block itself.
    fn leaves_block(&self) -> bool {
        self.is(TokenKind::End) || self.ends_block()
    }

    /// After a failure in the statement that began at `begin`: goes to the next place where a statement can begin.
    fn find_statement(&mut self, begin: usize) {
        let failed = self.at;
        self.leave_brackets(self.state.block);
        if self.at == begin && !self.leaves_block() {
            self.skip();
        }
        while !self.leaves_block() {
            let token = self.token();
            if token.kind == TokenKind::Semicolon {
                break;
            }
            let on_new_line = token.first_on_line && self.at > begin && begins_statement(token.kind);
            // A word in front of an assignment was meant as a name.
            let unmistakable = self.at >= failed && is_statement_word(token.kind) && !self.peek(1).kind.is_assignment();
            if on_new_line || unmistakable {
                break;
            }
            self.skip();
        }
    }

    /// After a failure in a head: goes to the `{` of its block if that is on the same line, or fails too.
    fn find_block(&mut self, failed: Failed) -> Parse<()> {
        let first = self.at;
        self.leave_brackets(self.state.block);
        loop {
            let token = self.token();
            let empty = self.peek(1).kind == TokenKind::RightBrace;
            if token.kind == TokenKind::LeftBrace && (empty || !self.is_dict_start()) {
                return Ok(());
            }
            let beyond = self.at > first;
            if self.leaves_block()
                || matches!(token.kind, TokenKind::Semicolon | TokenKind::Case | TokenKind::Default)
                || beyond && (token.first_on_line || token.kind.is_assignment() || is_statement_word(token.kind))
            {
                return Err(failed);
            }
            self.skip();
        }
    }

    /// Whether the `{` here starts a dict literal by what follows it (2.4).
    fn is_dict_start(&self) -> bool {
        use TokenKind::*;
        match self.peek(1).kind {
            RightBrace | Ellipsis => true,
            Int | Float | Text => self.peek(2).kind == Colon,
            TextHead => self.end_of_group(self.at + 1).is_some_and(|end| self.tokens[end + 1].kind == Colon),
            LeftBracket => self.kind_after_group(self.at + 1) == Some(Colon),
            kind => kind.is_word() && self.peek(2).kind == Colon,
        }
    }
}

/// Whether a statement can begin with this token at the start of a line.
fn begins_statement(kind: TokenKind) -> bool {
    kind.begins_expression() && !matches!(kind, TokenKind::Minus | TokenKind::Bang) || is_statement_word(kind)
}

/// Whether a statement begins with this word wherever it stands.
fn is_statement_word(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(
        kind,
        Let | Mut
            | Const
            | Return
            | Break
            | Continue
            | If
            | While
            | Loop
            | For
            | Try
            | Struct
            | Enum
            | Import
            | Export
            | Test
            | TestSetup
            | TestTeardown
            | TestGroup
    )
}

/// What stands in the tree for an expression that could not be read.
fn missing_expression(span: Span) -> Expression {
    Expression { kind: ExpressionKind::Null, span }
}
