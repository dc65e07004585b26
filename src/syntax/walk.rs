//! A walk over the syntax tree: every visitor overrides what it cares about.

use super::ast::*;

pub trait Visitor<'a>: Sized {
    fn statement(&mut self, statement: &'a Statement) {
        walk_statement(self, statement);
    }

    fn expression(&mut self, expression: &'a Expression) {
        walk_expression(self, expression);
    }

    fn block(&mut self, block: &'a Block) {
        for statement in &block.statements {
            self.statement(statement);
        }
    }

    /// A function with a body of its own: named, literal or method.
    fn function(&mut self, function: &'a Function) {
        self.block(&function.body);
    }

    /// A part that runs as another task: a `spawn` block.
    fn task(&mut self, block: &'a Block) {
        self.block(block);
    }

    /// An expression that runs as another task: a branch of a join, the right side of `async let`.
    fn task_expression(&mut self, expression: &'a Expression) {
        self.expression(expression);
    }

    fn place(&mut self, place: &'a Place) {
        walk_place(self, place);
    }
}

pub fn walk_place<'a, V: Visitor<'a>>(visitor: &mut V, place: &'a Place) {
    for step in &place.steps {
        if let PlaceStepKind::Index(index) = &step.kind {
            visitor.expression(index);
        }
    }
}

pub fn walk_statement<'a, V: Visitor<'a>>(visitor: &mut V, statement: &'a Statement) {
    match &statement.kind {
        StatementKind::Declare { value, .. } | StatementKind::Destructure { value, .. } => visitor.expression(value),
        StatementKind::AsyncLet { value, .. } => visitor.task_expression(value),
        StatementKind::Assign { place, value, .. } => {
            visitor.place(place);
            visitor.expression(value);
        }
        StatementKind::Function(function) => visitor.function(function),
        StatementKind::Struct(declaration) => {
            for field in &declaration.fields {
                if let Some(default) = &field.default {
                    visitor.expression(default);
                }
            }
            for method in &declaration.methods {
                visitor.function(method);
            }
        }
        StatementKind::If { arms, otherwise } => {
            for (condition, body) in arms {
                visitor.expression(condition);
                visitor.block(body);
            }
            if let Some(body) = otherwise {
                visitor.block(body);
            }
        }
        StatementKind::While { condition, body } => {
            visitor.expression(condition);
            visitor.block(body);
        }
        StatementKind::Loop { condition, body } => {
            if let Some(condition) = condition {
                visitor.expression(condition);
            }
            visitor.block(body);
        }
        StatementKind::For { iterable, body, .. } => {
            visitor.expression(iterable);
            visitor.block(body);
        }
        StatementKind::Try(attempt) => {
            visitor.block(&attempt.body);
            if let Some(except) = &attempt.except {
                visitor.block(&except.body);
            }
            if let Some(finally) = &attempt.finally {
                visitor.block(finally);
            }
        }
        StatementKind::Return(Some(value)) => visitor.expression(value),
        StatementKind::Export(inner) => visitor.statement(inner),
        StatementKind::Test(test) => match &**test {
            Test::Case { body, .. } | Test::Group { body, .. } | Test::Setup(body) | Test::Teardown(body) => {
                visitor.block(body);
            }
        },
        StatementKind::Block(block) | StatementKind::Section(block) => visitor.block(block),
        StatementKind::Expression(expression) => visitor.expression(expression),
        StatementKind::Enum(_)
        | StatementKind::Return(None)
        | StatementKind::Break
        | StatementKind::Continue
        | StatementKind::Import(_) => {}
    }
}

