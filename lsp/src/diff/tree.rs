//! The two versions of a repository's runbooks: as a commit has them, and as they are in the working tree, each with
//! the configuration and the snapshot of its own time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use syntax::Diagnostic;
use syntax::analysis::Analysis;
use syntax::lint::{self, Host};

use super::blocks::{self, Version};
use super::config::{self, Readers};
use super::versions::{Known, Time, Versions};
use super::{BlockChange, Changes, Edited, Input, Kind, RowsChange, RunbookChange, meaning, rows};
use crate::check;

/// What is to be compared.
pub(crate) struct Asked<'a> {
    pub(crate) gitref: &'a str,
    pub(crate) paths: &'a [PathBuf],
    pub(crate) here: &'a Path,
    /// Recordings that both versions are run over.
    pub(crate) inputs: &'a [Input],
}

/// Compares all runbooks below the paths. The error says why nothing could be compared.
pub(crate) async fn compare(asked: &Asked<'_>) -> Result<Changes, String> {
    let versions = Versions::new(asked.gitref, asked.here, asked.paths)?;
    let (found, mut failures) = check::find(asked.paths, check::is_markdown);
    let absolute = |path: &Path| asked.here.join(path).canonicalize().ok();
    let mut now: BTreeSet<PathBuf> = BTreeSet::new();
    for file in &found {
        match absolute(file) {
            Some(real) => now.extend(real.strip_prefix(&versions.root).ok().map(Path::to_owned)),
            None => failures.push(format!("cannot read `{}`: there is no such file", file.display())),
        }
    }
    let folders: Vec<PathBuf> = asked.paths.iter().filter_map(|path| absolute(path)).collect();
    let below = |path: &Path| folders.iter().any(|folder| versions.root.join(path).starts_with(folder));
    let then: BTreeSet<&PathBuf> =
        versions.then.paths().filter(|path| check::is_markdown(path) && below(path)).collect();
    // A runbook that moved is the same one.
    let mut moved = versions.moved();
    moved.retain(|new, old| now.contains(new) && !now.contains(old));
    let moved_from: BTreeSet<&PathBuf> = moved.values().collect();
    let gone = then.iter().filter(|old| !now.contains(**old) && !moved_from.contains(**old));
    let names: BTreeSet<(Option<&PathBuf>, Option<&PathBuf>)> = now
        .iter()
        .map(|new| (moved.get(new).or_else(|| then.get(new).copied()), Some(new)))
        .chain(gone.map(|old| (Some(*old), None)))
        .collect();
    rows::expect_inputs(asked, &versions, names.iter().filter_map(|(old, new)| old.or(*new)))?;
    let mut changes = Changes { base: versions.base.clone(), failures, ..Changes::default() };
    let mut readers = Readers::default();
    for (old, new) in names {
        if old == new && new.is_some_and(|new| versions.is_same(new)) {
            continue;
        }
        match runbook(&versions, old, new, asked, &mut readers).await {
            Ok(Compared::Changed(change)) => changes.runbooks.push(*change),
            Ok(Compared::OtherText(path)) => changes.same.push(path),
            Ok(Compared::Same) => {}
            Err(failure) => changes.failures.push(failure),
        }
    }
    changes.runbooks.sort_by(|one, two| one.path.cmp(&two.path));
    let folders: Vec<&Path> = folders.iter().filter_map(|folder| folder.strip_prefix(&versions.root).ok()).collect();
    match config::changes(&versions, &folders, &readers) {
        Ok(configs) => changes.configs = configs,
        Err(failure) if changes.failures.contains(&failure) => {}
        Err(failure) => changes.failures.push(failure),
    }
    Ok(changes)
}

enum Compared {
    Changed(Box<RunbookChange>),
    /// Means what it did.
    OtherText(String),
    Same,
}

/// A runbook at one time.
struct Read {
    text: String,
    analysis: Analysis,
    findings: Vec<Diagnostic>,
    known: Arc<Known>,
}

impl Read {
    fn new(text: String, known: Arc<Known>) -> Read {
        let parse = syntax::parse(&text);
        let analysis = syntax::analyze(&parse, &known.context);
        let all = parse.diagnostics().iter().chain(&analysis.diagnostics).cloned().collect();
        let findings = lint::judge(&text, Host::Runbook(&analysis.blocks), all, &known.context.levels);
        Read { text, analysis, findings, known }
    }

    fn version(&self) -> Version<'_> {
        Version { text: &self.text, analysis: &self.analysis, findings: &self.findings }
    }
}

