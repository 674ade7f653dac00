//! Names, types and the schema after every stage: from a parsed runbook to checked pipelines.

use std::collections::HashMap;

use crate::pipeline::Pipeline;
use crate::source::Sources;
use crate::{Diagnostic, Name, Schema, TextRange, Type, Value};

/// What is known of a whole runbook. Editor, check and runner all read this one result.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    pub blocks: Vec<Block>,
    pub params: Vec<Param>,
    pub lets: Vec<Let>,
    /// In the order of the text, each range within the document.
    pub diagnostics: Vec<Diagnostic>,
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
}

/// A parameter of the front matter.
#[derive(Clone, Debug)]
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
    Broken,
}

/// Values set from outside, e.g. by `--set customer=c-7`, still as text.
pub type Settings = HashMap<String, String>;

/// Everything the analysis is given besides the text.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub sources: Sources,
    pub settings: Settings,
}
