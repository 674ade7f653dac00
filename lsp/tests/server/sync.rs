//! Texts arrive whole or in parts, in the units that were agreed on, and leave.

use serde_json::{Value, json};

use crate::editor::{Editor, URI};

fn offering(encodings: &[&str]) -> Value {
    json!({ "capabilities": { "general": { "positionEncodings": encodings } } })
}

async fn heading(editor: &mut Editor) -> String {
    let symbols = editor.request_document("textDocument/documentSymbol").await;
    symbols[0]["name"].as_str().expect("a heading").to_owned()
}

#[tokio::test]
async fn positions_count_in_the_unit_that_was_agreed_on() {
    // After "# 🌊" come 3 characters: 6 bytes, 4 UTF-16 units.
    for (offer, agreed, wave_end) in [
        (json!({}), "utf-16", 4),
        (offering(&["utf-16"]), "utf-16", 4),
        (offering(&["utf-16", "utf-8"]), "utf-8", 6),
        (offering(&["utf-32"]), "utf-32", 3),
    ] {
        let mut editor = Editor::connect();
        let answer = editor.initialize(offer).await;
        assert_eq!(answer["capabilities"]["positionEncoding"], agreed);
        editor.open("# 🌊a\n").await;
        editor.change(Some([[0, wave_end], [0, wave_end + 1]]), "sea").await;
        assert_eq!(heading(&mut editor).await, "🌊sea", "{agreed}");
        let symbols = editor.request_document("textDocument/documentSymbol").await;
        assert_eq!(symbols[0]["selectionRange"]["start"], json!({ "line": 0, "character": 0 }));
        editor.leave().await;
    }
}

#[tokio::test]
async fn several_changes_of_one_message_are_made_one_after_the_other() {
    let mut editor = Editor::start(json!({})).await;
    editor.open("# ab\r\n").await;
    let at = |from: u32, to: u32| json!({ "start": { "line": 0, "character": from }, "end": { "line": 0, "character": to } });
    let changes = json!([
        { "text": "# one\n" },
        { "range": at(2, 5), "text": "three" },
        { "range": at(7, 7), "text": " four" },
        { "range": at(2, 3), "text": "T" },
        // Beyond the line's end, and backwards: moved inside.
        { "range": at(900, 901), "text": "!" },
    ]);
    editor
        .notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": changes }),
        )
        .await;
    assert_eq!(heading(&mut editor).await, "Three four!");
    editor.leave().await;
}

#[tokio::test]
async fn a_closed_document_has_no_diagnostics_and_no_answers() {
    let mut editor = Editor::start(json!({})).await;
    editor.open("# a\n").await;
    editor.diagnostics().await;
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } })).await;
    let published = editor.notification("textDocument/publishDiagnostics", |_| true).await;
    assert_eq!(published["diagnostics"], json!([]));
    assert_eq!(editor.request_document("textDocument/documentSymbol").await, Value::Null);
    // A change of what is not open is no reason to fail.
    editor.change(None, "# b").await;
    editor.open("# c\n").await;
    assert_eq!(heading(&mut editor).await, "c");
    editor.leave().await;
}

#[tokio::test]
async fn the_server_ends_when_its_editor_vanishes() {
    let mut editor = Editor::start(json!({})).await;
    editor.open("# a\n").await;
    editor.vanish().await;
}

#[tokio::test]
async fn any_text_gets_an_answer() {
    let block = |body: &str| format!("```headwater\n{body}\n```\n");
    let texts = [
        String::new(),
        "\u{feff}---\nparams: [\n".to_owned(),
        "```headwater".to_owned(),
        "> - ```headwater\n> - spans |".to_owned(),
        block("spans | where \0 == \"\u{202e}\u{1b}[31m"),
        "a\rb\r\n\r```headwater\rspans\r```\r".to_owned(),
        block(&format!("spans | where {}1{}", "(".repeat(10_000), ")".repeat(10_000))),
        block(&format!("spans | where {}", "not(".repeat(10_000))),
        block(&format!("{}spans", "union (".repeat(10_000))),
        block("spans | take 1").repeat(2_000),
        "x".repeat(lsp::document::MAX_BYTES + 1),
    ];
    let mut editor = Editor::start(json!({})).await;
    editor.open("").await;
    for text in texts {
        editor.change(None, &text).await;
        let wanted = editor.diagnostics().await;
        assert!(wanted.is_array());
        let at = json!({ "line": 1, "character": 9 });
        let params = json!({ "textDocument": { "uri": URI }, "position": at });
        for method in ["hover", "completion", "signatureHelp"] {
            editor.request(&format!("textDocument/{method}"), params.clone()).await;
        }
        for method in ["documentSymbol", "codeLens", "semanticTokens/full"] {
            editor.request_document(&format!("textDocument/{method}")).await;
        }
    }
    editor.leave().await;
}