async fn runbook(
    versions: &Versions,
    old: Option<&PathBuf>,
    new: Option<&PathBuf>,
    asked: &Asked<'_>,
    readers: &mut Readers,
) -> Result<Compared, String> {
    let read = |time: Time, path: Option<&PathBuf>| {
        path.map(|path| Ok::<_, String>(Read::new(versions.text(time, path)?, versions.known(time, path)?))).transpose()
    };
    let (before, after) = (read(Time::Then, old)?, read(Time::Now, new)?);
    let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
    let path = new.or(old).map(shown).unwrap_or_default();
    for read in [&before, &after].into_iter().flatten() {
        readers.add(read.known.file.as_deref(), &path, &read.analysis);
    }
    let (was, is) = (before.is_some(), after.is_some());
    let old_blocks = before.as_ref().map_or(Vec::new(), |read| meaning::blocks(&read.analysis, &read.text));
    let new_blocks = after.as_ref().map_or(Vec::new(), |read| meaning::blocks(&read.analysis, &read.text));
    if old_blocks.is_empty() && new_blocks.is_empty() {
        return Ok(Compared::Same);
    }
    let texts = (before.as_ref().map(Read::version), after.as_ref().map(Read::version));
    let mut found = Vec::new();
    let mut same = 0;
    for pair in blocks::pairs(&old_blocks, &new_blocks) {
        let one = pair.before.zip(texts.0.as_ref()).map(|(at, version)| (&old_blocks[at], version));
        let two = pair.after.zip(texts.1.as_ref()).map(|(at, version)| (&new_blocks[at], version));
        // A source with another event time or lateness gives other rows to a block that means the same.
        let sources = (before.as_ref().zip(after.as_ref())).zip(two.and_then(|(meant, _)| meant.pipeline()));
        let others = sources.is_some_and(|((before, after), pipeline)| {
            let reads_as = |name: &str| {
                let of = |read: &'_ Read| read.known.config.sources.get(name).cloned();
                matches!((of(before), of(after)), (Some(one), Some(two)) if one.reads_as(&two))
            };
            pipeline.sources().iter().any(|source| !reads_as(source))
        });
        let Some(mut change) = blocks::change(one, two, others && !asked.inputs.is_empty()) else {
            same += 1;
            continue;
        };
        if !asked.inputs.is_empty() {
            let side = |meant: Option<(&meaning::Meant<'_>, &Version<'_>)>, read: &Option<Read>| {
                let (meant, _) = meant?;
                let read = read.as_ref()?;
                let config = read.known.config.clone();
                Some((meant.pipeline()?.clone(), meant.block.name.clone(), read.text.clone(), config))
            };
            change.rows = rows::change(side(one, &before), side(two, &after), asked).await;
        }
        if says_nothing(&change) { same += 1 } else { found.push(change) }
    }
    let parameters = parameters(texts.0.as_ref(), texts.1.as_ref());
    let kind = match (was, is) {
        (true, true) => Kind::Changed,
        (false, _) => Kind::Added,
        _ => Kind::Removed,
    };
    let was = old.filter(|old| new.is_some_and(|new| new != *old)).map(shown);
    if kind == Kind::Changed && found.is_empty() && parameters.is_empty() && was.is_none() {
        let texts = (before.map(|read| read.text), after.map(|read| read.text));
        return Ok(if texts.0 == texts.1 { Compared::Same } else { Compared::OtherText(path) });
    }
    Ok(Compared::Changed(Box::new(RunbookChange { path, was, kind, parameters, blocks: found, same })))
}

/// What differs in a way that nobody would see is left out.
fn says_nothing(change: &BlockChange) -> bool {
    let rows = matches!(change.rows, None | Some(RowsChange::Same(_)));
    let heading = change.kind == Kind::Changed && change.was.is_none() && change.runs.is_none();
    heading && rows && super::human::lines(change).is_empty()
}

fn parameters(before: Option<&Version<'_>>, after: Option<&Version<'_>>) -> Vec<Edited> {
    let (Some(before), Some(after)) = (before, after) else { return Vec::new() };
    let said = |version: &Version<'_>| -> BTreeMap<String, String> {
        let params = version.analysis.params.iter();
        params.map(|param| (param.name.to_string(), blocks::parameter(param))).collect()
    };
    let (before, after) = (said(before), said(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let edited = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    edited.map(|name| Edited::new(name, before.get(name).cloned(), after.get(name).cloned())).collect()
}
