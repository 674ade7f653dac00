//! `headwater check`: the four formats, exit codes, files that cannot be checked.

use expect_test::expect;
use serde_json::Value;

use crate::binary::Folder;

const WRONG: &str =
    "# R\n\n```headwater name=one\nspans\n| where durration > 1s\n```\n\n```headwater\nspans | wher x\n```\n";
const RIGHT: &str = "# R\n\n```headwater\nspans | count\n```\n";

fn folder() -> Folder {
    Folder::new(&[
        ("books/wrong, 100%.md", WRONG.as_bytes()),
        ("books/right.md", RIGHT.as_bytes()),
        ("books/notes.txt", b"```headwater\nnothing\n```"),
    ])
}

#[test]
fn findings_are_drawn_at_their_places() {
    let ended = folder().run(&["check", "books"]);
    assert_eq!(ended.code, 1);
    expect![[r#"
        error[unknown-field]: no field `durration` reaches this stage
         --> books/wrong, 100%.md:5:9
          |
        5 | | where durration > 1s
          |         ^^^^^^^^^
          |
          = help: did you mean `duration`?

        error[unknown-stage]: there is no stage `wher`
         --> books/wrong, 100%.md:9:9
          |
        9 | spans | wher x
          |         ^^^^
          |
          = help: did you mean `where`?

    "#]]
    .assert_eq(&ended.out);
    assert_eq!(ended.err, "2 errors in 2 runbooks\n");
}

#[test]
fn syntax_counts_too() {
    let deep = format!("```headwater\nspans | where {}true{}\n```\n", "(".repeat(10_000), ")".repeat(10_000));
    let folder = Folder::new(&[("a.md", b"```headwater\nspans | where (\n```\n"), ("deep.md", deep.as_bytes())]);
    let ended = folder.run(&["check", "a.md", "deep.md"]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("a.md:2:16") && ended.out.contains("deep.md:2:"), "{}", ended.out);
    assert!(ended.out.lines().all(|line| line.chars().count() < 400), "{}", ended.out);
}

#[test]
fn nothing_found_is_said_and_clean() {
    let ended = folder().run(&["check", "books/right.md"]);
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "", "1 runbook checked, nothing found\n"));
}

#[test]
fn github_gets_one_escaped_line_a_finding() {
    let folder = folder();
    let mut command = folder.command(&["check", "books", "--format", "github"]);
    let output = command.env("GITHUB_STEP_SUMMARY", folder.path("summary.md")).output().expect("it starts");
    let out = String::from_utf8(output.stdout).expect("it is text");
    assert_eq!(output.status.code(), Some(1));
    expect![[r#"
        ::error file=books/wrong%2C 100%25.md,line=5,col=9,endLine=5,endColumn=18,title=unknown-field in one::no field `durration` reaches this stage%0Ahelp: did you mean `duration`?
        ::error file=books/wrong%2C 100%25.md,line=9,col=9,endLine=9,endColumn=13,title=unknown-stage in 2::there is no stage `wher`%0Ahelp: did you mean `where`?
    "#]].assert_eq(&out);
    let summary = folder.read("summary.md");
    assert!(summary.starts_with("### headwater check\n\n2 errors in 2 runbooks\n"), "{summary}");
}

#[test]
fn github_gets_the_first_ten_and_how_many_more() {
    let many = format!("```headwater\n{}```\n", "spans | wher x;\n".repeat(14));
    let ended = Folder::new(&[("many.md", many.as_bytes())]).run(&["check", "many.md", "--format", "github"]);
    assert_eq!(ended.out.matches("::error ").count(), 10);
    assert!(ended.out.contains(" more errors: run `headwater check` to see all of them"), "{}", ended.out);
}

#[test]
fn json_has_places_and_fixes() {
    let ended = folder().run(&["check", "books", "--format", "json"]);
    let document: Value = serde_json::from_str(&ended.out).expect("it is JSON");
    assert_eq!(document["files"], 2);
    let finding = &document["findings"][0];
    assert_eq!(finding["path"], "books/wrong, 100%.md");
    assert_eq!(finding["block"], "one");
    assert_eq!(finding["code"], "unknown-field");
    assert_eq!(finding["start"], serde_json::json!({ "line": 5, "column": 9 }));
    assert_eq!(finding["fixes"][0]["edits"][0]["text"], "duration");
}

#[test]
fn sarif_is_what_code_scanning_reads() {
    let above = format!("# One more heading\n\n{WRONG}");
    let folder = folder();
    let check = || {
        let ended = folder.run(&["check", "books", "--format", "sarif"]);
        serde_json::from_str::<Value>(&ended.out).expect("it is JSON")
    };
    let document = check();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "headwater");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().expect("a list");
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "books/wrong%2C%20100%25.md");
        assert!(place["region"]["startLine"].as_u64() >= Some(1));
    }
    // A finding stays the same when text above it changes.
    std::fs::write(folder.path("books/wrong, 100%.md"), above).expect("it can be written");
    let moved = check();
    let fingerprints = |document: &Value| -> Vec<Value> {
        let results = document["runs"][0]["results"].as_array().expect("a list");
        results.iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    assert_eq!(fingerprints(&document), fingerprints(&moved));
    assert_ne!(document["runs"][0]["results"][0]["locations"], moved["runs"][0]["results"][0]["locations"]);
}

