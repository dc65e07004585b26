//! Plain values, copied as they are.

use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Val {
    Null,
    Int(i64),
    Text(String),
    List(Vec<Val>),
    Dict(BTreeMap<String, Val>),
    /// Of the struct `S`.
    Record(BTreeMap<String, Val>),
}

/// Where an index as written leads to.
pub(super) fn position(index: i64, length: usize) -> Option<usize> {
    let position = if index < 0 { index + length as i64 } else { index };
    usize::try_from(position).ok().filter(|position| *position < length)
}

impl Val {
    pub(super) fn size(&self) -> usize {
        match self {
            Val::Null | Val::Int(_) | Val::Text(_) => 1,
            Val::List(items) => 1 + items.iter().map(Val::size).sum::<usize>(),
            Val::Dict(entries) | Val::Record(entries) => 1 + entries.values().map(Val::size).sum::<usize>(),
        }
    }

    pub(super) fn print(&self, out: &mut String) {
        let separate = |out: &mut String, first: &mut bool| {
            if !std::mem::take(first) {
                out.push_str(", ");
            }
        };
        let mut first = true;
        match self {
            Val::Null => out.push_str("null"),
            Val::Int(int) => out.push_str(&int.to_string()),
            Val::Text(text) => out.push_str(text),
            Val::List(items) => {
                out.push('[');
                for item in items {
                    separate(out, &mut first);
                    item.print(out);
                }
                out.push(']');
            }
            Val::Dict(entries) => {
                out.push('{');
                for (key, value) in entries {
                    separate(out, &mut first);
                    out.push_str(&format!("\"{key}\": "));
                    value.print(out);
                }
                out.push('}');
            }
            Val::Record(fields) => {
                out.push_str("S { ");
                for (name, value) in fields {
                    separate(out, &mut first);
                    out.push_str(&format!("{name}: "));
                    value.print(out);
                }
                out.push_str(" }");
            }
        }
    }
}
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Step {
    /// As written: from the end, if it is negative.
    Index(i64),
    Name(String),
    /// A key in brackets, which only dicts have.
    Key(String),
}
