//! Open sources and who reads them: each is decoded once for all its flows.
//!
//! A live source never waits: a flow that cannot keep up loses events, and they are counted for it. A
//! bounded source waits for its flows, since nothing of it may be lost.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use syntax::source::SourceDecl;
use syntax::{Field, Name, Schema, Type};

use crate::Error;
use crate::event::{Dropped, Lost, Rejected};
use crate::prefilter::Prefilter;
use crate::rate::Rate;
use crate::recent::{Extent, Keep, Recent, Stretch};
use crate::shared::Conditions;
use crate::source::profile::{self, Profile};
use crate::source::{Feed, Opened, Reader, Wanted};
use crate::watermark::{Clock, Timed};

/// How often a batch is decoded whole, for the profile.
const PROFILE_EVERY: Duration = Duration::from_secs(1);

/// Messages that wait for one flow at most, each of up to [`crate::batch::BATCH_ROWS`] rows.
pub(crate) const QUEUE: usize = 64;

/// Batches that are left to read where a flow goes over from what was kept to what comes.
const NEAR: usize = 8;

/// Rejected records that wait for a flow at most.
const REJECTS: usize = 4096;

/// Notices that wait for a flow to look at most.
const NOTICES: usize = 16;

/// What a flow receives of a source.
#[derive(Debug)]
pub(crate) enum Delivery {
    Batch(Arc<Timed>),
    /// The source's end, or what ended it.
    End(Result<(), String>),
}

/// One flow's side of a source: counted apart from the queue, so that nothing is lost when it is full.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Events that this flow was too slow for.
    lost: AtomicU64,
    /// The number of the row from which on it gets nothing, because its queue was full.
    behind: Mutex<Option<u64>>,
    /// Events that its prefilter passed over.
    skipped: AtomicU64,
    dropped: Mutex<Vec<Dropped>>,
    /// Values that became null, by field.
    values: Mutex<Vec<Lost>>,
    notices: Mutex<Vec<String>>,
    /// Somebody keeps the records that are rejected.
    keeps_rejects: bool,
    rejects: Mutex<Vec<Rejected>>,
}

impl Ledger {
    pub(crate) fn new(keeps_rejects: bool) -> Ledger {
        Ledger { keeps_rejects, ..Ledger::default() }
    }

    pub(crate) fn values(&self) -> Vec<Lost> {
        lock(&self.values).clone()
    }

    pub(crate) fn has_rejects(&self) -> bool {
        self.keeps_rejects && !lock(&self.rejects).is_empty()
    }

    pub(crate) fn take_rejects(&self) -> Vec<Rejected> {
        std::mem::take(&mut lock(&self.rejects))
    }

    pub(crate) fn lose(&self, events: u64) {
        self.lost.fetch_add(events, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    pub(crate) fn is_behind(&self) -> bool {
        lock(&self.behind).is_some()
    }

    /// Whether it has to read what was kept once its queue is empty, and from which row on.
    pub(crate) fn take_behind(&self) -> Option<u64> {
        lock(&self.behind).take()
    }

    pub(crate) fn skipped(&self) -> u64 {
        self.skipped.load(Ordering::Relaxed)
    }

    pub(crate) fn dropped(&self) -> Vec<Dropped> {
        lock(&self.dropped).clone()
    }

    pub(crate) fn take_notices(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.notices))
    }
}

/// How a flow is attached to a source.
#[derive(Clone)]
pub(crate) struct Subscriber {
    /// Unique within the runner.
    pub(crate) id: u64,
    /// Which input of the flow this is.
    pub(crate) input: usize,
    pub(crate) wanted: Wanted,
    /// What it can do without; None where it has to see every event.
    pub(crate) prefilter: Option<Prefilter>,
    /// Every event is to be profiled.
    pub(crate) profiles: bool,
    pub(crate) sender: SyncSender<(usize, Delivery)>,
    pub(crate) ledger: Arc<Ledger>,
}

