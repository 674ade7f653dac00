//! A repository with 30 runbooks, and a pull request that renames a field, breaks a type, changes a window and adds
//! a runbook: check, test, diff and render say the right thing at the right line.

use std::io::Write;

use expect_test::expect;

use super::lint::git;
use crate::binary::{Folder, requests};

const CONFIG: &str = "[sources.access]\nuri = \"otlp:127.0.0.1:4317?signal=logs\"\nopen = false\nowner = \"edge\"\n\n\
    [sources.access.fields]\nstatus = { type = \"long\" }\nroute = { type = \"string\" }\nms = { type = \"long\" }\n";

/// The n-th runbook; each links to the next.
fn runbook(n: usize) -> String {
    let next = n % 30 + 1;
    format!(
        "---\ntitle: Service {n}\nparams:\n  slow: {}\n---\n\n# Service {n}\n\nThen [the next](service-{next:02}.md#how-many-fail).\n\n\
        ## How many fail\n\n```headwater name=failed\naccess\n| where status >= 500\n| summarize failed = count() by route, bin(timestamp, 10s)\n```\n\n\
        ## Which are slow\n\n```headwater name=slow\naccess\n| where ms >= slow\n| summarize n = count() by route\n| render barchart\n```\n\n\
        ```headwater-test for=slow input=fixtures/access.jsonl\n| route | n |\n|---|---|\n```\n",
        50 + n
    )
}

fn repository() -> Folder {
    let folder = Folder::new(&[("headwater.toml", CONFIG.as_bytes()), ("fixtures/access.jsonl", &requests())]);
    for n in 1..=30 {
        std::fs::write(folder.path(&format!("service-{n:02}.md")), runbook(n)).expect("written");
    }
    let root = folder.path("");
    folder.run(&["test", "--update"]).clean();
    folder.run(&["fmt", "."]).clean();
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "runbooks"]);
    git(&root, &["checkout", "-q", "-b", "change"]);
    folder
}

fn edit(folder: &Folder, file: &str, from: &str, to: &str) {
    let text = folder.read(file);
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(folder.path(file), text.replace(from, to)).expect("written");
}

