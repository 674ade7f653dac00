//! Publishes diagnostics: of each document the newest text only, and never for an older one.

use std::sync::{Arc, OnceLock};

use tower_lsp::Client;
use tower_lsp::ls_types::{self, Uri};

use super::convert::View;
use super::latest::Latest;
use super::options::Options;
use crate::document::Document;

/// Documents whose diagnostics are to be published; None for one that was closed.
pub(crate) type Dirty = Latest<Uri, Option<Arc<Document>>>;

pub(crate) async fn run(client: Client, options: Arc<OnceLock<Options>>, dirty: Arc<Dirty>) {
    loop {
        for (uri, document) in dirty.take().await {
            let Some(document) = document else {
                client.publish_diagnostics(uri, Vec::new(), None).await;
                continue;
            };
            if !document.is_newest() {
                continue;
            }
            let options = options.get().cloned().unwrap_or_default();
            let (read, of) = (document.clone(), uri.clone());
            let make = move || View { document: &read, uri: &of, options: &options }.diagnostics();
            let made = tokio::task::spawn_blocking(make).await;
            let made = made.unwrap_or_else(|failure| {
                tracing::error!("reading {} failed: {failure}", uri.as_str());
                vec![ls_types::Diagnostic::new_simple(
                    ls_types::Range::default(),
                    "internal error: Headwater could not read this runbook; its other answers go on".to_owned(),
                )]
            });
            if document.is_newest() {
                client.publish_diagnostics(uri, made, Some(document.version())).await;
            }
        }
    }
}
