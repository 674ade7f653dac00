//! What is written at the end of lines: the fields that a stage makes, with their types, and takes away.

use syntax::analysis::StageInfo;
use syntax::{Field, TextRange, TextSize};

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
    here.filter_map(|stage| Some(Hint { at: stage.range.end(), text: made(stage)? })).collect()
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
    let new =
        stage.output.fields.iter().filter(|field| stage.input.field(&field.name).is_none_or(|was| was.ty != field.ty));
    let mut new: Vec<String> = new.map(|field| format!("{}: {}", field.name, field.ty)).collect();
    let more = new.len().saturating_sub(NAMED);
    new.truncate(NAMED);
    if more > 0 {
        new.push(format!("{more} more"));
    }
    let gone: Vec<&Field> =
        stage.input.fields.iter().filter(|field| stage.output.field(&field.name).is_none()).collect();
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
