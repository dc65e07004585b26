//! Operators off the fast path: mixed numbers, strings, errors, and operator methods (language.md 5.2, 5.3, 7.6).

use super::fiber::{Fiber, OnReturn};
use super::{Flow, Vm};
use crate::builtins::compare;
use crate::heap::{Heap, Name};
use crate::runtime::{ErrorKind, LimitBreach, LimitKind, Raise};
use crate::value::Value;
use std::cmp::Ordering;

/// The operators with their symbols and methods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Negate,
    Not,
}

const OPERATORS: [(Operator, &str, &str); 13] = [
    (Operator::Add, "+", "op_add"),
    (Operator::Subtract, "-", "op_sub"),
    (Operator::Multiply, "*", "op_mul"),
    (Operator::Divide, "/", "op_div"),
    (Operator::Remainder, "%", "op_mod"),
    (Operator::Equal, "==", "op_eq"),
    (Operator::NotEqual, "!=", "op_ne"),
    (Operator::Less, "<", "op_lt"),
    (Operator::LessEqual, "<=", "op_le"),
    (Operator::Greater, ">", "op_gt"),
    (Operator::GreaterEqual, ">=", "op_ge"),
    (Operator::Negate, "-", "op_neg"),
    (Operator::Not, "!", "op_not"),
];

impl Operator {
    pub fn symbol(self) -> &'static str {
        OPERATORS[self as usize].1
    }
}

/// The machine's names of the operator methods.
pub struct OperatorNames([Name; 13]);

impl OperatorNames {
    pub fn new(heap: &mut Heap) -> OperatorNames {
        OperatorNames(OPERATORS.map(|(_, _, method)| heap.name(method)))
    }
}

/// The truth of a comparison that a branch depends on.
pub(super) enum Condition {
    Known(bool),
    /// The method that knows it was called; it decides the branch when it returns.
    Called(Flow),
}

impl Vm {
    /// The loaded function of a struct's operator method.
    pub(super) fn operator_method(&self, operator: Operator, left: Value) -> Option<u32> {
        let Value::Record(record) = left else { return None };
        self.heap.record_type(record).methods.get(&self.operators.0[operator as usize]).copied()
    }

