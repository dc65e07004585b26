//! Files of scripts, as the files of the system. What runs in a blocking call of the system when its future is dropped
//! is done to its end, and nobody hears of it.

use super::HostResult;
use crate::machine::Data;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use tokio::fs;
use tokio::task::spawn_blocking;

/// The bytes of a file, if it has at most `most`.
pub async fn read(path: String, most: usize) -> HostResult {
    // In one blocking call: every further one costs more than reading a small file does.
    let reading = spawn_blocking(move || {
        let failed = |error| format!("cannot read {path}: {error}");
        let file = File::open(&path).map_err(failed)?;
        let mut content = Vec::new();
        file.take((most as u64).saturating_add(1)).read_to_end(&mut content).map_err(failed)?;
        if content.len() > most {
            return Err(format!("cannot read {path}: it has more than {most} bytes"));
        }
        Ok(Data::Bytes(content))
    });
    // What has panicked is reported as it is, or the runtime is shutting down.
    reading.await.unwrap_or_else(|error| Err(error.to_string()))
}

/// Writes a file, and makes the directories that it lies in if they are missing.
pub async fn write(path: String, content: Vec<u8>) -> HostResult {
    let failed = |error| format!("cannot write {path}: {error}");
    match fs::write(&path, &content).await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Some(directory) = Path::new(&path).parent() {
                fs::create_dir_all(directory).await.map_err(failed)?;
            }
            fs::write(&path, &content).await.map_err(failed)?;
        }
        done => done.map_err(failed)?,
    }
    Ok(Data::Null)
}

/// The paths of all files, at any depth, whose paths begin with `prefix`. Directories that are links are not entered.
pub async fn list(prefix: String) -> HostResult {
    let start = &prefix[..prefix.rfind('/').map_or(0, |slash| slash + 1)];
    let mut paths = Vec::new();
    let mut directories = vec![start.to_string()];
    while let Some(directory) = directories.pop() {
        let failed = |error| format!("cannot list {}: {error}", shown(&directory));
        let mut entries = match fs::read_dir(shown(&directory)).await {
            Ok(entries) => entries,
            // No path of a file begins like that.
            Err(error) if directory == start && error.kind() == ErrorKind::NotFound => break,
            Err(error) => return Err(failed(error)),
        };
        while let Some(entry) = entries.next_entry().await.map_err(failed)? {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                return Err(format!("cannot list {}: the name {name:?} is not UTF-8", shown(&directory)));
            };
            let path = format!("{directory}{name}");
            let is_directory = entry.file_type().await.map_err(failed)?.is_dir();
            // What lies in the directory of a longer prefix begins with it, too.
            if is_directory && (path.starts_with(&prefix) || format!("{path}/").starts_with(&prefix)) {
                directories.push(format!("{path}/"));
            } else if !is_directory && path.starts_with(&prefix) {
                paths.push(Data::Text(path));
            }
        }
    }
    Ok(Data::List(paths))
}

/// A directory as the system knows it: the current one has no name in paths.
fn shown(directory: &str) -> &str {
    if directory.is_empty() { "." } else { directory }
}
