//! Findings as GitHub's workflow commands, which become annotations at the lines of a pull request.

use std::fmt::Write;

use syntax::Severity;

use super::{Finding, Report};
use crate::features::diagnostics::message;

/// GitHub shows so many of each severity a step, so the worst come first.
const SHOWN: usize = 10;

/// Findings in a job's summary at most.
const SUMMARIZED: usize = 1_000;

pub(crate) fn github(report: &Report) -> String {
    let mut out = String::new();
    // Nothing is known of what could not be read, so that comes before the findings of the rest.
    for failure in &report.failures {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "::error title=headwater::{}", data(failure));
    }
    let mut shown = report.failures.len();
    for (severity, command, plural) in
        [(Severity::Error, "error", "errors"), (Severity::Warning, "warning", "warnings")]
    {
        let findings: Vec<&Finding> =
            report.findings.iter().filter(|finding| finding.diagnostic.severity == severity).collect();
        let room = SHOWN.saturating_sub(std::mem::take(&mut shown));
        for finding in findings.iter().take(room) {
            let _ = writeln!(
                out,
                "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
                property(&finding.path),
                finding.start.line,
                finding.start.character,
                finding.end.line,
                finding.end.character,
                property(&title(finding)),
                data(&message(&finding.diagnostic)),
            );
        }
        if findings.len() > room {
            let more = findings.len() - room;
            let _ = writeln!(out, "{more} more {plural}: run `headwater check` to see all of them");
        }
    }
    out
}

/// The same as Markdown, for the job's page.
pub(crate) fn step_summary(report: &Report) -> String {
    let mut out = format!("### headwater check\n\n{}\n", report.summary());
    if !report.findings.is_empty() {
        out.push_str("\n| where | block | what |\n|---|---|---|\n");
    }
    for finding in report.findings.iter().take(SUMMARIZED) {
        let cell = |text: &str| syntax::visible(text).replace('|', "\\|").replace('<', "&lt;");
        let block = finding.block.as_deref().unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| {}:{} | {} | {} `{}` |",
            cell(&finding.path),
            finding.start.line,
            cell(block),
            cell(&finding.diagnostic.message),
            finding.diagnostic.code.slug()
        );
    }
    if report.findings.len() > SUMMARIZED {
        let _ = writeln!(out, "\n… {} more", report.findings.len() - SUMMARIZED);
    }
    for failure in &report.failures {
        let _ = writeln!(out, "\n- {}", syntax::visible(failure));
    }
    out
}

fn title(finding: &Finding) -> String {
    let code = finding.diagnostic.code.slug();
    finding.block.as_deref().map_or_else(|| code.to_owned(), |block| format!("{code} in {block}"))
}

/// A log shows what is written to it: nothing hidden reaches it but the ends of lines.
pub(crate) fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| syntax::visible(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

pub(crate) fn property(text: &str) -> String {
    data(&syntax::visible(text)).replace(':', "%3A").replace(',', "%2C")
}
