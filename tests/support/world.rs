//! The world outside of the test host: files in memory and a table of HTTP answers, each after its time on the virtual
//! clock. A script says in comments what it wants there, one JSON object a line:
//!
//! ```text
//! # host: {"grant": ["http", "files"], "refuse": ["clock"], "tell": true}
//! # host: {"file": "a.md", "text": "# A", "after": 5}          or "bytes": [255], or "error": "disk on fire"
//! # host: {"url": "https://a.b/", "method": "GET", "status": 200, "headers": {}, "body": "hi"}      or "error"
//! ```
//!
//! An answer takes 1 ms unless "after" says otherwise. A URL without "body" answers with method and body of the request.

use ruff_lang::machine::{Body, Data, HttpRequest, Request};
use ruff_lang::runtime::{Capabilities, Capability};
use serde_json::Value as Json;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
struct File {
    content: Vec<u8>,
    /// What every operation on it fails with.
    error: Option<String>,
    after: Option<f64>,
}

#[derive(Clone, Debug)]
struct Page {
    url: String,
    /// Any, if there is none.
    method: Option<String>,
    status: i64,
    headers: Vec<(String, Data)>,
    body: Option<String>,
    error: Option<String>,
    after: Option<f64>,
}

#[derive(Clone, Debug, Default)]
pub struct World {
    pub capabilities: Capabilities,
    /// Requests and aborts are shown among what is printed.
    pub tells: bool,
    files: BTreeMap<String, File>,
    pages: Vec<Page>,
}

/// What a request comes to, and after how many milliseconds.
pub struct Outcome {
    pub after: f64,
    pub result: Result<Data, String>,
}

/// What a file operation that nothing else is known about takes.
const SOON: f64 = 1.0;

impl World {
    /// What a script says of it.
    pub fn of(script: &str) -> World {
        let mut world = World::default();
        for line in script.lines().filter_map(|line| line.strip_prefix("# host: ")) {
            let parsed: Json = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            world.add(&parsed);
        }
        world
    }

    /// The world of the examples in the table of builtins.
    pub fn documented() -> World {
        let mut world = World { capabilities: Capabilities::ALL, ..World::default() };
        for (path, text) in [("pages/a.md", "# A"), ("pages/b.md", "# B")] {
            world.put(path, text);
        }
        world.add(&serde_json::json!({ "url": "https://example.com/", "headers": { "content-type": "text/plain" } }));
        world
    }

    pub fn put(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_string(), File { content: text.into(), ..File::default() });
    }

    /// The texts of the files below a path, by path.
    pub fn texts(&self, prefix: &str) -> BTreeMap<String, String> {
        let files = self.files.iter().filter(|(path, _)| path.starts_with(prefix));
        files.map(|(path, file)| (path.clone(), String::from_utf8_lossy(&file.content).into_owned())).collect()
    }

    fn add(&mut self, line: &Json) {
        let text = |key: &str| line[key].as_str().map(str::to_string);
        let (after, error) = (line["after"].as_f64(), text("error"));
        if let Some(path) = text("file") {
            let byte = |byte: &Json| byte.as_u64().and_then(|byte| u8::try_from(byte).ok()).expect("a byte");
            let bytes = line["bytes"].as_array().map(|bytes| bytes.iter().map(byte).collect());
            let content = bytes.or(text("text").map(String::into_bytes)).unwrap_or_default();
            self.files.insert(path, File { content, error, after });
        } else if let Some(url) = text("url") {
            let headers = line["headers"].as_object().into_iter().flatten();
            let headers = headers.map(|(name, value)| (name.clone(), value.as_str().expect("a header").into()));
            self.pages.push(Page {
                url,
                method: text("method"),
                status: line["status"].as_i64().unwrap_or(200),
                headers: headers.collect(),
                body: text("body"),
                error,
                after,
            });
        } else {
            for (key, granted) in [("grant", true), ("refuse", false)] {
                for word in line[key].as_array().into_iter().flatten() {
                    let found = Capability::ALL.iter().find(|capability| Some(capability.word()) == word.as_str());
                    self.capabilities.set(*found.unwrap_or_else(|| panic!("{word} is no capability")), granted);
                }
            }
            self.tells |= line["tell"] == true;
        }
    }

    /// Does what is asked; what is written is there from then on.
    pub fn ask(&mut self, request: &Request) -> Outcome {
        match request {
            Request::Http(request) => self.http(request),
            Request::ReadFile { path } => match self.files.get(path) {
                None => Outcome { after: SOON, result: Err(format!("cannot read {path}: not found")) },
                Some(file) => file.outcome(Data::Bytes(file.content.clone())),
            },
            Request::WriteFile { path, content } => {
                let file = self.files.entry(path.clone()).or_default();
                if file.error.is_none() {
                    file.content.clone_from(content);
                }
                file.outcome(Data::Null)
            }
            Request::ListFiles { prefix } => {
                // A host owes no order.
                let paths = self.files.keys().rev().filter(|path| path.starts_with(prefix));
                let paths = paths.map(|path| Data::Text(path.clone())).collect();
                Outcome { after: SOON, result: Ok(Data::List(paths)) }
            }
        }
    }

    fn http(&self, request: &HttpRequest) -> Outcome {
        let HttpRequest { method, url, body, .. } = request;
        let fits = |page: &&Page| page.url == *url && page.method.as_ref().is_none_or(|known| known == method);
        let Some(page) = self.pages.iter().find(fits) else {
            return Outcome { after: SOON, result: Err(format!("{method} {url}: no such host")) };
        };
        let after = page.after.unwrap_or(SOON);
        if let Some(error) = &page.error {
            return Outcome { after, result: Err(error.clone()) };
        }
        let body = match &page.body {
            Some(body) => body.clone(),
            None => format!("{method} {}", body.as_ref().map_or(String::new(), shown)),
        };
        let response = vec![
            ("status".into(), Data::Int(page.status)),
            ("headers".into(), Data::Dict(page.headers.clone())),
            ("body".into(), Data::Text(body)),
        ];
        Outcome { after, result: Ok(Data::Dict(response)) }
    }
}

impl File {
    fn outcome(&self, data: Data) -> Outcome {
        Outcome { after: self.after.unwrap_or(SOON), result: self.error.clone().map_or(Ok(data), Err) }
    }
}

fn shown(body: &Body) -> String {
    match body {
        Body::Text(text) => text.clone(),
        Body::Bytes(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// A request in one line.
pub fn line(request: &Request) -> String {
    match request {
        Request::Http(HttpRequest { method, url, headers, body }) => {
            let headers = headers.iter().map(|(name, value)| format!(" {name}: {value}"));
            let body = body.as_ref().map_or(String::new(), |body| format!(" with {}", shown(body)));
            format!("{method} {url}{}{body}", headers.collect::<String>())
        }
        Request::ReadFile { path } => format!("read {path}"),
        Request::WriteFile { path, content } => format!("write {path}, {} bytes", content.len()),
        Request::ListFiles { prefix } => format!("list {prefix}"),
    }
}
