//! Conversion, math, time, assertions, Result and Option.

use super::{Bench, check};
use crate::builtins::{CONSTANTS, TABLE};
use crate::value::Value;

#[test]
fn kinds_in_a_word() {
    check(&[
        ("type(1)", "\"int\""),
        ("type_of(1.0)", "\"float\""),
        ("type(\"a\")", "\"string\""),
        ("type(true)", "\"bool\""),
        ("type(null)", "\"null\""),
        ("type([])", "\"array\""),
        ("type({})", "\"dict\""),
        ("type(P {})", "\"struct\""),
        ("type(Error(\"m\"))", "\"struct\""),
        ("type(bytes([]))", "\"bytes\""),
        ("type(Ok(1))", "\"result\""),
        ("type(Some(1))", "\"option\""),
        ("type(None)", "\"option\""),
        ("type(len)", "\"function\""),
        ("type()", "arity: type expects 1 arguments, got 0"),
        ("type_of(1, 2)", "arity: type expects 1 arguments, got 2"),
    ]);
}

#[test]
fn conversion_to_strings() {
    check(&[
        ("to_string(12)", "\"12\""),
        ("str(-7)", "\"-7\""),
        ("str(7)", "\"7\""),
        ("str(\"a\")", "\"a\""),
        ("str(null)", "\"null\""),
        ("str(true)", "\"true\""),
        ("str([1, [\"a\", 2.50]])", "\"[1, [a, 2.5]]\""),
        ("to_string()", "arity: to_string() requires one argument"),
        ("str(1, 2)", "arity: to_string() requires one argument"),
    ]);
}

#[test]
fn conversion_to_ints() {
    check(&[
        ("to_int(5)", "5"),
        ("to_int(3.99)", "3"),
        ("to_int(-3.99)", "-3"),
        ("to_int(1e300)", "9223372036854775807"),
        ("to_int(inf)", "9223372036854775807"),
        ("to_int(nan)", "0"),
        ("to_int(true)", "1"),
        ("to_int(false)", "0"),
        ("to_int(\" -42\\n\")", "-42"),
        ("to_int(\"x\")", "format: Cannot convert 'x' to int"),
        ("to_int(\"3.7\")", "format: Cannot convert '3.7' to int"),
        ("to_int(\"\")", "format: Cannot convert '' to int"),
        ("to_int(\"9223372036854775808\")", "format: Cannot convert '9223372036854775808' to int"),
        ("to_int([])", "argument: Cannot convert array to int"),
        ("to_int(null)", "argument: Cannot convert null to int"),
        ("to_int(P {})", "argument: Cannot convert struct to int"),
        ("to_int()", "arity: to_int() requires one argument"),
    ]);
}

#[test]
fn conversion_to_floats() {
    check(&[
        ("type(to_float(5))", "\"float\""),
        ("to_float(5)", "5"),
        ("to_float(2.5)", "2.5"),
        ("to_float(true)", "1"),
        ("to_float(\" 1e3 \")", "1000"),
        ("to_float(\"inf\")", "inf"),
        ("to_float(\"-inf\")", "-inf"),
        ("to_float(\"nan\")", "NaN"),
        ("to_float(\"x\")", "format: Cannot convert 'x' to float"),
        ("to_float({})", "argument: Cannot convert dict to float"),
        ("to_float(1, 2)", "arity: to_float() requires one argument"),
    ]);
}

#[test]
fn conversion_to_bools() {
    check(&[
        ("to_bool(0)", "false"),
        ("to_bool(0.0)", "false"),
        ("to_bool(-0.0)", "false"),
        ("to_bool(nan)", "true"),
        ("to_bool(-1)", "true"),
        ("to_bool(null)", "false"),
        ("to_bool(false)", "false"),
        ("to_bool(\"\")", "false"),
        ("to_bool(\"0\")", "false"),
        ("to_bool(\"FaLsE\")", "false"),
        ("to_bool(\" \")", "true"),
        ("to_bool(\"no\")", "true"),
        ("to_bool([])", "false"),
        ("to_bool([0])", "true"),
        ("to_bool({})", "false"),
        ("to_bool(bytes([]))", "false"),
        ("to_bool(bytes([0]))", "true"),
        ("to_bool(None)", "true"),
        ("to_bool(P {})", "true"),
        ("to_bool()", "arity: to_bool() requires one argument"),
    ]);
}

