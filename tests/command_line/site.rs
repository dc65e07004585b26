//! The site generator of the examples on real files.

use super::{ruff, status, stderr, stdout};
use std::path::PathBuf;

#[test]
fn a_site_of_some_hundred_pages_is_generated() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("site");
    // Left by an earlier run, if it is there.
    let _ = std::fs::remove_dir_all(&folder);
    for page in 0..300 {
        let path = folder.join(format!("pages/{}/{page}.md", page % 7));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(path, format!("# Page {page}\n\nSome *text*.\n")).expect("the page is written");
    }
    std::fs::write(folder.join("pages/layout.html"), "<title>{{title}}</title>{{content}}").expect("it is written");
    let (pages, site) = (format!("{}/pages/", folder.display()), format!("{}/site/", folder.display()));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/www/examples/site/site.ruff");
    let output = ruff(&["run", "--allow", "files", script, "--", &pages, &site]);
    assert_eq!((status(&output), stdout(&output)), (0, "300 pages\n".into()), "{}", stderr(&output));
    let progress = |rendered| format!("{{\"data\":{{\"of\":300,\"rendered\":{rendered}}},\"event\":\"progress\"}}\n");
    assert_eq!(stderr(&output), [100, 200, 300].map(progress).concat());
    for page in 0..300 {
        let text = std::fs::read_to_string(folder.join(format!("site/{}/{page}.html", page % 7))).expect("a page");
        let title = format!("Page {page}");
        assert_eq!(text, format!("<title>{title}</title><h1>{title}</h1>\n<p>Some <em>text</em>.</p>"));
    }
    let index = std::fs::read_to_string(folder.join("site/index.html")).expect("the index");
    assert_eq!(index.matches("<li>").count(), 300);
}
