//! Findings as SARIF 2.1.0, for code scanning. Fingerprints are made of block and code, not of lines, so
//! that a finding stays the same one when text above it changes.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use syntax::Severity;

use super::{Finding, Report};
use crate::features::diagnostics::message;

pub(crate) fn sarif(report: &Report) -> String {
    let rules: BTreeSet<&str> = report.findings.iter().map(|finding| finding.diagnostic.code.slug()).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let prints = fingerprints(report);
    let results: Vec<Value> =
        report.findings.iter().zip(&prints).map(|(finding, print)| result(finding, print, &rules)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "headwater",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| json!({
                    "id": rule,
                    "shortDescription": { "text": rule.replace('-', " ") },
                })).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "invocations": [{
                "executionSuccessful": report.failures.is_empty(),
                "toolExecutionNotifications": report.failures.iter().map(|failure| json!({
                    "level": "error",
                    "message": { "text": failure },
                })).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    // A tree of strings and numbers: it cannot fail.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// What makes each finding the same one in another version of its text.
pub(super) fn fingerprints(report: &Report) -> Vec<String> {
    let mut seen: HashMap<(&str, &str, &str), usize> = HashMap::new();
    let print = |finding: &Finding| {
        let code = finding.diagnostic.code.slug();
        let block = finding.block.as_deref().unwrap_or_default();
        format!("{}#{block}/{code}", finding.path)
    };
    let each = report.findings.iter().map(|finding| {
        let code = finding.diagnostic.code.slug();
        // The same finding twice in a block is told apart by its order.
        let ordinal = seen.entry((&finding.path, finding.block.as_deref().unwrap_or_default(), code)).or_default();
        *ordinal += 1;
        format!("{}/{ordinal}", print(finding))
    });
    each.collect()
}

fn result(finding: &Finding, fingerprint: &str, rules: &[&str]) -> Value {
    let diagnostic = &finding.diagnostic;
    let code = diagnostic.code.slug();
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    };
    json!({
        "ruleId": code,
        "ruleIndex": rules.iter().position(|rule| *rule == code),
        "level": level,
        "message": { "text": message(diagnostic) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&finding.path) },
                "region": {
                    "startLine": finding.start.line,
                    "startColumn": finding.start.utf16,
                    "endLine": finding.end.line,
                    "endColumn": finding.end.utf16,
                },
            },
            "logicalLocations": finding.block.iter().map(|block| json!({ "name": block })).collect::<Vec<_>>(),
        }],
        "partialFingerprints": { "headwater/v1": fingerprint },
    })
}

/// A relative reference, or a file's address where the path is absolute.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uri_references() {
        assert_eq!(uri("runbooks/a b:c.md"), "runbooks/a%20b%3Ac.md");
        assert_eq!(uri("/tmp/é.md"), "file:///tmp/%C3%A9.md");
    }
}
