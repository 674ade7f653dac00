//! Blocks run: on a private runner that is started, killed and started again, or on one that is named.

use std::path::Path;

use runner::config::Config;
use runner::serve::Listen;
use serde_json::{Value, json};

use crate::editor::{Editor, URI};

const RUNBOOK: &str = "\
# Shop

```headwater name=requests
spans
| where kind == \"server\"
| summarize requests = count() by service.name
```

```headwater name=broken
spans | where duratoin > 1s
```

```headwater
spans | tail 5
```
";

fn rich() -> Value {
    json!({ "initializationOptions": { "results": true } })
}

async fn open(with: Value) -> Editor {
    let mut editor = Editor::start(with).await;
    editor.open(RUNBOOK).await;
    editor
}

pub(crate) async fn command(editor: &mut Editor, name: &str, block: &str) -> Value {
    let params = json!({ "command": format!("headwater.{name}"), "arguments": [URI, block] });
    let id = editor.ask("workspace/executeCommand", params).await;
    editor.response(id).await
}

/// Runs a command that succeeds.
pub(crate) async fn execute(editor: &mut Editor, name: &str, block: &str) -> Value {
    let mut response = command(editor, name, block).await;
    assert!(response.get("error").is_none(), "{response:#}");
    response["result"].take()
}

pub(crate) async fn results(editor: &mut Editor, wanted: impl Fn(&Value) -> bool) -> Value {
    editor.notification("headwater/blockResults", wanted).await
}

pub(crate) fn has_rows(results: &Value) -> bool {
    results["table"]["rows"].as_array().is_some_and(|rows| !rows.is_empty())
}

/// Processes that this one has started.
fn children() -> Vec<u32> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("this is Linux").flatten();
    let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    children.flat_map(|line| line.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_runs_and_its_results_follow_the_text() {
    let mut editor = open(rich()).await;
    assert_eq!(execute(&mut editor, "runBlock", "requests").await, Value::Null);
    let first = results(&mut editor, has_rows).await;
    assert_eq!((first["uri"].as_str(), first["block"].as_str()), (Some(URI), Some("requests")));
    assert_eq!((&first["state"], &first["stale"]), (&json!("running"), &json!(false)));
    assert_eq!((&first["range"]["start"]["line"], &first["range"]["end"]["line"]), (&json!(2), &json!(6)));
    let lines: Vec<_> = first["lines"].as_array().expect("lines").iter().map(|line| line["line"].as_u64()).collect();
    assert_eq!(lines, [Some(4), Some(5)], "{first:#}");

    let lenses = editor.request_document("textDocument/codeLens").await;
    let titles = lenses.as_array().expect("lenses").iter().filter_map(|lens| lens["command"]["title"].as_str());
    // What it costs is said as soon as the runner has seen the source.
    let titles: Vec<_> = titles.filter(|title| !title.starts_with("reads ")).collect();
    assert_eq!(titles[..3], ["■ Stop", "Explain", "▶ Run"]);

    // Lines above push it down; an edit within makes it stale, and undoing that makes it fresh.
    editor.change(Some([[0, 0], [0, 0]]), "Intro.\n\n").await;
    let moved = results(&mut editor, |results| results["range"]["start"]["line"] == 4).await;
    assert_eq!((&moved["stale"], &moved["lines"][0]["line"]), (&json!(false), &json!(6)));
    editor.change(Some([[6, 8], [6, 12]]), "name").await;
    results(&mut editor, |results| results["stale"] == true).await;
    editor.change(Some([[6, 8], [6, 12]]), "kind").await;
    results(&mut editor, |results| results["stale"] == false).await;

    execute(&mut editor, "stopBlock", "requests").await;
    let stopped = results(&mut editor, |results| results["state"] == "stopped").await;
    assert!(has_rows(&stopped), "what was shown stays");
    editor.leave().await;
    assert_eq!(children(), Vec::<u32>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_dies_says_so_and_the_next_run_starts_another() {
    let mut editor = open(rich()).await;
    execute(&mut editor, "runBlock", "requests").await;
    execute(&mut editor, "runBlock", "3").await;
    results(&mut editor, |results| results["block"] == "3" && has_rows(results)).await;
    let runner = children();
    assert_eq!(runner.len(), 1, "both blocks run on one runner");
    let killed = std::process::Command::new("kill").args(["-9", &runner[0].to_string()]).status();
    assert!(killed.expect("kill runs").success());
    for _ in 0..2 {
        let failed = results(&mut editor, |results| results["state"] == "failed").await;
        let summary = failed["summary"].as_str().expect("a summary");
        assert!(summary.contains("runner ended; press Run to start it again"), "{summary}");
    }
    execute(&mut editor, "runBlock", "requests").await;
    results(&mut editor, |results| results["state"] == "running" && has_rows(results)).await;
    assert_ne!(children(), runner);
    editor.vanish().await;
    assert_eq!(children(), Vec::<u32>::new(), "nothing is left when the editor dies");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_blocks_that_can_run_together_and_stop_together() {
    let mut editor = open(rich()).await;
    execute(&mut editor, "runAll", "").await;
    for block in ["requests", "3"] {
        results(&mut editor, |results| results["block"] == block && has_rows(results)).await;
    }
    execute(&mut editor, "stopAll", "").await;
    let mut stopped = Vec::new();
    while stopped.len() < 2 {
        let results = results(&mut editor, |results| results["state"] == "stopped").await;
        if !stopped.contains(&results["block"]) {
            stopped.push(results["block"].clone());
        }
    }
    // A block that runs again begins anew.
    execute(&mut editor, "runBlock", "requests").await;
    results(&mut editor, |results| results["state"] == "running" && has_rows(results)).await;
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } })).await;
    editor.open(RUNBOOK).await;
    let lenses = editor.request_document("textDocument/codeLens").await;
    assert_eq!(lenses[0]["command"]["title"], "■ Stop", "opened again at once, it has gone on");
    editor.leave().await;
}

