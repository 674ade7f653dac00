//! What the runbook's own tests name: columns of the blocks that they are for, and parameters that they set.

use syntax::analysis::Analysis;
use syntax::{Edit, Name, TextRange, TextSize};

use crate::cases::{Case, cases};
use crate::document::Document;

/// Columns that blocks give under the new name only, once these edits are made.
pub(super) fn columns(document: &Document, edits: &[Edit], old: &str, new: &str) -> Vec<Edit> {
    let cases = cases(document.text());
    if cases.is_empty() {
        return Vec::new();
    }
    let context = document.context();
    let after = Document::new(document.with_edits(edits), document.version(), move || context.clone());
    let renamed = |case: &&Case| {
        let Some(block) = case.get("for") else { return false };
        let (before, after) = (given(document.analysis(), &block.value), given(after.analysis(), &block.value));
        let has = |names: &[Name], name: &str| names.iter().any(|known| **known == *name);
        has(&before, old) && !has(&after, old) && has(&after, new)
    };
    let heads = cases.iter().filter(renamed).flat_map(|case| {
        let columns = case.table.iter().flat_map(|table| &table.columns);
        columns.zip(&case.heads).filter(|(column, _)| *column == old).map(|(_, head)| *head)
    });
    heads.map(|range| Edit { range, text: new.replace('|', "\\|") }).collect()
}

/// `set.NAME=` of a parameter.
pub(super) fn settings(document: &Document, old: &str, new: &str) -> Vec<Edit> {
    let found = cases(document.text());
    let settings = found.iter().flat_map(Case::settings).filter(|(name, _)| *name == old);
    let places = settings.filter_map(|(name, attribute)| {
        // The name is the last one before the value.
        let before = document.text().get(..usize::from(attribute.range.start()))?;
        let start = TextSize::try_from(before.rfind(name)?).ok()?;
        Some(TextRange::at(start, TextSize::of(name)))
    });
    places.map(|range| Edit { range, text: new.to_owned() }).collect()
}

/// The fields that a block gives.
fn given(analysis: &Analysis, block: &str) -> Vec<Name> {
    let block = analysis.blocks.iter().find(|known| known.name == block);
    let output = block.and_then(|block| block.pipeline.as_ref()).map(|pipeline| pipeline.output());
    output.into_iter().flat_map(|output| output.fields.clone()).map(|field| field.name).collect()
}
