//! What builtins may allocate, and what they charge.

use super::Bench;
use crate::value::Value;

/// A machine that may use `bytes` more than it does when its arguments are made.
fn limited(bench: &mut Bench, bytes: usize) {
    bench.heap.limit = bench.heap.used_bytes() + bytes;
}

#[test]
fn nothing_grows_beyond_the_limit() {
    let million = "[".to_string() + &"1, ".repeat(20_000) + "]";
    let text = format!("\"{}\"", "a,".repeat(20_000));
    let cases = [
        ("repeat".to_string(), vec!["\"abc\"".to_string(), "1000000".into()]),
        ("range".into(), vec!["1000000".into()]),
        ("pad_left".into(), vec!["\"\"".into(), "1000000".into(), "\"€\"".into()]),
        ("pad_right".into(), vec!["\"\"".into(), "1000000".into(), "\"€\"".into()]),
        ("replace".into(), vec![text.clone(), "\",\"".into(), "\"----------\"".into()]),
        ("replace".into(), vec![text.clone(), "\"\"".into(), "\"----------\"".into()]),
        ("split".into(), vec![text.clone(), "\",\"".into()]),
        ("join".into(), vec![million.clone(), "\"----------\"".into()]),
        ("to_upper".into(), vec![format!("\"{}\"", "a".repeat(200_000))]),
        ("concat".into(), vec![million.clone(), million.clone()]),
        ("slice".into(), vec![million.clone(), "0".into(), "20000".into()]),
        ("chunk".into(), vec![million.clone(), "2".into()]),
        ("windows".into(), vec![million.clone(), "5".into()]),
        ("enumerate".into(), vec![million.clone()]),
        ("zip".into(), vec![million.clone(), million.clone()]),
        ("unique".into(), vec![million.clone()]),
        ("Set".into(), vec![million.clone()]),
        ("Queue".into(), vec![million.clone()]),
        ("Stack".into(), vec![million.clone()]),
        ("queue_to_array".into(), vec![format!("Queue({million})")]),
        ("set_union".into(), vec!["Set(range(5000))".into(), "Set(range(5000))".into()]),
        ("set_difference".into(), vec!["Set(range(5000))".into(), "5".into()]),
        ("sort".into(), vec![million.clone()]),
        ("flatten".into(), vec![format!("[{million}, {million}]")]),
        ("map".into(), vec![million.clone(), "abs".into()]),
        ("sort_by".into(), vec![million.clone(), "abs".into()]),
        ("sort_with".into(), vec![million.clone(), "max".into()]),
        ("parse_json".into(), vec![format!("\"{}\"", million.replace(", ]", "]"))]),
        ("to_json".into(), vec![format!("[{million}, {million}, {million}]")]),
        ("parse_toml".into(), vec![format!("\"a = {million}\"")]),
        ("parse_toml".into(), vec![format!("\"{}\"", "[[a]]\\n".repeat(20_000))]),
        ("to_toml".into(), vec![format!("{{\"k\": [{million}, {million}, {million}]}}")]),
        ("to_toml".into(), vec![format!("{{{text}: [{}]}}", "{}, ".repeat(20))]),
        ("parse_yaml".into(), vec![format!("\"{}\"", "- 1\\n".repeat(20_000))]),
        ("parse_yaml".into(), vec![format!("\"{million}\"")]),
        ("to_yaml".into(), vec![format!("[{million}, {million}, {million}]")]),
        ("to_string".into(), vec![format!("[{million}, {million}]")]),
        ("format".into(), vec!["\"%s%s\"".into(), million.clone(), million.clone()]),
    ];
    for (name, arguments) in cases {
        let mut bench = Bench::new();
        let arguments: Vec<Value> = arguments.iter().map(|source| bench.evaluate(source).unwrap()).collect();
        limited(&mut bench, 100_000);
        let raise = match bench.call(&name, &arguments) {
            Ok(_) => panic!("{name} is not limited"),
            Err(raise) => raise,
        };
        assert_eq!(bench.describe(raise), "limit memoryBytes", "{name}");
        bench.heap.limit = usize::MAX;
        assert!(bench.call(&name, &arguments).is_ok() || name == "map", "{name} fails without a limit");
    }
}

