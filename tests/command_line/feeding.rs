//! `ruff run --feed`: recorded events, bars and ticks; and what scripts tell.

use super::{ruff, script, status, stderr, stdout};
use std::process::Output;

fn fed(name: &str, text: &str, feed: &str) -> Output {
    let script = script(&format!("{name}.ruff"), text);
    let feed = self::script(&format!("{name}.feed"), feed);
    ruff(&["run", "--feed", feed.to_str().expect("a path"), script.to_str().expect("a path")])
}

#[test]
fn a_recording_is_delivered_as_time_passes() {
    let output = fed(
        "recorded",
        "began := current_timestamp()\n\
         for await bar in bars(\"A\") { print(bar[\"close\"] / 2) }\n\
         await next_tick(\"t\")\n\
         e := await next_event(\"e\")\nprint(e[\"data\"], current_timestamp() - began >= 49)",
        "# two bars\n{\"bar\": \"A\", \"time\": 1, \"close\": 3}\n{\"bar\": \"A\", \"time\": 2, \"close\": 4}\n\
         {\"at\": 20, \"end\": \"A\"}\n{\"tick\": \"t\"}\n{\"at\": 50, \"event\": \"e\", \"data\": [1, null]}\n",
    );
    assert_eq!((status(&output), stdout(&output), stderr(&output)), (0, "1.5\n2\n[1, null] true\n".into(), "".into()));
}

#[test]
fn a_script_that_waits_behind_the_end_of_its_feed_is_deadlocked() {
    for feed in ["", "{\"event\": \"other\"}"] {
        let output = fed("behind", "print(\"waits\")\nawait next_event(\"e\")", feed);
        assert_eq!((status(&output), stdout(&output)), (4, "waits\n".into()));
        let report = stderr(&output);
        assert!(report.contains("Deadlock: every task waits: task 1 for an event \"e\" in <script> (2:1)"), "{report}");
    }
    let output = super::run("unfed.ruff", "await next_bar(\"A\")");
    assert_eq!(status(&output), 4);
    assert!(stderr(&output).contains("a bar of \"A\""), "{}", stderr(&output));
}

#[test]
fn a_bar_that_is_none_makes_its_source_fail() {
    let feed = "{\"bar\": \"A\", \"close\": \"high\"}";
    let output = fed("bad_bar", "try { await next_bar(\"A\") } except e { print(e.kind, e.message) }", feed);
    assert_eq!((status(&output), stdout(&output)), (0, "host bar.close must be a number\n".into()));
}

#[test]
fn recordings_that_cannot_be_read_are_reported() {
    let output = fed("bad_feed", "print(1)", "{\"tick\": \"t\"}\n{\"tock\": 1}");
    assert_eq!((status(&output), stdout(&output)), (2, "".into()));
    let report = stderr(&output);
    assert!(report.ends_with("line 2: it must have one of \"event\", \"bar\", \"end\", \"tick\"\n"), "{report}");
    let output = ruff(&["run", "--feed", "no such file", "no script"]);
    assert_eq!(status(&output), 5);
    assert!(stderr(&output).starts_with("ruff: cannot read no such file: "), "{}", stderr(&output));
}

#[test]
fn events_and_alerts_are_written_to_standard_error_as_json() {
    let text = "print(\"a\")\nemit_event(\"saved\", {\"id\": 7, \"parts\": [1.5, null]})\n\
                emit_alert({\"severity\": \"warn\", \"title\": \"Disk\", \"tags\": [\"ops\"], \"time\": 5})";
    let output = super::run("told.ruff", text);
    assert_eq!((status(&output), stdout(&output)), (0, "a\n".into()));
    let expected = "{\"data\":{\"id\":7,\"parts\":[1.5,null]},\"event\":\"saved\"}\n\
                    {\"alert\":{\"data\":null,\"id\":\"1\",\"message\":\"Disk\",\"severity\":\"warning\",\"tags\":[\"ops\"],\
                    \"time\":5,\"title\":\"Disk\"}}\n";
    assert_eq!(stderr(&output), expected);
}
