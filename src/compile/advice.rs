//! What to do about a finding of the compiler.

/// A sentence for the author of the script, if there is one to say.
pub(super) fn advice(finding: &str) -> Option<String> {
    let name = finding.rsplit(' ').next().unwrap_or_default();
    let starts = |prefix: &str| finding.starts_with(prefix);
    Some(if starts("break can only") {
        "`break` ends the innermost loop of the same function: use `return` to leave a function".into()
    } else if starts("continue can only") {
        "`continue` belongs to a loop of the same function: use `return` to end one call of a callback".into()
    } else if starts("Yield can only") {
        "write `func*` or `async func*` to make it a generator function".into()
    } else if starts("Cannot reassign immutable let") {
        format!("declare `{name}` with `mut` instead of `let` if it shall change")
    } else if starts("Cannot reassign const") {
        format!("`{name}` is a constant: use another name, or declare it with `mut` if it shall change")
    } else if starts("Cannot mutate") {
        format!("declare `{name}` with `mut` if what is in it shall change")
    } else if starts("Duplicate declaration") {
        format!("`{name}` is declared already: choose another name, or assign with `{name} := …`")
    } else if starts("throw() requires") {
        "write `throw value`, for example `throw \"what went wrong\"`".into()
    } else if starts("Generator methods") {
        "write a plain method that calls a generator function".into()
    } else {
        return None;
    })
}
