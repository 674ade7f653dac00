//! Whether edits change what a runbook means: its findings, and the checked pipelines of its blocks.

use std::collections::HashMap;

use syntax::analysis::Analysis;
use syntax::pipeline::{Pipeline, StageKind};
use syntax::{Code, Diagnostic, Edit, Severity};

use crate::document::Document;

/// No finding is new, and all blocks have the same pipelines.
pub(super) fn is_kept(document: &Document, edits: &[Edit]) -> bool {
    let Some(after) = analyzed(document, edits) else { return false };
    let before = document.analysis();
    let pairs = before.blocks.iter().zip(&after.blocks);
    before.blocks.len() == after.blocks.len()
        && pairs.into_iter().all(|(old, new)| {
            old.name == new.name && old.pipeline.as_ref().map(told) == new.pipeline.as_ref().map(told)
        })
}

/// No finding is new; what the blocks mean may be.
pub(super) fn is_sound(document: &Document, edits: &[Edit]) -> bool {
    analyzed(document, edits).is_some()
}

/// None where something is found that was not there before. Hints are advice, not findings.
fn analyzed(document: &Document, edits: &[Edit]) -> Option<Analysis> {
    let text = document.with_edits(edits);
    let parse = syntax::parse(&text);
    let analysis = syntax::analyze(&parse, &document.context());
    let mut known = counts(document.diagnostics());
    let found = counts(parse.diagnostics().iter().chain(&analysis.diagnostics));
    found.into_iter().all(|(what, count)| known.remove(&what).unwrap_or(0) >= count).then_some(analysis)
}

fn counts<'a>(found: impl IntoIterator<Item = &'a Diagnostic>) -> HashMap<(Code, &'a str), usize> {
    let mut counts = HashMap::new();
    for found in found.into_iter().filter(|found| found.severity != Severity::Hint) {
        *counts.entry((found.code, found.message.as_str())).or_default() += 1;
    }
    counts
}

/// The pipeline in words, without the places and words in which its parts are written.
fn told(pipeline: &Pipeline) -> String {
    let mut pipeline = pipeline.clone();
    for stage in &mut pipeline.stages {
        if let StageKind::Assert(assert) = &mut stage.kind {
            assert.written = "".into();
        }
    }
    let told = format!("{pipeline:?}");
    let mut parts = told.split("range: ");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        said.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    }
    said
}
