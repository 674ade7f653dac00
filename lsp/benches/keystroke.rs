//! One keystroke in a runbook of 10,000 lines with 500 blocks, as the language server meets it: the edit,
//! the parse, the analysis and its diagnostics; then what is asked of the new text.
//!
//! `cargo bench -p headwater --bench keystroke`

use std::sync::Arc;

use lsp::document::{Change, Document};
use lsp::features::{completion, diagnostics, hover};
use lsp::position::{Encoding, Position};
use syntax::TextSize;
use syntax::analysis::Context;
use syntax::source::Sources;

const BLOCKS: usize = 500;
const LINES: usize = 10_000;

fn main() {
    divan::main();
}

fn runbook() -> Document {
    let mut text = String::new();
    for block in 0..BLOCKS {
        text.push_str(&format!(
            "## Step {block}\n\n```headwater name=step-{block}\nspans\n\
             | where service.name == \"checkout\" and http.response.status_code >= 500\n\
             | where duration > 250ms\n\
             | summarize errors = count(), p99 = percentile(duration, 99) by cloud.region, bin(timestamp, 10s)\n\
             | render timechart\n```\n\n"
        ));
        while text.lines().count() < (block + 1) * LINES / BLOCKS {
            text.push_str("What to look for, and whom to call when it is not there.\n");
        }
    }
    let context = Arc::new(Context { sources: Sources::builtin(), ..Context::default() });
    Document::new(text, 1, move || context.clone())
}

/// A letter typed in the middle of the document, in a block.
fn typed(document: &Document) -> Document {
    let middle = document.text().len() / 2;
    let word = document.text()[middle..].find("duration > ").expect("a block") + middle;
    let Position { line, character } = document.position(TextSize::new(word as u32), Encoding::Utf16);
    let at = Position { line, character: character + 4 };
    document.edited(vec![Change { range: Some((at, at)), text: "x".to_owned() }], 2, Encoding::Utf16)
}

#[divan::bench]
fn edit_to_diagnostics(bencher: divan::Bencher<'_, '_>) {
    let document = runbook();
    bencher.bench_local(|| diagnostics::diagnostics(&typed(&document)).len());
}

#[divan::bench]
fn edit_alone(bencher: divan::Bencher<'_, '_>) {
    let document = runbook();
    bencher.bench_local(|| typed(&document).text().len());
}

#[divan::bench]
fn completion_of_the_read_text(bencher: divan::Bencher<'_, '_>) {
    let (document, cursor) = read();
    bencher.bench_local(|| completion::completion(&document, cursor, None).map(|found| found.items.len()));
}

#[divan::bench]
fn hover_of_the_read_text(bencher: divan::Bencher<'_, '_>) {
    let (document, cursor) = read();
    bencher
        .bench_local(|| hover::hover(&document, cursor, &hover::Around::default()).map(|found| found.markdown.len()));
}

/// As it is once the diagnostics are published, and a place in its middle.
fn read() -> (Document, TextSize) {
    let document = runbook();
    document.analysis();
    let middle = document.text().len() / 2;
    let word = document.text()[middle..].find("duration > ").expect("a block") + middle;
    (document, TextSize::new(word as u32 + 3))
}
