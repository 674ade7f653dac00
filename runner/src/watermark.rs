//! Event time of a source: the watermark, and where a batch must be split so that results do not depend
//! on how events were batched.
//!
//! Watermark = newest event − lateness, as in Flink's bounded out-of-orderness. Windows look at it only
//! when told to advance. An event can only be late if it is older than the watermark before it, so it is
//! enough to advance before each such event: everything else is the same whenever it is told.
//!
//! An event whose time is far ahead, of the clock or of all events before, moves nothing: one sender with a
//! wrong clock would make everybody else's events late. Only where one such event follows another again and
//! again is that the time of this source.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, RecordBatch, TimestampNanosecondArray};
use syntax::Type;

use crate::expression::convert;
use crate::shared::Known;

/// A batch with its event time.
#[derive(Clone, Debug)]
pub(crate) struct Timed {
    pub(crate) batch: RecordBatch,
    /// In order of rows: advance to the watermark before this row goes in.
    pub(crate) splits: Vec<Split>,
    /// After the last row.
    pub(crate) watermark: Option<i64>,
    /// The newest event's time so far.
    pub(crate) newest: Option<i64>,
    /// Event time before the first row.
    before: Clock,
    /// Which column is the time.
    time: Option<usize>,
    /// The first row whose time is far ahead, and how many such events there have been.
    pub(crate) ahead: Option<(usize, u64)>,
    /// How far the latest of the late events so far was behind the newest, in nanoseconds; 0 where none was late.
    pub(crate) behind: i64,
    /// What flows have worked out of it for each other.
    pub(crate) known: Arc<Known>,
}

/// Event time before any row of a batch, asked in order of rows.
pub(crate) struct Exact<'a> {
    clock: Clock,
    times: Option<&'a TimestampNanosecondArray>,
    seen: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) row: usize,
    pub(crate) watermark: i64,
}

/// Follows one source's event time.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    lateness: i64,
    newest: Option<i64>,
    /// What is beyond this is far ahead, whatever came before.
    ceiling: Option<i64>,
    /// How many events far ahead have come one after the other, and the oldest of them.
    run: (u32, i64),
    ahead: u64,
    behind: i64,
}

/// So far ahead of the clock an event of a live source may be.
const OF_CLOCK: i64 = 60_000_000_000;

/// So far ahead of the events before it one of a file may be, whose time is not ours.
const OF_NEWEST: i64 = 24 * 3_600_000_000_000;

/// So many events far ahead, one after the other, are no accident.
const NO_ACCIDENT: u32 = 64;

impl Clock {
    pub(crate) fn new(lateness: i64) -> Clock {
        Clock { lateness, newest: None, ceiling: None, run: (0, i64::MAX), ahead: 0, behind: 0 }
    }

    fn watermark(&self) -> Option<i64> {
        self.newest.map(|newest| newest.saturating_sub(self.lateness))
    }

    /// The newest event's time so far.
    pub(crate) fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// Looks at the batch's `time` column, if it has one. `now` is given for a live source.
    pub(crate) fn observe(&mut self, batch: RecordBatch, time: Option<&str>, now: Option<i64>) -> Timed {
        self.ceiling = now.map(|now| now.saturating_add(OF_CLOCK));
        let before = self.clone();
        let time = time.and_then(|name| batch.schema_ref().index_of(name).ok());
        let mut splits: Vec<Split> = Vec::new();
        let mut first_ahead = None;
        if let Some(times) = times_of(&batch, time) {
            for row in 0..times.len() {
                if times.is_null(row) {
                    continue;
                }
                let at = times.value(row);
                if let Some(watermark) = self.watermark()
                    && at < watermark
                {
                    self.behind = self.behind.max(watermark.saturating_add(self.lateness).saturating_sub(at));
                    if splits.last().is_none_or(|last| last.watermark != watermark) {
                        splits.push(Split { row, watermark });
                    }
                }
                if !self.see(at) {
                    first_ahead.get_or_insert(row);
                }
            }
        }
        let ahead = first_ahead.map(|row| (row, self.ahead));
        Timed {
            splits,
            watermark: self.watermark(),
            newest: self.newest,
            batch,
            before,
            time,
            ahead,
            behind: self.behind,
            known: Arc::default(),
        }
    }

    /// False where the time is too far ahead to move event time.
    fn see(&mut self, at: i64) -> bool {
        let far = match (self.ceiling, self.newest) {
            (Some(ceiling), newest) => at > ceiling && newest.is_none_or(|newest| at > newest.saturating_add(OF_CLOCK)),
            (None, Some(newest)) => at > newest.saturating_add(OF_NEWEST),
            (None, None) => false,
        };
        if !far {
            self.run = (0, i64::MAX);
            self.newest = Some(self.newest.map_or(at, |newest| newest.max(at)));
            return true;
        }
        let (count, oldest) = self.run;
        self.run = (count + 1, oldest.min(at));
        self.ahead += 1;
        if self.run.0 == NO_ACCIDENT {
            self.newest = Some(self.run.1);
            self.run = (0, i64::MAX);
        }
        false
    }
}

