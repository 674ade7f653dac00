//! Colours and their changes, what moves while somebody types, and refactorings, as they go over the wire.

use serde_json::{Value, json};

use crate::editor::{Editor, URI};

const TEXT: &str =
    "# Shop\n\n```headwater\nspans\n| where kind == \"server\"\n| take 5\n```\n\n```headwater\nlogs | take 5\n```\n";

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().expect("numbers").iter().filter_map(Value::as_u64).collect()
}

#[tokio::test]
async fn colours_come_whole_in_part_and_as_what_changed() {
    let mut editor = Editor::start(json!({})).await;
    editor.open(TEXT).await;
    let document = json!({ "uri": URI });
    let all = editor.request_document("textDocument/semanticTokens/full").await;
    let old = numbers(&all["data"]);

    let range = json!({ "start": { "line": 9, "character": 0 }, "end": { "line": 10, "character": 0 } });
    let part = json!({ "textDocument": document, "range": range });
    let part = editor.request("textDocument/semanticTokens/range", part).await;
    let part = numbers(&part["data"]);
    assert_eq!(part[..2], [9, 0]);
    // The same ones as at the end of all.
    assert_eq!(part[5..], old[old.len() - part.len() + 5..]);

    editor.change(Some([[4, 8], [4, 8]]), "status == \"error\" and ").await;
    let delta = |of: &Value| json!({ "textDocument": document, "previousResultId": of["resultId"] });
    let changed = editor.request("textDocument/semanticTokens/full/delta", delta(&all)).await;
    let edits = changed["edits"].as_array().expect("edits");
    assert_eq!(edits.len(), 1, "{changed:#}");
    let (start, count) = (edits[0]["start"].as_u64().unwrap_or(0), edits[0]["deleteCount"].as_u64().unwrap_or(0));
    let mut patched = old.clone();
    patched.splice(start as usize..(start + count) as usize, numbers(&edits[0]["data"]));
    assert!(numbers(&edits[0]["data"]).len() < 40, "only what changed: {changed:#}");

    let same = editor.request("textDocument/semanticTokens/full/delta", delta(&changed)).await;
    assert_eq!(same["edits"], json!([]));
    let now = editor.request_document("textDocument/semanticTokens/full").await;
    assert_eq!(numbers(&now["data"]), patched);

    // Only the last answer is known.
    let late = editor.request("textDocument/semanticTokens/full/delta", delta(&all)).await;
    assert_eq!(numbers(&late["data"]), patched);

    // And none of a document that was closed.
    editor.notify("textDocument/didClose", json!({ "textDocument": document })).await;
    editor.open(TEXT).await;
    let again = editor.request("textDocument/semanticTokens/full/delta", delta(&late)).await;
    assert_eq!(numbers(&again["data"]), old);
    editor.leave().await;
}

#[tokio::test]
async fn a_pipe_that_is_typed_goes_to_its_place() {
    let mut editor = Editor::start(json!({})).await;
    editor.open("```headwater\nlet a = spans\n|\n```\n").await;
    let typed = |line: u32, character: u32, ch: &str| {
        json!({
            "textDocument": { "uri": URI },
            "position": { "line": line, "character": character },
            "ch": ch,
            "options": { "tabSize": 8, "insertSpaces": false },
        })
    };
    let moved = editor.request("textDocument/onTypeFormatting", typed(2, 1, "|")).await;
    let start = json!({ "line": 2, "character": 0 });
    assert_eq!(moved, json!([{ "range": { "start": start, "end": start }, "newText": "  " }]));
    let nothing = editor.request("textDocument/onTypeFormatting", typed(4, 0, "\n")).await;
    assert_eq!(nothing, json!([]));
    editor.leave().await;
}

#[tokio::test]
async fn a_stage_shows_how_it_is_written_where_it_is_asked_for() {
    let mut editor = Editor::start(json!({})).await;
    editor.open("```headwater\nspans | top 5 by duration\n```\n").await;
    let at = |character: u32, context: Value| {
        json!({
            "textDocument": { "uri": URI },
            "position": { "line": 1, "character": character },
            "context": context,
        })
    };
    let typed = json!({ "triggerKind": 2, "triggerCharacter": " ", "isRetrigger": false });
    let behind = editor.request("textDocument/signatureHelp", at(12, typed.clone())).await;
    assert_eq!(behind["signatures"][0]["label"], "top N by KEY");
    assert_eq!(behind["activeParameter"], 0);
    let further = editor.request("textDocument/signatureHelp", at(17, typed)).await;
    assert_eq!(further, Value::Null);
    let invoked = json!({ "triggerKind": 1, "isRetrigger": false });
    let invoked = editor.request("textDocument/signatureHelp", at(17, invoked)).await;
    assert_eq!(invoked["activeParameter"], 1);
    let again = json!({ "triggerKind": 3, "isRetrigger": true, "activeSignatureHelp": behind });
    let again = editor.request("textDocument/signatureHelp", at(17, again)).await;
    assert_eq!(again["activeParameter"], 1);
    editor.leave().await;
}

