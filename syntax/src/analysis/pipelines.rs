//! Pipelines: where they begin, stage after stage, and what their result is.

use super::check::{Binding, Bound, Checker};
use super::rows::Order;
use super::stages::matches_pattern;
use super::{Resolution, What};
use crate::ast::{self, AstNode};
use std::sync::Arc;

use crate::pipeline::{Literal, Pipeline, Reads, Render, Scope, Stage, StageKind};
use crate::source::{Scheme, SourceDecl, SourceName};
use crate::{Diagnostic, Field, Name, Schema, SyntaxKind, SyntaxNode, TextRange, Type};

/// A pipeline while it is being checked: what has been said so far.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) source: SourceName,
    pub(super) literal: Option<Arc<Literal>>,
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
    /// Of fields that come later, only those that each of these sets of patterns has.
    kept: Vec<Vec<String>>,
    /// The rows have a known order.
    pub(super) order: Option<Order>,
    /// They come from several pipelines, of which none waits for another.
    pub(super) several: bool,
    /// Something before was wrong and has been said: any name may be there, of any type.
    doubtful: bool,
}

impl Flow {
    /// Of which nothing is known.
    pub(super) fn doubtful() -> Flow {
        Flow {
            source: "".into(),
            literal: None,
            input: Schema::default(),
            stages: Vec::new(),
            schema: Schema { open: true, ..Schema::default() },
            bounded: true,
            windowed: false,
            render: None,
            kept: Vec::new(),
            order: Some(Order::default()),
            several: false,
            doubtful: true,
        }
    }

    /// That begins with these fields, and has an end.
    pub(super) fn of(source: &str, schema: Schema) -> Flow {
        Flow { source: source.into(), input: schema.clone(), schema, order: None, doubtful: false, ..Flow::doubtful() }
    }

    pub(super) fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Adds a stage, and says what leaves it.
    pub(super) fn push(&mut self, range: TextRange, kind: StageKind, output: Schema) {
        self.keep_order(&kind);
        self.stages.push(Stage { range, kind, output: output.clone() });
        self.schema = output;
        // A picture is of what it stands behind.
        self.render = None;
    }

    /// Whether a field that nobody declared may come through from a source up to here.
    pub(super) fn may_have(&self, name: &str) -> bool {
        let kept = |patterns: &Vec<String>| patterns.iter().any(|pattern| matches_pattern(pattern, name));
        self.doubtful || self.schema.open && self.kept.iter().all(kept) && may_have(&self.input, &self.stages, name)
    }

    /// From here on, fields that come later are only those of these patterns.
    pub(super) fn keep_only(&mut self, patterns: Vec<String>) {
        self.kept.push(patterns);
    }

    /// Fields that were named beyond an open schema: they pass through everything up to here.
    pub(super) fn widen(&mut self, beyond: Vec<Field>) {
        for field in beyond {
            if self.doubtful {
                insert(&mut self.schema, usize::MAX, &field);
            } else {
                widen(&mut self.input, &mut self.stages, &field);
                self.schema = self.stages.last().map_or(&self.input, |stage| &stage.output).clone();
            }
        }
    }

    /// A stage is wrong: what it would have made may be there, and so may everything that entered it.
    fn doubt(&mut self, stage: &ast::Stage) {
        self.doubtful = true;
        self.bounded = true;
        self.order = Some(Order::default());
        self.schema.open = true;
        for named in stage.syntax().descendants().filter_map(ast::NamedExpr::cast) {
            if let Some(name) = named.name() {
                self.schema.set(Field::new(name.text(), Type::Dynamic));
            }
        }
    }

    pub(super) fn scope(&self) -> Scope {
        if self.windowed { Scope::Window } else { Scope::All }
    }
}

/// From the last stage back: where it is open all the way, and nothing has dropped or renamed the field.
fn may_have(input: &Schema, stages: &[Stage], name: &str) -> bool {
    for (place, stage) in stages.iter().enumerate().rev() {
        match &stage.kind {
            StageKind::Drop(names) if names.iter().any(|dropped| **dropped == *name) => return false,
            StageKind::Rename(pairs) if pairs.iter().any(|(old, _)| **old == *name) => return false,
            StageKind::Unpack(unpack) if unpack.key(name).is_some() => return true,
            StageKind::Union(others) => {
                let has = |other: &Pipeline| other.output().open && may_have(&other.input, &other.stages, name);
                if others.iter().any(has) {
                    return true;
                }
            }
            kind => {
                let has =
                    |(other, _): (&Pipeline, _)| other.output().open && may_have(&other.input, &other.stages, name);
                if beside(kind).is_some_and(has) {
                    return true;
                }
            }
        }
        let before = place.checked_sub(1).map_or(input, |before| &stages[before].output);
        if !before.open {
            return false;
        }
    }
    input.open
}

