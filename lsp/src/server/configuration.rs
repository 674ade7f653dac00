//! The text of the configuration that counts for a runbook: as it is in the editor where it is open there.

use std::sync::Arc;

use runner::config::Config;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::Uri;

use super::handlers::Handlers;
use crate::document::Document;

pub(crate) struct Configuration {
    pub(crate) uri: Uri,
    pub(crate) document: Arc<Document>,
}

impl Handlers {
    /// None where no file says what the sources are.
    pub(crate) async fn configuration(&self, runbook: &Uri) -> Result<Option<Configuration>> {
        let (workspace, options, of) = (self.workspace.clone(), self.options.clone(), runbook.clone());
        let find = move || {
            let folders = options.get().map_or(&[][..], |options| &options.folders);
            let file = workspace.find(&of, folders).file?;
            Some((Uri::from_file_path(&file)?, file))
        };
        let found = tokio::task::spawn_blocking(find).await.map_err(|_| Error::internal_error())?;
        let Some((uri, file)) = found else { return Ok(None) };
        if let Some(document) = self.snapshot(uri.clone()).await? {
            return Ok(Some(Configuration { uri, document }));
        }
        let read = tokio::task::spawn_blocking(move || Config::found_text(&file).ok());
        let text = read.await.map_err(|_| Error::internal_error())?;
        let document = text.map(|text| Arc::new(Document::new(text, 0, Default::default)));
        Ok(document.map(|document| Configuration { uri, document }))
    }
}
