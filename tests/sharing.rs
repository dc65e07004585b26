//! Values never share: whatever the machine does to avoid copies, scripts cannot see it (language.md 3.2).
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/model/mod.rs"]
mod model;
mod support;

use model::{HOMES, Home, KINDS, Raw, Written};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use support::{Options, run_script};

/// Programs of a normal run; `PROPTEST_CASES` sets another number.
const PROGRAMS: u32 = 3_000;

fn raw() -> impl Strategy<Value = Raw> {
    let flat = (0..KINDS, any::<[u16; 5]>()).prop_map(|(kind, numbers)| Raw { kind, numbers, body: Vec::new() });
    flat.prop_recursive(3, 30, 6, |inner| {
        (0..KINDS, any::<[u16; 5]>(), vec(inner, 0..6)).prop_map(|(kind, numbers, body)| Raw { kind, numbers, body })
    })
}

fn check(written: &Written, options: &Options) -> Result<(), String> {
    let ran = run_script(&written.script, "random.ruff", options);
    if ran.stdout != written.output || !ran.stderr.is_empty() || !ran.left.is_empty() {
        return Err(format!(
            "{options:?}\n--- script\n{}--- expected\n{}--- printed\n{}{}{}",
            written.script, written.output, ran.stdout, ran.stderr, ran.left
        ));
    }
    Ok(())
}

/// How a program is run: mostly as it is, else in pieces or with collections.
fn options(how: u8) -> Options {
    let slice = match how % 8 {
        0 => 1,
        1 => 7,
        _ => u64::MAX,
    };
    Options { slice, stress: how % 8 == 2, ..Options::default() }
}

#[test]
fn random_programs_print_what_a_deep_copying_interpreter_prints() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u32>().ok());
    let config = ProptestConfig {
        cases: number("PROPTEST_CASES").unwrap_or(PROGRAMS),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    };
    // The same programs every time; another seed gives others.
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number("RUFF_TEST_SEED").unwrap_or(0).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let strategy = (0..HOMES.len(), any::<u16>(), any::<u8>(), vec(raw(), 1..24));
    let result = runner.run(&strategy, |(home, start, how, program)| {
        let written = model::write(HOMES[home], start, &program);
        check(&written, &options(how)).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(_, (home, start, how, program))) => {
            let written = model::write(HOMES[home], start, &program);
            let difference = check(&written, &options(how)).expect_err("it fails again");
            panic!("{:?}: {difference}", HOMES[home]);
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

#[test]
fn the_programs_are_worth_running() {
    // What the generator is for must come up often.
    let mut runner = TestRunner::deterministic();
    let strategy = vec(raw(), 1..24);
    let mut text = String::new();
    for index in 0..300 {
        let program = strategy.new_tree(&mut runner).expect("a program").current();
        text.push_str(&model::write(HOMES[index % HOMES.len()], index as u16, &program).script);
    }
    for (least, pattern) in [
        (200, ".push("),
        (100, ".pop()"),
        (100, "func f"),
        (100, "func m"),
        (40, "async func"),
        (20, "spawn {"),
        (50, "yield_now()"),
        (30, "await t"),
        (40, "map("),
        (20, "(func("),
        (50, "mut k"),
        (30, "w1"),
        (30, "ch.send("),
        (20, "throw"),
        (15, " in 3 {"),
        (15, "while n"),
        (15, "loop {"),
        (20, "case ["),
        (20, "mut [e, ...r]"),
        (5, "mut {k, ...r}"),
        (20, "func*("),
        (20, "[..."),
        (5, "{..."),
        (5, ".remove(\"k\")"),
        (5, ".sort_by("),
        (5, ".swap()"),
        (5, ".with("),
        (5, ".copied("),
    ] {
        let count = text.matches(pattern).count();
        assert!(count >= least, "{pattern:?} came up {count} times");
    }
}

/// Statements and what they print, as a script, in a function, in a closure, in a task and in a method.
fn everywhere(definitions: &str, statements: &str, expected: &str) {
    let homes = [
        format!("{definitions}\n{statements}"),
        format!("{definitions}\nfunc main() {{\n{statements}\n}}\nmain()"),
        format!("{definitions}\nfunc main() {{\ninside := func() {{\n{statements}\n}}\ninside()\n}}\nmain()"),
        format!("{definitions}\nasync func main() {{\n{statements}\n}}\nawait main()"),
        format!("{definitions}\nstruct Main {{ func main(self) {{\n{statements}\n}} }}\nMain {{}}.main()"),
    ];
    for script in homes {
        for options in [Options::default(), Options { slice: 1, stress: true, ..Options::default() }] {
            let ran = run_script(&script, "case.ruff", &options);
            assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected, ""), "{options:?}\n{script}");
        }
    }
}

