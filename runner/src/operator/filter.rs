//! `where`: the rows for which a predicate is true.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use syntax::Type;
use syntax::pipeline::Expr;

use super::Operator;
use crate::expression::{Expression, Scope};
use crate::{Error, batch};

pub(super) struct Filter {
    schema: SchemaRef,
    predicate: Expression,
}

impl Filter {
    pub(super) fn new(predicate: &Expr, scope: &Scope<'_>) -> Result<Filter, Error> {
        let predicate = Expression::compile(predicate, scope)?.converted(Type::Bool);
        Ok(Filter { schema: batch::arrow_schema(scope.fields), predicate })
    }

    fn filter(&self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let kept = self.predicate.select(&batch);
        match kept.true_count() {
            0 => {}
            all if all == batch.num_rows() => out.push(batch),
            _ => out.push(filter_record_batch(&batch, &kept)?),
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

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.filter(batch, out)
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        for batch in pending {
            self.filter(batch, &mut out)?;
        }
        Ok(out)
    }
}
