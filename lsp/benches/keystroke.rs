//! A real editing session in a runbook of 10,000 lines with 500 blocks: typed letters, and after each what an
//! editor asks, through the protocol. Prints each figure beside its bound.
//!
//! `cargo bench -p headwater --bench keystroke`

#![expect(clippy::print_stdout, reason = "figures are what a benchmark is for")]

#[path = "../tests/server/editor.rs"]
#[expect(dead_code, reason = "the tests' editor can do more than type")]
mod editor;

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use editor::{Editor, URI};

const BLOCKS: usize = 500;
const LINES: usize = 10_000;

/// What is typed at the end of a block's stages; `<` takes the last letter back.
const TYPED: &str = "\n| where service.nme<<ame == \"checkout\" and durationn< > 250ms\
    \n| extend slow = iff(duration > 1s, \"yes\", \"no\")\
    \n| summarize errors = countif(http.response.status_code >= 500), p99 = percentile(duration, 99) by cloud.region, bin(timestamp, 10s)\n";

/// The blocks in which somebody types: at the start, in the middle, at the end.
const AT: [usize; 3] = [3, 250, 497];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let text = runbook();
        println!("{} lines, {BLOCKS} blocks, {} KiB\n", text.lines().count(), text.len() >> 10);
        for (mode, results) in [("lean: standard answers alone", false), ("rich: as VS Code and Neovim ask", true)] {
            let mut editor = Editor::connect();
            editor.initialize(capabilities(results)).await;
            let mut times = Times::default();
            session(&mut editor, &text, &mut times).await;
            editor.leave().await;
            println!("{mode}");
            times.report();
            println!();
        }
        process(&text).await;
    });
}

/// Blocks of six kinds under headings, with prose between them.
fn runbook() -> String {
    let mut text = String::from("---\nparams:\n  customer: { type: string, default: c-1 }\n---\n\n# Everything\n\n");
    let mut lines = text.matches('\n').count();
    for block in 0..BLOCKS {
        let stages = match block % 6 {
            0 => "spans\n| where service.name == \"checkout\" and http.response.status_code >= 500\n| summarize errors = count(), p99 = percentile(duration, 99) by cloud.region, bin(timestamp, 10s)\n| render timechart".to_owned(),
            1 => format!("let failed{block} = spans | where http.response.status_code >= 500;\nfailed{block}\n| extend slow = duration > 250ms\n| top 10 by duration"),
            2 => "logs\n| where severity == \"ERROR\" and message has \"timeout\"\n| summarize count() by service.name\n| render barchart".to_owned(),
            3 => "spans\n| where customer.id == customer\n| project timestamp, service.name, duration, http.route\n| tail 20".to_owned(),
            4 => "metrics\n| where metric.name == \"process.cpu.utilization\"\n| summarize avg(value) by service.name, hop(timestamp, size=1m, every=10s)".to_owned(),
            _ => "spans\n| join kind=inner (logs | where severity == \"ERROR\") on trace.id within 5s\n| summarize dcount(trace.id) by service.name\n| top 5 by dcount_trace_id".to_owned(),
        };
        let step = format!("## Step {block}\n\n```headwater name=step-{block}\n{stages}\n```\n\n");
        lines += step.matches('\n').count();
        text.push_str(&step);
        while lines < (block + 1) * LINES / BLOCKS {
            text.push_str("What to look for, and whom to call when it is *not* there: `checkout` first.\n");
            lines += 1;
        }
    }
    text
}

/// `results`: decorations are drawn by the editor, which is told of blocks and parameters after each edit.
fn capabilities(results: bool) -> Value {
    json!({ "initializationOptions": { "results": results }, "capabilities": {
        "general": { "positionEncodings": ["utf-16"] },
        "textDocument": {
            "completion": { "completionItem": { "snippetSupport": true, "resolveSupport": { "properties": ["documentation"] } } },
        },
    } })
}

/// What was measured, by name.
#[derive(Default)]
struct Times {
    diagnostics: Vec<Duration>,
    completion: Vec<Duration>,
    hover: Vec<Duration>,
    /// All that an editor asks besides, together.
    rest: Vec<Duration>,
}

