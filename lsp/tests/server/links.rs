//! Links of the prose to other files: which are broken, and where the others lead.

use std::path::Path;

use serde_json::{Value, json};

use crate::across::{changed, open, start, uri, write};
use crate::editor::Editor;

/// Of a file: `line:character slug message` of each finding, once they are these many.
async fn told(editor: &mut Editor, path: &Path, count: usize) -> Vec<String> {
    let of = uri(path);
    let wanted = |params: &Value| params["uri"] == of && params["diagnostics"].as_array().map(Vec::len) == Some(count);
    let found = editor.notification("textDocument/publishDiagnostics", wanted).await["diagnostics"].take();
    let said = found.as_array().expect("a list").iter().map(|found| {
        let (start, message) = (&found["range"]["start"], found["message"].as_str().expect("a message"));
        let first = message.lines().next().unwrap_or_default();
        format!("{}:{} {} {first}", start["line"], start["character"], found["code"].as_str().unwrap_or_default())
    });
    said.collect()
}

#[tokio::test]
async fn a_broken_link_is_told_after_all_else_and_moves_with_its_text() {
    let root = tempfile::tempdir().expect("a folder");
    let workspace = root.path().join("workspace");
    let (a, b) = (workspace.join("a.md"), workspace.join("b.md"));
    let text = "[w](nofile.md) [x](b.md#nowhere) [y](b.md#there) [z](../secret.md)\n\n\
                <!-- headwater-ignore broken-link: it will come -->\n[v](later.md)\n\n```headwater\nspans | take 0x\n```\n";
    write(&a, text);
    write(&b, "# There\n");
    let mut editor = start(&workspace, json!({})).await;
    open(&mut editor, &a, 1, text).await;
    let first = told(&mut editor, &a, 1).await;
    assert!(first[0].starts_with("6:13"), "the text alone: {first:?}");
    let all = told(&mut editor, &a, 3).await;
    let broken = ["0:4 broken-link there is no file `nofile.md`", "0:19 broken-link `b.md` has no heading `#nowhere`"];
    assert_eq!(all[..2], broken);

    // At once where it stands now, before anybody looks again.
    let change = json!({ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } }, "text": "\n" });
    let document = json!({ "uri": uri(&a), "version": 2 });
    editor.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] })).await;
    let wanted = |params: &Value| params["version"] == 2;
    let next = editor.notification("textDocument/publishDiagnostics", wanted).await;
    assert_eq!(next["diagnostics"][0]["range"]["start"], json!({ "line": 1, "character": 4 }));
    assert_eq!(next["diagnostics"].as_array().map(Vec::len), Some(3));

    // The file comes, and the heading.
    write(&workspace.join("nofile.md"), "");
    write(&b, "# There\n# Nowhere\n");
    changed(&mut editor, &b).await;
    told(&mut editor, &a, 1).await;
    editor.leave().await;
}

#[tokio::test]
async fn a_broken_link_is_mended_in_the_editor() {
    let root = tempfile::tempdir().expect("a folder");
    let (a, text) = (root.path().join("a.md"), "[b](bb.md)\n");
    write(&a, text);
    write(&root.path().join("b.md"), "");
    let mut editor = start(root.path(), json!({})).await;
    open(&mut editor, &a, 1, text).await;
    told(&mut editor, &a, 1).await;
    let at = json!({ "line": 0, "character": 5 });
    let params = json!({
        "textDocument": { "uri": uri(&a) },
        "range": { "start": at, "end": at },
        "context": { "diagnostics": [] },
    });
    let found = editor.request("textDocument/codeAction", params).await;
    assert_eq!(found[0]["title"], "replace with `b.md`");
    editor.leave().await;
}

#[tokio::test]
async fn a_link_to_a_heading_elsewhere_is_resolved_when_it_is_followed() {
    let root = tempfile::tempdir().expect("a folder");
    let workspace = root.path().join("workspace");
    let (a, b) = (workspace.join("a.md"), workspace.join("b c.md"));
    let text = "# Top\n\n[one](b%20c.md#a-heading) [two](b%20c.md#none) [three](../secret.md#a-heading) [four](#top)\n";
    write(&b, "text\n\n## A heading\n");
    write(&root.path().join("secret.md"), "# A heading\n");
    let mut editor = start(&workspace, json!({})).await;
    open(&mut editor, &a, 1, text).await;
    let found = editor.request("textDocument/documentLink", json!({ "textDocument": { "uri": uri(&a) } })).await;
    let file = format!("{}/b%20c.md", uri(&workspace));
    let mut led = Vec::new();
    for link in found.as_array().expect("a list") {
        let resolved = editor.request("documentLink/resolve", link.clone()).await;
        led.push((link["target"].is_null(), resolved["target"].as_str().expect("an address").to_owned()));
    }
    let top = format!("{}#L1", uri(&a));
    assert_eq!(led, [(true, format!("{file}#L3")), (true, file.clone()), (false, top)]);

    let mut definition = async |character: u32| {
        let at = json!({ "line": 2, "character": character });
        let params = json!({ "textDocument": { "uri": uri(&a) }, "position": at });
        let found = editor.request("textDocument/definition", params).await;
        (found[0]["uri"].as_str().unwrap_or_default().to_owned(), found[0]["range"]["start"]["line"].clone())
    };
    assert_eq!(definition(3).await, (file.clone(), json!(2)));
    assert_eq!(definition(30).await, (file, json!(0)));
    assert_eq!(definition(60).await, (String::new(), Value::Null), "outside of the workspace");
    assert_eq!(definition(85).await, (uri(&a), json!(0)));
    editor.leave().await;
}