impl Timed {
    pub(crate) fn exact(&self) -> Exact<'_> {
        Exact { clock: self.before.clone(), times: times_of(&self.batch, self.time), seen: 0 }
    }

    /// In plain words, at the first event that is far ahead and whenever there are ten times as many.
    pub(crate) fn ahead_notice(&self, live: bool) -> Option<String> {
        let (row, count) = self.ahead?;
        let new = count.saturating_sub(self.before.ahead);
        let ten_times = |count: u64| count.checked_ilog10();
        if ten_times(count) == ten_times(count - new) {
            return None;
        }
        let column = self.batch.column(self.time?);
        let at = convert::column(column, Type::Datetime, Type::String);
        let at = at.as_string_opt::<i32>()?.value(row).to_owned();
        let than = if live { "the clock" } else { "the events before it" };
        let field = self.batch.schema_ref().field(self.time?).name().clone();
        let so_far = if count > 1 { format!("; {count} such events so far") } else { String::new() };
        Some(format!(
            "an event's `{field}` is {at}, far ahead of {than}: it closes no window, so that the events behind it are not late{so_far}"
        ))
    }
}

impl Exact<'_> {
    /// The watermark before this row goes in.
    pub(crate) fn before(&mut self, row: usize) -> Option<i64> {
        if let Some(times) = self.times {
            for row in self.seen..row.min(times.len()) {
                if !times.is_null(row) {
                    self.clock.see(times.value(row));
                }
            }
            self.seen = self.seen.max(row);
        }
        self.clock.watermark()
    }
}

fn times_of(batch: &RecordBatch, time: Option<usize>) -> Option<&TimestampNanosecondArray> {
    batch.column(time?).as_primitive_opt::<TimestampNanosecondType>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::arrow_schema;
    use syntax::Field;

    fn batch(times: &[i64]) -> RecordBatch {
        let schema = arrow_schema(&[Field::new("timestamp", Type::Datetime)]);
        let column = TimestampNanosecondArray::from(times.to_vec()).with_timezone("UTC");
        RecordBatch::try_new(schema, vec![Arc::new(column)]).expect("one column")
    }

    #[test]
    fn splits_before_events_behind_the_watermark() {
        let mut clock = Clock::new(10);
        let timed = clock.observe(batch(&[100, 95, 120, 105, 106, 130, 119]), Some("timestamp"), None);
        assert_eq!(
            timed.splits,
            [Split { row: 3, watermark: 110 }, Split { row: 6, watermark: 120 }],
            "105 and 106 share one split; 95 is within the lateness"
        );
        assert_eq!((timed.watermark, timed.behind), (Some(120), 15));
    }

    #[test]
    fn one_by_one_is_the_same() {
        let times = [100, 95, 120, 105, 106, 130, 119];
        let mut clock = Clock::new(10);
        let alone: Vec<_> = times
            .iter()
            .map(|at| clock.observe(batch(&[*at]), Some("timestamp"), None))
            .filter_map(|timed| timed.splits.first().map(|split| split.watermark))
            .collect();
        assert_eq!(alone, [110, 110, 120]);
    }

    #[test]
    fn without_a_time_column_there_is_no_watermark() {
        let mut clock = Clock::new(10);
        assert_eq!(clock.observe(batch(&[5]), Some("other"), None).watermark, None);
    }

    const HOUR: i64 = 3_600_000_000_000;
    const DAY: i64 = 24 * HOUR;

    #[test]
    fn an_event_far_ahead_makes_nothing_late() {
        let mut clock = Clock::new(10);
        let timed = clock.observe(batch(&[100, i64::MAX, 95, 120]), Some("timestamp"), None);
        assert_eq!((timed.watermark, timed.ahead, timed.splits.len()), (Some(110), Some((1, 1)), 0));
        let notice = timed.ahead_notice(false).unwrap();
        assert!(notice.contains("2262-04-11") && notice.contains("far ahead of the events before it"), "{notice}");
        // The next is told only when there are ten of them.
        for count in 2..=10 {
            let timed = clock.observe(batch(&[2 * DAY, 130]), Some("timestamp"), None);
            assert_eq!(timed.ahead_notice(false).is_some(), count == 10);
        }
        assert_eq!(clock.watermark(), Some(120));
    }

    #[test]
    fn a_gap_in_a_file_is_believed_after_a_while_however_it_is_batched() {
        let times: Vec<i64> = [0, 1].into_iter().chain((0..100).map(|n| 10 * DAY + n)).collect();
        let mut whole = Clock::new(0);
        let timed = whole.observe(batch(&times), Some("timestamp"), None);
        assert_eq!(timed.watermark, Some(10 * DAY + 99));
        let mut alone = Clock::new(0);
        let mut exact = timed.exact();
        for (row, at) in times.iter().enumerate() {
            assert_eq!(exact.before(row), alone.watermark(), "before row {row}");
            alone.observe(batch(&[*at]), Some("timestamp"), None);
        }
        assert_eq!(alone.watermark(), whole.watermark());
    }

    #[test]
    fn a_live_source_goes_by_the_clock() {
        let mut clock = Clock::new(0);
        let now = 1000 * DAY;
        // Old data is replayed: any gap in it is plausible.
        assert_eq!(clock.observe(batch(&[5, 10 * DAY]), Some("timestamp"), Some(now)).watermark, Some(10 * DAY));
        let timed = clock.observe(batch(&[now, now + HOUR, now + 1]), Some("timestamp"), Some(now));
        assert_eq!((timed.watermark, timed.ahead), (Some(now + 1), Some((1, 1))));
        assert!(timed.ahead_notice(true).unwrap().contains("far ahead of the clock"));
    }
}
