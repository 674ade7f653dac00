//! What all runbooks of the workspace name and use. Read in the background, kept without their texts, read
//! again when a file changes. Open documents are not asked here: their texts win.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use ignore::WalkBuilder;
use tokio::sync::watch;
use tower_lsp::Client;
use tower_lsp::ls_types::{MessageType, ProgressToken};

use super::latest::Latest;
use super::options::Options;
use super::workspace::{self, Workspace};
use crate::document::Document;
use crate::features::summary::{Summary, summary};
use crate::within;

/// What is looked at. What is beyond is left out, and said.
#[derive(Clone, Copy)]
struct Limits {
    /// Markdown files.
    files: usize,
    /// Of all of them.
    bytes: u64,
    /// A larger file is no runbook that anybody looks for.
    bytes_each: u64,
    /// Files of any kind and folders that are passed on the way; a home folder is no workspace.
    passed: usize,
}

/// Of one file.
pub(crate) const MAX_BYTES: u64 = 4 << 20;

const LIMITS: Limits = Limits { files: 20_000, bytes: 256 << 20, bytes_each: MAX_BYTES, passed: 500_000 };

/// Files between two reports.
const TOGETHER: usize = 16;

/// A request waits so long for files to be read; then what is known must do.
const PATIENCE: Duration = Duration::from_secs(10);

/// An editor that has not answered by then sees no progress.
const ANSWER: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Change {
    /// What is known of sources is another, or nothing was read yet.
    All,
    File(PathBuf),
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) summary: Arc<Summary>,
    /// Which file declares its sources: two of the same name are the same if this is.
    pub(crate) config: Option<PathBuf>,
    stamp: Stamp,
}

/// What tells that a file was written since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

pub(crate) struct Index {
    /// By file, in order. No more than may be looked at.
    entries: Mutex<BTreeMap<PathBuf, Entry>>,
    /// What is to be read, each with its number. As many as files that change while one is read.
    changes: Latest<Change, u64>,
    asked: AtomicU64,
    /// Changes up to this one are known.
    known: watch::Sender<u64>,
}

impl Default for Index {
    fn default() -> Index {
        let (entries, changes) = (Mutex::default(), Latest::default());
        Index { entries, changes, asked: AtomicU64::new(0), known: watch::Sender::new(0) }
    }
}

impl Index {
    pub(crate) fn change(&self, change: Change) {
        let number = self.asked.fetch_add(1, Ordering::AcqRel) + 1;
        self.changes.put(change, number);
    }

    /// All runbooks, in the order of their paths, as they are after the changes that were told of; as far as
    /// they are known, if that takes too long.
    pub(crate) async fn entries(&self) -> Vec<(PathBuf, Entry)> {
        let asked = self.asked.load(Ordering::Acquire);
        let mut known = self.known.subscribe();
        let _ = tokio::time::timeout(PATIENCE, known.wait_for(|known| *known >= asked)).await;
        self.lock().iter().map(|(path, entry)| (path.clone(), entry.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, path: PathBuf, entry: Option<Entry>) {
        let mut entries = self.lock();
        match entry {
            Some(entry) if entries.len() < LIMITS.files || entries.contains_key(&path) => {
                entries.insert(path, entry);
            }
            _ => _ = entries.remove(&path),
        }
    }
}

/// Reads what changes, one after the other.
pub(crate) struct Reader {
    pub(crate) client: Client,
    pub(crate) options: Arc<OnceLock<Options>>,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) index: Arc<Index>,
}

impl Reader {
    pub(crate) async fn run(self: Arc<Reader>) {
        loop {
            let changes = self.index.changes.take().await;
            let newest = changes.values().copied().max().unwrap_or_default();
            if changes.contains_key(&Change::All) {
                self.read_all().await;
            } else {
                let files = changes.into_keys().filter_map(|change| match change {
                    Change::All => None,
                    Change::File(path) => Some(path),
                });
                let files: Vec<_> = files.collect();
                for some in files.chunks(TOGETHER) {
                    self.read(some.to_vec(), true).await;
                }
            }
            self.index.known.send_replace(newest);
        }
    }

