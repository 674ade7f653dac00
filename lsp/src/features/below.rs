//! Text that goes under a block, as a paragraph of its own.

use syntax::ast::AstNode;
use syntax::{Edit, TextRange, TextSize};

use crate::document::Document;

/// Behind the closing fence, with what begins each line there: within a list or quote it stays within it.
pub fn below(document: &Document, block: &str, text: &str) -> Result<Edit, String> {
    let blocks = document.analysis().blocks.iter().zip(document.parse().root().blocks());
    let found = blocks.into_iter().find(|(known, _)| known.name == block);
    let (_, node) = found.ok_or_else(|| format!("there is no block `{block}` in this runbook"))?;
    let close = node.close().ok_or_else(|| format!("block `{block}` has no closing fence; write it first"))?;
    let column = document.position(close.text_range().start(), crate::position::Encoding::Utf8).character;
    let start = close.text_range().start() - TextSize::new(column);
    let prefix = document.slice(TextRange::new(start, close.text_range().start()));
    let at = document.line_end(node.syntax().text_range().end());
    let mut said = String::new();
    // A line apart from what stands above, and from what follows.
    for line in std::iter::once("").chain(text.trim_end().lines()) {
        said.push('\n');
        said.push_str(format!("{prefix}{line}").trim_end());
    }
    let rest = document.slice(TextRange::new(at, document.end()));
    let next = rest.lines().nth(1).unwrap_or("").trim_matches([' ', '>', '\t']);
    if !next.is_empty() {
        said.push('\n');
        said.push_str(prefix.trim_end());
    }
    if rest.is_empty() {
        said.push('\n');
    }
    Ok(Edit { range: TextRange::empty(at), text: said })
}
