//! How the call at the cursor is written, and which argument the cursor is at.

use syntax::TextSize;

use super::place::Place;
use super::words::{self, Kind};
use crate::document::Document;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub label: String,
    pub doc: String,
    /// Byte ranges in the label.
    pub params: Vec<(usize, usize)>,
    pub active: usize,
}

pub fn signature(document: &Document, cursor: TextSize) -> Option<Signature> {
    let place = Place::at(document, cursor)?;
    let call = place.calls.last()?;
    let summarizes = place.stage.as_ref().is_some_and(|stage| stage.text == "summarize") && !place.by;
    let kinds = if summarizes { [Kind::Aggregate, Kind::Function] } else { [Kind::Function, Kind::Aggregate] };
    let entry = words::entry(&call.function, &kinds)?;
    let params = params(&entry.signature);
    let active = call.argument.min(params.len().saturating_sub(1));
    Some(Signature { label: entry.signature, doc: entry.doc, params, active })
}

/// The parts between the outer parentheses.
fn params(label: &str) -> Vec<(usize, usize)> {
    let (Some(open), Some(close)) = (label.find('('), label.rfind(')')) else { return Vec::new() };
    let mut start = open + 1;
    let mut params = Vec::new();
    for part in label[start..close].split(", ") {
        // What may come again is the one before it.
        if !part.is_empty() && part != "…" {
            params.push((start, start + part.len()));
        }
        start += part.len() + 2;
    }
    params
}
