//! The recent past of a live source: what a new flow answers from before it goes on live.
//!
//! Whole batches, bounded by bytes and by age; the oldest go first. Each row has a number since the source
//! began, so that a flow that catches up misses nothing without knowing, and sees nothing twice.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::watermark::Timed;

/// How much of a source is kept, and how long it goes on when nobody watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    pub bytes: usize,
    pub age: Duration,
    /// How long a source goes on without a flow, so that the next one finds its past.
    pub linger: Duration,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep { bytes: 64 << 20, age: Duration::from_secs(15 * 60), linger: Duration::from_secs(30) }
    }
}

#[derive(Debug)]
pub(crate) struct Recent {
    keep: Keep,
    kept: VecDeque<Kept>,
    bytes: usize,
    /// The number of the next row.
    next: u64,
}

#[derive(Debug)]
struct Kept {
    /// The number of its first row.
    from: u64,
    at: Instant,
    bytes: usize,
    batch: Arc<Timed>,
}

/// What is kept at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) events: u64,
    pub(crate) bytes: usize,
    pub(crate) age: Duration,
}

/// Batches from one row's number on.
#[derive(Debug)]
pub(crate) struct Stretch {
    pub(crate) batches: Vec<Arc<Timed>>,
    /// Rows between that number and the first of these that are not kept any more.
    pub(crate) missed: u64,
    /// The number that follows.
    pub(crate) next: u64,
}

impl Recent {
    pub(crate) fn new(keep: Keep) -> Recent {
        Recent { keep, kept: VecDeque::new(), bytes: 0, next: 0 }
    }

    /// Nothing is to be kept.
    pub(crate) fn off(&self) -> bool {
        self.keep.bytes == 0 || self.keep.age.is_zero()
    }

    pub(crate) fn linger(&self) -> Duration {
        if self.off() { Duration::ZERO } else { self.keep.linger }
    }

    pub(crate) fn push(&mut self, batch: &Arc<Timed>, now: Instant) {
        let from = self.next;
        self.next += batch.batch.num_rows() as u64;
        if self.off() {
            return;
        }
        let bytes = batch.batch.get_array_memory_size();
        self.bytes += bytes;
        self.kept.push_back(Kept { from, at: now, bytes, batch: Arc::clone(batch) });
        self.drop_old(now);
    }

    fn drop_old(&mut self, now: Instant) {
        while let Some(oldest) = self.kept.front()
            && (self.bytes > self.keep.bytes || now.duration_since(oldest.at) > self.keep.age)
        {
            self.bytes -= oldest.bytes;
            self.kept.pop_front();
        }
    }

    /// The number of the first row that came within `since`, or of the first that is kept; with a `since` of
    /// zero, of the next to come.
    pub(crate) fn begin(&self, since: Option<Duration>, now: Instant) -> u64 {
        if since.is_some_and(|since| since.is_zero()) {
            return self.next;
        }
        let young = |kept: &&Kept| since.is_none_or(|since| now.duration_since(kept.at) <= since);
        self.kept.iter().find(young).map_or(self.next, |kept| kept.from)
    }

    /// The number of the row that comes next.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn from(&self, number: u64) -> Stretch {
        let first = self.kept.partition_point(|kept| kept.from < number);
        let batches: Vec<Arc<Timed>> = self.kept.range(first..).map(|kept| Arc::clone(&kept.batch)).collect();
        let begin = self.kept.get(first).map_or(self.next, |kept| kept.from);
        Stretch { batches, missed: begin - number.min(begin), next: self.next }
    }

    /// The newest batches, together about so many events, in their order.
    pub(crate) fn newest(&self, events: usize) -> Vec<Arc<Timed>> {
        let mut left = events;
        let newest = self.kept.iter().rev().take_while(|kept| {
            let wanted = left > 0;
            left = left.saturating_sub(kept.batch.batch.num_rows());
            wanted
        });
        let mut batches: Vec<_> = newest.map(|kept| Arc::clone(&kept.batch)).collect();
        batches.reverse();
        batches
    }

    pub(crate) fn extent(&mut self, now: Instant) -> Extent {
        self.drop_old(now);
        let (events, age) = match self.kept.front() {
            Some(oldest) => (self.next - oldest.from, now.duration_since(oldest.at)),
            None => (0, Duration::ZERO),
        };
        Extent { events, bytes: self.bytes, age }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Int64Array, RecordBatch};
    use syntax::{Field, Type};

    use super::*;
    use crate::batch::arrow_schema;
    use crate::watermark::Clock;

    fn batch(rows: usize) -> Arc<Timed> {
        let column = Int64Array::from(vec![0; rows]);
        let batch = RecordBatch::try_new(arrow_schema(&[Field::new("n", Type::Long)]), vec![Arc::new(column)]);
        Arc::new(Clock::new(0).observe(batch.expect("one column"), None, None))
    }

    fn rows(stretch: &Stretch) -> usize {
        stretch.batches.iter().map(|timed| timed.batch.num_rows()).sum()
    }

    #[test]
    fn the_oldest_go_first_by_bytes_and_by_age() {
        let one = batch(100).batch.get_array_memory_size();
        let keep = Keep { bytes: 3 * one, age: Duration::from_secs(60), linger: Duration::ZERO };
        let mut recent = Recent::new(keep);
        let start = Instant::now();
        for second in 0..5 {
            recent.push(&batch(100), start + Duration::from_secs(second));
        }
        let now = start + Duration::from_secs(4);
        assert_eq!(recent.extent(now), Extent { events: 300, bytes: 3 * one, age: Duration::from_secs(2) });
        assert_eq!(recent.begin(None, now), 200);
        assert_eq!(recent.begin(Some(Duration::from_secs(1)), now), 300);
        assert_eq!(recent.begin(Some(Duration::ZERO), now), 500, "not even what came at this very moment");
        let later = start + Duration::from_secs(63);
        assert_eq!(recent.extent(later).events, 200, "the one of second 2 is too old");
        assert_eq!(recent.begin(Some(Duration::from_secs(1)), later), 500, "only what comes from now on");
    }

    #[test]
    fn a_flow_that_catches_up_knows_what_it_missed() {
        let one = batch(10).batch.get_array_memory_size();
        let mut recent = Recent::new(Keep { bytes: 2 * one, ..Keep::default() });
        let now = Instant::now();
        (0..2).for_each(|_| recent.push(&batch(10), now));
        let first = recent.from(recent.begin(None, now));
        assert_eq!((rows(&first), first.missed, first.next), (20, 0, 20));
        (0..3).for_each(|_| recent.push(&batch(10), now));
        let second = recent.from(first.next);
        assert_eq!((rows(&second), second.missed, second.next), (20, 10, 50));
        let third = recent.from(second.next);
        assert_eq!((rows(&third), third.missed, third.next), (0, 0, 50));
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let mut recent = Recent::new(Keep { bytes: 0, ..Keep::default() });
        recent.push(&batch(10), Instant::now());
        assert_eq!(recent.begin(None, Instant::now()), 10);
        assert_eq!(recent.linger(), Duration::ZERO);
    }
}