/// Where a flow begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// With what comes next.
    Live,
    /// With the row of number `from`, which is kept; the past goes up to the row `until`.
    At { from: u64, until: u64 },
}

/// An open source, running or about to.
pub(crate) struct Feeder {
    pub(crate) decl: SourceDecl,
    bounded: bool,
    /// Goes on without subscribers: a listener that a server was configured with.
    pinned: AtomicBool,
    state: Mutex<State>,
    /// Wakes a reader that sleeps.
    wake: Condvar,
    /// What flows begin with.
    pub(crate) conditions: Conditions,
}

struct State {
    reader: Option<Box<dyn Reader>>,
    /// What was seen so far: it grows.
    schema: Schema,
    /// The schema of the last batch: batches mostly have the same.
    learnt: Option<SchemaRef>,
    subscribers: Arc<Vec<Subscriber>>,
    /// Flows that still read what was kept, or do again because they were too slow.
    behind: Vec<Subscriber>,
    recent: Recent,
    /// Since when nobody reads a source that lingers.
    idle: Option<Instant>,
    wanted: Arc<Wanted>,
    prefilter: Option<Arc<Prefilter>>,
    all: Arc<Wanted>,
    clock: Clock,
    profile: Profile,
    profiled: Option<Instant>,
    /// Somebody wants every event to be profiled.
    profiles: bool,
    /// The next batch was decoded whole.
    whole: bool,
    received: u64,
    rate: Rate,
    /// When the first batch came, the newest event's time then, and how many events there were.
    first: Option<(Instant, i64, u64)>,
    dropped: Vec<Dropped>,
    /// That its records say no time, in a sentence.
    untimed: Option<String>,
    phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Idle,
    Running,
    Stopping,
    Ended,
    Failed(String),
}

/// A source that has a past gives it in a moment, and how fast that goes says nothing of what comes.
const CATCHING_UP: Duration = Duration::from_secs(3);

/// Of event time, below which its rate is not known well.
const KNOWN: i64 = 1_000_000_000;

impl State {
    /// Events a second: soon after the start by their own time, then as they come.
    fn rate(&mut self) -> f64 {
        let as_they_come = self.rate.get();
        let Some((at, first, before)) = self.first.filter(|(at, ..)| at.elapsed() < CATCHING_UP) else {
            return as_they_come;
        };
        let span = self.clock.newest().map_or(0, |newest| newest.saturating_sub(first));
        if span < KNOWN || i128::from(span) < at.elapsed().as_nanos() as i128 {
            return as_they_come;
        }
        (self.received - before) as f64 / (span as f64 / 1e9)
    }
}

/// What a source looks like from outside.
pub(crate) struct Snapshot {
    pub(crate) schema: Schema,
    pub(crate) phase: Phase,
    pub(crate) received: u64,
    pub(crate) rate: f64,
    pub(crate) profile: Profile,
    pub(crate) kept: Extent,
    pub(crate) subscribers: usize,
}

/// What was counted, without a look at the events.
pub(crate) struct Counts {
    pub(crate) received: u64,
    pub(crate) rate: f64,
    pub(crate) dropped: Vec<Dropped>,
    pub(crate) subscribers: usize,
}

impl Feeder {
    /// `keep` is for a live source: a bounded one can be read again.
    pub(crate) fn new(decl: SourceDecl, opened: Opened, pinned: bool, keep: Keep) -> Arc<Feeder> {
        let bounded = decl.uri.bounded();
        let keep = if bounded { Keep { bytes: 0, ..keep } } else { keep };
        let clock = Clock::new(decl.lateness);
        Arc::new(Feeder {
            decl,
            bounded,
            pinned: AtomicBool::new(pinned),
            state: Mutex::new(State {
                reader: Some(opened.reader),
                schema: opened.schema,
                learnt: None,
                subscribers: Arc::default(),
                behind: Vec::new(),
                recent: Recent::new(keep),
                idle: None,
                wanted: Arc::new(Wanted::Fields(Vec::new())),
                prefilter: None,
                all: Arc::new(Wanted::All),
                clock,
                profile: Profile::default(),
                profiled: None,
                profiles: false,
                whole: false,
                received: 0,
                rate: Rate::default(),
                first: None,
                dropped: Vec::new(),
                untimed: None,
                phase: Phase::Idle,
            }),
            wake: Condvar::new(),
            conditions: Conditions::default(),
        })
    }

