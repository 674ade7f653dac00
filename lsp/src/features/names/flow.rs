//! Follows the fields through the stages of each pipeline, from where they are made to where they are named.

use std::collections::HashMap;

use syntax::analysis::{Made, Meaning, Named as How, StageInfo, What};
use syntax::ast::{self, AstNode, Stage};
use syntax::catalog::aggregates;
use syntax::source::SourceName;
use syntax::{Name, Schema, TextRange};

use super::{Id, Kind, Named, Names, Site, Thing};
use crate::document::Document;

pub(super) fn follow(document: &Document, names: &mut Names) {
    let analysis = document.analysis();
    let fields = analysis.resolutions.iter().filter_map(|used| match &used.what {
        What::Field { name, .. } => Some((used.range, name)),
        _ => None,
    });
    let starts = analysis.resolutions.iter().filter_map(|used| match &used.what {
        What::Let(name) => Some((used.range, Start::Let(name))),
        What::Source(name) => Some((used.range, Start::Source(name))),
        _ => None,
    });
    let stages = analysis.blocks.iter().flat_map(|block| &block.stages).map(|stage| (stage.range, stage));
    let mut walk = Walk {
        names,
        fields: fields.collect(),
        starts: starts.collect(),
        stages: stages.collect(),
        of_sources: HashMap::new(),
        lets: HashMap::new(),
    };
    let root = document.parse().root();
    let mut lets = analysis.lets.iter().peekable();
    for statement in root.blocks().filter_map(|block| block.body()).flat_map(|body| body.statements()) {
        let define = match statement {
            ast::Statement::Pipeline(pipeline) => {
                walk.pipeline(&pipeline);
                continue;
            }
            ast::Statement::Let(define) => define,
        };
        let carried = match define.value() {
            Some(ast::LetValue::Pipeline(pipeline)) => Some(walk.pipeline(&pipeline)),
            Some(ast::LetValue::Expr(ast::Expr::Name(name))) => Some(walk.named(name.range())),
            _ => None,
        };
        let range = define.range();
        let known = lets.next_if(|it| it.range == range);
        if let (Some(mut carried), Some(it)) = (carried, known) {
            if let Meaning::Pipeline(schema) = &it.meaning {
                carried.schema = schema.clone();
            }
            walk.lets.insert(it.name.clone(), carried);
        }
    }
}

