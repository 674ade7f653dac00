//! What became of tests: for a reader, for GitHub, for CI servers (JUnit XML) and for programs (JSON).

use std::fmt::Write;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use super::{Difference, Line, Outcome, Tested, Verdict};
use crate::cli::{Tone, paint};
use crate::results::value;

const SIDES: [&str; 2] = ["expected", "came"];

/// One line a test, and what differs under those that failed.
pub(crate) fn human(tested: &Tested, colors: bool) -> String {
    let mut out = String::new();
    for outcome in &tested.outcomes {
        let (word, tone) = match outcome.verdict {
            Verdict::Passed(_) => ("ok", Tone::Note),
            Verdict::Updated => ("updated", Tone::Warning),
            Verdict::Failed(_) | Verdict::Broken(_) => ("FAILED", Tone::Error),
        };
        let word = paint(&format!("{word:7}"), tone, colors);
        let place = syntax::visible(&tested.path).into_owned();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{word} {place}:{} {}{}", outcome.line, syntax::visible(&outcome.block), read(outcome));
        let detail = match &outcome.verdict {
            Verdict::Passed(_) | Verdict::Updated => continue,
            Verdict::Broken(why) => format!("{}\n", syntax::visible(why)),
            Verdict::Failed(difference) => drawn(difference, SIDES),
        };
        for line in detail.lines() {
            let tone = match line.chars().next() {
                Some('-') => Some(Tone::Error),
                Some('+') => Some(Tone::Note),
                _ => None,
            };
            let line = tone.map_or_else(|| line.to_owned(), |tone| paint(line, tone, colors));
            let _ = writeln!(out, "        {line}");
        }
    }
    out
}

fn read(outcome: &Outcome) -> String {
    let rows = match outcome.verdict {
        Verdict::Passed(1) => "1 row, ".to_owned(),
        Verdict::Passed(rows) => format!("{} rows, ", value::count(rows as u64)),
        _ => String::new(),
    };
    if outcome.events == 0 { String::new() } else { format!(" ({rows}{} events)", value::count(outcome.events)) }
}

/// As a table; what `-` and `+` mean is said below it.
pub(crate) fn drawn(difference: &Difference, [minus, plus]: [&str; 2]) -> String {
    let cells = |line: &Line| match line {
        Line::Same(cells) | Line::Missing(cells) | Line::Extra(cells) => {
            cells.iter().map(|cell| syntax::visible(cell).into_owned()).collect()
        }
        Line::Skipped(_) => Vec::new(),
    };
    let header: Vec<String> = difference.columns.iter().map(|name| syntax::visible(name).into_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(difference.lines.iter().map(cells)).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..difference.columns.len()).map(|column| width(column).unwrap_or(0)).collect();
    let line = |mark: char, cells: &[String]| {
        let cells =
            cells.iter().zip(&widths).map(|(cell, width)| format!(" {cell}{} |", " ".repeat(width - cell.width())));
        format!("{mark} |{}\n", cells.collect::<String>())
    };
    let mut out = line(' ', &rows[0]);
    for (shown, cells) in difference.lines.iter().zip(&rows[1..]) {
        out.push_str(&match shown {
            Line::Same(_) => line(' ', cells),
            Line::Missing(_) => line('-', cells),
            Line::Extra(_) => line('+', cells),
            Line::Skipped(count) => format!("  … {} the same\n", value::count(*count as u64)),
        });
    }
    if difference.more > 0 {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  … {} more differ", value::count(difference.more as u64));
    }
    // Writing to a String cannot fail.
    let _ = writeln!(out, "- {minus}  + {plus}");
    out
}

/// Why a test is bad, in one text.
fn reason(outcome: &Outcome) -> Option<(&'static str, String)> {
    match &outcome.verdict {
        Verdict::Passed(_) | Verdict::Updated => None,
        Verdict::Failed(difference) => Some(("other rows came than were expected", drawn(difference, SIDES))),
        Verdict::Broken(why) => Some(("there is no answer to compare", syntax::visible(why).into_owned())),
    }
}

/// Annotations at the tests that failed.
pub(crate) fn github(tested: &[Tested]) -> String {
    let mut out = String::new();
    for (runbook, outcome) in each(tested) {
        let Some((what, detail)) = reason(outcome) else { continue };
        let title = format!("test of {}", outcome.block);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "::error file={},line={},title={}::{}",
            crate::check::property(&runbook.path),
            outcome.line,
            crate::check::property(&title),
            crate::check::data(&format!("{what}\n{detail}"))
        );
    }
    out
}

pub(crate) fn junit(tested: &[Tested]) -> Result<String, String> {
    let mut report = Report::new("headwater");
    for runbook in tested {
        let mut suite = TestSuite::new(runbook.path.as_str());
        for outcome in &runbook.outcomes {
            let status = match reason(outcome) {
                None => TestCaseStatus::success(),
                Some((what, detail)) => {
                    let kind = match outcome.verdict {
                        Verdict::Broken(_) => NonSuccessKind::Error,
                        _ => NonSuccessKind::Failure,
                    };
                    let mut status = TestCaseStatus::non_success(kind);
                    status.set_message(what).set_description(detail);
                    status
                }
            };
            let mut case = TestCase::new(format!("{} (line {})", outcome.block, outcome.line), status);
            case.set_classname(runbook.path.as_str()).set_time(Duration::from_secs_f64(outcome.seconds.max(0.0)));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| format!("cannot write JUnit XML: {error}"))
}

pub(crate) fn json(tested: &[Tested], failures: &[String]) -> String {
    let tests: Vec<_> = each(tested)
        .map(|(runbook, outcome)| {
            let verdict = match outcome.verdict {
                Verdict::Passed(_) => "passed",
                Verdict::Failed(_) => "failed",
                Verdict::Broken(_) => "broken",
                Verdict::Updated => "updated",
            };
            json!({
                "path": runbook.path,
                "line": outcome.line,
                "block": outcome.block,
                "verdict": verdict,
                "events": outcome.events,
                "seconds": outcome.seconds,
                "message": reason(outcome).map(|(what, detail)| format!("{what}\n{detail}")),
            })
        })
        .collect();
    // A tree of strings and numbers: it cannot fail.
    serde_json::to_string_pretty(&json!({ "tests": tests, "failures": failures })).unwrap_or_default() + "\n"
}

fn each(tested: &[Tested]) -> impl Iterator<Item = (&Tested, &Outcome)> {
    tested.iter().flat_map(|runbook| runbook.outcomes.iter().map(move |outcome| (runbook, outcome)))
}
