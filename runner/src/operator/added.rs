//! Columns that a stage adds to the fields it got: a field that exists already keeps its place.

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use syntax::{Field, Schema};

use crate::expression::Scope;
use crate::{Error, batch};

#[derive(Clone)]
pub(super) struct Added {
    pub(super) schema: SchemaRef,
    /// For each added column, its place among all.
    places: Vec<usize>,
}

impl Added {
    pub(super) fn new<'a>(scope: &Scope<'_>, added: impl IntoIterator<Item = &'a Field>) -> Added {
        let mut schema = Schema { fields: scope.fields.to_vec().into(), ..Schema::default() };
        let mut places = Vec::new();
        for field in added {
            schema.set(field.clone());
            places.extend(schema.position(&field.name));
        }
        Added { schema: batch::arrow_schema(&schema.fields.to_vec()), places }
    }

    /// The place of each added column among all.
    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }

    /// The columns of `from` and those that are added, in the order in which they were named.
    pub(super) fn to(&self, from: &RecordBatch, added: Vec<ArrayRef>) -> Result<RecordBatch, Error> {
        let mut columns = from.columns().to_vec();
        for (place, column) in self.places.iter().zip(added) {
            match columns.get_mut(*place) {
                Some(old) => *old = column,
                None => columns.push(column),
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(from.num_rows()));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }
}
