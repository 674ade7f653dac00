//! `getschema`: the fields that reach it, a row each, without waiting for an event.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::SchemaRef;
use syntax::{Field, Type};

use super::Operator;
use crate::{Error, batch};

pub(super) struct Getschema {
    rows: RecordBatch,
    given: bool,
}

impl Getschema {
    /// The fields are those that the analysis knows: what nobody reads is not decoded.
    pub(super) fn new(fields: &[Field], output: &[Field]) -> Result<Getschema, Error> {
        let names = StringArray::from_iter_values(fields.iter().map(|field| &*field.name));
        let types = StringArray::from_iter_values(fields.iter().map(|field| field.ty.word()));
        let stored = StringArray::from_iter_values(fields.iter().map(|field| stored(field.ty)));
        let ordinals = Int64Array::from_iter_values(0..fields.len() as i64);
        let columns: Vec<ArrayRef> = vec![Arc::new(names), Arc::new(ordinals), Arc::new(stored), Arc::new(types)];
        Ok(Getschema { rows: RecordBatch::try_new(batch::arrow_schema(output), columns)?, given: false })
    }

    fn give(&mut self, out: &mut Vec<RecordBatch>) {
        if !std::mem::replace(&mut self.given, true) {
            out.push(self.rows.clone());
        }
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
        self.rows.schema_ref()
    }

    fn push(&mut self, _batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.give(out);
        Ok(())
    }

    fn advance(&mut self, _watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.give(out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.give(out);
        Ok(())
    }

    fn preview(&self, _pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        Ok(if self.given { Vec::new() } else { vec![self.rows.clone()] })
    }

    fn done(&self) -> bool {
        self.given
    }
}