    async fn read_all(self: &Arc<Reader>) {
        let folders = self.options.get().map(|options| options.folders.clone()).unwrap_or_default();
        let found = tokio::task::spawn_blocking(move || find(&folders, LIMITS)).await.unwrap_or_default();
        self.index.lock().retain(|path, _| found.files.binary_search(path).is_ok());
        let progress = self.begin(found.files.len()).await;
        let mut done = 0;
        for some in found.files.chunks(TOGETHER) {
            self.read(some.to_vec(), false).await;
            done += some.len();
            if let Some(progress) = &progress {
                let percent = (done * 100 / found.files.len()) as u32;
                progress.report_with_message(format!("{done} of {} files", found.files.len()), percent).await;
            }
        }
        let runbooks = self.index.lock().len();
        if let Some(progress) = progress {
            progress.finish_with_message(format!("{runbooks} runbooks")).await;
        }
        if let Some(message) = found.message(LIMITS) {
            self.client.show_message(MessageType::WARNING, message).await;
        }
    }

    /// None where the editor cannot show it, or where there is nothing to wait for.
    async fn begin(&self, files: usize) -> Option<Ongoing> {
        if files == 0 || !self.options.get().is_some_and(|options| options.can.progress) {
            return None;
        }
        let token = ProgressToken::String("headwater.index".to_owned());
        let create = self.client.create_work_done_progress(token.clone());
        tokio::time::timeout(ANSWER, create).await.ok()?.ok()?;
        Some(self.client.progress(token, "Reading runbooks").with_percentage(0).begin().await)
    }

    /// `single`: nobody has looked yet whether they are to be read at all.
    async fn read(self: &Arc<Reader>, files: Vec<PathBuf>, single: bool) {
        let this = self.clone();
        let read = move || {
            for path in files {
                let folders = this.options.get().map_or(&[][..], |options| &options.folders);
                let wanted = !single || is_found(&path, folders);
                let entry = if wanted { this.entry(&path) } else { None };
                this.index.put(path, entry);
            }
        };
        if let Err(failure) = tokio::task::spawn_blocking(read).await {
            tracing::error!("reading runbooks failed: {failure}");
        }
    }

