//! Notices that a configuration file has changed, also where an editor puts a new file in its place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::{Error, files};

/// Bytes of a file that is looked at; a larger one is none that counts.
const MAX_BYTES: u64 = 16 << 20;

/// A save is several changes; they are looked at together.
const QUIET: Duration = Duration::from_millis(200);

/// Watches one file as long as it lives.
pub struct Changes {
    path: PathBuf,
    text: Option<String>,
    touched: mpsc::Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// The folder is watched: the file itself may be replaced by another.
    pub fn of(path: &Path) -> Result<Changes, Error> {
        let failed =
            |error: notify::Error| Error::Source(format!("cannot watch `{}` for changes: {error}", path.display()));
        let name = path.file_name().map(ToOwned::to_owned);
        // One that waits is enough: the file is read anew.
        let (sender, touched) = mpsc::channel(1);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let ours = event.map_or(true, |event| {
                !event.kind.is_access() && event.paths.iter().any(|path| path.file_name() == name.as_deref())
            });
            if ours {
                let _ = sender.try_send(());
            }
        })
        .map_err(failed)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        watcher.watch(folder, RecursiveMode::NonRecursive).map_err(failed)?;
        let text = files::text(path, None, MAX_BYTES).ok();
        Ok(Changes { path: path.to_owned(), text, touched, _watcher: watcher })
    }

    /// Waits until the file's text is another one. A file that is gone for a moment is no change.
    pub async fn next(&mut self) {
        while self.touched.recv().await.is_some() {
            tokio::time::sleep(QUIET).await;
            while self.touched.try_recv().is_ok() {}
            let Ok(text) = files::text(&self.path, None, MAX_BYTES) else { continue };
            if self.text.as_ref() != Some(&text) {
                self.text = Some(text);
                return;
            }
        }
        std::future::pending::<()>().await;
    }
}
