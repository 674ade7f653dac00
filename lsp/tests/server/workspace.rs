//! What a runbook can name comes from the workspace's configuration, and from nowhere else.

use std::path::Path;

use serde_json::{Value, json};

use crate::editor::Editor;

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

const RUNBOOK: &str = "```headwater\nrequests | where status >= 500\n```\n";
const SOURCES: &str = "[sources.requests]\nuri = \"file:requests.json\"\nopen = false\nfields.status.type = \"long\"\n";

/// A workspace with a runbook in `team/runbooks`, which is opened; gives what is wrong with it.
async fn diagnostics(workspace: &Path) -> (Editor, String, Value) {
    let folder = workspace.join("team/runbooks");
    std::fs::create_dir_all(&folder).expect("a folder");
    let runbook = uri(&folder.join("runbook.md"));
    let folders = json!([{ "uri": uri(workspace), "name": "workspace" }]);
    let mut editor = Editor::start(json!({ "workspaceFolders": folders })).await;
    let item = json!({ "uri": runbook, "languageId": "markdown", "version": 1, "text": RUNBOOK });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
    let published = editor.notification("textDocument/publishDiagnostics", |_| true).await;
    (editor, runbook, published["diagnostics"].clone())
}

fn messages(diagnostics: &Value) -> String {
    let list = diagnostics.as_array().expect("a list").iter();
    list.map(|found| found["message"].as_str().expect("a message")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_nearest_configuration_within_the_workspace_counts() {
    let root = tempfile::tempdir().expect("a folder");
    let workspace = root.path().join("workspace");
    // Outside of the workspace: not read.
    std::fs::write(root.path().join("headwater.toml"), SOURCES).expect("written");
    let (mut editor, runbook, found) = diagnostics(&workspace).await;
    assert!(messages(&found).contains("requests"), "an unknown source: {found:#}");

    std::fs::write(workspace.join("team/headwater.toml"), SOURCES).expect("written");
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] })).await;
    let published = editor.notification("textDocument/publishDiagnostics", |params| params["uri"] == runbook).await;
    assert_eq!(published["diagnostics"], json!([]));
    editor.leave().await;
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_is_a_finding() {
    let root = tempfile::tempdir().expect("a folder");
    std::fs::write(root.path().join("headwater.toml"), "[sources.requests]\nuri = 7\n").expect("written");
    let (editor, _, found) = diagnostics(root.path()).await;
    let said = messages(&found);
    assert!(said.contains("headwater.toml") && said.contains("uri"), "{said}");
    editor.leave().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_the_workspace_is_not_followed() {
    let root = tempfile::tempdir().expect("a folder");
    let workspace = root.path().join("workspace");
    std::fs::create_dir(&workspace).expect("a folder");
    std::fs::write(root.path().join("secret"), "password = \"hunter2\"\n").expect("written");
    std::os::unix::fs::symlink(root.path().join("secret"), workspace.join("headwater.toml")).expect("a link");
    let (editor, _, found) = diagnostics(&workspace).await;
    let said = messages(&found);
    assert!(said.contains("leads out of the workspace") && !said.contains("hunter2"), "{said}");
    editor.leave().await;
}

#[tokio::test]
async fn actions_are_fixes_and_what_the_lenses_do() {
    let mut editor = Editor::start(json!({})).await;
    editor.open("```headwater\nspans | where duratoin > 1s\n```\n\n```headwater\nspans | where name == \"a\" or name == \"b\"\n```\n").await;
    let at = |line: u32, character: u32| json!({ "line": line, "character": character });
    let params_at = |line: u32, only: Value| {
        json!({
            "textDocument": { "uri": crate::editor::URI },
            "range": { "start": at(line, 16), "end": at(line, 16) },
            "context": { "diagnostics": [], "only": only },
        })
    };
    let params = |only: Value| params_at(1, only);
    let all = editor.request("textDocument/codeAction", params(Value::Null)).await;
    let titles = |actions: &Value| -> Vec<String> {
        let actions = actions.as_array().expect("a list").iter();
        actions.filter_map(|action| Some(action["title"].as_str()?.to_owned())).collect()
    };
    let said = titles(&all);
    assert_eq!(
        said.last().map(String::as_str),
        Some("Explain `unknown-field`"),
        "nothing that would not run: {said:?}"
    );
    let mut whole = params_at(5, Value::Null);
    whole["range"] = json!({ "start": at(0, 0), "end": at(99, 0) });
    let of_all = titles(&editor.request("textDocument/codeAction", whole).await);
    assert!(!of_all.iter().any(|title| title.contains("Run")), "an editor may do all of them: {of_all:?}");
    let fine = titles(&editor.request("textDocument/codeAction", params_at(5, Value::Null)).await);
    assert!(fine[0].starts_with("Write"), "refactorings first: {fine:?}");
    assert!(fine.contains(&"What is different about these?".to_owned()), "{fine:?}");
    assert!(fine.ends_with(&["▶ Run".to_owned(), "Explain this pipeline".to_owned()]), "{fine:?}");
    assert_eq!(all[0]["kind"], "quickfix");
    let edit = &all[0]["edit"]["changes"][crate::editor::URI][0];
    assert_eq!(edit["newText"], "duration");
    assert_eq!(edit["range"], json!({ "start": at(1, 14), "end": at(1, 22) }));
    let fixes = editor.request("textDocument/codeAction", params(json!(["quickfix"]))).await;
    assert_eq!(
        fixes.as_array().map(Vec::len),
        Some(all.as_array().expect("a list").iter().filter(|action| action["kind"] == "quickfix").count())
    );
    let none = editor.request("textDocument/codeAction", params(json!(["source.organizeImports"]))).await;
    assert_eq!(none, json!([]));
    editor.leave().await;
}

#[tokio::test]
async fn hover_completion_and_colours_arrive_in_the_protocols_words() {
    let snippets = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    let mut editor = Editor::start(json!({ "capabilities": snippets })).await;
    editor.open("```headwater\n🌊 // wave\nspans | wh\n```\n").await;
    let at = |line: u32, character: u32| json!({ "textDocument": { "uri": crate::editor::URI }, "position": { "line": line, "character": character } });
    let items = editor.request("textDocument/completion", at(2, 10)).await;
    let item = items["items"].as_array().expect("items").iter().find(|item| item["label"] == "where").expect("`where`");
    assert_eq!((&item["insertTextFormat"], &item["textEdit"]["newText"]), (&json!(2), &json!("where $0")));
    assert_eq!(item["textEdit"]["range"]["start"], json!({ "line": 2, "character": 8 }));
    editor.change(None, "```headwater\nspans | where duration > 90s\n```\n").await;
    let hover = editor.request("textDocument/hover", at(1, 26)).await;
    assert_eq!(hover["contents"], json!({ "kind": "markdown", "value": "1 minute 30 seconds" }));
    let tokens = editor.request_document("textDocument/semanticTokens/full").await;
    let data: Vec<_> = tokens["data"].as_array().expect("numbers").iter().filter_map(Value::as_u64).collect();
    assert_eq!(data[..10], [1, 0, 5, 4, 0, 0, 6, 1, 0, 0], "`spans` on line 1 is a source, `|` a keyword");
    let signature = editor.request("textDocument/signatureHelp", at(1, 26)).await;
    assert_eq!(signature["signatures"][0]["label"], "where PREDICATE");
    editor.leave().await;
}
