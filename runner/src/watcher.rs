//! Who watches a flow. A slow watcher loses provisional rows and progress first, then final rows of live
//! flows, and is told how many; it never slows the source or another flow.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::RecordBatch;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::event::{Event, EventKind, Notice};
use crate::hub::lock;

/// Events that wait for one watcher at most.
pub(crate) const QUEUE: usize = 256;

/// Below this much room nothing is sent that a later message replaces.
const RESERVE: usize = QUEUE / 2;

pub(crate) struct Watchers {
    flow: String,
    block: String,
    watchers: Mutex<Vec<Watcher>>,
    count: AtomicUsize,
}

struct Watcher {
    sender: Sender<Event>,
    /// The one that started the flow: a bounded source waits for it.
    owner: bool,
    lost_rows: u64,
}

impl Watchers {
    pub(crate) fn new(flow: String, block: String) -> Watchers {
        Watchers { flow, block, watchers: Mutex::default(), count: AtomicUsize::new(0) }
    }

    pub(crate) fn add(&self, sender: Sender<Event>, owner: bool, first: EventKind) {
        // The channel is new or has its reserve, so its first event finds room; if not, it is a watcher
        // that has gone already.
        drop(sender.try_send(self.event(first)));
        let mut watchers = lock(&self.watchers);
        watchers.push(Watcher { sender, owner, lost_rows: 0 });
        self.count.store(watchers.len(), Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn want_provisional(&self) -> bool {
        lock(&self.watchers).iter().any(|watcher| watcher.sender.capacity() > RESERVE)
    }

    pub(crate) fn send_provisional(&self, rows: RecordBatch) {
        self.send(&EventKind::Provisional(rows));
    }

    /// Something that a later message of its kind replaces.
    pub(crate) fn send(&self, kind: &EventKind) {
        self.each(|watcher| {
            if watcher.sender.capacity() <= RESERVE {
                return !watcher.sender.is_closed();
            }
            !matches!(watcher.sender.try_send(self.event(kind.clone())), Err(TrySendError::Closed(_)))
        });
    }

    pub(crate) fn send_final(&self, rows: RecordBatch, lossless: bool) {
        self.each(|watcher| {
            if lossless && watcher.owner {
                return watcher.sender.blocking_send(self.event(EventKind::Final(rows.clone()))).is_ok();
            }
            if watcher.lost_rows > 0 && watcher.sender.capacity() > 1 {
                let lost = std::mem::take(&mut watcher.lost_rows);
                let message = format!("{lost} rows were not shown: this watcher could not keep up");
                let notice = Notice { severity: syntax::Severity::Warning, message, range: None };
                drop(watcher.sender.try_send(self.event(EventKind::Notice(notice))));
            }
            match watcher.sender.try_send(self.event(EventKind::Final(rows.clone()))) {
                Ok(()) => true,
                Err(TrySendError::Full(_)) => {
                    watcher.lost_rows += rows.num_rows() as u64;
                    true
                }
                Err(TrySendError::Closed(_)) => false,
            }
        });
    }

    /// The last event; it waits for room, since after it the flow's thread has nothing left to do.
    pub(crate) fn finish(&self, kind: EventKind) {
        self.each(|watcher| {
            drop(watcher.sender.blocking_send(self.event(kind.clone())));
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
