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
    assert_eq!(items[4]["textEdit"]["newText"], "otlp:127.0.0.1:4317", "{items:#}");
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