    pub(crate) fn bounded(&self) -> bool {
        self.bounded
    }

    /// Its events come as they happen, so that silence means that time goes on: of a pipe too, though it has an end.
    pub(crate) fn comes_live(&self) -> bool {
        !self.bounded || self.decl.uri.comes_live()
    }

    /// As known now: declared fields, and those observed since.
    pub(crate) fn schema(&self) -> Schema {
        lock(&self.state).schema.clone()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut state = lock(&self.state);
        Snapshot {
            schema: state.schema.clone(),
            phase: state.phase.clone(),
            received: state.received,
            rate: state.rate(),
            profile: state.profile.clone(),
            kept: state.recent.extent(Instant::now()),
            subscribers: state.subscribers.len() + state.behind.len(),
        }
    }

    /// Looks at what was observed, without a copy of it.
    pub(crate) fn with_profile<T>(&self, look: impl FnOnce(&Profile, &Schema) -> T) -> T {
        let state = lock(&self.state);
        look(&state.profile, &state.schema)
    }

    /// Why its events have the time at which they are read, where they do.
    pub(crate) fn untimed(&self) -> Option<String> {
        lock(&self.state).untimed.clone()
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut state = lock(&self.state);
        Counts {
            received: state.received,
            rate: state.rate(),
            dropped: state.dropped.clone(),
            subscribers: state.subscribers.len() + state.behind.len(),
        }
    }

    /// From now on it stops with its last subscriber; at once where there is none.
    pub(crate) fn unpin(&self) {
        self.pinned.store(false, Ordering::Relaxed);
        let mut state = lock(&self.state);
        if state.is_unread() {
            self.stop_locked(&mut state);
        }
    }

    /// None where the source is on its way out; then it has to be opened again. Where a past is kept, the
    /// flow begins with the row of the number it gets, see [`Feeder::catch_up`].
    pub(crate) fn subscribe(&self, subscriber: Subscriber, since: Option<Duration>) -> Option<Begin> {
        let mut state = lock(&self.state);
        if !matches!(state.phase, Phase::Idle | Phase::Running) {
            return None;
        }
        state.idle = None;
        if state.recent.off() {
            state.change_subscribers(|subscribers| subscribers.push(subscriber));
            return Some(Begin::Live);
        }
        state.behind.push(subscriber);
        let from = state.recent.begin(since, Instant::now());
        Some(Begin::At { from, until: state.recent.next() })
    }

    /// What is kept, from the newest back to so many events.
    pub(crate) fn newest(&self, events: usize) -> Vec<Arc<Timed>> {
        lock(&self.state).recent.newest(events)
    }

    /// What came since the row of this number. True: from the row behind on, everything is delivered.
    pub(crate) fn catch_up(&self, id: u64, from: u64) -> (Stretch, bool) {
        let mut state = lock(&self.state);
        let stretch = state.recent.from(from);
        let place = state.behind.iter().position(|subscriber| subscriber.id == id);
        let near = stretch.batches.len() <= NEAR;
        if near && let Some(place) = place {
            let subscriber = state.behind.remove(place);
            state.change_subscribers(|subscribers| subscribers.push(subscriber));
        }
        (stretch, near || place.is_none())
    }

    /// Takes a flow off; the source stops with its last one, or lingers for a while.
    pub(crate) fn unsubscribe(&self, id: u64) {
        let mut state = lock(&self.state);
        state.behind.retain(|subscriber| subscriber.id != id);
        state.change_subscribers(|subscribers| subscribers.retain(|subscriber| subscriber.id != id));
        if state.is_unread() && !self.pinned.load(Ordering::Relaxed) {
            if state.recent.linger().is_zero() || state.phase != Phase::Running {
                self.stop_locked(&mut state);
            } else {
                state.idle = Some(Instant::now());
            }
        }
    }

