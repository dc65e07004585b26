//! Expressions for tests: literals, calls of builtins, lambdas of one expression, binary operators.

use crate::heap::VariantTag;
use crate::value::Value;

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Plain(Value),
    Text(String),
    List(Vec<Expression>),
    Dict(Vec<(String, Expression)>),
    Record(String, Vec<(String, Expression)>),
    Variant(VariantTag, Box<Expression>),
    Name(String),
    Function(Vec<String>, Box<Expression>),
    Operation(char, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
}

pub(super) fn parse(source: &str) -> Expression {
    let mut parser = Parser { rest: source };
    let expression = parser.expression();
    assert_eq!(parser.peek(), None, "{source}: unread {:?}", parser.rest);
    expression
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn accept(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) {
        assert!(self.accept(token), "expected {token} at {:?}", self.rest);
    }

    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_string()
    }

    fn expression(&mut self) -> Expression {
        let mut left = self.operand();
        while let Some(operator @ ('+' | '-' | '*' | '<' | '>')) = self.peek() {
            self.rest = &self.rest[1..];
            left = Expression::Operation(operator, Box::new(left), Box::new(self.operand()));
        }
        left
    }

    fn list(&mut self, end: &str) -> Vec<Expression> {
        let mut elements = Vec::new();
        while !self.accept(end) {
            elements.push(self.expression());
            if !self.accept(",") {
                self.expect(end);
                break;
            }
        }
        elements
    }

    fn entries(&mut self) -> Vec<(String, Expression)> {
        let mut entries = Vec::new();
        while !self.accept("}") {
            let key = match self.peek() {
                Some('"') => self.text(),
                _ => self.word(),
            };
            self.expect(":");
            entries.push((key, self.expression()));
            if !self.accept(",") {
                self.expect("}");
                break;
            }
        }
        entries
    }

    fn text(&mut self) -> String {
        self.expect("\"");
        let mut content = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return content;
                }
                '\\' => match characters.next().unwrap().1 {
                    'n' => content.push('\n'),
                    'r' => content.push('\r'),
                    't' => content.push('\t'),
                    '0' => content.push('\0'),
                    other => content.push(other),
                },
                other => content.push(other),
            }
        }
        panic!("unterminated string")
    }

    fn operand(&mut self) -> Expression {
        match self.peek().expect("an expression") {
            '"' => Expression::Text(self.text()),
            '[' => {
                self.expect("[");
                Expression::List(self.list("]"))
            }
            '{' => {
                self.expect("{");
                Expression::Dict(self.entries())
            }
            '0'..='9' | '-' => self.number(),
            _ => self.named(),
        }
    }

    fn number(&mut self) -> Expression {
        let end = self.rest.char_indices().find(|&(at, c)| {
            let exponent = at > 0 && self.rest[..at].ends_with('e');
            !(c.is_ascii_digit() || c == '.' || c == 'e' || c == '-' && (at == 0 || exponent))
        });
        let (digits, rest) = self.rest.split_at(end.map_or(self.rest.len(), |(at, _)| at));
        self.rest = rest;
        let value = digits.parse().map(Value::Int).or_else(|_| digits.parse().map(Value::Float));
        Expression::Plain(value.unwrap_or_else(|_| panic!("{digits} is no number")))
    }

    fn named(&mut self) -> Expression {
        let name = self.word();
        let plain = match name.as_str() {
            "null" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "None" => Some(Value::None),
            "nan" => Some(Value::Float(f64::NAN)),
            "inf" => Some(Value::Float(f64::INFINITY)),
            _ => None,
        };
        if let Some(value) = plain {
            return Expression::Plain(value);
        }
        if name == "func" {
            self.expect("(");
            let mut parameters = Vec::new();
            while !self.accept(")") {
                parameters.push(self.word());
                self.accept(",");
            }
            self.expect("{");
            assert_eq!(self.word(), "return");
            let body = self.expression();
            self.expect("}");
            return Expression::Function(parameters, Box::new(body));
        }
        if self.accept("(") {
            let mut arguments = self.list(")");
            let tag = match name.as_str() {
                "Ok" => VariantTag::OK,
                "Err" => VariantTag::ERR,
                "Some" => VariantTag::SOME,
                _ => return Expression::Call(name, arguments),
            };
            return Expression::Variant(tag, Box::new(arguments.remove(0)));
        }
        if name.starts_with(|c: char| c.is_uppercase()) && self.accept("{") {
            return Expression::Record(name, self.entries());
        }
        Expression::Name(name)
    }
}