impl Times {
    fn report(mut self) {
        println!(
            "{:<52} {:>9} {:>9} {:>9}",
            format!("after each of {} keystrokes", self.diagnostics.len()),
            "p50",
            "p99",
            "bound"
        );
        let rows = [
            ("diagnostics", &mut self.diagnostics, "10 ms"),
            ("completion, asked with the keystroke", &mut self.completion, "5 ms"),
            ("hover, asked with the diagnostics", &mut self.hover, "5 ms"),
            ("signature, tokens, hints, lenses, actions, outline", &mut self.rest, "–"),
        ];
        for (name, times, bound) in rows {
            times.sort();
            let at =
                |share: usize| times.get((times.len() * share / 100).min(times.len() - 1)).copied().unwrap_or_default();
            println!("{name:<52} {:>6.2} ms {:>6.2} ms {bound:>9}", millis(at(50)), millis(at(99)));
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Types, and asks what an editor asks; each answer is waited for.
async fn session(editor: &mut Editor, text: &str, times: &mut Times) {
    editor.open(text).await;
    editor.diagnostics().await;
    for block in AT {
        let fence = format!("name=step-{block}\n");
        let start = text.find(&fence).expect("the block") + fence.len();
        let end = start + text[start..].find("\n```").expect("its end");
        let mut line = text[..end].matches('\n').count() as u32;
        let mut column = text[..end].rsplit('\n').next().unwrap_or("").len() as u32;
        // Lines that were typed into blocks above are below none of these: blocks come in order.
        line += AT.iter().filter(|above| **above < block).count() as u32 * TYPED.matches('\n').count() as u32;
        for key in TYPED.chars() {
            let began = Instant::now();
            match key {
                '<' => {
                    editor.change(Some([[line, column - 1], [line, column]]), "").await;
                    column -= 1;
                }
                '\n' => {
                    editor.change(Some([[line, column], [line, column]]), "\n").await;
                    (line, column) = (line + 1, 0);
                }
                key => {
                    editor.change(Some([[line, column], [line, column]]), &key.to_string()).await;
                    column += 1;
                }
            }
            after(editor, began, [line, column], times).await;
        }
    }
}

async fn after(editor: &mut Editor, began: Instant, [line, column]: [u32; 2], times: &mut Times) {
    let document = json!({ "uri": URI });
    let at = json!({ "line": line, "character": column });
    let place = json!({ "textDocument": document, "position": at });
    let asked = Instant::now();
    let completion = editor.ask("textDocument/completion", place.clone()).await;
    editor.response(completion).await;
    // What the editor does with hundreds of items is its own affair.
    times.completion.push(editor.came.duration_since(asked));
    // The answer above may come after them: then the time is the longer of both.
    editor.diagnostics().await;
    times.diagnostics.push(began.elapsed());
    let asked = Instant::now();
    editor.request("textDocument/hover", place.clone()).await;
    times.hover.push(asked.elapsed());
    let asked = Instant::now();
    let visible = json!({ "start": { "line": line.saturating_sub(30), "character": 0 }, "end": { "line": line + 30, "character": 0 } });
    let whole = json!({ "textDocument": document });
    let mut waiting = vec![
        editor.ask("textDocument/signatureHelp", place).await,
        editor.ask("textDocument/semanticTokens/full", whole.clone()).await,
        editor.ask("textDocument/inlayHint", json!({ "textDocument": document, "range": visible })).await,
        editor.ask("textDocument/codeLens", whole.clone()).await,
        editor.ask("textDocument/documentSymbol", whole).await,
    ];
    let here = json!({ "start": at, "end": at });
    let action = json!({ "textDocument": document, "range": here, "context": { "diagnostics": [] } });
    waiting.push(editor.ask("textDocument/codeAction", action).await);
    for id in waiting {
        editor.response(id).await;
    }
    times.rest.push(asked.elapsed());
}

/// The same with the real program: how soon it answers, and what it holds after it.
async fn process(text: &str) {
    let mut initialize = Duration::MAX;
    let mut memory = 0;
    for run in 0..5 {
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_headwater"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let pid = child.id().unwrap_or_default();
        let (mut stdin, mut stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let mut editor = Editor::connect_to(|stream| {
            tokio::spawn(async move {
                let (mut from, mut to) = tokio::io::split(stream);
                let write = async {
                    let _ = tokio::io::copy(&mut from, &mut stdin).await;
                    let _ = stdin.shutdown().await;
                };
                let read = async {
                    let _ = tokio::io::copy(&mut stdout, &mut to).await;
                    let _ = to.shutdown().await;
                };
                // Its output ends with it.
                tokio::select! { () = read => {}, () = async { write.await; std::future::pending().await } => {} }
                let _ = child.wait().await;
            })
        });
        editor.initialize(capabilities(true)).await;
        initialize = initialize.min(began.elapsed());
        if run == 0 {
            session(&mut editor, text, &mut Times::default()).await;
            memory = resident(pid);
        }
        editor.leave().await;
    }
    println!("\n{:<72} {:>9}", "the program", "bound");
    println!("{:<62} {:>6.1} ms {:>9}", "start to the answer of initialize, best of 5", millis(initialize), "30 ms");
    println!("{:<62} {:>5.1} MiB {:>9}", "memory after the session (resident)", memory as f64 / 1024.0, "40 MB");
}

/// KiB; 0 where nobody says.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
