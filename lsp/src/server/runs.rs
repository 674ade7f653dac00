//! Runs blocks on a runner: a private one, started with the first block, or the one that is configured.
//!
//! Asking is immediate; one task per press of Run drives what was asked and feeds [`Blocks`].

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use runner::auth::Token;
use runner::client::{Client, Endpoint, Events};
use runner::config::Config;
use runner::event::{Event, EventKind};
use runner::look::LookRequest;
use runner::proto::Source;
use runner::{RunRequest, Text};
use serde_json::{Value, json};
use syntax::analysis::{self, Settings};
use syntax::{Severity, TextRange, TextSize};
use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_stream::StreamExt;
use tower_lsp::ls_types::Uri;

use super::Environment;
use super::ask::{Ask, Asks};
use super::blocks::{Blocks, Run};
use super::latest::Latest;
use super::learn::Learner;
use super::options::Options;
use super::private::{Alive, Private};
use super::workspace::Found;
use crate::document::Document;
use crate::features::outline;
use crate::results::State;
use crate::results::difference::{self, Sides};

/// After a run began, and then again and again, the runner is asked what it has seen.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const NEXT_LOOK: Duration = Duration::from_secs(2);

/// After its stream broke, how long to wait for news of the process's end.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(crate) const RUNNER_ENDED: &str = "runner ended; press Run to start it again";

/// A runner, and what it stays alive with where it is our own.
type Connected = (Client, Option<Private>);

pub(crate) struct Runs {
    pub(crate) blocks: Arc<Blocks>,
    /// Runbooks whose text has changed, for blocks that run again.
    pub(crate) edited: Latest<Uri, ()>,
    asks: Arc<Asks>,
    options: Arc<OnceLock<Options>>,
    environment: Environment,
    alive: Alive,
    /// By their configuration's file; a runner that is gone is replaced with the next Run.
    private: Mutex<HashMap<Option<PathBuf>, Arc<OnceCell<Private>>>>,
    /// Runners that something was run on, and that can be asked for more.
    connected: Mutex<HashMap<Option<PathBuf>, Connected>>,
    pub(crate) learner: OnceLock<Learner>,
    /// One for each press of Run that is not over; all end with the server.
    drivers: Mutex<JoinSet<()>>,
}

/// A document and what is known around it.
pub(crate) struct Runbook {
    pub(crate) uri: Uri,
    pub(crate) document: Arc<Document>,
    pub(crate) found: Found,
}