#[test]
fn a_parameter_does_not_change_with_its_argument() {
    everywhere("g := [0]\nfunc f(xs) { g.push(1) print(xs) }", "g := [0]\nf(g)\nprint(g)", "[0]\n[0, 1]\n");
    everywhere(
        "g := [0]\nfunc f(xs) { g[0] := 9 return xs }",
        "g := [[0]]\nx := f(g)\ny := f([g, g])\nprint(x, y, g)",
        "[[0]] [[9], [9]] [9]\n",
    );
    everywhere(
        "g := {k: [1]}\nfunc f(xs) { g.k.push(2) g.k := 5 print(xs) }",
        "g := {k: [1]}\nf(g.k)\nprint(g)",
        "[1]\n{\"k\": 5}\n",
    );
    everywhere(
        "g := [1]\nfunc inner(ys) { g.push(2) print(ys) }\nfunc outer(xs) { inner(xs) print(xs) }",
        "g := [1]\nouter(g)\nprint(g)",
        "[1]\n[1]\n[1, 2]\n",
    );
}

#[test]
fn an_argument_does_not_change_its_source() {
    everywhere("func f(xs) { xs.push(1) return xs }", "a := [0]\nb := f(a)\nf(a)\nprint(a, b)", "[0] [0, 1]\n");
    everywhere(
        "func f(xs) { xs[0].push(1) return xs[0] }",
        "a := [[0]]\nb := f(a)\nb.push(2)\nprint(a, b)",
        "[[0]] [0, 1, 2]\n",
    );
    everywhere(
        "kept := null\nfunc keep(xs) { kept := xs }",
        "a := [0]\nkeep(a)\na.push(1)\nprint(kept, a)\nkept.push(2)\nprint(kept, a)",
        "[0] [0, 1]\n[0, 2] [0, 1]\n",
    );
    everywhere(
        "kept := []\nfunc keep(xs) { kept.push(xs) return xs }",
        "kept := []\na := [0]\nb := keep(a)\na.push(1)\nb.push(2)\nkept[0].push(3)\nprint(kept, a, b)",
        "[[0, 3]] [0, 1] [0, 2]\n",
    );
}

#[test]
fn later_arguments_do_not_change_earlier_ones() {
    everywhere("func f(x, y) { print(x, y) }", "a := [1, 2]\nf(a, a.pop())\nprint(a)", "[1, 2] 2\n[1]\n");
    everywhere(
        "g := [1]\nfunc w() { g.push(2) return g }\nfunc f(x, y, z) { print(x, y, z) }",
        "g := [1]\nf(g, w(), g)\nf(g[0], w(), len(g))",
        "[1] [1, 2] [1, 2]\n1 [1, 2, 2] 3\n",
    );
    everywhere("", "a := [1]\nprint(a, a.push(2), a, push(a, 3), a)", "[1] null [1, 2] [1, 2, 3] [1, 2]\n");
    everywhere(
        "g := [1]\nfunc w() { g := [7] return 0 }",
        "g := [1]\nprint([g, w(), g], {k: g})\ng := [1]\nprint(g == [w() + 7], g)",
        "[[1], 0, [7]] {\"k\": [7]}\nfalse [7]\n",
    );
}

