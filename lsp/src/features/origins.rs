//! Which field of the source a name at some place stands for: itself, until a stage before makes it anew.

use syntax::TextSize;
use syntax::analysis::{Made, Named, StageInfo};
use syntax::ast::{self, AstNode};

use super::schemas;
use crate::document::Document;

/// The stages before a place, the last first, through lets.
#[derive(Default)]
pub(crate) struct Origins<'a> {
    stages: Vec<(ast::Stage, &'a StageInfo)>,
}

/// Where a field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The pipeline's source has it under this name.
    Source(String),
    /// Another one, that it is joined with.
    Other(String),
    Computed,
}

impl<'a> Origins<'a> {
    pub(crate) fn at(document: &'a Document, offset: TextSize) -> Origins<'a> {
        let mut stages = Vec::new();
        let blocks = &document.analysis().blocks;
        let info = |stage: &ast::Stage| {
            let known = blocks.iter().flat_map(|block| &block.stages);
            known.into_iter().find(|known| known.range.start() == stage.range().start())
        };
        let (mut pipeline, mut until) = (schemas::pipeline_at(document, offset), offset);
        // A text in the making may have a circle of lets.
        for _ in 0..16 {
            let Some(found) = pipeline else { break };
            let before: Vec<ast::Stage> = found.stages().filter(|stage| stage.range().end() <= until).collect();
            stages.extend(before.into_iter().rev().filter_map(|stage| info(&stage).map(|info| (stage, info))));
            let defined = found
                .source()
                .and_then(|source| source.name())
                .and_then(|name| schemas::defined_at(document, name.range()).map(|defined| defined.range));
            let Some(range) = defined else { break };
            let root = document.parse().root();
            let inner = root.syntax().covering_element(range);
            pipeline = inner.as_node().and_then(|node| node.descendants().find_map(ast::Pipeline::cast));
            until = range.end();
        }
        Origins { stages }
    }

    pub(crate) fn of(&self, name: &str) -> Origin {
        let mut name = name.to_owned();
        for (stage, info) in &self.stages {
            let Some(made) = info.made.iter().find(|made| *made.name == *name) else { continue };
            match (&made.named, renamed(stage, made)) {
                (Named::Beside(other), _) => return Origin::Other(other.to_string()),
                (_, Some(own)) => name = own,
                (_, None) => return Origin::Computed,
            }
        }
        Origin::Source(name)
    }
}

/// The field that is only given another name.
fn renamed(stage: &ast::Stage, made: &Made) -> Option<String> {
    // What a function made is written in its body.
    if !stage.range().contains_range(made.range) {
        return None;
    }
    let first = stage.syntax().token_at_offset(made.range.start()).right_biased()?;
    let named = first.parent_ancestors().find_map(ast::NamedExpr::cast)?;
    let own = named.name().is_some_and(|name| name.range() == made.range);
    match named.expr().filter(|_| own)? {
        ast::Expr::Name(field) => Some(field.text()),
        _ => None,
    }
}
