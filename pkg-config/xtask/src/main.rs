//! `cargo xtask …`: sets up, builds, serves, documents, tests and packs this
//! repository. Everything it runs is printed.

mod build;
mod check;
mod machine;
mod serve;
mod setup;
mod stamp;

use machine::{Failure, Outcome};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  play [--port N] [--no-serve]   build the VM and the playground, serve them on loopback (default port 4747)
  test [--quick]                 formatting, lints, native, Node, browser and packaging tests; --quick leaves out the browser
  docs                           write what is derived from the tables: www/reference.html, pkg-config/src/builtins.ts
  pack                           write target/npm/package/ and target/npm/ruff-lang-<version>.tgz
";

enum Command {
    Play { port: u16, serve: bool },
    Test { quick: bool },
    Docs,
    Pack,
}

fn parse(arguments: &[String]) -> Result<Command, String> {
    let mut rest = arguments.iter().map(String::as_str);
    let name = rest.next().ok_or("a command is missing")?;
    let mut command = match name {
        "play" => Command::Play { port: 4747, serve: true },
        "test" => Command::Test { quick: false },
        "docs" => Command::Docs,
        "pack" => Command::Pack,
        other => return Err(format!("unknown command: {other}")),
    };
    while let Some(flag) = rest.next() {
        match (&mut command, flag) {
            (Command::Play { port, .. }, "--port") => {
                let text = rest.next().ok_or("--port needs a number")?;
                *port = text.parse().map_err(|_| format!("--port needs a number up to 65535, got {text}"))?;
            }
            (Command::Play { serve, .. }, "--no-serve") => *serve = false,
            (Command::Test { quick }, "--quick") => *quick = true,
            _ => return Err(format!("{name} has no option {flag}")),
        }
    }
    Ok(command)
}

fn play(port: u16, serve: bool) -> Outcome {
    setup::wasm_target()?;
    setup::node_packages()?;
    setup::wasm_bindgen()?;
    build::package()?;
    build::page()?;
    if !serve {
        println!("\nThe playground is built: {}", machine::root().join("target/www").display());
        return Ok(());
    }
    serve::serve(&machine::root().join("target/www"), port)
}

/// The test that compares the files with the tables can also write them.
fn docs() -> Outcome {
    let test = ["test", "--quiet", "--features", "tokio", "--test", "reference"];
    machine::run(machine::cargo().args(test).env("RUFF_WRITE_REFERENCE", "1"))
}

fn pack() -> Outcome {
    setup::wasm_target()?;
    setup::node_packages()?;
    setup::wasm_bindgen()?;
    build::package()?;
    let tarball = build::tarball()?;
    println!("\n{}\n{}", machine::root().join("target/npm/package").display(), tarball.display());
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() || arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        print!("{USAGE}");
        return if arguments.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS };
    }
    let command = match parse(&arguments) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("error: {message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = match command {
        Command::Play { port, serve } => play(port, serve).map(|()| true),
        Command::Test { quick } => check::run_all(quick),
        Command::Docs => docs().map(|()| true),
        Command::Pack => pack().map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Failure(message)) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}
