//! Ways to write a block differently, one file each. Each is offered only where its result has no finding that
//! was not there before, and, but for a window that is added, means the same. A block with errors has none.

mod earlier;
mod extract;
mod inline;
mod meaning;
mod names;
mod parameter;
mod predicates;
mod window;

use syntax::ast::{self, AstNode};
use syntax::{Edit, Severity, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

use super::actions::{Action, Kind};
use crate::document::{self, Document};

/// What is offered, before it is formatted.
struct Change {
    kind: Kind,
    title: String,
    edits: Vec<Edit>,
}

/// Those of the kinds that are wanted, for a cursor or a selection.
pub(super) fn refactorings<'a>(
    document: &Document,
    range: TextRange,
    wanted: impl Fn(Kind) -> bool,
) -> impl Iterator<Item = Action<'a>> {
    let mut found = Vec::new();
    if let Some(here) = Here::at(document, range) {
        if wanted(Kind::RefactorRewrite) {
            found.extend(earlier::earlier(&here));
            found.extend(predicates::listed(&here));
            found.extend(predicates::joined(&here));
            found.extend(predicates::split(&here));
            found.extend(window::window(&here));
        }
        if wanted(Kind::RefactorExtract) {
            found.extend(extract::extract(&here));
            found.extend(parameter::parameter(&here));
        }
        if wanted(Kind::RefactorInline) {
            found.extend(inline::inline(&here));
        }
    }
    let formatted = |change: Change| Some(Action::edit(change.kind, change.title, formatted(document, &change.edits)?));
    found.into_iter().filter_map(formatted).collect::<Vec<_>>().into_iter()
}

/// Where a refactoring is asked for: within one block that has no errors.
struct Here<'a> {
    document: &'a Document,
    /// What is selected, without the space around it; where nothing is, the cursor.
    range: TextRange,
    /// The innermost node around it.
    node: SyntaxNode,
}

impl<'a> Here<'a> {
    fn at(document: &'a Document, range: TextRange) -> Option<Here<'a>> {
        let range = trimmed(document, range);
        let block = document.parse().root().blocks().find(|block| block.range().contains_range(range))?;
        let body = block.body().filter(|body| body.range().contains_range(range))?;
        if block.close().is_none() || has_errors(document, block.range()) {
            return None;
        }
        let node = if range.is_empty() {
            let tokens = body.syntax().token_at_offset(range.start());
            tokens.max_by_key(|token| !token.kind().is_trivia())?.parent()?
        } else {
            match body.syntax().covering_element(range) {
                syntax::SyntaxElement::Node(node) => node,
                syntax::SyntaxElement::Token(token) => token.parent()?,
            }
        };
        // Within a function of one's own other names are known, which a change would have to carry along.
        if node.ancestors().any(|around| around.kind() == SyntaxKind::FUNCTION) {
            return None;
        }
        Some(Here { document, range, node })
    }

    /// The innermost node of this type around the place.
    fn around<N: AstNode<Language = syntax::kind::Headwater>>(&self) -> Option<N> {
        self.node.ancestors().find_map(N::cast)
    }

    /// The text of a place in the block, without what a list or quote puts before its lines.
    fn plain(&self, range: TextRange) -> String {
        let within = self.document.parse().root().syntax().clone();
        let tokens = within.covering_element(range).as_node().cloned().into_iter();
        let tokens = tokens.flat_map(|node| node.descendants_with_tokens()).filter_map(|element| element.into_token());
        let mut prefixes: Vec<Edit> = Vec::new();
        for token in tokens.filter(|token| token.kind() == SyntaxKind::PREFIX) {
            prefixes.extend(range.intersect(token.text_range()).map(|range| Edit { range, text: String::new() }));
        }
        edited(self.document, range, &prefixes)
    }
}

fn has_errors(document: &Document, range: TextRange) -> bool {
    let errors = document.diagnostics().iter().filter(|found| found.severity == Severity::Error);
    errors.into_iter().any(|found| found.range.intersect(range).is_some())
}

fn trimmed(document: &Document, range: TextRange) -> TextRange {
    let text = document.slice(range);
    if text.trim().is_empty() {
        return TextRange::empty(range.start());
    }
    let before = (text.len() - text.trim_start().len()) as u32;
    TextRange::at(range.start() + syntax::TextSize::new(before), syntax::TextSize::of(text.trim()))
}

/// The text of a range with edits within it made.
fn edited(document: &Document, range: TextRange, edits: &[Edit]) -> String {
    let moved = |edit: &Edit| Edit { range: edit.range - range.start(), text: edit.text.clone() };
    document::with_edits(document.slice(range), edits.iter().map(moved))
}

/// The same edits, the blocks that they change formatted; None where one would be no pipeline any more.
fn formatted(document: &Document, edits: &[Edit]) -> Option<Vec<Edit>> {
    let mut rest = edits.to_vec();
    let mut all = Vec::new();
    for block in document.parse().root().blocks() {
        let Some(body) = block.body() else { continue };
        let own: Vec<Edit> = rest.extract_if(.., |edit| body.range().contains_range(edit.range)).collect();
        if own.is_empty() {
            continue;
        }
        let tokens = body.syntax().descendants_with_tokens().filter_map(|element| element.into_token());
        let prefixes = tokens.filter(|token| token.kind() == SyntaxKind::PREFIX).map(|token| token.text_range());
        let free = prefixes.filter(|prefix| own.iter().all(|edit| !edit.range.contains_range(*prefix)));
        let mut edits: Vec<Edit> = free.map(|range| Edit { range, text: String::new() }).collect();
        // What is put in at the beginning of a line comes behind its prefix.
        edits.extend(own);
        let plain = edited(document, body.range(), &edits).replace("\r\n", "\n").replace('\r', "\n");
        all.push(syntax::rewritten(&block, &plain)?);
    }
    all.extend(rest);
    Some(all)
}

/// The pipe before a stage.
fn pipe(stage: &ast::Stage) -> Option<SyntaxToken> {
    before(stage.syntax()).filter(|token| token.kind() == SyntaxKind::PIPE)
}

/// The nearest token before a node that means something.
fn before(node: &SyntaxNode) -> Option<SyntaxToken> {
    let first = node.first_token()?;
    std::iter::successors(first.prev_token(), SyntaxToken::prev_token).find(|token| !token.kind().is_trivia())
}
