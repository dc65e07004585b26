//! Strings, arrays and dicts.

use super::{Bench, check};
use crate::builtins::text_form::literal;
use crate::value::Value;

#[test]
fn lengths() {
    check(&[
        ("len(\"añ€\")", "3"),
        ("len(\"\")", "0"),
        ("len([1, [2, 3]])", "2"),
        ("len({\"a\": 1})", "1"),
        ("len(bytes([1, 2]))", "2"),
        ("len(5)", "argument: len() requires an array, dict, bytes, set, queue, stack, or string"),
        ("len(P {})", "argument: len() requires an array, dict, bytes, set, queue, stack, or string"),
        ("len()", "arity: len expects 1 arguments, got 0"),
        ("count_chars(\"añ€\")", "3"),
        ("count_chars([])", "argument: count_chars() requires a string argument"),
        ("is_empty(\"\")", "true"),
        ("is_empty(\" \")", "false"),
        ("is_empty([])", "argument: is_empty() requires a string argument"),
    ]);
    let mut bench = Bench::new();
    let channel = bench.heap.channel(None, false);
    bench.heap.channels.get_mut(channel).items.extend([Value::Null, Value::Null]);
    assert_eq!(bench.call("len", &[Value::Channel(channel)]).unwrap(), Value::Int(2));
}

#[test]
fn letter_cases() {
    check(&[
        ("to_upper(\"aßé1\")", "\"ASSÉ1\""),
        ("upper(\"a\")", "\"A\""),
        ("to_lower(\"AÉİ\")", "\"aéi̇\""),
        ("lower(\"A\")", "\"a\""),
        ("capitalize(\"hELLO wORLD\")", "\"Hello world\""),
        ("capitalize(\"éA\")", "\"Éa\""),
        ("capitalize(\"\")", "\"\""),
        ("to_upper(5)", "argument: to_upper() requires a string argument"),
        ("upper(5)", "argument: upper() requires a string argument"),
        ("to_lower(5)", "argument: to_lower() requires a string argument"),
        ("lower(5)", "argument: lower() requires a string argument"),
        ("capitalize(null)", "argument: capitalize() requires a string argument"),
        ("upper()", "arity: upper expects 1 arguments, got 0"),
        ("to_lower(1, 2)", "arity: to_lower expects 1 arguments, got 2"),
        ("to_camel_case(\"hello_world foo\")", "\"helloWorldFoo\""),
        ("to_camel_case(\"  Hello--WORLD 2x\")", "\"helloWorld2x\""),
        ("to_camel_case(\"--\")", "\"\""),
        ("to_snake_case(\"helloWorld\")", "\"hello_world\""),
        ("to_snake_case(\"Hello World\")", "\"hello__world\""),
        ("to_snake_case(\"HTTPServer\")", "\"httpserver\""),
        ("to_snake_case(\"a - b\")", "\"a_b\""),
        ("to_snake_case(\"a!b?\")", "\"ab\""),
        ("to_snake_case(\"_x_\")", "\"x\""),
        ("to_snake_case(\"x2Y\")", "\"x2_y\""),
        ("to_kebab_case(\"helloWorld\")", "\"hello-world\""),
        ("to_kebab_case(\"Hello World\")", "\"hello--world\""),
        ("slugify(\"Hello, World!\")", "\"hello-world\""),
        ("slugify(\" A_b  c-d \")", "\"a-b-cd\""),
        ("slugify(\"a    b\")", "\"a--b\""),
        ("slugify(\"ÀB 1\")", "\"àb-1\""),
        ("slugify([])", "argument: slugify() requires a string argument"),
        ("to_camel_case(1)", "argument: to_camel_case() requires a string argument"),
        ("to_snake_case(1)", "argument: to_snake_case() requires a string argument"),
        ("to_kebab_case(1)", "argument: to_kebab_case() requires a string argument"),
    ]);
}

