//! A running pipeline is analysed again when its sources' schemas have grown.
//!
//! A source that declares nothing may bring a new field, or another type for a known one, with any event. A flow whose
//! rows would have the field, or that reads it as a type that does not hold the new values, is planned anew before
//! that event goes in: the text is analysed with the schema of now, and each operator takes over what its predecessor
//! holds. Where the text does not check with a wider type, or what is held cannot be said in it, the field keeps the
//! type as which the stages read it; values that are none of that type are null there, counted and told.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use syntax::analysis::Context;
use syntax::pipeline::{Pipeline, Render};
use syntax::source::{SourceDecl, SourceName};
use syntax::{Field, Name, Schema, Severity, Type};

use crate::empty::Why;
use crate::execution::{Execution, Input};
use crate::flows::Text;
use crate::loose::Loose;
use crate::operator::Limits;
use crate::source::Wanted;
use crate::unpacked::{COLUMNS, Scout};
use crate::{Error, batch, rewrite};

/// What a block is analysed with, to do it again.
pub(crate) struct Replan {
    text: Text,
    block: String,
    context: Context,
    now: i64,
    limits: Limits,
    /// Types that stages need, whatever comes.
    kept: HashMap<(SourceName, Name), Type>,
    /// Of each input: the fields that the text names and no event has had.
    unseen: Vec<Vec<Name>>,
    /// What looks for members of bags ahead.
    scouts: Vec<Scout>,
    told_of_members: bool,
    /// What is to be told before anything runs.
    told: Vec<String>,
    /// Of each input: the schema of the last batch that goes in as it is.
    fits: Vec<Option<SchemaRef>>,
}

/// What runs from now on.
pub(crate) struct Replanned {
    pub(crate) pipeline: Pipeline,
    pub(crate) execution: Execution,
    /// Fields that keep the type as which they are read, though values of another type came: the type that holds
    /// both.
    pub(crate) kept: Vec<(Name, Type, Type)>,
    /// Why, where there are any.
    pub(crate) because: Option<Error>,
}

impl Replan {
    /// `context`: with the schemas under which the block was analysed.
    pub(crate) fn new(
        text: &Text,
        block: &str,
        context: &Context,
        pipeline: &Pipeline,
        execution: &Execution,
        now: i64,
        limits: &Limits,
    ) -> Result<Replan, Error> {
        let inputs = execution.inputs().len();
        let mut replan = Replan {
            text: text.clone(),
            block: block.to_owned(),
            context: context.clone(),
            now,
            limits: limits.clone(),
            kept: HashMap::new(),
            unseen: Vec::new(),
            scouts: Scout::all(pipeline, now, limits)?,
            told_of_members: false,
            told: Vec::new(),
            fits: vec![None; inputs],
        };
        replan.note_unseen(execution);
        Ok(replan)
    }

    /// Whether a batch of the main source brings members of bags that are no fields yet.
    pub(crate) fn brings_members(&mut self, batch: &RecordBatch) -> Result<bool, Error> {
        let mut more = false;
        for scout in &mut self.scouts {
            more |= scout.look(batch, self.context.unpacked.entry(scout.at).or_default())?;
        }
        Ok(more)
    }

    /// Once each, where a value is no bag, and where a bag has more members than become fields.
    pub(crate) fn tells_of_members(&mut self) -> Option<String> {
        if let Some(value) = self.scouts.iter_mut().find_map(Scout::take_no_bag) {
            return Some(format!(
                "`bag_unpack` makes fields of the members of bags, as Kusto's does; a value that is no bag, such as \
                 `{value}`, has none and is in no field"
            ));
        }
        let left_out = !self.told_of_members && self.scouts.iter().any(Scout::has_left_out);
        self.told_of_members |= left_out;
        left_out.then(|| {
            format!(
                "`bag_unpack` makes at most {COLUMNS} fields, and the bags have more members; name those that you need: \
                 `evaluate bag_unpack(…) : (*, name: string)`"
            )
        })
    }

    /// These fields are read as any values, whatever comes.
    pub(crate) fn keep_loose(&mut self, loose: &Loose) {
        self.kept.extend(loose.fields.iter().map(|field| (field.clone(), Type::Dynamic)));
        self.told.clone_from(&loose.told);
    }

