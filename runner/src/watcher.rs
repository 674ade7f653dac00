//! Who watches a flow. A slow watcher loses provisional rows and progress first: later ones take their place. Final
//! rows wait for it, many small batches as one, up to a limit of bytes; only beyond that are live ones left out, and it
//! is told how many. It never slows the source or another flow. One that wants every row slows its own flow instead,
//! which then loses events and counts them; so does whoever started a flow, as long as that reads what its source has
//! kept.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_select::concat::concat_batches;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::event::{Event, EventKind, Missing};
use crate::hub::lock;

/// Events that wait for one client at most.
const QUEUE: usize = 256;

/// Below this much room nothing is sent that a later message replaces.
const RESERVE: usize = QUEUE / 2;

/// Bytes of rows that wait for one client at most, but for one batch.
const BACKLOG: usize = 32 << 20;

/// How often it is looked whether a client that is waited for has gone.
const LOOK: Duration = Duration::from_millis(100);

/// A client's side of one or several flows.
#[derive(Clone)]
pub(crate) struct Client {
    sender: mpsc::Sender<Told>,
    /// It wants no rows that may still change.
    final_only: bool,
    /// It is waited for rather than left without rows.
    every_row: bool,
    backlog: Arc<Backlog>,
}

/// An event that waited for its client; while it is there its rows count.
pub struct Told {
    pub event: Event,
    pub(crate) weight: Option<Weight>,
}

#[derive(Default)]
pub(crate) struct Backlog {
    bytes: Mutex<usize>,
    freed: Condvar,
}

pub(crate) struct Weight {
    backlog: Arc<Backlog>,
    bytes: usize,
}

impl Drop for Weight {
    fn drop(&mut self) {
        *lock(&self.backlog.bytes) -= self.bytes;
        self.backlog.freed.notify_all();
    }
}

impl Backlog {
    fn weigh(self: &Arc<Self>, bytes: usize) -> Weight {
        *lock(&self.bytes) += bytes;
        Weight { backlog: Arc::clone(self), bytes }
    }

    fn bytes(&self) -> usize {
        *lock(&self.bytes)
    }

