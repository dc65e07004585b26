//! The builtins as a TypeScript module of types, part of the npm package.

use ruff_lang::builtins::TABLE;

pub fn module() -> String {
    let mut out = String::from(
        "// Written by `cargo xtask docs` from the table of builtins (src/builtins).\n\n\
         /** The functions that every script has, by name; the types are their signatures. */\n\
         export interface Builtins {\n",
    );
    for builtin in &TABLE {
        let mut lines = vec![format!("{}.", builtin.summary)];
        if let Some(original) = builtin.stands_for() {
            lines.push(format!("Another name of `{original}`."));
        }
        if builtin.updates() {
            lines.push("In method form it updates its receiver.".to_owned());
        }
        lines.push(String::new());
        lines.push("```ruff".to_owned());
        lines.extend(builtin.commented_example().lines().map(str::to_owned));
        lines.push("```".to_owned());
        out.push_str("  /**\n");
        for line in lines {
            let line = format!("   * {}", line.replace("*/", "*\\/"));
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out.push_str("   */\n");
        out.push_str(&format!("  readonly {}: {:?};\n", builtin.name, builtin.signature));
    }
    out.push_str("}\n\nexport type BuiltinName = keyof Builtins;\n");
    out
}
