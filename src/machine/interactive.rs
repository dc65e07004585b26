//! One text after another in the same machine, as in a read-eval-print loop.

use super::{Catalog, Diagnostics};
use crate::bytecode::Program;
use crate::compile as compiler;
use crate::diagnostic::Code;
use crate::source::Source;
use crate::syntax::{self, ast::StatementKind};
use std::sync::Arc;

/// The texts of an interactive session. Script variables live in the machine; what the session keeps is the types, so
/// that later inputs can use those of earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Name and text of each struct and enum that was declared.
    types: Vec<(String, String)>,
}

impl Session {
    /// Whether a text goes on in the next line: something in it is still open at its end.
    pub fn is_incomplete(text: &str) -> bool {
        let end = text.trim_end().len();
        let parsed = syntax::parse(text);
        parsed.diagnostics.first().is_some_and(|found| {
            found.span.start as usize >= end
                || found.code == Code::UnterminatedComment
                || found.message == "Unterminated interpolated string expression"
        })
    }

    /// Compiles one input. The program gives the value of its last statement, if that is an expression.
    ///
    /// # Errors
    /// As for [`super::compile`].
    pub fn compile(&mut self, text: &str, catalog: &Catalog) -> Result<Arc<Program>, Diagnostics> {
        let own = types_of(text);
        self.types.retain(|(name, _)| !own.iter().any(|(other, _)| other == name));
        // Types hold for a whole text, so those of earlier inputs may stand behind it, where they move no position.
        let mut whole = text.to_string();
        for (_, declaration) in &self.types {
            whole.push('\n');
            whole.push_str(declaration);
        }
        let source = Arc::new(Source::new("<input>", &whole));
        let program = compile_input(source, catalog)?;
        self.types.extend(own);
        Ok(program)
    }
}

/// The struct and enum declarations at the top of a text.
fn types_of(text: &str) -> Vec<(String, String)> {
    let tree = syntax::parse(text).tree;
    let declarations = tree.statements.iter().filter_map(|statement| {
        let (name, span) = match &statement.kind {
            StatementKind::Struct(declaration) => (declaration.name, declaration.span),
            StatementKind::Enum(declaration) => (declaration.name, declaration.span),
            _ => return None,
        };
        let text = text.get(span.start as usize..span.end as usize)?;
        Some((tree.symbols.text(name.symbol).to_string(), text.to_string()))
    });
    declarations.collect()
}

/// Compiles a text whose last value is wanted.
pub(super) fn compile_input(source: Arc<Source>, catalog: &Catalog) -> Result<Arc<Program>, Diagnostics> {
    let parsed = syntax::parse(source.text());
    if !parsed.diagnostics.is_empty() {
        return Err(Diagnostics { source, list: parsed.diagnostics });
    }
    let around = compiler::Surroundings { interactive: true, ..catalog.surroundings() };
    match compiler::compile(source.clone(), &parsed.tree, around) {
        Ok(program) => Ok(Arc::new(program)),
        Err(list) => Err(Diagnostics { source, list }),
    }
}
