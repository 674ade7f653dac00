//! What follows an edit: diagnostics, of the newest text only, and results that move with their blocks.

use std::sync::{Arc, OnceLock};

use tower_lsp::Client;
use tower_lsp::ls_types::{self, Uri};

use super::convert::View;
use super::latest::Latest;
use super::options::Options;
use super::runs::Runs;
use super::workspace::Workspace;
use crate::document::Document;

/// Documents whose diagnostics are to be published; None for one that was closed.
pub(crate) type Dirty = Latest<Uri, Option<Arc<Document>>>;

/// What the task works with.
pub(crate) struct Diagnose {
    pub(crate) client: Client,
    pub(crate) options: Arc<OnceLock<Options>>,
    pub(crate) dirty: Arc<Dirty>,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) runs: Arc<Runs>,
}

impl Diagnose {
    pub(crate) async fn run(self: Arc<Diagnose>) {
        loop {
            for (uri, document) in self.dirty.take().await {
                match document {
                    Some(document) if document.is_newest() => self.publish(uri, document).await,
                    Some(_) => {}
                    None => self.client.publish_diagnostics(uri, Vec::new(), None).await,
                }
            }
        }
    }

    async fn publish(self: &Arc<Diagnose>, uri: Uri, document: Arc<Document>) {
        let (this, read, of) = (self.clone(), document.clone(), uri.clone());
        let made = tokio::task::spawn_blocking(move || this.made(&of, &read)).await.unwrap_or_else(|failure| {
            tracing::error!("reading {} failed: {failure}", uri.as_str());
            let message = "internal error: Headwater could not read this runbook; its other answers go on";
            vec![ls_types::Diagnostic::new_simple(ls_types::Range::default(), message.to_owned())]
        });
        if document.is_newest() {
            self.client.publish_diagnostics(uri, made, Some(document.version())).await;
        }
    }

    /// Also tells the blocks that were run where they are now: both need the analysis.
    fn made(&self, uri: &Uri, document: &Document) -> Vec<ls_types::Diagnostic> {
        let options = self.options.get().cloned().unwrap_or_default();
        let blocks = &self.runs.blocks;
        blocks.follow(uri, document, options.encoding);
        blocks.sessions.news.put(uri.clone(), ());
        if blocks.is_live(uri, &options) || blocks.sessions.is_again(uri) {
            self.runs.edited.put(uri.clone(), ());
        }
        let mut made = View { document, uri, options: &options }.diagnostics();
        // A configuration says for itself what is wrong in it.
        if !document.is_config()
            && let Some(problem) = self.workspace.find(uri, &options.folders).problem
        {
            made.insert(0, ls_types::Diagnostic::new_simple(ls_types::Range::default(), problem));
        }
        made
    }
}
