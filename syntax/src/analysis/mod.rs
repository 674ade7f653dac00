//! Names, types and the schema after every stage: from a parsed runbook to checked pipelines.

mod advice;
mod aggregates;
mod check;
mod drawn;
mod expand;
mod expression;
mod extent;
mod functions;
mod join;
mod literals;
mod moved;
mod names;
mod operators;
mod parse;
mod pipelines;
mod render;
mod reuse;
mod rows;
mod sample;
mod series;
mod stages;
mod summarize;
mod tables;
mod union;
mod unpack;
mod windows;

use std::collections::HashMap;
use std::sync::Arc;

use crate::lint::Levels;
use crate::observed::Observed;
use crate::pipeline::{Function, Pipeline};
use crate::source::{SourceName, Sources};
use crate::{Diagnostic, Field, Name, Schema, TextRange, TextSize, Type, Value};

pub use check::{analyze, analyze_after};
pub use extent::{MAX_DEPTH, MAX_INPUTS, MAX_PARTS, MAX_RUNBOOK_PARTS};
pub use operators::arithmetic_type;

/// What is known of a whole runbook. Editor, check and runner all read this one result.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    pub blocks: Vec<Block>,
    pub params: Vec<Param>,
    pub lets: Vec<Let>,
    /// In the order of the text, each range within the document.
    pub diagnostics: Vec<Diagnostic>,
    /// What each name in the text stands for, in the order of the text.
    pub resolutions: Vec<Resolution>,
    /// What the parameters were; with the three below for [`analyze_after`].
    values: HashMap<Name, Option<Value>>,
    incomplete_params: bool,
    defined: Vec<check::Defined>,
    kept: Vec<reuse::Kept>,
}

/// A name in the text, and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    pub range: TextRange,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Field {
        name: Name,
        ty: Type,
    },
    Function(Function),
    /// By its word in the catalog.
    Aggregate(&'static str),
    Let(Name),
    Param(Name),
    Source(SourceName),
}

/// Names that stand within each other at one place.
const NESTED: usize = 16;

impl Analysis {
    /// The block that holds the offset.
    pub fn block_at(&self, offset: TextSize) -> Option<&Block> {
        self.blocks.iter().find(|block| block.range.contains_inclusive(offset))
    }

    /// What the name at the offset stands for.
    pub fn resolution_at(&self, offset: TextSize) -> Option<&Resolution> {
        // They are in the order of the text; a path into a value has names within each other.
        let behind = self.resolutions.partition_point(|resolution| resolution.range.start() <= offset);
        let near = &self.resolutions[behind.saturating_sub(NESTED)..behind];
        near.iter().find(|resolution| resolution.range.contains_inclusive(offset))
    }

    /// What the name at exactly this range stands for.
    pub fn resolution_of(&self, range: TextRange) -> Option<&Resolution> {
        let from = self.resolutions.partition_point(|resolution| resolution.range.start() < range.start());
        let mut here =
            self.resolutions[from..].iter().take_while(|resolution| resolution.range.start() == range.start());
        here.find(|resolution| resolution.range == range)
    }

    /// The schema that enters the stage at the offset: of what stands before it in its block.
    pub fn schema_at(&self, offset: TextSize) -> Option<&Schema> {
        let stages = &self.block_at(offset)?.stages;
        let within = stages.iter().find(|stage| stage.range.contains(offset)).map(|stage| &stage.input);
        let before = || stages.iter().rev().find(|stage| stage.range.end() <= offset).map(|stage| &stage.output);
        within.or_else(before)
    }
}

#[derive(Clone, Debug)]
pub struct Block {
    /// `name=` of the info string, else the block's number from 1.
    pub name: String,
    pub index: usize,
    /// The nearest heading above, its text alone.
    pub heading: Option<String>,
    /// From the opening fence to the closing one.
    pub range: TextRange,
    /// Between the fences.
    pub body: TextRange,
    /// The stages as written in this block, with what enters and leaves each.
    pub stages: Vec<StageInfo>,
    /// None where the block only defines lets, or where an error keeps it from running.
    pub pipeline: Option<Pipeline>,
}

#[derive(Clone, Debug)]
pub struct StageInfo {
    /// From the stage's word to its end, without the pipe. For a source: the source's name.
    pub range: TextRange,
    pub input: Schema,
    pub output: Schema,
    /// The fields that are new behind it. What is in both schemas and not here is still the same field.
    pub made: Vec<Made>,
}

/// A field where a stage makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    pub name: Name,
    /// Of the name where it is written, else of what it is made of.
    pub range: TextRange,
    pub named: Named,
}

/// Where the name of a field that is made comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Named {
    /// It is written there.
    Written,
    /// From the expression; `name = ` can be written before it.
    Implied,
    /// From the stage or function, for good.
    Given,
    /// It is the field of this name of the other side of a join or lookup.
    Beside(Name),
}

/// A parameter of the front matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: Name,
    pub ty: Type,
    pub default: Option<Value>,
    pub doc: Option<String>,
    pub range: TextRange,
}

#[derive(Clone, Debug)]
pub struct Let {
    pub name: Name,
    pub range: TextRange,
    pub name_range: TextRange,
    /// The schema that leaves it where it is a pipeline, its type where it is an expression.
    pub meaning: Meaning,
}

#[derive(Clone, Debug)]
pub enum Meaning {
    Pipeline(Schema),
    Expression(Type),
    Function {
        /// Its name and parameters, as they are written.
        signature: String,
        /// The type of each parameter; none of one that takes a pipeline.
        parameters: Vec<Option<Type>>,
    },
    Broken,
}

/// Values set from outside, e.g. by `--set customer=c-7`, still as text.
pub type Settings = HashMap<String, String>;

/// Everything the analysis is given besides the text.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub sources: Sources,
    pub settings: Settings,
    /// What the sources look like, for advice.
    pub observed: Arc<Observed>,
    /// Members of bags that were seen, by where the `evaluate bag_unpack(…)` that unpacks them begins.
    pub unpacked: HashMap<TextSize, Vec<Field>>,
    /// How findings are told; the analysis itself does not look at it.
    pub levels: Levels,
}

/// The expression as this type.
pub(crate) fn converted(expr: crate::pipeline::Expr, ty: crate::Type) -> crate::pipeline::Expr {
    operators::convert(expr, ty)
}

impl Context {
    /// With what was observed: open sources have the fields that were seen in them.
    pub fn observing(mut self, observed: Arc<Observed>) -> Context {
        for decl in &mut self.sources.sources {
            if let Some(source) = observed.sources.get(&decl.name) {
                source.teach(decl);
            }
        }
        self.observed = observed;
        self
    }
}
