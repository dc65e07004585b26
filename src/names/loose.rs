//! Names in text that is not in the tree, because its statement could not be read: understood from the tokens around
//! them, so that a variable does not vanish while somebody types.

use super::collect::Collector;
use super::*;
use crate::syntax::ast::Identifier;
use crate::syntax::tokens::{Token, TokenKind, is_contextual};
use rustc_hash::FxHashSet;

/// How far back the parenthesis of a parameter list is looked for.
const NEAR: usize = 64;

impl Collector<'_> {
    pub(super) fn loose(&mut self, tokens: &[Token]) {
        let known: FxHashSet<u32> = self.index.occurrences.iter().map(|occurrence| occurrence.span.start).collect();
        for (at, token) in tokens.iter().enumerate() {
            let word = token.span.of(self.text);
            let reserved = matches!(word, "_" | "Ok" | "Err" | "Some" | "None");
            if token.kind != TokenKind::Identifier || reserved || known.contains(&token.span.start) {
                continue;
            }
            if !is_contextual(self.text, tokens, at) {
                let symbol = self.index.symbols.intern(word);
                self.scope = self.index.scope_at(token.span.start);
                self.loose_name(tokens, at, Identifier { symbol, span: token.span });
            }
        }
    }

    fn loose_name(&mut self, tokens: &[Token], at: usize, name: Identifier) {
        use TokenKind::*;
        let back = |count: usize| at.checked_sub(count).map_or(End, |at| tokens[at].kind);
        let before = back(1);
        let after = tokens.get(at + 1).map_or(End, |token| token.kind);
        let (scope, end) = (self.scope, name.span.end);
        let begins_loop = |count| back(count) == For || (back(count) == Await && back(count + 1) == For);
        let kind = match before {
            Dot | QuestionDot => return self.push_at(scope, name, Target::Member, Role::Read),
            DoubleColon => {
                let of = at.checked_sub(2).map_or(name.span, |at| tokens[at].span).of(self.text);
                let of = self.index.symbols.intern(of);
                return self.push_at(scope, name, Target::Variant(of), Role::Read);
            }
            Struct | Enum => {
                let kind = if before == Struct { TypeKind::Struct } else { TypeKind::Enum };
                let declaration = TypeDeclaration { name: name.symbol, kind, declared: name.span, span: name.span };
                self.index.types.push(declaration);
                return self.push_at(scope, name, Target::Type, Role::Declare);
            }
            Case | Bar | Import | From => return,
            Let => VariableKind::Let,
            Mut => VariableKind::Mut,
            Const => VariableKind::Const,
            Except => VariableKind::Except,
            _ if begins_loop(1) || (before == Comma && back(2) == Identifier && begins_loop(3)) => VariableKind::Loop,
            Func => VariableKind::Function,
            Star if back(2) == Func => VariableKind::Function,
            LeftBrace | Comma if after == Colon => return self.push_at(scope, name, Target::Key, Role::Declare),
            LeftParen | Comma if is_parameter(tokens, at) => VariableKind::Parameter,
            _ if after == DoubleColon => return self.push_at(scope, name, Target::Type, Role::Read),
            _ if matches!(after, ColonAssign | Assign)
                && (tokens[at].first_on_line || matches!(before, Semicolon | LeftBrace | RightBrace | End)) =>
            {
                return self.assign(name, end);
            }
            _ => return self.push_at(scope, name, Target::Outer, Role::Read),
        };
        let from = if kind == VariableKind::Function { self.index.scopes[scope].span.start } else { end };
        self.declare(name, kind, name.span, from);
    }
}

/// Whether the name at `at` stands in the parameter list of a function.
fn is_parameter(tokens: &[Token], at: usize) -> bool {
    use TokenKind::*;
    for at in (at.saturating_sub(NEAR)..at).rev() {
        match tokens[at].kind {
            LeftParen => {
                let back = |count: usize| at.checked_sub(count).map_or(End, |at| tokens[at].kind);
                let named = back(1) == Identifier && matches!(back(2), Func | Star);
                return named || back(1) == Func || (back(1) == Star && back(2) == Func);
            }
            Identifier | Comma | Colon | Question | SelfWord => {}
            kind if kind.is_keyword() && kind != Func => {}
            _ => return false,
        }
    }
    false
}
