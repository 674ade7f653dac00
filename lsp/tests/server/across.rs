//! What spans all runbooks of a workspace: who uses a source, symbols, and renamed attributes.

use std::path::Path;

use serde_json::{Value, json};

use crate::editor::Editor;

const SOURCES: &str = "[sources.requests]\nuri = \"otlp:127.0.0.1:4317\"\n\n[sources.other]\nuri = \"demo:shop\"\n";

pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

pub(crate) fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("written");
}

pub(crate) async fn start(workspace: &Path, capabilities: Value) -> Editor {
    let folders = json!([{ "uri": uri(workspace), "name": "workspace" }]);
    Editor::start(json!({ "workspaceFolders": folders, "capabilities": capabilities })).await
}

pub(crate) async fn open(editor: &mut Editor, path: &Path, version: i64, text: &str) {
    let item = json!({ "uri": uri(path), "languageId": "markdown", "version": version, "text": text });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
}

pub(crate) async fn changed(editor: &mut Editor, path: &Path) {
    let changes = json!([{ "uri": uri(path), "type": 2 }]);
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes })).await;
}

/// `file:line` of each reference at the place, in order.
async fn references(editor: &mut Editor, workspace: &Path, path: &Path, at: [u32; 2], declaration: bool) -> String {
    let params = json!({
        "textDocument": { "uri": uri(path) },
        "position": { "line": at[0], "character": at[1] },
        "context": { "includeDeclaration": declaration },
    });
    let found = editor.request("textDocument/references", params).await;
    let root = uri(workspace);
    let said = found.as_array().expect("a list").iter().map(|place| {
        let file = place["uri"].as_str().expect("an address").strip_prefix(&root).expect("within");
        format!("{}:{}", &file[1..], place["range"]["start"]["line"])
    });
    said.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn who_uses_a_source_is_asked_of_all_runbooks_that_mean_the_same_one() {
    let root = tempfile::tempdir().expect("a folder");
    let workspace = root.path().join("workspace");
    let at = |path: &str| workspace.join(path);
    write(&at("headwater.toml"), SOURCES);
    let block = "```headwater\nrequests | take 1\n```\n";
    write(&at("a.md"), block);
    write(&at("deep/er/b.md"), &format!("# B\n\n{block}"));
    write(&at("c.md"), "```headwater\nother | take 1\n```\n");
    write(&at("notes.md"), "About headwater and requests.\n");
    write(&at("own/headwater.toml"), SOURCES);
    write(&at("own/d.md"), block);
    write(&at(".gitignore"), "built\n");
    write(&at("built/e.md"), block);
    write(&root.path().join("outside.md"), block);
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.path().join("outside.md"), at("f.md")).expect("a link");
    let mut editor = start(&workspace, json!({})).await;

    open(&mut editor, &at("a.md"), 1, block).await;
    let found = references(&mut editor, &workspace, &at("a.md"), [1, 2], false).await;
    assert_eq!(found, "a.md:1 deep/er/b.md:3");
    let found = references(&mut editor, &workspace, &at("a.md"), [1, 2], true).await;
    assert_eq!(found, "headwater.toml:0 a.md:1 deep/er/b.md:3");

    // The text in the editor wins over that on the disk, and is forgotten when it is closed.
    open(&mut editor, &at("c.md"), 1, "```headwater\nunion requests, requests\n```\n").await;
    let found = references(&mut editor, &workspace, &at("a.md"), [1, 2], false).await;
    assert_eq!(found, "a.md:1 c.md:1 c.md:1 deep/er/b.md:3");
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(&at("c.md")) } })).await;
    let found = references(&mut editor, &workspace, &at("a.md"), [1, 2], false).await;
    assert_eq!(found, "a.md:1 deep/er/b.md:3");

    // From the configuration, the same.
    open(&mut editor, &at("headwater.toml"), 1, SOURCES).await;
    let found = references(&mut editor, &workspace, &at("headwater.toml"), [0, 12], false).await;
    assert_eq!(found, "a.md:1 deep/er/b.md:3");
    editor.leave().await;
}