#[test]
fn a_method_and_its_arguments_do_not_share() {
    let definitions = "struct O { list  other\n\
        func m(self, xs) { self.list.push(9) print(xs) return xs }\n\
        func keep(self, xs) { self.other := xs self.list.push(8) }\n\
        func grow(self) { self.list.push(7) return self.list } }";
    everywhere(
        definitions,
        "obj := O { list: [1], other: null }\nx := obj.m(obj.list)\nprint(obj.list, x)",
        "[1]\n[1, 9] [1]\n",
    );
    everywhere(
        definitions,
        "obj := O { list: [1], other: null }\nobj.keep(obj.list)\nobj.keep(obj.other)\nprint(obj.list, obj.other)",
        "[1, 8, 8] [1]\n",
    );
    everywhere(
        definitions,
        "obj := O { list: [1], other: null }\nkept := obj\nx := obj.grow()\nx.push(0)\nprint(obj.list, kept.list, x)",
        "[1, 7] [1] [1, 7, 0]\n",
    );
    everywhere(
        definitions,
        "objs := [O { list: [1], other: null }]\nkept := objs\nobjs[0].m(objs)\nprint(objs[0].list, kept[0].list)",
        "[O { list: [1], other: null }]\n[1, 9] [1]\n",
    );
    everywhere(
        definitions,
        "obj := O { list: [1], other: null }\nobj.keep(obj)\nobj.keep(obj)\nprint(obj)",
        "O { list: [1, 8, 8], other: O { list: [1, 8], other: O { list: [1], other: null } } }\n",
    );
}

#[test]
fn a_callee_that_awaits_does_not_see_what_others_write() {
    everywhere(
        "g := [1]\nfunc f(xs) { sleep(1) print(xs) xs.push(5) return xs }",
        "g := [1]\nspawn { g.push(2) }\nx := f(g)\nprint(g, x)",
        "[1, 2]\n[1, 2] [1, 2, 5]\n",
    );
    everywhere(
        "g := [1]\nasync func other() { yield_now() g.push(2) g[0] := 9 }\nfunc f(xs) { sleep(1) print(xs) }",
        "g := [1]\np := other()\nf(g)\nawait p\nprint(g)",
        "[1]\n[9, 2]\n",
    );
    everywhere(
        "g := {k: [1]}\nasync func other() { yield_now() g.k.push(2) }\nasync func f(xs) { sleep(1) xs.push(3) return xs }",
        "g := {k: [1]}\nother()\np := f(g.k)\nprint(await p, await p, g)",
        "[1, 3] [1, 3] {\"k\": [1, 2]}\n",
    );
    everywhere(
        "g := [3, 1, 2]\nasync func other() { yield_now() g.push(0) g[0] := 9 }",
        "g := [3, 1, 2]\np := other()\nprint(map(g, func(x) { yield_now() return x }), g)\nawait p",
        "[3, 1, 2] [9, 1, 2, 0]\n",
    );
}

#[test]
fn results_of_tasks_are_values() {
    everywhere(
        "async func work() { return [1] }",
        "p := work()\na := await p\na.push(2)\nb := await p\nb.push(3)\nprint(a, b, await p)",
        "[1, 2] [1, 3] [1]\n",
    );
    everywhere(
        "",
        "ch := channel()\na := [1]\nch.send(a)\na.push(2)\nb := ch.receive()\nb.push(3)\nprint(a, b)",
        "[1, 2] [1, 3]\n",
    );
    everywhere(
        "",
        "a := [1]\nshared_set(\"x\", a)\na.push(2)\nb := shared_get(\"x\")\nb.push(3)\nprint(a, b, shared_get(\"x\"))",
        "[1, 2] [1, 3] [1]\n",
    );
    everywhere(
        "",
        "a := [1]\nps := promise_all([a, a])\na.push(2)\nb := await ps\nb[0].push(3)\nprint(a, b, await ps)",
        "[1, 2] [[1, 3], [1]] [[1], [1]]\n",
    );
}

