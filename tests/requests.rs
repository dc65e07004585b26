//! HTTP and files of scripts on the desktop (async.md 8.1): real sockets, real files.
#![cfg(all(feature = "tokio", not(target_arch = "wasm32")))]

use ruff_lang::desktop::Vm;
use ruff_lang::machine::{Catalog, RunOutcome, StartOptions, compile};
use ruff_lang::runtime::{Capabilities, Limits};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Runs a script and gives what it printed.
fn printed(script: &str, capabilities: Capabilities) -> String {
    let printed = Arc::new(Mutex::new(String::new()));
    let sink = printed.clone();
    let mut vm = Vm::new(Limits::default(), Box::new(move |_, text| sink.lock().expect("the output").push_str(text)));
    vm.grant(capabilities);
    let program = compile(script, "test.ruff", &Catalog::default()).expect("it compiles");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let run = async { tokio::time::timeout(Duration::from_secs(20), vm.run(&program, StartOptions::default())).await };
    let outcome = runtime.block_on(run).expect("it ends").expect("it begins");
    assert!(matches!(outcome, RunOutcome::Completed(_)), "{outcome:?}");
    std::mem::take(&mut *printed.lock().expect("the output"))
}

/// The head and the body of a request.
fn request(stream: &mut TcpStream) -> String {
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).unwrap_or(0);
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        let length = text.to_lowercase().split_once("content-length: ").map_or(0, |(_, rest)| {
            rest.split("\r\n").next().and_then(|number| number.parse::<usize>().ok()).unwrap_or(0)
        });
        if read == 0 || text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length) {
            return text;
        }
    }
}

/// A server with a thread for each connection; gives its address, and how many clients have hung up on `/never`. How many
/// have asked for that is the answer of `/arrived`.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let hung_up = Arc::new(AtomicUsize::new(0));
    let count = hung_up.clone();
    let arrived = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (count, arrived) = (count.clone(), arrived.clone());
            std::thread::spawn(move || {
                let text = request(&mut stream);
                if text.starts_with("GET /never") {
                    arrived.fetch_add(1, Ordering::SeqCst);
                    // Ends when the client closes the connection.
                    let _ = stream.read(&mut [0; 1]);
                    count.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                let status = if text.starts_with("GET /missing") { "404 Not Found" } else { "200 OK" };
                let line = text.lines().next().unwrap_or_default();
                let body = match text.starts_with("GET /arrived") {
                    true => arrived.load(Ordering::SeqCst).to_string(),
                    false => format!("{line}|{}", text.split_once("\r\n\r\n").map_or("", |(_, body)| body)),
                };
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nX-A: b\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
            });
        }
    });
    (address, hung_up)
}

/// The declaration of a function that waits until so many have asked for `/never`.
fn arrival(address: &str) -> String {
    let count = format!("to_int((await async_http_get(\"{address}/arrived\"))[\"body\"])");
    format!("async func arrived(count) {{ while {count} < count {{ await async_sleep(5) }} }}\n")
}

