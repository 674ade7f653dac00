//! Batches made from the language's values, for tests.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, DurationNanosecondArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use syntax::pipeline::{Render, RenderKind};
use syntax::{Field, Type, Value};

/// A picture of which nothing is said but its kind.
pub(crate) fn render(kind: RenderKind) -> Render {
    Render { kind, written: true, title: None, x: None, y: Vec::new(), series: Vec::new(), weight: None }
}

pub(crate) fn batch(fields: &[(&str, Type)], rows: &[Vec<Value>]) -> RecordBatch {
    let fields: Vec<Field> = fields.iter().map(|(name, ty)| Field::new(*name, *ty)).collect();
    let column = |index: usize, ty: Type| -> ArrayRef {
        let nanos = || {
            rows.iter().map(move |row| match row[index] {
                Value::Long(nanos) | Value::Datetime(nanos) | Value::Timespan(nanos) => Some(nanos),
                _ => None,
            })
        };
        match ty {
            Type::Long => Arc::new(nanos().collect::<Int64Array>()),
            Type::Datetime => Arc::new(nanos().collect::<TimestampNanosecondArray>().with_timezone("UTC")),
            Type::Timespan => Arc::new(nanos().collect::<DurationNanosecondArray>()),
            Type::Real => Arc::new(
                rows.iter()
                    .map(|row| if let Value::Real(real) = row[index] { Some(real) } else { None })
                    .collect::<Float64Array>(),
            ),
            _ => Arc::new(
                rows.iter()
                    .map(|row| match &row[index] {
                        Value::String(text) | Value::Dynamic(text) => Some(text.to_string()),
                        _ => None,
                    })
                    .collect::<StringArray>(),
            ),
        }
    };
    let columns = fields.iter().enumerate().map(|(index, field)| column(index, field.ty)).collect();
    RecordBatch::try_new(runner::batch::arrow_schema(&fields), columns).expect("columns fit the schema")
}
