//! `headwater diff`: what a branch changes in meaning, in scratch repositories.

use expect_test::{Expect, expect};
use serde_json::Value;

use super::lint::git;
use crate::binary::{Folder, requests};

const CONFIG: &str = "[sources.access]\nuri = \"otlp:127.0.0.1:4317?signal=logs\"\nopen = false\n[sources.access.fields]\nstatus = { type = \"long\" }\nms = { type = \"long\" }\nroute = { type = \"string\" }\n";

const BOOK: &str = "---\nparams:\n  slow: 90\n---\n# Access\n\nlet us see\n\n```headwater\nlet failed = access | where status >= 500;\n```\n\n\
    ## By route\n\n```headwater name=by-route\nfailed | summarize errors = count() by route, bin(timestamp, 20s)\n```\n\n\
    ## Slow\n\n```headwater name=slow\naccess | where ms >= slow | summarize n = count() by route\n```\n\n\
    ## Last\n\n```headwater\naccess | where route has \"r1\" | tail 5\n```\n";

/// A repository with the files, and the same with these changed.
fn changed(files: &[(&str, Option<&str>)]) -> Folder {
    let folder = Folder::new(&[
        ("headwater.toml", CONFIG.as_bytes()),
        ("books/access.md", BOOK.as_bytes()),
        ("books/other.md", b"# Other\n\n```headwater name=all\naccess | count\n```\n"),
        ("notes.md", b"# No blocks\n"),
        ("access.jsonl", &requests()),
    ]);
    let root = folder.path("");
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    for (name, text) in files {
        match text {
            Some(text) => std::fs::write(folder.path(name), text).expect("written"),
            None => std::fs::remove_file(folder.path(name)).expect("removed"),
        }
    }
    folder
}

fn check(files: &[(&str, Option<&str>)], args: &[&str], expected: Expect) {
    let ended = changed(files).run(&[&["diff", "main"], args].concat());
    expected.assert_eq(&format!("{}{}exit {}\n", ended.out, ended.err, ended.code));
}

fn book(from: &str, to: &str) -> String {
    assert!(BOOK.contains(from), "{from}");
    BOOK.replace(from, to)
}

