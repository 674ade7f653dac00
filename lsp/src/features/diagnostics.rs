//! What is wrong with a runbook, worded for one message.

use syntax::ast::{self, AstNode};
use syntax::{Code, Diagnostic, SyntaxElement, SyntaxKind, TextRange};

use crate::document::{Document, MAX_BYTES};

/// The sentence, then why and what to do, each on a line of its own.
pub fn message(diagnostic: &Diagnostic) -> String {
    let mut message = diagnostic.message.clone();
    for (label, text) in [("because", &diagnostic.because), ("help", &diagnostic.help)] {
        if let Some(text) = text {
            message.push_str(&format!("\n{label}: {text}"));
        }
    }
    message
}

/// Said of a document that is not read at all.
pub fn too_large(document: &Document) -> Option<String> {
    document.too_large().then(|| {
        let what = if document.is_config() { "configuration" } else { "runbook" };
        format!("this {what} has {} bytes, and beyond {MAX_BYTES} none is analysed; split it", document.text().len())
    })
}

/// How an editor may draw what it underlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Unnecessary,
    Deprecated,
}

pub fn tag(code: Code) -> Option<Tag> {
    match code {
        Code::UnusedLet | Code::UnusedParam => Some(Tag::Unnecessary),
        Code::RenamedField => Some(Tag::Deprecated),
        _ => None,
    }
}

/// Other places that a finding is about, each with what it is; none of most.
pub fn related(document: &Document, found: &Diagnostic) -> Vec<(TextRange, &'static str)> {
    match found.code {
        Code::DuplicateName => {
            named_before(document, found.range).map(|range| (range, "named here first")).into_iter().collect()
        }
        Code::NeverMatches => {
            let others = conditions_before(document, found.range);
            others.into_iter().map(|range| (range, "excluded by this condition")).collect()
        }
        _ => Vec::new(),
    }
}

/// Another name of the same text: of a `let`, else before it in the same stage.
fn named_before(document: &Document, range: TextRange) -> Option<TextRange> {
    let text = document.slice(range);
    let mut lets = document.analysis().lets.iter().map(|known| known.name_range);
    if let Some(first) = lets.find(|known| known.start() < range.start() && document.slice(*known) == text) {
        return Some(first);
    }
    let covering = covering(document, range)?;
    let stage = covering.ancestors().find(|node| ast::Stage::can_cast(node.kind()))?;
    let name = |node: &syntax::SyntaxNode| matches!(node.kind(), SyntaxKind::NAME | SyntaxKind::NAME_REF);
    let mut names = stage.descendants().filter(name).map(|node| node.text_range());
    names.find(|known| known.start() < range.start() && document.slice(*known) == text)
}

/// What holds the range. None in a configuration, which has no such tree, and behind the text's end, where a finding
/// of another file's reading may stand for a moment.
fn covering(document: &Document, range: TextRange) -> Option<SyntaxElement> {
    let root = document.parse().root();
    let within = root.syntax().text_range().contains_range(range);
    within.then(|| root.syntax().covering_element(range))
}

/// Conditions on the same field in the same pipeline before this one.
fn conditions_before(document: &Document, range: TextRange) -> Vec<TextRange> {
    let field = |node: syntax::SyntaxNode| match ast::BinaryExpr::cast(node)?.operation()?.lhs? {
        ast::Expr::Name(name) => Some(name.text()),
        _ => None,
    };
    let Some(covering) = covering(document, range) else { return Vec::new() };
    let nodes: Vec<_> = covering.ancestors().collect();
    let this = nodes.iter().find_map(|node| field(node.clone()));
    let pipeline = nodes.iter().find(|node| node.kind() == SyntaxKind::PIPELINE);
    let (Some(this), Some(pipeline)) = (this, pipeline) else { return Vec::new() };
    let stages = pipeline.children().filter(|node| node.kind() == SyntaxKind::WHERE_STAGE);
    let all = stages.flat_map(|stage| stage.descendants().collect::<Vec<_>>());
    let same =
        all.filter(|node| node.text_range().end() <= range.start() && field(node.clone()).as_ref() == Some(&this));
    same.map(|node| node.text_range()).collect()
}