    /// None where the file is gone, cannot be read, is too large, or has no block.
    fn entry(&self, path: &Path) -> Option<Entry> {
        let options = self.options.get()?;
        let folders = &options.folders;
        within::readable(path, workspace::root(path, folders)).ok()?;
        let stamp = stamp(path)?;
        let before = self.index.lock().get(path).cloned();
        let found = self.workspace.find_in(path.parent()?, folders);
        let text = within::text(path, workspace::root(path, folders), LIMITS.bytes_each).ok()?;
        // Most Markdown files are none, and need not be read further.
        if !text.contains("headwater") {
            return None;
        }
        let context = found.context;
        let document = Document::new(text, 0, move || context.clone());
        let summary = summary(&document, options.encoding);
        if summary.is_empty() {
            return None;
        }
        let same = before.filter(|before| *before.summary == summary).map(|before| before.summary);
        Some(Entry { summary: same.unwrap_or_else(|| Arc::new(summary)), config: found.file, stamp })
    }
}

type Ongoing = tower_lsp::OngoingProgress<tower_lsp::Bounded, tower_lsp::NotCancellable>;

impl Entry {
    /// The file is as it was when it was read.
    pub(crate) fn is_fresh(&self, path: &Path) -> bool {
        stamp(path) == Some(self.stamp)
    }
}

#[derive(Default)]
struct Found {
    /// In order.
    files: Vec<PathBuf>,
    left_out: usize,
    /// There were more files and folders than are passed.
    stopped: bool,
}

impl Found {
    /// What there is to say of files that are not looked at.
    fn message(&self, limits: Limits) -> Option<String> {
        let Limits { files, bytes, bytes_each, passed } = limits;
        if self.stopped {
            return Some(format!(
                "not all runbooks are searched for names and sources: the workspace has more than {passed} files and folders"
            ));
        }
        let left_out = match self.left_out {
            0 => return None,
            1 => "1 Markdown file is".to_owned(),
            more => format!("{more} Markdown files are"),
        };
        let (bytes, each) = (bytes >> 20, bytes_each >> 20);
        Some(format!(
            "{left_out} not searched for names and sources: the limits are {files} files, {bytes} MiB together and \
             {each} MiB each"
        ))
    }
}

/// Markdown files of these folders, without what git ignores, hidden ones and links. Looks at nothing outside
/// them, so an ignore file above a folder does not count.
fn find(folders: &[PathBuf], limits: Limits) -> Found {
    let mut found = Found::default();
    let (mut bytes, mut passed) = (0, 0);
    for folder in folders {
        for entry in walk(folder).sort_by_file_path(Path::cmp).build().flatten() {
            passed += 1;
            if passed > limits.passed {
                found.stopped = true;
                break;
            }
            if !entry.file_type().is_some_and(|ty| ty.is_file()) || !is_runbook(entry.path()) {
                continue;
            }
            let length = entry.metadata().map_or(0, |data| data.len());
            let room = bytes + length <= limits.bytes && found.files.len() < limits.files;
            if room && length <= limits.bytes_each {
                bytes += length;
                found.files.push(entry.into_path());
            } else {
                found.left_out += 1;
            }
        }
    }
    found.files.sort();
    found.files.dedup();
    found
}

/// As `find` would have it: neither ignored nor behind a link.
fn is_found(path: &Path, folders: &[PathBuf]) -> bool {
    let Some(folder) = folders.iter().find(|folder| path.starts_with(folder)) else { return false };
    let wanted = path.to_owned();
    let towards = walk(folder).filter_entry(move |entry| wanted.starts_with(entry.path())).build();
    towards.flatten().any(|entry| entry.path() == path && entry.file_type().is_some_and(|ty| ty.is_file()))
}

fn walk(folder: &Path) -> WalkBuilder {
    let mut walk = WalkBuilder::new(folder);
    walk.parents(false).git_global(false).require_git(false).follow_links(false);
    walk
}

/// By its name.
fn is_runbook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md") || extension == "markdown")
}

/// Of a file; a link is none.
fn stamp(path: &Path) -> Option<Stamp> {
    let data = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    Some(Stamp { bytes: data.len(), modified: data.modified().ok() })
}

/// The file that a change is of, if it may be a runbook.
pub(crate) fn changed(uri: &tower_lsp::ls_types::Uri) -> Option<Change> {
    workspace::path(uri).filter(|path| is_runbook(path)).map(Change::File)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_limits_is_left_out_and_said() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in [("a.md", 10), ("b.md", 50), ("c.MD", 20), ("d.markdown", 10), ("e.txt", 1), (".f.md", 1)]
        {
            std::fs::write(folder.path().join(name), vec![b' '; bytes]).expect("written");
        }
        let found = |files, bytes, bytes_each| {
            let limits = Limits { files, bytes, bytes_each, passed: 100 };
            let found = find(&[folder.path().to_owned()], limits);
            let names = found.files.iter().filter_map(|path| path.file_name()?.to_str());
            (names.collect::<Vec<_>>().join(" "), found.message(limits).is_some())
        };
        assert_eq!(found(9, 99, 50), ("a.md b.md c.MD d.markdown".to_owned(), false));
        assert_eq!(found(9, 99, 49), ("a.md c.MD d.markdown".to_owned(), true), "each");
        assert_eq!(found(9, 60, 50), ("a.md b.md".to_owned(), true), "together");
        assert_eq!(found(1, 99, 50), ("a.md".to_owned(), true), "their number");
        let few = find(&[folder.path().to_owned()], Limits { passed: 3, ..LIMITS });
        assert!(
            few.files.len() == 2 && few.message(LIMITS).is_some_and(|message| message.contains("not all runbooks"))
        );
    }
}
