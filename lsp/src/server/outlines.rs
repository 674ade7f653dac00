//! Tells editors that draw results of each runbook as a whole: `headwater/runbook`, whenever it is another.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use syntax::analysis::Settings;
use tokio::sync::mpsc;
use tower_lsp::Client;
use tower_lsp::ls_types::Uri;
use tower_lsp::ls_types::notification::Notification;

use super::blocks::Blocks;
use super::documents::{self, Message};
use super::options::Options;
use crate::document::Document;
use crate::features::outline::{self, Outline};

/// Between two messages, so that typing costs little.
const PAUSE: Duration = Duration::from_millis(100);

enum RunbookChanged {}

impl Notification for RunbookChanged {
    type Params = Value;
    const METHOD: &'static str = "headwater/runbook";
}

#[derive(Serialize)]
struct RunbookView<'a> {
    uri: &'a str,
    title: Option<String>,
    live: bool,
    /// In which times are said.
    zone: String,
    params: Vec<ParamView>,
    blocks: Vec<BlockView>,
}

#[derive(Serialize)]
struct ParamView {
    name: String,
    r#type: &'static str,
    default: Option<String>,
    value: Option<String>,
    set: bool,
    doc: Option<String>,
    choices: Vec<String>,
}

#[derive(Serialize)]
struct BlockView {
    block: String,
    title: Option<String>,
    /// Of the opening fence, and of the closing one.
    line: u32,
    end: u32,
    runnable: bool,
    state: &'static str,
}

pub(crate) struct Outlines {
    pub(crate) client: Client,
    pub(crate) options: Arc<OnceLock<Options>>,
    pub(crate) documents: mpsc::Sender<Message>,
    pub(crate) blocks: Arc<Blocks>,
}

impl Outlines {
    pub(crate) async fn run(self: Arc<Outlines>) {
        // Of open documents.
        let mut sent: HashMap<Uri, Value> = HashMap::new();
        loop {
            let news = self.blocks.sessions.news.take().await;
            if !self.options.get().is_some_and(|options| options.results) {
                continue;
            }
            for uri in news.into_keys() {
                let Some(document) =
                    documents::snapshot(&self.documents, &uri).await.filter(|document| !document.is_config())
                else {
                    sent.remove(&uri);
                    continue;
                };
                let (this, of) = (Arc::clone(&self), uri.clone());
                let made = tokio::task::spawn_blocking(move || this.view(&of, &document)).await;
                let Ok(Some(view)) = made else { continue };
                if sent.get(&uri) != Some(&view) {
                    sent.insert(uri, view.clone());
                    self.client.send_notification::<RunbookChanged>(view).await;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn view(&self, uri: &Uri, document: &Document) -> Option<Value> {
        let options = self.options.get()?;
        let states = self.blocks.states(uri);
        let Outline { title, params, blocks } =
            outline::outline(document, &self.blocks.sessions.settings(uri, Settings::new()));
        let param = |param: outline::Param| ParamView {
            name: param.name,
            r#type: param.ty.word(),
            default: param.default,
            value: param.value,
            set: param.set,
            doc: param.doc,
            choices: param.choices,
        };
        let block = |block: outline::Block| BlockView {
            state: states.get(&block.name).map_or("idle", |state| state.word()),
            line: document.line(block.range.start()),
            end: document.line(block.range.end()),
            block: block.name,
            title: block.title,
            runnable: block.runnable,
        };
        let view = RunbookView {
            uri: uri.as_str(),
            title,
            live: self.blocks.is_live(uri, options),
            zone: self.blocks.zone(),
            params: params.into_iter().map(param).collect(),
            blocks: blocks.into_iter().map(block).collect(),
        };
        serde_json::to_value(view).ok()
    }
}
