//! The syntax tree: what the parser builds and the compiler, the formatter and the editor services read.
//!
//! Names are [`Symbol`]s of the tree's own table, positions are byte spans. Chains of equal precedence,
//! suffixes and `else if` arms are stored flat, so that the depth of the tree is bounded by the nesting
//! limits of the parser (language.md 2.5) and every walk over it may be recursive.

use crate::source::Span;
use rustc_hash::FxHashMap;

/// An interned name; an index into [`Symbols`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Symbol(pub u32);

/// The table of all names and string contents of one tree.
#[derive(Default, Clone, Debug)]
pub struct Symbols {
    names: Vec<std::sync::Arc<str>>,
    lookup: FxHashMap<std::sync::Arc<str>, Symbol>,
}

impl Symbols {
    /// The symbol of `name`, made on first use.
    pub fn intern(&mut self, name: &str) -> Symbol {
        if let Some(&symbol) = self.lookup.get(name) {
            return symbol;
        }
        let shared: std::sync::Arc<str> = name.into();
        let symbol = Symbol(self.names.len() as u32);
        self.names.push(shared.clone());
        self.lookup.insert(shared, symbol);
        symbol
    }

    /// The text of `symbol`, which must come from this table.
    pub fn text(&self, symbol: Symbol) -> &str {
        &self.names[symbol.0 as usize]
    }

    /// The symbol of `name` if the table has it.
    pub fn find(&self, name: &str) -> Option<Symbol> {
        self.lookup.get(name).copied()
    }
}

/// A whole source text.
#[derive(Default, Clone, Debug)]
pub struct Tree {
    pub statements: Vec<Statement>,
    pub symbols: Symbols,
}

/// A name with the place where it is written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Identifier {
    pub symbol: Symbol,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    pub statements: Vec<Statement>,
    /// From `{` to `}`.
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeclareKind {
    Let,
    Mut,
    Const,
}

