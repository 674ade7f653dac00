//! What to select next when a selection grows: the word, what it is part of, its stage, pipeline, block and
//! section, and the whole runbook.

use syntax::ast::AstNode;
use syntax::{SyntaxKind, SyntaxToken, TextRange, TextSize};

use super::symbols::{self, Symbol};
use crate::document::Document;

/// From the smallest to the largest; each holds the one before it and is larger.
pub fn selections(document: &Document, offset: TextSize) -> Vec<TextRange> {
    let mut found = Vec::new();
    let root = document.parse().root();
    let offset = offset.min(root.syntax().text_range().end());
    if let Some(token) = token_at(root.syntax(), offset) {
        let in_block = token.parent_ancestors().any(|node| node.kind() == SyntaxKind::BLOCK);
        if in_block {
            found.extend(within_quotes(&token).filter(|inner| inner.contains_inclusive(offset)));
            if !token.kind().is_trivia() {
                found.push(token.text_range());
            }
            found.extend(token.parent_ancestors().map(|node| node.text_range()));
        } else {
            prose(document, offset, &mut found);
        }
    }
    sections(&symbols::symbols(document), offset, &mut found);
    found.push(TextRange::up_to(document.end()));
    found.retain(|range| range.contains_inclusive(offset) && !range.is_empty());
    // The order of the tree is that of the sizes, but a section does not always hold what a list makes a node.
    found.sort_by_key(|range| range.len());
    let mut chain: Vec<TextRange> = Vec::new();
    for range in found {
        if chain.last().is_none_or(|inner| range.contains_range(*inner) && range != *inner) {
            chain.push(range);
        }
    }
    chain
}

/// Of two, the one that is not a space.
fn token_at(root: &syntax::SyntaxNode, offset: TextSize) -> Option<SyntaxToken> {
    let mut tokens: Vec<SyntaxToken> = root.token_at_offset(offset).collect();
    tokens.sort_by_key(|token| (token.kind().is_trivia(), token.text().len() == 1));
    tokens.into_iter().next()
}

fn within_quotes(token: &SyntaxToken) -> impl Iterator<Item = TextRange> {
    let text = Some(token.text()).filter(|_| token.kind() == SyntaxKind::STRING);
    let inner =
        text.and_then(|text| ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote)));
    let start = token.text_range().start() + TextSize::new(1);
    inner.filter(|inner| !inner.is_empty()).map(|inner| TextRange::at(start, TextSize::of(inner))).into_iter()
}

/// The word, the line and the paragraph.
fn prose(document: &Document, offset: TextSize, found: &mut Vec<TextRange>) {
    let text = document.text();
    let at = usize::from(offset);
    let (before, after) = (&text[..at], &text[at..]);
    let mut around = |start: Option<usize>, end: Option<usize>| {
        let (start, end) = (start.unwrap_or(0), at + end.unwrap_or(after.len()));
        let part = text[start..end].trim_end();
        let start = TextSize::new(start as u32);
        found.push(TextRange::at(start, TextSize::of(part)));
    };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let last = before.char_indices().rev().find(|(_, c)| !is_word(*c));
    around(last.map(|(at, c)| at + c.len_utf8()), after.find(|c| !is_word(c)));
    around(before.rfind('\n').map(|at| at + 1), after.find('\n'));
    around(before.rfind("\n\n").map(|at| at + 2), after.find("\n\n"));
}

fn sections(symbols: &[Symbol], offset: TextSize, found: &mut Vec<TextRange>) {
    for symbol in symbols.iter().filter(|symbol| symbol.range.contains_inclusive(offset)) {
        if matches!(symbol.kind, symbols::Kind::Heading(_)) {
            found.push(symbol.range);
        }
        sections(&symbol.children, offset, found);
    }
}