#[test]
fn parsing_numbers() {
    check(&[
        ("parse_int(\" 12 \")", "12"),
        ("parse_int(\"x1\")", "format: Cannot parse 'x1' as integer"),
        ("parse_int(\"1.5\")", "format: Cannot parse '1.5' as integer"),
        ("parse_int(5)", "argument: parse_int requires a string argument"),
        ("parse_int()", "arity: parse_int expects 1 arguments, got 0"),
        ("parse_float(\"1.50\")", "1.5"),
        ("parse_float(\"x\")", "format: Cannot parse 'x' as float"),
        ("parse_float(null)", "argument: parse_float requires a string argument"),
        ("parse_float(\"1\", 2)", "arity: parse_float expects 1 arguments, got 2"),
    ]);
}

#[test]
fn questions_about_kinds() {
    let values = ["1", "1.5", "\"a\"", "true", "[]", "{}", "null", "len"];
    let tests = ["is_int", "is_float", "is_string", "is_bool", "is_array", "is_dict", "is_null", "is_function"];
    for (row, test) in tests.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            let mut bench = Bench::new();
            assert_eq!(bench.show(&format!("{test}({value})")), (row == column).to_string(), "{test}({value})");
        }
        let mut bench = Bench::new();
        assert_eq!(bench.show(&format!("{test}()")), format!("arity: {test}() expects 1 argument"));
        assert_eq!(bench.show(&format!("{test}(1, 2)")), format!("arity: {test}() expects 1 argument"));
    }
    check(&[
        ("is_function(func(x) { return x })", "true"),
        ("is_truthy(\"\")", "false"),
        ("is_truthy(\"0\")", "true"),
        ("is_truthy(0.0)", "false"),
        ("is_truthy(nan)", "true"),
        ("is_truthy({})", "false"),
        ("is_truthy(None)", "true"),
        ("is_truthy(Err(0))", "true"),
        ("is_truthy(bytes([]))", "true"),
        ("is_truthy()", "arity: is_truthy expects 1 arguments, got 0"),
    ]);
}

#[test]
fn constructors() {
    check(&[
        ("bytes([0, 255])", "<bytes 2>"),
        ("bytes([256])", "argument: bytes() requires integers in range 0-255, got 256"),
        ("bytes([-1])", "argument: bytes() requires integers in range 0-255, got -1"),
        ("bytes([1.5])", "argument: bytes() requires an array of integers"),
        ("bytes([\"a\"])", "argument: bytes() requires an array of integers"),
        ("bytes(\"a\")", "argument: bytes() requires an array argument"),
        ("bytes()", "arity: bytes expects 1 arguments, got 0"),
        ("array()", "[]"),
        ("array(1, [2], \"x\")", "[1, [2], \"x\"]"),
        ("dict()", "{}"),
        ("dict(1)", "arity: dict() expects 0 arguments"),
    ]);
}

#[test]
fn errors_as_values() {
    check(&[
        ("error(\"m\")", "thrown \"m\""),
        ("error([1])", "thrown [1]"),
        ("error()", "arity: error expects 1 arguments, got 0"),
        ("Error(\"m\")", "Error: m"),
        ("error_new(\"m\", Error(\"c\"))", "Error: m"),
        ("Error(5)", "Error: 5"),
        ("Error()", "arity: Error expects 1 or 2 arguments, got 0"),
        ("error_new(1, 2, 3)", "arity: Error expects 1 or 2 arguments, got 3"),
        ("[Error(\"m\")]", "[Error: m]"),
    ]);
    let mut bench = Bench::new();
    let Ok(Value::Record(error)) = bench.evaluate("Error(\"m\", Error(\"c\"))") else { panic!("no error") };
    let mut field = |name: &str| {
        let name = bench.heap.name(name);
        let value = bench.heap.field(error, name).unwrap();
        super::text_form::literal(&bench.heap, value)
    };
    assert_eq!(field("message"), "\"m\"");
    assert_eq!(field("kind"), "\"thrown\"");
    assert_eq!(field("value"), "null");
    assert_eq!(field("stack"), "[]");
    assert_eq!(field("line"), "0");
    assert_eq!(field("column"), "0");
    assert_eq!(field("cause"), "Error: c");
    assert_eq!(field("suppressed"), "[]");
}

