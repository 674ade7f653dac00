//! From text to tree, to checked pipelines and to the formatter's edits: a runbook of 80 KiB, and one of 10,000 lines with 500 blocks.

use divan::counter::BytesCount;

fn main() {
    divan::main();
}

const BLOCK: &str = r#"
## What fails, and where

The share of requests that fail, in percent. *Slow first and failing later* is the usual course when a dependency
runs out of connections; see the `payment` service's pool, and [its dashboard](https://example.com/payment).

- one region: look at its deploys, its database, its network;
- all regions: look at what they share.

```headwater name=errors
let requests = spans | where service.name == "checkout" and kind == "server";
requests
| where http.response.status_code >= 500 or duration > 500ms  // slow or failed
| extend paying = customer.tier in ("gold", "platinum")
| summarize errors = count(), p99 = percentile(duration, 99) by cloud.region, paying, bin(timestamp, 10s)
| sort by errors desc
| render timechart with (title="Errors", xcolumn=timestamp)
```
"#;

/// Of this many bytes at least.
fn runbook(bytes: usize) -> String {
    BLOCK.repeat(bytes.div_ceil(BLOCK.len()))
}

/// 500 blocks of ten lines within ten lines of prose each.
fn long() -> String {
    BLOCK.repeat(500)
}

#[divan::bench]
fn parse_80_kib(bencher: divan::Bencher<'_, '_>) {
    let text = runbook(80 << 10);
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::parse(divan::black_box(&text)));
}

#[divan::bench]
fn parse_10_000_lines(bencher: divan::Bencher<'_, '_>) {
    let text = long();
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::parse(divan::black_box(&text)));
}

/// What a keystroke costs.
#[divan::bench]
fn parse_and_analyze_80_kib(bencher: divan::Bencher<'_, '_>) {
    let text = runbook(80 << 10);
    let context = syntax::analysis::Context { sources: syntax::source::Sources::builtin(), ..Default::default() };
    let analyze = || syntax::analyze(&syntax::parse(divan::black_box(&text)), &context);
    bencher.counter(BytesCount::of_str(&text)).bench(analyze);
}

#[divan::bench]
fn format_80_kib(bencher: divan::Bencher<'_, '_>) {
    let text = runbook(80 << 10);
    let parse = syntax::parse(&text);
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::format(divan::black_box(&parse)));
}

#[divan::bench]
fn parse_query(bencher: divan::Bencher<'_, '_>) {
    let text = r#"spans | where service.name == "checkout" and duration > 500ms | tail 10"#;
    bencher.bench(|| syntax::parse_query(divan::black_box(text)));
}

/// Forty names that each stand for twice the one above: refused where it becomes too much.
#[divan::bench]
fn names_that_double() {
    let levels: String = (1..=40).map(|level| format!("let l{level} = strcat(l{0}, l{0});\n", level - 1)).collect();
    let text = format!("```headwater\nlet l0 = \"x\";\n{levels}spans | extend y = l40\n```\n");
    let context = syntax::analysis::Context { sources: syntax::source::Sources::builtin(), ..Default::default() };
    divan::black_box(syntax::analyze(&syntax::parse(&text), &context));
}
