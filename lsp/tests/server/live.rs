//! What a runner that runs tells the writer: values that occur, what passes, what is different, and why nothing
//! does.

use serde_json::{Value, json};

use crate::editor::{Editor, URI};
use crate::running::{execute, has_rows, results};

const RUNBOOK: &str = "\
---
params:
  customer: { type: string, default: c-1 }
---
```headwater name=all
spans
| where kind == \"server\"
| where cloud.region == \"eu-wets-1\"
```

```headwater name=one
spans | where customer.id == customer | tail 5
```

```headwater name=failures
spans | where status == \"error\" | summarize count() by nosuch
```
";

/// A runbook whose last block runs, and what it has seen is known.
async fn seen() -> Editor {
    let capabilities = json!({ "workspace": { "codeLens": { "refreshSupport": true } } });
    let with = json!({ "initializationOptions": { "results": true }, "capabilities": capabilities });
    let mut editor = Editor::start(with).await;
    editor.open(RUNBOOK).await;
    execute(&mut editor, "runBlock", "one").await;
    loop {
        let lenses = editor.request_document("textDocument/codeLens").await;
        let titles = lenses.as_array().expect("lenses").iter().filter_map(|lens| lens["command"]["title"].as_str());
        if titles.clone().any(|title| title.starts_with("reads ")) {
            return editor;
        }
        // The server says when there is more to see.
        let asked = editor.asked.len();
        while editor.asked.len() == asked {
            editor.receive().await;
        }
    }
}

fn at(line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } })
}

fn labels(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("items").iter();
    items
        .map(|item| format!("{} {}", item["label"].as_str().unwrap_or(""), item["detail"].as_str().unwrap_or("")))
        .collect()
}

