//! A repository at two times: as a commit has it, and as it is in the working tree. Each has the configurations and
//! snapshots of its own time; those of a folder are read once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use runner::config::{Config, FILE_NAME};
use runner::snapshot;
use syntax::analysis::Context;

use crate::{check, git};

pub(super) struct Versions {
    pub(super) root: PathBuf,
    pub(super) base: String,
    /// Failures name files as they are seen from here.
    here: PathBuf,
    pub(super) then: git::Tree,
    /// Relative to the root, as all paths here.
    pub(super) changed: BTreeSet<PathBuf>,
    known: Mutex<HashMap<(Time, PathBuf), Looked>>,
}

/// A configuration, or why it cannot be read.
type Looked = Result<Arc<Known>, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Time {
    Then,
    Now,
}

/// What the runbooks of a folder are read with.
pub(super) struct Known {
    /// None where there is none, so that the built-in one holds.
    pub(super) file: Option<PathBuf>,
    pub(super) config: Config,
    pub(super) context: Context,
}

impl Versions {
    pub(super) fn new(gitref: &str, here: &Path, paths: &[PathBuf]) -> Result<Versions, String> {
        let root = git::root(here)?;
        git::expect_within(&root, here, paths)?;
        let base = git::merge_base(&root, gitref)?;
        let then = git::Tree::of(&root, &base)?;
        let changed = git::changed_since(&root, &base)?;
        Ok(Versions { here: here.to_owned(), root, base, then, changed, known: Mutex::default() })
    }

    pub(super) fn text(&self, time: Time, path: &Path) -> Result<String, String> {
        match time {
            Time::Then => String::from_utf8(self.then.read(path)?)
                .map_err(|_| format!("`{}` was not UTF-8 in {}", path.display(), self.short())),
            Time::Now => {
                let file = self.root.join(path);
                let shown = check::shown(&file, &self.here);
                check::read(&file).map_err(|why| why.replace(&*file.to_string_lossy(), &shown))
            }
        }
    }

    fn short(&self) -> &str {
        self.base.get(..10).unwrap_or(&self.base)
    }

    /// Where runbooks that have moved were, by where they are.
    pub(super) fn moved(&self) -> BTreeMap<PathBuf, PathBuf> {
        git::renamed(&self.root, &self.then, &self.changed).into_iter().map(|(old, new)| (new, old)).collect()
    }

    /// Whether a runbook is what it was, with all that decides what it means.
    pub(super) fn is_same(&self, runbook: &Path) -> bool {
        let configs = (self.config_file(Time::Then, runbook), self.config_file(Time::Now, runbook));
        if !self.then.has(runbook) || self.changed.contains(runbook) || configs.0 != configs.1 {
            return false;
        }
        configs.0.is_none_or(|config| {
            let snapshot = config.with_file_name(snapshot::FILE_NAME);
            // Of what git ignores it says nothing.
            let kept = self.then.has(&snapshot) == self.root.join(&snapshot).is_file();
            kept && !self.changed.contains(&config) && !self.changed.contains(&snapshot)
        })
    }

    /// The nearest configuration above a file.
    pub(super) fn config_file(&self, time: Time, file: &Path) -> Option<PathBuf> {
        let mut candidates = file.ancestors().skip(1).map(|folder| folder.join(FILE_NAME));
        candidates.find(|config| match time {
            Time::Then => self.then.has(config),
            Time::Now => self.root.join(config).is_file(),
        })
    }

    /// What the files beside this one are read with.
    pub(super) fn known(&self, time: Time, file: &Path) -> Looked {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry((time, folder)).or_insert_with(|| self.read_config(time, file).map(Arc::new)).clone()
    }

    fn read_config(&self, time: Time, file: &Path) -> Result<Known, String> {
        let file = self.config_file(time, file);
        let config = match &file {
            Some(file) => Config::read(&self.text(time, file)?, &self.root.join(file), &|_| true).0,
            None => Config::builtin(),
        };
        let context = match (&file, time) {
            (Some(file), Time::Then) => {
                let kept = self.then.read(&file.with_file_name(snapshot::FILE_NAME)).ok();
                let kept = kept.and_then(|kept| snapshot::read(&String::from_utf8_lossy(&kept)).ok());
                let (sources, levels) = (config.sources.clone(), config.levels.clone());
                Context { sources, levels, ..Context::default() }.observing(Arc::new(kept.unwrap_or_default()))
            }
            _ => config.context().map_err(|error| error.to_string())?,
        };
        Ok(Known { file, config, context })
    }
}
