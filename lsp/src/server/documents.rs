//! The one task that owns the open documents. It takes messages in the order they came, and never waits
//! for anything else, so that the channel always drains.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tower_lsp::ls_types::Uri;

use super::blocks::Blocks;
use super::colours::Colours;
use super::diagnose::Dirty;
use super::guard;
use super::options::Options;
use super::workspace::{self, Workspace};
use crate::document::{Change, Document};
use crate::within;

/// Messages that may wait. The task needs microseconds for one; when full, the reader waits.
const WAITING: usize = 256;

/// So long after a document was closed its runs go on: a file that is renamed is closed and opened.
pub(crate) const LINGER: Duration = Duration::from_secs(2);

/// What handlers may ask of the documents.
pub(crate) enum Message {
    Open {
        uri: Uri,
        text: String,
        version: i32,
    },
    Change {
        uri: Uri,
        changes: Vec<Change>,
        version: i32,
    },
    Close {
        uri: Uri,
    },
    /// A file has another name.
    Renamed {
        from: Uri,
        to: Uri,
    },
    /// What is known of the sources may have changed.
    Reread,
    /// All documents as they are after the messages before this one.
    All {
        reply: oneshot::Sender<Vec<(Uri, Arc<Document>)>>,
    },
    /// More was observed in the sources, or another file has changed.
    Relearn,
    /// The document as it is after all messages before this one; None if it is not open.
    Snapshot {
        uri: Uri,
        reply: oneshot::Sender<Option<Arc<Document>>>,
    },
}

pub(crate) fn start(
    tasks: &mut JoinSet<()>,
    options: Arc<OnceLock<Options>>,
    dirty: Arc<Dirty>,
    workspace: Arc<Workspace>,
    blocks: Arc<Blocks>,
    colours: Arc<Colours>,
) -> mpsc::Sender<Message> {
    let (sender, mut inbox) = mpsc::channel(WAITING);
    tasks.spawn(async move {
        let mut documents = Documents { open: HashMap::new(), options, dirty, workspace, blocks, colours };
        while let Some(message) = inbox.recv().await {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| documents.take(message))) {
                tracing::error!("a change of a document panicked: {}", guard::message(panic.as_ref()));
            }
        }
    });
    sender
}

/// The document as it is now; None if it is not open.
pub(crate) async fn snapshot(documents: &mpsc::Sender<Message>, uri: &Uri) -> Option<Arc<Document>> {
    let (reply, snapshot) = oneshot::channel();
    documents.send(Message::Snapshot { uri: uri.clone(), reply }).await.ok()?;
    snapshot.await.ok()?
}

struct Documents {
    open: HashMap<Uri, Arc<Document>>,
    options: Arc<OnceLock<Options>>,
    /// Where documents wait for their diagnostics.
    dirty: Arc<Dirty>,
    workspace: Arc<Workspace>,
    /// What runs in a document ends soon after it is closed.
    blocks: Arc<Blocks>,
    colours: Arc<Colours>,
}

impl Documents {
    fn take(&mut self, message: Message) {
        match message {
            Message::Open { uri, text, version } => {
                let document = self.opened(&uri, text, version);
                self.blocks.opened(&uri, document.text());
                self.put(uri, document);
            }
            Message::Change { uri, changes, version } => match self.open.get(&uri) {
                Some(document) => {
                    let encoding = self.options.get().map(|options| options.encoding).unwrap_or_default();
                    let document = document.edited(changes, version, encoding);
                    self.put(uri, document);
                }
                None => tracing::warn!("a change of {}, which is not open", uri.as_str()),
            },
            Message::Close { uri } => {
                let closed = self.open.remove(&uri);
                if let Some(document) = &closed {
                    document.close();
                }
                if let Some(turn) = self.blocks.close(&uri, closed.as_deref().map(Document::text)) {
                    let (blocks, uri) = (Arc::clone(&self.blocks), uri.clone());
                    tokio::spawn(async move {
                        tokio::time::sleep(LINGER).await;
                        blocks.end_closed(&uri, turn);
                    });
                }
                self.colours.forget(&uri);
                self.dirty.put(uri, None);
            }
            Message::Renamed { from, to } => self.blocks.rename(&from, &to),
            Message::Reread => {
                self.workspace.forget();
                self.renew(Document::reread);
            }
            Message::All { reply } => {
                let _ = reply.send(self.open.iter().map(|(uri, open)| (uri.clone(), open.clone())).collect());
            }
            Message::Relearn => self.renew(Document::relearned),
            Message::Snapshot { uri, reply } => {
                // Who asked may be gone: the request was cancelled.
                let _ = reply.send(self.open.get(&uri).cloned());
            }
        }
    }

    fn opened(&self, uri: &Uri, text: String, version: i32) -> Document {
        let (workspace, options, of) = (self.workspace.clone(), self.options.clone(), uri.clone());
        match workspace::path(uri).filter(|_| workspace::is_config(uri)) {
            Some(path) => {
                let file = path.clone();
                Document::config_file(text, version, path, move |source| {
                    let folders = options.get().map_or(&[][..], |options| &options.folders);
                    within::exists(source, workspace::root(&file, folders))
                })
            }
            None => Document::new(text, version, move || {
                workspace.find(&of, options.get().map_or(&[], |options| &options.folders)).context
            }),
        }
    }

    fn renew(&mut self, renewed: impl Fn(&Document) -> Document) {
        for (uri, document) in &mut self.open {
            *document = Arc::new(renewed(document));
            self.dirty.put(uri.clone(), Some(document.clone()));
        }
    }

    fn put(&mut self, uri: Uri, document: Document) {
        let document = Arc::new(document);
        self.dirty.put(uri.clone(), Some(document.clone()));
        if let Some(before) = self.open.insert(uri, document) {
            // Opened a second time: the first one's answers are not wanted. Else this is known already.
            if before.is_newest() {
                before.close();
            }
        }
    }
}
