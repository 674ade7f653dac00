//! Says of each event which file it is from, where the address asks for it (`?with_path=true`).

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Schema};
use syntax::Field;
use syntax::Type;

use super::Feed;
use super::adapter::Adapter;

/// OpenTelemetry's name for it.
pub(super) const PATH: &str = "log.file.path";

/// Hands on what it is given with the path of a file.
pub(super) struct Located {
    pub(super) feed: Arc<dyn Feed>,
    pub(super) path: String,
}

impl Located {
    fn with_path(&self, batch: &RecordBatch) -> Option<RecordBatch> {
        let paths: ArrayRef = Arc::new(StringArray::from(vec![self.path.as_str(); batch.num_rows()]));
        let schema = batch.schema();
        let mut columns = batch.columns().to_vec();
        if let Ok(place) = schema.index_of(PATH) {
            // It is asked for, and no record has it.
            if *schema.field(place).data_type() != DataType::Utf8 && !is_text(schema.field(place).data_type()) {
                return None;
            }
            columns[place] = paths;
        } else {
            columns.push(paths);
        }
        let own = crate::batch::arrow_schema(&[Field::new(PATH, Type::String)]);
        let mut fields: Vec<_> = schema.fields().iter().filter(|field| field.name() != PATH).cloned().collect();
        let place = schema.index_of(PATH).unwrap_or(fields.len());
        fields.insert(place, Arc::clone(&own.fields()[0]));
        let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
        RecordBatch::try_new(Arc::new(schema), columns).ok()
    }
}

fn is_text(ty: &DataType) -> bool {
    matches!(ty, DataType::Dictionary(_, values) if **values == DataType::Utf8)
}

impl Adapter for Located {
    fn behind(&self) -> &dyn Feed {
        &*self.feed
    }

    fn adapt(&self, batch: RecordBatch) {
        match self.with_path(&batch) {
            Some(batch) => self.feed.batch(batch),
            None => self.feed.batch(batch),
        }
    }

    /// A text that is looked for may be in the path.
    fn needs_all(&self) -> bool {
        true
    }
}