    /// Waits until there is room, or the client is gone.
    fn wait(&self, gone: impl Fn() -> bool) {
        let mut bytes = lock(&self.bytes);
        while *bytes >= BACKLOG && !gone() {
            bytes = self.freed.wait_timeout(bytes, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Client {
    pub(crate) fn new(final_only: bool, every_row: bool) -> (Client, mpsc::Receiver<Told>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Client { sender, final_only, every_row, backlog: Arc::default() }, receiver)
    }

    fn told(&self, event: Event) -> Told {
        let bytes = match &event.kind {
            EventKind::Final(rows) | EventKind::Provisional(rows) => rows.get_array_memory_size(),
            _ => 0,
        };
        Told { event, weight: (bytes > 0).then(|| self.backlog.weigh(bytes)) }
    }

    fn try_send(&self, event: Event) -> Result<(), TrySendError<()>> {
        self.sender.try_send(self.told(event)).map_err(|error| match error {
            TrySendError::Full(_) => TrySendError::Full(()),
            TrySendError::Closed(_) => TrySendError::Closed(()),
        })
    }

    /// False where the client is gone.
    fn send(&self, event: Event) -> bool {
        self.backlog.wait(|| self.sender.is_closed());
        self.sender.blocking_send(self.told(event)).is_ok()
    }

    /// There is room for what a later message replaces.
    fn has_room(&self) -> bool {
        self.sender.capacity() > RESERVE && self.backlog.bytes() < BACKLOG / 2
    }
}

pub(crate) struct Watchers {
    flow: String,
    block: String,
    watchers: Mutex<Vec<Watcher>>,
    count: AtomicUsize,
    /// Somebody came who has seen nothing yet.
    new: AtomicBool,
}

struct Watcher {
    client: Client,
    /// The one that started the flow: a bounded source waits for it.
    owner: bool,
    /// Final rows that found no room yet.
    waiting: VecDeque<Waits>,
    waiting_bytes: usize,
    lost: Missing,
}

enum Waits {
    Rows(RecordBatch),
    /// Here some were left out.
    Lost(Missing),
}

/// Rows that are sent as one message at most, where they have waited.
const TOGETHER: usize = 8192;

impl Watchers {
    pub(crate) fn new(flow: String, block: String) -> Watchers {
        Watchers { flow, block, watchers: Mutex::default(), count: AtomicUsize::new(0), new: AtomicBool::new(false) }
    }

    pub(crate) fn add(&self, client: Client, owner: bool, first: EventKind) {
        // The channel is new or has its reserve, so its first event finds room; if not, it is a watcher
        // that has gone already.
        let _ = client.try_send(self.event(first));
        let mut watchers = lock(&self.watchers);
        watchers.push(Watcher { client, owner, waiting: VecDeque::new(), waiting_bytes: 0, lost: Missing::default() });
        self.count.store(watchers.len(), Ordering::Relaxed);
        self.new.store(true, Ordering::Relaxed);
    }

    /// Somebody has come since this was asked last.
    pub(crate) fn take_new(&self) -> bool {
        self.new.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether anybody is still there, also where nothing has been sent since.
    pub(crate) fn are_there(&self) -> bool {
        lock(&self.watchers).iter().any(|watcher| !watcher.client.sender.is_closed())
    }

    pub(crate) fn want_provisional(&self) -> bool {
        lock(&self.watchers).iter().any(|watcher| !watcher.client.final_only && watcher.client.has_room())
    }

    pub(crate) fn send_provisional(&self, rows: RecordBatch) {
        self.send(&EventKind::Provisional(rows));
    }

    /// Something that a later message of its kind replaces.
    pub(crate) fn send(&self, kind: &EventKind) {
        self.each(|watcher| {
            if !watcher.send_waiting(|kind| self.event(kind)) {
                return false;
            }
            let unwanted = watcher.client.final_only && matches!(kind, EventKind::Provisional(_));
            // What is said of the rows comes behind them.
            if unwanted || !watcher.waiting.is_empty() || !watcher.client.has_room() {
                return !watcher.client.sender.is_closed();
            }
            !matches!(watcher.client.try_send(self.event(kind.clone())), Err(TrySendError::Closed(())))
        });
    }

    /// What the flow's owner waits for, and nobody else is told.
    pub(crate) fn send_whole(&self, kind: EventKind) {
        self.each(|watcher| !watcher.owner || watcher.client.send(self.event(kind.clone())));
    }

    /// `lossless`: the flow waits for its owner.
    pub(crate) fn send_final(&self, rows: RecordBatch, lossless: bool) {
        self.each(|watcher| {
            watcher.wait(rows.clone());
            if watcher.client.every_row || lossless && watcher.owner {
                return watcher.send_all(|kind| self.event(kind));
            }
            watcher.send_waiting(|kind| self.event(kind))
        });
    }

    /// The last event; it waits for room, since after it the flow's thread has nothing left to do.
    pub(crate) fn finish(&self, kind: EventKind) {
        self.each(|watcher| {
            watcher.send_all(|kind| self.event(kind));
            watcher.client.send(self.event(kind.clone()));
            false
        });
    }

    fn event(&self, kind: EventKind) -> Event {
        Event { flow: self.flow.clone(), block: self.block.clone(), kind }
    }

    /// Calls `keep` for each watcher and forgets those for which it is false.
    fn each(&self, keep: impl FnMut(&mut Watcher) -> bool) {
        let mut taken = std::mem::take(&mut *lock(&self.watchers));
        taken.retain_mut(keep);
        let mut watchers = lock(&self.watchers);
        // Those who came meanwhile.
        taken.append(&mut watchers);
        *watchers = taken;
        self.count.store(watchers.len(), Ordering::Relaxed);
    }
}

impl Watcher {
    fn wait(&mut self, rows: RecordBatch) {
        let bytes = rows.get_array_memory_size();
        let owned = self.client.every_row || self.owner && self.waiting.is_empty();
        if !owned && self.client.backlog.bytes() + self.waiting_bytes >= BACKLOG {
            self.lost.add(missing(&rows));
            return;
        }
        self.waiting_bytes += bytes;
        if self.lost.rows > 0 {
            self.waiting.push_back(Waits::Lost(std::mem::take(&mut self.lost)));
        }
        self.waiting.push_back(Waits::Rows(rows));
    }

    /// The first batches that wait, as one, or what was left out before them.
    fn next(&mut self) -> Option<EventKind> {
        let first = match self.waiting.pop_front()? {
            Waits::Rows(first) => first,
            Waits::Lost(missing) => return Some(EventKind::Missing(missing)),
        };
        self.waiting_bytes -= first.get_array_memory_size();
        let (schema, mut rows) = (first.schema(), first.num_rows());
        let mut together = vec![first];
        let fits = |next: &Waits, rows: usize| matches!(next, Waits::Rows(next) if next.schema_ref() == &schema && rows + next.num_rows() <= TOGETHER);
        while let Some(Waits::Rows(next)) = self.waiting.pop_front_if(|next| fits(next, rows)) {
            rows += next.num_rows();
            self.waiting_bytes -= next.get_array_memory_size();
            together.push(next);
        }
        match together.as_slice() {
            [only] => Some(EventKind::Final(only.clone())),
            // Of one schema, so that it cannot fail.
            all => concat_batches(&schema, all).ok().map(EventKind::Final),
        }
    }

    fn lost(&mut self) -> Option<EventKind> {
        let lost = std::mem::take(&mut self.lost);
        (lost.rows > 0).then_some(EventKind::Missing(lost))
    }

    /// Sends what waits as far as there is room; false where the client is gone.
    fn send_waiting(&mut self, event: impl Fn(EventKind) -> Event) -> bool {
        while !self.waiting.is_empty() && self.client.sender.capacity() > 1 && self.client.backlog.bytes() < BACKLOG {
            let Some(next) = self.next() else { break };
            if self.client.try_send(event(next)).is_err() {
                return !self.client.sender.is_closed();
            }
        }
        if self.waiting.is_empty()
            && self.client.sender.capacity() > 1
            && self.client.backlog.bytes() < BACKLOG
            && let Some(lost) = self.lost()
        {
            let _ = self.client.try_send(event(lost));
        }
        !self.client.sender.is_closed()
    }

    /// Sends all that waits, and waits for room; false where the client is gone.
    fn send_all(&mut self, event: impl Fn(EventKind) -> Event) -> bool {
        while let Some(next) = self.next() {
            if !self.client.send(event(next)) {
                return false;
            }
        }
        match self.lost() {
            Some(lost) => self.client.send(event(lost)),
            None => true,
        }
    }
}

/// How many rows these are, and their times: those of the windows, which come first.
fn missing(rows: &RecordBatch) -> Missing {
    let times = rows.columns().iter().find_map(|column| column.as_primitive_opt::<TimestampNanosecondType>());
    let known = || times.into_iter().flatten().flatten();
    Missing { rows: rows.num_rows() as u64, times: known().min().zip(known().max()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::arrow_schema;
    use crate::event::{Finished, Outcome, Progress};
    use arrow_array::Int64Array;

    fn rows(count: i64) -> RecordBatch {
        let schema = arrow_schema(&[syntax::Field::new("n", syntax::Type::Long)]);
        RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from_iter_values(0..count))]).expect("one column")
    }

    fn progress() -> EventKind {
        EventKind::Progress(Progress::default())
    }

    #[test]
    fn a_slow_watcher_loses_what_is_replaced_and_no_final_row() {
        let watchers = Watchers::new("flow-1".into(), "b".into());
        let (slow, mut waiting) = Client::new(false, false);
        watchers.add(slow, false, progress());
        for _ in 0..QUEUE {
            watchers.send(&progress());
        }
        assert_eq!(waiting.len(), QUEUE - RESERVE, "half of the room is kept for final rows");
        assert!(!watchers.want_provisional());
        // Far more batches than there is room for messages.
        let sent = 10 * QUEUE;
        for _ in 0..sent {
            watchers.send_final(rows(2), false);
        }
        let (mut seen, mut messages) = (0, 0);
        let mut read = |waiting: &mut mpsc::Receiver<Told>| {
            while let Ok(told) = waiting.try_recv() {
                match told.event.kind {
                    EventKind::Final(batch) => {
                        seen += batch.num_rows();
                        messages += 1;
                    }
                    EventKind::Missing(missing) => panic!("{}", missing.text()),
                    _ => {}
                }
            }
        };
        read(&mut waiting);
        // The next time that something is said, what waited comes first, many batches as one message.
        watchers.send(&progress());
        read(&mut waiting);
        assert_eq!(seen, 2 * sent);
        assert!(messages <= RESERVE + 2, "{messages}");
    }

    #[test]
    fn a_watcher_that_is_gone_is_forgotten_and_others_stay() {
        let watchers = Watchers::new("flow-1".into(), "b".into());
        let (first, gone) = Client::new(false, false);
        let (second, mut stays) = Client::new(false, false);
        watchers.add(first, true, progress());
        watchers.add(second, false, progress());
        drop(gone);
        watchers.send_final(rows(1), true);
        assert_eq!(watchers.count(), 1);
        watchers.finish(EventKind::Finished(Finished {
            outcome: Outcome::End,
            message: String::new(),
            range: None,
            last: Progress::default(),
        }));
        let mut last = None;
        while let Ok(told) = stays.try_recv() {
            last = Some(told.event.kind);
        }
        assert!(matches!(last, Some(EventKind::Finished(_))));
    }

    #[test]
    fn rows_wait_up_to_their_bytes_however_few_the_batches() {
        let watchers = Watchers::new("flow-1".into(), "b".into());
        let (slow, mut waiting) = Client::new(false, false);
        watchers.add(slow, false, progress());
        let batch = rows(1 << 20);
        let bytes = batch.get_array_memory_size();
        for _ in 0..10 {
            watchers.send_final(batch.clone(), false);
        }
        assert_eq!(waiting.len() - 1, BACKLOG.div_ceil(bytes), "the last one may reach over");
        let waits = waiting.len();
        while waiting.try_recv().is_ok() {}
        watchers.send_final(rows(1), false);
        let Ok(Told { event: Event { kind: EventKind::Missing(missing), .. }, .. }) = waiting.try_recv() else {
            panic!("it is told")
        };
        let lost = (11 - waits) << 20;
        assert_eq!(missing, Missing { rows: lost as u64, times: None });
        assert!(matches!(waiting.try_recv(), Ok(told) if matches!(told.event.kind, EventKind::Final(_))), "behind it");
        assert_eq!(missing.text(), format!("{lost} rows were not shown: this watcher could not keep up"));
    }

    #[test]
    fn who_waits_for_a_client_goes_on_when_it_reads_or_has_gone() {
        let watchers = Arc::new(Watchers::new("flow-1".into(), "b".into()));
        let (owner, mut waiting) = Client::new(false, false);
        watchers.add(owner, true, progress());
        let flow = Arc::clone(&watchers);
        let flow = std::thread::spawn(move || {
            for _ in 0..20 {
                flow.send_final(rows(1 << 20), true);
            }
        });
        let mut read = 0;
        while read < 12 {
            read +=
                usize::from(matches!(waiting.blocking_recv().map(|told| told.event.kind), Some(EventKind::Final(_))));
        }
        drop(waiting);
        flow.join().expect("it waits for nobody");
        assert_eq!(watchers.count(), 0);
    }
}
