//! The declarations of a text, as a tree.

use super::Analysis;
use crate::names::{VariableKind, exported};
use crate::source::Span;
use crate::syntax::ast::{Function, Statement, StatementKind, Test};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemKind {
    Function,
    Struct,
    Enum,
    Field,
    Method,
    Variant,
    Variable,
    Constant,
    Test,
    Group,
}

impl ItemKind {
    pub const fn word(self) -> &'static str {
        match self {
            ItemKind::Function => "function",
            ItemKind::Struct => "struct",
            ItemKind::Enum => "enum",
            ItemKind::Field => "field",
            ItemKind::Method => "method",
            ItemKind::Variant => "variant",
            ItemKind::Variable => "variable",
            ItemKind::Constant => "constant",
            ItemKind::Test => "test",
            ItemKind::Group => "group",
        }
    }
}

/// One declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    pub name: String,
    pub kind: ItemKind,
    /// The whole declaration.
    pub span: Span,
    /// Its name.
    pub selection: Span,
    pub children: Vec<Item>,
}

impl Analysis {
    /// Functions, types, script variables and tests, in the order of the text.
    pub fn symbols(&self) -> Vec<Item> {
        let mut items = self.items(&self.recovered.tree.statements);
        for (id, variable) in self.index.variables.iter().enumerate() {
            let kind = match variable.kind {
                VariableKind::Const => ItemKind::Constant,
                VariableKind::Let | VariableKind::Mut | VariableKind::Created => ItemKind::Variable,
                _ => continue,
            };
            if self.index.is_script_variable(id) {
                let name = self.index.text(variable.name).to_string();
                let (span, selection) = (variable.declared, variable.declared);
                items.push(Item { name, kind, span, selection, children: Vec::new() });
            }
        }
        items.sort_by_key(|item| item.selection.start);
        items
    }

    fn items(&self, statements: &[Statement]) -> Vec<Item> {
        let mut items = Vec::new();
        for statement in statements {
            let statement = exported(statement);
            match &statement.kind {
                StatementKind::Function(function) => items.extend(self.function_item(function, ItemKind::Function)),
                StatementKind::Struct(declaration) => {
                    let fields = declaration.fields.iter().map(|field| self.leaf(field.name.span, ItemKind::Field));
                    let methods = declaration.methods.iter();
                    let methods = methods.filter_map(|method| self.function_item(method, ItemKind::Method));
                    let mut children: Vec<Item> = fields.chain(methods).collect();
                    children.sort_by_key(|item| item.selection.start);
                    let leaf = self.leaf(declaration.name.span, ItemKind::Struct);
                    items.push(Item { span: statement.span, children, ..leaf });
                }
                StatementKind::Enum(declaration) => {
                    let variants = declaration.variants.iter();
                    let children = variants.map(|variant| self.leaf(variant.name.span, ItemKind::Variant)).collect();
                    let leaf = self.leaf(declaration.name.span, ItemKind::Enum);
                    items.push(Item { span: statement.span, children, ..leaf });
                }
                StatementKind::Test(test) => match &**test {
                    Test::Case { name, .. } => items.push(self.test_item(name, ItemKind::Test, statement.span)),
                    Test::Group { name, body } => {
                        let item = self.test_item(name, ItemKind::Group, statement.span);
                        items.push(Item { children: self.items(&body.statements), ..item });
                    }
                    Test::Setup(_) | Test::Teardown(_) => {}
                },
                _ => {}
            }
        }
        items
    }

    fn leaf(&self, name: Span, kind: ItemKind) -> Item {
        Item { name: name.of(self.text()).to_string(), kind, span: name, selection: name, children: Vec::new() }
    }

    fn test_item(&self, name: &str, kind: ItemKind, span: Span) -> Item {
        Item { name: name.to_string(), kind, span, selection: Span::new(span.start, span.start), children: Vec::new() }
    }

    fn function_item(&self, function: &Function, kind: ItemKind) -> Option<Item> {
        let leaf = self.leaf(function.name?.span, kind);
        Some(Item { span: function.span, children: self.items(&function.body.statements), ..leaf })
    }
}