#[test]
fn there_is_a_ceiling_without_a_limit() {
    let mut bench = Bench::new();
    for source in [
        "repeat(\"abc\", 9223372036854775807)",
        "repeat(\"abc\", 400000000)",
        "range(9223372036854775807)",
        "range(-9223372036854775808, 9223372036854775807)",
        "range(100000000)",
        "pad_left(\"\", 9223372036854775807, \"€\")",
        "pad_right(\"\", 2000000000, \"a\")",
        "replace(repeat(\"a\", 1000000), \"a\", repeat(\"b\", 2000))",
    ] {
        assert_eq!(bench.show(source), "limit memoryBytes", "{source}");
    }
    let mut value = bench.evaluate("[\"abcdefgh\", \"abcdefgh\"]").unwrap();
    for _ in 0..40 {
        value = bench.heap.list(vec![value, value]);
    }
    // Half a terabyte of text.
    bench.heap.limit = bench.heap.used_bytes() + 10_000_000;
    for name in ["to_string", "to_json"] {
        let index = crate::builtins::find(name).unwrap();
        let crate::builtins::Run::Native(run) = crate::builtins::TABLE[index as usize].run else { panic!() };
        let raise = bench.context(|context| run(context, &[value])).unwrap_err();
        assert_eq!(bench.describe(raise), "limit memoryBytes", "{name}");
    }
}

#[test]
fn work_that_grows_with_the_input_is_charged() {
    for (short, long) in [
        ("range(10)", "range(100000)"),
        ("repeat(\"a\", 10)", "repeat(\"a\", 100000)"),
        ("sum(range(10))", "sum(range(100000))"),
        ("len(split(repeat(\"a,\", 10), \",\"))", "len(split(repeat(\"a,\", 100000), \",\"))"),
    ] {
        let fuel = |source: &str| {
            let mut bench = Bench::new();
            bench.evaluate(source).unwrap();
            bench.fuel
        };
        assert!(fuel(long) > fuel(short) + 5_000, "{long}");
    }
}

#[test]
fn fuel_is_charged_by_every_builtin_that_goes_through_its_input() {
    let list = "range(80000)";
    let text = "repeat(\"ab \", 80000)";
    for source in [
        format!("contains({list}, -1)"),
        format!("index_of({list}, -1)"),
        format!("remove({list}, -1)"),
        format!("slice({list}, 0, 80000)"),
        format!("concat({list}, [])"),
        format!("sort({list})"),
        format!("reverse({list})"),
        format!("unique({list})"),
        format!("Set({list})"),
        format!("Queue({list})"),
        format!("stack_to_array(Stack({list}))"),
        format!("set_union(Set({list}), null)"),
        format!("set_intersect(Set({list}), Set({list}))"),
        format!("flatten({list})"),
        format!("enumerate({list})"),
        format!("chunk({list}, 7)"),
        format!("windows({list}, 1)"),
        format!("take({list}, 80000)"),
        format!("skip({list}, 0)"),
        format!("zip({list}, {list})"),
        format!("join({list}, \"\")"),
        format!("to_json({list})"),
        format!("to_toml({{\"k\": {list}}})"),
        format!("to_yaml({list})"),
        format!("parse_json(to_json({list}))"),
        format!("parse_csv({text})"),
        format!("parse_toml(to_toml({{\"k\": {list}}}))"),
        format!("parse_yaml(to_yaml({list}))"),
        format!("to_string({list})"),
        format!("insert({list}, 0, 1)"),
        format!("remove_at({list}, 0)"),
        format!("contains({text}, \"z\")"),
        format!("index_of({text}, \"z\")"),
        format!("replace({text}, \"z\", \"y\")"),
        format!("to_upper({text})"),
        format!("str_reverse({text})"),
        format!("words({text})"),
        format!("lines({text})"),
        format!("slugify({text})"),
        "trim(repeat(\" \", 80000))".to_string(),
        format!("collect({list})"),
        format!("collect({text})"),
        format!("assert_contains({list}, 79999)"),
        format!("assert_equal({list}, {list})"),
    ] {
        let mut bench = Bench::new();
        let value = bench.evaluate(&source);
        assert!(value.is_ok(), "{source}");
        let made = if source.contains("repeat(\" \"") { 80_000 / 8 } else { 0 };
        let arguments = (source.matches(list).count() * 80_000 + source.matches(text).count() * 240_000) as u64 / 8;
        assert!(bench.fuel >= arguments + made + 9_000, "{source} costs {}", bench.fuel - arguments - made);
    }
}