#[test]
fn parts_of_containers_are_values() {
    everywhere(
        "",
        "a := [[1]]\nb := a[0]\nc := [a[0], a[0]]\nb.push(2)\nc[0].push(3)\na[0].push(4)\nprint(a, b, c)",
        "[[1, 4]] [1, 2] [[1, 3], [1]]\n",
    );
    everywhere(
        "",
        "d := {k: [1]}\nfor k, v in d { v.push(2) d[k].push(3) d.l := v }\nprint(d)",
        "{\"k\": [1, 3], \"l\": [1, 2]}\n",
    );
    everywhere("", "a := [[1], [2]]\nfor x in a { x.push(0) a.push(x) }\nprint(a)", "[[1], [2], [1, 0], [2, 0]]\n");
    everywhere(
        "",
        "a := [[1], [2]]\nb := reverse(a)\nc := sort_by(a, func(x) { return -x[0] })\nb[0].push(0)\nc[0].push(5)\nprint(a, b, c)",
        "[[1], [2]] [[2, 0], [1]] [[2, 5], [1]]\n",
    );
    everywhere("", "a := [1]\na := push(a, a)\na := push(a, a)\na[1].push(9)\nprint(a)", "[1, [1, 9], [1, [1]]]\n");
    everywhere(
        "",
        "s := \"x\"\nt := s\ns += \"y\"\nt += s\nu := [s, t]\ns += \"z\"\nprint(s, t, u)",
        "xyz xxy [xy, xxy]\n",
    );
}

#[test]
fn sets_queues_stacks_and_variants_are_values() {
    everywhere(
        "",
        "a := [1]\ns := Set([a])\na.push(2)\nt := s\ns.set_add(a)\na.push(3)\nfor x in s { x.push(9) }\nprint(a, s, t)",
        "[1, 2, 3] Set{[1], [1, 2]} Set{[1]}\n",
    );
    everywhere(
        "",
        "a := [1]\nq := Queue([a])\nr := q\nq.queue_enqueue(a)\na.push(2)\nx := q.queue_dequeue()\nx.push(3)\n\
         print(a, q, r, x, queue_peek(r))",
        "[1, 2] Queue[[1]] Queue[[1]] [1, 3] [1]\n",
    );
    everywhere(
        "",
        "a := [1]\ns := Stack([a])\nt := s\ns.stack_push(a)\na.push(2)\nx := s.stack_peek()\nx.push(3)\n\
         y := stack_to_array(s)\ny[0].push(4)\nprint(a, s, t, x, y)",
        "[1, 2] Stack[[1], [1]] Stack[[1]] [1, 3] [[1, 4], [1]]\n",
    );
    everywhere(
        "",
        "a := [1]\nr := Ok(a)\na.push(2)\nb := r.unwrap()\nb.push(3)\nprint(a, b, r, r.map_ok(func(v) { v.push(4) return v }), r)",
        "[1, 2] [1, 3] Ok([1]) Ok([1, 4]) Ok([1])\n",
    );
    everywhere(
        "",
        "a := [[1]]\ntry { throw a } except e { a[0].push(2) b := e.value b.push(3) print(a, b, e.value) }",
        "[[1, 2]] [[1], 3] [[1]]\n",
    );
}

#[test]
fn a_borrow_that_never_began_does_not_end() {
    // The argument of insert is kept, so nothing is borrowed; registers still hold values of calls before.
    everywhere(
        "struct S { v w  func m(self, p) { h.insert(0, g.w) g.v := g.w print(self.v, p) } }\n\
         func first(p) { g.v[-1] := slice(g.v, 0, 2) return concat(g.v[-1], p) }\n\
         g := S { v: [8], w: 9 }\nh := [1]",
        "g := S { v: [8], w: 9 }\nh := [1]\nx := first([])\ny := g.m(\"p\")\nprint(x, g, h)",
        "[[8]] p\n[8] S { v: 9, w: 9 } [9, 1]\n",
    );
}

#[test]
fn captured_variables_are_values() {
    everywhere(
        "func make() { mut xs := [1] f := func() { xs.push(2) return xs } xs.push(7) return [f, xs] }",
        "made := make()\nf := made[0]\nx := f()\nx.push(3)\ny := f()\nprint(x, y, made[1])",
        "[1, 2, 3] [1, 2, 2] [1, 7]\n",
    );
    everywhere(
        "func make(xs) { return func(x) { xs.push(x) return xs } }",
        "a := [1]\nf := make(a)\ng := f\nf(2)\na.push(9)\nprint(g(3), a)",
        "[1, 2, 3] [1, 9]\n",
    );
    everywhere(
        "func run() { mut xs := [1] p := spawn { xs.push(2) yield_now() xs.push(3) return xs } xs.push(4) return [xs, await p, xs] }",
        "print(run())",
        "[[1, 4], [1, 2, 3], [1, 4]]\n",
    );
}

