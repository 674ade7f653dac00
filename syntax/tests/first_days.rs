//! What people write on their first day, coming from another language: how many of these texts the fixes that are
//! offered make into a pipeline that checks. `first_days/texts.txt` has one a line; `⏎` is a line's end within it.
//! `UPDATE_EXPECT=1` writes what comes of each.

use std::fmt::Write;
use std::path::Path;

use expect_test::expect_file;
use syntax::analysis::Context;
use syntax::source::Sources;
use syntax::{Diagnostic, Fix, Severity};

/// Fixes that are taken one after the other.
const ROUNDS: usize = 6;

/// Of a hundred texts.
const AIM: usize = 90;

fn found(text: &str) -> Vec<Diagnostic> {
    let parse = syntax::parse_query(text);
    let context = Context { sources: Sources::builtin(), ..Context::default() };
    let analysis = syntax::analyze(&parse, &context);
    let mut all: Vec<_> = parse.diagnostics().iter().chain(&analysis.diagnostics).cloned().collect();
    all.sort_by_key(|found| (found.severity, found.range.start()));
    all
}

fn mended(text: &str, fix: &Fix) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.range.start(), edit.range.end())));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(usize::from(edit.range.start())..usize::from(edit.range.end()), &edit.text);
    }
    text
}

/// The text after the first fix of the first error, again and again; and whether nothing is wrong then.
fn all_fixes(text: &str) -> (String, bool) {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let all = found(&text);
        let errors = all.iter().filter(|found| found.severity == Severity::Error);
        let Some(fix) = errors.clone().find_map(|found| found.fixes.first()) else {
            return (text, errors.count() == 0);
        };
        text = mended(&text, fix);
    }
    let right = found(&text).iter().all(|found| found.severity != Severity::Error);
    (text, right)
}

#[test]
fn a_fix_makes_a_pipeline_of_most_first_texts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/first_days");
    let texts = std::fs::read_to_string(folder.join("texts.txt")).expect("they are there");
    let (mut out, mut told, mut mended, mut wrong) = (String::new(), 0, 0, 0);
    for line in texts.lines() {
        // A heading is a word or a few; a text that begins with a comment has more than one line.
        if let Some(heading) = line.strip_prefix("# ").filter(|rest| !rest.contains('⏎')) {
            let _ = writeln!(out, "## {heading}\n");
            continue;
        }
        let text = line.split('⏎').map(str::trim).collect::<Vec<_>>().join("\n");
        let all = found(&text);
        // Some are right as they are, by intent of the language.
        if all.is_empty() {
            let _ = writeln!(out, "{line}\n  is right\n");
            continue;
        }
        told += 1;
        let (after, right) = all_fixes(&text);
        let first = &all[0];
        let _ = writeln!(out, "{line}\n  [{}] {}", first.code.slug(), first.message.replace('\n', " "));
        let after = after.replace('\n', " ⏎ ");
        match (right, all.iter().any(|found| !found.fixes.is_empty())) {
            (true, true) => {
                mended += 1;
                let _ = writeln!(out, "  → {after}\n");
            }
            (true, false) => {
                mended += 1;
                let _ = writeln!(out, "  is told, and runs\n");
            }
            (false, _) => {
                wrong += 1;
                let _ = writeln!(out, "  ✗ {after}\n");
            }
        }
    }
    let _ = writeln!(out, "{mended} of {told} are mended, {wrong} are not");
    expect_file![folder.join("mended.txt")].assert_eq(&out);
    assert!(mended * 100 >= told * AIM, "{mended} of {told}");
}
