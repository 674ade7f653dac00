//! `headwater check` as a team uses it: levels, findings that are ignored, links, fixes, what a branch changes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::binary::{Folder, command};

/// `path:line severity code: message` of each finding.
fn findings(folder: &Folder, args: &[&str]) -> String {
    let ended = folder.run(&[&["check", "--format", "json"], args].concat());
    let document: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{} {}", ended.out, ended.err));
    let mut text = String::new();
    for found in document["findings"].as_array().expect("a list") {
        let word = |key: &str| found[key].as_str().expect("a text").to_owned();
        text.push_str(&format!(
            "{}:{} {} {}: {}\n",
            word("path"),
            found["start"]["line"],
            word("severity"),
            word("code"),
            word("message")
        ));
    }
    for failure in document["failures"].as_array().expect("a list") {
        text.push_str(&format!("{}\n", failure.as_str().expect("a text")));
    }
    text
}

fn check(files: &[(&str, &str)], expected: Expect) -> Folder {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = Folder::new(&files);
    expected.assert_eq(&findings(&folder, &["."]));
    folder
}

const SHORT: &str = "```headwater\nspans | summarize count() by bin(timestamp, 1s)\n```\n";

#[test]
fn a_team_has_its_own_levels() {
    check(
        &[
            ("off/headwater.toml", "[sources.spans]\nuri = \"demo:shop\"\n[check.rules]\nshort-window = \"off\"\n"),
            ("off/a.md", SHORT),
            ("error/headwater.toml", "[sources.spans]\nuri = \"demo:shop\"\n[check.rules]\nshort-window = \"error\"\n"),
            ("error/a.md", SHORT),
            ("as-it-is/a.md", SHORT),
            (
                "wrong/headwater.toml",
                "[check.rules]\nshort-windw = \"off\"\nunused-let = \"warn\"\nunknown-field = \"off\"\n",
            ),
        ],
        expect![[r#"
            as-it-is/a.md:2 warning short-window: windows of 1s are shorter than the 2s by which events of `spans` may be late
            error/a.md:2 error short-window: windows of 1s are shorter than the 2s by which events of `spans` may be late
            wrong/headwater.toml:2 error unknown-key: `check.rules` has no `short-windw`
            wrong/headwater.toml:3 error bad-config: `check.rules.unused-let` is `warn`, expected one of `off`, `hint`, `warning`, `error`
            wrong/headwater.toml:4 error unknown-key: `unknown-field` keeps a block from running, so it is always an error
        "#]],
    );
}

#[test]
fn a_raised_finding_runs_all_the_same() {
    let config: &[u8] = b"[sources.spans]\nuri = \"demo:shop\"\n[check.rules]\nshort-window = \"error\"\n";
    let folder = Folder::new(&[("headwater.toml", config), ("a.md", SHORT.as_bytes())]);
    assert_eq!(folder.run(&["check", "a.md"]).code, 1);
    assert!(!folder.run(&["run", "a.md", "--format", "ndjson", "--events", "20000"]).clean().is_empty());
}

#[test]
fn a_finding_is_ignored_with_its_reason() {
    check(
        &[
            (
                "a.md",
                &format!(
                    "# A\n\n<!-- headwater-ignore broken-link: it is written next week -->\n[b](b.md)\n\n{}",
                    SHORT.replace("spans", "// headwater-ignore short-window: the shop is never late\nspans")
                ),
            ),
            (
                "b/headwater.toml",
                "[sources.a]\nuri = \"demo:shop\"\nowner = \"x\"\n# headwater-ignore missing-owner: nobody yet\n[sources.spans]\nuri = \"demo:shop\"\n",
            ),
            ("c.md", "```headwater\nspans | count // headwater-ignore short-window\n```\n"),
        ],
        expect![[r#"
            c.md:2 warning bad-ignore: this does not say why the finding is ignored
            c.md:2 warning unused-ignore: there is no `short-window` here to ignore
        "#]],
    );
}

#[test]
fn owners_are_asked_for_where_some_are_named() {
    check(
        &[
            ("none/headwater.toml", "[sources.spans]\nuri = \"demo:shop\"\n"),
            (
                "some/headwater.toml",
                "[sources.spans]\nuri = \"demo:shop\"\nowner = \"shop\"\n[sources.logs]\nuri = \"demo:shop\"\n",
            ),
            (
                "asked/headwater.toml",
                "[sources.spans]\nuri = \"demo:shop\"\n[check.rules]\nmissing-owner = \"error\"\n",
            ),
        ],
        expect![[r#"
            asked/headwater.toml:1 error missing-owner: nobody owns the source `spans`
            some/headwater.toml:4 warning missing-owner: nobody owns the source `logs`
        "#]],
    );
}

#[test]
fn links_lead_to_what_is_there() {
    let a = "# Überblick & `more`\n\n## Two\n## Two\n\n[1](#überblick--more) [2](#two-1) [3](#two-2) [4](b.md) [5](b.md#restart) [6](b.md#restrat)\n\
        [7](c.md) [8](sub/d.md) [9](sub/e.md#x) [10](https://example.org/none.md#x) [11](/none.md) [12](../outside.md)\n\
        [13](b.md#given) [14](picture%20one.png) [15][ref] [16](b.md#)\n\n[ref]: bb.md\n\n```text\n[17](none.md)\n```\n`[18](none.md)`\n";
    check(
        &[("a.md", a), ("b.md", "# Restart\n<a id=\"given\"></a>\n"), ("sub/dd.md", ""), ("picture one.png", "")],
        expect![[r#"
            a.md:6 warning broken-link: this runbook has no heading `#two-2`
            a.md:6 warning broken-link: `b.md` has no heading `#restrat`
            a.md:7 warning broken-link: there is no file `c.md`
            a.md:7 warning broken-link: there is no file `sub/d.md`
            a.md:7 warning broken-link: there is no file `sub/e.md`
            a.md:8 warning broken-link: there is no file `bb.md`
        "#]],
    );
}

#[test]
fn what_keeps_its_meaning_is_mended() {
    let text = "# R\n\n```headwater\nlogs\n| filter severity.text == \"ERROR\"\n| extend n = length(body)\n| where durration > 1\n```\n\n\
        ```headwater\nspans | where http.status_code >= 500 | count // headwater-ignore short-window: so\n```\n";
    let folder = Folder::new(&[("a.md", text.as_bytes()), ("b.md", b"```headwater\nspans | count\n```\n")]);
    let ended = folder.run(&["check", "."]);
    assert!(ended.err.contains("can be mended by `headwater check --fix`"), "{}", ended.err);
    assert_eq!(folder.read("a.md"), text);
    let ended = folder.run(&["check", "--fix", "."]);
    expect![[r##"
        # R

        ```headwater
        logs
        | where severity.text == "ERROR"
        | extend n = strlen(body)
        | where durration > 1
        ```

        ```headwater
        spans | where http.response.status_code >= 500 | count
        ```
    "##]]
    .assert_eq(&folder.read("a.md"));
    expect![[r#"
        mended 4 findings in 1 file
        1 error in 2 runbooks
    "#]]
    .assert_eq(&ended.err);
    assert_eq!(ended.code, 1, "a guess is left");
    // Again there is nothing to mend.
    let before = folder.read("a.md");
    folder.run(&["check", "--fix", "."]);
    assert_eq!(folder.read("a.md"), before);
    folder.run(&["check", "--fix", "--unsafe-fixes", "."]);
    expect![[r##"
        # R

        ```headwater
        logs
        | where severity == "ERROR"
        | extend n = strlen(body)
        | where durration > 1
        ```

        ```headwater
        spans | where http.response.status_code >= 500 | count
        ```
    "##]]
    .assert_eq(&folder.read("a.md"));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said_and_stays() {
    use std::os::unix::fs::PermissionsExt;
    let text = "```headwater\nspans | filter duration > 1s\n```\n";
    let folder = Folder::new(&[("a.md", text.as_bytes()), ("b.md", text.as_bytes())]);
    std::fs::set_permissions(folder.path("a.md"), std::fs::Permissions::from_mode(0o444)).expect("it can be set");
    let ended = folder.run(&["check", "--fix", "."]);
    assert_eq!(ended.code, 2, "{}", ended.err);
    assert!(ended.err.contains("cannot write `a.md`"), "{}", ended.err);
    assert_eq!(folder.read("a.md"), text);
    assert!(folder.read("b.md").contains("where duration"));
}

pub(crate) fn git(folder: &Path, args: &[&str]) {
    let who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    let done = Command::new("git").arg("-C").arg(folder).args(who).args(args).output().expect("git starts");
    assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn only_what_a_branch_changes() {
    let wrong = "```headwater\nspans | wher x\n```\n".as_bytes();
    let folder = Folder::new(&[
        ("old.md", wrong),
        ("changed.md", wrong),
        ("gone.md", wrong),
        ("team/headwater.toml", b"[sources.spans]\nuri = \"demo:shop\"\n"),
        ("team/below.md", wrong),
        (".gitignore", b"ignored.md\n"),
    ]);
    let root = folder.path("");
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    git(&root, &["checkout", "-q", "-b", "branch"]);
    assert_eq!(findings(&folder, &["--since", "main", "."]), "");
    std::fs::write(folder.path("changed.md"), [b"# More\n".as_slice(), wrong].concat()).expect("written");
    git(&root, &["commit", "-q", "-a", "-m", "two"]);
    std::fs::write(folder.path("new, é.md"), wrong).expect("written");
    std::fs::write(folder.path("ignored.md"), wrong).expect("written");
    std::fs::remove_file(folder.path("gone.md")).expect("removed");
    // What main does meanwhile is not this branch's affair.
    git(&root, &["checkout", "-q", "main"]);
    std::fs::write(folder.path("old.md"), [b"# Main\n".as_slice(), wrong].concat()).expect("written");
    git(&root, &["commit", "-q", "-a", "-m", "three"]);
    git(&root, &["checkout", "-q", "branch"]);
    expect![[r#"
        changed.md:3 error unknown-stage: there is no stage `wher`
        new, é.md:2 error unknown-stage: there is no stage `wher`
    "#]]
    .assert_eq(&findings(&folder, &["--since", "main", "."]));
    // A configuration decides what all runbooks below it mean.
    std::fs::write(folder.path("team/headwater.toml"), "[sources.logs]\nuri = \"demo:shop\"\n").expect("written");
    expect![[r#"
        team/below.md:2 error unknown-source: there is no source or `let` named `spans`
        team/below.md:2 error unknown-stage: there is no stage `wher`
    "#]]
    .assert_eq(&findings(&folder, &["--since", "main", "team"]));
    let message = |gitref: &str| folder.run(&["check", &format!("--since={gitref}"), "."]).failed();
    expect![[r#"
        error: git knows no commit `mian`; did you mean `main`?
    "#]]
    .assert_eq(&message("mian"));
    assert_eq!(message("--output=x"), "error: git knows no commit `--output=x`; `git branch --all` lists branches\n");
    let outside = Folder::new(&[("a.md", wrong)]);
    let ended =
        command(&outside.path(""), &["check", "--since", "main", "."]).env("GIT_CEILING_DIRECTORIES", "/").output();
    let said = String::from_utf8(ended.expect("it starts").stderr).expect("it is text");
    assert!(said.contains("is in no git repository"), "{said}");
}

#[test]
fn sarif_is_what_its_schema_says() {
    let folder = Folder::new(&[
        ("a b.md", b"```headwater\nspans | wher x\n```\n[x](y.md)\n"),
        ("headwater.toml", b"[sources.spans]\nuri = \"demo:shop\"\nowner = 5\n"),
        ("broken.md", b"\xff"),
    ]);
    let ended = folder.run(&["check", ".", "--format", "sarif"]);
    assert_eq!(ended.code, 2);
    let document: Value = serde_json::from_str(&ended.out).expect("it is JSON");
    assert_eq!(document["runs"][0]["results"].as_array().map(Vec::len), Some(3));
    let schema = include_str!("../schemas/sarif-2.1.0.json");
    // One of its patterns leaves a bracket open, which only JavaScript takes.
    let schema = schema.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).expect("it is JSON");
    let validator = jsonschema::draft7::new(&schema).expect("it is a schema");
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The schema can say no.
    let mut wrong = document;
    wrong["runs"][0]["results"][0]["level"] = "bad".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn a_watch_checks_again_after_a_change() {
    let folder = Folder::new(&[("a.md", SHORT.replace("spans", "spns").as_bytes())]);
    let mut command = folder.command(&["check", "--watch", "."]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
    let mut until = |what: &str| lines.by_ref().find(|line| line.contains(what)).expect("it comes");
    until("1 error");
    until("waiting for a change");
    std::fs::write(folder.path("a.md"), "```headwater\nspans | count\n```\n").expect("written");
    until("nothing found");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("it starts").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[cfg(unix)]
#[test]
fn loops_and_locked_folders_keep_nothing_else_from_being_checked() {
    let folder = Folder::new(&[("a.md", b"```headwater\nspans | wher x\n```\n"), ("sub/b.md", b"# B\n")]);
    std::os::unix::fs::symlink("loop.md", folder.path("loop.md")).expect("a link");
    std::os::unix::fs::symlink("..", folder.path("sub/up")).expect("a link");
    let ended = folder.run(&["check", "."]);
    assert_eq!(ended.code, 2);
    assert!(ended.out.contains("a.md:2:9"), "{}", ended.out);
    expect![[r#"
        error: cannot read `loop.md`: Too many levels of symbolic links (os error 40)
        1 error in 2 runbooks
    "#]]
    .assert_eq(&ended.err);
}

/// A repository in which nothing is wrong, and a branch of it.
fn branch(files: &[(&str, &[u8])]) -> Folder {
    let folder = Folder::new(files);
    let root = folder.path("");
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    assert_eq!(findings(&folder, &["."]), "");
    folder
}

#[test]
fn what_a_branch_breaks_elsewhere() {
    let config: &[u8] = b"[sources.access]\nuri = \"otlp:127.0.0.1:4317?signal=logs\"\n[sources.owners]\nuri = \"file:tables/owners.csv\"\n";
    let test = "```headwater name=all\naccess | count\n```\n\n```headwater-test for=all input=../fixtures/a.jsonl\n| Count |\n|-------|\n```\n";
    let files: [(&str, &[u8]); 6] = [
        ("team/headwater.toml", config),
        ("team/tables/owners.csv", b"service,owner\n"),
        ("fixtures/a.jsonl", b"{}\n"),
        ("team/all.md", test.as_bytes()),
        ("team/linked.md", b"# Linked\n\n## Restart\n"),
        (
            "links.md",
            b"[1](team/linked.md) [2](team/linked.md#restart) ![3](picture.png)\n[4](team/all.md) [5](folder/)\n",
        ),
    ];
    let more: [(&str, &[u8]); 2] = [("picture.png", b""), ("folder/a.txt", b"")];
    let since = |change: &dyn Fn(&Folder), expected: Expect| {
        let folder = branch(&[&files[..], &more[..]].concat());
        change(&folder);
        let found = findings(&folder, &["--since", "main", "."]);
        expected.assert_eq(&found);
        assert_eq!(found, findings(&folder, &["."]), "nothing else is broken");
    };
    let remove = |folder: &Folder, file: &str| std::fs::remove_file(folder.path(file)).expect("removed");
    since(
        &|folder| remove(folder, "team/headwater.toml"),
        expect![[r#"
            team/all.md:2 error unknown-source: there is no source or `let` named `access`
        "#]],
    );
    since(
        &|folder| remove(folder, "team/tables/owners.csv"),
        expect![[r#"
            team/headwater.toml:4 warning missing-file: there is no file `tables/owners.csv`
        "#]],
    );
    since(
        &|folder| remove(folder, "fixtures/a.jsonl"),
        expect![[r#"
            team/all.md:5 error bad-test: there is no recording `../fixtures/a.jsonl`
        "#]],
    );
    since(
        &|folder| {
            std::fs::rename(folder.path("team/linked.md"), folder.path("team/elsewhere.md")).expect("renamed");
            remove(folder, "picture.png");
            std::fs::remove_dir_all(folder.path("folder")).expect("removed");
        },
        expect![[r#"
            links.md:1 warning broken-link: there is no file `team/linked.md`
            links.md:1 warning broken-link: there is no file `team/linked.md`
            links.md:1 warning broken-link: there is no file `picture.png`
            links.md:2 warning broken-link: there is no file `folder/`
        "#]],
    );
    since(
        &|folder| std::fs::write(folder.path("team/linked.md"), "# Linked\n\n## Start again\n").expect("written"),
        expect![[r#"
            links.md:1 warning broken-link: `team/linked.md` has no heading `#restart`
        "#]],
    );
}

#[test]
fn what_was_broken_before_is_no_affair_of_a_branch() {
    let folder =
        Folder::new(&[("a.md", b"[1](none.md) [2](b.md)\n\n```headwater\nspans | wher x\n```\n"), ("b.md", b"# B\n")]);
    let root = folder.path("");
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    git(&root, &["rm", "-q", "b.md"]);
    let ended = folder.run(&["check", "--since", "main"]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("there is no file `b.md`"), "{}", ended.out);
    assert_eq!(ended.err, "1 warning in 1 runbook\n");
    // Nothing can be said of another place.
    let outside = Folder::new(&[("c.md", b"")]);
    let failed = folder.run(&["check", "--since", "main", &outside.path("").to_string_lossy()]).failed();
    assert!(failed.contains("is not in the repository `"), "{failed}");
}

#[test]
fn a_comment_at_the_end_of_a_line_of_prose_and_one_before_an_empty_line() {
    let folder = Folder::new(&[(
        "a.md",
        "[1](none.md) <!-- headwater-ignore broken-link: next week -->\n\n\
         <!-- headwater-ignore broken-link: later -->\n\n[2](none.md)\n\n\
         [3](none.md): write `<!-- headwater-ignore broken-link: why -->`\n"
            .as_bytes(),
    )]);
    expect![[r#"
        a.md:7 warning broken-link: there is no file `none.md`
    "#]]
    .assert_eq(&findings(&folder, &["."]));
}

#[test]
fn a_configuration_that_is_named_brings_its_runbooks() {
    let wrong = "```headwater\nspans | wher x\n```\n".as_bytes();
    let folder = Folder::new(&[
        ("headwater.toml", b"[sources.spans]\nuri = \"demo:shop\"\n"),
        ("headwater.snapshot.toml", b""),
        ("a.md", wrong),
        ("below/b.md", wrong),
        ("other/headwater.toml", b"[sources.spans]\nuri = \"demo:shop\"\n"),
        ("other/c.md", wrong),
    ]);
    for named in ["headwater.toml", "headwater.snapshot.toml"] {
        expect![[r#"
            a.md:2 error unknown-stage: there is no stage `wher`
            below/b.md:2 error unknown-stage: there is no stage `wher`
        "#]]
        .assert_eq(&findings(&folder, &[named]));
    }
}

#[test]
fn a_name_of_a_letter_is_no_guess() {
    let folder = Folder::new(&[("a.md", b"[a](nope.md)\n"), ("d/b.md", b"")]);
    folder.run(&["check", "--fix", "--unsafe-fixes", "a.md"]);
    assert_eq!(folder.read("a.md"), "[a](nope.md)\n");
    assert!(!folder.run(&["check", "a.md"]).out.contains("did you mean"));
}

#[test]
fn hints_are_something_and_what_is_not_there_is_nothing() {
    let hint = b"[check.rules]\nshort-window = \"hint\"\n[sources.spans]\nuri = \"demo:shop\"\n";
    let folder = Folder::new(&[("a.md", b"# A\n"), ("hint/headwater.toml", hint), ("hint/b.md", SHORT.as_bytes())]);
    let ended = folder.run(&["check", "hint"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, "1 hint in 1 runbook and 1 configuration\n"));
    assert_eq!(
        folder.run(&["check", "nosuch.md"]).failed(),
        "error: cannot read `nosuch.md`: No such file or directory (os error 2)\n"
    );
    assert_eq!(
        folder.run(&["check", "a.md", "nosuch.md"]).failed(),
        "error: cannot read `nosuch.md`: No such file or directory (os error 2)\n1 runbook checked, nothing found\n"
    );
}

#[test]
fn a_file_is_checked_once_however_often_it_is_named() {
    let folder = Folder::new(&[("sub/a.md", b"```headwater\nspans | wher x\n```\n")]);
    let ended = folder.run(&["check", ".", "sub", "sub/a.md", "sub/../sub/a.md"]);
    assert_eq!(ended.err, "1 error in 1 runbook\n");
    let folder = Folder::new(&[("a.md", b"[1](none.md)\n".repeat(5_000).as_slice())]);
    assert_eq!(folder.run(&["check"]).err, "5000 warnings in 1 runbook\n");
}

#[cfg(unix)]
#[test]
fn pipes_are_no_runbooks() {
    let folder = Folder::new(&[("a.md", b"# A\n")]);
    let made = Command::new("mkfifo").arg(folder.path("pipe.md")).status().expect("it starts");
    assert!(made.success());
    for command in [&["check", "."][..], &["fmt", "--check", "."], &["test", "."]] {
        assert_eq!(folder.run(command).code, 0, "{command:?}");
    }
    for command in [&["check", "pipe.md"][..], &["fmt", "--check", "pipe.md"], &["test", "pipe.md"]] {
        let failed = folder.run(command).failed();
        assert!(failed.contains("cannot read `pipe.md`: it is no plain file"), "{command:?} {failed}");
    }
}

#[cfg(unix)]
#[test]
fn names_of_files_hide_nothing() {
    let folder = Folder::new(&[
        ("evil\x1b[31m\n::error::x\n.md", b"```headwater\nspans | wher x\n```\n"),
        ("a\x1b.md", b"\xff"),
    ]);
    for format in ["human", "github", "json", "sarif", "gitlab"] {
        let ended = folder.run(&["check", "--format", format]);
        let said = ended.out + &ended.err;
        assert!(!said.contains('\x1b') && !said.contains("\n::error::x"), "{format} {said:?}");
    }
    let ended = folder.run(&["check", "--format", "github"]);
    expect![[r#"
        ::error title=headwater::cannot read `a\u{1b}.md`: it is not UTF-8: line 1 has the byte 0xff
        ::error file=evil\u{1b}[31m\n%3A%3Aerror%3A%3Ax\n.md,line=2,col=9,endLine=2,endColumn=13,title=unknown-stage in 1::there is no stage `wher`%0Ahelp: did you mean `where`?
    "#]]
    .assert_eq(&ended.out);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_workspace_is_not_written() {
    let text = "```headwater\nspans | filter duration > 1s\n```\n";
    let outside = Folder::new(&[("secret.md", text.as_bytes())]);
    let folder = Folder::new(&[("b.md", text.as_bytes())]);
    std::os::unix::fs::symlink(outside.path("secret.md"), folder.path("a.md")).expect("a link");
    std::os::unix::fs::symlink("b.md", folder.path("c.md")).expect("a link");
    let failed = folder.run(&["check", "--fix"]).failed();
    assert!(failed.contains("cannot read `a.md`: it leads out of the workspace"), "{failed}");
    assert_eq!(outside.read("secret.md"), text);
    assert!(folder.read("b.md").contains("where duration"));
}
