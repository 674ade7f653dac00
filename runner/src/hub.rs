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
use syntax::source::SourceDecl;
use syntax::{Field, Name, Schema, Type};

use crate::Error;
use crate::event::Dropped;
use crate::prefilter::Prefilter;
use crate::source::profile::Profile;
use crate::source::{Feed, Opened, Reader, Wanted};
use crate::watermark::{Clock, Timed};

/// How often a batch is decoded whole, for the profile.
const PROFILE_EVERY: Duration = Duration::from_secs(1);

/// Messages that wait for one flow at most, each of up to [`crate::batch::BATCH_ROWS`] rows.
pub(crate) const QUEUE: usize = 64;

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
    /// Events that its prefilter passed over.
    skipped: AtomicU64,
    dropped: Mutex<Vec<Dropped>>,
    notices: Mutex<Vec<String>>,
}

impl Ledger {
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
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
    pub(crate) sender: SyncSender<(usize, Delivery)>,
    pub(crate) ledger: Arc<Ledger>,
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
}

struct State {
    reader: Option<Box<dyn Reader>>,
    schema: Schema,
    subscribers: Arc<Vec<Subscriber>>,
    wanted: Arc<Wanted>,
    prefilter: Option<Arc<Prefilter>>,
    all: Arc<Wanted>,
    clock: Clock,
    profile: Profile,
    profiled: Option<Instant>,
    /// The next batch was decoded whole.
    whole: bool,
    received: u64,
    rate: Rate,
    dropped: Vec<Dropped>,
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

/// What a source looks like from outside.
pub(crate) struct Snapshot {
    pub(crate) schema: Schema,
    pub(crate) phase: Phase,
    pub(crate) received: u64,
    pub(crate) rate: f64,
    pub(crate) profile: Profile,
}

/// What was counted, without a look at the events.
pub(crate) struct Counts {
    pub(crate) received: u64,
    pub(crate) rate: f64,
    pub(crate) dropped: Vec<Dropped>,
    pub(crate) subscribers: usize,
}

impl Feeder {
    pub(crate) fn new(decl: SourceDecl, opened: Opened, pinned: bool) -> Arc<Feeder> {
        let bounded = decl.uri.bounded();
        let clock = Clock::new(decl.lateness);
        Arc::new(Feeder {
            decl,
            bounded,
            pinned: AtomicBool::new(pinned),
            state: Mutex::new(State {
                reader: Some(opened.reader),
                schema: opened.schema,
                subscribers: Arc::default(),
                wanted: Arc::new(Wanted::Fields(Vec::new())),
                prefilter: None,
                all: Arc::new(Wanted::All),
                clock,
                profile: Profile::default(),
                profiled: None,
                whole: false,
                received: 0,
                rate: Rate::default(),
                dropped: Vec::new(),
                phase: Phase::Idle,
            }),
            wake: Condvar::new(),
        })
    }

    pub(crate) fn bounded(&self) -> bool {
        self.bounded
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
            rate: state.rate.get(),
            profile: state.profile.clone(),
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut state = lock(&self.state);
        Counts {
            received: state.received,
            rate: state.rate.get(),
            dropped: state.dropped.clone(),
            subscribers: state.subscribers.len(),
        }
    }

    /// From now on it stops with its last subscriber; at once where there is none.
    pub(crate) fn unpin(&self) {
        self.pinned.store(false, Ordering::Relaxed);
        let mut state = lock(&self.state);
        if state.subscribers.is_empty() {
            self.stop_locked(&mut state);
        }
    }

    /// False where the source is on its way out; then it has to be opened again.
    pub(crate) fn subscribe(&self, subscriber: Subscriber) -> bool {
        let mut state = lock(&self.state);
        if !matches!(state.phase, Phase::Idle | Phase::Running) {
            return false;
        }
        state.change_subscribers(|subscribers| subscribers.push(subscriber));
        true
    }

    /// Takes a flow off; the source stops with its last one.
    pub(crate) fn unsubscribe(&self, id: u64) {
        let mut state = lock(&self.state);
        state.change_subscribers(|subscribers| subscribers.retain(|subscriber| subscriber.id != id));
        if state.subscribers.is_empty() && !self.pinned.load(Ordering::Relaxed) {
            self.stop_locked(&mut state);
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
            Arc::clone(&state.subscribers)
        };
        for subscriber in subscribers.iter() {
            // A flow that is gone does not need to know.
            drop(subscriber.sender.send((subscriber.input, Delivery::End(result.clone()))));
        }
    }
}

impl State {
    fn change_subscribers(&mut self, change: impl FnOnce(&mut Vec<Subscriber>)) {
        let mut subscribers: Vec<Subscriber> = self.subscribers.iter().map(Subscriber::clone).collect();
        change(&mut subscribers);
        self.wanted =
            Arc::new(union(subscribers.iter().map(|subscriber| &subscriber.wanted), self.schema.time.as_ref()));
        self.prefilter = any(subscribers.iter().map(|subscriber| subscriber.prefilter.as_ref())).map(Arc::new);
        self.subscribers = Arc::new(subscribers);
    }

