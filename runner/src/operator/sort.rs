//! `sort`: rows in order, within each window as it closes, or all of them at the end of the input.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use syntax::pipeline::{Scope as Over, SortKey};
use syntax::visible::grouped;

use super::ranking::Ranking;
use super::{Held, Limits, Operator, adopt};
use crate::expression::Scope;
use crate::{Error, batch};

#[derive(Clone)]
pub(super) struct Sort {
    schema: SchemaRef,
    ranking: Ranking,
    over: Over,
    /// In the order in which they came.
    held: Vec<RecordBatch>,
    rows: u64,
    bytes: usize,
    limits: Limits,
}

impl Sort {
    pub(super) fn new(keys: &[SortKey], over: Over, scope: &Scope<'_>, limits: &Limits) -> Result<Sort, Error> {
        Ok(Sort {
            schema: batch::arrow_schema(scope.fields),
            ranking: Ranking::new(keys, scope)?,
            over,
            held: Vec::new(),
            rows: 0,
            bytes: 0,
            limits: limits.clone(),
        })
    }
}

impl Operator for Sort {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        self.held = before.held.iter().map(|batch| adopt::rows(batch, &self.schema)).collect::<Result<_, _>>()?;
        self.rows = before.rows;
        self.bytes = self.held.iter().map(super::bytes).sum();
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if self.over == Over::Window {
            out.push(self.ranking.ranked(&batch, usize::MAX)?);
            return Ok(());
        }
        self.rows += batch.num_rows() as u64;
        self.bytes += super::bytes(&batch);
        self.held.push(batch);
        if self.rows > self.limits.sorted {
            let limit = grouped(self.limits.sorted);
            return Err(Error::limit(format!("`sort` holds {limit} rows, the limit; filter first, or use top")));
        }
        if self.bytes > self.limits.state_bytes {
            return Err(super::too_many_bytes("sort", "", self.limits.state_bytes));
        }
        Ok(())
    }

    /// What is held leaves at the end, and is not late then.
    fn watermark(&self, watermark: i64) -> i64 {
        if self.over == Over::All { i64::MIN } else { watermark }
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let held = std::mem::take(&mut self.held);
        (self.rows, self.bytes) = (0, 0);
        if !held.is_empty() {
            out.push(self.ranking.ranked(&concat_batches(&self.schema, &held)?, usize::MAX)?);
        }
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let (mut copy, mut out) = (self.clone(), Vec::new());
        for batch in pending {
            copy.push(batch, &mut out)?;
        }
        copy.finish(&mut out)?;
        Ok(out)
    }

    fn held(&self) -> Held {
        Held { open: self.rows, bytes: self.bytes, ..Held::default() }
    }
}
