//! Functions, aggregates, windows, and what their arguments usually are.

use syntax::catalog::functions::{Arg, Returns};
use syntax::{Type, catalog, literal};

use super::{FAIR, FIRST, Item, ItemKind, LAST, List, Rank};
use crate::features::templates;
use crate::features::words::{self, Kind};

/// Sizes that people choose for windows, in seconds.
const SIZES: [i64; 11] = [1, 5, 10, 30, 60, 300, 600, 900, 1_800, 3_600, 86_400];

/// Events that make a window worth drawing.
const WORTH: f64 = 100.0;

impl List<'_> {
    /// What the innermost call takes at the cursor.
    pub(super) fn wanted(&self) -> Option<Arg> {
        self.place.calls.last().and_then(|call| words::argument(&call.function, call.argument))
    }

    /// Arguments of known functions that are written out rather than named.
    pub(super) fn arguments(&mut self) {
        let Some(call) = self.place.calls.last() else { return };
        if let Some(Arg::OneOf(words)) = words::argument(&call.function, call.argument) {
            words.iter().for_each(|word| self.word(FIRST, &literal::quote(word), ""));
        }
        if call.function == "bin" && call.argument == 1 {
            self.sizes();
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

    /// `wanted`: the type that is needed here. `windows`: the rank of those that group by time.
    pub(super) fn functions(&mut self, wanted: Option<Type>, windows: Option<Rank>) {
        for (word, snippet) in templates::WINDOWS {
            let Some(rank) = windows else { break };
            let item = Item::new(word, ItemKind::Function, "window");
            self.add(rank, 0.0, Item { snippet: Some((*snippet).to_owned()), insert: format!("{word}("), ..item });
        }
        self.entries(LAST, Kind::Function, wanted);
    }

    pub(super) fn entries(&mut self, rank: Rank, kind: Kind, wanted: Option<Type>) {
        let arg = self.wanted();
        for entry in words::all(kind) {
            let (fits, item_kind) = match kind {
                Kind::Aggregate => (false, ItemKind::Aggregate),
                _ => (gives(entry.word, arg, wanted), ItemKind::Function),
            };
            let item = Item::entry(&entry, item_kind);
            let empty = entry.signature.contains("()");
            let (insert, snippet) = match empty {
                true => (format!("{}()", entry.word), None),
                false => (format!("{}(", entry.word), Some(format!("{}($0)", entry.word))),
            };
            self.add(if fits { FAIR.min(rank) } else { rank }, 0.0, Item { insert, snippet, ..item });
        }
    }
}

/// The function's result is surely of the type that is needed.
fn gives(word: &str, arg: Option<Arg>, ty: Option<Type>) -> bool {
    let Some(row) = catalog::functions::by_word(word) else { return false };
    let Returns::Is(result) = row.returns else { return false };
    match (arg, ty) {
        (Some(Arg::Any | Arg::Text), _) | (None, None) => false,
        (Some(arg), _) => arg.takes(result),
        (None, Some(ty)) => ty == result,
    }
}
