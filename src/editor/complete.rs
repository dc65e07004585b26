//! What can be written at a place.

use super::{Analysis, builtin_markdown, constants};
use crate::builtins::{Builtin, TABLE};
use crate::diagnostic::Code;
use crate::names::{MemberKind, Target, TypeKind, Variable, VariableKind};
use crate::source::Span;
use crate::syntax::tokens::{TokenKind, WORDS, Word, WordUse, is_contextual};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompletionKind {
    Keyword,
    Variable,
    Constant,
    Function,
    Method,
    Field,
    Struct,
    Enum,
    Variant,
    Type,
}

impl CompletionKind {
    pub const fn word(self) -> &'static str {
        match self {
            CompletionKind::Keyword => "keyword",
            CompletionKind::Variable => "variable",
            CompletionKind::Constant => "constant",
            CompletionKind::Function => "function",
            CompletionKind::Method => "method",
            CompletionKind::Field => "field",
            CompletionKind::Struct => "struct",
            CompletionKind::Enum => "enum",
            CompletionKind::Variant => "variant",
            CompletionKind::Type => "type",
        }
    }
}

/// Most of what completions say is in the tables of the language.
pub type Text = Cow<'static, str>;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    pub label: Text,
    pub kind: CompletionKind,
    /// A signature or a declaration.
    pub detail: Text,
    /// Markdown; may be empty.
    pub documentation: Text,
    /// What is written in place of the word at the cursor.
    pub insert: Text,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completions {
    /// The word that a completion replaces; empty between words.
    pub span: Span,
    /// The likeliest first; each label once. Not narrowed to the word that is there: editors match in their own ways.
    pub items: Vec<Completion>,
}

/// How far back the bracket around the cursor is looked for.
const NEAR: usize = 2000;

/// What is written at the cursor, by the tokens in front of it.
enum Wanted {
    Nothing,
    Member,
    /// Of the enum whose name is the token of that index.
    Variant(usize),
    Type,
    Words(&'static [WordUse]),
    /// The names of fields of a struct literal, and values.
    Field(usize),
    Statement,
    Expression,
}

/// The items so far.
#[derive(Default)]
struct Items {
    seen: FxHashSet<Text>,
    list: Vec<Completion>,
}

impl Items {
    fn add(&mut self, label: impl Into<Text>, kind: CompletionKind, detail: impl Into<Text>, about: impl Into<Text>) {
        let label = label.into();
        self.add_as(label.clone(), kind, detail, about, label);
    }

    fn add_as(
        &mut self,
        label: impl Into<Text>,
        kind: CompletionKind,
        detail: impl Into<Text>,
        about: impl Into<Text>,
        insert: impl Into<Text>,
    ) {
        let label = label.into();
        if self.seen.insert(label.clone()) {
            let (detail, documentation, insert) = (detail.into(), about.into(), insert.into());
            self.list.push(Completion { label, kind, detail, documentation, insert });
        }
    }

    fn word(&mut self, word: &'static Word) {
        let kind = if word.used == WordUse::Type { CompletionKind::Type } else { CompletionKind::Keyword };
        self.add(word.text, kind, "", word.summary);
    }

    fn builtins(&mut self, kind: CompletionKind, fits: impl Fn(&Builtin) -> bool) {
        static PAGES: OnceLock<Vec<String>> = OnceLock::new();
        let pages = PAGES.get_or_init(|| TABLE.iter().map(builtin_markdown).collect());
        self.list.reserve(TABLE.len());
        // Their names are distinct, so they are compared with what is there already and not with each other.
        for (builtin, page) in TABLE.iter().zip(pages).filter(|(builtin, _)| fits(builtin)) {
            if !self.seen.contains(builtin.name) {
                let (label, detail) = (Text::Borrowed(builtin.name), Text::Borrowed(builtin.signature));
                let documentation = Text::Borrowed(page.as_str());
                self.list.push(Completion { insert: label.clone(), label, kind, detail, documentation });
            }
        }
    }
}

impl Analysis {
    /// What can be written at `offset`. `host` are the names that the host gives to scripts.
    pub fn complete(&self, offset: u32, host: &[Arc<str>]) -> Completions {
        let tokens = self.tokens();
        let mut before = tokens.partition_point(|token| token.span.start < offset);
        let mut span = Span::at(offset);
        // The word at the cursor is what is being written.
        if let Some(token) = before.checked_sub(1).map(|last| tokens[last])
            && token.kind.is_word()
            && offset <= token.span.end
        {
            span = token.span;
            before -= 1;
        }
        let mut items = Items::default();
        match self.wanted(before, span.start, offset) {
            Wanted::Nothing => {}
            Wanted::Member => self.members(before, &mut items),
            Wanted::Variant(of) => self.variants(of, &mut items),
            Wanted::Type => self.types(&mut items),
            Wanted::Words(uses) => words(uses, &mut items),
            Wanted::Field(of) => {
                self.fields(of, &mut items);
                self.values(span, host, &mut items);
            }
            Wanted::Statement => {
                self.values(span, host, &mut items);
                words(&[WordUse::Statement, WordUse::Expression, WordUse::Continuation], &mut items);
                if self.in_match_body(before) {
                    words(&[WordUse::Case], &mut items);
                }
            }
            Wanted::Expression => {
                self.values(span, host, &mut items);
                words(&[WordUse::Expression], &mut items);
            }
        }
        Completions { span, items: items.list }
    }

