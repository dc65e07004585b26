//! Modules as files beside a script.

use super::Modules;
use crate::diagnostic::suggest;
use crate::machine::{ModuleFailure, ModuleText};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Finds module `a.b` in the file `a/b.ruff` below `directory`.
pub fn modules_in(directory: PathBuf) -> Modules {
    let directory = if directory.as_os_str().is_empty() { PathBuf::from(".") } else { directory };
    Box::new(move |name| {
        let mut path = directory.clone();
        path.extend(name.split('.'));
        path.set_extension("ruff");
        let file = name.replace('.', "/") + ".ruff";
        match fs::read(&path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(ModuleText { file, text }),
                Err(_) => Err(ModuleFailure::Failed { message: format!("Module '{name}' is not UTF-8: {file}") }),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(ModuleFailure::NotFound { hint: similar(&path, name) })
            }
            Err(error) => {
                Err(ModuleFailure::Failed { message: format!("Module '{name}' cannot be read: {file}: {error}") })
            }
        }
    })
}

/// A hint, if a file beside the one that is missing has nearly the same name.
fn similar(path: &Path, name: &str) -> Option<String> {
    let (parents, last) = name.rsplit_once('.').map_or(("", name), |(parents, last)| (parents, last));
    let entries = fs::read_dir(path.parent()?).ok()?;
    let names: Vec<String> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ruff"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_string()))
        .collect();
    let found = suggest(last, names.iter().map(String::as_str))?;
    let found = if parents.is_empty() { found.to_string() } else { format!("{parents}.{found}") };
    Some(format!("did you mean {found}?"))
}
