//! Every builtin is what its row in the table says: the examples in both forms, and what is said to wrong
//! arguments.

mod support;

#[path = "library/example.rs"]
mod example;
#[path = "library/wrong.rs"]
mod wrong;

use example::{Example, shown};
use ruff_lang::builtins::{ANY, TABLE, find};
use std::collections::BTreeSet;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;
use wrong::{
    Documented, SAMPLES, arity_rule, call, ending, is_refusal, kind_rule, parameters, with_arguments, without_value,
};

#[test]
fn every_builtin_is_found_by_its_name_and_documented() {
    for (index, builtin) in TABLE.iter().enumerate() {
        let name = builtin.name;
        assert_eq!(find(name), Some(index as u16), "{name} is declared twice");
        assert!(!builtin.summary.is_empty() && !builtin.example.is_empty(), "{name} is not documented");
        assert!(builtin.arity.min <= builtin.arity.max, "{name}");
        if let Some(original) = builtin.stands_for() {
            let original = &TABLE[find(original).expect("aliases stand for a builtin") as usize];
            assert_eq!(original.stands_for(), None, "{name}");
            let rows =
                [builtin, original].map(|row| (row.area, row.signature, row.arity.min, row.arity.max, row.updates()));
            assert_eq!(rows[0], rows[1], "{name}");
        }
    }
    for name in ["", "a", "lenn", "le", "zzz", "Len", "PI"] {
        assert_eq!(find(name), None, "{name}");
    }
}

#[test]
fn every_example_in_function_form_shows_the_documented_result() {
    for builtin in &TABLE {
        let script = Example::of(builtin).script(&|arguments| format!("{}({})", builtin.name, arguments.join(", ")));
        assert_eq!(shown(&script), builtin.result, "{script}");
    }
}

#[test]
fn every_example_in_method_form_shows_the_same() {
    for builtin in TABLE.iter().filter(|builtin| builtin.has_method_form()) {
        let script = Example::of(builtin).script(&|arguments| {
            let [receiver, rest @ ..] = arguments else {
                panic!("an example of {} needs an argument, so that it can be called as a method", builtin.name);
            };
            let (name, rest) = (builtin.name, rest.join(", "));
            // What the function form gives is the updated receiver, or it and the element that was taken out.
            let update = format!("taken := it.{name}({rest}) if taken == null {{ return it }} return [it, taken]");
            match builtin.updates() {
                true => format!("(func(it) {{ {update} }})({receiver})"),
                false => format!("({receiver}).{name}({rest})"),
            }
        });
        assert_eq!(shown(&script), builtin.result, "{script}");
    }
}

/// What the program says against what is documented; empty if it is the same.
fn assert_nothing(found: BTreeSet<String>) {
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), Vec::from_iter(found).join("\n"));
}

#[test]
fn a_wrong_number_of_arguments_is_answered_as_documented() {
    let documented = Documented::new();
    let mut found = BTreeSet::new();
    for builtin in &TABLE {
        let (min, max) = (usize::from(builtin.arity.min), usize::from(builtin.arity.max));
        let above = (builtin.arity.max != ANY).then_some(max + 1);
        for count in (0..min).chain(above) {
            let arguments = vec!["1"; count];
            let function = ending(&call(builtin.name, &arguments, false));
            match &function {
                None => drop(found.insert(format!("{} takes {count} arguments", builtin.name))),
                Some((kind, message)) if kind != "arity" => drop(found.insert(format!("{kind}: {message}"))),
                Some((_, message)) if *message == arity_rule(builtin, count) || documented.has(message) => {}
                Some((_, message)) => drop(found.insert(format!("no golden has: {}", without_value(message)))),
            }
            // Counts in messages include the receiver.
            if count > 0 && builtin.has_method_form() {
                assert_eq!(ending(&call(builtin.name, &arguments, true)), function, "{}", builtin.name);
            }
        }
    }
    assert_nothing(found);
}

#[test]
fn every_kind_of_argument_is_taken_or_refused_as_the_signature_says() {
    let documented = Documented::new();
    let mut found = BTreeSet::new();
    for builtin in &TABLE {
        let example = Example::of(builtin);
        let parameters = parameters(builtin);
        for (position, parameter) in parameters.iter().enumerate() {
            // What the example leaves out gets a value that fits.
            let mut arguments = example.arguments(example.calls.last().expect("a call"));
            for left_out in parameters.iter().take(position + 1).skip(arguments.len()) {
                let fitting = SAMPLES.iter().find(|(word, _)| left_out.takes(word));
                arguments.push(fitting.expect("a fitting sample").1);
            }
            let (mut refusals, mut taken) = (BTreeSet::new(), Vec::new());
            for (word, sample) in SAMPLES {
                arguments[position] = sample;
                let place = format!("{}: {} = {sample}", builtin.signature, parameter.name);
                let [ending, as_method] =
                    [false, true].map(|method| ending(&with_arguments(&example, &arguments, method)));
                assert_eq!(as_method, ending, "in method form: {place}");
                if parameter.takes(word) {
                    taken.extend(ending.map(|(kind, message)| (place, kind, message)));
                    continue;
                }
                let Some((kind, message)) = ending else {
                    found.insert(format!("{place} is taken"));
                    continue;
                };
                if !is_refusal(&kind, &message) {
                    found.insert(format!("{place} is an error of kind {kind}: {message}"));
                }
                if kind_rule(builtin).as_ref() != Some(&message) && !documented.has(&message) {
                    found.insert(format!("no golden has: {}", without_value(&message)));
                }
                refusals.insert(without_value(&message).to_owned());
            }
            for (place, kind, message) in taken {
                let refused = match parameter.kinds.is_empty() {
                    true => is_refusal(&kind, &message),
                    false => refusals.contains(without_value(&message)),
                };
                if refused {
                    found.insert(format!("{place} is refused: {message}"));
                }
            }
        }
    }
    assert_nothing(found);
}