    /// `before` is the number of tokens in front of the word at the cursor, which starts at `start`.
    fn wanted(&self, before: usize, start: u32, offset: u32) -> Wanted {
        use TokenKind::*;
        let (text, tokens) = (self.text(), self.tokens());
        if self.in_comment(offset) {
            return Wanted::Nothing;
        }
        let kind = |back: usize| before.checked_sub(back).map_or(End, |at| tokens[at].kind);
        let word = |back: usize| before.checked_sub(back).map_or("", |at| tokens[at].span.of(text));
        let last = before.checked_sub(1).map(|at| tokens[at]);
        if let Some(last) = last
            && offset < last.span.end
            && matches!(last.kind, Text | TextHead | TextMiddle | TextTail | Int | Float | Invalid)
        {
            return Wanted::Nothing;
        }
        // An open string reaches to the end of its line.
        if self.recovered.diagnostics.iter().any(|found| {
            found.code == Code::UnterminatedString && found.span.start < offset && offset <= found.span.end
        }) && last.is_some_and(|last| matches!(last.kind, Text | TextTail) && offset <= last.span.end)
        {
            return Wanted::Nothing;
        }
        let new_line = tokens.get(before).is_some_and(|token| token.span.start == start && token.first_on_line)
            || last.is_none_or(|last| Span::new(last.span.end, start).of(text).contains(['\n', '\r']));
        let begins_loop = |back: usize| kind(back) == For || (kind(back) == Await && kind(back + 1) == For);
        match kind(1) {
            Dot | QuestionDot => Wanted::Member,
            DoubleColon if before >= 2 => Wanted::Variant(before - 2),
            Let | Mut | Const | Struct | Enum | Import | From | Test | TestGroup => Wanted::Nothing,
            Except if kind(0) != LeftBrace => Wanted::Nothing,
            Func => Wanted::Nothing,
            Star if kind(2) == Func => Wanted::Nothing,
            _ if begins_loop(1) => Wanted::Nothing,
            Identifier if begins_loop(2) || (kind(2) == Comma && begins_loop(4)) => Wanted::Words(&[WordUse::Loop]),
            Async => Wanted::Words(&[WordUse::Async]),
            Identifier if word(1) == "join" && kind(2) == Await => Wanted::Words(&[WordUse::Join]),
            Int | Float if !new_line => Wanted::Nothing,
            Arrow => Wanted::Type,
            Colon if kind(2) == Identifier && matches!(kind(3), Let | Mut | Const) => Wanted::Type,
            _ => self.wanted_inside(before, new_line),
        }
    }

    /// What is wanted by the bracket around the cursor.
    fn wanted_inside(&self, before: usize, new_line: bool) -> Wanted {
        use TokenKind::*;
        let tokens = self.tokens();
        let kind_at = |at: Option<usize>| at.map_or(End, |at| tokens[at].kind);
        let last = kind_at(before.checked_sub(1));
        let open = self.bracket_around(before);
        let opener = kind_at(open);
        let before_open = |back: usize| open.and_then(|open| open.checked_sub(back));
        let parameters = opener == LeftParen
            && (kind_at(before_open(1)) == Func
                || (matches!(kind_at(before_open(1)), Identifier | Star)
                    && matches!(kind_at(before_open(2)), Func | Star)));
        if parameters {
            return if last == Colon { Wanted::Type } else { Wanted::Nothing };
        }
        if opener == LeftBrace {
            let named = before_open(1).filter(|&at| tokens[at].kind == Identifier);
            match (named, kind_at(before_open(2))) {
                // A declaration.
                (Some(_), Struct) if last == Colon => return Wanted::Type,
                (Some(_), Struct) if matches!(last, LeftBrace | Comma | Identifier) => {
                    return Wanted::Nothing;
                }
                (Some(_), Enum) => return Wanted::Nothing,
                (Some(named), _) if matches!(last, LeftBrace | Comma) && self.is_struct(named) => {
                    return Wanted::Field(named);
                }
                _ => {}
            }
        }
        let begins = matches!(last, End | Semicolon | LeftBrace | RightBrace | Else | Export);
        let in_block = matches!(opener, LeftBrace | End);
        if begins || (new_line && in_block && last != Comma && !continues(last)) {
            return Wanted::Statement;
        }
        // Something complete is in front of it on the line: only what goes on with a statement can follow.
        let contextual = before.checked_sub(1).is_some_and(|at| is_contextual(self.text(), tokens, at));
        if !new_line
            && !contextual
            && matches!(last, RightParen | RightBracket | Text | TextTail | True | False | Null | Identifier)
        {
            return Wanted::Words(&[WordUse::Continuation]);
        }
        Wanted::Expression
    }

