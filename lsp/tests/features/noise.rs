//! What is told while somebody types, letter by letter: of each key it is counted whether a finding shows that the
//! finished text has not, and whether it shows elsewhere than at the cursor. `noise.md` has usual texts besides the
//! runbooks.

use lsp::document::{Change, Document};
use lsp::position::Encoding;
use syntax::{Code, Diagnostic, TextSize};

use crate::corpus;

/// Of a hundred keys.
const AIM: usize = 10;

#[derive(Default, Debug)]
struct Count {
    keys: usize,
    noisy: usize,
    elsewhere: usize,
    /// The first few, for whoever mends them.
    shown: Vec<String>,
}

/// The line of a finding, by its text, and what it is.
fn said(document: &Document, found: &Diagnostic) -> (Code, String) {
    (found.code, document.slice(found.range).to_owned())
}

/// Types `range` of the text into the rest of it.
fn type_in(known: &corpus::Text, text: &str, range: std::ops::Range<usize>, count: &mut Count) {
    let finished = known.with(text.to_owned());
    let right: Vec<_> = finished.diagnostics().iter().map(|found| said(&finished, found)).collect();
    let typed = text[range.clone()].to_owned();
    let without = [&text[..range.start], &text[range.end..]].concat();
    let mut document = known.with(without);
    // What is wrong without what is to be typed was told before.
    let before: Vec<_> = document.diagnostics().iter().map(|found| said(&document, found)).collect();
    for (at, letter) in typed.char_indices() {
        let place = TextSize::try_from(range.start + at).expect("small");
        let place = document.position(place, Encoding::Utf8);
        let change = Change { range: Some((place, place)), text: letter.to_string() };
        document = document.edited(vec![change], 2, Encoding::Utf8);
        let cursor = range.start + at + letter.len_utf8();
        let line = document.line(TextSize::try_from(cursor).expect("small"));
        let told = document.told().iter().filter(|found| {
            let said = said(&document, found);
            !right.contains(&said) && !before.contains(&said)
        });
        let told: Vec<&Diagnostic> = told.collect();
        count.keys += 1;
        count.noisy += usize::from(!told.is_empty());
        let elsewhere = told.iter().find(|found| document.line(found.range.start()) != line);
        count.elsewhere += usize::from(elsewhere.is_some());
        if let Some(found) = elsewhere.or(told.first()).filter(|_| count.shown.len() < 20) {
            let start = document.text()[..cursor].rfind('\n').map_or(0, |end| end + 1);
            count.shown.push(format!("{}: {}|  {}", known.name, &document.text()[start..cursor], found.message));
        }
    }
}

/// Each block's body, and each line of it and of the front matter by itself.
fn type_all(known: &corpus::Text, count: &mut Count) {
    let document = known.document();
    let mut pieces: Vec<std::ops::Range<usize>> = Vec::new();
    for block in &document.analysis().blocks {
        let (start, end) = (usize::from(block.body.start()), usize::from(block.body.end()));
        let body = &known.text[start..end];
        pieces.push(start..start + body.trim_end().len());
        let mut at = start;
        for line in body.split_inclusive('\n') {
            // With its end, as Enter opens a line.
            pieces.push(at..at + line.len());
            at += line.len();
        }
    }
    if let Some(front) = known.text.strip_prefix("---\n").and_then(|rest| rest.split("---\n").next()) {
        let mut at = 4;
        for line in front.split_inclusive('\n') {
            pieces.push(at..at + line.len());
            at += line.len();
        }
    }
    for piece in pieces {
        type_in(known, &known.text, piece, count);
    }
}

fn check(count: &Count) {
    assert!(count.keys > 500, "{} keys", count.keys);
    assert_eq!(count.elsewhere, 0, "elsewhere than at the cursor:\n{}", count.shown.join("\n"));
    assert!(count.noisy * 100 < count.keys * AIM, "{} of {}:\n{}", count.noisy, count.keys, count.shown.join("\n"));
}

#[test]
fn typing_a_runbook_tells_little_that_its_end_does_not() {
    let mut count = Count::default();
    for known in corpus::runbooks() {
        type_all(&known, &mut count);
    }
    check(&count);
}

#[test]
fn typing_usual_texts_tells_little_that_their_end_does_not() {
    let runbook = corpus::runbooks().swap_remove(0);
    let mut count = Count::default();
    for text in include_str!("noise.md").split("<!-- next -->\n") {
        let known = runbook.runbook("noise.md", text);
        type_all(&known, &mut count);
    }
    check(&count);
}

/// What is held back is told once nothing is typed for a moment, and a fix for it is there all the time.
#[test]
fn what_is_held_back_is_not_lost() {
    let known = corpus::runbooks().swap_remove(0);
    let text = "```headwater\nspans\n| where \n```\n";
    let document = known.with(text.to_owned());
    let at = document.position(TextSize::of("```headwater\nspans\n| where "), Encoding::Utf8);
    assert_eq!(document.told().len(), 1, "an opened text is told whole");
    let change = Change { range: Some((at, at)), text: "durration > 1s".to_owned() };
    let typed = document.edited(vec![change], 2, Encoding::Utf8);
    let codes = |found: &[Diagnostic]| found.iter().map(|found| found.code).collect::<Vec<_>>();
    assert_eq!(codes(typed.diagnostics()), [Code::UnknownField]);
    assert_eq!(codes(typed.told()), [Code::UnknownField], "the name was left behind");
    let at = typed.position(TextSize::of("```headwater\nspans\n| where durration > 1s"), Encoding::Utf8);
    let change = Change { range: Some((at, at)), text: " and nam".to_owned() };
    let typed = typed.edited(vec![change], 3, Encoding::Utf8);
    assert_eq!(codes(typed.told()), [Code::UnknownField], "what was told stays");
    assert_eq!(codes(typed.diagnostics()), [Code::UnknownField; 2]);
    typed.settle();
    assert_eq!(codes(typed.told()), [Code::UnknownField; 2], "all, after a moment");
}
