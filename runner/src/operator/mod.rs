//! Operators: the running form of stages. Synchronous, without a clock, and the same output for the
//! same input whatever the batching.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::Error;

/// One stage, running. Batches that go in have the schema the operator was made for.
pub trait Operator: Send {
    /// Of the rows that leave.
    fn schema(&self) -> &SchemaRef;

    /// Takes events in, puts final rows out.
    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error>;

    /// Event time has reached `watermark` (nanoseconds): windows that end at or before it close.
    fn advance(&mut self, _watermark: i64, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        Ok(())
    }

    /// The input has ended: what is held becomes final.
    fn finish(&mut self, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        Ok(())
    }

    /// What would leave if the input ended now with these rows as its last, without changing anything.
    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error>;

    /// Has what it needs; the flow can end.
    fn done(&self) -> bool {
        false
    }

    fn held(&self) -> Held {
        Held::default()
    }
}

/// What an operator keeps of the rows it took in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Rows that are part of an answer that is not final yet.
    pub open: u64,
    /// Rows that came after their window had closed.
    pub late: u64,
    /// When the oldest open window closes, in event time.
    pub next_close: Option<i64>,
}
