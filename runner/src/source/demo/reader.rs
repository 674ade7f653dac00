//! Feeds the story to the flows: a bounded piece of it as fast as it can be made, or the recent past
//! at once and then live, in small batches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::columns::{self, Column};
use super::dice::mix;
use super::shop::{MS, SECOND};
use crate::batch::BATCH_ROWS;
use crate::source::{Feed, Reader};
use crate::{Error, source};

/// One kind of telemetry of the shop.
pub(super) trait Telemetry: Send {
    type Event: Copy + Send + 'static;

    const COLUMNS: &'static [Column<Self::Event>];

    /// Puts the events that are begun between two instants, each with the time it carries, which is
    /// never before `from`.
    fn make(&mut self, from: i64, to: i64, put: &mut dyn FnMut(i64, Self::Event));
}

/// Where the story starts, and how far it goes.
pub(super) struct Extent {
    /// The first event's time, at the earliest.
    pub(super) start: Option<i64>,
    /// Ends after so many events.
    pub(super) events: Option<u64>,
    /// How much of the past a live story begins with.
    pub(super) history: i64,
    /// Events a second of this signal, about.
    pub(super) rate: f64,
}

pub(super) struct Story<S: Telemetry> {
    pub(super) signal: S,
    pub(super) extent: Extent,
}

/// Time passes in steps of this.
const SLICE: i64 = 10 * MS;
const TICK: Duration = Duration::from_millis(20);
/// A clock that moved further than this between two ticks was set, or the machine slept.
const JUMP: i64 = 5 * SECOND;

impl<S: Telemetry> Reader for Story<S> {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let now = source::now();
        let start = match (self.extent.start, self.extent.events) {
            (Some(start), _) => start,
            (None, Some(events)) => now - (events as f64 / self.extent.rate * SECOND as f64) as i64,
            (None, None) => now - self.extent.history,
        };
        let mut telling = Telling {
            signal: self.signal,
            feed,
            slice: start.div_euclid(SLICE),
            waiting: BTreeMap::new(),
            events: Vec::new(),
            left: self.extent.events.unwrap_or(u64::MAX),
        };
        if self.extent.events.is_some() {
            while telling.left > 0 && !telling.feed.stopped() {
                telling.step()?;
            }
            return Ok(());
        }
        // A start in the past moves the whole story there, paced as if it happened now.
        let shift = self.extent.start.map_or(0, |start| now - self.extent.history - start);
        telling.live(Pace { shift, before: now })
    }
}

/// Keeps the story's time beside a clock that may be set.
struct Pace {
    /// How far the story's time is behind the clock.
    shift: i64,
    /// What the clock showed last.
    before: i64,
}

struct Due {
    /// Everything before this slice is to be told.
    slice: i64,
    /// What lies between is left out.
    skip: bool,
    notice: Option<String>,
}

impl Pace {
    fn due(&mut self, now: i64) -> Due {
        let moved = now - self.before;
        self.before = now;
        let notice = if moved > JUMP {
            Some(format!("the clock went {} s ahead; the shop goes on from there", moved / SECOND))
        } else if moved < -JUMP {
            self.shift += moved;
            Some(format!("the clock went back by {} s; the shop keeps its own time", -moved / SECOND))
        } else {
            None
        };
        Due { slice: (now - self.shift).div_euclid(SLICE), skip: moved > JUMP, notice }
    }
}

struct Telling<S: Telemetry> {
    signal: S,
    feed: Arc<dyn Feed>,
    /// The next slice of time to be made.
    slice: i64,
    /// Events that are made and come later, by the slice in which they come.
    waiting: BTreeMap<i64, Vec<S::Event>>,
    events: Vec<S::Event>,
    left: u64,
}

impl<S: Telemetry> Telling<S> {
    fn live(&mut self, mut pace: Pace) -> Result<(), Error> {
        loop {
            let due = pace.due(source::now());
            if let Some(notice) = due.notice {
                self.feed.notice(notice);
            }
            if due.skip {
                self.waiting.clear();
                self.slice = due.slice;
            }
            while self.slice < due.slice && !self.feed.stopped() {
                self.step()?;
            }
            self.flush()?;
            if self.feed.pause(TICK) {
                return Ok(());
            }
        }
    }

    /// Makes the next slice, and hands on batches that are full.
    fn step(&mut self) -> Result<(), Error> {
        let slice = self.slice;
        let waiting = &mut self.waiting;
        self.signal.make(slice * SLICE, (slice + 1) * SLICE, &mut |time, event| {
            let comes = (time + delay(time)).div_euclid(SLICE);
            waiting.entry(comes.max(slice)).or_default().push(event);
        });
        self.slice += 1;
        self.events.extend(self.waiting.remove(&slice).unwrap_or_default());
        while self.events.len() >= BATCH_ROWS || self.events.len() as u64 >= self.left && self.left > 0 {
            let rows = BATCH_ROWS.min(self.events.len()).min(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.hand_on(rows)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.events.is_empty() { Ok(()) } else { self.hand_on(self.events.len()) }
    }

    fn hand_on(&mut self, rows: usize) -> Result<(), Error> {
        let batch = columns::build(S::COLUMNS, &self.feed.wanted(), &self.events[..rows])?;
        self.events.drain(..rows);
        self.left -= rows as u64;
        self.feed.batch(batch);
        Ok(())
    }
}

/// Most events come at once, some a little later than others that are younger, as in a real network.
fn delay(time: i64) -> i64 {
    let bits = mix(time as u64);
    if bits.is_multiple_of(8) { (bits >> 8) as i64 % (150 * MS) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_does_not_stop_the_story() {
        let at = |seconds: i64| 1_767_225_600 * SECOND + seconds * SECOND;
        let slice = |seconds| at(seconds) / SLICE;
        let mut pace = Pace { shift: 0, before: at(0) };
        let mut look = |seconds| {
            let Due { slice, skip, notice } = pace.due(at(seconds));
            (slice, skip, notice.is_some())
        };
        assert_eq!(look(1), (slice(1), false, false));
        // An hour ahead: nothing is told of what lies between.
        assert_eq!(look(3601), (slice(3601), true, true));
        assert_eq!(look(3602), (slice(3602), false, false));
        // An hour back: events go on from where they were.
        assert_eq!(look(2), (slice(3602), false, true));
        assert_eq!(look(3), (slice(3603), false, false));
    }
}