/// Blocks of a runbook.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which<'a> {
    /// That can run; so of the next two.
    All,
    /// Before this one.
    Above(&'a str),
    /// This one and those after it.
    Below(&'a str),
    One(&'a str),
}

/// One press of Run.
struct Driver {
    runs: Arc<Runs>,
    uri: Uri,
    /// By the block's name.
    wanted: HashMap<String, Run>,
    wake: Arc<Notify>,
}

impl Runs {
    pub(crate) fn new(
        asks: Arc<Asks>,
        options: Arc<OnceLock<Options>>,
        environment: Environment,
        alive: Alive,
    ) -> Runs {
        let (private, drivers) = (Mutex::default(), Mutex::default());
        let (connected, learner) = (Mutex::default(), OnceLock::new());
        let edited = Latest::default();
        Runs { blocks: Arc::default(), edited, asks, options, environment, alive, private, connected, learner, drivers }
    }

    /// Starts one block, or those that can run; says why it cannot.
    pub(crate) fn run(
        self: &Arc<Runs>,
        runbook: &Runbook,
        which: Which<'_>,
        settings: Settings,
        until: Option<TextSize>,
    ) -> Result<(), String> {
        let options = self.options.get().cloned().unwrap_or_default();
        if !options.trusted {
            return Err("this workspace is not trusted, so nothing is run in it; trust it first".to_owned());
        }
        let document = &runbook.document;
        let chosen = match (until, which) {
            // What stands behind the place may be wrong; the runner says whether what stands before it is right.
            (Some(_), Which::One(name)) => {
                document.analysis().blocks.iter().filter(|block| block.name == name).collect()
            }
            _ => choose(document, which)?,
        };
        let wake = Arc::new(Notify::new());
        let begin = |block: &&analysis::Block| {
            let run = self.blocks.begin(&runbook.uri, document, block, options.encoding, &wake);
            (block.name.clone(), run)
        };
        let wanted: HashMap<_, _> = chosen.iter().map(begin).collect();
        let text = Text::Runbook(document.text().to_owned());
        let blocks = wanted.keys().cloned().collect();
        let until = until.map(u32::from);
        let request = RunRequest { text, blocks, settings, until, ..RunRequest::default() };
        let driver = Driver { runs: self.clone(), uri: runbook.uri.clone(), wanted, wake };
        let file = runbook.found.file.clone();
        let mut drivers = self.drivers.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while drivers.try_join_next().is_some() {}
        drivers.spawn(driver.drive(request, file));
        drop(drivers);
        self.lenses_changed(&runbook.uri);
        Ok(())
    }

    /// Runs these blocks again, of which some may be running or have run.
    pub(crate) fn again(self: &Arc<Runs>, runbook: &Runbook, blocks: &[String]) {
        let states = self.blocks.states(&runbook.uri);
        for block in blocks.iter().filter(|block| states.get(*block).is_some_and(|state| *state != State::Stopped)) {
            let settings = self.blocks.sessions.settings(&runbook.uri, Settings::new());
            // A block that cannot run is being written, and its diagnostics say what is wrong.
            if let Err(reason) = self.run(runbook, Which::One(block), settings, None) {
                tracing::debug!("`{block}` is not run again: {reason}");
            }
        }
    }

    /// One block of a document, or all of them.
    pub(crate) fn stop(&self, uri: &Uri, block: Option<&str>) {
        if self.blocks.stop(uri, block) {
            self.lenses_changed(uri);
        }
    }

    /// Blocks that are not in the text any more end.
    pub(crate) fn end_gone(&self, uri: &Uri) {
        if self.blocks.end_gone(uri) {
            self.lenses_changed(uri);
        }
    }

    /// The plan of a block: as Markdown, or as data for an editor that draws it.
    pub(crate) async fn explain(&self, runbook: &Runbook, block: &str, settings: Settings) -> Result<Value, String> {
        if !self.options.get().is_some_and(|options| options.trusted) {
            return Err("this workspace is not trusted, so no runner is started for it; trust it first".to_owned());
        }
        choose(&runbook.document, Which::One(block))?;
        let (mut client, _private) = self.connect(runbook.found.file.clone()).await?;
        let text = Text::Runbook(runbook.document.text().to_owned());
        let plan = client.explain(text, block, settings).await.map_err(|error| error.to_string())?;
        if self.options.get().is_some_and(|options| options.views) {
            return Ok(json!({
                "kind": "plan", "block": block, "before": plan.before.trim_end(), "after": plan.after.trim_end(),
                "changes": plan.changes, "sharedWith": plan.shared_with,
                "shared": plan.shared.as_ref().map(|shared| json!({ "condition": shared.condition, "flows": shared.flows })),
            }));
        }
        let mut said = format!(
            "# {block}\n\nBefore:\n\n```\n{}\n```\n\nAfter:\n\n```\n{}\n```\n",
            plan.before.trim_end(),
            plan.after.trim_end()
        );
        if !plan.changes.is_empty() {
            said.push_str(&format!(
                "\nRewritten:\n\n{}\n",
                plan.changes.iter().map(|change| format!("- {change}\n")).collect::<String>()
            ));
        }
        if let Some(shared) = &plan.shared {
            said.push_str(&format!("\nShares `{}` with {}.\n", shared.condition, shared.flows.join(", ")));
        }
        if !plan.shared_with.is_empty() {
            said.push_str(&format!("\nShares its source with {}.\n", plan.shared_with.join(", ")));
        }
        Ok(said.into())
    }

    /// The configuration has changed: what runs goes on, and the next Run starts a runner that knows.
    pub(crate) fn forget_private(&self) {
        lock(&self.connected).clear();
        self.private.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }

    /// Ends what runs, and lets go of the runners.
    pub(crate) async fn shutdown(&self) {
        let mut drivers = std::mem::take(&mut *self.drivers.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        drivers.shutdown().await;
        self.forget_private();
    }

    /// A block runs that did not, or does not that did.
    fn lenses_changed(&self, uri: &Uri) {
        self.blocks.sessions.news.put(uri.clone(), ());
        let can = self.options.get().map(|options| options.can).unwrap_or_default();
        if can.refresh_code_lenses {
            self.asks.put(Ask::RefreshCodeLenses, ());
        }
        if can.refresh_inlay_hints {
            self.asks.put(Ask::RefreshInlayHints, ());
        }
    }

    /// A runner that runs or has run something for this configuration, and is there; nothing is started.
    pub(crate) fn connected(&self, file: &Option<PathBuf>) -> Option<Client> {
        let mut connected = lock(&self.connected);
        connected.retain(|_, (_, private)| private.as_ref().is_none_or(|private| !private.is_gone()));
        connected.get(file).map(|(client, _)| client.clone())
    }

    pub(crate) fn is_connected(&self) -> bool {
        !lock(&self.connected).is_empty()
    }

    /// What is different about the events that the filter at a place lets through: as Markdown, or as data.
    pub(crate) async fn different(
        &self,
        runbook: &Runbook,
        stage: TextRange,
        settings: Settings,
    ) -> Result<Value, String> {
        if !self.options.get().is_some_and(|options| options.trusted) {
            return Err("this workspace is not trusted, so no runner is started for it; trust it first".to_owned());
        }
        let (mut client, _private) = self.connect(runbook.found.file.clone()).await?;
        let text = Text::Runbook(runbook.document.text().to_owned());
        let request = LookRequest { text, settings, until: stage.end().into(), rest: true };
        let reply = client.look(request).await.map_err(|error| error.to_string())?;
        let named = difference::named(runbook.document.analysis(), stage);
        let named: Vec<&str> = named.iter().map(|name| &**name).collect();
        let (filter, sides) = (runbook.document.slice(stage), Sides::new(&reply));
        if self.options.get().is_some_and(|options| options.views) {
            return serde_json::to_value(difference::view(filter, &sides, &named)).map_err(|error| error.to_string());
        }
        Ok(difference::markdown(filter, &sides, &named).into())
    }

    async fn connect(&self, file: Option<PathBuf>) -> Result<(Client, Option<Private>), String> {
        let options = self.options.get();
        let endpoint = match options.and_then(|options| options.runner.as_deref()) {
            Some(address) => {
                let file = options.and_then(|options| options.token_file.as_deref());
                let token = file.map(Token::read).transpose().map_err(|error| error.to_string())?;
                Some(Endpoint::parse(address, token))
            }
            None => file.as_deref().map(listening).transpose()?.flatten(),
        };
        if let Some(endpoint) = endpoint {
            let client = Client::connect(&endpoint).await.map_err(|error| error.to_string())?;
            return Ok((client, None));
        }
        let private = self.private(file).await?;
        Ok((private.client.clone(), Some(private)))
    }

    async fn private(&self, file: Option<PathBuf>) -> Result<Private, String> {
        let cell = {
            let mut private = self.private.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            private.retain(|_, cell| cell.get().is_none_or(|private| !private.is_gone()));
            private.entry(file.clone()).or_default().clone()
        };
        let start = || Private::start(&self.environment.program, file.as_ref(), self.alive.clone());
        cell.get_or_try_init(start).await.cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The blocks that are to run: the named one with all its mistakes, or those that can.
fn choose<'a>(document: &'a Document, which: Which<'_>) -> Result<Vec<&'a analysis::Block>, String> {
    let analysis = document.analysis();
    let unknown = |name: &str| format!("there is no block `{name}` in this runbook");
    let place = |name: &str| analysis.blocks.iter().position(|block| block.name == name).ok_or_else(|| unknown(name));
    let several = |blocks: &'a [analysis::Block], where_to: &str| {
        let able: Vec<_> = blocks.iter().filter(|block| outline::is_runnable(document, block)).collect();
        if able.is_empty() { Err(format!("no block {where_to} can run")) } else { Ok(able) }
    };
    let name = match which {
        Which::All => return several(&analysis.blocks, "of this runbook"),
        Which::Above(name) => return several(&analysis.blocks[..place(name)?], &format!("above `{name}`")),
        Which::Below(name) => return several(&analysis.blocks[place(name)?..], &format!("from `{name}` on")),
        Which::One(name) => name,
    };
    let block = analysis.blocks.iter().find(|block| block.name == name);
    let block = block.ok_or_else(|| unknown(name))?;
    if outline::is_runnable(document, block) {
        return Ok(vec![block]);
    }
    let errors = document.diagnostics().iter().filter(|found| found.severity == Severity::Error);
    let here = errors.clone().find(|found| block.range.contains_range(found.range));
    // What is wrong may stand in a `let` elsewhere.
    Err(match here.or_else(|| errors.clone().next()) {
        Some(found) => format!("block `{name}` cannot run: {}", found.message),
        None => format!("block `{name}` has nothing to run; it needs a pipeline, e.g. `spans | tail 10`"),
    })
}

/// The runner that a workspace's configuration names. Only on this machine: a file that came with a
/// repository must not send a token or a text elsewhere.
fn listening(file: &std::path::Path) -> Result<Option<Endpoint>, String> {
    let config = Config::load_found(file).map_err(|error| error.to_string())?;
    let Some(address) = config.listen else { return Ok(None) };
    let token = || config.token_file.as_deref().map(Token::read).transpose();
    let host = address.rsplit_once(':').map_or("", |(host, _)| host.trim_matches(['[', ']']));
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if address.starts_with("unix:") {
        Ok(Some(Endpoint::parse(&address, None)))
    } else if local {
        let token = token().map_err(|error| error.to_string())?;
        Ok(Some(Endpoint::parse(&address, token)))
    } else {
        Err(format!(
            "`{}` names the runner `{address}`, which is another machine; name it in the editor's settings instead",
            file.display()
        ))
    }
}

impl Driver {
    async fn drive(self, mut request: RunRequest, file: Option<PathBuf>) {
        let (mut client, private) = match self.runs.connect(file.clone()).await {
            Ok(connected) => connected,
            Err(reason) => return self.fail(&reason),
        };
        lock(&self.runs.connected).insert(file.clone(), (client.clone(), private.clone()));
        // Some may have been stopped before anything ran.
        let blocks = &self.runs.blocks;
        request.blocks.retain(|block| self.wanted.get(block).is_some_and(|run| !blocks.unwanted(*run)));
        if request.blocks.is_empty() {
            return;
        }
        match client.run(request).await {
            Ok(events) => self.listen(client, events, private.as_ref(), &file).await,
            Err(error) => self.fail(&reason(&error.to_string(), private.as_ref()).await),
        }
    }

    async fn listen(&self, client: Client, mut events: Events, private: Option<&Private>, file: &Option<PathBuf>) {
        let mut flows: HashMap<Run, String> = HashMap::new();
        let mut asking = JoinSet::new();
        let mut learning = JoinSet::new();
        let mut learn = tokio::time::interval_at(Instant::now() + FIRST_LOOK, NEXT_LOOK);
        learn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let broken = loop {
            for (_, flow) in flows.extract_if(|run, _| self.runs.blocks.unwanted(*run)) {
                let mut client = client.clone();
                asking.spawn(async move { client.stop_flow(&flow).await });
            }
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => {
                        if let (Some(run), EventKind::Started(_)) = (self.wanted.get(&event.block), &event.kind) {
                            flows.insert(*run, event.flow.clone());
                        }
                        let finished = matches!(event.kind, EventKind::Finished(_));
                        self.fold(event);
                        // One that was over before the first look is learned from too.
                        if finished {
                            learn.reset_immediately();
                        }
                    }
                    Some(Err(error)) => break Some(error.to_string()),
                    None => break None,
                },
                () = self.wake.notified() => {}
                Some(_) = asking.join_next() => {}
                _ = learn.tick(), if learning.is_empty() => {
                    let mut client = client.clone();
                    learning.spawn(async move { client.list_sources(None).await });
                }
                Some(Ok(Ok(sources))) = learning.join_next() => self.learn(file, &sources),
            }
        };
        if broken.is_none()
            && let Ok(sources) = client.clone().list_sources(None).await
        {
            self.learn(file, &sources);
        }
        // Flows that have ended are not touched by this.
        let message = reason(broken.as_deref().unwrap_or("the runner closed the connection"), private).await;
        self.fail(&message);
    }

    fn learn(&self, file: &Option<PathBuf>, sources: &[Source]) {
        let Some(learner) = self.runs.learner.get() else { return };
        let can = self.runs.options.get().map(|options| options.can).unwrap_or_default();
        learner.learn(file, runner::observed::live(sources), can);
    }

    fn fold(&self, event: Event) {
        let Some(run) = self.wanted.get(&event.block) else { return };
        // The file may have another name by now.
        let uri = self.runs.blocks.uri(*run).unwrap_or_else(|| self.uri.clone());
        if matches!(event.kind, EventKind::Started(_)) {
            self.runs.blocks.sessions.news.put(uri.clone(), ());
        }
        if self.runs.blocks.fold(*run, event) {
            self.runs.lenses_changed(&uri);
        }
    }

    fn fail(&self, message: &str) {
        let mut any = false;
        for run in self.wanted.values() {
            any |= self.runs.blocks.fail(*run, message);
        }
        if any {
            self.runs.lenses_changed(&self.uri);
        }
    }
}

/// Why a call broke: if the process behind it is gone, that is why.
async fn reason(error: &str, private: Option<&Private>) -> String {
    let Some(private) = private else { return error.to_owned() };
    let gone = tokio::time::timeout(LAST_WORDS, private.gone()).await.is_ok();
    if gone { RUNNER_ENDED.to_owned() } else { error.to_owned() }
}
