//! Whatever an editor asks at a place of a text has an answer whose places are in the text, and whose edits can be made.

use lsp::document::Document;
use lsp::features::hover::{Around, hover};
use lsp::features::signature::{Asked, signature};
use lsp::features::{
    actions, completion, cost, definition, folding, formatting, hints, lenses, links, looking, outline, references,
    rename, selection, symbols, tokens, typing,
};
use lsp::position::Encoding;
use syntax::analysis::Settings;
use syntax::{Edit, TextRange, TextSize};

use super::{CONTEXT, sound, text};

pub(crate) fn places(data: &[u8]) {
    let (text, mut choices) = text(data);
    let document = document(text);
    sound(document.text(), document.diagnostics());
    for _ in 0..3 {
        let at = choices.place(document.text());
        let cursor = TextSize::new(at as u32);
        asked_at(&document, cursor);
        let new = ["x", "`a b`", "spans", "where", "a.b", "", "é"][choices.below(7)];
        if let Ok(edits) = rename::rename(&document, cursor, new) {
            mended(&document, edits);
        }
        let to = choices.place(document.text());
        let range = TextRange::new(cursor.min(TextSize::new(to as u32)), cursor.max(TextSize::new(to as u32)));
        for action in actions::actions(&document, range, |_| true) {
            mended(&document, action.edits);
        }
        mended(&document, formatting::formatting(&document, Some(range)));
    }
    asked_of_all(&document);
}

fn document(text: String) -> Document {
    Document::new(text, 1, || CONTEXT.clone())
}

fn inside(document: &Document, range: TextRange) {
    let place = usize::from(range.start())..usize::from(range.end());
    assert!(document.text().get(place).is_some(), "{range:?} is not in the text");
    for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
        let position = document.position(range.start(), encoding);
        let back = document.offset(position, encoding);
        // Behind what ends a line there is no place of its own.
        assert!(back <= range.start(), "{:?} of {encoding:?} is {back:?}, not {:?}", position, range.start());
    }
}

/// The edits can be made, and what comes of them can be read.
fn mended(document: &Document, edits: Vec<Edit>) {
    edits.iter().for_each(|edit| inside(document, edit.range));
    let text = document.with_edits(&edits);
    let after = self::document(text);
    sound(after.text(), after.diagnostics());
}

fn asked_at(document: &Document, cursor: TextSize) {
    if let Some(offered) = completion::completion(document, cursor, None) {
        inside(document, offered.replace);
    }
    hover(document, cursor, &Around::default()).iter().for_each(|hover| inside(document, hover.range));
    definition::definition(document, cursor).iter().for_each(|found| inside(document, found.origin));
    references::references(document, cursor).iter().for_each(|found| inside(document, found.range));
    if let Ok(found) = rename::prepare(document, cursor) {
        inside(document, found.range);
    }
    selection::selections(document, cursor).into_iter().for_each(|range| inside(document, range));
    signature(document, cursor, Asked::Explicitly);
    links::at(document, cursor);
    looking::look(document, cursor);
    for typed in ["|", "\n", "}"] {
        mended(document, typing::typed(document, cursor, typed));
    }
}

fn asked_of_all(document: &Document) {
    hints::hints(document, TextRange::up_to(document.end()));
    lenses::lenses(document, |_| lenses::Stand::default());
    links::links(document).iter().for_each(|link| inside(document, link.range));
    outline::outline(document, &Settings::default());
    symbols::symbols(document).iter().for_each(|symbol| inside(document, symbol.range));
    folding::folds(document).iter().for_each(|fold| inside(document, fold.range));
    tokens::tokens(document, None).iter().for_each(|token| inside(document, token.range));
    for block in &document.analysis().blocks {
        cost::cost(document, block, false);
    }
    mended(document, formatting::formatting(document, None));
}
