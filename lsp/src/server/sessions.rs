//! What was set for a runbook while it is open: values of its parameters, whether blocks run again by themselves
//! when their text has changed, and the room that their pictures have. Nothing of it is in the text.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use syntax::analysis::Settings;
use tower_lsp::ls_types::Uri;

use super::latest::Latest;

#[derive(Default)]
pub(crate) struct Sessions {
    /// Of open documents in which something was set.
    set: Mutex<HashMap<Uri, Session>>,
    /// Runbooks of which there is something new to tell.
    pub(crate) news: Latest<Uri, ()>,
}

#[derive(Default)]
struct Session {
    settings: Settings,
    live: Option<bool>,
    columns: Option<usize>,
    /// Blocks that run again with the next edit, whether it is live or not: a command makes it.
    again: HashSet<String>,
}

impl Sessions {
    /// What is set, and over it what a command brings.
    pub(crate) fn settings(&self, uri: &Uri, more: Settings) -> Settings {
        let mut settings = self.lock().get(uri).map(|session| session.settings.clone()).unwrap_or_default();
        settings.extend(more);
        settings
    }

    /// Without a value, the parameter has its default again.
    pub(crate) fn set(&self, uri: &Uri, param: String, value: Option<String>) {
        let mut sessions = self.lock();
        let settings = &mut sessions.entry(uri.clone()).or_default().settings;
        match value {
            Some(value) => drop(settings.insert(param, value)),
            None => drop(settings.remove(&param)),
        }
        drop(sessions);
        self.news.put(uri.clone(), ());
    }

    /// None where nobody has said.
    pub(crate) fn live(&self, uri: &Uri) -> Option<bool> {
        self.lock().get(uri)?.live
    }

    pub(crate) fn set_live(&self, uri: &Uri, live: bool) {
        self.lock().entry(uri.clone()).or_default().live = Some(live);
        self.news.put(uri.clone(), ());
    }

    pub(crate) fn set_again(&self, uri: &Uri, block: String) {
        self.lock().entry(uri.clone()).or_default().again.insert(block);
    }

    pub(crate) fn is_again(&self, uri: &Uri) -> bool {
        self.lock().get(uri).is_some_and(|session| !session.again.is_empty())
    }

    pub(crate) fn take_again(&self, uri: &Uri) -> HashSet<String> {
        self.lock().get_mut(uri).map(|session| std::mem::take(&mut session.again)).unwrap_or_default()
    }

    /// None where nobody has said.
    pub(crate) fn columns(&self, uri: &Uri) -> Option<usize> {
        self.lock().get(uri)?.columns
    }

    pub(crate) fn set_columns(&self, uri: &Uri, columns: usize) {
        self.lock().entry(uri.clone()).or_default().columns = Some(columns);
    }

    /// The document has another name.
    pub(crate) fn rename(&self, from: &Uri, to: &Uri) {
        let mut sessions = self.lock();
        if let Some(session) = sessions.remove(from) {
            sessions.insert(to.clone(), session);
        }
    }

    /// The document was closed.
    pub(crate) fn forget(&self, uri: &Uri) {
        self.lock().remove(uri);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uri, Session>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
