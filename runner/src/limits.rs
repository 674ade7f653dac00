//! What flows may use of the machine: `[runner.limits]` in `headwater.toml`. The defaults let nobody hurt a
//! laptop; where one bites, that flow ends alone and says which.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::hub::lock;
use crate::{Error, operator};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of one stage.
    pub stage: operator::Limits,
    /// Flows that run at once.
    pub flows: usize,
    /// Bytes of state of all flows together.
    pub total_state: usize,
    /// Final rows that a flow over a live source gives a second, over a minute; what was kept does not count.
    pub rows_per_second: u64,
    /// After this time a flow ends.
    pub time: Option<Duration>,
    /// After so many events a flow ends.
    pub events: Option<u64>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            stage: operator::Limits::default(),
            flows: 512,
            total_state: 1 << 30,
            rows_per_second: 100_000,
            time: None,
            events: None,
        }
    }
}

/// How much state the flows of a runner hold.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    limit: AtomicUsize,
    held: Mutex<HashMap<String, usize>>,
}

impl Memory {
    pub(crate) fn new(limit: usize) -> Memory {
        Memory { limit: AtomicUsize::new(limit), held: Mutex::default() }
    }

    pub(crate) fn limit(&self, bytes: usize) {
        self.limit.store(bytes, Ordering::Relaxed);
    }

    /// What a flow holds now. Where all together hold too much, the one that holds most has to end.
    pub(crate) fn tell(&self, flow: &str, bytes: usize) -> Result<(), Error> {
        let mut held = lock(&self.held);
        match held.get_mut(flow) {
            Some(known) => *known = bytes,
            None => drop(held.insert(flow.to_owned(), bytes)),
        }
        let total: usize = held.values().sum();
        let most = held.values().copied().max().unwrap_or(0);
        let limit = self.limit.load(Ordering::Relaxed);
        if total <= limit || bytes < most {
            return Ok(());
        }
        Err(Error::limit(format!(
            "all flows of this runner hold {} MiB of state, the limit (`total_state`), and this one holds the most of it, {} MiB; \
             filter first, or keep less",
            limit >> 20,
            bytes >> 20
        )))
    }

    pub(crate) fn forget(&self, flow: &str) {
        lock(&self.held).remove(flow);
    }
}

/// A flow's room for rows: it refills with time.
#[derive(Debug)]
pub(crate) struct Allowance {
    per_second: u64,
    room: f64,
    at: std::time::Instant,
}

/// Seconds for which a flow may save its room up.
const BURST: f64 = 60.0;

impl Allowance {
    pub(crate) fn new(per_second: u64, now: std::time::Instant) -> Allowance {
        Allowance { per_second, room: per_second as f64 * BURST, at: now }
    }

    /// Takes so many rows; an error where there is no room for them.
    pub(crate) fn take(&mut self, rows: usize, now: std::time::Instant) -> Result<(), Error> {
        let per_second = self.per_second as f64;
        let refilled = now.saturating_duration_since(self.at).as_secs_f64() * per_second;
        self.at = now;
        self.room = (self.room + refilled).min(per_second * BURST) - rows as f64;
        if self.room >= 0.0 {
            return Ok(());
        }
        Err(Error::limit(format!(
            "the flow gives more than {} rows a second, the limit (`rows_per_second`); filter first, `sample 1%`, or `summarize`",
            syntax::visible::grouped(self.per_second)
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn the_flow_that_holds_most_ends() {
        let memory = Memory::new(10 << 20);
        assert!(memory.tell("a", 3 << 20).is_ok());
        assert!(memory.tell("b", 6 << 20).is_ok());
        assert!(memory.tell("a", 5 << 20).is_ok(), "it is not the one");
        let error = memory.tell("b", 6 << 20).expect_err("too much").to_string();
        assert!(error.contains("10 MiB of state, the limit (`total_state`)") && error.contains("6 MiB"), "{error}");
        memory.forget("b");
        assert!(memory.tell("a", 10 << 20).is_ok());
    }

    #[test]
    fn a_burst_is_allowed_and_a_flood_is_not() {
        let start = Instant::now();
        let second = |seconds: u64| start + Duration::from_secs(seconds);
        let mut allowance = Allowance::new(100, start);
        assert!(allowance.take(6000, start).is_ok(), "what was saved up");
        assert!(allowance.take(100, second(1)).is_ok());
        assert!(allowance.take(100, second(2)).is_ok());
        let error = allowance.take(101, second(3)).expect_err("more than comes back").to_string();
        assert!(
            error.starts_with("the flow gives more than 100 rows a second, the limit (`rows_per_second`)"),
            "{error}"
        );
    }
}
