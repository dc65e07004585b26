//! Random asynchronous programs. Each choice becomes a statement that makes sense where it stands; what happens is told
//! to the host by calls of `note`.

use std::fmt::Write;

/// A choice; what it means depends on where it stands.
#[derive(Clone, Debug)]
pub struct Choice {
    pub kind: u8,
    pub numbers: [u8; 3],
    pub body: Vec<Choice>,
}

/// What `note` tells: its first argument.
pub mod noted {
    /// A task begins: the scope or join that owns it, or 0.
    pub const STARTED: i64 = 0;
    /// It waits for the promise of that number.
    pub const WAITS: i64 = 1;
    /// The value that it got.
    pub const GOT: i64 = 2;
    /// Kind and message of the error that it got.
    pub const FAILED: i64 = 3;
    /// The status of the promise of that number.
    pub const STATUS: i64 = 4;
    /// The body of a task or generator has been left: its cleanup begins, ends.
    pub const CLEANUP: i64 = 5;
    pub const CLEAN: i64 = 6;
    /// A number for a promise, scope or join.
    pub const NEW: i64 = 7;
    /// The block of a scope is about to be left; the scope or join has been left.
    pub const LEAVING: i64 = 8;
    pub const LEFT: i64 = 9;
    /// Something else.
    pub const STEP: i64 = 10;
}

/// What stands above every program. `take` awaits under the eyes of the host.
const PRELUDE: &str = "\
s := 0
all := []
a := channel()
b := channel(1)
c := channel(0)
struct Source { of  async func next(self) { return self.of.try_receive() } }
func pick(k) { if len(all) == 0 { return null } return all[k % len(all)] }
func take(p, q) {
    note(1, q)
    try { mut v := await p  note(2, q, v)  return v } except e { note(3, q, e.kind, e.message)  return e.kind }
}
";

pub fn write(program: &[Choice]) -> String {
    let mut writer = Writer { functions: String::new(), names: 0, promises: Vec::new(), generators: Vec::new() };
    let place = Place { in_loop: false, in_generator: false };
    let body = writer.block(program, place);
    format!("{PRELUDE}{}func main() {{\n{body}}}\nmain()\n", writer.functions)
}

/// What may stand here.
#[derive(Clone, Copy)]
struct Place {
    in_loop: bool,
    in_generator: bool,
}

const CHANNELS: [&str; 3] = ["a", "b", "c"];

struct Writer {
    /// Functions of the script.
    functions: String,
    names: usize,
    /// The numbers of variables that hold promises and generators, and that may be named here.
    promises: Vec<usize>,
    generators: Vec<usize>,
}

impl Writer {
    fn name(&mut self) -> usize {
        self.names += 1;
        self.names
    }

    fn block(&mut self, body: &[Choice], place: Place) -> String {
        let (promises, generators) = (self.promises.len(), self.generators.len());
        let mut text = String::new();
        for choice in body {
            let statement = self.statement(choice, place);
            text.push_str(&statement);
            text.push('\n');
        }
        self.promises.truncate(promises);
        self.generators.truncate(generators);
        text
    }

    /// The body of a function: loops and generators around it do not count.
    fn function(&mut self, body: &[Choice]) -> String {
        self.block(body, Place { in_loop: false, in_generator: false })
    }

    fn promise(&self, number: u8) -> Option<usize> {
        if self.promises.is_empty() { None } else { Some(self.promises[number as usize % self.promises.len()]) }
    }

    /// A promise, or something that can stand for one.
    fn awaited(&self, number: u8) -> String {
        match (self.promise(number), number % 5) {
            (_, 0) => format!("pick({})", number / 5),
            (Some(promise), _) => format!("p{promise}"),
            (None, 1) => "async_sleep(1)".into(),
            (None, 2) => format!("fetch({number})"),
            (None, _) => number.to_string(),
        }
    }

    /// Declares a variable for a promise.
    fn keep(&mut self, promise: &str, number: u8) -> String {
        let name = self.name();
        self.promises.push(name);
        let push = if number.is_multiple_of(3) { format!(" all.push(p{name})") } else { String::new() };
        format!("mut p{name} := {promise} mut q{name} := note({}){push}", noted::NEW)
    }

    /// What runs in a `finally` block.
    fn cleanup(&mut self, number: u8) -> String {
        let inside = match number % 12 {
            0 => "sleep(2)".into(),
            1 => "yield_now()".into(),
            2 => format!("await {}", self.awaited(number)),
            3 => self.promise(number).map_or(String::new(), |name| format!("cancel(p{name})")),
            4 => "spawn { sleep(1) }".into(),
            5 => "await fetch(4)".into(),
            6 => "throw \"cleanup\"".into(),
            _ => String::new(),
        };
        format!("finally {{ note({}) {inside} note({}) }}", noted::CLEANUP, noted::CLEAN)
    }

    /// The body of a task.
    fn task(&mut self, body: &[Choice], number: u8) -> String {
        let inside = self.function(body);
        let cleanup = self.cleanup(number);
        format!("note({}, s)\ntry {{\n{inside}return {number} }} {cleanup}", noted::STARTED)
    }

