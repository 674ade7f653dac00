//! `sample`: the events of which a hash is small enough. The same key is always chosen or never, also by
//! another runner of the same version; without a key, the event's number decides.

use std::hash::BuildHasher;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use foldhash::quality::FixedState;
use syntax::Type;
use syntax::pipeline;

use super::groups::Keys;
use super::{Operator, adopt};
use crate::expression::{Expression, Operand, Scope};
use crate::{Error, batch};

pub(super) struct Sample {
    schema: SchemaRef,
    by: Vec<Expression>,
    share: f64,
    /// Events so far.
    seen: u64,
}

impl Sample {
    pub(super) fn new(sample: &pipeline::Sample, scope: &Scope<'_>) -> Result<Sample, Error> {
        let by = sample.by.iter().map(|expr| Expression::compile(expr, scope)).collect::<Result<_, _>>()?;
        Ok(Sample { schema: batch::arrow_schema(scope.fields), by, share: sample.share, seen: 0 })
    }

    fn draw(&self, batch: &RecordBatch, seen: &mut u64) -> Result<Option<RecordBatch>, Error> {
        let hasher = FixedState::with_seed(0);
        // 2^64 as a real is exact, so that 100 % takes every hash and 0 % none.
        let below = self.share * 18_446_744_073_709_551_616.0;
        let chosen = |hash: u64| (hash as f64) < below;
        let rows = batch.num_rows();
        let kept: BooleanArray = if self.by.is_empty() {
            let first = *seen;
            (0..rows as u64).map(|row| Some(chosen(hasher.hash_one(first + row)))).collect()
        } else {
            let keys: Vec<(Operand, Type)> = self.by.iter().map(|key| (key.operand(batch), key.ty())).collect();
            let keys = Keys::of(&keys, rows);
            (0..rows).map(|row| Some(chosen(hasher.hash_one(keys.key(row))))).collect()
        };
        *seen += rows as u64;
        Ok(match kept.true_count() {
            0 => None,
            _ => Some(filter_record_batch(batch, &kept)?),
        })
    }
}

impl Operator for Sample {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn reads_codes(&self) -> bool {
        true
    }

    /// It holds nothing.
    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        adopt::same::<Self>(before).map(drop)
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let mut seen = self.seen;
        out.extend(self.draw(&batch, &mut seen)?);
        self.seen = seen;
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut seen = self.seen;
        pending.iter().filter_map(|batch| self.draw(batch, &mut seen).transpose()).collect()
    }
}