    /// The bracket that is open in front of the token `before`.
    fn bracket_around(&self, before: usize) -> Option<usize> {
        use TokenKind::*;
        let tokens = self.tokens();
        let mut closed = 0;
        for at in (before.saturating_sub(NEAR)..before).rev() {
            match tokens[at].kind {
                RightParen | RightBrace | RightBracket | TextTail => closed += 1,
                LeftParen | LeftBrace | LeftBracket | TextHead if closed == 0 => return Some(at),
                LeftParen | LeftBrace | LeftBracket | TextHead => closed -= 1,
                TextMiddle if closed == 0 => return Some(at),
                _ => {}
            }
        }
        None
    }

    fn is_struct(&self, token: usize) -> bool {
        let name = self.tokens()[token].span.of(self.text());
        self.index.types.iter().any(|of| of.kind == TypeKind::Struct && self.index.text(of.name) == name)
    }

    fn in_match_body(&self, before: usize) -> bool {
        use TokenKind::*;
        let tokens = self.tokens();
        let Some(open) = self.bracket_around(before).filter(|&open| tokens[open].kind == LeftBrace) else {
            return false;
        };
        let head = tokens[..open].iter().rev().take(NEAR);
        let mut head = head.take_while(|token| !matches!(token.kind, LeftBrace | RightBrace | Semicolon));
        head.any(|token| token.kind == Match)
    }

    fn in_comment(&self, offset: u32) -> bool {
        let comments = &self.recovered.lexed.comments;
        let after = comments.partition_point(|comment| comment.start < offset);
        let Some(comment) = after.checked_sub(1).map(|at| comments[at]) else { return false };
        let text = comment.of(self.text());
        let closed = text.len() >= 4 && text.starts_with("/*") && text.ends_with("*/");
        if closed { offset < comment.end } else { offset <= comment.end }
    }

    /// After a dot: `before` counts the tokens up to it.
    fn members(&self, before: usize, items: &mut Items) {
        let receiver = before.checked_sub(2).map(|at| self.tokens()[at]);
        let of = receiver.and_then(|token| self.struct_of(token.kind, token.span));
        let is_self = receiver.is_some_and(|token| token.kind == TokenKind::SelfWord);
        if let Some(of) = of {
            self.members_of(of, items);
        }
        if of.is_some() && is_self {
            return;
        }
        if of.is_none() {
            let structs = self.index.members.iter().filter(|member| member.kind != MemberKind::Variant);
            for member in structs {
                self.member(member, items);
            }
        }
        for occurrence in &self.index.occurrences {
            let written = occurrence.role != crate::names::Role::Read;
            if matches!(occurrence.target, Target::Key | Target::Member) && written {
                let name = self.index.text(occurrence.name);
                let is_word = super::is_name(name) || TokenKind::keyword(name).is_some();
                if is_word {
                    items.add(name.to_string(), CompletionKind::Field, "", "");
                }
            }
        }
        items.builtins(CompletionKind::Method, Builtin::has_method_form);
    }

    /// The struct that a receiver certainly is: `self` in a method, or a variable that is declared as a literal.
    fn struct_of(&self, kind: TokenKind, span: Span) -> Option<crate::syntax::ast::Symbol> {
        let types = || self.index.types.iter().filter(|of| of.kind == TypeKind::Struct);
        if kind == TokenKind::SelfWord {
            let mut around = types().filter(|of| of.span.start < span.start && span.start < of.span.end);
            return around.next_back().map(|of| of.name);
        }
        let occurrence = self.index.at(span.start)?;
        let Target::Variable(variable) = occurrence.target else { return None };
        let tokens = self.tokens();
        let declared = self.index.variables[variable].declared;
        let at = tokens.partition_point(|token| token.span.start <= declared.start);
        let [equals, name, brace] = tokens.get(at..at + 3)? else { return None };
        let literal = equals.kind.is_assignment() && brace.kind == TokenKind::LeftBrace;
        let name = name.span.of(self.text());
        types().find(|of| literal && self.index.text(of.name) == name).map(|of| of.name)
    }

