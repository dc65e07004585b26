//! The verifier accepts what the compiler makes and refuses what would lead the interpreter astray.

use ruff_lang::bytecode::{
    INSTRUCTIONS, ImportInfo, NamespaceInfo, Operand, Program, TagName, instruction_of, op, verify, wide, word,
};
use ruff_lang::machine::{Catalog, compile};
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SCRIPT: &str = "
struct P { x, y = 1  func bump(self, n) { self.x += n  return self } }
func make(n) { total := 0  for i in range(n) { total += i }  return func(k) { total += k  return total } }
func work(xs) {
    out := []
    for i, x in xs { if x > 2 && x != 5 { out.push(x * 2) } else { out := push(out, x) } }
    try { return out[9] } except e { return e.message } finally { out.clear() }
}
p := P { x: 1 }
p.bump(3)
add := make(4)
print(work([1, 2, 3]), add(2), p, {a: [1, 2], b: \"${p.x}\"})
await async_sleep(1)
";

fn program() -> Program {
    let program = compile(SCRIPT, "script.ruff", &Catalog::default()).expect("the script compiles");
    Arc::try_unwrap(program).expect("nobody else has it")
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Program), reason: &str) {
    let mut program = program();
    change(&mut program);
    let fault = verify(&program).expect_err("the program is faulty");
    assert_eq!(fault.reason, reason, "{fault}");
}

/// The first instruction with this opcode, in any function: function and word.
fn find(program: &Program, opcode: u8) -> (usize, usize) {
    for (number, function) in program.functions.iter().enumerate() {
        let mut at = 0;
        while at < function.code.len() {
            let instruction = instruction_of(function.code[at]).expect("an instruction");
            if instruction.opcode == opcode {
                return (number, at);
            }
            at += instruction.length();
        }
    }
    panic!("no {}", INSTRUCTIONS[opcode as usize].name);
}

#[test]
fn compiled_programs_pass() {
    assert_eq!(verify(&program()), Ok(()));
}

#[test]
fn unknown_instructions_are_refused() {
    refused(|program| program.functions[0].code[0] = 255, "unknown instruction");
}

#[test]
fn registers_beyond_the_last_are_refused() {
    refused(|program| program.functions[0].code[0] = word(op::MOVE, 250, 0, 0), "an operand is out of range");
    refused(|program| program.functions[0].registers = 1, "an operand is out of range");
}

#[test]
fn constants_beyond_the_last_are_refused() {
    refused(|program| program.functions[0].code[0] = wide(op::LOAD_CONSTANT, 0, 60_000), "an operand is out of range");
}

#[test]
fn jumps_out_of_the_code_or_into_an_instruction_are_refused() {
    let far = |distance: i32| {
        move |program: &mut Program| {
            let (function, at) = find(program, op::JUMP);
            program.functions[function].code[at + 1] = (distance as u32) << 8;
        }
    };
    refused(far(1_000_000), "an extension word is out of range");
    refused(far(-1_000_000), "an extension word is out of range");
    refused(far(-1), "an extension word is out of range");
}

#[test]
fn tables_are_not_left() {
    refused(
        |program| {
            let (function, at) = find(program, op::CALL_METHOD);
            program.functions[function].code[at + 1] = 10_000;
        },
        "an extension word is out of range",
    );
    refused(
        |program| {
            let (function, at) = find(program, op::CALL_BUILTIN);
            program.functions[function].code[at + 1] = 10_000;
        },
        "an extension word is out of range",
    );
    refused(|program| program.hoisted.push((0, 10_000)), "a hoisted function does not exist");
    refused(|program| program.sites[0].name = 10_000, "an access has no name");
    refused(|program| program.functions.clear(), "there is no top-level function");
    let tag = TagName { enumeration: 0, variant: 10_000, payloads: 0 };
    refused(move |program| program.tags.push(tag), "a variant has no name");
    let faults: [fn(&mut ImportInfo); 4] = [
        |import| import.module = 10_000,
        |import| import.missing.push(10_000),
        |import| import.bindings.push((0, 10_000)),
        |import| import.namespace = Some(NamespaceInfo { name: 0, to: 0, fields: vec![(0, 10_000)] }),
    ];
    for fault in faults {
        refused(
            move |program| {
                let mut import = ImportInfo::default();
                fault(&mut import);
                program.imports.push(import);
            },
            "an import refers to something that does not exist",
        );
    }
}

#[test]
fn only_generators_hand_values_out() {
    refused(
        |program| {
            let function = program.functions.iter_mut().find(|function| !function.generator).expect("a function");
            function.code[0] = op::HAND_OUT as u32;
        },
        "only generators hand values out",
    );
}

#[test]
fn code_ends_with_a_return() {
    refused(
        |program| {
            program.functions[0].code.pop();
        },
        "the code does not end with a return",
    );
    refused(|program| program.functions[0].code.push(op::JUMP as u32), "the instruction is cut off");
}

#[test]
fn handlers_stay_in_the_code() {
    refused(
        |program| {
            let function = program.functions.iter_mut().find(|f| !f.handlers.is_empty()).expect("a handler");
            function.handlers[0].target = 100_000;
        },
        "a handler is outside of the code",
    );
}

#[test]
fn every_instruction_is_declared_with_its_opcode() {
    for (opcode, instruction) in INSTRUCTIONS.iter().enumerate() {
        assert_eq!(instruction.opcode as usize, opcode, "{}", instruction.name);
        let branch = instruction.extensions.contains(&Operand::Jump);
        assert!(!branch || instruction.extensions.last() == Some(&Operand::Jump), "{}", instruction.name);
    }
}

/// Any words at all: the verifier says yes or no, and nothing panics.
#[test]
fn arbitrary_words_are_judged() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..20_000 {
        let mut program = program_with_noise(&mut state);
        let _ = verify(&program);
        program.functions[0].code.truncate((state % 7) as usize);
        let _ = verify(&program);
    }
}

fn program_with_noise(state: &mut u64) -> Program {
    let mut next = || {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as u32
    };
    let mut program = Program {
        source: Arc::new(ruff_lang::source::Source::new("noise.ruff", "")),
        functions: vec![ruff_lang::bytecode::Function::default()],
        names: vec!["a".into()],
        globals: vec![0],
        hoisted: Vec::new(),
        outer: Vec::new(),
        structs: Vec::new(),
        layouts: Vec::new(),
        tags: Vec::new(),
        imports: Vec::new(),
        module: None,
        modules: Vec::new(),
        sites: Vec::new(),
        free_names: Vec::new(),
        replaced: Vec::new(),
        test: None,
        interactive: false,
    };
    program.functions[0].registers = (next() % 20) as u8;
    program.functions[0].code = (0..next() % 12).map(|_| next() & 0x0303_03ff | (next() % 3) << 24).collect();
    program
}
