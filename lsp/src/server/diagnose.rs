//! What follows an edit: diagnostics, of the newest text only, and results that move with their blocks. What takes
//! looking at other files is told a moment later, where it is another.

use std::sync::{Arc, OnceLock};

use syntax::Diagnostic;
use tower_lsp::Client;
use tower_lsp::ls_types::{self, Uri};

use super::beyond::{self, Beyond};
use super::convert::View;
use super::latest::Latest;
use super::options::Options;
use super::runs::Runs;
use super::workspace::{self, Workspace};
use crate::document::{self, Document};
use crate::within;

/// Documents whose diagnostics are to be published; None for one that was closed.
pub(crate) type Dirty = Latest<Uri, Option<Arc<Document>>>;

/// What the task works with.
pub(crate) struct Diagnose {
    pub(crate) client: Client,
    pub(crate) options: Arc<OnceLock<Options>>,
    pub(crate) dirty: Arc<Dirty>,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) beyond: Beyond,
    /// What is to be told after other files were looked at.
    pub(crate) looked: Latest<Uri, (Arc<Document>, Vec<ls_types::Diagnostic>)>,
}

impl Diagnose {
    pub(crate) async fn run(self: Arc<Diagnose>) {
        loop {
            // Told by one alone, so that nothing older comes later.
            tokio::select! {
                dirty = self.dirty.take() => for (uri, document) in dirty {
                    match document {
                        Some(document) if document.is_newest() => self.publish(uri, document).await,
                        Some(_) => {}
                        None => {
                            self.beyond.forget(&uri);
                            self.client.publish_diagnostics(uri, Vec::new(), None).await;
                        }
                    }
                },
                looked = self.looked.take() => for (uri, (document, made)) in looked {
                    if document.is_newest() {
                        self.client.publish_diagnostics(uri, made, Some(document.version())).await;
                    }
                },
            }
        }
    }

    /// Looks at what runbooks lead to.
    pub(crate) async fn look(self: Arc<Diagnose>) {
        loop {
            let waiting = self.beyond.waiting.take().await;
            tokio::time::sleep(beyond::PAUSE).await;
            for (uri, (document, told)) in waiting {
                let Some(document) = document.upgrade().filter(|document| document.is_newest()) else { continue };
                let (this, read, of) = (Arc::clone(&self), Arc::clone(&document), uri.clone());
                match tokio::task::spawn_blocking(move || this.beyond(&of, &read, &told)).await {
                    Ok(Some(made)) => self.looked.put(uri, (document, made)),
                    Ok(None) => {}
                    Err(failure) => tracing::error!("looking at what {} leads to failed: {failure}", uri.as_str()),
                }
            }
        }
    }

    /// None where it is what was told.
    fn beyond(&self, uri: &Uri, document: &Document, told: &[Diagnostic]) -> Option<Vec<ls_types::Diagnostic>> {
        let options = self.options.get().cloned().unwrap_or_default();
        let found = match workspace::path(uri) {
            Some(file) => self.beyond.look(uri, document, &file, workspace::root(&file, &options.folders)),
            // A text that is in no file leads nowhere.
            None => document.diagnostics().to_vec(),
        };
        document.settle();
        let made = (found != told).then(|| self.converted(uri, document, &found, &options));
        document.found_beyond(found);
        made
    }

    async fn publish(self: &Arc<Diagnose>, uri: Uri, document: Arc<Document>) {
        let (this, read, of) = (self.clone(), document.clone(), uri.clone());
        let (found, made) = match tokio::task::spawn_blocking(move || this.made(&of, &read)).await {
            Ok((found, made)) => (Some(found), made),
            Err(failure) => {
                tracing::error!("reading {} failed: {failure}", uri.as_str());
                let message = "internal error: Headwater could not read this runbook; its other answers go on";
                (None, vec![ls_types::Diagnostic::new_simple(ls_types::Range::default(), message.to_owned())])
            }
        };
        if !document.is_newest() {
            return;
        }
        self.client.publish_diagnostics(uri.clone(), made, Some(document.version())).await;
        if let Some(found) = found.filter(|_| !document.is_config()) {
            self.beyond.waiting.put(uri, (Arc::downgrade(&document), found));
        }
    }

    /// Also tells the blocks that were run where they are now: both need the analysis.
    fn made(&self, uri: &Uri, document: &Document) -> (Vec<Diagnostic>, Vec<ls_types::Diagnostic>) {
        let options = self.options.get().cloned().unwrap_or_default();
        let blocks = &self.runs.blocks;
        blocks.follow(uri, document, options.encoding);
        blocks.sessions.news.put(uri.clone(), ());
        if blocks.is_live(uri, &options) || blocks.sessions.is_again(uri) || blocks.has_gone(uri) {
            self.runs.edited.put(uri.clone(), ());
        }
        let found = self.beyond.expected(uri, document);
        let made = self.converted(uri, document, &found, &options);
        (found, made)
    }

    /// It is not what the file has. Of one that is not there yet, that says itself.
    fn is_unsaved(&self, uri: &Uri, document: &Document, options: &Options) -> bool {
        let Some(file) = workspace::path(uri) else { return false };
        let saved = within::text(&file, workspace::root(&file, &options.folders), document::MAX_BYTES as u64);
        saved.is_ok_and(|saved| saved != document.text())
    }

    fn converted(
        &self,
        uri: &Uri,
        document: &Document,
        found: &[Diagnostic],
        options: &Options,
    ) -> Vec<ls_types::Diagnostic> {
        let mut made = View { document, uri, options }.diagnostics(found);
        if document.is_config() && self.is_unsaved(uri, document, options) {
            let message = "runbooks read this file as it was saved last; what is changed here counts when it is saved";
            let severity = Some(ls_types::DiagnosticSeverity::INFORMATION);
            made.push(ls_types::Diagnostic {
                severity,
                ..ls_types::Diagnostic::new_simple(ls_types::Range::default(), message.to_owned())
            });
        }
        // A configuration says for itself what is wrong in it.
        if !document.is_config()
            && let Some(problem) = self.workspace.find(uri, &options.folders).problem
        {
            made.insert(0, ls_types::Diagnostic::new_simple(ls_types::Range::default(), problem));
        }
        made
    }
}
