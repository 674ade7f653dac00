//! `tail`: the last rows, live; final at the end.

use std::collections::VecDeque;

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::SchemaRef;
use arrow_select::take::take_record_batch;

use super::{Held, Limits, Operator, adopt};
use crate::expression::Scope;
use crate::{Error, batch};

pub(super) struct Tail {
    schema: SchemaRef,
    count: usize,
    last: Last,
    state_bytes: usize,
}

/// Batches of `rows` rows in all.
#[derive(Clone, Default)]
struct Last {
    batches: VecDeque<RecordBatch>,
    rows: usize,
    bytes: usize,
}

impl Tail {
    pub(super) fn new(count: u64, scope: &Scope<'_>, limits: &Limits) -> Result<Tail, Error> {
        if count > limits.rows {
            return Err(super::too_many_rows("tail", count, limits.rows));
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(Tail {
            schema: batch::arrow_schema(scope.fields),
            count,
            last: Last::default(),
            state_bytes: limits.state_bytes,
        })
    }
}

impl Last {
    fn push(&mut self, batch: RecordBatch, count: usize) -> Result<(), Error> {
        let rows = batch.num_rows();
        let kept = rows.min(count);
        if kept == 0 {
            return Ok(());
        }
        let batch = if kept == rows {
            batch
        } else {
            // Copied, so that a few rows do not keep a whole batch in memory.
            take_record_batch(&batch, &UInt64Array::from_iter_values((rows - kept) as u64..rows as u64))?
        };
        self.rows += kept;
        self.bytes += super::bytes(&batch);
        self.batches.push_back(batch);
        while self.rows > count
            && let Some(oldest) = self.batches.pop_front()
        {
            let over = self.rows - count;
            self.bytes -= super::bytes(&oldest);
            let rest = oldest.num_rows().saturating_sub(over);
            self.rows -= oldest.num_rows() - rest;
            if rest > 0 {
                let rest = oldest.slice(oldest.num_rows() - rest, rest);
                self.bytes += super::bytes(&rest);
                self.batches.push_front(rest);
            }
        }
        Ok(())
    }
}

impl Operator for Tail {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        for batch in &before.last.batches {
            self.last.push(adopt::rows(batch, &self.schema)?, self.count)?;
        }
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.last.push(batch, self.count)?;
        if self.last.bytes > self.state_bytes {
            return Err(super::too_many_bytes("tail", "", self.state_bytes));
        }
        Ok(())
    }

    /// What is held leaves at the end, and is not late then.
    fn watermark(&self, _watermark: i64) -> i64 {
        i64::MIN
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        out.extend(std::mem::take(&mut self.last).batches);
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut last = self.last.clone();
        for batch in pending {
            last.push(batch, self.count)?;
        }
        Ok(last.batches.into())
    }

    fn held(&self) -> Held {
        Held { open: self.last.rows as u64, bytes: self.last.bytes, ..Held::default() }
    }
}