#[test]
fn trimming() {
    check(&[
        ("trim(\" \\t a b\\n\")", "\"a b\""),
        ("trim(\"ab\")", "\"ab\""),
        ("trim(\"   \")", "\"\""),
        ("trim_start(\"  a \")", "\"a \""),
        ("trim_end(\"  a \")", "\"  a\""),
        ("trim([])", "argument: trim() requires a string argument"),
        ("trim_start(1)", "argument: trim_start() requires a string argument"),
        ("trim_end(1)", "argument: trim_end() requires a string argument"),
    ]);
}

#[test]
fn searching() {
    check(&[
        ("contains(\"hello\", \"ell\")", "1"),
        ("contains(\"hello\", \"x\")", "0"),
        ("contains(\"\", \"\")", "1"),
        ("contains([1, \"a\", [2]], [2])", "true"),
        ("contains([1], 1.0)", "true"),
        ("contains([0.3], 0.30000000000000004)", "false"),
        ("contains([nan], nan)", "false"),
        ("contains({\"a\": null}, \"a\")", "true"),
        ("contains({\"7\": 1}, 7)", "true"),
        ("contains({\"a\": 1}, \"b\")", "false"),
        ("contains({}, [])", "false"),
        ("contains(5, 1)", "argument: contains() first argument must be a string, array, or dictionary"),
        ("contains(\"a\", 1)", "argument: contains() requires two arguments: string/array and substring/item"),
        ("contains(\"a\")", "arity: contains() requires two arguments: string/array and substring/item"),
        ("index_of(\"añb\", \"b\")", "2"),
        ("index_of(\"abc\", \"bc\")", "1"),
        ("index_of(\"abc\", \"x\")", "-1"),
        ("index_of(\"abc\", \"\")", "0"),
        ("index_of([1, [2], 3], [2.0])", "1"),
        ("index_of([1], 2)", "-1"),
        ("index_of({}, 1)", "argument: index_of() first argument must be a string or array"),
        ("index_of(\"a\", [])", "argument: index_of() requires two arguments: string/array and substring/item"),
        ("index_of()", "arity: index_of() requires two arguments: string/array and substring/item"),
        ("starts_with(\"abc\", \"ab\")", "true"),
        ("starts_with(\"abc\", \"\")", "true"),
        ("ends_with(\"abc\", \"bc\")", "true"),
        ("ends_with(\"abc\", \"abcd\")", "false"),
        ("starts_with(\"abc\", 1)", "argument: starts_with() requires string and prefix string arguments"),
        ("ends_with(1, \"a\")", "argument: ends_with() requires string and suffix string arguments"),
        ("starts_with(\"abc\")", "arity: starts_with expects 2 arguments, got 1"),
    ]);
}

#[test]
fn parts_of_strings() {
    check(&[
        ("substring(\"hello\", 1, 3)", "\"el\""),
        ("substr(\"hello\", 1, 3)", "\"el\""),
        ("substring(\"añ€z\", 1, 3)", "\"ñ€\""),
        ("substring(\"añ€z\", 2, 99)", "\"€z\""),
        ("substring(\"abc\", -5, 2)", "\"ab\""),
        ("substring(\"abc\", 2, 1)", "\"\""),
        ("substring(\"abc\", 5, 9)", "\"\""),
        ("substring(\"abc\", 0.9, 2.9)", "\"ab\""),
        ("substring(\"abc\", 0, inf)", "\"abc\""),
        ("substring(5, 0, 1)", "argument: substring() requires a string argument for value"),
        ("substr(5, 0, 1)", "argument: substring() requires a string argument for value"),
        ("substring(\"a\", \"0\", 1)", "argument: substring() start and end must be a number"),
        ("substring(\"a\", 0, null)", "argument: substring() start and end must be a number"),
        ("substr(\"a\", 0)", "arity: substring expects 3 arguments, got 2"),
        ("char_at(\"añb\", 1)", "\"ñ\""),
        ("char_at(\"abc\", -3)", "\"a\""),
        ("char_at(\"abc\", 3)", "\"\""),
        ("char_at(\"abc\", 1.9)", "\"b\""),
        ("char_at([], 1)", "argument: char_at() requires a string argument for value"),
        ("char_at(\"a\", \"b\")", "argument: char_at() index must be a number"),
        ("char_at(\"a\")", "arity: char_at expects 2 arguments, got 1"),
        ("str_reverse(\"añ€\")", "\"€ña\""),
        ("str_reverse(1)", "argument: str_reverse() requires a string argument"),
        ("ord(\"€x\")", "8364"),
        ("ord(\"\")", "argument: ord() requires a non-empty string argument"),
        ("ord(5)", "argument: ord() requires a non-empty string argument"),
        ("chr(8364)", "\"€\""),
        ("chr(0)", "\"\\u0000\""),
        ("chr(-1)", "argument: chr() requires a Unicode scalar value, got -1"),
        ("chr(55296)", "argument: chr() requires a Unicode scalar value, got 55296"),
        ("chr(1114112)", "argument: chr() requires a Unicode scalar value, got 1114112"),
        ("chr(\"a\")", "argument: chr() requires a Unicode scalar value, got \"a\""),
    ]);
}

