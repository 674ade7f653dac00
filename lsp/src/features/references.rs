//! Where else the thing at a place is named in its runbook.

use syntax::TextRange;
use syntax::TextSize;

use super::names::{Names, Place};
use crate::document::Document;

/// A name in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    pub range: TextRange,
    /// It is made there.
    pub writes: bool,
}

/// In the order of the text.
pub fn references(document: &Document, offset: TextSize) -> Vec<Reference> {
    let names = document.names();
    names.at(offset).map(|place| of_place(names, place)).unwrap_or_default()
}

/// Where this source is named.
pub fn of_source(document: &Document, source: &str) -> Vec<TextRange> {
    let used = document.analysis().resolutions.iter();
    let here = used.filter(|used| matches!(&used.what, syntax::analysis::What::Source(name) if **name == *source));
    here.map(|used| used.range).collect()
}

fn of_place(names: &Names, place: &Place) -> Vec<Reference> {
    let mut found: Vec<Reference> =
        names.places_of(&place.things).map(|place| Reference { range: place.range, writes: place.writes }).collect();
    // A field without a written name is made by its expression.
    let sites = place.things.iter().filter_map(|thing| names.things[*thing].site);
    found.extend(sites.map(|site| Reference { range: site.range, writes: true }));
    found.sort_by_key(|found| (found.range.start(), found.range.end(), !found.writes));
    found.dedup_by_key(|found| found.range);
    found
}
