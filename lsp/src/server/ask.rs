//! What the server asks of the editor, from a task of its own: no handler ever waits for an answer, and
//! an editor that gives none costs nothing but what was asked.

use std::sync::Arc;

use tokio::task::JoinSet;
use tower_lsp::Client;
use tower_lsp::ls_types::{DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration};

use super::latest::Latest;

/// Questions that wait to be sent; the same one twice is once.
pub(crate) type Asks = Latest<Ask, ()>;

/// Questions without an answer yet; beyond these, new ones wait.
const UNANSWERED: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    RefreshInlayHints,
    RefreshCodeLenses,
    /// To be told when a `headwater.toml`, a snapshot or a runbook changes.
    WatchFiles,
}

pub(crate) async fn run(client: Client, asks: Arc<Asks>) {
    let mut unanswered = JoinSet::new();
    loop {
        tokio::select! {
            waiting = asks.take(), if unanswered.len() < UNANSWERED => {
                for ask in waiting.into_keys() {
                    let client = client.clone();
                    unanswered.spawn(async move {
                        if let Err(error) = send(&client, ask).await {
                            tracing::debug!("the editor refused {ask:?}: {error}");
                        }
                    });
                }
            }
            Some(_) = unanswered.join_next() => {}
        }
    }
}

async fn send(client: &Client, ask: Ask) -> tower_lsp::jsonrpc::Result<()> {
    match ask {
        Ask::RefreshInlayHints => client.inlay_hint_refresh().await,
        Ask::RefreshCodeLenses => client.code_lens_refresh().await,
        Ask::WatchFiles => {
            let of =
                |files: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(files.to_owned()), kind: None };
            let named = |name: &str| of(&format!("**/{name}"));
            let watchers =
                vec![named(runner::config::FILE_NAME), named(runner::snapshot::FILE_NAME), of("**/*.{md,markdown}")];
            let options = DidChangeWatchedFilesRegistrationOptions { watchers };
            let registration = Registration {
                id: "headwater.files".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: serde_json::to_value(options).ok(),
            };
            client.register_capability(vec![registration]).await
        }
    }
}