pub fn walk_expression<'a, V: Visitor<'a>>(visitor: &mut V, expression: &'a Expression) {
    match &expression.kind {
        ExpressionKind::Interpolated(parts) => {
            for part in parts {
                if let InterpolationPart::Value(value) = part {
                    visitor.expression(value);
                }
            }
        }
        ExpressionKind::Chain { first, rest } => {
            visitor.expression(first);
            for link in rest {
                visitor.expression(&link.operand);
            }
        }
        ExpressionKind::Pipe { first, stages } => {
            visitor.expression(first);
            for stage in stages {
                visitor.expression(stage);
            }
        }
        ExpressionKind::Unary { operand, .. } => visitor.expression(operand),
        ExpressionKind::Postfix { base, suffixes } => {
            visitor.expression(base);
            for suffix in suffixes {
                match &suffix.kind {
                    SuffixKind::Call(arguments) | SuffixKind::Method { arguments, .. } => {
                        for argument in arguments {
                            visitor.expression(argument);
                        }
                    }
                    SuffixKind::Index(index) => visitor.expression(index),
                    SuffixKind::Try | SuffixKind::Field { .. } => {}
                }
            }
        }
        ExpressionKind::Await(value)
        | ExpressionKind::Wrap(_, value)
        | ExpressionKind::Throw(value)
        | ExpressionKind::Parenthesized(value)
        | ExpressionKind::Yield(Some(value)) => visitor.expression(value),
        ExpressionKind::Join(join) => match &join.source {
            JoinSource::Array(value) => visitor.expression(value),
            JoinSource::Branches(branches) => {
                for branch in branches {
                    visitor.task_expression(&branch.value);
                }
            }
        },
        ExpressionKind::Struct { fields, .. } => {
            for (_, value) in fields {
                visitor.expression(value);
            }
        }
        ExpressionKind::Variant { arguments, .. } => {
            for argument in arguments.iter().flatten() {
                visitor.expression(argument);
            }
        }
        ExpressionKind::Array(elements) => {
            for element in elements {
                match element {
                    Element::Value(value) | Element::Spread(value) => visitor.expression(value),
                }
            }
        }
        ExpressionKind::Dict(entries) => {
            for entry in entries {
                match entry {
                    Entry::Fixed { value, .. } | Entry::Spread(value) => visitor.expression(value),
                    Entry::Computed { key, value } => {
                        visitor.expression(key);
                        visitor.expression(value);
                    }
                }
            }
        }
        ExpressionKind::Function(function) => visitor.function(function),
        ExpressionKind::Match(matching) => {
            visitor.expression(&matching.value);
            for case in &matching.cases {
                if let Some(guard) = &case.guard {
                    visitor.expression(guard);
                }
                visitor.block(&case.body);
            }
            if let Some((_, body)) = &matching.default {
                visitor.block(body);
            }
        }
        ExpressionKind::Spawn(block) => visitor.task(block),
        ExpressionKind::AsyncScope(block) => visitor.block(block),
        ExpressionKind::Int(_)
        | ExpressionKind::Float(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Bool(_)
        | ExpressionKind::Null
        | ExpressionKind::SelfValue
        | ExpressionKind::Name(_)
        | ExpressionKind::NoneValue
        | ExpressionKind::Yield(None) => {}
    }
}

/// `root.step[step]…`: a name or `self` with field and index suffixes only, seen as a place.
pub fn as_place(expression: &Expression) -> Option<(&Expression, &[Suffix])> {
    match &expression.kind {
        ExpressionKind::Parenthesized(inner) => as_place(inner),
        ExpressionKind::Name(_) | ExpressionKind::SelfValue => Some((expression, &[])),
        ExpressionKind::Postfix { base, suffixes } => {
            let steps = suffixes.iter().all(is_step);
            let root = matches!(base.kind, ExpressionKind::Name(_) | ExpressionKind::SelfValue);
            if root && steps { Some((base, suffixes)) } else { None }
        }
        _ => None,
    }
}

/// `.name` or `[index]`.
pub fn is_step(suffix: &Suffix) -> bool {
    matches!(suffix.kind, SuffixKind::Index(_) | SuffixKind::Field { guarded: false, .. })
}

/// The names of a pattern in source order, `_` among them; whether each is also the key of what it gets.
pub fn each_name(pattern: &Pattern, visit: &mut impl FnMut(Identifier, bool)) {
    let rest = match pattern {
        Pattern::Name(name) => Some(*name),
        Pattern::Array { items, rest, .. } => {
            for item in items {
                each_name(item, visit);
            }
            *rest
        }
        Pattern::Dict { names, rest, .. } => {
            for name in names {
                visit(*name, true);
            }
            *rest
        }
    };
    if let Some(name) = rest {
        visit(name, false);
    }
}

/// The names of a pattern in source order, `_` among them.
pub fn pattern_names(pattern: &Pattern) -> Vec<Identifier> {
    let mut names = Vec::new();
    each_name(pattern, &mut |name, _| names.push(name));
    names
}
