//! What is written at the end of lines: the fields that a stage makes, with their types, and takes away.

use std::collections::{HashMap, HashSet};

use syntax::analysis::StageInfo;
use syntax::{Field, Severity, TextRange, TextSize, Type};

use super::schemas;
use crate::document::Document;

/// Fields that are named before "and more".
const NAMED: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub at: TextSize,
    pub text: String,
}

pub fn hints(document: &Document, within: TextRange) -> Vec<Hint> {
    let blocks = document.analysis().blocks.iter().filter(|block| block.range.intersect(within).is_some());
    let stages = blocks.flat_map(|block| &block.stages);
    let here = stages.filter(|stage| within.contains_inclusive(stage.range.end()));
    let typed = Typed::of(document);
    let here = here.filter(|stage| typed.as_ref().is_none_or(|typed| !typed.hides(document, stage.range.end())));
    here.filter_map(|stage| Some(Hint { at: stage.range.end(), text: made(stage)? })).collect()
}

/// Where somebody types: a line has no hint while it is written, nor have those that depend on what is half written.
struct Typed {
    line: u32,
    /// The block, where something in it is not whole.
    broken: Option<TextRange>,
}

impl Typed {
    fn of(document: &Document) -> Option<Typed> {
        let cursor = document.last_edit()?;
        let block = document.analysis().block_at(cursor).map(|block| block.range);
        let wrong = |range: &TextRange| {
            let mut within = document.diagnostics().iter().filter(|found| range.contains_range(found.range));
            within.any(|found| found.severity == Severity::Error)
        };
        Some(Typed { line: document.line(cursor), broken: block.filter(wrong) })
    }

    fn hides(&self, document: &Document, at: TextSize) -> bool {
        let line = document.line(at);
        line == self.line || line > self.line && self.broken.is_some_and(|block| block.contains(at))
    }
}

/// The whole change of the schema, of the stage whose hint is in this place.
pub fn tooltip(document: &Document, at: TextSize) -> Option<String> {
    let stages = document.analysis().blocks.iter().flat_map(|block| &block.stages);
    let stage = stages.filter(|stage| stage.range.end() == at).max_by_key(|stage| stage.range.start())?;
    made(stage).map(|_| schemas::difference(stage))
}

/// `→ errors: long, − 20 fields`; None for a stage that lets all through as it is.
fn made(stage: &StageInfo) -> Option<String> {
    // A source's fields are too many for a line; its hover has them.
    if stage.input.fields.is_empty() {
        return None;
    }
    // Most fields go through in their places, and a stage may have thousands.
    let same = stage.input.fields.iter().zip(&stage.output.fields).take_while(|(was, is)| was == is).count();
    let (before, after) = (&stage.input.fields[same..], &stage.output.fields[same..]);
    let types: HashMap<&str, Type> = before.iter().map(|field| (&*field.name, field.ty)).collect();
    let names: HashSet<&str> = after.iter().map(|field| &*field.name).collect();
    let new = after.iter().filter(|field| types.get(&*field.name).is_none_or(|was| *was != field.ty));
    let mut new: Vec<String> = new.map(|field| format!("{}: {}", field.name, field.ty)).collect();
    let more = new.len().saturating_sub(NAMED);
    new.truncate(NAMED);
    if more > 0 {
        new.push(format!("{more} more"));
    }
    let gone: Vec<&Field> = before.iter().filter(|field| !names.contains(&*field.name)).collect();
    match gone.as_slice() {
        [] => {}
        [one] => new.push(format!("− {}", one.name)),
        many => new.push(format!("− {} fields", many.len())),
    }
    (!new.is_empty()).then(|| format!("→ {}", new.join(", ")))
}

/// Where the line about a block's results goes: after its closing fence, or after its last line.
pub fn summary_place(document: &Document, block: &str) -> Option<TextSize> {
    let block = document.analysis().blocks.iter().find(|known| known.name == block)?;
    let text = document.slice(block.range);
    Some(block.range.start() + TextSize::of(text.trim_end()))
}
