//! Text forms and JSON.

use super::{Bench, check};
use crate::builtins::text_form::{self, literal};
use crate::heap::{PromiseState, Source};
use crate::value::Value;

/// The text form of an expression.
fn text(source: &str) -> String {
    let mut bench = Bench::new();
    let value = bench.evaluate(source).unwrap();
    shown(&mut bench, value)
}

fn shown(bench: &mut Bench, value: Value) -> String {
    let text = bench.context(|context| text_form::text(context, value)).unwrap();
    bench.heap.as_str(text).unwrap().to_string()
}

#[test]
fn text_forms_of_plain_values() {
    for (source, expected) in [
        ("0", "0"),
        ("9", "9"),
        ("10", "10"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1.0", "1"),
        ("2.50", "2.5"),
        ("1e20", "100000000000000000000"),
        ("1e-7", "0.0000001"),
        ("-0.0", "-0"),
        ("inf", "inf"),
        ("nan", "NaN"),
        ("0.1", "0.1"),
        ("9007199254740993.0", "9007199254740992"),
        ("true", "true"),
        ("null", "null"),
        ("None", "None"),
        ("\"a \\\"quoted\\\" b\"", "a \"quoted\" b"),
        ("len", "<native function: len>"),
        ("str", "<native function: str>"),
        ("bytes([1, 2])", "<bytes 2>"),
    ] {
        assert_eq!(text(source), expected, "{source}");
    }
    let mut bench = Bench::new();
    assert_eq!(shown(&mut bench, Value::Float(f64::NEG_INFINITY)), "-inf");
}

#[test]
fn text_forms_of_containers() {
    for (source, expected) in [
        ("[]", "[]"),
        ("[1, \"a\", [2, \"b\"], null]", "[1, a, [2, b], null]"),
        ("{}", "{}"),
        ("{\"b\": 1, \"a\": \"x\", \"10\": [], \"9\": {}}", "{\"10\": [], \"9\": {}, \"a\": x, \"b\": 1}"),
        ("{\"a\\\"b\\n\": 1}", "{\"a\"b\n\": 1}"),
        ("{\"-5\": 1, \"5\": 2, \"+\": 3}", "{\"+\": 3, \"-5\": 1, \"5\": 2}"),
        ("P {}", "P {  }"),
        ("P { b: 1, a: \"x\" }", "P { a: x, b: 1 }"),
        ("Error(\"gone\")", "Error: gone"),
        ("[Error(\"gone\")]", "[Error: gone]"),
        ("Ok(1)", "Ok(1)"),
        ("Err(\"e\")", "Err(e)"),
        ("Some([1, \"x\"])", "Some([1, x])"),
        ("[Some(Ok(None)), 5]", "[Some(Ok(None)), 5]"),
    ] {
        assert_eq!(text(source), expected, "{source}");
    }
}

#[test]
fn text_forms_of_functions_promises_and_channels() {
    let mut bench = Bench::new();
    bench.heap.function_names = vec!["".into(), "f".into(), "P.m".into()];
    bench.heap.host_function_names = vec!["quote".into()];
    let closure = bench.heap.closure(1, Box::new([]));
    let promise = bench.heap.promise(Source::Settled);
    let channel = bench.heap.channel(None, false);
    for (value, expected) in [
        (Value::Function(0), "<function>"),
        (Value::Function(1), "<function f>"),
        (Value::Function(2), "<function P.m>"),
        (Value::Closure(closure), "<function f>"),
        (Value::HostFunction(0), "<native function: quote>"),
        (Value::Channel(channel), "<channel>"),
        (Value::Promise(promise), "<promise pending>"),
    ] {
        assert_eq!(shown(&mut bench, value), expected);
    }
    for (state, expected) in [
        (PromiseState::Resolved(Value::Null), "<promise resolved>"),
        (PromiseState::Rejected(Value::Null), "<promise rejected>"),
        (PromiseState::Cancelled, "<promise cancelled>"),
    ] {
        bench.heap.promises.get_mut(promise).state = state;
        assert_eq!(shown(&mut bench, Value::Promise(promise)), expected);
    }
}

#[test]
fn literal_forms() {
    for (source, expected) in [
        ("5", "5"),
        ("\"x\"", "\"x\""),
        ("\"a\\\"b\\\\c\\n\\t\\r\\0é\"", "\"a\\\"b\\\\c\\n\\t\\r\\u0000é\""),
        ("[1, \"a\"]", "[1, \"a\"]"),
        ("{\"k\\n\": \"v\"}", "{\"k\\n\": \"v\"}"),
        ("Err(\"x\")", "Err(\"x\")"),
        ("P { name: \"q\" }", "P { name: \"q\" }"),
        ("null", "null"),
        ("Error(\"m\")", "Error: m"),
    ] {
        let mut bench = Bench::new();
        assert_eq!(bench.show(source), expected, "{source}");
    }
}

#[test]
fn debug_forms() {
    let mut bench = Bench::new();
    bench.heap.function_names = vec!["".into(), "f".into()];
    let sources = [
        ("1", "Int(1)"),
        ("2.5", "Float(2.5)"),
        ("\"a\"", "String(\"a\")"),
        ("true", "Bool(true)"),
        ("null", "Null"),
        ("[1, null]", "Array[Int(1), Null]"),
        ("[]", "Array[]"),
        ("{\"k\": 1, \"j\": []}", "Dict{j: Array[], k: Int(1)}"),
        ("P { a: 1 }", "Struct(P)"),
        ("Ok(1)", "Ok(Int(1))"),
        ("Err(\"e\")", "Err(String(\"e\"))"),
        ("len", "NativeFunction(len)"),
        ("None", "None"),
        ("bytes([1])", "<bytes 1>"),
        ("Error(\"m\")", "Struct(Error)"),
    ];
    for (source, expected) in sources {
        let value = bench.evaluate(source).unwrap();
        let line = bench.context(|context| text_form::debug_line(context, &[value])).unwrap();
        assert_eq!(line, format!("[DEBUG] {expected}"), "{source}");
    }
    let values = [Value::Int(1), Value::Function(1)];
    let line = bench.context(|context| text_form::debug_line(context, &values)).unwrap();
    assert_eq!(line, "[DEBUG] Int(1) Function(f)");
}

#[test]
fn an_error_whose_message_is_no_string() {
    let mut bench = Bench::new();
    let error = bench.heap.error("", "thrown");
    let message = bench.evaluate("[1, \"a\"]").unwrap();
    bench.heap.set_error_field(error, crate::heap::ErrorField::Message, message);
    let list = bench.heap.list(vec![Value::Record(error), Value::Int(2)]);
    assert_eq!(shown(&mut bench, list), "[Error: [1, a], 2]");
}

#[test]
fn values_of_any_depth_are_written() {
    let mut bench = Bench::new();
    let mut nested = Value::Null;
    for level in 0..300_000 {
        nested = match level % 4 {
            0 => bench.heap.list(vec![nested]),
            1 => bench.heap.variant(crate::heap::VariantTag::SOME, nested),
            2 => {
                let dict = bench.heap.dict(Default::default());
                let Value::Dict(handle) = dict else { unreachable!() };
                bench.heap.dict_set(handle, crate::heap::Key::Int(1), nested);
                dict
            }
            _ => {
                let name = bench.heap.name("P");
                let of = bench.heap.error_type;
                let of = if level == 3 { bench.heap.add_type(name) } else { of + 1 };
                let layout = bench.heap.layouts.root(of);
                let record = bench.heap.record(layout, 0);
                bench.heap.set_field(record, name, nested);
                Value::Record(record)
            }
        };
    }
    let written = shown(&mut bench, nested);
    assert!(written.starts_with("P { P: {\"1\": Some([P { P: {\"1\": Some(["));
    assert!(written.ends_with("])} }])} }"));
    assert!(written.contains("null"));
}

#[test]
fn messages_are_cut_off() {
    let mut bench = Bench::new();
    let mut value = bench.evaluate("[\"é\"]").unwrap();
    for _ in 0..40 {
        value = bench.heap.list(vec![value, value]);
    }
    let message = literal(&bench.heap, value);
    assert!(message.len() <= (1 << 20) + 3);
    assert!(message.ends_with('…'));
}

#[test]
fn reading_json() {
    check(&[
        ("parse_json(\"[1, -2, 2.0, 1e2, true, false, null, {}]\")", "[1, -2, 2, 100, true, false, null, {}]"),
        ("type(parse_json(\"2\"))", "\"int\""),
        ("type(parse_json(\"2.0\"))", "\"float\""),
        ("type(parse_json(\"1e2\"))", "\"float\""),
        ("parse_json(\"9223372036854775807\")", "9223372036854775807"),
        ("parse_json(\"-9223372036854775808\")", "-9223372036854775808"),
        ("type(parse_json(\"9223372036854775808\"))", "\"float\""),
        ("parse_json(\"0.1\")", "0.1"),
        ("parse_json(\" \\\"a\\\\u00e9\\\\n\\\" \")", "\"aé\\n\""),
        ("parse_json(\"{\\\"b\\\": 1, \\\"a\\\": [2], \\\"7\\\": 3}\")", "{\"7\": 3, \"a\": [2], \"b\": 1}"),
        ("get(parse_json(\"{\\\"7\\\": 3}\"), 7)", "3"),
        ("parse_json(\"{\\\"a\\\": 1, \\\"a\\\": 2}\")", "{\"a\": 2}"),
        ("parse_json(\"[{\\\"k\\\": 1}, {\\\"k\\\": 2}]\")", "[{\"k\": 1}, {\"k\": 2}]"),
        ("parse_json(5)", "argument: parse_json requires a string argument"),
        ("parse_json()", "arity: parse_json expects 1 arguments, got 0"),
    ]);
    for (source, position) in [
        ("[x]", "line 1 column 2"),
        ("[1,\n 2,]", "line 2 column 4"),
        ("", "line 1 column 0"),
        ("1 2", "line 1 column 3"),
        ("{\"a\" 1}", "line 1 column 6"),
    ] {
        let mut bench = Bench::new();
        let text = bench.heap.text(source);
        let raise = bench.call("parse_json", &[text]).unwrap_err();
        let message = bench.describe(raise);
        assert!(message.starts_with("format: JSON parse error: ") && message.ends_with(position), "{message}");
    }
}

#[test]
fn json_nests_64_levels() {
    let mut bench = Bench::new();
    for (levels, fits) in [(64, true), (65, false), (100_000, false)] {
        let text = bench.heap.string("[".repeat(levels) + &"]".repeat(levels));
        let parsed = bench.call("parse_json", &[text]);
        assert_eq!(parsed.is_ok(), fits, "{levels}");
        if let Err(raise) = parsed {
            let message = bench.describe(raise);
            assert!(message.starts_with("format: JSON parse error: nesting deeper than 64 at line 1 column "));
        }
        let mut nested = Value::Null;
        for _ in 0..levels {
            nested = bench.heap.list(vec![nested]);
        }
        let written = bench.context(|context| {
            let arguments = [nested];
            let index = crate::builtins::find("to_json").unwrap();
            let crate::builtins::Run::Native(run) = crate::builtins::TABLE[index as usize].run else { panic!() };
            run(context, &arguments)
        });
        match written {
            Ok(_) => assert!(fits),
            Err(raise) => {
                assert!(!fits);
                assert_eq!(bench.describe(raise), "format: JSON value exceeds maximum nesting depth of 64");
            }
        }
    }
}

#[test]
fn json_input_has_a_greatest_length() {
    let mut bench = Bench::new();
    let text = bench.heap.string(format!("\"{}\"", "a".repeat(1_048_574)));
    assert!(bench.call("parse_json", &[text]).is_ok());
    let text = bench.heap.string(format!("\"{}\"", "a".repeat(1_048_575)));
    let raise = bench.call("parse_json", &[text]).unwrap_err();
    assert!(bench.describe(raise).starts_with("format: JSON parse error: input longer than 1048576 bytes at line 1"));
}

#[test]
fn writing_json() {
    check(&[
        (
            "to_json([1, \"a\\\"\\n\", true, null, 2.0, 1e20, -0.0, 1e-7, 0.1])",
            r#""[1,\"a\\\"\\n\",true,null,2.0,1e20,-0.0,1e-7,0.1]""#,
        ),
        ("to_json({\"b\": 1, \"a\": [], \"10\": {}, \"9\": \"é\"})", r#""{\"10\":{},\"9\":\"é\",\"a\":[],\"b\":1}""#),
        ("to_json(\"x\")", r#""\"x\"""#),
        ("to_json(P {})", "format: Cannot convert struct to JSON"),
        ("to_json([len])", "format: Cannot convert function to JSON"),
        ("to_json({\"a\": Ok(1)})", "format: Cannot convert result to JSON"),
        ("to_json(bytes([]))", "format: Cannot convert bytes to JSON"),
        ("to_json(None)", "format: Cannot convert option to JSON"),
        ("to_json(inf)", "format: Cannot convert non-finite float inf to JSON"),
        ("to_json([nan])", "format: Cannot convert non-finite float NaN to JSON"),
        ("to_json()", "arity: to_json requires a value argument"),
        (
            "to_json_pretty({\"b\": [1, 2], \"a\": {}, \"c\": []})",
            r#""{\n  \"a\": {},\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": []\n}""#,
        ),
        ("to_json_pretty(5)", "\"5\""),
    ]);
}
