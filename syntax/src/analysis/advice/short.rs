//! Windows that are shorter than the time by which their source's events may be late.

use super::Advice;
use crate::Diagnostic;
use crate::pipeline::{ExprKind, StageKind, WindowKind};

/// Sizes that people choose.
const SIZES: [i64; 10] = [1, 2, 5, 10, 30, 60, 300, 600, 1_800, 3_600];

pub(super) fn run(advice: &Advice<'_>, found: &mut Vec<Diagnostic>) {
    // What is read to its end is final then, however long its windows are.
    if advice.source.uri.bounded() {
        return;
    }
    let lateness = advice.source.lateness;
    // The first windows: what comes behind them is in order.
    for stage in &advice.pipeline.stages {
        let StageKind::Summarize(summarize) = &stage.kind else { continue };
        let Some(window) = &summarize.window else { return };
        let Some(key) = summarize.keys.get(window.key) else { return };
        let ExprKind::Field(time) = &key.expr.kind else { return };
        if let WindowKind::Tumbling { size } = window.kind
            && size < lateness
        {
            let longer = SIZES.iter().map(|seconds| seconds * 1_000_000_000).find(|longer| *longer >= 2 * lateness);
            found.push(Diagnostic::short_window(key.expr.range, time, size, &advice.source.name, lateness, longer));
        }
        return;
    }
}
