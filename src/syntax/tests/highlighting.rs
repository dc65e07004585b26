//! The coloured pieces for the editor.

use crate::syntax::highlight;
use crate::syntax::tokens::Class;

/// The pieces as `text/class`.
fn pieces(text: &str) -> Vec<String> {
    highlight(text).iter().map(|(span, class)| format!("{}/{}", span.of(text), class.name())).collect()
}

#[test]
fn pieces_of_a_program() {
    assert_eq!(
        pieces("func f(x) { return x.y # c\n}"),
        [
            "func/keyword",
            "f/function",
            "(/punctuation",
            "x/identifier",
            ")/punctuation",
            "{/punctuation",
            "return/keyword",
            "x/identifier",
            "./punctuation",
            "y/property",
            "# c/comment",
            "}/punctuation"
        ]
    );
    assert_eq!(
        pieces("\"a\\n${b}c\" + 1"),
        [
            "\"a/string",
            "\\n/escape",
            "${/interpolation",
            "b/identifier",
            "}/interpolation",
            "c\"/string",
            "+/operator",
            "1/number"
        ]
    );
    assert_eq!(
        pieces("x.match(self) {if: P::A}"),
        [
            "x/identifier",
            "./punctuation",
            "match/function",
            "(/punctuation",
            "self/self",
            ")/punctuation",
            "{/punctuation",
            "if/property",
            ":/punctuation",
            "P/type",
            "::/punctuation",
            "A/identifier",
            "}/punctuation"
        ]
    );
}

#[test]
fn contextual_words() {
    assert_eq!(pieces("throw e")[0], "throw/keyword");
    assert_eq!(pieces("throw := e")[0], "throw/identifier");
    assert_eq!(pieces("await join all xs")[1..3], ["join/keyword", "all/keyword"]);
    assert_eq!(pieces("join(all)")[0], "join/function");
    assert_eq!(pieces("async scope { }")[1], "scope/keyword");
}

#[test]
fn pieces_never_overlap_and_never_leave_the_text() {
    let text =
        "x := \"a ${ {b: \"\\u{41} ${c} /* no */\"} } \\q\" // end\n/* open \n @ 12ab 'x' ${ \"never closed ${ 1";
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        let part = &text[..end];
        let mut last = 0;
        for (span, class) in highlight(part) {
            assert!(span.start >= last && span.start < span.end && span.end as usize <= part.len(), "{part}");
            assert!(class != Class::Comment || span.of(part).starts_with('/'));
            last = span.end;
        }
    }
}
