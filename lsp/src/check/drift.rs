//! What is written down beside what comes: fields that are declared, kept in a snapshot or read by runbooks, and
//! that a runner's events do not have any more, have with another type, or that nobody reads.

use std::collections::{BTreeMap, BTreeSet};

use runner::config::tree::{Entry, Tree};
use runner::proto::Source;
use syntax::analysis::{Analysis, What};
use syntax::pipeline::Reads;
use syntax::{Code, Diagnostic, Severity, TextRange, Type};

/// What a runner has looked at.
#[derive(Debug, Default)]
pub(crate) struct Live {
    sources: BTreeMap<String, Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Events that were looked at; without any nothing can be said.
    events: u64,
    /// Of the fields that some event had.
    types: BTreeMap<String, Type>,
}

impl Live {
    pub(crate) fn new(sources: &[Source]) -> Live {
        let seen = |source: &Source| {
            let some = source.fields.iter().filter(|field| field.seen > 0);
            Seen {
                events: source.fields.iter().map(|field| field.looked_at).max().unwrap_or_default(),
                types: some.filter_map(|field| Some((field.name.clone(), Type::from_word(&field.r#type)?))).collect(),
            }
        };
        Live { sources: sources.iter().map(|source| (source.name.clone(), seen(source))).collect() }
    }

    /// Sources of which nothing came, so that nothing can be said of them.
    pub(crate) fn silent(&self) -> Vec<&str> {
        self.sources.iter().filter(|(_, seen)| seen.events == 0).map(|(name, _)| name.as_str()).collect()
    }

    /// How many events did not have the field, where there is something to say.
    fn lacks(&self, source: &str, field: &str) -> Option<u64> {
        let seen = self.sources.get(source).filter(|seen| seen.events > 0)?;
        (!seen.types.contains_key(field)).then_some(seen.events)
    }

    /// The type, where it is another.
    fn retyped(&self, source: &str, field: &str, ty: Type) -> Option<Type> {
        self.sources.get(source)?.types.get(field).copied().filter(|now| *now != ty)
    }
}

/// Fields that runbooks read, by source.
#[derive(Debug, Default)]
pub(super) struct Read {
    fields: BTreeSet<(String, String)>,
    /// Of these, every field is shown.
    all: BTreeSet<String>,
}

impl Read {
    pub(super) fn add(&mut self, analysis: &Analysis) {
        for pipeline in analysis.blocks.iter().filter_map(|block| block.pipeline.as_ref()) {
            pipeline.visit(&mut |pipeline| match pipeline.reads() {
                Reads::All => _ = self.all.insert(pipeline.source.to_string()),
                Reads::Fields(names) => {
                    let named = names.iter().map(|name| (pipeline.source.to_string(), name.to_string()));
                    self.fields.extend(named);
                }
            });
        }
        // One that is named is read, also where all are shown.
        for pipeline in analysis.blocks.iter().filter_map(|block| block.pipeline.as_ref()) {
            for found in &analysis.resolutions {
                if let What::Field { name, .. } = &found.what {
                    self.fields.insert((pipeline.source.to_string(), name.to_string()));
                }
            }
        }
    }

    pub(super) fn extend(&mut self, other: Read) {
        self.fields.extend(other.fields);
        self.all.extend(other.all);
    }

    fn has(&self, source: &str, field: &str) -> bool {
        self.fields.contains(&(source.to_owned(), field.to_owned()))
    }
}

/// Of a configuration's declared fields.
pub(super) fn of_config(text: &str, live: &Live, read: &Read) -> Vec<Diagnostic> {
    let tree = Tree::parse(text);
    let mut found = Vec::new();
    let sources = tree.get(&["sources"]).and_then(|entry| entry.value.table());
    for source in sources.into_iter().flat_map(|table| &table.entries) {
        if !live.sources.contains_key(&source.key) {
            let message = format!("the runner has no source `{}`", source.key);
            let help = match syntax::diagnostic::closest(&source.key, live.sources.keys().map(String::as_str)) {
                Some(near) => format!("it has `{near}`"),
                None => "`headwater sources --runner` lists those that it has".to_owned(),
            };
            found.push(Diagnostic { help: Some(help), ..warning(Code::VanishedField, source.key_range, message) });
            continue;
        }
        let fields = source.value.table().and_then(|table| table.get("fields")?.value.table());
        for field in fields.into_iter().flat_map(|table| &table.entries) {
            found.extend(of_entry(&source.key, field, live, "is declared"));
            if !read.has(&source.key, &field.key) {
                let message = format!("no runbook reads `{}` of `{}`", field.key, source.key);
                let mut unread = warning(Code::UnreadField, field.key_range, message);
                unread.severity = Severity::Hint;
                found.push(unread);
            }
        }
    }
    found
}

/// Of a snapshot's fields.
pub(super) fn of_snapshot(text: &str, live: &Live) -> Vec<Diagnostic> {
    let tree = Tree::parse(text);
    let mut found = Vec::new();
    for source in &tree.root.entries {
        let fields = source.value.table().and_then(|table| table.get("fields")?.value.table());
        for field in fields.into_iter().flat_map(|table| &table.entries) {
            let help = "`headwater sources --save` writes what comes now";
            let of = of_entry(&source.key, field, live, "is in the snapshot");
            found.extend(of.map(|found| Diagnostic { help: Some(help.to_owned()), ..found }));
        }
    }
    found
}

fn of_entry(source: &str, field: &Entry, live: &Live, is: &str) -> Option<Diagnostic> {
    let name = &field.key;
    if let Some(events) = live.lacks(source, name) {
        let message = format!("`{name}` {is}, and none of the {} events of `{source}` had it", count(events));
        let found = warning(Code::VanishedField, field.key_range, message);
        return Some(Diagnostic { help: live.near(source, name).map(|near| format!("some have `{near}`")), ..found });
    }
    let ty = field.value.table()?.get("type")?.value.text().and_then(Type::from_word)?;
    let now = live.retyped(source, name, ty)?;
    let message = format!("`{name}` of `{source}` {is} as a {ty}, and comes as a {now}");
    Some(warning(Code::ChangedType, field.key_range, message))
}

impl Live {
    fn near(&self, source: &str, field: &str) -> Option<&str> {
        let seen = self.sources.get(source)?;
        syntax::diagnostic::closest(field, seen.types.keys().map(String::as_str))
    }
}

/// Of what a runbook reads, at the first place of each block that names it.
pub(super) fn of_runbook(analysis: &Analysis, live: &Live) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for block in &analysis.blocks {
        let Some(pipeline) = &block.pipeline else { continue };
        let mut gone: BTreeMap<String, (String, u64)> = BTreeMap::new();
        pipeline.visit(&mut |pipeline| {
            let Reads::Fields(names) = pipeline.reads() else { return };
            for name in names {
                if let Some(events) = live.lacks(&pipeline.source, &name) {
                    gone.insert(name.to_string(), (pipeline.source.to_string(), events));
                }
            }
        });
        for (name, (source, events)) in gone {
            let named = |found: &&syntax::analysis::Resolution| matches!(&found.what, What::Field { name: field, .. } if **field == *name);
            let mut places = analysis.resolutions.iter().filter(named).map(|found| found.range);
            // One that comes through a `let` is named in another block.
            let within = places.clone().find(|range| block.range.contains_range(*range));
            let Some(range) = within.or_else(|| places.next()) else { continue };
            let message = format!("none of the {} events of `{source}` had `{name}`", count(events));
            let of = warning(Code::VanishedField, range, message);
            let of = Diagnostic { help: live.near(&source, &name).map(|near| format!("some have `{near}`")), ..of };
            if !found.contains(&of) {
                found.push(of);
            }
        }
    }
    found
}

fn count(events: u64) -> String {
    crate::results::value::count(events)
}

fn warning(code: Code, range: TextRange, message: String) -> Diagnostic {
    let severity = Severity::Warning;
    let message = syntax::visible(&message).into_owned();
    Diagnostic { code, severity, range, message, because: None, help: None, fixes: Vec::new() }
}
