//! `distinct`: the first event of each combination of some fields.

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::take::take_record_batch;
use syntax::{Name, Type};

use super::groups::{Groups, Keys};
use super::{Limits, Operator, adopt};
use crate::expression::{Expression, Operand, Scope};
use crate::{Error, batch};

#[derive(Clone)]
pub(super) struct Distinct {
    schema: SchemaRef,
    columns: Vec<Expression>,
    groups: Groups,
    limits: Limits,
    word: String,
}

impl Distinct {
    pub(super) fn new(names: &[Name], scope: &Scope<'_>, limits: &Limits) -> Result<Distinct, Error> {
        let mut fields = Vec::with_capacity(names.len());
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            let place = scope.fields.iter().position(|field| field.name == *name);
            let place = place.ok_or_else(|| Error::Internal(format!("no field {name} reaches `distinct`")))?;
            fields.push(scope.fields[place].clone());
            columns.push(Expression::field(place, scope.fields[place].ty));
        }
        Ok(Distinct {
            schema: batch::arrow_schema(&fields),
            columns,
            groups: Groups::default(),
            limits: limits.clone(),
            word: names.join(", "),
        })
    }
}

impl Operator for Distinct {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn reads_codes(&self) -> bool {
        true
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        let types = |schema: &SchemaRef| -> Vec<Type> {
            schema.fields().iter().map(|field| batch::field_type(field)).collect()
        };
        let columns = before.groups.columns(&types(&before.schema));
        let options = RecordBatchOptions::new().with_row_count(Some(before.groups.len()));
        let known = RecordBatch::try_new_with_options(before.schema.clone(), columns, &options)?;
        let known = adopt::rows(&known, &self.schema)?;
        let columns = known.columns().iter().cloned().map(Operand::Column);
        self.groups.adopt(&columns.zip(types(&self.schema)).collect::<Vec<_>>(), known.num_rows());
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let keys: Vec<(Operand, Type)> =
            self.columns.iter().map(|column| (column.operand(&batch), column.ty())).collect();
        let rows = batch.num_rows();
        let keys = Keys::of(&keys, rows);
        let new: Vec<u32> = (0..rows).filter(|row| self.groups.find(&keys, *row).1).map(|row| row as u32).collect();
        if self.groups.len() > self.limits.groups {
            return Err(super::too_many_groups(
                "distinct",
                &self.word,
                self.limits.groups,
                "filter first, or name a field with fewer values",
            ));
        }
        if self.groups.bytes() > self.limits.state_bytes {
            return Err(super::too_many_bytes("distinct", &self.word, self.limits.state_bytes));
        }
        if !new.is_empty() {
            let columns: Vec<ArrayRef> = self.columns.iter().map(|column| column.evaluate(&batch)).collect();
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            let batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?;
            out.push(if new.len() == rows { batch } else { take_record_batch(&batch, &UInt32Array::from(new))? });
        }
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        if !pending.is_empty() {
            let mut copy = self.clone();
            for batch in pending {
                copy.push(batch, &mut out)?;
            }
        }
        Ok(out)
    }

    fn room(&self) -> usize {
        self.limits.groups.saturating_sub(self.groups.len())
    }
}