    /// Stops a source that nobody has read for too long.
    fn expire(&self, state: &mut State) {
        if state.idle.is_some_and(|since| since.elapsed() >= state.recent.linger()) {
            self.stop_locked(state);
        }
    }

    pub(crate) fn stop(&self) {
        self.stop_locked(&mut lock(&self.state));
    }

    fn stop_locked(&self, state: &mut State) {
        match state.phase {
            Phase::Running => state.phase = Phase::Stopping,
            Phase::Idle => {
                state.reader = None;
                state.phase = Phase::Ended;
            }
            _ => {}
        }
        self.wake.notify_all();
    }

    /// Starts the reader on a thread of its own, once.
    pub(crate) fn start(self: &Arc<Self>) -> Result<(), Error> {
        let reader = {
            let mut state = lock(&self.state);
            let Some(reader) = state.reader.take() else { return Ok(()) };
            state.phase = Phase::Running;
            reader
        };
        let feeder = Arc::clone(self);
        let name = format!("source {}", self.decl.name);
        std::thread::Builder::new()
            .name(name)
            .spawn(move || {
                let feed: Arc<dyn Feed> = feeder.clone();
                let result = std::panic::catch_unwind(AssertUnwindSafe(|| reader.run(feed)));
                feeder.ended(match result {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err(format!("internal error: reading `{}` failed unexpectedly", feeder.decl.name)),
                });
            })
            .map_err(|error| Error::Internal(format!("cannot start a thread: {error}")))?;
        Ok(())
    }

    fn ended(&self, result: Result<(), String>) {
        let subscribers = {
            let mut state = lock(&self.state);
            state.phase = match &result {
                Ok(()) => Phase::Ended,
                Err(message) => Phase::Failed(message.clone()),
            };
            let behind = std::mem::take(&mut state.behind);
            state.change_subscribers(|subscribers| subscribers.extend(behind));
            Arc::clone(&state.subscribers)
        };
        for subscriber in subscribers.iter() {
            // A flow that is gone does not need to know.
            drop(subscriber.sender.send((subscriber.input, Delivery::End(result.clone()))));
        }
    }
}

impl State {
    fn is_unread(&self) -> bool {
        self.subscribers.is_empty() && self.behind.is_empty()
    }

    /// A flow that is too slow waits for nobody and nobody for it: it goes back to what is kept. Where nothing is, it
    /// has lost the batch, whose first row has this number.
    fn deliver(&mut self, timed: &Arc<Timed>, number: u64) {
        let subscribers = Arc::clone(&self.subscribers);
        let full = subscribers.iter().filter(|subscriber| {
            let delivery = (subscriber.input, Delivery::Batch(Arc::clone(timed)));
            matches!(subscriber.sender.try_send(delivery), Err(TrySendError::Full(_)))
        });
        let full: Vec<&Subscriber> = full.collect();
        if full.is_empty() {
            return;
        }
        if self.recent.off() {
            return full.iter().for_each(|subscriber| subscriber.ledger.lose(timed.batch.num_rows() as u64));
        }
        let ids: Vec<u64> = full.iter().map(|subscriber| subscriber.id).collect();
        full.iter().for_each(|subscriber| *lock(&subscriber.ledger.behind) = Some(number));
        self.behind.extend(full.into_iter().cloned());
        self.change_subscribers(|subscribers| subscribers.retain(|subscriber| !ids.contains(&subscriber.id)));
    }

    fn change_subscribers(&mut self, change: impl FnOnce(&mut Vec<Subscriber>)) {
        let mut subscribers: Vec<Subscriber> = self.subscribers.iter().map(Subscriber::clone).collect();
        change(&mut subscribers);
        self.wanted =
            Arc::new(union(subscribers.iter().map(|subscriber| &subscriber.wanted), self.schema.time.as_ref()));
        self.prefilter = any(subscribers.iter().map(|subscriber| subscriber.prefilter.as_ref())).map(Arc::new);
        self.profiles = subscribers.iter().any(|subscriber| subscriber.profiles);
        self.subscribers = Arc::new(subscribers);
    }

