//! Every golden script, cut into slices of every size, and with a collection at every safepoint.

mod support;

use support::Options;
use support::goldens::{LANGUAGE, check, directory};

macro_rules! sections {
    ($($name:ident: $path:literal,)*) => {
        const SECTIONS: &[&str] = &[$($path),*];
        $(mod $name {
            use super::{Options, check, directory};
            #[cfg(target_arch = "wasm32")]
            use wasm_bindgen_test::wasm_bindgen_test as test;

            fn sliced(slice: u64) {
                check(directory($path), &Options { slice, ..Options::default() });
            }

            #[test]
            fn uncut() {
                check(directory($path), &Options::default());
            }

            #[test]
            fn in_slices_of_1() {
                sliced(1);
            }

            #[test]
            fn in_slices_of_2() {
                sliced(2);
            }

            #[test]
            fn in_slices_of_3() {
                sliced(3);
            }

            #[test]
            fn in_slices_of_7() {
                sliced(7);
            }

            #[test]
            fn in_slices_of_1000() {
                sliced(1000);
            }

            #[test]
            fn with_a_collection_at_every_safepoint() {
                check(directory($path), &Options { stress: true, ..Options::default() });
            }
        })*
    };
}

sections! {
    lexical: "language/01_lexical",
    grammar: "language/02_grammar",
    values: "language/03_values",
    bindings: "language/04_bindings",
    expressions: "language/05_expressions",
    statements: "language/06_statements",
    functions_and_structs: "language/07_functions_and_structs",
    errors: "language/08_errors",
    enums_and_match: "language/09_match",
    generators: "language/10_generators",
    async_overview: "language/11_async",
    modules: "language/12_modules",
    library: "language/13_library",
    programs: "language/14_programs",
    larger_programs: "language/15_programs",
    asynchronous: "asynchronous",
}

mod all {
    use super::{LANGUAGE, SECTIONS};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_section_has_its_tests() {
        for dir in LANGUAGE.dirs() {
            let path = format!("language/{}", dir.path().display());
            // What the language does not have yet lies in `next`.
            assert!(path == "language/next" || SECTIONS.contains(&path.as_str()), "{path} has no tests");
        }
    }
}
