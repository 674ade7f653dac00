//! Findings as GitLab's Code Quality report: a list in the format of Code Climate.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use syntax::Severity;

use super::{Finding, Report, sarif};
use crate::features::diagnostics::message;

pub(crate) fn gitlab(report: &Report) -> String {
    let prints = sarif::fingerprints(report);
    let issues: Vec<Value> =
        report.findings.iter().zip(&prints).map(|(finding, print)| issue(finding, print)).collect();
    // A tree of strings and numbers: it cannot fail.
    serde_json::to_string_pretty(&issues).unwrap_or_default() + "\n"
}

fn issue(finding: &Finding, print: &str) -> Value {
    let severity = match finding.diagnostic.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Hint => "info",
    };
    let print: String = Sha256::digest(print.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "description": message(&finding.diagnostic),
        "check_name": finding.diagnostic.code.slug(),
        "fingerprint": print,
        "severity": severity,
        "location": {
            "path": finding.path,
            "lines": { "begin": finding.start.line, "end": finding.end.line },
        },
    })
}
