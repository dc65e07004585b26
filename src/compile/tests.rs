//! Test blocks (language.md 12.2): a program for each `test`, made of the script's top level, the setup blocks, the
//! test and the teardown blocks, all in their own places of the text.
//!
//! For a group with setup and teardown, what follows the top level is
//!
//! ```text
//! {
//!     <other statements of the group>
//!     mut failure := null
//!     try {
//!         try { <setup blocks> <the inner group or the test> } except error { failure := error }
//!     } finally {
//!         try { <a teardown block> } except error { if failure == null { failure := error } }
//!     }
//!     if failure != null { throw failure }
//! }
//! ```
//!
//! so that every teardown block runs, also when the test is cancelled, and the first failure is the one that counts.

use crate::source::Span;
use crate::syntax::ast::*;

/// A test of a script.
pub struct TestBlock {
    /// `group / name`; `None` for blocks that belong to no test and are only checked.
    pub name: Option<String>,
    /// The `test` statement.
    pub span: Span,
    /// What runs after the top level of the script.
    pub statement: Statement,
}

/// All tests of a tree in the order of the text.
pub fn test_blocks(tree: &mut Tree) -> Vec<TestBlock> {
    let mut collector = Collector {
        // Words that no script can write.
        failure: tree.symbols.intern("#failure"),
        error: tree.symbols.intern("#error"),
        found: Vec::new(),
    };
    collector.group(&tree.statements, Vec::new());
    collector.found
}

/// What surrounds the tests of one group.
#[derive(Clone)]
struct Surroundings {
    name: Option<String>,
    span: Span,
    /// Statements of the group that are no test blocks. The top level of the script has none: it runs before.
    others: Vec<Statement>,
    setups: Vec<Block>,
    teardowns: Vec<Block>,
}

struct Collector {
    failure: Symbol,
    error: Symbol,
    found: Vec<TestBlock>,
}

impl Collector {
    /// The tests of a group; `around` are the groups that it is in, outermost first.
    fn group(&mut self, statements: &[Statement], around: Vec<Surroundings>) {
        self.named_group(None, Span::new(0, 0), statements, around);
    }

    fn named_group(&mut self, name: Option<&str>, span: Span, statements: &[Statement], mut around: Vec<Surroundings>) {
        let mut own = Surroundings {
            name: name.map(str::to_string),
            span,
            others: Vec::new(),
            setups: Vec::new(),
            teardowns: Vec::new(),
        };
        for statement in statements {
            match &statement.kind {
                StatementKind::Test(test) => match &**test {
                    Test::Setup(body) => own.setups.push(body.clone()),
                    Test::Teardown(body) => own.teardowns.push(body.clone()),
                    Test::Case { .. } | Test::Group { .. } => {}
                },
                _ if name.is_some() => own.others.push(statement.clone()),
                _ => {}
            }
        }
        let has_own = !(own.others.is_empty() && own.setups.is_empty() && own.teardowns.is_empty());
        around.push(own);
        let before = self.found.len();
        for statement in statements {
            let StatementKind::Test(test) = &statement.kind else { continue };
            match &**test {
                Test::Case { name, body } => self.test(Some(name), statement.span, body, &around),
                Test::Group { name, body } => {
                    self.named_group(Some(name), statement.span, &body.statements, around.clone());
                }
                Test::Setup(_) | Test::Teardown(_) => {}
            }
        }
        if self.found.len() == before && has_own {
            self.test(None, span, &Block { statements: Vec::new(), span }, &around);
        }
    }

    fn test(&mut self, name: Option<&str>, span: Span, body: &Block, around: &[Surroundings]) {
        let mut statement = section(body.clone());
        for surroundings in around.iter().rev() {
            statement = self.surround(statement, surroundings);
        }
        let groups = around.iter().filter_map(|group| group.name.as_deref());
        let name = name.map(|name| groups.chain([name]).collect::<Vec<_>>().join(" / "));
        self.found.push(TestBlock { name, span, statement });
    }

    fn surround(&self, inner: Statement, surroundings: &Surroundings) -> Statement {
        let span = inner.span;
        let mut body: Vec<Statement> = surroundings.setups.iter().cloned().map(section).collect();
        body.push(inner);
        let mut statements = surroundings.others.clone();
        if surroundings.teardowns.is_empty() {
            statements.extend(body);
        } else {
            let keep = self.assign_failure(span);
            let attempt = self.attempt(body, vec![keep], span);
            let teardowns = surroundings.teardowns.iter().map(|teardown| {
                let is_first = self.failure_is(BinaryOperator::Equal, span);
                let keep = when(is_first, self.assign_failure(teardown.span), teardown.span);
                self.attempt(vec![section(teardown.clone())], vec![keep], teardown.span)
            });
            let finally = block(teardowns.collect(), span);
            let guarded = Try { body: block(vec![attempt], span), except: None, finally: Some(finally) };
            statements.push(Statement {
                kind: StatementKind::Declare {
                    kind: DeclareKind::Mut,
                    pattern: Pattern::Name(Identifier { symbol: self.failure, span }),
                    annotation: None,
                    value: expression(ExpressionKind::Null, span),
                },
                span,
            });
            statements.push(Statement { kind: StatementKind::Try(Box::new(guarded)), span });
            let failure = expression(ExpressionKind::Name(self.failure), span);
            let throw = expression(ExpressionKind::Throw(Box::new(failure)), span);
            let throw = Statement { kind: StatementKind::Expression(throw), span };
            statements.push(when(self.failure_is(BinaryOperator::NotEqual, span), throw, span));
        }
        let span = if surroundings.span.is_empty() { span } else { surroundings.span };
        Statement { kind: StatementKind::Block(block(statements, span)), span }
    }

    /// `try { <body> } except #error { <failed> }`
    fn attempt(&self, body: Vec<Statement>, failed: Vec<Statement>, span: Span) -> Statement {
        let variable = Some(Identifier { symbol: self.error, span });
        let except = Except { variable, body: block(failed, span) };
        let attempt = Try { body: block(body, span), except: Some(except), finally: None };
        Statement { kind: StatementKind::Try(Box::new(attempt)), span }
    }

    /// `#failure := #error`
    fn assign_failure(&self, span: Span) -> Statement {
        let root = PlaceRoot::Variable(Identifier { symbol: self.failure, span });
        let place = Place { root, steps: Vec::new(), span };
        let value = expression(ExpressionKind::Name(self.error), span);
        Statement { kind: StatementKind::Assign { place, operator: None, value }, span }
    }

    /// `#failure == null` or `#failure != null`
    fn failure_is(&self, operator: BinaryOperator, span: Span) -> Expression {
        let first = Box::new(expression(ExpressionKind::Name(self.failure), span));
        let operand = expression(ExpressionKind::Null, span);
        let rest = vec![ChainLink { operator, operator_span: span, operand }];
        expression(ExpressionKind::Chain { first, rest }, span)
    }
}

fn section(block: Block) -> Statement {
    Statement { span: block.span, kind: StatementKind::Section(block) }
}

fn block(statements: Vec<Statement>, span: Span) -> Block {
    Block { statements, span }
}

fn when(condition: Expression, then: Statement, span: Span) -> Statement {
    let arms = vec![(condition, block(vec![then], span))];
    Statement { kind: StatementKind::If { arms, otherwise: None }, span }
}

fn expression(kind: ExpressionKind, span: Span) -> Expression {
    Expression { kind, span }
}
