//! What is written at the end of lines does not flash while somebody types.

use lsp::document::{Change, Document};
use lsp::features::hints;
use lsp::position::Encoding;
use syntax::{TextRange, TextSize};

use crate::document;

/// The hints of each line.
fn shown(document: &Document) -> Vec<(u32, String)> {
    let all = hints::hints(document, TextRange::up_to(document.end()));
    all.into_iter().map(|hint| (document.line(hint.at), hint.text)).collect()
}

fn typed(document: &Document, behind: &str, text: &str) -> Document {
    let at = document.text().find(behind).expect("it is there") + behind.len();
    let at = document.position(TextSize::new(at as u32), Encoding::Utf8);
    document.edited(vec![Change { range: Some((at, at)), text: text.to_owned() }], 2, Encoding::Utf8)
}

#[test]
fn the_line_that_is_written_has_no_hint_nor_what_depends_on_it() {
    let text = "```headwater\nspans\n| extend a = 1\n| extend b = 2\n| extend c = 3\n```\n";
    let opened = document(text);
    let lines = |document: &Document| shown(document).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(lines(&opened), [2, 3, 4]);
    let whole = typed(&opened, "b = 2", "2");
    assert_eq!(lines(&whole), [2, 4], "the others are right as they are");
    let broken = typed(&whole, "b = 22", " +");
    assert_eq!(lines(&broken), [2], "those behind it are of what is half written");
    assert_eq!(shown(&broken), [(2, "→ a: long".to_owned())]);
    let elsewhere = typed(&typed(&broken, "b = 22 +", " 1"), "c = 3", "3");
    assert_eq!(lines(&elsewhere), [2, 3]);
}
