//! What differs between two configurations: sources, where and when their events come from, their fields, and which
//! blocks read what is another. A change there is the cause of much that differs in runbooks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use runner::config::FILE_NAME;
use syntax::analysis::Analysis;
use syntax::literal::timespan_text;
use syntax::pipeline::Reads;
use syntax::source::{FieldDecl, SourceDecl};

use super::versions::{Known, Time, Versions};
use super::{ConfigChange, Edited, FieldChange, Kind, Reader, SourceChange};

/// Which blocks read what, by the configuration that they are read with.
#[derive(Default)]
pub(super) struct Readers(BTreeSet<Place>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    config: Option<PathBuf>,
    source: String,
    /// None where every field is shown.
    field: Option<String>,
    runbook: String,
    /// In the order of the runbook.
    index: usize,
    block: String,
}

impl Readers {
    pub(super) fn add(&mut self, config: Option<&Path>, runbook: &str, analysis: &Analysis) {
        for block in &analysis.blocks {
            let Some(pipeline) = &block.pipeline else { continue };
            pipeline.visit(&mut |pipeline| {
                let mut place = |field: Option<String>| {
                    self.0.insert(Place {
                        config: config.map(Path::to_owned),
                        source: pipeline.source.to_string(),
                        field,
                        runbook: runbook.to_owned(),
                        index: block.index,
                        block: block.name.clone(),
                    })
                };
                match pipeline.reads() {
                    Reads::All => _ = place(None),
                    // One that reads no field counts, all the same.
                    Reads::Fields(fields) if fields.is_empty() => _ = place(Some(String::new())),
                    Reads::Fields(fields) => fields.iter().for_each(|field| _ = place(Some(field.to_string()))),
                }
            });
        }
    }

    fn of(&self, config: [Option<&Path>; 2], source: &str, field: Option<&[&str]>) -> Vec<Reader> {
        let reads = |place: &&Place| {
            config.contains(&place.config.as_deref())
                && place.source == source
                && field.is_none_or(|names| place.field.as_deref().is_none_or(|field| names.contains(&field)))
        };
        let mut blocks: BTreeMap<&str, BTreeMap<usize, &str>> = BTreeMap::new();
        for place in self.0.iter().filter(reads) {
            blocks.entry(&place.runbook).or_default().insert(place.index, &place.block);
        }
        let reader = |(runbook, blocks): (&str, BTreeMap<usize, &str>)| Reader {
            runbook: runbook.to_owned(),
            blocks: blocks.into_values().map(str::to_owned).collect(),
        };
        blocks.into_iter().map(reader).collect()
    }
}

/// Of all configurations that runbooks in these folders, or at these paths, are read with.
pub(super) fn changes(versions: &Versions, paths: &[&Path], readers: &Readers) -> Result<Vec<ConfigChange>, String> {
    let concerns = |file: &&PathBuf| {
        let folder = file.parent().unwrap_or(Path::new(""));
        let is_config = file.file_name().is_some_and(|name| name == FILE_NAME);
        is_config && paths.iter().any(|path| folder.starts_with(path) || path.starts_with(folder))
    };
    let mut found = Vec::new();
    for file in versions.changed.iter().filter(concerns) {
        // One that came or went takes or leaves the place of another.
        let (before, after) = (versions.known(Time::Then, file)?, versions.known(Time::Now, file)?);
        let sources = sources(versions, &before, &after, readers);
        let is = |known: &Known| known.file.as_ref() == Some(file);
        let kind = match (is(&before), is(&after)) {
            (false, _) => Kind::Added,
            (_, false) => Kind::Removed,
            _ => Kind::Changed,
        };
        if !sources.is_empty() {
            found.push(ConfigChange { path: file.to_string_lossy().into_owned(), kind, sources });
        }
    }
    Ok(found)
}