    /// Of a batch that is one of many some rows are looked at, where each counts all of them.
    fn observe(&mut self, batch: &RecordBatch) {
        if !self.profiles {
            return self.profile.observe(batch);
        }
        for from in (0..batch.num_rows()).step_by(profile::ROWS) {
            self.profile.observe(&batch.slice(from, profile::ROWS.min(batch.num_rows() - from)));
        }
    }

    fn learn(&mut self, schema: &SchemaRef) {
        if self.schema.open && !self.learnt.as_ref().is_some_and(|learnt| Arc::ptr_eq(learnt, schema)) {
            self.learnt = Some(Arc::clone(schema));
            grow(&mut self.schema, schema);
        }
    }
}

/// A batch tells which fields there are, and of which types. Fields are added behind those that are known, types are
/// widened; nothing is ever taken back, so that who knew the schema before knows a part of this one.
pub(crate) fn grow(known: &mut Schema, batch: &SchemaRef) {
    let mixed = crate::batch::mixed(batch);
    for field in batch.fields() {
        let found = crate::batch::field_type(field);
        match known.fields.iter_mut().find(|known| *known.name == **field.name()) {
            None => known.fields.push(Field::new(field.name().as_str(), found)),
            Some(known) => {
                known.ty = match known.ty.wider(found) {
                    Type::Dynamic if known.ty != Type::Dynamic => mixed,
                    wider => wider,
                };
            }
        }
    }
}

/// All that any flow reads, and the event-time field.
fn union<'a>(wanted: impl Iterator<Item = &'a Wanted>, time: Option<&Name>) -> Wanted {
    let mut fields: Vec<Field> = Vec::new();
    for wanted in wanted {
        let Wanted::Fields(more) = wanted else { return Wanted::All };
        for field in more {
            if !fields.iter().any(|known| known.name == field.name) {
                fields.push(field.clone());
            }
        }
    }
    if let Some(time) = time
        && !fields.iter().any(|known| known.name == *time)
    {
        fields.push(Field { name: time.clone(), ty: Type::Datetime });
    }
    Wanted::Fields(fields)
}

/// An event matters if it matters to any; None where one has to see them all.
fn any<'a>(mut prefilters: impl Iterator<Item = Option<&'a Prefilter>>) -> Option<Prefilter> {
    let first = prefilters.next()??.clone();
    prefilters.try_fold(first, |all, one| all.or(one?))
}

impl Feed for Feeder {
    fn wanted(&self) -> Arc<Wanted> {
        let mut state = lock(&self.state);
        if state.profiles || state.profiled.is_none_or(|at| at.elapsed() >= PROFILE_EVERY) {
            state.whole = true;
            return Arc::clone(&state.all);
        }
        // Whoever comes later may want what nobody wants now.
        Arc::clone(if state.recent.off() { &state.wanted } else { &state.all })
    }

    fn prefilter(&self) -> Option<Arc<Prefilter>> {
        // A live source's other watchers see what comes, and its clock goes by every event.
        let state = lock(&self.state);
        // The profile is of all events.
        if self.bounded && !state.whole { state.prefilter.clone() } else { None }
    }

    fn skipped(&self, count: u64) {
        let subscribers = {
            let mut state = lock(&self.state);
            state.received += count;
            state.rate.add(count);
            Arc::clone(&state.subscribers)
        };
        for subscriber in subscribers.iter() {
            subscriber.ledger.skipped.fetch_add(count, Ordering::Relaxed);
        }
    }

