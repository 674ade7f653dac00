//! What of all files a branch changes, and what has to do with it: a configuration brings the runbooks that it is for,
//! a table the configuration that names it, a recording the tests over it. What other runbooks say of files that
//! changed or are gone is looked at too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use runner::config::Config;
use syntax::source::Scheme;

use super::{Files, real, walk};
use crate::{cases, git, within};

/// Runbooks that are as they were, and the files that are not.
pub(crate) struct Others {
    pub(super) runbooks: Vec<PathBuf>,
    pub(super) changed: BTreeSet<PathBuf>,
}

/// Keeps what is another than in that commit, and what has to do with it.
pub(super) fn keep(files: &mut Files, paths: &[PathBuf], gitref: &str, here: &Path) -> Result<(), String> {
    git::expect_within(&git::root(here)?, here, paths)?;
    let changed: BTreeSet<PathBuf> = git::changed(gitref, here)?.into_iter().collect();
    if changed.is_empty() {
        // What cannot be found is to be said.
        files.files.retain(|file| real(file).is_none());
        return Ok(());
    }
    let decides = |file: &&PathBuf| walk::is_config(file) || walk::is_snapshot(file);
    let mut folders: BTreeSet<PathBuf> =
        changed.iter().filter(decides).filter_map(|file| Some(file.parent()?.to_owned())).collect();
    let mut configs: BTreeMap<PathBuf, Option<PathBuf>> = BTreeMap::new();
    for file in files.files.iter().filter_map(real) {
        if let Some(folder) = file.parent() {
            configs.entry(folder.to_owned()).or_insert_with(|| Config::nearest(folder, None));
        }
    }
    let configs: BTreeSet<PathBuf> = configs.into_values().flatten().collect();
    for config in configs.iter().filter(|config| names_any(config, &changed)) {
        folders.extend(config.parent().map(Path::to_owned));
    }
    let concerns = |file: &PathBuf| {
        let Some(real) = real(file) else { return true };
        let below = folders.iter().any(|folder| real.starts_with(folder));
        below || changed.contains(&real) || tests_over_any(file, &real, &changed)
    };
    let (kept, others) = std::mem::take(&mut files.files).into_iter().partition(concerns);
    files.files = kept;
    files.others = Some(Others { runbooks: others, changed });
    Ok(())
}

/// Whether a source of the configuration is one of these files.
fn names_any(config: &Path, changed: &BTreeSet<PathBuf>) -> bool {
    let Ok(text) = walk::read(config) else { return false };
    let sources = Config::read(&text, config, &|path| path.exists()).0.sources.sources;
    let mut files = sources.iter().filter(|source| matches!(source.uri.scheme, Scheme::File | Scheme::Replay));
    files.any(|source| runner::source::files(&source.uri.rest).iter().any(|file| is_any(file, changed)))
}

/// Whether a test of the runbook is over one of these files.
fn tests_over_any(file: &Path, real: &Path, changed: &BTreeSet<PathBuf>) -> bool {
    let Some(folder) = real.parent().filter(|_| walk::is_markdown(file)) else { return false };
    let Some(text) = walk::read(file).ok().filter(|text| cases::may_have_tests(text)) else { return false };
    let cases = cases::cases(&text);
    let mut inputs = cases.iter().flat_map(|case| case.inputs()).map(|(_, input)| input.value.as_str());
    inputs.any(|input| {
        let path =
            input.split_once(':').map_or(input, |(scheme, rest)| if scheme.contains('/') { input } else { rest });
        is_any(&folder.join(path.split('?').next().unwrap_or(path)), changed)
    })
}

fn is_any(file: &Path, changed: &BTreeSet<PathBuf>) -> bool {
    real(file).or_else(|| within::plain(file)).is_some_and(|file| changed.contains(&file))
}
