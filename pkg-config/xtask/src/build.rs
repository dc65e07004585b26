//! From Rust and TypeScript sources to the npm package and the playground.

use crate::machine::{
    Failure, Outcome, cargo, cargo_target, clear, command, copy, files_below, node_program, read, remove, root, run,
    write,
};
use crate::setup::locked_version;
use crate::stamp::Inputs;
use std::path::PathBuf;

const TARGET: &str = "wasm32-unknown-unknown";

/// The options of the build steps stand here, so that a change of them is a change of their inputs.
const THIS_FILE: &str = "pkg-config/xtask/src/build.rs";

fn bindings() -> PathBuf {
    root().join("target/npm/bindings")
}

fn package_directory() -> PathBuf {
    root().join("target/npm/package")
}

/// The version of the crate, which the npm package shares.
pub fn version() -> Outcome<String> {
    locked_version("ruff-lang")
}

/// `target/npm/package/`.
pub fn package() -> Outcome {
    wasm()?;
    let inputs = Inputs::new()
        .word(&version()?)
        .path("target/npm/bindings")
        .path("pkg-config/src")
        .path("pkg-config/package.json")
        .path("pkg-config/README.md")
        .path("pkg-config/tsconfig.json")
        .path("package-lock.json")
        .path(THIS_FILE);
    inputs.unless_done("npm package", &package_directory().join("package.json"), || {
        clear(&package_directory())?;
        // Checks the types and writes the declarations; those of the inner modules are nobody's business.
        run(node_program("tsc").args(["--project", "pkg-config/tsconfig.json"]))?;
        clear(&package_directory().join("internal"))?;
        for name in ["binding.d.ts", "node.d.ts"] {
            remove(&package_directory().join(name))?;
        }
        let output = format!("--outdir={}", package_directory().display());
        let options = ["--format=esm", "--target=es2022", "--log-level=warning", &output];
        let bundle = ["pkg-config/src/index.ts", "--bundle", "--external:./ruff_lang.js"];
        run(node_program("esbuild").args(bundle).args(options))?;
        // The entries that share no code with it: the one of Node imports it, the stores stand alone.
        run(node_program("esbuild").args(["pkg-config/src/node.ts", "pkg-config/src/files.ts"]).args(options))?;
        for name in ["ruff_lang.js", "ruff_lang_bg.wasm"] {
            copy(&bindings().join(name), &package_directory().join(name))?;
        }
        copy(&root().join("pkg-config/README.md"), &package_directory().join("README.md"))?;
        write(&package_directory().join("package.json"), manifest()?)
    })
}

/// The package's manifest without what only its development needs.
fn manifest() -> Outcome<String> {
    let source = read(&root().join("pkg-config/package.json"))?;
    let version = version()?;
    if !source.contains(&format!("\"version\": \"{version}\"")) {
        return Err(Failure(format!("pkg-config/package.json does not have the crate's version {version}")));
    }
    match source.split_once(",\n  \"private\": true") {
        Some((before, after)) => Ok(format!("{before}{after}")),
        None => Err(Failure("pkg-config/package.json does not have its line \"private\": true".to_owned())),
    }
}

/// Measured in Chromium 156, medians: as fast as level 3 and two hundredths smaller; in Node 20, whose V8 is older, loops
/// and calls are a fifth faster than with level 3. Level "s" is an eighth smaller, but in Chromium takes a quarter longer
/// for records, tasks, channels and host calls. Natively level 3 is the faster one.
const OPTIMISATION: &str = "profile.release.opt-level=2";

/// The VM as wasm with its JavaScript glue, in `target/npm/bindings/`.
fn wasm() -> Outcome {
    let build = ["build", "--release", "--lib", "--target", TARGET, "--config", OPTIMISATION, "--config"];
    run(cargo().args(build).arg(path_independence()))?;
    let module = cargo_target().join(TARGET).join("release/ruff_lang.wasm");
    let bindgen = locked_version("wasm-bindgen")?;
    let inputs = Inputs::new().path(&module).word(&bindgen).path("package-lock.json").path(THIS_FILE);
    inputs.unless_done("wasm module", &bindings().join("ruff_lang_bg.wasm"), || {
        clear(&bindings())?;
        run(command("wasm-bindgen").args(["--target", "web", "--out-dir"]).arg(bindings()).arg(&module))?;
        let optimised = bindings().join("ruff_lang_bg.wasm");
        // What LLVM has optimised gets no faster here, only smaller; higher levels take three times as long for a
        // hundredth of the size (7 s and 1.24 MB against 21 s and 1.20 MB with -O3, equal once compressed).
        run(node_program("wasm-opt").arg("-O1").arg(&optimised).arg("-o").arg(&optimised))
    })
}

/// Compiler flags that keep the places of this machine out of the module (panics name source files).
fn path_independence() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let flags = [(home, "cargo"), (root(), "ruff-lang")].map(|(from, to)| {
        let flag = format!("--remap-path-prefix={}={to}", from.display());
        format!("'{flag}'")
    });
    format!("target.{TARGET}.rustflags=[{}]", flags.join(", "))
}

/// The package as npm would publish it.
pub fn tarball() -> Outcome<PathBuf> {
    let directory = root().join("target/npm");
    for old in files_below(&directory) {
        if old.extension().is_some_and(|extension| extension == "tgz") {
            let _ = std::fs::remove_file(old);
        }
    }
    run(command("npm")
        .args(["pack", "--silent", "--pack-destination"])
        .arg(&directory)
        .arg(format!("{}/", package_directory().display())))?;
    let tarball = directory.join(format!("ruff-lang-{}.tgz", version()?));
    if tarball.is_file() { Ok(tarball) } else { Err(Failure(format!("npm pack did not write {}", tarball.display()))) }
}

/// The playground in `target/www/`.
pub fn page() -> Outcome {
    let inputs = Inputs::new().path("www").path("target/npm/package").path("package-lock.json").path(THIS_FILE);
    inputs.unless_done("playground", &root().join("target/www/index.html"), || {
        clear(&root().join("target/www"))?;
        run(command("node").arg("www/build.mjs"))
    })
}