/// What a pipeline can begin with.
enum Start<'a> {
    Let(&'a Name),
    Source(&'a SourceName),
}

struct Walk<'a> {
    names: &'a mut Names,
    /// Where fields are named, in the order of the text.
    fields: Vec<(TextRange, &'a Name)>,
    starts: HashMap<TextRange, Start<'a>>,
    stages: HashMap<TextRange, &'a StageInfo>,
    of_sources: HashMap<(SourceName, Name), Id>,
    lets: HashMap<Name, Carried>,
}

/// What leaves a stage.
#[derive(Clone, Default)]
struct Carried {
    schema: Schema,
    /// Fields that are not, or not only, what the sources have under this name.
    fields: HashMap<Name, Vec<Id>>,
    /// Where all others come from.
    sources: Vec<SourceName>,
}

impl<'a> Walk<'a> {
    fn pipeline(&mut self, pipeline: &ast::Pipeline) -> Carried {
        let mut stages = pipeline.stages().peekable();
        let mut carried = match pipeline.source() {
            Some(source) => self.source(&source),
            // `union a, b` begins with its first source.
            None => match stages.next_if(|stage| matches!(stage, Stage::Union(_))) {
                Some(Stage::Union(union)) => self.union(&union, None),
                _ => Carried::default(),
            },
        };
        for stage in stages {
            carried = self.stage(&stage, carried);
        }
        carried
    }

    fn source(&mut self, source: &ast::Source) -> Carried {
        if let Some(inner) = source.subpipeline() {
            return inner.pipeline().map(|pipeline| self.pipeline(&pipeline)).unwrap_or_default();
        }
        let mut carried = source.name().map(|name| self.named(name.range())).unwrap_or_default();
        if let Some(stage) = self.stages.get(&source.range()) {
            carried.schema = stage.output.clone();
        }
        carried
    }

    fn named(&self, range: TextRange) -> Carried {
        match self.starts.get(&range) {
            Some(Start::Let(name)) => self.lets.get(*name).cloned().unwrap_or_default(),
            Some(Start::Source(name)) => Carried { sources: vec![(*name).clone()], ..Carried::default() },
            None => Carried::default(),
        }
    }

    fn stage(&mut self, stage: &Stage, mut carried: Carried) -> Carried {
        let range = stage.range();
        let info = self.stages.get(&range).copied();
        let made: &[Made] = info.map_or(&[], |info| &info.made);
        let mut other = None;
        match stage {
            Stage::Union(union) => carried = self.union(union, Some(carried)),
            Stage::Join(join) => other = self.beside(join.source(), join.on(), &carried),
            Stage::Lookup(lookup) => other = self.beside(lookup.source(), lookup.on(), &carried),
            Stage::Summarize(summarize) => self.summarize(summarize, made, &mut carried),
            _ => self.uses(range, |_| true, &carried),
        }
        // What `summarize` groups by was made before its columns.
        let by = matches!(stage, Stage::Summarize(_));
        for made in made.iter().filter(|made| !by || !is_key(stage, made)) {
            self.make(made, other.as_ref(), &mut carried);
        }
        if let Some(info) = info {
            carried.schema = info.output.clone();
        }
        carried
    }

    /// Columns can name the keys; what stands within an aggregate sees the events.
    fn summarize(&mut self, stage: &ast::SummarizeStage, made: &[Made], carried: &mut Carried) {
        let Some(by) = stage.by() else { return self.uses(stage.range(), |_| true, carried) };
        let aggregates: Vec<TextRange> = stage.syntax().descendants().filter_map(aggregate).collect();
        let of_events = |range: TextRange| {
            by.range().contains_range(range) || aggregates.iter().any(|call| call.contains_range(range))
        };
        self.uses(stage.range(), of_events, carried);
        for key in made.iter().filter(|made| by.range().contains_range(made.range)) {
            self.make(key, None, carried);
        }
        self.uses(stage.range(), |range| !of_events(range), carried);
    }

    /// The other side of a join; keys are named on both.
    fn beside(&mut self, source: Option<ast::Source>, on: Option<ast::OnClause>, carried: &Carried) -> Option<Carried> {
        let other = self.source(&source?);
        for key in on.iter().flat_map(|on| on.keys()) {
            if let ast::Expr::Binary(equal) = &key {
                let sides = [(equal.lhs(), carried), (equal.rhs(), &other)];
                for (side, of) in sides {
                    side.into_iter().for_each(|side| self.uses(side.range(), |_| true, of));
                }
                continue;
            }
            let Some(&(range, name)) = self.within(key.range()).first() else { continue };
            let mut things = self.find(name, carried);
            things.extend(self.find(name, &other));
            things.sort_unstable();
            things.dedup();
            self.names.place(range, things, false);
        }
        Some(other)
    }

    fn union(&mut self, union: &ast::UnionStage, first: Option<Carried>) -> Carried {
        let mut sides: Vec<Carried> = first.into_iter().collect();
        for source in union.sources() {
            let side = self.source(&source);
            sides.push(side);
        }
        let mut merged = Carried::default();
        let mut all: Vec<Name> = sides
            .iter()
            .flat_map(|side| side.schema.fields.iter().map(|field| &field.name).chain(side.fields.keys()))
            .cloned()
            .collect();
        all.sort_unstable();
        all.dedup();
        for name in all {
            let mut things: Vec<Id> = Vec::new();
            for side in sides.iter().filter(|side| side.schema.field(&name).is_some()) {
                things.extend(self.find(&name, side));
            }
            things.sort_unstable();
            things.dedup();
            if things.len() > 1 && things.iter().any(|thing| self.names.things[*thing].site.is_some()) {
                self.names.ties.push(things.clone());
            }
            if !things.is_empty() {
                merged.fields.insert(name, things);
            }
        }
        for side in sides {
            merged.schema.open |= side.schema.open;
            for field in side.schema.fields.iter() {
                if merged.schema.field(&field.name).is_none() {
                    merged.schema.fields.push(field.clone());
                }
            }
            let new: Vec<_> = side.sources.into_iter().filter(|source| !merged.sources.contains(source)).collect();
            merged.sources.extend(new);
        }
        merged
    }

    fn make(&mut self, made: &Made, other: Option<&Carried>, carried: &mut Carried) {
        let Made { name, range, named } = made;
        let (range, name) = (*range, name.clone());
        let named = match named {
            How::Beside(old) => {
                let of = other.map(|other| self.find(old, other)).unwrap_or_default();
                let things = if *old == name {
                    of
                } else {
                    vec![self.names.thing(Thing { name: name.clone(), kind: Kind::Beside(of), site: None })]
                };
                carried.fields.insert(name, things);
                return;
            }
            How::Written => Named::Written,
            How::Implied => Named::Implied,
            How::Given => Named::Given,
        };
        let site = Some(Site { range, full: range, named });
        let thing = self.names.thing(Thing { name: name.clone(), kind: Kind::Made, site });
        if named == Named::Written {
            self.names.place(range, vec![thing], true);
        }
        carried.fields.insert(name, vec![thing]);
    }

    /// Notes the fields that are named in the range.
    fn uses(&mut self, range: TextRange, wanted: impl Fn(TextRange) -> bool, carried: &Carried) {
        for (range, name) in self.within(range) {
            if wanted(range) {
                let things = self.find(name, carried);
                self.names.place(range, things, false);
            }
        }
    }

    fn within(&self, range: TextRange) -> Vec<(TextRange, &'a Name)> {
        let from = self.fields.partition_point(|(field, _)| field.start() < range.start());
        let within = self.fields[from..].iter().take_while(|(field, _)| field.start() < range.end());
        within.copied().collect()
    }

    fn find(&mut self, name: &Name, carried: &Carried) -> Vec<Id> {
        if let Some(things) = carried.fields.get(name) {
            return things.clone();
        }
        let unknown = [SourceName::default()];
        let sources = if carried.sources.is_empty() { &unknown } else { carried.sources.as_slice() };
        sources.iter().map(|source| self.of_source(source, name)).collect()
    }

    fn of_source(&mut self, source: &SourceName, name: &Name) -> Id {
        let key = (source.clone(), name.clone());
        if let Some(thing) = self.of_sources.get(&key) {
            return *thing;
        }
        let thing = self.names.thing(Thing { name: name.clone(), kind: Kind::Of(source.clone()), site: None });
        self.of_sources.insert(key, thing);
        thing
    }
}

fn is_key(stage: &Stage, made: &Made) -> bool {
    let Stage::Summarize(summarize) = stage else { return false };
    summarize.by().is_some_and(|by| by.range().contains_range(made.range))
}

fn aggregate(node: syntax::SyntaxNode) -> Option<TextRange> {
    let call = ast::CallExpr::cast(node)?;
    aggregates::by_word(&call.function()?.text())?;
    Some(call.range())
}
