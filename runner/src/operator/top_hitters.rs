//! `top-hitters`: the values that occur most often, live; final at the end.
//!
//! A frequent-items sketch (Misra and Gries 1982, in Apache DataSketches' form) holds the counts: exact up
//! to 12,288 different values, and beyond that each count is an upper bound.

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use datasketches::frequencies::{ErrorType, FrequentItemsSketch};
use syntax::pipeline;
use syntax::{Field, Type};

use super::groups::{self, Keys};
use super::{Held, Limits, Operator, adopt};
use crate::expression::{Expression, Operand, Scope, operand};
use crate::{Error, batch};

/// Places of the sketch's table, of which three quarters are used.
const PLACES: usize = 1 << 14;

#[derive(Clone)]
pub(super) struct TopHitters {
    schema: SchemaRef,
    count: usize,
    of: Expression,
    weight: Option<Expression>,
    weighed: Type,
    sketch: FrequentItemsSketch<Vec<u8>>,
    rows: u64,
}

impl TopHitters {
    pub(super) fn new(
        hitters: &pipeline::TopHitters,
        output: &[Field],
        scope: &Scope<'_>,
        limits: &Limits,
    ) -> Result<TopHitters, Error> {
        if hitters.count > limits.rows {
            return Err(super::too_many_rows("top-hitters", hitters.count, limits.rows));
        }
        let weight = hitters.weight.as_ref().map(|weight| Expression::compile(weight, scope)).transpose()?;
        Ok(TopHitters {
            schema: batch::arrow_schema(output),
            count: usize::try_from(hitters.count).unwrap_or(usize::MAX),
            of: Expression::compile(&hitters.of, scope)?,
            weighed: weight.as_ref().map_or(Type::Long, Expression::ty),
            weight,
            sketch: FrequentItemsSketch::new(PLACES).map_err(|error| Error::Internal(error.to_string()))?,
            rows: 0,
        })
    }

    fn observe(&mut self, batch: &RecordBatch) {
        let rows = batch.num_rows();
        let keys = Keys::of(&[(self.of.operand(batch), self.of.ty())], rows);
        let weights = self.weight.as_ref().map(|weight| weight.operand(batch));
        for row in 0..rows {
            // What weighs nothing, or less, hits nothing.
            let weight = match &weights {
                None => 1,
                Some(weights) => weights.longs().get(row).and_then(|weight| u64::try_from(weight).ok()).unwrap_or(0),
            };
            // All weights together are a long; what is beyond that is not told apart any more.
            let room = i64::MAX.unsigned_abs() - self.sketch.total_weight();
            self.sketch.update_with_count_ref(keys.key(row), weight.min(room));
        }
        self.rows += rows as u64;
    }

    /// The heaviest first; of two that weigh the same, the one that sorts first as bytes.
    fn rows(&self) -> Result<RecordBatch, Error> {
        let mut found: Vec<(u64, Vec<u8>)> = self
            .sketch
            .frequent_items(ErrorType::NoFalseNegatives)
            .iter()
            .map(|row| (row.estimate(), row.item().clone()))
            .collect();
        found.sort_by(|(one, key), (other, second)| other.cmp(one).then_with(|| key.cmp(second)));
        found.truncate(self.count);
        let mut keys: Vec<&[u8]> = found.iter().map(|(_, key)| key.as_slice()).collect();
        let values = groups::read_column(&mut keys, self.of.ty());
        let counts = found.iter().map(|(count, _)| Some(i64::try_from(*count).unwrap_or(i64::MAX)));
        let columns: Vec<ArrayRef> = vec![values, operand::longs(self.weighed, counts)];
        let options = RecordBatchOptions::new().with_row_count(Some(found.len()));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }
}

impl Operator for TopHitters {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        if self.weight.is_some() != before.weight.is_some() || self.weighed != before.weighed {
            return Err(Error::Internal("the weights are of another type".to_owned()));
        }
        for row in before.sketch.frequent_items(ErrorType::NoFalseNegatives) {
            let values = groups::read_column(&mut [row.item().as_slice()], before.of.ty());
            let value = Operand::Column(adopt::column(&values, before.of.ty(), self.of.ty())?);
            let keys = Keys::of(&[(value, self.of.ty())], 1);
            self.sketch.update_with_count_ref(keys.key(0), row.estimate());
        }
        self.rows = before.rows;
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.observe(&batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        out.push(self.rows()?);
        self.rows = 0;
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        if pending.is_empty() {
            return Ok(vec![self.rows()?]);
        }
        let mut copy = self.clone();
        pending.iter().for_each(|batch| copy.observe(batch));
        Ok(vec![copy.rows()?])
    }

    fn held(&self) -> Held {
        Held { open: self.rows, ..Held::default() }
    }
}
