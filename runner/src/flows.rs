//! All flows of a runner: started from a runbook's text, listed, stopped, watched.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use syntax::analysis::{Analysis, Block, Context, Settings, What};
use syntax::pipeline::{Pipeline, StageKind};
use syntax::source::{Scheme, SourceDecl, SourceName, Sources};
use syntax::{Diagnostic, Parse, Severity};
use tokio::sync::mpsc;

use crate::config::Config;
use crate::empty::Why;
use crate::event::{EventKind, StageSpan, Started};
use crate::execution::Execution;
use crate::flow::{self, Driver, Flow, Input};
use crate::hub::{self, Begin, Feeder, Ledger, Subscriber, lock};
use crate::limits::{Limits, Memory};
use crate::loose::Loose;
use crate::recent::Keep;
use crate::replan::Replan;
use crate::source::{self, otlp::Listeners};
use crate::tables::Tables;
use crate::watcher::{Client, Told};
use crate::{Error, clock, cut, explain, operator, rewrite, shared};

/// What a runner has been asked to run.
#[derive(Clone, Debug, Default)]
pub struct RunRequest {
    pub text: Text,
    /// Names of the blocks; all that can run where empty.
    pub blocks: Vec<String>,
    pub settings: Settings,
    /// After this time the flows end cleanly.
    pub time: Option<Duration>,
    /// After this many events read, each flow ends cleanly.
    pub events: Option<u64>,
    /// How much of what live sources have kept is read first; all of it where nothing is said.
    pub since: Option<Duration>,
    /// Rows that may still change are of no use to who asks.
    pub final_only: bool,
    /// Byte offset in the text: the pipeline there ends behind the stage that ends here. None: it is run whole.
    pub until: Option<u32>,
    /// The flow waits for who asks rather than leave rows out; events that it is too slow for then are dropped, and
    /// counted.
    pub every_row: bool,
    /// What `now()` is, in nanoseconds since 1970; the clock's time where nothing is said.
    pub now: Option<i64>,
    /// Every event goes into the sources' profiles, not some of each second.
    pub profile_all: bool,
    /// Raw records that were dropped, or lost a value, are told as [`EventKind::Rejected`].
    pub rejects: bool,
}

#[derive(Clone, Debug)]
pub enum Text {
    /// A whole runbook.
    Runbook(String),
    /// A bare pipeline.
    Query(String),
}

impl Default for Text {
    fn default() -> Text {
        Text::Query(String::new())
    }
}

impl Text {
    pub fn parse(&self) -> Parse {
        match self {
            Text::Runbook(text) => syntax::parse(text),
            Text::Query(text) => syntax::parse_query(text),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Text::Runbook(text) | Text::Query(text) => text,
        }
    }
}

/// A text that was analysed, and with what.
pub(crate) struct Checked {
    pub(crate) parse: Parse,
    pub(crate) analysis: Analysis,
    pub(crate) context: Context,
    pub(crate) loose: Loose,
}

/// The runner itself, without its transport.
pub struct Flows {
    sources: RwLock<Sources>,
    listeners: Listeners,
    /// Live sources are shared by all flows; bounded ones are opened anew for each run, but the last is
    /// kept here too, for its profile.
    feeders: Mutex<HashMap<SourceName, Arc<Feeder>>>,
    flows: Mutex<BTreeMap<u64, Arc<Flow>>>,
    /// Flows that run, and those that are about to.
    places: Arc<AtomicUsize>,
    next: AtomicU64,
    keep: Keep,
    limits: RwLock<Limits>,
    memory: Arc<Memory>,
    started: AtomicU64,
}

