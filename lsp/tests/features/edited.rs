//! A text that was edited is the same as one that was opened: whatever was taken over from the texts before it,
//! and whether anybody looked at those.

use lsp::document::{Change, Document};
use lsp::position::{Encoding, Position};
use proptest::prelude::*;
use syntax::TextSize;

use crate::{corpus, document};

/// What is put in the place of what was there.
const PUT: [&str; 14] =
    ["", "", "x", "|", "\n", "ü", "\"", "```\n", "let a = spans;\n", "a", "| where a == 1\n", "# B\n", ";", "  "];

/// Where and how much, as shares of what there is; what is put there; whether somebody reads the text then.
type Step = (prop::sample::Index, usize, &'static str);

fn change(document: &Document, text: &mut String, (place, length, put): Step) -> Change {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let from = place.index(places.len());
    let range = [places[from], places[(from + length).min(places.len() - 1)]];
    // Places count in the text that the changes before have left.
    let now = document.edited(vec![Change { range: None, text: text.clone() }], 0, Encoding::Utf16);
    let [start, end] = range.map(|at| now.position(TextSize::try_from(at).expect("small"), Encoding::Utf16));
    text.replace_range(range[0]..range[1], put);
    Change { range: Some((start, end)), text: put.to_owned() }
}

fn said(document: &Document) -> String {
    let analysis = document.analysis();
    format!("{:#?}\n{:#?}\n{:#?}", document.diagnostics(), analysis.resolutions, analysis.blocks)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_edited_text_reads_as_one_that_was_opened(
        text in prop::sample::select(corpus::runbooks().into_iter().map(|known| known.text).collect::<Vec<String>>()),
        edits in prop::collection::vec(
            (prop::collection::vec((any::<prop::sample::Index>(), 0..6usize, prop::sample::select(PUT.to_vec())), 1..4), any::<bool>()),
            1..6,
        ),
    ) {
        let mut text = text;
        let mut edited = document(&text);
        for (steps, read) in edits {
            let changes = steps.into_iter().map(|step| change(&edited, &mut text, step)).collect();
            edited = edited.edited(changes, 2, Encoding::Utf16);
            prop_assert_eq!(edited.text(), &text);
            if read {
                prop_assert!(said(&edited) == said(&document(&text)), "of\n{}", text);
            }
        }
        prop_assert!(said(&edited) == said(&document(&text)), "of\n{}", text);
    }
}

#[test]
fn a_context_that_has_changed_is_read_anew() {
    let text = "```headwater\nspans | where name == \"a\"\n```\n";
    let known = document(text);
    assert!(known.diagnostics().is_empty());
    let reread = known.reread();
    assert_eq!(said(&reread), said(&known));
    let end = Position { line: 1, character: 0 };
    let edited =
        reread.edited(vec![Change { range: Some((end, end)), text: "missing_".to_owned() }], 2, Encoding::Utf16);
    assert_eq!(edited.diagnostics().len(), 1, "{:?}", edited.diagnostics());
}
