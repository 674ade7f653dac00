//! The language server: locks nothing, snapshots, calls a feature, converts.
//!
//! Handlers push into one bounded channel before they await anything (`handlers`); one task owns the
//! documents and takes the messages in order (`documents`); answers are computed elsewhere from an
//! `Arc<Document>`. Nobody waits for the editor inside a handler.

mod ask;
mod capabilities;
mod convert;
mod diagnose;
mod documents;
mod guard;
mod handlers;
mod latest;
mod options;
mod workspace;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::{LspService, Server};

use handlers::Handlers;

/// Requests that are computed at the same time; more wait in the order they came.
const CONCURRENT: usize = 16;

/// What the server needs of the process it lives in.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The binary that is started as `PROGRAM serve --private` when no runner is configured.
    pub program: PathBuf,
}

/// Serves one editor on stdin and stdout until it leaves.
pub async fn run_stdio() -> std::io::Result<()> {
    let environment = Environment { program: std::env::current_exe()? };
    serve(tokio::io::stdin(), tokio::io::stdout(), environment).await;
    Ok(())
}

/// Serves one editor until `exit` or the end of its input; what was started is stopped then.
pub async fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite, environment: Environment) {
    let mut tasks = tokio::task::JoinSet::new();
    let (service, socket) = LspService::new(|client| {
        let options = Arc::default();
        let (dirty, asks) = (Arc::default(), Arc::default());
        let documents = documents::start(&mut tasks, Arc::clone(&options), Arc::clone(&dirty));
        tasks.spawn(diagnose::run(client.clone(), Arc::clone(&options), dirty));
        tasks.spawn(ask::run(client, Arc::clone(&asks)));
        Handlers::new(documents, options, asks, environment)
    });
    let service = guard::Guard::new(service);
    Server::new(input, output, socket).concurrency_level(CONCURRENT).serve(service).await;
    tasks.shutdown().await;
}
