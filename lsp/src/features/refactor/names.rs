//! Names that nothing has yet, so that what they are given to captures nothing.

use syntax::analysis::{Analysis, What};
use syntax::catalog;

use crate::document::Document;

/// The name, or with the first number behind it that makes it free.
pub(super) fn free(document: &Document, wanted: &str) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let mut all = std::iter::once(wanted.to_owned()).chain(numbered);
    all.find(|name| !is_taken(document, name)).expect("there are more numbers than names")
}

/// Something has it, or it is a word of the language.
pub(super) fn is_taken(document: &Document, name: &str) -> bool {
    let analysis = document.analysis();
    analysis.lets.iter().any(|known| *known.name == *name)
        || analysis.params.iter().any(|known| *known.name == *name)
        || document.context().sources.get(name).is_some()
        || is_word(name)
        || is_field(analysis, name)
}

fn is_word(name: &str) -> bool {
    name == "let"
        || catalog::stages::by_word(name).is_some()
        || catalog::functions::by_word(name).is_some()
        || catalog::aggregates::by_word(name).is_some()
        || catalog::windows::by_word(name).is_some()
}

/// A field anywhere: it would come before a parameter of its name.
fn is_field(analysis: &Analysis, name: &str) -> bool {
    let read = |what: &What| matches!(what, What::Field { name: field, .. } if **field == *name);
    analysis.resolutions.iter().any(|resolution| read(&resolution.what))
        || analysis.blocks.iter().flat_map(|block| &block.stages).any(|stage| stage.output.field(name).is_some())
}
