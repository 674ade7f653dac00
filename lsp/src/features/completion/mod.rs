//! What can be written at the cursor, the best first: what fits the types at that place, and of that what
//! the events really have, by how often. Works in half-written text, and within a word.
//!
//! One file for each kind of thing that is offered. Documentation is made when it is asked for (`doc`).

mod around;
mod calls;
pub mod doc;
mod fields;
mod joins;
mod operators;
mod pictures;
mod pipelines;
mod quiet;
pub mod typed;
mod values;
mod wanted;

use std::collections::HashSet;

use syntax::observed::Profile;
use syntax::{Field, Schema, SyntaxKind, TextRange, TextSize, Type, catalog};

use super::origins::Origins;
use super::place::{Expects, Place};
use super::scan::TYPES;
use super::words::{self, Entry};
use super::{schemas, templates};
use crate::document::Document;
use quiet::May;
use typed::Meets;
use wanted::Wanted;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What an item's text replaces: the word at the cursor.
    pub replace: TextRange,
    /// The best first.
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub label: String,
    pub kind: ItemKind,
    /// A few words beside the label.
    pub detail: String,
    pub insert: String,
    /// The text with places to fill in, for editors that know such.
    pub snippet: Option<String>,
    /// What the typed word is compared with, where that is not what is inserted.
    pub filter: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Source,
    Let,
    Param,
    Stage,
    Field,
    Function,
    Aggregate,
    Operator,
    Value,
    Word,
    /// A whole pipeline.
    Pipeline,
}

impl ItemKind {
    pub const ALL: [ItemKind; 11] = [
        ItemKind::Source,
        ItemKind::Let,
        ItemKind::Param,
        ItemKind::Stage,
        ItemKind::Field,
        ItemKind::Function,
        ItemKind::Aggregate,
        ItemKind::Operator,
        ItemKind::Value,
        ItemKind::Word,
        ItemKind::Pipeline,
    ];
}

/// `here`: what the events that reach the stage at the cursor look like, where a runner was asked.
pub fn completion(document: &Document, cursor: TextSize, here: Option<&Profile>) -> Option<Completion> {
    let Some(place) = Place::at(document, cursor) else { return around::around(document, cursor) };
    let may = quiet::at(document, cursor);
    if let May::Nothing = may {
        return None;
    }
    if let May::Types = may {
        let items = TYPES.iter().map(|(word, detail)| Item::new(word, ItemKind::Word, *detail)).collect();
        return Some(Completion { replace: place.word, items });
    }
    let context = document.context();
    let source = schemas::source_at(document, place.word.start());
    let profile = source.as_ref().and_then(|source| context.observed.sources.get(source)).map(|source| &source.fields);
    let origins = Origins::at(document, place.word.start());
    let (items, labels) = (Vec::new(), HashSet::new());
    let listed = values::listed(document, place.word);
    let mut list = List { document, place: &place, here, profile, source, origins, listed, items, labels };
    list.fill();
    let typed = document.slice(TextRange::new(place.word.start(), cursor.max(place.word.start())));
    let met =
        list.items.into_iter().map(|(rank, weight, mut item)| (rank, typed::meet(&mut item, typed), weight, item));
    let mut items: Vec<(Rank, Meets, f64, Item)> = met.collect();
    // Stable: within a rank and weight in the order in which they were added.
    items.sort_by(|one, two| (one.0, one.1).cmp(&(two.0, two.1)).then(two.2.total_cmp(&one.2)));
    let mut items: Vec<Item> = items.into_iter().map(|(.., item)| item).collect();
    if let May::Only(kinds) = may {
        items.retain(|item| kinds.contains(&item.kind));
    }
    if place.behind == Some(SyntaxKind::L_PAREN) {
        // What is called is a function, not a source.
        items.retain(|item| item.kind != ItemKind::Source);
    }
    fit(&place, &mut items);
    Some(Completion { replace: place.word, items })
}

