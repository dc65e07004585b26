//! What the grammar allows and hardly anybody means: warnings, which never keep a script from running.

use crate::builtins::{self, TABLE};
use crate::diagnostic::{Code, Diagnostic, Severity, suggest, undefined_hint};
use crate::names::{Index, Target};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::tokens::KEYWORDS;
use crate::syntax::walk::{Visitor, walk_expression, walk_statement};

/// The doubts about a tree without diagnostics, in the order of the text.
pub(super) fn doubts(tree: &Tree, text: &str, index: &Index) -> Vec<Diagnostic> {
    let mut reader = Reader { text, index, found: Vec::new(), inside: false };
    reader.list(&tree.statements, End::Dropped);
    reader.found.sort_by_key(|doubt| doubt.span.start);
    reader.found
}

/// What becomes of the value of the last statement of a block.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Dropped,
    /// It is the value of the block.
    Given,
    /// It is dropped, but may have been meant as the result of a function.
    Result,
}

struct Reader<'a> {
    text: &'a str,
    index: &'a Index,
    found: Vec<Diagnostic>,
    /// Not at the top level of the script or of a test group, where test blocks are looked for.
    inside: bool,
}

impl<'a> Reader<'a> {
    fn doubt(&mut self, span: Span, message: String, note: String) {
        let mut doubt = Diagnostic::error(Code::Vm, span, message).note(note);
        doubt.severity = Severity::Warning;
        self.found.push(doubt);
    }

    fn list(&mut self, statements: &'a [Statement], end: End) {
        let mut reported = false;
        for (at, statement) in statements.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| &statements[before]);
            let after = statements.get(at + 1);
            let last = after.is_none();
            let beside = after.is_some_and(|after| self.shares_line(statement, after))
                || last && end != End::Given && before.is_some_and(|before| self.shares_line(before, statement));
            let idle = is_idle(statement);
            let result = last && end == End::Result;
            if idle && (beside || result) && !reported {
                self.idle(statement, result);
            }
            reported = idle && beside;
            self.statement(statement);
        }
    }

    /// Whether nothing but white space and comments stands between two statements on one line.
    fn shares_line(&self, one: &Statement, next: &Statement) -> bool {
        one.span.end <= next.span.start
            && !Span::new(one.span.end, next.span.start).of(self.text).contains(['\n', '\r', ';'])
    }

    /// A name or a value that is a statement of its own.
    fn idle(&mut self, statement: &Statement, result: bool) {
        let note = if result {
            "a function gives its value with return: write return in front of it".to_owned()
        } else if matches!(&statement.kind, StatementKind::Expression(Expression { kind: ExpressionKind::Name(_), .. }))
        {
            self.idle_name(statement.span)
        } else {
            "an operator, a comma or parentheses may be missing here".to_owned()
        };
        self.doubt(statement.span, "This is a statement of its own and does nothing".to_owned(), note);
    }

    fn idle_name(&self, span: Span) -> String {
        let name = span.of(self.text);
        if builtins::find(name).is_some() {
            return format!("a call has parentheses: {name}(…)");
        }
        let missing = || format!("an operator, a comma or parentheses may be missing next to `{name}`");
        if self.index.at(span.start).is_none_or(|occurrence| occurrence.target != Target::Outer) {
            return missing();
        }
        if let Some(hint) = undefined_hint(name) {
            return hint.to_owned();
        }
        let known = KEYWORDS.iter().map(|keyword| keyword.0).chain(TABLE.iter().map(|builtin| builtin.name));
        suggest(name, known).map_or_else(missing, |meant| format!("did you mean `{meant}`?"))
    }

    fn within(&mut self, inside: bool, read: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.inside, inside);
        read(self);
        self.inside = outer;
    }

    /// A bare name at the top of a case that its guard or block takes for a variable.
    fn case_name(&mut self, pattern: &MatchPattern, guard: Option<&Expression>, body: &Block) {
        let name = match &pattern.kind {
            MatchPatternKind::Name(name) => name,
            MatchPatternKind::Alternatives(all) => {
                return all.iter().for_each(|one| self.case_name(one, guard, body));
            }
            _ => return,
        };
        let from = guard.map_or(body.span.start, |guard| guard.span.start);
        let all = &self.index.occurrences;
        let first = all.partition_point(|occurrence| occurrence.span.start < from);
        let mut inside = all[first..].iter().take_while(|occurrence| occurrence.span.start < body.span.end);
        let used = inside.any(|occurrence| {
            occurrence.target == Target::Outer && self.index.text(occurrence.name) == self.index.text(name.symbol)
        });
        let word = name.span.of(self.text);
        if used && !self.index.open && builtins::find(word).is_none() {
            let message = format!("`{word}` in a case is the text \"{word}\" and does not name the value");
            let note = "everything else is matched by `default { … }` or `case _ if … { … }`: assign the value to a variable before the match";
            self.doubt(name.span, message, note.to_owned());
        }
    }
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Test(test) => {
                if self.inside {
                    let message = "This test block is never run".to_owned();
                    let note = "tests are looked for at the top level of the script and of a test_group".to_owned();
                    let word = statement.span.of(self.text).split([' ', '{', '"']).next().unwrap_or_default();
                    let head = Span::new(statement.span.start, statement.span.start + word.len() as u32);
                    self.doubt(head, message, note);
                }
                match &**test {
                    Test::Group { body, .. } if !self.inside => self.list(&body.statements, End::Dropped),
                    Test::Case { body, .. } | Test::Group { body, .. } | Test::Setup(body) | Test::Teardown(body) => {
                        self.block(body);
                    }
                }
            }
            _ => walk_statement(self, statement),
        }
    }

    fn expression(&mut self, expression: &'a Expression) {
        let gives = |reader: &mut Self, block: &'a Block| {
            reader.within(true, |reader| reader.list(&block.statements, End::Given))
        };
        match &expression.kind {
            ExpressionKind::Match(matching) => {
                self.expression(&matching.value);
                for case in &matching.cases {
                    self.case_name(&case.pattern, case.guard.as_ref(), &case.body);
                    if let Some(guard) = &case.guard {
                        self.expression(guard);
                    }
                    gives(self, &case.body);
                }
                if let Some((_, body)) = &matching.default {
                    gives(self, body);
                }
            }
            ExpressionKind::AsyncScope(block) => gives(self, block),
            _ => walk_expression(self, expression),
        }
    }

    fn block(&mut self, block: &'a Block) {
        self.within(true, |reader| reader.list(&block.statements, End::Dropped));
    }

    fn function(&mut self, function: &'a Function) {
        let end = if function.generator { End::Dropped } else { End::Result };
        self.within(true, |reader| reader.list(&function.body.statements, end));
    }
}

/// Whether a statement only names something or writes a value down.
fn is_idle(statement: &Statement) -> bool {
    let StatementKind::Expression(expression) = &statement.kind else { return false };
    matches!(
        expression.kind,
        ExpressionKind::Name(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::Interpolated(_)
            | ExpressionKind::Int(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::Bool(_)
            | ExpressionKind::Null
    )
}
