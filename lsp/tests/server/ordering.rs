//! What is hard about an editor: it sends faster than anybody computes, and does not always answer.

use serde_json::{Value, json};

use crate::editor::{Editor, URI};

const BURSTS: u32 = 1_000;
const EDITS: u32 = 10;

/// The one heading of the text, as the server sees it.
fn heading(symbols: &Value) -> &str {
    symbols[0]["name"].as_str().expect("a heading")
}

#[tokio::test(flavor = "multi_thread")]
async fn after_each_burst_of_edits_the_answer_is_about_the_last_one() {
    let mut editor = Editor::start(json!({})).await;
    editor.open("# 0\n").await;
    let mut length = 1;
    for burst in 0..BURSTS {
        let mut text = String::new();
        for edit in 0..EDITS {
            text = format!("{}", burst * EDITS + edit);
            editor.change(Some([[0, 2], [0, 2 + length]]), &text).await;
            length = text.len() as u32;
        }
        let symbols = editor.request_document("textDocument/documentSymbol").await;
        assert_eq!(heading(&symbols), text);
    }
    editor.leave().await;
}

/// Nothing is waited for: the answer to each request is about the text that stood when it was sent, or
/// the server says that the text has changed since.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_ever_about_another_text() {
    const CONTENT_MODIFIED: i64 = -32801;
    let mut editor = Editor::start(json!({})).await;
    editor.open("# start\n").await;
    let mut sent = Vec::new();
    for burst in 0..BURSTS {
        for edit in 0..EDITS {
            editor.change(None, &format!("# {}\n", burst * EDITS + edit)).await;
        }
        let document = json!({ "textDocument": { "uri": URI } });
        let id = editor.ask("textDocument/documentSymbol", document).await;
        sent.push((id, (burst * EDITS + EDITS - 1).to_string()));
        // As much as an editor may have under way.
        if sent.len() == 50 {
            let (last, _) = sent[sent.len() - 1];
            for (id, text) in sent.drain(..) {
                let response = editor.response(id).await;
                match response["error"]["code"].as_i64() {
                    Some(code) => assert!(code == CONTENT_MODIFIED && id != last, "{response:#}"),
                    None => assert_eq!(heading(&response["result"]), text),
                }
            }
        }
    }
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn diagnostics_are_of_the_newest_text_and_their_version_never_goes_back() {
    let mut editor = Editor::start(json!({})).await;
    editor.open("# start\n").await;
    for edit in 0..500 {
        editor.change(None, &format!("# {edit}\n")).await;
    }
    let (mut seen, last) = (0, editor.version());
    while seen < last {
        let published = editor.notification("textDocument/publishDiagnostics", |_| true).await;
        let version = published["version"].as_i64().expect("a version");
        assert!(version > seen, "{version} after {seen}");
        seen = version;
    }
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_that_answers_nothing_is_still_read_and_answered() {
    let mut editor = Editor::connect();
    editor.deaf = true;
    let refresh = json!({ "refreshSupport": true });
    let workspace = json!({ "inlayHint": refresh, "codeLens": refresh });
    editor.initialize(json!({ "capabilities": { "workspace": workspace } })).await;
    editor.open("# start\n").await;
    while editor.asked.len() < 8 {
        let asked = editor.asked.len();
        editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] })).await;
        while editor.asked.len() == asked {
            editor.receive().await;
        }
    }
    for message in 0..400 {
        editor.change(None, &format!("# {message}\n")).await;
    }
    let symbols = editor.request_document("textDocument/documentSymbol").await;
    assert_eq!(heading(&symbols), "399");
    // Nothing more is asked of one who does not answer.
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] })).await;
    editor.request_document("textDocument/documentSymbol").await;
    assert!(editor.asked.len() <= 9, "{:#?}", editor.asked);
    editor.leave().await;
}

#[tokio::test]
async fn what_is_cancelled_is_answered_so_and_the_others_as_ever() {
    const CANCELLED: i64 = -32800;
    let mut editor = Editor::start(json!({})).await;
    // So long that reading it takes longer than reading the messages below.
    editor.open(&"# start\n\n```headwater\nspans | where duration > 1s | count\n```\n\n".repeat(2_000)).await;
    let document = json!({ "textDocument": { "uri": URI } });
    let mut sent = Vec::new();
    for _ in 0..10 {
        sent.push(editor.ask("textDocument/foldingRange", document.clone()).await);
    }
    for id in &sent[5..] {
        editor.notify("$/cancelRequest", json!({ "id": id })).await;
    }
    for id in &sent[..5] {
        assert!(editor.response(*id).await["result"].is_array());
    }
    for id in &sent[5..] {
        assert_eq!(editor.response(*id).await["error"]["code"], CANCELLED);
    }
    editor.leave().await;
}
