//! What can be written at the cursor, the best first: sources, stages, fields by how well their type
//! fits, functions, aggregates, values that occur. Works in half-written text, and within a word.

use syntax::analysis::Meaning;
use syntax::pipeline::RenderKind;
use syntax::source::FieldDecl;
use syntax::{Schema, TextRange, TextSize, Type, catalog};

use super::place::{Expects, Place};
use super::words::{self, Entry, Kind};
use super::{schemas, templates};
use crate::document::Document;

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
    /// Markdown.
    pub doc: Option<String>,
    pub insert: String,
    /// The text with places to fill in, for editors that know such.
    pub snippet: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Source,
    Let,
    Param,
    Stage,
    Field,
    Function,
    Operator,
    Value,
    Word,
}

pub fn completion(document: &Document, cursor: TextSize) -> Option<Completion> {
    let place = Place::at(document, cursor)?;
    let mut list = List { document, place: &place, items: Vec::new() };
    list.fill();
    let mut items = list.items;
    // Stable: within a rank in the order in which they were added.
    items.sort_by_key(|(rank, _)| *rank);
    Some(Completion { replace: place.word, items: items.into_iter().map(|(_, item)| item).collect() })
}

/// How well an item fits: lower comes first.
type Rank = u8;

const FIRST: Rank = 0;
const GOOD: Rank = 1;
const FAIR: Rank = 2;
const LAST: Rank = 3;

struct List<'a> {
    document: &'a Document,
    place: &'a Place,
    items: Vec<(Rank, Item)>,
}

impl<'a> List<'a> {
    fn fill(&mut self) {
        match &self.place.expects {
            Expects::Source { new } => self.sources(*new),
            Expects::Stage => self.stages(),
            Expects::Operand { compared } => self.operands(compared.as_ref().map(|(field, _)| field.as_str())),
            Expects::Field => self.fields(|_| GOOD),
            Expects::Operator { operand } => self.operators(operand.as_deref()),
            Expects::Value { field } => self.values(field.as_deref()),
            Expects::RenderKind => {
                RenderKind::ALL.iter().for_each(|kind| self.word(GOOD, kind.word(), catalog::renders::doc(*kind)));
            }
            Expects::Nothing => {}
        }
    }

    fn sources(&mut self, new: bool) {
        self.lets(true);
        let context = self.document.context();
        for source in &context.sources.sources {
            let doc = format!("{}\n\n{}", source.doc.as_deref().unwrap_or_default(), schemas::table(&source.schema()));
            let detail = source.uri.to_string();
            self.add(GOOD, Item { doc: Some(doc), ..Item::new(&source.name, ItemKind::Source, detail) });
        }
        if new {
            let snippet = Some("let ${1:name} = $0;".to_owned());
            self.add(LAST, Item { snippet, ..Item::new("let", ItemKind::Word, "names a pipeline or a value") });
        } else if self.place.stage.is_none() {
            self.params(FAIR, None);
            self.functions(LAST, None);
        }
    }

    /// Those that are pipelines, or those that are values.
    fn lets(&mut self, pipelines: bool) {
        for defined in &self.document.analysis().lets {
            let detail = match &defined.meaning {
                Meaning::Pipeline(schema) if pipelines => format!("let, {} fields", schema.fields.len()),
                Meaning::Expression(ty) if !pipelines => format!("let, {ty}"),
                Meaning::Broken => "let".to_owned(),
                _ => continue,
            };
            // What is not written yet is no use in its own definition.
            if defined.range.contains_inclusive(self.place.word.start()) {
                continue;
            }
            self.add(FIRST, Item::new(&defined.name, ItemKind::Let, detail));
        }
    }

    /// Those that are used most come first, those that cannot run yet last.
    fn stages(&mut self) {
        let mut entries = words::all(Kind::Stage);
        let position = |entry: &Entry| templates::STAGES.iter().position(|(word, _)| *word == entry.word);
        entries.sort_by_key(|entry| position(entry).unwrap_or(usize::MAX));
        for entry in entries {
            let runs = catalog::stages::by_word(entry.word).is_some_and(|row| row.runs);
            let snippet = templates::stage(entry.word).map(str::to_owned);
            let item = Item { snippet, insert: format!("{} ", entry.word), ..Item::entry(&entry, ItemKind::Stage) };
            self.add(if runs { GOOD } else { LAST }, item);
        }
    }

    fn operands(&mut self, compared: Option<&str>) {
        let ty = compared.and_then(|name| self.type_of(name));
        if let Some(name) = compared {
            self.known_values(name, true);
        }
        self.arguments();
        if ty == Some(Type::Timespan) {
            templates::SPANS.iter().for_each(|span| self.word(GOOD, span, "timespan"));
        }
        if ty == Some(Type::Bool) {
            ["true", "false"].iter().for_each(|value| self.word(FIRST, value, "bool"));
        }
        let in_summarize = self.place.stage.as_ref().is_some_and(|stage| stage.text == "summarize");
        let outside_calls = self.place.calls.is_empty();
        let wanted = self.place.calls.last().and_then(|call| words::argument(&call.function, call.argument));
        let main = in_summarize && outside_calls;
        let by = self.place.by;
        self.fields(|field| match (&wanted, ty) {
            // Groups are made of words; numbers and times rarely.
            _ if main && by => {
                if matches!(field, Type::String | Type::Bool) {
                    GOOD
                } else {
                    LAST
                }
            }
            _ if main => FAIR,
            (Some(wanted), _) if wanted.takes(field) => FIRST,
            (Some(_), _) => LAST,
            (None, Some(ty)) if ty == field => GOOD,
            (None, Some(_)) => LAST,
            (None, None) => GOOD,
        });
        self.params(FAIR, ty);
        self.lets(false);
        if in_summarize && !self.place.by {
            self.entries(if outside_calls { FIRST } else { LAST }, Kind::Aggregate);
        }
        self.functions(LAST, (main && by).then_some(FIRST));
    }

