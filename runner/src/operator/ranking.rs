//! Putting rows in order by some keys. Rows that are equal keep the order in which they came.

use std::cmp::Ordering;

use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow_ord::ord::{DynComparator, make_comparator};
use arrow_schema::SortOptions;
use arrow_select::take::take_record_batch;
use syntax::Type;
use syntax::pipeline::SortKey;

use crate::Error;
use crate::expression::{Expression, Scope};

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
        self.keys.iter().map(|(key, _)| key.evaluate(batch)).collect()
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
