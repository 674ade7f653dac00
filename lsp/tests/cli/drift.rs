//! `headwater check --against RUNNER`: what is written down beside what comes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use expect_test::expect;

use crate::binary::{Folder, command, requests};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

const TEAM: &str = "[sources.access]\nuri = \"otlp:127.0.0.1:4317?signal=logs\"\n\n[sources.access.fields]\nstatus = { type = \"string\" }\n\
    mss = { type = \"long\" }\nroute = { type = \"string\" }\n# headwater-ignore vanished-field: it comes with the next release\ncolour = { type = \"string\" }\n\n\
    [sources.spans]\nuri = \"demo:shop\"\n\n[sources.logs]\nuri = \"otlp:127.0.0.1:4317\"\n";

const SNAPSHOT: &str = "[access]\nrate = 20\n[access.fields]\n\"ms\" = { type = \"timespan\", has = 100, distinct = 3 }\n\"user.id\" = { type = \"string\", has = 100, distinct = 3 }\n";

const BOOK: &str = "# Access\n\n```headwater\nlet slow = access | where mss > 5;\n```\n\n```headwater name=slow\nslow | summarize count() by route, user.id\n```\n\n\
    ```headwater name=right\naccess | where isnotnull(ms) | count\n```\n\n```headwater name=logs\nlogs | where nothing.here == 1 | count\n```\n";

#[test]
fn what_vanished_changed_or_is_read_by_nobody() {
    let folder = Folder::new(&[
        (
            "runner/headwater.toml",
            b"[sources.access]\nuri = \"file:access.jsonl\"\n[sources.logs]\nuri = \"file:empty.jsonl\"\n",
        ),
        ("runner/access.jsonl", &requests()),
        ("runner/empty.jsonl", b""),
        ("team/headwater.toml", TEAM.as_bytes()),
        ("team/headwater.snapshot.toml", SNAPSHOT.as_bytes()),
        ("team/a.md", BOOK.as_bytes()),
    ]);
    let mut serving = command(&folder.path("runner"), &["serve", "--private"]);
    let mut server = Server(serving.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let hello: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
    let address = hello["listen"].as_str().expect("an address");
    let ended = folder.run(&["check", "team", "--against", address, "--for", "2s", "--format", "json"]);
    let said: serde_json::Value =
        serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{} {}", ended.out, ended.err));
    let word = |found: &serde_json::Value, key: &str| found[key].as_str().unwrap_or_default().to_owned();
    let found = said["findings"].as_array().expect("a list").iter().map(|found| {
        let help = word(found, "help");
        let help = if help.is_empty() { help } else { format!(" ({help})") };
        format!(
            "{}:{} {}: {}{help}\n",
            word(found, "path"),
            found["start"]["line"],
            word(found, "code"),
            word(found, "message")
        )
    });
    expect![[r#"
        team/a.md:4 vanished-field: none of the 1,000 events of `access` had `mss` (some have `ms`)
        team/a.md:8 vanished-field: none of the 1,000 events of `access` had `user.id`
        team/headwater.toml:5 changed-type: `status` of `access` is declared as a string, and comes as a long
        team/headwater.toml:5 unread-field: no runbook reads `status` of `access`
        team/headwater.toml:6 vanished-field: `mss` is declared, and none of the 1,000 events of `access` had it (some have `ms`)
        team/headwater.toml:9 unread-field: no runbook reads `colour` of `access`
        team/headwater.toml:11 vanished-field: the runner has no source `spans` (`headwater sources --runner` lists those that it has)
        team/headwater.snapshot.toml:4 changed-type: `ms` of `access` is in the snapshot as a timespan, and comes as a long (`headwater sources --save` writes what comes now)
        team/headwater.snapshot.toml:5 vanished-field: `user.id` is in the snapshot, and none of the 1,000 events of `access` had it (`headwater sources --save` writes what comes now)
    "#]].assert_eq(&found.collect::<String>());
    assert!(ended.err.contains("nothing came from logs, so nothing is said of them"), "{}", ended.err);
    assert_eq!(ended.code, 1);
    // Without a runner there is nothing to say.
    assert_eq!(folder.run(&["check", "team"]).code, 0);
    let ended = folder.run(&["check", "team", "--against", "unix:none.sock"]);
    assert!(ended.failed().contains("none.sock"));
}
