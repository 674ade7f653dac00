//! The two versions of a repository's runbooks: as a commit has them, and as they are in the working tree, each with
//! the configuration and the snapshot of its own time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use runner::config::{Config, FILE_NAME};
use runner::snapshot;
use syntax::Diagnostic;
use syntax::analysis::{Analysis, Context};
use syntax::lint::{self, Host};

use super::blocks::{self, Version};
use super::{Changes, Edited, Input, Kind, Place, RunbookChange, meaning, rows};
use crate::{check, git};

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
    let root = git::root(asked.here)?;
    let base = git::merge_base(&root, asked.gitref)?;
    let place = Place { root, base };
    let (found, mut failures) = check::find(asked.paths, check::is_markdown);
    let absolute = |path: &Path| asked.here.join(path).canonicalize().ok();
    let mut now: BTreeSet<PathBuf> = BTreeSet::new();
    for file in &found {
        match absolute(file) {
            Some(real) => now.extend(real.strip_prefix(&place.root).ok().map(Path::to_owned)),
            None => failures.push(format!("cannot read `{}`: there is no such file", file.display())),
        }
    }
    let folders: Vec<PathBuf> = asked.paths.iter().filter_map(|path| absolute(path)).collect();
    let below = |path: &Path| folders.iter().any(|folder| place.root.join(path).starts_with(folder));
    let then: BTreeSet<PathBuf> = git::files_at(&place.root, &place.base)?
        .into_iter()
        .filter(|path| check::is_markdown(path) && below(path))
        .collect();
    // A runbook that moved is the same one.
    let moved: BTreeMap<PathBuf, PathBuf> = git::renamed(&place.root, &place.base)?
        .into_iter()
        .filter(|(old, new)| now.contains(new) && !now.contains(old))
        .map(|(old, new)| (new, old))
        .collect();
    let mut changes = Changes { base: place.base.clone(), failures, ..Changes::default() };
    let gone = then.iter().filter(|old| !now.contains(*old) && !moved.values().any(|moved| moved == *old));
    let names: BTreeSet<(Option<&PathBuf>, Option<&PathBuf>)> = now
        .iter()
        .map(|new| (moved.get(new).or_else(|| then.get(new)), Some(new)))
        .chain(gone.map(|old| (Some(old), None)))
        .collect();
    for (old, new) in names {
        match runbook(&place, old, new, asked).await {
            Ok(Compared::Changed(change)) => changes.runbooks.push(*change),
            Ok(Compared::OtherText(path)) => changes.same.push(path),
            Ok(Compared::Same) => {}
            Err(failure) => changes.failures.push(failure),
        }
    }
    changes.runbooks.sort_by(|one, two| one.path.cmp(&two.path));
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
    config: Config,
}

impl Read {
    fn new(text: String, (config, context): (Config, Context)) -> Read {
        let parse = syntax::parse(&text);
        let analysis = syntax::analyze(&parse, &context);
        let all = parse.diagnostics().iter().chain(&analysis.diagnostics).cloned().collect();
        let findings = lint::judge(&text, Host::Runbook(&analysis.blocks), all, &context.levels);
        Read { text, analysis, findings, config }
    }

    fn version(&self) -> Version<'_> {
        Version { text: &self.text, analysis: &self.analysis, findings: &self.findings }
    }
}

async fn runbook(
    place: &Place,
    old: Option<&PathBuf>,
    new: Option<&PathBuf>,
    asked: &Asked<'_>,
) -> Result<Compared, String> {
    let before = match old {
        Some(path) => Some(Read::new(text_at(place, path)?, config_at(place, path)?)),
        None => None,
    };
    let after = match new {
        Some(path) => Some(Read::new(check::read(&place.root.join(path))?, config_now(place, path)?)),
        None => None,
    };
    let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
    let path = new.or(old).map(shown).unwrap_or_default();
    let empty = Vec::new();
    let meant = |read: &'_ Option<Read>| read.is_some();
    let (was, is) = (meant(&before), meant(&after));
    let old_blocks = before.as_ref().map_or(empty, |read| meaning::blocks(&read.analysis, &read.text));
    let new_blocks = after.as_ref().map_or(Vec::new(), |read| meaning::blocks(&read.analysis, &read.text));
    if old_blocks.is_empty() && new_blocks.is_empty() {
        return Ok(Compared::Same);
    }
    let versions = (before.as_ref().map(Read::version), after.as_ref().map(Read::version));
    let mut found = Vec::new();
    let mut same = 0;
    for pair in blocks::pairs(&old_blocks, &new_blocks) {
        let one = pair.before.zip(versions.0.as_ref()).map(|(at, version)| (&old_blocks[at], version));
        let two = pair.after.zip(versions.1.as_ref()).map(|(at, version)| (&new_blocks[at], version));
        let Some(mut change) = blocks::change(one, two) else {
            same += 1;
            continue;
        };
        if !asked.inputs.is_empty() && was && is {
            let side = |meant: Option<(&meaning::Meant<'_>, &Version<'_>)>, read: &Option<Read>| {
                let (meant, _) = meant?;
                let read = read.as_ref()?;
                Some((meant.pipeline()?.clone(), meant.block.name.clone(), read.text.clone(), read.config.clone()))
            };
            change.rows = rows::change(side(one, &before), side(two, &after), asked).await;
        }
        found.push(change);
    }
    let parameters = parameters(versions.0.as_ref(), versions.1.as_ref());
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

fn text_at(place: &Place, path: &Path) -> Result<String, String> {
    let bytes = git::read_at(&place.root, &place.base, path)?;
    String::from_utf8(bytes).map_err(|_| format!("`{}` was not UTF-8 in {}", path.display(), short(&place.base)))
}

pub(super) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// The nearest configuration above in the commit, with its snapshot.
fn config_at(place: &Place, runbook: &Path) -> Result<(Config, Context), String> {
    for folder in runbook.ancestors().skip(1) {
        let file = folder.join(FILE_NAME);
        let Ok(text) = git::read_at(&place.root, &place.base, &file) else { continue };
        let text = String::from_utf8_lossy(&text);
        let (config, _) = Config::read(&text, &place.root.join(&file), &|_| true);
        let kept = git::read_at(&place.root, &place.base, &folder.join(snapshot::FILE_NAME)).ok();
        let kept = kept.and_then(|kept| snapshot::read(&String::from_utf8_lossy(&kept)).ok()).unwrap_or_default();
        let context = Context { sources: config.sources.clone(), levels: config.levels.clone(), ..Context::default() };
        let context = context.observing(Arc::new(kept));
        return Ok((config, context));
    }
    let config = Config::builtin();
    let context = config.context().map_err(|error| error.to_string())?;
    Ok((config, context))
}

fn config_now(place: &Place, runbook: &Path) -> Result<(Config, Context), String> {
    let path = place.root.join(runbook);
    let file = path.parent().and_then(|folder| Config::nearest(folder, Some(&place.root)));
    let config = match file {
        Some(file) => Config::read(&check::read(&file)?, &file, &|_| true).0,
        None => Config::builtin(),
    };
    let context = config.context().map_err(|error| error.to_string())?;
    Ok((config, context))
}