#[tokio::test]
async fn files_that_come_change_and_go_are_read_again() {
    let workspace = tempfile::tempdir().expect("a folder");
    let at = |path: &str| workspace.path().join(path);
    write(&at("headwater.toml"), SOURCES);
    write(&at(".gitignore"), "built\n");
    let block = "```headwater\nrequests | take 1\n```\n";
    write(&at("a.md"), block);
    let watch = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut editor = start(workspace.path(), watch).await;
    open(&mut editor, &at("a.md"), 1, block).await;
    let found = references(&mut editor, workspace.path(), &at("a.md"), [1, 2], false).await;
    assert_eq!(found, "a.md:1");
    let watched = editor.asked.iter().find(|asked| asked["method"] == "client/registerCapability").expect("asked");
    let watchers = &watched["params"]["registrations"][0]["registerOptions"]["watchers"];
    assert!(watchers.to_string().contains("**/*.{md,markdown}"), "{watchers}");

    for (path, text, expected) in [
        ("b.md", block, "a.md:1 b.md:1"),
        ("built/c.md", block, "a.md:1 b.md:1"),
        ("b.md", "\n```headwater\nrequests | take 1\n```\n", "a.md:1 b.md:2"),
        ("b.md", "nothing", "a.md:1"),
    ] {
        write(&at(path), text);
        changed(&mut editor, &at(path)).await;
        let found = references(&mut editor, workspace.path(), &at("a.md"), [1, 2], false).await;
        assert_eq!(found, expected);
    }
    write(&at("b.md"), block);
    changed(&mut editor, &at("b.md")).await;
    std::fs::remove_file(at("b.md")).expect("removed");
    changed(&mut editor, &at("b.md")).await;
    let found = references(&mut editor, workspace.path(), &at("a.md"), [1, 2], false).await;
    assert_eq!(found, "a.md:1");
    // Another configuration declares other sources.
    write(&at("b.md"), "```headwater\nlater | take 1\n```\n");
    changed(&mut editor, &at("b.md")).await;
    write(&at("headwater.toml"), &format!("{SOURCES}\n[sources.later]\nuri = \"demo:shop\"\n"));
    changed(&mut editor, &at("headwater.toml")).await;
    open(&mut editor, &at("c.md"), 1, "```headwater\nlater | take 2\n```\n").await;
    let found = references(&mut editor, workspace.path(), &at("c.md"), [1, 2], false).await;
    assert_eq!(found, "c.md:1 b.md:1");
    editor.leave().await;
}

