//! How many events come a second.

use std::time::{Duration, Instant};

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