    /// `left operator right`, where the fast path did not know better. The result goes to `result`.
    pub(super) fn binary(
        &mut self,
        fiber: &mut Fiber,
        operator: Operator,
        left: Value,
        right: Value,
        result: u8,
    ) -> Result<Flow, Raise> {
        if let Value::Record(_) = left
            && let Some(method) = self.operator_method(operator, left)
        {
            return self.call_operator(fiber, method, left, Some(right), result, OnReturn::Store);
        }
        let value = match operator {
            Operator::Equal => Value::Bool(compare::equal(&self.heap, left, right)),
            Operator::NotEqual => {
                if let Some(method) = self.operator_method(Operator::Equal, left) {
                    return self.call_operator(fiber, method, left, Some(right), result, OnReturn::StoreNot);
                }
                Value::Bool(!compare::equal(&self.heap, left, right))
            }
            Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
                Value::Bool(self.ordered(operator, left, right)?)
            }
            _ => self.arithmetic(operator, left, right)?,
        };
        Ok(Flow::Value(value))
    }

    /// The truth of `left operator right` for a branch; `None`: an operator method was entered, and the branch is
    /// decided when it returns.
    pub(super) fn condition(
        &mut self,
        fiber: &mut Fiber,
        operator: Operator,
        left: Value,
        right: Value,
    ) -> Result<Condition, Raise> {
        if let Value::Record(_) = left
            && let Some(method) = self.operator_method(operator, left)
        {
            let flow = self.call_operator(fiber, method, left, Some(right), 0, OnReturn::Branch)?;
            return Ok(Condition::Called(flow));
        }
        Ok(Condition::Known(match operator {
            Operator::Equal => compare::equal(&self.heap, left, right),
            Operator::NotEqual => {
                if let Some(method) = self.operator_method(Operator::Equal, left) {
                    let flow = self.call_operator(fiber, method, left, Some(right), 0, OnReturn::BranchNot)?;
                    return Ok(Condition::Called(flow));
                }
                !compare::equal(&self.heap, left, right)
            }
            _ => self.ordered(operator, left, right)?,
        }))
    }

    fn ordered(&self, operator: Operator, left: Value, right: Value) -> Result<bool, Raise> {
        if !compare::comparable(left, right) {
            return Err(self.invalid(operator, left, right));
        }
        let Some(order) = compare::order(&self.heap, left, right) else { return Ok(false) };
        Ok(match operator {
            Operator::Less => order == Ordering::Less,
            Operator::LessEqual => order != Ordering::Greater,
            Operator::Greater => order == Ordering::Greater,
            _ => order != Ordering::Less,
        })
    }

    fn arithmetic(&mut self, operator: Operator, left: Value, right: Value) -> Result<Value, Raise> {
        match (left, right) {
            (Value::Int(a), Value::Int(b)) => int_arithmetic(operator, a, b),
            (Value::Text(a), Value::Text(b)) if operator == Operator::Add => {
                let (first, second) = (self.heap.str(a), self.heap.str(b));
                self.make_room(first.len() + second.len())?;
                let mut joined = compact_str::CompactString::with_capacity(first.len() + second.len());
                joined.push_str(first);
                joined.push_str(second);
                Ok(Value::Text(self.heap.own_string(joined)))
            }
            _ => match (left.as_number(), right.as_number()) {
                (Some(a), Some(b)) => float_arithmetic(operator, a, b),
                _ => Err(self.invalid(operator, left, right)),
            },
        }
    }

    /// Checks the heap limit before a text of `bytes` is made.
    #[inline]
    fn make_room(&self, bytes: usize) -> Result<(), Raise> {
        if self.heap.exceeds_limit(bytes) {
            let (used, allowed) = ((self.heap.used_bytes() + bytes) as f64, self.heap.limit as f64);
            return Err(Raise::limit(LimitBreach { limit: LimitKind::MemoryBytes, used, allowed }));
        }
        Ok(())
    }

    /// `left + right`, where `left` is not used afterwards: a unique text is extended in place.
    pub(super) fn add_own(&mut self, fiber: &mut Fiber, left: Value, right: Value, result: u8) -> Result<Flow, Raise> {
        if let (Value::Text(a), Value::Text(b)) = (left, right)
            && self.heap.texts.get(a).share.is_unique()
            && a != b
        {
            let appended = self.heap.texts.get(b);
            // It may grow to twice its size.
            self.make_room(self.heap.str(a).len() + appended.as_str().len())?;
            let length = appended.length();
            let content = compact_str::CompactString::new(appended.as_str());
            self.heap.text_push(a, &content, length);
            return Ok(Flow::Value(left));
        }
        self.binary(fiber, Operator::Add, left, right, result)
    }

    pub(super) fn negate(&mut self, fiber: &mut Fiber, value: Value, result: u8) -> Result<Flow, Raise> {
        Ok(Flow::Value(match value {
            Value::Int(int) => match int.checked_neg() {
                Some(int) => Value::Int(int),
                None => {
                    return Err(Raise::new(ErrorKind::Arithmetic, format!("Integer overflow: -({int})")));
                }
            },
            Value::Float(float) => Value::Float(-float),
            _ => return self.unary_method(fiber, Operator::Negate, value, result),
        }))
    }

    pub(super) fn not(&mut self, fiber: &mut Fiber, value: Value, result: u8) -> Result<Flow, Raise> {
        match value {
            Value::Bool(value) => Ok(Flow::Value(Value::Bool(!value))),
            _ => self.unary_method(fiber, Operator::Not, value, result),
        }
    }

    fn unary_method(&mut self, fiber: &mut Fiber, operator: Operator, value: Value, result: u8) -> Result<Flow, Raise> {
        match self.operator_method(operator, value) {
            Some(method) => self.call_operator(fiber, method, value, None, result, OnReturn::Store),
            None => {
                let word = self.heap.type_word(value);
                Err(Raise::type_error(format!("Invalid unary operation: {} {word}", operator.symbol())))
            }
        }
    }

    #[cold]
    fn invalid(&self, operator: Operator, left: Value, right: Value) -> Raise {
        let (left, right) = (self.heap.type_word(left), self.heap.type_word(right));
        Raise::type_error(format!("Invalid binary operation: {left} {} {right}", operator.symbol()))
    }
}

#[cold]
fn overflow(operator: Operator, a: i64, b: i64) -> Raise {
    Raise::new(ErrorKind::Arithmetic, format!("Integer overflow: {a} {} {b}", operator.symbol()))
}

#[cold]
fn zero(operator: Operator) -> Raise {
    let message = if operator == Operator::Divide { "Division by zero" } else { "Modulo by zero" };
    Raise::new(ErrorKind::Arithmetic, message)
}

fn int_arithmetic(operator: Operator, a: i64, b: i64) -> Result<Value, Raise> {
    let value = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        _ if b == 0 => return Err(zero(operator)),
        Operator::Divide => a.checked_div(b),
        _ => Some(a.wrapping_rem(b)),
    };
    value.map(Value::Int).ok_or_else(|| overflow(operator, a, b))
}

fn float_arithmetic(operator: Operator, a: f64, b: f64) -> Result<Value, Raise> {
    Ok(Value::Float(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        _ if b == 0.0 => return Err(zero(operator)),
        Operator::Divide => a / b,
        _ => a % b,
    }))
}
