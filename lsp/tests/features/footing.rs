//! Nobody is wrong-footed: over the corpus, whole and cut off, whatever is asked at a place has an answer, and
//! whatever is offered there can be taken.
//!
//! Asked at every offset: completion, hover, signature help, what moves while typing, definition, references, rename
//! and selection; where a word begins or ends
//! also the fixes (`rewritten` asks for the refactorings); of each whole text the rest. Taken: at the beginning of every token the first item, and of
//! each kind one that goes round from place to place, in the whole text and in the text cut off there. What is
//! taken names something that exists, and makes no error before its place; where the text is cut off, the
//! grammar finds no more there than was missing, and a parenthesis to close.

use std::collections::{BTreeMap, HashMap, HashSet};

use lsp::document::Document;
use lsp::features::completion::{self, ItemKind};
use lsp::features::signature::{self, Asked};
use lsp::features::{
    actions, definition, folding, formatting, hints, hover, lenses, links, references, rename, selection, symbols,
    tokens, typing,
};
use syntax::ast::AstNode;
use syntax::{Code, Diagnostic, Edit, Severity, SyntaxKind, TextRange, TextSize};

use crate::corpus::{self, Text};

#[test]
fn every_offset_has_its_answers() {
    let mut asked = 0usize;
    for text in corpus::corpus() {
        let document = text.document();
        let words: HashSet<usize> = words(&document).into_iter().flatten().collect();
        let offsets = text.text.char_indices().map(|(at, _)| at).chain([text.text.len()]);
        for at in offsets {
            let cursor = TextSize::new(at as u32);
            completion::completion(&document, cursor, None);
            if let Some(hover) = hover::hover(&document, cursor, &hover::Around::default()) {
                assert!(hover.range.contains_inclusive(cursor) && !hover.markdown.is_empty(), "{} at {at}", text.name);
            }
            if let Some(found) = definition::definition(&document, cursor) {
                assert!(found.origin.contains_inclusive(cursor), "{} at {at}", text.name);
            }
            for found in references::references(&document, cursor) {
                assert!(!document.slice(found.range).is_empty(), "{} at {at}", text.name);
            }
            let _ = rename::prepare(&document, cursor);
            let around = selection::selections(&document, cursor);
            assert!(around.iter().all(|range| range.contains_inclusive(cursor)), "{} at {at}", text.name);
            for asked in [Asked::Explicitly, Asked::Typed, Asked::Showing("top N by KEY")] {
                if let Some(shown) = signature::signature(&document, cursor, asked) {
                    let part = shown.params.get(shown.active).map(|(start, end)| &shown.label[*start..*end]);
                    assert!(
                        part.is_some_and(|part| !part.is_empty()) || shown.params.is_empty(),
                        "{} at {at}",
                        text.name
                    );
                }
            }
            for typed in ["|", "\n", "}"] {
                for edit in typing::typed(&document, cursor, typed) {
                    assert!(document.slice(edit.range).trim().is_empty() && edit.text.trim().is_empty());
                }
            }
            if words.contains(&at) {
                actions::actions(&document, TextRange::empty(cursor), |kind| {
                    !kind.name().is_some_and(|it| it.starts_with("refactor"))
                });
            }
            asked += 1;
        }
        let all = TextRange::up_to(document.end());
        actions::actions(&document, all, |_| true);
        hints::hints(&document, all);
        lenses::lenses(&document, |_| lenses::Stand::default());
        symbols::symbols(&document);
        folding::folds(&document);
        links::links(&document);
        formatting::formatting(&document, Some(all));
        let colours = tokens::tokens(&document, None);
        assert!(colours.is_sorted_by_key(|token| (token.range.start(), token.range.end())), "{}", text.name);
    }
    assert!(asked > 50_000, "{asked} offsets");
}

/// Where the tokens of blocks begin and end.
fn words(document: &Document) -> Vec<[usize; 2]> {
    let root = document.parse().root();
    let bodies = root.blocks().filter_map(|block| block.body());
    let tokens = bodies.flat_map(|body| body.syntax().descendants_with_tokens().collect::<Vec<_>>());
    let tokens = tokens.filter_map(|it| it.into_token()).filter(|token| !token.kind().is_trivia());
    tokens.map(|token| [token.text_range().start(), token.text_range().end()].map(usize::from)).collect()
}