/// One of the flows that may run at once, until it is dropped.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Flows {
    pub fn new(config: &Config) -> Arc<Flows> {
        Arc::new(Flows {
            sources: RwLock::new(config.sources.clone()),
            listeners: Listeners::default(),
            feeders: Mutex::default(),
            flows: Mutex::default(),
            places: Arc::default(),
            next: AtomicU64::new(1),
            keep: config.keep,
            limits: RwLock::new(config.limits.clone()),
            memory: Arc::new(Memory::new(config.limits.total_state)),
            started: AtomicU64::new(0),
        })
    }

    /// Opens the listeners that are configured, so that exporters can connect before anyone asks.
    pub fn listen(&self) -> Result<(), Error> {
        for decl in self.sources().sources.iter().filter(|decl| decl.uri.scheme == Scheme::Otlp) {
            self.open_listener(decl)?;
        }
        Ok(())
    }

    fn open_listener(&self, decl: &SourceDecl) -> Result<(), Error> {
        let opened = source::open(decl, &self.listeners)?;
        let feeder = Feeder::new(decl.clone(), opened, true, self.keep);
        feeder.start()?;
        lock(&self.feeders).insert(decl.name.clone(), feeder);
        tracing::info!(source = %decl.name, uri = %decl.uri, "listening");
        Ok(())
    }

    /// Takes another configuration's sources and limits. Flows that run keep what they read; the next run gets
    /// what is declared now. Says what could not be opened; everything else holds.
    pub fn reload(&self, config: &Config) -> Vec<Error> {
        let before = std::mem::replace(
            &mut *self.sources.write().unwrap_or_else(PoisonError::into_inner),
            config.sources.clone(),
        );
        self.memory.limit(config.limits.total_state);
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = config.limits.clone();
        for old in &before.sources {
            let same = config.sources.get(&old.name).is_some_and(|new| new.reads_as(old));
            if !same && let Some(feeder) = lock(&self.feeders).remove(&old.name) {
                feeder.unpin();
            }
        }
        let mut failed = Vec::new();
        for decl in config.sources.sources.iter().filter(|decl| decl.uri.scheme == Scheme::Otlp) {
            let known = lock(&self.feeders).contains_key(&decl.name);
            if !known && let Err(error) = self.open_listener(decl) {
                failed.push(error);
            }
        }
        failed
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// As configured, with what was observed since.
    pub fn sources(&self) -> Sources {
        self.sources.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks the text, starts one flow a block and returns what happens to them. The flows end when
    /// nobody receives any more.
    pub fn run(self: &Arc<Self>, request: &RunRequest) -> Result<mpsc::Receiver<Told>, Error> {
        let cut = request.until.map(|until| {
            let cut = cut::cut(&request.text, until);
            cut.ok_or_else(|| Error::rejected("no pipeline stands there, so nothing can run up to it"))
        });
        let text = cut.transpose()?.map_or_else(|| request.text.clone(), |(text, _)| text);
        let mut opened = HashMap::new();
        let Checked { parse, analysis, context, loose } =
            self.check(&text, &request.settings, &request.blocks, &mut opened)?;
        let blocks = choose(&analysis, &request.blocks)?;
        refuse_errors(&parse, &analysis, &blocks)?;

        let mut places = self.reserve(blocks.iter().filter(|block| block.pipeline.is_some()).count())?;
        self.open_literals(&blocks, request.now.unwrap_or_else(clock::now), &mut opened)?;
        let (client, receiver) = Client::new(request.final_only, request.every_row);
        let mut drivers = Vec::new();
        for block in &blocks {
            let Some(pipeline) = &block.pipeline else { continue };
            match self.prepare(block, pipeline, (&text, &context, &loose), request, &mut opened) {
                Ok(driver) => drivers.push(driver),
                Err(error) => {
                    // What was subscribed before goes again; nothing was started yet.
                    drivers.iter().for_each(release);
                    return Err(error);
                }
            }
        }
        let feeders: Vec<Arc<Feeder>> =
            drivers.iter().flat_map(|driver| &driver.inputs).map(|input| Arc::clone(&input.feeder)).collect();
        for driver in drivers {
            self.start(driver, client.clone(), places.pop())?;
        }
        // Only now: every flow of this run sees a bounded source from its first event.
        for feeder in feeders {
            feeder.start()?;
        }
        Ok(receiver)
    }

    /// Places for so many flows, counted before any of them is made: many runs may be asked for at once.
    fn reserve(&self, wanted: usize) -> Result<Vec<Place>, Error> {
        let most = self.limits().flows;
        let more = |running: usize| Some(running + wanted).filter(|flows| *flows <= most);
        match self.places.fetch_update(Ordering::AcqRel, Ordering::Acquire, more) {
            Ok(_) => Ok((0..wanted).map(|_| Place(Arc::clone(&self.places))).collect()),
            Err(running) => Err(Error::limit(format!(
                "{wanted} flows beside the {running} that run are more than {most}, the limit of this runner (`flows`); \
                 name the blocks to run, or stop some flows"
            ))),
        }
    }

    fn start(self: &Arc<Self>, driver: Driver, client: Client, place: Option<Place>) -> Result<(), Error> {
        let flow = Arc::clone(&driver.flow);
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        flow.watchers.add(client, true, EventKind::Started(flow.started.clone()));
        lock(&self.flows).insert(id, Arc::clone(&flow));
        self.started.fetch_add(1, Ordering::Relaxed);
        tracing::info!(flow = flow.id, block = flow.block, source = flow.source, "started");
        let flows = Arc::clone(self);
        let spawned = std::thread::Builder::new().name(flow.id.clone()).spawn(move || {
            let (name, outcome) = (driver.flow.id.clone(), driver.run());
            tracing::info!(flow = name, ?outcome, "ended");
            lock(&flows.flows).remove(&id);
            drop(place);
        });
        spawned.map(drop).map_err(|error| {
            lock(&self.flows).remove(&id);
            Error::Internal(format!("cannot start a thread: {error}"))
        })
    }

    /// Subscribes one block to its sources.
    fn prepare(
        &self,
        block: &Block,
        pipeline: &Pipeline,
        (text, context, loose): (&Text, &Context, &Loose),
        request: &RunRequest,
        opened: &mut HashMap<SourceName, Arc<Feeder>>,
    ) -> Result<Driver, Error> {
        let limits = self.limits();
        let now = request.now.unwrap_or_else(clock::now);
        let plan = rewrite::rewrite(pipeline, now);
        let execution = Execution::of(&plan, now, &limits.stage)?;
        let source = self.declared_or_opened(&pipeline.source, opened)?;
        let stages = spans(pipeline, request.text.as_str());
        let words: Vec<String> = stages.iter().map(|stage| stage.word.clone()).collect();
        let why = Why::new(pipeline, request.text.as_str(), &words, &source, now);
        let id = format!("flow-{}", self.next.fetch_add(1, Ordering::Relaxed));
        let started = Started {
            source: pipeline.source.to_string(),
            source_uri: source.uri.to_string(),
            heading: block.heading.clone(),
            stages,
            fields: pipeline.output().fields.to_vec(),
            render: pipeline.render.clone(),
            windows: pipeline.windows(),
        };
        let tables = self.tables_of(&execution, &limits.stage, opened)?;
        let mut replan = Replan::new(text, &block.name, context, pipeline, &execution, now, &limits.stage)?;
        replan.keep_loose(loose);
        let (sender, receiver) = sync_channel(hub::QUEUE);
        let mut inputs: Vec<Input> = Vec::new();
        for (index, input) in execution.inputs().iter().enumerate() {
            let subscription = self.next.fetch_add(1, Ordering::Relaxed);
            let ledger = Arc::new(Ledger::new(request.rejects));
            let subscriber = || Subscriber {
                id: subscription,
                input: index,
                wanted: input.wanted.clone(),
                // To stop at an event's number, each has to be seen.
                prefilter: input.prefilter.clone().filter(|_| request.events.is_none()),
                profiles: request.profile_all,
                sender: sender.clone(),
                ledger: Arc::clone(&ledger),
            };
            match self.subscribe(&input.source, subscriber, request.since, opened) {
                Ok((feeder, begin)) => inputs.push(Input { feeder, ledger, subscription, begin, share: None }),
                Err(error) => {
                    inputs.iter().for_each(|input| input.feeder.unsubscribe(input.subscription));
                    return Err(error);
                }
            }
        }
        let flow = Arc::new(Flow::new(id, block.name.clone(), started));
        if let (Some((key, first)), Some(main)) = (shared::first_condition(&plan.pipeline), inputs.first_mut()) {
            let written = written(request.text.as_str(), first.range);
            let share = Arc::new(main.feeder.conditions.join(&key, &written, &flow.id));
            // The flow itself only tells of it; it ends with the driver.
            drop(flow.share.set(Arc::downgrade(&share)));
            main.share = Some(share);
        }
        let limits = flow::Limits {
            time: request.time,
            events: request.events,
            runner: limits,
            memory: Arc::clone(&self.memory),
        };
        Ok(Driver { flow, execution, replan, why, tables, inputs, receiver, limits })
    }

    /// What the flow looks up, to be read again when it changes.
    fn tables_of(
        &self,
        execution: &Execution,
        limits: &operator::Limits,
        opened: &HashMap<SourceName, Arc<Feeder>>,
    ) -> Result<Tables, Error> {
        let mut tables = Vec::new();
        for (index, input) in execution.inputs().iter().enumerate() {
            let Some(pipeline) = &input.reads else { continue };
            let decls = sources_of(pipeline);
            let decls = decls.iter().map(|name| self.declared_or_opened(name, opened)).collect::<Result<_, _>>()?;
            tables.push((index, Arc::clone(pipeline), decls));
        }
        Ok(Tables::new(tables, limits))
    }

    /// Rows that are written in the blocks' pipelines are sources of this run alone.
    fn open_literals(
        &self,
        blocks: &[&Block],
        now: i64,
        opened: &mut HashMap<SourceName, Arc<Feeder>>,
    ) -> Result<(), Error> {
        let mut failed = None;
        for pipeline in blocks.iter().filter_map(|block| block.pipeline.as_ref()) {
            pipeline.visit(&mut |pipeline| {
                let Some(literal) = &pipeline.literal else { return };
                match source::literal::open(pipeline, literal, now) {
                    Ok((decl, open)) => {
                        let name = decl.name.clone();
                        opened.entry(name).or_insert_with(|| Feeder::new(decl, open, false, self.keep));
                    }
                    Err(error) => failed = Some(error),
                }
            });
        }
        failed.map_or(Ok(()), Err)
    }

    fn declared_or_opened(&self, name: &str, opened: &HashMap<SourceName, Arc<Feeder>>) -> Result<SourceDecl, Error> {
        opened.get(name).map_or_else(|| self.declared(name), |feeder| Ok(feeder.decl.clone()))
    }

    pub(crate) fn subscribe(
        &self,
        name: &SourceName,
        subscriber: impl Fn() -> Subscriber,
        since: Option<Duration>,
        opened: &mut HashMap<SourceName, Arc<Feeder>>,
    ) -> Result<(Arc<Feeder>, Begin), Error> {
        loop {
            let feeder = self.feeder(name, opened)?;
            if let Some(begin) = feeder.subscribe(subscriber(), since) {
                return Ok((feeder, begin));
            }
            // It stopped between the two calls, with its last flow: open it again.
            opened.remove(name);
            lock(&self.feeders).remove(name);
        }
    }

    /// The source, opened once a run where it is bounded, once a runner where it is live.
    fn feeder(&self, name: &SourceName, opened: &mut HashMap<SourceName, Arc<Feeder>>) -> Result<Arc<Feeder>, Error> {
        if let Some(feeder) = opened.get(name) {
            return Ok(Arc::clone(feeder));
        }
        let decl = self.declared(name)?;
        let mut feeders = lock(&self.feeders);
        let live = !decl.uri.bounded();
        if live
            && let Some(feeder) = feeders.get(name)
            && matches!(feeder.snapshot().phase, hub::Phase::Idle | hub::Phase::Running)
        {
            return Ok(Arc::clone(feeder));
        }
        let feeder = Feeder::new(decl.clone(), source::open(&decl, &self.listeners)?, false, self.keep);
        feeders.insert(name.clone(), Arc::clone(&feeder));
        opened.insert(name.clone(), Arc::clone(&feeder));
        Ok(feeder)
    }

    /// A number that nothing else has.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A source that runs, or that was read.
    pub(crate) fn opened(&self, name: &SourceName) -> Option<Arc<Feeder>> {
        lock(&self.feeders).get(name).cloned()
    }

    pub(crate) fn declared(&self, name: &str) -> Result<SourceDecl, Error> {
        let sources = self.sources();
        sources.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = sources.sources.iter().map(|source| &*source.name).collect();
            Error::rejected(format!("there is no source `{name}`; this runner has {}", known.join(", ")))
        })
    }

    /// Parses and analyses. A file or pipe that declares no fields is looked at first, and stays open.
    pub(crate) fn check(
        &self,
        text: &Text,
        settings: &Settings,
        blocks: &[String],
        opened: &mut HashMap<SourceName, Arc<Feeder>>,
    ) -> Result<Checked, Error> {
        let parse = text.parse();
        let mut context = Context { sources: self.sources(), settings: settings.clone(), ..Context::default() };
        let analysis = syntax::analyze(&parse, &context);
        let mut learned = false;
        for name in named(&analysis, blocks)? {
            let Some(decl) = context.sources.sources.iter_mut().find(|decl| decl.name == name) else { continue };
            if !decl.open {
                continue;
            }
            let feeder = match decl.uri.scheme {
                Scheme::File | Scheme::Replay | Scheme::Stdin => Some(self.feeder(&name, opened)?),
                // What it has brought so far, if it runs.
                Scheme::Demo | Scheme::Otlp => self.opened(&name),
                Scheme::Literal => None,
            };
            learned |= feeder.is_some_and(|feeder| decl.grow(&feeder.schema()));
        }
        if !learned {
            return Ok(Checked { parse, analysis, context, loose: Loose::default() });
        }
        let found = syntax::analyze(&parse, &context);
        Ok(match Loose::of(&parse, &found, &context, &self.sources()) {
            Some((loose, analysis, context)) => Checked { parse, analysis, context, loose },
            None => Checked { parse, analysis: found, context, loose: Loose::default() },
        })
    }

    pub(crate) fn list(&self) -> Vec<Arc<Flow>> {
        lock(&self.flows).values().cloned().collect()
    }

    /// Flows ever started.
    pub(crate) fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    /// Of each source that was ever opened.
    pub(crate) fn counts(&self) -> Vec<(SourceName, hub::Counts)> {
        let feeders = lock(&self.feeders);
        let mut counts: Vec<_> = feeders.iter().map(|(name, feeder)| (name.clone(), feeder.counts())).collect();
        counts.sort_by(|(one, _), (other, _)| one.cmp(other));
        counts
    }

    fn find(&self, id: &str) -> Option<Arc<Flow>> {
        lock(&self.flows).values().find(|flow| flow.id == id).cloned()
    }

    /// False where no such flow runs.
    pub fn stop(&self, id: &str) -> bool {
        self.find(id).map(|flow| flow.stop()).is_some()
    }

    pub fn attach(&self, id: &str) -> Result<mpsc::Receiver<Told>, Error> {
        let flow = self.find(id).ok_or_else(|| Error::rejected(format!("no flow `{id}` runs here")))?;
        let (client, receiver) = Client::new(false, false);
        flow.watchers.add(client, false, EventKind::Started(flow.started.clone()));
        Ok(receiver)
    }

    /// Each configured source, with what was observed if it was ever opened.
    pub(crate) fn observed(&self) -> Vec<(SourceDecl, Option<hub::Snapshot>)> {
        let feeders = lock(&self.feeders);
        let sources = self.sources();
        sources
            .sources
            .into_iter()
            .map(|decl| {
                let snapshot = feeders.get(&decl.name).map(|feeder| feeder.snapshot());
                (decl, snapshot)
            })
            .collect()
    }

    pub fn explain(&self, text: &Text, block: &str, settings: &Settings) -> Result<explain::Explained, Error> {
        let mut opened = HashMap::new();
        let names: Vec<String> = if block.is_empty() { Vec::new() } else { vec![block.to_owned()] };
        let Checked { parse, analysis, .. } = self.check(text, settings, &names, &mut opened)?;
        let blocks = choose(&analysis, &names)?;
        refuse_errors(&parse, &analysis, &blocks)?;
        // Opened for its schema only.
        opened.values().for_each(|feeder| feeder.stop());
        let pipeline = blocks.iter().find_map(|block| block.pipeline.as_ref());
        let pipeline =
            pipeline.ok_or_else(|| Error::rejected("there is nothing to explain: no block has a pipeline"))?;
        let decl = match &pipeline.literal {
            Some(_) => source::literal::declared(&pipeline.source, &pipeline.input),
            None => self.declared(&pipeline.source)?,
        };
        let plan = rewrite::rewrite(pipeline, clock::now());
        let mut explained = explain::explain(pipeline, &plan, &decl, text.as_str());
        // Of a source that has an end each run reads its own.
        if !decl.uri.bounded() {
            let sharing = self.list();
            let sharing = sharing.iter().filter(|flow| *flow.source == *pipeline.source);
            explained.shared_with = sharing.map(|flow| flow.id.clone()).collect();
            if let (Some((key, first)), Some(feeder)) =
                (shared::first_condition(&plan.pipeline), lock(&self.feeders).get(&pipeline.source))
            {
                let (condition, flows) = (written(text.as_str(), first.range), feeder.conditions.flows(&key));
                explained.shared = (!flows.is_empty()).then_some(explain::Shared { condition, flows });
            }
        }
        Ok(explained)
    }

    /// Ends every flow and every source.
    pub fn shut_down(&self) {
        self.list().iter().for_each(|flow| flow.stop());
        lock(&self.feeders).values().for_each(|feeder| feeder.stop());
    }
}

