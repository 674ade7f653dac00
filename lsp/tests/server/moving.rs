//! Definition, references, highlights and rename through the protocol.

use std::path::Path;

use serde_json::{Value, json};

use crate::editor::{Editor, URI};

const RUNBOOK: &str = "```headwater\nlet slow = requests | extend ms = took / 1ms;\n```\n\n\
```headwater\nslow | where ms > 5 and status >= 500\n```\n";
const SOURCES: &str = "[sources.requests]\nuri = \"file:requests.json\"\nopen = false\n\
fields.status.type = \"long\"\nfields.took.type = \"timespan\"\n";

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

fn range(line: u32, start: u32, end: u32) -> Value {
    json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } })
}

/// A workspace with sources and the runbook, which is open.
async fn start(workspace: &Path, capabilities: Value) -> (Editor, String) {
    std::fs::write(workspace.join("headwater.toml"), SOURCES).expect("written");
    let folders = json!([{ "uri": uri(workspace), "name": "workspace" }]);
    let mut editor = Editor::start(json!({ "workspaceFolders": folders, "capabilities": capabilities })).await;
    let runbook = uri(&workspace.join("runbook.md"));
    let item = json!({ "uri": runbook, "languageId": "markdown", "version": 7, "text": RUNBOOK });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
    (editor, runbook)
}

#[tokio::test]
async fn a_definition_is_in_the_runbook_or_in_the_configuration() {
    let workspace = tempfile::tempdir().expect("a folder");
    let links = json!({ "textDocument": { "definition": { "linkSupport": true } } });
    let (mut editor, runbook) = start(workspace.path(), links).await;
    let configuration = uri(&workspace.path().join("headwater.toml"));

    let found = editor.request("textDocument/definition", at(&runbook, 5, 1)).await;
    assert_eq!(found[0]["originSelectionRange"], range(5, 0, 4));
    assert_eq!((&found[0]["targetUri"], &found[0]["targetSelectionRange"]), (&json!(runbook), &range(1, 4, 8)));
    assert_eq!(found[0]["targetRange"], range(1, 0, 45), "the whole let");
    let found = editor.request("textDocument/definition", at(&runbook, 1, 13)).await;
    assert_eq!((&found[0]["targetUri"], &found[0]["targetSelectionRange"]), (&json!(configuration), &range(0, 9, 17)));
    let found = editor.request("textDocument/definition", at(&runbook, 5, 26)).await;
    assert_eq!((&found[0]["targetUri"], &found[0]["targetSelectionRange"]), (&json!(configuration), &range(3, 7, 13)));
    let none = editor.request("textDocument/definition", at(&runbook, 5, 8)).await;
    assert_eq!(none, Value::Null);

    // As it is in the editor, not as it is on the disk.
    let text = format!("# sources\n\n{SOURCES}");
    let item = json!({ "uri": configuration, "languageId": "toml", "version": 1, "text": text });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
    let found = editor.request("textDocument/definition", at(&runbook, 1, 13)).await;
    assert_eq!(found[0]["targetSelectionRange"], range(2, 9, 17));
    editor.leave().await;
}

#[tokio::test]
async fn references_and_highlights_tell_what_is_made_from_what_is_read() {
    let mut editor = Editor::start(json!({})).await;
    editor.open(RUNBOOK).await;
    let ask = |declaration: bool| {
        let mut params = at(URI, 5, 13);
        params["context"] = json!({ "includeDeclaration": declaration });
        params
    };
    let found = editor.request("textDocument/references", ask(true)).await;
    let made = json!({ "uri": URI, "range": range(1, 29, 31) });
    let read = json!({ "uri": URI, "range": range(5, 13, 15) });
    assert_eq!(found, json!([made, read]));
    let found = editor.request("textDocument/references", ask(false)).await;
    assert_eq!(found, json!([read]));
    let found = editor.request("textDocument/documentHighlight", at(URI, 5, 13)).await;
    assert_eq!(found[0], json!({ "range": range(1, 29, 31), "kind": 3 }));
    assert_eq!(found[1], json!({ "range": range(5, 13, 15), "kind": 2 }));
    editor.leave().await;
}

#[tokio::test]
async fn a_rename_is_for_the_version_that_it_was_made_from_or_says_why_it_is_none() {
    let workspace = tempfile::tempdir().expect("a folder");
    let can = json!({
        "textDocument": { "rename": { "prepareSupport": true } },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
    });
    let (mut editor, runbook) = start(workspace.path(), can).await;
    let prepared = editor.request("textDocument/prepareRename", at(&runbook, 5, 13)).await;
    assert_eq!(prepared, json!({ "range": range(5, 13, 15), "placeholder": "ms" }));
    let ask = |new: &str| {
        let mut params = at(&runbook, 5, 13);
        params["newName"] = new.into();
        params
    };
    let edit = editor.request("textDocument/rename", ask("time taken")).await;
    let change = &edit["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": runbook, "version": 7 }));
    let new = "`time taken`";
    let edits = json!([{ "range": range(1, 29, 31), "newText": new }, { "range": range(5, 13, 15), "newText": new }]);
    assert_eq!(change["edits"], edits);

    let id = editor.ask("textDocument/rename", ask("status")).await;
    let refused = editor.response(id).await;
    assert_eq!(refused["error"]["message"], "`status` is a field on line 2 already");
    let id = editor.ask("textDocument/prepareRename", at(&runbook, 5, 26)).await;
    let refused = editor.response(id).await;
    let why = "`status` is a field of the source `requests`; `project-rename` gives it another name in a pipeline";
    assert_eq!(refused["error"]["message"], why);
    editor.leave().await;
}

#[tokio::test]
async fn uses_of_a_let_are_counted_above_it_where_the_editor_can_show_them() {
    let text = "```headwater\nlet slow = spans | where duration > 1s;\nlet never = 5;\nunion slow, slow\n```\n";
    let lenses = |lenses: &Value| -> Vec<Value> {
        let all = lenses.as_array().expect("a list").iter();
        all.filter(|lens| lens["command"]["command"] == "headwater.showReferences").cloned().collect()
    };
    let mut editor = Editor::start(json!({ "initializationOptions": { "showReferences": true } })).await;
    editor.open(text).await;
    let found = lenses(&editor.request_document("textDocument/codeLens").await);
    let titles: Vec<_> = found.iter().map(|lens| &lens["command"]["title"]).collect();
    assert_eq!(titles, ["2 uses", "no uses"]);
    assert_eq!(found[0]["range"], range(1, 4, 8));
    let uses = [range(3, 6, 10), range(3, 12, 16)].map(|range| json!({ "uri": URI, "range": range }));
    assert_eq!(found[0]["command"]["arguments"], json!([URI, { "line": 1, "character": 4 }, uses]));
    editor.leave().await;

    let mut editor = Editor::start(json!({})).await;
    editor.open(text).await;
    assert!(lenses(&editor.request_document("textDocument/codeLens").await).is_empty());
    editor.leave().await;
}