fn assert_hung_up(hung_up: &AtomicUsize, count: usize) {
    for _ in 0..500 {
        if hung_up.load(Ordering::SeqCst) == count {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{} of {count} connections were closed", hung_up.load(Ordering::SeqCst));
}

/// A directory that is removed again.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("ruff-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Directory(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn responses_have_status_headers_and_body_and_404_is_no_error() {
    let (address, _) = server();
    let script = format!(
        "r := await async_http_get(\"{address}/a\")\nprint(r[\"status\"], r[\"headers\"][\"x-a\"], r[\"body\"])\n\
         print((await async_http_get(\"{address}/missing\"))[\"status\"])\n\
         print((await async_http_post(\"{address}/p\", \"x=1\"))[\"body\"])\n\
         r := await async_http_request({{\"url\": \"{address}/d\", \"method\": \"delete\"}})\nprint(r[\"body\"])"
    );
    let expected = "200 b GET /a HTTP/1.1|\n404\nPOST /p HTTP/1.1|x=1\nDELETE /d HTTP/1.1|\n";
    assert_eq!(printed(&script, Capabilities::ALL), expected);
}

#[test]
fn cancelled_and_timed_out_requests_close_their_connections() {
    let (address, hung_up) = server();
    let script = format!(
        "{}try {{ await async_http_get(\"{address}/never\", {{\"timeout\": 500}}) }} except e {{ print(e.kind, e.message) }}\n\
         t := spawn {{ await async_http_get(\"{address}/never\") }}\nawait arrived(2)\ncancel(t)\n\
         try {{ await t }} except e {{ print(e.kind) }}\n\
         p := async_http_get(\"{address}/never\")\nawait arrived(3)\ncancel(p)\nprint(task_status(p))\nawait async_sleep(100)",
        arrival(&address)
    );
    assert_eq!(printed(&script, Capabilities::ALL), "timeout Timeout after 500ms\ncancelled\ncancelled\n");
    assert_hung_up(&hung_up, 3);
}

#[test]
fn files_are_written_read_and_listed() {
    let directory = Directory::new("files");
    let at = directory.0.display();
    let script = format!(
        "pairs := map(range(30), func(i) {{ return [\"{at}/deep/\" + to_string(100 + i), \"text \" + to_string(i)] }})\n\
         print(len(await async_write_files(pairs, 10)))\npaths := await async_list_files(\"{at}/deep/10\")\n\
         print(len(paths), await async_read_files([paths[9], paths[0]], 1))\n\
         await async_write_file(\"{at}/raw\", bytes([255]))\nprint(len(await async_read_bytes(\"{at}/raw\")))\n\
         try {{ await async_read_file(\"{at}/raw\") }} except e {{ print(e.kind, ends_with(e.message, \"is not UTF-8 text\")) }}\n\
         try {{ await async_read_files([\"{at}/raw\", \"{at}/none\"]) }} except e {{ print(e.kind) }}\n\
         print(await async_list_files(\"{at}/nowhere/\"))\nasync_write_file(\"{at}/last\", \"not awaited\")"
    );
    assert_eq!(printed(&script, Capabilities::ALL), "30\n10 [text 9, text 0]\n1\nio true\nio\n[]\n");
    assert_eq!(std::fs::read_to_string(directory.0.join("last")).expect("the file"), "not awaited");
}

#[test]
fn nothing_is_done_without_the_capability() {
    let script = "for f in [func() { async_http_get(\"http://localhost\") }, func() { async_list_files(\"\") }, \
                  func() { now() }, func() { random() }] { try { f() } except e { print(e.kind, e.message) } }";
    let refused = |word| format!("permission Capability '{word}' is not granted\n");
    assert_eq!(printed(script, Capabilities::NONE), ["http", "files", "clock", "random"].map(refused).concat());
    assert_eq!(printed(script, Capabilities::default()), ["http", "files"].map(refused).concat());
}

#[test]
fn what_fails_on_the_way_is_an_error_of_kind_io_that_names_the_request() {
    // A port that nobody listens on any more.
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let (address, _) = server();
    let directory = Directory::new("failing");
    let at = directory.0.display();
    std::fs::write(directory.0.join("file"), "text").expect("it is written");
    let script = format!(
        "async func shows(p, start) {{\n    try {{ await p }} except e {{ print(e.kind, starts_with(e.message, start)) }}\n}}\n\
         await shows(async_http_get(\"http://{closed}/\"), \"GET http://{closed}/: \")\n\
         await shows(async_http_post(\"no url\", \"\"), \"POST no url: \")\n\
         await shows(async_http_get(\"{address}/\", {{\"headers\": {{\"a b\": \"\"}}}}), \"GET {address}/: invalid header name\")\n\
         await shows(async_read_file(\"{at}\"), \"cannot read {at}: \")\n\
         await shows(async_write_file(\"{at}/file/below\", \"\"), \"cannot write {at}/file/below: \")\n\
         await shows(async_list_files(\"{at}/file/\"), \"cannot list {at}/file/: \")\n\
         await shows(async_read_files([\"{at}/file\", \"{at}/none\"], 1), \"cannot read {at}/none: \")"
    );
    assert_eq!(printed(&script, Capabilities::ALL), "io true\n".repeat(7));
}

#[test]
fn requests_are_in_flight_together_while_other_tasks_run() {
    let (address, hung_up) = server();
    let script = format!(
        "{}waiting := map(range(50), func(i) {{ return async_http_get(\"{address}/never\") }})\nbeats := 0\n\
         for i in 20 {{ await async_sleep(5) beats += 1 }}\n\
         answers := await promise_all(map(range(50), func(i) {{ return async_http_get(\"{address}/${{i}}\") }}))\n\
         print(beats, len(answers), answers[49][\"body\"])\nawait arrived(50)\nfor p in waiting {{ cancel(p) }}\nawait async_sleep(100)",
        arrival(&address)
    );
    assert_eq!(printed(&script, Capabilities::ALL), "20 50 GET /49 HTTP/1.1|\n");
    assert_hung_up(&hung_up, 50);
}