#[test]
fn text_that_means_the_same_is_no_change() {
    check(
        &[],
        &[],
        expect![[r#"
        no block means anything else than in main
        exit 0
    "#]],
    );
    let text = book("let us see", "Let us look at it.").replace(
        "failed | summarize errors = count() by route, bin(timestamp, 20s)",
        "// why\naccess\n| where status >= 500 // so\n| summarize errors = count()\n    by route, bin(timestamp, 20s)",
    );
    check(
        &[("books/access.md", Some(&text)), ("notes.md", Some("# Other notes\n"))],
        &[],
        expect![[r#"
        books/access.md (changed)
          block 1 (line 9)
            + [unused-let] line 10: nothing uses `failed`
          3 blocks mean what they did

        exit 1
    "#]],
    );
}

#[test]
fn a_window_and_a_let_of_another_block() {
    let text = book("20s", "1m").replace("status >= 500", "status >= 400");
    check(
        &[("books/access.md", Some(&text))],
        &[],
        expect![[r#"
        books/access.md (changed)
          block 1 (line 9)
            - let failed = access | where status >= 500;
            + let failed = access | where status >= 400;
          by-route (line 15)
            - where status >= 500
            + where status >= 400
            - summarize errors = count() by route, bin(timestamp, 20s)
            + summarize errors = count() by route, bin(timestamp, 1m)
            - through `failed`: let failed = access | where status >= 500;
            + through `failed`: let failed = access | where status >= 400;
            - windows: tumbling 20s
            + windows: tumbling 1m
          2 blocks mean what they did

        exit 1
    "#]],
    );
}

#[test]
fn a_parameter_changes_what_uses_it() {
    check(
        &[("books/access.md", Some(&book("slow: 90", "slow: 95")))],
        &[],
        expect![[r#"
        books/access.md (changed)
            - parameter slow: long = 90
            + parameter slow: long = 95
          slow (line 21)
              where ms >= slow  (means something else now)
            - through `slow`: long = 90
            + through `slow`: long = 95
          3 blocks mean what they did

        exit 1
    "#]],
    );
}

#[test]
fn a_broken_type_and_a_mended_one() {
    check(
        &[("books/access.md", Some(&book("ms >= slow", "route >= slow")))],
        &[],
        expect![[r#"
            books/access.md (changed)
              slow does not run any more (line 21)
                - access | where ms >= slow | summarize n = count() by route
                + access | where route >= slow | summarize n = count() by route
                + [type-mismatch] line 22: `route` is a string, and `90` is not
              3 blocks mean what they did

            exit 1
        "#]],
    );
}

#[test]
fn stages_schema_cost_and_picture() {
    let text = book(
        "summarize n = count() by route",
        "summarize n = count(), worst = max(ms) by route, bin(timestamp, 1m) | render timechart",
    )
    .replace(
        "access | where route has \"r1\" | tail 5",
        "access | where route has \"r1\" | where status == 200 | distinct route",
    );
    check(
        &[("books/access.md", Some(&text))],
        &[],
        expect![[r#"
        books/access.md (changed)
          slow (line 21)
            - summarize n = count() by route
            + summarize n = count(), worst = max(ms) by route, bin(timestamp, 1m)
            + reads access.timestamp
            + gives timestamp: datetime, worst: long
            + windows: tumbling 1m
            - cost: keeps one row a group, for as long as it runs
            + cost: keeps the groups of open windows
            - render: table
            + render: timechart of n, worst over timestamp by route
          block 4 (line 27)
            - tail 5
            + where status == 200
            + distinct route
            - reads every field of access
            + reads access.route, access.status
            - gives body: string, event.name: string, ms: long, observed_timestamp: datetime, scope.name: string, scope.version: string, service.name: string, severity: string, severity.number: long, span.id: string, status: long, timestamp: datetime and 1 more
            - cost: keeps a bounded number of rows
            + cost: keeps one row a group, for as long as it runs
            - render: log
            + render: table
          2 blocks mean what they did

        exit 1
    "#]],
    );
}

#[test]
fn runbooks_that_come_go_and_move() {
    check(
        &[
            ("books/other.md", None),
            (
                "books/new.md",
                Some("# New\n\n```headwater name=new\naccess | where ms > 5 | summarize count() by status\n```\n"),
            ),
        ],
        &[],
        expect![[r#"
            books/new.md (new)
              new is new (line 3)
                + access
                + where ms > 5
                + summarize count() by status
                + reads source access
                + reads access.ms, access.status
                + gives count_: long, status: long

            books/other.md (gone)
              all is gone (line 3)
                - access
                - count

            exit 1
        "#]],
    );
    let folder = changed(&[]);
    let root = folder.path("");
    git(&root, &["mv", "books/access.md", "moved.md"]);
    expect![[r#"
        moved.md (moved, was books/access.md)
          4 blocks mean what they did

    "#]]
    .assert_eq(&folder.run(&["diff", "main"]).out);
}

#[test]
fn blocks_that_move_are_renamed_or_gone() {
    let text = BOOK.replace("name=slow", "name=slowest");
    let (head, last) = text.split_once("## Last").expect("it is there");
    let text = format!(
        "{}\n## Slow\n{}",
        head.split("## Slow").next().expect("a part"),
        head.split("## Slow").nth(1).expect("a part")
    );
    let text = text.replace("# Access\n", &format!("# Access\n\n## Last{last}"));
    check(
        &[("books/access.md", Some(&text))],
        &[],
        expect![[r#"
        books/access.md (changed)
          slowest, was `slow` (line 29)
          3 blocks mean what they did

        exit 1
    "#]],
    );
    let (head, _) = BOOK.split_once("## Last").expect("it is there");
    check(
        &[("books/access.md", Some(head))],
        &[],
        expect![[r#"
            books/access.md (changed)
              block 4 is gone (line 27)
                - access
                - where route has "r1"
                - tail 5
              3 blocks mean what they did

            exit 1
        "#]],
    );
}

#[test]
fn a_field_that_the_configuration_renames() {
    let config = CONFIG.replace("status =", "http_status =");
    check(
        &[("headwater.toml", Some(&config))],
        &[],
        expect![[r#"
            headwater.toml (changed)
              source access
                - field status: long
                + field http_status: long  (renamed?)
                    read by books/access.md (by-route, block 4)

            books/access.md (changed)
              block 1 (line 9)
                + [unknown-field] line 10: no field `status` reaches this stage
              by-route does not run any more (line 15)
              block 4 (line 27)
                - gives status: long
                + gives http_status: long
              1 block means what they did

            exit 1
        "#]],
    );
}

#[test]
fn rows_before_and_after_over_a_recording() {
    let text = book("20s", "30s").replace("slow: 90", "slow: 98");
    check(
        &[("books/access.md", Some(&text))],
        &["--input", "access.jsonl"],
        expect![[r#"
        books/access.md (changed)
            - parameter slow: long = 90
            + parameter slow: long = 98
          by-route (line 15)
            - summarize errors = count() by route, bin(timestamp, 20s)
            + summarize errors = count() by route, bin(timestamp, 30s)
            - windows: tumbling 20s
            + windows: tumbling 30s
                | route | timestamp            | errors |
              - | /r0   | 2026-03-01T12:00:00Z | 14     |
              + | /r0   | 2026-03-01T12:00:00Z | 20     |
              - | /r1   | 2026-03-01T12:00:00Z | 13     |
              + | /r1   | 2026-03-01T12:00:00Z | 20     |
              - | /r2   | 2026-03-01T12:00:00Z | 13     |
              + | /r2   | 2026-03-01T12:00:00Z | 20     |
              - | /r1   | 2026-03-01T12:00:20Z | 14     |
              + | /r0   | 2026-03-01T12:00:30Z | 14     |
              - | /r2   | 2026-03-01T12:00:20Z | 13     |
              + | /r1   | 2026-03-01T12:00:30Z | 13     |
              - | /r0   | 2026-03-01T12:00:20Z | 13     |
              + | /r2   | 2026-03-01T12:00:30Z | 13     |
              - | /r2   | 2026-03-01T12:00:40Z | 7      |
              - | /r0   | 2026-03-01T12:00:40Z | 7      |
              - | /r1   | 2026-03-01T12:00:40Z | 6      |
              - before  + after
          slow (line 21)
              where ms >= slow  (means something else now)
            - through `slow`: long = 90
            + through `slow`: long = 98
                | route | n  |
              - | /r2   | 33 |
              + | /r2   | 7  |
              - | /r0   | 34 |
              + | /r0   | 7  |
              - | /r1   | 33 |
              + | /r1   | 6  |
              - before  + after
          2 blocks mean what they did

        exit 1
    "#]],
    );
    let folder = changed(&[("books/access.md", Some(&text))]);
    let failed = |input: &str| folder.run(&["diff", "main", "--input", input]).failed();
    assert_eq!(failed("access=none.jsonl"), "error: there is no recording `none.jsonl`\n");
    assert_eq!(failed("none.jsonl"), "error: there is no recording `none.jsonl`\n");
    expect![[r#"
        error: there is no source `acess` to give a recording for; did you mean `access`?
        error: there is no source `nope` to give a recording for; there is access
    "#]]
    .assert_eq(&(failed("acess=access.jsonl") + &failed("nope=access.jsonl")));
}

#[test]
fn a_comment_of_a_pull_request() {
    let text = book("\"r1\"", "\"`@team` </details>\"").replace("20s", "1m");
    let folder = changed(&[
        ("books/access.md", Some(&text)),
        ("books/other.md", Some("# Same\n\n```headwater name=all\naccess | count\n```\n")),
    ]);
    let ended = folder.run(&["diff", "main", "--format", "markdown"]);
    expect![[r###"
        ## What this changes in the runbooks

        ### `books/access.md`

        **`by-route`** (line 15)

        ```diff
        - summarize errors = count() by route, bin(timestamp, 20s)
        + summarize errors = count() by route, bin(timestamp, 1m)
        - windows: tumbling 20s
        + windows: tumbling 1m
        ```

        **`block 4`** (line 27)

        ```diff
        - where route has "r1"
        + where route has "`@team` </details>"
        ```

        2 other blocks mean what they did.

        Other text, same meaning: `books/other.md`.

    "###]]
    .assert_eq(&ended.out);
    let json: Value = serde_json::from_str(&folder.run(&["diff", "main", "--format", "json"]).out).expect("it is JSON");
    let block = &json["runbooks"][0]["blocks"][0];
    assert_eq!((&block["name"], &block["line"], &block["kind"]), (&"by-route".into(), &15.into(), &"changed".into()));
    assert_eq!(
        block["windows"],
        serde_json::json!({ "name": "windows", "before": "tumbling 20s", "after": "tumbling 1m" })
    );
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = changed(&[]);
    std::fs::write(folder.path("books/other.md"), b"# \xff").expect("written");
    std::fs::write(folder.path("books/access.md"), book("20s", "1m")).expect("written");
    let ended = folder.run(&["diff", "main"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.out.contains("windows: tumbling 1m")
            && ended.err.contains("cannot read `books/other.md`: it is not UTF-8"),
        "{} {}",
        ended.out,
        ended.err
    );
    assert_eq!(folder.run(&["diff", "mian"]).failed(), "error: git knows no commit `mian`; did you mean `main`?\n");
    assert!(folder.run(&["diff", "main", "none.md"]).failed().contains("none.md"));
    // A clone without its past.
    let shallow = Folder::new(&[]);
    let from = format!("file://{}", folder.path("").display());
    git(&folder.path(""), &["commit", "-q", "-a", "-m", "two"]);
    git(&shallow.path(""), &["clone", "-q", "--depth", "1", &from, "clone"]);
    let ended = crate::binary::command(&shallow.path("clone"), &["diff", "HEAD~1"]).output().expect("it starts");
    let said = String::from_utf8(ended.stderr).expect("it is text");
    assert!(said.contains("this clone is shallow"), "{said}");
    let ended = crate::binary::command(&shallow.path("clone"), &["diff", "origin/other"]).output().expect("it starts");
    let said = String::from_utf8(ended.stderr).expect("it is text");
    assert!(said.contains("git fetch --unshallow") && !said.contains("did you mean"), "{said}");
}

#[test]
fn columns_that_go_and_blocks_that_come_over_a_recording() {
    let text = book("summarize n = count() by route", "summarize by route")
        + "\n```headwater name=new\naccess | summarize worst = max(ms) by route\n```\n";
    check(
        &[
            ("books/access.md", Some(&text)),
            ("books/more.md", Some("```headwater name=first\naccess | take 1 | project route, ms\n```\n")),
        ],
        &["--input", "access.jsonl"],
        expect![[r#"
            books/access.md (changed)
              slow (line 21)
                - summarize n = count() by route
                + summarize by route
                - gives n: long
                  the same 3 rows without the column n
              new is new (line 31)
                + access
                + summarize worst = max(ms) by route
                + reads source access
                + reads access.ms, access.route
                + gives route: string, worst: long
                    | route | worst |
                  + | /r0   | 99    |
                  + | /r1   | 99    |
                  + | /r2   | 99    |
                  - before  + after
              3 blocks mean what they did

            books/more.md (new)
              first is new (line 1)
                + access
                + take 1
                + project route, ms
                + reads source access
                + reads access.ms, access.route
                + gives ms: long, route: string
                    | route | ms |
                  + | /r0   | 0  |
                  - before  + after

            exit 1
        "#]],
    );
}

#[test]
fn what_a_configuration_changes_is_said_with_who_reads_it() {
    let port = CONFIG.replace("4317", "4318");
    check(
        &[("headwater.toml", Some(&port))],
        &[],
        expect![[r#"
            headwater.toml (changed)
              source access
                - uri: otlp:127.0.0.1:4317?signal=logs
                + uri: otlp:127.0.0.1:4318?signal=logs
                    read by books/access.md (by-route, slow, block 4), books/other.md (all)

            exit 1
        "#]],
    );
    let times = CONFIG.replace("open = false", "open = false\nlateness = \"5s\"\ntimestamp = \"observed_timestamp\"");
    check(
        &[("headwater.toml", Some(&times))],
        &[],
        expect![[r#"
            headwater.toml (changed)
              source access
                - timestamp: timestamp
                + timestamp: observed_timestamp
                - lateness: 2s
                + lateness: 5s
                    read by books/access.md (by-route, slow, block 4), books/other.md (all)

            books/access.md (changed)
              by-route (line 15)
                  summarize errors = count() by route, bin(timestamp, 20s)  (means something else now)
                - windows: tumbling 20s
                - cost: keeps the groups of open windows
                + cost: keeps one row a group, for as long as it runs
                - render: timechart of errors over timestamp by route
                + render: table
                + [unbounded-state] line 16: `timestamp` is not event time, so this makes groups that never close, and no windows
              3 blocks mean what they did

            exit 1
        "#]],
    );
    // A comment says nothing.
    let comment = format!("# Ours\n{CONFIG}");
    check(
        &[("headwater.toml", Some(&comment))],
        &[],
        expect![[r#"
        no block means anything else than in main
        exit 0
    "#]],
    );
    let fields = CONFIG.replace("ms = { type = \"long\" }", "ms = { type = \"real\" }").replace("route =", "path =")
        + "zone = { type = \"bool\" }\n[sources.owners]\nuri = \"file:owners.csv\"\n";
    check(
        &[("headwater.toml", Some(&fields)), ("owners.csv", Some("a,b\n"))],
        &[],
        expect![[r#"
            headwater.toml (changed)
              source access
                - field ms: long
                + field ms: real
                    read by books/access.md (slow, block 4)
                - field route: string
                + field path: string  (renamed?)
                    read by books/access.md (by-route, slow, block 4)
                + field zone: bool
                    read by books/access.md (block 4)
              source owners is new
                + uri: file:owners.csv

            books/access.md (changed)
              by-route does not run any more (line 15)
                + [unknown-field] line 16: no field `route` reaches this stage
              slow does not run any more (line 21)
                + [unknown-field] line 22: no field `route` reaches this stage
              block 4 does not run any more (line 27)
                + [unknown-field] line 28: no field `route` reaches this stage
              1 block means what they did

            exit 1
        "#]],
    );
    check(
        &[("headwater.toml", None)],
        &[],
        expect![[r#"
            headwater.toml (gone)
              source access is gone
                - uri: otlp:127.0.0.1:4317?signal=logs
                    read by books/access.md (by-route, slow, block 4), books/other.md (all)

            books/access.md (changed)
              block 1 (line 9)
                + [unknown-source] line 10: there is no source or `let` named `access`
              by-route does not run any more (line 15)
              slow does not run any more (line 21)
                + [unknown-source] line 22: there is no source or `let` named `access`
              block 4 does not run any more (line 27)
                + [unknown-source] line 28: there is no source or `let` named `access`

            books/other.md (changed)
              all does not run any more (line 3)
                + [unknown-source] line 4: there is no source or `let` named `access`

            exit 1
        "#]],
    );
    check(
        &[("books/headwater.toml", Some("[sources.access]\nuri = \"file:access.jsonl\"\n"))],
        &[],
        expect![[r#"
            books/headwater.toml (new)
              source access
                - uri: otlp:127.0.0.1:4317?signal=logs
                + uri: file:books/access.jsonl
                - timestamp: timestamp
                    read by books/access.md (by-route, slow, block 4), books/other.md (all)
                - field timestamp: datetime
                    read by books/access.md (by-route, block 4)
                - field observed_timestamp: datetime
                - field severity: string
                - field severity.number: long
                - field body: string
                - field event.name: string
                - field trace.id: string
                - field span.id: string
                - field service.name: string
                - field scope.name: string
                - field scope.version: string
                    read by books/access.md (block 4)
                - field status: long
                    read by books/access.md (by-route, block 4)
                - field ms: long
                    read by books/access.md (slow, block 4)
                - field route: string
                    read by books/access.md (by-route, slow, block 4)

            books/access.md (changed)
              by-route (line 15)
                  where status >= 500  (means something else now)
                  summarize errors = count() by route, bin(timestamp, 20s)  (means something else now)
                  gives route: dynamic, was string
              slow (line 21)
                  where ms >= slow  (means something else now)
                  summarize n = count() by route  (means something else now)
                  gives route: dynamic, was string
              block 4 (line 27)
                  where route has "r1"  (means something else now)
                  gives route: dynamic, was string
                - gives body: string, event.name: string, ms: long, observed_timestamp: datetime, scope.name: string, scope.version: string, service.name: string, severity: string, severity.number: long, span.id: string, status: long, trace.id: string
                - render: log
                + render: table
              1 block means what they did

            exit 1
        "#]],
    );
    let folder = changed(&[("headwater.toml", Some(&port))]);
    expect![[r#"
        ## What this changes in the runbooks

        ### `headwater.toml`

        ```diff
          source access
        - uri: otlp:127.0.0.1:4317?signal=logs
        + uri: otlp:127.0.0.1:4318?signal=logs
            read by books/access.md (by-route, slow, block 4), books/other.md (all)
        ```

    "#]]
    .assert_eq(&folder.run(&["diff", "main", "--format", "markdown"]).out);
    let json: Value = serde_json::from_str(&folder.run(&["diff", "main", "--format", "json"]).out).expect("it is JSON");
    let source = &json["configs"][0]["sources"][0];
    assert_eq!((&source["name"], &source["settings"][0]["name"]), (&"access".into(), &"uri".into()));
    assert_eq!(source["readers"][1], serde_json::json!({ "runbook": "books/other.md", "blocks": ["all"] }));
}

#[test]
fn another_lateness_may_give_other_rows_of_blocks_that_mean_the_same() {
    // One comes six seconds late.
    let event = |second: u32| {
        format!("{{\"timestamp\":\"2026-03-01T12:00:{second:02}Z\",\"status\":500,\"route\":\"/r1\",\"ms\":95}}\n")
    };
    let late = [1, 25, 19, 45].map(event).concat();
    let folder = changed(&[
        ("headwater.toml", Some(&CONFIG.replace("open = false", "open = false\nlateness = \"10s\""))),
        ("late.jsonl", Some(&late)),
    ]);
    expect![[r#"
        headwater.toml (changed)
          source access
            - lateness: 2s
            + lateness: 10s
                read by books/access.md (by-route, slow, block 4), books/other.md (all)

        books/access.md (changed)
          by-route (line 15)
                | route | timestamp            | errors |
              - | /r1   | 2026-03-01T12:00:00Z | 1      |
              + | /r1   | 2026-03-01T12:00:00Z | 2      |
                | /r1   | 2026-03-01T12:00:20Z | 1      |
                | /r1   | 2026-03-01T12:00:40Z | 1      |
              - before  + after
          3 blocks mean what they did

    "#]]
    .assert_eq(&folder.run(&["diff", "main", "--input", "late.jsonl"]).out);
}

#[test]
fn another_place_than_the_repository() {
    let folder = changed(&[]);
    let outside = Folder::new(&[("a.md", b"")]);
    let failed = folder.run(&["diff", "main", &outside.path("").to_string_lossy()]).failed();
    assert!(failed.contains("is not in the repository `"), "{failed}");
}