    /// A branch of a join, which owns it and the tasks that it starts.
    fn branch(&mut self, body: &[Choice], number: u8, join: &str) -> String {
        format!("(async func() {{ mut s := {join}  {} }})()", self.task(body, number))
    }

    fn generator(&mut self, body: &[Choice], number: u8, head: &str) -> String {
        let inside = self.block(body, Place { in_loop: false, in_generator: true });
        let cleanup = self.cleanup(number);
        // Whoever pulls it decides which scope its tasks belong to.
        format!("({head}() {{ mut s := 0 try {{ yield {number}\n{inside}yield 0 }} {cleanup} }})()")
    }

    /// An expression that starts a task.
    fn start(&mut self, body: &[Choice], numbers: [u8; 3]) -> String {
        let [form, number, _] = numbers;
        match form % 6 {
            0 | 1 => format!("(async func() {{ {} }})()", self.task(body, number)),
            2 => format!("spawn {{ {} }}", self.task(body, number)),
            3 => format!("spawn_task(func() {{ {} }})", self.task(body, number)),
            _ => {
                let (promises, generators) = (std::mem::take(&mut self.promises), std::mem::take(&mut self.generators));
                let task = self.task(body, number);
                (self.promises, self.generators) = (promises, generators);
                let name = self.name();
                let _ = writeln!(self.functions, "async func f{name}(s) {{ {task} }}");
                format!("f{name}(s)")
            }
        }
    }

