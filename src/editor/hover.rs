//! What the thing at a place is.

use super::{Analysis, builtin, builtin_markdown, kind_word, predeclared};
use crate::names::{MemberDeclaration, MemberKind, Occurrence, Target, TypeKind, VariableId, VariableKind};
use crate::source::Span;
use crate::syntax::ast::Symbol;
use crate::syntax::tokens::{MARKS, TokenKind, WORDS, is_contextual};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    pub markdown: String,
}

impl Analysis {
    /// What the word or operator at `offset` is; `None` if there is nothing to say.
    pub fn hover(&self, offset: u32) -> Option<Hover> {
        let at = self.token_at(offset)?;
        let token = self.tokens()[at];
        let word = token.span.of(self.text());
        let markdown = match self.occurrence(offset) {
            Some(occurrence) => self.occurrence_markdown(occurrence)?,
            None if token.kind.is_keyword() || is_contextual(self.text(), self.tokens(), at) => word_markdown(word)?,
            None if token.kind == TokenKind::Identifier => word_markdown(word)?,
            None => mark_markdown(word)?,
        };
        Some(Hover { span: token.span, markdown })
    }

    fn occurrence_markdown(&self, occurrence: &Occurrence) -> Option<String> {
        let name = self.index.text(occurrence.name);
        match occurrence.target {
            Target::Variable(variable) => Some(self.variable_markdown(variable)),
            Target::Outer => match builtin(name) {
                Some(builtin) => Some(builtin_markdown(builtin)),
                None => predeclared(name).map(|(signature, summary)| format!("```ruff\n{signature}\n```\n{summary}")),
            },
            Target::Type => self.type_markdown(occurrence.name),
            Target::Variant(of) => self.variant_markdown(of, occurrence.name),
            Target::Member | Target::Key => self.member_markdown(occurrence),
        }
    }

    fn variable_markdown(&self, id: VariableId) -> String {
        let variable = &self.index.variables[id];
        let line = self.source.position(variable.declared.start).line;
        let comment = match variable.kind {
            VariableKind::Parameter | VariableKind::Match | VariableKind::Field => None,
            _ => self.comment_above(variable.shown.start),
        };
        let comment = comment.map_or(String::new(), |comment| format!("\n\n{comment}"));
        let place = if self.index.is_script_variable(id) && variable.kind != VariableKind::Function {
            "script variable: "
        } else {
            ""
        };
        let (text, word) = (self.declaration_text(id), kind_word(variable.kind));
        format!("```ruff\n{text}\n```\n{place}{word}, line {line}{comment}")
    }

    fn type_markdown(&self, name: Symbol) -> Option<String> {
        let declared = self.index.types.iter().find(|of| of.name == name)?;
        let word = match declared.kind {
            TypeKind::Struct => "struct",
            TypeKind::Enum => "enum",
        };
        let mut text = format!("```ruff\n{word} {} {{\n", self.index.text(name));
        for member in self.index.members.iter().filter(|member| member.of == name) {
            text.push_str(&format!("    {}\n", self.squeezed(member.shown)));
        }
        text.push_str("}\n```");
        if let Some(comment) = self.comment_above(declared.declared.start) {
            text.push_str(&format!("\n{comment}"));
        }
        Some(text)
    }

    fn variant_markdown(&self, of: Symbol, name: Symbol) -> Option<String> {
        let mut members = self.index.members.iter().filter(|member| member.kind == MemberKind::Variant);
        match members.find(|member| member.of == of && member.name == name) {
            Some(member) => Some(self.declaration_markdown(member)),
            None => word_markdown(self.index.text(name)),
        }
    }

    /// A name after a dot may belong to any struct that has it, or be a builtin in method form.
    fn member_markdown(&self, occurrence: &Occurrence) -> Option<String> {
        let mut parts: Vec<String> =
            self.declarations_of(occurrence).map(|member| self.declaration_markdown(member)).collect();
        if occurrence.target == Target::Member
            && parts.is_empty()
            && let Some(builtin) = builtin(self.index.text(occurrence.name)).filter(|builtin| builtin.has_method_form())
        {
            parts.push(builtin_markdown(builtin));
        }
        (!parts.is_empty()).then(|| parts.join("\n\n---\n\n"))
    }

    fn declaration_markdown(&self, member: &MemberDeclaration) -> String {
        let (of, shown) = (self.index.text(member.of), self.squeezed(member.shown));
        let word = match member.kind {
            MemberKind::Field => "field",
            MemberKind::Method => "method",
            MemberKind::Variant => "variant",
        };
        let shown = if member.kind == MemberKind::Variant { format!("{of}::{shown}") } else { shown };
        let line = self.source.position(member.declared.start).line;
        let comment = self.comment_above(member.shown.start);
        let comment = comment.map_or(String::new(), |comment| format!("\n\n{comment}"));
        format!("```ruff\n{shown}\n```\n{word} of `{of}`, line {line}{comment}")
    }
}

fn word_markdown(word: &str) -> Option<String> {
    let word = WORDS.iter().find(|known| known.text == word)?;
    Some(format!("**{}**: {}", word.text, word.summary))
}

fn mark_markdown(sign: &str) -> Option<String> {
    let (sign, meaning) = MARKS.iter().find(|(known, _)| *known == sign)?;
    Some(format!("`{sign}`: {meaning}"))
}