#[tokio::test]
async fn runbooks_blocks_and_lets_are_found_by_parts_of_their_names() {
    let workspace = tempfile::tempdir().expect("a folder");
    let at = |path: &str| workspace.path().join(path);
    write(
        &at("slow.md"),
        "# Checkout latency\n\n```headwater name=p99\nlet slow_ones = spans;\nslow_ones | take 1\n```\n",
    );
    write(&at("errors.md"), "```headwater name=latest\nlogs | take 1\n```\n");
    write(&at("readme.md"), "# Latency of headwater\n");
    let mut editor = start(workspace.path(), json!({})).await;
    let mut said = String::new();
    for query in ["lat", "slow", "slno", "p99", "errors.md", "zzz"] {
        let found = editor.request("workspace/symbol", json!({ "query": query })).await;
        let names = found.as_array().expect("a list").iter().map(|symbol| {
            let (line, file) = (&symbol["location"]["range"]["start"]["line"], symbol["containerName"].as_str());
            format!(
                "{} ({}, {}:{line})",
                symbol["name"].as_str().expect("a name"),
                symbol["kind"],
                file.expect("a file")
            )
        });
        said.push_str(&format!("{query}: {}\n", names.collect::<Vec<_>>().join(", ")));
    }
    expect_test::expect![[r#"
        lat: latest (24, errors.md:0), Checkout latency (1, slow.md:0)
        slow: Checkout latency (1, slow.md:0), slow_ones (13, slow.md:3)
        slno: 
        p99: p99 (24, slow.md:2)
        errors.md: errors.md (1, errors.md:0)
        zzz: 
    "#]]
    .assert_eq(&said);
    editor.leave().await;
}

#[tokio::test]
async fn a_thousand_runbooks_are_read_with_progress() {
    let workspace = tempfile::tempdir().expect("a folder");
    let at = |path: String| workspace.path().join(path);
    write(&at("headwater.toml".to_owned()), SOURCES);
    for number in 0..1_000 {
        let mut text = format!("# Runbook {number}\n");
        for block in 0..10 {
            text.push_str(&format!(
                "\n## Part {block}\n\n```headwater name=part-{block}\nlet slow{block} = requests | where duration > {block}s;\n\
                 slow{block} | summarize count() by name, bin(timestamp, 10s)\n```\n"
            ));
        }
        write(&at(format!("team-{}/runbook-{number}.md", number % 50)), &text);
    }
    let mut editor = start(workspace.path(), json!({ "window": { "workDoneProgress": true } })).await;
    let of = |kind: &'static str| move |params: &Value| params["value"]["kind"] == kind;
    let begun = editor.notification("$/progress", of("begin")).await;
    assert_eq!(begun["value"]["title"], "Reading runbooks");
    let ended = editor.notification("$/progress", of("end")).await;
    assert_eq!(ended["value"]["message"], "1000 runbooks");
    let text = "```headwater\nrequests | take 1\n```\n";
    open(&mut editor, &at("new.md".to_owned()), 1, text).await;
    let found = references(&mut editor, workspace.path(), &at("new.md".to_owned()), [1, 2], false).await;
    assert_eq!(found.split(' ').count(), 10_001);
    let found = editor.request("workspace/symbol", json!({ "query": "Runbook 77" })).await;
    assert_eq!(found[0]["name"], "Runbook 77");
    editor.leave().await;
}

#[tokio::test]
async fn who_shows_no_progress_is_not_bothered_and_who_never_answers_waits_for_nothing() {
    let workspace = tempfile::tempdir().expect("a folder");
    let at = |path: &str| workspace.path().join(path);
    write(&at("a.md"), "```headwater\nspans | take 1\n```\n");
    let mut editor = start(workspace.path(), json!({})).await;
    let found = editor.request("workspace/symbol", json!({ "query": "a.md" })).await;
    assert_eq!(found[0]["name"], "a.md");
    assert!(editor.asked.is_empty(), "{:#?}", editor.asked);
    editor.leave().await;

    let mut editor = Editor::connect();
    editor.deaf = true;
    let folders = json!([{ "uri": uri(workspace.path()), "name": "workspace" }]);
    let can = json!({ "window": { "workDoneProgress": true } });
    editor.initialize(json!({ "workspaceFolders": folders, "capabilities": can })).await;
    let found = editor.request("workspace/symbol", json!({ "query": "a.md" })).await;
    assert_eq!(found[0]["name"], "a.md");
    editor.leave().await;
}

#[tokio::test]
async fn an_attribute_that_was_renamed_is_mended_in_all_runbooks() {
    let workspace = tempfile::tempdir().expect("a folder");
    let at = |path: &str| workspace.path().join(path);
    write(&at("headwater.toml"), SOURCES);
    let old = "```headwater\nrequests | where http.status_code >= 500\n```\n";
    write(&at("a.md"), old);
    write(&at("b.md"), old);
    write(&at("c.md"), old);
    write(&at("d.md"), &old.replace("http.status_code", "http.method"));
    let can = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let mut editor = start(workspace.path(), can).await;
    open(&mut editor, &at("a.md"), 4, old).await;
    open(&mut editor, &at("b.md"), 9, &format!("\n{old}")).await;
    // Written since, and nobody said so: the edit is for the text that is there.
    assert!(editor.request("workspace/symbol", json!({ "query": "c.md" })).await[0]["name"] == "c.md");
    write(&at("c.md"), &format!("\n\n{old}"));
    let place = json!({ "line": 1, "character": 20 });
    let params = json!({
        "textDocument": { "uri": uri(&at("a.md")) },
        "range": { "start": place, "end": place },
        "context": { "diagnostics": [] },
    });
    let actions = editor.request("textDocument/codeAction", params).await;
    let actions = actions.as_array().expect("a list");
    let title = "Write `http.response.status_code` for `http.status_code` in all runbooks (3 places in 3)";
    let action = actions.iter().find(|action| action["title"] == title).unwrap_or_else(|| panic!("{actions:#?}"));
    assert_eq!((&action["kind"], &action["diagnostics"][0]["code"]), (&json!("quickfix"), &json!("renamed-field")));
    let changes = action["edit"]["documentChanges"].as_array().expect("a list").iter().map(|change| {
        let document = &change["textDocument"];
        let file = document["uri"].as_str().expect("an address").rsplit('/').next().expect("a name").to_owned();
        let edit = &change["edits"][0];
        (file, document["version"].clone(), edit["range"]["start"]["line"].clone(), edit["newText"].clone())
    });
    let new = json!("http.response.status_code");
    let expected = [("a.md", json!(4), 1), ("b.md", json!(9), 2), ("c.md", Value::Null, 3)];
    let expected = expected.map(|(file, version, line)| (file.to_owned(), version, json!(line), new.clone()));
    assert_eq!(changes.collect::<Vec<_>>(), expected);
    editor.leave().await;
}

#[tokio::test]
async fn links_lead_to_lines_and_files_within_the_workspace() {
    let root = tempfile::tempdir().expect("a folder");
    let workspace = root.path().join("workspace");
    let at = |path: &str| workspace.join(path);
    write(&at("headwater.toml"), SOURCES);
    write(&at("team/my table.md"), "");
    write(&root.path().join("secret.md"), "");
    let text = "# Top\n\n[one](my%20table.md) [two](../../secret.md) [three](missing.md) [four](#top)\n\n\
                ```headwater\nother | take 1\n```\n";
    let mut editor = start(&workspace, json!({})).await;
    open(&mut editor, &at("team/a.md"), 1, text).await;
    let params = json!({ "textDocument": { "uri": uri(&at("team/a.md")) } });
    let found = editor.request("textDocument/documentLink", params).await;
    let targets = found.as_array().expect("a list").iter().map(|link| link["target"].as_str().expect("an address"));
    let expected = [
        format!("{}/team/my%20table.md", uri(&workspace)),
        format!("{}#L1", uri(&at("team/a.md"))),
        format!("{}#L4", uri(&at("headwater.toml"))),
    ];
    assert_eq!(targets.collect::<Vec<_>>(), expected);
    editor.leave().await;
}

#[tokio::test]
async fn folds_and_selections_are_lines_and_chains() {
    let mut editor =
        Editor::start(json!({ "capabilities": { "textDocument": { "foldingRange": { "rangeLimit": 2 } } } })).await;
    editor.open("# Top\n\n```headwater\n// one\n// two\nspans | where duration > 1s\n```\n").await;
    let folds = editor.request_document("textDocument/foldingRange").await;
    assert_eq!(folds, json!([{ "startLine": 0, "endLine": 6 }, { "startLine": 2, "endLine": 6 }]));
    let places = json!([{ "line": 5, "character": 17 }, { "line": 99, "character": 0 }]);
    let params = json!({ "textDocument": { "uri": crate::editor::URI }, "positions": places });
    let chains = editor.request("textDocument/selectionRange", params).await;
    assert_eq!(chains.as_array().map(Vec::len), Some(2));
    let word = json!({ "start": { "line": 5, "character": 14 }, "end": { "line": 5, "character": 22 } });
    assert_eq!(chains[0]["range"], word);
    assert_eq!(chains[0]["parent"]["range"]["end"]["character"], 27, "the comparison");
    assert_eq!(chains[0]["parent"]["parent"]["range"]["start"]["character"], 8, "the stage");
    editor.leave().await;
}
