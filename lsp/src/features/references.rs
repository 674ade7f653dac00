//! Where else the thing at a place is named in its runbook.

use syntax::{TextRange, TextSize};

use super::names::{Kind, Names, Place};
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

/// A `let`, and where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// Of its name.
    pub range: TextRange,
    pub uses: Vec<TextRange>,
}

/// Of every `let`, in the order of the text.
pub fn uses_of_lets(document: &Document) -> Vec<Uses> {
    let names = document.names();
    let mut uses: Vec<Vec<TextRange>> = vec![Vec::new(); names.things.len()];
    for place in names.places.iter().filter(|place| !place.writes) {
        place.things.iter().for_each(|thing| uses[*thing].push(place.range));
    }
    let lets = names.things.iter().zip(uses).filter(|(thing, _)| thing.kind == Kind::Let);
    lets.filter_map(|(thing, uses)| Some(Uses { range: thing.site?.range, uses })).collect()
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