#[test]
fn replacing_and_cutting() {
    check(&[
        ("replace(\"a-b-c\", \"-\", \"++\")", "\"a++b++c\""),
        ("replace_str(\"aaa\", \"aa\", \"b\")", "\"ba\""),
        ("replace(\"ab\", \"\", \"-\")", "\"-a-b-\""),
        ("replace(\"\", \"\", \"x\")", "\"x\""),
        ("replace(\"abc\", \"z\", \"y\")", "\"abc\""),
        ("replace(\"abc\", \"b\", \"\")", "\"ac\""),
        ("replace(\"a\", \"b\", 1)", "argument: replace() requires string, from-string, and to-string arguments"),
        (
            "replace_str(1, \"b\", \"c\")",
            "argument: replace_str() requires string, from-string, and to-string arguments",
        ),
        ("replace_str(\"a\")", "arity: replace_str expects 3 arguments, got 1"),
        ("split(\"a,b,,c\", \",\")", "[\"a\", \"b\", \"\", \"c\"]"),
        ("split(\"\", \",\")", "[\"\"]"),
        ("split(\"ab\", \"\")", "[\"\", \"a\", \"b\", \"\"]"),
        ("split(\"\", \"\")", "[\"\", \"\"]"),
        ("split(\"a<>b<>\", \"<>\")", "[\"a\", \"b\", \"\"]"),
        ("split(\"añb\", \"ñ\")", "[\"a\", \"b\"]"),
        ("split(\"a\", 1)", "argument: split() requires string and delimiter string arguments"),
        ("split(\"a\")", "arity: split expects 2 arguments, got 1"),
        ("lines(\"a\\r\\nb\\n\\nc\\n\")", "[\"a\", \"b\", \"\", \"c\"]"),
        ("lines(\"\")", "[]"),
        ("lines(1)", "argument: lines() requires a string argument"),
        ("words(\"  the\\tcat \\n sat\")", "[\"the\", \"cat\", \"sat\"]"),
        ("words(\"\")", "[]"),
        ("words({})", "argument: words() requires a string argument"),
        ("truncate(\"hello world\", 8, \"...\")", "\"hello...\""),
        ("truncate(\"hello\", 5, \"...\")", "\"hello\""),
        ("truncate(\"hello\", 2, \"...\")", "\"...\""),
        ("truncate(\"hello\", -4, \"\")", "\"\""),
        ("truncate(\"añ€uvw\", 4, \"…\")", "\"añ€…\""),
        ("truncate(5, 1, \"\")", "argument: truncate() requires a string argument"),
        ("truncate(\"a\", \"b\", \"\")", "argument: truncate() requires 3 arguments: string, length, suffix"),
        ("truncate(\"a\", 1)", "arity: truncate() requires 3 arguments: string, length, suffix"),
    ]);
}