    /// Arguments of known functions that are written out rather than named.
    fn arguments(&mut self) {
        let Some(call) = self.place.calls.last() else { return };
        if let Some(catalog::functions::Arg::OneOf(words)) = words::argument(&call.function, call.argument) {
            words.iter().for_each(|word| self.word(FIRST, &syntax::literal::quote(word), ""));
        }
        for (function, argument, values, detail) in templates::ARGUMENTS {
            if call.function == function && call.argument >= argument {
                values.iter().for_each(|value| self.word(FIRST, value, detail));
            }
        }
    }

    fn fields(&mut self, rank: impl Fn(Type) -> Rank) {
        let Some(schema) = self.schema() else { return };
        let context = self.document.context();
        let main = schemas::main_source(self.document, self.place.block);
        for field in &schema.fields {
            let declared = schemas::declared(&context.sources.sources, main, &field.name);
            let insert = schemas::written(&field.name);
            let doc = declared.and_then(field_doc);
            let item = Item { insert, doc, ..Item::new(&field.name, ItemKind::Field, field.ty.word()) };
            self.add(rank(field.ty), item);
        }
    }

    fn params(&mut self, rank: Rank, ty: Option<Type>) {
        for param in &self.document.analysis().params {
            let rank = if ty == Some(param.ty) { FIRST } else { rank };
            let detail = format!("parameter, {}", param.ty);
            self.add(rank, Item { doc: param.doc.clone(), ..Item::new(&param.name, ItemKind::Param, detail) });
        }
    }

    /// `windows`: the rank of those that group by time, where they make sense.
    fn functions(&mut self, rank: Rank, windows: Option<Rank>) {
        self.entries(rank, Kind::Function);
        for (word, snippet) in templates::WINDOWS {
            let Some(rank) = windows else { break };
            self.items.retain(|(_, item)| item.label != *word);
            let detail = "window";
            let item = Item::new(word, ItemKind::Function, detail);
            let doc = words::entry(word, &[Kind::Function]).map(|entry| entry.markdown());
            self.add(rank, Item { snippet: Some((*snippet).to_owned()), insert: format!("{word}("), doc, ..item });
        }
    }

    fn entries(&mut self, rank: Rank, kind: Kind) {
        for entry in words::all(kind) {
            let item = Item::entry(&entry, ItemKind::Function);
            let empty = entry.signature.contains("()");
            let (insert, snippet) = match empty {
                true => (format!("{}()", entry.word), None),
                false => (format!("{}(", entry.word), Some(format!("{}($0)", entry.word))),
            };
            self.add(rank, Item { insert, snippet, ..item });
        }
    }

    fn operators(&mut self, operand: Option<&str>) {
        let stage = self.place.stage.as_ref().map_or("", |stage| stage.text.as_str());
        for (of, word, detail) in templates::CLAUSES {
            let fits = of.contains(&stage) && self.place.calls.is_empty();
            if fits && (word == "by") != self.place.by {
                self.word(FIRST, word, detail);
            }
        }
        let ty = operand.and_then(|name| self.type_of(name));
        for (types, words) in templates::OPERATORS {
            let fits = ty.is_none_or(|ty| types.is_empty() || types.contains(&ty));
            for word in words.iter().filter(|_| fits) {
                let entry = words::entry(word, &[Kind::Operator]);
                let doc = entry.as_ref().map(Entry::markdown);
                let rank = if ty.is_some() { GOOD } else { FAIR };
                self.add(rank, Item { doc, ..Item::new(word, ItemKind::Operator, "") });
            }
        }
    }

    fn values(&mut self, field: Option<&str>) {
        if let Some(field) = field {
            self.known_values(field, false);
        }
    }

    /// `operand`: where a value stands, not within quotes that are there already.
    fn known_values(&mut self, field: &str, operand: bool) {
        let context = self.document.context();
        let main = schemas::main_source(self.document, self.place.block);
        let declared = schemas::declared(&context.sources.sources, main, field);
        for insert in schemas::values(declared, field) {
            let quoted = insert.starts_with('"');
            if !operand && !quoted {
                continue;
            }
            let label = if operand { insert.clone() } else { insert.trim_matches('"').to_owned() };
            self.add(FIRST, Item { insert, ..Item::new(&label, ItemKind::Value, format!("of {field}")) });
        }
    }

    fn type_of(&self, name: &str) -> Option<Type> {
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
        self.add(rank, Item::new(word, ItemKind::Word, detail));
    }

    /// The first of a label stays: it was added for a better reason.
    fn add(&mut self, rank: Rank, item: Item) {
        if !self.items.iter().any(|(_, known)| known.label == item.label) {
            self.items.push((rank, item));
        }
    }
}

impl Item {
    fn new(label: &str, kind: ItemKind, detail: impl Into<String>) -> Item {
        let (label, detail) = (label.to_owned(), detail.into());
        Item { insert: label.clone(), label, kind, detail, doc: None, snippet: None }
    }

    fn entry(entry: &Entry, kind: ItemKind) -> Item {
        Item { doc: Some(entry.markdown()), ..Item::new(entry.word, kind, entry.signature.clone()) }
    }
}

fn field_doc(field: &FieldDecl) -> Option<String> {
    let unit = field.unit.as_ref().map(|unit| format!("In {unit}."));
    let parts: Vec<String> = [field.doc.clone(), unit].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