/// What stands behind the word already is not written again, and decides what the word can be.
fn fit(place: &Place, items: &mut Vec<Item>) {
    let operand = matches!(place.expects, Expects::Operand { .. });
    let name = matches!(place.expects, Expects::Field | Expects::Source { .. });
    let named = place.calls.last().is_some_and(|call| matches!(call.function.as_str(), "hop" | "session"));
    match place.behind {
        // The sign stands there already.
        Some(SyntaxKind::PERCENT) if matches!(place.expects, Expects::Amount { .. }) => {
            items.iter_mut().for_each(|item| item.insert = item.insert.trim_end_matches('%').to_owned());
        }
        _ if place.followed && matches!(place.expects, Expects::Stage | Expects::Operator { .. }) => {
            let space = if place.spaced { "" } else { " " };
            for item in items.iter_mut().filter(|item| item.kind == ItemKind::Stage) {
                (item.insert, item.snippet) = (format!("{}{space}", item.insert.trim_end()), None);
            }
        }
        _ if place.followed && matches!(place.expects, Expects::Source { .. }) => {
            items.retain(|item| item.kind != ItemKind::Pipeline);
            items.iter_mut().for_each(|item| item.snippet = None);
        }
        Some(SyntaxKind::L_PAREN) if (operand || name) && !place.word.is_empty() => {
            items.retain(|item| matches!(item.kind, ItemKind::Function | ItemKind::Aggregate));
            for item in items {
                (item.insert, item.snippet) = (item.insert.trim_end_matches(['(', ')']).to_owned(), None);
            }
        }
        Some(SyntaxKind::EQ) if operand && named || matches!(place.expects, Expects::Words(_)) => {
            items.retain(|item| item.insert.ends_with('='));
            for item in items {
                (item.insert, item.snippet) = (item.insert.trim_end_matches('=').to_owned(), None);
            }
        }
        _ => {}
    }
}

/// How well an item fits: lower comes first.
type Rank = u8;

const FIRST: Rank = 0;
const GOOD: Rank = 1;
const FAIR: Rank = 2;
const LATE: Rank = 3;
/// It is of another type, or cannot be used here.
const LAST: Rank = 4;

struct List<'a> {
    document: &'a Document,
    place: &'a Place,
    here: Option<&'a Profile>,
    /// Of the source, whatever the stages before do.
    profile: Option<&'a Profile>,
    source: Option<syntax::source::SourceName>,
    origins: Origins<'a>,
    /// The other values of the list that the cursor is in, as they are offered.
    listed: Vec<String>,
    /// Within a rank, the heavier first.
    items: Vec<(Rank, f64, Item)>,
    labels: HashSet<String>,
}

impl<'a> List<'a> {
    fn fill(&mut self) {
        match &self.place.expects {
            Expects::Source { new } => self.sources(*new),
            Expects::Stage => self.stages(GOOD, ""),
            Expects::Operand { compared } => self.operands(compared.as_ref().map(|(field, _)| field.as_str())),
            Expects::Field if matches!(self.stage_word(), "distinct" | "top-hitters") => self.fields(group_rank),
            Expects::Field => self.fields(|_| GOOD),
            Expects::JoinKey => self.join_keys(),
            Expects::Operator { operand } => self.operators(operand.as_deref()),
            Expects::Value { field } => self.quoted(field.as_deref()),
            Expects::RenderKind => self.pictures(),
            Expects::Amount { share } => self.amounts(*share),
            Expects::Pattern => {
                let (pattern, snippet) = templates::PATTERN;
                let item = Item::new(pattern, ItemKind::Word, "texts, and names for what stands between them");
                self.add(FIRST, 0.0, Item { snippet: Some(snippet.to_owned()), ..item });
            }
            Expects::Words(words) => words.iter().for_each(|(word, detail)| self.word(FIRST, word, detail)),
            Expects::Nothing => {}
        }
        self.closing_fence();
    }

    /// At the end of a block that is not closed.
    fn closing_fence(&mut self) {
        let place = self.place;
        let Some(block) = self.document.parse().root().blocks().nth(place.block) else { return };
        let Some(open) = block.open().filter(|_| block.close().is_none()) else { return };
        if place.begins_line && place.calls.is_empty() && matches!(place.expects, Expects::Operator { .. }) {
            self.add(GOOD, 0.0, Item::new(open.text(), ItemKind::Word, "closes the block"));
        }
    }

    fn operands(&mut self, compared: Option<&str>) {
        let place = self.place;
        if place.calls.last().is_some_and(|call| takes_nothing(&call.function)) {
            return;
        }
        let wanted = self.wanted();
        if let Some(name) = compared {
            self.known_values(name, true);
        }
        self.arguments();
        let beside = place.beside.is_some() || !place.row.is_empty();
        if beside && wanted.is(Type::Timespan) {
            self.spans(compared);
        }
        if beside && wanted.is(Type::Bool) {
            ["true", "false"].iter().for_each(|value| self.word(FIRST, value, "bool"));
        }
        let in_summarize = self.stage_word() == "summarize";
        let outside_calls = place.calls.is_empty();
        let main = in_summarize && outside_calls;
        let by = place.by;
        if !wanted.constant {
            self.operand_fields(&wanted, main);
        }
        self.params(&wanted);
        self.value_lets(&wanted);
        if wanted.constant {
            return;
        }
        // What is counted of a group is no event's.
        let within = place.calls.iter().any(|call| catalog::aggregates::by_word(&call.function).is_some());
        if in_summarize && !by && !within {
            self.aggregates(if outside_calls { FIRST } else { LATE }, &wanted);
        }
        self.functions(&wanted, (main && by).then_some(FIRST));
    }

