//! Guesses at what somebody meant.

/// The candidate whose spelling is nearest to `name`, if one is near enough to be worth mentioning.
/// Candidates equal to `name` are passed over. Of equally near ones the first wins.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    // Short names are near to everything, so they get less room.
    let mut allowed = match length {
        0 | 1 => return None,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let mut best = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        if candidate.chars().count().abs_diff(length) > allowed {
            continue;
        }
        // Only the case differs: nothing can be nearer.
        if candidate.to_lowercase() == name.to_lowercase() {
            return Some(candidate);
        }
        let apart = distance(name, candidate);
        let similar = apart < length && apart < candidate.chars().count();
        if similar && apart <= allowed && (best.is_none() || apart < allowed) {
            best = Some(candidate);
            allowed = apart;
        }
    }
    best
}

/// The Damerau-Levenshtein distance in its restricted form: insertions, deletions, replacements and swaps of
/// neighbours, each worth one.
pub fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let width = right.len() + 1;
    let mut before_last: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (row, &from) in left.iter().enumerate() {
        let mut current = vec![row + 1; width];
        for (column, &to) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(from != to);
            let mut cost = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && from == right[column - 1] && left[row - 1] == to {
                cost = cost.min(before_last[column - 1] + 1);
            }
            current[column + 1] = cost;
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[width - 1]
}

/// What to write instead of a word that other languages have and this one has not. Used where such a word was
/// read as a name: by the parser, and by reports of undefined variables.
pub fn word_hint(word: &str) -> Option<&'static str> {
    foreign_word(word).map(|(hint, _)| hint)
}

/// The text that can simply stand in the place of such a word.
pub fn word_replacement(word: &str) -> Option<&'static str> {
    foreign_word(word).and_then(|(_, replacement)| replacement)
}

/// The hint about a word of other languages, and what can replace it.
fn foreign_word(word: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match word {
        "elif" | "elseif" | "elsif" => ("write 'else if'", Some("else if")),
        "fn" | "def" | "function" | "fun" | "lambda" => {
            ("functions are written func name(…) { … }, without a name func(…) { … }", Some("func"))
        }
        "var" | "val" | "auto" => {
            ("variables are written x := 5, or mut x := 5 and let x := 5 for this block", Some("mut"))
        }
        "class" | "interface" => {
            ("own types are written struct Name { field, func method(self) { … } }", Some("struct"))
        }
        "and" => ("write && for 'and'", Some("&&")),
        "or" => ("write || for 'or'", Some("||")),
        "not" => ("write ! for 'not'", Some("!")),
        "is" => ("compare with ==", Some("==")),
        "catch" | "rescue" => ("errors are caught with try { … } except e { … }", Some("except")),
        "raise" => ("errors are raised with throw e", Some("throw")),
        "switch" => ("write match value { case 1 { … } default { … } }", Some("match")),
        "foreach" => ("loops over values are written for x in xs { … }", Some("for")),
        "until" | "do" | "repeat" => ("loops are written while condition { … } or loop { … }", None),
        "then" | "begin" | "end" | "endif" | "fi" | "done" => {
            ("blocks are written in braces: if condition { … }", None)
        }
        "nil" | "undefined" | "NULL" | "nullptr" => ("the empty value is null", Some("null")),
        "none" => ("write None for the empty option, or null for no value", Some("None")),
        "True" | "TRUE" => ("write true", Some("true")),
        "False" | "FALSE" => ("write false", Some("false")),
        "this" => ("the receiver of a method is self", Some("self")),
        "new" => ("instances are written Name { field: value }, without new", None),
        "using" | "include" | "require" | "use" => ("modules are imported with import name", Some("import")),
        "pass" => ("an empty block is just { }", None),
        "throw" => ("throw needs its value on the same line: throw \"what went wrong\"", None),
        "delete" | "del" => ("an entry is removed with d.remove(key), an element with xs.remove_at(i)", None),
        "typeof" | "instanceof" => ("type(x) gives the name of a kind: type(x) == \"int\"", None),
        "with" => ("cleanup is written try { … } finally { … }", None),
        "as" => ("an import keeps its name; values are converted with to_int(x), to_float(x), to_string(x)", None),
        "goto" => ("there is no goto; use loops and functions", None),
        "console" => ("write print(…)", None),
        "echo" | "puts" | "printf" => ("write print(…)", Some("print")),
        _ => return None,
    })
}

/// What to do about a name without a value: also about words that elsewhere are good names of variables.
pub fn undefined_hint(name: &str) -> Option<&'static str> {
    Some(match name {
        "self" => "self exists only in methods, which take it as their first parameter: func m(self) { … }",
        "super" => "there is no inheritance",
        "input" | "readline" | "prompt" => "args() gives what was written behind -- on the command line",
        "Math" | "math" => "the functions stand alone: floor(x), sqrt(x), pow(a, b); so do PI and E",
        "JSON" | "json" => "write parse_json(text) and to_json(value)",
        "length" | "size" | "count" => "the number of elements is len(x)",
        _ => return word_hint(name),
    })
}

/// What is written instead of a field or method that values have in other languages and here have not.
pub fn member_hint(name: &str) -> Option<&'static str> {
    Some(match name {
        "length" | "size" | "count" | "__len__" => "the number of elements is len(x), also x.len()",
        "forEach" | "each" | "for_each" => "loops over values are written for x in xs { … }",
        "includes" | "has" | "include" | "contains_key" | "containsKey" => {
            "ask with contains(xs, x), for the key of a dict with has_key(d, key)"
        }
        "toUpperCase" | "uppercase" | "toLowerCase" | "lowercase" => "write s.to_upper() and s.to_lower()",
        "strip" => "white space around a text is dropped by s.trim()",
        "add" => "an array grows with xs.push(x), a set with s.set_add(x)",
        "extend" | "addAll" => "arrays are joined with concat(a, b)",
        "some" | "every" => "write xs.any(f) and xs.all(f)",
        "fold" | "inject" => "write xs.reduce(start, f)",
        "entries" => "the pairs of a dict are d.items()",
        "shift" | "popleft" | "unshift" => "write xs.remove_at(0) and xs.insert(0, x), or use a Queue",
        "delete" | "discard" => "an entry is removed with d.remove(key), an element with xs.remove_at(i)",
        "then" => "wait for a promise with await",
        "isEmpty" | "empty" => "compare: len(x) == 0",
        "new" => "instances are written Name { field: value }, without new",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("abc", "acb"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("é", "e"), 1);
    }

    #[test]
    fn the_nearest_spelling_is_suggested() {
        let names = ["print", "push", "pop", "length", "to_upper", "counter"];
        assert_eq!(suggest("pritn", names), Some("print"));
        assert_eq!(suggest("Print", names), Some("print"));
        assert_eq!(suggest("lenght", names), Some("length"));
        assert_eq!(suggest("to_uper", names), Some("to_upper"));
        assert_eq!(suggest("conuter", names), Some("counter"));
        assert_eq!(suggest("pup", ["pop", "push"]), Some("pop"));
        assert_eq!(suggest("banana", names), None);
        assert_eq!(suggest("x", ["y"]), None);
        assert_eq!(suggest("ab", ["cd"]), None);
        assert_eq!(suggest("print", ["print"]), None);
    }
}
