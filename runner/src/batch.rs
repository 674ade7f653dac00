//! How the language's types are stored in Arrow batches.
//!
//! bool Boolean · long Int64 · real Float64 · string Utf8 · datetime Timestamp(ns, "UTC") ·
//! timespan Duration(ns) · dynamic Utf8 holding JSON text, marked in the field's metadata.
//!
//! A string that comes from a source may be Dictionary(UInt32, Utf8) instead: see [`plain`].

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_schema::{DataType, Field, SchemaRef, TimeUnit};
use syntax::Type;

use crate::Error;

/// The metadata key that tells a dynamic from a string.
const TYPE_KEY: &str = "headwater.type";

/// Rows a batch holds at most.
pub const BATCH_ROWS: usize = 8192;

pub fn data_type(ty: Type) -> DataType {
    match ty {
        Type::Bool => DataType::Boolean,
        Type::Long => DataType::Int64,
        Type::Real => DataType::Float64,
        Type::String | Type::Dynamic => DataType::Utf8,
        Type::Datetime => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        Type::Timespan => DataType::Duration(TimeUnit::Nanosecond),
    }
}

pub fn arrow_field(field: &syntax::Field) -> Field {
    let arrow = Field::new(field.name.as_ref(), data_type(field.ty), true);
    if field.ty == Type::Dynamic {
        arrow.with_metadata(HashMap::from([(TYPE_KEY.to_owned(), "dynamic".to_owned())]))
    } else {
        arrow
    }
}

/// The language's type of an Arrow field that this module made.
pub fn field_type(field: &Field) -> Type {
    match field.data_type() {
        DataType::Boolean => Type::Bool,
        DataType::Int64 => Type::Long,
        DataType::Float64 => Type::Real,
        DataType::Timestamp(..) => Type::Datetime,
        DataType::Duration(_) => Type::Timespan,
        _ if field.metadata().get(TYPE_KEY).is_some_and(|ty| ty == "dynamic") => Type::Dynamic,
        _ => Type::String,
    }
}

/// The column without a dictionary, for what knows none.
pub fn plain(column: &ArrayRef) -> Result<ArrayRef, Error> {
    match column.as_any_dictionary_opt() {
        Some(dictionary) => match dictionary.keys().as_any().downcast_ref::<UInt32Array>() {
            Some(codes) => Ok(arrow_select::take::take(dictionary.values(), codes, None)?),
            None => Err(Error::Internal("a dictionary whose codes are not UInt32".to_owned())),
        },
        None => Ok(Arc::clone(column)),
    }
}

/// A batch of these columns, some of which may have a dictionary; `schema` is the one without. `like` is the
/// schema of a batch that was made before, to be shared where it fits.
pub fn formed(
    schema: &SchemaRef,
    like: Option<&SchemaRef>,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, Error> {
    let coded = |column: &ArrayRef| matches!(column.data_type(), DataType::Dictionary(..));
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    if !columns.iter().any(coded) {
        return Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?);
    }
    let fits = |like: &&SchemaRef| {
        like.fields().iter().zip(&columns).all(|(field, column)| field.data_type() == column.data_type())
    };
    let schema = like.filter(fits).map(Arc::clone).unwrap_or_else(|| {
        let form = |(field, column): (&Arc<Field>, &ArrayRef)| match column.data_type() {
            DataType::Dictionary(..) => Arc::new(field.as_ref().clone().with_data_type(column.data_type().clone())),
            _ => Arc::clone(field),
        };
        Arc::new(arrow_schema::Schema::new(schema.fields().iter().zip(&columns).map(form).collect::<Vec<_>>()))
    });
    Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
}

/// The batch without dictionaries. `schema` is that of such a batch.
pub fn plain_batch(batch: RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, Error> {
    let coded = |column: &ArrayRef| matches!(column.data_type(), DataType::Dictionary(..));
    if !batch.columns().iter().any(coded) {
        return Ok(batch);
    }
    let columns = batch.columns().iter().map(plain).collect::<Result<Vec<_>, _>>()?;
    formed(schema, None, columns, batch.num_rows())
}

/// The key of a schema's metadata that says what its values were before they had a type.
const WRITTEN_KEY: &str = "headwater.written";

/// Marks the schema of a format that writes every value as text, such as CSV: where values differ in type, that
/// text is what they have in common.
pub(crate) fn written_as_text(schema: arrow_schema::Schema) -> arrow_schema::Schema {
    schema.with_metadata(HashMap::from([(WRITTEN_KEY.to_owned(), "text".to_owned())]))
}

/// The type of a field whose values have several, in batches of this schema.
pub(crate) fn mixed(schema: &arrow_schema::Schema) -> Type {
    if schema.metadata().contains_key(WRITTEN_KEY) { Type::String } else { Type::Dynamic }
}

pub fn arrow_schema(fields: &[syntax::Field]) -> arrow_schema::SchemaRef {
    Arc::new(arrow_schema::Schema::new(fields.iter().map(arrow_field).collect::<Vec<_>>()))
}

/// The fields of a schema that this module made.
pub fn fields(schema: &arrow_schema::Schema) -> Vec<syntax::Field> {
    schema.fields().iter().map(|field| syntax::Field::new(field.name().as_str(), field_type(field))).collect()
}