#[test]
fn a_pull_request_is_reviewed() {
    let folder = repository();
    let ended = folder.run(&["check"]);
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (0, "30 runbooks and 1 configuration checked, nothing found\n"),
        "{}",
        ended.out
    );
    assert!(folder.run(&["test"]).err.starts_with("30 passed, 0 failed"));
    assert_eq!(folder.run(&["diff", "main"]).code, 0);

    // A field is renamed in one runbook, and not in what comes.
    edit(&folder, "service-03.md", "| where ms >= slow", "| where took >= slow");
    // A type is broken.
    edit(&folder, "service-07.md", "| where status >= 500", "| where status >= \"500\"");
    // A window is another.
    edit(&folder, "service-11.md", "bin(timestamp, 10s)", "bin(timestamp, 30s)");
    // Another limit, so other rows come.
    edit(&folder, "service-13.md", "slow: 63", "slow: 99");
    // A heading that others link to.
    edit(&folder, "service-20.md", "## How many fail", "## How many failed");
    // A runbook is new, and its test has no rows yet.
    std::fs::write(folder.path("new.md"), "# New\n\n```headwater name=all\naccess\n| count\n```\n\n```headwater-test for=all input=fixtures/access.jsonl\n| Count |\n|-------|\n| 1000  |\n```\n").expect("written");
    git(&folder.path(""), &["add", "."]);
    git(&folder.path(""), &["commit", "-q", "-m", "change"]);

    let ended = folder.run(&["check", "--format", "github"]);
    assert_eq!(ended.code, 1);
    expect![[r#"
        ::error file=service-03.md,line=23,col=9,endLine=23,endColumn=13,title=unknown-field in slow::no field `took` reaches this stage%0Ahelp: here there are `timestamp`, `observed_timestamp`, `severity`, `severity.number`, `body`, `event.name`, `trace.id`, `span.id`, …
        ::error file=service-07.md,line=15,col=19,endLine=15,endColumn=24,title=type-mismatch in failed::`status` is a long, and a string is not%0Ahelp: write `500`
        ::warning file=service-19.md,line=9,col=17,endLine=9,endColumn=44,title=broken-link::`service-20.md` has no heading `#how-many-fail`%0Ahelp: did you mean `#how-many-failed`?
    "#]].assert_eq(&ended.out);
    // The link to what was renamed stands in a runbook that did not change.
    let since = folder.run(&["check", "--since", "main"]);
    let summary = "2 errors and 1 warning in 7 runbooks and 1 configuration";
    assert_eq!(since.err.lines().next(), Some(summary), "{}", since.out);

    let ended = folder.run(&["test"]);
    assert_eq!(ended.code, 1);
    let failed: Vec<&str> = ended.out.lines().filter(|line| !line.starts_with("ok ")).collect();
    expect![[r#"
        FAILED  service-03.md:28 slow
                the block does not run: no field `took` reaches this stage; here there are `timestamp`, `observed_timestamp`, `severity`, `severity.number`, `body`, `event.name`, `trace.id`, `span.id`, …
        FAILED  service-13.md:28 slow (1,000 events)
                  | route | n   |
                - | /r0   | 124 |
                + | /r0   | 4   |
                - | /r1   | 123 |
                + | /r1   | 3   |
                - | /r2   | 123 |
                + | /r2   | 3   |
                - expected  + came"#]].assert_eq(&failed.join("\n"));
    assert_eq!(ended.err, "29 passed, 2 failed\n");

    let ended = folder.run(&["diff", "main", "--input", "fixtures/access.jsonl"]);
    assert_eq!(ended.code, 1);
    expect![[r#"
        new.md (new)
          all is new (line 3)
            + access
            + count
            + reads source access
            + gives Count: long
                | Count |
              + | 1000  |
              - before  + after

        service-03.md (changed)
          slow does not run any more (line 21)
            - | where ms >= slow
            + | where took >= slow
            + [unknown-field] line 23: no field `took` reaches this stage
          1 block means what they did

        service-07.md (changed)
          failed does not run any more (line 13)
            - | where status >= 500
            + | where status >= "500"
            + [type-mismatch] line 15: `status` is a long, and a string is not
          1 block means what they did

        service-11.md (changed)
          failed (line 13)
            - summarize failed = count() by route, bin(timestamp, 10s)
            + summarize failed = count() by route, bin(timestamp, 30s)
            - windows: tumbling 10s
            + windows: tumbling 30s
                | route | timestamp            | failed |
              - | /r0   | 2026-03-01T12:00:00Z | 7      |
              + | /r0   | 2026-03-01T12:00:00Z | 20     |
              - | /r1   | 2026-03-01T12:00:00Z | 7      |
              + | /r1   | 2026-03-01T12:00:00Z | 20     |
              - | /r2   | 2026-03-01T12:00:00Z | 6      |
              + | /r2   | 2026-03-01T12:00:00Z | 20     |
              - | /r0   | 2026-03-01T12:00:30Z | 7      |
              + | /r0   | 2026-03-01T12:00:30Z | 14     |
              - | /r1   | 2026-03-01T12:00:30Z | 7      |
              + | /r1   | 2026-03-01T12:00:30Z | 13     |
              - | /r2   | 2026-03-01T12:00:30Z | 6      |
              + | /r2   | 2026-03-01T12:00:30Z | 13     |
              - | /r2   | 2026-03-01T12:00:10Z | 7      |
              - | /r0   | 2026-03-01T12:00:10Z | 7      |
              - | /r1   | 2026-03-01T12:00:10Z | 6      |
              - | /r1   | 2026-03-01T12:00:20Z | 7      |
              - | /r2   | 2026-03-01T12:00:20Z | 7      |
              - | /r0   | 2026-03-01T12:00:20Z | 6      |
              - | /r2   | 2026-03-01T12:00:40Z | 7      |
              - | /r0   | 2026-03-01T12:00:40Z | 7      |
              - | /r1   | 2026-03-01T12:00:40Z | 6      |
              - before  + after
          1 block means what they did

        service-13.md (changed)
            - parameter slow: long = 63
            + parameter slow: long = 99
          slow (line 21)
              where ms >= slow  (means something else now)
            - through `slow`: long = 63
            + through `slow`: long = 99
                | route | n   |
              - | /r0   | 124 |
              + | /r0   | 4   |
              - | /r1   | 123 |
              + | /r1   | 3   |
              - | /r2   | 123 |
              + | /r2   | 3   |
              - before  + after
          1 block means what they did

        service-20.md: other text, same meaning
    "#]]
    .assert_eq(&ended.out);

    let ended = folder.run(&["render", "service-11.md", "-o", "page.html", "--input", "fixtures/access.jsonl"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let page = folder.read("page.html");
    assert!(page.contains("bin(timestamp, 30s)") && page.contains("<svg ") && page.contains("1,000 read"), "{page}");
    let ended = folder.run(&["render", "service-07.md", "-o", "page.html", "--input", "fixtures/access.jsonl"]);
    assert!(ended.err.contains("these blocks do not run: failed"), "{}", ended.err);
}

#[test]
fn what_is_broken_keeps_nothing_else_from_being_looked_at() {
    let folder = repository();
    std::fs::write(folder.path("latin.md"), b"# \xff\n").expect("written");
    std::fs::write(folder.path("fixtures/access.jsonl"), [&requests()[..], b"{\"timestamp\":"].concat())
        .expect("written");
    for command in [&["check", "."][..], &["test", "."], &["diff", "main"]] {
        let ended = folder.run(command);
        assert_eq!(ended.code, 2, "{command:?}");
        assert!(
            ended.err.contains("latin.md`: it is not UTF-8: line 1 has the byte 0xff"),
            "{command:?} {}",
            ended.err
        );
    }
    let ended = folder.run(&["test", "service-01.md"]);
    assert!(ended.out.contains("the recording cannot be read as a whole: 1 dropped: truncated JSON"), "{}", ended.out);
    // One that is huge is read as it comes: what is held does not grow with it.
    let mut huge =
        std::io::BufWriter::new(std::fs::File::create(folder.path("fixtures/huge.jsonl")).expect("it can be made"));
    let events = requests();
    for _ in 0..400 {
        huge.write_all(&events).expect("written");
    }
    huge.into_inner().expect("written").sync_all().expect("written");
    let ended =
        folder.run(&["query", "access | count", "--source", "access=replay:fixtures/huge.jsonl", "--format", "ndjson"]);
    assert_eq!(ended.clean(), "{\"Count\":400000}\n");
}