    /// What is to be told now.
    pub(crate) fn take_told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }

    pub(crate) fn unpacks(&self) -> bool {
        !self.context.unpacked.is_empty()
    }

    /// The text does not check with the types of the members: they are any values.
    pub(crate) fn take_members_as_any(&mut self) {
        let fields = self.context.unpacked.values_mut().flatten();
        fields.for_each(|field| field.ty = Type::Dynamic);
    }

    fn note_unseen(&mut self, execution: &Execution) {
        let sources = &self.context.sources;
        let unseen = |input: &Input| {
            let seen = sources.get(&input.source).map(|decl| decl.schema());
            let unseen = |field: &&Field| seen.as_ref().is_some_and(|seen| seen.field(&field.name).is_none());
            input.fields.iter().filter(unseen).map(|field| field.name.clone()).collect()
        };
        self.unseen = execution.inputs().iter().map(unseen).collect();
        self.fits.fill(None);
    }

    /// Whether a batch of this schema goes into the input as it is planned.
    pub(crate) fn fits(&mut self, number: usize, input: &Input, schema: &SchemaRef) -> bool {
        if self.fits[number].as_ref().is_some_and(|known| std::sync::Arc::ptr_eq(known, schema)) {
            return true;
        }
        let unseen = &self.unseen[number];
        let fits = schema.fields().iter().all(|field| {
            let found = batch::field_type(field);
            match input.fields.iter().find(|known| *known.name == **field.name()) {
                None => input.wanted != Wanted::All,
                // It was taken to be anything; now it is known what it is.
                Some(known) if unseen.contains(&known.name) => known.ty == found,
                Some(known) => {
                    let kept = || self.kept.contains_key(&(input.source.clone(), known.name.clone()));
                    known.ty.holds(found) || kept()
                }
            }
        });
        if fits {
            self.fits[number] = Some(schema.clone());
        }
        fits
    }

    /// Plans the block with these schemas, and takes over what `running` holds.
    pub(crate) fn again(
        &mut self,
        schemas: &[(SourceName, Schema)],
        running: &Execution,
        render: &Render,
    ) -> Result<Replanned, Error> {
        let error = match self.attempt(schemas, running) {
            Ok((pipeline, execution, context)) => {
                self.context = context;
                self.scouts = Scout::all(&pipeline, self.now, &self.limits)?;
                self.note_unseen(&execution);
                return Ok(Replanned { pipeline: drawn(pipeline, render), execution, kept: Vec::new(), because: None });
            }
            Err(error) => error,
        };
        // What was widened keeps the type that it has in the plan, or is a number of any kind where it was one; what is
        // new comes all the same.
        for number in [Type::Real, Type::Long] {
            let mut kept: Vec<(Name, Type, Type)> = Vec::new();
            for (input, (source, schema)) in running.inputs().iter().zip(schemas) {
                for field in &input.fields {
                    let Some(now) = schema.field(&field.name).filter(|now| now.ty != field.ty) else { continue };
                    let ty = if field.ty == Type::Long { number } else { field.ty };
                    self.kept.insert((source.clone(), field.name.clone()), ty);
                    if !kept.iter().any(|(name, ..)| *name == field.name) {
                        kept.push((field.name.clone(), ty, now.ty));
                    }
                }
            }
            if kept.is_empty() {
                return Err(error);
            }
            if let Ok((pipeline, execution, context)) = self.attempt(schemas, running) {
                self.context = context;
                self.scouts = Scout::all(&pipeline, self.now, &self.limits)?;
                self.note_unseen(&execution);
                kept.retain(|(_, ty, now)| !ty.holds(*now));
                return Ok(Replanned { pipeline: drawn(pipeline, render), execution, kept, because: Some(error) });
            }
        }
        Err(error)
    }

    /// What tells why the pipeline of now shows nothing. `words`: those of its stages.
    pub(crate) fn why(&self, pipeline: &Pipeline, words: &[String], decl: &SourceDecl) -> Why {
        Why::new(pipeline, self.text.as_str(), words, decl, self.now)
    }

    /// Nothing that comes in this schema leads to another plan any more.
    pub(crate) fn give_up(&mut self, number: usize, schema: &SchemaRef) {
        self.fits[number] = Some(schema.clone());
    }

    /// The block's pipeline with these schemas, as it is written.
    pub(crate) fn pipeline(&self, schemas: &[(SourceName, Schema)]) -> Result<(Pipeline, Context), Error> {
        let mut context = self.context.clone();
        for (source, schema) in schemas {
            let Some(decl) = context.sources.sources.iter_mut().find(|decl| decl.name == *source) else { continue };
            if !decl.open {
                continue;
            }
            let mut schema = schema.clone();
            for field in schema.fields.iter_mut() {
                if let Some(ty) = self.kept.get(&(source.clone(), field.name.clone())) {
                    field.ty = *ty;
                }
            }
            decl.grow(&schema);
        }
        let parse = self.text.parse();
        let analysis = syntax::analyze(&parse, &context);
        let block = analysis.blocks.iter().find(|block| block.name == self.block);
        let block = block.ok_or_else(|| Error::Internal(format!("the block {} is gone", self.block)))?;
        let wrong = analysis
            .diagnostics
            .iter()
            .find(|diagnostic| diagnostic.severity == Severity::Error && block.range.contains_range(diagnostic.range));
        match (&block.pipeline, wrong) {
            (Some(pipeline), None) => Ok((pipeline.clone(), context)),
            (_, Some(wrong)) => Err(Error::rejected(wrong.message.clone())),
            (None, None) => Err(Error::rejected("what it is built on does not check with the fields that came")),
        }
    }

    fn attempt(
        &self,
        schemas: &[(SourceName, Schema)],
        running: &Execution,
    ) -> Result<(Pipeline, Execution, Context), Error> {
        let (pipeline, context) = self.pipeline(schemas)?;
        let plan = rewrite::rewrite(&pipeline, self.now);
        let mut execution = Execution::of(&plan, self.now, &self.limits)?;
        execution.adopt(running)?;
        Ok((pipeline, execution, context))
    }
}

/// A picture that has begun stays what it is.
fn drawn(pipeline: Pipeline, render: &Render) -> Pipeline {
    Pipeline { render: render.clone(), ..pipeline }
}

#[cfg(test)]
mod tests;