#[test]
fn putting_together() {
    check(&[
        ("join([1, \"a\", [\"b\", null], 2.50], \"-\")", "\"1-a-[b, null]-2.5\""),
        ("join([], \",\")", "\"\""),
        ("join([\"x\"], \",\")", "\"x\""),
        ("join(\"a\", \",\")", "argument: join() requires array and separator string arguments"),
        ("join([1], 2)", "argument: join() requires array and separator string arguments"),
        ("join([1])", "arity: join expects 2 arguments, got 1"),
        ("repeat(\"ab\", 3)", "\"ababab\""),
        ("repeat(\"ab\", 0)", "\"\""),
        ("repeat(\"ab\", -2)", "\"\""),
        ("repeat(\"ab\", 2.9)", "\"abab\""),
        ("repeat(\"\", 9223372036854775807)", "\"\""),
        ("repeat(1, 2)", "argument: repeat() requires a string argument for value"),
        ("repeat(\"a\", \"b\")", "argument: repeat() count must be a number"),
        ("pad_left(\"7\", 3, \"0\")", "\"007\""),
        ("pad_start(\"7\", 3, \"€x\")", "\"€€7\""),
        ("pad_left(\"abc\", 2, \"0\")", "\"abc\""),
        ("pad_left(\"ñ\", 3, \"\")", "\"  ñ\""),
        ("pad_right(\"ab\", 4, \".\")", "\"ab..\""),
        ("pad_end(\"ab\", 4.9, \".\")", "\"ab..\""),
        ("pad_left(\"a\", \"x\", \"0\")", "argument: pad_left() width must be a number"),
        ("pad_start(\"a\", null, \"0\")", "argument: pad_left() width must be a number"),
        ("pad_end(\"a\", null, \"0\")", "argument: pad_right() width must be a number"),
        ("pad_left(\"a\", 3)", "arity: pad_left() requires 3 arguments: string, width, char"),
        ("pad_end(\"a\")", "arity: pad_right() requires 3 arguments: string, width, char"),
        ("pad_left(\"a\", 3, 5)", "argument: pad_left() requires 3 arguments: string, width, char"),
        ("pad_left(7, 3, \"0\")", "argument: pad_left() requires a string argument"),
    ]);
}

#[test]
fn formatting() {
    check(&[
        ("format(\"%s is %d and %f%%\", [\"a\"], 1.9, 2)", "\"[a] is 1 and 2%\""),
        ("format(\"%d %d %d\", true, false, -1.5)", "\"1 0 -1\""),
        ("format(\"%f\", 2.50)", "\"2.5\""),
        ("format(\"%x 100%\", 1)", "\"%x 100%\""),
        ("format(\"%é\")", "\"%é\""),
        ("format(\"a\", 1, 2)", "\"a\""),
        ("format(\"%s %s\", 1)", "argument: format() missing argument for placeholder %s"),
        ("format(\"%d\")", "argument: format() missing argument for placeholder %d"),
        ("format(\"%d\", \"a\")", "argument: format() %d requires numeric argument, got \"a\""),
        ("format(\"%f\", null)", "argument: format() %f requires numeric argument, got null"),
        ("format(5)", "argument: format() first argument must be a string"),
        ("format()", "arity: format() first argument must be a string"),
    ]);
}

