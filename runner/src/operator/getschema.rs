//! `getschema`: the fields that reach it, a row each, as they become known.
//!
//! Of a closed schema that is all at once, without waiting for an event. An open schema grows with the events: a field
//! has its row when the first event that carries it comes, and another one when its type is widened.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::SchemaRef;
use syntax::{Field, Type};

use super::{Operator, adopt};
use crate::{Error, batch};

pub(super) struct Getschema {
    schema: SchemaRef,
    fields: Vec<Field>,
    /// More fields may come.
    open: bool,
    /// What was told.
    given: Vec<Field>,
}

impl Getschema {
    /// The fields are those that the analysis knows: what nobody reads is not decoded.
    pub(super) fn new(fields: &[Field], open: bool, output: &[Field]) -> Getschema {
        Getschema { schema: batch::arrow_schema(output), fields: fields.to_vec(), open, given: Vec::new() }
    }

    /// What was not told yet.
    fn rows(&self) -> Result<Option<RecordBatch>, Error> {
        let new: Vec<(usize, &Field)> =
            self.fields.iter().enumerate().filter(|(_, field)| !self.given.contains(field)).collect();
        if new.is_empty() {
            return Ok(None);
        }
        let names = StringArray::from_iter_values(new.iter().map(|(_, field)| &*field.name));
        let ordinals = Int64Array::from_iter_values(new.iter().map(|(place, _)| *place as i64));
        let stored = StringArray::from_iter_values(new.iter().map(|(_, field)| stored(field.ty)));
        let types = StringArray::from_iter_values(new.iter().map(|(_, field)| field.ty.word()));
        let columns: Vec<ArrayRef> = vec![Arc::new(names), Arc::new(ordinals), Arc::new(stored), Arc::new(types)];
        Ok(Some(RecordBatch::try_new(self.schema.clone(), columns)?))
    }

    fn give(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if let Some(rows) = self.rows()? {
            self.given.clone_from(&self.fields);
            out.push(rows);
        }
        Ok(())
    }
}

/// Kusto's names of the types as they are stored there.
fn stored(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "System.SByte",
        Type::Long => "System.Int64",
        Type::Real => "System.Double",
        Type::String => "System.String",
        Type::Datetime => "System.DateTime",
        Type::Timespan => "System.TimeSpan",
        Type::Dynamic => "System.Object",
    }
}

impl Operator for Getschema {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        self.given.clone_from(&before.given);
        Ok(())
    }

    fn push(&mut self, _batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.give(out)
    }

    fn advance(&mut self, _watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.give(out)
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.give(out)
    }

    fn preview(&self, _pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        Ok(self.rows()?.into_iter().collect())
    }

    fn done(&self) -> bool {
        !self.open && !self.given.is_empty()
    }
}
