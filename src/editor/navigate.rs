//! From names to their declarations and all their places, and other names for them.

use super::{Analysis, builtin, is_name, predeclared};
use crate::names::{MemberDeclaration, MemberKind, Occurrence, Role, Target, VariableKind};
use crate::source::Span;
use crate::syntax::ast::Symbol;
use crate::syntax::tokens::TokenKind;
use std::fmt;

/// A change of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    pub span: Span,
    pub replacement: String,
}

/// Why something keeps its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenameError(String);

impl fmt::Display for RenameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for RenameError {}

fn refuse<T>(reason: impl Into<String>) -> Result<T, RenameError> {
    Err(RenameError(reason.into()))
}

impl Analysis {
    /// Where the name at `offset` is declared. A field or method may have several declarations; a builtin has none.
    pub fn definition(&self, offset: u32) -> Vec<Span> {
        let Some(occurrence) = self.occurrence(offset) else { return Vec::new() };
        match occurrence.target {
            Target::Variable(variable) => vec![self.index.variables[variable].declared],
            Target::Outer => Vec::new(),
            Target::Type => {
                self.index.types.iter().filter(|of| of.name == occurrence.name).map(|of| of.declared).collect()
            }
            Target::Variant(_) | Target::Member => {
                self.declarations_of(occurrence).map(|member| member.declared).collect()
            }
            Target::Key => Vec::new(),
        }
    }

    /// The declarations of a field, method or variant. After `self` and in a literal only those of that struct.
    pub(super) fn declarations_of(&self, about: &Occurrence) -> impl Iterator<Item = &MemberDeclaration> {
        let name = about.name;
        let of = match about.target {
            Target::Variant(of) => Some(of),
            _ => self.struct_around(about),
        };
        let is_variant = matches!(about.target, Target::Variant(_));
        let named = self.index.members.iter().filter(move |member| member.name == name);
        let mut own = named.clone().filter(move |member| of.is_none_or(|of| member.of == of)).peekable();
        let only_own = is_variant || own.peek().is_some();
        named.filter(move |member| {
            (member.kind == MemberKind::Variant) == is_variant && (!only_own || of.is_none_or(|of| member.of == of))
        })
    }

    /// The struct that a field or method certainly belongs to.
    fn struct_around(&self, about: &Occurrence) -> Option<Symbol> {
        let tokens = self.tokens();
        let at = tokens.partition_point(|token| token.span.start < about.span.start);
        let dotted = at.checked_sub(2).map(|at| (tokens[at].kind, tokens[at + 1].kind));
        let after_self = matches!(dotted, Some((TokenKind::SelfWord, TokenKind::Dot | TokenKind::QuestionDot)));
        let declares = about.role == Role::Declare;
        let mut around = self.index.types.iter().filter(|of| {
            (after_self || declares) && of.span.start <= about.span.start && about.span.end <= of.span.end
        });
        around.next_back().map(|of| of.name)
    }

    /// All places of the name at `offset`, its declaration included, in order.
    pub fn references(&self, offset: u32) -> Vec<Span> {
        let Some(about) = self.occurrence(offset) else { return Vec::new() };
        let same = self.index.occurrences.iter().filter(|other| self.index.same(about, other));
        same.map(|occurrence| self.name_span(occurrence)).collect()
    }

    /// A key that is written as a string, without its quotes.
    fn name_span(&self, occurrence: &Occurrence) -> Span {
        let Span { start, end } = occurrence.span;
        if occurrence.span.of(self.text()).starts_with('"') {
            Span::new(start + 1, end.max(start + 2) - 1)
        } else {
            occurrence.span
        }
    }

    /// The changes that give the name at `offset` another one.
    ///
    /// # Errors
    /// Says why the name cannot be changed, or not to this one: the program would mean something else.
    pub fn rename(&self, offset: u32, name: &str) -> Result<Vec<Edit>, RenameError> {
        let Some(at) = self.token_at(offset) else { return refuse("There is no name here") };
        let token = self.tokens()[at];
        let old = token.span.of(self.text());
        let Some(about) = self.occurrence(offset) else {
            return match token.kind.is_keyword() {
                true => refuse(format!("`{old}` is a keyword")),
                false => refuse("There is no name here"),
            };
        };
        self.check_renamed(about, old)?;
        if name == old {
            return Ok(Vec::new());
        }
        check_name(name, about.target)?;
        let edits = match about.target {
            Target::Variable(_) => self.rename_variable(about, name)?,
            _ => self.rename_other(about, name)?,
        };
        Ok(edits)
    }

    /// Whether the thing itself can get another name.
    fn check_renamed(&self, about: &Occurrence, old: &str) -> Result<(), RenameError> {
        match about.target {
            Target::Variable(variable) => match self.index.variables[variable].kind {
                VariableKind::Import => refuse(format!("`{old}` is named by the module that it is imported from")),
                _ => Ok(()),
            },
            Target::Outer if builtin(old).is_some() || predeclared(old).is_some() => {
                refuse(format!("`{old}` is a builtin"))
            }
            Target::Outer => refuse(format!("`{old}` is not declared in this text")),
            Target::Type if self.index.types.iter().all(|of| of.name != about.name) => {
                refuse(format!("`{old}` is not declared in this text"))
            }
            Target::Type => Ok(()),
            Target::Variant(of) => match self.index.members.iter().any(|m| m.of == of && m.name == about.name) {
                true => Ok(()),
                false => refuse(format!("`{old}` is not declared in this text")),
            },
            Target::Member | Target::Key => {
                let structs = self.index.members.iter().filter(|member| member.kind != MemberKind::Variant);
                let declared = structs.filter(|member| member.name == about.name).count();
                let key = self.index.occurrences.iter().any(|o| o.target == Target::Key && o.name == about.name);
                if declared == 0 {
                    refuse(format!("`{old}` is not a field or method of a struct in this text"))
                } else if key {
                    refuse(format!("`{old}` is also a key of a dict, which cannot be told apart from the field"))
                } else if builtin(old).is_some_and(|builtin| builtin.has_method_form()) {
                    refuse(format!("`{old}` is also a builtin, and not every `.{old}` needs to mean the one here"))
                } else {
                    Ok(())
                }
            }
        }
    }