    /// What was decoded whole tells which fields there are.
    fn learn(&mut self, batch: &RecordBatch) {
        self.profile.observe(batch);
        for field in batch.schema_ref().fields() {
            if self.schema.open && self.schema.field(field.name()).is_none() {
                self.schema.fields.push(Field::new(field.name().as_str(), crate::batch::field_type(field)));
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
        if state.profiled.is_none_or(|at| at.elapsed() >= PROFILE_EVERY) {
            state.whole = true;
            return Arc::clone(&state.all);
        }
        Arc::clone(&state.wanted)
    }

    fn prefilter(&self) -> Option<Arc<Prefilter>> {
        // A live source's other watchers see what comes, and its clock goes by every event.
        if self.bounded { lock(&self.state).prefilter.clone() } else { None }
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
            if std::mem::take(&mut state.whole) {
                state.learn(&batch);
                state.profiled = Some(Instant::now());
            }
            let time = state.schema.time.clone();
            (Arc::new(state.clock.observe(batch, time.as_deref())), Arc::clone(&state.subscribers))
        };
        for subscriber in subscribers.iter() {
            let delivery = (subscriber.input, Delivery::Batch(Arc::clone(&timed)));
            if self.bounded {
                // Gone is gone: the flow unsubscribes by itself.
                drop(subscriber.sender.send(delivery));
            } else if let Err(TrySendError::Full(_)) = subscriber.sender.try_send(delivery) {
                subscriber.ledger.lost.fetch_add(timed.batch.num_rows() as u64, Ordering::Relaxed);
            }
        }
    }

    fn dropped(&self, reason: &'static str, count: u64, sample: &[u8]) {
        let sample = syntax::visible_bytes(&sample[..sample.len().min(120)]);
        let subscribers = {
            let mut state = lock(&self.state);
            state.received += count;
            add_dropped(&mut state.dropped, reason, count, &sample);
            Arc::clone(&state.subscribers)
        };
        for subscriber in subscribers.iter() {
            add_dropped(&mut lock(&subscriber.ledger.dropped), reason, count, &sample);
        }
    }

    fn notice(&self, message: String) {
        let subscribers = Arc::clone(&lock(&self.state).subscribers);
        for subscriber in subscribers.iter() {
            let mut notices = lock(&subscriber.ledger.notices);
            if notices.len() < NOTICES {
                notices.push(message.clone());
            }
        }
    }

    fn stopped(&self) -> bool {
        lock(&self.state).phase == Phase::Stopping
    }

    fn pause(&self, at_most: Duration) -> bool {
        let state = lock(&self.state);
        let (state, _) = self
            .wake
            .wait_timeout_while(state, at_most, |state| state.phase != Phase::Stopping)
            .unwrap_or_else(PoisonError::into_inner);
        state.phase == Phase::Stopping
    }
}

fn add_dropped(all: &mut Vec<Dropped>, reason: &str, count: u64, sample: &str) {
    match all.iter_mut().find(|known| known.reason == reason) {
        Some(known) => known.count += count,
        None => all.push(Dropped { reason: reason.to_owned(), count, sample: sample.to_owned() }),
    }
}

/// Events a second over the last few seconds.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    /// The start of the present second, what was counted in it, and the seconds before.
    since: Option<Instant>,
    count: u64,
    last: f64,
}

impl Rate {
    const WINDOW: Duration = Duration::from_secs(1);

    pub(crate) fn add(&mut self, count: u64) {
        self.roll();
        self.count += count;
    }

    pub(crate) fn get(&mut self) -> f64 {
        self.roll();
        match self.since {
            // Before the first second is over, what there is of it.
            Some(since) if self.last == 0.0 => {
                let seconds = since.elapsed().as_secs_f64();
                if seconds > 0.05 { self.count as f64 / seconds } else { 0.0 }
            }
            _ => self.last,
        }
    }

    fn roll(&mut self) {
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        let elapsed = now - since;
        if elapsed >= Self::WINDOW {
            self.last = self.count as f64 / elapsed.as_secs_f64();
            self.count = 0;
            self.since = Some(now);
        }
    }
}

/// A poisoned lock holds plain counters and lists, which are valid whatever a thread did.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    use arrow_array::TimestampNanosecondArray;
    use syntax::source::{Scheme, SourceUri};

