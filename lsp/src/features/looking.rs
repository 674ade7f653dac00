//! Where a look at the events would tell more than the profile of their source: behind stages that filter or
//! make fields. What to ask a runner for, and what the answer holds for.

use std::hash::{DefaultHasher, Hash, Hasher};

use syntax::ast::{self, AstNode};
use syntax::{SyntaxKind, SyntaxToken, TextRange, TextSize};

use super::schemas;
use crate::document::Document;

/// A place to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The stages that end at or before it count.
    pub until: TextSize,
    /// Of all the text that the answer depends on.
    pub key: u64,
}

/// What enters the stage at an offset, or what passes the pipe there; within a `where`, what the conditions
/// before let through. None where that is what the source gives, as it is.
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
    let limit = match &on_pipe {
        Some(pipe) => pipe.text_range().start(),
        None => stages.iter().find(|stage| stage.contains_inclusive(offset)).map_or(offset, |stage| stage.start()),
    };
    let conditions = if on_pipe.is_some() { None } else { conditions_before(&token, &pipeline, offset) };
    let before = || stages.iter().rfind(|stage| stage.end() <= limit).map(|stage| stage.end());
    let until = conditions.or_else(before).or_else(|| behind_let(document, &pipeline))?;
    let mut key = DefaultHasher::new();
    for text in lets(document).chain([document.slice(TextRange::new(pipeline.range().start(), until))]) {
        text.hash(&mut key);
    }
    Some(Look { until, key: key.finish() })
}

/// The end of what is joined by `and` before an offset, in the `where` there.
fn conditions_before(token: &SyntaxToken, pipeline: &ast::Pipeline, offset: TextSize) -> Option<TextSize> {
    let inside = token.parent_ancestors().take_while(|node| node != pipeline.syntax());
    let stage = inside.filter_map(ast::WhereStage::cast).last()?;
    let mut predicate = stage.predicate();
    while let Some(ast::Expr::Binary(joined)) = predicate {
        let operation = joined.operation().filter(|operation| matches!(operation.operator.as_str(), "and" | "&&"))?;
        let left = operation.lhs?;
        if operation.operator_range.end() <= offset {
            return Some(left.range().end());
        }
        predicate = Some(left);
    }
    None
}

/// Behind the name of the let that the pipeline begins with.
fn behind_let(document: &Document, pipeline: &ast::Pipeline) -> Option<TextSize> {
    let name = pipeline.source()?.name()?;
    schemas::defined_at(document, name.range()).map(|_| name.range().end())
}

fn lets(document: &Document) -> impl Iterator<Item = &str> {
    document.analysis().lets.iter().map(|defined| document.slice(defined.range))
}
