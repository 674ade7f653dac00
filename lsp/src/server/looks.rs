//! What the events at the cursor look like, asked of a runner that is connected already: for values in
//! completion, and for hovers. Bounded in waiting; what comes too late is there for the next question.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use runner::Text;
use runner::look::LookRequest;
use syntax::observed::Profile;
use tokio::time::Instant;
use tower_lsp::ls_types::Uri;

use super::runs::Runs;
use crate::document::Document;
use crate::features::looking::Look;

/// How long a completion or a hover waits for the events.
const PATIENCE: Duration = Duration::from_millis(150);

/// How long an answer is taken for the present.
const FRESH: Duration = Duration::from_secs(10);

/// Documents of which the last answer is kept.
const KEPT: usize = 64;

#[derive(Default)]
pub(crate) struct Looks {
    kept: Mutex<HashMap<Uri, Kept>>,
}

struct Kept {
    key: u64,
    at: Instant,
    /// None: it is being asked, or could not be told.
    profile: Option<Arc<Profile>>,
}

impl Looks {
    /// What is known of the place, and whether that is all that will be.
    pub(crate) async fn here(
        self: &Arc<Looks>,
        runs: &Runs,
        file: Option<PathBuf>,
        uri: Uri,
        document: &Document,
        look: Look,
    ) -> (Option<Arc<Profile>>, bool) {
        let key = look.key;
        {
            let mut kept = self.lock();
            if let Some(known) = kept.get(&uri).filter(|known| known.key == key && known.at.elapsed() < FRESH) {
                return (known.profile.clone(), known.profile.is_some());
            }
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(uri.clone(), Kept { key, at: Instant::now(), profile: None });
        }
        let Some(mut client) = runs.connected(&file) else { return (None, true) };
        let text = Text::Runbook(document.text().to_owned());
        let request = LookRequest { text, until: look.until.into(), ..LookRequest::default() };
        let looks = Arc::clone(self);
        let asked = tokio::spawn(async move {
            let reply = client.look(request).await.ok()?;
            let profile = Arc::new(runner::observed::fields(&reply.fields));
            if let Some(known) = looks.lock().get_mut(&uri).filter(|known| known.key == key) {
                known.profile = Some(profile.clone());
            }
            Some(profile)
        });
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(profile) => (profile.ok().flatten(), true),
            Err(_) => (None, false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uri, Kept>> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
