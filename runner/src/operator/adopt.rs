//! What an operator holds, said under a later schema: fields may have been added and types widened since.

use std::any::Any;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::SchemaRef;

use super::Operator;
use crate::expression::convert;
use crate::{Error, batch};

/// The operator that ran this stage before.
pub(super) fn same<T: Operator>(before: &dyn Operator) -> Result<&T, Error> {
    let before: &dyn Any = before;
    before.downcast_ref().ok_or_else(|| Error::Internal("another stage stands in the place of this one".to_owned()))
}

/// The rows with the fields and types of `schema`, which holds at least what they have; a field that they have not is
/// null.
pub(super) fn rows(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, Error> {
    let column = |field: &arrow_schema::FieldRef| -> Result<ArrayRef, Error> {
        match rows.schema_ref().index_of(field.name()) {
            Err(_) => Ok(new_null_array(field.data_type(), rows.num_rows())),
            Ok(place) => {
                let from = batch::field_type(rows.schema_ref().field(place));
                self::column(&batch::plain(rows.column(place))?, from, batch::field_type(field))
            }
        }
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
}

/// The values as another type; an error where one of them is none of that type.
pub(super) fn column(values: &ArrayRef, from: syntax::Type, to: syntax::Type) -> Result<ArrayRef, Error> {
    let converted = convert::column(values, from, to);
    if converted.logical_null_count() > values.logical_null_count() {
        return Err(Error::Internal(format!("a {from} that is held is no {to}")));
    }
    Ok(converted)
}
