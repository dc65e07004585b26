//! A static file server on loopback, for the playground.

use crate::machine::{Failure, Outcome};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};

/// What the page may load and run: its own files, and wasm. The package needs no more than this.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/// Serves `directory` until the process is interrupted.
pub fn serve(directory: &Path, port: u16) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", port))
        .map_err(|error| Failure(format!("cannot listen on port {port}: {error}; choose another with --port N")))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("\nThe playground is at http://{address}/ (Ctrl+C ends it)");
    for stream in listener.incoming().flatten() {
        let directory = directory.to_owned();
        // A client that goes away early is no concern of the others.
        std::thread::spawn(move || answer(stream, &directory));
    }
    Ok(())
}

fn answer(mut stream: TcpStream, directory: &Path) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        let mut words = request.split(' ');
        let method = words.next().unwrap_or_default();
        let path = words.next().unwrap_or_default();
        let (status, kind, body) = match (method, file_for(path, directory)) {
            ("GET" | "HEAD", Some(file)) => match std::fs::read(&file) {
                Ok(body) => ("200 OK", media_type(&file), body),
                Err(_) => ("404 Not Found", "text/plain", b"not found".to_vec()),
            },
            ("GET" | "HEAD", None) => ("400 Bad Request", "text/plain", b"bad request".to_vec()),
            _ => ("405 Method Not Allowed", "text/plain", b"only GET".to_vec()),
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\
             Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\n\r\n",
            body.len()
        )?;
        if method != "HEAD" {
            stream.write_all(&body)?;
        }
        stream.flush()?;
    }
}

/// The file that a request path means; nothing outside of the directory.
fn file_for(path: &str, directory: &Path) -> Option<PathBuf> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let inside = Path::new(path.strip_prefix('/')?);
    if inside.components().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = directory.join(inside);
    Some(if file.is_dir() { file.join("index.html") } else { file })
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "ruff" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_directory_are_served() {
        let directory = Path::new("/www");
        assert_eq!(file_for("/a/b.js?x=1", directory), Some(PathBuf::from("/www/a/b.js")));
        assert_eq!(file_for("/../secret", directory), None);
        assert_eq!(file_for("//etc/passwd", directory), None);
        assert_eq!(file_for("no-slash", directory), None);
    }
}
