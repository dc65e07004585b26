//! The site generator of the examples on files in memory: what it writes, how much is in flight, and that other tasks run
//! while it works.

mod support;

use ruff_lang::machine::RunOutcome;
use ruff_lang::runtime::Capabilities;
use support::world::World;
use support::{Host, Options};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const GENERATOR: &str = include_str!("../www/examples/site/site.ruff");

fn host(pages: &[(&str, &str)]) -> Host {
    let mut world = World::default();
    world.capabilities = Capabilities::ALL;
    world.put(
        "pages/layout.html",
        "<title>{{ title }}</title>{{nothing}}<a href=\"{{root}}index.html\">up</a>\n{{content}}",
    );
    for (path, text) in pages {
        world.put(path, text);
    }
    let mut host = Host::new(&Options::default());
    host.live_in(world);
    host
}

#[test]
fn every_kind_of_block_is_rendered() {
    let markdown = "# A & *B*\n\nHello **bold** `x < *y*` and [a link](b.html)\nmore text\n\n- one\n- two\n> said\n\n\
                    ```\nif a < b {\n```\n### Three\n####### seven\nlast `unpaired\n```\nopen";
    let mut host = host(&[("pages/a/b.md", markdown), ("pages/c.md", "plain {{title}}"), ("pages/d.txt", "no page")]);
    assert!(matches!(host.run(GENERATOR), RunOutcome::Completed(_)), "{}", host.stderr);
    let page = "<title>A &amp; *B*</title><a href=\"../index.html\">up</a>\n<h1>A &amp; <em>B</em></h1>\n\
                <p>Hello <strong>bold</strong> <code>x &lt; *y*</code> and <a href=\"b.html\">a link</a> more text</p>\n\
                <ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<blockquote>\nsaid\n</blockquote>\n\
                <pre><code>if a &lt; b {</code></pre>\n<h3>Three</h3>\n<p>####### seven last `unpaired</p>\n\
                <pre><code>open</code></pre>";
    let plain = "<title>pages/c.md</title><a href=\"index.html\">up</a>\n<p>plain {{title}}</p>";
    let index = "<title>Contents</title><a href=\"index.html\">up</a>\n<ul>\n\
                 <li><a href=\"a/b.html\">A &amp; *B*</a></li>\n<li><a href=\"c.html\">pages/c.md</a></li>\n</ul>";
    let written = host.world.texts("site/");
    let expected = [("site/a/b.html", page), ("site/c.html", plain), ("site/index.html", index)];
    assert_eq!(written.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>(), expected);
    assert_eq!(host.stdout, "event progress {\"rendered\":2,\"of\":2}\n2 pages\n");
    assert_eq!(host.left(), "");
}

#[test]
fn other_tasks_run_while_pages_are_rendered_and_files_are_in_flight() {
    let pages: Vec<String> = (0..400).map(|page| format!("pages/{page}.md")).collect();
    let pages: Vec<(&str, &str)> = pages.iter().map(|path| (path.as_str(), "# Title\n\nText\n\n- item\n")).collect();
    let mut host = host(&pages);
    // Looks at how many pages there are, as often as it gets a turn; sleeps when nothing goes on.
    let watch = "seen := Set([])\nwatcher := spawn {\n    still := 0\n    last := 0\n    while true {\n        \
                 if rendered == last { still += 1 } else { still = 0 }\n        last = rendered\n        \
                 seen.set_add(rendered)\n        if still > 5 { await async_sleep(1) } else { await yield_now() }\n    }\n}\n";
    let generator = GENERATOR.replacen("rendered := 0\n", &format!("rendered := 0\n{watch}"), 1);
    let outcome = host.run(&format!("{generator}\ncancel(watcher)\nreturn len(seen)"));
    let RunOutcome::Completed(ruff_lang::value::Value::Int(seen)) = outcome else { panic!("{outcome:?}") };
    // The batches alone would be seen at 0, 100, 200, 300 and 400.
    assert!(seen > 40, "the watcher saw {seen} different numbers of pages");
    assert_eq!(host.most_asked, 64, "32 files are read while 32 are written");
    assert_eq!(host.world.texts("site/").len(), 401);
    assert_eq!(host.left(), "");
}

#[test]
fn it_is_in_the_standard_layout() {
    assert_eq!(ruff_lang::syntax::format(GENERATOR).as_deref(), Ok(GENERATOR));
}