    fn statement(&mut self, choice: &Choice, place: Place) -> String {
        let Choice { kind, numbers, body } = choice;
        let [n0, n1, n2] = *numbers;
        let half = body.len() / 2;
        let channel = CHANNELS[n0 as usize % 3];
        match kind {
            1 => "yield_now()".into(),
            2 => format!("sleep({})", n0 % 4),
            3..=7 => {
                let task = self.start(body, *numbers);
                self.keep(&task, n2)
            }
            8 | 9 => self.keep(&format!("fetch({n0})"), n1),
            10 => self.keep(&format!("async_sleep({})", n0 % 5), n1),
            11..=15 => match (self.promise(n0), n1 % 8) {
                (Some(name), 0..=3) => format!("take(p{name}, q{name})"),
                (Some(name), 4) => format!("note({}, q{name}, task_status(p{name}))", noted::STATUS),
                (Some(name), 5) => format!("await p{name}"),
                (_, 6) => format!("print(await {})", self.awaited(n2)),
                _ => format!("take({}, 0)", self.awaited(n2)),
            },
            16 | 17 => match self.promise(n0) {
                Some(name) if n1.is_multiple_of(3) => format!("p{name}.cancel()"),
                Some(name) => format!("cancel(p{name})"),
                None => "if len(all) > 0 { cancel(all[-1]) }".into(),
            },
            18 => match self.promise(n0) {
                Some(name) => self.keep(&format!("async_timeout(p{name}, {})", n1 % 4), n2),
                None => self.keep(&format!("async_timeout(fetch({n0}), {})", n1 % 4), n2),
            },
            19 | 20 => {
                let of = ["promise_all", "promise_race", "promise_any", "promise_all_settled"][n0 as usize % 4];
                let combined = match n1 % 4 {
                    0 => {
                        let (first, second) = (self.task(&body[..half], n1), self.task(&body[half..], n2));
                        format!("promise_all([func() {{ {first} }}, func() {{ {second} }}], {})", 1 + n2 % 2)
                    }
                    1 => format!("parallel_map([1, 2, 3], async func(x) {{ {} }}, 2)", self.task(body, n2)),
                    _ => format!("{of}([{}, {}])", self.awaited(n1), self.awaited(n2)),
                };
                self.keep(&combined, n2)
            }
            21 | 22 => {
                let kind = ["all", "race", "any", "settle"][n0 as usize % 4];
                let join = self.name();
                let owner = format!("j{join}");
                let first = self.branch(&body[..half], n1, &owner);
                let second = match n2 % 3 {
                    0 => format!("take({}, 0)", self.awaited(n2)),
                    1 => self.awaited(n2),
                    _ => self.branch(&body[half..], n2, &owner),
                };
                let branches = if n1.is_multiple_of(4) {
                    format!("x: {first}, y: {second}")
                } else {
                    format!("{first}, {second}")
                };
                format!(
                    "mut {owner} := note({})\ntry {{ print(await join {kind} {{ {branches} }}) }} finally {{ note({}, {owner}) }}",
                    noted::NEW,
                    noted::LEFT
                )
            }
            23 | 24 => {
                let scope = self.name();
                let inside = self.block(body, place);
                format!(
                    "mut s{scope} := note({})\ntry {{ async scope {{ mut s := s{scope}\n\
                     try {{\n{inside}}} finally {{ note({}, s{scope}) }} }} }} finally {{ note({}, s{scope}) }}",
                    noted::NEW,
                    noted::LEAVING,
                    noted::LEFT
                )
            }
            25 => {
                let scope = self.name();
                let task = self.start(&body[..half], *numbers);
                let name = self.name();
                self.promises.push(name);
                let inside = self.function(&body[half..]);
                self.promises.pop();
                // The scope of the function's body owns this task, and not those of the statements after it.
                format!(
                    "mut o{scope} := s mut s{scope} := note({})\ntry {{ (func() {{ mut s := s{scope} async let p{name} := {task}\n\
                     mut q{name} := note({}) {{ mut s := o{scope} try {{\n{inside}}} finally {{ note({}, s{scope}) }} }} }})() }} \
                     finally {{ note({}, s{scope}) }}",
                    noted::NEW,
                    noted::NEW,
                    noted::LEAVING,
                    noted::LEFT
                )
            }
            26 => {
                let inside = self.block(body, place);
                match n0 % 3 {
                    0 => format!("try {{\n{inside}}} {}", self.cleanup(n1)),
                    _ => format!("try {{\n{inside}}} except e {{ print(e.kind, e.message) }}"),
                }
            }
            27 => {
                let inside = self.block(body, Place { in_loop: true, ..place });
                format!("for i in {} {{\n{inside}}}", 1 + n0 % 3)
            }
            28..=30 => match n1 % 10 {
                0 | 1 => format!("{channel}.send({n2})"),
                2 | 3 => format!("print({channel}.receive())"),
                4 => format!("print({channel}.try_send({n2}), {channel}.len())"),
                5 => format!("print({channel}.try_receive())"),
                6 => format!("print({channel}.receive_timeout({}))", n2 % 4),
                7 if n2.is_multiple_of(4) => format!("{channel}.close()"),
                8 => format!("print(select([a, b, c], {}))", n2 % 4),
                _ => "print(select([c, b, a]))".into(),
            },
            31..=33 => self.for_await(choice, place),
            34 => match n0 % 3 {
                0 => format!("throw {n1}"),
                1 => format!("return {n1}"),
                _ => format!("print({n1})"),
            },
            35 if place.in_loop => {
                if n0.is_multiple_of(2) {
                    "break".into()
                } else {
                    "continue".into()
                }
            }
            36 => {
                let head = ["async func*", "func*"][usize::from(n0.is_multiple_of(4))];
                let generator = self.generator(body, n1, head);
                let name = self.name();
                self.generators.push(name);
                let pull = match n0 % 4 {
                    1 => self.keep(&format!("g{name}.next()"), n1),
                    2 => format!("print(await g{name}.next())"),
                    _ => String::new(),
                };
                format!("mut g{name} := {generator}\n{pull}")
            }
            37 if !self.generators.is_empty() => {
                let name = self.generators[n0 as usize % self.generators.len()];
                self.keep(&format!("g{name}.next()"), n1)
            }
            37..=39 if place.in_generator => match n0 % 3 {
                0 => format!("yield {}", self.awaited(n1)),
                _ => format!("yield {n1}"),
            },
            40 => match n0 % 8 {
                0 => self.keep("next_event(\"e\")", n1),
                1 => self.keep("next_bar(\"b\")", n1),
                2 => "start_ticker(\"t\", 3)".into(),
                3 => self.keep("next_tick(\"t\")", n1),
                4 => "stop_ticker(\"t\")".into(),
                5 => "print((await next_event(\"e\")).data)".into(),
                6 => "await any_event() print(poll_event().data)".into(),
                _ => format!("emit_event(\"told\", {n1})"),
            },
            41 => match n0 % 3 {
                0 => format!("print(map([1, 2], func(x) {{\n{}return x }}))", self.function(body)),
                _ => format!("(func() {{\n{}}})()", self.function(body)),
            },
            // Uses up the turn.
            42 if n0.is_multiple_of(2) => "len(repeat(\"x\", 100000))".into(),
            42 if n0 % 16 == 1 => "exit(3)".into(),
            _ => format!("note({}, {n0})", noted::STEP),
        }
    }

    fn for_await(&mut self, choice: &Choice, place: Place) -> String {
        let Choice { numbers: [n0, n1, n2], body, .. } = choice;
        let half = body.len() / 2;
        let (mut before, mut inside) = (String::new(), half);
        let source = match n0 % 9 {
            0 => format!("[{}, {}, 3]", self.awaited(*n1), self.awaited(*n2)),
            1 => CHANNELS[*n1 as usize % 3].into(),
            2..=4 => self.generator(&body[..half], *n1, "async func*"),
            5 => self.generator(&body[..half], *n1, "func*"),
            6 => "events(\"e\")".into(),
            7 => "bars(\"b\")".into(),
            _ => {
                inside = 0;
                let name = self.name();
                before = format!("mut c{name} := channel() c{name}.send(1) c{name}.send(2)\n");
                format!("(Source {{ of: c{name} }})")
            }
        };
        let inside = self.block(&body[inside..], Place { in_loop: true, ..place });
        format!(
            "{before}for await i, x in {source} {{ note({}, i) if i > {} {{ break }}\n{inside}}}",
            noted::STEP,
            n2 % 3
        )
    }
}

/// [`Choice::kind`] is below this.
pub const KINDS: u8 = 43;
