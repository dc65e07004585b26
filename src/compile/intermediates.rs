//! Intermediate values: expressions that need more registers than a function has left keep them in an array meanwhile.

use super::Compiler;
use super::expressions::AT_ONCE;
use crate::bytecode::op;
use crate::syntax::ast::*;

impl<'a> Compiler<'a> {
    /// What `evaluate` compiles may move its intermediate values out of their registers, but not what is in registers
    /// already: code inside of it uses that.
    pub(super) fn with_intermediates<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.emitter().mark();
        let outer = self.function().intermediate.replace(mark);
        let result = evaluate(self);
        self.function().intermediate = outer;
        result
    }

    /// Evaluates where registers are getting scarce: the intermediate values from register `first` on are kept in an
    /// array meanwhile. So nested expressions may need more registers than a function has.
    pub(super) fn evaluate_aside(&mut self, expression: &'a Expression, target: u8, first: usize) -> bool {
        let mark = self.emitter().mark();
        let (aside, count) = (first as u8, (mark - first) as u8);
        self.emitter().at(expression.span);
        self.emitter().emit(op::NEW_LIST, aside, aside, count);
        self.emitter().release_to(first + 1);
        let result = self.emitter().allocate();
        let alias = self.evaluate_into(expression, result);
        self.emitter().release_to(mark);
        let kept = self.emitter().spare();
        self.move_to(kept, result);
        self.emitter().emit(op::LIST_UNPACK, aside, aside, count);
        self.move_to(target, kept);
        alias
    }
}

/// How many registers evaluating the expression itself may take at once, apart from those of its parts.
pub(super) fn registers_of(expression: &Expression) -> usize {
    // For one operator, one step or one call.
    const FEW: usize = 16;
    match &expression.kind {
        kind if kind.is_leaf() => 0,
        // Their parts look for themselves, or have registers of their own.
        ExpressionKind::Parenthesized(_) | ExpressionKind::Function(_) | ExpressionKind::Spawn(_) => 0,
        ExpressionKind::Array(elements) => FEW + elements.len().min(AT_ONCE),
        ExpressionKind::Interpolated(parts) => FEW + parts.len().min(AT_ONCE),
        ExpressionKind::Struct { .. } => FEW + AT_ONCE,
        ExpressionKind::Variant { arguments, .. } => FEW + arguments.as_ref().map_or(0, Vec::len),
        ExpressionKind::Unary { operators, .. } => FEW + operators.len(),
        ExpressionKind::Postfix { suffixes, .. } => {
            let arguments = |suffix: &Suffix| match &suffix.kind {
                SuffixKind::Call(arguments) | SuffixKind::Method { arguments, .. } => 2 * arguments.len(),
                _ => 0,
            };
            let indices = suffixes.iter().filter(|suffix| matches!(suffix.kind, SuffixKind::Index(_))).count();
            FEW + indices + suffixes.iter().map(arguments).max().unwrap_or(0)
        }
        _ => FEW,
    }
}
