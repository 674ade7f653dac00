//! Findings as JSON, for programs: one document, places from 1, edits as byte offsets.

use serde::Serialize;

use super::{Finding, Report, Spot};
use crate::results::severity_word;

#[derive(Serialize)]
struct Document<'a> {
    files: usize,
    findings: Vec<Item<'a>>,
    failures: &'a [String],
}

#[derive(Serialize)]
struct Item<'a> {
    path: &'a str,
    block: Option<&'a str>,
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    because: Option<&'a str>,
    help: Option<&'a str>,
    start: Place,
    end: Place,
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

pub(crate) fn json(report: &Report) -> String {
    let document = Document {
        files: report.files,
        findings: report.findings.iter().map(item).collect(),
        failures: &report.failures,
    };
    // Plain data without maps: it cannot fail.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn item(finding: &Finding) -> Item<'_> {
    let diagnostic = &finding.diagnostic;
    let place = |spot: Spot| Place { line: spot.line, column: spot.character };
    Item {
        path: &finding.path,
        block: finding.block.as_deref(),
        code: diagnostic.code.slug(),
        severity: severity_word(diagnostic.severity),
        message: &diagnostic.message,
        because: diagnostic.because.as_deref(),
        help: diagnostic.help.as_deref(),
        start: place(finding.start),
        end: place(finding.end),
        fixes: diagnostic.fixes.iter().map(fix).collect(),
    }
}

fn fix(fix: &syntax::Fix) -> Fix<'_> {
    let edit = |edit: &'_ syntax::Edit| (u32::from(edit.range.start()), u32::from(edit.range.end()));
    Fix {
        title: &fix.title,
        edits: fix
            .edits
            .iter()
            .map(|each| {
                let (start, end) = edit(each);
                Edit { start, end, text: &each.text }
            })
            .collect(),
    }
}
