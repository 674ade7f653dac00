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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use arrow_array::Int64Array;
    use tokio::sync::mpsc;

    use crate::batch::arrow_schema;
    use crate::event::{Finished, Outcome, Progress};

    fn rows(count: i64) -> RecordBatch {
        let schema = arrow_schema(&[syntax::Field::new("n", syntax::Type::Long)]);
        RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from_iter_values(0..count))]).expect("one column")
    }

    fn progress() -> EventKind {
        EventKind::Progress(Progress::default())
    }

    #[test]
    fn a_slow_watcher_loses_what_is_replaced_first_and_then_is_told() {
        let watchers = Watchers::new("flow-1".into(), "b".into());
        let (slow, mut waiting) = mpsc::channel(QUEUE);
        watchers.add(slow, false, progress());
        for _ in 0..QUEUE {
            watchers.send(&progress());
        }
        assert_eq!(waiting.len(), QUEUE - RESERVE, "half of the room is kept for final rows");
        assert!(!watchers.want_provisional());
        for _ in 0..RESERVE + 3 {
            watchers.send_final(rows(2), false);
        }
        while waiting.try_recv().is_ok() {}
        watchers.send_final(rows(2), false);
        let Ok(Event { kind: EventKind::Notice(notice), .. }) = waiting.try_recv() else { panic!("it is told") };
        assert_eq!(notice.message, "6 rows were not shown: this watcher could not keep up");
        assert!(matches!(waiting.try_recv(), Ok(Event { kind: EventKind::Final(_), .. })), "and goes on");
    }

    #[test]
    fn a_watcher_that_is_gone_is_forgotten_and_others_stay() {
        let watchers = Watchers::new("flow-1".into(), "b".into());
        let (first, gone) = mpsc::channel(QUEUE);
        let (second, mut stays) = mpsc::channel(QUEUE);
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
        while let Ok(event) = stays.try_recv() {
            last = Some(event.kind);
        }
        assert!(matches!(last, Some(EventKind::Finished(_))));
    }
}
