//! What a runner has observed comes into what the analysis knows, while something runs.

use std::path::PathBuf;
use std::sync::Arc;

use syntax::observed::Observed;
use tokio::sync::mpsc;

use super::ask::{Ask, Asks};
use super::documents::Message;
use super::options::Can;
use super::workspace::Workspace;

pub(crate) struct Learner {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) documents: mpsc::Sender<Message>,
    pub(crate) asks: Arc<Asks>,
}

impl Learner {
    /// Documents are read anew only where advice may be another now; numbers alone are read when they are
    /// shown.
    pub(crate) fn learn(&self, file: &Option<PathBuf>, observed: Observed, can: Can) {
        if !self.workspace.learn(file, Arc::new(observed)) {
            return;
        }
        // Full: there is so much to do that the next time will do.
        let _ = self.documents.try_send(Message::Relearn);
        if can.refresh_code_lenses {
            self.asks.put(Ask::RefreshCodeLenses, ());
        }
    }
}
