//! The edits that make a runbook's blocks look as all do. The prose around them is the writer's.

use syntax::{Edit, TextRange};

use crate::document::Document;

/// Of the whole document, or only those within a range.
pub fn formatting(document: &Document, within: Option<TextRange>) -> Vec<Edit> {
    let mut edits = syntax::format(document.parse());
    edits.retain(|edit| within.is_none_or(|within| within.contains_range(edit.range)));
    edits
}
