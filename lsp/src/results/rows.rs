//! The rows of a block that are kept to be shown: the last final ones, and the provisional ones.

use std::collections::VecDeque;

use arrow_array::{ArrayRef, RecordBatch};
use runner::batch;
use runner::expression::convert;
use syntax::Field;

/// Final rows that are kept at most.
pub(crate) const MAX_ROWS: usize = 2_000;

/// The same where they are drawn over time: a peak of an hour ago is what somebody looks for.
pub(crate) const MAX_DRAWN: usize = 8_000;

/// Bytes of final rows that are kept at most, beyond the newest batch.
const MAX_BYTES: usize = 16 << 20;

#[derive(Debug)]
pub(crate) struct Rows {
    most: usize,
    finals: VecDeque<RecordBatch>,
    kept: usize,
    bytes: usize,
    /// Final rows there were, kept or not.
    pub(crate) total: u64,
    provisional: Option<RecordBatch>,
}

impl Default for Rows {
    fn default() -> Rows {
        Rows { most: MAX_ROWS, finals: VecDeque::new(), kept: 0, bytes: 0, total: 0, provisional: None }
    }
}

/// One row, by its place in a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) batch: &'a RecordBatch,
    pub(crate) index: usize,
    pub(crate) provisional: bool,
}

/// The columns of a batch with the language's types.
pub(crate) fn fields_of(batch: &RecordBatch) -> Vec<Field> {
    let fields = batch.schema_ref().fields().iter();
    fields.map(|field| Field::new(field.name().as_str(), batch::field_type(field))).collect()
}

impl<'a> Row<'a> {
    /// None where rows of this batch do not have the field.
    pub(crate) fn column(&self, position: usize, field: &Field) -> Option<&'a ArrayRef> {
        let schema = self.batch.schema_ref();
        match schema.fields().get(position) {
            Some(known) if *known.name() == *field.name => Some(self.batch.column(position)),
            _ => self.batch.column_by_name(&field.name),
        }
    }
}

/// The batch with the types of these fields; None where it has them.
fn widened(batch: &RecordBatch, fields: &[Field]) -> Option<RecordBatch> {
    let mut changed = false;
    let columns = fields_of(batch).into_iter().zip(batch.columns()).map(|(known, column)| {
        match fields.iter().find(|field| field.name == known.name && field.ty != known.ty) {
            Some(field) => {
                changed = true;
                (field.clone(), convert::column(column, known.ty, field.ty))
            }
            None => (known, column.clone()),
        }
    });
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = columns.unzip();
    // The columns are of one batch, so they make one.
    changed.then(|| RecordBatch::try_new(batch::arrow_schema(&fields), columns).ok())?
}

impl Rows {
    /// So many from now on.
    pub(crate) fn keep(&mut self, most: usize) {
        self.most = most;
    }

    /// Final rows have been let go of.
    pub(crate) fn is_cut(&self) -> bool {
        self.total > self.kept as u64
    }

    pub(crate) fn append(&mut self, batch: RecordBatch) {
        let rows = batch.num_rows();
        if rows == 0 {
            return;
        }
        self.agree_with(&batch);
        self.total += rows as u64;
        let batch = if rows > self.most { batch.slice(rows - self.most, self.most) } else { batch };
        self.kept += batch.num_rows();
        self.bytes += batch.get_array_memory_size();
        self.finals.push_back(batch);
        while self.finals.len() > 1 {
            let Some(first) = self.finals.front() else { break };
            let (rows, bytes) = (first.num_rows(), first.get_array_memory_size());
            if self.kept - rows < self.most && self.bytes <= MAX_BYTES {
                break;
            }
            self.kept -= rows;
            self.bytes -= bytes;
            self.finals.pop_front();
        }
    }

    pub(crate) fn replace_provisional(&mut self, batch: Option<RecordBatch>) {
        if let Some(batch) = &batch {
            self.agree_with(batch);
        }
        self.provisional = batch.filter(|batch| batch.num_rows() > 0);
    }

    /// A field has one type in all rows that are kept: where it was widened since, those before are said in the type of
    /// these newer rows.
    fn agree_with(&mut self, newer: &RecordBatch) {
        let newest = self.provisional.as_ref().or(self.finals.back());
        if newest.is_none_or(|known| known.schema_ref().fields() == newer.schema_ref().fields()) {
            return;
        }
        let fields = fields_of(newer);
        for batch in self.finals.iter_mut().chain(&mut self.provisional) {
            if let Some(widened) = widened(batch, &fields) {
                *batch = widened;
            }
        }
    }

    /// The provisional rows.
    pub(crate) fn open(&self) -> Option<&RecordBatch> {
        self.provisional.as_ref()
    }

    pub(crate) fn provisional(&self) -> usize {
        self.provisional.as_ref().map_or(0, RecordBatch::num_rows)
    }

    /// Kept rows, provisional ones included.
    pub(crate) fn len(&self) -> usize {
        self.kept + self.provisional()
    }

    /// The columns of the newest rows; None before the first.
    pub(crate) fn fields(&self) -> Option<Vec<Field>> {
        self.provisional.as_ref().or(self.finals.back()).map(fields_of)
    }

    /// Final rows in order, then the provisional ones.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Row<'_>> {
        let finals = self.finals.iter().map(|batch| (batch, false));
        let provisional = self.provisional.iter().map(|batch| (batch, true));
        finals
            .chain(provisional)
            .flat_map(|(batch, provisional)| (0..batch.num_rows()).map(move |index| Row { batch, index, provisional }))
    }
}
