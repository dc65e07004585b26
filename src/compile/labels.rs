//! What findings about names get besides their text: where the name was declared, and what may have been meant.

use crate::diagnostic::{Diagnostic, suggest};
use crate::names::{Index, MemberKind, Occurrence, Role, Target, TypeKind};
use crate::source::Span;
use crate::syntax::ast::Tree;

/// How many findings are explained: whoever has more reads the first.
const EXPLAINED: usize = 100;

/// Adds labels, notes and fixes. The index of names is made only here, so programs that compile do not pay for it.
pub(super) fn explain(diagnostics: &mut [Diagnostic], tree: &Tree, text: &str) {
    let index = Index::of_tree(tree, text);
    for diagnostic in diagnostics.iter_mut().take(EXPLAINED) {
        let finding = diagnostic.message.strip_prefix("Compilation error: ").unwrap_or_default();
        let Some((about, name)) = finding.rsplit_once(": ") else { continue };
        match about {
            "Duplicate declaration in the same scope" => label(diagnostic, &index, true),
            "Cannot reassign immutable let binding"
            | "Cannot reassign const binding"
            | "Cannot mutate immutable let binding"
            | "Cannot mutate const binding" => label(diagnostic, &index, false),
            "Undefined enum" => {
                let enums = index.types.iter().filter(|declared| declared.kind == TypeKind::Enum);
                let names = enums.map(|declared| index.text(declared.name)).chain(["Result", "Option"]);
                let meant = suggest(name, names);
                let mut structs = index.types.iter().filter(|declared| declared.kind == TypeKind::Struct);
                let note = structs.any(|declared| index.text(declared.name) == name).then(|| {
                    format!("`{name}` is a struct: write `{name} {{ field: value }}`; only instances have methods")
                });
                offer(diagnostic, &index, name.len(), meant);
                diagnostic.notes.extend(note);
            }
            "Undefined enum variant" => {
                let Some((of, variant)) = name.split_once("::") else { continue };
                let variants = index.members.iter().filter(|member| member.kind == MemberKind::Variant);
                let names = variants.filter(|member| index.text(member.of) == of).map(|member| index.text(member.name));
                let meant = suggest(variant, names);
                offer(diagnostic, &index, variant.len(), meant);
            }
            _ => {}
        }
    }
}

/// Points to the declaration of the name under the diagnostic; with `first`, to the first one.
fn label(diagnostic: &mut Diagnostic, index: &Index, first: bool) {
    let Some(occurrence) = index.at(diagnostic.span.start) else { return };
    let declared = match occurrence.target {
        Target::Variable(variable) if !first => Some(index.variables[variable].declared),
        Target::Variable(_) | Target::Type => first_of(index, occurrence),
        _ => None,
    };
    if let Some(declared) = declared
        && declared != occurrence.span
    {
        let message = format!("`{}` is declared here", index.text(occurrence.name));
        diagnostic.labels.push(crate::diagnostic::Label { span: declared, message });
    }
}

/// Where the name is declared or assigned for the first time in the text.
fn first_of(index: &Index, about: &Occurrence) -> Option<Span> {
    let mut all = index.occurrences.iter();
    all.find(|other| other.role != Role::Read && index.same(about, other)).map(|occurrence| occurrence.span)
}

/// Offers the spelling that is meant for the name of that many bytes under the diagnostic.
fn offer(diagnostic: &mut Diagnostic, index: &Index, length: usize, meant: Option<&str>) {
    let (Some(meant), Span { start, end }) = (meant, diagnostic.span) else { return };
    let mut within = index.occurrences.iter().filter(|occurrence| (start..end).contains(&occurrence.span.start));
    let wrong = within.find(|occurrence| {
        matches!(occurrence.target, Target::Type | Target::Variant(_)) && occurrence.span.len() as usize == length
    });
    let note = format!("did you mean `{meant}`?");
    if !diagnostic.notes.contains(&note) {
        diagnostic.notes.push(note);
    }
    if let Some(wrong) = wrong {
        let fix = crate::diagnostic::Fix::new(wrong.span, meant);
        diagnostic.fixes.push(fix);
    }
}
