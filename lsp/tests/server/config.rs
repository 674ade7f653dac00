//! A `headwater.toml` in the editor: its findings with fixes, its words, and runbooks that follow it.

use std::path::Path;

use serde_json::{Value, json};

use crate::editor::Editor;

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

async fn open(editor: &mut Editor, uri: &str, language: &str, text: &str) -> Value {
    let item = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
    diagnostics(editor, uri).await
}

async fn diagnostics(editor: &mut Editor, uri: &str) -> Value {
    let of = |params: &Value| params["uri"] == uri;
    editor.notification("textDocument/publishDiagnostics", of).await["diagnostics"].take()
}

fn codes(diagnostics: &Value) -> Vec<&str> {
    diagnostics.as_array().expect("a list").iter().filter_map(|found| found["code"].as_str()).collect()
}

async fn start(workspace: &Path) -> Editor {
    let folders = json!([{ "uri": uri(workspace), "name": "workspace" }]);
    Editor::start(json!({ "workspaceFolders": folders })).await
}

#[tokio::test]
async fn a_configuration_has_findings_fixes_and_words() {
    let workspace = tempfile::tempdir().expect("a folder");
    std::fs::write(workspace.path().join("there.jsonl"), "").expect("written");
    let file = uri(&workspace.path().join("headwater.toml"));
    let mut editor = start(workspace.path()).await;
    let text = "[sources.a]\nurl = \"file:there.jsonl\"\n[sources.b]\nuri = \"file:../outside.jsonl\"\n\
        [sources.c]\nuri = \"file:missing.jsonl\"\n[sources.d]\nuri = \"file:there.jsonl\"\n";
    let found = open(&mut editor, &file, "toml", text).await;
    assert_eq!(codes(&found), ["unknown-key", "missing-file"], "{found:#}");
    assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": 0 }));
    assert_eq!(found[1]["range"]["start"], json!({ "line": 5, "character": 12 }), "nobody looks outside");

    let document = json!({ "uri": file });
    let at = |line: u32, character: u32| json!({ "line": line, "character": character });
    let params = json!({
        "textDocument": document,
        "range": { "start": at(1, 1), "end": at(1, 1) },
        "context": { "diagnostics": [] },
    });
    let actions = editor.request("textDocument/codeAction", params).await;
    assert_eq!(actions[0]["edit"]["changes"][&file][0]["newText"], "uri");
    let place = |line, character| json!({ "textDocument": document, "position": at(line, character) });
    let hover = editor.request("textDocument/hover", place(3, 1)).await;
    assert!(hover["contents"]["value"].as_str().is_some_and(|said| said.contains("Where events come from")), "{hover}");
    let items = editor.request("textDocument/completion", place(3, 7)).await;
    let items = items["items"].as_array().or(items.as_array()).expect("addresses");
    let labels: Vec<_> = items.iter().filter_map(|item| item["textEdit"]["newText"].as_str()).collect();
    assert!(labels.contains(&"otlp:127.0.0.1:4317"), "{labels:?}");
    let symbols = editor.request("textDocument/documentSymbol", json!({ "textDocument": document })).await;
    assert_eq!((&symbols[0]["name"], &symbols[3]["name"]), (&json!("a"), &json!("d")));
    let edits = editor
        .request(
            "textDocument/formatting",
            json!({ "textDocument": document, "options": { "tabSize": 4, "insertSpaces": true } }),
        )
        .await;
    assert_eq!(edits, json!([]), "its layout is the writer's");
    for method in ["textDocument/codeLens", "textDocument/semanticTokens/full"] {
        let answer = editor.request(method, json!({ "textDocument": document })).await;
        assert!(answer == json!([]) || answer["data"] == json!([]), "{method}: {answer}");
    }
    editor.leave().await;
}

#[tokio::test]
async fn a_runbook_knows_what_is_right_and_follows_what_is_saved() {
    let workspace = tempfile::tempdir().expect("a folder");
    let (config, runbook) = (workspace.path().join("headwater.toml"), workspace.path().join("a.md"));
    std::fs::write(&config, "[sources.a]\nuri = \"file:x\"\n[sources.b]\nuri = \"kafka:x\"\n").expect("written");
    let mut editor = start(workspace.path()).await;
    let text = "```headwater\na | count\n```\n\n```headwater\nb | count\n```\n\n```headwater\nc | count\n```\n";
    let found = open(&mut editor, &uri(&runbook), "markdown", text).await;
    assert_eq!(codes(&found), ["unknown-source"], "{found:#}");
    let said = found[0]["message"].as_str().expect("a message");
    assert!(said.contains("headwater.toml:4:8: there are no `kafka:` sources"), "{said}");

    std::fs::write(
        &config,
        "[sources.a]\nuri = \"file:x\"\n[sources.b]\nuri = \"file:y\"\n[sources.c]\nuri = \"file:z\"\n",
    )
    .expect("written");
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri(&config) } })).await;
    assert_eq!(diagnostics(&mut editor, &uri(&runbook)).await, json!([]));
    editor.leave().await;
}

