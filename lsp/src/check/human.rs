//! Findings as rustc draws them.

use super::Report;
use crate::cli::Renderer;

/// In the order of files and lines, with an empty line after each.
pub(crate) fn human(report: &Report, renderer: &Renderer) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let (line, column) = (finding.start.line as usize, finding.start.character as usize);
        out.push_str(&renderer.render_at(&finding.path, &finding.text, &finding.diagnostic, line, column));
        out.push_str("\n\n");
    }
    out
}
