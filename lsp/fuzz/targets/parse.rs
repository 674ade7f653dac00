//! A tree is its text; an edit gives what reading from the start gives: the same tree and the same findings. What is said
//! is no more than a text of that length can need.

use syntax::analysis::{Analysis, analyze_after};
use syntax::{Parse, TextRange, TextSize};

use super::{CONTEXT, sound, text};

pub(crate) fn parse(data: &[u8]) {
    let (text, mut choices) = text(data);
    assert_eq!(syntax::parse_query(&text).text(), text, "a query's tree is not its text");
    let parse = syntax::parse(&text);
    assert_eq!(parse.text(), text, "the tree is not the text");
    let analysis = syntax::analyze(&parse, &CONTEXT);
    bounded(&text, &parse, &analysis);

    let (from, length) = (choices.place(&text), choices.below(12));
    let to = (from..=text.len()).filter(|at| text.is_char_boundary(*at)).nth(length).unwrap_or(text.len());
    let (begin, length) = (choices.place(&text), choices.below(12));
    let put: String = text[begin..].chars().take(length).collect();
    let edited = format!("{}{put}{}", &text[..from], &text[to..]);
    let size = |at: usize| TextSize::try_from(at).expect("inputs are small");
    let again = parse.edited(&edited, TextRange::new(size(from), size(to)), size(put.len()));
    let whole = syntax::parse(&edited);
    assert_eq!(again, whole, "{put:?} at {from}..{to} gives another tree");
    let after = analyze_after(analysis, &again, &CONTEXT);
    let fresh = syntax::analyze(&whole, &CONTEXT);
    assert_eq!(after.diagnostics, fresh.diagnostics, "{put:?} at {from}..{to} gives other findings");
    bounded(&edited, &again, &after);
}

/// Findings, and the parts of what a text means, by its length.
fn bounded(text: &str, parse: &Parse, analysis: &Analysis) {
    sound(text, parse.diagnostics());
    sound(text, &analysis.diagnostics);
    let starts = parse.diagnostics().iter().map(|found| found.range.start());
    assert!(starts.is_sorted(), "findings are not in the order of the text");
    let most = text.len() * 2 + 16;
    assert!(parse.diagnostics().len() <= most && analysis.diagnostics.len() <= most, "too many findings");
    assert!(analysis.resolutions.len() <= most, "too many names");
    let stages = analysis.blocks.iter().map(|block| block.stages.len()).sum::<usize>();
    assert!(stages <= most, "too many stages");
}