#[test]
fn adding_and_taking_out() {
    check(&[
        ("push([1], [2])", "[1, [2]]"),
        ("append([], 1)", "[1]"),
        ("push(5, 1)", "argument: push() requires an array as the first argument"),
        ("append(5, 1)", "argument: append() requires an array as the first argument"),
        ("push([1])", "arity: push expects 2 arguments, got 1"),
        ("append()", "arity: append expects 2 arguments, got 0"),
        ("pop([1, 2])", "[[1], 2]"),
        ("pop([])", "[[], 0]"),
        ("pop([null])", "[[], null]"),
        ("pop(\"a\")", "argument: pop() requires an array argument"),
        ("pop()", "arity: pop expects 1 argument, got 0"),
        ("insert([1, 3], 1, 2)", "[1, 2, 3]"),
        ("insert([1], 1, 2)", "[1, 2]"),
        ("insert([1], 0.9, 2)", "[2, 1]"),
        ("insert([1], 5, 2)", "index: insert() index 5 out of bounds for array of length 1"),
        ("insert([1], -1, 2)", "index: insert() index -1 out of bounds for array of length 1"),
        ("insert([1], \"a\", 2)", "argument: insert() requires 3 arguments: array, index, and item"),
        ("insert([1], 0)", "arity: insert() requires 3 arguments: array, index, and item"),
        ("insert(5, 0, 1)", "argument: insert() requires an array argument"),
        ("remove([1, 2, 1], 1)", "[2, 1]"),
        ("remove([1, 2], 5)", "[1, 2]"),
        ("remove([[1], [2]], [2.0])", "[[1]]"),
        ("remove({\"a\": 1, \"b\": 2}, \"a\")", "[{\"b\": 2}, 1]"),
        ("remove({\"7\": null}, 7)", "[{}, null]"),
        ("remove({\"a\": 1}, \"z\")", "[{\"a\": 1}, 0]"),
        ("remove(5, 1)", "argument: remove() requires an array or dictionary-like value with a valid key/item"),
        ("remove({}, [])", "argument: remove() requires an array or dictionary-like value with a valid key/item"),
        ("remove([1])", "arity: remove expects 2 arguments, got 1"),
        ("remove_at([1, 2, 3], 1)", "[[1, 3], 2]"),
        ("remove_at([1], 5)", "index: remove_at() index 5 out of bounds for array of length 1"),
        ("remove_at([1], -1)", "index: remove_at() index -1 out of bounds for array of length 1"),
        ("remove_at([1], 1)", "index: remove_at() index 1 out of bounds for array of length 1"),
        ("remove_at([1], \"a\")", "argument: remove_at() requires 2 arguments: array and index"),
        ("remove_at([1])", "arity: remove_at() requires 2 arguments: array and index"),
        ("remove_at({}, 1)", "argument: remove_at() requires an array argument"),
        ("clear([1])", "[]"),
        ("clear({\"a\": 1})", "{}"),
        ("clear(\"a\")", "argument: clear() requires an array or dict argument"),
        ("clear()", "arity: clear expects 1 argument, got 0"),
    ]);
}

#[test]
fn updating_methods() {
    let cases = [
        ("[1]", "push", &["2"][..], "null", "[1, 2]"),
        ("[1]", "append", &["[2]"], "null", "[1, [2]]"),
        ("[1, 2]", "pop", &[], "2", "[1]"),
        ("[]", "pop", &[], "null", "[]"),
        ("[1]", "insert", &["0", "5"], "null", "[5, 1]"),
        ("[1, 2]", "remove", &["1"], "null", "[2]"),
        ("{\"a\": 1}", "remove", &["\"a\""], "1", "{}"),
        ("{\"a\": 1}", "remove", &["\"b\""], "null", "{\"a\": 1}"),
        ("[1, 2]", "remove_at", &["0"], "1", "[2]"),
        ("[1, 2]", "clear", &[], "null", "[]"),
        ("{\"a\": 1}", "clear", &[], "null", "{}"),
        ("[2, 1]", "sort", &[], "null", "[1, 2]"),
        ("[2, 1, 3]", "reverse", &[], "null", "[3, 1, 2]"),
        ("{\"a\": 1}", "update", &["{\"b\": 2}"], "null", "{\"a\": 1, \"b\": 2}"),
        ("5", "update", &["{\"b\": 2}"], "null", "{}"),
        ("[\"bb\", \"a\"]", "sort_by", &["len"], "null", "[\"a\", \"bb\"]"),
        ("[1, 3, 2]", "sort_with", &["func(a, b) { return b - a }"], "null", "[3, 2, 1]"),
    ];
    for (receiver, name, rest, result, updated) in cases {
        for shared in [false, true] {
            let mut bench = Bench::new();
            let original = bench.evaluate(receiver).unwrap();
            if shared {
                bench.heap.share(original);
            }
            let mut place = original;
            let rest: Vec<Value> = rest.iter().map(|source| bench.evaluate(source).unwrap()).collect();
            let value = bench.method(&mut place, name, &rest).unwrap();
            assert_eq!(literal(&bench.heap, value), result, "{receiver}.{name}");
            assert_eq!(literal(&bench.heap, place), updated, "{receiver}.{name}");
            if shared {
                assert_eq!(literal(&bench.heap, original), receiver, "{receiver}.{name} changed a shared value");
                bench.check_owners(name, place, &[original]);
            } else if receiver != "5" {
                assert_eq!(place, original, "{receiver}.{name} did not work in place");
            }
        }
    }
}