#[derive(Clone, PartialEq, Debug)]
pub enum StatementKind {
    /// `let`, `mut`, `const`; only `let` and `mut` may have a pattern that is not a name.
    Declare {
        kind: DeclareKind,
        pattern: Pattern,
        annotation: Option<Type>,
        value: Expression,
    },
    /// `[a, b] := e` or `{a, b} := e` without keyword; the pattern is never a plain name.
    Destructure {
        pattern: Pattern,
        value: Expression,
    },
    /// `place := e`, or with `operator` a compound assignment.
    Assign {
        place: Place,
        operator: Option<BinaryOperator>,
        value: Expression,
    },
    Function(Box<Function>),
    Struct(Box<StructDeclaration>),
    Enum(Box<EnumDeclaration>),
    /// `if … else if … else`: every arm with its condition, in order.
    If {
        arms: Vec<(Expression, Block)>,
        otherwise: Option<Block>,
    },
    While {
        condition: Expression,
        body: Block,
    },
    /// `loop { }`, or `loop while condition { }`.
    Loop {
        condition: Option<Expression>,
        body: Block,
    },
    /// `for item in e`, `for index, item in e`; `asynchronous` for `for await`.
    For {
        asynchronous: bool,
        index: Option<Identifier>,
        item: Identifier,
        iterable: Expression,
        body: Block,
    },
    Try(Box<Try>),
    Return(Option<Expression>),
    Break,
    Continue,
    AsyncLet {
        name: Identifier,
        annotation: Option<Type>,
        value: Expression,
    },
    Import(Import),
    Export(Box<Statement>),
    Test(Box<Test>),
    Block(Block),
    /// A block that `return` leaves, instead of the script. Not in the grammar: the test runner makes them.
    Section(Block),
    /// Also `match`, `spawn` and `async scope` in statement position.
    Expression(Expression),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Try {
    pub body: Block,
    pub except: Option<Except>,
    pub finally: Option<Block>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Except {
    pub variable: Option<Identifier>,
    pub body: Block,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Import {
    /// The segments of `a.b.c`.
    pub path: Vec<Identifier>,
    /// `None` for `import m`, the names for `from m import x, y`.
    pub names: Option<Vec<Identifier>>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    Case { name: String, body: Block },
    Group { name: String, body: Block },
    Setup(Block),
    Teardown(Block),
}

/// The target of a declaration or a destructuring assignment.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// `_` too: it discards the value.
    Name(Identifier),
    Array {
        items: Vec<Pattern>,
        rest: Option<Identifier>,
        span: Span,
    },
    Dict {
        names: Vec<Identifier>,
        rest: Option<Identifier>,
        span: Span,
    },
}

/// A variable or `self`, and the steps below it.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    pub root: PlaceRoot,
    pub steps: Vec<PlaceStep>,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum PlaceRoot {
    Variable(Identifier),
    SelfValue(Span),
}

#[derive(Clone, PartialEq, Debug)]
pub struct PlaceStep {
    pub kind: PlaceStepKind,
    /// From the start of the place to the end of this step.
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum PlaceStepKind {
    Field(Identifier),
    Index(Expression),
}

/// A named function, a literal, or a method.
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    pub name: Option<Identifier>,
    pub asynchronous: bool,
    pub generator: bool,
    pub parameters: Vec<Parameter>,
    pub result: Option<Type>,
    pub body: Block,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// The symbol of `self` for the receiver.
    pub name: Identifier,
    pub annotation: Option<Type>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct StructDeclaration {
    pub name: Identifier,
    pub fields: Vec<FieldDeclaration>,
    pub methods: Vec<Function>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FieldDeclaration {
    pub name: Identifier,
    pub annotation: Option<Type>,
    pub default: Option<Expression>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct EnumDeclaration {
    pub name: Identifier,
    pub variants: Vec<EnumVariant>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct EnumVariant {
    pub name: Identifier,
    /// `None` without parentheses.
    pub payload: Option<Vec<(Identifier, Option<Type>)>>,
}

/// A type annotation: kept for tools, never enforced.
#[derive(Clone, PartialEq, Debug)]
pub struct Type {
    pub kind: TypeKind,
    /// `?` and `[]` after the type, in order.
    pub suffixes: Vec<TypeSuffix>,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeSuffix {
    Optional,
    Array,
}

#[derive(Clone, PartialEq, Debug)]
pub enum TypeKind {
    Named { path: Vec<Identifier>, arguments: Vec<Type> },
    Function { parameters: Vec<Type>, result: Option<Box<Type>> },
    Parenthesized(Box<Type>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Expression {
    pub kind: ExpressionKind,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    And,
    Or,
    Coalesce,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOperator {
    Negate,
    Not,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ExpressionKind {
    Int(i64),
    Float(f64),
    Text(std::sync::Arc<str>),
    Interpolated(Vec<InterpolationPart>),
    Bool(bool),
    Null,
    SelfValue,
    Name(Symbol),
    /// `a + b - c`: operators of one precedence level, grouped to the left.
    Chain {
        first: Box<Expression>,
        rest: Vec<ChainLink>,
    },
    /// `x |> f(a) |> g`, grouped to the left.
    Pipe {
        first: Box<Expression>,
        stages: Vec<Expression>,
    },
    /// Prefix operators, outermost first.
    Unary {
        operators: Vec<(UnaryOperator, Span)>,
        operand: Box<Expression>,
    },
    /// A primary with at least one suffix.
    Postfix {
        base: Box<Expression>,
        suffixes: Vec<Suffix>,
    },
    /// `await e`; `e?` inside is already outside as a suffix of the await.
    Await(Box<Expression>),
    Join(Box<Join>),
    Struct {
        name: Identifier,
        fields: Vec<(Identifier, Expression)>,
    },
    /// `Enum::Variant` or `Enum::Variant(…)`; also `Result::Ok(…)`, `Option::None`.
    Variant {
        enumeration: Identifier,
        variant: Identifier,
        arguments: Option<Vec<Expression>>,
    },
    /// `Ok(e)`, `Err(e)`, `Some(e)`.
    Wrap(Wrapper, Box<Expression>),
    NoneValue,
    Array(Vec<Element>),
    Dict(Vec<Entry>),
    Function(Box<Function>),
    Match(Box<Match>),
    Spawn(Block),
    AsyncScope(Block),
    Throw(Box<Expression>),
    Yield(Option<Box<Expression>>),
    Parenthesized(Box<Expression>),
}

impl ExpressionKind {
    /// Whether it is one word: a constant or a name.
    pub fn is_leaf(&self) -> bool {
        use ExpressionKind::*;
        matches!(self, Int(_) | Float(_) | Text(_) | Bool(_) | Null | NoneValue | SelfValue | Name(_))
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct ChainLink {
    pub operator: BinaryOperator,
    pub operator_span: Span,
    pub operand: Expression,
}

#[derive(Clone, PartialEq, Debug)]
pub enum InterpolationPart {
    Text(std::sync::Arc<str>),
    Value(Expression),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Suffix {
    pub kind: SuffixKind,
    /// From the start of the whole expression to the end of this suffix.
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum SuffixKind {
    Call(Vec<Expression>),
    Index(Expression),
    /// `?`
    Try,
    /// `.name` or, with `guarded`, `?.name`.
    Field {
        name: Identifier,
        guarded: bool,
    },
    /// `.name(…)` or, with `guarded`, `?.name(…)`.
    Method {
        name: Identifier,
        guarded: bool,
        arguments: Vec<Expression>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrapper {
    Ok,
    Err,
    Some,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Element {
    Value(Expression),
    Spread(Expression),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Entry {
    /// A key known from the text: a bare word or a string.
    Fixed {
        key: Identifier,
        value: Expression,
    },
    /// `[e]: v`, a number, or any other expression.
    Computed {
        key: Expression,
        value: Expression,
    },
    Spread(Expression),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinKind {
    All,
    Race,
    Any,
    Settle,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Join {
    pub kind: JoinKind,
    pub source: JoinSource,
}

#[derive(Clone, PartialEq, Debug)]
pub enum JoinSource {
    Branches(Vec<JoinBranch>),
    Array(Expression),
}

#[derive(Clone, PartialEq, Debug)]
pub struct JoinBranch {
    pub label: Option<Identifier>,
    pub value: Expression,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Match {
    pub value: Expression,
    pub cases: Vec<Case>,
    /// Runs if no case did, wherever it is written; with its position among the cases (for the formatter).
    pub default: Option<(usize, Block)>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    pub pattern: MatchPattern,
    pub guard: Option<Expression>,
    pub body: Block,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct MatchPattern {
    pub kind: MatchPatternKind,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum MatchPatternKind {
    /// `p | q`, at least two.
    Alternatives(Vec<MatchPattern>),
    Wildcard,
    /// A bare name: at the top of a case the string of that name, inside a pattern a binding.
    Name(Identifier),
    Int(i64),
    Float(f64),
    Text(std::sync::Arc<str>),
    Bool(bool),
    Null,
    Range {
        low: Number,
        high: Number,
        inclusive: bool,
    },
    NoneValue,
    /// `Ok`, `Ok(p)` …
    Wrap(Wrapper, Option<Box<MatchPattern>>),
    Variant {
        enumeration: Identifier,
        variant: Identifier,
        payload: Option<Vec<MatchPattern>>,
    },
    /// `{k, k2: p, ...rest}`
    Dict {
        entries: Vec<(Identifier, Option<MatchPattern>)>,
        rest: Option<Identifier>,
    },
    /// `Name { f, f2: p }`
    Struct {
        name: Identifier,
        fields: Vec<(Identifier, Option<MatchPattern>)>,
    },
    Array {
        items: Vec<MatchPattern>,
        rest: Option<Identifier>,
    },
    Parenthesized(Box<MatchPattern>),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Number {
    Int(i64),
    Float(f64),
}
