//! The expressions of a pipeline, wherever they stand in it.

use super::{Expr, ExprKind, Function, Pipeline, StageKind, Unpack};

impl Pipeline {
    /// Its answer depends on when it is run.
    pub fn asks_the_clock(&self) -> bool {
        let mut asks = false;
        self.visit(&mut |pipeline| {
            let exprs = pipeline.stages.iter().flat_map(|stage| stage.kind.exprs());
            asks |= exprs.into_iter().any(Expr::asks_the_clock);
        });
        asks
    }
}

impl Expr {
    fn asks_the_clock(&self) -> bool {
        match &self.kind {
            ExprKind::Field(_) | ExprKind::Literal(_) => false,
            ExprKind::Call { function, args } => {
                matches!(function, Function::Now | Function::Ago) || args.iter().any(Expr::asks_the_clock)
            }
        }
    }
}

impl StageKind {
    /// Of the stage itself, not of the pipelines within it.
    pub fn exprs(&self) -> Vec<&Expr> {
        match self {
            StageKind::Where(predicate) => vec![predicate],
            StageKind::Extend(made) | StageKind::Project(made) => made.iter().map(|named| &named.expr).collect(),
            StageKind::Summarize(summarize) => {
                let keys = summarize.keys.iter().map(|key| &key.expr);
                let aggregates = summarize.aggregates.iter();
                keys.chain(aggregates.flat_map(|aggregate| aggregate.args.iter().chain(&aggregate.filter))).collect()
            }
            StageKind::Top { keys, .. } | StageKind::Sort { keys, .. } => keys.iter().map(|key| &key.expr).collect(),
            StageKind::Lookup(lookup) => lookup.keys.iter().flat_map(|(one, two)| [one, two]).collect(),
            StageKind::Join(join) => join.keys.iter().flat_map(|(one, two)| [one, two]).collect(),
            StageKind::Parse(parse) => vec![&parse.text],
            StageKind::ParseKv(parse) => vec![&parse.text],
            StageKind::MvExpand(expand) => {
                let items = expand.items.iter().map(|item| &item.named.expr);
                items.chain(expand.inner.iter().flat_map(|stage| stage.kind.exprs())).collect()
            }
            StageKind::Sample(sample) => sample.by.iter().collect(),
            StageKind::TopHitters(hitters) => std::iter::once(&hitters.of).chain(&hitters.weight).collect(),
            StageKind::Assert(assert) => vec![&assert.predicate],
            StageKind::OverRows(rows) => rows.exprs().collect(),
            StageKind::Unpack(unpack) => unpack.made.iter().map(|named| &named.expr).chain([&unpack.bag]).collect(),
            StageKind::Drop(_)
            | StageKind::Take(_)
            | StageKind::Tail(_)
            | StageKind::Rename(_)
            | StageKind::Reorder(_)
            | StageKind::Distinct(_)
            | StageKind::Union(_)
            | StageKind::Getschema(_) => Vec::new(),
        }
    }

    /// The stage gives a field of this name a value of its own.
    pub(crate) fn makes(&self, name: &crate::Name) -> bool {
        let anew = |named: &super::Named| {
            named.name == *name && !matches!(&named.expr.kind, ExprKind::Field(own) if own == name)
        };
        match self {
            StageKind::Extend(made) | StageKind::Project(made) | StageKind::Unpack(Unpack { made, .. }) => {
                made.iter().any(anew)
            }
            StageKind::Rename(pairs) => pairs.iter().any(|(_, new)| new == name),
            StageKind::Summarize(summarize) => {
                summarize.keys.iter().any(anew) || summarize.outputs.iter().any(|output| output.name == *name)
            }
            StageKind::Parse(parse) => parse.fields().any(|field| field.name == *name),
            StageKind::ParseKv(parse) => parse.fields.iter().any(|field| field.name == *name),
            StageKind::MvExpand(expand) => {
                expand.items.iter().any(|item| item.named.name == *name)
                    || expand.index.as_ref() == Some(name)
                    || expand.inner.iter().any(|stage| stage.kind.makes(name))
            }
            StageKind::TopHitters(_) => true,
            StageKind::OverRows(rows) => rows.columns.iter().any(|column| column.name == *name),
            _ => false,
        }
    }
}
