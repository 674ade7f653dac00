//! `top`: the first rows by some keys, over everything seen so far or within each window.

use arrow_array::{RecordBatch, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use syntax::pipeline::{Scope as Over, SortKey};

use super::ranking::Ranking;
use super::{Held, Limits, Operator, adopt};
use crate::expression::Scope;
use crate::{Error, batch};

#[derive(Clone)]
pub(super) struct Top {
    schema: SchemaRef,
    ranking: Ranking,
    count: usize,
    over: Over,
    /// The best so far, in order.
    held: RecordBatch,
    state_bytes: usize,
}

impl Top {
    pub(super) fn new(
        count: u64,
        keys: &[SortKey],
        over: Over,
        scope: &Scope<'_>,
        limits: &Limits,
    ) -> Result<Top, Error> {
        if count > limits.rows {
            return Err(super::too_many_rows("top", count, limits.rows));
        }
        let schema = batch::arrow_schema(scope.fields);
        Ok(Top {
            ranking: Ranking::new(keys, scope)?,
            count: usize::try_from(count).unwrap_or(usize::MAX),
            over,
            held: RecordBatch::new_empty(schema.clone()),
            schema,
            state_bytes: limits.state_bytes,
        })
    }
}

impl Operator for Top {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        self.held = adopt::rows(&before.held, &self.schema)?;
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if self.over == Over::Window {
            out.push(self.ranking.ranked(&batch, self.count)?);
            return Ok(());
        }
        let batch = if self.held.num_rows() >= self.count {
            // Most rows are worse than all that are held.
            let better = self.ranking.before_last(&batch, &self.held)?;
            if better.is_empty() || self.count == 0 {
                return Ok(());
            }
            take_record_batch(&batch, &UInt32Array::from(better))?
        } else {
            batch
        };
        let all = concat_batches(&self.schema, [&self.held, &batch])?;
        self.held = self.ranking.ranked(&all, self.count)?;
        if super::bytes(&self.held) > self.state_bytes {
            return Err(super::too_many_bytes("top", "", self.state_bytes));
        }
        Ok(())
    }

    /// What is held leaves at the end, and is not late then.
    fn watermark(&self, watermark: i64) -> i64 {
        if self.over == Over::All { i64::MIN } else { watermark }
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        out.push(std::mem::replace(&mut self.held, RecordBatch::new_empty(self.schema.clone())));
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let (mut copy, mut out) = (self.clone(), Vec::new());
        for batch in pending {
            copy.push(batch, &mut out)?;
        }
        copy.finish(&mut out)?;
        out.retain(|batch| batch.num_rows() > 0);
        Ok(out)
    }

    fn held(&self) -> Held {
        Held { open: self.held.num_rows() as u64, bytes: super::bytes(&self.held), ..Held::default() }
    }
}
