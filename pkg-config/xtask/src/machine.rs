//! Where things are, and running commands so that the reader sees what runs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Why a step ended early; a sentence for the reader.
#[derive(Debug)]
pub struct Failure(pub String);

impl<T: Into<String>> From<T> for Failure {
    fn from(message: T) -> Failure {
        Failure(message.into())
    }
}

pub type Outcome<T = ()> = Result<T, Failure>;

/// The repository.
pub fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut path = PathBuf::from(manifest);
    path.pop();
    path.pop();
    path
}

/// Cargo's target directory, which `CARGO_TARGET_DIR` may move. npm packages and pages are always below `target/`.
pub fn cargo_target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(path) => root().join(path),
        None => root().join("target"),
    }
}

/// Where the tools are that this program builds or installs for itself.
pub fn tools() -> PathBuf {
    cargo_target().join("tools/bin")
}

/// The file `name` in one of the directories of `PATH`.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file())
}

/// A command that runs in the repository with our own tools first on `PATH`.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut paths = vec![tools()];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new(program);
    command.current_dir(root());
    if let Ok(joined) = std::env::join_paths(paths) {
        command.env("PATH", joined);
    }
    command
}

/// `cargo` of the toolchain that runs this program.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program that npm installed.
pub fn node_program(name: &str) -> Command {
    command(root().join("node_modules/.bin").join(name))
}

fn shown(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let (Some(value), true) = (value, name != "PATH") {
            words.push(format!("{}={}", name.display(), short(value)));
        }
    }
    words.push(short(command.get_program()));
    words.extend(command.get_args().map(short));
    words.join(" ")
}

/// Paths below the repository without its own path.
fn short(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    match Path::new(word).strip_prefix(root()) {
        Ok(inside) if !inside.as_os_str().is_empty() => inside.display().to_string(),
        _ if text.contains("/toolchains/") => text.rsplit('/').next().unwrap_or_default().to_owned(),
        _ if text.contains(' ') => format!("'{text}'"),
        _ => text.into_owned(),
    }
}

/// Announces what happens next.
pub fn note(text: impl AsRef<str>) {
    println!("\x1b[1m→\x1b[0m {}", text.as_ref());
}

/// Runs a command with its output shown.
pub fn run(command: &mut Command) -> Outcome {
    let line = shown(command);
    note(&line);
    let begun = Instant::now();
    let status = command.status().map_err(|error| Failure(format!("cannot start `{line}`: {error}")))?;
    if !status.success() {
        return Err(Failure(format!("`{line}` failed ({status})")));
    }
    let seconds = begun.elapsed().as_secs_f64();
    if seconds >= 2.0 {
        println!("  done in {seconds:.1} s");
    }
    Ok(())
}

/// The trimmed output of a command, if it can be run and succeeds.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Reads a text file.
pub fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| Failure(format!("cannot read {}: {error}", path.display())))
}

/// Writes a file, making its directory.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Outcome {
    let written = std::fs::create_dir_all(path.parent().unwrap_or(path)).and_then(|()| std::fs::write(path, content));
    written.map_err(|error| Failure(format!("cannot write {}: {error}", path.display())))
}

/// Copies a file, making its directory.
pub fn copy(from: &Path, to: &Path) -> Outcome {
    let copied = std::fs::create_dir_all(to.parent().unwrap_or(to)).and_then(|()| std::fs::copy(from, to));
    copied.map(drop).map_err(|error| Failure(format!("cannot copy {} to {}: {error}", from.display(), to.display())))
}

/// Removes a file.
pub fn remove(path: &Path) -> Outcome {
    std::fs::remove_file(path).map_err(|error| Failure(format!("cannot remove {}: {error}", path.display())))
}

/// Removes a directory with everything in it, if it exists.
pub fn clear(path: &Path) -> Outcome {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure(format!("cannot remove {}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

/// All files below a file or directory, in a stable order, without installed packages.
pub fn files_below(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut found = Vec::new();
    let mut directories = vec![path.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if entry.file_name() != "node_modules" {
                    directories.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
