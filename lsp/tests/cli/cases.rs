//! `headwater test`: tests of runbooks over recordings, and what is said of those that fail.

use expect_test::expect;
use serde_json::Value;

use crate::binary::{Folder, requests};

const CONFIG: &str = "[sources.access]\nuri = \"otlp:127.0.0.1:4317?signal=logs\"\n[sources.access.fields]\nms = { type = \"long\" }\n\
    [sources.owners]\nuri = \"file:owners.jsonl\"\n";

const BLOCKS: &str = "---\nparams:\n  slow: 90\n---\n# R\n\n```headwater name=failed\naccess\n| where status >= 500\n| summarize errors = count(), worst = max(ms) by route, bin(timestamp, 20s)\n```\n\n\
    ```headwater name=slow\naccess | where ms >= slow | top 2 by ms | project timestamp, route, ms\n```\n\n";

fn folder(tests: &str) -> Folder {
    let text = format!("{BLOCKS}{tests}");
    Folder::new(&[
        ("headwater.toml", CONFIG.as_bytes()),
        ("books/r.md", text.as_bytes()),
        ("books/fixtures/access.jsonl", &requests()),
        ("owners.jsonl", b"{\"route\":\"/r0\"}\n"),
        ("books/none.md", b"# Without tests\n"),
    ])
}

const RIGHT: &str =
    "```headwater-test for=slow input=fixtures/access.jsonl\n| ms | route |\n|---|---|\n| 99 | /r0 |\n| 99 | /r1 |\n";

