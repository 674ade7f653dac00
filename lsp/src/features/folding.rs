//! What can be folded: the front matter, sections, blocks, and within them lets and comments of several lines.

use syntax::ast::{AstNode, Statement};
use syntax::{SyntaxKind, TextRange};

use super::symbols::{self, Symbol};
use crate::document::Document;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// What is left to see when it is folded is its first line.
    pub range: TextRange,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    FrontMatter,
    Section,
    Block,
    Let,
    Comment,
}

/// In the order of the text; each has at least two lines.
pub fn folds(document: &Document) -> Vec<Fold> {
    let root = document.parse().root();
    let mut found = Vec::new();
    if let Some(front_matter) = root.front_matter() {
        found.push(Fold { range: front_matter.range(), kind: Kind::FrontMatter });
    }
    sections(&symbols::symbols(document), &mut found);
    for block in root.blocks() {
        found.push(Fold { range: block.range(), kind: Kind::Block });
        let Some(body) = block.body() else { continue };
        for statement in body.statements() {
            if let Statement::Let(it) = statement {
                found.push(Fold { range: it.range(), kind: Kind::Let });
            }
        }
        comments(document, body.syntax(), &mut found);
    }
    for fold in &mut found {
        let text = document.slice(fold.range).trim_end();
        fold.range = TextRange::at(fold.range.start(), syntax::TextSize::of(text));
    }
    found.retain(|fold| document.line(fold.range.start()) < document.line(fold.range.end()));
    found.sort_by_key(|fold| (fold.range.start(), std::cmp::Reverse(fold.range.end())));
    found
}

fn sections(symbols: &[Symbol], found: &mut Vec<Fold>) {
    for symbol in symbols.iter().filter(|symbol| matches!(symbol.kind, symbols::Kind::Heading(_))) {
        found.push(Fold { range: symbol.range, kind: Kind::Section });
        sections(&symbol.children, found);
    }
}

/// Comments on lines that follow each other.
fn comments(document: &Document, body: &syntax::SyntaxNode, found: &mut Vec<Fold>) {
    let tokens = body.descendants_with_tokens().filter_map(|element| element.into_token());
    let mut run: Option<TextRange> = None;
    for comment in tokens.filter(|token| token.kind() == SyntaxKind::COMMENT) {
        let range = comment.text_range();
        let next = |above: &TextRange| document.line(above.end()) + 1 == document.line(range.start());
        match run.filter(next) {
            Some(above) => run = Some(above.cover(range)),
            None => {
                found.extend(run.replace(range).map(|range| Fold { range, kind: Kind::Comment }));
            }
        }
    }
    found.extend(run.map(|range| Fold { range, kind: Kind::Comment }));
}
