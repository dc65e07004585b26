//! Random async generators: however a loop over one is left, every `try` that its body has entered runs its `finally`
//! block exactly once, and `for await` and `next()` see the same values.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::numbers::Numbers;
use support::{Options, run_script};

/// Programs of a normal run; `RUFF_TEST_GENERATORS` sets another number.
const PROGRAMS: u64 = 150;

/// What stands around the random body: `enter` and `leave` count what must be in balance, `flip` decides the same way
/// again once `seed` is set back.
const AROUND: &str = r#"
seed := 1
func flip() {
    seed := (seed * 1103515245 + 12345) % 2147483648
    return seed / 65536 % 3 == 0
}
open := {}
func enter(place) { open[place] := get(open, place, 0) + 1 }
func leave(place) { open[place] := get(open, place, 0) - 1 }
func check(what) {
    for place, count in open { if count != 0 { print("WRONG", what, place, count) } }
}
func helper() { try { sleep(1)  if flip() { throw "from a call" } } finally { sleep(1) } }
async func* inner(n) {
    enter("inner")
    try { for i in n { yield i } } finally { leave("inner")  await async_sleep(1) }
}
async func* body() {
BODY
}

# Left after some rounds, or by an error of the body.
trace := []
for rounds in 6 {
    try {
        for await i, x in body() { trace.push(x)  if i == rounds { break } }
    } except e { trace.push(e.message) }
    check(rounds)
}

# Left by a cancellation, wherever it meets the loop.
for ms in [0, 1, 4] {
    t := spawn { try { for await x in body() { sleep(2) } } finally { trace.push("task") } }
    sleep(ms)
    cancel(t)
    try { await t } except e { trace.push(e.message) }
    check("cancelled")
}

# To the end, in both ways.
func all_by(pull) {
    seed := 5
    values := []
    try { pull(func(x) { values.push(x)  collected := values }) } except e { collected := push(collected, e.message) }
    check("end")
    result := collected
    collected := []
    return result
}
collected := []
by_loop := all_by(func(take) { for await x in body() { take(x) } })
by_next := all_by(func(take) {
    g := body()
    loop {
        x := await g.next()
        if g.is_done() { break }
        take(x)
    }
})
if by_loop != by_next { print("WRONG", by_loop, by_next) }
print(trace, by_loop)
"#;

/// Writes statements of a generator's body.
struct Writer {
    numbers: Numbers,
    places: usize,
}

impl Writer {
    fn block(&mut self, depth: usize, in_loop: bool) -> String {
        (0..=self.numbers.next(3)).map(|_| self.statement(depth, in_loop) + "\n").collect()
    }

    fn statement(&mut self, depth: usize, in_loop: bool) -> String {
        if depth == 0 || self.numbers.next(3) == 0 {
            return match self.numbers.next(if in_loop { 11 } else { 9 }) {
                0..=3 => format!("yield {}", self.numbers.next(10)),
                4 => "await async_sleep(1)".into(),
                5 => "if flip() { throw \"from the body\" }".into(),
                6 => "if flip() { return 1 }".into(),
                7 => "helper()".into(),
                8 => "sleep(0)".into(),
                9 => "if flip() { break }".into(),
                _ => "if flip() { continue }".into(),
            };
        }
        match self.numbers.next(5) {
            0..=2 => {
                self.places += 1;
                let place = self.places;
                let body = self.block(depth - 1, in_loop);
                let except = match self.numbers.next(3) {
                    0 => format!("except e {{ {} }}", self.block(depth - 1, in_loop)),
                    _ => String::new(),
                };
                let cleanup = match self.numbers.next(2) {
                    0 => self.block(depth.saturating_sub(2), in_loop),
                    _ => String::new(),
                };
                format!("enter({place}) try {{ {body} }} {except} finally {{ leave({place})\n{cleanup} }}")
            }
            3 => format!("for round in 3 {{ {} }}", self.block(depth - 1, true)),
            _ => {
                let count = 1 + self.numbers.next(3);
                format!("for await x in inner({count}) {{ {} }}", self.block(depth - 1, true))
            }
        }
    }
}

#[test]
fn random_async_generators_are_cleaned_up_once() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("RUFF_TEST_SEED").unwrap_or(0);
    for program in 0..number("RUFF_TEST_GENERATORS").unwrap_or(PROGRAMS) {
        let mut writer = Writer { numbers: Numbers(seed << 32 | program), places: 0 };
        let script = AROUND.replace("BODY", &writer.block(4, false));
        let uncut = run_script(&script, "random.ruff", &Options::default());
        let wrong = uncut.stdout.contains("WRONG") || !uncut.stderr.is_empty() || !uncut.left.is_empty();
        assert!(!wrong, "{}{}{}\n{script}", uncut.stdout, uncut.stderr, uncut.left);
        let slice = [1, 2, 3, 7, 1000][writer.numbers.next(5)];
        let again = run_script(&script, "random.ruff", &Options { slice, stress: true, ..Options::default() });
        assert_eq!(again.stdout, uncut.stdout, "in slices of {slice}\n{script}");
    }
}
