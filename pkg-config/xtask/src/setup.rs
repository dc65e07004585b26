//! Installing what is missing, each thing only once.

use crate::machine::{
    Failure, Outcome, cargo, cargo_target, command, copy, find_on_path, note, output_of, read, root, run, tools,
};
use crate::stamp::Inputs;
use std::path::{Path, PathBuf};

const NODE_MAJOR: u32 = 20;
const WASM_PACK: &str = "0.15.1";

/// The standard library for wasm32-unknown-unknown.
pub fn wasm_target() -> Outcome {
    let target = "wasm32-unknown-unknown";
    let sysroot =
        output_of(command("rustc").args(["--print", "sysroot"])).ok_or("rustc does not run; install rustup")?;
    if Path::new(&sysroot).join("lib/rustlib").join(target).is_dir() {
        return Ok(());
    }
    run(command("rustup").args(["target", "add", target]))
}

/// rustfmt and clippy.
pub fn rust_components() -> Outcome {
    for (component, probe) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if output_of(cargo().args([probe, "--version"])).is_none() {
            run(command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// The npm packages of the lock file.
pub fn node_packages() -> Outcome {
    let version = output_of(command("node").arg("--version"))
        .ok_or_else(|| Failure(format!("Node is missing: install Node {NODE_MAJOR} or newer, with npm")))?;
    let major: u32 = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse().ok()).unwrap_or(0);
    if major < NODE_MAJOR {
        return Err(Failure(format!("Node {version} is too old: install Node {NODE_MAJOR} or newer")));
    }
    let inputs = Inputs::new().word(&version).path("package-lock.json").path("package.json");
    inputs.unless_done("npm packages", &root().join("node_modules/.package-lock.json"), || {
        run(command("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
    })
}

/// wasm-bindgen and its test runner, of the version that Cargo.lock has for the library.
pub fn wasm_bindgen() -> Outcome {
    let names = ["wasm-bindgen", "wasm-bindgen-test-runner"];
    let version = locked_version("wasm-bindgen")?;
    let inputs = Inputs::new().word(&version).path("pkg-config/wasm-tools");
    inputs.unless_done("wasm-bindgen tools", &tools().join(names[1]), || {
        note(format!("building wasm-bindgen {version}, once (about a minute)"));
        run(cargo().args(["build", "--quiet", "--profile", "tools", "--package", "wasm-tools"]))?;
        for name in names {
            // First removed: the old one may be running, and must not be written to then.
            let _ = std::fs::remove_file(tools().join(name));
            copy(&cargo_target().join("tools/wasm-tools"), &tools().join(name))?;
        }
        Ok(())
    })
}

/// wasm-pack, which runs the wasm tests.
pub fn wasm_pack() -> Outcome {
    let installed = output_of(command("wasm-pack").arg("--version"));
    if installed.is_some_and(|text| text.ends_with(WASM_PACK)) {
        return Ok(());
    }
    note(format!("installing wasm-pack {WASM_PACK}, once (one to two minutes)"));
    let root = cargo_target().join("tools");
    let package = format!("wasm-pack@{WASM_PACK}");
    run(cargo().args(["install", "--quiet", "--locked", "--debug", &package, "--root"]).arg(root))
}

/// A Chromium and its WebDriver.
pub struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

pub fn browser() -> Outcome<Browser> {
    if let Some(found) = find_browser() {
        return Ok(found);
    }
    let debian = Path::new("/etc/debian_version").exists();
    let superuser = output_of(command("id").arg("-u")).is_some_and(|id| id == "0");
    if debian && superuser {
        run(command("apt-get").args(["update", "-qq"]))?;
        let mut install = command("apt-get");
        install.args(["install", "-y", "-qq", "chromium", "chromium-driver"]).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut install)?;
        if let Some(found) = find_browser() {
            return Ok(found);
        }
    }
    Err(Failure(
        "the browser tests need Chromium and its driver: install both (Debian: `apt-get install chromium \
         chromium-driver`) or name them in CHROMIUM and CHROMEDRIVER; `cargo xtask test --quick` does without"
            .to_owned(),
    ))
}

fn find_browser() -> Option<Browser> {
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
    let chromium = named("CHROMIUM")
        .or_else(|| ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find_on_path(name)))?;
    let driver = named("CHROMEDRIVER").or_else(|| find_on_path("chromedriver"))?;
    Some(Browser { chromium, driver })
}

/// The version of a package in Cargo.lock.
pub fn locked_version(package: &str) -> Outcome<String> {
    let lock = read(&root().join("Cargo.lock"))?;
    let entry = format!("name = \"{package}\"\nversion = \"");
    let version = lock.split_once(&entry).and_then(|(_, rest)| rest.split('"').next());
    version.map(str::to_owned).ok_or_else(|| Failure(format!("Cargo.lock does not have {package}")))
}
