//! The reference page: functions, constants, words, operators and diagnostic codes.

use ruff_lang::builtins::{Builtin, CONSTANTS, TABLE};
use ruff_lang::diagnostic::{Code, visible};
use ruff_lang::syntax::tokens::{MARKS, WORDS};
use ruff_lang::syntax::{Class, highlight};

const HEAD: &str = r#"<!doctype html>
<!-- Written by `cargo xtask docs` from the tables of the language. -->
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="description" content="The functions, words, operators and diagnostic codes of Ruff">
  <title>Ruff reference</title>
  <link rel="icon" href="icon.svg">
  <link rel="stylesheet" href="style.css">
  <link rel="stylesheet" href="reference.css">
  <script src="reference.js"></script>
</head>
<body class="reference">
  <header>
    <h1><img src="icon.svg" alt="" width="22" height="22"> Ruff <span>reference</span></h1>
    <a href="index.html">Playground</a>
  </header>
  <main>
"#;

const INTRODUCTION: &str = r#"      <section>
        <h2>How to read this</h2>
        <p>A parameter like <code>n: num</code> takes values of that kind only: the words are those that <code>type</code>
        gives, and <code>num</code> means int or float. A parameter without a kind takes any value. <code>[n]</code> may be
        left out, and <code>values...</code> may be there any number of times.</p>
        <p>Every function with a parameter can also be called as a method of its first argument: <code>len(xs)</code> is
        <code>xs.len()</code>. No function changes its arguments, except that the method form of those marked
        <span class="updates">updates</span> changes its receiver and gives null, or what was taken out.</p>
        <p>Another number of arguments is an error of kind <code>arity</code>, <code>len expects 1 arguments, got 2</code> or
        the text that is shown below the example; another kind of argument is one of kind <code>argument</code>.</p>
      </section>
"#;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A script in the colours of the editor.
fn coloured(script: &str) -> String {
    let script = visible(script);
    let mut out = String::new();
    let mut end = 0;
    for (span, class) in highlight(&script) {
        let (from, to) = (span.start as usize, span.end as usize);
        out.push_str(&escape(&script[end..from]));
        let text = escape(span.of(&script));
        match class {
            Class::Identifier => out.push_str(&text),
            _ => out.push_str(&format!("<span class=\"tok-{}\">{text}</span>", class.name())),
        }
        end = to;
    }
    out.push_str(&escape(&script[end..]));
    out
}

/// A text in which scripts stand in backticks.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| if at % 2 == 1 { format!("<code>{}</code>", coloured(part)) } else { escape(part) })
        .collect()
}

/// What a heading is linked by: never the name of a builtin, as that has no hyphens.
fn slug(heading: &str) -> String {
    let words = heading.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    format!("part-{}", words.map(str::to_lowercase).collect::<Vec<_>>().join("-"))
}

fn builtin_entry(builtin: &Builtin) -> String {
    let mut out = format!(
        "        <article id=\"{0}\">\n          <h3><a href=\"#{0}\">{1}</a></h3>\n          <p>{2}",
        builtin.name,
        coloured(builtin.signature),
        prose(builtin.summary),
    );
    if builtin.updates() {
        out.push_str(" <span class=\"updates\">updates</span>");
    }
    for alias in TABLE.iter().filter(|alias| alias.stands_for() == Some(builtin.name)) {
        out.push_str(&format!(" <span class=\"alias\">Also: <code id=\"{0}\">{0}</code></span>", alias.name));
    }
    out.push_str(&format!("</p>\n          <pre>{}</pre>\n", coloured(&builtin.commented_example())));
    if let Some(message) = builtin.arity_message() {
        out.push_str(&format!(
            "          <p class=\"message\">With another number of arguments: {}</p>\n",
            escape(&message)
        ));
    }
    out + "        </article>\n"
}

fn code_entry(code: Code) -> String {
    format!(
        "        <article id=\"{0}\">\n          <h3><a href=\"#{0}\">{0}</a> {1}</h3>\n          <p>{2}</p>\n          \
         <p class=\"message\">Wrong</p>\n          <pre>{3}</pre>\n          <p class=\"message\">Right</p>\n          \
         <pre>{4}</pre>\n        </article>\n",
        code.text(),
        escape(code.title()),
        prose(code.explanation()),
        coloured(code.wrong().trim_end()),
        coloured(code.right().trim_end()),
    )
}

/// A table of what is written and what it means.
fn list<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let rows = rows.map(|(text, summary)| {
        format!(
            "          <tr><th scope=\"row\"><code>{}</code></th><td>{}</td></tr>\n",
            coloured(text),
            prose(summary)
        )
    });
    format!("        <table>\n{}        </table>\n", rows.collect::<String>())
}

/// A part of the page, and what of it stands in the list beside.
struct Part {
    heading: &'static str,
    content: String,
    /// The names in it that are linked.
    names: Vec<&'static str>,
}

fn parts() -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for builtin in &TABLE {
        // An area may have rows in several places of the table.
        let at = parts.iter().position(|part| part.heading == builtin.area).unwrap_or_else(|| {
            parts.push(Part { heading: builtin.area, content: String::new(), names: Vec::new() });
            parts.len() - 1
        });
        parts[at].names.push(builtin.name);
        if builtin.stands_for().is_none() {
            parts[at].content.push_str(&builtin_entry(builtin));
        }
    }
    let constants = list(CONSTANTS.iter().map(|&(name, _, summary)| (name, summary)));
    let words = list(WORDS.iter().map(|word| (word.text, word.summary)));
    let operators = list(MARKS.iter().copied());
    for (heading, content) in [("Constants", constants), ("Words", words), ("Operators and punctuation", operators)] {
        parts.push(Part { heading, content, names: Vec::new() });
    }
    let codes = Code::ALL.iter().map(|&code| code_entry(code)).collect();
    let names = Code::ALL.iter().map(|code| code.text()).collect();
    parts.push(Part { heading: "Diagnostic codes", content: codes, names });
    parts
}

pub fn page() -> String {
    let parts = parts();
    let mut out = HEAD.to_owned();
    out.push_str("    <nav aria-label=\"Contents\">\n");
    for part in &parts {
        out.push_str(&format!("      <h2><a href=\"#{}\">{}</a></h2>\n", slug(part.heading), escape(part.heading)));
        if !part.names.is_empty() {
            let links = part.names.iter().map(|name| format!("<a href=\"#{name}\">{name}</a>"));
            out.push_str(&format!("      <p>{}</p>\n", links.collect::<Vec<_>>().join(" ")));
        }
    }
    out.push_str("    </nav>\n    <div id=\"page-content\">\n");
    out.push_str(INTRODUCTION);
    for Part { heading, content, .. } in &parts {
        let (slug, heading) = (slug(heading), escape(heading));
        out.push_str(&format!(
            "      <section id=\"{slug}\">\n        <h2>{heading}</h2>\n{content}      </section>\n"
        ));
    }
    out.push_str("    </div>\n  </main>\n</body>\n</html>\n");
    out
}
