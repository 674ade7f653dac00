//! What was found, at the places where its text stands after an edit elsewhere.

use std::sync::Arc;

use super::check::{Bound, Defined};
use super::pipelines::Flow;
use super::{Block, StageInfo};
use crate::pipeline::{Expr, ExprKind, Literal, Named, Pipeline, Rows, SortKey, Stage, StageKind};
use crate::{Diagnostic, TextRange};

/// Says where a range is now.
pub(super) trait Moved {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange);
}

impl Moved for TextRange {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        *self = to(*self);
    }
}

impl<T: Moved> Moved for Vec<T> {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.iter_mut().for_each(|item| item.moved(to));
    }
}

impl<T: Moved> Moved for Option<T> {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.iter_mut().for_each(|item| item.moved(to));
    }
}

impl<A: Moved, B: Moved> Moved for (A, B) {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.0.moved(to);
        self.1.moved(to);
    }
}

impl Moved for Diagnostic {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.range.moved(to);
        self.fixes.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| edit.range.moved(to));
    }
}

impl Moved for Block {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.range.moved(to);
        self.body.moved(to);
        self.stages.moved(to);
        self.pipeline.moved(to);
    }
}

impl Moved for StageInfo {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.range.moved(to);
        self.made.iter_mut().for_each(|made| made.range.moved(to));
    }
}

impl Moved for Defined {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.info.range.moved(to);
        self.info.name_range.moved(to);
        match &mut self.meaning {
            Bound::Flow(flow) => flow.moved(to),
            Bound::Expr(expr) => expr.moved(to),
            Bound::Function(range) => range.moved(to),
            Bound::Broken => {}
        }
        for (_, table) in &mut self.tables {
            table.flow.moved(to);
            table.keys.moved(to);
        }
    }
}

impl Moved for Flow {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.stages.moved(to);
        self.literal.moved(to);
    }
}

impl Moved for Arc<Literal> {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        if matches!(self.rows, Rows::Range { .. })
            && let Rows::Range { from, to: last, step } = &mut Arc::make_mut(self).rows
        {
            [from, last, step].into_iter().for_each(|expr| expr.moved(to));
        }
    }
}

impl Moved for Pipeline {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.stages.moved(to);
        self.literal.moved(to);
    }
}

impl Moved for Stage {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.range.moved(to);
        match &mut self.kind {
            StageKind::Where(predicate) => predicate.moved(to),
            StageKind::Extend(made) | StageKind::Project(made) => made.moved(to),
            StageKind::Summarize(summarize) => {
                summarize.keys.moved(to);
                for aggregate in &mut summarize.aggregates {
                    aggregate.range.moved(to);
                    aggregate.args.moved(to);
                    aggregate.filter.moved(to);
                }
                summarize.outputs.moved(to);
                if let Some(star) = &mut summarize.star {
                    star.range.moved(to);
                    star.ranked.moved(to);
                    star.filter.moved(to);
                }
            }
            StageKind::Top { keys, .. } | StageKind::Sort { keys, .. } => keys.moved(to),
            StageKind::Union(others) => others.moved(to),
            StageKind::Join(join) => {
                join.right.moved(to);
                join.keys.moved(to);
            }
            StageKind::Lookup(lookup) => {
                lookup.table.moved(to);
                lookup.keys.moved(to);
            }
            StageKind::Parse(parse) => parse.text.moved(to),
            StageKind::ParseKv(parse) => parse.text.moved(to),
            StageKind::MvExpand(expand) => {
                expand.items.iter_mut().for_each(|item| item.named.moved(to));
                expand.inner.moved(to);
            }
            StageKind::Sample(sample) => sample.by.moved(to),
            StageKind::TopHitters(hitters) => {
                hitters.of.moved(to);
                hitters.weight.moved(to);
            }
            StageKind::Assert(assert) => assert.predicate.moved(to),
            StageKind::Unpack(unpack) => {
                unpack.bag.moved(to);
                unpack.made.moved(to);
            }
            StageKind::OverRows(rows) => rows.exprs_mut().for_each(|expr| expr.moved(to)),
            StageKind::Drop(_)
            | StageKind::Rename(_)
            | StageKind::Reorder(_)
            | StageKind::Take(_)
            | StageKind::Tail(_)
            | StageKind::Distinct(_)
            | StageKind::Getschema(_) => {}
        }
    }
}

impl Moved for Named {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.expr.moved(to);
    }
}

impl Moved for SortKey {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.expr.moved(to);
    }
}

impl Moved for Expr {
    fn moved(&mut self, to: &impl Fn(TextRange) -> TextRange) {
        self.range.moved(to);
        if let ExprKind::Call { args, .. } = &mut self.kind {
            args.moved(to);
        }
    }
}
