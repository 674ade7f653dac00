//! `sort by timestamp asc` over a stream without an end: each row leaves, in the order of event time, once the
//! watermark has passed it. What comes later than that is late, as it is for a window.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, RecordBatch, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use syntax::Name;
use syntax::pipeline::SortKey;

use super::ranking::Ranking;
use super::{Held, Limits, Operator, adopt};
use crate::expression::Scope;
use crate::{Error, batch};

#[derive(Clone)]
pub(super) struct SortByTime {
    schema: SchemaRef,
    ranking: Ranking,
    /// Which column is the event time.
    time: usize,
    /// In the order in which they came.
    held: Vec<RecordBatch>,
    rows: u64,
    bytes: usize,
    watermark: i64,
    late: u64,
    untimed: u64,
    limits: Limits,
}

impl SortByTime {
    pub(super) fn new(
        keys: &[SortKey],
        time: Option<&Name>,
        scope: &Scope<'_>,
        limits: &Limits,
    ) -> Result<SortByTime, Error> {
        let place = time.and_then(|time| scope.fields.iter().position(|field| field.name == *time));
        Ok(SortByTime {
            schema: batch::arrow_schema(scope.fields),
            ranking: Ranking::new(keys, scope)?,
            time: place.ok_or_else(|| Error::Internal("no event time reaches `sort`".to_owned()))?,
            held: Vec::new(),
            rows: 0,
            bytes: 0,
            watermark: i64::MIN,
            late: 0,
            untimed: 0,
            limits: limits.clone(),
        })
    }

    /// The rows before this moment, and the others.
    fn split(&self, batch: &RecordBatch, moment: i64) -> Result<[RecordBatch; 2], Error> {
        let times = batch.column(self.time).as_primitive_opt::<TimestampNanosecondType>();
        let (mut before, mut others) = (Vec::new(), Vec::new());
        for row in 0..batch.num_rows() {
            let at = times.filter(|times| times.is_valid(row)).map(|times| times.value(row));
            if at.is_some_and(|at| at < moment) { &mut before } else { &mut others }.push(row as u32);
        }
        Ok([
            take_record_batch(batch, &UInt32Array::from(before))?,
            take_record_batch(batch, &UInt32Array::from(others))?,
        ])
    }

    fn hold(&mut self, batch: RecordBatch) -> Result<(), Error> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.rows += batch.num_rows() as u64;
        self.bytes += super::bytes(&batch);
        self.held.push(batch);
        if self.rows > self.limits.sorted {
            let limit = super::grouped(self.limits.sorted);
            return Err(Error::limit(format!(
                "`sort` holds {limit} rows, the limit; filter first, or give the source a shorter lateness"
            )));
        }
        if self.bytes > self.limits.state_bytes {
            return Err(super::too_many_bytes("sort", "", self.limits.state_bytes));
        }
        Ok(())
    }

    /// Lets go of all rows before this moment, or of all.
    fn let_go(&mut self, moment: Option<i64>, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if self.held.is_empty() {
            return Ok(());
        }
        let held = concat_batches(&self.schema, &std::mem::take(&mut self.held))?;
        let leaving = match moment {
            None => held,
            Some(moment) => {
                let [leaving, staying] = self.split(&held, moment)?;
                if staying.num_rows() > 0 {
                    self.held.push(staying);
                }
                leaving
            }
        };
        self.rows = self.held.iter().map(|batch| batch.num_rows() as u64).sum();
        self.bytes = self.held.iter().map(super::bytes).sum();
        if leaving.num_rows() > 0 {
            out.push(self.ranking.ranked(&leaving, usize::MAX)?);
        }
        Ok(())
    }
}

impl Operator for SortByTime {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        self.held = before.held.iter().map(|batch| adopt::rows(batch, &self.schema)).collect::<Result<_, _>>()?;
        self.rows = before.rows;
        self.bytes = self.held.iter().map(super::bytes).sum();
        (self.watermark, self.late, self.untimed) = (before.watermark, before.late, before.untimed);
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let untimed = batch.column(self.time).null_count();
        let batch = if untimed == 0 {
            batch
        } else {
            let times = batch.column(self.time);
            let rows = (0..batch.num_rows()).filter(|row| times.is_valid(*row)).map(|row| row as u32);
            take_record_batch(&batch, &rows.collect::<UInt32Array>())?
        };
        let [late, others] = self.split(&batch, self.watermark)?;
        self.untimed += untimed as u64;
        self.late += (untimed + late.num_rows()) as u64;
        self.hold(others)
    }

    fn advance(&mut self, watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.watermark = self.watermark.max(watermark);
        self.let_go(Some(watermark), out)
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.let_go(None, out)
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let (mut copy, mut out) = (self.clone(), Vec::new());
        for batch in pending {
            copy.push(batch, &mut out)?;
        }
        copy.finish(&mut out)?;
        Ok(out)
    }

    fn held(&self) -> Held {
        Held { open: self.rows, late: self.late, untimed: self.untimed, bytes: self.bytes, ..Held::default() }
    }

    fn room(&self) -> usize {
        usize::try_from(self.limits.sorted.saturating_sub(self.rows)).unwrap_or(usize::MAX)
    }
}
