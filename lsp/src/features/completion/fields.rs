//! Fields: those whose type fits, by how many events carry them; identifiers not before what they identify.

use syntax::observed::FieldObserved;
use syntax::{Name, Type};

use super::{Item, ItemKind, List, Rank};
use crate::features::schemas;

/// Values that a group's key may have and still be read in a chart.
const FEW: u64 = 50;

impl List<'_> {
    pub(super) fn fields(&mut self, rank: impl Fn(Type) -> Rank) {
        let Some(schema) = self.schema() else { return };
        for field in &schema.fields {
            let seen = self.seen(&field.name);
            let item = Item {
                insert: schemas::written(&field.name),
                ..Item::new(&field.name, ItemKind::Field, detail(field.ty, seen))
            };
            let weight = self.weight(&field.name, seen);
            self.add(rank(field.ty), weight, item);
        }
    }

    /// At this place if that is known, else in the source.
    pub(super) fn seen(&self, name: &str) -> Option<&FieldObserved> {
        let here = self.here.and_then(|here| here.get(name));
        here.or_else(|| self.profile?.get(name)).filter(|seen| seen.share > 0.0)
    }

    /// In tenths of the events, so that noise does not reorder; behind `by`, few values before many.
    fn weight(&self, name: &Name, seen: Option<&FieldObserved>) -> f64 {
        let known = self.here.or(self.profile).is_some();
        let share = match seen {
            Some(seen) => (seen.share * 10.0).round(),
            // It was looked for, and no event had it.
            None if known => -1.0,
            None => 0.0,
        };
        let many = match seen {
            Some(seen) => seen.distinct > FEW,
            None => name.ends_with(".id"),
        };
        if self.place.by && self.place.calls.is_empty() && many { share - 20.0 } else { share }
    }
}

/// `string, 3 values`; `timespan, p99 1.2s`; `string, in 41 %`.
fn detail(ty: Type, seen: Option<&FieldObserved>) -> String {
    let mut said = ty.word().to_owned();
    let Some(seen) = seen else { return said };
    match (&seen.p99, seen.distinct) {
        (Some(p99), _) if matches!(ty, Type::Timespan | Type::Real | Type::Long) && !seen.is_complete() => {
            said.push_str(&format!(", p99 {p99}"));
        }
        (_, 1) => said.push_str(", 1 value"),
        (_, values @ 2..=FEW) => said.push_str(&format!(", {values} values")),
        _ => {}
    }
    let percent = seen.share * 100.0;
    if percent < 1.0 {
        said.push_str(", in < 1 %");
    } else if percent < 99.5 {
        said.push_str(&format!(", in {percent:.0} %"));
    }
    said
}
