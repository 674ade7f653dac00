//! The language server: locks nothing, snapshots, calls a feature, converts.
//!
//! Handlers push into one bounded channel before they await anything (`handlers`); one task owns the
//! documents and takes the messages in order (`documents`); answers are computed elsewhere from an
//! `Arc<Document>`. Nobody waits for the editor inside a handler.

mod across;
mod ask;
mod beyond;
mod blocks;
mod capabilities;
mod colours;
mod commands;
mod computing;
mod configuration;
mod convert;
mod diagnose;
mod documents;
mod execute;
mod guard;
mod handlers;
mod index;
mod latest;
mod learn;
mod live;
mod looks;
mod options;
mod outlines;
mod own_data;
mod private;
mod publish;
mod runs;
mod sessions;
mod watching;
mod workspace;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tower_lsp::{Client, LspService, Server};

use handlers::Handlers;
use runs::Runs;

/// Requests that are known at the same time; more wait in the order they came.
const CONCURRENT: usize = 16;

/// Answers that are computed at the same time; more wait, and one that is cancelled or superseded meanwhile is
/// never begun.
const COMPUTED: usize = 2;

/// Threads that may block: for answers and diagnostics, standard input and output, and files.
pub const THREADS: usize = COMPUTED + 4;

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

/// Serves one editor until `exit` or the end of its input. What was started has ended then.
pub async fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite, environment: Environment) {
    let mut tasks = JoinSet::new();
    let (alive, mut dead) = mpsc::channel(1);
    let (service, socket) = LspService::new(|client| start(&mut tasks, client, environment, alive));
    let runs = Arc::clone(&service.inner().runs);
    let service = guard::Guard::new(service);
    Server::new(input, output, socket).concurrency_level(CONCURRENT).serve(service).await;
    runs.shutdown().await;
    drop(runs);
    tasks.shutdown().await;
    // Nothing comes through here; it closes when the last child process is gone.
    let _ = dead.recv().await;
}

/// The tasks beside the handlers, each with what it works on.
fn start(tasks: &mut JoinSet<()>, client: Client, environment: Environment, alive: private::Alive) -> Handlers {
    let (options, asks, dirty) = (Arc::default(), Arc::default(), Arc::default());
    let (workspace, colours) = (Arc::default(), Arc::default());
    let runs = Arc::new(Runs::new(Arc::clone(&asks), Arc::clone(&options), environment, alive));
    let blocks = &runs.blocks;
    let documents = documents::start(
        tasks,
        Arc::clone(&options),
        Arc::clone(&dirty),
        Arc::clone(&workspace),
        Arc::clone(blocks),
        Arc::clone(&colours),
    );
    let diagnose = diagnose::Diagnose {
        client: client.clone(),
        options: Arc::clone(&options),
        dirty,
        workspace: Arc::clone(&workspace),
        runs: Arc::clone(&runs),
        beyond: beyond::Beyond::default(),
        looked: latest::Latest::default(),
    };
    let learner =
        learn::Learner { workspace: Arc::clone(&workspace), documents: documents.clone(), asks: Arc::clone(&asks) };
    // Set once, here.
    drop(runs.learner.set(learner));
    let diagnose = Arc::new(diagnose);
    tasks.spawn(Arc::clone(&diagnose).run());
    tasks.spawn(diagnose.look());
    let index = Arc::default();
    let reader = index::Reader {
        client: client.clone(),
        options: Arc::clone(&options),
        workspace: Arc::clone(&workspace),
        index: Arc::clone(&index),
    };
    tasks.spawn(Arc::new(reader).run());
    let live = live::Live {
        documents: documents.clone(),
        runs: Arc::clone(&runs),
        options: Arc::clone(&options),
        workspace: Arc::clone(&workspace),
    };
    tasks.spawn(Arc::new(live).run());
    let outlines = outlines::Outlines {
        client: client.clone(),
        options: Arc::clone(&options),
        documents: documents.clone(),
        blocks: Arc::clone(blocks),
    };
    tasks.spawn(Arc::new(outlines).run());
    tasks.spawn(publish::run(client.clone(), Arc::clone(&options), Arc::clone(blocks), Arc::clone(&asks)));
    tasks.spawn(ask::run(client.clone(), Arc::clone(&asks)));
    let watching = Arc::new(watching::Watching {
        documents: documents.clone(),
        options: Arc::clone(&options),
        asks: Arc::clone(&asks),
        workspace: Arc::clone(&workspace),
        runs: Arc::clone(&runs),
        index: Arc::clone(&index),
        news: Arc::default(),
        watched: std::sync::Mutex::default(),
    });
    tasks.spawn(Arc::clone(&watching).run());
    let (looks, computing) = (Arc::default(), computing::Computing::new(COMPUTED));
    Handlers { client, computing, documents, options, asks, workspace, runs, colours, index, looks, watching }
}
