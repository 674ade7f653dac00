//! Where a look at the events would tell more than the profile of their source: behind stages that filter or
//! make fields. What to ask a runner for, and what the answer holds for.

use std::hash::{DefaultHasher, Hash, Hasher};

use syntax::ast::{self, AstNode};
use syntax::{SyntaxKind, TextRange, TextSize};

use crate::document::Document;

/// A place to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The stages that end at or before it count.
    pub until: TextSize,
    /// Of all the text that the answer depends on.
    pub key: u64,
}

/// What enters the stage at an offset, or what passes the pipe there. None where that is what the source
/// gives, as it is.
pub fn look(document: &Document, offset: TextSize) -> Option<Look> {
    let root = document.parse().root();
    let block = root.blocks().find(|block| block.range().contains_inclusive(offset))?;
    let at = block.syntax().token_at_offset(offset);
    let on_pipe = at.clone().find(|token| token.kind() == SyntaxKind::PIPE && token.text_range().end() > offset);
    let mut token = at.left_biased()?;
    while token.kind().is_trivia() {
        token = token.prev_token()?;
    }
    let pipeline = token.parent_ancestors().find_map(ast::Pipeline::cast)?;
    let stages: Vec<TextRange> = pipeline.stages().map(|stage| stage.range()).collect();
    let limit = match on_pipe {
        Some(pipe) => pipe.text_range().start(),
        None => stages.iter().find(|stage| stage.contains_inclusive(offset)).map_or(offset, |stage| stage.start()),
    };
    let last = stages.iter().rfind(|stage| stage.end() <= limit)?;
    let mut key = DefaultHasher::new();
    for text in lets(document).chain([document.slice(TextRange::new(pipeline.range().start(), last.end()))]) {
        text.hash(&mut key);
    }
    Some(Look { until: last.end(), key: key.finish() })
}

fn lets(document: &Document) -> impl Iterator<Item = &str> {
    document.analysis().lets.iter().map(|defined| document.slice(defined.range))
}
