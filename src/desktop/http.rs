//! HTTP requests of scripts. Dropping the future of one aborts it.

use super::HostResult;
use crate::machine::{Body, Data, HttpRequest};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response};
use std::error::Error;

/// Made when it is first needed: it reads the certificates of the system.
#[derive(Default)]
pub struct Client(Option<reqwest::Client>);

impl Client {
    /// # Errors
    /// Why there can be no HTTP on this system.
    pub fn get(&mut self) -> Result<reqwest::Client, String> {
        if let Some(client) = &self.0 {
            return Ok(client.clone());
        }
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Somebody else may just have been quicker, with one that is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = reqwest::Client::builder()
            .user_agent(concat!("ruff/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| reason(&error))?;
        Ok(self.0.insert(client).clone())
    }
}

/// The response as [`crate::machine::Request::Http`] has it, if its body has at most `most` bytes.
pub async fn send(client: reqwest::Client, request: HttpRequest, most: usize) -> HostResult {
    let HttpRequest { method, url, headers, body } = request;
    let place = format!("{method} {url}");
    let failed = |error: reqwest::Error| format!("{place}: {}", reason(&error.without_url()));
    let method = Method::from_bytes(method.as_bytes()).map_err(|error| format!("{place}: {error}"))?;
    let mut headers = header_map(headers).map_err(|error| format!("{place}: {error}"))?;
    let mut builder = client.request(method, &url);
    match body {
        None => {}
        Some(Body::Text(text)) => {
            // As a page would send it.
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
            builder = builder.body(text);
        }
        Some(Body::Bytes(bytes)) => builder = builder.body(bytes),
    }
    let response = builder.headers(headers).send().await.map_err(failed)?;
    let status = Data::Int(i64::from(response.status().as_u16()));
    let headers = Data::Dict(header_entries(response.headers()));
    let body = text_of(response, most).await.map_err(|error| match error {
        Some(error) => failed(error),
        None => format!("{place}: the response has more than {most} bytes"),
    })?;
    Ok(Data::Dict(vec![("status".into(), status), ("headers".into(), headers), ("body".into(), Data::Text(body))]))
}

/// The body; `None` as error if it is too long, which is noticed before it is all there.
async fn text_of(mut response: Response, most: usize) -> Result<String, Option<reqwest::Error>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len().saturating_add(chunk.len()) > most {
            return Err(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(match String::from_utf8(body) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn header_map(headers: Vec<(String, String)>) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("invalid header name {name:?}"))?;
        let value = HeaderValue::from_str(&value).map_err(|_| format!("invalid value of header {name}"))?;
        map.append(key, value);
    }
    Ok(map)
}

/// Names in lower case; values of the same name are joined, as in a page.
fn header_entries(headers: &HeaderMap) -> Vec<(String, Data)> {
    let entry = |name: &HeaderName| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        (name.as_str().to_string(), Data::Text(values.collect::<Vec<_>>().join(", ")))
    };
    headers.keys().map(entry).collect()
}

/// What went wrong, down to its cause.
fn reason(error: &(dyn Error + 'static)) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.dedup();
    texts.join(": ")
}
