//! `headwater run`: blocks, parameters, names, and who stops reading.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use expect_test::expect;

use crate::binary::{Folder, requests};

const RUNBOOK: &str = r#"---
params:
  route:
    type: string
    default: /r0
---
# Requests

```headwater name=failed
a | where status == 500 and route == route | summarize n = count() by status
```

## Slow ones

```headwater name=slow
a | where ms > 97 | project ms | take 2
```

```headwater
a | count
```
"#;

const CONFIG: &str = "[sources.a]\nuri = \"file:data/a.jsonl\"\n";

fn folder() -> Folder {
    let runbook = RUNBOOK.replace("route == route", "route == which").replace("  route:", "  which:");
    Folder::new(&[
        ("books/r.md", runbook.as_bytes()),
        ("headwater.toml", CONFIG.as_bytes()),
        ("data/a.jsonl", &requests()),
    ])
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn each_row_says_its_block() {
    let ended = folder().run(&["run", "books/r.md"]);
    expect![[r#"
        {"block":"3","Count":1000}
        {"block":"failed","status":500,"n":34}
        {"block":"slow","ms":98}
        {"block":"slow","ms":99}"#]]
    .assert_eq(&sorted(&ended.out));
    assert!(
        ended.err.contains("failed: read 1,000 · matched 34 · filtered 966 · late 0 · dropped 0 in "),
        "{}",
        ended.err
    );
    ended.clean();
}

#[test]
fn blocks_are_chosen_and_parameters_set() {
    let folder = folder();
    let answer = folder.run(&["run", "books/r.md", "failed", "--set", "which=/r1"]).clean();
    assert_eq!(answer, "{\"block\":\"failed\",\"status\":500,\"n\":33}\n");
    let answer = folder.run(&["run", "books/r.md", "slow", "3", "--format", "csv"]).clean();
    assert_eq!(sorted(&answer), "3,,1000\nblock,ms,Count\nslow,98,\nslow,99,");
}

#[test]
fn a_table_stands_under_each_heading() {
    let answer = folder().run(&["run", "books/r.md", "slow", "--format", "table"]).clean();
    expect![[r#"
        Slow ones (slow)
        ms
        98
        99

    "#]]
    .assert_eq(&answer);
}

#[test]
fn unknown_names_come_with_the_nearest() {
    let folder = folder();
    let error = |args: &[&str]| folder.run(&[&["run"], args].concat()).failed();
    assert_eq!(error(&["books/r.md", "slwo"]), "error: there is no block `slwo`; did you mean `slow`?\n");
    assert_eq!(error(&["books/r.md", "zzz"]), "error: there is no block `zzz`; the runbook has failed, slow, 3\n");
    assert_eq!(
        error(&["books/r.md", "--set", "wich=x"]),
        "error: there is no parameter `wich`; did you mean `which`?\n"
    );
}

#[test]
fn files_that_are_no_runbooks() {
    let folder = Folder::new(&[("latin1.md", b"# caf\xe9\n"), ("prose.md", b"# No blocks\n"), ("empty.md", b"")]);
    let error = |file: &str| folder.run(&["run", file]).failed();
    assert!(error("missing.md").contains("cannot read `missing.md`"));
    assert_eq!(error("latin1.md"), "error: cannot read `latin1.md`: it is not UTF-8: line 1 has the byte 0xe9\n");
    assert_eq!(error("prose.md"), "error: `prose.md` has no `headwater` block, so there is nothing to run\n");
    assert_eq!(error("empty.md"), "error: `empty.md` has no `headwater` block, so there is nothing to run\n");
    assert!(error(".").contains("it is a folder"));
}

#[test]
fn an_error_in_the_text_is_drawn_in_the_file() {
    let folder = Folder::new(&[("r.md", b"# R\n\n```headwater\nspans\n| where durration > 1s\n```\n")]);
    let error = folder.run(&["run", "r.md"]).failed();
    assert!(error.contains(" --> r.md:5:9"), "{error}");
    assert!(error.contains("`duration`"), "{error}");
}

#[test]
fn the_demo_runs_until_nobody_reads() {
    let folder = Folder::new(&[]);
    let mut child = folder
        .command(&["query", "spans | project service.name"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first = lines.next().expect("a row").expect("it is text");
    assert!(first.starts_with("{\"service.name\":\""), "{first}");
    drop(lines);
    let status = child.wait().expect("it ends");
    let mut messages = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut messages).expect("it is text");
    assert_eq!((status.code(), messages.as_str()), (Some(0), ""));
}

#[test]
fn an_interrupt_ends_the_flows_and_writes_what_they_held() {
    let folder = Folder::new(&[]);
    let mut child = folder
        .command(&["query", "spans | summarize count() by service.name", "--provisional"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map(|line| line.expect("it is text"));
    let first = lines.next().expect("a row");
    assert!(first.starts_with("{\"provisional\":true,"), "{first}");
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("there is a kill").success());
    assert!(lines.any(|line| line.starts_with("{\"provisional\":false,")), "what was held becomes final");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let mut messages = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut messages).expect("it is text");
    assert!(messages.starts_with("read "), "{messages}");
}

#[test]
fn an_assert_that_does_not_hold_is_the_exit_code() {
    let runbook = b"```headwater name=slow\na | summarize n = count() | assert n < 10\n```\n\n```headwater name=few\na | take 3 | assert isnotnull(timestamp)\n```\n";
    let folder = Folder::new(&[("a.jsonl", &requests()), ("book.md", runbook)]);
    let source = ["--source", "a=file:a.jsonl"];
    let broken = folder.run(&[&["run", "book.md"], &source[..]].concat());
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(broken.err.contains("slow: `assert n < 10` does not hold in row 1: n = 1000"), "{}", broken.err);
    assert!(broken.out.contains("{\"block\":\"slow\",\"n\":1000}"), "the row that broke it is shown: {}", broken.out);
    let holds = folder.run(&[&["run", "book.md", "few"], &source[..]].concat());
    assert_eq!(holds.code, 0, "{holds:?}");
    let worse = folder.run(&["query", "a | assert true", "--source", "a=file:none.jsonl"]);
    assert_eq!(worse.code, 2, "what could not be done is no answer");
}