#[test]
fn what_cannot_be_checked_keeps_nothing_else_from_it() {
    let folder = Folder::new(&[
        ("a.md", b"# \xff"),
        ("b.md", WRONG.as_bytes()),
        ("c/headwater.toml", b"no"),
        ("c/c.md", RIGHT.as_bytes()),
    ]);
    let ended = folder.run(&["check", ".", "missing.md"]);
    assert_eq!(ended.code, 2);
    assert!(ended.out.contains("b.md:5:9"), "{}", ended.out);
    assert!(ended.err.contains("a.md`: it is not UTF-8: line 1 has the byte 0xff"), "{}", ended.err);
    assert!(ended.err.contains("cannot read `missing.md`"), "{}", ended.err);
    assert!(ended.out.contains("c/headwater.toml:1:1"), "{}", ended.out);
}

const CONFIG: &str = "[sources.access]\nuri = \"file:logs/access.jsonl\"\nlateness = \"2\"\n\n[sources.access.fields]\n\
    status = { type = \"number\" }\n";

#[test]
fn a_configuration_is_checked_at_its_own_lines() {
    let runbook = b"```headwater\naccess | where status > 5 | count\n```\n";
    let folder = Folder::new(&[("team/headwater.toml", CONFIG.as_bytes()), ("team/books/a.md", runbook)]);
    let expected = expect![[r#"
        error[unit-missing]: `lateness` is `2`, which says no unit
         --> team/headwater.toml:3:12
          |
        3 | lateness = "2"
          |            ^^^
          |
          = help: write `"2s"` for seconds

        error[bad-config]: field `status` has the type `number`; the types are bool, long, real, string, datetime, timespan, dynamic
         --> team/headwater.toml:6:19
          |
        6 | status = { type = "number" }
          |                   ^^^^^^^^
          |
          = help: did you mean `long`?

    "#]];
    // Found in a folder it is checked, and one that a runbook uses is too: once.
    let missing = "warning[missing-file]: there is no file `logs/access.jsonl`";
    for (paths, count) in [
        (&["team"][..], "1 runbook and 1 configuration"),
        (&["team/books/a.md"], "1 runbook and 1 configuration"),
        (&["team/headwater.toml"], "1 runbook and 1 configuration"),
    ] {
        let ended = folder.run(&[&["check"], paths].concat());
        let (first, rest) = ended.out.split_once("\n\n").expect("several findings");
        assert!(first.starts_with(missing), "{first}");
        expected.assert_eq(rest);
        assert_eq!((ended.code, ended.err), (1, format!("2 errors and 1 warning in {count}\n")));
    }
    std::fs::create_dir(folder.path("team/logs")).expect("a folder");
    std::fs::write(folder.path("team/logs/access.jsonl"), "").expect("it can be written");
    let right = CONFIG.replace("\"2\"", "\"2s\"").replace("number", "long");
    std::fs::write(folder.path("team/headwater.toml"), right).expect("it can be written");
    let ended = folder.run(&["check", "team"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, "1 runbook and 1 configuration checked, nothing found\n"));
}

#[test]
fn a_configurations_findings_are_in_every_format() {
    let folder = Folder::new(&[("headwater.toml", b"[sources.a]\nurl = \"demo:shop\"\n")]);
    let check = |format: &str| folder.run(&["check", ".", "--format", format]).out;
    let json: Value = serde_json::from_str(&check("json")).expect("it is JSON");
    let finding = &json["findings"][0];
    assert_eq!((&finding["path"], &finding["code"]), (&"headwater.toml".into(), &"unknown-key".into()));
    assert_eq!(finding["start"], serde_json::json!({ "line": 2, "column": 1 }));
    assert_eq!(finding["fixes"][0]["edits"][0]["text"], "uri");
    expect![[r#"
        ::error file=headwater.toml,line=2,col=1,endLine=2,endColumn=4,title=unknown-key::a source has no `url`%0Ahelp: did you mean `uri`?
    "#]]
    .assert_eq(&check("github"));
    let sarif: Value = serde_json::from_str(&check("sarif")).expect("it is JSON");
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "headwater.toml");
    assert_eq!(place["region"]["startLine"], 2);
}
