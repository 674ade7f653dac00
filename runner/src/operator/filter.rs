//! `where`: the rows for which a predicate is true.
//!
//! The parts of an `and` are asked one after the other, and where few rows are left, of those alone.

use arrow_array::{BooleanArray, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use syntax::Type;
use syntax::pipeline::Expr;

use super::{Operator, adopt};
use crate::expression::{Expression, Scope};
use crate::{Error, batch};

/// Where not more than one row in so many is left, the others are taken out before the next part is asked.
const FEW: usize = 4;

pub(super) struct Filter {
    schema: SchemaRef,
    parts: Vec<Expression>,
}

impl Filter {
    pub(super) fn new(predicate: &Expr, scope: &Scope<'_>) -> Result<Filter, Error> {
        let compile = |part: &Expr| Ok(Expression::compile(part, scope)?.converted(Type::Bool));
        let parts = predicate.conjuncts().into_iter().map(compile).collect::<Result<_, Error>>()?;
        Ok(Filter { schema: batch::arrow_schema(scope.fields), parts })
    }

    /// `known`: the rows for which the first part is true, if somebody has worked that out already.
    fn filter(
        &self,
        mut batch: RecordBatch,
        known: Option<BooleanBuffer>,
        out: &mut Vec<RecordBatch>,
    ) -> Result<(), Error> {
        let skip = usize::from(known.is_some());
        let mut kept = known;
        for part in self.parts.iter().skip(skip) {
            if let Some(rows) = &kept {
                let left = rows.count_set_bits();
                if left == 0 {
                    return Ok(());
                }
                if left * FEW <= batch.num_rows() {
                    batch = filter_record_batch(&batch, &BooleanArray::new(rows.clone(), None))?;
                    kept = None;
                }
            }
            let holds = part.select(&batch).values().clone();
            kept = Some(match kept {
                Some(rows) => &rows & &holds,
                None => holds,
            });
        }
        let Some(kept) = kept else {
            out.push(batch);
            return Ok(());
        };
        match kept.count_set_bits() {
            0 => {}
            all if all == batch.num_rows() => out.push(batch),
            _ => out.push(filter_record_batch(&batch, &BooleanArray::new(kept, None))?),
        }
        Ok(())
    }
}

impl Operator for Filter {
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
        self.filter(batch, None, out)
    }

    fn select_first(&self, batch: &RecordBatch) -> Option<BooleanBuffer> {
        Some(self.parts.first()?.select(batch).values().clone())
    }

    fn push_selected(
        &mut self,
        batch: RecordBatch,
        first: BooleanBuffer,
        out: &mut Vec<RecordBatch>,
    ) -> Result<(), Error> {
        self.filter(batch, Some(first), out)
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        for batch in pending {
            self.filter(batch, None, &mut out)?;
        }
        Ok(out)
    }
}
