//! From simulated events to an Arrow batch that holds only the fields that somebody reads.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{
    ArrayRef, DurationNanosecondArray, Float64Array, Int64Array, RecordBatch, RecordBatchOptions,
    TimestampNanosecondArray,
};
use syntax::{Field, Type};

use crate::source::Wanted;
use crate::{Error, batch};

/// One field of a signal: its name, and how its value is read off an event.
pub(super) struct Column<E: 'static> {
    pub(super) name: &'static str,
    pub(super) get: Get<E>,
}

pub(super) enum Get<E: 'static> {
    Word(fn(&E) -> Option<&'static str>),
    /// Writes the value; writing nothing means null.
    Text(fn(&E, &mut String)),
    Long(fn(&E) -> Option<i64>),
    Real(fn(&E) -> Option<f64>),
    Datetime(fn(&E) -> i64),
    Timespan(fn(&E) -> i64),
}

impl<E> Get<E> {
    fn ty(&self) -> Type {
        match self {
            Get::Word(_) | Get::Text(_) => Type::String,
            Get::Long(_) => Type::Long,
            Get::Real(_) => Type::Real,
            Get::Datetime(_) => Type::Datetime,
            Get::Timespan(_) => Type::Timespan,
        }
    }
}

pub(super) fn fields<E>(columns: &[Column<E>]) -> Vec<Field> {
    columns.iter().map(|column| Field::new(column.name, column.get.ty())).collect()
}

/// The wanted fields of these events. A wanted field that the signal does not have is left out.
pub(super) fn build<E>(columns: &[Column<E>], wanted: &Wanted, events: &[E]) -> Result<RecordBatch, Error> {
    let chosen: Vec<&Column<E>> = match wanted {
        Wanted::All => columns.iter().collect(),
        Wanted::Fields(fields) => {
            fields.iter().filter_map(|field| columns.iter().find(|column| *field.name == *column.name)).collect()
        }
    };
    let fields: Vec<Field> = chosen.iter().map(|column| Field::new(column.name, column.get.ty())).collect();
    let arrays = chosen.iter().map(|column| array(&column.get, events)).collect();
    // A batch without fields still has rows to be counted.
    let rows = RecordBatchOptions::new().with_row_count(Some(events.len()));
    Ok(RecordBatch::try_new_with_options(batch::arrow_schema(&fields), arrays, &rows)?)
}

fn array<E>(get: &Get<E>, events: &[E]) -> ArrayRef {
    match get {
        Get::Word(get) => {
            let mut values = StringBuilder::with_capacity(events.len(), events.len() * 8);
            events.iter().for_each(|event| values.append_option(get(event)));
            Arc::new(values.finish())
        }
        Get::Text(get) => {
            let mut values = StringBuilder::with_capacity(events.len(), events.len() * 16);
            let mut text = String::new();
            for event in events {
                text.clear();
                get(event, &mut text);
                values.append_option((!text.is_empty()).then_some(&text));
            }
            Arc::new(values.finish())
        }
        Get::Long(get) => Arc::new(events.iter().map(get).collect::<Int64Array>()),
        Get::Real(get) => Arc::new(events.iter().map(get).collect::<Float64Array>()),
        Get::Datetime(get) => {
            Arc::new(TimestampNanosecondArray::from_iter_values(events.iter().map(get)).with_timezone("UTC"))
        }
        Get::Timespan(get) => Arc::new(DurationNanosecondArray::from_iter_values(events.iter().map(get))),
    }
}
