//! Live mode: a block that was run is run again when its text has changed and reads well, once nobody has typed
//! for a moment. A block that is not in the text any more ends.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tower_lsp::ls_types::Uri;

use super::documents::{self, LINGER, Message};
use super::options::Options;
use super::runs::{Runbook, Runs};
use super::workspace::Workspace;
use crate::document::Document;

/// Between two keystrokes of somebody who is typing.
const MOMENT: Duration = Duration::from_millis(300);

pub(crate) struct Live {
    pub(crate) documents: mpsc::Sender<Message>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) options: Arc<OnceLock<Options>>,
    pub(crate) workspace: Arc<Workspace>,
}

impl Live {
    pub(crate) async fn run(self: Arc<Live>) {
        // As many as there are open documents.
        let mut due: HashMap<Uri, Instant> = HashMap::new();
        // The same for blocks that are gone: whoever cuts one out may be about to paste it.
        let mut gone: HashMap<Uri, Instant> = HashMap::new();
        loop {
            let first = due.values().chain(gone.values()).min().copied();
            tokio::select! {
                edited = self.runs.edited.take() => {
                    let at = Instant::now() + MOMENT;
                    due.extend(edited.into_keys().map(|uri| (uri, at)));
                    continue;
                }
                () = sleep_until(first.unwrap_or_else(Instant::now)), if first.is_some() => {}
            }
            let now = Instant::now();
            for (uri, _) in gone.extract_if(|_, at| *at <= now) {
                self.runs.end_gone(&uri);
            }
            for (uri, _) in due.extract_if(|_, at| *at <= now).collect::<Vec<_>>() {
                let Some(document) = documents::snapshot(&self.documents, &uri).await else { continue };
                if self.runs.blocks.has_gone(&uri) {
                    gone.entry(uri.clone()).or_insert(now + LINGER);
                }
                let this = Arc::clone(&self);
                let again = tokio::task::spawn_blocking(move || this.again(uri, document));
                if let Err(failure) = again.await {
                    tracing::error!("running again failed: {failure}");
                }
            }
        }
    }

    fn again(&self, uri: Uri, document: Arc<Document>) {
        let options = self.options.get().cloned().unwrap_or_default();
        if !document.is_newest() {
            return;
        }
        let wanted = self.runs.blocks.sessions.take_again(&uri);
        let mut blocks = self.runs.blocks.stale(&uri);
        if !self.runs.blocks.is_live(&uri, &options) {
            blocks.retain(|block| wanted.contains(block));
        }
        if !blocks.is_empty() {
            let found = self.workspace.find(&uri, &options.folders);
            self.runs.again(&Runbook { uri, document, found }, &blocks);
        }
    }
}
