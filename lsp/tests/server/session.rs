//! What an editor is told of a runbook as a whole, and what can be set for it while it is open: parameters, live
//! mode; and what commands write into it.

use serde_json::{Value, json};

use crate::editor::{Editor, URI};
use crate::running::{execute, has_rows, results};

const RUNBOOK: &str = "\
---
params:
  customer: { type: string, default: c-1042, doc: whom to follow }
  slow: { type: timespan, default: 250ms }
---
# Checkout

```headwater name=all
spans
| where kind == \"server\"
| tail 5
```

## One customer

> ```headwater name=one
> spans
> | where customer.id == customer
> | project timestamp, customer.id, cloud.region
> | tail 5
> ```

```headwater name=regions
spans | where duration > slow | summarize n = count() by cloud.region | render barchart
```
";

async fn open(options: Value) -> Editor {
    let mut editor = Editor::start(json!({ "initializationOptions": options })).await;
    editor.open(RUNBOOK).await;
    editor
}

async fn runbook(editor: &mut Editor, wanted: impl Fn(&Value) -> bool) -> Value {
    editor.notification("headwater/runbook", wanted).await
}

async fn call(editor: &mut Editor, command: &str, mut target: Value) -> Value {
    target["uri"] = URI.into();
    let params = json!({ "command": format!("headwater.{command}"), "arguments": [target] });
    let id = editor.ask("workspace/executeCommand", params).await;
    editor.response(id).await
}

fn refusal(response: &Value) -> &str {
    response["error"]["message"].as_str().unwrap_or_default()
}

