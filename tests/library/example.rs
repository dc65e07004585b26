//! The example of a builtin, as text that can be rewritten: its calls, and how it is run.

use crate::support::world::World;
use crate::support::{Host, Options};
use ruff_lang::builtins::Builtin;
use ruff_lang::machine::{Data, RunOutcome};
use ruff_lang::source::Span;
use ruff_lang::syntax::ast::{Expression, ExpressionKind, StatementKind, SuffixKind, Symbol, Tree};
use ruff_lang::syntax::parse;
use ruff_lang::syntax::walk::{Visitor, walk_expression};

/// A call of the builtin in function form.
pub struct Call {
    pub span: Span,
    pub arguments: Vec<Span>,
}

pub struct Example {
    pub builtin: &'static Builtin,
    pub text: &'static str,
    /// In the order of the text. They do not nest.
    pub calls: Vec<Call>,
    /// The expression at the end, if there is one.
    last: Option<Span>,
}

struct Calls {
    of: Option<Symbol>,
    found: Vec<Call>,
}

impl<'a> Visitor<'a> for Calls {
    fn expression(&mut self, expression: &'a Expression) {
        if let ExpressionKind::Postfix { base, suffixes } = &expression.kind
            && let (ExpressionKind::Name(name), Some(first)) = (&base.kind, suffixes.first())
            && let (true, SuffixKind::Call(arguments)) = (self.of == Some(*name), &first.kind)
        {
            let arguments = arguments.iter().map(|argument| argument.span).collect();
            self.found.push(Call { span: first.span, arguments });
        }
        walk_expression(self, expression);
    }
}

fn tree(text: &str) -> Tree {
    let parsed = parse(text);
    assert!(parsed.diagnostics.is_empty(), "does not parse: {text}\n{:?}", parsed.diagnostics);
    parsed.tree
}

impl Example {
    /// The example of a row; that of an alias calls the builtin that it stands for.
    pub fn of(builtin: &'static Builtin) -> Example {
        let text = builtin.example;
        let tree = tree(text);
        let called = builtin.stands_for().unwrap_or(builtin.name);
        let mut calls = Calls { of: tree.symbols.find(called), found: Vec::new() };
        for statement in &tree.statements {
            calls.statement(statement);
        }
        assert!(!calls.found.is_empty(), "the example of {} does not call it: {text}", builtin.name);
        let last = tree.statements.last().and_then(|last| match &last.kind {
            StatementKind::Expression(expression) => Some(expression.span),
            _ => None,
        });
        Example { builtin, text, calls: calls.found, last }
    }

    /// The texts of the arguments of a call.
    pub fn arguments(&self, call: &Call) -> Vec<&'static str> {
        call.arguments.iter().map(|span| span.of(self.text)).collect()
    }

    /// The part `within` of the example with each of its calls replaced.
    fn replaced(&self, within: Span, replacement: &dyn Fn(&[&str]) -> String) -> String {
        let mut out = String::new();
        let mut from = within.start;
        for call in self.calls.iter().filter(|call| within.start <= call.span.start && call.span.end <= within.end) {
            assert!(from <= call.span.start, "the calls in the example of {} nest", self.builtin.name);
            out.push_str(Span::new(from, call.span.start).of(self.text));
            out.push_str(&replacement(&self.arguments(call)));
            from = call.span.end;
        }
        out.push_str(Span::new(from, within.end).of(self.text));
        out
    }

    /// The example with each call of the builtin replaced by what `replacement` makes of its arguments.
    pub fn with_calls(&self, replacement: &dyn Fn(&[&str]) -> String) -> String {
        self.replaced(Span::new(0, self.text.len() as u32), replacement)
    }

    /// The same as a script that gives the text form of the last expression.
    pub fn script(&self, replacement: &dyn Fn(&[&str]) -> String) -> String {
        let Some(last) = self.last else { return self.with_calls(replacement) };
        let before = self.replaced(Span::new(0, last.start), replacement);
        format!("{before}\nreturn to_string({})", self.replaced(last, replacement))
    }
}

/// Runs a script on the virtual clock; what it prints, else the text that it returns.
pub fn shown(script: &str) -> String {
    let mut host = Host::new(&Options::default());
    host.shows_told = false;
    host.live_in(World::documented());
    let outcome = host.run(script);
    assert_eq!(host.left(), "", "{script}");
    let printed = [host.stdout.as_str(), &host.stderr].concat();
    match outcome {
        RunOutcome::Completed(value) if printed.is_empty() => match host.vm.export(value) {
            Ok(Data::Text(text)) => text,
            other => panic!("shows nothing but {other:?}:\n{script}"),
        },
        RunOutcome::Completed(_) | RunOutcome::Exit(_) => printed.trim_end_matches('\n').to_owned(),
        other => panic!("{other:?}:\n{script}"),
    }
}
