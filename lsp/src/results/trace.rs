//! What must be remembered from one update to the next: how many events a second leave each stage, and
//! how the last values have moved.

use std::collections::VecDeque;

use runner::event::Progress;

use super::rows::Row;
use super::value;

/// Over how long rates are taken, in nanoseconds.
const SPAN: i64 = 3_000_000_000;

/// Values of the past that a trend is drawn from.
const VALUES: usize = 60;

/// A flow first answers from the recent past, in a moment: how values move then is no trend.
const CATCH_UP: i64 = 1_000_000_000;

#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// When the first value came.
    first: Option<i64>,
    counts: VecDeque<(i64, Vec<u64>)>,
    /// The numbers of the last row, at each update; by column.
    values: VecDeque<Vec<Option<f64>>>,
}

impl Trace {
    pub(crate) fn measure(&mut self, now: i64, progress: &Progress) {
        self.counts.push_back((now, progress.stage_out.clone()));
        // One older than the span stays, so that there is always a difference to take.
        while self.counts.len() > 2 && self.counts.get(1).is_some_and(|(at, _)| now - at >= SPAN) {
            self.counts.pop_front();
        }
    }

    pub(crate) fn value(&mut self, row: Row<'_>, now: i64) {
        let numbers: Vec<Option<f64>> =
            row.batch.columns().iter().map(|column| value::number(column, row.index)).collect();
        if self.values.back() == Some(&numbers) {
            return;
        }
        let first = *self.first.get_or_insert(now);
        if now - first < CATCH_UP {
            self.values.clear();
        }
        if self.values.len() == VALUES {
            self.values.pop_front();
        }
        self.values.push_back(numbers);
    }

    /// Events a second that left a stage lately; None before two measurements.
    pub(crate) fn rate(&self, stage: usize) -> Option<f64> {
        let ((first, before), (last, after)) = (self.counts.front()?, self.counts.back()?);
        let (before, after) = (before.get(stage)?, after.get(stage)?);
        let seconds = (last - first) as f64 / 1e9;
        (seconds > 0.0).then(|| after.saturating_sub(*before) as f64 / seconds)
    }

    /// How the last row's value in a column has moved.
    pub(crate) fn values(&self, column: usize) -> Vec<Option<f64>> {
        self.values.iter().map(|numbers| numbers.get(column).copied().flatten()).collect()
    }
}
