//! Trees as text: every node in parentheses, so that grouping can be read off.

use crate::syntax::ast::*;

pub fn show(tree: &Tree) -> String {
    Shape { symbols: &tree.symbols }.statements(&tree.statements)
}

struct Shape<'a> {
    symbols: &'a Symbols,
}

impl Shape<'_> {
    fn name(&self, identifier: &Identifier) -> String {
        self.symbols.text(identifier.symbol).to_owned()
    }

    fn names(&self, identifiers: &[Identifier]) -> String {
        identifiers.iter().map(|identifier| self.name(identifier)).collect::<Vec<_>>().join(" ")
    }

    fn statements(&self, statements: &[Statement]) -> String {
        statements.iter().map(|statement| self.statement(&statement.kind)).collect::<Vec<_>>().join("; ")
    }

    fn block(&self, block: &Block) -> String {
        format!("{{{}}}", self.statements(&block.statements))
    }

    fn statement(&self, kind: &StatementKind) -> String {
        match kind {
            StatementKind::Declare { kind, pattern, annotation, value } => {
                let word = format!("{kind:?}").to_lowercase();
                format!("({word} {}{} {})", self.pattern(pattern), self.annotation(annotation), self.show(value))
            }
            StatementKind::Destructure { pattern, value } => {
                format!("(destructure {} {})", self.pattern(pattern), self.show(value))
            }
            StatementKind::Assign { place, operator, value } => {
                let sign = operator.map_or("", operator_sign);
                format!("({sign}= {} {})", self.place(place), self.show(value))
            }
            StatementKind::Function(function) => self.function(function),
            StatementKind::Struct(declaration) => {
                let fields = declaration.fields.iter().map(|field| {
                    let default = field.default.as_ref().map(|value| format!(" = {}", self.show(value)));
                    format!(
                        " {}{}{}",
                        self.name(&field.name),
                        self.annotation(&field.annotation),
                        default.unwrap_or_default()
                    )
                });
                let fields: String = fields.collect();
                let methods: String =
                    declaration.methods.iter().map(|method| format!(" {}", self.function(method))).collect();
                format!("(struct {}{fields}{methods})", self.name(&declaration.name))
            }
            StatementKind::Enum(declaration) => {
                let variants = declaration.variants.iter().map(|variant| {
                    let payload = variant.payload.as_ref().map(|fields| {
                        let fields = fields.iter().map(|(name, kind)| self.name(name) + &self.annotation(kind));
                        format!("({})", fields.collect::<Vec<_>>().join(" "))
                    });
                    format!(" {}{}", self.name(&variant.name), payload.unwrap_or_default())
                });
                format!("(enum {}{})", self.name(&declaration.name), variants.collect::<String>())
            }
            StatementKind::If { arms, otherwise } => {
                let arms = arms.iter().map(|(test, body)| format!(" {} {}", self.show(test), self.block(body)));
                let otherwise = otherwise.as_ref().map(|body| format!(" else {}", self.block(body)));
                format!("(if{}{})", arms.collect::<String>(), otherwise.unwrap_or_default())
            }
            StatementKind::While { condition, body } => {
                format!("(while {} {})", self.show(condition), self.block(body))
            }
            StatementKind::Loop { condition, body } => {
                let condition = condition.as_ref().map(|condition| format!(" {}", self.show(condition)));
                format!("(loop{} {})", condition.unwrap_or_default(), self.block(body))
            }
            StatementKind::For { asynchronous, index, item, iterable, body } => {
                let word = if *asynchronous { "for-await" } else { "for" };
                let index = index.as_ref().map(|index| self.name(index) + " ").unwrap_or_default();
                format!("({word} {index}{} {} {})", self.name(item), self.show(iterable), self.block(body))
            }
            StatementKind::Try(parts) => {
                let except = parts.except.as_ref().map(|except| {
                    let variable = except.variable.as_ref().map(|variable| " ".to_owned() + &self.name(variable));
                    format!(" except{} {}", variable.unwrap_or_default(), self.block(&except.body))
                });
                let finally = parts.finally.as_ref().map(|body| format!(" finally {}", self.block(body)));
                format!(
                    "(try {}{}{})",
                    self.block(&parts.body),
                    except.unwrap_or_default(),
                    finally.unwrap_or_default()
                )
            }
            StatementKind::Return(value) => self.optional("return", value.as_ref()),
            StatementKind::Break => "break".into(),
            StatementKind::Continue => "continue".into(),
            StatementKind::AsyncLet { name, annotation, value } => {
                format!("(async-let {}{} {})", self.name(name), self.annotation(annotation), self.show(value))
            }
            StatementKind::Import(import) => {
                let names = import.names.as_ref().map(|names| format!(" [{}]", self.names(names)));
                format!("(import {}{})", self.names(&import.path).replace(' ', "."), names.unwrap_or_default())
            }
            StatementKind::Export(inner) => format!("(export {})", self.statement(&inner.kind)),
            StatementKind::Test(test) => match &**test {
                Test::Case { name, body } => format!("(test {name:?} {})", self.block(body)),
                Test::Group { name, body } => format!("(group {name:?} {})", self.block(body)),
                Test::Setup(body) => format!("(setup {})", self.block(body)),
                Test::Teardown(body) => format!("(teardown {})", self.block(body)),
            },
            StatementKind::Block(block) | StatementKind::Section(block) => self.block(block),
            StatementKind::Expression(expression) => self.show(expression),
        }
    }

    fn optional(&self, word: &str, value: Option<&Expression>) -> String {
        value.map_or_else(|| word.to_owned(), |value| format!("({word} {})", self.show(value)))
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        let rest = |rest: &Option<Identifier>| {
            rest.as_ref().map(|rest| " ...".to_owned() + &self.name(rest)).unwrap_or_default()
        };
        match pattern {
            Pattern::Name(name) => self.name(name),
            Pattern::Array { items, rest: tail, .. } => {
                let items: Vec<String> = items.iter().map(|item| self.pattern(item)).collect();
                format!("[{}{}]", items.join(" "), rest(tail))
            }
            Pattern::Dict { names, rest: tail, .. } => format!("{{{}{}}}", self.names(names), rest(tail)),
        }
    }

    fn place(&self, place: &Place) -> String {
        let root = match &place.root {
            PlaceRoot::Variable(name) => self.name(name),
            PlaceRoot::SelfValue(_) => "self".into(),
        };
        let steps = place.steps.iter().map(|step| match &step.kind {
            PlaceStepKind::Field(name) => ".".to_owned() + &self.name(name),
            PlaceStepKind::Index(index) => format!("[{}]", self.show(index)),
        });
        root + &steps.collect::<String>()
    }

    fn function(&self, function: &Function) -> String {
        let word = match (function.asynchronous, function.generator) {
            (false, false) => "func",
            (false, true) => "func*",
            (true, false) => "async-func",
            (true, true) => "async-func*",
        };
        let name = function.name.as_ref().map(|name| " ".to_owned() + &self.name(name)).unwrap_or_default();
        let parameters: Vec<String> = function
            .parameters
            .iter()
            .map(|parameter| self.name(&parameter.name) + &self.annotation(&parameter.annotation))
            .collect();
        let result = function.result.as_ref().map(|kind| format!(" -> {}", self.kind(kind))).unwrap_or_default();
        format!("({word}{name} ({}){result} {})", parameters.join(" "), self.block(&function.body))
    }

    fn annotation(&self, annotation: &Option<Type>) -> String {
        annotation.as_ref().map(|kind| format!(": {}", self.kind(kind))).unwrap_or_default()
    }

    fn kind(&self, kind: &Type) -> String {
        let list = |kinds: &[Type]| kinds.iter().map(|kind| self.kind(kind)).collect::<Vec<_>>().join(" ");
        let mut text = match &kind.kind {
            TypeKind::Named { path, arguments } if arguments.is_empty() => self.names(path).replace(' ', "."),
            TypeKind::Named { path, arguments } => {
                format!("{}<{}>", self.names(path).replace(' ', "."), list(arguments))
            }
            TypeKind::Function { parameters, result } => {
                let result = result.as_ref().map(|kind| format!(" -> {}", self.kind(kind))).unwrap_or_default();
                format!("func({}){result}", list(parameters))
            }
            TypeKind::Parenthesized(inner) => format!("({})", self.kind(inner)),
        };
        for suffix in &kind.suffixes {
            text.push_str(match suffix {
                TypeSuffix::Optional => "?",
                TypeSuffix::Array => "[]",
            });
        }
        text
    }

    fn list(&self, expressions: &[Expression]) -> String {
        expressions.iter().map(|expression| self.show(expression)).collect::<Vec<_>>().join(" ")
    }

    fn show(&self, expression: &Expression) -> String {
        match &expression.kind {
            ExpressionKind::Int(value) => value.to_string(),
            ExpressionKind::Float(value) => format!("{value:?}"),
            ExpressionKind::Text(text) => format!("{text:?}"),
            ExpressionKind::Interpolated(parts) => {
                let parts = parts.iter().map(|part| match part {
                    InterpolationPart::Text(text) => format!(" {text:?}"),
                    InterpolationPart::Value(value) => " ".to_owned() + &self.show(value),
                });
                format!("(text{})", parts.collect::<String>())
            }
            ExpressionKind::Bool(value) => value.to_string(),
            ExpressionKind::Null => "null".into(),
            ExpressionKind::SelfValue => "self".into(),
            ExpressionKind::Name(symbol) => self.symbols.text(*symbol).to_owned(),
            ExpressionKind::Chain { first, rest } => {
                let rest =
                    rest.iter().map(|link| format!(" {} {}", operator_sign(link.operator), self.show(&link.operand)));
                format!("({}{})", self.show(first), rest.collect::<String>())
            }
            ExpressionKind::Pipe { first, stages } => {
                let stages = stages.iter().map(|stage| format!(" |> {}", self.show(stage)));
                format!("({}{})", self.show(first), stages.collect::<String>())
            }
            ExpressionKind::Unary { operators, operand } => {
                let signs =
                    operators.iter().map(|(operator, _)| if *operator == UnaryOperator::Not { '!' } else { '-' });
                format!("({}{})", signs.collect::<String>(), self.show(operand))
            }
            ExpressionKind::Postfix { base, suffixes } => {
                let suffixes = suffixes.iter().map(|suffix| match &suffix.kind {
                    SuffixKind::Call(arguments) => format!("({})", self.list(arguments)),
                    SuffixKind::Index(index) => format!("[{}]", self.show(index)),
                    SuffixKind::Try => "?".into(),
                    SuffixKind::Field { name, guarded } => dot(*guarded) + &self.name(name),
                    SuffixKind::Method { name, guarded, arguments } => {
                        format!("{}{}({})", dot(*guarded), self.name(name), self.list(arguments))
                    }
                });
                self.show(base) + &suffixes.collect::<String>()
            }
            ExpressionKind::Await(inner) => format!("(await {})", self.show(inner)),
            ExpressionKind::Join(join) => {
                let word = format!("{:?}", join.kind).to_lowercase();
                match &join.source {
                    JoinSource::Array(array) => format!("(join-{word} {})", self.show(array)),
                    JoinSource::Branches(branches) => {
                        let branches = branches.iter().map(|branch| {
                            let label = branch.label.as_ref().map(|label| self.name(label) + ": ").unwrap_or_default();
                            format!(" {label}{}", self.show(&branch.value))
                        });
                        format!("(join-{word} {{{} }})", branches.collect::<String>())
                    }
                }
            }
            ExpressionKind::Struct { name, fields } => {
                let fields = fields.iter().map(|(field, value)| format!(" {}: {}", self.name(field), self.show(value)));
                format!("(new {}{})", self.name(name), fields.collect::<String>())
            }
            ExpressionKind::Variant { enumeration, variant, arguments } => {
                let arguments = arguments.as_ref().map(|arguments| format!("({})", self.list(arguments)));
                format!("{}::{}{}", self.name(enumeration), self.name(variant), arguments.unwrap_or_default())
            }
            ExpressionKind::Wrap(wrapper, inner) => format!("({wrapper:?} {})", self.show(inner)),
            ExpressionKind::NoneValue => "None".into(),
            ExpressionKind::Array(elements) => {
                let elements = elements.iter().map(|element| match element {
                    Element::Value(value) => self.show(value),
                    Element::Spread(value) => "...".to_owned() + &self.show(value),
                });
                format!("[{}]", elements.collect::<Vec<_>>().join(" "))
            }
            ExpressionKind::Dict(entries) => {
                let entries = entries.iter().map(|entry| match entry {
                    Entry::Fixed { key, value } => format!("{}: {}", self.name(key), self.show(value)),
                    Entry::Computed { key, value } => format!("[{}]: {}", self.show(key), self.show(value)),
                    Entry::Spread(value) => "...".to_owned() + &self.show(value),
                });
                format!("{{|{}|}}", entries.collect::<Vec<_>>().join(", "))
            }
            ExpressionKind::Function(function) => self.function(function),
            ExpressionKind::Match(read) => {
                let cases = read.cases.iter().map(|case| {
                    let guard =
                        case.guard.as_ref().map(|guard| format!(" if {}", self.show(guard))).unwrap_or_default();
                    format!(" {}{guard} {}", self.case(&case.pattern), self.block(&case.body))
                });
                let default = read.default.as_ref().map(|(at, body)| format!(" default@{at} {}", self.block(body)));
                format!(
                    "(match {}{}{})",
                    self.show(&read.value),
                    cases.collect::<String>(),
                    default.unwrap_or_default()
                )
            }
            ExpressionKind::Spawn(block) => format!("(spawn {})", self.block(block)),
            ExpressionKind::AsyncScope(block) => format!("(scope {})", self.block(block)),
            ExpressionKind::Throw(inner) => format!("(throw {})", self.show(inner)),
            ExpressionKind::Yield(value) => self.optional("yield", value.as_deref()),
            ExpressionKind::Parenthesized(inner) => format!("<{}>", self.show(inner)),
        }
    }

    fn case(&self, pattern: &MatchPattern) -> String {
        let list =
            |patterns: &[MatchPattern]| patterns.iter().map(|inner| self.case(inner)).collect::<Vec<_>>().join(" ");
        let rest = |rest: &Option<Identifier>| {
            rest.as_ref().map(|rest| " ...".to_owned() + &self.name(rest)).unwrap_or_default()
        };
        let entries = |entries: &[(Identifier, Option<MatchPattern>)]| {
            let entries = entries.iter().map(|(key, inner)| {
                self.name(key) + &inner.as_ref().map(|inner| ": ".to_owned() + &self.case(inner)).unwrap_or_default()
            });
            entries.collect::<Vec<_>>().join(", ")
        };
        match &pattern.kind {
            MatchPatternKind::Alternatives(alternatives) => format!("({})", list(alternatives).replace(' ', " | ")),
            MatchPatternKind::Wildcard => "_".into(),
            MatchPatternKind::Name(name) => self.name(name),
            MatchPatternKind::Int(value) => value.to_string(),
            MatchPatternKind::Float(value) => format!("{value:?}"),
            MatchPatternKind::Text(text) => format!("{text:?}"),
            MatchPatternKind::Bool(value) => value.to_string(),
            MatchPatternKind::Null => "null".into(),
            MatchPatternKind::Range { low, high, inclusive } => {
                let number = |number: &Number| match number {
                    Number::Int(value) => value.to_string(),
                    Number::Float(value) => format!("{value:?}"),
                };
                format!("{}..{}{}", number(low), if *inclusive { "=" } else { "" }, number(high))
            }
            MatchPatternKind::NoneValue => "None".into(),
            MatchPatternKind::Wrap(wrapper, inner) => {
                let inner = inner.as_ref().map(|inner| format!("({})", self.case(inner)));
                format!("{wrapper:?}{}", inner.unwrap_or_default())
            }
            MatchPatternKind::Variant { enumeration, variant, payload } => {
                let payload = payload.as_ref().map(|payload| format!("({})", list(payload))).unwrap_or_default();
                format!("{}::{}{payload}", self.name(enumeration), self.name(variant))
            }
            MatchPatternKind::Dict { entries: all, rest: tail } => format!("{{{}{}}}", entries(all), rest(tail)),
            MatchPatternKind::Struct { name, fields } => format!("{} {{{}}}", self.name(name), entries(fields)),
            MatchPatternKind::Array { items, rest: tail } => format!("[{}{}]", list(items), rest(tail)),
            MatchPatternKind::Parenthesized(inner) => format!("<{}>", self.case(inner)),
        }
    }
}

fn dot(guarded: bool) -> String {
    if guarded { "?.".into() } else { ".".into() }
}

fn operator_sign(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Remainder => "%",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::Greater => ">",
        BinaryOperator::LessEqual => "<=",
        BinaryOperator::GreaterEqual => ">=",
        BinaryOperator::And => "&&",
        BinaryOperator::Or => "||",
        BinaryOperator::Coalesce => "??",
    }
}
