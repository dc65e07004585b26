//! The index of names says what the compiler makes of them.

mod support;

use ruff_lang::machine::{Catalog, compile};
use ruff_lang::names::{Index, Target, VariableKind};
use ruff_lang::syntax;
use std::collections::BTreeSet;
use support::goldens::{ASYNCHRONOUS, Golden, LANGUAGE, scripts};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn goldens() -> Vec<Golden> {
    LANGUAGE.dirs().chain([&ASYNCHRONOUS]).flat_map(scripts).collect()
}

/// What the names of a script mean, in words that the program has too.
#[derive(Debug, PartialEq)]
struct Meaning {
    script_variables: BTreeSet<String>,
    outer: BTreeSet<String>,
    /// The functions by their positions, with what they capture.
    captures: BTreeSet<(u32, String)>,
    /// Created by plain assignment in functions.
    created: BTreeSet<String>,
}

fn of_index(script: &str) -> Meaning {
    let parsed = syntax::parse(script);
    let index = Index::of_tree(&parsed.tree, script);
    let names = |kept: &dyn Fn(usize) -> bool| {
        let kept = (0..index.variables.len()).filter(|&variable| kept(variable));
        kept.map(|variable| index.text(index.variables[variable].name).to_string()).collect()
    };
    let mut meaning = Meaning {
        script_variables: BTreeSet::new(),
        outer: BTreeSet::new(),
        captures: BTreeSet::new(),
        created: names(&|variable| {
            index.variables[variable].kind == VariableKind::Created && !index.is_script_variable(variable)
        }),
    };
    for occurrence in &index.occurrences {
        let name = index.text(occurrence.name).to_string();
        match occurrence.target {
            Target::Variable(variable) if index.is_script_variable(variable) => {
                meaning.script_variables.insert(name);
            }
            Target::Variable(variable) => {
                let variable = &index.variables[variable];
                let owner = index.scopes[variable.scope].function;
                let mut function = index.scopes[occurrence.scope].function;
                while function != owner {
                    meaning.captures.insert((index.starts[function], name.clone()));
                    function = index.functions[function];
                }
            }
            Target::Outer => {
                meaning.outer.insert(name);
            }
            _ => {}
        }
    }
    meaning
}