/// The other side of a stage that puts its fields beside those of the main one, and their names.
fn beside(kind: &StageKind) -> Option<(&Pipeline, &Vec<(Name, Name)>)> {
    match kind {
        StageKind::Join(join) if join.kind.gives_left() && join.kind.gives_right() => Some((&join.right, &join.added)),
        StageKind::Lookup(lookup) if !lookup.kind.keeps_events() => Some((&lookup.table, &lookup.added)),
        _ => None,
    }
}

fn beside_mut(kind: &mut StageKind) -> Option<(&mut Pipeline, &mut Vec<(Name, Name)>)> {
    match kind {
        StageKind::Join(join) if join.kind.gives_left() && join.kind.gives_right() => {
            Some((&mut join.right, &mut join.added))
        }
        StageKind::Lookup(lookup) if !lookup.kind.keeps_events() => Some((&mut lookup.table, &mut lookup.added)),
        _ => None,
    }
}

/// Adds the field wherever it may come from, the other inputs of unions included, in the place among the
/// fields that a runner gives it.
fn widen(input: &mut Schema, stages: &mut [Stage], field: &Field) {
    // The stage behind which the field is there: a union may bring it in.
    let mut begin = 0;
    for place in (0..stages.len()).rev() {
        let open_before = place.checked_sub(1).map_or(&*input, |before| &stages[before].output).open;
        let range = stages[place].range;
        if let StageKind::Unpack(unpack) = &mut stages[place].kind
            && unpack.key(&field.name).is_some()
        {
            unpack.add(field, range);
            begin = place + 1;
            break;
        }
        if let StageKind::Union(others) = &mut stages[place].kind {
            for other in others {
                if other.output().open && may_have(&other.input, &other.stages, &field.name) {
                    widen(&mut other.input, &mut other.stages, field);
                }
            }
            if !open_before || !may_have(input, &stages[..place], &field.name) {
                begin = place + 1;
                break;
            }
        } else if beside(&stages[place].kind).is_some()
            && (!open_before || !may_have(input, &stages[..place], &field.name))
            && let Some((other, added)) = beside_mut(&mut stages[place].kind)
        {
            // The main side has it not, so it is the other's.
            widen(&mut other.input, &mut other.stages, field);
            added.push((field.name.clone(), field.name.clone()));
            begin = place + 1;
            break;
        }
    }
    let first = begin.checked_sub(1).map_or(&mut *input, |place| &mut stages[place].output);
    let mut at = first.position(&field.name).unwrap_or(first.fields.len());
    insert(first, at, field);
    for place in begin..stages.len() {
        let (earlier, stage) = stages.split_at_mut(place);
        let before = earlier.last().map_or(&*input, |before| &before.output);
        let Some(stage) = stage.first_mut() else { return };
        let named =
            |names: &[Name], fields: &[Field]| fields.iter().filter(|known| names.contains(&known.name)).count();
        match &mut stage.kind {
            StageKind::Drop(names) => at -= named(names, &before.fields[..at]),
            StageKind::Reorder(names) => at += named(names, &before.fields[at..]),
            // `*` stands for it too, behind the fields that were known.
            StageKind::Distinct(names) => {
                names.push(field.name.clone());
                at = usize::MAX;
            }
            StageKind::Summarize(summarize) => {
                summarize.add_by_star(field);
                at = usize::MAX;
            }
            // Within an event its own fields are there as long as no stage makes others.
            StageKind::MvExpand(expand) => {
                let makes_others = |kind: &StageKind| {
                    matches!(
                        kind,
                        StageKind::Project(_)
                            | StageKind::Summarize(_)
                            | StageKind::Distinct(_)
                            | StageKind::TopHitters(_)
                            | StageKind::Getschema(_)
                    )
                };
                for inner in expand.inner.iter_mut().take_while(|inner| !makes_others(&inner.kind)) {
                    insert(&mut inner.output, at, field);
                }
            }
            _ => {}
        }
        at = at.min(stage.output.fields.len());
        insert(&mut stage.output, at, field);
    }
}

fn insert(schema: &mut Schema, at: usize, field: &Field) {
    if schema.field(&field.name).is_none() {
        let at = at.min(schema.fields.len());
        schema.fields.insert(at, field.clone());
    }
}