fn release(driver: &Driver) {
    driver.inputs.iter().for_each(|input| input.feeder.unsubscribe(input.subscription));
}

/// The main source and those of unions, joins and lookups.
pub(crate) fn sources_of(pipeline: &Pipeline) -> Vec<SourceName> {
    let mut names = vec![pipeline.source.clone()];
    for stage in &pipeline.stages {
        match &stage.kind {
            StageKind::Union(others) => names.extend(others.iter().flat_map(sources_of)),
            StageKind::Join(join) => names.extend(sources_of(&join.right)),
            StageKind::Lookup(lookup) => names.extend(sources_of(&lookup.table)),
            _ => {}
        }
    }
    names
}

/// The sources that the chosen blocks read. Where a block does not check yet, maybe because nothing is known
/// of its source, all that the text names.
fn named(analysis: &Analysis, blocks: &[String]) -> Result<Vec<SourceName>, Error> {
    let chosen = choose(analysis, blocks)?;
    let mut names: Vec<SourceName> =
        chosen.iter().filter_map(|block| block.pipeline.as_ref()).flat_map(sources_of).collect();
    if chosen.iter().any(|block| block.pipeline.is_none() && !block.stages.is_empty()) {
        names.extend(analysis.resolutions.iter().filter_map(|resolution| match &resolution.what {
            What::Source(name) => Some(name.clone()),
            _ => None,
        }));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// The blocks that were named, or all.
pub(crate) fn choose<'a>(analysis: &'a Analysis, names: &[String]) -> Result<Vec<&'a Block>, Error> {
    if names.is_empty() {
        return Ok(analysis.blocks.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            analysis.blocks.iter().find(|block| block.name == *name).ok_or_else(|| {
                let known: Vec<&str> = analysis.blocks.iter().map(|block| block.name.as_str()).collect();
                Error::rejected(format!("there is no block `{name}`; the runbook has {}", known.join(", ")))
            })
        })
        .collect()
}