    fn rename_variable(&self, about: &Occurrence, name: &str) -> Result<Vec<Edit>, RenameError> {
        let old = self.index.text(about.name);
        let mut edits = Vec::new();
        for occurrence in self.index.occurrences.iter().filter(|other| self.index.same(about, other)) {
            let replacement = match (occurrence.shorthand, self.kind_of(occurrence)) {
                (true, Some(VariableKind::Match)) => format!("{old}: {name}"),
                (true, _) => return refuse(format!("`{old}` is also the key of the dict that is taken apart here")),
                (false, _) => name.to_string(),
            };
            edits.push(Edit { span: occurrence.span, replacement });
        }
        self.check_meanings(&edits)?;
        Ok(edits)
    }

    fn kind_of(&self, occurrence: &Occurrence) -> Option<VariableKind> {
        match occurrence.target {
            Target::Variable(variable) => Some(self.index.variables[variable].kind),
            _ => None,
        }
    }

    /// Types, variants, fields and methods: their names mean the same everywhere, so the new one must be free.
    fn rename_other(&self, about: &Occurrence, name: &str) -> Result<Vec<Edit>, RenameError> {
        let taken = self.index.occurrences.iter().find(|other| {
            self.index.text(other.name) == name
                && match about.target {
                    Target::Member | Target::Key => matches!(other.target, Target::Member | Target::Key),
                    target => other.target == target,
                }
        });
        if let Some(taken) = taken {
            let position = self.source.position(taken.span.start);
            return refuse(format!("`{name}` is already used at {}:{}", position.line, position.column));
        }
        let old = self.index.text(about.name);
        let mut edits = Vec::new();
        for other in &self.index.occurrences {
            if self.index.same(about, other) {
                edits.push(Edit { span: self.name_span(other), replacement: name.to_string() });
            } else if about.target == Target::Member && other.shorthand && other.name == about.name {
                match self.kind_of(other) {
                    Some(VariableKind::Match) => {
                        edits.push(Edit { span: other.span, replacement: format!("{name}: {old}") });
                    }
                    _ => return refuse(format!("`{old}` is also the key of a dict that is taken apart")),
                }
            }
        }
        // A method without `self` sees the fields as variables.
        self.check_meanings(&edits)?;
        Ok(edits)
    }

    /// Makes the changes in a copy and compares: every name must mean what it meant.
    fn check_meanings(&self, edits: &[Edit]) -> Result<(), RenameError> {
        let mut text = String::with_capacity(self.text().len());
        let mut copied = 0;
        // Where each old offset went: the edits in order, with the difference in length so far.
        let mut moved: Vec<(u32, i64)> = Vec::new();
        for edit in edits {
            text.push_str(Span::new(copied, edit.span.start).of(self.text()));
            text.push_str(&edit.replacement);
            copied = edit.span.end;
            moved.push((edit.span.end, text.len() as i64 - i64::from(copied)));
        }
        text.push_str(Span::new(copied, self.text().len() as u32).of(self.text()));
        let changed = Analysis::new(&text);
        let mut meanings: rustc_hash::FxHashMap<usize, usize> = rustc_hash::FxHashMap::default();
        for occurrence in &self.index.occurrences {
            // What a shorthand stands for comes last in its replacement, so its end is what moves with the text.
            let before = moved.partition_point(|&(end, _)| end <= occurrence.span.end);
            let shift = before.checked_sub(1).map_or(0, |last| moved[last].1);
            let end = (i64::from(occurrence.span.end) + shift) as u32;
            let now = changed.index.ending_at(end);
            let kept = match (occurrence.target, now.map(|now| now.target)) {
                (Target::Variable(old), Some(Target::Variable(new))) => *meanings.entry(old).or_insert(new) == new,
                (Target::Variable(_), _) | (_, Some(Target::Variable(_))) => false,
                _ => now.is_some(),
            };
            if !kept {
                let position = self.source.position(occurrence.span.start);
                let name = self.index.text(occurrence.name);
                return refuse(format!("`{name}` at {}:{} would mean something else", position.line, position.column));
            }
        }
        let mut new: Vec<usize> = meanings.values().copied().collect();
        new.sort_unstable();
        if new.windows(2).any(|pair| pair[0] == pair[1]) {
            return refuse("Two variables would become one");
        }
        Ok(())
    }
}

fn check_name(name: &str, target: Target) -> Result<(), RenameError> {
    if TokenKind::keyword(name).is_some() {
        // A keyword may be a field or method.
        return match target {
            Target::Member if !matches!(name, "func" | "async") => Ok(()),
            _ => refuse(format!("`{name}` is a keyword")),
        };
    }
    if !is_name(name) {
        return refuse(format!(
            "`{name}` is not a name: a name consists of letters, digits and _ and starts with A-Z, a-z or _"
        ));
    }
    if matches!(target, Target::Member) && builtin(name).is_some_and(|builtin| builtin.has_method_form()) {
        return refuse(format!("`{name}` is a builtin that is called like a method"));
    }
    Ok(())
}
