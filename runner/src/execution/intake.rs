//! Gives a batch the columns, order and types that a segment expects. A string may keep its dictionary.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::SchemaRef;
use syntax::Field;

use crate::expression::{Operand, convert};
use crate::{Error, batch};

pub(super) struct Intake {
    fields: Vec<Field>,
    schema: SchemaRef,
    /// The last batch's schema, and where each field stands in it.
    known: Option<(SchemaRef, Vec<Option<usize>>)>,
    /// The schema of what left last.
    left: Option<SchemaRef>,
}

impl Intake {
    pub(super) fn new(fields: Vec<Field>, schema: SchemaRef) -> Intake {
        Intake { fields, schema, known: None, left: None }
    }

    /// Of what leaves, without dictionaries.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Columns are found by name: a missing one is nulls, one of another type is converted.
    pub(super) fn convert(&self, batch: &RecordBatch) -> Result<RecordBatch, Error> {
        match &self.known {
            Some((schema, places)) if Arc::ptr_eq(schema, batch.schema_ref()) => self.arrange(batch, places),
            _ => self.arrange(batch, &self.find(batch)),
        }
    }

    /// The same, remembering the batch's schema for the next one.
    pub(super) fn convert_known(&mut self, batch: &RecordBatch) -> Result<RecordBatch, Error> {
        if !self.known.as_ref().is_some_and(|(schema, _)| Arc::ptr_eq(schema, batch.schema_ref())) {
            self.known = Some((batch.schema(), self.find(batch)));
        }
        let converted = self.convert(batch)?;
        self.left = Some(converted.schema());
        Ok(converted)
    }

    fn find(&self, batch: &RecordBatch) -> Vec<Option<usize>> {
        self.fields.iter().map(|field| batch.schema_ref().index_of(&field.name).ok()).collect()
    }

    fn arrange(&self, from: &RecordBatch, places: &[Option<usize>]) -> Result<RecordBatch, Error> {
        if Arc::ptr_eq(from.schema_ref(), &self.schema) {
            return Ok(from.clone());
        }
        let rows = from.num_rows();
        let column = |(field, place): (&Field, &Option<usize>)| -> Result<ArrayRef, Error> {
            let wanted = batch::data_type(field.ty);
            Ok(match place {
                None => new_null_array(&wanted, rows),
                Some(place) => {
                    let found = batch::field_type(from.schema_ref().field(*place));
                    let column = from.column(*place);
                    if found == field.ty && Operand::Column(Arc::clone(column)).dictionary().is_some() {
                        return Ok(Arc::clone(column));
                    }
                    convert::column(&batch::plain(column)?, found, field.ty)
                }
            })
        };
        let columns = self.fields.iter().zip(places).map(column).collect::<Result<_, Error>>()?;
        batch::formed(&self.schema, self.left.as_ref(), columns, rows)
    }
}