/// The titles above the first block.
async fn titles(editor: &mut Editor) -> Vec<String> {
    let lenses = editor.request_document("textDocument/codeLens").await;
    let lenses = lenses.as_array().expect("lenses").iter().filter(|lens| lens["range"]["start"]["line"] == 2);
    let titles = lenses.filter_map(|lens| lens["command"]["title"].as_str());
    titles.filter(|title| !title.starts_with("reads ")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_gets_another_name_keeps_what_runs_in_it() {
    let mut editor = open(rich()).await;
    execute(&mut editor, "runBlock", "requests").await;
    let flow = results(&mut editor, has_rows).await["flow"].clone();
    // As editors do it: one document is closed, another opened.
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } })).await;
    let moved = "file:///work/moved.md";
    let item = json!({ "uri": moved, "languageId": "markdown", "version": 1, "text": RUNBOOK });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
    let shown = results(&mut editor, |results| results["uri"] == moved && has_rows(results)).await;
    assert_eq!((&shown["flow"], &shown["state"]), (&flow, &json!("running")));
    // Those that tell it by itself.
    let again = "file:///work/again.md";
    let item = json!({ "uri": again, "languageId": "markdown", "version": 1, "text": format!("{RUNBOOK}\n") });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": moved } })).await;
    let files = json!({ "files": [{ "oldUri": moved, "newUri": again }] });
    editor.notify("workspace/didRenameFiles", files).await;
    let shown = results(&mut editor, |results| results["uri"] == again && has_rows(results)).await;
    assert_eq!((&shown["flow"], &shown["state"]), (&flow, &json!("running")));
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_is_cut_out_shows_nothing_and_ends_unless_it_comes_back() {
    let mut editor = open(rich()).await;
    execute(&mut editor, "runBlock", "requests").await;
    results(&mut editor, has_rows).await;
    let block = RUNBOOK.lines().skip(2).take(6).collect::<Vec<_>>().join("\n") + "\n";
    editor.change(Some([[2, 0], [8, 0]]), "").await;
    results(&mut editor, |results| results["gone"] == true).await;
    editor.change(Some([[2, 0], [2, 0]]), &block).await;
    let back = results(&mut editor, |results| results.get("gone").is_none()).await;
    assert_eq!((&back["state"], &back["stale"]), (&json!("running"), &json!(false)));
    editor.change(Some([[2, 0], [8, 0]]), "").await;
    results(&mut editor, |results| results["gone"] == true).await;
    results(&mut editor, |results| results["gone"] == true && results["state"] == "stopped").await;
    // Put back late, it shows what it did.
    editor.change(Some([[2, 0], [2, 0]]), &block).await;
    let back = results(&mut editor, |results| results.get("gone").is_none()).await;
    assert!(back["state"] == "stopped" && has_rows(&back), "{back:#}");
    assert_eq!(titles(&mut editor).await, ["▶ Run", "Explain"]);
    editor.leave().await;
    assert_eq!(children(), Vec::<u32>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_was_edited_while_it_runs_offers_to_run_again() {
    let options = json!({ "results": true, "showResults": true });
    let mut editor = open(json!({ "initializationOptions": options })).await;
    assert_eq!(titles(&mut editor).await, ["▶ Run", "Explain"]);
    execute(&mut editor, "runBlock", "requests").await;
    results(&mut editor, has_rows).await;
    assert_eq!(titles(&mut editor).await, ["■ Stop", "Results", "Explain"]);
    editor.change(Some([[4, 8], [4, 12]]), "name").await;
    results(&mut editor, |results| results["stale"] == true).await;
    assert_eq!(titles(&mut editor).await, ["↻ Run again", "■ Stop", "Results", "Explain"]);
    execute(&mut editor, "runBlock", "requests").await;
    results(&mut editor, |results| results["stale"] == false).await;
    assert_eq!(titles(&mut editor).await, ["■ Stop", "Results", "Explain"]);
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_run_says_why() {
    let mut editor = open(rich()).await;
    let message = |response: Value| response["error"]["message"].as_str().expect("a refusal").to_owned();
    let broken = message(command(&mut editor, "runBlock", "broken").await);
    assert!(broken.contains("`broken` cannot run") && broken.contains("duratoin"), "{broken}");
    let unknown = message(command(&mut editor, "runBlock", "nowhere").await);
    assert!(unknown.contains("no block `nowhere`"), "{unknown}");
    editor.leave().await;

    let mut editor = open(json!({ "initializationOptions": { "results": true, "trusted": false } })).await;
    for name in ["runBlock", "runAll", "explainBlock"] {
        let refused = message(command(&mut editor, name, "requests").await);
        assert!(refused.contains("not trusted"), "{refused}");
    }
    assert_eq!(children(), Vec::<u32>::new());
    assert!(!editor.diagnostics().await.as_array().expect("a list").is_empty(), "analysis goes on");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_explained() {
    let mut editor = open(rich()).await;
    let plan = execute(&mut editor, "explainBlock", "requests").await;
    assert!(plan.as_str().is_some_and(|plan| plan.contains("summarize")), "{plan}");
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn editors_that_draw_nothing_get_the_summary_as_a_hint() {
    let refresh = json!({ "refreshSupport": true });
    let capabilities = json!({ "workspace": { "inlayHint": refresh, "codeLens": refresh } });
    let mut editor = open(json!({ "capabilities": capabilities })).await;
    execute(&mut editor, "runBlock", "requests").await;
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params = json!({ "textDocument": { "uri": URI }, "range": range });
    loop {
        let hints = editor.request("textDocument/inlayHint", params.clone()).await;
        let at_fence = |hint: &&Value| hint["position"] == json!({ "line": 6, "character": 3 });
        let hint = hints.as_array().expect("hints").iter().find(at_fence).expect("a summary");
        if hint["label"].as_str().is_some_and(|label| label.contains("read")) {
            break;
        }
        // The server says when there is more to see.
        let asked = editor.asked.len();
        while editor.asked.len() == asked {
            editor.receive().await;
        }
    }
    let methods: Vec<_> = editor.asked.iter().map(|asked| asked["method"].as_str().expect("a method")).collect();
    assert!(methods.contains(&"workspace/inlayHint/refresh") && methods.contains(&"workspace/codeLens/refresh"));
    editor.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_is_named_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("runner.sock");
    let with = |socket: &Path| json!({ "initializationOptions": { "results": true, "runner": format!("unix:{}", socket.display()) } });
    let mut editor = open(with(&socket)).await;
    execute(&mut editor, "runBlock", "requests").await;
    let failed = results(&mut editor, |results| results["state"] == "failed").await;
    assert!(failed["summary"].as_str().is_some_and(|summary| summary.contains("no runner answers")), "{failed:#}");

    let bound = runner::serve::bind(&Config::builtin(), &Listen::Unix(socket)).await.expect("a free socket");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(bound.serve(async move { _ = stopped.await }));
    execute(&mut editor, "runBlock", "requests").await;
    results(&mut editor, has_rows).await;
    assert_eq!(children(), Vec::<u32>::new());
    drop(stop);
    results(&mut editor, |results| results["state"] == "failed" || results["state"] == "stopped").await;
    editor.leave().await;
    serving.await.expect("it ends").expect("in peace");
}
