//! Advice about pipelines that run as they are: filters that nothing passes, values that never occurred,
//! windows shorter than the lateness, groups beyond measure, filters that could stand earlier.
//!
//! One rule a file, each over the checked pipeline. What the rules say never keeps a pipeline from running.

mod late;
mod many;
mod never;
mod origins;
mod short;
mod unseen;

use super::What;
use super::check::Checker;
use crate::observed::SourceObserved;
use crate::pipeline::{Pipeline, StageKind};
use crate::source::SourceDecl;
use crate::{Diagnostic, TextRange};

use origins::Origins;

/// What a rule may ask.
struct Advice<'a> {
    pipeline: &'a Pipeline,
    /// The pipeline's own source.
    source: &'a SourceDecl,
    observed: Option<&'a SourceObserved>,
    checker: &'a Checker<'a>,
}

impl Advice<'_> {
    /// A runner that reads now has seen it, and not only the snapshot.
    fn live(&self) -> bool {
        self.observed.is_some_and(|observed| observed.live)
    }

    /// What stands there is the name of a let or parameter, whose value may be another next time.
    fn is_named(&self, range: TextRange) -> bool {
        self.checker.resolved(range).any(|what| matches!(what, What::Let(_) | What::Param(_)))
    }

    fn text(&self, range: TextRange) -> String {
        self.checker.written(range)
    }
}

impl Checker<'_> {
    pub(super) fn advise(&mut self, pipeline: &Pipeline) {
        let mut found = Vec::new();
        self.advice_of(pipeline, &mut found);
        self.diagnostics.extend(found);
    }

    fn advice_of(&self, pipeline: &Pipeline, found: &mut Vec<Diagnostic>) {
        let Some(source) = self.context.sources.get(&pipeline.source) else { return };
        let observed = self.context.observed.sources.get(&pipeline.source);
        let advice = Advice { pipeline, source, observed, checker: self };
        never::run(&advice, found);
        unseen::run(&advice, found);
        many::run(&advice, found);
        short::run(&advice, found);
        late::run(&advice, found);
        for stage in &pipeline.stages {
            match &stage.kind {
                StageKind::Union(others) => others.iter().for_each(|other| self.advice_of(other, found)),
                StageKind::Join(join) => self.advice_of(&join.right, found),
                StageKind::Lookup(lookup) => self.advice_of(&lookup.table, found),
                _ => {}
            }
        }
    }
}