#[test]
fn a_test_is_written_then_holds() {
    let folder = folder(
        "```headwater-test for=failed input=fixtures/access.jsonl\n```\n\n> ```headwater-test for=slow input=fixtures/access.jsonl set.slow=95\n> ```\n\nEnd.\n",
    );
    let ended = folder.run(&["test", "books"]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("there is no table of what must come of it"), "{}", ended.out);
    let ended = folder.run(&["test", "--update", "books"]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    let text = folder.read("books/r.md");
    expect![[r#"
        ```headwater-test for=failed input=fixtures/access.jsonl
        | route | timestamp            | errors | worst |
        |-------|----------------------|--------|-------|
        | /r0   | 2026-03-01T12:00:00Z | 14     | 90    |
        | /r1   | 2026-03-01T12:00:00Z | 13     | 90    |
        | /r2   | 2026-03-01T12:00:00Z | 13     | 90    |
        | /r1   | 2026-03-01T12:00:20Z | 14     | 90    |
        | /r2   | 2026-03-01T12:00:20Z | 13     | 90    |
        | /r0   | 2026-03-01T12:00:20Z | 13     | 90    |
        | /r2   | 2026-03-01T12:00:40Z | 7      | 90    |
        | /r0   | 2026-03-01T12:00:40Z | 7      | 90    |
        | /r1   | 2026-03-01T12:00:40Z | 6      | 80    |
        ```

        > ```headwater-test for=slow input=fixtures/access.jsonl set.slow=95
        > | timestamp               | route | ms  |
        > |-------------------------|-------|-----|
        > | 2026-03-01T12:00:04.95Z | /r0   | 99  |
        > | 2026-03-01T12:00:09.95Z | /r1   | 99  |
        > ```

        End.
    "#]]
    .assert_eq(text.strip_prefix(BLOCKS).expect("the blocks stay"));
    let ended = folder.run(&["test"]);
    expect![[r#"
        ok      books/r.md:17 failed (9 rows, 1,000 events)
        ok      books/r.md:31 slow (2 rows, 1,000 events)
    "#]]
    .assert_eq(&ended.out);
    assert_eq!((ended.code, ended.err.as_str()), (0, "2 passed, 0 failed\n"));
    // Formatting leaves tests as they are, and they are no findings.
    assert_eq!(folder.run(&["fmt", "--check", "books"]).code, 0);
    assert_eq!(folder.run(&["check", "books"]).code, 0);
    folder.run(&["test", "--update", "books"]).clean();
    assert_eq!(folder.read("books/r.md"), text);
}

/// Rows of another order, and of fewer columns, are the same rows.
const FAILS: &str = "```headwater-test for=failed input=fixtures/access.jsonl\n\
    | errors | route | timestamp |\n|---|---|---|\n\
    | 6 | /r1 | 2026-03-01 12:00:40 |\n\
    | 13 | /r0 | 2026-03-01 12:00:00 |\n\
    | 1 | /r9 | 2026-03-01 12:00:00 |\n```\n";

#[test]
fn rows_that_differ_are_shown() {
    let folder = folder(FAILS);
    let ended = folder.run(&["test", "books/r.md"]);
    expect![[r#"
        FAILED  books/r.md:17 failed (1,000 events)
                  | errors | route | timestamp            |
                - | 13     | /r0   | 2026-03-01 12:00:00  |
                + | 14     | /r0   | 2026-03-01T12:00:00Z |
                - | 1      | /r9   | 2026-03-01 12:00:00  |
                + | 13     | /r1   | 2026-03-01T12:00:00Z |
                + | 13     | /r2   | 2026-03-01T12:00:00Z |
                + | 14     | /r1   | 2026-03-01T12:00:20Z |
                + | 13     | /r2   | 2026-03-01T12:00:20Z |
                + | 13     | /r0   | 2026-03-01T12:00:20Z |
                + | 7      | /r2   | 2026-03-01T12:00:40Z |
                + | 7      | /r0   | 2026-03-01T12:00:40Z |
                  | 6      | /r1   | 2026-03-01T12:00:40Z |
                - expected  + came
    "#]]
    .assert_eq(&ended.out);
    assert_eq!((ended.code, ended.err.as_str()), (1, "0 passed, 1 failed\n"));
    expect![[r#"
        ::error file=books/r.md,line=17,title=test of failed::other rows came than were expected%0A  | errors | route | timestamp            |%0A- | 13     | /r0   | 2026-03-01 12:00:00  |%0A+ | 14     | /r0   | 2026-03-01T12:00:00Z |%0A- | 1      | /r9   | 2026-03-01 12:00:00  |%0A+ | 13     | /r1   | 2026-03-01T12:00:00Z |%0A+ | 13     | /r2   | 2026-03-01T12:00:00Z |%0A+ | 14     | /r1   | 2026-03-01T12:00:20Z |%0A+ | 13     | /r2   | 2026-03-01T12:00:20Z |%0A+ | 13     | /r0   | 2026-03-01T12:00:20Z |%0A+ | 7      | /r2   | 2026-03-01T12:00:40Z |%0A+ | 7      | /r0   | 2026-03-01T12:00:40Z |%0A  | 6      | /r1   | 2026-03-01T12:00:40Z |%0A- expected  + came%0A
    "#]].assert_eq(&folder.run(&["test", "books", "--format", "github"]).out);
    let json: Value =
        serde_json::from_str(&folder.run(&["test", "books", "--format", "json"]).out).expect("it is JSON");
    let test = &json["tests"][0];
    assert_eq!((&test["path"], &test["line"], &test["verdict"]), (&"books/r.md".into(), &17.into(), &"failed".into()));
    let junit = folder.run(&["test", "books", "--format", "junit"]).out;
    let without_times = regex::Regex::new("(time|timestamp|uuid)=\"[^\"]*\"")
        .expect("it is right")
        .replace_all(&junit, "$1=\"\"")
        .into_owned();
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="headwater" tests="1" skipped="0" failures="1" errors="0">
            <testsuite name="books/r.md" tests="1" skipped="0" errors="0" failures="1">
                <testcase name="failed (line 17)" classname="books/r.md" time="">
                    <failure message="other rows came than were expected">  | errors | route | timestamp            |
        - | 13     | /r0   | 2026-03-01 12:00:00  |
        + | 14     | /r0   | 2026-03-01T12:00:00Z |
        - | 1      | /r9   | 2026-03-01 12:00:00  |
        + | 13     | /r1   | 2026-03-01T12:00:00Z |
        + | 13     | /r2   | 2026-03-01T12:00:00Z |
        + | 14     | /r1   | 2026-03-01T12:00:20Z |
        + | 13     | /r2   | 2026-03-01T12:00:20Z |
        + | 13     | /r0   | 2026-03-01T12:00:20Z |
        + | 7      | /r2   | 2026-03-01T12:00:40Z |
        + | 7      | /r0   | 2026-03-01T12:00:40Z |
          | 6      | /r1   | 2026-03-01T12:00:40Z |
        - expected  + came
        </failure>
                </testcase>
            </testsuite>
        </testsuites>
    "#]]
    .assert_eq(&without_times);
}

#[test]
fn what_cannot_be_tested_says_why_and_the_rest_is_tested() {
    let test = |attributes: &str| format!("```headwater-test {attributes}\n| route |\n|---|\n| /r0 |\n```\n\n");
    let mut tests = String::new();
    for attributes in [
        "input=fixtures/access.jsonl",
        "for=faild input=fixtures/access.jsonl",
        "for=failed",
        "for=failed inptu=x",
        "for=failed input=fixtures/none.jsonl",
        "for=failed input=../../../etc/passwd",
        "for=failed input=fixtures/access.jsonl?follow=true",
        "for=failed input=demo:shop",
        "for=failed input=demo:shop?events=100",
        "for=failed input=otlp:127.0.0.1:4317",
        "for=failed input.spans=fixtures/access.jsonl",
        "for=failed input=fixtures/access.jsonl set.slwo=5",
        "for=slow input=fixtures/access.jsonl set.slow=abc",
        "for=failed input=fixtures/broken.jsonl",
    ] {
        tests.push_str(&test(attributes));
    }
    tests.push_str(&format!("{RIGHT}```\n"));
    let folder = folder(&tests);
    std::fs::write(
        folder.path("books/fixtures/broken.jsonl"),
        "{\"timestamp\":\"2026-03-01T12:00:00Z\",\"status\":500}\n{\"time\n",
    )
    .expect("written");
    std::fs::write(folder.path("books/latin.md"), b"```headwater-test\xff").expect("written");
    let ended = folder.run(&["test", "books"]);
    assert_eq!(ended.code, 2);
    expect![[r#"
        FAILED  books/r.md:17 
                this does not say which block is tested; write `for=` and one of failed, slow
        FAILED  books/r.md:23 faild
                there is no block `faild`; did you mean `failed`?
        FAILED  books/r.md:29 failed
                this does not say which events the block reads; write `input=` and a recording, e.g. `input=fixtures/incident.jsonl`
        FAILED  books/r.md:35 failed
                a test has no `inptu`; it has `for=`, `input=`, `input.SOURCE=` and `set.PARAMETER=`
        FAILED  books/r.md:41 failed
                there is no recording `fixtures/none.jsonl`; a path begins at the runbook's own folder
        FAILED  books/r.md:47 failed
                cannot read `../../../etc/passwd`: it leads out of the workspace, so it is not read
        FAILED  books/r.md:53 failed
                `fixtures/access.jsonl?follow=true` does not end, and a test does; name a recording, or add `events=10000`
        FAILED  books/r.md:59 failed
                `demo:shop` does not end, and a test does; name a recording, or add `events=10000`
        FAILED  books/r.md:65 failed
                `demo:shop?events=100` is another each day; add `&start=2026-01-31T12:00:00Z`
        FAILED  books/r.md:71 failed
                there is no recording `otlp:127.0.0.1:4317`; a path begins at the runbook's own folder
        FAILED  books/r.md:77 failed
                the block does not read `spans`; it reads access (found `input.spans=fixtures/access.jsonl`)
        FAILED  books/r.md:83 failed
                there is no parameter `slwo` to set; did you mean `slow`?
        FAILED  books/r.md:89 slow
                the block does not run: `slow` was set to `abc`, which is no long
        FAILED  books/r.md:95 failed
                the recording cannot be read as a whole: 1 dropped: truncated JSON, e.g. `{"time`
        ok      books/r.md:101 slow (2 rows, 1,000 events)
    "#]].assert_eq(&ended.out);
    expect![[r#"
        error: cannot read `books/latin.md`: it is not UTF-8: line 1 has the byte 0xff
        1 passed, 14 failed
    "#]]
    .assert_eq(&ended.err);
    // `check` finds without running what can be found so.
    let found = folder.run(&["check", "books/r.md", "--format", "github"]).out;
    expect![[r#"
        ::error file=books/r.md,line=17,col=4,endLine=17,endColumn=46,title=bad-test::this does not say which block is tested%0Ahelp: write `for=` and one of failed, slow
        ::error file=books/r.md,line=23,col=23,endLine=23,endColumn=28,title=bad-test::there is no block `faild`%0Ahelp: did you mean `failed`?
        ::error file=books/r.md,line=29,col=4,endLine=29,endColumn=29,title=bad-test::this does not say which events the block reads%0Ahelp: write `input=` and a recording, e.g. `input=fixtures/incident.jsonl`
        ::error file=books/r.md,line=35,col=4,endLine=35,endColumn=37,title=bad-test::this does not say which events the block reads%0Ahelp: write `input=` and a recording, e.g. `input=fixtures/incident.jsonl`
        ::error file=books/r.md,line=35,col=36,endLine=35,endColumn=37,title=bad-test::a test has no `inptu`; it has `for=`, `input=`, `input.SOURCE=` and `set.PARAMETER=`
        ::error file=books/r.md,line=41,col=36,endLine=41,endColumn=55,title=bad-test::there is no recording `fixtures/none.jsonl`%0Ahelp: a path begins at the runbook's own folder
        ::error file=books/r.md,line=71,col=36,endLine=71,endColumn=55,title=bad-test::there is no recording `otlp:127.0.0.1:4317`%0Ahelp: a path begins at the runbook's own folder
        ::error file=books/r.md,line=83,col=67,endLine=83,endColumn=68,title=bad-test::there is no parameter `slwo` to set%0Ahelp: did you mean `slow`?
    "#]].assert_eq(&found);
}

#[test]
fn a_block_that_asserts_fails_its_test() {
    let text = "```headwater name=a\nspans | summarize n = count() by bin(timestamp, 10s) | assert n < 5\n```\n\n\
        ```headwater-test for=a input=demo:shop?events=2000&start=2026-03-01T12:00:00Z\n| n |\n|---|\n```\n";
    let folder = Folder::new(&[("a.md", text.as_bytes())]);
    let ended = folder.run(&["test"]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("assert"), "{}", ended.out);
}

#[test]
fn several_sources_have_a_recording_each() {
    let text = "```headwater name=pairs\naccess | join kind=inner (logs) on route within 1s | lookup owners on route | summarize n = count() by route, team\n```\n\n\
        ```headwater-test for=pairs input=access.jsonl input.logs=access.jsonl\n| route | team | n |\n|---|---|---|\n```\n\
        ```headwater-test for=pairs input=access.jsonl\n| route | team | n |\n|---|---|---|\n```\n";
    let config = format!("{CONFIG}[sources.logs]\nuri = \"otlp:127.0.0.1:4317\"\n");
    let folder = Folder::new(&[
        ("headwater.toml", config.as_bytes()),
        ("a.md", text.as_bytes()),
        ("access.jsonl", &requests()),
        ("owners.jsonl", b"{\"route\":\"/r1\",\"team\":\"one | \\\"two\\\"\"}\n{\"route\":\"/r2\",\"team\":\"\"}\n"),
    ]);
    let ended = folder.run(&["test", "--update"]);
    expect![[r#"
        updated a.md:5 pairs (2,000 events)
        FAILED  a.md:9 pairs
                the block reads `logs`, and no recording is given for it; write `input.logs=PATH`
    "#]]
    .assert_eq(&ended.out);
    expect![[r#"
        ```headwater name=pairs
        access | join kind=inner (logs) on route within 1s | lookup owners on route | summarize n = count() by route, team
        ```

        ```headwater-test for=pairs input=access.jsonl input.logs=access.jsonl
        | route | team         | n    |
        |-------|--------------|------|
        | /r0   |              | 4300 |
        | /r1   | one \| "two" | 4287 |
        | /r2   | ""           | 4287 |
        ```
        ```headwater-test for=pairs input=access.jsonl
        | route | team | n |
        |---|---|---|
        ```
    "#]].assert_eq(&folder.read("a.md"));
    let ended = folder.run(&["test"]);
    assert!(ended.out.starts_with("ok"), "{}", ended.out);
}

#[test]
fn no_tests_are_no_fault() {
    let ended = Folder::new(&[("a.md", b"# A\n")]).run(&["test"]);
    assert_eq!(ended.code, 0);
    assert!(ended.err.contains("no runbook here has a test"), "{}", ended.err);
}

#[test]
fn now_is_the_newest_event_of_the_recording() {
    let text = "```headwater name=last\naccess | where timestamp > ago(5s) | summarize n = count(), at = max(now())\n```\n\n\
        ```headwater-test for=last input=fixtures/access.jsonl\n\
        | n | at |\n|---|---|\n| 100 | 2026-03-01T12:00:49.95Z |\n```\n";
    let folder = Folder::new(&[
        ("headwater.toml", CONFIG.as_bytes()),
        ("r.md", text.as_bytes()),
        ("fixtures/access.jsonl", &requests()),
        ("owners.jsonl", b"{}\n"),
    ]);
    let ended = folder.run(&["test"]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
}

#[test]
fn the_time_of_records_is_known_before_one_is_read() {
    let text = "```headwater name=moving\naccess | summarize n = count() by route, hop(timestamp, size=20s, every=10s)\n```\n\n\
        ```headwater name=steps\naccess | summarize n = count() by route, bin(timestamp, 10s)\n```\n";
    let declared = "fields.timestamp.type = \"datetime\"\nfields.route.type = \"string\"\n";
    for (uri, fields) in [("file:a.jsonl", ""), ("file:a.jsonl?follow=true", declared), ("replay:a.jsonl", declared)] {
        let config = format!("[sources.access]\nuri = \"{uri}\"\n{fields}");
        let folder =
            Folder::new(&[("headwater.toml", config.as_bytes()), ("r.md", text.as_bytes()), ("a.jsonl", &requests())]);
        let ended = folder.run(&["check"]);
        assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{uri}: {}", ended.err);
    }
}

#[test]
fn rows_are_written_with_the_line_ends_of_the_runbook() {
    let tests = "```headwater-test for=slow input=fixtures/access.jsonl\r\n```\r\n";
    let folder = folder(tests);
    folder.run(&["test", "--update", "books"]).clean();
    let text = folder.read("books/r.md");
    let written = &text[text.find("headwater-test").expect("the fence")..];
    assert!(written.contains("| /r1   | 99  |\r\n```\r\n"), "{written:?}");
    assert_eq!(written.matches('\n').count(), written.matches("\r\n").count());
}

#[test]
fn nothing_hidden_is_written_into_a_runbook() {
    let text = "```headwater name=all\nevents | project text\n```\n\n```headwater-test for=all input=e.jsonl\n```\n";
    let folder = Folder::new(&[
        ("headwater.toml", b"[sources.events]\nuri = \"file:e.jsonl\"\n"),
        ("r.md", text.as_bytes()),
        ("e.jsonl", "{\"text\":\"a\u{202e}b\"}\n".as_bytes()),
    ]);
    folder.run(&["test", "--update"]).clean();
    assert!(folder.read("r.md").contains(r#"| "a\u202eb" |"#), "{}", folder.read("r.md"));
    folder.run(&["test"]).clean();
}
