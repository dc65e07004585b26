//! A whole program: where its variables live, and its text in the end.

use super::*;
use std::fmt::Write;

/// Executes the choices on the model and writes them down.
pub fn write(home: Home, start: u16, program: &[Raw]) -> Written {
    let prefix = match home {
        Home::LocalFields | Home::ScriptFields => "box.",
        Home::SelfFields => "self.",
        _ => "",
    };
    let global = matches!(home, Home::Script | Home::ScriptFields);
    let names = ["a", "b", "c"];
    let starts = |at: usize| -> (&'static str, Val) {
        let int = Val::Int;
        let list = |items: Vec<Val>| Val::List(items);
        let pair = |v: Val, w: Val| BTreeMap::from([("v".to_string(), v), ("w".to_string(), w)]);
        match (start as usize + at) % 5 {
            0 => ("[1, 2]", list(vec![int(1), int(2)])),
            1 => {
                ("{k: [3], l: 4}", Val::Dict(BTreeMap::from([("k".into(), list(vec![int(3)])), ("l".into(), int(4))])))
            }
            2 => ("[[5], [6, 7]]", list(vec![list(vec![int(5)]), list(vec![int(6), int(7)])])),
            3 => ("S { v: [8], w: 9 }", Val::Record(pair(list(vec![int(8)]), int(9)))),
            _ => ("[S { v: \"x\", w: [] }]", list(vec![Val::Record(pair(Val::Text("x".into()), list(vec![])))])),
        }
    };
    let mut globals = Variables::new();
    let mut locals = Variables::new();
    for (at, name) in names.iter().enumerate() {
        let variables = if global { &mut globals } else { &mut locals };
        variables.insert(format!("{prefix}{name}"), starts(at).1);
    }
    globals.insert("g".into(), starts(3).1);
    globals.insert("h".into(), starts(4).1);

    let mut work: VecDeque<Raw> = program.iter().cloned().collect();
    work.push_back(Raw { kind: AWAIT_ALL, numbers: [0; 5], body: Vec::new() });
    work.push_back(Raw { kind: PRINT_ALL, numbers: [0; 5], body: Vec::new() });
    let main = Task {
        frames: vec![Frame {
            block: 0,
            work,
            locals,
            then: Then::EndTask,
            prepared: None,
            returns: [0; 5],
            keeps_self: false,
            throws: true,
        }],
        value: None,
        waiters: Vec::new(),
        awaiting: None,
    };
    let mut model = Model {
        globals,
        locked: Vec::new(),
        tasks: vec![main],
        ready: VecDeque::new(),
        starters: Vec::new(),
        current: 0,
        blocks: vec![Vec::new()],
        functions: Vec::new(),
        methods: Vec::new(),
        closures: Vec::new(),
        cells: Vec::new(),
        closure_names: Vec::new(),
        channel: VecDeque::new(),
        output: String::new(),
        statements: 0,
        numbers: 0,
    };
    model.run();

    let mut script = String::from("struct S { v w\n");
    script.push_str(super::forms::METHODS);
    for (head, block) in &model.methods {
        let _ = write!(script, "func {head} {{\n{}}}\n", model.text(*block));
    }
    script.push_str("}\n");
    for (head, block) in &model.functions {
        let _ = write!(script, "{head} {{\n{}}}\n", model.text(*block));
    }
    for number in 0..model.tasks.len() {
        let _ = writeln!(script, "t{number} := null");
    }
    let _ = writeln!(script, "ch := channel()\ng := {}\nh := {}", starts(3).0, starts(4).0);
    let declared = |keyword: &str| {
        names.iter().enumerate().map(|(at, name)| format!("{keyword}{name} := {}\n", starts(at).0)).collect::<String>()
    };
    let fields =
        names.iter().enumerate().map(|(at, name)| format!("{name}: {}", starts(at).0)).collect::<Vec<_>>().join(", ");
    let body = model.text(0);
    let untouched = |out: &mut String| {
        let values: Vec<String> = (0..3)
            .map(|at| {
                let mut text = String::new();
                starts(at).1.print(&mut text);
                text
            })
            .collect();
        let _ = writeln!(out, "{}", values.join(" "));
    };
    let mut output = std::mem::take(&mut model.output);
    let _ = match home {
        Home::Script => write!(script, "{}{body}", declared("")),
        Home::Function => write!(script, "func main() {{\n{}{body}}}\nmain()\n", declared("mut ")),
        Home::Closure => {
            untouched(&mut output);
            write!(
                script,
                "func main() {{\n{}run := func() {{\n{body}}}\nrun()\nprint(a, b, c)\n}}\nmain()\n",
                declared("mut ")
            )
        }
        Home::Task => write!(script, "async func main() {{\n{}{body}}}\nawait main()\n", declared("mut ")),
        Home::LocalFields => write!(script, "func main() {{\nmut box := {{{fields}}}\n{body}}}\nmain()\n"),
        Home::ScriptFields => write!(script, "box := B {{ {fields} }}\n{body}"),
        Home::SelfFields => {
            write!(script, "struct M {{ a b c\nfunc run(self) {{\n{body}}}\n}}\nm := M {{ {fields} }}\nm.run()\n")
        }
    };
    Written { script, output }
}