    fn batch(&self, batch: RecordBatch) {
        if batch.num_rows() == 0 {
            return;
        }
        let (timed, subscribers) = {
            let mut state = lock(&self.state);
            let rows = batch.num_rows() as u64;
            state.received += rows;
            state.rate.add(rows);
            state.learn(batch.schema_ref());
            if std::mem::take(&mut state.whole) {
                state.observe(&batch);
                state.profiled = Some(Instant::now());
            }
            let time = state.schema.time.clone();
            let now = (!self.bounded).then(crate::clock::now);
            let timed = Arc::new(state.clock.observe(batch, time.as_deref(), now));
            if let (None, Some(newest)) = (state.first, timed.newest) {
                state.first = Some((Instant::now(), newest, state.received));
            }
            let number = state.recent.next();
            // Together with the list of who gets it: a flow that catches up is on one side or the other.
            state.recent.push(&timed, Instant::now());
            if !self.bounded {
                state.deliver(&timed, number);
            }
            (timed, Arc::clone(&state.subscribers))
        };
        if let Some(message) = timed.ahead_notice(!self.bounded) {
            self.notice(message);
        }
        for subscriber in subscribers.iter().filter(|_| self.bounded) {
            // Gone is gone: the flow unsubscribes by itself.
            drop(subscriber.sender.send((subscriber.input, Delivery::Batch(Arc::clone(&timed)))));
        }
    }

    fn dropped(&self, reason: &'static str, count: u64, sample: &[u8]) {
        let sample = syntax::visible_bytes(&sample[..sample.len().min(120)]);
        let mut state = lock(&self.state);
        state.received += count;
        add_dropped(&mut state.dropped, reason, count, &sample);
        // Also for those that are behind: it is not kept.
        for subscriber in state.subscribers.iter().chain(&state.behind) {
            add_dropped(&mut lock(&subscriber.ledger.dropped), reason, count, &sample);
        }
    }

    fn lost(&self, lost: Lost) {
        let state = lock(&self.state);
        for subscriber in state.subscribers.iter().chain(&state.behind) {
            let mut values = lock(&subscriber.ledger.values);
            match values.iter_mut().find(|known| known.field == lost.field) {
                Some(known) => known.count += lost.count,
                None => values.push(lost.clone()),
            }
        }
    }

    fn keeps_rejects(&self) -> bool {
        lock(&self.state).subscribers.iter().any(|subscriber| subscriber.ledger.keeps_rejects)
    }

    fn reject(&self, reason: &'static str, record: &[u8]) {
        let state = lock(&self.state);
        for subscriber in state.subscribers.iter().chain(&state.behind).filter(|one| one.ledger.keeps_rejects) {
            let mut rejects = lock(&subscriber.ledger.rejects);
            // The flow takes them out with each batch.
            if rejects.len() < REJECTS {
                rejects.push(Rejected { reason: reason.to_owned(), record: record.to_vec() });
            }
        }
    }

    fn notice(&self, message: String) {
        let subscribers = Arc::clone(&lock(&self.state).subscribers);
        for subscriber in subscribers.iter() {
            let mut notices = lock(&subscriber.ledger.notices);
            if notices.len() < NOTICES {
                // It may name what stands in the events.
                notices.push(syntax::visible(&message).into_owned());
            }
        }
    }

    fn untimed(&self, message: String) {
        lock(&self.state).untimed = Some(message);
    }

    fn stopped(&self) -> bool {
        let mut state = lock(&self.state);
        self.expire(&mut state);
        state.phase == Phase::Stopping
    }

    fn pause(&self, at_most: Duration) -> bool {
        let state = lock(&self.state);
        let (mut state, _) = self
            .wake
            .wait_timeout_while(state, at_most, |state| state.phase != Phase::Stopping)
            .unwrap_or_else(PoisonError::into_inner);
        self.expire(&mut state);
        state.phase == Phase::Stopping
    }
}

fn add_dropped(all: &mut Vec<Dropped>, reason: &str, count: u64, sample: &str) {
    match all.iter_mut().find(|known| known.reason == reason) {
        Some(known) => known.count += count,
        None => all.push(Dropped { reason: reason.to_owned(), count, sample: sample.to_owned() }),
    }
}

/// A poisoned lock holds plain counters and lists, which are valid whatever a thread did.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
