//! How many events of a batch a flow takes at once. It begins with few and takes more while that is quick, so that a
//! pipeline that makes much of each event is stopped, or ends by itself, before it has made all of a batch.

use std::time::{Duration, Instant};

const FIRST: usize = 1;
/// Below this, more are taken at once; above the other, fewer.
const QUICK: Duration = Duration::from_millis(5);
const SLOW: Duration = Duration::from_millis(50);

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

    /// So many were taken since then.
    pub(crate) fn took(&mut self, rows: usize, since: Instant) {
        let took = since.elapsed();
        if took > SLOW {
            self.rows = (rows / 4).max(1);
        } else if took < QUICK && rows >= self.rows {
            self.rows = self.rows.saturating_mul(8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_while_it_is_quick_and_shrinks_at_once() {
        let mut pace = Pace::new();
        pace.took(1, Instant::now());
        pace.took(8, Instant::now());
        pace.took(3, Instant::now());
        assert_eq!(pace.rows(), 64, "few events say nothing of many");
        let before = Instant::now().checked_sub(Duration::from_secs(1)).expect("a second ago");
        pace.took(64, before);
        assert_eq!(pace.rows(), 16);
        pace.took(1, before);
        assert_eq!(pace.rows(), 1);
    }
}
