//! `ruff run --record` and `ruff replay`.

use super::{ruff, script, status, stderr, stdout};

#[test]
fn a_recorded_run_is_had_again() {
    let text = "print(now(), random(), uuid_v4())\nsleep(5)\nprint(performance_now())\nemit_event(\"done\", {\"n\": 1})\n\
                order := await next_event(\"order\")\nspawn { throw \"nobody hears it\" }\nprint(order[\"data\"])\n\
                throw \"after \" + to_string(now())\n";
    let source = script("recorded_run.ruff", text);
    let feed = script("recorded_run.feed", "{\"at\": 20, \"event\": \"order\", \"data\": [1, 2.5]}");
    let journal = script("recorded_run.journal", "");
    let [source, feed, journal] = [&source, &feed, &journal].map(|path| path.to_str().expect("a path"));
    let first = ruff(&["run", "--feed", feed, "--record", journal, source]);
    assert_eq!(status(&first), 4);
    assert!(stdout(&first).ends_with("[1, 2.5]\n"), "{}", stdout(&first));
    for arguments in [&["replay", journal][..], &["replay", journal, source]] {
        let again = ruff(arguments);
        assert_eq!((status(&again), stdout(&again), stderr(&again)), (4, stdout(&first), stderr(&first)));
    }
    script("recorded_run.ruff", &text.replace("sleep(5)", "sleep(6)"));
    let changed = ruff(&["replay", journal, source]);
    assert_eq!((status(&changed), stdout(&changed)), (4, String::new()));
    let told = stderr(&changed);
    assert!(told.contains("the program has been changed: line 2 is not what was recorded"), "{told}");
}

#[test]
fn what_is_no_journal_is_refused() {
    let file = script("no_journal", "print(1)");
    let output = ruff(&["replay", file.to_str().expect("a path")]);
    assert_eq!((status(&output), stdout(&output)), (2, String::new()));
    assert!(stderr(&output).ends_with("This is no journal of a run\n"), "{}", stderr(&output));
    assert_eq!(status(&ruff(&["replay", "no such file"])), 5);
}

#[test]
fn a_journal_that_cannot_be_written_is_told_before_the_run() {
    let source = script("unwritable.ruff", "print(1)");
    let output = ruff(&["run", "--record", "no such folder/journal", source.to_str().expect("a path")]);
    assert_eq!((status(&output), stdout(&output)), (5, String::new()));
    assert!(stderr(&output).contains("cannot write no such folder/journal"), "{}", stderr(&output));
}

#[test]
fn exit_and_modules_are_replayed() {
    script("recorded_part.ruff", "export func twice(n) { return n * 2 }");
    let source = script("recorded_exit.ruff", "from recorded_part import twice\nprint(twice(4))\nexit(9)");
    let journal = script("recorded_exit.journal", "");
    let [source, journal] = [&source, &journal].map(|path| path.to_str().expect("a path"));
    let first = ruff(&["run", "--record", journal, source]);
    assert_eq!((status(&first), stdout(&first)), (9, "8\n".into()), "{}", stderr(&first));
    script("recorded_part.ruff", "export func twice(n) { return n * 3 }");
    let again = ruff(&["replay", journal]);
    assert_eq!((status(&again), stdout(&again)), (9, "8\n".into()), "{}", stderr(&again));
}