#[test]
fn whatever_is_offered_can_be_taken() {
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for text in corpus::corpus() {
        // Of the cases of single functions, which are many and alike, every third place.
        let all = words(&text.document());
        let step = if text.name.starts_with("runbooks") || all.len() < 40 { 1 } else { 3 };
        for [at, _] in all.into_iter().step_by(step) {
            for cut in [false, true] {
                let before = if cut { text.with(cut_off(&text, at)) } else { text.document() };
                take(&text, &before, at, cut, &mut taken, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {taken:?}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(taken.len() == ItemKind::ALL.len() && taken.values().all(|count| *count > 4), "hardly tried: {taken:?}");
}

/// Within a word, with whatever stands behind it: the item of that name puts the same word there.
#[test]
fn a_word_that_is_taken_again_stays_as_it_is() {
    let (mut taken, mut wrong) = (0usize, Vec::new());
    for text in corpus::corpus() {
        let document = text.document();
        let blank = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        for [start, end] in words(&document) {
            let within = end - start > 1 && document.text()[start..end].chars().all(|c| c.is_ascii_alphanumeric());
            let Some(cursor) = within.then(|| TextSize::new((start + 1) as u32)) else { continue };
            let Some(offered) = completion::completion(&document, cursor, None) else { continue };
            let word = document.slice(offered.replace);
            let Some(item) = offered.items.iter().find(|item| item.label == word) else { continue };
            // A name that a function has too, but which is not called here.
            let called = matches!(item.kind, ItemKind::Function | ItemKind::Aggregate);
            if called && !document.text()[usize::from(offered.replace.end())..].starts_with('(') {
                continue;
            }
            let put = item.snippet.as_deref().map_or_else(|| item.insert.clone(), expanded);
            // A pipe that is missing comes with the stage.
            let put = put.trim_start_matches("| ").to_owned();
            let after = document.with_edits(&[Edit { range: offered.replace, text: put.clone() }]);
            taken += 1;
            if blank(&after) != blank(document.text()) {
                wrong.push(format!("{}: `{put}` for `{word}` at {start}", text.name));
            }
        }
    }
    assert!(taken > 3_000, "hardly tried: {taken}");
    assert!(wrong.is_empty(), "{} of {taken}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A snippet as it stands when nothing is filled in.
fn expanded(snippet: &str) -> String {
    let mut plain = String::new();
    for (index, part) in snippet.replace("$0", "").split("${").enumerate() {
        let filled = part.split_once(':').filter(|_| index > 0).and_then(|(_, rest)| rest.split_once('}'));
        match filled {
            Some((text, rest)) => plain.extend([text, rest]),
            None => plain.push_str(part),
        }
    }
    plain
}

/// The text up to here, and what comes behind the block.
fn cut_off(text: &Text, at: usize) -> String {
    let document = text.document();
    let block = document.parse().root().blocks().find(|block| block.range().contains(TextSize::new(at as u32)));
    let end = block.and_then(|block| block.body()).map_or(text.text.len(), |body| body.range().end().into());
    let break_before_end = text.text[..end].ends_with('\n');
    format!("{}{}{}", &text.text[..at], if break_before_end { "\n" } else { "" }, &text.text[end..])
}

fn take(
    text: &Text,
    before: &Document,
    at: usize,
    cut: bool,
    taken: &mut BTreeMap<&'static str, usize>,
    wrong: &mut Vec<String>,
) {
    let cursor = TextSize::new(at as u32);
    let Some(offered) = completion::completion(before, cursor, None) else { return };
    // Without the word that an item takes the place of.
    let empty = text.with(before.with_edits(&[Edit { range: offered.replace, text: String::new() }]));
    let place = offered.replace.start();
    // Nobody writes a word right before another, a literal or a parenthesis, or where a name has just been given.
    let behind = &text.text[at..];
    let abuts = behind.starts_with(|c: char| c.is_alphanumeric() || c == '(')
        || behind.trim_start_matches([' ', '\t']).starts_with(['"', '\'', '@', '=', '-']);
    let named = before.text()[usize::from(offered.replace.end())..].trim_start_matches([' ', '\t']);
    let named = named.starts_with('=') && !named.starts_with("==") && !named.starts_with("=~");
    if !cut && (offered.replace.is_empty() && abuts || named) {
        return;
    }
    let stage = stage_start(&empty, place);
    let block = block_at(&empty, place);
    let broken = |found: &Diagnostic| {
        found.severity == Severity::Error && block.contains_range(found.range) && found.range.start() < place
    };
    // Where the grammar is lost already, nobody can tell what comes next.
    if empty.parse().diagnostics().iter().any(broken) {
        return;
    }
    let mut known = errors(&empty, |found| found.range.end() < stage);
    // What the half-written word has hidden from the analysis.
    for (finding, count) in errors(&text.document(), |found| found.range.end() < stage) {
        let known = known.entry(finding).or_default();
        *known = count.max(*known);
    }
    let missing = syntax_errors(&empty, place);
    // Of each kind that is there one, but in whole texts only of one kind.
    let mut kinds: Vec<ItemKind> = ItemKind::ALL.to_vec();
    kinds.retain(|kind| offered.items.iter().any(|item| item.kind == *kind));
    if !cut && !kinds.is_empty() {
        kinds = vec![kinds[at % kinds.len()]];
    }
    let mut chosen: Vec<usize> = if cut { vec![0] } else { Vec::new() };
    for kind in kinds {
        let of_kind: Vec<usize> = (0..offered.items.len()).filter(|index| offered.items[*index].kind == kind).collect();
        chosen.push(of_kind[at / 3 % of_kind.len()]);
    }
    chosen.sort_unstable();
    chosen.dedup();
    for item in chosen.into_iter().filter_map(|index| offered.items.get(index)) {
        *taken.entry(kind_name(item.kind)).or_default() += 1;
        let after = text.with(before.with_edits(&[Edit { range: offered.replace, text: item.insert.clone() }]));
        let own = TextRange::at(place, TextSize::of(item.insert.trim_end()));
        let mut say = |what: &str, found: &Diagnostic| {
            let block = after.slice(block_at(&after, place)).to_owned();
            let place = usize::from(place - block_at(&after, place).start());
            let shown = format!("{}⟨{}⟩{}", &block[..place], item.insert, &block[place + item.insert.len()..]);
            wrong.push(format!("{} {what} ({:?}): {}\n{shown}", text.name, item.kind, found.message));
        };
        let mut rest = known.clone();
        for found in after.diagnostics().iter().filter(|found| found.severity == Severity::Error) {
            let names = match item.kind {
                ItemKind::Stage => found.code == Code::UnknownStage,
                // It is only the beginning of one.
                ItemKind::Word if item.label == "let" => false,
                _ => matches!(
                    found.code,
                    Code::UnknownField | Code::UnknownFunction | Code::UnknownSource | Code::UnknownName
                ),
            };
            if names && own.intersect(found.range).is_some_and(|common| !common.is_empty()) {
                say("names what is not there", found);
            }
            if found.range.end() < stage {
                match rest.get_mut(&(found.code, found.message.clone())) {
                    Some(count) if *count > 0 => *count -= 1,
                    _ => say("breaks what is before", found),
                }
            }
        }
        if cut {
            let open = item.insert.matches('(').count().saturating_sub(item.insert.matches(')').count());
            let found = syntax_errors(&after, place);
            if found.len() > missing.len().max(1) + open
                && let Some(last) = found.last()
            {
                say("the grammar does not know", last);
            }
        }
    }
}

/// Where the stage or statement begins that a place is in.
fn stage_start(document: &Document, place: TextSize) -> TextSize {
    let root = document.parse().root();
    let first = root.syntax().token_at_offset(place).left_biased();
    let mut tokens = std::iter::successors(first, |token| token.prev_token());
    let begins = |kind: SyntaxKind| matches!(kind, SyntaxKind::PIPE | SyntaxKind::SEMICOLON | SyntaxKind::FENCE_OPEN);
    let begin = tokens.find(|token| begins(token.kind()) && token.text_range().end() <= place);
    begin.map_or(TextSize::new(0), |token| token.text_range().start())
}

/// The block that a place is in.
fn block_at(document: &Document, place: TextSize) -> TextRange {
    let block = document.parse().root().blocks().find(|block| block.range().contains_inclusive(place));
    block.map_or(TextRange::up_to(document.end()), |block| block.range())
}

fn errors(document: &Document, wanted: impl Fn(&Diagnostic) -> bool) -> HashMap<(Code, String), usize> {
    let mut counts = HashMap::new();
    for found in document.diagnostics().iter().filter(|found| found.severity == Severity::Error && wanted(found)) {
        *counts.entry((found.code, found.message.clone())).or_default() += 1;
    }
    counts
}

/// What the grammar finds at a place and behind it, in its block.
fn syntax_errors(document: &Document, place: TextSize) -> Vec<Diagnostic> {
    let block = document.parse().root().blocks().find(|block| block.range().contains_inclusive(place));
    let Some(block) = block else { return Vec::new() };
    let found = document.parse().diagnostics().iter();
    let here = TextRange::new(place, block.range().end().max(place));
    found.filter(|found| found.severity == Severity::Error && here.contains_range(found.range)).cloned().collect()
}

fn kind_name(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Source => "source",
        ItemKind::Let => "let",
        ItemKind::Param => "param",
        ItemKind::Stage => "stage",
        ItemKind::Field => "field",
        ItemKind::Function => "function",
        ItemKind::Aggregate => "aggregate",
        ItemKind::Operator => "operator",
        ItemKind::Value => "value",
        ItemKind::Word => "word",
        ItemKind::Pipeline => "pipeline",
    }
}
