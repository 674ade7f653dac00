//! Which sources a runbook can name: `headwater.toml` in its folder, or above it within the workspace.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use runner::config::{self, Config, FILE_NAME};
use syntax::Severity;
use syntax::analysis::Context;
use syntax::observed::Observed;
use tower_lsp::ls_types::Uri;

use crate::within;

/// No configuration that a hand wrote is larger.
const MAX_BYTES: u64 = 1 << 20;

#[derive(Default)]
pub(crate) struct Workspace {
    found: Mutex<Known>,
    /// What runners have observed last, by their configuration. As many as configurations that something ran in.
    live: Mutex<HashMap<Option<PathBuf>, Arc<Observed>>>,
}

/// Emptied when a configuration changes.
#[derive(Default)]
struct Known {
    /// By the runbook's folder. As many as folders with runbooks.
    of_folder: HashMap<PathBuf, Found>,
    /// By the configuration; None where there is none. Folders share what it says.
    of_file: HashMap<Option<PathBuf>, Found>,
}

/// What is known for the runbooks of one folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) context: Arc<Context>,
    /// Without what a runner observes.
    declared: Arc<Context>,
    /// The configuration's file; None where there is none, or none that can be read.
    pub(crate) file: Option<PathBuf>,
    /// Why it could not be read.
    pub(crate) problem: Option<String>,
}

impl Workspace {
    /// Reads the configuration when a folder is first asked for.
    pub(crate) fn find(&self, uri: &Uri, folders: &[PathBuf]) -> Found {
        let folder = path(uri).and_then(|path| path.parent().map(Path::to_owned));
        folder.map_or_else(|| self.seen(Found::new(Config::builtin(), None)), |folder| self.find_in(&folder, folders))
    }

    /// Takes in what a runner has observed. True where the analysis of a text may be another by it.
    pub(crate) fn learn(&self, file: &Option<PathBuf>, observed: Arc<Observed>) -> bool {
        let before = lock(&self.live).insert(file.clone(), observed.clone());
        let mut known = lock(&self.found);
        let Known { of_folder, of_file } = &mut *known;
        let all = of_folder.values_mut().chain(of_file.values_mut());
        all.filter(|found| found.file == *file).for_each(|found| found.see(&observed));
        before.is_none_or(|before| !before.advises_as(&observed))
    }

    fn seen(&self, mut found: Found) -> Found {
        if let Some(observed) = lock(&self.live).get(&found.file) {
            found.see(observed);
        }
        found
    }

    pub(crate) fn find_in(&self, folder: &Path, folders: &[PathBuf]) -> Found {
        let mut known = lock(&self.found);
        if let Some(found) = known.of_folder.get(folder) {
            return found.clone();
        }
        let any = folder.join(FILE_NAME);
        let root = root(&any, folders);
        let within = folder.ancestors().take_while(|above| above.starts_with(root));
        let file = within.map(|above| above.join(FILE_NAME)).find(|file| file.is_file());
        let load = |file: &Option<PathBuf>| self.seen(load(file.as_deref(), root));
        let found = known.of_file.entry(file).or_insert_with_key(load).clone();
        known.of_folder.insert(folder.to_owned(), found.clone());
        found
    }

    pub(crate) fn forget(&self) {
        *lock(&self.found) = Known::default();
    }
}

impl Found {
    /// A snapshot that cannot be read costs its advice only.
    fn new(config: Config, problem: Option<String>) -> Found {
        let (context, unread) = match config.context() {
            Ok(context) => (context, None),
            Err(error) => {
                let context = Context { sources: config.sources, levels: config.levels, ..Context::default() };
                (context, Some(error.to_string()))
            }
        };
        let context = Arc::new(context);
        Found { context: Arc::clone(&context), declared: context, file: config.path, problem: problem.or(unread) }
    }

    /// What runs now counts for more than the snapshot.
    fn see(&mut self, observed: &Observed) {
        let both = observed.or(&self.declared.observed);
        self.context = Arc::new(Context::clone(&self.declared).observing(Arc::new(both)));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The nearest configuration above, not above the workspace; alone in a folder, only that folder's.
fn load(file: Option<&Path>, root: &Path) -> Found {
    let Some(file) = file else { return Found::new(Config::builtin(), None) };
    match within::text(file, root, MAX_BYTES) {
        Ok(text) => {
            // What is wrong there keeps no other source from being known. Whether files are there is said in it.
            let (config, findings) = Config::read(&text, file, &|_| true);
            let first = findings.iter().find(|found| found.severity == Severity::Error);
            Found::new(config, first.map(|found| config::sentence(&text, file, found)))
        }
        Err(problem) => Found::new(Config::builtin(), Some(problem)),
    }
}

/// The workspace's folder that a file is in; of a file outside of all, its own.
pub(crate) fn root<'a>(file: &'a Path, folders: &'a [PathBuf]) -> &'a Path {
    let root = folders.iter().filter(|root| file.starts_with(root)).max_by_key(|root| root.as_os_str().len());
    root.map_or_else(|| file.parent().unwrap_or(file), PathBuf::as_path)
}

/// The file that a `file:` address names.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme().as_str() == "file").then(|| uri.to_file_path()).flatten().map(|path| path.into_owned())
}

pub(crate) fn is_config(uri: &Uri) -> bool {
    path(uri).is_some_and(|path| path.file_name().is_some_and(|name| name == FILE_NAME))
}
