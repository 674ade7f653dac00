//! What each name of a runbook stands for, where that was made, and where else it is named.
//!
//! A field is the same one for as long as stages let it through; a stage that makes its name anew makes
//! another. Definition, references, highlights and rename all read this.

mod flow;

use syntax::analysis::{Analysis, What};
use syntax::source::SourceName;
use syntax::{Name, TextRange, TextSize};

use crate::document::Document;

/// The number of a thing among all of a document.
pub type Id = usize;

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    pub name: Name,
    pub kind: Kind,
    /// Where it is made; None where that is not in this text.
    pub site: Option<Site>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Let,
    Param,
    Source,
    /// A field that a stage makes.
    Made,
    /// A field as a source has it. The source has no name where nobody knows which it is.
    Of(SourceName),
    /// A field of the other side of a join, under a name that was free.
    Beside(Vec<Id>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// Of the name, or of the expression or stage that it comes from.
    pub range: TextRange,
    /// What holds it: the whole `let`.
    pub full: TextRange,
    pub named: Named,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Written,
    /// `name = ` can be written before it.
    Implied,
    Given,
}

/// A name in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub range: TextRange,
    /// Several where two sides come together: `on trace.id`, a field behind a union.
    pub things: Vec<Id>,
    pub writes: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Names {
    pub things: Vec<Thing>,
    /// In the order of the text.
    pub places: Vec<Place>,
    /// Fields that have to have the same name, because a union makes one of them.
    ties: Vec<Vec<Id>>,
}

impl Names {
    pub(crate) fn of(document: &Document) -> Names {
        let analysis = document.analysis();
        let mut names = Names::default();
        names.things_by_name(analysis);
        flow::follow(document, &mut names);
        names.places.sort_by_key(|place| (place.range.start(), place.range.end()));
        names
    }

    /// The name at the offset; of two, the shorter one.
    pub fn at(&self, offset: TextSize) -> Option<&Place> {
        let here = self.places.iter().filter(|place| place.range.contains_inclusive(offset));
        here.min_by_key(|place| (place.range.len(), place.range.end()))
    }

    /// Where one of these things is named.
    pub fn places_of<'a>(&'a self, things: &'a [Id]) -> impl Iterator<Item = &'a Place> {
        self.places.iter().filter(|place| place.things.iter().any(|thing| things.contains(thing)))
    }

    /// It is named somewhere, or comes together with others.
    pub fn is_wanted(&self, thing: Id) -> bool {
        let places = self.places.iter().filter(|place| !place.writes).map(|place| &place.things);
        places.chain(&self.ties).any(|things| things.contains(&thing))
    }

    /// With all that must be renamed together with them, in order.
    pub fn together(&self, things: &[Id]) -> Vec<Id> {
        let mut all = things.to_vec();
        loop {
            let before = all.len();
            for group in self.ties.iter().chain(self.places.iter().map(|place| &place.things)) {
                if group.iter().any(|thing| all.contains(thing)) {
                    all.extend(group);
                    all.sort_unstable();
                    all.dedup();
                }
            }
            if all.len() == before {
                all.sort_unstable();
                return all;
            }
        }
    }

    /// Lets, parameters and sources: what has one meaning wherever it is named.
    fn things_by_name(&mut self, analysis: &Analysis) {
        let written = |range, full| Some(Site { range, full, named: Named::Written });
        for param in &analysis.params {
            let site = written(param.range, param.range);
            let thing = self.thing(Thing { name: param.name.clone(), kind: Kind::Param, site });
            self.place(param.range, vec![thing], true);
        }
        let params = self.things.len();
        for it in &analysis.lets {
            let site = written(it.name_range, it.range);
            let thing = self.thing(Thing { name: it.name.clone(), kind: Kind::Let, site });
            self.place(it.name_range, vec![thing], true);
        }
        for used in &analysis.resolutions {
            let thing = match &used.what {
                // The last one above, where two have the name.
                What::Let(name) => {
                    let above = |it: &syntax::analysis::Let| it.name == *name && it.range.end() <= used.range.start();
                    analysis.lets.iter().rposition(above).map(|index| params + index)
                }
                What::Param(name) => analysis.params.iter().position(|param| param.name == *name),
                What::Source(name) => Some(self.source(name)),
                What::Field { .. } | What::Function(_) | What::Aggregate(_) => None,
            };
            if let Some(thing) = thing {
                self.place(used.range, vec![thing], false);
            }
        }
    }

    fn source(&mut self, name: &SourceName) -> Id {
        let known = self.things.iter().position(|thing| thing.kind == Kind::Source && thing.name == *name);
        known.unwrap_or_else(|| self.thing(Thing { name: name.clone(), kind: Kind::Source, site: None }))
    }

    fn thing(&mut self, thing: Thing) -> Id {
        self.things.push(thing);
        self.things.len() - 1
    }

    fn place(&mut self, range: TextRange, things: Vec<Id>, writes: bool) {
        self.places.push(Place { range, things, writes });
    }
}