#[test]
fn an_updater_that_fails_changes_nothing() {
    let cases = [
        ("[1]", "insert", &["5", "2"][..]),
        ("[1]", "remove_at", &["5"]),
        ("{}", "remove", &["[]"]),
        ("[\"a\", 1]", "sort_with", &["func(a, b) { return a }"]),
    ];
    for (receiver, name, rest) in cases {
        let mut bench = Bench::new();
        let mut place = bench.evaluate(receiver).unwrap();
        let rest: Vec<Value> = rest.iter().map(|source| bench.evaluate(source).unwrap()).collect();
        assert!(bench.method(&mut place, name, &rest).is_err(), "{receiver}.{name}");
        assert_eq!(literal(&bench.heap, place), receiver);
        let unique = bench.heap.share_of(place).unwrap().is_unique();
        assert!(unique, "{receiver}.{name} leaves a mark");
    }
}

#[test]
fn parts_of_arrays() {
    check(&[
        ("slice([1, 2, 3, 4], 1, 3)", "[2, 3]"),
        ("slice([1, 2, 3, 4], -3, -1)", "[2, 3]"),
        ("slice([1, 2], -9, 9)", "[1, 2]"),
        ("slice([1, 2], 2, 1)", "[]"),
        ("slice([1, 2], -9223372036854775808, 9223372036854775807)", "[1, 2]"),
        ("slice([1, 2, 3], 0.9, 1.9)", "[1]"),
        ("slice(bytes([1, 2, 3]), 1, -1)", "<bytes 1>"),
        ("slice(\"abc\", 0, 1)", "argument: slice() requires array or bytes and numeric start/end arguments"),
        ("slice([1], \"a\", 1)", "argument: slice() requires array or bytes and numeric start/end arguments"),
        ("slice([1])", "arity: slice expects 3 arguments, got 1"),
        ("take([1, 2, 3], 2)", "[1, 2]"),
        ("take([1], 5)", "[1]"),
        ("take([1], -1)", "[]"),
        ("take(5, 1)", "argument: take() requires an array argument"),
        ("take([1], \"a\")", "argument: take() requires 2 arguments: array and count"),
        ("take([1])", "arity: take() requires 2 arguments: array and count"),
        ("skip([1, 2, 3], 2)", "[3]"),
        ("skip([1], 5)", "[]"),
        ("skip([1], -1)", "[1]"),
        ("skip([1])", "arity: skip() requires 2 arguments: array and count"),
        ("chunk([1, 2, 3], 2)", "[[1, 2], [3]]"),
        ("chunk([], 2)", "[]"),
        ("chunk([1, 2], 0)", "[[1, 2]]"),
        ("chunk([1, 2], -1)", "[[1, 2]]"),
        ("chunk([1, 2], 9223372036854775807)", "[[1, 2]]"),
        ("chunk(5, 1)", "argument: chunk() requires an array argument"),
        ("chunk([1])", "arity: chunk() requires 2 arguments: array and size"),
        ("windows([1, 2, 3], 2)", "[[1, 2], [2, 3]]"),
        ("windows([1, 2], 2)", "[[1, 2]]"),
        ("windows([1, 2], 3)", "[]"),
        ("windows([1, 2], 0)", "[]"),
        ("windows([], 1)", "[]"),
        ("windows({}, 1)", "argument: windows() requires an array argument"),
        ("windows([1])", "arity: windows() requires 2 arguments: array and size"),
    ]);
}

