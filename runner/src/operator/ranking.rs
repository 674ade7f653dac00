//! Putting rows in order by some keys. Rows that are equal keep the order in which they came.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow_ord::ord::{DynComparator, make_comparator};
use arrow_schema::SortOptions;
use arrow_select::take::take_record_batch;
use syntax::Type;
use syntax::pipeline::SortKey;

use crate::Error;
use crate::expression::{Expression, Scope};

/// As Arrow's total order is to see it: -0 is 0, and NaN is below all numbers.
fn ranked(value: f64) -> f64 {
    match value {
        nan if nan.is_nan() => -f64::NAN.abs(),
        0.0 => 0.0,
        other => other,
    }
}

/// The keys of a `top` or `sort`, compiled.
#[derive(Clone)]
pub(super) struct Ranking {
    keys: Vec<(Expression, SortOptions)>,
}

impl Ranking {
    pub(super) fn new(keys: &[SortKey], scope: &Scope<'_>) -> Result<Ranking, Error> {
        let mut compiled = Vec::with_capacity(keys.len());
        for key in keys {
            let options = SortOptions { descending: key.descending, nulls_first: key.nulls_first };
            let key = Expression::compile(&key.expr, scope)?;
            if key.ty() == Type::Dynamic {
                // Numbers in JSON rank as numbers; what is none, by its text.
                compiled.push((key.clone().converted(Type::Real), options));
            }
            compiled.push((key, options));
        }
        Ok(Ranking { keys: compiled })
    }

    /// The batch's rows in order, at most so many.
    pub(super) fn ranked(&self, batch: &RecordBatch, limit: usize) -> Result<RecordBatch, Error> {
        let keys = self.keys(batch);
        let compare = self.comparator(&keys, &keys)?;
        let mut rows: Vec<u32> = (0..batch.num_rows() as u32).collect();
        let order = |one: &u32, other: &u32| compare(*one as usize, *other as usize).then(one.cmp(other));
        if limit < rows.len() {
            if limit > 0 {
                rows.select_nth_unstable_by(limit - 1, order);
            }
            rows.truncate(limit);
        }
        rows.sort_unstable_by(order);
        Ok(take_record_batch(batch, &UInt32Array::from(rows))?)
    }

    /// The rows of a batch that rank before the last row of `held`.
    pub(super) fn before_last(&self, batch: &RecordBatch, held: &RecordBatch) -> Result<Vec<u32>, Error> {
        let rows = 0..batch.num_rows() as u32;
        let Some(last) = held.num_rows().checked_sub(1) else { return Ok(rows.collect()) };
        let (keys, held) = (self.keys(batch), self.keys(held));
        let compare = self.comparator(&keys, &held)?;
        Ok(rows.filter(|row| compare(*row as usize, last) == Ordering::Less).collect())
    }

    fn keys(&self, batch: &RecordBatch) -> Vec<ArrayRef> {
        let key = |(key, _): &(Expression, SortOptions)| match key.ty() {
            Type::Real => {
                let column = key.evaluate(batch);
                let reals = column.as_primitive_opt::<Float64Type>().map(|reals| reals.unary::<_, Float64Type>(ranked));
                reals.map_or(column, |reals| Arc::new(reals) as ArrayRef)
            }
            _ => key.evaluate(batch),
        };
        self.keys.iter().map(key).collect()
    }

    fn comparator(
        &self,
        left: &[ArrayRef],
        right: &[ArrayRef],
    ) -> Result<impl Fn(usize, usize) -> Ordering + use<>, Error> {
        let mut each: Vec<DynComparator> = Vec::with_capacity(self.keys.len());
        for ((left, right), (_, options)) in left.iter().zip(right).zip(&self.keys) {
            each.push(make_comparator(left as &dyn Array, right as &dyn Array, *options)?);
        }
        Ok(move |one: usize, other: usize| {
            each.iter().map(|compare| compare(one, other)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        })
    }
}