impl Checker<'_> {
    /// None where there is not even a beginning.
    pub(super) fn pipeline(&mut self, pipeline: &ast::Pipeline) -> Option<Flow> {
        let mut stages: Vec<ast::Stage> = pipeline.stages().collect();
        let flow = match pipeline.source() {
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
        if flow.is_none() {
            self.broken = true;
        }
        // What follows something wrong is checked too, as far as it can be.
        let mut flow = flow.unwrap_or_else(Flow::doubtful);
        for stage in &stages {
            let before = flow.schema.clone();
            if self.stage(stage, &mut flow).is_none() {
                self.broken = true;
                flow.doubt(stage);
                self.note_attempted(stage);
            }
            let same = std::ptr::eq(before.fields.as_ptr(), flow.schema.fields.as_ptr());
            if !same && !self.affords_fields(&flow, stage.range()) {
                flow = Flow::doubtful();
            }
            self.note_stage(stage.range(), &before, &flow.schema);
        }
        let early = stages.iter().rev().skip(1).filter(|stage| matches!(stage, ast::Stage::Render(_)));
        for render in early {
            self.report(Diagnostic::render_not_last(render.range()));
            self.broken = true;
        }
        Some(flow)
    }

    /// Of a stage that is wrong: the names that it would have given.
    fn note_attempted(&mut self, stage: &ast::Stage) {
        let is_argument = |node: &SyntaxNode| node.parent().is_some_and(|outer| outer.kind() == SyntaxKind::ARG_LIST);
        let own = stage.syntax().descendants().filter(|node| !is_argument(node)).filter_map(ast::NamedExpr::cast);
        for name in own.filter_map(|named| named.name()) {
            let text: Name = name.text().into();
            if self.made.iter().all(|made| made.range != name.range()) {
                self.note_made(&text, Some(name.range()), name.range());
            }
        }
    }

    /// A source or let by name, or a pipeline in parentheses.
    pub(super) fn source(&mut self, source: &ast::Source) -> Option<Flow> {
        if let Some(inner) = source.subpipeline() {
            return self.pipeline(&inner.pipeline()?);
        }
        if let Some(made) = self.made_source(source) {
            let schema = made.as_ref().map(|flow| flow.schema.clone()).unwrap_or_default();
            if source.materialize().is_none() {
                self.note_stage(source.range(), &Schema::default(), &schema);
            }
            return made;
        }
        if let Some(call) = source.call() {
            let flow = self.call_source(&call);
            let schema = flow.as_ref().map(|flow| flow.schema.clone()).unwrap_or_default();
            self.note_stage(source.range(), &schema, &schema);
            return flow;
        }
        let flow = self.source_named(&source.name()?);
        let schema = flow.as_ref().map(|flow| flow.schema.clone()).unwrap_or_default();
        self.note_stage(source.range(), &schema, &schema);
        flow
    }

    pub(super) fn source_named(&mut self, name: &ast::NameRef) -> Option<Flow> {
        let text = name.text();
        if self.function_range(&text).is_some() {
            self.binding(&text, name.range());
            return self.call_bare(name);
        }
        match self.binding(&text, name.range()) {
            Some(Binding::Let(Bound::Flow(flow))) => return Some(*flow),
            Some(Binding::Let(Bound::Broken | Bound::Function(_))) => return None,
            Some(Binding::Let(Bound::Expr(_)) | Binding::Param(_)) => {
                self.report(Diagnostic::not_a_pipeline(name.range(), &text));
                return None;
            }
            None => {}
        }
        let Some(decl) = self.context.sources.get(&text) else {
            self.here.asks_all();
            let below = self.is_below(&text, name.range());
            self.report(match below {
                true => Diagnostic::defined_below(name.range(), &text),
                false => Diagnostic::unknown_source(name.range(), &text, self.pipeline_names()),
            });
            return None;
        };
        if !self.affords_input(name.range()) {
            return None;
        }
        Some(self.flow_of(decl, name.range()))
    }

    /// The beginning of a pipeline that reads a source.
    pub(super) fn flow_of(&mut self, decl: &SourceDecl, range: TextRange) -> Flow {
        self.resolutions.push(Resolution { range, what: What::Source(decl.name.clone()) });
        let schema = self.schemas.entry(decl.name.clone()).or_insert_with(|| decl.schema()).clone();
        Flow {
            source: decl.name.clone(),
            literal: None,
            input: schema.clone(),
            stages: Vec::new(),
            schema,
            // Standard input ends, but nobody knows when; a file's end is there already.
            bounded: decl.uri.bounded() && decl.uri.scheme != Scheme::Stdin,
            windowed: false,
            render: None,
            kept: Vec::new(),
            order: None,
            several: false,
            doubtful: false,
        }
    }

    /// The finished pipeline; None where an error keeps it from running.
    pub(super) fn result(&mut self, flow: Flow) -> Option<Pipeline> {
        if std::mem::take(&mut self.broken) {
            return None;
        }
        Some(self.finished(flow))
    }

    /// Of a pipeline within another one, of which all fields have to be known.
    pub(super) fn finished_within(&mut self, flow: Flow) -> Pipeline {
        let unpacks = flow.stages.iter().find(|stage| matches!(stage.kind, StageKind::Unpack(_)));
        if let Some(range) = unpacks.map(|stage| stage.range) {
            self.report(Diagnostic::unpack_without_columns(range, TextRange::empty(range.end()), &[]));
            self.broken = true;
        }
        self.finished(flow)
    }

    fn finished(&self, flow: Flow) -> Pipeline {
        let render = flow.render.clone().unwrap_or_else(|| super::render::fitting(&flow));
        let Flow { source, literal, input, stages, .. } = flow;
        Pipeline { source, literal, input, stages, render }
    }
}

impl Pipeline {
    /// Whether the answer needs every field that the source has.
    pub fn reads_all(&self) -> bool {
        self.reads() == Reads::All
    }
}
