//! Event time of a source: the watermark, and where a batch must be split so that results do not depend
//! on how events were batched.
//!
//! Watermark = newest event − lateness, as in Flink's bounded out-of-orderness. Windows look at it only
//! when told to advance. An event can only be late if it is older than the watermark before it, so it is
//! enough to advance before each such event: everything else is the same whenever it is told.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, RecordBatch};

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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) row: usize,
    pub(crate) watermark: i64,
}

/// Follows one source's event time.
#[derive(Debug)]
pub(crate) struct Clock {
    lateness: i64,
    newest: Option<i64>,
}

impl Clock {
    pub(crate) fn new(lateness: i64) -> Clock {
        Clock { lateness, newest: None }
    }

    fn watermark(&self) -> Option<i64> {
        self.newest.map(|newest| newest.saturating_sub(self.lateness))
    }

    /// Looks at the batch's `time` column, if it has one.
    pub(crate) fn observe(&mut self, batch: RecordBatch, time: Option<&str>) -> Timed {
        let mut splits: Vec<Split> = Vec::new();
        let column = time.and_then(|name| batch.column_by_name(name));
        if let Some(times) = column.and_then(|column| column.as_primitive_opt::<TimestampNanosecondType>()) {
            for row in 0..times.len() {
                if times.is_null(row) {
                    continue;
                }
                let at = times.value(row);
                if let Some(watermark) = self.watermark()
                    && at < watermark
                    && splits.last().is_none_or(|last| last.watermark != watermark)
                {
                    splits.push(Split { row, watermark });
                }
                self.newest = Some(self.newest.map_or(at, |newest| newest.max(at)));
            }
        }
        Timed { splits, watermark: self.watermark(), newest: self.newest, batch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::arrow_schema;
    use arrow_array::TimestampNanosecondArray;
    use std::sync::Arc;
    use syntax::{Field, Type};

    fn batch(times: &[i64]) -> RecordBatch {
        let schema = arrow_schema(&[Field::new("timestamp", Type::Datetime)]);
        let column = TimestampNanosecondArray::from(times.to_vec()).with_timezone("UTC");
        RecordBatch::try_new(schema, vec![Arc::new(column)]).expect("one column")
    }

    #[test]
    fn splits_before_events_behind_the_watermark() {
        let mut clock = Clock::new(10);
        let timed = clock.observe(batch(&[100, 95, 120, 105, 106, 130, 119]), Some("timestamp"));
        assert_eq!(
            timed.splits,
            [Split { row: 3, watermark: 110 }, Split { row: 6, watermark: 120 }],
            "105 and 106 share one split; 95 is within the lateness"
        );
        assert_eq!(timed.watermark, Some(120));
    }

    #[test]
    fn one_by_one_is_the_same() {
        let times = [100, 95, 120, 105, 106, 130, 119];
        let mut clock = Clock::new(10);
        let alone: Vec<_> = times
            .iter()
            .map(|at| clock.observe(batch(&[*at]), Some("timestamp")))
            .filter_map(|timed| timed.splits.first().map(|split| split.watermark))
            .collect();
        assert_eq!(alone, [110, 110, 120]);
    }

    #[test]
    fn without_a_time_column_there_is_no_watermark() {
        let mut clock = Clock::new(10);
        assert_eq!(clock.observe(batch(&[5]), Some("other")).watermark, None);
    }
}