/// Errors outside the chosen blocks do not keep them from running, unless they are in what those use.
pub(crate) fn refuse_errors(parse: &Parse, analysis: &Analysis, blocks: &[&Block]) -> Result<(), Error> {
    let runnable = blocks.iter().any(|block| block.pipeline.is_some());
    let errors: Vec<Diagnostic> = parse
        .diagnostics()
        .iter()
        .chain(&analysis.diagnostics)
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .filter(|diagnostic| {
            !runnable
                || blocks.iter().any(|block| block.range.contains_range(diagnostic.range))
                || blocks.len() == analysis.blocks.len()
        })
        .cloned()
        .collect();
    if !errors.is_empty() {
        return Err(rejected(errors));
    }
    if !runnable {
        return Err(Error::rejected("there is nothing to run: no block has a pipeline"));
    }
    Ok(())
}

fn rejected(diagnostics: Vec<Diagnostic>) -> Error {
    let message = match diagnostics.as_slice() {
        [one] => one.message.clone(),
        [first, rest @ ..] => format!("{} (and {} more)", first.message, rest.len()),
        [] => String::new(),
    };
    Error::Rejected { message, diagnostics }
}

/// A piece of the text on one line.
pub(crate) fn written(text: &str, range: syntax::TextRange) -> String {
    let piece = text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default();
    piece.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where each stage stands, and its word.
fn spans(pipeline: &Pipeline, text: &str) -> Vec<StageSpan> {
    pipeline
        .stages
        .iter()
        .map(|stage| {
            let (start, end) = (u32::from(stage.range.start()), u32::from(stage.range.end()));
            let written = text.get(start as usize..end as usize).unwrap_or_default();
            let word = written.split(|c: char| !(c.is_alphanumeric() || c == '-')).next().unwrap_or_default();
            let word = if stage.kind.is_hidden() { "" } else { word };
            StageSpan { word: word.to_owned(), start, end }
        })
        .collect()
}