/// What the server asks the editor to put into the text.
async fn edit(editor: &mut Editor) -> Value {
    loop {
        let place = editor.asked.iter().position(|asked| asked["method"] == "workspace/applyEdit");
        if let Some(place) = place {
            return editor.asked.remove(place)["params"]["edit"]["changes"][URI][0].take();
        }
        editor.receive().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runbook_is_told_as_a_whole_whenever_it_is_another() {
    let mut editor = open(json!({ "results": true })).await;
    let told = runbook(&mut editor, |_| true).await;
    assert_eq!((&told["uri"], &told["title"], &told["live"]), (&json!(URI), &json!("Checkout"), &json!(false)));
    assert_eq!(
        told["params"][0],
        json!({
            "name": "customer", "type": "string", "default": "c-1042", "value": "c-1042", "set": false,
            "doc": "whom to follow", "choices": [],
        })
    );
    assert_eq!((&told["params"][1]["type"], &told["params"][1]["value"]), (&json!("timespan"), &json!("250ms")));
    assert_eq!(
        told["blocks"][1],
        json!({ "block": "one", "title": "One customer", "line": 15, "end": 20, "runnable": true, "state": "idle" })
    );

    let refused = call(&mut editor, "setParam", json!({ "field": "slow", "value": "soon" })).await;
    assert!(refusal(&refused).contains("`slow` was set to `soon`, which is no timespan"), "{refused}");
    let refused = call(&mut editor, "setParam", json!({ "field": "fast", "value": "1s" })).await;
    assert!(refusal(&refused).contains("no parameter `fast`"), "{refused}");
    call(&mut editor, "setParam", json!({ "field": "slow", "value": "1s" })).await;
    let told = runbook(&mut editor, |told| told["params"][1]["set"] == true).await;
    assert_eq!(told["params"][1]["value"], "1s");
    call(&mut editor, "setParam", json!({ "field": "slow", "value": null })).await;
    let told = runbook(&mut editor, |told| told["params"][1]["set"] == false).await;
    assert_eq!(told["params"][1]["value"], "250ms");

    // A block that is broken, and one that is gone.
    editor.change(Some([[9, 8], [9, 12]]), "knd").await;
    runbook(&mut editor, |told| told["blocks"][0]["runnable"] == false).await;
    editor.change(Some([[7, 0], [13, 0]]), "").await;
    runbook(&mut editor, |told| told["blocks"][0]["block"] == "one").await;
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_that_read_a_parameter_run_again_with_its_value() {
    let mut editor = open(json!({ "results": true })).await;
    execute(&mut editor, "runBlock", "one").await;
    let first = results(&mut editor, |results| results["block"] == "one" && has_rows(results)).await;
    assert_eq!(first["table"]["rows"][0][1], "c-1042");
    runbook(&mut editor, |told| told["blocks"][1]["state"] == "running").await;
    call(&mut editor, "setParam", json!({ "field": "customer", "value": "c-1001" })).await;
    let again = |results: &Value| has_rows(results) && results["table"]["rows"][0][1] == "c-1001";
    let again = results(&mut editor, again).await;
    assert_ne!(again["flow"], first["flow"]);
    assert_eq!((&again["title"], &again["live"]), (&json!("One customer"), &json!(false)));
    assert!(again["source"].as_str().is_some_and(|source| source.contains("customer.id == customer")), "{again}");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_live_mode_a_block_runs_again_as_its_text_reads_well_again() {
    let mut editor = open(json!({ "results": true })).await;
    call(&mut editor, "setLive", json!({ "live": true })).await;
    runbook(&mut editor, |told| told["live"] == true).await;
    execute(&mut editor, "runBlock", "all").await;
    let first = results(&mut editor, has_rows).await;
    assert_eq!((&first["live"], &first["table"]["rows"].as_array().map(Vec::len)), (&json!(true), &Some(5)));
    // While it is wrong, what was shown stays.
    editor.change(Some([[10, 8], [10, 8]]), " by").await;
    let stale = results(&mut editor, |results| results["stale"] == true).await;
    assert!(has_rows(&stale) && stale["flow"] == first["flow"], "{stale:#}");
    let refused = call(&mut editor, "runBlock", json!({ "block": "all" })).await;
    assert!(refusal(&refused).contains("block `all` cannot run: expected `|` or the end"), "{refused}");
    editor.change(Some([[10, 7], [10, 11]]), "3").await;
    let fresh = |results: &Value| results["stale"] == false && results["flow"] != first["flow"] && has_rows(results);
    let again = results(&mut editor, fresh).await;
    assert!(again["table"]["rows"].as_array().is_some_and(|rows| rows.len() <= 3), "{again:#}");
    // One that somebody stopped stays so.
    execute(&mut editor, "stopBlock", "all").await;
    results(&mut editor, |results| results["state"] == "stopped").await;
    editor.change(Some([[10, 7], [10, 8]]), "4").await;
    results(&mut editor, |results| results["stale"] == true && results["state"] == "stopped").await;
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_run_above_and_below_one() {
    let mut editor = open(json!({ "results": true })).await;
    execute(&mut editor, "runAbove", "one").await;
    let told = runbook(&mut editor, |told| told["blocks"][0]["state"] != "idle").await;
    assert_eq!((&told["blocks"][1]["state"], &told["blocks"][2]["state"]), (&json!("idle"), &json!("idle")));
    execute(&mut editor, "stopAll", "").await;
    execute(&mut editor, "runBelow", "one").await;
    let both = |told: &Value| [1, 2].iter().all(|block| told["blocks"][block]["state"] == "running");
    let told = runbook(&mut editor, both).await;
    assert_ne!(told["blocks"][0]["state"], "running");
    let refused = call(&mut editor, "runAbove", json!({ "block": "all" })).await;
    assert!(refusal(&refused).contains("no block above `all` can run"), "{refused}");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrow_window_gets_narrow_pictures() {
    let mut editor = open(json!({ "results": true })).await;
    let widest = |results: &Value| {
        let lines = results["view"].as_array().cloned().unwrap_or_default();
        lines.iter().filter_map(|line| line.as_str()).map(|line| line.chars().count()).max().unwrap_or(0)
    };
    call(&mut editor, "setRoom", json!({ "columns": 32 })).await;
    execute(&mut editor, "runBlock", "all").await;
    let narrow = results(&mut editor, has_rows).await;
    assert!((20..=32).contains(&widest(&narrow)), "{narrow:#}");
    call(&mut editor, "setRoom", json!({ "columns": 90 })).await;
    results(&mut editor, |results| widest(results) > 60).await;
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_written_into_the_text_and_filtered_by() {
    let mut editor = open(json!({ "results": true, "rows": 3 })).await;
    let refused = call(&mut editor, "pin", json!({ "block": "one" })).await;
    assert!(refusal(&refused).contains("shows nothing yet"), "{refused}");
    execute(&mut editor, "runBelow", "one").await;
    let bars = results(&mut editor, |results| results["block"] == "regions" && has_rows(results)).await;
    assert_eq!((&bars["figure"]["kind"], &bars["figure"]["series"][0]["name"]), (&json!("bars"), &json!("n")));
    let shown = |results: &Value| results["block"] == "one" && results["table"]["total"] == 5;
    let shown = results(&mut editor, shown).await;
    assert_eq!(shown["table"]["rows"].as_array().map(Vec::len), Some(3), "as many as were asked for");

    call(&mut editor, "pin", json!({ "block": "one" })).await;
    let pinned = edit(&mut editor).await;
    assert_eq!(pinned["range"]["start"], json!({ "line": 20, "character": 5 }));
    let text = pinned["newText"].as_str().expect("a text");
    assert!(
        text.starts_with("\n>\n> *one at 2") && text.contains("\n> | timestamp | customer.id | cloud.region |\n"),
        "{text}"
    );

    let region = shown["table"]["rows"][0][2].as_str().expect("a region").to_owned();
    call(&mut editor, "filter", json!({ "block": "one", "field": "cloud.region", "value": region })).await;
    let filter = edit(&mut editor).await;
    assert_eq!(filter["newText"], format!("\n> | where cloud.region == \"{region}\""));
    assert_eq!(filter["range"]["start"]["line"], 17, "behind the filter that is there");
    // Made in the text, it is what the block answers from then on: also where live mode is off.
    let line = filter["range"]["start"]["character"].as_u64().expect("a column") as u32;
    editor.change(Some([[17, line], [17, line]]), filter["newText"].as_str().expect("a text")).await;
    let source = |results: &Value| results["source"].as_str().is_some_and(|source| source.contains("cloud.region =="));
    let again = results(&mut editor, |results| results["block"] == "one" && source(results) && has_rows(results)).await;
    let rows = again["table"]["rows"].as_array().expect("rows");
    assert!(rows.iter().all(|row| row[2] == *region) && again["live"] == false, "{again}");
    let refused = call(&mut editor, "filter", json!({ "block": "one", "field": "timestamp", "value": "no" })).await;
    assert!(refusal(&refused).contains("`no` is no whole datetime"), "{refused}");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_let_of_another_block_makes_stale_what_reads_it() {
    let mut editor = Editor::start(json!({ "initializationOptions": { "results": true } })).await;
    let text = "```headwater\nlet few = 3;\nlet some = spans | tail few;\n```\n\n\
        ```headwater name=reads\nsome\n```\n\n```headwater name=other\nspans | tail 4\n```\n";
    editor.open(text).await;
    call(&mut editor, "setLive", json!({ "live": true })).await;
    execute(&mut editor, "runAll", "").await;
    let rows = |results: &Value| results["table"]["rows"].as_array().map_or(0, Vec::len);
    let first = results(&mut editor, |results| results["block"] == "reads" && rows(results) == 3).await;
    editor.change(Some([[1, 10], [1, 11]]), "2").await;
    let again = |results: &Value| results["block"] == "reads" && results["flow"] != first["flow"] && rows(results) > 0;
    let again = results(&mut editor, again).await;
    assert!(rows(&again) <= 2 && again["stale"] == false, "{again}");
    let other = results(&mut editor, |results| results["block"] == "other").await;
    assert_eq!(other["stale"], false, "it reads none of them");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_what_passes_is_shown_the_fields_are_in_the_hover() {
    let mut editor = open(json!({ "results": true })).await;
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 30, "character": 0 } });
    let ask = json!({ "textDocument": { "uri": URI }, "range": range });
    let lines = |hints: &Value| -> Vec<u64> {
        hints.as_array().into_iter().flatten().filter_map(|hint| hint["position"]["line"].as_u64()).collect()
    };
    let before = lines(&editor.request("textDocument/inlayHint", ask.clone()).await);
    assert!(before.contains(&23), "the summarize of the block below: {before:?}");
    execute(&mut editor, "runBlock", "regions").await;
    results(&mut editor, |results| results["block"] == "regions" && has_rows(results)).await;
    let running = lines(&editor.request("textDocument/inlayHint", ask.clone()).await);
    assert!(!running.contains(&23) && running.len() + 1 == before.len(), "{running:?} of {before:?}");
    // As it is edited, what its stages make counts again.
    editor.change(Some([[23, 6], [23, 6]]), "| take 9 ").await;
    // The block is told to be stale a moment after the text is taken.
    let mut edited = lines(&editor.request("textDocument/inlayHint", ask.clone()).await);
    while !edited.contains(&23) {
        results(&mut editor, |results| results["block"] == "regions").await;
        edited = lines(&editor.request("textDocument/inlayHint", ask.clone()).await);
    }
    assert!(edited.len() >= before.len(), "{edited:?} of {before:?}");
    editor.leave().await;
}