async fn call(editor: &mut Editor, command: &str, mut target: Value) -> Value {
    target["uri"] = URI.into();
    let params = json!({ "command": format!("headwater.{command}"), "arguments": [target] });
    let id = editor.ask("workspace/executeCommand", params).await;
    editor.response(id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_and_hover_know_what_occurs_at_their_place() {
    let mut editor = seen().await;
    // Within the quotes of the region, behind another filter.
    let mut list = editor.request("textDocument/completion", at(7, 28)).await;
    // It does not wait for long, and says that there is more to come.
    while list["isIncomplete"] == true {
        list = editor.request("textDocument/completion", at(7, 28)).await;
    }
    let values = labels(&list);
    assert!(values[0].ends_with("% here") && values.iter().any(|value| value.starts_with("eu-west-1 ")), "{values:?}");
    let hover = editor.request("textDocument/hover", at(7, 12)).await;
    let said = hover["contents"]["value"].as_str().expect("Markdown");
    assert!(said.contains("At this place: in 100 % of the events") && said.contains("| `eu-west-1` |"), "{said}");
    // In the first filter it is what the source gives.
    let hover = editor.request("textDocument/hover", at(6, 9)).await;
    assert!(hover["contents"]["value"].as_str().is_some_and(|said| said.contains("Now: in ")), "{hover}");
    let found = editor.diagnostics().await;
    let hint = found.as_array().expect("findings").iter().find(|found| found["code"] == "unseen-value");
    let message = hint.expect("the value never occurred")["message"].as_str().unwrap_or_default();
    assert!(message.contains("did you mean `eu-west-1`?"), "{message}");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_runs_up_to_a_stage_whatever_follows() {
    let mut editor = seen().await;
    let response = call(&mut editor, "runToHere", json!({ "position": { "line": 15, "character": 20 } })).await;
    assert!(response.get("error").is_none(), "{response:#}");
    let shown = results(&mut editor, |results| results["block"] == "failures" && has_rows(results)).await;
    assert_eq!(shown["state"], "running", "the rest of the block is wrong, and was not run");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_different_is_told() {
    let mut editor = seen().await;
    let response = call(&mut editor, "different", json!({ "position": { "line": 15, "character": 20 } })).await;
    let said = response["result"].as_str().expect("Markdown");
    assert!(said.contains("| `error.type` | is there | 100 % | 0 % |"), "{said}");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_followed_through_the_runbook() {
    let mut editor = seen().await;
    let response = call(&mut editor, "follow", json!({ "field": "customer.id", "value": "c-1042" })).await;
    assert!(response.get("error").is_none(), "{response:#}");
    let only = |results: &Value| {
        let columns = results["table"]["columns"].as_array().cloned().unwrap_or_default();
        let place = columns.iter().position(|column| column["name"] == "customer.id");
        let rows = results["table"]["rows"].as_array().cloned().unwrap_or_default();
        place.is_some_and(|place| !rows.is_empty() && rows.iter().all(|row| row[place] == "c-1042"))
    };
    results(&mut editor, |results| results["block"] == "one" && only(results)).await;
    let refused = call(&mut editor, "follow", json!({ "field": "cloud.region", "value": "x" })).await;
    assert!(refused["error"]["message"].as_str().is_some_and(|said| said.contains("no parameter")), "{refused}");
    let actions = editor
        .request(
            "textDocument/codeAction",
            json!({
                "textDocument": { "uri": URI }, "context": { "diagnostics": [] },
                "range": { "start": { "line": 11, "character": 20 }, "end": { "line": 11, "character": 20 } },
            }),
        )
        .await;
    let titles: Vec<&str> = actions.as_array().expect("actions").iter().filter_map(|it| it["title"].as_str()).collect();
    assert!(titles.iter().any(|title| title.starts_with("Follow `customer.id` = ")), "{titles:?}");
    assert!(titles.contains(&"What is different about these?") && titles.contains(&"Run to here: up to `where`"));
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_shows_nothing_offers_what_would_change_that() {
    let mut editor = seen().await;
    execute(&mut editor, "runBlock", "all").await;
    results(&mut editor, |results| results["block"] == "all" && results["empty"].is_object()).await;
    let range = json!({ "start": { "line": 5, "character": 2 }, "end": { "line": 5, "character": 2 } });
    let params = json!({ "textDocument": { "uri": URI }, "range": range, "context": { "diagnostics": [] } });
    loop {
        let actions = editor.request("textDocument/codeAction", params.clone()).await;
        let cure = actions
            .as_array()
            .expect("actions")
            .iter()
            .find(|it| it["title"] == "Nothing passes: write `\"eu-west-1\"`")
            .cloned();
        if let Some(cure) = cure {
            let edit = &cure["edit"]["changes"][URI][0];
            assert_eq!(
                (&edit["newText"], &edit["range"]["start"]),
                (&json!("\"eu-west-1\""), &json!({ "line": 7, "character": 24 }))
            );
            break;
        }
        // The reason may be another at first: the source has said nothing yet.
        results(&mut editor, |results| results["block"] == "all").await;
    }
    editor.leave().await;
}

#[tokio::test]
async fn a_code_is_explained() {
    let with = json!({ "initializationOptions": { "codeLinks": "pages:/{code}.md" } });
    let mut editor = Editor::start(with).await;
    editor.open(RUNBOOK).await;
    let found = editor.diagnostics().await;
    assert_eq!(found[0]["codeDescription"]["href"], format!("pages:/{}.md", found[0]["code"].as_str().unwrap_or("")));
    let response = call(&mut editor, "explainCode", json!({ "code": "short-window" })).await;
    assert!(response["result"].as_str().is_some_and(|page| page.starts_with("# short-window")), "{response}");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_at_once_is_learned_from() {
    let workspace = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(workspace.path().join(name), text).expect("written");
    write("headwater.toml", "[sources.access]\nuri = \"file:access.jsonl\"\n");
    write("access.jsonl", &"{\"region\":\"eu\",\"took\":12}\n".repeat(50));
    let uri = |name: &str| format!("file://{}", workspace.path().join(name).display());
    let capabilities = json!({ "workspace": { "codeLens": { "refreshSupport": true } } });
    let folders = json!([{ "uri": uri(""), "name": "workspace" }]);
    let options = json!({ "results": true });
    let with = json!({ "workspaceFolders": folders, "initializationOptions": options, "capabilities": capabilities });
    let mut editor = Editor::start(with).await;
    let text = "```headwater\naccess | where \n```\n\n```headwater name=all\naccess | count\n```\n";
    let item = json!({ "uri": uri("a.md"), "languageId": "markdown", "version": 1, "text": text });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
    let params = json!({ "command": "headwater.runBlock", "arguments": [uri("a.md"), "all"] });
    editor.request("workspace/executeCommand", params).await;
    let place = json!({ "textDocument": { "uri": uri("a.md") }, "position": { "line": 1, "character": 15 } });
    loop {
        let asked = editor.asked.len();
        let found = labels(&editor.request("textDocument/completion", place.clone()).await);
        if found.iter().any(|item| item.starts_with("region ")) && found.iter().any(|item| item.starts_with("took ")) {
            break;
        }
        // The server says when there is more to see.
        while editor.asked.len() == asked {
            editor.receive().await;
        }
    }
    editor.leave().await;
}
