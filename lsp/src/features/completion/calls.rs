//! Functions, aggregates, windows, and what their arguments usually are.

use syntax::catalog::functions::Returns;
use syntax::{Type, catalog, literal};

use super::wanted::Wanted;
use super::{FIRST, Item, ItemKind, LAST, List, Rank};
use crate::features::templates;
use crate::features::words::{self, Entry, Kind};

/// Sizes that people choose for windows, in seconds.
const SIZES: [i64; 11] = [1, 5, 10, 30, 60, 300, 600, 900, 1_800, 3_600, 86_400];

/// Events that make a window worth drawing.
const WORTH: f64 = 100.0;

impl List<'_> {
    /// Arguments of known functions that are written out rather than named.
    pub(super) fn arguments(&mut self) {
        let Some(call) = self.place.calls.last() else { return };
        // In a comparison or a sum something else is meant.
        if self.place.beside.is_some() || !self.place.row.is_empty() || self.place.in_condition {
            return;
        }
        self.written_out(true);
        match (call.function.as_str(), call.argument) {
            ("bin" | "bin_at" | "floor", 1) => match call.before.first().and_then(|of| self.type_of_bits(of)) {
                Some(Type::Long | Type::Real) => {
                    templates::STEPS.iter().for_each(|step| self.word(FIRST, step, "step"));
                }
                Some(Type::Timespan) => self.spans(None),
                _ => self.sizes(),
            },
            ("hop" | "session", 1..) if self.place.after_equals => self.sizes(),
            // Every field of the event.
            (function, 1..) if catalog::aggregates::by_word(function).is_some_and(|row| row.star) => {
                self.word(FIRST, "*", "every field");
            }
            _ => {}
        }
        for (function, argument, values, detail) in templates::ARGUMENTS {
            if call.function == function && call.argument >= argument {
                // Behind `size=` comes its value, and what is named is not named again.
                let fits = |value: &str| match value.strip_suffix('=') {
                    Some(name) => !self.place.after_equals && !self.place.named.iter().any(|named| named == name),
                    None => true,
                };
                let values: Vec<&str> = values.iter().copied().filter(|value| fits(value)).collect();
                values.into_iter().for_each(|value| self.word(FIRST, value, detail));
            }
        }
    }

    /// Windows that suit the source: not shorter than its lateness, with enough events to draw; then longer
    /// ones, then shorter ones.
    pub(super) fn sizes(&mut self) {
        let context = self.document.context();
        let Some(source) = self.source.as_deref() else { return };
        let lateness = context.sources.get(source).map_or(0, |decl| decl.lateness);
        let rate = context.observed.sources.get(source).map(|seen| seen.rate).filter(|rate| *rate > 0.0);
        let nanos = |seconds: i64| seconds * 1_000_000_000;
        let events = |seconds: i64| rate.map(|rate| rate * seconds as f64);
        let suits =
            |seconds: i64| nanos(seconds) >= 2 * lateness && events(seconds).is_none_or(|events| events >= WORTH);
        let first = SIZES.iter().position(|seconds| suits(*seconds)).unwrap_or(2);
        // Without a rate nobody knows; ten seconds are usual.
        let first = if rate.is_none() { first.max(2) } else { first };
        for seconds in SIZES[first..].iter().chain(SIZES[..first].iter().rev()) {
            let detail = match events(*seconds) {
                Some(events) => format!("about {} events in each", crate::results::value::rough(events)),
                None => "window".to_owned(),
            };
            self.word(FIRST, &literal::timespan_text(nanos(*seconds)), &detail);
        }
    }

    /// `windows`: the rank of those that group by time.
    pub(super) fn functions(&mut self, wanted: &Wanted, windows: Option<Rank>) {
        for (word, snippet) in templates::WINDOWS {
            let Some(rank) = windows else { break };
            let item = Item::new(word, ItemKind::Function, "window");
            self.add(rank, 0.0, Item { snippet: Some((*snippet).to_owned()), insert: format!("{word}("), ..item });
        }
        for entry in words::all(Kind::Function) {
            let row = catalog::functions::by_word(entry.word);
            // Where rows have an order is for who writes to know.
            let over_rows = row.is_some_and(|row| row.function.is_over_rows());
            let rank = if over_rows { LAST } else { wanted.call_rank(row.and_then(|row| surely(row.returns))) };
            self.called(rank, &entry, ItemKind::Function);
        }
    }

    pub(super) fn aggregates(&mut self, rank: Rank, wanted: &Wanted) {
        for entry in words::all(Kind::Aggregate) {
            let row = catalog::aggregates::by_word(entry.word);
            let rank = match wanted.call_rank(row.and_then(|row| surely(row.returns))) {
                LAST => LAST,
                _ => rank,
            };
            self.called(rank, &entry, ItemKind::Aggregate);
        }
    }

    fn called(&mut self, rank: Rank, entry: &Entry, kind: ItemKind) {
        let item = Item::entry(entry, kind);
        let (insert, snippet) = match entry.signature.contains("()") {
            true => (format!("{}()", entry.word), None),
            false => (format!("{}(", entry.word), Some(format!("{}($0)", entry.word))),
        };
        self.add(rank, 0.0, Item { insert, snippet, ..item });
    }
}

/// What it gives, whatever its arguments are.
fn surely(returns: Returns) -> Option<Type> {
    match returns {
        Returns::Is(ty) => Some(ty),
        Returns::Compared => Some(Type::Bool),
        Returns::Same(_) | Returns::Common(_) | Returns::ByRule => None,
    }
}
