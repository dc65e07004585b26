//! Skipping steps whose inputs did not change: a stamp file holds a hash of everything that a step reads.

use crate::machine::{Outcome, cargo_target, files_below, note, root, write};
use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// The inputs of one step. Their contents count, not their dates, so that a fresh checkout of the same state is
/// recognised.
pub struct Inputs {
    hasher: DefaultHasher,
}

impl Inputs {
    pub fn new() -> Inputs {
        Inputs { hasher: DefaultHasher::new() }
    }

    /// A word that the result depends on: a version, an option.
    pub fn word(mut self, word: &str) -> Inputs {
        self.hasher.write(word.as_bytes());
        self.hasher.write_u8(0xFF);
        self
    }

    /// A file, or all files below a directory; relative to the repository.
    pub fn path(mut self, path: impl AsRef<Path>) -> Inputs {
        for file in files_below(&root().join(path)) {
            self.hasher.write(file.as_os_str().as_encoded_bytes());
            self.hasher.write(&std::fs::read(&file).unwrap_or_default());
            self.hasher.write_u8(0xFF);
        }
        self
    }

    /// Runs `step` unless it has succeeded before with the same inputs and its `result` is still there.
    pub fn unless_done(self, name: &str, result: &Path, step: impl FnOnce() -> Outcome) -> Outcome {
        let stamp: PathBuf = cargo_target().join("stamps").join(name);
        let hash = format!("{:016x}", self.hasher.finish());
        if result.exists() && std::fs::read_to_string(&stamp).is_ok_and(|seen| seen == hash) {
            note(format!("{name}: up to date"));
            return Ok(());
        }
        // A step that is interrupted half-way must not look done.
        let _ = std::fs::remove_file(&stamp);
        step()?;
        write(&stamp, hash)
    }
}
