//! Characters that nobody sees, put between the tokens of runbooks and configurations: marks of byte order, returns without
//! a line feed, spaces that do not break, letters of several characters and of four bytes. Whatever is asked beside one
//! has an answer, and each answer's places are in the text, on characters' bounds.

use lsp::document::{Document, with_edits};
use lsp::features::config::{completion as keys, hover as key_hover, symbols as tables};
use lsp::features::signature::{self, Asked};
use lsp::features::{
    actions, completion, definition, diagnostics, folding, formatting, hints, hover, lenses, references, rename,
    selection, symbols, tokens, typing,
};
use lsp::position::Encoding;
use syntax::{Diagnostic, TextRange, TextSize};

use crate::corpus;

const ODD: [&str; 8] = ["\u{feff}", "\r", "\u{a0}", "e\u{301}", "\u{301}", "𝒳", "\u{2028}", "\0"];

/// Of the places between tokens one in so many; each text begins with another one.
const STEP: usize = 11;

#[test]
fn runbooks() {
    let mut turn = 0;
    for text in corpus::corpus() {
        let plain = text.document();
        let all = plain.parse().root();
        let all = syntax::ast::AstNode::syntax(&all).descendants_with_tokens();
        let ends = all.filter_map(|it| it.into_token()).map(|token| usize::from(token.text_range().end()));
        let places: Vec<usize> = std::iter::once(0).chain(ends).collect();
        for at in places.iter().skip(turn % STEP).step_by(STEP) {
            turn += 1;
            let odd = ODD[turn % ODD.len()];
            let (before, after) = text.text.split_at(*at);
            ask(&text.with(format!("{before}{odd}{after}")), *at, odd.len());
        }
    }
    assert!(turn > 2_000, "{turn} places");
}

/// All that an editor asks, right before and behind the character.
fn ask(document: &Document, at: usize, length: usize) {
    let inside = |range: TextRange| {
        let place = usize::from(range.start())..usize::from(range.end());
        assert!(document.text().get(place).is_some(), "{range:?} is not in {:?}", document.text());
    };
    found(document, document.diagnostics());
    for cursor in [at, at + length] {
        let cursor = TextSize::new(cursor as u32);
        if let Some(offered) = completion::completion(document, cursor, None) {
            inside(offered.replace);
        }
        hover::hover(document, cursor, &hover::Around::default()).iter().for_each(|hover| inside(hover.range));
        definition::definition(document, cursor).iter().for_each(|found| inside(found.origin));
        references::references(document, cursor).iter().for_each(|found| inside(found.range));
        let _ = rename::prepare(document, cursor);
        selection::selections(document, cursor).into_iter().for_each(inside);
        signature::signature(document, cursor, Asked::Explicitly);
        for typed in ["|", "\n", "}"] {
            typing::typed(document, cursor, typed).iter().for_each(|edit| inside(edit.range));
        }
        for action in actions::actions(document, TextRange::empty(cursor), |_| true) {
            action.edits.iter().for_each(|edit| inside(edit.range));
            with_edits(document.text(), action.edits);
        }
    }
    let all = TextRange::up_to(document.end());
    hints::hints(document, all);
    lenses::lenses(document, |_| lenses::Stand::default());
    symbols::symbols(document).iter().for_each(|symbol| inside(symbol.range));
    folding::folds(document).iter().for_each(|fold| inside(fold.range));
    tokens::tokens(document, None).iter().for_each(|token| inside(token.range));
    let edits = formatting::formatting(document, None);
    edits.iter().for_each(|edit| inside(edit.range));
    with_edits(document.text(), edits);
}

fn found(document: &Document, found: &[Diagnostic]) {
    let inside = |range: TextRange| {
        let place = usize::from(range.start())..usize::from(range.end());
        assert!(document.text().get(place).is_some(), "{range:?} is not in {:?}", document.text());
        for place in [range.start(), range.end()] {
            document.position(place, Encoding::Utf16);
        }
    };
    for found in found {
        assert!(found.code != syntax::Code::InternalError, "a check panicked on {:?}", document.text());
        inside(found.range);
        diagnostics::message(found);
        diagnostics::related(document, found).iter().for_each(|(range, _)| inside(*range));
        for fix in &found.fixes {
            fix.edits.iter().for_each(|edit| inside(edit.range));
            with_edits(document.text(), fix.edits.iter().cloned());
        }
    }
}

/// Each kind of value, and each kind of mistake; tables and keys that are there twice.
const CONFIG: &str = "# shop\n[sources.a]\nuri = \"demo:shop?seed=7\"\nlateness = \"2s\"\nfields.b = { type = \"long\", values = [\"x\", \"y\"] }\n\
    \n[sources.a]\nuri = \"demo:shop\"\nuri = \"demo:shop\"\nowner = team\n\n[sources.é]\nuri = \"file:é.jsonl?follow=true\"\n\
    timestamp = 'zeit'\nfields.http.method = \"string\"\n\n[runner]\nlisten = \"127.0.0.1:7411\"\n[runner.limits]\nstate = 5\n\
    state = \"1MiB\"\n[check.rules]\nshort-window = \"of\"\n[é\n[[sources]]\n[runner.limits]\n[runner.limits.state]\n";

#[test]
fn configurations() {
    let config = |text: String| Document::config_file(text, 1, "/team/headwater.toml".into(), |_| false);
    let mut texts = vec![CONFIG.to_owned()];
    for (at, _) in CONFIG.char_indices() {
        let (before, after) = CONFIG.split_at(at);
        let odd = ODD[at % ODD.len()];
        texts.push(format!("{before}{odd}{after}"));
        texts.push(before.to_owned());
        // A line that is there twice.
        let line = before.rsplit('\n').next().unwrap_or("").len();
        let (before, rest) = CONFIG.split_at(at - line);
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        if line == 0 {
            texts.push(format!("{before}{}{rest}", &rest[..end]));
        }
        texts.push(format!("{before}{odd}{}", &rest[end..]));
    }
    for (number, text) in texts.into_iter().enumerate() {
        let document = config(text);
        found(&document, document.diagnostics());
        for symbol in tables::symbols(&document) {
            assert!(symbol.range.contains_range(symbol.selection));
            assert!(symbol.range.end() <= document.end());
        }
        let places: Vec<usize> = document.text().char_indices().map(|(at, _)| at).collect();
        for at in places.into_iter().skip(number % 37).step_by(37) {
            let cursor = TextSize::new(at as u32);
            key_hover::hover(&document, cursor);
            if let Some(offered) = keys::completion(&document, cursor) {
                assert!(document.text().get(offered.replace.start().into()..offered.replace.end().into()).is_some());
            }
            for action in actions::actions(&document, TextRange::empty(cursor), |_| true) {
                with_edits(document.text(), action.edits);
            }
            selection::selections(&document, cursor);
        }
    }
}
