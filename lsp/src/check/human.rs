//! Findings as rustc draws them.

use super::Report;
use crate::cli::Renderer;

/// In the order of files and lines, with an empty line after each.
pub(crate) fn human(report: &Report, renderer: &Renderer) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        out.push_str(&renderer.render(&finding.path, &finding.text, &finding.diagnostic));
        out.push_str("\n\n");
    }
    out
}