#[tokio::test]
async fn refactorings_are_offered_by_kind_and_change_the_text() {
    let mut editor = Editor::start(json!({})).await;
    editor.open(TEXT).await;
    let params = |only: Value| {
        let at = json!({ "line": 5, "character": 4 });
        json!({
            "textDocument": { "uri": URI },
            "range": { "start": at, "end": at },
            "context": { "diagnostics": [], "only": only },
        })
    };
    let inline = editor.request("textDocument/codeAction", params(json!(["refactor.inline"]))).await;
    assert_eq!(inline, json!([]));
    let found = editor.request("textDocument/codeAction", params(json!(["refactor"]))).await;
    let titles: Vec<_> = found.as_array().expect("a list").iter().map(|it| (&it["kind"], &it["title"])).collect();
    assert_eq!(titles, [(&json!("refactor.extract"), &json!("Extract up to here into `let part`"))]);
    let edits = &found[0]["edit"]["changes"][URI];
    assert_eq!(edits[0]["newText"], "let part = spans\n  | where kind == \"server\"\n  | take 5;\npart\n");
    editor.leave().await;
}

#[tokio::test]
async fn findings_have_tags_and_other_places_where_the_editor_shows_them() {
    let text = "```headwater\nlet a = spans;\nspans\n| where name == \"a\"\n| where name == \"b\"\n| project kind, kind = name\n```\n";
    let told = json!({ "relatedInformation": true, "tagSupport": { "valueSet": [1, 2] } });
    let mut editor = Editor::start(json!({ "capabilities": { "textDocument": { "publishDiagnostics": told } } })).await;
    editor.open(text).await;
    let found = editor.diagnostics().await;
    let of = |code: &str| found.as_array().expect("a list").iter().find(|found| found["code"] == code).cloned();
    assert_eq!(of("unused-let").expect("it is said")["tags"], json!([1]));
    let twice = of("duplicate-name").expect("it is said");
    assert_eq!(twice["relatedInformation"][0]["location"]["range"]["start"], json!({ "line": 5, "character": 10 }));
    editor.change(Some([[5, 0], [6, 0]]), "").await;
    // What an edit has made wrong is told once nothing was typed for a moment.
    let never = |params: &Value| {
        let found = params["diagnostics"].as_array().expect("a list");
        found.iter().find(|found| found["code"] == "never-matches").cloned()
    };
    let told = editor.notification("textDocument/publishDiagnostics", |params| never(params).is_some()).await;
    let never = never(&told).expect("said");
    let other = &never["relatedInformation"][0]["location"]["range"];
    assert_eq!(other["start"]["line"].as_u64().zip(other["start"]["character"].as_u64()), Some((3, 8)), "{never}");
    editor.leave().await;

    let mut editor = Editor::start(json!({})).await;
    editor.open(text).await;
    let found = editor.diagnostics().await;
    assert!(
        found
            .as_array()
            .expect("a list")
            .iter()
            .all(|found| { found.get("tags").is_none() && found.get("relatedInformation").is_none() })
    );
    editor.leave().await;
}

#[tokio::test]
async fn a_hint_says_in_full_what_its_stage_changes() {
    let text = "```headwater\nspans | summarize n = count() by name\n```\n";
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 3, "character": 0 } });
    let params = json!({ "textDocument": { "uri": URI }, "range": range });
    let lazy = json!({ "textDocument": { "inlayHint": { "resolveSupport": { "properties": ["tooltip"] } } } });
    for (capabilities, is_lazy) in [(json!({}), false), (lazy, true)] {
        let mut editor = Editor::start(json!({ "capabilities": capabilities })).await;
        editor.open(text).await;
        let mut hint = editor.request("textDocument/inlayHint", params.clone()).await[0].take();
        assert_eq!(hint.get("tooltip").is_none(), is_lazy, "{hint}");
        if is_lazy {
            hint = editor.request("inlayHint/resolve", hint).await;
        }
        let tooltip = hint["tooltip"]["value"].as_str().expect("a text");
        assert!(tooltip.contains("+ n: long") && tooltip.contains("- duration: timespan"), "{tooltip}");
        editor.leave().await;
    }
}
