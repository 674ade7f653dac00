//! Tells the editor what blocks show: at most ten times a second for each. Editors that draw nothing of
//! it are asked to fetch the hints again instead, less often.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tower_lsp::Client;
use tower_lsp::ls_types::notification::Notification;

use super::ask::{Ask, Asks};
use super::blocks::{Blocks, Run};
use super::options::Options;

/// Between two messages about one block. A little less than a tenth of a second, because flows tell what is new
/// twice in that time: the second is awaited, so that what is sent has just come.
const PAUSE: Duration = Duration::from_millis(95);

/// How much longer it is waited for what is newer still.
const FRESH: Duration = Duration::from_millis(50);

/// Between two requests to fetch hints again, which costs an editor more.
const HINT_PAUSE: Duration = Duration::from_millis(500);

enum BlockResults {}

impl Notification for BlockResults {
    type Params = serde_json::Value;
    const METHOD: &'static str = "headwater/blockResults";
}

pub(crate) async fn run(client: Client, options: Arc<OnceLock<Options>>, blocks: Arc<Blocks>, asks: Arc<Asks>) {
    // When a run may next be told of, and those of which there is something to tell.
    let mut next: HashMap<Run, Instant> = HashMap::new();
    let mut due: HashMap<Run, Instant> = HashMap::new();
    let mut hints = Instant::now();
    loop {
        let first = due.values().min().copied();
        tokio::select! {
            news = blocks.news.take() => {
                let now = Instant::now();
                for run in news.into_keys() {
                    match next.get(&run).filter(|next| **next > now) {
                        Some(next) => _ = due.entry(run).or_insert(*next + FRESH),
                        None => _ = due.insert(run, now),
                    }
                }
                continue;
            }
            () = sleep_until(first.unwrap_or_else(Instant::now)), if first.is_some() => {}
        }
        let now = Instant::now();
        let ready: Vec<Run> = due.extract_if(|_, at| *at <= now).map(|(run, _)| run).collect();
        let options = options.get();
        if let Some(options) = options.filter(|options| options.results) {
            for run in ready {
                let Some(view) = blocks.view(run, options).and_then(|view| serde_json::to_value(view).ok()) else {
                    continue;
                };
                client.send_notification::<BlockResults>(view).await;
                next.insert(run, now + PAUSE);
            }
        } else {
            let can = options.is_some_and(|options| options.can.refresh_inlay_hints);
            if can && !ready.is_empty() {
                asks.put(Ask::RefreshInlayHints, ());
                hints = now + HINT_PAUSE;
            }
            next.extend(ready.into_iter().map(|run| (run, hints)));
        }
        next.retain(|_, at| *at > now);
    }
}
