//! `take`: the first rows, then the flow can end.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::{Operator, adopt};
use crate::expression::Scope;
use crate::{Error, batch};

pub(super) struct Take {
    schema: SchemaRef,
    left: u64,
}

impl Take {
    pub(super) fn new(count: u64, scope: &Scope<'_>) -> Take {
        Take { schema: batch::arrow_schema(scope.fields), left: count }
    }
}

/// Hands on at most `left` rows.
fn first(batch: RecordBatch, left: &mut u64, out: &mut Vec<RecordBatch>) {
    let rows = usize::try_from(*left).unwrap_or(usize::MAX).min(batch.num_rows());
    *left -= rows as u64;
    match rows {
        0 => {}
        all if all == batch.num_rows() => out.push(batch),
        some => out.push(batch.slice(0, some)),
    }
}

impl Operator for Take {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn reads_codes(&self) -> bool {
        true
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        self.left = before.left;
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        first(batch, &mut self.left, out);
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let (mut left, mut out) = (self.left, Vec::new());
        for batch in pending {
            first(batch, &mut left, &mut out);
        }
        Ok(out)
    }

    fn done(&self) -> bool {
        self.left == 0
    }
}