fn sources(versions: &Versions, before: &Known, after: &Known, readers: &Readers) -> Vec<SourceChange> {
    let files = [before.file.as_deref(), after.file.as_deref()];
    let (old, new) = (&before.config.sources, &after.config.sources);
    let names: BTreeSet<&str> = old.sources.iter().chain(&new.sources).map(|source| &*source.name).collect();
    let mut found = Vec::new();
    for name in names {
        let (one, two) = (old.get(name), new.get(name));
        let kind = match (one, two) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        };
        let read_by = readers.of(files, name, None);
        let built_in = match kind {
            Kind::Added => after.file.is_none(),
            Kind::Removed => before.file.is_none(),
            Kind::Changed => false,
        };
        // Of the shop that is there without any configuration, nobody said anything.
        if built_in && read_by.is_empty() {
            continue;
        }
        let settings = settings(versions, one, two);
        let fields = match (one, two) {
            (Some(one), Some(two)) => fields(one, two, &|names| readers.of(files, name, Some(names))),
            _ => Vec::new(),
        };
        if kind != Kind::Changed || !settings.is_empty() || !fields.is_empty() {
            found.push(SourceChange { name: name.to_owned(), kind, settings, fields, readers: read_by });
        }
    }
    found
}

fn settings(versions: &Versions, before: Option<&SourceDecl>, after: Option<&SourceDecl>) -> Vec<Edited> {
    // As it is written: relative to its configuration, which stands below the root.
    let root = format!(":{}/", versions.root.display());
    let uri = |decl: &SourceDecl| decl.uri.to_string().replacen(&root, ":", 1);
    let time = |decl: &SourceDecl| decl.time.as_ref().map(ToString::to_string);
    let edited = [
        Edited::new("uri", before.map(uri), after.map(uri)),
        Edited::new("timestamp", before.and_then(time), after.and_then(time)),
        Edited::new(
            "lateness",
            before.map(|decl| timespan_text(decl.lateness)),
            after.map(|decl| timespan_text(decl.lateness)),
        ),
    ];
    // Of a source that is new or gone, its address says enough.
    let both = before.is_some() && after.is_some();
    edited.into_iter().filter(|edited| edited.before != edited.after && (both || edited.name == "uri")).collect()
}

fn fields(before: &SourceDecl, after: &SourceDecl, readers: &dyn Fn(&[&str]) -> Vec<Reader>) -> Vec<FieldChange> {
    let of = |decl: &'_ SourceDecl, name: &str| decl.fields.iter().find(|field| *field.name == *name).cloned();
    let only = |one: &SourceDecl, other: &SourceDecl| -> Vec<FieldDecl> {
        one.fields.iter().filter(|field| of(other, &field.name).is_none()).cloned().collect()
    };
    let (gone, come) = (only(before, after), only(after, before));
    let word = |field: &FieldDecl| Some(field.ty.word().to_owned());
    // Alike, and no other is: the same field under another name, perhaps.
    let alike = |one: &FieldDecl, other: &FieldDecl| (one.ty, &one.doc) == (other.ty, &other.doc);
    let was = |field: &FieldDecl| {
        let mut likes = gone.iter().filter(|old| alike(old, field));
        let only_one = come.iter().filter(|other| alike(other, field)).count() == 1;
        likes.next().filter(|_| likes.next().is_none() && only_one)
    };
    let mut found: Vec<FieldChange> = Vec::new();
    let mut renamed = BTreeSet::new();
    for field in &after.fields {
        let name = field.name.to_string();
        let change = match of(before, &field.name) {
            Some(old) if old.ty == field.ty => continue,
            Some(old) => {
                FieldChange { readers: readers(&[&name]), was: None, before: word(&old), after: word(field), name }
            }
            None => match was(field) {
                Some(old) => {
                    renamed.insert(old.name.clone());
                    let readers = readers(&[&old.name, &name]);
                    FieldChange {
                        readers,
                        was: Some(old.name.to_string()),
                        before: word(old),
                        after: word(field),
                        name,
                    }
                }
                None => FieldChange { readers: readers(&[&name]), was: None, before: None, after: word(field), name },
            },
        };
        found.push(change);
    }
    let gone = gone.iter().filter(|old| !renamed.contains(&old.name));
    found.extend(gone.map(|old| FieldChange {
        name: old.name.to_string(),
        was: None,
        before: word(old),
        after: None,
        readers: readers(&[&old.name]),
    }));
    found
}