#[test]
fn names_mean_what_the_compiler_makes_of_them() {
    let mut compared = 0;
    let mut differences = Vec::new();
    for golden in goldens() {
        // A normal run leaves test blocks out, and what imports bind is known when the modules are.
        if golden.script.lines().any(|line| line.starts_with("test")) || golden.script.contains("import ") {
            continue;
        }
        let Ok(program) = compile(golden.script, golden.name, &Catalog::default()) else { continue };
        let mut indexed = of_index(golden.script);
        let names = |indices: &[u32]| indices.iter().map(|&at| program.names[at as usize].to_string()).collect();
        let mut compiled = Meaning {
            created: indexed.created.clone(),
            script_variables: names(&program.globals),
            outer: program.free_names.iter().map(ToString::to_string).collect(),
            captures: program
                .functions
                .iter()
                .flat_map(|function| function.capture_names.iter().map(|name| (function.span.start, name.to_string())))
                .collect(),
        };
        // A function means itself by its name without a capture.
        let own: Vec<(u32, String)> = indexed.captures.difference(&compiled.captures).cloned().collect();
        for (start, name) in own {
            let (before, rest) = golden.script.split_at(start as usize);
            let named = before.trim_end().ends_with(&format!("{name} :="));
            if named || rest.starts_with(&format!("func {name}(")) {
                indexed.captures.remove(&(start, name));
            }
        }
        // The compiler looks for what a function creates in the outermost scope first.
        let created = indexed.created.clone();
        compiled.outer.retain(|name| !created.contains(name));
        indexed.outer.retain(|name| !created.contains(name));
        if indexed != compiled {
            differences.push(format!("{}\n  index    {indexed:?}\n  compiler {compiled:?}", golden.name));
        }
        compared += 1;
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(compared >= 100, "only {compared} scripts");
}

/// A script in which every name of interest stands between marks: `‹x›` for a declaration, `«x»` for what must mean it.
fn check(marked: &str) {
    let mut script = String::new();
    let (mut declared, mut meant) = (Vec::new(), Vec::new());
    for character in marked.chars() {
        match character {
            '‹' => declared.push(script.len() as u32),
            '«' => meant.push(script.len() as u32),
            '›' | '»' => {}
            other => script.push(other),
        }
    }
    let recovered = syntax::recover(&script);
    let index = Index::of_text(&recovered, &script);
    let first = index.at(declared[0]).unwrap_or_else(|| panic!("nothing at the declaration in {marked}"));
    let same: Vec<u32> = index
        .occurrences
        .iter()
        .filter(|other| index.same(first, other))
        .map(|occurrence| occurrence.span.start)
        .collect();
    let mut expected: Vec<u32> = declared.into_iter().chain(meant).collect();
    expected.sort_unstable();
    assert_eq!(same, expected, "{marked}");
}

#[test]
fn a_name_means_its_declaration_and_nothing_else_does() {
    for marked in [
        "‹x› := 1 func f() { «x» := 2 let x := 3 return x } print(«x»)",
        "let x := 1 func f(‹x›) { return «x» + 1 } print(x)",
        "func f() { if true { ‹y› := 1 let z := 1 } return «y» } print(y)",
        "x := 1 if true { let ‹x› := x  print(«x») } print(x)",
        "for await ‹i› in ch { print(«i») } print(i)",
        "async func* ‹f›(n) { yield n } for await x in «f»(1) { }",
        "for ‹i› in 3 { fs.push(func() { return «i» }) } print(i)",
        "for i in 3 { for ‹i› in i { print(«i») } }",
        "try { f() } except ‹e› { print(«e») let e2 := «e» } print(e)",
        "func f() { mut ‹n› := 0 return func() { «n» := «n» + 1 return «n» } } n := 5",
        "func outer() { func ‹even›(n) { return odd(n) } func odd(n) { return «even»(n) } return «even»(4) }",
        "match v { case [‹a›, ...rest] if «a» > 1 { print(«a», rest) } case [a] { print(a) } }",
        "match ‹red› { case red { } }",
        "struct P { ‹x›, y func m(self) { return self.«x» } func n() { return «x» } } p := P { «x»: 1 } print(p.«x»)",
        "struct ‹P› { x } p := «P» { x: 1 } match p { case «P» { x } { print(x) } } func f(p: «P») -> «P»? { }",
        "enum Shape { ‹Circle›(r), Unit } s := Shape::«Circle»(3) match s { case Shape::«Circle»(r) { } }",
        "‹len› := «len»(xs) print(\"abc\".len())",
        "p := spawn { ‹t› := 1 print(«t») } print(t)",
        "‹store› := null test_setup { «store» := [] } test \"a\" { «store».push(1) }",
        "import ‹geometry› print(«geometry».area)",
        "func f() { let ‹g› := func(n) { return «g»(n - 1) } }",
    ] {
        check(marked);
    }
}

#[test]
fn names_survive_what_cannot_be_read() {
    for marked in [
        "let ‹total› := other.\nprint(«total»)\n",
        "func f(‹name›) {\n    print(«name».",
        "func f(‹name›) {\n    x := («name» + \n}\n",
        "xs.map(func(‹item›) {\n    return «item».",
        "‹x› := \"abc\nprint(«x»)\n",
        "for await i, ‹key› in stream. {\n    print(«key», i)\n}\n",
        "for await ‹i› in stream. {\n    print(«i»)\n}\n",
        "for ‹key› in dict. {\n    print(«key»)\n}\n",
        "‹a› := 1\nb := «a» +\nif «a» {",
        "struct ‹P› { x\np := «P» { x: 1 }",
        "xs.each(func(‹item›) {\n    print(«item»)\n}\nprint(1)\n",
    ] {
        check(marked);
    }
}

#[test]
fn kinds_of_variables() {
    let script = "let a := 1 mut b := 2 const c := 3 d := 4 func e(f) { for g in f { } try { } except h { } async let i := e(1) }\
                  match a { case [j] { } }";
    let parsed = syntax::parse(script);
    let index = Index::of_tree(&parsed.tree, script);
    let mut kinds: Vec<(&str, VariableKind)> =
        index.variables.iter().map(|variable| (index.text(variable.name), variable.kind)).collect();
    kinds.sort_by_key(|&(name, _)| name);
    use VariableKind::*;
    let expected = [Let, Mut, Const, Created, Function, Parameter, Loop, Except, AsyncLet, Match];
    assert_eq!(kinds, "abcdefghij".split("").filter(|name| !name.is_empty()).zip(expected).collect::<Vec<_>>());
}