#[test]
fn arrays_from_arrays() {
    check(&[
        ("concat([1], [[2]])", "[1, [2]]"),
        ("concat([1], 2)", "argument: concat() requires two array arguments"),
        ("concat([1])", "arity: concat() requires two array arguments"),
        ("unique([1, \"1\", 1.0, [1], [1.0], \"1\", null, null])", "[1, \"1\", [1], null]"),
        ("unique([0, -0.0])", "[0]"),
        ("len(unique([nan, nan]))", "2"),
        ("unique([0.3, 0.30000000000000004])", "[0.3, 0.30000000000000004]"),
        ("unique([{\"a\": 1, \"b\": 2}, {\"b\": 2.0, \"a\": 1}])", "[{\"a\": 1, \"b\": 2}]"),
        ("unique(5)", "argument: unique requires an array argument"),
        ("unique()", "arity: unique expects 1 argument, got 0"),
        ("flatten([1, [2, [3]], []])", "[1, 2, [3]]"),
        ("flatten(5)", "argument: flatten() requires an array argument"),
        ("flatten([], 1)", "arity: flatten expects 1 argument, got 2"),
        ("enumerate([\"a\", [1]])", "[[0, \"a\"], [1, [1]]]"),
        ("enumerate(\"ab\")", "argument: enumerate() requires an array argument"),
        ("zip([1, 2, 3], [[4], \"b\"])", "[[1, [4]], [2, \"b\"]]"),
        ("zip([1], 2)", "argument: zip() requires 2 array arguments"),
        ("zip([1])", "arity: zip() requires 2 array arguments"),
        ("sum([1, 2, \"x\", null])", "3"),
        ("sum([])", "0"),
        ("sum([1, 2.5, 1])", "4.5"),
        ("type(sum([1.0]))", "\"float\""),
        ("sum([9223372036854775807, 1])", "arithmetic: Integer overflow: 9223372036854775807 + 1"),
        ("sum(5)", "argument: sum requires an array argument"),
        ("reverse([1, [2]])", "[[2], 1]"),
        ("reverse(\"ab\")", "argument: reverse requires an array argument"),
        ("reverse()", "arity: reverse expects 1 argument, got 0"),
    ]);
}

#[test]
fn sorting() {
    check(&[
        ("sort([3, 1, 2])", "[1, 2, 3]"),
        ("sort([\"b\", \"a\", \"B\", \"\"])", "[\"\", \"B\", \"a\", \"b\"]"),
        ("sort([2, 1.5, -1, 1e3, -1e3])", "[-1000, -1, 1.5, 2, 1000]"),
        ("sort([1.0, 1])", "[1, 1]"),
        ("sort([3, \"a\", 1])", "[3, \"a\", 1]"),
        ("sort([2, 1, \"b\", \"a\"])", "[1, 2, \"a\", \"b\"]"),
        ("sort([[2], [1], null])", "[[2], [1], null]"),
        ("sort([])", "[]"),
        ("sort(5)", "argument: sort requires an array argument"),
        ("sort([1], 2)", "arity: sort expects 1 argument, got 2"),
    ]);
}

#[test]
fn ranges() {
    check(&[
        ("range(4)", "[0, 1, 2, 3]"),
        ("range(2, 5)", "[2, 3, 4]"),
        ("range(0, 10, 3)", "[0, 3, 6, 9]"),
        ("range(5, 0, -2)", "[5, 3, 1]"),
        ("range(5, 0)", "[]"),
        ("range(-3)", "[]"),
        ("range(2.9)", "[0, 1]"),
        ("range(9223372036854775805, 9223372036854775807)", "[9223372036854775805, 9223372036854775806]"),
        (
            "range(-9223372036854775808, 9223372036854775807, 9223372036854775807)",
            "[-9223372036854775808, -1, 9223372036854775806]",
        ),
        ("range(0, 5, 0)", "argument: range() step cannot be zero"),
        ("range(0, 5, 0.5)", "argument: range() step cannot be zero"),
        ("range(\"a\")", "argument: range() requires numeric arguments"),
        ("range(1, null)", "argument: range() requires numeric arguments"),
        ("range()", "arity: range() requires 1, 2, or 3 arguments"),
        ("range(1, 2, 3, 4)", "arity: range() requires 1, 2, or 3 arguments"),
    ]);
}

#[test]
fn collecting() {
    check(&[
        ("collect(3)", "[0, 1, 2]"),
        ("collect(2.9)", "[0, 1]"),
        ("collect(-1)", "[]"),
        ("collect(0.5)", "[]"),
        ("collect([1, [2]])", "[1, [2]]"),
        ("collect(\"añ€\")", "[\"a\", \"ñ\", \"€\"]"),
        ("collect(bytes([1, 255]))", "[1, 255]"),
        ("collect({\"b\": 1, \"5\": 2, \"a\": 3})", "[\"b\", \"5\", \"a\"]"),
        ("collect(true)", "type: Cannot iterate over bool"),
        ("collect(P {})", "type: Cannot iterate over struct"),
        ("collect(null)", "type: Cannot iterate over null"),
        ("collect()", "arity: collect expects 1 argument, got 0"),
    ]);
}

