//! Where what is named at a place was made.

use syntax::source::SourceName;
use syntax::{Name, TextRange, TextSize};

use super::links::{self, To};
use super::names::{Id, Kind, Names, Place};
use crate::document::Document;

/// What a cursor is on, and where that comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name that the cursor is on.
    pub origin: TextRange,
    pub targets: Vec<Target>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// In this text: what is to be shown, and within it the name.
    Here {
        full: Span,
        name: Span,
    },
    /// In the configuration, where it declares it.
    Source(SourceName),
    Field {
        source: SourceName,
        field: Name,
    },
    /// A heading of another file, or with an empty name all of it.
    File {
        path: String,
        anchor: String,
    },
}

/// A range that can be put in order.
pub type Span = (TextSize, TextSize);

pub fn definition(document: &Document, offset: TextSize) -> Option<Definition> {
    let names = document.names();
    let Some(place) = names.at(offset) else { return of_link(document, offset) };
    let mut targets = Vec::new();
    place.things.iter().for_each(|thing| made(names, *thing, &mut targets));
    targets.sort();
    targets.dedup();
    Some(Definition { origin: place.range, targets })
}

fn of_link(document: &Document, offset: TextSize) -> Option<Definition> {
    let link = links::at(document, offset)?;
    let target = match link.to {
        To::Heading(range) => {
            let span = (range.start(), range.end());
            Target::Here { full: span, name: span }
        }
        To::File { path, anchor } => Target::File { path, anchor },
        To::Source(source) => Target::Source(source),
    };
    Some(Definition { origin: link.range, targets: vec![target] })
}

/// The source that is named at a place.
pub fn source_at(document: &Document, offset: TextSize) -> Option<SourceName> {
    let names = document.names();
    source_of(names, names.at(offset)?)
}

pub(super) fn source_of(names: &Names, place: &Place) -> Option<SourceName> {
    let thing = &names.things[*place.things.first()?];
    (thing.kind == Kind::Source).then(|| thing.name.clone())
}

fn made(names: &Names, thing: Id, targets: &mut Vec<Target>) {
    let thing = &names.things[thing];
    let span = |range: TextRange| (range.start(), range.end());
    if let Some(site) = thing.site {
        targets.push(Target::Here { full: span(site.full), name: span(site.range) });
        return;
    }
    match &thing.kind {
        Kind::Source => targets.push(Target::Source(thing.name.clone())),
        Kind::Of(source) if !source.is_empty() => {
            targets.push(Target::Field { source: source.clone(), field: thing.name.clone() });
        }
        Kind::Beside(of) => of.iter().for_each(|thing| made(names, *thing, targets)),
        Kind::Of(_) | Kind::Let | Kind::Param | Kind::Made => {}
    }
}