    fn members_of(&self, of: crate::syntax::ast::Symbol, items: &mut Items) {
        for member in self.index.members.iter().filter(|member| member.of == of) {
            self.member(member, items);
        }
    }

    fn member(&self, member: &crate::names::MemberDeclaration, items: &mut Items) {
        let kind = match member.kind {
            MemberKind::Field => CompletionKind::Field,
            MemberKind::Method => CompletionKind::Method,
            MemberKind::Variant => CompletionKind::Variant,
        };
        let detail = self.squeezed(member.shown);
        let documentation = self.comment_above(member.declared.start).unwrap_or_default();
        items.add(self.index.text(member.name).to_string(), kind, detail, documentation);
    }

    fn variants(&self, of: usize, items: &mut Items) {
        let name = self.tokens()[of].span.of(self.text());
        for member in &self.index.members {
            if member.kind == MemberKind::Variant && self.index.text(member.of) == name {
                self.member(member, items);
            }
        }
        let builtin: &[&str] = match name {
            "Result" => &["Ok", "Err"],
            "Option" => &["Some", "None"],
            _ => &[],
        };
        for word in WORDS.iter().filter(|word| builtin.contains(&word.text)) {
            items.add(word.text, CompletionKind::Variant, "", word.summary);
        }
    }

    fn types(&self, items: &mut Items) {
        self.declared_types(items);
        words(&[WordUse::Type], items);
        let others = WORDS.iter().filter(|word| matches!(word.text, "null" | "func"));
        others.for_each(|word| items.add(word.text, CompletionKind::Type, "", word.summary));
    }

    fn declared_types(&self, items: &mut Items) {
        for of in &self.index.types {
            let kind = match of.kind {
                TypeKind::Struct => CompletionKind::Struct,
                TypeKind::Enum => CompletionKind::Enum,
            };
            let documentation = self.comment_above(of.declared.start).unwrap_or_default();
            items.add(self.index.text(of.name).to_string(), kind, "", documentation);
        }
    }

    /// The fields of the struct whose name is that token.
    fn fields(&self, of: usize, items: &mut Items) {
        let name = self.tokens()[of].span.of(self.text());
        for member in &self.index.members {
            if member.kind == MemberKind::Field && self.index.text(member.of) == name {
                let label = self.index.text(member.name);
                let detail = self.squeezed(member.shown);
                items.add_as(label.to_string(), CompletionKind::Field, detail, "", format!("{label}: "));
            }
        }
    }

    /// Variables, types, what the host gives, and builtins.
    fn values(&self, span: Span, host: &[Arc<str>], items: &mut Items) {
        for id in self.index.visible(span.start) {
            let variable: &Variable = &self.index.variables[id];
            if variable.declared == span {
                continue;
            }
            let kind = match variable.kind {
                VariableKind::Function => CompletionKind::Function,
                VariableKind::Const => CompletionKind::Constant,
                VariableKind::Field => CompletionKind::Field,
                _ => CompletionKind::Variable,
            };
            let documentation = match variable.kind {
                VariableKind::Function => self.comment_above(variable.shown.start).unwrap_or_default(),
                _ => String::new(),
            };
            items.add(self.index.text(variable.name).to_string(), kind, self.declaration_text(id), documentation);
        }
        self.declared_types(items);
        for name in host {
            items.add(name.to_string(), CompletionKind::Variable, "", "Given by the host");
        }
        items.builtins(CompletionKind::Function, |_| true);
        for (name, signature, summary) in constants() {
            items.add(name, CompletionKind::Constant, signature, summary);
        }
    }
}

fn words(uses: &[WordUse], items: &mut Items) {
    for word in WORDS.iter().filter(|word| uses.contains(&word.used)) {
        items.word(word);
    }
}

/// Whether an expression goes on after this token, also on the next line.
fn continues(kind: TokenKind) -> bool {
    use TokenKind::*;
    kind.is_assignment()
        || matches!(
            kind,
            Equal | NotEqual | Less | Greater | LessEqual | GreaterEqual | Plus | Minus | Star | Slash | Percent | Bang
        )
        || matches!(kind, AndAnd | OrOr | Coalesce | Pipe | Ellipsis | LeftParen | LeftBracket | Colon | Await | Yield)
        || matches!(kind, In | If | While | Match | TextHead | TextMiddle)
}
