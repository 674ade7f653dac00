//! How many events of a batch a flow takes at once. It begins with few and takes more while that is quick, so that a
//! pipeline that makes much of each event is stopped, or ends by itself, before it has made all of a batch. The same of
//! its bytes: an event may become a text of a mebibyte, and a batch has thousands.

use std::time::{Duration, Instant};

const FIRST: usize = 1;
/// Below this, more are taken at once; above the other, fewer.
const QUICK: Duration = Duration::from_millis(5);
const SLOW: Duration = Duration::from_millis(50);
/// Bytes that are made of the events that are taken at once, about.
const BYTES: usize = 64 << 20;
/// So many times as many are taken next.
const GROWTH: usize = 8;

#[derive(Debug)]
pub(crate) struct Pace {
    rows: usize,
}

impl Pace {
    pub(crate) fn new() -> Pace {
        Pace { rows: FIRST }
    }

    /// Events to take at once; at least one.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// So many were taken since then, and so many bytes made of them.
    pub(crate) fn took(&mut self, rows: usize, since: Instant, bytes: usize) {
        let took = since.elapsed();
        if took > SLOW || bytes > BYTES {
            self.rows = (rows / 4).max(1);
        } else if took < QUICK && bytes <= BYTES / GROWTH && rows >= self.rows {
            self.rows = self.rows.saturating_mul(GROWTH);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_while_it_is_quick_and_shrinks_at_once() {
        let mut pace = Pace::new();
        pace.took(1, Instant::now(), 0);
        pace.took(8, Instant::now(), 0);
        pace.took(3, Instant::now(), 0);
        assert_eq!(pace.rows(), 64, "few events say nothing of many");
        let before = Instant::now().checked_sub(Duration::from_secs(1)).expect("a second ago");
        pace.took(64, before, 0);
        assert_eq!(pace.rows(), 16);
        pace.took(1, before, 0);
        assert_eq!(pace.rows(), 1);
    }

    #[test]
    fn many_bytes_of_few_events_are_made_of_few_at_once() {
        let mut pace = Pace::new();
        // A mebibyte of each event, however quickly.
        for _ in 0..10 {
            let rows = pace.rows();
            assert!(rows <= 64, "{rows} MiB at once");
            pace.took(rows, Instant::now(), rows << 20);
        }
        assert_eq!(pace.rows(), 64);
        pace.took(64, Instant::now(), 640 << 20);
        assert_eq!(pace.rows(), 16);
    }
}