/// Of an editor that watches no files.
#[tokio::test]
async fn a_file_that_changes_outside_of_the_editor_is_read_again() {
    let workspace = tempfile::tempdir().expect("a folder");
    let (config, runbook) = (workspace.path().join("headwater.toml"), workspace.path().join("team/a.md"));
    std::fs::create_dir(workspace.path().join("team")).expect("a folder");
    let mut editor = start(workspace.path()).await;
    let text = "```headwater\na | count\n```\n";
    let found = open(&mut editor, &uri(&runbook), "markdown", text).await;
    assert_eq!(codes(&found), ["unknown-source"], "{found:#}");
    std::fs::write(&config, "[sources.a]\nuri = \"file:x\"\n").expect("written");
    // It may be seen while it is half written.
    let of = |params: &Value| params["uri"] == uri(&runbook) && params["diagnostics"] == json!([]);
    editor.notification("textDocument/publishDiagnostics", of).await;
    std::fs::remove_file(&config).expect("it was there");
    let of = |params: &Value| params["uri"] == uri(&runbook) && params["diagnostics"] != json!([]);
    editor.notification("textDocument/publishDiagnostics", of).await;
    editor.leave().await;
}

#[tokio::test]
async fn a_configuration_that_is_not_saved_says_so() {
    let workspace = tempfile::tempdir().expect("a folder");
    let config = workspace.path().join("headwater.toml");
    let saved = "[sources.a]\nuri = \"file:x\"\n";
    std::fs::write(&config, saved).expect("written");
    let (mut editor, config) = (start(workspace.path()).await, uri(&config));
    let said = |found: &Value| {
        let all = found.as_array().expect("a list").iter();
        all.filter(|found| found["message"].as_str().is_some_and(|said| said.contains("counts when it is saved")))
            .count()
    };
    let found = open(&mut editor, &config, "toml", saved).await;
    assert_eq!(said(&found), 0, "{found:#}");
    let changes = json!([{ "text": format!("{saved}# more\n") }]);
    let document = json!({ "uri": config, "version": 2 });
    editor.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes })).await;
    assert_eq!(said(&diagnostics(&mut editor, &config).await), 1);
    std::fs::write(workspace.path().join("headwater.toml"), format!("{saved}# more\n")).expect("written");
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": config } })).await;
    let of = |params: &Value| params["uri"] == config && said(&params["diagnostics"]) == 0;
    editor.notification("textDocument/publishDiagnostics", of).await;
    editor.leave().await;
}

#[tokio::test]
async fn a_file_of_ones_own_is_declared_by_a_fix() {
    let workspace = tempfile::tempdir().expect("a folder");
    let config = workspace.path().join("headwater.toml");
    let logs = workspace.path().join("logs");
    std::fs::create_dir(&logs).expect("a folder");
    for file in ["app.log", "other.jsonl", "package.json", "notes.txt"] {
        std::fs::write(logs.join(file), "{}\n").expect("written");
    }
    let declared = "[sources.a]\nuri = \"file:x\"\n";
    std::fs::write(&config, declared).expect("written");
    let mut editor = start(workspace.path()).await;
    let runbook = uri(&workspace.path().join("a.md"));
    let found = open(&mut editor, &runbook, "markdown", "```headwater\napp.log | count\n```\n").await;
    assert_eq!(codes(&found), ["unknown-source"], "{found:#}");
    let said = found[0]["message"].as_str().expect("a message");
    assert!(said.contains("declared in `headwater.toml`"), "{said}");
    let place = json!({ "line": 1, "character": 2 });
    let params = json!({
        "textDocument": { "uri": runbook },
        "range": { "start": place, "end": place },
        "context": { "diagnostics": [], "only": ["quickfix"] },
    });
    let actions = editor.request("textDocument/codeAction", params).await;
    let titles: Vec<&str> = actions.as_array().expect("a list").iter().filter_map(|of| of["title"].as_str()).collect();
    assert_eq!(titles, ["Read `logs/app.log` as the source `app`", "Read `logs/other.jsonl` as the source `other`"]);
    let changes = &actions[0]["edit"]["changes"];
    let text = changes[uri(&config)][0]["newText"].as_str().expect("an edit");
    assert_eq!(changes[&runbook][0]["newText"], "app");
    assert_eq!(changes[uri(&config)][0]["range"]["start"], json!({ "line": 2, "character": 0 }));
    // As an editor would: both, and the configuration is saved.
    std::fs::write(&config, format!("{declared}{text}")).expect("written");
    let edit = json!([{ "range": changes[&runbook][0]["range"], "text": "app" }]);
    let document = json!({ "uri": runbook, "version": 2 });
    editor.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": edit })).await;
    let of = |params: &Value| params["uri"] == runbook && params["diagnostics"] == json!([]);
    editor.notification("textDocument/publishDiagnostics", of).await;
    editor.leave().await;
}

#[tokio::test]
async fn two_tables_of_one_name_are_told_beside_what_else_is_wrong() {
    let told = json!({ "relatedInformation": true });
    let mut editor = Editor::start(json!({ "capabilities": { "textDocument": { "publishDiagnostics": told } } })).await;
    let workspace = tempfile::tempdir().expect("a folder");
    let file = uri(&workspace.path().join("headwater.toml"));
    let text =
        "[sources.a]\nuri = \"demo:shop\"\n\n[sources.a]\nuri = \"demo:shop\"\n\n[sources.b]\nurl = \"demo:shop\"\n";
    let found = open(&mut editor, &file, "toml", text).await;
    let codes = codes(&found);
    assert!(codes.contains(&"unknown-key") && codes.len() > 1, "{found:#}");
    // The server goes on.
    let runbook = uri(&workspace.path().join("a.md"));
    let found = open(&mut editor, &runbook, "markdown", "```headwater\nspans | where x\n```\n").await;
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found:#}");
    editor.leave().await;
}