#[test]
fn looking_into_dicts() {
    check(&[
        ("keys({\"b\": 1, \"a\": 2, \"10\": 3, \"9\": 4})", "[\"10\", \"9\", \"a\", \"b\"]"),
        ("values({\"b\": [1], \"a\": 2})", "[2, [1]]"),
        ("items({\"b\": 1, \"5\": 2})", "[[\"5\", 2], [\"b\", 1]]"),
        ("keys(5)", "[]"),
        ("values(\"a\")", "[]"),
        ("items([1])", "[]"),
        ("keys()", "arity: keys expects 1 arguments, got 0"),
        ("has_key({\"a\": null}, \"a\")", "1"),
        ("has_key({\"5\": null}, 5)", "1"),
        ("has_key({\"5\": null}, \"5\")", "1"),
        ("has_key({\"05\": null}, 5)", "0"),
        ("has_key({}, null)", "0"),
        ("has_key(5, 5)", "0"),
        ("has_key({})", "arity: has_key expects 2 arguments, got 1"),
        ("get({\"a\": [1]}, \"a\")", "[1]"),
        ("get({\"a\": 1}, \"b\")", "null"),
        ("get({\"a\": 1}, \"b\", [0])", "[0]"),
        ("get({\"7\": 1}, 7)", "1"),
        ("get({\"a\": null}, \"a\", 5)", "null"),
        ("get(5, \"a\", 1)", "1"),
        ("get({}, [], 1)", "1"),
        ("get({})", "arity: get expects 2 or 3 arguments, got 1"),
        ("get_default({\"a\": 1}, \"a\", 0)", "1"),
        ("get_default({}, \"a\", [0])", "[0]"),
        ("get_default({}, \"a\")", "arity: get_default() requires 3 arguments: dict, key, default_value"),
    ]);
}

#[test]
fn dicts_from_dicts() {
    check(&[
        ("merge({\"a\": 1, \"b\": [2]}, {\"b\": 3, \"c\": [4]})", "{\"a\": 1, \"b\": 3, \"c\": [4]}"),
        ("merge({\"a\": 1}, 5)", "{}"),
        ("merge(5, {\"a\": 1})", "{}"),
        ("merge({})", "arity: merge expects 2 arguments, got 1"),
        ("update({\"a\": 1}, {\"a\": 2, \"5\": 3})", "{\"5\": 3, \"a\": 2}"),
        ("update({\"a\": 1}, null)", "{}"),
        ("update(1)", "arity: update expects 2 arguments, got 1"),
        (
            "invert({\"a\": \"x\", \"b\": 1, \"c\": true, \"d\": 2.5, \"e\": [1], \"f\": null})",
            "{\"1\": \"b\", \"2.5\": \"d\", \"true\": \"c\", \"x\": \"a\"}",
        ),
        ("invert({\"b\": 1, \"a\": \"1\", \"5\": 1.0})", "{\"1\": \"b\"}"),
        ("invert({\"5\": \"x\"})", "{\"x\": \"5\"}"),
        ("invert([])", "argument: invert() requires a dict argument"),
        ("invert()", "arity: invert expects 1 arguments, got 0"),
    ]);
}

#[test]
fn merging_keeps_the_order_of_keys() {
    let mut bench = Bench::new();
    let Ok(Value::Dict(merged)) = bench.evaluate("merge({\"z\": 1, \"b\": 2}, {\"a\": 3, \"z\": 4})") else {
        panic!("no dict")
    };
    let keys: Vec<_> = bench.heap.dicts.get(merged).iter().map(|entry| entry.key).collect();
    let keys: Vec<Value> = keys.into_iter().map(|key| bench.heap.key_text(key)).collect();
    let keys: Vec<String> = keys.into_iter().map(|key| literal(&bench.heap, key)).collect();
    assert_eq!(keys, ["\"z\"", "\"b\"", "\"a\""]);
}
