//! A runbook as a whole, for what stands beside its text: its parameters with their present values, and its
//! blocks in their order.

use std::collections::HashSet;

use syntax::analysis::{Resolution, Settings, What};
use syntax::{Severity, TextRange, Type, Value};

use super::{here, schemas};
use crate::document::Document;

/// Values that a parameter is offered.
const CHOICES: usize = 20;

#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The first heading.
    pub title: Option<String>,
    pub params: Vec<Param>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: String,
    pub ty: Type,
    /// As it is set: without quotes.
    pub default: Option<String>,
    pub value: Option<String>,
    /// It was set, and has not its default.
    pub set: bool,
    pub doc: Option<String>,
    /// What it can be, or what really occurs.
    pub choices: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub name: String,
    pub title: Option<String>,
    /// From fence to fence.
    pub range: TextRange,
    pub runnable: bool,
}

pub fn outline(document: &Document, settings: &Settings) -> Outline {
    let analysis = document.analysis();
    let title = document.parse().root().headings().next().map(|heading| heading.text());
    let param = |param: &syntax::analysis::Param| {
        let default = param.default.as_ref().map(text);
        let set = settings.get(&*param.name).cloned();
        Param {
            name: param.name.to_string(),
            ty: param.ty,
            value: set.clone().or_else(|| default.clone()),
            default,
            set: set.is_some(),
            doc: param.doc.clone(),
            choices: choices(document, param),
        }
    };
    let block = |block: &syntax::analysis::Block| Block {
        name: block.name.clone(),
        title: block.heading.clone(),
        range: block.range,
        runnable: is_runnable(document, block),
    };
    Outline {
        title,
        params: analysis.params.iter().map(param).collect(),
        blocks: analysis.blocks.iter().map(block).collect(),
    }
}

/// It has a result, and nothing in it is wrong.
pub fn is_runnable(document: &Document, block: &syntax::analysis::Block) -> bool {
    let found = document.diagnostics();
    let from = found.partition_point(|found| found.range.start() < block.range.start());
    let mut inside = found[from..].iter().take_while(|found| found.range.start() <= block.range.end());
    block.pipeline.is_some() && inside.all(|found| found.severity != Severity::Error)
}

/// Why a parameter cannot have this value; it is read as `--set` reads it.
pub fn refusal(document: &Document, name: &str, value: &str) -> Option<String> {
    let settings = Settings::from([(name.to_owned(), value.to_owned())]);
    let context = syntax::analysis::Context { settings, ..(*document.context()).clone() };
    let found = syntax::analyze(document.parse(), &context).diagnostics;
    let bad = found.into_iter().find(|found| found.code == syntax::Code::BadSetting)?;
    Some(match bad.help {
        Some(help) => format!("{}; {help}", bad.message),
        None => bad.message,
    })
}

/// A value as it is set: a literal without what only a text needs.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) | Value::Dynamic(text) => text.to_string(),
        other => {
            let literal = schemas::literal(other);
            let date = literal.strip_prefix("datetime(").and_then(|rest| rest.strip_suffix(')'));
            date.map_or_else(|| literal.clone(), str::to_owned)
        }
    }
}

/// The lets of other blocks that a block reads, directly or through others, as they are written.
pub fn lets_read(document: &Document, block: &syntax::analysis::Block) -> String {
    let analysis = document.analysis();
    let mut ranges = vec![block.body];
    let mut next = 0;
    while let Some(range) = ranges.get(next).copied() {
        next += 1;
        for used in within(&analysis.resolutions, range) {
            let What::Let(name) = &used.what else { continue };
            // Of two with one name, the last before it.
            let before = analysis.lets.iter().rev().filter(|defined| defined.range.end() <= used.range.start());
            let defined = before.into_iter().find(|defined| defined.name == *name).map(|defined| defined.range);
            ranges.extend(defined.filter(|range| !block.body.contains_range(*range) && !ranges.contains(range)));
        }
    }
    ranges[1..].iter().map(|range| document.slice(*range)).collect::<Vec<_>>().join("\n")
}

/// What the names in a part of the text stand for.
fn within(resolutions: &[Resolution], range: TextRange) -> impl Iterator<Item = &Resolution> {
    let from = resolutions.partition_point(|used| used.range.start() < range.start());
    resolutions[from..].iter().take_while(move |used| used.range.end() <= range.end())
}

/// The blocks that read a parameter, by name; lets between them count.
pub fn readers(document: &Document, param: &str) -> Vec<String> {
    let analysis = document.analysis();
    let mut lets: HashSet<&str> = HashSet::new();
    let reads = |lets: &HashSet<&str>, range: TextRange| {
        within(&analysis.resolutions, range).any(|used| match &used.what {
            What::Param(name) => **name == *param,
            What::Let(name) => lets.contains(&**name),
            _ => false,
        })
    };
    for defined in &analysis.lets {
        if reads(&lets, defined.range) {
            lets.insert(&defined.name);
        }
    }
    let blocks = analysis.blocks.iter().filter(|block| block.stages.iter().any(|stage| reads(&lets, stage.range)));
    blocks.map(|block| block.name.clone()).collect()
}

fn choices(document: &Document, param: &syntax::analysis::Param) -> Vec<String> {
    match param.ty {
        Type::Bool => ["true", "false"].map(str::to_owned).to_vec(),
        Type::String => {
            let context = document.context();
            let compared = here::compared_with(document, &param.name);
            let seen = compared.iter().filter_map(|(source, field)| context.observed.field(source, field));
            let mut found: Vec<String> = Vec::new();
            for (value, _) in seen.flat_map(|seen| &seen.top).filter(|(value, _)| !value.ends_with('…')) {
                if found.len() < CHOICES && !found.contains(value) {
                    found.push(value.clone());
                }
            }
            found
        }
        _ => Vec::new(),
    }
}
