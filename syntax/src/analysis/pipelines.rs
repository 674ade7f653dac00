//! Pipelines: where they begin, stage after stage, and what their result is.

use super::check::{Binding, Bound, Checker};
use super::{Resolution, What};
use crate::ast;
use crate::pipeline::{Pipeline, Reads, Render, Scope, Stage, StageKind};
use crate::source::{Scheme, SourceName};
use crate::{Diagnostic, Schema, TextRange};

/// A pipeline while it is being checked: what has been said so far.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) source: SourceName,
    /// What is read from the source; grows with names beyond an open schema.
    pub(super) input: Schema,
    pub(super) stages: Vec<Stage>,
    /// What leaves the last stage.
    pub(super) schema: Schema,
    /// There is a last row, so that rows can be sorted.
    pub(super) bounded: bool,
    /// Rows come window by window.
    pub(super) windowed: bool,
    pub(super) render: Option<Render>,
}

impl Flow {
    /// Adds a stage, and says what leaves it.
    pub(super) fn push(&mut self, range: TextRange, kind: StageKind, output: Schema) {
        self.stages.push(Stage { range, kind, output: output.clone() });
        self.schema = output;
    }

    /// Fields that were named beyond an open schema: they pass through everything up to here.
    pub(super) fn widen(&mut self, beyond: Vec<crate::Field>) {
        for field in beyond {
            for schema in
                self.stages.iter_mut().map(|stage| &mut stage.output).chain([&mut self.input, &mut self.schema])
            {
                if schema.field(&field.name).is_none() {
                    schema.fields.push(field.clone());
                }
            }
        }
    }

    pub(super) fn scope(&self) -> Scope {
        if self.windowed { Scope::Window } else { Scope::All }
    }
}

impl Checker<'_> {
    /// None where it cannot be known what the pipeline means.
    pub(super) fn pipeline(&mut self, pipeline: &ast::Pipeline) -> Option<Flow> {
        let mut stages: Vec<ast::Stage> = pipeline.stages().collect();
        let mut flow = match pipeline.source() {
            Some(source) => self.source(&source),
            // `union a, b` begins with its first source.
            None => match stages.first() {
                Some(ast::Stage::Union(_)) => {
                    let union = stages.remove(0);
                    self.leading_union(&union)
                }
                _ => None,
            },
        };
        for stage in &stages {
            let before = flow.as_ref().map(|flow| flow.schema.clone()).unwrap_or_default();
            if let Some(mut known) = flow.take() {
                // A broken stage lets the fields through that entered it, so that what follows is checked too.
                let fallback = known.clone();
                flow = match self.stage(stage, &mut known) {
                    Some(()) => Some(known),
                    None => {
                        self.broken = true;
                        Some(fallback)
                    }
                };
            } else if let ast::Stage::Unknown(unknown) = stage {
                self.unknown_stage(unknown);
            }
            let after = flow.as_ref().map(|flow| flow.schema.clone()).unwrap_or_default();
            self.note_stage(stage.range(), &before, &after);
        }
        flow
    }

    /// A source or let by name, or a pipeline in parentheses.
    pub(super) fn source(&mut self, source: &ast::Source) -> Option<Flow> {
        if let Some(inner) = source.subpipeline() {
            return self.pipeline(&inner.pipeline()?);
        }
        let flow = self.source_named(&source.name()?);
        let schema = flow.as_ref().map(|flow| flow.schema.clone()).unwrap_or_default();
        self.note_stage(source.range(), &schema, &schema);
        flow
    }

    pub(super) fn source_named(&mut self, name: &ast::NameRef) -> Option<Flow> {
        let text = name.text();
        match self.binding(&text, name.range()) {
            Some(Binding::Let(Bound::Flow(flow))) => return Some(*flow),
            Some(Binding::Let(Bound::Broken)) => return None,
            Some(Binding::Let(Bound::Expr(_)) | Binding::Param(_)) => {
                self.report(Diagnostic::not_a_pipeline(name.range(), &text));
                return None;
            }
            None => {}
        }
        let Some(decl) = self.context.sources.get(&text) else {
            self.report(Diagnostic::unknown_source(name.range(), &text, self.pipeline_names()));
            return None;
        };
        self.resolutions.push(Resolution { range: name.range(), what: What::Source(decl.name.clone()) });
        let schema = decl.schema();
        Some(Flow {
            source: decl.name.clone(),
            input: schema.clone(),
            stages: Vec::new(),
            schema,
            // Standard input ends, but nobody knows when; a file's end is there already.
            bounded: decl.uri.bounded() && decl.uri.scheme != Scheme::Stdin,
            windowed: false,
            render: None,
        })
    }

    /// The finished pipeline; None where an error keeps it from running.
    pub(super) fn result(&mut self, flow: Flow) -> Option<Pipeline> {
        if std::mem::take(&mut self.broken) {
            return None;
        }
        Some(self.finished(flow))
    }

    pub(super) fn finished(&self, flow: Flow) -> Pipeline {
        let render = flow.render.clone().unwrap_or_else(|| super::render::fitting(&flow));
        Pipeline { source: flow.source, input: flow.input, stages: flow.stages, render }
    }
}

impl Pipeline {
    /// Words and places of what is typed but cannot run yet; those of unions included.
    pub fn unsupported(&self) -> Vec<(String, TextRange)> {
        let mut found = Vec::new();
        for stage in &self.stages {
            match &stage.kind {
                StageKind::Unsupported { word, range } => found.push((word.clone(), *range)),
                StageKind::Union(others) => found.extend(others.iter().flat_map(Pipeline::unsupported)),
                StageKind::Summarize(summarize) => found.extend(super::summarize::unsupported(summarize, stage.range)),
                _ => {}
            }
        }
        found
    }

    /// Whether the answer needs every field that the source has.
    pub fn reads_all(&self) -> bool {
        self.reads() == Reads::All
    }
}