    fn amounts(&mut self, share: bool) {
        let (words, detail) = match share {
            true => (templates::SHARES, "of all"),
            false => (templates::AMOUNTS, "rows"),
        };
        words.iter().for_each(|word| self.word(FIRST, word, detail));
        if !share {
            let wanted = Wanted::constant(&[Type::Long]);
            self.params(&wanted);
            self.value_lets(&wanted);
        }
    }

    fn operand_fields(&mut self, wanted: &Wanted, main: bool) {
        let by = self.place.by && self.place.calls.is_empty();
        let ranks = by && matches!(self.stage_word(), "top" | "sort" | "order") && self.place.row.is_empty();
        let keys = self.group_keys().filter(|_| ranks).unwrap_or_default();
        let samples = by && self.stage_word() == "sample";
        self.fields(|field| match wanted.rank(field.ty) {
            _ if main && by => group_rank(field),
            fits if main => fits.max(FAIR),
            // What is largest is a number; of rows, one that was computed.
            _ if ranks && is_measure(field.ty) && !keys.contains(&*field.name) => GOOD,
            _ if ranks && is_measure(field.ty) => FAIR,
            _ if ranks && !keys.is_empty() => FAIR,
            _ if ranks => {
                if field.ty == Type::Datetime {
                    FAIR
                } else {
                    LATE
                }
            }
            // All events of one thing, or none.
            _ if samples && is_id(&field.name) => FIRST,
            _ if samples => group_rank(field),
            fits => fits,
        });
    }

    fn stage_word(&self) -> &'a str {
        self.place.stage.as_ref().map_or("", |stage| stage.text.as_str())
    }

    fn type_of(&self, name: &str) -> Option<Type> {
        use syntax::analysis::Meaning;
        if let Some(field) = self.schema().and_then(|schema| schema.field(name)) {
            return Some(field.ty);
        }
        let analysis = self.document.analysis();
        let param = analysis.params.iter().find(|param| *param.name == *name).map(|param| param.ty);
        param.or_else(|| {
            analysis.lets.iter().find(|defined| *defined.name == *name).and_then(|defined| match defined.meaning {
                Meaning::Expression(ty) => Some(ty),
                _ => None,
            })
        })
    }

    fn schema(&self) -> Option<&'a Schema> {
        self.place.schema(self.document)
    }

    fn word(&mut self, rank: Rank, word: &str, detail: &str) {
        // Words are offered where hardly anything else can stand.
        self.add(rank, 100.0, Item::new(word, ItemKind::Word, detail));
    }

    /// The first of a label stays: it was added for a better reason.
    fn add(&mut self, rank: Rank, weight: f64, item: Item) {
        if self.labels.insert(item.label.clone()) {
            self.items.push((rank, weight, item));
        }
    }
}

/// Between its parentheses there is never anything.
fn takes_nothing(function: &str) -> bool {
    let known = words::entry(function, &[words::Kind::Aggregate, words::Kind::Function]);
    known.is_some_and(|entry| entry.signature.contains("()"))
}

/// Groups are made of words; numbers and times rarely.
fn group_rank(field: &Field) -> Rank {
    if matches!(field.ty, Type::String | Type::Bool) { GOOD } else { LATE }
}

fn is_measure(ty: Type) -> bool {
    matches!(ty, Type::Long | Type::Real | Type::Timespan)
}

/// It identifies something.
fn is_id(name: &str) -> bool {
    name.ends_with(".id") || name == "id"
}

impl Item {
    fn new(label: &str, kind: ItemKind, detail: impl Into<String>) -> Item {
        let (label, detail) = (label.to_owned(), detail.into());
        Item { insert: label.clone(), label, kind, detail, snippet: None, filter: None }
    }

    /// Where it was taken something has to follow, and the cursor stands there.
    pub fn opens_place(&self) -> bool {
        let stays = self.snippet.as_ref().is_none_or(|snippet| snippet.contains("$0") && !snippet.contains("${"));
        stays && self.insert.ends_with([' ', '(', '='])
    }

    fn entry(entry: &Entry, kind: ItemKind) -> Item {
        Item::new(entry.word, kind, entry.signature.clone())
    }
}
