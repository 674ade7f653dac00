//! Fields: those whose type fits, by how many events carry them; identifiers not before what they identify.

use std::collections::HashSet;

use syntax::ast::{self, AstNode};
use syntax::catalog::attributes;
use syntax::observed::FieldObserved;
use syntax::source::Scheme;
use syntax::{Field, Name, Schema, TextRange, Type};

use super::{FAIR, Item, ItemKind, List, Rank, is_id};
use crate::features::bits::Bit;
use crate::features::origins::Origin;
use crate::features::place::Expects;
use crate::features::schemas;

/// Values that a group's key may have and still be read in a chart.
const FEW: u64 = 50;

/// Conventions that are offered at a time.
const CONVENTIONS: usize = 100;

impl List<'_> {
    pub(super) fn fields(&mut self, rank: impl Fn(&Field) -> Rank) {
        let Some(schema) = self.schema() else { return };
        let beside = self.place.beside.as_ref().map(|beside| beside.left.as_slice());
        let lists = matches!(
            self.stage_word(),
            "project" | "project-away" | "project-keep" | "distinct" | "summarize" | "join" | "top" | "sort" | "order"
        );
        let had: &[String] = if lists && self.place.calls.is_empty() { &self.place.had } else { &[] };
        for field in &schema.fields {
            // What the list has it needs no second time.
            if had.iter().any(|name| *name == *field.name) {
                continue;
            }
            // Nobody compares a field with itself.
            if matches!(beside, Some([Bit::Name(name)]) if self.place.row.is_empty() && *name == *field.name) {
                continue;
            }
            let seen = self.seen(&field.name);
            let item = Item {
                insert: schemas::written(&field.name),
                ..Item::new(&field.name, ItemKind::Field, detail(field.ty, seen))
            };
            let weight = self.weight(&field.name, seen);
            self.add(rank(field), weight, item);
        }
        self.conventions(schema, &rank);
    }

    /// Before the first run of a source that OpenTelemetry's events come to, what they usually have.
    fn conventions(&mut self, schema: &Schema, rank: &impl Fn(&Field) -> Rank) {
        let context = self.document.context();
        let source = self.source.as_ref().and_then(|source| context.sources.get(source));
        if !schema.open || self.profile.is_some() || source.is_none_or(|source| source.uri.scheme != Scheme::Otlp) {
            return;
        }
        // Asked at every key: those that the word is a part of, and of all not more than are looked through.
        let word = self.document.slice(self.place.word).to_ascii_lowercase();
        let fits = attributes::current().filter(|attribute| attribute.name.contains(&word));
        let new = fits.filter(|attribute| schema.field(attribute.name).is_none());
        for attribute in new.take(CONVENTIONS) {
            let field = Field::new(attribute.name, attribute.ty);
            let insert = schemas::written(&field.name);
            let item = Item::new(attribute.name, ItemKind::Field, format!("{}, by convention", attribute.ty));
            self.add(rank(&field).max(FAIR), -2.0, Item { insert, ..item });
        }
    }

    /// At this place if that is known, else in the source.
    pub(super) fn seen(&self, name: &str) -> Option<&FieldObserved> {
        let here = self.here.and_then(|here| here.get(name));
        let in_source = || match self.origins.of(name) {
            Origin::Source(own) => self.profile?.get(own.as_str()),
            Origin::Other(_) | Origin::Computed => None,
        };
        here.or_else(in_source).filter(|seen| seen.share > 0.0)
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
            None => is_id(name),
        };
        let groups = match self.stage_word() {
            "distinct" => true,
            "top-hitters" => matches!(self.place.expects, Expects::Field),
            "sample" => false,
            _ => self.place.by && self.place.calls.is_empty(),
        };
        if groups && many { share - 20.0 } else { share }
    }

    /// The keys of the last `summarize` before the cursor, by name; None without one.
    pub(super) fn group_keys(&self) -> Option<HashSet<String>> {
        let block = self.document.analysis().blocks.get(self.place.block);
        let before = block.into_iter().flat_map(|block| &block.stages);
        let before = before.filter(|stage| stage.range.end() <= self.place.word.start());
        let summarized = before.filter_map(|stage| Some((stage, self.by_clause(stage.range)?)));
        let (stage, by) = summarized.max_by_key(|(stage, _)| stage.range.start())?;
        let made = |field: &&Field| stage.made.iter().find(|made| made.name == field.name);
        let is_key = |field: &&Field| made(field).is_none_or(|made| by.contains_range(made.range));
        Some(stage.output.fields.iter().filter(is_key).map(|field| field.name.to_string()).collect())
    }

    /// Of a `summarize` at this place.
    fn by_clause(&self, stage: TextRange) -> Option<TextRange> {
        let root = self.document.parse().root();
        let token = root.syntax().token_at_offset(stage.start()).right_biased()?;
        let summarize = token.parent_ancestors().find_map(ast::SummarizeStage::cast)?;
        Some(summarize.by().map_or(TextRange::empty(stage.start()), |by| by.range()))
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