    use crate::batch::arrow_schema;

    struct Nothing;

    impl Reader for Nothing {
        fn run(self: Box<Self>, _: Arc<dyn Feed>) -> Result<(), Error> {
            Ok(())
        }
    }

    fn feeder(scheme: Scheme) -> Arc<Feeder> {
        let decl = SourceDecl {
            name: "events".into(),
            uri: SourceUri { scheme, rest: String::new(), params: Vec::new() },
            doc: None,
            lateness: 0,
            fields: Vec::new(),
            open: true,
            time: Some("timestamp".into()),
        };
        let schema = Schema { fields: Vec::new().into(), open: true, time: decl.time.clone() };
        Feeder::new(decl, Opened { schema, reader: Box::new(Nothing) }, false)
    }

    fn batch() -> RecordBatch {
        let schema = arrow_schema(&[Field::new("timestamp", Type::Datetime)]);
        let column = TimestampNanosecondArray::from(vec![1, 2, 3]).with_timezone("UTC");
        RecordBatch::try_new(schema, vec![Arc::new(column)]).expect("one column")
    }

    #[test]
    fn a_live_source_never_waits_and_counts_what_a_flow_missed() {
        let feeder = feeder(Scheme::Otlp);
        let (sender, receiver) = sync_channel(1);
        let ledger = Arc::new(Ledger::default());
        let wanted = Wanted::Fields(vec![Field::new("name", Type::String)]);
        assert!(feeder.subscribe(Subscriber {
            id: 1,
            input: 0,
            wanted,
            prefilter: None,
            sender,
            ledger: Arc::clone(&ledger)
        }));
        for _ in 0..5 {
            feeder.batch(batch());
        }
        assert_eq!(ledger.lost(), 12, "one batch of three waits, four are counted");
        assert!(matches!(receiver.try_recv(), Ok((0, Delivery::Batch(_)))));
        assert_eq!(feeder.snapshot().received, 15);
    }

    #[test]
    fn a_source_reads_the_union_of_its_flows_and_its_time() {
        let feeder = feeder(Scheme::Otlp);
        let subscribe = |id, wanted| {
            let (sender, _receiver) = sync_channel(1);
            feeder.subscribe(Subscriber { id, input: 0, wanted, prefilter: None, sender, ledger: Arc::default() });
        };
        let names = || match &*lock(&feeder.state).wanted {
            Wanted::All => vec!["*".to_owned()],
            Wanted::Fields(fields) => fields.iter().map(|field| field.name.to_string()).collect(),
        };
        subscribe(1, Wanted::Fields(vec![Field::new("name", Type::String)]));
        subscribe(2, Wanted::Fields(vec![Field::new("duration", Type::Timespan)]));
        assert_eq!(names(), ["name", "duration", "timestamp"]);
        subscribe(3, Wanted::All);
        assert_eq!(names(), ["*"]);
        feeder.unsubscribe(3);
        feeder.unsubscribe(1);
        assert_eq!(names(), ["duration", "timestamp"]);
    }

    #[test]
    fn what_cannot_be_decoded_is_counted_with_a_sample_that_is_safe_to_show() {
        let feeder = feeder(Scheme::File);
        let (sender, _receiver) = sync_channel(1);
        let ledger = Arc::new(Ledger::default());
        feeder.subscribe(Subscriber {
            id: 1,
            input: 0,
            wanted: Wanted::All,
            prefilter: None,
            sender,
            ledger: Arc::clone(&ledger),
        });
        feeder.dropped("not JSON", 2, b"\x1b[31mred");
        feeder.dropped("not JSON", 1, b"other");
        let dropped = ledger.dropped();
        assert_eq!((dropped.len(), dropped[0].count), (1, 3));
        assert!(!dropped[0].sample.contains('\x1b'), "{:?}", dropped[0].sample);
    }

    #[test]
    fn the_last_flow_takes_the_source_with_it() {
        let feeder = feeder(Scheme::Otlp);
        let (sender, _receiver) = sync_channel(1);
        feeder.subscribe(Subscriber {
            id: 1,
            input: 0,
            wanted: Wanted::All,
            prefilter: None,
            sender,
            ledger: Arc::default(),
        });
        feeder.unsubscribe(1);
        let (sender, _receiver) = sync_channel(1);
        let again =
            Subscriber { id: 2, input: 0, wanted: Wanted::All, prefilter: None, sender, ledger: Arc::default() };
        assert!(!feeder.subscribe(again), "it has to be opened again");
    }
}