#[test]
fn absolute_values_and_rounding() {
    check(&[
        ("abs(-5)", "5"),
        ("type(abs(-5))", "\"int\""),
        ("abs(-5.5)", "5.5"),
        ("abs(-9223372036854775808)", "arithmetic: Integer overflow: abs(-9223372036854775808)"),
        ("abs(\"x\")", "argument: abs() expects numeric argument 'value' , got \"x\""),
        ("abs()", "arity: abs() expects 1 argument"),
        ("floor(2.7)", "2"),
        ("type(floor(2.7))", "\"int\""),
        ("floor(-2.1)", "-3"),
        ("floor(7)", "7"),
        ("type(floor(1e300))", "\"float\""),
        ("type(floor(9223372036854775807.0))", "\"float\""),
        ("floor(-9223372036854775808.0)", "-9223372036854775808"),
        ("floor(inf)", "inf"),
        ("floor(nan)", "NaN"),
        ("floor([1])", "argument: floor() expects numeric argument 'value' , got [1]"),
        ("ceil(2.1)", "3"),
        ("ceil(-2.9)", "-2"),
        ("ceil(null)", "argument: ceil() expects numeric argument 'value' , got null"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(2.4)", "2"),
        ("round(0.49999999999999994)", "0"),
        ("round(1, 2)", "arity: round() expects 1 argument"),
    ]);
}

#[test]
fn functions_of_floats() {
    check(&[
        ("sqrt(4)", "2"),
        ("type(sqrt(4))", "\"float\""),
        ("sqrt(0)", "0"),
        ("sqrt(nan)", "NaN"),
        ("sqrt(-1)", "arithmetic: sqrt() domain error: value must be >= 0"),
        ("sqrt(-0.5)", "arithmetic: sqrt() domain error: value must be >= 0"),
        ("sqrt(\"4\")", "argument: sqrt() expects numeric argument 'value' , got \"4\""),
        ("log(1)", "0"),
        ("log(0)", "arithmetic: log() domain error: value must be > 0"),
        ("log(-1.5)", "arithmetic: log() domain error: value must be > 0"),
        ("log({})", "argument: log() expects numeric argument 'value' , got {}"),
        ("exp(0)", "1"),
        ("exp(true)", "argument: exp() expects numeric argument 'value' , got true"),
        ("sin(0.0)", "0"),
        ("cos(0)", "1"),
        ("tan(0)", "0"),
        ("sin(null)", "argument: sin() expects numeric argument 'value' , got null"),
        ("cos()", "arity: cos() expects 1 argument"),
        ("tan(1, 2)", "arity: tan() expects 1 argument"),
    ]);
}

#[test]
fn powers() {
    check(&[
        ("pow(2, 10)", "1024"),
        ("type(pow(2, 10))", "\"int\""),
        ("pow(2, -1)", "0.5"),
        ("pow(2.0, 2)", "4"),
        ("type(pow(2.0, 2))", "\"float\""),
        ("pow(2, 62)", "4611686018427387904"),
        ("pow(2, 63)", "9223372036854776000"),
        ("type(pow(2, 63))", "\"float\""),
        ("pow(-2, 63)", "-9223372036854775808"),
        ("type(pow(-2, 63))", "\"int\""),
        ("pow(0, 0)", "1"),
        ("pow(1, 9223372036854775807)", "1"),
        ("pow(-1, 9223372036854775807)", "-1"),
        ("pow(0, 9223372036854775807)", "0"),
        ("pow(3, 9223372036854775807)", "inf"),
        ("pow(\"a\", 1)", "argument: pow() expects numeric arguments"),
        ("pow(2)", "arity: pow() expects 2 arguments"),
    ]);
}

#[test]
fn extremes() {
    check(&[
        ("min(1, 2)", "1"),
        ("max(1, 2)", "2"),
        ("min(1, 1.0)", "1"),
        ("type(min(1, 1.0))", "\"int\""),
        ("type(max(1.0, 1))", "\"float\""),
        ("type(min(2, 1.5))", "\"float\""),
        ("min(-0.0, 0)", "-0"),
        ("max(0, -0.0)", "0"),
        ("min(nan, 1)", "NaN"),
        ("max(1, nan)", "NaN"),
        ("max(9007199254740993, 9007199254740992.0)", "9007199254740993"),
        ("min(1, \"a\")", "argument: min() expects numeric arguments"),
        ("max(null, 1)", "argument: max() expects numeric arguments"),
        ("max(1)", "arity: max() expects 2 arguments"),
    ]);
}

#[test]
fn bits() {
    check(&[
        ("bit_and(12, 10)", "8"),
        ("bit_or(12, 10)", "14"),
        ("bit_xor(12, 10)", "6"),
        ("bit_not(5)", "-6"),
        ("bit_shl(1, 63)", "-9223372036854775808"),
        ("bit_shl(3, 63)", "-9223372036854775808"),
        ("bit_shr(-8, 1)", "-4"),
        ("bit_shr(-1, 63)", "-1"),
        ("bit_and(1.5, 1)", "argument: bit_and() expects integer argument 'left' , got 1.5"),
        ("bit_or(1, \"a\")", "argument: bit_or() expects integer argument 'right' , got \"a\""),
        ("bit_xor(null, 1)", "argument: bit_xor() expects integer argument 'left' , got null"),
        ("bit_not(1.5)", "argument: bit_not() expects integer argument 'value' , got 1.5"),
        ("bit_shl(1, 64)", "argument: bit_shl() expects a shift amount between 0 and 63"),
        ("bit_shr(1, -1)", "argument: bit_shr() expects a shift amount between 0 and 63"),
        ("bit_shr(1, 1.0)", "argument: bit_shr() expects a shift amount between 0 and 63"),
        ("bit_and(1)", "arity: bit_and() expects 2 arguments"),
        ("bit_not()", "arity: bit_not() expects 1 argument"),
        ("bit_shl(1, 2, 3)", "arity: bit_shl() expects 2 arguments"),
    ]);
}

#[test]
fn constants_are_declared() {
    let numbers: Vec<(&str, f64)> = CONSTANTS.iter().map(|constant| (constant.0, constant.1)).collect();
    assert_eq!(numbers, [("PI", std::f64::consts::PI), ("E", std::f64::consts::E)]);
}

#[test]
fn clocks() {
    check(&[
        ("now()", "1700000000.1235"),
        ("now_unix()", "1700000000"),
        ("now_utc_seconds()", "1700000000"),
        ("current_timestamp()", "1700000000123"),
        ("time()", "1700000000123"),
        ("now_utc()", "\"2023-11-14T22:13:20Z\""),
        ("performance_now()", "0"),
        ("time_us()", "0"),
        ("time_ns()", "0"),
        ("now(1)", "arity: now() expects 0 arguments, got 1"),
        ("time(1, 2)", "arity: current_timestamp() expects 0 arguments, got 2"),
        ("now_utc(1)", "arity: now_utc() expects 0 arguments, got 1"),
        ("time_ns(1)", "arity: time_ns() expects 0 arguments, got 1"),
    ]);
    let mut bench = Bench::new();
    assert_eq!(bench.show("performance_now()"), "0");
    bench.now += 12.5;
    assert_eq!(bench.show("performance_now()"), "12.5");
    assert_eq!(bench.show("time_us()"), "0");
    bench.now += 0.5;
    assert_eq!(bench.show("time_us()"), "500");
}

#[test]
fn the_calendar() {
    for (seconds, expected) in [
        (0.0, "1970-01-01T00:00:00Z"),
        (951_782_399.0, "2000-02-28T23:59:59Z"),
        (951_782_400.0, "2000-02-29T00:00:00Z"),
        (951_868_800.0, "2000-03-01T00:00:00Z"),
        (4_107_542_400.0, "2100-03-01T00:00:00Z"),
        (4_107_542_399.0, "2100-02-28T23:59:59Z"),
        (1_735_689_599.0, "2024-12-31T23:59:59Z"),
        (-1.0, "1969-12-31T23:59:59Z"),
    ] {
        let mut bench = Bench::new();
        bench.now = seconds * 1000.0;
        assert_eq!(bench.show("now_utc()"), format!("{expected:?}"));
    }
}

#[test]
fn durations() {
    check(&[
        ("elapsed(1, 3.5)", "2.5"),
        ("type(elapsed(1, 3))", "\"float\""),
        ("elapsed(1, \"a\")", "argument: elapsed requires number arguments"),
        ("elapsed(1)", "arity: elapsed expects 2 arguments, got 1"),
        ("format_duration(1500)", "\"1.50s\""),
        ("format_duration(1000)", "\"1.00s\""),
        ("format_duration(5.5)", "\"5.50ms\""),
        ("format_duration(0.5)", "\"500.00μs\""),
        ("format_duration(0.000012)", "\"12ns\""),
        ("format_duration(0)", "\"0ns\""),
        ("format_duration(\"a\")", "argument: format_duration requires a number argument"),
        ("format_duration()", "arity: format_duration expects 1 arguments, got 0"),
    ]);
}

#[test]
fn assertions() {
    check(&[
        ("assert(1)", "true"),
        ("assert(1, \"m\")", "true"),
        ("assert(0)", "assertion: Assertion failed"),
        ("assert([], \"empty\")", "assertion: empty"),
        ("assert(null, 5)", "assertion: Assertion failed"),
        ("assert()", "arity: assert requires at least 1 argument: condition"),
        ("assert_equal(1, 1.0)", "true"),
        ("assert_equal(0.1, 0.1)", "true"),
        ("assert_equal(1, 2)", "assertion: Assertion failed: expected 2, got 1"),
        ("assert_equal(\"a\", [\"b\"])", "assertion: Assertion failed: expected [\"b\"], got \"a\""),
        ("assert_equal(1)", "arity: assert_equal requires 2 arguments: actual, expected"),
        ("assert_true(true)", "true"),
        ("assert_true(false)", "assertion: Assertion failed: expected true, got false"),
        ("assert_false(false)", "true"),
        ("assert_false(true)", "assertion: Assertion failed: expected false, got true"),
        ("assert_true(1)", "argument: assert_true requires a boolean argument"),
        ("assert_false(null)", "argument: assert_false requires a boolean argument"),
        ("assert_true()", "arity: assert_true expects 1 arguments, got 0"),
        ("assert_contains([1, [2]], [2])", "true"),
        ("assert_contains(\"abc\", \"bc\")", "true"),
        ("assert_contains({\"k\": 1}, \"k\")", "true"),
        ("assert_contains({\"5\": 1}, 5)", "true"),
        ("assert_contains(\"abc\", \"z\")", "assertion: Assertion failed: \"abc\" does not contain \"z\""),
        ("assert_contains([1], 2)", "assertion: Assertion failed: [1] does not contain 2"),
        ("assert_contains({\"k\": 1}, \"z\")", "assertion: Assertion failed: {\"k\": 1} does not contain \"z\""),
        ("assert_contains(5, 1)", "argument: assert_contains requires an array, string, or dict as first argument"),
        ("assert_contains([1])", "arity: assert_contains requires 2 arguments: collection, item"),
    ]);
}

#[test]
fn results_and_options() {
    check(&[
        ("is_ok(Ok(1))", "true"),
        ("is_ok(Some(1))", "false"),
        ("is_ok(5)", "false"),
        ("is_err(Err(1))", "true"),
        ("is_some(Some(null))", "true"),
        ("is_some(None)", "false"),
        ("is_none(None)", "true"),
        ("is_none(null)", "false"),
        ("is_none()", "arity: is_none expects 1 arguments, got 0"),
        ("unwrap(Ok([1]))", "[1]"),
        ("unwrap(Some(\"a\"))", "\"a\""),
        ("unwrap(Err(\"x\"))", "argument: Called unwrap on Err(\"x\")"),
        ("unwrap(None)", "argument: Called unwrap on None"),
        ("unwrap(5)", "argument: unwrap() requires a Result or Option"),
        ("unwrap_or(Ok(1), 2)", "1"),
        ("unwrap_or(Err(1), 2)", "2"),
        ("unwrap_or(None, [2])", "[2]"),
        ("unwrap_or(null, 2)", "argument: unwrap_or() requires a Result or Option"),
        ("unwrap_or(None)", "arity: unwrap_or expects 2 arguments, got 1"),
        ("unwrap_err(Err(\"x\"))", "\"x\""),
        ("unwrap_err(Ok(1))", "argument: Called unwrap_err on Ok(1)"),
        ("unwrap_err(Some(1))", "argument: Called unwrap_err on Some(1)"),
        ("unwrap_err(None)", "argument: Called unwrap_err on None"),
        ("unwrap_err([])", "argument: unwrap_err() requires a Result or Option"),
        ("ok_or(Some(1), \"e\")", "Ok(1)"),
        ("ok_or(None, \"e\")", "Err(\"e\")"),
        ("ok_or(Ok(1), \"e\")", "Ok(1)"),
        ("ok_or(Err(1), \"e\")", "Err(1)"),
        ("ok_or(1, \"e\")", "argument: ok_or() requires a Result or Option"),
        ("map_ok(Ok(1), func(v) { return v + 1 })", "Ok(2)"),
        ("map_ok(Some(1), func(v) { return v + 1 })", "Some(2)"),
        ("map_ok(Err(1), func(v) { return v + 1 })", "Err(1)"),
        ("map_ok(None, func(v) { return v + 1 })", "None"),
        ("map_ok(5, abs)", "argument: map_ok() requires a Result or Option"),
        ("map_err(Err(1), func(v) { return v + 1 })", "Err(2)"),
        ("map_err(Ok(1), func(v) { return v + 1 })", "Ok(1)"),
        ("map_err(Some(1), func(v) { return v + 1 })", "Some(1)"),
        ("map_err(None, func(v) { return v + 1 })", "None"),
        ("map_err(\"a\", abs)", "argument: map_err() requires a Result or Option"),
        ("and_then(Ok(1), func(v) { return Err(v) })", "Err(1)"),
        ("and_then(Some(1), func(v) { return v + 1 })", "2"),
        ("and_then(Err(1), abs)", "Err(1)"),
        ("and_then(None, abs)", "None"),
        ("and_then(null, abs)", "argument: and_then() requires a Result or Option"),
        ("and_then(None)", "arity: and_then expects 2 arguments, got 1"),
    ]);
}

#[test]
fn only_builtins_with_parameters_are_methods() {
    let without: Vec<&str> =
        TABLE.iter().filter(|builtin| !builtin.has_method_form()).map(|builtin| builtin.name).collect();
    let expected = [
        "args",
        "dict",
        "random",
        "uuid_v4",
        "clear_random_seed",
        "now",
        "now_unix",
        "now_utc_seconds",
        "current_timestamp",
        "time",
        "now_utc",
        "performance_now",
        "time_us",
        "time_ns",
        "get_task_pool_size",
        "yield_now",
        "poll_event",
        "any_event",
    ];
    assert_eq!(without, expected);
}

#[test]
fn updating_methods_are_those_of_the_reference() {
    let mut updating: Vec<&str> =
        TABLE.iter().filter(|builtin| builtin.updates()).map(|builtin| builtin.name).collect();
    updating.sort_unstable();
    let expected = [
        "append",
        "clear",
        "insert",
        "pop",
        "push",
        "queue_dequeue",
        "queue_enqueue",
        "remove",
        "remove_at",
        "reverse",
        "set_add",
        "set_remove",
        "sort",
        "sort_by",
        "sort_with",
        "stack_pop",
        "stack_push",
        "update",
    ];
    assert_eq!(updating, expected);
}
