//! What was observed in the sources: how often each field came, which values, how they spread.
//!
//! Plain data. A runner measures it while it reads; a snapshot beside the configuration keeps it for those
//! who have no runner. The analysis advises by it, and never refuses anything for it.

use std::collections::BTreeMap;

use crate::source::{SourceDecl, SourceName};
use crate::{Field, Name, Schema, Type};

/// By the source's name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub sources: BTreeMap<SourceName, SourceObserved>,
}

/// The fields of events at one place, by name.
pub type Profile = BTreeMap<Name, FieldObserved>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceObserved {
    /// A runner that reads now says so; else it is what a snapshot remembers.
    pub live: bool,
    /// Events a second; 0 where nobody has measured it.
    pub rate: f64,
    /// Events that were looked at; 0 where a snapshot does not say.
    pub looked_at: u64,
    /// Flows that read it now.
    pub flows: u32,
    pub fields: Profile,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FieldObserved {
    pub ty: Type,
    /// Of the events, how many carried it: 0 to 1.
    pub share: f64,
    /// About how many different values it has.
    pub distinct: u64,
    /// The most frequent values, the most frequent first, with their share of the events that carry the
    /// field: as plain text, without quotes.
    pub top: Vec<(String, f64)>,
    /// The ends and two quantiles of what has an order, as a reader wants them.
    pub min: Option<String>,
    pub max: Option<String>,
    pub p50: Option<String>,
    pub p99: Option<String>,
    /// How many values are in each of equal steps between two ends, and these ends.
    pub spread: Vec<u32>,
    pub spread_ends: Option<(String, String)>,
}

impl Observed {
    /// This, and for the sources that it does not know the other.
    pub fn or(&self, other: &Observed) -> Observed {
        let mut sources = other.sources.clone();
        sources.extend(self.sources.iter().map(|(name, source)| (name.clone(), source.clone())));
        Observed { sources }
    }

    /// Nothing that is advised by the one is not by the other: the same fields, the same known values, as many
    /// as before to the nearest power of ten.
    pub fn advises_as(&self, other: &Observed) -> bool {
        let alike = |one: &SourceObserved, two: &SourceObserved| {
            one.fields.len() == two.fields.len()
                && one.fields.iter().zip(&two.fields).all(|(a, b)| {
                    a.0 == b.0 && a.1.outline() == b.1.outline() && one.tells_values(a.1) == two.tells_values(b.1)
                })
        };
        self.sources.len() == other.sources.len()
            && self.sources.iter().zip(&other.sources).all(|(one, two)| one.0 == two.0 && alike(one.1, two.1))
    }

    pub fn field(&self, source: &str, name: &str) -> Option<&FieldObserved> {
        self.sources.get(source)?.fields.get(name).filter(|field| field.share > 0.0)
    }
}

/// Events without a value tell that its share is below 3 in so many, and no more: with fewer, what is not rare
/// may still not have come.
const ENOUGH: f64 = 3_000.0;

/// Of a field with more different values, the next one may always be new.
const FEW: u64 = 50;

impl SourceObserved {
    /// Whether a value of the field that was not seen is told: all that were are known, they are few, and so
    /// many events had the field that one that is not rare would have come. A snapshot that does not say how
    /// many were looked at was looked through by whoever checked it in.
    pub fn tells_values(&self, field: &FieldObserved) -> bool {
        let enough = if self.live || self.looked_at > 0 { self.looked_at as f64 * field.share >= ENOUGH } else { true };
        enough && field.is_complete() && field.distinct <= FEW
    }

    /// Adds what was seen to what is declared, where the declaration leaves room for more.
    pub fn teach(&self, decl: &mut SourceDecl) {
        if !decl.open {
            return;
        }
        let fields = self.fields.iter().filter(|(_, field)| field.share > 0.0);
        let fields = fields.map(|(name, field)| Field { name: name.clone(), ty: field.ty }).collect();
        decl.learn(&Schema { fields, open: true, time: None });
    }
}

impl FieldObserved {
    pub fn new(ty: Type) -> FieldObserved {
        FieldObserved {
            ty,
            share: 0.0,
            distinct: 0,
            top: Vec::new(),
            min: None,
            max: None,
            p50: None,
            p99: None,
            spread: Vec::new(),
            spread_ends: None,
        }
    }

    fn outline(&self) -> (Type, bool, Vec<&str>, u32) {
        let mut values: Vec<&str> =
            if self.is_complete() { self.top.iter().map(|(value, _)| value.as_str()).collect() } else { Vec::new() };
        values.sort_unstable();
        (self.ty, self.share > 0.0, values, self.distinct.max(1).ilog10())
    }

    /// Every value that occurred is among the most frequent ones.
    pub fn is_complete(&self) -> bool {
        !self.top.is_empty() && self.distinct <= self.top.len() as u64
    }

    /// The share of the events that carry the field with this value; None where it is not known.
    pub fn share_of(&self, value: &str) -> Option<f64> {
        let known = self.top.iter().find(|(text, _)| text == value).map(|(_, share)| *share);
        known.or_else(|| self.is_complete().then_some(0.0))
    }
}
