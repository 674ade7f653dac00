//! Files that change outside of the editor: what is known of sources is read again. Editors that watch files tell us;
//! for the others the folders of open texts are watched here, up to the workspace's.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tower_lsp::ls_types::Uri;

use super::ask::{Ask, Asks};
use super::documents::Message;
use super::index::{self, Change, Index};
use super::latest::Latest;
use super::options::Options;
use super::runs::Runs;
use super::workspace::{self, Workspace};

/// Folders that are watched; of those beyond, changes show when something else is saved.
const MOST_FOLDERS: usize = 256;

/// A file that is saved changes several times within this.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Watching {
    pub(crate) documents: mpsc::Sender<Message>,
    pub(crate) options: Arc<OnceLock<Options>>,
    pub(crate) asks: Arc<Asks>,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) index: Arc<Index>,
    /// Files that changed.
    pub(crate) news: Arc<Latest<PathBuf, ()>>,
    pub(crate) watched: Mutex<Watched>,
}

/// Made when the first folder is to be watched.
#[derive(Default)]
pub(crate) struct Watched {
    watcher: Option<RecommendedWatcher>,
    folders: HashSet<PathBuf>,
}

impl Watching {
    /// Takes in what the watched folders tell.
    pub(crate) async fn run(self: Arc<Watching>) {
        loop {
            let changed = self.news.take().await;
            tokio::time::sleep(PAUSE).await;
            self.changed(changed.into_keys().collect()).await;
        }
    }

    pub(crate) async fn changed(&self, files: Vec<PathBuf>) {
        let uris = files.iter().filter_map(Uri::from_file_path);
        let runbooks: Vec<_> = uris.filter_map(|uri| index::changed(&uri)).collect();
        let only_runbooks = !runbooks.is_empty() && runbooks.len() == files.len();
        runbooks.into_iter().for_each(|file| self.index.change(file));
        match only_runbooks {
            // Links may lead there, or no longer.
            true => self.push(Message::Relearn).await,
            false => self.reread().await,
        }
    }

    /// What is known of sources may be another.
    pub(crate) async fn reread(&self) {
        // Before the index reads, which does not wait for the documents.
        self.workspace.forget();
        self.index.change(Change::All);
        self.push(Message::Reread).await;
        self.runs.forget_private();
        let can = self.options.get().map(|options| options.can).unwrap_or_default();
        if can.refresh_inlay_hints {
            self.asks.put(Ask::RefreshInlayHints, ());
        }
        if can.refresh_code_lenses {
            self.asks.put(Ask::RefreshCodeLenses, ());
        }
    }

    async fn push(&self, message: Message) {
        if tokio::task::unconstrained(self.documents.send(message)).await.is_err() {
            tracing::error!("the documents are gone");
        }
    }

    /// Watches where the configuration of an open text may be, unless the editor does.
    pub(crate) fn beside(&self, uri: &Uri) {
        let Some(options) = self.options.get().filter(|options| !options.can.watch_files) else { return };
        let Some(file) = workspace::path(uri) else { return };
        let root = workspace::root(&file, &options.folders);
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        for folder in file.ancestors().skip(1).take_while(|folder| folder.starts_with(root)) {
            if watched.folders.len() < MOST_FOLDERS && !watched.folders.contains(folder) {
                watched.add(folder, &self.news);
            }
        }
    }
}

impl Watched {
    fn add(&mut self, folder: &Path, news: &Arc<Latest<PathBuf, ()>>) {
        if self.watcher.is_none() {
            let news = Arc::clone(news);
            let made = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let event = event.ok().filter(|event| !event.kind.is_access());
                for path in event.into_iter().flat_map(|event| event.paths).filter(|path| is_ours(path)) {
                    news.put(path, ());
                }
            });
            match made {
                Ok(watcher) => self.watcher = Some(watcher),
                Err(error) => tracing::warn!("changes of files are not noticed: {error}"),
            }
        }
        // Also where it cannot be watched, so that it is said once.
        self.folders.insert(folder.to_owned());
        let Some(watcher) = &mut self.watcher else { return };
        if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
            tracing::warn!("changes in {} are not noticed: {error}", folder.display());
        }
    }
}

/// What says something of sources, or is a runbook.
fn is_ours(path: &Path) -> bool {
    let named = |name: &str| path.file_name().is_some_and(|file| file == name);
    named(runner::config::FILE_NAME)
        || named(runner::snapshot::FILE_NAME)
        || Uri::from_file_path(path).is_some_and(|uri| index::changed(&uri).is_some())
}