#[test]
fn every_home_is_tried() {
    assert_eq!(HOMES.len(), 7);
    assert!(HOMES.contains(&Home::SelfFields));
}

#[test]
fn what_patterns_bind_are_values() {
    everywhere(
        "",
        "a := [[1], [2]]\nmatch a { case [x, ...rest] { x.push(9) rest.push(8) a[0].push(7) print(x, rest, a) } }",
        "[1, 9] [[2], 8] [[1, 7], [2]]\n",
    );
    everywhere(
        "enum E { T(v) }",
        "a := [1]\ne := E::T(a)\na.push(2)\nf := e\nmatch e { case E::T(v) { v.push(3) print(v, e, f, a) } }",
        "[1, 3] E::T([1]) E::T([1]) [1, 2]\n",
    );
    everywhere(
        "",
        "a := [[1], [2], [3]]\n[x, ...rest] := a\nx.push(9)\nrest[0].push(8)\na[0].push(7)\nprint(a, x, rest)",
        "[[1, 7], [2], [3]] [1, 9] [[2, 8], [3]]\n",
    );
    everywhere(
        "",
        "d := {k: [1], l: [2]}\nmut {k, ...others} := d\nk.push(9)\nothers.l.push(8)\nd.k.push(7)\nprint(d, k, others)",
        "{\"k\": [1, 7], \"l\": [2]} [1, 9] {\"l\": [2, 8]}\n",
    );
}

#[test]
fn what_is_spread_or_handed_out_is_a_value() {
    everywhere(
        "",
        "a := [[1]]\nb := [...a, ...a]\nb[0].push(2)\na[0].push(3)\nprint(a, b)",
        "[[1, 3]] [[1, 2], [1]]\n",
    );
    everywhere(
        "",
        "d := {k: [1]}\ne := {...d, l: d.k}\ne.k.push(2)\nd.k.push(3)\nprint(d, e)",
        "{\"k\": [1, 3]} {\"k\": [1, 2], \"l\": [1]}\n",
    );
    everywhere(
        "func* gen(xs) { mut kept := xs\n yield xs\n kept.push(5)\n yield kept\n yield xs }",
        "a := [1]\ng := gen(a)\na.push(2)\nx := g.next()\nx.push(3)\ny := g.next()\ny.push(4)\nprint(a, x, y, g.next())",
        "[1, 2] [1, 3] [1, 5, 4] [1]\n",
    );
}

#[test]
fn loops_and_callbacks_do_not_see_what_is_written_to_their_source() {
    everywhere(
        "",
        "a := [[1], [2]]\nfor x in a { a[0].push(9) a.push(x) x.push(7) }\nprint(a)",
        "[[1, 9, 9], [2], [1], [2]]\n",
    );
    everywhere(
        "",
        "a := [[2], [1]]\nb := sort_by(a, func(x) { x.push(9) return x[0] })\nprint(a, b)",
        "[[2], [1]] [[1], [2]]\n",
    );
    everywhere(
        "g := []",
        "g := [3, 1, 2]\nprint(filter(g, func(x) { g.push(x) return x > 1 }), g)",
        "[3, 2] [3, 1, 2, 3, 1, 2]\n",
    );
}

#[test]
fn no_push_to_a_shared_variable_is_lost() {
    // The copy that each push makes uses up the turn, so other tasks come between the pushes.
    let script = "g := range(90000)\nheld := null\nasync func add(n) { for i in 8 { held := g  g.push(n) } }\n\
                  p := add(-1)\nq := add(-2)\nawait p\nawait q\nprint(len(g), slice(g, 90000, len(g)))";
    for slice in [1, 7, 1000, u64::MAX] {
        let ran = run_script(script, "case.ruff", &Options { slice, ..Options::default() });
        assert_eq!(ran.stderr, "");
        assert!(ran.stdout.starts_with("90016 ["), "in slices of {slice}: {}", ran.stdout);
        assert_eq!(ran.stdout.matches("-1").count(), 8, "in slices of {slice}: {}", ran.stdout);
        assert_eq!(ran.stdout.matches("-2").count(), 8, "in slices of {slice}: {}", ran.stdout);
        assert!(ran.stdout.contains("-1, -2, -1"), "the tasks take turns: {}", ran.stdout);
    }
}
