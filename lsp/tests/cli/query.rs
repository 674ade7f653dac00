//! `headwater query` over files and pipes: numbers, formats, bad input.

use expect_test::expect;

use crate::binary::{Folder, requests};

const SOURCE: &str = "a=file:a.jsonl";

fn folder() -> Folder {
    Folder::new(&[("a.jsonl", &requests())])
}

#[test]
fn numbers_are_exact() {
    let folder = folder();
    let answer = |pipeline: &str| folder.run(&["query", pipeline, "--source", SOURCE]).clean();
    expect![[r#"
        {"Count":100}
    "#]]
    .assert_eq(&answer("a | where status == 500 | count"));
    expect![[r#"
        {"route":"/r0","n":334,"top":99,"sum_ms":16533}
        {"route":"/r1","n":333,"top":99,"sum_ms":16467}
        {"route":"/r2","n":333,"top":99,"sum_ms":16500}
    "#]]
    .assert_eq(&answer("a | summarize n = count(), top = max(ms), sum(ms) by route | sort by route asc"));
    expect![[r#"
        {"timestamp":"2026-03-01T12:00:00Z","n":400,"failed":40}
        {"timestamp":"2026-03-01T12:00:20Z","n":400,"failed":40}
        {"timestamp":"2026-03-01T12:00:40Z","n":200,"failed":20}
    "#]]
    .assert_eq(&answer("a | summarize n = count(), failed = countif(status >= 500) by bin(timestamp, 20s)"));
    expect![[r#"
        {"timestamp":"2026-03-01T12:00:49Z","route":"/r2"}
        {"timestamp":"2026-03-01T12:00:49.5Z","route":"/r0"}
    "#]]
    .assert_eq(&answer("a | where status == 500 | project timestamp, route | tail 2"));
}

#[test]
fn every_event_is_accounted_for_at_the_end() {
    let ended = folder().run(&["query", "a | where status == 500", "--source", SOURCE]);
    assert_eq!(ended.out.lines().count(), 100);
    assert!(ended.err.starts_with("read 1,000 · matched 100 · filtered 900 · late 0 · dropped 0 in "), "{}", ended.err);
    let quiet = folder().run(&["query", "a | count", "--source", SOURCE, "--quiet"]);
    assert_eq!(quiet.err, "");
}

#[test]
fn what_a_file_is_read_as_is_said() {
    let wide: Vec<u8> = "{\"n\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let folder = Folder::new(&[
        ("trail.json", br#"{"Records":[{"n":1},{"n":2}]}"#),
        ("mixed.jsonl", b"{\"n\":1}\npanic: boom\n\n\n{\"n\":2}\n"),
        ("one.log", b"2026-01-01T00:00:00Z one\n\n"),
        ("two.log", b"2026-01-01T00:00:01Z two\n\tmore\n"),
        ("wide.jsonl", &wide),
    ]);
    let ask = |pipeline: &str, address: &str| {
        let ended = folder.run(&["query", pipeline, "--source", &format!("s=file:{address}")]);
        let said: Vec<&str> = ended.err.lines().filter(|line| !line.starts_with("read ")).collect();
        format!("{}{}\n", ended.out, said.join("\n"))
    };
    let shown = [
        ask("s | project n", "trail.json"),
        ask("s | project n", "trail.json?list=none"),
        ask("s | project n, body", "mixed.jsonl"),
        ask("s | project n", "wide.jsonl"),
        ask("s | project body", "*.log"),
        ask("s", "*.csv"),
        ask("s", "one.log?max_line=2GiB"),
        ask("s", "one.log?multiline=("),
    ];
    expect![[r#"
        {"n":1}
        {"n":2}
        note: the elements of each document's list `Records` are the events; `?list=none` reads documents as they are
        note: `s`: no field of the first 2 records is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        ---
        {"n":null}
        note: `s`: no field of the first record is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        warning: none of 1 events looked at has `n`
        ---
        {"n":1,"body":null}
        {"n":null,"body":"panic: boom"}
        {"n":2,"body":null}
        note: `s`: no field of the first 3 records is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        ---
        {"n":1}
        note: the input is UTF-16, little-endian; it is read as such
        note: `s`: no field of the first record is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        ---
        {"body":"2026-01-01T00:00:00Z one"}
        {"body":"2026-01-01T00:00:01Z two\n\tmore"}

        ---
        error: no file matches `*.csv`; check the path (it is relative to where headwater runs, or to headwater.toml), or add `?follow=true` to wait for files
        ---
        error: source `s`: `max_line` is `2GiB`, expected a size up to 256MiB, e.g. `16MiB`
        ---
        error: `multiline=(`: unclosed group; expected `auto`, `off`, `indent` or a regular expression that finds an event's first line, e.g. `^[0-9]{4}-`
    "#]].assert_eq(&shown.join("---\n"));
}

#[test]
fn a_limit_on_events_is_exact() {
    let answer = folder().run(&["query", "a | count", "--source", SOURCE, "--events", "123"]).clean();
    assert_eq!(answer, "{\"Count\":123}\n");
}

#[test]
fn csv_and_tables() {
    let folder = folder();
    let pipeline = "a | summarize n = count(), at = max(timestamp) by route | sort by route asc";
    let answer = |format| folder.run(&["query", pipeline, "--source", SOURCE, "--format", format]).clean();
    expect![[r#"
        route,n,at
        /r0,334,2026-03-01T12:00:49.95Z
        /r1,333,2026-03-01T12:00:49.85Z
        /r2,333,2026-03-01T12:00:49.9Z
    "#]]
    .assert_eq(&answer("csv"));
    expect![[r#"
        route    n  at
        /r0    334  2026-03-01 12:00:49.950
        /r1    333  2026-03-01 12:00:49.850
        /r2    333  2026-03-01 12:00:49.900
    "#]]
    .assert_eq(&answer("table"));
    let rows = folder.run(&["query", "a | project route, ms | take 3", "--source", SOURCE, "--format", "table"]);
    expect![[r#"
        route  ms
        /r0     0
        /r1     1
        /r2     2
    "#]]
    .assert_eq(&rows.clean());
    let none = folder.run(&["query", "a | where ms > 1000 | project ms", "--source", SOURCE, "--format", "csv"]);
    assert_eq!(none.clean(), "ms\n");
}

#[test]
fn what_is_piped_in_needs_no_declaration() {
    let ended = folder().run_with_input(&["query", "stdin | count"], &requests());
    assert_eq!(ended.clean(), "{\"Count\":1000}\n");
}

#[test]
fn bad_records_are_counted_and_shown_but_never_raw() {
    let bad = b"{\"a\":1,\"t\":\"x\\u001b[31mred\"}\n{\"a\":\x1b[2J\n\xff\xfe\n\0\0\n{\"a\":2,\"t\":\"\\u0000\\u202e\"}\nno \x1b[2J json\n";
    let folder = Folder::new(&[("bad.jsonl", bad)]);
    for format in ["ndjson", "csv", "table"] {
        let ended =
            folder.run(&["query", "b | project a, t, body", "--source", "b=file:bad.jsonl", "--format", format]);
        assert_eq!(ended.code, 0);
        assert!(ended.err.contains("read 6 · matched 4 · filtered 0 · late 0 · dropped 2 in"), "{}", ended.err);
        assert!(ended.err.contains("e.g. `{\"a\":\\u{1b}[2J`"), "{}", ended.err);
        for text in [&ended.out, &ended.err] {
            assert!(!text.chars().any(|c| c != '\n' && syntax::visible::is_hidden(c)), "{text:?}");
        }
    }
    let exact = folder.run(&["query", "b | where isnotnull(a) | project t", "--source", "b=file:bad.jsonl"]).clean();
    assert_eq!(exact, "{\"t\":\"x\\u001b[31mred\"}\n{\"t\":\"\\u0000\\u202e\"}\n");
}

#[test]
fn an_empty_file_has_an_answer() {
    let folder = Folder::new(&[("empty.jsonl", b"")]);
    assert_eq!(folder.run(&["query", "e | count", "--source", "e=file:empty.jsonl"]).clean(), "{\"Count\":0}\n");
}

#[test]
fn what_cannot_be_run_says_why() {
    let folder = folder();
    let error = |args: &[&str]| folder.run(&[&["query"], args].concat()).failed();
    expect![[r#"
        error[unknown-stage]: there is no stage `wher`
         --> query:1:9
          |
        1 | spans | wher x
          |         ^^^^
          |
          = help: did you mean `where`?

    "#]]
    .assert_eq(&error(&["spans | wher x"]));
    let missing = error(&["e", "--source", "e=file:nowhere.jsonl"]);
    assert!(missing.starts_with("error: there is no file `nowhere.jsonl`"), "{missing}");
    let unsupported = error(&["spans | join kind=innerunique (logs) on trace.id within 5s"]);
    assert!(unsupported.contains("has no kind `innerunique`"), "{unsupported}");
    let scheme = error(&["e", "--source", "e=fil:x"]);
    assert!(scheme.contains("there are no `fil:` sources"), "{scheme}");
    assert!(error(&[""]).starts_with("error"));
    let pair = error(&["e", "--source", "nothing"]);
    assert!(pair.contains("expected NAME=VALUE"), "{pair}");
    let remote = error(&["spans | count", "--runner", "127.0.0.1:1"]);
    assert!(remote.contains("headwater serve"), "{remote}");
}
